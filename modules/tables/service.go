package tables

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"io"
	"log/slog"
	"strconv"
	"strings"
	"time"

	"gotong/modules/domain"
	"gotong/modules/kit/apperr"
	"gotong/modules/kit/blob"
	"gotong/modules/kit/clock"
	"gotong/modules/kit/i18n"
	"gotong/modules/kit/sheet"
	"gotong/modules/kit/store"
)

// Blobs keeps uploaded files.
type Blobs interface {
	Put(ctx context.Context, key string, r io.Reader, options blob.PutOptions) (blob.Info, error)
	Get(ctx context.Context, key string, offset, length int64) (io.ReadCloser, error)
	Delete(ctx context.Context, key string) error
}

// Service brings tables in and gives them out. Methods that take an actor return SignIn without an account, NotFound
// for an import that the actor may not see, Forbidden where it is seen but not the actor's, Conflict where its state
// refuses or it changed since it was read, Invalid with fields where input must change.
type Service struct {
	db       *store.DB
	records  *store.Records[Import]
	heads    *store.State[heads]
	progress *store.State[Progress]
	problems *store.State[[]sheet.Problem]
	samples  *store.State[[]sample]
	access   *store.State[access]
	blobs    Blobs
	clock    clock.Clock
	log      *slog.Logger
	bundle   *i18n.Bundle
	areas    Areas
	places   Places
	kinds    []Kind
	lists    map[string]List
	limit    int64

	wake    chan struct{}
	refused map[string]int // checks that broke off, by import: of this process, only the job uses it
}

// Doc is a stored import.
type Doc = store.Doc[Import]

// kept is how long an upload and what was found in it are kept.
const kept = 60 * 24 * time.Hour

const problemPage = 50

func (s *Service) kind(name string) (Kind, error) {
	for _, k := range s.kinds {
		if k.Name == name {
			return k, nil
		}
	}
	return Kind{}, apperr.New(apperr.NotFound, "error.not_found")
}

// importer tells for whom the actor may bring in tables of a kind; organization "" is the only one there is.
func (s *Service) importer(ctx context.Context, actor domain.Actor, k Kind, organization domain.OrganizationID) (domain.Importer, error) {
	if !actor.SignedIn() {
		return domain.Importer{}, apperr.New(apperr.SignIn, "error.sign_in")
	}
	by := domain.Importer{Account: actor.Account, Session: actor.Session, Demo: actor.Demo}
	if k.ByOrganization {
		members := writers(actor)
		by.Secretariat = k.Office && actor.Secretariat()
		if by.Secretariat && organization == "" {
			return by, nil
		}
		if organization == "" && len(members) == 1 {
			organization = members[0].Organization
		}
		for _, m := range members {
			if m.Organization == organization {
				by.Membership = m
				return by, nil
			}
		}
		if len(members) > 0 {
			var f apperr.Fields
			f.Add("organization", "tables.error.organization")
			return by, f.Err()
		}
		return by, apperr.New(apperr.Forbidden, "tables.refuse.no_organization")
	}
	var err error
	if by.Areas, err = s.areas.AreasOf(ctx, actor); err != nil {
		return by, err
	}
	if len(by.Areas) == 0 {
		return by, apperr.New(apperr.Forbidden, "tables.refuse.no_area")
	}
	return by, nil
}

// writers are the memberships under which the actor writes.
func writers(actor domain.Actor) []domain.Membership { return actor.Holding(domain.OrgEditor) }

// Get gives an import that the actor may see: one's own, for secretariat and auditor any.
func (s *Service) Get(ctx context.Context, actor domain.Actor, id string) (Doc, error) {
	if !actor.SignedIn() {
		return Doc{}, apperr.New(apperr.SignIn, "error.sign_in")
	}
	doc, err := s.records.Get(ctx, id)
	if err != nil {
		return Doc{}, err
	}
	if doc.Body.By.Account != actor.Account && !actor.Secretariat() && !actor.Auditor() || doc.Body.State == Uploading {
		return Doc{}, apperr.New(apperr.NotFound, "error.not_found")
	}
	return doc, nil
}

// mine gives an import of the actor's own, as it was read.
func (s *Service) mine(ctx context.Context, actor domain.Actor, id string, version int64) (Doc, error) {
	doc, err := s.Get(ctx, actor, id)
	if err != nil {
		return doc, err
	}
	if doc.Body.By.Account != actor.Account {
		return doc, apperr.New(apperr.Forbidden, "tables.refuse.not_yours")
	}
	doc.Version = version
	return doc, nil
}

// Mine pages through the actor's imports, newest first; all pages through everybody's, for secretariat and auditor.
func (s *Service) Mine(ctx context.Context, actor domain.Actor, all bool, cursor string) (store.Page[Import], error) {
	key := store.KeyOf(string(actor.Account))
	if all && (actor.Secretariat() || actor.Auditor()) {
		key = ""
	}
	return s.records.List(ctx, store.Query{List: listMine, Key: key, Cursor: cursor})
}

