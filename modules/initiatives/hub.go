package initiatives

import (
	"context"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"slices"

	"gotong/modules/domain"
	"gotong/modules/kit/apperr"
	"gotong/modules/kit/store"
)

// Part is a short page of the proposal. The pages are written in any order, by several editors at once.
type Part string

// Parts of a proposal. The eight of Parts are what a submission needs; partners stand beside.
const (
	PartSummary  Part = "summary"
	PartProblem  Part = "problem"
	PartWhere    Part = "where"
	PartOffers   Part = "offers"
	PartBudget   Part = "budget"
	PartTimeline Part = "timeline"
	PartResults  Part = "results"
	PartRisks    Part = "risks"
	PartPartners Part = "partners"
)

// Parts that a submission needs, in the order of the hub.
var Parts = []Part{PartSummary, PartProblem, PartWhere, PartOffers, PartBudget, PartTimeline, PartResults, PartRisks}

// field is one thing that two editors cannot change at once without seeing it: a text, or a whole list.
type field struct {
	name string
	get  func(Content) any
	copy func(to *Content, from Content)
}

func text(name string, at func(*Content) *string) field {
	return field{name, func(c Content) any { return *at(&c) }, func(to *Content, from Content) { *at(to) = *at(&from) }}
}

func list[T any](name string, at func(*Content) *[]T) field {
	return field{name, func(c Content) any { return append([]T{}, *at(&c)...) }, func(to *Content, from Content) { *at(to) = *at(&from) }}
}

func date(name string, at func(*Content) *domain.Date) field {
	return field{name, func(c Content) any { return *at(&c) }, func(to *Content, from Content) { *at(to) = *at(&from) }}
}

// fieldsOf are the fields of each part.
var fieldsOf = map[Part][]field{
	PartSummary: {text("title", func(c *Content) *string { return &c.Title }), text("summary", func(c *Content) *string { return &c.Summary }),
		text("summary_en", func(c *Content) *string { return &c.SummaryEN })},
	PartProblem: {text("problem", func(c *Content) *string { return &c.Problem }), text("goals", func(c *Content) *string { return &c.Goals })},
	PartWhere: {{"areas", func(c Content) any { return sortedAreas(c.Areas) }, func(to *Content, from Content) { to.Areas = from.Areas }}, text("target_group", func(c *Content) *string { return &c.TargetGroup }),
		{"target_number", func(c Content) any { return c.TargetNumber }, func(to *Content, from Content) { to.TargetNumber = from.TargetNumber }}},
	PartOffers: {list("offers", func(c *Content) *[]Offer { return &c.Offers })},
	PartBudget: {list("budget", func(c *Content) *[]BudgetLine { return &c.Budget })},
	PartTimeline: {date("from", func(c *Content) *domain.Date { return &c.From }), date("until", func(c *Content) *domain.Date { return &c.Until }),
		list("milestones", func(c *Content) *[]Milestone { return &c.Milestones })},
	PartResults:  {list("results", func(c *Content) *[]Result { return &c.Results })},
	PartRisks:    {text("risks", func(c *Content) *string { return &c.Risks }), text("sustainability", func(c *Content) *string { return &c.Sustainability })},
	PartPartners: {{"partners", func(c Content) any { return plainPartners(c.Partners) }, func(to *Content, from Content) { to.Partners = from.Partners }}},
}

// sortedAreas are the areas in one order: a form gives them back in its own.
func sortedAreas(areas []domain.RegionCode) []domain.RegionCode {
	sorted := append([]domain.RegionCode{}, areas...)
	slices.Sort(sorted)
	return sorted
}

// Marks name what an editor has read: of each field, a digest of its value.
type Marks map[string]string

func (f field) mark(c Content) string {
	raw, _ := json.Marshal(f.get(c)) // texts, numbers and lists of them
	sum := sha256.Sum256(raw)
	return base64.RawURLEncoding.EncodeToString(sum[:9])
}

// MarksOf gives the marks of a part's fields.
func MarksOf(p Part, c Content) Marks {
	m := Marks{}
	for _, f := range fieldsOf[p] {
		m[f.name] = f.mark(c)
	}
	return m
}

