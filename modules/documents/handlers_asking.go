package documents

import (
	"context"
	"net/http"
	"strings"

	"github.com/gofiber/fiber/v2"

	"gotong/modules/domain"
	"gotong/modules/kit/apperr"
	"gotong/modules/kit/store"
	"gotong/modules/kit/web"
)

// askPage is where somebody asks for a document.
type askPage struct {
	web.Base
	Name    string
	Lead    string
	Facts   []web.Fact
	Note    string // what comes next while it waits
	Form    *web.Form
	OpenURL string
}

// asksPage is where the owner answers.
type asksPage struct {
	web.Base
	Name    string
	Back    string
	Listing web.Action
	Listed  string
	Asks    []askRow
	Empty   *web.Empty
	Pager   web.Pager
}

type askRow struct {
	Tag    web.Tag
	Title  string
	Facts  []web.Fact
	Grant  *web.Form
	Refuse *web.Action
	Revoke *web.Action
}

func askPath(id domain.DocumentID) string { return documentPath(id) + "/access" }

func askTag(b web.Base, a *Ask, opens bool) web.Tag {
	state := string(a.State)
	if a.State == AskGranted && !opens {
		state = "ended"
	}
	return web.Tag{Kind: map[string]string{"waiting": "wait", "granted": "good", "ended": "plain"}[state], Text: b.T("documents.ask.state_" + state)}
}

func (m *Module) ask(c *fiber.Ctx) error { return m.renderAsk(c, http.StatusOK, nil) }

func (m *Module) renderAsk(c *fiber.Ctx, status int, refused error) error {
	able, err := m.Service.Askable(c.UserContext(), actorOf(c), idOf(c))
	if err != nil {
		return err
	}
	b := web.NewBase(c, "documents", "documents.ask.title")
	b.Private, b.Demo = true, able.Demo
	b.Crumbs = []web.Crumb{{Label: able.Parent.Title, Path: able.Parent.Path}, {Label: b.Title}}
	page := askPage{Base: b, Name: able.Title, Lead: b.T("documents.ask.lead", "title", able.Parent.Title)}
	if able.Asked != nil {
		a := &able.Asked.Body
		page.Facts = []web.Fact{{Label: b.T("documents.ask.state"), Value: askTag(b, a, able.Opens).Text}, {Label: b.T("documents.ask.asked"), Value: b.DateTime(a.At)}, {Label: b.T("documents.ask.reason"), Value: a.Reason}}
		if a.Until != "" {
			page.Facts = append(page.Facts, web.Fact{Label: b.T("documents.ask.until"), Value: b.Date(a.Until.Time())})
		}
		if a.Answer != "" {
			page.Facts = append(page.Facts, web.Fact{Label: b.T("documents.ask.answer"), Value: a.Answer})
		}
	}
	switch {
	case able.Opens:
		page.OpenURL = b.URL(documentPath(able.ID))
	case able.Asked != nil && able.Asked.Body.State == AskWaiting:
		page.Note = b.T("documents.ask.wait")
	default:
		page.Form = web.NewForm(b, "documents.ask", askPath(able.ID)).TextArea("reason", web.Required(), web.Max(reasonMax), web.Rows(4))
		if refused != nil {
			page.Form.Bind(c).Fail(refused)
		}
	}
	return m.askView.Render(c, status, page)
}

func (m *Module) postAsk(c *fiber.Ctx) error {
	err := m.Service.Ask(c.UserContext(), actorOf(c), web.OperationOf(c), idOf(c), web.ValuesOf(c).Get("reason"))
	if apperr.Is(err, apperr.Invalid) {
		return m.renderAsk(c, http.StatusUnprocessableEntity, err)
	}
	if err != nil {
		return err
	}
	web.SetFlash(c, "good", "documents.flash.asked")
	return web.Redirect(c, askPath(idOf(c)))
}

