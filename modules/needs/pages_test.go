package needs

import (
	"bytes"
	"fmt"
	"mime/multipart"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/PuerkitoBio/goquery"

	"gotong/modules/domain"
	"gotong/modules/kit/apperr"
	"gotong/modules/kit/store"
	"gotong/modules/kit/web"
)

func TestDraftsAndUnverifiedNeedsAreHidden(t *testing.T) {
	p := open(t)
	draft, sent, opened := p.declare(t, "owner", "desa"), p.submitted(t, "owner", "desa"), p.verified(t)
	behalf := p.declare(t, "ngo", "ngo")
	for _, c := range []struct {
		what string
		id   string
		sees string // who gets 200; all others 404
	}{
		{"draft", draft.ID, " owner editor viewer both secretariat auditor "},
		{"submitted", sent.ID, " owner editor viewer both verifier regency secretariat auditor "},
		{"verified", opened.ID, " all "},
		{"draft on behalf", behalf.ID, " ngo secretariat auditor "},
	} {
		for who := range people {
			want := 404
			if c.sees == " all " || strings.Contains(c.sees, " "+who+" ") && who != "" {
				want = 200
			}
			a := p.get(t, who, "/needs/"+c.id)
			if a.status != want {
				t.Errorf("%s to %q: %d, want %d", c.what, who, a.status, want)
			}
			if want == 404 && strings.Contains(a.body, "Penampung") {
				t.Errorf("%s shows its title to %q", c.what, who)
			}
		}
	}
	list := p.get(t, "", "/needs")
	if n := list.doc.Find("article.card").Length(); n != 1 {
		t.Errorf("the public list holds %d needs, want the verified one", n)
	}
	if a := p.get(t, "", "/needs/"+opened.ID); strings.Contains(a.body, "mengandalkan air hujan") {
		t.Error("the public reads the description")
	}
	if a := p.get(t, "viewer", "/needs/"+opened.ID); !strings.Contains(a.body, "mengandalkan air hujan") {
		t.Error("the village does not read its own description")
	}
}

func TestNobodyMovesWhatIsNotTheirs(t *testing.T) {
	p := open(t)
	draft, sent, opened := p.declare(t, "owner", "desa"), p.submitted(t, "owner", "desa"), p.verified(t)
	for _, c := range []struct {
		who, id, path string
		want          int
	}{
		{"", draft.ID, "edit", 303}, {"editor", draft.ID, "submit", 403}, {"viewer", draft.ID, "edit", 403}, {"neighbour", draft.ID, "edit", 404},
		{"ngo", sent.ID, "take-back", 404}, {"editor", sent.ID, "take-back", 403}, {"owner", sent.ID, "begin", 403}, {"secretariat", sent.ID, "begin", 403},
		{"both", sent.ID, "begin", 403}, {"regency", sent.ID, "begin", 403}, {"elsewhere", sent.ID, "begin", 404}, {"auditor", sent.ID, "begin", 403},
		{"neighbour", opened.ID, "withdraw", 403}, {"editor", opened.ID, "withdraw", 403}, {"verifier", opened.ID, "withdraw", 403}, {"", opened.ID, "withdraw", 303},
		{"member", opened.ID, "plan", 403}, {"owner", opened.ID, "evaluate", 403}, {"viewer", draft.ID, "delete", 403}, {"owner", opened.ID, "delete", 403},
	} {
		form := url.Values{"reason": {"alasan"}, "plan_document": {"RKPD"}, "plan_year": {"2027"}, "still_used": {"a"}, "benefit": {"a"}, "before": {"a"}, "after": {"a"}}
		if c.path == "edit" {
			form = filled()
		}
		if a := p.post(t, c.who, "/needs/"+c.id+"/"+c.path, form); a.status != c.want {
			t.Errorf("%s posts %s: %d, want %d", c.who, c.path, a.status, c.want)
		}
	}
	for id, want := range map[string]State{draft.ID: Draft, sent.ID: Submitted, opened.ID: Verified} {
		if doc, _ := p.Service.Get(t.Context(), domain.NeedID(id)); doc.Body.State() != want || doc.Body.Title != "Penampung air hujan" {
			t.Errorf("moved to %s", doc.Body.State())
		}
	}
}

