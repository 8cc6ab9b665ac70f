package documents

import (
	"bytes"
	"errors"
	"io"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"gotong/modules/domain"
	"gotong/modules/kit/apperr"
	"gotong/modules/kit/store"
)

func (r *rig) added(t *testing.T, text string, v domain.Visibility) domain.DocumentID {
	t.Helper()
	id, err := r.Add(t.Context(), clerk, store.Operation{ID: "add " + text}, need, Details{Type: domain.DocReport, Visibility: v}, domain.Upload{Name: "a.txt", Body: strings.NewReader(text)})
	if err != nil {
		t.Fatal(err)
	}
	return id
}

func (r *rig) text(t *testing.T, actor domain.Actor, id domain.DocumentID, sum string) (string, error) {
	t.Helper()
	f, err := r.Open(t.Context(), actor, id, Wanted{Version: sum})
	if err != nil {
		return "", err
	}
	b, err := io.ReadAll(f.Body)
	return string(b), errors.Join(err, f.Body.Close())
}

func (r *rig) doc(t *testing.T, id domain.DocumentID) View {
	t.Helper()
	v, err := r.Get(t.Context(), secretariat, id)
	if err != nil {
		t.Fatal(err)
	}
	return v
}

func renewal(text, why string) Renewal {
	return Renewal{Why: why, File: domain.Upload{Name: "b.txt", Body: strings.NewReader(text)}}
}

// No version is overwritten: each can be had by its sum, an older one comes back as a new one.
func TestVersions(t *testing.T) {
	r := newRig(t)
	id := r.added(t, "satu", domain.VisiblePublic)
	first := r.doc(t, id).Document.SHA256
	op := store.Operation{ID: "renew", Digest: "x"}
	for range 2 { // the form is sent twice
		if err := r.Renew(t.Context(), clerk, op, id, 2, renewal("dua", "Angka diperbaiki.")); err != nil {
			t.Fatal(err)
		}
	}
	now := r.doc(t, id).Document
	if len(now.History()) != 2 || now.SHA256 == first || now.Why != "Angka diperbaiki." || now.RenewedBy != clerk.Account || now.Uploader != clerk.Account {
		t.Fatalf("%+v", now)
	}
	for sum, want := range map[string]string{"": "dua", first: "satu", now.SHA256: "dua"} {
		if got, err := r.text(t, public, id, sum); err != nil || got != want {
			t.Errorf("version %.8s: %q %v", sum, got, err)
		}
	}
	if _, err := r.text(t, public, id, strings.Repeat("0", 64)); !apperr.Is(err, apperr.NotFound) {
		t.Error("a version that never was:", err)
	}
	if err := r.Reinstate(t.Context(), clerk, store.Operation{ID: "back"}, id, 0, first, "Ternyata benar."); err != nil {
		t.Fatal(err)
	}
	if d := r.doc(t, id).Document; d.SHA256 != first || len(d.History()) != 3 || len(r.stored()) != 2 {
		t.Errorf("%d versions, %v", len(d.History()), r.stored())
	}
	r.clock.Advance(5 * time.Hour)
	if c, err := r.Collect(t.Context()); err != nil || c.Orphans != 0 || len(r.stored()) != 2 {
		t.Error("the collector took a version:", c, err)
	}
	dangling := 0
	r.blobs.Lose(now.Object)
	if _, err := r.CheckContents(t.Context(), Care{}, func(Trouble) { dangling++ }); err != nil || dangling != 1 {
		t.Error("a lost version is not told:", dangling, err)
	}
}

