package web_test

import (
	"io/fs"
	"os"
	"strconv"
	"strings"
	"testing"

	"github.com/gofiber/fiber/v2"

	"gotong/modules/kit/apperr"
	"gotong/modules/kit/web"
	"gotong/static"
	"gotong/views"
)

// styleFS is the portal's views with the pages of the style guide, which live in testdata.
type styleFS struct{ extra fs.FS }

func (s styleFS) Open(name string) (fs.File, error) {
	switch {
	case strings.HasPrefix(name, "style/"):
		return s.extra.Open(name)
	case name == "locales/style.id.toml", name == "locales/style.en.toml":
		return s.extra.Open(strings.TrimPrefix(name, "locales/"))
	}
	return views.FS.Open(name)
}

// ReadDir adds the texts of the style guide to the catalogues.
func (s styleFS) ReadDir(name string) ([]fs.DirEntry, error) {
	entries, err := fs.ReadDir(views.FS, name)
	if name == "locales" {
		more, _ := fs.Glob(s.extra, "style.*.toml")
		for _, m := range more {
			info, _ := fs.Stat(s.extra, m)
			entries = append(entries, fs.FileInfoToDirEntry(info))
		}
	}
	return entries, err
}

type (
	stylePage struct {
		web.Base
		Filters *web.Filters
		Figures []web.Figure
		Cards   []web.Card
		Pager   web.Pager
		Table   web.Table
		Empty   web.Empty
	}
	showPage struct {
		web.Base
		Status   web.Tag
		Tags     []web.Tag
		Coverage web.Coverage
		Parts    []web.Part
		Panels   []web.Section
		Steps    []web.Step
		Facts    []web.Fact
		Actions  []web.Action
	}
	formPage struct {
		web.Base
		Form *web.Form
	}
)

// stylePortal serves every part with sample values: the style guide, and the ground of the tests of parts and forms.
func stylePortal(t testing.TB) *portal {
	t.Helper()
	p := newPortalOn(t, styleFS{os.DirFS("testdata")})
	list, show, form := web.NewView[stylePage](p.engine, "style/list"), web.NewView[showPage](p.engine, "style/show"), web.NewView[formPage](p.engine, "style/form")
	p.Use(func(c *fiber.Ctx) error {
		if c.Query("user") != "" || c.Get("X-Test-User") != "" {
			web.Put(c, &web.User{Name: "Sari Wulandari", Organizations: "Pemerintah Desa Temajuk, Kelompok Nelayan Paloh", Desk: true})
			web.Put(c, web.CSRFToken("csrf-value"))
		}
		return c.Next()
	})
	p.Get("/list", func(c *fiber.Ctx) error { return list.Render(c, 200, sampleList(c)) })
	p.Get("/show", func(c *fiber.Ctx) error { return show.Render(c, 200, sampleShow(c)) })
	p.Get("/form", func(c *fiber.Ctx) error {
		b := web.NewBase(c, "needs", "style.list")
		return form.Render(c, 200, formPage{b, sampleForm(b, "").Read(3)})
	})
	p.Post("/form", func(c *fiber.Ctx) error {
		b := web.NewBase(c, "needs", "style.list")
		values := web.ValuesOf(c)
		if web.Version(c) == 2 {
			return form.Render(c, 409, formPage{b, sampleForm(b, "").Bind(c).Conflict(sampleForm(b, "Judul dari orang lain").Read(3))})
		}
		var fields apperr.Fields
		n, ok := values.Int("quantity")
		fields.Check(ok && n > 0, "quantity", "style.error.quantity")
		fields.Check(values.Get("urgency") != "", "urgency", "style.error.urgency")
		if err := fields.Err(); err != nil {
			return form.Render(c, 422, formPage{b, sampleForm(b, "").Bind(c).Fail(err)})
		}
		web.SetFlash(c, "good", "style.flash", "title", values.Get("title"))
		return web.Redirect(c, "/list")
	})
	return p
}

