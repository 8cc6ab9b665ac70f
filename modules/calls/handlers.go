package calls

import (
	"context"
	"slices"
	"strings"

	"github.com/gofiber/fiber/v2"

	"gotong/modules/domain"
	"gotong/modules/kit/apperr"
	"gotong/modules/kit/web"
)

func idOf(c *fiber.Ctx) domain.CallID { return domain.CallID(strings.Clone(c.Params("id"))) }

func crumbs(b *web.Base, title, path string) {
	b.Crumbs = []web.Crumb{{Label: b.T("calls.title"), Path: "/calls"}}
	if path != "" {
		b.Crumbs = append(b.Crumbs, web.Crumb{Label: title, Path: path})
	}
}

func (m *Module) getList(c *fiber.Ctx) error {
	ctx, actor, v := c.UserContext(), web.Get[domain.Actor](c), web.ValuesOf(c)
	region, _ := domain.ParseRegionCode(v.Get("region"))
	f := Filter{Region: region, Category: v.Get("category"), Status: State(v.Get("status")), Sort: v.Get("sort"), Cursor: v.Get("cursor")}
	docs, err := m.Service.Public(ctx, f)
	if err != nil {
		return err
	}
	page := listPage{Base: web.NewBase(c, "calls", "calls.title")}
	b := page.Base
	page.Description = b.T("calls.list_intro")
	var states, orders []web.Option
	for _, s := range PublicStates {
		states = append(states, web.Option{Value: string(s), Label: b.T("calls.state." + string(s))})
	}
	for _, o := range []string{listLatest, listEnding} {
		orders = append(orders, web.Option{Value: o, Label: b.T("calls.sort." + o)})
	}
	page.Filters = web.NewFilters(b, "/calls", "calls.filter").
		Select("region", string(f.Region), domain.AreaOptions(ctx, m.Service.places.Children)).
		Select("category", f.Category, domain.CategoryOptions(b.Lang)).
		Select("status", string(f.Status), states).Sort(f.Sort, orders)
	if page.Cards, err = m.Service.cardsOf(ctx, b, docs.Items); err != nil {
		return err
	}
	page.Demo = slices.ContainsFunc(docs.Items, func(d Doc) bool { return d.Body.Demo })
	page.Pager = web.NewPager(b, "/calls", page.Filters.Query(), f.Cursor, docs.Next)
	if len(own(actor)) > 0 {
		page.NewPath = b.URL("/calls/new")
		drafts, err := m.Service.Drafts(ctx, actor)
		if err != nil {
			return err
		}
		if page.Drafts, err = m.Service.cardsOf(ctx, b, drafts); err != nil {
			return err
		}
	}
	if len(page.Cards) == 0 {
		page.Empty = &web.Empty{Text: b.T("calls.empty")}
		if page.Filters.Active() {
			page.Empty = &web.Empty{Text: b.T("calls.empty_filtered"), ActionLabel: b.T("calls.all"), ActionPath: b.URL("/calls")}
		}
	}
	return m.list.Render(c, fiber.StatusOK, page)
}

// failure is what was refused on a call's page: which button or form, why, and what was typed.
type failure struct {
	name string
	err  error
}

func (m *Module) getShow(c *fiber.Ctx) error { return m.renderShow(c, fiber.StatusOK, failure{}) }

func (m *Module) renderShow(c *fiber.Ctx, status int, failed failure) error {
	ctx, actor, v := c.UserContext(), web.Get[domain.Actor](c), web.ValuesOf(c)
	doc, err := m.Service.Show(ctx, actor, idOf(c))
	if err != nil {
		return err
	}
	call, s := doc.Body, m.Service
	page := showPage{Base: web.NewBase(c, "calls", "")}
	page.Title, page.Description, page.Demo = call.Title, call.summaryIn(page.Lang), call.Demo
	page.Private = page.Private || !call.Public()
	crumbs(&page.Base, "", "")
	b, inside := page.Base, CanReadInside(actor, call)
	names, err := s.organizations.Briefs(ctx, []domain.OrganizationID{call.Organization})
	if err != nil {
		return err
	}
	page.Tag, page.Lead, page.Intro, page.Clock = tagOf(b, call.StateAt(s.clock.Now())), s.ownerName(b, call, names), call.summaryIn(b.Lang), s.clockText(b, call)
	page.Expected, page.Outcome = call.Expected, call.outcomeIn(b.Lang)
	page.Facts, page.Conditions, page.Criteria = s.factsOf(ctx, b, call), conditionsOf(b, call.Content), criteriaOf(b, call.Content)
	page.Steps = s.stepsOf(b, call, names, inside)
	page.Notices = noticesOf(b, call)
	if n := len(call.Amendments); n > 0 {
		page.Changes = &link{Label: b.T("calls.changes_link", "count", n), Path: b.URL("/calls/" + doc.ID + "/changes")}
	}
	if snap := call.Snapshot; snap != nil && inside {
		page.SnapshotAt = b.URL("/calls/" + doc.ID + "/snapshot.csv")
		page.Snapshot = []web.Fact{{Label: b.T("calls.fact.handed"), Value: b.Number(snap.Count)}, {Label: b.T("calls.fact.snapshot_at"), Value: b.DateTime(snap.At)}, {Label: "SHA-256", Value: snap.Digest}}
	}
	if err := m.showEligible(ctx, &page, actor, doc); err != nil {
		return err
	}
	if err := m.showQuestions(ctx, &page, actor, doc, v, failed); err != nil {
		return err
	}
	m.offerMoves(&page, actor, doc, failed, v.Get("reason"))
	request := domain.PanelRequest{Actor: actor, Ref: domain.Ref{Kind: domain.KindCall, ID: doc.ID}, Page: b}
	if len(call.Areas) > 0 {
		request.Region = call.Areas[0]
	}
	page.Sections, _ = domain.LoadPanels(ctx, m.panels, request, web.Section{Error: b.T("web.panel_error")}, m.log)
	return m.show.Render(c, status, page)
}

