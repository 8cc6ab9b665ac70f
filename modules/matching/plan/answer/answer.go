// Package answer brings a question to its answer: it has the plan searched, judged by the independent checker, explained and
// measured. The command and the portal both ask here.
package answer

import (
	"context"
	"errors"
	"fmt"

	"gotong/modules/matching/plan"
	judge "gotong/modules/matching/plan/check"
	"gotong/modules/matching/plan/fairness"
	"gotong/modules/matching/plan/solve"
)

// ErrRefused says that the checker refuses what the search found: a mistake in this program.
var ErrRefused = errors.New("the checker refuses the plan, which is a mistake in this program")

// Solve searches and gives the whole answer. A result whose Objective is nil has no plan: its Status and Words say why. Prices are
// those of the search, for a search that starts from here. Errors: fixed lines that do not fit, ErrRefused.
func Solve(ctx context.Context, in *plan.Instance, opt solve.Options, version string) (*plan.Result, *solve.Warm, error) {
	result := &plan.Result{Format: plan.FormatResult, Version: version, Instance: in.Hash, Sense: "max", Seed: opt.Seed}
	for j := range in.Needs {
		if in.Needs[j].Must && in.First[j] == in.First[j+1] {
			result.Impossible = append(result.Impossible, in.Needs[j].ID)
		}
	}
	if len(result.Impossible) > 0 {
		result.Status, result.Words = plan.StatusInfeasible, "needs that must be assigned have no eligible initiative"
		return result, nil, nil
	}
	o, err := solve.Solve(ctx, in, opt)
	if err != nil {
		return nil, nil, err
	}
	result.Status, result.BoundMethod, result.Iterations, result.Seconds = o.Status, o.Method, o.Iterations, o.Elapsed.Seconds()
	bound := plan.Decimal(o.Bound)
	result.Bound = &bound
	if !o.Feasible {
		result.Words = "no plan was found that serves every must-assign need; the bound holds for all that do"
		return result, o.Prices, nil
	}
	result.Allocations = solve.Lines(in, o.Units)
	report := judge.Plan(in, result.Allocations)
	if len(report.Violations) > 0 || report.Objective != o.Objective {
		return nil, nil, fmt.Errorf("%w: %q", ErrRefused, report.Violations)
	}
	objective := plan.Decimal(report.Objective)
	result.Objective = &objective
	result.Certify()
	result.Unserved = solve.Unserved(in, o.Units, opt.Fixed)
	result.Prices = solve.ShadowPrices(in, o.Prices)
	result.Fairness = fairness.Measure(in, o.Units)
	if floor := result.Fairness.Floor; floor != nil && in.Floor == plan.FloorLexicographic {
		floor.AtMost = min(floor.AtMost, o.FloorAtMost)
	}
	return result, o.Prices, nil
}
