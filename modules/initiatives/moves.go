package initiatives

import (
	"context"
	"slices"

	"gotong/modules/domain"
	"gotong/modules/kit/apperr"
	"gotong/modules/kit/store"
)

// past gives the audit action of a move.
var past = map[Action]string{
	ActionSubmit: "initiative.submitted", ActionTakeBack: "initiative.taken-back", ActionReview: "initiative.review-begun",
	ActionRevise: "initiative.revision-asked", ActionApprove: "initiative.approved", ActionReject: "initiative.rejected",
	ActionPublish: "initiative.published", ActionStart: "initiative.started", ActionWithdraw: "initiative.withdrawn",
	ActionSuspend: "initiative.suspended", ActionResume: "initiative.resumed", ActionCancel: "initiative.cancelled",
	ActionComplete: "initiative.completed", ActionReopen: "initiative.reopened", ActionEvaluate: "initiative.evaluated", ActionArchive: "initiative.archived",
	ActionAppeal: "initiative.appealed", ActionUphold: "initiative.appeal-upheld", ActionDismiss: "initiative.appeal-dismissed",
	ActionExtend: "initiative.extended",
}

// Request is one posted decision: on which initiative, at which version (0: any), by which form, why, until when.
type Request struct {
	Actor     domain.Actor
	Operation store.Operation
	ID        domain.InitiativeID
	Version   int64
	Reason    string
	Until     domain.Date
}

func (s *Service) begin(ctx context.Context, r Request) (doc Doc, done bool, err error) {
	doc, err = s.Show(ctx, r.Actor, r.ID)
	if err != nil {
		return Doc{}, false, err
	}
	if doc.Body.Did(r.Operation.ID) {
		doc, err = s.settle(ctx, doc)
		return doc, true, err
	}
	if doc.Body.Pending != nil || doc.Body.LimitDue {
		doc, err = s.settle(ctx, doc)
		return doc, false, err
	}
	if r.Version > 0 && r.Version != doc.Version {
		return Doc{}, false, apperr.New(apperr.Conflict, "initiatives.refuse.changed")
	}
	return doc, false, nil
}

func (s *Service) step(r Request, on domain.OrganizationID) Step {
	return Step{At: s.clock.Now(), By: r.Actor.Account, Organization: on, Reason: r.Reason, Until: r.Until, Operation: r.Operation.ID, Office: on == ""}
}

