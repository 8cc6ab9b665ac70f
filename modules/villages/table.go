package villages

import (
	"context"
	"encoding/json"
	"slices"
	"strconv"

	"gotong/modules/domain"
	"gotong/modules/kit/apperr"
	"gotong/modules/kit/i18n"
	grid "gotong/modules/kit/sheet"
	"gotong/modules/kit/store"
)

// Table brings one kind of figure in as rows of a spreadsheet and gives it out. A row with a version mark was
// downloaded: it is written where it was edited and nobody else changed it since.
type Table[T figure] struct {
	service *Service
	figures figures[T]
	batch   func(id string) Batch[T]
	columns []grid.Column
	fields  map[string]string // column of a field of Validate that is called otherwise
	words   map[string]*i18n.Localizer

	read func(r *grid.Row) T // notes in the row what it cannot read
	// cells writes a thing, or an empty line of a region where there is none; without the mark.
	cells func(local *i18n.Localizer, p domain.Place, t *T) []grid.Cell
	title func(p domain.Place, t T) string
	value func(t T) string // its value in short
	merge func(stored, t T) T
	demo  func(t T) T // marks it as demonstration
	// list pages through what is stored within a region.
	list func(ctx context.Context, query map[string]string, within domain.RegionCode, cursor string) ([]T, string, error)
	// disclose gives a thing as the public sees it.
	disclose func(ctx context.Context, t T) (T, error)
	single   bool // one thing for each region: a template has a line only for villages without
}

// Columns that all tables of figures have.
const (
	colRegion, colName, colPath, colMark = "region", "name", "path", "mark"
)

func figureColumns(own ...grid.Column) []grid.Column {
	columns := []grid.Column{
		{Name: colRegion, Required: true, Code: true, Width: 16, Also: []string{"kode", "kode desa", "kode wilayah", "kode kemendagri", "code", "village code", "region code"}},
		{Name: colName, Width: 24, Also: []string{"desa", "nama desa", "wilayah", "nama wilayah", "village", "region", "nama"}},
		{Name: colPath, Width: 34, Also: []string{"kecamatan", "district"}},
	}
	return append(append(columns, own...), grid.Column{Name: colMark, Code: true, Width: 18, Also: []string{"tanda versi", "versi", "version"}})
}

// Columns implements the table of an import.
func (t *Table[T]) Columns() []grid.Column { return t.columns }

var regionColumns = domain.RegionColumns{Code: colRegion, Name: colName, Path: colPath}

// Check implements the table of an import.
func (t *Table[T]) Check(ctx context.Context, by domain.Importer, rows []*grid.Row) error {
	places, err := domain.RegionsOf(ctx, t.service, rows, regionColumns, false)
	if err != nil {
		return err
	}
	things := make([]T, len(rows))
	ids := make([]string, 0, len(rows))
	for i, r := range rows {
		if t.blank(r) {
			r.Effect = grid.Same
			delete(places, r)
			continue
		}
		things[i] = t.read(r)
		if place, ok := places[r]; ok {
			if !by.Writes(place.Code) {
				r.Fail(colRegion, "tables.problem.area")
			}
			ids = append(ids, things[i].ID())
		}
	}
	stored, err := t.figures.records.GetMany(ctx, ids)
	if err != nil {
		return err
	}
	for i, r := range rows {
		place, ok := places[r]
		if !ok {
			continue
		}
		doc, there := stored[things[i].ID()]
		if err := t.check(r, by, place, things[i], doc, there); err != nil {
			return err
		}
	}
	return nil
}

// blank tells whether a row of a template was left as it was: nothing but region and mark.
func (t *Table[T]) blank(r *grid.Row) bool {
	for _, c := range t.columns {
		if c.Name != colRegion && c.Name != colName && c.Name != colPath && c.Name != colMark && r.Has(c.Name) {
			return false
		}
	}
	return true
}

