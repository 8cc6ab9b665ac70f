package commitments

import (
	"slices"
	"strconv"

	"gotong/modules/domain"
	"gotong/modules/kit/web"
)

const papersAccepted = ".pdf,.jpg,.jpeg,.png,.webp,.docx,.odt"

// offer puts on the page what this reader can do now: at most one form, and buttons.
func (p *showPage) offer(id domain.CommitmentID, c Commitment, sides []Side, refused *refusal) {
	b := p.Base
	may := func(to State) bool {
		return slices.ContainsFunc(sides, func(s Side) bool { return s != SideVerifier && c.May(s, to) })
	}
	if c.State == StateProposed && slices.Contains(sides, SideVillage) && c.proposedBy() == SideProposer {
		p.button(id, "accept", "main", false, refused)
		accept := &p.Actions[len(p.Actions)-1]
		*accept = accept.With("version", intText(c.VersionNumber()))
	}
	p.form(id, c, sides, refused)
	if c.State == StateAgreed && may(StateDelivering) {
		p.button(id, "start", "plain", false, refused)
	}
	if may(StateDeclined) {
		p.button(id, "decline", "stop", true, refused)
	}
	if may(StateCancelled) {
		p.button(id, "cancel", "stop", true, refused)
		if c.State == StateAgreed {
			cancel := &p.Actions[len(p.Actions)-1]
			cancel.Confirm = b.T("commitments.do.cancel_unsaid")
			if c.Agreement != nil && c.Agreement.Clause != "" {
				cancel.Confirm = b.T("commitments.do.cancel_agreed", "clause", c.Agreement.Clause)
			}
		}
	}
}

func (p *showPage) button(id domain.CommitmentID, move, kind string, reason bool, refused *refusal) {
	a := web.NewAction(p.Base, "commitments.do."+move, pathOf(id)+"/"+move)
	a.Kind, a.Reason = kind, reason
	if refused != nil && refused.move == move {
		a = a.Fail(refused.err, refused.reason)
		p.refusalShown = true
	}
	p.Actions = append(p.Actions, a)
}

// form chooses the one form that this reader needs in this state.
func (p *showPage) form(id domain.CommitmentID, c Commitment, sides []Side, refused *refusal) {
	has := func(s Side) bool { return slices.Contains(sides, s) }
	b := p.Base
	var move string
	switch {
	case c.State == StateInterest && has(SideProposer):
		move, p.Form = "propose", termsForm(b, "commitments.propose", pathOf(id)+"/propose", c)
	case c.State == StateDisputed && has(SideProposer) && c.Dispute != nil:
		move, p.Form = "reply", web.NewForm(b, "commitments.reply", pathOf(id)+"/reply").TextArea("reply", web.Required(), web.Value(c.Dispute.Reply), web.Max(2000))
	case c.State == StateAccepted && (has(SideProposer) || has(SideVillage)):
		move, p.Form = "sign", signForm(b, id, c)
	case (c.State == StateAgreed || c.State == StateDelivering) && has(SideProposer) && c.Delivered() < c.Quantity:
		move, p.Form = "deliver", deliverForm(b, id, c)
	case c.State == StateDelivering && has(SideProposer):
		move, p.Form = "handover", web.NewForm(b, "commitments.handover", pathOf(id)+"/handover").File("file", papersAccepted)
	case (c.State == StateDelivering || c.State == StateDelivered) && has(SideVillage) && c.openDeliveries() > 0:
		move, p.Form = "confirm", confirmForm(b, id, c)
	case c.State == StateConfirmed && (has(SideVillage) || has(SideProposer)):
		side := SideProposer
		if has(SideVillage) {
			side = SideVillage
		}
		move, p.Form = "review", reviewForm(b, id, c.ReviewOf(side))
	case c.State == StateConfirmed && has(SideEvaluator) && c.VillageReview != nil && c.ProposerReview != nil:
		move, p.Form = "evaluate", web.NewForm(b, "commitments.evaluate", pathOf(id)+"/evaluate").TextArea("reason", web.Required(), web.Max(2000))
		p.verify(id, c, refused)
	case has(SideEvaluator) && len(c.verifiable()) > 0:
		move, p.Form = "verify", verifyForm(b, id, c)
	case c.State == StateDisputed && has(SideVerifier):
		move, p.Form = "settle", settleForm(b, id)
	default:
		return
	}
	p.FormTitle = b.T("commitments." + move + ".title")
	if refused != nil && refused.move == move {
		refused.bind(p.Form)
		p.refusalShown = true
	}
}

