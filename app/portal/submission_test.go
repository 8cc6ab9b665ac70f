package portal_test

import (
	"context"
	"errors"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/PuerkitoBio/goquery"

	"gotong/app/embedded/oidc"
	"gotong/app/portal"
	"gotong/modules/calls"
	"gotong/modules/domain"
	"gotong/modules/initiatives"
	"gotong/modules/kit/apperr"
	"gotong/modules/kit/clock"
	"gotong/modules/kit/i18n"
	"gotong/views"
)

// submission is one portal with a clock of its own, for a call and who answers it.
type submission struct {
	*scenery
	clock  *clock.Fake
	bundle *i18n.Bundle
}

// call drafts a call of the university, and has it released by a second person.
func (s *submission) call(title string, change func(*calls.Content)) domain.CallID {
	s.t.Helper()
	service := s.house().Calls.Service
	content := callContent(title, s.tail, s.clock.Now().AddDate(0, 0, 30))
	change(&content)
	doc, err := service.Create(s.ctx, s.who("univ-pengelola"), s.op(), oidc.OrgUniv, content)
	s.must(err)
	id := domain.CallID(doc.ID)
	decide := func(subject string, a calls.Action) error {
		_, err := service.Decide(s.ctx, calls.Request{Actor: s.who(subject), Operation: s.op(), ID: id, Reason: "Alasan."}, calls.Decision{Action: a})
		return err
	}
	s.must(decide("univ-pengelola", calls.ActionAsk))
	if err := decide("univ-pengelola", calls.ActionRelease); !apperr.Is(err, apperr.Forbidden) || !strings.Contains(s.words(err), "tidak membukanya sendiri") {
		s.t.Errorf("%s was released by who asked: %v %s", title, err, s.words(err))
	}
	if r := s.ask(s.as("surya-pengelola"), http.MethodGet, "/calls/"+doc.ID, ""); r.status != http.StatusNotFound {
		s.t.Errorf("%s is seen before its release: %d", title, r.status)
	}
	s.must(decide("sekretariat-2", calls.ActionRelease))
	return id
}

// words are what a refusal says to people.
func (s *submission) words(err error) string {
	var e *apperr.Error
	if !errors.As(err, &e) {
		return ""
	}
	local := s.bundle.Localizer("id")
	text := local.Message(e.Msg)
	for _, f := range e.Fields {
		text += " | " + local.Message(f.Message)
	}
	return text
}

// answer begins a proposal for a call.
func (s *submission) answer(subject string, organization domain.OrganizationID, call domain.CallID, change func(*initiatives.Content)) domain.InitiativeID {
	s.t.Helper()
	content := initiativeContent("Usulan "+subject, s.tail)
	content.Areas = []domain.RegionCode{"61.01"}
	change(&content)
	doc, err := s.house().Initiatives.Service.CreateBy(s.ctx, s.who(subject), s.op(), organization, content, initiatives.Origin{Call: call})
	s.must(err)
	return domain.InitiativeID(doc.ID)
}

func (s *submission) submit(actor domain.Actor, id domain.InitiativeID, papers ...domain.DocumentType) error {
	r := initiatives.Request{Actor: actor, Operation: s.op(), ID: id}
	var files []initiatives.Paper
	for _, typ := range papers {
		files = append(files, initiatives.Paper{Type: typ, File: paper(string(typ) + " " + string(id))})
	}
	_, err := s.house().Initiatives.Service.Submit(s.ctx, r, files)
	return err
}

