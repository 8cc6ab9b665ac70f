package progress

import (
	"context"
	"log/slog"
	"slices"
	"time"

	"gotong/modules/domain"
	"gotong/modules/kit/apperr"
	"gotong/modules/kit/clock"
	"gotong/modules/kit/store"
)

// Initiative is an initiative as its running needs it.
type Initiative struct {
	ID           domain.InitiativeID
	Version      int64
	Title        string
	Organization domain.OrganizationID
	Partners     []domain.OrganizationID // that confirmed
	Caller       domain.OrganizationID   // who made the call that it answers
	Offers       []Figure                // what it offers, for figures of updates
	Milestones   []Milestone
	Lines        []Line
	Runs         bool // published, running or suspended: work may be reported
	Running      bool
	Ends         bool // may be completed now
	Public       bool
	Until        domain.Date
	History      []Moved
	Demo         bool
}

// Moved is a move of the initiative's state, for the timeline.
type Moved struct {
	At     time.Time
	Action string
	Reason string // that everybody may read
	Office bool
}

// Initiatives are the initiatives. Initiative gives one that the actor may see, NotFound otherwise; Extend moves its
// end; Complete asks for its completion with the report in short.
type Initiatives interface {
	Initiative(ctx context.Context, actor domain.Actor, id domain.InitiativeID) (Initiative, error)
	Titles(ctx context.Context, ids []domain.InitiativeID) (map[domain.InitiativeID]string, error)
	Extend(ctx context.Context, actor domain.Actor, op store.Operation, id domain.InitiativeID, until domain.Date, reason string) error
	Complete(ctx context.Context, actor domain.Actor, op store.Operation, id domain.InitiativeID, reason string) error
}

// Organizations tells who is who.
type Organizations interface {
	Briefs(ctx context.Context, ids []domain.OrganizationID) (map[domain.OrganizationID]domain.OrganizationBrief, error)
}

// Papers keeps documents of an initiative. Attach is repeatable under the same operation.
type Papers interface {
	Attach(ctx context.Context, actor domain.Actor, op store.Operation, ref domain.Ref, typ domain.DocumentType, visibility domain.Visibility, file domain.Upload) (domain.Citation, error)
	// Answered shows what was attached under a form's operation, now that it has its answer; after an outage it waits for
	// the move. It gives the answer back.
	Answered(ctx context.Context, op store.Operation, answer error) error
}

// Service is what one can do with running initiatives. NotFound for an initiative that the actor may not see, Forbidden
// where it is not the actor's to report on, Conflict where its state refuses, Invalid by field.
type Service struct {
	records       *store.Records[Progress]
	updates       *store.Records[Update]
	follows       *store.Records[Follow]
	clock         clock.Clock
	log           *slog.Logger
	initiatives   Initiatives
	organizations Organizations
	papers        Papers
}

// Doc is a stored progress.
type Doc = store.Doc[Progress]

// side gives on behalf of whom the actor works on an initiative: the lead, or a partner that confirmed.
func side(a domain.Actor, i Initiative, role domain.OrganizationRole) (domain.OrganizationID, bool) {
	for _, id := range append([]domain.OrganizationID{i.Organization}, i.Partners...) {
		if a.Has(id, role) {
			return id, true
		}
	}
	return "", false
}

// Inside tells whether the actor reads what the partners share.
func Inside(a domain.Actor, i Initiative) bool {
	_, works := side(a, i, domain.OrgViewer)
	return works || a.Secretariat() || a.Auditor()
}

// approves tells whether the actor answers requests: the secretariat or an owner of who made the call, without a tie.
func approves(a domain.Actor, i Initiative) bool {
	if _, tied := side(a, i, domain.OrgViewer); tied {
		return false
	}
	return a.Secretariat() || i.Caller != "" && a.Has(i.Caller, domain.OrgOwner)
}

// work gives an initiative on which the actor reports, and for whom.
func (s *Service) work(ctx context.Context, actor domain.Actor, id domain.InitiativeID, lead bool) (Initiative, domain.OrganizationID, error) {
	i, err := s.initiatives.Initiative(ctx, actor, id)
	if err != nil {
		return i, "", err
	}
	on, ok := side(actor, i, domain.OrgEditor)
	if lead && !actor.Has(i.Organization, domain.OrgOwner) {
		return i, "", apperr.New(apperr.Forbidden, "progress.refuse.not_owner")
	}
	if !ok {
		return i, "", apperr.New(apperr.Forbidden, "progress.refuse.not_partner")
	}
	if !i.Runs {
		return i, "", apperr.New(apperr.Conflict, "progress.refuse.not_running")
	}
	return i, on, nil
}

// Slip moves a milestone to another day, in the open.
func (s *Service) Slip(ctx context.Context, actor domain.Actor, op store.Operation, id domain.InitiativeID, n int64, to domain.Date, reason string) error {
	i, on, err := s.work(ctx, actor, id, false)
	if err != nil {
		return err
	}
	return s.change(ctx, i, actor.Change("progress.slipped", on, op), func(p *Progress) (Update, error) {
		before, err := p.milestone(n)
		if err != nil {
			return Update{}, err
		}
		m, err := p.Slip(n, to, reason, actor.Account, s.clock.Now())
		return Update{Kind: KindSlip, Title: m.Title, Text: reason, From: before.Due, To: m.Due}, err
	})
}

