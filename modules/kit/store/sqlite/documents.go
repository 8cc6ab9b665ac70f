package sqlite

import (
	"cmp"
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"slices"

	"gotong/modules/kit/store"
)

type documents struct{ *Engine }

// outgoing is a waiting entry as stored; its content is kept letter by letter.
type outgoing struct {
	Version  int64  `json:"v"`
	Content  string `json:"e"`
	Personal string `json:"p,omitempty"`
}

func encodeOut(out []store.Outgoing) (any, error) {
	if len(out) == 0 {
		return nil, nil
	}
	rows := make([]outgoing, len(out))
	for i, o := range out {
		rows[i] = outgoing{o.Version, string(o.Content), string(o.Personal)}
	}
	b, err := json.Marshal(rows)
	return string(b), err
}

func decodeOut(text sql.NullString) ([]store.Outgoing, error) {
	if !text.Valid {
		return nil, nil
	}
	var rows []outgoing
	if err := json.Unmarshal([]byte(text.String), &rows); err != nil {
		return nil, err
	}
	out := make([]store.Outgoing, len(rows))
	for i, r := range rows {
		out[i] = store.Outgoing{Version: r.Version, Content: []byte(r.Content), Personal: []byte(r.Personal)}
	}
	return out, nil
}

func scanEnvelope(rows interface{ Scan(...any) error }) (env store.Envelope, err error) {
	var keys string
	var out sql.NullString
	err = rows.Scan(&env.ID, &env.Version, &env.Schema, &env.Operation.ID, &env.Operation.Digest, &keys, &env.Created,
		&env.Changed, &env.Gone, &env.Body, &out)
	if err != nil {
		return env, err
	}
	if env.Keys, err = decodeKeys(keys); err != nil {
		return env, err
	}
	env.Out, err = decodeOut(out)
	return env, err
}

func (e *Engine) envelopes(ctx context.Context, stmt *sql.Stmt, args ...any) ([]store.Envelope, error) {
	rows, err := stmt.QueryContext(ctx, args...)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var envs []store.Envelope
	for rows.Next() {
		env, err := scanEnvelope(rows)
		if err != nil {
			return nil, err
		}
		envs = append(envs, env)
	}
	return envs, rows.Err()
}

func (d documents) Read(ctx context.Context, collection string, ids []string) ([]store.Envelope, error) {
	c, err := d.number(ctx, collection)
	if err != nil {
		return nil, err
	}
	if len(ids) == 1 {
		return d.envelopes(ctx, d.stmts.getOne, c, ids[0])
	}
	list, err := json.Marshal(ids)
	if err != nil {
		return nil, err
	}
	return d.envelopes(ctx, d.stmts.getMany, c, string(list))
}

func (d documents) Page(ctx context.Context, collection string, q store.PageQuery) ([]store.Envelope, error) {
	c, err := d.number(ctx, collection)
	if err != nil {
		return nil, err
	}
	l, err := d.number(ctx, listName(collection, q.List))
	if err != nil {
		return nil, err
	}
	if !q.Started {
		stmt := d.stmts.getPage
		if q.Descending {
			stmt = d.stmts.getDown
		}
		return d.envelopes(ctx, stmt, c, l, q.Key, q.Limit)
	}
	stmt := d.stmts.getPageFrom
	if q.Descending {
		stmt = d.stmts.getDownFrom
	}
	return d.envelopes(ctx, stmt, c, l, q.Key, q.Limit, q.Sort, q.ID)
}

func (d documents) Count(ctx context.Context, collection, list, key string) (n int64, err error) {
	l, err := d.number(ctx, listName(collection, list))
	if err != nil {
		return 0, err
	}
	err = d.stmts.getCount.QueryRowContext(ctx, l, key).Scan(&n)
	return n, err
}

func (d documents) Scan(ctx context.Context, collection, after string, limit int) ([]store.Envelope, error) {
	c, err := d.number(ctx, collection)
	if err != nil {
		return nil, err
	}
	return d.envelopes(ctx, d.stmts.getScan, c, after, limit)
}

// bulk is how many documents one transaction inserts: others that write wait for it, at most writeTimeout.
const bulk = 250