func sampleList(c *fiber.Ctx) stylePage {
	b := web.NewBase(c, "needs", "style.list")
	b.Demo = true
	b.Crumbs = []web.Crumb{{Label: "Kalimantan Barat", Path: "/villages/61"}, {Label: "Kabupaten Sambas", Path: "/villages/61.01"}, {Label: "Kecamatan Paloh", Path: "/villages/61.01.08"}, {Label: "Desa Temajuk"}}
	units := func(n int64) string { return b.Number(n) + " unit" }
	some, none, all := web.NewCoverage(b, 40, 30, 20, 10, units), web.NewCoverage(b, 1200, 0, 0, 0, units), web.NewCoverage(b, 30, 30, 30, 30, units)
	return stylePage{
		Base: b,
		Filters: web.NewFilters(b, "/list", "style.filter").Q(c.Query("q")).
			Select("region", c.Query("region"), []web.Option{{Value: "61.01", Label: "Sambas", Count: 8}, {Value: "61.72", Label: "Singkawang", Disabled: true}}).
			Select("status", c.Query("status"), []web.Option{{Value: "verified", Label: "Terverifikasi"}}).
			Sort(c.Query("sort"), []web.Option{{Value: "new", Label: "Terbaru"}, {Value: "due", Label: "Tenggat terdekat"}}),
		Figures: []web.Figure{
			{Label: "Penduduk miskin ekstrem", Value: "0,57 %", Target: "sasaran 0 %", Source: "2024 · Balitbang Kalbar, seminar 20 Februari 2025"},
			{Label: "Air bersih dan sanitasi", Value: "belum ada data", None: true, Target: "sasaran 80 %", Source: "Bantu mengisi: unggah data desa"},
			{Label: "Penyelesaian pendidikan dasar", Value: "belum ada data", None: true, Target: "sasaran 90 %", Source: "Bantu mengisi: unggah data desa"},
			{Label: "Desa yang tercatat", Value: "2.145", Source: "2024 · Kemendagri lewat idn-area-data"},
		},
		Cards: []web.Card{
			{Tag: &web.Tag{Kind: "wait", Text: "Belum tertangani"}, Title: "Penampung air hujan untuk dusun pesisir", Path: "#1", Meta: "Desa Temajuk, Kec. Paloh, Kab. Sambas · air bersih", Coverage: &none, Demo: true, DemoText: b.T("web.demo.tag")},
			{Tag: &web.Tag{Kind: "good", Text: "Berjalan"}, Title: "Listrik surya untuk rumah di luar jaringan", Path: "#2", Meta: "Desa Sungai Bening, Kec. Sajingan Besar, Kab. Sambas · listrik", Coverage: &some, Demo: true, DemoText: b.T("web.demo.tag")},
			{Tag: &web.Tag{Kind: "stop", Text: "Melewati tenggat"}, Title: "Perbaikan titian dan jembatan kayu", Path: "#3", Meta: "Desa Sepantai, Kec. Sejangkung, Kab. Sambas · jalan desa", Coverage: &all},
		},
		Pager: web.NewPager(b, "/list", map[string]string{"region": "61.01"}, "abc", "def"),
		Table: web.Table{Caption: "Komitmen", Head: []string{"Lembaga", "Keadaan", "Jumlah", "Sampai"}, Numbers: []bool{false, false, true}, Rows: []web.Row{
			{Cells: []web.Cell{{Text: "Contoh: Yayasan Air Bersih Demo", Path: "#o", Note: "organisasi nonpemerintah"}, {Tag: &web.Tag{Kind: "good", Text: "Diterima"}}, {Text: "20 unit"}, {Text: "1 April 2027"}}},
			{Cells: []web.Cell{{Text: "Contoh: PT Demo Sejahtera", Path: "#o"}, {Tag: &web.Tag{Kind: "wait", Text: "Menunggu desa"}}, {Text: "1.250 unit"}, {Text: "belum ditentukan", Quiet: true}}},
		}},
		Empty: web.Empty{Text: "Tidak ada kebutuhan dengan saringan ini. Longgarkan saringannya, atau nyatakan kebutuhan desa Anda.", ActionLabel: "Nyatakan kebutuhan", ActionPath: "#new"},
	}
}

