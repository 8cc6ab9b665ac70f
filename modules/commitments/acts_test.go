package commitments

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"

	"gotong/modules/domain"
	"gotong/modules/kit/apperr"
	"gotong/modules/kit/i18n"
	"gotong/modules/kit/store"
	"gotong/modules/kit/testkit/effort"
	"gotong/views"
)

// in builds a commitment in a state, with what a life up to there leaves behind.
func in(t testing.TB, state State) Commitment {
	t.Helper()
	c := Commitment{Need: "need", NeedTitle: "Penampung air", Initiative: "init", Offer: "init-offer", Organization: "giver-org", OrganizationName: "Contoh", Village: testVillage,
		VillageOrganization: "desa", Category: testTopic, Unit: testUnit, Message: "Kami sanggup.", State: StateInterest, Created: testNow, History: []Move{{To: StateInterest, Side: SideProposer, At: testNow}}}
	hand := func(side Side) Hand {
		return Hand{Side: side, Account: domain.AccountID(side), At: testNow, Operation: "before-" + string(side)}
	}
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatalf("building %s: %v", state, err)
		}
	}
	terms := Terms{Kind: AgreementStatement, Position: "Ketua"}
	for _, step := range []struct {
		at State
		do func()
	}{
		{StateInterest, func() {
			c.Quantity, c.From, c.Until = 10, "2027-03-01", "2027-06-30"
			must(c.Propose(hand(SideProposer)))
		}},
		{StateProposed, func() {
			must(c.BeginAccept(hand(SideVillage), 1))
			must(c.FinishAccept())
		}},
		{StateAccepted, func() {
			must(c.Sign(hand(SideProposer), terms, domain.Citation{}))
			must(c.Sign(hand(SideVillage), terms, domain.Citation{}))
		}},
		{StateAgreed, func() { must(c.Deliver(hand(SideProposer), part("1", 10))) }},
		{StateDelivering, func() { must(c.HandOver(hand(SideProposer), domain.Citation{ID: "bast"})) }},
		{StateDelivered, func() {
			if state == StateDisputed {
				must(c.Confirm(hand(SideVillage), []Answer{{"1", 4}}, "Enam tidak datang."))
				return
			}
			must(c.Confirm(hand(SideVillage), []Answer{{"1", 10}}, ""))
		}},
		{StateConfirmed, func() {
			review := Review{Verdict: VerdictUsed, Words: "Dipakai setiap hari.", Maintainer: "Kelompok air"}
			must(c.Review(hand(SideProposer), review))
			must(c.Review(hand(SideVillage), review))
			must(c.Evaluate(hand(SideEvaluator), "Masih dipakai.", nil))
		}},
	} {
		if c.State == state {
			return c
		}
		if step.at == StateProposed {
			switch state {
			case StateDeclined:
				must(c.Decline(hand(SideVillage), "Sudah ada."))
				return c
			case StateCancelled:
				must(c.Cancel(hand(SideProposer), "Tidak jadi."))
				return c
			case StateExpired:
				c.Until = "2027-02-01"
				must(c.Expire(hand(SideSystem), "2027-03-01"))
				return c
			}
		}
		step.do()
	}
	if c.State != state {
		t.Fatalf("no way to %s, only to %s", state, c.State)
	}
	return c
}

// deed is something that a person can do with a commitment: in which states it succeeds, for each side that may try.
type deed struct {
	name string
	ok   map[Side][]State
	do   func(ctx context.Context, b *bench, a domain.Actor, op store.Operation, id domain.CommitmentID) error
}

var evaluator = domain.Actor{Account: "evaluator", Mandates: []domain.Mandate{{Kind: domain.MandateEvaluator, Organization: "univ"}}}

var running = []State{StateInterest, StateProposed, StateAccepted, StateAgreed, StateDelivering, StateDelivered, StateDisputed}

