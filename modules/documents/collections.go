package documents

import (
	"context"

	"gotong/modules/domain"
	"gotong/modules/kit/apperr"
	"gotong/modules/kit/store"
)

// Collections is what may be done with collections of documents.
type Collections struct {
	records collectionRecords
	library *Service
}

// collectionRecords is what the collections need of theirs.
type collectionRecords interface {
	Get(ctx context.Context, id string) (store.Doc[Collection], error)
	List(ctx context.Context, q store.Query) (store.Page[Collection], error)
	Count(ctx context.Context, list string, key store.Key) (int64, error)
	Insert(ctx context.Context, id string, body Collection, c store.Change) (store.Doc[Collection], error)
	Replace(ctx context.Context, read store.Doc[Collection], body Collection, c store.Change) (store.Doc[Collection], error)
	Delete(ctx context.Context, read store.Doc[Collection], c store.Change) error
	Each(ctx context.Context, fn func(store.Doc[Collection]) error) error
}

var _ collectionRecords = (*store.Records[Collection])(nil)

// CollectionView is a collection as an actor may see it. Hidden tells an editor how many of its documents the editor may
// not read; readers are not told.
type CollectionView struct {
	ID         string
	Version    int64
	Collection Collection
	By         domain.Resolved // the organisation
	Open       bool            // everybody may see it
	MayEdit    bool
	Documents  []View
	Hidden     int
}

// house resolves the organisation of a collection for an actor, and whether everybody sees it.
func (s *Collections) house(ctx context.Context, actor domain.Actor, id domain.OrganizationID) (by domain.Resolved, open bool, err error) {
	ref := domain.Ref{Kind: domain.KindOrganization, ID: string(id)}
	if by, err = s.library.parent(ctx, actor, ref); err != nil {
		return by, false, err
	}
	if !actor.SignedIn() {
		return by, true, nil
	}
	_, err = s.library.parent(ctx, domain.Actor{}, ref)
	if apperr.Is(err, apperr.NotFound) {
		return by, false, nil
	}
	return by, err == nil, err
}

// see shows a collection without its documents. NotFound for who may not see it.
func (s *Collections) see(ctx context.Context, actor domain.Actor, doc store.Doc[Collection]) (CollectionView, error) {
	c := doc.Body
	by, open, err := s.house(ctx, actor, c.Organization)
	if err != nil {
		return CollectionView{}, err
	}
	_, member := actor.Membership(c.Organization)
	edits := (actor.Has(c.Organization, domain.OrgEditor) || actor.Secretariat()) && !actor.Auditor()
	v := CollectionView{ID: doc.ID, Version: doc.Version, Collection: c, By: by, Open: c.Public && open && c.Removed.IsZero(), MayEdit: edits}
	if v.Open || c.Removed.IsZero() && (member || actor.Secretariat() || actor.Auditor()) || edits {
		return v, nil
	}
	return CollectionView{}, apperr.New(apperr.NotFound, "error.not_found")
}

// Standing implements domain.Stander.
func (s *Collections) Standing(ctx context.Context, actor domain.Actor, id string) (domain.Standing, error) {
	doc, missing := s.records.Get(ctx, id)
	if missing != nil && !apperr.Is(missing, apperr.NotFound) {
		return domain.Standing{}, missing
	}
	if missing != nil { // one that is there asks about its organisation: both are to take the same way
		again := 1
		if actor.SignedIn() {
			again = 2
		}
		for range again {
			if _, err := s.records.Get(ctx, id); err != nil && !apperr.Is(err, apperr.NotFound) {
				return domain.Standing{}, err
			}
		}
		return domain.Standing{}, missing
	}
	c := doc.Body
	_, open, err := s.house(ctx, actor, c.Organization)
	switch {
	case apperr.Is(err, apperr.NotFound):
		return domain.Standing{State: standsApart}, nil
	case err != nil:
		return domain.Standing{}, err
	}
	standing := domain.Standing{State: standsShared, Public: c.Public && open && c.Removed.IsZero(), Relations: actor.RelationsTo(c.Organization, "", "")}
	if !c.Removed.IsZero() {
		standing.State = standsTrashed
	}
	return standing, nil
}

var _ domain.Stander = (*Collections)(nil)

