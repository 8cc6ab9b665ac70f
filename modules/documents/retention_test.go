package documents

import (
	"io"
	"testing"
	"time"

	"gotong/modules/domain"
)

// The export of a person's data finds what they uploaded, thrown away or not, and nobody else's, with its content.
func TestUploadsOfAPerson(t *testing.T) {
	r := newRig(t)
	first, second := r.add(t, clerk, "op-1", domain.VisiblePublic), r.add(t, clerk, "op-2", domain.VisibleOrganization)
	if err := r.Trash(t.Context(), clerk, op("del"), second, r.version(t, second), "salah berkas"); err != nil {
		t.Fatal(err)
	}
	found := map[domain.DocumentID]int64{}
	err := r.Uploads(t.Context(), clerk.Account, func(id domain.DocumentID, d Document, open func() (io.ReadCloser, error)) error {
		body, err := open()
		if err != nil {
			return err
		}
		defer func() { _ = body.Close() }()
		found[id], err = io.Copy(io.Discard, body)
		if found[id] != d.Size {
			t.Errorf("%s: %d of %d bytes", id, found[id], d.Size)
		}
		return err
	})
	if err != nil || len(found) != 2 || found[first] == 0 || found[second] == 0 {
		t.Errorf("%v %v", found, err)
	}
	err = r.Uploads(t.Context(), "somebody-else", func(id domain.DocumentID, _ Document, _ func() (io.ReadCloser, error)) error {
		t.Errorf("%s is given to another", id)
		return nil
	})
	if err != nil {
		t.Error(err)
	}
}

func TestTrashIsCountedAndDropped(t *testing.T) {
	r := newRig(t)
	thrown, kept := r.add(t, clerk, "op-1", domain.VisiblePublic), r.add(t, clerk, "op-2", domain.VisiblePublic)
	if err := r.Trash(t.Context(), clerk, op("del"), thrown, r.version(t, thrown), "salah berkas"); err != nil {
		t.Fatal(err)
	}
	drop := func(dry bool, want int) {
		t.Helper()
		if n, err := r.DropTrash(t.Context(), r.clock.Now().Add(-TrashKept), dry); n != want || err != nil {
			t.Errorf("dry %v: %d, %v", dry, n, err)
		}
	}
	drop(false, 0)
	r.clock.Advance(TrashKept + time.Minute)
	drop(true, 1)
	drop(false, 1)
	drop(false, 0)
	for range 2 { // what is gone is no error
		if err := r.Drop(t.Context(), []domain.DocumentID{kept, thrown}); err != nil {
			t.Fatal(err)
		}
	}
	if n := r.settled(t); n != 0 {
		t.Errorf("%d documents are left", n)
	}
}
