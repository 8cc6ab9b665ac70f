package reviews

import (
	"slices"
	"testing"
	"time"

	"gotong/modules/domain"
	"gotong/modules/kit/apperr"
	"gotong/modules/kit/store"
)

// waiting gives what a queue shows an actor: what is to be done, its age in days and the days left.
func (d *desk) waiting(t *testing.T, actor domain.AccountID, queue string) (list []domain.Wait) {
	t.Helper()
	for _, q := range d.Queues() {
		if q.Name != queue || !q.For(who(actor)) {
			continue
		}
		w, err := q.Read(t.Context(), domain.QueueRequest{Actor: who(actor), Page: d.base, Limit: 5})
		d.must(t, err)
		list = append(list, w.Items...)
	}
	return list
}

func todos(list []domain.Wait) (out []string) {
	for _, w := range list {
		out = append(out, w.Todo)
	}
	return out
}

// Who made a call finds on the own desk what has to be done about its reviews: places to give and late reviews, with age
// and deadline. What the secretariat decides is on no other desk.
func TestTheCallersDeskHasWhatItLeads(t *testing.T) {
	d := open(t)
	d.caller = "dinas-air"
	d.proposal("p", "air")
	d.proposal("other", "")
	for _, id := range []domain.InitiativeID{"p", "other"} {
		d.must(t, d.Service.CheckUp(t.Context(), who("s1"), d.op(), id, whole(), "", ""))
	}
	is := func(step string, want ...string) {
		t.Helper()
		if got := todos(d.waiting(t, "caller", "review-steer")); !slices.Equal(got, want) {
			t.Errorf("%s: the caller's desk has %q, want %q", step, got, want)
		}
		for _, other := range []domain.AccountID{"stranger", "owner", "ani", "public"} {
			if got := d.waiting(t, other, "review-steer"); len(got) > 0 {
				t.Errorf("%s: %s finds %v", step, other, got)
			}
		}
	}
	is("nobody reviews", "Tugaskan penelaah")
	w := d.waiting(t, "caller", "review-steer")[0]
	if w.Path != "/initiatives/p/panel" || !w.Since.Equal(d.clock.Now()) || !w.Due.Equal(d.clock.Now().AddDate(0, 0, domain.DaysToBeginReview.Days())) {
		t.Errorf("%+v", w)
	}
	d.must(t, d.Service.Assign(t.Context(), who("caller"), d.op(), "p", []domain.AccountID{"ani", "budi"}))
	is("reviewers are at work")
	d.clock.Advance(time.Duration(domain.DaysToReview.Days()+1) * 24 * time.Hour)
	is("they are late", "Telaah terlambat")
	d.must(t, d.Service.Release(t.Context(), who("caller"), d.op(), "p", "budi"))
	d.must(t, d.Service.Assign(t.Context(), who("caller"), d.op(), "p", []domain.AccountID{"cici"}))
	for _, r := range []domain.AccountID{"ani", "cici"} {
		d.declared(t, "p", r)
		d.write(t, "p", r, 4, "x")
	}
	is("all are in")
	if got := todos(d.waiting(t, "s1", "review-steer")); !slices.Equal(got, []string{"Tugaskan penelaah", "Semua telaah masuk: putuskan"}) {
		t.Errorf("the secretariat's desk has %q", got)
	}
}

// The organisation that takes a call's maker in leads its reviews.
func TestReviewsFollowTheirCallIntoAMerge(t *testing.T) {
	d := open(t)
	d.caller = "dinas-air"
	d.proposal("p", "air")
	d.must(t, d.Service.CheckUp(t.Context(), who("s1"), d.op(), "p", whole(), "", ""))
	for _, want := range []int{1, 0} {
		if n, err := d.Service.MoveCaller(t.Context(), "dinas-air", "lain", store.Change{Action: "organization.merged"}); n != want || err != nil {
			t.Fatal(n, err)
		}
	}
	p := d.proposals["p"]
	p.Caller = "lain"
	d.proposals["p"] = p
	if len(d.waiting(t, "stranger", "review-steer")) != 1 || len(d.waiting(t, "caller", "review-steer")) != 0 {
		t.Error("the review stayed with who is no more")
	}
}

