package commitments

import (
	"context"
	"slices"

	"gotong/modules/domain"
	"gotong/modules/kit/web"
)

type formPage struct {
	web.Base
	Facts []web.Fact
	Form  *web.Form // nil where nothing is possible, and for the village
	Talk  *web.Form // to begin with a message alone
	Empty *web.Empty
}

type showPage struct {
	web.Base
	Tag         web.Tag
	Lead        string
	Next        string
	Facts       []web.Fact
	Coverage    *web.Coverage // nil before a quantity was named
	Private     []web.Fact    // for the parties and those who oversee them
	Agreement   []web.Fact
	Note        string // what the agreement's kind means
	Dispute     []web.Fact
	Deliveries  *web.Table
	Obligations *obligationPart
	Items       *itemPart
	Reviews     []web.Fact
	Verified    []web.Fact
	Renew       string     // where a new commitment like this one begins; "" for others
	Answered    []web.Fact // answers without an account, for those who see all
	PapersPath  string     // where the owners of both sides make papers; "" for others
	PapersLater string     // to them, what must come before the next paper
	LinksPath   string     // where the village's owner makes links; "" for others
	Actions     []web.Action
	Form        *web.Form
	FormTitle   string
	Differs     []web.Fact // what the version that stands changes
	Other       *formPart  // another version of a proposal
	Talk        *talkPart  // for the parties and those who oversee them
	Steps       []web.Step
	Sections    []web.Section

	refusalShown bool
}

// refusal is a move that was refused, for the page to show with what was typed.
type refusal struct {
	move   string
	err    error
	bind   func(*web.Form)
	reason string
}

func pathOf(id domain.CommitmentID) string { return "/commitments/" + string(id) }

func quantityText(b web.Base, n int64, unit domain.UnitID) string {
	return domain.QuantityText(b.Local(), n, unit)
}

// cardTitle names a commitment in a list: what and from whom.
func cardTitle(b web.Base, c Commitment) string {
	if c.Quantity == 0 {
		return b.T("commitments.card.interest", "organization", c.OrganizationName)
	}
	return b.T("commitments.card.title", "quantity", quantityText(b, c.Quantity, c.Unit), "organization", c.OrganizationName)
}

func dateText(b web.Base, d domain.Date) string {
	if d == "" {
		return b.T("commitments.no_date")
	}
	return b.Date(d.Time())
}

func newFormPage(b web.Base, p Possible, side Side) formPage {
	text := func(n int64) string { return quantityText(b, n, p.Need.Unit) }
	b.Crumbs = []web.Crumb{{Label: p.Need.Title, Path: "/needs/" + string(p.Need.ID)}}
	b.Demo = p.Need.Demo || p.Initiative.Demo
	page := formPage{Base: b, Facts: []web.Fact{
		{Label: b.T("commitments.fact.need"), Value: p.Need.Title, Path: b.URL("/needs/" + string(p.Need.ID))},
		{Label: b.T("commitments.fact.initiative"), Value: p.Initiative.Title, Path: b.URL("/initiatives/" + string(p.Initiative.ID))},
		{Label: b.T("commitments.fact.category"), Value: domain.Taxonomy().CategoryName(p.Need.Category, b.Lang)},
		{Label: b.T("commitments.fact.uncovered"), Value: text(p.Uncovered)},
		{Label: b.T("commitments.fact.free"), Value: text(p.Free)},
	}}
	if p.Need.WantedBy != "" {
		page.Facts = append(page.Facts, web.Fact{Label: b.T("commitments.fact.wanted_by"), Value: dateText(b, p.Need.WantedBy)})
	}
	if p.Most == 0 {
		page.Empty = &web.Empty{Text: b.T("commitments.error.nothing_possible"), ActionLabel: b.T("commitments.back_need"), ActionPath: b.URL("/needs/" + string(p.Need.ID))}
		return page
	}
	page.Talk = web.NewForm(b, "commitments.converse", "/conversations").
		Hidden("need", string(p.Need.ID)).Hidden("initiative", string(p.Initiative.ID)).Hidden("offer", string(p.Offer.ID)).
		TextArea("message", web.Required(), web.Max(4000), web.Rows(4))
	if side == SideVillage {
		return page
	}
	page.Talk.Named("say")
	hint := web.Hint("commitments.new.possible", "least", text(p.Least), "most", text(p.Most))
	if p.Least == p.Most {
		hint = web.Hint("commitments.new.only", "most", text(p.Most))
	}
	page.Form = web.NewForm(b, "commitments.new", "/commitments").
		Hidden("need", string(p.Need.ID)).Hidden("initiative", string(p.Initiative.ID)).Hidden("offer", string(p.Offer.ID)).
		Number("quantity", web.Required(), web.ValueInt(p.Most), hint).
		Date("from", web.Required(), web.Value(string(p.Offer.From))).
		Date("until", web.Required(), web.Value(string(p.Offer.Until))).
		TextArea("conditions", web.Value(p.Offer.Conditions), web.Max(4000)).
		TextArea("message", web.Required(), web.Max(4000)).
		Back("/needs/" + string(p.Need.ID))
	return page
}