// Reach notes that a milestone is done.
func (s *Service) Reach(ctx context.Context, actor domain.Actor, op store.Operation, id domain.InitiativeID, n int64, day domain.Date, note string) error {
	i, on, err := s.work(ctx, actor, id, false)
	if err != nil {
		return err
	}
	return s.change(ctx, i, actor.Change("progress.milestone-done", on, op), func(p *Progress) (Update, error) {
		m, err := p.Reach(n, day, note, s.clock.Now())
		return Update{Kind: KindMilestone, Title: m.Title, Text: note, To: day}, err
	})
}

// Spend notes what was spent of a line of the budget.
func (s *Service) Spend(ctx context.Context, actor domain.Actor, op store.Operation, id domain.InitiativeID, line, amount int64, note string) error {
	i, on, err := s.work(ctx, actor, id, false)
	if err != nil {
		return err
	}
	return s.change(ctx, i, actor.Change("progress.spent", on, op), func(p *Progress) (Update, error) {
		l, err := p.Spend(line, amount, note)
		return Update{Kind: KindSpending, Title: l.Item, Text: note, Amount: amount}, err
	})
}

// News is what somebody tells of an initiative.
type News struct {
	Title, Text string
	Quantity    map[int64]int64 // by number of the offer, from 1
	Photo       *domain.Upload
	Inside      bool // for the partners only
}

// Tell posts news: words, quantities of what is offered, a photo.
func (s *Service) Tell(ctx context.Context, actor domain.Actor, op store.Operation, id domain.InitiativeID, n News) error {
	i, on, err := s.work(ctx, actor, id, false)
	if err != nil {
		return err
	}
	var f apperr.Fields
	f.Check(n.Title != "", "title", "progress.error.title")
	f.Check(n.Text != "", "text", "progress.error.text")
	checkPersonal(&f, "title", n.Title)
	checkPersonal(&f, "text", n.Text)
	u := Update{Kind: KindUpdate, Title: n.Title, Text: n.Text, Inside: n.Inside}
	if n.Inside {
		u.Kind = KindNote
	}
	for k, offer := range i.Offers {
		q := n.Quantity[int64(k+1)]
		f.Check(q >= 0, quantityField(k), "progress.error.quantity")
		if q > 0 {
			u.Figures = append(u.Figures, Figure{Category: offer.Category, Unit: offer.Unit, Quantity: q})
		}
	}
	if err := f.Err(); err != nil {
		return err
	}
	if n.Photo != nil {
		visible := domain.VisiblePublic
		if n.Inside {
			visible = domain.VisibleParties
		}
		photo, err := s.papers.Attach(ctx, actor, op, domain.Ref{Kind: domain.KindInitiative, ID: string(id)}, domain.DocPhoto, visible, *n.Photo)
		if err != nil {
			return err
		}
		u.Photo = photo.ID
	}
	err = s.change(ctx, i, actor.Change("progress.updated", on, op), func(*Progress) (Update, error) { return u, nil })
	if n.Photo != nil {
		err = s.papers.Answered(ctx, op, err)
	}
	return err
}

// Ask asks for a change that needs an approval, for an owner of the lead.
func (s *Service) Ask(ctx context.Context, actor domain.Actor, op store.Operation, id domain.InitiativeID, r Request) error {
	i, on, err := s.work(ctx, actor, id, true)
	if err != nil {
		return err
	}
	r.ID, r.By, r.At = actor.NewID(op), actor.Account, s.clock.Now()
	return s.change(ctx, i, actor.Change("progress.change-asked", on, op), func(p *Progress) (Update, error) {
		return Update{Kind: KindRequest, Title: string(r.What), Text: r.Text, Amount: r.Amount, To: r.Until}, p.Ask(r)
	})
}

// Answer approves or declines a request, for the secretariat or who made the call, without a tie. Approved, another end
// moves the initiative's.
func (s *Service) Answer(ctx context.Context, actor domain.Actor, op store.Operation, id domain.InitiativeID, request string, approved bool, answer string) error {
	i, err := s.initiatives.Initiative(ctx, actor, id)
	if err != nil {
		return err
	}
	if !approves(actor, i) {
		return apperr.New(apperr.Forbidden, "progress.refuse.not_approver")
	}
	doc, err := s.of(ctx, i)
	if err != nil {
		return err
	}
	trial := doc.Body
	r, err := trial.Decide(request, approved, answer, actor.Account, s.clock.Now())
	if err != nil && !(apperr.Is(err, apperr.Conflict) && r.AnsweredBy == actor.Account) {
		return err
	}
	if approved && r.What == WhatUntil && err == nil {
		if err := s.initiatives.Extend(ctx, actor, store.Operation{ID: op.ID + "-extend", Digest: op.Digest}, id, r.Until, answer); err != nil {
			return err
		}
	}
	return s.change(ctx, i, actor.Change("progress.change-answered", "", op), func(p *Progress) (Update, error) {
		r, err := p.Decide(request, approved, answer, actor.Account, s.clock.Now())
		u := Update{Kind: KindAnswer, Decision: Approved, Title: string(r.What), Text: answer, To: r.Until, Amount: r.Amount}
		if !approved {
			u.Decision, u.To, u.Amount = Declined, "", 0
		}
		return u, err
	})
}

