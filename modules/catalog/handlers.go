package catalog

import (
	"strings"

	"github.com/gofiber/fiber/v2"

	"gotong/modules/kit/web"
)

func (m *Module) showFront(c *fiber.Ctx) error {
	front, err := m.Service.Front(c.UserContext())
	if err != nil {
		return err
	}
	return m.views.front.Render(c, fiber.StatusOK, newFrontPage(web.NewBase(c, "home", "catalog.front.title"), front))
}

// maxQuestion bounds what is searched for, in bytes; a browser cuts it at the same length.
const maxQuestion = 200

func (m *Module) showSearch(c *fiber.Ctx) error {
	q := Question{Text: strings.Join(strings.Fields(strings.ToValidUTF8(c.Query("q"), "")), " "), Kind: c.Query("kind"), Cursor: c.Query("cursor")}
	if len(q.Text) > maxQuestion {
		q.Text = strings.ToValidUTF8(q.Text[:maxQuestion], "")
	}
	answer, err := m.Service.Search(c.UserContext(), q)
	if err != nil {
		return err
	}
	return m.views.search.Render(c, fiber.StatusOK, newSearchPage(web.NewBase(c, "search", "catalog.search.title"), m.Service.Kinds(), q, answer))
}

func (m *Module) showAbout(c *fiber.Ctx) error {
	return m.views.about.Render(c, fiber.StatusOK, newAboutPage(web.NewBase(c, "about", "catalog.about.title")))
}

func (m *Module) showLicences(c *fiber.Ctx) error {
	return m.views.licences.Render(c, fiber.StatusOK, newLicencesPage(web.NewBase(c, "about", "catalog.licences.title"), Modules(), m.scripts))
}