func (s *Service) write(ctx context.Context, doc Doc, i Initiative, action string, r Request, on domain.OrganizationID) (Doc, error) {
	change := r.Actor.Change(action, on, r.Operation)
	change.Reason = r.Reason
	written, err := s.records.Replace(ctx, doc, i, change)
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

// Paper is a file that comes with the submission: terms of reference or budget plan.
type Paper struct {
	Type domain.DocumentType
	File domain.Upload
}

// Submit hands the initiative in, for an owner of a verified organisation. The papers are attached first, so that they
// are kept when something else is missing; the content is frozen as the round's version.
func (s *Service) Submit(ctx context.Context, r Request, papers []Paper) (Doc, error) {
	doc, done, err := s.begin(ctx, r)
	if err != nil || done {
		return doc, err
	}
	i := doc.Body
	if err := owner(r.Actor, i); err != nil {
		return Doc{}, err
	}
	if !i.Can(ActionSubmit) {
		return Doc{}, refuse(ActionSubmit)
	}
	if err := s.late(ctx, r.ID, i); err != nil {
		return Doc{}, err
	}
	step := s.step(r, i.Organization)
	var brought []domain.DocumentType
	for _, p := range papers {
		paper, err := s.papers.Attach(ctx, r.Actor, r.Operation, ref(r.ID), p.Type, domain.VisibleParties, p.File)
		if err != nil {
			return Doc{}, s.papers.Answered(ctx, r.Operation, err)
		}
		step.Documents = append(step.Documents, paper.ID)
		brought = append(brought, p.Type)
	}
	written, err := s.submit(ctx, r, doc, step, brought)
	if len(papers) > 0 {
		err = s.papers.Answered(ctx, r.Operation, err)
	}
	return written, err
}

// submit makes the move once the papers that came with it are there.
func (s *Service) submit(ctx context.Context, r Request, doc Doc, step Step, brought []domain.DocumentType) (Doc, error) {
	i := doc.Body
	terms, budget, err := s.HasPapers(ctx, r.ID)
	if err != nil {
		return Doc{}, err
	}
	terms, budget = terms || slices.Contains(brought, domain.DocTerms), budget || slices.Contains(brought, domain.DocBudget)
	admitted := s.admit(ctx, r.ID, i, brought...)
	if admitted != nil && !apperr.Is(admitted, apperr.Invalid) {
		return Doc{}, admitted
	}
	named, err := s.unnamed(ctx, i)
	if err != nil {
		return Doc{}, err
	}
	if err := both(i.Submit(step, terms, budget), both(admitted, named.Err())); err != nil {
		return Doc{}, err
	}
	if err := s.freeze(ctx, doc.ID, i, step, r); err != nil {
		return Doc{}, err
	}
	return s.write(ctx, doc, i, past[ActionSubmit], r, i.Organization)
}

func ref(id domain.InitiativeID) domain.Ref {
	return domain.Ref{Kind: domain.KindInitiative, ID: string(id)}
}

// HasPapers tells whether terms of reference and budget plan are attached.
func (s *Service) HasPapers(ctx context.Context, id domain.InitiativeID) (terms, budget bool, err error) {
	if terms, err = s.papers.Has(ctx, ref(id), domain.DocTerms); err != nil {
		return false, false, err
	}
	budget, err = s.papers.Has(ctx, ref(id), domain.DocBudget)
	return terms, budget, err
}

// freeze keeps the submission as it is. A version left by a crash before the state followed is overwritten.
func (s *Service) freeze(ctx context.Context, id string, i Initiative, step Step, r Request) error {
	v := Version{Content: i.Content, Initiative: domain.InitiativeID(id), Round: i.Round, SubmittedAt: step.At, SubmittedBy: step.By}
	key := versionID(id, i.Round)
	change := r.Actor.Change("initiative.version-frozen", i.Organization, r.Operation)
	_, err := s.versions.Insert(ctx, key, v, change)
	if !apperr.Is(err, apperr.Conflict) {
		return err
	}
	left, err := s.versions.Get(ctx, key)
	if err != nil {
		return err
	}
	_, err = s.versions.Replace(ctx, left, v, change)
	return err
}

func owner(a domain.Actor, i Initiative) error {
	if !a.Has(i.Organization, domain.OrgOwner) {
		return apperr.New(apperr.Forbidden, "initiatives.refuse.not_owner")
	}
	if m, _ := a.Membership(i.Organization); !m.Verified && !i.Public() {
		return apperr.New(apperr.Forbidden, "initiatives.refuse.unverified")
	}
	return nil
}

// Decision is what an owner, the secretariat or an evaluator decided, by its action.
type Decision struct {
	Action    Action
	Begin     Begin
	SummaryEN string  // on publication, where it was still missing
	Met       string  // on publication, how the conditions of the approval were met
	Verdict   Verdict // of an approval or rejection: conditions, and what the public reads
}

// Decide carries a decision out. Who may: the owner takes back, publishes, starts, withdraws, suspends, resumes,
// cancels, completes; the secretariat (never on its own organisation's) takes under review, asks for revision,
// approves, rejects, suspends, resumes, reopens, archives; an evaluator evaluates.
func (s *Service) Decide(ctx context.Context, r Request, d Decision) (Doc, error) {
	doc, done, err := s.begin(ctx, r)
	if err != nil || done {
		return doc, err
	}
	i := doc.Body
	on, err := mayDecide(r.Actor, i, d.Action)
	if err != nil {
		return Doc{}, err
	}
	var f apperr.Fields
	checkPersonal(&f, "reason", r.Reason)
	checkPersonal(&f, "work_plan", d.Begin.WorkPlan)
	checkPersonal(&f, "summary_en", d.SummaryEN)
	checkPersonal(&f, "conditions_met", d.Met)
	if err := f.Err(); err != nil {
		return Doc{}, err
	}
	action, step := past[d.Action], s.step(r, on)
	if err := s.apply(ctx, r.ID, &i, step, d); err != nil {
		return Doc{}, err
	}
	if d.Action == ActionUphold {
		if err := s.freeze(ctx, doc.ID, i, step, r); err != nil {
			return Doc{}, err
		}
	}
	if i.Pending != nil {
		action = "initiative.offers-closing"
	}
	return s.write(ctx, doc, i, action, r, on)
}

// Extend moves the end of an initiative that runs; who approved it is for the caller to say.
func (s *Service) Extend(ctx context.Context, r Request) (Doc, error) {
	doc, done, err := s.begin(ctx, r)
	if err != nil || done {
		return doc, err
	}
	i := doc.Body
	if err := i.Extend(s.step(r, "")); err != nil {
		return Doc{}, err
	}
	return s.write(ctx, doc, i, past[ActionExtend], r, "")
}

// mayDecide gives the organisation on whose behalf the actor acts ("" for an office), or why not.
func mayDecide(a domain.Actor, i Initiative, action Action) (domain.OrganizationID, error) {
	secretariat := func() error {
		switch {
		case !a.Secretariat():
			return apperr.New(apperr.Forbidden, "initiatives.refuse.not_secretariat")
		case tied(a, i):
			return apperr.New(apperr.Forbidden, "initiatives.refuse.own")
		}
		return nil
	}
	switch action {
	case ActionReview, ActionRevise, ActionApprove, ActionReject, ActionReopen, ActionArchive, ActionUphold, ActionDismiss:
		return "", secretariat()
	case ActionSuspend, ActionResume:
		if a.Has(i.Organization, domain.OrgOwner) {
			return i.Organization, nil
		}
		return "", secretariat()
	case ActionEvaluate:
		if !a.HasMandate(domain.MandateEvaluator) || tied(a, i) {
			return "", apperr.New(apperr.Forbidden, "initiatives.refuse.not_evaluator")
		}
		return "", nil
	}
	return i.Organization, owner(a, i)
}

func (s *Service) apply(ctx context.Context, id domain.InitiativeID, i *Initiative, step Step, d Decision) error {
	switch d.Action {
	case ActionTakeBack:
		return i.TakeBack(step)
	case ActionReview, ActionRevise, ActionApprove, ActionReject:
		return s.judge(ctx, id, i, step, d)
	case ActionAppeal:
		return i.Object(step)
	case ActionUphold, ActionDismiss:
		return i.Answer(d.Action, step)
	case ActionPublish:
		if d.SummaryEN != "" {
			i.SummaryEN = d.SummaryEN
		}
		return i.Publish(step, d.Met)
	case ActionWithdraw, ActionSuspend, ActionComplete:
		return i.Intend(Pending{Step: step, Action: d.Action})
	case ActionResume:
		return i.Resume(step)
	case ActionCancel:
		return i.Cancel(step)
	case ActionReopen:
		return i.Reopen(step)
	case ActionEvaluate:
		papers, err := domain.CiteEach(ctx, s.papers, ref(id), domain.Evaluated...)
		if err != nil {
			return err
		}
		step.cite(papers)
		return i.Evaluate(step)
	case ActionArchive:
		return i.Archive(step)
	case ActionStart:
		used, err := s.used(ctx, *i)
		if err != nil {
			return err
		}
		return i.Start(step, d.Begin, anyUsed(used))
	}
	return apperr.New(apperr.BadRequest, "initiatives.refuse.unknown")
}

// judge makes the moves that rest on the review of the round.
func (s *Service) judge(ctx context.Context, id domain.InitiativeID, i *Initiative, step Step, d Decision) error {
	at, err := s.reviews.Standing(ctx, id, i.Round)
	if err != nil {
		return err
	}
	d.Verdict.Reviews, d.Verdict.Recused = at.In, at.Recused
	switch d.Action {
	case ActionReview:
		return i.Review(step, at.Checked)
	case ActionRevise:
		return i.Revise(step, at.Ready)
	case ActionApprove:
		return i.Approve(step, at.Ready, d.Verdict)
	}
	return i.Reject(step, at.Ready, d.Verdict)
}
