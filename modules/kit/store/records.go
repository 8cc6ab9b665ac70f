package store

import (
	"context"
	"encoding/json"
	"fmt"
	"reflect"
	"regexp"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"gotong/modules/kit/apperr"
)

// Definition declares a record collection.
type Definition[T any] struct {
	Name string // [a-z_]+
	// Schema numbers the form of the stored body, from 1 (0 means 1). Upgrade[i] takes a body of schema i+1 to i+2: a
	// pure function over the decoded JSON object, whose numbers are json.Number.
	Schema  int
	Upgrade []func(map[string]any)
	Lists   []List[T]
	// Personal names top-level JSON fields whose values are personal: the feed holds only a salted hash of them.
	Personal []string
	// PersonalReasons says that the reasons of changes are about a person: they too lie beside the feed.
	PersonalReasons bool
}

// Records is a collection of versioned, audited documents.
type Records[T any] struct {
	db       *DB
	name     string
	schema   int
	upgrades []func(map[string]any)
	lists    map[string]*List[T]
	order    []string // names of the lists, sorted
	personal map[string]bool
	reasons  bool // are personal
	known    known

	ensureMu sync.Mutex
	ensured  atomic.Bool
}

var collectionName = regexp.MustCompile(`^[a-z][a-z_]*$`)

// NewRecords declares a collection. It panics on a programming mistake: a bad or used name, a list without Sort, a
// missing upgrade.
func NewRecords[T any](db *DB, def Definition[T]) *Records[T] {
	if !collectionName.MatchString(def.Name) {
		panic("store: bad collection name: " + def.Name)
	}
	r := &Records[T]{db: db, name: def.Name, schema: max(1, def.Schema), upgrades: def.Upgrade,
		lists: map[string]*List[T]{}, personal: map[string]bool{}, reasons: def.PersonalReasons, known: knownFields(reflect.TypeFor[T]())}
	if len(def.Upgrade) != r.schema-1 {
		panic(fmt.Sprintf("store: %s: schema %d needs %d upgrades", def.Name, r.schema, r.schema-1))
	}
	for i := range def.Lists {
		l := &def.Lists[i]
		if l.Name == "" || l.Sort == nil || r.lists[l.Name] != nil {
			panic(fmt.Sprintf("store: %s: list %q without name or Sort, or declared twice", def.Name, l.Name))
		}
		r.lists[l.Name] = l
		r.order = append(r.order, l.Name)
	}
	slices.Sort(r.order)
	for _, f := range def.Personal {
		r.personal[f] = true
	}
	db.declare(def.Name, r)
	return r
}

func (r *Records[T]) spec() Collection { return Collection{Name: r.name, Lists: r.order} }

// ensure makes the collection ready on first use, for those who skip DB.Ready.
func (r *Records[T]) ensure(ctx context.Context) error {
	if r.ensured.Load() {
		return nil
	}
	r.ensureMu.Lock()
	defer r.ensureMu.Unlock()
	if r.ensured.Load() {
		return nil
	}
	if err := r.db.engine.Ensure(ctx, r.spec()); err != nil {
		return unavailable(err)
	}
	r.ensured.Store(true)
	return nil
}

// Get reads one document. NotFound where it is not there.
func (r *Records[T]) Get(ctx context.Context, id string) (Doc[T], error) {
	env, found, err := r.read(ctx, id)
	if err != nil {
		return Doc[T]{}, err
	}
	if found && !env.Gone {
		if found, err = r.visible(ctx, &env); err != nil {
			return Doc[T]{}, err
		}
	}
	if !found || env.Gone {
		return Doc[T]{}, notFound(r.name, id)
	}
	return r.decode(&env)
}

// GetMany reads several documents; missing ones are left out.
func (r *Records[T]) GetMany(ctx context.Context, ids []string) (map[string]Doc[T], error) {
	docs := make(map[string]Doc[T], len(ids))
	if err := r.ensure(ctx); err != nil {
		return nil, err
	}
	for chunk := range slices.Chunk(ids, 100) {
		envs, err := r.db.engine.Documents().Read(ctx, r.name, chunk)
		if err != nil {
			return nil, unavailable(err)
		}
		for i := range envs {
			if envs[i].Gone {
				continue
			}
			if ok, err := r.visible(ctx, &envs[i]); err != nil {
				return nil, err
			} else if !ok {
				continue
			}
			doc, err := r.decode(&envs[i])
			if err != nil {
				return nil, err
			}
			docs[doc.ID] = doc
		}
	}
	return docs, nil
}

