package progress

import (
	"slices"
	"strings"
	"testing"
	"time"

	"gotong/modules/domain"
	"gotong/modules/kit/apperr"
)

var (
	noon  = time.Date(2027, 3, 1, 5, 0, 0, 0, time.UTC)
	today = domain.DateOf(noon)
)

func after(days int) domain.Date { return domain.DateOf(noon.AddDate(0, 0, days)) }

// fresh is an initiative's progress at its beginning.
func fresh() Progress {
	return begin(Initiative{
		ID: "p", Caller: "dinas", Milestones: []Milestone{{Title: "Tiba", Due: after(30)}, {Title: "Terpasang", Due: after(90)}},
		Lines: []Line{{Item: "Tandon", Amount: 1000}, {Item: "Pelatihan", Amount: 500}},
	})
}

const nik = "NIK 6101081203900001"

func TestProgressBeginsAsItWasProposed(t *testing.T) {
	i := Initiative{ID: "p", Milestones: []Milestone{{Title: "Tiba", Due: after(30)}}, Lines: []Line{{Item: "Tandon", Amount: 7}}, Demo: true}
	p := begin(i)
	p.Milestones[0].Title, p.Lines[0].Spent = "x", 5
	if i.Milestones[0].Title != "Tiba" || i.Lines[0].Spent != 0 || p.Initiative != "p" || !p.Demo {
		t.Errorf("the proposal changed with its progress: %+v %+v", i, p)
	}
}

func TestASlipStaysInTheOpen(t *testing.T) {
	p := fresh()
	for n, to := range []domain.Date{after(60), after(45), after(70)} {
		if _, err := p.Slip(1, to, "Kapal tertahan", "ani", noon.Add(time.Duration(n)*time.Hour)); err != nil {
			t.Fatal(err)
		}
	}
	m := p.Milestones[0]
	var days []domain.Date
	for _, s := range m.Slips {
		if s.Reason != "Kapal tertahan" || s.By != "ani" || s.At.IsZero() {
			t.Errorf("%+v", s)
		}
		days = append(days, s.From, s.To)
	}
	if want := []domain.Date{after(30), after(60), after(60), after(45), after(45), after(70)}; !slices.Equal(days, want) || m.Due != after(70) {
		t.Errorf("%v, due %s; want %v", days, m.Due, want)
	}
	if len(p.Milestones[1].Slips) != 0 {
		t.Error("another milestone moved")
	}
}

func TestASlipIsRefusedWithWords(t *testing.T) {
	for name, c := range map[string]struct {
		n            int64
		to           domain.Date
		reason, want string
	}{
		"no such milestone": {3, after(60), "x", "milestone: progress.error.milestone"},
		"number below":      {0, after(60), "x", "milestone: progress.error.milestone"},
		"no day":            {1, "", "x", "to: progress.error.other_day"},
		"the same day":      {1, after(30), "x", "to: progress.error.other_day"},
		"no reason":         {1, after(60), "", "reason: progress.error.reason"},
		"a person's number": {1, after(60), nik, "reason: progress.error.personal"},
		"nothing":           {1, "", "", "to: progress.error.other_day, reason: progress.error.reason"},
	} {
		p := fresh()
		if _, err := p.Slip(c.n, c.to, c.reason, "ani", noon); !apperr.Is(err, apperr.Invalid) || fields(err) != c.want {
			t.Errorf("%s: %v, %q", name, err, fields(err))
		}
		if len(p.Milestones[0].Slips) != 0 || p.Milestones[0].Due != after(30) {
			t.Errorf("%s: it moved nevertheless", name)
		}
	}
	p := fresh()
	for n := range maxSlips {
		if _, err := p.Slip(1, after(31+n), "x", "ani", noon); err != nil {
			t.Fatal(n, err)
		}
	}
	if _, err := p.Slip(1, after(200), "x", "ani", noon); !apperr.Is(err, apperr.Conflict) || key(err) != "progress.refuse.slips" {
		t.Error("more slips than the bound:", err)
	}
	if _, err := p.Reach(2, today, "", noon); err != nil {
		t.Fatal(err)
	}
	if _, err := p.Slip(2, after(200), "x", "ani", noon); !apperr.Is(err, apperr.Conflict) || key(err) != "progress.refuse.done" {
		t.Error("a reached milestone moved:", err)
	}
}

