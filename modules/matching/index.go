package matching

import (
	"cmp"
	"slices"
	"sync"

	"gotong/modules/domain"
)

// Match is one ranked pair.
type Match struct {
	Need       Need
	Initiative Initiative
	Offer      Offer
	Result     Result
}

// Ranking is what fits, best first, and what nearly does. Matches are at most one per counterpart.
type Ranking struct {
	Fits []Match
	Near []Match // exactly one hard condition is not met
	All  int     // how many fit
}

// offerRow is one offer with its initiative.
type offerRow struct {
	initiative *Initiative
	offer      *Offer
}

// Index holds open needs and initiatives in memory, by category and region. Its methods may run at the same time.
type Index struct {
	mu          sync.RWMutex
	weights     Weights
	initiatives map[domain.InitiativeID]*held
	offers      map[domain.OfferID]domain.InitiativeID
	byOrg       map[domain.OrganizationID]map[domain.InitiativeID]bool
	supply      supply
	demand      demand
	units       map[domain.UnitID]uint16
}

// held is an initiative with the slots of its offers, in their order.
type held struct {
	initiative *Initiative
	slots      []int32
}

// NewIndex makes an empty index with these weights.
func NewIndex(w Weights) *Index {
	return &Index{weights: w, initiatives: map[domain.InitiativeID]*held{}, offers: map[domain.OfferID]domain.InitiativeID{},
		byOrg: map[domain.OrganizationID]map[domain.InitiativeID]bool{}, supply: newSupply(), demand: newDemand(),
		units: map[domain.UnitID]uint16{}}
}

// unit numbers the units from 1.
func (x *Index) unit(id domain.UnitID) uint16 {
	n, ok := x.units[id]
	if !ok {
		n = uint16(len(x.units) + 1)
		x.units[id] = n
	}
	return n
}

// SetWeights puts other weights in force.
func (x *Index) SetWeights(w Weights) {
	x.mu.Lock()
	defer x.mu.Unlock()
	x.weights = w
}

// Weights are those in force.
func (x *Index) Weights() Weights {
	x.mu.RLock()
	defer x.mu.RUnlock()
	return x.weights
}

// Clear forgets everything but the weights.
func (x *Index) Clear() {
	x.mu.Lock()
	defer x.mu.Unlock()
	fresh := NewIndex(x.weights)
	x.initiatives, x.offers, x.byOrg = fresh.initiatives, fresh.offers, fresh.byOrg
	x.supply, x.demand = fresh.supply, fresh.demand
}

// PutNeed adds an open need or replaces what is known of it.
func (x *Index) PutNeed(n Need) {
	n.prepare()
	x.mu.Lock()
	defer x.mu.Unlock()
	x.demand.remove(n.ID)
	x.demand.add(n, x.unit(n.Unit))
}

// RemoveNeed forgets a need that is not open any more.
func (x *Index) RemoveNeed(id domain.NeedID) {
	x.mu.Lock()
	defer x.mu.Unlock()
	x.demand.remove(id)
}

// SetUncovered notes how much of a need nobody committed yet.
func (x *Index) SetUncovered(id domain.NeedID, uncovered int64) {
	x.mu.Lock()
	defer x.mu.Unlock()
	x.demand.setUncovered(id, uncovered)
}

// PutInitiative adds an initiative or replaces what is known of it.
func (x *Index) PutInitiative(i Initiative) {
	i.Offers = slices.Clone(i.Offers)
	x.mu.Lock()
	defer x.mu.Unlock()
	x.removeInitiative(i.ID)
	h := &held{initiative: &i}
	x.initiatives[i.ID] = h
	if x.byOrg[i.Organization] == nil {
		x.byOrg[i.Organization] = map[domain.InitiativeID]bool{}
	}
	x.byOrg[i.Organization][i.ID] = true
	for k := range i.Offers {
		o := &i.Offers[k]
		o.prepare()
		x.offers[o.ID] = i.ID
		h.slots = append(h.slots, x.supply.add(offerRow{&i, o}, x.unit(o.Unit)))
	}
}

// RemoveInitiative forgets an initiative that offers nothing any more.
func (x *Index) RemoveInitiative(id domain.InitiativeID) {
	x.mu.Lock()
	defer x.mu.Unlock()
	x.removeInitiative(id)
}

func (x *Index) removeInitiative(id domain.InitiativeID) {
	h, ok := x.initiatives[id]
	if !ok {
		return
	}
	delete(x.initiatives, id)
	delete(x.byOrg[h.initiative.Organization], id)
	for k, slot := range h.slots {
		delete(x.offers, h.initiative.Offers[k].ID)
		x.supply.remove(slot)
	}
}

// SetFree notes how much of an offer is not committed; it moves no posting.
func (x *Index) SetFree(id domain.OfferID, free int64) {
	x.mu.Lock()
	defer x.mu.Unlock()
	if h, ok := x.initiatives[x.offers[id]]; ok {
		for k, slot := range h.slots {
			if o := &h.initiative.Offers[k]; o.ID == id {
				o.Free, x.supply.lines[slot].free = free, free
			}
		}
	}
}

// SetRecord notes an organisation's track record for all its initiatives.
func (x *Index) SetRecord(id domain.OrganizationID, done, total int64) {
	x.mu.Lock()
	defer x.mu.Unlock()
	for initiative := range x.byOrg[id] {
		h := x.initiatives[initiative]
		h.initiative.Done, h.initiative.Total = done, total
		for _, slot := range h.slots {
			x.supply.lines[slot].track = h.initiative.track()
		}
	}
}

// InitiativesOf lists the initiatives of an organisation, in no order.
func (x *Index) InitiativesOf(id domain.OrganizationID) []domain.InitiativeID {
	x.mu.RLock()
	defer x.mu.RUnlock()
	list := make([]domain.InitiativeID, 0, len(x.byOrg[id]))
	for i := range x.byOrg[id] {
		list = append(list, i)
	}
	return list
}

// organizationOf tells whose an initiative is.
func (x *Index) organizationOf(id domain.InitiativeID) (domain.OrganizationID, bool) {
	x.mu.RLock()
	defer x.mu.RUnlock()
	h, ok := x.initiatives[id]
	if !ok {
		return "", false
	}
	return h.initiative.Organization, true
}

// Size tells how many open needs and initiatives the index holds.
func (x *Index) Size() (needs, initiatives int) {
	x.mu.RLock()
	defer x.mu.RUnlock()
	return len(x.demand.places), len(x.initiatives)
}

// better orders matches: the higher total first, ties by the id of the counterpart, then of the offer.
func better(aTotal, bTotal int, aID, bID string, aOffer, bOffer domain.OfferID) int {
	return cmp.Or(cmp.Compare(bTotal, aTotal), cmp.Compare(aID, bID), cmp.Compare(aOffer, bOffer))
}
