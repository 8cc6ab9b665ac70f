package documents

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"gotong/modules/domain"
	"gotong/modules/kit/apperr"
	"gotong/modules/kit/blob/blobtest"
	"gotong/modules/kit/clock"
	"gotong/modules/kit/extract"
	"gotong/modules/kit/resumable"
	"gotong/modules/kit/store"
	"gotong/modules/kit/testkit"
)

// rig is the service on a real store, an object store in memory and one thing to attach to.
type rig struct {
	*Service
	clock  *clock.Fake
	blobs  *blobtest.Memory
	thing  *thing
	failer *failing
}

// thing is what documents belong to; its visibility is set by the test, also while the indexer looks.
type thing struct {
	hidden  atomic.Pointer[[]domain.AccountID] // "" is the public
	all     atomic.Bool                        // hidden from everyone
	private atomic.Bool                        // for signed-in people only
	closed  atomic.Bool                        // hidden from all but its parties and the platform's offices
	reads   domain.AccountID                   // reads by office what the parties read
}

// hide hides the thing from these, and from nobody else.
func (t *thing) hide(from ...domain.AccountID) { t.hidden.Store(&from) }

func (t *thing) hiddenFrom(account domain.AccountID) bool {
	from := t.hidden.Load()
	return from != nil && slices.Contains(*from, account)
}

const (
	village   domain.OrganizationID = "village"
	ngo       domain.OrganizationID = "ngo"
	stranger  domain.OrganizationID = "stranger"
	newcomer  domain.OrganizationID = "newcomer"
	needTitle                       = "Penampung air hujan"
)

var need = domain.Ref{Kind: domain.KindNeed, ID: "n1"}

func (t *thing) Kind() string { return domain.KindNeed }

func (t *thing) Resolve(_ context.Context, actor domain.Actor, id string) (domain.Resolved, error) {
	_, ours := actor.Membership(village)
	_, theirs := actor.Membership(ngo)
	if id != need.ID || t.all.Load() || t.hiddenFrom(actor.Account) || t.closed.Load() && !ours && !theirs && !actor.Secretariat() && !actor.Auditor() {
		return domain.Resolved{}, apperr.New(apperr.NotFound, "error.not_found")
	}
	return domain.Resolved{
		Ref: need, Title: needTitle, Path: "/needs/n1", Region: "61.01.08.2007", Organization: village, Parties: []domain.OrganizationID{village, ngo},
		Public: !t.private.Load(), MayAttach: actor.Has(village, domain.OrgEditor) || actor.Has(ngo, domain.OrgEditor),
		ReadsParties: t.reads != "" && actor.Account == t.reads,
	}, nil
}

func person(account string, org domain.OrganizationID, role domain.OrganizationRole, verified bool) domain.Actor {
	return domain.Actor{Account: domain.AccountID(account), Name: account, Session: "s-" + account,
		Memberships: []domain.Membership{{Organization: org, Name: string(org), Role: role, Verified: verified}}}
}

var (
	public      = domain.Actor{}
	clerk       = person("clerk", village, domain.OrgEditor, true)
	villager    = person("villager", village, domain.OrgViewer, true)
	helper      = person("helper", ngo, domain.OrgEditor, true)
	other       = person("other", stranger, domain.OrgOwner, true)
	unverified  = person("unverified", newcomer, domain.OrgOwner, false)
	loner       = domain.Actor{Account: "loner"}
	verifier    = domain.Actor{Account: "verifier", Mandates: []domain.Mandate{{Kind: domain.MandateReviewer}}}
	secretariat = domain.Actor{Account: "secretariat", Roles: []domain.PlatformRole{domain.RoleSecretariat}}
	auditor     = domain.Actor{Account: "auditor", Roles: []domain.PlatformRole{domain.RoleAuditor}}
)

