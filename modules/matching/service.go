package matching

import (
	"context"
	"log/slog"
	"slices"
	"sync/atomic"
	"time"

	"gotong/modules/domain"
	"gotong/modules/kit/apperr"
	"gotong/modules/kit/clock"
	"gotong/modules/kit/store"
	"gotong/modules/kit/web"
)

// Needs gives the needs that are open for commitments. Get answers NotFound for any other.
type Needs interface {
	Each(ctx context.Context, fn func(Need) error) error
	Get(ctx context.Context, id domain.NeedID) (Need, error)
}

// Initiatives gives the initiatives that are published or running. Get answers NotFound for any other.
type Initiatives interface {
	Each(ctx context.Context, fn func(Initiative) error) error
	Get(ctx context.Context, id domain.InitiativeID) (Initiative, error)
}

// Capacity tells what the accounts of needs and offers still hold, and how an organisation's commitments ended. What
// has no account is left out.
type Capacity interface {
	Uncovered(ctx context.Context, ids []domain.NeedID) (map[domain.NeedID]int64, error)
	Free(ctx context.Context, ids []domain.OfferID) (map[domain.OfferID]int64, error)
	Record(ctx context.Context, id domain.OrganizationID) (done, total int64, err error)
}

// Places names villages. Error: NotFound.
type Places interface {
	Place(ctx context.Context, code domain.RegionCode) (domain.Place, error)
}

// Subject is what a change in the feed is about, in the words of this module.
type Subject struct{ Kind, ID string }

// Kinds of subjects. An organisation's verification changes all its initiatives; its record changes with the end of
// its commitments.
const (
	SubjectNeed         = "need"
	SubjectInitiative   = "initiative"
	SubjectOrganization = "organization"
	SubjectNeedAccount  = "need-account"
	SubjectOfferAccount = "offer-account"
	SubjectRecord       = "record"
)

// Subjects tells what an entry of the feed is about; nothing where matching does not care.
type Subjects interface {
	Of(ctx context.Context, entry store.Entry) ([]Subject, error)
}

// Deps is what the module needs.
type Deps struct {
	DB          *store.DB
	Views       *web.Engine
	Clock       clock.Clock
	Log         *slog.Logger
	Needs       Needs
	Initiatives Initiatives
	Capacity    Capacity
	Places      Places
	Subjects    Subjects
}

// Service ranks needs and initiatives from an index of this replica that follows the feed.
type Service struct {
	index    *Index
	db       *store.DB
	clock    clock.Clock
	log      *slog.Logger
	needs    Needs
	inits    Initiatives
	capacity Capacity
	places   Places
	subjects Subjects
	ready    atomic.Bool

	weightings *store.Records[Weighting]
	refusals   *store.Records[Refusal]
}

// Ready tells whether the index was built; before that, rankings are not known.
func (s *Service) Ready() bool { return s.ready.Load() }

// Weights are those in force.
func (s *Service) Weights() Weights { return s.index.Weights() }

// ForNeed ranks the initiatives for an open need, today. ok is false where the need is not open or wholly covered.
func (s *Service) ForNeed(id domain.NeedID, limit, near int, without ...domain.InitiativeID) (Ranking, bool) {
	among := func(i *Initiative) bool { return !slices.Contains(without, i.ID) }
	if len(without) == 0 {
		among = nil
	}
	return s.index.forNeed(id, domain.DateOf(s.clock.Now()), limit, near, among)
}

// ForInitiative ranks the open needs for an initiative, today. ok is false where it is not open.
func (s *Service) ForInitiative(id domain.InitiativeID, limit, near int, without ...domain.NeedID) (Ranking, bool) {
	return s.index.forInitiative(id, domain.DateOf(s.clock.Now()), limit, near, without)
}

// Run builds the index by a scan and follows the feed from where the scan began, until ctx ends. A failed scan is
// tried again.
func (s *Service) Run(ctx context.Context) error {
	for {
		from, err := s.Build(ctx)
		if err == nil {
			err = s.db.FollowLocal(ctx, from, s.follow)
		}
		if ctx.Err() != nil {
			return ctx.Err()
		}
		s.log.WarnContext(ctx, "building the matching index again", "error", err)
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(time.Second):
		}
	}
}

// Build reads everything into the index and gives the feed's position from which to follow.
func (s *Service) Build(ctx context.Context) (from int64, err error) {
	if from, err = s.db.Feed().Last(ctx); err != nil {
		return 0, err
	}
	s.ready.Store(false)
	s.index.Clear()
	if s.weightings != nil { // a check recomputes by the weights that it compares with
		if err := s.reweigh(ctx); err != nil {
			return 0, err
		}
	}
	if err := s.buildNeeds(ctx); err != nil {
		return 0, err
	}
	if err := s.buildInitiatives(ctx); err != nil {
		return 0, err
	}
	s.ready.Store(true)
	return from, nil
}

// chunk is how many things are read from the accounts at once while the index is built.
const chunk = 500

func (s *Service) buildNeeds(ctx context.Context) error {
	var batch []Need
	flush := func() error {
		ids := make([]domain.NeedID, len(batch))
		for i, n := range batch {
			ids[i] = n.ID
		}
		uncovered, err := s.capacity.Uncovered(ctx, ids)
		if err != nil {
			return err
		}
		for _, n := range batch {
			n.Uncovered = uncovered[n.ID]
			s.index.PutNeed(n)
		}
		batch = batch[:0]
		return nil
	}
	err := s.needs.Each(ctx, func(n Need) error {
		if batch = append(batch, n); len(batch) == chunk {
			return flush()
		}
		return nil
	})
	if err != nil {
		return err
	}
	return flush()
}