// refusedAsk is an answer that was refused, for the page to show with what was typed.
type refusedAsk struct {
	ask string
	to  AskState
	err error
}

func (m *Module) asks(c *fiber.Ctx) error { return m.renderAsks(c, http.StatusOK, refusedAsk{}) }

func (m *Module) renderAsks(c *fiber.Ctx, status int, refused refusedAsk) error {
	ctx, values := c.UserContext(), web.ValuesOf(c)
	cursor := values.Get("cursor")
	v, list, next, err := m.Service.Asks(ctx, actorOf(c), idOf(c), cursor, 20)
	if err != nil {
		return err
	}
	b := web.NewBase(c, "documents", "documents.asks.title")
	b.Private, b.Demo = true, v.Document.Demo
	b.Crumbs = []web.Crumb{{Label: v.Parent.Title, Path: v.Parent.Path}, {Label: v.Document.Title, Path: documentPath(v.ID)}}
	path := documentPath(v.ID) + "/requests"
	page := asksPage{Base: b, Name: v.Document.Title, Back: b.URL(documentPath(v.ID)), Pager: web.NewPager(b, path, nil, cursor, next)}
	key, state := "documents.list_on", "off"
	if v.Document.Listed {
		key, state = "documents.list_off", "on"
	}
	page.Listing = web.NewAction(b, key, documentPath(v.ID)+"/listing")
	if !v.Document.Listed {
		page.Listing = page.Listing.With("on", "yes")
	}
	page.Listing.Version, page.Listing.Kind, page.Listed = v.Version, "plain", b.T("documents.asks.listed_"+state)
	if len(list) == 0 {
		page.Empty = &web.Empty{Text: b.T("documents.asks.empty"), ActionLabel: b.T("documents.readings.back"), ActionPath: page.Back}
	}
	names, err := m.askers(ctx, list)
	if err != nil {
		return err
	}
	for _, doc := range list {
		page.Asks = append(page.Asks, m.askRow(c, b, path, v, doc, names, refused))
	}
	return m.asksView.Render(c, status, page)
}

func (m *Module) askers(ctx context.Context, list []store.Doc[Ask]) (map[domain.OrganizationID]domain.OrganizationBrief, error) {
	var ids []domain.OrganizationID
	for _, doc := range list {
		if doc.Body.For != "" {
			ids = append(ids, doc.Body.For)
		}
	}
	return m.Service.orgs.Briefs(ctx, ids)
}

func (m *Module) askRow(c *fiber.Ctx, b web.Base, path string, v View, doc store.Doc[Ask], names map[domain.OrganizationID]domain.OrganizationBrief, refused refusedAsk) askRow {
	a := doc.Body
	row := askRow{Tag: askTag(b, &a, a.opens(v.Now)), Title: names[a.For].Name,
		Facts: []web.Fact{{Label: b.T("documents.ask.asked"), Value: b.DateTime(a.At)}, {Label: b.T("documents.ask.reason"), Value: a.Reason}}}
	if row.Title == "" {
		row.Title = b.T("documents.asks.nobody")
	}
	if a.Until != "" {
		row.Facts = append(row.Facts, web.Fact{Label: b.T("documents.ask.until"), Value: b.Date(a.Until.Time())})
	}
	if a.Answer != "" {
		row.Facts = append(row.Facts, web.Fact{Label: b.T("documents.ask.answer"), Value: a.Answer})
	}
	act := func(name string, to AskState) *web.Action {
		x := web.NewAction(b, "documents."+name, path+"/"+doc.ID+"/"+string(to))
		x.ID, x.Kind, x.Reason = name+"-"+doc.ID[:8], "stop", true
		if refused.ask == doc.ID && refused.to == to {
			x = x.Fail(refused.err, web.ValuesOf(c).Get("reason"))
		}
		return &x
	}
	switch {
	case a.State == AskWaiting:
		row.Grant = web.NewForm(b, "documents.grant", path+"/"+doc.ID+"/"+string(AskGranted)).
			Date("until", web.Required(), web.Value(string(domain.DateOf(v.Now.AddDate(0, 1, 0)))))
		row.Grant.Named("grant-" + doc.ID[:8])
		if refused.ask == doc.ID && refused.to == AskGranted {
			row.Grant.Bind(c).Fail(refused.err)
		}
		row.Refuse = act("refuse_ask", AskRefused)
	case a.opens(v.Now):
		row.Revoke = act("revoke_ask", AskRevoked)
	}
	return row
}

