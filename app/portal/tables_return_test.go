package portal_test

import (
	"bytes"
	"strings"
	"testing"

	"github.com/xuri/excelize/v2"

	"gotong/app/embedded/oidc"
	"gotong/modules/documents"
	"gotong/modules/domain"
	"gotong/modules/kit/i18n"
	"gotong/modules/kit/sheet"
	"gotong/modules/kit/store"
	"gotong/modules/tables"
	"gotong/views"
)

// changes edits an exported workbook: of the row of a thing, by the English heading's beginning, what is written.
type changes map[string]map[string]string

// edit writes changes into a workbook; the id "+" adds a row, and every other row stays as it is. It gives the places.
func edit(t *testing.T, exported []byte, c changes) (text string, cells map[string]string) {
	t.Helper()
	f, err := excelize.OpenReader(bytes.NewReader(exported))
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = f.Close() }()
	name := f.GetSheetName(0)
	rows, err := f.GetRows(name)
	if err != nil {
		t.Fatal(err)
	}
	column := func(heading string) int {
		for i, h := range rows[0] {
			if strings.HasPrefix(h, heading) {
				return i
			}
		}
		t.Fatalf("no column %q in %q", heading, rows[0])
		return 0
	}
	cells, id := map[string]string{}, len(rows[0])-2 // before the mark
	met := map[string]int{"+": len(rows) + 1}
	for i, row := range rows[1:] {
		if id < len(row) {
			met[row[id]] = i + 2
		}
	}
	for thing, edits := range c {
		if met[thing] == 0 {
			t.Fatalf("%s is not in the table", thing)
		}
		for heading, value := range edits {
			cell, _ := excelize.CoordinatesToCellName(column(heading)+1, met[thing])
			if err := f.SetCellStr(name, cell, value); err != nil {
				t.Fatal(err)
			}
			cells[thing+" "+heading] = cell
		}
	}
	var out bytes.Buffer
	if _, err := f.WriteTo(&out); err != nil {
		t.Fatal(err)
	}
	return out.String(), cells
}