func TestAMilestoneIsReachedOnceAndNotInTheFuture(t *testing.T) {
	for name, c := range map[string]struct {
		n          int64
		day        domain.Date
		note, want string
	}{
		"no such milestone": {9, today, "", "milestone: progress.error.milestone"},
		"no day":            {1, "", "", "day: progress.error.past_day"},
		"tomorrow":          {1, after(1), "", "day: progress.error.past_day"},
		"a person's number": {1, today, nik, "note: progress.error.personal"},
	} {
		p := fresh()
		if _, err := p.Reach(c.n, c.day, c.note, noon); !apperr.Is(err, apperr.Invalid) || fields(err) != c.want || p.Milestones[0].DoneAt != "" {
			t.Errorf("%s: %v, %q", name, err, fields(err))
		}
	}
	p := fresh()
	if _, err := p.Slip(1, after(60), "x", "ani", noon); err != nil {
		t.Fatal(err)
	}
	m, err := p.Reach(1, after(-3), "Semua tiba", noon)
	if err != nil || m.DoneAt != after(-3) || m.Note != "Semua tiba" || len(m.Slips) != 1 {
		t.Errorf("%+v %v", m, err)
	}
	if _, err := p.Reach(1, today, "", noon); !apperr.Is(err, apperr.Conflict) || key(err) != "progress.refuse.done" {
		t.Error("reached twice:", err)
	}
}

func TestSpendingStaysWithinItsLine(t *testing.T) {
	for name, c := range map[string]struct {
		line, amount int64
		note, want   string
	}{
		"no such line":      {3, 10, "x", "line: progress.error.line"},
		"line below":        {0, 10, "x", "line: progress.error.line"},
		"nothing":           {1, 0, "x", "amount: progress.error.amount"},
		"less than nothing": {1, -5, "x", "amount: progress.error.amount"},
		"no word":           {1, 10, "", "note: progress.error.note"},
		"more than is left": {1, 1001, "x", "amount: progress.error.over"},
		"a person's number": {1, 10, nik, "note: progress.error.personal"},
		"all at once":       {0, 0, "", "line: progress.error.line, amount: progress.error.amount, note: progress.error.note"},
	} {
		p := fresh()
		if _, err := p.Spend(c.line, c.amount, c.note); !apperr.Is(err, apperr.Invalid) || fields(err) != c.want {
			t.Errorf("%s: %v, %q", name, err, fields(err))
		}
		if spent, _ := p.Spent(); spent != 0 {
			t.Errorf("%s: spent nevertheless", name)
		}
	}
	p := fresh()
	for _, amount := range []int64{400, 600} {
		if _, err := p.Spend(1, amount, "Tandon"); err != nil {
			t.Fatal(err)
		}
	}
	_, err := p.Spend(1, 1, "Satu lagi")
	if fields(err) != "amount: progress.error.over" || !strings.Contains(strings.Join(argsOf(err), " "), "left 0") {
		t.Errorf("beyond the line: %v, %v", err, argsOf(err))
	}
	if _, err := p.Spend(2, 500, "Pelatihan"); err != nil {
		t.Error("the other line has its own money:", err)
	}
	if spent, approved := p.Spent(); spent != 1500 || approved != 1500 {
		t.Errorf("%d of %d", spent, approved)
	}
}

func TestWhatIsAskedMustMakeSense(t *testing.T) {
	good := Request{ID: "r", Text: "Harga naik", By: "ani", At: noon}
	for name, c := range map[string]struct {
		change func(*Request)
		want   string
	}{
		"nothing chosen":       {func(*Request) {}, "what: progress.error.what"},
		"unknown":              {func(r *Request) { r.What = "money" }, "what: progress.error.what"},
		"no reason":            {func(r *Request) { r.What, r.Text = WhatScope, "" }, "text: progress.error.reason"},
		"a person's number":    {func(r *Request) { r.What, r.Text = WhatScope, nik }, "text: progress.error.personal"},
		"no day":               {func(r *Request) { r.What = WhatUntil }, "until: progress.error.future"},
		"today":                {func(r *Request) { r.What, r.Until = WhatUntil, today }, "until: progress.error.future"},
		"no line":              {func(r *Request) { r.What, r.Amount = WhatBudget, 2000 }, "line: progress.error.line"},
		"no amount":            {func(r *Request) { r.What, r.Line = WhatBudget, 1 }, "amount: progress.error.amount"},
		"below what was spent": {func(r *Request) { r.What, r.Line, r.Amount = WhatBudget, 1, 299 }, "amount: progress.error.below_spent"},
	} {
		p := fresh()
		if _, err := p.Spend(1, 300, "x"); err != nil {
			t.Fatal(err)
		}
		r := good
		c.change(&r)
		if err := p.Ask(r); !apperr.Is(err, apperr.Invalid) || fields(err) != c.want || len(p.Requests) != 0 {
			t.Errorf("%s: %v, %q", name, err, fields(err))
		}
	}
	p := fresh()
	good.What = WhatScope
	for range maxRequests {
		if err := p.Ask(good); err != nil {
			t.Fatal(err)
		}
	}
	if err := p.Ask(good); !apperr.Is(err, apperr.Conflict) || key(err) != "progress.refuse.requests" {
		t.Error("more requests than the bound:", err)
	}
}

