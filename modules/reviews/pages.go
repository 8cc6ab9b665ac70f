package reviews

import (
	"context"
	"slices"

	"gotong/modules/domain"
	"gotong/modules/kit/web"
)

type link struct {
	Label, Path string // with language prefix
	Plain       bool
}

type notice struct{ Kind, Text string }

type reviewView struct {
	Title  string
	Advice web.Tag
	Scores web.Table
	Words  string
}

type remarkView struct{ Who, When, Text string }

// page is every page of a review: what is asked of its reader, what is known, the proposal, the reviews, the form.
type page struct {
	web.Base
	Tag        *web.Tag
	Lead       string
	Notices    []notice
	Links      []link
	Facts      []web.Fact
	Tables     []web.Table
	Actions    []web.Action
	Sections   []web.Section
	Reviews    []reviewView
	Discussion bool
	Remarks    []remarkView
	Say        *web.Form
	Form       *web.Form
	FormTitle  string
}

type sheetPage struct {
	web.Base
	Lead     string
	Notices  []notice
	Download string
	Table    web.Table
	Notes    []string
	Empty    *web.Empty
}

type panelPage struct {
	web.Base
	Facts   []web.Fact
	Texts   []notice
	Links   []link
	Reviews []reviewView
}

func adviceTag(b web.Base, r Recommendation) web.Tag {
	kind := "wait"
	switch r {
	case "approve":
		kind = "good"
	case "reject":
		kind = "stop"
	}
	return web.Tag{Kind: kind, Text: b.T("reviews.recommend." + string(r))}
}

// views show reviews; names of the reviewers where they are known to the reader.
func (s *Service) views(ctx context.Context, b web.Base, rules Rules, reviews []Review, actor domain.Actor) ([]reviewView, error) {
	var list []reviewView
	for n, r := range reviews {
		points := b.Local().Decimal(r.Points(rules.Criteria), 1)
		v := reviewView{Title: b.T("reviews.number", "n", n+1, "points", points), Words: r.Words, Advice: adviceTag(b, r.Recommendation),
			Scores: web.Table{Head: []string{b.T("reviews.table.criterion"), b.T("reviews.table.score"), b.T("reviews.table.why")}, Numbers: []bool{false, true}}}
		switch {
		case r.Reviewer != "" && r.Reviewer == actor.Account:
			v.Title = b.T("reviews.own", "points", points)
		case r.Reviewer != "":
			person, err := s.people.Person(ctx, r.Reviewer)
			if err != nil && !isAbsent(err) {
				return nil, err
			}
			if person.Name != "" {
				v.Title = b.T("reviews.named", "name", person.Name, "points", points)
			}
		}
		for _, c := range rules.Criteria {
			v.Scores.Rows = append(v.Scores.Rows, web.Row{Cells: []web.Cell{
				{Text: c.label(b), Note: b.T("reviews.weight_only", "weight", c.Weight)}, {Text: b.Number(r.Scores[c.ID].Value)}, {Text: r.Scores[c.ID].Reason},
			}})
		}
		list = append(list, v)
	}
	return list, nil
}

// remarkViews show the discussion. Reviewers are numbered in the order of their reviews for each other, and named for
// those who lead.
func (s *Service) remarkViews(ctx context.Context, b web.Base, actor domain.Actor, process Process, in []Review, remarks []Remark) ([]remarkView, error) {
	var list []remarkView
	_, seated := process.Seat(actor.Account)
	for _, r := range remarks {
		v := remarkView{When: b.DateTime(r.At), Text: r.Text}
		n := slices.IndexFunc(in, func(x Review) bool { return x.Reviewer == r.By })
		switch {
		case r.By == actor.Account:
			v.Who = b.T("reviews.you")
		case n >= 0 && seated:
			v.Who = b.T("reviews.reviewer_n", "n", n+1)
		case n < 0:
			v.Who = b.T("reviews.leading")
		default:
			person, err := s.people.Person(ctx, r.By)
			if err != nil && !isAbsent(err) {
				return nil, err
			}
			v.Who = person.Name
		}
		list = append(list, v)
	}
	return list, nil
}

