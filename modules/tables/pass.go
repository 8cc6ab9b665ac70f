package tables

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"hash"
	"hash/maphash"
	"io"

	"gotong/modules/domain"
	"gotong/modules/kit/sheet"
)

// Bounds of a pass. So many rows are checked at a time; so many problems are kept to be shown, all are counted.
const (
	chunkRows   = 500
	maxProblems = 100_000
	maxSamples  = 50
)

// sample is one row of the preview.
type sample struct {
	Row    int    `json:"row"`
	Title  string `json:"title"`
	Effect string `json:"effect"`
	Old    string `json:"old,omitempty"`
	New    string `json:"new,omitempty"`

	Fields []string `json:"fields,omitempty"`
}

// pass goes once through a file. What it holds grows only by twelve bytes or so for each row: the keys met, by hash.
type pass struct {
	kind   Kind
	by     domain.Importer
	layout Layout

	// problem is given every problem in the order of the file, staged every chunk without one, progress the share done.
	problem  func(sheet.Problem) error
	stage    func(rows []*sheet.Row) error
	progress func(done float64, rows int) error

	counts  Counts
	samples []sample
	digest  hash.Hash
	seed    maphash.Seed
	met     map[uint64]int32
}

// run reads a sheet from below its headings to its end. An Invalid error is about the file as a whole.
func (p *pass) run(ctx context.Context, book *sheet.Book) error {
	rows, err := book.Rows(p.layout.Sheet)
	if err != nil {
		return err
	}
	defer func() { _ = rows.Close() }()
	p.digest, p.seed, p.met = sha256.New(), maphash.MakeSeed(), map[uint64]int32{}
	chunk := make([]*sheet.Row, 0, chunkRows)
	for {
		number, cells, err := rows.Next()
		if err != nil && !errors.Is(err, io.EOF) {
			return err
		}
		if err == nil && number > p.layout.Head {
			chunk = append(chunk, sheet.NewRow(number, cells, p.layout.Columns, p.layout.mark()))
		}
		if len(chunk) == chunkRows || err != nil && len(chunk) > 0 {
			if err := p.take(ctx, chunk); err != nil {
				return err
			}
			if err := p.progress(rows.Progress(), p.counts.Rows); err != nil {
				return err
			}
			chunk = chunk[:0]
		}
		if err != nil {
			return nil
		}
	}
}

// take checks some rows and passes on what came of them.
func (p *pass) take(ctx context.Context, rows []*sheet.Row) error {
	for _, r := range rows {
		personal(r)
	}
	if err := p.kind.Table.Check(ctx, p.by, rows); err != nil {
		return err
	}
	var write []*sheet.Row
	for _, r := range rows {
		p.twice(r)
		if err := p.count(r); err != nil {
			return err
		}
		if !r.Wrong() && r.Effect != sheet.Same {
			write = append(write, r)
		}
	}
	if p.stage == nil || p.counts.Problems > 0 || len(write) == 0 {
		return nil
	}
	return p.stage(write)
}

// personal refuses numbers of people, in any column.
func personal(r *sheet.Row) {
	for i, c := range r.Cells() {
		if len(c.Text) >= 16 && len(domain.FindPersonalNumbers(c.Text)) > 0 {
			r.FailAt(i, "tables.problem.personal")
			p := &r.Problems[len(r.Problems)-1]
			p.Value = "" // it is not kept
		}
	}
}

// twice refuses a row whose thing stood above already.
func (p *pass) twice(r *sheet.Row) {
	if r.Key == "" {
		return
	}
	sum := maphash.String(p.seed, r.Key)
	if first, again := p.met[sum]; again {
		r.Fail(p.keyColumn(), "tables.problem.twice", "row", first)
		return
	}
	p.met[sum] = int32(r.Number) // a sheet has at most 2^20 rows
}

// keyColumn is where a doubled row is pointed at: its first column.
func (p *pass) keyColumn() string {
	for _, c := range p.kind.Table.Columns() {
		if _, there := p.layout.Columns[c.Name]; there && c.Required {
			return c.Name
		}
	}
	return ""
}

func (p *pass) count(r *sheet.Row) error {
	p.counts.Rows++
	effect := r.Effect
	switch {
	case r.Wrong():
		p.counts.Wrong++
		effect = "wrong"
	case effect == sheet.New:
		p.counts.New++
	case effect == sheet.Changed:
		p.counts.Changed++
	default:
		p.counts.Same++
	}
	_, _ = fmt.Fprintf(p.digest, "%d %s %q %d\n", r.Number, effect, r.Key, r.Seen)
	for _, problem := range r.Problems {
		p.counts.Problems++
		if p.counts.Problems > maxProblems {
			continue
		}
		p.counts.Listed++
		if err := p.problem(problem); err != nil {
			return err
		}
	}
	if !r.Wrong() && r.Effect != sheet.Same && len(p.samples) < maxSamples {
		p.samples = append(p.samples, sample{Row: r.Number, Title: r.Title, Effect: r.Effect, Old: r.Old, New: r.New, Fields: r.Fields})
	}
	return nil
}

func (p *pass) sum() string { return hex.EncodeToString(p.digest.Sum(nil)) }