func deeds() []deed {
	version := Version{Quantity: 12, From: "2027-03-01", Until: "2027-06-30"}
	report := Report{Quantity: 1, Date: "2027-02-28", Place: "Balai desa", Condition: "Baik", Type: domain.DocReport}
	return []deed{
		{"accept", map[Side][]State{SideVillage: {StateProposed}}, func(ctx context.Context, b *bench, a domain.Actor, op store.Operation, id domain.CommitmentID) error {
			return b.Accept(ctx, a, op, id)
		}},
		{"decline", map[Side][]State{SideVillage: {StateInterest, StateProposed}, SideProposer: {StateInterest}}, func(ctx context.Context, b *bench, a domain.Actor, op store.Operation, id domain.CommitmentID) error {
			return b.Decline(ctx, a, op, id, "Tidak jadi.")
		}},
		{"cancel", map[Side][]State{SideProposer: {StateProposed, StateAccepted, StateAgreed}, SideVillage: {StateAccepted, StateAgreed}}, func(ctx context.Context, b *bench, a domain.Actor, op store.Operation, id domain.CommitmentID) error {
			return b.Cancel(ctx, a, op, id, "Tidak jadi.")
		}},
		{"propose", map[Side][]State{SideProposer: {StateInterest}}, func(ctx context.Context, b *bench, a domain.Actor, op store.Operation, id domain.CommitmentID) error {
			return b.State(ctx, a, op, id, version)
		}},
		{"counter", map[Side][]State{SideProposer: {StateProposed}, SideVillage: {StateProposed}}, func(ctx context.Context, b *bench, a domain.Actor, op store.Operation, id domain.CommitmentID) error {
			return b.Counter(ctx, a, op, id, 0, version)
		}},
		{"say", map[Side][]State{SideProposer: running, SideVillage: running}, func(ctx context.Context, b *bench, a domain.Actor, op store.Operation, id domain.CommitmentID) error {
			return b.Say(ctx, a, op, id, "Kapan datang?")
		}},
		{"sign", map[Side][]State{SideProposer: {StateAccepted}, SideVillage: {StateAccepted}}, func(ctx context.Context, b *bench, a domain.Actor, op store.Operation, id domain.CommitmentID) error {
			return b.Sign(ctx, a, op, id, Terms{Kind: AgreementStatement, Position: "Pengurus"}, nil)
		}},
		{"start", map[Side][]State{SideProposer: {StateAgreed}}, func(ctx context.Context, b *bench, a domain.Actor, op store.Operation, id domain.CommitmentID) error {
			return b.Start(ctx, a, op, id)
		}},
		{"deliver", map[Side][]State{SideProposer: {StateAgreed}}, func(ctx context.Context, b *bench, a domain.Actor, op store.Operation, id domain.CommitmentID) error {
			report.File = upload("laporan.pdf")
			return b.Deliver(ctx, a, op, id, report)
		}},
		{"hand over", map[Side][]State{SideProposer: {StateDelivering}}, func(ctx context.Context, b *bench, a domain.Actor, op store.Operation, id domain.CommitmentID) error {
			return b.HandOver(ctx, a, op, id, upload("bast.pdf"))
		}},
		{"confirm", map[Side][]State{SideVillage: {StateDelivering, StateDelivered}}, func(ctx context.Context, b *bench, a domain.Actor, op store.Operation, id domain.CommitmentID) error {
			return b.Confirm(ctx, a, op, id, []Answer{{"1", 3}}, "Sisanya belum datang.")
		}},
		{"make a link", map[Side][]State{SideVillage: {StateDelivering, StateDelivered}}, func(ctx context.Context, b *bench, a domain.Actor, op store.Operation, id domain.CommitmentID) error {
			_, err := b.MakeLink(ctx, a, op, id, LinkPaper)
			return err
		}},
		{"reply", map[Side][]State{SideProposer: {StateDisputed}}, func(ctx context.Context, b *bench, a domain.Actor, op store.Operation, id domain.CommitmentID) error {
			return b.Reply(ctx, a, op, id, "Sopir terlambat.")
		}},
		{"oblige", map[Side][]State{SideProposer: {StateAccepted}, SideVillage: {StateAccepted}}, func(ctx context.Context, b *bench, a domain.Actor, op store.Operation, id domain.CommitmentID) error {
			return b.Oblige(ctx, a, op, id, Obligation{Title: "Menyiapkan lokasi", Owner: SideVillage, Due: "2027-04-01"})
		}},
		{"fulfil", map[Side][]State{SideVillage: {StateAgreed, StateDelivering, StateDelivered, StateDisputed, StateConfirmed}, SideProposer: {}},
			func(ctx context.Context, b *bench, a domain.Actor, op store.Operation, id domain.CommitmentID) error {
				return b.Fulfil(ctx, a, op, id, "duty")
			}},
		{"review", map[Side][]State{SideProposer: {StateConfirmed}, SideVillage: {StateConfirmed}}, func(ctx context.Context, b *bench, a domain.Actor, op store.Operation, id domain.CommitmentID) error {
			return b.Review(ctx, a, op, id, Review{Verdict: VerdictPartly, Words: "Sebagian rusak.", Maintainer: "Kelompok air"})
		}},
		{"add an item", map[Side][]State{SideProposer: {StateAgreed, StateDelivering}}, func(ctx context.Context, b *bench, a domain.Actor, op store.Operation, id domain.CommitmentID) error {
			return b.AddItem(ctx, a, op, id, Item{What: "Tandon", Quantity: 10, Unit: "unit", Condition: "Baik", Receiver: "Kelompok pengelola air"})
		}},
		{"drop an item", map[Side][]State{SideProposer: {StateAgreed, StateDelivering}}, func(ctx context.Context, b *bench, a domain.Actor, op store.Operation, id domain.CommitmentID) error {
			return b.DropItem(ctx, a, op, id, "piece")
		}},
		{"verify", map[Side][]State{SideEvaluator: {StateDisputed, StateConfirmed}}, func(ctx context.Context, b *bench, a domain.Actor, op store.Operation, id domain.CommitmentID) error {
			return b.Verify(ctx, a, op, id, "1", "Dilihat sendiri.")
		}},
		{"evaluate", map[Side][]State{SideEvaluator: {}}, func(ctx context.Context, b *bench, a domain.Actor, op store.Operation, id domain.CommitmentID) error {
			return b.Evaluate(ctx, a, op, id, "Berhasil.") // refused: a side has not evaluated yet
		}},
		{"settle", map[Side][]State{SideVerifier: {StateDisputed}}, func(ctx context.Context, b *bench, a domain.Actor, op store.Operation, id domain.CommitmentID) error {
			return b.Settle(ctx, a, op, id, StateConfirmed, "Dilihat di tempat.")
		}},
	}
}

