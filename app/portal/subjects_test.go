package portal_test

import (
	"bytes"
	"context"
	"fmt"
	"image"
	"image/jpeg"
	"slices"
	"strings"
	"time"

	"gotong/app/embedded/oidc"
	"gotong/app/walk"
	"gotong/modules/commitments"
	"gotong/modules/documents"
	"gotong/modules/domain"
	"gotong/modules/initiatives"
	"gotong/modules/kit/store"
	"gotong/modules/moderation"
	"gotong/modules/needs"
	"gotong/modules/organizations"
	generated "gotong/modules/papers"
)

const temajuk = domain.RegionCode(walk.Village)

// subject is a thing in a state: what a pattern's parameters and the page's query stand for.
type subject struct {
	name   string
	params map[string]string
	query  string
}

// scenery makes things of the university (viewer, editor and owner are demo people) and of the village Temajuk, in each
// state, through the portal's services.
type scenery struct {
	*whole
	ctx       context.Context
	n         int
	tail      string
	needs     map[string]domain.NeedID
	works     map[string]domain.InitiativeID
	calls     map[string]domain.CallID
	deals     map[string]domain.CommitmentID
	documents map[string]domain.DocumentID
	curated   map[string]string // collections
	shared    string            // secret of a link to the organisation's document
	paper     string            // the agreement made for the accepted commitment
	imports   map[string]string
	secret    string
	code      string // by which the village can answer without an account
	reports   map[string]string
	plans     map[string]string
	announced string

	invitation string              // of the secretariat, to the university
	template   string              // of the university's published initiative
	order      map[string][]string // names of each map, as they were made
}

// dress makes the scenery; tail stands at the end of every text that people write.
func dress(w *whole, tail string) *scenery {
	s := &scenery{whole: w, tail: tail, ctx: context.Background(), needs: map[string]domain.NeedID{}, works: map[string]domain.InitiativeID{},
		deals: map[string]domain.CommitmentID{}, documents: map[string]domain.DocumentID{}, curated: map[string]string{}, imports: map[string]string{}, order: map[string][]string{}}
	s.makeNeeds()
	s.makeCalls()
	s.makeInitiatives()
	s.makeCommitments()
	s.makeOrganizations()
	s.makeDocuments()
	s.makeImports()
	s.makeModeration()
	s.makePlans()
	return s
}

func (s *scenery) who(subject string) domain.Actor { return s.as(subject).actor }

func (s *scenery) op() store.Operation {
	s.n++
	return store.Operation{ID: fmt.Sprintf("scenery-%d", s.n)}
}

func (s *scenery) named(kind, name string) { s.order[kind] = append(s.order[kind], name) }

func paper(name string) domain.Upload {
	b := walk.PDF("Berkas contoh " + name)
	return domain.Upload{Name: name + ".pdf", Size: int64(len(b)), Body: bytes.NewReader(b)}
}

func day(days int) domain.Date { return domain.DateOf(time.Now().AddDate(0, 0, days)) }

func needContent(title, tail string, quantity int64) needs.Content {
	return needs.Content{
		Category: "clean-water-supply", Title: title + tail, Description: "Rincian untuk keluarga di dusun pesisir." + tail, Summary: "Ringkasan." + tail,
		Quantity: quantity, Unit: "unit", Households: 40, Persons: 152, Divisible: true, MinLot: 1, WantedBy: day(300), Urgency: needs.UrgencyHigh,
		UrgencyReason: "Ditetapkan pada musyawarah desa." + tail, MeetingDate: day(-30), ContactOffice: "Kantor desa" + tail,
	}
}

func initiativeContent(title, tail string) initiatives.Content {
	return initiatives.Content{
		Title: title + tail, Summary: "Ringkasan." + tail, SummaryEN: "Summary." + tail, Problem: "Air payau." + tail, Goals: "Air layak." + tail, Areas: []domain.RegionCode{"61.01"},
		TargetGroup: "Keluarga" + tail, TargetNumber: 100, From: day(0), Until: day(360),
		Offers:     []initiatives.Offer{{Category: "clean-water-supply", Unit: "unit", Quantity: 1000, Conditions: "Syarat." + tail}},
		Budget:     []initiatives.BudgetLine{{Item: "Tandon" + tail, Source: initiatives.SourceOwn, Amount: 1_000_000}},
		Results:    []initiatives.Result{{Indicator: "improved-water-access", Baseline: "0" + tail, Target: "10" + tail}},
		Milestones: []initiatives.Milestone{{Title: "Tandon terpasang" + tail, Due: day(100)}},
		Risks:      "Cuaca." + tail, Sustainability: "Dirawat warga." + tail,
		Partners: []initiatives.Partner{{Name: "Mitra" + tail, Role: "Pendamping" + tail}},
	}
}

