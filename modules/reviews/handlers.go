package reviews

import (
	"strings"

	"github.com/gofiber/fiber/v2"

	"gotong/modules/domain"
	"gotong/modules/kit/apperr"
	"gotong/modules/kit/web"
)

func idOf(c *fiber.Ctx) domain.InitiativeID {
	return domain.InitiativeID(strings.Clone(c.Params("id")))
}

// newPage begins a page about a proposal. Its name leads to the proposal where the reader may open it.
func newPage(c *fiber.Ctx, title string, p Proposal, named bool) page {
	pg := page{Base: web.NewBase(c, "reviews", title, "title", p.Title)}
	pg.Demo, pg.Private = p.Demo, true
	pg.Crumbs = []web.Crumb{{Label: pg.T("reviews.desk"), Path: "/desk"}}
	if named {
		pg.Crumbs = append(pg.Crumbs, web.Crumb{Label: p.Title, Path: "/initiatives/" + string(p.ID)})
	}
	return pg
}

// shown answers a refused form with what was typed, and what is not Invalid with its error.
func (m *Module) refused(c *fiber.Ctx, err error, again func() (page, error)) error {
	if !apperr.Is(err, apperr.Invalid) {
		return err
	}
	pg, pageErr := again()
	if pageErr != nil {
		return pageErr
	}
	pg.Form.Bind(c).Fail(err)
	return m.page.Render(c, fiber.StatusUnprocessableEntity, pg)
}

func done(c *fiber.Ctx, flash, path string) error {
	web.SetFlash(c, "good", "reviews.flash."+flash)
	return web.Redirect(c, path)
}

// read puts the proposal on a page: whole, or without who proposes it.
func (m *Module) read(c *fiber.Ctx, pg *page, actor domain.Actor, p Proposal, anonymous bool) {
	panels, changes := m.whole, m.changes
	if anonymous {
		panels, changes = m.nameless, m.unnamed
	}
	if p.Round > 1 {
		panels = append([]domain.Panel{changes}, panels...)
	}
	request := domain.PanelRequest{Actor: actor, Ref: domain.Ref{Kind: domain.KindInitiative, ID: string(p.ID)}, Page: pg.Base}
	pg.Sections, _ = domain.LoadPanels(c.UserContext(), panels, request, web.Section{Error: pg.T("web.panel_error")}, m.log)
}

func (m *Module) checkPage(c *fiber.Ctx, actor domain.Actor) (page, Proposal, error) {
	p, err := m.Service.proposal(c.UserContext(), actor, idOf(c))
	if err == nil {
		err = office(actor)
	}
	if err == nil && p.State != Submitted {
		err = apperr.New(apperr.Conflict, "reviews.refuse.check")
	}
	if err != nil {
		return page{}, p, err
	}
	pg := newPage(c, "reviews.check_title", p, true)
	if pg.Lead, err = m.Service.nameOf(c.UserContext(), p.Organization); err != nil {
		return pg, p, err
	}
	pg.Facts = ruleFacts(pg.Base, p, m.Service.rules(p))
	if p.Round > 1 {
		pg.Notices = append(pg.Notices, notice{"wait", pg.T("reviews.again", "round", p.Round)})
	}
	m.read(c, &pg, actor, p, false)
	pg.Form, pg.FormTitle = checkForm(pg.Base, p.ID, p.Version), pg.T("reviews.check_heading")
	return pg, p, nil
}

func (m *Module) getCheck(c *fiber.Ctx) error {
	pg, _, err := m.checkPage(c, web.Get[domain.Actor](c))
	if err != nil {
		return err
	}
	return m.page.Render(c, fiber.StatusOK, pg)
}

func (m *Module) postCheck(c *fiber.Ctx) error {
	actor, b, v := web.Get[domain.Actor](c), web.NewBase(c, "reviews", ""), web.ValuesOf(c)
	check, until, points := readCheck(b, v)
	var err error
	if result := v.Get("result"); result != "pass" && result != "return" {
		if _, err = m.Service.proposal(c.UserContext(), actor, idOf(c)); err == nil {
			if err = office(actor); err == nil {
				err = apperr.InvalidFields([]apperr.Field{{Name: "result", Message: apperr.Msg("reviews.error.result")}})
			}
		}
	} else {
		err = m.Service.CheckUp(c.UserContext(), actor, web.OperationOf(c), idOf(c), check, until, points)
	}
	if err != nil {
		return m.refused(c, err, func() (page, error) { pg, _, err := m.checkPage(c, actor); return pg, err })
	}
	if check.Passed {
		return done(c, "checked", "/initiatives/"+string(idOf(c))+"/panel")
	}
	return done(c, "returned", "/initiatives/"+string(idOf(c)))
}