func sampleShow(c *fiber.Ctx) showPage {
	b := web.NewBase(c, "needs", "")
	b.Title, b.Demo = "Penampung air hujan untuk dusun pesisir", true
	b.Crumbs = []web.Crumb{{Label: "Kebutuhan", Path: "/needs"}, {Label: "Penampung air hujan untuk dusun pesisir"}}
	back := web.NewAction(b, "style.act.return", "/return")
	back.Kind, back.Reason, back.Version = "plain", true, 4
	hurt := web.NewAction(b, "style.act.withdraw", "/withdraw")
	hurt.Kind = "stop"
	return showPage{
		Base: b, Status: web.Tag{Kind: "good", Text: "Terverifikasi, terbuka"}, Tags: []web.Tag{{Kind: "plain", Text: "Air bersih"}, {Kind: "stop", Text: "Mendesak"}, {Kind: "wait", Text: "Hampir cocok"}},
		Coverage: web.NewCoverage(b, 40, 30, 20, 10, func(n int64) string { return b.Number(n) + " unit" }),
		Parts: []web.Part{
			{Label: "Jenis sama: air bersih", Value: "0,25", Share: 1}, {Label: "Melayani Kec. Paloh", Value: "0,20", Share: 1}, {Label: "Sanggup 40 dari 40 unit", Value: "0,20", Share: 1},
			{Label: "Mendesak, bobot desa 1", Value: "0,07", Share: .47}, {Label: "Waktu tumpang tindih 5 dari 6 bulan", Value: "0,08", Share: .83}, {Label: "Jumlah", Value: "0,80", Total: true},
		},
		Panels: []web.Section{{ID: "documents", Title: "Dokumen", HTML: `<div class="empty"><p>Belum ada dokumen.</p></div>`}, {ID: "history", Title: "Riwayat", Error: b.T("web.panel_error")}},
		Steps: []web.Step{
			{State: "done", Label: "Musyawarah desa", When: "3 Oktober 2026", Who: "berita acara"}, {State: "done", Label: "Diajukan desa", When: "12 Oktober 2026"},
			{State: "now", Label: "Terverifikasi kecamatan", When: "20 Oktober 2026", Who: "Kantor Kec. Paloh", Note: "Jumlah KK sudah dicocokkan dengan daftar desa."}, {State: "next", Label: "Terpenuhi", When: "paling lambat 1 April 2027"},
		},
		Facts:   []web.Fact{{Label: "Bobot desa", Value: "1"}, {Label: "Indeks Desa", Value: "belum ada data", Quiet: true}, {Label: "Kode", Value: "61.01.08.2007", Path: "#v"}},
		Actions: []web.Action{web.NewAction(b, "style.act.submit", "/submit"), back, hurt},
	}
}

func sampleForm(b web.Base, title string) *web.Form {
	f := web.NewForm(b, "style.form", "/form").Back("/list")
	f.Section("what").Text("title", web.Required(), web.Max(120), web.Value(title)).TextArea("story", web.Max(2000)).Text("village", web.Suggest("/villages/suggest"), web.Autocomplete("off")).
		Select("category", []web.Option{{Value: "water", Label: "Air bersih", Group: "Layanan dasar"}, {Value: "power", Label: "Listrik", Group: "Layanan dasar"}, {Value: "boat", Label: "Perahu", Group: "Mata pencaharian"}}, web.Required()).
		Number("quantity", web.Required()).Rupiah("money", web.ValueInt(1500000)).Date("date").
		Radio("urgency", []web.Option{{Value: "1", Label: "Biasa"}, {Value: "2", Label: "Mendesak", Hint: "Ada yang dirugikan bila menunggu lebih dari tiga bulan."}}, web.Required()).
		Checkboxes("areas", []web.Option{{Value: "61.01", Label: "Kabupaten Sambas"}, {Value: "61.02", Label: "Kabupaten Mempawah"}})
	return f.Section("papers").File("file", ".pdf,image/jpeg").Checkbox("agree", web.Required())
}

// TestStyleGuide serves the style guide while GOTONG_STYLE_LISTEN names an address and GOTONG_STYLE_SECONDS a time, so
// that one can look at every part; without them it checks that each page renders.
func TestStyleGuide(t *testing.T) {
	p := stylePortal(t)
	for _, target := range []string{"/list?q=air&region=61.01", "/show?user=1", "/form", "/en/list", "/en/form"} {
		a := p.ask(t, "GET", target, "")
		if a.Status != 200 || strings.Contains(a.Body, "⟦") || strings.Contains(a.Body, "style=") || a.Doc.Find("h1").Length() != 1 {
			t.Errorf("%s: %d", target, a.Status)
		}
	}
	for _, err := range web.CheckViews(p.engine) {
		t.Error(err)
	}
	if address := os.Getenv("GOTONG_STYLE_LISTEN"); address != "" {
		seconds, _ := strconv.Atoi(os.Getenv("GOTONG_STYLE_SECONDS"))
		serveFor(t, p, address, seconds)
	}
}

func testAssets(t testing.TB) *static.Assets {
	t.Helper()
	assets, err := static.Load()
	if err != nil {
		t.Fatal(err)
	}
	return assets
}
