package accounts

import (
	"github.com/gofiber/fiber/v2"

	"gotong/modules/domain"
	"gotong/modules/kit/apperr"
	"gotong/modules/kit/web"
)

// closedPage is views/accounts/closed.html: why an account does not open the portal, and what to do now.
type closedPage struct {
	web.Base
	Kind    string // wait, stop
	Lead    string
	Facts   []web.Fact
	Next    []string
	Contact string // address to write to; "" where the configuration names none
}

// showClosed is GET /account/closed/{notice}.
func (m *Module) showClosed(c *fiber.Ctx) error {
	n, err := m.Service.Notice(c.UserContext(), c.Params("notice"))
	if apperr.Is(err, apperr.NotFound) {
		return apperr.New(apperr.NotFound, "accounts.error.notice_gone")
	}
	if err != nil {
		return err
	}
	key := "accounts.closed." + string(n.Access)
	p := closedPage{Base: web.NewBase(c, "sign-in", key), Kind: "stop", Contact: m.Service.contact}
	p.Private, p.Lead = true, p.T(key+"_lead")
	p.Facts = []web.Fact{{Label: p.T("accounts.closed.since"), Value: p.DateTime(n.Since)}}
	if n.Reason != "" {
		p.Facts = append(p.Facts, web.Fact{Label: p.T("accounts.closed.reason"), Value: n.Reason})
	}
	if n.Access == AccessWaiting {
		p.Kind = "wait"
		p.Facts = append(p.Facts, web.Fact{Label: p.T("accounts.closed.until"), Value: p.Date(domain.DueAfter(n.Since, domain.DaysToApproveAccount))})
	}
	p.Next = []string{p.T(key + "_next"), p.T(key + "_data")}
	return m.closed.Render(c, fiber.StatusOK, p)
}

// accessUndo names what takes a move back. Who was approved may have begun to work: there is a way back to waiting for an
// hour, and only suspending after it.
var accessUndo = map[string]string{"approve": "approve/undo", "decline": "reopen", "reopen": "decline", "suspend": "restore", "restore": "suspend"}

// unapprove is POST /people/{id}/approve/undo.
func (m *Module) unapprove(c *fiber.Ctx) error {
	id := domain.AccountID(c.Params("id"))
	err := m.Service.TakeBackApproval(c.UserContext(), web.Get[domain.Actor](c), web.OperationOf(c), id, web.ValuesOf(c).Get("reason"))
	return m.changed(c, id, err, web.Undo{}, "accounts.flash.access.unapprove")
}

// moveAccess is POST /people/{id}/approve, decline, reopen, suspend and restore.
func (m *Module) moveAccess(move string) fiber.Handler {
	return func(c *fiber.Ctx) error {
		id, reason := domain.AccountID(c.Params("id")), web.ValuesOf(c).Get("reason")
		err := m.Service.MoveAccess(c.UserContext(), web.Get[domain.Actor](c), web.OperationOf(c), id, move, reason)
		if apperr.Is(err, apperr.Invalid) {
			return m.renderPerson(c, fiber.StatusUnprocessableEntity, func(web.Base, PersonView) personForms {
				return personForms{move: move, refused: err, reason: reason}
			})
		}
		if err != nil {
			return err
		}
		back := web.Undo{}
		if undo := accessUndo[move]; undo != "" {
			back = web.Undo{Path: "/people/" + string(id) + "/" + undo, Reason: true}
		}
		return m.changed(c, id, nil, back, "accounts.flash.access."+move)
	}
}

// accessPart is how the account stands, with what can be done about it.
type accessPart struct {
	Tag     web.Tag
	Text    string
	Facts   []web.Fact
	Actions []web.Action
}

func accessTag(b web.Base, a Access) web.Tag {
	kind := map[Access]string{AccessOpen: "good", AccessWaiting: "wait"}[a]
	if kind == "" {
		kind = "stop"
	}
	return web.Tag{Kind: kind, Text: b.T("accounts.access." + string(a))}
}

func accessOf(b web.Base, v PersonView, names map[domain.AccountID]string, may bool, forms personForms) accessPart {
	a := v.Body
	p := accessPart{Tag: accessTag(b, a.Access()), Text: b.T("accounts.access." + string(a.Access()) + "_text")}
	closure := a.Suspended
	if closure == nil {
		closure = a.Declined
	}
	switch {
	case closure != nil:
		p.Facts = []web.Fact{{Label: b.T("accounts.closed.since"), Value: b.DateTime(closure.At)}, {Label: b.T("accounts.closed.by"), Value: nameOr(b, names, closure.By)},
			{Label: b.T("accounts.closed.reason"), Value: closure.Reason}}
	case !a.Asked.IsZero():
		p.Facts = []web.Fact{{Label: b.T("accounts.closed.since"), Value: b.DateTime(a.Asked)}}
	}
	if !may {
		return p
	}
	for _, move := range []string{"approve", "decline", "reopen", "suspend", "restore"} {
		trial := a
		if trial.Move(move, Closure{}) != nil {
			continue
		}
		act := web.NewAction(b, "accounts.access."+move, "/people/"+v.ID+"/"+move)
		act.Reason = move != "approve"
		if move == "decline" || move == "suspend" {
			act.Kind = "stop"
		}
		if forms.move == move {
			act = act.Fail(forms.refused, forms.reason)
		}
		p.Actions = append(p.Actions, act)
	}
	return p
}
