package calls

import (
	"fmt"
	"slices"
	"time"
	"unicode/utf8"

	"gotong/modules/domain"
	"gotong/modules/kit/apperr"
)

// Criterion is one question by which proposals are scored. Guidance tells reviewers what earns few and many points.
type Criterion struct {
	ID       string `json:"id"` // k1, k2 …: never used again for another criterion
	Name     string `json:"name"`
	Guidance string `json:"guidance"`
	Weight   int64  `json:"weight"`  // of 100
	Minimum  int64  `json:"minimum"` // score of 1 to 5 below which a proposal cannot be approved; 0 for none
}

// Zone is one of Indonesia's three times.
type Zone string

// Zones of Indonesia.
const (
	WIB  Zone = "WIB"
	WITA Zone = "WITA"
	WIT  Zone = "WIT"
)

// Zones in the order of the form.
var Zones = []Zone{WIB, WITA, WIT}

var zones = map[Zone]*time.Location{WIB: domain.WIB, WITA: time.FixedZone("WITA", 8*60*60), WIT: time.FixedZone("WIT", 9*60*60)}

// Location gives the zone; WIB where it is not known.
func (z Zone) Location() *time.Location {
	if l := zones[z]; l != nil {
		return l
	}
	return domain.WIB
}

// Content is what its writers say in a call.
type Content struct {
	Title          string                `json:"title"`
	Theme          string                `json:"theme"`
	Summary        string                `json:"summary"`
	SummaryEN      string                `json:"summary_en"`
	Expected       string                `json:"expected"` // what a good proposal brings
	Categories     []domain.CategoryID   `json:"categories"`
	Areas          []domain.RegionCode   `json:"areas"`
	Budget         int64                 `json:"budget"` // of the whole call, rupiah; 0: not said
	Least          int64                 `json:"least"`  // a proposal asks for, rupiah; 0: no bound
	Most           int64                 `json:"most"`
	Types          []string              `json:"types"` // stakeholder types that may answer; none: all
	Local          bool                  `json:"local"` // only organisations that work in the area
	OrgPapers      []string              `json:"org_papers"`
	Papers         []domain.DocumentType `json:"papers"` // that a proposal carries beside terms of reference and budget
	Criteria       []Criterion           `json:"criteria"`
	Deadline       time.Time             `json:"deadline"` // the first moment that is too late
	Zone           Zone                  `json:"zone"`
	QuestionsUntil time.Time             `json:"questions_until"`
	DecideBy       domain.Date           `json:"decide_by"`
	Anonymous      bool                  `json:"anonymous"` // reviewers do not read who proposes
	Reviewers      int64                 `json:"reviewers"` // for each proposal, 2 to 5
	Spread         int64                 `json:"spread"`    // points of 100 between two reviews that call for a third
	Contact        string                `json:"contact"`   // office, never a person
}

// Bounds of a call.
const (
	MaxCriteria   = 8
	MaxCategories = 5
	MaxAreas      = 6
	maxTitle      = 140
	maxText       = 6000
	maxShort      = 400
)

// PaperTypes are what a call may ask for with a proposal, beside terms of reference and budget.
var PaperTypes = []domain.DocumentType{domain.DocMinutes, domain.DocPlanPage, domain.DocAgreement, domain.DocStudy, domain.DocReport, domain.DocPhoto}

// row names an input of a criterion: criterion_1_name.
func row(n int, name string) string { return fmt.Sprintf("criterion_%d_%s", n+1, name) }

// Weights is the sum of the criteria's weights.
func (c Content) Weights() int64 {
	var sum int64
	for _, k := range c.Criteria {
		sum += k.Weight
	}
	return sum
}

// Normalise fills what follows from the rest.
func (c *Content) Normalise() {
	if c.Zone == "" {
		c.Zone = WIB
	}
	if c.Reviewers == 0 {
		c.Reviewers = 2
	}
	if c.Spread == 0 {
		c.Spread = 20
	}
}

// number gives every criterion without one an id; those that are taken stay.
func (c *Content) number(used []Criterion) {
	next := 0
	for _, k := range append(slices.Clone(used), c.Criteria...) {
		var n int
		if _, err := fmt.Sscanf(k.ID, "k%d", &n); err == nil {
			next = max(next, n)
		}
	}
	known := map[string]bool{}
	for _, k := range used {
		known[k.ID] = true
	}
	c.Criteria = slices.Clone(c.Criteria)
	for n := range c.Criteria {
		id := c.Criteria[n].ID
		if id == "" || !known[id] {
			next++
			c.Criteria[n].ID = fmt.Sprintf("k%d", next)
			continue
		}
		known[id] = false // one criterion cannot come twice
	}
}

