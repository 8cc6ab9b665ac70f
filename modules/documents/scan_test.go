package documents

import (
	"net/http"
	"strings"
	"testing"

	"gotong/modules/domain"
	"gotong/modules/kit/apperr"
	"gotong/modules/kit/clamd"
	"gotong/modules/kit/clamd/clamdtest"
	"gotong/modules/kit/store"
)

// By every way into the library a harmful file is refused in words, and without the scanner's word none is taken.
func TestScannerStandsBeforeEveryWayIn(t *testing.T) {
	r := newRig(t)
	id := r.added(t, "satu", domain.VisibleParties)
	d := clamdtest.Start(t, 4<<20)
	r.scanner = clamd.New(d.Address)
	before := len(r.stored())
	ways := map[string]func(text string) error{
		"form": func(text string) error {
			_, err := r.Add(t.Context(), clerk, store.Operation{ID: text}, need, report, domain.Upload{Name: "a.txt", Body: strings.NewReader(text)})
			return err
		},
		"other module's form": func(text string) error {
			_, err := r.Attach(t.Context(), clerk, store.Operation{ID: text}, need, domain.DocMinutes, domain.VisibleParties, domain.Upload{Name: "a.txt", Body: strings.NewReader(text)})
			return err
		},
		"pieces": func(text string) error {
			_, err := r.AddUploaded(t.Context(), clerk, need, report, r.arrive(t, clerk, "a.txt", []byte(text)))
			return err
		},
		"version": func(text string) error {
			return r.Renew(t.Context(), clerk, store.Operation{ID: "r" + text}, id, 0, renewal(text, "Baru."))
		},
	}
	for name, way := range ways {
		if err := way(clamdtest.EICAR()); !apperr.Is(err, apperr.Invalid) || !strings.Contains(err.Error(), "harmful") {
			t.Errorf("%s: %v", name, err)
		}
	}
	if n := len(r.stored()); n != before {
		t.Errorf("%d objects of harmful files: %v", n-before, r.stored())
	}
	for name, way := range ways {
		if err := way("bersih " + name); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
	d.Close()
	for name, way := range ways {
		if err := way("lagi " + name); !apperr.Is(err, apperr.Unavailable) {
			t.Errorf("%s without the scanner: %v", name, err)
		}
	}
	if _, err := r.Add(t.Context(), clerk, store.Operation{ID: "large"}, need, report, domain.Upload{Name: "a.txt", Body: strings.NewReader("x")}); !apperr.Is(err, apperr.Unavailable) {
		t.Error(err)
	}
}

// An upload that met no scanner is not lost: the same form goes through once it answers.
func TestScannerComesBack(t *testing.T) {
	s := newSite(t)
	d := clamdtest.Start(t, 4<<20)
	d.Say("")
	s.scanner = clamd.New(d.Address)
	id := s.arrive(t, clerk, "a.txt", []byte("laporan"))
	form := "_op=op1&for=" + forValue(need) + "&type=report&visibility=public&language=id&upload=" + id
	post := func() answer {
		return s.do(t, "clerk", http.MethodPost, "/documents", strings.NewReader(form), "Content-Type", "application/x-www-form-urlencoded")
	}
	if got := post(); got.StatusCode != http.StatusServiceUnavailable || !strings.Contains(got.doc.Text(), "pemindai") {
		t.Error(got.StatusCode, got.doc.Find("main").Text())
	}
	s.scanner = clamd.New(clamdtest.Start(t, 4<<20).Address)
	if got := post(); got.StatusCode != http.StatusSeeOther {
		t.Error(got.StatusCode, got.doc.Find("main").Text())
	}
}

func TestTooLargeForTheScanner(t *testing.T) {
	r := newRig(t)
	r.scanner = clamd.New(clamdtest.Start(t, 100).Address)
	_, err := r.Add(t.Context(), clerk, store.Operation{ID: "op"}, need, report, domain.Upload{Name: "a.txt", Body: strings.NewReader(strings.Repeat("x", 900<<10))})
	if !apperr.Is(err, apperr.Invalid) || !strings.Contains(err.Error(), "scan_large") {
		t.Error(err)
	}
}
