package progress

import (
	"cmp"
	"context"
	"slices"
	"strings"
	"time"

	"gotong/modules/domain"
	"gotong/modules/kit/web"
)

type link struct {
	Label, Path string // with language prefix
	Plain       bool
}

type updateView struct {
	Kind, When, Who, Title, Text, Path string
	Lines                              []string
	Photo, PhotoText                   string
	Inside                             string
}

// page is every page of a running initiative.
type page struct {
	web.Base
	Lead    string
	Links   []link
	Facts   []web.Fact
	Over    string // heading of the facts
	Tables  []web.Table
	Updates []updateView
	Heading string // of the updates
	Empty   *web.Empty
	Pager   web.Pager
	Form    *web.Form
}

type panelPage struct {
	web.Base
	Tables  []web.Table
	Facts   []web.Fact
	Updates []updateView
	Links   []link
	Actions []web.Action
}

type followingPage struct {
	web.Base
	Followed []link
	Updates  []updateView
	Empty    *web.Empty
	Pager    web.Pager
}

func day(b web.Base, d domain.Date) string {
	if d == "" {
		return ""
	}
	return b.Date(d.Time())
}

// tables show milestones with every day they were due, and the budget by line.
func (s *Service) tables(b web.Base, p Progress) (list []web.Table) {
	t := func(key string) string { return b.T("progress.table." + key) }
	if len(p.Milestones) > 0 {
		m := web.Table{Caption: t("milestones"), Head: []string{t("milestone"), t("due"), t("state")}}
		today := domain.DateOf(s.clock.Now())
		for _, x := range p.Milestones {
			due := web.Cell{Text: day(b, x.Due)}
			var notes []string
			for _, slip := range slices.Backward(x.Slips) {
				notes = append(notes, b.T("progress.slipped", "from", day(b, slip.From), "reason", slip.Reason))
			}
			due.Note = strings.Join(notes, " ")
			state := web.Tag{Kind: "wait", Text: b.T("progress.open")}
			note := ""
			switch {
			case x.DoneAt != "":
				state, note = web.Tag{Kind: "good", Text: b.T("progress.done_on", "date", day(b, x.DoneAt))}, x.Note
			case x.Due < today:
				state = web.Tag{Kind: "stop", Text: b.T("progress.late")}
			case len(x.Slips) > 0:
				state = web.Tag{Kind: "wait", Text: b.T("progress.moved")}
			}
			m.Rows = append(m.Rows, web.Row{Cells: []web.Cell{{Text: x.Title}, due, {Tag: &state, Note: note}}})
		}
		list = append(list, m)
	}
	if spent, approved := p.Spent(); approved > 0 {
		l := web.Table{Caption: t("budget"), Head: []string{t("line"), t("approved"), t("spent"), t("left")}, Numbers: []bool{false, true, true, true}}
		for _, x := range p.Lines {
			l.Rows = append(l.Rows, web.Row{Cells: []web.Cell{{Text: x.Item}, {Text: b.Rupiah(x.Amount)}, {Text: b.Rupiah(x.Spent)}, {Text: b.Rupiah(x.Amount - x.Spent)}}})
		}
		l.Rows = append(l.Rows, web.Row{Cells: []web.Cell{{Text: t("sum")}, {Text: b.Rupiah(approved)}, {Text: b.Rupiah(spent)}, {Text: b.Rupiah(approved - spent)}}})
		list = append(list, l)
	}
	return list
}

func requestTable(b web.Base, i Initiative, p Progress, answers bool) web.Table {
	t := func(key string) string { return b.T("progress.table." + key) }
	list := web.Table{Caption: t("requests"), Head: []string{t("request"), t("asked"), t("answer")}}
	for _, r := range slices.Backward(p.Requests) {
		what := web.Cell{Text: b.T("progress.what." + string(r.What)), Note: strings.TrimSpace(r.Text + " " + requested(b, p, r))}
		answer := web.Cell{Tag: &web.Tag{Kind: "wait", Text: b.T("progress.waits")}}
		switch {
		case r.Open() && answers:
			answer = web.Cell{Text: b.T("progress.answer_link"), Path: b.URL("/initiatives/" + string(i.ID) + "/requests/" + r.ID)}
		case !r.Open() && r.Approved:
			answer = web.Cell{Tag: &web.Tag{Kind: "good", Text: b.T("progress.approved")}, Note: r.Answer}
		case !r.Open():
			answer = web.Cell{Tag: &web.Tag{Kind: "stop", Text: b.T("progress.declined")}, Note: r.Answer}
		}
		list.Rows = append(list.Rows, web.Row{Cells: []web.Cell{what, {Text: b.Date(r.At)}, answer}})
	}
	return list
}

