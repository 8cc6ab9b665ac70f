package store

import "context"

// failing is an engine whose calls pass the test's Options.Fail, before and after.
type failing struct {
	Engine
	fail func(point string) error
}

func newFailing(e Engine, fail func(string) error) Engine { return failing{e, fail} }

func (f failing) Documents() Documents { return failingDocuments{f.Engine.Documents(), f.fail} }
func (f failing) Log() Log             { return failingLog{f.Engine.Log(), f.fail} }
func (f failing) Sides() Sides         { return failingSides{f.Engine.Sides(), f.fail} }
func (f failing) Values() Values       { return failingValues{f.Engine.Values(), f.fail} }

func (f failing) Ping(ctx context.Context) error {
	return passErr(f.fail, "ping", func() error { return f.Engine.Ping(ctx) })
}

func (f failing) Outbox() Outbox {
	if inner := f.Engine.Outbox(); inner != nil {
		return failingOutbox{inner, f.fail}
	}
	return nil
}

// pass makes a call between its two points.
func pass[R any](fail func(string) error, point string, call func() (R, error)) (R, error) {
	var none R
	if err := fail(point + ".before"); err != nil {
		return none, err
	}
	result, err := call()
	if err != nil {
		return result, err
	}
	if err := fail(point + ".after"); err != nil {
		return none, err
	}
	return result, nil
}

func passErr(fail func(string) error, point string, call func() error) error {
	_, err := pass(fail, point, func() (struct{}, error) { return struct{}{}, call() })
	return err
}

type failingDocuments struct {
	inner Documents
	fail  func(string) error
}

func (f failingDocuments) Read(ctx context.Context, collection string, ids []string) ([]Envelope, error) {
	return pass(f.fail, "documents.read", func() ([]Envelope, error) { return f.inner.Read(ctx, collection, ids) })
}

func (f failingDocuments) Page(ctx context.Context, collection string, q PageQuery) ([]Envelope, error) {
	return pass(f.fail, "documents.page", func() ([]Envelope, error) { return f.inner.Page(ctx, collection, q) })
}

func (f failingDocuments) Count(ctx context.Context, collection, list, key string) (int64, error) {
	return pass(f.fail, "documents.count", func() (int64, error) { return f.inner.Count(ctx, collection, list, key) })
}

func (f failingDocuments) Scan(ctx context.Context, collection, after string, limit int) ([]Envelope, error) {
	return pass(f.fail, "documents.scan", func() ([]Envelope, error) { return f.inner.Scan(ctx, collection, after, limit) })
}

func (f failingDocuments) Insert(ctx context.Context, collection string, writes []Write) ([]bool, error) {
	return pass(f.fail, "documents.insert", func() ([]bool, error) { return f.inner.Insert(ctx, collection, writes) })
}

func (f failingDocuments) Update(ctx context.Context, collection string, w Write, expect int64) (bool, error) {
	return pass(f.fail, "documents.update", func() (bool, error) { return f.inner.Update(ctx, collection, w, expect) })
}

func (f failingDocuments) Reindex(ctx context.Context, collection, id string, version int64, keys []ListKeys) error {
	return passErr(f.fail, "documents.reindex", func() error { return f.inner.Reindex(ctx, collection, id, version, keys) })
}

func (f failingDocuments) Remove(ctx context.Context, collection, id string, version int64) error {
	return passErr(f.fail, "documents.remove", func() error { return f.inner.Remove(ctx, collection, id, version) })
}

type failingOutbox struct {
	inner Outbox
	fail  func(string) error
}

func (f failingOutbox) Pending(ctx context.Context, collection string, limit int) ([]Envelope, error) {
	return pass(f.fail, "outbox.pending", func() ([]Envelope, error) { return f.inner.Pending(ctx, collection, limit) })
}

func (f failingOutbox) Drain(ctx context.Context, collection string, relayed []Relayed) error {
	return passErr(f.fail, "outbox.drain", func() error { return f.inner.Drain(ctx, collection, relayed) })
}

func (f failingOutbox) Tombstones(ctx context.Context, collection string, before int64, limit int) ([]Envelope, error) {
	return pass(f.fail, "outbox.tombstones", func() ([]Envelope, error) { return f.inner.Tombstones(ctx, collection, before, limit) })
}

type failingLog struct {
	inner Log
	fail  func(string) error
}

