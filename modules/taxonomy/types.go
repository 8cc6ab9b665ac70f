package taxonomy

import (
	"context"
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

// validateType tells what must change, by field.
func validateType(e domain.TypeEdit) error {
	var f apperr.Fields
	checkType(&f, e)
	return f.Err()
}

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

// Type gives a type as it is wanted now, with the version of its change; version 0 is as shipped. NotFound.
func (s *Service) Type(ctx context.Context, id string) (store.Doc[TypeEdit], error) {
	shipped, ok := domain.ShippedStakeholders().Edit(id)
	doc, err := s.types.Get(ctx, id)
	if apperr.Is(err, apperr.NotFound) {
		if !ok {
			return store.Doc[TypeEdit]{}, unknown()
		}
		return store.Doc[TypeEdit]{ID: id, Body: TypeEdit{TypeEdit: shipped}}, nil
	}
	return doc, err
}

// CheckType tells whether a type could be amended so. NotFound, Invalid by field.
func (s *Service) CheckType(ctx context.Context, id string, to domain.TypeEdit) error {
	if _, err := s.Type(ctx, id); err != nil {
		return err
	}
	return validateType(to)
}

// AmendType changes names, sublevels, papers and place of a type that was read at that version. Who is verified stays
// so; what is decided from now on is decided by the new papers. NotFound, Invalid by field, Conflict.
func (s *Service) AmendType(ctx context.Context, actor domain.Actor, op store.Operation, id string, version int64, to domain.TypeEdit) error {
	doc, err := s.Type(ctx, id)
	if err != nil {
		return err
	}
	if err := validateType(to); err != nil {
		return err
	}
	to.Retired = doc.Body.Retired
	return s.writeType(ctx, actor, op, doc, version, doc.Body.change(to), "organization-type.amended")
}

// CheckNewType tells whether a type could be added so. Invalid by field: id and those of AmendType; Conflict where there
// are too many.
func (s *Service) CheckNewType(ctx context.Context, id string, e domain.TypeEdit) error {
	_, err := s.types.Get(ctx, id)
	if err != nil && !apperr.Is(err, apperr.NotFound) {
		return err
	}
	if err := validateNewType(id, e, err == nil); err != nil {
		return err
	}
	return room(ctx, s.types)
}

func validateNewType(id string, e domain.TypeEdit, taken bool) error {
	var f apperr.Fields
	_, shipped := domain.ShippedStakeholders().Type(id)
	f.Check(idFits(id), "id", "taxonomy.error.id", "max", maxID)
	f.Check(!taken && !shipped, "id", "taxonomy.error.id_taken")
	checkType(&f, e)
	return f.Err()
}

// AddType makes a new type, which can be founded from now on. Errors as of CheckNewType; a repeat of the form is a
// success.
func (s *Service) AddType(ctx context.Context, actor domain.Actor, op store.Operation, id string, e domain.TypeEdit) error {
	if err := validateNewType(id, e, false); err != nil {
		return err
	}
	if err := s.CheckNewType(ctx, id, e); apperr.Is(err, apperr.Conflict) {
		return err
	}
	e.Checklist = 1
	_, err := s.types.Insert(ctx, id, TypeEdit{TypeEdit: e}, actor.Change("organization-type.added", "", op))
	if apperr.Is(err, apperr.Conflict) {
		return validateNewType(id, e, true)
	}
	if err != nil {
		return err
	}
	return s.Load(ctx)
}

// RetireType takes a type out of what can be founded, or puts it back; who has it keeps it. NotFound, Conflict.
func (s *Service) RetireType(ctx context.Context, actor domain.Actor, op store.Operation, id string, retired bool) error {
	doc, err := s.Type(ctx, id)
	if err != nil {
		return err
	}
	to, action := doc.Body.TypeEdit, "organization-type.retired"
	if to.Retired = retired; !retired {
		action = "organization-type.restored"
	}
	return s.writeType(ctx, actor, op, doc, doc.Version, doc.Body.change(to), action)
}

// UndoType takes the last change of a type back; undone twice it is there again. NotFound, Conflict where there is
// nothing to take back or it changed since it was read.
func (s *Service) UndoType(ctx context.Context, actor domain.Actor, op store.Operation, id string, version int64) error {
	doc, err := s.Type(ctx, id)
	if err != nil {
		return err
	}
	if doc.Body.Before == nil {
		return apperr.New(apperr.Conflict, "taxonomy.error.nothing")
	}
	return s.writeType(ctx, actor, op, doc, version, doc.Body.change(*doc.Body.Before), "organization-type.undone")
}

func (s *Service) writeType(ctx context.Context, actor domain.Actor, op store.Operation, doc store.Doc[TypeEdit], version int64, e TypeEdit, action string) error {
	if sameType(e.TypeEdit, doc.Body.TypeEdit) {
		return nil
	}
	return put(ctx, s, s.types, doc, version, e, actor.Change(action, "", op))
}
