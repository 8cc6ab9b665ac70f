package plan_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"testing"

	"gotong/modules/matching/plan"
	"gotong/modules/matching/plan/check"
)

const example = `{"format":"gotong-plan/1","sense":"max",
 "units":{"money":"IDR","quantity":"household","staff":"person_day"},
 "initiatives":[{"id":"I1","org":"O1","verified":true,"budget_idr":1500000000,"reach_units":900,"staff_days":400.5,
   "window":["2027-01-01","2027-06-30"],"area":["61.01"],"categories":["clean-water-supply"],"resources":{"capacity":1200}}],
 "villages":[{"id":"61.01.01.2001","weight":1.42,"cap_units":400,"floor_units":20,"floor_bonus":60}],
 "needs":[{"id":"N1","village":"61.01.01.2001","category":"clean-water-supply","quantity":120,"divisible":true,"min_lot":24,"max_suppliers":2,
   "urgency":1.2,"deadline":"2027-04-01","must_assign":false}],
 "pairs":[{"i":"I1","n":"N1","value":1.31,"cost_idr":1450000,"setup_idr":8000000,"staff_per_unit":0.1,"setup_staff":2,"min":24,"max":120,"use":{"capacity":1}}],
 "fairness":{"floor":"lexicographic","village_cap_share":0.8},
 "limits":{"time_s":10,"target_gap":0.005,"seed":1}}`

func TestReadUnderstandsEveryField(t *testing.T) {
	in, err := plan.Read([]byte(example))
	if err != nil {
		t.Fatal(err)
	}
	if len(in.Rows) != 4 || in.Rows[2].Limit[0] != 400_500_000 || in.Rows[2].Unit[0] != 100_000 || in.Rows[3].Name != "resource capacity" {
		t.Errorf("rows %+v", in.Rows)
	}
	if p := in.Pairs[0]; p.Value != 1_310_000 || p.Min != 24 || p.Max != 120 {
		t.Errorf("pair %+v", p)
	}
	if v := in.Villages[0]; v.Cap != 400 || v.Floor != 20 || v.Bonus != 60*plan.Micro || in.Floor != plan.FloorLexicographic {
		t.Errorf("village %+v, floor %s", v, in.Floor)
	}
	if in.Limits != (plan.Limits{Seconds: 10, TargetGap: 0.005, Seed: 1}) {
		t.Errorf("limits %+v", in.Limits)
	}
	if got := in.Objective([]int32{100}); got != 131*plan.Micro+60*plan.Micro {
		t.Errorf("objective %d", got)
	}
}

func TestReadNamesEveryMistakeWithItsPlace(t *testing.T) {
	for _, c := range []struct{ from, to, pointer, words string }{
		{`"gotong-plan/1"`, `"gotong-plan/9"`, "/format", "must be"},
		{`"format":"gotong-plan/1",`, ``, "/format", "missing"},
		{`"sense":"max"`, `"sense":"min"`, "/sense", "max"},
		{`"id":"I1",`, ``, "/initiatives/0/id", "missing"},
		{`1500000000`, `-1`, "/initiatives/0/budget_idr", "from 0"},
		{`1500000000`, `1.5`, "/initiatives/0/budget_idr", "whole number"},
		{`1500000000`, `NaN`, "byte", "not JSON"},
		{`1500000000`, `9007199254740993`, "/initiatives/0/budget_idr", "as a string"},
		{`"2027-06-30"`, `"2027-13-30"`, "/initiatives/0/window/1", "date"},
		{`"2027-06-30"`, `"2026-06-30"`, "/initiatives/0/window", "ends before"},
		{`["61.01"]`, `["61.1"]`, "/initiatives/0/area/0", "region code"},
		{`"floor_units":20`, `"floor_units":130`, "/villages/0/floor_units", "needs together"},
		{`"cap_units":400`, `"cap_units":19`, "/villages/0/floor_units", "cap_units"},
		{`"village":"61.01.01.2001","category"`, `"village":"X","category"`, "/needs/0/village", "no village"},
		{`"quantity":120`, `"quantity":120.5`, "/needs/0/quantity", "whole number"},
		{`"quantity":120,`, ``, "/needs/0/quantity", "missing"},
		{`"2027-04-01"`, `"1 April"`, "/needs/0/deadline", "date"},
		{`"n":"N1"`, `"n":"N2"`, "/pairs/0/n", "no need"},
		{`"i":"I1"`, `"i":"I2"`, "/pairs/0/i", "no initiative"},
		{`"max":120`, `"max":121`, "/pairs/0/max", "quantity"},
		{`"min":24,"max":120`, `"min":24,"max":20`, "/pairs/0/min", "more than max"},
		{`"divisible":true`, `"divisible":false`, "/pairs/0/max", ""},
		{`"value":1.31`, `"value":-1`, "/pairs/0/value", "negative"},
		{`"value":1.31`, `"valeu":1.31`, "/pairs/0/valeu", "not a field"},
		{`"use":{"capacity":1}`, `"use":{"trucks":1}`, "/pairs/0/use/trucks", "no initiative"},
		{`"lexicographic"`, `"maybe"`, "/fairness/floor", "lexicographic"},
		{`"target_gap":0.005`, `"target_gap":"x"`, "/limits/target_gap", "number"},
	} {
		text := strings.Replace(example, c.from, c.to, 1)
		if c.pointer == "/pairs/0/max" && c.words == "" {
			text = strings.Replace(text, `"max":120`, `"max":100`, 1)
		}
		_, err := plan.Read([]byte(text))
		var problems plan.Problems
		if !errors.As(err, &problems) {
			t.Errorf("%s → %s: %v", c.from, c.to, err)
			continue
		}
		if !strings.HasPrefix(problems[0].Pointer, c.pointer) || !strings.Contains(problems[0].Message, c.words) {
			t.Errorf("%s → %s: %v, want %s: …%s…", c.from, c.to, problems, c.pointer, c.words)
		}
	}
}

