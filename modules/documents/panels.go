package documents

import (
	"context"

	"gotong/modules/domain"
)

// panel shows a thing's documents on its page.
type panel struct{ m *Module }

var _ domain.Panel = panel{}

// Load lists what the reader may read of the thing, with the way to add one where the reader may.
func (p panel) Load(ctx context.Context, r domain.PanelRequest) (domain.Fragment, error) {
	parent, ready, trashed, err := p.m.Service.Of(ctx, r.Actor, r.Ref)
	if err != nil {
		return domain.Fragment{}, err
	}
	mayAttach := parent.MayAttach && r.Actor.SignedIn() && !r.Actor.Auditor()
	asked, err := p.m.Service.Listed(ctx, r.Actor, parent)
	if err != nil {
		return domain.Fragment{}, err
	}
	var room *roomBar
	if _, member := r.Actor.Membership(domain.OrganizationID(r.Ref.ID)); member && r.Ref.Kind == domain.KindOrganization {
		room = p.m.roomBar(ctx, r.Page, domain.OrganizationID(r.Ref.ID))
	}
	html, err := p.m.fragmentOf(r.Page, parent, ready, trashed, asked, mayAttach, room)
	demo := false
	for _, v := range append(ready, trashed...) {
		demo = demo || v.Document.Demo
	}
	return domain.Fragment{ID: "documents", Title: r.Page.T("documents.panel.title"), HTML: html, Demo: demo}, err
}

// Panel is the part "documents" of any thing's page.
func (m *Module) Panel() domain.Panel { return panel{m} }

type resolver struct{ s *Service }

var _ domain.Resolver = resolver{}

// Resolver answers for documents.
func (m *Module) Resolver() domain.Resolver { return resolver{m.Service} }

// Kind is document.
func (resolver) Kind() string { return domain.KindDocument }

// Resolve gives a document to who may read it; NotFound for everyone else.
func (r resolver) Resolve(ctx context.Context, actor domain.Actor, id string) (domain.Resolved, error) {
	v, err := r.s.Get(ctx, actor, domain.DocumentID(id))
	if err != nil {
		return domain.Resolved{}, err
	}
	return domain.Resolved{
		Ref: domain.Ref{Kind: domain.KindDocument, ID: id}, Title: v.Document.Title, Path: documentPath(v.ID),
		Region: v.Document.Region, Organization: v.Document.Organization, Parties: v.Parent.Parties,
		ReadsParties: v.Parent.ReadsParties, Demo: v.Document.Demo,
		Public: v.Document.Status == Ready && v.Document.on(r.s.clock.Now()).Visibility == domain.VisiblePublic && v.Parent.Public,
	}, nil
}
