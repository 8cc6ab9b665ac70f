package organizations

import (
	"strings"
	"sync"
	"testing"
	"time"

	"gotong/modules/domain"
	"gotong/modules/kit/apperr"
)

var (
	temajuk = Profile{Type: domain.TypeVillageGovernment, Sublevel: "pemdes", Name: "Pemerintah Desa Temajuk", Office: "Kantor Desa", Place: "61.01.08.2007"}
	public  = domain.Actor{}
)

func TestFoundingMeetsItself(t *testing.T) {
	r := newRig(t)
	op := r.op()
	first, err := r.s.Found(t.Context(), r.actor("ani"), op, ngo)
	r.must(err)
	second, err := r.s.Found(t.Context(), r.actor("ani"), op, ngo)
	if err != nil || second != first {
		t.Fatalf("%s and %s, %v", first, second, err)
	}
	memberships, err := r.s.MembershipsOf(t.Context(), "ani")
	if err != nil || len(memberships) != 1 || memberships[0].Role != domain.OrgOwner || memberships[0].Verified || memberships[0].Village != "" {
		t.Errorf("%+v, %v", memberships, err)
	}
	if _, err := r.s.Found(t.Context(), public, r.op(), ngo); !apperr.Is(err, apperr.SignIn) {
		t.Errorf("the public founded one: %v", err)
	}
}

func TestDuplicatesArePointedOut(t *testing.T) {
	r := newRig(t)
	r.verified("ani", ngo)
	hiddenOne := ngo
	hiddenOne.Name, hiddenOne.Registration = "Kelompok Surya Sambas", "SKT-77"
	r.found("budi", hiddenOne)

	near := ngo
	near.Name, near.Registration = "Air Bersih Pesisir", ""
	_, err := r.s.Found(t.Context(), r.actor("cici"), r.op(), near)
	if !hasField(err, "different") || !strings.Contains(argsOf(err), "Yayasan Air Bersih Pesisir") {
		t.Errorf("a near-equal name: %v", err)
	}
	same := Profile{Type: domain.TypeCommunity, Sublevel: "ormas-skt", Name: "Lain Sama Sekali", Registration: "skt 77", Office: "Kantor", Region: "61.71"}
	_, err = r.s.Found(t.Context(), r.actor("cici"), r.op(), same)
	if !hasField(err, "registration") || strings.Contains(argsOf(err), "Surya") {
		t.Errorf("the same number: %v %s", err, argsOf(err))
	}
	elsewhere := near
	elsewhere.Region = "61.71"
	if _, err := r.s.Found(t.Context(), r.actor("cici"), r.op(), elsewhere); err != nil {
		t.Errorf("the same name in another regency: %v", err)
	}
	near.Different = true
	if _, err := r.s.Found(t.Context(), r.actor("cici"), r.op(), near); err != nil {
		t.Errorf("the founder's word does not count: %v", err)
	}
}

func argsOf(err error) string {
	var all []string
	for _, f := range fieldsOf(err) {
		for _, a := range f.Args {
			if s, ok := a.(string); ok {
				all = append(all, s)
			}
		}
	}
	return strings.Join(all, "|")
}

func TestTiedPlaces(t *testing.T) {
	r := newRig(t)
	for place, want := range map[string]domain.RegionCode{
		"61.01.08.2007": "61.01.08.2007", "6101082007": "61.01.08.2007", "temajuk": "61.01.08.2007", "Desa Temajuk, Kec. Paloh, Kab. Sambas (61.01.08.2007)": "61.01.08.2007",
		"Desa Sepadu, Kec. Teluk Keramat, Kab. Sambas": "61.01.02.2002",
	} {
		o := Organization{Type: domain.TypeVillageGovernment, Sublevel: "pemdes"}
		if err := r.s.place(t.Context(), &o, place); err != nil || o.Village != want || o.Region != want {
			t.Errorf("%q: %q, %v", place, o.Village, err)
		}
	}
	for _, place := range []string{"", "ab", "Sepadu", "61.71.01.1002", "61.01.08", "99.99.99.9999", "tidak ada"} {
		o := Organization{Type: domain.TypeVillageGovernment, Sublevel: "pemdes"}
		if err := r.s.place(t.Context(), &o, place); !hasField(err, "place") {
			t.Errorf("%q: %v", place, err)
		}
	}
	body := Organization{Type: domain.TypeVillageGovernment, Sublevel: "bumdes"}
	if err := r.s.place(t.Context(), &body, "temajuk"); err != nil || body.Village != "" || body.Region != "61.01.08.2007" {
		t.Errorf("a village enterprise governs: %+v, %v", body, err)
	}
	office := Organization{Type: domain.TypeGovernment, Sublevel: "kelurahan"}
	if err := r.s.place(t.Context(), &office, "61.71.01.1002"); err != nil || office.Village != "61.71.01.1002" {
		t.Errorf("%+v, %v", office, err)
	}
	district := Organization{Type: domain.TypeGovernment, Sublevel: "district"}
	if err := r.s.place(t.Context(), &district, "Paloh"); err != nil || district.Village != "" || district.Region != "61.01.08" {
		t.Errorf("%+v, %v", district, err)
	}
}