func TestInvalidFormKeepsEverythingTyped(t *testing.T) {
	p := open(t)
	form := filled()
	form.Set("title", "")
	form.Set("quantity", "banyak")
	form.Set("description", "NIK 6101081203900001")
	a := p.post(t, "editor", "/needs", form)
	if a.status != 422 {
		t.Fatal(a.status)
	}
	if v, _ := a.doc.Find("input[name=quantity]").Attr("value"); v != "banyak" {
		t.Errorf("quantity %q", v)
	}
	if v, _ := a.doc.Find("input[name=category]").Attr("value"); v != "clean-water-supply" {
		t.Errorf("category %q", v)
	}
	if a.doc.Find("input[name=urgency][value=high][checked]").Length() != 1 || a.doc.Find("input[name=divisible][checked]").Length() != 1 {
		t.Error("choices were lost")
	}
	for _, name := range []string{"title", "quantity", "description"} {
		if a.doc.Find("#i-"+name+"-error").Length() != 1 || a.doc.Find(".summary a[href='#i-"+name+"']").Length() != 1 {
			t.Errorf("no message at %s", name)
		}
	}
	if strings.Contains(a.body, "⟦") {
		t.Error("a text is missing")
	}
}

func TestDoublePostIsOneDraft(t *testing.T) {
	p := open(t)
	form := filled()
	form.Set("_op", store.NewID())
	first, second := p.post(t, "editor", "/needs", form), p.post(t, "editor", "/needs", form)
	if first.status != 303 || second.status != 303 || first.location != second.location {
		t.Fatal(first.status, second.status, first.location, second.location)
	}
	docs, _ := p.Service.OfVillage(t.Context(), people["owner"], temajuk, "", 10)
	if len(docs) != 1 {
		t.Errorf("%d drafts", len(docs))
	}
}

func TestConflictShowsBothTexts(t *testing.T) {
	p := open(t)
	doc := p.declare(t, "owner", "desa")
	form := filled()
	form.Set("_v", fmt.Sprint(doc.Version))
	form.Set("title", "Judul pertama")
	if a := p.post(t, "owner", "/needs/"+doc.ID+"/edit", form); a.status != 303 {
		t.Fatal(a.status)
	}
	form.Set("title", "Judul kedua")
	form.Set("_op", store.NewID())
	a := p.post(t, "editor", "/needs/"+doc.ID+"/edit", form)
	if a.status != 409 {
		t.Fatal(a.status)
	}
	if v, _ := a.doc.Find("input[name=title]").Attr("value"); v != "Judul kedua" {
		t.Errorf("what was typed is lost: %q", v)
	}
	if !strings.Contains(a.doc.Find("#i-title-theirs").Text(), "Judul pertama") {
		t.Error("the other text is not shown")
	}
	next, _ := a.doc.Find("input[name=_v]").Attr("value")
	form.Set("_v", next)
	form.Set("_op", store.NewID())
	if a := p.post(t, "editor", "/needs/"+doc.ID+"/edit", form); a.status != 303 {
		t.Error("sending again does not decide:", a.status)
	}
}

// upload posts a form with a file.
func (p *portal) upload(t *testing.T, who, path string, fields map[string]string, name string) answer {
	t.Helper()
	var body bytes.Buffer
	w := multipart.NewWriter(&body)
	for k, v := range fields {
		_ = w.WriteField(k, v)
	}
	part, _ := w.CreateFormFile(name, "berita-acara.pdf")
	_, _ = part.Write([]byte("%PDF-1.4 berita acara"))
	_ = w.Close()
	req := httptest.NewRequest("POST", path, &body)
	req.Header.Set("Content-Type", w.FormDataContentType())
	req.Header.Set("X-Actor", who)
	res, err := p.app.Test(req, -1)
	if err != nil {
		t.Fatal(err)
	}
	return answer{status: res.StatusCode, location: res.Header.Get("Location")}
}

