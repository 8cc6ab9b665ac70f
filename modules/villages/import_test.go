package villages

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"gotong/modules/domain"
	"gotong/modules/kit/apperr"
	"gotong/modules/kit/store"
	"gotong/modules/kit/testkit"
	"gotong/modules/kit/testkit/effort"
)

var withRegions testkit.Filled

// shippedDB holds the shipped regions.
func shippedDB(t testing.TB) *store.DB {
	t.Helper()
	return withRegions.DB(t, func(db *store.DB) error { return NewService(db, nil).LoadShipped(t.Context()) })
}

func loaded(t testing.TB) *Service {
	t.Helper()
	return NewService(shippedDB(t), nil)
}

func TestShippedRegionsAreExactlyThose(t *testing.T) {
	s := loaded(t)
	ctx := t.Context()
	for level, want := range map[int]int64{domain.LevelProvince: 1, domain.LevelRegency: 14, domain.LevelDistrict: 174, domain.LevelVillage: 2145, 0: 2334} {
		if got, err := s.Count(ctx, "61", level); err != nil || got != want {
			t.Errorf("level %d: %d regions, want %d (%v)", level, got, want, err)
		}
	}
	province, err := s.Region(ctx, "61")
	if err != nil || province.Regencies != 14 || province.Districts != 174 || province.Desa != 2046 || province.Kelurahan != 99 || province.Villages() != 2145 {
		t.Errorf("province: %+v, %v", province, err)
	}
	for code, want := range map[domain.RegionCode][2]int{
		"61.01": {19, 195}, "61.02": {9, 67}, "61.03": {15, 169}, "61.04": {20, 262}, "61.05": {14, 406}, "61.06": {23, 282}, "61.07": {17, 124},
		"61.08": {13, 156}, "61.09": {7, 94}, "61.10": {11, 169}, "61.11": {6, 43}, "61.12": {9, 123}, "61.71": {6, 29}, "61.72": {5, 26},
	} {
		if r, err := s.Region(ctx, code); err != nil || r.Districts != want[0] || r.Villages() != want[1] {
			t.Errorf("%s: %d districts, %d villages, want %v (%v)", code, r.Districts, r.Villages(), want, err)
		}
	}
	village, err := s.Place(ctx, "61.01.08.2007")
	if err != nil || domain.PlaceText(village) != "Desa Temajuk, Kec. Paloh, Kab. Sambas" || village.Province != "Kalimantan Barat" {
		t.Errorf("%+v, %v", village, err)
	}
	if kelurahan, err := s.Place(ctx, "61.71.01.1002"); err != nil || kelurahan.Kind != KindKelurahan || kelurahan.Regency != "Kota Pontianak" {
		t.Errorf("%+v, %v", kelurahan, err)
	}
	if _, err := s.Place(ctx, "61.01.08.2999"); !apperr.Is(err, apperr.NotFound) {
		t.Errorf("an unknown village: %v", err)
	}
}

func TestLoadingAgainChangesNothing(t *testing.T) {
	db := testkit.DB(t)
	s := NewService(db, nil)
	ctx := t.Context()
	for range 2 {
		if err := s.LoadShipped(ctx); err != nil {
			t.Fatal(err)
		}
	}
	regions, digest, err := shippedRegions()
	if err != nil {
		t.Fatal(err)
	}
	before, _ := db.Feed().Last(ctx)
	result, err := s.importAll(ctx, regions, digest, nil)
	if err != nil || result.Inserted != 0 || result.Replaced != 0 || result.Unchanged != 2334 {
		t.Errorf("%+v, %v", result, err)
	}
	if after, _ := db.Feed().Last(ctx); after != before {
		t.Errorf("the trail went from %d to %d", before, after)
	}
}

