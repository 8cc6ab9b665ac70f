package documents

import (
	"context"
	"slices"

	"gotong/modules/domain"
	"gotong/modules/kit/apperr"
	"gotong/modules/kit/store"
)

// Renewal is a new content of a document: a posted file, or the upload that brought it, and why.
type Renewal struct {
	Why    string
	File   domain.Upload
	Upload string
}

// Renew makes a new version of a document; those before stay. Errors: those of change; Invalid by field (file, why) for a
// file that is not taken and what Document.renew refuses.
func (s *Service) Renew(ctx context.Context, actor domain.Actor, op store.Operation, id domain.DocumentID, version int64, r Renewal) error {
	_, doc, err := s.editable(ctx, actor, id)
	if err != nil {
		return err
	}
	in, err := s.incoming(ctx, actor, doc, r)
	if apperr.Is(err, apperr.NotFound) {
		if doc.Version > version && doc.Body.RenewedBy == actor.Account && doc.Body.Why == r.Why {
			return nil // this form was sent before
		}
		return refuse("documents.error.upload_gone")
	}
	defer in.file.close()
	if err == nil && in.file.Finding != "" {
		err = scanAway() // what stands now stays readable until the new content is known to be clean
	}
	if err != nil {
		return err
	}
	v := Version{SHA256: in.file.SHA256, Object: in.key, FileName: cleanName(in.name, in.file.Extension), MediaType: in.file.MediaType, Size: in.file.Size(),
		Personal: len(in.file.Personal) > 0, Contacts: in.file.Contacts, By: actor.Account, At: s.clock.Now(), Why: r.Why}
	if doc.Version > version && version > 0 && doc.Body.SHA256 == v.SHA256 && doc.Body.Why == v.Why {
		return nil // as above
	}
	if _, err := doc.Body.renew(v); err != nil {
		return err
	}
	if err := s.fits(ctx, doc.Body.Organization, v.Size, false); err != nil {
		return err
	}
	if v.Object, err = s.settle(ctx, doc.Body, in); err != nil {
		return err
	}
	err = s.change(ctx, actor, op, id, version, "document.renewed", r.Why, func(d Document) (Document, error) { return d.renew(v) })
	if err == nil && doc.Body.Hold != nil {
		err = s.blobs.Hold(ctx, v.Object, true)
	}
	if err != nil || in.upload == "" {
		return err
	}
	return s.uploads.Remove(ctx, in.upload, v.Object != in.stands)
}

func (s *Service) incoming(ctx context.Context, actor domain.Actor, doc store.Doc[Document], r Renewal) (incoming, error) {
	if r.Upload != "" {
		return s.arrived(ctx, actor, doc.Body.Parent, r.Upload)
	}
	file, err := s.pass(ctx)(inspect(r.File, s.limit))
	if err != nil {
		return incoming{}, err
	}
	return incoming{name: r.File.Name, file: file, key: derivedKey(doc.ID, file.SHA256), place: s.place(ctx, file)}, nil
}

// settle puts a content where it is to stand and looks at it; a content that the owner has already stays where it is.
func (s *Service) settle(ctx context.Context, d Document, in incoming) (key string, err error) {
	like := d
	like.SHA256, like.Object = in.file.SHA256, in.key
	if key, err = s.object(ctx, like); err != nil {
		return key, err
	}
	if key == in.key {
		if err := in.place(key); err != nil && !apperr.Is(err, apperr.Conflict) {
			return key, err
		}
	}
	info, err := s.blobs.Stat(ctx, key)
	if err != nil {
		return key, unfinished(err)
	}
	if info.Size != in.file.Size() || info.SHA256 != in.file.SHA256 && info.SHA256 != "" {
		return key, apperr.New(apperr.Unavailable, "error.unavailable")
	}
	return key, nil
}

// Reinstate makes an older version the current one again, as a new version. Errors: those of change, NotFound for a sum
// that none has, Invalid (why).
func (s *Service) Reinstate(ctx context.Context, actor domain.Actor, op store.Operation, id domain.DocumentID, version int64, sum, why string) error {
	now := s.clock.Now()
	return s.change(ctx, actor, op, id, version, "document.renewed", why, func(d Document) (Document, error) {
		v, ok := d.version(sum)
		if !ok {
			return d, apperr.New(apperr.NotFound, "error.not_found")
		}
		v.By, v.At, v.Why = actor.Account, now, why
		return d.renew(v)
	})
}

// Finish makes a draft final. Errors: those of change.
func (s *Service) Finish(ctx context.Context, actor domain.Actor, op store.Operation, id domain.DocumentID, version int64) error {
	return s.change(ctx, actor, op, id, version, "document.final", "", func(d Document) (Document, error) { return d.finish() })
}

// Keep holds a document while a matter is open; the secretariat's. Errors: those of change, Forbidden, Invalid (reason).
func (s *Service) Keep(ctx context.Context, actor domain.Actor, op store.Operation, id domain.DocumentID, version int64, reason string) error {
	if !actor.Secretariat() {
		return apperr.New(apperr.Forbidden, "error.forbidden")
	}
	err := s.change(ctx, actor, op, id, version, "document.held", reason, func(d Document) (Document, error) {
		return d.hold(reason, actor.Account, s.clock.Now())
	})
	if err != nil {
		return err
	}
	return s.holdContents(ctx, id)
}

// holdContents has the object store hold or let go what a document's versions are kept in, as far as it can: an object stays
// held while any document that names it is. The same operation again does it again.
func (s *Service) holdContents(ctx context.Context, id domain.DocumentID) error {
	doc, err := s.records.Get(ctx, string(id))
	if err != nil {
		return err
	}
	for _, v := range doc.Body.History() {
		page, err := s.records.List(ctx, store.Query{List: listObject, Key: store.KeyOf(v.Object), Limit: 200})
		if err != nil {
			return err
		}
		held := slices.ContainsFunc(page.Items, func(other store.Doc[Document]) bool { return other.Body.Hold != nil })
		if err := s.blobs.Hold(ctx, v.Object, held); err != nil {
			return err
		}
	}
	return nil
}

// LetGo ends a hold; the secretariat's. Errors: those of change, Forbidden.
func (s *Service) LetGo(ctx context.Context, actor domain.Actor, op store.Operation, id domain.DocumentID, version int64) error {
	if !actor.Secretariat() {
		return apperr.New(apperr.Forbidden, "error.forbidden")
	}
	err := s.change(ctx, actor, op, id, version, "document.let-go", "", func(d Document) (Document, error) { return d.letGo() })
	if err != nil {
		return err
	}
	return s.holdContents(ctx, id)
}

// releaseDue ends the embargoes whose day has come, so that indexes and cached pages hear of it. Reading counts the day
// by itself.
func (s *Service) releaseDue(ctx context.Context) (int, error) {
	released := 0
	for {
		page, err := s.records.List(ctx, store.Query{List: listEmbargo, Limit: 20})
		if err != nil {
			return released, err
		}
		moved := false
		for _, doc := range page.Items {
			body, err := doc.Body.release(s.clock.Now())
			if err != nil {
				return released, nil //nolint:nilerr // the first whose day is to come: all behind it are later
			}
			switch _, err := s.records.Replace(ctx, doc, body, store.Change{Action: "document.released", Organization: string(body.Organization)}); {
			case err == nil:
				released, moved = released+1, true
			case !apperr.Is(err, apperr.Conflict) && !apperr.Is(err, apperr.NotFound):
				return released, err
			}
		}
		if !moved {
			return released, nil
		}
	}
}
