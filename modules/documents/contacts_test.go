package documents

import (
	"fmt"
	"strings"
	"testing"

	"gotong/modules/domain"
	"gotong/modules/kit/apperr"
	"gotong/modules/kit/extract"
)

func TestContactsAreAListFromFiveOn(t *testing.T) {
	list := func(n int, format string) string {
		var lines []string
		for i := range n {
			lines = append(lines, fmt.Sprintf(format, i))
		}
		return strings.Join(lines, "\n")
	}
	for text, want := range map[string]int{
		list(4, "Warga 0812-3456-780%d"): 0, list(5, "Warga 0812 3456 780%d"): 5, list(6, "+62 812345678%02d"): 6, list(5, "warga%d@contoh.id"): 5,
		list(4, "warga%d@contoh.id") + list(4, "0812345678%02d"): 0, list(9, "Kantor 0561-73%d999, telp 021-5551234"): 0,
		strings.Repeat("kantor@desa.id 081234567890\n", 20): 0, "081234567890 +6281234567890 62 812 3456 7890 0812.3456.7890 0812-3456-7890": 0,
		list(20, "Rp 08.500.000,00 pada 08-12-2026 kode 61.01.08.20%02d"): 0,
	} {
		r := Reading{Result: extract.Result{Pages: []extract.Page{{Text: text}}}}
		if got := contactsIn(r); got != want {
			t.Errorf("%d of %q, want %d", got, text, want)
		}
	}
}

// A list of people's numbers stops publication until somebody answers for it with a reason; a new content asks again.
func TestAListOfContactsStopsPublicationUntilResolved(t *testing.T) {
	r := newRig(t)
	rows := "nama;telepon\n"
	for i := range 8 {
		rows += fmt.Sprintf("Warga;0812345678%02d\n", i)
	}
	add := func(v domain.Visibility) (domain.DocumentID, error) {
		return r.Add(t.Context(), clerk, op("daftar "+string(v)), need, minutes(v), text("daftar.csv", rows))
	}
	for _, v := range []domain.Visibility{domain.VisiblePublic, domain.VisiblePartners} {
		_, err := add(v)
		wantField(t, string(v), err, "file", "documents.error.contacts_file")
	}
	id, err := add(domain.VisibleParties)
	if err != nil {
		t.Fatal(err)
	}
	publish := func(name string) error {
		return r.Describe(t.Context(), clerk, op(name), id, 0, minutes(domain.VisiblePublic))
	}
	wantField(t, "publish", publish("a"), "visibility", "documents.error.contacts_stored")
	wantField(t, "no reason", r.Clear(t.Context(), clerk, op("b"), id, 0, " "), "reason", "documents.error.clear_reason")
	wantKind(t, "a reader", r.Clear(t.Context(), helper, op("c"), id, 0, "Nomor kantor."), apperr.Forbidden)
	if err := r.Clear(t.Context(), clerk, op("d"), id, 0, "Nomor kantor desa."); err != nil {
		t.Fatal(err)
	}
	wantKind(t, "twice", r.Clear(t.Context(), clerk, op("e"), id, 0, "Nomor kantor."), apperr.Conflict)
	if err := publish("f"); err != nil {
		t.Fatal(err)
	}
	err = r.Renew(t.Context(), clerk, op("g"), id, 0, Renewal{Why: "pembaruan", File: text("daftar.csv", rows+"Warga;081399990000\n")})
	wantField(t, "a new list in public", err, "file", "documents.error.contacts_version")
	if err := r.Renew(t.Context(), clerk, op("h"), id, 0, Renewal{Why: "tanpa nomor", File: text("daftar.csv", "nama\nKantor desa\n")}); err != nil {
		t.Fatal(err)
	}
	if d := r.doc(t, id).Document; d.Contacts != 0 || d.Cleared != nil {
		t.Errorf("%+v", d)
	}
}
