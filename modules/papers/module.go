package papers

import (
	"log/slog"
	"strings"

	"gotong/modules/kit/clock"
	"gotong/modules/kit/store"
	"gotong/modules/kit/web"
)

// Deps is what the module needs.
type Deps struct {
	DB          *store.DB
	Views       *web.Engine
	Clock       clock.Clock
	Log         *slog.Logger
	Commitments Commitments
	Library     Library
	PublicURL   string // before the addresses that papers bear
}

// Module is the papers slice of the portal.
type Module struct {
	Service *Service

	make     *web.View[makePage]
	record   *web.View[recordPage]
	template *web.View[templatePage]
	list     *web.View[templatesPage]
	head     *web.View[headPage]
}

// New makes the module; a missing view stops the start.
func New(d Deps) *Module {
	if d.Log == nil {
		d.Log = slog.New(slog.DiscardHandler)
	}
	return &Module{
		Service: &Service{
			papers: store.NewRecords(d.DB, definition()), templates: store.NewRecords(d.DB, templates()), registers: store.NewRecords(d.DB, registers()),
			letterheads: store.NewRecords(d.DB, letterheads()), commitments: d.Commitments, library: d.Library, clock: d.Clock, log: d.Log,
			local: d.Views.Bundle().Localizer("id"), publicURL: strings.TrimSuffix(d.PublicURL, "/"),
		},
		make:     web.NewView[makePage](d.Views, "papers/make"),
		record:   web.NewView[recordPage](d.Views, "papers/record"),
		template: web.NewView[templatePage](d.Views, "papers/template"),
		list:     web.NewView[templatesPage](d.Views, "papers/templates"),
		head:     web.NewView[headPage](d.Views, "papers/letterhead"),
	}
}
