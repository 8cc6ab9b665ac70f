package organizations

import (
	"net/url"
	"strings"
	"testing"

	"github.com/PuerkitoBio/goquery"
	"github.com/gofiber/fiber/v2"

	"gotong/modules/domain"
	"gotong/modules/kit/web"
)

func sound(t *testing.T, p page, path string) {
	t.Helper()
	if p.Find("h1").Length() != 1 || p.Find("[style]").Length() != 0 || p.Find("main script").Length() != 0 {
		t.Errorf("%s: %d h1, inline style or script", path, p.Find("h1").Length())
	}
	ids := map[string]bool{}
	p.Find("[id]").Each(func(_ int, s *goquery.Selection) {
		id := s.AttrOr("id", "")
		if ids[id] {
			t.Errorf("%s: id %q twice", path, id)
		}
		ids[id] = true
	})
	p.Find("main input:not([type=hidden]), main select, main textarea").Each(func(_ int, s *goquery.Selection) {
		if p.Find(`label[for="`+s.AttrOr("id", "")+`"]`).Length() == 0 {
			t.Errorf("%s: input %q has no label", path, s.AttrOr("name", ""))
		}
	})
}

func TestFoundingOnPages(t *testing.T) {
	r := newRig(t)
	if p := r.get("", "/organizations/new"); p.status != 303 || !strings.HasPrefix(p.location, "/sign-in") {
		t.Errorf("the public: %d to %s", p.status, p.location)
	}
	types := r.get("ani", "/organizations/new")
	sound(t, types, "types")
	if types.status != 200 || types.Find(".card a").Length() != 6 {
		t.Errorf("%d types", types.Find(".card a").Length())
	}
	for _, kind := range domain.Stakeholders().Types() {
		for _, lang := range []string{"", "/en"} {
			p := r.get("ani", lang+"/organizations/new?type="+kind.ID)
			sound(t, p, kind.ID)
			if p.status != 200 || p.Find("input[name=sublevel]").Length() != len(kind.Sublevels) {
				t.Errorf("%s: %d", kind.ID, p.status)
			}
		}
	}
	form := url.Values{"type": {domain.TypeCommunity}, "sublevel": {"foundation"}, "name": {"Yayasan <b>Air</b>"}, "region": {"61.01"}, "email": {"bukan surel"}}
	wrong := r.post("ani", "/organizations", form)
	sound(t, wrong, "wrong")
	if wrong.status != 422 || wrong.Find("[role=alert] a[href='/organizations/new/contact#i-office']").Length() != 1 || wrong.Find("input[name=name]").AttrOr("value", "") != "Yayasan <b>Air</b>" || wrong.Find("input[name=email]").AttrOr("value", "") != "bukan surel" {
		t.Errorf("%d: %s", wrong.status, wrong.Find("[role=alert]").Text())
	}
	if p := r.get("ani", "/organizations/new/contact"); p.Find("#i-email").AttrOr("value", "") != "bukan surel" {
		t.Error("what was typed is lost on the way back")
	}
	if strings.Contains(wrong.body, "<b>Air</b>") {
		t.Error("what was typed is markup")
	}
	form.Set("email", "kantor@contoh.id")
	form.Set("office", "Sekretariat")
	form.Set("_op", "once")
	first := r.post("ani", "/organizations", form)
	again := r.post("ani", "/organizations", form)
	if first.status != 303 || first.location != again.location || !strings.HasSuffix(first.location, "/verification") {
		t.Errorf("%d %s, then %s", first.status, first.location, again.location)
	}
	alike := url.Values{"type": {domain.TypeCommunity}, "sublevel": {"foundation"}, "name": {"Yayasan b Air b"}, "region": {"61.01"}, "office": {"Kantor"}}
	warned := r.post("budi", "/organizations", alike)
	sound(t, warned, "warned")
	if warned.status != 422 || warned.Find("input[name=different]").Length() != 1 || strings.Contains(warned.text(), "<b>Air</b>") {
		t.Errorf("%d: %s", warned.status, warned.text())
	}
	alike.Set("different", "1")
	if p := r.post("budi", "/organizations", alike); p.status != 303 {
		t.Errorf("%d: %s", p.status, p.text())
	}
	if p := r.get("ani", "/organizations/places?type=village-government&place=temaj"); p.status != 200 || !strings.Contains(p.body, "Desa Temajuk, Kec. Paloh, Kab. Sambas (61.01.08.2007)") {
		t.Errorf("suggestions: %s", p.body)
	}
}

