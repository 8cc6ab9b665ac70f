package commitments

import (
	"slices"

	"gotong/modules/domain"
	"gotong/modules/kit/web"
)

// obligationPart shows what each side has to do by when, with the ways to say more or to say that it is done.
type obligationPart struct {
	Table   *web.Table
	Actions []namedAction
	Add     *formPart
}

// namedAction is a button with what it is about before it.
type namedAction struct {
	Title  string
	Action web.Action
}

func (p *showPage) obligations(id domain.CommitmentID, c Commitment, sides []Side, today domain.Date, refused *refusal) {
	b := p.Base
	part := &obligationPart{}
	if len(c.Obligations) > 0 {
		part.Table = &web.Table{Caption: b.T("commitments.obligation.caption"),
			Head: []string{b.T("commitments.obligation.title"), b.T("commitments.obligation.owner"), b.T("commitments.obligation.due"), b.T("commitments.obligation.state")}}
	}
	mine := func(s Side) bool { return slices.Contains(sides, s) }
	party := mine(SideProposer) || mine(SideVillage)
	open := c.openObligations()
	for _, o := range c.Obligations {
		tag := web.Tag{Kind: "wait", Text: b.T("commitments.obligation.open")}
		switch {
		case o.Done != "":
			tag = web.Tag{Kind: "good", Text: b.T("commitments.obligation.done_on", "date", dateText(b, o.Done))}
		case o.Late(today):
			tag = web.Tag{Kind: "stop", Text: b.T("commitments.obligation.late")}
		}
		part.Table.Rows = append(part.Table.Rows, web.Row{Cells: []web.Cell{{Text: o.Title}, {Text: who(b, c, o.Owner)}, {Text: dateText(b, o.Due)}, {Tag: &tag}}})
		button := func(name string) {
			a := web.NewAction(b, "commitments.obligation."+name, pathOf(id)+"/obligation-"+name).With("obligation", o.ID)
			a.ID, a.Kind = name+"-"+o.ID, "plain"
			part.Actions = append(part.Actions, namedAction{Title: o.Title, Action: a})
		}
		if c.State == StateAccepted && party {
			button("drop")
		}
		if mine(o.Owner) && slices.ContainsFunc(open, func(had Obligation) bool { return had.ID == o.ID }) {
			button("done")
		}
	}
	if c.State == StateAccepted && party && len(c.Obligations) < MaxObligations {
		owners := []web.Option{{Value: string(SideProposer), Label: who(b, c, SideProposer)}, {Value: string(SideVillage), Label: who(b, c, SideVillage)}}
		part.Add = &formPart{Title: b.T("commitments.oblige.title"), Form: web.NewForm(b, "commitments.oblige", pathOf(id)+"/oblige").
			Text("what", web.Required(), web.Max(200)).Radio("owner", owners, web.Required()).Date("due", web.Required())}
		part.Add.Form.ID = "oblige"
		if refused != nil && refused.move == "oblige" {
			refused.bind(part.Add.Form)
			part.Add.Open, p.refusalShown = true, true
		}
	}
	if part.Table != nil || part.Add != nil {
		p.Obligations = part
	}
}

// reviews shows both sides' evaluations and the evaluator's, to the parties, those who oversee them and evaluators, and
// after the end to everybody.
func (p *showPage) reviews(c Commitment, full bool, sides []Side) {
	if c.State != StateConfirmed && c.State != StateEvaluated || !full && c.State != StateEvaluated && !slices.Contains(sides, SideEvaluator) {
		return
	}
	b := p.Base
	for _, side := range []Side{SideProposer, SideVillage} {
		r := c.ReviewOf(side)
		if r == nil {
			p.Reviews = append(p.Reviews, web.Fact{Label: who(b, c, side), Value: b.T("commitments.review.missing"), Quiet: true})
			continue
		}
		p.Reviews = append(p.Reviews, web.Fact{Label: who(b, c, side), Value: b.T("commitments.review.verdict_"+string(r.Verdict)) + ". " + r.Words},
			web.Fact{Label: b.T("commitments.review.maintainer"), Value: r.Maintainer})
	}
	if last := c.History[len(c.History)-1]; c.State == StateEvaluated {
		p.Reviews = append(p.Reviews, web.Fact{Label: b.T("commitments.side.evaluator"), Value: last.Reason})
	}
}

// verified lists who looked at deliveries independently, and what was found.
func (p *showPage) verified(c Commitment) {
	b := p.Base
	for _, d := range c.Deliveries {
		if v := d.Verified; v != nil {
			p.Verified = append(p.Verified, web.Fact{Label: quantityText(b, d.Confirmed, c.Unit) + ", " + dateText(b, d.Date), Value: b.Date(v.At) + ": " + v.Words})
		}
	}
}

func reviewForm(b web.Base, id domain.CommitmentID, had *Review) *web.Form {
	if had == nil {
		had = &Review{}
	}
	options := make([]web.Option, len(Verdicts))
	for i, v := range Verdicts {
		options[i] = web.Option{Value: string(v), Label: b.T("commitments.review.verdict_" + string(v))}
	}
	return web.NewForm(b, "commitments.review", pathOf(id)+"/review").
		Radio("verdict", options, web.Required(), web.Value(string(had.Verdict))).
		TextArea("words", web.Required(), web.Value(had.Words), web.Max(2000)).
		Text("maintainer", web.Required(), web.Value(had.Maintainer), web.Max(2000))
}

func verifyForm(b web.Base, id domain.CommitmentID, c Commitment) *web.Form {
	var options []web.Option
	for _, d := range c.verifiable() {
		options = append(options, web.Option{Value: d.ID, Label: quantityText(b, d.Confirmed, c.Unit), Hint: dateText(b, d.Date) + ", " + d.Place})
	}
	return web.NewForm(b, "commitments.verify", pathOf(id)+"/verify").Radio("delivery", options, web.Required()).TextArea("words", web.Required(), web.Max(2000))
}

// renew fills the form with what a confirmed commitment was, as far as it is possible again.
func (p *formPage) renew(id domain.CommitmentID, old Commitment, possible Possible) {
	if old.State == "" {
		return
	}
	p.Form.Hidden("renews", string(id))
	p.Form.Field("quantity").Value = intText(int(min(old.Quantity, possible.Most)))
	p.Form.Field("conditions").Value = old.Conditions
	p.Form.Field("message").Value = p.T("commitments.renew_message", "quantity", quantityText(p.Base, old.Quantity, old.Unit), "village", old.VillageName)
}
