package documents

import (
	"context"

	"gotong/modules/domain"
	"gotong/modules/kit/apperr"
	"gotong/modules/kit/store"
)

// Filter narrows the public library.
type Filter struct {
	Text   string
	Type   domain.DocumentType
	Region domain.RegionCode
	Sort   string // "" newest first, "title"
	Cursor string
}

const pageSize = 20

// rounds bounds how many pages of the store are read for one page of the library, where parents are hidden.
const rounds = 10

// Library lists the public documents that the actor may see, each parent asked now; with words, what Search finds. Next is "" at the end. BadRequest
// for a cursor of another list.
func (s *Service) Library(ctx context.Context, actor domain.Actor, f Filter) (views []View, next string, err error) {
	if f.Text != "" && s.find != nil {
		found, next, err := s.Search(ctx, actor, f)
		for _, hit := range found {
			views = append(views, hit.View)
		}
		return views, next, err
	}
	list := listNewest
	if f.Sort == "title" {
		list = listTitle
	}
	return s.visible(ctx, actor, store.Query{List: list, Key: store.KeyOf(string(f.Region), string(f.Type)), Cursor: f.Cursor, Limit: pageSize})
}

// visible reads a list until a page is full, leaving out what the actor may not see.
func (s *Service) visible(ctx context.Context, actor domain.Actor, q store.Query) ([]View, string, error) {
	var views []View
	want := q.Limit
	parents := map[domain.Ref]domain.Resolved{}
	hidden := map[domain.Ref]bool{}
	for range rounds {
		q.Limit = want - len(views)
		page, err := s.records.List(ctx, q)
		if err != nil {
			return nil, "", err
		}
		for _, doc := range page.Items {
			ref := doc.Body.Parent
			if _, known := parents[ref]; !known && !hidden[ref] {
				switch parent, err := s.parent(ctx, actor, ref); {
				case err == nil:
					parents[ref] = parent
				case apperr.Is(err, apperr.NotFound):
					hidden[ref] = true
				default:
					return nil, "", err
				}
			}
			if parent := parents[ref]; !hidden[ref] && mayRead(actor, doc.Body.on(s.clock.Now()), parent) {
				views = append(views, View{ID: domain.DocumentID(doc.ID), Version: doc.Version, Document: doc.Body, Parent: parent,
					MayChange: mayChange(actor, doc.Body) && !actor.Auditor()})
			}
		}
		if q.Cursor = page.Next; q.Cursor == "" || len(views) >= want {
			break
		}
	}
	return views, q.Cursor, nil
}

// panelMax is how many documents a panel shows at most.
const panelMax = 50

// Of lists what the actor may read of one thing, newest first, what was thrown away apart. NotFound where the actor may
// not see the thing.
func (s *Service) Of(ctx context.Context, actor domain.Actor, ref domain.Ref) (parent domain.Resolved, ready, trashed []View, err error) {
	if parent, err = s.parent(ctx, actor, ref); err != nil {
		return parent, nil, nil, err
	}
	key := parentValue(ref)
	if ready, _, err = s.visible(ctx, actor, store.Query{List: listParent, Key: store.KeyOf(key, ""), Limit: panelMax}); err != nil {
		return parent, nil, nil, err
	}
	if actor.SignedIn() {
		trashed, _, err = s.visible(ctx, actor, store.Query{List: listTrash, Key: store.KeyOf(key), Limit: panelMax})
	}
	return parent, ready, trashed, err
}
