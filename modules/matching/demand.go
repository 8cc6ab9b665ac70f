package matching

import (
	"cmp"
	"iter"
	"slices"

	"gotong/modules/domain"
)

// needCell holds the needs of a category in a regency.
type needCell struct {
	category domain.CategoryID
	regency  domain.RegionCode
	seat     int8
	lines    []needLine
	needs    []Need // beside the lines

	// Of those that are not wholly covered:
	urgent []int32 // where they are, the most urgent first: a ranking stops where the rest cannot be among the best
	lots   []int64 // ascending, so that they can be counted without being visited
	utmost float64 // the urgency of the first
	wanted int32   // the first day, 0 where none names one
	unit   uint16  // of all, or several
}

// list counts a need in, unless it is wholly covered.
func (c *needCell) list(at int32) {
	n := &c.lines[at]
	if n.uncovered <= 0 {
		return
	}
	k, _ := slices.BinarySearchFunc(c.urgent, n.urgency, func(at int32, urgency float64) int { return cmp.Compare(urgency, c.lines[at].urgency) })
	c.urgent = insert(c.urgent, k, at)
	k, _ = slices.BinarySearch(c.lots, n.lot)
	c.lots = insert(c.lots, k, n.lot)
	c.note(n)
}

// note takes a need into what is known of all.
func (c *needCell) note(n *needLine) {
	c.utmost = max(c.utmost, n.urgency)
	if n.wanted != 0 && (c.wanted == 0 || n.wanted < c.wanted) {
		c.wanted = n.wanted
	}
	switch c.unit {
	case n.unit, several:
	case 0:
		c.unit = n.unit
	default:
		c.unit = several
	}
}

// unlist takes a need out.
func (c *needCell) unlist(at int32) {
	n := &c.lines[at]
	if n.uncovered <= 0 {
		return
	}
	k := slices.Index(c.urgent, at)
	c.urgent = slices.Delete(c.urgent, k, k+1)
	k, _ = slices.BinarySearch(c.lots, n.lot)
	c.lots = slices.Delete(c.lots, k, k+1)
	c.utmost, c.wanted, c.unit = 0, 0, 0
	for _, at := range c.urgent {
		c.note(&c.lines[at])
	}
}

// count tells of how many needs an offer meets the conditions but category and area, where that can be said without visiting them:
// they have one unit and time enough. Where the first day leaves the days that must be shared, later ones share no fewer.
func (c *needCell) count(o *offerLine, today int32) (fit int, ok bool) {
	if !o.verified || c.unit != several && c.unit != o.unit || o.free <= 0 {
		return 0, true
	}
	end := today + min(openDays, graceDays) - 1
	if c.wanted != 0 {
		end = min(end, c.wanted)
	}
	if c.unit == several || end < today+MinDays-1 || shared(o, today, end) < MinDays {
		return 0, false
	}
	fit, _ = slices.BinarySearch(c.lots, o.free+1)
	return fit, true
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
		c = &needCell{category: at.category, regency: at.region, seat: n.seat}
		d.cells[at] = c
		for _, r := range []domain.RegionCode{at.region.At(domain.LevelProvince), ""} {
			group := cell{n.Category, r}
			d.groups[group] = push(d.groups[group], c)
		}
	}
	d.places[n.ID] = place{c, int32(len(c.needs))}
	c.needs, c.lines = push(c.needs, n), push(c.lines, lineOf(&n, unit))
	c.list(int32(len(c.lines) - 1))
}

// remove forgets a need; the last one of its cell takes its place.
func (d *demand) remove(id domain.NeedID) {
	p, ok := d.places[id]
	if !ok {
		return
	}
	c, last := p.cell, int32(len(p.cell.needs)-1)
	c.unlist(p.at)
	if p.at != last {
		if k := slices.Index(c.urgent, last); k >= 0 {
			c.urgent[k] = p.at
		}
		c.needs[p.at], c.lines[p.at] = c.needs[last], c.lines[last]
		d.places[c.needs[p.at].ID] = p
	}
	c.needs[last] = Need{}
	c.needs, c.lines = c.needs[:last], c.lines[:last]
	delete(d.places, id)
}

func (d *demand) setUncovered(id domain.NeedID, uncovered int64) {
	n, line, ok := d.find(id)
	if !ok {
		return
	}
	p := d.places[id]
	p.cell.unlist(p.at)
	n.Uncovered = uncovered
	*line = lineOf(n, line.unit)
	p.cell.list(p.at)
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
