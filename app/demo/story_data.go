package demo

import (
	"time"

	"gotong/app/embedded/oidc"
	"gotong/modules/domain"
	"gotong/modules/initiatives"
	"gotong/modules/needs"
)

// chapter is one need of the story and how far it comes.
type chapter struct {
	key      string // of its form
	operator string // who declares it
	village  domain.RegionCode
	verifier string // "" for none
	until    needs.State
	content  needs.Content
	returned []needs.FieldReason
}

func later(now time.Time, months int) domain.Date { return domain.DateOf(now.AddDate(0, months, 0)) }

func before(now time.Time, days int) domain.Date { return domain.DateOf(now.AddDate(0, 0, -days)) }

// chapters are needs 1 to 8 of the demo story, all invented.
func chapters(now time.Time) []chapter {
	content := func(category domain.CategoryID, title, description, summary string, quantity int64, unit domain.UnitID, households, persons int64) needs.Content {
		return needs.Content{
			Category: category, Title: "[Contoh] " + title, Description: description, Summary: summary, Quantity: quantity, Unit: unit,
			Households: households, Persons: persons, Divisible: true, WantedBy: later(now, 10), Urgency: needs.UrgencyHigh,
			UrgencyReason: "Ditetapkan sebagai prioritas pada musyawarah desa (contoh).", MeetingDate: before(now, 30), ContactOffice: "Kantor desa (contoh)",
		}
	}
	list := []chapter{
		{key: "1", operator: "desa-temajuk", village: "61.01.08.2007", verifier: "verifikator-paloh", until: needs.Verified,
			content: content("clean-water-supply", "Penampung air hujan untuk dusun pesisir",
				"Keluarga di satu dusun mengandalkan air hujan pada musim kemarau panjang. Diperlukan 40 unit tandon 1.100 liter beserta talang. Berita acara musdes terlampir (contoh).",
				"40 unit tandon air hujan beserta talang untuk 40 KK di satu dusun pesisir.", 40, "unit", 40, 152)},
		{key: "2", operator: "desa-sarang-burung-danau", village: "61.01.03.2001", verifier: "verifikator-sambas", until: needs.Verified,
			content: content("sanitation", "Jamban keluarga dan tangki septik",
				"Usulan 25 unit jamban sehat bagi keluarga yang belum memilikinya; warga menyediakan tenaga gotong royong.",
				"25 unit jamban sehat dengan tangki septik; warga menyediakan tenaga.", 25, "unit", 25, 98)},
		{key: "3", operator: "desa-sungai-bening", village: "61.01.09.2005", verifier: "verifikator-sambas", until: needs.Verified,
			content: content("off-grid-solar", "Listrik surya untuk rumah di luar jaringan",
				"Paket surya rumah tangga untuk 30 KK di dusun yang belum terjangkau jaringan; disertai pelatihan perawatan.",
				"Paket surya rumah tangga untuk 30 KK di dusun yang belum terjangkau jaringan.", 30, "household", 30, 117)},
		{key: "4", operator: "desa-tempapan-hulu", village: "61.01.11.2005", verifier: "verifikator-sambas", until: needs.InVerification,
			content: content("basic-education-access", "Perlengkapan sekolah dan biaya perjalanan murid",
				"Bantuan perlengkapan dan ongkos perahu untuk 20 anak agar menamatkan SMP.", "Perlengkapan sekolah dan ongkos perahu untuk 20 anak.", 20, "person", 16, 20)},
		{key: "5", operator: "desa-penjajap", village: "61.01.05.2003", verifier: "verifikator-sambas", until: needs.Verified,
			content: content("access-to-capital", "Modal bergulir kelompok olahan ikan",
				"Kelompok perempuan pengolah ikan mengajukan modal bergulir Rp50.000.000 dan pendampingan pembukuan.",
				"Modal bergulir bagi satu kelompok perempuan pengolah ikan.", 50_000_000, domain.Money, 18, 64)},
		{key: "6", operator: "desa-sepantai", village: "61.01.06.2012", verifier: "verifikator-sambas", until: needs.Planned,
			content: content("village-road-bridge", "Perbaikan titian dan jembatan kayu",
				"Titian 120 m menuju sekolah rusak; dalam contoh ini sudah masuk rencana pemerintah daerah.", "Perbaikan titian 120 m menuju sekolah.", 120, "metre", 85, 310)},
		{key: "7", operator: "desa-semata", village: "61.01.17.2004", until: needs.Submitted,
			content: content("vocational-skills-training", "Pelatihan jahit dan kemasan",
				"Pelatihan 20 peserta dari keluarga miskin selama 12 pertemuan; alat jahit 5 unit.", "Pelatihan jahit dan kemasan untuk 20 peserta.", 20, "person", 20, 20)},
		{key: "8", operator: "desa-karaban-jaya", village: "61.01.10.2011", verifier: "verifikator-sambas", until: needs.NeedsCorrection,
			content: content("beneficiary-data-verification", "Pemutakhiran data keluarga sasaran",
				"Desa meminta pendampingan memutakhirkan data melalui musyawarah desa.", "Pendampingan pemutakhiran data keluarga melalui musyawarah desa.", 210, "household", 210, 800),
			returned: []needs.FieldReason{{Field: "minutes", Reason: "Lampiran memuat NIK; mohon dihapus lalu unggah lagi."}}},
	}
	list[0].content.Urgency, list[0].content.MinLot = needs.UrgencyCritical, 5
	list[4].content.MinLot = 5_000_000
	return append(list, more(content)...)
}

