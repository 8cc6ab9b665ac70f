package reviews

import (
	"context"
	"slices"

	"gotong/modules/domain"
	"gotong/modules/kit/apperr"
	"gotong/modules/kit/store"
)

// ToDeclare gives what a reviewer must know to declare: the proposal and the process, before it is opened. NotFound for
// who has no place there, or has declared.
func (s *Service) ToDeclare(ctx context.Context, actor domain.Actor, process string) (Proposal, Process, error) {
	doc, err := s.processes.Get(ctx, process)
	if err != nil {
		return Proposal{}, Process{}, err
	}
	seat, ok := doc.Body.Seat(actor.Account)
	if !ok || !doc.Body.Reviewing() || doc.Body.Recused(actor.Account) {
		return Proposal{}, Process{}, absent()
	}
	if seat.Opened() {
		return Proposal{}, Process{}, apperr.New(apperr.Conflict, "reviews.refuse.declared")
	}
	p, err := s.proposals.Proposal(ctx, doc.Body.Initiative)
	if err == nil && (tiedByPlace(actor, p) || p.Round != doc.Body.Round || p.State != UnderReview) {
		err = absent()
	}
	return p, doc.Body, err
}

// Declare notes that the reviewer has no conflict of interest, or the tie for which the place is given up. What the
// portal finds by itself counts more: then the reviewer is out, and opened is false. Errors as ToDeclare; Invalid
// without a known answer.
func (s *Service) Declare(ctx context.Context, actor domain.Actor, op store.Operation, process string, tie Tie) (opened bool, err error) {
	doc, err := s.processes.Get(ctx, process)
	if err != nil {
		return false, err
	}
	if seat, ok := doc.Body.Seat(actor.Account); ok && seat.Opened() && tie == "" {
		return true, nil // a repeated form
	}
	p, body, err := s.ToDeclare(ctx, actor, process)
	if err != nil {
		return false, err
	}
	if tie != "" && !slices.Contains(DeclaredTies, tie) {
		return false, apperr.InvalidFields([]apperr.Field{{Name: "conflict", Message: apperr.Msg("reviews.error.declare")}})
	}
	if tie == "" {
		person, err := s.people.Person(ctx, actor.Account)
		if err != nil {
			return false, err
		}
		profile, err := s.profile(ctx, actor.Account)
		if err != nil {
			return false, err
		}
		if tie, err = s.tie(ctx, person, profile.Body, p, body); err != nil {
			return false, err
		}
	} else if !body.Rules.Anonymous {
		if err := s.keepTie(ctx, actor, op, p.Organization, tie); err != nil {
			return false, err
		}
	}
	now := s.clock.Now()
	action := "review.declared"
	if tie != "" {
		action = "review.recused"
	}
	_, err = s.change(ctx, process, actor.Change(action, "", op), func(p *Process) error {
		if tie != "" {
			return p.Recuse(actor.Account, tie, now)
		}
		return p.Declare(actor.Account, now)
	})
	return err == nil && tie == "", err
}

func (s *Service) profile(ctx context.Context, id domain.AccountID) (store.Doc[Profile], error) {
	doc, err := s.profiles.Get(ctx, string(id))
	if apperr.Is(err, apperr.NotFound) {
		return store.Doc[Profile]{ID: string(id)}, nil
	}
	return doc, err
}

// Forget takes away what an account said of itself as a reviewer: what it knows about, and its ties. What it reviewed
// stays. It may be repeated.
func (s *Service) Forget(ctx context.Context, account domain.AccountID) error {
	doc, err := s.profiles.Get(ctx, string(account))
	if err == nil {
		err = s.profiles.Delete(ctx, doc, store.Change{Action: "review.profile-erased", Erases: true})
	}
	if apperr.Is(err, apperr.NotFound) {
		return nil
	}
	return err
}

// keepTie remembers a declared tie, so that the portal does not ask for the same again.
func (s *Service) keepTie(ctx context.Context, actor domain.Actor, op store.Operation, organization domain.OrganizationID, tie Tie) error {
	op.ID += "-tie"
	return s.changeProfile(ctx, actor, op, func(p *Profile) {
		ties := map[domain.OrganizationID]Tied{organization: {Tie: tie, At: s.clock.Now()}}
		for id, t := range p.Ties {
			if id != organization {
				ties[id] = t
			}
		}
		p.Ties = ties
	})
}

