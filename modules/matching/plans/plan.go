// Package plans spreads what partners offer over what villages need: the secretariat chooses scope and policy, a job searches the
// plan (modules/matching/plan), people read it, compare, pin, exclude, share it, and partners propose its lines themselves. A plan
// suggests; people commit. Market and result are frozen in the object store, so a plan says the same for good.
package plans

import (
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"gotong/modules/domain"
	"gotong/modules/kit/apperr"
	"gotong/modules/kit/store"
	"gotong/modules/matching"
	"gotong/modules/matching/plan"
)

// State is where a plan's search stands.
type State string

// States of a plan. Stopped has a result too: the best found until people stopped it.
const (
	Waiting State = "waiting"
	Running State = "running"
	Done    State = "done"
	Stopped State = "stopped"
	Failed  State = "failed"
)

// moves says which states follow which.
var moves = map[State][]State{Waiting: {Running, Failed}, Running: {Done, Stopped, Failed}}

// Policy is what counts for a plan, chosen by people.
type Policy struct {
	Floor       string `json:"floor"`       // one of the floor policies of package plan: a village is reached when anything of it is served
	CapShare    int64  `json:"cap_share"`   // most of a village's quantity that one plan serves, in percent; 0 is no cap
	Deprivation string `json:"deprivation"` // how much a village's weight counts: Ignored, Plain, Squared
	Urgency     bool   `json:"urgency"`     // whether the need's urgency counts
}

// How much a village's deprivation weight, in [1, 3], counts for the worth of serving it.
const (
	Ignored = "ignored"
	Plain   = "plain"
	Squared = "squared"
)

// Emphases lists them from the least to the most.
var Emphases = []string{Ignored, Plain, Squared}

// FloorPolicies in the order in which the form offers them.
var FloorPolicies = []string{plan.FloorLexicographic, plan.FloorBonus, plan.FloorOff}

// Times that a search may take, in seconds.
var Times = []int64{10, 30, 60, 300}

// Fixed is a line that people decided: kept as it is, or (0 units) left out.
type Fixed struct {
	Offer domain.OfferID `json:"offer"`
	Need  domain.NeedID  `json:"need"`
	Units int64          `json:"units"` // of the plan, see FrozenNeed.Scale
}

// Summary is what lists and comparisons show of a result.
type Summary struct {
	Objective  float64  `json:"objective"` // weighted households
	Bound      float64  `json:"bound"`
	Gap        *float64 `json:"gap"` // percent, nil where it cannot be said
	Lines      int      `json:"lines"`
	Households int64    `json:"households"` // reached by the plan's lines
	Villages   int      `json:"villages"`   // with a line
}

// Plan is one question, and what became of it.
type Plan struct {
	Title    string           `json:"title"`
	Scope    matching.Scope   `json:"scope"`
	CallName string           `json:"call_name,omitempty"` // title of the scope's call
	Policy   Policy           `json:"policy"`
	Seconds  int64            `json:"seconds"`
	Seed     uint64           `json:"seed"`
	Fixed    []Fixed          `json:"fixed"`
	From     string           `json:"from"` // the plan that it was searched again from
	State    State            `json:"state"`
	Stop     bool             `json:"stop"` // people asked to stop
	Shared   bool             `json:"shared"`
	Instance string           `json:"instance"` // SHA-256 of the question
	Needs    int              `json:"needs"`
	Offers   int              `json:"offers"`
	Pairs    int              `json:"pairs"`
	Summary  *Summary         `json:"summary"`
	Fault    string           `json:"fault"` // key of the words for why it failed
	By       domain.AccountID `json:"by"`
	At       time.Time        `json:"at"`
	Ended    time.Time        `json:"ended"`
	Demo     bool             `json:"demo,omitempty"`
}

// Doc is a stored plan.
type Doc = store.Doc[Plan]

// Bounds of what people type.
const (
	maxTitle  = 140
	maxChosen = 500 // needs
)

// Validate tells what of a question must change.
func (p Plan) Validate() error {
	var f apperr.Fields
	f.Check(strings.TrimSpace(p.Title) != "", "title", "plans.error.title")
	f.Check(utf8.RuneCountInString(p.Title) <= maxTitle, "title", "plans.error.long", "max", maxTitle)
	f.Check(len(domain.FindPersonalNumbers(p.Title)) == 0, "title", "plans.error.personal_number")
	f.Check(slices.Contains(FloorPolicies, p.Policy.Floor), "floor", "plans.error.choose")
	f.Check(slices.Contains(Emphases, p.Policy.Deprivation), "deprivation", "plans.error.choose")
	f.Check(p.Policy.CapShare >= 0 && p.Policy.CapShare <= 100, "cap_share", "plans.error.cap")
	f.Check(len(p.Scope.Needs) <= maxChosen, "needs", "plans.error.too_many", "max", maxChosen)
	f.Check(slices.Contains(Times, p.Seconds), "seconds", "plans.error.choose")
	return f.Err()
}

// Can tells whether the search may go to a state.
func (p Plan) Can(to State) bool { return slices.Contains(moves[p.State], to) }

// Over tells whether the search has ended.
func (p Plan) Over() bool { return p.State == Done || p.State == Stopped || p.State == Failed }

// Answered tells whether there is a result.
func (p Plan) Answered() bool { return p.State == Done || p.State == Stopped }

func (p *Plan) move(to State) error {
	if !p.Can(to) {
		return apperr.New(apperr.Conflict, "plans.error.state")
	}
	p.State = to
	return nil
}

// AskStop notes that people want the search to end with what it has.
func (p *Plan) AskStop() error {
	if p.Over() {
		return apperr.New(apperr.Conflict, "plans.error.over")
	}
	p.Stop = true
	return nil
}

// Share opens the plan for partners, or takes it back.
func (p *Plan) Share(on bool) error {
	if !p.Answered() {
		return apperr.New(apperr.Conflict, "plans.error.not_answered")
	}
	p.Shared = on
	return nil
}

// Visible names the state in the words of the table of rights.
func (p Plan) Visible() string {
	if p.Shared {
		return "shared"
	}
	return "own"
}

const (
	listNewest = "newest" // all, newest first
	listShared = "shared" // what partners see, newest first
	listWork   = "work"   // what waits for the job or runs, oldest first
)

func definition() store.Definition[Plan] {
	at := func(_ string, p Plan) string { return store.SortTime(p.At) }
	when := func(keep func(Plan) bool) func(string, Plan) []store.Key {
		return func(_ string, p Plan) []store.Key {
			if !keep(p) {
				return nil
			}
			return []store.Key{""}
		}
	}
	return store.Definition[Plan]{Name: "plans", Lists: []store.List[Plan]{
		{Name: listNewest, Descending: true, Keys: when(func(Plan) bool { return true }), Sort: at},
		{Name: listShared, Descending: true, Keys: when(func(p Plan) bool { return p.Shared }), Sort: at},
		{Name: listWork, Keys: when(func(p Plan) bool { return !p.Over() }), Sort: at},
	}}
}
