package rights

import (
	"github.com/gofiber/fiber/v2"

	"gotong/modules/domain"
	"gotong/modules/kit/web"
)

func (m *Module) show(c *fiber.Ctx) error {
	return m.page.Render(c, fiber.StatusOK, newPermissionsPage(web.NewBase(c, "help", "rights.title"), m.Table, web.Get[domain.Actor](c)))
}
