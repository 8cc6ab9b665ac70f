package progress

import (
	"context"
	"time"

	"gotong/modules/domain"
	"gotong/modules/kit/apperr"
	"gotong/modules/kit/store"
)

// Names of the lists.
const (
	listAll    = "all"    // of an initiative: everything
	listOpen   = "open"   // of an initiative: what everybody reads
	listMarked = "marked" // updates that are not in their list yet
	listDesk   = "desk"   // requests that wait for an answer: of the secretariat, of who made the call
	listMine   = "mine"   // of an account
	listOf     = "of"     // of an initiative
)

func definition() store.Definition[Progress] {
	return store.Definition[Progress]{Name: "progress", Schema: 1, Lists: []store.List[Progress]{
		{Name: listMarked, Sort: func(id string, _ Progress) string { return store.SortText(id) }, Keys: func(_ string, p Progress) []store.Key {
			if len(p.Out) == 0 {
				return nil
			}
			return []store.Key{""}
		}},
		{Name: listDesk, Sort: func(_ string, p Progress) string { return store.SortTime(p.asked()) }, Keys: func(_ string, p Progress) []store.Key {
			switch {
			case p.asked().IsZero():
				return nil
			case p.Caller == "":
				return []store.Key{""}
			}
			return []store.Key{"", store.KeyOf(string(p.Caller))}
		}},
	}}
}

// asked is since when the oldest request waits; zero where none does.
func (p Progress) asked() time.Time {
	for _, r := range p.Requests {
		if r.Open() {
			return r.At
		}
	}
	return time.Time{}
}

func updateDefinition() store.Definition[Update] {
	at := func(_ string, u Update) string { return store.SortTime(u.At) }
	return store.Definition[Update]{Name: "progress_updates", Schema: 1, Lists: []store.List[Update]{
		{Name: listAll, Descending: true, Sort: at, Keys: func(_ string, u Update) []store.Key { return []store.Key{store.KeyOf(string(u.Initiative))} }},
		{Name: listOpen, Descending: true, Sort: at, Keys: func(_ string, u Update) []store.Key {
			if u.Inside {
				return nil
			}
			return []store.Key{store.KeyOf(string(u.Initiative))}
		}},
	}}
}

// Follow is an account that wants to read what happens in an initiative.
type Follow struct {
	Account    domain.AccountID    `json:"account"`
	Initiative domain.InitiativeID `json:"initiative"`
	At         time.Time           `json:"at"`
	Demo       bool                `json:"demo,omitempty"`
}

func followDefinition() store.Definition[Follow] {
	at := func(_ string, f Follow) string { return store.SortTime(f.At) }
	return store.Definition[Follow]{Name: "follows", Schema: 1, Personal: []string{"account"}, Lists: []store.List[Follow]{
		{Name: listMine, Descending: true, Sort: at, Keys: func(_ string, f Follow) []store.Key { return []store.Key{store.KeyOf(string(f.Account))} }},
		{Name: listOf, Sort: at, Keys: func(_ string, f Follow) []store.Key { return []store.Key{store.KeyOf(string(f.Initiative))} }},
	}}
}

// of gives how an initiative runs; version 0 where nothing happened yet.
func (s *Service) of(ctx context.Context, i Initiative) (Doc, error) {
	doc, err := s.records.Get(ctx, string(i.ID))
	if apperr.Is(err, apperr.NotFound) {
		return Doc{ID: string(i.ID), Body: begin(i)}, nil
	}
	return doc, err
}