// Every state × deed × actor: who may does it where the table says so; everybody else is refused with the kind that fits
// them, in words that both languages have, and nothing changes.
func TestEveryDeedInEveryStateByEveryone(t *testing.T) {
	b := newBench(t, bothModes["transaction"])
	b.need(t, "need", 1_000_000)
	b.initiative(t, "init", "giver-org", 1_000_000)
	bundle, err := i18n.Load(views.FS, "locales")
	if err != nil {
		t.Fatal(err)
	}
	editor := domain.Actor{Account: "editor", Memberships: []domain.Membership{{Organization: "giver-org", Role: domain.OrgEditor, Verified: true}}}
	both := domain.Actor{Account: "both", Memberships: append(slices.Clone(taker.Memberships), domain.Membership{Organization: "giver-org", Role: domain.OrgViewer})}
	actors := []struct {
		name  string
		actor domain.Actor
		side  Side
		sees  bool
	}{
		{"giver", giver, SideProposer, true}, {"taker", taker, SideVillage, true}, {"verifier", verifier, SideVerifier, true}, {"stranger", stranger, "", false},
		{"public", public, "", false}, {"evaluator", evaluator, SideEvaluator, false}, {"editor of the giver", editor, "", true}, {"of both sides", both, "", true}, {"secretariat", people["secretariat"], "", true}, {"auditor", people["auditor"], "", true},
	}
	tries := map[string][]Side{"fulfil": {SideProposer}, "evaluate": {SideEvaluator}} // who may do it, though never in these states
	n, done, refused, every := 0, 0, 0, effort.EveryUnderRace(3)
	for _, state := range States {
		for _, d := range deeds() {
			for _, who := range actors {
				if n++; n%every != 0 {
					continue
				}
				name := d.name + " of " + string(state) + " by the " + who.name
				body := in(t, state)
				if body.Accepted() {
					body.Obligations = []Obligation{{ID: "duty", Title: "Menyiapkan lokasi", Owner: SideVillage, Due: "2027-04-01"}}
				}
				body.Items = []Item{{ID: "piece", What: "Tandon", Quantity: 10, Unit: "unit", Condition: "Baik", Receiver: "Kepala dusun"}}
				id := domain.CommitmentID(numbered("c", n))
				if _, err := b.records.Insert(t.Context(), string(id), body, store.Change{Action: "commitment.seeded"}); err != nil {
					t.Fatal(err)
				}
				before := b.commitment(t, id)
				err := d.do(t.Context(), b, who.actor, operation(numbered("o", n)), id)
				want := apperr.Conflict
				switch {
				case who.side != "" && slices.Contains(d.ok[who.side], state):
					if err != nil {
						t.Errorf("%s: %v", name, err)
					}
					done++
					continue
				case !who.sees && !before.Public():
					want = apperr.NotFound
				case !who.actor.SignedIn():
					want = apperr.SignIn
				case d.name == "fulfil" && who.side == SideProposer && slices.Contains(d.ok[SideVillage], state):
					want = apperr.Forbidden // the other side's
				case len(d.ok[who.side]) == 0 && !slices.Contains(tries[d.name], who.side):
					want = apperr.Forbidden
				case d.name == "deliver" && state == StateDelivering:
					want = apperr.Invalid // all is delivered: the quantity is refused, at its field
				}
				refused++
				var e *apperr.Error
				if !errors.As(err, &e) || e.Kind != want {
					t.Errorf("%s: want kind %d, got %v", name, want, err)
					continue
				}
				for _, lang := range i18n.Languages {
					args := make([]any, 0, len(e.Msg.Args))
					args = append(args, e.Msg.Args...)
					if words := bundle.Localizer(lang).T(e.Msg.Key, args...); words == "" || strings.Contains(words, e.Msg.Key) || strings.Contains(words, "⟦") {
						t.Errorf("%s: no words in %s for %s: %q", name, lang, e.Msg.Key, words)
					}
				}
				if after := b.commitment(t, id); after.State != before.State || len(after.History) != len(before.History) || len(after.Links) != len(before.Links) ||
					len(after.Obligations) != len(before.Obligations) || len(after.Items) != len(before.Items) || len(after.Messages) != len(before.Messages) || len(after.Versions) != len(before.Versions) {
					t.Errorf("%s: refused with a change", name)
				}
			}
		}
	}
	t.Logf("%d states × %d deeds × %d actors: %d done, %d refused", len(States), len(deeds()), len(actors), done, refused)
}

