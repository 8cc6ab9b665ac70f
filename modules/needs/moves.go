package needs

import (
	"context"
	"slices"

	"gotong/modules/domain"
	"gotong/modules/kit/apperr"
	"gotong/modules/kit/store"
)

// past gives the audit action of a move.
var past = map[Action]string{
	ActionSubmit: "need.submitted", ActionTakeBack: "need.taken-back", ActionBegin: "need.verification-begun",
	ActionReturn: "need.returned", ActionVerify: "need.verified", ActionPlan: "need.planned", ActionDropPlan: "need.plan-dropped",
	ActionReject: "need.rejected", ActionWithdraw: "need.withdrawn", ActionLapse: "need.lapsed", ActionFulfil: "need.fulfilled",
	ActionReopen: "need.reopened", ActionExpire: "need.expired", ActionEvaluate: "need.evaluated", ActionQuantity: "need.quantity-changed", ActionUnverify: "need.verification-undone",
	ActionAdopt: "need.adopted", ActionDecline: "need.adoption-declined",
}

// Request is one posted decision on a need: which, at which version (0: any), by which form, with which reason.
type Request struct {
	Actor     domain.Actor
	Operation store.Operation
	ID        domain.NeedID
	Version   int64
	Reason    string
}

// begin reads the need for a decision. done tells that this very form was carried out before.
func (s *Service) begin(ctx context.Context, r Request) (doc Doc, done bool, err error) {
	doc, err = s.Show(ctx, r.Actor, r.ID)
	if err != nil {
		return Doc{}, false, err
	}
	if doc.Body.Did(r.Operation.ID) {
		doc, err = s.settle(ctx, doc)
		return doc, true, err
	}
	if doc.Body.Pending != nil {
		if doc, err = s.settle(ctx, doc); err != nil {
			return Doc{}, false, err
		}
	} else if r.Version > 0 && r.Version != doc.Version {
		return Doc{}, false, apperr.New(apperr.Conflict, "needs.refuse.changed")
	}
	return doc, false, nil
}

func (s *Service) step(r Request, on domain.OrganizationID) Step {
	return Step{At: s.clock.Now(), By: r.Actor.Account, Organization: on, Reason: r.Reason, Operation: r.Operation.ID}
}

// write stores a changed need and then brings its account in line. Losing a race against the same form is a success.
func (s *Service) write(ctx context.Context, doc Doc, n Need, action string, r Request, on domain.OrganizationID) (Doc, error) {
	change := r.Actor.Change(action, on, r.Operation)
	change.Reason = r.Reason
	written, err := s.records.Replace(ctx, doc, n, change)
	if apperr.Is(err, apperr.Conflict) {
		if again, readErr := s.records.Get(ctx, doc.ID); readErr == nil && again.Body.Did(r.Operation.ID) {
			return s.settle(ctx, again)
		}
	}
	if err != nil {
		return Doc{}, err
	}
	return s.settle(ctx, written)
}

// Minutes is the paper of the village's deliberation that came with the submission.
type Minutes struct {
	Type domain.DocumentType // DocMinutes or DocPlanPage
	File domain.Upload
}

// Submit hands the need to the area's verifier, for an owner of the verified organisation that declared it. The
// minutes are attached first, so that they are kept when something else is missing.
func (s *Service) Submit(ctx context.Context, r Request, minutes *Minutes) (Doc, error) {
	doc, done, err := s.begin(ctx, r)
	if err != nil || done {
		return doc, err
	}
	n := doc.Body
	if !r.Actor.Has(n.Organization, domain.OrgOwner) {
		return Doc{}, apperr.New(apperr.Forbidden, "needs.refuse.not_owner")
	}
	if m, _ := r.Actor.Membership(n.Organization); !m.Verified {
		return Doc{}, apperr.New(apperr.Forbidden, "needs.refuse.unverified")
	}
	if !n.Can(ActionSubmit) {
		return Doc{}, refuse(ActionSubmit)
	}
	ref := domain.Ref{Kind: domain.KindNeed, ID: doc.ID}
	step := s.step(r, n.Organization)
	if minutes == nil {
		return s.submit(ctx, r, doc, step)
	}
	if !slices.Contains([]domain.DocumentType{domain.DocMinutes, domain.DocPlanPage}, minutes.Type) {
		minutes.Type = domain.DocMinutes
	}
	paper, err := s.papers.Attach(ctx, r.Actor, r.Operation, ref, minutes.Type, domain.VisibleParties, minutes.File)
	if err != nil {
		return Doc{}, err
	}
	step.cite(paper)
	written, err := s.submit(ctx, r, doc, step)
	return written, s.papers.Answered(ctx, r.Operation, err)
}

