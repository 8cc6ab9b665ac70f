package organizations

import (
	"context"
	"time"

	"gotong/modules/domain"
	"gotong/modules/kit/apperr"
	"gotong/modules/kit/store"
)

// managed reads an organisation that the actor manages. NotFound where it is hidden, Forbidden for other members.
func (s *Service) managed(ctx context.Context, actor domain.Actor, id domain.OrganizationID) (store.Doc[Organization], error) {
	doc, err := s.get(ctx, actor, id)
	if err == nil && !MayManage(actor, id) {
		err = apperr.New(apperr.Forbidden, "organizations.error.owner_only")
	}
	return doc, err
}

// change replaces an organisation after a move that may refuse. A repeat of the same form is a success even where the
// move would refuse by now.
func (s *Service) change(ctx context.Context, doc store.Doc[Organization], c store.Change, move func(*Organization) error) (store.Doc[Organization], error) {
	o := doc.Body
	refusal := move(&o)
	if refusal != nil && !apperr.Is(refusal, apperr.Conflict) {
		return doc, refusal
	}
	if refusal != nil {
		if done, err := s.repeated(ctx, doc.ID, c.Operation); err != nil || done {
			return doc, err
		}
		return doc, refusal
	}
	return s.organizations.Replace(ctx, doc, o, c)
}

// repeated tells whether the operation has already changed the organisation.
func (s *Service) repeated(ctx context.Context, id string, op store.Operation) (bool, error) {
	if op.ID == "" {
		return false, nil
	}
	entries, err := s.organizations.History(ctx, id, 5)
	if err != nil {
		return false, err
	}
	for _, e := range entries {
		if e.Operation == op.ID {
			return true, nil
		}
	}
	return false, nil
}

// HandIn adds a paper, with its file where it is one; an earlier one of the same kind is replaced in the list and
// stays in the library. Invalid by field, Forbidden for others than owners, Conflict while a verification is running.
func (s *Service) HandIn(ctx context.Context, actor domain.Actor, op store.Operation, id domain.OrganizationID, p PaperRecord, up *domain.Upload) error {
	doc, err := s.managed(ctx, actor, id)
	if err != nil {
		return err
	}
	trial := doc.Body
	if err := trial.HandIn(p, s.now()); err != nil {
		if done, e := s.repeated(ctx, doc.ID, op); done || e != nil {
			return e
		}
		return err
	}
	if paper, _ := doc.Body.lists().Paper(p.Paper); paper.Words {
		return s.handIn(ctx, actor, op, id, p, doc)
	}
	if up == nil || up.Size == 0 {
		return apperr.InvalidFields([]apperr.Field{{Name: "file", Message: apperr.Msg("organizations.error.file")}})
	}
	ref := domain.Ref{Kind: domain.KindOrganization, ID: string(id)}
	file, err := s.documents.Attach(ctx, actor, op, ref, domain.DocPaper, domain.VisibleOrganization, *up)
	if err != nil {
		return err
	}
	p.Document = file.ID
	return s.documents.Answered(ctx, op, s.handIn(ctx, actor, op, id, p, doc))
}

// handIn lists a paper once its file is there.
func (s *Service) handIn(ctx context.Context, actor domain.Actor, op store.Operation, id domain.OrganizationID, p PaperRecord, doc store.Doc[Organization]) (err error) {
	for range 5 { // another paper may be handed in at the same moment
		_, err = s.change(ctx, doc, actor.Change("organization.paper-added", id, op), func(o *Organization) error { return o.HandIn(p, s.now()) })
		if !apperr.Is(err, apperr.Conflict) {
			return err
		}
		if doc, err = s.managed(ctx, actor, id); err != nil {
			return err
		}
		if doc.Body.State == StatePending {
			return doc.Body.refuse()
		}
	}
	return err
}

// Submit hands the papers in for verification. Invalid names each missing paper; lang is the reader's language.
func (s *Service) Submit(ctx context.Context, actor domain.Actor, op store.Operation, id domain.OrganizationID, lang string) error {
	doc, err := s.managed(ctx, actor, id)
	if err != nil {
		return err
	}
	if err := s.filesThere(ctx, id, doc.Body); err != nil {
		return err
	}
	_, err = s.change(ctx, doc, actor.Change("organization.submitted", id, op), func(o *Organization) error { return o.Submit(s.now(), lang) })
	return err
}

// filesThere refuses where papers are listed and the library holds none of them any more.
func (s *Service) filesThere(ctx context.Context, id domain.OrganizationID, o Organization) error {
	for _, p := range o.Papers {
		if p.Document == "" {
			continue
		}
		there, err := s.documents.Has(ctx, domain.Ref{Kind: domain.KindOrganization, ID: string(id)}, domain.DocPaper)
		if err == nil && !there {
			err = apperr.New(apperr.Invalid, "organizations.error.files_gone")
		}
		return err
	}
	return nil
}

// judged reads an organisation that the actor may judge. Forbidden for others than the secretariat, and for those who
// are members of it.
func (s *Service) judged(ctx context.Context, actor domain.Actor, id domain.OrganizationID) (store.Doc[Organization], error) {
	doc, err := s.get(ctx, actor, id)
	if err == nil {
		err = mayJudge(actor, id)
	}
	return doc, err
}

