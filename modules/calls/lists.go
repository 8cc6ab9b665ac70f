package calls

import (
	"context"
	"slices"

	"gotong/modules/domain"
	"gotong/modules/kit/store"
)

// Filter is what the public list asks for.
type Filter struct {
	Region   domain.RegionCode // calls for it: for part of it, or for a region around it
	Category string
	Status   State
	Sort     string // latest (default) or ending
	Cursor   string
	Limit    int
}

// Public lists what anyone may see. With a region the other filters are held against what that region's list gives.
func (s *Service) Public(ctx context.Context, f Filter) (store.Page[Call], error) {
	if f.Limit == 0 {
		f.Limit = 20
	}
	q := store.Query{List: listLatest, Key: store.KeyOf(string(f.Status), f.Category), Cursor: f.Cursor, Limit: f.Limit}
	if f.Sort == listEnding {
		q.List = listEnding
	}
	if f.Region == "" {
		return s.records.List(ctx, q)
	}
	q.List, q.Key, q.Any = q.List+byRegion, "", regionQuery(f.Region)
	var out store.Page[Call]
	for {
		page, err := s.records.List(ctx, q)
		if err != nil {
			return out, err
		}
		for _, doc := range page.Items {
			if (f.Status == "" || doc.Body.State() == f.Status) && (f.Category == "" || slices.Contains(categoryKeys(doc.Body), f.Category)) {
				out.Items = append(out.Items, doc)
			}
		}
		q.Cursor, out.Next = page.Next, page.Next
		if page.Next == "" || len(out.Items) >= f.Limit {
			return out, nil
		}
	}
}

// Drafts lists the unfinished calls of the actor's organisations and, for the secretariat, its own, newest first.
func (s *Service) Drafts(ctx context.Context, actor domain.Actor) ([]Doc, error) {
	var keys []store.Key
	for _, scope := range own(actor) {
		keys = append(keys, store.KeyOf(scope))
	}
	if len(keys) == 0 {
		return nil, nil
	}
	page, err := s.records.List(ctx, store.Query{List: listOwned, Any: keys, Limit: 100})
	if err != nil {
		return nil, err
	}
	return slices.DeleteFunc(page.Items, func(d Doc) bool { return d.Body.State() != Draft }), nil
}

// own names the owners of calls for whom the actor writes.
func own(a domain.Actor) (scopes []string) {
	for _, m := range drafting(a) {
		scopes = append(scopes, string(m.Organization))
	}
	if a.Secretariat() {
		scopes = append(scopes, secretary)
	}
	return scopes
}
