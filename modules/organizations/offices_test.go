package organizations

import (
	"slices"
	"strings"
	"testing"

	"github.com/PuerkitoBio/goquery"

	"gotong/modules/domain"
	"gotong/modules/kit/apperr"
	"gotong/modules/kit/store"
)

// The secretariat ties a government to its village and takes it off again; both are in the trail, of the organisation
// and of the village's office.
func TestTieAndUntie(t *testing.T) {
	r := newRig(t)
	ctx := t.Context()
	id := r.verified("ani", temajuk)
	sari := r.actor("s-sari")
	if err := r.s.Untie(ctx, sari, r.op(), id, "ya"); !hasField(err, "reason") {
		t.Errorf("without a reason: %v", err)
	}
	r.must(r.s.Untie(ctx, sari, r.op(), id, "kepala desa berganti"))
	if m := r.actor("ani").Memberships[0]; m.Village != "" || !m.Verified {
		t.Errorf("%+v", m)
	}
	if _, err := r.s.VillageGovernment(ctx, "61.01.08.2007"); !apperr.Is(err, apperr.NotFound) {
		t.Errorf("%v", err)
	}
	if err := r.s.Untie(ctx, sari, r.op(), id, "sekali lagi"); said(err) != "tie_none" {
		t.Errorf("untied twice: %v", err)
	}
	other := temajuk
	other.Name, other.Registration = "Kantor Desa Temajuk Baru", "SK-9"
	other.Different = true
	second := r.verified("budi", other)
	if err := r.s.Tie(ctx, sari, r.op(), id, "61.01.08.2007", "surat bupati"); said(err) != "office_held" {
		t.Errorf("two governments of one village: %v", err)
	}
	r.must(r.s.Untie(ctx, sari, r.op(), second, "keliru dicatat"))
	for place, field := range map[string]string{"61.71.01.1002": "place", "Nusa Indah": "place", "": "place"} {
		if err := r.s.Tie(ctx, sari, r.op(), id, place, "surat bupati"); !hasField(err, field) {
			t.Errorf("tied to %q: %v", place, err)
		}
	}
	if err := r.s.Tie(ctx, sari, r.op(), id, "61.01.08.2007", ""); !hasField(err, "reason") {
		t.Errorf("without a reason: %v", err)
	}
	op := r.op()
	r.must(r.s.Tie(ctx, sari, op, id, "Temajuk", "surat bupati 12/2027"))
	r.must(r.s.Tie(ctx, sari, op, id, "Temajuk", "surat bupati 12/2027"))
	if err := r.s.Tie(ctx, sari, r.op(), id, "61.01.01.2001", "pindah desa"); said(err) != "tie_other" {
		t.Errorf("tied to a second village: %v", err)
	}
	if government, err := r.s.VillageGovernment(ctx, "61.01.08.2007"); err != nil || government.ID != id {
		t.Errorf("%+v, %v", government, err)
	}
	acts := func(entries []store.Entry, err error) (list []string) {
		r.must(err)
		for _, e := range entries {
			list = append(list, e.Action+" by "+e.Actor+": "+e.Reason)
		}
		return list
	}
	of := acts(r.s.organizations.History(ctx, string(id), 20))
	for _, want := range []string{"organization.untied by s-sari: kepala desa berganti", "organization.tied by s-sari: surat bupati 12/2027"} {
		if !slices.Contains(of, want) {
			t.Errorf("the organisation's trail has no %q: %v", want, of)
		}
	}
	village := strings.Join(acts(r.s.offices.History(ctx, "61.01.08.2007", 20)), "\n")
	for _, want := range []string{"organization.office-taken by s-sari", "organization.office-left by s-sari: kepala desa berganti"} {
		if !strings.Contains(village, want) {
			t.Errorf("the village's trail has no %q: %s", want, village)
		}
	}
	foundation := r.verified("cici", ngo)
	if err := r.s.Tie(ctx, sari, r.op(), foundation, "61.01.08.2007", "surat bupati"); said(err) != "tie_kind" {
		t.Errorf("a foundation governs: %v", err)
	}
	waiting := temajuk
	waiting.Name, waiting.Registration, waiting.Place, waiting.Different = "Desa Sepadu", "SK-7", "61.01.01.2001", true
	if err := r.s.Tie(ctx, sari, r.op(), r.found("dodi", waiting), "61.01.01.2001", "surat bupati"); said(err) != "tie_unverified" {
		t.Errorf("an unverified one governs: %v", err)
	}
	for account, word := range map[string]string{"ani": "secretariat_only", "auditor": "secretariat_only", "": "secretariat_only"} {
		if err := r.s.Untie(ctx, r.actor(account), r.op(), id, "tidak berhak"); said(err) != word {
			t.Errorf("%q: %v", account, err)
		}
	}
}

