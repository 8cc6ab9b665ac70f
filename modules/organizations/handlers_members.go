package organizations

import (
	"slices"
	"strconv"
	"time"

	"github.com/gofiber/fiber/v2"

	"gotong/modules/domain"
	"gotong/modules/kit/apperr"
	"gotong/modules/kit/store"
	"gotong/modules/kit/web"
)

// membersForm is GET /organizations/{id}/members.
func (m *Module) membersForm(c *fiber.Ctx) error {
	page, err := m.membersPage(c)
	if err != nil {
		return err
	}
	return m.members.Render(c, fiber.StatusOK, page)
}

func (m *Module) membersPage(c *fiber.Ctx) (membersPage, error) {
	ctx, actor, id := c.UserContext(), actorOf(c), idOf(c)
	if !actor.SignedIn() {
		return membersPage{}, apperr.New(apperr.SignIn, "")
	}
	doc, err := m.Service.inside(ctx, actor, id)
	if err != nil {
		return membersPage{}, err
	}
	members, err := m.Service.Members(ctx, actor, id)
	if err != nil {
		return membersPage{}, err
	}
	base := web.NewBase(c, "organizations", "organizations.members.title", "name", doc.Body.Name)
	base.Demo = doc.Body.Demo
	base.Crumbs = []web.Crumb{{Label: base.T("organizations.index.title"), Path: "/organizations"}, {Label: doc.Body.Name, Path: pathOf(id)}, {Label: base.T("organizations.show.members")}}
	page := membersPage{Base: base, Heading: base.Title}
	manage := MayManage(actor, id)
	for _, member := range members {
		row := memberRow{Name: member.Name, Role: base.T("organizations.role." + string(member.Role)), Since: base.Date(member.Since), Self: member.Account == actor.Account}
		if manage {
			row.Actions = memberActions(base, id, member.Member, row.Self)
			if member.Role != domain.OrgOwner && slices.Contains(doc.Body.Owners, actor.Account) {
				a := web.NewAction(base, "organizations.handover", pathOf(id)+"/members/handover").With("account", string(member.Account))
				a.ID, a.Kind = a.ID+"-"+string(member.Account), "plain"
				row.Actions = append(row.Actions, a)
			}
		}
		page.Members = append(page.Members, row)
	}
	if manage {
		requests, err := m.Service.JoinRequests(ctx, actor, id)
		if err != nil {
			return membersPage{}, err
		}
		for _, r := range requests {
			page.Requests = append(page.Requests, requestRow{Name: r.Name, When: base.Date(r.At), Message: r.Message, Actions: requestActions(base, id, r.Account)})
		}
		open, err := m.Service.Open(ctx, actor, id)
		if err != nil {
			return membersPage{}, err
		}
		page.Open = invitationRows(base, id, open)
		page.Invite = inviteForm(base, id)
		if shown, err := m.Service.ShownInvitation(ctx, actor, id, web.ValuesOf(c).Get("invited")); err == nil {
			page.Link = m.publicURL + base.URL(shown.Path)
			page.LinkNote = base.T("organizations.invite.link_note", "role", base.T("organizations.role."+string(shown.Role)), "date", shown.Until)
		}
	}
	page.Handover = handoverOf(base, actor, id, doc.Body, members, m.Service.now())
	if _, ok := actor.Membership(id); ok {
		a := web.NewAction(base, "organizations.leave", pathOf(id)+"/leave")
		a.Kind = "stop"
		page.Leave = &a
	}
	return page, nil
}

func invitationRows(b web.Base, id domain.OrganizationID, open []store.Doc[Invitation]) []invitationRow {
	rows := make([]invitationRow, 0, len(open))
	for n, doc := range open {
		i := doc.Body
		a := web.NewAction(b, "organizations.revoke", pathOf(id)+"/invitations/"+doc.ID+"/revoke")
		a.ID, a.Kind = a.ID+"-"+strconv.Itoa(n), "plain"
		a.Confirm = b.T("organizations.revoke_what", "role", b.T("organizations.role."+string(i.Role)), "at", b.DateTime(i.At), "until", b.DateTime(i.Until)) + " " + a.Confirm
		rows = append(rows, invitationRow{Role: b.T("organizations.role." + string(i.Role)), Note: b.T("organizations.invite.open_note", "at", b.DateTime(i.At), "until", b.DateTime(i.Until)), Revoke: a})
	}
	return rows
}

