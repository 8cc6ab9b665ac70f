package documents

import (
	"bytes"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"testing"
	"time"

	"gotong/modules/domain"
	"gotong/modules/kit/apperr"
	"gotong/modules/kit/resumable"
	"gotong/modules/kit/store"
	"gotong/modules/kit/testkit/effort"
)

// pieceStore is the rig's own uploads, to send pieces to.
func (r *rig) pieceStore() *resumable.Store { return r.uploads.(*resumable.Store) }

// arrive sends a file in pieces and gives its upload.
func (r *rig) arrive(t *testing.T, actor domain.Actor, name string, data []byte) string {
	t.Helper()
	id, err := r.BeginUpload(t.Context(), actor, need, name, int64(len(data)))
	if err != nil {
		t.Fatal(err)
	}
	for at := 0; at < len(data); at += resumable.PieceMax {
		if _, err := r.pieceStore().Append(t.Context(), id, int64(at), bytes.NewReader(data[at:min(len(data), at+resumable.PieceMax)])); err != nil {
			t.Fatal(err)
		}
	}
	return id
}

func textOf(n int) []byte {
	return []byte(strings.Repeat("Baris laporan tanpa nama warga.\n", n/32))
}

var report = Details{Type: domain.DocReport, Visibility: domain.VisiblePublic}

func TestUploadBecomesADocument(t *testing.T) {
	for _, size := range []int{32, 3 << 20, 20 << 20} {
		r := newRig(t)
		data := textOf(size)
		id := r.arrive(t, clerk, "../laporan.txt", data)
		for range 2 { // the form is sent twice
			doc, err := r.AddUploaded(t.Context(), clerk, need, report, id)
			if err != nil || string(doc) != id {
				t.Fatal(err, doc)
			}
		}
		v, err := r.Get(t.Context(), public, domain.DocumentID(id))
		if err != nil || v.Document.FileName != "laporan.txt" || v.Document.Title != "laporan" || v.Document.Size != int64(len(data)) {
			t.Fatalf("%v %+v", err, v.Document)
		}
		f, err := r.Open(t.Context(), public, domain.DocumentID(id), Wanted{})
		if err != nil {
			t.Fatal(err)
		}
		got, err := io.ReadAll(f.Body)
		if err := errors.Join(err, f.Body.Close()); err != nil || !bytes.Equal(got, data) {
			t.Fatal(err, len(got))
		}
		r.clock.Advance(3 * time.Hour)
		if c, err := r.Collect(t.Context()); err != nil || c != (Collected{}) || len(r.stored()) != 1 {
			t.Errorf("%v %+v %v", err, c, r.stored())
		}
	}
}

// An upload that waits for its form is no orphan; one whose time is over leaves nothing.
func TestUploadWaitsForItsForm(t *testing.T) {
	r := newRig(t)
	id := r.arrive(t, clerk, "a.txt", textOf(10<<20))
	r.clock.Advance(5 * time.Hour)
	if c, err := r.Collect(t.Context()); err != nil || c != (Collected{}) {
		t.Fatal(err, c)
	}
	if _, err := r.AddUploaded(t.Context(), clerk, need, report, id); err != nil {
		t.Fatal(err)
	}
	left := r.arrive(t, clerk, "b.txt", textOf(10<<20+64))
	r.clock.Advance(resumable.Kept + time.Hour)
	if c, err := r.Collect(t.Context()); err != nil || c.Orphans != 1 {
		t.Error(err, c)
	}
	if _, err := r.AddUploaded(t.Context(), clerk, need, report, left); !apperr.Is(err, apperr.Invalid) {
		t.Error(err)
	}
}

// The same content of one owner is kept once, of two owners twice; it goes when the last document goes.
func TestSameContentIsKeptOnce(t *testing.T) {
	r := newRig(t)
	data := textOf(900 << 10)
	add := func(actor domain.Actor, op string) domain.DocumentID {
		t.Helper()
		id, err := r.Add(t.Context(), actor, store.Operation{ID: op}, need, report, domain.Upload{Name: op + ".txt", Body: bytes.NewReader(data)})
		if err != nil {
			t.Fatal(err)
		}
		return id
	}
	first := add(clerk, "one")
	second := domain.DocumentID(r.arrive(t, clerk, "two.txt", data))
	if _, err := r.AddUploaded(t.Context(), clerk, need, report, string(second)); err != nil {
		t.Fatal(err)
	}
	if n := len(r.stored()); n != 1 {
		t.Fatalf("%d objects: %v", n, r.stored())
	}
	add(helper, "three")
	if n := len(r.stored()); n != 2 {
		t.Fatalf("%d objects for two owners", n)
	}
	for _, id := range []domain.DocumentID{first, second} {
		if err := r.Trash(t.Context(), clerk, store.Operation{ID: "trash" + string(id)}, id, 0, "Keliru."); err != nil {
			t.Fatal(err)
		}
		r.clock.Advance(31 * 24 * time.Hour)
		if _, err := r.Collect(t.Context()); err != nil {
			t.Fatal(err)
		}
		want := 2
		if id == second {
			want = 1
		}
		if n := len(r.stored()); n != want {
			t.Errorf("after %s went: %d objects, want %d", id, n, want)
		}
	}
}