// TestEditedRowsOfThingsComeBack: rows of initiatives, organisations and documents come back edited under the rights and
// rules of their forms: nothing else changes, mistakes are named at their cells, and all is put back.
func TestEditedRowsOfThingsComeBack(t *testing.T) {
	w := openWholeIn(t, []domain.RegionCode{"61.01", "61.71"}, nil)
	s := dress(w, "")
	bundle, err := i18n.Load(views.FS, "locales")
	w.must(err)
	const editor, secretary = "univ-penyunting", "sekretariat-1"
	draft, submitted := string(s.works["draft"]), string(s.works["submitted"])
	ours := string(s.documents["public"])
	ofNeed := func(need string) string {
		id, err := s.house().Documents.Service.Add(t.Context(), s.who("desa-temajuk"), s.op(), domain.Ref{Kind: domain.KindNeed, ID: string(s.needs[need])},
			documents.Details{Type: domain.DocReport, Title: "Dokumen desa", Visibility: domain.VisiblePublic, Language: "id"}, paper("desa"))
		w.must(err)
		return string(id)
	}
	theirs, hidden := ofNeed("verified"), ofNeed("draft")
	take := func(subject, list string, query tables.Query) []byte {
		e, err := w.Tables().Service.List(t.Context(), w.as(subject).actor, bundle.Localizer("en"), list, sheet.XLSX, query)
		w.must(err)
		var b bytes.Buffer
		w.must(e.Write(t.Context(), &b))
		return b.Bytes()
	}
	bring := func(subject, kind, text string) tables.Doc {
		id := w.upload(subject, kind, "kembali.xlsx", text)
		w.checkImport(subject, id, false)
		return w.importDoc(id)
	}
	apply := func(subject string, doc tables.Doc) tables.Doc {
		w.must(w.Tables().Service.Apply(t.Context(), w.as(subject).actor, store.Operation{ID: store.NewID()}, doc.ID, doc.Version))
		w.workImports()
		return w.importDoc(doc.ID)
	}
	own := tables.Query{"organization": oidc.OrgUniv}
	for _, c := range []struct {
		kind, thing string
		query       tables.Query
		edits       map[string]string
		foreign     string // a thing that is seen and may not be changed
		hidden      string // one that is there and not seen
		mistakes    map[string][2]string
	}{
		{"initiatives", draft, own, map[string]string{
			"Title": "Judul baru", "Offers": "Penyediaan air bersih | 1200 | unit | 2 | 61.01.08 | | | Syarat \\| baru.\\nBaris kedua. | " + draft + "-1\nPenyediaan air bersih | 5 | unit",
			"Budget": "Tandon | dana sendiri | Rp 2.000.000\nPipa | CSR | 500000", "Number of people": "250",
		}, submitted, "", map[string][2]string{
			"Title": {"", "sheet.value.required"}, "Offers": {"Tamasya | 3", "sheet.value.choice"}, "Budget": {"Tandon | dana sendiri | mahal", "sheet.value.number"},
			"Codes of the area": {"Sambas", "initiatives.error.codes"}, "Milestones": {"Selesai | kemarin", "sheet.value.date"},
			"Results": {"Kebahagiaan | 1 | 2", "sheet.value.choice"}, "Summary": {"NIK 6101086505900002", "tables.problem.personal"}, "Partners": {"A | b | c | d", "sheet.value.parts"},
		}},
		{"organizations", oidc.OrgUniv, tables.Query{}, map[string]string{"Website": "https://contoh.example", "Codes of where": "61.01, 61.71", "About": "Tentang yang baru."},
			"matrix-public", "matrix-registered", map[string][2]string{
				"Name": {"Nama lain", "organizations.error.name_verified"}, "Website": {"bukan situs", "organizations.error.website"}, "E-mail": {"surel", "organizations.error.email"},
				"Codes of where": {"Sambas", "tables.problem.codes"},
			}},
		{"documents", ours, tables.Query{}, map[string]string{"Title": "Judul dokumen baru", "Authors": "A. Penulis", "Licence": "CC BY 4.0", "Tags": "Air bersih dan sanitasi\nHunian, infrastruktur, dan akses"},
			theirs, hidden, map[string][2]string{
				"Title": {"", "sheet.value.required"}, "Type": {"Puisi", "sheet.value.choice"}, "DOI": {"salah", "documents.error.doi"}, "Licence": {"bebas", "sheet.value.choice"},
				"Date": {"31/02/2025", "sheet.value.noday"}, "Tags": {"Tamasya", "sheet.value.choice"},
			}},
	} {
		t.Run(c.kind, func(t *testing.T) {
			exported := take(editor, c.kind, c.query)
			before := w.last()
			for heading, mistake := range c.mistakes {
				text, cells := edit(t, exported, changes{c.thing: {heading: mistake[0]}})
				doc := bring(editor, c.kind, text)
				if found := w.foundProblems(doc); doc.Body.State != tables.Faulty || found[cells[c.thing+" "+heading]].Key != mistake[1] {
					t.Errorf("%s = %q: %s, %+v, want %s", heading, mistake[0], doc.Body.State, found, mistake[1])
				}
			}
			w.nothingWritten(before)

			text, _ := edit(t, exported, changes{c.thing: c.edits})
			late, doc := bring(editor, c.kind, text), bring(editor, c.kind, text)
			if n := doc.Body.Counts; n.Changed != 1 || n.Problems != 0 || n.Rows != n.Changed+n.Same {
				t.Fatalf("%+v %+v", doc.Body, w.foundProblems(doc))
			}
			if doc = apply(editor, doc); doc.Body.State != tables.Applied || doc.Body.Result.Replaced != 1 {
				t.Fatalf("%+v", doc.Body)
			}
			if late = apply(editor, late); late.Body.State != tables.Faulty || late.Body.Note != tables.NoteMoved {
				t.Fatalf("an edit of an old version is %+v", late.Body)
			}
			for _, p := range w.foundProblems(late) {
				if p.Key != "tables.problem.stale" {
					t.Errorf("%+v", p)
				}
			}
			if again := take(editor, c.kind, c.query); !bytes.Contains(plainText(t, again), []byte(c.edits["Title"]+c.edits["About"])) {
				t.Error("what was edited is not there")
			}
			w.must(w.Tables().Service.Undo(t.Context(), w.as(editor).actor, store.Operation{ID: store.NewID()}, doc.ID, doc.Version))
			w.workImports()
			if doc = w.importDoc(doc.ID); doc.Body.State != tables.Undone {
				t.Fatalf("%+v", doc.Body)
			}

			refused := map[string]string{"+": "tables.problem.no_new"}
			edits := changes{"+": {"Title": "Baru"}}
			if c.kind == "organizations" {
				edits = changes{"+": {"Name": "Baru"}}
			}
			if c.foreign != "" {
				edits[c.foreign], refused[c.foreign] = c.edits, "tables.problem.closed"
			}
			text, _ = edit(t, exported, edits)
			doc = bring(editor, c.kind, text)
			found := w.foundProblems(doc)
			if len(found) != len(refused) {
				t.Errorf("%+v, want %v", found, refused)
			}
			for _, p := range found {
				if p.Key != "tables.problem.no_new" && p.Key != "tables.problem.closed" {
					t.Errorf("%+v", p)
				}
			}
			// A thing that is not there and one that is hidden are told alike.
			for _, id := range []string{c.hidden, "tidak-ada"} {
				if id == "" {
					continue
				}
				text = strings.Replace(string(mustCSV(t, exported, c.thing)), `"`+c.thing+`"`, id, 1)
				up := w.upload(editor, c.kind, "salah.csv", text)
				w.checkImport(editor, up, false)
				doc = w.importDoc(up)
				for _, p := range w.foundProblems(doc) {
					if p.Key != "tables.problem.unknown" {
						t.Errorf("%s: %+v", id, p)
					}
				}
				if doc.Body.Counts.Wrong == 0 {
					t.Errorf("%s was taken", id)
				}
			}
		})
	}
	t.Run("the secretariat as moderator", func(t *testing.T) {
		exported := take(secretary, "documents", own)
		text, _ := edit(t, exported, changes{ours: {"Title": "Judul dari sekretariat"}})
		doc := apply(secretary, bring(secretary, "documents", text))
		if doc.Body.State != tables.Applied || doc.Body.Result.Replaced != 1 {
			t.Fatalf("%+v %+v", doc.Body, w.foundProblems(doc))
		}
	})
	t.Run("downloaded without signing in", func(t *testing.T) {
		text, _ := edit(t, take("public", "organizations", tables.Query{}), changes{oidc.OrgUniv: {"About": "Lain."}})
		if strings.Contains(string(plainText(t, take("public", "organizations", tables.Query{}))), "sekretariat@") {
			t.Error("the public reads an address in the table")
		}
		doc := bring(editor, "organizations", text)
		for _, p := range w.foundProblems(doc) {
			if p.Key != "tables.problem.partial" {
				t.Errorf("%+v", p)
			}
		}
		if doc.Body.State != tables.Faulty {
			t.Errorf("%+v", doc.Body)
		}
	})
}