// need makes a need and walks it through the actions.
func (s *scenery) need(name, by string, organization domain.OrganizationID, quantity int64, actions ...needs.Action) domain.NeedID {
	s.t.Helper()
	service := s.house().Needs.Service
	doc, err := service.Create(s.ctx, s.who(by), s.op(), needs.Input{Organization: organization, Village: temajuk, Content: needContent("Kebutuhan "+name, s.tail, quantity)})
	s.must(err)
	id := domain.NeedID(doc.ID)
	s.needs[name] = id
	s.named("need", name)
	for _, a := range actions {
		r := needs.Request{Actor: s.who("verifikator-paloh"), Operation: s.op(), ID: id, Reason: "Alasan yang cukup panjang." + s.tail}
		switch a {
		case needs.ActionSubmit:
			r.Actor = s.who(by)
			_, err = service.Submit(s.ctx, r, &needs.Minutes{Type: domain.DocMinutes, File: paper("berita-acara " + name)})
		case needs.ActionWithdraw:
			r.Actor = s.who(by)
			_, err = service.Withdraw(s.ctx, r)
		default:
			d := needs.Decision{Action: a, Plan: needs.PlanReference{Document: "RKPD", Year: int64(time.Now().Year() + 1)}, Reasons: []needs.FieldReason{{Field: "quantity", Reason: "Jumlah belum sesuai berita acara."}}}
			d.Checklist = needs.Checklist{Answers: map[needs.Question]bool{}}
			for _, q := range needs.CheckQuestions {
				d.Checklist.Answers[q] = true
			}
			if a != needs.ActionReturn {
				d.Reasons = nil
			}
			_, err = service.Decide(s.ctx, r, d)
		}
		if err != nil {
			s.t.Fatalf("need %s, %s: %v", name, a, err)
		}
	}
	return id
}

const temajukOffice = domain.OrganizationID("demo-org-desa-temajuk")

func (s *scenery) makeNeeds() {
	const submit, begin = needs.ActionSubmit, needs.ActionBegin
	own := func(name string, quantity int64, actions ...needs.Action) {
		s.need(name, "desa-temajuk", temajukOffice, quantity, actions...)
	}
	own("draft", 10)
	own("submitted", 11, submit)
	own("in-verification", 12, submit, begin)
	own("needs-correction", 13, submit, begin, needs.ActionReturn)
	own("verified", 500, submit, begin, needs.ActionVerify)
	own("planned", 14, submit, begin, needs.ActionPlan)
	own("rejected", 15, submit, begin, needs.ActionReject)
	own("withdrawn", 16, submit, begin, needs.ActionVerify, needs.ActionWithdraw)
	own("fulfilled", 1, submit, begin, needs.ActionVerify)
	s.need("behalf-draft", "univ-pengelola", oidc.OrgUniv, 17)
	s.need("behalf-submitted", "univ-pengelola", oidc.OrgUniv, 18, submit)
	s.must(s.house().Needs.Service.Each(s.ctx, func(doc needs.Doc) error {
		if doc.Body.State() == needs.InVerification && doc.Body.Village != temajuk {
			s.needs["elsewhere"] = domain.NeedID(doc.ID)
		}
		return nil
	}))
	s.named("need", "elsewhere")
}

// initiative makes one of the university's initiatives and walks it through the actions.
func (s *scenery) initiative(name string, actions ...initiatives.Action) domain.InitiativeID {
	s.t.Helper()
	service := s.house().Initiatives.Service
	owner := s.who("univ-pengelola")
	doc, err := service.Create(s.ctx, owner, s.op(), oidc.OrgUniv, initiativeContent("Inisiatif "+name, s.tail))
	s.must(err)
	return s.carryOn(name, domain.InitiativeID(doc.ID), actions...)
}

