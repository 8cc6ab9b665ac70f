package organizations

import (
	"slices"
	"strings"
	"testing"
	"time"

	"gotong/modules/domain"
	"gotong/modules/kit/apperr"
)

var start = time.Date(2027, 3, 1, 1, 0, 0, 0, time.UTC)

func foundation() Organization {
	return Organization{Name: "Yayasan Air Bersih Pesisir", Type: domain.TypeCommunity, Sublevel: "foundation", Region: "61.01", Office: "Sekretariat", State: StateRegistered, Owners: []domain.AccountID{"ani"}}
}

func withPapers(o Organization) Organization {
	for _, p := range []string{"surat-kuasa", "akta-ahu"} {
		o.Papers = append(o.Papers, PaperRecord{Paper: p, Document: "d-" + domain.DocumentID(p), At: start})
	}
	return o
}

func verified(o Organization) Organization {
	o = withPapers(o)
	o.State, o.VerifiedAt, o.VerifiedUntil = StateVerified, start, start.AddDate(2, 0, 0)
	return o
}

func inForce(papers ...string) []Answer {
	var answers []Answer
	for _, p := range papers {
		answers = append(answers, Answer{Paper: p, Verdict: VerdictInForce})
	}
	return answers
}

// Every move from every state: which are allowed, and where they lead.
func TestMovesAndRefusals(t *testing.T) {
	moves := map[string]func(*Organization, time.Time) error{
		"submit": func(o *Organization, now time.Time) error { return o.Submit(now, "id") },
		"verify": func(o *Organization, now time.Time) error {
			return o.Decide(Review{Answers: inForce("surat-kuasa", "akta-ahu")}, now)
		},
		"reject": func(o *Organization, now time.Time) error {
			return o.Decide(Review{Answers: []Answer{{"surat-kuasa", VerdictNot, "kedaluwarsa"}, {"akta-ahu", VerdictInForce, ""}}, Reason: "surat kuasa lama"}, now)
		},
		"expire":  func(o *Organization, now time.Time) error { return o.Expire(now) },
		"suspend": func(o *Organization, now time.Time) error { return o.Suspend("s", "laporan warga", now) },
		"reply":   func(o *Organization, now time.Time) error { return o.Reply("sudah diperbaiki", now) },
		"restore": func(o *Organization, now time.Time) error { return o.Restore("sudah selesai", now) },
		"hand in": func(o *Organization, now time.Time) error {
			return o.HandIn(PaperRecord{Paper: "ad-art", Document: "d"}, now)
		},
	}
	states := map[string]Organization{
		"registered": withPapers(foundation()), "pending": withPapers(foundation()), "verified": verified(foundation()), "lapsed": verified(foundation()),
		"rejected": withPapers(foundation()), "expired": verified(foundation()), "suspended": verified(foundation()),
	}
	for name, o := range states {
		switch name {
		case "pending", "rejected", "expired", "suspended":
			o.State = State(name)
			if name == "suspended" {
				o.Suspension = &Suspension{Reason: "laporan"}
			}
			states[name] = o
		}
	}
	allowed := map[string]map[string]State{
		"registered": {"submit": StatePending, "hand in": StateRegistered},
		"pending":    {"verify": StateVerified, "reject": StateRejected},
		"verified":   {"suspend": StateSuspended, "hand in": StateVerified},
		"lapsed":     {"submit": StatePending, "expire": StateExpired, "suspend": StateSuspended, "hand in": StateVerified},
		"rejected":   {"submit": StatePending, "hand in": StateRejected},
		"expired":    {"submit": StatePending, "suspend": StateSuspended, "hand in": StateExpired},
		"suspended":  {"reply": StateSuspended, "restore": StateVerified, "hand in": StateSuspended},
	}
	for name, o := range states {
		now := start.Add(time.Hour)
		if name == "lapsed" || name == "expired" {
			now = o.VerifiedUntil
		}
		for move, do := range moves {
			after := o
			err := do(&after, now)
			want, ok := allowed[name][move]
			if ok != (err == nil) || ok && after.State != want {
				t.Errorf("%s, %s: now %s, %v", name, move, after.State, err)
			}
			if !ok && !apperr.Is(err, apperr.Conflict) {
				t.Errorf("%s, %s: refused with %v", name, move, err)
			}
		}
	}
}

