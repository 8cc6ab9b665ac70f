package accounts

import (
	"context"
	"slices"
	"time"

	"gotong/modules/domain"
	"gotong/modules/kit/apperr"
	"gotong/modules/kit/web"
)

// How many tasks of a queue the desk shows, and a page of the queue alone.
const (
	deskShown = 8
	queueSize = 30
)

// queueSection is one queue on the desk.
type queueSection struct {
	ID, Title string
	Table     web.Table
	All       string // where all of it is; "" where nothing more waits
	AllLabel  string
	Error     string
}

// queuePage is views/accounts/queue.html: one queue, page by page.
type queuePage struct {
	web.Base
	Lead  string
	Table web.Table
	Empty *web.Empty
	Pager web.Pager
}

// loadQueues reads the beginning of each queue that is the actor's. One that fails shows so, and the page stands.
func (m *Module) loadQueues(ctx context.Context, b web.Base, actor domain.Actor) (sections []queueSection, demo bool) {
	for _, q := range m.Queues {
		if !q.For(actor) {
			continue
		}
		s := queueSection{ID: q.Name, Title: b.T(q.Title)}
		waits, err := q.Read(ctx, domain.QueueRequest{Actor: actor, Page: b, Limit: deskShown})
		switch {
		case err != nil:
			m.log.ErrorContext(ctx, "a queue failed", "queue", q.Name, "request", b.RequestID, "error", err)
			s.Error = b.T("web.panel_error")
		case len(waits.Items) == 0 && waits.Next == "":
			continue
		default:
			s.Table = m.waitsTable(b, s.Title, waits.Items)
			if waits.Next != "" {
				s.All, s.AllLabel = b.URL("/desk/"+q.Name), b.T("accounts.queue.all", "queue", s.Title)
			}
			demo = demo || slices.ContainsFunc(waits.Items, func(w domain.Wait) bool { return w.Demo })
		}
		sections = append(sections, s)
	}
	return sections, demo
}

// waitsTable shows each task with its age and its deadline; one that is late says so first.
func (m *Module) waitsTable(b web.Base, caption string, items []domain.Wait) web.Table {
	t := web.Table{Caption: caption, Head: []string{b.T("accounts.queue.what"), b.T("accounts.queue.since"), b.T("accounts.queue.due")}}
	now := m.Service.clock.Now()
	for _, w := range items {
		what := web.Cell{Text: w.Title, Path: b.URL(w.Path), Note: w.Note}
		switch {
		case w.Todo != "" && w.Note != "":
			what.Note = w.Todo + " · " + w.Note
		case w.Todo != "":
			what.Note = w.Todo
		}
		t.Rows = append(t.Rows, web.Row{Cells: []web.Cell{what, {Text: b.Local().Ago(now, w.Since), Note: b.Date(w.Since)}, dueCell(b, now, w.Due)}})
	}
	return t
}

func dueCell(b web.Base, now, due time.Time) web.Cell {
	switch {
	case due.IsZero():
		return web.Cell{Text: b.T("accounts.queue.no_due"), Quiet: true}
	case due.Before(now):
		return web.Cell{Tag: &web.Tag{Kind: "stop", Text: b.T("accounts.queue.late", "date", due)}}
	}
	return web.Cell{Text: b.Date(due)}
}

// queuePageOf makes the page of one queue. NotFound for a queue that is none of the actor's.
func (m *Module) queuePageOf(ctx context.Context, b web.Base, actor domain.Actor, name, cursor string) (queuePage, error) {
	p := queuePage{Base: b}
	i := slices.IndexFunc(m.Queues, func(q domain.Queue) bool { return q.Name == name && q.For(actor) })
	if i < 0 {
		return p, apperr.New(apperr.NotFound, "error.not_found")
	}
	q := m.Queues[i]
	waits, err := q.Read(ctx, domain.QueueRequest{Actor: actor, Page: b, Cursor: cursor, Limit: queueSize})
	if err != nil {
		return p, err
	}
	p.Title = b.T(q.Title)
	p.Crumbs = []web.Crumb{{Label: b.T("accounts.desk.title"), Path: "/desk"}, {Label: p.Title}}
	p.Lead = b.T("accounts.queue.lead")
	p.Private = true
	p.Demo = slices.ContainsFunc(waits.Items, func(w domain.Wait) bool { return w.Demo })
	if len(waits.Items) > 0 {
		p.Table = m.waitsTable(b, p.Title, waits.Items)
	} else {
		p.Empty = &web.Empty{Text: b.T("accounts.desk.empty"), ActionLabel: b.T("accounts.desk.title"), ActionPath: b.URL("/desk")}
	}
	p.Pager = web.NewPager(b, "/desk/"+name, nil, cursor, waits.Next)
	return p, nil
}
