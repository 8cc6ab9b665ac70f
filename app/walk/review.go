package walk

import (
	"fmt"
	"strings"

	"github.com/PuerkitoBio/goquery"
)

// reviewers are the demo people who review, by what their names begin with.
var reviewers = map[string]string{
	"penelaah-balitbang": "Penelaah dari Badan Penelitian Daerah", "penelaah-univ": "Penelaah dari LPPM Universitas",
	"penelaah-kabupaten": "Penelaah dari Bappeda",
}

// checkUp fills in the administrative check of an initiative: all is there, or the budget is to be mended.
func checkUp(v Visitor, initiative string, passed bool) error {
	if err := v.Open(initiative + "/check"); err != nil {
		return err
	}
	doc, err := v.Document()
	if err != nil {
		return err
	}
	const form = `form[action$="/check"]`
	values := Values{"result": "pass"}
	for _, n := range doc.Find(form + ` input[type=radio][name^="item_"]`).EachIter() {
		values[n.AttrOr("name", "")] = "ok"
	}
	if !passed {
		values["result"], values["item_budget"], values["note_budget"], values["until"] = "return", "mend", "Jumlah RAB tidak sama dengan isian.", inDays(14)
	}
	return v.Submit(form, values, nil)
}

// assign gives reviewers their places, by the names that the page shows.
func assign(v Visitor, initiative string, subjects ...string) error {
	if err := v.Open(initiative + "/panel"); err != nil {
		return err
	}
	doc, err := v.Document()
	if err != nil {
		return err
	}
	const form = `form[action$="/seats"]`
	var chosen []string
	for _, subject := range subjects {
		id := ""
		doc.Find(form + ` input[name="reviewers"]`).Each(func(_ int, s *goquery.Selection) {
			if label := doc.Find(`label[for="` + s.AttrOr("id", "") + `"]`).Text(); strings.Contains(label, reviewers[subject]) {
				id = s.AttrOr("value", "")
			}
		})
		if id == "" {
			return fmt.Errorf("%s is not offered as a reviewer: %s", subject, Text(v, "main"))
		}
		chosen = append(chosen, id)
	}
	return v.Submit(form, Values{"reviewers": strings.Join(chosen, "|")}, nil)
}

// declare says from the desk that there is no conflict of interest with a proposal, by its title.
func declare(v Visitor, title string) error { return declareTie(v, title, "none") }

func declareTie(v Visitor, title, tie string) error {
	if err := v.Open("/desk/review-declare"); err != nil {
		return err
	}
	doc, err := v.Document()
	if err != nil {
		return err
	}
	const form = `form[action*="/reviewing/"]`
	if doc.Find(form).Length() > 0 { // who sends a lost form again is on its page still
		return v.Submit(form, Values{"conflict": tie}, nil)
	}
	link := ""
	doc.Find(`a[href*="/reviewing/"]`).Each(func(_ int, s *goquery.Selection) {
		if strings.Contains(s.Text(), title) {
			link = s.AttrOr("href", "")
		}
	})
	if link == "" {
		return fmt.Errorf("%q does not wait for a declaration: %s", title, Text(v, "main"))
	}
	if err := v.Open(link); err != nil {
		return err
	}
	return v.Submit(form, Values{"conflict": tie}, nil)
}

// review writes a review with one score for every criterion.
func review(v Visitor, initiative, score, advice string) error {
	if err := v.Open(initiative + "/review"); err != nil {
		return err
	}
	doc, err := v.Document()
	if err != nil {
		return err
	}
	const form = `form[action$="/review"]`
	values := Values{"recommendation": advice, "words": "Dibaca dengan teliti."}
	for _, n := range doc.Find(form + ` input[type=radio][name^="score_"], ` + form + ` textarea[name^="why_"]`).EachIter() {
		name := n.AttrOr("name", "")
		values[name] = "Sesuai dengan yang dibaca."
		if strings.HasPrefix(name, "score_") {
			values[name] = score
		}
	}
	return v.Submit(form, values, nil)
}