func (s *Service) nameOf(ctx context.Context, id domain.OrganizationID) (string, error) {
	if id == "" {
		return "", nil
	}
	names, err := s.organizations.Briefs(ctx, []domain.OrganizationID{id})
	return names[id].Name, err
}

// ruleFacts say by what the review goes.
func ruleFacts(b web.Base, p Proposal, rules Rules) []web.Fact {
	source := web.Fact{Label: b.T("reviews.fact.rules"), Value: b.T("reviews.rules_own")}
	if p.Call != "" {
		source.Value, source.Path = p.CallTitle, b.URL("/calls/"+string(p.Call))
	}
	facts := []web.Fact{
		{Label: b.T("reviews.fact.round"), Value: b.Number(p.Round)}, source,
		{Label: b.T("reviews.fact.reviewers"), Value: b.T("reviews.reviewers_spread", "n", rules.Reviewers, "spread", rules.Spread)},
	}
	if rules.Anonymous {
		facts = append(facts, web.Fact{Label: b.T("reviews.fact.anonymous"), Value: b.T("reviews.anonymous")})
	}
	return facts
}

func checkTable(b web.Base, c Check) web.Table {
	t := web.Table{Caption: b.T("reviews.table.check"), Head: []string{b.T("reviews.table.item"), b.T("reviews.table.found")}}
	for _, item := range Items {
		a := c.Answers[item]
		cell := web.Cell{Tag: &web.Tag{Kind: "good", Text: b.T("reviews.check.ok")}}
		if !a.OK {
			cell = web.Cell{Tag: &web.Tag{Kind: "wait", Text: b.T("reviews.check.mend")}}
		}
		cell.Note = a.Note
		t.Rows = append(t.Rows, web.Row{Cells: []web.Cell{{Text: b.T("reviews.item." + string(item))}, cell}})
	}
	return t
}

// seatsTable shows who reviews, and how far; what they wrote is not in it.
func (s *Service) seatsTable(ctx context.Context, b web.Base, process Process, in []Review) (web.Table, error) {
	t := web.Table{Caption: b.T("reviews.table.seats"), Head: []string{b.T("reviews.table.reviewer"), b.T("reviews.table.state"), b.T("reviews.table.due")}}
	for _, seat := range process.Seats {
		person, err := s.people.Person(ctx, seat.Account)
		if err != nil && !isAbsent(err) {
			return t, err
		}
		name := web.Cell{Text: person.Name}
		if person.Name == "" {
			name.Text, name.Quiet = b.T("reviews.gone"), true
		}
		if seat.Third {
			name.Note = b.T("reviews.third")
		}
		n := slices.IndexFunc(in, func(r Review) bool { return r.Reviewer == seat.Account })
		state, due := web.Tag{Kind: "wait", Text: b.T("reviews.seat.assigned")}, b.Date(DueAt(seat))
		note := ""
		switch {
		case !seat.RecusedAt.IsZero():
			state, due, note = web.Tag{Kind: "stop", Text: b.T("reviews.seat.recused")}, "", b.T("reviews.tie."+string(seat.Tie))
		case !seat.ReleasedAt.IsZero():
			state, due = web.Tag{Kind: "plain", Text: b.T("reviews.seat.released")}, ""
		case n >= 0:
			state, due = web.Tag{Kind: "good", Text: b.T("reviews.seat.in")}, b.Date(in[n].At)
		case seat.Opened():
			state = web.Tag{Kind: "wait", Text: b.T("reviews.seat.reading")}
		}
		if n < 0 && seat.Holds() && DueAt(seat).Before(s.clock.Now()) {
			note = b.T("reviews.overdue")
		}
		t.Rows = append(t.Rows, web.Row{Cells: []web.Cell{name, {Tag: &state, Note: note}, {Text: due}}})
	}
	return t, nil
}
