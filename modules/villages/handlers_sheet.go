package villages

import (
	"bytes"

	"github.com/gofiber/fiber/v2"

	"gotong/modules/domain"
	"gotong/modules/kit/apperr"
	"gotong/modules/kit/web"
)

// maxSheets bounds one PDF: no district of the country has more villages.
const maxSheets = 120

// sheetFile is GET /villages/{code}/sheet.pdf: one page of a village, or those of all villages of a district.
func (m *Module) sheetFile(c *fiber.Ctx) error {
	ctx := c.UserContext()
	code, err := domain.ParseRegionCode(c.Params("code"))
	if err != nil || string(code) != c.Params("code") || code.Level() < domain.LevelDistrict {
		return apperr.New(apperr.NotFound, "villages.error.not_found")
	}
	path, err := m.Service.Path(ctx, code)
	if err != nil {
		return err
	}
	paths := [][]Region{path}
	if code.Level() == domain.LevelDistrict {
		children, err := m.Service.childRegions(ctx, code)
		if err != nil {
			return err
		}
		paths = paths[:0]
		for _, child := range children[:min(len(children), maxSheets)] {
			paths = append(paths, append(path[:len(path):len(path)], child))
		}
	}
	b := web.NewBase(c, "villages", "")
	now := m.Service.now()
	pdf := newSheetPDF(b.T("villages.sheet.title", "place", domain.PlaceText(path[len(path)-1].Place())), b.Lang, b.T("villages.sheet.rest"), now)
	for _, p := range paths {
		s, err := m.sheetOf(ctx, b, p, now)
		if err != nil {
			return err
		}
		if err := pdf.add(s); err != nil {
			return err
		}
	}
	var file bytes.Buffer
	if err := pdf.write(&file); err != nil {
		return err
	}
	c.Set(fiber.HeaderContentType, "application/pdf")
	c.Set(fiber.HeaderContentDisposition, `inline; filename="`+b.T("villages.sheet.file")+"-"+string(code)+`.pdf"`)
	return c.SendStream(&file, file.Len())
}