// Limits of a page.
const (
	defaultLimit = 20
	maxLimit     = 100
)

// List reads one page. BadRequest on a cursor of another list or key.
func (r *Records[T]) List(ctx context.Context, q Query) (Page[T], error) {
	list := r.lists[q.List]
	if list == nil {
		return Page[T]{}, fmt.Errorf("store: %s has no list %q", r.name, q.List)
	}
	if err := r.ensure(ctx); err != nil {
		return Page[T]{}, err
	}
	if len(q.Any) > 0 {
		return r.listAny(ctx, list, q)
	}
	limit := q.Limit
	if limit <= 0 {
		limit = defaultLimit
	}
	limit = min(limit, maxLimit)
	pq := PageQuery{List: q.List, Key: string(q.Key), Descending: list.Descending, Limit: limit + 1}
	if q.Cursor != "" {
		var err error
		if pq.Sort, pq.ID, err = decodeCursor(r.name, q.List, q.Key, q.Cursor); err != nil {
			return Page[T]{}, err
		}
		pq.Started = true
	}
	envs, err := r.db.engine.Documents().Page(ctx, r.name, pq)
	if err != nil {
		return Page[T]{}, unavailable(err)
	}
	page := Page[T]{Items: make([]Doc[T], 0, min(limit, len(envs)))}
	for i := range envs[:min(limit, len(envs))] {
		doc, ok, err := r.listed(ctx, &envs[i], q.List, q.Key)
		if err != nil {
			return Page[T]{}, err
		}
		if ok {
			page.Items = append(page.Items, doc)
		}
	}
	if len(envs) > limit {
		last := &envs[limit-1]
		page.Next = encodeCursor(r.name, q.List, q.Key, sortIn(last, q.List), last.ID)
	}
	return page, nil
}

func sortIn(env *Envelope, list string) string {
	for _, k := range env.Keys {
		if k.List == list {
			return k.Sort
		}
	}
	return ""
}

// Count counts the documents of one key of a list.
func (r *Records[T]) Count(ctx context.Context, list string, key Key) (int64, error) {
	if r.lists[list] == nil {
		return 0, fmt.Errorf("store: %s has no list %q", r.name, list)
	}
	if err := r.ensure(ctx); err != nil {
		return 0, err
	}
	n, err := r.db.engine.Documents().Count(ctx, r.name, list, string(key))
	return n, unavailable(err)
}

const scanChunk = 200

// Each streams every document by id. It is not a snapshot: a document that changes meanwhile is seen once, as it was
// when its turn came. An error of fn ends it and is returned.
func (r *Records[T]) Each(ctx context.Context, fn func(Doc[T]) error) error {
	return r.scan(ctx, "", func(env *Envelope) error {
		if ok, err := r.visible(ctx, env); err != nil || !ok {
			return err
		}
		doc, err := r.decode(env)
		if err != nil {
			return err
		}
		return fn(doc)
	})
}

func (r *Records[T]) scan(ctx context.Context, after string, fn func(*Envelope) error) error {
	if err := r.ensure(ctx); err != nil {
		return err
	}
	for {
		envs, err := r.db.engine.Documents().Scan(ctx, r.name, after, scanChunk)
		if err != nil {
			return unavailable(err)
		}
		for i := range envs {
			if err := fn(&envs[i]); err != nil {
				return err
			}
		}
		if len(envs) < scanChunk {
			return nil
		}
		after = envs[len(envs)-1].ID
	}
}

// History gives the feed's entries of one document, newest first, also of one that is deleted.
func (r *Records[T]) History(ctx context.Context, id string, limit int) ([]Entry, error) {
	stored, err := r.db.engine.Log().Of(ctx, r.name, id, limit)
	if err != nil {
		return nil, unavailable(err)
	}
	return r.db.entriesOf(ctx, stored)
}

