package wire

import (
	"context"

	"gotong/modules/domain"
	"gotong/modules/kit/store"
	"gotong/modules/matching"
	"gotong/modules/needs"
)

// Weights are the villages' deprivation weights, for ranking.
type Weights struct{ *House }

// WeightOf gives a village's weight, 1 to 3; demonstration values count only for demonstration.
func (w Weights) WeightOf(ctx context.Context, village domain.RegionCode, demo bool) (float64, error) {
	return w.Villages.Service.WeightOf(ctx, village, demo)
}

// weighed tells which needs an entry of the feed weighs anew: those of a region whose figures changed, every open one
// where the parameters changed or a whole batch was applied. The register reads its figures again first.
func (w MatchingSubjects) weighed(ctx context.Context, e store.Entry) ([]matching.Subject, error) {
	region, all, ok := w.Villages.Service.Weighed(ctx, e)
	if !ok {
		return nil, nil
	}
	var subjects []matching.Subject
	add := func(doc needs.Doc) {
		if doc.Body.Open() {
			subjects = append(subjects, matching.Subject{Kind: matching.SubjectNeed, ID: doc.ID})
		}
	}
	if all {
		err := w.Needs.Service.Each(ctx, func(doc needs.Doc) error { add(doc); return nil })
		return subjects, err
	}
	filter := needs.Filter{Region: region, Status: needs.Verified, Limit: 100}
	for {
		page, err := w.Needs.Service.Public(ctx, filter)
		if err != nil {
			return nil, err
		}
		for _, doc := range page.Items {
			add(doc)
		}
		if filter.Cursor = page.Next; page.Next == "" {
			return subjects, nil
		}
	}
}
