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
		err := way("lagi " + name)
		if waits := name == "form" || name == "pieces"; waits != (err == nil) || !waits && !apperr.Is(err, apperr.Unavailable) {
			t.Errorf("%s without the scanner: %v", name, err)
		}
	}
	if list, err := r.records.List(t.Context(), store.Query{List: listSweep, Key: store.KeyOf(string(Quarantined)), Limit: 10}); err != nil || len(list.Items) != 2 {
		t.Errorf("%d wait in quarantine, %v", len(list.Items), err)
	}
}

// What came while the scanner was away waits in quarantine; it opens by itself.
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
	got := post()
	at := got.Header.Get("Location")
	if got.StatusCode != http.StatusSeeOther || at == "" {
		t.Fatal(got.StatusCode, got.doc.Find("main").Text())
	}
	again := post()
	if again.Header.Get("Location") != at {
		t.Error("the same form made another document", again.StatusCode, again.Header.Get("Location"))
	}
	page := s.do(t, "clerk", http.MethodGet, at, nil)
	if text := page.doc.Find("main").Text(); page.StatusCode != http.StatusOK || !strings.Contains(text, "menunggu pemindai") || page.doc.Find(`a[href$="/file"]`).Length() > 0 {
		t.Error(page.StatusCode, text)
	}
	for _, way := range []string{"/file", "/view", "/picture/320", "/versions/" + page.doc.Find("code.sum").First().Text() + "/file"} {
		for _, who := range []string{"clerk", "secretariat", ""} {
			if got := s.do(t, who, http.MethodGet, at+way, nil); got.StatusCode != http.StatusNotFound {
				t.Errorf("%s gets %s of what waits: %d", who, way, got.StatusCode)
			}
		}
	}
	if got := s.do(t, "", http.MethodGet, at, nil); got.StatusCode != http.StatusNotFound {
		t.Error("the public sees it:", got.StatusCode)
	}
	d.Recover()
	if done, err := s.Rescan(t.Context()); err != nil || done.Opened != 1 {
		t.Fatal(done, err)
	}
	if got := s.do(t, "", http.MethodGet, at+"/file", nil); got.StatusCode != http.StatusOK || got.body != "laporan" {
		t.Error(got.StatusCode, got.body)
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
