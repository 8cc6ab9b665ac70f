package commitments

import (
	"log/slog"

	"gotong/modules/domain"
	"gotong/modules/kit/web"
)

// Module is the commitments slice of the portal.
type Module struct {
	Service *Service

	panels []domain.Panel
	log    *slog.Logger
	form   *web.View[formPage]
	show   *web.View[showPage]
	panel  *web.View[panelPage]
}

// New makes the module; a missing view stops the start.
func New(d Deps) *Module {
	m := &Module{
		Service: newService(d), panels: d.Panels,
		form:  web.NewView[formPage](d.Views, "commitments/form"),
		show:  web.NewView[showPage](d.Views, "commitments/show"),
		panel: web.NewView[panelPage](d.Views, "commitments/panel"),
	}
	m.log = m.Service.log
	return m
}
