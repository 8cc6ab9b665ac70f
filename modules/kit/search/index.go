// Package search is full-text search over an index in a folder of this replica: Indonesian and English words, wrong
// letters forgiven, filters, and cursors that neither repeat nor lose anything while documents change. The index is
// derived: it can be deleted at any time and is built again while the portal serves. It keeps the reader's place in
// the feed in the same write as the documents, and knows no domain word.
package search

import (
	"context"
	"errors"
	"fmt"
	"hash/fnv"
	"log/slog"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"

	"github.com/blevesearch/bleve/v2"
	"github.com/blevesearch/bleve/v2/index/scorch"

	"gotong/modules/kit/apperr"
)

// form changes whenever the index is laid out anew; an index of another form is built again.
const form = "2"

const (
	keyPosition = "position"
	keyForm     = "form"
	batchSize   = 400
	separator   = "\x1f"
)

// Key names one document of the index.
type Key struct{ Kind, ID string }

func (k Key) String() string { return k.Kind + separator + k.ID }

func parseKey(s string) Key {
	kind, id, _ := strings.Cut(s, separator)
	return Key{Kind: kind, ID: id}
}

// Document is what the index knows of a thing. Only what everybody may read belongs here.
type Document struct {
	Key
	Title   string
	Text    string
	Filters map[string][]string // by name, every value under which the document is found
	Order   string              // within equally good hits the highest comes first
	Name    string              // by which hits can be sorted instead (Query.ByName); may be left out
	Tags    []string            // counted: Count answers at once how many documents bear a tag
}

// Options of an index.
type Options struct {
	Protected []string // words that the Indonesian stemmer leaves alone, lower case
	Counted   []string // names of filters whose values Facets counts
	Log       *slog.Logger
}

// Index is an opened index. All methods may be called at the same time, except that only one goroutine may write
// (Update, Rebuild).
type Index struct {
	dir      string
	options  Options
	form     string
	language *language

	mu      sync.RWMutex
	current *generation // nil only after Close
}

// generation is one built state of the index, in a folder of its own.
type generation struct {
	number int
	path   string
	bleve  bleve.Index

	mu       sync.RWMutex
	counts   map[string]int64
	position string // as stored, moved together with the counts
	ready    bool   // it was filled once and has a position
}

// Open opens the newest complete index under dir, or begins an empty one. A damaged index, or one of another form or
// with other protected words, is dropped; Position then is "" and the owner rebuilds.
func Open(dir string, options Options) (*Index, error) {
	if options.Log == nil {
		options.Log = slog.New(slog.DiscardHandler)
	}
	language, err := newLanguage(options.Protected)
	if err != nil {
		return nil, fmt.Errorf("search: %w", err)
	}
	words := slices.Clone(options.Protected)
	slices.Sort(words)
	sum := fnv.New64a()
	_, _ = sum.Write([]byte(strings.Join(words, " ")))
	if len(options.Counted) > 0 {
		_, _ = sum.Write([]byte("\n" + strings.Join(options.Counted, " ")))
	}
	x := &Index{dir: dir, options: options, language: language, form: form + "-" + strconv.FormatUint(sum.Sum64(), 36)}
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, fmt.Errorf("search: %w", err)
	}
	numbers, err := x.generations()
	if err != nil {
		return nil, err
	}
	last := 0
	for _, n := range slices.Backward(numbers) {
		last = max(last, n)
		if x.current == nil {
			g, err := x.openGeneration(n)
			if err != nil {
				return nil, err
			}
			if g != nil {
				x.current = g
				continue
			}
		}
		_ = os.RemoveAll(x.path(n))
	}
	if x.current == nil {
		if x.current, err = x.newGeneration(last + 1); err != nil {
			return nil, err
		}
	}
	return x, nil
}

func (x *Index) path(n int) string { return filepath.Join(x.dir, fmt.Sprintf("g%06d", n)) }

func (x *Index) generations() ([]int, error) {
	entries, err := os.ReadDir(x.dir)
	if err != nil {
		return nil, fmt.Errorf("search: %w", err)
	}
	var numbers []int
	for _, e := range entries {
		if n, err := strconv.Atoi(strings.TrimPrefix(e.Name(), "g")); err == nil && e.IsDir() {
			numbers = append(numbers, n)
		}
	}
	slices.Sort(numbers)
	return numbers, nil
}

// ErrInUse says that another process has the index open. It is left alone.
var ErrInUse = errors.New("search: another process uses the index")

