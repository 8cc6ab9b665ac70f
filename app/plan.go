package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"runtime/debug"
	"time"

	"gotong/app/portal"
	"gotong/modules/domain"
	"gotong/modules/matching"
	"gotong/modules/matching/plan"
	"gotong/modules/matching/plan/answer"
	judge "gotong/modules/matching/plan/check"
	"gotong/modules/matching/plan/gap"
	"gotong/modules/matching/plan/solve"
)

// exitNoPlan: a need or job that must be assigned is not.
const exitNoPlan = 3

// planFlags are the flags of gotong plan; a flag wins over the file's limits.
type planFlags struct {
	time       time.Duration
	iterations int64
	seed       uint64
	gap        float64
	out        string
	orlib      string
	index      int
	sense      string
	lp         string

	portal bool // write what is open in the portal instead
	region string
	demo   bool
}

// exitError ends the command with a code of its own; its text goes to standard error.
type exitError struct {
	code int
	text string
}

func (e exitError) Error() string { return e.text }

// allocate is gotong plan: read, solve, check, write.
func allocate(ctx context.Context, opt options, rest []string, out, words io.Writer) error {
	f := opt.plan
	if f.portal {
		return fromPortal(ctx, opt, rest, out, words)
	}
	if f.sense != "min" && f.sense != "max" {
		return usageError("plan: --sense is min or max")
	}
	if f.time < 0 || f.iterations < 0 || f.gap < 0 || f.index < 0 {
		return usageError("plan: --time, --iterations, --gap and --index are not negative")
	}
	if (f.orlib == "") == (len(rest) == 0) {
		return usageError("plan: give one FILE.json (or - for standard input), or --orlib FILE")
	}
	name := f.orlib
	if name == "" {
		name = rest[0]
	}
	text, err := readAll(name)
	if err != nil {
		return err
	}
	write := func(result *plan.Result) error { return writeResult(f.out, result, out, words) }
	var wrong plan.Problems
	switch err = f.solve(ctx, text, write, words); {
	case errors.As(err, &wrong):
		invalid := struct {
			Format   string        `json:"format"`
			Status   string        `json:"status"`
			Problems plan.Problems `json:"problems"`
		}{plan.FormatResult, plan.StatusInvalid, wrong}
		if err = writeJSON(f.out, invalid, out); err != nil {
			return err
		}
		return exitError{exitUsage, name + ":\n" + wrong.Error()}
	case err != nil:
		return err
	}
	return nil
}

// fromPortal is gotong plan --from-portal: the question as it stands now.
func fromPortal(ctx context.Context, opt options, rest []string, out, words io.Writer) error {
	f := opt.plan
	if f.orlib != "" || len(rest) > 0 {
		return usageError("plan: --from-portal takes no file")
	}
	region, err := domain.ParseRegionCode(f.region)
	if f.region != "" && err != nil {
		return usageError("plan: --region is a code such as 61.01")
	}
	return with(ctx, opt, words, func(p *portal.Portal) error {
		text, err := p.Instance(ctx, matching.Scope{Region: region, Demo: f.demo})
		if err != nil {
			return err
		}
		return writeJSON(f.out, text, out)
	})
}

func readAll(name string) ([]byte, error) {
	if name == "-" {
		return io.ReadAll(os.Stdin)
	}
	return os.ReadFile(name) //nolint:gosec // the operator names the file
}

func (f planFlags) solve(ctx context.Context, text []byte, write func(*plan.Result) error, words io.Writer) error {
	if f.orlib != "" {
		a, err := plan.ReadORLibrary(text, f.index, f.sense == "min")
		if err != nil {
			return err
		}
		return f.assign(ctx, a, write, words)
	}
	format, err := plan.Format(text)
	if err != nil {
		return err
	}
	if format == plan.FormatGAP {
		a, err := plan.ReadAssignment(text)
		if err != nil {
			return err
		}
		return f.assign(ctx, a, write, words)
	}
	in, err := plan.Read(text)
	if err != nil {
		return err
	}
	return f.allocate(ctx, in, write, words)
}

// merge fills flags that were not given from the file's limits.
func (f planFlags) merge(l plan.Limits) planFlags {
	if f.time == 0 && f.iterations == 0 {
		f.time = time.Duration(l.Seconds * float64(time.Second))
	}
	if f.gap == 0 {
		f.gap = l.TargetGap
	}
	if f.seed == 0 {
		f.seed = l.Seed
	}
	return f
}

