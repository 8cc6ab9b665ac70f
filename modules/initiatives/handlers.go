package initiatives

import (
	"context"
	"strings"

	"github.com/gofiber/fiber/v2"

	"gotong/modules/domain"
	"gotong/modules/kit/apperr"
	"gotong/modules/kit/i18n"
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
	docs, err := m.Service.Public(c.Context(), f)
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
		Select("region", string(f.Region), m.Service.filterRegions(c.Context(), f.Region)).
		Select("category", f.Category, domain.CategoryOptions(b.Lang)).
		Select("status", string(f.Status), states)
	if f.Q == "" {
		page.Filters.Sort(f.Sort, orders)
	}
	if page.Cards, err = m.Service.cardsOf(c.Context(), b, docs.Items); err != nil {
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

func (m *Module) newPage(c *fiber.Ctx, actor domain.Actor, organization domain.OrganizationID, call CallBrief, invited InvitationDoc) formPage {
	page := formPage{Base: web.NewBase(c, "initiatives", "initiatives.new_title")}
	base := page.Base
	crumbs(&page.Base, "", "")
	start := Content{}
	for _, id := range call.Categories[:min(1, len(call.Categories))] {
		start.Offers = []Offer{{Category: id}}
	}
	if invited.ID != "" {
		organization, start = invited.Body.To, Content{Title: invited.Body.Title, Offers: []Offer{{Category: invited.Body.Category}}}
	}
	page.Form = startForm(page.Base, actor, organization, start)
	if invited.ID != "" {
		page.Form.Hidden("invitation", invited.ID).Back(invitePath(invited.ID))
		page.Lead = base.T("initiatives.answers_invitation", "title", invited.Body.Title, "until", dateText(base, invited.Body.Until))
	}
	if call.ID != "" {
		page.Form.Hidden("call", string(call.ID)).Back("/calls/" + string(call.ID))
		page.Lead = base.T("initiatives.answers_call", "call", call.Title, "deadline", i18n.Moment{At: call.Deadline, Zone: call.Zone})
	}
	return page
}

// invitedBy reads the invitation that a new initiative answers; none where it names none.
func (m *Module) invitedBy(c *fiber.Ctx, actor domain.Actor) (InvitationDoc, error) {
	id := web.ValuesOf(c).Get("invitation")
	if id == "" {
		return InvitationDoc{}, nil
	}
	doc, err := m.Service.Invitation(c.Context(), actor, id)
	if err == nil && !actor.Has(doc.Body.To, domain.OrgEditor) {
		err = apperr.New(apperr.NotFound, "error.not_found.text")
	}
	return doc, err
}

// callOf reads the call that a new initiative answers; none where it names none. Conflict where it takes no answers.
func (m *Module) callOf(c *fiber.Ctx, actor domain.Actor) (CallBrief, error) {
	id := domain.CallID(web.ValuesOf(c).Get("call"))
	if id == "" {
		return CallBrief{}, nil
	}
	return m.Service.calls.Call(c.Context(), actor, id)
}

func (m *Module) getNew(c *fiber.Ctx) error {
	actor, err := signedIn(c)
	if err != nil {
		return err
	}
	if len(editing(actor)) == 0 {
		return apperr.New(apperr.Forbidden, "initiatives.refuse.not_editor")
	}
	call, err := m.callOf(c, actor)
	if err != nil {
		return err
	}
	invited, err := m.invitedBy(c, actor)
	if err != nil {
		return err
	}
	return m.form.Render(c, fiber.StatusOK, m.newPage(c, actor, domain.OrganizationID(web.ValuesOf(c).Get("organization")), call, invited))
}

func (m *Module) postNew(c *fiber.Ctx) error {
	actor, err := signedIn(c)
	if err != nil {
		return err
	}
	if len(editing(actor)) == 0 {
		return apperr.New(apperr.Forbidden, "initiatives.refuse.not_editor")
	}
	call, err := m.callOf(c, actor)
	if err != nil {
		return err
	}
	invited, err := m.invitedBy(c, actor)
	if err != nil {
		return err
	}
	v := web.ValuesOf(c)
	content := Content{Title: v.Get("title"), Summary: v.Get("summary"), Areas: call.Areas, Offers: []Offer{{Category: domain.CategoryID(v.Get(row("offer", 0, "category")))}}}
	organization := domain.OrganizationID(v.Get("organization"))
	var f apperr.Fields
	f.Check(organization != "", "organization", "initiatives.error.required")
	var doc Doc
	if err = f.Err(); err == nil {
		doc, err = m.Service.CreateBy(c.Context(), actor, web.OperationOf(c), organization, content, Origin{Call: call.ID, Invitation: invited.ID})
	}
	if apperr.Is(err, apperr.Invalid) {
		page := m.newPage(c, actor, organization, call, invited)
		page.Form.Bind(c)
		page.Form.Fail(err)
		return m.form.Render(c, fiber.StatusUnprocessableEntity, page)
	}
	if err != nil {
		return err
	}
	web.SetFlash(c, "good", "initiatives.flash.begun")
	return web.Redirect(c, "/initiatives/"+doc.ID)
}

// editable reads the initiative for its editor.
func (m *Module) editable(c *fiber.Ctx, actor domain.Actor) (Doc, error) {
	doc, err := m.Service.Show(c.Context(), actor, idOf(c))
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
	if err := m.Service.Delete(c.Context(), actor, web.OperationOf(c), idOf(c), web.Version(c)); err != nil {
		return err
	}
	web.SetFlash(c, "good", "initiatives.flash.deleted")
	return web.Redirect(c, "/desk")
}

func (m *Module) postCopy(c *fiber.Ctx) error {
	actor, err := signedIn(c)
	if err != nil {
		return err
	}
	doc, err := m.Service.Copy(c.Context(), actor, web.OperationOf(c), idOf(c))
	if err != nil {
		return err
	}
	web.SetFlash(c, "good", "initiatives.flash.copied")
	return web.Redirect(c, "/initiatives/"+doc.ID)
}