func (s *Service) buildInitiatives(ctx context.Context) error {
	type record struct{ done, total int64 }
	records := map[domain.OrganizationID]record{}
	var batch []Initiative
	flush := func() error {
		var ids []domain.OfferID
		for _, i := range batch {
			for _, o := range i.Offers {
				ids = append(ids, o.ID)
			}
		}
		free, err := s.capacity.Free(ctx, ids)
		if err != nil {
			return err
		}
		for _, i := range batch {
			r, known := records[i.Organization]
			if !known {
				if r.done, r.total, err = s.capacity.Record(ctx, i.Organization); err != nil {
					return err
				}
				records[i.Organization] = r
			}
			i.Done, i.Total = r.done, r.total
			for k := range i.Offers {
				i.Offers[k].Free = free[i.Offers[k].ID]
			}
			s.index.PutInitiative(i)
		}
		batch = batch[:0]
		return nil
	}
	err := s.inits.Each(ctx, func(i Initiative) error {
		if batch = append(batch, i); len(batch) == chunk {
			return flush()
		}
		return nil
	})
	if err != nil {
		return err
	}
	return flush()
}

// follow reads again what a run of entries is about. Reading again is repeatable, so entries may come twice.
func (s *Service) follow(ctx context.Context, entries []store.Entry) error {
	seen := map[Subject]bool{}
	for _, e := range entries {
		if e.Collection == weightsCollection {
			if err := s.reweigh(ctx); err != nil {
				return err
			}
			continue
		}
		subjects, err := s.subjects.Of(ctx, e)
		if err != nil {
			return err
		}
		for _, subject := range subjects {
			if seen[subject] {
				continue
			}
			seen[subject] = true
			if err := s.refresh(ctx, subject); err != nil {
				return err
			}
		}
	}
	return nil
}

func (s *Service) refresh(ctx context.Context, subject Subject) error {
	switch subject.Kind {
	case SubjectNeed:
		return s.refreshNeed(ctx, domain.NeedID(subject.ID))
	case SubjectInitiative:
		return s.refreshInitiative(ctx, domain.InitiativeID(subject.ID))
	case SubjectOrganization:
		for _, id := range s.index.InitiativesOf(domain.OrganizationID(subject.ID)) {
			if err := s.refreshInitiative(ctx, id); err != nil {
				return err
			}
		}
	case SubjectNeedAccount:
		id := domain.NeedID(subject.ID)
		uncovered, err := s.capacity.Uncovered(ctx, []domain.NeedID{id})
		if err != nil {
			return err
		}
		s.index.SetUncovered(id, uncovered[id])
	case SubjectOfferAccount:
		id := domain.OfferID(subject.ID)
		free, err := s.capacity.Free(ctx, []domain.OfferID{id})
		if err != nil {
			return err
		}
		s.index.SetFree(id, free[id])
	case SubjectRecord:
		id := domain.OrganizationID(subject.ID)
		done, total, err := s.capacity.Record(ctx, id)
		if err != nil {
			return err
		}
		s.index.SetRecord(id, done, total)
	}
	return nil
}

func (s *Service) refreshNeed(ctx context.Context, id domain.NeedID) error {
	n, err := s.needs.Get(ctx, id)
	if apperr.Is(err, apperr.NotFound) {
		s.index.RemoveNeed(id)
		return nil
	}
	if err != nil {
		return err
	}
	uncovered, err := s.capacity.Uncovered(ctx, []domain.NeedID{id})
	if err != nil {
		return err
	}
	n.Uncovered = uncovered[id]
	s.index.PutNeed(n)
	return nil
}

func (s *Service) refreshInitiative(ctx context.Context, id domain.InitiativeID) error {
	i, err := s.inits.Get(ctx, id)
	if apperr.Is(err, apperr.NotFound) {
		s.index.RemoveInitiative(id)
		return nil
	}
	if err != nil {
		return err
	}
	ids := make([]domain.OfferID, len(i.Offers))
	for k, o := range i.Offers {
		ids[k] = o.ID
	}
	free, err := s.capacity.Free(ctx, ids)
	if err != nil {
		return err
	}
	for k := range i.Offers {
		i.Offers[k].Free = free[i.Offers[k].ID]
	}
	if i.Done, i.Total, err = s.capacity.Record(ctx, i.Organization); err != nil {
		return err
	}
	s.index.PutInitiative(i)
	return nil
}

// Check recomputes what the index holds from its sources and compares rankings of up to limit needs with the plain
// recomputation; it says what differs. Changes while it runs may show up.
func (s *Service) Check(ctx context.Context, limit int) ([]string, error) {
	fresh := &Service{index: NewIndex(s.Weights()), db: s.db, clock: s.clock, log: s.log, needs: s.needs, inits: s.inits, capacity: s.capacity}
	if _, err := fresh.Build(ctx); err != nil {
		return nil, err
	}
	return compareIndexes(s.index, fresh.index, domain.DateOf(s.clock.Now()), limit), nil
}
