package documents

import (
	"testing"

	"gotong/modules/domain"
	"gotong/modules/kit/apperr"
)

// Who reads what, while the need is open to all.
func TestVisibility(t *testing.T) {
	r := newRig(t)
	everyone := map[string]domain.Actor{"public": public, "clerk": clerk, "villager": villager, "helper": helper, "other": other,
		"unverified": unverified, "loner": loner, "verifier": verifier, "secretariat": secretariat, "auditor": auditor}
	reads := map[domain.Visibility]map[string]bool{
		domain.VisiblePublic: {"public": true, "clerk": true, "villager": true, "helper": true, "other": true, "unverified": true, "loner": true,
			"verifier": true, "secretariat": true, "auditor": true},
		domain.VisiblePartners:     {"clerk": true, "villager": true, "helper": true, "other": true, "verifier": true, "secretariat": true, "auditor": true},
		domain.VisibleParties:      {"clerk": true, "villager": true, "helper": true, "verifier": true, "secretariat": true, "auditor": true},
		domain.VisibleOrganization: {"clerk": true, "villager": true, "secretariat": true, "auditor": true},
	}
	for v, allowed := range reads {
		id := r.add(t, clerk, "op-"+string(v), v)
		for name, actor := range everyone {
			_, err := r.Get(t.Context(), actor, id)
			_, fileErr := r.Open(t.Context(), actor, id, Wanted{})
			_, ready, _, listErr := r.Of(t.Context(), actor, need)
			listed := false
			for _, view := range ready {
				listed = listed || view.ID == id
			}
			if allowed[name] {
				if err != nil || fileErr != nil || listErr != nil || !listed {
					t.Errorf("%s cannot read %s: page %v, file %v, list %v %v", name, v, err, fileErr, listErr, listed)
				}
				continue
			}
			wantKind(t, name+" reads the page of "+string(v), err, apperr.NotFound)
			wantKind(t, name+" reads the file of "+string(v), fileErr, apperr.NotFound)
			if listed {
				t.Errorf("%s sees %s in the list", name, v)
			}
		}
	}
}

// A document never outlives the visibility of what it belongs to.
func TestHiddenParent(t *testing.T) {
	r := newRig(t)
	id := r.add(t, clerk, "op", domain.VisiblePublic)
	r.thing.hide("", "other")
	for name, actor := range map[string]domain.Actor{"public": public, "other": other} {
		_, err := r.Get(t.Context(), actor, id)
		wantKind(t, name+": page", err, apperr.NotFound)
		_, err = r.Open(t.Context(), actor, id, Wanted{})
		wantKind(t, name+": file", err, apperr.NotFound)
		views, _, err := r.Library(t.Context(), actor, Filter{})
		if err != nil || len(views) != 0 {
			t.Errorf("%s: library has %v, %v", name, views, err)
		}
		_, _, _, err = r.Of(t.Context(), actor, need)
		wantKind(t, name+": panel", err, apperr.NotFound)
		_, err = (resolver{r.Service}).Resolve(t.Context(), actor, string(id))
		wantKind(t, name+": resolver", err, apperr.NotFound)
		if _, ok, err := r.Indexed(t.Context(), id); ok || err != nil {
			t.Errorf("the search may know of it: %v", err)
		}
	}
	if views, _, err := r.Library(t.Context(), clerk, Filter{}); err != nil || len(views) != 1 {
		t.Errorf("the owner's library has %v, %v", views, err)
	}
}

func TestFlipCountsAtOnce(t *testing.T) {
	r := newRig(t)
	id := r.add(t, clerk, "op", domain.VisiblePublic)
	if _, err := r.Open(t.Context(), public, id, Wanted{}); err != nil {
		t.Fatal(err)
	}
	narrow := minutes(domain.VisibleParties)
	if err := r.Describe(t.Context(), clerk, op("flip"), id, r.version(t, id), narrow); err != nil {
		t.Fatal(err)
	}
	_, err := r.Open(t.Context(), public, id, Wanted{})
	wantKind(t, "the public's next request", err, apperr.NotFound)
	if views, _, _ := r.Library(t.Context(), public, Filter{}); len(views) != 0 {
		t.Error("still in the library")
	}
	former := helper
	if _, err := r.Open(t.Context(), former, id, Wanted{}); err != nil {
		t.Errorf("a party: %v", err)
	}
	former.Memberships = nil // left the organisation
	_, err = r.Open(t.Context(), former, id, Wanted{})
	wantKind(t, "a former member", err, apperr.NotFound)
}

