package needs

import (
	"github.com/gofiber/fiber/v2"

	"gotong/modules/domain"
	"gotong/modules/kit/apperr"
	"gotong/modules/kit/web"
)

func requestOf(c *fiber.Ctx, actor domain.Actor) Request {
	return Request{Actor: actor, Operation: web.OperationOf(c), ID: idOf(c), Version: web.Version(c), Reason: web.ValuesOf(c).Get("reason")}
}

// settled answers a decision that succeeded: back to the need, with the sentence of that action.
func settled(c *fiber.Ctx, id domain.NeedID, action string) error {
	web.SetFlash(c, "good", "needs.flash."+action)
	return web.Redirect(c, "/needs/"+string(id))
}

// button runs a decision that has no page of its own; refused input is shown at the button.
func (m *Module) button(c *fiber.Ctx, name string, run func(r Request) error) error {
	actor, err := signedIn(c)
	if err != nil {
		return err
	}
	r := requestOf(c, actor)
	err = run(r)
	if apperr.Is(err, apperr.Invalid) {
		doc, readErr := m.Service.Show(c.UserContext(), actor, r.ID)
		if readErr != nil {
			return readErr
		}
		return m.renderShow(c, fiber.StatusUnprocessableEntity, actor, doc, name, err)
	}
	if err != nil {
		return err
	}
	return settled(c, r.ID, name)
}

func (m *Module) postTakeBack(c *fiber.Ctx) error {
	return m.button(c, "take-back", func(r Request) error {
		_, err := m.Service.TakeBack(c.UserContext(), r)
		return err
	})
}

func (m *Module) postAdopt(c *fiber.Ctx) error {
	return m.button(c, "adopt", func(r Request) error {
		_, err := m.Service.Answer(c.UserContext(), r, true)
		return err
	})
}

func (m *Module) postDecline(c *fiber.Ctx) error {
	return m.button(c, "decline", func(r Request) error {
		_, err := m.Service.Answer(c.UserContext(), r, false)
		return err
	})
}

func (m *Module) postBegin(c *fiber.Ctx) error {
	actor, err := signedIn(c)
	if err != nil {
		return err
	}
	r := requestOf(c, actor)
	if _, err := m.Service.Decide(c.UserContext(), r, Decision{Action: ActionBegin}); err != nil {
		return err
	}
	return web.Redirect(c, "/needs/"+string(r.ID)+"/verify")
}

func (m *Module) postDropPlan(c *fiber.Ctx) error {
	return m.button(c, "drop-plan", func(r Request) error {
		_, err := m.Service.Decide(c.UserContext(), r, Decision{Action: ActionDropPlan})
		return err
	})
}

func (m *Module) postReopen(c *fiber.Ctx) error {
	return m.button(c, "reopen", func(r Request) error {
		_, err := m.Service.Decide(c.UserContext(), r, Decision{Action: ActionReopen})
		return err
	})
}

// step is a page of one form on a need: who may open it, and how the form is laid out.
type step struct {
	title string // locale key
	may   func(actor domain.Actor, doc Doc) error
	form  func(b web.Base, doc Doc) *web.Form
	facts bool // shows the answers
	paper bool // shows the documents
}

func (m *Module) stepPage(c *fiber.Ctx, actor domain.Actor, doc Doc, s step) (formPage, error) {
	n := doc.Body
	page := formPage{Base: web.NewBase(c, "needs", s.title, "title", n.Title), Lead: m.Service.placeText(c.UserContext(), n.Village)}
	page.Demo, page.Private = n.Demo, true
	crumbs(&page.Base, n.Title, "/needs/"+doc.ID)
	page.Form = s.form(page.Base, doc)
	if s.facts {
		names, err := m.Service.organizationsOf(c.UserContext(), n)
		if err != nil {
			return page, err
		}
		b := page.Base
		page.Facts = append([]web.Fact{
			{Label: b.T("needs.fact.title"), Value: n.Title}, {Label: b.T("needs.fact.description"), Value: n.Description}, {Label: b.T("needs.fact.summary"), Value: n.Summary},
		}, m.Service.factsOf(c.UserContext(), b, n, names)...)
	}
	if s.paper {
		page.Sections, _ = domain.LoadPanels(c.UserContext(), m.paperPanels, domain.PanelRequest{Actor: actor, Ref: domain.Ref{Kind: domain.KindNeed, ID: doc.ID}, Page: page.Base, Region: n.Village}, web.Section{Error: page.T("web.panel_error")}, m.log)
		if err := m.addSimilar(c, &page, actor, n.Village, n.Content, doc.ID); err != nil {
			return page, err
		}
	}
	return page, nil
}

