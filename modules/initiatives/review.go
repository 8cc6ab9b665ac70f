package initiatives

import (
	"time"

	"gotong/modules/domain"
	"gotong/modules/kit/apperr"
)

// Criterion is one question of a review.
type Criterion string

// Criteria of workflow.md, in the order of the form.
var Criteria = []Criterion{"step", "need", "feasible", "budget", "overlap", "data", "safeguarding"}

// Recommendation is what a reviewer advises.
type Recommendation string

// Recommendations.
const (
	RecommendApprove Recommendation = "approve"
	RecommendRevise  Recommendation = "revise"
	RecommendReject  Recommendation = "reject"
)

// Recommendations in the order of the form.
var Recommendations = []Recommendation{RecommendApprove, RecommendRevise, RecommendReject}

// Score is 1 (poor) to 5 (very good), with the reason.
type Score struct {
	Value  int64  `json:"value"`
	Reason string `json:"reason"`
}

// Review is one reviewer's judgement of one round.
type Review struct {
	Initiative     domain.InitiativeID   `json:"initiative"`
	Round          int64                 `json:"round"`
	Reviewer       domain.AccountID      `json:"reviewer"`
	Organization   domain.OrganizationID `json:"organization"` // of the mandate
	Scores         map[Criterion]Score   `json:"scores"`
	Recommendation Recommendation        `json:"recommendation"`
	Words          string                `json:"words"`
	NoConflict     bool                  `json:"no_conflict"` // declared
	At             time.Time             `json:"at"`
}

// Validate demands every score with its reason, the recommendation and the declaration. Invalid, by field.
func (r Review) Validate() error {
	var f apperr.Fields
	for _, c := range Criteria {
		s := r.Scores[c]
		f.Check(s.Value >= 1 && s.Value <= 5, "score_"+string(c), "initiatives.error.score")
		f.Check(s.Reason != "", "why_"+string(c), "initiatives.error.reason")
		checkPersonal(&f, "why_"+string(c), s.Reason)
	}
	f.Check(r.Recommendation == RecommendApprove || r.Recommendation == RecommendRevise || r.Recommendation == RecommendReject, "recommendation", "initiatives.error.required")
	f.Check(r.NoConflict, "no_conflict", "initiatives.error.no_conflict")
	checkPersonal(&f, "words", r.Words)
	return f.Err()
}

// Mean is the mean of the scores, 1 to 5.
func (r Review) Mean() float64 {
	var sum int64
	for _, c := range Criteria {
		sum += r.Scores[c].Value
	}
	return float64(sum) / float64(len(Criteria))
}