// submit makes the move once the papers are there.
func (s *Service) submit(ctx context.Context, r Request, doc Doc, step Step) (Doc, error) {
	n := doc.Body
	if len(step.Documents) == 0 {
		papers, err := domain.CiteEach(ctx, s.papers, domain.Ref{Kind: domain.KindNeed, ID: doc.ID}, domain.DocMinutes, domain.DocPlanPage)
		if err != nil {
			return Doc{}, err
		}
		for _, paper := range papers {
			step.cite(paper)
		}
	}
	if err := n.Submit(step, len(step.Documents) > 0); err != nil {
		return Doc{}, err
	}
	return s.write(ctx, doc, n, past[ActionSubmit], r, n.Organization)
}

// HasMinutes tells whether minutes or the page of the plan are attached.
func (s *Service) HasMinutes(ctx context.Context, id domain.NeedID) (bool, error) {
	return s.papers.Has(ctx, domain.Ref{Kind: domain.KindNeed, ID: string(id)}, domain.DocMinutes, domain.DocPlanPage)
}

// TakeBack makes a submitted need a draft again, for an owner.
func (s *Service) TakeBack(ctx context.Context, r Request) (Doc, error) {
	doc, done, err := s.begin(ctx, r)
	if err != nil || done {
		return doc, err
	}
	n := doc.Body
	if !r.Actor.Has(n.Organization, domain.OrgOwner) {
		return Doc{}, apperr.New(apperr.Forbidden, "needs.refuse.not_owner")
	}
	if err := n.TakeBack(s.step(r, n.Organization)); err != nil {
		return Doc{}, err
	}
	return s.write(ctx, doc, n, past[ActionTakeBack], r, n.Organization)
}

// Answer adopts or declines, for the village's government, what another organisation declared; its owner does so.
func (s *Service) Answer(ctx context.Context, r Request, adopt bool) (Doc, error) {
	doc, done, err := s.begin(ctx, r)
	if err != nil || done {
		return doc, err
	}
	n := doc.Body
	m, ok := r.Actor.VillageGovernment(n.Village, domain.OrgOwner)
	if !ok {
		return Doc{}, apperr.New(apperr.Forbidden, "needs.refuse.not_village")
	}
	if !m.Verified {
		return Doc{}, apperr.New(apperr.Forbidden, "needs.refuse.unverified")
	}
	action, move := ActionDecline, n.Decline
	if adopt {
		action, move = ActionAdopt, n.Adopt
	}
	if err := move(s.step(r, m.Organization)); err != nil {
		return Doc{}, err
	}
	return s.write(ctx, doc, n, past[action], r, m.Organization)
}

// Mandate tells under which mandate the actor may decide on this need now, and whether in the district's stead.
// Forbidden, worded, where not.
func (s *Service) Mandate(ctx context.Context, actor domain.Actor, n Need) (domain.Mandate, bool, error) {
	m, ok := actor.AreaVerifier(n.Village)
	has := false
	if ok && m.Region.Level() < domain.LevelDistrict {
		var err error
		if has, err = s.mandates.DistrictHasVerifier(ctx, n.Village.At(domain.LevelDistrict), n.Village); err != nil {
			return domain.Mandate{}, false, err
		}
	}
	return mandateFor(actor, n, has)
}

// Decision is what the area's verifier decided, by its action: begin, verify, return, plan, drop-plan, reject, reopen.
type Decision struct {
	Action    Action
	Checklist Checklist
	Reasons   []FieldReason
	Plan      PlanReference
}

// CorrectionDays is how long a returned need may wait before it lapses.
const CorrectionDays = 60

// Decide carries out a verifier's decision under the mandate that covers the village.
func (s *Service) Decide(ctx context.Context, r Request, d Decision) (Doc, error) {
	doc, done, err := s.begin(ctx, r)
	if err != nil || done {
		return doc, err
	}
	n := doc.Body
	mandate, stead, err := s.Mandate(ctx, r.Actor, n)
	if err != nil {
		return Doc{}, err
	}
	step := s.step(r, mandate.Organization)
	step.Mandate, step.Stead = mandate.Region, stead
	if err := checkDecision(r.Reason, d); err != nil {
		return Doc{}, err
	}
	if err := s.apply(&n, step, d); err != nil {
		return Doc{}, err
	}
	action := past[d.Action]
	if n.Pending != nil {
		action = "need.limit-lowering"
	}
	return s.write(ctx, doc, n, action, r, mandate.Organization)
}

// checkDecision keeps personal numbers out of what a verifier writes.
func checkDecision(reason string, d Decision) error {
	var f apperr.Fields
	checkPersonal(&f, "reason", reason)
	checkPersonal(&f, "note", d.Checklist.Note)
	for _, x := range d.Reasons {
		checkPersonal(&f, "reason_"+x.Field, x.Reason)
	}
	return f.Err()
}