func (s *Service) changeProfile(ctx context.Context, actor domain.Actor, op store.Operation, fn func(*Profile)) error {
	for range 8 {
		doc, err := s.profile(ctx, actor.Account)
		if err != nil {
			return err
		}
		p := doc.Body
		p.Demo = actor.Demo
		fn(&p)
		change := actor.Change("review.profile-changed", "", op)
		if doc.Version == 0 {
			_, err = s.profiles.Insert(ctx, doc.ID, p, change)
		} else {
			_, err = s.profiles.Replace(ctx, doc, p, change)
		}
		if !apperr.Is(err, apperr.Conflict) {
			return err
		}
	}
	return apperr.New(apperr.Conflict, "reviews.refuse.changed")
}

// Profile gives what the actor said to know, and the ties. Forbidden for who is no reviewer.
func (s *Service) Profile(ctx context.Context, actor domain.Actor) (Profile, error) {
	if !actor.HasMandate(domain.MandateReviewer) {
		return Profile{}, apperr.New(apperr.Forbidden, "reviews.refuse.not_reviewer")
	}
	doc, err := s.profile(ctx, actor.Account)
	return doc.Body, err
}

// SetExpertise notes what the actor knows about: groups of categories. Forbidden for who is no reviewer; Invalid for one
// that is none.
func (s *Service) SetExpertise(ctx context.Context, actor domain.Actor, op store.Operation, groups []string) error {
	if _, err := s.Profile(ctx, actor); err != nil {
		return err
	}
	for _, g := range groups {
		if _, ok := domain.Taxonomy().Group(g); !ok {
			return apperr.InvalidFields([]apperr.Field{{Name: "expertise", Message: apperr.Msg("reviews.error.expertise")}})
		}
	}
	return s.changeProfile(ctx, actor, op, func(p *Profile) { p.Expertise = groups })
}

// seated gives proposal and process to a reviewer of the present round who opened it.
func (s *Service) seated(ctx context.Context, actor domain.Actor, id domain.InitiativeID) (Proposal, Doc, Seat, error) {
	p, err := s.proposals.Proposal(ctx, id)
	if err != nil {
		return p, Doc{}, Seat{}, err
	}
	doc, err := s.of(ctx, p)
	if err != nil {
		return p, Doc{}, Seat{}, err
	}
	seat, ok := doc.Body.Seat(actor.Account)
	if !ok || !seat.Opened() || doc.Body.Recused(actor.Account) || tiedByPlace(actor, p) {
		return p, Doc{}, Seat{}, absent()
	}
	return p, doc, seat, nil
}

// Write takes a reviewer's review of the present round. NotFound for who has no place or has a tie; Conflict where the
// review is over or this reviewer's is in; Invalid by field.
func (s *Service) Write(ctx context.Context, actor domain.Actor, op store.Operation, id domain.InitiativeID, r Review) error {
	p, doc, seat, err := s.seated(ctx, actor, id)
	if err != nil {
		return err
	}
	key := reviewID(p.ID, p.Round, actor.Account)
	if p.State != UnderReview || !doc.Body.Reviewing() {
		return apperr.New(apperr.Conflict, "reviews.refuse.not_under_review")
	}
	if err := r.Validate(doc.Body.Rules.Criteria); err != nil {
		return err
	}
	r.Initiative, r.Round, r.Reviewer, r.Organization, r.Third, r.At, r.Demo = p.ID, p.Round, actor.Account, seat.Organization, seat.Third, s.clock.Now(), p.Demo
	scores := map[string]Score{}
	for _, c := range doc.Body.Rules.Criteria {
		scores[c.ID] = r.Scores[c.ID]
	}
	r.Scores = scores
	_, err = s.reviews.Insert(ctx, key, r, actor.Change("review.written", seat.Organization, op))
	if apperr.Is(err, apperr.Conflict) {
		return apperr.Wrap(err, apperr.Conflict, "reviews.refuse.reviewed")
	}
	if err != nil {
		return err
	}
	if err := s.callThird(ctx, p, doc); err != nil {
		s.log.ErrorContext(ctx, "a third review could not be called, the office finds it on its desk", "initiative", p.ID, "error", err)
	}
	return nil
}

