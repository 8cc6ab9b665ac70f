package reviews

import (
	"cmp"
	"context"
	"slices"
	"time"

	"gotong/modules/domain"
	"gotong/modules/kit/apperr"
	"gotong/modules/kit/store"
)

// agreementYears is for how long an agreement ties.
const agreementYears = 2

// Candidate is one who could review a proposal, with what speaks for and against.
type Candidate struct {
	Person
	Load     int64 // processes under way
	Expert   bool  // knows what the proposal offers
	Before   bool  // reviewed the round before
	Tie      Tie   // "" for none: the candidate may be chosen
	Seated   bool
	Released bool
}

// Candidates gives who could review a proposal, best first: who reviewed the round before, who knows the field, who has
// the least to do. Those with a tie come last, with it.
func (s *Service) Candidates(ctx context.Context, p Proposal, process Process) ([]Candidate, error) {
	people, err := s.people.Reviewers(ctx, p.Areas)
	if err != nil {
		return nil, err
	}
	ids := make([]string, len(people))
	for n, person := range people {
		ids[n] = string(person.Account)
	}
	profiles, err := s.profiles.GetMany(ctx, ids)
	if err != nil {
		return nil, err
	}
	var earlier []Review
	if p.Round > 1 {
		if earlier, err = s.in(ctx, p.ID, p.Round-1); err != nil {
			return nil, err
		}
	}
	list := make([]Candidate, 0, len(people))
	for _, person := range people {
		c := Candidate{Person: person}
		profile := profiles[string(person.Account)].Body
		c.Expert = slices.ContainsFunc(profile.Expertise, func(x string) bool { return slices.Contains(p.Groups, x) })
		c.Before = slices.ContainsFunc(earlier, func(r Review) bool { return r.Reviewer == person.Account })
		_, c.Seated = process.Seat(person.Account)
		if c.Tie, err = s.tie(ctx, person, profile, p, process); err != nil {
			return nil, err
		}
		if c.Load, err = s.processes.Count(ctx, listLoad, store.KeyOf(string(person.Account))); err != nil {
			return nil, err
		}
		list = append(list, c)
	}
	slices.SortStableFunc(list, func(a, b Candidate) int {
		return cmp.Or(order(a.Tie != "", b.Tie != ""), order(b.Before, a.Before), order(b.Expert, a.Expert), cmp.Compare(a.Load, b.Load), cmp.Compare(a.Account, b.Account))
	})
	return list, nil
}

// reads tells whether somebody knows who proposes what is reviewed without names: by a role, or as one of those who made
// the call and lead its reviews.
func (s *Service) reads(person Person, p Proposal, process Process) bool {
	rules := process.Rules
	if len(rules.Criteria) == 0 {
		rules = s.rules(p)
	}
	leads := slices.ContainsFunc(person.Organizations, func(o Party) bool { return p.Caller != "" && o.Organization == p.Caller })
	return rules.Anonymous && (person.Reads || leads)
}

func order(a, b bool) int {
	switch {
	case a == b:
		return 0
	case b:
		return -1
	}
	return 1
}

// tie finds what ties a person to a proposal: the same organisation, an agreement within two years, or a tie that was
// declared.
func (s *Service) tie(ctx context.Context, person Person, profile Profile, p Proposal, process Process) (Tie, error) {
	own := slices.Clone(person.Organizations)
	if person.Mandate != "" {
		own = append(own, Party{Organization: person.Mandate})
	}
	if placed(own, p) {
		return TieOrganization, nil
	}
	if s.reads(person, p, process) {
		return TieReads, nil
	}
	for _, s := range process.Seats {
		if s.Account == person.Account && !s.RecusedAt.IsZero() {
			return s.Tie, nil
		}
	}
	since := s.clock.Now().AddDate(-agreementYears, 0, 0)
	for _, id := range p.parties() {
		if tied, ok := profile.Ties[id]; ok && tied.At.After(since) {
			return TieDeclared, nil
		}
	}
	asked := map[domain.OrganizationID]bool{"": true}
	for _, o := range own {
		if asked[o.Organization] {
			continue
		}
		asked[o.Organization] = true
		agreed, err := s.agreements.Agreed(ctx, o.Organization, p.parties(), since)
		if err != nil {
			return "", err
		}
		if agreed {
			return TieAgreement, nil
		}
	}
	return "", nil
}

