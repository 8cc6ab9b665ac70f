package documents

import (
	"context"
	"io"
	"iter"
	"log/slog"
	"time"

	"gotong/modules/domain"
	"gotong/modules/kit/apperr"
	"gotong/modules/kit/blob"
	"gotong/modules/kit/clock"
	"gotong/modules/kit/search"
	"gotong/modules/kit/store"
)

// Blobs is the object store as this module uses it.
type Blobs interface {
	Put(ctx context.Context, key string, r io.Reader, options blob.PutOptions) (blob.Info, error)
	Stat(ctx context.Context, key string) (blob.Info, error)
	Get(ctx context.Context, key string, offset, length int64) (io.ReadCloser, error)
	Delete(ctx context.Context, key string) error
	List(ctx context.Context, prefix string) iter.Seq2[blob.Info, error]
	Hold(ctx context.Context, key string, on bool) error
}

var _ Blobs = (*blob.Store)(nil)

// Finder searches the texts of documents.
type Finder interface {
	Search(ctx context.Context, q search.Query) (search.Result, error)
	Snippet(question, text string, limit int) []search.Span
	Facets(ctx context.Context, q search.Query, facets []search.Facet) (search.Facets, error)
}

var _ Finder = (*search.Index)(nil)

// Organizations tells what organisations are called.
type Organizations interface {
	Briefs(ctx context.Context, ids []domain.OrganizationID) (map[domain.OrganizationID]domain.OrganizationBrief, error)
}

// People names accounts.
type People interface {
	Names(ctx context.Context, ids []domain.AccountID) (map[domain.AccountID]string, error)
}

// Regions tells what regions are called.
type Regions interface {
	Place(ctx context.Context, code domain.RegionCode) (domain.Place, error)
	Children(ctx context.Context, code domain.RegionCode) ([]domain.Place, error)
}

// Service is what may be done with documents.
type Service struct {
	Collections *Collections

	records   Records
	batches   domain.Batched[Document]
	access    accessLog
	readings  readings
	asks      *store.Records[Ask]
	links     *store.State[linkKept]
	counter   counter
	blobs     Blobs
	resolvers map[string]domain.Resolver
	things    map[string]string // kinds of what documents belong to, by collection
	find      Finder
	fresh     func(ctx context.Context, within time.Duration) (bool, error) // whether the index holds what was changed before
	filled    func(ctx context.Context, within time.Duration) (bool, error) // the same, also waiting for an index that is still being filled
	extract   Extractor
	orgs      Organizations
	regions   Regions
	clock     clock.Clock
	log       *slog.Logger
	limit     int64 // bytes of a form's file
	uploads   Uploads
	scanner   Scanner // nil where none is configured
	scans     *store.State[scans]
	rescan    time.Duration // pause between two runs of the scanner over what is kept
	rooms     *store.State[room]
	quota     int64 // bytes of the documents of one organisation; 0: as many as there are
	largest   int64 // bytes of a file that comes in pieces
}

// counter counts within windows of time.
type counter interface {
	Add(ctx context.Context, key string, n int64, window time.Duration) (int64, error)
}

type accessLog interface {
	Create(ctx context.Context, key string, v access, ttl time.Duration) error
}

// View is a document as an actor may see it.
type View struct {
	ID        domain.DocumentID
	Version   int64
	Document  Document
	Parent    domain.Resolved
	MayChange bool
	Keeper    bool        // the reader may hold it and let it go
	Granted   domain.Date // the last day on which its owner lets the reader in; "" for who may read it anyway
	Now       time.Time   // when it was read
}

// Limit gives the largest upload in bytes.
func (s *Service) Limit() int64 { return s.limit }

// parent resolves what a document belongs to. NotFound where the actor may not see it or its kind takes none.
func (s *Service) parent(ctx context.Context, actor domain.Actor, ref domain.Ref) (domain.Resolved, error) {
	resolver := s.resolvers[ref.Kind]
	if resolver == nil || ref.Kind == domain.KindDocument {
		return domain.Resolved{}, apperr.New(apperr.NotFound, "error.not_found")
	}
	return resolver.Resolve(ctx, actor, ref.ID)
}

// ParentFor says to what the actor is about to add a document. SignIn for the public, NotFound where the actor may not
// see it, Forbidden where it may not be added to.
func (s *Service) ParentFor(ctx context.Context, actor domain.Actor, ref domain.Ref) (domain.Resolved, error) {
	parent, err := s.parent(ctx, actor, ref)
	if err != nil {
		return parent, err
	}
	if !actor.SignedIn() {
		return parent, apperr.New(apperr.SignIn, "error.sign_in")
	}
	if !parent.MayAttach || actor.Auditor() {
		return parent, apperr.New(apperr.Forbidden, "documents.error.may_not_attach")
	}
	return parent, nil
}

// Get gives a document to who may read it. NotFound for everyone else, whatever the reason.
func (s *Service) Get(ctx context.Context, actor domain.Actor, id domain.DocumentID) (View, error) {
	doc, err := s.records.Get(ctx, string(id))
	if err != nil {
		return View{}, err
	}
	return s.view(ctx, actor, doc)
}