func TestTieOnPages(t *testing.T) {
	r := newRig(t)
	id := r.verified("ani", temajuk)
	path := pathOf(id)
	tied := r.get("s-sari", path+"/verification")
	sound(t, tied, "tied")
	if !strings.Contains(tied.Find("#office").Text(), "Pemerintah Desa Temajuk, Kec. Paloh, Kab. Sambas (61.01.08.2007)") || tied.Find(`form[action="`+path+`/untie"]`).Length() != 1 {
		t.Errorf("%s", tied.Find("#office").Text())
	}
	if own := r.get("ani", path+"/verification"); own.Find("#office form").Length() != 0 || own.Find("#office").Length() != 1 {
		t.Error("the government itself unties")
	}
	if p := r.post("s-sari", path+"/untie", map[string][]string{"reason": {"salah catat"}}); p.status != 303 {
		t.Fatalf("%d: %s", p.status, p.text())
	}
	wrong := r.post("s-sari", path+"/tie", map[string][]string{"place": {"Kota Hilang"}, "reason": {"surat bupati"}})
	sound(t, wrong, "wrong tie")
	if wrong.status != 422 || wrong.Find("#i-tie-place-error").Length() != 1 || wrong.Find("#i-tie-place").AttrOr("value", "") != "Kota Hilang" {
		t.Errorf("%d: %s", wrong.status, wrong.text())
	}
	if p := r.post("s-sari", path+"/tie", map[string][]string{"place": {"Desa Temajuk, Kec. Paloh, Kab. Sambas (61.01.08.2007)"}, "reason": {"surat bupati"}}); p.status != 303 {
		t.Errorf("%d: %s", p.status, p.text())
	}
	if p := r.get("ani", "/organizations/places?type=kelurahan&place=benua"); !strings.Contains(p.body, "Kelurahan Benuamelayu Laut") {
		t.Errorf("%s", p.body)
	}
}

