package coverage

import (
	"github.com/gofiber/fiber/v2"

	"gotong/modules/domain"
	"gotong/modules/kit/web"
)

func (m *Module) getUncovered(c *fiber.Ctx) error {
	ctx, v := c.UserContext(), web.ValuesOf(c)
	region, _ := domain.ParseRegionCode(v.Get("region"))
	f := Filter{Region: region, Category: v.Get("category"), Order: v.Get("sort"), Cursor: v.Get("cursor")}
	list, err := m.Service.Uncovered(ctx, f)
	if err != nil {
		return err
	}
	around, err := m.Service.around(ctx, region)
	if err != nil {
		return err
	}
	asOf, err := m.Service.AsOf(ctx)
	if err != nil {
		return err
	}
	page := uncoveredPage{Base: web.NewBase(c, "uncovered", "coverage.uncovered.title")}
	page.Description = page.T("coverage.uncovered.description")
	if err := m.fillUncovered(ctx, &page, f, list, around); err != nil {
		return err
	}
	page.AsOf = page.T("coverage.as_of", "time", page.DateTime(asOf))
	return m.uncovered.Render(c, fiber.StatusOK, page)
}

func (m *Module) getLedger(c *fiber.Ctx) error {
	ctx, v := c.UserContext(), web.ValuesOf(c)
	region, _ := domain.ParseRegionCode(v.Get("region"))
	category := v.Get("category")
	around, err := m.Service.around(ctx, region)
	if err != nil {
		return err
	}
	asOf, err := m.Service.AsOf(ctx)
	if err != nil {
		return err
	}
	page := ledgerPage{Base: web.NewBase(c, "uncovered", "coverage.ledger.title")}
	page.Description = page.T("coverage.ledger.description")
	m.fillLedger(ctx, &page, category, around)
	page.AsOf = page.T("coverage.as_of", "time", page.DateTime(asOf))
	return m.ledger.Render(c, fiber.StatusOK, page)
}
