package rights

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/gofiber/fiber/v2"

	"gotong/modules/domain"
	"gotong/modules/kit/web"
)

// Recent tells whether who asks signed in a moment ago. Where not, it has answered the request.
type Recent func(c *fiber.Ctx) (bool, error)

// Module is the table with its page.
type Module struct {
	Table *Table
	page  *web.View[permissionsPage]
}

// New reads the table and makes its page.
func New(views *web.Engine) (*Module, error) {
	t, err := Load()
	if err != nil {
		return nil, err
	}
	return &Module{Table: t, page: web.NewView[permissionsPage](views, "rights/permissions")}, nil
}

// Routes adds the page.
func (m *Module) Routes(r fiber.Router) { r.Get("/help/permissions", m.show) }

// Protect puts the guard in front of every route that register adds to the app. The error names routes without a row
// and rows without a route: such a portal does not start.
func (g *Guard) Protect(app *fiber.App, register func()) error {
	open := routesOf(app) // health and the like, from before; they too want a row
	before := lengths(app)
	register()
	var wrong []error
	seen := map[string]bool{}
	for _, r := range open {
		seen[r.Method+" "+r.Path] = true
		if row := g.table.Row(r.Method, r.Path); row == nil || !row.Who.Everybody() {
			wrong = append(wrong, fmt.Errorf("%s %s is open to everybody, the table does not say so", r.Method, r.Path))
		}
	}
	for i, routes := range app.Stack() {
		for _, r := range routes[before[i]:] {
			row := g.table.Row(r.Method, r.Path)
			if row == nil {
				wrong = append(wrong, fmt.Errorf("%s %s has no row in modules/rights/table.txt", r.Method, r.Path))
				continue
			}
			seen[r.Method+" "+r.Path] = true
			if g.Recent == nil && slices.Contains(row.Conditions, stepUp) {
				wrong = append(wrong, fmt.Errorf("%s %s wants a fresh sign-in, and nobody knows of one", r.Method, r.Path))
			}
			r.Handlers = append([]fiber.Handler{g.handler(row)}, r.Handlers...)
		}
	}
	for name := range g.table.rows {
		if !seen[name] {
			wrong = append(wrong, fmt.Errorf("%s has a row in modules/rights/table.txt and no route", name))
		}
	}
	return errors.Join(wrong...)
}

func routesOf(app *fiber.App) (list []fiber.Route) {
	for _, r := range app.GetRoutes(true) {
		if r.Method != fiber.MethodHead {
			list = append(list, r)
		}
	}
	return list
}

func lengths(app *fiber.App) (n []int) {
	for _, routes := range app.Stack() {
		n = append(n, len(routes))
	}
	return n
}

func (g *Guard) handler(r *Row) fiber.Handler {
	return func(c *fiber.Ctx) error {
		id := ""
		switch {
		case r.Parameter != "":
			id = c.Params(r.Parameter)
		case strings.HasPrefix(r.Scope, ":"):
			id = c.Params(r.Scope[1:])
		}
		if err := g.Check(c.UserContext(), r, web.Get[domain.Actor](c), id); err != nil {
			return err
		}
		if slices.Contains(r.Conditions, stepUp) {
			if recent, err := g.Recent(c); err != nil || !recent {
				return err
			}
		}
		return c.Next()
	}
}
