package calls

import (
	"context"

	"gotong/modules/domain"
	"gotong/modules/kit/store"
)

// Standing tells how an actor stands to a call; the secretariat owns its own. NotFound where there is none.
func (s *Service) Standing(ctx context.Context, actor domain.Actor, id string) (domain.Standing, error) {
	doc, err := s.records.Get(ctx, id)
	if err != nil {
		return domain.Standing{}, err
	}
	c := doc.Body
	relations := actor.RelationsTo(c.Organization, "", "")
	if c.Organization == "" && actor.Secretariat() {
		relations = append(relations, domain.RelViewer, domain.RelEditor, domain.RelOwner)
	}
	return domain.Standing{State: string(c.StateAt(s.clock.Now())), Public: c.Public(), Relations: relations}, nil
}

var _ domain.Stander = (*Service)(nil)

type resolver struct{ service *Service }

// Resolver tells other modules of calls.
func (m *Module) Resolver() domain.Resolver { return resolver{m.Service} }

// Kind is "call".
func (resolver) Kind() string { return domain.KindCall }

// Resolve gives a call that the actor may see, else NotFound.
func (r resolver) Resolve(ctx context.Context, actor domain.Actor, id string) (domain.Resolved, error) {
	doc, err := r.service.Show(ctx, actor, domain.CallID(id))
	if err != nil {
		return domain.Resolved{}, err
	}
	c := doc.Body
	out := domain.Resolved{
		Ref: domain.Ref{Kind: domain.KindCall, ID: id}, Title: c.Title, Path: "/calls/" + id, Organization: c.Organization, Public: c.Public(),
		MayAttach: stands(actor, c, domain.OrgEditor) && c.State() != Cancelled && c.State() != Archived, ReadsParties: CanReadInside(actor, c), Demo: c.Demo,
	}
	if c.Organization != "" {
		out.Parties = []domain.OrganizationID{c.Organization}
	}
	if len(c.Areas) > 0 {
		out.Region = c.Areas[0]
	}
	return out, nil
}

var _ domain.Resolver = resolver{}

// CountOf tells how many calls and answers to calls are an organisation's, for a merge.
func (s *Service) CountOf(ctx context.Context, id domain.OrganizationID) (int64, error) {
	calls, err := s.records.Count(ctx, listOwned, store.KeyOf(string(id)))
	if err != nil {
		return 0, err
	}
	entries, err := s.entries.Count(ctx, listOwned, store.KeyOf(string(id)))
	return calls + entries, err
}

// MoveAll gives an organisation's calls and its answers to others' to the one that took it in, and tells how many
// changed. Histories stay as they were. It may be repeated.
func (s *Service) MoveAll(ctx context.Context, from, to domain.OrganizationID, change store.Change) (int, error) {
	moved, err := store.Drain(ctx, s.records, listOwned, store.KeyOf(string(from)), func(doc Doc) error {
		c := doc.Body
		c.Organization = to
		_, err := s.records.Replace(ctx, doc, c, change)
		return err
	})
	if err != nil {
		return moved, err
	}
	entries, err := store.Drain(ctx, s.entries, listOwned, store.KeyOf(string(from)), func(doc EntryDoc) error {
		e := doc.Body
		e.Organization = to
		_, err := s.entries.Replace(ctx, doc, e, change)
		return err
	})
	return moved + entries, err
}
