// Package solve finds allocation plans: a Lagrangian bound whose village subproblems are solved by branch and bound, tightened by cuts, a plan rounded
// from the averaged subproblem solutions, and ejection chains that improve it region by region. The bound that is reported is
// computed once more in integers, rounded against us.
package solve

import (
	"errors"
	"fmt"

	"gotong/modules/matching/plan"
)

// edge is a pair as the inner loops read it: 32 bytes.
type edge struct {
	i    int32
	l, u int32   // units: nothing, or from l to u
	p    float32 // value of one unit, in weighted units
	a, f int64   // money for one unit and for opening
}

type needRow struct {
	q, k, v int32
}

type villageRow struct {
	cap, floor    int64
	bonus         float64
	first, behind int32 // needs
}

// model is an instance made ready: pairs that no plan can use are gone, upper ends are cut to what limits allow, fixed lines are
// taken out of every limit.
type model struct {
	m        int       // initiatives
	limit    [][]int64 // by row (money, reach, then extras) and initiative
	unit     [][]int64 // of extras, by edge
	setup    [][]int64
	edges    []edge
	first    []int32
	needs    []needRow
	villages []villageRow
	id       []int32 // the instance's pair of each edge
	constant int64   // objective of the fixed lines and of floors that they reach, in millionths
}

const (
	rowMoney = 0
	rowReach = 1
	rowExtra = 2
)

// aim is what a search maximises: values of pairs (or nothing), a surcharge for units of must-assign needs, bonuses of floors.
type aim struct {
	in       *plan.Instance
	noValues bool
	must     int64 // millionths of a weighted unit on each unit of a must-assign need
	floor    int64 // on each floor beside the village's own bonus
	own      bool  // the villages' own bonuses count
}

func (a *aim) value(e int32) int64 {
	p := &a.in.Pairs[e]
	v := p.Value
	if a.noValues {
		v = 0
	}
	if a.must != 0 && a.in.Needs[p.N].Must {
		v += a.must
	}
	return v
}

func (a *aim) bonus(v int) int64 {
	one := &a.in.Villages[v]
	if a.in.Floor == plan.FloorOff || one.Floor == 0 {
		return 0
	}
	b := a.floor
	if a.own {
		b += one.Bonus
	}
	return b
}

// Fixed is a line that people decided: the plan keeps it, and 0 units exclude the pair.
type Fixed struct {
	I, N  string
	Units int64
}

// errFixed is the start of every message about fixed lines.
var errFixed = errors.New("fixed line")

// pins turns fixed lines into units by pair; -1 is a free pair.
func pins(in *plan.Instance, fixed []Fixed) ([]int32, error) {
	if len(fixed) == 0 {
		return nil, nil
	}
	initiative := map[string]int32{}
	for i := range in.Initiatives {
		initiative[in.Initiatives[i].ID] = int32(i)
	}
	need := map[string]int32{}
	for j := range in.Needs {
		need[in.Needs[j].ID] = int32(j)
	}
	units := make([]int32, len(in.Pairs))
	for e := range units {
		units[e] = -1
	}
	for _, f := range fixed {
		i, okI := initiative[f.I]
		n, okN := need[f.N]
		if !okI || !okN {
			return nil, fmt.Errorf("%w %s → %s: unknown initiative or need", errFixed, f.I, f.N)
		}
		e, ok := in.PairOf(i, n)
		switch {
		case !ok:
			return nil, fmt.Errorf("%w %s → %s: not an eligible pair", errFixed, f.I, f.N)
		case f.Units != 0 && (f.Units < int64(in.Pairs[e].Min) || f.Units > int64(in.Pairs[e].Max)):
			return nil, fmt.Errorf("%w %s → %s: %d units, allowed are %d to %d", errFixed, f.I, f.N, f.Units, in.Pairs[e].Min, in.Pairs[e].Max)
		}
		units[e] = int32(f.Units)
	}
	return units, nil
}

