package coverage

import (
	"context"
	"strings"

	"gotong/modules/domain"
	"gotong/modules/kit/apperr"
	"gotong/modules/kit/store"
	"gotong/modules/kit/web"
)

type uncoveredPage struct {
	web.Base
	Where     string
	AsOf      string
	Filters   *web.Filters
	Map       *domain.RegionMap
	Regions   web.Table
	Cards     []web.Card
	Empty     *web.Empty
	Pager     web.Pager
	LedgerURL string
}

type ledgerPage struct {
	web.Base
	Where        string
	AsOf         string
	Filters      *web.Filters
	Categories   web.Table
	Grades       web.Table // what was delivered, by grade of evidence
	Regions      web.Table
	Empty        *web.Empty
	UncoveredURL string
}

type panelPage struct {
	web.Base
	Table web.Table
	AsOf  string
	More  string
}

// inside is a region one level below with its sums.
type inside struct {
	place domain.Place
	cell  Cell
}

// around is a region with what lies in it.
type around struct {
	region domain.RegionCode
	place  domain.Place // zero for the country
	cell   Cell
	inside []inside
}

// around reads a region's sums and those of the regions inside, in the register's order; those without any are there
// too, with an empty cell, and those that the register does not have any more come last.
func (s *Service) around(ctx context.Context, region domain.RegionCode) (around, error) {
	a := around{region: region}
	var err error
	if region != "" {
		if a.place, err = s.places.Place(ctx, region); err != nil {
			return a, err
		}
	}
	if a.cell, err = s.Cell(ctx, region); err != nil {
		return a, err
	}
	var children []domain.Place
	if region.Level() < domain.LevelVillage {
		if children, err = s.places.Children(ctx, region); err != nil {
			return a, err
		}
	}
	seen := map[domain.RegionCode]bool{}
	for _, p := range children {
		seen[p.Code] = true
	}
	for _, code := range a.cell.Inside {
		if seen[code] {
			continue
		}
		p, err := s.places.Place(ctx, code)
		if apperr.Is(err, apperr.NotFound) {
			p, err = domain.Place{Code: code, Name: string(code)}, nil
		}
		if err != nil {
			return a, err
		}
		children = append(children, p)
	}
	for _, p := range children {
		c, err := s.Cell(ctx, p.Code)
		if err != nil {
			return a, err
		}
		a.inside = append(a.inside, inside{p, c})
	}
	return a, nil
}

func whereText(b web.Base, a around) string {
	if a.region == "" {
		return b.T("coverage.everywhere")
	}
	return domain.PlaceText(a.place)
}

func (s *Service) regionOptions(ctx context.Context, a around) []web.Option {
	var out []web.Option
	for _, code := range a.region.Path() {
		if p, err := s.places.Place(ctx, domain.RegionCode(code)); err == nil {
			out = append(out, web.Option{Value: code, Label: domain.PlaceName(p)})
		}
	}
	for _, i := range a.inside {
		out = append(out, web.Option{Value: string(i.place.Code), Label: domain.PlaceName(i.place)})
	}
	if a.region == "" && len(a.inside) == 1 { // one province serves alone: its regencies at once
		if more, err := s.places.Children(ctx, a.inside[0].place.Code); err == nil {
			for _, p := range more {
				out = append(out, web.Option{Value: string(p.Code), Label: domain.PlaceName(p)})
			}
		}
	}
	return out
}

// countText writes a number with that of demonstration data beside it, never added up.
func countText(b web.Base, real, demo int64) string {
	switch {
	case demo == 0:
		return b.Number(real)
	case real == 0:
		return b.T("coverage.count_demo", "demo", b.Number(demo))
	}
	return b.T("coverage.count_both", "real", b.Number(real), "demo", b.Number(demo))
}

func anyDemo(sums []Sum) bool {
	for _, s := range sums {
		if s.Demo && s.Needs > 0 {
			return true
		}
	}
	return false
}

