package portal_test

import (
	"bytes"
	"strconv"
	"strings"
	"testing"

	"github.com/xuri/excelize/v2"

	"gotong/modules/domain"
	"gotong/modules/kit/i18n"
	"gotong/modules/kit/sheet"
	"gotong/modules/kit/store"
	"gotong/modules/tables"
	"gotong/views"
)

// TestMistakesAreNamedAtTheirCells plants mistakes in tables: each is named at its cell in words of its own in both
// languages, nothing is brought in, the corrected table comes in wholly, and is put back wholly.
func TestMistakesAreNamedAtTheirCells(t *testing.T) {
	w := openWholeIn(t, []domain.RegionCode{"61.01"}, nil)
	bundle, err := i18n.Load(views.FS, "locales")
	w.must(err)
	kinds := map[string]bool{}
	for _, c := range []struct {
		kind, subject string
		head          []any
		row           func(int) []any
		mistakes      []planted
	}{
		{"observations", "verifikator-sambas", observationHead, observationRow, observationMistakes()},
		{"needs", "desa-temajuk", needHead, needRow, needMistakes()},
		{"profiles", "verifikator-sambas", profileHead, profileRow(w.bare("61.01")), profileMistakes()},
		{"potentials", "verifikator-sambas", potentialHead, potentialRow, potentialMistakes()},
	} {
		t.Run(c.kind, func(t *testing.T) {
			right, wrong := plant(c.head, c.row, c.mistakes)
			wrong = append(wrong, wrong[1]) // the first one again
			if c.kind == "observations" {
				other := observationRow(1)
				other[0], other[1] = "61.71.01.1001", ""
				wrong = append(wrong, other)
			}
			before := w.last()
			id := w.upload(c.subject, c.kind, "uji.xlsx", book(t, wrong))
			w.checkImport(c.subject, id, false)
			doc := w.importDoc(id)
			if doc.Body.State != tables.Faulty {
				t.Fatalf("%+v", doc.Body)
			}
			found := w.foundProblems(doc)
			for n, m := range c.mistakes {
				column := m.column
				if m.also != "" {
					column = int(m.also[0] - 'A')
				}
				cell := sheet.ColumnName(column) + strconv.Itoa(n+3)
				problem, ok := found[cell]
				if !ok || problem.Key != m.key {
					t.Errorf("%s = %v: %+v, want %s", cell, m.value, problem, m.key)
					continue
				}
				kinds[m.key] = true
				delete(found, cell)
				indonesian, english := bundle.Localizer("id").T(problem.Key, problem.Args...), bundle.Localizer("en").T(problem.Key, problem.Args...)
				if indonesian == english || strings.Contains(indonesian+english, problem.Key) || strings.Contains(indonesian+english, "{{") || strings.Contains(indonesian+english, "<no value>") || strings.Contains(indonesian+english, "6101086505900002") {
					t.Errorf("%s: %q / %q", cell, indonesian, english)
				}
			}
			twice := "A" + strconv.Itoa(len(c.mistakes)+3)
			if found[twice].Key != "tables.problem.twice" {
				t.Errorf("%s: %+v", twice, found[twice])
			}
			delete(found, twice)
			if c.kind == "observations" {
				outside := "A" + strconv.Itoa(len(c.mistakes)+4)
				if found[outside].Key != "tables.problem.code_unknown" && found[outside].Key != "tables.problem.area" && found[outside].Key != "tables.problem.code_unknown_near" {
					t.Errorf("%s: %+v", outside, found[outside])
				}
				delete(found, outside)
			}
			for cell, p := range found {
				t.Errorf("nobody planted %s: %+v", cell, p)
			}
			w.nothingWritten(before)
			w.errorFileMarks(c.subject, doc)

			id = w.upload(c.subject, c.kind, "benar.xlsx", book(t, right))
			w.checkImport(c.subject, id, false)
			if doc = w.importDoc(id); doc.Body.State != tables.Ready || doc.Body.Counts.New != len(right)-1 {
				t.Fatalf("%+v %+v", doc.Body, w.foundProblems(doc))
			}
			w.must(w.Tables().Service.Apply(t.Context(), w.as(c.subject).actor, store.Operation{ID: store.NewID()}, id, doc.Version))
			w.workImports()
			if doc = w.importDoc(id); doc.Body.State != tables.Applied || doc.Body.Result.Inserted != len(right)-1 {
				t.Fatalf("%+v", doc.Body)
			}
			again := w.upload(c.subject, c.kind, "lagi.xlsx", book(t, right))
			w.checkImport(c.subject, again, false)
			if same := w.importDoc(again).Body; same.Counts.Same != len(right)-1 {
				t.Errorf("brought in again: %+v %+v", same, w.foundProblems(w.importDoc(again)))
			}
			w.must(w.Tables().Service.Undo(t.Context(), w.as(c.subject).actor, store.Operation{ID: store.NewID()}, id, doc.Version))
			w.workImports()
			if doc = w.importDoc(id); doc.Body.State != tables.Undone {
				t.Fatalf("%+v", doc.Body)
			}
		})
	}
	if len(kinds) < 30 {
		t.Errorf("only %d kinds of mistake", len(kinds))
	}
}

