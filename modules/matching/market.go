package matching

import (
	"cmp"
	"slices"

	"gotong/modules/domain"
)

// Scope chooses a part of the market: what lies in a region ("" is the country), of one category or of all, of the
// demonstration or of what is real (the two never meet in one plan), the offers that answered one call or any, some
// chosen needs or all.
type Scope struct {
	Region   domain.RegionCode `json:"region"`
	Category domain.CategoryID `json:"category"`
	Demo     bool              `json:"demo"`
	Call     domain.CallID     `json:"call,omitempty"`
	Needs    []domain.NeedID   `json:"needs,omitempty"`
}

// Holds tells whether a need belongs to the scope.
func (s Scope) Holds(n Need) bool {
	return n.Demo == s.Demo && s.Region.Contains(n.Village) && (s.Category == "" || s.Category == n.Category) &&
		(len(s.Needs) == 0 || slices.Contains(s.Needs, n.ID))
}

// Admits tells whether an initiative's offers belong to the scope.
func (s Scope) Admits(i *Initiative) bool {
	return i.Demo == s.Demo && (s.Call == "" || s.Call == i.Call)
}

// Bid is a need with the offers that meet all its conditions today, best first, one of an initiative at most.
type Bid struct {
	Need   Need
	Offers []Match
}

// Market gives every open need of the scope that is not wholly covered, in the order of ids, each with at most the best offers. It
// reads the index of this replica; ok is false while that is being built.
func (s *Service) Market(scope Scope, most int) (bids []Bid, ok bool) {
	if !s.Ready() {
		return nil, false
	}
	today := domain.DateOf(s.clock.Now())
	for _, id := range s.index.within(scope) {
		need, known := s.index.need(id)
		ranking, open := s.index.forNeed(id, today, most, 0, scope.Admits)
		if !known || !open {
			continue // closed since
		}
		bids = append(bids, Bid{Need: need, Offers: ranking.Fits})
	}
	return bids, true
}

// Sizes counts the open needs of a region that are not wholly covered, real ones and those of the demonstration.
func (s *Service) Sizes(region domain.RegionCode) (real, demo int) {
	s.index.mu.RLock()
	defer s.index.mu.RUnlock()
	for n := range s.index.demand.all() {
		switch {
		case n.Uncovered <= 0 || !region.Contains(n.Village):
		case n.Demo:
			demo++
		default:
			real++
		}
	}
	return real, demo
}

// Fit is how well the offer itself fits, from 0 to 1: urgency and deprivation, which are the same for every offer of a need, are left out.
func (m Match) Fit(w Weights) float64 {
	rest := 0
	for k, weight := range w.list() {
		if k != PartUrgency {
			rest += weight
		}
	}
	return float64(m.Result.Total-m.Result.Parts[PartUrgency]) / float64(max(1, rest))
}

func (x *Index) within(scope Scope) []domain.NeedID {
	x.mu.RLock()
	defer x.mu.RUnlock()
	var ids []domain.NeedID
	for n := range x.demand.all() {
		if n.Uncovered > 0 && scope.Holds(*n) {
			ids = append(ids, n.ID)
		}
	}
	slices.SortFunc(ids, func(a, b domain.NeedID) int { return cmp.Compare(a, b) })
	return ids
}

func (x *Index) need(id domain.NeedID) (Need, bool) {
	x.mu.RLock()
	defer x.mu.RUnlock()
	n, _, ok := x.demand.find(id)
	if !ok {
		return Need{}, false
	}
	return *n, true
}