func requested(b web.Base, p Progress, r Request) string {
	switch {
	case r.What == WhatUntil:
		return b.T("progress.to_day", "date", day(b, r.Until))
	case r.What == WhatBudget && r.Line >= 1 && r.Line <= int64(len(p.Lines)):
		return b.T("progress.to_amount", "item", p.Lines[r.Line-1].Item, "amount", b.Rupiah(r.Amount))
	}
	return ""
}

// views show what happened; titles name the initiatives where there are several.
func (s *Service) views(ctx context.Context, b web.Base, updates []Update, titles map[domain.InitiativeID]string) ([]updateView, error) {
	var ids []domain.OrganizationID
	for _, u := range updates {
		if u.Organization != "" {
			ids = append(ids, u.Organization)
		}
	}
	names, err := s.organizations.Briefs(ctx, ids)
	if err != nil {
		return nil, err
	}
	var list []updateView
	for _, u := range updates {
		v := updateView{Kind: b.T("progress.kind." + string(u.Kind)), When: b.Date(u.At), Who: names[u.Organization].Name, Title: u.Title, Text: u.Text}
		if u.Organization == "" {
			v.Who = b.T("progress.office")
		}
		if title, ok := titles[u.Initiative]; ok {
			v.Kind, v.Path = title+" · "+v.Kind, b.URL("/initiatives/"+string(u.Initiative))
		}
		switch u.Kind {
		case KindSlip:
			v.Lines = append(v.Lines, b.T("progress.from_to", "from", day(b, u.From), "to", day(b, u.To)))
		case KindMilestone:
			v.Lines = append(v.Lines, b.T("progress.done_on", "date", day(b, u.To)))
		case KindRequest, KindAnswer:
			v.Title = b.T("progress.what." + u.Title)
			if u.Decision != "" {
				v.Lines = append(v.Lines, b.T("progress."+string(u.Decision)))
			}
			if u.To != "" {
				v.Lines = append(v.Lines, b.T("progress.to_day", "date", day(b, u.To)))
			}
		}
		if u.Amount > 0 {
			v.Lines = append(v.Lines, b.Rupiah(u.Amount))
		}
		for _, f := range u.Figures {
			v.Lines = append(v.Lines, b.T("progress.figure", "category", domain.Taxonomy().CategoryName(f.Category, b.Lang), "quantity", domain.QuantityText(b.Local(), f.Quantity, f.Unit)))
		}
		if u.Photo != "" {
			v.Photo, v.PhotoText = b.URL("/documents/"+string(u.Photo)), b.T("progress.photo")
		}
		if u.Inside {
			v.Inside = b.T("progress.inside")
		}
		list = append(list, v)
	}
	return list, nil
}

// dated is a view with its moment, so that moves of the state can stand between updates.
type dated struct {
	at   time.Time
	view updateView
}

// woven puts the moves of the state between the updates of a page, newest first: those between its oldest update and
// the newest of the page before.
func woven(b web.Base, i Initiative, updates []Update, views []updateView, before time.Time, last bool) []updateView {
	var all []dated
	for n, u := range updates {
		all = append(all, dated{u.At, views[n]})
	}
	var oldest time.Time
	if n := len(updates); n > 0 && !last {
		oldest = updates[n-1].At
	}
	for _, m := range i.History {
		if m.At.Before(oldest) || !before.IsZero() && !m.At.Before(before) {
			continue
		}
		v := updateView{Kind: b.T("progress.kind.move"), When: b.Date(m.At), Title: b.T("initiatives.move." + m.Action), Text: m.Reason}
		if m.Office {
			v.Who = b.T("progress.office")
		}
		all = append(all, dated{m.At, v})
	}
	slices.SortStableFunc(all, func(x, y dated) int { return cmp.Compare(y.at.UnixNano(), x.at.UnixNano()) })
	out := make([]updateView, len(all))
	for n, d := range all {
		out[n] = d.view
	}
	return out
}
