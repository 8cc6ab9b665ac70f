package calls

import (
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/PuerkitoBio/goquery"

	"gotong/modules/domain"
	"gotong/modules/kit/apperr"
	"gotong/modules/kit/clock"
	"gotong/modules/kit/store"
	"gotong/modules/kit/testkit"
	"gotong/modules/kit/testkit/effort"
)

func proposal() Proposal {
	return Proposal{Categories: []domain.CategoryID{"clean-water-supply"}, Areas: []domain.RegionCode{"61.01.08"}, Asked: 50_000_000, Papers: []domain.DocumentType{domain.DocStudy}}
}

func (p *portal) enter(t *testing.T, who string, doc Doc, initiative domain.InitiativeID, organization domain.OrganizationID) {
	t.Helper()
	for range 2 { // a repeat is no second entry
		if err := p.Service.Enter(t.Context(), people[who], op(), domain.CallID(doc.ID), initiative, organization); err != nil {
			t.Fatal(err)
		}
	}
}

func TestEligibilitySaysWhatIsMissing(t *testing.T) {
	p := open(t)
	doc := p.opened(t)
	id := domain.CallID(doc.ID)
	missing := func(organization domain.OrganizationID, change func(*Proposal)) string {
		x := proposal()
		if change != nil {
			change(&x)
		}
		err := p.Service.Admit(t.Context(), id, organization, x)
		if err == nil {
			return ""
		}
		var keys []string
		var e *apperr.Error
		if !errors.As(err, &e) {
			t.Fatal(err)
		}
		for _, f := range e.Fields {
			keys = append(keys, strings.TrimPrefix(f.Message.Key, "calls.missing."))
		}
		return strings.Join(keys, " ")
	}
	for name, c := range map[string]struct {
		organization domain.OrganizationID
		change       func(*Proposal)
		want         string
	}{
		"fits":               {"yayasan", nil, ""},
		"wrong type, afar":   {"pt", nil, "type area paper"},
		"lapsed":             {"lapsed", nil, "verified paper"},
		"its own":            {"dinas", nil, "type area own"},
		"other category":     {"yayasan", func(x *Proposal) { x.Categories = []domain.CategoryID{"off-grid-solar"} }, "category"},
		"an area outside":    {"yayasan", func(x *Proposal) { x.Areas = append(x.Areas, "61.02") }, "place"},
		"an area around":     {"yayasan", func(x *Proposal) { x.Areas = []domain.RegionCode{"61"} }, "place"},
		"too little":         {"yayasan", func(x *Proposal) { x.Asked = 9_999_999 }, "least"},
		"too much":           {"yayasan", func(x *Proposal) { x.Asked = 200_000_001 }, "most"},
		"without the study":  {"yayasan", func(x *Proposal) { x.Papers = nil }, "document"},
		"nothing is right":   {"lapsed", func(x *Proposal) { *x = Proposal{} }, "verified paper category place least document"},
		"at the lower bound": {"yayasan", func(x *Proposal) { x.Asked = 10_000_000 }, ""},
		"at the upper bound": {"yayasan", func(x *Proposal) { x.Asked = 200_000_000 }, ""},
	} {
		if got := missing(c.organization, c.change); got != c.want {
			t.Errorf("%s: missing %q, want %q", name, got, c.want)
		}
	}
	page := p.get200(t, "applicant", "/calls/"+doc.ID)
	if page.doc.Find("section.card .tag.stop").Length() != 0 || page.doc.Find("a[href*='/initiatives/new?call="+doc.ID+"']").Length() != 1 {
		t.Error("an eligible applicant does not find its way")
	}
	rival := p.get200(t, "rival", "/calls/"+doc.ID)
	if got := rival.doc.Find("section.card .tag.stop").Length(); got != 3 {
		t.Errorf("%d conditions are shown as missing, want 3", got)
	}
	if p.get200(t, "", "/calls/"+doc.ID).doc.Find("#eligible-0").Length() != 0 {
		t.Error("the public is held against conditions")
	}
}

