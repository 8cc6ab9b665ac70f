package plans

import (
	"cmp"
	"slices"

	"gotong/modules/domain"
	"gotong/modules/matching/plan"
	"gotong/modules/matching/plan/fairness"
)

// Report is a result in the words of the portal: quantities in their own units, people as households.
type Report struct {
	Market     *Market
	Result     *plan.Result
	Lines      []Line // most households first
	Left       []Left // what stays open, most households first
	Reasons    []Reason
	Levers     []Lever // offers of which a little more would reach most, best first
	Regencies  []Share // by code
	Quintiles  []Share // fifths of the villages by deprivation, least deprived first
	Before     *plan.Fairness
	After      *plan.Fairness
	Households int64 // reached by the lines
	Villages   int   // with a line
	Asking     int   // villages with an open need
	Full       int   // needs whose open quantity is served whole
	Part       int   // needs served in part
}

// Line says who serves how much of which need.
type Line struct {
	Need       *FrozenNeed
	Offer      *FrozenOffer
	Units      int64 // of the plan
	Quantity   int64 // in the need's unit
	Households int64
}

// Left is what of a need stays open, and why.
type Left struct {
	Need       *FrozenNeed
	Quantity   int64
	Households int64
	Reason     string // one of plan's Reason constants
}

// Reason sums up what stays open for one reason.
type Reason struct {
	Reason     string
	Needs      int
	Households int64
}

// Lever is an offer with what a little more of it would add, estimated at the margin.
type Lever struct {
	Offer *FrozenOffer
	More  int64   // in the offer's unit
	Gain  float64 // weighted households
}

// Share is a part of the villages with how many households ask there, and how many of them are covered by commitments before the
// plan and with it.
type Share struct {
	Region   domain.RegionCode
	Villages int
	Asked    int64
	Before   int64
	After    int64
}

// Of gives the share of n in what is asked, from 0 to 1.
func (s Share) Of(n int64) float64 { return min(1, float64(n)/float64(max(1, s.Asked))) }

// leversShown is how many levers a report keeps.
const leversShown = 10

// NewReport reads a result against its market. Lines about something that the market does not have are left out.
func NewReport(m *Market, result *plan.Result) *Report {
	r := &Report{Market: m, Result: result}
	needs, offers := map[string]*FrozenNeed{}, map[string]*FrozenOffer{}
	for k := range m.Needs {
		needs[string(m.Needs[k].ID)] = &m.Needs[k]
	}
	for k := range m.Offers {
		offers[string(m.Offers[k].ID)] = &m.Offers[k]
	}
	served := map[domain.NeedID]int64{}
	for _, a := range result.Allocations {
		n, o := needs[a.N], offers[a.I]
		if n == nil || o == nil {
			continue
		}
		already := served[n.ID]
		served[n.ID] += a.Units
		quantity := n.Of(already+a.Units) - n.Of(already)
		l := Line{Need: n, Offer: o, Units: a.Units, Quantity: quantity, Households: n.Reach(quantity)}
		r.Lines = append(r.Lines, l)
		r.Households += l.Households
	}
	slices.SortStableFunc(r.Lines, func(a, b Line) int { return cmp.Compare(b.Households, a.Households) })
	r.left(needs)
	for _, p := range result.Prices {
		if o := offers[p.I]; o != nil && p.Means == "reach" && len(r.Levers) < leversShown {
			more := scaleOf(o.Unit)
			r.Levers = append(r.Levers, Lever{Offer: o, More: more, Gain: p.Per})
		}
	}
	r.spread(served)
	return r
}

func (r *Report) left(needs map[string]*FrozenNeed) {
	at := map[string]int{}
	for _, u := range r.Result.Unserved {
		n := needs[u.N]
		if n == nil {
			continue
		}
		open := n.Open - n.Of(n.Units()-u.Units)
		l := Left{Need: n, Quantity: open, Households: n.Reach(open), Reason: u.Reason}
		r.Left = append(r.Left, l)
		k, known := at[u.Reason]
		if !known {
			k = len(r.Reasons)
			at[u.Reason] = k
			r.Reasons = append(r.Reasons, Reason{Reason: u.Reason})
		}
		r.Reasons[k].Needs++
		r.Reasons[k].Households += l.Households
	}
	slices.SortStableFunc(r.Left, func(a, b Left) int { return cmp.Compare(b.Households, a.Households) })
	slices.SortStableFunc(r.Reasons, func(a, b Reason) int { return cmp.Compare(b.Households, a.Households) })
}