// Validate checks that what is there makes sense. Invalid, by field.
func (c Content) Validate() error {
	var f apperr.Fields
	f.Check(c.Title != "", "title", "calls.error.required")
	f.Check(len(c.Categories) <= MaxCategories, "categories", "calls.error.categories_many", "max", MaxCategories)
	for _, id := range c.Categories {
		_, ok := domain.Taxonomy().Category(id)
		f.Check(ok, "categories", "calls.error.category")
	}
	f.Check(len(c.Areas) <= MaxAreas, "areas", "calls.error.areas_many", "max", MaxAreas)
	f.Check(c.Budget >= 0, "budget", "calls.error.number")
	f.Check(c.Least >= 0, "least", "calls.error.number")
	f.Check(c.Most == 0 || c.Most >= c.Least, "most", "calls.error.most")
	f.Check(c.Budget == 0 || c.Most <= c.Budget, "most", "calls.error.most_budget")
	for _, t := range c.Types {
		_, ok := domain.Stakeholders().Type(t)
		f.Check(ok, "types", "calls.error.type")
	}
	for _, p := range c.OrgPapers {
		f.Check(knownPaper(p), "org_papers", "calls.error.paper")
	}
	for _, p := range c.Papers {
		f.Check(slices.Contains(PaperTypes, p), "papers", "calls.error.paper")
	}
	f.Check(zones[c.Zone] != nil, "zone", "calls.error.required")
	f.Check(c.Reviewers >= 2 && c.Reviewers <= 5, "reviewers", "calls.error.reviewers")
	f.Check(c.Spread >= 5 && c.Spread <= 80, "spread", "calls.error.spread")
	f.Check(c.QuestionsUntil.IsZero() || c.Deadline.IsZero() || c.QuestionsUntil.Before(c.Deadline), "questions_until", "calls.error.questions_until")
	f.Check(c.DecideBy == "" || c.Deadline.IsZero() || c.DecideBy > domain.DateOf(c.Deadline), "decide_by", "calls.error.decide_by")
	f.Check(len(c.Criteria) <= MaxCriteria, "criterion_1_name", "calls.error.criteria_many", "max", MaxCriteria)
	for n, k := range c.Criteria {
		f.Check(k.Name != "", row(n, "name"), "calls.error.required")
		f.Check(k.Weight >= 1 && k.Weight <= 100, row(n, "weight"), "calls.error.weight")
		f.Check(k.Minimum >= 0 && k.Minimum <= 5, row(n, "minimum"), "calls.error.minimum")
	}
	for _, t := range c.texts() {
		f.Check(utf8.RuneCountInString(t.text) <= t.max, t.name, "calls.error.long", "max", t.max)
		checkPersonal(&f, t.name, t.text)
	}
	return f.Err()
}

// Complete checks what must be there before anyone may answer, beyond Validate.
func (c Content) Complete(now time.Time) error {
	if err := c.Validate(); err != nil {
		return err
	}
	var f apperr.Fields
	f.Check(c.Theme != "", "theme", "calls.error.required")
	f.Check(c.Summary != "", "summary", "calls.error.required")
	f.Check(c.SummaryEN != "", "summary_en", "calls.error.required")
	f.Check(c.Expected != "", "expected", "calls.error.required")
	f.Check(len(c.Categories) > 0, "categories", "calls.error.category")
	f.Check(len(c.Areas) > 0, "areas", "calls.error.areas")
	f.Check(c.Contact != "", "contact", "calls.error.required")
	f.Check(!c.Deadline.IsZero(), "deadline", "calls.error.required")
	f.Check(c.Deadline.IsZero() || c.Deadline.After(now), "deadline", "calls.error.future")
	f.Check(!c.QuestionsUntil.IsZero(), "questions_until", "calls.error.required")
	f.Check(c.DecideBy != "", "decide_by", "calls.error.required")
	f.Check(len(c.Criteria) >= 2, "criterion_1_name", "calls.error.criteria")
	if sum := c.Weights(); len(c.Criteria) > 0 && sum != 100 {
		f.Add(row(len(c.Criteria)-1, "weight"), "calls.error.weights", "sum", sum)
	}
	for n, k := range c.Criteria {
		f.Check(k.Guidance != "", row(n, "guidance"), "calls.error.guidance")
	}
	return f.Err()
}

type namedText struct {
	name, text string
	max        int
}

func (c Content) texts() []namedText {
	texts := []namedText{
		{"title", c.Title, maxTitle}, {"theme", c.Theme, maxShort}, {"summary", c.Summary, maxText}, {"summary_en", c.SummaryEN, maxText},
		{"expected", c.Expected, maxText}, {"contact", c.Contact, maxShort},
	}
	for n, k := range c.Criteria {
		texts = append(texts, namedText{row(n, "name"), k.Name, maxShort}, namedText{row(n, "guidance"), k.Guidance, maxText})
	}
	return texts
}

func checkPersonal(f *apperr.Fields, name, text string) {
	if len(domain.FindPersonalNumbers(text)) > 0 {
		f.Add(name, "calls.error.personal")
	}
}

func knownPaper(id string) bool {
	return slices.ContainsFunc(domain.Stakeholders().Papers(), func(p domain.Paper) bool { return p.ID == id })
}
