package walk

import (
	"fmt"
	"net/url"
	"path"
	"strconv"
	"strings"
)

// propose takes an organisation's initiative from its draft to publication.
func (l *Loop) propose(p proposer) []Step {
	steps := []Step{{"begin an initiative", p.subject, func(v Visitor) error { return l.outline(v, p) }}}
	for _, part := range partsOf(strconv.FormatInt(p.quantity, 10)) {
		steps = append(steps, Step{"write its " + part.name, p.subject, func(v Visitor) error { return part.write(v, l.initiatives[p.subject]) }})
	}
	return append(steps, []Step{
		{"submit it with terms and budget", p.subject, func(v Visitor) error {
			if err := v.Open(l.initiatives[p.subject] + "/submit"); err != nil {
				return err
			}
			return v.Submit(`form[action$="/submit"]`, nil, map[string]File{
				"terms": {"kak.pdf", PDF("Kerangka acuan kerja (contoh)")}, "budget_paper": {"rab.pdf", PDF("Rencana anggaran biaya (contoh)")},
			})
		}},
		{"pass it on after the administrative check", "sekretariat-1", func(v Visitor) error { return checkUp(v, l.initiatives[p.subject], true) }},
		{"name two reviewers", "sekretariat-1", func(v Visitor) error { return assign(v, l.initiatives[p.subject], p.reviewers[:]...) }},
		{"first declaration", p.reviewers[0], func(v Visitor) error { return declare(v, l.proposal(p.subject)) }},
		{"first review", p.reviewers[0], func(v Visitor) error { return review(v, l.initiatives[p.subject], "4", "approve") }},
		{"second declaration", p.reviewers[1], func(v Visitor) error { return declare(v, l.proposal(p.subject)) }},
		{"second review", p.reviewers[1], func(v Visitor) error { return review(v, l.initiatives[p.subject], "4", "approve") }},
		{"approve it", "sekretariat-2", func(v Visitor) error {
			if err := v.Open(l.initiatives[p.subject] + "/decide"); err != nil {
				return err
			}
			return v.Submit(`form[action$="/decide"]`, Values{"decision": "approve", "reason": "Kedua penelaah menyarankan setuju.", "summary": "Dua penelaah menyarankan setuju."}, nil)
		}},
		{"publish it", p.subject, func(v Visitor) error {
			if err := v.Open(l.initiatives[p.subject] + "/publish"); err != nil {
				return err
			}
			return v.Submit(`form[action$="/publish"]`, Values{"summary_en": "Rain water tanks for households of coastal hamlets."}, nil)
		}},
	}...)
}

// press opens a page and presses the button of a move.
func (l *Loop) press(v Visitor, path, move string) error {
	if err := v.Open(path); err != nil {
		return err
	}
	return v.Submit(`form[action$="/`+move+`"]`, nil, nil)
}

// outline answers the first questions; from then on the initiative has an address.
func (l *Loop) outline(v Visitor, p proposer) error {
	if err := v.Open("/initiatives/new"); err != nil {
		return err
	}
	values := Values{
		"title": l.proposal(p.subject), "summary": "Penampung air hujan untuk keluarga di dusun pesisir.", "offer_1_category": category,
	}
	// Who belongs to several organisations is asked which one proposes: the founder after a second loop on one portal.
	asked, err := Has(v, `select[name="organization"]`)
	if err != nil {
		return err
	}
	if asked && p.subject == founder {
		values["organization"] = path.Base(l.foundation)
	}
	if err := v.Submit(`form[action$="/initiatives"]`, values, nil); err != nil {
		return err
	}
	l.initiatives[p.subject] = v.Path()
	return nil
}

// proposalPart is a part of a proposal, written on a page of its own.
type proposalPart struct {
	name   string
	values Values
}

// partsOf are the parts of a proposal that was begun, with what they say.
func partsOf(quantity string) []proposalPart {
	return []proposalPart{
		{"summary", Values{"summary_en": "Rain water tanks for coastal households."}},
		{"problem", Values{"problem": "Air tanah payau; pada musim kemarau keluarga membeli air.", "goals": "Setiap keluarga sasaran punya persediaan air dua bulan."}},
		{"where", Values{"areas": "61.01", "target_group": "Keluarga di dusun pesisir", "target_number": "60"}},
		{"timeline", Values{"from": inDays(1), "until": inDays(320), "milestone_1_title": "Tandon terpasang", "milestone_1_due": inDays(90)}},
		{"offers", Values{"offer_1_quantity": quantity, "offer_1_unit": unit, "offer_1_min_lot": "1", "offer_1_from": inDays(1), "offer_1_until": inDays(320)}},
		{"budget", Values{"budget_1_item": "Tandon dan talang", "budget_1_source": "own", "budget_1_amount": "40.000.000"}},
		{"results", Values{"result_1_indicator": "improved-water-access", "result_1_baseline": "belum ada data", "result_1_target": "12 KK"}},
		{"risks", Values{"risks": "Jalan rusak pada musim hujan: pengiriman sebelum Oktober.", "sustainability": "Dirawat kelompok pengelola air desa."}},
	}
}