func TestPlacesAndChildren(t *testing.T) {
	s := loaded(t)
	ctx := t.Context()
	children, err := s.Children(ctx, "61")
	if err != nil || len(children) != 14 || children[0].Code != "61.01" || children[13].Code != "61.72" {
		t.Fatalf("%d children, %v", len(children), err)
	}
	if provinces, _ := s.Children(ctx, ""); len(provinces) != 1 || provinces[0].Name != "Kalimantan Barat" {
		t.Errorf("provinces: %+v", provinces)
	}
	if none, err := s.Children(ctx, "61.01.08.2007"); err != nil || len(none) != 0 {
		t.Errorf("a village has children: %v, %v", none, err)
	}
	places, err := s.Places(ctx, []domain.RegionCode{"61.01", "61.01", "99", "", "61.01.08.2007"})
	if err != nil || len(places) != 2 || places["61.01"].Name != "Sambas" {
		t.Errorf("%v, %v", places, err)
	}
	options, err := s.RegencyOptions(ctx)
	if err != nil || len(options) != 14 || options[0].Label != "Kabupaten Sambas" || options[0].Group != "" {
		t.Errorf("%+v, %v", options, err)
	}
}

func TestListByNameGoesThroughAll(t *testing.T) {
	s := loaded(t)
	var names []string
	query := ListQuery{Within: "61.01", Level: domain.LevelVillage, Limit: 50}
	for {
		regions, next, err := s.ListByName(t.Context(), query)
		if err != nil {
			t.Fatal(err)
		}
		for _, r := range regions {
			names = append(names, r.Name)
		}
		if query.Cursor = next; next == "" {
			break
		}
	}
	if len(names) != 195 || !slices.IsSortedFunc(names, func(a, b string) int { return strings.Compare(strings.ToLower(a), strings.ToLower(b)) }) {
		t.Errorf("%d names, sorted %v", len(names), slices.IsSorted(names))
	}
}

func TestSearchForgivesSpelling(t *testing.T) {
	s := loaded(t)
	for query, want := range map[string]domain.RegionCode{
		"temajuk": "61.01.08.2007", "Temajok": "61.01.08.2007", "desa temajuk": "61.01.08.2007", "temajuk, paloh, sambas": "61.01.08.2007",
		"Temajuk Kec. Paloh Kab. Sambas": "61.01.08.2007", "tema": "61.01.08.2007", "kabupaten sambas": "61.01", "kayong utra": "61.11",
		"Kalimantan Barat": "61", "kaliau": "61.01.14.2001", "mekar sekuntum tebas": "",
	} {
		places, err := s.SearchPlaces(t.Context(), query, "", 0, 10)
		if err != nil || len(places) == 0 {
			t.Errorf("%q: nothing (%v)", query, err)
			continue
		}
		if want != "" && places[0].Code != want && !(query == "kaliau" && strings.HasPrefix(places[0].Name, "Kaliau")) {
			t.Errorf("%q: %s %s first, want %s", query, places[0].Code, places[0].Name, want)
		}
	}
	for _, query := range []string{"", "  ", "qqqxyz", "$ne", "%"} {
		if places, err := s.SearchPlaces(t.Context(), query, "", 0, 10); err != nil || len(places) != 0 {
			t.Errorf("%q: %v, %v", query, places, err)
		}
	}
	if places, _ := s.SearchPlaces(t.Context(), "temajuk", "61.71", 0, 10); len(places) > 0 && places[0].Name == "Temajuk" {
		t.Error("a village of Sambas was found within Pontianak")
	}
	if places, _ := s.SearchPlaces(t.Context(), "sambas", "", domain.LevelRegency, 10); len(places) != 1 || places[0].Code != "61.01" {
		t.Errorf("regencies named Sambas: %+v", places)
	}
}