func (t *Table[T]) check(r *grid.Row, by domain.Importer, place domain.Place, thing T, doc store.Doc[T], there bool) error {
	r.Title, r.New = t.title(place, thing), t.value(thing)
	current := r.Has(colMark)
	if current {
		version, edited, ok := grid.ReadMark(r.Text(colMark), thing)
		switch {
		case !ok:
			r.Fail(colMark, "tables.problem.mark")
		case !edited: // as it was downloaded, whatever became of it
			r.Effect, r.Key = grid.Same, thing.ID()
			r.Problems = slices.DeleteFunc(r.Problems, func(p grid.Problem) bool { return p.Name != "" })
			return nil
		case version == 0:
			r.Fail(colMark, "tables.problem.partial")
		case !there:
			r.Fail(colMark, "tables.problem.key_changed")
		case version != doc.Version:
			r.Fail(colMark, "tables.problem.stale")
		}
	}
	unread := r.Wrong()
	if err := r.FailAll(thing.Validate(t.service.ThisYear()), t.fields); err != nil || unread || r.Wrong() {
		return err
	}
	r.Effect, r.Key = grid.New, thing.ID()
	if there {
		r.Seen, r.Effect, r.Old = doc.Version, grid.Changed, t.value(doc.Body)
		thing = t.merge(doc.Body, thing)
	}
	unchanged := there && same(thing, doc.Body)
	if by.Demo {
		thing = t.demo(thing)
	}
	r.Thing = thing
	switch {
	case unchanged:
		r.Effect, r.Thing = grid.Same, nil
	case there && !current && !by.Replace:
		r.Fail(t.columns[3].Name, "tables.problem.exists", "value", r.Old)
	}
	return nil
}

// same compares two figures by what is stored of them.
func same[T any](a, b T) bool {
	x, errX := json.Marshal(a)
	y, errY := json.Marshal(b)
	return errX == nil && errY == nil && string(x) == string(y)
}

// Stage implements the table of an import.
func (t *Table[T]) Stage(ctx context.Context, batch string, rows []*grid.Row) error {
	items := make([]store.Item[T], 0, len(rows))
	for _, r := range rows {
		thing, _ := r.Thing.(T)
		seen := r.Seen
		items = append(items, store.Item[T]{ID: thing.ID(), Body: thing, Expect: &seen})
	}
	return t.figures.records.Batch(batch).Stage(ctx, items)
}

// Apply implements the table of an import.
func (t *Table[T]) Apply(ctx context.Context, batch string, c store.Change, told func(store.BatchStep, int) error) (store.BatchResult, error) {
	return t.batch(batch).Told(told).Apply(ctx, c)
}

// Undo implements the table of an import.
func (t *Table[T]) Undo(ctx context.Context, batch string, c store.Change, told func(store.BatchStep, int) error) error {
	return t.batch(batch).Told(told).Undo(ctx, c)
}

// Discard implements the table of an import.
func (t *Table[T]) Discard(ctx context.Context, batch string) error {
	return t.batch(batch).Discard(ctx)
}

// row writes a thing with its mark. partial says that something is left out, so that it does not come back edited.
func (t *Table[T]) row(lang string, p domain.Place, thing *T, version int64, partial bool) []grid.Cell {
	cells := append(placeCells(p), t.cells(t.words[lang], p, thing)...)
	mark := grid.Cell{}
	if thing != nil {
		if partial {
			version = 0
		}
		mark = grid.OfText(grid.Mark(version, t.reread(append(cells, mark))))
	}
	return append(cells, mark)
}

// reread gives what an upload of these cells reads, so that a row that nobody edited is known by its mark.
func (t *Table[T]) reread(cells []grid.Cell) T {
	at := map[string]int{}
	for i, c := range t.columns {
		at[c.Name] = i
	}
	return t.read(grid.NewRow(0, cells, at, 0))
}

func placeCells(p domain.Place) []grid.Cell {
	return []grid.Cell{grid.OfText(string(p.Code)), grid.OfText(domain.PlaceName(p)), grid.OfText(pathText(p))}
}

func pathText(p domain.Place) string {
	switch {
	case p.District != "" && p.Code.Level() > domain.LevelDistrict:
		return p.District + ", " + p.Regency
	case p.Code.Level() > domain.LevelRegency:
		return p.Regency
	}
	return p.Province
}