func (f failingLog) Append(ctx context.Context, entries []Stored) (int, error) {
	return pass(f.fail, "log.append", func() (int, error) { return f.inner.Append(ctx, entries) })
}

func (f failingLog) After(ctx context.Context, seq int64, limit int) ([]Stored, error) {
	return pass(f.fail, "log.after", func() ([]Stored, error) { return f.inner.After(ctx, seq, limit) })
}

func (f failingLog) Before(ctx context.Context, seq int64, limit int) ([]Stored, error) {
	return pass(f.fail, "log.before", func() ([]Stored, error) { return f.inner.Before(ctx, seq, limit) })
}

func (f failingLog) Last(ctx context.Context) (Stored, error) {
	return pass(f.fail, "log.last", func() (Stored, error) { return f.inner.Last(ctx) })
}

func (f failingLog) Of(ctx context.Context, collection, id string, limit int) ([]Stored, error) {
	return pass(f.fail, "log.of", func() ([]Stored, error) { return f.inner.Of(ctx, collection, id, limit) })
}

func (f failingLog) Lives(ctx context.Context, collection string, ids []string) (map[string]int64, error) {
	return pass(f.fail, "log.lives", func() (map[string]int64, error) { return f.inner.Lives(ctx, collection, ids) })
}

func (f failingLog) Trail(ctx context.Context, key, seq int64, limit int) ([]Stored, error) {
	return pass(f.fail, "log.trail", func() ([]Stored, error) { return f.inner.Trail(ctx, key, seq, limit) })
}

func (f failingLog) Mark(ctx context.Context, entries []Stored) error {
	return passErr(f.fail, "log.mark", func() error { return f.inner.Mark(ctx, entries) })
}

type failingSides struct {
	inner Sides
	fail  func(string) error
}

func (f failingSides) PutSide(ctx context.Context, s Source, data []byte) error {
	return passErr(f.fail, "sides.putSide", func() error { return f.inner.PutSide(ctx, s, data) })
}

func (f failingSides) Side(ctx context.Context, s Source) ([]byte, error) {
	return pass(f.fail, "sides.side", func() ([]byte, error) { return f.inner.Side(ctx, s) })
}

func (f failingSides) EraseSides(ctx context.Context, through Source) (int64, error) {
	return pass(f.fail, "sides.eraseSides", func() (int64, error) { return f.inner.EraseSides(ctx, through) })
}

type failingValues struct {
	inner Values
	fail  func(string) error
}

func (f failingValues) Put(ctx context.Context, name, key string, value []byte, expires int64) error {
	return passErr(f.fail, "values.put", func() error { return f.inner.Put(ctx, name, key, value, expires) })
}

func (f failingValues) Create(ctx context.Context, name, key string, value []byte, expires, now int64) (bool, error) {
	return pass(f.fail, "values.create", func() (bool, error) { return f.inner.Create(ctx, name, key, value, expires, now) })
}

func (f failingValues) Get(ctx context.Context, name, key string, now int64) ([]byte, error) {
	return pass(f.fail, "values.get", func() ([]byte, error) { return f.inner.Get(ctx, name, key, now) })
}

func (f failingValues) Take(ctx context.Context, name, key string, now int64) ([]byte, error) {
	return pass(f.fail, "values.take", func() ([]byte, error) { return f.inner.Take(ctx, name, key, now) })
}

func (f failingValues) Delete(ctx context.Context, name, key string) error {
	return passErr(f.fail, "values.delete", func() error { return f.inner.Delete(ctx, name, key) })
}

func (f failingValues) Swap(ctx context.Context, name, key string, old, value []byte) (bool, error) {
	return pass(f.fail, "values.swap", func() (bool, error) { return f.inner.Swap(ctx, name, key, old, value) })
}

func (f failingValues) Add(ctx context.Context, key string, n, expires int64) (int64, error) {
	return pass(f.fail, "values.add", func() (int64, error) { return f.inner.Add(ctx, key, n, expires) })
}

func (f failingValues) Sweep(ctx context.Context, now int64, limit int) (int64, error) {
	return pass(f.fail, "values.sweep", func() (int64, error) { return f.inner.Sweep(ctx, now, limit) })
}

func (f failingValues) Range(ctx context.Context, name, prefix, after string, limit int, now int64) ([]Keyed, error) {
	return pass(f.fail, "values.range", func() ([]Keyed, error) {
		return f.inner.(Ranged).Range(ctx, name, prefix, after, limit, now)
	})
}