// more are further open needs, so that an allocation plan has something to weigh: together they ask for more than is offered.
func more(content func(domain.CategoryID, string, string, string, int64, domain.UnitID, int64, int64) needs.Content) []chapter {
	open := func(key, operator string, village domain.RegionCode, lot int64, c needs.Content) chapter {
		c.MinLot, c.Urgency = lot, needs.UrgencyNormal
		return chapter{key: key, operator: operator, village: village, verifier: "verifikator-sambas", until: needs.Verified, content: c}
	}
	return []chapter{
		open("a", "desa-semata", "61.01.17.2004", 4, content("clean-water-supply", "Tandon air untuk dua dusun",
			"Dua dusun berbagi satu sumur yang kering pada kemarau; diperlukan 20 unit tandon (contoh).", "20 unit tandon air untuk 24 KK di dua dusun.", 20, "unit", 24, 88)),
		open("b", "desa-karaban-jaya", "61.01.10.2011", 3, content("clean-water-supply", "Tandon air untuk rumah di lereng",
			"Rumah di lereng tidak terjangkau pipa; diperlukan 15 unit tandon beserta talang (contoh).", "15 unit tandon air beserta talang untuk 15 KK.", 15, "unit", 15, 57)),
		open("c", "desa-penjajap", "61.01.05.2003", 2, content("sanitation", "Sanitasi untuk kampung nelayan",
			"Rumah panggung di kampung nelayan belum memiliki jamban; diperlukan 12 unit (contoh).", "12 unit jamban sehat untuk 12 KK di kampung nelayan.", 12, "unit", 12, 49)),
		open("d", "desa-sungai-bening", "61.01.09.2005", 2, content("sanitation", "Jamban bagi keluarga di perbatasan",
			"Keluarga di dusun perbatasan memakai jamban bersama; diperlukan 10 unit (contoh).", "10 unit jamban sehat untuk 10 KK di dusun perbatasan.", 10, "unit", 10, 41)),
		open("e", "desa-sepantai", "61.01.06.2012", 5, content("off-grid-solar", "Lampu surya untuk dusun seberang",
			"Dusun di seberang sungai belum berlistrik; diperlukan paket surya untuk 22 KK (contoh).", "Paket surya rumah tangga untuk 22 KK di dusun seberang.", 22, "household", 22, 83)),
		open("f", "desa-tempapan-hulu", "61.01.11.2005", 5_000_000, content("access-to-capital", "Modal kelompok tani lada",
			"Kelompok tani lada mengajukan modal bergulir Rp60.000.000 untuk alat pengering (contoh).", "Modal bergulir bagi satu kelompok tani lada.", 60_000_000, domain.Money, 14, 52)),
	}
}

// scene is one initiative of the story and how far it comes.
type scene struct {
	key       string
	owner     string
	org       domain.OrganizationID
	reviewers []string // by subject
	until     initiatives.State
	content   initiatives.Content
	revision  string
	study     bool // a public report comes with it
	written   int  // of a proposal under review: how many reviews are in
}