func TestVersionsRefuse(t *testing.T) {
	r := newRig(t)
	id := r.added(t, "satu", domain.VisiblePublic)
	for name, c := range map[string]struct {
		actor domain.Actor
		r     Renewal
		kind  apperr.Kind
		word  string
	}{
		"same content":   {clerk, renewal("satu", "Sama."), apperr.Invalid, "same_version"},
		"no reason":      {clerk, renewal("dua", " "), apperr.Invalid, "documents.error.why"},
		"a number":       {clerk, renewal("NIK "+nik, "Baru."), apperr.Invalid, "personal_version"},
		"another type":   {clerk, Renewal{Why: "Baru.", File: domain.Upload{Name: "b.exe", Body: strings.NewReader("x")}}, apperr.Invalid, "documents.error.type"},
		"no file":        {clerk, Renewal{Why: "Baru."}, apperr.Invalid, "no_file"},
		"unknown upload": {clerk, Renewal{Why: "Baru.", Upload: "nothing"}, apperr.Invalid, "upload_gone"},
		"public":         {public, renewal("dua", "Baru."), apperr.SignIn, ""},
		"stranger":       {other, renewal("dua", "Baru."), apperr.Forbidden, ""},
	} {
		if err := r.Renew(t.Context(), c.actor, store.Operation{ID: name}, id, 0, c.r); !apperr.Is(err, c.kind) || !strings.Contains(err.Error(), c.word) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if err := r.Finish(t.Context(), clerk, store.Operation{ID: "final"}, id, 0); err != nil {
		t.Fatal(err)
	}
	if err := r.Renew(t.Context(), clerk, store.Operation{ID: "late"}, id, 0, renewal("dua", "Baru.")); !apperr.Is(err, apperr.Conflict) {
		t.Error("a final document got a new version:", err)
	}
	if err := r.Describe(t.Context(), clerk, store.Operation{ID: "title"}, id, 0, Details{Type: domain.DocReport, Title: "Lain", Visibility: domain.VisibleParties}); err != nil {
		t.Fatal(err)
	}
	if d := r.doc(t, id).Document; d.Title == "Lain" || d.Visibility != domain.VisibleParties {
		t.Errorf("of a final document only its readers change: %q %s", d.Title, d.Visibility)
	}
	if err := r.Finish(t.Context(), clerk, store.Operation{ID: "again"}, id, 0); !apperr.Is(err, apperr.Conflict) {
		t.Error("final twice:", err)
	}
}

func TestVersionsEnd(t *testing.T) {
	d := Document{Status: Ready, SHA256: "0", Object: "o"}
	for i := range versionsMax {
		next, err := d.renew(Version{SHA256: strings.Repeat("x", i+1), Object: "o", Why: "Baru."})
		if i == versionsMax-1 {
			if !apperr.Is(err, apperr.Invalid) {
				t.Fatal(i, err)
			}
			return
		}
		if err != nil {
			t.Fatal(i, err)
		}
		d = next
	}
}

// A version with numbers of persons is not shown to many, also where a later one without them is.
func TestOlderVersionWithNumbers(t *testing.T) {
	r := newRig(t)
	id := r.added(t, "NIK "+nik, domain.VisibleParties)
	sum := r.doc(t, id).Document.SHA256
	if err := r.Renew(t.Context(), clerk, store.Operation{ID: "renew"}, id, 0, renewal("tanpa nomor", "Nomor dihapus.")); err != nil {
		t.Fatal(err)
	}
	if _, err := r.text(t, helper, id, sum); err != nil {
		t.Error("parties:", err)
	}
	if err := r.Describe(t.Context(), clerk, store.Operation{ID: "open"}, id, 0, Details{Type: domain.DocReport, Visibility: domain.VisiblePublic}); err != nil {
		t.Fatal(err)
	}
	for name, actor := range map[string]domain.Actor{"public": public, "other": other, "helper": helper} {
		if _, err := r.text(t, actor, id, sum); !apperr.Is(err, apperr.NotFound) {
			t.Error(name, err)
		}
		if got, err := r.text(t, actor, id, ""); err != nil || got != "tanpa nomor" {
			t.Error(name, err)
		}
	}
	if err := r.Reinstate(t.Context(), clerk, store.Operation{ID: "back"}, id, 0, sum, "Keliru."); !apperr.Is(err, apperr.Invalid) {
		t.Error("numbers came back to the public:", err)
	}
}

// Until its day a document is for its own organisation; then it opens by itself, on every way of reading.
func TestEmbargo(t *testing.T) {
	r := newRig(t)
	tomorrow := domain.DateOf(r.clock.Now().Add(24 * time.Hour))
	id, err := r.Add(t.Context(), clerk, store.Operation{ID: "add"}, need, Details{Type: domain.DocStudy, Visibility: domain.VisiblePublic, Embargo: tomorrow}, domain.Upload{Name: "a.txt", Body: strings.NewReader("x")})
	if err != nil {
		t.Fatal(err)
	}
	sees := func(actor domain.Actor) bool {
		_, errGet := r.Get(t.Context(), actor, id)
		_, errOpen := r.Open(t.Context(), actor, id, Wanted{HeadOnly: true})
		list, _, _ := r.Library(t.Context(), actor, Filter{})
		_, panel, _, _ := r.Of(t.Context(), actor, need)
		standing, _ := r.Standing(t.Context(), actor, string(id))
		found := errGet == nil
		if found != (errOpen == nil) || found != (len(list) == 1) || found != (len(panel) == 1) || !found && standing.Public {
			t.Errorf("%s: page %v, file %v, list %d, panel %d, standing %+v", actor.Account, errGet, errOpen, len(list), len(panel), standing)
		}
		return found
	}
	for actor, want := range map[string]bool{"clerk": true, "villager": true, "helper": false, "other": false, "secretariat": true, "auditor": true} {
		if sees(actors[actor]) != want {
			t.Errorf("before: %s sees %v", actor, !want)
		}
	}
	if sees(public) {
		t.Error("the public sees it before its day")
	}
	if c, err := r.Collect(t.Context()); err != nil || c.Released != 0 {
		t.Error(c, err)
	}
	r.clock.Advance(24 * time.Hour)
	if !sees(public) || !sees(other) {
		t.Error("its day came and it stays closed")
	}
	if c, err := r.Collect(t.Context()); err != nil || c.Released != 1 || r.doc(t, id).Document.Embargo != "" {
		t.Error(c, err)
	}
}

// What is held or kept until a day is not thrown away, by nobody; what lies in the trash and is held stays there.
func TestHoldAndRetention(t *testing.T) {
	r := newRig(t)
	id := r.added(t, "satu", domain.VisibleParties)
	n := 0
	op := func() store.Operation { n++; return store.Operation{ID: string(rune('a' + n))} }
	if err := r.Keep(t.Context(), clerk, op(), id, 0, "Sengketa."); !apperr.Is(err, apperr.Forbidden) {
		t.Error("an editor holds:", err)
	}
	if err := r.Keep(t.Context(), secretariat, op(), id, 0, " "); !apperr.Is(err, apperr.Invalid) {
		t.Error("without reason:", err)
	}
	if err := r.Keep(t.Context(), secretariat, op(), id, 0, "Sengketa."); err != nil {
		t.Fatal(err)
	}
	for name, actor := range map[string]domain.Actor{"clerk": clerk, "secretariat": secretariat} {
		if err := r.Trash(t.Context(), actor, op(), id, 0, "Hapus."); !apperr.Is(err, apperr.Invalid) || !strings.Contains(err.Error(), "documents.error.held") {
			t.Error(name, err)
		}
	}
	if err := r.Keep(t.Context(), secretariat, op(), id, 0, "Lagi."); !apperr.Is(err, apperr.Conflict) {
		t.Error("held twice:", err)
	}
	if err := r.LetGo(t.Context(), secretariat, op(), id, 0); err != nil {
		t.Fatal(err)
	}
	year := domain.DateOf(r.clock.Now().AddDate(1, 0, 0))
	if err := r.Describe(t.Context(), clerk, op(), id, 0, Details{Type: domain.DocReport, Retain: year}); err != nil {
		t.Fatal(err)
	}
	if err := r.Trash(t.Context(), clerk, op(), id, 0, "Hapus."); !apperr.Is(err, apperr.Invalid) || !strings.Contains(err.Error(), "retained") {
		t.Error(err)
	}
	if err := r.Describe(t.Context(), clerk, op(), id, 0, Details{Type: domain.DocReport}); !apperr.Is(err, apperr.Invalid) {
		t.Error("retention was shortened:", err)
	}
	r.clock.Advance(366 * 24 * time.Hour)
	if err := r.Trash(t.Context(), clerk, op(), id, 0, "Hapus."); err != nil {
		t.Fatal(err)
	}
	if err := r.Keep(t.Context(), secretariat, op(), id, 0, "Sengketa."); err != nil {
		t.Fatal(err)
	}
	r.clock.Advance(40 * 24 * time.Hour)
	if c, err := r.Collect(t.Context()); err != nil || c.Purged != 0 {
		t.Error("what is held was purged:", c, err)
	}
}

func TestWhatIsSaidOfADocument(t *testing.T) {
	good := Details{Type: domain.DocStudy, Title: "Judul", Visibility: domain.VisiblePublic, Language: "id", Authors: "Sari, D.", License: "CC-BY-4.0", DOI: "https://doi.org/10.1234/abc", Tags: []string{domain.Taxonomy().Groups()[0].ID}}.normal("a.txt")
	if err := good.Validate(); err != nil || good.DOI != "10.1234/abc" {
		t.Fatal(err, good.DOI)
	}
	for word, spoil := range map[string]func(*Details){
		"documents.error.long": func(d *Details) { d.Authors = strings.Repeat("x", authorsMax+1) }, "personal_text": func(d *Details) { d.Authors = "NIK " + nik },
		"choose_license": func(d *Details) { d.License = "MIT" }, "documents.error.doi": func(d *Details) { d.DOI = "javascript:1" }, "choose_tag": func(d *Details) { d.Tags = []string{"nothing"} },
	} {
		bad := good
		spoil(&bad)
		if err := bad.Validate(); !apperr.Is(err, apperr.Invalid) || !strings.Contains(err.Error(), word) {
			t.Errorf("%s: %v", word, err)
		}
	}
}

// The pages: a version by its form, the list with its sums, what a reader may not do is not offered.
func TestVersionPages(t *testing.T) {
	s := newSite(t)
	id := s.added(t, "satu", domain.VisiblePublic)
	path := documentPath(id)
	first := s.doc(t, id).Document.SHA256
	page := s.get(t, "clerk", path+"/versions")
	form := page.doc.Find(`form[action$="/versions"]`)
	if form.Length() != 1 || page.doc.Find("script[src*=tus]").Length() != 1 {
		t.Fatal("no form for a new version")
	}
	if got := s.get(t, "other", path+"/versions"); got.doc.Find("form.form, form.action").Length() != 0 || got.doc.Find("script[src*=tus]").Length() != 0 || !strings.Contains(got.doc.Find("code.sum").Text(), first) {
		t.Error("a reader is offered forms, or sees no sum")
	}
	up, err := s.BeginUpload(t.Context(), clerk, need, "baru.txt", 4)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := s.pieceStore().Append(t.Context(), up, 0, bytes.NewReader([]byte("baru"))); err != nil {
		t.Fatal(err)
	}
	post := func(actor, at string, v url.Values) answer {
		return s.do(t, actor, http.MethodPost, path+at, strings.NewReader(v.Encode()), "Content-Type", "application/x-www-form-urlencoded")
	}
	v := url.Values{"_op": {"op1"}, "_v": {form.Find("[name=_v]").AttrOr("value", "")}, "upload": {up}}
	if got := post("clerk", "/versions", v); got.StatusCode != http.StatusUnprocessableEntity || got.doc.Find("#i-why-error").Length() != 1 {
		t.Error("without a reason:", got.StatusCode)
	}
	v.Set("why", "Diperbarui.")
	for range 2 {
		if got := post("clerk", "/versions", v); got.StatusCode != http.StatusSeeOther {
			t.Fatal(got.StatusCode, got.doc.Find(".summary").Text())
		}
	}
	list := s.get(t, "clerk", path+"/versions")
	if list.doc.Find(".trail > li").Length() != 2 || list.doc.Find(".trail > li").First().Find("form").Length() != 0 {
		t.Error(list.doc.Find(".trail").Text())
	}
	if got := s.get(t, "", path+"/versions/"+first+"/file"); got.StatusCode != http.StatusOK || got.body != "satu" || !strings.Contains(got.Header.Get("Content-Security-Policy"), "sandbox") {
		t.Error(got.StatusCode, got.body, got.Header)
	}
	if got := post("clerk", "/versions/"+first+"/restore", url.Values{"_op": {"op2"}, "reason": {"Keliru."}}); got.StatusCode != http.StatusSeeOther {
		t.Error(got.StatusCode)
	}
	_, at, _ := strings.Cut(domain.Citation{ID: id, SHA256: first}.Path(), "#")
	if rows := s.get(t, "clerk", path+"/versions").doc.Find(".trail > li"); rows.Length() != 3 || rows.First().AttrOr("id", "") != at || rows.Filter("#"+at).Length() != 1 {
		t.Error("what rests on the first content does not lead to where it stands now, once")
	}
	for at, want := range map[string]int{"/hold": http.StatusForbidden, "/final": http.StatusSeeOther} {
		if got := post("clerk", at, url.Values{"_op": {"op" + at}, "reason": {"Alasan."}}); got.StatusCode != want {
			t.Error(at, got.StatusCode)
		}
	}
	if got := s.get(t, "clerk", path); got.doc.Find(`form[action$="/final"]`).Length() != 0 || !strings.Contains(got.doc.Find(".tags").Text(), "Final") {
		t.Error("a final document is offered to be made final")
	}
	if got := post("secretariat", "/hold", url.Values{"_op": {"op3"}, "reason": {"Sengketa."}}); got.StatusCode != http.StatusSeeOther {
		t.Error(got.StatusCode)
	}
	if got := s.get(t, "secretariat", path); got.doc.Find(`form[action$="/release"]`).Length() != 1 || got.doc.Find(`form[action$="/delete"]`).Length() != 0 {
		t.Error("a held document is offered to be thrown away")
	}
}
