package initiatives

import (
	"net/url"
	"strings"

	"github.com/gofiber/fiber/v2"

	"gotong/modules/domain"
	"gotong/modules/kit/apperr"
	"gotong/modules/kit/i18n"
	"gotong/modules/kit/web"
)

// startPage asks what a new draft must have, and shows with what it begins or how else it could begin.
type startPage struct {
	web.Base
	Lead string
	Form *web.Form
	Ways []web.Card
	Took *took
}

// took is what a draft takes from its origin and what it leaves.
type took struct {
	Title, Takes, Leaves string
	Done                 string
	Open                 bool // the parts are shown at once
	Parts                []part
}

// start is what a request for a new draft names.
type start struct {
	Beginning
	call    CallBrief
	invited InvitationDoc
}

// startOf reads what a new draft answers and begins with. NotFound, Forbidden and Conflict as its things say.
func (m *Module) startOf(c *fiber.Ctx, actor domain.Actor) (start, error) {
	if len(editing(actor)) == 0 {
		return start{}, apperr.New(apperr.Forbidden, "initiatives.refuse.not_editor")
	}
	var s start
	var err error
	if s.call, err = m.callOf(c, actor); err != nil {
		return s, err
	}
	if s.invited, err = m.invitedBy(c, actor); err != nil {
		return s, err
	}
	v := web.ValuesOf(c)
	s.Beginning, err = m.Service.Begin(c.UserContext(), actor, Origin{
		Call: s.call.ID, Invitation: s.invited.ID, Template: v.Get("template"), Copy: domain.InitiativeID(v.Get("copy")), Concept: v.Get("concept"),
	})
	return s, err
}

// query are the parts of the address that say what a new draft answers, for links to other ways to begin.
func (s start) query(more ...string) string {
	q := url.Values{}
	if s.call.ID != "" {
		q.Set("call", string(s.call.ID))
	}
	if s.invited.ID != "" {
		q.Set("invitation", s.invited.ID)
	}
	for n := 0; n+1 < len(more); n += 2 {
		q.Set(more[n], more[n+1])
	}
	if len(q) == 0 {
		return ""
	}
	return "?" + q.Encode()
}

func (m *Module) startPage(c *fiber.Ctx, actor domain.Actor, organization domain.OrganizationID, s start) startPage {
	page := startPage{Base: web.NewBase(c, "initiatives", "initiatives.new_title")}
	b := page.Base
	crumbs(&page.Base, "", "")
	begin := s.Beginning
	if len(begin.Content.Offers) == 0 {
		for _, id := range s.call.Categories[:min(1, len(s.call.Categories))] {
			begin.Content.Offers = []Offer{{Category: id}}
		}
	}
	if s.invited.ID != "" {
		organization = s.invited.Body.To
		if !begin.Begins() {
			begin.Content = Content{Title: s.invited.Body.Title, Offers: []Offer{{Category: s.invited.Body.Category}}}
		}
	}
	page.Form = startForm(b, actor, organization, begin)
	for name, value := range map[string]string{"template": begin.Template, "copy": string(begin.Copy), "concept": begin.Concept} {
		if value != "" {
			page.Form.Hidden(name, value)
		}
	}
	if s.invited.ID != "" {
		page.Form.Hidden("invitation", s.invited.ID).Back(invitePath(s.invited.ID))
		page.Lead = b.T("initiatives.answers_invitation", "title", s.invited.Body.Title, "until", dateText(b, s.invited.Body.Until))
	}
	if s.call.ID != "" {
		page.Form.Hidden("call", string(s.call.ID)).Back("/calls/" + string(s.call.ID))
		page.Lead = b.T("initiatives.answers_call", "call", s.call.Title, "deadline", i18n.Moment{At: s.call.Deadline, Zone: s.call.Zone})
	}
	if s.Begins() {
		page.Took, page.Form.Intro = m.tookFrom(c, b, s.Beginning), ""
	} else {
		page.Ways = waysOf(b, s)
	}
	return page
}

// waysOf are the ways to begin with more than nothing.
func waysOf(b web.Base, s start) (list []web.Card) {
	for _, w := range []struct{ name, path string }{
		{"template", "/initiatives/templates" + s.query()}, {"copy", "/initiatives/earlier" + s.query()}, {"concept", "/initiatives/concept" + s.query()},
	} {
		list = append(list, web.Card{Title: b.T("initiatives.way." + w.name), Path: b.URL(w.path), Lines: []string{b.T("initiatives.way." + w.name + "_text")}})
	}
	return list
}

// tookFrom shows what a draft takes from its origin.
func (m *Module) tookFrom(c *fiber.Ctx, b web.Base, begin Beginning) *took {
	kind := "template"
	switch {
	case begin.Copy != "":
		kind = "copy"
	case begin.Concept != "":
		kind = "concept"
	}
	t := &took{
		Title: b.T("initiatives.begin."+kind, "title", begin.Title), Takes: b.T("initiatives.begin." + kind + "_takes"), Leaves: b.T("initiatives.begin." + kind + "_leaves"),
		Open: begin.Concept != "", Done: b.T("initiatives.parts_done", "n", begin.Content.filledParts(), "all", len(Parts)),
	}
	t.Parts = m.Service.heldParts(c.UserContext(), b, begin.Content)
	return t
}

