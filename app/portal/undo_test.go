package portal_test

import (
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/PuerkitoBio/goquery"

	"gotong/app/embedded/oidc"
	"gotong/app/walk"
	"gotong/modules/domain"
	"gotong/modules/kit/store"
	"gotong/modules/organizations"
)

// offers says what a page offers to its reader: every form with its values. Where a form stands follows from the state
// of the thing, so two pages that offer the same show the same state.
func offers(t *testing.T, doc *goquery.Document) string {
	t.Helper()
	var list []string
	doc.Find("main form").Each(func(_ int, form *goquery.Selection) {
		action := form.AttrOr("action", "")
		if form.Closest(".flash[role=status]").Length() > 0 || strings.HasSuffix(action, "/undo") { // a change can always be undone
			return
		}
		if before, _, ok := strings.Cut(action, "/mandates/"); ok {
			action = before // its id is new
		}
		line := action
		form.Find("input, select, textarea").Each(func(_ int, in *goquery.Selection) {
			name, value := in.AttrOr("name", ""), in.AttrOr("value", in.Text())
			if in.Is("select") {
				value = in.Find("option[selected]").AttrOr("value", "")
			}
			if kind := in.AttrOr("type", ""); kind == "checkbox" || kind == "radio" {
				if _, on := in.Attr("checked"); !on {
					return
				}
			}
			if name != "_op" && name != "_v" && name != "_csrf" && name != "reason" {
				line += " " + name + "=" + value
			}
		})
		list = append(list, line)
	})
	slices.Sort(list)
	return strings.Join(list, "\n")
}

