package documents

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"

	"gotong/modules/domain"
	"gotong/modules/kit/apperr"
	"gotong/modules/kit/blob"
	"gotong/modules/kit/resumable"
	"gotong/modules/kit/store"
)

// Uploads are files that come in pieces.
type Uploads interface {
	Begin(ctx context.Context, u resumable.Upload) error
	Get(ctx context.Context, id string) (resumable.Upload, error)
	Complete(ctx context.Context, id string) (resumable.Upload, error)
	Remove(ctx context.Context, id string, object bool) error
	Sweep(ctx context.Context) (int, error)
}

var _ Uploads = (*resumable.Store)(nil)

// DefaultLargest is the largest file that comes in pieces, in bytes.
const DefaultLargest = 2 << 30

// Largest gives the largest file that may come in pieces, in bytes.
func (s *Service) Largest() int64 { return s.largest }

// BeginUpload notes a file that is to come in pieces for a thing, and gives the id of the document that it will be.
// Errors: those of ParentFor; Invalid for a name or size that is not taken, or where the owner has no room for it.
func (s *Service) BeginUpload(ctx context.Context, actor domain.Actor, ref domain.Ref, name string, size int64) (string, error) {
	parent, err := s.ParentFor(ctx, actor, ref)
	if err != nil {
		return "", err
	}
	k, err := kindOf(name)
	if err != nil {
		return "", err
	}
	limit := s.largest
	if k.Max > 0 {
		limit = min(limit, k.Max)
	}
	if size > limit {
		return "", refuse("documents.error.too_large", "limit", limit>>20)
	}
	if err := s.hasRoom(ctx, ownerOf(actor, parent), size); err != nil {
		return "", err
	}
	id := store.NewID()
	return id, s.uploads.Begin(ctx, resumable.Upload{
		ID: id, Owner: string(actor.Account), For: forValue(ref), Name: cleanName(name, extensionOf(name)), Key: newKey(id), Size: size,
	})
}

// Arriving gives an upload to who began it, how far it is; NotFound for everyone else.
func (s *Service) Arriving(ctx context.Context, actor domain.Actor, id string) (resumable.Upload, error) {
	u, err := s.uploads.Get(ctx, id)
	if err != nil {
		return u, err
	}
	if !actor.SignedIn() || u.Owner != string(actor.Account) {
		return u, apperr.New(apperr.NotFound, "error.not_found")
	}
	return u, nil
}

// AddUploaded makes a document of a file that came in pieces. A repeat gives the same document. Errors: those of Add, and
// Invalid (file) where the file did not arrive whole or can no longer be had.
func (s *Service) AddUploaded(ctx context.Context, actor domain.Actor, ref domain.Ref, details Details, id string) (domain.DocumentID, error) {
	parent, err := s.ParentFor(ctx, actor, ref)
	if err != nil {
		return "", err
	}
	in, err := s.arrived(ctx, actor, ref, id)
	if apperr.Is(err, apperr.NotFound) {
		if doc, made := s.records.Get(ctx, id); made == nil && doc.Body.Uploader == actor.Account && doc.Body.Status != Pending && doc.Body.Parent == ref {
			return domain.DocumentID(id), nil // this form was sent before
		}
		return "", refuse("documents.error.upload_gone")
	}
	if err != nil {
		return "", err
	}
	defer in.file.close()
	op := store.Operation{ID: "upload/" + id, Digest: in.arrivedAs} // the form may name several files and be sent again with fewer
	d, err := s.newDocument(actor, op, parent, details, in.name, in.file)
	if err != nil {
		return "", err
	}
	d.Object = in.key
	if err := s.keep(ctx, actor, op, id, d, in.place); err != nil {
		return "", err
	}
	doc, err := s.records.Get(ctx, id)
	if err != nil {
		return "", unfinished(err)
	}
	return domain.DocumentID(id), s.uploads.Remove(ctx, id, doc.Body.Object != in.stands)
}

// incoming is a file that passed inspection and has yet to become a document's content.
type incoming struct {
	name      string
	file      content
	key       string                 // where it is to stand
	place     func(key string) error // puts it there
	upload    string                 // that brought it, "" for one of a form
	stands    string                 // where the upload stands
	arrivedAs string                 // SHA-256 of what the upload brought
}

// arrived takes over a file that came in pieces. NotFound where there is none of this actor's for this thing; Invalid
// (file) where it is not whole or not to be taken: then nothing of it is kept.
func (s *Service) arrived(ctx context.Context, actor domain.Actor, ref domain.Ref, id string) (incoming, error) {
	u, err := s.Arriving(ctx, actor, id)
	if err != nil {
		return incoming{}, err
	}
	if u.For != forValue(ref) {
		return incoming{}, refuse("documents.error.upload_gone")
	}
	switch u, err = s.uploads.Complete(ctx, id); {
	case apperr.Is(err, apperr.Conflict):
		return incoming{}, refuse("documents.error.upload_unfinished", "name", u.Name)
	case err != nil:
		return incoming{}, unfinished(err)
	}
	src := &remote{ctx: ctx, blobs: s.blobs, key: u.Key, size: u.Size}
	defer src.close()
	file, err := s.pass(ctx)(examine(u.Name, src))
	if apperr.Is(err, apperr.Invalid) { // it will never pass
		return incoming{}, errors.Join(err, s.uploads.Remove(ctx, id, true))
	}
	if err != nil {
		return incoming{}, unfinished(err)
	}
	in := incoming{name: u.Name, file: file, upload: id, stands: u.Key, arrivedAs: u.SHA256()}
	stored, err := src.hex()
	if err != nil {
		file.close()
		return incoming{}, unfinished(err)
	}
	if stored != in.arrivedAs {
		file.close()
		err := fmt.Errorf("upload %s arrived as %s and is stored as %s", id, in.arrivedAs, stored)
		return incoming{}, errors.Join(apperr.Wrap(err, apperr.Unavailable, "error.unavailable"), s.uploads.Remove(ctx, id, true))
	}
	if file.source != source(src) { // something was taken out
		in.key, in.place = derivedKey(id, file.SHA256), s.place(ctx, file)
		return in, nil
	}
	in.key, in.place = u.Key, func(string) error { return s.keepRead(ctx, file) }
	return in, nil
}

// derivedKey is where the content is kept that was made of an upload.
func derivedKey(id, sum string) string {
	short := sha256.Sum256([]byte(sum))
	return prefix + id + "/" + hex.EncodeToString(short[:8])
}

var _ resumable.Blobs = (*blob.Store)(nil)

// arrivingName gives the file name of an upload, for a message about it.
func (s *Service) arrivingName(ctx context.Context, id string) string {
	u, err := s.uploads.Get(ctx, id)
	if err != nil {
		return "?"
	}
	return u.Name
}
