package sqlite

import (
	"context"
	"database/sql"
	"errors"
	"math"
	"slices"

	"gotong/modules/kit/store"
)

// chain appends entries to the feed within one transaction, which holds the only write lock: the next number is free.
type chain struct {
	e    *Engine
	tx   *sql.Tx
	last store.Stored
	read bool
}

func (c *chain) append(ctx context.Context, collection, id string, entry *store.Outgoing) error {
	if !c.read {
		err := c.tx.StmtContext(ctx, c.e.stmts.last).QueryRowContext(ctx).Scan(&c.last.Seq, &c.last.Hash)
		if err != nil && !errors.Is(err, sql.ErrNoRows) {
			return err
		}
		c.read = true
	}
	seq := c.last.Seq + 1
	hash := store.Seal(c.last.Hash, seq, entry.Content)
	_, err := c.tx.StmtContext(ctx, c.e.stmts.appendEntry).ExecContext(ctx, seq, collection, id, entry.Version, string(entry.Content), c.last.Hash, hash)
	if duplicate(err) {
		return store.ErrKnown
	}
	if err != nil {
		return err
	}
	c.last.Seq, c.last.Hash = seq, hash
	if err := c.e.mark(ctx, c.tx, seq, entry.Trail); err != nil {
		return err
	}
	switch {
	case entry.Erases:
		err = within(ctx, c.tx, c.e.stmts.eraseSides, collection, id, entry.Version)
	case len(entry.Personal) > 0:
		err = within(ctx, c.tx, c.e.stmts.putSide, collection, id, entry.Version, string(entry.Personal))
	}
	return err
}

// within runs a prepared statement in the transaction.
func within(ctx context.Context, tx *sql.Tx, stmt *sql.Stmt, args ...any) error {
	_, err := tx.StmtContext(ctx, stmt).ExecContext(ctx, args...) //nolint:sqlclosecheck // the transaction's end closes it
	return err
}

// mark puts an entry under its keys of the trail.
func (e *Engine) mark(ctx context.Context, tx *sql.Tx, seq int64, keys []int64) error {
	for _, k := range keys {
		if err := within(ctx, tx, e.stmts.markTrail, k, seq); err != nil {
			return err
		}
	}
	return nil
}

type log struct{ *Engine }

func (l log) Append(ctx context.Context, entries []store.Stored) (int, error) {
	for i, s := range entries {
		if err := l.append(ctx, s); err != nil {
			return i, err
		}
	}
	return len(entries), nil
}

func (l log) append(ctx context.Context, s store.Stored) error {
	return l.change(ctx, func(ctx context.Context, tx *sql.Tx) error {
		var seq int64
		err := tx.StmtContext(ctx, l.stmts.known).QueryRowContext(ctx, s.Source.Collection, s.Source.ID, s.Source.Version).Scan(&seq)
		if err == nil {
			return store.ErrKnown
		}
		if !errors.Is(err, sql.ErrNoRows) {
			return err
		}
		_, err = tx.StmtContext(ctx, l.stmts.appendEntry).ExecContext(ctx, s.Seq, s.Source.Collection, s.Source.ID, s.Source.Version,
			string(s.Content), s.Prev, s.Hash)
		if duplicate(err) {
			return store.ErrTaken
		}
		if err != nil {
			return err
		}
		return l.mark(ctx, tx, s.Seq, s.Trail)
	})
}

func (l log) Mark(ctx context.Context, entries []store.Stored) error {
	return l.change(ctx, func(ctx context.Context, tx *sql.Tx) error {
		for _, s := range entries {
			if err := l.mark(ctx, tx, s.Seq, s.Trail); err != nil {
				return err
			}
		}
		return nil
	})
}

func (l log) Trail(ctx context.Context, key, seq int64, limit int) ([]store.Stored, error) {
	if seq == 0 {
		seq = math.MaxInt64
	}
	return l.entries(ctx, l.stmts.getTrail, key, seq, limit)
}

func (l log) After(ctx context.Context, seq int64, limit int) ([]store.Stored, error) {
	return l.entries(ctx, l.stmts.getAfter, seq, limit)
}

