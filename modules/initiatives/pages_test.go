package initiatives

import (
	"bytes"
	"mime/multipart"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"github.com/PuerkitoBio/goquery"

	"gotong/modules/domain"
	"gotong/modules/kit/apperr"
	"gotong/modules/kit/store"
	"gotong/modules/kit/web"
)

func TestDraftsAreHidden(t *testing.T) {
	p := open(t)
	draft := p.drafted(t)
	review := p.decide(t, "secretariat", p.submitted(t), ActionReview, "")
	public := p.published(t)
	own := " owner editor viewer colleague ownsecretariat secretariat auditor "
	for _, c := range []struct{ what, id, sees string }{
		{"draft", draft.ID, own}, {"under review", review.ID, own + "ani budi "}, {"published", public.ID, " all "},
	} {
		for who := range people {
			want := 404
			if c.sees == " all " || who != "" && strings.Contains(c.sees, " "+who+" ") {
				want = 200
			}
			a := p.get(t, who, "/initiatives/"+c.id)
			if a.status != want {
				t.Errorf("%s to %q: %d, want %d", c.what, who, a.status, want)
			}
			if want == 404 && strings.Contains(a.body, "Pesisir") {
				t.Errorf("%s shows its title to %q", c.what, who)
			}
		}
	}
	if n := p.get(t, "", "/initiatives").doc.Find("article.card").Length(); n != 1 {
		t.Errorf("the public list holds %d", n)
	}
}

func TestNobodyMovesWhatIsNotTheirs(t *testing.T) {
	p := open(t)
	draft, review, public := p.drafted(t), p.decide(t, "secretariat", p.submitted(t), ActionReview, ""), p.published(t)
	for _, c := range []struct {
		who, id, path string
		want          int
	}{
		{"", draft.ID, "parts/problem", 404}, {"viewer", draft.ID, "parts/problem", 403}, {"rival", draft.ID, "parts/problem", 404}, {"editor", draft.ID, "submit", 403}, {"rival", draft.ID, "submit", 404},
		{"rival", public.ID, "withdraw", 403}, {"editor", public.ID, "withdraw", 403}, {"secretariat", public.ID, "withdraw", 403}, {"member", public.ID, "suspend", 403},
		{"owner", public.ID, "evaluate", 403}, {"owner", public.ID, "archive", 403}, {"owner", public.ID, "reopen", 403}, {"owner", public.ID, "delete", 403}, {"rival", public.ID, "template", 403},
	} {
		form := url.Values{"reason": {"alasan"}, "until": {"2027-06-01"}, "decision": {"approve"}}
		if a := p.post(t, c.who, "/initiatives/"+c.id+"/"+c.path, form); a.status != c.want {
			t.Errorf("%s posts %s: %d, want %d", c.who, c.path, a.status, c.want)
		}
	}
	for id, want := range map[string]State{draft.ID: Draft, review.ID: UnderReview, public.ID: Published} {
		if doc, _ := p.Service.Get(t.Context(), domain.InitiativeID(id)); doc.Body.State() != want {
			t.Errorf("moved to %s", doc.Body.State())
		}
	}
}

func TestAnotherRowKeepsWhatWasTyped(t *testing.T) {
	p := open(t)
	path := "/initiatives/" + p.drafted(t).ID + "/parts/offers"
	form := formOf(p.get(t, "editor", path), "form[data-autosave]", url.Values{"offer_1_quantity": {"banyak"}, "add": {"offer"}})
	a := p.post(t, "editor", path, form)
	if a.status != 200 || a.doc.Find("select[name=offer_3_category]").Length() != 1 || a.doc.Find(".summary").Length() != 0 {
		t.Fatal(a.status)
	}
	if v, _ := a.doc.Find("input[name=offer_1_quantity]").Attr("value"); v != "banyak" {
		t.Errorf("quantity %q", v)
	}
	if v, _ := a.doc.Find("input[name=rows_offer]").Attr("value"); v != "3" {
		t.Errorf("%s rows", v)
	}
}

