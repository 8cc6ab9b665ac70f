package villages

import (
	"cmp"
	"context"
	"fmt"
	"math"
	"slices"
	"strings"

	"gotong/modules/domain"
	"gotong/modules/kit/apperr"
	"gotong/modules/kit/store"
)

const weightingsCollection = "weightings"

// listVersions has the newest version first.
const listVersions = "versions"

func weightingDefinition() store.Definition[Weighting] {
	return store.Definition[Weighting]{Name: weightingsCollection, Lists: []store.List[Weighting]{{
		Name: listVersions, Descending: true, Sort: func(_ string, w Weighting) string { return store.SortInt(int64(w.Version)) },
	}}}
}

func weightingID(version int) string { return fmt.Sprintf("v%04d", version) }

// Weightings gives the versions of the weight's parameters, newest first; the last is FirstWeighting.
func (s *Service) Weightings(ctx context.Context, cursor string, limit int) ([]Weighting, string, error) {
	versions, next, err := page(ctx, s.weightings, store.Query{List: listVersions, Cursor: cursor, Limit: limit})
	if err == nil && next == "" {
		versions = append(versions, FirstWeighting())
	}
	return versions, next, err
}

// Weighting gives the parameters in force.
func (s *Service) Weighting(ctx context.Context) (Weighting, error) {
	s.weightingMu.Lock()
	defer s.weightingMu.Unlock()
	if s.inForce != nil {
		return *s.inForce, nil
	}
	versions, _, err := s.Weightings(ctx, "", 1)
	if err != nil {
		return Weighting{}, err
	}
	s.inForce = &versions[0]
	return versions[0], nil
}

// Decide puts new parameters in force, as the version after the one that was read. Forbidden unless of the secretariat;
// Invalid by field; Conflict where somebody else decided meanwhile.
func (s *Service) Decide(ctx context.Context, actor domain.Actor, op store.Operation, read int, w Weighting) (Weighting, error) {
	if !actor.Secretariat() {
		return w, apperr.New(apperr.Forbidden, "error.forbidden")
	}
	if err := w.Validate(); err != nil {
		return w, err
	}
	w.Version, w.By, w.At = read+1, actor.Account, s.now()
	defer s.forget(weightingsCollection)
	if read > FirstWeighting().Version {
		if _, err := s.weightings.Get(ctx, weightingID(read)); err != nil {
			return w, err
		}
	}
	change := actor.Change("weighting.decided", "", op)
	change.Reason = w.Reason
	doc, err := s.weightings.Insert(ctx, weightingID(w.Version), w, change)
	return doc.Body, err
}

// WeightOf gives a region's deprivation weight, 1 to 3; 1 where nothing is known. Demonstration values count only where
// demo is asked for, only where the region has some itself, and only where there is no real one.
func (s *Service) WeightOf(ctx context.Context, code domain.RegionCode, demo bool) (float64, error) {
	weights, err := s.WeightsOf(ctx, []domain.RegionCode{code}, demo)
	return weights[code].Value, err
}

// WeightsOf is WeightOf for many regions at once, with what each is made of (without sources).
func (s *Service) WeightsOf(ctx context.Context, codes []domain.RegionCode, demo bool) (map[domain.RegionCode]Weight, error) {
	w, err := s.Weighting(ctx)
	if err != nil {
		return nil, err
	}
	year := s.thisYear()
	out := make(map[domain.RegionCode]Weight, len(codes))
	err = s.standing.read(ctx, func(known map[domain.RegionCode][]standingValue) error {
		look := readingsOf(known)
		for _, c := range codes {
			out[c] = w.Of(c, look, year, demo && anyDemo(known, c))
		}
		return nil
	})
	return out, err
}

// Move is a village whose weight another version of the parameters would change.
type Move struct {
	Place    domain.Place
	From, To float64
	Demo     bool
}

// Moves counts what a change of parameters does and lists the villages that move furthest.
type Moves struct {
	Villages int // of all
	Up, Down int
	Mean     float64 // of all changes, sign left out
	Furthest []Move
}

// Preview tells what other parameters would do: which villages move and by how much, first those that move furthest, at most
// most of them. Invalid by field.
func (s *Service) Preview(ctx context.Context, w Weighting, most int) (Moves, error) {
	if err := w.Validate(); err != nil {
		return Moves{}, err
	}
	now, err := s.Weighting(ctx)
	if err != nil {
		return Moves{}, err
	}
	names, err := s.names.index(ctx)
	if err != nil {
		return Moves{}, err
	}
	var moves Moves
	var all []Move
	err = s.standing.read(ctx, func(known map[domain.RegionCode][]standingValue) error {
		look, year := readingsOf(known), s.thisYear()
		for i := range names.entries {
			e := &names.entries[i]
			if e.level != domain.LevelVillage {
				continue
			}
			moves.Villages++
			if anyKnown(known, e.place.Code) {
				demo := anyDemo(known, e.place.Code)
				from, to := now.Of(e.place.Code, look, year, demo), w.Of(e.place.Code, look, year, demo)
				all = append(all, Move{e.place, from.Value, to.Value, to.Demo})
			}
		}
		return nil
	})
	moves.sum(all, most)
	return moves, err
}

// sum counts those that move and keeps the furthest.
func (m *Moves) sum(all []Move, most int) {
	all = slices.DeleteFunc(all, func(v Move) bool { return v.From == v.To })
	for _, v := range all {
		if v.To > v.From {
			m.Up++
		} else {
			m.Down++
		}
		m.Mean += math.Abs(v.To-v.From) / float64(len(all))
	}
	slices.SortFunc(all, func(a, b Move) int {
		return cmp.Or(cmp.Compare(math.Abs(b.To-b.From), math.Abs(a.To-a.From)), strings.Compare(string(a.Place.Code), string(b.Place.Code)))
	})
	m.Furthest = all[:min(most, len(all))]
}

// anyKnown tells whether anything is known of a region or one above it.
func anyKnown(known map[domain.RegionCode][]standingValue, code domain.RegionCode) bool {
	for ; code != ""; code = code.Parent() {
		if len(known[code]) > 0 {
			return true
		}
	}
	return false
}

// Weighed tells of which region an entry of the feed changes the weight, or that it may change all; ok is false where
// it changes none. What is kept beside the store is up to date with the entry afterwards.
func (s *Service) Weighed(ctx context.Context, e store.Entry) (region domain.RegionCode, all, ok bool) {
	collection, id, batch := subjectOf(e)
	switch collection {
	case weightingsCollection:
		all, ok = true, true
	case observationsCollection, profilesCollection:
		all, ok = batch, true
	}
	if !ok {
		return "", false, false
	}
	s.follow(ctx, []store.Entry{e})
	return id, all, true
}

// subjectOf takes an entry apart: the collection that it changes, the region that its thing describes, and whether it
// is about a whole batch. What a batch wrote is seen once the batch is applied as a whole.
func subjectOf(e store.Entry) (collection string, region domain.RegionCode, batch bool) {
	if e.Collection == "_batches" {
		collection, _, _ = strings.Cut(e.ID, "/")
		return collection, "", true
	}
	code, _, _ := strings.Cut(e.ID, ":")
	return e.Collection, domain.RegionCode(code), false
}
