package documents

import (
	"context"

	"gotong/modules/domain"
	"gotong/modules/kit/apperr"
	"gotong/modules/kit/store"
)

// States of a document as the table of rights names them.
const (
	standsPending = "pending" // not checked yet
	standsTrashed = "trashed" // or in quarantine
	standsShared  = "shared"  // with some
	standsApart   = "apart"   // what it belongs to is hidden from this actor
)

// within gives a document and what it belongs to. NotFound where there is no such document, and where the actor may not
// see what it belongs to: then the document comes all the same. What it belongs to is looked for even where there is no
// document, so that both take the same way.
func (s *Service) within(ctx context.Context, actor domain.Actor, id string) (doc store.Doc[Document], parent domain.Resolved, err error) {
	doc, err = s.records.Get(ctx, id)
	ref := doc.Body.Parent
	if err != nil {
		if !apperr.Is(err, apperr.NotFound) {
			return doc, parent, err
		}
		ref = domain.Ref{Kind: domain.KindInitiative, ID: id}
	}
	parent, hidden := s.parent(ctx, actor, ref)
	if err == nil {
		err = hidden
	}
	return doc, parent, err
}

// Standing tells how an actor stands to a document, by what it belongs to now. NotFound where there is none.
func (s *Service) Standing(ctx context.Context, actor domain.Actor, id string) (domain.Standing, error) {
	doc, parent, err := s.within(ctx, actor, id)
	if err != nil && !apperr.Is(err, apperr.NotFound) {
		return domain.Standing{}, err
	}
	granted, failed := s.granted(ctx, actor, id)
	switch {
	case failed != nil:
		return domain.Standing{}, failed
	case err != nil && doc.ID != "":
		return domain.Standing{State: standsApart}, nil
	case err != nil:
		return domain.Standing{}, err
	}
	d := doc.Body
	standing := domain.Standing{State: standsPending, Relations: actor.RelationsTo(d.Organization, "", "")}
	if d.Organization == "" && actor.SignedIn() && d.Uploader == actor.Account {
		standing.Relations = append(standing.Relations, domain.RelEditor)
	}
	switch d.Status {
	case Trashed, Quarantined:
		standing.State = standsTrashed
	case Ready:
		standing.State, standing.Public = standsShared, d.Visibility == domain.VisiblePublic && !d.Embargoed(s.clock.Now())
		if now := s.clock.Now(); mayRead(actor, d.on(now), parent) || granted != "" && !d.Embargoed(now) {
			standing.Relations = append(standing.Relations, domain.RelReader)
		}
	}
	return standing, nil
}

var _ domain.Stander = (*Service)(nil)
