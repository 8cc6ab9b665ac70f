package documents

import (
	"strings"
	"testing"

	"gotong/modules/domain"
	"gotong/modules/kit/apperr"
	"gotong/modules/kit/store"
)

// What is lost or damaged is found, mended where the same content stands elsewhere, and else said.
func TestCheckFindsAndMends(t *testing.T) {
	r := newRig(t)
	lost, spoilt, alone := r.added(t, "hilang", domain.VisiblePublic), r.added(t, "rusak", domain.VisiblePublic), r.added(t, "sendiri", domain.VisiblePublic)
	for _, content := range []string{"hilang", "rusak"} { // of another owner, so stored again
		if _, err := r.Add(t.Context(), helper, op("twin "+content), need, report, text("a.txt", content)); err != nil {
			t.Fatal(err)
		}
	}
	key := func(id domain.DocumentID) string { return r.stands(t, id).Object }
	r.blobs.Lose(key(lost))
	r.blobs.Spoil(key(spoilt))
	r.blobs.Lose(key(alone))
	look := func(care Care) (found map[string]Trouble) {
		t.Helper()
		found = map[string]Trouble{}
		if n, err := r.CheckContents(t.Context(), care, func(x Trouble) { found[x.Document] = x }); err != nil || n != 5 {
			t.Fatal(n, err)
		}
		return found
	}
	if f := look(Care{Quick: true}); len(f) != 2 || f[string(lost)].What != TroubleMissing || f[string(alone)].What != TroubleMissing {
		t.Errorf("quick: %+v", f)
	}
	if f := look(Care{}); len(f) != 3 || f[string(spoilt)].What != TroubleWrong || f[string(spoilt)].Repaired {
		t.Errorf("%+v", f)
	}
	if f := look(Care{Repair: true}); len(f) != 3 || !f[string(lost)].Repaired || !f[string(spoilt)].Repaired || f[string(alone)].Repaired {
		t.Errorf("repair: %+v", f)
	}
	if f := look(Care{}); len(f) != 1 || f[string(alone)].What != TroubleMissing || f[string(alone)].Title == "" {
		t.Errorf("after: %+v", f)
	}
	if got := string(r.blobs.Content(key(spoilt))); got != "rusak" {
		t.Errorf("%q", got)
	}
	if r.blobs.Open() != 0 {
		t.Error("readers are open")
	}
}

// Held documents are held in the object store too, each version, and a shared content until the last lets go.
func TestHoldReachesTheObjects(t *testing.T) {
	r := newRig(t)
	one, two := r.added(t, "satu", domain.VisibleParties), r.added(t, "dua", domain.VisibleParties)
	if err := r.Renew(t.Context(), clerk, op("same"), two, r.version(t, two), renewal("satu", "Sama.")); err != nil {
		t.Fatal(err)
	}
	shared, own := r.stands(t, one).Object, r.stands(t, two).Versions[0].Object
	if shared != r.stands(t, two).Object {
		t.Fatal("the same content is stored twice")
	}
	step := func(what string, err error, sharedHeld, ownHeld bool) {
		t.Helper()
		if err != nil || r.blobs.Held(shared) != sharedHeld || r.blobs.Held(own) != ownHeld {
			t.Errorf("%s: %v, shared %t, own %t", what, err, r.blobs.Held(shared), r.blobs.Held(own))
		}
	}
	keep := func(id domain.DocumentID, name string) error {
		return r.Keep(t.Context(), secretariat, op(name), id, r.version(t, id), "Sengketa.")
	}
	step("one", keep(one, "k1"), true, false)
	step("two", keep(two, "k2"), true, true)
	step("one again", r.LetGo(t.Context(), secretariat, op("l1"), one, r.version(t, one)), true, true)
	if err := r.Renew(t.Context(), clerk, op("new"), two, r.version(t, two), renewal("tiga", "Baru.")); err != nil || !r.blobs.Held(r.stands(t, two).Object) {
		t.Error("a new version of a held document:", err)
	}
	step("two again", r.LetGo(t.Context(), secretariat, op("l2"), two, r.version(t, two)), false, false)
	// The store breaks after the hold is known: the same form again finishes it.
	r.blobs.Fail = func(point string) error {
		if point == "hold before" {
			return errBroken
		}
		return nil
	}
	at := r.version(t, one)
	err := r.Keep(t.Context(), secretariat, op("k3"), one, at, "Sengketa.")
	wantKind(t, "broken", err, apperr.Unavailable)
	r.blobs.Fail = nil
	step("repeated", r.Keep(t.Context(), secretariat, op("k3"), one, at, "Sengketa."), true, false)
}

