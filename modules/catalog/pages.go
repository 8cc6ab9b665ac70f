package catalog

import (
	"math"
	"strconv"
	"strings"
	"time"

	"gotong/modules/domain"
	"gotong/modules/kit/i18n"
	"gotong/modules/kit/search"
	"gotong/modules/kit/web"
)

// frontPage is views/catalog/front.html.
type frontPage struct {
	web.Base
	Lead       string
	Numbers    []frontNumber
	Map        frontMap
	Goals      []web.Figure
	Needs      []web.Card
	NeedsEmpty web.Empty
	Search     *web.Filters
	Calls      []web.Card
	Partners   []web.Card
	PartEmpty  web.Empty
	Steps      []frontStep
	How        []frontHow
}

// frontNumber is a count with what it counts; Demo tells how many demonstration records stand beside, "" for none.
type frontNumber struct{ Value, Label, Demo, Path string }

// frontMap is the tile map with the list that says the same. Note tells what the shades show.
type frontMap struct {
	*domain.TileMap
	Regions []frontRegion
	Note    string
}

// frontRegion is one tile and its line in the list.
type frontRegion struct {
	domain.TileCell
	Name  string
	Count string // what stands on the tile, "" for nothing
	Text  string // "3 belum tertangani"
	Demo  string
}

// frontStep is a strategic step with the categories under it.
type frontStep struct {
	Number      string
	Name        string
	Description string
	Summary     string
	Categories  []frontLink
}

type frontLink struct{ Label, Path string }

// frontHow is one step of how the portal works.
type frontHow struct{ Title, Text string }

func newFrontPage(b web.Base, f Front) frontPage {
	b.Description = b.T("catalog.front.description")
	b.Demo = f.hasDemo()
	p := frontPage{
		Base: b, Lead: b.T("catalog.front.lead", "count", f.Villages), Goals: goalFigures(b, f.Goals), Map: newFrontMap(b, f.Regions),
		NeedsEmpty: web.Empty{Text: b.T("catalog.front.needs_empty"), ActionLabel: b.T("catalog.front.declare"), ActionPath: b.URL("/needs/new")},
		PartEmpty:  web.Empty{Text: b.T("catalog.front.partners_empty"), ActionLabel: b.T("catalog.front.propose"), ActionPath: b.URL("/initiatives/new")},
		Search:     web.NewFilters(b, "/needs", "catalog.front_search").Q("").Select("region", "", regencyOptions(f.Regions)).Select("category", "", domain.CategoryOptions(b.Lang)),
	}
	p.Numbers = []frontNumber{
		number(b, f.Uncovered, "catalog.front.number_needs", "/needs"),
		number(b, f.Initiatives, "catalog.front.number_initiatives", "/initiatives"),
		number(b, f.Organizations, "catalog.front.number_organizations", "/organizations"),
	}
	for _, n := range f.Needs {
		p.Needs = append(p.Needs, needCard(b, n))
	}
	for _, call := range f.Calls {
		p.Calls = append(p.Calls, callCard(b, call))
	}
	for _, partner := range f.Partners {
		p.Partners = append(p.Partners, partnerCard(b, partner))
	}
	for i, step := range domain.Taxonomy().Steps() {
		p.Steps = append(p.Steps, newFrontStep(b, i+1, step))
	}
	for _, key := range []string{"declare", "verify", "propose", "match", "deliver", "measure"} {
		p.How = append(p.How, frontHow{Title: b.T("catalog.how." + key), Text: b.T("catalog.how." + key + "_text")})
	}
	return p
}

func (f Front) hasDemo() bool {
	demo := f.Uncovered.Demo+f.Initiatives.Demo+f.Organizations.Demo > 0
	for _, n := range f.Needs {
		demo = demo || n.Demo
	}
	for _, c := range f.Calls {
		demo = demo || c.Demo
	}
	for _, p := range f.Partners {
		demo = demo || p.Demo
	}
	return demo
}

func number(b web.Base, t Tally, key, path string) frontNumber {
	n := frontNumber{Value: b.Number(t.Real), Label: b.T(key, "count", t.Real), Path: b.URL(path)}
	if t.Demo > 0 {
		n.Demo = b.T("catalog.front.and_demo", "count", t.Demo)
	}
	return n
}