// Fill implements the table of an import: what is stored within the areas of the importer, and a line for each village
// that has nothing yet.
func (t *Table[T]) Fill(ctx context.Context, by domain.Importer, lang string, within domain.RegionCode, yield func([]grid.Cell) error) error {
	areas := by.Areas
	if within != "" {
		areas = []domain.RegionCode{within}
	}
	for _, area := range areas {
		if err := t.stored(ctx, lang, nil, area, t.asIs, yield); err != nil {
			return err
		}
		if err := t.eachVillage(ctx, lang, area, yield); err != nil {
			return err
		}
	}
	return nil
}

// asIs shows a thing to those who write it.
func (t *Table[T]) asIs(_ context.Context, thing T) (T, bool, error) { return thing, false, nil }

// Rows gives what is stored within a region as everybody sees it, or as it is to those who may write it.
func (t *Table[T]) Rows(ctx context.Context, actor domain.Actor, lang string, query map[string]string, yield func([]grid.Cell) error) error {
	within, err := domain.ParseRegionCode(query["region"])
	if err != nil && query["region"] != "" {
		return apperr.Wrap(err, apperr.BadRequest, "villages.error.code")
	}
	show := func(ctx context.Context, thing T) (T, bool, error) {
		public, err := t.disclose(ctx, thing)
		return public, !same(public, thing), err
	}
	if actor.Secretariat() || actor.Auditor() {
		show = t.asIs
	}
	return t.stored(ctx, lang, query, within, show, yield)
}

func (t *Table[T]) stored(ctx context.Context, lang string, query map[string]string, within domain.RegionCode, show func(context.Context, T) (T, bool, error), yield func([]grid.Cell) error) error {
	cursor := ""
	for {
		things, next, err := t.list(ctx, query, within, cursor)
		if err != nil {
			return err
		}
		if err := t.rows(ctx, lang, things, show, yield); err != nil || next == "" {
			return err
		}
		cursor = next
	}
}

func (t *Table[T]) rows(ctx context.Context, lang string, things []T, show func(context.Context, T) (T, bool, error), yield func([]grid.Cell) error) error {
	codes := make([]domain.RegionCode, len(things))
	ids := make([]string, len(things))
	for i, thing := range things {
		codes[i], ids[i] = thing.Where(), thing.ID()
	}
	places, err := t.service.Places(ctx, codes)
	if err != nil {
		return err
	}
	docs, err := t.figures.records.GetMany(ctx, ids)
	if err != nil {
		return err
	}
	for i := range things {
		doc, there := docs[ids[i]]
		if !there {
			continue // gone meanwhile
		}
		shown, partial, err := show(ctx, doc.Body)
		if err != nil {
			return err
		}
		if err := yield(t.row(lang, places[codes[i]], &shown, doc.Version, partial)); err != nil {
			return err
		}
	}
	return nil
}

// eachVillage gives a line for each village of an area that has nothing stored.
func (t *Table[T]) eachVillage(ctx context.Context, lang string, area domain.RegionCode, yield func([]grid.Cell) error) error {
	query := store.Query{List: listNames, Key: namesKey(area, domain.LevelVillage), Limit: 100}
	for {
		page, err := t.service.regions.List(ctx, query)
		if err != nil {
			return err
		}
		stored, err := t.alreadyGiven(ctx, page.Items)
		if err != nil {
			return err
		}
		for _, doc := range page.Items {
			if _, given := stored[doc.ID]; given {
				continue
			}
			place := doc.Body.Place()
			if err := yield(t.row(lang, place, nil, 0, false)); err != nil {
				return err
			}
		}
		if query.Cursor = page.Next; page.Next == "" {
			return nil
		}
	}
}

// alreadyGiven are the villages whose one thing stands among the rows above.
func (t *Table[T]) alreadyGiven(ctx context.Context, villages []store.Doc[Region]) (map[string]store.Doc[T], error) {
	if !t.single {
		return nil, nil
	}
	ids := make([]string, len(villages))
	for i, doc := range villages {
		ids[i] = doc.ID
	}
	return t.figures.records.GetMany(ctx, ids)
}

func floatText(f float64) string { return strconv.FormatFloat(f, 'f', -1, 64) }