func TestVerificationOnPages(t *testing.T) {
	r := newRig(t)
	id := r.found("ani", ngo)
	path := pathOf(id)
	for account, want := range map[string]int{"": 303, "budi": 404, "ani": 200, "s-sari": 200, "auditor": 200} {
		if p := r.get(account, path+"/verification"); p.status != want {
			t.Errorf("%q: %d, want %d", account, p.status, want)
		}
	}
	start := r.get("ani", path+"/verification")
	sound(t, start, "verification")
	if !strings.Contains(start.text(), "Surat penunjukan wakil dari ketua") || start.Find(`form[action="`+path+`/submit"]`).Length() != 0 || start.Find("form#paper").Length() != 1 {
		t.Errorf("%s", start.text())
	}
	if p := r.upload("ani", path+"/papers", map[string]string{"paper": "surat-kuasa", "_op": "p0"}, ""); p.status != 422 || p.Find("#i-paper-file-error").Length() != 1 {
		t.Errorf("without a file: %d", p.status)
	}
	if p := r.upload("ani", path+"/papers", map[string]string{"paper": "nib", "_op": "p1"}, "a.pdf"); p.status != 422 || p.Find("#i-paper-paper-error").Length() != 1 {
		t.Errorf("another type's paper: %d", p.status)
	}
	if p := r.upload("ani", path+"/papers", map[string]string{"paper": "surat-kuasa", "issued": "01/02/2027", "issuer": "Ketua", "_op": "p2"}, "surat.pdf"); p.status != 303 {
		t.Errorf("%d: %s", p.status, p.text())
	}
	if p := r.post("ani", path+"/submit", nil); p.status != 422 || !strings.Contains(p.text(), "Belum ada salah satu dari: Akta notaris") {
		t.Errorf("submitted with a paper missing: %d: %s", p.status, p.text())
	}
	if p := r.upload("ani", path+"/papers", map[string]string{"paper": "akta-ahu", "_op": "p3"}, "akta.pdf"); p.status != 303 {
		t.Errorf("%d", p.status)
	}
	ready := r.get("ani", path+"/verification")
	if ready.Find(`form[action="`+path+`/submit"]`).Length() != 1 || ready.Find(`a[href="/documents/doc-p3"]`).Length() != 1 {
		t.Error("complete, and no way to submit")
	}
	if p := r.post("ani", path+"/submit", nil); p.status != 303 {
		t.Errorf("%d", p.status)
	}
	if p := r.get("ani", path+"/verification"); p.Find("form#paper, form#decide").Length() != 0 {
		t.Error("papers can be changed, or the owner may decide, while it is checked")
	}
	list := r.get("s-sari", path+"/verification")
	sound(t, list, "checklist")
	if list.Find("form#decide fieldset legend").Length() != 2 {
		t.Errorf("%d questions", list.Find("form#decide fieldset legend").Length())
	}
	version := list.Find("form#decide input[name=_v]").AttrOr("value", "")
	answers := url.Values{"verdict-surat-kuasa": {"not-in-force"}, "comment-surat-kuasa": {"ditandatangani bendahara"}, "verdict-akta-ahu": {"in-force"}, "_v": {version}}
	refused := r.post("s-sari", path+"/decide", answers)
	if refused.status != 422 || refused.Find("#i-decide-reason-error").Length() != 1 || refused.Find("#i-decide-comment-surat-kuasa").AttrOr("value", "") != "ditandatangani bendahara" {
		t.Errorf("rejected without a reason: %d %s", refused.status, refused.Find("[role=alert]").Text())
	}
	if p := r.post("ani", path+"/decide", answers); p.status != 403 {
		t.Errorf("the owner decided: %d", p.status)
	}
	if p := r.post("budi", path+"/decide", answers); p.status != 404 {
		t.Errorf("a stranger: %d", p.status)
	}
	answers.Set("verdict-surat-kuasa", "in-force")
	answers.Set("_v", "1")
	if p := r.post("s-sari", path+"/decide", answers); p.status != 409 {
		t.Errorf("an old version: %d", p.status)
	}
	answers.Set("_v", version)
	if p := r.post("s-sari", path+"/decide", answers); p.status != 303 || r.state(id) != StateVerified {
		t.Errorf("%d, %s", p.status, r.state(id))
	}
	after := r.get("ani", path+"/verification")
	if !strings.Contains(after.text(), "ditandatangani bendahara") || !strings.Contains(after.text(), "Nama s-sari") {
		t.Errorf("no history: %s", after.text())
	}
	if p := r.post("s-sari", path+"/suspend", url.Values{"reason": {"x"}}); p.status != 422 || p.Find("details[open] textarea").Text() != "x" {
		t.Errorf("suspended without a reason: %d", p.status)
	}
	if p := r.post("s-sari", path+"/suspend", url.Values{"reason": {"laporan warga"}}); p.status != 303 {
		t.Errorf("%d", p.status)
	}
	if p := r.get("", path); p.status != 404 {
		t.Errorf("suspended and public: %d", p.status)
	}
	if p := r.get("ani", path+"/verification"); !strings.Contains(p.text(), "laporan warga") || p.Find(`form[action="`+path+`/reply"]`).Length() != 1 {
		t.Error("the owner cannot read the reason or reply")
	}
	if p := r.post("ani", path+"/reply", url.Values{"reason": {"sudah kami perbaiki"}}); p.status != 303 {
		t.Errorf("%d", p.status)
	}
	if p := r.post("s-sari", path+"/restore", url.Values{"reason": {"sudah jelas"}}); p.status != 303 || r.state(id) != StateVerified {
		t.Errorf("%d, %s", p.status, r.state(id))
	}
}

