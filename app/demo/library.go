package demo

import (
	"archive/zip"
	"bytes"
	"context"
	"fmt"
	"image/color"
	"strconv"
	"strings"

	"gotong/app/embedded/oidc"
	"gotong/modules/documents"
	"gotong/modules/domain"
)

// shelved is a document of the demonstration's library: of an organisation, or of an initiative of the story.
type shelved struct {
	key        string
	by         string // who uploads it
	of         domain.OrganizationID
	initiative string // of the story, where it is not the organisation's own
	details    documents.Details
	file       domain.Upload
	collection string // key of the collection it is put into
}

// workbook makes an ODS of one sheet, the same bytes each time: a telling that is gone on with meets its own files.
func workbook(name, title string, rows ...[]string) domain.Upload {
	var body strings.Builder
	body.WriteString(`<?xml version="1.0" encoding="UTF-8"?><office:document-content xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0" xmlns:table="urn:oasis:names:tc:opendocument:xmlns:table:1.0" xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0" office:version="1.2"><office:body><office:spreadsheet><table:table table:name="` + title + `">`)
	for _, row := range rows {
		body.WriteString("<table:table-row>")
		for _, cell := range row {
			body.WriteString(`<table:table-cell office:value-type="string"><text:p>` + cell + "</text:p></table:table-cell>")
		}
		body.WriteString("</table:table-row>")
	}
	body.WriteString("</table:table></office:spreadsheet></office:body></office:document-content>")
	const kind = "application/vnd.oasis.opendocument.spreadsheet"
	var out bytes.Buffer
	z := zip.NewWriter(&out)
	for _, e := range []struct {
		name, text string
		method     uint16
	}{
		{"mimetype", kind, zip.Store},
		{"content.xml", body.String(), zip.Deflate},
		{"META-INF/manifest.xml", `<?xml version="1.0" encoding="UTF-8"?><manifest:manifest xmlns:manifest="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0" manifest:version="1.2"><manifest:file-entry manifest:full-path="/" manifest:media-type="` + kind + `"/><manifest:file-entry manifest:full-path="content.xml" manifest:media-type="text/xml"/></manifest:manifest>`, zip.Deflate},
	} {
		w, err := z.CreateHeader(&zip.FileHeader{Name: e.name, Method: e.method})
		if err == nil {
			_, err = w.Write([]byte(e.text))
		}
		if err != nil { // only a broken writer can fail, and a buffer never does
			panic(err)
		}
	}
	if err := z.Close(); err != nil {
		panic(err)
	}
	return upload(name+".ods", out.Bytes())
}

// table makes a CSV with semicolons, as Indonesian programs expect it.
func table(name string, rows ...[]string) domain.Upload {
	var out strings.Builder
	out.WriteString("DATA CONTOH / DEMO DATA\n")
	for _, row := range rows {
		out.WriteString(strings.Join(row, ";") + "\n")
	}
	return upload(name+".csv", []byte(out.String()))
}

// webPage makes an HTML file.
func webPage(name, title string, paragraphs ...string) domain.Upload {
	text := "<!doctype html><html><head><meta charset=\"utf-8\"><title>" + title + "</title></head><body><h1>" + title + "</h1><p>DATA CONTOH / DEMO DATA</p><p>" +
		strings.Join(paragraphs, "</p><p>") + "</p></body></html>"
	return upload(name+".html", []byte(text))
}

