package progress

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"gotong/modules/domain"
	"gotong/modules/kit/apperr"
	"gotong/modules/kit/store"
)

// acting are all acts, done rightly, by name.
func (d *desk) acting(t *testing.T) map[string]func(domain.Actor) error {
	s, ctx := d.Service, t.Context()
	return map[string]func(domain.Actor) error{
		"news":  func(a domain.Actor) error { return s.Tell(ctx, a, d.op(), "p", News{Title: "Kabar", Text: "Tiba."}) },
		"slip":  func(a domain.Actor) error { return s.Slip(ctx, a, d.op(), "p", 1, d.day(200+d.n), "Cuaca") },
		"spend": func(a domain.Actor) error { return s.Spend(ctx, a, d.op(), "p", 1, 1, "Baut") },
		"reach": func(a domain.Actor) error {
			p := d.progress(t, "p")
			p.Milestones = append(p.Milestones, Milestone{Title: "Lagi", Due: d.day(9)}) // one is always left
			doc, err := s.of(ctx, d.list["p"])
			if err == nil && doc.Version > 0 {
				_, err = s.records.Replace(ctx, doc, p, store.Change{Action: "test"})
			}
			n := slices.IndexFunc(p.Milestones, func(m Milestone) bool { return m.DoneAt == "" })
			return errors.Join(err, s.Reach(ctx, a, d.op(), "p", int64(n+1), d.day(0), ""))
		},
		"ask": func(a domain.Actor) error {
			return s.Ask(ctx, a, d.op(), "p", Request{What: WhatScope, Text: "Satu dusun lagi"})
		},
		"complete": func(a domain.Actor) error {
			return s.Complete(ctx, a, d.op(), "p", Report{Outputs: "x", Open: "x", Assets: "x"})
		},
		"follow": func(a domain.Actor) error { return s.Follow(ctx, a, d.op(), "p", true) },
	}
}

// Every act × every actor × every state: who may, and the words of who may not.
func TestWhoReportsWhenAndWhoDoesNot(t *testing.T) {
	const lead, partner, running, public, gone = "progress.refuse.not_owner", "progress.refuse.not_partner", "progress.refuse.not_running", "progress.refuse.not_public", "error.not_found.text"
	states := map[string]func(i *Initiative){
		"hidden":    func(i *Initiative) { i.Runs, i.Running, i.Ends, i.Public = false, false, false, false },
		"published": func(i *Initiative) { i.Running, i.Ends = false, false },
		"running":   func(*Initiative) {},
		"completed": func(i *Initiative) { i.Runs, i.Running, i.Ends = false, false, false },
	}
	in := func(a domain.AccountID, list ...domain.AccountID) bool { return slices.Contains(list, a) }
	want := func(act, state string, a domain.AccountID) string {
		hidden := state == "hidden"
		if hidden && in(a, "public", "anggota", "dinas-editor", "lain-owner") {
			return gone
		}
		switch act {
		case "follow":
			if hidden {
				return public
			}
			return ""
		case "ask":
			if a != "yayasan-owner" {
				return lead
			}
		case "complete":
			switch {
			case a != "yayasan-owner":
				return lead
			case state != "running":
				return "initiatives.refuse.complete"
			}
			return ""
		default:
			if !in(a, "yayasan-editor", "yayasan-owner", "mitra-editor", "mitra-owner") {
				return partner
			}
		}
		if hidden || state == "completed" {
			return running
		}
		return ""
	}
	for state, change := range states {
		for name := range open(t).acting(t) {
			d := open(t) // each act on its own, whatever the others left
			act := d.acting(t)[name]
			for _, a := range cast {
				d.add("p")
				d.set("p", change)
				err := act(who(a))
				if got := key(err); got != want(name, state, a) || (err == nil) != (got == "") {
					t.Errorf("%s, %s as %s: %v (%q), want %q", state, name, a, err, got, want(name, state, a))
				}
				if got := key(err); got != "" && strings.HasPrefix(d.base.T(got), "⟦") {
					t.Errorf("%q has no words", got)
				}
			}
		}
	}
}

