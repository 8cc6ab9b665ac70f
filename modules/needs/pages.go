package needs

import (
	"context"
	"slices"
	"strconv"

	"gotong/modules/domain"
	"gotong/modules/kit/web"
)

type listPage struct {
	web.Base
	Filters *web.Filters
	Cards   []web.Card
	Empty   *web.Empty
	Pager   web.Pager
	Table   *web.Downloads
	NewPath string // for those who may declare, else ""
}

type link struct {
	Label, Path string // with language prefix
	Plain       bool
}

type notice struct {
	Kind  string // wait or stop
	Text  string
	Items []web.Fact
}

type showPage struct {
	web.Base
	Tag      web.Tag
	Lead     string
	Amount   string
	Coverage *web.Coverage
	Summary  string
	Detail   string // what only those concerned read
	Notices  []notice
	Facts    []web.Fact
	Steps    []web.Step
	History  string // address of the differences, "" where the reader sees none
	Links    []link
	Actions  []web.Action
	Similar  []web.Card
	Sections []web.Section
}

type formPage struct {
	web.Base
	Lead         string
	Category     string // of a new need, chosen before
	CategoryText string
	Change       string // where another is chosen
	Live         string // tells while one types what is much alike
	Facts        []web.Fact
	Similar      []web.Card
	Sections     []web.Section
	Form         *web.Form
}

type panelPage struct {
	web.Base
	Lead  string
	Cards []web.Card
	More  *link
	Empty *web.Empty
}

type deskPage struct {
	web.Base
	Table web.Table
	Links []link
}

// tagKind gives the colour of a state; the word stands first.
func tagKind(s State) string {
	switch s {
	case Verified, Planned, Fulfilled, Evaluated:
		return "good"
	case Submitted, InVerification, NeedsCorrection:
		return "wait"
	case Rejected, Withdrawn, Expired:
		return "stop"
	}
	return "plain"
}

func stateTag(b web.Base, s State) web.Tag {
	return web.Tag{Kind: tagKind(s), Text: b.T("needs.state." + string(s))}
}

func (s *Service) placeText(ctx context.Context, code domain.RegionCode) string {
	place, err := s.places.Place(ctx, code)
	if err != nil {
		return string(code)
	}
	return domain.PlaceText(place)
}

func coverageOf(b web.Base, n Need, l domain.Ledger) *web.Coverage {
	c := web.NewCoverage(b, n.Quantity, l.Committed, l.Delivered, l.Confirmed, func(q int64) string { return domain.QuantityText(b.Local(), q, n.Unit) })
	return &c
}

// amountText says how much for whom: "40 unit untuk 40 KK", or just "30 KK" where households are what is counted;
// "" while nothing is known.
func amountText(b web.Base, n Need) string {
	if n.Quantity == 0 {
		return ""
	}
	quantity := domain.QuantityText(b.Local(), n.Quantity, n.Unit)
	if n.Households == 0 || n.Unit == "household" {
		return quantity
	}
	return b.T("needs.amount", "quantity", quantity, "households", domain.QuantityText(b.Local(), n.Households, "household"))
}

// cardsOf makes the cards of a list, each with its coverage where the need has an account.
func (s *Service) cardsOf(ctx context.Context, b web.Base, docs []Doc) ([]web.Card, error) {
	var ids []domain.NeedID
	for _, d := range docs {
		if d.Body.Public() {
			ids = append(ids, domain.NeedID(d.ID))
		}
	}
	ledgers := map[domain.NeedID]domain.Ledger{}
	if len(ids) > 0 {
		var err error
		if ledgers, err = s.ledgers.Ledgers(ctx, ids); err != nil {
			return nil, err
		}
	}
	cards := make([]web.Card, 0, len(docs))
	for _, d := range docs {
		n := d.Body
		tag := stateTag(b, n.State())
		card := web.Card{
			Tag: &tag, Title: n.Title, Path: b.URL("/needs/" + d.ID), Demo: n.Demo,
			Meta: s.placeText(ctx, n.Village) + " · " + domain.Taxonomy().CategoryName(n.Category, b.Lang),
		}
		if n.Demo {
			card.DemoText = b.T("web.demo.tag")
		}
		if text := amountText(b, n); text != "" {
			card.Lines = append(card.Lines, text)
		}
		if n.WantedBy != "" {
			card.Lines = append(card.Lines, b.T("needs.wanted_by", "date", b.Date(n.WantedBy.Time())))
		}
		if n.Public() && n.Quantity > 0 {
			card.Coverage = coverageOf(b, n, ledgers[domain.NeedID(d.ID)])
		}
		cards = append(cards, card)
	}
	return cards, nil
}

func anyDemo(docs []Doc) bool {
	return slices.ContainsFunc(docs, func(d Doc) bool { return d.Body.Demo })
}

