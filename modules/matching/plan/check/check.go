// Package check judges plans. It shares no code with the solvers: it reads an instance and the lines of a plan, counts everything
// again in 64-bit integers, and says what is broken.
package check

import (
	"fmt"
	"math"

	"gotong/modules/matching/plan"
)

// Report is what a plan does, counted again.
type Report struct {
	Objective  int64    // millionths of a weighted unit
	Units      int64    // served in all
	Floors     int      // villages whose floor is reached
	Violations []string // empty for a valid plan
}

type counter struct {
	report Report
}

func (c *counter) wrong(format string, args ...any) {
	if len(c.report.Violations) < 50 {
		c.report.Violations = append(c.report.Violations, fmt.Sprintf(format, args...))
	}
}

// add and times saturate: a plan so wrong that sums overflow still breaks its limits.
func add(a, b int64) int64 {
	if a > math.MaxInt64-b {
		return math.MaxInt64
	}
	return a + b
}

func times(a, b int64) int64 {
	if a != 0 && b > math.MaxInt64/a {
		return math.MaxInt64
	}
	return a * b
}

// Plan judges a plan's lines against the instance: pairs, lots, demand, suppliers, village caps, every capacity, must-assign needs,
// the stated costs.
func Plan(in *plan.Instance, lines []plan.Allocation) Report {
	c := &counter{}
	initiative := make(map[string]int, len(in.Initiatives))
	for i := range in.Initiatives {
		initiative[in.Initiatives[i].ID] = i
	}
	need := make(map[string]int, len(in.Needs))
	for j := range in.Needs {
		need[in.Needs[j].ID] = j
	}
	type key struct{ i, n int32 }
	pair := make(map[key]int, len(lines))
	wanted := make(map[key]bool, len(lines))
	for _, line := range lines {
		i, okI := initiative[line.I]
		n, okN := need[line.N]
		if okI && okN {
			wanted[key{int32(i), int32(n)}] = true
		}
	}
	for e := range in.Pairs {
		k := key{in.Pairs[e].I, in.Pairs[e].N}
		if wanted[k] {
			pair[k] = e
		}
	}

	used := make([][]int64, len(in.Rows))
	for r := range used {
		used[r] = make([]int64, len(in.Initiatives))
	}
	served := make([]int64, len(in.Needs))
	suppliers := make([]int32, len(in.Needs))
	seen := make(map[key]bool, len(lines))
	for _, line := range lines {
		i, okI := initiative[line.I]
		n, okN := need[line.N]
		k := key{int32(i), int32(n)}
		e, ok := pair[k]
		switch {
		case !okI || !okN || !ok:
			c.wrong("%s → %s is not an eligible pair", line.I, line.N)
			continue
		case seen[k]:
			c.wrong("%s → %s stands twice", line.I, line.N)
			continue
		}
		seen[k] = true
		p := in.Pairs[e]
		if line.Units < int64(p.Min) || line.Units > int64(p.Max) {
			c.wrong("%s → %s: %d units, allowed are %d to %d", line.I, line.N, line.Units, p.Min, p.Max)
			if line.Units <= 0 {
				continue
			}
		}
		if !in.Needs[n].Divisible && line.Units != in.Needs[n].Quantity {
			c.wrong("%s is indivisible", line.N)
		}
		for r := range in.Rows {
			row := &in.Rows[r]
			use := add(times(row.UnitUse(e), line.Units), row.SetupUse(e))
			used[r][i] = add(used[r][i], use)
			if row.Name == "money" && use != line.Cost {
				c.wrong("%s → %s costs %d rupiah, the plan says %d", line.I, line.N, use, line.Cost)
			}
		}
		served[n] = add(served[n], line.Units)
		suppliers[n]++
		c.report.Units = add(c.report.Units, line.Units)
		c.report.Objective = add(c.report.Objective, times(p.Value, line.Units))
	}
	c.capacities(in, used)
	c.demand(in, served, suppliers)
	c.villages(in, served)
	return c.report
}

func (c *counter) capacities(in *plan.Instance, used [][]int64) {
	for r := range in.Rows {
		for i, limit := range in.Rows[r].Limit {
			if used[r][i] > limit {
				c.wrong("%s uses %d of %s, it has %d", in.Initiatives[i].ID, used[r][i], in.Rows[r].Name, limit)
			}
		}
	}
}

func (c *counter) demand(in *plan.Instance, served []int64, suppliers []int32) {
	for j := range in.Needs {
		n := &in.Needs[j]
		if served[j] > n.Quantity {
			c.wrong("%s gets %d units, it asks %d", n.ID, served[j], n.Quantity)
		}
		if suppliers[j] > n.Suppliers {
			c.wrong("%s has %d suppliers, at most %d may be", n.ID, suppliers[j], n.Suppliers)
		}
		if n.Must && served[j] < n.Quantity {
			c.wrong("%s must be served whole, it gets %d of %d", n.ID, served[j], n.Quantity)
		}
	}
}

func (c *counter) villages(in *plan.Instance, served []int64) {
	total := make([]int64, len(in.Villages))
	for j := range in.Needs {
		total[in.Needs[j].Village] = add(total[in.Needs[j].Village], served[j])
	}
	for v := range in.Villages {
		one := &in.Villages[v]
		if total[v] > one.Cap {
			c.wrong("village %s gets %d units, its cap is %d", one.ID, total[v], one.Cap)
		}
		if in.Floor != plan.FloorOff && one.Floor > 0 && total[v] >= one.Floor {
			c.report.Floors++
			c.report.Objective = add(c.report.Objective, one.Bonus)
		}
	}
}

// Assignment judges an assignment: agent of each job or -1.
func Assignment(a *plan.Assignment, agent []int) Report {
	c := &counter{}
	if len(agent) != a.Jobs() {
		c.wrong("%d jobs are answered, there are %d", len(agent), a.Jobs())
		return c.report
	}
	used := make([]int64, len(a.Capacity))
	for j, i := range agent {
		switch {
		case i == -1:
			if a.Exactly {
				c.wrong("job %d is not assigned", j)
			}
			continue
		case i < 0 || i >= len(a.Capacity):
			c.wrong("job %d: there is no agent %d", j, i)
			continue
		case a.Value[i][j] == plan.Forbidden:
			c.wrong("job %d may not go to agent %d", j, i)
			continue
		}
		used[i] = add(used[i], a.Weight[i][j])
		c.report.Units++
		c.report.Objective += a.Value[i][j]
	}
	for i, u := range used {
		if u > a.Capacity[i] {
			c.wrong("agent %d carries %d, its capacity is %d", i, u, a.Capacity[i])
		}
	}
	return c.report
}