func TestTheServersClockClosesToTheSecond(t *testing.T) {
	p := open(t)
	doc := p.opened(t)
	id, deadline := domain.CallID(doc.ID), doc.Body.Deadline
	p.clock.Advance(deadline.Sub(p.clock.Now()) - time.Millisecond)
	if err := p.Service.Admit(t.Context(), id, "yayasan", proposal()); err != nil {
		t.Fatal("a millisecond before:", err)
	}
	p.enter(t, "applicant", doc, "last", "yayasan")
	p.clock.Advance(time.Millisecond)
	err := p.Service.Admit(t.Context(), id, "yayasan", proposal())
	if !apperr.Is(err, apperr.Conflict) {
		t.Fatal("at the deadline:", err)
	}
	var e *apperr.Error
	if !errors.As(err, &e) {
		t.Fatal(err)
	}
	words := p.bundle.Localizer("id").Message(e.Msg)
	for _, want := range []string{"WITA", "Sekretariat", "prakarsa sendiri", "salin"} {
		if !strings.Contains(words, want) {
			t.Errorf("the refusal does not say %q: %s", want, words)
		}
	}
	if err := p.Service.Enter(t.Context(), people["applicant"], op(), id, "late", "yayasan"); !apperr.Is(err, apperr.Conflict) {
		t.Error("a late draft entered:", err)
	}
	if n, err := p.Service.Sweep(t.Context()); n != 1 || err != nil {
		t.Fatal(n, err)
	}
	if n, err := p.Service.Sweep(t.Context()); n != 0 || err != nil {
		t.Error("closed twice:", n, err)
	}
	if got := p.get(t, doc).Body; got.State() != Closed || got.History[len(got.History)-1].By != "" {
		t.Errorf("%s by %q", got.State(), got.History[len(got.History)-1].By)
	}
}

func TestClosingSnapshotHoldsWhatWasHandedIn(t *testing.T) {
	p := open(t)
	doc := p.opened(t)
	for n := range 230 { // three pages, every second one handed in
		id := domain.InitiativeID(fmt.Sprintf("i%03d", n))
		if err := p.Service.Enter(t.Context(), people["applicant"], op(), domain.CallID(doc.ID), id, "yayasan"); err != nil {
			t.Fatal(err)
		}
		if n%2 == 0 {
			p.answers.handed[id] = Handed{Initiative: id, Title: "Usulan", Organization: "yayasan", Round: 1, At: p.clock.Now(), Digest: "abc"}
		}
	}
	if err := p.Service.SnapshotOf(t.Context(), people["owner"], domain.CallID(doc.ID), nil); !apperr.Is(err, apperr.NotFound) {
		t.Error("a snapshot before the closing:", err)
	}
	doc = p.closed(t, doc)
	s := doc.Body.Snapshot
	if s == nil || s.Count != 115 || s.Pages != 3 || len(s.Digest) != 64 || doc.Body.SnapshotDue {
		t.Fatalf("%+v", s)
	}
	p.answers.handed = nil // what happens later does not change it
	rows := 0
	if err := p.Service.SnapshotOf(t.Context(), people["viewer"], domain.CallID(doc.ID), func(Handed) error { rows++; return nil }); err != nil || rows != 115 {
		t.Error(rows, err)
	}
	for _, who := range []string{"", "member", "applicant"} {
		if err := p.Service.SnapshotOf(t.Context(), people[who], domain.CallID(doc.ID), nil); !apperr.Is(err, apperr.NotFound) {
			t.Errorf("%q reads the snapshot: %v", who, err)
		}
	}
	csv := p.get200(t, "owner", "/calls/"+doc.ID+"/snapshot.csv")
	if got := strings.Count(csv.body, "abc"); got != 115 {
		t.Errorf("%d rows in the file", got)
	}
}

