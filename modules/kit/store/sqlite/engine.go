// Package sqlite is the store's embedded engine: one SQLite file with a write-ahead log, written through one
// connection and read through a pool. Every acknowledged write is on the disk (synchronous=FULL).
package sqlite

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"net/url"
	"runtime"
	"sync"
	"time"

	"modernc.org/sqlite"
	sqlite3 "modernc.org/sqlite/lib"

	"gotong/modules/kit/store"
)

// Options of an engine.
type Options struct {
	// DocumentAtomic makes each write atomic for one document only, as on MongoDB: entries wait in the document until
	// the store relays them. For tests of what runs on MongoDB.
	DocumentAtomic bool
}

// Engine is a SQLite database behind the store's port.
type Engine struct {
	write  *sql.DB
	read   *sql.DB
	atomic bool
	stmts  statements

	mu    sync.RWMutex
	names map[string]int64 // of collections and lists
}

const (
	maxReaders   = 4
	writeTimeout = slowed * 5 * time.Second // for the queue of writers and another process's lock
	busyTimeout  = 3000                     // milliseconds
)

const schema = `
CREATE TABLE IF NOT EXISTS names (n INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE);
CREATE TABLE IF NOT EXISTS documents (
	c INTEGER NOT NULL, id TEXT NOT NULL, v INTEGER NOT NULL, schema INTEGER NOT NULL, op TEXT NOT NULL, digest TEXT NOT NULL,
	k TEXT NOT NULL, created INTEGER NOT NULL, changed INTEGER NOT NULL, gone INTEGER NOT NULL, d TEXT NOT NULL, out TEXT,
	UNIQUE (c, id));
CREATE INDEX IF NOT EXISTS documents_out ON documents (c, id) WHERE out IS NOT NULL;
CREATE INDEX IF NOT EXISTS documents_gone ON documents (c, changed) WHERE gone = 1;
CREATE TABLE IF NOT EXISTS lists (
	l INTEGER NOT NULL, k TEXT NOT NULL, s TEXT NOT NULL, id TEXT NOT NULL, PRIMARY KEY (l, k, s, id)) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS feed (
	seq INTEGER PRIMARY KEY, c TEXT NOT NULL, id TEXT NOT NULL, v INTEGER NOT NULL, content TEXT NOT NULL,
	prev TEXT NOT NULL, hash TEXT NOT NULL, UNIQUE (c, id, v));
CREATE TABLE IF NOT EXISTS trail (k INTEGER NOT NULL, seq INTEGER NOT NULL, PRIMARY KEY (k, seq)) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS sides (
	c TEXT NOT NULL, id TEXT NOT NULL, v INTEGER NOT NULL, data TEXT NOT NULL, PRIMARY KEY (c, id, v)) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS state (
	name TEXT NOT NULL, key TEXT NOT NULL, value TEXT NOT NULL, n INTEGER NOT NULL, expires INTEGER NOT NULL,
	PRIMARY KEY (name, key)) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS state_expires ON state (expires) WHERE expires > 0;
PRAGMA user_version = 2;
`

// schemaVersion 2 added the trail, which the store fills (DB.Ready).
const schemaVersion = 2

// Open opens or makes the database file; its folder must exist.
func Open(path string, options Options) (*Engine, error) {
	e := &Engine{atomic: options.DocumentAtomic, names: map[string]int64{}}
	var err error
	if e.write, err = open(path, "immediate", "cache_size(-64000)", "synchronous(FULL)", "secure_delete(1)"); err != nil {
		return nil, err
	}
	e.write.SetMaxOpenConns(1)
	if err := e.migrate(); err != nil {
		return nil, errors.Join(fmt.Errorf("sqlite %s: %w", path, err), e.write.Close())
	}
	if e.read, err = open(path, "deferred", "cache_size(-16000)", "query_only(1)"); err != nil {
		return nil, errors.Join(err, e.write.Close())
	}
	readers := min(max(runtime.NumCPU(), 2), maxReaders)
	e.read.SetMaxOpenConns(readers)
	e.read.SetMaxIdleConns(readers)
	if err := e.stmts.prepare(e.read, e.write); err != nil {
		return nil, errors.Join(fmt.Errorf("sqlite %s: %w", path, err), e.Close())
	}
	return e, nil
}

