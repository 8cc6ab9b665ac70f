package store

import (
	"context"
	"encoding/json"
	"strconv"
	"time"

	"gotong/modules/kit/apperr"
)

// State keeps values with expiry, without versions and audit: sessions, tokens, upload progress, autosaves.
type State[T any] struct {
	db   *DB
	name string
}

// NewState declares a kind of state. It panics on a bad or used name.
func NewState[T any](db *DB, name string) *State[T] {
	if !collectionName.MatchString(name) || name == metaName || name == followerName || name == leaseName {
		panic("store: bad state name: " + name)
	}
	db.mu.Lock()
	defer db.mu.Unlock()
	if db.values[name] {
		panic("store: state declared twice: " + name)
	}
	db.values[name] = true
	return &State[T]{db: db, name: name}
}

func (s *State[T]) now() int64 { return s.db.Now().UnixMilli() }

func (s *State[T]) expires(ttl time.Duration) int64 {
	if ttl <= 0 {
		return 0
	}
	return s.db.Now().Add(ttl).UnixMilli()
}

// Put stores a value; ttl 0 keeps it for good.
func (s *State[T]) Put(ctx context.Context, key string, v T, ttl time.Duration) error {
	if err := apperr.Refused(ctx); err != nil {
		return err
	}
	raw, err := encodeJSON(v)
	if err != nil {
		return err
	}
	return unavailable(s.db.engine.Values().Put(ctx, s.name, key, raw, s.expires(ttl)))
}

// Create stores a value where none is; Conflict where one is.
func (s *State[T]) Create(ctx context.Context, key string, v T, ttl time.Duration) error {
	if err := apperr.Refused(ctx); err != nil {
		return err
	}
	raw, err := encodeJSON(v)
	if err != nil {
		return err
	}
	ok, err := s.db.engine.Values().Create(ctx, s.name, key, raw, s.expires(ttl), s.now())
	if err != nil {
		return unavailable(err)
	}
	if !ok {
		return conflict(s.name, "…")
	}
	return nil
}

// Get reads a value. NotFound where there is none or it has expired.
func (s *State[T]) Get(ctx context.Context, key string) (T, error) {
	raw, err := s.db.engine.Values().Get(ctx, s.name, key, s.now())
	return s.decode(raw, err)
}

// Take reads and deletes a value; of several callers exactly one gets it, the others NotFound.
func (s *State[T]) Take(ctx context.Context, key string) (T, error) {
	raw, err := s.db.engine.Values().Take(ctx, s.name, key, s.now())
	return s.decode(raw, err)
}

// Delete drops a value; none is no error.
func (s *State[T]) Delete(ctx context.Context, key string) error {
	return unavailable(s.db.engine.Values().Delete(ctx, s.name, key))
}

// decode names no key in its errors: keys of state may be secrets.
func (s *State[T]) decode(raw []byte, err error) (T, error) {
	var v T
	if err != nil {
		return v, unavailable(err)
	}
	if raw == nil {
		return v, notFound(s.name, "…")
	}
	err = json.Unmarshal(raw, &v)
	return v, err
}

// Add adds n to the key's counter of the current window and gives its new value. Windows are fixed, of that length
// from the Unix epoch on, and counters of a past window are swept.
func (db *DB) Add(ctx context.Context, key string, n int64, window time.Duration) (int64, error) {
	length := max(1, window.Milliseconds())
	start := db.Now().UnixMilli() / length * length
	total, err := db.engine.Values().Add(ctx, key+"\x1f"+strconv.FormatInt(start, 36), n, start+2*length)
	return total, unavailable(err)
}

// Change changes a value that is there and leaves its expiry: fn gets what is there and gives what shall be there. Where
// somebody else was faster, fn is asked again, so the value must change with every Change, as with Update. NotFound where
// nothing is, Unavailable, and the errors of fn.
func (s *State[T]) Change(ctx context.Context, key string, fn func(old T) (T, error)) (T, error) {
	return s.swap(ctx, key, false, fn)
}

// Update changes a value that is kept for good: fn gets what is there (the zero value where nothing is) and gives what
// shall be there. Where somebody else was faster, fn is asked again. The value must change with every update, a counter
// in it will do, so that a late writer is told from a repeat. Errors: Unavailable, and those of fn.
func (s *State[T]) Update(ctx context.Context, key string, fn func(old T) (T, error)) (T, error) {
	return s.swap(ctx, key, true, fn)
}

// swap puts what fn makes of a value in its place; with create, of the zero value where there is none.
func (s *State[T]) swap(ctx context.Context, key string, create bool, fn func(old T) (T, error)) (T, error) {
	var none T
	if err := apperr.Refused(ctx); err != nil {
		return none, err
	}
	values := s.db.engine.Values()
	for {
		was, err := values.Get(ctx, s.name, key, s.now())
		var old T
		if err != nil || was != nil || !create {
			if old, err = s.decode(was, err); err != nil {
				return none, err
			}
		}
		next, err := fn(old)
		if err != nil {
			return none, err
		}
		raw, err := encodeJSON(next)
		if err != nil {
			return none, err
		}
		var done bool
		if was == nil {
			done, err = values.Create(ctx, s.name, key, raw, 0, s.now())
		} else {
			done, err = values.Swap(ctx, s.name, key, was, raw)
		}
		if err != nil || done {
			return next, unavailable(err)
		}
		if err := ctx.Err(); err != nil {
			return none, err
		}
	}
}
