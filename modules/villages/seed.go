package villages

import (
	"context"
	"fmt"

	"gotong/modules/kit/store"
)

// Seeds are figures that are planted in bulk, as demonstration.
type Seeds struct {
	Observations []Observation
	Profiles     []Profile
	Potentials   []Potential
}

// Plant stores what is not there yet. Invalid where one of them is. It may be repeated.
func (s *Service) Plant(ctx context.Context, seeds Seeds) error {
	if err := plant(ctx, s.observations, seeds.Observations, s.thisYear()); err != nil {
		return err
	}
	if err := plant(ctx, s.profiles, seeds.Profiles, s.thisYear()); err != nil {
		return err
	}
	return plant(ctx, s.potentials, seeds.Potentials, s.thisYear())
}

func plant[T figure](ctx context.Context, x figures[T], things []T, thisYear int) error {
	items := make([]store.Item[T], 0, len(things))
	for _, t := range things {
		if err := t.Validate(thisYear); err != nil {
			return fmt.Errorf("plant %s: %w", t.ID(), err)
		}
		items = append(items, store.Item[T]{ID: t.ID(), Body: t})
	}
	if len(items) == 0 {
		return nil
	}
	defer x.wrote(ctx, "")
	return x.records.InsertMany(ctx, items, store.Change{Action: x.thing + ".seeded"})
}

// Uproot deletes all demonstration figures and tells how many there were. It may be repeated.
func (s *Service) Uproot(ctx context.Context) (int, error) {
	n, err := uproot(ctx, s.observations, func(o Observation) bool { return o.Demo })
	if err != nil {
		return n, err
	}
	profiles, err := uproot(ctx, s.profiles, func(p Profile) bool { return p.Demo })
	if n += profiles; err != nil {
		return n, err
	}
	potentials, err := uproot(ctx, s.potentials, func(p Potential) bool { return p.Demo })
	return n + potentials, err
}

func uproot[T figure](ctx context.Context, x figures[T], demo func(T) bool) (int, error) {
	defer x.wrote(ctx, "")
	docs, err := store.DeleteEvery(ctx, x.records, store.Change{Action: x.thing + ".seed-removed"}, func(d store.Doc[T]) bool { return demo(d.Body) })
	return len(docs), err
}