func open(path, lock string, pragmas ...string) (*sql.DB, error) {
	q := url.Values{"_txlock": {lock}, "_pragma": append([]string{
		fmt.Sprintf("busy_timeout(%d)", busyTimeout), "journal_mode(WAL)", "temp_store(MEMORY)",
		"wal_autocheckpoint(4000)"}, pragmas...)}
	u := url.URL{Scheme: "file", Opaque: (&url.URL{Path: path}).EscapedPath(), RawQuery: q.Encode()}
	return sql.Open("sqlite", u.String())
}

func (e *Engine) migrate() error {
	var version int
	if err := e.write.QueryRow("PRAGMA user_version").Scan(&version); err != nil {
		return err
	}
	switch version {
	case schemaVersion:
	case 0, 1: // every statement of the schema leaves alone what is there
		if _, err := e.write.Exec(schema); err != nil {
			return err
		}
	default:
		return fmt.Errorf("the file has form %d, this program knows %d: use the version of the portal that wrote it", version, schemaVersion)
	}
	rows, err := e.write.Query("SELECT n, name FROM names")
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		var n int64
		var name string
		if err := rows.Scan(&n, &name); err != nil {
			return err
		}
		e.names[name] = n
	}
	return rows.Err()
}

// Documents is the engine itself, as Log, Sides and Values are.
func (e *Engine) Documents() store.Documents { return documents{e} }

// Log gives the feed's storage.
func (e *Engine) Log() store.Log { return log{e} }

// Sides gives the storage of personal values.
func (e *Engine) Sides() store.Sides { return sides{e} }

// Values gives the storage of state.
func (e *Engine) Values() store.Values { return values{e} }

// Outbox is nil except in the document-atomic mode.
func (e *Engine) Outbox() store.Outbox {
	if !e.atomic {
		return nil
	}
	return outbox{e}
}

// Ensure gives numbers to the names of the collection and its lists.
func (e *Engine) Ensure(ctx context.Context, c store.Collection) error {
	names := []string{c.Name}
	for _, l := range c.Lists {
		names = append(names, listName(c.Name, l))
	}
	for _, name := range names {
		if _, err := e.number(ctx, name); err != nil {
			return err
		}
	}
	return nil
}

func listName(collection, list string) string { return collection + "/" + list }

// number gives the number that stands for a name in the tables, making it at first use.
func (e *Engine) number(ctx context.Context, name string) (int64, error) {
	e.mu.RLock()
	n, ok := e.names[name]
	e.mu.RUnlock()
	if ok {
		return n, nil
	}
	err := e.change(ctx, func(ctx context.Context, tx *sql.Tx) error {
		if _, err := tx.ExecContext(ctx, "INSERT INTO names (name) VALUES (?) ON CONFLICT DO NOTHING", name); err != nil {
			return err
		}
		return tx.QueryRowContext(ctx, "SELECT n FROM names WHERE name = ?", name).Scan(&n)
	})
	if err != nil {
		return 0, err
	}
	e.mu.Lock()
	e.names[name] = n
	e.mu.Unlock()
	return n, nil
}

// change runs fn in one write transaction. The caller's cancellation counts until it begins, so that a reader who goes
// away leaves no write of unknown outcome.
func (e *Engine) change(ctx context.Context, fn func(context.Context, *sql.Tx) error) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), writeTimeout)
	defer cancel()
	tx, err := e.write.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	if err := fn(ctx, tx); err != nil {
		_ = tx.Rollback() // the cause counts
		return err
	}
	return tx.Commit()
}

// Ping reads one row.
func (e *Engine) Ping(ctx context.Context) error {
	var n int
	return e.read.QueryRowContext(ctx, "SELECT count(*) FROM names WHERE n = 0").Scan(&n)
}

// Close closes all connections; the log is folded into the file.
func (e *Engine) Close() error {
	var errs []error
	if e.read != nil {
		errs = append(errs, e.read.Close())
	}
	return errors.Join(append(errs, e.write.Close())...)
}

// duplicate tells whether err is a breach of uniqueness.
func duplicate(err error) bool {
	var se *sqlite.Error
	return errors.As(err, &se) && (se.Code() == sqlite3.SQLITE_CONSTRAINT_UNIQUE || se.Code() == sqlite3.SQLITE_CONSTRAINT_PRIMARYKEY)
}

var _ store.Engine = (*Engine)(nil)
