package needs

import (
	"net/url"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/PuerkitoBio/goquery"

	"gotong/modules/domain"
	"gotong/modules/kit/apperr"
	"gotong/modules/kit/web"
)

func (p *portal) state(t *testing.T, id string) State {
	t.Helper()
	doc, err := p.Service.Get(t.Context(), domain.NeedID(id))
	if err != nil {
		t.Fatal(err)
	}
	return doc.Body.State()
}

// A verifier passes several at once: those that qualify are verified, each under its own rules, the others keep waiting
// with their reason; one undo takes back all but what somebody committed to.
func TestManyAtOnceWithOneUndo(t *testing.T) {
	p := open(t)
	var ids []domain.NeedID
	for range 4 {
		ids = append(ids, domain.NeedID(p.submitted(t, "owner", "desa").ID))
	}
	draft := p.declare(t, "owner", "desa")
	behalf := p.submitted(t, "ngo", "ngo") // not adopted yet
	ids = append(ids, domain.NeedID(draft.ID), domain.NeedID(behalf.ID))
	operation := op()
	set, err := p.Service.VerifySet(t.Context(), people["verifier"], operation, ids, allYes())
	if err != nil {
		t.Fatal(err)
	}
	want := []string{"verified", "verified", "verified", "verified", "refused error.not_found.text", "refused needs.refuse.not_adopted"}
	for i, item := range set.Body.Items {
		if got := strings.TrimSpace(string(item.Outcome) + " " + item.Why); got != want[i] {
			t.Errorf("%d: %s, want %s", i, got, want[i])
		}
	}
	if p.state(t, string(ids[0])) != Verified || p.state(t, draft.ID) != Draft || p.state(t, behalf.ID) != Submitted {
		t.Error("states do not follow the outcomes")
	}
	again, err := p.Service.VerifySet(t.Context(), people["verifier"], operation, ids, allYes())
	if err != nil || again.ID != set.ID || again.Version != set.Version {
		t.Errorf("the repeat is not the same set: %v", err)
	}
	p.ledgers.accounts[ids[1]].ledger.Committed = 7
	if _, err := p.Service.UndoSet(t.Context(), people["regency"], op(), set.ID); !apperr.Is(err, apperr.NotFound) {
		t.Errorf("another's set: %v", err)
	}
	set, err = p.Service.UndoSet(t.Context(), people["verifier"], op(), set.ID)
	if err != nil {
		t.Fatal(err)
	}
	for i, want := range []Outcome{OutcomeUndone, OutcomeKept, OutcomeUndone, OutcomeUndone, OutcomeRefused, OutcomeRefused} {
		if set.Body.Items[i].Outcome != want {
			t.Errorf("%d: %s, want %s", i, set.Body.Items[i].Outcome, want)
		}
	}
	doc, _ := p.Service.Get(t.Context(), ids[0])
	if doc.Body.State() != InVerification || doc.Body.Public() || !p.ledgers.accounts[ids[0]].closed || p.ledgers.accounts[ids[0]].ledger.Needed != 0 {
		t.Errorf("not taken back: %s", doc.Body.State())
	}
	kept, _ := p.Service.Get(t.Context(), ids[1])
	if !kept.Body.Open() || p.ledgers.accounts[ids[1]].ledger.Needed != 40 {
		t.Errorf("a need with a commitment: %s, limit %d", kept.Body.State(), p.ledgers.accounts[ids[1]].ledger.Needed)
	}
	if _, err := p.Service.Decide(t.Context(), Request{Actor: people["verifier"], Operation: op(), ID: ids[0]}, Decision{Action: ActionVerify, Checklist: allYes()}); err != nil {
		t.Errorf("it cannot be verified again: %v", err)
	}
}