func TestSubmitNamesMissingPapers(t *testing.T) {
	o := foundation()
	err := o.Submit(start, "id")
	var all []string
	for _, f := range fieldsOf(err) {
		for _, a := range f.Args {
			if s, ok := a.(string); ok {
				all = append(all, s)
			}
		}
	}
	text := strings.Join(all, "|")
	if !apperr.Is(err, apperr.Invalid) || len(fieldsOf(err)) != 2 || !strings.Contains(text, "Surat penunjukan wakil dari ketua") || !strings.Contains(text, "SKT Ormas") {
		t.Errorf("%v: %s", err, text)
	}
	o = withPapers(o)
	o.Papers[0].Expires = "2027-02-28"
	if err := o.Submit(start, "id"); len(fieldsOf(err)) != 1 {
		t.Errorf("a lapsed paper counts: %v", err)
	}
	o.Papers[0].Expires = "2027-03-01"
	if err := o.Submit(start, "id"); err != nil || o.State != StatePending || !o.SubmittedAt.Equal(start) {
		t.Errorf("%v, %+v", err, o)
	}
}

func TestResultFollowsFromAnswers(t *testing.T) {
	pending := withPapers(foundation())
	pending.State = StatePending
	for name, c := range map[string]struct {
		answers []Answer
		reason  string
		want    State
		fields  []string
	}{
		"all in force":       {inForce("surat-kuasa", "akta-ahu"), "", StateVerified, nil},
		"required not":       {[]Answer{{"surat-kuasa", VerdictNot, "lama"}, {"akta-ahu", VerdictInForce, ""}}, "surat lama", StateRejected, nil},
		"required unseen":    {[]Answer{{"surat-kuasa", VerdictUnseen, "tidak terbaca"}, {"akta-ahu", VerdictInForce, ""}}, "tidak terbaca", StateRejected, nil},
		"one of not":         {[]Answer{{"surat-kuasa", VerdictInForce, ""}, {"akta-ahu", VerdictNot, "palsu"}}, "akta tidak berlaku", StateRejected, nil},
		"no reason":          {[]Answer{{"surat-kuasa", VerdictNot, "lama"}, {"akta-ahu", VerdictInForce, ""}}, "", "", []string{"reason"}},
		"no comment":         {[]Answer{{"surat-kuasa", VerdictNot, ""}, {"akta-ahu", VerdictInForce, ""}}, "surat lama", "", []string{"comment-surat-kuasa"}},
		"an answer missing":  {inForce("surat-kuasa"), "tanpa akta", "", []string{"verdict-akta-ahu"}},
		"an unknown verdict": {[]Answer{{"surat-kuasa", "maybe", "x"}, {"akta-ahu", VerdictInForce, ""}}, "alasan", "", []string{"verdict-surat-kuasa"}},
		"a NIK in a comment": {[]Answer{{"surat-kuasa", VerdictNot, "atas nama 6101014508900001"}, {"akta-ahu", VerdictInForce, ""}}, "surat lama", "", []string{"comment-surat-kuasa"}},
	} {
		o := pending
		err := o.Decide(Review{By: "s", Answers: c.answers, Reason: c.reason}, start)
		if c.fields != nil {
			var got []string
			for _, f := range fieldsOf(err) {
				got = append(got, f.Name)
			}
			if !apperr.Is(err, apperr.Invalid) || !slices.ContainsFunc(got, func(s string) bool { return s == c.fields[0] }) || o.State != StatePending {
				t.Errorf("%s: %v, state %s", name, err, o.State)
			}
			continue
		}
		if err != nil || o.State != c.want || len(o.Reviews) != 1 || o.Reviews[0].Result != c.want {
			t.Errorf("%s: %v, %s, %+v", name, err, o.State, o.Reviews)
		}
		if c.want == StateVerified && (!o.VerifiedUntil.Equal(start.AddDate(2, 0, 0)) || !o.InForce(start) || o.InForce(o.VerifiedUntil)) {
			t.Errorf("%s: until %s", name, o.VerifiedUntil)
		}
	}
}