// Undoable gives the last entry of a document where it is one of these acts and not older than since: what may be taken
// back. Done tells that op has taken it back already. NotFound where there is no entry, Conflict where the last is another
// or too old.
func (r *Records[T]) Undoable(ctx context.Context, id string, op Operation, since time.Time, acts ...string) (e Entry, done bool, err error) {
	entries, err := r.History(ctx, id, 1)
	if err != nil {
		return e, false, err
	}
	if len(entries) == 0 {
		return e, false, notFound(r.name, id)
	}
	e = entries[0]
	switch {
	case op.ID != "" && e.Operation == op.ID:
		return e, true, nil
	case !slices.Contains(acts, e.Action) || e.At.Before(since):
		return e, false, conflict(r.name, id)
	}
	return e, false, nil
}

// Before gives the body as it was before the change of which e is the entry, there false where that change made it. What
// the change made of it is doc; for a deletion doc is not looked at. Personal values that were erased since are as they
// are in doc. Conflict where the document changed since.
func (r *Records[T]) Before(ctx context.Context, doc Doc[T], e Entry) (body T, there bool, err error) {
	fields := map[string]json.RawMessage{}
	if !e.Deleted {
		if doc.ID != e.ID || doc.Version != e.Version || doc.rawVersion != e.Version {
			return body, false, conflict(r.name, e.ID)
		}
		if err := json.Unmarshal(doc.raw, &fields); err != nil {
			return body, false, err
		}
	}
	aside, err := r.db.side(ctx, &e)
	if err != nil {
		return body, false, err
	}
	for _, c := range slices.Concat(e.Changes, aside.Changes) {
		switch {
		case c.Before != nil:
			fields[c.Path] = c.Before
		case c.After != nil:
			delete(fields, c.Path)
		}
	}
	if len(fields) == 0 {
		return body, false, nil
	}
	raw, err := json.Marshal(fields)
	if err == nil {
		err = json.Unmarshal(raw, &body)
	}
	return body, true, err
}

func (r *Records[T]) read(ctx context.Context, id string) (Envelope, bool, error) {
	if err := r.ensure(ctx); err != nil {
		return Envelope{}, false, err
	}
	envs, err := r.db.engine.Documents().Read(ctx, r.name, []string{id})
	if err != nil {
		return Envelope{}, false, unavailable(err)
	}
	if len(envs) == 0 {
		return Envelope{}, false, nil
	}
	return envs[0], true, nil
}

// decode makes a document of an envelope, upgraded to the present schema.
func (r *Records[T]) decode(env *Envelope) (Doc[T], error) {
	doc := Doc[T]{ID: env.ID, Version: env.Version, Created: fromMilli(env.Created), Changed: fromMilli(env.Changed),
		raw: env.Body, rawVersion: env.Version, newer: env.Schema > r.schema}
	if env.Schema < r.schema {
		body, err := upgrade(env.Body, max(1, env.Schema), r.upgrades)
		if err != nil {
			return doc, fmt.Errorf("store: upgrade %s/%s: %w", r.name, env.ID, err)
		}
		doc.raw = body
	}
	if err := json.Unmarshal(doc.raw, &doc.Body); err != nil {
		return doc, fmt.Errorf("store: read %s/%s: %w", r.name, env.ID, err)
	}
	return doc, nil
}

// keysOf computes the lists' keys of a body; the zero Key is in every list that holds the document.
func (r *Records[T]) keysOf(id string, body T) ([]ListKeys, error) {
	all := make([]ListKeys, 0, len(r.order))
	for _, name := range r.order {
		list := r.lists[name]
		keys := []string{""}
		if list.Keys != nil {
			given := list.Keys(id, body)
			if len(given) == 0 {
				continue
			}
			for _, k := range given {
				if !slices.Contains(keys, string(k)) {
					keys = append(keys, string(k))
				}
			}
			if len(given) > MaxKeys {
				return nil, apperr.Wrap(fmt.Errorf("store: %s/%s has %d keys in list %s, at most %d", r.name, id, len(given), name, MaxKeys),
					apperr.Internal, "error.internal")
			}
		}
		slices.Sort(keys)
		all = append(all, ListKeys{List: name, Sort: list.Sort(id, body), Keys: keys})
	}
	return all, nil
}

func fromMilli(ms int64) time.Time { return time.UnixMilli(ms).UTC() }
