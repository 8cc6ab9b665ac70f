package initiatives

import (
	"net/url"
	"strings"
	"testing"

	"gotong/modules/domain"
	"gotong/modules/kit/apperr"
	"gotong/modules/kit/store"
	"gotong/modules/kit/web"
)

func invitation() url.Values {
	return url.Values{"to": {"yayasan"}, "from": {"secretariat"}, "title": {"Tandon untuk Paloh"}, "reason": {"presence"}, "words": {"Anda sudah bekerja di sana."}, "category": {"clean-water-supply"}, "until": {"2027-07-01"}}
}

// A direct invitation has a reason from the list, stands on the desk of who is invited, is answered once, and the link
// stays on both sides; third parties never see it.
func TestDirectInvitation(t *testing.T) {
	p := open(t)
	for _, who := range []string{"member", "viewer", "unverified"} {
		if a := p.post(t, who, "/initiatives/invite", invitation()); a.status != 403 {
			t.Errorf("%s invites: %d", who, a.status)
		}
	}
	for field, value := range map[string]string{"reason": "because", "words": "", "until": "2020-01-01", "category": "nothing", "title": "NIK 6101081203900001"} {
		form := invitation()
		form.Set(field, value)
		if a := p.post(t, "secretariat", "/initiatives/invite", form); a.status != 422 || a.doc.Find("#i-"+field+"-error").Length() != 1 || strings.Contains(a.body, "⟦") {
			t.Errorf("%s = %q: %d %s", field, value, a.status, a.doc.Find(".summary").Text())
		}
	}
	self := invitation()
	self.Set("from", "yayasan")
	if a := p.post(t, "owner", "/initiatives/invite", self); a.status != 422 {
		t.Errorf("an organisation invites itself: %d", a.status)
	}
	form := invitation()
	form.Set("_op", store.NewID())
	sent := p.post(t, "secretariat", "/initiatives/invite", form)
	path := sent.location
	if again := p.post(t, "secretariat", "/initiatives/invite", form); path == "" || again.location != path {
		t.Fatal(sent.status, sent.doc.Find("main").Text(), again.status)
	}
	for who, want := range map[string]int{"secretariat": 200, "owner": 200, "viewer": 200, "auditor": 200, "rival": 404, "member": 404, "ani": 404} {
		if a := p.get(t, who, path); a.status != want || strings.Contains(a.body, "⟦") || want == 404 && strings.Contains(a.body, "Tandon") {
			t.Errorf("%s reads the invitation: %d", who, a.status)
		}
	}
	waiting := func(who string) (n int) {
		for _, q := range p.Queues() {
			if q.Name != "initiative-invited" || !q.For(people[who]) {
				continue
			}
			w, err := q.Read(t.Context(), domain.QueueRequest{Actor: people[who], Page: web.NewBaseFor(p.bundle.Localizer("id")), Limit: 5})
			if err != nil {
				t.Fatal(err)
			}
			n = len(w.Items)
		}
		return n
	}
	if waiting("editor") != 1 || waiting("rival") != 0 {
		t.Errorf("on the desks: %d, %d", waiting("editor"), waiting("rival"))
	}
	id := strings.TrimPrefix(path, "/initiatives/invitations/")
	page := p.get(t, "editor", "/initiatives/new?invitation="+id)
	if page.doc.Find("input[name=invitation]").AttrOr("value", "") != id || page.doc.Find("input[name=title]").AttrOr("value", "") != "Tandon untuk Paloh" || p.get(t, "rival", "/initiatives/new?invitation="+id).status != 404 {
		t.Error("the form does not know what it answers")
	}
	begin := url.Values{"invitation": {id}, "organization": {"yayasan"}, "title": {"Tandon"}, "summary": {"Ringkasan"}, "offer_1_category": {"clean-water-supply"}, "_op": {store.NewID()}}
	begun := p.post(t, "editor", "/initiatives", begin)
	if again := p.post(t, "editor", "/initiatives", begin); begun.status != 303 || again.location != begun.location {
		t.Fatalf("%d %q %q", begun.status, begun.location, again.location)
	}
	begin.Set("_op", store.NewID())
	if a := p.post(t, "owner", "/initiatives", begin); a.status != 409 {
		t.Errorf("answered twice: %d", a.status)
	}
	doc, err := p.Service.Get(t.Context(), domain.InitiativeID(strings.TrimPrefix(begun.location, "/initiatives/")))
	if err != nil || doc.Body.Door != DoorInvitation || doc.Body.Invitation != id || waiting("editor") != 0 {
		t.Errorf("%+v %v", doc.Body.Door, err)
	}
	if a := p.get(t, "owner", begun.location); a.doc.Find("a[href='"+path+"']").Length() != 1 {
		t.Error("the proposal does not lead to its invitation")
	}
	// The inviting organisation does not read the draft's title.
	second := invitation()
	second.Set("from", "pt")
	shown := p.post(t, "rival", "/initiatives/invite", second).location
	begin.Set("invitation", strings.TrimPrefix(shown, "/initiatives/invitations/"))
	begin.Set("title", "RAHASIA")
	begin.Set("_op", store.NewID())
	if a := p.post(t, "editor", "/initiatives", begin); a.status != 303 {
		t.Fatal(a.status)
	}
	if a := p.get(t, "rival", shown); a.status != 200 || strings.Contains(a.body, "RAHASIA") {
		t.Errorf("who invited reads a draft: %d", a.status)
	}
	// Declined and withdrawn, each by its side, with a reason.
	second.Del("_op")
	third := p.post(t, "rival", "/initiatives/invite", second).location
	for _, c := range []struct {
		who, how, reason string
		want             int
	}{{"editor", "withdraw", "x", 403}, {"rival", "decline", "x", 403}, {"member", "decline", "x", 404}, {"editor", "decline", "", 422}, {"editor", "decline", "Tidak sanggup tahun ini.", 303}, {"rival", "withdraw", "x", 409}} {
		v := p.get(t, "rival", third).doc.Find("input[name=_v]").First().AttrOr("value", "1")
		if a := p.post(t, c.who, third+"/"+c.how, url.Values{"reason": {c.reason}, "_v": {v}}); a.status != c.want {
			t.Errorf("%s %ss: %d, want %d", c.who, c.how, a.status, c.want)
		}
	}
	if a := p.get(t, "rival", third); !strings.Contains(a.body, "Tidak sanggup tahun ini.") {
		t.Error("the reason is not told")
	}
}