// foundProblems gives what is wrong by cell.
func (w *whole) foundProblems(doc tables.Doc) map[string]sheet.Problem {
	w.t.Helper()
	found := map[string]sheet.Problem{}
	for page := 0; ; page++ {
		list, err := w.Tables().Service.Problems(w.t.Context(), doc.ID, doc.Body.Run, page)
		w.must(err)
		if len(list) == 0 {
			return found
		}
		for _, p := range list {
			found[p.Cell()] = p
		}
	}
}

// nothingWritten looks whether nothing but the import's own life is in the trail since.
func (w *whole) nothingWritten(since int64) {
	w.t.Helper()
	entries, err := w.DB().Feed().After(w.t.Context(), since, 200)
	w.must(err)
	for _, e := range entries {
		if e.Collection != "imports" {
			w.t.Errorf("%s %s was written", e.Collection, e.ID)
		}
	}
}

// errorFileMarks reads the error file back: every wrong row says why, and it is recognised as before.
func (w *whole) errorFileMarks(subject string, doc tables.Doc) {
	w.t.Helper()
	bundle, err := i18n.Load(views.FS, "locales")
	w.must(err)
	for _, format := range []string{sheet.XLSX, sheet.CSV} {
		e, err := w.Tables().Service.Errors(w.t.Context(), w.as(subject).actor, bundle.Localizer("id"), doc.ID, format)
		w.must(err)
		var b bytes.Buffer
		w.must(e.Write(w.t.Context(), &b))
		again := w.upload(subject, doc.Body.Kind, e.Name+"."+format, b.String())
		layout := w.importDoc(again).Body.Layout
		if len(layout.Columns) != len(doc.Body.Layout.Columns) {
			w.t.Errorf("%s: %d columns, before %d", format, len(layout.Columns), len(doc.Body.Layout.Columns))
		}
		if format == sheet.XLSX {
			w.markedCells(b.Bytes(), doc)
		}
	}
}

func (w *whole) markedCells(b []byte, doc tables.Doc) {
	w.t.Helper()
	f, err := excelize.OpenReader(bytes.NewReader(b))
	w.must(err)
	defer func() { _ = f.Close() }()
	rows, err := f.GetRows(f.GetSheetName(0))
	w.must(err)
	said := 0
	for _, row := range rows[1:] {
		if strings.Contains(row[len(row)-1], ": ") {
			said++
		}
	}
	if said != doc.Body.Counts.Wrong {
		w.t.Errorf("%d rows are marked, %d are wrong", said, doc.Body.Counts.Wrong)
	}
	for cell := range w.foundProblems(doc) {
		style, err := f.GetCellStyle(f.GetSheetName(0), cell)
		w.must(err)
		s, err := f.GetStyle(style)
		w.must(err)
		if len(s.Fill.Color) == 0 {
			w.t.Errorf("%s is not marked", cell)
		}
	}
}

