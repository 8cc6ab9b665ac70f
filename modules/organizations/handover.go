package organizations

import (
	"context"
	"errors"
	"slices"
	"time"

	"gotong/modules/domain"
	"gotong/modules/kit/apperr"
	"gotong/modules/kit/store"
)

// handoverLife is how long an offered ownership can be taken.
const handoverLife = 14 * 24 * time.Hour

// Handover is an owner's offer that another member takes their place. It counts once the other accepts: then one write
// swaps both in the list of owners, and the two memberships follow.
type Handover struct {
	From     domain.AccountID `json:"from"`
	To       domain.AccountID `json:"to"`
	At       time.Time        `json:"at"`
	Until    time.Time        `json:"until"`
	Accepted time.Time        `json:"accepted,omitzero"` // the list of owners is swapped, the memberships follow
}

// open tells whether the offer can be taken.
func (h *Handover) open(now time.Time) bool {
	return h != nil && h.Accepted.IsZero() && now.Before(h.Until)
}

// Offer notes the offer; a later one takes the place of an earlier one that nobody took.
func (o *Organization) Offer(from, to domain.AccountID, now time.Time) error {
	switch {
	case o.MergedInto != "":
		return o.refuse()
	case o.Handover != nil && !o.Handover.Accepted.IsZero():
		return apperr.New(apperr.Conflict, "organizations.error.handover_busy")
	case from == to || slices.Contains(o.Owners, to):
		return apperr.New(apperr.Conflict, "organizations.error.handover_owner")
	case !slices.Contains(o.Owners, from):
		return apperr.New(apperr.Forbidden, "organizations.error.owner_only")
	}
	o.Handover = &Handover{From: from, To: to, At: now, Until: now.Add(handoverLife)}
	return nil
}

// Take swaps the owners. NotFound for others than the one to whom it was offered, Conflict where the offer is over or
// who made it is no owner any more.
func (o *Organization) Take(by domain.AccountID, now time.Time) error {
	h := o.Handover
	if h == nil || h.To != by {
		return hidden(nil)
	}
	if !h.open(now) || !slices.Contains(o.Owners, h.From) || o.MergedInto != "" {
		return apperr.New(apperr.Conflict, "organizations.error.handover_gone")
	}
	taken := *h
	taken.Accepted = now
	o.Handover = &taken
	o.Owners = slices.DeleteFunc(slices.Clone(o.Owners), func(a domain.AccountID) bool { return a == h.From })
	if !slices.Contains(o.Owners, by) {
		o.Owners = append(o.Owners, by)
	}
	return nil
}

// OfferOwnership offers the actor's own place as owner to another member. Forbidden for others than owners; NotFound
// for one who is no member; Conflict for one who is an owner already.
func (s *Service) OfferOwnership(ctx context.Context, actor domain.Actor, op store.Operation, id domain.OrganizationID, to domain.AccountID) error {
	doc, err := s.managed(ctx, actor, id)
	if err != nil {
		return err
	}
	if _, err := s.members.Get(ctx, memberID(id, to)); err != nil {
		return hidden(err)
	}
	_, err = s.change(ctx, doc, actor.Change("organization.handover-offered", id, op), func(o *Organization) error { return o.Offer(actor.Account, to, s.now()) })
	return err
}

// EndOffer takes an offer back (owners) or declines it (the one to whom it was made). NotFound for others and where
// there is none; Conflict where it was taken.
func (s *Service) EndOffer(ctx context.Context, actor domain.Actor, op store.Operation, id domain.OrganizationID) error {
	doc, err := s.inside(ctx, actor, id)
	if err != nil {
		return err
	}
	h, action := doc.Body.Handover, "organization.handover-withdrawn"
	if h != nil && h.To == actor.Account {
		action = "organization.handover-declined"
	} else if !MayManage(actor, id) {
		return apperr.New(apperr.Forbidden, "organizations.error.owner_only")
	}
	_, err = s.change(ctx, doc, actor.Change(action, id, op), func(o *Organization) error {
		if o.Handover == nil || !o.Handover.Accepted.IsZero() {
			return apperr.New(apperr.Conflict, "organizations.error.handover_gone")
		}
		o.Handover = nil
		return nil
	})
	return err
}

// TakeOwnership makes the actor an owner in the place of who offered it, who stays as an editor. NotFound for others
// than the one to whom it was offered; Conflict where the offer is over.
func (s *Service) TakeOwnership(ctx context.Context, actor domain.Actor, op store.Operation, id domain.OrganizationID) error {
	doc, err := s.inside(ctx, actor, id)
	if err != nil {
		return err
	}
	if _, ok := actor.Membership(id); !ok {
		return hidden(nil)
	}
	if h := doc.Body.Handover; h == nil || h.To != actor.Account {
		if done, err := s.repeated(ctx, doc.ID, op); err != nil || done {
			return err
		}
		return hidden(nil)
	}
	after, err := s.change(ctx, doc, actor.Change("organization.handover-taken", id, op), func(o *Organization) error { return o.Take(actor.Account, s.now()) })
	if err != nil {
		return err
	}
	return s.settleHandover(ctx, after)
}

// settleHandover brings the two memberships to what the list of owners says, and closes the offer. It may be repeated.
func (s *Service) settleHandover(ctx context.Context, doc store.Doc[Organization]) error {
	h, id := doc.Body.Handover, domain.OrganizationID(doc.ID)
	if h == nil || h.Accepted.IsZero() {
		return nil
	}
	change := store.Change{Action: "organization.role-changed", Actor: string(h.To), Organization: doc.ID}
	for _, step := range []struct {
		account domain.AccountID
		role    domain.OrganizationRole
	}{{h.To, domain.OrgOwner}, {h.From, domain.OrgEditor}} {
		if (step.role == domain.OrgOwner) != slices.Contains(doc.Body.Owners, step.account) {
			continue // something else was decided since
		}
		if err := s.setMember(ctx, id, step.account, step.role, change); err != nil {
			return err
		}
	}
	o := doc.Body
	o.Handover = nil
	change.Action = "organization.handover-settled"
	_, err := s.organizations.Replace(ctx, doc, o, change)
	if apperr.Is(err, apperr.Conflict) {
		return nil // the next look settles it
	}
	return err
}

// setMember gives a member a role; one who is not there stays away.
func (s *Service) setMember(ctx context.Context, id domain.OrganizationID, account domain.AccountID, role domain.OrganizationRole, c store.Change) error {
	for range 5 {
		doc, err := s.members.Get(ctx, memberID(id, account))
		if apperr.Is(err, apperr.NotFound) || err == nil && doc.Body.Role == role {
			return nil
		}
		if err != nil {
			return err
		}
		m := doc.Body
		m.Role = role
		if _, err = s.members.Replace(ctx, doc, m, c); !apperr.Is(err, apperr.Conflict) {
			return err
		}
	}
	return apperr.New(apperr.Conflict, "organizations.error.changed")
}

// SettleHandovers finishes handovers that a crash left between the owners and the memberships.
func (s *Service) SettleHandovers(ctx context.Context) (int, error) {
	page, err := s.organizations.List(ctx, store.Query{List: listHandover, Limit: 100})
	if err != nil {
		return 0, err
	}
	var failed []error
	for _, doc := range page.Items {
		if err := s.settleHandover(ctx, doc); err != nil {
			failed = append(failed, err)
		}
	}
	return len(page.Items) - len(failed), errors.Join(failed...)
}
