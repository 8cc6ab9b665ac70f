package calls

import (
	"context"
	"strings"
	"time"

	"gotong/modules/domain"
	"gotong/modules/kit/apperr"
	"gotong/modules/kit/web"
)

type link struct {
	Label, Path string // with language prefix
	Plain       bool
}

type notice struct{ Kind, Text string }

type listPage struct {
	web.Base
	Filters *web.Filters
	Drafts  []web.Card
	Cards   []web.Card
	Empty   *web.Empty
	Pager   web.Pager
	NewPath string
}

// eligibility is what one organisation of the reader lacks, or where it goes on.
type eligibility struct {
	Name   string
	Passed bool
	Table  web.Table
	Answer *link
}

type questionView struct {
	ID, Text, When  string
	Answer, Replied string
	Form            *web.Form
}

type showPage struct {
	web.Base
	Tag        web.Tag
	Lead       string
	Intro      string
	Clock      string // what the deadline says now
	Notices    []notice
	Links      []link
	Actions    []web.Action
	Expected   string
	Outcome    string
	Facts      []web.Fact
	Conditions []web.Fact
	Criteria   web.Table
	Eligible   []eligibility
	Questions  []questionView
	AskForm    *web.Form
	AskNote    string
	MoreAsked  string
	Changes    *link
	Snapshot   []web.Fact
	SnapshotAt string
	Steps      []web.Step
	Sections   []web.Section
}

type adder struct{ Value, Label string }

type formPage struct {
	web.Base
	Lead   string
	Form   *web.Form
	Adders []adder
}

type changeView struct {
	Title, When, Who, Reason string
	Changes                  []web.Difference
}

type changesPage struct {
	web.Base
	Changes []changeView
	Seen    *web.Action
	Empty   *web.Empty
}

func tagOf(b web.Base, s State) web.Tag {
	kind := "plain"
	switch s {
	case Open, Decided:
		kind = "good"
	case Closed, UnderReview:
		kind = "wait"
	case Cancelled:
		kind = "stop"
	}
	return web.Tag{Kind: kind, Text: b.T("calls.state." + string(s))}
}

func (c Content) summaryIn(lang string) string {
	if lang == "en" && c.SummaryEN != "" {
		return c.SummaryEN
	}
	return c.Summary
}

func (c Call) outcomeIn(lang string) string {
	if lang == "en" {
		return c.OutcomeEN
	}
	return c.Outcome
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

func categoriesText(c Content, lang string) string {
	var names []string
	for _, id := range c.Categories {
		names = append(names, domain.Taxonomy().CategoryName(id, lang))
	}
	return strings.Join(names, "; ")
}

func (s *Service) ownerName(b web.Base, c Call, names map[domain.OrganizationID]domain.OrganizationBrief) string {
	if c.Organization == "" {
		return b.T("calls.secretariat")
	}
	return names[c.Organization].Name
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
		c := d.Body
		tag := tagOf(b, c.StateAt(s.clock.Now()))
		card := web.Card{Tag: &tag, Title: c.Title, Path: b.URL("/calls/" + d.ID), Meta: s.ownerName(b, c, names), Demo: c.Demo}
		if c.Demo {
			card.DemoText = b.T("web.demo.tag")
		}
		for _, line := range []string{categoriesText(c.Content, b.Lang), s.areasText(ctx, c.Areas), s.clockText(b, c)} {
			if line != "" {
				card.Lines = append(card.Lines, line)
			}
		}
		cards = append(cards, card)
	}
	return cards, nil
}

// clockText says until when a call takes answers, or since when it does not.
func (s *Service) clockText(b web.Base, c Call) string {
	now := s.clock.Now()
	switch {
	case c.Deadline.IsZero() || c.State() == Cancelled:
		return ""
	case c.Past(now):
		return b.T("calls.closed_since", "deadline", c.moment(c.Deadline))
	case c.Deadline.Sub(now) < 48*time.Hour:
		return b.T("calls.closes_hours", "deadline", c.moment(c.Deadline), "hours", int64(c.Deadline.Sub(now)/time.Hour))
	}
	return b.T("calls.closes_days", "deadline", c.moment(c.Deadline), "days", int64(c.Deadline.Sub(now)/(24*time.Hour)))
}