func TestChangesAreAnsweredByOneWhoHasNoPartInIt(t *testing.T) {
	d := open(t)
	op := d.op()
	d.must(t, d.Service.Ask(t.Context(), who("yayasan-owner"), op, "p", Request{What: WhatUntil, Until: d.day(400), Text: "Musim angin barat"}))
	id := d.progress(t, "p").Requests[0].ID
	for _, a := range cast {
		err := d.Service.Answer(t.Context(), who(a), d.op(), "p", "nothing", true, "x")
		want := "progress.refuse.not_approver"
		if a == "s1" || a == "dinas-owner" {
			want = "error.not_found.text" // of the request: the actor may answer
		}
		if key(err) != want {
			t.Errorf("%s: %v, want %q", a, err, want)
		}
	}
	d.clock.Advance(time.Hour)
	// The end of the initiative moves with the approval, and not without it.
	d.fails = apperr.New(apperr.Unavailable, "error.unavailable.text")
	answer := d.op()
	if err := d.Service.Answer(t.Context(), who("dinas-owner"), answer, "p", id, true, "Disetujui"); !apperr.Is(err, apperr.Unavailable) || !d.progress(t, "p").Requests[0].Open() {
		t.Error("answered though the end could not move:", err)
	}
	d.fails = nil
	for range 2 { // the form is sent again
		d.must(t, d.Service.Answer(t.Context(), who("dinas-owner"), answer, "p", id, true, "Disetujui"))
	}
	if d.list["p"].Until != d.day(400) {
		t.Error("approved, and the end stays", d.list["p"].Until)
	}
	if err := d.Service.Answer(t.Context(), who("s1"), d.op(), "p", id, false, "Tidak"); key(err) != "progress.refuse.answered" {
		t.Error("answered again:", err)
	}
	if got, want := d.told(t, "public", "p"), []string{"answer until", "request until"}; !slices.Equal(got, want) {
		t.Errorf("told %q, want %q", got, want)
	}
	d.must(t, d.Service.Ask(t.Context(), who("yayasan-owner"), d.op(), "p", Request{What: WhatUntil, Until: d.day(900), Text: "Lagi"}))
	d.clock.Advance(time.Hour)
	d.must(t, d.Service.Answer(t.Context(), who("s1"), d.op(), "p", d.progress(t, "p").Requests[1].ID, false, "Cukup"))
	if d.list["p"].Until != d.day(400) {
		t.Error("declined, and the end moved")
	}
	// The timeline says which was which.
	page, err := d.Service.Updates(t.Context(), who("public"), d.list["p"], "", 9)
	d.must(t, err)
	var said []string
	for _, u := range page.Items {
		if u.Body.Kind != KindAnswer {
			continue
		}
		views, err := d.Service.views(t.Context(), d.base, []Update{u.Body}, nil)
		d.must(t, err)
		said = append(said, views[0].Lines[0])
	}
	if !slices.Equal(said, []string{"Ditolak", "Disetujui"}) {
		t.Errorf("the timeline says %q", said)
	}
}

// What waits for an answer stands on the desks of those who may give it, with age and deadline, and on no other.
func TestRequestsWaitOnTheDesksOfWhoAnswers(t *testing.T) {
	d := open(t)
	q := d.Queues()[0]
	waits := func(a domain.AccountID) []domain.Wait {
		t.Helper()
		if !q.For(who(a)) {
			return nil
		}
		w, err := q.Read(t.Context(), domain.QueueRequest{Actor: who(a), Page: d.base, Limit: 5})
		d.must(t, err)
		return w.Items
	}
	d.must(t, d.Service.Ask(t.Context(), who("yayasan-owner"), d.op(), "p", Request{What: WhatScope, Text: "x"}))
	asked := d.clock.Now()
	d.clock.Advance(3 * time.Hour)
	d.must(t, d.Service.Ask(t.Context(), who("yayasan-owner"), d.op(), "p", Request{What: WhatScope, Text: "y"}))
	for _, a := range cast {
		w := waits(a)
		if answers := a == "s1" || a == "dinas-owner"; (len(w) == 1) != answers {
			t.Errorf("%s: %d wait", a, len(w))
		} else if answers && (w[0].Path != "/initiatives/p/work" || !w[0].Since.Equal(asked) || !w[0].Due.Equal(asked.AddDate(0, 0, domain.DaysToDecide.Days()))) {
			t.Errorf("%s: %+v", a, w[0])
		}
	}
	// The organisation that takes the call's maker in answers.
	for _, want := range []int{1, 0} {
		if n, err := d.Service.MoveCaller(t.Context(), "dinas", "lain", store.Change{Action: "organization.merged"}); n != want || err != nil {
			t.Fatal(n, err)
		}
	}
	d.set("p", func(i *Initiative) { i.Caller = "lain" })
	if len(waits("lain-owner")) != 1 || len(waits("dinas-owner")) != 0 {
		t.Error("the request stayed with who is no more")
	}
	for _, r := range d.progress(t, "p").Requests {
		d.must(t, d.Service.Answer(t.Context(), who("s1"), d.op(), "p", r.ID, false, "x"))
	}
	if len(waits("s1"))+len(waits("lain-owner")) != 0 {
		t.Error("answered, and still on a desk")
	}
}

