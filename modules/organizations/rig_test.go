package organizations

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"log/slog"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/PuerkitoBio/goquery"
	"github.com/gofiber/fiber/v2"

	"gotong/modules/domain"
	"gotong/modules/kit/apperr"
	"gotong/modules/kit/clock"
	"gotong/modules/kit/i18n"
	"gotong/modules/kit/store"
	"gotong/modules/kit/testkit"
	"gotong/modules/kit/web"
)

// rig is the module on a real store, with actors named by their accounts.
type rig struct {
	t     *testing.T
	m     *Module
	s     *Service
	clock *clock.Fake
	files *library
	app   *fiber.App
	words *i18n.Bundle
	ops   int
	mu    sync.Mutex
}

func newRig(t *testing.T) *rig {
	t.Helper()
	files := os.DirFS("../../views")
	bundle, err := i18n.Load(files, "locales")
	if err != nil {
		t.Fatal(err)
	}
	engine, err := web.NewEngine(files, bundle, web.EngineOptions{})
	if err != nil {
		t.Fatal(err)
	}
	r := &rig{t: t, words: bundle, clock: testkit.Clock(), files: &library{has: map[domain.Ref]bool{}}}
	r.m = New(Deps{DB: testkit.DBAt(t, r.clock), Views: engine, Clock: r.clock, Regions: regions{}, Documents: r.files, People: people{}, Search: finder{r}, PublicURL: "http://gotong.test"})
	r.s = r.m.Service
	r.app = fiber.New(fiber.Config{Immutable: true, CaseSensitive: true, StrictRouting: true, ErrorHandler: web.ErrorHandler(engine, slog.New(slog.DiscardHandler))})
	r.app.Use(web.Locale(bundle), func(c *fiber.Ctx) error {
		if who := c.Get("X-Actor"); who != "" {
			a := r.actor(who)
			web.Put(c, a)
			web.Put(c, &web.User{Name: a.Name})
		}
		return c.Next()
	})
	r.m.Routes(r.app)
	return r
}

// actor loads an account with its memberships, as each request does. Accounts of the secretariat begin with "s-".
func (r *rig) actor(account string) domain.Actor {
	r.t.Helper()
	a := domain.Actor{Account: domain.AccountID(account), Name: account}
	switch {
	case strings.HasPrefix(account, "s-"):
		a.Roles = []domain.PlatformRole{domain.RoleSecretariat}
	case account == "auditor":
		a.Roles = []domain.PlatformRole{domain.RoleAuditor}
	}
	var err error
	if a.Memberships, err = r.s.MembershipsOf(context.Background(), a.Account); err != nil {
		r.t.Fatal(err)
	}
	return a
}

// base is a page's base outside of a request, in Indonesian.
func (r *rig) base() web.Base { return web.NewBaseFor(r.words.Localizer("id")) }

func (r *rig) op() store.Operation {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.ops++
	return store.Operation{ID: fmt.Sprintf("op-%d", r.ops), Digest: "d"}
}

func (r *rig) must(err error) {
	r.t.Helper()
	if err != nil {
		r.t.Fatal(err)
	}
}

var ngo = Profile{Type: domain.TypeCommunity, Sublevel: "foundation", Name: "Yayasan Air Bersih Pesisir", Registration: "AHU-001", Office: "Sekretariat", Region: "61.01"}

func (r *rig) found(account string, p Profile) domain.OrganizationID {
	r.t.Helper()
	id, err := r.s.Found(context.Background(), r.actor(account), r.op(), p)
	r.must(err)
	return id
}

// papers hands in what is required and the first of the choices.
func (r *rig) papers(account string, id domain.OrganizationID) {
	r.t.Helper()
	doc, err := r.s.organizations.Get(context.Background(), string(id))
	r.must(err)
	lists := doc.Body.lists()
	papers := slices.Clone(lists.Required)
	if len(lists.OneOf) > 0 {
		papers = append(papers, lists.OneOf[0])
	}
	for _, p := range papers {
		up := &domain.Upload{Name: p.ID + ".pdf", Size: 10, Body: strings.NewReader("%PDF-1.7..")}
		r.must(r.s.HandIn(context.Background(), r.actor(account), r.op(), id, PaperRecord{Paper: p.ID, Number: "1/2027"}, up))
	}
}