// A funder takes an open, unsolicited proposal up; everybody sees it, and the record stays when it lets go.
func TestTakenUpWithTheLinkKept(t *testing.T) {
	p := open(t)
	doc, draft := p.published(t), p.drafted(t)
	path := "/initiatives/" + doc.ID + "/take-up"
	form := func() url.Values {
		return url.Values{"organization": {"pt"}, "as": {"funder"}, "reason": {"Kami mendanai tandonnya."}}
	}
	for who, want := range map[string]int{"owner": 403, "editor": 403, "member": 403, "unverified": 403} {
		if a := p.post(t, who, path, form()); a.status != want {
			t.Errorf("%s takes it up: %d", who, a.status)
		}
	}
	if a := p.post(t, "rival", "/initiatives/"+draft.ID+"/take-up", form()); a.status != 404 {
		t.Errorf("a draft is taken up: %d", a.status)
	}
	bad := form()
	bad.Set("as", "friend")
	if a := p.post(t, "rival", path, bad); a.status != 422 || a.doc.Find("[id^=i-as]").Length() == 0 {
		t.Errorf("%d", a.status)
	}
	if a := p.get(t, "rival", path); a.status != 200 || strings.Contains(a.body, "⟦") {
		t.Errorf("%d", a.status)
	}
	if a := p.post(t, "rival", path, form()); a.status != 303 {
		t.Fatal(a.status)
	}
	if a := p.post(t, "rival", path, form()); a.status != 303 && a.status != 403 {
		t.Errorf("again: %d", a.status)
	}
	if a := p.get(t, "", "/en/initiatives/"+doc.ID); a.doc.Find("section[aria-labelledby=taken] article").Length() != 1 || !strings.Contains(a.body, "Kami mendanai") || strings.Contains(a.body, "⟦") {
		t.Error("the public does not see who took it up")
	}
	if a := p.post(t, "owner", "/initiatives/"+doc.ID+"/let-go", url.Values{"organization": {"pt"}}); a.status != 403 {
		t.Errorf("another lets it go: %d", a.status)
	}
	if a := p.post(t, "rival", "/initiatives/"+doc.ID+"/let-go", url.Values{"organization": {"pt"}}); a.status != 303 {
		t.Fatal(a.status)
	}
	now, err := p.Service.Get(t.Context(), domain.InitiativeID(doc.ID))
	if err != nil || len(now.Body.TakenUp) != 1 || now.Body.TakenUp[0].Ended.IsZero() || now.Body.State() != Published {
		t.Errorf("%+v %v", now.Body.TakenUp, err)
	}
	moved, err := p.Service.MoveAll(t.Context(), "pt", "bumn", store.Change{Action: "organization.merged"})
	if now, _ = p.Service.Get(t.Context(), domain.InitiativeID(doc.ID)); err != nil || moved == 0 || now.Body.TakenUp[0].Organization != "bumn" {
		t.Errorf("%d %v %+v", moved, err, now.Body.TakenUp)
	}
	if err := p.Service.TakeUp(t.Context(), Request{Actor: people["member"], ID: domain.InitiativeID(doc.ID), Operation: op(), Reason: "x"}, "pt", "funder", false); !apperr.Is(err, apperr.Forbidden) {
		t.Error(err)
	}
}

