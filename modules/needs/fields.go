package needs

import (
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"gotong/modules/domain"
	"gotong/modules/kit/apperr"
)

// Urgency says how pressing a need is, in the village's own judgement.
type Urgency string

// Urgencies, least first.
const (
	UrgencyNormal   Urgency = "normal"
	UrgencyHigh     Urgency = "high"
	UrgencyCritical Urgency = "critical"
)

// Urgencies in the order of the form.
var Urgencies = []Urgency{UrgencyNormal, UrgencyHigh, UrgencyCritical}

// Adoption says whether the village government took up what another organisation declared for it.
type Adoption string

// Adoptions; "" where the village declared the need itself or has not been asked yet.
const (
	AdoptionWaiting  Adoption = "waiting"
	Adopted          Adoption = "adopted"
	AdoptionDeclined Adoption = "declined"
)

// Question is one of the verifier's checklist.
type Question string

// CheckQuestions of workflow.md, in the order of the page.
var CheckQuestions = []Question{"place", "duplicate", "quantity", "minutes", "personal"}

// Checklist is what the verifier answered, with a note.
type Checklist struct {
	Answers map[Question]bool `json:"answers"`
	Note    string            `json:"note"`
}

// FieldReason says what is to be corrected at one field.
type FieldReason struct {
	Field  string `json:"field"`
	Reason string `json:"reason"`
}

// ReturnFields are the fields that a verifier can point at.
var ReturnFields = []string{"title", "category", "description", "summary", "quantity", "households", "persons", "wanted_by", "urgency", "cost", "meeting_date", "rank", "minutes", "contact_office"}

// PlanReference is where the government's plan carries the need.
type PlanReference struct {
	Document string `json:"document"` // RKPD, APBDes, SIPD, with its number
	Year     int64  `json:"year"`
}

// Validate demands reference and year.
func (p PlanReference) Validate() error {
	var f apperr.Fields
	f.Check(p.Document != "", "plan_document", "needs.error.plan_document")
	f.Check(p.Year >= 2020 && p.Year <= 2100, "plan_year", "needs.error.plan_year")
	return f.Err()
}

// Evaluation says what became of a fulfilled need.
type Evaluation struct {
	StillUsed string `json:"still_used"`
	Benefit   string `json:"benefit"`
	Before    string `json:"before"`
	After     string `json:"after"`
}

// Validate demands the answers of workflow.md.
func (e Evaluation) Validate() error {
	var f apperr.Fields
	f.Check(e.StillUsed != "", "still_used", "needs.error.required")
	f.Check(e.Benefit != "", "benefit", "needs.error.required")
	f.Check(e.Before != "", "before", "needs.error.required")
	f.Check(e.After != "", "after", "needs.error.required")
	checkPersonal(&f, "still_used", e.StillUsed)
	checkPersonal(&f, "benefit", e.Benefit)
	checkPersonal(&f, "before", e.Before)
	checkPersonal(&f, "after", e.After)
	return f.Err()
}

// Content is what an editor writes. Quantities are whole units of the category's unit, people are aggregates, money
// is rupiah.
type Content struct {
	Category      domain.CategoryID `json:"category"`
	Title         string            `json:"title"`
	Description   string            `json:"description"`
	Summary       string            `json:"summary"` // for the public, without personal data
	Quantity      int64             `json:"quantity"`
	Unit          domain.UnitID     `json:"unit"`
	Households    int64             `json:"households"`
	Persons       int64             `json:"persons"`
	Divisible     bool              `json:"divisible"`
	MinLot        int64             `json:"min_lot"` // smallest part that helps; 0 where any
	WantedBy      domain.Date       `json:"wanted_by"`
	Urgency       Urgency           `json:"urgency"`
	UrgencyReason string            `json:"urgency_reason"`
	Cost          int64             `json:"cost"` // rupiah, estimated
	CostBasis     string            `json:"cost_basis"`
	MeetingDate   domain.Date       `json:"meeting_date"`
	Rank          int64             `json:"rank,omitempty"` // among the village's priorities at that meeting, 1 first; 0 where none was given
	ContactOffice string            `json:"contact_office"`
}

// Need is one village's lack in one category, with its life.
type Need struct {
	Content
	Village        domain.RegionCode     `json:"village"`
	Organization   domain.OrganizationID `json:"organization"` // that declared it
	OnBehalf       bool                  `json:"on_behalf"`    // declared by another than the village's government
	Adoption       Adoption              `json:"adoption"`
	AdoptionReason string                `json:"adoption_reason"`
	AdoptedBy      domain.OrganizationID `json:"adopted_by"`
	Stage          Stage                 `json:"state"`
	Checklist      Checklist             `json:"checklist"`
	Returned       []FieldReason         `json:"returned"`
	CorrectBy      domain.Date           `json:"correct_by"`
	PlanReference  PlanReference         `json:"plan_reference"`
	Evaluation     Evaluation            `json:"evaluation"`
	History        []Move                `json:"history"`
	Pending        *Pending              `json:"pending"`
	LimitDue       bool                  `json:"limit_due"` // the account's limit has to be raised to the quantity
	DeclaredAt     time.Time             `json:"declared_at"`
	SubmittedAt    time.Time             `json:"submitted_at"`
	OpenedAt       time.Time             `json:"opened_at"` // first seen by the public
	CopiedFrom     domain.NeedID         `json:"copied_from"`
	Reminded       domain.Date           `json:"reminded,omitempty"` // the deadline of which its people were reminded
	Demo           bool                  `json:"demo,omitempty"`
}