func (m *Module) getNew(c *fiber.Ctx) error {
	actor := web.Get[domain.Actor](c)
	s, err := m.startOf(c, actor)
	if err != nil {
		return err
	}
	return m.start.Render(c, fiber.StatusOK, m.startPage(c, actor, domain.OrganizationID(web.ValuesOf(c).Get("organization")), s))
}

func (m *Module) postNew(c *fiber.Ctx) error {
	actor := web.Get[domain.Actor](c)
	s, err := m.startOf(c, actor)
	if err != nil {
		return err
	}
	v := web.ValuesOf(c)
	content := s.Content
	content.Title, content.Summary = v.Get("title"), v.Get("summary")
	if len(content.Offers) == 0 {
		content.Offers = []Offer{{Category: domain.CategoryID(v.Get(row("offer", 0, "category")))}}
	}
	if len(content.Areas) == 0 {
		content.Areas = s.call.Areas
	}
	organization := domain.OrganizationID(v.Get("organization"))
	var f apperr.Fields
	f.Check(organization != "", "organization", "initiatives.error.required")
	f.Check(s.Organization == "" || organization == s.Organization || organization == "", "organization", "initiatives.error.other_organization")
	var doc Doc
	if err = f.Err(); err == nil {
		doc, err = m.Service.CreateBy(c.UserContext(), actor, web.OperationOf(c), organization, content, s.Origin)
	}
	if apperr.Is(err, apperr.Invalid) {
		page := m.startPage(c, actor, organization, s)
		page.Form.Bind(c)
		page.Form.Fail(err)
		return m.start.Render(c, fiber.StatusUnprocessableEntity, page)
	}
	if err != nil {
		return err
	}
	web.SetFlash(c, "good", "initiatives.flash.begun")
	return web.Redirect(c, "/initiatives/"+doc.ID)
}

// invitedBy reads the invitation that a new initiative answers; none where it names none.
func (m *Module) invitedBy(c *fiber.Ctx, actor domain.Actor) (InvitationDoc, error) {
	id := web.ValuesOf(c).Get("invitation")
	if id == "" {
		return InvitationDoc{}, nil
	}
	doc, err := m.Service.Invitation(c.UserContext(), actor, id)
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
	return m.Service.calls.Call(c.UserContext(), actor, id)
}

// earlierPage lists the proposals of one of the reader's organisations, to begin a new one with.
type earlierPage struct {
	web.Base
	Lead    string
	Choices []link // of the reader's organisations, where there are several
	Cards   []web.Card
	Empty   *web.Empty
	Pager   web.Pager
}

// earlierLimit is how many earlier proposals a page offers.
const earlierLimit = 20

func (m *Module) getEarlier(c *fiber.Ctx) error {
	actor, v := web.Get[domain.Actor](c), web.ValuesOf(c)
	s, err := m.startOf(c, actor)
	if err != nil {
		return err
	}
	members := editing(actor)
	organization := domain.OrganizationID(strings.Clone(v.Get("organization")))
	if organization == "" {
		organization = members[0].Organization
	}
	list, err := m.Service.Earlier(c.UserContext(), actor, organization, v.Get("cursor"), earlierLimit)
	if err != nil {
		return err
	}
	page := earlierPage{Base: web.NewBase(c, "initiatives", "initiatives.earlier_title")}
	b := page.Base
	page.Private, page.Lead = true, b.T("initiatives.begin.copy_takes")+" "+b.T("initiatives.begin.copy_leaves")
	crumbs(&page.Base, b.T("initiatives.new_title"), "/initiatives/new"+s.query())
	if len(members) > 1 {
		for _, o := range members {
			page.Choices = append(page.Choices, link{Label: o.Name, Path: b.URL("/initiatives/earlier" + s.query("organization", string(o.Organization))), Plain: o.Organization != organization})
		}
	}
	if page.Cards, err = m.Service.cardsOf(c.UserContext(), b, list.Items); err != nil {
		return err
	}
	for n, doc := range list.Items {
		page.Cards[n].Path = b.URL("/initiatives/new" + s.query("copy", doc.ID))
	}
	page.Demo = anyDemo(list.Items)
	page.Pager = web.NewPager(b, "/initiatives/earlier", queryMap(s.query("organization", string(organization))), v.Get("cursor"), list.Next)
	if len(page.Cards) == 0 {
		page.Empty = &web.Empty{Text: b.T("initiatives.earlier_empty"), ActionLabel: b.T("initiatives.new"), ActionPath: b.URL("/initiatives/new" + s.query())}
	}
	return m.earlier.Render(c, fiber.StatusOK, page)
}

// queryMap is a query as a pager takes it.
func queryMap(query string) map[string]string {
	q, _ := url.ParseQuery(strings.TrimPrefix(query, "?"))
	out := map[string]string{}
	for name := range q {
		out[name] = q.Get(name)
	}
	return out
}