// shelves are the documents. All of it is invented and says so; tags are groups of the taxonomy.
func shelves() []shelved {
	said := func(typ domain.DocumentType, title, description, lang string, date domain.Date, authors, license string, tags ...string) documents.Details {
		return documents.Details{Type: typ, Title: "[Contoh] " + title, Description: description, Visibility: domain.VisiblePublic, Language: lang, Date: date, Authors: authors, License: license, Tags: tags}
	}
	parts := workbook("suku-cadang-contoh", "Suku cadang", []string{"DATA CONTOH / DEMO DATA"}, []string{"Bagian", "Jumlah", "Ganti tiap (bulan)"},
		[]string{"Keran tandon", "40", "24"}, []string{"Saringan talang", "80", "6"}, []string{"Klem pipa", "120", "36"})
	narrow := func(d documents.Details, v domain.Visibility) documents.Details {
		d.Visibility = v
		return d
	}
	return []shelved{
		{key: "panduan", by: "air-pengelola", of: oidc.OrgAir, collection: "air", details: said(domain.DocReport, "Panduan merawat tandon air hujan", "Langkah merawat tandon, talang, dan saringan bagi kelompok pengelola air desa.", "id", "2024-03-12", "Yayasan Air Bersih Demo", "CC-BY-4.0", "water-sanitation"),
			file: pdf("panduan-tandon", "Panduan merawat tandon air hujan", "Bersihkan talang sebelum musim hujan.", "Ganti saringan tiap enam bulan; catat tanggalnya.", "Kuras tandon setahun sekali bersama warga.")},
		{key: "suku-cadang", by: "air-pengelola", of: oidc.OrgAir, collection: "air", details: said(domain.DocBudget, "Daftar suku cadang tandon", "Jumlah dan masa ganti suku cadang untuk 40 tandon.", "id", "2025-01-20", "", "CC0-1.0", "water-sanitation"), file: parts},
		{key: "handbook", by: "air-pengelola", of: oidc.OrgAir, collection: "air", details: said(domain.DocReport, "Rainwater tank handbook for village groups", "How village groups look after tanks, gutters and filters.", "en", "2025-06-02", "Yayasan Air Bersih Demo", "CC-BY-4.0", "water-sanitation"),
			file: webPage("rainwater-handbook", "Rainwater tank handbook", "Clean the gutters before the rainy season.", "Change the filter every six months and write down the date.")},
		{key: "gambar", by: "air-pengelola", initiative: "9", collection: "air", details: said(domain.DocPhoto, "Gambar pemasangan tandon", "Gambar rancangan, bukan foto tempat nyata.", "id", "2026-02-14", "", "CC0-1.0", "water-sanitation"), file: picture("rancangan-tandon", tank)},
		{key: "rapat", by: "air-pengelola", initiative: "9", details: narrow(said(domain.DocMinutes, "Notula rapat persiapan", "Catatan rapat para pihak.", "id", "2026-04-08", "", "", "water-sanitation"), domain.VisibleParties),
			file: note("notula-persiapan", "Rapat persiapan pemasangan tandon.", "Disepakati: bahan datang sebelum musim kemarau.")},
		{key: "kajian-2023", by: "univ-pengelola", of: oidc.OrgUniv, collection: "penelitian", details: said(domain.DocStudy, "Kajian akses air bersih pesisir", "Kajian rekaan tentang jarak ke sumber air.", "id", "2023-11-05", "Sari, D. dan Budiman, A.", "CC-BY-4.0", "water-sanitation"),
			file: pdf("kajian-air-pesisir", "Kajian akses air bersih pesisir", "Metode: wawancara kelompok pengelola air.", "Hasil dalam berkas ini rekaan dan tidak menggambarkan desa mana pun.")},
		{key: "kajian-2025", by: "univ-pengelola", initiative: "12", collection: "penelitian", details: said(domain.DocStudy, "Local potential and poverty: a research note", "An invented research note on models from local potential.", "en", "2025-09-18", "Sari, D.", "CC-BY-SA-4.0"),
			file: pdf("research-note", "Local potential and poverty", "Method: villages are grouped by need and potential.", "All results in this file are invented.")},
		{key: "data", by: "univ-pengelola", initiative: "12", collection: "penelitian", details: said(domain.DocOther, "Data contoh kelompok desa", "Tabel rekaan, satu baris tiap kelompok.", "id", "2025-09-18", "", "CC0-1.0"),
			file: table("data-kelompok", []string{"kelompok", "desa", "potensi"}, []string{"A", "12", "perikanan"}, []string{"B", "9", "karet"}, []string{"C", "7", "wisata mangrove"})},
		{key: "tor", by: "univ-pengelola", of: oidc.OrgUniv, details: said(domain.DocTerms, "Kerangka acuan penelitian bersama", "Kerangka acuan untuk mitra penelitian.", "id", "2024-08-30", "LPPM Universitas Demo", "all-rights-reserved"),
			file: pdf("kak-penelitian", "Kerangka acuan penelitian bersama", "Ruang lingkup, jadwal, dan pembagian tugas (contoh).")},
		{key: "surya", by: "surya-pengelola", initiative: "10", collection: "", details: said(domain.DocReport, "Laporan pelatihan perawat panel surya", "Dua belas perawat dilatih (contoh).", "id", "2026-05-21", "Komunitas Surya Demo", "CC-BY-4.0"),
			file: pdf("laporan-pelatihan", "Laporan pelatihan perawat panel surya", "Materi: membersihkan panel, memeriksa baterai, mencatat gangguan.")},
		{key: "foto-surya", by: "surya-pengelola", initiative: "10", details: said(domain.DocPhoto, "Gambar rumah dengan panel surya", "Gambar rancangan, bukan foto tempat nyata.", "id", "2026-05-21", "", "CC0-1.0"), file: picture("rumah-surya", color.RGBA{0xd9, 0xa4, 0x1f, 0xff})},
		{key: "kebijakan", by: "balitbang-pengelola", of: oidc.OrgBalitbang, collection: "penelitian", details: said(domain.DocReport, "Ringkasan kebijakan: belajar dari desa", "Ringkasan rekaan untuk diskusi seminar.", "id", "2026-01-15", "Badan Penelitian Daerah Demo", "public-sector"),
			file: pdf("ringkasan-kebijakan", "Ringkasan kebijakan", "Pilih kegiatan bersama warga, catat hasilnya, ulangi yang berhasil.")},
		{key: "policy", by: "balitbang-pengelola", of: oidc.OrgBalitbang, details: said(domain.DocReport, "Policy brief: learning from villages", "An invented brief for the seminar’s discussion.", "en", "2026-01-15", "Badan Penelitian Daerah Demo", "public-sector"),
			file: pdf("policy-brief", "Policy brief", "Choose with the people, write down what came of it, repeat what worked.")},
		{key: "mitra", by: "balitbang-pengelola", of: oidc.OrgBalitbang, details: narrow(said(domain.DocOther, "Catatan untuk mitra", "Hanya untuk organisasi terverifikasi.", "id", "2026-03-03", "", ""), domain.VisiblePartners), file: note("catatan-mitra", "Catatan rekaan untuk mitra.")},
	}
}

