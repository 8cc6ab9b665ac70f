package plans

import (
	"bytes"
	"context"
	"encoding/json"
	"strconv"
	"strings"

	"github.com/gofiber/fiber/v2"

	"gotong/modules/domain"
	"gotong/modules/kit/apperr"
	"gotong/modules/kit/sheet"
	"gotong/modules/kit/web"
)

func actorOf(c *fiber.Ctx) domain.Actor { return web.Get[domain.Actor](c) }

func idOf(c *fiber.Ctx) string { return strings.Clone(c.Params("id")) }

func (m *Module) getList(c *fiber.Ctx) error {
	ctx, actor, cursor := c.UserContext(), actorOf(c), web.ValuesOf(c).Get("cursor")
	all := actor.Secretariat() || actor.Auditor()
	b := web.NewBase(c, "plans", "plans.title")
	list, err := m.Service.List(ctx, all, cursor)
	if err != nil {
		return err
	}
	if !all && !partner(actor) {
		list.Items, list.Next = nil, ""
	}
	return m.list.Render(c, fiber.StatusOK, m.listPage(ctx, b, actor, cursor, list))
}

func (m *Module) getNew(c *fiber.Ctx) error {
	region, err := domain.ParseRegionCode(web.ValuesOf(c).Get("region"))
	if err != nil {
		region = m.province
	}
	p := m.Service.newPlan(region)
	asked := readPlan(web.ValuesOf(c))
	p.Scope.Category, p.Scope.Call, p.Scope.Needs = asked.Scope.Category, asked.Scope.Call, asked.Scope.Needs
	return m.renderForm(c, fiber.StatusOK, p, nil)
}

func (m *Module) renderForm(c *fiber.Ctx, status int, p Plan, refused error) error {
	page, err := m.formPage(c.UserContext(), web.NewBase(c, "plans", "plans.new"), p)
	if err != nil {
		return err
	}
	if refused != nil {
		page.Form.Bind(c).Fail(refused)
	}
	return m.form.Render(c, status, page)
}

func (m *Module) postNew(c *fiber.Ctx) error {
	p := readPlan(web.ValuesOf(c))
	id, err := m.Service.Make(c.UserContext(), actorOf(c), web.OperationOf(c), p)
	if apperr.Is(err, apperr.Invalid) {
		return m.renderForm(c, fiber.StatusUnprocessableEntity, p, err)
	}
	if err != nil {
		return err
	}
	return web.Redirect(c, pathOf(id))
}

func (m *Module) getShow(c *fiber.Ctx) error { return m.renderShow(c, fiber.StatusOK, nil) }

func (m *Module) renderShow(c *fiber.Ctx, status int, change func(*showPage)) error {
	ctx := c.UserContext()
	doc, err := m.Service.Get(ctx, idOf(c))
	if err != nil {
		return err
	}
	from, err := strconv.Atoi(web.ValuesOf(c).Get("cursor"))
	if err != nil || from < 0 {
		from = 0
	}
	page, err := m.showPage(ctx, web.NewBase(c, "plans", ""), actorOf(c), doc, from)
	if err != nil {
		return err
	}
	if change != nil {
		change(&page)
	}
	return m.show.Render(c, status, page)
}

func (m *Module) getCompare(c *fiber.Ctx) error {
	ctx := c.UserContext()
	doc, err := m.answered(ctx, idOf(c))
	if err != nil {
		return err
	}
	with := web.ValuesOf(c).Get("with")
	if with == "" { // nothing was chosen: the choice stands on the plan's page
		return web.Redirect(c, pathOf(doc.ID))
	}
	other, err := m.answered(ctx, with)
	if err != nil {
		return err
	}
	if actor := actorOf(c); !other.Body.Shared && !actor.Secretariat() && !actor.Auditor() {
		return apperr.New(apperr.NotFound, "error.not_found") // as if it were absent
	}
	page, err := m.comparePage(ctx, web.NewBase(c, "plans", "plans.compare.title"), doc, other)
	if err != nil {
		return err
	}
	return m.compare.Render(c, fiber.StatusOK, page)
}

// answered gives a plan that has a result. NotFound for one that has none.
func (m *Module) answered(ctx context.Context, id string) (Doc, error) {
	doc, err := m.Service.Get(ctx, id)
	if err == nil && !doc.Body.Answered() {
		err = apperr.New(apperr.NotFound, "error.not_found")
	}
	return doc, err
}