// plainText is a workbook's first sheet as text.
func plainText(t *testing.T, workbook []byte) []byte {
	t.Helper()
	f, err := excelize.OpenReader(bytes.NewReader(workbook))
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = f.Close() }()
	rows, err := f.GetRows(f.GetSheetName(0))
	if err != nil {
		t.Fatal(err)
	}
	var b bytes.Buffer
	for _, row := range rows {
		b.WriteString(strings.Join(row, "\t") + "\n")
	}
	return b.Bytes()
}

// mustCSV gives the headings and the row of one thing as CSV.
func mustCSV(t *testing.T, workbook []byte, thing string) []byte {
	t.Helper()
	f, err := excelize.OpenReader(bytes.NewReader(workbook))
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = f.Close() }()
	rows, err := f.GetRows(f.GetSheetName(0))
	if err != nil {
		t.Fatal(err)
	}
	var b bytes.Buffer
	for i, row := range rows {
		if i > 0 && !strings.Contains(strings.Join(row, "\t"), thing) {
			continue
		}
		for n := range row {
			row[n] = `"` + strings.ReplaceAll(row[n], `"`, `""`) + `"`
		}
		b.WriteString(strings.Join(row, ";") + "\n")
		if i > 0 {
			break
		}
	}
	return b.Bytes()
}