func noticesOf(b web.Base, call Call) []notice {
	var out []notice
	if call.State() == Draft && call.Asked != nil {
		out = append(out, notice{"wait", b.T("calls.notice.asked", "date", call.Asked.At)})
	}
	if call.State() == Draft && call.Asked == nil && len(call.History) > 0 {
		if last := call.History[len(call.History)-1]; last.Action == ActionReturn {
			out = append(out, notice{"wait", b.T("calls.notice.returned", "reason", last.Reason)})
		}
	}
	if call.State() == Cancelled {
		out = append(out, notice{"stop", b.T("calls.notice.cancelled", "reason", call.History[len(call.History)-1].Reason)})
	}
	return out
}

// showEligible holds each organisation of the reader against the conditions, with what is missing.
func (m *Module) showEligible(ctx context.Context, page *showPage, actor domain.Actor, doc Doc) error {
	call, b := doc.Body, page.Base
	if call.StateAt(m.Service.clock.Now()) != Open {
		return nil
	}
	for _, member := range drafting(actor) {
		if member.Organization == call.Organization {
			continue
		}
		checks, err := m.Service.Eligibility(ctx, call, member.Organization)
		if apperr.Is(err, apperr.NotFound) {
			continue
		}
		if err != nil {
			return err
		}
		e := eligibility{Name: member.Name, Passed: Passed(checks), Table: eligibleTable(b, call.Content, member.Organization, checks)}
		e.Answer = &link{Label: b.T("calls.answer"), Path: b.URL("/initiatives/new?call=" + doc.ID + "&organization=" + string(member.Organization)), Plain: !e.Passed}
		page.Eligible = append(page.Eligible, e)
	}
	return nil
}

func (m *Module) showQuestions(ctx context.Context, page *showPage, actor domain.Actor, doc Doc, v web.Values, failed failure) error {
	call, b := doc.Body, page.Base
	if !call.Public() {
		return nil
	}
	cursor := v.Get("questions")
	list, err := m.Service.Questions(ctx, actor, doc, cursor)
	if err != nil {
		return err
	}
	for _, q := range list.Items {
		view := questionView{ID: q.ID, Text: q.Body.Text, When: b.Date(q.Body.At), Answer: q.Body.Answer, Replied: b.Date(q.Body.AnsweredAt)}
		if CanAnswerQuestions(actor, call) && q.Body.Answer == "" {
			f := web.NewForm(b, "calls.reply", "/calls/"+doc.ID+"/questions/"+q.ID+"/answer").Named("reply-" + q.ID)
			f.TextArea("answer", web.Required(), web.Rows(3), web.Max(maxText))
			if failed.name == q.ID {
				f.Field("answer").Value = v.Get("answer")
				f.Fail(failed.err)
			}
			view.Form = f
		}
		page.Questions = append(page.Questions, view)
	}
	if list.Next != "" {
		page.MoreAsked = b.URL("/calls/"+doc.ID) + "?questions=" + list.Next + "#questions"
	}
	now := m.Service.clock.Now()
	switch {
	case call.StateAt(now) != Open || !now.Before(call.QuestionsUntil):
		page.AskNote = b.T("calls.questions_closed", "contact", call.Contact)
	case !actor.SignedIn():
		page.AskNote = b.T("calls.questions_sign_in")
	case !actor.Auditor():
		f := web.NewForm(b, "calls.ask", "/calls/"+doc.ID+"/questions").Named("ask")
		f.TextArea("question", web.Required(), web.Rows(3), web.Max(maxText))
		if failed.name == "question" {
			f.Field("question").Value = v.Get("question")
			f.Fail(failed.err)
		}
		page.AskForm = f
	}
	return nil
}

// offerMoves puts the links and buttons on the page that this actor may use now.
func (m *Module) offerMoves(page *showPage, actor domain.Actor, doc Doc, failed failure, reason string) {
	call, b, path, now := doc.Body, page.Base, "/calls/"+doc.ID, m.Service.clock.Now()
	if CanEdit(actor, call) {
		page.Links = append(page.Links, link{Label: b.T("calls.action.edit"), Path: b.URL(path + "/edit"), Plain: CanRun(actor, call)})
	}
	for _, x := range []struct {
		action Action
		name   string
		plain  bool
	}{{ActionAmend, "amend", true}, {ActionDecide, "decide", false}} {
		if CanRun(actor, call) && call.Can(x.action, now) {
			page.Links = append(page.Links, link{Label: b.T("calls.action." + x.name), Path: b.URL(path + "/" + x.name), Plain: x.plain})
		}
	}
	for _, o := range []struct {
		action Action
		reason bool
		kind   string
	}{{ActionAsk, false, "main"}, {ActionRelease, false, "main"}, {ActionReturn, true, "plain"}, {ActionReview, false, "main"}, {ActionArchive, false, "plain"}, {ActionCancel, true, "stop"}} {
		if _, err := mayDecide(actor, call, o.action); err != nil || !call.Can(o.action, now) {
			continue
		}
		a := web.NewAction(b, "calls.action."+string(o.action), path+"/"+string(o.action))
		a.Version, a.Reason, a.Kind = doc.Version, o.reason, o.kind
		if failed.name == string(o.action) {
			a = a.Fail(failed.err, reason)
		}
		page.Actions = append(page.Actions, a)
	}
	if CanEdit(actor, call) {
		a := web.NewAction(b, "calls.action.delete", path+"/delete")
		a.Version, a.Kind = doc.Version, "stop"
		page.Actions = append(page.Actions, a)
	}
}
