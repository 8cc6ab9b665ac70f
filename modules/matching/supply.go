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
	// that its areas name or in which they name places.
	covering  map[cell][]posting
	regencies map[domain.RegionCode][]domain.RegionCode // of a province, those that have a list
}

func newSupply() supply {
	return supply{covering: map[cell][]posting{}, regencies: map[domain.RegionCode][]domain.RegionCode{}}
}

func (s *supply) add(row offerRow, unit uint16) int32 {
	o := row.offer
	line := offerLine{order: orderOf(string(row.initiative.ID)), free: o.Free, track: row.initiative.track(), from: o.from, until: o.until, seats: o.seats(), unit: unit, verified: row.initiative.Verified,
		first: !slices.ContainsFunc(row.before(), func(b Offer) bool { return b.Category == o.Category })}
	var slot int32
	if n := len(s.free); n > 0 {
		slot = s.free[n-1]
		s.free = s.free[:n-1]
		s.lines[slot], s.rows[slot] = line, row
	} else {
		slot = int32(len(s.lines))
		s.lines, s.rows = append(s.lines, line), append(s.rows, row)
	}
	for _, r := range cellsOf(o.Areas) {
		at := cell{o.Category, r}
		whole, area := o.within(r)
		s.covering[at] = push(s.covering[at], posting{slot, area, whole})
		if p := r.At(domain.LevelProvince); r.Level() == domain.LevelRegency && !slices.Contains(s.regencies[p], r) {
			s.regencies[p] = append(s.regencies[p], r)
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
	for _, r := range cellsOf(o.Areas) {
		at := cell{o.Category, r}
		list := s.covering[at]
		k := slices.IndexFunc(list, func(p posting) bool { return p.slot == slot })
		list[k] = list[len(list)-1]
		if s.covering[at] = list[:len(list)-1]; len(list) == 1 {
			delete(s.covering, at)
		}
	}
	s.lines[slot], s.rows[slot] = offerLine{}, offerRow{}
	s.free = append(s.free, slot)
}
