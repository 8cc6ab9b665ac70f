package reviews

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"testing"
	"time"

	"gotong/modules/domain"
	"gotong/modules/kit/apperr"
	"gotong/modules/kit/clock"
	"gotong/modules/kit/i18n"
	"gotong/modules/kit/store"
	"gotong/modules/kit/testkit"
	"gotong/modules/kit/web"
	"gotong/views"
)

// house is everything outside of the module, kept in memory.
type house struct {
	proposals map[domain.InitiativeID]Proposal
	people    map[domain.AccountID]Person
	agreed    map[domain.OrganizationID]domain.OrganizationID
	moves     []Move
	caller    domain.OrganizationID
	anonymous bool // whether the call is reviewed without names
	fails     error
}

func (h *house) Proposal(_ context.Context, id domain.InitiativeID) (Proposal, error) {
	p, ok := h.proposals[id]
	if !ok {
		return p, absent()
	}
	return p, nil
}

func (h *house) OfCall(_ context.Context, call domain.CallID, _ string, _ int) (list []Proposal, next string, err error) {
	for _, p := range h.proposals {
		if p.Call == call {
			list = append(list, p)
		}
	}
	slices.SortFunc(list, func(a, b Proposal) int { return strings.Compare(string(a.ID), string(b.ID)) })
	return list, "", nil
}

func (h *house) Move(_ context.Context, m Move) error {
	if h.fails != nil {
		return h.fails
	}
	p := h.proposals[m.ID]
	switch m.Action {
	case "review":
		p.State = UnderReview
	case "approve":
		p.State = Approved
	case "reject":
		p.State = Rejected
	case "revise":
		p.State = NeedsRevision
	}
	h.proposals[m.ID] = p
	h.moves = append(h.moves, m)
	return nil
}

func (h *house) Reviewers(context.Context, []domain.RegionCode) (list []Person, err error) {
	for _, id := range []domain.AccountID{"ani", "budi", "cici", "dedi", "partner", "supplier"} {
		if p, ok := h.people[id]; ok {
			list = append(list, p)
		}
	}
	return list, nil
}

func (h *house) Person(_ context.Context, id domain.AccountID) (Person, error) {
	p, ok := h.people[id]
	if !ok {
		return p, absent()
	}
	return p, nil
}

func (h *house) Briefs(_ context.Context, ids []domain.OrganizationID) (map[domain.OrganizationID]domain.OrganizationBrief, error) {
	out := map[domain.OrganizationID]domain.OrganizationBrief{}
	for _, id := range ids {
		out[id] = domain.OrganizationBrief{ID: id, Name: "Organisasi " + string(id)}
	}
	return out, nil
}

func (h *house) Agreed(_ context.Context, one domain.OrganizationID, others []domain.OrganizationID, _ time.Time) (bool, error) {
	other, ok := h.agreed[one]
	return ok && slices.Contains(others, other), nil
}

func (h *house) Call(_ context.Context, id domain.CallID) (CallBrief, error) {
	if id != "air" {
		return CallBrief{}, absent()
	}
	return CallBrief{ID: id, Title: "Air", Caller: h.caller, Rules: Rules{Criteria: []Criterion{{ID: "fit", Name: "Sesuai", Weight: 60, Minimum: 2}, {ID: "cost", Name: "Biaya", Weight: 40}}, Reviewers: 2, Spread: 20, Anonymous: h.anonymous}}, nil
}

type desk struct {
	*Module
	*house
	clock *clock.Fake
	n     int
	base  web.Base
}

func open(t *testing.T) *desk {
	t.Helper()
	bundle, err := i18n.Load(views.FS, "locales")
	if err != nil {
		t.Fatal(err)
	}
	engine, err := web.NewEngine(views.FS, bundle, web.EngineOptions{})
	if err != nil {
		t.Fatal(err)
	}
	h := &house{proposals: map[domain.InitiativeID]Proposal{}, people: map[domain.AccountID]Person{}, agreed: map[domain.OrganizationID]domain.OrganizationID{"toko": "yayasan"}}
	for id, org := range map[domain.AccountID]domain.OrganizationID{"ani": "kampus", "budi": "dinas", "cici": "bank", "dedi": "lab", "partner": "mitra", "supplier": "toko"} {
		h.people[id] = Person{Account: id, Name: strings.ToUpper(string(id)), Mandate: org, Organizations: []Party{{org, "Organisasi " + string(org)}}}
	}
	d := &desk{house: h, clock: testkit.Clock(), base: web.NewBaseFor(bundle.Localizer("id"))}
	d.Module = New(Deps{DB: testkit.DBAt(t, d.clock), Views: engine, Clock: d.clock, Log: slog.New(slog.DiscardHandler), Proposals: h, People: h, Organizations: h, Agreements: h, Calls: h, Reviewers: 2, Spread: 20})
	return d
}

