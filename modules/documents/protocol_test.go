package documents

import (
	"strings"
	"sync"
	"testing"
	"time"

	"gotong/modules/domain"
	"gotong/modules/kit/apperr"
	"gotong/modules/kit/store"
)

func TestAdd(t *testing.T) {
	r := newRig(t)
	id := r.add(t, clerk, "op1", domain.VisiblePublic)
	v, err := r.Get(t.Context(), public, id)
	if err != nil {
		t.Fatal(err)
	}
	d := v.Document
	if d.Status != Ready || d.MediaType != "text/plain; charset=utf-8" || d.FileName != "berita acara.txt" || d.Size != 20 ||
		d.Organization != village || d.Region != "61.01.08.2007" || d.Uploader != "clerk" || len(d.SHA256) != 64 {
		t.Errorf("stored as %+v", d)
	}
	keys := r.stored()
	if len(keys) != 1 || !strings.HasPrefix(keys[0], "documents/"+string(id)+"/") || strings.Contains(keys[0], "berita") {
		t.Errorf("objects %v", keys)
	}
	if ids, err := r.IDsOf(t.Context(), need); err != nil || len(ids) != 1 || ids[0] != string(id) {
		t.Errorf("documents of the need: %v, %v", ids, err)
	}
	has, err := r.Has(t.Context(), need, domain.DocPlanPage, domain.DocMinutes)
	if err != nil || !has {
		t.Errorf("has minutes: %v, %v", has, err)
	}
	if has, _ := r.Has(t.Context(), need, domain.DocPhoto); has {
		t.Error("has a photo that nobody added")
	}
	if has, _ := r.Has(t.Context(), domain.Ref{Kind: domain.KindNeed, ID: "n2"}); has {
		t.Error("another need has documents")
	}
}

func TestWhoMayAdd(t *testing.T) {
	r := newRig(t)
	add := func(actor domain.Actor, ref domain.Ref) error {
		_, err := r.Add(t.Context(), actor, op("x"), ref, minutes(domain.VisibleParties), text("a.txt", "isi"))
		return err
	}
	wantKind(t, "the public", add(public, need), apperr.SignIn)
	wantKind(t, "a stranger", add(other, need), apperr.Forbidden)
	wantKind(t, "a viewer", add(villager, need), apperr.Forbidden)
	wantKind(t, "an unknown need", add(clerk, domain.Ref{Kind: domain.KindNeed, ID: "n2"}), apperr.NotFound)
	wantKind(t, "an unknown kind", add(clerk, domain.Ref{Kind: "spaceship", ID: "n1"}), apperr.NotFound)
	wantKind(t, "a document", add(clerk, domain.Ref{Kind: domain.KindDocument, ID: "n1"}), apperr.NotFound)
	r.thing.hide("clerk")
	wantKind(t, "a hidden need", add(clerk, need), apperr.NotFound)
	if keys := r.stored(); len(keys) > 0 {
		t.Errorf("objects were stored: %v", keys)
	}
}

func TestSameOperation(t *testing.T) {
	r := newRig(t)
	var wg sync.WaitGroup
	ids := make([]domain.DocumentID, 20)
	errs := make([]error, 20)
	for i := range ids {
		wg.Go(func() {
			ids[i], errs[i] = r.Add(t.Context(), clerk, op("twice"), need, minutes(domain.VisiblePublic), text("a.txt", "satu isi"))
		})
	}
	wg.Wait()
	for i, err := range errs {
		if err != nil || ids[i] != ids[0] {
			t.Errorf("post %d: %s, %v", i, ids[i], err)
		}
	}
	if n := r.settled(t); n != 1 {
		t.Errorf("%d documents of one operation", n)
	}
	_, err := r.Add(t.Context(), clerk, op("twice"), need, minutes(domain.VisiblePublic), text("a.txt", "lain isi"))
	wantKind(t, "other content under the same operation", err, apperr.Conflict)
	_, err = r.Add(t.Context(), clerk, store.Operation{}, need, minutes(domain.VisiblePublic), text("a.txt", "x"))
	wantKind(t, "no operation", err, apperr.BadRequest)
	if n := len(r.stored()); n != 1 {
		t.Errorf("%d objects", n)
	}
}

func TestAttachSeveralTypesInOneForm(t *testing.T) {
	r := newRig(t)
	ids := map[domain.DocumentID]bool{}
	for range 2 {
		for _, typ := range []domain.DocumentType{domain.DocMinutes, domain.DocPlanPage} {
			id, err := r.Attach(t.Context(), clerk, op("form"), need, typ, domain.VisibleParties, text("berkas.txt", "isi"))
			if err != nil {
				t.Fatal(err)
			}
			ids[id.ID] = true
		}
	}
	if len(ids) != 2 {
		t.Errorf("%d documents", len(ids))
	}
	wantKindAttach := func(what string, o store.Operation) {
		_, err := r.Attach(t.Context(), clerk, o, need, domain.DocMinutes, domain.VisibleParties, text("berkas.txt", "isi"))
		wantKind(t, what, err, apperr.BadRequest)
	}
	wantKindAttach("no operation", store.Operation{})
}

