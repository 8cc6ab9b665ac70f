package blobtest

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"io"
	"iter"
	"maps"
	"slices"
	"strings"
	"sync"
	"sync/atomic"

	"gotong/modules/kit/apperr"
	"gotong/modules/kit/blob"
	"gotong/modules/kit/clock"
)

// Memory is an object store for tests of rules above it: no server, a fake clock, a failpoint at each step. Before and
// after every call it asks Fail with the call's name ("put before", "put after" …); an error there is what the caller
// sees, after a "put after" the object is stored all the same.
type Memory struct {
	Fail  func(point string) error // may be nil; set before anybody else calls
	Down  atomic.Bool              // every call fails; may be set at any time
	clock clock.Clock

	mu      sync.Mutex
	objects map[string]object
	begun   map[string]unfinished
	held    map[string]bool
	open    int
}

type object struct {
	blob.Info
	content []byte
}

// NewMemory makes an empty store.
func NewMemory(c clock.Clock) *Memory {
	return &Memory{clock: c, objects: map[string]object{}, begun: map[string]unfinished{}, held: map[string]bool{}}
}

// Keys lists what is stored, in order.
func (m *Memory) Keys() []string {
	m.mu.Lock()
	defer m.mu.Unlock()
	return slices.Sorted(maps.Keys(m.objects))
}

// Content gives the bytes under a key.
func (m *Memory) Content(key string) []byte {
	m.mu.Lock()
	defer m.mu.Unlock()
	return bytes.Clone(m.objects[key].content)
}

// Lose drops an object as a broken disk would.
func (m *Memory) Lose(key string) {
	m.mu.Lock()
	defer m.mu.Unlock()
	delete(m.objects, key)
}

// Open counts the readers that were not closed.
func (m *Memory) Open() int {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.open
}

func (m *Memory) at(point string) error {
	if m.Down.Load() {
		return apperr.New(apperr.Unavailable, "error.unavailable")
	}
	if m.Fail == nil {
		return nil
	}
	if err := m.Fail(point); err != nil {
		return apperr.Wrap(err, apperr.Unavailable, "error.unavailable")
	}
	return nil
}

// Put is blob.Store.Put.
func (m *Memory) Put(_ context.Context, key string, r io.Reader, options blob.PutOptions) (blob.Info, error) {
	if err := m.at("put before"); err != nil {
		return blob.Info{}, err
	}
	content, err := io.ReadAll(r)
	if err != nil {
		return blob.Info{}, apperr.Wrap(err, apperr.Unavailable, "error.unavailable")
	}
	sum := sha256.Sum256(content)
	info := blob.Info{Key: key, Size: int64(len(content)), ContentType: options.ContentType, SHA256: hex.EncodeToString(sum[:]), Modified: m.clock.Now()}
	if options.SHA256 != "" && options.SHA256 != info.SHA256 || options.Size >= 0 && options.Size != info.Size {
		return blob.Info{}, apperr.Wrap(errors.New("other content than promised"), apperr.Unavailable, "error.unavailable")
	}
	m.mu.Lock()
	_, taken := m.objects[key]
	if !taken || !options.IfNoneMatch {
		m.objects[key] = object{info, content}
	}
	m.mu.Unlock()
	if taken && options.IfNoneMatch {
		return blob.Info{}, apperr.New(apperr.Conflict, "error.conflict")
	}
	return info, m.at("put after")
}

// Stat is blob.Store.Stat.
func (m *Memory) Stat(_ context.Context, key string) (blob.Info, error) {
	if err := m.at("stat before"); err != nil {
		return blob.Info{}, err
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	o, ok := m.objects[key]
	if !ok {
		return blob.Info{}, apperr.New(apperr.NotFound, "error.not_found")
	}
	return o.Info, nil
}

// Get is blob.Store.Get.
func (m *Memory) Get(_ context.Context, key string, offset, length int64) (io.ReadCloser, error) {
	if err := m.at("get before"); err != nil {
		return nil, err
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	o, ok := m.objects[key]
	if !ok {
		return nil, apperr.New(apperr.NotFound, "error.not_found")
	}
	if length < 0 {
		length = o.Size - offset
	}
	m.open++
	return &reading{Reader: io.NewSectionReader(bytes.NewReader(o.content), offset, length), m: m}, nil
}

type reading struct {
	io.Reader
	m    *Memory
	once sync.Once
}

// Close counts the reader out.
func (r *reading) Close() error {
	r.once.Do(func() {
		r.m.mu.Lock()
		defer r.m.mu.Unlock()
		r.m.open--
	})
	return nil
}

// Delete is blob.Store.Delete.
func (m *Memory) Delete(_ context.Context, key string) error {
	if err := m.at("delete before"); err != nil {
		return err
	}
	m.Lose(key)
	return m.at("delete after")
}

// Hold is blob.Store.Hold.
func (m *Memory) Hold(_ context.Context, key string, on bool) error {
	if err := m.at("hold before"); err != nil {
		return err
	}
	m.mu.Lock()
	m.held[key] = on
	m.mu.Unlock()
	return m.at("hold after")
}

// Held tells whether an object is held.
func (m *Memory) Held(key string) bool {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.held[key]
}

// Spoil changes what stands under a key, as a broken disk would: what is known of it stays.
func (m *Memory) Spoil(key string) {
	m.mu.Lock()
	defer m.mu.Unlock()
	o := m.objects[key]
	o.content = bytes.Clone(o.content)
	o.content[len(o.content)/2] ^= 1
	m.objects[key] = o
}

// List is blob.Store.List; a failing one breaks off after what it already gave.
func (m *Memory) List(_ context.Context, prefix string) iter.Seq2[blob.Info, error] {
	return func(yield func(blob.Info, error) bool) {
		for _, key := range m.Keys() {
			if !strings.HasPrefix(key, prefix) {
				continue
			}
			m.mu.Lock()
			info := m.objects[key].Info
			m.mu.Unlock()
			if !yield(info, nil) {
				return
			}
		}
		if err := m.at("list after"); err != nil {
			yield(blob.Info{}, err)
		}
	}
}