// change makes fn of an initiative's progress and tells what happened: both in one write, the update then moves to its
// list. Again where somebody else was quicker; a repeated form changes nothing.
func (s *Service) change(ctx context.Context, i Initiative, c store.Change, fn func(p *Progress) (Update, error)) error {
	id := store.DeriveID(c.Actor, "update:"+c.Operation.ID)
	for range 8 {
		doc, err := s.of(ctx, i)
		if err != nil {
			return err
		}
		if _, err := s.updates.Get(ctx, id); !apperr.Is(err, apperr.NotFound) {
			return err // this form was carried out
		}
		p := doc.Body
		p.Caller = i.Caller
		for _, u := range p.Out {
			if u.ID == id {
				return s.flush(ctx, doc)
			}
		}
		u, err := fn(&p)
		if err != nil {
			return err
		}
		u.ID, u.Initiative, u.At, u.By, u.Organization, u.Demo = id, i.ID, s.clock.Now(), domain.AccountID(c.Actor), domain.OrganizationID(c.Organization), i.Demo
		p.Out = append(p.Out[:len(p.Out):len(p.Out)], u)
		if doc.Version == 0 {
			doc, err = s.records.Insert(ctx, doc.ID, p, c)
		} else {
			doc, err = s.records.Replace(ctx, doc, p, c)
		}
		if err == nil {
			if err := s.flush(ctx, doc); err != nil {
				s.log.ErrorContext(ctx, "an update waits for the reconciler", "initiative", i.ID, "error", err)
			}
			return nil
		}
		if !apperr.Is(err, apperr.Conflict) {
			return err
		}
	}
	return apperr.New(apperr.Conflict, "progress.refuse.changed")
}

// flush moves what happened to the list of updates. It may be repeated.
func (s *Service) flush(ctx context.Context, doc Doc) error {
	for _, u := range doc.Body.Out {
		_, err := s.updates.Insert(ctx, u.ID, u, store.Change{Action: "progress.told", Actor: string(u.By), Organization: string(u.Organization)})
		if err != nil && !apperr.Is(err, apperr.Conflict) {
			return err
		}
	}
	p := doc.Body
	p.Out = nil
	_, err := s.records.Replace(ctx, doc, p, store.Change{Action: "progress.told"})
	if apperr.Is(err, apperr.Conflict) {
		return nil // somebody else goes on with it
	}
	return err
}

// Reconcile moves what a crash left between an act and its update. It gives how many it moved.
func (s *Service) Reconcile(ctx context.Context) (int, error) {
	page, err := s.records.List(ctx, store.Query{List: listMarked, Limit: 50})
	done := 0
	for _, doc := range page.Items {
		if s.clock.Now().Sub(doc.Changed) < settleAfter {
			continue
		}
		if err := s.flush(ctx, doc); err != nil {
			s.log.ErrorContext(ctx, "an update could not be told", "initiative", doc.ID, "error", err)
			continue
		}
		done++
	}
	return done, err
}

// settleAfter is how old a mark must be before the reconciler takes it for left behind.
const settleAfter = 20 * time.Second

// Uproot deletes what demonstration initiatives left, and tells of how many.
func (s *Service) Uproot(ctx context.Context) (int, error) {
	change := store.Change{Action: "progress.seed-removed"}
	if _, err := store.DeleteEvery(ctx, s.updates, change, func(d store.Doc[Update]) bool { return d.Body.Demo }); err != nil {
		return 0, err
	}
	if _, err := store.DeleteEvery(ctx, s.follows, change, func(d store.Doc[Follow]) bool { return d.Body.Demo }); err != nil {
		return 0, err
	}
	docs, err := store.DeleteEvery(ctx, s.records, change, func(d store.Doc[Progress]) bool { return d.Body.Demo })
	return len(docs), err
}

// MoveCaller gives the requests that wait for an organisation, since it made the call, to the one that took it in, and
// tells how many initiatives changed. It may be repeated.
func (s *Service) MoveCaller(ctx context.Context, from, to domain.OrganizationID, c store.Change) (int, error) {
	return store.Drain(ctx, s.records, listDesk, store.KeyOf(string(from)), func(doc Doc) error {
		p := doc.Body
		p.Caller = to
		_, err := s.records.Replace(ctx, doc, p, c)
		return err
	})
}