// carryOn walks a draft of the university through the actions.
func (s *scenery) carryOn(name string, id domain.InitiativeID, actions ...initiatives.Action) domain.InitiativeID {
	s.t.Helper()
	service, owner := s.house().Initiatives.Service, s.who("univ-pengelola")
	s.works[name] = id
	s.named("initiative", name)
	for _, a := range actions {
		r := initiatives.Request{Actor: owner, Operation: s.op(), ID: id, Reason: "Alasan yang cukup panjang." + s.tail, Until: day(20)}
		d := initiatives.Decision{Action: a}
		var err error
		switch a {
		case initiatives.ActionSubmit:
			_, err = service.Submit(s.ctx, r, []initiatives.Paper{{Type: domain.DocTerms, File: paper("kak " + name)}, {Type: domain.DocBudget, File: paper("rab " + name)}})
			if err != nil {
				s.t.Fatalf("initiative %s, submit: %v", name, err)
			}
			continue
		case initiatives.ActionReview:
			s.takeUp(id)
			continue
		case initiatives.ActionRevise, initiatives.ActionApprove, initiatives.ActionReject:
			s.judge(id, r, string(a))
			continue
		case initiatives.ActionStart:
			d.Begin = initiatives.Begin{WorkPlan: "Rencana kerja sembilan bulan.", Assignment: "ST/1"}
		case initiatives.ActionEvaluate:
			r.Actor = s.who("evaluator-balitbang")
		}
		if _, err = service.Decide(s.ctx, r, d); err != nil {
			s.t.Fatalf("initiative %s, %s: %v", name, a, err)
		}
	}
	return id
}

func (s *scenery) makeInitiatives() {
	steps := []initiatives.Action{initiatives.ActionSubmit, initiatives.ActionReview, initiatives.ActionApprove, initiatives.ActionPublish, initiatives.ActionStart}
	until := func(n int, more ...initiatives.Action) []initiatives.Action {
		return append(slices.Clone(steps[:n]), more...)
	}
	invitation, err := s.house().Initiatives.Service.Invite(s.ctx, s.who("sekretariat-1"), s.op(), initiatives.Invitation{
		To: oidc.OrgUniv, Title: "Undangan" + s.tail, Words: "Kami mengundang." + s.tail, Reason: "presence", Category: "clean-water-supply", Until: day(60),
	})
	s.must(err)
	s.invitation = invitation
	s.initiative("draft")
	s.initiative("submitted", until(1)...)
	s.initiative("under-review", until(2)...)
	call := s.released("media-pengelola", oidc.OrgMedia, callContent("Panggilan media", s.tail, time.Now().AddDate(0, 0, 40)))
	doc, err := s.house().Initiatives.Service.CreateBy(s.ctx, s.who("univ-pengelola"), s.op(), oidc.OrgUniv, initiativeContent("Inisiatif called", s.tail), initiatives.Origin{Call: call})
	s.must(err)
	s.carryOn("called", domain.InitiativeID(doc.ID), until(2)...)
	s.initiative("needs-revision", until(2, initiatives.ActionRevise)...)
	s.initiative("approved", until(3)...)
	s.initiative("rejected", until(2, initiatives.ActionReject)...)
	s.initiative("published", until(4)...)
	kept, err := s.house().Initiatives.Service.KeepTemplate(s.ctx, s.who("sekretariat-1"), s.op(), s.works["published"], initiatives.TemplateInput{
		Name: "Templat" + s.tail, About: "Bagi siapa pun." + s.tail, Texts: initiatives.Content{Problem: "Masalah." + s.tail}, Parts: []initiatives.Part{initiatives.PartProblem, initiatives.PartOffers},
	})
	s.must(err)
	s.template = kept.ID
	s.initiative("running", until(5)...)
	s.initiative("suspended", until(5, initiatives.ActionSuspend)...)
	s.initiative("completed", until(5, initiatives.ActionComplete)...)
	s.initiative("evaluated", until(5, initiatives.ActionComplete, initiatives.ActionEvaluate)...)
}

