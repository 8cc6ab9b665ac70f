package portal_test

import (
	"bytes"
	"strconv"
	"strings"
	"testing"

	"github.com/xuri/excelize/v2"

	"gotong/modules/domain"
)

// planted is one mistake: in which row of the right table which column gets what, and what it is called. also are further
// problems that follow from it.
type planted struct {
	column int
	value  any
	key    string
	also   string // column's letter of a second one
}

// book makes an XLSX of rows.
func book(t *testing.T, rows [][]any) string {
	t.Helper()
	f := excelize.NewFile()
	defer func() { _ = f.Close() }()
	for i, row := range rows {
		cell, _ := excelize.CoordinatesToCellName(1, i+1)
		if err := f.SetSheetRow("Sheet1", cell, &row); err != nil {
			t.Fatal(err)
		}
	}
	var b bytes.Buffer
	if _, err := f.WriteTo(&b); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

func observationRow(n int) []any {
	year := 1990 + n
	return []any{"61.01.08.2007", "Temajuk", "Indeks Desa", 0.5 + float64(n), "index", year, "Sumber uji", "", "2026-01-31"}
}

var observationHead = []any{"Kode wilayah", "Nama wilayah", "Indikator", "Nilai", "Satuan", "Tahun", "Sumber", "Metode", "Tanggal diambil", "Tingkat wilayah", "Catatan sendiri"}

// mistakes of a table of indicators, each with its own words.
func observationMistakes() []planted {
	return []planted{
		{0, "61.01.08.9999", "tables.problem.code_unknown_near", ""}, {0, "Desa Temajok", "tables.problem.code_is_name", ""}, {0, 61.1, "tables.problem.code_number", ""},
		{0, "61-01/08", "tables.problem.code_form", ""}, {0, "", "sheet.value.required", ""}, {0, "61.01.01.2001", "tables.problem.code_name", "B"},
		{2, "Indeks Desaa", "sheet.value.choice_near", ""}, {2, "Kebahagiaan", "sheet.value.choice", ""}, {2, "", "sheet.value.required", ""},
		{3, "12.345", "sheet.value.ambiguous", ""}, {3, "dua belas", "sheet.value.number", ""}, {3, "12 %", "sheet.value.percent", ""}, {3, "Rp 500", "sheet.value.currency", ""},
		{3, "10-20", "sheet.value.range", ""}, {3, "12 jiwa", "sheet.value.unit", ""}, {3, true, "sheet.value.bool", ""}, {3, 101, "villages.error.value", ""}, {3, -1, "villages.error.value", ""},
		{4, "hektare", "villages.error.unit", ""}, {5, 2099, "villages.error.year", ""}, {5, "26", "sheet.value.year2", ""}, {5, "tahun lalu", "sheet.value.year", ""},
		{6, "", "sheet.value.required", ""}, {6, strings.Repeat("sumber ", 40), "villages.error.too_long", ""}, {8, "12/31/2025", "sheet.value.month", ""}, {8, "31/02/2025", "sheet.value.noday", ""},
		{8, "1/2/25", "sheet.value.year2", ""}, {8, "kemarin", "sheet.value.date", ""}, {8, 46000, "sheet.value.daynumber", ""}, {9, "Kabupaten", "tables.problem.level", ""},
		{9, "RT", "sheet.value.choice", ""}, {10, "NIK 6101086505900002", "tables.problem.personal", ""}, {6, "Data NIK 6101086505900002", "tables.problem.personal", ""},
	}
}

func needRow(n int) []any {
	return []any{"61.01.08.2007", "Temajuk", "Penyediaan air bersih", "Sumur bor nomor " + strconv.Itoa(n), "Keluarga kekurangan air.", "Air bersih.", 3, "unit", "ya", 1, 12, 40, "2028-05-01", "Mendesak", "Musyawarah desa.", "Rp 1.500.000", "Harga toko", "1 Maret 2026", "Kantor desa"}
}

var needHead = []any{"Kode desa", "Nama desa", "Kategori", "Judul", "Uraian", "Ringkasan untuk umum", "Jumlah", "Satuan", "Dapat dibagi", "Bagian terkecil", "Keluarga (KK)", "Jiwa", "Dibutuhkan sebelum", "Kemendesakan", "Alasan kemendesakan", "Perkiraan biaya", "Dasar perkiraan biaya", "Tanggal musyawarah desa", "Kantor yang dihubungi", "Kode kebutuhan", "Tanda versi"}

func needMistakes() []planted {
	return []planted{
		{0, "61.01.08", "tables.problem.code_level", ""}, {2, "Tamasya", "sheet.value.choice", ""}, {3, "", "sheet.value.required", ""}, {3, strings.Repeat("judul ", 40), "needs.error.long", ""},
		{6, 2.5, "sheet.value.whole", ""}, {6, -2, "sheet.value.negative", ""}, {7, "hektare", "sheet.value.choice", ""}, {8, "mungkin", "sheet.value.yesno", ""}, {9, 9, "needs.error.min_lot", ""},
		{10, "#", "sheet.value.number", ""}, {13, "Mendesakk", "sheet.value.choice_near", ""}, {15, "mahal", "sheet.value.number", ""}, {19, "tidak-ada", "tables.problem.unknown", ""},
	}
}

// plant makes a right table and the same one with a mistake in each row after the first.
func plant(head []any, row func(int) []any, mistakes []planted) (right, wrong [][]any) {
	right, wrong = [][]any{head}, [][]any{head}
	for n := 0; n <= len(mistakes); n++ {
		right, wrong = append(right, row(n)), append(wrong, row(n))
		if n == 0 {
			continue
		}
		bad := wrong[n+1]
		for len(bad) <= mistakes[n-1].column {
			bad = append(bad, nil)
		}
		bad[mistakes[n-1].column] = mistakes[n-1].value
		wrong[n+1] = bad
	}
	return right, wrong
}

// bare gives the villages of a region that have no profile yet.
func (w *whole) bare(code domain.RegionCode) (list []domain.Place) {
	w.t.Helper()
	for _, p := range w.villagesOf(code) {
		profile, err := w.House().Villages.Service.Profile(w.t.Context(), p.Code)
		w.must(err)
		if profile.Status == nil && profile.People == nil && profile.Access == nil {
			list = append(list, p)
		}
	}
	return list
}

var profileHead = []any{
	"Kode wilayah", "Nama wilayah", "Status Indeks Desa", "Tahun status", "Sumber status", "Penduduk (jiwa)", "Perempuan (jiwa)", "Keluarga (KK)", "Tahun data penduduk", "Sumber data penduduk",
	"Jalan ke desa", "Jarak ke SMP (km)", "Jarak ke pos kesehatan (km)", "Sinyal telepon", "Jam listrik sehari", "Tahun data akses", "Sumber data akses",
}

func profileRow(villages []domain.Place) func(n int) []any {
	return func(n int) []any {
		p := villages[n]
		return []any{string(p.Code), p.Name, "Berkembang", 2025, "Sumber uji", 1200 + n, 580, 310, 2025, "Sumber uji", "Sepanjang tahun", 4.5, 2, "4G", 24, 2025, "Sumber uji"}
	}
}

func profileMistakes() []planted {
	long := strings.Repeat("sumber ", 40)
	return []planted{
		{0, "61.01.08.9999", "tables.problem.code_unknown_near", ""}, {0, "Desa Temajuk", "tables.problem.code_is_name", ""}, {0, 61.1, "tables.problem.code_number", ""}, {0, "", "sheet.value.required", ""},
		{0, "61.01/08", "tables.problem.code_form", ""}, {1, "Bukit Segoler Jauh", "tables.problem.code_name", ""}, {2, "Berkembangg", "sheet.value.choice_near", ""}, {2, "Bahagia", "sheet.value.choice", ""},
		{3, "", "sheet.value.required", ""}, {3, 2099, "villages.error.year", ""}, {3, "25", "sheet.value.year2", ""}, {3, "tahun lalu", "sheet.value.year", ""}, {4, "", "sheet.value.required", ""},
		{4, long, "villages.error.too_long", ""}, {5, -4, "sheet.value.negative", ""}, {5, 12.5, "sheet.value.whole", ""}, {5, "seribu", "sheet.value.number", ""}, {5, "1200 jiwa", "sheet.value.unit", ""},
		{6, 90000, "villages.error.women", ""}, {7, 90000, "villages.error.households", ""}, {8, "", "sheet.value.required", ""}, {9, "", "sheet.value.required", ""}, {10, "Jalan rusak", "sheet.value.choice", ""},
		{11, "4 km", "sheet.value.unit", ""}, {11, 900, "villages.error.value", ""}, {11, "5-10", "sheet.value.range", ""}, {12, "1.234", "sheet.value.ambiguous", ""}, {13, "kencang", "sheet.value.choice", ""},
		{14, 25, "villages.error.value", ""}, {14, true, "sheet.value.bool", ""}, {15, "", "sheet.value.required", ""}, {16, "", "sheet.value.required", ""},
		{9, "KK 6101082501110003", "tables.problem.personal", ""},
	}
}

var potentialHead = []any{"Kode wilayah", "Nama wilayah", "Jenis potensi", "Nama potensi", "Catatan", "Jumlah", "Satuan", "Tahun", "Sumber"}

func potentialRow(n int) []any {
	return []any{"61.01.08.2007", "Temajuk", "Hasil tani", "Lada kebun " + strconv.Itoa(n), "Kebun warga.", 12.5, "ha", 2025, "Sumber uji"}
}

func potentialMistakes() []planted {
	long := strings.Repeat("sumber ", 40)
	return []planted{
		{0, "61.01.08.9999", "tables.problem.code_unknown_near", ""}, {0, "", "sheet.value.required", ""}, {2, "Hasil tanii", "sheet.value.choice_near", ""}, {2, "Tambang emas", "sheet.value.choice", ""},
		{2, "", "sheet.value.required", ""}, {3, "", "sheet.value.required", ""}, {3, "!!!", "villages.error.text", ""}, {3, long, "villages.error.too_long", ""},
		{4, strings.Repeat("catatan ", 100), "villages.error.too_long", ""}, {4, "NIK 6101086505900002", "tables.problem.personal", ""}, {5, "banyak", "sheet.value.number", ""},
		{5, "1.234", "sheet.value.ambiguous", ""}, {5, -1, "villages.error.value", ""}, {5, "10-20", "sheet.value.range", ""}, {5, "Rp 500", "sheet.value.currency", ""}, {5, "12 ha", "sheet.value.unit", ""},
		{5, "12 %", "sheet.value.percent", ""}, {6, "", "villages.error.required", ""}, {7, 2099, "villages.error.year", ""}, {7, "", "sheet.value.required", ""}, {7, "26", "sheet.value.year2", ""},
		{8, "", "sheet.value.required", ""}, {8, long, "villages.error.too_long", ""},
	}
}
