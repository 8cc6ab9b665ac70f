package documents

import (
	"errors"
	"testing"
	"time"

	"gotong/modules/domain"
	"gotong/modules/kit/apperr"
	"gotong/modules/kit/store"
)

// A form's paper is seen by nobody until the form has its answer; after an outage it is seen when the feed tells of the
// form's move, by nobody else's, and it is collected where no move was made.
func TestPapersWaitForTheirMove(t *testing.T) {
	seen := func(t *testing.T, r *rig, id domain.DocumentID) bool {
		t.Helper()
		_, err := r.Get(t.Context(), clerk, id)
		if err != nil && !apperr.Is(err, apperr.NotFound) {
			t.Fatal(err)
		}
		has, hasErr := r.Has(t.Context(), need, domain.DocMinutes)
		if hasErr != nil || has != (err == nil) {
			t.Errorf("the page says %v, the thing's papers %v (%v)", err, has, hasErr)
		}
		return err == nil
	}
	attach := func(t *testing.T, r *rig) domain.DocumentID {
		t.Helper()
		c, err := r.Attach(t.Context(), clerk, op("form"), need, domain.DocMinutes, domain.VisibleParties, text("berkas.txt", "isi"))
		if err != nil {
			t.Fatal(err)
		}
		if c.SHA256 == "" || c.Title != "berkas" {
			t.Errorf("cited as %+v", c)
		}
		if seen(t, r, c.ID) {
			t.Fatal("seen before its move")
		}
		return c.ID
	}
	answers := map[string]struct {
		answer error
		shown  bool
	}{
		"made":     {nil, true},
		"refused":  {apperr.New(apperr.Invalid, "error.invalid"), true},
		"outdated": {apperr.New(apperr.Conflict, "error.conflict"), true},
		"outage":   {apperr.New(apperr.Unavailable, "error.unavailable"), false},
		"unknown":  {errBroken, false},
	}
	for name, a := range answers {
		t.Run(name, func(t *testing.T) {
			r := newRig(t)
			id := attach(t, r)
			if err := r.Answered(t.Context(), op("form"), a.answer); !errors.Is(err, a.answer) {
				t.Errorf("the answer became %v", err)
			}
			if got := seen(t, r, id); got != a.shown {
				t.Errorf("seen %v", got)
			}
		})
	}
	t.Run("killed after the move", func(t *testing.T) {
		r := newRig(t)
		id := attach(t, r)
		for _, other := range []store.Entry{{ID: "n2", Operation: "form"}, {ID: need.ID, Operation: "another"}, {ID: need.ID}} {
			if err := r.follow(t.Context(), other); err != nil || seen(t, r, id) {
				t.Errorf("shown by %+v (%v)", other, err)
			}
		}
		for range 2 {
			if err := r.follow(t.Context(), store.Entry{ID: need.ID, Operation: op("form").ID}); err != nil || !seen(t, r, id) {
				t.Errorf("not shown by its move (%v)", err)
			}
		}
	})
	t.Run("killed before the move", func(t *testing.T) {
		r := newRig(t)
		id := attach(t, r)
		r.clock.Advance(3 * time.Hour)
		if c, err := r.Collect(t.Context()); err != nil || c.Abandoned != 1 || c.Orphans != 1 {
			t.Errorf("collected %+v, %v", c, err)
		}
		if seen(t, r, id) {
			t.Error("seen")
		}
	})
}
