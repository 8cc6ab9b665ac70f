package matching

import (
	"slices"

	"gotong/modules/domain"
)

// posting is an offer in a cell's list.
type posting struct {
	slot  int32
	area  uint8 // the greatest share of the area part by a regency, district or village that the offer names in the cell, in tenths
	whole bool  // the offer's areas contain the whole cell
}

func (p posting) share() float64 { return float64(p.area) / 10 }

// supply keeps the offers: what rankings read of them by slot, and where to find the slots.
type supply struct {
	lines []offerLine
	rows  []offerRow
	free  []int32 // slots to use again
	// covering lists an offer once for each need that lies in its areas: under the regencies, the provinces or the country
	// that its areas name or in which they name places. around lists it under the provinces in which it has an area, unless that is the country.
	covering, around map[cell][]posting
}

func newSupply() supply {
	return supply{covering: map[cell][]posting{}, around: map[cell][]posting{}}
}

func (s *supply) add(row offerRow, unit uint16) int32 {
	o := row.offer
	line := offerLine{free: o.Free, track: row.initiative.track(), from: o.from, until: o.until, seats: o.seats(), unit: unit, verified: row.initiative.Verified}
	var slot int32
	if n := len(s.free); n > 0 {
		slot = s.free[n-1]
		s.free = s.free[:n-1]
		s.lines[slot], s.rows[slot] = line, row
	} else {
		slot = int32(len(s.lines))
		s.lines, s.rows = append(s.lines, line), append(s.rows, row)
	}
	put := func(lists map[cell][]posting, region domain.RegionCode) {
		at := cell{o.Category, region}
		whole, area := o.within(region)
		lists[at] = push(lists[at], posting{slot, area, whole})
	}
	cells := cellsOf(o.Areas)
	for _, r := range cells {
		put(s.covering, r)
	}
	for _, p := range provincesOf(cells) {
		if p != "" {
			put(s.around, p)
		}
	}
	return slot
}

// seats are those of the offer's areas, one bit each.
func (o *Offer) seats() (set uint16) {
	for k := range o.spots {
		if at := o.spots[k].seat; at >= 0 {
			set |= 1 << at
		}
	}
	return set
}

// within tells whether the areas contain all of a region, and the greatest share of the area part by what they name in it,
// in tenths.
func (o *Offer) within(region domain.RegionCode) (whole bool, area uint8) {
	for k := range o.spots {
		s := &o.spots[k]
		whole = whole || s.contains(region)
		switch {
		case s.level < domain.LevelRegency || !region.Contains(s.code):
		case s.level == domain.LevelRegency:
			area = max(area, 8)
		default:
			area = 10
		}
	}
	return whole, area
}

func (s *supply) remove(slot int32) {
	o := s.rows[slot].offer
	drop := func(lists map[cell][]posting, region domain.RegionCode) {
		at := cell{o.Category, region}
		list := lists[at]
		k := slices.IndexFunc(list, func(p posting) bool { return p.slot == slot })
		if k < 0 {
			return
		}
		list[k] = list[len(list)-1]
		if lists[at] = list[:len(list)-1]; len(lists[at]) == 0 {
			delete(lists, at)
		}
	}
	cells := cellsOf(o.Areas)
	for _, r := range cells {
		drop(s.covering, r)
	}
	for _, p := range provincesOf(cells) {
		drop(s.around, p)
	}
	s.lines[slot], s.rows[slot] = offerLine{}, offerRow{}
	s.free = append(s.free, slot)
}
