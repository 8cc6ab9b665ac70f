package organizations

import (
	"context"
	"slices"
	"time"
	"unicode/utf8"

	"gotong/modules/domain"
	"gotong/modules/kit/apperr"
	"gotong/modules/kit/store"
)

// FlagLevel says how heavy a risk flag is.
type FlagLevel string

// Levels. An observation is kept in mind, a warning is said to the organisation, a block keeps it from starting
// anything new while what runs may be finished.
const (
	FlagObservation FlagLevel = "observation"
	FlagWarning     FlagLevel = "warning"
	FlagBlock       FlagLevel = "block"
)

// FlagLevels and FlagCategories list what forms offer.
var (
	FlagLevels     = []FlagLevel{FlagObservation, FlagWarning, FlagBlock}
	FlagCategories = []string{"legal", "finance", "delivery", "safeguarding", "data-protection", "conflict", "other"}
)

// maxFlags bounds the flags of one organisation, ended ones included.
const maxFlags = 100

// Flag is a risk that the secretariat noted beside an organisation's state.
type Flag struct {
	ID       string           `json:"id"`
	Level    FlagLevel        `json:"level"`
	Category string           `json:"category"`
	Evidence string           `json:"evidence"` // what it rests on
	Decision string           `json:"decision"` // what follows from it
	Until    domain.Date      `json:"until"`    // its last day
	By       domain.AccountID `json:"by"`
	At       time.Time        `json:"at"`
	Lifted   string           `json:"lifted,omitempty"` // reason of an early end
	LiftedBy domain.AccountID `json:"lifted_by,omitempty"`
	LiftedAt time.Time        `json:"lifted_at,omitzero"`
}

// Active tells whether the flag counts: its last day has not passed and nobody has lifted it.
func (f Flag) Active(now time.Time) bool {
	return f.LiftedAt.IsZero() && f.Until >= domain.DateOf(now)
}

// Validate tells what must change, by field.
func (f Flag) Validate(now time.Time) error {
	var fields apperr.Fields
	fields.Check(slices.Contains(FlagLevels, f.Level), "level", "organizations.error.flag_level")
	fields.Check(slices.Contains(FlagCategories, f.Category), "category", "organizations.error.flag_category")
	for _, text := range []struct{ name, value, key string }{{"evidence", f.Evidence, "organizations.error.flag_evidence"}, {"decision", f.Decision, "organizations.error.flag_decision"}} {
		n := utf8.RuneCountInString(text.value)
		fields.Check(n >= 5, text.name, text.key)
		fields.Check(n <= maxLong, text.name, "organizations.error.long", "max", maxLong)
		fields.Check(len(domain.FindPersonalNumbers(text.value)) == 0, text.name, "organizations.error.personal")
	}
	last := domain.DateOf(now.AddDate(validYears, 0, 0))
	fields.Check(f.Until >= domain.DateOf(now) && f.Until <= last, "until", "organizations.error.flag_until", "date", last.Time())
	return fields.Err()
}

// Blocked tells whether an active flag keeps the organisation from starting anything new.
func (o Organization) Blocked(now time.Time) bool {
	return slices.ContainsFunc(o.Flags, func(f Flag) bool { return f.Level == FlagBlock && f.Active(now) })
}

// Raise notes a flag.
func (o *Organization) Raise(f Flag, now time.Time) error {
	if err := f.Validate(now); err != nil {
		return err
	}
	if o.MergedInto != "" {
		return o.refuse()
	}
	if len(o.Flags) >= maxFlags {
		return apperr.New(apperr.Conflict, "organizations.error.flags_many")
	}
	f.At = now
	o.Flags = append(slices.Clone(o.Flags), f)
	return nil
}

// Lift ends a flag before its last day. Conflict for one that has ended.
func (o *Organization) Lift(id string, by domain.AccountID, reason string, now time.Time) error {
	i := slices.IndexFunc(o.Flags, func(f Flag) bool { return f.ID == id })
	if i < 0 {
		return hidden(nil)
	}
	if err := checkReason(reason); err != nil {
		return err
	}
	if !o.Flags[i].Active(now) {
		return apperr.New(apperr.Conflict, "organizations.error.flag_ended")
	}
	o.Flags = slices.Clone(o.Flags)
	o.Flags[i].Lifted, o.Flags[i].LiftedBy, o.Flags[i].LiftedAt = reason, by, now
	return nil
}

// Unlift takes the lifting of a flag back. Conflict for one that was not lifted, or whose last day has passed.
func (o *Organization) Unlift(id, reason string, now time.Time) error {
	i := slices.IndexFunc(o.Flags, func(f Flag) bool { return f.ID == id })
	if i < 0 {
		return hidden(nil)
	}
	if err := checkReason(reason); err != nil {
		return err
	}
	again := o.Flags[i]
	again.Lifted, again.LiftedBy, again.LiftedAt = "", "", time.Time{}
	if o.Flags[i].LiftedAt.IsZero() || !again.Active(now) || o.MergedInto != "" {
		return apperr.New(apperr.Conflict, "organizations.error.flag_ended")
	}
	o.Flags = slices.Clone(o.Flags)
	o.Flags[i] = again
	return nil
}

// Raise notes a risk flag. Invalid by field; Forbidden for others than the secretariat and for members of it.
func (s *Service) Raise(ctx context.Context, actor domain.Actor, op store.Operation, id domain.OrganizationID, f Flag) error {
	f.ID, f.By = actor.NewID(op), actor.Account
	return s.judge(ctx, actor, op, id, "organization.flagged", f.Decision, func(o *Organization) error { return o.Raise(f, s.now()) })
}

// Lift ends a risk flag before its last day. NotFound for one that is not there; else errors as Raise's.
func (s *Service) Lift(ctx context.Context, actor domain.Actor, op store.Operation, id domain.OrganizationID, flag, reason string) error {
	return s.judge(ctx, actor, op, id, "organization.flag-lifted", reason, func(o *Organization) error { return o.Lift(flag, actor.Account, reason, s.now()) })
}