func intText(n int) string { return strconv.Itoa(n) }

func signForm(b web.Base, id domain.CommitmentID, c Commitment) *web.Form {
	kinds := make([]web.Option, len(AgreementKinds))
	for i, k := range AgreementKinds {
		kinds[i] = web.Option{Value: string(k), Label: b.T("commitments.agreement." + string(k)), Hint: b.T("commitments.agreement.note_" + string(k))}
	}
	kind, number, date, clause := AgreementStatement, "", domain.Date(""), b.T("commitments.sign.clause_usual")
	if a := c.Agreement; a != nil {
		kind, number, date, clause = a.Kind, a.Number, a.Date, a.Clause
	}
	return web.NewForm(b, "commitments.sign", pathOf(id)+"/sign").
		Radio("kind", kinds, web.Required(), web.Value(string(kind))).
		Text("number", web.Value(number), web.Max(100)).
		Date("date", web.Value(string(date))).
		File("file", papersAccepted).
		TextArea("clause", web.Value(clause), web.Max(maxClause), web.Rows(3)).
		Text("position", web.Required(), web.Max(100), web.Autocomplete("organization-title"))
}

func deliverForm(b web.Base, id domain.CommitmentID, c Commitment) *web.Form {
	var types []web.Option
	for _, t := range []domain.DocumentType{domain.DocPhoto, domain.DocHandover, domain.DocReport, domain.DocOther} {
		types = append(types, web.Option{Value: string(t), Label: b.T("commitments.paper." + string(t))})
	}
	left := c.Quantity - c.Delivered()
	return web.NewForm(b, "commitments.deliver", pathOf(id)+"/deliver").
		Number("quantity", web.Required(), web.Hint("commitments.deliver.left", "left", quantityText(b, left, c.Unit))).
		Date("date", web.Required()).
		Text("place", web.Required(), web.Max(500)).
		Text("condition", web.Required(), web.Max(500)).
		TextArea("note", web.Max(500)).
		Radio("type", types, web.Required(), web.Value(string(domain.DocPhoto))).
		File("file", papersAccepted, web.Required())
}

func confirmForm(b web.Base, id domain.CommitmentID, c Commitment) *web.Form {
	f := web.NewForm(b, "commitments.confirm", pathOf(id)+"/confirm")
	for _, d := range c.Deliveries {
		if d.Open() > 0 {
			f.Number("received_"+d.ID, web.ValueInt(d.Open()),
				web.Label("commitments.confirm.received", "quantity", quantityText(b, d.Open(), c.Unit), "date", dateText(b, d.Date)),
				web.Hint("commitments.confirm.received_help"))
		}
	}
	return f.TextArea("words", web.Max(2000))
}

func settleForm(b web.Base, id domain.CommitmentID) *web.Form {
	var decisions []web.Option
	for _, s := range []State{StateConfirmed, StateDelivering, StateCancelled} {
		decisions = append(decisions, web.Option{Value: string(s), Label: b.T("commitments.settle.to_" + string(s)), Hint: b.T("commitments.settle.to_" + string(s) + "_help")})
	}
	return web.NewForm(b, "commitments.settle", pathOf(id)+"/settle").
		Radio("decision", decisions, web.Required()).
		TextArea("reason", web.Required(), web.Max(2000))
}
