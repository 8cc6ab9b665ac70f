package plan

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"strconv"
)

const maxEntry = 1<<31 - 1 // values, weights and capacities of plain assignment

type gapFile struct {
	Format   field     `json:"format"`
	Sense    field     `json:"sense"`
	Assign   field     `json:"assign"`
	Capacity []field   `json:"capacity"`
	Value    [][]field `json:"value"`
	Weight   [][]field `json:"weight"`
	Limits   field     `json:"limits"`
}

// ReadAssignment understands a gotong-gap/1 file. A mistake gives Problems, each with a JSON pointer.
func ReadAssignment(text []byte) (*Assignment, error) {
	if _, err := Format(text); err != nil {
		return nil, err
	}
	var file gapFile
	dec := json.NewDecoder(bytes.NewReader(text))
	dec.DisallowUnknownFields()
	if err := dec.Decode(&file); err != nil {
		return nil, syntax(err)
	}
	r := reader{}
	a := &Assignment{Limits: r.readLimits(file.Limits)}
	switch s := r.text(file.Sense, "/sense", true); s {
	case "min":
		a.Minimise = true
	case "max", "":
	default:
		r.problems.add("/sense", "must be min or max, not %q", s)
	}
	switch s := r.text(file.Assign, "/assign", true); s {
	case "exactly_one":
		a.Exactly = true
	case "at_most_one", "":
	default:
		r.problems.add("/assign", "must be exactly_one or at_most_one, not %q", s)
	}
	for i, f := range file.Capacity {
		if !given(f) {
			r.problems.add("/capacity/"+strconv.Itoa(i), "is missing")
		}
		a.Capacity = append(a.Capacity, r.integer(f, "/capacity/"+strconv.Itoa(i), 0, maxEntry, 0))
	}
	a.Value = r.matrix(file.Value, "/value", len(a.Capacity), -maxEntry, Forbidden)
	a.Weight = r.matrix(file.Weight, "/weight", len(a.Capacity), 0, 0)
	if len(r.problems) == 0 && len(a.Value) > 0 && len(a.Value[0]) != len(a.Weight[0]) {
		r.problems.add("/weight", "has %d jobs, value has %d", len(a.Weight[0]), len(a.Value[0]))
	}
	if len(r.problems) > 0 {
		return nil, r.problems
	}
	a.Hash = a.digest()
	return a, nil
}

func (r *reader) matrix(rows [][]field, at string, agents int, least, missing int64) [][]int64 {
	if len(rows) != agents {
		r.problems.add(at, "has %d rows, capacity has %d", len(rows), agents)
		return nil
	}
	out := make([][]int64, len(rows))
	for i, row := range rows {
		if len(row) != len(rows[0]) {
			r.problems.add(fmt.Sprintf("%s/%d", at, i), "has %d jobs, the first row has %d", len(row), len(rows[0]))
			return nil
		}
		out[i] = make([]int64, len(row))
		for j, f := range row {
			if !given(f) && missing != Forbidden {
				r.problems.add(fmt.Sprintf("%s/%d/%d", at, i, j), "is missing")
			}
			out[i][j] = r.integer(f, fmt.Sprintf("%s/%d/%d", at, i, j), least, maxEntry, missing)
		}
	}
	return out
}

func (a *Assignment) digest() string {
	h := sha256.New()
	say(h, "gap", strconv.FormatBool(a.Minimise), strconv.FormatBool(a.Exactly))
	sum(h, a.Capacity...)
	for i := range a.Value {
		sum(h, a.Value[i]...)
		sum(h, a.Weight[i]...)
	}
	return hex.EncodeToString(h.Sum(nil))
}

// ReadORLibrary reads problem number index (from 1) of an OR-Library file of generalised assignment: the number of problems, then
// for each m, n, the values by agent, the weights by agent, the capacities. Index 0 reads a file that starts with m and n at
// once, as Yagiura's do. The sense is not in the file. Problems name byte offsets.
func ReadORLibrary(text []byte, index int, minimise bool) (*Assignment, error) {
	t := tokens{text: text}
	count := int64(1)
	if index > 0 {
		count = t.next(1_000_000)
	} else {
		index = 1
	}
	if t.err == nil && int64(index) > count {
		return nil, Problems{{"byte 0", fmt.Sprintf("the file has %d problems, not %d", count, index)}}
	}
	for k := 1; t.err == nil; k++ {
		a := t.problem()
		if t.err == nil && k == index {
			if int64(index) == count {
				t.end()
			}
			if t.err != nil {
				break
			}
			a.Minimise, a.Exactly = minimise, true
			a.Hash = a.digest()
			return a, nil
		}
	}
	return nil, t.err
}

type tokens struct {
	text []byte
	at   int
	err  error
}

func (t *tokens) space() {
	for t.at < len(t.text) && (t.text[t.at] <= ' ') {
		t.at++
	}
}

func (t *tokens) next(most int64) int64 {
	if t.err != nil {
		return 0
	}
	t.space()
	from := t.at
	for t.at < len(t.text) && t.text[t.at] > ' ' {
		t.at++
	}
	word := string(t.text[from:t.at])
	v, exact, ok := fixed(word, 0)
	switch {
	case word == "":
		t.err = Problems{{fmt.Sprintf("byte %d", from), "the file ends where a number is missing"}}
	case !ok || !exact:
		t.err = Problems{{fmt.Sprintf("byte %d", from), fmt.Sprintf("must be a whole number, not %q", word)}}
	case v < 0 || v > most:
		t.err = Problems{{fmt.Sprintf("byte %d", from), fmt.Sprintf("must be from 0 to %d, not %d", most, v)}}
	}
	return v
}

func (t *tokens) end() {
	t.space()
	if t.at < len(t.text) {
		t.err = Problems{{fmt.Sprintf("byte %d", t.at), "numbers are left over behind the last problem: is it another kind of file?"}}
	}
}

func (t *tokens) problem() *Assignment {
	m, n := t.next(100_000), t.next(1_000_000)
	if t.err == nil && m*n > int64(len(t.text)) {
		t.err = Problems{{fmt.Sprintf("byte %d", t.at), fmt.Sprintf("%d agents and %d jobs need more numbers than the file has", m, n)}}
	}
	if t.err != nil {
		return nil
	}
	a := &Assignment{Capacity: make([]int64, m)}
	a.Value, a.Weight = t.matrix(m, n), t.matrix(m, n)
	for i := range a.Capacity {
		a.Capacity[i] = t.next(maxEntry)
	}
	return a
}

func (t *tokens) matrix(m, n int64) [][]int64 {
	out := make([][]int64, m)
	for i := range out {
		out[i] = make([]int64, n)
		for j := range out[i] {
			out[i][j] = t.next(maxEntry)
		}
	}
	return out
}
