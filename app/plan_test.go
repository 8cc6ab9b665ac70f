package main

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"gotong/modules/matching/plan"
)

const planFile = `{"format":"gotong-plan/1",
 "initiatives":[{"id":"A","budget_idr":100,"reach_units":8},{"id":"B","budget_idr":40}],
 "villages":[{"id":"61.01.01.2001","weight":1.5,"floor_units":2,"floor_bonus":3},{"id":"61.01.01.2002"}],
 "needs":[{"id":"N1","village":"61.01.01.2001","quantity":5},{"id":"N2","village":"61.01.01.2002","quantity":6,"divisible":false},
  {"id":"N3","village":"61.01.01.2002","quantity":1}],
 "pairs":[{"i":"A","n":"N1","value":1.5,"cost_idr":10,"setup_idr":5},{"i":"B","n":"N1","value":1,"cost_idr":8},{"i":"A","n":"N2","value":1,"cost_idr":9}]}`

func runPlan(t *testing.T, text string, flags ...string) (int, plan.Result, string) {
	t.Helper()
	name := filepath.Join(t.TempDir(), "instance.json")
	if err := os.WriteFile(name, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	var out, words bytes.Buffer
	code := run(t.Context(), append([]string{"plan", name, "--iterations", "100"}, flags...), &out, &words)
	var file struct {
		Status      string            `json:"status"`
		Words       string            `json:"words"`
		GapPercent  *float64          `json:"gap_percent"`
		Allocations []plan.Allocation `json:"allocations"`
		Assignment  []*int            `json:"assignment"`
		Unserved    []plan.Unserved   `json:"unserved"`
		Impossible  []string          `json:"must_assign_without_pair"`
	}
	if out.Len() > 0 {
		if err := json.Unmarshal(out.Bytes(), &file); err != nil {
			t.Fatalf("%v in %s", err, out.String())
		}
	}
	return code, plan.Result{Status: file.Status, Words: file.Words, GapPercent: file.GapPercent, Allocations: file.Allocations, Assignment: file.Assignment, Unserved: file.Unserved, Impossible: file.Impossible}, words.String()
}

// 5 units of N1 from A and B or N2 from A whole: the best is N2 (54 of A's 100, value 6) with 2 of N1 from A and 3 from B.
func TestPlanCommand(t *testing.T) {
	code, result, words := runPlan(t, planFile)
	if code != exitDone || result.GapPercent == nil || len(result.Allocations) == 0 || !strings.Contains(words, result.Status) {
		t.Fatalf("%d %+v %s", code, result, words)
	}
	reasons := map[string]string{}
	for _, u := range result.Unserved {
		reasons[u.N] = u.Reason
	}
	if reasons["N3"] != plan.ReasonNoPair {
		t.Errorf("reasons %v", reasons)
	}
	again, second, _ := runPlan(t, planFile)
	if again != code || len(second.Allocations) != len(result.Allocations) || second.Allocations[0] != result.Allocations[0] {
		t.Error("the same iterations give another plan")
	}
}

func TestPlanExitCodes(t *testing.T) {
	wrong := strings.Replace(planFile, `"quantity":5`, `"quantity":-5`, 1)
	if code, result, words := runPlan(t, wrong); code != exitUsage || result.Status != plan.StatusInvalid || !strings.Contains(words, "/needs/0/quantity") {
		t.Errorf("wrong file: %d %+v %s", code, result, words)
	}
	alone := strings.Replace(planFile, `"quantity":1}`, `"quantity":1,"must_assign":true}`, 1)
	if code, result, _ := runPlan(t, alone); code != exitNoPlan || result.Status != plan.StatusInfeasible || len(result.Impossible) != 1 {
		t.Errorf("a need without pair: %d %+v", code, result)
	}
	dear := strings.Replace(planFile, `"divisible":false`, `"divisible":false,"must_assign":true`, 1)
	dear = strings.Replace(dear, `"budget_idr":100`, `"budget_idr":20`, 1)
	if code, _, _ := runPlan(t, dear); code != exitNoPlan {
		t.Errorf("a need that cannot be paid: %d", code)
	}
	var out, words bytes.Buffer
	for _, args := range [][]string{{"plan"}, {"plan", "a", "b"}, {"plan", "a", "--sense", "most"}, {"plan", "a", "--orlib", "b"}, {"plan", "a", "--gap", "-1"}} {
		if code := run(t.Context(), args, &out, &words); code != exitUsage {
			t.Errorf("%v: %d", args, code)
		}
	}
	if code := run(t.Context(), []string{"plan", filepath.Join(t.TempDir(), "none.json")}, &out, &words); code != exitFailed {
		t.Errorf("a missing file: %d", code)
	}
}

func TestPlanFromThePortalRefusals(t *testing.T) {
	var out, words bytes.Buffer
	if code := run(t.Context(), []string{"plan", "--from-portal", "a.json"}, &out, &words); code != exitUsage {
		t.Errorf("a file besides: %d", code)
	}
	if code := run(t.Context(), []string{"plan", "--from-portal", "--region", "x"}, &out, &words); code != exitUsage {
		t.Errorf("no region: %d", code)
	}
}

func TestPlanOfAnORLibraryFile(t *testing.T) {
	dir := t.TempDir()
	name := filepath.Join(dir, "gap.txt")
	if err := os.WriteFile(name, []byte("1\n2 3\n 1 2 3\n 3 2 1\n 2 2 2\n 2 2 2\n 4 4\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	var out, words bytes.Buffer
	lp, answer := filepath.Join(dir, "x.lp"), filepath.Join(dir, "x.json")
	if code := run(t.Context(), []string{"plan", "--orlib", name, "--index", "1", "--sense", "min", "--export-lp", lp, "--out", answer}, &out, &words); code != exitDone {
		t.Fatalf("%d %s", code, words.String())
	}
	text, err := os.ReadFile(answer)
	if err != nil || !strings.Contains(string(text), `"objective": 4`) || !strings.Contains(string(text), `"status": "optimal"`) {
		t.Errorf("%v %s", err, text)
	}
	if text, err = os.ReadFile(lp); err != nil || !strings.Contains(string(text), "Minimize") {
		t.Errorf("%v %s", err, text)
	}
}
