package audit

import (
	"context"
	"maps"
	"slices"
	"time"

	"gotong/modules/domain"
	"gotong/modules/kit/apperr"
	"gotong/modules/kit/store"
)

// Service reads the trail.
type Service struct {
	deps     Deps
	subjects map[string]Subject // by kind
	kinds    map[string]string  // collection to kind
}

// Filter narrows the trail. Before is the number of the entry to go on below, 0 for the newest. From and Until are days
// in WIB, both inclusive.
type Filter struct {
	Kind, ID, Action string
	Actor            domain.AccountID
	Organization     domain.OrganizationID
	From, Until      domain.Date
	Before           int64
}

// Line is one entry with the names that a page shows.
type Line struct {
	store.Entry
	Kind   string // "" for collections without a page of their own
	Who    string // "" for the system, and for an account that is gone or erased
	Behalf string
	Thing  domain.Resolved // zero where it is gone or has no page
}

// Page of the trail; Next is the number to go on below, 0 at the end.
type Page struct {
	Lines []Line
	Next  int64
}

const (
	pageSize   = 30
	exportStep = 500
	history    = 200
)

// Trail reads the trail, newest first. Errors: NotFound for anyone but secretariat and auditor, Unavailable.
func (s *Service) Trail(ctx context.Context, actor domain.Actor, f Filter) (Page, error) {
	if err := s.view(ctx, actor, "audit"); err != nil {
		return Page{}, err
	}
	found, err := s.deps.DB.Feed().Trail(ctx, s.filter(f), f.Before, pageSize)
	if err != nil {
		return Page{}, err
	}
	return s.page(ctx, actor, found)
}

// Export calls fn with the lines of the whole trail that match, newest first, without what things are called now. Begin
// notes the reading and must come before the first byte. Errors as Trail.
func (s *Service) Export(ctx context.Context, actor domain.Actor, f Filter, fn func(Line) error) error {
	if !mayReadTrail(actor) {
		return apperr.New(apperr.NotFound, "error.not_found")
	}
	for {
		found, err := s.deps.DB.Feed().Trail(ctx, s.filter(f), f.Before, exportStep)
		if err != nil {
			return err
		}
		lines, err := s.lines(ctx, found.Entries)
		if err != nil {
			return err
		}
		for _, l := range lines {
			if err := fn(l); err != nil {
				return err
			}
		}
		if f.Before = found.Next; f.Before == 0 {
			return nil
		}
	}
}

// Begin notes that the actor is about to export. Errors as Trail.
func (s *Service) Begin(ctx context.Context, actor domain.Actor) error {
	return s.view(ctx, actor, "audit-export")
}

func (s *Service) view(ctx context.Context, actor domain.Actor, what string) error {
	if !mayReadTrail(actor) {
		return apperr.New(apperr.NotFound, "error.not_found")
	}
	return s.deps.Access.Viewed(ctx, actor, what)
}

// filter says the filter in the store's words.
func (s *Service) filter(f Filter) store.TrailFilter {
	t := store.TrailFilter{ID: f.ID, Action: f.Action, Actor: string(f.Actor), Organization: string(f.Organization)}
	if f.Kind != "" {
		t.Collection = f.Kind // of things without a page
		if subject, ok := s.subjects[f.Kind]; ok {
			t.Collection = subject.Collection
		}
	}
	if f.From != "" {
		t.From = midnight(f.From)
	}
	if f.Until != "" {
		t.Until = midnight(f.Until).AddDate(0, 0, 1)
	}
	return t
}

// midnight is when the day begins in WIB.
func midnight(d domain.Date) time.Time {
	y, m, day := d.Time().Date()
	return time.Date(y, m, day, 0, 0, 0, 0, domain.WIB)
}

// kindOf is the kind of thing, or the collection's name where it has no page.
func (s *Service) kindOf(e store.Entry) string {
	if kind, ok := s.kinds[e.Collection]; ok {
		return kind
	}
	return e.Collection
}

