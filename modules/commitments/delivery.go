package commitments

import (
	"time"
	"unicode/utf8"

	"gotong/modules/domain"
	"gotong/modules/kit/apperr"
)

// Delivery is one part that was handed over, and the village's word about it. Confirmed and Denied are parts of
// Quantity; what is neither waits for the village.
type Delivery struct {
	ID        string               `json:"id"`
	Quantity  int64                `json:"quantity"`
	Date      domain.Date          `json:"date"`
	Place     string               `json:"place"`
	Condition string               `json:"condition"`
	Note      string               `json:"note,omitempty"`
	Documents []domain.DocumentID  `json:"documents"`
	Grade     domain.EvidenceGrade `json:"grade"`
	Reporter  domain.AccountID     `json:"reporter,omitempty"`
	Reported  time.Time            `json:"reported"`
	Confirmed int64                `json:"confirmed,omitempty"`
	Denied    int64                `json:"denied,omitempty"`
	Words     string               `json:"words,omitempty"`
	Answered  time.Time            `json:"answered,omitzero"`
	Via       *Via                 `json:"via,omitempty"` // how the answer came; nil in the portal
	Verified  *Verification        `json:"verified,omitempty"`
}

// Open is what the village has not answered yet.
func (d Delivery) Open() int64 { return d.Quantity - d.Confirmed - d.Denied }

// GradeOf tells how well a document of that type supports a reported quantity; no document only reports.
func GradeOf(typ domain.DocumentType) domain.EvidenceGrade {
	switch typ {
	case "":
		return domain.GradeReported
	case domain.DocPhoto:
		return domain.GradeDatedPhoto
	}
	return domain.GradeDocumented
}

// ValidateDelivery checks a report before its document is stored. Errors: Invalid, Conflict.
func (c *Commitment) ValidateDelivery(h Hand, d Delivery) error {
	if c.State != StateAgreed && c.State != StateDelivering || h.Side != SideProposer || c.Pending != nil {
		return apperr.New(apperr.Conflict, "commitments.error.move")
	}
	left := c.Quantity - c.Delivered()
	var f apperr.Fields
	f.Check(d.Quantity >= 1, "quantity", "commitments.error.quantity")
	f.Check(d.Quantity <= left, "quantity", "commitments.error.more_than_left", "left", left)
	f.Check(d.Date != "" && d.Date <= domain.DateOf(h.At), "date", "commitments.error.delivery_date")
	f.Check(d.Place != "", "place", "commitments.error.place")
	f.Check(d.Condition != "", "condition", "commitments.error.condition")
	for name, text := range map[string]string{"place": d.Place, "condition": d.Condition, "note": d.Note} {
		f.Check(utf8.RuneCountInString(text) <= 500, name, "commitments.error.long", "max", 500)
		personal(&f, name, text)
	}
	f.Check(len(c.Deliveries) < MaxDeliveries, "quantity", "commitments.error.many_deliveries")
	return f.Err()
}

// Start begins the delivery of an agreed commitment.
func (c *Commitment) Start(h Hand) error { return c.move(h, StateDelivering, "") }

// Deliver records a part. It begins the delivery where that is still to be done. A part that is already there is left
// as it is. Errors: Invalid, Conflict.
func (c *Commitment) Deliver(h Hand, d Delivery) error {
	for _, had := range c.Deliveries {
		if had.ID == d.ID {
			return nil
		}
	}
	if len(d.Documents) == 0 {
		return apperr.InvalidFields([]apperr.Field{{Name: "file", Message: apperr.Msg("commitments.error.document")}})
	}
	if err := c.ValidateDelivery(h, d); err != nil {
		return err
	}
	if c.State == StateAgreed {
		if err := c.Start(h); err != nil {
			return err
		}
	}
	d.Confirmed, d.Denied, d.Words = 0, 0, ""
	d.Reporter, d.Reported = h.Account, h.At
	c.Deliveries = append(c.Deliveries, d)
	return nil
}

