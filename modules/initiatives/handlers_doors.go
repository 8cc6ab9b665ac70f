package initiatives

import (
	"context"
	"strings"

	"github.com/gofiber/fiber/v2"

	"gotong/modules/domain"
	"gotong/modules/kit/apperr"
	"gotong/modules/kit/web"
)

// invitationPage is one invitation, to both sides.
type invitationPage struct {
	web.Base
	Tag     web.Tag
	Facts   []web.Fact
	Words   string
	Why     string
	Links   []link
	Actions []web.Action
}

func invitePath(id string) string { return "/initiatives/invitations/" + id }

// inviteForm asks for an invitation of one organisation.
func inviteForm(b web.Base, actor domain.Actor, to domain.OrganizationBrief) *web.Form {
	f := web.NewForm(b, "initiatives.invite", "/initiatives/invite").Hidden("to", string(to.ID))
	members := inviting(actor)
	var options []web.Option
	if actor.Secretariat() {
		options = append(options, web.Option{Value: "secretariat", Label: b.T("initiatives.secretariat")})
	}
	options = append(options, memberOptions(members)...)
	if len(options) == 1 {
		f.Hidden("from", options[0].Value)
	} else {
		f.Select("from", options, web.Required(), web.Value(options[0].Value))
	}
	f.Text("title", web.Required(), web.Max(maxTitle))
	f.Select("category", domain.CategoryChoices(b.Lang), web.Required())
	var reasons []web.Option
	for _, r := range InviteReasons {
		reasons = append(reasons, web.Option{Value: string(r), Label: b.T("initiatives.invite_reason." + string(r))})
	}
	f.Radio("reason", reasons, web.Required())
	f.TextArea("words", web.Required(), web.Max(maxText))
	f.Date("until", web.Required())
	return f.Back("/organizations/" + string(to.ID))
}

func (m *Module) invitePage(c *fiber.Ctx, actor domain.Actor) (formPage, error) {
	if !MayInvite(actor) {
		return formPage{}, apperr.New(apperr.Forbidden, "initiatives.refuse.inviting")
	}
	to, err := m.Service.invitee(c.UserContext(), domain.OrganizationID(strings.Clone(web.ValuesOf(c).Get("to"))))
	if err != nil {
		return formPage{}, err
	}
	page := formPage{Base: web.NewBase(c, "initiatives", "initiatives.invite_title", "name", to.Name)}
	page.Private = true
	page.Lead = page.T("initiatives.invite_lead")
	page.Crumbs = []web.Crumb{{Label: to.Name, Path: "/organizations/" + string(to.ID)}}
	page.Form = inviteForm(page.Base, actor, to)
	return page, nil
}

func (m *Module) getInvite(c *fiber.Ctx) error {
	page, err := m.invitePage(c, web.Get[domain.Actor](c))
	if err != nil {
		return err
	}
	return m.form.Render(c, fiber.StatusOK, page)
}

func (m *Module) postInvite(c *fiber.Ctx) error {
	actor, v := web.Get[domain.Actor](c), web.ValuesOf(c)
	until, err := domain.ParseDate(v.Get("until"))
	var f apperr.Fields
	f.Check(err == nil, "until", "initiatives.error.date")
	from := domain.OrganizationID(v.Get("from")) // the form always says for whom
	if from == "secretariat" {
		from = ""
	} else if from == "" && !actor.Secretariat() {
		return apperr.New(apperr.Forbidden, "initiatives.refuse.inviting")
	}
	if err := mayInvite(actor, from); err != nil {
		return err
	}
	id := ""
	if err = f.Err(); err == nil {
		id, err = m.Service.Invite(c.UserContext(), actor, web.OperationOf(c), Invitation{
			From: from, To: domain.OrganizationID(v.Get("to")), Title: v.Get("title"), Reason: InviteReason(v.Get("reason")), Words: v.Get("words"),
			Category: domain.CategoryID(v.Get("category")), Until: until,
		})
	}
	if err != nil {
		return m.refused(c, err, func() (formPage, error) { return m.invitePage(c, actor) })
	}
	web.SetFlash(c, "good", "initiatives.flash.invited")
	return web.Redirect(c, invitePath(id))
}

func invitationOf(c *fiber.Ctx) string { return strings.Clone(c.Params("invitation")) }

func (m *Module) getInvitation(c *fiber.Ctx) error {
	actor := web.Get[domain.Actor](c)
	doc, err := m.Service.Invitation(c.UserContext(), actor, invitationOf(c))
	if err != nil {
		return err
	}
	return m.renderInvitation(c, fiber.StatusOK, actor, doc, "", nil)
}

