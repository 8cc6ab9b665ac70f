package tables

import (
	"context"
	"fmt"
	"strings"

	"gotong/modules/domain"
	"gotong/modules/kit/apperr"
	"gotong/modules/kit/sheet"
	"gotong/modules/kit/web"
)

// showPage is one import in whatever state.
type showPage struct {
	web.Base
	Tag      web.Tag
	Lead     string
	Note     string
	Facts    []web.Fact
	Form     *web.Form  // confirms the columns
	Folded   bool       // the form is behind a line: the columns were confirmed once
	Sample   *web.Table // first rows of the file
	Progress *progressBar
	Fault    string // of the file as a whole
	Problems *web.Table
	More     string // how many there are beyond
	Pager    web.Pager
	Files    []link // error file
	Rows     *web.Table
	Apply    *web.Action
	Undo     *web.Action
	Discard  *web.Action
	Again    *link
}

type progressBar struct {
	Text    string
	Percent int
	Known   bool
	Path    string
}

func (m *Module) showPage(ctx context.Context, b web.Base, actor domain.Actor, doc Doc, cursor string) (showPage, error) {
	s, i := m.Service, doc.Body
	k, err := s.kind(i.Kind)
	if err != nil {
		return showPage{}, err
	}
	b.Title = i.File
	b.Private = true
	b.Crumbs = []web.Crumb{{Label: b.T("tables.title"), Path: "/imports"}, {Label: b.T("tables.list." + i.Kind)}}
	p := showPage{Base: b, Tag: stateTag(b, i), Lead: b.T("tables.lead." + string(i.State)), Facts: facts(b, i)}
	if i.Note != "" {
		p.Note = b.T("tables.note." + i.Note)
	}
	mine := i.By.Account == actor.Account
	if mine && i.Can(Checking) || i.State == Uploaded {
		if err := s.columns(ctx, b, doc, k, &p, mine); err != nil {
			return p, err
		}
	}
	if i.Working() {
		if p.Progress, err = s.bar(ctx, b, doc); err != nil {
			return p, err
		}
	}
	if i.Fault != nil {
		p.Fault = b.Local().Message(integers(*i.Fault))
	}
	if i.State == Faulty || i.State == Ready {
		if err := s.found(ctx, b, doc, cursor, &p); err != nil {
			return p, err
		}
	}
	p.act(doc, mine, actor)
	return p, nil
}

// integers gives numbers that went through storage back as what they were.
func integers(m apperr.Message) apperr.Message {
	args := append([]any(nil), m.Args...)
	for n, a := range args {
		if f, ok := a.(float64); ok && f == float64(int64(f)) {
			args[n] = int64(f)
		}
	}
	return apperr.Msg(m.Key, args...)
}

// act puts the buttons on the page.
func (p *showPage) act(doc Doc, mine bool, actor domain.Actor) {
	path, i := pathOf(doc.ID), doc.Body
	button := func(key, action, kind string) *web.Action {
		a := web.NewAction(p.Base, "tables.act."+key, path+"/"+action)
		a.Version, a.Kind = doc.Version, kind
		return &a
	}
	if mine && i.State == Ready && i.Counts.New+i.Counts.Changed > 0 {
		p.Apply = button("apply", "apply", "main")
		p.Apply.Label = p.T("tables.act.apply_rows", "count", int64(i.Counts.New+i.Counts.Changed))
	}
	if (mine || actor.Secretariat()) && i.State == Applied {
		p.Undo = button("undo", "undo", "stop")
	}
	if mine && i.Can(Discarded) {
		p.Discard = button("discard", "discard", "plain")
	}
	if mine && (i.State == Faulty || i.State == Applied || i.State == Undone || i.State == Discarded) {
		p.Again = &link{p.T("tables.again"), p.URL("/imports/new?kind=" + i.Kind)}
	}
}

func facts(b web.Base, i Import) []web.Fact {
	list := []web.Fact{
		{Label: b.T("tables.fact.kind"), Value: b.T("tables.list." + i.Kind)},
		{Label: b.T("tables.fact.uploaded"), Value: b.DateTime(i.Uploaded)},
	}
	if i.By.Membership.Organization != "" {
		list = append(list, web.Fact{Label: b.T("tables.fact.organization"), Value: i.By.Membership.Name, Path: b.URL("/organizations/" + string(i.By.Membership.Organization))})
	}
	if c := i.Counts; c.Rows > 0 && i.State != Applied && i.State != Undone {
		list = append(list, web.Fact{Label: b.T("tables.fact.rows"), Value: b.Number(int64(c.Rows))})
		for _, n := range []struct {
			key   string
			count int
		}{{"wrong", c.Wrong}, {"new", c.New}, {"changed", c.Changed}, {"same", c.Same}} {
			if n.count > 0 || n.key == "new" {
				list = append(list, web.Fact{Label: b.T("tables.fact." + n.key), Value: b.Number(int64(n.count))})
			}
		}
	}
	if i.State == Applied || i.State == Undone {
		list = append(list, web.Fact{Label: b.T("tables.fact.applied"), Value: b.DateTime(i.Applied)},
			web.Fact{Label: b.T("tables.fact.inserted"), Value: b.Number(int64(i.Result.Inserted))},
			web.Fact{Label: b.T("tables.fact.replaced"), Value: b.Number(int64(i.Result.Replaced))},
			web.Fact{Label: b.T("tables.fact.same"), Value: b.Number(int64(i.Counts.Same + i.Result.Unchanged))},
			web.Fact{Label: b.T("tables.fact.receipt"), Value: i.Batch})
	}
	if i.State == Undone {
		list = append(list, web.Fact{Label: b.T("tables.fact.undone"), Value: b.DateTime(i.Undone)})
	}
	return list
}

