package initiatives

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"gotong/modules/domain"
	"gotong/modules/kit/apperr"
)

// rich is a proposal in which everything is filled in.
func rich() Content {
	c := content()
	c.Milestones = []Milestone{{Title: "Tandon terpasang", Due: "2027-09-01"}}
	c.Budget = append(c.Budget, BudgetLine{Item: "Pelatihan", Source: SourceSought, Amount: 30_000_000})
	return c
}

// A new draft begins with an earlier proposal of the same organisation, in whatever state that is: what is copied and
// what is not is said on the page, and holds.
func TestCopyFromAnyEarlierProposal(t *testing.T) {
	p := open(t)
	doc, err := p.Service.Create(t.Context(), people["owner"], op(), "yayasan", rich())
	if err != nil {
		t.Fatal(err)
	}
	docs := map[string]Doc{"a draft": doc, "a submitted one": p.submitted(t), "a published one": p.published(t)}
	rejected := p.decide(t, "secretariat", p.submitted(t), ActionReview, "")
	docs["a rejected one"] = p.decide(t, "secretariat", rejected, ActionReject, "belum layak")
	docs["a running one"] = p.running(t)
	for what, from := range docs {
		page := p.get(t, "editor", "/initiatives/new?copy="+from.ID)
		text := page.doc.Find("section[aria-labelledby=took]").Text()
		if page.status != 200 || strings.Contains(page.body, "⟦") || !strings.Contains(text, from.Body.Title) || !strings.Contains(text, "Yang tidak disalin: semua tanggal, jawaban mitra") {
			t.Fatalf("%s: %d %q", what, page.status, text)
		}
		if page.doc.Find("input[name=title]").AttrOr("value", "") != from.Body.Title || page.doc.Find("select[name=offer_1_category]").Length() != 0 {
			t.Errorf("%s: the form does not hold what is copied", what)
		}
		form := formOf(page, "form.form", url.Values{"title": {"Air Bersih, tahap dua"}})
		made := p.post(t, "editor", "/initiatives", form)
		again := p.send(t, "editor", http.MethodPost, "/initiatives", form)
		if made.status != 303 || again.location != made.location {
			t.Fatalf("%s: %d %s, again %q", what, made.status, made.doc.Find(".summary").Text(), again.location)
		}
		got, err := p.Service.Get(t.Context(), domain.InitiativeID(strings.TrimPrefix(made.location, "/initiatives/")))
		if err != nil {
			t.Fatal(err)
		}
		i, was := got.Body, from.Body
		switch {
		case i.State() != Draft || i.CopiedFrom != domain.InitiativeID(from.ID) || i.Organization != was.Organization || i.Round != 0 || len(i.History) != 0 || i.Door != DoorUnsolicited:
			t.Errorf("%s: %+v", what, i)
		case i.Title != "Air Bersih, tahap dua" || i.Problem != was.Problem || len(i.Areas) != len(was.Areas) || i.TargetNumber != was.TargetNumber || i.Total() != was.Total():
			t.Errorf("%s: something was lost: %+v", what, i.Content)
		case len(i.Offers) != len(was.Offers) || i.Offers[0].Quantity != was.Offers[0].Quantity || i.Offers[0].ID == was.Offers[0].ID || i.Offers[0].ID == "":
			t.Errorf("%s: offers %+v", what, i.Offers)
		case i.From != "" || i.Until != "" || i.Offers[0].From != "" || len(i.Milestones) > 0 && (i.Milestones[0].Due != "" || i.Milestones[0].Title == ""):
			t.Errorf("%s: a day was copied: %+v", what, i.Content)
		case len(i.Partners) != len(was.Partners) || i.Partners[0].Status != PartnerProposed:
			t.Errorf("%s: partners %+v", what, i.Partners)
		}
		if terms, budget, _ := p.Service.HasPapers(t.Context(), domain.InitiativeID(got.ID)); terms || budget {
			t.Errorf("%s: documents were copied", what)
		}
		if now, _ := p.Service.Get(t.Context(), domain.InitiativeID(from.ID)); now.Version < from.Version || now.Body.Title != was.Title {
			t.Errorf("%s: the earlier one changed", what)
		}
	}
	if a := p.get(t, "editor", "/initiatives/"+doc.ID); a.doc.Find("a[href='/initiatives/new?copy="+doc.ID+"']").Length() != 1 {
		t.Error("the page of a draft does not lead to its copy")
	}
	for who, want := range map[string]int{"rival": 404, "viewer": 403, "member": 403} {
		if a := p.get(t, who, "/initiatives/new?copy="+doc.ID); a.status != want {
			t.Errorf("%s copies another's draft: %d", who, a.status)
		}
	}
	if a := p.get(t, "rival", "/initiatives/new?copy="+docs["a published one"].ID); a.status != 403 {
		t.Errorf("another organisation copies what is public: %d", a.status)
	}
	list := p.get(t, "editor", "/initiatives/earlier?call=")
	if list.status != 200 || list.doc.Find("article.card a[href^='/initiatives/new?copy=']").Length() < len(docs) || strings.Contains(list.body, "⟦") {
		t.Errorf("%d, %d earlier ones", list.status, list.doc.Find("article.card a").Length())
	}
	if a := p.get(t, "rival", "/initiatives/earlier?organization=yayasan"); a.status != 403 {
		t.Errorf("another's proposals are listed: %d", a.status)
	}
	if a := p.get(t, "rival", "/en/initiatives/earlier"); a.status != 200 || a.doc.Find(".empty").Length() != 1 {
		t.Errorf("nothing to copy: %d", a.status)
	}
}