// showPage makes the page of a commitment for one reader. Error: NotFound.
func (m *Module) showPage(ctx context.Context, b web.Base, actor domain.Actor, id domain.CommitmentID, refused *refusal) (showPage, error) {
	c, full, err := m.Service.Get(ctx, actor, id)
	if err != nil {
		return showPage{}, err
	}
	text := func(n int64) string { return quantityText(b, n, c.Unit) }
	b.Title = b.T("commitments.title", "quantity", text(c.Quantity), "need", c.NeedTitle)
	if c.Quantity == 0 {
		b.Title = b.T("commitments.title_interest", "need", c.NeedTitle)
	}
	b.Demo = c.Demo
	b.Path = pathOf(id)
	b.Crumbs = []web.Crumb{{Label: c.NeedTitle, Path: "/needs/" + string(c.Need)}}
	page := showPage{Base: b, Tag: tagOf(b, c), Lead: b.T("commitments.lead", "organization", c.OrganizationName, "village", c.VillageName)}
	page.Facts = []web.Fact{
		{Label: b.T("commitments.fact.need"), Value: c.NeedTitle, Path: b.URL("/needs/" + string(c.Need))},
		{Label: b.T("commitments.fact.initiative"), Value: c.InitiativeTitle, Path: b.URL("/initiatives/" + string(c.Initiative))},
		{Label: b.T("commitments.fact.organization"), Value: c.OrganizationName, Path: b.URL("/organizations/" + string(c.Organization))},
		{Label: b.T("commitments.fact.village"), Value: c.VillageName, Path: b.URL("/villages/" + string(c.Village))},
		{Label: b.T("commitments.fact.category"), Value: domain.Taxonomy().CategoryName(c.Category, b.Lang)},
	}
	if c.Renews != "" && full {
		page.Facts = append(page.Facts, web.Fact{Label: b.T("commitments.fact.renews"), Value: b.T("commitments.fact.renews_link"), Path: b.URL(pathOf(c.Renews))})
	}
	if c.Quantity > 0 {
		page.Facts = append(page.Facts, web.Fact{Label: b.T("commitments.fact.time"), Value: b.T("commitments.from_until", "from", dateText(b, c.From), "until", dateText(b, c.Until))})
		cover := coverOf(b, c)
		page.Coverage = &cover
	}
	page.Deliveries = deliveryTable(b, c, full)
	page.Steps = timeline(b, c, full)
	sides := sides(actor, &c)
	page.Next = b.T(nextKey(c, sides))
	if c.Agreement != nil && c.Agreement.Kind != "" {
		page.agreement(c, full)
	}
	page.reviews(c, full, sides)
	page.verified(c)
	if !full && slices.Contains(sides, SideEvaluator) {
		page.form(id, c, sides, refused)
	}
	if full {
		page.obligations(id, c, sides, domain.DateOf(m.Service.clock.Now()), refused)
		if (c.State == StateConfirmed || c.State == StateEvaluated) && slices.Contains(sides, SideProposer) {
			page.Renew = web.ListURL(b, "/commitments/new", map[string]string{"need": string(c.Need), "initiative": string(c.Initiative), "offer": string(c.Offer), "renews": string(id)}, "")
		}
		page.items(id, c, sides, refused)
		page.private(c)
		if err := m.answered(ctx, &page, id, &c, sides); err != nil {
			return showPage{}, err
		}
		page.offer(id, m.drafted(ctx, id, c), sides, refused)
		if slices.Contains(sides, SideProposer) || slices.Contains(sides, SideVillage) {
			switch {
			case c.State == StateAccepted, c.listable() && len(c.Items)+len(c.Deliveries) > 0:
				page.PapersPath = b.URL(pathOf(id) + "/papers")
			case c.listable():
				page.PapersLater = b.T("commitments.papers_later")
			}
		}
		page.negotiate(id, c, sides, refused)
		page.talk(id, c, sides, refused)
	}
	request := domain.PanelRequest{Actor: actor, Ref: ref(id), Page: b, Region: c.Village}
	failed := web.Section{ID: "panel-error", Title: b.T("commitments.panel.failed_title"), Error: b.T("commitments.panel.failed")}
	page.Sections, _ = domain.LoadPanels(ctx, m.panels, request, failed, m.log)
	return page, nil
}

