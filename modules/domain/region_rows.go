package domain

import (
	"cmp"
	"context"
	"slices"
	"strings"

	"gotong/modules/kit/sheet"
)

// Gazetteer knows the official regions, for tables that name them.
type Gazetteer interface {
	Places(ctx context.Context, codes []RegionCode) (map[RegionCode]Place, error)
	// SearchPlaces finds regions by a name that may be misspelt, best first.
	SearchPlaces(ctx context.Context, text string, within RegionCode, level, limit int) ([]Place, error)
	Children(ctx context.Context, code RegionCode) ([]Place, error)
}

// RegionColumns are the columns of a table by which a row names its region. Name and Path may be missing.
type RegionColumns struct{ Code, Name, Path string }

// nearestRows bounds the searches for what may have been meant, in one call.
const nearestRows = 40

// RegionsOf reads the region of each row and notes what is wrong with it: no code, a code that is none or not known
// (with the nearest names), one whose name is another. village demands the level of villages. Rows without a region are
// left out.
func RegionsOf(ctx context.Context, g Gazetteer, rows []*sheet.Row, columns RegionColumns, village bool) (map[*sheet.Row]Place, error) {
	codes := make(map[*sheet.Row]RegionCode, len(rows))
	var asked []RegionCode
	n := nearest{ctx: ctx, g: g, columns: columns, left: nearestRows}
	for _, r := range rows {
		if !r.Need(columns.Code) {
			continue
		}
		c := r.Cell(columns.Code)
		code, err := ParseRegionCode(strings.ReplaceAll(c.Text, " ", ""))
		if err != nil || code == "" {
			if err := n.refuse(r, c); err != nil {
				return nil, err
			}
			continue
		}
		if village && code.Level() != LevelVillage {
			r.Fail(columns.Code, "tables.problem.code_level")
			continue
		}
		codes[r] = code
		asked = append(asked, code)
	}
	slices.Sort(asked)
	places, err := g.Places(ctx, slices.Compact(asked))
	if err != nil {
		return nil, err
	}
	found := make(map[*sheet.Row]Place, len(codes))
	for _, r := range rows {
		code, given := codes[r]
		if !given {
			continue
		}
		place, known := places[code]
		if !known {
			if err := n.unknown(r, code); err != nil {
				return nil, err
			}
			continue
		}
		if name := r.Text(columns.Name); name != "" && !sameName(name, place) {
			r.Fail(columns.Name, "tables.problem.code_name", "code", string(code), "name", PlaceName(place))
			continue
		}
		found[r] = place
	}
	return found, nil
}

// sameName tells whether a name in a file can be that of a place: alike but for the word of its kind and a few letters.
func sameName(given string, p Place) bool {
	words := strings.Fields(strings.ToLower(strings.SplitN(given, ",", 2)[0]))
	for len(words) > 1 && slices.Contains([]string{"desa", "kelurahan", "kel.", "kel", "kecamatan", "kec.", "kec", "kabupaten", "kab.", "kab", "kota", "provinsi", "prov."}, words[0]) {
		words = words[1:]
	}
	a, b := squeezed(strings.Join(words, "")), squeezed(p.Name)
	return a == b || sheet.Distance(a, b) <= 1+len(b)/5
}

func squeezed(s string) string {
	return strings.Map(func(r rune) rune {
		if r >= 'a' && r <= 'z' || r >= '0' && r <= '9' {
			return r
		}
		return -1
	}, strings.ToLower(s))
}

// nearest words refusals with what may have been meant.
type nearest struct {
	ctx     context.Context
	g       Gazetteer
	columns RegionColumns
	left    int
}

// refuse notes a cell that holds no code.
func (n *nearest) refuse(r *sheet.Row, c sheet.Cell) error {
	switch {
	case c.Kind == sheet.Fault:
		r.Fail(n.columns.Code, "sheet.value."+sheet.ReasonFault)
		return nil
	case c.Kind == sheet.Number:
		r.Fail(n.columns.Code, "tables.problem.code_number")
		return nil
	case squeezed(c.Text) != "" && strings.ContainsAny(strings.ToLower(c.Text), "abcdefghijklmnopqrstuvwxyz"):
		return n.suggest(r, c.Text, "tables.problem.code_is_name", "tables.problem.code_form")
	}
	r.Fail(n.columns.Code, "tables.problem.code_form")
	return nil
}

// unknown notes a code that no region has.
func (n *nearest) unknown(r *sheet.Row, code RegionCode) error {
	if name := r.Text(n.columns.Name); name != "" {
		if path := r.Text(n.columns.Path); path != "" {
			name += ", " + path
		}
		return n.suggest(r, name, "tables.problem.code_unknown_near", "tables.problem.code_unknown")
	}
	if n.left--; n.left < 0 {
		r.Fail(n.columns.Code, "tables.problem.code_unknown")
		return nil
	}
	siblings, err := n.g.Children(n.ctx, code.Parent())
	if err != nil {
		return err
	}
	siblings = slices.Clone(siblings)
	slices.SortStableFunc(siblings, func(a, b Place) int {
		return cmp.Compare(sheet.Distance(string(a.Code), string(code)), sheet.Distance(string(b.Code), string(code)))
	})
	n.name(r, siblings[:min(3, len(siblings))], "tables.problem.code_unknown_near", "tables.problem.code_unknown")
	return nil
}

func (n *nearest) suggest(r *sheet.Row, text, with, without string) error {
	if n.left--; n.left < 0 {
		r.Fail(n.columns.Code, without)
		return nil
	}
	places, err := n.g.SearchPlaces(n.ctx, text, "", 0, 3)
	if err != nil {
		return err
	}
	n.name(r, places, with, without)
	return nil
}

func (n *nearest) name(r *sheet.Row, places []Place, with, without string) {
	if len(places) == 0 {
		r.Fail(n.columns.Code, without)
		return
	}
	var list []string
	for _, p := range places {
		list = append(list, string(p.Code)+" "+PlaceText(p))
	}
	r.Fail(n.columns.Code, with, "near", strings.Join(list, "; "))
}
