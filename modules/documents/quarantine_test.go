package documents

import (
	"strings"
	"testing"

	"gotong/modules/domain"
	"gotong/modules/kit/apperr"
	"gotong/modules/kit/clamd"
	"gotong/modules/kit/clamd/clamdtest"
	"gotong/modules/kit/store"
)

// Every state of a document meets every finding: only a ready one with a clean content is open.
func TestFindingDecidesWhatIsOpen(t *testing.T) {
	for _, status := range []Status{Pending, Ready, Quarantined, Trashed} {
		for _, before := range []Finding{"", Unscanned, "Win.Test"} {
			for _, after := range []Finding{"", Unscanned, "Win.Other"} {
				d := Document{Status: status, SHA256: "a", Finding: before, Versions: []Version{{SHA256: "b", Finding: before}}}
				got, changed := d.found("a", after, d.Since)
				want := status
				if (status == Ready || status == Quarantined) && before != after {
					want = Ready
					if after != "" {
						want = Quarantined
					}
				}
				if got.Status != want || got.Finding != after || changed != (before != after) || got.Versions[0].Finding != before {
					t.Errorf("%s %q became %s %q, %t", status, before, got.Status, got.Finding, changed)
				}
				old, changed := d.found("b", after, d.Since)
				if old.Status != status || old.Finding != before || old.Versions[0].Finding != after || changed != (before != after) || d.Versions[0].Finding != before {
					t.Errorf("an old version of %s: %+v", status, old)
				}
			}
		}
	}
}

func (r *rig) stands(t *testing.T, id domain.DocumentID) Document {
	t.Helper()
	doc, err := r.records.Get(t.Context(), string(id))
	if err != nil {
		t.Fatal(err)
	}
	return doc.Body
}

// New signatures find what the old ones let pass, in current and in older contents; a corrected signature opens it again.
func TestNewSignaturesAreHeldAgainstWhatIsKept(t *testing.T) {
	r := newRig(t)
	d := clamdtest.Start(t, 4<<20)
	r.scanner = clamd.New(d.Address)
	bad, good, renewed := r.added(t, "makro jahat", domain.VisiblePublic), r.added(t, "biasa", domain.VisiblePublic), r.added(t, "makro jahat lagi", domain.VisiblePublic)
	if err := r.Renew(t.Context(), clerk, store.Operation{ID: "r"}, renewed, 0, renewal("bersih", "Dibersihkan.")); err != nil {
		t.Fatal(err)
	}
	rescan := func(want Rescanned) {
		t.Helper()
		if done, err := r.Rescan(t.Context()); err != nil || done != want {
			t.Fatalf("%+v %v, want %+v", done, err, want)
		}
	}
	rescan(Rescanned{Looked: 4})
	rescan(Rescanned{}) // the same signatures
	d.Learn("Doc.Test.Jahat", "makro jahat")
	rescan(Rescanned{Looked: 4, Withheld: 1})
	if x := r.stands(t, bad); x.Status != Quarantined || x.Finding != "Doc.Test.Jahat" {
		t.Errorf("%+v", x)
	}
	for name, actor := range map[string]domain.Actor{"owner": clerk, "secretariat": secretariat, "public": public} {
		if _, err := r.Open(t.Context(), actor, bad, Wanted{}); !apperr.Is(err, apperr.NotFound) {
			t.Errorf("%s opens it: %v", name, err)
		}
	}
	if _, err := r.Open(t.Context(), public, good, Wanted{HeadOnly: true}); err != nil {
		t.Error(err)
	}
	if _, err := r.Open(t.Context(), public, renewed, Wanted{HeadOnly: true}); err != nil {
		t.Error("the clean version of a document whose older one is harmful:", err)
	}
	old := r.stands(t, renewed).Versions[0].SHA256
	if _, err := r.Open(t.Context(), clerk, renewed, Wanted{Version: old}); !apperr.Is(err, apperr.NotFound) {
		t.Error("a harmful older version opens:", err)
	}
	err := r.Reinstate(t.Context(), clerk, op("back"), renewed, r.version(t, renewed), old, "Kembali.")
	wantField(t, "a harmful version reinstated", err, "why", "documents.error.version_quarantined")

	// Thrown away and restored it is in quarantine still; a clean version ends it.
	if err := r.Trash(t.Context(), clerk, op("t"), bad, r.version(t, bad), "Berbahaya."); err != nil {
		t.Fatal(err)
	}
	if err := r.Restore(t.Context(), clerk, op("u"), bad, r.version(t, bad)); err != nil || r.stands(t, bad).Status != Quarantined {
		t.Fatal(err, r.stands(t, bad).Status)
	}
	if has, err := r.Has(t.Context(), need, domain.DocReport); err != nil || !has {
		t.Error(has, err)
	}
	d.Forget()
	rescan(Rescanned{Looked: 4, Opened: 1})
	if _, err := r.Open(t.Context(), public, bad, Wanted{HeadOnly: true}); err != nil {
		t.Error("after the correction:", err)
	}
	d.Learn("Doc.Test.Jahat", "makro jahat")
	rescan(Rescanned{Looked: 4, Withheld: 1})
	if err := r.Renew(t.Context(), clerk, op("clean"), bad, r.version(t, bad), renewal("sudah bersih", "Dibersihkan.")); err != nil {
		t.Fatal(err)
	}
	if x := r.stands(t, bad); x.Status != Ready || x.Finding != "" || x.Versions[0].Finding != "Doc.Test.Jahat" {
		t.Errorf("%+v", x)
	}
}

// A run that breaks off at any storage call goes on at the next, and nothing harmful is left open in the end.
func TestRescanBrokenAtEveryCall(t *testing.T) {
	for nth := 1; ; nth++ {
		r := newRig(t)
		d := clamdtest.Start(t, 4<<20)
		r.scanner = clamd.New(d.Address)
		for _, text := range []string{"makro jahat", "biasa", "makro jahat lagi"} {
			r.added(t, text, domain.VisiblePublic)
		}
		d.Learn("Doc.Test.Jahat", "makro jahat")
		calls := 0
		broken := func(string) error {
			if calls++; calls == nth {
				return errBroken
			}
			return nil
		}
		r.blobs.Fail, r.failer.fail = broken, broken
		_, err := r.Rescan(t.Context())
		reached := calls >= nth
		r.blobs.Fail, r.failer.fail = nil, nil
		if reached && !apperr.Is(err, apperr.Unavailable) {
			t.Errorf("call %d: %v", nth, err)
		}
		if _, err := r.Rescan(t.Context()); err != nil {
			t.Fatal(err)
		}
		held := 0
		_ = r.records.Each(t.Context(), func(doc store.Doc[Document]) error {
			if strings.Contains(string(doc.Body.Finding), "Jahat") && doc.Body.Status == Quarantined {
				held++
			}
			return nil
		})
		if held != 2 || r.blobs.Open() != 0 {
			t.Fatalf("call %d: %d of 2 withheld, %d readers open", nth, held, r.blobs.Open())
		}
		if !reached {
			t.Logf("%d calls", nth-1)
			return
		}
	}
}