func (s *Service) page(ctx context.Context, actor domain.Actor, found store.TrailPage) (Page, error) {
	lines, err := s.lines(ctx, found.Entries)
	if err != nil {
		return Page{}, err
	}
	things := map[domain.Ref]domain.Resolved{}
	for i, line := range lines {
		if s.kinds[line.Collection] == "" {
			continue
		}
		ref := domain.Ref{Kind: line.Kind, ID: line.ID}
		thing, known := things[ref]
		if !known {
			thing, err = s.deps.Things.Resolve(ctx, actor, ref)
			if err != nil && !apperr.Is(err, apperr.NotFound) {
				return Page{}, err
			}
			things[ref] = thing
		}
		lines[i].Thing = thing
	}
	return Page{Lines: lines, Next: found.Next}, nil
}

// named gives the names of the person and the organisation that the filter asks for.
func (s *Service) named(ctx context.Context, f Filter) (actor, organization string, err error) {
	if f.Actor != "" {
		names, err := s.deps.Names.Accounts(ctx, []domain.AccountID{f.Actor})
		if err != nil {
			return "", "", err
		}
		actor = names[f.Actor]
	}
	if f.Organization != "" {
		names, err := s.deps.Names.Organizations(ctx, []domain.OrganizationID{f.Organization})
		if err != nil {
			return "", "", err
		}
		organization = names[f.Organization]
	}
	return actor, organization, nil
}

// lines adds the names to entries, asking for each once.
func (s *Service) lines(ctx context.Context, entries []store.Entry) ([]Line, error) {
	accounts, organizations := map[domain.AccountID]bool{}, map[domain.OrganizationID]bool{}
	for _, e := range entries {
		if e.Actor != "" {
			accounts[domain.AccountID(e.Actor)] = true
		}
		if e.Organization != "" {
			organizations[domain.OrganizationID(e.Organization)] = true
		}
	}
	who, err := s.deps.Names.Accounts(ctx, slices.Sorted(maps.Keys(accounts)))
	if err != nil {
		return nil, err
	}
	behalf, err := s.deps.Names.Organizations(ctx, slices.Sorted(maps.Keys(organizations)))
	if err != nil {
		return nil, err
	}
	lines := make([]Line, len(entries))
	for i, e := range entries {
		lines[i] = Line{Entry: e, Kind: s.kindOf(e), Who: who[domain.AccountID(e.Actor)], Behalf: behalf[domain.OrganizationID(e.Organization)]}
		if lines[i].Behalf == "" {
			lines[i].Behalf = e.Organization
		}
	}
	return lines, nil
}

// Of reads the history of one thing as the actor may see it, newest first: everything for its parties, the secretariat
// and the auditor; for others only the public acts, without reasons and without names of people. full tells which.
// Errors: NotFound where the actor may not see the thing, Unavailable.
func (s *Service) Of(ctx context.Context, actor domain.Actor, ref domain.Ref) (lines []Line, full bool, err error) {
	subject, ok := s.subjects[ref.Kind]
	if !ok {
		return nil, false, apperr.New(apperr.NotFound, "error.not_found")
	}
	thing, err := s.deps.Things.Resolve(ctx, actor, ref)
	if err != nil {
		return nil, false, err
	}
	entries, err := subject.History(ctx, ref.ID, history)
	if err != nil {
		return nil, false, err
	}
	full = readsAll(actor, thing)
	if !full {
		entries = slices.DeleteFunc(entries, func(e store.Entry) bool { return !publicActs[e.Action] })
	}
	if lines, err = s.lines(ctx, entries); err != nil {
		return nil, false, err
	}
	if !full {
		for i := range lines {
			lines[i].Entry = store.Entry{Seq: lines[i].Seq, At: lines[i].At, Action: lines[i].Action, Organization: lines[i].Organization}
			lines[i].Who = ""
		}
	}
	return lines, full, nil
}