func (m *Module) fillUncovered(ctx context.Context, page *uncoveredPage, f Filter, list store.Page[Ranked], a around) error {
	b := page.Base
	page.Where = whereText(b, a)
	orders := make([]web.Option, 0, len(Orders))
	for _, o := range Orders {
		orders = append(orders, web.Option{Value: o, Label: b.T("coverage.order." + o)})
	}
	page.Filters = web.NewFilters(b, "/uncovered", "coverage.filter").
		Select("region", string(f.Region), m.Service.regionOptions(ctx, a)).
		Select("category", f.Category, domain.CategoryOptions(b.Lang)).Sort(f.Order, orders)
	page.Pager = web.NewPager(b, "/uncovered", page.Filters.Query(), f.Cursor, list.Next)
	page.LedgerURL = web.ListURL(b, "/ledger", map[string]string{"region": string(f.Region), "category": f.Category}, "")
	page.Demo = anyDemo(a.cell.Sums)
	to := func(region domain.RegionCode) string {
		return web.ListURL(b, "/uncovered", map[string]string{"region": string(region), "category": f.Category, "sort": f.Order}, "")
	}
	drawn := a
	if a.region == "" && len(a.inside) == 1 { // one province serves alone
		inner, err := m.Service.around(ctx, a.inside[0].place.Code)
		if err != nil {
			return err
		}
		drawn = inner
	}
	page.Regions = m.waitingTable(b, drawn, f.Category, to)
	var err error
	if page.Map, err = m.scoreMap(ctx, b, drawn, f.Category, to); err != nil {
		return err
	}
	for _, doc := range list.Items {
		page.Cards = append(page.Cards, m.Service.rankCard(ctx, b, doc))
	}
	if len(page.Cards) == 0 {
		page.Empty = &web.Empty{Text: b.T("coverage.uncovered.none"), ActionLabel: b.T("coverage.all_needs"), ActionPath: b.URL("/needs")}
		if page.Filters.Active() {
			page.Empty = &web.Empty{Text: b.T("coverage.uncovered.none_filtered"), ActionLabel: b.T("coverage.all_regions"), ActionPath: b.URL("/uncovered")}
		}
	}
	return nil
}

func (s *Service) rankCard(ctx context.Context, b web.Base, doc store.Doc[Ranked]) web.Card {
	r := doc.Body
	card := web.Card{Title: r.Title, Path: b.URL("/needs/" + doc.ID), Demo: r.Demo}
	if r.Demo {
		card.DemoText = b.T("web.demo.tag")
	}
	where := string(r.Village)
	if p, err := s.places.Place(ctx, r.Village); err == nil {
		where = domain.PlaceText(p)
	}
	card.Meta = where + " · " + domain.Taxonomy().CategoryName(r.Category, b.Lang)
	quantity := func(q int64) string { return domain.QuantityText(b.Local(), q, r.Unit) }
	tag, line := web.Tag{Kind: "stop", Text: b.T("coverage.nobody")}, b.T("coverage.open_whole", "needed", quantity(r.Needed))
	if r.Uncovered < r.Needed {
		tag, line = web.Tag{Kind: "wait", Text: b.T("coverage.partly")}, b.T("coverage.open_part", "open", quantity(r.Uncovered), "needed", quantity(r.Needed))
	}
	card.Tag = &tag
	if r.Households > 0 && r.Unit != "household" {
		line += " · " + domain.QuantityText(b.Local(), r.Households, "household")
	}
	l := b.Local()
	part := func(thousandths int64) string { return l.Decimal(float64(thousandths)/1000, 2) }
	card.Lines = []string{
		line, b.T("coverage.age", "ago", l.Ago(s.clock.Now(), r.Since), "date", b.Date(r.Since)),
		b.T("coverage.score", "score", part(r.Score), "weight", part(r.Weight), "urgency", part(r.Urgency), "share", l.Percent(float64(r.Uncovered)/float64(max(1, r.Needed)), 0)),
	}
	return card
}

func (m *Module) fillLedger(ctx context.Context, page *ledgerPage, category string, a around) {
	b := page.Base
	page.Where = whereText(b, a)
	page.Filters = web.NewFilters(b, "/ledger", "coverage.filter").
		Select("region", string(a.region), m.Service.regionOptions(ctx, a)).Select("category", category, domain.CategoryOptions(b.Lang))
	query := map[string]string{"region": string(a.region), "category": category}
	page.UncoveredURL = web.ListURL(b, "/uncovered", query, "")
	page.Demo = anyDemo(a.cell.Sums)
	page.Categories = categoryTable(b, a.cell.Sums, category)
	page.Grades = gradeTable(b, a.cell.Sums, category)
	page.Regions = regionTable(b, a, category)
	if len(page.Categories.Rows) == 0 {
		page.Empty = &web.Empty{Text: b.T("coverage.ledger.none"), ActionLabel: b.T("coverage.all_needs"), ActionPath: b.URL("/needs")}
	}
}

// levelCell writes a layer: its level in a word, the quantity where it has one unit, and how many needs stand where.
func levelCell(b web.Base, l Levels, quantity string) web.Cell {
	note := make([]string, 0, 3)
	for _, x := range []struct {
		n    int64
		word domain.Level
	}{{l.Complete, domain.LevelComplete}, {l.Partial, domain.LevelPartial}, {l.None, domain.LevelNone}} {
		if x.n > 0 {
			note = append(note, b.Number(x.n)+" "+strings.ToLower(b.T("coverage.level."+string(x.word))))
		}
	}
	word := b.T("coverage.level." + string(l.Level()))
	switch {
	case quantity != "" && len(note) == 1: // all stand alike: the word says it
		return web.Cell{Text: quantity, Note: word}
	case quantity != "":
		return web.Cell{Text: quantity, Note: word + ": " + strings.Join(note, ", ")}
	}
	return web.Cell{Text: word, Note: strings.Join(note, ", ")}
}

