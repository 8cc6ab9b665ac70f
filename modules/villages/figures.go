package villages

import (
	"context"
	"strings"

	"gotong/modules/domain"
	"gotong/modules/kit/apperr"
	"gotong/modules/kit/store"
)

// figure is something that a region is described by, under its natural key.
type figure interface {
	ID() string
	Where() domain.RegionCode
	Validate(thisYear int) error
}

// figures is a collection of them.
type figures[T figure] struct {
	records *store.Records[T]
	thing   string                                            // of audit actions: "observation"
	wrote   func(ctx context.Context, code domain.RegionCode) // forgets what is derived of a region's; of all where ""
}

// ID is the profile's key: its region's code.
func (p Profile) ID() string { return string(p.Region) }

// Where gives the region that the observation describes.
func (o Observation) Where() domain.RegionCode { return o.Region }

// Where gives the region that the profile describes.
func (p Profile) Where() domain.RegionCode { return p.Region }

// Where gives the region that has the potential.
func (p Potential) Where() domain.RegionCode { return p.Region }

// put validates and stores one thing where it differs from what is there. Invalid by field; Conflict where somebody
// else wrote at the same time.
func (x figures[T]) put(ctx context.Context, thing T, thisYear int, c store.Change) error {
	defer x.wrote(ctx, thing.Where())
	if err := thing.Validate(thisYear); err != nil {
		return err
	}
	old, err := x.records.Get(ctx, thing.ID())
	switch {
	case apperr.Is(err, apperr.NotFound):
		c.Action = x.thing + ".added"
		_, err = x.records.Insert(ctx, thing.ID(), thing, c)
	case err == nil:
		c.Action = x.thing + ".changed"
		_, err = x.records.Replace(ctx, old, thing, c)
	}
	return err
}

// remove deletes one thing; none is no error.
func (x figures[T]) remove(ctx context.Context, id string, c store.Change) error {
	code, _, _ := strings.Cut(id, ":")
	defer x.wrote(ctx, domain.RegionCode(code))
	old, err := x.records.Get(ctx, id)
	if err == nil {
		c.Action = x.thing + ".removed"
		err = x.records.Delete(ctx, old, c)
	}
	if apperr.Is(err, apperr.NotFound) {
		return nil
	}
	return err
}

// all reads a whole list under a key, page by page, and stops at most.
func all[T any](ctx context.Context, r *store.Records[T], list string, key store.Key, most int) ([]T, error) {
	var out []T
	query := store.Query{List: list, Key: key, Limit: 100}
	for {
		page, err := r.List(ctx, query)
		if err != nil {
			return nil, err
		}
		for _, d := range page.Items {
			if len(out) == most {
				return out, nil
			}
			out = append(out, d.Body)
		}
		if query.Cursor = page.Next; page.Next == "" {
			return out, nil
		}
	}
}

// page reads one page of a list.
func page[T any](ctx context.Context, r *store.Records[T], q store.Query) ([]T, string, error) {
	found, err := r.List(ctx, q)
	things := make([]T, 0, len(found.Items))
	for _, d := range found.Items {
		things = append(things, d.Body)
	}
	return things, found.Next, err
}

// Bounds of what one region's page reads.
const (
	maxObservations = 1000
	maxPotentials   = 300
)

// Observations gives what was published of exactly this region, by indicator, newest first.
func (s *Service) Observations(ctx context.Context, code domain.RegionCode) ([]Observation, error) {
	return all(ctx, s.observations.records, listOfRegion, store.KeyOf(string(code)), maxObservations)
}

// ListObservations pages through all within a region ("" the country), by code, indicator and year. They are as
// published: show them to the public through Disclose.
func (s *Service) ListObservations(ctx context.Context, within domain.RegionCode, cursor string, limit int) ([]Observation, string, error) {
	return page(ctx, s.observations.records, store.Query{List: listAll, Key: store.KeyOf(string(within)), Cursor: cursor, Limit: limit})
}

// PutObservation stores one value under its natural key, audited as c says. Invalid by field.
func (s *Service) PutObservation(ctx context.Context, o Observation, c store.Change) error {
	return s.observations.put(ctx, o.Normal(), s.thisYear(), c)
}

// RemoveObservation deletes a value; none is no error.
func (s *Service) RemoveObservation(ctx context.Context, id string, c store.Change) error {
	return s.observations.remove(ctx, id, c)
}

// Profile gives a region's profile; one that says nothing where there is none.
func (s *Service) Profile(ctx context.Context, code domain.RegionCode) (Profile, error) {
	doc, err := s.profiles.records.Get(ctx, string(code))
	if apperr.Is(err, apperr.NotFound) {
		return Profile{Region: code}, nil
	}
	return doc.Body, err
}