func (s *Service) bar(ctx context.Context, b web.Base, doc Doc) (*progressBar, error) {
	at, err := s.progress.Get(ctx, doc.ID)
	if ignore(err, apperr.NotFound) != nil {
		return nil, err
	}
	bar := &progressBar{Path: b.URL(pathOf(doc.ID)), Text: b.T("tables.progress.waiting")}
	if at.Run == doc.Body.Run && at.Phase != "" {
		bar.Percent, bar.Known = percent(at.Done), true
		bar.Text = b.T("tables.progress."+at.Phase, "count", int64(at.Rows), "percent", b.Local().Percent(float64(bar.Percent)/100, 0))
	}
	return bar, nil
}

// found shows what the check found: problems, or the rows that will be written.
func (s *Service) found(ctx context.Context, b web.Base, doc Doc, cursor string, p *showPage) error {
	i := doc.Body
	if i.Counts.Problems > 0 {
		number := 0
		if _, err := fmt.Sscanf(cursor, "%d", &number); cursor != "" && (err != nil || number < 0 || number > maxProblems) {
			return apperr.New(apperr.BadRequest, "error.bad_request")
		}
		list, err := s.Problems(ctx, doc.ID, i.Run, number)
		if err != nil {
			return err
		}
		p.Problems = &web.Table{Caption: b.T("tables.problems.caption", "count", int64(i.Counts.Problems)),
			Head: []string{b.T("tables.problems.cell"), b.T("tables.problems.column"), b.T("tables.problems.value"), b.T("tables.problems.reason")}}
		for _, problem := range list {
			p.Problems.Rows = append(p.Problems.Rows, web.Row{Cells: []web.Cell{
				{Text: cellText(b, problem)}, {Text: s.columnText(b, i, problem)}, {Text: problem.Value, Quiet: problem.Value == ""}, {Text: words(b.Local(), problem)},
			}})
		}
		next := ""
		if (number+1)*problemPage < i.Counts.Listed {
			next = itoa(number + 1)
		}
		p.Pager = web.NewPager(b, pathOf(doc.ID), nil, cursor, next)
		if i.Counts.Problems > i.Counts.Listed {
			p.More = b.T("tables.problems.more", "listed", b.Number(int64(i.Counts.Listed)))
		}
		if i.Object != "" {
			p.Files = []link{
				{b.T("tables.errors.xlsx"), b.URL(pathOf(doc.ID) + "/errors?format=xlsx")}, {b.T("tables.errors.csv"), b.URL(pathOf(doc.ID) + "/errors?format=csv")},
			}
		}
		return nil
	}
	rows, err := s.samples.Get(ctx, problemsKey(doc.ID, i.Run, 0))
	if ignore(err, apperr.NotFound) != nil || len(rows) == 0 {
		return ignore(err, apperr.NotFound)
	}
	p.Rows = &web.Table{Caption: b.T("tables.preview.caption", "count", int64(len(rows))), Head: []string{b.T("tables.preview.row"), b.T("tables.preview.about"), b.T("tables.preview.effect"), b.T("tables.preview.change")}}
	for _, r := range rows {
		change := r.New
		var names []string
		for _, f := range r.Fields {
			names = append(names, b.T(columnKey(i.Kind, f)))
		}
		if len(names) > 0 {
			change = b.T("tables.preview.fields", "names", strings.Join(names, ", "))
		}
		if r.Old != "" {
			change = r.Old + " → " + r.New
		}
		p.Rows.Rows = append(p.Rows.Rows, web.Row{Cells: []web.Cell{{Text: itoa(r.Row)}, {Text: r.Title}, {Text: b.T("tables.effect." + r.Effect)}, {Text: change}}})
	}
	return nil
}

func cellText(b web.Base, p sheet.Problem) string {
	if p.Column < 0 {
		return b.T("tables.problems.row", "row", itoa(p.Row))
	}
	return p.Cell()
}