// Get gives a collection with those of its documents that the actor may read now, in its order. NotFound for who may not
// see it.
func (s *Collections) Get(ctx context.Context, actor domain.Actor, id string) (CollectionView, error) {
	doc, err := s.records.Get(ctx, id)
	if err != nil {
		return CollectionView{}, err
	}
	v, err := s.see(ctx, actor, doc)
	if err != nil {
		return v, err
	}
	ids := make([]string, len(v.Collection.Documents))
	for i, d := range v.Collection.Documents {
		ids[i] = string(d)
	}
	v.Documents, err = s.library.parentsFor(actor).ready(ctx, ids)
	v.Hidden = len(ids) - len(v.Documents)
	return v, err
}

// List gives public collections, the newest first, of one organisation where it is named; its members see all of its own
// there. Next is "" at the end. Errors: BadRequest for a cursor of another list.
func (s *Collections) List(ctx context.Context, actor domain.Actor, of domain.OrganizationID, cursor string) (views []CollectionView, next string, err error) {
	q := store.Query{List: listOpen, Key: store.KeyOf(string(of)), Cursor: cursor, Limit: pageSize}
	if _, member := actor.Membership(of); member || of != "" && (actor.Secretariat() || actor.Auditor()) {
		q.List = listHouse
	}
	for range rounds {
		page, err := s.records.List(ctx, q)
		if err != nil {
			return nil, "", err
		}
		for _, doc := range page.Items {
			v, err := s.see(ctx, actor, doc)
			if apperr.Is(err, apperr.NotFound) {
				continue
			}
			if err != nil {
				return nil, "", err
			}
			views = append(views, v)
		}
		if q.Cursor = page.Next; q.Cursor == "" || len(views) >= pageSize/2 {
			break
		}
	}
	return views, q.Cursor, nil
}

// Mine gives the collections to which the actor may add, of all organisations for which the actor edits.
func (s *Collections) Mine(ctx context.Context, actor domain.Actor) (views []CollectionView, err error) {
	for _, m := range actor.Holding(domain.OrgEditor) {
		page, err := s.records.List(ctx, store.Query{List: listHouse, Key: store.KeyOf(string(m.Organization)), Limit: 50})
		if err != nil {
			return nil, err
		}
		for _, doc := range page.Items {
			v, err := s.see(ctx, actor, doc)
			if err != nil && !apperr.Is(err, apperr.NotFound) {
				return nil, err
			}
			if err == nil && v.Collection.Removed.IsZero() {
				views = append(views, v)
			}
		}
	}
	return views, nil
}

// Create begins a collection of an organisation for which the actor edits. Errors: SignIn, Forbidden, Invalid by field
// (title, description, public).
func (s *Collections) Create(ctx context.Context, actor domain.Actor, op store.Operation, of domain.OrganizationID, d CollectionDetails) (string, error) {
	switch {
	case !actor.SignedIn():
		return "", apperr.New(apperr.SignIn, "error.sign_in")
	case !actor.Has(of, domain.OrgEditor) || actor.Auditor():
		return "", apperr.New(apperr.Forbidden, "error.forbidden")
	}
	m, _ := actor.Membership(of)
	c, err := Collection{Organization: of, Created: s.library.clock.Now(), Demo: actor.Demo || m.Demo}.describe(d, m.Verified)
	if err != nil {
		return "", err
	}
	id := actor.NewID(op)
	_, err = s.records.Insert(ctx, id, c, actor.Change("collection.created", of, op))
	return id, err
}

// change writes a move of a collection by who may edit it. Errors: NotFound for who may not see it, SignIn, Forbidden,
// Conflict where the version that was read is no longer the stored one, and those of the move.
func (s *Collections) change(ctx context.Context, actor domain.Actor, op store.Operation, id string, version int64, action, reason string,
	move func(Collection) (Collection, error),
) error {
	doc, err := s.records.Get(ctx, id)
	if err != nil {
		return err
	}
	v, err := s.see(ctx, actor, doc)
	switch {
	case err != nil:
		return err
	case !actor.SignedIn():
		return apperr.New(apperr.SignIn, "error.sign_in")
	case !v.MayEdit:
		return apperr.New(apperr.Forbidden, "error.forbidden")
	}
	stored := doc.Version
	if version > 0 {
		doc.Version = version
	}
	change := actor.Change(action, doc.Body.Organization, op)
	change.Reason = reason
	body, err := move(doc.Body)
	if err != nil && version > 0 && version != stored {
		body, err = doc.Body, nil // only the store knows whether this is our own operation, repeated; it writes nothing
	}
	if err != nil {
		return err
	}
	_, err = s.records.Replace(ctx, doc, body, change)
	return err
}