func ledgerHead(b web.Base, first string) ([]string, []bool) {
	return []string{
		b.T("coverage.head." + first), b.T("coverage.head.needed"), b.T("coverage.head.committed"), b.T("coverage.head.delivered"), b.T("coverage.head.confirmed"), b.T("coverage.head.uncovered"),
	}, []bool{false, true, true, true, true, true}
}

func categoryTable(b web.Base, sums []Sum, category string) web.Table {
	t := web.Table{Caption: b.T("coverage.by_category")}
	t.Head, t.Numbers = ledgerHead(b, "category")
	for _, s := range sums {
		if s.Needs == 0 || !under(s.Category, category) {
			continue
		}
		q := func(n int64) string { return domain.QuantityText(b.Local(), n, s.Unit) }
		name := web.Cell{Text: domain.Taxonomy().CategoryName(s.Category, b.Lang), Note: b.T("coverage.needs_count", "count", s.Needs)}
		if s.Demo {
			name.Note += " · " + b.T("web.demo.tag")
		}
		t.Rows = append(t.Rows, web.Row{Cells: []web.Cell{
			name, {Text: q(s.Needed)}, levelCell(b, s.Promised, q(s.Committed)), levelCell(b, s.Given, q(s.Delivered)), levelCell(b, s.Done, q(s.Confirmed)),
			{Text: q(s.Uncovered()), Note: waitingNote(b, s)},
		}})
	}
	return t
}

func waitingNote(b web.Base, s Sum) string {
	if s.Waiting == 0 {
		return ""
	}
	return b.T("coverage.waiting", "count", s.Waiting)
}

// regionTable counts needs by level for each region inside; quantities where one category with one unit is asked for.
func regionTable(b web.Base, a around, category string) web.Table {
	t := web.Table{Caption: b.T("coverage.inside")}
	t.Head, t.Numbers = ledgerHead(b, "region")
	for _, i := range a.inside {
		for _, demo := range []bool{false, true} {
			total := Total(i.cell.Sums, category, demo)
			if total.Needs == 0 {
				continue
			}
			name := web.Cell{
				Text: domain.PlaceName(i.place), Path: web.ListURL(b, "/ledger", map[string]string{"region": string(i.place.Code), "category": category}, ""),
				Note: b.T("coverage.needs_count", "count", total.Needs),
			}
			if demo {
				name.Note += " · " + b.T("web.demo.tag")
			}
			q := func(int64) string { return "" }
			one, single := Sum{}, 0
			for _, s := range i.cell.Sums {
				if s.Demo == demo && s.Needs > 0 && under(s.Category, category) {
					one, single = s, single+1
				}
			}
			if single == 1 {
				q = func(n int64) string { return domain.QuantityText(b.Local(), n, one.Unit) }
			}
			t.Rows = append(t.Rows, web.Row{Cells: []web.Cell{
				name, needed(b, total, q(one.Needed)), levelCell(b, total.Promised, q(one.Committed)), levelCell(b, total.Given, q(one.Delivered)),
				levelCell(b, total.Done, q(one.Confirmed)), {Text: waitingCount(b, total, q(one.Uncovered()))},
			}})
		}
	}
	return t
}

func needed(b web.Base, total Sum, quantity string) web.Cell {
	if quantity == "" {
		quantity = b.T("coverage.needs_count", "count", total.Needs)
	}
	return web.Cell{Text: quantity}
}

func waitingCount(b web.Base, total Sum, quantity string) string {
	if quantity != "" {
		return quantity
	}
	return b.T("coverage.waiting", "count", total.Waiting)
}

// RegionPanel shows a larger region's ledger by category on its page; a village's is read live elsewhere.
func (m *Module) RegionPanel() domain.Panel { return panel{m} }

type panel struct{ m *Module }

// Load makes the panel; none where nothing was verified in the region.
func (p panel) Load(ctx context.Context, r domain.PanelRequest) (domain.Fragment, error) {
	region := r.Region
	if region == "" {
		region = domain.RegionCode(r.Ref.ID)
	}
	if region.Level() == domain.LevelVillage {
		return domain.Fragment{}, nil
	}
	cell, err := p.m.Service.Cell(ctx, region)
	if err != nil {
		return domain.Fragment{}, err
	}
	page := panelPage{Base: r.Page, Table: categoryTable(r.Page, cell.Sums, "")}
	if len(page.Table.Rows) == 0 {
		return domain.Fragment{}, nil
	}
	page.Table.Caption = ""
	asOf, err := p.m.Service.AsOf(ctx)
	if err != nil {
		return domain.Fragment{}, err
	}
	page.AsOf = page.T("coverage.as_of", "time", page.DateTime(asOf))
	page.More = page.URL("/ledger?region=" + string(region))
	html, err := p.m.panel.Fragment(page)
	return domain.Fragment{ID: "ledger", Title: page.T("coverage.ledger.title"), HTML: html, Demo: anyDemo(cell.Sums)}, err
}

var _ domain.Panel = panel{}
