package walk

import (
	"bytes"
	"fmt"
	"image"
	"image/jpeg"
	"strings"
)

// calling are the steps until everybody reads the call.
func (j *Judging) calling() []Step {
	return []Step{
		{"write a call", maker, j.write},
		{"ask for its release", maker, func(v Visitor) error { return v.Submit(`form[action$="/ask"]`, nil, nil) }},
		{"nobody reads it yet", "", func(v Visitor) error {
			if err := v.Open(j.call); err == nil {
				return fmt.Errorf("%s is there before its release", j.call)
			}
			return nil
		}},
		{"release it as the second person", chief, func(v Visitor) error {
			if err := fromDesk(v, "call-release", j.callTitle()); err != nil {
				return err
			}
			return v.Submit(`form[action$="/release"]`, nil, nil)
		}},
		{"find the call", "", func(v Visitor) error {
			if err := v.Open("/calls"); err != nil {
				return err
			}
			if err := follow(v, j.callTitle()); err != nil {
				return err
			}
			return expect(v, "main", "Sesuai kebutuhan desa")
		}},
	}
}

func (j *Judging) callTitle() string { return "Air bersih dusun pesisir " + j.Mark }

// write fills in a whole call.
func (j *Judging) write(v Visitor) error {
	if err := v.Open("/calls/new"); err != nil {
		return err
	}
	err := v.Submit(`form[action$="/calls"]`, Values{
		"title": j.callTitle(), "theme": "Air bersih", "summary": "Mengundang usulan air bersih bagi dusun pesisir.", "summary_en": "Invites proposals for clean water.",
		"expected": "Dirawat warga setelah selesai.", "contact": "Sekretariat bank", "categories": category, "areas": "61.01", "budget": "500.000.000", "most": "250.000.000",
		"deadline": inDays(40), "deadline_time": "17:00", "questions_until": inDays(20), "decide_by": inDays(90), "reviewers": "2", "spread": "20",
		"criterion_1_name": "Sesuai kebutuhan desa", "criterion_1_weight": "60", "criterion_1_minimum": "3", "criterion_1_guidance": "1: tidak menyebut kebutuhan. 5: dengan jumlah.",
		"criterion_2_name": "Biaya wajar", "criterion_2_weight": "40", "criterion_2_guidance": "1: tanpa rincian. 5: dapat dibandingkan.",
	}, nil)
	j.call = v.Path()
	return err
}

// says opens a page and holds what it reads: words that are there, and with an exclamation mark before them that are not.
func says(path func() string, want ...string) func(Visitor) error {
	return func(v Visitor) error {
		if err := v.Open(path()); err != nil {
			return err
		}
		text := Text(v, "main")
		for _, w := range want {
			if hidden, ok := strings.CutPrefix(w, "!"); ok == strings.Contains(text, hidden) {
				return fmt.Errorf("%s: %q is there: %t", v.Path(), hidden, ok)
			}
		}
		return nil
	}
}

// fromDesk opens what waits in a queue of the own desk under that title.
func fromDesk(v Visitor, queue, title string) error {
	if err := v.Open("/desk/" + queue); err != nil {
		return err
	}
	return follow(v, title)
}

// follow opens the first link of the page whose words have the title in them.
func follow(v Visitor, title string) error {
	doc, err := v.Document()
	if err != nil {
		return err
	}
	for _, a := range doc.Find("main a").EachIter() {
		if strings.Contains(a.Text(), title) {
			return v.Open(a.AttrOr("href", ""))
		}
	}
	return fmt.Errorf("%q is not at %s: %s", title, v.Path(), Text(v, "main"))
}

// answerChange answers the change that waits on the own desk.
func (j *Judging) answerChange(v Visitor, decision, words string) error {
	if err := fromDesk(v, "progress-change", j.title(lead)); err != nil {
		return err
	}
	doc, err := v.Document()
	if err != nil {
		return err
	}
	if err := v.Open(doc.Find(`a[href*="/requests/"]`).First().AttrOr("href", "")); err != nil {
		return err
	}
	return v.Submit(`form[action*="/requests/"]`, Values{"decision": decision, "answer": words}, nil)
}

// appealing are the steps in which a proposal is rejected and its owner appeals; somebody else of the secretariat than
// who rejected it answers.
func (j *Judging) appealing(subject, answer string) []Step {
	title, path := j.title(subject), func() string { return j.proposals[subject] }
	steps := []Step{{"aside: name reviewers", office, func(v Visitor) error { return assign(v, path(), first, second) }}}
	for _, reviewer := range []string{first, second} {
		steps = append(steps, Step{"aside: declare", reviewer, func(v Visitor) error { return declare(v, title) }},
			Step{"aside: advise to reject", reviewer, func(v Visitor) error { return review(v, path(), "2", "reject") }})
	}
	after := []string{"Banding diterima", "!Ajukan banding"}
	if answer == "dismiss" {
		after = []string{"Ditolak", "Banding ditolak", "!Ajukan banding"}
	}
	return append(steps, []Step{
		{"aside: reject", office, func(v Visitor) error {
			if err := v.Open(path() + "/decide"); err != nil {
				return err
			}
			return v.Submit(`form[action$="/decide"]`, Values{"decision": "reject", "reason": "Di bawah batas.", "summary": "Dua penelaah menyarankan tolak."}, nil)
		}},
		{"appeal", subject, func(v Visitor) error {
			if err := v.Open(path()); err != nil {
				return err
			}
			if err := follow(v, "Ajukan banding"); err != nil {
				return err
			}
			return v.Submit(`form[action$="/appeal"]`, Values{"reason": "Garis dasar ada di lampiran."}, nil)
		}},
		{"answer the appeal", chief, func(v Visitor) error {
			if err := fromDesk(v, "initiative-appeal", title); err != nil {
				return err
			}
			if err := expect(v, "main", "Garis dasar ada di lampiran."); err != nil {
				return err
			}
			return v.Submit(`form[action$="/appeal/answer"]`, Values{"decision": answer, "reason": "Lampiran dibaca ulang."}, nil)
		}},
		{"read the answer", subject, says(path, after...)},
	}...)
}

// photo is a small picture.
func photo() []byte {
	var out bytes.Buffer
	_ = jpeg.Encode(&out, image.NewGray(image.Rect(0, 0, 60, 40)), nil) // into memory, of a picture that is one
	return out.Bytes()
}
