package demo

import (
	"context"
	"fmt"
	"time"

	"gotong/modules/commitments"
	"gotong/modules/documents"
	"gotong/modules/domain"
	"gotong/modules/initiatives"
	"gotong/modules/kit/store"
	"gotong/modules/needs"
)

// Story tells the demo story through the portal's services. Each step's form has a fixed operation id, so telling it
// again changes nothing, and an interrupted telling is gone on with.
func (d *Demo) Story(ctx context.Context) error {
	started := time.Now()
	s := d.deps.Services()
	c, err := d.assemble(ctx, s)
	if err != nil {
		return fmt.Errorf("demo: %w", err)
	}
	t := teller{services: s, cast: c, now: d.deps.Clock.Now(), needs: map[string]domain.NeedID{}, initiatives: map[string]domain.InitiativeID{}}
	for _, ch := range chapters(t.now) {
		if err := t.need(ctx, ch); err != nil {
			return fmt.Errorf("demo: need %s: %w", ch.key, err)
		}
	}
	if err := t.calls(ctx); err != nil {
		return fmt.Errorf("demo: calls: %w", err)
	}
	for _, sc := range scenes(t.now) {
		if err := t.initiative(ctx, sc); err != nil {
			return fmt.Errorf("demo: initiative %s: %w", sc.key, err)
		}
	}
	if err := t.authoring(ctx); err != nil {
		return fmt.Errorf("demo: authoring: %w", err)
	}
	if err := t.progress(ctx); err != nil {
		return fmt.Errorf("demo: progress: %w", err)
	}
	if err := t.commitments(ctx); err != nil {
		return fmt.Errorf("demo: %w", err)
	}
	if err := t.library(ctx); err != nil {
		return fmt.Errorf("demo: library: %w", err)
	}
	if err := t.notices(ctx); err != nil {
		return fmt.Errorf("demo: %w", err)
	}
	if err := s.Villages.Plant(ctx, standing(t.now.Year())); err != nil {
		return fmt.Errorf("demo: %w", err)
	}
	d.deps.Log.Info("demo: story told", "took", time.Since(started).Round(time.Millisecond))
	return d.marks.Put(ctx, markStory, mark{State: told}, 0)
}

// teller tells the story once.
type teller struct {
	services    Services
	cast        *cast
	now         time.Time
	needs       map[string]domain.NeedID
	initiatives map[string]domain.InitiativeID
}

func form(parts ...string) store.Operation {
	id := "demo"
	for _, p := range parts {
		id += "-" + p
	}
	return store.Operation{ID: id}
}

func (t *teller) need(ctx context.Context, ch chapter) error {
	operator, err := t.cast.as(ctx, ch.operator)
	if err != nil {
		return err
	}
	m, ok := operator.VillageGovernment(ch.village, domain.OrgOwner)
	if !ok {
		return fmt.Errorf("%s does not act for %s", ch.operator, ch.village)
	}
	op := form("need", ch.key)
	doc, err := t.services.Needs.Create(ctx, operator, op, needs.Input{Organization: m.Organization, Village: ch.village, Content: ch.content})
	if err != nil {
		return fmt.Errorf("create: %w", err)
	}
	id := domain.NeedID(doc.ID)
	t.needs[ch.key] = id
	minutes := needs.Minutes{Type: domain.DocMinutes, File: pdf("berita-acara-musyawarah-desa", "Berita acara musyawarah desa",
		"Musyawarah desa (contoh) menyepakati usulan berikut:", ch.content.Title, ch.content.Description, "Hadir: pemerintah desa, BPD, perwakilan dusun. Tidak ada nama orang dalam berkas ini.")}
	if _, err := t.services.Needs.Submit(ctx, needs.Request{Actor: operator, Operation: form("need", ch.key, "submit"), ID: id}, &minutes); err != nil {
		return fmt.Errorf("submit: %w", err)
	}
	if ch.verifier == "" {
		return nil
	}
	verifier, err := t.cast.as(ctx, ch.verifier)
	if err != nil {
		return err
	}
	decide := func(d needs.Decision, reason string) error {
		_, err := t.services.Needs.Decide(ctx, needs.Request{Actor: verifier, Operation: form("need", ch.key, string(d.Action)), ID: id, Reason: reason}, d)
		if err != nil {
			return fmt.Errorf("%s: %w", d.Action, err)
		}
		return nil
	}
	if err := decide(needs.Decision{Action: needs.ActionBegin}, ""); err != nil {
		return err
	}
	switch ch.until {
	case needs.Verified:
		return decide(needs.Decision{Action: needs.ActionVerify, Checklist: fullChecklist()}, "")
	case needs.Planned:
		return decide(needs.Decision{Action: needs.ActionPlan, Plan: needs.PlanReference{Document: "RKPD Kabupaten Sambas (contoh)", Year: int64(t.now.Year() + 1)}}, "")
	case needs.NeedsCorrection:
		return decide(needs.Decision{Action: needs.ActionReturn, Reasons: ch.returned}, ch.returned[0].Reason)
	}
	return nil
}