func TestReadRefusesDoubles(t *testing.T) {
	var file map[string]any
	if err := json.Unmarshal([]byte(example), &file); err != nil {
		t.Fatal(err)
	}
	for _, part := range []string{"initiatives", "villages", "needs", "pairs"} {
		list := file[part].([]any)
		file[part] = append(list, list[0])
		text, _ := json.Marshal(file)
		file[part] = list
		if _, err := plan.Read(text); err == nil || !strings.Contains(err.Error(), "twice") {
			t.Errorf("%s: %v", part, err)
		}
	}
}

func TestReadRefusesMixedUnitsUnderOneCap(t *testing.T) {
	text := strings.Replace(example, `"needs":[`, `"needs":[{"id":"N0","village":"61.01.01.2001","unit":"person","quantity":5},`, 1)
	if _, err := plan.Read([]byte(text)); err == nil || !strings.Contains(err.Error(), "/needs/1/unit") {
		t.Errorf("%v", err)
	}
}

func TestEmptyInstanceIsValid(t *testing.T) {
	if _, err := plan.Read([]byte(`{"format":"gotong-plan/1"}`)); err != nil {
		t.Error(err)
	}
}

func TestBudgetAboveFloatsStandsInAString(t *testing.T) {
	text := strings.Replace(example, "1500000000", `"9007199254740993"`, 1)
	in, err := plan.Read([]byte(text))
	if err != nil || in.Rows[0].Limit[0] != 9_007_199_254_740_993 {
		t.Errorf("%v", err)
	}
}

func TestORLibrary(t *testing.T) {
	text := "2\n 1 2\n 4 5\n 1 1\n 2\n 2 2\n 1 2\n 3 4\n 1 1\n 2 2\n 2 3\n"
	a, err := plan.ReadORLibrary([]byte(text), 2, false)
	if err != nil || a.Value[1][1] != 4 || a.Capacity[1] != 3 || a.Minimise {
		t.Errorf("%+v %v", a, err)
	}
	if _, err := plan.ReadORLibrary([]byte(text[:len(text)-3]), 2, false); err == nil || !strings.Contains(err.Error(), "byte 4") {
		t.Errorf("a short file: %v", err)
	}
	if _, err := plan.ReadORLibrary([]byte(text), 3, false); err == nil {
		t.Error("problem 3 of 2 was read")
	}
	if a, err := plan.ReadORLibrary([]byte("1 2 4 5 1 1 2"), 0, true); err != nil || !a.Minimise || a.Jobs() != 2 {
		t.Errorf("Yagiura's form: %v", err)
	}
	if _, err := plan.ReadORLibrary([]byte("1 2 4 5 1 1 2 9"), 0, true); err == nil {
		t.Error("left-over numbers were passed over")
	}
}

func TestLPHasEveryRow(t *testing.T) {
	in, err := plan.Read([]byte(example))
	if err != nil {
		t.Fatal(err)
	}
	var b bytes.Buffer
	if err := in.WriteLP(&b); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"+ 1.310000 x0", "+ 60.000000 z0", "r0_0: + 1450000 x0 + 8000000 y0", "u0: x0 - 120 y0 <= 0", "l0: x0 - 24 y0 >= 0", "c0: + x0 <= 400", "f0: + x0 - 20 z0 >= 0"} {
		if !strings.Contains(b.String(), want) {
			t.Errorf("no %q in\n%s", want, b.String())
		}
	}
}

