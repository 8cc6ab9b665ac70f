package initiatives

import (
	"encoding/json"
	"errors"
	"fmt"
	"math/rand/v2"
	"net/http"
	"os"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/PuerkitoBio/goquery"

	"gotong/modules/domain"
	"gotong/modules/kit/apperr"
	"gotong/modules/kit/store"
	"gotong/modules/kit/testkit/effort"
)

func TestMergeTakesFromBothAndNamesWhatBothChanged(t *testing.T) {
	base := content()
	base.Normalise()
	read := MarksOf(PartProblem, base)
	now, mine := base, base
	now.Problem, mine.Goals = "Mereka", "Kami"
	merged, both := Merge(PartProblem, read, now, mine)
	if len(both) != 0 || merged.Problem != "Mereka" || merged.Goals != "Kami" {
		t.Errorf("%v %q %q", both, merged.Problem, merged.Goals)
	}
	mine.Problem = "Kami juga"
	if merged, both = Merge(PartProblem, read, now, mine); len(both) != 1 || both[0] != "problem" || merged.Problem != "Kami juga" {
		t.Errorf("%v %q", both, merged.Problem)
	}
	mine.Problem = "Mereka" // the same words twice are no conflict
	if _, both = Merge(PartProblem, read, now, mine); len(both) != 0 {
		t.Error(both)
	}
	mine.Title = "Judul" // of another part: never touched here
	if merged, _ = Merge(PartProblem, read, now, mine); merged.Title != base.Title {
		t.Error(merged.Title)
	}
	seen := map[string]bool{}
	for p, fields := range fieldsOf {
		for _, f := range fields {
			if seen[f.name] {
				t.Errorf("%s: the field %s stands in two parts", p, f.name)
			}
			seen[f.name] = true
		}
	}
	raw, _ := json.Marshal(base)
	var all map[string]any
	if err := json.Unmarshal(raw, &all); err != nil || len(all) != len(seen) {
		t.Errorf("%d fields in the parts, %d in the content: %v", len(seen), len(all), err)
	}
}

// editorsFor is how long ten editors type: GOTONG_TEST_EDITORS=1m lets them type a whole minute, each a few saves a
// second; without it each saves a number of times as fast as it can.
func editorsFor(t *testing.T) (minute time.Duration, saves int) {
	t.Helper()
	if text := os.Getenv("GOTONG_TEST_EDITORS"); text != "" {
		d, err := time.ParseDuration(text)
		if err != nil {
			t.Fatal(err)
		}
		return d, 1 << 20
	}
	if effort.Small() {
		return 0, 12
	}
	return 0, 40
}

// TestTenEditorsLoseNothing: ten editors type into one draft at once. Each save is in, upon just what its author had
// read of that field, or its author saw a conflict with both texts.
func TestTenEditorsLoseNothing(t *testing.T) {
	p := open(t)
	doc := p.drafted(t)
	id := domain.InitiativeID(doc.ID)
	texts := []struct {
		part Part
		name string
		at   func(*Content) *string
	}{
		{PartSummary, "summary", func(c *Content) *string { return &c.Summary }}, {PartProblem, "problem", func(c *Content) *string { return &c.Problem }},
		{PartProblem, "goals", func(c *Content) *string { return &c.Goals }}, {PartRisks, "risks", func(c *Content) *string { return &c.Risks }},
		{PartWhere, "target_group", func(c *Content) *string { return &c.TargetGroup }},
	}
	minute, saves := editorsFor(t)
	began := time.Now()
	var mu sync.Mutex
	over := map[string]string{} // what was saved → what its author had read
	clashes, busy := 0, 0
	var wait sync.WaitGroup
	for editor := range 10 {
		wait.Go(func() {
			random := rand.New(rand.NewPCG(7, uint64(editor)))
			for n := range saves {
				if minute > 0 {
					if time.Since(began) > minute {
						return
					}
					time.Sleep(time.Duration(100+random.IntN(200)) * time.Millisecond)
				}
				f := texts[random.IntN(len(texts))]
				now, err := p.Service.Get(t.Context(), id)
				if err != nil {
					t.Error(err)
					return
				}
				mine, read := now.Body.Content, MarksOf(f.part, now.Body.Content)
				was := *f.at(&mine)
				*f.at(&mine) = fmt.Sprintf("%s %d.%d", f.name, editor, n)
				if minute > 0 {
					time.Sleep(time.Duration(random.IntN(60)) * time.Millisecond) // it takes a while to type
				}
				_, err = p.Service.SavePart(t.Context(), people["editor"], store.Operation{ID: fmt.Sprintf("e%d-%d", editor, n)}, id, f.part, read, mine)
				var clash *Clash
				mu.Lock()
				switch {
				case err == nil:
					over[*f.at(&mine)] = was
				case errors.As(err, &clash):
					clashes++
					if *f.at(&clash.Merged) != *f.at(&mine) || *f.at(&clash.Now.Body.Content) == was {
						t.Errorf("a conflict without both texts: %q, %q", *f.at(&clash.Merged), *f.at(&clash.Now.Body.Content))
					}
				case apperr.Is(err, apperr.Conflict):
					busy++ // told that others were faster twenty times; nothing was written
				default:
					t.Error(err)
				}
				mu.Unlock()
			}
		})
	}
	wait.Wait()
	history, err := p.Service.records.History(t.Context(), doc.ID, len(over)+5)
	if err != nil {
		t.Fatal(err)
	}
	found := 0
	for _, e := range history {
		for _, change := range e.Changes {
			var before, after string
			if json.Unmarshal(change.After, &after) != nil || json.Unmarshal(change.Before, &before) != nil {
				continue
			}
			was, saved := over[after]
			if !saved {
				continue
			}
			if found++; was != before {
				t.Errorf("%q was put upon %q, its author had read %q: a text was lost unseen", after, before, was)
			}
		}
	}
	if found != len(over) || found == 0 {
		t.Errorf("%d of %d saves are in the history", found, len(over))
	}
	t.Logf("%d saves are in, %d times an author saw a conflict with both texts, %d times only that others were faster; none was lost", found, clashes, busy)
}

