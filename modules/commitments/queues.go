package commitments

import (
	"context"
	"slices"
	"time"

	"gotong/modules/domain"
	"gotong/modules/kit/store"
)

// Queues are what waits on desks because of commitments: proposals to answer, agreements to sign, deliveries due,
// deliveries to confirm, disputes to settle.
func (m *Module) Queues() []domain.Queue {
	return []domain.Queue{m.obligationQueue(), domain.DeskList[Commitment]{
		Name: "commitment", Title: "commitments.queue", List: listDesk, Read: m.Service.records.List, Keys: deskKeys,
		Keep: func(_ context.Context, r domain.QueueRequest, d store.Doc[Commitment]) (domain.Wait, bool, error) {
			c, b := d.Body, r.Page
			own := sides(r.Actor, &c)
			return domain.Wait{
				Title: cardTitle(b, c),
				Path:  pathOf(domain.CommitmentID(d.ID)), Note: c.NeedTitle + " · " + c.VillageName, Todo: b.T(nextKey(c, own)),
				Since: c.Created, Due: c.due(), Demo: c.Demo,
			}, len(own) > 0, nil
		},
	}.Queue()}
}

// deskKeys are the keys of listDesk under which commitments wait for the actor as owner of a party or as verifier.
func deskKeys(actor domain.Actor) []store.Key {
	keys := ownerKeys(actor)
	if actor.HasMandate(domain.MandateEvaluator) {
		keys = append(keys, store.KeyOf(domain.MandateEvaluator))
	}
	for _, mandate := range actor.Mandates {
		if mandate.Kind == domain.MandateAreaVerifier {
			keys = append(keys, store.KeyOf("region", string(mandate.Region)))
		}
	}
	return keys
}

// due is until when the next step should be done: the answer to a proposal by its deadline, all else by the promised
// end; zero where none is named.
func (c *Commitment) due() time.Time {
	if c.State == StateProposed {
		return c.deadline().Time()
	}
	return c.Until.Time()
}

// obligationQueue are open obligations of running agreements, the first due first.
func (m *Module) obligationQueue() domain.Queue {
	return domain.DeskList[Commitment]{
		Name: "obligation", Title: "commitments.queue_obligation", List: listObliged, Read: m.Service.records.List, Keys: ownerKeys,
		Keep: func(_ context.Context, r domain.QueueRequest, d store.Doc[Commitment]) (domain.Wait, bool, error) {
			c := d.Body
			own := sides(r.Actor, &c)
			wait := domain.Wait{Path: pathOf(domain.CommitmentID(d.ID)), Note: c.NeedTitle + " · " + c.VillageName, Since: c.Created, Demo: c.Demo}
			for _, o := range c.openObligations() {
				if slices.Contains(own, o.Owner) && (wait.Title == "" || o.Due.Time().Before(wait.Due)) {
					wait.Title, wait.Due = o.Title, o.Due.Time()
				}
			}
			wait.Todo = r.Page.T("commitments.obligation.todo")
			return wait, wait.Title != "", nil
		},
	}.Queue()
}

// ownerKeys are the keys of the organisations that the actor owns.
func ownerKeys(actor domain.Actor) (keys []store.Key) {
	for _, member := range actor.Holding(domain.OrgOwner) {
		keys = append(keys, store.KeyOf("organization", string(member.Organization)))
	}
	return keys
}