func fullChecklist() needs.Checklist {
	list := needs.Checklist{Answers: map[needs.Question]bool{}}
	for _, q := range needs.CheckQuestions {
		list.Answers[q] = true
	}
	return list
}

func (t *teller) initiative(ctx context.Context, sc scene) error {
	owner, err := t.cast.as(ctx, sc.owner)
	if err != nil {
		return err
	}
	office, err := t.cast.as(ctx, "sekretariat-1")
	if err != nil {
		return err
	}
	doc, err := t.services.Initiatives.Create(ctx, owner, form("initiative", sc.key), sc.org, sc.content)
	if err != nil {
		return fmt.Errorf("create: %w", err)
	}
	id := domain.InitiativeID(doc.ID)
	t.initiatives[sc.key] = id
	for _, p := range doc.Body.Partners {
		partner, err := t.cast.as(ctx, partnerOwners[p.Organization])
		if err != nil {
			return err
		}
		r := initiatives.Request{Actor: partner, Operation: form("initiative", sc.key, "partner", string(p.Organization)), ID: id}
		if err := t.services.Initiatives.Answer(ctx, r, p.Organization, p.Role, initiatives.PartnerConfirmed); err != nil {
			return fmt.Errorf("partner: %w", err)
		}
	}
	papers := []initiatives.Paper{
		{Type: domain.DocTerms, File: pdf("kak-tor", "Kerangka acuan kerja", sc.content.Title, sc.content.Problem, sc.content.Goals)},
		{Type: domain.DocBudget, File: note("rab", "Rencana anggaran biaya: "+sc.content.Title)},
	}
	if _, err := t.services.Initiatives.Submit(ctx, initiatives.Request{Actor: owner, Operation: form("initiative", sc.key, "submit"), ID: id}, papers); err != nil {
		return fmt.Errorf("submit: %w", err)
	}
	decide := func(by domain.Actor, reason string, until domain.Date, d initiatives.Decision) error {
		request := initiatives.Request{Actor: by, Operation: form("initiative", sc.key, string(d.Action)), ID: id, Reason: reason, Until: until}
		if _, err := t.services.Initiatives.Decide(ctx, request, d); err != nil {
			return fmt.Errorf("%s: %w", d.Action, err)
		}
		return nil
	}
	if sc.until == initiatives.Submitted {
		return nil
	}
	if err := t.review(ctx, sc, id, office); err != nil || sc.until == initiatives.NeedsRevision || sc.until == initiatives.UnderReview {
		return err
	}
	if err := decide(owner, "", "", initiatives.Decision{Action: initiatives.ActionPublish}); err != nil || sc.until == initiatives.Published {
		return err
	}
	begin := initiatives.Begin{WorkPlan: "Tiga bulan persiapan, enam bulan pelaksanaan, tiga bulan pendampingan (contoh).", Assignment: "CONTOH/ST/" + sc.key}
	if err := decide(owner, "", "", initiatives.Decision{Action: initiatives.ActionStart, Begin: begin}); err != nil || sc.until == initiatives.Running {
		return err
	}
	if sc.study {
		report := pdf("laporan-ringkas", "Laporan ringkas penelitian", sc.content.Title, sc.content.Summary,
			"Hasil dalam berkas ini rekaan dan tidak menggambarkan desa mana pun.")
		details := documents.Details{Type: domain.DocStudy, Title: "[Contoh] Laporan ringkas penelitian", Visibility: domain.VisiblePublic, Language: "id"}
		if _, err := t.services.Documents.Add(ctx, owner, form("initiative", sc.key, "study"), domain.Ref{Kind: domain.KindInitiative, ID: string(id)}, details, report); err != nil {
			return fmt.Errorf("study: %w", err)
		}
	}
	if err := decide(owner, "Laporan akhir diserahkan (contoh).", "", initiatives.Decision{Action: initiatives.ActionComplete}); err != nil {
		return err
	}
	evaluator, err := t.cast.as(ctx, "evaluator-balitbang")
	if err != nil {
		return err
	}
	return decide(evaluator, "Efektif: model dipakai untuk memilih desa pada putaran berikut (contoh).", "", initiatives.Decision{Action: initiatives.ActionEvaluate})
}

// deal is one commitment of the story.
type deal struct {
	need, initiative    string
	proposer, village   string
	quantity            int64
	kind                commitments.AgreementKind // "" stops at accepted
	number              string
	parts               []part
	offer               int // of the initiative, from 1
	message, conditions string
}

// part is one delivery; confirmed tells whether the village answered it.
type part struct {
	quantity  int64
	typ       domain.DocumentType
	confirmed bool
}