func TestNewsCarryNumbersAndStayWhereTheyBelong(t *testing.T) {
	d := open(t)
	for name, c := range map[string]struct {
		news News
		want string
	}{
		"nothing":           {News{}, "title: progress.error.title, text: progress.error.text"},
		"a person's number": {News{Title: nik, Text: nik}, "title: progress.error.personal, text: progress.error.personal"},
		"no number":         {News{Title: "x", Text: "x", Quantity: map[int64]int64{2: -1}}, "quantity_2: progress.error.quantity"},
	} {
		if err := d.Service.Tell(t.Context(), who("mitra-editor"), d.op(), "p", c.news); fields(err) != c.want {
			t.Errorf("%s: %v, %q", name, err, fields(err))
		}
	}
	op := d.op()
	for range 2 {
		d.must(t, d.Service.Tell(t.Context(), who("mitra-editor"), op, "p", News{Title: "Tiba", Text: "Tiga tandon.", Quantity: map[int64]int64{1: 3, 2: 0}, Photo: &domain.Upload{Name: "a.jpg"}}))
	}
	d.clock.Advance(time.Minute)
	d.must(t, d.Service.Tell(t.Context(), who("yayasan-editor"), d.op(), "p", News{Title: "RAHASIA", Text: "Rapat mitra.", Inside: true, Photo: &domain.Upload{Name: "b.jpg"}}))
	if !slices.Equal(d.attached, []domain.Visibility{domain.VisiblePublic, domain.VisiblePublic, domain.VisibleParties}) {
		t.Errorf("photos are visible to %v", d.attached)
	}
	if d.shown != 3 {
		t.Errorf("%d of three answers show their photos", d.shown)
	}
	for _, a := range cast {
		want := []string{"update Tiba"}
		if Inside(who(a), d.list["p"]) {
			want = []string{"note RAHASIA", "update Tiba"}
		}
		if got := d.told(t, a, "p"); !slices.Equal(got, want) {
			t.Errorf("%s reads %q, want %q", a, got, want)
		}
	}
	page, err := d.Service.Updates(t.Context(), who("public"), d.list["p"], "", 5)
	d.must(t, err)
	u := page.Items[0].Body
	if u.Organization != "mitra" || u.Photo == "" || len(u.Figures) != 1 || u.Figures[0] != (Figure{Category: "clean-water-supply", Unit: "unit", Quantity: 3}) {
		t.Errorf("%+v", u)
	}
	views, err := d.Service.views(t.Context(), d.base, []Update{u}, nil)
	d.must(t, err)
	if v := views[0]; v.Who != "Organisasi mitra" || len(v.Lines) != 1 || !strings.Contains(v.Lines[0], "3 ") || !strings.Contains(v.Lines[0], "dilaporkan") {
		t.Errorf("%+v", v)
	}
}