func (m *Module) getStep(c *fiber.Ctx, s step) error {
	actor, err := signedIn(c)
	if err != nil {
		return err
	}
	doc, err := m.Service.Show(c.UserContext(), actor, idOf(c))
	if err != nil {
		return err
	}
	if err := s.may(actor, doc); err != nil {
		return err
	}
	page, err := m.stepPage(c, actor, doc, s)
	if err != nil {
		return err
	}
	return m.form.Render(c, fiber.StatusOK, page)
}

// postStep runs what the form asks for; an invalid form comes back with everything that was typed.
func (m *Module) postStep(c *fiber.Ctx, s step, run func(r Request, v web.Values) (Doc, string, error)) error {
	actor, err := signedIn(c)
	if err != nil {
		return err
	}
	r := requestOf(c, actor)
	_, flash, err := run(r, web.ValuesOf(c))
	if err == nil {
		return settled(c, r.ID, flash)
	}
	if !apperr.Is(err, apperr.Invalid) && !apperr.Is(err, apperr.UnsupportedMedia) && !apperr.Is(err, apperr.TooLarge) {
		return err
	}
	doc, readErr := m.Service.Show(c.UserContext(), actor, r.ID)
	if readErr != nil {
		return readErr
	}
	if readErr = s.may(actor, doc); readErr != nil { // input that could not be read says nothing about whose form it is
		return readErr
	}
	page, pageErr := m.stepPage(c, actor, doc, s)
	if pageErr != nil {
		return pageErr
	}
	page.Form.Bind(c).Fail(err)
	return m.form.Render(c, fiber.StatusUnprocessableEntity, page)
}

func (m *Module) submitStep(c *fiber.Ctx) step {
	return step{
		title: "needs.submit_title", facts: true,
		may: func(actor domain.Actor, doc Doc) error {
			if !CanSubmit(actor, doc.Body) {
				return apperr.New(apperr.Forbidden, "needs.refuse.not_owner")
			}
			return nil
		},
		form: func(b web.Base, doc Doc) *web.Form {
			has, err := m.Service.HasMinutes(c.UserContext(), domain.NeedID(doc.ID))
			if err != nil {
				m.log.Error("documents of a need could not be read", "need", doc.ID, "error", err)
			}
			return minutesForm(b, doc.ID, doc.Version, has)
		},
	}
}

func (m *Module) getSubmit(c *fiber.Ctx) error { return m.getStep(c, m.submitStep(c)) }

func (m *Module) postSubmit(c *fiber.Ctx) error {
	return m.postStep(c, m.submitStep(c), func(r Request, v web.Values) (Doc, string, error) {
		var minutes *Minutes
		if head, err := c.FormFile("minutes"); err == nil && head.Size > 0 {
			file, err := head.Open()
			if err != nil {
				return Doc{}, "", apperr.Wrap(err, apperr.BadRequest, "needs.error.file")
			}
			defer file.Close()
			minutes = &Minutes{Type: domain.DocumentType(v.Get("minutes_type")), File: domain.Upload{Name: head.Filename, Size: head.Size, Body: file}}
		}
		doc, err := m.Service.Submit(c.UserContext(), r, minutes)
		return doc, "submit", err
	})
}

// verifierStep is a page of the area's verifier, in the states where the action starts.
func (m *Module) verifierStep(c *fiber.Ctx, title string, a Action, form func(b web.Base, doc Doc) *web.Form) step {
	return step{
		title: title, facts: true, paper: true, form: form,
		may: func(actor domain.Actor, doc Doc) error {
			if _, _, err := m.Service.Mandate(c.UserContext(), actor, doc.Body); err != nil {
				return err
			}
			if !doc.Body.Can(a) {
				return refuse(a)
			}
			return nil
		},
	}
}

func (m *Module) verifyStep(c *fiber.Ctx) step {
	return m.verifierStep(c, "needs.verify_title", ActionVerify, func(b web.Base, doc Doc) *web.Form { return decideForm(b, doc.ID, doc.Version) })
}

func (m *Module) getVerify(c *fiber.Ctx) error { return m.getStep(c, m.verifyStep(c)) }