func TestManyAreRefused(t *testing.T) {
	p := open(t)
	doc := p.submitted(t, "owner", "desa")
	one := []domain.NeedID{domain.NeedID(doc.ID)}
	for name, c := range map[string]struct {
		who  string
		ids  []domain.NeedID
		list Checklist
		kind apperr.Kind
	}{
		"no mandate":       {"owner", one, allYes(), apperr.Forbidden},
		"nothing chosen":   {"verifier", nil, allYes(), apperr.Invalid},
		"a question open":  {"verifier", one, Checklist{Answers: map[Question]bool{"place": true}}, apperr.Invalid},
		"forty and one":    {"verifier", make([]domain.NeedID, MaxSet+1), allYes(), apperr.Invalid},
		"a number in note": {"verifier", one, Checklist{Answers: allYes().Answers, Note: "NIK 6101010101900001"}, apperr.Invalid},
	} {
		if _, err := p.Service.VerifySet(t.Context(), people[c.who], op(), c.ids, c.list); !apperr.Is(err, c.kind) {
			t.Errorf("%s: %v", name, err)
		}
	}
	elsewhere, err := p.Service.VerifySet(t.Context(), people["elsewhere"], op(), one, allYes())
	if err != nil || elsewhere.Body.Items[0].Outcome != OutcomeRefused || p.state(t, doc.ID) != Submitted {
		t.Errorf("a verifier of another district: %+v %v", elsewhere.Body.Items, err)
	}
	set, err := p.Service.VerifySet(t.Context(), people["verifier"], op(), one, allYes())
	if err != nil {
		t.Fatal(err)
	}
	p.clock.Advance(UndoTime + time.Second)
	if _, err := p.Service.UndoSet(t.Context(), people["verifier"], op(), set.ID); !apperr.Is(err, apperr.Conflict) {
		t.Errorf("after its time: %v", err)
	}
}

// What a crash left half done is finished: an undo that had begun, and a set that stopped in between.
func TestHalfDoneSetsAreFinished(t *testing.T) {
	p := open(t)
	doc := p.submitted(t, "owner", "desa")
	p.ledgers.crash = "open"
	operation := op()
	if _, err := p.Service.VerifySet(t.Context(), people["verifier"], operation, []domain.NeedID{domain.NeedID(doc.ID), "never-there"}, allYes()); !apperr.Is(err, apperr.Unavailable) {
		t.Fatalf("the account failed: %v", err)
	}
	p.clock.Advance(2 * time.Minute)
	if n, err := p.Service.FinishSets(t.Context()); err != nil || n != 1 {
		t.Fatal(n, err)
	}
	if _, err := p.Service.Reconcile(t.Context()); err != nil {
		t.Fatal(err)
	}
	set, err := p.Service.VerifiedSet(t.Context(), people["verifier"], people["verifier"].NewID(operation))
	if err != nil || set.Body.Items[0].Outcome != OutcomeVerified || set.Body.Items[1].Outcome != OutcomeRefused {
		t.Fatalf("%+v %v", set.Body.Items, err)
	}
	p.ledgers.crash = "limit"
	if _, err := p.Service.UndoSet(t.Context(), people["verifier"], op(), set.ID); !apperr.Is(err, apperr.Unavailable) {
		t.Fatalf("the account failed: %v", err)
	}
	p.clock.Advance(2 * time.Minute)
	if n, err := p.Service.FinishSets(t.Context()); err != nil || n != 1 {
		t.Fatal(n, err)
	}
	if s := p.state(t, doc.ID); s != InVerification {
		t.Errorf("the undo was not finished: %s", s)
	}
}