// compile makes the model of an instance and an aim; pinned may be nil. Fixed lines that break a limit give an error.
func compile(a *aim, pinned []int32) (*model, error) {
	in := a.in
	md := &model{m: len(in.Initiatives), first: make([]int32, len(in.Needs)+1), needs: make([]needRow, len(in.Needs)), villages: make([]villageRow, len(in.Villages))}
	reach := plan.Row{Name: "reach", Limit: make([]int64, md.m)}
	for i := range reach.Limit {
		reach.Limit[i] = plan.NoLimit
	}
	rows := []*plan.Row{&in.Rows[0], &reach}
	for r := 1; r < len(in.Rows); r++ {
		if in.Rows[r].Name == "reach" {
			rows[1] = &in.Rows[r]
		} else {
			rows = append(rows, &in.Rows[r])
		}
	}
	for _, r := range rows {
		md.limit = append(md.limit, append([]int64(nil), r.Limit...))
	}
	if err := md.demand(a, rows, pinned); err != nil {
		return nil, err
	}
	md.unit, md.setup = make([][]int64, len(rows)-rowExtra), make([][]int64, len(rows)-rowExtra)
	md.edges = make([]edge, 0, len(in.Pairs))
	md.id = make([]int32, 0, len(in.Pairs))
	for j := range in.Needs {
		for e := in.First[j]; e < in.First[j+1]; e++ {
			if pinned != nil && pinned[e] >= 0 {
				continue
			}
			md.add(a, rows, e)
		}
		md.first[j+1] = int32(len(md.edges))
	}
	return md, nil
}

// demand sets needs and villages and takes the fixed lines out of them and of the limits.
func (md *model) demand(a *aim, rows []*plan.Row, pinned []int32) error {
	in := a.in
	for v := range in.Villages {
		one := &in.Villages[v]
		md.villages[v] = villageRow{cap: one.Cap, floor: one.Floor, bonus: float64(a.bonus(v)) / plan.Micro, first: one.First, behind: one.Behind}
		if md.villages[v].bonus == 0 {
			md.villages[v].floor = 0
		}
	}
	for j := range in.Needs {
		n := &in.Needs[j]
		md.needs[j] = needRow{q: int32(n.Quantity), k: n.Suppliers, v: n.Village}
	}
	for e, units := range pinned {
		if units <= 0 {
			continue
		}
		p := &in.Pairs[e]
		md.constant += a.value(int32(e)) * int64(units)
		n := &md.needs[p.N]
		v := &md.villages[n.v]
		n.q -= units
		n.k--
		if v.cap != plan.NoLimit {
			v.cap -= int64(units)
		}
		if v.floor > 0 {
			v.floor = max(0, v.floor-int64(units))
			if v.floor == 0 {
				md.constant += a.bonus(int(n.v))
				v.bonus = 0
			}
		}
		if n.q < 0 || n.k < 0 || v.cap < 0 {
			return fmt.Errorf("%w %s → %s: more than the need or its village allows", errFixed, in.Initiatives[p.I].ID, in.Needs[p.N].ID)
		}
		for r, row := range rows {
			if md.limit[r][p.I] == plan.NoLimit {
				continue
			}
			md.limit[r][p.I] -= row.UnitUse(e)*int64(units) + row.SetupUse(e)
			if md.limit[r][p.I] < 0 {
				return fmt.Errorf("%w %s → %s: more than the initiative's %s", errFixed, in.Initiatives[p.I].ID, in.Needs[p.N].ID, row.Name)
			}
		}
	}
	return nil
}

// add takes pair e into the model unless no plan can use it.
func (md *model) add(a *aim, rows []*plan.Row, e int32) {
	p := &a.in.Pairs[e]
	n := &md.needs[p.N]
	u := min(int64(p.Max), int64(n.q), md.villages[n.v].cap)
	for r, row := range rows {
		limit := md.limit[r][p.I]
		if limit == plan.NoLimit {
			continue
		}
		rest := limit - row.SetupUse(int(e))
		if rest < 0 {
			return
		}
		if unit := row.UnitUse(int(e)); unit > 0 {
			u = min(u, rest/unit)
		}
	}
	value := a.value(e)
	if n.k <= 0 || u < int64(p.Min) || value == 0 && md.villages[n.v].floor == 0 {
		return
	}
	md.edges = append(md.edges, edge{i: p.I, l: p.Min, u: int32(u), p: float32(float64(value) / plan.Micro), a: rows[rowMoney].UnitUse(int(e)), f: rows[rowMoney].SetupUse(int(e))})
	md.id = append(md.id, e)
	for r := rowExtra; r < len(rows); r++ {
		md.unit[r-rowExtra] = append(md.unit[r-rowExtra], rows[r].UnitUse(int(e)))
		md.setup[r-rowExtra] = append(md.setup[r-rowExtra], rows[r].SetupUse(int(e)))
	}
}

// use gives what one unit and the opening of an edge take from a row.
func (md *model) use(row int, e int32) (unit, setup int64) {
	switch row {
	case rowMoney:
		return md.edges[e].a, md.edges[e].f
	case rowReach:
		return 1, 0
	}
	return md.unit[row-rowExtra][e], md.setup[row-rowExtra][e]
}
