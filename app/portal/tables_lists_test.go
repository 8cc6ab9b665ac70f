package portal_test

import (
	"bytes"
	"strings"
	"testing"

	"github.com/xuri/excelize/v2"

	"gotong/modules/domain"
	"gotong/modules/kit/i18n"
	"gotong/modules/kit/sheet"
	"gotong/modules/tables"
	"gotong/views"
)

// TestEveryListGoesOut reads each list as everybody gets it: it has rows, its codes are those of the pages, and it holds
// neither drafts nor what could be taken for a formula.
func TestEveryListGoesOut(t *testing.T) {
	w := openWholeIn(t, []domain.RegionCode{"61.01"}, nil)
	s := dress(w, "")
	bundle, err := i18n.Load(views.FS, "locales")
	w.must(err)
	public := w.as("public").actor
	for _, list := range []string{"needs", "initiatives", "organizations", "profiles", "observations", "potentials", "documents"} {
		e, err := w.Tables().Service.List(t.Context(), public, bundle.Localizer("en"), list, sheet.XLSX, tables.Query{})
		w.must(err)
		var b bytes.Buffer
		w.must(e.Write(t.Context(), &b))
		f, err := excelize.OpenReader(&b)
		w.must(err)
		rows, err := f.GetRows(f.GetSheetName(0))
		w.must(err)
		w.must(f.Close())
		if len(rows) < 2 {
			t.Errorf("%s: %d rows", list, len(rows))
		}
		text := ""
		for _, row := range rows {
			text += strings.Join(row, "\t") + "\n"
		}
		if strings.Contains(text, string(s.needs["draft"])) || strings.Contains(text, string(s.works["draft"])) || strings.Contains(text, string(s.documents["of-draft"])) {
			t.Errorf("%s holds a draft", list)
		}
		if list == "needs" && !strings.Contains(text, string(s.needs["verified"])) {
			t.Errorf("the open need is not in %s", list)
		}
		for _, cell := range strings.FieldsFunc(text, func(r rune) bool { return r == '\t' || r == '\n' }) {
			if strings.ContainsRune("=+@", rune(cell[0])) {
				t.Errorf("%s: %q could be a formula", list, cell)
			}
		}
	}
	if _, err := w.Tables().Service.List(t.Context(), public, bundle.Localizer("id"), "needs", "pdf", nil); err == nil {
		t.Error("a format that is none is taken")
	}
}
