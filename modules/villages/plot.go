package villages

import (
	"math"
	"slices"
	"strconv"

	"gotong/modules/domain"
	"gotong/modules/kit/web"
)

// plot is a small drawing of one indicator over the years, for the region and those above it, with the same numbers in
// a table.
type plot struct {
	Title   string
	Unit    string
	Summary string // in words, for those who do not see it
	Lines   []plotLine
	YTicks  []plotTick
	XTicks  []plotTick
	Table   web.Table

	TableLabel string // of what opens the table
}

type plotLine struct {
	Name     string
	Class    string   // l0 for the region itself, l1 … for those above
	Segments []string // of the line: it is broken where a value is not shown
	Dots     []plotDot
}

type plotDot struct {
	X, Y  int
	Label string
}

type plotTick struct {
	X, Y int
	Text string
}

// Size of a plot in the drawing's units.
const (
	plotWidth  = 320
	plotHeight = 150
	plotLeft   = 40
	plotRight  = 12
	plotTop    = 10
	plotBottom = 22
)

// Width and Height of the drawing, and where its axes stand.
func (plot) Width() int  { return plotWidth }
func (plot) Height() int { return plotHeight }
func (plot) Left() int   { return plotLeft }
func (plot) Right() int  { return plotWidth - plotRight }
func (plot) Floor() int  { return plotHeight - plotBottom }

// plots draws every indicator of which the region itself has values of two years or more.
func (p *picture) plots(b web.Base) []plot {
	region := p.path[len(p.path)-1]
	var out []plot
	for _, i := range domain.Indicators() {
		if own := oneAYear(p.of(region.Code, i.ID)); len(own) >= 2 {
			out = append(out, p.plot(b, i))
		}
	}
	return out
}

// oneAYear keeps the first value of each year, oldest year first.
func oneAYear(list []Disclosed) []Disclosed {
	var out []Disclosed
	for _, d := range list {
		if len(out) == 0 || out[len(out)-1].Year != d.Year {
			out = append(out, d)
		}
	}
	slices.Reverse(out)
	return out
}

func (p *picture) plot(b web.Base, i domain.Indicator) plot {
	type series struct {
		name   string
		values []Disclosed
	}
	var all []series
	first, last := math.MaxInt, 0
	most := 0.0
	for at := len(p.path) - 1; at >= 0; at-- {
		r := p.path[at]
		values := oneAYear(p.of(r.Code, i.ID))
		if len(values) == 0 || at < len(p.path)-1 && countUnit(i.Unit) {
			continue
		}
		all = append(all, series{r.FullName(), values})
		first, last = min(first, values[0].Year), max(last, values[len(values)-1].Year)
		for _, v := range values {
			most = max(most, v.Value)
		}
	}
	top := niceTop(most)
	if i.Unit == UnitPercent && most > 50 {
		top = 100
	}
	x := func(year int) int {
		if first == last {
			return plotLeft
		}
		return plotLeft + (year-first)*(plotWidth-plotLeft-plotRight)/(last-first)
	}
	y := func(v float64) int {
		return plotTop + int(math.Round((1-v/top)*float64(plotHeight-plotTop-plotBottom)))
	}
	out := plot{Title: i.Name.In(b.Lang), Unit: unitText(b, i.Unit)}
	out.TableLabel = b.T("villages.plot.table")
	out.Table = web.Table{Caption: b.T("villages.plot.caption", "name", out.Title), Head: []string{b.T("villages.plot.year")}}
	rows := map[int][]web.Cell{}
	for k, s := range all {
		line := plotLine{Name: s.name, Class: "l" + strconv.Itoa(k)}
		points := ""
		flush := func() {
			if points != "" {
				line.Segments = append(line.Segments, points)
			}
			points = ""
		}
		for _, v := range s.values {
			if rows[v.Year] == nil {
				rows[v.Year] = make([]web.Cell, len(all))
			}
			rows[v.Year][k] = web.Cell{Text: disclosedText(b, v), Note: sourceText(b, v.Source)}
			if v.Hidden != "" {
				flush()
				continue
			}
			dot := plotDot{x(v.Year), y(v.Value), s.name + ", " + strconv.Itoa(v.Year) + ": " + disclosedText(b, v)}
			line.Dots = append(line.Dots, dot)
			points += strconv.Itoa(dot.X) + "," + strconv.Itoa(dot.Y) + " "
		}
		flush()
		out.Lines = append(out.Lines, line)
		out.Table.Head = append(out.Table.Head, s.name)
	}
	for year := first; year <= last; year++ {
		if cells, ok := rows[year]; ok {
			for k := range cells {
				if cells[k].Text == "" {
					cells[k] = web.Cell{Text: b.T("villages.no_data"), Quiet: true}
				}
			}
			out.Table.Rows = append(out.Table.Rows, web.Row{Cells: append([]web.Cell{{Text: strconv.Itoa(year)}}, cells...)})
		}
	}
	own := all[0].values
	out.Summary = b.T("villages.plot.summary", "name", out.Title, "place", all[0].name, "from", strconv.Itoa(own[0].Year), "first", disclosedText(b, own[0]),
		"to", strconv.Itoa(own[len(own)-1].Year), "last", disclosedText(b, own[len(own)-1]))
	for _, v := range []float64{0, top / 2, top} {
		out.YTicks = append(out.YTicks, plotTick{plotLeft - 5, y(v), shortNumber(b, v)})
	}
	out.XTicks = []plotTick{{x(first), plotHeight - 6, strconv.Itoa(first)}}
	if last > first {
		out.XTicks = append(out.XTicks, plotTick{x(last), plotHeight - 6, strconv.Itoa(last)})
	}
	return out
}

// niceTop gives the end of an axis that holds v: 1, 2 or 5 and zeros.
func niceTop(v float64) float64 {
	if v <= 0 {
		return 1
	}
	unit := math.Pow(10, math.Floor(math.Log10(v)))
	for _, k := range []float64{1, 2, 5, 10} {
		if v <= k*unit {
			return k * unit
		}
	}
	return v
}

// shortNumber writes a tick: 2,5 or 1,2 million as the language does.
func shortNumber(b web.Base, v float64) string {
	switch {
	case v >= 1_000_000:
		return b.T("villages.plot.million", "n", b.Local().Decimal(v/1_000_000, 1))
	case v != math.Trunc(v):
		return b.Local().Decimal(v, 1)
	}
	return b.Number(int64(v))
}