// file is an uploaded table at hand.
type file struct {
	*io.SectionReader
	name string
	sum  string
}

// received takes an upload and sums it up.
func received(up domain.Upload, limit int64) (file, error) {
	var f apperr.Fields
	at, ok := up.Body.(io.ReaderAt)
	switch {
	case up.Body == nil || up.Name == "" || !ok:
		f.Add("file", "tables.error.no_file")
		return file{}, f.Err()
	case up.Size > limit:
		f.Add("file", "tables.error.too_large", "mb", limit>>20)
		return file{}, f.Err()
	}
	in := file{SectionReader: io.NewSectionReader(at, 0, up.Size), name: baseName(up.Name)}
	sum := sha256.New()
	if _, err := io.Copy(sum, io.NewSectionReader(in, 0, in.Size())); err != nil {
		return file{}, apperr.Wrap(err, apperr.BadRequest, "error.bad_request")
	}
	in.sum = hex.EncodeToString(sum.Sum(nil))
	return in, nil
}

// baseName keeps of a file's name what can stand on a page.
func baseName(name string) string {
	name = name[strings.LastIndexAny(name, `/\`)+1:]
	name = strings.Map(func(r rune) rune {
		if r < ' ' || r == 0x7f || r >= 0x202a && r <= 0x202e || r >= 0x2066 && r <= 0x2069 {
			return -1
		}
		return r
	}, strings.ToValidUTF8(name, ""))
	if runes := []rune(name); len(runes) > 100 {
		name = string(runes[:100])
	}
	return name
}

// Upload takes a file and recognises its columns. Invalid at file or organization; the same form again gives the same
// import. The steps are as for documents: the record, the object, the record again.
func (s *Service) Upload(ctx context.Context, actor domain.Actor, op store.Operation, kind string, organization domain.OrganizationID, up domain.Upload) (string, error) {
	k, err := s.kind(kind)
	if err != nil {
		return "", err
	}
	by, err := s.importer(ctx, actor, k, organization)
	if err != nil {
		return "", err
	}
	in, err := received(up, s.limit)
	if err != nil {
		return "", err
	}
	book, err := sheet.Open(in, in.name)
	if err != nil {
		return "", err
	}
	seen, layout, err := s.recognise(k, book)
	if err != nil {
		return "", err
	}
	id := actor.NewID(op)
	doc, err := s.records.Get(ctx, id)
	if apperr.Is(err, apperr.NotFound) {
		doc, err = s.records.Insert(ctx, id, Import{
			Kind: kind, File: in.name, Size: in.Size(), SHA256: in.sum, Object: "imports/" + id + "/" + strings.ToLower(rand.Text()),
			By: by, Layout: layout, State: Uploading, Uploaded: s.clock.Now(),
		}, actor.Change("import.uploaded", by.Membership.Organization, store.Operation{ID: op.ID + "/start", Digest: in.sum}))
	}
	switch {
	case err != nil:
		return "", err
	case doc.Body.SHA256 != in.sum || doc.Body.Kind != kind:
		return "", apperr.New(apperr.Conflict, "error.conflict")
	case doc.Body.State != Uploading:
		return id, nil
	}
	_, err = s.blobs.Put(ctx, doc.Body.Object, io.NewSectionReader(in, 0, in.Size()), blob.PutOptions{
		Size: in.Size(), ContentType: sheet.MediaType(book.Format), SHA256: in.sum, IfNoneMatch: true,
	})
	if err != nil && !apperr.Is(err, apperr.Conflict) {
		return "", err
	}
	if err := s.heads.Put(ctx, id, seen, kept); err != nil {
		return "", err
	}
	body := doc.Body
	if err := body.move(Uploaded); err != nil {
		return "", err
	}
	_, err = s.records.Replace(ctx, doc, body, actor.Change("import.ready", by.Membership.Organization, store.Operation{ID: op.ID + "/ready", Digest: in.sum}))
	return id, err
}

// Confirm takes how the file is to be read and has it checked. Invalid by field: a required column without a place
// (named column-NAME), one place for two columns. Where sheet or row of headings are others than before, the columns
// are recognised anew and fresh is true.
func (s *Service) Confirm(ctx context.Context, actor domain.Actor, op store.Operation, id string, version int64, l Layout, replace bool) (fresh bool, err error) {
	doc, err := s.mine(ctx, actor, id, version)
	if err != nil {
		return false, err
	}
	k, err := s.kind(doc.Body.Kind)
	if err != nil {
		return false, err
	}
	by, err := s.importer(ctx, actor, k, doc.Body.By.Membership.Organization)
	if err != nil {
		return false, err
	}
	body := doc.Body
	if !body.Can(Checking) {
		return false, apperr.New(apperr.Conflict, "tables.refuse.checking")
	}
	change := actor.Change("import.checked", by.Membership.Organization, op)
	if l.Sheet != body.Layout.Sheet || l.Head != body.Layout.Head {
		seen, err := s.headsOf(ctx, id, doc.Body)
		if err != nil {
			return false, err
		}
		if body.Layout, err = s.again(k, seen, l); err != nil {
			return false, err
		}
		change.Action = "import.ready"
		_, err = s.records.Replace(ctx, doc, body, change)
		return true, err
	}
	if err := complete(k, l); err != nil {
		return false, err
	}
	if err := body.Read(l, replace); err != nil {
		return false, err
	}
	by.Replace = replace
	body.By = by
	if _, err := s.records.Replace(ctx, doc, body, change); err != nil {
		return false, err
	}
	s.nudge()
	return false, nil
}

// complete looks whether the columns that must be there are, and none is taken twice.
func complete(k Kind, l Layout) error {
	var f apperr.Fields
	taken := map[int]bool{}
	for _, c := range k.Table.Columns() {
		at, there := l.Columns[c.Name]
		switch {
		case !there && c.Required:
			f.Add("column-"+c.Name, "tables.error.column")
		case there && taken[at]:
			f.Add("column-"+c.Name, "tables.error.column_twice", "column", sheet.ColumnName(at))
		}
		if there {
			taken[at] = true
		}
	}
	return f.Err()
}

// Apply has a checked import written, as a whole.
func (s *Service) Apply(ctx context.Context, actor domain.Actor, op store.Operation, id string, version int64) error {
	doc, err := s.mine(ctx, actor, id, version)
	if err != nil {
		return err
	}
	k, err := s.kind(doc.Body.Kind)
	if err != nil {
		return err
	}
	by, err := s.importer(ctx, actor, k, doc.Body.By.Membership.Organization)
	if err != nil {
		return err
	}
	return s.step(ctx, doc, actor.Change("import.started", by.Membership.Organization, op), func(i *Import) error { return i.Apply(by, id) })
}

// Undo has an applied import put back. The secretariat may, too.
func (s *Service) Undo(ctx context.Context, actor domain.Actor, op store.Operation, id string, version int64) error {
	doc, err := s.Get(ctx, actor, id)
	if err != nil {
		return err
	}
	if doc.Body.By.Account != actor.Account && !actor.Secretariat() {
		return apperr.New(apperr.Forbidden, "tables.refuse.not_yours")
	}
	doc.Version = version
	return s.step(ctx, doc, actor.Change("import.undo-asked", doc.Body.By.Membership.Organization, op), (*Import).Undo)
}

// Discard ends an import that was not applied; its file goes.
func (s *Service) Discard(ctx context.Context, actor domain.Actor, op store.Operation, id string, version int64) error {
	doc, err := s.mine(ctx, actor, id, version)
	if err != nil {
		return err
	}
	return s.step(ctx, doc, actor.Change("import.discarded", doc.Body.By.Membership.Organization, op), (*Import).Drop)
}

func (s *Service) step(ctx context.Context, doc Doc, c store.Change, move func(*Import) error) error {
	body := doc.Body
	if err := move(&body); err != nil {
		return err
	}
	if _, err := s.records.Replace(ctx, doc, body, c); err != nil {
		return err
	}
	s.nudge()
	return nil
}

// nudge wakes the job.
func (s *Service) nudge() {
	select {
	case s.wake <- struct{}{}:
	default:
	}
}

// Settle waits a moment for the portal to finish with an import, so that small ones are done when the next page comes.
func (s *Service) Settle(ctx context.Context, id string) {
	for range 30 {
		doc, err := s.records.Get(ctx, id)
		if err != nil || !doc.Body.Working() {
			return
		}
		select {
		case <-ctx.Done():
			return
		case <-time.After(50 * time.Millisecond):
		}
	}
}

// Problems gives one page of what is wrong, from page 0.
func (s *Service) Problems(ctx context.Context, id string, run, page int) ([]sheet.Problem, error) {
	list, err := s.problems.Get(ctx, problemsKey(id, run, page))
	if apperr.Is(err, apperr.NotFound) {
		return nil, nil
	}
	for i := range list {
		for n, a := range list[i].Args {
			if f, ok := a.(float64); ok && f == float64(int64(f)) {
				list[i].Args[n] = int64(f)
			}
		}
	}
	return list, err
}

func problemsKey(id string, run, page int) string {
	return id + "/" + strconv.Itoa(run) + "/" + strconv.Itoa(page)
}

func ignore(err error, kind apperr.Kind) error {
	if apperr.Is(err, kind) {
		return nil
	}
	return err
}

var errGone = errors.New("tables: the file is no longer kept")