func (s *Service) view(ctx context.Context, actor domain.Actor, doc store.Doc[Document]) (View, error) {
	parent, err := s.parent(ctx, actor, doc.Body.Parent)
	if err != nil {
		return View{}, err
	}
	view := s.viewOf(actor, doc, parent)
	if now := s.clock.Now(); !mayRead(actor, doc.Body.on(now), parent) {
		view.Granted, err = s.granted(ctx, actor, doc.ID)
		if err == nil && (view.Granted == "" || doc.Body.Status != Ready || doc.Body.Embargoed(now)) {
			err = apperr.New(apperr.NotFound, "error.not_found")
		}
		if err != nil {
			return View{}, err
		}
	}
	return view, nil
}

func (s *Service) viewOf(actor domain.Actor, doc store.Doc[Document], parent domain.Resolved) View {
	return View{
		ID: domain.DocumentID(doc.ID), Version: doc.Version, Document: doc.Body, Parent: parent,
		MayChange: mayChange(actor, doc.Body) && !actor.Auditor(), Keeper: actor.Secretariat(), Now: s.clock.Now(),
	}
}

// editable is a document as who may change it sees it, and its stored form. NotFound for who may not read it, SignIn for
// the public, Forbidden for other readers.
func (s *Service) editable(ctx context.Context, actor domain.Actor, id domain.DocumentID) (View, store.Doc[Document], error) {
	doc, err := s.records.Get(ctx, string(id))
	if err != nil {
		return View{}, doc, err
	}
	view, err := s.view(ctx, actor, doc)
	if err == nil {
		err = view.changeable(actor)
	}
	return view, doc, err
}

// changeable refuses readers who may not change the document: SignIn for the public, Forbidden for others.
func (v View) changeable(actor domain.Actor) error {
	switch {
	case !actor.SignedIn():
		return apperr.New(apperr.SignIn, "error.sign_in")
	case !v.MayChange:
		return apperr.New(apperr.Forbidden, "error.forbidden")
	}
	return nil
}

// change writes a transition of a document, by the rules of editable; Conflict where the version that was read is no
// longer the stored one. A repeat of the same operation is a success.
func (s *Service) change(ctx context.Context, actor domain.Actor, op store.Operation, id domain.DocumentID, version int64,
	action, reason string, move func(Document) (Document, error),
) error {
	_, doc, err := s.editable(ctx, actor, id)
	if err != nil {
		return err
	}
	stored := doc.Version
	if version > 0 {
		doc.Version = version // a write names the version that was read: the store refuses a late one
	}
	change := actor.Change(action, doc.Body.Organization, op)
	change.Reason = reason
	body, err := move(doc.Body)
	if apperr.Is(err, apperr.Conflict) && version > 0 && version != stored {
		body, err = doc.Body, nil // only the store knows whether this is our own operation, repeated; it writes nothing
	}
	if err != nil {
		return err
	}
	_, err = s.records.Replace(ctx, doc, body, change)
	return err
}

// Describe changes what is said of a document and who may see it. Errors: those of change, Invalid by field.
func (s *Service) Describe(ctx context.Context, actor domain.Actor, op store.Operation, id domain.DocumentID, version int64, details Details) error {
	return s.change(ctx, actor, op, id, version, "document.changed", "", func(d Document) (Document, error) {
		return d.describe(details.normal(d.FileName))
	})
}

// Trash puts a document away; it can be restored for thirty days. Errors: those of change, Invalid without a reason.
func (s *Service) Trash(ctx context.Context, actor domain.Actor, op store.Operation, id domain.DocumentID, version int64, reason string) error {
	return s.change(ctx, actor, op, id, version, "document.trashed", reason, func(d Document) (Document, error) {
		return d.trash(reason, s.clock.Now())
	})
}

// Restore takes a document out of the trash. Errors: those of change.
func (s *Service) Restore(ctx context.Context, actor domain.Actor, op store.Operation, id domain.DocumentID, version int64) error {
	return s.change(ctx, actor, op, id, version, "document.restored", "", func(d Document) (Document, error) {
		return d.restore(s.clock.Now())
	})
}

// Has tells whether a thing has a ready document of one of the types, of any where none is named. It is for rules of
// other modules and asks nothing about who may read it.
func (s *Service) Has(ctx context.Context, ref domain.Ref, types ...domain.DocumentType) (bool, error) {
	if len(types) == 0 {
		types = []domain.DocumentType{""}
	}
	for _, t := range types {
		page, err := s.records.List(ctx, store.Query{List: listParent, Key: store.KeyOf(parentValue(ref), string(t)), Limit: 1})
		if err != nil {
			return false, err
		}
		if len(page.Items) > 0 {
			return true, nil
		}
	}
	return false, nil
}

// Each streams every ready document, for indexes and checks; what is public is said by Visibility and the parent.
func (s *Service) Each(ctx context.Context, fn func(id domain.DocumentID, d Document) error) error {
	return s.records.Each(ctx, func(doc store.Doc[Document]) error {
		if doc.Body.Status != Ready {
			return nil
		}
		return fn(domain.DocumentID(doc.ID), doc.Body.on(s.clock.Now()))
	})
}

// Indexed gives what a search of the public may know of a document; false: nothing, whatever the reason.
func (s *Service) Indexed(ctx context.Context, id domain.DocumentID) (Document, bool, error) {
	view, err := s.Get(ctx, domain.Actor{}, id)
	if apperr.Is(err, apperr.NotFound) {
		return Document{}, false, nil
	}
	return view.Document, err == nil, err
}