func TestVerificationByTheSecretariat(t *testing.T) {
	r := newRig(t)
	id := r.found("ani", ngo)
	if err := r.s.Submit(t.Context(), r.actor("ani"), r.op(), id, "id"); !apperr.Is(err, apperr.Invalid) || len(fieldsOf(err)) != 2 {
		t.Errorf("submitted without papers: %v", err)
	}
	r.papers("ani", id)
	op := r.op()
	r.must(r.s.Submit(t.Context(), r.actor("ani"), op, id, "id"))
	r.must(r.s.Submit(t.Context(), r.actor("ani"), op, id, "id")) // the same form again
	if err := r.s.Submit(t.Context(), r.actor("ani"), r.op(), id, "id"); !apperr.Is(err, apperr.Conflict) {
		t.Errorf("submitted twice: %v", err)
	}
	for account, kind := range map[string]apperr.Kind{"": apperr.NotFound, "ani": apperr.Forbidden, "budi": apperr.NotFound, "auditor": apperr.Forbidden} {
		if _, err := r.s.Decide(t.Context(), r.actor(account), r.op(), id, 0, r.allInForce(id), ""); !apperr.Is(err, kind) {
			t.Errorf("%q decided: %v", account, err)
		}
	}
	state, err := r.s.Decide(t.Context(), r.actor("s-sari"), r.op(), id, 0, r.allInForce(id), "")
	if err != nil || state != StateVerified {
		t.Fatalf("%s, %v", state, err)
	}
	brief, err := r.s.Brief(t.Context(), id)
	if err != nil || !brief.Verified || brief.Type != domain.TypeCommunity {
		t.Errorf("%+v, %v", brief, err)
	}
	r.clock.Advance(2*366*24*time.Hour + time.Hour)
	if brief, _ := r.s.Brief(t.Context(), id); brief.Verified {
		t.Error("verified past its end")
	}
	if m, _ := r.s.MembershipsOf(t.Context(), "ani"); m[0].Verified {
		t.Error("the membership is verified past its end")
	}
	if n, err := r.s.ExpireLapsed(t.Context()); err != nil || n != 1 || r.state(id) != StateExpired {
		t.Errorf("%d ended, %v", n, err)
	}
	if n, err := r.s.ExpireLapsed(t.Context()); err != nil || n != 0 {
		t.Errorf("%d ended again, %v", n, err)
	}
}