func regencyOptions(regions []RegionCount) []web.Option {
	options := make([]web.Option, 0, len(regions))
	for _, r := range regions {
		options = append(options, web.Option{Value: string(r.Code), Label: r.Short})
	}
	return options
}

// newFrontMap shades by real needs; only while there is none in the whole province by those of the demonstration, and
// says so. The two are never added.
func newFrontMap(b web.Base, regions []RegionCount) frontMap {
	var most Tally
	for _, r := range regions {
		most.Real, most.Demo = max(most.Real, r.Real), max(most.Demo, r.Demo)
	}
	shown := func(t Tally) int64 { return t.Real }
	m := frontMap{Note: b.T("catalog.map.note")}
	if most.Real == 0 && most.Demo > 0 {
		most.Real, shown = most.Demo, func(t Tally) int64 { return t.Demo }
		m.Note = b.T("catalog.map.note_demo")
	}
	for _, r := range regions {
		region := frontRegion{Name: r.Short, Text: b.T("catalog.map.count", "count", r.Real)}
		if r.Demo > 0 {
			region.Demo = b.T("catalog.front.and_demo", "count", r.Demo)
		}
		if n := shown(r.Tally); n > 0 {
			region.Count = b.Number(n)
		}
		label := r.Short + ": " + region.Text
		if region.Demo != "" {
			label += ", " + region.Demo
		}
		region.TileCell = domain.TileCell{
			Tile: r.Tile, Shade: shade(shown(r.Tally), most.Real), Label: label, Path: web.ListURL(b, "/needs", map[string]string{"region": string(r.Code)}, ""),
		}
		m.Regions = append(m.Regions, region)
	}
	m.TileMap = &domain.TileMap{Title: b.T("catalog.map.title")}
	return m
}

// shade is 0 for nothing, else 1 to 3 by thirds of the most.
func shade(n, most int64) int {
	if n <= 0 || most <= 0 {
		return 0
	}
	return max(1, min(3, int(math.Ceil(3*float64(n)/float64(most)))))
}

// NameY and CountY are where a tile's two lines stand.
func (r frontRegion) NameY() int {
	if r.Count == "" {
		return r.MidY()
	}
	return r.MidY() - 4
}

// CountY is where the number stands.
func (r frontRegion) CountY() int { return r.MidY() + 7 }

func goalFigures(b web.Base, goals []Goal) []web.Figure {
	figures := make([]web.Figure, 0, len(goals))
	for _, g := range goals {
		figure := web.Figure{Label: g.Indicator.Name.In(b.Lang), Value: b.T("catalog.goal.none"), None: true}
		target := valueText(b.Local(), g.Target.Value, g.Target.Unit)
		if g.Target.Kind == domain.TargetRelativeIncrease {
			figure.Target = b.T("catalog.goal.target_rise", "value", target)
		} else {
			figure.Target = b.T("catalog.goal.target", "value", target)
		}
		if g.Known {
			figure.None, figure.Value = false, valueText(b.Local(), g.Latest.Value, g.Latest.Unit)
			if g.Latest.Approximate {
				figure.Value = b.T("catalog.goal.about", "value", figure.Value)
			}
			figure.Source = strconv.Itoa(g.Latest.Year) + " · " + sourceText(g.Latest.Source, b.Lang)
		} else {
			figure.Source = b.T("catalog.goal.awaits", "sources", systemsText(g.Indicator.SourceSystems, b.Lang))
		}
		figures = append(figures, figure)
	}
	return figures
}

// systemsText lists where an indicator comes from. A system that has a name in each language is written "id / en".
func systemsText(systems []string, lang string) string {
	names := make([]string, len(systems))
	for i, system := range systems {
		id, en, both := strings.Cut(system, " / ")
		if names[i] = id; both && lang == "en" {
			names[i] = en
		}
	}
	return strings.Join(names, ", ")
}

// sourceText is the source's name without the name of its file.
func sourceText(source, lang string) string {
	name, _, _ := strings.Cut(domain.SourceName(source, lang), " (")
	return name
}

func valueText(l *i18n.Localizer, value float64, unit string) string {
	places := 0
	if value != math.Trunc(value) {
		places = 2
	}
	if unit == "percent" {
		return l.Percent(value/100, places)
	}
	if value == math.Trunc(value) {
		return domain.QuantityText(l, int64(value), domain.UnitID(unit))
	}
	return l.Decimal(value, places)
}