func (m *Module) renderInvitation(c *fiber.Ctx, status int, actor domain.Actor, doc InvitationDoc, failed string, cause error) error {
	v := doc.Body
	page := invitationPage{Base: web.NewBase(c, "initiatives", ""), Words: v.Words, Why: v.Why}
	page.Title, page.Private, page.Demo = v.Title, true, v.Demo
	crumbs(&page.Base, "", "")
	b := page.Base
	state, kind := "waiting", "wait"
	switch {
	case v.Initiative != "":
		state, kind = "answered", "good"
	case v.Ending != "":
		state, kind = v.Ending, "stop"
	}
	page.Tag = web.Tag{Kind: kind, Text: b.T("initiatives.invitation." + state)}
	facts, err := m.Service.invitationFacts(c.UserContext(), b, actor, v)
	if err != nil {
		return err
	}
	page.Facts = facts
	if v.Waiting() {
		if actor.Has(v.To, domain.OrgEditor) {
			page.Links = []link{{Label: b.T("initiatives.invitation.answer"), Path: b.URL("/initiatives/new?invitation=" + doc.ID + "&organization=" + string(v.To))}}
			page.Actions = append(page.Actions, endAction(b, doc, "decline", failed, cause, web.ValuesOf(c).Get("reason")))
		}
		if v.asks(actor, domain.OrgEditor) {
			page.Actions = append(page.Actions, endAction(b, doc, "withdraw", failed, cause, web.ValuesOf(c).Get("reason")))
		}
	}
	return m.invitation.Render(c, status, page)
}

func endAction(b web.Base, doc InvitationDoc, name, failed string, cause error, reason string) web.Action {
	a := web.NewAction(b, "initiatives.invitation_"+name, invitePath(doc.ID)+"/"+name)
	a.Version, a.Reason, a.Kind = doc.Version, true, "stop"
	if name == failed {
		a = a.Fail(cause, reason)
	}
	return a
}

// invitationFacts says who asks whom why, and what came of it: the proposal's name once it is handed in.
func (s *Service) invitationFacts(ctx context.Context, b web.Base, actor domain.Actor, v Invitation) ([]web.Fact, error) {
	names, err := s.organizations.Briefs(ctx, []domain.OrganizationID{v.From, v.To})
	if err != nil {
		return nil, err
	}
	from := web.Fact{Label: b.T("initiatives.invitation.from"), Value: b.T("initiatives.secretariat")}
	if v.From != "" {
		from.Value, from.Path = names[v.From].Name, b.URL("/organizations/"+string(v.From))
	}
	facts := []web.Fact{
		from, {Label: b.T("initiatives.invitation.to"), Value: names[v.To].Name, Path: b.URL("/organizations/" + string(v.To))},
		{Label: b.T("initiatives.invitation.reason"), Value: b.T("initiatives.invite_reason." + string(v.Reason))},
		{Label: b.T("initiatives.invitation.category"), Value: domain.Taxonomy().CategoryName(v.Category, b.Lang)},
		{Label: b.T("initiatives.invitation.until"), Value: dateText(b, v.Until)}, {Label: b.T("initiatives.invitation.at"), Value: b.Date(v.At)},
	}
	if v.Initiative == "" {
		return facts, nil
	}
	doc, err := s.records.Get(ctx, string(v.Initiative))
	if apperr.Is(err, apperr.NotFound) {
		return facts, nil
	}
	if err != nil {
		return nil, err
	}
	fact := web.Fact{Label: b.T("initiatives.invitation.initiative"), Value: b.T("initiatives.invitation.being_written"), Quiet: true}
	if doc.Body.Round > 0 || CanView(actor, doc.Body) {
		fact = web.Fact{Label: fact.Label, Value: doc.Body.Title + " · " + b.T("initiatives.state."+string(doc.Body.State()))}
	}
	if CanView(actor, doc.Body) {
		fact.Path = b.URL("/initiatives/" + doc.ID)
	}
	return append(facts, fact), nil
}

// ending declines or withdraws an invitation.
func (m *Module) ending(name, ending string) fiber.Handler {
	return func(c *fiber.Ctx) error {
		actor, id := web.Get[domain.Actor](c), invitationOf(c)
		err := m.Service.EndInvitation(c.UserContext(), actor, web.OperationOf(c), id, web.Version(c), ending, web.ValuesOf(c).Get("reason"))
		if apperr.Is(err, apperr.Invalid) {
			doc, hidden := m.Service.Invitation(c.UserContext(), actor, id)
			if hidden != nil {
				return hidden
			}
			return m.renderInvitation(c, fiber.StatusUnprocessableEntity, actor, doc, name, err)
		}
		if err != nil {
			return err
		}
		web.SetFlash(c, "wait", "initiatives.flash.invitation_"+ending)
		return web.Redirect(c, invitePath(id))
	}
}

// takeForm asks as what an initiative is taken up and why.
func takeForm(b web.Base, doc Doc, members []domain.Membership) *web.Form {
	f := web.NewForm(b, "initiatives.take", "/initiatives/"+doc.ID+"/take-up").Read(doc.Version)
	options, ways := memberOptions(members), []web.Option{}
	if len(options) == 1 {
		f.Hidden("organization", options[0].Value)
	} else {
		f.Select("organization", options, web.Required())
	}
	for _, as := range TakenAs {
		ways = append(ways, web.Option{Value: as, Label: b.T("initiatives.taken." + as)})
	}
	f.Radio("as", ways, web.Required())
	f.TextArea("reason", web.Required(), web.Max(maxText))
	return f.Back("/initiatives/" + doc.ID)
}

