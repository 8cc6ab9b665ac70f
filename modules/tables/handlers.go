package tables

import (
	"bufio"
	"context"
	"errors"
	"io"
	"maps"
	"net/http"
	"strings"

	"github.com/gofiber/fiber/v2"

	"gotong/modules/domain"
	"gotong/modules/kit/apperr"
	"gotong/modules/kit/sheet"
	"gotong/modules/kit/web"
)

func actorOf(c *fiber.Ctx) domain.Actor { return web.Get[domain.Actor](c) }

func idOf(c *fiber.Ctx) string { return strings.Clone(c.Params("id")) }

func pathOf(id string) string { return "/imports/" + id }

func (m *Module) getList(c *fiber.Ctx) error {
	actor, v := actorOf(c), web.ValuesOf(c)
	if !actor.SignedIn() {
		return apperr.New(apperr.SignIn, "error.sign_in")
	}
	page, err := m.listPage(c.UserContext(), web.NewBase(c, "imports", "tables.title"), actor, v.Get("by") == "all", v.Get("cursor"))
	if err != nil {
		return err
	}
	return m.list.Render(c, http.StatusOK, page)
}

func (m *Module) getNew(c *fiber.Ctx) error {
	v := web.ValuesOf(c)
	b := web.NewBase(c, "imports", "tables.new.title")
	page, err := m.newPage(c.UserContext(), b, actorOf(c), v.Get("kind"), domain.OrganizationID(v.Get("organization")))
	if err != nil {
		return err
	}
	return m.form.Render(c, http.StatusOK, page)
}

func (m *Module) postNew(c *fiber.Ctx) error {
	v := web.ValuesOf(c)
	kind, organization := v.Get("kind"), domain.OrganizationID(v.Get("organization"))
	var up domain.Upload
	if header, err := c.FormFile("file"); err == nil {
		f, err := header.Open()
		if err != nil {
			return apperr.Wrap(err, apperr.BadRequest, "error.bad_request")
		}
		defer func() { _ = f.Close() }()
		up = domain.Upload{Name: strings.Clone(header.Filename), Size: header.Size, Body: f}
	}
	id, err := m.Service.Upload(c.UserContext(), actorOf(c), web.OperationOf(c), kind, organization, up)
	if err == nil {
		return web.Redirect(c, pathOf(id))
	}
	if !apperr.Is(err, apperr.Invalid) {
		return err
	}
	page, hidden := m.newPage(c.UserContext(), web.NewBase(c, "imports", "tables.new.title"), actorOf(c), kind, organization)
	if hidden != nil {
		return hidden
	}
	page.Form.Bind(c).Fail(err)
	return m.form.Render(c, http.StatusUnprocessableEntity, page)
}

func (m *Module) getShow(c *fiber.Ctx) error {
	doc, err := m.Service.Get(c.UserContext(), actorOf(c), idOf(c))
	if err != nil {
		return err
	}
	return m.renderShow(c, http.StatusOK, doc, nil)
}

func (m *Module) renderShow(c *fiber.Ctx, status int, doc Doc, change func(*showPage)) error {
	page, err := m.showPage(c.UserContext(), web.NewBase(c, "imports", ""), actorOf(c), doc, web.ValuesOf(c).Get("cursor"))
	if err != nil {
		return err
	}
	if change != nil {
		change(&page)
	}
	return m.show.Render(c, status, page)
}

func (m *Module) postColumns(c *fiber.Ctx) error {
	ctx, actor, id := c.UserContext(), actorOf(c), idOf(c)
	doc, err := m.Service.Get(ctx, actor, id)
	if err != nil {
		return err
	}
	k, err := m.Service.kind(doc.Body.Kind)
	if err != nil {
		return err
	}
	v := web.ValuesOf(c)
	layout := readLayout(v, k, doc.Body.Layout)
	fresh, err := m.Service.Confirm(ctx, actor, web.OperationOf(c), id, web.Version(c), layout, v.Get("existing") == "replace")
	if apperr.Is(err, apperr.Invalid) {
		return m.renderShow(c, http.StatusUnprocessableEntity, doc, func(p *showPage) {
			if p.Form != nil {
				p.Form.Bind(c).Fail(err)
				p.Folded = false
			}
		})
	}
	if err != nil {
		return err
	}
	if !fresh {
		m.Service.Settle(ctx, id)
	}
	return web.Redirect(c, pathOf(id))
}