func TestUploadsAreOnesOwn(t *testing.T) {
	r := newRig(t)
	id := r.arrive(t, clerk, "a.txt", textOf(100<<10))
	for name, actor := range map[string]domain.Actor{"public": public, "helper": helper, "secretariat": secretariat, "auditor": auditor} {
		if _, err := r.Arriving(t.Context(), actor, id); !apperr.Is(err, apperr.NotFound) {
			t.Error(name, err)
		}
	}
	if _, err := r.AddUploaded(t.Context(), helper, need, report, id); !apperr.Is(err, apperr.Invalid) {
		t.Error("taken by another:", err)
	}
	for name, c := range map[string]struct {
		actor domain.Actor
		file  string
		size  int64
		kind  apperr.Kind
	}{
		"public": {public, "a.txt", 1, apperr.SignIn}, "stranger": {other, "a.txt", 1, apperr.Forbidden}, "type": {clerk, "a.exe", 1, apperr.Invalid},
		"large": {clerk, "a.pdf", 64<<20 + 1, apperr.Invalid}, "empty": {clerk, "a.pdf", 0, apperr.BadRequest},
	} {
		if _, err := r.BeginUpload(t.Context(), c.actor, need, c.file, c.size); !apperr.Is(err, c.kind) {
			t.Error(name, err)
		}
	}
	r.thing.all.Store(true)
	if _, err := r.BeginUpload(t.Context(), clerk, need, "a.txt", 1); !apperr.Is(err, apperr.NotFound) {
		t.Error("for what is hidden:", err)
	}
}

// What is refused is not kept; what only wants other details is.
func TestRefusedUploads(t *testing.T) {
	r := newRig(t)
	bad := r.arrive(t, clerk, "a.pdf", textOf(100<<10))
	if _, err := r.AddUploaded(t.Context(), clerk, need, report, bad); !apperr.Is(err, apperr.Invalid) || len(r.stored()) != 0 {
		t.Error(err, r.stored())
	}
	numbers := r.arrive(t, clerk, "warga.csv", append(textOf(9<<20), []byte("NIK "+nik+"\n")...))
	if _, err := r.AddUploaded(t.Context(), clerk, need, report, numbers); !apperr.Is(err, apperr.Invalid) {
		t.Error(err)
	}
	if _, err := r.AddUploaded(t.Context(), clerk, need, Details{Type: domain.DocReport, Visibility: domain.VisibleParties}, numbers); err != nil {
		t.Error(err)
	}
	half, err := r.BeginUpload(t.Context(), clerk, need, "b.txt", 3<<20)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := r.AddUploaded(t.Context(), clerk, need, report, half); !apperr.Is(err, apperr.Invalid) || !strings.Contains(err.Error(), "upload_unfinished") {
		t.Error(err)
	}
}

// Whatever storage call breaks, sending the form again makes the document, with the right content and nothing beside it.
func TestUploadBrokenAtEveryCall(t *testing.T) {
	data, step := textOf(9<<20), 1
	if effort.Small() {
		step = 4 * effort.EveryUnderRace(3)
	}
	for nth := 1; ; nth += step {
		r := newRig(t)
		id := r.arrive(t, clerk, "a.txt", data)
		calls := 0
		broken := func(string) error {
			if calls++; calls == nth {
				return errBroken
			}
			return nil
		}
		r.blobs.Fail, r.failer.fail = broken, broken
		_, err := r.AddUploaded(t.Context(), clerk, need, report, id)
		reached := calls >= nth
		r.blobs.Fail, r.failer.fail = nil, nil
		if reached && apperr.Is(err, apperr.Invalid) {
			t.Fatalf("call %d: an outage looks like a fault of the file: %v", nth, err)
		}
		if _, err := r.AddUploaded(t.Context(), clerk, need, report, id); err != nil {
			t.Fatalf("call %d, again: %v", nth, err)
		}
		f, err := r.Open(t.Context(), public, domain.DocumentID(id), Wanted{})
		if err != nil {
			t.Fatal(err)
		}
		got, err := io.ReadAll(f.Body)
		if err := errors.Join(err, f.Body.Close()); err != nil || !bytes.Equal(got, data) || len(r.stored()) != 1 {
			t.Fatalf("call %d: %v, %d bytes, %v", nth, err, len(got), r.stored())
		}
		if !reached {
			t.Logf("%d calls", nth-1)
			return
		}
	}
}

