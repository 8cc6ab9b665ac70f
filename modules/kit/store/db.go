package store

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"time"

	"gotong/modules/kit/apperr"
	"gotong/modules/kit/clock"
)

// Options of a DB. The zero value works.
type Options struct {
	Clock   clock.Clock  // default: the system's
	Logger  *slog.Logger // default: slog.Default()
	Replica string       // name of this process among its replicas; default: random

	// Fail is for tests: it is called with a named point ("documents.update.before", "log.append.after", …) before and
	// after each storage call. An error before means that the call is not made, one after that its outcome is lost.
	Fail func(point string) error
	// LeaseTerm is how long an unchanged beat of another holder is believed; default 15 s.
	LeaseTerm time.Duration
}

// DB is an opened database: its engine, clock, feed, relay and followers. It is safe for concurrent use.
type DB struct {
	engine  Engine
	clock   clock.Clock
	log     *slog.Logger
	replica string
	term    time.Duration

	mu          sync.Mutex
	collections []collection
	names       map[string]bool
	values      map[string]bool

	feed    *Feed
	relay   relay
	applied sync.Map // heads of batches that readers see

	stop context.CancelFunc
	work sync.WaitGroup
}

// collection is a Records without its type.
type collection interface {
	spec() Collection
	ensure(ctx context.Context) error
	ready(ctx context.Context) error
	recheck(ctx context.Context) error
	checkKeys(ctx context.Context) (int64, error)
}

// Open wraps an engine. Declare the collections next (NewRecords, NewState), then call Ready, then Start.
func Open(engine Engine, options Options) *DB {
	if options.Fail != nil {
		engine = newFailing(engine, options.Fail)
	}
	db := &DB{engine: engine, clock: options.Clock, log: options.Logger, replica: options.Replica, term: options.LeaseTerm,
		names: map[string]bool{}, values: map[string]bool{}}
	if db.clock == nil {
		db.clock = clock.System{}
	}
	if db.log == nil {
		db.log = slog.Default()
	}
	if db.replica == "" {
		db.replica = NewID()
	}
	if db.term == 0 {
		db.term = 15 * time.Second
	}
	db.feed = newFeed(db)
	db.relay.db = db
	return db
}

// Now is the store's clock, in UTC to the millisecond.
func (db *DB) Now() time.Time { return db.clock.Now().UTC().Truncate(time.Millisecond) }

// Engine gives the engine behind the port, for the store's own tests and tools.
func (db *DB) Engine() Engine { return db.engine }

// Ping asks the database whether it answers.
func (db *DB) Ping(ctx context.Context) error { return unavailable(db.engine.Ping(ctx)) }

// Ready prepares every declared collection: indexes are made, and where Keys or lists differ from what is stored, the
// collection is reindexed (an interrupted reindex goes on where it stopped). Call it once, after all declarations.
func (db *DB) Ready(ctx context.Context) error {
	if err := db.markTrail(ctx); err != nil {
		return fmt.Errorf("trail: %w", err)
	}
	for _, c := range db.declared() {
		if err := c.ready(ctx); err != nil {
			return fmt.Errorf("collection %s: %w", c.spec().Name, err)
		}
	}
	return nil
}

func (db *DB) declared() []collection {
	db.mu.Lock()
	defer db.mu.Unlock()
	return append([]collection(nil), db.collections...)
}

func (db *DB) declare(name string, c collection) {
	db.mu.Lock()
	defer db.mu.Unlock()
	if db.names[name] {
		panic("store: collection declared twice: " + name)
	}
	db.names[name] = true
	db.collections = append(db.collections, c)
}

// Start begins the background work: the relay of waiting entries, the sweeper of expired state, and after an upgrade
// the check of list keys. It does not block; the work ends with ctx or Close.
func (db *DB) Start(ctx context.Context) error {
	db.mu.Lock()
	defer db.mu.Unlock()
	if db.stop != nil {
		return errors.New("store: started twice")
	}
	ctx, db.stop = context.WithCancel(ctx)
	db.work.Add(1)
	go func() { defer db.work.Done(); db.sweepLoop(ctx) }()
	if db.engine.Outbox() != nil {
		db.work.Add(1)
		go func() { defer db.work.Done(); db.relayLoop(ctx) }()
	}
	db.work.Add(1)
	go func() { defer db.work.Done(); db.recheckLoop(ctx) }()
	return nil
}

// Close ends the background work and closes the engine.
func (db *DB) Close() error {
	db.mu.Lock()
	stop := db.stop
	db.mu.Unlock()
	if stop != nil {
		stop()
	}
	db.work.Wait()
	return db.engine.Close()
}

const (
	sweepEvery = time.Minute
	sweepLimit = 1000
)

func (db *DB) sweepLoop(ctx context.Context) {
	for pause(ctx, sweepEvery) {
		if _, err := db.Sweep(ctx); err != nil && ctx.Err() == nil {
			db.log.Warn("store: sweep failed", "err", err)
		}
	}
}

// Sweep drops expired state; Start does it every minute. It gives how much it dropped.
func (db *DB) Sweep(ctx context.Context) (int64, error) {
	var total int64
	for {
		n, err := db.engine.Values().Sweep(ctx, db.Now().UnixMilli(), sweepLimit)
		total += n
		if err != nil || n < sweepLimit {
			return total, unavailable(err)
		}
	}
}

// pause waits; false when ctx ended first.
func pause(ctx context.Context, d time.Duration) bool {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-ctx.Done():
		return false
	case <-t.C:
		return true
	}
}

func unavailable(err error) error {
	if err == nil {
		return nil
	}
	var e *apperr.Error
	if errors.As(err, &e) {
		return err
	}
	return apperr.Wrap(err, apperr.Unavailable, "error.unavailable")
}

func notFound(what, id string) error {
	return apperr.Wrap(fmt.Errorf("%s %q is not there", what, id), apperr.NotFound, "error.not_found")
}

func conflict(what, id string) error {
	return apperr.Wrap(fmt.Errorf("%s %q changed or exists", what, id), apperr.Conflict, "error.conflict")
}
