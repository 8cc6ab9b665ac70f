package walk

import (
	"bytes"
	"fmt"
	"slices"
	"strings"
	"time"
)

// Loop is the portal's whole loop on one village: a need declared, verified, answered by three organisations, delivered
// and confirmed. Its steps are in order; each leaves the portal in a state that the next one needs.
type Loop struct {
	// As gives the visitor of a person, by subject; "" is the public. The same person always gets the same visitor.
	As func(subject string) (Visitor, error)
	// Mark tells this loop's things from those of other loops.
	Mark string

	foundation  string            // path of the founded organisation's page
	need        string            // path of the need's page
	initiatives map[string]string // path by proposer
	commitments map[string]string
}

// Village is where the loop happens; its government and its district's verifier are demo people.
const (
	Village         = "61.01.08.2007"
	villageSubject  = "desa-temajuk"
	verifierSubject = "verifikator-paloh"
	category        = "clean-water-supply"
	unit            = "household"
)

// proposer is an organisation's owner who posts an initiative, with two reviewers who have no tie to it.
type proposer struct {
	subject   string
	reviewers [2]string
	quantity  int64
}

// founder is a member without an organisation, who founds an NGO.
const founder = "anggota"

var proposers = []proposer{
	{"univ-pengelola", [2]string{"penelaah-balitbang", "penelaah-kabupaten"}, 5},
	{"csr-pengelola", [2]string{"penelaah-balitbang", "penelaah-univ"}, 4},
	{founder, [2]string{"penelaah-univ", "penelaah-kabupaten"}, 3},
}

// Step is one act of one person.
type Step struct {
	Name string
	Who  string
	Run  func(v Visitor) error
}

// Steps lists the loop.
func (l *Loop) Steps() []Step {
	l.initiatives, l.commitments = map[string]string{}, map[string]string{}
	steps := []Step{
		{"found an organisation", founder, l.found},
		{"hand in the board's letter", founder, l.paper("surat-kuasa")},
		{"hand in the founding deed", founder, l.paper("akta-ahu")},
		{"ask for verification", founder, func(v Visitor) error { return l.press(v, l.foundation+"/verification", "submit") }},
		{"verify the organisation", "sekretariat-1", l.verifyOrganization},
		{"declare the need", villageSubject, l.declare},
		{"submit it with the minutes", villageSubject, l.submitNeed},
		{"begin the verification", verifierSubject, l.begin},
		{"verify it", verifierSubject, l.verify},
	}
	for _, p := range proposers {
		steps = append(steps, l.propose(p)...)
	}
	for _, p := range proposers {
		steps = append(steps, l.deliver(p)...)
	}
	return append(steps, Step{"see the change on the village's page", "", l.see})
}

// Page is one of the loop's things, as somebody sees it.
type Page struct{ Who, Path string }

// Pages are the pages of the loop's things so far, each seen by one who may see all of it.
func (l *Loop) Pages() []Page {
	var pages []Page
	add := func(who, path string) {
		if path != "" {
			pages = append(pages, Page{who, path})
		}
	}
	if l.foundation != "" {
		add(founder, l.foundation+"/verification")
	}
	add(villageSubject, l.need)
	for _, p := range proposers {
		add(p.subject, l.initiatives[p.subject])
	}
	for _, p := range proposers {
		add(p.subject, l.commitments[p.subject])
	}
	return pages
}

// People are the subjects of all who take a step, each once; the public is not among them.
func (l *Loop) People() []string {
	var people []string
	for _, s := range l.Steps() {
		if s.Who != "" && !slices.Contains(people, s.Who) {
			people = append(people, s.Who)
		}
	}
	return people
}

// Walk takes all steps.
func (l *Loop) Walk(log func(format string, args ...any)) error {
	for _, s := range l.Steps() {
		start := time.Now()
		if err := l.Take(s); err != nil {
			return err
		}
		if log != nil {
			log("%-12s %s (%d ms)", s.Who, s.Name, time.Since(start).Milliseconds())
		}
	}
	return nil
}

// Take takes one step.
func (l *Loop) Take(s Step) error {
	v, err := l.As(s.Who)
	if err == nil {
		err = s.Run(v)
	}
	if err != nil {
		return fmt.Errorf("%s (%s): %w", s.Name, s.Who, err)
	}
	return nil
}

func inDays(days int) string { return time.Now().AddDate(0, 0, days).Format(time.DateOnly) }

// title is how this loop's things are called.
func (l *Loop) title(of string) string { return strings.TrimSpace(of + " " + l.Mark) }

