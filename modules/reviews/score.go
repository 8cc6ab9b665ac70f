package reviews

import (
	"time"

	"gotong/modules/domain"
	"gotong/modules/kit/apperr"
)

// Criterion is one question by which proposals are scored. Name "" is one of the portal's own, named in the locales.
type Criterion struct {
	ID       string `json:"id"`
	Name     string `json:"name"`
	Guidance string `json:"guidance"`
	Weight   int64  `json:"weight"`  // of 100
	Minimum  int64  `json:"minimum"` // mean score of 1 to 5 below which nothing is approved; 0 for none
}

// OwnCriteria are the portal's, for proposals that no call asked for: those of workflow.md section 3.
func OwnCriteria() []Criterion {
	return []Criterion{
		{ID: "step", Weight: 15}, {ID: "need", Weight: 20, Minimum: 2}, {ID: "feasible", Weight: 20}, {ID: "budget", Weight: 15},
		{ID: "overlap", Weight: 10}, {ID: "data", Weight: 10, Minimum: 2}, {ID: "safeguarding", Weight: 10, Minimum: 2},
	}
}

// Most is the highest score of a criterion.
const Most = 5

// Recommendation is what a reviewer advises.
type Recommendation string

// Recommendations in the order of the form.
var Recommendations = []Recommendation{"approve", "revise", "reject"}

// Score is 1 (poor) to 5 (very good), with the reason.
type Score struct {
	Value  int64  `json:"value"`
	Reason string `json:"reason"`
}

// Review is one reviewer's judgement of one round. What it says lies beside the trail, of which only a salted hash
// remains there: so nobody reads it on an audit page before its time, and nobody can change it unseen.
type Review struct {
	Initiative     domain.InitiativeID   `json:"initiative"`
	Round          int64                 `json:"round"`
	Reviewer       domain.AccountID      `json:"reviewer"`
	Organization   domain.OrganizationID `json:"organization"` // of the mandate
	Third          bool                  `json:"third"`
	Scores         map[string]Score      `json:"scores"` // by criterion
	Recommendation Recommendation        `json:"recommendation"`
	Words          string                `json:"words"`
	At             time.Time             `json:"at"`
	Demo           bool                  `json:"demo,omitempty"`
}

// sealed are the fields of a review that the trail never shows.
var sealed = []string{"scores", "recommendation", "words"}

// Validate demands a score with its reason for every criterion, and the recommendation. Invalid, by field.
func (r Review) Validate(criteria []Criterion) error {
	var f apperr.Fields
	for _, c := range criteria {
		s := r.Scores[c.ID]
		f.Check(s.Value >= 1 && s.Value <= Most, "score_"+c.ID, "reviews.error.score")
		f.Check(s.Reason != "", "why_"+c.ID, "reviews.error.reason")
		checkPersonal(&f, "why_"+c.ID, s.Reason)
	}
	known := false
	for _, k := range Recommendations {
		known = known || k == r.Recommendation
	}
	f.Check(known, "recommendation", "reviews.error.recommendation")
	checkPersonal(&f, "words", r.Words)
	return f.Err()
}

// Points is the weighted score, of 100.
func (r Review) Points(criteria []Criterion) float64 {
	var sum, weights int64
	for _, c := range criteria {
		sum += c.Weight * r.Scores[c.ID].Value
		weights += c.Weight
	}
	if weights == 0 {
		return 0
	}
	return float64(sum) * 100 / float64(weights*Most)
}

// Mean is the mean of the reviews' points; 0 without one.
func Mean(rules Rules, in []Review) float64 {
	if len(in) == 0 {
		return 0
	}
	var sum float64
	for _, r := range in {
		sum += r.Points(rules.Criteria)
	}
	return sum / float64(len(in))
}

// MeanOf is the mean score of one criterion, 1 to 5; 0 without a review.
func MeanOf(c Criterion, in []Review) float64 {
	if len(in) == 0 {
		return 0
	}
	var sum int64
	for _, r := range in {
		sum += r.Scores[c.ID].Value
	}
	return float64(sum) / float64(len(in))
}

// Spread is how many points lie between the highest and the lowest review.
func Spread(rules Rules, in []Review) float64 {
	if len(in) == 0 {
		return 0
	}
	low, high := in[0].Points(rules.Criteria), in[0].Points(rules.Criteria)
	for _, r := range in[1:] {
		n := r.Points(rules.Criteria)
		low, high = min(low, n), max(high, n)
	}
	return high - low
}

// Below gives the criteria whose mean lies below their minimum.
func Below(rules Rules, in []Review) (list []Criterion) {
	for _, c := range rules.Criteria {
		if c.Minimum > 0 && len(in) > 0 && MeanOf(c, in) < float64(c.Minimum) {
			list = append(list, c)
		}
	}
	return list
}
