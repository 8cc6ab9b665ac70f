package documents

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"strings"

	"gotong/modules/domain"
	"gotong/modules/kit/apperr"
	"gotong/modules/kit/blob"
	"gotong/modules/kit/store"
)

// prefix of all keys of this module; a key is prefix, document id, random part.
const prefix = "documents/"

// Attach adds a file to a thing on behalf of another module's form, under that form's operation. The document waits,
// seen by nobody, until Answered, or until the thing itself was changed under the operation: a crash in between leaves
// no paper without its move and no move without its paper. One form may attach one file per type. Repeating it with the
// same operation and content gives the same document. Errors: NotFound, SignIn and Forbidden of ParentFor; Invalid at the
// input file (type, content, size, personal numbers) or visibility; Conflict where the operation was used for something else; Unavailable where the
// database, the object store or the scanner does not answer, to be repeated: the other module's rule counts on the file.
func (s *Service) Attach(ctx context.Context, actor domain.Actor, op store.Operation, ref domain.Ref, typ domain.DocumentType,
	vis domain.Visibility, up domain.Upload,
) (domain.Citation, error) {
	awaits := op.ID
	op.ID += "/" + ref.Kind + "/" + string(typ)
	id, err := s.add(ctx, actor, op, ref, Details{Type: typ, Visibility: vis}, up, awaits)
	if err != nil {
		return domain.Citation{}, err
	}
	doc, err := s.records.Get(ctx, string(id))
	if err != nil {
		return domain.Citation{}, unfinished(err)
	}
	return cite(doc), nil
}

// Add is Attach with everything that a person may say of a document; the operation is taken as it is. While the scanner
// does not answer the document waits in quarantine.
func (s *Service) Add(ctx context.Context, actor domain.Actor, op store.Operation, ref domain.Ref, details Details, up domain.Upload) (domain.DocumentID, error) {
	return s.add(ctx, actor, op, ref, details, up, "")
}

func (s *Service) add(ctx context.Context, actor domain.Actor, op store.Operation, ref domain.Ref, details Details, up domain.Upload, awaits string) (domain.DocumentID, error) {
	if op.ID == "" || strings.HasPrefix(op.ID, "/") {
		return "", apperr.New(apperr.BadRequest, "error.bad_request")
	}
	parent, err := s.ParentFor(ctx, actor, ref)
	if err != nil {
		return "", err
	}
	if err := s.hasRoom(ctx, ownerOf(actor, parent), up.Size); err != nil {
		return "", err
	}
	file, err := s.pass(ctx)(inspect(up, s.limit))
	defer file.close()
	if err == nil && file.Finding != "" && awaits != "" {
		err = scanAway()
	}
	if err != nil {
		return "", err
	}
	d, err := s.newDocument(actor, op, parent, details, up.Name, file)
	if err != nil {
		return "", err
	}
	id := actor.NewID(op)
	d.Object, d.Awaits = newKey(id), awaits
	return domain.DocumentID(id), s.keep(ctx, actor, op, id, d, s.place(ctx, file))
}

// pass holds a file that was examined against the scanner and reads it; of one that is not taken nothing is left.
func (s *Service) pass(ctx context.Context) func(content, error) (content, error) {
	return func(file content, err error) (content, error) {
		if err == nil {
			file, err = s.scan(ctx, file)
		}
		if err == nil {
			file, err = s.understand(ctx, file)
		}
		if err != nil {
			file.close()
		}
		return file, err
	}
}

// newKey makes a random key below a document's id.
func newKey(id string) string { return prefix + id + "/" + strings.ToLower(rand.Text()) }

// newDocument makes what is known of a file that passed inspection. Invalid by field.
func (s *Service) newDocument(actor domain.Actor, op store.Operation, parent domain.Resolved, details Details, fileName string, file content) (Document, error) {
	name := cleanName(fileName, file.Extension)
	details = details.normal(name)
	if err := details.Validate(); err != nil {
		return Document{}, err
	}
	if len(file.Personal) > 0 && wide(details.Visibility) {
		return Document{}, refuse("documents.error.personal_file", "count", len(file.Personal))
	}
	if file.Contacts > 0 && wide(details.Visibility) {
		return Document{}, refuse("documents.error.contacts_file", "count", file.Contacts)
	}
	now := s.clock.Now()
	input := sha256.Sum256([]byte(op.Digest + "\x00" + file.SHA256))
	return Document{
		Parent: parent.Ref, Type: details.Type, Title: details.Title, Description: details.Description,
		FileName: name, MediaType: file.MediaType, Size: file.Size(), SHA256: file.SHA256,
		Visibility: details.Visibility, Organization: ownerOf(actor, parent), Region: parent.Region,
		Language: details.Language, Date: details.Date, Authors: details.Authors, License: details.License, DOI: details.DOI, Tags: details.Tags,
		Embargo: details.Embargo, Retain: details.Retain, Personal: len(file.Personal) > 0, Contacts: file.Contacts, Finding: file.Finding,
		Status: Pending, Since: now, Uploader: actor.Account, Created: now, Input: hex.EncodeToString(input[:]), Demo: parent.Demo,
	}, nil
}

