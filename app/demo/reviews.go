package demo

import (
	"context"
	"fmt"

	"gotong/modules/domain"
	"gotong/modules/initiatives"
	"gotong/modules/reviews"
)

// review takes a submitted initiative through its check and its reviews to the decision, or as far as the scene goes.
func (t *teller) review(ctx context.Context, sc scene, id domain.InitiativeID, office domain.Actor) error {
	s := t.services.Reviews
	check := reviews.Check{Passed: true, Answers: map[reviews.Item]reviews.Answer{}}
	for _, item := range reviews.Items {
		check.Answers[item] = reviews.Answer{OK: true}
	}
	if err := s.CheckUp(ctx, office, form("initiative", sc.key, "check"), id, check, "", ""); err != nil {
		return fmt.Errorf("check: %w", err)
	}
	doc, err := t.services.Initiatives.Get(ctx, id)
	if err != nil || doc.Body.State() != initiatives.UnderReview {
		return err // an earlier telling came further
	}
	var accounts []domain.AccountID
	for _, subject := range sc.reviewers {
		accounts = append(accounts, t.cast.ids[subject])
	}
	if len(accounts) == 0 {
		return nil
	}
	if err := s.Assign(ctx, office, form("initiative", sc.key, "assign"), id, accounts); err != nil {
		return fmt.Errorf("assign: %w", err)
	}
	for i, subject := range sc.reviewers {
		if sc.until == initiatives.UnderReview && i >= sc.written {
			return nil
		}
		if err := t.score(ctx, sc, id, i, subject); err != nil {
			return fmt.Errorf("review of %s: %w", subject, err)
		}
	}
	if sc.until == initiatives.UnderReview {
		return nil
	}
	m := reviews.Move{Actor: office, Operation: form("initiative", sc.key, "decide"), ID: id, Action: "approve", Reason: "Kedua penelaah menyarankan disetujui (contoh).",
		Summary: "Dua penelaah menyarankan disetujui (contoh).", SummaryEN: "Two reviewers advised to approve (demo)."}
	if sc.until == initiatives.NeedsRevision {
		m.Action, m.Reason, m.Until = "revise", sc.revision, later(t.now, 1)
	}
	if err := s.Decide(ctx, m); err != nil {
		return fmt.Errorf("%s: %w", m.Action, err)
	}
	return nil
}

func (t *teller) score(ctx context.Context, sc scene, id domain.InitiativeID, n int, subject string) error {
	s := t.services.Reviews
	reviewer, err := t.cast.as(ctx, subject)
	if err != nil {
		return err
	}
	process, err := s.Process(ctx, id)
	if err != nil {
		return err
	}
	if _, err := s.Declare(ctx, reviewer, form("initiative", sc.key, "declare"), process.ID, ""); err != nil {
		return err
	}
	r := reviews.Review{Scores: map[string]reviews.Score{}, Recommendation: "approve", Words: "Sesuai langkah strategis dan kebutuhan setempat (contoh)."}
	if sc.until == initiatives.NeedsRevision {
		r.Recommendation, r.Words = "revise", sc.revision
	}
	for k, c := range process.Body.Rules.Criteria {
		r.Scores[c.ID] = reviews.Score{Value: int64(3 + (n+k)%3), Reason: "Alasan contoh untuk peragaan."}
	}
	return s.Write(ctx, reviewer, form("initiative", sc.key, "review"), id, r)
}
