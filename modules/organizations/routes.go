package organizations

import (
	"errors"

	"github.com/gofiber/fiber/v2"

	"gotong/modules/kit/apperr"
	"gotong/modules/kit/web"
)

// Routes registers the pages.
func (m *Module) Routes(r fiber.Router) {
	r.Get("/organizations", m.list)
	r.Post("/organizations", m.found)
	r.Get("/organizations/new", m.newForm)
	r.Get("/organizations/new/:step", m.stepForm)
	r.Post("/organizations/new/:step", m.keepStep)
	r.Get("/organizations/places", m.places)
	r.Get("/organizations/alike", m.alike)
	r.Get("/organizations/keys.json", m.keySet)
	r.Get("/organizations/:id", m.profile)
	r.Get("/organizations/:id/statement.json", m.statement)
	r.Get("/organizations/:id/passport", m.passport)
	r.Get("/organizations/:id/badge.svg", m.badgeImage)
	r.Get("/organizations/:id/edit", m.editForm)
	r.Post("/organizations/:id/edit", m.edit)
	r.Post("/organizations/:id/edit/undo", m.unedit)
	r.Post("/organizations/:id/join", m.join)
	r.Get("/organizations/:id/verification", m.verificationForm)
	r.Post("/organizations/:id/papers", m.handIn)
	r.Post("/organizations/:id/submit", m.submit)
	r.Post("/organizations/:id/decide", m.decide)
	r.Post("/organizations/:id/decide/undo", m.undecide)
	r.Post("/organizations/:id/suspend", m.reasoned("organizations.suspend", "/suspend", "/restore", "organizations.flash.suspended", m.Service.Suspend, func(p *verificationPage) **web.Action { return &p.Suspend }))
	r.Post("/organizations/:id/restore", m.reasoned("organizations.restore", "/restore", "/suspend", "organizations.flash.restored", m.Service.Restore, func(p *verificationPage) **web.Action { return &p.Restore }))
	r.Post("/organizations/:id/reply", m.reasoned("organizations.reply", "/reply", "", "organizations.flash.replied", m.Service.Reply, func(p *verificationPage) **web.Action { return &p.Reply }))
	r.Post("/organizations/:id/flags", m.raise)
	r.Post("/organizations/:id/flags/:flag/lift", m.lift)
	r.Post("/organizations/:id/flags/:flag/unlift", m.unlift)
	r.Post("/organizations/:id/tie", m.tie)
	r.Post("/organizations/:id/untie", m.reasoned("organizations.untie", "/untie", "/tie", "organizations.flash.untied", m.Service.Untie, func(p *verificationPage) **web.Action { return &p.Untie }))
	r.Get("/organizations/:id/merge", m.mergeForm)
	r.Post("/organizations/:id/merge", m.merge)
	r.Get("/organizations/:id/members", m.membersForm)
	r.Post("/organizations/:id/members/role", m.setRole)
	r.Post("/organizations/:id/members/remove", m.remove)
	r.Post("/organizations/:id/members/answer", m.answer)
	r.Post("/organizations/:id/members/undo", m.undo)
	r.Post("/organizations/:id/members/handover", m.offerOwnership)
	r.Post("/organizations/:id/members/handover/take", m.takeOwnership)
	r.Post("/organizations/:id/members/handover/end", m.endOffer)
	r.Post("/organizations/:id/invitations", m.invite)
	r.Post("/organizations/:id/invitations/:invitation/revoke", m.revoke)
	r.Post("/organizations/:id/leave", m.leave)
	r.Post("/organizations/:id/leave/undo", m.comeBack)
	r.Get("/invitations/:secret", m.invitationForm)
	r.Post("/invitations/:secret", m.accept)
}

// messageOf gives the key of an error's message for the reader.
func messageOf(err error) string {
	var e *apperr.Error
	if errors.As(err, &e) {
		return e.Msg.Key
	}
	return ""
}
