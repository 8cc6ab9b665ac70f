package matching

import (
	"iter"

	"gotong/modules/domain"
)

// needCell holds the needs of a category in a regency, with what bounds them all: a ranking passes over a cell of
// which it knows that all fit and none is among the best.
type needCell struct {
	regency domain.RegionCode
	seat    int8
	lines   []needLine
	needs   []Need // beside the lines

	open    int     // not wholly covered; the rest is about these
	urgency float64 // the greatest share
	lot     int64   // the greatest
	wanted  int32   // the first day, 0 where none names one
	unit    uint16  // of all, 0 where they differ
}

// note counts a line in.
func (c *needCell) note(n *needLine) {
	if n.uncovered <= 0 {
		return
	}
	if c.open == 0 {
		c.unit = n.unit
	} else if c.unit != n.unit {
		c.unit = 0
	}
	c.open++
	c.urgency, c.lot = max(c.urgency, n.urgency), max(c.lot, n.lot)
	if n.wanted != 0 && (c.wanted == 0 || n.wanted < c.wanted) {
		c.wanted = n.wanted
	}
}

// recount notes all lines anew.
func (c *needCell) recount() {
	c.open, c.urgency, c.lot, c.wanted, c.unit = 0, 0, 0, 0, 0
	for k := range c.lines {
		c.note(&c.lines[k])
	}
}

// allFit tells whether an offer surely meets the conditions of all open needs but category and area. Where the first day leaves
// at least the days that must be shared, later ones share no fewer.
func (c *needCell) allFit(o *offerLine, today int32) bool {
	if !o.verified || o.unit != c.unit || o.free <= 0 || o.free < c.lot {
		return false
	}
	end := today + min(openDays, graceDays) - 1
	if c.wanted != 0 {
		end = min(end, c.wanted)
	}
	return end >= today+MinDays-1 && shared(o, today, end) >= MinDays
}

// demand keeps the open needs by cell.
type demand struct {
	places map[domain.NeedID]place
	cells  map[cell]*needCell
	groups map[cell][]*needCell // the cells of a category in a province or the country
}

// place is where a need is.
type place struct {
	cell *needCell
	at   int32
}

func newDemand() demand {
	return demand{places: map[domain.NeedID]place{}, cells: map[cell]*needCell{}, groups: map[cell][]*needCell{}}
}

func (d *demand) add(n Need, unit uint16) {
	at := cell{n.Category, n.Village.At(domain.LevelRegency)}
	c := d.cells[at]
	if c == nil {
		c = &needCell{regency: at.region, seat: n.seat}
		d.cells[at] = c
		for _, r := range []domain.RegionCode{at.region.At(domain.LevelProvince), ""} {
			group := cell{n.Category, r}
			d.groups[group] = push(d.groups[group], c)
		}
	}
	d.places[n.ID] = place{c, int32(len(c.needs))}
	c.needs, c.lines = push(c.needs, n), push(c.lines, lineOf(&n, unit))
	c.note(&c.lines[len(c.lines)-1])
}

// remove forgets a need; the last one of its cell takes its place.
func (d *demand) remove(id domain.NeedID) {
	p, ok := d.places[id]
	if !ok {
		return
	}
	c, last := p.cell, len(p.cell.needs)-1
	if int(p.at) != last {
		c.needs[p.at], c.lines[p.at] = c.needs[last], c.lines[last]
		d.places[c.needs[p.at].ID] = p
	}
	c.needs[last] = Need{}
	c.needs, c.lines = c.needs[:last], c.lines[:last]
	delete(d.places, id)
	c.recount()
}

func (d *demand) setUncovered(id domain.NeedID, uncovered int64) {
	n, line, ok := d.find(id)
	if !ok {
		return
	}
	n.Uncovered = uncovered
	*line = lineOf(n, line.unit)
	d.places[id].cell.recount()
}

// find gives a need and its line, good until the next change.
func (d *demand) find(id domain.NeedID) (*Need, *needLine, bool) {
	p, ok := d.places[id]
	if !ok {
		return nil, nil, false
	}
	return &p.cell.needs[p.at], &p.cell.lines[p.at], true
}

// all goes through the needs in no order.
func (d *demand) all() iter.Seq[*Need] {
	return func(yield func(*Need) bool) {
		for _, c := range d.cells {
			for k := range c.needs {
				if !yield(&c.needs[k]) {
					return
				}
			}
		}
	}
}

// in lists the cells of a category in a region of any level.
func (d *demand) in(category domain.CategoryID, region domain.RegionCode) []*needCell {
	at := cell{category, region}
	if region.Level() < domain.LevelRegency {
		return d.groups[at]
	}
	if c := d.cells[at]; c != nil {
		return []*needCell{c}
	}
	return nil
}