// reviewing gives the process of a proposal whose review is under way. Conflict where it is not.
func (s *Service) reviewing(ctx context.Context, p Proposal) (Doc, error) {
	doc, err := s.of(ctx, p)
	if apperr.Is(err, apperr.NotFound) || err == nil && (p.State != UnderReview || !doc.Body.Reviewing()) {
		return Doc{}, apperr.New(apperr.Conflict, "reviews.refuse.not_under_review")
	}
	return doc, err
}

// Assign gives reviewers their places, for those who lead the review. Invalid for an account that may not review this
// proposal, with why; Conflict where there are too many.
func (s *Service) Assign(ctx context.Context, actor domain.Actor, op store.Operation, id domain.InitiativeID, accounts []domain.AccountID) error {
	p, err := s.proposal(ctx, actor, id)
	if err != nil {
		return err
	}
	if !steers(actor, p) {
		return apperr.New(apperr.Forbidden, "reviews.refuse.not_steering")
	}
	doc, err := s.reviewing(ctx, p)
	if err != nil {
		return err
	}
	if len(accounts) == 0 {
		return apperr.InvalidFields([]apperr.Field{{Name: "reviewers", Message: apperr.Msg("reviews.error.nobody")}})
	}
	candidates, err := s.Candidates(ctx, p, doc.Body)
	if err != nil {
		return err
	}
	now, seats := s.clock.Now(), []Seat(nil)
	for _, account := range accounts {
		n := slices.IndexFunc(candidates, func(c Candidate) bool { return c.Account == account })
		if n >= 0 && candidates[n].Seated {
			continue // a repeated form
		}
		if n < 0 || candidates[n].Tie != "" {
			return apperr.InvalidFields([]apperr.Field{{Name: "reviewers", Message: apperr.Msg("reviews.error.tied")}})
		}
		seats = append(seats, Seat{Account: account, Organization: candidates[n].Mandate, By: actor.Account, At: now, Third: doc.Body.Held()+int64(len(seats)) >= doc.Body.Rules.Reviewers})
	}
	if len(seats) == 0 {
		return nil
	}
	_, err = s.change(ctx, doc.ID, actor.Change("review.assigned", "", op), func(p *Process) error { return p.Assign(seats...) })
	return err
}

// Release gives a place free whose review is not in. Conflict where it is.
func (s *Service) Release(ctx context.Context, actor domain.Actor, op store.Operation, id domain.InitiativeID, account domain.AccountID) error {
	p, err := s.proposal(ctx, actor, id)
	if err != nil {
		return err
	}
	if !steers(actor, p) {
		return apperr.New(apperr.Forbidden, "reviews.refuse.not_steering")
	}
	doc, err := s.reviewing(ctx, p)
	if err != nil {
		return err
	}
	if _, err := s.reviews.Get(ctx, reviewID(p.ID, p.Round, account)); !apperr.Is(err, apperr.NotFound) {
		if err == nil {
			err = apperr.New(apperr.Conflict, "reviews.refuse.release")
		}
		return err
	}
	_, err = s.change(ctx, doc.ID, actor.Change("review.released", "", op), func(p *Process) error {
		if slices.ContainsFunc(p.Seats, func(s Seat) bool { return s.Account == account && !s.ReleasedAt.IsZero() }) && p.at(account) < 0 {
			return nil
		}
		return p.Release(account, s.clock.Now())
	})
	return err
}

// callThird gives the best candidate a place where the spread of the reviews calls for one more. Nobody there: the
// office finds the task on its desk.
func (s *Service) callThird(ctx context.Context, p Proposal, doc Doc) error {
	in, err := s.in(ctx, p.ID, p.Round)
	if err != nil || !doc.Body.Complete(in) || doc.Body.Held() >= doc.Body.Wanted(in) {
		return err
	}
	candidates, err := s.Candidates(ctx, p, doc.Body)
	if err != nil {
		return err
	}
	n := slices.IndexFunc(candidates, func(c Candidate) bool { return c.Tie == "" && !c.Seated })
	if n < 0 {
		return nil
	}
	seat := Seat{Account: candidates[n].Account, Organization: candidates[n].Mandate, Third: true, At: s.clock.Now()}
	_, err = s.change(ctx, doc.ID, store.Change{Action: "review.third-called"}, func(p *Process) error {
		if p.Held() >= p.Wanted(in) {
			return nil
		}
		return p.Assign(seat)
	})
	return err
}

// DueAt is when a seat's review is due.
func DueAt(s Seat) time.Time { return domain.DueAfter(s.At, domain.DaysToReview) }
