package documents

import (
	"context"

	"gotong/modules/domain"
	"gotong/modules/kit/apperr"
	"gotong/modules/kit/store"
)

// generatedTries bounds how often a version is put there anew because somebody else was faster.
const generatedTries = 20

// File puts a file that another module made there as the document of that id, or as its next version; content that is the current
// one already is left as it is. Who may do so the caller has decided: another side's editor makes a version too. The document
// belongs to who made it first. Errors: those of Add; Conflict where it was thrown away, made final or has too many versions.
func (s *Service) File(ctx context.Context, actor domain.Actor, op store.Operation, ref domain.Ref, id domain.DocumentID, typ domain.DocumentType, title, why string, up domain.Upload) error {
	parent, err := s.ParentFor(ctx, actor, ref)
	if err != nil {
		return err
	}
	file, err := inspect(up, s.limit) // the portal made it: there is nothing to scan for
	if err == nil {
		file, err = s.understand(ctx, file)
	}
	if err != nil {
		return err
	}
	stored, err := s.records.Get(ctx, string(id))
	if apperr.Is(err, apperr.NotFound) || err == nil && stored.Body.Status == Pending {
		op.ID += "/" + string(id)
		d, err := s.newDocument(actor, op, parent, Details{Type: typ, Title: title, Visibility: domain.VisibleParties, Language: "id", Date: domain.DateOf(s.clock.Now())}, up.Name, file)
		if err != nil {
			return err
		}
		if stored.Body.Status == Pending { // a broken run's, perhaps of another form: it goes on with that one's words
			d.Input = stored.Body.Input
		}
		d.Object = newKey(string(id))
		return s.keep(ctx, actor, op, string(id), d, s.place(ctx, file))
	}
	if err != nil {
		return err
	}
	return s.next(ctx, actor, op, stored, why, up.Name, file)
}

// next makes a content the next version of a document that is there.
func (s *Service) next(ctx context.Context, actor domain.Actor, op store.Operation, doc store.Doc[Document], why, name string, file content) error {
	for try := 0; ; try++ {
		if doc.Body.SHA256 == file.SHA256 {
			return nil
		}
		v := Version{SHA256: file.SHA256, FileName: cleanName(name, file.Extension), MediaType: file.MediaType, Size: file.Size(), By: actor.Account, At: s.clock.Now(), Why: why}
		if _, err := doc.Body.renew(v); err != nil {
			return err
		}
		var err error
		if v.Object, err = s.settle(ctx, doc.Body, incoming{file: file, key: derivedKey(doc.ID, file.SHA256), place: s.place(ctx, file)}); err != nil {
			return err
		}
		body, err := doc.Body.renew(v)
		if err != nil {
			return err
		}
		change := actor.Change("document.renewed", body.Organization, op)
		change.Reason = why
		if _, err = s.records.Replace(ctx, doc, body, change); !apperr.Is(err, apperr.Conflict) || try >= generatedTries {
			return err
		}
		if doc, err = s.records.Get(ctx, doc.ID); err != nil {
			return err
		}
	}
}

// Filed finds the versions of ready documents with that sum, for who has the file. Error: Unavailable.
func (s *Service) Filed(ctx context.Context, sum string, each func(id domain.DocumentID, d Document, v Version, number int)) error {
	page, err := s.records.List(ctx, store.Query{List: listSum, Key: store.KeyOf(sum), Limit: 20})
	for _, doc := range page.Items {
		if doc.Body.Status != Ready {
			continue
		}
		for i, v := range doc.Body.History() {
			if v.SHA256 == sum {
				each(domain.DocumentID(doc.ID), doc.Body, v, i+1)
			}
		}
	}
	return err
}

// Sums gives the sums of a ready document's versions, the first one first. NotFound for others.
func (s *Service) Sums(ctx context.Context, id domain.DocumentID) ([]string, error) {
	doc, err := s.records.Get(ctx, string(id))
	if err == nil && doc.Body.Status != Ready {
		err = apperr.New(apperr.NotFound, "error.not_found")
	}
	if err != nil {
		return nil, err
	}
	var sums []string
	for _, v := range doc.Body.History() {
		sums = append(sums, v.SHA256)
	}
	return sums, nil
}
