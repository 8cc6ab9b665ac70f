package initiatives

import (
	"context"
	"slices"
	"strconv"
	"strings"

	"gotong/modules/domain"
	"gotong/modules/kit/apperr"
	"gotong/modules/kit/store"
)

// Filter is what the public list asks for.
type Filter struct {
	Q        string
	Region   domain.RegionCode // those that work in it: in part of it, or in a region around it
	Category string
	Status   State
	Sort     string // newest (default), oldest, ending; not with Q
	Cursor   string
	Limit    int
}

// Public lists what anyone may see. With a region, those that work in part of it come first, then those of the regions
// around it, nearest first; the cursor names the turn.
func (s *Service) Public(ctx context.Context, f Filter) (store.Page[Initiative], error) {
	if f.Limit == 0 {
		f.Limit = 20
	}
	list := listNewest
	if f.Sort == listOldest || f.Sort == listEnding {
		list = f.Sort
	}
	switch {
	case f.Q != "":
		return s.found(ctx, f)
	case f.Region != "":
		return s.inRegion(ctx, list, f)
	case f.Category != "":
		return s.records.List(ctx, store.Query{List: list + byCategory, Key: store.KeyOf(f.Category, string(f.Status)), Cursor: f.Cursor, Limit: f.Limit})
	case f.Status != "":
		return s.records.List(ctx, store.Query{List: list, Key: store.KeyOf(keyState, string(f.Status)), Cursor: f.Cursor, Limit: f.Limit})
	}
	return s.records.List(ctx, store.Query{List: list, Cursor: f.Cursor, Limit: f.Limit})
}

// turns are the keys under which initiatives that work in a region are found, in order.
func turns(region domain.RegionCode) []store.Key {
	keys := []store.Key{store.KeyOf(keyWithin, string(region))}
	for level := region.Level() - 1; level >= domain.LevelProvince; level-- {
		keys = append(keys, store.KeyOf(keyExactly, string(region.At(level))))
	}
	return keys
}

func (s *Service) inRegion(ctx context.Context, list string, f Filter) (store.Page[Initiative], error) {
	keys := turns(f.Region)
	turn, cursor := 0, ""
	if f.Cursor != "" {
		head, rest, ok := strings.Cut(f.Cursor, ".")
		n, err := strconv.Atoi(head)
		if !ok || err != nil || n < 0 || n >= len(keys) {
			return store.Page[Initiative]{}, apperr.New(apperr.BadRequest, "initiatives.refuse.cursor")
		}
		turn, cursor = n, rest
	}
	var out store.Page[Initiative]
	for ; turn < len(keys); turn++ {
		for {
			page, err := s.records.List(ctx, store.Query{List: list, Key: keys[turn], Cursor: cursor, Limit: f.Limit})
			if err != nil {
				return out, err
			}
			for _, doc := range page.Items {
				if f.matches(doc.Body) && !earlier(doc.ID, doc.Body, keys[:turn]) {
					out.Items = append(out.Items, doc)
				}
			}
			cursor = page.Next
			if cursor == "" {
				break
			}
			if len(out.Items) >= f.Limit {
				out.Next = strconv.Itoa(turn) + "." + cursor
				return out, nil
			}
		}
		if len(out.Items) >= f.Limit && turn+1 < len(keys) {
			out.Next = strconv.Itoa(turn+1) + "."
			return out, nil
		}
	}
	return out, nil
}

func (f Filter) matches(i Initiative) bool {
	return (f.Status == "" || f.Status == i.State()) && (f.Category == "" || slices.Contains(categoriesOf(i), f.Category))
}

// earlier tells whether an initiative was already listed in a turn before.
func earlier(id string, i Initiative, keys []store.Key) bool {
	own := regionKeys(id, i)
	return slices.ContainsFunc(keys, func(k store.Key) bool { return slices.Contains(own, k) })
}

func (s *Service) found(ctx context.Context, f Filter) (store.Page[Initiative], error) {
	filters := map[string]string{}
	for name, v := range map[string]string{"region": string(f.Region), "category": f.Category, "status": string(f.Status)} {
		if v != "" {
			filters[name] = v
		}
	}
	ids, next, err := s.finder.Find(ctx, f.Q, filters, f.Cursor, f.Limit)
	if err != nil {
		return store.Page[Initiative]{}, err
	}
	docs, err := s.records.GetMany(ctx, ids)
	if err != nil {
		return store.Page[Initiative]{}, err
	}
	page := store.Page[Initiative]{Next: next}
	for _, id := range ids {
		if doc, ok := docs[id]; ok && slices.Contains(PublicStates, doc.Body.State()) { // the index may lag behind
			page.Items = append(page.Items, doc)
		}
	}
	return page, nil
}

// OfOrganization lists an organisation's initiatives newest first, those that the actor may see.
func (s *Service) OfOrganization(ctx context.Context, actor domain.Actor, id domain.OrganizationID, state State, limit int) ([]Doc, error) {
	return s.some(ctx, listOwned, store.KeyOf(string(id), string(state)), limit, func(d Doc) (bool, error) { return CanView(actor, d.Body), nil })
}

func (s *Service) some(ctx context.Context, list string, key store.Key, limit int, keep func(Doc) (bool, error)) ([]Doc, error) {
	var out []Doc
	cursor := ""
	for {
		page, err := s.records.List(ctx, store.Query{List: list, Key: key, Cursor: cursor, Limit: 100})
		if err != nil {
			return nil, err
		}
		for _, doc := range page.Items {
			ok, err := keep(doc)
			if err != nil {
				return nil, err
			}
			if ok {
				if out = append(out, doc); len(out) >= limit {
					return out, nil
				}
			}
		}
		if cursor = page.Next; cursor == "" {
			return out, nil
		}
	}
}