// curated are the collections of the demonstration.
func curated() []struct {
	key, by, title, text string
	of                   domain.OrganizationID
} {
	return []struct {
		key, by, title, text string
		of                   domain.OrganizationID
	}{
		{"air", "air-pengelola", "[Contoh] Merawat air bersih di desa", "Panduan, suku cadang, dan gambar untuk kelompok pengelola air.", oidc.OrgAir},
		{"penelitian", "univ-pengelola", "[Contoh] Penelitian untuk perencana desa", "Kajian dan ringkasan yang dapat dipakai dalam musyawarah desa.", oidc.OrgUniv},
	}
}

// library puts documents of several types, languages and years on the shelves, and two collections of them.
func (t *teller) library(ctx context.Context) error {
	ids := map[string][]domain.DocumentID{}
	for _, d := range shelves() {
		by, err := t.cast.as(ctx, d.by)
		if err != nil {
			return err
		}
		ref := domain.Ref{Kind: domain.KindOrganization, ID: string(d.of)}
		if d.initiative != "" {
			ref = domain.Ref{Kind: domain.KindInitiative, ID: string(t.initiatives[d.initiative])}
		}
		id, err := t.services.Documents.Add(ctx, by, form("library", d.key), ref, d.details, d.file)
		if err != nil {
			return fmt.Errorf("%s: %w", d.key, err)
		}
		if d.collection != "" {
			ids[d.collection] = append(ids[d.collection], id)
		}
	}
	collections := t.services.Documents.Collections
	for _, c := range curated() {
		by, err := t.cast.as(ctx, c.by)
		if err != nil {
			return err
		}
		id, err := collections.Create(ctx, by, form("collection", c.key), c.of, documents.CollectionDetails{Title: c.title, Description: c.text, Public: true})
		if err != nil {
			return fmt.Errorf("collection %s: %w", c.key, err)
		}
		view, err := collections.Get(ctx, by, id)
		if err != nil {
			return err
		}
		for i, document := range ids[c.key] {
			if i < len(view.Collection.Documents) {
				continue // of an interrupted telling
			}
			if err := collections.Put(ctx, by, form("collection", c.key, strconv.Itoa(i)), id, 0, document); err != nil {
				return fmt.Errorf("collection %s: %w", c.key, err)
			}
		}
	}
	return nil
}