// A counter-proposal of the village: the difference is kept, the village cannot accept its own, nobody accepts what
// changed since it was read, and the time for an answer begins anew.
func TestCounterProposal(t *testing.T) {
	b := newBench(t, bothModes["document-atomic"])
	ctx := t.Context()
	b.need(t, "need", 40)
	b.initiative(t, "init", "giver-org", 60)
	id := b.propose(t, "need", "init", "p", 30)
	first := b.commitment(t, id)
	if first.VersionNumber() != 1 || first.AnswerBy != domain.DateOf(b.clock.Now().AddDate(0, 0, answerDays)) {
		t.Fatalf("version %d, answer by %s", first.VersionNumber(), first.AnswerBy)
	}
	village := Version{Quantity: 20, From: "2027-03-01", Until: "2027-05-31", Conditions: "Dengan pelatihan.", Words: "Dua puluh cukup."}
	tooMuch := village
	tooMuch.Quantity = 41
	wantKind(t, b.Counter(ctx, taker, operation("c0"), id, 1, tooMuch), apperr.Invalid, "more than the need")
	wantKind(t, b.Counter(ctx, giver, operation("c1"), id, 1, Version{Quantity: 30, From: first.From, Until: first.Until}), apperr.Invalid, "the same terms again")
	for range 2 { // and the same form again
		if err := b.Counter(ctx, taker, operation("c"), id, 1, village); err != nil {
			t.Fatal(err)
		}
	}
	c := b.commitment(t, id)
	if c.Quantity != 20 || len(c.Versions) != 2 || c.Versions[0].Quantity != 30 || c.Versions[1].Side != SideVillage {
		t.Fatalf("%+v", c.Versions)
	}
	wantWord := func(err error, key string) {
		t.Helper()
		var e *apperr.Error
		if !errors.As(err, &e) || e.Kind != apperr.Conflict || e.Msg.Key != "commitments.error."+key {
			t.Errorf("want %s, got %v", key, err)
		}
	}
	wantWord(b.AcceptVersion(ctx, taker, operation("a0"), id, 1), "terms_changed")
	wantWord(b.AcceptVersion(ctx, taker, operation("a1"), id, 2), "counter_open")
	wantWord(b.Counter(ctx, giver, operation("g0"), id, 1, village), "terms_changed")
	b.clock.Advance(20 * 24 * 3600 * 1e9)
	village.Words = ""
	if err := b.Counter(ctx, giver, operation("g"), id, 2, village); err != nil {
		t.Fatal(err)
	}
	if now := b.commitment(t, id); now.AnswerBy <= first.AnswerBy {
		t.Errorf("the time for an answer did not begin anew: %s", now.AnswerBy)
	}
	if err := b.AcceptVersion(ctx, taker, operation("a"), id, 3); err != nil {
		t.Fatal(err)
	}
	if l, err := b.Ledger(ctx, "need"); err != nil || l.Committed != 20 {
		t.Errorf("committed %d %v", l.Committed, err)
	}
	b.sound(t)
}