// panelPage is where a review is led: who reviews, how far, what they found.
func (m *Module) panelPage(c *fiber.Ctx, actor domain.Actor) (page, error) {
	ctx, s := c.UserContext(), m.Service
	p, err := s.proposal(ctx, actor, idOf(c))
	if err != nil {
		return page{}, err
	}
	doc, err := s.of(ctx, p)
	if err != nil {
		if isAbsent(err) && actor.Secretariat() {
			return page{}, apperr.New(apperr.Conflict, "reviews.refuse.unchecked")
		}
		return page{}, err
	}
	process := doc.Body
	in, err := s.in(ctx, p.ID, p.Round)
	if err != nil {
		return page{}, err
	}
	pg := newPage(c, "reviews.panel_title", p, true)
	b := pg.Base
	if pg.Lead, err = s.nameOf(ctx, p.Organization); err != nil {
		return pg, err
	}
	pg.Facts = append(ruleFacts(b, p, process.Rules), web.Fact{Label: b.T("reviews.fact.in"), Value: b.T("reviews.in", "n", len(in), "wanted", process.Wanted(in))})
	if n := process.Recusals(); n > 0 {
		pg.Facts = append(pg.Facts, web.Fact{Label: b.T("reviews.fact.recused"), Value: b.Number(n)})
	}
	if process.Complete(in) {
		pg.Facts = append(pg.Facts, web.Fact{Label: b.T("reviews.fact.points"), Value: b.T("reviews.points_spread", "points", b.Local().Decimal(Mean(process.Rules, in), 1), "spread", b.Local().Decimal(Spread(process.Rules, in), 1))})
	}
	seats, err := s.seatsTable(ctx, b, process, in)
	if err != nil {
		return pg, err
	}
	if len(seats.Rows) > 0 {
		pg.Tables = append(pg.Tables, seats)
	}
	pg.Tables = append(pg.Tables, checkTable(b, process.Check))
	under := p.State == UnderReview && process.Reviewing()
	if under && process.Ready(in) && actor.Secretariat() {
		pg.Links = append(pg.Links, link{Label: b.T("reviews.link.decide"), Path: b.URL("/initiatives/" + string(p.ID) + "/decide")})
	}
	if p.Call != "" {
		pg.Links = append(pg.Links, link{Label: b.T("reviews.link.sheet"), Path: b.URL("/calls/" + string(p.Call) + "/sheet"), Plain: true})
	}
	if under && process.Wanted(in) > process.Rules.Reviewers {
		pg.Notices = append(pg.Notices, notice{"wait", b.T("reviews.spread_calls", "spread", b.Local().Decimal(Spread(process.Rules, in[:process.Rules.Reviewers]), 1))})
	}
	if !process.Complete(in) && under {
		pg.Notices = append(pg.Notices, notice{"", b.T("reviews.blind")})
	}
	if err := m.addReviews(c, &pg, actor, p, process, in); err != nil {
		return pg, err
	}
	if under && steers(actor, p) {
		return pg, m.addSteering(c, &pg, p, process, in)
	}
	return pg, nil
}

