package fairness_test

import (
	"math"
	"testing"

	"gotong/modules/matching/plan"
	"gotong/modules/matching/plan/fairness"
)

// instance has one need of ten units in each village and one pair for each but the last.
func instance(ids ...string) *plan.Instance {
	in := &plan.Instance{Floor: plan.FloorBonus, Initiatives: []plan.Initiative{{ID: "I"}}, Rows: []plan.Row{{Name: "money", Limit: []int64{plan.NoLimit}}}}
	for v, id := range ids {
		in.Villages = append(in.Villages, plan.Village{ID: id, Weight: float64(v), Cap: plan.NoLimit, Floor: 2})
		in.Needs = append(in.Needs, plan.Need{ID: "N" + id, Village: int32(v), Quantity: 10, Divisible: true, Suppliers: 1})
		if v < len(ids)-1 {
			in.Pairs = append(in.Pairs, plan.Pair{N: int32(v), Min: 1, Max: 10, Value: plan.Micro})
			in.Rows[0].Unit, in.Rows[0].Setup = append(in.Rows[0].Unit, 5), append(in.Rows[0].Setup, 0)
		}
	}
	in.Close()
	return in
}

func near(a, b float64) bool { return math.Abs(a-b) < 1e-12 }

func TestEvenCoverageIsPerfectlyFair(t *testing.T) {
	f := fairness.Measure(instance("61.01.a", "61.01.b", "61.02.c", "61.02.d"), []int32{4, 4, 4})
	if !near(f.Gini, 0) || !near(f.Theil, 0) || !near(f.GiniByNeed, 0) || f.Villages != 3 || len(f.WithoutPair) != 1 || f.Floor.Reached != 3 {
		t.Errorf("%+v", f)
	}
}

// Coverage 0, 0, 1: Gini = ((2-4)0+(4-4)0+(6-4)1)/(3·1) = 2/3; Theil = ln 3, all of it between when the served one is a regency alone.
func TestOneVillageTakesAll(t *testing.T) {
	f := fairness.Measure(instance("61.01.a", "61.01.b", "61.02.c", "61.02.d"), []int32{0, 0, 10})
	if !near(f.Gini, 2.0/3) || !near(f.GiniByNeed, 2.0/3) || !near(f.Theil, math.Log(3)) || !near(f.TheilBetween, math.Log(3)) || !near(f.TheilWithin, 0) {
		t.Errorf("%+v", f)
	}
	if f.MinCoverage != 0 || f.MaxBudgetShare != 1 || f.MaxBudgetHolder != "61.02.c" || f.Floor.Reached != 1 {
		t.Errorf("%+v", f)
	}
}

func TestNothingServedAndNothingThere(t *testing.T) {
	if f := fairness.Measure(instance("61.01.a", "61.01.b", "61.02.c"), []int32{0, 0}); f.Gini != 0 || f.Theil != 0 {
		t.Errorf("%+v", f)
	}
	empty := &plan.Instance{Rows: []plan.Row{{Name: "money"}}}
	empty.Close()
	if f := fairness.Measure(empty, nil); f.Villages != 0 {
		t.Errorf("%+v", f)
	}
}

func TestQuintilesGoFromLeastToMostDeprived(t *testing.T) {
	f := fairness.Measure(instance("a", "b", "c", "d", "e", "none"), []int32{1, 2, 3, 4, 5})
	if len(f.Quintiles) != 5 || !near(f.Quintiles[0].Coverage, 0.1) || !near(*f.Q5Q1, 5) {
		t.Errorf("%+v", f.Quintiles)
	}
}