func newRig(t *testing.T) *rig {
	t.Helper()
	c := testkit.Clock()
	db := testkit.DBAt(t, c)
	r := &rig{clock: c, blobs: blobtest.NewMemory(c), thing: &thing{reads: verifier.Account}}
	r.failer = &failing{Records: store.NewRecords(db, definition)}
	access := store.NewState[access](db, "document_access")
	uploads := resumable.New(db, "document_uploads", "uploads/", r.blobs, c)
	curated := store.NewRecords(db, collections)
	if err := db.Start(t.Context()); err != nil {
		t.Fatal(err)
	}
	defer func() { r.Collections = &Collections{records: curated, library: r.Service} }()
	r.Service = &Service{records: r.failer, access: access, readings: access, asks: store.NewRecords(db, askDefinition()), blobs: r.blobs, resolvers: map[string]domain.Resolver{domain.KindNeed: r.thing, domain.KindOrganization: &houses{}},
		orgs: names{}, regions: names{}, clock: c, log: slog.New(slog.DiscardHandler), limit: 1 << 20, uploads: uploads, largest: 64 << 20, links: store.NewState[linkKept](db, "document_links"), counter: db, scans: store.NewState[scans](db, "document_scans"), rooms: store.NewState[room](db, "document_rooms"), extract: extract.Inside{}}
	return r
}

// houses are the organisations of the tests, of which some may be hidden from all but their members.
type houses struct{ hidden map[string]bool }

func (*houses) Kind() string { return domain.KindOrganization }

func (h *houses) Resolve(_ context.Context, actor domain.Actor, id string) (domain.Resolved, error) {
	_, member := actor.Membership(domain.OrganizationID(id))
	if id == "" || h.hidden[id] && !member {
		return domain.Resolved{}, apperr.New(apperr.NotFound, "error.not_found")
	}
	org := domain.OrganizationID(id)
	return domain.Resolved{Ref: domain.Ref{Kind: domain.KindOrganization, ID: id}, Title: "Org " + id, Path: "/organizations/" + id, Organization: org, Parties: []domain.OrganizationID{org}, Public: !h.hidden[id]}, nil
}

// names knows one organisation and one regency.
type names struct{}

func (names) Briefs(_ context.Context, ids []domain.OrganizationID) (map[domain.OrganizationID]domain.OrganizationBrief, error) {
	found := map[domain.OrganizationID]domain.OrganizationBrief{}
	for _, id := range ids {
		found[id] = domain.OrganizationBrief{ID: id, Name: "Org " + string(id)}
	}
	return found, nil
}

func (names) Place(_ context.Context, code domain.RegionCode) (domain.Place, error) {
	return domain.Place{Code: code, Name: "Sambas", Kind: "kabupaten"}, nil
}

func (names) Children(_ context.Context, code domain.RegionCode) ([]domain.Place, error) {
	switch code {
	case "":
		return []domain.Place{{Code: "61", Name: "Kalimantan Barat", Kind: "provinsi"}}, nil
	case "61":
		return []domain.Place{{Code: "61.01", Name: "Sambas", Kind: "kabupaten"}}, nil
	}
	return nil, nil
}

// failing puts a failpoint before and after each write and before each read of the collection.
type failing struct {
	Records
	fail func(point string) error
}

var errBroken = errors.New("broken by the test")

func (f *failing) at(point string) error {
	if f.fail == nil {
		return nil
	}
	if err := f.fail(point); err != nil {
		return apperr.Wrap(err, apperr.Unavailable, "error.unavailable")
	}
	return nil
}

func (f *failing) Get(ctx context.Context, id string) (store.Doc[Document], error) {
	if err := f.at("get record"); err != nil {
		return store.Doc[Document]{}, err
	}
	return f.Records.Get(ctx, id)
}

func (f *failing) List(ctx context.Context, q store.Query) (store.Page[Document], error) {
	if err := f.at("list records"); err != nil {
		return store.Page[Document]{}, err
	}
	return f.Records.List(ctx, q)
}

func (f *failing) Insert(ctx context.Context, id string, d Document, c store.Change) (store.Doc[Document], error) {
	if err := f.at("insert before"); err != nil {
		return store.Doc[Document]{}, err
	}
	doc, err := f.Records.Insert(ctx, id, d, c)
	return doc, errors.Join(err, f.at("insert after"))
}

