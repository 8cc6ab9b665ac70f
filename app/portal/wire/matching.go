package wire

import (
	"context"

	"gotong/modules/commitments"
	"gotong/modules/domain"
	"gotong/modules/initiatives"
	"gotong/modules/kit/apperr"
	"gotong/modules/kit/store"
	"gotong/modules/matching"
	"gotong/modules/needs"
)

// MatchingNeeds are open needs in the words of matching.
type MatchingNeeds struct{ *House }

// Each gives every open need.
func (w MatchingNeeds) Each(ctx context.Context, fn func(matching.Need) error) error {
	return w.Needs.Service.Each(ctx, func(doc needs.Doc) error {
		if !doc.Body.Open() {
			return nil
		}
		need, err := w.need(ctx, doc)
		if err != nil {
			return err
		}
		return fn(need)
	})
}

// Get gives an open need.
func (w MatchingNeeds) Get(ctx context.Context, id domain.NeedID) (matching.Need, error) {
	doc, err := w.Needs.Service.Get(ctx, id)
	if err != nil {
		return matching.Need{}, err
	}
	if !doc.Body.Open() {
		return matching.Need{}, apperr.New(apperr.NotFound, "error.not_found")
	}
	return w.need(ctx, doc)
}

func (w MatchingNeeds) need(ctx context.Context, doc needs.Doc) (matching.Need, error) {
	n := doc.Body
	weight, err := Weights(w).WeightOf(ctx, n.Village, n.Demo)
	return matching.Need{
		ID: domain.NeedID(doc.ID), Title: n.Title, Village: n.Village, Category: n.Category, Unit: n.Unit, Quantity: n.Quantity,
		Divisible: n.Divisible, MinLot: n.MinLot, WantedBy: n.WantedBy, Urgency: n.Urgency.Weight(), Deprivation: weight, Households: n.Households, Demo: n.Demo,
	}, err
}

// MatchingInitiatives are open initiatives in the words of matching.
type MatchingInitiatives struct{ *House }

// Each gives every open initiative.
func (w MatchingInitiatives) Each(ctx context.Context, fn func(matching.Initiative) error) error {
	known := map[domain.OrganizationID]domain.OrganizationBrief{}
	return w.Initiatives.Service.Each(ctx, func(doc initiatives.Doc) error {
		if !doc.Body.Open() {
			return nil
		}
		id := doc.Body.Organization
		if _, ok := known[id]; !ok {
			briefs, err := w.House.Organizations.Service.Briefs(ctx, []domain.OrganizationID{id})
			if err != nil {
				return err
			}
			known[id] = briefs[id]
		}
		return fn(matchingInitiative(doc, known[id]))
	})
}

// Get gives an open initiative.
func (w MatchingInitiatives) Get(ctx context.Context, id domain.InitiativeID) (matching.Initiative, error) {
	doc, err := w.Initiatives.Service.Get(ctx, id)
	if err != nil {
		return matching.Initiative{}, err
	}
	if !doc.Body.Open() {
		return matching.Initiative{}, apperr.New(apperr.NotFound, "error.not_found")
	}
	briefs, err := w.House.Organizations.Service.Briefs(ctx, []domain.OrganizationID{doc.Body.Organization})
	return matchingInitiative(doc, briefs[doc.Body.Organization]), err
}

func matchingInitiative(doc initiatives.Doc, by domain.OrganizationBrief) matching.Initiative {
	i := doc.Body
	out := matching.Initiative{
		ID: domain.InitiativeID(doc.ID), Title: i.Title, Organization: i.Organization, OrganizationName: by.Name, Verified: by.Verified, Call: i.Call, Demo: i.Demo,
	}
	for _, o := range i.Offers {
		from, until := i.PeriodOf(o)
		out.Offers = append(out.Offers, matching.Offer{
			ID: o.ID, Category: o.Category, Unit: o.Unit, Areas: i.AreasOf(o), From: from, Until: until, Conditions: o.Conditions,
		})
	}
	return out
}

// MatchingCapacity are the accounts and records in the words of matching.
type MatchingCapacity struct{ *House }

// Uncovered gives what nobody committed yet.
func (w MatchingCapacity) Uncovered(ctx context.Context, ids []domain.NeedID) (map[domain.NeedID]int64, error) {
	ledgers, err := w.Commitments.Service.Ledgers(ctx, ids)
	if err != nil {
		return nil, err
	}
	out := make(map[domain.NeedID]int64, len(ledgers))
	for id, l := range ledgers {
		out[id] = l.Uncovered()
	}
	return out, nil
}

// Free gives what offers can still give.
func (w MatchingCapacity) Free(ctx context.Context, ids []domain.OfferID) (map[domain.OfferID]int64, error) {
	uses, err := w.Commitments.Service.OfferUse(ctx, ids)
	if err != nil {
		return nil, err
	}
	out := make(map[domain.OfferID]int64, len(uses))
	for id, u := range uses {
		out[id] = u.Free()
	}
	return out, nil
}

// Record gives how an organisation's commitments ended.
func (w MatchingCapacity) Record(ctx context.Context, id domain.OrganizationID) (done, total int64, err error) {
	r, err := w.Commitments.Service.Record(ctx, id)
	return r.Done, r.Total, err
}

// MatchingSubjects tells matching what an entry of the feed is about.
type MatchingSubjects struct{ *House }

// Of gives the subjects of an entry.
func (w MatchingSubjects) Of(ctx context.Context, e store.Entry) ([]matching.Subject, error) {
	switch e.Collection {
	case "needs":
		return []matching.Subject{{Kind: matching.SubjectNeed, ID: e.ID}}, nil
	case "initiatives":
		return []matching.Subject{{Kind: matching.SubjectInitiative, ID: e.ID}}, nil
	case "organizations":
		return []matching.Subject{{Kind: matching.SubjectOrganization, ID: e.ID}}, nil
	case commitments.AccountsCollection:
		kind, subject := commitments.AccountSubject(e.ID)
		return []matching.Subject{{Kind: map[string]string{"need": matching.SubjectNeedAccount, "offer": matching.SubjectOfferAccount}[kind], ID: subject}}, nil
	case commitments.Collection:
		id, err := w.Commitments.Service.OrganizationOf(ctx, domain.CommitmentID(e.ID))
		if gone(err) {
			return nil, nil
		}
		return []matching.Subject{{Kind: matching.SubjectRecord, ID: string(id)}}, err
	}
	return w.weighed(ctx, e)
}