func TestTheWholeWayInTheBrowserWithoutScript(t *testing.T) {
	p := open(t)
	path := p.post(t, "owner", "/needs", filled()).location
	if a := p.get(t, "owner", path+"/submit"); a.status != 200 || a.doc.Find("input[type=file][name=minutes]").Length() != 1 {
		t.Fatal(a.status)
	}
	if a := p.post(t, "owner", path+"/submit", url.Values{}); a.status != 422 || !strings.Contains(a.doc.Find(".summary").Text(), "Berita acara") {
		t.Fatal("submitted without minutes:", a.status)
	}
	if a := p.upload(t, "owner", path+"/submit", map[string]string{"_op": store.NewID(), "minutes_type": "minutes"}, "minutes"); a.status != 303 {
		t.Fatal(a.status)
	}
	if a := p.get(t, "owner", path); !strings.Contains(a.doc.Find(".line").Text(), "SHA-256 sum-minutes") || a.doc.Find(`.line a[href^="/documents/doc-"]`).Length() != 1 {
		t.Errorf("the step does not name the version of its minutes: %s", a.doc.Find(".line").Text())
	}
	if a := p.post(t, "verifier", path+"/begin", url.Values{}); a.status != 303 || a.location != path+"/verify" {
		t.Fatal(a.status, a.location)
	}
	half := url.Values{"decision": {"verify"}, "check_place": {"1"}, "note": {"sudah dilihat"}}
	a := p.post(t, "verifier", path+"/verify", half)
	if a.status != 422 || a.doc.Find("input[name=check_place][checked]").Length() != 1 || a.doc.Find("#i-check_minutes-error").Length() != 1 {
		t.Fatal("verified on half a checklist:", a.status)
	}
	if a := p.post(t, "verifier", path+"/verify", url.Values{"decision": {"return"}}); a.status != 422 {
		t.Fatal("returned without reasons:", a.status)
	}
	if a := p.post(t, "verifier", path+"/verify", url.Values{"decision": {"return"}, "reason_quantity": {"Terlalu banyak"}}); a.status != 303 {
		t.Fatal(a.status)
	}
	if a := p.get(t, "owner", path); !strings.Contains(a.body, "Terlalu banyak") {
		t.Error("the reason is not shown")
	}
	if a := p.post(t, "owner", path+"/submit", url.Values{}); a.status != 303 {
		t.Fatal("minutes have to be attached again:", a.status)
	}
	p.post(t, "verifier", path+"/begin", url.Values{})
	all := url.Values{"decision": {"verify"}}
	for _, q := range CheckQuestions {
		all.Set("check_"+string(q), "1")
	}
	if a := p.post(t, "verifier", path+"/verify", all); a.status != 303 {
		t.Fatal(a.status)
	}
	public := p.get(t, "", path)
	if public.status != 200 || public.doc.Find("svg.cover").Length() != 1 || strings.Contains(public.body, "Terlalu banyak") {
		t.Error("the public page:", public.status)
	}
	if public.doc.Find("h1").Length() != 1 || strings.Contains(public.body, "⟦") || public.doc.Find("form[method=post]").Length() != 0 {
		t.Error("the public page has no single heading, misses a text, or offers a move")
	}
	english := p.get(t, "", "/en"+path)
	if english.status != 200 || strings.Contains(english.body, "⟦") || !strings.Contains(english.doc.Find(".tag").First().Text(), "Verified") {
		t.Error("the English page:", english.status, english.doc.Find(".tag").First().Text())
	}
	for _, q := range []string{"?region=61.01", "?category=clean-water-supply&status=verified&region=61.01.08", "?sort=wanted-by", "?category=water-sanitation"} {
		if a := p.get(t, "", "/needs"+q); a.doc.Find("article.card").Length() != 1 {
			t.Errorf("not listed under %s", q)
		}
	}
	if a := p.get(t, "", "/needs?region=61.01.03"); a.doc.Find("article.card").Length() != 0 || a.doc.Find(".empty").Length() != 1 {
		t.Error("listed under another district")
	}
}