func TestAmendmentIsToldToEveryApplicantOnce(t *testing.T) {
	p := open(t)
	doc := p.opened(t)
	p.enter(t, "applicant", doc, "one", "yayasan")
	p.enter(t, "applicant", doc, "two", "yayasan")
	p.enter(t, "rival", doc, "three", "pt")
	waits := func(who string) int {
		t.Helper()
		for _, q := range p.Queues() {
			if q.Name == "call-amended" && q.For(people[who]) {
				w, err := q.Read(t.Context(), domain.QueueRequest{Actor: people[who], Limit: 20})
				if err != nil {
					t.Fatal(err)
				}
				return len(w.Items)
			}
		}
		return 0
	}
	if waits("applicant") != 0 {
		t.Error("something is told before anything changed")
	}
	next := doc.Body.Content
	next.Expected = "Dirawat warga dan diukur."
	doc = p.get(t, p.decide(t, "owner", doc, Decision{Action: ActionAmend, Content: next}, "Lebih jelas."))
	if doc.Body.Told != 1 || waits("applicant") != 2 || waits("rival") != 1 || waits("member") != 0 {
		t.Errorf("told %d: %d, %d", doc.Body.Told, waits("applicant"), waits("rival"))
	}
	late := "/calls/" + doc.ID + "/changes"
	if p.get200(t, "applicant", late).doc.Find("form[action$='/seen']").Length() != 1 {
		t.Error("no button to say that it was read")
	}
	if a := p.send(t, "applicant", http.MethodPost, late+"/seen", url.Values{}); a.status != http.StatusSeeOther {
		t.Fatal(a.status)
	}
	if waits("applicant") != 0 || waits("rival") != 1 {
		t.Error("read by the one, still waiting for the other:", waits("applicant"), waits("rival"))
	}
	p.enter(t, "applicant", doc, "four", "yayasan")
	if waits("applicant") != 0 {
		t.Error("who comes after the amendment is told of it")
	}
}

// A crash at any storage call of an amendment leaves either nothing or something that the reconciler finishes.
func TestCrashWhileTelling(t *testing.T) {
	step := 1
	if effort.Small() {
		step = 5
	}
	for point := 1; ; point += step {
		calls, armed := 0, false
		p := openOn(t, func(t testing.TB, c clock.Clock) *store.DB {
			return testkit.DBAtomic(t, func(string) error {
				if !armed {
					return nil
				}
				if calls++; calls == point {
					return apperr.New(apperr.Unavailable, "error.unavailable.text")
				}
				return nil
			})
		})
		doc, err := p.Service.Create(t.Context(), people["owner"], op(), "dinas", late(content()))
		if err != nil {
			t.Fatal(err)
		}
		doc = p.decide(t, "owner", doc, Decision{Action: ActionAsk}, "")
		doc = p.decide(t, "owner2", doc, Decision{Action: ActionRelease}, "")
		p.enter(t, "applicant", doc, "one", "yayasan")
		p.enter(t, "rival", doc, "two", "pt")
		next := doc.Body.Content
		next.Expected = "Lain."
		r := request("owner", doc, "Lebih jelas.")
		armed = true
		_, err = p.Service.Decide(t.Context(), r, Decision{Action: ActionAmend, Content: next})
		armed = false
		if calls < point {
			t.Logf("%d storage calls", calls)
			return
		}
		if err != nil {
			if _, err = p.Service.Decide(t.Context(), r, Decision{Action: ActionAmend, Content: next}); err != nil {
				t.Fatalf("point %d: the repeat: %v", point, err)
			}
		}
		p.clock.Advance(2 * time.Minute)
		if doc = p.get(t, doc); len(doc.Body.Amendments) != 1 {
			t.Fatalf("point %d: %d amendments", point, len(doc.Body.Amendments))
		}
		if err := p.Service.tellAll(t.Context(), doc); err != nil {
			t.Fatal(err)
		}
		entries, err := p.Service.EntriesOf(t.Context(), domain.CallID(doc.ID), "", 10)
		if err != nil || len(entries.Items) != 2 || entries.Items[0].Body.Told != 1 || entries.Items[1].Body.Told != 1 || p.get(t, doc).Body.NotTold() {
			t.Fatalf("point %d: %+v %v", point, entries.Items, err)
		}
	}
}