func TestCheckerSeesEveryBreach(t *testing.T) {
	in, err := plan.Read([]byte(example))
	if err != nil {
		t.Fatal(err)
	}
	line := func(units int64) plan.Allocation {
		return plan.Allocation{I: "I1", N: "N1", Units: units, Cost: units*1_450_000 + 8_000_000}
	}
	good := check.Plan(in, []plan.Allocation{line(100)})
	if len(good.Violations) > 0 || good.Objective != 191*plan.Micro || good.Floors != 1 {
		t.Fatalf("%+v", good)
	}
	in.Rows[1].Limit[0], in.Rows[2].Limit[0], in.Rows[3].Limit[0] = 99, 11*plan.Micro, 99
	in.Rows[0].Limit[0] = 153_000_000 - 1
	in.Villages[0].Cap = 99
	in.Needs[0].Quantity = 99
	bad := check.Plan(in, []plan.Allocation{line(100)})
	if len(bad.Violations) != 6 {
		t.Errorf("%q", bad.Violations)
	}
	for name, lines := range map[string][]plan.Allocation{
		"unknown": {{I: "I9", N: "N1", Units: 30}}, "twice": {line(30), line(30)}, "below the lot": {line(5)}, "wrong cost": {{I: "I1", N: "N1", Units: 30, Cost: 1}},
		"overflow": {line(1 << 40)}, "negative": {line(-3)},
	} {
		if r := check.Plan(in, lines); len(r.Violations) == 0 {
			t.Errorf("%s passes", name)
		}
	}
}

func TestFixedDecimals(t *testing.T) {
	for text, want := range map[string]string{"1.31": "1.31", "0.1e1": "1", "12e-1": "1.2", "0.0000005": "0.000001", "0.0000004": "0", "-0": "0", "100": "100", "0.00000049": "0"} {
		in, err := plan.Read([]byte(strings.Replace(example, "1.31", text, 1)))
		if err != nil {
			t.Errorf("%s: %v", text, err)
		} else if got := plan.Decimal(in.Pairs[0].Value).String(); got != want {
			t.Errorf("%s read as %s, want %s", text, got, want)
		}
	}
}

func TestCertifyRoundsTheGapUp(t *testing.T) {
	objective, bound := plan.Decimal(3*plan.Micro), plan.Decimal(3*plan.Micro+1)
	r := plan.Result{Sense: "max", Objective: &objective, Bound: &bound}
	r.Certify()
	if *r.GapPercent != 0.001 {
		t.Errorf("%v", *r.GapPercent)
	}
	zero := plan.Decimal(0)
	r = plan.Result{Sense: "max", Objective: &zero, Bound: &bound}
	r.Certify()
	if r.GapPercent != nil || *r.AbsoluteGap != bound {
		t.Errorf("%+v", r)
	}
}

func FuzzRead(f *testing.F) {
	f.Add([]byte(example))
	f.Add([]byte(`{"format":"gotong-gap/1","sense":"max","assign":"at_most_one","capacity":[3],"value":[[1,null]],"weight":[[1,2]]}`))
	f.Add([]byte(`{"format":"gotong-plan/1","pairs":[{}]}`))
	f.Fuzz(func(_ *testing.T, text []byte) {
		if in, err := plan.Read(text); err == nil {
			_ = in.WriteLP(&bytes.Buffer{})
		}
		if a, err := plan.ReadAssignment(text); err == nil {
			_ = a.WriteLP(&bytes.Buffer{})
		}
	})
}

func FuzzORLibrary(f *testing.F) {
	f.Add([]byte("1 1 2 4 5 1 1 2"), 1)
	f.Add([]byte("1 2 4 5 1 1 2"), 0)
	f.Fuzz(func(_ *testing.T, text []byte, index int) { _, _ = plan.ReadORLibrary(text, index, true) })
}

func TestAssignmentFile(t *testing.T) {
	good := `{"format":"gotong-gap/1","sense":"max","assign":"at_most_one","capacity":[3,2],"value":[[1,null],[2,3]],"weight":[[1,2],[2,2]]}`
	a, err := plan.ReadAssignment([]byte(good))
	if err != nil || a.Value[0][1] != plan.Forbidden {
		t.Fatalf("%v", err)
	}
	if r := check.Assignment(a, []int{0, 1}); len(r.Violations) > 0 || r.Objective != 4 {
		t.Errorf("%+v", r)
	}
	for _, wrong := range [][]int{{1, 1}, {0, 0}, {5, 0}, {0}} {
		if r := check.Assignment(a, wrong); len(r.Violations) == 0 {
			t.Errorf("%v passes", wrong)
		}
	}
	for from, pointer := range map[string]string{`"min"`: "/sense", `"weight":[[1,2],[2]]`: "/weight/1", `"capacity":[3]`: "/value", `"weight":[[1,2],[2,null]]`: "/weight/1/1"} {
		text := good
		switch {
		case from == `"min"`:
			text = strings.Replace(text, `"max"`, `"most"`, 1)
		case strings.HasPrefix(from, `"weight`):
			text = strings.Replace(text, `"weight":[[1,2],[2,2]]`, from, 1)
		default:
			text = strings.Replace(text, `"capacity":[3,2]`, from, 1)
		}
		if _, err := plan.ReadAssignment([]byte(text)); err == nil || !strings.Contains(fmt.Sprint(err), pointer) {
			t.Errorf("%s: %v", from, err)
		}
	}
}
