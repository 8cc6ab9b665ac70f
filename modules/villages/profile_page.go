package villages

import (
	"math"
	"strconv"
	"strings"

	"gotong/modules/domain"
	"gotong/modules/kit/web"
)

// factGroup is a group of a profile's facts with its one year and source.
type factGroup struct {
	Title  string
	Facts  []web.Fact
	Source string
}

// weightView is the deprivation weight with its parts, as a page shows it.
type weightView struct {
	Value   string
	NoData  bool
	Demo    bool
	Known   string // how much of it is known
	Parts   []web.Part
	Missing string // names of what is not known
	Old     string // names of what is known but too old
	Path    string // where it is explained
}

// disclosedText writes a value as the public sees it: "61,5 %", "<5 jiwa", "sekitar 1.915 jiwa".
func disclosedText(b web.Base, d Disclosed) string {
	switch d.Hidden {
	case HiddenSmall:
		return b.T("villages.small", "unit", domain.UnitSymbol(b.Lang, 2, domain.UnitID(d.Unit)))
	case HiddenKept:
		return b.T("villages.kept")
	}
	text := valueText(b, d.Value, d.Unit)
	if d.Approximate {
		return b.T("villages.indicators.approximately", "value", text)
	}
	return text
}

// sourceText names a source; those of the reference files have a name in both languages.
func sourceText(b web.Base, source string) string { return domain.SourceName(source, b.Lang) }

func yearSource(b web.Base, d Disclosed) string {
	text := b.T("villages.indicators.year_source", "year", strconv.Itoa(d.Year), "source", sourceText(b, d.Source))
	if d.Method != "" {
		text += " · " + d.Method
	}
	if d.Demo {
		text += " · " + b.T("villages.demo")
	}
	return text
}

// unitText names an indicator's unit.
func unitText(b web.Base, unit string) string {
	switch unit {
	case UnitPercent:
		return "%"
	case UnitPerson, UnitBusiness:
		return domain.UnitSymbol(b.Lang, 2, domain.UnitID(unit))
	case UnitIndex:
		return b.T("villages.unit.index")
	case "IDR per household per month":
		return b.T("villages.unit.household_month")
	}
	return b.T("villages.unit.person_month")
}

// figuresOf gives the indicators that have a target: the region's own value, else that of a region above, marked so.
func (p *picture) figuresOf(b web.Base) []web.Figure {
	region := p.path[len(p.path)-1]
	var figures []web.Figure
	for _, i := range domain.Indicators() {
		target, aimed := i.TargetFor(region.Code.At(domain.LevelProvince))
		if !aimed {
			continue
		}
		f := web.Figure{Label: i.Name.In(b.Lang), Target: targetText(b, target, region)}
		if own, ok := p.latest(region.Code, i.ID); ok {
			f.Value, f.Source = disclosedText(b, own), yearSource(b, own)
		} else if d, of, ok := p.standIn(i); ok && of.Level > domain.LevelProvince {
			f.Value, f.Source = disclosedText(b, d), b.T("villages.figure_of", "place", of.FullName())+" · "+yearSource(b, d)
		} else {
			f.Value, f.None = b.T("villages.no_data"), true
		}
		figures = append(figures, f)
	}
	return figures
}

// compare puts the region beside those above it, one indicator a row; indicators of which nothing is known anywhere
// are named apart.
func (p *picture) compare(b web.Base) (*web.Table, string) {
	table := &web.Table{Caption: b.T("villages.compare.caption"), Head: []string{b.T("villages.indicators.name")}}
	for at := len(p.path) - 1; at >= 0; at-- {
		table.Head = append(table.Head, p.path[at].FullName())
	}
	var missing []string
	for _, i := range domain.Indicators() {
		cells := []web.Cell{{Text: i.Name.In(b.Lang), Note: unitText(b, i.Unit)}}
		known := false
		for at := len(p.path) - 1; at >= 0; at-- {
			d, ok := p.latest(p.path[at].Code, i.ID)
			if !ok {
				cells = append(cells, web.Cell{Text: b.T("villages.no_data"), Quiet: true})
				continue
			}
			known = true
			cells = append(cells, web.Cell{Text: disclosedText(b, d), Note: yearSource(b, d)})
		}
		if known {
			table.Rows = append(table.Rows, web.Row{Cells: cells})
		} else {
			missing = append(missing, i.Name.In(b.Lang))
		}
	}
	if len(table.Rows) == 0 {
		table = nil
	}
	return table, strings.Join(missing, " · ")
}

// groups gives status, people and access, each with year and source; what is not known says so.
func (p *picture) groups(b web.Base) []factGroup {
	var groups []factGroup
	origin := func(o Origin) string {
		text := b.T("villages.indicators.year_source", "year", strconv.Itoa(o.Year), "source", o.Source)
		if p.profile.Demo {
			text += " · " + b.T("villages.demo")
		}
		return text
	}
	var facts []web.Fact
	add := func(key, text string) {
		f := web.Fact{Label: b.T(key), Value: text}
		if text == "" {
			f.Value, f.Quiet = b.T("villages.no_data"), true
		}
		facts = append(facts, f)
	}
	if s := p.profile.Status; s != nil {
		add("villages.profile.status", b.T("villages.status."+s.Level))
		groups = append(groups, factGroup{b.T("villages.profile.status_title"), facts, origin(s.Origin)})
		facts = nil
	}
	if g := p.profile.People; g != nil {
		p.people(b, g, add)
		groups = append(groups, factGroup{b.T("villages.profile.people_title"), facts, origin(g.Origin)})
		facts = nil
	}
	if a := p.profile.Access; a != nil {
		accessFacts(b, a, add)
		groups = append(groups, factGroup{b.T("villages.profile.access_title"), facts, origin(a.Origin)})
	}
	return groups
}

