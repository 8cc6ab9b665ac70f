package initiatives

import (
	"bytes"
	"fmt"
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
		{"", draft.ID, "edit", 303}, {"viewer", draft.ID, "edit", 403}, {"rival", draft.ID, "edit", 404}, {"editor", draft.ID, "submit", 403}, {"rival", draft.ID, "submit", 404},
		{"rival", public.ID, "withdraw", 403}, {"editor", public.ID, "withdraw", 403}, {"secretariat", public.ID, "withdraw", 403}, {"member", public.ID, "suspend", 403},
		{"owner", public.ID, "evaluate", 403}, {"owner", public.ID, "archive", 403}, {"owner", public.ID, "reopen", 403}, {"owner", public.ID, "delete", 403}, {"rival", public.ID, "copy", 403},
	} {
		form := url.Values{"reason": {"alasan"}, "until": {"2027-06-01"}, "decision": {"approve"}}
		if c.path == "edit" {
			form = filled()
		}
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
	form := filled()
	form.Set("title", "")
	form.Set("offer_1_quantity", "banyak")
	form.Set("add", "offer")
	a := p.post(t, "editor", "/initiatives", form)
	if a.status != 200 || a.doc.Find("select[name=offer_2_category]").Length() != 1 || a.doc.Find(".summary").Length() != 0 {
		t.Fatal(a.status)
	}
	if v, _ := a.doc.Find("input[name=offer_1_quantity]").Attr("value"); v != "banyak" {
		t.Errorf("quantity %q", v)
	}
	if v, _ := a.doc.Find("input[name=rows_offer]").Attr("value"); v != "2" {
		t.Errorf("%s rows", v)
	}
	if a.doc.Find("input[name=areas][value='61.01'][checked]").Length() != 1 {
		t.Error("the area was lost")
	}
}

func TestInvalidFormKeepsEverythingAndPointsAtTheRow(t *testing.T) {
	p := open(t)
	form := filled()
	form.Set("rows_offer", "3")
	form.Set("offer_3_category", "sanitation") // row 2 stays empty
	form.Set("offer_3_quantity", "5")
	form.Set("offer_3_min_lot", "9")
	form.Set("area_codes", "bukan kode")
	form.Set("risks", "NIK 6101081203900001")
	a := p.post(t, "editor", "/initiatives", form)
	if a.status != 422 {
		t.Fatal(a.status)
	}
	for _, name := range []string{"offer_3_min_lot", "area_codes", "risks"} {
		if a.doc.Find("#i-"+name+"-error").Length() != 1 {
			t.Errorf("no message at %s: %s", name, a.doc.Find(".summary").Text())
		}
	}
	for name, want := range map[string]string{"offer_3_quantity": "5", "area_codes": "bukan kode", "budget_1_amount": "Rp120.000.000", "partner_1_name": "Organisasi mitra"} {
		if v, _ := a.doc.Find("input[name=" + name + "]").Attr("value"); v != want {
			t.Errorf("%s holds %q", name, v)
		}
	}
	if strings.Contains(a.body, "⟦") {
		t.Error("a text is missing")
	}
}

func TestConflictShowsBothTextsAndDoublePostIsOne(t *testing.T) {
	p := open(t)
	form := filled()
	form.Set("_op", store.NewID())
	first, second := p.post(t, "editor", "/initiatives", form), p.post(t, "editor", "/initiatives", form)
	if first.status != 303 || first.location != second.location {
		t.Fatal(first.status, first.location, second.location)
	}
	id := strings.TrimPrefix(first.location, "/initiatives/")
	doc, err := p.Service.Get(t.Context(), domain.InitiativeID(id))
	if err != nil || len(doc.Body.Offers) != 1 {
		t.Fatal(err)
	}
	form = filled()
	form.Set("_v", fmt.Sprint(doc.Version))
	form.Set("offer_1_id", string(doc.Body.Offers[0].ID))
	form.Set("goals", "Tujuan pertama")
	if a := p.post(t, "owner", first.location+"/edit", form); a.status != 303 {
		t.Fatal(a.status)
	}
	form.Set("goals", "Tujuan kedua")
	form.Set("_op", store.NewID())
	a := p.post(t, "editor", first.location+"/edit", form)
	if a.status != 409 || a.doc.Find("textarea[name=goals]").Text() != "Tujuan kedua" || !strings.Contains(a.doc.Find("#i-goals-theirs").Text(), "Tujuan pertama") {
		t.Errorf("%d %q", a.status, a.doc.Find("#i-goals-theirs").Text())
	}
	form.Set("_v", a.doc.Find("input[name=_v]").AttrOr("value", ""))
	form.Set("_op", store.NewID())
	if a := p.post(t, "editor", first.location+"/edit", form); a.status != 303 {
		t.Error("sending again does not decide:", a.status)
	}
	after, _ := p.Service.Get(t.Context(), domain.InitiativeID(id))
	if after.Body.Offers[0].ID != doc.Body.Offers[0].ID || after.Body.Goals != "Tujuan kedua" {
		t.Error("the offer lost its id, or the text its last word")
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
	path := p.post(t, "owner", "/initiatives", form).location
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
		{"owner", "/initiatives/new"}, {"owner", "/initiatives/" + draft.ID}, {"owner", "/initiatives/" + draft.ID + "/edit"}, {"owner", "/initiatives/" + draft.ID + "/submit"},
		{"secretariat", "/initiatives/" + sent.ID}, {"owner", "/initiatives/" + sent.ID}, {"ani", "/initiatives/" + review.ID},
		{"ani", "/initiatives/" + review.ID + "/changes"}, {"owner", "/initiatives/" + revise.ID + "/changes"}, {"editor", "/initiatives/" + revise.ID + "/edit"}, {"owner", "/initiatives/" + revise.ID},
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