// drafted gives a commitment whose agreement is still to be signed the terms of the paper that was made for it, as the form offers
// them. What cannot be had is left out.
func (m *Module) drafted(ctx context.Context, id domain.CommitmentID, c Commitment) Commitment {
	if c.State != StateAccepted || c.Agreement != nil || m.Service.drafts == nil {
		return c
	}
	t, ok, err := m.Service.drafts.Draft(ctx, id)
	if err != nil {
		m.log.WarnContext(ctx, "drafts of agreements cannot be read", "commitment", id, "error", err)
	}
	if ok {
		c.Agreement = &Agreement{Kind: t.Kind, Number: t.Number, Date: t.Date, Clause: t.Clause}
	}
	return c
}

// coverOf shows what of a commitment was delivered and confirmed; the whole is what was promised, not what is needed.
func coverOf(b web.Base, c Commitment) web.Coverage {
	text := func(n int64) string { return quantityText(b, n, c.Unit) }
	cover := web.NewCoverage(b, c.Quantity, c.Kept(), c.Delivered(), c.Confirmed(), text)
	cover.Label = b.T("commitments.cover.label", "quantity", text(c.Quantity), "delivered", text(c.Delivered()), "confirmed", text(c.Confirmed()))
	cover.Items = []web.CoverageItem{{Layer: "promised", Value: text(c.Quantity), Label: b.T("commitments.cover.promised")}}
	if c.Delivered() > 0 {
		cover.Items = append(cover.Items, web.CoverageItem{Layer: "given", Value: text(c.Delivered()), Label: b.T("commitments.cover.delivered")})
	}
	if c.Confirmed() > 0 {
		cover.Items = append(cover.Items, web.CoverageItem{Layer: "done", Value: text(c.Confirmed()), Label: b.T("commitments.cover.confirmed")})
	}
	return cover
}

func tagOf(b web.Base, c Commitment) web.Tag {
	kind := "wait"
	switch c.State {
	case StateConfirmed, StateEvaluated, StateDelivered:
		kind = "good"
	case StateDeclined, StateCancelled, StateExpired, StateDisputed:
		kind = "stop"
	}
	return web.Tag{Kind: kind, Text: b.T("commitments.state." + string(c.State))}
}

// nextKey says what is to be done next, for those who have to do it and for those who wait.
func nextKey(c Commitment, sides []Side) string {
	has := func(s Side) bool { return slices.Contains(sides, s) }
	act := false
	switch c.State {
	case StateProposed:
		if c.proposedBy() == SideVillage {
			if has(SideProposer) {
				return "commitments.next.countered_act"
			}
			return "commitments.next.countered"
		}
		act = has(SideVillage)
	case StateAccepted:
		act = has(SideVillage) && c.Signed(SideVillage) == nil || has(SideProposer) && c.Signed(SideProposer) == nil
	case StateConfirmed:
		switch {
		case has(SideVillage) && c.VillageReview == nil || has(SideProposer) && c.ProposerReview == nil:
			return "commitments.next.confirmed_review"
		case has(SideEvaluator) && c.VillageReview != nil && c.ProposerReview != nil:
			return "commitments.next.confirmed_evaluate"
		}
	case StateInterest, StateAgreed:
		act = has(SideProposer)
	case StateDelivering:
		if has(SideVillage) && c.openDeliveries() > 0 {
			return "commitments.next.delivering_confirm"
		}
		act = has(SideProposer)
		if act && c.Delivered() == c.Quantity {
			return "commitments.next.delivering_handover"
		}
	case StateDelivered:
		act = has(SideVillage)
	case StateDisputed:
		if has(SideProposer) && c.Dispute != nil && c.Dispute.Reply == "" {
			return "commitments.next.disputed_reply"
		}
		act = has(SideVerifier)
	}
	if act {
		return "commitments.next." + string(c.State) + "_act"
	}
	return "commitments.next." + string(c.State)
}