// A proposal begins with three answers; what is wrong in a part is said at its row, and everything typed stays.
func TestBeginningIsShortAndPartsPointAtTheRow(t *testing.T) {
	p := open(t)
	page := p.get(t, "editor", "/initiatives/new")
	if n := page.doc.Find("form.form input:not([type=hidden]), form.form select, form.form textarea").Length(); page.status != 200 || n != 3 {
		t.Errorf("%d: it begins with %d answers", page.status, n)
	}
	a := p.post(t, "editor", "/initiatives", url.Values{"organization": {"yayasan"}, "title": {""}, "summary": {"Ringkasan"}, "offer_1_category": {"sanitation"}})
	if a.status != 422 || a.doc.Find("#i-title-error").Length() != 1 || a.doc.Find("textarea[name=summary]").Text() != "Ringkasan" || a.doc.Find("option[value=sanitation][selected]").Length() != 1 {
		t.Fatalf("%d %s", a.status, a.doc.Find(".summary").Text())
	}
	form := url.Values{"organization": {"yayasan"}, "title": {"Sanitasi"}, "summary": {"Ringkasan"}, "offer_1_category": {"sanitation"}, "_op": {store.NewID()}}
	first, second := p.post(t, "editor", "/initiatives", form), p.post(t, "editor", "/initiatives", form)
	if first.status != 303 || first.location != second.location {
		t.Fatal(first.status, first.location, second.location)
	}
	if a := p.get(t, "editor", first.location+"/edit"); a.status != 404 {
		t.Errorf("the one-page form is still there: %d", a.status)
	}
	for part, edits := range map[string]struct {
		form         url.Values
		wrong, keeps string
	}{
		"offers": {url.Values{"rows_offer": {"3"}, "offer_3_category": {"sanitation"}, "offer_3_quantity": {"5"}, "offer_3_min_lot": {"9"}}, "offer_3_min_lot", "offer_3_quantity=5"}, // row 2 stays empty
		"where":  {url.Values{"area_codes": {"bukan kode"}}, "area_codes", "area_codes=bukan kode"},
		"risks":  {url.Values{"risks": {"NIK 6101081203900001"}}, "risks", ""},
		"budget": {url.Values{"budget_1_item": {"Tandon"}, "budget_1_amount": {"Rp120.000.000"}}, "budget_1_source", "budget_1_amount=Rp120.000.000"},
	} {
		path := first.location + "/parts/" + part
		a := p.post(t, "editor", path, formOf(p.get(t, "editor", path), "form[data-autosave]", edits.form))
		if a.status != 422 || a.doc.Find("#i-"+edits.wrong+"-error").Length() != 1 || strings.Contains(a.body, "⟦") {
			t.Errorf("%s: %d, no message at %s: %s", part, a.status, edits.wrong, a.doc.Find(".summary").Text())
		}
		if name, want, _ := strings.Cut(edits.keeps, "="); name != "" && a.doc.Find("input[name="+name+"]").AttrOr("value", "") != want {
			t.Errorf("%s: %s holds %q", part, name, a.doc.Find("input[name="+name+"]").AttrOr("value", ""))
		}
	}
}

func (p *portal) upload(t *testing.T, who, path string, names ...string) int {
	t.Helper()
	var body bytes.Buffer
	w := multipart.NewWriter(&body)
	_ = w.WriteField("_op", store.NewID())
	for _, name := range names {
		part, _ := w.CreateFormFile(name, name+".pdf")
		_, _ = part.Write([]byte("%PDF-1.4"))
	}
	_ = w.Close()
	req := httptest.NewRequest("POST", path, &body)
	req.Header.Set("Content-Type", w.FormDataContentType())
	req.Header.Set("X-Actor", who)
	res, err := p.app.Test(req, -1)
	if err != nil {
		t.Fatal(err)
	}
	return res.StatusCode
}