func (f planFlags) allocate(ctx context.Context, in *plan.Instance, write func(*plan.Result) error, words io.Writer) error {
	f = f.merge(in.Limits)
	if f.lp != "" {
		if err := writeFile(f.lp, in.WriteLP); err != nil {
			return err
		}
	}
	if len(in.Pairs) >= solve.Large {
		debug.SetGCPercent(solve.LargeGC)
	}
	say := ticker(words)
	result, _, err := answer.Solve(ctx, in, solve.Options{Time: f.time, Iterations: f.iterations, Seed: f.seed, TargetGap: f.gap, Progress: func(p solve.Progress) {
		say(p.Elapsed, plan.Decimal(p.Objective).String(), plan.Decimal(p.Bound).String())
	}}, portal.Version())
	if err != nil {
		return err
	}
	if err = write(result); result.Objective == nil {
		return errors.Join(err, exitError{exitNoPlan, result.Words})
	}
	return err
}

func (f planFlags) assign(ctx context.Context, a *plan.Assignment, write func(*plan.Result) error, words io.Writer) error {
	f = f.merge(a.Limits)
	if f.lp != "" {
		if err := writeFile(f.lp, a.WriteLP); err != nil {
			return err
		}
	}
	result := &plan.Result{Format: plan.FormatResult, Version: portal.Version(), Instance: a.Hash, Sense: "max", Seed: f.seed}
	if a.Minimise {
		result.Sense = "min"
	}
	say := ticker(words)
	o := gap.Solve(ctx, a, gap.Options{Time: f.time, Iterations: f.iterations, Seed: f.seed, TargetGap: f.gap, Progress: func(p gap.Progress) {
		say(p.Elapsed, fmt.Sprint(p.Objective), fmt.Sprint(p.Bound))
	}})
	result.Status, result.BoundMethod, result.Iterations, result.Seconds = o.Status, o.Method, o.Iterations, o.Elapsed.Seconds()
	if o.Status != plan.StatusInfeasible {
		bound := plan.Decimal(o.Bound * plan.Micro)
		result.Bound = &bound
	}
	for _, j := range o.Impossible {
		result.Impossible = append(result.Impossible, fmt.Sprintf("/value/*/%d", j))
	}
	if !o.Feasible {
		result.Words = "no assignment of every job was found"
		return errors.Join(write(result), exitError{exitNoPlan, result.Words})
	}
	report := judge.Assignment(a, o.Agent)
	if len(report.Violations) > 0 || report.Objective != o.Objective {
		return fmt.Errorf("the checker refuses the assignment, which is a mistake in this program: %q", report.Violations)
	}
	for _, i := range o.Agent {
		if i < 0 {
			result.Assignment = append(result.Assignment, nil)
		} else {
			result.Assignment = append(result.Assignment, &i)
		}
	}
	objective := plan.Decimal(report.Objective * plan.Micro)
	result.Objective = &objective
	result.Certify()
	return write(result)
}

// ticker tells the state of a search at most once a second.
func ticker(words io.Writer) func(elapsed time.Duration, objective, bound string) {
	last := -time.Second
	return func(elapsed time.Duration, objective, bound string) {
		if elapsed-last >= time.Second {
			last = elapsed
			_, _ = fmt.Fprintf(words, "%6.1f s  plan %s  bound %s\n", elapsed.Seconds(), objective, bound)
		}
	}
}

func writeResult(name string, result *plan.Result, out, words io.Writer) error {
	if err := writeJSON(name, result, out); err != nil {
		return err
	}
	_, err := fmt.Fprintf(words, "%s: %s\n", result.Status, result.Words)
	return err
}

func writeJSON(name string, value any, out io.Writer) error {
	encode := func(w io.Writer) error {
		enc := json.NewEncoder(w)
		enc.SetIndent("", " ")
		enc.SetEscapeHTML(false)
		return enc.Encode(value)
	}
	if name == "" || name == "-" {
		return encode(out)
	}
	return writeFile(name, encode)
}

func writeFile(name string, write func(io.Writer) error) error {
	file, err := os.Create(name)
	if err != nil {
		return err
	}
	return errors.Join(write(file), file.Close())
}