func (l *Loop) declare(v Visitor) error {
	if err := v.Open("/needs/new?category=" + category + "&village=" + Village); err != nil {
		return err
	}
	err := v.Submit(`form[action$="/needs"]`, Values{
		"category": category, "title": l.title("Penampung air hujan untuk dua belas keluarga"),
		"description": "Dua belas keluarga mengambil air dari parit yang kering pada musim kemarau.",
		"summary":     "Penampung air hujan bagi dua belas keluarga di satu dusun.",
		"quantity":    "12", "unit": unit, "divisible": "on", "min_lot": "1", "households": "12", "persons": "51",
		"wanted_by": inDays(300), "urgency": "high", "urgency_reason": "Musim kemarau datang dalam lima bulan.",
		"cost": "60.000.000", "cost_basis": "Harga toko di kecamatan", "meeting_date": inDays(-20), "contact_office": "Kantor Desa Temajuk",
	}, nil)
	if err != nil {
		return err
	}
	l.need = v.Path()
	return expect(v, "h1", "dua belas keluarga")
}

func (l *Loop) submitNeed(v Visitor) error {
	if err := v.Open(l.need + "/submit"); err != nil {
		return err
	}
	return v.Submit(`form[action$="/submit"]`, Values{"minutes_type": "minutes"}, map[string]File{"minutes": {"berita-acara.pdf", PDF("Berita acara musyawarah desa (contoh) " + l.Mark)}})
}

func (l *Loop) begin(v Visitor) error {
	if err := v.Open(l.need); err != nil {
		return err
	}
	return v.Submit(`form[action$="/begin"]`, nil, nil)
}

func (l *Loop) verify(v Visitor) error {
	if err := v.Open(l.need + "/verify"); err != nil {
		return err
	}
	doc, err := v.Document()
	if err != nil {
		return err
	}
	values := Values{"decision": "verify", "note": "Diperiksa di lapangan."}
	for _, n := range doc.Find(`form[action$="/verify"] input[type=checkbox]`).EachIter() {
		values[n.AttrOr("name", "")] = n.AttrOr("value", "on")
	}
	if err := v.Submit(`form[action$="/verify"]`, values, nil); err != nil {
		return err
	}
	return v.Open(l.need)
}

func (l *Loop) see(v Visitor) error {
	if err := v.Open("/villages/" + Village); err != nil {
		return err
	}
	doc, err := v.Document()
	if err != nil {
		return err
	}
	if !strings.Contains(doc.Text(), l.title("Penampung air hujan untuk dua belas keluarga")) {
		return fmt.Errorf("the village's page does not show the need: %s", Summary(doc))
	}
	if err := v.Open(l.need); err != nil {
		return err
	}
	if got := Text(v, ".legend"); !strings.Contains(got, "12") {
		return fmt.Errorf("coverage reads %q", got)
	}
	return nil
}

// expect fails unless what matches holds the words.
func expect(v Visitor, selector, words string) error {
	if got := Text(v, selector); !strings.Contains(got, words) {
		doc, err := v.Document()
		if err != nil {
			return err
		}
		return fmt.Errorf("at %s: %s reads %q, want %q in it (%s)", v.Path(), selector, got, words, Summary(doc))
	}
	return nil
}

// PDF makes a small, valid document of one page with one line.
func PDF(line string) []byte {
	var b bytes.Buffer
	var at []int
	object := func(text string) {
		at = append(at, b.Len())
		fmt.Fprintf(&b, "%d 0 obj\n%s\nendobj\n", len(at), text)
	}
	b.WriteString("%PDF-1.4\n")
	object("<< /Type /Catalog /Pages 2 0 R >>")
	object("<< /Type /Pages /Kids [3 0 R] /Count 1 >>")
	object("<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R /Resources << /Font << /F1 5 0 R >> >> >>")
	text := "BT /F1 14 Tf 72 760 Td (" + strings.NewReplacer("(", "\\(", ")", "\\)", "\\", "\\\\").Replace(line) + ") Tj ET"
	object(fmt.Sprintf("<< /Length %d >>\nstream\n%s\nendstream", len(text), text))
	object("<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>")
	start := b.Len()
	fmt.Fprintf(&b, "xref\n0 %d\n0000000000 65535 f \n", len(at)+1)
	for _, offset := range at {
		fmt.Fprintf(&b, "%010d 00000 n \n", offset)
	}
	fmt.Fprintf(&b, "trailer << /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n", len(at)+1, start)
	return b.Bytes()
}
