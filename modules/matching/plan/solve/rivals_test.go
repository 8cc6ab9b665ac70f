package solve_test

import (
	"context"
	"encoding/json"
	"fmt"
	"math"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"testing"
	"time"

	"gotong/modules/matching/plan"
	"gotong/modules/matching/plan/sample"
	"gotong/modules/matching/plan/solve"
)

// TestSideBySide gives the same model for the same time to this package, to CBC (Debian package coinor-cbc) and to HiGHS (npm package highs, run
// by node), as far as they are installed, and prints what each found and proved. Whatever they find, our bound must not be below it,
// and no bound of theirs below our plan.
//
//	GOTONG_TEST_RIVALS=60s [GOTONG_TEST_HIGHS=DIR/node_modules/highs] go test -v -run SideBySide -timeout 30m ./modules/matching/plan/solve
func TestSideBySide(t *testing.T) {
	limit, err := time.ParseDuration(os.Getenv("GOTONG_TEST_RIVALS"))
	if err != nil {
		t.Skip("GOTONG_TEST_RIVALS gives no time")
	}
	dir := t.TempDir()
	for _, c := range []struct {
		name string
		size sample.Size
	}{{"small", sample.Small}, {"province", sample.Province}} {
		in := sample.Plan(c.size, 42)
		o, err := solve.Solve(context.Background(), in, solve.Options{Time: limit, Seed: 1})
		if err != nil {
			t.Fatal(err)
		}
		verify(t, in, o)
		objective, bound := float64(o.Objective)/plan.Micro, float64(o.Bound)/plan.Micro
		t.Logf("%-9s gotong %12.1f, bound %12.1f, gap %.3f %%, %.0f s", c.name, objective, bound, plan.GapPercent(o.Objective, o.Bound), o.Elapsed.Seconds())
		model := filepath.Join(dir, c.name+".lp")
		file, err := os.Create(model)
		if err != nil {
			t.Fatal(err)
		}
		if err := in.WriteLP(file); err != nil {
			t.Fatal(err)
		}
		if err := file.Close(); err != nil {
			t.Fatal(err)
		}
		for _, r := range []struct {
			name string
			run  func(*testing.T, string, time.Duration) (float64, float64, string)
		}{{"CBC", cbc}, {"HiGHS", highs}} {
			start := time.Now()
			found, above, words := r.run(t, model, limit)
			t.Logf("%-9s %-6s %12.1f, bound %12.1f, %s, %.0f s", c.name, r.name, found, above, words, time.Since(start).Seconds())
			if found > bound*(1+1e-9) {
				t.Errorf("%s found %f above our bound %f", r.name, found, bound)
			}
			if above < objective*(1-1e-6) {
				t.Errorf("%s says nothing is above %f, our plan is worth %f", r.name, above, objective)
			}
		}
	}
}

// cbc runs CBC and reads its summary. NaN stands for what it does not say.
func cbc(t *testing.T, model string, limit time.Duration) (found, bound float64, words string) {
	t.Helper()
	path, err := exec.LookPath("cbc")
	if err != nil {
		return math.NaN(), math.NaN(), "not installed"
	}
	// The time limit of CBC does not interrupt everything that it does, so it is ended from outside after twice the time.
	ctx, cancel := context.WithTimeout(context.Background(), 2*limit)
	defer cancel()
	out, err := exec.CommandContext(ctx, path, model, "-timeMode", "elapsed", "-sec", fmt.Sprint(limit.Seconds()), "-solve", "-quit").CombinedOutput()
	words = number(out, `(?m)^Result - (.*)$`)
	if words == "" {
		words = fmt.Sprint("ended without a summary ", err)
	}
	found, bound = value(out, `(?m)^Objective value:\s*(\S+)`), value(out, `(?m)^(?:Upper|Lower) bound:\s*(\S+)`)
	if math.IsNaN(bound) {
		bound = value(out, `Continuous objective value is (\S+)`)
	}
	return math.Abs(found), math.Abs(bound), words
}

// highs runs HiGHS, compiled to WebAssembly, by node.
func highs(t *testing.T, model string, limit time.Duration) (found, bound float64, words string) {
	t.Helper()
	module := os.Getenv("GOTONG_TEST_HIGHS")
	path, err := exec.LookPath("node")
	if err != nil || module == "" {
		return math.NaN(), math.NaN(), "not installed"
	}
	script := fmt.Sprintf(`const H=require(%q);H({print:x=>console.error(x),printErr:x=>console.error(x)}).then(h=>{const r=h.solve(require("fs").readFileSync(%q,"utf8"),{time_limit:%g,output_flag:true,log_to_console:true});
console.log(JSON.stringify({status:r.Status,objective:r.ObjectiveValue}))}).catch(e=>{console.log(JSON.stringify({status:String(e)}))})`, module, model, limit.Seconds())
	ctx, cancel := context.WithTimeout(context.Background(), 3*limit)
	defer cancel()
	cmd := exec.CommandContext(ctx, path, "--max-old-space-size=6000", "-e", script)
	log, err := os.CreateTemp(t.TempDir(), "highs")
	if err != nil {
		t.Fatal(err)
	}
	cmd.Stderr = log
	out, err := cmd.Output()
	var answer struct {
		Status    string
		Objective *float64
	}
	if json.Unmarshal(out, &answer) != nil || answer.Objective == nil {
		return math.NaN(), math.NaN(), fmt.Sprint("no answer: ", answer.Status, err)
	}
	text, err := os.ReadFile(log.Name())
	if err != nil {
		t.Fatal(err)
	}
	return *answer.Objective, value(text, `Dual bound\s+(\S+)`), answer.Status
}

func number(text []byte, pattern string) string {
	all := regexp.MustCompile(pattern).FindAllSubmatch(text, -1)
	if len(all) == 0 {
		return ""
	}
	return string(all[len(all)-1][1])
}

func value(text []byte, pattern string) float64 {
	v, err := strconv.ParseFloat(number(text, pattern), 64)
	if err != nil {
		return math.NaN()
	}
	return v
}