// Insert writes bulk documents a transaction, or in the document-atomic mode each in its own.
func (d documents) Insert(ctx context.Context, collection string, writes []store.Write) ([]bool, error) {
	c, err := d.number(ctx, collection)
	if err != nil {
		return nil, err
	}
	size := bulk
	if d.atomic {
		size = 1
	}
	flags := make([]bool, 0, len(writes))
	for part := range slices.Chunk(writes, size) {
		var fresh []bool
		err := d.change(ctx, func(ctx context.Context, tx *sql.Tx) (err error) {
			fresh, err = d.insertPart(ctx, tx, c, collection, part)
			return err
		})
		if err != nil {
			return nil, err
		}
		flags = append(flags, fresh...)
	}
	return flags, nil
}

// insertPart inserts documents, their entries, and last their places in the lists, in the order of the lists: places
// of a thousand documents in a large table then share pages instead of reading one each.
func (d documents) insertPart(ctx context.Context, tx *sql.Tx, c int64, collection string, writes []store.Write) ([]bool, error) {
	flags := make([]bool, len(writes))
	feed := chain{e: d.Engine, tx: tx}
	var places []place
	for i := range writes {
		w := &writes[i]
		var err error
		if flags[i], err = d.insert(ctx, tx, c, w); err != nil {
			return nil, err
		}
		if !flags[i] {
			continue
		}
		places = d.places(places, collection, w.ID, w.Keys, nil)
		if w.Entry != nil && !d.atomic {
			if err := feed.append(ctx, collection, w.ID, w.Entry); err != nil {
				return nil, err
			}
		}
	}
	slices.SortFunc(places, place.compare)
	return flags, execPlaces(ctx, tx.StmtContext(ctx, d.stmts.listAdd), places)
}

func (d documents) insert(ctx context.Context, tx *sql.Tx, c int64, w *store.Write) (bool, error) {
	out, err := d.waiting(nil, w.Entry)
	if err != nil {
		return false, err
	}
	res, err := tx.StmtContext(ctx, d.stmts.insert).ExecContext(ctx, c, w.ID, w.Version, w.Schema, w.Operation.ID, w.Operation.Digest,
		encodeKeys(w.Keys), w.Created, w.Changed, w.Gone, string(w.Body), out)
	if err != nil {
		return false, err
	}
	n, err := res.RowsAffected()
	return n > 0, err
}

// waiting gives the outbox with the new entry added; empty where entries go to the feed at once.
func (d documents) waiting(old []store.Outgoing, entry *store.Outgoing) (any, error) {
	if !d.atomic || entry == nil {
		return encodeOut(old)
	}
	return encodeOut(append(old, *entry))
}

func (d documents) Update(ctx context.Context, collection string, w store.Write, expect int64) (done bool, err error) {
	c, err := d.number(ctx, collection)
	if err != nil {
		return false, err
	}
	err = d.change(ctx, func(ctx context.Context, tx *sql.Tx) error {
		done, err = d.update(ctx, tx, c, collection, &w, expect)
		return err
	})
	return done && err == nil, err
}

func (d documents) update(ctx context.Context, tx *sql.Tx, c int64, collection string, w *store.Write, expect int64) (bool, error) {
	old, found, err := d.head(ctx, tx, c, w.ID)
	if err != nil || !found || old.Version != expect || (w.Entry != nil && len(old.Out) >= store.MaxOutgoing) {
		return false, err
	}
	if err := d.relist(ctx, tx, collection, w.ID, old.Keys, w.Keys); err != nil {
		return false, err
	}
	if w.Gone && !d.atomic {
		if _, err := tx.StmtContext(ctx, d.stmts.remove).ExecContext(ctx, c, w.ID); err != nil {
			return false, err
		}
	} else {
		out, err := d.waiting(old.Out, w.Entry)
		if err != nil {
			return false, err
		}
		if _, err := tx.StmtContext(ctx, d.stmts.update).ExecContext(ctx, w.Version, w.Schema, w.Operation.ID, w.Operation.Digest,
			encodeKeys(w.Keys), w.Created, w.Changed, w.Gone, string(w.Body), out, c, w.ID); err != nil {
			return false, err
		}
	}
	if w.Entry == nil || d.atomic {
		return true, nil
	}
	feed := chain{e: d.Engine, tx: tx}
	return true, feed.append(ctx, collection, w.ID, w.Entry)
}