func TestManyPages(t *testing.T) {
	p := open(t)
	first, second := p.submitted(t, "owner", "desa"), p.submitted(t, "owner", "desa")
	if a := p.get(t, "owner", "/needs/verification"); a.status != 403 {
		t.Errorf("a village: %d", a.status)
	}
	a := p.get(t, "verifier", "/needs/verification?all=1")
	if a.status != 200 || a.doc.Find(`input[name=need][checked]`).Length() != 2 {
		t.Fatalf("%d: %s", a.status, a.body)
	}
	a = p.get(t, "verifier", "/needs/verification?need="+first.ID+"&need="+second.ID)
	if got := a.doc.Find(`input[name=chosen]`).AttrOr("value", ""); !strings.Contains(got, first.ID) || !strings.Contains(got, second.ID) {
		t.Fatalf("chosen: %q", got)
	}
	form := url.Values{"chosen": {first.ID + " " + second.ID}, "check_place": {"1"}}
	if a = p.post(t, "verifier", "/needs/verification", form); a.status != 422 || a.doc.Find(`input[name=check_place][checked]`).Length() != 1 || !strings.Contains(a.doc.Find(`input[name=chosen]`).AttrOr("value", ""), second.ID) {
		t.Fatalf("an open question: %d", a.status)
	}
	for _, q := range CheckQuestions {
		form.Set("check_"+string(q), "1")
	}
	form.Del("_op")
	if a = p.post(t, "verifier", "/needs/verification", form); a.status != 303 {
		t.Fatalf("%d: %s", a.status, a.body)
	}
	set := a.location
	if a = p.get(t, "regency", set); a.status != 404 {
		t.Errorf("another verifier's set: %d", a.status)
	}
	if a = p.get(t, "verifier", set); a.status != 200 || a.doc.Find(".tag.good").Length() != 2 || a.doc.Find(`form[action="`+set+`/undo"]`).Length() != 1 {
		t.Fatalf("%d: %s", a.status, a.body)
	}
	if a = p.post(t, "verifier", set+"/undo", url.Values{}); a.status != 303 {
		t.Fatalf("undo: %d", a.status)
	}
	if a = p.get(t, "verifier", set); a.doc.Find(".tag.wait").Length() != 2 || a.doc.Find(`form[action$="/undo"]`).Length() != 0 {
		t.Errorf("after the undo: %s", a.body)
	}
}

