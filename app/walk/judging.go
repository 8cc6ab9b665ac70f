package walk

import (
	"fmt"
	"strings"
)

// Judging is the life of proposals that answer a call: an organisation writes it and a second person releases it, three
// organisations answer, each is checked, two reviewers judge without reading each other, a third is called since they lie
// apart, one recuses, a revision shows what changed, the decision has a condition, and the approved one runs, slips in
// the open, spends, changes, and is completed. The others are rejected, and appeal.
type Judging struct {
	// As gives the visitor of a person, by subject; "" is the public. Aside gives one whose pages need no look.
	As, Aside func(subject string) (Visitor, error)
	// Mark tells these proposals from those of other walks.
	Mark string
	// Other is whose proposal the third reviewer declares a tie to: 1 or 2, since a tie is remembered.
	Other int

	call      string            // path of the call
	proposals map[string]string // path by who proposes
}

const (
	maker  = "bank-pengelola"
	lead   = "air-pengelola"
	first  = "penelaah-balitbang"
	second = "penelaah-kabupaten"
	third  = "penelaah-univ"
	office = "sekretariat-1"
	chief  = "sekretariat-2"
)

var answering = []string{lead, "surya-pengelola", "media-pengelola"}

func (j *Judging) title(subject string) string { return "Air pesisir " + subject + " " + j.Mark }

// Walk takes all steps.
func (j *Judging) Walk(log func(format string, args ...any)) error {
	steps := j.steps()
	for _, step := range steps {
		as := j.As
		if strings.HasPrefix(step.Name, "aside: ") {
			as = j.Aside
		}
		v, err := as(step.Who)
		if err != nil {
			return fmt.Errorf("%s: %w", step.Name, err)
		}
		if err := step.Run(v); err != nil {
			return fmt.Errorf("%s as %q: %w", step.Name, step.Who, err)
		}
	}
	log("%d steps of a call's proposals", len(steps))
	return nil
}

