package calls

import (
	"context"
	"time"
	"unicode/utf8"

	"gotong/modules/domain"
	"gotong/modules/kit/apperr"
	"gotong/modules/kit/store"
)

// Question is asked about a call while it is open. With its answer it is public; who asked is not.
type Question struct {
	Call       domain.CallID         `json:"call"`
	Owner      domain.OrganizationID `json:"owner"` // of the call, at the time; "" the secretariat
	Text       string                `json:"text"`
	By         domain.AccountID      `json:"by"`
	At         time.Time             `json:"at"`
	Answer     string                `json:"answer"`
	AnsweredBy domain.AccountID      `json:"answered_by"`
	AnsweredAt time.Time             `json:"answered_at"`
	Demo       bool                  `json:"demo,omitempty"`
}

func (q Question) owner() string { return ownerKey(Call{Organization: q.Owner}) }

// QuestionDoc is a stored question.
type QuestionDoc = store.Doc[Question]

// AskQuestion asks about an open call before its questions close. Conflict afterwards, with what to do.
func (s *Service) AskQuestion(ctx context.Context, actor domain.Actor, op store.Operation, id domain.CallID, text string) error {
	doc, err := s.Show(ctx, actor, id)
	if err != nil {
		return err
	}
	c, now := doc.Body, s.clock.Now()
	switch {
	case c.State() == Draft:
		return apperr.New(apperr.Conflict, "calls.refuse.question_draft")
	case c.StateAt(now) != Open || !now.Before(c.QuestionsUntil):
		return apperr.New(apperr.Conflict, "calls.refuse.question_late", "contact", c.Contact)
	}
	if err := plainText("question", text); err != nil {
		return err
	}
	q := Question{Call: id, Owner: c.Organization, Text: text, By: actor.Account, At: now, Demo: c.Demo}
	_, err = s.questions.Insert(ctx, actor.NewID(op), q, actor.Change("call.question-asked", "", op))
	return err
}

func plainText(name, text string) error {
	var f apperr.Fields
	f.Check(text != "", name, "calls.error.required")
	f.Check(utf8.RuneCountInString(text) <= maxText, name, "calls.error.long", "max", maxText)
	checkPersonal(&f, name, text)
	return f.Err()
}

// AnswerQuestion publishes a question with its answer; an answer can be corrected, and the trail keeps the earlier one.
// NotFound where the question is not of this call.
func (s *Service) AnswerQuestion(ctx context.Context, actor domain.Actor, op store.Operation, id domain.CallID, question, answer string) error {
	doc, err := s.Show(ctx, actor, id)
	if err != nil {
		return err
	}
	if !CanAnswerQuestions(actor, doc.Body) {
		return apperr.New(apperr.Forbidden, "calls.refuse.not_editor")
	}
	q, err := s.questions.Get(ctx, question)
	if err == nil && q.Body.Call != id {
		err = apperr.New(apperr.NotFound, "error.not_found.text")
	}
	if err != nil {
		return err
	}
	if err := plainText("answer", answer); err != nil {
		return err
	}
	b := q.Body
	if b.Answer == answer {
		return nil
	}
	b.Answer, b.AnsweredBy, b.AnsweredAt = answer, actor.Account, s.clock.Now()
	_, err = s.questions.Replace(ctx, q, b, actor.Change("call.question-answered", doc.Body.Organization, op))
	return err
}

// Questions lists what the actor may read: what is answered, and what waits, for who asked it and who answers.
func (s *Service) Questions(ctx context.Context, actor domain.Actor, doc Doc, cursor string) (store.Page[Question], error) {
	page, err := s.questions.List(ctx, store.Query{List: ofCall, Key: store.KeyOf(doc.ID), Cursor: cursor, Limit: 30})
	if err != nil {
		return page, err
	}
	inside := CanReadInside(actor, doc.Body)
	kept := page.Items[:0]
	for _, q := range page.Items {
		if q.Body.Answer != "" || inside || actor.SignedIn() && q.Body.By == actor.Account {
			kept = append(kept, q)
		}
	}
	page.Items = kept
	return page, nil
}
