package sqlite

import (
	"context"
	"database/sql"
	"errors"

	"gotong/modules/kit/store"
)

type values struct{ *Engine }

// counters is the name under which Add keeps its rows; no State can have it.
const counters = "#"

// exec runs one statement, which is its own transaction, and gives the rows that it changed.
func (e *Engine) exec(ctx context.Context, stmt *sql.Stmt, args ...any) (int64, error) {
	if err := ctx.Err(); err != nil {
		return 0, err
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), writeTimeout)
	defer cancel()
	res, err := stmt.ExecContext(ctx, args...)
	if err != nil {
		return 0, err
	}
	return res.RowsAffected()
}

func (v values) Put(ctx context.Context, name, key string, value []byte, expires int64) error {
	_, err := v.exec(ctx, v.stmts.put, name, key, string(value), expires)
	return err
}

func (v values) Create(ctx context.Context, name, key string, value []byte, expires, now int64) (bool, error) {
	n, err := v.exec(ctx, v.stmts.create, name, key, string(value), expires, now)
	return n > 0, err
}

func (v values) Get(ctx context.Context, name, key string, now int64) (value []byte, err error) {
	err = v.stmts.getValue.QueryRowContext(ctx, name, key, now).Scan(&value)
	if errors.Is(err, sql.ErrNoRows) {
		return nil, nil
	}
	return value, err
}

func (v values) Take(ctx context.Context, name, key string, now int64) (value []byte, err error) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), writeTimeout)
	defer cancel()
	err = v.stmts.take.QueryRowContext(ctx, name, key, now).Scan(&value)
	if errors.Is(err, sql.ErrNoRows) {
		return nil, nil
	}
	return value, err
}

func (v values) Delete(ctx context.Context, name, key string) error {
	_, err := v.exec(ctx, v.stmts.drop, name, key)
	return err
}

func (v values) Swap(ctx context.Context, name, key string, old, value []byte) (bool, error) {
	n, err := v.exec(ctx, v.stmts.swap, string(value), name, key, string(old))
	return n > 0, err
}

func (v values) Add(ctx context.Context, key string, n, expires int64) (total int64, err error) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), writeTimeout)
	defer cancel()
	err = v.stmts.add.QueryRowContext(ctx, counters, key, n, expires).Scan(&total)
	return total, err
}

func (v values) Sweep(ctx context.Context, now int64, limit int) (int64, error) {
	return v.exec(ctx, v.stmts.sweep, now, limit)
}

func (v values) Range(ctx context.Context, name, prefix, after string, limit int, now int64) ([]store.Keyed, error) {
	rows, err := v.stmts.getRange.QueryContext(ctx, name, after, store.Above(prefix), now, limit)
	if err != nil {
		return nil, err
	}
	defer func() { _ = rows.Close() }()
	var list []store.Keyed
	for rows.Next() {
		var k store.Keyed
		if err := rows.Scan(&k.Key, &k.Value); err != nil {
			return nil, err
		}
		list = append(list, k)
	}
	return list, rows.Err()
}

var _ store.Ranged = values{}
