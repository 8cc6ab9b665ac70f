package taxonomy

import (
	"context"

	"github.com/gofiber/fiber/v2"

	"gotong/modules/domain"
	"gotong/modules/kit/web"
)

// Module is the categories and types of organisations with their pages.
type Module struct {
	Service *Service

	list       *web.View[listPage]
	categories *desk[domain.CategoryID, Edit, domain.CategoryEdit]
	types      *desk[string, TypeEdit, domain.TypeEdit]
}

// New declares the collections and builds the views; it panics where one is missing.
func New(d Deps) *Module {
	s, form := newService(d), web.NewView[formPage](d.Views, "taxonomy/form")
	return &Module{
		Service: s, list: web.NewView[listPage](d.Views, "taxonomy/list"),
		categories: &desk[domain.CategoryID, Edit, domain.CategoryEdit]{
			kind: s.categories, view: form, path: categoryPath(""), title: "taxonomy.new", flash: "taxonomy.flash.",
			previewText: "taxonomy.preview_text", previewNew: "taxonomy.preview_new",
			uses: func(ctx context.Context, b web.Base, id domain.CategoryID) (string, error) {
				uses, err := d.Uses.CategoryUses(ctx, id)
				return categoryUsesText(b, uses), err
			},
			page: newCategoryPage, blank: addCategoryPage, form: categoryForm, read: wantedCategory, changes: categoryChanges,
		},
		types: &desk[string, TypeEdit, domain.TypeEdit]{
			kind: s.types, view: form, path: typePath(""), title: "taxonomy.type_new", flash: "taxonomy.flash.type_",
			previewText: "taxonomy.type_preview_text", previewNew: "taxonomy.type_preview_new",
			uses: func(ctx context.Context, b web.Base, id string) (string, error) {
				uses, err := d.Uses.TypeUses(ctx, id)
				return typeUsesText(b, uses), err
			},
			page: newTypePage, blank: addTypePage, form: typeForm, read: wantedType, changes: typeChanges,
		},
	}
}

// Routes registers the pages.
func (m *Module) Routes(r fiber.Router) {
	r.Get("/taxonomy", m.show)
	m.types.routes(r, "type") // before categories, among whose addresses theirs lie
	m.categories.routes(r, "category")
}
