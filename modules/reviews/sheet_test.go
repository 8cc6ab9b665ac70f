package reviews

import (
	"bytes"
	"errors"
	"io"
	"slices"
	"strconv"
	"strings"
	"testing"

	"gotong/modules/domain"
	"gotong/modules/kit/sheet"
)

// scores writes a review with these scores, in the order of the call's criteria.
func (d *desk) scores(t *testing.T, id domain.InitiativeID, r domain.AccountID, values ...int64) {
	t.Helper()
	d.clock.Advance(1e9)
	doc, err := d.Service.Process(t.Context(), id)
	d.must(t, err)
	review := filled(doc.Body.Rules, 1, "rahasia")
	for n, c := range doc.Body.Rules.Criteria {
		review.Scores[c.ID] = Score{Value: values[n], Reason: "alasan rahasia"}
	}
	d.must(t, d.Service.Write(t.Context(), who(r), d.op(), id, review))
}

// xlsx gives the rows of the sheet as an office program reads them: numbers with a leading #.
func (d *desk) xlsx(t *testing.T, reader domain.AccountID) (rows [][]string) {
	t.Helper()
	s, err := d.Service.SheetOf(t.Context(), who(reader), "air")
	d.must(t, err)
	var file bytes.Buffer
	d.must(t, d.Service.writeSheet(t.Context(), d.base, s, &file))
	book, err := sheet.Open(bytes.NewReader(file.Bytes()), "sheet.xlsx")
	d.must(t, err)
	list, err := book.Rows(0)
	d.must(t, err)
	defer func() { _ = list.Close() }()
	for {
		_, cells, err := list.Next()
		if errors.Is(err, io.EOF) {
			return rows
		}
		d.must(t, err)
		row := make([]string, len(cells))
		for n, c := range cells {
			row[n] = c.Text
			if c.Kind == sheet.Number {
				row[n] = "#" + c.Text
			}
		}
		rows = append(rows, row)
	}
}

// The sheet as a file: numbers that can be reckoned with, nothing of what is blind, the ranking and how ties fell.
func TestTheSheetsFileHoldsWhatMayBeRead(t *testing.T) {
	d := open(t)
	for _, id := range []domain.InitiativeID{"a", "b", "c", "low", "blind", "new"} {
		d.proposal(id, "air")
		if id != "new" {
			d.seated(t, id, "ani", "budi")
		}
	}
	for id, values := range map[domain.InitiativeID][]int64{"a": {4, 1}, "b": {2, 4}, "c": {2, 4}, "low": {1, 5}} {
		d.scores(t, id, "ani", values...)
		d.scores(t, id, "budi", values...)
	}
	d.scores(t, "blind", "ani", 5, 5)
	rows := d.xlsx(t, "s1")
	want := [][]string{
		{"Usulan", "Organisasi", "Peringkat", "Keterangan", "Nilai", "Selisih", "Sesuai (60)", "Biaya (40)", "Telaah masuk", "Telaah diminta", "Menyarankan setuju", "Mengundurkan diri", "Dana dicari", "Keadaan"},
		{"Usulan a", "Organisasi yayasan", "#1", "", "#56", "#0", "#4", "#1", "#2", "#2", "#2", "#0", "#0", "Sedang ditelaah"},
		{"Usulan b", "Organisasi yayasan", "#2", "", "#56", "#0", "#2", "#4", "#2", "#2", "#2", "#0", "#0", "Sedang ditelaah"},
		{"Usulan c", "Organisasi yayasan", "#2", "sama", "#56", "#0", "#2", "#4", "#2", "#2", "#2", "#0", "#0", "Sedang ditelaah"},
		{"Usulan low", "Organisasi yayasan", "", "di bawah batas: Sesuai", "#52", "#0", "#1", "#5", "#2", "#2", "#2", "#0", "#0", "Sedang ditelaah"},
		{"Usulan blind", "Organisasi yayasan", "", "", "belum terbuka", "", "", "", "#1", "#2", "", "#0", "#0", "Sedang ditelaah"},
		{"Usulan new", "Organisasi yayasan", "", "", "belum terbuka", "", "", "", "#0", "#2", "", "#0", "#0", "Diajukan"},
		{"\"Usulan b\" dan \"Usulan a\" bernilai 56,0; urutannya menurut \"Sesuai\", kriteria terberat yang berbeda (4,0 dan 2,0)."},
		{"\"Usulan c\" dan \"Usulan b\" bernilai 56,0 dan sama pada setiap kriteria: keduanya berbagi peringkat."},
	}
	if !slices.EqualFunc(rows, want, slices.Equal[[]string]) {
		for _, row := range rows {
			t.Log(strings.Join(row, " | "))
		}
		t.Error("the sheet's file holds something else")
	}
	// Who has a tie to the proposals reads no number of theirs; whose review stands among them reads what reviewers do.
	d.caller = "mitra"
	tied := who("partner")
	tied.Memberships[0].Role = domain.OrgEditor
	s, err := d.Service.SheetOf(t.Context(), tied, "air")
	d.must(t, err)
	for _, l := range s.Lines {
		for n, cell := range lineCells(d.base, s, l, "") {
			if f, err := strconv.ParseFloat(cell.Text, 64); cell.Kind == sheet.Number && err == nil && f > 0 && n < 8 {
				t.Errorf("who has a tie reads %q of %s", cell.Text, l.Proposal.Title)
			}
		}
	}
}
