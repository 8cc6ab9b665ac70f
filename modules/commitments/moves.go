package commitments

import (
	"context"
	"slices"

	"gotong/modules/domain"
	"gotong/modules/kit/apperr"
	"gotong/modules/kit/store"
)

// act is one person's move: find the hand, apply, write, then bring the accounts in line. What the accounts miss by a
// crash here, the follower and the reconciler make good.
func (s *Service) act(ctx context.Context, actor domain.Actor, op store.Operation, id domain.CommitmentID, action string,
	did func(c *Commitment) bool, apply func(c *Commitment, h Hand) error, allowed ...Side) error {
	doc, err := s.change(ctx, id, func(c *Commitment, _ int64) (store.Change, bool, error) {
		h, err := s.hand(actor, c, op.ID, allowed...)
		if err != nil || did(c) {
			return store.Change{}, true, err
		}
		if err := apply(c, h); err != nil {
			return store.Change{}, false, err
		}
		change := actor.Change(action, h.Organization, op)
		if n := len(c.History); n > 0 && c.History[n-1].Operation == op.ID {
			change.Reason = c.History[n-1].Reason
		}
		return change, false, nil
	})
	if err != nil {
		return err
	}
	if err := s.putRight(ctx, id, doc.Body); err != nil {
		s.log.WarnContext(ctx, "accounts are brought in line later", "commitment", id, "error", err)
	}
	return nil
}

// Decline ends a proposal for the village, or a conversation for either side. Errors: NotFound, SignIn, Forbidden,
// Invalid (no reason), Conflict.
func (s *Service) Decline(ctx context.Context, actor domain.Actor, op store.Operation, id domain.CommitmentID, reason string) error {
	return s.act(ctx, actor, op, id, "commitment.declined",
		func(c *Commitment) bool { return c.Did(op.ID, StateDeclined) },
		func(c *Commitment, h Hand) error { return c.Decline(h, reason) }, SideVillage, SideProposer)
}

// Cancel withdraws a proposal or ends an accepted or agreed commitment; what was delivered stays, the rest is
// released. Errors: NotFound, SignIn, Forbidden, Invalid (no reason), Conflict.
func (s *Service) Cancel(ctx context.Context, actor domain.Actor, op store.Operation, id domain.CommitmentID, reason string) error {
	return s.act(ctx, actor, op, id, "commitment.cancelled",
		func(c *Commitment) bool { return c.Did(op.ID, StateCancelled) },
		func(c *Commitment, h Hand) error { return c.Cancel(h, reason) }, SideProposer, SideVillage)
}

// Sign gives one owner's word on the agreement. A PKS, and an MoU with its PKS, needs the signed paper: it comes with
// this form or is there already. Errors: NotFound, SignIn, Forbidden, Invalid, Conflict, and those of an upload.
func (s *Service) Sign(ctx context.Context, actor domain.Actor, op store.Operation, id domain.CommitmentID, terms Terms, paper *domain.Upload) error {
	doc, err := s.records.Get(ctx, string(id))
	if err != nil {
		return found(err)
	}
	c := &doc.Body
	h, err := s.hand(actor, c, op.ID, SideProposer, SideVillage)
	if err != nil || c.Did(op.ID, StateAgreed) || paper == nil && c.signedBy(h.Side, op.ID, terms) {
		return err
	}
	if err := terms.Validate(domain.DateOf(h.At)); err != nil {
		return err
	}
	if !c.May(h.Side, StateAgreed) {
		return apperr.New(apperr.Conflict, "commitments.error.move")
	}
	var document domain.Citation
	if paper != nil {
		if document, err = s.attach(ctx, actor, op, id, domain.DocAgreement, *paper); err != nil {
			return err
		}
	}
	switch {
	case terms.Kind == AgreementStatement:
		document = domain.Citation{}
	case paper == nil:
		if document, err = s.papers.Cite(ctx, ref(id), domain.DocAgreement); err != nil {
			if apperr.Is(err, apperr.NotFound) {
				return missingFile("commitments.error.agreement_file")
			}
			return err
		}
	}
	err = s.act(ctx, actor, op, id, "commitment.signed",
		func(c *Commitment) bool {
			return c.signedBy(h.Side, op.ID, terms) && (document.SHA256 == "" || c.Agreement.SHA256 == document.SHA256)
		},
		func(c *Commitment, h Hand) error { return c.Sign(h, terms, document) }, h.Side)
	return s.answered(ctx, op, paper, err)
}

func (c *Commitment) signedBy(side Side, operation string, t Terms) bool {
	if c.Did(operation, StateAgreed) {
		return true
	}
	had := c.Signed(side)
	return had != nil && had.Position == t.Position && c.Agreement.Kind == t.Kind && c.Agreement.Clause == t.Clause &&
		(t.Kind == AgreementStatement || c.Agreement.Number == t.Number && c.Agreement.Date == t.Date)
}

// Start begins the delivery of an agreed commitment. Errors: NotFound, SignIn, Forbidden, Conflict.
func (s *Service) Start(ctx context.Context, actor domain.Actor, op store.Operation, id domain.CommitmentID) error {
	return s.act(ctx, actor, op, id, "commitment.started",
		func(c *Commitment) bool { return c.Did(op.ID, StateDelivering) },
		func(c *Commitment, h Hand) error { return c.Start(h) }, SideProposer)
}

// Report is what a deliverer says of one part, with its document.
type Report struct {
	Quantity  int64
	Date      domain.Date
	Place     string
	Condition string
	Note      string
	Type      domain.DocumentType
	File      *domain.Upload
}