// readLayout reads the form of columns. Without a place for a column the file has none.
func readLayout(v web.Values, k Kind, before Layout) Layout {
	l := Layout{Columns: map[string]int{}, Mark: v.Get("mark"), Sheet: before.Sheet, Head: before.Head}
	if n, ok := v.Int("sheet"); ok {
		l.Sheet = int(n)
	}
	if n, ok := v.Int("head"); ok {
		l.Head = int(n)
	}
	if l.Mark != "," && l.Mark != "." {
		l.Mark = ""
	}
	for _, c := range k.Table.Columns() {
		if n, ok := v.Int("column-" + c.Name); ok && n >= 0 && n < sheet.MaxColumns {
			l.Columns[c.Name] = int(n)
		}
	}
	return l
}

// acted redirects back to the import after a step, when the portal had a moment for it.
func (m *Module) acted(c *fiber.Ctx, err error) error {
	if err != nil {
		return err
	}
	m.Service.Settle(c.UserContext(), idOf(c))
	return web.Redirect(c, pathOf(idOf(c)))
}

func (m *Module) postApply(c *fiber.Ctx) error {
	return m.acted(c, m.Service.Apply(c.UserContext(), actorOf(c), web.OperationOf(c), idOf(c), web.Version(c)))
}

func (m *Module) postUndo(c *fiber.Ctx) error {
	return m.acted(c, m.Service.Undo(c.UserContext(), actorOf(c), web.OperationOf(c), idOf(c), web.Version(c)))
}

func (m *Module) postDiscard(c *fiber.Ctx) error {
	if err := m.Service.Discard(c.UserContext(), actorOf(c), web.OperationOf(c), idOf(c), web.Version(c)); err != nil {
		return err
	}
	web.SetFlash(c, "wait", "tables.flash.discarded")
	return web.Redirect(c, "/imports")
}

func (m *Module) getTemplate(c *fiber.Ctx) error {
	v := web.ValuesOf(c)
	within, err := domain.ParseRegionCode(v.Get("region"))
	if err != nil && v.Get("region") != "" {
		return apperr.Wrap(err, apperr.BadRequest, "error.bad_request")
	}
	e, err := m.Service.Template(c.UserContext(), actorOf(c), web.NewBase(c, "", "").Local(), v.Get("kind"), v.Get("format"), domain.OrganizationID(v.Get("organization")), within)
	if err != nil {
		return err
	}
	return m.send(c, e)
}

func (m *Module) getErrors(c *fiber.Ctx) error {
	e, err := m.Service.Errors(c.UserContext(), actorOf(c), web.NewBase(c, "", "").Local(), idOf(c), web.ValuesOf(c).Get("format"))
	if err != nil {
		return err
	}
	return m.send(c, e)
}

func (m *Module) getExport(c *fiber.Ctx) error {
	v, query := web.ValuesOf(c), Query{}
	for _, name := range []string{"q", "region", "category", "status", "type", "sort", "kind", "organization"} {
		if value := v.Get(name); value != "" {
			query[name] = value
		}
	}
	e, err := m.Service.List(c.UserContext(), actorOf(c), web.NewBase(c, "", "").Local(), strings.Clone(c.Params("list")), v.Get("format"), maps.Clone(query))
	if err != nil {
		return err
	}
	return m.send(c, e)
}

// send streams a table. An error while it is sent breaks the connection off, so that nobody takes a part for the whole.
func (m *Module) send(c *fiber.Ctx, e Export) error {
	c.Set(fiber.HeaderContentType, sheet.MediaType(e.Format))
	c.Set(fiber.HeaderXContentTypeOptions, "nosniff")
	c.Set(fiber.HeaderCacheControl, "private, no-store")
	c.Set(fiber.HeaderContentDisposition, web.Disposition("attachment", e.Name+"."+e.Format))
	if c.Method() == fiber.MethodHead {
		c.Response().SkipBody = true
		return nil
	}
	ctx, cancel := context.WithCancel(context.WithoutCancel(c.UserContext())) // the answer is sent after the handler is done
	r, w := io.Pipe()
	log, name := m.Service.log, e.Name
	go func() {
		defer cancel()
		buffered := bufio.NewWriterSize(w, 32<<10)
		err := e.Write(ctx, buffered)
		if err == nil {
			err = buffered.Flush()
		}
		if err != nil && !errors.Is(err, io.ErrClosedPipe) {
			log.Warn("a table was not sent to its end", "table", name, "error", err)
		}
		_ = w.CloseWithError(err)
	}()
	c.Context().SetBodyStream(&sending{PipeReader: r, cancel: cancel}, -1)
	return nil
}

// sending is a table on its way; closing it ends the reading behind.
type sending struct {
	*io.PipeReader
	cancel context.CancelFunc
}

// Close is called when the answer is sent or the reader is gone.
func (s *sending) Close() error {
	s.cancel()
	return s.PipeReader.Close()
}
