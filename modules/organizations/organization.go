// Package organizations is who takes part: founding, members, and the verification by which others know that an
// organisation is what it says.
package organizations

import (
	"slices"
	"time"

	"gotong/modules/domain"
	"gotong/modules/kit/apperr"
)

// State of an organisation, as workflow.md section 5 names it.
type State string

// States.
const (
	StateRegistered State = "registered"
	StatePending    State = "pending"
	StateVerified   State = "verified"
	StateRejected   State = "rejected"
	StateExpired    State = "expired"
	StateSuspended  State = "suspended"
)

// ValidFor is how long a verification lasts; RenewWithin is how long before its end it may be renewed.
const (
	validYears  = 2
	renewWithin = 60 * 24 * time.Hour
)

// Organization is an organisation as it is stored. Contact is of its office, never of a person.
type Organization struct {
	Name         string            `json:"name"`
	Type         string            `json:"type"`     // stakeholder type id
	Sublevel     string            `json:"sublevel"` // of the type
	Region       domain.RegionCode `json:"region"`   // where its seat is
	Village      domain.RegionCode `json:"village,omitempty"`
	Office       string            `json:"office"` // contact office
	Address      string            `json:"address,omitempty"`
	Email        string            `json:"email,omitempty"`
	Phone        string            `json:"phone,omitempty"`
	Website      string            `json:"website,omitempty"`
	Registration string            `json:"registration,omitempty"`
	About        string            `json:"about,omitempty"`
	// Areas are the regions in which the organisation works; none: it has not said so.
	Areas []domain.RegionCode `json:"areas,omitempty"`
	Demo  bool                `json:"demo,omitempty"`

	State         State               `json:"state"`
	Papers        []PaperRecord       `json:"papers,omitempty"`
	Dropping      []domain.DocumentID `json:"dropping,omitempty"` // documents of papers that were let go, on their way out
	SubmittedAt   time.Time           `json:"submitted_at,omitzero"`
	VerifiedAt    time.Time           `json:"verified_at,omitzero"`    // of the last verification
	VerifiedUntil time.Time           `json:"verified_until,omitzero"` // its end, exclusive
	Reviews       []Review            `json:"reviews,omitempty"`       // newest last
	Suspension    *Suspension         `json:"suspension,omitempty"`    // the last one
	Earlier       []Suspension        `json:"earlier_suspensions,omitempty"`
	Flags         []Flag              `json:"flags,omitempty"` // newest last

	Handover   *Handover             `json:"handover,omitempty"`
	MergedInto domain.OrganizationID `json:"merged_into,omitempty"` // it has become part of that one and is no more
	Merge      *Merge                `json:"merge,omitempty"`       // how it became that
	Absorbs    *Absorbs              `json:"absorbs,omitempty"`     // a merge into this one is being decided

	Owners []domain.AccountID `json:"owners"` // guards the rule that one owner always stays
}

// Suspension is why and since when an organisation is suspended, and what it says to that.
type Suspension struct {
	Reason    string           `json:"reason"`
	By        domain.AccountID `json:"by"`
	At        time.Time        `json:"at"`
	From      State            `json:"from,omitempty"` // the state to which a restoration leads back
	Reply     string           `json:"reply,omitempty"`
	RepliedAt time.Time        `json:"replied_at,omitzero"`
	Lifted    string           `json:"lifted,omitempty"` // reason of the restoration
	LiftedAt  time.Time        `json:"lifted_at,omitzero"`
}

// plant gives demonstration content its state: verified, where none is said, since now where no date is.
func (o *Organization) plant(now time.Time) {
	if o.State == "" {
		o.State = StateVerified
	}
	if o.State == StateVerified && o.VerifiedAt.IsZero() {
		o.VerifiedAt = now
	}
	if o.State == StateVerified && o.VerifiedUntil.IsZero() {
		o.VerifiedUntil = o.VerifiedAt.AddDate(validYears, 0, 0)
	}
	if o.State == StateVerified && len(o.Reviews) == 0 {
		r := Review{At: o.VerifiedAt, Submitted: o.VerifiedAt, Until: o.VerifiedUntil, Result: StateVerified, Checklist: o.checklist()}
		lists := o.lists()
		for _, p := range slices.Concat(lists.Required, lists.OneOf[:min(1, len(lists.OneOf))]) {
			r.Answers = append(r.Answers, Answer{Paper: p.ID, Verdict: VerdictInForce})
			if _, there := o.Paper(p.ID); !there {
				o.Papers = append(o.Papers, PaperRecord{Paper: p.ID, Number: "CONTOH", At: o.VerifiedAt})
			}
		}
		o.Reviews = []Review{r}
	}
}

// Plan gives demonstration content the state that it came to at that moment.
func (o *Organization) Plan(state State, at time.Time) {
	o.State = state
	switch state {
	case StatePending:
		o.SubmittedAt = at
		o.VerifiedAt = time.Time{}
	case StateSuspended:
		o.Suspension = &Suspension{Reason: "Contoh: laporan sedang diperiksa.", At: at, From: StateVerified}
		o.VerifiedUntil = o.VerifiedAt.AddDate(validYears, 0, 0)
	case StateRegistered, StateRejected:
		o.VerifiedAt = time.Time{}
	}
}

// StateAt is the state with the clock read: a verification past its end counts as expired at once.
func (o Organization) StateAt(now time.Time) State {
	if o.State == StateVerified && !now.Before(o.VerifiedUntil) {
		return StateExpired
	}
	return o.State
}

// InForce tells whether the organisation's verification is in force: it is verified, or its renewal is being looked
// at before the end.
func (o Organization) InForce(now time.Time) bool {
	return o.MergedInto == "" && (o.State == StateVerified || o.State == StatePending) && !o.VerifiedAt.IsZero() && now.Before(o.VerifiedUntil)
}