// addSteering puts on the page what who leads may do: free a place, and give new ones.
func (m *Module) addSteering(c *fiber.Ctx, pg *page, p Proposal, process Process, in []Review) error {
	b, s, ctx := pg.Base, m.Service, c.UserContext()
	candidates, err := s.Candidates(ctx, p, process)
	if err != nil {
		return err
	}
	var ids []domain.OrganizationID
	for _, k := range candidates {
		if k.Mandate != "" {
			ids = append(ids, k.Mandate)
		}
	}
	names, err := s.organizations.Briefs(ctx, ids)
	if err != nil {
		return err
	}
	blocked := web.Table{Caption: b.T("reviews.table.blocked"), Head: []string{b.T("reviews.table.reviewer"), b.T("reviews.table.why_not")}}
	var options []web.Option
	for _, k := range candidates {
		wrote := false
		for _, r := range in {
			wrote = wrote || r.Reviewer == k.Account
		}
		switch {
		case k.Seated && !wrote:
			a := web.NewAction(b, "reviews.release", "/initiatives/"+string(p.ID)+"/seats/release").With("account", string(k.Account))
			a.ID += "-" + string(k.Account)
			a.Label, a.Kind = b.T("reviews.release_of", "name", k.Name), "plain"
			pg.Actions = append(pg.Actions, a)
		case k.Seated:
		case k.Tie != "":
			blocked.Rows = append(blocked.Rows, web.Row{Cells: []web.Cell{{Text: k.Name, Note: names[k.Mandate].Name}, {Text: b.T("reviews.tie." + string(k.Tie))}}})
		default:
			hint := b.T("reviews.candidate", "organization", names[k.Mandate].Name, "count", k.Load)
			if k.Expert {
				hint += " · " + b.T("reviews.expert")
			}
			if k.Before {
				hint += " · " + b.T("reviews.before")
			}
			options = append(options, web.Option{Value: string(k.Account), Label: k.Name, Hint: hint})
		}
	}
	if len(blocked.Rows) > 0 {
		pg.Tables = append(pg.Tables, blocked)
	}
	if process.Held() <= process.Rules.Reviewers && len(options) > 0 {
		missing := int(max(0, process.Wanted(in)-process.Held()))
		var suggested []string
		for _, o := range options[:min(missing, len(options))] {
			suggested = append(suggested, o.Value)
		}
		f := web.NewForm(b, "reviews.assign", "/initiatives/"+string(p.ID)+"/seats")
		f.Checkboxes("reviewers", options, web.ValueList(suggested), web.Required())
		pg.Form, pg.FormTitle = f, b.T("reviews.assign_heading")
	} else if process.Held() < process.Wanted(in) {
		pg.Notices = append(pg.Notices, notice{"wait", b.T("reviews.nobody")})
	}
	return nil
}

// addReviews puts what the actor may read of reviews and discussion on a page.
func (m *Module) addReviews(c *fiber.Ctx, pg *page, actor domain.Actor, p Proposal, process Process, in []Review) error {
	ctx, s := c.UserContext(), m.Service
	var err error
	if pg.Reviews, err = s.views(ctx, pg.Base, process.Rules, Readable(actor, p, process, in), actor); err != nil {
		return err
	}
	remarks, open, err := s.Remarks(ctx, actor, p, process, in)
	if err != nil || !open {
		return err
	}
	pg.Discussion = true
	if pg.Remarks, err = s.remarkViews(ctx, pg.Base, actor, process, in, remarks); err != nil {
		return err
	}
	if _, seated := process.Seat(actor.Account); p.State == UnderReview && !process.Closed && (seated || steers(actor, p)) {
		pg.Say = sayForm(pg.Base, p.ID)
	}
	return nil
}

func (m *Module) getPanel(c *fiber.Ctx) error {
	pg, err := m.panelPage(c, web.Get[domain.Actor](c))
	if err != nil {
		return err
	}
	return m.page.Render(c, fiber.StatusOK, pg)
}

func (m *Module) postSeats(c *fiber.Ctx) error {
	actor := web.Get[domain.Actor](c)
	var accounts []domain.AccountID
	for _, id := range web.ValuesOf(c).All("reviewers") {
		accounts = append(accounts, domain.AccountID(id))
	}
	if err := m.Service.Assign(c.UserContext(), actor, web.OperationOf(c), idOf(c), accounts); err != nil {
		return m.refused(c, err, func() (page, error) {
			pg, pageErr := m.panelPage(c, actor)
			if pageErr == nil && pg.Form == nil { // nobody is left to choose from
				pageErr = apperr.Wrap(err, apperr.Conflict, "reviews.refuse.changed")
			}
			return pg, pageErr
		})
	}
	return done(c, "assigned", "/initiatives/"+string(idOf(c))+"/panel")
}

func (m *Module) postRelease(c *fiber.Ctx) error {
	actor := web.Get[domain.Actor](c)
	account := domain.AccountID(web.ValuesOf(c).Get("account"))
	if err := m.Service.Release(c.UserContext(), actor, web.OperationOf(c), idOf(c), account); err != nil {
		return err
	}
	return done(c, "released", "/initiatives/"+string(idOf(c))+"/panel")
}