// columnText names a problem's column in the reader's language; one that nothing is read from by its letters.
func (s *Service) columnText(b web.Base, i Import, p sheet.Problem) string {
	name := p.Name
	for column, at := range i.Layout.Columns {
		if name == "" && at == p.Column {
			name = column
		}
	}
	if name == "" {
		return sheet.ColumnName(max(p.Column, 0))
	}
	return b.T(columnKey(i.Kind, name))
}

// columns puts the form on the page by which a person confirms how the file is read.
func (s *Service) columns(ctx context.Context, b web.Base, doc Doc, k Kind, p *showPage, mine bool) error {
	i := doc.Body
	seen, err := s.headsOf(ctx, doc.ID, i)
	if apperr.Is(err, apperr.NotFound) && i.Object == "" {
		return nil
	}
	if err != nil {
		return err
	}
	h := seen.Sheets[min(i.Layout.Sheet, len(seen.Sheets)-1)]
	p.Sample = sampleTable(b, h, i.Layout)
	form := b.T("tables.format."+seen.Format, "encoding", seen.Encoding, "delimiter", strings.ReplaceAll(seen.Delimiter, "\t", "Tab"))
	p.Facts = append(p.Facts, web.Fact{Label: b.T("tables.fact.format"), Value: form})
	if !mine {
		return nil
	}
	f := web.NewForm(b, "tables.columns", pathOf(doc.ID)+"/columns").Read(doc.Version)
	f.Section("columns")
	options := columnOptions(h, i.Layout.Head)
	for _, c := range k.Table.Columns() {
		if c.Shown {
			continue
		}
		settings := []web.FieldOption{web.Label(columnKey(i.Kind, c.Name))}
		if at, ok := i.Layout.Columns[c.Name]; ok {
			settings = append(settings, web.Value(itoa(at)))
		}
		if c.Required {
			settings = append(settings, web.Required())
		}
		f.Select("column-"+c.Name, options, settings...)
	}
	f.Section("reading")
	if len(seen.Sheets) > 1 {
		var sheets []web.Option
		for n, sh := range seen.Sheets {
			sheets = append(sheets, web.Option{Value: itoa(n), Label: sh.Name})
		}
		f.Select("sheet", sheets, web.Required(), web.Value(itoa(i.Layout.Sheet)))
	}
	f.Number("head", web.Required(), web.Value(itoa(i.Layout.Head)))
	f.Radio("mark", []web.Option{
		{Value: "", Label: b.T("tables.mark.each"), Hint: b.T("tables.mark.each_hint")}, {Value: ",", Label: b.T("tables.mark.comma")}, {Value: ".", Label: b.T("tables.mark.point")},
	}, web.Value(i.Layout.Mark))
	p.Form, p.Folded = f, i.State != Uploaded
	if k.Returns {
		return nil
	}
	existing := "refuse"
	if i.By.Replace {
		existing = "replace"
	}
	f.Radio("existing", []web.Option{
		{Value: "refuse", Label: b.T("tables.existing.refuse." + i.Kind)}, {Value: "replace", Label: b.T("tables.existing.replace." + i.Kind)},
	}, web.Value(existing))
	return nil
}

func columnOptions(h head, row int) []web.Option {
	var headings, first []sheet.Cell
	width := 0
	for _, r := range h.Rows {
		width = max(width, len(r.Cells))
		if r.Number == row {
			headings = r.Cells
		} else if r.Number > row && first == nil {
			first = r.Cells
		}
	}
	var options []web.Option
	for n := range width {
		label := sheet.ColumnName(n)
		if n < len(headings) && headings[n].Text != "" {
			label += " · " + headings[n].Text
		}
		if n < len(first) && first[n].Text != "" {
			label += " (" + first[n].Text + ")"
		}
		options = append(options, web.Option{Value: itoa(n), Label: label})
	}
	return options
}

// sampleTable shows the first rows as they stand in the file.
func sampleTable(b web.Base, h head, l Layout) *web.Table {
	t := &web.Table{Caption: b.T("tables.sample"), Head: []string{b.T("tables.preview.row")}}
	width := 0
	rows := 0
	for _, r := range h.Rows {
		width = max(width, min(len(r.Cells), 12))
	}
	for n := range width {
		t.Head = append(t.Head, sheet.ColumnName(n))
	}
	for _, r := range h.Rows {
		if r.Number < l.Head {
			continue
		}
		row := web.Row{Cells: []web.Cell{{Text: itoa(r.Number)}}}
		for n := range width {
			cell := web.Cell{}
			if n < len(r.Cells) {
				cell.Text = r.Cells[n].Text
			}
			row.Cells = append(row.Cells, cell)
		}
		t.Rows = append(t.Rows, row)
		if rows++; rows == 4 {
			break
		}
	}
	return t
}