// late moves a call's dates by a century, for tests on the machine's clock.
func late(c Content) Content {
	c.Deadline, c.QuestionsUntil, c.DecideBy = c.Deadline.AddDate(100, 0, 0), c.QuestionsUntil.AddDate(100, 0, 0), domain.DateOf(c.Deadline.AddDate(100, 2, 0))
	return c
}

func TestQuestionsArePublicWithTheirAnswers(t *testing.T) {
	p := open(t)
	doc := p.opened(t)
	path := "/calls/" + doc.ID
	if a := p.send(t, "member", http.MethodPost, path+"/questions", url.Values{"question": {""}}); a.status != http.StatusUnprocessableEntity || a.doc.Find("#ask .error").Length() != 1 {
		t.Error("an empty question:", a.status)
	}
	if a := p.send(t, "member", http.MethodPost, path+"/questions", url.Values{"question": {"Apakah talang termasuk?"}}); a.status != http.StatusSeeOther {
		t.Fatal(a.status)
	}
	shown := func(who, text string) bool {
		return strings.Contains(p.get200(t, who, path).doc.Find("main, body").Text(), text)
	}
	for who, want := range map[string]bool{"member": true, "owner": true, "auditor": true, "": false, "applicant": false} {
		if shown(who, "Apakah talang termasuk?") != want {
			t.Errorf("before the answer %q sees the question: %v", who, !want)
		}
	}
	list, err := p.Service.Questions(t.Context(), people["owner"], doc, "")
	if err != nil || len(list.Items) != 1 {
		t.Fatal(err, len(list.Items))
	}
	reply := path + "/questions/" + list.Items[0].ID + "/answer"
	if a := p.send(t, "applicant", http.MethodPost, reply, url.Values{"answer": {"Ya."}}); a.status != http.StatusForbidden {
		t.Error("an applicant answered:", a.status)
	}
	other := p.opened(t)
	if a := p.send(t, "owner", http.MethodPost, "/calls/"+other.ID+"/questions/"+list.Items[0].ID+"/answer", url.Values{"answer": {"Ya."}}); a.status != http.StatusNotFound {
		t.Error("answered under another call:", a.status)
	}
	if a := p.send(t, "editor", http.MethodPost, reply, url.Values{"answer": {"Ya, talang termasuk."}}); a.status != http.StatusSeeOther {
		t.Fatal(a.status)
	}
	if !shown("", "Ya, talang termasuk.") || shown("", "member") {
		t.Error("the answer is not public, or who asked is")
	}
	p.clock.Advance(doc.Body.QuestionsUntil.Sub(p.clock.Now()))
	if err := p.Service.AskQuestion(t.Context(), people["member"], op(), domain.CallID(doc.ID), "Terlambat?"); !apperr.Is(err, apperr.Conflict) {
		t.Error("asked after the questions closed:", err)
	}
}