func TestProfileAndStatement(t *testing.T) {
	r := newRig(t)
	hidden := pathOf(r.found("budi", Profile{Type: domain.TypeMedia, Sublevel: "news-media", Name: "Kabar Rahasia", Office: "Redaksi", Region: "61.01"}))
	for _, path := range []string{hidden, hidden + "/statement.json", hidden + "/members", hidden + "/edit", "/organizations/none", "/organizations/none/statement.json"} {
		if p := r.get("cici", path); p.status != 404 || strings.Contains(p.body, "Rahasia") {
			t.Errorf("%s: %d", path, p.status)
		}
	}
	if p := r.get("budi", hidden); p.status != 200 || !strings.Contains(p.text(), "hanya terlihat oleh anggotanya") {
		t.Errorf("%d: %s", p.status, p.text())
	}
	id := r.verified("ani", ngo)
	public := r.get("", pathOf(id))
	sound(t, public, "profile")
	if public.status != 200 || public.Find(".tag.good").Length() != 1 || public.Find("form").Length() != 0 && public.Find("main form").Length() != 0 || strings.Contains(public.text(), "ani") && strings.Contains(public.text(), "Nama ani") {
		t.Errorf("%d: %s", public.status, public.text())
	}
	if !strings.Contains(public.text(), "1 Maret 2027") || !strings.Contains(public.text(), "1 Maret 2029") {
		t.Errorf("no dates: %s", public.text())
	}
	list := r.get("", "/organizations")
	sound(t, list, "list")
	if list.Find(".card h3 a").Length() != 1 || strings.Contains(list.body, "Rahasia") {
		t.Errorf("%s", list.text())
	}
	if p := r.get("", "/organizations?q=rahasia"); p.Find(".card").Length() != 0 || p.Find(".empty").Length() != 1 {
		t.Error("a hidden one was found")
	}
	if p := r.get("", "/organizations?cursor=x"); p.status != 400 {
		t.Errorf("%d", p.status)
	}
	if p := r.get("", "/en/organizations?type=community-ngo&region=61.01&sort=new"); p.status != 200 || p.Find(".card").Length() != 1 {
		t.Errorf("%d", p.status)
	}
}

func TestEditConflictKeepsBothTexts(t *testing.T) {
	r := newRig(t)
	id := r.found("ani", ngo)
	path := pathOf(id) + "/edit"
	form := r.get("ani", path)
	sound(t, form, "edit")
	version := form.Find("input[name=_v]").AttrOr("value", "")
	values := url.Values{"name": {ngo.Name}, "office": {"Sekretariat"}, "region": {"61.01"}, "about": {"pertama"}, "_v": {version}}
	if p := r.post("ani", path, values); p.status != 303 {
		t.Fatalf("%d: %s", p.status, p.text())
	}
	values.Set("about", "kedua")
	p := r.post("ani", path, values)
	if p.status != 409 || p.Find("#i-about").Text() != "kedua" || !strings.Contains(p.Find("#i-about-theirs").Text(), "pertama") {
		t.Errorf("%d: %s", p.status, p.text())
	}
	values.Set("_v", p.Find("input[name=_v]").AttrOr("value", ""))
	if p := r.post("ani", path, values); p.status != 303 {
		t.Errorf("%d", p.status)
	}
}