// deal proposes the university's published offer to a need of Temajuk and walks it on.
func (s *scenery) deal(name, need string, quantity int64, steps int) {
	s.t.Helper()
	service, work := s.house().Commitments.Service, s.works["published"]
	ours, village := s.who("univ-pengelola"), s.who("desa-temajuk")
	id, err := service.Propose(s.ctx, ours, s.op(), commitments.Proposal{Need: s.needs[need], Initiative: work, Offer: domain.OfferID(string(work) + "-1"),
		Quantity: quantity, From: day(0), Until: day(200), Message: "PESAN-RAHASIA" + s.tail, Conditions: "SYARAT-RAHASIA" + s.tail})
	if err != nil {
		s.t.Fatalf("commitment %s: %v", name, err)
	}
	s.deals[name] = id
	s.named("commitment", name)
	terms := commitments.Terms{Kind: commitments.AgreementStatement, Position: "Ketua"}
	file := paper("laporan " + name)
	for i, step := range []func() error{
		func() error { return service.Accept(s.ctx, village, s.op(), id) },
		func() error { return service.Sign(s.ctx, ours, s.op(), id, terms, nil) },
		func() error { return service.Sign(s.ctx, village, s.op(), id, terms, nil) },
		func() error { return service.Start(s.ctx, ours, s.op(), id) },
		func() error {
			return service.Deliver(s.ctx, ours, s.op(), id, commitments.Report{Quantity: quantity, Date: day(0), Place: "Balai desa" + s.tail, Condition: "Baik" + s.tail, Type: domain.DocReport, File: &file})
		},
		func() error {
			record := paper("bast " + name)
			return service.HandOver(s.ctx, ours, s.op(), id, &record)
		},
		func() error {
			c, _, err := service.Get(s.ctx, village, id)
			if err != nil {
				return err
			}
			received := quantity
			if name == "disputed" {
				received = 0
			}
			return service.Confirm(s.ctx, village, s.op(), id, []commitments.Answer{{Delivery: c.Deliveries[0].ID, Received: received}}, "Barang belum sampai di balai desa."+s.tail)
		},
	} {
		if i == steps {
			return
		}
		if err := step(); err != nil {
			s.t.Fatalf("commitment %s, step %d: %v", name, i+1, err)
		}
	}
}

func (s *scenery) makeCommitments() {
	s.deal("proposed", "verified", 2, 0)
	s.deal("accepted", "verified", 3, 1)
	s.deal("agreed", "verified", 4, 3)
	s.deal("delivering", "verified", 5, 5)
	s.deal("delivered", "verified", 6, 6)
	s.deal("disputed", "verified", 7, 7)
	s.deal("confirmed", "fulfilled", 1, 7)
	var err error
	s.paper, err = s.house().Papers.Service.Make(s.ctx, s.who("univ-pengelola"), s.op(), s.deals["accepted"], generated.PKS, generated.Said{Date: day(0), Clause: "Empat belas hari sebelumnya." + s.tail})
	s.must(err)
	shown, err := s.house().Commitments.Service.MakeLink(s.ctx, s.who("desa-temajuk"), s.op(), s.deals["delivered"], commitments.LinkMessage)
	s.must(err)
	link, err := s.house().Commitments.Service.ShownLink(s.ctx, s.who("desa-temajuk"), s.deals["delivered"], shown)
	s.must(err)
	s.code = link.Secret
	s.must(s.house().Needs.Service.Recheck(s.ctx, s.needs["fulfilled"]))
	doc, err := s.house().Needs.Service.Get(s.ctx, s.needs["fulfilled"])
	s.must(err)
	if doc.Body.State() != needs.Fulfilled {
		s.t.Fatalf("the confirmed need is %s", doc.Body.State())
	}
}

func (s *scenery) makeOrganizations() {
	members := map[domain.AccountID]domain.OrganizationRole{
		s.as("univ-pembaca").account: domain.OrgViewer, s.as("univ-penyunting").account: domain.OrgEditor, s.as("univ-pengelola").account: domain.OrgOwner,
	}
	var seeds []organizations.Seed
	for _, state := range []organizations.State{organizations.StateRegistered, organizations.StatePending, organizations.StateSuspended, organizations.StateRejected, organizations.StateVerified} {
		name := string(state)
		seeds = append(seeds, organizations.Seed{ID: domain.OrganizationID("matrix-" + name), Members: members, Organization: organizations.Organization{
			Name: "Contoh: Lembaga " + name + s.tail, Type: "academia", Sublevel: "university", Region: "61.71", About: "Lembaga contoh." + s.tail, Office: "Sekretariat" + s.tail, Registration: "M/" + name, State: state,
		}})
		if state == organizations.StateVerified {
			seeds[len(seeds)-1].Organization.State = "" // verified now
			name = "public"
			seeds[len(seeds)-1].ID = "matrix-public"
		}
		s.named("organization", name)
	}
	s.must(s.house().Organizations.Service.Plant(s.ctx, seeds))
	s.named("organization", "verified")
	shown, err := s.house().Organizations.Service.Invite(s.ctx, s.who("univ-pengelola"), s.op(), oidc.OrgUniv, domain.OrgViewer)
	s.must(err)
	invitation, err := s.house().Organizations.Service.ShownInvitation(s.ctx, s.who("univ-pengelola"), oidc.OrgUniv, shown)
	s.must(err)
	s.secret = invitation.Path[strings.LastIndexByte(invitation.Path, '/')+1:]
}