func (s *Service) factsOf(ctx context.Context, b web.Base, c Call) []web.Fact {
	var facts []web.Fact
	add := func(key, value string) {
		f := web.Fact{Label: b.T("calls.fact." + key), Value: value}
		if value == "" {
			f.Value, f.Quiet = b.T("calls.not_filled"), true
		}
		facts = append(facts, f)
	}
	money := func(n int64) string {
		if n == 0 {
			return ""
		}
		return b.Rupiah(n)
	}
	add("theme", c.Theme)
	add("categories", categoriesText(c.Content, b.Lang))
	add("areas", s.areasText(ctx, c.Areas))
	add("budget", money(c.Budget))
	switch {
	case c.Least > 0 && c.Most > 0:
		add("each", b.T("calls.each_both", "least", b.Rupiah(c.Least), "most", b.Rupiah(c.Most)))
	case c.Most > 0:
		add("each", b.T("calls.each_most", "most", b.Rupiah(c.Most)))
	case c.Least > 0:
		add("each", b.T("calls.each_least", "least", b.Rupiah(c.Least)))
	}
	add("deadline", c.moment(c.Deadline).In(b.Lang))
	if !c.QuestionsUntil.IsZero() {
		add("questions_until", c.moment(c.QuestionsUntil.Add(-time.Minute)).In(b.Lang))
	}
	add("decide_by", b.Date(c.DecideBy.Time()))
	review := b.T("calls.review_open", "n", max(c.Reviewers, 2), "spread", c.Spread)
	if c.Anonymous {
		review = b.T("calls.review_anonymous", "n", max(c.Reviewers, 2), "spread", c.Spread)
	}
	add("review", review)
	add("contact", c.Contact)
	return facts
}

// conditionsOf says who may answer, in words.
func conditionsOf(b web.Base, c Content) []web.Fact {
	var types, papers, documents []string
	for _, id := range c.Types {
		t, _ := domain.Stakeholders().Type(id)
		types = append(types, t.Name.In(b.Lang))
	}
	for _, id := range c.OrgPapers {
		papers = append(papers, paperName(id).In(b.Lang))
	}
	documents = append(documents, b.T("documents.type.terms"), b.T("documents.type.budget"))
	for _, t := range c.Papers {
		documents = append(documents, b.T("documents.type."+string(t)))
	}
	facts := []web.Fact{{Label: b.T("calls.fact.types"), Value: b.T("calls.any_type")}, {Label: b.T("calls.fact.verified"), Value: b.T("calls.verified_needed")}}
	if len(types) > 0 {
		facts[0].Value = strings.Join(types, "; ")
	}
	if c.Local {
		facts = append(facts, web.Fact{Label: b.T("calls.fact.local"), Value: b.T("calls.local_needed")})
	}
	if len(papers) > 0 {
		facts = append(facts, web.Fact{Label: b.T("calls.fact.org_papers"), Value: strings.Join(papers, "; ")})
	}
	return append(facts, web.Fact{Label: b.T("calls.fact.papers"), Value: strings.Join(documents, "; ")})
}

func criteriaOf(b web.Base, c Content) web.Table {
	t := web.Table{Caption: b.T("calls.criteria"), Head: []string{b.T("calls.table.criterion"), b.T("calls.table.weight"), b.T("calls.table.minimum"), b.T("calls.table.guidance")}, Numbers: []bool{false, true, true}}
	for _, k := range c.Criteria {
		least := web.Cell{Text: b.T("calls.no_minimum"), Quiet: true}
		if k.Minimum > 0 {
			least = web.Cell{Text: b.T("calls.minimum_of", "n", k.Minimum)}
		}
		t.Rows = append(t.Rows, web.Row{Cells: []web.Cell{{Text: k.Name}, {Text: b.T("calls.weight_of", "n", k.Weight)}, least, {Text: k.Guidance}}})
	}
	return t
}