// Readable gives the reviews of the present round that the actor may read. A reviewer reads the own one, and the others'
// once the own is in and those that are blind to each other are all in; who leads the review or watches over it reads
// them once they are all in; the proposer after the decision; all but the first two without names.
func Readable(actor domain.Actor, p Proposal, process Process, in []Review) []Review {
	if process.Recused(actor.Account) {
		return nil
	}
	own := func(r Review) bool { return actor.SignedIn() && r.Reviewer == actor.Account }
	complete, wrote := process.Complete(in), slices.ContainsFunc(in, own)
	_, seated := process.Seat(actor.Account)
	tied := tiedByPlace(actor, p)
	decided := p.State != UnderReview && p.State != Submitted
	var list []Review
	for _, r := range in {
		switch {
		case own(r) && !tied:
		case seated:
			if tied || !wrote || !complete {
				continue
			}
			r.Reviewer, r.Organization = "", ""
		case !tied && complete && (steers(actor, p) || actor.Auditor()):
		case decided && actor.Has(p.Organization, domain.OrgEditor):
			r.Reviewer, r.Organization = "", ""
		default:
			continue
		}
		list = append(list, r)
	}
	return list
}

// Remarks gives the discussion, to those who read all reviews and to nobody else.
func (s *Service) Remarks(ctx context.Context, actor domain.Actor, p Proposal, process Process, in []Review) ([]Remark, bool, error) {
	if !discusses(actor, p, process, in) {
		return nil, false, nil
	}
	page, err := s.remarks.List(ctx, store.Query{List: ofRound, Key: key(p.ID, p.Round), Limit: 100})
	list := make([]Remark, 0, len(page.Items))
	for _, d := range page.Items {
		list = append(list, d.Body)
	}
	return list, true, err
}

// discusses tells whether the actor reads the discussion: the reviewers who read each other, and who leads the review.
func discusses(actor domain.Actor, p Proposal, process Process, in []Review) bool {
	if tiedByPlace(actor, p) || process.Recused(actor.Account) || !process.Complete(in) {
		return false
	}
	if _, seated := process.Seat(actor.Account); seated {
		return slices.ContainsFunc(in, func(r Review) bool { return r.Reviewer == actor.Account })
	}
	return steers(actor, p) || actor.Auditor()
}

// maxRemarks bounds a discussion.
const maxRemarks = 100

// Say adds to the discussion. NotFound for who does not read it; Forbidden for who only reads; Conflict once it is
// decided; Invalid without words.
func (s *Service) Say(ctx context.Context, actor domain.Actor, op store.Operation, id domain.InitiativeID, text string) error {
	p, err := s.proposals.Proposal(ctx, id)
	if err != nil {
		return err
	}
	doc, err := s.of(ctx, p)
	if err != nil {
		return err
	}
	in, err := s.in(ctx, p.ID, p.Round)
	if err != nil {
		return err
	}
	if !discusses(actor, p, doc.Body, in) {
		return absent()
	}
	if _, seated := doc.Body.Seat(actor.Account); !seated && !steers(actor, p) {
		return apperr.New(apperr.Forbidden, "reviews.refuse.not_steering")
	}
	if p.State != UnderReview || doc.Body.Closed {
		return apperr.New(apperr.Conflict, "reviews.refuse.not_under_review")
	}
	var f apperr.Fields
	f.Check(text != "", "text", "reviews.error.reason")
	checkPersonal(&f, "text", text)
	if err := f.Err(); err != nil {
		return err
	}
	if n, err := s.remarks.Count(ctx, ofRound, key(p.ID, p.Round)); err != nil || n >= maxRemarks {
		if err == nil {
			err = apperr.New(apperr.Conflict, "reviews.refuse.remarks", "max", maxRemarks)
		}
		return err
	}
	_, err = s.remarks.Insert(ctx, actor.NewID(op), Remark{Initiative: p.ID, Round: p.Round, By: actor.Account, Text: text, At: s.clock.Now(), Demo: p.Demo}, actor.Change("review.discussed", "", op))
	return err
}