// The clock reminds once for each deadline, fourteen days before; the desk lists it until the deadline moves.
func TestRemindedOnce(t *testing.T) {
	p := open(t)
	doc := p.verified(t)
	remind := func() int {
		t.Helper()
		n, err := p.Service.Remind(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		return n
	}
	if n := remind(); n != 0 {
		t.Fatalf("%d reminders months before", n)
	}
	p.clock.Advance(doc.Body.WantedBy.Time().AddDate(0, 0, -RemindDays).Sub(p.clock.Now()) + time.Hour)
	if n := remind(); n != 1 {
		t.Fatalf("%d reminders on the day", n)
	}
	if n := remind(); n != 0 {
		t.Fatalf("reminded again: %d", n)
	}
	soon, err := p.Service.soon(t.Context(), "o:desa", 10)
	if err != nil || len(soon) != 1 || soon[0].ID != doc.ID {
		t.Errorf("on the desk: %v %v", soon, err)
	}
	deadline := doc.Body.WantedBy
	for _, c := range []struct{ who, lang, until string }{{"owner", "id", "kedaluwarsa"}, {"owner", "en", "expires"}, {"neighbour", "id", ""}, {"verifier", "id", ""}} {
		row := p.deskOf(t, c.who, c.lang).Find("tbody tr")
		if c.until == "" {
			if strings.Contains(row.Text(), doc.Body.Title) {
				t.Errorf("%s is reminded of another's need: %s", c.who, row.Text())
			}
			continue
		}
		text := strings.ToLower(strings.Join(strings.Fields(row.Text()), " "))
		path, _ := row.Find("a").Attr("href")
		day := strconv.Itoa(deadline.Time().Day())
		if row.Length() != 1 || row.Find("a").Text() != doc.Body.Title || !strings.HasSuffix(path, "/needs/"+doc.ID) || !strings.Contains(text, c.until) || !strings.Contains(text, day) ||
			!strings.Contains(text, "temajuk") {
			t.Errorf("%s in %s: %d rows, %q to %q", c.who, c.lang, row.Length(), text, path)
		}
	}
	// One that is back for correction says when it lapses; one whose deadline moved is no longer a reminder.
	returned := p.submitted(t, "owner", "desa")
	for _, d := range []Decision{{Action: ActionBegin}, {Action: ActionReturn, Reasons: []FieldReason{{Field: "quantity", Reason: "Jumlah belum sesuai berita acara."}}}} {
		var err error
		if returned, err = p.Service.Decide(t.Context(), request("verifier", returned), d); err != nil {
			t.Fatal(err)
		}
	}
	p.clock.Advance(returned.Body.Deadline().Time().AddDate(0, 0, -RemindDays).Sub(p.clock.Now()) + time.Hour)
	remind()
	if text := p.deskOf(t, "owner", "id").Find("tbody tr:contains('" + returned.Body.Title + "')").Text(); !strings.Contains(text, returned.Body.Title) || !strings.Contains(strings.ToLower(text), "ditarik") {
		t.Errorf("one to correct: %q", text)
	}
}

// deskOf is the panel of needs on somebody's desk, as it is rendered.
func (p *portal) deskOf(t *testing.T, who, lang string) *goquery.Document {
	t.Helper()
	f, err := p.DeskPanel().Load(t.Context(), domain.PanelRequest{Actor: people[who], Page: web.NewBaseFor(p.bundle.Localizer(lang))})
	if err != nil {
		t.Fatal(err)
	}
	doc, err := goquery.NewDocumentFromReader(strings.NewReader(string(f.HTML)))
	if err != nil {
		t.Fatal(err)
	}
	return doc
}

func TestHistoryShowsDifferences(t *testing.T) {
	p := open(t)
	doc := p.declare(t, "owner", "desa")
	c := doc.Body.Content
	c.Description = "Keluarga di dusun mengandalkan air sumur."
	c.Quantity = 45
	if _, err := p.Service.Edit(t.Context(), people["owner"], op(), domain.NeedID(doc.ID), doc.Version, c); err != nil {
		t.Fatal(err)
	}
	a := p.get(t, "owner", "/needs/"+doc.ID+"/history")
	dels, ins := a.doc.Find("del").Text(), a.doc.Find("ins").Text()
	if a.status != 200 || !strings.Contains(dels, "hujan") && !strings.Contains(dels, "40") || !strings.Contains(ins, "sumur.") || !strings.Contains(ins, "45") || strings.Contains(ins, "Keluarga") {
		t.Errorf("%d: -%q +%q", a.status, dels, ins)
	}
	open := p.verified(t)
	for _, who := range []string{"", "member", "neighbour"} {
		if a := p.get(t, who, "/needs/"+open.ID+"/history"); a.status != 404 {
			t.Errorf("%q reads the history: %d", who, a.status)
		}
	}
}

func TestDiffer(t *testing.T) {
	for _, c := range [][3]string{
		{"a b c", "a x c", "a -b +x c"}, {"", "neu", "+neu"}, {"alt", "", "-alt"}, {"same words", "same words", "same words"}, {"a b", "b a", "-a b +a"},
	} {
		var got []string
		for _, s := range web.Differ(c[0], c[1]) {
			got = append(got, map[string]string{"del": "-", "ins": "+"}[s.Kind]+s.Text)
		}
		if strings.Join(got, " ") != c[2] {
			t.Errorf("%q → %q: %q", c[0], c[1], got)
		}
	}
}

// The category comes first and decides the unit: none is asked where there is only one, and the same number not twice.
func TestGuidedForm(t *testing.T) {
	p := open(t)
	a := p.get(t, "owner", "/needs/new")
	if a.status != 200 || a.doc.Find("form.form").Length() != 0 || a.doc.Find(`a[href^="/needs/new?category="]`).Length() != len(domain.Taxonomy().Categories()) {
		t.Fatalf("choice: %d, %d links", a.status, a.doc.Find(`a[href^="/needs/new?category="]`).Length())
	}
	for _, cat := range domain.Taxonomy().Categories() {
		a := p.get(t, "owner", "/needs/new?category="+string(cat.ID))
		if got := a.doc.Find(`input[type=hidden][name=category]`).AttrOr("value", ""); got != string(cat.ID) {
			t.Fatalf("%s: %q", cat.ID, got)
		}
		if len(cat.Units) == 1 && a.doc.Find(`input[type=hidden][name=unit]`).AttrOr("value", "") != string(cat.Units[0]) || len(cat.Units) > 1 && a.doc.Find(`select[name=unit] option`).Length() != len(cat.Units)+1 {
			t.Errorf("%s: units", cat.ID)
		}
	}
	c := Content{Category: "clean-water-supply", Unit: "household", Quantity: 30}
	if c.Normalise(); c.Households != 30 {
		t.Errorf("asked for twice: %d", c.Households)
	}
}
