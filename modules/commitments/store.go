package commitments

import (
	"slices"

	"gotong/modules/domain"
	"gotong/modules/kit/store"
)

// Collections of this module, as the feed names them.
const (
	Collection         = "commitments"
	AccountsCollection = "commitment_accounts"
)

// AccountSubject tells of which need or offer an account of AccountsCollection is; kind is "need" or "offer".
func AccountSubject(id string) (kind, subject string) {
	for _, k := range []string{accountNeed, accountOffer} {
		if len(id) > len(k)+1 && id[:len(k)+1] == k+":" {
			return k, id[len(k)+1:]
		}
	}
	return "", ""
}

const (
	listNeed         = "need"
	listInitiative   = "initiative"
	listOrganization = "organization"
	listParty        = "party" // either side's organisation
	listVillage      = "village"
	listDesk         = "desk"
	listObliged      = "obliged" // organisations with open obligations, by the first date
	listPending      = "pending"
	listProposed     = "proposed"

	trackDone   = "done"
	trackFailed = "failed"
)

func byCreated(_ string, c Commitment) string { return store.SortTime(c.Created) }

func definition() store.Definition[Commitment] {
	list := func(name string, keys func(c Commitment) []store.Key) store.List[Commitment] {
		return store.List[Commitment]{Name: name, Descending: true, Sort: byCreated,
			Keys: func(_ string, c Commitment) []store.Key { return keys(c) }}
	}
	return store.Definition[Commitment]{
		Name: Collection, Schema: 1,
		Lists: []store.List[Commitment]{
			list(listNeed, func(c Commitment) []store.Key { return []store.Key{store.KeyOf(string(c.Need))} }),
			list(listInitiative, func(c Commitment) []store.Key { return []store.Key{store.KeyOf(string(c.Initiative))} }),
			list(listOrganization, func(c Commitment) []store.Key {
				keys := []store.Key{store.KeyOf(string(c.Organization))}
				if t := c.track(); t != "" {
					keys = append(keys, store.KeyOf(string(c.Organization), t))
				}
				return keys
			}),
			list(listParty, func(c Commitment) []store.Key {
				return slices.Compact([]store.Key{store.KeyOf(string(c.Organization)), store.KeyOf(string(c.VillageOrganization))})
			}),
			list(listVillage, func(c Commitment) []store.Key {
				if !c.Accepted() {
					return nil
				}
				return []store.Key{store.KeyOf(string(c.Village))}
			}),
			{Name: listDesk, Sort: byCreated, Keys: func(_ string, c Commitment) []store.Key { return c.waitsFor() }},
			{Name: listObliged, Sort: func(_ string, c Commitment) string { return store.SortText(string(c.nextObligation())) },
				Keys: func(_ string, c Commitment) []store.Key { return c.obliged() }},
			{Name: listPending, Sort: byCreated, Keys: func(_ string, c Commitment) []store.Key {
				if c.Pending == nil {
					return nil
				}
				return []store.Key{""}
			}},
			{Name: listProposed, Sort: func(_ string, c Commitment) string { return store.SortText(string(c.deadline())) },
				Keys: func(_ string, c Commitment) []store.Key {
					if c.State != StateProposed {
						return nil
					}
					return []store.Key{""}
				}},
		},
	}
}

// track tells whether a commitment counts in its proposer's record: done with the village's word, or failed after it
// was accepted. What still runs counts in neither.
func (c *Commitment) track() string {
	switch {
	case c.State == StateConfirmed || c.State == StateEvaluated:
		return trackDone
	case c.State == StateCancelled && c.Accepted():
		return trackFailed
	}
	return ""
}

// waitsFor names who has to act next: organisations by id, the area's verifiers by region.
func (c *Commitment) waitsFor() []store.Key {
	var keys []store.Key
	add := func(ids ...domain.OrganizationID) {
		for _, id := range ids {
			keys = append(keys, store.KeyOf("organization", string(id)))
		}
	}
	switch c.State {
	case StateInterest, StateAgreed:
		add(c.Organization)
	case StateProposed:
		if c.proposedBy() == SideVillage {
			add(c.Organization)
		} else {
			add(c.VillageOrganization)
		}
	case StateDelivered:
		add(c.VillageOrganization)
	case StateAccepted:
		if c.Signed(SideProposer) == nil {
			add(c.Organization)
		}
		if c.Signed(SideVillage) == nil {
			add(c.VillageOrganization)
		}
	case StateDelivering:
		add(c.Organization)
		if c.openDeliveries() > 0 {
			add(c.VillageOrganization)
		}
	case StateConfirmed:
		if c.ProposerReview == nil {
			add(c.Organization)
		}
		if c.VillageReview == nil {
			add(c.VillageOrganization)
		}
		if keys == nil {
			keys = append(keys, store.KeyOf(domain.MandateEvaluator))
		}
	case StateDisputed:
		if c.Dispute != nil && c.Dispute.Reply == "" {
			add(c.Organization)
		}
		for _, code := range c.Village.Path() {
			keys = append(keys, store.KeyOf("region", code))
		}
	}
	return keys
}

func (c *Commitment) openDeliveries() int {
	n := 0
	for _, d := range c.Deliveries {
		if d.Open() > 0 {
			n++
		}
	}
	return n
}

func accountDefinition() store.Definition[Account] {
	bySubject := func(id string, _ Account) string { return store.SortText(id) }
	return store.Definition[Account]{
		Name: AccountsCollection, Schema: 1,
		Lists: []store.List[Account]{
			{Name: "village", Sort: bySubject, Keys: func(_ string, a Account) []store.Key {
				if a.Kind != accountNeed {
					return nil
				}
				return []store.Key{store.KeyOf(string(a.Village))}
			}},
			{Name: "held", Sort: bySubject, Keys: func(_ string, a Account) []store.Key {
				if len(a.Holds) == 0 {
					return nil
				}
				return []store.Key{""}
			}},
		},
	}
}