// An organisation's documents have so much room: what has none is refused before it comes and again at its end, and what
// is removed gives its room back.
func TestRoomOfAnOrganisation(t *testing.T) {
	r := newRig(t)
	r.quota = 100
	add := func(name string, size int) (domain.DocumentID, error) {
		return r.Add(t.Context(), clerk, op(name), need, report, text(name+".txt", name+strings.Repeat("x", size-len(name))))
	}
	first, err := add("satu", 60)
	if err != nil {
		t.Fatal(err)
	}
	_, err = add("besar", 41)
	wantField(t, "too large", err, "file", "documents.error.room")
	if _, err := r.BeginUpload(t.Context(), clerk, need, "a.txt", 41); err == nil {
		t.Error("an upload without room begins")
	}
	if _, err := r.Add(t.Context(), clerk, op("sama"), need, report, text("sama.txt", "satu"+strings.Repeat("x", 36))); err != nil {
		t.Error("exactly full:", err)
	}
	if _, err := r.Add(t.Context(), helper, op("lain"), need, report, text("lain.txt", strings.Repeat("y", 90))); err != nil {
		t.Error("another organisation:", err)
	}
	// Two that began while there was room: the second to end has none, and can be sent again once there is.
	if err := r.Trash(t.Context(), clerk, op("t"), first, r.version(t, first), "Ganti."); err != nil {
		t.Fatal(err)
	}
	_, err = add("belum", 40)
	wantField(t, "the trash counts", err, "file", "documents.error.room")
	r.clock.Advance(trashKept + grace)
	if _, err := r.Collect(t.Context()); err != nil {
		t.Fatal(err)
	}
	one, two := r.arrive(t, clerk, "a.txt", []byte(strings.Repeat("a", 40))), r.arrive(t, clerk, "b.txt", []byte(strings.Repeat("b", 40)))
	if _, err := r.AddUploaded(t.Context(), clerk, need, report, one); err != nil {
		t.Fatal(err)
	}
	_, err = r.AddUploaded(t.Context(), clerk, need, report, two)
	wantField(t, "the second", err, "file", "documents.error.room")
	if err := r.Drop(t.Context(), []domain.DocumentID{domain.DocumentID(one)}); err != nil {
		t.Fatal(err)
	}
	if _, err := r.AddUploaded(t.Context(), clerk, need, report, two); err != nil {
		t.Error("after room was made:", err)
	}
	id, err := r.Add(t.Context(), clerk, op("v"), need, report, text("v.txt", "v"))
	if err != nil {
		t.Fatal(err)
	}
	err = r.Renew(t.Context(), clerk, op("r"), id, r.version(t, id), renewal(strings.Repeat("z", 40), "Besar."))
	wantField(t, "a version", err, "file", "documents.error.room")
	if got, err := r.roomOf(t.Context(), village); err != nil || got.Bytes != 81 || got.Documents != 3 {
		t.Errorf("%+v %v", got, err)
	}
	n, err := r.records.Count(t.Context(), listSweep, store.KeyOf(string(Pending)))
	if err != nil || n != 0 {
		t.Errorf("%d documents are left pending, %v", n, err)
	}
}

func TestRoomIsShown(t *testing.T) {
	s := newSite(t)
	s.quota = 10 << 20
	if _, err := s.Add(t.Context(), clerk, op("a"), need, report, text("a.txt", strings.Repeat("x", 900<<10))); err != nil {
		t.Fatal(err)
	}
	page := s.do(t, "clerk", "GET", "/documents/new?for="+forValue(need), nil)
	bar := page.doc.Find(".room")
	if v, _ := bar.Find("progress").Attr("value"); v != "1" || !strings.Contains(bar.Text(), "Org village") || !strings.Contains(bar.Text(), "10,0 MB") {
		t.Errorf("%s", bar.Text())
	}
	if left, _ := page.doc.Find(".pieces").Attr("data-left"); left != "9564160" {
		t.Error(left)
	}
	got := s.upload(t, "clerk", map[string][]string{"_op": {"o"}, "for": {forValue(need)}, "type": {"report"}, "visibility": {"public"}, "language": {"id"}}, "b.txt", []byte(strings.Repeat("y", 900<<10)))
	if got.StatusCode != 303 {
		t.Error(got.StatusCode)
	}
	s.quota = 1 << 20
	got = s.upload(t, "clerk", map[string][]string{"_op": {"o2"}, "for": {forValue(need)}, "type": {"report"}, "visibility": {"public"}, "language": {"id"}}, "c.txt", []byte("z"))
	if text := got.doc.Find(".summary").Text(); got.StatusCode != 422 || !strings.Contains(text, "dari 1 MB sudah terpakai") {
		t.Error(got.StatusCode, text)
	}
}
