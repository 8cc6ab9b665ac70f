package commitments

import (
	"context"
	"errors"
	"time"

	"gotong/modules/kit/apperr"
	"gotong/modules/kit/store"
)

// Said is what a person answers by a link: all was received, or how much of each delivery that was shown and why.
type Said struct {
	Person
	Yes      bool
	No       bool
	Received map[string]int64 // by delivery; what is not named was not received
	Shown    []string         // the deliveries that the page asked about
	Words    string
}

// answers makes the village's answers of what was said. Errors: Invalid.
func (w Said) answers(c *Commitment) ([]Answer, error) {
	var f apperr.Fields
	f.Check(w.Yes != w.No, "answer", "commitments.error.answer")
	w.check(&f)
	if err := f.Err(); err != nil {
		return nil, err
	}
	var list []Answer
	short := false
	for _, d := range c.Deliveries {
		for _, id := range w.Shown {
			if id != d.ID || d.Open() == 0 {
				continue
			}
			a := Answer{Delivery: d.ID, Received: d.Open()}
			if w.No {
				a.Received = w.Received[d.ID]
			}
			short = short || a.Received < d.Open()
			list = append(list, a)
		}
	}
	if w.No && !short && len(list) > 0 {
		return nil, apperr.InvalidFields([]apperr.Field{{Name: "answer", Message: apperr.Msg("commitments.error.answer_all")}})
	}
	return list, nil
}

// AnswerByLink gives the village's word by a link or code, which is used up by it. It names the receipt. The same form
// sent again meets its receipt. Errors: NotFound, TooMany, Invalid (the link stays, one try less).
func (s *Service) AnswerByLink(ctx context.Context, caller Caller, op store.Operation, typed string, said Said) (string, error) {
	secret := normalSecret(typed)
	link, commitment, err := s.offered(ctx, caller, secret)
	if err != nil {
		return "", err
	}
	l := link.Body
	if l.Answer != nil {
		if op.ID == "" || l.Answer.Operation != op.ID || l.Answer.Digest != op.Digest {
			return "", linkGone()
		}
		if l.Done.IsZero() {
			return l.Receipt, s.finishLink(ctx, link)
		}
		return l.Receipt, nil
	}
	now := s.clock.Now()
	answers, err := said.answers(&commitment.Body)
	if err == nil {
		trial := commitment.Body
		err = trial.Confirm(s.linkHand(&link, now), answers, said.Words)
	}
	if err != nil {
		return "", s.refuseLink(ctx, link, err)
	}
	answer := LinkAnswer{Answers: answers, Words: said.Words, At: now, Operation: op.ID, Digest: op.Digest}
	if err := l.claim(now, answer, said.Person, receiptID(secret)); err != nil {
		return "", linkGone()
	}
	link, err = s.links.Replace(ctx, link, l, store.Change{Action: "confirmation-link.used", Organization: string(l.Organization), Operation: op})
	if apperr.Is(err, apperr.Conflict) {
		return "", linkGone() // another was faster
	}
	if err != nil {
		return "", err
	}
	if link.Body.Answer == nil {
		return "", linkGone() // this very form was taken before, and given back since
	}
	return l.Receipt, s.finishLink(ctx, link)
}

// refuseLink counts a refused answer and gives its reason.
func (s *Service) refuseLink(ctx context.Context, link store.Doc[Link], reason error) error {
	if !apperr.Is(reason, apperr.Invalid) {
		return linkGone()
	}
	l := link.Body
	l.Tries++
	_, err := s.links.Replace(ctx, link, l, store.Change{Action: "confirmation-link.refused", Organization: string(l.Organization)})
	if err != nil && !apperr.Is(err, apperr.Conflict) {
		return err
	}
	return reason
}

func (s *Service) linkHand(link *store.Doc[Link], at time.Time) Hand {
	return Hand{Side: SideVillage, Organization: link.Body.Organization, At: at, Operation: "link:" + link.ID,
		Via: &Via{Kind: link.Body.Kind, Number: link.Body.Number}}
}

// finishLink carries the answer of a used link into its commitment and notes that it is there. It may run twice at once.
func (s *Service) finishLink(ctx context.Context, link store.Doc[Link]) error {
	l := link.Body
	h := s.linkHand(&link, l.Answer.At)
	doc, err := s.change(ctx, l.Commitment, func(c *Commitment, _ int64) (store.Change, bool, error) {
		if c.answeredVia(l.Number) {
			return store.Change{}, true, nil
		}
		change := store.Change{Action: "commitment.answered-by-" + string(l.Kind), Organization: string(l.Organization), Reason: numberText(l.Number)}
		return change, false, c.Confirm(h, l.Answer.Answers, l.Answer.Words)
	})
	if apperr.Is(err, apperr.Conflict) || apperr.Is(err, apperr.Invalid) || apperr.Is(err, apperr.NotFound) {
		return s.giveBackLink(ctx, link, err) // the commitment has moved on since it was read
	}
	if err != nil {
		return err // the reconciler goes on
	}
	if err := s.putRight(ctx, l.Commitment, doc.Body); err != nil {
		s.log.WarnContext(ctx, "accounts are brought in line later", "commitment", l.Commitment, "error", err)
	}
	l.Done = s.clock.Now()
	_, err = s.links.Replace(ctx, link, l, store.Change{Action: "confirmation-link.done", Organization: string(l.Organization)})
	if apperr.Is(err, apperr.Conflict) {
		return nil // somebody else noted it
	}
	return err
}

func (s *Service) giveBackLink(ctx context.Context, link store.Doc[Link], reason error) error {
	l := link.Body
	l.giveBack()
	_, err := s.links.Replace(ctx, link, l, store.Change{Action: "confirmation-link.given-back", Organization: string(l.Organization), Erases: true})
	if err != nil && !apperr.Is(err, apperr.Conflict) {
		return errors.Join(reason, err)
	}
	return linkGone()
}

// reconcileLinks finishes the answers that a crash left between link and commitment.
func (s *Service) reconcileLinks(ctx context.Context) error {
	page, err := s.links.List(ctx, store.Query{List: listClaimed, Limit: 100})
	errs := []error{err}
	for _, doc := range page.Items {
		a := doc.Body.Answer
		if a == nil || s.clock.Now().Sub(a.At) < pendingAge {
			continue
		}
		if err := s.finishLink(ctx, doc); err != nil && !apperr.Is(err, apperr.NotFound) {
			errs = append(errs, err)
		}
	}
	return errors.Join(errs...)
}

// LinkReceipt gives a used link by the address of its receipt, with its commitment. NotFound when it is none, or older
// than ninety days.
func (s *Service) LinkReceipt(ctx context.Context, id string) (Link, Commitment, error) {
	if id == "" {
		return Link{}, Commitment{}, linkGone()
	}
	page, err := s.links.List(ctx, store.Query{List: listReceipt, Key: store.KeyOf(id), Limit: 1})
	if err != nil {
		return Link{}, Commitment{}, err
	}
	if len(page.Items) == 0 || s.clock.Now().Sub(page.Items[0].Body.Answer.At) > receiptLife {
		return Link{}, Commitment{}, linkGone()
	}
	l := page.Items[0].Body
	doc, err := s.records.Get(ctx, string(l.Commitment))
	if err != nil {
		return Link{}, Commitment{}, linkGone()
	}
	return l, doc.Body, nil
}
