package initiatives

import (
	"context"
	"io"
	"slices"
	"strings"

	"gotong/modules/domain"
	"gotong/modules/kit/i18n"
	"gotong/modules/kit/sheet"
)

// conceptPlaces bounds the codes of regions that stand in a concept's file.
const conceptPlaces = 4000

// conceptLists are what can be chosen in a concept, by the name of the column in the sheet of lists.
type conceptLists struct{ categories, units, sources, indicators []string }

// WriteConcept writes the file in which a concept is written without a line, for a call or (empty brief) for none.
func (s *Service) WriteConcept(ctx context.Context, local *i18n.Localizer, call CallBrief, address string, w io.Writer) error {
	lang := local.Lang()
	lists := conceptListsOf(local, call)
	places, err := s.conceptPlaces(ctx, call.Areas)
	if err != nil {
		return err
	}
	name := func(key string) string { return local.T("initiatives.concept.sheet." + key) }
	heading := func(key string, width float64) sheet.Heading {
		return sheet.Heading{Text: local.T("initiatives.concept.column." + key), Width: width}
	}
	pages := []sheet.Page{guidePage(local, call, address), textsPage(local, call)}
	for _, list := range listNames {
		p := sheet.Page{Name: name(list)}
		for n, part := range conceptColumns(list) {
			h := heading(list+"."+part, 24)
			h.Code, h.Date = part == "areas", slices.Contains([]string{"from", "until", "due"}, part)
			p.Head = append(p.Head, h)
			from := map[string]int{"category": 0, "unit": 1, "source": 2, "indicator": 3}
			at, chosen := from[part]
			if !chosen {
				continue
			}
			count := len([][]string{lists.categories, lists.units, lists.sources, lists.indicators}[at])
			p.Ask = append(p.Ask, sheet.Choices{Column: n, First: 2, Last: MaxRows + 1, Page: name("lists"), From: at, Count: count})
		}
		pages = append(pages, p)
	}
	pages = append(pages, sheet.Page{
		Name: name("lists"), Head: []sheet.Heading{heading("offers.category", 34), heading("offers.unit", 18), heading("budget.source", 24), heading("results.indicator", 44), heading("pairs", 60)},
		Rows: columnsOf(lists.categories, lists.units, lists.sources, lists.indicators, pairsOf(call, lang)),
	}, sheet.Page{
		Name: name("areas"), Head: []sheet.Heading{{Text: local.T("initiatives.concept.column.code"), Code: true, Width: 18}, heading("place", 60)}, Rows: places,
	})
	return sheet.WritePages(w, pages)
}

// guidePage says how the file is filled in and where it goes.
func guidePage(local *i18n.Localizer, call CallBrief, address string) sheet.Page {
	p := sheet.Page{Name: local.T("initiatives.concept.sheet.guide")}
	say := func(key string, args ...any) {
		p.Rows = append(p.Rows, []sheet.Cell{sheet.OfText(local.T("initiatives.concept.guide."+key, args...))})
	}
	say("title")
	if call.ID != "" {
		say("call", "call", call.Title, "deadline", i18n.Moment{At: call.Deadline, Zone: call.Zone})
	}
	for _, key := range []string{"fill", "lists", "rows", "areas", "people", "parts"} {
		say(key, "max", MaxRows)
	}
	say("upload", "address", address)
	return p
}

// textsPage has a row for each text.
func textsPage(local *i18n.Localizer, call CallBrief) sheet.Page {
	column := func(name string) string { return local.T("initiatives.concept.column." + name) }
	p := sheet.Page{
		Name: local.T("initiatives.concept.sheet.proposal"),
		Head: []sheet.Heading{{Text: column("field"), Width: 34}, {Text: column("value"), Width: 70}, {Text: column("hint"), Width: 60}},
	}
	for _, field := range conceptTexts {
		value := sheet.Cell{}
		if field == conceptCall {
			value = sheet.OfText(string(call.ID))
		}
		if field == "areas" {
			value = sheet.OfText(domain.CodesText(call.Areas))
		}
		p.Rows = append(p.Rows, []sheet.Cell{sheet.OfText(column(field)), value, sheet.OfText(local.T("initiatives.concept.hint." + field))})
	}
	return p
}