func TestEveryPageOfAllActorsHasItsTexts(t *testing.T) {
	p := open(t)
	draft, sent, opened := p.declare(t, "owner", "desa"), p.submitted(t, "ngo", "ngo"), p.verified(t)
	checked := p.submitted(t, "owner", "desa")
	if _, err := p.Service.Decide(t.Context(), request("verifier", checked), Decision{Action: ActionBegin}); err != nil {
		t.Fatal(err)
	}
	for _, c := range [][2]string{
		{"owner", "/needs/new?village=61.01.08.2007"}, {"ngo", "/needs/new"}, {"owner", "/needs/" + draft.ID}, {"owner", "/needs/" + draft.ID + "/edit"}, {"owner", "/needs/" + draft.ID + "/submit"},
		{"owner", "/needs/" + sent.ID}, {"verifier", "/needs/" + sent.ID}, {"verifier", "/needs/" + checked.ID + "/verify"}, {"owner", "/needs/" + opened.ID}, {"verifier", "/needs/" + opened.ID},
		{"owner", "/needs/" + opened.ID + "/withdraw"}, {"owner", "/needs/" + opened.ID + "/quantity"}, {"verifier", "/needs/" + opened.ID + "/plan"}, {"owner", "/needs"},
	} {
		for _, lang := range []string{"", "/en"} {
			a := p.get(t, c[0], lang+c[1])
			if a.status != 200 || strings.Contains(a.body, "⟦") || a.doc.Find("h1").Length() != 1 {
				t.Errorf("%s reads %s%s: %d, %d headings, missing text %v", c[0], lang, c[1], a.status, a.doc.Find("h1").Length(), strings.Contains(a.body, "⟦"))
			}
			a.doc.Find("input:not([type=hidden]), select, textarea").Each(labelled(t, a, c[1]))
		}
	}
}

func labelled(t *testing.T, a answer, path string) func(int, *goquery.Selection) {
	return func(_ int, input *goquery.Selection) {
		id, _ := input.Attr("id")
		if id == "" || a.doc.Find("label[for='"+id+"']").Length() == 0 {
			t.Errorf("%s: an input %q has no label", path, id)
		}
	}
}

// Each paper that a step rests on is named by its sum and leads to exactly that version.
func TestStepsLeadToTheirPapers(t *testing.T) {
	p := open(t)
	doc := p.declare(t, "owner", "desa")
	attached := op()
	for _, typ := range []domain.DocumentType{domain.DocMinutes, domain.DocPlanPage} {
		if _, err := p.Service.papers.Attach(t.Context(), people["owner"], attached, domain.Ref{Kind: domain.KindNeed, ID: doc.ID}, typ, domain.VisibleParties, domain.Upload{Body: strings.NewReader("x")}); err != nil {
			t.Fatal(err)
		}
	}
	if err := p.Service.papers.Answered(t.Context(), attached, nil); err != nil {
		t.Fatal(err)
	}
	r := request("owner", doc)
	r.Version = doc.Version
	if _, err := p.Service.Submit(t.Context(), r, nil); err != nil {
		t.Fatal(err)
	}
	links := p.get(t, "viewer", "/needs/"+doc.ID).doc.Find(".line .note a")
	for k, typ := range []string{"minutes", "plan-page"} {
		if got := links.Eq(k); got.AttrOr("href", "") != "/documents/doc-"+typ+"/versions#v-sum-"+typ || !strings.Contains(got.Text(), "sum-"+typ) {
			t.Errorf("%s: %s %s", typ, got.AttrOr("href", ""), got.Text())
		}
	}
}

