package portal_test

import (
	"bytes"
	"context"
	"image"
	"image/jpeg"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/PuerkitoBio/goquery"

	"gotong/app/embedded/oidc"
	"gotong/modules/domain"
	"gotong/modules/initiatives"
	"gotong/modules/progress"
)

// fillIn opens a page and sends its form as a browser would, with what somebody typed.
func (s *scenery) fillIn(subject, path, selector string, typed map[string]string) reply {
	s.t.Helper()
	page := s.ask(s.as(subject), http.MethodGet, path, "")
	doc, err := goquery.NewDocumentFromReader(strings.NewReader(page.body))
	s.must(err)
	form := doc.Find(selector).First()
	if page.status != http.StatusOK || form.Length() == 0 {
		s.t.Fatalf("%s finds no form %s at %s: %d", subject, selector, path, page.status)
	}
	v := url.Values{}
	form.Find("input[name], textarea[name], select[name]").Each(func(_ int, f *goquery.Selection) {
		name := f.AttrOr("name", "")
		if f.Is("select") {
			v.Set(name, f.Find("option[selected]").AttrOr("value", ""))
			return
		}
		if kind := f.AttrOr("type", ""); kind != "checkbox" && kind != "radio" && kind != "file" {
			v.Set(name, f.AttrOr("value", f.Text()))
		}
	})
	for name, value := range typed {
		v.Set(name, value)
	}
	return s.ask(s.as(subject), http.MethodPost, form.AttrOr("action", ""), v.Encode())
}

// TestPartnersShareTheDeskTheyConfirmed goes from the hub to the shared desk: partners are named, one confirms, one
// declines, one confirms and is taken out again, one is known by name only. Who confirmed, and nobody else, works at the
// desk of the running initiative.
func TestPartnersShareTheDeskTheyConfirmed(t *testing.T) {
	s := &scenery{whole: openWhole(t, nil), ctx: context.Background(), works: map[string]domain.InitiativeID{}, order: map[string][]string{}}
	content := initiativeContent("Bersama mitra", "")
	content.Partners = nil
	doc, err := s.house().Initiatives.Service.Create(s.ctx, s.who("univ-pengelola"), s.op(), oidc.OrgUniv, content)
	s.must(err)
	id, path := domain.InitiativeID(doc.ID), "/initiatives/"+doc.ID
	briefs, err := s.house().Organizations.Service.Briefs(s.ctx, []domain.OrganizationID{oidc.OrgSurya, oidc.OrgCSR, oidc.OrgMedia})
	s.must(err)
	name := func(partners ...string) {
		t.Helper()
		typed := map[string]string{}
		for n := range 4 {
			at := "partner_" + string(rune('1'+n)) + "_"
			typed[at+"name"], typed[at+"role"], typed[at+"organization"] = "", "", ""
			if n < len(partners) {
				who, role, _ := strings.Cut(partners[n], ":")
				if b, ok := briefs[domain.OrganizationID(who)]; ok {
					who, typed[at+"organization"] = b.Name, string(b.ID) // as the form has it once the name was found
				}
				typed[at+"name"], typed[at+"role"] = who, role
			}
		}
		if r := s.fillIn("univ-penyunting", path+"/parts/partners", `form[action$="/parts/partners"]`, typed); r.status != http.StatusSeeOther {
			t.Fatalf("partners: %d", r.status)
		}
	}
	answer := func(subject, organization, how string) {
		t.Helper()
		if desk := s.ask(s.as(subject), http.MethodGet, "/desk/initiative-partner", ""); !strings.Contains(desk.body, "Bersama mitra") {
			t.Errorf("%s is not asked on the desk", subject)
		}
		if r := s.fillIn(subject, path, `form[action$="/partners/`+how+`"]`, map[string]string{"organization": organization}); r.status != http.StatusSeeOther {
			t.Fatalf("%s: %s: %d", subject, how, r.status)
		}
	}
	name(oidc.OrgSurya+":Memasang", oidc.OrgCSR+":Membiayai", oidc.OrgMedia+":Menyiarkan", "Kelompok warga:Merawat")
	answer("surya-pengelola", oidc.OrgSurya, "confirm")
	answer("csr-pengelola", oidc.OrgCSR, "confirm")
	answer("media-pengelola", oidc.OrgMedia, "decline")
	name(oidc.OrgSurya+":Memasang", "Kelompok warga:Merawat") // the one declined, the other is no partner any more
	s.carryOn("shared", id, initiatives.ActionSubmit, initiatives.ActionReview, initiatives.ActionApprove, initiatives.ActionPublish, initiatives.ActionStart)

	var photo bytes.Buffer
	s.must(jpeg.Encode(&photo, image.NewGray(image.Rect(0, 0, 8, 8)), nil))
	news := progress.News{Title: "RAPATMITRA", Text: "Jadwal pemasangan.", Inside: true, Photo: &domain.Upload{Name: "foto.jpg", Size: int64(photo.Len()), Body: bytes.NewReader(photo.Bytes())}}
	s.must(s.house().Progress.Service.Tell(s.ctx, s.who("surya-pengelola"), s.op(), id, news))
	for subject, want := range map[string]struct {
		desk, act, post int
		inside          bool
	}{
		"univ-pengelola":  {200, 200, 303, true},
		"univ-pembaca":    {200, 403, 403, true},
		"surya-pengelola": {200, 200, 303, true},
		"csr-pengelola":   {404, 403, 403, false},
		"media-pengelola": {404, 403, 403, false},
		"anggota":         {404, 403, 403, false},
		"sekretariat-1":   {200, 403, 403, true},
		"public":          {303, 303, 303, false},
	} {
		if r := s.ask(s.as(subject), http.MethodGet, path+"/work", ""); r.status != want.desk || strings.Contains(r.body, "RAPATMITRA") != want.inside {
			t.Errorf("%s at the shared desk: %d, reads what partners share: %t", subject, r.status, strings.Contains(r.body, "RAPATMITRA"))
		}
		if r := s.ask(s.as(subject), http.MethodGet, path+"/work/slip", ""); r.status != want.act {
			t.Errorf("%s at the form: %d", subject, r.status)
		}
		form := url.Values{"_op": {"share-" + subject}, "milestone": {"1"}, "to": {string(day(120 + len(subject)))}, "reason": {"Ombak, kata " + subject}}
		if r := s.ask(s.as(subject), http.MethodPost, path+"/work/slip", form.Encode()); r.status != want.post {
			t.Errorf("%s moves a milestone: %d", subject, r.status)
		}
		if r := s.ask(s.as(subject), http.MethodGet, path+"/timeline", ""); strings.Contains(r.body, "RAPATMITRA") != want.inside {
			t.Errorf("%s reads on the timeline what partners share: %t", subject, !want.inside)
		}
	}
	page := s.ask(s.as("public"), http.MethodGet, path, "").body
	for _, want := range []string{"Ombak, kata univ-pengelola", "Ombak, kata surya-pengelola", briefs[oidc.OrgSurya].Name, "Kelompok warga"} {
		if !strings.Contains(page, want) {
			t.Errorf("the public does not read %q", want)
		}
	}
	if strings.Contains(page, briefs[oidc.OrgCSR].Name) || strings.Contains(page, "Ombak, kata csr-pengelola") {
		t.Error("the public reads of a partner that is none")
	}
}
