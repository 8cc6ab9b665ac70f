package initiatives

import (
	"context"
	"slices"
	"strings"

	"gotong/modules/domain"
	"gotong/modules/kit/web"
)

type listPage struct {
	web.Base
	Filters *web.Filters
	Table   *web.Downloads
	Cards   []web.Card
	Empty   *web.Empty
	Pager   web.Pager
	NewPath string
}

type link struct {
	Label, Path string // with language prefix
	Plain       bool
}

type notice struct {
	Kind, Text string
}

// reading is one text of an initiative under its heading.
type reading struct{ ID, Title, Text string }

type showPage struct {
	web.Base
	Tag      web.Tag
	Lead     string
	Intro    string
	Notices  []notice
	Links    []link
	Actions  []web.Action
	Readings []reading
	Tables   []web.Table
	Facts    []web.Fact
	Steps    []web.Step
	Verdicts []verdictView
	Sections []web.Section
	Taken    []takenView
	Tasks    []task // of the hub, for who may write
	Done     string
}

// verdictView is a decision as the public reads it.
type verdictView struct {
	Tag                          web.Tag
	When, Text, Conditions, Note string
}

// adder is a button that sends the form to get one more row.
type adder struct{ Value, Label string }

type formPage struct {
	web.Base
	Lead     string
	Readings []reading
	Tables   []web.Table
	Facts    []web.Fact
	Sections []web.Section
	Form     *web.Form
}

type panelPage struct {
	web.Base
	Cards []web.Card
	More  *link
	Empty *web.Empty
}

func tagKind(s State) string {
	switch s {
	case Published, Running, Completed, Evaluated, Approved:
		return "good"
	case Submitted, UnderReview, NeedsRevision, Suspended:
		return "wait"
	case Rejected, Withdrawn, Cancelled:
		return "stop"
	}
	return "plain"
}

func stateTag(b web.Base, s State) web.Tag {
	return web.Tag{Kind: tagKind(s), Text: b.T("initiatives.state." + string(s))}
}

// summaryIn gives the summary in the reader's language.
func (c Content) summaryIn(lang string) string {
	if lang == "en" && c.SummaryEN != "" {
		return c.SummaryEN
	}
	return c.Summary
}

func (s *Service) areasText(ctx context.Context, codes []domain.RegionCode) string {
	var names []string
	for _, code := range codes {
		place, err := s.places.Place(ctx, code)
		if err != nil {
			names = append(names, string(code))
			continue
		}
		names = append(names, domain.PlaceText(place))
	}
	return strings.Join(names, "; ")
}

func dateText(b web.Base, d domain.Date) string {
	if d == "" {
		return ""
	}
	return b.Date(d.Time())
}

func period(b web.Base, from, until domain.Date) string {
	if from == "" || until == "" {
		return ""
	}
	return b.T("initiatives.period", "from", dateText(b, from), "until", dateText(b, until))
}

func offerText(b web.Base, o Offer) string {
	name := domain.Taxonomy().CategoryName(o.Category, b.Lang)
	if o.Quantity == 0 {
		return name
	}
	return b.T("initiatives.offer_text", "quantity", domain.QuantityText(b.Local(), o.Quantity, o.Unit), "category", name)
}

func (s *Service) cardsOf(ctx context.Context, b web.Base, docs []Doc) ([]web.Card, error) {
	var ids []domain.OrganizationID
	for _, d := range docs {
		ids = append(ids, d.Body.Organization)
	}
	names, err := s.organizations.Briefs(ctx, ids)
	if err != nil {
		return nil, err
	}
	cards := make([]web.Card, 0, len(docs))
	for _, d := range docs {
		i, tag := d.Body, stateTag(b, d.Body.State())
		card := web.Card{Tag: &tag, Title: i.Title, Path: b.URL("/initiatives/" + d.ID), Meta: names[i.Organization].Name, Demo: i.Demo}
		if i.Demo {
			card.DemoText = b.T("web.demo.tag")
		}
		for _, o := range i.Offers {
			card.Lines = append(card.Lines, offerText(b, o))
		}
		if areas := s.areasText(ctx, i.Areas); areas != "" {
			card.Lines = append(card.Lines, areas)
		}
		if p := period(b, i.From, i.Until); p != "" {
			card.Lines = append(card.Lines, p)
		}
		cards = append(cards, card)
	}
	return cards, nil
}

func anyDemo(docs []Doc) bool {
	return slices.ContainsFunc(docs, func(d Doc) bool { return d.Body.Demo })
}