func who(id domain.AccountID) domain.Actor {
	a := domain.Actor{Account: id}
	member := func(org domain.OrganizationID, role domain.OrganizationRole) {
		a.Memberships = append(a.Memberships, domain.Membership{Organization: org, Name: "Organisasi " + string(org), Role: role})
	}
	switch id {
	case "s1", "s2":
		a.Roles = []domain.PlatformRole{domain.RoleSecretariat}
	case "tied-office":
		a.Roles = []domain.PlatformRole{domain.RoleSecretariat}
		member("mitra", domain.OrgViewer)
	case "auditor":
		a.Roles = []domain.PlatformRole{domain.RoleAuditor}
	case "owner":
		member("yayasan", domain.OrgOwner)
	case "caller":
		member("dinas-air", domain.OrgEditor)
	case "stranger":
		member("lain", domain.OrgOwner)
	case "public":
		return domain.Actor{}
	default:
		org := map[domain.AccountID]domain.OrganizationID{"ani": "kampus", "budi": "dinas", "cici": "bank", "dedi": "lab", "partner": "mitra", "supplier": "toko"}[id]
		member(org, domain.OrgViewer)
		a.Mandates = []domain.Mandate{{Kind: domain.MandateReviewer, Organization: org}}
	}
	return a
}

func (d *desk) op() store.Operation { d.n++; return store.Operation{ID: fmt.Sprintf("op-%d", d.n)} }

func whole() Check {
	c := Check{Passed: true, Answers: map[Item]Answer{}}
	for _, i := range Items {
		c.Answers[i] = Answer{OK: true}
	}
	return c
}

// proposal hands one in; of a call where it names one.
func (d *desk) proposal(id domain.InitiativeID, call domain.CallID) Proposal {
	p := Proposal{ID: id, Title: "Usulan " + string(id), Organization: "yayasan", Partners: []Party{{"mitra", "Organisasi mitra"}}, Groups: []string{"water-sanitation"}, Round: 1, State: Submitted, Since: d.clock.Now(), Call: call}
	if call != "" {
		c, _ := d.Call(context.Background(), call)
		p.Rules, p.Caller = &c.Rules, d.caller
	}
	d.proposals[id] = p
	return p
}

func (d *desk) must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// seated passes a proposal on to reviewers who declared.
func (d *desk) seated(t *testing.T, id domain.InitiativeID, reviewers ...domain.AccountID) {
	t.Helper()
	d.must(t, d.Service.CheckUp(t.Context(), who("s1"), d.op(), id, whole(), "", ""))
	d.must(t, d.Service.Assign(t.Context(), who("s1"), d.op(), id, reviewers))
	for _, r := range reviewers {
		d.declared(t, id, r)
	}
}

func (d *desk) declared(t *testing.T, id domain.InitiativeID, r domain.AccountID) {
	t.Helper()
	opened, err := d.Service.Declare(t.Context(), who(r), d.op(), processID(id, d.proposals[id].Round), "")
	if err != nil || !opened {
		t.Fatalf("%s does not open: %v", r, err)
	}
}

func (d *desk) write(t *testing.T, id domain.InitiativeID, r domain.AccountID, score int64, words string) {
	t.Helper()
	d.clock.Advance(time.Minute) // reviews of one moment stand in no order
	doc, err := d.Service.Process(t.Context(), id)
	d.must(t, err)
	d.must(t, d.Service.Write(t.Context(), who(r), d.op(), id, filled(doc.Body.Rules, score, words)))
}

func filled(rules Rules, score int64, words string) Review {
	r := Review{Scores: map[string]Score{}, Recommendation: "approve", Words: words}
	for _, c := range rules.Criteria {
		r.Scores[c.ID] = Score{Value: score, Reason: "alasan " + words}
	}
	return r
}