// A declared tie is one to the organisation that takes the other in; of two ties the later stays.
func TestTiesFollowTheirOrganizationIntoAMerge(t *testing.T) {
	d := open(t)
	for _, at := range []struct {
		id domain.InitiativeID
		to domain.OrganizationID
		Tie
	}{{"p", "yayasan", TieWork}, {"q", "badan", TieFamily}} {
		d.clock.Advance(time.Hour)
		p := d.proposal(at.id, "")
		p.Organization = at.to
		d.proposals[at.id] = p
		d.must(t, d.Service.CheckUp(t.Context(), who("s1"), d.op(), at.id, whole(), "", ""))
		d.must(t, d.Service.Assign(t.Context(), who("s1"), d.op(), at.id, []domain.AccountID{"cici"}))
		doc, err := d.Service.Process(t.Context(), at.id)
		d.must(t, err)
		if _, err := d.Service.Declare(t.Context(), who("cici"), d.op(), doc.ID, at.Tie); err != nil {
			t.Fatal(err)
		}
	}
	merged := func(from, to domain.OrganizationID, want ...int) Profile {
		t.Helper()
		for _, n := range want {
			if got, err := d.Service.MoveTies(t.Context(), from, to, store.Change{Action: "organization.merged"}); got != n || err != nil {
				t.Fatal(got, err)
			}
		}
		profile, err := d.Service.Profile(t.Context(), who("cici"))
		d.must(t, err)
		return profile
	}
	if got := merged("yayasan", "induk", 1, 0).Ties; len(got) != 2 || got["induk"].Tie != TieWork || got["badan"].Tie != TieFamily {
		t.Errorf("%+v", got)
	}
	r := d.proposal("r", "")
	r.Organization = "induk"
	d.proposals["r"] = r
	d.must(t, d.Service.CheckUp(t.Context(), who("s1"), d.op(), "r", whole(), "", ""))
	doc, err := d.Service.Process(t.Context(), "r")
	d.must(t, err)
	list, err := d.Service.Candidates(t.Context(), r, doc.Body)
	d.must(t, err)
	for _, c := range list {
		if (c.Tie == TieDeclared) != (c.Account == "cici") {
			t.Errorf("%s has the tie %q", c.Account, c.Tie)
		}
	}
	if got := merged("badan", "induk", 1, 0).Ties; len(got) != 1 || got["induk"].Tie != TieFamily {
		t.Errorf("the later tie: %+v", got)
	}
}

// A review is due within the days of the configuration, on desks, pages and for what is late.
func TestReviewsAreDueWithinTheConfiguredDays(t *testing.T) {
	t.Cleanup(func() { domain.SetDeadlines(domain.Deadlines{}) })
	domain.SetDeadlines(domain.Deadlines{domain.DaysToReview: 3, domain.DaysToDecide: 2})
	d := open(t)
	d.proposal("p", "")
	d.seated(t, "p", "ani", "budi")
	begun := d.clock.Now()
	if w := d.waiting(t, "ani", "review-review"); len(w) != 1 || !w[0].Due.Equal(begun.AddDate(0, 0, 3)) {
		t.Errorf("%+v", w)
	}
	doc, err := d.Service.Process(t.Context(), "p")
	d.must(t, err)
	table, err := d.Service.seatsTable(t.Context(), d.base, doc.Body, nil)
	d.must(t, err)
	if got, want := table.Rows[0].Cells[2].Text, d.base.Date(begun.AddDate(0, 0, 3)); got != want {
		t.Errorf("the page says %q, want %q", got, want)
	}
	d.clock.Advance(4 * 24 * time.Hour)
	if w := d.waiting(t, "s1", "review-steer"); len(w) != 1 || w[0].Todo != "Telaah terlambat" || !w[0].Due.Equal(begun.AddDate(0, 0, 3)) {
		t.Errorf("%+v", w)
	}
	d.write(t, "p", "ani", 4, "x")
	d.write(t, "p", "budi", 4, "y")
	if w := d.waiting(t, "s1", "review-steer"); len(w) != 1 || !w[0].Due.Equal(d.clock.Now().AddDate(0, 0, 2)) {
		t.Errorf("%+v", w)
	}
}