// Deadline is the date after which the clock moves the need: the date wanted by of an open one, the date of correction
// of a returned one; "" where the clock has nothing to say.
func (n Need) Deadline() domain.Date {
	switch n.State() {
	case Verified:
		return n.WantedBy
	case NeedsCorrection:
		return n.CorrectBy
	}
	return ""
}

// limits of lengths in characters.
const (
	maxTitle = 140
	maxText  = 4000
	maxShort = 400
)

// Normalise fills what follows from the rest: the category's first unit, no lot where the need is not divisible.
func (c *Content) Normalise() {
	if cat, ok := domain.Taxonomy().Category(c.Category); ok && c.Unit == "" && len(cat.Units) > 0 {
		c.Unit = cat.Units[0]
	}
	if !c.Divisible {
		c.MinLot = 0
	}
	if c.Unit == "household" && c.Households == 0 { // the same number is not asked for twice
		c.Households = c.Quantity
	}
	if c.Unit == "person" && c.Persons == 0 {
		c.Persons = c.Quantity
	}
}

// Validate checks what a draft must hold and that whatever is there makes sense. It returns an Invalid error that
// names each field.
func (c Content) Validate() error {
	var f apperr.Fields
	f.Check(c.Title != "", "title", "needs.error.required")
	f.Check(c.Description != "", "description", "needs.error.required")
	cat, ok := domain.Taxonomy().Category(c.Category)
	f.Check(ok, "category", "needs.error.category")
	if ok && c.Unit != "" && !cat.HasUnit(c.Unit) {
		f.Add("unit", "needs.error.unit", "units", unitSymbols(cat))
	}
	f.Check(c.Quantity >= 0 && c.Quantity <= 1_000_000_000_000, "quantity", "needs.error.number")
	f.Check(c.MinLot >= 0 && c.MinLot <= c.Quantity, "min_lot", "needs.error.min_lot")
	f.Check(c.Households >= 0 && c.Households <= 1_000_000, "households", "needs.error.number")
	f.Check(c.Persons >= 0 && c.Persons <= 10_000_000, "persons", "needs.error.number")
	f.Check(c.Cost >= 0, "cost", "needs.error.number")
	f.Check(c.Rank >= 0 && c.Rank <= 999, "rank", "needs.error.number")
	f.Check(c.Urgency == "" || slices.Contains(Urgencies, c.Urgency), "urgency", "needs.error.required")
	for _, t := range c.texts() {
		f.Check(utf8.RuneCountInString(t.text) <= t.max, t.name, "needs.error.long", "max", t.max)
		checkPersonal(&f, t.name, t.text)
	}
	return f.Err()
}

// Chosen checks that what is offered no more is not chosen anew; before is the content that this one replaces.
func (c Content) Chosen(before Content) error {
	var f apperr.Fields
	category, unit := domain.MayChoose(c.Category, c.Unit, func(id domain.CategoryID, in domain.UnitID) bool {
		return before.Category == id && (in == "" || before.Unit == in)
	})
	f.Check(category, "category", "needs.error.category_retired")
	f.Check(unit, "unit", "needs.error.unit_former")
	return f.Err()
}

type namedText struct {
	name, text string
	max        int
}

func (c Content) texts() []namedText {
	return []namedText{
		{"title", c.Title, maxTitle}, {"description", c.Description, maxText}, {"summary", c.Summary, maxText},
		{"urgency_reason", c.UrgencyReason, maxText}, {"cost_basis", c.CostBasis, maxShort}, {"contact_office", c.ContactOffice, maxShort},
	}
}

func checkPersonal(f *apperr.Fields, name, text string) {
	if len(domain.FindPersonalNumbers(text)) > 0 {
		f.Add(name, "needs.error.personal")
	}
}

// Complete checks what workflow.md demands of a submitted need, beyond Validate.
func (n Need) Complete(minutes bool) error {
	var f apperr.Fields
	if err := n.Validate(); err != nil {
		return err
	}
	f.Check(n.Quantity > 0, "quantity", "needs.error.positive")
	f.Check(n.Summary != "", "summary", "needs.error.required")
	f.Check(n.Households > 0, "households", "needs.error.positive")
	f.Check(n.Persons > 0, "persons", "needs.error.positive")
	f.Check(n.Persons >= n.Households, "persons", "needs.error.persons_fewer")
	f.Check(n.Urgency != "", "urgency", "needs.error.required")
	f.Check(n.UrgencyReason != "", "urgency_reason", "needs.error.required")
	f.Check(n.WantedBy != "", "wanted_by", "needs.error.required")
	f.Check(n.MeetingDate != "", "meeting_date", "needs.error.required")
	f.Check(n.ContactOffice != "", "contact_office", "needs.error.required")
	f.Check(minutes, "minutes", "needs.error.minutes")
	return f.Err()
}

func unitSymbols(cat domain.Category) string {
	var out []string
	for _, id := range cat.Units {
		if u, ok := domain.Taxonomy().Unit(id); ok {
			out = append(out, u.Symbol)
		}
	}
	return strings.Join(out, ", ")
}