func TestNobodyVerifiesTheirOwn(t *testing.T) {
	r := newRig(t)
	id := r.submitted("s-sari", ngo)
	for name, err := range map[string]error{
		"decide":  second(r.s.Decide(t.Context(), r.actor("s-sari"), r.op(), id, 0, r.allInForce(id), "")),
		"suspend": r.s.Suspend(t.Context(), r.actor("s-sari"), r.op(), id, "alasan saja"),
	} {
		if messageOf(err) != "organizations.error.own" || !apperr.Is(err, apperr.Forbidden) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if _, err := r.s.Decide(t.Context(), r.actor("s-tono"), r.op(), id, 0, r.allInForce(id), ""); err != nil {
		t.Error(err)
	}
}

func second[A any](_ A, err error) error { return err }

func TestManyDecisionsAtOnceMakeOne(t *testing.T) {
	r := newRig(t)
	id := r.submitted("ani", ngo)
	doc, err := r.s.organizations.Get(t.Context(), string(id))
	r.must(err)
	reject := []Answer{{"surat-kuasa", VerdictNot, "lama"}, {"akta-ahu", VerdictInForce, ""}}
	verify := r.allInForce(id)
	actor := r.actor("s-sari")
	var wait sync.WaitGroup
	results := make([]error, 20)
	for i := range results {
		answers, op := verify, r.op()
		if i%2 == 1 {
			answers = reject
		}
		wait.Go(func() { _, results[i] = r.s.Decide(t.Context(), actor, op, id, doc.Version, answers, "alasan cukup") })
	}
	wait.Wait()
	won := 0
	for _, err := range results {
		if err == nil {
			won++
		} else if !apperr.Is(err, apperr.Conflict) {
			t.Error(err)
		}
	}
	after, err := r.s.organizations.Get(t.Context(), string(id))
	if won != 1 || err != nil || len(after.Body.Reviews) != 1 {
		t.Errorf("%d decisions won, %d reviews kept, %v", won, len(after.Body.Reviews), err)
	}
}

func TestOneGovernmentPerVillage(t *testing.T) {
	r := newRig(t)
	first := r.submitted("ani", temajuk)
	rival := temajuk
	rival.Name, rival.Different = "Kantor Desa Temajuk", true
	other := r.submitted("budi", rival)
	if m, _ := r.s.MembershipsOf(t.Context(), "budi"); m[0].Village != "" {
		t.Error("an unverified organisation governs a village")
	}
	if _, err := r.s.VillageGovernment(t.Context(), "61.01.08.2007"); !apperr.Is(err, apperr.NotFound) {
		t.Errorf("%v", err)
	}
	actor := r.actor("s-sari")
	var wait sync.WaitGroup
	results := make([]error, 2)
	for i, id := range []domain.OrganizationID{first, other} {
		answers, op := r.allInForce(id), r.op()
		wait.Go(func() { _, results[i] = r.s.Decide(t.Context(), actor, op, id, 0, answers, "") })
	}
	wait.Wait()
	winner, loser := first, other
	if results[0] != nil {
		winner, loser = other, first
		results[0], results[1] = results[1], results[0]
	}
	if results[0] != nil || !apperr.Is(results[1], apperr.Conflict) || r.state(winner) != StateVerified || r.state(loser) != StatePending {
		t.Fatalf("%v; %s, %s", results, r.state(winner), r.state(loser))
	}
	government, err := r.s.VillageGovernment(t.Context(), "61.01.08.2007")
	if err != nil || government.ID != winner || government.Village != "61.01.08.2007" {
		t.Errorf("%+v, %v", government, err)
	}
	r.clock.Advance(time.Hour)
	if _, err := r.s.Decide(t.Context(), actor, r.op(), loser, 0, r.allInForce(loser), ""); messageOf(err) != "organizations.error.office_held" {
		t.Errorf("%v", err)
	}
	r.clock.Advance(3 * 365 * 24 * time.Hour) // the holder's verification ends
	if _, err := r.s.Decide(t.Context(), actor, r.op(), loser, 0, r.allInForce(loser), ""); err != nil {
		t.Fatal(err)
	}
	if government, err := r.s.VillageGovernment(t.Context(), "61.01.08.2007"); err != nil || government.ID != loser {
		t.Errorf("%+v, %v", government, err)
	}
}

func TestSuspensionTakesItOutOfForce(t *testing.T) {
	r := newRig(t)
	id := r.verified("ani", temajuk)
	actor := r.actor("s-sari")
	if err := r.s.Suspend(t.Context(), actor, r.op(), id, "ya"); !hasField(err, "reason") {
		t.Errorf("suspended without a reason: %v", err)
	}
	r.must(r.s.Suspend(t.Context(), actor, r.op(), id, "laporan warga"))
	m, err := r.s.MembershipsOf(t.Context(), "ani")
	if err != nil || m[0].Verified || m[0].Village != "" {
		t.Errorf("%+v, %v", m, err)
	}
	if _, err := r.s.Get(t.Context(), public, id); !apperr.Is(err, apperr.NotFound) {
		t.Errorf("the public sees it: %v", err)
	}
	if _, err := r.s.VillageGovernment(t.Context(), "61.01.08.2007"); !apperr.Is(err, apperr.NotFound) {
		t.Errorf("%v", err)
	}
	r.must(r.s.Reply(t.Context(), r.actor("ani"), r.op(), id, "sudah kami perbaiki"))
	if err := r.s.Reply(t.Context(), r.actor("budi"), r.op(), id, "bukan anggota"); !apperr.Is(err, apperr.NotFound) {
		t.Errorf("a stranger replied: %v", err)
	}
	r.must(r.s.Restore(t.Context(), actor, r.op(), id, "sudah jelas"))
	if r.state(id) != StateVerified {
		t.Errorf("%s", r.state(id))
	}
}

func TestVisibilityOfOrganizations(t *testing.T) {
	r := newRig(t)
	id := r.found("ani", ngo)
	for account, sees := range map[string]bool{"": false, "budi": false, "ani": true, "s-sari": true, "auditor": true} {
		if _, err := r.s.Get(t.Context(), r.actor(account), id); (err == nil) != sees {
			t.Errorf("%q: %v", account, err)
		}
		if _, err := r.m.Resolver().Resolve(t.Context(), r.actor(account), string(id)); (err == nil) != sees {
			t.Errorf("resolver, %q: %v", account, err)
		}
	}
	if found, err := r.s.List(t.Context(), ListQuery{Limit: 20}); err != nil || len(found.Items) != 0 || found.Total != 0 {
		t.Errorf("%d listed, %v", len(found.Items), err)
	}
	if found, err := r.s.List(t.Context(), ListQuery{Text: "air", Limit: 20}); err != nil || len(found.Items) != 0 {
		t.Errorf("%d found by words, %v", len(found.Items), err)
	}
	r.papers("ani", id)
	r.must(r.s.Submit(t.Context(), r.actor("ani"), r.op(), id, "id"))
	_, err := r.s.Decide(t.Context(), r.actor("s-sari"), r.op(), id, 0, r.allInForce(id), "")
	r.must(err)
	for _, q := range []ListQuery{{}, {Text: "air"}, {Region: "61"}, {Region: "61.01", Type: domain.TypeCommunity}, {Type: domain.TypeCommunity, Sort: "new"}} {
		q.Limit = 20
		if found, err := r.s.List(t.Context(), q); err != nil || len(found.Items) != 1 || found.Total != 1 {
			t.Errorf("%+v: %d listed, %v", q, len(found.Items), err)
		}
	}
	for _, q := range []ListQuery{{Region: "61.71"}, {Type: domain.TypeMedia}} {
		if found, _ := r.s.List(t.Context(), q); len(found.Items) != 0 {
			t.Errorf("%+v: listed", q)
		}
	}
}

func TestEditKeepsWhatWasVerified(t *testing.T) {
	r := newRig(t)
	id := r.verified("ani", ngo)
	doc, err := r.s.Get(t.Context(), r.actor("ani"), id)
	r.must(err)
	p := ngo
	p.Name = "Yayasan Lain"
	if err := r.s.Edit(t.Context(), r.actor("ani"), r.op(), id, doc.Version, p); !hasField(err, "name") {
		t.Errorf("a verified name was changed: %v", err)
	}
	p = ngo
	p.About = "Kami memasang tandon air."
	r.must(r.s.Edit(t.Context(), r.actor("ani"), r.op(), id, doc.Version, p))
	if err := r.s.Edit(t.Context(), r.actor("ani"), r.op(), id, doc.Version, p); !apperr.Is(err, apperr.Conflict) {
		t.Errorf("an old version was taken: %v", err)
	}
	if err := r.s.Edit(t.Context(), r.actor("budi"), r.op(), id, doc.Version+1, p); !apperr.Is(err, apperr.Forbidden) {
		t.Errorf("a stranger edited: %v", err)
	}
	r.join(id, "ani", "budi", domain.OrgViewer)
	if err := r.s.Edit(t.Context(), r.actor("budi"), r.op(), id, doc.Version+1, p); !apperr.Is(err, apperr.Forbidden) {
		t.Errorf("a viewer edited: %v", err)
	}
}

func TestPlantAndUproot(t *testing.T) {
	r := newRig(t)
	seeds := []Seed{
		{ID: "demo-org-air", Organization: Organization{Name: "Contoh: Yayasan Air Bersih Demo", Type: domain.TypeCommunity, Sublevel: "foundation", Region: "61.01", Office: "Kantor"}, Members: map[domain.AccountID]domain.OrganizationRole{"ani": domain.OrgOwner}},
		{ID: "demo-org-desa-temajuk", Organization: Organization{Name: "Contoh: Pemerintah Desa Temajuk", Type: domain.TypeVillageGovernment, Sublevel: "pemdes", Region: "61.01.08.2007", Village: "61.01.08.2007", Office: "Kantor Desa"}},
	}
	for range 2 {
		r.must(r.s.Plant(t.Context(), seeds))
	}
	kept := r.found("budi", Profile{Type: domain.TypeMedia, Sublevel: "news-media", Name: "Kabar Sambas", Office: "Redaksi", Region: "61.01"})
	if g, err := r.s.VillageGovernment(t.Context(), "61.01.08.2007"); err != nil || g.ID != "demo-org-desa-temajuk" || !g.Demo {
		t.Errorf("%+v, %v", g, err)
	}
	if m, err := r.s.MembershipsOf(t.Context(), "ani"); err != nil || len(m) != 1 || !m[0].Demo || !m[0].Verified {
		t.Errorf("%+v, %v", m, err)
	}
	n, err := r.s.Uproot(t.Context())
	if err != nil || n != 2 {
		t.Fatalf("%d, %v", n, err)
	}
	if m, _ := r.s.MembershipsOf(t.Context(), "ani"); len(m) != 0 {
		t.Errorf("%+v", m)
	}
	if _, err := r.s.VillageGovernment(t.Context(), "61.01.08.2007"); !apperr.Is(err, apperr.NotFound) {
		t.Errorf("%v", err)
	}
	if _, err := r.s.Brief(t.Context(), kept); err != nil {
		t.Errorf("what is no demonstration was removed: %v", err)
	}
	r.must(r.s.Plant(t.Context(), seeds)) // and once more
	if b, err := r.s.Brief(t.Context(), "demo-org-air"); err != nil || !b.Verified {
		t.Errorf("%+v, %v", b, err)
	}
}