// Describe changes what is said of a collection. Errors: those of change, Invalid by field.
func (s *Collections) Describe(ctx context.Context, actor domain.Actor, op store.Operation, id string, version int64, d CollectionDetails) error {
	return s.change(ctx, actor, op, id, version, "collection.changed", "", func(c Collection) (Collection, error) {
		m, _ := actor.Membership(c.Organization)
		return c.describe(d, m.Verified)
	})
}

// Put adds a document that the actor may read. Errors: those of change, Invalid (document).
func (s *Collections) Put(ctx context.Context, actor domain.Actor, op store.Operation, id string, version int64, document domain.DocumentID) error {
	return s.change(ctx, actor, op, id, version, "collection.added", "", func(c Collection) (Collection, error) {
		if _, err := s.library.readable(ctx, actor, document); apperr.Is(err, apperr.NotFound) {
			var f apperr.Fields
			f.Add("document", "documents.error.collect")
			return c, f.Err()
		} else if err != nil {
			return c, err
		}
		return c.put(document)
	})
}

// Arrange moves a document within a collection, or takes it out. Errors: those of change and of Collection.arrange.
func (s *Collections) Arrange(ctx context.Context, actor domain.Actor, op store.Operation, id string, version int64, document domain.DocumentID, move string) error {
	v, err := s.Get(ctx, actor, id)
	if err != nil {
		return err
	}
	var seen []domain.DocumentID
	for _, d := range v.Documents {
		seen = append(seen, d.ID)
	}
	return s.change(ctx, actor, op, id, version, "collection.arranged", "", func(c Collection) (Collection, error) { return c.arrange(document, move, seen) })
}

// Remove puts a collection away; it can be restored for thirty days. Errors: those of change, Invalid (reason).
func (s *Collections) Remove(ctx context.Context, actor domain.Actor, op store.Operation, id string, version int64, reason string) error {
	return s.change(ctx, actor, op, id, version, "collection.removed", reason, func(c Collection) (Collection, error) {
		return c.remove(reason, s.library.clock.Now())
	})
}

// Restore takes a removed collection back. Errors: those of change.
func (s *Collections) Restore(ctx context.Context, actor domain.Actor, op store.Operation, id string, version int64) error {
	return s.change(ctx, actor, op, id, version, "collection.restored", "", func(c Collection) (Collection, error) { return c.restore() })
}

// purge deletes the collections that were removed more than thirty days ago, and tells how many.
func (s *Collections) purge(ctx context.Context) (int, error) {
	before := s.library.clock.Now().Add(-trashKept)
	purged, cursor := 0, ""
	for {
		page, err := s.records.List(ctx, store.Query{List: listRemoved, Cursor: cursor, Limit: 100})
		if err != nil {
			return purged, err
		}
		for _, doc := range page.Items {
			if !doc.Body.Removed.Before(before) {
				return purged, nil
			}
			err := s.records.Delete(ctx, doc, store.Change{Action: "collection.purged", Organization: string(doc.Body.Organization)})
			switch {
			case err == nil:
				purged++
			case !apperr.Is(err, apperr.Conflict) && !apperr.Is(err, apperr.NotFound):
				return purged, err
			}
		}
		if cursor = page.Next; cursor == "" {
			return purged, nil
		}
	}
}

// CountOf tells how many collections are an organisation's, those that were removed too.
func (s *Collections) CountOf(ctx context.Context, id domain.OrganizationID) (int64, error) {
	return s.records.Count(ctx, listHouse, store.KeyOf(string(id)))
}

// MoveAll gives an organisation's collections to another that took it in, and tells how many. It may be repeated.
func (s *Collections) MoveAll(ctx context.Context, from, to domain.OrganizationID, c store.Change) (int, error) {
	return store.Drain(ctx, s.records, listHouse, store.KeyOf(string(from)), func(doc store.Doc[Collection]) error {
		body := doc.Body
		body.Organization = to
		_, err := s.records.Replace(ctx, doc, body, c)
		return err
	})
}

// Uproot deletes the demonstration's collections and tells how many there were.
func (s *Collections) Uproot(ctx context.Context) (int, error) {
	docs, err := store.DeleteEvery(ctx, s.records, store.Change{Action: "collection.seed-removed"}, func(d store.Doc[Collection]) bool { return d.Body.Demo })
	return len(docs), err
}