func (r *rig) submitted(account string, p Profile) domain.OrganizationID {
	r.t.Helper()
	id := r.found(account, p)
	r.papers(account, id)
	r.must(r.s.Submit(context.Background(), r.actor(account), r.op(), id, "id"))
	return id
}

func (r *rig) verified(account string, p Profile) domain.OrganizationID {
	r.t.Helper()
	id := r.submitted(account, p)
	state, err := r.s.Decide(context.Background(), r.actor("s-sari"), r.op(), id, 0, r.allInForce(id), "")
	r.must(err)
	if state != StateVerified {
		r.t.Fatalf("state %s", state)
	}
	return id
}

func (r *rig) allInForce(id domain.OrganizationID) []Answer {
	doc, err := r.s.organizations.Get(context.Background(), string(id))
	r.must(err)
	var ids []string
	for _, p := range doc.Body.Asked() {
		ids = append(ids, p.ID)
	}
	return inForce(ids...)
}

func (r *rig) state(id domain.OrganizationID) State {
	doc, err := r.s.organizations.Get(context.Background(), string(id))
	r.must(err)
	return doc.Body.StateAt(r.clock.Now())
}

// page is an answer.
type page struct {
	*goquery.Document
	status   int
	location string
	body     string
}

func (p page) text() string { return strings.Join(strings.Fields(p.Find("main").Text()), " ") }

func (r *rig) send(account, method, path string, form url.Values) page {
	r.t.Helper()
	var body io.Reader
	if form != nil {
		body = strings.NewReader(form.Encode())
	}
	request := httptest.NewRequest(method, path, body)
	if form != nil {
		request.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	return r.do(account, request)
}

func (r *rig) get(account, path string) page { return r.send(account, "GET", path, nil) }

func (r *rig) post(account, path string, form url.Values) page {
	form = cloneValues(form)
	if !form.Has("_op") {
		form.Set("_op", r.op().ID)
	}
	return r.send(account, "POST", path, form)
}

func cloneValues(v url.Values) url.Values {
	clone := url.Values{}
	for k, all := range v {
		clone[k] = slices.Clone(all)
	}
	return clone
}

func (r *rig) upload(account, path string, fields map[string]string, file string) page {
	var body bytes.Buffer
	w := multipart.NewWriter(&body)
	for k, v := range fields {
		r.must(w.WriteField(k, v))
	}
	if file != "" {
		part, err := w.CreateFormFile("file", file)
		r.must(err)
		_, err = part.Write([]byte("%PDF-1.7 isi"))
		r.must(err)
	}
	r.must(w.Close())
	request := httptest.NewRequest("POST", path, &body)
	request.Header.Set("Content-Type", w.FormDataContentType())
	return r.do(account, request)
}

func (r *rig) do(account string, request *http.Request) page {
	r.t.Helper()
	if account != "" {
		request.Header.Set("X-Actor", account)
	}
	response, err := r.app.Test(request, -1)
	r.must(err)
	defer response.Body.Close()
	raw, err := io.ReadAll(response.Body)
	r.must(err)
	doc, err := goquery.NewDocumentFromReader(bytes.NewReader(raw))
	r.must(err)
	if strings.Contains(string(raw), "⟦") {
		r.t.Errorf("%s: a text is missing: %s", request.URL, raw[bytes.Index(raw, []byte("⟦")):][:60])
	}
	return page{doc, response.StatusCode, response.Header.Get("Location"), string(raw)}
}

type library struct {
	mu      sync.Mutex
	has     map[domain.Ref]bool
	waiting map[string]domain.Ref // by operation
	err     error
}

func (l *library) Attach(_ context.Context, _ domain.Actor, op store.Operation, ref domain.Ref, typ domain.DocumentType, vis domain.Visibility, up domain.Upload) (domain.Citation, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.err != nil {
		return domain.Citation{}, l.err
	}
	if typ != domain.DocPaper || vis != domain.VisibleOrganization {
		return domain.Citation{}, fmt.Errorf("a paper became %s, %s", typ, vis)
	}
	if _, err := io.Copy(io.Discard, up.Body); err != nil {
		return domain.Citation{}, err
	}
	if l.waiting == nil {
		l.waiting = map[string]domain.Ref{}
	}
	l.waiting[op.ID] = ref
	return domain.Citation{ID: domain.DocumentID("doc-" + op.ID)}, nil
}

func (l *library) Answered(_ context.Context, op store.Operation, answer error) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	if ref, ok := l.waiting[op.ID]; ok {
		l.has[ref] = true
	}
	return answer
}

