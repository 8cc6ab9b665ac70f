package demo

import (
	"context"
	"fmt"
	"time"

	"gotong/app/embedded/oidc"
	"gotong/modules/calls"
	"gotong/modules/domain"
	"gotong/modules/kit/store"
)

func criterion(name, guidance string, weight, minimum int64) calls.Criterion {
	return calls.Criterion{Name: name, Guidance: guidance, Weight: weight, Minimum: minimum}
}

// callFor is a demo call that closes at five in the afternoon of a day.
func callFor(now time.Time, days int, title, theme, summary, summaryEN string, category domain.CategoryID) calls.Content {
	day := now.In(domain.WIB).AddDate(0, 0, days)
	deadline := time.Date(day.Year(), day.Month(), day.Day(), 17, 0, 0, 0, domain.WIB).UTC()
	return calls.Content{
		Title: "[Contoh] " + title, Theme: theme, Summary: summary, SummaryEN: summaryEN,
		Expected:   "Usulan yang menjawab kebutuhan desa yang sudah terverifikasi, dirawat warga setelah selesai, dan diukur dengan garis dasar (contoh).",
		Categories: []domain.CategoryID{category}, Areas: []domain.RegionCode{"61.01"}, Budget: 750_000_000, Most: 250_000_000, Local: true,
		Criteria: []calls.Criterion{
			criterion("Sesuai kebutuhan desa", "1: tidak menyebut kebutuhan terverifikasi. 5: menjawab kebutuhan terverifikasi dengan jumlah dan satuannya.", 40, 3),
			criterion("Dapat dilaksanakan", "1: tanpa jadwal dan tenaga. 5: tonggak, tenaga, dan risiko jelas.", 30, 0),
			criterion("Biaya wajar", "1: tanpa rincian. 5: harga satuan dapat dibandingkan.", 30, 0),
		},
		Zone: calls.WIB, Deadline: deadline, QuestionsUntil: deadline.AddDate(0, 0, -14), DecideBy: domain.DateOf(deadline.AddDate(0, 2, 0)),
		Reviewers: 2, Spread: 20, Contact: "Sekretariat portal (contoh)",
	}
}

// calls tells of one call that is open, with a question and an amendment, and of one that is decided.
func (t *teller) calls(ctx context.Context) error {
	owner, err := t.cast.as(ctx, "balitbang-pengelola")
	if err != nil {
		return err
	}
	second, err := t.cast.as(ctx, "sekretariat-2")
	if err != nil {
		return err
	}
	asker, err := t.cast.as(ctx, "anggota")
	if err != nil {
		return err
	}
	s := t.services.Calls
	content := callFor(t.now, 60, "Air bersih dan sanitasi dusun pesisir", "Air dan sanitasi untuk dusun pesisir Sambas",
		"Mengundang usulan penyediaan air bersih bagi dusun pesisir di Kabupaten Sambas.", "Invites proposals for clean water in coastal hamlets of Sambas regency.", "clean-water-supply")
	doc, err := s.Create(ctx, owner, form("call", "air"), oidc.OrgBalitbang, content)
	if err != nil {
		return fmt.Errorf("create: %w", err)
	}
	id := domain.CallID(doc.ID)
	decide := func(actor domain.Actor, d calls.Decision, reason string) error {
		_, err := s.Decide(ctx, calls.Request{Actor: actor, Operation: form("call", "air", string(d.Action)), ID: id, Reason: reason}, d)
		if err != nil {
			return fmt.Errorf("%s: %w", d.Action, err)
		}
		return nil
	}
	if err := decide(owner, calls.Decision{Action: calls.ActionAsk}, ""); err != nil {
		return err
	}
	if err := decide(second, calls.Decision{Action: calls.ActionRelease}, ""); err != nil {
		return err
	}
	question := form("call", "air", "question")
	if err := s.AskQuestion(ctx, asker, question, id, "Apakah biaya talang termasuk dalam satuan tandon? (contoh)"); err != nil {
		return fmt.Errorf("question: %w", err)
	}
	if err := s.AnswerQuestion(ctx, owner, form("call", "air", "answer"), id, asker.NewID(question), "Ya, satu unit adalah tandon beserta talangnya. (contoh)"); err != nil {
		return fmt.Errorf("answer: %w", err)
	}
	if doc, err = s.Get(ctx, id); err != nil {
		return err
	}
	next := doc.Body.Content
	next.Most = 300_000_000
	if err := decide(owner, calls.Decision{Action: calls.ActionAmend, Content: next}, "Harga bahan naik, sehingga batas per usulan dinaikkan (contoh)."); err != nil {
		return err
	}
	past := calls.Call{Content: callFor(t.now, -90, "Listrik surya di luar jaringan", "Energi untuk dusun di luar jaringan",
		"Mengundang usulan pemasangan listrik surya (contoh).", "Invited proposals for solar power (demo).", "off-grid-solar"), Organization: oidc.OrgCSR, Demo: true, DraftedAt: t.now.AddDate(0, 0, -200),
		Outcome: "Contoh: panggilan ini ditutup tanpa usulan yang memenuhi syarat.", OutcomeEN: "Demo: this call closed without an eligible proposal."}
	past.Plan(calls.Decided, t.now.AddDate(0, 0, -150))
	return s.Seed(ctx, []store.Item[calls.Call]{{ID: "demo-call-surya", Body: past}})
}
