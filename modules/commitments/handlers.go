package commitments

import (
	"errors"
	"mime/multipart"
	"strings"

	"github.com/gofiber/fiber/v2"

	"gotong/modules/domain"
	"gotong/modules/kit/apperr"
	"gotong/modules/kit/store"
	"gotong/modules/kit/web"
)

func (m *Module) getNew(c *fiber.Ctx) error {
	v := web.ValuesOf(c)
	p := Proposal{Need: domain.NeedID(v.Get("need")), Initiative: domain.InitiativeID(v.Get("initiative")), Offer: domain.OfferID(v.Get("offer"))}
	actor := web.Get[domain.Actor](c)
	possible, side, err := m.Service.Opening(c.UserContext(), actor, p)
	if err != nil {
		return err
	}
	page := newFormPage(web.NewBase(c, "needs", "commitments.new.title"), possible, side)
	if p.Renews = domain.CommitmentID(v.Get("renews")); page.Form != nil && p.Renews != "" {
		old, err := m.Service.renewed(c.UserContext(), p)
		if err != nil {
			return err
		}
		page.renew(p.Renews, old, possible)
	}
	return m.form.Render(c, fiber.StatusOK, page)
}

func (m *Module) postNew(c *fiber.Ctx) error {
	actor, op, v := web.Get[domain.Actor](c), web.OperationOf(c), web.ValuesOf(c)
	p := Proposal{Need: domain.NeedID(v.Get("need")), Initiative: domain.InitiativeID(v.Get("initiative")), Offer: domain.OfferID(v.Get("offer")),
		Conditions: v.Get("conditions"), Message: v.Get("message"), Renews: domain.CommitmentID(v.Get("renews"))}
	var dates apperr.Fields
	p.Quantity, _ = v.Int("quantity")
	p.From, p.Until = dateOf(&dates, v, "from"), dateOf(&dates, v, "until")
	err := dates.Err()
	var id domain.CommitmentID
	if err == nil {
		id, err = m.Service.Propose(c.UserContext(), actor, op, p)
	}
	if apperr.Is(err, apperr.Invalid) {
		possible, cause := m.Service.Possible(c.UserContext(), actor, p)
		if cause != nil {
			return cause
		}
		page := newFormPage(web.NewBase(c, "needs", "commitments.new.title"), possible, SideProposer)
		page.Form.Hidden("renews", string(p.Renews)).Bind(c).Fail(err)
		return m.form.Render(c, fiber.StatusUnprocessableEntity, page)
	}
	if err != nil {
		return err
	}
	web.SetFlash(c, "good", "commitments.flash.proposed")
	return web.Redirect(c, pathOf(id))
}

func dateOf(f *apperr.Fields, v web.Values, name string) domain.Date {
	d, err := domain.ParseDate(v.Get(name))
	f.Check(err == nil, name, "commitments.error.date")
	return d
}

func (m *Module) getShow(c *fiber.Ctx) error {
	page, err := m.showPage(c.UserContext(), web.NewBase(c, "needs", ""), web.Get[domain.Actor](c), idOf(c), nil)
	if err != nil {
		return err
	}
	return m.show.Render(c, fiber.StatusOK, page)
}

func idOf(c *fiber.Ctx) domain.CommitmentID {
	return domain.CommitmentID(strings.Clone(c.Params("id")))
}

// posted is what the moves of a commitment read from a request.
type posted struct {
	actor  domain.Actor
	op     store.Operation
	id     domain.CommitmentID
	values web.Values
	file   *domain.Upload
}

type postFunc func(c *fiber.Ctx, p posted) error