func TestTheWholeWayInTheBrowserWithoutScript(t *testing.T) {
	p := open(t)
	form := filled()
	form.Del("summary_en")
	path := p.propose(t, "owner", form)
	if a := p.post(t, "owner", path+"/submit", url.Values{}); a.status != 422 || a.doc.Find("#i-terms-error").Length() != 1 || a.doc.Find("#i-budget_paper-error").Length() != 1 {
		t.Fatal("submitted without papers:", a.status)
	}
	if status := p.upload(t, "owner", path+"/submit", "terms", "budget_paper"); status != 303 {
		t.Fatal(status)
	}
	doc, err := p.Service.Get(t.Context(), domain.InitiativeID(strings.TrimPrefix(path, "/initiatives/")))
	if err != nil {
		t.Fatal(err)
	}
	p.decide(t, "secretariat", doc, ActionReview, "")
	judged := Decision{Action: ActionApprove, Verdict: Verdict{Conditions: "Sertakan izin lokasi", Summary: "Dua penelaah setuju", SummaryEN: "Two reviewers agree"}}
	if _, err := p.Service.Decide(t.Context(), request("secretariat", doc, "Layak rahasia"), judged); err != nil {
		t.Fatal(err)
	}
	if a := p.post(t, "owner", path+"/publish", url.Values{}); a.status != 422 {
		t.Fatal("published without an English summary:", a.status)
	}
	if a := p.post(t, "owner", path+"/publish", url.Values{"summary_en": {"Tanks and toilets for the coast."}}); a.status != 422 || a.doc.Find("#i-conditions_met-error").Length() != 1 {
		t.Fatal("published without a word on the conditions:", a.status)
	}
	if a := p.post(t, "owner", path+"/publish", url.Values{"summary_en": {"Tanks and toilets for the coast."}, "conditions_met": {"Izin dilampirkan"}}); a.status != 303 {
		t.Fatal(a.status)
	}
	public := p.get(t, "", path)
	if public.status != 200 || strings.Contains(public.body, "Layak rahasia") || !strings.Contains(public.body, "Dua penelaah setuju") || !strings.Contains(public.body, "1 penelaah mengundurkan diri") || public.doc.Find("form[method=post]").Length() != 0 {
		t.Error("the public page tells too much:", public.status)
	}
	english := p.get(t, "", "/en"+path)
	if !strings.Contains(english.body, "Tanks and toilets for the coast.") || strings.Contains(english.body, "⟦") || strings.Contains(public.body, "⟦") {
		t.Error("the English page lacks its summary or a text")
	}
	if a := p.post(t, "owner", path+"/withdraw", url.Values{"reason": {""}}); a.status != 422 || a.doc.Find("details[open] textarea[name=reason]").Length() != 1 {
		t.Error("withdrawn without a reason:", a.status)
	}
	if a := p.post(t, "owner", path+"/start", url.Values{"work_plan": {"Pasang bertahap"}, "assignment": {"SK 12/2027"}}); a.status != 303 {
		t.Error("start on own funds:", a.status)
	}
}

func TestEveryPageOfAllActorsHasItsTexts(t *testing.T) {
	p := open(t)
	draft, sent, public := p.drafted(t), p.submitted(t), p.published(t)
	review := p.decide(t, "secretariat", p.submitted(t), ActionReview, "")
	revise := p.decide(t, "secretariat", p.submitted(t), ActionRevise, "garis dasar")
	for _, c := range [][2]string{
		{"owner", "/initiatives/new"}, {"owner", "/initiatives/" + draft.ID}, {"owner", "/initiatives/" + draft.ID + "/submit"},
		{"secretariat", "/initiatives/" + sent.ID}, {"owner", "/initiatives/" + sent.ID}, {"ani", "/initiatives/" + review.ID},
		{"ani", "/initiatives/" + review.ID + "/changes"}, {"owner", "/initiatives/" + revise.ID + "/changes"}, {"editor", "/initiatives/" + revise.ID + "/parts/budget"}, {"owner", "/initiatives/" + revise.ID},
		{"owner", "/initiatives/" + public.ID}, {"owner", "/initiatives/" + public.ID + "/start"}, {"secretariat", "/initiatives/" + public.ID + "/suspend"}, {"", "/initiatives?region=61.01.08"},
	} {
		for _, lang := range []string{"", "/en"} {
			a := p.get(t, c[0], lang+c[1])
			if a.status != 200 || strings.Contains(a.body, "⟦") || a.doc.Find("h1").Length() != 1 {
				t.Errorf("%s reads %s%s: %d, %d headings, missing text %v", c[0], lang, c[1], a.status, a.doc.Find("h1").Length(), strings.Contains(a.body, "⟦"))
			}
			a.doc.Find("input:not([type=hidden]), select, textarea").Each(func(_ int, input *goquery.Selection) {
				if id := input.AttrOr("id", ""); id == "" || a.doc.Find("label[for='"+id+"']").Length() == 0 {
					t.Errorf("%s: an input %q has no label", c[1], id)
				}
			})
		}
	}
}