// A whole submission to a call: who may not is told why in words, one by one; the server's clock refuses what is late
// with what to do; what is handed in is frozen, and stands in the snapshot; amendments and answers reach everybody.
func TestSubmissionToACall(t *testing.T) {
	bundle, err := i18n.Load(views.FS, "locales")
	if err != nil {
		t.Fatal(err)
	}
	fake := clock.NewFake(time.Now())
	s := &submission{clock: fake, bundle: bundle, scenery: &scenery{
		whole: openWholeWith(t, portal.Options{Clock: fake}, nil), ctx: context.Background(), works: map[string]domain.InitiativeID{}, order: map[string][]string{},
	}}
	nothing := func(*initiatives.Content) {}
	both := []domain.DocumentType{domain.DocTerms, domain.DocBudget}

	for what, c := range map[string]struct {
		subject string
		org     domain.OrganizationID
		change  func(*calls.Content)
		want    string
	}{
		"type":  {"csr-pengelola", oidc.OrgCSR, func(c *calls.Content) { c.Types = []string{"community-ngo"} }, "jenis"},
		"area":  {"csr-pengelola", oidc.OrgCSR, func(c *calls.Content) { c.Local = true }, "wilayah"},
		"paper": {"csr-pengelola", oidc.OrgCSR, func(c *calls.Content) { c.OrgPapers = []string{"badan-hukum-koperasi"} }, "Pengesahan badan hukum koperasi"},
		"study": {"surya-pengelola", oidc.OrgSurya, func(c *calls.Content) { c.Papers = []domain.DocumentType{domain.DocStudy} }, "Penelitian"},
	} {
		call := s.call("Syarat "+what, c.change)
		id := s.answer(c.subject, c.org, call, nothing)
		err := s.submit(s.who(c.subject), id, both...)
		fields := apperr.FieldsOf(err)
		if !apperr.Is(err, apperr.Invalid) || len(fields) != 1 || !strings.Contains(strings.ToLower(s.words(err)), strings.ToLower(c.want)) {
			t.Errorf("%s: refused with %d reasons, %q", what, len(fields), s.words(err))
		}
		if what == "study" { // what was missing is brought: it goes through
			s.must(s.submit(s.who(c.subject), id, domain.DocStudy))
		}
	}

	call := s.call("Panggilan utama", func(c *calls.Content) { c.Types, c.Local = []string{"community-ngo"}, true })
	unverified := s.who("surya-pengelola")
	unverified.Memberships = slices.Clone(unverified.Memberships)
	unverified.Memberships[0].Verified = false
	ours := s.answer("surya-pengelola", oidc.OrgSurya, call, func(c *initiatives.Content) {
		c.Partners = []initiatives.Partner{{Name: "Kelompok Tani Tanpa Akun", Role: "Pendamping"}, {Organization: oidc.OrgCSR, Name: "Contoh: PT Usaha Bersama Demo", Role: "menyediakan perangkat"}}
	})
	if err := s.submit(unverified, ours, both...); !apperr.Is(err, apperr.Forbidden) || !strings.Contains(s.words(err), "terverifikasi") {
		t.Errorf("an unverified organisation hands in: %v %s", err, s.words(err))
	}
	if err := s.submit(s.who("surya-pengelola"), ours, both...); !apperr.Is(err, apperr.Invalid) || !strings.Contains(s.words(err), "PT Usaha Bersama Demo belum mengonfirmasi") || strings.Contains(s.words(err), "Tanpa Akun") {
		t.Errorf("a registered partner blocks until it confirms, one known by name only does not: %s", s.words(err))
	}
	partner := initiatives.Request{Actor: s.who("csr-pengelola"), Operation: s.op(), ID: ours}
	s.must(s.house().Initiatives.Service.Answer(s.ctx, partner, oidc.OrgCSR, "menyediakan perangkat", initiatives.PartnerConfirmed))

	// Questions are public with their answers, without who asked.
	service := s.house().Calls.Service
	question := s.op()
	s.must(service.AskQuestion(s.ctx, s.who("air-pengelola"), question, call, "Apakah talang termasuk satuan?"))
	page := func(subject, path string) string {
		r := s.ask(s.as(subject), http.MethodGet, path, "")
		doc, err := goquery.NewDocumentFromReader(strings.NewReader(r.body))
		s.must(err)
		if r.status != http.StatusOK {
			t.Errorf("%s as %s: %d", path, subject, r.status)
		}
		return strings.Join(strings.Fields(doc.Find("main").Text()), " ")
	}
	if strings.Contains(page("public", "/calls/"+string(call)), "talang termasuk") {
		t.Error("a question is public before its answer")
	}
	s.must(service.AnswerQuestion(s.ctx, s.who("univ-pengelola"), s.op(), call, s.who("air-pengelola").NewID(question), "Ya, talang termasuk."))
	if text := page("public", "/calls/"+string(call)); !strings.Contains(text, "Ya, talang termasuk.") || strings.Contains(text, "Yayasan Air Bersih") {
		t.Error("the answer is not public, or tells who asked")
	}

	// An amendment is shown as a difference and told to every applicant.
	theirs := s.answer("air-pengelola", oidc.OrgAir, call, nothing)
	before, err := service.Get(s.ctx, call)
	s.must(err)
	next := before.Body.Content
	next.Expected = "Dirawat warga dan sekolah."
	_, err = service.Decide(s.ctx, calls.Request{Actor: s.who("univ-pengelola"), Operation: s.op(), ID: call, Reason: "Sekolah ikut merawat."}, calls.Decision{Action: calls.ActionAmend, Content: next})
	s.must(err)
	for _, subject := range []string{"surya-pengelola", "air-pengelola"} {
		if unread, err := service.Unread(s.ctx, s.who(subject), call); err != nil || !unread {
			t.Errorf("%s is not told of the amendment: %v", subject, err)
		}
		if desk := page(subject, "/desk"); !strings.Contains(desk, "Panggilan utama") {
			t.Errorf("it is not on the desk of %s", subject)
		}
	}
	if text := page("air-pengelola", "/calls/"+string(call)+"/changes"); !strings.Contains(text, "dan sekolah") || !strings.Contains(text, "Sekolah ikut merawat.") {
		t.Errorf("the difference is not shown: %s", text)
	}

	// In time, frozen as it was.
	s.must(s.submit(s.who("surya-pengelola"), ours, both...))
	versions, err := s.house().Initiatives.Service.Versions(s.ctx, s.who("surya-pengelola"), ours)
	if err != nil || len(versions) != 1 || versions[0].Body.Title != "Usulan surya-pengelola"+s.tail || len(versions[0].Body.Partners) != 2 {
		t.Errorf("frozen: %+v %v", versions, err)
	}
	if r := s.ask(s.as("surya-pengelola"), http.MethodPost, "/initiatives/"+string(ours)+"/parts/summary", "title=Lain&summary=Lain"); r.status == http.StatusSeeOther {
		t.Error("what was handed in can still be changed")
	}

	// The server's clock: late is late, with what to do; the draft stays.
	fake.Advance(31 * 24 * time.Hour)
	err = s.submit(s.who("air-pengelola"), theirs, both...)
	if words := s.words(err); !apperr.Is(err, apperr.Conflict) || !strings.Contains(words, "Tenggat sudah lewat") || !strings.Contains(words, "salin untuk panggilan berikutnya") || !strings.Contains(words, "Sekretariat") {
		t.Errorf("late: %v %s", err, words)
	}
	if doc, err := s.house().Initiatives.Service.Get(s.ctx, theirs); err != nil || doc.Body.State() != initiatives.Draft {
		t.Errorf("the late draft is gone: %v", err)
	}
	if terms, budget, err := s.house().Initiatives.Service.HasPapers(s.ctx, theirs); err != nil || terms || budget {
		t.Error("papers of a late submission were kept")
	}
	if _, err := s.house().Initiatives.Service.CreateBy(s.ctx, s.who("media-pengelola"), s.op(), oidc.OrgMedia, initiativeContent("Telat", s.tail), initiatives.Origin{Call: call}); !apperr.Is(err, apperr.Conflict) {
		t.Errorf("a new answer to a closed call: %v", err)
	}

	// The closing snapshot holds what was handed in, for who reads inside.
	_, err = service.Sweep(s.ctx)
	s.must(err)
	fake.Advance(2 * time.Minute)
	_, err = service.Reconcile(s.ctx)
	s.must(err)
	var handed []calls.Handed
	s.must(service.SnapshotOf(s.ctx, s.who("univ-pengelola"), call, func(h calls.Handed) error { handed = append(handed, h); return nil }))
	if len(handed) != 1 || handed[0].Initiative != ours || len(handed[0].Digest) != 64 {
		t.Errorf("snapshot: %+v", handed)
	}
	if err := service.SnapshotOf(s.ctx, s.who("air-pengelola"), call, func(calls.Handed) error { return nil }); !apperr.Is(err, apperr.NotFound) {
		t.Errorf("a competitor reads who handed in: %v", err)
	}
}
