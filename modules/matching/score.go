// Package matching says which initiatives fit a need and which needs fit an initiative: hard conditions first, each
// with what would have to change, then a score whose parts add up exactly to its total. It reads an index of its own
// in memory that follows the feed.
package matching

import (
	"math"
	"time"

	"gotong/modules/domain"
)

// Weights of the score's parts in thousandths, together 1000. They are policy, not truth: versioned and shown.
type Weights struct {
	Version                                             int
	Theme, Area, Coverage, Urgency, Timing, TrackRecord int
}

// DefaultWeights are the portal's weights.
var DefaultWeights = Weights{Version: 1, Theme: 250, Area: 200, Coverage: 200, Urgency: 150, Timing: 100, TrackRecord: 100}

// list gives the weights in the order of the parts.
func (w Weights) list() [partCount]int {
	return [partCount]int{w.Theme, w.Area, w.Coverage, w.Urgency, w.Timing, w.TrackRecord}
}

// Parts of the score, in the order in which pages show them.
const (
	PartTheme = iota
	PartArea
	PartCoverage
	PartUrgency
	PartTiming
	PartTrack
	partCount
)

// PartNames are the parts' ids.
var PartNames = [partCount]string{"theme", "area", "coverage", "urgency", "timing", "track"}

// Hard conditions, in the order in which they are asked.
const (
	CondVerified = iota
	CondCategory
	CondArea
	CondWindow
	CondCapacity
	CondUnit
	condCount
)

// ConditionNames are the conditions' ids.
var ConditionNames = [condCount]string{"verified", "category", "area", "window", "capacity", "unit"}

const (
	// MinDays is how many days offer and need must share; fewer where the need's own time is shorter.
	MinDays = 14
	// openDays is the time taken for a need that names no date, graceDays for one whose date has passed.
	openDays  = 180
	graceDays = 30
	// distanceScale is the distance at which the area part has fallen to 1/e, in kilometres.
	distanceScale = 100
)

// Need is an open need as ranking sees it. Urgency is in [0.5, 1.5], Deprivation the village's weight in [1, 3] (1
// where nothing is known). Uncovered is what nobody committed yet.
type Need struct {
	ID          domain.NeedID
	Title       string
	Village     domain.RegionCode
	Category    domain.CategoryID
	Unit        domain.UnitID
	Quantity    int64
	Divisible   bool
	MinLot      int64
	WantedBy    domain.Date
	Urgency     float64
	Deprivation float64
	Households  int64 // that the whole quantity reaches
	Demo        bool

	Uncovered int64
	wanted    int32 // day number, 0 for none
	parent    string
	seat      int8 // of the village's regency, -1 where none is known
}

// Offer is one offer of an initiative. Free is what of it is not committed.
type Offer struct {
	ID          domain.OfferID
	Category    domain.CategoryID
	Unit        domain.UnitID
	Areas       []domain.RegionCode
	From, Until domain.Date
	Conditions  string

	Free        int64
	from, until int32
	parent      string
	spots       []spot
}

// spot is an area of an offer, prepared for ranking.
type spot struct {
	code  domain.RegionCode
	level int8
	seat  int8 // in the table of seats, -1 where none is known
}

// contains is RegionCode.Contains without a new string.
func (s spot) contains(code domain.RegionCode) bool {
	n := len(s.code)
	return n == 0 || len(code) >= n && code[:n] == s.code && (len(code) == n || code[n] == '.')
}

// Initiative is a published or running initiative as ranking sees it. Verified: its organisation's verification is in
// force. Done of Total ended commitments of the organisation were confirmed by the village.
type Initiative struct {
	ID               domain.InitiativeID
	Title            string
	Organization     domain.OrganizationID
	OrganizationName string
	Verified         bool
	Offers           []Offer
	Call             domain.CallID // that it answers, "" for none
	Demo             bool

	Done, Total int64
}

