package villages

import (
	"encoding/csv"
	"net/http"
	"strings"
	"testing"

	"gotong/modules/kit/store"
)

func TestTypologyGroupsByLackAndPotential(t *testing.T) {
	s := newSite(t)
	ctx := t.Context()
	err := s.m.Service.Plant(ctx, Seeds{
		Observations: []Observation{water(village, 2025, 0).Normal(), water("61.01.08.2001", 2025, 100).Normal()},
		Profiles:     []Profile{{Region: village, Access: &Access{Origin: Origin{2025, "Uji"}, Road: "none", Signal: "none"}}},
		Potentials: []Potential{{Region: village, Kind: "tourism", Name: "Pantai", Year: 2025, Source: "Uji"}, {Region: village, Kind: "fisheries", Name: "Ikan", Year: 2025, Source: "Uji"},
			{Region: "61.01.08.2002", Kind: "crops", Name: "Lada", Year: 2025, Source: "Uji", Demo: true}},
	})
	if err != nil {
		t.Fatal(err)
	}
	doc, status, _ := s.get("/villages/typology?region=61.01")
	if status != http.StatusOK || !strings.Contains(text(doc.Find("caption")), "195 desa") {
		t.Fatalf("status %d: %s", status, text(doc.Find("caption")))
	}
	if cell := doc.Find(`td a[href="/villages/typology?class=middle&potential=fisheries&region=61.01"]`); text(cell) != "1" {
		t.Errorf("the group of Temajuk: %s", text(doc.Find("table").First()))
	}
	doc, _, _ = s.get("/villages/typology?region=61.01&class=middle")
	if row := text(doc.Find("table").Last().Find("tbody tr")); !strings.Contains(row, "Desa Temajuk") || !strings.Contains(row, "1,96") || !strings.Contains(row, "Perikanan, Wisata") {
		t.Errorf("%s", row)
	}
	if doc, _, _ = s.get("/villages/typology?region=61.01&potential=crops"); doc.Find(".demo").Length() != 1 {
		t.Error("demonstration without its banner")
	}
	body, response := s.file("/villages/typology.csv?region=61.01.08")
	rows, err := csv.NewReader(strings.NewReader(strings.TrimPrefix(string(body), "\ufeff"))).ReadAll()
	if err != nil || response.StatusCode != http.StatusOK || len(rows) != 9 {
		t.Fatalf("%d rows, %v", len(rows), err)
	}
	if got := strings.Join(rows[7], "|"); got != "61.01.08.2007|Desa Temajuk|Paloh|Kabupaten Sambas|Kalimantan Barat|1.96|24|middle|improved-water-access|fisheries|fisheries tourism|false" {
		t.Errorf("%s", got)
	}
	if got := strings.Join(rows[2], "|"); !strings.HasSuffix(got, "||0|none||crops|crops|true") {
		t.Errorf("%s", got)
	}
	// A change is seen at once.
	if err := s.m.Service.RemovePotential(ctx, "61.01.08.2007:fisheries:ikan", store.Change{Operation: store.Operation{ID: "r"}}); err != nil {
		t.Fatal(err)
	}
	if body, _ = s.file("/villages/typology.csv?region=61.01.08"); !strings.Contains(string(body), "improved-water-access,tourism,tourism,false") {
		t.Error("the removed potential is still there")
	}
	for path, want := range map[string]int{"/villages/typology?region=x": 400, "/villages/typology?cursor=-1": 400, "/villages/typology?class=odd": 200} {
		if _, status, _ := s.get(path); status != want {
			t.Errorf("%s: %d", path, status)
		}
	}
}

func TestCellsAreNoFormulas(t *testing.T) {
	for in, want := range map[string]string{"=1+1": "'=1+1", "-x": "'-x", "Desa": "Desa", "": ""} {
		if got := csvText(in); got != want {
			t.Errorf("%q: %q", in, got)
		}
	}
}