// A storage call fails, before or after its effect: nothing half done stays, and the repeated form ends as one document.
func TestFailpoints(t *testing.T) {
	points := map[string]bool{}
	for n := 1; ; n++ {
		r := newRig(t)
		fail, calls, where := nth(n)
		r.failer.fail, r.blobs.Fail = fail, fail
		_, err := r.Add(t.Context(), clerk, op("op"), need, minutes(domain.VisiblePublic), text("a.txt", "isi"))
		r.failer.fail, r.blobs.Fail = nil, nil
		if *calls < n {
			if err != nil {
				t.Fatalf("without a failure: %v", err)
			}
			break
		}
		points[*where] = true
		if err == nil {
			t.Errorf("%s: the failure was swallowed", *where)
		} else {
			wantKind(t, *where, err, apperr.Unavailable)
		}
		t.Run("left alone/"+*where, func(t *testing.T) {
			if left := r.settled(t); left > 1 {
				t.Errorf("%d documents", left)
			}
		})
		t.Run("then repeated/"+*where, func(t *testing.T) {
			if _, err := r.Add(t.Context(), clerk, op("op"), need, minutes(domain.VisiblePublic), text("a.txt", "isi")); err != nil {
				t.Fatalf("repeat: %v", err)
			}
			if left := r.settled(t); left != 1 {
				t.Errorf("%d documents", left)
			}
		})
		t.Run("repeated at once/"+*where, func(t *testing.T) {
			r := newRig(t)
			fail, _, _ := nth(n)
			r.failer.fail, r.blobs.Fail = fail, fail
			if _, err := r.Add(t.Context(), clerk, op("op"), need, minutes(domain.VisiblePublic), text("a.txt", "isi")); err == nil {
				t.Fatal("no failure")
			}
			r.failer.fail, r.blobs.Fail = nil, nil
			id := r.add2(t)
			if _, err := r.Get(t.Context(), public, id); err != nil {
				t.Error(err)
			}
			if n := r.settled(t); n != 1 {
				t.Errorf("%d documents", n)
			}
		})
	}
	for _, point := range []string{"get record", "insert before", "insert after", "put before", "put after", "stat before", "replace before", "replace after"} {
		if !points[point] {
			t.Errorf("no failure was tried at %q", point)
		}
	}
}

func (r *rig) add2(t *testing.T) domain.DocumentID {
	t.Helper()
	id, err := r.Add(t.Context(), clerk, op("op"), need, minutes(domain.VisiblePublic), text("a.txt", "isi"))
	if err != nil {
		t.Fatal(err)
	}
	return id
}

// The collector itself fails at each call: the next run ends clean, and no ready document ever loses its object.
func TestCollectorFailpoints(t *testing.T) {
	for n := 1; ; n++ {
		r := newRig(t)
		kept := r.add(t, clerk, "kept", domain.VisiblePublic)
		for _, point := range []string{"put after", "replace before"} {
			fail := func(p string) error {
				if p == point {
					return errBroken
				}
				return nil
			}
			r.failer.fail, r.blobs.Fail = fail, fail
			if _, err := r.Add(t.Context(), clerk, op(point), need, minutes(domain.VisiblePublic), text("a.txt", point)); err == nil {
				t.Fatal("no failure")
			}
			r.failer.fail, r.blobs.Fail = nil, nil
		}
		r.clock.Advance(grace + time.Minute)
		fail, calls, where := nth(n)
		r.failer.fail, r.blobs.Fail = fail, fail
		_, err := r.Collect(t.Context())
		r.failer.fail, r.blobs.Fail = nil, nil
		if *calls < n {
			if err != nil {
				t.Fatal(err)
			}
			return
		}
		wantKind(t, *where, err, apperr.Unavailable)
		if *where == "list after" && len(r.stored()) != 3 {
			t.Error("objects were deleted after a listing that broke off")
		}
		if n := r.settled(t); n != 1 {
			t.Errorf("%s: %d documents", *where, n)
		}
		if _, err := r.Open(t.Context(), public, kept, Wanted{}); err != nil {
			t.Errorf("%s: %v", *where, err)
		}
	}
}

func TestCollectorLeavesAlone(t *testing.T) {
	r := newRig(t)
	r.blobs.Fail = func(p string) error {
		if p == "put after" {
			return errBroken
		}
		return nil
	}
	if _, err := r.Add(t.Context(), clerk, op("running"), need, minutes(domain.VisiblePublic), text("a.txt", "isi")); err == nil {
		t.Fatal("no failure")
	}
	r.blobs.Fail = nil
	if c, err := r.Collect(t.Context()); err != nil || c != (Collected{}) {
		t.Errorf("an upload that may still run was collected: %+v, %v", c, err)
	}
	r.add(t, clerk, "running2", domain.VisiblePublic)
	r.clock.Advance(grace + time.Minute)
	c, err := r.Collect(t.Context())
	if err != nil || c.Abandoned != 1 || c.Orphans != 1 {
		t.Errorf("collected %+v, %v", c, err)
	}
}

// A portal that was pointed at another database must not empty the object store.
func TestCollectorStopsAtAWrongDatabase(t *testing.T) {
	full, empty := newRig(t), newRig(t)
	for i := range suspicious + 1 {
		full.add(t, clerk, strings.Repeat("x", i+1), domain.VisiblePublic)
	}
	empty.Service.blobs = full.blobs
	empty.clock.Advance(grace + time.Hour)
	if _, err := empty.Collect(t.Context()); err == nil {
		t.Error("collected")
	}
	if n := len(full.stored()); n != suspicious+1 {
		t.Errorf("%d objects are left", n)
	}
}

func TestTrashIsPurgedAfterThirtyDays(t *testing.T) {
	r := newRig(t)
	id := r.add(t, clerk, "op", domain.VisiblePublic)
	if err := r.Trash(t.Context(), clerk, op("del"), id, r.version(t, id), "salah berkas"); err != nil {
		t.Fatal(err)
	}
	if n := r.settled(t); n != 1 {
		t.Errorf("%d documents the same day", n)
	}
	r.clock.Advance(trashKept)
	if n := r.settled(t); n != 0 || len(r.blobs.Keys()) != 0 {
		t.Errorf("%d documents, objects %v", n, r.stored())
	}
}