func TestDraftsAreHiddenAndTwoWritersMeet(t *testing.T) {
	p := open(t)
	doc := p.drafted(t, "owner", "dinas")
	for who, want := range map[string]int{"owner": 200, "viewer": 200, "secretariat": 200, "auditor": 200, "": 404, "applicant": 404} {
		if a := p.send(t, who, http.MethodGet, "/calls/"+doc.ID, nil); a.status != want {
			t.Errorf("%q: %d, want %d", who, a.status, want)
		}
	}
	form := p.get200(t, "editor", "/calls/"+doc.ID+"/edit")
	values := url.Values{}
	form.doc.Find("main form [name], form.form [name]").Each(func(_ int, s *goquery.Selection) {
		switch typ := s.AttrOr("type", ""); {
		case typ == "checkbox" || typ == "radio":
			if _, on := s.Attr("checked"); on {
				values.Add(s.AttrOr("name", ""), s.AttrOr("value", ""))
			}
		case s.Is("textarea"):
			values.Set(s.AttrOr("name", ""), s.Text())
		case !s.Is("button"):
			values.Set(s.AttrOr("name", ""), s.AttrOr("value", ""))
		}
	})
	values.Set("theme", "Tema pertama")
	if a := p.send(t, "editor", http.MethodPost, "/calls/"+doc.ID+"/edit", values); a.status != http.StatusSeeOther {
		t.Fatalf("%d %s", a.status, a.doc.Find(".summary").Text())
	}
	if got := p.get(t, doc).Body; got.Theme != "Tema pertama" || !got.Deadline.Equal(doc.Body.Deadline) || !got.QuestionsUntil.Equal(endOfDay(doc.Body)) || got.Criteria[0].ID != "k1" || got.Weights() != 100 {
		t.Errorf("the form does not bring back what it shows: %+v", got.Content)
	}
	values.Set("theme", "Tema kedua")
	values.Set("_op", store.NewID())
	a := p.send(t, "owner", http.MethodPost, "/calls/"+doc.ID+"/edit", values)
	if a.status != http.StatusConflict || !strings.Contains(a.doc.Find(".theirs").Text(), "Tema pertama") || a.doc.Find("[name=theme]").AttrOr("value", "") != "Tema kedua" {
		t.Errorf("%d: %s", a.status, a.doc.Find(".theirs").Text())
	}
}

// endOfDay is what the form makes of a moment for questions: the end of its last day in the call's zone.
func endOfDay(c Call) time.Time {
	day := c.QuestionsUntil.Add(-time.Second).In(c.Zone.Location())
	return time.Date(day.Year(), day.Month(), day.Day()+1, 0, 0, 0, 0, c.Zone.Location()).UTC()
}

func TestListsFindByRegionCategoryAndState(t *testing.T) {
	p := open(t)
	doc := p.opened(t)
	for name, c := range map[string]struct {
		f    Filter
		want int
	}{
		"all": {Filter{}, 1}, "state": {Filter{Status: Open}, 1}, "other state": {Filter{Status: Closed}, 0}, "group": {Filter{Category: "water-sanitation"}, 1},
		"category": {Filter{Category: "clean-water-supply", Status: Open}, 1}, "other": {Filter{Category: "off-grid-solar"}, 0}, "province": {Filter{Region: "61"}, 1},
		"itself": {Filter{Region: "61.01"}, 1}, "below": {Filter{Region: "61.01.08.2007"}, 1}, "beside": {Filter{Region: "61.02"}, 0},
		"region and category": {Filter{Region: "61.01", Category: "off-grid-solar"}, 0}, "ending": {Filter{Sort: listEnding}, 1},
	} {
		if page, err := p.Service.Public(t.Context(), c.f); err != nil || len(page.Items) != c.want {
			t.Errorf("%s: %d, %v", name, len(page.Items), err)
		}
	}
	p.drafted(t, "owner", "dinas")
	if page, _ := p.Service.Public(t.Context(), Filter{}); len(page.Items) != 1 || page.Items[0].ID != doc.ID {
		t.Error("a draft is listed")
	}
}

func TestMergeMovesCallsAndAnswers(t *testing.T) {
	p := open(t)
	doc := p.opened(t)
	p.enter(t, "applicant", doc, "one", "yayasan")
	for from, want := range map[domain.OrganizationID]int64{"dinas": 1, "yayasan": 1} {
		if n, err := p.Service.CountOf(t.Context(), from); n != want || err != nil {
			t.Errorf("%s: %d %v", from, n, err)
		}
		if n, err := p.Service.MoveAll(t.Context(), from, "baru", store.Change{Action: "organization.merged"}); n != 1 || err != nil {
			t.Errorf("%s: moved %d %v", from, n, err)
		}
	}
	if n, _ := p.Service.CountOf(t.Context(), "baru"); n != 2 {
		t.Error(n)
	}
}