// TestUndoStandsBesideTheMessage does what can be taken back and presses the button beside the message that tells of
// it: everything is as it was.
func TestUndoStandsBesideTheMessage(t *testing.T) {
	w := openWhole(t, nil)
	s := dress(w, "")
	service := s.house().Organizations.Service
	for _, who := range []string{"anggota", "verifikator-paloh"} {
		s.must(service.AskToJoin(s.ctx, s.who(who), s.op(), oidc.OrgUniv, "Saya ingin membantu."))
	}
	raised := s.op()
	s.must(service.Raise(s.ctx, s.who("sekretariat-1"), raised, oidc.OrgUniv, organizations.Flag{Level: organizations.FlagWarning, Category: "finance", Evidence: "laporan audit", Decision: "tunggu perbaikan", Until: day(60)}))
	flag := s.who("sekretariat-1").NewID(raised)
	doc, err := service.Get(s.ctx, s.who("sekretariat-1"), temajukOffice)
	s.must(err)
	tied := string(doc.Body.Village)

	secretary, owner := s.as("sekretariat-1"), s.as("univ-pengelola")
	reader := string(s.as("univ-pembaca").account)
	univ, office, member := "/organizations/"+string(oidc.OrgUniv), "/organizations/"+string(temajukOffice), "/people/"+reader
	v := func(pairs ...string) url.Values {
		form := url.Values{}
		for i := 0; i < len(pairs); i += 2 {
			form.Add(pairs[i], pairs[i+1])
		}
		return form
	}
	profile, err := service.Get(s.ctx, owner.actor, oidc.OrgUniv)
	s.must(err)
	edited := v("_v", strconv.FormatInt(profile.Version, 10), "name", profile.Body.Name, "registration", profile.Body.Registration, "region", string(profile.Body.Region), "office", "Kantor lain")
	weight := url.Values{}
	page := s.ask(secretary, http.MethodGet, "/villages/weight", "")
	weights, err := goquery.NewDocumentFromReader(strings.NewReader(page.body))
	s.must(err)
	weights.Find("main form input, main form select, main form textarea").Each(func(_ int, in *goquery.Selection) {
		value := in.AttrOr("value", "")
		if in.Is("select") {
			value = in.Find("option[selected]").AttrOr("value", "")
		}
		weight.Set(in.AttrOr("name", ""), value)
	})
	weight.Del("reason")
	weight.Set("needed", "1")
	weight.Set("step", "decide")
	water := v("name_id", "Air", "name_en", "Water", "description_id", "Air.", "description_en", "Water.", "unit", "unit", "order", "10", "_v", "0", "step", "save")

	added := s.ask(secretary, http.MethodPost, "/villages/"+walk.Village+"/potentials", v("_op", store.NewID(), "kind", "crops", "name", "Lada putih", "source", "Kantor desa", "year", "2025").Encode())
	pepper := added.header.Get("Location")

	for _, step := range []struct {
		by         *person
		act, shown string
		form       url.Values
		back       string // how the address of the undo ends
	}{
		{s.as("univ-penyunting"), univ + "/edit", univ + "/edit", edited, "/edit/undo"},
		{s.as("univ-pembaca"), univ + "/leave", univ, nil, "/leave/undo"},
		{secretary, "/organizations/matrix-pending/decide", "/organizations/matrix-pending/verification", v("verdict-surat-tugas", "not-seen", "comment-surat-tugas", "Tidak ada."), "/decide/undo"},
		{s.as("univ-penyunting"), "/documents/" + string(s.documents["public"]) + "/delete", "", nil, "/restore"},
		{secretary, "/announcements/" + s.announced + "/retract", "/announcements", nil, "/restore"},
		{secretary, "/reports/" + s.reports["open"] + "/dismiss", "", nil, "/reopen"},
		{secretary, member + "/roles", member, v("role", "auditor"), "/roles/auditor/revoke"},
		{secretary, member + "/mandates", member, v("kind", domain.MandateAreaVerifier, "region", "61.01", "organization", oidc.OrgUniv), "/revoke"},
		{secretary, member + "/suspend", member, nil, "/restore"},
		{owner, univ + "/members/role", univ + "/members", v("account", reader, "role", "editor", "was", "viewer"), "/members/role"},
		{owner, univ + "/members/remove", univ + "/members", v("account", reader), "/members/undo"},
		{owner, univ + "/members/answer", univ + "/members", v("account", string(s.as("anggota").account), "role", "viewer"), "/members/undo"},
		{owner, univ + "/members/answer", univ + "/members", v("account", string(s.as("verifikator-paloh").account), "role", ""), "/members/undo"},
		{owner, univ + "/members/handover", univ + "/members", v("account", reader), "/handover/end"},
		{secretary, univ + "/suspend", univ + "/verification", nil, "/restore"},
		{secretary, univ + "/flags", univ + "/verification", v("level", "warning", "category", "legal", "evidence", "akta kedaluwarsa", "decision", "minta akta baru", "until", string(day(30))), "/lift"},
		{secretary, univ + "/flags/" + flag + "/lift", univ + "/verification", nil, "/unlift"},
		{secretary, office + "/untie", office + "/verification", v("place", tied), "/tie"},
		{secretary, "/taxonomy/clean-water-supply", "", water, "/undo"},
		{secretary, "/taxonomy/clean-water-supply/retire", "/taxonomy/clean-water-supply", nil, "/undo"},
		{secretary, "/taxonomy/types/media/retire", "/taxonomy/types/media", nil, "/undo"},
		{secretary, "/villages/weight", "", weight, "/villages/weight"},
		{secretary, pepper + "/remove", pepper, v("_v", "1"), "/undo"},
		{s.as("anggota"), "/account/erase", "/account", nil, "/account/erase/cancel"},
	} {
		show := func(extra string) (*goquery.Document, string) {
			at := step.shown
			if at == "" {
				at = strings.TrimSuffix(strings.TrimSuffix(step.act, "/delete"), "/dismiss")
			}
			shown := s.ask(step.by, http.MethodGet, at, "", "Cookie", step.by.cookie+extra)
			doc, err := goquery.NewDocumentFromReader(strings.NewReader(shown.body))
			s.must(err)
			if shown.status != http.StatusOK {
				t.Errorf("%s: %d", at, shown.status)
			}
			return doc, offers(t, doc)
		}
		_, before := show("")
		form := v("_op", store.NewID(), "reason", "Alasan yang cukup panjang.")
		for name, values := range step.form {
			form[name] = values
		}
		done := s.ask(step.by, http.MethodPost, step.act, form.Encode())
		if done.status != http.StatusSeeOther {
			refused, err := goquery.NewDocumentFromReader(strings.NewReader(done.body))
			s.must(err)
			t.Errorf("%s: %d %s", step.act, done.status, refused.Find(".error-summary, .error, .wrong").Text())
			continue
		}
		flash, _, _ := strings.Cut(done.header.Get("Set-Cookie"), ";")
		doc, changed := show("; " + flash)
		if changed == before {
			t.Errorf("%s: the page does not show that anything was done: %s", step.act, doc.Find(".flash").Text())
		}
		undo := doc.Find(".flash[role=status] form")
		to, has := undo.Attr("action")
		if !has || !strings.HasSuffix(to, step.back) || strings.TrimSpace(undo.Find("button").Text()) == "" {
			t.Errorf("%s: no way back beside the message: %q %q", step.act, to, doc.Find(".flash").Text())
			continue
		}
		values := url.Values{}
		undo.Find("input").Each(func(_ int, in *goquery.Selection) { values.Set(in.AttrOr("name", ""), in.AttrOr("value", "")) })
		if back := s.ask(step.by, http.MethodPost, to, values.Encode()); back.status != http.StatusSeeOther {
			t.Errorf("%s: %d %s", to, back.status, values.Encode())
		}
		if doc, after := show(""); after != before || doc.Find(".flash").Length() > 0 {
			t.Errorf("%s: not as it was:\n%s\nbefore:\n%s", step.act, after, before)
		}
		foreign := s.ask(s.as("pemeriksa"), http.MethodGet, "/about", "", "Cookie", s.as("pemeriksa").cookie+"; "+flash)
		other, err := goquery.NewDocumentFromReader(strings.NewReader(foreign.body))
		s.must(err)
		if other.Find(".flash").Length() == 0 || other.Find(".flash form").Length() > 0 {
			t.Errorf("%s: the undo is offered to another session that was given the cookie", step.act)
		}
	}
}