// Result says how an offer meets a need. Parts are thousandths and add up exactly to Total.
type Result struct {
	Failed uint8 // bit i: condition i is not met
	Parts  [partCount]int
	Total  int

	Overlap, Needed int64  // days shared, days of the need
	MissingDays     int64  // of the window
	MissingCapacity int64  // units
	Lot             int64  // smallest quantity that helps now
	Area            uint8  // how the area part came about
	Kilometres      int64  // with AreaDistance
	Seat            string // from where, with AreaDistance
	SameGroup       bool   // another category of the same group
	PastDate        bool   // the need's date has passed
	StartsIn        int64  // days until the offer begins, 0 where it runs
	EndsBefore      int64  // days by which the offer ends before the need's date
}

// How the area part came about.
const (
	AreaDistrict = iota // the offer names the district or the village
	AreaRegency         // it names the regency
	AreaDistance        // by the distance between the seats of the regencies
	AreaUnknown         // no seat known: the part is 0
)

// Fits tells whether all hard conditions are met.
func (r Result) Fits() bool { return r.Failed == 0 }

// Near gives the one condition that is not met; ok is false where none or several are.
func (r Result) Near() (condition int, ok bool) {
	for i := range condCount {
		if r.Failed == 1<<i {
			return i, true
		}
	}
	return 0, false
}

func dayOf(d domain.Date) int32 {
	if d == "" {
		return 0
	}
	return int32(d.Time().Unix() / int64(24*time.Hour/time.Second))
}

func parentOf(c domain.CategoryID) string {
	category, _ := domain.Taxonomy().Category(c)
	return category.Parent
}

func (n *Need) prepare() {
	n.wanted, n.parent = dayOf(n.WantedBy), parentOf(n.Category)
	n.seat = seatOf(n.Village.At(domain.LevelRegency))
}

func (o *Offer) prepare() {
	o.from, o.until, o.parent = dayOf(o.From), dayOf(o.Until), parentOf(o.Category)
	o.spots = make([]spot, len(o.Areas))
	for k, a := range o.Areas {
		at := a
		if a.Level() > domain.LevelRegency {
			at = a.At(domain.LevelRegency)
		}
		o.spots[k] = spot{code: a, level: int8(a.Level()), seat: seatOf(at)}
	}
}

// lot is the smallest quantity that helps now: all of an indivisible need, else its smallest lot or what is left.
func (n *Need) lot() int64 {
	if !n.Divisible {
		return n.Quantity
	}
	return min(max(1, n.MinLot), n.Uncovered)
}

// window is the need's time in day numbers, both ends included.
func (n *Need) window(today int32) (start, end int32, past bool) {
	return today, endOf(n.wanted, today), n.wanted != 0 && n.wanted < today
}

// endOf is the last day of the time of a need that is wanted by a day, 0 for none.
func endOf(wanted, today int32) int32 {
	switch {
	case wanted == 0:
		return today + openDays - 1
	case wanted < today:
		return today + graceDays - 1
	}
	return wanted
}

// urgency is the share of the urgency part.
func (n *Need) urgency() float64 { return clamp((n.Urgency-.5)/2 + (n.Deprivation-1)/4) }

// track is the share of the track record part: new organisations begin at a half.
func (i *Initiative) track() float64 { return clamp(float64(i.Done+2) / float64(i.Total+4)) }

// Evaluate scores one offer for one need on a day. It is the only place that does: the index and the plain
// recomputation both call it.
func Evaluate(w Weights, n *Need, i *Initiative, o *Offer, today int32) Result {
	r := conditions(n, i, o, today)
	r.score(w, n, i, o)
	return r
}

