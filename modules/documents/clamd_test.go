package documents

import (
	"os"
	"strings"
	"testing"
	"time"

	"gotong/modules/domain"
	"gotong/modules/kit/clamd"
	"gotong/modules/kit/clamd/clamdtest"
	"gotong/modules/kit/store"
)

// TestRealScanner takes documents past a real clamd, where GOTONG_TEST_CLAMD names one that knows EICAR and this test's own
// word (.ci/clamav starts such a one): what it finds is refused, what came before it knew is withheld.
func TestRealScanner(t *testing.T) {
	address := os.Getenv("GOTONG_TEST_CLAMD")
	if address == "" {
		t.Skip("GOTONG_TEST_CLAMD names no daemon")
	}
	r := newRig(t)
	before := r.added(t, "Isi dengan kata-uji-pemindai-gotong di tengah.", domain.VisiblePublic) // there was no scanner yet
	clean := r.added(t, "Isi biasa.", domain.VisiblePublic)
	r.scanner = clamd.New(address)
	for name, content := range map[string]string{"plain": clamdtest.EICAR(), "word": "kata-uji-pemindai-gotong"} {
		_, err := r.Add(t.Context(), clerk, store.Operation{ID: name}, need, report, text(name+".txt", content))
		wantField(t, name, err, "file", "documents.error.harmful")
		_, err = r.Add(t.Context(), clerk, store.Operation{ID: name + " packed"}, need, report, text(name+".zip", string(zipOf(t, entry{"a.txt", content}))))
		wantField(t, name+" in a ZIP", err, "file", "documents.error.harmful")
	}
	done, err := r.Rescan(t.Context())
	if err != nil || done != (Rescanned{Looked: 2, Withheld: 1}) {
		t.Fatalf("%+v %v", done, err)
	}
	if d := r.stands(t, before); d.Status != Quarantined || !strings.Contains(string(d.Finding), "Gotong") {
		t.Errorf("%+v", d)
	}
	if d := r.stands(t, clean); d.Status != Ready {
		t.Errorf("%+v", d)
	}
	if done, err := r.Rescan(t.Context()); err != nil || done != (Rescanned{}) {
		t.Errorf("the same signatures: %+v %v", done, err)
	}
	r.clock.Advance(25 * time.Hour) // its signatures have no version of their own: a day later all is looked at again
	if done, err := r.Rescan(t.Context()); err != nil || done != (Rescanned{Looked: 2}) {
		t.Errorf("a day later: %+v %v", done, err)
	}
}
