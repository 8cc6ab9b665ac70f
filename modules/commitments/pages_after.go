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
		part.Add.Form.Named("oblige")
		if refused != nil && refused.move == "oblige" {
			refused.bind(part.Add.Form)
			part.Add.Open, p.refusalShown = true, true
		}
	}
	if part.Table != nil || part.Add != nil {
		p.Obligations = part
	}
}

// itemPart shows what is handed over piece by piece, with the ways to change the list while deliveries run.
type itemPart struct {
	Table    *web.Table
	Actions  []namedAction
	Add      *formPart
	Handover string // SHA-256 of the record that ended the delivery
}

func (p *showPage) items(id domain.CommitmentID, c Commitment, sides []Side, refused *refusal) {
	b := p.Base
	part := &itemPart{Handover: c.Handover}
	if len(c.Items) > 0 {
		part.Table = &web.Table{Caption: b.T("commitments.item.caption"), Numbers: []bool{false, true},
			Head: []string{b.T("commitments.item.what"), b.T("commitments.item.quantity"), b.T("commitments.item.condition"), b.T("commitments.item.receiver")}}
	}
	open := c.listable() && slices.Contains(sides, SideProposer)
	for _, i := range c.Items {
		part.Table.Rows = append(part.Table.Rows, web.Row{Cells: []web.Cell{{Text: i.What}, {Text: b.Number(i.Quantity) + " " + i.Unit}, {Text: i.Condition}, {Text: i.Receiver}}})
		if open {
			a := web.NewAction(b, "commitments.item.drop", pathOf(id)+"/item-drop").With("item", i.ID)
			a.ID, a.Kind = "item-"+i.ID, "plain"
			part.Actions = append(part.Actions, namedAction{Title: i.What, Action: a})
		}
	}
	if open && len(c.Items) < MaxItems {
		part.Add = &formPart{Title: b.T("commitments.item.add"), Form: web.NewForm(b, "commitments.item", pathOf(id)+"/item").
			Text("what", web.Required(), web.Max(maxItemText)).Number("quantity", web.Required()).Text("unit", web.Required(), web.Max(40), web.Value(domain.UnitSymbol(b.Lang, 2, c.Unit))).
			Text("condition", web.Required(), web.Max(maxItemText)).Text("receiver", web.Required(), web.Max(maxItemText))}
		part.Add.Form.Named("item")
		if refused != nil && refused.move == "item" {
			refused.bind(part.Add.Form)
			part.Add.Open, p.refusalShown = true, true
		}
	}
	if part.Table != nil || part.Add != nil || part.Handover != "" {
		p.Items = part
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
		for _, paper := range c.Basis {
			p.Reviews = append(p.Reviews, domain.Citation{ID: paper.Document, SHA256: paper.SHA256}.Fact(b, b.T("commitments.evaluate.basis"), full))
		}
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

// verify lets an evaluator who may judge the whole still look at single deliveries.
func (p *showPage) verify(id domain.CommitmentID, c Commitment, refused *refusal) {
	if len(c.verifiable()) == 0 {
		return
	}
	p.Other = &formPart{Title: p.T("commitments.verify.title"), Form: verifyForm(p.Base, id, c)}
	p.Other.Form.Named("verify")
	if refused != nil && refused.move == "verify" {
		refused.bind(p.Other.Form)
		p.Other.Open, p.refusalShown = true, true
	}
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