func (m *Module) postVerify(c *fiber.Ctx) error {
	return m.postStep(c, m.verifyStep(c), func(r Request, v web.Values) (Doc, string, error) {
		d, reason := readDecision(v)
		r.Reason = reason
		switch d.Action {
		case ActionVerify, ActionReturn, ActionPlan, ActionReject:
		default:
			return Doc{}, "", apperr.InvalidFields([]apperr.Field{{Name: "decision", Message: apperr.Msg("needs.error.required")}})
		}
		doc, err := m.Service.Decide(c.UserContext(), r, d)
		return doc, string(d.Action), err
	})
}

func (m *Module) planStep(c *fiber.Ctx) step {
	return m.verifierStep(c, "needs.plan_title", ActionPlan, func(b web.Base, doc Doc) *web.Form { return planForm(b, doc.ID, doc.Version) })
}

func (m *Module) getPlan(c *fiber.Ctx) error { return m.getStep(c, m.planStep(c)) }

func (m *Module) postPlan(c *fiber.Ctx) error {
	return m.postStep(c, m.planStep(c), func(r Request, v web.Values) (Doc, string, error) {
		doc, err := m.Service.Decide(c.UserContext(), r, Decision{Action: ActionPlan, Plan: readPlan(v)})
		return doc, "plan", err
	})
}

func ownerStep(title string, form func(b web.Base, doc Doc) *web.Form) step {
	return step{title: title, form: form, may: func(actor domain.Actor, doc Doc) error {
		if !CanWithdraw(actor, doc.Body) {
			return apperr.New(apperr.Forbidden, "needs.refuse.not_owner")
		}
		return nil
	}}
}

func withdrawStep() step {
	return ownerStep("needs.withdraw_title", func(b web.Base, doc Doc) *web.Form { return withdrawForm(b, doc.ID, doc.Version) })
}

func (m *Module) getWithdraw(c *fiber.Ctx) error { return m.getStep(c, withdrawStep()) }

func (m *Module) postWithdraw(c *fiber.Ctx) error {
	return m.postStep(c, withdrawStep(), func(r Request, _ web.Values) (Doc, string, error) {
		doc, err := m.Service.Withdraw(c.UserContext(), r)
		if err == nil && doc.Body.State() == Verified {
			return doc, "withdraw-part", nil
		}
		return doc, "withdraw", err
	})
}

func (m *Module) quantityStep(c *fiber.Ctx) step {
	s := ownerStep("needs.quantity_title", func(b web.Base, doc Doc) *web.Form {
		return quantityForm(b, doc.ID, doc.Version, doc.Body.Quantity)
	})
	owner := s.may
	s.may = func(actor domain.Actor, doc Doc) error {
		if owner(actor, doc) == nil {
			return nil
		}
		if _, _, err := m.Service.Mandate(c.UserContext(), actor, doc.Body); err != nil {
			return err
		}
		if !doc.Body.Open() {
			return refuse(ActionQuantity)
		}
		return nil
	}
	return s
}

func (m *Module) getQuantity(c *fiber.Ctx) error { return m.getStep(c, m.quantityStep(c)) }

func (m *Module) postQuantity(c *fiber.Ctx) error {
	return m.postStep(c, m.quantityStep(c), func(r Request, v web.Values) (Doc, string, error) {
		quantity, ok := v.Int("quantity")
		if !ok || quantity <= 0 {
			return Doc{}, "", apperr.InvalidFields([]apperr.Field{{Name: "quantity", Message: apperr.Msg("needs.error.positive")}})
		}
		doc, err := m.Service.ChangeQuantity(c.UserContext(), r, quantity)
		return doc, "quantity", err
	})
}

func evaluateStep() step {
	return step{
		title: "needs.evaluate_title", facts: true,
		form: func(b web.Base, doc Doc) *web.Form { return evaluateForm(b, doc.ID, doc.Version) },
		may: func(actor domain.Actor, doc Doc) error {
			if !doc.Body.Can(ActionEvaluate) || !actor.HasMandate(domain.MandateEvaluator) || ofVillage(actor, doc.Body) {
				return apperr.New(apperr.Forbidden, "needs.refuse.not_evaluator")
			}
			return nil
		},
	}
}

func (m *Module) getEvaluate(c *fiber.Ctx) error { return m.getStep(c, evaluateStep()) }

func (m *Module) postEvaluate(c *fiber.Ctx) error {
	return m.postStep(c, evaluateStep(), func(r Request, v web.Values) (Doc, string, error) {
		doc, err := m.Service.Evaluate(c.UserContext(), r, Evaluation{StillUsed: v.Get("still_used"), Benefit: v.Get("benefit"), Before: v.Get("before"), After: v.Get("after")})
		return doc, "evaluate", err
	})
}