func (j *Judging) steps() []Step {
	j.proposals = map[string]string{}
	mine := func() string { return j.proposals[lead] }
	at := func(tail string, act func(Visitor) error) func(Visitor) error {
		return func(v Visitor) error {
			if err := v.Open(mine() + tail); err != nil {
				return err
			}
			return act(v)
		}
	}
	post := func(tail, form string, values Values) func(Visitor) error {
		return at(tail, func(v Visitor) error { return v.Submit(`form[action$="`+form+`"]`, values, nil) })
	}
	says := func(tail string, want ...string) func(Visitor) error {
		return says(func() string { return mine() + tail }, want...)
	}
	steps := j.calling()
	for _, subject := range answering {
		steps = append(steps, Step{"answer the call", subject, func(v Visitor) error { return j.answer(v, subject) }})
	}
	return append(append(steps, []Step{
		{"administrative check finds a gap", office, func(v Visitor) error { return checkUp(v, mine(), false) }},
		{"mend it and hand it in again", lead, j.mend("budget", Values{"budget_1_amount": "42.000.000"})},
		{"administrative check", office, func(v Visitor) error { return checkUp(v, mine(), true) }},
		{"aside: check another", office, func(v Visitor) error { return checkUp(v, j.proposals[answering[1]], true) }},
		{"aside: check the last", office, func(v Visitor) error { return checkUp(v, j.proposals[answering[2]], true) }},
		{"name two reviewers", maker, func(v Visitor) error {
			if err := fromDesk(v, "review-steer", j.title(lead)); err != nil {
				return err
			}
			return assign(v, mine(), first, second)
		}},
		{"aside: name one for another", office, func(v Visitor) error { return assign(v, j.proposals[answering[j.Other]], third) }},
		{"recuse from the other", third, func(v Visitor) error { return declareTie(v, j.title(answering[j.Other]), "work") }},
		{"it is gone for who recused", third, func(v Visitor) error { return absentAt(v, j.proposals[answering[j.Other]]) }},
		{"declare", first, func(v Visitor) error { return declare(v, j.title(lead)) }},
		{"review", first, func(v Visitor) error { return review(v, mine(), "5", "approve") }},
		{"declare as the other", second, func(v Visitor) error { return declare(v, j.title(lead)) }},
		{"blind to the first", second, says("/review", "!Dibaca dengan teliti")},
		{"blind to the office", office, says("/panel", "!Dibaca dengan teliti")},
		{"review as the other", second, func(v Visitor) error { return review(v, mine(), "3", "revise") }},
		{"a third is called", office, says("/panel", "berselisih", "dipanggil karena selisih nilai")},
		{"declare as the third", third, func(v Visitor) error { return declare(v, j.title(lead)) }},
		{"review as the third", third, func(v Visitor) error { return review(v, mine(), "4", "revise") }},
		{"discuss", first, post("/review", "/discussion", Values{"text": "Garis dasar perlu lebih jelas."})},
		{"compare the proposals", office, func(v Visitor) error {
			if err := v.Open(j.call + "/sheet"); err != nil {
				return err
			}
			return expect(v, "main", j.title(lead))
		}},
		{"ask for a revision", office, post("/decide", "/decide", Values{"decision": "revise", "reason": "Jelaskan garis dasar.", "until": inDays(14)})},
		{"revise and hand in again", lead, j.mend("problem", Values{"problem": "Air tanah payau; 40 keluarga tercatat membeli air pada musim kemarau."})},
		{"the difference is visible", lead, at("/changes", func(v Visitor) error { return expect(v, "ins", "tercatat") })},
		{"check the revision", office, at("/check", func(v Visitor) error { return expect(v, "#changes ins", "tercatat") })},
		{"pass it on", office, func(v Visitor) error { return checkUp(v, mine(), true) }},
		{"name the same reviewers", office, func(v Visitor) error { return assign(v, mine(), first, second) }},
		{"declare again", first, func(v Visitor) error { return declare(v, j.title(lead)) }},
		{"review the revision", first, func(v Visitor) error { return review(v, mine(), "4", "approve") }},
		{"declare again as the other", second, func(v Visitor) error { return declare(v, j.title(lead)) }},
		{"review the revision as the other", second, func(v Visitor) error { return review(v, mine(), "4", "approve") }},
		{"approve with a condition", office, post("/decide", "/decide", Values{"decision": "approve", "reason": "Kedua penelaah setuju.", "conditions": "Lampirkan izin lokasi.", "summary": "Dua penelaah menyarankan setuju.", "summary_en": "Two reviewers advised to approve."})},
		{"publish", lead, post("/publish", "/publish", Values{"conditions_met": "Izin lokasi terlampir."})},
		{"read the decision", "", says("", "Dua penelaah menyarankan setuju", "0 penelaah mengundurkan diri", "!Kedua penelaah setuju")},
		{"follow", "anggota", post("", "/follow", nil)},
		{"start", lead, post("/start", "/start", Values{"work_plan": "Pasang bertahap selama sembilan bulan.", "assignment": "ST/12"})},
		{"a milestone slips", lead, post("/work/slip", "/slip", Values{"milestone": "1", "to": inDays(140), "reason": "Kapal tertahan cuaca."})},
		{"post news with a photo", lead, at("/work/news", func(v Visitor) error {
			return v.Submit(`form[action$="/news"]`, Values{"title": "Tandon pertama tiba", "text": "Tiga tandon sudah di dermaga.", "quantity_1": "3"}, map[string]File{"photo": {"dermaga.jpg", photo()}})
		})},
		{"spend", lead, post("/work/spending", "/spending", Values{"line": "1", "amount": "12.500.000", "note": "Tiga tandon"})},
		{"ask for a change", lead, post("/work/change", "/change", Values{"what": "budget", "line": "1", "amount": "45.000.000", "text": "Harga tandon naik."})},
		{"approve the change", maker, func(v Visitor) error { return j.answerChange(v, "approve", "Sesuai harga pasar.") }},
		{"the slip is in the open", "", says("", "Kapal tertahan cuaca", "Tandon pertama tiba", ": 3 ", "(dilaporkan)", "Lihat foto", "Rp45.000.000", "Rp12.500.000")},
		{"read what one follows", "anggota", func(v Visitor) error {
			if err := v.Open("/following"); err != nil {
				return err
			}
			return expect(v, "main", "Tandon pertama tiba")
		}},
		{"ask for another", lead, post("/work/change", "/change", Values{"what": "until", "until": inDays(700), "text": "Satu tahun lebih lama."})},
		{"decline it", chief, func(v Visitor) error { return j.answerChange(v, "decline", "Cukup dengan jadwal sekarang.") }},
		{"read the answers", lead, says("/work", "Sesuai harga pasar", "Cukup dengan jadwal sekarang", "Rp45.000.000", "!Menunggu")},
		{"suspend", lead, post("/suspend", "/suspend", Values{"reason": "Menunggu cuaca.", "until": inDays(60)})},
		{"go on", lead, post("", "/resume", nil)},
		{"reach the milestone", lead, post("/work/done", "/done", Values{"milestone": "1", "day": inDays(0), "note": "Semua terpasang."})},
		{"file the final report", lead, j.report},
		{"complete", lead, post("/complete", "/complete", Values{"outputs": "Dua belas tandon diserahkan.", "assets": "Dirawat kelompok air desa."})},
		{"read the report", "", says("", "Dua belas tandon diserahkan", "Dirawat kelompok air desa", "Selesai")},
		{"read the timeline", "", says("/timeline", "Laporan akhir", "Tonggak bergeser", "Kapal tertahan cuaca", "Disetujui", "!Jelaskan garis dasar")},
		{"evaluate", "evaluator-univ", post("", "/evaluate", Values{"reason": "Sebelum 0, sesudah 12 KK; catatan warga."})},
		{"read what it rests on", "", says("", "Evaluasi atas dasar", "SHA-256")},
		{"archive", chief, post("", "/archive", nil)},
		{"it is archived", lead, says("", "Diarsipkan")},
	}...), append(j.appealing(answering[1], "uphold"), j.appealing(answering[2], "dismiss")...)...)
}

