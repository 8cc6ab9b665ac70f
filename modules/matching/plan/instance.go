// Package plan holds an allocation plan's question and answer: which initiative serves how much of which need. It knows the
// instance, its file formats and the result; it does not solve (packages solve and gap) and does not judge (package check).
//
// All quantities are integers: rupiah, units of the need, millionths of a weighted unit and millionths of a person-day. So a plan
// can be checked to the unit and its objective has one value on every machine.
package plan

import "math"

// Micro is the resolution of values and staff-days: one millionth.
const Micro = 1_000_000

// NoLimit stands for a capacity that was not given.
const NoLimit = math.MaxInt64

// Ceilings of one number in an instance. They keep every product of an instance inside 63 bits.
const (
	MaxMoney    = 100_000_000_000_000_000 // rupiah
	MaxQuantity = 1_000_000_000           // units
	MaxValue    = 1_000_000 * Micro       // of one unit
)

// Floor policies: how the minimum for every village is honoured.
const (
	FloorOff           = "off"
	FloorBonus         = "bonus"
	FloorLexicographic = "lexicographic"
)

// Instance is a plan's question in canonical order: initiatives and villages by id, needs by village and id, pairs by need and
// initiative. Two files that differ only in order give the same instance, hash and plan.
type Instance struct {
	Money, Quantity, Staff string // names of the units
	Initiatives            []Initiative
	Villages               []Village
	Needs                  []Need
	Pairs                  []Pair
	First                  []int32 // pairs of need j are Pairs[First[j]:First[j+1]]
	Rows                   []Row   // capacities of the initiatives: money first, then reach, staff, and what the file names
	Floor                  string
	Limits                 Limits
	Hash                   string // SHA-256 of the canonical instance, in hexadecimal
}

// Initiative is an offer with limited means; its limits are in the instance's rows.
type Initiative struct {
	ID, Org  string
	Verified bool
}

// Village is a place with a ceiling and a floor in units of its needs.
type Village struct {
	ID            string
	Weight        float64 // deprivation, for the report only
	Cap           int64   // at most so many units, or NoLimit
	Floor         int64   // reached when so many units are served; 0 without floor
	Bonus         int64   // millionths of a weighted unit for reaching the floor
	First, Behind int32   // its needs are Needs[First:Behind]
}

// Need is a demand in one village.
type Need struct {
	ID, Category string
	Village      int32
	Quantity     int64
	Divisible    bool
	Must         bool // its whole quantity has to be served
	Suppliers    int32
	Urgency      float64
}

// Pair is an initiative that may serve a need: nothing, or between Min and Max units.
type Pair struct {
	I, N     int32
	Min, Max int32
	Value    int64 // millionths of a weighted unit, of one unit served
}

// Row is one kind of capacity. Serving x > 0 units over pair e uses Unit[e]*x + Setup[e] of the initiative's Limit.
type Row struct {
	Name  string
	Limit []int64 // by initiative, NoLimit where not given
	Unit  []int64 // by pair; nil: 1
	Setup []int64 // by pair; nil: 0
}

// Limits are the file's own wishes for the search; 0 means not given.
type Limits struct {
	Seconds   float64
	TargetGap float64
	Seed      uint64
}

// UnitUse gives what one unit over pair e uses.
func (r *Row) UnitUse(e int) int64 {
	if r.Unit == nil {
		return 1
	}
	return r.Unit[e]
}

// SetupUse gives what opening pair e uses.
func (r *Row) SetupUse(e int) int64 {
	if r.Setup == nil {
		return 0
	}
	return r.Setup[e]
}

// PairOf finds the pair of an initiative and a need.
func (in *Instance) PairOf(initiative, need int32) (int, bool) {
	for e := in.First[need]; e < in.First[need+1]; e++ {
		if in.Pairs[e].I == initiative {
			return int(e), true
		}
	}
	return 0, false
}

// Objective sums value times units and the bonus of each village whose floor is reached, in millionths of a weighted unit.
func (in *Instance) Objective(units []int32) int64 {
	served := make([]int64, len(in.Villages))
	var sum int64
	for e, x := range units {
		if x != 0 {
			sum += in.Pairs[e].Value * int64(x)
			served[in.Needs[in.Pairs[e].N].Village] += int64(x)
		}
	}
	if in.Floor != FloorOff {
		for v := range in.Villages {
			if f := in.Villages[v].Floor; f > 0 && served[v] >= f {
				sum += in.Villages[v].Bonus
			}
		}
	}
	return sum
}

// Assignment is the question of plain generalised assignment: each job to at most (or exactly) one agent within its capacity.
type Assignment struct {
	Minimise bool
	Exactly  bool // every job must be assigned
	Capacity []int64
	Value    [][]int64 // by agent and job, Forbidden where the pair is not allowed
	Weight   [][]int64
	Limits   Limits
	Hash     string
}

// Forbidden marks a pair of agent and job that is not allowed.
const Forbidden = math.MinInt64

// Jobs counts the jobs.
func (a *Assignment) Jobs() int {
	if len(a.Value) == 0 {
		return 0
	}
	return len(a.Value[0])
}