func (d *desk) reads(t *testing.T, id domain.InitiativeID, reader domain.AccountID) string {
	t.Helper()
	p := d.proposals[id]
	doc, err := d.Service.of(t.Context(), p)
	d.must(t, err)
	in, err := d.Service.in(t.Context(), id, p.Round)
	d.must(t, err)
	var words []string
	for _, r := range Readable(who(reader), p, doc.Body, in) {
		words = append(words, r.Words)
		if r.Reviewer != "" && r.Reviewer != reader && reader != "s1" && reader != "auditor" && reader != "caller" {
			t.Errorf("%s reads who wrote a review", reader)
		}
	}
	return strings.Join(words, "+")
}

func TestReviewsAreBlindUntilAllAreIn(t *testing.T) {
	d := open(t)
	d.caller = "dinas-air"
	d.proposal("p", "air")
	d.seated(t, "p", "ani", "budi")
	d.write(t, "p", "ani", 4, "satu")
	for reader, want := range map[domain.AccountID]string{"ani": "satu", "budi": "", "cici": "", "s1": "", "auditor": "", "caller": "", "owner": "", "partner": "", "tied-office": "", "stranger": "", "public": ""} {
		if got := d.reads(t, "p", reader); got != want {
			t.Errorf("after one review %s reads %q, want %q", reader, got, want)
		}
	}
	if err := d.Service.Say(t.Context(), who("ani"), d.op(), "p", "Bagaimana menurut Anda?"); !apperr.Is(err, apperr.NotFound) {
		t.Error("a discussion before all are in:", err)
	}
	d.write(t, "p", "budi", 4, "dua")
	for reader, want := range map[domain.AccountID]string{"ani": "satu+dua", "budi": "satu+dua", "cici": "", "s1": "satu+dua", "auditor": "satu+dua", "caller": "satu+dua", "owner": "", "partner": "", "tied-office": "", "stranger": "", "public": ""} {
		if got := d.reads(t, "p", reader); got != want {
			t.Errorf("after both %s reads %q, want %q", reader, got, want)
		}
	}
	d.must(t, d.Service.Say(t.Context(), who("ani"), d.op(), "p", "Sepakat."))
	for reader, want := range map[domain.AccountID]error{"cici": absent(), "owner": absent(), "partner": absent(), "tied-office": absent(), "public": absent()} {
		if err := d.Service.Say(t.Context(), who(reader), d.op(), "p", "Halo."); apperr.KindOf(err) != apperr.KindOf(want) {
			t.Errorf("%s discusses: %v", reader, err)
		}
	}
	d.must(t, d.Service.Decide(t.Context(), Move{Actor: who("s1"), Operation: d.op(), ID: "p", Action: "approve", Reason: "layak", Summary: "Disetujui."}))
	if got := d.reads(t, "p", "owner"); got != "satu+dua" {
		t.Errorf("after the decision the owner reads %q", got)
	}
}

func TestTheTrailHoldsNoScores(t *testing.T) {
	d := open(t)
	d.proposal("p", "")
	d.seated(t, "p", "ani", "budi")
	d.write(t, "p", "ani", 1, "KATA-RAHASIA")
	d.write(t, "p", "budi", 5, "KATA-LAIN")
	d.must(t, d.Service.Say(t.Context(), who("ani"), d.op(), "p", "DISKUSI-RAHASIA"))
	found := 0
	for _, r := range []interface {
		History(context.Context, string, int) ([]store.Entry, error)
	}{d.Service.reviews, d.Service.processes, d.Service.remarks} {
		for _, id := range []string{reviewID("p", 1, "ani"), processID("p", 1), store.DeriveID("ani", fmt.Sprintf("op-%d", d.n))} {
			entries, err := r.History(t.Context(), id, 50)
			d.must(t, err)
			for _, e := range entries {
				found++
				text := fmt.Sprintf("%+v", e)
				for _, c := range e.Changes {
					text += string(c.Before) + string(c.After)
				}
				for _, never := range []string{"RAHASIA", "alasan", "recommendation\":\"", `"value"`} {
					if strings.Contains(text, never) {
						t.Errorf("the trail shows %q: %s", never, text)
					}
				}
			}
		}
	}
	if found < 5 {
		t.Errorf("only %d entries were looked at", found)
	}
}

