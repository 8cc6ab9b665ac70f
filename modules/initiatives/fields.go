package initiatives

import (
	"fmt"
	"slices"
	"time"
	"unicode/utf8"

	"gotong/modules/domain"
	"gotong/modules/kit/apperr"
)

// Offer is what an initiative can provide: whole units of the category's unit, where, when, on which conditions.
type Offer struct {
	ID         domain.OfferID      `json:"id"`
	Category   domain.CategoryID   `json:"category"`
	Unit       domain.UnitID       `json:"unit"`
	Quantity   int64               `json:"quantity"`
	Areas      []domain.RegionCode `json:"areas"` // none: the initiative's
	From       domain.Date         `json:"from"`
	Until      domain.Date         `json:"until"`
	MinLot     int64               `json:"min_lot"`
	Conditions string              `json:"conditions"`
}

// Source says where money comes from.
type Source string

// Sources of funds.
const (
	SourceOwn        Source = "own"
	SourceGovernment Source = "government"
	SourceCSR        Source = "csr"
	SourceGrant      Source = "grant"
	SourceCommunity  Source = "community"
	SourceSought     Source = "sought" // still looked for
)

// Sources in the order of the form.
var Sources = []Source{SourceOwn, SourceGovernment, SourceCSR, SourceGrant, SourceCommunity, SourceSought}

// BudgetLine is one item of the budget, in rupiah.
type BudgetLine struct {
	Item   string `json:"item"`
	Source Source `json:"source"`
	Amount int64  `json:"amount"`
}

// Result is an indicator that the initiative means to move; values as written, with unit, year and source.
type Result struct {
	Indicator string `json:"indicator"`
	Baseline  string `json:"baseline"`
	Target    string `json:"target"`
}

// Milestone is a step of the work with the day by which it is done.
type Milestone struct {
	Title string      `json:"title"`
	Due   domain.Date `json:"due"`
}

// Bounds of an initiative's lists.
const (
	MaxRows  = 5
	MaxAreas = 6
)

// Content is what an editor writes.
type Content struct {
	Title          string              `json:"title"`
	Summary        string              `json:"summary"`
	SummaryEN      string              `json:"summary_en"`
	Problem        string              `json:"problem"`
	Goals          string              `json:"goals"`
	Areas          []domain.RegionCode `json:"areas"`
	TargetGroup    string              `json:"target_group"`
	TargetNumber   int64               `json:"target_number"` // persons
	From           domain.Date         `json:"from"`
	Until          domain.Date         `json:"until"`
	Offers         []Offer             `json:"offers"`
	Budget         []BudgetLine        `json:"budget"`
	Milestones     []Milestone         `json:"milestones"`
	Results        []Result            `json:"results"`
	Risks          string              `json:"risks"`
	Sustainability string              `json:"sustainability"`
	Partners       []Partner           `json:"partners"`
}

// Initiative is one organisation's proposal, with its life.
type Initiative struct {
	Content
	Organization domain.OrganizationID `json:"organization"`
	Stage        Stage                 `json:"state"`
	Round        int64                 `json:"round"` // how often it was submitted
	NextOffer    int64                 `json:"next_offer"`
	Points       string                `json:"points"` // to answer in a revision
	ReviseBy     domain.Date           `json:"revise_by"`
	Begin        Begin                 `json:"begin"`
	History      []Move                `json:"history"`
	Pending      *Pending              `json:"pending"`
	LimitDue     bool                  `json:"limit_due"` // the offers' accounts have to be opened
	DraftedAt    time.Time             `json:"drafted_at"`
	SubmittedAt  time.Time             `json:"submitted_at"`
	PublishedAt  time.Time             `json:"published_at"`
	CopiedFrom   domain.InitiativeID   `json:"copied_from"`
	Template     string                `json:"template,omitempty"` // that it was begun from
	Door         Door                  `json:"door"`
	Call         domain.CallID         `json:"call"` // that it answers
	Invitation   string                `json:"invitation,omitempty"`
	TakenUp      []TakeUp              `json:"taken_up,omitempty"` // by funders and agencies, those that let it go too
	Caller       domain.OrganizationID `json:"caller"`             // who made the call; "" the secretariat
	Verdicts     []Verdict             `json:"verdicts"`
	Appeal       *Appeal               `json:"appeal"`
	Demo         bool                  `json:"demo,omitempty"`
}

// Version is a submission as it was, frozen.
type Version struct {
	Content
	Initiative  domain.InitiativeID `json:"initiative"`
	Round       int64               `json:"round"`
	SubmittedAt time.Time           `json:"submitted_at"`
	SubmittedBy domain.AccountID    `json:"submitted_by"`
}

