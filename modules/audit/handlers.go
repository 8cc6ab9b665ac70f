package audit

import (
	"strconv"

	"github.com/gofiber/fiber/v2"

	"gotong/modules/domain"
	"gotong/modules/kit/web"
)

func (m *Module) show(c *fiber.Ctx) error {
	actor := web.Get[domain.Actor](c)
	f := Filter{Kind: c.Query("kind"), ID: c.Query("id"), Actor: domain.AccountID(c.Query("actor"))}
	if n, err := strconv.ParseInt(c.Query("cursor"), 10, 64); err == nil && n > 0 {
		f.Before = n
	}
	page, err := m.Service.Trail(c.UserContext(), actor, f)
	if err != nil {
		return err
	}
	b := web.NewBase(c, "audit", "audit.trail.title")
	kinds := make([]web.Option, 0, len(m.Service.deps.Subjects))
	for _, s := range m.Service.deps.Subjects {
		kinds = append(kinds, web.Option{Value: s.Kind, Label: b.T("audit.kind." + s.Kind)})
	}
	name := string(f.Actor)
	for _, l := range page.Lines {
		if l.Actor == string(f.Actor) && l.Who != "" {
			name = l.Who
			break
		}
	}
	return m.trail.Render(c, fiber.StatusOK, newTrailPage(b, kinds, f, page, name))
}