// TestTablesGoOutAndComeBack: what is downloaded comes back unedited without effect, edited as just that change, and
// edited on an old version as a conflict at its row.
func TestTablesGoOutAndComeBack(t *testing.T) {
	w := openWholeIn(t, []domain.RegionCode{"61.01"}, nil)
	bundle, err := i18n.Load(views.FS, "locales")
	w.must(err)
	for _, c := range []struct{ kind, subject, query string }{
		{"observations", "sekretariat-1", "61.01.08"}, {"profiles", "sekretariat-1", "61.01.08"}, {"potentials", "sekretariat-1", "61.01.08"}, {"needs", "desa-temajuk", ""},
	} {
		for _, lang := range []string{"id", "en"} {
			for _, format := range []string{sheet.XLSX, sheet.CSV} {
				t.Run(c.kind+" "+lang+" "+format, func(t *testing.T) {
					actor := w.as(c.subject).actor
					query := tables.Query{"region": c.query}
					if c.kind == "needs" {
						query = tables.Query{"organization": string(actor.Memberships[0].Organization)}
					}
					e, err := w.Tables().Service.List(t.Context(), actor, bundle.Localizer(lang), c.kind, format, query)
					w.must(err)
					var b bytes.Buffer
					w.must(e.Write(t.Context(), &b))
					id := w.upload(c.subject, c.kind, "kembali."+format, b.String())
					w.checkImport(c.subject, id, false)
					doc := w.importDoc(id)
					if n := doc.Body.Counts; n.Rows == 0 || n.Same != n.Rows {
						t.Fatalf("%+v %+v", doc.Body, w.foundProblems(doc))
					}
				})
			}
		}
	}
	t.Run("edited", func(t *testing.T) { w.editedComesBack(t, bundle) })
}

func (w *whole) editedComesBack(t *testing.T, bundle *i18n.Bundle) {
	actor := w.as("sekretariat-1").actor
	e, err := w.Tables().Service.List(t.Context(), actor, bundle.Localizer("id"), "potentials", sheet.XLSX, tables.Query{"region": "61.01"})
	w.must(err)
	var b bytes.Buffer
	w.must(e.Write(t.Context(), &b))
	edit := func(note string) string {
		f, err := excelize.OpenReader(bytes.NewReader(b.Bytes()))
		w.must(err)
		defer func() { _ = f.Close() }()
		w.must(f.SetCellStr(f.GetSheetName(0), "F2", note))
		var out bytes.Buffer
		_, err = f.WriteTo(&out)
		w.must(err)
		return out.String()
	}
	bring := func(text string) tables.Doc {
		id := w.upload("sekretariat-1", "potentials", "x.xlsx", text)
		w.checkImport("sekretariat-1", id, false)
		return w.importDoc(id)
	}
	doc := bring(edit("Catatan baru."))
	if n := doc.Body.Counts; n.Changed != 1 || n.Problems != 0 {
		t.Fatalf("%+v %+v", doc.Body, w.foundProblems(doc))
	}
	late := bring(edit("Catatan lain."))
	w.must(w.Tables().Service.Apply(t.Context(), actor, store.Operation{ID: store.NewID()}, doc.ID, doc.Version))
	w.workImports()
	if got := w.importDoc(doc.ID).Body; got.State != tables.Applied || got.Result.Replaced != 1 {
		t.Fatalf("%+v", got)
	}
	w.must(w.Tables().Service.Apply(t.Context(), actor, store.Operation{ID: store.NewID()}, late.ID, late.Version))
	w.workImports()
	late = w.importDoc(late.ID)
	if late.Body.State != tables.Faulty || late.Body.Note != tables.NoteMoved || w.foundProblems(late)["K2"].Key != "tables.problem.stale" {
		t.Fatalf("%+v %+v", late.Body, w.foundProblems(late))
	}
}