func TestSpreadCallsAThirdReviewer(t *testing.T) {
	d := open(t)
	d.proposal("p", "")
	d.seated(t, "p", "ani", "budi")
	d.write(t, "p", "ani", 5, "satu")
	d.write(t, "p", "budi", 3, "dua")
	doc, err := d.Service.Process(t.Context(), "p")
	d.must(t, err)
	seat, ok := doc.Body.Seat("cici")
	if !ok || !seat.Third || doc.Body.Held() != 3 {
		t.Fatalf("no third reviewer without a tie is called: %+v", doc.Body.Seats)
	}
	m := Move{Actor: who("s1"), Operation: d.op(), ID: "p", Action: "approve", Reason: "layak", Summary: "Ya."}
	var e *apperr.Error
	if err := d.Service.Decide(t.Context(), m); !errors.As(err, &e) || e.Msg.Key != "reviews.refuse.not_ready" {
		t.Error("decided without the third:", err)
	}
	d.declared(t, "p", "cici")
	if got := d.reads(t, "p", "cici"); got != "" {
		t.Errorf("the third reads %q before the own review is in", got)
	}
	d.write(t, "p", "cici", 4, "tiga")
	if got := d.reads(t, "p", "cici"); got != "satu+dua+tiga" {
		t.Errorf("the third reads %q after", got)
	}
	d.must(t, d.Service.Decide(t.Context(), m))
	if doc, _ = d.Service.Process(t.Context(), "p"); !doc.Body.Closed || !doc.Body.MarkedAt.IsZero() {
		t.Errorf("decided and not closed: %+v", doc.Body)
	}
}

func TestNearReviewsCallNobody(t *testing.T) {
	d := open(t)
	d.proposal("p", "")
	d.seated(t, "p", "ani", "budi")
	d.write(t, "p", "ani", 4, "satu")
	d.write(t, "p", "budi", 4, "dua")
	if doc, err := d.Service.Process(t.Context(), "p"); err != nil || doc.Body.Held() != 2 {
		t.Errorf("%v, %d seats", err, doc.Body.Held())
	}
}

func TestWhoHasATieDoesNotReview(t *testing.T) {
	d := open(t)
	p := d.proposal("p", "")
	d.must(t, d.Service.CheckUp(t.Context(), who("s1"), d.op(), "p", whole(), "", ""))
	doc, err := d.Service.Process(t.Context(), "p")
	d.must(t, err)
	list, err := d.Service.Candidates(t.Context(), p, doc.Body)
	d.must(t, err)
	ties := map[domain.AccountID]Tie{}
	for _, c := range list {
		ties[c.Account] = c.Tie
	}
	if ties["partner"] != TieOrganization || ties["supplier"] != TieAgreement || ties["ani"] != "" || list[len(list)-1].Tie == "" {
		t.Errorf("%v", ties)
	}
	for _, id := range []domain.AccountID{"partner", "supplier", "nobody"} {
		if err := d.Service.Assign(t.Context(), who("s1"), d.op(), "p", []domain.AccountID{id}); !apperr.Is(err, apperr.Invalid) {
			t.Errorf("%s was assigned: %v", id, err)
		}
	}
	d.must(t, d.Service.Assign(t.Context(), who("s1"), d.op(), "p", []domain.AccountID{"ani", "budi"}))
	// Ani declares a tie; Budi's organisation agrees on something with the proposer before he opens it.
	if opened, err := d.Service.Declare(t.Context(), who("ani"), d.op(), doc.ID, TieFamily); opened || err != nil {
		t.Fatal(opened, err)
	}
	d.agreed["dinas"] = "mitra"
	if opened, err := d.Service.Declare(t.Context(), who("budi"), d.op(), doc.ID, ""); opened || err != nil {
		t.Fatal("what the portal knows counts more than a word:", opened, err)
	}
	for _, id := range []domain.AccountID{"ani", "budi"} {
		if _, _, _, err := d.Service.seated(t.Context(), who(id), "p"); !apperr.Is(err, apperr.NotFound) {
			t.Errorf("%s opens it: %v", id, err)
		}
		if _, _, err := d.Service.ToDeclare(t.Context(), who(id), doc.ID); !apperr.Is(err, apperr.NotFound) {
			t.Errorf("%s opens the declaration again: %v", id, err)
		}
		if err := d.Service.Assign(t.Context(), who("s1"), d.op(), "p", []domain.AccountID{id}); !apperr.Is(err, apperr.Invalid) {
			t.Errorf("%s is assigned again: %v", id, err)
		}
	}
	if at, err := d.Service.StandingOf(t.Context(), "p", 1); err != nil || at.Recused != 2 {
		t.Errorf("%+v %v", at, err)
	}
	// The declared tie is remembered for the next proposal of the same organisation.
	q := d.proposal("q", "")
	list, err = d.Service.Candidates(t.Context(), q, Process{})
	d.must(t, err)
	for _, c := range list {
		if c.Account == "ani" && c.Tie != TieDeclared {
			t.Errorf("the declared tie is forgotten: %q", c.Tie)
		}
	}
	d.must(t, d.Service.Assign(t.Context(), who("s1"), d.op(), "p", []domain.AccountID{"cici", "dedi"}))
	d.declared(t, "p", "cici")
	// Cici joins the partner afterwards: from then on it is not there for her.
	late := who("cici")
	late.Memberships = append(late.Memberships, domain.Membership{Organization: "mitra", Role: domain.OrgViewer})
	if err := d.Service.Write(t.Context(), late, d.op(), "p", filled(doc.Body.Rules, 4, "x")); !apperr.Is(err, apperr.NotFound) {
		t.Error("reviewed after joining a partner:", err)
	}
}