func deals() []deal {
	return []deal{
		{need: "1", initiative: "9", proposer: "air-pengelola", village: "desa-temajuk", quantity: 40, offer: 1, kind: commitments.AgreementPKS, number: "CONTOH/PKS/001",
			message: "Kami menyediakan 40 unit tandon beserta talang.", conditions: "Pemeliharaan oleh kelompok pengelola air desa."},
		{need: "2", initiative: "9", proposer: "air-pengelola", village: "desa-sarang-burung-danau", quantity: 25, offer: 2, message: "Kami menyediakan 25 unit jamban; tenaga dari warga."},
		{need: "3", initiative: "10", proposer: "surya-pengelola", village: "desa-sungai-bening", quantity: 30, offer: 1, kind: commitments.AgreementStatement,
			message: "Kami memasang 30 paket surya dan melatih perawatnya.", parts: []part{{12, domain.DocPhoto, true}, {6, domain.DocHandover, false}}},
		{need: "5", initiative: "csr", proposer: "csr-pengelola", village: "desa-penjajap", quantity: 30_000_000, offer: 1, kind: commitments.AgreementStatement,
			message: "Kami menyalurkan dana bergulir dalam dua tahap.", parts: []part{{20_000_000, domain.DocHandover, true}}},
	}
}

func (t *teller) commitments(ctx context.Context) error {
	for _, d := range deals() {
		if err := t.deal(ctx, d); err != nil {
			return fmt.Errorf("commitment of need %s: %w", d.need, err)
		}
	}
	return nil
}

func (t *teller) deal(ctx context.Context, d deal) error {
	proposer, err := t.cast.as(ctx, d.proposer)
	if err != nil {
		return err
	}
	village, err := t.cast.as(ctx, d.village)
	if err != nil {
		return err
	}
	initiative := t.initiatives[d.initiative]
	s := t.services.Commitments
	id, err := s.Propose(ctx, proposer, form("deal", d.need), commitments.Proposal{
		Need: t.needs[d.need], Initiative: initiative, Offer: domain.OfferID(fmt.Sprintf("%s-%d", initiative, d.offer)), Quantity: d.quantity,
		From: domain.DateOf(t.now), Until: later(t.now, 8), Message: d.message, Conditions: d.conditions,
	})
	if err != nil {
		return fmt.Errorf("propose: %w", err)
	}
	if err := s.Accept(ctx, village, form("deal", d.need, "accept"), id); err != nil {
		return fmt.Errorf("accept: %w", err)
	}
	if d.kind == "" {
		return nil
	}
	if err := t.sign(ctx, d, id, proposer, village); err != nil {
		return err
	}
	for n, p := range d.parts {
		if err := t.part(ctx, d, id, n, p, proposer, village); err != nil {
			return fmt.Errorf("delivery %d: %w", n+1, err)
		}
	}
	return nil
}

func (t *teller) sign(ctx context.Context, d deal, id domain.CommitmentID, proposer, village domain.Actor) error {
	c, _, err := t.services.Commitments.Get(ctx, proposer, id)
	if err != nil || c.State != commitments.StateAccepted {
		return err // an earlier telling came further
	}
	terms := commitments.Terms{Kind: d.kind, Number: d.number, Position: "Ketua pengurus (contoh)"}
	var paper *domain.Upload
	if d.kind != commitments.AgreementStatement {
		terms.Date = domain.DateOf(t.now)
		terms.Clause = "Pihak yang membatalkan memberi tahu pihak lain secara tertulis dengan alasannya, paling lambat 30 hari sebelumnya (contoh)."
		up := pdf("perjanjian-kerja-sama", "Perjanjian kerja sama "+d.number, c.NeedTitle, c.InitiativeTitle, d.conditions, "Para pihak dalam berkas ini rekaan.")
		paper = &up
	}
	if err := t.services.Commitments.Sign(ctx, proposer, form("deal", d.need, "sign-proposer"), id, terms, paper); err != nil {
		return fmt.Errorf("sign: %w", err)
	}
	if c, _, err = t.services.Commitments.Get(ctx, proposer, id); err != nil {
		return err
	}
	if a := c.Agreement; a != nil {
		terms.Date = a.Date // of an earlier telling, where the day has changed since
	}
	terms.Position = "Kepala desa (contoh)"
	if err := t.services.Commitments.Sign(ctx, village, form("deal", d.need, "sign-village"), id, terms, nil); err != nil {
		return fmt.Errorf("sign for the village: %w", err)
	}
	return nil
}

func (t *teller) part(ctx context.Context, d deal, id domain.CommitmentID, n int, p part, proposer, village domain.Actor) error {
	op := form("deal", d.need, "part", fmt.Sprint(n+1))
	file := pdf("bast", "Berita acara serah terima (BAST)", "Sebagian telah diserahkan kepada desa.", d.message)
	if p.typ == domain.DocPhoto {
		file = picture("pemasangan", tank)
	}
	report := commitments.Report{Quantity: p.quantity, Date: domain.DateOf(t.now), Place: "Balai desa (contoh)", Condition: "Baik, sudah dicoba (contoh)", Type: p.typ, File: &file}
	if err := t.services.Commitments.Deliver(ctx, proposer, op, id, report); err != nil || !p.confirmed {
		return err
	}
	c, _, err := t.services.Commitments.Get(ctx, village, id)
	if err != nil {
		return err
	}
	delivery := proposer.NewID(op)
	for _, had := range c.Deliveries {
		if had.ID == delivery && had.Open() > 0 {
			return t.services.Commitments.Confirm(ctx, village, form("deal", d.need, "confirm", fmt.Sprint(n+1)), id, []commitments.Answer{{Delivery: delivery, Received: p.quantity}}, "")
		}
	}
	return nil
}