// village gathers what one village asks and gets, in households.
type village struct {
	code                 domain.RegionCode
	weight               float64
	asked, before, after int64
}

func (r *Report) spread(served map[domain.NeedID]int64) {
	by := map[domain.RegionCode]*village{}
	for k := range r.Market.Needs {
		n := &r.Market.Needs[k]
		v := by[n.Village]
		if v == nil {
			v = &village{code: n.Village, weight: n.Deprivation}
			by[n.Village] = v
		}
		before := n.Reach(n.Quantity - n.Open)
		units := served[n.ID]
		v.asked += n.Households
		v.before += before
		v.after += min(n.Households, n.Reach(n.Quantity-n.Open+n.Of(units)))
		switch {
		case units == 0:
		case n.Of(units) == n.Open:
			r.Full++
		default:
			r.Part++
		}
	}
	reached := map[domain.RegionCode]bool{}
	for _, l := range r.Lines {
		reached[l.Need.Village] = true
	}
	r.Villages, r.Asking = len(reached), len(by)
	villages := make([]*village, 0, len(by))
	for _, v := range by {
		villages = append(villages, v)
	}
	slices.SortFunc(villages, func(a, b *village) int { return cmp.Compare(a.code, b.code) })
	var before, after []fairness.Place
	regency := -1
	for _, v := range villages {
		before = append(before, fairness.Place{ID: string(v.code), Weight: v.weight, Requested: v.asked, Served: v.before})
		after = append(after, fairness.Place{ID: string(v.code), Weight: v.weight, Requested: v.asked, Served: v.after})
		if code := v.code.At(domain.LevelRegency); regency < 0 || r.Regencies[regency].Region != code {
			r.Regencies = append(r.Regencies, Share{Region: code})
			regency++
		}
		r.Regencies[regency].add(v)
	}
	r.Before, r.After = fairness.Spread(before), fairness.Spread(after)
	slices.SortStableFunc(villages, func(a, b *village) int { return cmp.Compare(a.weight, b.weight) })
	parts := min(5, len(villages))
	for k := range parts {
		var s Share
		for _, v := range villages[k*len(villages)/parts : (k+1)*len(villages)/parts] {
			s.add(v)
		}
		r.Quintiles = append(r.Quintiles, s)
	}
}

func (s *Share) add(v *village) {
	s.Villages++
	s.Asked += v.asked
	s.Before += v.before
	s.After += v.after
}

// All sums up every village.
func (r *Report) All() Share {
	var all Share
	for _, s := range r.Regencies {
		all.Villages += s.Villages
		all.Asked += s.Asked
		all.Before += s.Before
		all.After += s.After
	}
	return all
}

// Summary is what lists and comparisons show.
func (r *Report) Summary() *Summary {
	s := &Summary{Lines: len(r.Lines), Households: r.Households, Villages: r.Villages, Gap: r.Result.GapPercent}
	if r.Result.Objective != nil {
		s.Objective = float64(*r.Result.Objective) / plan.Micro
	}
	if r.Result.Bound != nil {
		s.Bound = float64(*r.Result.Bound) / plan.Micro
	}
	return s
}

// OfOrganization gives the lines of one organisation's offers.
func (r *Report) OfOrganization(id domain.OrganizationID) []Line {
	var lines []Line
	for _, l := range r.Lines {
		if l.Offer.Organization == id {
			lines = append(lines, l)
		}
	}
	return lines
}

// Difference is a line that two plans have not in common.
type Difference struct {
	Line
	There int64 // quantity in the other plan; 0 where it has no such line
}

// Differences gives this plan's lines that the other has not, or with another quantity.
func (r *Report) Differences(other *Report) []Difference {
	type pair struct {
		offer domain.OfferID
		need  domain.NeedID
	}
	there := map[pair]int64{}
	for _, l := range other.Lines {
		there[pair{l.Offer.ID, l.Need.ID}] = l.Quantity
	}
	var out []Difference
	for _, l := range r.Lines {
		if q := there[pair{l.Offer.ID, l.Need.ID}]; q != l.Quantity {
			out = append(out, Difference{l, q})
		}
	}
	return out
}
