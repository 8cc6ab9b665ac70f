package matching

import (
	"encoding/binary"
	"math"
	"math/bits"
	"slices"

	"gotong/modules/domain"
)

// cell is where postings are kept: a category in a region, which is a regency, a province or ("") the country.
type cell struct {
	category domain.CategoryID
	region   domain.RegionCode
}

// offerLine is what a ranking reads of every offer that it passes.
type offerLine struct {
	order       uint64 // by its initiative's id
	free        int64
	track       float64
	from, until int32
	seats       uint16
	unit        uint16
	verified    bool
	first       bool // of its initiative's offers in its category
}

// needLine is what a ranking reads of every need that it passes.
type needLine struct {
	uncovered, lot int64
	urgency        float64
	wanted         int32
	unit           uint16
}

func lineOf(n *Need, unit uint16) needLine {
	return needLine{uncovered: n.Uncovered, lot: n.lot(), urgency: n.urgency(), wanted: n.wanted, unit: unit}
}

// push appends and leaves less room than append does: there are many short lists.
func push[T any](list []T, value T) []T {
	if len(list) == cap(list) {
		list = append(make([]T, 0, len(list)+len(list)/8+2), list...)
	}
	return append(list, value)
}

// insert is push in the middle.
func insert[T any](list []T, at int, value T) []T {
	list = push(list, value)
	copy(list[at+1:], list[at:])
	list[at] = value
	return list
}

// several stands for needs of different units.
const several = math.MaxUint16

// failures gives the conditions that a pair does not meet, all but category and area, as conditions does.
func failures(n *needLine, o *offerLine, today int32) (failed uint8) {
	if !o.verified {
		failed |= 1 << CondVerified
	}
	end := endOf(n.wanted, today)
	if shared(o, today, end) < min(MinDays, end-today+1) {
		failed |= 1 << CondWindow
	}
	if o.unit != n.unit {
		return failed | 1<<CondUnit
	}
	if o.free <= 0 || o.free < n.lot {
		failed |= 1 << CondCapacity
	}
	return failed
}

// shared counts the days from today to end on which an offer runs; not above 0 where there are none.
func shared(o *offerLine, today, end int32) int32 {
	if o.until != 0 {
		end = min(end, o.until)
	}
	return end - max(today, o.from) + 1
}

// distances are the shares of the area part from each seat to one.
type distances struct {
	share [len(seats)]float64
	known uint16 // the seats, none where the one is not known
}

func distancesTo(seat int8) (d distances) {
	if seat >= 0 {
		for at := range d.share {
			d.share[at] = between[at][seat].share
		}
		d.known = 1<<len(seats) - 1
	}
	return d
}

// orderOf orders ids by how they begin, for those that tie.
func orderOf(id string) uint64 {
	var head [8]byte
	copy(head[:], id)
	return binary.BigEndian.Uint64(head[:])
}

// greatest is the share from the nearest of a set of seats.
func (d *distances) greatest(set uint16) (share float64) {
	for set &= d.known; set != 0; set &= set - 1 {
		share = max(share, d.share[bits.TrailingZeros16(set)])
	}
	return share
}

// slack is more than the sums of a bound and of a score can differ by rounding.
const slack = 1e-6

// bounds gives totals that no pair can pass, from what the lines hold.
type bounds [partCount]float64

func (w Weights) bounds() (b bounds) {
	for k, weight := range w.list() {
		b[k] = float64(weight)
	}
	return b
}

// best is the bound of an offer for every need of at most this urgency, in thousandths and before rounding.
func (b *bounds) best(o *offerLine, theme, area, urgency float64) float64 {
	return b[PartTheme]*theme + b[PartArea]*area + b[PartCoverage] + b[PartUrgency]*urgency + b[PartTiming] + b[PartTrack]*o.track
}

// less is what a need's coverage and timing take from the bound.
func (b *bounds) less(n *needLine, o *offerLine, today int32) (lost float64) {
	if o.free < n.uncovered {
		lost = b[PartCoverage] * (1 - float64(max(0, o.free))/float64(n.uncovered))
	}
	end := endOf(n.wanted, today)
	if days, needed := shared(o, today, end), end-today+1; days < needed {
		lost += b[PartTiming] * (1 - float64(max(0, days))/float64(needed))
	}
	return lost
}

// rounded is the highest total that a bound leaves possible.
func rounded(bound float64) int { return int(math.Floor(bound + .5 + slack)) }

// cellsOf gives the fewest regions, regencies at the smallest, in which all areas lie.
func cellsOf(areas []domain.RegionCode) []domain.RegionCode {
	var list []domain.RegionCode
	for _, a := range areas {
		switch {
		case a.Level() == domain.LevelCountry:
			return []domain.RegionCode{""}
		case a.Level() > domain.LevelRegency:
			a = a.At(domain.LevelRegency)
		}
		list = append(list, a)
	}
	slices.Sort(list)
	list = slices.Compact(list)
	return slices.DeleteFunc(list, func(r domain.RegionCode) bool {
		return r.Level() == domain.LevelRegency && slices.Contains(list, r.At(domain.LevelProvince))
	})
}

// provincesOf widens areas to their provinces; "" where one is the whole country.
func provincesOf(areas []domain.RegionCode) []domain.RegionCode {
	var list []domain.RegionCode
	for _, a := range areas {
		if p := a.At(domain.LevelProvince); !slices.Contains(list, p) {
			list = append(list, p)
		}
	}
	return cellsOf(list)
}