func TestPartPagesSaveShowBothTextsAndAnswerWhileTyping(t *testing.T) {
	p := open(t)
	doc := p.drafted(t)
	path := "/initiatives/" + doc.ID + "/parts/problem"
	page := p.get(t, "editor", path)
	if page.status != http.StatusOK || page.doc.Find("form[data-autosave] textarea").Length() != 2 || !strings.Contains(page.doc.Find("#tasks").Text(), "8") {
		t.Fatalf("%d %q", page.status, page.doc.Find("#tasks").Text())
	}
	form := func(values map[string]string) map[string][]string {
		out := map[string][]string{}
		page.doc.Find("form[data-autosave] input").Each(func(_ int, s *goquery.Selection) { out[s.AttrOr("name", "")] = []string{s.AttrOr("value", "")} })
		page.doc.Find("form[data-autosave] textarea").Each(func(_ int, s *goquery.Selection) { out[s.AttrOr("name", "")] = []string{s.Text()} })
		for name, v := range values {
			out[name] = []string{v}
		}
		out["_op"] = []string{store.NewID()}
		return out
	}
	auto := p.post(t, "editor", path, form(map[string]string{"problem": "Ditulis sambil berjalan", "_auto": "1"}))
	if auto.status != http.StatusOK || !strings.Contains(auto.body, `"_read_problem"`) {
		t.Fatalf("%d %s", auto.status, auto.body)
	}
	if a := p.post(t, "owner", path, form(map[string]string{"goals": "Tujuan orang lain"})); a.status != http.StatusSeeOther {
		t.Fatalf("another field of the same part: %d", a.status)
	}
	a := p.post(t, "owner", path, form(map[string]string{"problem": "Tulisan kedua"}))
	if a.status != http.StatusConflict || !strings.Contains(a.doc.Find(".theirs").Text(), "Ditulis sambil berjalan") || a.doc.Find("#i-problem").Text() != "Tulisan kedua" {
		t.Fatalf("%d: %q %q", a.status, a.doc.Find(".theirs").Text(), a.doc.Find("#i-problem").Text())
	}
	now, err := p.Service.Get(t.Context(), domain.InitiativeID(doc.ID))
	if err != nil || now.Body.Problem != "Ditulis sambil berjalan" || now.Body.Goals != "Tujuan orang lain" {
		t.Errorf("%q %q %v", now.Body.Problem, now.Body.Goals, err)
	}
	if a := p.post(t, "editor", path, form(map[string]string{"problem": "Tiga", "_auto": "1"})); a.status != http.StatusConflict || strings.Contains(a.body, "Tiga") {
		t.Errorf("while typing: %d %s", a.status, a.body)
	}
	for _, part := range append(append([]Part(nil), Parts...), PartPartners) {
		if a := p.get(t, "editor", "/en/initiatives/"+doc.ID+"/parts/"+string(part)); a.status != http.StatusOK || strings.Contains(a.body, "⟦") {
			t.Errorf("%s: %d", part, a.status)
		}
	}
	if a := p.get(t, "editor", "/initiatives/"+doc.ID+"/parts/nothing"); a.status != http.StatusNotFound {
		t.Error(a.status)
	}
	if a := p.get(t, "viewer", path); a.status != http.StatusForbidden {
		t.Error("a viewer writes:", a.status)
	}
}

func TestUntouchedPartsComeBackUnchanged(t *testing.T) {
	p := open(t)
	doc := p.drafted(t)
	for _, part := range append(append([]Part(nil), Parts...), PartPartners) {
		path := "/initiatives/" + doc.ID + "/parts/" + string(part)
		page := p.get(t, "editor", path)
		out := formOf(page, "form[data-autosave]", nil)
		if a := p.post(t, "editor", path, out); a.status != http.StatusSeeOther {
			t.Errorf("%s: %d %s", part, a.status, a.doc.Find(".summary").Text())
		}
		if now, _ := p.Service.Get(t.Context(), domain.InitiativeID(doc.ID)); now.Version != doc.Version {
			t.Errorf("%s: sending the page as it came changed the draft", part)
			doc = now
		}
	}
}
