package audit

import (
	"slices"
	"strings"

	"github.com/gofiber/fiber/v2"

	"gotong/modules/domain"
	"gotong/modules/kit/store"
	"gotong/modules/kit/web"
)

// Module is the trail with its page and panel.
type Module struct {
	Service *Service
	// History is the panel "history" of need, initiative, organisation and commitment pages.
	History domain.Panel

	trail *web.View[trailPage]
	keys  []string // of the acts that have a name
}

// New makes the module.
func New(d Deps) *Module {
	d.Subjects = slices.Clone(d.Subjects)
	slices.SortFunc(d.Subjects, func(a, b Subject) int { return strings.Compare(a.Kind, b.Kind) })
	if d.Access == nil {
		d.Access = accessLog{db: d.DB, state: store.NewState[reading](d.DB, "access")}
	}
	s := &Service{deps: d, subjects: map[string]Subject{}, kinds: map[string]string{}}
	for _, subject := range d.Subjects {
		s.subjects[subject.Kind] = subject
		s.kinds[subject.Collection] = subject.Kind
	}
	var keys []string
	for _, key := range d.Views.Bundle().Keys("id") {
		if strings.HasPrefix(key, actionPrefix) {
			keys = append(keys, key)
		}
	}
	return &Module{
		keys: keys, Service: s, trail: web.NewView[trailPage](d.Views, "audit/trail"),
		History: panel{service: s, view: web.NewView[historyPanel](d.Views, "audit/history")},
	}
}

// Routes adds the page and its table to take away.
func (m *Module) Routes(r fiber.Router) {
	r.Get("/audit", m.show)
	r.Get("/audit/export.csv", m.export)
}
