package plan

import (
	"fmt"
	"strconv"
)

// What a search ended with.
const (
	StatusOptimal    = "optimal"
	StatusGap        = "gap_reached"
	StatusTime       = "time_limit"
	StatusInfeasible = "infeasible"
	StatusInvalid    = "invalid"
)

// Decimal is a number of millionths, written as a decimal.
type Decimal int64

// String writes the number without needless zeros.
func (d Decimal) String() string {
	sign, v := "", uint64(d)
	if d < 0 {
		sign, v = "-", -v
	}
	if v%Micro == 0 {
		return sign + strconv.FormatUint(v/Micro, 10)
	}
	text := fmt.Sprintf("%d.%06d", v/Micro, v%Micro)
	for text[len(text)-1] == '0' {
		text = text[:len(text)-1]
	}
	return sign + text
}

// MarshalJSON writes the decimal as a JSON number.
func (d Decimal) MarshalJSON() ([]byte, error) { return []byte(d.String()), nil }

// UnmarshalJSON reads what MarshalJSON writes.
func (d *Decimal) UnmarshalJSON(text []byte) error {
	v, _, ok := fixed(string(text), 6)
	if !ok {
		return fmt.Errorf("plan: %s is not a decimal of at most six places", text)
	}
	*d = Decimal(v)
	return nil
}

// Allocation is one line of a plan: an initiative serves units of a need.
type Allocation struct {
	I     string `json:"i"`
	N     string `json:"n"`
	Units int64  `json:"units"`
	Cost  int64  `json:"cost_idr"`
}

// Unserved is what of a need stays open, and why.
type Unserved struct {
	N      string `json:"n"`
	Units  int64  `json:"units"`
	Reason string `json:"reason"` // one of the Reason constants
	Words  string `json:"words"`
}

// Why a need stays open.
const (
	ReasonNoPair    = "no_eligible_initiative"
	ReasonCap       = "village_cap"
	ReasonLot       = "rest_below_minimum_lot"
	ReasonMeans     = "means_spent"
	ReasonWorth     = "means_reach_more_elsewhere"
	ReasonAlone     = "too_large_for_every_initiative"
	ReasonSearch    = "not_found_in_time"
	ReasonExclude   = "excluded"
	ReasonSuppliers = "supplier_limit"
)

// Price is what a little more of an initiative's means would add, estimated at the margin.
type Price struct {
	I     string  `json:"i"`
	Means string  `json:"means"` // money, reach, staff, resource NAME
	Per   float64 `json:"per_unit"`
	Words string  `json:"words"`
}

// Floor tells how many villages reached their floor and how many at most could.
type Floor struct {
	Policy   string `json:"policy"`
	Reached  int    `json:"reached"`
	Eligible int    `json:"eligible"` // villages with a floor that could be reached if each were alone
	AtMost   int    `json:"at_most"`  // proven: no plan reaches more
}

// Fairness measures how evenly a plan reaches the villages that have at least one eligible pair.
type Fairness struct {
	Villages        int        `json:"villages"`
	WithoutPair     []string   `json:"villages_without_eligible_pair"`
	Gini            float64    `json:"gini"`
	GiniByNeed      float64    `json:"gini_need_weighted"`
	Theil           float64    `json:"theil"`
	TheilWithin     float64    `json:"theil_within_regencies"`
	TheilBetween    float64    `json:"theil_between_regencies"`
	MinCoverage     float64    `json:"min_coverage"`
	P10Coverage     float64    `json:"p10_coverage"`
	Quintiles       []Quintile `json:"coverage_by_deprivation_quintile"`
	Q5Q1            *float64   `json:"ratio_most_to_least_deprived"`
	MaxBudgetShare  float64    `json:"max_village_share_of_budget"`
	MaxBudgetHolder string     `json:"max_village_share_village"`
	Floor           *Floor     `json:"floor,omitempty"`
	PriceOfFairness *float64   `json:"price_of_fairness_percent,omitempty"` // heuristic: two plans compared, not two optima
}

// Quintile is a fifth of the villages by deprivation, the least deprived first.
type Quintile struct {
	Villages  int     `json:"villages"`
	Requested int64   `json:"requested_units"`
	Served    int64   `json:"served_units"`
	Coverage  float64 `json:"coverage"`
}

// Result is the answer file of gotong plan.
type Result struct {
	Format      string       `json:"format"`
	Version     string       `json:"version"`
	Instance    string       `json:"instance_sha256"`
	Status      string       `json:"status"`
	Sense       string       `json:"sense"`
	Objective   *Decimal     `json:"objective"` // null without a plan
	Bound       *Decimal     `json:"bound"`
	GapPercent  *float64     `json:"gap_percent"` // null without a plan or when the smaller of the two is 0
	AbsoluteGap *Decimal     `json:"absolute_gap"`
	BoundMethod string       `json:"bound_method"`
	Words       string       `json:"words"`
	Allocations []Allocation `json:"allocations,omitempty"`
	Assignment  []*int       `json:"assignment,omitempty"` // agent of each job, null: not assigned
	Unserved    []Unserved   `json:"unserved,omitempty"`
	Impossible  []string     `json:"must_assign_without_pair,omitempty"`
	Prices      []Price      `json:"shadow_prices,omitempty"`
	Fairness    *Fairness    `json:"fairness,omitempty"`
	Seed        uint64       `json:"seed"`
	Iterations  int64        `json:"iterations"`
	Seconds     float64      `json:"seconds"`
}

// FormatResult is the name of the result's format.
const FormatResult = "gotong-plan-result/1"

// Certify fills gap and words from objective and bound, both exact. The percentage is rounded up, so it never promises too much.
func (r *Result) Certify() {
	if r.Objective == nil || r.Bound == nil {
		return
	}
	upper, lower := *r.Bound, *r.Objective
	if r.Sense == "min" {
		upper, lower = lower, upper
	}
	gap := upper - lower
	r.AbsoluteGap = &gap
	switch {
	case gap <= 0:
		zero := 0.0
		r.GapPercent = &zero
		r.Words = "proven: no plan is better"
	case lower > 0:
		percent := GapPercent(int64(lower), int64(upper))
		r.GapPercent = &percent
		r.Words = fmt.Sprintf("at most %s %% from the best possible", strconv.FormatFloat(percent, 'f', -1, 64))
	default:
		r.Words = fmt.Sprintf("at most %s weighted units from the best possible", gap)
	}
}

// GapPercent is (upper-lower)/lower in percent, rounded up to a thousandth.
func GapPercent(lower, upper int64) float64 {
	if upper <= lower {
		return 0
	}
	thousandths := float64(upper-lower) / float64(lower) * 100_000
	n := float64(int64(thousandths))
	if n < thousandths {
		n++
	}
	return n / 1000
}