// Twenty people spend at once: no rupiah is lost, none goes beyond the line.
func TestSpendingAtOnceLosesNothing(t *testing.T) {
	d := open(t)
	d.set("p", func(i *Initiative) { i.Lines[0].Amount = 12 })
	var wait sync.WaitGroup
	var mu sync.Mutex
	taken := 0
	for n := range 20 {
		op := d.op()
		wait.Go(func() {
			for { // who is told that the page changed sends again
				err := d.Service.Spend(t.Context(), who("yayasan-editor"), op, "p", 1, 1, fmt.Sprint("Baut ", n))
				if apperr.Is(err, apperr.Conflict) {
					continue
				}
				if err != nil && fields(err) != "amount: progress.error.over" {
					t.Error(err)
				}
				if err == nil {
					mu.Lock()
					taken++
					mu.Unlock()
				}
				return
			}
		})
	}
	wait.Wait()
	if spent, _ := d.progress(t, "p").Spent(); spent != 12 || taken != 12 || len(d.told(t, "public", "p")) != 12 {
		t.Errorf("%d rupiah of %d acts, %d told", spent, taken, len(d.told(t, "public", "p")))
	}
}

// An act that a crash cut off before it was told is told by the reconciler, once.
func TestWhatACrashLeftIsTold(t *testing.T) {
	d := open(t)
	op := d.op()
	d.must(t, d.Service.Spend(t.Context(), who("yayasan-editor"), op, "p", 1, 10, "Baut"))
	doc, err := d.Service.of(t.Context(), d.list["p"])
	d.must(t, err)
	list, err := d.Service.updates.List(t.Context(), store.Query{List: listAll, Key: store.KeyOf("p"), Limit: 5})
	d.must(t, err)
	told := list.Items[0]
	d.must(t, d.Service.updates.Delete(t.Context(), told, store.Change{Action: "test"}))
	p := doc.Body
	p.Out = []Update{told.Body}
	_, err = d.Service.records.Replace(t.Context(), doc, p, store.Change{Action: "test"})
	d.must(t, err)
	if n, err := d.Service.Reconcile(t.Context()); n != 0 || err != nil {
		t.Error("what is fresh was taken for left behind:", n, err)
	}
	if got := d.told(t, "public", "p"); len(got) != 0 {
		t.Fatal(got)
	}
	d.clock.Advance(time.Minute)
	for _, want := range []int{1, 0} {
		if n, err := d.Service.Reconcile(t.Context()); n != want || err != nil {
			t.Error(n, err)
		}
	}
	// The form is sent again by somebody who saw no answer.
	d.must(t, d.Service.Spend(t.Context(), who("yayasan-editor"), op, "p", 1, 10, "Baut"))
	if spent, _ := d.progress(t, "p").Spent(); spent != 10 || len(d.told(t, "public", "p")) != 1 {
		t.Errorf("spent %d, told %q", spent, d.told(t, "public", "p"))
	}
}

func TestCompletionLeavesItsReport(t *testing.T) {
	d := open(t)
	if err := d.Service.Complete(t.Context(), who("yayasan-owner"), d.op(), "p", Report{Outputs: "x", Assets: "x"}); fields(err) != "open: progress.error.undone" || len(d.completed) != 0 {
		t.Error("completed without a word on what is not reached:", err)
	}
	op, report := d.op(), Report{Outputs: "Dua belas tandon", Open: "Satu tertunda", Lessons: "Kapal lebih awal", Assets: "Dirawat desa"}
	d.fails = apperr.New(apperr.Unavailable, "error.unavailable.text")
	if err := d.Service.Complete(t.Context(), who("yayasan-owner"), op, "p", report); !apperr.Is(err, apperr.Unavailable) {
		t.Fatal(err)
	}
	d.fails = nil
	d.must(t, d.Service.Complete(t.Context(), who("yayasan-owner"), op, "p", report))
	if len(d.completed) != 1 || !slices.Equal(d.told(t, "public", "p"), []string{"report "}) {
		t.Errorf("completed %v, told %q", d.completed, d.told(t, "public", "p"))
	}
	facts := reportFacts(d.base, *d.progress(t, "p").Report)
	if len(facts) != 4 || facts[0].Value != "Dua belas tandon" || facts[3].Value != "Dirawat desa" {
		t.Errorf("%+v", facts)
	}
	if err := d.Service.Complete(t.Context(), who("yayasan-owner"), d.op(), "p", report); !apperr.Is(err, apperr.Conflict) {
		t.Error("completed twice:", err)
	}
}