// A partner that is in the portal is asked by name, reads the draft, and answers for its role; without that the
// proposal is not handed in. Who declined reads it no more; a role that changes is asked anew.
func TestPartnersConfirmTheirRoles(t *testing.T) {
	p := open(t)
	doc := p.drafted(t)
	path := "/initiatives/" + doc.ID
	if a := p.get(t, "rival", path); a.status != 404 {
		t.Fatalf("a stranger reads the draft: %d", a.status)
	}
	write := func(name, role string) answer {
		part := path + "/parts/partners"
		return p.post(t, "editor", part, formOf(p.get(t, "editor", part), "form[data-autosave]", url.Values{"partner_1_name": {name}, "partner_1_role": {role}}))
	}
	if a := write("organisasi  PT", "Menyediakan tandon"); a.status != 303 {
		t.Fatal(a.status)
	}
	if a := write("Organisasi yayasan", "Diri sendiri"); a.status != 422 || a.doc.Find("#i-partner_1_name-error").Length() != 1 {
		t.Errorf("its own partner: %d", a.status)
	}
	now := func() Doc {
		got, err := p.Service.Get(t.Context(), domain.InitiativeID(doc.ID))
		if err != nil {
			t.Fatal(err)
		}
		return got
	}
	if x := now().Body.Partners[0]; x.Organization != "pt" || x.Name != "Organisasi pt" || x.Status != PartnerProposed {
		t.Fatalf("%+v", x)
	}
	queued := func(who string) (n int) {
		for _, q := range p.Queues() {
			if q.Name == "initiative-partner" && q.For(people[who]) {
				w, err := q.Read(t.Context(), domain.QueueRequest{Actor: people[who], Page: web.NewBaseFor(p.bundle.Localizer("id")), Limit: 5})
				if err != nil {
					t.Fatal(err)
				}
				n = len(w.Items)
			}
		}
		return n
	}
	page := p.get(t, "rival", path)
	if page.status != 200 || queued("rival") != 1 || queued("owner") != 0 || page.doc.Find("form[action$='/partners/confirm']").Length() != 1 || strings.Contains(page.body, "⟦") {
		t.Fatalf("%d, %d queued", page.status, queued("rival"))
	}
	if _, err := p.Service.Submit(t.Context(), request("owner", now(), ""), papers()); !apperr.Is(err, apperr.Invalid) {
		t.Error("handed in without the partner's word:", err)
	}
	confirm := formOf(page, "form[action$='/partners/confirm']", nil)
	if a := p.post(t, "owner", path+"/partners/confirm", confirm); a.status != 403 {
		t.Errorf("the proposer confirms for its partner: %d", a.status)
	}
	if a := p.post(t, "rival", path+"/partners/confirm", confirm); a.status != 303 || queued("rival") != 0 {
		t.Fatal(a.status)
	}
	if a := write("Organisasi pt", "Menyediakan tandon"); a.status != 303 || now().Body.Partners[0].Status != PartnerConfirmed {
		t.Errorf("an answer is lost by saving again: %+v", now().Body.Partners[0])
	}
	if write("Organisasi pt", "Membayar semuanya"); now().Body.Partners[0].Status != PartnerProposed {
		t.Error("another role counts as confirmed")
	}
	if a := p.post(t, "rival", path+"/partners/confirm", confirm); a.status != 409 {
		t.Errorf("the old role is confirmed: %d", a.status)
	}
	decline := formOf(p.get(t, "rival", path), "form[action$='/partners/decline']", nil)
	if a := p.post(t, "rival", path+"/partners/decline", decline); a.status != 303 {
		t.Fatal(a.status)
	}
	if a := p.get(t, "rival", path); a.status != 404 {
		t.Errorf("who declined still reads the draft: %d", a.status)
	}
	if a := p.get(t, "owner", path); !strings.Contains(a.doc.Find("table").Text(), "tidak bersedia") {
		t.Error("the proposer does not see the answer")
	}
}