// post makes the handler of a move: one service call, then back to the page; a refusal comes back on the page with
// what was typed.
func (m *Module) post(name string, act postFunc) fiber.Handler {
	return func(c *fiber.Ctx) error {
		p := posted{actor: web.Get[domain.Actor](c), op: web.OperationOf(c), id: idOf(c), values: web.ValuesOf(c)}
		file, opened, err := fileOf(c)
		if err != nil {
			return err
		}
		if opened != nil {
			defer func() { _ = opened.Close() }()
		}
		p.file = file
		err = act(c, p)
		if apperr.Is(err, apperr.Invalid) || apperr.Is(err, apperr.Conflict) {
			refused := &refusal{move: name, err: err, bind: func(f *web.Form) { f.Bind(c).Fail(err) }, reason: p.values.Get("reason")}
			page, cause := m.showPage(c.UserContext(), web.NewBase(c, "needs", ""), p.actor, p.id, refused)
			if cause != nil {
				return cause
			}
			if !page.refusalShown {
				return err
			}
			return m.show.Render(c, web.StatusOf(err), page)
		}
		if err != nil {
			return err
		}
		web.SetFlash(c, "good", "commitments.flash."+name)
		return web.Redirect(c, pathOf(p.id))
	}
}

// fileOf opens the form's file; nil where none was chosen.
func fileOf(c *fiber.Ctx) (*domain.Upload, multipart.File, error) {
	header, err := c.FormFile("file")
	if err != nil || header.Filename == "" {
		return nil, nil, nil //nolint:nilerr // no file is a choice; the service says where one is needed
	}
	opened, err := header.Open()
	if err != nil {
		return nil, nil, errors.Join(apperr.New(apperr.BadRequest, "commitments.error.file"), err)
	}
	return &domain.Upload{Name: header.Filename, Size: header.Size, Body: opened}, opened, nil
}

func (m *Module) accept(c *fiber.Ctx, p posted) error {
	return m.Service.AcceptVersion(c.UserContext(), p.actor, p.op, p.id, seenVersion(p.values))
}

func (m *Module) decline(c *fiber.Ctx, p posted) error {
	return m.Service.Decline(c.UserContext(), p.actor, p.op, p.id, p.values.Get("reason"))
}

func (m *Module) cancel(c *fiber.Ctx, p posted) error {
	return m.Service.Cancel(c.UserContext(), p.actor, p.op, p.id, p.values.Get("reason"))
}

func (m *Module) start(c *fiber.Ctx, p posted) error {
	return m.Service.Start(c.UserContext(), p.actor, p.op, p.id)
}

func (m *Module) sign(c *fiber.Ctx, p posted) error {
	var f apperr.Fields
	terms := Terms{Kind: AgreementKind(p.values.Get("kind")), Number: p.values.Get("number"), Date: dateOf(&f, p.values, "date"),
		Clause: p.values.Get("clause"), Position: p.values.Get("position")}
	if err := f.Err(); err != nil {
		return err
	}
	return m.Service.Sign(c.UserContext(), p.actor, p.op, p.id, terms, p.file)
}

func (m *Module) deliver(c *fiber.Ctx, p posted) error {
	var f apperr.Fields
	r := Report{Date: dateOf(&f, p.values, "date"), Place: p.values.Get("place"), Condition: p.values.Get("condition"), Note: p.values.Get("note"),
		Type: domain.DocumentType(p.values.Get("type")), File: p.file}
	r.Quantity, _ = p.values.Int("quantity")
	if err := f.Err(); err != nil {
		return err
	}
	return m.Service.Deliver(c.UserContext(), p.actor, p.op, p.id, r)
}

func (m *Module) handOver(c *fiber.Ctx, p posted) error {
	return m.Service.HandOver(c.UserContext(), p.actor, p.op, p.id, p.file)
}

func (m *Module) confirm(c *fiber.Ctx, p posted) error {
	commitment, _, err := m.Service.Get(c.UserContext(), p.actor, p.id)
	if err != nil {
		return err
	}
	var answers []Answer
	for _, d := range commitment.Deliveries {
		if name := "received_" + d.ID; p.values.Has(name) && p.values.Get(name) != "" {
			received, ok := p.values.Int(name)
			if !ok {
				return apperr.InvalidFields([]apperr.Field{{Name: name, Message: apperr.Msg("commitments.error.quantity")}})
			}
			answers = append(answers, Answer{Delivery: d.ID, Received: received})
		}
	}
	return m.Service.Confirm(c.UserContext(), p.actor, p.op, p.id, answers, p.values.Get("words"))
}

func (m *Module) settle(c *fiber.Ctx, p posted) error {
	return m.Service.Settle(c.UserContext(), p.actor, p.op, p.id, State(p.values.Get("decision")), p.values.Get("reason"))
}