// head reads what a write must know of the stored document.
func (d documents) head(ctx context.Context, tx *sql.Tx, c int64, id string) (env store.Envelope, found bool, err error) {
	var keys string
	var out sql.NullString
	err = tx.StmtContext(ctx, d.stmts.head).QueryRowContext(ctx, c, id).Scan(&env.Version, &keys, &env.Gone, &out)
	if errors.Is(err, sql.ErrNoRows) {
		return env, false, nil
	}
	if err != nil {
		return env, false, err
	}
	if env.Keys, err = decodeKeys(keys); err != nil {
		return env, false, err
	}
	env.Out, err = decodeOut(out)
	return env, true, err
}

// place is a document's row in a list.
type place struct {
	list          int64
	key, sort, id string
}

func (p place) compare(o place) int {
	return cmp.Or(cmp.Compare(p.list, o.list), cmp.Compare(p.key, o.key), cmp.Compare(p.sort, o.sort), cmp.Compare(p.id, o.id))
}

// places adds the places of a document that are in from and not in unless.
func (d documents) places(to []place, collection, id string, from, unless []store.ListKeys) []place {
	for _, lk := range from {
		i := slices.IndexFunc(unless, func(o store.ListKeys) bool { return o.List == lk.List && o.Sort == lk.Sort })
		d.mu.RLock()
		l, ok := d.names[listName(collection, lk.List)]
		d.mu.RUnlock()
		if !ok { // a list that is no longer declared, of a name that another process made
			continue
		}
		for _, k := range lk.Keys {
			if i < 0 || !slices.Contains(unless[i].Keys, k) {
				to = append(to, place{l, k, lk.Sort, id})
			}
		}
	}
	return to
}

func execPlaces(ctx context.Context, stmt *sql.Stmt, places []place) error {
	for _, p := range places {
		if _, err := stmt.ExecContext(ctx, p.list, p.key, p.sort, p.id); err != nil {
			return fmt.Errorf("list %d: %w", p.list, err)
		}
	}
	return nil
}

// relist moves a document from its old places in the lists to the new ones.
func (d documents) relist(ctx context.Context, tx *sql.Tx, collection, id string, old, fresh []store.ListKeys) error {
	if err := execPlaces(ctx, tx.StmtContext(ctx, d.stmts.listDrop), d.places(nil, collection, id, old, fresh)); err != nil {
		return err
	}
	return execPlaces(ctx, tx.StmtContext(ctx, d.stmts.listAdd), d.places(nil, collection, id, fresh, old))
}

func (d documents) Reindex(ctx context.Context, collection, id string, version int64, keys []store.ListKeys) error {
	c, err := d.number(ctx, collection)
	if err != nil {
		return err
	}
	return d.change(ctx, func(ctx context.Context, tx *sql.Tx) error {
		old, found, err := d.head(ctx, tx, c, id)
		if err != nil || !found || old.Version != version {
			return err
		}
		if err := d.relist(ctx, tx, collection, id, old.Keys, keys); err != nil {
			return err
		}
		_, err = tx.StmtContext(ctx, d.stmts.setKeys).ExecContext(ctx, encodeKeys(keys), c, id)
		return err
	})
}

func (d documents) Remove(ctx context.Context, collection, id string, version int64) error {
	c, err := d.number(ctx, collection)
	if err != nil {
		return err
	}
	return d.change(ctx, func(ctx context.Context, tx *sql.Tx) error {
		old, found, err := d.head(ctx, tx, c, id)
		if err != nil || !found || old.Version != version || len(old.Out) > 0 {
			return err
		}
		if err := d.relist(ctx, tx, collection, id, old.Keys, nil); err != nil {
			return err
		}
		_, err = tx.StmtContext(ctx, d.stmts.remove).ExecContext(ctx, c, id)
		return err
	})
}
