package store

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"reflect"
	"slices"
	"strings"
	"time"
)

// indexState is what is remembered of a collection's lists between starts.
type indexState struct {
	Lists  string `json:"lists"`            // names that every document was indexed under
	Build  string `json:"build,omitempty"`  // program whose Keys were checked against every document
	Cursor string `json:"cursor,omitempty"` // where an interrupted reindex goes on
	Target string `json:"target,omitempty"` // lists that the interrupted reindex is for
}

const (
	probeSize    = 50
	recheckDelay = 30 * time.Second
	recheckPause = 10 * time.Millisecond
)

// ready makes the indexes, then compares the lists' names and the keys of some documents with what is stored; where
// they differ every document is reindexed before the portal serves.
func (r *Records[T]) ready(ctx context.Context) error {
	if err := r.ensure(ctx); err != nil {
		return err
	}
	lists := strings.Join(r.order, " ")
	state, err := r.indexState(ctx)
	if err != nil {
		return err
	}
	probe, err := r.db.engine.Documents().Scan(ctx, r.name, "", probeSize)
	if err != nil {
		return unavailable(err)
	}
	stale := state.Target != "" || (state.Lists != lists && len(probe) > 0)
	for i := range probe {
		if stale {
			break
		}
		if stale, err = r.stale(&probe[i]); err != nil {
			return err
		}
	}
	if !stale {
		if state.Lists == lists {
			return nil
		}
		state.Lists = lists
		return r.saveIndexState(ctx, state)
	}
	if state.Target != lists {
		state.Target, state.Cursor = lists, ""
	}
	r.db.log.Info("store: reindex", "collection", r.name, "from", state.Cursor)
	return r.reindex(ctx, state, 0)
}

// reindex sets the keys of every document from the cursor on and remembers how far it came.
func (r *Records[T]) reindex(ctx context.Context, state indexState, rest time.Duration) error {
	for {
		envs, err := r.db.engine.Documents().Scan(ctx, r.name, state.Cursor, scanChunk)
		if err != nil {
			return unavailable(err)
		}
		for i := range envs {
			if err := r.reindexOne(ctx, &envs[i]); err != nil {
				return err
			}
		}
		if len(envs) < scanChunk {
			state = indexState{Lists: strings.Join(r.order, " "), Build: build()}
			return r.saveIndexState(ctx, state)
		}
		state.Cursor = envs[len(envs)-1].ID
		if err := r.saveIndexState(ctx, state); err != nil {
			return err
		}
		if rest > 0 && !pause(ctx, rest) {
			return ctx.Err()
		}
	}
}

func (r *Records[T]) reindexOne(ctx context.Context, env *Envelope) error {
	doc, err := r.decode(env)
	if err != nil {
		return err
	}
	keys, err := r.keysOf(doc.ID, doc.Body)
	if err != nil || sameKeys(keys, env.Keys) {
		return err
	}
	// A document that changed meanwhile was indexed by its writer.
	return unavailable(r.db.engine.Documents().Reindex(ctx, r.name, env.ID, env.Version, keys))
}

func (r *Records[T]) stale(env *Envelope) (bool, error) {
	doc, err := r.decode(env)
	if err != nil {
		return false, err
	}
	keys, err := r.keysOf(doc.ID, doc.Body)
	return err == nil && !sameKeys(keys, env.Keys), err
}

func sameKeys(a, b []ListKeys) bool {
	return slices.EqualFunc(a, b, func(x, y ListKeys) bool { return reflect.DeepEqual(x, y) })
}

// recheck runs after the start of a new build: Keys are functions, so only comparing every document tells that they
// are as before.
func (r *Records[T]) recheck(ctx context.Context) error {
	state, err := r.indexState(ctx)
	if err != nil || state.Build == build() {
		return err
	}
	state.Cursor = ""
	return r.reindex(ctx, state, recheckPause)
}

func (db *DB) recheckLoop(ctx context.Context) {
	if !pause(ctx, recheckDelay) {
		return
	}
	for _, c := range db.declared() {
		if err := c.recheck(ctx); err != nil && ctx.Err() == nil {
			db.log.Warn("store: check of list keys failed", "collection", c.spec().Name, "err", err)
		}
	}
}

// CheckKeys compares the stored list keys of every document with the declared ones and gives how many differ, for
// `gotong check`.
func (db *DB) CheckKeys(ctx context.Context) (differ int64, err error) {
	for _, c := range db.declared() {
		n, err := c.checkKeys(ctx)
		differ += n
		if err != nil {
			return differ, fmt.Errorf("collection %s: %w", c.spec().Name, err)
		}
	}
	return differ, nil
}

func (r *Records[T]) checkKeys(ctx context.Context) (differ int64, err error) {
	err = r.scan(ctx, "", func(env *Envelope) error {
		stale, err := r.stale(env)
		if stale {
			differ++
		}
		return err
	})
	return differ, err
}

func (r *Records[T]) indexState(ctx context.Context) (state indexState, err error) {
	raw, err := r.db.engine.Values().Get(ctx, metaName, "index/"+r.name, r.db.Now().UnixMilli())
	if err != nil || raw == nil {
		return state, unavailable(err)
	}
	err = json.Unmarshal(raw, &state)
	return state, err
}

// saveIndexState is last-writer-wins: two replicas that reindex at once do the same work to the same end.
func (r *Records[T]) saveIndexState(ctx context.Context, state indexState) error {
	raw, err := encodeJSON(state)
	if err != nil {
		return err
	}
	return unavailable(r.db.engine.Values().Put(ctx, metaName, "index/"+r.name, raw, 0))
}

// build names the running program.
func build() string {
	path, err := os.Executable()
	if err != nil {
		return ""
	}
	info, err := os.Stat(path)
	if err != nil {
		return ""
	}
	return fmt.Sprintf("%d-%d", info.Size(), info.ModTime().Unix())
}