func (p *showPage) private(c Commitment) {
	b := p.Base
	if c.Conditions != "" {
		p.Private = append(p.Private, web.Fact{Label: b.T("commitments.fact.conditions"), Value: c.Conditions})
	}
	if c.State == StateProposed {
		p.Private = append(p.Private, web.Fact{Label: b.T("commitments.fact.answer_by"), Value: dateText(b, c.deadline())})
	}
	disputes := c.Disputes
	if c.Dispute != nil {
		disputes = append(slices.Clone(disputes), *c.Dispute)
	}
	for _, d := range disputes {
		reply := web.Fact{Label: b.T("commitments.dispute.reply"), Value: d.Reply}
		if d.Reply == "" {
			reply.Value, reply.Quiet = b.T("commitments.dispute.no_reply"), true
		}
		p.Dispute = append(p.Dispute, web.Fact{Label: b.T("commitments.dispute.words"), Value: d.Words}, reply)
		if d.Decision != "" {
			p.Dispute = append(p.Dispute, web.Fact{Label: b.T("commitments.dispute.decision"), Value: b.T("commitments.state." + string(d.Decision))},
				web.Fact{Label: b.T("commitments.dispute.reason"), Value: d.Reason})
		}
	}
}

func (p *showPage) agreement(c Commitment, full bool) {
	b, a := p.Base, c.Agreement
	p.Note = b.T("commitments.agreement.note_" + string(a.Kind))
	p.Agreement = []web.Fact{{Label: b.T("commitments.agreement.kind"), Value: b.T("commitments.agreement." + string(a.Kind))}}
	if !full {
		return
	}
	if a.Number != "" {
		p.Agreement = append(p.Agreement, web.Fact{Label: b.T("commitments.agreement.number"), Value: a.Number},
			web.Fact{Label: b.T("commitments.agreement.date"), Value: dateText(b, a.Date)})
	}
	if a.SHA256 != "" {
		p.Agreement = append(p.Agreement, domain.Citation{ID: a.Document, SHA256: a.SHA256}.Fact(b, b.T("commitments.agreement.document"), true))
	}
	if a.Clause != "" {
		p.Agreement = append(p.Agreement, web.Fact{Label: b.T("commitments.agreement.clause"), Value: a.Clause})
	}
	for _, side := range []Side{SideProposer, SideVillage} {
		fact := web.Fact{Label: b.T("commitments.agreement.signed_" + string(side)), Value: b.T("commitments.agreement.missing"), Quiet: true}
		if s := c.Signed(side); s != nil {
			fact.Value, fact.Quiet = b.T("commitments.agreement.signature", "position", s.Position, "date", b.Date(s.At)), false
		}
		p.Agreement = append(p.Agreement, fact)
	}
}

func deliveryTable(b web.Base, c Commitment, full bool) *web.Table {
	if len(c.Deliveries) == 0 {
		return nil
	}
	t := &web.Table{Caption: b.T("commitments.delivery.caption"), Numbers: []bool{false, true, true, true},
		Head: []string{b.T("commitments.delivery.date"), b.T("commitments.delivery.quantity"), b.T("commitments.delivery.confirmed"), b.T("commitments.delivery.denied"), b.T("commitments.delivery.grade")}}
	if full {
		t.Head = append(t.Head, b.T("commitments.delivery.place"))
	}
	for _, d := range c.Deliveries {
		row := web.Row{Cells: []web.Cell{{Text: dateText(b, d.Date)}, {Text: quantityText(b, d.Quantity, c.Unit)},
			{Text: b.Number(d.Confirmed), Quiet: d.Confirmed == 0}, {Text: b.Number(d.Denied), Quiet: d.Denied == 0}, {Text: b.T("commitments.grade." + string(d.Grade))}}}
		if d.Via != nil {
			row.Cells[2].Note = linkName(b, d.Via.Kind, d.Via.Number)
		}
		if full {
			row.Cells[3].Note = d.Words
			row.Cells = append(row.Cells, web.Cell{Text: d.Place, Note: d.Condition})
		}
		t.Rows = append(t.Rows, row)
	}
	return t
}
