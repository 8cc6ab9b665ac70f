package web

import (
	"html/template"
	"strconv"
	"strings"
)

// Tag is a state: the word first, the colour second. Kind is good, wait, stop or plain.
type Tag struct{ Kind, Text string }

// Fact is one line of a list of facts. Quiet writes the value in quiet type ("belum ada data"); Path makes it a link.
type Fact struct {
	Label, Value string
	Quiet        bool
	Path         string // with language prefix
}

// Step is one entry of a status timeline. State is done, now or next.
type Step struct {
	State string
	Label string
	When  string // a date, or "paling lambat 1 April 2027"
	Who   string
	Note  string
	Links []Fact // what the step rests on: each value leads to its path
}

// Empty says why there is nothing and what to do next.
type Empty struct {
	Text        string
	ActionLabel string
	ActionPath  string // with language prefix
}

// Pager leads through a list; an empty path shows no link.
type Pager struct{ FirstPath, NextPath, FirstLabel, NextLabel string }

// NewPager makes the pager of a list that was read at cursor and goes on at next ("" at its end).
func NewPager(b Base, path string, query map[string]string, cursor, next string) Pager {
	p := Pager{FirstLabel: b.T("web.pager.first"), NextLabel: b.T("web.pager.next")}
	if cursor != "" {
		p.FirstPath = ListURL(b, path, query, "")
	}
	if next != "" {
		p.NextPath = ListURL(b, path, query, next)
	}
	return p
}

// Section is a part of a page that another module made. Error says that it could not be made; the page stands.
type Section struct {
	ID    string
	Title string
	HTML  template.HTML
	Error string
}

// Part is one reason of a score: its words, its value as written, its share of what it could give (0 to 1).
type Part struct {
	Label, Value string
	Share        float64
	Total        bool // the sum; has no bar
}

// Width is the length of the part's bar.
func (p Part) Width() string { return length(max(0, min(1, p.Share)) * 100) }

// Table is a table that becomes cards on a phone. The first cell of a row names it.
type Table struct {
	Caption string
	Head    []string
	Numbers []bool // which columns hold numbers (right-aligned); may be shorter than Head
	Rows    []Row
}

// Row is one row of a table.
type Row struct{ Cells []Cell }

// Cell is one cell. Path makes the text a link, Tag shows a state instead of the text.
type Cell struct {
	Text  string
	Path  string // with language prefix
	Note  string // second line, small
	Quiet bool
	Tag   *Tag
}

// Label gives the heading of a column, for the cards.
func (t Table) Label(column int) string {
	if column < len(t.Head) {
		return t.Head[column]
	}
	return ""
}

// Number tells whether a column holds numbers.
func (t Table) Number(column int) bool { return column < len(t.Numbers) && t.Numbers[column] }

// Card is one thing in a list of things.
type Card struct {
	Tag      *Tag
	Title    string
	Path     string // with language prefix
	Meta     string // place, kind: "Desa Temajuk, Kec. Paloh · air bersih"
	Lines    []string
	Coverage *Coverage
	Demo     bool // marks the card as demonstration data
	DemoText string
}

// Figure is a number that never stands without its source. None writes Value in quiet type ("belum ada data").
type Figure struct {
	Label, Value string
	None         bool
	Target       string // "sasaran 0 %"
	Source       string // year and source
	Path         string
}

// Coverage shows what of a quantity is covered: a bar of three layers told apart by pattern, and the numbers.
type Coverage struct {
	Label                                   string // the whole in one sentence, for those who do not see the bar
	Needed, Committed, Delivered, Confirmed int64
	Items                                   []CoverageItem
}

// CoverageItem is one number of the legend. Layer is done, given, promised, open or "" (no swatch).
type CoverageItem struct{ Layer, Value, Label string }

// NewCoverage makes the coverage of a needed quantity. Each layer contains the next: what is confirmed by the village
// was delivered, what was delivered was committed. Text writes a quantity with its unit.
func NewCoverage(b Base, needed, committed, delivered, confirmed int64, text func(int64) string) Coverage {
	short := b.Number
	if whole := text(needed); strings.HasPrefix(whole, "Rp") || strings.HasPrefix(whole, "IDR") {
		short = text // money never stands without its currency
	}
	c := Coverage{
		Needed: needed, Committed: committed, Delivered: delivered, Confirmed: confirmed,
		Label: b.T("web.coverage.label", "needed", text(needed), "committed", b.Number(committed), "delivered", b.Number(delivered), "confirmed", b.Number(confirmed)),
		Items: []CoverageItem{{Value: text(needed), Label: b.T("web.coverage.needed")}},
	}
	for _, layer := range []struct {
		name, key string
		n         int64
	}{
		{"done", "web.coverage.confirmed", confirmed}, {"given", "web.coverage.delivered", delivered},
		{"promised", "web.coverage.committed", committed}, {"open", "web.coverage.open", needed - committed},
	} {
		if layer.n > 0 { // a layer that is not in the bar needs no legend
			c.Items = append(c.Items, CoverageItem{Layer: layer.name, Value: short(layer.n), Label: b.T(layer.key)})
		}
	}
	return c
}

// percent gives n of the needed quantity as a length in percent, between 0 and 100.
func (c Coverage) percent(n int64) float64 {
	if c.Needed <= 0 || n <= 0 {
		return 0
	}
	return min(100, float64(n)/float64(c.Needed)*100)
}

func length(f float64) string { return strconv.FormatFloat(f, 'f', -1, 32) + "%" }

// DoneWidth is the width of what the village confirmed.
func (c Coverage) DoneWidth() string { return length(c.percent(c.Confirmed)) }

// GivenX is where what is delivered but not confirmed begins.
func (c Coverage) GivenX() string { return c.DoneWidth() }

// GivenWidth is the width of what is delivered but not confirmed.
func (c Coverage) GivenWidth() string {
	return length(max(0, c.percent(c.Delivered)-c.percent(c.Confirmed)))
}

// PromisedX is where what is committed but not delivered begins.
func (c Coverage) PromisedX() string {
	return length(max(c.percent(c.Delivered), c.percent(c.Confirmed)))
}

// PromisedWidth is the width of what is committed but not delivered.
func (c Coverage) PromisedWidth() string {
	return length(max(0, c.percent(c.Committed)-max(c.percent(c.Delivered), c.percent(c.Confirmed))))
}
