package documents

import (
	"net/http"
	"strings"

	"github.com/gofiber/fiber/v2"

	"gotong/modules/domain"
	"gotong/modules/kit/apperr"
	"gotong/modules/kit/web"
)

func (m *Module) versions(c *fiber.Ctx) error {
	v, err := m.Service.Get(c.UserContext(), actorOf(c), idOf(c))
	if err != nil {
		return err
	}
	return m.renderVersions(c, http.StatusOK, v, nil)
}

func (m *Module) renderVersions(c *fiber.Ctx, status int, v View, refused error) error {
	b := web.NewBase(c, "documents", "documents.versions.title")
	p := m.versionsPage(b, v)
	if refused != nil && p.Form != nil {
		p.Form.Bind(c).Fail(refused)
	}
	return m.versionsView.Render(c, status, p)
}

func (m *Module) renew(c *fiber.Ctx) error {
	r := Renewal{Why: web.ValuesOf(c).Get("why")}
	arrivals := arrivalsOf(c)
	var err error
	switch {
	case arrivals.count() > 1:
		err = refuse("documents.error.one_file")
	case len(arrivals.uploads) == 1:
		r.Upload = arrivals.uploads[0]
	case len(arrivals.files) == 1:
		header := arrivals.files[0]
		file, opening := header.Open()
		if opening != nil {
			return apperr.Wrap(opening, apperr.BadRequest, "error.bad_request")
		}
		defer file.Close()
		r.File = domain.Upload{Name: strings.Clone(header.Filename), Size: header.Size, Body: file}
	}
	if err == nil {
		err = m.Service.Renew(c.UserContext(), actorOf(c), web.OperationOf(c), idOf(c), web.Version(c), r)
	}
	return m.changed(c, err, "documents.flash.renewed", true)
}

func (m *Module) reinstate(c *fiber.Ctx) error {
	err := m.Service.Reinstate(c.UserContext(), actorOf(c), web.OperationOf(c), idOf(c), web.Version(c), c.Params("sum"), web.ValuesOf(c).Get("reason"))
	return m.changed(c, err, "documents.flash.renewed", true)
}

func (m *Module) finish(c *fiber.Ctx) error {
	err := m.Service.Finish(c.UserContext(), actorOf(c), web.OperationOf(c), idOf(c), web.Version(c))
	return m.changed(c, err, "documents.flash.final", false)
}

func (m *Module) hold(c *fiber.Ctx) error {
	err := m.Service.Keep(c.UserContext(), actorOf(c), web.OperationOf(c), idOf(c), web.Version(c), web.ValuesOf(c).Get("reason"))
	return m.changed(c, err, "documents.flash.held", false)
}

func (m *Module) clear(c *fiber.Ctx) error {
	err := m.Service.Clear(c.UserContext(), actorOf(c), web.OperationOf(c), idOf(c), web.Version(c), web.ValuesOf(c).Get("reason"))
	return m.changed(c, err, "documents.flash.cleared", false)
}

func (m *Module) letGo(c *fiber.Ctx) error {
	err := m.Service.LetGo(c.UserContext(), actorOf(c), web.OperationOf(c), idOf(c), web.Version(c))
	return m.changed(c, err, "documents.flash.let_go", false)
}

// changed leads on after a change; what was refused comes back on the page that asked.
func (m *Module) changed(c *fiber.Ctx, err error, flash string, versions bool) error {
	path := documentPath(idOf(c))
	if versions {
		path += "/versions"
	}
	if err == nil {
		web.SetFlash(c, "good", flash)
		return web.Redirect(c, path)
	}
	if !apperr.Is(err, apperr.Invalid) {
		return err
	}
	v, hidden := m.changeable(c)
	if hidden != nil {
		return hidden
	}
	if versions {
		return m.renderVersions(c, http.StatusUnprocessableEntity, v, err)
	}
	return m.renderPage(c, http.StatusUnprocessableEntity, v, err)
}

func (m *Module) versionFile(c *fiber.Ctx) error {
	sum := c.Params("sum")
	if len(sum) != 64 {
		return apperr.New(apperr.NotFound, "error.not_found")
	}
	return m.sendFile(c, sum)
}