// handoverOf shows an offered ownership to the one who may take it and to the owners.
func handoverOf(b web.Base, actor domain.Actor, id domain.OrganizationID, o Organization, members []MemberView, now time.Time) *handoverPart {
	h := o.Handover
	if !h.open(now) {
		return nil
	}
	names := map[domain.AccountID]string{}
	for _, member := range members {
		names[member.Account] = member.Name
	}
	if _, there := names[h.To]; !there {
		return nil // they left since
	}
	action := func(key, path, kind string) web.Action {
		a := web.NewAction(b, key, pathOf(id)+"/members/handover/"+path)
		a.Kind = kind
		return a
	}
	part := &handoverPart{Text: b.T("organizations.handover.offered", "from", names[h.From], "to", names[h.To], "date", h.Until)}
	switch {
	case h.To == actor.Account:
		part.Text = b.T("organizations.handover.yours", "from", names[h.From], "date", h.Until)
		part.Actions = []web.Action{action("organizations.handover_take", "take", "main"), action("organizations.handover_decline", "end", "plain")}
	case MayManage(actor, id):
		part.Actions = []web.Action{action("organizations.handover_withdraw", "end", "plain")}
	}
	return part
}

func inviteForm(b web.Base, id domain.OrganizationID) *web.Form {
	f := web.NewForm(b, "organizations.invite", pathOf(id)+"/invitations").Named("invite")
	return f.Radio("role", roleOptions(b), web.Required(), web.Value(string(domain.OrgEditor)))
}

func memberActions(b web.Base, id domain.OrganizationID, member Member, self bool) []web.Action {
	var actions []web.Action
	for _, role := range Roles {
		if role == member.Role {
			continue
		}
		a := web.NewAction(b, "organizations.make."+string(role), pathOf(id)+"/members/role").With("account", string(member.Account)).With("role", string(role)).With("was", string(member.Role))
		a.ID, a.Kind = a.ID+"-"+string(member.Account), "plain"
		actions = append(actions, a)
	}
	if !self {
		a := web.NewAction(b, "organizations.remove", pathOf(id)+"/members/remove").With("account", string(member.Account))
		a.ID, a.Kind = a.ID+"-"+string(member.Account), "stop"
		actions = append(actions, a)
	}
	return actions
}

func requestActions(b web.Base, id domain.OrganizationID, account domain.AccountID) []web.Action {
	var actions []web.Action
	for _, role := range []string{string(domain.OrgViewer), string(domain.OrgEditor), ""} {
		key, kind := "organizations.admit."+role, "main"
		if role == "" {
			key, kind = "organizations.decline", "plain"
		}
		a := web.NewAction(b, key, pathOf(id)+"/members/answer").With("account", string(account)).With("role", role)
		a.ID, a.Kind = a.ID+"-"+string(account), kind
		actions = append(actions, a)
	}
	return actions
}

// invite is POST /organizations/{id}/invitations.
func (m *Module) invite(c *fiber.Ctx) error {
	id := idOf(c)
	shown, err := m.Service.Invite(c.UserContext(), actorOf(c), web.OperationOf(c), id, domain.OrganizationRole(web.ValuesOf(c).Get("role")))
	if apperr.Is(err, apperr.Invalid) {
		page, e := m.membersPage(c)
		if e != nil {
			return e
		}
		page.Invite.Bind(c).Fail(err)
		return m.members.Render(c, fiber.StatusUnprocessableEntity, page)
	}
	if err != nil {
		return err
	}
	return web.Redirect(c, pathOf(id)+"/members?invited="+shown)
}