func TestMembersOnPages(t *testing.T) {
	r := newRig(t)
	id := r.found("ani", ngo)
	path := pathOf(id) + "/members"
	sound(t, r.get("ani", path), "members")
	if p := r.post("ani", pathOf(id)+"/invitations", nil); p.status != 422 {
		t.Errorf("%d", p.status)
	}
	made := r.post("ani", pathOf(id)+"/invitations", url.Values{"role": {"editor"}})
	if made.status != 303 {
		t.Fatalf("%d", made.status)
	}
	shown := r.get("ani", made.location)
	sound(t, shown, "invited")
	link := shown.Find("#invited code").Text()
	if !strings.HasPrefix(link, "http://gotong.test/invitations/") {
		t.Fatalf("link %q", link)
	}
	link = strings.TrimPrefix(link, "http://gotong.test")
	if p := r.get("", link); p.status != 303 {
		t.Errorf("%d", p.status)
	}
	offer := r.get("budi", link)
	sound(t, offer, "invitation")
	if offer.status != 200 || !strings.Contains(offer.text(), "Penyunting") {
		t.Errorf("%d: %s", offer.status, offer.text())
	}
	if p := r.post("budi", link, nil); p.status != 303 || p.location != pathOf(id) {
		t.Errorf("%d %s", p.status, p.location)
	}
	if p := r.post("cici", link, nil); p.status != 404 {
		t.Errorf("used twice: %d", p.status)
	}
	if p := r.get("cici", link); p.status != 404 {
		t.Errorf("%d", p.status)
	}
	both := r.get("ani", path)
	sound(t, both, "two members")
	if both.Find("ul.people > li").Length() != 2 || r.get("budi", path).Find("ul.people details").Length() != 0 {
		t.Error("an editor can change members")
	}
	if p := r.post("budi", path+"/role", url.Values{"account": {"budi"}, "role": {"owner"}}); p.status != 403 {
		t.Errorf("%d", p.status)
	}
	if p := r.post("ani", pathOf(id)+"/leave", nil); p.status != 303 || p.location != path {
		t.Errorf("the last owner: %d %s", p.status, p.location)
	}
	if p := r.post("ani", path+"/role", url.Values{"account": {"budi"}, "role": {"owner"}}); p.status != 303 {
		t.Errorf("%d", p.status)
	}
	if p := r.post("ani", pathOf(id)+"/leave", nil); p.status != 303 || p.location != "/organizations" {
		t.Errorf("%d %s", p.status, p.location)
	}
	if p := r.get("ani", path); p.status != 404 {
		t.Errorf("she left and sees inside: %d", p.status)
	}
}

func TestDesk(t *testing.T) {
	r := newRig(t)
	first := r.submitted("ani", ngo)
	r.clock.Advance(3600e9)
	second := r.submitted("budi", temajuk)
	r.found("cici", Profile{Type: domain.TypeMedia, Sublevel: "news-media", Name: "Kabar Sambas", Office: "Redaksi", Region: "61.71"})
	load := func(account string) domain.Fragment {
		var fragment domain.Fragment
		r.app.Get("/desk-"+account, func(c *fiber.Ctx) error {
			var err error
			fragment, err = r.m.DeskPanel().Load(c.UserContext(), domain.PanelRequest{Actor: r.actor(account), Ref: domain.Ref{Kind: "desk"}, Page: web.NewBase(c, "desk", "")})
			return err
		})
		if p := r.get(account, "/desk-"+account); p.status != 200 {
			t.Fatalf("%d: %s", p.status, p.body)
		}
		return fragment
	}
	var base web.Base
	r.app.Get("/base", func(c *fiber.Ctx) error { base = web.NewBase(c, "desk", ""); return nil })
	r.get("s-sari", "/base")
	read := func(cursor string) domain.Waits {
		w, err := r.m.Queues()[0].Read(t.Context(), domain.QueueRequest{Actor: r.actor("s-sari"), Page: base, Limit: 1, Cursor: cursor})
		if err != nil {
			t.Fatal(err)
		}
		return w
	}
	one := read("")
	two := read(one.Next)
	if len(one.Items) != 1 || one.Items[0].Path != pathOf(first)+"/verification" || len(two.Items) != 1 || two.Items[0].Path != pathOf(second)+"/verification" || two.Next != "" {
		t.Errorf("oldest first: %+v %+v", one, two)
	}
	if due := one.Items[0].Due.Sub(one.Items[0].Since).Hours() / 24; due != float64(domain.DaysToVerifyOrganization.Days()) {
		t.Errorf("%v days", due)
	}
	for _, account := range []string{"ani", "cici"} {
		if r.m.Queues()[0].For(r.actor(account)) {
			t.Errorf("%s has the secretariat's queue", account)
		}
	}
	if html := string(load("cici").HTML); !strings.Contains(html, "Kabar Sambas") || strings.Contains(html, "Pesisir") {
		t.Errorf("%s", html)
	}
	for _, account := range []string{"ani", "dodi"} {
		if f := load(account); f.HTML != "" {
			t.Errorf("%s has nothing to do: %s", account, f.HTML)
		}
	}
}