// eligibleTable shows each condition with what is missing and where to mend it.
func eligibleTable(b web.Base, c Content, organization domain.OrganizationID, checks []Check) web.Table {
	t := web.Table{Head: []string{b.T("calls.table.condition"), b.T("calls.table.outcome")}}
	for _, x := range checks {
		cell := web.Cell{Tag: &web.Tag{Kind: "good", Text: b.T("calls.met")}}
		if !x.OK {
			cell = web.Cell{Tag: &web.Tag{Kind: "stop", Text: b.T("calls.not_met")}, Note: b.Local().Message(apperr.Msg("calls.missing."+x.Key, x.args(c)...))}
		}
		name := web.Cell{Text: b.T("calls.check."+x.Key, x.args(c)...)}
		if !x.OK && (x.Key == "verified" || x.Key == "paper") {
			name.Path = b.URL("/organizations/" + string(organization) + "/verification")
		}
		t.Rows = append(t.Rows, web.Row{Cells: []web.Cell{name, cell}})
	}
	return t
}

// openReasons are the moves whose reason anyone may read.
var openReasons = map[Action]bool{ActionAmend: true, ActionCancel: true}

func (s *Service) stepsOf(b web.Base, c Call, names map[domain.OrganizationID]domain.OrganizationBrief, inside bool) []web.Step {
	var steps []web.Step
	for _, m := range c.History {
		if !inside && (m.Action == ActionAsk || m.Action == ActionReturn) {
			continue
		}
		step := web.Step{State: "done", Label: b.T("calls.move." + string(m.Action)), When: b.DateTime(m.At), Who: names[m.Organization].Name}
		switch {
		case m.By == "":
			step.Who = b.T("calls.clock")
		case m.Organization == "":
			step.Who = b.T("calls.secretariat")
		}
		if m.Reason != "" && (inside || openReasons[m.Action]) {
			step.Note = m.Reason
		}
		steps = append(steps, step)
	}
	if len(steps) > 0 {
		steps[len(steps)-1].State = "now"
	}
	if c.StateAt(s.clock.Now()) == Open {
		steps = append(steps, web.Step{State: "next", Label: b.T("calls.move.close"), When: c.moment(c.Deadline).In(b.Lang)})
	}
	return steps
}

// differencesOf compares two versions of a call, field by field in the order of the form.
func (s *Service) differencesOf(ctx context.Context, b web.Base, before, after Content) []web.Difference {
	var d web.Differences
	fact := func(key string) string { return b.T("calls.fact." + key) }
	d.Add(fact("title"), before.Title, after.Title)
	d.Add(fact("theme"), before.Theme, after.Theme)
	d.Add(fact("summary"), before.Summary, after.Summary)
	d.Add(fact("summary_en"), before.SummaryEN, after.SummaryEN)
	d.Add(fact("expected"), before.Expected, after.Expected)
	old, now := s.factsOf(ctx, b, Call{Content: before}), s.factsOf(ctx, b, Call{Content: after})
	compareFacts(&d, old[1:], now[1:])
	compareFacts(&d, conditionsOf(b, before), conditionsOf(b, after))
	for _, k := range after.Criteria {
		d.Add(b.T("calls.fact.criterion", "name", k.Name), criterionText(b, before, k.ID), criterionText(b, after, k.ID))
	}
	for _, k := range before.Criteria {
		if criterionText(b, after, k.ID) == "" {
			d.Add(b.T("calls.fact.criterion", "name", k.Name), criterionText(b, before, k.ID), "")
		}
	}
	return d.List
}

// compareFacts compares two lists of facts by their labels.
func compareFacts(d *web.Differences, before, after []web.Fact) {
	had := map[string]string{}
	for _, f := range before {
		had[f.Label] = f.Value
	}
	for _, f := range after {
		d.Add(f.Label, had[f.Label], f.Value)
		delete(had, f.Label)
	}
	for _, f := range before {
		if _, gone := had[f.Label]; gone {
			d.Add(f.Label, f.Value, "")
		}
	}
}

func criterionText(b web.Base, c Content, id string) string {
	for _, k := range c.Criteria {
		if k.ID == id {
			return strings.Join([]string{k.Name, b.T("calls.weight_of", "n", k.Weight), b.T("calls.minimum_of", "n", k.Minimum), k.Guidance}, " · ")
		}
	}
	return ""
}