// PeriodOf gives when an offer holds: its own dates, else the initiative's.
func (i Initiative) PeriodOf(o Offer) (from, until domain.Date) {
	from, until = o.From, o.Until
	if from == "" {
		from = i.From
	}
	if until == "" {
		until = i.Until
	}
	return from, until
}

// AreasOf gives where an offer holds: its own areas, else the initiative's.
func (i Initiative) AreasOf(o Offer) []domain.RegionCode {
	if len(o.Areas) > 0 {
		return o.Areas
	}
	return i.Areas
}

// OwnFunds is the sum of the budget that the organisation pays itself.
func (c Content) OwnFunds() int64 {
	var sum int64
	for _, l := range c.Budget {
		if l.Source == SourceOwn {
			sum += l.Amount
		}
	}
	return sum
}

// Total is the whole budget in rupiah.
func (c Content) Total() int64 {
	var sum int64
	for _, l := range c.Budget {
		sum += l.Amount
	}
	return sum
}

// Normalise fills what follows from the rest: a category's first unit, an offer's period from the initiative's.
func (c *Content) Normalise() {
	offers := slices.Clone(c.Offers)
	for n := range offers {
		o := &offers[n]
		if cat, ok := domain.Taxonomy().Category(o.Category); ok && o.Unit == "" && len(cat.Units) > 0 {
			o.Unit = cat.Units[0]
		}
		if o.From == "" {
			o.From = c.From
		}
		if o.Until == "" {
			o.Until = c.Until
		}
	}
	c.Offers = offers
}

// number gives every offer without one an id that is never used again.
func (i *Initiative) number(id string) {
	offers := slices.Clone(i.Offers)
	for n := range offers {
		if offers[n].ID == "" {
			i.NextOffer++
			offers[n].ID = domain.OfferID(fmt.Sprintf("%s-%d", id, i.NextOffer))
		}
	}
	i.Offers = offers
}

const (
	maxTitle = 140
	maxText  = 4000
	maxShort = 400
)

type namedText struct {
	name, text string
	max        int
}

func (c Content) texts() []namedText {
	texts := []namedText{
		{"title", c.Title, maxTitle}, {"summary", c.Summary, maxText}, {"summary_en", c.SummaryEN, maxText}, {"problem", c.Problem, maxText},
		{"goals", c.Goals, maxText}, {"target_group", c.TargetGroup, maxShort}, {"risks", c.Risks, maxText}, {"sustainability", c.Sustainability, maxText},
	}
	for n, o := range c.Offers {
		texts = append(texts, namedText{row("offer", n, "conditions"), o.Conditions, maxText})
	}
	for n, l := range c.Budget {
		texts = append(texts, namedText{row("budget", n, "item"), l.Item, maxShort})
	}
	for n, r := range c.Results {
		texts = append(texts, namedText{row("result", n, "baseline"), r.Baseline, maxShort}, namedText{row("result", n, "target"), r.Target, maxShort})
	}
	for n, m := range c.Milestones {
		texts = append(texts, namedText{row("milestone", n, "title"), m.Title, maxShort})
	}
	for n, p := range c.Partners {
		texts = append(texts, namedText{row("partner", n, "name"), p.Name, maxShort}, namedText{row("partner", n, "role"), p.Role, maxShort})
	}
	return texts
}

// row names an input of a repeated part: offer_1_quantity.
func row(part string, n int, name string) string { return fmt.Sprintf("%s_%d_%s", part, n+1, name) }

