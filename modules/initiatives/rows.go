package initiatives

import (
	"strconv"
	"strings"

	"gotong/modules/domain"
	"gotong/modules/kit/i18n"
	"gotong/modules/kit/sheet"
)

// Lists of a proposal in a spreadsheet: in its table each is one cell with a line for each thing, in the concept's file
// each is a sheet of its own. rowParts are their parts, in order.
var rowParts = map[string][]string{
	"offers":     {"category", "quantity", "unit", "min_lot", "areas", "from", "until", "conditions", "offer"},
	"budget":     {"item", "source", "amount"},
	"milestones": {"title", "due"},
	"results":    {"indicator", "baseline", "target"},
	"partners":   {"name", "role", "organization"},
}

// listNames are the lists of a proposal, in the order of its pages.
var listNames = []string{"offers", "budget", "milestones", "results", "partners"}

// formParts are the names of the same lists in forms.
var formParts = map[string]string{"offer": "offers", "budget": "budget", "milestone": "milestones", "result": "results", "partner": "partners"}

// placeOf tells in which column of a table a field of the form stands, and in which line of its cell.
func placeOf(field string) (column string, line int) {
	part, rest, _ := strings.Cut(field, "_")
	number, _, _ := strings.Cut(rest, "_")
	if n, err := strconv.Atoi(number); err == nil && formParts[part] != "" {
		return formParts[part], n
	}
	if field == "area_codes" {
		return "areas", 0
	}
	return field, 0
}

// words are the two languages in which cells name things.
type words map[string]*i18n.Localizer

func (w words) choices(prefix string, values []Source) (list []sheet.Choice) {
	for _, v := range values {
		list = append(list, sheet.Choice{Value: string(v), Words: []string{w["id"].T(prefix + string(v)), w["en"].T(prefix + string(v))}})
	}
	return list
}

// readLine reads one thing of a list into the content.
func (w words) readLine(list string, r *sheet.Row, c *Content) {
	switch list {
	case "offers":
		c.Offers = append(c.Offers, readOffer(r))
	case "budget":
		l := BudgetLine{Item: r.Text("item")}
		if s, ok := r.Choice("source", w.choices("initiatives.source.", Sources)); ok {
			l.Source = Source(s)
		}
		l.Amount, _ = r.Rupiah("amount")
		c.Budget = append(c.Budget, l)
	case "milestones":
		c.Milestones = append(c.Milestones, Milestone{Title: r.Text("title"), Due: domain.Date(r.Day("due"))})
	case "results":
		x := Result{Baseline: r.Text("baseline"), Target: r.Text("target")}
		x.Indicator, _ = r.Choice("indicator", domain.IndicatorCells())
		c.Results = append(c.Results, x)
	case "partners":
		c.Partners = append(c.Partners, Partner{Name: r.Text("name"), Role: r.Text("role"), Organization: domain.OrganizationID(r.Text("organization")), Status: PartnerProposed})
	}
}

func readOffer(r *sheet.Row) Offer {
	o := Offer{ID: domain.OfferID(r.Text("offer")), From: domain.Date(r.Day("from")), Until: domain.Date(r.Day("until")), Conditions: r.Text("conditions"), Areas: readAreas(r, "areas")}
	o.Quantity, _ = r.Whole("quantity")
	o.MinLot, _ = r.Whole("min_lot")
	if id, ok := r.Choice("category", domain.CategoryCells()); ok {
		o.Category = domain.CategoryID(id)
		category, _ := domain.Taxonomy().Category(o.Category)
		if unit, ok := r.Choice("unit", domain.UnitCells(category)); ok {
			o.Unit = domain.UnitID(unit)
		}
	}
	return o
}

func readAreas(r *sheet.Row, name string) []domain.RegionCode {
	codes, ok := domain.ReadCodes(r.Text(name))
	if !ok {
		r.Fail(name, "initiatives.error.codes")
	}
	return append([]domain.RegionCode{}, codes...)
}

// lines writes a list of the content, each thing as its parts.
func (w words) lines(list, lang string, c Content) (out [][]string) {
	add := func(parts ...string) { out = append(out, parts) }
	number := func(n int64) string {
		if n == 0 {
			return ""
		}
		return strconv.FormatInt(n, 10)
	}
	switch list {
	case "offers":
		for _, o := range c.Offers {
			unit, _ := domain.Taxonomy().Unit(o.Unit)
			add(domain.Taxonomy().CategoryName(o.Category, lang), number(o.Quantity), unit.Name.In(lang), number(o.MinLot), domain.CodesText(o.Areas),
				string(o.From), string(o.Until), o.Conditions, string(o.ID))
		}
	case "budget":
		for _, l := range c.Budget {
			add(l.Item, w[lang].T("initiatives.source."+string(l.Source)), number(l.Amount))
		}
	case "milestones":
		for _, m := range c.Milestones {
			add(m.Title, string(m.Due))
		}
	case "results":
		for _, x := range c.Results {
			i, _ := domain.IndicatorByID(x.Indicator)
			add(i.Name.In(lang), x.Baseline, x.Target)
		}
	case "partners":
		for _, p := range c.Partners {
			add(p.Name, p.Role, string(p.Organization))
		}
	}
	return out
}

// plainContent is the content with its lists in one form, so that what is stored and what is read compare.
func plainContent(c Content) Content {
	c.Areas = sortedAreas(c.Areas)
	c.Offers = append([]Offer{}, c.Offers...)
	for n := range c.Offers {
		c.Offers[n].Areas = append([]domain.RegionCode{}, c.Offers[n].Areas...)
	}
	c.Budget = append([]BudgetLine{}, c.Budget...)
	c.Milestones = append([]Milestone{}, c.Milestones...)
	c.Results = append([]Result{}, c.Results...)
	c.Partners = plainPartners(c.Partners)
	return c
}
