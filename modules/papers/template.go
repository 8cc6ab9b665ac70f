package papers

import (
	"regexp"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"gotong/modules/domain"
	"gotong/modules/kit/apperr"
)

// Template is the text of a kind of paper, as the secretariat decided it. Placeholders stand in braces. A line that begins with
// "# " is the title, with "## " a heading; an empty line ends a paragraph.
type Template struct {
	Kind    Kind             `json:"kind"`
	Version int              `json:"version"`
	Number  string           `json:"number"` // how papers are numbered: {urut}/PKS/GOTONG/{bulan}/{tahun}
	Text    string           `json:"text"`
	Reason  string           `json:"reason,omitempty"`
	By      domain.AccountID `json:"by,omitempty"`
	At      time.Time        `json:"at,omitzero"`
}

// Bounds of a template.
const (
	maxTemplate = 20_000
	maxNumber   = 60
	maxReason   = 500
)

// Placeholders of texts, in the order in which the page explains them.
var Placeholders = []string{
	"nomor", "hari", "tanggal", "tempat", "pihak_pertama", "alamat_pertama", "jabatan_pertama", "pihak_kedua", "alamat_kedua", "jabatan_kedua",
	"kebutuhan", "inisiatif", "desa", "jenis", "jumlah", "mulai", "selesai", "syarat", "pembatalan", "nomor_perjanjian",
	"kewajiban", "daftar_barang", "tanda_tangan",
}

// blocks stand alone on a line: a table of obligations, the handover list, where both sign.
var blocks = []string{"kewajiban", "daftar_barang", "tanda_tangan"}

// numbering are the placeholders of a number.
var numbering = []string{"urut", "bulan", "tahun"}

// needed must stand in a text of that kind, or it says too little.
var needed = map[Kind][]string{
	MoU:  {"nomor", "pihak_pertama", "pihak_kedua", "jumlah", "tanda_tangan"},
	PKS:  {"nomor", "pihak_pertama", "pihak_kedua", "jumlah", "selesai", "kewajiban", "pembatalan", "tanda_tangan"},
	BAST: {"nomor", "pihak_pertama", "pihak_kedua", "daftar_barang", "tanda_tangan"},
}

var placeholder = regexp.MustCompile(`\{([^{}\n]*)\}`)

// used lists the placeholders of a text in their order, each once.
func used(text string) (names []string) {
	for _, m := range placeholder.FindAllStringSubmatch(text, -1) {
		if !slices.Contains(names, m[1]) {
			names = append(names, m[1])
		}
	}
	return names
}

// Validate checks a template. Error: Invalid by field, naming what is wrong.
func (t *Template) Validate() error {
	var f apperr.Fields
	f.Check(strings.TrimSpace(t.Text) != "", "text", "papers.error.text")
	f.Check(utf8.RuneCountInString(t.Text) <= maxTemplate, "text", "papers.error.long", "max", maxTemplate)
	check := func(field, text string, known []string) {
		for _, name := range used(text) {
			f.Check(slices.Contains(known, name), field, "papers.error.placeholder", "name", name)
		}
		f.Check(strings.Count(text, "{") == strings.Count(text, "}") && !strings.ContainsAny(placeholder.ReplaceAllString(text, ""), "{}"), field, "papers.error.braces")
	}
	check("text", t.Text, Placeholders)
	for _, name := range needed[t.Kind] {
		f.Check(slices.Contains(used(t.Text), name), "text", "papers.error.needed", "name", name)
	}
	for _, name := range blocks {
		for _, line := range strings.Split(t.Text, "\n") {
			f.Check(!strings.Contains(line, "{"+name+"}") || strings.TrimSpace(line) == "{"+name+"}", "text", "papers.error.alone", "name", name)
		}
	}
	f.Check(len(domain.FindPersonalNumbers(t.Text)) == 0, "text", "papers.error.personal")
	check("number", t.Number, numbering)
	f.Check(strings.Contains(t.Number, "{urut}") && strings.Contains(t.Number, "{tahun}"), "number", "papers.error.number")
	f.Check(utf8.RuneCountInString(t.Number) <= maxNumber, "number", "papers.error.long", "max", maxNumber)
	f.Check(strings.TrimSpace(t.Reason) != "", "reason", "papers.error.reason")
	f.Check(utf8.RuneCountInString(t.Reason) <= maxReason, "reason", "papers.error.long", "max", maxReason)
	f.Check(len(domain.FindPersonalNumbers(t.Reason)) == 0, "reason", "papers.error.personal")
	return f.Err()
}

// Block is a part of a paper: Form is title, under (what stands right below a title), heading, text or the name of one of the blocks.
type Block struct{ Form, Text string }

