package matching

import (
	"slices"

	"gotong/modules/domain"
)

// scored is a pair on its way through a ranking.
type scored struct {
	need   *Need
	row    offerRow
	result Result
	other  string // id of the counterpart that is ranked
}

// top keeps the best few pairs, at most one per counterpart.
type top struct {
	limit int
	best  []scored
}

func compare(a, b scored) int {
	return better(a.result.Total, b.result.Total, a.other, b.other, a.row.offer.ID, b.row.offer.ID)
}

// admits tells whether a pair of at most this total may enter.
func (t *top) admits(total int) bool {
	if t.limit == 0 {
		return false
	}
	return len(t.best) < t.limit || total >= t.best[t.limit-1].result.Total
}

// admitsTied is admits where the order of the counterpart's id is known, which decides between equal totals.
func (t *top) admitsTied(total int, order uint64) bool {
	if !t.admits(total) {
		return false
	}
	if len(t.best) < t.limit {
		return true
	}
	worst := &t.best[t.limit-1]
	return total > worst.result.Total || order <= orderOf(worst.other)
}

func (t *top) offer(s scored) {
	if t.limit == 0 {
		return
	}
	if n := len(t.best); n == t.limit && s.result.Total < t.best[n-1].result.Total {
		return
	}
	for k := range t.best {
		if t.best[k].other != s.other {
			continue
		}
		if compare(s, t.best[k]) >= 0 {
			return
		}
		t.best = slices.Delete(t.best, k, k+1)
		break
	}
	at, _ := slices.BinarySearchFunc(t.best, s, compare)
	if at >= t.limit {
		return
	}
	if len(t.best) == t.limit {
		t.best = t.best[:t.limit-1]
	}
	t.best = slices.Insert(t.best, at, s)
}

func (s scored) match() Match {
	m := Match{Need: *s.need, Initiative: *s.row.initiative, Offer: *s.row.offer, Result: s.result}
	m.Initiative.Offers = nil
	return m
}

// matches gives the pairs away from the index; nil where there are none.
func (t *top) matches() []Match {
	if len(t.best) == 0 {
		return nil
	}
	list := make([]Match, len(t.best))
	for k, s := range t.best {
		list[k] = s.match()
	}
	return list
}

// close tells whether all conditions are met but one that may be missed: another category only of the same group, another area
// only in the same province.
func (r *Result) close(n *Need, o *Offer) bool {
	condition, ok := r.Near()
	return ok && (condition != CondCategory || r.SameGroup) && (condition != CondArea || o.inProvince(n.Village))
}

// fitsOne tells whether a need meets all conditions of one of the offers.
func (i *Initiative) fitsOne(n *Need, offers []Offer, today int32) bool {
	for k := range offers {
		if offers[k].Category != n.Category {
			continue
		}
		if r := conditions(n, i, &offers[k], today); r.Fits() {
			return true
		}
	}
	return false
}

// inProvince tells whether one of the offer's areas lies in the village's province.
func (o *Offer) inProvince(village domain.RegionCode) bool {
	for k := range o.spots {
		if code := o.spots[k].code; len(code) >= 2 && len(village) >= 2 && code[:2] == village[:2] {
			return true
		}
	}
	return false
}
