package documents

import (
	"testing"
	"time"

	"gotong/modules/domain"
	"gotong/modules/kit/apperr"
)

// Who may change a document, and auditors, see by which organisations its files were read, the newest first and page by page;
// nobody else does, and no name of a person is in it.
func TestReadingsAreListedForTheOwner(t *testing.T) {
	r := newRig(t)
	id := r.add(t, clerk, "surat", domain.VisibleParties)
	other := r.add(t, clerk, "lain", domain.VisibleParties)
	read := func(actor domain.Actor, id domain.DocumentID) {
		t.Helper()
		f, err := r.Open(t.Context(), actor, id, Wanted{})
		if err != nil {
			t.Fatal(err)
		}
		_ = f.Body.Close()
		r.clock.Advance(time.Minute)
	}
	read(clerk, id)
	read(verifier, id)
	read(verifier, other)
	l := r.link(t, clerk, id, "tautan", "")
	if _, err := r.byLink(t, l.Secret, ""); err != nil {
		t.Fatal(err)
	}
	var list []Noted
	for cursor, pages := "", 0; pages == 0 || cursor != ""; pages++ {
		_, page, next, err := r.Readings(t.Context(), clerk, id, cursor, 2)
		if err != nil || pages > 1 {
			t.Fatal(err, pages)
		}
		list, cursor = append(list, page...), next
	}
	if len(list) != 3 || list[0].How != "link" || list[1].How != "signed-in" || !list[0].At.After(list[1].At) || !list[1].At.After(list[2].At) ||
		len(list[2].For) != 1 || list[2].For[0] != clerk.Memberships[0].Organization || list[2].SHA256 == "" {
		t.Errorf("%+v", list)
	}
	for name, try := range map[string]struct {
		actor domain.Actor
		want  apperr.Kind
	}{"the public": {public, apperr.NotFound}, "a reader": {verifier, apperr.Forbidden}} {
		if _, _, _, err := r.Readings(t.Context(), try.actor, id, "", 2); !apperr.Is(err, try.want) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if _, _, _, err := r.Readings(t.Context(), clerk, id, "no cursor!", 2); !apperr.Is(err, apperr.BadRequest) {
		t.Errorf("a cursor that is none: %v", err)
	}
	r.clock.Advance(accessKept)
	if _, list, _, err := r.Readings(t.Context(), clerk, id, "", 10); err != nil || len(list) != 0 {
		t.Errorf("after their time: %d %v", len(list), err)
	}
}