// allowed are the categories that a concept may offer: those of the call, else all that can be chosen.
func (c CallBrief) allowed(lang string) (ids []domain.CategoryID) {
	if len(c.Categories) > 0 {
		return c.Categories
	}
	for _, o := range domain.CategoryChoices(lang) {
		ids = append(ids, domain.CategoryID(o.Value))
	}
	return ids
}

func conceptListsOf(local *i18n.Localizer, call CallBrief) (l conceptLists) {
	lang := local.Lang()
	for _, id := range call.allowed(lang) {
		l.categories = append(l.categories, domain.Taxonomy().CategoryName(id, lang))
		category, _ := domain.Taxonomy().Category(id)
		for _, unit := range category.Units {
			if u, ok := domain.Taxonomy().Unit(unit); ok && !slices.Contains(l.units, u.Name.In(lang)) {
				l.units = append(l.units, u.Name.In(lang))
			}
		}
	}
	for _, s := range Sources {
		l.sources = append(l.sources, local.T("initiatives.source."+string(s)))
	}
	for _, i := range domain.Indicators() {
		l.indicators = append(l.indicators, i.Name.In(lang))
	}
	return l
}

// pairsOf says which units a category takes, one line for each.
func pairsOf(call CallBrief, lang string) (lines []string) {
	for _, id := range call.allowed(lang) {
		category, _ := domain.Taxonomy().Category(id)
		var units []string
		for _, unit := range category.Units {
			if u, ok := domain.Taxonomy().Unit(unit); ok {
				units = append(units, u.Name.In(lang))
			}
		}
		lines = append(lines, domain.Taxonomy().CategoryName(id, lang)+": "+strings.Join(units, ", "))
	}
	return lines
}

// columnsOf puts lists beside each other.
func columnsOf(lists ...[]string) (rows [][]sheet.Cell) {
	for n, list := range lists {
		for i, text := range list {
			if i == len(rows) {
				rows = append(rows, make([]sheet.Cell, len(lists)))
			}
			rows[i][n] = sheet.OfText(text)
		}
	}
	return rows
}

// conceptPlaces are the codes with their names, of the areas of a call down to its villages; without a call of what the
// portal serves, down to districts. A bound keeps the file small: what lies deeper is looked up in the portal.
func (s *Service) conceptPlaces(ctx context.Context, areas []domain.RegionCode) (rows [][]sheet.Cell, err error) {
	deepest := domain.LevelVillage
	var now []domain.Place
	if len(areas) == 0 {
		deepest = domain.LevelDistrict
		if now, err = s.places.Children(ctx, ""); err != nil {
			return nil, err
		}
	}
	for _, code := range areas {
		place, err := s.places.Place(ctx, code)
		if err != nil {
			return nil, err
		}
		now = append(now, place)
	}
	var codes []domain.Place
	for level := 0; len(now) > 0 && level < 4; level++ {
		codes = append(codes, now...)
		var next []domain.Place
		for _, p := range now {
			if p.Code.Level() >= deepest {
				continue
			}
			children, err := s.places.Children(ctx, p.Code)
			if err != nil {
				return nil, err
			}
			if next = append(next, children...); len(codes)+len(next) > conceptPlaces {
				break
			}
		}
		if len(codes)+len(next) > conceptPlaces {
			break
		}
		now = next
	}
	slices.SortFunc(codes, func(a, b domain.Place) int { return strings.Compare(string(a.Code), string(b.Code)) })
	for _, p := range codes {
		rows = append(rows, []sheet.Cell{sheet.OfText(string(p.Code)), sheet.OfText(domain.PlaceText(p))})
	}
	return rows, nil
}