func TestWhoLeadsAndWhoDoesNot(t *testing.T) {
	d := open(t)
	d.caller = "dinas-air"
	d.proposal("p", "air")
	act := map[string]func(a domain.Actor) error{
		"check": func(a domain.Actor) error { return d.Service.CheckUp(t.Context(), a, d.op(), "p", whole(), "", "") },
		"assign": func(a domain.Actor) error {
			return d.Service.Assign(t.Context(), a, d.op(), "p", []domain.AccountID{"ani"})
		},
		"decide": func(a domain.Actor) error {
			return d.Service.Decide(t.Context(), Move{Actor: a, Operation: d.op(), ID: "p", Action: "approve", Reason: "x", Summary: "y"})
		},
		"sheet": func(a domain.Actor) error { _, err := d.Service.SheetOf(t.Context(), a, "air"); return err },
	}
	for actor, want := range map[domain.AccountID]map[string]apperr.Kind{
		"public":      {"check": apperr.NotFound, "assign": apperr.NotFound, "decide": apperr.NotFound, "sheet": apperr.NotFound},
		"owner":       {"check": apperr.NotFound, "assign": apperr.NotFound, "decide": apperr.NotFound, "sheet": apperr.NotFound},
		"partner":     {"check": apperr.NotFound, "assign": apperr.NotFound, "decide": apperr.NotFound, "sheet": apperr.NotFound},
		"ani":         {"check": apperr.NotFound, "assign": apperr.NotFound, "decide": apperr.NotFound, "sheet": apperr.NotFound},
		"stranger":    {"check": apperr.NotFound, "assign": apperr.NotFound, "decide": apperr.NotFound, "sheet": apperr.NotFound},
		"tied-office": {"check": apperr.NotFound, "assign": apperr.NotFound, "decide": apperr.NotFound},
		"auditor":     {"check": apperr.Forbidden, "assign": apperr.Forbidden, "decide": apperr.Forbidden},
		"caller":      {"check": apperr.Forbidden, "decide": apperr.Forbidden},
	} {
		for name, kind := range want {
			if err := act[name](who(actor)); !apperr.Is(err, kind) {
				t.Errorf("%s as %s: %v", name, actor, err)
			}
		}
	}
	d.must(t, act["check"](who("s1")))
	d.must(t, act["assign"](who("caller")))
	d.must(t, act["sheet"](who("caller")))
}

func TestTheCheckSaysWhatIsToBeMended(t *testing.T) {
	d := open(t)
	d.proposal("p", "")
	half := whole()
	half.Answers["budget"] = Answer{}
	for name, c := range map[string]Check{"passed with a gap": half, "unanswered": {Passed: true}} {
		if err := d.Service.CheckUp(t.Context(), who("s1"), d.op(), "p", c, "", ""); !apperr.Is(err, apperr.Invalid) {
			t.Errorf("%s: %v", name, err)
		}
	}
	half.Answers["budget"], half.Passed = Answer{Note: "Jumlah keliru"}, false
	if err := d.Service.CheckUp(t.Context(), who("s1"), d.op(), "p", half, "", "x"); !apperr.Is(err, apperr.Invalid) {
		t.Error("returned without a date:", err)
	}
	op := d.op()
	for range 2 { // the same form twice
		d.must(t, d.Service.CheckUp(t.Context(), who("s1"), op, "p", half, domain.DateOf(d.clock.Now().AddDate(0, 0, 9)), "Anggaran: Jumlah keliru"))
	}
	if m := d.moves[0]; m.Action != "revise" || m.Reason != "Anggaran: Jumlah keliru" || d.proposals["p"].State != NeedsRevision {
		t.Errorf("%+v", m)
	}
}

