package calls

import (
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"gotong/modules/domain"
	"gotong/modules/kit/apperr"
)

// word says an outcome: the state it led to, or the key of the refusal.
func word(c Call, now time.Time, err error) string {
	var e *apperr.Error
	switch {
	case err == nil:
		return string(c.StateAt(now))
	case errors.As(err, &e) && len(e.Fields) > 0:
		return "input"
	case errors.As(err, &e):
		return e.Msg.Key
	}
	return err.Error()
}

// in makes a call in each state, as people would; draft and asked are two stations of one state.
func (p *portal) in(t *testing.T, station string) Doc {
	t.Helper()
	doc := p.drafted(t, "owner", "dinas")
	if station == "draft" {
		return doc
	}
	if doc = p.decide(t, "owner", doc, Decision{Action: ActionAsk}, ""); station == "asked" {
		return doc
	}
	if doc = p.decide(t, "owner2", doc, Decision{Action: ActionRelease}, ""); station == "open" {
		return doc
	}
	if station == "cancelled" {
		return p.decide(t, "owner", doc, Decision{Action: ActionCancel}, "Anggaran dialihkan.")
	}
	if station == "past" { // the clock has passed, the sweep has not come yet
		p.clock.Advance(doc.Body.Deadline.Sub(p.clock.Now()))
		return doc
	}
	if doc = p.closed(t, doc); station == "closed" {
		return doc
	}
	if doc = p.decide(t, "owner", doc, Decision{Action: ActionReview}, ""); station == "under-review" {
		return doc
	}
	if doc = p.decide(t, "owner", doc, Decision{Action: ActionDecide, Outcome: "Dua disetujui.", OutcomeEN: "Two approved."}, ""); station == "decided" {
		return doc
	}
	return p.decide(t, "owner", doc, Decision{Action: ActionArchive}, "")
}

var stations = []string{"draft", "asked", "open", "past", "closed", "under-review", "decided", "archived", "cancelled"}

// TestEveryStateActionAndActor goes through every state × every action × every actor: what is done, and each refusal in
// its words.
func TestEveryStateActionAndActor(t *testing.T) {
	// Of those who may carry the call on (owner), what each action does in each station; "" is the action's own refusal.
	leads := map[Action]map[string]string{
		ActionAsk:     {"draft": "draft"},
		ActionReturn:  {"asked": "draft"},
		ActionRelease: {"asked": "open"},
		ActionAmend:   {"open": "open"},
		ActionClose:   {},
		ActionReview:  {"past": "calls.refuse.snapshot", "closed": "under-review"},
		ActionDecide:  {"under-review": "decided"},
		ActionArchive: {"decided": "archived"},
		ActionCancel:  {"open": "cancelled", "past": "cancelled", "closed": "cancelled", "under-review": "cancelled"},
	}
	if len(leads) != len(Actions) {
		t.Fatal("an action is not in the table")
	}
	seconds := []Action{ActionRelease, ActionReturn}
	expect := func(who, station string, a Action) string {
		hidden := station == "draft" || station == "asked"
		owner := who == "owner" || who == "owner2"
		office := who == "secretariat"
		switch {
		case hidden && !slices.Contains([]string{"owner", "owner2", "editor", "viewer", "secretariat", "auditor"}, who):
			return "error.not_found.text"
		case a == ActionClose:
			return "calls.refuse.clock"
		case !owner && !(office && slices.Contains(seconds, a)):
			return "calls.refuse.not_owner"
		case a == ActionRelease && station == "asked" && who == "owner":
			return "calls.refuse.second_person"
		}
		if to, ok := leads[a][station]; ok {
			return to
		}
		return "calls.refuse." + string(a)
	}
	tried := 0
	for _, station := range stations {
		p := open(t)
		doc := p.in(t, station)
		for _, a := range Actions {
			for _, who := range []string{"owner", "owner2", "editor", "viewer", "secretariat", "auditor", "applicant", "member", ""} {
				d := Decision{Action: a, Outcome: "Dua disetujui.", OutcomeEN: "Two approved.", Content: doc.Body.Content}
				after, err := p.Service.Decide(t.Context(), request(who, doc, "Alasan."), d)
				if got, want := word(after.Body, p.clock.Now(), err), expect(who, station, a); got != want {
					t.Errorf("%s, %s by %q: %s, want %s", station, a, who, got, want)
				}
				if err != nil {
					if again := p.get(t, doc); again.Version != doc.Version {
						t.Errorf("%s, %s by %q: refused and yet written", station, a, who)
					}
					if key := word(after.Body, p.clock.Now(), err); !p.bundle.Localizer("id").Has(key) {
						t.Errorf("the refusal %s has no words", key)
					}
				}
				if tried++; err == nil {
					p = open(t)
					doc = p.in(t, station)
				}
			}
		}
	}
	t.Logf("%d stations × %d actions × 9 actors: %d tries", len(stations), len(Actions), tried)
}