func (l log) Before(ctx context.Context, seq int64, limit int) ([]store.Stored, error) {
	if seq == 0 {
		seq = math.MaxInt64
	}
	return l.entries(ctx, l.stmts.getBefore, seq, limit)
}

func (l log) Of(ctx context.Context, collection, id string, limit int) ([]store.Stored, error) {
	return l.entries(ctx, l.stmts.getOf, collection, id, limit)
}

func (l log) Lives(ctx context.Context, collection string, ids []string) (map[string]int64, error) {
	lives := map[string]int64{}
	for _, id := range ids {
		last, err := l.Of(ctx, collection, id, 1)
		if err != nil {
			return nil, err
		}
		if len(last) == 1 {
			lives[id] = last[0].Source.Version
		}
	}
	return lives, nil
}

func (l log) Last(ctx context.Context) (s store.Stored, err error) {
	err = l.stmts.getLast.QueryRowContext(ctx).Scan(&s.Seq, &s.Hash)
	if errors.Is(err, sql.ErrNoRows) {
		return s, nil
	}
	return s, err
}

func (l log) entries(ctx context.Context, stmt *sql.Stmt, args ...any) ([]store.Stored, error) {
	rows, err := stmt.QueryContext(ctx, args...)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var entries []store.Stored
	for rows.Next() {
		var s store.Stored
		if err := rows.Scan(&s.Seq, &s.Source.Collection, &s.Source.ID, &s.Source.Version, &s.Content, &s.Prev, &s.Hash); err != nil {
			return nil, err
		}
		entries = append(entries, s)
	}
	return entries, rows.Err()
}

type sides struct{ *Engine }

func (s sides) PutSide(ctx context.Context, src store.Source, data []byte) error {
	_, err := s.exec(ctx, s.stmts.putSide, src.Collection, src.ID, src.Version, string(data))
	return err
}

func (s sides) Side(ctx context.Context, src store.Source) (data []byte, err error) {
	err = s.stmts.getSide.QueryRowContext(ctx, src.Collection, src.ID, src.Version).Scan(&data)
	if errors.Is(err, sql.ErrNoRows) {
		return nil, nil
	}
	if len(data) == 0 {
		return nil, err // erased
	}
	return data, err
}

func (s sides) EraseSides(ctx context.Context, through store.Source) (int64, error) {
	return s.exec(ctx, s.stmts.eraseSides, through.Collection, through.ID, through.Version)
}

type outbox struct{ *Engine }

func (o outbox) Pending(ctx context.Context, collection string, limit int) ([]store.Envelope, error) {
	c, err := o.number(ctx, collection)
	if err != nil {
		return nil, err
	}
	return o.envelopes(ctx, o.stmts.getPending, c, limit)
}

func (o outbox) Tombstones(ctx context.Context, collection string, before int64, limit int) ([]store.Envelope, error) {
	c, err := o.number(ctx, collection)
	if err != nil {
		return nil, err
	}
	return o.envelopes(ctx, o.stmts.getGone, c, before, limit)
}

func (o outbox) Drain(ctx context.Context, collection string, relayed []store.Relayed) error {
	c, err := o.number(ctx, collection)
	if err != nil {
		return err
	}
	for _, doc := range relayed {
		if err := o.drain(ctx, c, doc.ID, doc.Out); err != nil {
			return err
		}
	}
	return nil
}

func (o outbox) drain(ctx context.Context, c int64, id string, relayed []store.Outgoing) error {
	return o.change(ctx, func(ctx context.Context, tx *sql.Tx) error {
		env, found, err := documents(o).head(ctx, tx, c, id)
		if err != nil || !found {
			return err
		}
		var rest []store.Outgoing
		for _, out := range env.Out {
			if !slices.ContainsFunc(relayed, func(r store.Outgoing) bool { return r.Version == out.Version }) {
				rest = append(rest, out)
			}
		}
		text, err := encodeOut(rest)
		if err != nil {
			return err
		}
		_, err = tx.StmtContext(ctx, o.stmts.drain).ExecContext(ctx, text, c, id)
		return err
	})
}