// One form brings several files, some of them bad: the good ones are kept, the others named.
func TestFormWithSeveralFiles(t *testing.T) {
	s := newSite(t)
	meta := func(name string) string {
		b := base64.StdEncoding.EncodeToString
		return "filename " + b([]byte(name)) + ",for " + b([]byte(forValue(need)))
	}
	send := func(name string, data []byte) string {
		t.Helper()
		made := s.do(t, "clerk", "POST", "/uploads", nil, "Tus-Resumable", "1.0.0", "Upload-Length", strconv.Itoa(len(data)), "Upload-Metadata", meta(name))
		at := made.Header.Get("Location")
		if made.StatusCode != http.StatusCreated || !strings.HasPrefix(at, "/uploads/") {
			t.Fatal(made.StatusCode, at, made.body)
		}
		if got := s.do(t, "clerk", "PATCH", at, bytes.NewReader(data), "Tus-Resumable", "1.0.0", "Upload-Offset", "0", "Content-Type", "application/offset+octet-stream"); got.StatusCode != http.StatusNoContent {
			t.Fatal(got.StatusCode, got.body)
		}
		if got := s.do(t, "helper", "HEAD", at, nil, "Tus-Resumable", "1.0.0"); got.StatusCode != http.StatusNotFound {
			t.Error("another sees it:", got.StatusCode)
		}
		if got := s.do(t, "clerk", "HEAD", at, nil, "Tus-Resumable", "1.0.0"); got.StatusCode != http.StatusOK || got.Header.Get("Upload-Offset") != strconv.Itoa(len(data)) {
			t.Error(got.StatusCode, got.Header)
		}
		return strings.TrimPrefix(at, "/uploads/")
	}
	good, bad := send("baik.txt", textOf(70<<10)), send("rusak.pdf", textOf(70<<10+32))
	form := func(uploads ...string) url.Values {
		return url.Values{"_op": {"op1"}, "for": {forValue(need)}, "type": {"report"}, "visibility": {"public"}, "language": {"id"}, "title": {"Hanya satu"}, "upload": uploads}
	}
	post := func(v url.Values) answer {
		return s.do(t, "clerk", "POST", "/documents", strings.NewReader(v.Encode()), "Content-Type", "application/x-www-form-urlencoded")
	}
	got := post(form(good, bad))
	summary := got.doc.Find(".summary").Text()
	if got.StatusCode != http.StatusUnprocessableEntity || !strings.Contains(summary, "rusak.pdf") || strings.Contains(summary, "baik.txt") {
		t.Fatal(got.StatusCode, summary)
	}
	if kept := got.doc.Find("section .card").Text(); !strings.Contains(kept, "baik") {
		t.Error("does not say what was kept:", kept)
	}
	one, two := send("satu.txt", textOf(80<<10)), send("dua.txt", textOf(90<<10))
	if got := post(form(one, two)); got.StatusCode != http.StatusSeeOther || got.Header.Get("Location") != "/needs/n1#documents" {
		t.Error(got.StatusCode, got.Header.Get("Location"), got.body)
	}
	many := make([]string, filesMax+1)
	for i := range many {
		many[i] = fmt.Sprint("x", i)
	}
	if got := post(form(many...)); got.StatusCode != http.StatusUnprocessableEntity {
		t.Error("too many:", got.StatusCode)
	}
	if gone := s.do(t, "clerk", "DELETE", "/uploads/"+bad, nil, "Tus-Resumable", "1.0.0"); gone.StatusCode != http.StatusNotFound {
		t.Error("the refused one is there still:", gone.StatusCode)
	}
}

// A text is read in pieces: a number at the seam is found, a byte that is no text too.
func TestTextInPieces(t *testing.T) {
	long := strings.Repeat("é", textWindow)
	for name, c := range map[string]struct {
		text    string
		numbers int
		refused bool
	}{
		"one line of two-byte letters": {long, 0, false},
		"number behind many lines":     {strings.Repeat("baris\n", textWindow) + "NIK " + nik, 1, false},
		"no text at the end":           {strings.Repeat("baris\n", textWindow) + "\x00", 0, true},
	} {
		got, err := look(t, "a.txt", []byte(c.text))
		if (err != nil) != c.refused || err == nil && (len(got.Personal) != c.numbers || got.Size() != int64(len(c.text))) {
			t.Errorf("%s: %v, %d numbers, %d bytes", name, err, len(got.Personal), got.Size())
		}
	}
}
