package initiatives

import (
	"strconv"

	"github.com/gofiber/fiber/v2"

	"gotong/modules/domain"
	"gotong/modules/kit/apperr"
	"gotong/modules/kit/web"
)

func itoa(n int) string { return strconv.Itoa(n) }

func requestOf(c *fiber.Ctx, actor domain.Actor) Request {
	v := web.ValuesOf(c)
	until, _ := domain.ParseDate(v.Get("until"))
	return Request{Actor: actor, Operation: web.OperationOf(c), ID: idOf(c), Version: web.Version(c), Reason: v.Get("reason"), Until: until}
}

func settled(c *fiber.Ctx, id domain.InitiativeID, action string) error {
	web.SetFlash(c, "good", "initiatives.flash."+action)
	return web.Redirect(c, "/initiatives/"+string(id))
}

// step is a page of one form on an initiative: who may open it, and how the form is laid out.
type step struct {
	title string // locale key
	whole bool   // shows the whole proposal and its papers above the form
	may   func(actor domain.Actor, doc Doc) error
	form  func(b web.Base, doc Doc) *web.Form
}

func (m *Module) stepPage(c *fiber.Ctx, actor domain.Actor, doc Doc, s step) (formPage, error) {
	i, ctx := doc.Body, c.UserContext()
	page := formPage{Base: web.NewBase(c, "initiatives", s.title, "title", i.Title)}
	page.Demo, page.Private = i.Demo, true
	crumbs(&page.Base, i.Title, "/initiatives/"+doc.ID)
	page.Form = s.form(page.Base, doc)
	if !s.whole {
		return page, nil
	}
	names, err := m.Service.organizationsOf(ctx, i)
	if err != nil {
		return page, err
	}
	b := page.Base
	page.Lead = names[i.Organization].Name
	page.Readings = append([]reading{{ID: "summary", Title: b.T("initiatives.fact.summary"), Text: i.summaryIn(b.Lang)}}, readingsOf(b, i.Content)...)
	page.Facts, page.Tables = m.Service.factsOf(ctx, b, i, names), m.Service.tablesOf(ctx, b, i, nil)
	page.Sections, _ = domain.LoadPanels(ctx, m.paperPanels, domain.PanelRequest{Actor: actor, Ref: ref(domain.InitiativeID(doc.ID)), Page: b}, web.Section{Error: b.T("web.panel_error")}, m.log)
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

func (m *Module) postStep(c *fiber.Ctx, s step, run func(r Request, v web.Values) (string, error)) error {
	actor, err := signedIn(c)
	if err != nil {
		return err
	}
	r := requestOf(c, actor)
	flash, err := run(r, web.ValuesOf(c))
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

// decisionStep is the page of a decision, for those who may take it, in the states where it starts.
func decisionStep(title string, a Action, whole bool, form func(b web.Base, doc Doc) *web.Form) step {
	return step{title: title, whole: whole, form: form, may: func(actor domain.Actor, doc Doc) error {
		if _, err := mayDecide(actor, doc.Body, a); err != nil {
			return err
		}
		if !doc.Body.Can(a) {
			return refuse(a)
		}
		return nil
	}}
}

func (m *Module) submitStep(c *fiber.Ctx) step {
	return decisionStep("initiatives.submit_title", ActionSubmit, true, func(b web.Base, doc Doc) *web.Form {
		terms, budget, err := m.Service.HasPapers(c.UserContext(), domain.InitiativeID(doc.ID))
		if err != nil {
			m.log.Error("documents of an initiative could not be read", "initiative", doc.ID, "error", err)
		}
		return papersForm(b, doc.ID, doc.Version, terms, budget)
	})
}

func (m *Module) getSubmit(c *fiber.Ctx) error { return m.getStep(c, m.submitStep(c)) }

func (m *Module) postSubmit(c *fiber.Ctx) error {
	return m.postStep(c, m.submitStep(c), func(r Request, _ web.Values) (string, error) {
		var papers []Paper
		for _, p := range []struct {
			name string
			typ  domain.DocumentType
		}{{"terms", domain.DocTerms}, {"budget_paper", domain.DocBudget}} {
			head, err := c.FormFile(p.name)
			if err != nil || head.Size == 0 {
				continue
			}
			file, err := head.Open()
			if err != nil {
				return "", apperr.Wrap(err, apperr.BadRequest, "initiatives.error.file")
			}
			defer file.Close()
			papers = append(papers, Paper{Type: p.typ, File: domain.Upload{Name: head.Filename, Size: head.Size, Body: file}})
		}
		_, err := m.Service.Submit(c.UserContext(), r, papers)
		return "submit", err
	})
}

func publishStep() step {
	return decisionStep("initiatives.publish_title", ActionPublish, true, func(b web.Base, doc Doc) *web.Form {
		f := web.NewForm(b, "initiatives.publish", "/initiatives/"+doc.ID+"/publish").Read(doc.Version)
		f.TextArea("summary_en", web.Required(), web.Max(maxText), web.Value(doc.Body.SummaryEN))
		if text := doc.Body.conditions(); text != "" {
			f.TextArea("conditions_met", web.Required(), web.Max(maxText))
			f.Field("conditions_met").Hint = text
		}
		return f.Back("/initiatives/" + doc.ID)
	})
}

func (m *Module) getPublish(c *fiber.Ctx) error { return m.getStep(c, publishStep()) }

func (m *Module) postPublish(c *fiber.Ctx) error {
	return m.postStep(c, publishStep(), func(r Request, v web.Values) (string, error) {
		_, err := m.Service.Decide(c.UserContext(), r, Decision{Action: ActionPublish, SummaryEN: v.Get("summary_en"), Met: v.Get("conditions_met")})
		return "publish", err
	})
}

func startStep() step {
	return decisionStep("initiatives.start_title", ActionStart, false, func(b web.Base, doc Doc) *web.Form {
		f := web.NewForm(b, "initiatives.start", "/initiatives/"+doc.ID+"/start").Read(doc.Version)
		f.TextArea("work_plan", web.Required(), web.Max(maxText))
		f.Text("assignment", web.Required(), web.Max(maxShort))
		return f.Back("/initiatives/" + doc.ID)
	})
}

func (m *Module) getStart(c *fiber.Ctx) error { return m.getStep(c, startStep()) }

func (m *Module) postStart(c *fiber.Ctx) error {
	return m.postStep(c, startStep(), func(r Request, v web.Values) (string, error) {
		_, err := m.Service.Decide(c.UserContext(), r, Decision{Action: ActionStart, Begin: Begin{WorkPlan: v.Get("work_plan"), Assignment: v.Get("assignment")}})
		return "start", err
	})
}

func suspendStep() step {
	return decisionStep("initiatives.suspend_title", ActionSuspend, false, func(b web.Base, doc Doc) *web.Form {
		f := web.NewForm(b, "initiatives.suspend", "/initiatives/"+doc.ID+"/suspend").Read(doc.Version)
		f.TextArea("reason", web.Required(), web.Max(maxText))
		f.Date("until", web.Required())
		return f.Back("/initiatives/" + doc.ID)
	})
}

func (m *Module) getSuspend(c *fiber.Ctx) error { return m.getStep(c, suspendStep()) }

func (m *Module) postSuspend(c *fiber.Ctx) error {
	return m.postStep(c, suspendStep(), func(r Request, _ web.Values) (string, error) {
		_, err := m.Service.Decide(c.UserContext(), r, Decision{Action: ActionSuspend})
		return "suspend", err
	})
}
