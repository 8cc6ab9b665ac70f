package store

import (
	"context"
	"slices"
	"strings"
)

// anyKey stands for the union of keys in a cursor.
func anyKey(keys []Key) Key {
	parts := make([]string, len(keys))
	for i, k := range keys {
		parts[i] = string(k)
	}
	slices.Sort(parts)
	return Key("any\x1e" + strings.Join(parts, "\x1e"))
}

// listAny reads one page of what is under any of the keys: a page of each from the same place on, merged.
func (r *Records[T]) listAny(ctx context.Context, list *List[T], q Query) (page Page[T], err error) {
	limit := q.Limit
	if limit <= 0 {
		limit = defaultLimit
	}
	limit = min(limit, maxLimit)
	key := anyKey(q.Any)
	pq := PageQuery{List: q.List, Descending: list.Descending, Limit: limit + 1}
	if q.Cursor != "" {
		if pq.Sort, pq.ID, err = decodeCursor(r.name, q.List, key, q.Cursor); err != nil {
			return page, err
		}
		pq.Started = true
	}
	type found struct {
		env Envelope
		key Key
	}
	var all []found
	for _, k := range q.Any {
		pq.Key = string(k)
		envs, err := r.db.engine.Documents().Page(ctx, r.name, pq)
		if err != nil {
			return page, unavailable(err)
		}
		for _, env := range envs {
			all = append(all, found{env, k})
		}
	}
	slices.SortStableFunc(all, func(a, b found) int {
		c := strings.Compare(sortIn(&a.env, q.List), sortIn(&b.env, q.List))
		if c == 0 {
			c = strings.Compare(a.env.ID, b.env.ID)
		}
		if list.Descending {
			return -c
		}
		return c
	})
	all = slices.CompactFunc(all, func(a, b found) bool { return a.env.ID == b.env.ID })
	for i := range all[:min(limit, len(all))] {
		doc, ok, err := r.listed(ctx, &all[i].env, q.List, all[i].key)
		if err != nil {
			return page, err
		}
		if ok {
			page.Items = append(page.Items, doc)
		}
	}
	if len(all) > limit {
		last := &all[limit-1].env
		page.Next = encodeCursor(r.name, q.List, key, sortIn(last, q.List), last.ID)
	}
	return page, nil
}