// MayStart tells whether the organisation may start something new: its verification is in force and no flag blocks it.
// What runs may be finished without.
func (o Organization) MayStart(now time.Time) bool { return o.InForce(now) && !o.Blocked(now) }

// Public tells whether anyone may see the organisation.
func (o Organization) Public(now time.Time) bool {
	if o.MergedInto != "" {
		return false
	}
	switch o.StateAt(now) {
	case StateVerified, StateExpired:
		return true
	case StatePending: // a renewal is being looked at
		return !o.VerifiedAt.IsZero()
	}
	return false
}

// Governs gives the village whose government the organisation is: set from the first verification on, which is when
// the tie was checked, and taken away while suspended or rejected.
func (o Organization) Governs() domain.RegionCode {
	if o.VerifiedAt.IsZero() || o.State == StateSuspended || o.State == StateRejected || o.MergedInto != "" {
		return ""
	}
	return o.Village
}

// TiedSublevel tells which kind of place organisations of a type and sublevel are tied to: "desa", "kelurahan",
// "kecamatan", or "" for none.
func TiedSublevel(typeID, sublevel string) string {
	switch {
	case typeID == domain.TypeVillageGovernment:
		return "desa"
	case typeID == domain.TypeGovernment && sublevel == domain.SublevelKelurahan:
		return "kelurahan"
	case typeID == domain.TypeGovernment && sublevel == "district":
		return "kecamatan"
	}
	return ""
}

// isOffice tells whether the organisation is the government of its village, not one of its other bodies.
func isOffice(typeID, sublevel string) bool {
	return typeID == domain.TypeVillageGovernment && sublevel == domain.SublevelVillageOffice ||
		typeID == domain.TypeGovernment && sublevel == domain.SublevelKelurahan
}

// refuse makes the error of a move that the state does not allow.
func (o Organization) refuse() error {
	if o.MergedInto != "" {
		return apperr.New(apperr.Conflict, "organizations.error.merged")
	}
	return apperr.New(apperr.Conflict, "organizations.error.state."+string(o.State))
}

// Submit hands the papers in for verification: registered, rejected and expired organisations may, a verified one
// from sixty days before its end. Invalid with the missing papers where any is missing.
func (o *Organization) Submit(now time.Time, lang string) error {
	if o.MergedInto != "" {
		return o.refuse()
	}
	switch o.StateAt(now) {
	case StateRegistered, StateRejected, StateExpired:
	case StateVerified:
		if o.VerifiedUntil.Sub(now) > renewWithin {
			return apperr.New(apperr.Conflict, "organizations.error.too_early", "date", o.VerifiedUntil.Add(-renewWithin))
		}
	default:
		return o.refuse()
	}
	if missing := o.Missing(now); len(missing) > 0 {
		return missingError(missing, lang)
	}
	if err := o.Validate(); err != nil {
		return err
	}
	o.State, o.SubmittedAt = StatePending, now
	return nil
}

// Decide ends a verification with the result that follows from the review's answers.
func (o *Organization) Decide(r Review, now time.Time) error {
	if o.State != StatePending || o.MergedInto != "" {
		return o.refuse()
	}
	r.Checklist = o.checklist()
	r.At, r.Submitted = now, o.SubmittedAt
	if err := r.settle(*o); err != nil {
		return err
	}
	if r.Result == StateVerified {
		o.State, o.VerifiedAt, o.VerifiedUntil = StateVerified, now, now.AddDate(validYears, 0, 0)
		r.Until = o.VerifiedUntil
	} else {
		o.State, o.VerifiedAt, o.VerifiedUntil = StateRejected, time.Time{}, time.Time{}
	}
	o.Reviews = append(slices.Clone(o.Reviews), r)
	return nil
}

// Expire notes that the verification came to its end.
func (o *Organization) Expire(now time.Time) error {
	if o.State != StateVerified || now.Before(o.VerifiedUntil) || o.MergedInto != "" {
		return o.refuse()
	}
	o.State = StateExpired
	return nil
}

// Suspend takes the verification out of force for a reason; the organisation may reply.
func (o *Organization) Suspend(by domain.AccountID, reason string, now time.Time) error {
	if err := checkReason(reason); err != nil {
		return err
	}
	if state := o.StateAt(now); o.MergedInto != "" || state != StateVerified && state != StateExpired && !o.InForce(now) {
		return o.refuse()
	}
	if o.Suspension != nil {
		o.Earlier = append(slices.Clone(o.Earlier), *o.Suspension)
	}
	o.Suspension = &Suspension{Reason: reason, By: by, At: now, From: o.State}
	o.State = StateSuspended
	return nil
}

// Reply is the suspended organisation's word; a later one takes the place of an earlier one.
func (o *Organization) Reply(text string, now time.Time) error {
	if err := checkReason(text); err != nil {
		return err
	}
	if o.State != StateSuspended || o.Suspension == nil {
		return o.refuse()
	}
	s := *o.Suspension
	s.Reply, s.RepliedAt = text, now
	o.Suspension = &s
	return nil
}

// Restore ends a suspension: the verification is in force again until its old end, and a renewal that was being looked
// at waits again.
func (o *Organization) Restore(reason string, now time.Time) error {
	if err := checkReason(reason); err != nil {
		return err
	}
	if o.State != StateSuspended || o.Suspension == nil {
		return o.refuse()
	}
	s := *o.Suspension
	s.Lifted, s.LiftedAt = reason, now
	o.Suspension, o.State = &s, StateVerified
	if s.From == StatePending {
		o.State = StatePending
	}
	o.State = o.StateAt(now)
	return nil
}