// Without names review only those who do not read them anyway: nobody of who made the call, nobody of the secretariat.
func TestWithoutNamesNobodyReviewsWhoReadsThem(t *testing.T) {
	for _, anonymous := range []bool{true, false} {
		d := open(t)
		d.caller, d.anonymous = "kampus", anonymous
		budi := d.people["budi"]
		budi.Reads = true
		d.people["budi"] = budi
		p := d.proposal("p", "air")
		d.must(t, d.Service.CheckUp(t.Context(), who("s1"), d.op(), "p", whole(), "", ""))
		doc, err := d.Service.Process(t.Context(), "p")
		d.must(t, err)
		list, err := d.Service.Candidates(t.Context(), p, doc.Body)
		d.must(t, err)
		for _, c := range list {
			reads := anonymous && (c.Account == "ani" || c.Account == "budi")
			if (c.Tie == TieReads) != reads {
				t.Errorf("anonymous %t: %s has the tie %q", anonymous, c.Account, c.Tie)
			}
		}
		err = d.Service.Assign(t.Context(), who("s1"), d.op(), "p", []domain.AccountID{"ani"})
		if apperr.Is(err, apperr.Invalid) != anonymous {
			t.Errorf("anonymous %t: assigned: %v", anonymous, err)
		}
		if !anonymous {
			continue
		}
		// Who comes to read names after being assigned is found out when the proposal is opened.
		d.must(t, d.Service.Assign(t.Context(), who("s1"), d.op(), "p", []domain.AccountID{"cici"}))
		cici := d.people["cici"]
		cici.Reads = true
		d.people["cici"] = cici
		if opened, err := d.Service.Declare(t.Context(), who("cici"), d.op(), doc.ID, ""); opened || err != nil {
			t.Error("opened by one who reads the names:", opened, err)
		}
		// A tie that is declared blindly is remembered to nobody: it would tell who proposes.
		d.must(t, d.Service.Assign(t.Context(), who("s1"), d.op(), "p", []domain.AccountID{"dedi"}))
		if _, err := d.Service.Declare(t.Context(), who("dedi"), d.op(), doc.ID, TieWork); err != nil {
			t.Error(err)
		}
		if profile, err := d.Service.Profile(t.Context(), who("dedi")); err != nil || len(profile.Ties) != 0 {
			t.Errorf("%+v %v", profile, err)
		}
	}
}

// Reviewers are suggested who reviewed the round before, who know the field, who have the least to do; ties come last.
func TestReviewersAreSuggestedByWhatTheyKnowAndHaveToDo(t *testing.T) {
	d := open(t)
	d.must(t, d.Service.SetExpertise(t.Context(), who("dedi"), d.op(), []string{"water-sanitation"}))
	for _, id := range []domain.InitiativeID{"x", "y"} {
		d.proposal(id, "")
	}
	d.seated(t, "x", "ani", "budi")
	d.seated(t, "y", "ani", "cici")
	p := d.proposal("p", "")
	d.must(t, d.Service.CheckUp(t.Context(), who("s1"), d.op(), "p", whole(), "", ""))
	order := func() (names []domain.AccountID) {
		t.Helper()
		doc, err := d.Service.Process(t.Context(), "p")
		d.must(t, err)
		list, err := d.Service.Candidates(t.Context(), d.proposals["p"], doc.Body)
		d.must(t, err)
		for _, c := range list {
			names = append(names, c.Account)
		}
		return names
	}
	if got, want := order(), []domain.AccountID{"dedi", "budi", "cici", "ani", "partner", "supplier"}; !slices.Equal(got, want) {
		t.Errorf("%v, want %v", got, want)
	}
	// In the next round those who know the proposal come first.
	d.must(t, d.Service.Assign(t.Context(), who("s1"), d.op(), "p", []domain.AccountID{"ani", "budi"}))
	for _, r := range []domain.AccountID{"ani", "budi"} {
		d.declared(t, "p", r)
		d.write(t, "p", r, 3, "x")
	}
	p.Round, p.State = 2, Submitted
	d.proposals["p"] = p
	d.must(t, d.Service.CheckUp(t.Context(), who("s1"), d.op(), "p", whole(), "", ""))
	if got := order(); got[0] != "budi" || got[1] != "ani" || got[2] != "dedi" {
		t.Errorf("in the second round: %v", got)
	}
}