func (l *library) Has(_ context.Context, ref domain.Ref, _ ...domain.DocumentType) (bool, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.has[ref], nil
}

type people struct{}

func (people) Names(_ context.Context, ids []domain.AccountID) (map[domain.AccountID]string, error) {
	names := map[domain.AccountID]string{}
	for _, id := range ids {
		names[id] = "Nama " + string(id)
	}
	return names, nil
}

// regions knows a handful of places.
type regions struct{}

var known = []domain.Place{
	{Code: "61", Name: "Kalimantan Barat", Kind: "provinsi"},
	{Code: "61.01", Name: "Sambas", Kind: "kabupaten", Province: "Kalimantan Barat"},
	{Code: "61.71", Name: "Pontianak", Kind: "kota", Province: "Kalimantan Barat"},
	{Code: "61.01.08", Name: "Paloh", Kind: "kecamatan", Regency: "Kabupaten Sambas", Province: "Kalimantan Barat"},
	{Code: "61.01.08.2007", Name: "Temajuk", Kind: "desa", District: "Paloh", Regency: "Kabupaten Sambas", Province: "Kalimantan Barat"},
	{Code: "61.01.01.2001", Name: "Sepadu", Kind: "desa", District: "Sambas", Regency: "Kabupaten Sambas", Province: "Kalimantan Barat"},
	{Code: "61.01.02.2002", Name: "Sepadu", Kind: "desa", District: "Teluk Keramat", Regency: "Kabupaten Sambas", Province: "Kalimantan Barat"},
	{Code: "61.71.01.1002", Name: "Benuamelayu Laut", Kind: "kelurahan", District: "Pontianak Selatan", Regency: "Kota Pontianak", Province: "Kalimantan Barat"},
}

func (regions) Place(_ context.Context, code domain.RegionCode) (domain.Place, error) {
	for _, p := range known {
		if p.Code == code {
			return p, nil
		}
	}
	return domain.Place{}, apperr.New(apperr.NotFound, "error.not_found.text")
}

func (regions) SearchPlaces(_ context.Context, text string, within domain.RegionCode, level, limit int) ([]domain.Place, error) {
	name, _, _ := strings.Cut(strings.ToLower(text), ",")
	var found []domain.Place
	for _, p := range known {
		if (level == 0 || p.Code.Level() == level) && within.Contains(p.Code) && strings.Contains(strings.ToLower(p.Name), strings.TrimPrefix(name, "desa ")) && len(found) < limit {
			found = append(found, p)
		}
	}
	return found, nil
}

func (regions) Children(_ context.Context, code domain.RegionCode) ([]domain.Place, error) {
	if code == "" {
		return known[:1], nil
	}
	return nil, nil
}

func (regions) RegencyOptions(context.Context) ([]web.Option, error) {
	return []web.Option{{Value: "61.01", Label: "Kabupaten Sambas"}, {Value: "61.71", Label: "Kota Pontianak"}}, nil
}

// finder finds by a part of the name, hidden ones too, as an index that is behind would.
type finder struct{ r *rig }

func (f finder) SearchOrganizations(ctx context.Context, text string, _ map[string]string, _ string, _ int) ([]string, string, int, error) {
	var ids []string
	err := f.r.s.Each(ctx, func(i Indexed) error {
		if strings.Contains(strings.ToLower(i.Name), strings.ToLower(text)) {
			ids = append(ids, string(i.ID))
		}
		return nil
	})
	return ids, "", len(ids), err
}
