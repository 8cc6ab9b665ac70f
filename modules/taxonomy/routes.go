package taxonomy

import (
	"github.com/gofiber/fiber/v2"

	"gotong/modules/kit/web"
)

// Module is the categories and types of organisations with their pages.
type Module struct {
	Service *Service

	list *web.View[listPage]
	form *web.View[formPage]
}

// New declares the collection and builds the views; it panics where one is missing.
func New(d Deps) *Module {
	return &Module{Service: newService(d), list: web.NewView[listPage](d.Views, "taxonomy/list"), form: web.NewView[formPage](d.Views, "taxonomy/form")}
}

// Routes registers the pages.
func (m *Module) Routes(r fiber.Router) {
	r.Get("/taxonomy", m.show)
	r.Get("/taxonomy/new", m.newForm)
	r.Post("/taxonomy/new", m.add)
	r.Get("/taxonomy/types/new", m.newTypeForm)
	r.Post("/taxonomy/types/new", m.addType)
	r.Get("/taxonomy/types/:type", m.editType)
	r.Post("/taxonomy/types/:type", m.amendType)
	r.Post("/taxonomy/types/:type/retire", m.retireType(true))
	r.Post("/taxonomy/types/:type/restore", m.retireType(false))
	r.Post("/taxonomy/types/:type/undo", m.undoType)
	r.Get("/taxonomy/:category", m.edit)
	r.Post("/taxonomy/:category", m.amend)
	r.Post("/taxonomy/:category/retire", m.retire(true))
	r.Post("/taxonomy/:category/restore", m.retire(false))
	r.Post("/taxonomy/:category/undo", m.undo)
}