func needCard(b web.Base, n NeedCard) web.Card {
	tag := web.Tag{Kind: "wait", Text: b.T("catalog.need.none")}
	if domain.LevelOf(n.Ledger.Committed, n.Ledger.Needed) == domain.LevelPartial {
		tag = web.Tag{Kind: "plain", Text: b.T("catalog.need.partial")}
	}
	coverage := web.NewCoverage(b, n.Ledger.Needed, n.Ledger.Committed, n.Ledger.Delivered, n.Ledger.Confirmed, func(q int64) string {
		return domain.QuantityText(b.Local(), q, n.Ledger.Unit)
	})
	return web.Card{
		Tag: &tag, Title: n.Title, Path: b.URL(n.Path), Meta: join(n.Place, domain.Taxonomy().CategoryName(n.Category, b.Lang)), Coverage: &coverage,
		Demo: n.Demo, DemoText: b.T("catalog.demo"),
	}
}

// callCard says until when a call takes answers, and how long that is.
func callCard(b web.Base, c CallCard) web.Card {
	left := b.T("catalog.call.days", "count", int64(c.Left/(24*time.Hour)))
	if c.Left < 48*time.Hour {
		left = b.T("catalog.call.hours", "count", int64(c.Left/time.Hour))
	}
	by := c.By
	if by == "" {
		by = b.T("catalog.call.secretariat")
	}
	return web.Card{
		Tag: &web.Tag{Kind: "good", Text: left}, Title: c.Title, Path: b.URL(c.Path), Meta: join(by, c.Place), Demo: c.Demo, DemoText: b.T("catalog.demo"),
		Lines: []string{b.T("catalog.call.until", "deadline", c.Deadline), domain.Taxonomy().CategoryName(c.Category, b.Lang)},
	}
}

func partnerCard(b web.Base, p Partner) web.Card {
	card := web.Card{Title: p.Title, Path: b.URL(p.Path), Demo: p.Demo, DemoText: b.T("catalog.demo")}
	typeName := domain.Stakeholders().TypeName(p.Type, b.Lang)
	switch {
	case p.Kind == domain.KindOrganization:
		card.Tag = &web.Tag{Kind: "good", Text: b.T("catalog.partner.verified")}
		card.Meta = join(typeName, p.Place)
	case p.Running:
		card.Tag = &web.Tag{Kind: "good", Text: b.T("catalog.partner.running")}
	default:
		card.Tag = &web.Tag{Kind: "plain", Text: b.T("catalog.partner.published")}
	}
	if p.Kind != domain.KindOrganization {
		card.Meta = join(p.By, typeName)
		if line := join(domain.Taxonomy().CategoryName(p.Category, b.Lang), p.Place); line != "" {
			card.Lines = []string{line}
		}
	}
	return card
}

func newFrontStep(b web.Base, n int, step domain.Step) frontStep {
	s := frontStep{Number: strconv.Itoa(n), Name: step.Name.In(b.Lang), Description: step.Description.In(b.Lang)}
	for _, c := range domain.Taxonomy().Categories() {
		if c.Step == step.ID {
			s.Categories = append(s.Categories, frontLink{Label: c.Name.In(b.Lang), Path: web.ListURL(b, "/needs", map[string]string{"category": string(c.ID)}, "")})
		}
	}
	s.Summary = b.T("catalog.front.categories", "count", len(s.Categories))
	return s
}

func join(parts ...string) string {
	kept := parts[:0:0]
	for _, p := range parts {
		if p != "" {
			kept = append(kept, p)
		}
	}
	return strings.Join(kept, " · ")
}

// searchPage is views/catalog/search.html.
type searchPage struct {
	web.Base
	Question string
	Filters  *web.Filters
	Summary  string
	Building string
	Found    []foundItem
	Empty    *web.Empty
	Hints    []string
	Pager    web.Pager
}

type foundItem struct {
	Kind     web.Tag
	Title    []search.Span
	Path     string
	Meta     string
	Quote    []search.Span
	DemoText string
}

