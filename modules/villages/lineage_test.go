package villages

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"gotong/modules/domain"
	"gotong/modules/kit/apperr"
)

func changesOf(t *testing.T, text string) string {
	t.Helper()
	file := filepath.Join(t.TempDir(), "changes.csv")
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return file
}

func TestRegionsSplitMergeAndChangeTheirCode(t *testing.T) {
	s := loaded(t)
	ctx := t.Context()
	// Temajuk is merged into Sebubus, and 2001 is taken as what came out of 2003.
	file := changesOf(t, "from,to,kind,date\n61.01.08.2007,61.01.08.2004,merged,2026-04-01\n61.01.08.2003,61.01.08.2001,split,2025-01-02\n")
	before, err := s.Region(ctx, "61.01.08")
	if err != nil {
		t.Fatal(err)
	}
	for round := range 2 { // again changes nothing
		result, err := s.ImportChanges(ctx, file)
		if err != nil || result.Replaced != map[int]int{0: 4, 1: 0}[round] {
			t.Fatalf("round %d: %+v, %v", round, result, err)
		}
	}
	old, err := s.Region(ctx, "61.01.08.2007")
	if err != nil || !old.Ended() || len(old.Into) != 1 || old.Into[0].Code != "61.01.08.2004" {
		t.Errorf("%+v, %v", old, err)
	}
	heir, _ := s.Region(ctx, "61.01.08.2004")
	if heir.Ended() || len(heir.From) != 1 || heir.Former[len(heir.Former)-1] != "Temajuk" {
		t.Errorf("%+v", heir)
	}
	if parent, _ := s.Region(ctx, "61.01.08.2003"); parent.Ended() || len(parent.Into) != 1 {
		t.Errorf("the parent of a split ended: %+v", parent)
	}
	after, _ := s.Region(ctx, "61.01.08")
	regency, _ := s.Region(ctx, "61.01")
	province, _ := s.Region(ctx, "61")
	if after.Villages() != before.Villages()-1 || regency.Villages() != 194 || province.Villages() != 2144 || province.Districts != 174 || province.Regencies != 14 {
		t.Errorf("counts: %d, %d, %d villages", after.Villages(), regency.Villages(), province.Villages())
	}
	if n, _ := s.Count(ctx, "61.01", domain.LevelVillage); n != 194 {
		t.Errorf("%d villages are listed", n)
	}
	for _, query := range []string{"temajuk", "temajok", "Desa Temajuk, Paloh, Sambas"} {
		places, err := s.SearchPlaces(ctx, query, "", 0, 5)
		if err != nil || len(places) == 0 || places[0].Code != "61.01.08.2004" {
			t.Errorf("%q leads to %+v, %v", query, places, err)
		}
	}
	// The regions' own files, without the village that ended, keep what is known of it.
	regions, digest, err := shippedRegions()
	if err != nil {
		t.Fatal(err)
	}
	if _, err := s.importAll(ctx, regions, digest, nil); err != nil {
		t.Fatal(err)
	}
	if again, _ := s.Region(ctx, "61.01.08.2007"); !again.Ended() {
		t.Error("an import of the regions forgot that one ended")
	}
}

func TestChangesAreCheckedRowByRow(t *testing.T) {
	s := loaded(t)
	for name, c := range map[string]struct{ text, want string }{
		"header":  {"a,b\n", `changes.csv:1: the header must be "from,to,kind,date"`},
		"code":    {"from,to,kind,date\nx,61.01,merged,2026-01-01\n", `changes.csv:2: "x" or "61.01" is no code`},
		"level":   {"from,to,kind,date\n61.01,61.01.08,merged,2026-01-01\n", "changes.csv:2: 61.01 and 61.01.08 must be two regions of the same level"},
		"kind":    {"from,to,kind,date\n61.01,61.02,eaten,2026-01-01\n", `changes.csv:2: kind "eaten" is none of split, divided, merged, recoded`},
		"date":    {"from,to,kind,date\n61.01,61.02,merged,soon\n", `changes.csv:2: date "soon" is no date like 2026-04-01`},
		"unknown": {"from,to,kind,date\n61.01,61.99,merged,2026-01-01\n", "changes.csv:2: 61.01 or 61.99 is not in the register: load the regions' files first"},
		"columns": {"from,to,kind,date\n61.01,61.02\n", "changes.csv:2: not a row of 4 columns"},
	} {
		_, err := s.ImportChanges(t.Context(), changesOf(t, c.text))
		if !apperr.Is(err, apperr.Invalid) || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if r, _ := s.Region(t.Context(), "61.01"); r.Ended() {
		t.Error("a wrong file changed something")
	}
}

func TestPageOfARegionThatEnded(t *testing.T) {
	s := newSite(t)
	if _, err := s.m.Service.ImportChanges(t.Context(), changesOf(t, "from,to,kind,date\n61.01.08.2007,61.01.08.2004,merged,2026-04-01\n")); err != nil {
		t.Fatal(err)
	}
	doc, status, _ := s.get("/villages/61.01.08.2007")
	if status != 200 || doc.Find(`.facts a[href="/villages/61.01.08.2004"]`).Length() != 1 || !strings.Contains(text(doc.Find("header")), "tidak ada lagi sejak 1 April 2026") {
		t.Errorf("status %d: %s", status, text(doc.Find("header")))
	}
	doc, _, _ = s.get("/villages/61.01.08.2004")
	if page := text(doc.Find("main")); !strings.Contains(page, "Dahulu: Temajuk") || !strings.Contains(page, "(digabung, 1 April 2026)") {
		t.Error("the heir's page does not tell")
	}
	doc, _, _ = s.get("/villages?q=temajok")
	if first := text(doc.Find("table tbody tr").First()); !strings.Contains(first, "Dahulu: Temajuk") || !strings.Contains(first, "61.01.08.2004") {
		t.Errorf("first found: %s", first)
	}
}
