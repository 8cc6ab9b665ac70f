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

type cell struct {
	category domain.CategoryID
	regency  domain.RegionCode // "" for offers of a whole province or the country
}

// offerRow is one offer with its initiative.
type offerRow struct {
	initiative *Initiative
	offer      *Offer
}

// entry is one place in the postings; a dead one waits for the next compaction.
type entry[T any] struct {
	value T
	dead  bool
}

// Index holds open needs and initiatives in memory, by category and regency. Its methods may run at the same time.
type Index struct {
	mu          sync.RWMutex
	weights     Weights
	initiatives map[domain.InitiativeID]*held
	offers      map[domain.OfferID]domain.InitiativeID
	byOrg       map[domain.OrganizationID]map[domain.InitiativeID]bool
	needs       map[domain.NeedID]*entry[*Need]
	offerCells  postings[offerRow]
	needCells   postings[*Need]
}

// postings are lists of entries by cell. Removing an entry leaves a hole; holes are closed when they
// are a quarter of all.
type postings[T any] struct {
	cells      map[cell][]*entry[T]
	provinces  map[domain.RegionCode][]domain.RegionCode // the regencies of a province that have a cell
	size, dead int
}

func newPostings[T any]() postings[T] {
	return postings[T]{cells: map[cell][]*entry[T]{}, provinces: map[domain.RegionCode][]domain.RegionCode{}}
}

func (p *postings[T]) add(value T, category domain.CategoryID, regencies []domain.RegionCode) *entry[T] {
	e := &entry[T]{value: value}
	for _, r := range regencies {
		at := cell{category, r}
		p.cells[at] = append(p.cells[at], e)
		if province := r.At(domain.LevelProvince); !slices.Contains(p.provinces[province], r) {
			p.provinces[province] = append(p.provinces[province], r)
		}
	}
	p.size++
	return e
}

func (p *postings[T]) remove(e *entry[T]) {
	e.dead = true
	p.dead++
	if p.dead*4 <= p.size {
		return
	}
	gone := func(e *entry[T]) bool { return e.dead }
	for at, list := range p.cells {
		p.cells[at] = slices.DeleteFunc(list, gone)
	}
	p.size -= p.dead
	p.dead = 0
}

// held is an initiative with its places in the postings.
type held struct {
	initiative *Initiative
	rows       []*entry[offerRow]
}

// NewIndex makes an empty index with these weights.
func NewIndex(w Weights) *Index {
	return &Index{weights: w, initiatives: map[domain.InitiativeID]*held{}, offers: map[domain.OfferID]domain.InitiativeID{},
		byOrg: map[domain.OrganizationID]map[domain.InitiativeID]bool{}, needs: map[domain.NeedID]*entry[*Need]{},
		offerCells: newPostings[offerRow](), needCells: newPostings[*Need]()}
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
	x.initiatives, x.offers, x.byOrg, x.needs = fresh.initiatives, fresh.offers, fresh.byOrg, fresh.needs
	x.offerCells, x.needCells = fresh.offerCells, fresh.needCells
}

// PutNeed adds an open need or replaces what is known of it.
func (x *Index) PutNeed(n Need) {
	n.prepare()
	x.mu.Lock()
	defer x.mu.Unlock()
	x.removeNeed(n.ID)
	x.needs[n.ID] = x.needCells.add(&n, n.Category, []domain.RegionCode{n.Village.At(domain.LevelRegency)})
}

// RemoveNeed forgets a need that is not open any more.
func (x *Index) RemoveNeed(id domain.NeedID) {
	x.mu.Lock()
	defer x.mu.Unlock()
	x.removeNeed(id)
}

func (x *Index) removeNeed(id domain.NeedID) {
	if e, ok := x.needs[id]; ok {
		delete(x.needs, id)
		x.needCells.remove(e)
	}
}

// SetUncovered notes how much of a need nobody committed yet; it moves no posting.
func (x *Index) SetUncovered(id domain.NeedID, uncovered int64) {
	x.mu.Lock()
	defer x.mu.Unlock()
	if e, ok := x.needs[id]; ok {
		e.value.Uncovered = uncovered
	}
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
		h.rows = append(h.rows, x.offerCells.add(offerRow{&i, o}, o.Category, regenciesOf(o.Areas)))
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
	for _, e := range h.rows {
		delete(x.offers, e.value.offer.ID)
		x.offerCells.remove(e)
	}
}

// SetFree notes how much of an offer is not committed; it moves no posting.
func (x *Index) SetFree(id domain.OfferID, free int64) {
	x.mu.Lock()
	defer x.mu.Unlock()
	if h, ok := x.initiatives[x.offers[id]]; ok {
		for _, e := range h.rows {
			if e.value.offer.ID == id {
				e.value.offer.Free = free
			}
		}
	}
}

// SetRecord notes an organisation's track record for all its initiatives.
func (x *Index) SetRecord(id domain.OrganizationID, done, total int64) {
	x.mu.Lock()
	defer x.mu.Unlock()
	for initiative := range x.byOrg[id] {
		i := x.initiatives[initiative].initiative
		i.Done, i.Total = done, total
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
	return len(x.needs), len(x.initiatives)
}

// regenciesOf lists the cells of an offer: the regencies it names or in which it names a place, "" for wider areas.
func regenciesOf(areas []domain.RegionCode) []domain.RegionCode {
	var list []domain.RegionCode
	for _, a := range areas {
		r := a.At(domain.LevelRegency)
		if r == "" {
			return []domain.RegionCode{""}
		}
		if !slices.Contains(list, r) {
			list = append(list, r)
		}
	}
	return list
}

// better orders matches: the higher total first, ties by the id of the counterpart, then of the offer.
func better(aTotal, bTotal int, aID, bID string, aOffer, bOffer domain.OfferID) int {
	return cmp.Or(cmp.Compare(bTotal, aTotal), cmp.Compare(aID, bID), cmp.Compare(aOffer, bOffer))
}
