package taxonomy

import (
	"slices"

	"gotong/modules/domain"
	"gotong/modules/kit/apperr"
	"gotong/modules/kit/store"
)

// Bounds of what a type lists.
const (
	maxKinds  = 20
	maxPapers = 30
)

// TypeEdit is how a type of organisation is wanted, and how it was before, for taking the last change back.
type TypeEdit struct {
	domain.TypeEdit
	Before *domain.TypeEdit `json:"before,omitempty"`
}

func (e TypeEdit) wanted() domain.TypeEdit  { return e.TypeEdit }
func (e TypeEdit) before() *domain.TypeEdit { return e.Before }

// change makes an edit of what a type shall be. Sublevels stay for those that have them, and papers that are asked for
// no more keep their name where they were answered; other papers than before are another version of the checklist.
func (e TypeEdit) change(to domain.TypeEdit) TypeEdit {
	before := e.TypeEdit
	to.Sublevels = slices.Clone(to.Sublevels)
	for _, old := range before.Sublevels {
		if !slices.ContainsFunc(to.Sublevels, func(s domain.Sublevel) bool { return s.ID == old.ID }) {
			old.Retired = true
			to.Sublevels = append(to.Sublevels, old)
		}
	}
	to.Papers.Former = nil
	for _, p := range append(before.Papers.All(), before.Papers.Former...) {
		if _, known := to.Papers.Known(p.ID); !known {
			to.Papers.Former = append(to.Papers.Former, p)
		}
	}
	to.Checklist = before.Checklist
	if !samePapers(to.Papers, before.Papers) {
		to.Checklist++
	}
	return TypeEdit{TypeEdit: to, Before: &before}
}

func samePapers(a, b domain.VerificationPapers) bool {
	return slices.Equal(a.Required, b.Required) && slices.Equal(a.OneOf, b.OneOf) && slices.Equal(a.Supporting, b.Supporting)
}

func sameType(a, b domain.TypeEdit) bool {
	return a.Name == b.Name && a.Description == b.Description && a.Order == b.Order && a.Retired == b.Retired && slices.Equal(a.Sublevels, b.Sublevels) &&
		samePapers(a.Papers, b.Papers) && slices.Equal(a.Offers, b.Offers)
}

// firstNew is the first row for something new in a form.
const firstNew = "new1"

// kindField and paperField name the inputs of a sublevel or paper by its id, or by the number of a new one.
func kindField(id, part string) string  { return "kind_" + id + "_" + part }
func paperField(id, part string) string { return "paper_" + id + "_" + part }

func checkType(f *apperr.Fields, e domain.TypeEdit) {
	checkTexts(f, e.Name, e.Description)
	checkOrder(f, e.Order)
	live, seen := 0, map[string]bool{}
	for _, s := range e.Sublevels {
		if !s.Retired {
			live++
		}
		checkBoth(f, "kind_"+s.ID, s.Name, maxName)
		f.Check(idRule.MatchString(s.ID) && !seen[s.ID], kindField(s.ID, "en"), "taxonomy.error.same_name")
		seen[s.ID] = true
	}
	f.Check(live > 0, kindField(firstNew, "id"), "taxonomy.error.kinds")
	f.Check(len(e.Sublevels) <= maxKinds, kindField(firstNew, "id"), "taxonomy.error.kinds_many", "max", maxKinds)
	papers := e.Papers.All()
	seen = map[string]bool{}
	for _, p := range papers {
		checkBoth(f, "paper_"+p.ID, p.Name, maxDescription)
		f.Check(idRule.MatchString(p.ID) && !seen[p.ID], paperField(p.ID, "en"), "taxonomy.error.same_name")
		seen[p.ID] = true
	}
	f.Check(len(e.Papers.Required) > 0, paperField(firstNew, "id"), "taxonomy.error.papers")
	f.Check(len(papers) <= maxPapers, paperField(firstNew, "id"), "taxonomy.error.papers_many", "max", maxPapers)
	for _, offer := range e.Offers {
		if !slices.ContainsFunc(domain.Stakeholders().Resources(), func(r domain.ResourceType) bool { return r.ID == offer }) {
			f.Add("offers", "taxonomy.error.offers")
			break
		}
	}
}

// keepTypes: who is verified stays so when its papers change; what is decided from then on is decided by the new
// ones.
func (s *Service) keepTypes(db *store.DB) *kind[string, TypeEdit, domain.TypeEdit] {
	return &kind[string, TypeEdit, domain.TypeEdit]{
		records: keep[TypeEdit](db, TypeCollection), load: s.Load, action: "organization-type",
		first: func(e domain.TypeEdit) TypeEdit {
			e.Checklist = max(e.Checklist, 1)
			return TypeEdit{TypeEdit: e}
		},
		shipped: domain.ShippedStakeholders().Edit, same: sameType, check: checkType, retired: func(e *domain.TypeEdit) *bool { return &e.Retired },
	}
}
