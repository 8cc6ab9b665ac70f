package portal_test

import (
	"bytes"
	"context"
	"fmt"
	"strings"
	"testing"

	"github.com/PuerkitoBio/goquery"

	"gotong/modules/domain"
	"gotong/modules/kit/i18n"
	"gotong/modules/kit/sheet"
	"gotong/modules/kit/store"
	"gotong/modules/tables"
	"gotong/views"
)

// TestTemplatesHoldTheRegionsOwnVillages downloads the template of each kind for a district: every village of it has a
// line with its code and name, no other place has one, and filled in it comes back.
func TestTemplatesHoldTheRegionsOwnVillages(t *testing.T) {
	w := openWholeIn(t, []domain.RegionCode{"61.01"}, nil)
	bundle, err := i18n.Load(views.FS, "locales")
	w.must(err)
	const district = domain.RegionCode("61.01.08")
	villages := w.villagesOf(district)
	for _, c := range []struct{ kind, subject string }{
		{"profiles", "verifikator-sambas"}, {"observations", "verifikator-sambas"}, {"potentials", "verifikator-paloh"}, {"needs", "univ-penyunting"},
	} {
		for _, format := range []string{sheet.XLSX, sheet.CSV} {
			t.Run(c.kind+" "+format, func(t *testing.T) {
				e, err := w.Tables().Service.Template(t.Context(), w.as(c.subject).actor, bundle.Localizer("id"), c.kind, format, "", district)
				w.must(err)
				var b bytes.Buffer
				w.must(e.Write(t.Context(), &b))
				book, err := sheet.Open(bytes.NewReader(b.Bytes()), "a."+format)
				w.must(err)
				rows, err := book.Rows(0)
				w.must(err)
				defer func() { _ = rows.Close() }()
				lines := map[string]string{}
				for {
					n, cells, err := rows.Next()
					if err != nil {
						break
					}
					if n > 1 {
						lines[cells[0].Text] = cells[1].Text
						if !strings.HasPrefix(cells[0].Text, string(district)) || len(cells) > 2 && cells[2].Text != "" && !strings.Contains(cells[2].Text, "Sambas") {
							t.Errorf("row %d: %v", n, cells)
						}
					}
				}
				for _, v := range villages {
					if !strings.HasSuffix(lines[string(v.Code)], v.Name) {
						t.Errorf("%s %s has the line %q", v.Code, v.Name, lines[string(v.Code)])
					}
				}
				id := w.upload(c.subject, c.kind, "kosong."+format, b.String())
				w.checkImport(c.subject, id, false)
				if doc := w.importDoc(id); doc.Body.Counts.Problems != 0 || doc.Body.Counts.Same != doc.Body.Counts.Rows {
					t.Errorf("as it was downloaded: %+v %+v", doc.Body.Counts, w.foundProblems(doc))
				}
			})
		}
	}
	if _, err := w.Tables().Service.Template(t.Context(), w.as("verifikator-paloh").actor, bundle.Localizer("id"), "profiles", sheet.XLSX, "", "61.01.01"); err == nil {
		t.Error("a template of another's area is given out")
	}
}

// TestProgressInPercent breaks writing and undoing off in the middle and reads the page as a browser without JavaScript
// does: it says in words and on the bar how far they are, and leads to a fresh look.
func TestProgressInPercent(t *testing.T) {
	w := openWholeIn(t, []domain.RegionCode{"61.01"}, nil)
	const rows = 1000
	id := w.upload("sekretariat-1", "observations", "banyak.csv", importRows(t, sheet.CSV, w.villagesOf("61.01"), rows))
	w.checkImport("sekretariat-1", id, false)
	secretary := w.as("sekretariat-1")
	w.must(w.Tables().Service.Apply(t.Context(), secretary.actor, store.Operation{ID: store.NewID()}, id, w.importDoc(id).Version))
	w.breaksOff(t, id, "baris sedang ditulis")
	w.workImports()
	doc := w.importDoc(id)
	if doc.Body.State != tables.Applied || doc.Body.Result.Inserted != rows {
		t.Fatalf("%+v", doc.Body)
	}
	w.must(w.Tables().Service.Undo(t.Context(), secretary.actor, store.Operation{ID: store.NewID()}, id, doc.Version))
	w.breaksOff(t, id, "baris sedang dikembalikan")
	w.workImports()
	if doc = w.importDoc(id); doc.Body.State != tables.Undone {
		t.Fatalf("%+v", doc.Body)
	}
}

// breaksOff lets the job run until its page shows that phase with a share of it done, failing a later call each time.
func (w *whole) breaksOff(t *testing.T, id, phase string) {
	t.Helper()
	for at := 20; at < 6000; at += 40 {
		reached := w.failAt(at)
		_, _ = w.Tables().Service.Work(context.WithoutCancel(t.Context()))
		if !reached() {
			t.Fatalf("%s: done before it was seen", phase)
		}
		r := w.ask(w.as("sekretariat-1"), "GET", "/imports/"+id, "")
		page, err := goquery.NewDocumentFromReader(strings.NewReader(r.body))
		w.must(err)
		text, value := page.Find("#progress ~ p[role=status]").Text(), page.Find("progress").AttrOr("value", "")
		if !strings.Contains(text, phase) || value == "" || value == "0" {
			continue
		}
		if want := fmt.Sprintf("1.000 %s: %s %%.", phase, value); strings.ReplaceAll(text, "\u00a0", " ") != want || value == "100" {
			t.Errorf("%q with %s on the bar, want %q", text, value, want)
		}
		if page.Find(`#import a[href="/imports/`+id+`"]`).Length() == 0 {
			t.Error("no way to a fresh look")
		}
		return
	}
	t.Fatalf("%s: never seen", phase)
}

// TestWhatDemonstrationBringsInIsMarked: figures that people of the demonstration bring in are demonstration; the same
// file of a real person is not.
func TestWhatDemonstrationBringsInIsMarked(t *testing.T) {
	w := openWholeIn(t, []domain.RegionCode{"61.01.08", "61.01"}, nil)
	bring := func(demo bool, source string) {
		t.Helper()
		p := w.as("sekretariat-1")
		p.actor.Demo = demo
		row := observationRow(1)
		row[6] = source
		id := w.upload("sekretariat-1", "observations", "x.xlsx", book(t, [][]any{observationHead, row}))
		w.checkImport("sekretariat-1", id, false)
		w.must(w.Tables().Service.Apply(t.Context(), p.actor, store.Operation{ID: store.NewID()}, id, w.importDoc(id).Version))
		w.workImports()
		list, err := w.House().Villages.Service.Observations(t.Context(), temajuk)
		w.must(err)
		for _, o := range list {
			if o.Source == source {
				if o.Demo != demo {
					t.Errorf("%s: %+v", source, o)
				}
				return
			}
		}
		t.Errorf("%s was not brought in", source)
	}
	if !w.as("sekretariat-1").actor.Demo || !w.as("verifikator-sambas").actor.Demo {
		t.Error("a person of the demonstration is not known as one")
	}
	bring(true, "Uji contoh")
	bring(false, "Uji nyata")
}
