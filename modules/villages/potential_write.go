package villages

import (
	"context"
	"slices"

	"gotong/modules/domain"
	"gotong/modules/kit/apperr"
	"gotong/modules/kit/store"
)

// Removed names a potential that was removed, so that it can be found and put back.
type Removed struct {
	ID   string `json:"id"`
	Kind string `json:"kind"`
	Name string `json:"name"`
}

// maxRemoved is how many removed potentials of a region are named, the newest first.
const maxRemoved = 50

// PotentialDoc is a stored potential.
type PotentialDoc = store.Doc[Potential]

// Standing tells how an actor stands to a region. NotFound where there is none.
func (s *Service) Standing(ctx context.Context, actor domain.Actor, id string) (domain.Standing, error) {
	code, err := domain.ParseRegionCode(id)
	if err != nil || string(code) != id {
		return domain.Standing{}, apperr.New(apperr.NotFound, "villages.error.not_found")
	}
	if _, err := s.Region(ctx, code); err != nil {
		return domain.Standing{}, err
	}
	return domain.Standing{State: "region", Public: true, Relations: actor.RelationsTo("", code, code)}, nil
}

var _ domain.Stander = (*Service)(nil)

// on names the organisation under which an actor writes of a region: its government, where the actor is of it.
func on(actor domain.Actor, code domain.RegionCode) domain.OrganizationID {
	m, _ := actor.VillageGovernment(code, domain.OrgEditor)
	return m.Organization
}

// AddPotential records a potential of a region. Invalid by field, at name where it is recorded already. The same form
// again is the same potential.
func (s *Service) AddPotential(ctx context.Context, actor domain.Actor, op store.Operation, p Potential) error {
	defer s.potentials.wrote(ctx, p.Region)
	p = p.Normal()
	p.Demo = actor.Demo
	if err := p.Validate(s.thisYear()); err != nil {
		return err
	}
	_, err := s.potentials.records.Insert(ctx, p.ID(), p, actor.Change("potential.added", on(actor, p.Region), op))
	if apperr.Is(err, apperr.Conflict) {
		var f apperr.Fields
		f.Add("name", "villages.potentials.recorded")
		return f.Err()
	}
	return err
}

// ChangePotential writes what is new of a potential that was read at a version; its region, kind and name are its key
// and stay. Invalid by field, Conflict, NotFound.
func (s *Service) ChangePotential(ctx context.Context, actor domain.Actor, op store.Operation, id string, version int64, p Potential) error {
	doc, err := s.potentials.records.Get(ctx, id)
	if err != nil {
		return err
	}
	defer s.potentials.wrote(ctx, doc.Body.Region)
	p.Region, p.Kind, p.Name, p.Demo = doc.Body.Region, doc.Body.Kind, doc.Body.Name, doc.Body.Demo || actor.Demo
	p = p.Normal()
	if err := p.Validate(s.thisYear()); err != nil {
		return err
	}
	doc.Version = version
	_, err = s.potentials.records.Replace(ctx, doc, p, actor.Change("potential.changed", on(actor, p.Region), op))
	return err
}

// DropPotential removes a potential that was read at a version; it stays in the list of what was removed. Conflict.
func (s *Service) DropPotential(ctx context.Context, actor domain.Actor, op store.Operation, id string, version int64) error {
	doc, err := s.potentials.records.Get(ctx, id)
	if apperr.Is(err, apperr.NotFound) {
		return s.did(ctx, id, op, err)
	}
	if err != nil {
		return err
	}
	p := doc.Body
	defer s.potentials.wrote(ctx, p.Region)
	// Named before it goes: what is named and still there is not shown as removed.
	_, err = s.removed.Update(ctx, string(p.Region), func(list []Removed) ([]Removed, error) {
		list = slices.DeleteFunc(slices.Clone(list), func(r Removed) bool { return r.ID == id })
		return append([]Removed{{id, p.Kind, p.Name}}, list[:min(len(list), maxRemoved-1)]...), nil
	})
	if err != nil {
		return err
	}
	doc.Version = version
	return s.potentials.records.Delete(ctx, doc, actor.Change("potential.removed", on(actor, p.Region), op))
}

// did tells of a form that is sent again, whose work is done, that all is well; else it gives the refusal.
func (s *Service) did(ctx context.Context, id string, op store.Operation, refusal error) error {
	entries, err := s.PotentialHistory(ctx, id, 1)
	if err == nil && len(entries) == 1 && op.ID != "" && entries[0].Operation == op.ID {
		return nil
	}
	return refusal
}

// RemovedPotentials names what was removed of a region and is not there again, newest first.
func (s *Service) RemovedPotentials(ctx context.Context, code domain.RegionCode) ([]Removed, error) {
	list, err := s.removed.Get(ctx, string(code))
	if err != nil {
		if apperr.Is(err, apperr.NotFound) {
			err = nil
		}
		return nil, err
	}
	ids := make([]string, 0, len(list))
	for _, r := range list {
		ids = append(ids, r.ID)
	}
	stored, err := s.potentials.records.GetMany(ctx, ids)
	return slices.DeleteFunc(list, func(r Removed) bool { _, there := stored[r.ID]; return there }), err
}

// PotentialHistory gives what happened to a potential, newest first, also to one that is gone.
func (s *Service) PotentialHistory(ctx context.Context, id string, limit int) ([]store.Entry, error) {
	return s.potentials.records.History(ctx, id, limit)
}

// PotentialAt gives a potential as it is stored. NotFound.
func (s *Service) PotentialAt(ctx context.Context, id string) (PotentialDoc, error) {
	return s.potentials.records.Get(ctx, id)
}

// UndoPotential puts a potential back to what it was before its last change, which made the version that was read: one
// that was added goes, one that was removed is there again. Conflict where it changed since; NotFound.
func (s *Service) UndoPotential(ctx context.Context, actor domain.Actor, op store.Operation, id string, version int64) error {
	entries, err := s.PotentialHistory(ctx, id, 1)
	if err != nil {
		return err
	}
	if len(entries) == 0 {
		return apperr.New(apperr.NotFound, "error.not_found")
	}
	last := entries[0]
	switch {
	case op.ID != "" && last.Operation == op.ID:
		return nil
	case last.Version != version:
		return apperr.New(apperr.Conflict, "error.conflict")
	}
	doc, err := s.potentials.records.Get(ctx, id)
	gone := apperr.Is(err, apperr.NotFound)
	if err != nil && !gone {
		return err
	}
	before, there, err := s.potentials.records.Before(ctx, doc, last)
	if err != nil {
		return err
	}
	code := before.Region
	if !there {
		code = doc.Body.Region
	}
	defer s.potentials.wrote(ctx, code)
	change := actor.Change("potential.undone", on(actor, code), op)
	doc.Version = version
	switch {
	case !there:
		return s.potentials.records.Delete(ctx, doc, change)
	case gone:
		_, err = s.potentials.records.Insert(ctx, id, before, change)
	default:
		_, err = s.potentials.records.Replace(ctx, doc, before, change)
	}
	return err
}
