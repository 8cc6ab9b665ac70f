package matching

import (
	"github.com/gofiber/fiber/v2"

	"gotong/modules/kit/web"
)

func (m *Module) getAbout(c *fiber.Ctx) error {
	return m.about.Render(c, fiber.StatusOK, newAboutPage(web.NewBase(c, "about", "matching.about.title"), m.Service.Weights()))
}