// conditions asks the hard conditions in their order.
func conditions(n *Need, i *Initiative, o *Offer, today int32) Result {
	var r Result
	fail := func(condition int, failed bool) {
		if failed {
			r.Failed |= 1 << condition
		}
	}
	fail(CondVerified, !i.Verified)
	fail(CondCategory, o.Category != n.Category)
	r.SameGroup = o.Category != n.Category && o.parent != "" && o.parent == n.parent
	covers, rule := o.areaOf(n.Village)
	r.Area = rule
	fail(CondArea, !covers)

	start, end, past := n.window(today)
	r.PastDate = past
	r.Needed = int64(end-start) + 1
	from, until := start, end
	if o.from > from {
		from = o.from
		r.StartsIn = int64(o.from - today)
	}
	if o.until != 0 && o.until < until {
		until = o.until
		r.EndsBefore = int64(end - o.until)
	}
	shared := int64(until-from) + 1
	r.Overlap = max(0, shared)
	least := min(int64(MinDays), r.Needed)
	r.MissingDays = max(0, least-shared)
	fail(CondWindow, r.MissingDays > 0)

	sameUnit := o.Unit == n.Unit
	r.Lot = n.lot()
	if sameUnit {
		r.MissingCapacity = max(0, r.Lot-o.Free)
		fail(CondCapacity, o.Free <= 0 || o.Free < r.Lot)
	}
	fail(CondUnit, !sameUnit)
	return r
}

// areaOf tells whether the offer's areas contain the village, and by which rule the area part is given.
func (o *Offer) areaOf(village domain.RegionCode) (covers bool, rule uint8) {
	rule = AreaDistance
	for k := range o.spots {
		s := &o.spots[k]
		if !s.contains(village) {
			continue
		}
		covers = true
		if s.level >= domain.LevelDistrict {
			return true, AreaDistrict
		}
		if s.level == domain.LevelRegency {
			rule = AreaRegency
		}
	}
	return covers, rule
}

// score fills the parts. Each share lies in [0, 1]; the parts are rounded by the largest remainder, so that they add
// up to the rounded total.
func (r *Result) score(w Weights, n *Need, i *Initiative, o *Offer) {
	var share [partCount]float64
	switch {
	case o.Category == n.Category:
		share[PartTheme] = 1
	case r.SameGroup:
		share[PartTheme] = .5
	}
	switch r.Area {
	case AreaDistrict:
		share[PartArea] = 1
	case AreaRegency:
		share[PartArea] = .8
	default:
		if at := nearest(o.spots, n.seat); at >= 0 {
			share[PartArea] = between[at][n.seat].share
			r.Kilometres, r.Seat = between[at][n.seat].kilometres, seats[at].name
		} else {
			r.Area = AreaUnknown
		}
	}
	if o.Unit == n.Unit && n.Uncovered > 0 {
		share[PartCoverage] = min(1, float64(max(0, o.Free))/float64(n.Uncovered))
	}
	share[PartUrgency] = n.urgency()
	share[PartTiming] = clamp(float64(r.Overlap) / float64(r.Needed))
	share[PartTrack] = i.track()
	r.Parts, r.Total = apportion(w.list(), share)
}

func clamp(f float64) float64 {
	if !(f > 0) {
		return 0
	}
	return min(1, f)
}

// apportion rounds the weighted shares to thousandths that add up to the rounded sum (largest remainder; ties go to
// the earlier part).
func apportion(weights [partCount]int, share [partCount]float64) (parts [partCount]int, total int) {
	var rest [partCount]float64
	sum, floor := 0.0, 0
	for k := range partCount {
		exact := float64(weights[k]) * share[k]
		parts[k] = int(math.Floor(exact))
		rest[k] = exact - float64(parts[k])
		sum += exact
		floor += parts[k]
	}
	total = int(math.Floor(sum + .5))
	for floor < total {
		best := 0 // one that was raised has -1 and comes last
		for k := range partCount {
			if rest[k] > rest[best] {
				best = k
			}
		}
		parts[best]++
		rest[best] = -1
		floor++
	}
	return parts, total
}

// Word is how a total reads before its number: strong, fair or weak.
func Word(total int) string {
	switch {
	case total >= 700:
		return "strong"
	case total >= 500:
		return "fair"
	}
	return "weak"
}