func (m *Module) answerAsk(c *fiber.Ctx) error {
	to, ask, v := AskState(strings.Clone(c.Params("answer"))), strings.Clone(c.Params("ask")), web.ValuesOf(c)
	if to != AskGranted && to != AskRefused && to != AskRevoked {
		return apperr.New(apperr.NotFound, "error.not_found")
	}
	until, _ := domain.ParseDate(v.Get("until")) // none where it is no date, which a grant needs
	err := m.Service.AnswerAsk(c.UserContext(), actorOf(c), web.OperationOf(c), idOf(c), ask, to, until, v.Get("reason"))
	if apperr.Is(err, apperr.Invalid) {
		return m.renderAsks(c, http.StatusUnprocessableEntity, refusedAsk{ask, to, err})
	}
	if err != nil {
		return err
	}
	web.SetFlash(c, "good", "documents.flash.answer_"+string(to))
	return web.Redirect(c, documentPath(idOf(c))+"/requests")
}

func (m *Module) listing(c *fiber.Ctx) error {
	err := m.Service.List(c.UserContext(), actorOf(c), web.OperationOf(c), idOf(c), web.Version(c), web.ValuesOf(c).Get("on") != "")
	if err != nil {
		return err
	}
	web.SetFlash(c, "good", "documents.flash.saved")
	return web.Redirect(c, documentPath(idOf(c))+"/requests")
}

// Queues are the requests for access that wait for the owners' editors, and what the scanner withholds, for the owners' editors
// where it found something, for the secretariat also while it has not looked.
func (m *Module) Queues() []domain.Queue {
	return []domain.Queue{domain.DeskList[Document]{
		Name: "document-held", Title: "documents.held_queue", List: listSweep, Read: m.Service.records.List,
		Keys: func(actor domain.Actor) (keys []store.Key) {
			if actor.Secretariat() {
				return []store.Key{store.KeyOf(string(Quarantined))}
			}
			for _, member := range actor.Holding(domain.OrgEditor) {
				keys = append(keys, harmfulKey(member.Organization))
			}
			return keys
		},
		Keep: func(_ context.Context, r domain.QueueRequest, d store.Doc[Document]) (domain.Wait, bool, error) {
			w := domain.Wait{Title: d.Body.Title, Path: documentPath(domain.DocumentID(d.ID)), Note: r.Page.T("documents.held_waiting"), Since: d.Body.Since, Demo: d.Body.Demo}
			if d.Body.Finding != Unscanned {
				w.Note, w.Todo = string(d.Body.Finding), r.Page.T("documents.held_found")
			}
			return w, true, nil
		},
	}.Queue(), domain.DeskList[Ask]{
		Name: "document-request", Title: "documents.asks.queue", List: listWaiting, Read: m.Service.asks.List,
		Keys: func(actor domain.Actor) (keys []store.Key) {
			for _, member := range actor.Holding(domain.OrgEditor) {
				keys = append(keys, store.KeyOf("organization", string(member.Organization)))
			}
			return keys
		},
		Keep: func(_ context.Context, r domain.QueueRequest, d store.Doc[Ask]) (domain.Wait, bool, error) {
			a := d.Body
			return domain.Wait{Title: a.Title, Path: documentPath(a.Document) + "/requests", Note: a.Reason, Todo: r.Page.T("documents.asks.todo"), Since: a.At, Demo: a.Demo}, true, nil
		},
	}.Queue()}
}