// setRole is POST /organizations/{id}/members/role.
func (m *Module) setRole(c *fiber.Ctx) error {
	v, actor := web.ValuesOf(c), actorOf(c)
	account, role, was := domain.AccountID(v.Get("account")), domain.OrganizationRole(v.Get("role")), domain.OrganizationRole(v.Get("was"))
	err := m.Service.SetRole(c.UserContext(), actor, web.OperationOf(c), idOf(c), account, role)
	var back web.Undo
	if checkRole(was) == nil && was != role && account != actor.Account {
		back = membersUndo(c, "role", account).Field("role", string(was)).Field("was", string(role))
	}
	return m.membersAnswer(c, err, back, "organizations.flash.role")
}

// remove is POST /organizations/{id}/members/remove.
func (m *Module) remove(c *fiber.Ctx) error {
	account := domain.AccountID(web.ValuesOf(c).Get("account"))
	err := m.Service.Remove(c.UserContext(), actorOf(c), web.OperationOf(c), idOf(c), account)
	return m.membersAnswer(c, err, membersUndo(c, "undo", account).Field("act", "removed"), "organizations.flash.removed")
}

// answer is POST /organizations/{id}/members/answer.
func (m *Module) answer(c *fiber.Ctx) error {
	v := web.ValuesOf(c)
	account, role := domain.AccountID(v.Get("account")), domain.OrganizationRole(v.Get("role"))
	err := m.Service.AnswerRequest(c.UserContext(), actorOf(c), web.OperationOf(c), idOf(c), account, role)
	back, flash := membersUndo(c, "undo", account).Field("act", "answered"), "organizations.flash.admitted"
	if role == "" {
		flash = "organizations.flash.declined"
	}
	return m.membersAnswer(c, err, back, flash)
}

// revoke is POST /organizations/{id}/invitations/{invitation}/revoke.
func (m *Module) revoke(c *fiber.Ctx) error {
	err := m.Service.Revoke(c.UserContext(), actorOf(c), web.OperationOf(c), idOf(c), c.Params("invitation"))
	return m.membersAnswer(c, err, web.Undo{}, "organizations.flash.revoked")
}

// membersUndo begins the form that takes back what was decided about a member.
func membersUndo(c *fiber.Ctx, path string, account domain.AccountID) web.Undo {
	return web.Undo{Path: pathOf(idOf(c)) + "/members/" + path}.Field("account", string(account))
}

// undo is POST /organizations/{id}/members/undo: who was taken out is there again, or a wish to join waits again.
func (m *Module) undo(c *fiber.Ctx) error {
	v := web.ValuesOf(c)
	take := m.Service.PutBack
	if v.Get("act") == "answered" {
		take = m.Service.TakeBackAnswer
	}
	err := take(c.UserContext(), actorOf(c), web.OperationOf(c), idOf(c), domain.AccountID(v.Get("account")))
	return m.membersAnswer(c, err, web.Undo{}, "organizations.flash.taken_back")
}

// offerOwnership is POST /organizations/{id}/members/handover.
func (m *Module) offerOwnership(c *fiber.Ctx) error {
	err := m.Service.OfferOwnership(c.UserContext(), actorOf(c), web.OperationOf(c), idOf(c), domain.AccountID(web.ValuesOf(c).Get("account")))
	return m.membersAnswer(c, err, web.Undo{Path: pathOf(idOf(c)) + "/members/handover/end"}, "organizations.flash.offered")
}

// takeOwnership is POST /organizations/{id}/members/handover/take.
func (m *Module) takeOwnership(c *fiber.Ctx) error {
	err := m.Service.TakeOwnership(c.UserContext(), actorOf(c), web.OperationOf(c), idOf(c))
	return m.membersAnswer(c, err, web.Undo{}, "organizations.flash.taken")
}