// Founding in steps, without JavaScript: what was typed stays, each step tells its own mistakes, look-alikes are pointed
// out while one types and when the step is sent.
func TestFoundingInSteps(t *testing.T) {
	r := newRig(t)
	r.verified("budi", ngo)
	form := func(kv ...string) map[string][]string {
		v := map[string][]string{}
		for i := 0; i < len(kv); i += 2 {
			v[kv[i]] = append(v[kv[i]], kv[i+1])
		}
		return v
	}
	if p := r.get("ani", "/organizations/new/name"); p.status != 303 || p.location != "/organizations/new" {
		t.Errorf("a step without a beginning: %d %s", p.status, p.location)
	}
	if p := r.post("ani", "/organizations/new/kind", form("type", "community-ngo", "region", "61.01")); p.status != 422 || p.Find("#i-sublevel-error").Length() != 1 || p.Find("#i-region option[selected]").AttrOr("value", "") != "61.01" || p.Find("#i-name-error").Length() != 0 {
		t.Errorf("%d: %s", p.status, p.text())
	}
	p := r.post("ani", "/organizations/new/kind", form("type", "community-ngo", "sublevel", "foundation", "region", "61.01", "areas", "61.01", "areas", "61.71"))
	if p.status != 303 || p.location != "/organizations/new/name" {
		t.Fatalf("%d %s: %s", p.status, p.location, p.text())
	}
	name := r.get("ani", p.location)
	sound(t, name, "name")
	live := name.Find("#i-name").AttrOr("hx-get", "")
	if !strings.HasPrefix(live, "/organizations/alike?") || name.Find("#i-name-live[role=status]").Length() != 1 || !strings.Contains(name.text(), "Langkah 2 dari 4") {
		t.Errorf("no warning while typing: %q %s", live, name.text())
	}
	typed := r.get("ani", live+"&name=Yayasan+Air+Bersih+Pesisir")
	if typed.status != 200 || !strings.Contains(typed.Text(), "Yayasan Air Bersih Pesisir") {
		t.Errorf("%d: %s", typed.status, typed.body)
	}
	if p := r.get("ani", "/organizations/alike?registration=ahu001"); !strings.Contains(p.Text(), "nomor pendaftaran sama") {
		t.Errorf("%s", p.body)
	}
	if p := r.get("ani", live+"&name=Koperasi+Tani+Jaya"); strings.TrimSpace(p.body) != "" {
		t.Errorf("%s", p.body)
	}
	alike := r.post("ani", "/organizations/new/name", form("name", "Yayasan Air Bersih Pesisir Kita", "about", "Kami memasang tandon."))
	sound(t, alike, "alike")
	if alike.status != 422 || alike.Find("input[name=different]").Length() != 1 || alike.Find("#i-about").Text() != "Kami memasang tandon." {
		t.Errorf("%d: %s", alike.status, alike.text())
	}
	if p := r.post("ani", "/organizations/new/name", form("name", "Yayasan Air Bersih Pesisir Kita", "about", "Kami memasang tandon.", "different", "1")); p.location != "/organizations/new/contact" {
		t.Errorf("%d %s: %s", p.status, p.location, p.text())
	}
	if p := r.post("ani", "/organizations/new/contact", form("office", "Sekretariat", "email", "bukan surel")); p.status != 422 || p.Find("#i-email-error").Length() != 1 {
		t.Errorf("%d: %s", p.status, p.text())
	}
	if p := r.post("ani", "/organizations/new/contact", form("office", "Sekretariat", "email", "kantor@contoh.id")); p.location != "/organizations/new/check" {
		t.Errorf("%d %s: %s", p.status, p.location, p.text())
	}
	types := r.get("ani", "/organizations/new") // they come back another day
	sound(t, types, "types")
	if !strings.Contains(types.text(), "Isian Anda untuk Yayasan Air Bersih Pesisir Kita masih tersimpan") {
		t.Errorf("%s", types.text())
	}
	if other := r.get("budi", "/organizations/new"); strings.Contains(other.text(), "masih tersimpan") {
		t.Error("another reads the draft")
	}
	check := r.get("ani", "/organizations/new/check")
	sound(t, check, "check")
	for _, want := range []string{"Kabupaten Sambas", "Kota Pontianak", "Kami memasang tandon.", "kantor@contoh.id", "Surat penunjukan wakil dari ketua", "Langkah 4 dari 4"} {
		if !strings.Contains(check.text(), want) {
			t.Errorf("the check shows no %q: %s", want, check.text())
		}
	}
	all := map[string][]string{}
	check.Find(`form[action="/organizations"] input`).Each(func(_ int, s *goquery.Selection) {
		if s.AttrOr("type", "") != "checkbox" || s.Is("[checked]") {
			n := s.AttrOr("name", "")
			all[n] = append(all[n], s.AttrOr("value", ""))
		}
	})
	done := r.post("ani", "/organizations", all)
	if done.status != 303 || !strings.HasSuffix(done.location, "/verification") {
		t.Fatalf("%d: %s", done.status, done.text())
	}
	doc, err := r.s.organizations.Get(t.Context(), strings.Split(done.location, "/")[2])
	r.must(err)
	if o := doc.Body; o.Name != "Yayasan Air Bersih Pesisir Kita" || len(o.Areas) != 2 || o.State != StateRegistered || !slices.Equal(o.Owners, []domain.AccountID{"ani"}) {
		t.Errorf("%+v", o)
	}
	if p := r.get("ani", "/organizations/new/check"); p.status != 303 {
		t.Errorf("the draft is still there: %d", p.status)
	}
}