// scenes are items 9 to 12 of the demo story, and one more that the revolving fund of need 5 comes from.
func scenes(now time.Time) []scene {
	content := func(title, summary, english, problem, goals, group string, people int64, offers []initiatives.Offer, budget []initiatives.BudgetLine, results []initiatives.Result) initiatives.Content {
		return initiatives.Content{
			Title: "[Contoh] " + title, Summary: summary, SummaryEN: english, Problem: problem, Goals: goals, Areas: []domain.RegionCode{"61.01"},
			TargetGroup: group, TargetNumber: people, From: domain.DateOf(now), Until: later(now, 12), Offers: offers, Budget: budget, Results: results,
			Risks:          "Cuaca dan jalur sungai menghambat pengangkutan; jadwal diberi cadangan satu bulan (contoh).",
			Sustainability: "Kelompok pengelola di desa merawat sarana dengan iuran warga (contoh).",
		}
	}
	offer := func(category domain.CategoryID, unit domain.UnitID, quantity int64, conditions string) initiatives.Offer {
		return initiatives.Offer{Category: category, Unit: unit, Quantity: quantity, Conditions: conditions}
	}
	own := func(item string, amount int64) initiatives.BudgetLine {
		return initiatives.BudgetLine{Item: item, Source: initiatives.SourceOwn, Amount: amount}
	}
	result := func(indicator, baseline, target string) initiatives.Result {
		return initiatives.Result{Indicator: indicator, Baseline: baseline, Target: target}
	}
	mixed := []string{"penelaah-balitbang", "penelaah-univ"}
	noUniversity := []string{"penelaah-balitbang", "penelaah-kabupaten"}
	list := []scene{
		{key: "9", owner: "air-pengelola", org: oidc.OrgAir, reviewers: mixed, until: initiatives.Published,
			content: content("Air Bersih Pesisir Sambas", "Tandon, talang, dan jamban untuk dusun pesisir dalam 12 bulan.",
				"Rain-water tanks, gutters and toilets for coastal hamlets within 12 months.",
				"Dusun pesisir mengandalkan air hujan dan banyak rumah belum memiliki jamban (contoh).", "Air dan sanitasi yang layak bagi dusun pesisir.", "Keluarga di dusun pesisir", 400,
				[]initiatives.Offer{offer("clean-water-supply", "unit", 60, "Warga menyiapkan dudukan tandon."), offer("sanitation", "unit", 40, "Warga menyediakan tenaga.")},
				[]initiatives.BudgetLine{own("Tandon dan talang", 150_000_000), {Item: "Jamban dan tangki septik", Source: initiatives.SourceGrant, Amount: 120_000_000}},
				[]initiatives.Result{result("improved-water-access", "40 KK tanpa penampung (contoh)", "40 KK memiliki tandon"), result("improved-sanitation-access", "25 KK tanpa jamban (contoh)", "25 KK memiliki jamban")})},
		{key: "10", owner: "surya-pengelola", org: oidc.OrgSurya, reviewers: mixed, until: initiatives.Running,
			content: content("Terang Perbatasan", "Komunitas menyediakan tenaga ahli dan relawan; perusahaan menyediakan perangkat surya.",
				"Volunteers install solar home systems; a company provides the equipment.",
				"Dusun di luar jaringan listrik memakai lampu minyak (contoh).", "Penerangan yang aman bagi 30 KK dan warga yang mampu merawatnya.", "Keluarga di luar jaringan", 117,
				[]initiatives.Offer{offer("off-grid-solar", "household", 45, "Satu orang per dusun mengikuti pelatihan perawatan.")},
				[]initiatives.BudgetLine{{Item: "Perangkat surya", Source: initiatives.SourceCSR, Amount: 180_000_000}, own("Pemasangan dan pelatihan", 30_000_000)},
				[]initiatives.Result{result("household-electrification", "0 dari 30 KK (contoh)", "30 dari 30 KK")})},
		{key: "11", owner: "bank-pengelola", org: oidc.OrgBank, reviewers: noUniversity, until: initiatives.NeedsRevision,
			revision: "Tambahkan garis dasar pendapatan, agar sasaran kenaikan 30% dapat dinilai.",
			content: content("Naik Kelas Usaha Mikro", "Pembiayaan dan pendampingan usaha mikro.", "Finance and mentoring for micro-enterprises.",
				"Usaha mikro sulit memperoleh pembiayaan (contoh).", "Usaha mikro memperoleh pembiayaan dan pembukuan yang rapi.", "Pelaku usaha mikro", 120,
				[]initiatives.Offer{offer("access-to-capital", domain.Money, 200_000_000, "Pembukuan sederhana selama masa pinjaman."), offer("micro-enterprise-strengthening", "business", 40, "")},
				[]initiatives.BudgetLine{own("Dana bergulir", 200_000_000)},
				[]initiatives.Result{result("household-income", "belum diukur", "naik 30%")})},
		{key: "12", owner: "univ-pengelola", org: oidc.OrgUniv, reviewers: noUniversity, until: initiatives.Evaluated, study: true,
			content: content("Riset model intervensi berbasis potensi lokal", "Kajian karakteristik, efektivitas program perlindungan sosial, serta dampak infrastruktur dan akses layanan dasar.",
				"A study of poverty, of how well social protection works, and of what infrastructure and access to services change.",
				"Program sering tidak mengikuti potensi setempat (contoh).", "Model intervensi yang mengikuti potensi desa.", "Pemerintah daerah dan desa", 60,
				[]initiatives.Offer{offer("applied-research-evaluation", "document", 4, "")}, []initiatives.BudgetLine{own("Penelitian lapangan", 90_000_000)},
				[]initiatives.Result{result("needs-fulfilled-share", "belum diukur", "terukur setiap tahun")})},
		{key: "csr", owner: "csr-pengelola", org: oidc.OrgCSR, reviewers: mixed, until: initiatives.Published,
			content: content("Dana bergulir olahan pesisir", "Dana bergulir dan pendampingan pembukuan bagi kelompok pengolah hasil laut.",
				"A revolving fund and bookkeeping help for groups that process fish.",
				"Kelompok pengolah ikan kekurangan modal kerja (contoh).", "Kelompok mampu memutar modal sendiri.", "Kelompok perempuan pengolah ikan", 90,
				[]initiatives.Offer{offer("access-to-capital", domain.Money, 120_000_000, "Laporan pembukuan tiap tiga bulan.")},
				[]initiatives.BudgetLine{own("Dana bergulir", 120_000_000)},
				[]initiatives.Result{result("micro-credit-access", "0 kelompok (contoh)", "3 kelompok")})},
	}
	clean := func(title, place string, tanks int64) initiatives.Content {
		return content(title, "Tandon dan talang untuk "+place+" (contoh).", "Rain-water tanks and gutters (demo).", "Air tanah payau pada musim kemarau (contoh).", "Persediaan air dua bulan bagi keluarga sasaran (contoh).",
			"Keluarga di "+place, 4*tanks, []initiatives.Offer{offer("clean-water-supply", "unit", tanks, "Warga menyiapkan dudukan tandon.")}, []initiatives.BudgetLine{own("Tandon dan talang", tanks*2_500_000)},
			[]initiatives.Result{result("improved-water-access", "belum diukur (contoh)", "seluruh keluarga sasaran")})
	}
	list = append(list,
		scene{key: "13", owner: "surya-pengelola", org: oidc.OrgSurya, until: initiatives.Submitted, content: clean("Pompa surya air bersih", "dusun tanpa sumur", 12)},
		scene{key: "14", owner: "media-pengelola", org: oidc.OrgMedia, reviewers: mixed, written: 1, until: initiatives.UnderReview, content: clean("Air bersih posko radio desa", "dusun pesisir", 8)},
		scene{key: "15", owner: "csr-pengelola", org: oidc.OrgCSR, reviewers: noUniversity, until: initiatives.UnderReview, content: clean("Tandon keluarga nelayan", "kampung nelayan", 20)},
	)
	list[1].content.Milestones = []initiatives.Milestone{{Title: "Survei atap 45 rumah (contoh)", Due: later(now, 1)}, {Title: "Separuh paket terpasang (contoh)", Due: later(now, 4)}, {Title: "Perawat terlatih di setiap dusun (contoh)", Due: later(now, 9)}}
	list[1].content.Partners = []initiatives.Partner{{Organization: oidc.OrgCSR, Name: "Contoh: PT Usaha Bersama Demo", Role: "menyediakan perangkat"}}
	list[2].content.Partners = []initiatives.Partner{{Organization: oidc.OrgUniv, Name: "Contoh: LPPM Universitas Demo", Role: "mendampingi pembukuan"}}
	return list
}

// partnerOwners are the people who confirm for organisations that initiatives name as partners.
var partnerOwners = map[domain.OrganizationID]string{oidc.OrgCSR: "csr-pengelola", oidc.OrgUniv: "univ-pengelola"}
