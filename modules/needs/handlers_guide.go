package needs

import (
	"github.com/gofiber/fiber/v2"

	"gotong/modules/domain"
	"gotong/modules/kit/apperr"
	"gotong/modules/kit/web"
)

// choosePage asks first what is needed: the category decides units and questions of the form.
type choosePage struct {
	web.Base
	Groups []chooseGroup
}

type chooseGroup struct {
	ID, Name, Description string
	Links                 []link
}

func newChoosePage(c *fiber.Ctx, village domain.RegionCode) choosePage {
	page := choosePage{Base: web.NewBase(c, "needs", "needs.choose_title")}
	crumbs(&page.Base, "", "")
	page.Private = true
	for _, g := range domain.Taxonomy().Groups() {
		group := chooseGroup{ID: g.ID, Name: g.Name.In(page.Lang), Description: g.Description.In(page.Lang)}
		for _, cat := range domain.Taxonomy().Categories() {
			if cat.Parent == g.ID && !cat.Retired {
				path := web.ListURL(page.Base, "/needs/new", map[string]string{"category": string(cat.ID), "village": string(village)}, "")
				group.Links = append(group.Links, link{Label: cat.Name.In(page.Lang), Path: path})
			}
		}
		if len(group.Links) > 0 {
			page.Groups = append(page.Groups, group)
		}
	}
	return page
}

// getSimilar answers while one types the title of a new need: what the village may have asked for already.
func (m *Module) getSimilar(c *fiber.Ctx) error {
	actor, err := signedIn(c)
	if err != nil {
		return err
	}
	v := web.ValuesOf(c)
	page := panelPage{Base: web.NewBase(c, "needs", "needs.similar")}
	village, bad := domain.ParseRegionCode(v.Get("village"))
	if bad == nil && v.Get("title") != "" {
		docs, err := m.Service.Similar(c.UserContext(), actor, village, domain.CategoryID(v.Get("category")), v.Get("title"), "")
		if err != nil {
			return err
		}
		if page.Cards, err = m.Service.cardsOf(c.UserContext(), page.Base, docs); err != nil {
			return err
		}
		if len(docs) > 0 {
			page.Lead = page.T("needs.similar_text")
		}
	}
	html, err := m.cards.Fragment(page)
	if err != nil {
		return err
	}
	c.Type("html", "utf-8")
	return c.SendString(string(html))
}

// getHistory tells a need's life with what changed each time, for those who read all of it.
func (m *Module) getHistory(c *fiber.Ctx) error {
	actor := web.Get[domain.Actor](c)
	doc, err := m.Service.Show(c.UserContext(), actor, idOf(c))
	if err == nil && !CanReadAll(actor, doc.Body) {
		err = apperr.New(apperr.NotFound, "error.not_found.text")
	}
	if err != nil {
		return err
	}
	const most = 200
	entries, err := m.Service.records.History(c.UserContext(), doc.ID, most)
	if err != nil {
		return err
	}
	names, err := m.Service.organizationsOf(c.UserContext(), doc.Body)
	if err != nil {
		return err
	}
	page := historyPage{Base: web.NewBase(c, "needs", "needs.history_title", "title", doc.Body.Title), Lead: m.Service.placeText(c.UserContext(), doc.Body.Village)}
	page.Demo, page.Private = doc.Body.Demo, true
	crumbs(&page.Base, doc.Body.Title, "/needs/"+doc.ID)
	for _, e := range entries {
		page.Entries = append(page.Entries, historyEntryOf(page.Base, e, names))
	}
	if len(entries) == most {
		page.More = page.T("needs.history_more")
	}
	return m.history.Render(c, fiber.StatusOK, page)
}