func (f *failing) Replace(ctx context.Context, read store.Doc[Document], d Document, c store.Change) (store.Doc[Document], error) {
	if err := f.at("replace before"); err != nil {
		return store.Doc[Document]{}, err
	}
	doc, err := f.Records.Replace(ctx, read, d, c)
	if err != nil {
		return doc, err
	}
	return doc, f.at("replace after")
}

func (f *failing) Delete(ctx context.Context, read store.Doc[Document], c store.Change) error {
	if err := f.at("delete record before"); err != nil {
		return err
	}
	if err := f.Records.Delete(ctx, read, c); err != nil {
		return err
	}
	return f.at("delete record after")
}

func text(name, content string) domain.Upload {
	return domain.Upload{Name: name, Size: int64(len(content)), Body: strings.NewReader(content)}
}

func op(id string) store.Operation { return store.Operation{ID: id, Digest: "form"} }

func minutes(v domain.Visibility) Details {
	return Details{Type: domain.DocMinutes, Title: "Berita acara", Visibility: v}
}

func (r *rig) add(t *testing.T, actor domain.Actor, id string, v domain.Visibility) domain.DocumentID {
	t.Helper()
	doc, err := r.Add(t.Context(), actor, op(id), need, minutes(v), text("berita acara.txt", "Isi berita acara "+id))
	if err != nil {
		t.Fatalf("add %s: %v", id, err)
	}
	return doc
}

func (r *rig) version(t *testing.T, id domain.DocumentID) int64 {
	t.Helper()
	doc, err := r.records.Get(t.Context(), string(id))
	if err != nil {
		t.Fatal(err)
	}
	return doc.Version
}

// settled collects what is left after the grace and demands that documents and objects are one to one.
func (r *rig) settled(t *testing.T) (ready int) {
	t.Helper()
	r.clock.Advance(grace + time.Minute)
	if _, err := r.Collect(t.Context()); err != nil {
		t.Fatalf("collect: %v", err)
	}
	named, contents := map[string]bool{}, map[string]bool{}
	err := r.records.Each(t.Context(), func(doc store.Doc[Document]) error {
		if doc.Body.Status == Pending {
			t.Errorf("%s is left pending", doc.ID)
		}
		named[doc.Body.Object] = true
		for _, v := range doc.Body.History() {
			contents[v.SHA256] = true
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	for _, key := range r.blobs.Keys() {
		if sum, _, made := strings.Cut(strings.TrimPrefix(key, derivedPrefix), "/"); made && contents[sum] {
			continue
		}
		if !named[key] {
			t.Errorf("object %s is orphaned", key)
		}
	}
	_, err = r.CheckContents(t.Context(), Care{}, func(x Trouble) { t.Errorf("document %s: %s is %s", x.Document, x.Key, x.What) })
	if err != nil {
		t.Fatal(err)
	}
	return len(named)
}

func wantKind(t *testing.T, what string, err error, kind apperr.Kind) {
	t.Helper()
	if !apperr.Is(err, kind) {
		t.Errorf("%s: %v, want kind %d", what, err, kind)
	}
}

// wantField demands a refusal at an input with that message.
func wantField(t *testing.T, what string, err error, name, key string) {
	t.Helper()
	var e *apperr.Error
	if !errors.As(err, &e) || e.Kind != apperr.Invalid {
		t.Errorf("%s: %v, want Invalid", what, err)
		return
	}
	for _, f := range e.Fields {
		if f.Name == name && f.Key == key {
			return
		}
	}
	t.Errorf("%s: %v, want %s at %s", what, err, key, name)
}

func nth(n int) (func(string) error, *int, *string) {
	calls, where := 0, ""
	return func(point string) error {
		calls++
		if calls == n {
			where = point
			return fmt.Errorf("%s: %w", point, errBroken)
		}
		return nil
	}, &calls, &where
}

func reader(b []byte) *bytes.Reader { return bytes.NewReader(b) }

// stored lists the objects that keep contents, without what was made of them.
func (r *rig) stored() (keys []string) {
	for _, key := range r.blobs.Keys() {
		if !strings.HasPrefix(key, derivedPrefix) {
			keys = append(keys, key)
		}
	}
	return keys
}