// factsOf lists what was declared; all tells whether the reader sees what the public does not.
func (s *Service) factsOf(ctx context.Context, b web.Base, n Need, names map[domain.OrganizationID]domain.OrganizationBrief) []web.Fact {
	var facts []web.Fact
	add := func(key, value string) {
		f := web.Fact{Label: b.T("needs.fact." + key), Value: value}
		if value == "" {
			f.Value, f.Quiet = b.T("needs.not_filled"), true
		}
		facts = append(facts, f)
	}
	quantity := func(q int64, unit domain.UnitID) string {
		if q == 0 {
			return ""
		}
		return domain.QuantityText(b.Local(), q, unit)
	}
	date := func(d domain.Date) string {
		if d == "" {
			return ""
		}
		return b.Date(d.Time())
	}
	facts = append(facts, web.Fact{Label: b.T("needs.fact.village"), Value: s.placeText(ctx, n.Village), Path: b.URL("/villages/" + string(n.Village))})
	add("category", domain.Taxonomy().CategoryName(n.Category, b.Lang))
	add("quantity", quantity(n.Quantity, n.Unit))
	add("households", quantity(n.Households, "household"))
	add("persons", quantity(n.Persons, "person"))
	switch {
	case n.Divisible && n.MinLot > 0:
		add("divisible", b.T("needs.divisible_lot", "lot", quantity(n.MinLot, n.Unit)))
	case n.Divisible:
		add("divisible", b.T("needs.divisible_yes"))
	default:
		add("divisible", b.T("needs.divisible_no"))
	}
	add("wanted_by", date(n.WantedBy))
	urgency := ""
	if n.Urgency != "" {
		urgency = b.T("needs.urgency." + string(n.Urgency))
	}
	add("urgency", urgency)
	add("urgency_reason", n.UrgencyReason)
	cost := ""
	if n.Cost > 0 {
		cost = b.Rupiah(n.Cost)
	}
	add("cost", cost)
	if n.CostBasis != "" {
		add("cost_basis", n.CostBasis)
	}
	add("meeting_date", date(n.MeetingDate))
	if n.Rank > 0 {
		add("rank", b.T("needs.rank_text", "rank", b.Number(n.Rank)))
	}
	add("contact_office", n.ContactOffice)
	if name := names[n.Organization].Name; name != "" {
		facts = append(facts, web.Fact{Label: b.T("needs.fact.organization"), Value: name, Path: b.URL("/organizations/" + string(n.Organization))})
	}
	if n.PlanReference.Document != "" {
		add("plan", b.T("needs.plan_text", "document", n.PlanReference.Document, "year", strconv.FormatInt(n.PlanReference.Year, 10)))
	}
	return facts
}

// organizationsOf gathers the names that a need's page shows.
func (s *Service) organizationsOf(ctx context.Context, n Need) (map[domain.OrganizationID]domain.OrganizationBrief, error) {
	ids := n.Participants()
	for _, m := range n.History {
		if m.Organization != "" && !slices.Contains(ids, m.Organization) {
			ids = append(ids, m.Organization)
		}
	}
	return s.organizations.Briefs(ctx, ids)
}

// openReasons are the moves whose reason anyone may read.
var openReasons = []Action{ActionWithdraw, ActionPartWithdraw, ActionReopen, ActionDropPlan, ActionQuantity}

// stepsOf tells the need's life so far and what comes next.
func stepsOf(b web.Base, n Need, names map[domain.OrganizationID]domain.OrganizationBrief, all bool) []web.Step {
	var steps []web.Step
	if n.MeetingDate != "" {
		steps = append(steps, web.Step{State: "done", Label: b.T("needs.step.meeting"), When: b.Date(n.MeetingDate.Time())})
	}
	for _, m := range n.History {
		step := web.Step{State: "done", Label: b.T("needs.move." + string(m.Action)), When: b.Date(m.At), Who: names[m.Organization].Name}
		if m.By == "" {
			step.Who = b.T("needs.system")
		}
		if m.Stead {
			step.Note = b.T("needs.stead")
		}
		if m.Reason != "" && (all || slices.Contains(openReasons, m.Action)) {
			step.Note = m.Reason
		}
		for k, sum := range m.Sums {
			if all && sum != "" {
				step.Links = append(step.Links, domain.Citation{ID: m.Documents[k], SHA256: sum}.Fact(b, b.T("needs.step.rests_on"), true))
			}
		}
		steps = append(steps, step)
	}
	if len(steps) > 0 {
		last := steps[len(steps)-1]
		steps[len(steps)-1] = web.Step{State: "now", Label: last.Label, When: last.When, Who: last.Who, Note: last.Note, Links: last.Links}
	}
	if n.State() == Verified {
		steps = append(steps, web.Step{State: "next", Label: b.T("needs.state.fulfilled"), When: b.T("needs.at_latest", "date", b.Date(n.WantedBy.Time()))})
	}
	return steps
}

// noticesOf says what the reader has to know before all else.
func noticesOf(b web.Base, n Need, all bool) []notice {
	var out []notice
	if all && n.State() == NeedsCorrection && len(n.Returned) > 0 {
		note := notice{Kind: "wait", Text: b.T("needs.notice.returned", "date", b.Date(n.CorrectBy.Time()))}
		for _, r := range n.Returned {
			note.Items = append(note.Items, web.Fact{Label: b.T("needs.fact." + r.Field), Value: r.Reason})
		}
		out = append(out, note)
	}
	if all && n.AwaitsAdoption() {
		out = append(out, notice{Kind: "wait", Text: b.T("needs.notice.adoption_waiting")})
	}
	if all && n.Adoption == AdoptionDeclined {
		out = append(out, notice{Kind: "stop", Text: b.T("needs.notice.adoption_declined", "reason", n.AdoptionReason)})
	}
	if all && (n.State() == Rejected || n.State() == Withdrawn) && len(n.History) > 0 {
		if reason := n.History[len(n.History)-1].Reason; reason != "" {
			out = append(out, notice{Kind: "stop", Text: b.T("needs.notice.ended", "reason", reason)})
		}
	}
	if n.Pending != nil {
		out = append(out, notice{Kind: "wait", Text: b.T("needs.notice.pending")})
	}
	return out
}
