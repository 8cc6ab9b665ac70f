package documents

import (
	"context"

	"gotong/modules/domain"
	"gotong/modules/kit/apperr"
)

// States of a document as the table of rights names them.
const (
	standsPending = "pending" // not checked yet
	standsTrashed = "trashed" // or in quarantine
	standsShared  = "shared"  // with some
	standsApart   = "apart"   // what it belongs to is hidden from this actor
)

// Standing tells how an actor stands to a document, by what it belongs to now. NotFound where there is none. What it
// belongs to is looked for even where there is none, so that both take the same way.
func (s *Service) Standing(ctx context.Context, actor domain.Actor, id string) (domain.Standing, error) {
	doc, missing := s.records.Get(ctx, id)
	ref := doc.Body.Parent
	if missing != nil {
		if !apperr.Is(missing, apperr.NotFound) {
			return domain.Standing{}, missing
		}
		ref = domain.Ref{Kind: domain.KindInitiative, ID: id}
	}
	parent, err := s.parent(ctx, actor, ref)
	granted, failed := s.granted(ctx, actor, id)
	switch {
	case failed != nil:
		return domain.Standing{}, failed
	case missing != nil:
		return domain.Standing{}, missing
	case apperr.Is(err, apperr.NotFound):
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
		if now := s.clock.Now(); mayRead(actor, d.on(now), parent) || granted && !d.Embargoed(now) {
			standing.Relations = append(standing.Relations, domain.RelReader)
		}
	}
	return standing, nil
}

var _ domain.Stander = (*Service)(nil)