func organizationID(name string) string {
	if name == "verified" {
		return oidc.OrgUniv
	}
	return "matrix-" + name
}

func (s *scenery) makeDocuments() {
	var photo bytes.Buffer
	s.must(jpeg.Encode(&photo, image.NewGray(image.Rect(0, 0, 8, 8)), nil))
	add := func(name, by, kind, id string, v domain.Visibility) {
		file := paper("dokumen " + name)
		if name == "picture" {
			file = domain.Upload{Name: "foto.jpg", Size: int64(photo.Len()), Body: bytes.NewReader(photo.Bytes())}
		}
		doc, err := s.house().Documents.Service.Add(s.ctx, s.who(by), s.op(), domain.Ref{Kind: kind, ID: id},
			documents.Details{Type: domain.DocReport, Title: "Dokumen " + name + s.tail, Description: "Isi." + s.tail, Visibility: v, Language: "id"}, file)
		if err != nil {
			s.t.Fatalf("document %s: %v", name, err)
		}
		s.documents[name] = doc
		s.named("document", name)
	}
	published, draft := string(s.works["published"]), string(s.works["draft"])
	add("public", "univ-penyunting", domain.KindInitiative, published, domain.VisiblePublic)
	add("parties", "univ-penyunting", domain.KindInitiative, published, domain.VisibleParties)
	add("organization", "univ-penyunting", domain.KindInitiative, published, domain.VisibleOrganization)
	add("picture", "univ-penyunting", domain.KindInitiative, published, domain.VisibleParties)
	add("of-draft", "univ-penyunting", domain.KindInitiative, draft, domain.VisiblePublic)
	add("of-need", "desa-temajuk", domain.KindNeed, string(s.needs["verified"]), domain.VisibleParties)
	add("trashed", "univ-penyunting", domain.KindInitiative, published, domain.VisiblePublic)
	s.must(s.house().Documents.Service.Share(s.ctx, s.who("univ-penyunting"), s.op(), s.documents["organization"], 0, day(30), ""))
	_, links, err := s.house().Documents.Service.Shared(s.ctx, s.who("univ-penyunting"), s.documents["organization"])
	s.must(err)
	s.shared = links[0].Secret
	s.must(s.house().Documents.Service.Trash(s.ctx, s.who("univ-penyunting"), s.op(), s.documents["trashed"], 0, "Berkas keliru."+s.tail))
	curated, editor := s.house().Documents.Service.Collections, s.who("univ-penyunting")
	for _, name := range []string{"public", "own", "trashed"} {
		id, err := curated.Create(s.ctx, editor, s.op(), oidc.OrgUniv, documents.CollectionDetails{Title: "Kumpulan " + name + s.tail, Public: name == "public"})
		s.must(err)
		s.must(curated.Put(s.ctx, editor, s.op(), id, 0, s.documents["public"]))
		s.must(curated.Put(s.ctx, editor, s.op(), id, 0, s.documents["parties"]))
		s.curated[name] = id
		s.named("collection", name)
	}
	s.must(curated.Remove(s.ctx, editor, s.op(), s.curated["trashed"], 0, "Diganti."+s.tail))
}

// makeModeration makes a report in each state and an announcement.
func (s *scenery) makeModeration() {
	service, secretary := s.house().Moderation.Service, s.who("sekretariat-2")
	s.reports = map[string]string{}
	for _, state := range []moderation.ReportState{moderation.ReportOpen, moderation.ReportActed, moderation.ReportDismissed} {
		id, err := service.Report(s.ctx, domain.Actor{}, "scenery-"+string(state), s.op(), moderation.Report{Path: "/needs/" + string(s.needs["verified"]), Reason: "wrong", Words: "Jumlahnya keliru." + s.tail})
		s.must(err)
		s.reports[string(state)] = id
		s.named("report", string(state))
		if state != moderation.ReportOpen {
			s.must(service.Decide(s.ctx, secretary, s.op(), id, state, "Sudah dilihat."+s.tail))
		}
	}
	op := s.op()
	text := domain.Text{ID: "Pemeliharaan" + s.tail, EN: "Maintenance" + s.tail}
	s.must(service.Announce(s.ctx, secretary, op, moderation.Announcement{Title: text, Text: text, From: day(0), Until: day(3)}))
	s.announced = secretary.NewID(op)
}