// Decide ends a verification; the result follows from the answers. Of several at the same time one wins, the others
// get Conflict. Conflict also where another organisation is the verified government of the same village.
func (s *Service) Decide(ctx context.Context, actor domain.Actor, op store.Operation, id domain.OrganizationID, version int64, answers []Answer, reason string) (State, error) {
	doc, err := s.judged(ctx, actor, id)
	if err != nil {
		return "", err
	}
	review := Review{By: actor.Account, Answers: answers, Reason: reason}
	trial := doc.Body
	if err := trial.Decide(review, s.now()); err != nil {
		if done, e := s.repeated(ctx, doc.ID, op); done || e != nil {
			return doc.Body.State, e
		}
		return "", err
	}
	if version != 0 && version != doc.Version {
		return "", apperr.New(apperr.Conflict, "organizations.error.changed")
	}
	action := "organization.rejected"
	if trial.State == StateVerified {
		action = "organization.verified"
		if err := s.takeOffice(ctx, actor, op, id, doc.Body.Village); err != nil {
			return "", err
		}
	}
	c := actor.Change(action, id, op)
	c.Reason = reason
	after, err := s.organizations.Replace(ctx, doc, trial, c)
	if err != nil {
		return "", err
	}
	return after.Body.State, nil
}

// officeHold is how long a place taken for an organisation that is not verified yet is respected: the time between
// the two writes of a decision.
const officeHold = time.Minute

// takeOffice makes the organisation the one government of its village. The document's id is the village's code, so
// two can never hold it; a holder that is no longer in force is replaced.
func (s *Service) takeOffice(ctx context.Context, actor domain.Actor, op store.Operation, id domain.OrganizationID, village domain.RegionCode) error {
	if village == "" {
		return nil
	}
	office := villageOffice{Organization: id, At: s.now()}
	change := actor.Change("organization.office-taken", id, op)
	_, err := s.offices.Insert(ctx, string(village), office, change)
	if !apperr.Is(err, apperr.Conflict) {
		return err
	}
	held, err := s.offices.Get(ctx, string(village))
	if err != nil {
		return err
	}
	if held.Body.Organization != id {
		holder, err := s.organizations.Get(ctx, string(held.Body.Organization))
		if err != nil && !apperr.Is(err, apperr.NotFound) {
			return err
		}
		if err == nil && holder.Body.Village == village && (holder.Body.InForce(s.now()) || holder.Body.State == StateSuspended) {
			return apperr.New(apperr.Conflict, "organizations.error.office_held", "name", holder.Body.Name)
		}
		if s.now().Sub(held.Body.At) < officeHold {
			return apperr.New(apperr.Conflict, "organizations.error.office_busy")
		}
	}
	_, err = s.offices.Replace(ctx, held, office, change)
	return err
}

// Suspend takes an organisation's verification out of force. Invalid without a reason; Forbidden for others than the
// secretariat and for its own members.
func (s *Service) Suspend(ctx context.Context, actor domain.Actor, op store.Operation, id domain.OrganizationID, reason string) error {
	return s.judge(ctx, actor, op, id, "organization.suspended", reason, func(o *Organization) error { return o.Suspend(actor.Account, reason, s.now()) })
}

// Restore ends a suspension. Errors as Suspend's.
func (s *Service) Restore(ctx context.Context, actor domain.Actor, op store.Operation, id domain.OrganizationID, reason string) error {
	return s.judge(ctx, actor, op, id, "organization.restored", reason, func(o *Organization) error { return o.Restore(reason, s.now()) })
}

func (s *Service) judge(ctx context.Context, actor domain.Actor, op store.Operation, id domain.OrganizationID, action, reason string, move func(*Organization) error) error {
	doc, err := s.judged(ctx, actor, id)
	if err != nil {
		return err
	}
	c := actor.Change(action, id, op)
	c.Reason = reason
	_, err = s.change(ctx, doc, c, move)
	return err
}

// Reply gives the suspended organisation's word. Forbidden for others than owners.
func (s *Service) Reply(ctx context.Context, actor domain.Actor, op store.Operation, id domain.OrganizationID, text string) error {
	doc, err := s.managed(ctx, actor, id)
	if err != nil {
		return err
	}
	_, err = s.change(ctx, doc, actor.Change("organization.replied", id, op), func(o *Organization) error { return o.Reply(text, s.now()) })
	return err
}

// ExpireLapsed notes the end of every verification that has passed it; it may run on every replica.
func (s *Service) ExpireLapsed(ctx context.Context) (int, error) {
	expired := 0
	for {
		page, err := s.organizations.List(ctx, store.Query{List: listEnding, Limit: 50})
		if err != nil {
			return expired, err
		}
		moved := 0
		for _, doc := range page.Items {
			o := doc.Body
			if o.Expire(s.now()) != nil {
				return expired + moved, nil //nolint:nilerr // the list runs by end: the rest is in force
			}
			_, err := s.organizations.Replace(ctx, doc, o, store.Change{Action: "organization.expired", Organization: doc.ID})
			if err != nil && !apperr.Is(err, apperr.Conflict) {
				return expired + moved, err
			}
			moved++
		}
		expired += moved
		if moved == 0 || page.Next == "" {
			return expired, nil
		}
	}
}
