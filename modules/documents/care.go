package documents

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"io"

	"gotong/modules/kit/apperr"
	"gotong/modules/kit/blob"
	"gotong/modules/kit/store"
)

// Care says how closely the object store is held against what is known.
type Care struct {
	Quick  bool // sizes and noted sums only: contents are not read
	Repair bool // what is safe: lost contents from where the same one stands, objects that belong to nothing
}

// Trouble is one thing that is wrong in the object store. Of an object that belongs to nothing only Key is known.
type Trouble struct {
	What     string // one of the Trouble constants
	Document string
	Title    string
	Key      string
	SHA256   string // of what should stand there
	Repaired bool
}

// Kinds of trouble.
const (
	TroubleMissing = "missing"
	TroubleWrong   = "another content than was uploaded"
	TroubleOrphan  = "belongs to no document"
)

// On gives the same service over another object store, to hold that against what is known.
func (s *Service) On(blobs Blobs) *Service {
	other := *s
	other.blobs = blobs
	return &other
}

// CheckContents holds the content of every version of every document against what is known of it, and tells how many it
// looked at. A content that is lost or damaged is repaired only from an object with the very sum. Unavailable.
func (s *Service) CheckContents(ctx context.Context, care Care, found func(Trouble)) (looked int, err error) {
	err = s.records.Each(ctx, func(doc store.Doc[Document]) error {
		if doc.Body.Status == Pending {
			return nil
		}
		seen := map[string]bool{}
		for _, v := range doc.Body.History() {
			if seen[v.Object] {
				continue
			}
			seen[v.Object] = true
			looked++
			what, err := s.troubleOf(ctx, v, care.Quick)
			if err != nil {
				return err
			}
			if what == "" {
				continue
			}
			t := Trouble{What: what, Document: doc.ID, Title: doc.Body.Title, Key: v.Object, SHA256: v.SHA256}
			if care.Repair {
				if t.Repaired, err = s.mend(ctx, v); err != nil {
					return err
				}
			}
			found(t)
		}
		return nil
	})
	return looked, err
}

// troubleOf tells what is wrong with a version's object, "" where nothing is.
func (s *Service) troubleOf(ctx context.Context, v Version, quick bool) (string, error) {
	info, err := s.blobs.Stat(ctx, v.Object)
	switch {
	case apperr.Is(err, apperr.NotFound):
		return TroubleMissing, nil
	case err != nil:
		return "", err
	case info.Size != v.Size, info.SHA256 != "" && info.SHA256 != v.SHA256:
		return TroubleWrong, nil
	case quick:
		return "", nil
	}
	sum, err := s.sumAt(ctx, v.Object)
	switch {
	case apperr.Is(err, apperr.NotFound):
		return TroubleMissing, nil
	case err != nil:
		return "", err
	case sum != v.SHA256:
		return TroubleWrong, nil
	}
	return "", nil
}

// sumAt reads an object and gives its SHA-256 in hex.
func (s *Service) sumAt(ctx context.Context, key string) (string, error) {
	body, err := s.blobs.Get(ctx, key, 0, -1)
	if err != nil {
		return "", err
	}
	sum := sha256.New()
	_, err = io.Copy(sum, body)
	if err = errors.Join(err, body.Close()); err != nil {
		return "", apperr.Wrap(err, apperr.Unavailable, "error.unavailable")
	}
	return hex.EncodeToString(sum.Sum(nil)), nil
}

// mend brings a content back to where it should stand: from the store's own older versions of the object, else from another
// object with the same sum. false where there is none.
func (s *Service) mend(ctx context.Context, v Version) (bool, error) {
	if back, ok := s.blobs.(interface {
		Recall(ctx context.Context, key string, right func(io.Reader) bool) (bool, error)
	}); ok {
		done, err := back.Recall(ctx, v.Object, func(r io.Reader) bool {
			sum := sha256.New()
			_, err := io.Copy(sum, r)
			return err == nil && hex.EncodeToString(sum.Sum(nil)) == v.SHA256
		})
		if done || err != nil {
			return done, err
		}
	}
	for cursor := ""; ; {
		page, err := s.records.List(ctx, store.Query{List: listSum, Key: store.KeyOf(v.SHA256), Cursor: cursor, Limit: 50})
		if err != nil {
			return false, err
		}
		for _, doc := range page.Items {
			for _, same := range doc.Body.History() {
				if same.SHA256 != v.SHA256 || same.Object == v.Object {
					continue
				}
				if done, err := s.copyTo(ctx, same, v); done || err != nil {
					return done, err
				}
			}
		}
		if cursor = page.Next; cursor == "" {
			return false, nil
		}
	}
}

// copyTo copies a content; the store refuses it where its sum is not the one that is wanted.
func (s *Service) copyTo(ctx context.Context, from, to Version) (bool, error) {
	if what, err := s.troubleOf(ctx, from, false); what != "" || err != nil {
		return false, err
	}
	body, err := s.blobs.Get(ctx, from.Object, 0, from.Size)
	if err != nil {
		return false, unfinished(err)
	}
	defer body.Close()
	_, err = s.blobs.Put(ctx, to.Object, body, blob.PutOptions{Size: to.Size, ContentType: to.MediaType, SHA256: to.SHA256})
	return err == nil, err
}

// CheckOrphans finds the objects that belong to nothing, and removes them where that is asked. Conflict where most do:
// that looks like a wrong database.
func (s *Service) CheckOrphans(ctx context.Context, care Care, found func(Trouble)) error {
	orphans, err := s.Orphans(ctx)
	if err != nil {
		return err
	}
	for _, key := range orphans {
		if care.Repair {
			if err := s.blobs.Delete(ctx, key); err != nil {
				return err
			}
		}
		found(Trouble{What: TroubleOrphan, Key: key, Repaired: care.Repair})
	}
	return nil
}
