package organizations

import (
	"slices"
	"strings"
	"testing"

	"github.com/PuerkitoBio/goquery"

	"gotong/modules/domain"
	"gotong/modules/kit/apperr"
)

// A type that the secretariat added is founded, asks for its own papers and is verified by them; taken out of use, it is
// chosen no more, and who has it goes on.
func TestAddedTypeIsFoundedAndVerified(t *testing.T) {
	t.Cleanup(func() { domain.EditStakeholders(nil) }) // the process has one list
	faith := domain.TypeEdit{
		Name: domain.Text{ID: "Lembaga keagamaan", EN: "Faith body"}, Description: domain.Text{ID: "Masjid, gereja.", EN: "Mosques, churches."}, Order: 5, Checklist: 7,
		Sublevels: []domain.Sublevel{{ID: "parish", Name: domain.Text{ID: "Paroki", EN: "Parish"}}},
		Papers:    domain.VerificationPapers{Required: []domain.Paper{{ID: "seen-in-person", Name: domain.Text{ID: "Didatangi", EN: "Seen in person"}, Words: true}}},
	}
	domain.EditStakeholders(map[string]domain.TypeEdit{"faith-body": faith})
	r := newRig(t)
	ctx := t.Context()
	choices := func() string { return r.get("ani", "/organizations/new").text() }
	if text := choices(); !strings.Contains(text, "Lembaga keagamaan") || strings.Index(text, "Lembaga keagamaan") > strings.Index(text, "Pemerintah") {
		t.Error("the wizard does not offer it, or not in its place")
	}
	p := ngo
	p.Type, p.Sublevel = "faith-body", "parish"
	id := r.found("ani", p)
	if err := r.s.Submit(ctx, r.actor("ani"), r.op(), id, "id"); !apperr.Is(err, apperr.Invalid) || !strings.Contains(err.Error(), "paper-seen-in-person") {
		t.Error("handed in without its paper:", err)
	}
	r.must(r.s.HandIn(ctx, r.actor("ani"), r.op(), id, PaperRecord{Paper: "seen-in-person", Number: "12 November oleh camat"}, nil))
	r.must(r.s.Submit(ctx, r.actor("ani"), r.op(), id, "id"))
	if all, waiting, err := r.s.OfType(ctx, "faith-body"); err != nil || all != 1 || waiting != 1 {
		t.Errorf("counted: %d, %d waiting, %v", all, waiting, err)
	}
	state, err := r.s.Decide(ctx, r.actor("s-sari"), r.op(), id, 0, []Answer{{Paper: "seen-in-person", Verdict: VerdictInForce}}, "")
	if err != nil || state != StateVerified {
		t.Fatal(state, err)
	}
	doc, err := r.s.organizations.Get(ctx, string(id))
	if err != nil || doc.Body.Reviews[0].Checklist != 7 {
		t.Errorf("which list was asked: %+v %v", doc.Body.Reviews, err)
	}
	if all, waiting, _ := r.s.OfType(ctx, "faith-body"); all != 1 || waiting != 0 {
		t.Errorf("verified: %d, %d waiting", all, waiting)
	}

	faith.Retired = true
	faith.Papers.Former, faith.Papers.Required = faith.Papers.Required, []domain.Paper{{ID: "letter", Name: domain.Text{ID: "Surat", EN: "Letter"}}}
	domain.EditStakeholders(map[string]domain.TypeEdit{"faith-body": faith})
	if strings.Contains(choices(), "Lembaga keagamaan") {
		t.Error("offered although it is out of use")
	}
	_, err = r.s.Found(ctx, r.actor("budi"), r.op(), p)
	if !slices.ContainsFunc(fieldsOf(err), func(f apperr.Field) bool { return f.Name == "type" }) {
		t.Error("founded although it is out of use:", err)
	}
	page := r.get("ani", pathOf(id)+"/verification")
	if page.status != 200 || !strings.Contains(page.text(), "Didatangi") {
		t.Error("its history has lost the name of its paper")
	}
	r.must(r.s.Edit(ctx, r.actor("ani"), r.op(), id, doc.Version, Profile{Name: doc.Body.Name, Registration: doc.Body.Registration, Office: "Kantor baru", Region: doc.Body.Region}))
}

// The office finds every organisation by state and by the beginnings of words, hidden ones too; nobody else does.
func TestOfficeFindsHiddenOrganizations(t *testing.T) {
	r := newRig(t)
	ctx, id := t.Context(), r.found("ani", ngo)
	other := ngo
	other.Name, other.Registration = "Yayasan Hutan Lestari", "AHU-2"
	public := r.verified("budi", other)
	r.must(r.s.Suspend(ctx, r.actor("s-sari"), r.op(), public, "Laporan diperiksa."))
	for query, want := range map[string]string{"state=all": "Yayasan Air Bersih Pesisir, Yayasan Hutan Lestari", "state=registered": ngo.Name, "state=suspended": other.Name,
		"state=all&q=hut+yay": other.Name, "state=all&q=pesisir": ngo.Name, "state=all&q=AHU-001": ngo.Name, "state=rejected": "", "state=all&q=lestari+pesisir": "", "state=all&type=media": "", "state=all&region=61.01": "Yayasan Air Bersih Pesisir, Yayasan Hutan Lestari"} {
		page := r.get("s-sari", "/organizations?"+query)
		var names []string
		page.Find(".card h2, .card h3").Each(func(_ int, s *goquery.Selection) { names = append(names, strings.TrimSpace(s.Text())) })
		if got := strings.Join(names, ", "); page.status != 200 || got != want {
			t.Errorf("%s: %d %q, want %q", query, page.status, got, want)
		}
		for _, who := range []string{"", "ani"} {
			if text := r.get(who, "/organizations?"+query).text(); strings.Contains(text, other.Name) || strings.Contains(text, ngo.Name) {
				t.Errorf("%s: %q is shown what is hidden", query, who)
			}
		}
	}
	if _, err := r.s.Register(ctx, r.actor("ani"), ListQuery{Limit: 5}); !apperr.Is(err, apperr.Forbidden) {
		t.Error(err, id)
	}
}