// answer begins a proposal from the call's page, fills its parts in and hands it in.
func (j *Judging) answer(v Visitor, subject string) error {
	if err := v.Open(j.call); err != nil {
		return err
	}
	doc, err := v.Document()
	if err != nil {
		return err
	}
	if err := v.Open(doc.Find(`a[href*="/initiatives/new?call="]`).First().AttrOr("href", "")); err != nil {
		return err
	}
	if err := v.Submit(`form[action$="/initiatives"]`, Values{"title": j.title(subject), "summary": "Penampung air hujan untuk keluarga pesisir.", "offer_1_category": category}, nil); err != nil {
		return err
	}
	j.proposals[subject] = v.Path()
	if err := fillParts(v, v.Path(), "12"); err != nil {
		return err
	}
	return j.handIn(v, subject)
}

func (j *Judging) handIn(v Visitor, subject string) error {
	if err := v.Open(j.proposals[subject] + "/submit"); err != nil {
		return err
	}
	return v.Submit(`form[action$="/submit"]`, nil, map[string]File{
		"terms": {"kak.pdf", PDF("Kerangka acuan kerja (contoh)")}, "budget_paper": {"rab.pdf", PDF("Rencana anggaran biaya (contoh)")},
	})
}

// report files the final report among the lead's documents, on which the evaluation then rests.
func (j *Judging) report(v Visitor) error {
	if err := v.Open("/documents/new?for=initiative:" + strings.TrimPrefix(j.proposals[lead], "/initiatives/")); err != nil {
		return err
	}
	return v.Submit("form.form", Values{"type": "report", "title": "Laporan akhir", "visibility": "public", "language": "id"}, map[string]File{"file": {"laporan.pdf", PDF("Laporan akhir (contoh)")}})
}

// mend changes one part of the lead's proposal and hands it in again.
func (j *Judging) mend(part string, values Values) func(Visitor) error {
	return func(v Visitor) error {
		if err := v.Open(j.proposals[lead] + "/parts/" + part); err != nil {
			return err
		}
		if err := v.Submit(`form[action$="/`+part+`"]`, values, nil); err != nil {
			return err
		}
		return j.handIn(v, lead)
	}
}

// absentAt holds that an address answers as if nothing were there.
func absentAt(v Visitor, paths ...string) error {
	for _, path := range paths {
		for _, tail := range []string{"", "/review", "/panel", "/changes"} {
			if err := v.Open(path + tail); err == nil {
				return fmt.Errorf("%s is there", path+tail)
			}
		}
	}
	return nil
}