// keep runs the steps: metadata pending → object → look at it → ready, unless it awaits a move. Each can be repeated from
// the start, by the same form or a concurrent twin of it; what a broken run leaves, the collector removes. Content that
// the owner has already is not stored again. place puts the content under the document's key.
func (s *Service) keep(ctx context.Context, actor domain.Actor, op store.Operation, id string, d Document, place func(key string) error) error {
	doc, err := s.records.Get(ctx, id)
	if apperr.Is(err, apperr.NotFound) {
		if d.Object, err = s.object(ctx, d); err != nil {
			return err
		}
		change := actor.Change("document.started", d.Organization, store.Operation{ID: op.ID + "/start", Digest: d.Input})
		doc, err = s.records.Insert(ctx, id, d, change)
		switch {
		case apperr.Is(err, apperr.Conflict):
			doc, err = s.records.Get(ctx, id) // our twin was faster
		case err == nil:
			if full := s.fits(ctx, d.Organization, d.Size, true); full != nil {
				return errors.Join(full, s.records.Delete(ctx, doc, store.Change{Action: "document.abandoned", Organization: string(d.Organization)}))
			}
		}
	}
	switch {
	case err != nil:
		return err
	case doc.Body.Input != d.Input || doc.Body.Parent != d.Parent:
		return apperr.New(apperr.Conflict, "documents.error.other_content")
	case doc.Body.Status != Pending:
		return nil
	}
	key := doc.Body.Object
	if strings.HasPrefix(key, prefix+id+"/") {
		if err := place(key); err != nil && !apperr.Is(err, apperr.Conflict) {
			return err
		}
	}
	info, err := s.blobs.Stat(ctx, key)
	if err != nil {
		return unfinished(err)
	}
	// An object that came in parts has no sum of its own: it was read and summed before.
	if info.Size != doc.Body.Size || info.SHA256 != doc.Body.SHA256 && info.SHA256 != "" {
		return apperr.New(apperr.Unavailable, "error.unavailable")
	}
	if doc.Body.Awaits != "" {
		return nil
	}
	return s.show(ctx, doc, actor.Change("document.uploaded", d.Organization, store.Operation{ID: op.ID + "/ready", Digest: d.Input}))
}

// show makes a pending document, whose content is stored, a ready one. A repeat changes nothing.
func (s *Service) show(ctx context.Context, doc store.Doc[Document], change store.Change) error {
	body, err := doc.Body.ready(s.clock.Now())
	if err != nil {
		return err
	}
	if _, err = s.records.Replace(ctx, doc, body, change); apperr.Is(err, apperr.Conflict) {
		if now, again := s.records.Get(ctx, doc.ID); again == nil && now.Body.Status != Pending {
			return nil // our twin finished it
		}
	}
	return unfinished(err)
}

// object says where a new document's content is kept: where the owner's same content is already, else under its own key.
func (s *Service) object(ctx context.Context, d Document) (string, error) {
	same, err := s.sameContent(ctx, d)
	if err != nil || len(same) == 0 {
		return d.Object, err
	}
	return same[0].Body.Object, nil
}

// sameContent lists documents of the same owner with the same content.
func (s *Service) sameContent(ctx context.Context, d Document) ([]store.Doc[Document], error) {
	page, err := s.records.List(ctx, store.Query{List: listContent, Key: contentKey(d), Limit: 5})
	return page.Items, err
}

// place puts content under a key, and what was read of it beside it.
func (s *Service) place(ctx context.Context, file content) func(key string) error {
	return func(key string) error {
		_, err := s.blobs.Put(ctx, key, file.reader(), blob.PutOptions{Size: file.Size(), ContentType: file.MediaType, SHA256: file.SHA256, IfNoneMatch: true})
		if err != nil && !apperr.Is(err, apperr.Conflict) {
			return err
		}
		if kept := s.keepRead(ctx, file); kept != nil {
			return kept
		}
		return err
	}
}

// unfinished makes "not there" of a thing that we just stored an outage, to be repeated: the collector or another hand
// was between.
func unfinished(err error) error {
	if apperr.Is(err, apperr.NotFound) {
		return apperr.Wrap(err, apperr.Unavailable, "error.unavailable")
	}
	return err
}