// Merge puts what one editor wrote in a part upon what stands now, field by field: what only one of both changed is
// taken from there. It names the fields that both changed, each differently; there the merged content keeps what the
// editor wrote.
func Merge(p Part, read Marks, now, mine Content) (merged Content, both []string) {
	merged = now
	typed := now
	for _, f := range fieldsOf[p] {
		f.copy(&typed, mine)
	}
	typed.Normalise()
	for _, f := range fieldsOf[p] {
		was, have, want := read[f.name], f.mark(now), f.mark(typed)
		switch {
		case want == have || want == was: // the same, or untouched here
			continue
		case have != was:
			both = append(both, f.name)
		}
		f.copy(&merged, typed)
	}
	return merged, both
}

// Filled tells whether a part holds what a submission needs of it.
func (c Content) Filled(p Part) bool {
	switch p {
	case PartSummary:
		return c.Title != "" && c.Summary != ""
	case PartProblem:
		return c.Problem != "" && c.Goals != ""
	case PartWhere:
		return len(c.Areas) > 0 && c.TargetGroup != "" && c.TargetNumber > 0
	case PartOffers:
		return len(c.Offers) > 0 && !slices.ContainsFunc(c.Offers, func(o Offer) bool { return o.Quantity <= 0 })
	case PartBudget:
		return len(c.Budget) > 0 && !slices.ContainsFunc(c.Budget, func(l BudgetLine) bool { return l.Amount <= 0 })
	case PartTimeline:
		return c.From != "" && c.Until != "" && !slices.ContainsFunc(c.Milestones, func(m Milestone) bool { return m.Due == "" })
	case PartResults:
		return len(c.Results) > 0 && !slices.ContainsFunc(c.Results, func(r Result) bool { return r.Baseline == "" || r.Target == "" })
	case PartRisks:
		return c.Risks != "" && c.Sustainability != ""
	case PartPartners:
		return len(c.Partners) > 0
	}
	return false
}

// filledParts counts the parts that are done, of those that a submission needs.
func (c Content) filledParts() (n int) {
	for _, p := range Parts {
		if c.Filled(p) {
			n++
		}
	}
	return n
}

// Clash says that two editors changed the same fields of a part. Now is what stands, Merged what the other would save.
type Clash struct {
	Fields []string
	Now    Doc
	Merged Content
}

// Error says so; its page shows both texts.
func (c *Clash) Error() string { return "initiatives: both changed the same field" }

// Unwrap makes it a Conflict.
func (c *Clash) Unwrap() error { return apperr.New(apperr.Conflict, "initiatives.refuse.changed") }

// savesTried bounds how often a save is put upon what others saved in between.
const savesTried = 20

// SavePart saves one part of a draft, or of one to be revised, upon whatever others have saved since it was read: a save
// of another part, or of another field of this one, is no conflict. A *Clash (a Conflict) where somebody changed the
// same field; nothing is written then.
func (s *Service) SavePart(ctx context.Context, actor domain.Actor, op store.Operation, id domain.InitiativeID, p Part, read Marks, mine Content) (Doc, error) {
	if fieldsOf[p] == nil {
		return Doc{}, apperr.New(apperr.NotFound, "error.not_found.text")
	}
	for range savesTried {
		doc, err := s.Show(ctx, actor, id)
		if err != nil {
			return Doc{}, err
		}
		if !CanEdit(actor, doc.Body) {
			return Doc{}, apperr.New(apperr.Forbidden, "initiatives.refuse.edit")
		}
		merged, both := Merge(p, read, doc.Body.Content, mine)
		if len(both) > 0 {
			return Doc{}, &Clash{Fields: both, Now: doc, Merged: merged}
		}
		if mark(merged) == mark(doc.Body.Content) {
			return doc, nil
		}
		i, err := s.rewritten(ctx, doc, merged)
		if err != nil {
			return Doc{}, err
		}
		written, err := s.records.Replace(ctx, doc, i, actor.Change("initiative.edited", i.Organization, op))
		if !apperr.Is(err, apperr.Conflict) {
			return written, err
		}
	}
	return Doc{}, apperr.New(apperr.Conflict, "initiatives.refuse.changed")
}

// mark is a digest of the whole content.
func mark(c Content) string {
	return field{get: func(c Content) any { return c }}.mark(c)
}
