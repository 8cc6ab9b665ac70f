package organizations

import (
	"context"
	"time"

	"gotong/modules/domain"
	"gotong/modules/kit/apperr"
	"gotong/modules/kit/store"
)

const listRejected = "rejected" // with papers that are still kept, by the decision, the earliest first

// InvitationLife is how long an invitation can be used.
const InvitationLife = invitationLife

func rejectedList() store.List[Organization] {
	return store.List[Organization]{Name: listRejected, Keys: func(_ string, o Organization) []store.Key {
		if len(o.Dropping) == 0 && (o.State != StateRejected || len(o.Papers) == 0 || o.MergedInto != "") {
			return nil
		}
		return []store.Key{""}
	}, Sort: func(_ string, o Organization) string { return store.SortTime(o.idleSince()) }}
}

// idleSince is when the last verification was decided, or the last paper handed in after it. Papers that are on their
// way out wait for nothing new.
func (o Organization) idleSince() (at time.Time) {
	if len(o.Reviews) > 0 {
		at = o.Reviews[len(o.Reviews)-1].At
	}
	if len(o.Dropping) > 0 {
		return at
	}
	for _, p := range o.Papers {
		if p.At.After(at) {
			at = p.At
		}
	}
	return at
}

// Shelf keeps the documents behind papers.
type Shelf interface {
	// PapersOf lists the papers of an organisation, those that newer ones replaced too.
	PapersOf(ctx context.Context, id domain.OrganizationID) ([]domain.DocumentID, error)
	// Drop takes documents away for good; those that are gone are no error.
	Drop(ctx context.Context, ids []domain.DocumentID) error
}

// DropRejectedPapers lets go the papers of organisations that were rejected before then and handed in nothing since, and
// tells how many; with dry it only counts. First the organisation forgets its papers and remembers which
// documents have to go, so that whoever hands in anew at the same moment wins or starts afresh, and a crash leaves
// nothing behind.
func (s *Service) DropRejectedPapers(ctx context.Context, before time.Time, dry bool, shelf Shelf) (int, error) {
	n, cursor := 0, ""
	for {
		page, err := s.organizations.List(ctx, store.Query{List: listRejected, Cursor: cursor, Limit: 100})
		if err != nil {
			return n, err
		}
		for _, doc := range page.Items {
			if !doc.Body.idleSince().Before(before) {
				return n, nil
			}
			if dry {
				n += len(doc.Body.Papers) + len(doc.Body.Dropping)
				continue
			}
			dropped, err := s.dropPapers(ctx, doc, shelf)
			n += dropped
			if err != nil && !apperr.Is(err, apperr.Conflict) { // changed just now: the next run looks again
				return n, err
			}
		}
		if cursor = page.Next; cursor == "" {
			return n, nil
		}
	}
}

func (s *Service) dropPapers(ctx context.Context, doc store.Doc[Organization], shelf Shelf) (int, error) {
	change := store.Change{Action: "organization.papers-dropped", Organization: doc.ID}
	n := 0
	if len(doc.Body.Dropping) == 0 {
		o := doc.Body
		n = len(o.Papers)
		o.Papers = nil
		var err error
		if o.Dropping, err = shelf.PapersOf(ctx, domain.OrganizationID(doc.ID)); err != nil {
			return 0, err
		}
		if doc, err = s.organizations.Replace(ctx, doc, o, change); err != nil || len(o.Dropping) == 0 {
			return n, err
		}
	}
	if err := shelf.Drop(ctx, doc.Body.Dropping); err != nil {
		return n, err
	}
	o := doc.Body
	o.Dropping = nil
	change.Action = "organization.papers-gone"
	_, err := s.organizations.Replace(ctx, doc, o, change)
	return n, err
}

// DropInvitations lets go the invitations whose time is over, and tells how many; with dry it only counts.
func (s *Service) DropInvitations(ctx context.Context, before time.Time, dry bool) (int, error) {
	n, cursor := 0, ""
	for {
		page, err := s.invitations.List(ctx, store.Query{List: listEnding, Cursor: cursor, Limit: 100})
		if err != nil {
			return n, err
		}
		for _, doc := range page.Items {
			if before.Before(doc.Body.Until) {
				return n, nil
			}
			if !dry {
				err := s.invitations.Delete(ctx, doc, store.Change{Action: "organization.invitation-lapsed", Organization: string(doc.Body.Organization)})
				if apperr.Is(err, apperr.NotFound) || apperr.Is(err, apperr.Conflict) {
					continue
				}
				if err != nil {
					return n, err
				}
			}
			n++
		}
		if cursor = page.Next; cursor == "" {
			return n, nil
		}
	}
}
