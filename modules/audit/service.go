package audit

import (
	"context"
	"maps"
	"slices"

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

// Filter narrows the trail. Before is the number of the entry to go on below, 0 for the newest.
type Filter struct {
	Kind, ID string
	Actor    domain.AccountID
	Before   int64
}

// Line is one entry with the names that a page shows.
type Line struct {
	store.Entry
	Kind   string // "" for collections without a page of their own
	Who    string // "" for the system
	Behalf string
	Thing  domain.Resolved // zero where it is gone or has no page
}

// Page of the trail; Next is the number to go on below, 0 at the end. Partial: nothing more was found in the part that
// one request reads, older entries may still match.
type Page struct {
	Lines   []Line
	Next    int64
	Partial bool
}

const (
	pageSize = 30
	readStep = 200
	readMost = 4000 // entries that one request reads at most for a narrow filter
	history  = 200
)

// Trail reads the trail, newest first. Errors: NotFound for anyone but secretariat and auditor, Unavailable.
func (s *Service) Trail(ctx context.Context, actor domain.Actor, f Filter) (Page, error) {
	if !mayReadTrail(actor) {
		return Page{}, apperr.New(apperr.NotFound, "error.not_found")
	}
	if s.deps.Access != nil {
		if err := s.deps.Access.Viewed(ctx, actor, "audit"); err != nil {
			return Page{}, err
		}
	}
	if subject, ok := s.subjects[f.Kind]; ok && f.ID != "" {
		entries, err := subject.History(ctx, f.ID, history)
		if err != nil {
			return Page{}, err
		}
		return s.page(ctx, actor, slices.DeleteFunc(entries, func(e store.Entry) bool { return !f.matches(s, e) }), 0, false)
	}
	var found []store.Entry
	before := f.Before
	for read := 0; read < readMost; {
		entries, err := s.deps.DB.Feed().Recent(ctx, before, readStep)
		if err != nil {
			return Page{}, err
		}
		read += len(entries)
		for _, e := range entries {
			if f.matches(s, e) {
				found = append(found, e)
			}
			if len(found) > pageSize {
				return s.page(ctx, actor, found[:pageSize], found[pageSize-1].Seq, false)
			}
		}
		if len(entries) < readStep {
			return s.page(ctx, actor, found, 0, false)
		}
		before = entries[len(entries)-1].Seq
	}
	return s.page(ctx, actor, found, before, true)
}

func (f Filter) matches(s *Service, e store.Entry) bool {
	if f.Before > 0 && e.Seq >= f.Before {
		return false
	}
	if f.Kind != "" && s.kindOf(e) != f.Kind || f.ID != "" && e.ID != f.ID {
		return false
	}
	return f.Actor == "" || e.Actor == string(f.Actor)
}

// kindOf is the kind of thing, or the collection's name where it has no page.
func (s *Service) kindOf(e store.Entry) string {
	if kind, ok := s.kinds[e.Collection]; ok {
		return kind
	}
	return e.Collection
}

func (s *Service) page(ctx context.Context, actor domain.Actor, entries []store.Entry, next int64, partial bool) (Page, error) {
	lines, err := s.lines(ctx, entries)
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
	return Page{Lines: lines, Next: next, Partial: partial}, nil
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
		if lines[i].Who == "" {
			lines[i].Who = e.Actor
		}
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