func (s *Service) apply(n *Need, step Step, d Decision) error {
	switch d.Action {
	case ActionBegin:
		return n.Begin(step)
	case ActionVerify:
		return n.Verify(step, d.Checklist)
	case ActionReturn:
		return n.Return(step, d.Reasons, domain.DateOf(step.At.AddDate(0, 0, CorrectionDays)))
	case ActionPlan:
		if n.State() == Verified {
			return n.Intend(Pending{Step: step, Action: ActionPlan, Plan: d.Plan})
		}
		return n.Plan(step, d.Plan)
	case ActionDropPlan:
		return n.DropPlan(step)
	case ActionReject:
		return n.Reject(step)
	case ActionReopen:
		return n.Reopen(step)
	}
	return apperr.New(apperr.BadRequest, "needs.refuse.unknown")
}

// Withdraw takes an open need back, for an owner: wholly where nothing is committed, else all that is not committed.
func (s *Service) Withdraw(ctx context.Context, r Request) (Doc, error) {
	return s.lower(ctx, r, Pending{Action: ActionWithdraw})
}

// ChangeQuantity lowers (an owner; never below what is committed) or raises (the area's verifier) an open need's
// quantity, with a reason.
func (s *Service) ChangeQuantity(ctx context.Context, r Request, quantity int64) (Doc, error) {
	doc, err := s.Show(ctx, r.Actor, r.ID)
	if err != nil {
		return Doc{}, err
	}
	if quantity < doc.Body.Quantity || doc.Body.Did(r.Operation.ID) {
		ledger, err := s.ledgerOf(ctx, doc)
		if err != nil {
			return Doc{}, err
		}
		if quantity < ledger.Committed && !doc.Body.Did(r.Operation.ID) {
			return Doc{}, apperr.InvalidFields([]apperr.Field{{Name: "quantity", Message: apperr.Msg("needs.error.below_committed", "committed", ledger.Committed)}})
		}
		return s.lower(ctx, r, Pending{Action: ActionQuantity, Quantity: quantity})
	}
	doc, done, err := s.begin(ctx, r)
	if err != nil || done {
		return doc, err
	}
	n := doc.Body
	mandate, stead, err := s.Mandate(ctx, r.Actor, n)
	if err != nil {
		return Doc{}, err
	}
	step := s.step(r, mandate.Organization)
	step.Mandate, step.Stead = mandate.Region, stead
	if err := n.Raise(step, quantity); err != nil {
		return Doc{}, err
	}
	return s.write(ctx, doc, n, past[ActionQuantity], r, mandate.Organization)
}

func (s *Service) lower(ctx context.Context, r Request, p Pending) (Doc, error) {
	doc, done, err := s.begin(ctx, r)
	if err != nil || done {
		return doc, err
	}
	n := doc.Body
	m, ok := insider(r.Actor, n, domain.OrgOwner)
	if !ok {
		return Doc{}, apperr.New(apperr.Forbidden, "needs.refuse.not_owner")
	}
	var f apperr.Fields
	if checkPersonal(&f, "reason", r.Reason); f.Err() != nil {
		return Doc{}, f.Err()
	}
	p.Step = s.step(r, m.Organization)
	if err := n.Intend(p); err != nil {
		return Doc{}, err
	}
	return s.write(ctx, doc, n, "need.limit-lowering", r, m.Organization)
}

// Evaluate ends a fulfilled need, for an evaluator who is not of its side.
func (s *Service) Evaluate(ctx context.Context, r Request, e Evaluation) (Doc, error) {
	doc, done, err := s.begin(ctx, r)
	if err != nil || done {
		return doc, err
	}
	n := doc.Body
	if !r.Actor.HasMandate(domain.MandateEvaluator) || ofVillage(r.Actor, n) {
		return Doc{}, apperr.New(apperr.Forbidden, "needs.refuse.not_evaluator")
	}
	on := evaluatorOrganization(r.Actor)
	papers, err := domain.CiteEach(ctx, s.papers, domain.Ref{Kind: domain.KindNeed, ID: doc.ID}, domain.Evaluated...)
	if err != nil {
		return Doc{}, err
	}
	step := s.step(r, on)
	for _, paper := range papers {
		step.cite(paper)
	}
	if err := n.Evaluate(step, e); err != nil {
		return Doc{}, err
	}
	return s.write(ctx, doc, n, past[ActionEvaluate], r, on)
}

func evaluatorOrganization(a domain.Actor) domain.OrganizationID {
	for _, m := range a.Mandates {
		if m.Kind == domain.MandateEvaluator {
			return m.Organization
		}
	}
	return ""
}