func (p proposalPart) write(v Visitor, initiative string) error {
	if err := v.Open(initiative + "/parts/" + p.name); err != nil {
		return err
	}
	return v.Submit(`form[action$="/`+p.name+`"]`, p.values, nil)
}

// fillParts writes all parts of a proposal that was begun.
func fillParts(v Visitor, at, quantity string) error {
	for _, part := range partsOf(quantity) {
		if err := part.write(v, at); err != nil {
			return fmt.Errorf("%s: %w", part.name, err)
		}
	}
	return nil
}

// proposal is the title of somebody's initiative.
func (l *Loop) proposal(subject string) string { return l.title("Air bersih pesisir, " + subject) }

// deliver takes an organisation's commitment from the proposal to the village's confirmation.
func (l *Loop) deliver(p proposer) []Step {
	at := func() string { return l.commitments[p.subject] }
	n := strconv.FormatInt(p.quantity, 10)
	sign := func(position string) func(Visitor) error {
		return func(v Visitor) error {
			if err := v.Open(at()); err != nil {
				return err
			}
			return v.Submit(`form[action$="/sign"]`, Values{"kind": "statement", "position": position}, nil)
		}
	}
	return []Step{
		{"see why it matches and propose", p.subject, func(v Visitor) error { return l.commit(v, p) }},
		{"accept the proposal", villageSubject, func(v Visitor) error { return l.press(v, at(), "accept") }},
		{"sign the statement", p.subject, sign("Ketua pengurus")},
		{"sign the statement", villageSubject, sign("Kepala desa")},
		{"begin the delivery", p.subject, func(v Visitor) error { return l.press(v, at(), "start") }},
		{"report the delivery with a report", p.subject, func(v Visitor) error {
			if err := v.Open(at()); err != nil {
				return err
			}
			return v.Submit(`form[action$="/deliver"]`, Values{
				"quantity": n, "date": inDays(0), "place": "Balai desa Temajuk", "condition": "Baik dan lengkap", "type": "report",
			}, map[string]File{"file": {"laporan.pdf", PDF("Laporan penyerahan (contoh)")}})
		}},
		{"hand over with the record", p.subject, func(v Visitor) error {
			if err := v.Open(at()); err != nil {
				return err
			}
			return v.Submit(`form[action$="/handover"]`, nil, map[string]File{"file": {"bast.pdf", PDF("Berita acara serah terima (contoh)")}})
		}},
		{"confirm what arrived", villageSubject, func(v Visitor) error {
			if err := v.Open(at()); err != nil {
				return err
			}
			return v.Submit(`form[action$="/confirm"]`, nil, nil)
		}},
		{"see the confirmed coverage", "", func(v Visitor) error {
			if err := v.Open(l.need); err != nil {
				return err
			}
			label, err := coverLabel(v)
			if confirmed := confirmedAfter(p); err == nil && !strings.Contains(label, fmt.Sprintf("%d dikonfirmasi", confirmed)) {
				err = fmt.Errorf("coverage reads %q, want %d confirmed", label, confirmed)
			}
			return err
		}},
	}
}

// confirmedAfter is how many households have what they need once this proposer's delivery is confirmed.
func confirmedAfter(last proposer) (sum int64) {
	for _, p := range proposers {
		sum += p.quantity
		if p == last {
			break
		}
	}
	return sum
}

// coverLabel reads the first coverage bar of the page.
func coverLabel(v Visitor) (string, error) {
	doc, err := v.Document()
	if err != nil {
		return "", err
	}
	return doc.Find("svg.cover").First().AttrOr("aria-label", ""), nil
}

// commit proposes the initiative's whole offer to the need, by the link that the matching panel shows.
func (l *Loop) commit(v Visitor, p proposer) error {
	const form = `form[action$="/commitments"]`
	there, err := Has(v, form)
	if err == nil && !there {
		err = l.follow(v, p)
	}
	if err != nil {
		return err
	}
	err = v.Submit(form, Values{
		"quantity": strconv.FormatInt(p.quantity, 10), "from": inDays(2), "until": inDays(200),
		"conditions": "Warga menyiapkan dudukan.", "message": "Kami ingin membantu.",
	}, nil)
	if err != nil {
		return err
	}
	l.commitments[p.subject] = v.Path()
	return nil
}

// follow opens the form that the matching panel of the need links to.
func (l *Loop) follow(v Visitor, p proposer) error {
	if err := v.Open(l.need); err != nil {
		return err
	}
	doc, err := v.Document()
	if err != nil {
		return err
	}
	id := l.initiatives[p.subject][strings.LastIndexByte(l.initiatives[p.subject], '/')+1:]
	link := doc.Find(`a[href*="/commitments/new"][href*="`+url.QueryEscape(id)+`"]`).First().AttrOr("href", "")
	if link == "" {
		return fmt.Errorf("the need's page offers no commitment of %s: %s", p.subject, Text(v, "#matching"))
	}
	return v.Open(link)
}