// openGeneration gives nil where the folder holds no complete index of our form.
func (x *Index) openGeneration(n int) (*generation, error) {
	if err := registerOnce(); err != nil {
		return nil, nil //nolint:nilerr // an index that cannot be opened is built again
	}
	opened, err := bleve.OpenUsing(x.path(n), map[string]any{"bolt_timeout": "500ms"})
	if err != nil && strings.HasSuffix(err.Error(), "timeout") { // of the lock on its file
		return nil, fmt.Errorf("%w: %s", ErrInUse, x.path(n))
	}
	if err != nil {
		x.options.Log.Warn("search index dropped, it will be built again", "path", x.path(n), "cause", err)
		return nil, nil
	}
	g := &generation{number: n, path: x.path(n), bleve: opened, counts: map[string]int64{}}
	position, err1 := opened.GetInternal([]byte(keyPosition))
	stored, err2 := opened.GetInternal([]byte(keyForm))
	if errors.Join(err1, err2) != nil || len(position) == 0 || string(stored) != x.form {
		_ = opened.Close()
		return nil, nil //nolint:nilerr // an index of another form is built again
	}
	if err := g.recount(); err != nil {
		x.options.Log.Warn("search index dropped, its tags cannot be counted", "path", g.path, "cause", err)
		_ = opened.Close()
		return nil, nil
	}
	g.ready, g.position = true, string(position)
	return g, nil
}

func (x *Index) newGeneration(n int) (*generation, error) {
	m, err := newMapping(x.options)
	if err != nil {
		return nil, fmt.Errorf("search: mapping: %w", err)
	}
	created, err := bleve.NewUsing(x.path(n), m, scorch.Name, scorch.Name, nil)
	if err != nil {
		return nil, fmt.Errorf("search: new index: %w", err)
	}
	if err := created.SetInternal([]byte(keyForm), []byte(x.form)); err != nil {
		return nil, errors.Join(fmt.Errorf("search: new index: %w", err), created.Close())
	}
	return &generation{number: n, path: x.path(n), bleve: created, counts: map[string]int64{}}, nil
}

// Position is what the last Update or Rebuild gave, "" where the index was never filled.
func (x *Index) Position() string {
	g := x.generation()
	if g == nil {
		return ""
	}
	g.mu.RLock()
	defer g.mu.RUnlock()
	return g.position
}

// Update writes documents and deletions and the new position as one change.
func (x *Index) Update(_ context.Context, position string, put []Document, remove []Key) error {
	g := x.generation()
	if g == nil {
		return apperr.Wrap(errors.New("index closed"), apperr.Unavailable, "error.unavailable")
	}
	return g.write(put, remove, position)
}

// Rebuild fills a new index while the old one answers, then takes its place. fill puts every document and returns the
// position to go on from. The first index of all answers while it is being filled; results then say Building.
func (x *Index) Rebuild(ctx context.Context, fill func(put func(Document) error) (position string, err error)) error {
	old := x.generation()
	if old == nil {
		return apperr.Wrap(errors.New("index closed"), apperr.Unavailable, "error.unavailable")
	}
	next, err := x.newGeneration(old.number + 1)
	if err != nil {
		return err
	}
	if !old.isReady() {
		x.swap(next)
	}
	var waiting []Document
	flush := func(position string) error {
		defer func() { waiting = waiting[:0] }()
		return next.write(waiting, nil, position)
	}
	position, err := fill(func(d Document) error {
		if err := ctx.Err(); err != nil {
			return err
		}
		waiting = append(waiting, d)
		if len(waiting) < batchSize {
			return nil
		}
		return flush("")
	})
	if err == nil {
		err = flush(position)
	}
	if err != nil {
		if x.generation() != next {
			_ = next.bleve.Close()
			_ = os.RemoveAll(next.path)
		}
		return fmt.Errorf("search: rebuild: %w", err)
	}
	next.setReady()
	x.swap(next)
	return nil
}

// swap makes g the current generation and removes the former one.
func (x *Index) swap(g *generation) {
	x.mu.Lock()
	former := x.current
	x.current = g
	x.mu.Unlock()
	if former != nil && former != g {
		_ = former.bleve.Close()
		_ = os.RemoveAll(former.path)
	}
}

func (x *Index) generation() *generation {
	x.mu.RLock()
	defer x.mu.RUnlock()
	return x.current
}

// Close closes the index; what is asked later is answered Unavailable.
func (x *Index) Close() error {
	x.mu.Lock()
	defer x.mu.Unlock()
	if x.current == nil {
		return nil
	}
	g := x.current
	x.current = nil
	return g.bleve.Close()
}

// Count tells how many documents bear the tag, from memory.
func (x *Index) Count(tag string) int64 {
	g := x.generation()
	if g == nil {
		return 0
	}
	g.mu.RLock()
	defer g.mu.RUnlock()
	return g.counts[tag]
}

// Ready tells whether the index was filled; before that, counts and results are of what is there so far.
func (x *Index) Ready() bool {
	g := x.generation()
	return g != nil && g.isReady()
}

func (g *generation) isReady() bool {
	g.mu.RLock()
	defer g.mu.RUnlock()
	return g.ready
}

func (g *generation) setReady() {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.ready = true
}
