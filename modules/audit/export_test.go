package audit

import (
	"encoding/csv"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"gotong/modules/domain"
	"gotong/modules/kit/store"
)

func TestExportIsTheTrailAsATable(t *testing.T) {
	f := newFixture(t)
	if _, err := f.records.Insert(t.Context(), "n9", body{Title: "=1+1"}, store.Change{Action: "need.declared", Actor: "gone", Reason: "=HYPERLINK(\"http://x\")"}); err != nil {
		t.Fatal(err)
	}
	get := func(path string) (int, [][]string) {
		t.Helper()
		answer, err := f.app.Test(httptest.NewRequest(http.MethodGet, path, nil), 20_000)
		if err != nil {
			t.Fatal(err)
		}
		defer answer.Body.Close()
		if answer.StatusCode != http.StatusOK {
			return answer.StatusCode, nil
		}
		if got := answer.Header.Get("Content-Disposition"); !strings.HasPrefix(got, "attachment; filename=audit-") {
			t.Errorf("disposition %q", got)
		}
		rows, err := csv.NewReader(answer.Body).ReadAll()
		if err != nil {
			t.Fatal(err)
		}
		return http.StatusOK, rows
	}
	if status, _ := get("/audit/export.csv"); status != http.StatusNotFound || f.viewed != 0 {
		t.Errorf("the public: %d, noted %d times", status, f.viewed)
	}
	f.actor = domain.Actor{Account: "a5", Roles: []domain.PlatformRole{domain.RoleAuditor}}
	_, rows := get("/audit/export.csv")
	if len(rows) != 7 || f.viewed != 1 {
		t.Fatalf("%d rows, noted %d times", len(rows), f.viewed)
	}
	first, all := rows[1], strings.Join(rows[1], "|")
	if first[0] != "6" || first[4] != "gone" || !strings.Contains(first[5], "sudah dihapus") || first[12] != "'=HYPERLINK(\"http://x\")" {
		t.Errorf("first row %q", first)
	}
	if !strings.Contains(all, `title:  → "=1+1"`) {
		t.Errorf("changes are missing: %s", all)
	}
	for _, row := range rows {
		if text := strings.Join(row, " "); strings.Contains(text, "rahasia@contoh.invalid") {
			t.Errorf("a personal value is exported: %s", text)
		}
	}
	if _, rows := get("/audit/export.csv?action=need.returned"); len(rows) != 2 || rows[1][12] != "Lampiran memuat NIK" {
		t.Errorf("filtered: %q", rows)
	}
}