// Validate checks what a draft must hold and that whatever is there makes sense. Invalid, by field.
func (c Content) Validate() error {
	var f apperr.Fields
	f.Check(c.Title != "", "title", "initiatives.error.required")
	f.Check(c.Summary != "", "summary", "initiatives.error.required")
	f.Check(len(c.Offers) > 0, "offer_1_category", "initiatives.error.category")
	f.Check(len(c.Areas) <= MaxAreas, "areas", "initiatives.error.areas_many", "max", MaxAreas)
	f.Check(c.TargetNumber >= 0, "target_number", "initiatives.error.number")
	f.Check(c.From == "" || c.Until == "" || c.From < c.Until, "until", "initiatives.error.until")
	for n, o := range c.Offers {
		cat, ok := domain.Taxonomy().Category(o.Category)
		f.Check(ok, row("offer", n, "category"), "initiatives.error.category")
		f.Check(!ok || o.Unit == "" || cat.HasUnit(o.Unit), row("offer", n, "unit"), "initiatives.error.unit")
		f.Check(o.Quantity >= 0 && o.Quantity <= 1_000_000_000_000, row("offer", n, "quantity"), "initiatives.error.number")
		f.Check(o.MinLot >= 0 && o.MinLot <= o.Quantity, row("offer", n, "min_lot"), "initiatives.error.min_lot")
		f.Check(o.From == "" || o.Until == "" || o.From < o.Until, row("offer", n, "until"), "initiatives.error.until")
	}
	for n, l := range c.Budget {
		f.Check(slices.Contains(Sources, l.Source), row("budget", n, "source"), "initiatives.error.required")
		f.Check(l.Item != "", row("budget", n, "item"), "initiatives.error.required")
		f.Check(l.Amount >= 0, row("budget", n, "amount"), "initiatives.error.number")
	}
	for n, r := range c.Results {
		_, ok := domain.IndicatorByID(r.Indicator)
		f.Check(ok, row("result", n, "indicator"), "initiatives.error.indicator")
	}
	for n, m := range c.Milestones {
		f.Check(m.Title != "", row("milestone", n, "title"), "initiatives.error.required")
		f.Check(m.Due == "" || c.From == "" || c.Until == "" || m.Due >= c.From && m.Due <= c.Until, row("milestone", n, "due"), "initiatives.error.milestone")
	}
	for n, p := range c.Partners {
		f.Check(p.Name != "", row("partner", n, "name"), "initiatives.error.required")
		f.Check(p.Role != "", row("partner", n, "role"), "initiatives.error.required")
	}
	for _, t := range c.texts() {
		f.Check(utf8.RuneCountInString(t.text) <= t.max, t.name, "initiatives.error.long", "max", t.max)
		checkPersonal(&f, t.name, t.text)
	}
	return f.Err()
}

// chosen tells of offers in which what is offered no more was chosen anew; before is the content that this one replaces.
func (c Content) chosen(before Content) (f apperr.Fields) {
	for n, o := range c.Offers {
		category, unit := domain.MayChoose(o.Category, o.Unit, func(id domain.CategoryID, in domain.UnitID) bool {
			return slices.ContainsFunc(before.Offers, func(b Offer) bool { return b.Category == id && (in == "" || b.Unit == in) })
		})
		f.Check(category, row("offer", n, "category"), "initiatives.error.category_retired")
		f.Check(unit, row("offer", n, "unit"), "initiatives.error.unit_former")
	}
	return f
}

func checkPersonal(f *apperr.Fields, name, text string) {
	if len(domain.FindPersonalNumbers(text)) > 0 {
		f.Add(name, "initiatives.error.personal")
	}
}

// Complete checks what workflow.md demands of a submitted initiative, beyond Validate.
func (i Initiative) Complete(terms, budget bool) error {
	if err := i.Validate(); err != nil {
		return err
	}
	var f apperr.Fields
	for _, x := range []namedText{
		{"problem", i.Problem, 0}, {"goals", i.Goals, 0}, {"target_group", i.TargetGroup, 0}, {"from", string(i.From), 0}, {"until", string(i.Until), 0},
		{"risks", i.Risks, 0}, {"sustainability", i.Sustainability, 0},
	} {
		f.Check(x.text != "", x.name, "initiatives.error.required")
	}
	f.Check(len(i.Areas) > 0, "areas", "initiatives.error.areas")
	f.Check(i.TargetNumber > 0, "target_number", "initiatives.error.positive")
	for n, o := range i.Offers {
		f.Check(o.Quantity > 0, row("offer", n, "quantity"), "initiatives.error.positive")
	}
	f.Check(len(i.Budget) > 0, "budget_1_item", "initiatives.error.budget_missing")
	for n, l := range i.Budget {
		f.Check(l.Amount > 0, row("budget", n, "amount"), "initiatives.error.positive")
	}
	for n, m := range i.Milestones {
		f.Check(m.Due != "", row("milestone", n, "due"), "initiatives.error.required")
	}
	f.Check(len(i.Results) > 0, "result_1_indicator", "initiatives.error.results_missing")
	for n, r := range i.Results {
		f.Check(r.Baseline != "", row("result", n, "baseline"), "initiatives.error.baseline")
		f.Check(r.Target != "", row("result", n, "target"), "initiatives.error.required")
	}
	for n, p := range i.Partners {
		f.Check(p.Organization == "" || p.Status == PartnerConfirmed, row("partner", n, "name"), "initiatives.error.partner_"+p.Status, "name", p.Name)
	}
	f.Check(terms, "terms", "initiatives.error.terms")
	f.Check(budget, "budget_paper", "initiatives.error.budget_paper")
	return f.Err()
}