func TestPanels(t *testing.T) {
	p := open(t)
	p.published(t)
	p.drafted(t)
	p.decide(t, "secretariat", p.submitted(t), ActionReview, "")
	base := web.NewBaseFor(p.bundle.Localizer("id"))
	for _, c := range []struct {
		name, who string
		panel     domain.Panel
		ref       domain.Ref
		want      int
	}{
		{"village below the area", "", p.VillagePanel(), domain.Ref{Kind: domain.KindVillage, ID: "61.01.08.2007"}, 1},
		{"village elsewhere", "", p.VillagePanel(), domain.Ref{Kind: domain.KindVillage, ID: "61.02.01.2001"}, 0},
		{"organisation to the public", "", p.OrganizationPanel(), domain.Ref{Kind: domain.KindOrganization, ID: "yayasan"}, 1},
		{"organisation to its people", "viewer", p.OrganizationPanel(), domain.Ref{Kind: domain.KindOrganization, ID: "yayasan"}, 3},
	} {
		f, err := c.panel.Load(t.Context(), domain.PanelRequest{Actor: people[c.who], Ref: c.ref, Page: base})
		if err != nil {
			t.Fatal(c.name, err)
		}
		if n := strings.Count(string(f.HTML), `href="/initiatives/`); n != c.want || strings.Contains(string(f.HTML), "⟦") {
			t.Errorf("%s: %d links, want %d", c.name, n, c.want)
		}
	}
	r := p.Resolver()
	review, _ := p.Service.OfOrganization(t.Context(), people["owner"], "yayasan", UnderReview, 1)
	if got, err := r.Resolve(t.Context(), people["ani"], review[0].ID); err != nil || !got.ReadsParties || got.MayAttach || got.Public {
		t.Errorf("%v %+v", err, got)
	}
	for _, who := range []string{"partner", "rival", ""} {
		if _, err := r.Resolve(t.Context(), people[who], review[0].ID); !apperr.Is(err, apperr.NotFound) {
			t.Errorf("%q resolves what is hidden: %v", who, err)
		}
	}
}

func TestQueues(t *testing.T) {
	p := open(t)
	p.drafted(t)
	p.decide(t, "secretariat", p.submitted(t), ActionReview, "")
	p.submitted(t)
	for _, c := range []struct{ who, queue, want string }{
		{"editor", "initiative-draft", ""}, {"secretariat", "initiative-begin", "/check"}, {"secretariat", "initiative-appeal", "/appeal/answer"}, {"ownsecretariat", "initiative-appeal", ""},
	} {
		n := 0
		for _, q := range p.Queues() {
			if q.Name != c.queue || !q.For(people[c.who]) {
				continue
			}
			w, err := q.Read(t.Context(), domain.QueueRequest{Actor: people[c.who], Page: web.NewBaseFor(p.bundle.Localizer("id")), Limit: 5})
			if err != nil {
				t.Fatal(err)
			}
			n = len(w.Items)
			for _, item := range w.Items {
				if !strings.HasSuffix(item.Path, c.want) || item.Since.IsZero() {
					t.Errorf("%s of %s: %+v", c.queue, c.who, item)
				}
			}
		}
		want := 1
		if c.queue == "initiative-appeal" { // nobody appealed
			want = 0
		}
		if n != want {
			t.Errorf("%s of %s: %d, want %d", c.queue, c.who, n, want)
		}
	}
}