// A proposal is pointed out once before its time is over, then it ends by itself; a newer one goes on.
func TestProposalIsRemindedOfAndExpires(t *testing.T) {
	b := newBench(t, bothModes["transaction"])
	b.need(t, "need", 400)
	b.initiative(t, "init", "giver-org", 600)
	old := b.propose(t, "need", "init", "old", 10)
	reminders := func() (n int) {
		trail, err := b.records.History(t.Context(), string(old), 50)
		if err != nil {
			t.Fatal(err)
		}
		for _, e := range trail {
			if e.Action == "commitment.reminded" {
				n++
			}
		}
		return n
	}
	days := func(n int) {
		b.clock.Advance(1e9 * 24 * 3600 * 1)
		for range n - 1 {
			b.clock.Advance(1e9 * 24 * 3600)
		}
		for range 2 {
			if err := b.Reconcile(t.Context()); err != nil {
				t.Fatal(err)
			}
		}
	}
	days(answerDays - reminderDays - 1)
	if reminders() != 0 {
		t.Error("reminded too early")
	}
	fresh := b.propose(t, "need", "init", "fresh", 10)
	days(1)
	if reminders() != 1 || b.state(t, old) != StateProposed {
		t.Errorf("%d reminders, %s", reminders(), b.state(t, old))
	}
	days(reminderDays)
	if b.state(t, old) != StateProposed {
		t.Error("ended on its last day")
	}
	days(1)
	if b.state(t, old) != StateExpired || b.state(t, fresh) != StateProposed || reminders() != 1 {
		t.Errorf("%s, %s, %d reminders", b.state(t, old), b.state(t, fresh), reminders())
	}
}

// A conversation may be begun by either side, holds nothing, and becomes a proposal.
func TestConversationByEitherSide(t *testing.T) {
	b := newBench(t, bothModes["transaction"])
	ctx := t.Context()
	b.need(t, "need", 40)
	b.initiative(t, "init", "giver-org", 60)
	ask := Proposal{Need: "need", Initiative: "init", Message: "Apakah bisa sebelum Juni?"}
	_, err := b.Converse(ctx, stranger, operation("s"), ask)
	wantKind(t, err, apperr.Forbidden, "a stranger begins")
	_, err = b.Converse(ctx, taker, operation("e"), Proposal{Need: "need", Initiative: "init"})
	wantKind(t, err, apperr.Invalid, "without a word")
	id, err := b.Converse(ctx, taker, operation("t"), ask)
	if err != nil {
		t.Fatal(err)
	}
	if again, err := b.Converse(ctx, taker, operation("t"), ask); err != nil || again != id {
		t.Errorf("the same form again: %s %v", again, err)
	}
	if b.state(t, id) != StateInterest {
		t.Fatal(b.state(t, id))
	}
	if err := errors.Join(b.Say(ctx, giver, operation("m"), id, "Bisa, dua puluh unit."), b.State(ctx, giver, operation("p"), id, Version{Quantity: 20, From: "2027-03-01", Until: "2027-05-31"}),
		b.Accept(ctx, taker, operation("a"), id)); err != nil {
		t.Fatal(err)
	}
	c := b.commitment(t, id)
	if c.State != StateAccepted || c.Quantity != 20 || len(c.Messages) != 1 {
		t.Errorf("%s %d", c.State, c.Quantity)
	}
	b.sound(t)
}