// Handover, open invitations and merging on their pages.
func TestOwnershipAndMergingOnPages(t *testing.T) {
	r := newRig(t)
	id := r.verified("ani", ngo)
	other := ngo
	other.Name, other.Registration, other.Different = "Yayasan Air Bersih Pesisir Utara", "AHU-002", true
	twin := r.verified("dodi", other)
	path := pathOf(id)
	r.join(id, "ani", "budi", domain.OrgEditor)
	members := r.get("ani", path+"/members")
	sound(t, members, "members")
	if members.Find(`form[action="`+path+`/members/handover"]`).Length() != 1 {
		t.Error("no way to hand over")
	}
	if p := r.post("ani", path+"/members/handover", map[string][]string{"account": {"budi"}}); p.status != 303 {
		t.Errorf("%d: %s", p.status, p.text())
	}
	theirs := r.get("budi", path+"/members")
	sound(t, theirs, "offered")
	if theirs.Find(`#handover form`).Length() != 2 || !strings.Contains(theirs.Find("#handover").Text(), "Nama ani menawarkan kepemilikan organisasi ini kepada Anda") || !strings.Contains(r.desk("budi"), "Kepemilikan ditawarkan") {
		t.Errorf("%s", theirs.text())
	}
	if p := r.post("budi", path+"/members/handover/take", nil); p.status != 303 {
		t.Errorf("%d: %s", p.status, p.text())
	}
	if p := r.post("budi", path+"/invitations", map[string][]string{"role": {"viewer"}}); p.status != 303 {
		t.Errorf("%d", p.status)
	}
	listed := r.get("budi", path+"/members")
	revoke, _ := listed.Find(`form[action$="/revoke"]`).Attr("action")
	if revoke == "" || r.get("ani", path+"/members").Find(`form[action$="/revoke"]`).Length() != 0 {
		t.Error("open invitations are not where they belong")
	}
	if p := r.post("budi", revoke, nil); p.status != 303 || r.get("budi", path+"/members").Find(`form[action$="/revoke"]`).Length() != 0 {
		t.Errorf("%d", p.status)
	}

	pick := r.get("s-sari", path+"/merge")
	sound(t, pick, "pick")
	if pick.Find(`input[name=into][value="`+string(twin)+`"]`).Length() != 1 {
		t.Errorf("the look-alike is not offered: %s", pick.text())
	}
	if p := r.post("s-sari", path+"/merge", nil); p.status != 422 || p.Find("#i-pick-other-error").Length() != 1 {
		t.Errorf("nothing chosen: %d", p.status)
	}
	if p := r.post("s-sari", path+"/merge", map[string][]string{"other": {"https://gotong.test/organizations/nothing"}}); p.status != 422 || p.Find("#i-pick-other").AttrOr("value", "") == "" {
		t.Errorf("unknown: %d %s", p.status, p.text())
	}
	chosen := r.post("s-sari", path+"/merge", map[string][]string{"other": {"https://gotong.test/organizations/" + string(twin)}})
	if chosen.status != 303 {
		t.Fatalf("%d: %s", chosen.status, chosen.text())
	}
	preview := r.get("s-sari", chosen.location)
	sound(t, preview, "preview")
	for _, want := range []string{"Tidak dapat dibatalkan", ngo.Name, other.Name, "Anggota"} {
		if !strings.Contains(preview.text(), want) {
			t.Errorf("the preview has no %q: %s", want, preview.text())
		}
	}
	fields := map[string][]string{}
	preview.Find("form#merge input").Each(func(_ int, s *goquery.Selection) { fields[s.AttrOr("name", "")] = []string{s.AttrOr("value", "")} })
	if p := r.post("s-sari", path+"/merge", fields); p.status != 422 || p.Find("#i-merge-reason-error").Length() != 1 {
		t.Errorf("without a reason: %d", p.status)
	}
	fields["reason"] = []string{"keduanya satu yayasan"}
	if p := r.post("s-sari", path+"/merge", fields); p.status != 303 || p.location != pathOf(twin) {
		t.Fatalf("%d: %s", p.status, p.text())
	}
	for _, tail := range []string{"", "/passport", "/badge.svg", "/statement.json"} {
		for _, lang := range []string{"", "/en"} {
			to := lang + pathOf(twin) + tail
			if tail == "" {
				to += "?from=" + string(id)
			}
			if p := r.get("", lang+path+tail); p.status != 301 || p.location != to {
				t.Errorf("%s%s: %d to %s", lang, tail, p.status, p.location)
			}
		}
	}
	if p := r.get("", "/organizations"); p.Find(".card").Length() != 1 || strings.Contains(p.body, string(id)) {
		t.Error("the merged one is still listed")
	}
	resolved, err := r.m.Resolver().Resolve(t.Context(), domain.Actor{}, string(id))
	if err != nil || resolved.Ref.ID != string(twin) {
		t.Errorf("%+v, %v", resolved, err)
	}
}