// Profiles gives the profiles of these regions that there are.
func (s *Service) Profiles(ctx context.Context, codes []domain.RegionCode) (map[domain.RegionCode]Profile, error) {
	ids := make([]string, 0, len(codes))
	for _, c := range codes {
		ids = append(ids, string(c))
	}
	docs, err := s.profiles.records.GetMany(ctx, ids)
	profiles := make(map[domain.RegionCode]Profile, len(docs))
	for _, d := range docs {
		profiles[d.Body.Region] = d.Body
	}
	return profiles, err
}

// ListProfiles pages through all within a region ("" the country), by code.
func (s *Service) ListProfiles(ctx context.Context, within domain.RegionCode, cursor string, limit int) ([]Profile, string, error) {
	return page(ctx, s.profiles.records, store.Query{List: listAll, Key: store.KeyOf(string(within)), Cursor: cursor, Limit: limit})
}

// PutProfile stores a profile as a whole; Merge beforehand keeps what a file does not say. Invalid by field.
func (s *Service) PutProfile(ctx context.Context, p Profile, c store.Change) error {
	return s.profiles.put(ctx, p.Normal(), s.thisYear(), c)
}

// Potentials gives what a region has, by kind and name.
func (s *Service) Potentials(ctx context.Context, code domain.RegionCode) ([]Potential, error) {
	return all(ctx, s.potentials.records, listOfRegion, store.KeyOf(string(code)), maxPotentials)
}

// ListPotentials pages through all within a region ("" the country) and of a kind ("" any), by code.
func (s *Service) ListPotentials(ctx context.Context, within domain.RegionCode, kind, cursor string, limit int) ([]Potential, string, error) {
	return page(ctx, s.potentials.records, store.Query{List: listAll, Key: store.KeyOf(string(within), kind), Cursor: cursor, Limit: limit})
}

// PutPotential stores one potential under its natural key. Invalid by field.
func (s *Service) PutPotential(ctx context.Context, p Potential, c store.Change) error {
	return s.potentials.put(ctx, p.Normal(), s.thisYear(), c)
}

// RemovePotential deletes one; none is no error.
func (s *Service) RemovePotential(ctx context.Context, id string, c store.Change) error {
	return s.potentials.remove(ctx, id, c)
}

// Batch is a bulk import of one kind of thing: staged where nobody sees it, applied all or nothing, undoable, resumable
// under its id (see store.Batch).
type Batch[T interface{ ID() string }] struct {
	batch *store.Batch[T]
	wrote func(ctx context.Context, code domain.RegionCode)
}

// ObservationBatch names a batch of observations.
func (s *Service) ObservationBatch(id string) Batch[Observation] {
	return Batch[Observation]{s.observations.records.Batch(id), s.observations.wrote}
}

// ProfileBatch names a batch of profiles.
func (s *Service) ProfileBatch(id string) Batch[Profile] {
	return Batch[Profile]{s.profiles.records.Batch(id), s.profiles.wrote}
}

// PotentialBatch names a batch of potentials.
func (s *Service) PotentialBatch(id string) Batch[Potential] {
	return Batch[Potential]{s.potentials.records.Batch(id), s.potentials.wrote}
}

// Stage adds things, each Normal and valid; one staged again under its key replaces its earlier self. Conflict once
// the batch is being applied.
func (b Batch[T]) Stage(ctx context.Context, things []T) error {
	items := make([]store.Item[T], 0, len(things))
	for _, t := range things {
		items = append(items, store.Item[T]{ID: t.ID(), Body: t})
	}
	return b.batch.Stage(ctx, items)
}

// Told has fn called now and then while the batch is written or undone.
func (b Batch[T]) Told(fn func(step store.BatchStep, rows int) error) Batch[T] {
	b.batch.Told(fn)
	return b
}

// Apply writes the whole batch. Conflict where something changed since it was staged, and then nothing is changed. Call
// it again after an interruption.
func (b Batch[T]) Apply(ctx context.Context, c store.Change) (store.BatchResult, error) {
	defer b.wrote(ctx, "")
	return b.batch.Apply(ctx, c)
}

// Undo puts back what was before. Conflict where something changed since, and then nothing is changed.
func (b Batch[T]) Undo(ctx context.Context, c store.Change) error {
	defer b.wrote(ctx, "")
	return b.batch.Undo(ctx, c)
}

// Discard drops what was staged and never applied.
func (b Batch[T]) Discard(ctx context.Context) error { return b.batch.Discard(ctx) }

func (s *Service) thisYear() int { return s.now().In(domain.WIB).Year() }

// ThisYear is the last year that an observation may describe.
func (s *Service) ThisYear() int { return s.thisYear() }
