package reviews

import (
	"strconv"
	"strings"

	"gotong/modules/domain"
	"gotong/modules/kit/web"
)

const maxText = 4000

func checkForm(b web.Base, id domain.InitiativeID, version int64) *web.Form {
	f := web.NewForm(b, "reviews.check", "/initiatives/"+string(id)+"/check").Read(version)
	answers := []web.Option{{Value: "ok", Label: b.T("reviews.check.ok")}, {Value: "mend", Label: b.T("reviews.check.mend")}}
	for _, item := range Items {
		f.Radio("item_"+string(item), answers, web.Required(), web.Label("reviews.item."+string(item)))
		f.TextArea("note_"+string(item), web.Rows(2), web.Max(maxText), web.Label("reviews.check.note"))
	}
	f.Section("result")
	f.Radio("result", []web.Option{
		{Value: "pass", Label: b.T("reviews.check.pass"), Hint: b.T("reviews.check.pass_hint")},
		{Value: "return", Label: b.T("reviews.check.return"), Hint: b.T("reviews.check.return_hint")},
	}, web.Required())
	f.Date("until")
	return f.Back("/initiatives/" + string(id))
}

func readCheck(b web.Base, v web.Values) (c Check, until domain.Date, points string) {
	c = Check{Answers: map[Item]Answer{}, Passed: v.Get("result") == "pass"}
	var lines []string
	for _, item := range Items {
		word, note := v.Get("item_"+string(item)), v.Get("note_"+string(item))
		if word == "" {
			continue
		}
		c.Answers[item] = Answer{OK: word == "ok", Note: note}
		if word != "ok" {
			lines = append(lines, b.T("reviews.item."+string(item))+" "+note)
		}
	}
	until, _ = domain.ParseDate(v.Get("until"))
	return c, until, strings.Join(lines, "\n")
}

func declareForm(b web.Base, process string) *web.Form {
	f := web.NewForm(b, "reviews.declare", "/reviewing/"+process)
	options := []web.Option{{Value: "none", Label: b.T("reviews.declare.none")}}
	for _, t := range DeclaredTies {
		options = append(options, web.Option{Value: string(t), Label: b.T("reviews.tie." + string(t))})
	}
	f.Radio("conflict", options, web.Required())
	return f.Back("/desk")
}

// label gives a criterion its name in the reader's language.
func (c Criterion) label(b web.Base) string {
	if c.Name != "" {
		return c.Name
	}
	return b.T("reviews.criterion." + c.ID)
}

func (c Criterion) hint(b web.Base) string {
	text := c.Guidance
	if c.Name == "" {
		text = b.T("reviews.guidance." + c.ID)
	}
	if c.Minimum > 0 {
		return b.T("reviews.weight_minimum", "guidance", text, "weight", c.Weight, "minimum", c.Minimum)
	}
	return b.T("reviews.weight", "guidance", text, "weight", c.Weight)
}

func reviewForm(b web.Base, id domain.InitiativeID, rules Rules) *web.Form {
	f := web.NewForm(b, "reviews.review", "/initiatives/"+string(id)+"/review")
	var scores []web.Option
	for n := 1; n <= Most; n++ {
		scores = append(scores, web.Option{Value: strconv.Itoa(n), Label: b.T("reviews.score." + strconv.Itoa(n))})
	}
	for _, c := range rules.Criteria {
		f.Sections = append(f.Sections, &web.FormSection{ID: "criterion-" + c.ID, Legend: c.label(b), Intro: c.hint(b)})
		f.Radio("score_"+c.ID, scores, web.Required(), web.Label("reviews.review.score"))
		f.TextArea("why_"+c.ID, web.Required(), web.Rows(2), web.Max(maxText), web.Label("reviews.review.why"))
	}
	f.Section("advice")
	var advice []web.Option
	for _, r := range Recommendations {
		advice = append(advice, web.Option{Value: string(r), Label: b.T("reviews.recommend." + string(r))})
	}
	f.Radio("recommendation", advice, web.Required())
	f.TextArea("words", web.Max(maxText))
	return f.Back("/desk")
}

func readReview(v web.Values, rules Rules) Review {
	r := Review{Scores: map[string]Score{}, Recommendation: Recommendation(v.Get("recommendation")), Words: v.Get("words")}
	for _, c := range rules.Criteria {
		n, _ := v.Int("score_" + c.ID)
		r.Scores[c.ID] = Score{Value: n, Reason: v.Get("why_" + c.ID)}
	}
	return r
}

// Decisions in the order of the form.
var decisions = []string{"approve", "revise", "reject"}

func decideForm(b web.Base, p Proposal) *web.Form {
	f := web.NewForm(b, "reviews.decide", "/initiatives/"+string(p.ID)+"/decide").Read(p.Version)
	var options []web.Option
	for _, d := range decisions {
		options = append(options, web.Option{Value: d, Label: b.T("reviews.decision." + d), Hint: b.T("reviews.decision_hint." + d)})
	}
	f.Radio("decision", options, web.Required())
	f.TextArea("reason", web.Required(), web.Max(maxText))
	f.TextArea("conditions", web.Rows(3), web.Max(maxText))
	f.Date("until")
	f.TextArea("summary", web.Rows(3), web.Max(maxText))
	f.TextArea("summary_en", web.Rows(3), web.Max(maxText))
	return f.Back("/initiatives/" + string(p.ID) + "/panel")
}

func appealForm(b web.Base, p Proposal) *web.Form {
	f := web.NewForm(b, "reviews.appeal", "/initiatives/"+string(p.ID)+"/appeal").Read(p.Version)
	f.TextArea("reason", web.Required(), web.Max(maxText))
	return f.Back("/initiatives/" + string(p.ID))
}

func answerForm(b web.Base, p Proposal) *web.Form {
	f := web.NewForm(b, "reviews.answer", "/initiatives/"+string(p.ID)+"/appeal/answer").Read(p.Version)
	f.Radio("decision", []web.Option{
		{Value: "uphold", Label: b.T("reviews.decision.uphold"), Hint: b.T("reviews.decision_hint.uphold")},
		{Value: "dismiss", Label: b.T("reviews.decision.dismiss"), Hint: b.T("reviews.decision_hint.dismiss")},
	}, web.Required())
	f.TextArea("reason", web.Required(), web.Max(maxText))
	return f.Back("/initiatives/" + string(p.ID))
}

func sayForm(b web.Base, id domain.InitiativeID) *web.Form {
	f := web.NewForm(b, "reviews.say", "/initiatives/"+string(id)+"/discussion").Named("say")
	f.TextArea("text", web.Required(), web.Rows(3), web.Max(maxText))
	return f
}

func expertiseForm(b web.Base, p Profile) *web.Form {
	f := web.NewForm(b, "reviews.expertise", "/reviewing")
	var options []web.Option
	for _, g := range domain.Taxonomy().Groups() {
		options = append(options, web.Option{Value: g.ID, Label: g.Name.In(b.Lang)})
	}
	f.Checkboxes("expertise", options, web.ValueList(p.Expertise))
	return f.Back("/desk")
}