func readingsOf(b web.Base, c Content) []reading {
	var out []reading
	for _, x := range []struct{ key, text string }{
		{"problem", c.Problem}, {"goals", c.Goals}, {"risks", c.Risks}, {"sustainability", c.Sustainability},
	} {
		if x.text != "" {
			out = append(out, reading{ID: x.key, Title: b.T("initiatives.fact." + x.key), Text: x.text})
		}
	}
	return out
}

func (s *Service) factsOf(ctx context.Context, b web.Base, i Initiative, names map[domain.OrganizationID]domain.OrganizationBrief) []web.Fact {
	var facts []web.Fact
	add := func(key, value string) {
		f := web.Fact{Label: b.T("initiatives.fact." + key), Value: value}
		if value == "" {
			f.Value, f.Quiet = b.T("initiatives.not_filled"), true
		}
		facts = append(facts, f)
	}
	if name := names[i.Organization].Name; name != "" {
		facts = append(facts, web.Fact{Label: b.T("initiatives.fact.organization"), Value: name, Path: b.URL("/organizations/" + string(i.Organization))})
	}
	add("areas", s.areasText(ctx, i.Areas))
	add("target_group", i.TargetGroup)
	number := ""
	if i.TargetNumber > 0 {
		number = domain.QuantityText(b.Local(), i.TargetNumber, "person")
	}
	add("target_number", number)
	add("period", period(b, i.From, i.Until))
	total := ""
	if i.Total() > 0 {
		total = b.Rupiah(i.Total())
	}
	add("budget", total)
	if i.Begin.Assignment != "" {
		add("work_plan", i.Begin.WorkPlan)
		add("assignment", i.Begin.Assignment)
	}
	return facts
}

// tablesOf shows offers (conditions below the category, period below the area, with what is committed once accounts
// stand), budget, results and partners.
func (s *Service) tablesOf(ctx context.Context, b web.Base, i Initiative, used map[domain.OfferID]int64) []web.Table {
	t := func(key string) string { return b.T("initiatives.table." + key) }
	offers := web.Table{Caption: t("offers"), Head: []string{t("category"), t("quantity"), t("committed"), t("areas")}, Numbers: []bool{false, true, true}}
	for _, o := range i.Offers {
		amount := func(n int64) web.Cell { return web.Cell{Text: domain.QuantityText(b.Local(), n, o.Unit)} }
		committed := web.Cell{Text: b.T("initiatives.not_open"), Quiet: true}
		if i.Public() {
			committed = amount(used[o.ID])
		}
		quantity := amount(o.Quantity)
		if o.MinLot > 0 {
			quantity.Note = b.T("initiatives.min_lot", "lot", domain.QuantityText(b.Local(), o.MinLot, o.Unit))
		}
		offers.Rows = append(offers.Rows, web.Row{Cells: []web.Cell{
			{Text: domain.Taxonomy().CategoryName(o.Category, b.Lang), Note: o.Conditions}, quantity, committed, {Text: s.areasText(ctx, i.AreasOf(o)), Note: period(b, o.From, o.Until)},
		}})
	}
	tables := []web.Table{offers}
	if len(i.Budget) > 0 {
		budget := web.Table{Caption: t("budget"), Head: []string{t("item"), t("source"), t("amount")}, Numbers: []bool{false, false, true}}
		for _, l := range i.Budget {
			budget.Rows = append(budget.Rows, web.Row{Cells: []web.Cell{{Text: l.Item}, {Text: b.T("initiatives.source." + string(l.Source))}, {Text: b.Rupiah(l.Amount)}}})
		}
		tables = append(tables, budget)
	}
	if len(i.Milestones) > 0 {
		steps := web.Table{Caption: t("milestones"), Head: []string{t("milestone"), t("due")}}
		for _, m := range i.Milestones {
			steps.Rows = append(steps.Rows, web.Row{Cells: []web.Cell{{Text: m.Title}, {Text: dateText(b, m.Due)}}})
		}
		tables = append(tables, steps)
	}
	if len(i.Results) > 0 {
		results := web.Table{Caption: t("results"), Head: []string{t("indicator"), t("baseline"), t("target")}}
		for _, r := range i.Results {
			name := r.Indicator
			if known, ok := domain.IndicatorByID(r.Indicator); ok {
				name = known.Name.In(b.Lang)
			}
			results.Rows = append(results.Rows, web.Row{Cells: []web.Cell{{Text: name}, {Text: r.Baseline}, {Text: r.Target}}})
		}
		tables = append(tables, results)
	}
	if len(i.Partners) > 0 {
		partners := web.Table{Caption: t("partners"), Head: []string{t("partner"), t("role"), t("partner_status")}}
		for _, p := range i.Partners {
			partners.Rows = append(partners.Rows, web.Row{Cells: []web.Cell{partnerCell(b, p), {Text: p.Role}, partnerStatus(b, p)}})
		}
		tables = append(tables, partners)
	}
	return tables
}

