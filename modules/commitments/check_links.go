package commitments

import (
	"context"
	"fmt"

	"gotong/modules/domain"
	"gotong/modules/kit/store"
)

// checkMore says what does not add up in a commitment by itself: what stands is the last version, an answer names a
// link that there is, what is evaluated was evaluated by both sides, deliveries are answered for no more than they are.
func (c *Commitment) checkMore(id domain.CommitmentID, say func(format string, args ...any)) {
	if n := len(c.Versions); n > 0 {
		if last := c.Versions[n-1]; last.Quantity != c.Quantity || last.From != c.From || last.Until != c.Until || last.Conditions != c.Conditions {
			say("commitment %s: its terms are not those of version %d", id, n)
		}
	}
	for _, d := range c.Deliveries {
		if d.Via != nil && (d.Via.Number < 1 || d.Via.Number > len(c.Links)) {
			say("commitment %s: delivery %s was answered by link %d, of %d", id, d.ID, d.Via.Number, len(c.Links))
		}
		if d.Open() < 0 || d.Confirmed < 0 || d.Denied < 0 {
			say("commitment %s: delivery %s of %d has %d confirmed and %d denied", id, d.ID, d.Quantity, d.Confirmed, d.Denied)
		}
		if d.Verified != nil && d.Confirmed == 0 {
			say("commitment %s: delivery %s is verified, yet nothing of it confirmed", id, d.ID)
		}
	}
	if a := c.Agreement; a != nil && a.Kind != AgreementStatement && (a.Proposer != nil || a.Village != nil) && a.Document != "" && a.SHA256 == "" {
		say("commitment %s: its agreement cites a document without its sum", id)
	}
	if (c.State == StateDisputed) != (c.Dispute != nil && c.Dispute.Decision == "") {
		say("commitment %s: %s, and a dispute that is not so", id, c.State)
	}
}

// checkLinks says which links are stuck between their answer and their commitment, or say what their commitment does
// not.
func (s *Service) checkLinks(ctx context.Context, numbers map[domain.CommitmentID]map[int]bool, links map[string]domain.CommitmentID, say func(format string, args ...any)) error {
	now := s.clock.Now()
	return s.links.Each(ctx, func(doc store.Doc[Link]) error {
		l := doc.Body
		name := fmt.Sprintf("link %d of commitment %s", l.Number, l.Commitment)
		switch {
		case links[doc.ID] != l.Commitment:
			say("%s: its commitment does not know it", name)
		case l.Answer != nil && l.Done.IsZero() && now.Sub(l.Answer.At) >= 2*pendingAge:
			say("%s: its answer is on its way since %s", name, l.Answer.At)
		case !l.Done.IsZero() && !numbers[l.Commitment][l.Number]:
			say("%s: its answer is not there", name)
		case l.Erased && (l.Name != "" || l.Position != ""):
			say("%s: who answered was erased, and is there", name)
		}
		return nil
	})
}