// Blocks puts values into a template and takes it apart. A placeholder without a value becomes a dotted line to be filled in
// by hand.
func (t *Template) Blocks(values map[string]string) (list []Block) {
	fill := func(text string) string {
		return placeholder.ReplaceAllStringFunc(text, func(m string) string {
			if v := values[m[1:len(m)-1]]; v != "" {
				return v
			}
			return "……………………"
		})
	}
	var lines []string
	form := "text"
	flush := func() {
		if len(lines) > 0 {
			list = append(list, Block{form, fill(strings.Join(lines, "\n"))})
		}
		lines, form = nil, "text"
	}
	for _, line := range strings.Split(strings.ReplaceAll(t.Text, "\r\n", "\n"), "\n") {
		line = strings.TrimSpace(line)
		name := strings.Trim(line, "{}")
		switch {
		case line == "":
			flush()
		case strings.HasPrefix(line, "## "):
			flush()
			list = append(list, Block{"heading", fill(line[3:])})
		case strings.HasPrefix(line, "# "):
			flush()
			list = append(list, Block{"title", fill(line[2:])})
			form = "under"
		case line == "{"+name+"}" && slices.Contains(blocks, name):
			flush()
			list = append(list, Block{Form: name})
		default:
			lines = append(lines, line)
		}
	}
	flush()
	return list
}

var roman = [...]string{"I", "II", "III", "IV", "V", "VI", "VII", "VIII", "IX", "X", "XI", "XII"}

// number writes the number of a paper.
func (t *Template) number(sequence int, on domain.Date) string {
	day := on.Time()
	urut := strings.Repeat("0", max(0, 3-len(digits(sequence)))) + digits(sequence)
	return strings.NewReplacer("{urut}", urut, "{bulan}", roman[day.Month()-1], "{tahun}", digits(day.Year())).Replace(t.Number)
}

// First is the template of a kind that the portal comes with.
func First(k Kind) Template {
	return Template{Kind: k, Version: 1, Number: "{urut}/" + strings.ToUpper(string(k)) + "/GOTONG/{bulan}/{tahun}", Text: strings.TrimSpace(firstTexts[k])}
}

const parties = `
Pada hari ini, {hari}, tanggal {tanggal}, bertempat di {tempat}, yang bertanda tangan di bawah ini:

1. {pihak_pertama}, beralamat di {alamat_pertama}, diwakili oleh {jabatan_pertama}, selanjutnya disebut PIHAK PERTAMA;

2. {pihak_kedua}, beralamat di {alamat_kedua}, diwakili oleh {jabatan_kedua}, selanjutnya disebut PIHAK KEDUA;
`

var firstTexts = map[Kind]string{
	MoU: `# NOTA KESEPAHAMAN
Nomor: {nomor}
` + parties + `
menyatakan niat untuk bekerja sama sebagai berikut.

## 1. Maksud

PIHAK PERTAMA berniat membantu kebutuhan "{kebutuhan}" di {desa} melalui inisiatif "{inisiatif}", sejumlah {jumlah} ({jenis}), antara {mulai} dan {selesai}.

## 2. Syarat

{syarat}

## 3. Kedudukan

Nota kesepahaman ini menyatakan niat dan belum melahirkan kewajiban. Kewajiban kedua pihak lahir dari perjanjian kerja sama (PKS) yang menyusulnya.

Nota kesepahaman ini dibuat dalam dua rangkap asli yang sama bunyinya, satu untuk tiap pihak.

{tanda_tangan}
`,
	PKS: `# PERJANJIAN KERJA SAMA
Nomor: {nomor}
` + parties + `
sepakat mengikatkan diri dalam perjanjian kerja sama dengan ketentuan sebagai berikut.

## Pasal 1. Pokok perjanjian

PIHAK PERTAMA memberikan kepada PIHAK KEDUA {jumlah} ({jenis}) untuk kebutuhan "{kebutuhan}" di {desa}, melalui inisiatif "{inisiatif}". Pemberian ini tidak dipungut biaya dari penerima manfaat.

## Pasal 2. Jangka waktu

Perjanjian berlaku sejak {mulai} dan pelaksanaannya selesai paling lambat {selesai}.

## Pasal 3. Syarat

{syarat}

## Pasal 4. Kewajiban

{kewajiban}

## Pasal 5. Serah terima

Setiap penyerahan dicatat di portal beserta buktinya. Setelah seluruhnya diserahkan, kedua pihak menandatangani berita acara serah terima (BAST). PIHAK KEDUA mengonfirmasi apa yang benar-benar diterima.

## Pasal 6. Pembatalan

{pembatalan}

## Pasal 7. Perselisihan

Perselisihan diselesaikan dengan musyawarah; bila tidak tercapai, verifikator wilayah memutuskan berdasarkan keterangan kedua pihak. Data pribadi warga tidak dicantumkan dalam perjanjian ini maupun lampirannya.

## Pasal 8. Penutup

Perjanjian ini dibuat dalam dua rangkap asli bermeterai cukup yang sama bunyinya, satu untuk tiap pihak, dan keduanya mempunyai kekuatan hukum yang sama.

{tanda_tangan}
`,
	BAST: `# BERITA ACARA SERAH TERIMA
Nomor: {nomor}
` + parties + `
menyatakan bahwa PIHAK PERTAMA telah menyerahkan dan PIHAK KEDUA telah menerima hal berikut untuk kebutuhan "{kebutuhan}" di {desa}, sebagai pelaksanaan perjanjian nomor {nomor_perjanjian}.

{daftar_barang}

PIHAK KEDUA memeriksa jumlah dan keadaannya. Sejak penandatanganan ini, pengelolaan dan pemeliharaannya menjadi tanggung jawab PIHAK KEDUA, kecuali ditentukan lain dalam perjanjian.

Berita acara ini dibuat dalam dua rangkap asli yang sama bunyinya, satu untuk tiap pihak.

{tanda_tangan}
`,
}