func TestFollowersReadWhatIsPublic(t *testing.T) {
	d := open(t)
	d.add("q")
	d.set("q", func(i *Initiative) { i.Organization = "lain" })
	d.add("hidden")
	d.set("hidden", func(i *Initiative) { i.Public = false })
	ctx, me := t.Context(), who("anggota")
	if err := d.Service.Follow(ctx, me, d.op(), "hidden", true); !apperr.Is(err, apperr.NotFound) {
		t.Error("followed what is not there:", err)
	}
	if err := d.Service.Follow(ctx, who("yayasan-owner"), d.op(), "hidden", true); key(err) != "progress.refuse.not_public" {
		t.Error("followed what is not public:", err)
	}
	for range 2 {
		for _, id := range []domain.InitiativeID{"p", "q"} {
			d.must(t, d.Service.Follow(ctx, me, d.op(), id, true))
			d.clock.Advance(time.Second)
		}
	}
	for id, want := range map[domain.InitiativeID]bool{"p": true, "q": true, "hidden": false} {
		for a, follows := range map[domain.AccountID]bool{"anggota": want, "lain-owner": false, "public": false} {
			if got, err := d.Service.Follows(ctx, who(a), id); got != follows || err != nil {
				t.Errorf("%s follows %s: %t %v", a, id, got, err)
			}
		}
	}
	d.must(t, d.Service.Tell(ctx, who("yayasan-editor"), d.op(), "p", News{Title: "Umum", Text: "x"}))
	d.must(t, d.Service.Tell(ctx, who("yayasan-editor"), d.op(), "p", News{Title: "RAHASIA", Text: "x", Inside: true}))
	happened := func() (titles []string) {
		t.Helper()
		_, page, err := d.Service.Followed(ctx, me, "")
		d.must(t, err)
		for _, u := range page.Items {
			titles = append(titles, u.Body.Title)
		}
		return titles
	}
	if got := happened(); !slices.Equal(got, []string{"Umum"}) {
		t.Errorf("a follower reads %q", got)
	}
	for range 2 {
		d.must(t, d.Service.Follow(ctx, me, d.op(), "p", false))
	}
	if ids, _, err := d.Service.Followed(ctx, me, ""); err != nil || !slices.Equal(ids, []domain.InitiativeID{"q"}) || len(happened()) != 0 {
		t.Errorf("%v %v %q", ids, err, happened())
	}
	for n := range maxFollows - 1 {
		id := domain.InitiativeID(fmt.Sprint("more-", n))
		d.add(id)
		d.must(t, d.Service.Follow(ctx, me, d.op(), id, true))
	}
	if err := d.Service.Follow(ctx, me, d.op(), "p", true); !apperr.Is(err, apperr.Conflict) || key(err) != "progress.refuse.follows" {
		t.Error("more than the bound:", err)
	}
	d.must(t, d.Service.Follow(ctx, me, d.op(), "q", true)) // a repeat is none more
}

// What an account follows goes with the account, and the trail forgets who it was.
func TestFollowsGoWithTheAccount(t *testing.T) {
	d := open(t)
	d.add("q")
	ctx := t.Context()
	for _, id := range []domain.InitiativeID{"p", "q"} {
		d.must(t, d.Service.Follow(ctx, who("anggota"), d.op(), id, true))
	}
	d.must(t, d.Service.Follow(ctx, who("lain-owner"), d.op(), "p", true))
	for range 2 { // what was broken off is gone on with
		d.must(t, d.Service.Forget(ctx, "anggota"))
	}
	if ids, _, err := d.Service.Followed(ctx, who("anggota"), ""); err != nil || len(ids) != 0 {
		t.Error(ids, err)
	}
	if follows, err := d.Service.Follows(ctx, who("lain-owner"), "p"); !follows || err != nil {
		t.Error("another's went too:", err)
	}
	entries, err := d.Service.follows.History(ctx, followID("anggota", "p"), 10)
	d.must(t, err)
	if len(entries) < 2 {
		t.Fatal(len(entries), "entries")
	}
	for _, e := range entries {
		for _, c := range e.Changes {
			if strings.Contains(string(c.Before)+string(c.After), "anggota") {
				t.Errorf("the trail still says who followed: %s", e.Action)
			}
		}
	}
}

