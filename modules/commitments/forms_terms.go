package commitments

import (
	"slices"

	"gotong/modules/domain"
	"gotong/modules/kit/web"
)

// formPart is a form that stands folded below the page's main one.
type formPart struct {
	Title string
	Open  bool
	Form  *web.Form
}

// talkPart is the conversation between the sides; Form is nil for those who only read it.
type talkPart struct {
	Messages []web.Step
	Form     *web.Form
}

// termsForm asks for quantity, dates and conditions, filled with what stands.
func termsForm(b web.Base, key, path string, c Commitment) *web.Form {
	f := web.NewForm(b, key, path)
	quantity := []web.FieldOption{web.Required()}
	if c.Quantity > 0 {
		quantity = append(quantity, web.ValueInt(c.Quantity))
	}
	return f.Number("quantity", quantity...).
		Date("from", web.Required(), web.Value(string(c.From))).
		Date("until", web.Required(), web.Value(string(c.Until))).
		TextArea("conditions", web.Value(c.Conditions), web.Max(4000))
}

// negotiate puts on the page what the sides can still say about the terms: the counter-proposal, and the button that
// takes over the other side's.
func (p *showPage) negotiate(id domain.CommitmentID, c Commitment, sides []Side, refused *refusal) {
	b := p.Base
	mine := slices.DeleteFunc(slices.Clone(sides), func(s Side) bool { return s != SideProposer && s != SideVillage })
	if c.State != StateProposed || c.Pending != nil || len(mine) == 0 {
		return
	}
	if n := len(c.Versions); n > 1 {
		p.Differs = differences(b, c, c.Versions[n-2], c.Versions[n-1])
	}
	if c.proposedBy() == SideVillage && slices.Contains(mine, SideProposer) {
		a := web.NewAction(b, "commitments.do.agree", pathOf(id)+"/counter").With("version", intText(c.VersionNumber())).
			With("quantity", intText(int(c.Quantity))).With("from", string(c.From)).With("until", string(c.Until)).With("conditions", c.Conditions)
		p.Actions = append(p.Actions, a)
	}
	part := &formPart{Title: b.T("commitments.counter.title"), Form: termsForm(b, "commitments.counter", pathOf(id)+"/counter", c).
		TextArea("words", web.Max(2000), web.Rows(3)).Hidden("version", intText(c.VersionNumber()))}
	part.Form.Named("counter")
	if refused != nil && refused.move == "counter" {
		refused.bind(part.Form)
		part.Form.Hidden("version", intText(c.VersionNumber())) // what is sent again answers what the page shows now
		part.Open, p.refusalShown = true, true
	}
	p.Other = part
}

// talk shows the conversation.
func (p *showPage) talk(id domain.CommitmentID, c Commitment, sides []Side, refused *refusal) {
	b := p.Base
	part := &talkPart{}
	messages := c.Messages
	if c.Message != "" && len(c.History) > 0 {
		first := c.History[0]
		messages = append([]Message{{Side: first.Side, At: first.At, Text: c.Message}}, messages...)
	}
	for _, m := range messages {
		part.Messages = append(part.Messages, web.Step{State: "done", Label: who(b, c, m.Side), When: b.DateTime(m.At), Note: m.Text})
	}
	if !c.State.Ended() && len(c.Messages) < MaxMessages && (slices.Contains(sides, SideProposer) || slices.Contains(sides, SideVillage)) {
		part.Form = web.NewForm(b, "commitments.talk", pathOf(id)+"/message").TextArea("message", web.Required(), web.Max(4000), web.Rows(3))
		part.Form.Named("say")
		if refused != nil && refused.move == "message" {
			refused.bind(part.Form)
			p.refusalShown = true
		}
	}
	p.Talk = part
}