func (p *picture) people(b web.Base, g *People, add func(key, text string)) {
	count := func(figure string, n *int64, unit domain.UnitID) string {
		switch {
		case n == nil:
			return ""
		case p.hidden[figure] == HiddenSmall:
			return b.T("villages.small", "unit", domain.UnitSymbol(b.Lang, 2, unit))
		case p.hidden[figure] == HiddenKept:
			return b.T("villages.kept")
		}
		return domain.QuantityText(b.Local(), *n, unit)
	}
	add("villages.profile.population", count(figurePopulation, g.Population, "person"))
	if g.Women != nil {
		add("villages.profile.women", count(figureWomen, g.Women, "person"))
	}
	add("villages.profile.households", count(figureHouseholds, g.Households, "household"))
}

func accessFacts(b web.Base, a *Access, add func(key, text string)) {
	km := func(d *float64) string {
		if d == nil {
			return ""
		}
		return b.T("villages.profile.km", "n", decimals(b, *d, 1))
	}
	word := func(family, value string) string {
		if value == "" {
			return ""
		}
		return b.T(family + value)
	}
	add("villages.profile.road", word("villages.road.", a.Road))
	add("villages.profile.school", km(a.SchoolKm))
	add("villages.profile.health", km(a.HealthKm))
	add("villages.profile.signal", word("villages.signal.", a.Signal))
	power := ""
	if a.PowerHours != nil {
		power = b.T("villages.profile.hours", "n", *a.PowerHours)
	}
	add("villages.profile.power", power)
}

// potentialTable lists what a region has; nil where nothing is known.
func (p *picture) potentialTable(b web.Base) *web.Table {
	if len(p.potentials) == 0 {
		return nil
	}
	t := &web.Table{Caption: b.T("villages.potentials.caption"), Head: []string{b.T("villages.potentials.name"), b.T("villages.potentials.kind"),
		b.T("villages.potentials.quantity"), b.T("villages.indicators.source")}}
	for _, x := range p.potentials {
		t.Rows = append(t.Rows, web.Row{Cells: []web.Cell{{Text: x.Name, Note: x.Note}, {Text: b.T("villages.potential." + x.Kind)}, quantityCell(b, x), {Text: potentialSource(b, x)}}})
	}
	return t
}

func quantityCell(b web.Base, x Potential) web.Cell {
	if x.Quantity == nil {
		return web.Cell{Text: b.T("villages.no_data"), Quiet: true}
	}
	return web.Cell{Text: decimals(b, *x.Quantity, 2) + " " + x.Unit}
}

func potentialSource(b web.Base, x Potential) string {
	text := b.T("villages.indicators.year_source", "year", strconv.Itoa(x.Year), "source", x.Source)
	if x.Demo {
		text += " · " + b.T("villages.demo")
	}
	return text
}

// view gives the weight in words and parts that add up.
func (w Weight) view(b web.Base, path []Region) weightView {
	v := weightView{Value: b.Local().Decimal(w.Value, 2), NoData: w.NoData(), Demo: w.Demo, Path: b.URL("/villages/weight")}
	names := map[domain.RegionCode]string{}
	for _, r := range path {
		names[r.Code] = r.FullName()
	}
	var missing, old []string
	v.Parts = append(v.Parts, web.Part{Label: b.T("villages.weight.start"), Value: b.Local().Decimal(LeastWeight, 2), Total: true})
	for _, p := range w.Parts {
		name := weightPartName(b, p.ID)
		switch {
		case p.Points == 0:
		case p.Known:
			of := ""
			if at := path[len(path)-1]; p.From != at.Code {
				of = b.T("villages.figure_of", "place", names[p.From]) + " · "
			}
			v.Parts = append(v.Parts, web.Part{
				Label: b.T("villages.weight.part", "name", name, "value", weightPartValue(b, p), "from", of+strconv.Itoa(p.Year)+" · "+sourceText(b, p.Source), "points", p.Points),
				Value: "+" + b.Local().Decimal(p.Adds, 2), Share: p.Gap,
			})
		case p.Old:
			old = append(old, name)
		default:
			missing = append(missing, name)
		}
	}
	v.Parts = append(v.Parts, web.Part{Label: b.T("villages.weight.sum"), Value: v.Value, Total: true})
	v.Known = b.T("villages.weight.known", "known", w.Known)
	v.Missing, v.Old = strings.Join(missing, " · "), strings.Join(old, " · ")
	return v
}

func weightPartName(b web.Base, id string) string {
	if i, ok := domain.IndicatorByID(id); ok {
		return i.Name.In(b.Lang)
	}
	return b.T("villages.weight.access")
}

func weightPartValue(b web.Base, p WeightPart) string {
	if i, ok := domain.IndicatorByID(p.ID); ok {
		return valueText(b, p.Value, i.Unit)
	}
	return valueText(b, math.Round(p.Value), UnitPercent)
}

// decimals writes a number with at most so many places.
func decimals(b web.Base, v float64, most int) string {
	scale := math.Pow(10, float64(most))
	v = math.Round(v*scale) / scale
	_, places, _ := strings.Cut(strconv.FormatFloat(v, 'f', -1, 64), ".")
	return b.Local().Decimal(v, len(places))
}