func TestInForceReadsTheClock(t *testing.T) {
	o := verified(foundation())
	end := o.VerifiedUntil
	if !o.InForce(end.Add(-time.Millisecond)) || o.InForce(end) || o.StateAt(end) != StateExpired || !o.Public(end) {
		t.Error("the end is not read from the clock")
	}
	if err := o.Submit(end.Add(-61*24*time.Hour), "id"); messageOf(err) != "organizations.error.too_early" {
		t.Errorf("renewed too early: %v", err)
	}
	if err := o.Submit(end.Add(-59*24*time.Hour), "id"); err != nil || !o.InForce(end.Add(-time.Hour)) || o.InForce(end) || !o.Public(end) {
		t.Errorf("a renewal takes away what is in force: %v", err)
	}
	if err := o.Decide(Review{Answers: []Answer{{"surat-kuasa", VerdictNot, "lama"}, {"akta-ahu", VerdictInForce, ""}}, Reason: "surat lama"}, end.Add(-time.Hour)); err != nil || o.InForce(end.Add(-time.Minute)) || o.Public(end) {
		t.Errorf("rejected and still in force: %v", err)
	}
	o.State = StatePending
	if o.InForce(end.Add(-time.Minute)) {
		t.Error("in force again by submitting after a rejection")
	}
}

func TestVillageIsGovernedOnlyOnceVerified(t *testing.T) {
	o := Organization{Type: domain.TypeVillageGovernment, Sublevel: "pemdes", Village: "61.01.08.2007", State: StateRegistered}
	for state, want := range map[State]domain.RegionCode{StateRegistered: "", StatePending: ""} {
		o.State = state
		if o.Governs() != want {
			t.Errorf("%s governs %q", state, o.Governs())
		}
	}
	o.VerifiedAt, o.VerifiedUntil = start, start.AddDate(2, 0, 0)
	for state, want := range map[State]domain.RegionCode{StateVerified: o.Village, StateExpired: o.Village, StatePending: o.Village, StateSuspended: "", StateRejected: ""} {
		o.State = state
		if o.Governs() != want {
			t.Errorf("%s governs %q", state, o.Governs())
		}
	}
}

func TestValidate(t *testing.T) {
	for field, change := range map[string]func(*Organization){
		"type": func(o *Organization) { o.Type = "x" }, "sublevel": func(o *Organization) { o.Sublevel = "university" }, "name": func(o *Organization) { o.Name = "ab" },
		"region": func(o *Organization) { o.Region = "" }, "office": func(o *Organization) { o.Office = "" }, "email": func(o *Organization) { o.Email = "Ani <a@b.id>" },
		"website": func(o *Organization) { o.Website = "javascript:alert(1)" }, "phone": func(o *Organization) { o.Phone = "<script>" },
		"about": func(o *Organization) { o.About = "NIK 6101014508900001" }, "registration": func(o *Organization) { o.Registration = "6101 0145 0890 0001" },
	} {
		o := foundation()
		change(&o)
		err := o.Validate()
		if !hasField(err, field) || len(fieldsOf(err)) < 1 {
			t.Errorf("%s: %v", field, err)
		}
	}
	o := foundation()
	o.Email, o.Website, o.Phone, o.Registration = "kantor@contoh.id", "https://contoh.id/a", "+62 561 736439", "AHU-0012345.AH.01.04"
	if err := o.Validate(); err != nil {
		t.Error(err)
	}
}

func TestNameLikeness(t *testing.T) {
	for _, c := range []struct {
		a, b string
		near bool
	}{
		{"Yayasan Air Bersih Pesisir", "Air Bersih Pesisir", true}, {"PT. Usaha Bersama", "CV Usaha Bersama", true}, {"Yayasan Air Bersih Pesisir", "Yayasan Air Bersih Pesisr", true},
		{"Yayasan Air Bersih Pesisir", "Komunitas Surya", false}, {"Universitas Tanjungpura", "Universitas Panca Bhakti", false}, {"", "", false},
	} {
		if got := nameLikeness(c.a, c.b) >= nearName; got != c.near {
			t.Errorf("%q and %q: %v (%.2f)", c.a, c.b, got, nameLikeness(c.a, c.b))
		}
	}
}

func TestLastOwnerStays(t *testing.T) {
	o := foundation()
	if _, err := o.dropOwner("ani"); messageOf(err) != "organizations.error.last_owner" || len(o.Owners) != 1 {
		t.Errorf("%v, %v", err, o.Owners)
	}
	if dropped, err := o.dropOwner("budi"); dropped || err != nil {
		t.Error("somebody who is no owner was dropped")
	}
	o.addOwner("budi")
	if dropped, err := o.dropOwner("ani"); !dropped || err != nil || len(o.Owners) != 1 {
		t.Errorf("%v", err)
	}
}