// "Check your answers" names what is missing at its part, shows everything, and prints: what is hidden stays hidden.
func TestAnswersAreCheckedAndPrinted(t *testing.T) {
	p := open(t)
	path := p.post(t, "editor", "/initiatives", url.Values{"organization": {"yayasan"}, "title": {"Baru dimulai"}, "summary": {"Ringkasan"}, "offer_1_category": {"sanitation"}}).location
	a := p.get(t, "editor", path+"/answers")
	for _, id := range []string{"problem", "where", "offers", "budget", "timeline", "results", "risks"} {
		if a.doc.Find("section[aria-labelledby=part-"+id+"] ul.against li").Length() == 0 {
			t.Errorf("nothing is said to be missing in %s", id)
		}
	}
	if a.doc.Find("section[aria-labelledby^=part-]").Length() != 9 || a.doc.Find("section[aria-labelledby=part-summary] ul.against").Length() != 0 || a.doc.Find("[role=status] li").Length() != 2 {
		t.Errorf("%d parts, papers: %s", a.doc.Find("section[aria-labelledby^=part-]").Length(), a.doc.Find("[role=status]").Text())
	}
	full := p.drafted(t)
	for _, who := range []string{"owner", "viewer", "rival", "member", ""} {
		want := map[string]int{"owner": 200, "viewer": 200}[who]
		if want == 0 {
			want = 404
		}
		for _, page := range []string{"/answers", "/proposal.pdf"} {
			if a := p.get(t, who, "/en/initiatives/"+full.ID+page); a.status != want || strings.Contains(a.body, "⟦") {
				t.Errorf("%s of %q: %d", page, who, a.status)
			}
		}
	}
	if a := p.get(t, "viewer", "/initiatives/"+full.ID+"/answers"); a.doc.Find("a[href*='/parts/']").Length() != 0 || !strings.Contains(a.doc.Find("main").Text(), "Kelompok air") {
		t.Error("a viewer is led to change it, or does not read it")
	}
	if a := p.get(t, "owner", "/initiatives/"+full.ID+"/proposal.pdf"); !strings.HasPrefix(a.body, "%PDF-") || len(a.body) < 5000 {
		t.Errorf("%d bytes", len(a.body))
	}
}
