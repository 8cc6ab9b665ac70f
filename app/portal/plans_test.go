package portal_test

import (
	"testing"

	"gotong/modules/domain"
	"gotong/modules/kit/apperr"
	"gotong/modules/matching"
	"gotong/modules/matching/plan"
	"gotong/modules/matching/plan/answer"
	"gotong/modules/matching/plan/solve"
)

// The question of the portal as it stands goes into the solver unchanged; a scope of few needs asks for those alone.
func TestInstanceFromThePortal(t *testing.T) {
	w := openWhole(t, nil)
	text, err := w.Instance(t.Context(), matching.Scope{Demo: true})
	w.must(err)
	in, err := plan.Read(text)
	if err != nil || len(in.Needs) < 3 {
		t.Fatalf("%d needs, %v", len(in.Needs), err)
	}
	result, _, err := answer.Solve(t.Context(), in, solve.Options{Iterations: 100, Seed: 1}, "test")
	if err != nil || len(result.Allocations) == 0 {
		t.Fatal(err, result)
	}
	few := matching.Scope{Demo: true}
	for _, n := range in.Needs[:2] {
		few.Needs = append(few.Needs, domain.NeedID(n.ID))
	}
	text, err = w.Instance(t.Context(), few)
	w.must(err)
	if in, err = plan.Read(text); err != nil || len(in.Needs) != 2 {
		t.Fatalf("%d needs, %v", len(in.Needs), err)
	}
	if _, err := w.Instance(t.Context(), matching.Scope{}); !apperr.Is(err, apperr.Invalid) {
		t.Error("no real need is open:", err)
	}
}