func TestMinimumsForbidApproval(t *testing.T) {
	d := open(t)
	d.proposal("p", "air")
	d.seated(t, "p", "ani", "budi")
	d.write(t, "p", "ani", 1, "satu")
	d.write(t, "p", "budi", 2, "dua")
	m := Move{Actor: who("s1"), Operation: d.op(), ID: "p", Action: "approve", Reason: "x", Summary: "y"}
	var e *apperr.Error
	if err := d.Service.Decide(t.Context(), m); !errors.As(err, &e) || e.Kind != apperr.Conflict {
		t.Error(err)
	}
	if doc, _ := d.Service.Process(t.Context(), "p"); doc.Body.Held() == 3 { // 20 and 40 points: one more was called
		d.declared(t, "p", "cici")
		d.write(t, "p", "cici", 1, "tiga")
	}
	if err := d.Service.Decide(t.Context(), m); !errors.As(err, &e) || e.Msg.Key != "reviews.refuse.minimum" {
		t.Error("approved below a minimum:", err)
	}
	m.Action = "reject"
	d.must(t, d.Service.Decide(t.Context(), m))
}

func TestSheetRanksAndSaysHowTiesAreOrdered(t *testing.T) {
	d := open(t)
	rules := Rules{Criteria: []Criterion{{ID: "fit", Weight: 60, Minimum: 2}, {ID: "cost", Weight: 40}}}
	line := func(id domain.InitiativeID, open bool, points float64, criteria ...float64) Line {
		return Line{Proposal: Proposal{ID: id, Since: d.clock.Now()}, Open: open, Points: points, Criteria: criteria}
	}
	low := line("low", true, 90, 1, 5)
	low.Below = rules.Criteria[:1]
	lines := []Line{line("closed", false, 0), low, line("b", true, 80, 3, 5), line("a", true, 80, 5, 3), line("twin", true, 80, 3, 5), line("top", true, 95, 5, 5)}
	rank(rules, lines)
	var got []string
	for _, l := range lines {
		got = append(got, fmt.Sprintf("%s %d %d %t", l.Proposal.ID, l.Rank, l.TieBreak, l.Equal))
	}
	want := []string{"top 1 0 false", "a 2 0 false", "b 3 1 false", "twin 3 0 true", "low 0 0 false", "closed 0 0 false"}
	if !slices.Equal(got, want) {
		t.Errorf("%q\nwant %q", got, want)
	}
	// On the sheet of a call nothing of what is not complete is shown.
	d.proposal("p", "air")
	d.proposal("q", "air")
	d.seated(t, "p", "ani", "budi")
	d.seated(t, "q", "ani", "budi")
	d.write(t, "p", "ani", 4, "satu")
	d.write(t, "q", "ani", 5, "satu")
	d.write(t, "q", "budi", 5, "dua")
	sheet, err := d.Service.SheetOf(t.Context(), who("s1"), "air")
	d.must(t, err)
	table, err := d.Service.sheetTable(t.Context(), d.base, sheet)
	d.must(t, err)
	if sheet.Lines[0].Proposal.ID != "q" || sheet.Lines[0].Points != 100 || sheet.Lines[1].Open || sheet.Lines[1].Points != 0 || !strings.Contains(fmt.Sprint(table.Rows[1]), "belum terbuka") {
		t.Errorf("%+v", sheet.Lines)
	}
	// A reviewer of one of them who leads for the call reads no more than the reviewers do.
	d.caller = "kampus"
	lead := who("ani")
	lead.Memberships[0].Role = domain.OrgEditor
	sheet, err = d.Service.SheetOf(t.Context(), lead, "air")
	d.must(t, err)
	for _, l := range sheet.Lines {
		if l.Proposal.ID == "p" && l.Open {
			t.Error("a reviewer reads through the sheet what is blind")
		}
	}
}

