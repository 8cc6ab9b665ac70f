package matching

import (
	"net/url"

	"gotong/modules/domain"
	"gotong/modules/kit/web"
)

// previewRows is how many needs a preview lists.
const previewRows = 30

// previewView is what other weights would move.
type previewView struct {
	Summary string
	Table   web.Table
	Confirm web.Form // the same values again, to decide
}

// refusePage asks why a suggestion is not for somebody.
type refusePage struct {
	web.Base
	Lead string
	Form *web.Form
}

// answersPage sums up why suggestions were put aside.
type answersPage struct {
	web.Base
	Counts web.Table
	Recent []web.Card
	Empty  *web.Empty
	Pager  web.Pager
}

// asideRow is a suggestion that was put aside, with the way back.
type asideRow struct {
	Title, Path, Why string
	Undo             web.Action
}

func weightsFrom(v [partCount]int) Weights {
	return Weights{Theme: v[PartTheme], Area: v[PartArea], Coverage: v[PartCoverage], Urgency: v[PartUrgency], Timing: v[PartTiming], TrackRecord: v[PartTrack]}
}

func weightsForm(b web.Base, w Weights) *web.Form {
	f := web.NewForm(b, "matching.weights", "/matching").Read(int64(w.Version))
	for k, weight := range w.list() {
		f.Number(PartNames[k], web.Required(), web.Value(number(weight)))
	}
	return f.TextArea("reason", web.Required(), web.Max(maxReason), web.Rows(2))
}

func versionTable(b web.Base, versions []Weighting) web.Table {
	t := web.Table{Caption: b.T("matching.about.versions"), Head: []string{b.T("matching.about.version"), b.T("matching.about.weights"), b.T("matching.about.since"), b.T("matching.about.reason")}}
	for _, v := range versions {
		since, reason := b.T("matching.about.from_start"), b.T("matching.about.first_reason")
		if !v.At.IsZero() {
			since, reason = b.DateTime(v.At), v.Reason
		}
		weights := ""
		for k, weight := range v.Weights.list() {
			if k > 0 {
				weights += ", "
			}
			weights += b.T("matching.part."+PartNames[k]) + " " + score(b, weight)
		}
		t.Rows = append(t.Rows, web.Row{Cells: []web.Cell{{Text: number(v.Weights.Version)}, {Text: weights}, {Text: since}, {Text: reason}}})
	}
	return t
}

func previewOf(b web.Base, m Moves, form *web.Form) *previewView {
	v := &previewView{Summary: b.T("matching.preview.summary", "needs", m.Needs, "all", m.All, "firsts", m.Firsts, "words", m.Words)}
	v.Table = web.Table{Caption: b.T("matching.preview.caption", "most", previewRows), Head: []string{b.T("matching.preview.need"), b.T("matching.preview.from"), b.T("matching.preview.to")}}
	cell := func(m Match) web.Cell {
		return web.Cell{Text: m.Initiative.Title, Path: b.URL("/initiatives/" + string(m.Initiative.ID)), Note: tagOf(b, m.Result.Total).Text}
	}
	for _, x := range m.List {
		need := web.Cell{Text: x.Need.Title, Path: b.URL("/needs/" + string(x.Need.ID))}
		if x.Need.Demo {
			need.Note = b.T("matching.demo")
		}
		v.Table.Rows = append(v.Table.Rows, web.Row{Cells: []web.Cell{need, cell(x.From), cell(x.To)}})
	}
	v.Confirm = form.Confirm("decide", b.T("matching.preview.decide"))
	return v
}

func newRefusePage(b web.Base, m Match, side Side) refusePage {
	lead, path := b.T("matching.refuse.lead_village", "initiative", m.Initiative.Title, "need", m.Need.Title), subjectPath(side, m.Need.ID, m.Initiative.ID)
	if side == SidePartner {
		lead = b.T("matching.refuse.lead_partner", "initiative", m.Initiative.Title, "need", m.Need.Title)
	}
	b.Private, b.Demo = true, m.Need.Demo || m.Initiative.Demo
	options := make([]web.Option, len(Reasons))
	for i, r := range Reasons {
		options[i] = web.Option{Value: r, Label: b.T("matching.reason." + r)}
	}
	return refusePage{Base: b, Lead: lead, Form: web.NewForm(b, "matching.refuse", "/matching/not-for-us").
		Hidden("need", string(m.Need.ID)).Hidden("initiative", string(m.Initiative.ID)).
		Radio("reason", options, web.Required()).TextArea("words", web.Max(maxWords), web.Rows(3)).Back(path)}
}

func newAnswersPage(b web.Base, counts []Count, list []Refusal) answersPage {
	b.Private = true
	page := answersPage{Base: b, Counts: web.Table{Caption: b.T("matching.answers.caption"), Numbers: []bool{false, true, true, true},
		Head: []string{b.T("matching.answers.reason"), b.T("matching.answers.village"), b.T("matching.answers.partner"), b.T("matching.answers.all")}}}
	for _, c := range counts {
		page.Counts.Rows = append(page.Counts.Rows, web.Row{Cells: []web.Cell{{Text: b.T("matching.reason." + c.Reason), Path: b.URL("/matching/answers") + "?reason=" + c.Reason},
			{Text: b.Number(c.Village)}, {Text: b.Number(c.Partner)}, {Text: b.Number(c.Village + c.Partner)}}})
	}
	for _, r := range list {
		card := web.Card{Title: b.T("matching.answers.pair", "need", r.NeedTitle, "initiative", r.InitiativeTitle), Path: b.URL("/needs/" + string(r.Need)), Demo: r.Demo, DemoText: b.T("matching.demo"),
			Meta: b.T("matching.answers.by_"+string(r.Side)) + " · " + b.T("matching.reason."+r.Reason) + " · " + b.DateTime(r.At), Lines: []string{b.T("matching.answers.then", "score", tagOf(b, r.Total).Text, "version", r.Weights)}}
		if r.Words != "" {
			card.Lines = append(card.Lines, r.Words)
		}
		page.Recent = append(page.Recent, card)
	}
	if len(list) == 0 {
		page.Empty = &web.Empty{Text: b.T("matching.answers.empty")}
	}
	return page
}

// refusePath is where a side says that a suggestion is not for it; "" for who may not.
func refusePath(r domain.PanelRequest, m Match, side Side) string {
	if had, _, ok := sideOf(r.Actor, m); !ok || had != side || !m.Result.Fits() {
		return ""
	}
	return r.Page.URL("/matching/not-for-us?" + url.Values{"need": {string(m.Need.ID)}, "initiative": {string(m.Initiative.ID)}}.Encode())
}

func asideRowOf(b web.Base, r Refusal) asideRow {
	row := asideRow{Title: r.InitiativeTitle, Path: b.URL("/initiatives/" + string(r.Initiative)), Why: b.T("matching.reason." + r.Reason)}
	if r.Side == SidePartner {
		row.Title, row.Path = r.NeedTitle, b.URL("/needs/"+string(r.Need))
	}
	if r.Words != "" {
		row.Why += ": " + r.Words
	}
	row.Undo = web.NewAction(b, "matching.take_back", "/matching/not-for-us/undo").With("side", string(r.Side)).With("need", string(r.Need)).With("initiative", string(r.Initiative))
	row.Undo.ID, row.Undo.Kind = "aside-"+refusalID(r.Side, r.Need, r.Initiative)[:12], "plain"
	return row
}