func TestPanels(t *testing.T) {
	p := open(t)
	p.verified(t)
	p.declare(t, "owner", "desa")
	p.submitted(t, "owner", "desa")
	base := web.NewBaseFor(p.bundle.Localizer("id"))
	for _, c := range []struct {
		name, who string
		panel     domain.Panel
		ref       domain.Ref
		want      int
	}{
		{"village to the public", "", p.VillagePanel(), domain.Ref{Kind: domain.KindVillage, ID: string(temajuk)}, 1},
		{"village to its people", "owner", p.VillagePanel(), domain.Ref{Kind: domain.KindVillage, ID: string(temajuk)}, 3},
		{"regency", "owner", p.VillagePanel(), domain.Ref{Kind: domain.KindVillage, ID: "61.01"}, 1},
		{"organisation to the public", "", p.OrganizationPanel(), domain.Ref{Kind: domain.KindOrganization, ID: "desa"}, 1},
	} {
		f, err := c.panel.Load(t.Context(), domain.PanelRequest{Actor: people[c.who], Ref: c.ref, Page: base})
		if err != nil {
			t.Fatal(c.name, err)
		}
		if n := strings.Count(string(f.HTML), `href="/needs/`); n != c.want || strings.Contains(string(f.HTML), "⟦") {
			t.Errorf("%s: %d links, want %d", c.name, n, c.want)
		}
	}
	r := p.Resolver()
	draft, _ := p.Service.OfVillage(t.Context(), people["owner"], temajuk, Draft, 1)
	if _, err := r.Resolve(t.Context(), people["ngo"], draft[0].ID); !apperr.Is(err, apperr.NotFound) {
		t.Error("the resolver shows another's draft:", err)
	}
	sent, _ := p.Service.OfVillage(t.Context(), people["owner"], temajuk, Submitted, 1)
	got, err := r.Resolve(t.Context(), people["verifier"], sent[0].ID)
	if err != nil || !got.ReadsParties || got.MayAttach || got.Public || got.Organization != "desa" {
		t.Errorf("%v %+v", err, got)
	}
}

func TestTheYearOfAPlanIsNoQuantity(t *testing.T) {
	p := open(t)
	opened := p.verified(t)
	if a := p.post(t, "verifier", "/needs/"+opened.ID+"/plan", url.Values{"plan_document": {"RKPD"}, "plan_year": {"2027"}}); a.status != 303 {
		t.Fatalf("plan: %d", a.status)
	}
	a := p.get(t, "", "/needs/"+opened.ID)
	if text := a.doc.Find("main").Text(); !strings.Contains(text, "RKPD, tahun 2027") {
		t.Errorf("the plan's year is not written as a year: %s", text)
	}
}

// waits reads what waits for somebody in each queue, by name: titles with their addresses, in their order.
func waits(t *testing.T, p *portal, actor domain.Actor) map[string][]domain.Wait {
	t.Helper()
	got := map[string][]domain.Wait{}
	for _, q := range p.Queues() {
		if !q.For(actor) {
			continue
		}
		r := domain.QueueRequest{Actor: actor, Page: web.NewBaseFor(p.bundle.Localizer("id")), Limit: 1}
		if title := r.Page.T(q.Title); strings.Contains(title, "⟦") {
			t.Errorf("no text: %s", title)
		}
		for range 20 { // a task a page
			w, err := q.Read(t.Context(), r)
			if err != nil {
				t.Fatal(q.Name, err)
			}
			got[q.Name] = append(got[q.Name], w.Items...)
			if r.Cursor = w.Next; r.Cursor == "" {
				break
			}
		}
	}
	return got
}

func TestQueues(t *testing.T) {
	p := open(t)
	draft := p.declare(t, "owner", "desa")
	first := p.submitted(t, "owner", "desa")
	p.clock.Advance(time.Hour)
	second := p.submitted(t, "owner", "desa")
	verify := waits(t, p, people["verifier"])["need-verify"]
	if len(verify) != 2 || verify[0].Path != "/needs/"+first.ID || verify[1].Path != "/needs/"+second.ID {
		t.Errorf("oldest first: %+v", verify)
	}
	if days := verify[0].Due.Sub(verify[0].Since).Hours() / 24; days != float64(domain.DaysToVerifyNeed.Days()) {
		t.Errorf("%v days to verify", days)
	}
	if own := waits(t, p, people["editor"]); len(own["need-draft"]) != 1 || own["need-draft"][0].Path != "/needs/"+draft.ID || len(own["need-verify"]) != 0 {
		t.Errorf("the editor's desk: %+v", own)
	}
	if got := waits(t, p, people["member"]); len(got) != 0 {
		t.Errorf("a member's desk: %+v", got)
	}
}