func (m *Module) takePage(c *fiber.Ctx, actor domain.Actor) (formPage, error) {
	doc, err := m.Service.Show(c.UserContext(), actor, idOf(c))
	if err != nil {
		return formPage{}, err
	}
	members := CanTakeUp(actor, doc.Body)
	if len(members) == 0 {
		return formPage{}, apperr.New(apperr.Forbidden, "initiatives.refuse.take_up")
	}
	page := formPage{Base: web.NewBase(c, "initiatives", "initiatives.take_title", "title", doc.Body.Title)}
	page.Private, page.Demo = true, doc.Body.Demo
	page.Lead = page.T("initiatives.take_lead")
	crumbs(&page.Base, doc.Body.Title, "/initiatives/"+doc.ID)
	page.Form = takeForm(page.Base, doc, members)
	return page, nil
}

func (m *Module) getTakeUp(c *fiber.Ctx) error {
	page, err := m.takePage(c, web.Get[domain.Actor](c))
	if err != nil {
		return err
	}
	return m.form.Render(c, fiber.StatusOK, page)
}

func (m *Module) postTakeUp(c *fiber.Ctx) error {
	actor, v := web.Get[domain.Actor](c), web.ValuesOf(c)
	r := requestOf(c, actor)
	if err := m.Service.TakeUp(c.UserContext(), r, domain.OrganizationID(v.Get("organization")), v.Get("as"), false); err != nil {
		return m.refused(c, err, func() (formPage, error) { return m.takePage(c, actor) })
	}
	web.SetFlash(c, "good", "initiatives.flash.taken")
	return web.Redirect(c, "/initiatives/"+string(r.ID)+"#taken")
}

func (m *Module) postLetGo(c *fiber.Ctx) error {
	r := requestOf(c, web.Get[domain.Actor](c))
	if err := m.Service.TakeUp(c.UserContext(), r, domain.OrganizationID(web.ValuesOf(c).Get("organization")), "", true); err != nil {
		return err
	}
	web.SetFlash(c, "wait", "initiatives.flash.let_go")
	return web.Redirect(c, "/initiatives/"+string(r.ID)+"#taken")
}

// takenView is one who took an initiative up.
type takenView struct {
	Name, Path, As, Words, When string
	Ended                       string
	LetGo                       *web.Action
}

func takenViews(b web.Base, actor domain.Actor, doc Doc, names map[domain.OrganizationID]domain.OrganizationBrief) (out []takenView) {
	for _, t := range doc.Body.TakenUp {
		x := takenView{Name: names[t.Organization].Name, Path: b.URL("/organizations/" + string(t.Organization)), As: b.T("initiatives.taken." + t.As), Words: t.Words, When: b.Date(t.At)}
		if !t.Ended.IsZero() {
			x.Ended = b.T("initiatives.taken_ended", "date", b.Date(t.Ended))
		} else if actor.Has(t.Organization, domain.OrgOwner) {
			a := web.NewAction(b, "initiatives.let_go", "/initiatives/"+doc.ID+"/let-go")
			a.Version, a.Kind = doc.Version, "stop"
			a = a.With("organization", string(t.Organization))
			x.LetGo = &a
		}
		out = append(out, x)
	}
	return out
}

// postPartner answers for a partner.
func (m *Module) postPartner(status string) fiber.Handler {
	return func(c *fiber.Ctx) error {
		v := web.ValuesOf(c)
		r := requestOf(c, web.Get[domain.Actor](c))
		if err := m.Service.Answer(c.UserContext(), r, domain.OrganizationID(v.Get("organization")), v.Get("role"), status); err != nil {
			return err
		}
		web.SetFlash(c, "good", "initiatives.flash.partner_"+status)
		if status == PartnerDeclined { // the proposal is no longer there for who declined
			return web.Redirect(c, "/desk")
		}
		return web.Redirect(c, "/initiatives/"+string(r.ID))
	}
}

// partnerActions are the answers that the actor may give for partners.
func partnerActions(b web.Base, actor domain.Actor, doc Doc) (list []web.Action) {
	for _, p := range MayAnswer(actor, doc.Body) {
		for _, x := range []struct{ name, kind string }{{"confirm", "main"}, {"decline", "stop"}} {
			a := web.NewAction(b, "initiatives.partner_"+x.name, "/initiatives/"+doc.ID+"/partners/"+x.name).With("organization", string(p.Organization)).With("role", p.Role)
			a.Label, a.Kind = b.T("initiatives.partner_"+x.name, "name", p.Name, "role", p.Role), x.kind
			list = append(list, a)
		}
	}
	return list
}