func TestWeightsAndTheRestMustBeThere(t *testing.T) {
	now := content().Deadline.Add(-time.Hour)
	if err := content().Complete(now); err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct {
		change func(*Content)
		field  string
	}{
		"weights of 99":       {func(c *Content) { c.Criteria[0].Weight = 59 }, "criterion_2_weight"},
		"weights of 101":      {func(c *Content) { c.Criteria[0].Weight = 61 }, "criterion_2_weight"},
		"one criterion":       {func(c *Content) { c.Criteria = c.Criteria[:1] }, "criterion_1_name"},
		"no guidance":         {func(c *Content) { c.Criteria[1].Guidance = "" }, "criterion_2_guidance"},
		"minimum of 6":        {func(c *Content) { c.Criteria[0].Minimum = 6 }, "criterion_1_minimum"},
		"deadline over":       {func(c *Content) { c.Deadline = now }, "deadline"},
		"no deadline":         {func(c *Content) { c.Deadline = time.Time{} }, "deadline"},
		"no zone":             {func(c *Content) { c.Zone = "GMT" }, "zone"},
		"questions too late":  {func(c *Content) { c.QuestionsUntil = c.Deadline }, "questions_until"},
		"decision too early":  {func(c *Content) { c.DecideBy = domain.DateOf(c.Deadline) }, "decide_by"},
		"no category":         {func(c *Content) { c.Categories = nil }, "categories"},
		"no area":             {func(c *Content) { c.Areas = nil }, "areas"},
		"one reviewer":        {func(c *Content) { c.Reviewers = 1 }, "reviewers"},
		"most under least":    {func(c *Content) { c.Most = c.Least - 1 }, "most"},
		"more than all":       {func(c *Content) { c.Most = c.Budget + 1 }, "most"},
		"unknown type":        {func(c *Content) { c.Types = []string{"robots"} }, "types"},
		"unknown paper":       {func(c *Content) { c.OrgPapers = []string{"nothing"} }, "org_papers"},
		"a personal number":   {func(c *Content) { c.Expected = "Hubungi 6101084507900001." }, "expected"},
		"no English summary":  {func(c *Content) { c.SummaryEN = "" }, "summary_en"},
		"a paper twice asked": {func(c *Content) { c.Papers = []domain.DocumentType{domain.DocTerms} }, "papers"},
	} {
		x := content()
		x.Criteria = slices.Clone(x.Criteria)
		c.change(&x)
		var e *apperr.Error
		err := x.Complete(now)
		if !errors.As(err, &e) || !slices.ContainsFunc(e.Fields, func(f apperr.Field) bool { return f.Name == c.field }) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestAmendmentsKeepTheDifferenceAndCriteriaTheirIDs(t *testing.T) {
	p := open(t)
	doc := p.opened(t)
	next := doc.Body.Content
	next.Criteria = []Criterion{doc.Body.Criteria[1], {Name: "Baru", Guidance: "x", Weight: 60}}
	next.Most = 300_000_000
	if _, err := p.Service.Decide(t.Context(), request("owner", doc, ""), Decision{Action: ActionAmend, Content: next}); word(Call{}, p.clock.Now(), err) != "input" {
		t.Error("amended without a reason:", err)
	}
	earlier := next
	earlier.Deadline = next.Deadline.Add(-time.Hour)
	if _, err := p.Service.Decide(t.Context(), request("owner", doc, "x"), Decision{Action: ActionAmend, Content: earlier}); word(Call{}, p.clock.Now(), err) != "input" {
		t.Error("the deadline moved earlier:", err)
	}
	doc = p.decide(t, "owner", doc, Decision{Action: ActionAmend, Content: next}, "Anggaran bertambah.")
	c := doc.Body
	if len(c.Amendments) != 1 || c.Amendments[0].Before.Most != 200_000_000 || c.Most != 300_000_000 {
		t.Fatalf("%+v", c.Amendments)
	}
	if c.Criteria[0].ID != "k2" || c.Criteria[1].ID != "k3" {
		t.Errorf("ids: %s, %s", c.Criteria[0].ID, c.Criteria[1].ID)
	}
	page := p.get200(t, "", "/en/calls/"+doc.ID+"/changes")
	if text := page.doc.Find("ins").Text(); !strings.Contains(text, "Rp300,000,000") || !strings.Contains(text, "Baru") {
		t.Errorf("inserted: %q", text)
	}
	if text := page.doc.Find("del").Text(); !strings.Contains(text, "Rp200,000,000") || !strings.Contains(text, "Sesuai") {
		t.Errorf("deleted: %q", text)
	}
	if page.doc.Find("form[action$='/seen']").Length() != 0 {
		t.Error("the public is asked whether it has read it")
	}
}
