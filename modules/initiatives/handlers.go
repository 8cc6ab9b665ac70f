package initiatives

import (
	"context"
	"strings"

	"github.com/gofiber/fiber/v2"

	"gotong/modules/domain"
	"gotong/modules/kit/apperr"
	"gotong/modules/kit/web"
)

func signedIn(c *fiber.Ctx) (domain.Actor, error) {
	actor := web.Get[domain.Actor](c)
	if !actor.SignedIn() {
		return actor, apperr.New(apperr.SignIn, "error.sign_in.text")
	}
	return actor, nil
}

func idOf(c *fiber.Ctx) domain.InitiativeID {
	return domain.InitiativeID(strings.Clone(c.Params("id")))
}

func crumbs(b *web.Base, title, path string) {
	b.Crumbs = []web.Crumb{{Label: b.T("initiatives.title"), Path: "/initiatives"}}
	if path != "" {
		b.Crumbs = append(b.Crumbs, web.Crumb{Label: title, Path: path})
	}
}

func (m *Module) getList(c *fiber.Ctx) error {
	actor, v := web.Get[domain.Actor](c), web.ValuesOf(c)
	region, _ := domain.ParseRegionCode(v.Get("region"))
	f := Filter{Q: v.Get("q"), Region: region, Category: v.Get("category"), Status: State(v.Get("status")), Sort: v.Get("sort"), Cursor: v.Get("cursor")}
	docs, err := m.Service.Public(c.UserContext(), f)
	if err != nil {
		return err
	}
	page := listPage{Base: web.NewBase(c, "initiatives", "initiatives.title")}
	b := page.Base
	page.Description = b.T("initiatives.list_description")
	var states, orders []web.Option
	for _, s := range PublicStates {
		states = append(states, web.Option{Value: string(s), Label: b.T("initiatives.state." + string(s))})
	}
	for _, o := range []string{listNewest, listOldest, listEnding} {
		orders = append(orders, web.Option{Value: o, Label: b.T("initiatives.sort." + o)})
	}
	page.Filters = web.NewFilters(b, "/initiatives", "initiatives.filter").Q(f.Q).
		Select("region", string(f.Region), m.Service.filterRegions(c.UserContext(), f.Region)).
		Select("category", f.Category, domain.CategoryOptions(b.Lang)).
		Select("status", string(f.Status), states)
	if f.Q == "" {
		page.Filters.Sort(f.Sort, orders)
	}
	if page.Cards, err = m.Service.cardsOf(c.UserContext(), b, docs.Items); err != nil {
		return err
	}
	page.Demo = anyDemo(docs.Items)
	page.Pager = web.NewPager(b, "/initiatives", page.Filters.Query(), f.Cursor, docs.Next)
	page.Table = web.NewDownloads(b, "/exports/initiatives", page.Filters.Query())
	if len(editing(actor)) > 0 {
		page.NewPath = b.URL("/initiatives/new")
	}
	if len(page.Cards) == 0 {
		page.Empty = &web.Empty{Text: b.T("initiatives.empty")}
		if page.Filters.Active() {
			page.Empty = &web.Empty{Text: b.T("initiatives.empty_filtered"), ActionLabel: b.T("initiatives.all"), ActionPath: b.URL("/initiatives")}
		}
	}
	return m.list.Render(c, fiber.StatusOK, page)
}

// filterRegions offers the provinces or regencies, and the chosen region where it is a smaller one.
func (s *Service) filterRegions(ctx context.Context, chosen domain.RegionCode) []web.Option {
	options := s.areaOptions(ctx)
	if picked, _ := domain.SplitAreas([]domain.RegionCode{chosen}, options); chosen != "" && len(picked) == 0 {
		if place, err := s.places.Place(ctx, chosen); err == nil {
			options = append(options, web.Option{Value: string(chosen), Label: domain.PlaceName(place)})
		}
	}
	return options
}

// editable reads the initiative for its editor.
func (m *Module) editable(c *fiber.Ctx, actor domain.Actor) (Doc, error) {
	doc, err := m.Service.Show(c.UserContext(), actor, idOf(c))
	if err == nil && !CanEdit(actor, doc.Body) {
		err = apperr.New(apperr.Forbidden, "initiatives.refuse.edit")
	}
	return doc, err
}

func (m *Module) postDelete(c *fiber.Ctx) error {
	actor, err := signedIn(c)
	if err != nil {
		return err
	}
	if err := m.Service.Delete(c.UserContext(), actor, web.OperationOf(c), idOf(c), web.Version(c)); err != nil {
		return err
	}
	web.SetFlash(c, "good", "initiatives.flash.deleted")
	return web.Redirect(c, "/desk")
}