func TestChanges(t *testing.T) {
	r := newRig(t)
	id := r.add(t, clerk, "op", domain.VisiblePublic)
	v := r.version(t, id)
	describe := func(actor domain.Actor, operation string, version int64) error {
		d := minutes(domain.VisiblePublic)
		d.Title = "Judul dari " + operation
		return r.Describe(t.Context(), actor, op(operation), id, version, d)
	}
	wantKind(t, "the public", describe(public, "a", v), apperr.SignIn)
	wantKind(t, "a viewer", describe(villager, "a", v), apperr.Forbidden)
	wantKind(t, "another party", describe(helper, "a", v), apperr.Forbidden)
	wantKind(t, "the auditor", describe(auditor, "a", v), apperr.Forbidden)
	if err := describe(clerk, "b", v); err != nil {
		t.Fatal(err)
	}
	if err := describe(clerk, "b", v); err != nil {
		t.Errorf("the same form again: %v", err)
	}
	wantKind(t, "a late form", describe(clerk, "c", v), apperr.Conflict)
	if got := r.version(t, id); got != v+1 {
		t.Errorf("version %d after one change of %d", got, v)
	}
	if err := describe(secretariat, "d", r.version(t, id)); err != nil {
		t.Errorf("the secretariat: %v", err)
	}
	bad := minutes("everyone")
	bad.Title = ""
	bad.Description = "NIK 6101082512850001"
	err := r.Describe(t.Context(), clerk, op("e"), id, r.version(t, id), bad)
	wantField(t, "visibility", err, "visibility", "documents.error.choose_visibility")
	wantField(t, "description", err, "description", "documents.error.personal_text")
}

func TestTrashAndRestore(t *testing.T) {
	r := newRig(t)
	id := r.add(t, clerk, "op", domain.VisiblePublic)
	v := r.version(t, id)
	wantField(t, "no reason", r.Trash(t.Context(), clerk, op("x"), id, v, " "), "reason", "documents.error.reason")
	wantKind(t, "another party", r.Trash(t.Context(), helper, op("x"), id, v, "tidak suka"), apperr.Forbidden)
	for range 2 {
		if err := r.Trash(t.Context(), clerk, op("del"), id, v, "salah berkas"); err != nil {
			t.Fatal(err)
		}
	}
	wantKind(t, "a second deletion", r.Trash(t.Context(), clerk, op("del2"), id, r.version(t, id), "lagi"), apperr.Conflict)
	for name, actor := range map[string]domain.Actor{"public": public, "villager": villager, "helper": helper, "auditor": auditor} {
		_, err := r.Get(t.Context(), actor, id)
		wantKind(t, name+" reads the trash", err, apperr.NotFound)
	}
	_, err := r.Open(t.Context(), clerk, id, Wanted{})
	wantKind(t, "the file in the trash", err, apperr.NotFound)
	if has, _ := r.Has(t.Context(), need, domain.DocMinutes); has {
		t.Error("what was thrown away still counts")
	}
	if _, _, trashed, err := r.Of(t.Context(), clerk, need); err != nil || len(trashed) != 1 {
		t.Errorf("the owner's trash: %v, %v", trashed, err)
	}
	if _, _, trashed, _ := r.Of(t.Context(), helper, need); len(trashed) != 0 {
		t.Error("others see the trash")
	}
	if err := r.Restore(t.Context(), clerk, op("undo"), id, r.version(t, id)); err != nil {
		t.Fatal(err)
	}
	if _, err := r.Open(t.Context(), public, id, Wanted{}); err != nil {
		t.Errorf("after restoring: %v", err)
	}
}

func TestReadingsOfWhatIsNotPublicAreKnown(t *testing.T) {
	r := newRig(t)
	log := &accesses{}
	r.access = log
	open, closed := r.add(t, clerk, "a", domain.VisiblePublic), r.add(t, clerk, "b", domain.VisibleParties)
	for _, id := range []domain.DocumentID{open, closed} {
		if _, err := r.Open(t.Context(), helper, id, Wanted{}); err != nil {
			t.Fatal(err)
		}
	}
	if len(log.seen) != 1 || log.seen[0].Document != closed || log.seen[0].Account != "helper" || log.seen[0].Owner != village {
		t.Errorf("known: %+v", log.seen)
	}
	log.err = apperr.New(apperr.Unavailable, "error.unavailable")
	before := r.blobs.Open()
	_, err := r.Open(t.Context(), helper, closed, Wanted{})
	wantKind(t, "the log is down", err, apperr.Unavailable)
	if r.blobs.Open() != before {
		t.Error("the content was opened before the reading was known")
	}
	r.thing.private.Store(true) // open to signed-in people only: a reading of it is known too
	log.err = nil
	if _, err := r.Open(t.Context(), helper, open, Wanted{}); err != nil || len(log.seen) != 2 {
		t.Errorf("known: %d, %v", len(log.seen), err)
	}
}