func (m *Module) report(c *fiber.Ctx) (*Report, error) {
	doc, err := m.answered(c.UserContext(), idOf(c))
	if err != nil {
		return nil, err
	}
	return m.Service.Report(c.UserContext(), doc)
}

func (m *Module) getInstance(c *fiber.Ctx) error {
	r, err := m.report(c)
	if err != nil {
		return err
	}
	return sendFile(c, "gotong-plan.json", fiber.MIMEApplicationJSONCharsetUTF8, r.Market.Instance)
}

func (m *Module) getResult(c *fiber.Ctx) error {
	r, err := m.report(c)
	if err != nil {
		return err
	}
	text, err := json.MarshalIndent(r.Result, "", " ")
	if err != nil {
		return err
	}
	return sendFile(c, "gotong-plan-result.json", fiber.MIMEApplicationJSONCharsetUTF8, text)
}

func (m *Module) getLines(c *fiber.Ctx) error {
	r, err := m.report(c)
	if err != nil {
		return err
	}
	format := web.ValuesOf(c).Get("format")
	if format != sheet.XLSX {
		format = sheet.CSV
	}
	var out bytes.Buffer
	if err := r.write(&out, format, web.NewBase(c, "", "plans.title")); err != nil {
		return err
	}
	return sendFile(c, "gotong-plan."+format, sheet.MediaType(format), out.Bytes())
}

func sendFile(c *fiber.Ctx, name, mediaType string, body []byte) error {
	c.Set(fiber.HeaderContentType, mediaType)
	c.Set(fiber.HeaderCacheControl, "private, no-store")
	c.Set(fiber.HeaderContentDisposition, web.Disposition("attachment", name))
	return c.Send(body)
}

func (m *Module) postStop(c *fiber.Ctx) error {
	id := idOf(c)
	if err := m.Service.Stop(c.UserContext(), actorOf(c), web.OperationOf(c), id); err != nil && !apperr.Is(err, apperr.Conflict) {
		return err
	}
	return web.Redirect(c, pathOf(id)) // one that ended meanwhile shows its result
}

func (m *Module) postShare(on bool) fiber.Handler {
	flash := "plans.flash.shared"
	if !on {
		flash = "plans.flash.unshared"
	}
	return func(c *fiber.Ctx) error {
		id := idOf(c)
		if err := m.Service.Share(c.UserContext(), actorOf(c), web.OperationOf(c), id, on); err != nil {
			return err
		}
		web.SetFlash(c, "good", flash)
		return web.Redirect(c, pathOf(id))
	}
}

func (m *Module) postAgain(c *fiber.Ctx) error {
	ctx, id := c.UserContext(), idOf(c)
	doc, err := m.answered(ctx, id)
	if err != nil {
		return err
	}
	report, err := m.Service.Report(ctx, doc)
	if err != nil {
		return err
	}
	v := web.ValuesOf(c)
	next, err := m.Service.Again(ctx, actorOf(c), web.OperationOf(c), id, report.fix(doc.Body.Fixed, v.All("shown"), v.All("keep"), v.All("drop"), v.All("free")))
	if err != nil {
		return err
	}
	return web.Redirect(c, pathOf(next))
}

func (m *Module) postPropose(c *fiber.Ctx) error {
	ctx := c.UserContext()
	doc, err := m.Service.Get(ctx, idOf(c))
	if err != nil {
		return err
	}
	b := web.NewBase(c, "plans", "")
	outcomes, err := m.Service.Propose(ctx, actorOf(c), web.OperationOf(c), doc, web.ValuesOf(c).All("line"), b.T("plans.message", "title", doc.Body.Title))
	if err != nil && !apperr.Is(err, apperr.Invalid) {
		return err
	}
	status := fiber.StatusOK
	if err != nil {
		status = fiber.StatusUnprocessableEntity
	}
	return m.renderShow(c, status, func(p *showPage) {
		if err != nil {
			p.Receipt = append(p.Receipt, receipt{Text: b.T("plans.error.no_line"), Error: true})
		}
		for _, o := range outcomes {
			p.Receipt = append(p.Receipt, receiptOf(b, o))
		}
	})
}