// write makes a folder of region files.
func write(t *testing.T, files map[string]string) string {
	t.Helper()
	dir := t.TempDir()
	for name, text := range files {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

func small() map[string]string {
	return map[string]string{
		"provinces.csv": "code,name\n11,Aceh\n",
		"regencies.csv": "code,province_code,name\n11.01,11,Kabupaten Aceh Selatan\n11.71,11,Kota Banda Aceh\n",
		"districts.csv": "code,regency_code,name\n11.01.01,11.01,Bakongan\n",
		"villages.csv":  "code,district_code,name\n11.01.01.2001,11.01.01,Keude Bakongan\n11.01.01.1002,11.01.01,\"Satu, \"\"Dua\"\"\"\n",
	}
}

func TestImportRegions(t *testing.T) {
	s := loaded(t)
	ctx := t.Context()
	var last [2]int
	result, err := s.ImportRegions(ctx, write(t, small()), func(done, total int) { last = [2]int{done, total} })
	if err != nil || result.Inserted != 6 || last != [2]int{6, 6} {
		t.Fatalf("%+v, %v, progress %v", result, err, last)
	}
	if p, err := s.Place(ctx, "11.01.01.1002"); err != nil || p.Kind != KindKelurahan || p.Name != `Satu, "Dua"` || p.Regency != "Kabupaten Aceh Selatan" {
		t.Errorf("%+v, %v", p, err)
	}
	if places, _ := s.SearchPlaces(ctx, "keude bakongan", "", 0, 5); len(places) == 0 || places[0].Code != "11.01.01.2001" {
		t.Errorf("the search does not know the new village: %+v", places)
	}
	if options, _ := s.RegencyOptions(ctx); len(options) != 16 || options[0].Group != "Provinsi Aceh" {
		t.Errorf("%d options, first %+v", len(options), options[0])
	}

	renamed := small()
	renamed["villages.csv"] = strings.Replace(renamed["villages.csv"], "Keude Bakongan", "Bakongan Baru", 1)
	result, err = s.ImportRegions(ctx, write(t, renamed), nil)
	if err != nil || result.Replaced != 1 || result.Unchanged != 5 || result.Inserted != 0 {
		t.Fatalf("%+v, %v", result, err)
	}
	r, err := s.Region(ctx, "11.01.01.2001")
	if err != nil || r.Name != "Bakongan Baru" || !slices.Equal(r.Former, []string{"Keude Bakongan"}) {
		t.Errorf("%+v, %v", r, err)
	}
	if places, _ := s.SearchPlaces(ctx, "keude bakongan", "", 0, 5); len(places) == 0 || places[0].Code != "11.01.01.2001" {
		t.Errorf("the former name is not found: %+v", places)
	}
}

func TestImportRefusesByFileAndRow(t *testing.T) {
	for name, c := range map[string]struct {
		file, text string
		row        int
		reason     string
	}{
		"header":         {"villages.csv", "kode,nama\n", 1, "header"},
		"undotted":       {"villages.csv", "code,district_code,name\n1101012001,11.01.01,A\n", 2, "dots"},
		"no code":        {"villages.csv", "code,district_code,name\nx,11.01.01,A\n", 2, "not one of this level"},
		"wrong level":    {"villages.csv", "code,district_code,name\n11.01,11,A\n", 2, "not one of this level"},
		"wrong parent":   {"villages.csv", "code,district_code,name\n11.01.01.2001,11.01.02,A\n", 2, "does not lie in"},
		"unknown parent": {"villages.csv", "code,district_code,name\n11.01.02.2001,11.01.02,A\n", 2, "not in the files"},
		"twice":          {"villages.csv", "code,district_code,name\n11.01.01.2001,11.01.01,A\n11.01.01.2001,11.01.01,B\n", 3, "twice"},
		"no name":        {"villages.csv", "code,district_code,name\n11.01.01.2001,11.01.01, \n", 2, "empty"},
		"columns":        {"villages.csv", "code,district_code,name\n11.01.01.2001,11.01.01\n", 2, "columns"},
		"not text":       {"villages.csv", "code,district_code,name\n11.01.01.2001,11.01.01,\xff\xfe\n", 2, "not text"},
		"quotes":         {"villages.csv", "code,district_code,name\n11.01.01.2001,11.01.01,\"A\n", 2, "CSV"},
	} {
		t.Run(name, func(t *testing.T) {
			s := NewService(testkit.DB(t), nil)
			files := small()
			files[c.file] = c.text
			_, err := s.ImportRegions(t.Context(), write(t, files), nil)
			var mistakes ImportMistakes
			if !apperr.Is(err, apperr.Invalid) || !errors.As(err, &mistakes) || len(mistakes) != 1 {
				t.Fatalf("%v", err)
			}
			if m := mistakes[0]; m.File != c.file || m.Row != c.row || !strings.Contains(m.Reason, c.reason) {
				t.Errorf("%+v", m)
			}
			if n, _ := s.Count(t.Context(), "11", 0); n != 0 {
				t.Errorf("%d regions were taken nevertheless", n)
			}
		})
	}
	s := NewService(testkit.DB(t), nil)
	files := small()
	delete(files, "districts.csv")
	if _, err := s.ImportRegions(t.Context(), write(t, files), nil); !apperr.Is(err, apperr.Invalid) || !strings.Contains(err.Error(), "districts.csv") {
		t.Errorf("a missing file: %v", err)
	}
}

func TestImportStoppedLeavesNothingAndGoesOn(t *testing.T) {
	s := NewService(testkit.DB(t), nil)
	dir := write(t, small())
	ctx, cancel := context.WithCancel(t.Context())
	if _, err := s.ImportRegions(ctx, dir, func(int, int) { cancel() }); err == nil {
		t.Fatal("went on after it was stopped")
	}
	if n, err := s.Count(t.Context(), "11", 0); err != nil || n != 0 {
		t.Errorf("%d regions after the stop, %v", n, err)
	}
	if result, err := s.ImportRegions(t.Context(), dir, nil); err != nil || result.Inserted != 6 {
		t.Errorf("%+v, %v", result, err)
	}
}

// Each storage call of an import of regions fails in turn: whoever looks sees none of the regions or all; called again, it
// goes on to its end.
func TestImportOfRegionsResumesAfterEveryCall(t *testing.T) {
	dir := write(t, small())
	step := 1
	if effort.Small() {
		step = 7
	}
	for at := 1; ; at += step {
		calls, armed := 0, true
		db := testkit.DBAtomic(t, func(string) error {
			if calls++; armed && calls == at {
				return errors.New("the process is gone")
			}
			return nil
		})
		s := NewService(db, nil)
		_, err := s.ImportRegions(t.Context(), dir, nil)
		reached := calls >= at
		armed = false
		whole := 0
		if each := s.Each(t.Context(), func(domain.Place) error { whole++; return nil }); each != nil || whole != 0 && whole != 6 {
			t.Fatalf("call %d failed: %d regions are there, %v", at, whole, each)
		}
		if _, again := s.ImportRegions(t.Context(), dir, nil); again != nil {
			t.Fatalf("call %d failed (%v), and again: %v", at, err, again)
		}
		if n, _ := s.Count(t.Context(), "11", 0); n != 6 {
			t.Fatalf("call %d: %d regions in the end", at, n)
		}
		if err := db.Close(); err != nil {
			t.Fatal(err)
		}
		if !reached {
			t.Logf("%d calls failed, one at a time", at-1)
			return
		}
	}
}

func BenchmarkLoadShipped(b *testing.B) {
	for b.Loop() {
		loaded(b)
	}
}

// BenchmarkImportNation takes the whole country where GOTONG_TEST_REGIONS names the folder of idn-area-data.
func BenchmarkImportNation(b *testing.B) {
	dir := os.Getenv("GOTONG_TEST_REGIONS")
	if dir == "" {
		b.Skip("GOTONG_TEST_REGIONS names no folder")
	}
	for b.Loop() {
		s := NewService(testkit.DB(b), nil)
		if result, err := s.ImportRegions(b.Context(), dir, nil); err != nil || result.Inserted < 80_000 {
			b.Fatalf("%+v, %v", result, err)
		}
		if places, err := s.SearchPlaces(b.Context(), "temajok", "", 0, 5); err != nil || len(places) == 0 {
			b.Fatal("not found")
		}
	}
}

func BenchmarkSearch(b *testing.B) {
	s := loaded(b)
	for b.Loop() {
		if places, err := s.SearchPlaces(b.Context(), "temajok", "", 0, 10); err != nil || len(places) == 0 {
			b.Fatal("not found")
		}
	}
}