// endOffer is POST /organizations/{id}/members/handover/end.
func (m *Module) endOffer(c *fiber.Ctx) error {
	err := m.Service.EndOffer(c.UserContext(), actorOf(c), web.OperationOf(c), idOf(c))
	return m.membersAnswer(c, err, web.Undo{}, "organizations.flash.offer_ended")
}

// membersAnswer goes back to the members, with the way to take it back where there is one; a refusal that people can
// settle is told there.
func (m *Module) membersAnswer(c *fiber.Ctx, err error, undo web.Undo, flash string) error {
	path := pathOf(idOf(c)) + "/members"
	if message, ok := refusalOf(err); ok {
		web.SetFlash(c, "stop", message)
		return web.Redirect(c, path)
	}
	if err != nil {
		return err
	}
	web.SetFlashWithUndo(c, undo, "good", flash)
	return web.Redirect(c, path)
}

// refusalOf gives the message of a refused move that needs another decision of the same person.
func refusalOf(err error) (string, bool) {
	switch key := messageOf(err); key {
	case "organizations.error.last_owner", "organizations.error.handover_owner", "organizations.error.handover_gone", "organizations.error.handover_busy",
		"organizations.error.invitation_used", "organizations.error.undo_late":
		return key, true
	}
	return "", false
}

// leave is POST /organizations/{id}/leave.
func (m *Module) leave(c *fiber.Ctx) error {
	err := m.Service.Leave(c.UserContext(), actorOf(c), web.OperationOf(c), idOf(c))
	if _, ok := refusalOf(err); ok {
		return m.membersAnswer(c, err, web.Undo{}, "")
	}
	if err != nil {
		return err
	}
	web.SetFlashWithUndo(c, web.Undo{Path: pathOf(idOf(c)) + "/leave/undo"}, "good", "organizations.flash.left")
	return web.Redirect(c, "/organizations")
}

// comeBack is POST /organizations/{id}/leave/undo.
func (m *Module) comeBack(c *fiber.Ctx) error {
	return m.takenBack(c, m.Service.Return(c.UserContext(), actorOf(c), web.OperationOf(c), idOf(c)), "/organizations", pathOf(idOf(c))+"/members")
}

// takenBack answers the undo of an act: late says where a refusal is told.
func (m *Module) takenBack(c *fiber.Ctx, err error, late, path string) error {
	if message, ok := refusalOf(err); ok {
		web.SetFlash(c, "stop", message)
		return web.Redirect(c, late)
	}
	if err != nil {
		return err
	}
	web.SetFlash(c, "good", "organizations.flash.taken_back")
	return web.Redirect(c, path)
}

// invitationForm is GET /invitations/{secret}; it uses nothing up.
func (m *Module) invitationForm(c *fiber.Ctx) error {
	actor := actorOf(c)
	if !actor.SignedIn() {
		return apperr.New(apperr.SignIn, "")
	}
	secret := c.Params("secret")
	invited, err := m.Service.Invitation(c.UserContext(), actor, secret)
	if err != nil {
		return err
	}
	base := web.NewBase(c, "organizations", "organizations.invitation.title", "name", invited.Name)
	base.Private, base.Demo = true, invited.Demo
	page := invitationPage{Base: base, Heading: base.Title, Text: base.T("organizations.invitation.text", "role", base.T("organizations.role."+string(invited.Role)), "can", base.T("organizations.role."+string(invited.Role)+"_can"), "date", invited.Until)}
	if invited.Member {
		page.Already = base.T("organizations.error.member_already")
	} else {
		a := web.NewAction(base, "organizations.invitation.accept", "/invitations/"+secret)
		page.Accept = &a
	}
	return m.invitation.Render(c, fiber.StatusOK, page)
}

// accept is POST /invitations/{secret}.
func (m *Module) accept(c *fiber.Ctx) error {
	id, err := m.Service.Accept(c.UserContext(), actorOf(c), web.OperationOf(c), c.Params("secret"))
	if err != nil {
		return err
	}
	web.SetFlash(c, "good", "organizations.flash.joined")
	return web.Redirect(c, pathOf(id))
}