func TestEachReviewerWritesOnceWithReasons(t *testing.T) {
	d := open(t)
	d.proposal("p", "")
	d.seated(t, "p", "ani", "budi")
	doc, _ := d.Service.Process(t.Context(), "p")
	half := filled(doc.Body.Rules, 4, "x")
	delete(half.Scores, "budget")
	if err := d.Service.Write(t.Context(), who("ani"), d.op(), "p", half); !apperr.Is(err, apperr.Invalid) || len(apperr.FieldsOf(err)) != 2 {
		t.Error("an incomplete review was taken:", err)
	}
	op := d.op()
	for range 2 {
		d.must(t, d.Service.Write(t.Context(), who("ani"), op, "p", filled(doc.Body.Rules, 4, "x")))
	}
	if err := d.Service.Write(t.Context(), who("ani"), d.op(), "p", filled(doc.Body.Rules, 5, "y")); !apperr.Is(err, apperr.Conflict) {
		t.Error("a second review:", err)
	}
	if err := d.Service.Release(t.Context(), who("s1"), d.op(), "p", "ani"); !apperr.Is(err, apperr.Conflict) {
		t.Error("a place whose review is in was taken back:", err)
	}
	d.must(t, d.Service.Release(t.Context(), who("s1"), d.op(), "p", "budi"))
	if err := d.Service.Write(t.Context(), who("budi"), d.op(), "p", filled(doc.Body.Rules, 4, "x")); !apperr.Is(err, apperr.NotFound) {
		t.Error("reviewed without a place:", err)
	}
}

func TestDesksHaveWhatWaits(t *testing.T) {
	d := open(t)
	d.proposal("p", "")
	d.must(t, d.Service.CheckUp(t.Context(), who("s1"), d.op(), "p", whole(), "", ""))
	waits := func(actor domain.AccountID, queue string) (todo []string) {
		t.Helper()
		for _, q := range d.Queues() {
			if q.Name == queue && q.For(who(actor)) {
				w, err := q.Read(t.Context(), domain.QueueRequest{Actor: who(actor), Page: d.base, Limit: 5})
				d.must(t, err)
				for _, item := range w.Items {
					todo = append(todo, item.Todo+item.Path[:10])
				}
			}
		}
		return todo
	}
	is := func(step string, got []string, want ...string) {
		t.Helper()
		if !slices.Equal(got, want) {
			t.Errorf("%s: %q, want %q", step, got, want)
		}
	}
	is("unassigned", waits("s1", "review-steer"), "Tugaskan penelaah/initiativ")
	is("tied", waits("tied-office", "review-steer"))
	d.must(t, d.Service.Assign(t.Context(), who("s1"), d.op(), "p", []domain.AccountID{"ani", "budi"}))
	is("assigned", waits("s1", "review-steer"))
	is("to declare", waits("ani", "review-declare"), "/reviewing")
	is("not another's", waits("cici", "review-declare"))
	d.declared(t, "p", "ani")
	is("declared", waits("ani", "review-declare"))
	is("to review", waits("ani", "review-review"), "/initiativ")
	d.clock.Advance(30 * 24 * time.Hour)
	is("late", waits("s1", "review-steer"), "Telaah terlambat/initiativ")
	d.write(t, "p", "ani", 4, "x")
	is("written", waits("ani", "review-review"))
	d.declared(t, "p", "budi")
	d.write(t, "p", "budi", 4, "y")
	is("ready", waits("s1", "review-steer"), "Semua telaah masuk: putuskan/initiativ")
}

func TestADecisionThatACrashInterruptedIsSettled(t *testing.T) {
	d := open(t)
	d.proposal("p", "")
	d.seated(t, "p", "ani", "budi")
	d.write(t, "p", "ani", 4, "x")
	d.write(t, "p", "budi", 4, "y")
	d.fails = errors.New("the power is gone")
	m := Move{Actor: who("s1"), Operation: d.op(), ID: "p", Action: "approve", Reason: "x", Summary: "y"}
	if err := d.Service.Decide(t.Context(), m); err == nil {
		t.Fatal("no failure")
	}
	d.fails = nil
	p := d.proposals["p"]
	p.State = Approved // the move had been made
	d.proposals["p"] = p
	if n, err := d.Service.Reconcile(t.Context()); n != 0 || err != nil {
		t.Error("a fresh mark was settled:", n, err)
	}
	d.clock.Advance(time.Minute)
	if n, err := d.Service.Reconcile(t.Context()); n != 1 || err != nil {
		t.Error(n, err)
	}
	if doc, _ := d.Service.Process(t.Context(), "p"); !doc.Body.Closed {
		t.Error("not closed")
	}
}
