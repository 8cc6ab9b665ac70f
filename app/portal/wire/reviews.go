package wire

import (
	"context"
	"slices"
	"time"

	"gotong/modules/domain"
	"gotong/modules/initiatives"
	"gotong/modules/kit/apperr"
	"gotong/modules/reviews"
)

// InitiativeReviews is the review of initiatives in their words.
type InitiativeReviews struct{ *House }

// Standing gives how far the review of a round is.
func (w InitiativeReviews) Standing(ctx context.Context, id domain.InitiativeID, round int64) (initiatives.ReviewStanding, error) {
	s, err := w.Reviews.Service.StandingOf(ctx, id, round)
	return initiatives.ReviewStanding{Checked: s.Checked, Ready: s.Ready, In: s.In, Recused: s.Recused}, err
}

// Seated tells whether the actor reviews that round.
func (w InitiativeReviews) Seated(ctx context.Context, actor domain.Actor, id domain.InitiativeID, round int64) (seated, anonymous bool, err error) {
	return w.Reviews.Service.Seated(ctx, actor, id, round)
}

// ReviewProposals are the initiatives in the words of reviews.
type ReviewProposals struct{ *House }

// Proposal gives an initiative in any state.
func (w ReviewProposals) Proposal(ctx context.Context, id domain.InitiativeID) (reviews.Proposal, error) {
	doc, err := w.Initiatives.Service.Get(ctx, id)
	if err != nil {
		return reviews.Proposal{}, err
	}
	p := proposalOf(doc)
	if p.Call != "" {
		call, err := w.Calls.Service.Get(ctx, p.Call)
		if err != nil && !apperr.Is(err, apperr.NotFound) {
			return reviews.Proposal{}, err
		}
		if err == nil {
			brief := briefOf(w.House, call)
			rules := rulesOf(brief)
			p.CallTitle, p.Caller, p.Rules = brief.Title, brief.Organization, &rules
		}
	}
	return p, nil
}

func proposalOf(doc initiatives.Doc) reviews.Proposal {
	i := doc.Body
	p := reviews.Proposal{
		ID: domain.InitiativeID(doc.ID), Version: doc.Version, Title: i.Title, Organization: i.Organization, Areas: i.Areas, Call: i.Call, Round: i.Round,
		State: string(i.State()), Since: i.SubmittedAt, Sought: i.Sought(), Appealed: i.Appeal != nil, DecidedBy: i.DecidedBy(), Demo: i.Demo,
	}
	if i.Can(initiatives.ActionUphold) {
		p.Appeal = i.Appeal.Reason
	}
	for _, o := range i.Partners {
		p.Partners = append(p.Partners, reviews.Party{Organization: o.Organization, Name: o.Name})
	}
	for _, o := range i.Offers {
		p.Groups = append(p.Groups, string(o.Category))
		if c, ok := domain.Taxonomy().Category(o.Category); ok && !slices.Contains(p.Groups, c.Parent) {
			p.Groups = append(p.Groups, c.Parent)
		}
	}
	return p
}

func rulesOf(c initiatives.CallBrief) reviews.Rules {
	r := reviews.Rules{Reviewers: max(c.Reviewers, 2), Spread: c.Spread, Anonymous: c.Anonymous}
	for _, k := range c.Criteria {
		r.Criteria = append(r.Criteria, reviews.Criterion{ID: k.ID, Name: k.Name, Guidance: k.Guidance, Weight: k.Weight, Minimum: k.Minimum})
	}
	return r
}

// OfCall gives a page of the initiatives that answer a call, in the order of their drafting.
func (w ReviewProposals) OfCall(ctx context.Context, call domain.CallID, cursor string, limit int) (list []reviews.Proposal, next string, err error) {
	page, err := w.Initiatives.Service.Answering(ctx, call, cursor, limit)
	for _, doc := range page.Items {
		list = append(list, proposalOf(doc))
	}
	return list, page.Next, err
}

// Move asks for a move of an initiative.
func (w ReviewProposals) Move(ctx context.Context, m reviews.Move) error {
	r := initiatives.Request{Actor: m.Actor, Operation: m.Operation, ID: m.ID, Version: m.Version, Reason: m.Reason, Until: m.Until}
	_, err := w.Initiatives.Service.Decide(ctx, r, initiatives.Decision{
		Action: initiatives.Action(m.Action), Verdict: initiatives.Verdict{Conditions: m.Conditions, Summary: m.Summary, SummaryEN: m.SummaryEN},
	})
	return err
}

// ReviewPeople are those who may review.
type ReviewPeople struct{ *House }

// Reviewers gives who holds a reviewer's mandate of the pool, or for a region that touches the areas.
func (w ReviewPeople) Reviewers(ctx context.Context, areas []domain.RegionCode) ([]reviews.Person, error) {
	regions := []domain.RegionCode{""}
	for _, area := range areas {
		for _, code := range area.Path() {
			if c := domain.RegionCode(code); !slices.Contains(regions, c) {
				regions = append(regions, c)
			}
		}
	}
	var list []reviews.Person
	seen := map[domain.AccountID]bool{}
	for _, region := range regions {
		holders, err := w.Accounts.Service.MandateHolders(ctx, domain.MandateReviewer, region)
		if err != nil {
			return nil, err
		}
		for _, id := range holders {
			if seen[id] {
				continue
			}
			seen[id] = true
			person, err := w.Person(ctx, id)
			if apperr.Is(err, apperr.NotFound) {
				continue
			}
			if err != nil {
				return nil, err
			}
			list = append(list, person)
		}
	}
	return list, nil
}

// Person gives one who may review.
func (w ReviewPeople) Person(ctx context.Context, id domain.AccountID) (reviews.Person, error) {
	actor, err := w.Accounts.Service.ActorOf(ctx, id)
	if err != nil {
		return reviews.Person{}, err
	}
	p := reviews.Person{Account: id, Name: actor.Name, Reads: actor.Secretariat() || actor.Auditor()}
	for _, m := range actor.Mandates {
		if m.Kind == domain.MandateReviewer {
			p.Mandate = m.Organization
		}
	}
	for _, m := range actor.Memberships {
		p.Organizations = append(p.Organizations, reviews.Party{Organization: m.Organization, Name: m.Name})
	}
	return p, nil
}

// ReviewAgreements are the agreements of organisations.
type ReviewAgreements struct{ *House }

// Agreed tells whether two organisations agreed on something since.
func (w ReviewAgreements) Agreed(ctx context.Context, one domain.OrganizationID, others []domain.OrganizationID, since time.Time) (bool, error) {
	return w.Commitments.Service.Agreed(ctx, one, others, since)
}

// ReviewCalls are the calls whose proposals stand on sheets.
type ReviewCalls struct{ *House }

// Call gives a call in any state.
func (w ReviewCalls) Call(ctx context.Context, id domain.CallID) (reviews.CallBrief, error) {
	doc, err := w.Calls.Service.Get(ctx, id)
	if err != nil {
		return reviews.CallBrief{}, err
	}
	brief := briefOf(w.House, doc)
	return reviews.CallBrief{ID: id, Title: brief.Title, Caller: brief.Organization, Rules: rulesOf(brief), Demo: doc.Body.Demo}, nil
}