// HandOver moves to delivered: all is delivered and the handover record (BAST) is there.
func (c *Commitment) HandOver(h Hand, record domain.Citation) error {
	if c.Delivered() != c.Quantity {
		return apperr.New(apperr.Conflict, "commitments.error.not_all_delivered", "left", c.Quantity-c.Delivered())
	}
	if err := c.move(h, StateDelivered, ""); err != nil {
		return err
	}
	c.History[len(c.History)-1].Document, c.Handover = record.ID, record.SHA256
	return nil
}

// Answer is the village's word about one delivery: how much of what is still open was received.
type Answer struct {
	Delivery string
	Received int64
}

// Confirm records the village's answers, in a running delivery or at its end. What was not received needs words: while
// deliveries run it is to be delivered again, after the handover it is a dispute. With all confirmed after the
// handover the commitment is confirmed. Errors: Invalid, Conflict.
func (c *Commitment) Confirm(h Hand, answers []Answer, words string) error {
	if h.Side != SideVillage || c.Pending != nil || c.State != StateDelivering && c.State != StateDelivered {
		return apperr.New(apperr.Conflict, "commitments.error.move")
	}
	changed, denied := false, false
	deliveries := append([]Delivery(nil), c.Deliveries...)
	for _, a := range answers {
		for i := range deliveries {
			d := &deliveries[i]
			if d.ID != a.Delivery || d.Open() == 0 {
				continue
			}
			if a.Received < 0 || a.Received > d.Open() {
				return apperr.InvalidFields([]apperr.Field{{Name: "received_" + d.ID,
					Message: apperr.Msg("commitments.error.received", "max", d.Open())}})
			}
			open := d.Open()
			d.Confirmed += a.Received
			d.Denied += open - a.Received
			d.Answered, d.Via = h.At, h.Via
			changed = true
			if a.Received < open {
				denied = true
				d.Words = words
			} else {
				d.Grade = domain.GradeConfirmed
			}
		}
	}
	if !changed {
		return apperr.New(apperr.Conflict, "commitments.error.nothing_open")
	}
	if err := checkWords("words", words, denied); err != nil {
		return err
	}
	c.Deliveries = deliveries
	if c.State == StateDelivering {
		return nil
	}
	switch {
	case c.Delivered() < c.Quantity:
		if c.Dispute != nil {
			c.Disputes = append(append([]Dispute(nil), c.Disputes...), *c.Dispute)
		}
		c.Dispute = &Dispute{Words: words, At: h.At}
		return c.move(h, StateDisputed, words)
	case c.Confirmed() == c.Quantity:
		return c.move(h, StateConfirmed, "")
	}
	return nil
}

// Settle is the area verifier's decision on a dispute: confirmed (what was denied was received after all),
// delivering (the rest is to be delivered), cancelled (what was delivered stays, the rest is released).
func (c *Commitment) Settle(h Hand, to State, reason string) error {
	if err := checkWords("reason", reason, true); err != nil {
		return err
	}
	if c.State != StateDisputed {
		return apperr.New(apperr.Conflict, "commitments.error.move")
	}
	if err := c.move(h, to, reason); err != nil {
		return err
	}
	if to == StateConfirmed {
		for i := range c.Deliveries {
			d := &c.Deliveries[i]
			d.Confirmed, d.Denied, d.Grade = d.Quantity, 0, domain.GradeConfirmed
		}
		// What was delivered again after an earlier decision must not count twice.
		over := c.Confirmed() - c.Quantity
		for i := 0; i < len(c.Deliveries) && over > 0; i++ {
			d := &c.Deliveries[i]
			cut := min(over, d.Quantity)
			d.Confirmed, d.Denied = d.Quantity-cut, cut
			over -= cut
		}
	}
	if c.Dispute == nil {
		c.Dispute = &Dispute{At: h.At}
	}
	settled := *c.Dispute
	settled.Decision, settled.Reason, settled.Settled = to, reason, h.At
	c.Dispute = &settled
	return nil
}
