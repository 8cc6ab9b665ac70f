package commitments

import (
	"unicode/utf8"

	"gotong/modules/domain"
	"gotong/modules/kit/apperr"
	"gotong/modules/kit/store"
)

// MaxObligations bounds the obligations of one agreement.
const MaxObligations = 30

// Obligation is a duty of the agreement: what, by which side, until when. It is part of what both sides sign.
type Obligation struct {
	ID    string      `json:"id"`
	Title string      `json:"title"`
	Owner Side        `json:"owner"`
	Due   domain.Date `json:"due"`
	Done  domain.Date `json:"done,omitempty"`
}

// Late tells whether it is open past its date.
func (o Obligation) Late(today domain.Date) bool { return o.Done == "" && o.Due < today }

// Oblige adds an obligation to an agreement that is not signed by both yet. Words given on the agreement before are
// taken away: it says more now. A repeat is left as it is. Errors: Invalid, Conflict.
func (c *Commitment) Oblige(h Hand, o Obligation) error {
	for _, had := range c.Obligations {
		if had.ID == o.ID {
			return nil
		}
	}
	if c.State != StateAccepted || c.Pending != nil || h.Side != SideProposer && h.Side != SideVillage {
		return apperr.New(apperr.Conflict, "commitments.error.move")
	}
	var f apperr.Fields
	f.Check(o.Title != "", "what", "commitments.error.obligation")
	f.Check(utf8.RuneCountInString(o.Title) <= 200, "what", "commitments.error.long", "max", 200)
	personal(&f, "what", o.Title)
	f.Check(o.Owner == SideProposer || o.Owner == SideVillage, "owner", "commitments.error.obligation_owner")
	f.Check(o.Due != "" && o.Due >= domain.DateOf(h.At), "due", "commitments.error.until")
	if err := f.Err(); err != nil {
		return err
	}
	if len(c.Obligations) >= MaxObligations {
		return apperr.New(apperr.Conflict, "commitments.error.many_obligations", "max", MaxObligations)
	}
	c.Obligations = append(append([]Obligation(nil), c.Obligations...), o)
	c.unsign()
	return nil
}

// unsign takes both sides' words from the agreement, whose terms stay.
func (c *Commitment) unsign() {
	if c.Agreement != nil {
		a := *c.Agreement
		a.Proposer, a.Village = nil, nil
		c.Agreement = &a
	}
}

// Drop takes an obligation out of an agreement that is not signed by both yet. Error: Conflict.
func (c *Commitment) Drop(h Hand, id string) error {
	if c.State != StateAccepted || c.Pending != nil || h.Side != SideProposer && h.Side != SideVillage {
		return apperr.New(apperr.Conflict, "commitments.error.move")
	}
	var rest []Obligation
	for _, o := range c.Obligations {
		if o.ID != id {
			rest = append(rest, o)
		}
	}
	if len(rest) < len(c.Obligations) {
		c.Obligations = rest
		c.unsign()
	}
	return nil
}

// Fulfil notes that the side whose obligation it is has done it. Errors: Forbidden (the other side's), Conflict.
func (c *Commitment) Fulfil(h Hand, id string) error {
	switch c.State {
	case StateAgreed, StateDelivering, StateDelivered, StateDisputed, StateConfirmed:
	default:
		return apperr.New(apperr.Conflict, "commitments.error.move")
	}
	for i, o := range c.Obligations {
		if o.ID != id {
			continue
		}
		if o.Owner != h.Side {
			return apperr.New(apperr.Forbidden, "commitments.error.side")
		}
		if o.Done == "" {
			c.Obligations = append([]Obligation(nil), c.Obligations...)
			c.Obligations[i].Done = domain.DateOf(h.At)
		}
		return nil
	}
	return apperr.New(apperr.Conflict, "commitments.error.move")
}

// openObligations gives those that are still to be done under an agreement that runs, the first due first.
func (c *Commitment) openObligations() (list []Obligation) {
	switch c.State {
	case StateAgreed, StateDelivering, StateDelivered, StateDisputed, StateConfirmed:
	default:
		return nil
	}
	for _, o := range c.Obligations {
		if o.Done == "" {
			list = append(list, o)
		}
	}
	return list
}

// obliged names the organisations with open obligations.
func (c *Commitment) obliged() []store.Key {
	var keys []store.Key
	for _, o := range c.openObligations() {
		id := c.Organization
		if o.Owner == SideVillage {
			id = c.VillageOrganization
		}
		keys = append(keys, store.KeyOf("organization", string(id)))
	}
	return keys
}

// nextObligation is the date of the first open obligation.
func (c *Commitment) nextObligation() domain.Date {
	var first domain.Date
	for _, o := range c.openObligations() {
		if first == "" || o.Due < first {
			first = o.Due
		}
	}
	return first
}