// The timeline shows every update and every move of the state once, newest first, over all its pages.
func TestTheTimelineIsWhole(t *testing.T) {
	d := open(t)
	var want []string
	for n := range 47 {
		d.clock.Advance(time.Hour)
		if n%5 == 0 {
			d.set("p", func(i *Initiative) {
				i.History = append(i.History, Moved{At: d.clock.Now(), Action: "suspend", Reason: fmt.Sprint("langkah ", n), Office: n%2 == 0})
			})
			want = append(want, fmt.Sprint("langkah ", n))
			d.clock.Advance(time.Hour)
		}
		d.must(t, d.Service.Tell(t.Context(), who("yayasan-editor"), d.op(), "p", News{Title: "Kabar", Text: fmt.Sprint("kabar ", n)}))
		want = append(want, fmt.Sprint("kabar ", n))
	}
	slices.Reverse(want)
	var got []string
	before := time.Time{}
	for cursor, pages := "", 0; pages < 9; pages++ {
		page, err := d.Service.Updates(t.Context(), who("public"), d.list["p"], cursor, 20)
		d.must(t, err)
		var updates []Update
		for _, u := range page.Items {
			updates = append(updates, u.Body)
		}
		views, err := d.Service.views(t.Context(), d.base, updates, nil)
		d.must(t, err)
		for _, v := range woven(d.base, d.list["p"], updates, views, before, page.Next == "") {
			got = append(got, v.Text)
		}
		if cursor = page.Next; cursor == "" {
			break
		}
		before = updates[len(updates)-1].At
	}
	if !slices.Equal(got, want) {
		t.Errorf("%q\nwant %q", got, want)
	}
}

// The tables say what is late, what moved and from when, and add the money up.
func TestTablesSayWhatIsLateAndWhatIsLeft(t *testing.T) {
	d := open(t)
	ctx, me := t.Context(), who("yayasan-owner")
	d.must(t, d.Service.Slip(ctx, me, d.op(), "p", 1, d.day(40), "Kapal"))
	d.must(t, d.Service.Slip(ctx, me, d.op(), "p", 1, d.day(50), "Ombak"))
	d.must(t, d.Service.Spend(ctx, me, d.op(), "p", 1, 300, "x"))
	due := [2]domain.Date{d.list["p"].Milestones[0].Due, d.day(40)}
	tables := d.Service.tables(d.base, d.progress(t, "p"))
	first := tables[0].Rows[0]
	if first.Cells[2].Tag.Text != "Bergeser" || !strings.Contains(first.Cells[1].Note, day(d.base, due[0])+": Kapal") || !strings.Contains(first.Cells[1].Note, day(d.base, due[1])+": Ombak") {
		t.Errorf("%+v", first)
	}
	var sums []string
	for _, row := range tables[1].Rows {
		for _, c := range row.Cells[1:] {
			sums = append(sums, c.Text)
		}
	}
	if want := []string{"Rp1.000", "Rp300", "Rp700", "Rp500", "Rp0", "Rp500", "Rp1.500", "Rp300", "Rp1.200"}; !slices.Equal(sums, want) {
		t.Errorf("%q, want %q", sums, want)
	}
	d.clock.Advance(60 * 24 * time.Hour)
	if tag := d.Service.tables(d.base, d.progress(t, "p"))[0].Rows[0].Cells[2].Tag; tag.Text != "Terlambat" || tag.Kind != "stop" {
		t.Errorf("%+v", tag)
	}
	d.must(t, d.Service.Reach(ctx, me, d.op(), "p", 1, d.day(0), "Semua tiba"))
	if cell := d.Service.tables(d.base, d.progress(t, "p"))[0].Rows[0].Cells[2]; cell.Tag.Kind != "good" || cell.Note != "Semua tiba" {
		t.Errorf("%+v", cell)
	}
}