func newSearchPage(b web.Base, kinds []string, q Question, a Answer) searchPage {
	options := make([]web.Option, 0, len(kinds))
	for _, k := range kinds {
		options = append(options, web.Option{Value: k, Label: b.T("catalog.kinds." + k)})
	}
	filters := web.NewFilters(b, "/search", "catalog.search").Q(q.Text).Select("kind", q.Kind, options)
	p := searchPage{Base: b, Question: q.Text, Filters: filters, Pager: web.NewPager(b, "/search", filters.Query(), q.Cursor, a.Next)}
	if a.Building {
		p.Building = b.T("catalog.search.building")
	}
	for _, f := range a.Found {
		item := foundItem{
			Kind: web.Tag{Kind: "plain", Text: b.T("catalog.kind." + f.Kind)}, Title: f.Title, Path: b.URL(f.Entry.Path), Quote: f.Quote,
			Meta: join(f.Entry.Place, domain.Taxonomy().CategoryName(f.Entry.Category, b.Lang)),
		}
		if f.Entry.Demo {
			p.Demo, item.DemoText = true, b.T("catalog.demo")
		}
		p.Found = append(p.Found, item)
	}
	switch {
	case a.Total == 0 && q.Text != "":
		p.Empty = &web.Empty{Text: b.T("catalog.search.nothing", "q", q.Text), ActionLabel: b.T("catalog.search.browse"), ActionPath: b.URL("/needs")}
		p.Hints = []string{b.T("catalog.search.hint_words"), b.T("catalog.search.hint_kind"), b.T("catalog.search.hint_place")}
	case a.Total == 0:
		p.Empty = &web.Empty{Text: b.T("catalog.search.nothing_yet")}
	case q.Text == "":
		p.Summary = b.T("catalog.search.all", "count", a.Total)
	default:
		p.Summary = b.T("catalog.search.found", "count", a.Total, "q", q.Text)
	}
	return p
}

// textSection is a heading with its paragraphs.
type textSection struct {
	ID, Title  string
	Paragraphs []string
	Link       frontLink
}

// aboutPage is views/catalog/about.html.
type aboutPage struct {
	web.Base
	Sections []textSection
}

func newAboutPage(b web.Base) aboutPage {
	p := aboutPage{Base: b}
	for _, s := range []struct {
		id         string
		paragraphs int
		link       string
	}{{"what", 2, "/needs"}, {"who", 2, "/sign-in"}, {"data", 4, "/villages"}, {"privacy", 4, "/privacy"}, {"evidence", 2, ""}, {"licences", 1, "/licences"}} {
		section := textSection{ID: s.id, Title: b.T("catalog.about." + s.id)}
		for i := range s.paragraphs {
			section.Paragraphs = append(section.Paragraphs, b.T("catalog.about."+s.id+"_"+strconv.Itoa(i+1)))
		}
		if s.link != "" {
			section.Link = frontLink{Label: b.T("catalog.about." + s.id + "_link"), Path: b.URL(s.link)}
		}
		p.Sections = append(p.Sections, section)
	}
	return p
}

// licencesPage is views/catalog/licences.html.
type licencesPage struct {
	web.Base
	Data    web.Table
	Scripts web.Table
	Modules web.Table
}

func newLicencesPage(b web.Base, modules []Work, scripts []Work) licencesPage {
	head := []string{b.T("catalog.licences.name"), b.T("catalog.licences.version"), b.T("catalog.licences.licence")}
	table := func(caption string, works []Work) web.Table {
		t := web.Table{Caption: caption, Head: head}
		for _, w := range works {
			t.Rows = append(t.Rows, web.Row{Cells: []web.Cell{{Text: w.Name}, {Text: w.Version}, {Text: w.Licence}}})
		}
		return t
	}
	return licencesPage{
		Base: b, Modules: table(b.T("catalog.licences.modules"), modules), Scripts: table(b.T("catalog.licences.scripts"), scripts),
		Data: table(b.T("catalog.licences.data"), []Work{
			{Name: b.T("catalog.licences.regions"), Version: "4.0.1", Licence: "ODbL-1.0"},
			{Name: b.T("catalog.licences.seats"), Version: "3.1.0", Licence: "CC-BY-4.0"},
			{Name: b.T("catalog.licences.article"), Version: "2025", Licence: b.T("catalog.licences.quoted")},
			{Name: b.T("catalog.licences.stemmer"), Version: "2.2.0", Licence: "BSD-3-Clause"},
		}),
	}
}