// Complete hands in the report at the end and completes the initiative, for an owner of the lead.
func (s *Service) Complete(ctx context.Context, actor domain.Actor, op store.Operation, id domain.InitiativeID, r Report) error {
	i, err := s.initiatives.Initiative(ctx, actor, id)
	if err != nil {
		return err
	}
	if !actor.Has(i.Organization, domain.OrgOwner) {
		return apperr.New(apperr.Forbidden, "progress.refuse.not_owner")
	}
	r.At = s.clock.Now()
	if i.Ends {
		err := s.change(ctx, i, actor.Change("progress.reported", i.Organization, op), func(p *Progress) (Update, error) {
			return Update{Kind: KindReport, Text: r.Outputs}, p.Close(r)
		})
		if err != nil {
			return err
		}
	}
	return s.initiatives.Complete(ctx, actor, op, id, r.Outputs)
}

// maxFollows bounds what one account follows.
const maxFollows = 40

func followID(account domain.AccountID, id domain.InitiativeID) string {
	return store.DeriveID(string(account), "follow:"+string(id))
}

// Follow begins or ends to follow a public initiative. It may be repeated.
func (s *Service) Follow(ctx context.Context, actor domain.Actor, op store.Operation, id domain.InitiativeID, on bool) error {
	i, err := s.initiatives.Initiative(ctx, actor, id)
	if err != nil {
		return err
	}
	key := followID(actor.Account, id)
	if !on {
		doc, err := s.follows.Get(ctx, key)
		if err == nil {
			err = s.follows.Delete(ctx, doc, actor.Change("follow.ended", "", op))
		}
		if apperr.Is(err, apperr.NotFound) {
			return nil
		}
		return err
	}
	if !i.Public {
		return apperr.New(apperr.Conflict, "progress.refuse.not_public")
	}
	if n, err := s.follows.Count(ctx, listMine, store.KeyOf(string(actor.Account))); err != nil || n >= maxFollows {
		if following, followErr := s.Follows(ctx, actor, id); err == nil && (followErr != nil || following) {
			return followErr
		}
		if err == nil {
			err = apperr.New(apperr.Conflict, "progress.refuse.follows", "max", maxFollows)
		}
		return err
	}
	_, err = s.follows.Insert(ctx, key, Follow{Account: actor.Account, Initiative: id, At: s.clock.Now(), Demo: actor.Demo}, actor.Change("follow.begun", "", op))
	if apperr.Is(err, apperr.Conflict) {
		return nil
	}
	return err
}

// Forget takes away all that an account follows, and from the trail who it was. It may be repeated.
func (s *Service) Forget(ctx context.Context, account domain.AccountID) error {
	_, err := store.Drain(ctx, s.follows, listMine, store.KeyOf(string(account)), func(doc store.Doc[Follow]) error {
		return s.follows.Delete(ctx, doc, store.Change{Action: "follow.erased", Erases: true})
	})
	return err
}

// Follows tells whether the actor follows the initiative.
func (s *Service) Follows(ctx context.Context, actor domain.Actor, id domain.InitiativeID) (bool, error) {
	if !actor.SignedIn() {
		return false, nil
	}
	_, err := s.follows.Get(ctx, followID(actor.Account, id))
	if apperr.Is(err, apperr.NotFound) {
		return false, nil
	}
	return err == nil, err
}

// Followed lists what the actor follows, newest first, and a page of what happened there.
func (s *Service) Followed(ctx context.Context, actor domain.Actor, cursor string) (ids []domain.InitiativeID, happened store.Page[Update], err error) {
	page, err := s.follows.List(ctx, store.Query{List: listMine, Key: store.KeyOf(string(actor.Account)), Limit: maxFollows})
	if err != nil {
		return nil, happened, err
	}
	var keys []store.Key
	for _, d := range page.Items {
		if !slices.Contains(ids, d.Body.Initiative) {
			ids = append(ids, d.Body.Initiative)
			keys = append(keys, store.KeyOf(string(d.Body.Initiative)))
		}
	}
	if len(keys) == 0 {
		return nil, happened, nil
	}
	happened, err = s.updates.List(ctx, store.Query{List: listOpen, Any: keys, Cursor: cursor, Limit: 20})
	return ids, happened, err
}

// Updates gives a page of what happened in an initiative, newest first; what the partners share only to them.
func (s *Service) Updates(ctx context.Context, actor domain.Actor, i Initiative, cursor string, limit int) (store.Page[Update], error) {
	list := listOpen
	if Inside(actor, i) {
		list = listAll
	}
	return s.updates.List(ctx, store.Query{List: list, Key: store.KeyOf(string(i.ID)), Cursor: cursor, Limit: limit})
}
