package demo

import (
	"math/rand/v2"

	"gotong/modules/commitments"
	"gotong/modules/domain"
	"gotong/modules/initiatives"
	"gotong/modules/kit/store"
	"gotong/modules/needs"
	"gotong/modules/organizations"
)

// market holds the open offers of a block with what is left of each.
type market struct {
	offers []marketOffer
	of     map[marketKey][]int
}

type marketKey struct {
	category domain.CategoryID
	unit     domain.UnitID
}

type marketOffer struct {
	initiatives.Offer
	initiative   domain.InitiativeID
	title        string
	organization domain.OrganizationID
	name         string // of the organisation
	areas        []domain.RegionCode
	left         int64
}

func newMarket(items []store.Item[initiatives.Initiative], partners []organizations.Seed) *market {
	m := &market{of: map[marketKey][]int{}}
	names := make(map[domain.OrganizationID]string, len(partners))
	for _, p := range partners {
		names[p.ID] = p.Organization.Name
	}
	for _, item := range items {
		if s := item.Body.State(); s != initiatives.Published && s != initiatives.Running {
			continue
		}
		for _, o := range item.Body.Offers {
			key := marketKey{o.Category, o.Unit}
			m.of[key] = append(m.of[key], len(m.offers))
			m.offers = append(m.offers, marketOffer{Offer: o, initiative: domain.InitiativeID(item.ID), title: item.Body.Title,
				organization: item.Body.Organization, name: names[item.Body.Organization], areas: item.Body.AreasOf(o), left: o.Quantity})
		}
	}
	return m
}

func (m *market) accounts() []commitments.SeedOffer {
	accounts := make([]commitments.SeedOffer, 0, len(m.offers))
	for _, o := range m.offers {
		accounts = append(accounts, commitments.SeedOffer{ID: o.ID, Unit: o.Unit, Limit: o.Quantity})
	}
	return accounts
}

// find gives an offer for a need in that village with at least that much left.
func (m *market) find(n *needs.Need, least int64) *marketOffer {
	for _, i := range m.of[marketKey{n.Category, n.Unit}] {
		o := &m.offers[i]
		if o.left < least || o.left < 1 {
			continue
		}
		for _, area := range o.areas {
			if area.Contains(n.Village) {
				return o
			}
		}
	}
	return nil
}

// commit joins an offer with the need, for all of it or a part, and brings the commitment as far as chance has it. It
// gives what the village confirmed.
func (b *builder) commit(r *rand.Rand, m *market, id domain.NeedID, n *needs.Need, village domain.Place, deals map[domain.CommitmentID]commitments.Commitment) (int64, error) {
	quantity := n.Quantity
	if n.Divisible && r.IntN(2) == 0 {
		quantity = max(1, n.Quantity*(20+r.Int64N(70))/100)
	}
	o := m.find(n, quantity)
	if o == nil {
		return 0, nil
	}
	since := b.day.AddDate(0, 0, -(5 + r.IntN(24)))
	c := commitments.Commitment{
		Need: id, NeedTitle: n.Title, Initiative: o.initiative, InitiativeTitle: o.title, Offer: o.ID, Organization: o.organization,
		OrganizationName: o.name, Village: n.Village, VillageName: domain.PlaceText(village), VillageOrganization: b.offices[n.Village].ID,
		Category: n.Category, Unit: n.Unit, Quantity: quantity, From: domain.DateOf(since), Until: n.WantedBy, Message: "Rekaan untuk peragaan dan pengukuran.",
		State: commitments.StateInterest, Created: since, Demo: true,
	}
	hand := func(side commitments.Side, days int) commitments.Hand {
		h := commitments.Hand{Side: side, Account: "demo-scale-partner", Organization: o.organization, At: since.AddDate(0, 0, days)}
		if side == commitments.SideVillage {
			h.Account, h.Organization = "demo-scale-village", c.VillageOrganization
		}
		return h
	}
	c.History = []commitments.Move{{To: commitments.StateInterest, Side: commitments.SideProposer, Organization: o.organization, At: since}}
	if err := advanceCommitment(r, &c, hand); err != nil {
		return 0, err
	}
	if c.Accepted() {
		o.left -= quantity
	}
	deals[domain.CommitmentID(scaleID("deal", id))] = c
	return c.Confirmed(), nil
}

// advanceCommitment: of a hundred commitments 10 stay proposed, 20 accepted, 15 agreed, 20 are on their way, 35 are
// confirmed.
func advanceCommitment(r *rand.Rand, c *commitments.Commitment, hand func(commitments.Side, int) commitments.Hand) error {
	fate := r.IntN(100)
	partner, village := commitments.SideProposer, commitments.SideVillage
	if err := c.Propose(hand(partner, 0)); err != nil || fate < 10 {
		return err
	}
	if err := c.BeginAccept(hand(village, 1), 1); err != nil {
		return err
	}
	if err := c.FinishAccept(); err != nil || fate < 30 {
		return err
	}
	terms := commitments.Terms{Kind: commitments.AgreementStatement, Position: "Pengelola (contoh)"}
	if err := c.Sign(hand(partner, 2), terms, domain.Citation{}); err != nil {
		return err
	}
	if err := c.Sign(hand(village, 2), terms, domain.Citation{}); err != nil || fate < 45 {
		return err
	}
	if err := c.Start(hand(partner, 3)); err != nil {
		return err
	}
	quantity := c.Quantity
	if fate < 65 {
		quantity = max(1, c.Quantity/2)
	}
	h := hand(partner, 4)
	c.Deliveries = []commitments.Delivery{{ID: "1", Quantity: quantity, Date: domain.DateOf(h.At), Place: "Balai desa (contoh)", Condition: "Baik (contoh)",
		Grade: domain.GradeReported, Reporter: h.Account, Reported: h.At}}
	if fate < 65 {
		return nil
	}
	if err := c.HandOver(hand(partner, 4), domain.Citation{}); err != nil {
		return err
	}
	return c.Confirm(hand(village, 5), []commitments.Answer{{Delivery: "1", Received: quantity}}, "")
}
