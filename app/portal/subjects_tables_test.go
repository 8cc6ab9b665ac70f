package portal_test

import (
	"strconv"
	"strings"

	"gotong/modules/domain"
	"gotong/modules/kit/store"
	"gotong/modules/tables"
)

// makeImports makes uploads of the university's editor: one in each state that stays.
func (s *scenery) makeImports() {
	right := "Kode desa;Kategori;Judul;Uraian;Jumlah;Satuan\n61.01.08.2007;Air bersih;\"Sumur %\";Sumur bor dangkal.;3;unit\n"
	right = strings.Replace(right, "Air bersih", domain.Taxonomy().CategoryName("clean-water-supply", "id"), 1)
	for i, name := range []string{"uploaded", "faulty", "ready", "applied", "discarded"} {
		text := strings.Replace(right, "%", strings.ReplaceAll(name+s.tail, `"`, `""`), 1)
		// A village each: what an attacker writes makes all titles alike, and alike in one village is a mistake.
		text = strings.Replace(text, "61.01.08.2007", "61.01.08.200"+strconv.Itoa(i+1), 1)
		if name == "faulty" {
			text = strings.Replace(text, "61.01.08.2002", "61.01.08.9999", 1)
		}
		id := s.upload("univ-penyunting", "needs", name+".csv", text)
		s.imports[name] = id
		s.named("import", name)
		if name == "discarded" {
			s.must(s.Tables().Service.Discard(s.ctx, s.who("univ-penyunting"), s.op(), id, s.importDoc(id).Version))
		}
		if name == "uploaded" || name == "discarded" {
			continue
		}
		s.checkImport("univ-penyunting", id, false)
		if name != "faulty" && s.importDoc(id).Body.State != tables.Ready {
			problems, err := s.Tables().Service.Problems(s.ctx, id, s.importDoc(id).Body.Run, 0)
			s.t.Fatalf("import %s is %+v: %+v %v\n%s", name, s.importDoc(id).Body, problems, err, text)
		}
		if name == "applied" {
			s.must(s.Tables().Service.Apply(s.ctx, s.who("univ-penyunting"), s.op(), id, s.importDoc(id).Version))
			s.workImports()
		}
		if got := string(s.importDoc(id).Body.State); got != name {
			s.t.Fatalf("import %s is %s: %+v", name, got, s.importDoc(id).Body)
		}
	}
}

// upload brings a file in and gives its import.
func (w *whole) upload(subject, kind, name, text string) string {
	w.t.Helper()
	id, err := w.Tables().Service.Upload(w.t.Context(), w.as(subject).actor, store.Operation{ID: store.NewID()}, kind, "",
		domain.Upload{Name: name, Size: int64(len(text)), Body: strings.NewReader(text)})
	w.must(err)
	return id
}

func (w *whole) importDoc(id string) tables.Doc {
	w.t.Helper()
	doc, err := w.Tables().Service.Get(w.t.Context(), w.as("pemeriksa").actor, id)
	w.must(err)
	return doc
}

// checkImport confirms the columns as they were recognised and has the file checked.
func (w *whole) checkImport(subject, id string, replace bool) {
	w.t.Helper()
	doc := w.importDoc(id)
	fresh, err := w.Tables().Service.Confirm(w.t.Context(), w.as(subject).actor, store.Operation{ID: store.NewID()}, id, doc.Version, doc.Body.Layout, replace)
	w.must(err)
	if fresh {
		w.t.Fatal("the columns were recognised anew")
	}
	w.workImports()
}

// workImports does what waits.
func (w *whole) workImports() {
	w.t.Helper()
	for {
		did, err := w.Tables().Service.Work(w.t.Context())
		w.must(err)
		if !did {
			return
		}
	}
}