// The secretariat keeps a template of a published proposal; it gives structure and no figure of another's.
func TestTemplatesGiveStructureAndNoFigure(t *testing.T) {
	p := open(t)
	public, hidden := p.publishedWith(t, rich()), p.submitted(t)
	path := "/initiatives/" + public.ID + "/template"
	for who, want := range map[string]int{"owner": 403, "rival": 403, "auditor": 403} {
		if a := p.post(t, who, path, url.Values{"name": {"x"}, "about": {"y"}}); a.status != want {
			t.Errorf("%s keeps a template: %d", who, a.status)
		}
	}
	if a := p.get(t, "secretariat", "/initiatives/"+hidden.ID+"/template"); a.status != 409 {
		t.Errorf("a template of what is not public: %d", a.status)
	}
	page := p.get(t, "secretariat", path)
	if page.status != 200 || strings.Contains(page.body, "⟦") || page.doc.Find("input[name=parts][checked]").Length() != 4 {
		t.Fatalf("%d, %d lists", page.status, page.doc.Find("input[name=parts][checked]").Length())
	}
	for name, typed := range map[string]url.Values{
		"name": {"name": {""}}, "about": {"name": {"Air"}, "about": {""}}, "problem": {"name": {"Air"}, "about": {"y"}, "problem": {"NIK 6101081203900001"}},
	} {
		if a := p.post(t, "secretariat", path, formOf(page, "form.form", typed)); a.status != 422 || a.doc.Find("#i-"+name+"-error").Length() != 1 {
			t.Errorf("%s: %d %s", name, a.status, a.doc.Find(".summary").Text())
		}
	}
	form := formOf(page, "form.form", url.Values{"name": {"Air bersih desa pesisir"}, "about": {"Bagi LSM yang memasang tandon."}, "parts": {"offers", "budget", "timeline", "results"}})
	kept := p.post(t, "secretariat", path, form)
	if again := p.send(t, "secretariat", http.MethodPost, path, form); kept.status != 303 || again.location != kept.location {
		t.Fatal(kept.status, kept.doc.Find(".summary").Text(), again.location)
	}
	id := strings.TrimPrefix(kept.location, "/initiatives/templates/")
	doc, err := p.Service.Template(t.Context(), people["member"], id)
	if err != nil {
		t.Fatal(err)
	}
	c := doc.Body.Content
	if c.Title+c.Summary+c.TargetGroup != "" || len(c.Areas)+len(c.Partners) != 0 || c.TargetNumber+c.Total()+c.Offers[0].Quantity != 0 || c.Results[0].Baseline+c.Results[0].Target != "" || c.From+c.Until+c.Milestones[0].Due != "" {
		t.Errorf("a figure of the other proposal is in the template: %+v", c)
	}
	for _, where := range []string{"/initiatives/templates", "/en/initiatives/templates", "/initiatives/templates?category=clean-water-supply", kept.location, "/en" + kept.location} {
		if a := p.get(t, "", where); a.status != 200 || strings.Contains(a.body, "⟦") || !strings.Contains(a.body, "Air bersih desa pesisir") || strings.Contains(a.doc.Find("main").Text(), "120.000.000") {
			t.Errorf("%s: %d", where, a.status)
		}
	}
	if a := p.get(t, "", "/initiatives/templates?category=off-grid-solar"); a.doc.Find("article.card").Length() != 0 || a.doc.Find(".empty").Length() != 1 {
		t.Error("a template of another field is offered")
	}
	start := p.get(t, "rival", "/initiatives/new?template="+id)
	if start.status != 200 || !strings.Contains(start.doc.Find("section[aria-labelledby=took]").Text(), "Angka usulan lain tidak pernah ikut") || start.doc.Find("input[name=title]").AttrOr("value", "") != "" {
		t.Fatalf("%d %q", start.status, start.doc.Find("section[aria-labelledby=took]").Text())
	}
	begun := p.post(t, "rival", "/initiatives", formOf(start, "form.form", url.Values{"title": {"Tandon kami"}, "summary": {"Ringkasan kami"}}))
	got, err := p.Service.Get(t.Context(), domain.InitiativeID(strings.TrimPrefix(begun.location, "/initiatives/")))
	if err != nil || got.Body.Template != id || got.Body.Organization != "pt" || got.Body.Title != "Tandon kami" || len(got.Body.Budget) != 2 || got.Body.Budget[0].Amount != 0 {
		t.Fatalf("%d %+v %v", begun.status, got.Body.Content, err)
	}
	// Amounts and days are missing: no part that lacks one counts as done, and it is not handed in.
	for _, part := range []Part{PartOffers, PartBudget, PartTimeline, PartResults} {
		if got.Body.Filled(part) {
			t.Errorf("%s counts as done without its figures", part)
		}
	}
	_, err = p.Service.Submit(t.Context(), request("rival", got, ""), papers())
	for _, name := range []string{"budget_1_amount", "milestone_1_due", "offer_1_quantity", "result_1_baseline"} {
		if !hasField(err, name) {
			t.Errorf("%s is not named as missing: %v", name, err)
		}
	}
	// Edited under its version; no longer offered, it is gone for everybody but those who keep it.
	edit := p.get(t, "secretariat", kept.location+"/edit")
	if a := p.post(t, "secretariat", kept.location+"/edit", formOf(edit, "form.form", url.Values{"about": {"Bagi siapa pun."}, "parts": {"offers"}})); a.status != 303 {
		t.Fatal(a.status, a.doc.Find(".summary").Text())
	}
	if now, _ := p.Service.Template(t.Context(), people["member"], id); now.Body.Content.Holds(PartBudget) || !now.Body.Content.Holds(PartOffers) || !now.Body.Content.Holds(PartRisks) {
		t.Errorf("%+v", now.Body.Content)
	}
	if a := p.post(t, "secretariat", kept.location+"/edit", formOf(edit, "form.form", nil)); a.status != 409 {
		t.Errorf("an old page overwrites: %d", a.status)
	}
	retire := formOf(p.get(t, "secretariat", kept.location), "form[action$='/retire']", nil)
	if a := p.post(t, "owner", kept.location+"/retire", retire); a.status != 403 {
		t.Errorf("an owner retires it: %d", a.status)
	}
	if a := p.post(t, "secretariat", kept.location+"/retire", retire); a.status != 303 {
		t.Fatal(a.status)
	}
	for path, want := range map[string]int{kept.location: 404, "/initiatives/new?template=" + id: 409} {
		if a := p.get(t, "rival", path); a.status != want {
			t.Errorf("%s after it was retired: %d, want %d", path, a.status, want)
		}
	}
	if a := p.get(t, "", "/initiatives/templates"); strings.Contains(a.body, "Air bersih desa pesisir") {
		t.Error("a retired template is listed")
	}
	if a := p.get(t, "secretariat", "/initiatives/templates?status=retired"); !strings.Contains(a.body, "Air bersih desa pesisir") {
		t.Error("the secretariat does not find it again")
	}
	if a := p.post(t, "secretariat", kept.location+"/offer", formOf(p.get(t, "secretariat", kept.location), "form[action$='/offer']", nil)); a.status != 303 || p.get(t, "", kept.location).status != 200 {
		t.Error("it is not offered again:", a.status)
	}
}

func hasField(err error, name string) bool {
	for _, f := range apperr.FieldsOf(err) {
		if f.Name == name {
			return true
		}
	}
	return false
}

func (p *portal) publishedWith(t *testing.T, c Content) Doc {
	t.Helper()
	doc, err := p.Service.Create(t.Context(), people["owner"], op(), "yayasan", c)
	if err != nil {
		t.Fatal(err)
	}
	if doc, err = p.Service.Submit(t.Context(), request("owner", doc, ""), papers()); err != nil {
		t.Fatal(err)
	}
	doc = p.decide(t, "secretariat", doc, ActionReview, "")
	doc = p.decide(t, "secretariat", doc, ActionApprove, "layak")
	return p.decide(t, "owner", doc, ActionPublish, "")
}

func (p *portal) running(t *testing.T) Doc {
	t.Helper()
	c := content()
	c.Budget[0].Source = SourceOwn
	return p.decide(t, "owner", p.publishedWith(t, c), ActionStart, "")
}