func TestAChangeCountsOnlyOnceApproved(t *testing.T) {
	asked := func(r Request) Progress {
		p := fresh()
		r.ID, r.Text, r.By, r.At = "r", "x", "ani", noon
		if err := p.Ask(r); err != nil {
			t.Fatal(err)
		}
		return p
	}
	p := asked(Request{What: WhatBudget, Line: 1, Amount: 1200})
	if p.Lines[0].Amount != 1000 {
		t.Error("what was only asked counts")
	}
	if _, err := p.Spend(1, 1100, "x"); err == nil {
		t.Error("spent what was only asked for")
	}
	if p.asked() != noon {
		t.Error("it waits on no desk")
	}
	for name, c := range map[string]struct{ id, answer, want string }{"no word": {"r", "", "answer: progress.error.reason"}, "a person's number": {"r", nik, "answer: progress.error.personal"}} {
		if _, err := p.Decide(c.id, true, c.answer, "s1", noon); fields(err) != c.want || p.Lines[0].Amount != 1000 {
			t.Errorf("%s: %v", name, err)
		}
	}
	if _, err := p.Decide("nothing", true, "x", "s1", noon); !apperr.Is(err, apperr.NotFound) {
		t.Error("an unknown request was answered:", err)
	}
	before := p
	r, err := p.Decide("r", true, "Sesuai harga pasar", "s1", noon.Add(time.Hour))
	if err != nil || !r.Approved || r.AnsweredBy != "s1" || p.Lines[0].Amount != 1200 || p.Lines[1].Amount != 500 || !p.asked().IsZero() {
		t.Errorf("%+v %+v %v", r, p.Lines, err)
	}
	if before.Lines[0].Amount != 1000 || !before.Requests[0].Open() {
		t.Error("what was read before changed with it")
	}
	if _, err := p.Decide("r", false, "x", "s2", noon); !apperr.Is(err, apperr.Conflict) || key(err) != "progress.refuse.answered" {
		t.Error("answered twice:", err)
	}
	if _, err := p.Spend(1, 1100, "x"); err != nil {
		t.Error("what was approved cannot be spent:", err)
	}

	p = asked(Request{What: WhatBudget, Line: 1, Amount: 1200})
	if r, err := p.Decide("r", false, "Belum perlu", "s1", noon); err != nil || r.Approved || r.Open() || p.Lines[0].Amount != 1000 {
		t.Errorf("declined, and it counts: %+v %v", p.Lines, err)
	}
	// More was spent while the request waited.
	p = asked(Request{What: WhatBudget, Line: 1, Amount: 300})
	if _, err := p.Spend(1, 400, "x"); err != nil {
		t.Fatal(err)
	}
	if _, err := p.Decide("r", true, "x", "s1", noon); !apperr.Is(err, apperr.Conflict) || key(err) != "progress.refuse.below_spent" {
		t.Error("approved below what was spent:", err)
	}
}

func TestTheReportNeedsItsWords(t *testing.T) {
	for name, c := range map[string]struct {
		undone bool
		report Report
		want   string
	}{
		"nothing":               {true, Report{}, "outputs: progress.error.outputs, open: progress.error.undone, assets: progress.error.assets"},
		"all reached":           {false, Report{}, "outputs: progress.error.outputs, assets: progress.error.assets"},
		"silent on what is not": {true, Report{Outputs: "x", Assets: "x"}, "open: progress.error.undone"},
		"a person's number":     {false, Report{Outputs: nik, Assets: "x", Lessons: nik}, "outputs: progress.error.personal, lessons: progress.error.personal"},
		"good":                  {true, Report{Outputs: "x", Open: "Tertunda", Assets: "x"}, ""},
		"good, all reached":     {false, Report{Outputs: "x", Assets: "x"}, ""},
	} {
		p := fresh()
		if !c.undone {
			for n := range p.Milestones {
				if _, err := p.Reach(int64(n+1), today, "", noon); err != nil {
					t.Fatal(err)
				}
			}
		}
		err := p.Close(c.report)
		if fields(err) != c.want || (p.Report != nil) != (c.want == "") {
			t.Errorf("%s: %v, %q, report %v", name, err, fields(err), p.Report)
		}
	}
}
