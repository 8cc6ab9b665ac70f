package commitments

import (
	"log/slog"
	"strings"

	"gotong/modules/domain"
	"gotong/modules/kit/i18n"
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

	publicURL string
	links     *web.View[linksPage]
	link      *web.View[linkPage]
	answer    *web.View[answerPage]
	closed    *web.View[closedPage]
	receipt   *web.View[receiptPage]
	village   *i18n.Localizer // in which people of a village are written to
}

// New makes the module; a missing view stops the start.
func New(d Deps) *Module { return newModule(newService(d), d) }

func newModule(service *Service, d Deps) *Module {
	m := &Module{
		Service: service, panels: d.Panels,
		form:  web.NewView[formPage](d.Views, "commitments/form"),
		show:  web.NewView[showPage](d.Views, "commitments/show"),
		panel: web.NewView[panelPage](d.Views, "commitments/panel"),

		publicURL: strings.TrimSuffix(d.PublicURL, "/"), village: d.Views.Bundle().Localizer("id"),
		links:   web.NewView[linksPage](d.Views, "commitments/links"),
		link:    web.NewView[linkPage](d.Views, "commitments/link"),
		answer:  web.NewView[answerPage](d.Views, "commitments/answer"),
		closed:  web.NewView[closedPage](d.Views, "commitments/closed"),
		receipt: web.NewView[receiptPage](d.Views, "commitments/receipt"),
	}
	m.log = m.Service.log
	return m
}