func partnerCell(b web.Base, p Partner) web.Cell {
	cell := web.Cell{Text: p.Name}
	if p.Organization != "" {
		cell.Path = b.URL("/organizations/" + string(p.Organization))
	}
	return cell
}

func partnerStatus(b web.Base, p Partner) web.Cell {
	if p.Organization == "" {
		return web.Cell{Text: b.T("initiatives.partner.unregistered"), Quiet: true}
	}
	return web.Cell{Text: b.T("initiatives.partner." + p.Status), Quiet: p.Status != PartnerConfirmed}
}

func (s *Service) organizationsOf(ctx context.Context, i Initiative) (map[domain.OrganizationID]domain.OrganizationBrief, error) {
	ids := []domain.OrganizationID{i.Organization}
	for _, p := range i.Partners {
		if p.Organization != "" {
			ids = append(ids, p.Organization)
		}
	}
	for _, t := range i.TakenUp {
		ids = append(ids, t.Organization)
	}
	return s.organizations.Briefs(ctx, ids)
}

// openReasons are the moves whose reason anyone may read.
var openReasons = []Action{ActionWithdraw, ActionPartWithdraw, ActionSuspend, ActionCancel, ActionReopen, ActionComplete, ActionEvaluate, ActionExtend}

func stepsOf(b web.Base, i Initiative, names map[domain.OrganizationID]domain.OrganizationBrief, all bool) []web.Step {
	var steps []web.Step
	for _, m := range i.History {
		step := web.Step{State: "done", Label: b.T("initiatives.move." + string(m.Action)), When: b.Date(m.At), Who: names[m.Organization].Name}
		switch {
		case m.Action == ActionEvaluate:
			step.Who = b.T("initiatives.evaluator")
		case m.Office:
			step.Who = b.T("initiatives.secretariat")
		}
		if m.Reason != "" && (all || slices.Contains(openReasons, m.Action)) {
			step.Note = m.Reason
		}
		steps = append(steps, step)
	}
	if len(steps) > 0 {
		last := steps[len(steps)-1]
		steps[len(steps)-1] = web.Step{State: "now", Label: last.Label, When: last.When, Who: last.Who, Note: last.Note}
	}
	if i.State() == Published || i.State() == Running {
		steps = append(steps, web.Step{State: "next", Label: b.T("initiatives.state.completed"), When: b.T("initiatives.planned_until", "date", dateText(b, i.Until))})
	}
	return steps
}

// evaluatedBy names the versions of documents on which the newest evaluation rests; who reads all finds them by their address.
func evaluatedBy(b web.Base, i Initiative, all bool) (facts []web.Fact) {
	for _, m := range slices.Backward(i.History) {
		if m.Action != ActionEvaluate {
			continue
		}
		for n, sum := range m.Sums {
			facts = append(facts, domain.Citation{ID: m.Documents[n], SHA256: sum}.Fact(b, b.T("initiatives.fact.evaluated_by"), all))
		}
		break
	}
	return facts
}

// verdictsOf are the decisions that everybody may read once the initiative is public, and who reads it before.
func verdictsOf(b web.Base, i Initiative) []verdictView {
	var list []verdictView
	for _, v := range i.Verdicts {
		kind, text := "stop", v.Summary
		if v.Action == ActionApprove {
			kind = "good"
		}
		if b.Lang == "en" && v.SummaryEN != "" {
			text = v.SummaryEN
		}
		list = append(list, verdictView{
			Tag: web.Tag{Kind: kind, Text: b.T("initiatives.move." + string(v.Action))}, When: b.Date(v.At), Text: text, Conditions: v.Conditions,
			Note: b.T("initiatives.verdict_reviews", "reviews", v.Reviews, "recused", v.Recused),
		})
	}
	return list
}

func noticesOf(b web.Base, i Initiative, all bool) []notice {
	var out []notice
	switch {
	case all && i.State() == NeedsRevision:
		out = append(out, notice{"wait", b.T("initiatives.notice.revision", "points", i.Points, "date", dateText(b, i.ReviseBy))})
	case all && i.conditions() != "" && i.State() == Approved:
		out = append(out, notice{"wait", b.T("initiatives.notice.conditions", "text", i.conditions())})
	case all && i.Can(ActionUphold):
		out = append(out, notice{"wait", b.T("initiatives.notice.appeal", "reason", i.Appeal.Reason)})
	case i.State() == Suspended:
		m := i.lastSuspension()
		out = append(out, notice{"wait", b.T("initiatives.notice.suspended", "reason", m.Reason, "date", dateText(b, m.Until))})
	}
	if i.Pending != nil {
		out = append(out, notice{"wait", b.T("initiatives.notice.pending")})
	}
	return out
}
