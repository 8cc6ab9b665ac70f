package commitments

import (
	"slices"

	"gotong/modules/domain"
	"gotong/modules/kit/apperr"
)

// MaxHolds is how many commitments may be open on one account.
const MaxHolds = 500

// remembered is how many ended commitments an account knows by name, so that a late repeat of a hold or a settlement
// meets itself.
const remembered = 64

// Hold is the quantity of one accepted commitment on an account, with what of it was delivered and confirmed.
type Hold struct {
	Quantity int64 `json:"quantity"`
	Attempt  int64 `json:"attempt"`
	Tally
}

// Tally is what of a commitment was delivered and confirmed, and how well that is supported.
type Tally struct {
	Delivered int64 `json:"delivered,omitempty"`
	Confirmed int64 `json:"confirmed,omitempty"`
	domain.Graded
}

func (t Tally) plus(o Tally) Tally {
	return Tally{t.Delivered + o.Delivered, t.Confirmed + o.Confirmed, t.Graded.Plus(o.Graded)}
}

// Account of a verified need or of an offer: settled and all holds together never exceed the limit.
type Account struct {
	Kind     string                       `json:"kind"` // accountNeed or accountOffer
	Subject  string                       `json:"subject"`
	Village  domain.RegionCode            `json:"village,omitempty"`  // of a need
	Category domain.CategoryID            `json:"category,omitempty"` // of a need
	Unit     domain.UnitID                `json:"unit"`
	Limit    int64                        `json:"limit"`
	Settled  int64                        `json:"settled"`
	Tally                                 // of what is settled
	Holds    map[domain.CommitmentID]Hold `json:"holds,omitempty"`
	Ended    []domain.CommitmentID        `json:"ended,omitempty"`
	Closed   bool                         `json:"closed,omitempty"`
	Demo     bool                         `json:"demo,omitempty"`
}

const (
	accountNeed  = "need"
	accountOffer = "offer"
)

func needAccount(id domain.NeedID) string   { return accountNeed + ":" + string(id) }
func offerAccount(id domain.OfferID) string { return accountOffer + ":" + string(id) }

// Used is what is settled or held.
func (a *Account) Used() int64 {
	sum := a.Settled
	for _, h := range a.Holds {
		sum += h.Quantity
	}
	return sum
}

// Free is what can still be held.
func (a *Account) Free() int64 {
	if a.Closed {
		return 0
	}
	return max(0, a.Limit-a.Used())
}

// Ledger reads the account of a need.
func (a *Account) Ledger() domain.Ledger {
	committed, t := a.Settled, a.Tally
	for _, h := range a.Holds {
		committed, t = committed+h.Quantity, t.plus(h.Tally)
	}
	return domain.Ledger{Unit: a.Unit, Needed: a.Limit, Committed: committed, Delivered: t.Delivered, Confirmed: t.Confirmed, Graded: t.Graded}
}

// hold reserves a quantity for one attempt. A repeat changes nothing; a newer attempt takes the hold over; an older
// one, or one of an ended commitment, is refused (Conflict). Error: Conflict with what is left.
func (a *Account) hold(id domain.CommitmentID, attempt, quantity int64) (changed bool, err error) {
	if slices.Contains(a.Ended, id) {
		return false, apperr.New(apperr.Conflict, "commitments.error.move")
	}
	had, held := a.Holds[id]
	switch {
	case held && had.Attempt == attempt && had.Quantity == quantity:
		return false, nil
	case held && had.Attempt >= attempt:
		return false, apperr.New(apperr.Conflict, "commitments.error.move")
	case a.Closed:
		return false, apperr.New(apperr.Conflict, "commitments.error.closed_"+a.Kind)
	case quantity <= 0 || quantity > a.Free()+had.Quantity:
		return false, apperr.New(apperr.Conflict, "commitments.error.full_"+a.Kind, "left", a.Free()+had.Quantity)
	case !held && len(a.Holds) >= MaxHolds:
		return false, apperr.New(apperr.Conflict, "commitments.error.many_holds", "max", MaxHolds)
	}
	if a.Holds == nil {
		a.Holds = map[domain.CommitmentID]Hold{}
	}
	a.Holds[id] = Hold{Quantity: quantity, Attempt: attempt}
	return true, nil
}

// release gives back the hold of that attempt or of an older one.
func (a *Account) release(id domain.CommitmentID, attempt int64) (changed bool) {
	if h, held := a.Holds[id]; !held || h.Attempt > attempt {
		return false
	}
	delete(a.Holds, id)
	return true
}

// post notes what was delivered and confirmed of a hold, recounted from the commitment.
func (a *Account) post(id domain.CommitmentID, t Tally) (changed bool) {
	h, held := a.Holds[id]
	if !held || a.Kind != accountNeed || h.Tally == t {
		return false
	}
	h.Tally = t
	a.Holds[id] = h
	return true
}

// settle folds an ended hold into settled: what is kept stays committed, the rest is free again.
func (a *Account) settle(id domain.CommitmentID, kept int64, t Tally) (changed bool) {
	if _, held := a.Holds[id]; !held {
		return false
	}
	delete(a.Holds, id)
	a.Settled += kept
	if a.Kind == accountNeed {
		a.Tally = a.plus(t)
	}
	a.Ended = append(a.Ended, id)
	if n := len(a.Ended); n > remembered {
		a.Ended = slices.Clone(a.Ended[n-remembered:])
	}
	return true
}

// setLimit moves the limit, never below what is settled or held. Errors: Invalid, Conflict.
func (a *Account) setLimit(limit int64) error {
	if limit < 0 || limit > MaxQuantity {
		return apperr.InvalidFields([]apperr.Field{{Name: "quantity", Message: apperr.Msg("commitments.error.quantity")}})
	}
	if used := a.Used(); limit < used {
		return &apperr.Error{Kind: apperr.Conflict, Msg: apperr.Msg("commitments.error.below_held", "held", used),
			Fields: []apperr.Field{{Name: "quantity", Message: apperr.Msg("commitments.error.below_held", "held", used)}}}
	}
	a.Limit = limit
	return nil
}