// Deliver reports a delivered part with a document; the last part together with a handover record ends the delivery.
// Errors: NotFound, SignIn, Forbidden, Invalid (also without a document), Conflict, and those of an upload.
func (s *Service) Deliver(ctx context.Context, actor domain.Actor, op store.Operation, id domain.CommitmentID, r Report) error {
	doc, err := s.records.Get(ctx, string(id))
	if err != nil {
		return found(err)
	}
	c := &doc.Body
	h, err := s.hand(actor, c, op.ID, SideProposer)
	if err != nil {
		return err
	}
	d := Delivery{ID: actor.NewID(op), Quantity: r.Quantity, Date: r.Date, Place: r.Place, Condition: r.Condition, Note: r.Note, Grade: GradeOf(r.Type)}
	did := func(c *Commitment) bool {
		for _, had := range c.Deliveries {
			if had.ID == d.ID {
				return true
			}
		}
		return false
	}
	if did(c) {
		return nil
	}
	if err := c.ValidateDelivery(h, d); err != nil {
		return err
	}
	if r.File == nil {
		return missingFile("commitments.error.document")
	}
	if r.Type != domain.DocHandover && r.Type != domain.DocPhoto && r.Type != domain.DocReport && r.Type != domain.DocOther {
		return apperr.InvalidFields([]apperr.Field{{Name: "type", Message: apperr.Msg("commitments.error.type")}})
	}
	document, err := s.attach(ctx, actor, op, id, r.Type, *r.File)
	if err != nil {
		return err
	}
	d.Documents = []domain.DocumentID{document.ID}
	err = s.act(ctx, actor, op, id, "commitment.delivery-reported", did, func(c *Commitment, h Hand) error {
		if err := c.Deliver(h, d); err != nil {
			return err
		}
		if r.Type == domain.DocHandover && c.Delivered() == c.Quantity {
			return c.HandOver(h, document)
		}
		return nil
	}, SideProposer)
	return s.answered(ctx, op, r.File, err)
}

// HandOver ends a delivery of which all is delivered, with the handover record (BAST): it comes with this form or is
// there already. Errors: NotFound, SignIn, Forbidden, Invalid, Conflict, and those of an upload.
func (s *Service) HandOver(ctx context.Context, actor domain.Actor, op store.Operation, id domain.CommitmentID, record *domain.Upload) error {
	doc, err := s.records.Get(ctx, string(id))
	if err != nil {
		return found(err)
	}
	c := doc.Body
	h, err := s.hand(actor, &c, op.ID, SideProposer)
	if err != nil || c.Did(op.ID, StateDelivered) {
		return err
	}
	if err := c.HandOver(h, domain.Citation{}); err != nil {
		return err
	}
	var document domain.Citation
	if record != nil {
		document, err = s.attach(ctx, actor, op, id, domain.DocHandover, *record)
	} else if document, err = s.papers.Cite(ctx, ref(id), domain.DocHandover); apperr.Is(err, apperr.NotFound) {
		err = missingFile("commitments.error.handover_file")
	}
	if err != nil {
		return err
	}
	err = s.act(ctx, actor, op, id, "commitment.delivered",
		func(c *Commitment) bool { return c.Did(op.ID, StateDelivered) },
		func(c *Commitment, h Hand) error { return c.HandOver(h, document) }, SideProposer)
	return s.answered(ctx, op, record, err)
}

// Confirm gives the village's word on deliveries. Errors: NotFound, SignIn, Forbidden, Invalid (more than is open, or
// no words for what is missing), Conflict.
func (s *Service) Confirm(ctx context.Context, actor domain.Actor, op store.Operation, id domain.CommitmentID, answers []Answer, words string) error {
	return s.act(ctx, actor, op, id, "commitment.answered",
		func(c *Commitment) bool { return c.answered(answers) },
		func(c *Commitment, h Hand) error { return c.Confirm(h, answers, words) }, SideVillage)
}

// answered tells whether each of the answers is already there: nothing of those deliveries is open and as much was
// confirmed as they say.
func (c *Commitment) answered(answers []Answer) bool {
	for _, a := range answers {
		there := slices.ContainsFunc(c.Deliveries, func(d Delivery) bool {
			return d.ID == a.Delivery && d.Open() == 0 && d.Confirmed == a.Received
		})
		if !there {
			return false
		}
	}
	return len(answers) > 0
}

// Settle is the area verifier's decision on a dispute. Errors: NotFound, SignIn, Forbidden (also who belongs to a
// party), Invalid (no reason), Conflict.
func (s *Service) Settle(ctx context.Context, actor domain.Actor, op store.Operation, id domain.CommitmentID, to State, reason string) error {
	return s.act(ctx, actor, op, id, "commitment.settled",
		func(c *Commitment) bool { return c.Did(op.ID, to) },
		func(c *Commitment, h Hand) error { return c.Settle(h, to, reason) }, SideVerifier)
}

func ref(id domain.CommitmentID) domain.Ref {
	return domain.Ref{Kind: domain.KindCommitment, ID: string(id)}
}

func (s *Service) attach(ctx context.Context, actor domain.Actor, op store.Operation, id domain.CommitmentID, typ domain.DocumentType, up domain.Upload) (domain.Citation, error) {
	return s.papers.Attach(ctx, actor, op, ref(id), typ, domain.VisibleParties, up)
}

// answered shows the file that came with a form, where one did, and gives the form's answer back.
func (s *Service) answered(ctx context.Context, op store.Operation, file *domain.Upload, answer error) error {
	if file == nil {
		return answer
	}
	return s.papers.Answered(ctx, op, answer)
}

func missingFile(key string) error {
	return apperr.InvalidFields([]apperr.Field{{Name: "file", Message: apperr.Msg(key)}})
}
