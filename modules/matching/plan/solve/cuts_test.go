package solve

import (
	"math/rand/v2"
	"testing"

	"gotong/modules/matching/plan"
)

// anywhere puts the dual where a search might be: at random averages of what the villages choose.
func anywhere(d *dual, rng *rand.Rand) {
	d.total = 1
	for e := range d.open {
		d.open[e] = rng.Float32()
		d.average[e] = d.open[e] * float32(d.md.edges[e].l+rng.Int32N(d.md.edges[e].u-d.md.edges[e].l+1))
	}
}

// TestEveryPlanKeepsTheCuts tries all units that an initiative can afford against every inequality that is found at random averages.
func TestEveryPlanKeepsTheCuts(t *testing.T) {
	found := 0
	for k := range cases() / 5 {
		rng := rand.New(rand.NewPCG(uint64(k), 3))
		in := tiny(rng)
		md, err := compile(&aim{in: in, own: true}, nil)
		if err != nil {
			t.Fatal(err)
		}
		d := newDual(md, 1)
		for range 3 {
			anywhere(d, rng)
			found += d.separate()
		}
		for at := range d.pool.cuts {
			one := &d.pool.cuts[at]
			var terms []term
			for _, term := range d.pool.terms {
				if int(term.cut) == at {
					terms = append(terms, term)
				}
			}
			var try func(k int, left, used int64)
			try = func(k int, left, used int64) {
				if left < 0 {
					return
				}
				if k == len(terms) {
					if used > one.limit {
						t.Fatalf("an affordable plan uses %d of %d: %+v, capacity %d", used, one.limit, terms, md.limit[one.row][one.i])
					}
					return
				}
				ed := &md.edges[terms[k].e]
				unit, setup := md.use(one.row, terms[k].e)
				try(k+1, left, used)
				for x := int64(ed.l); x <= int64(ed.u); x++ {
					try(k+1, left-setup-unit*x, used+terms[k].setup+terms[k].unit*x)
				}
			}
			try(0, md.limit[one.row][one.i], 0)
		}
	}
	if found == 0 {
		t.Error("no inequality was found")
	}
	t.Logf("%d inequalities", found)
}

// TestVillagesAreSolvedExactly: without limits of the initiatives the bound is the optimum, floors included, at the cost of losing pairs where the bonus is worth it.
func TestVillagesAreSolvedExactly(t *testing.T) {
	for k := range cases() {
		rng := rand.New(rand.NewPCG(uint64(k), 4))
		in := tiny(rng)
		in.Floor = plan.FloorBonus
		for j := range in.Needs {
			in.Needs[j].Must = false
		}
		a := &aim{in: in, own: true}
		md, err := compile(a, nil)
		if err != nil {
			t.Fatal(err)
		}
		// Prices that are whole millionths for what is used: the certificate then rounds nothing.
		price := newPrices(len(md.limit), md.m)
		price.row[rowMoney] = make([]float64, md.m)
		worth := int64(0)
		for i := range md.m {
			if md.limit[rowMoney][i] != plan.NoLimit {
				p := rng.Int64N(3)
				price.row[rowMoney][i] = float64(p) / 2
				worth += p * plan.Micro / 2 * md.limit[rowMoney][i]
			}
		}
		if got, want := md.certificate(a, &pool{}, price, 1), bruteAt(in, md, price)+worth; got < want || got > want+int64(len(md.villages)) {
			t.Fatalf("case %d: bound %d, optimum at these prices %d", k, got, want)
		}
	}
}

// bruteAt is the best value of any units of the villages, the initiatives' limits aside, less what they pay.
func bruteAt(in *plan.Instance, md *model, price prices) int64 {
	free := *in
	free.Rows = nil
	for _, row := range in.Rows {
		limit := make([]int64, len(row.Limit))
		for i := range limit {
			limit[i] = plan.NoLimit
		}
		row.Limit = limit
		free.Rows = append(free.Rows, row)
	}
	left := map[int32]*edge{}
	for e := range md.edges {
		left[md.id[e]] = &md.edges[e]
	}
	best := int64(0)
	units := make([]int32, len(in.Pairs))
	var try func(e int)
	try = func(e int) {
		if e == len(units) {
			if fits(&free, units) {
				value := in.Objective(units)
				for k, x := range units {
					if x > 0 {
						value -= int64(price.row[rowMoney][in.Pairs[k].I] * plan.Micro * float64(in.Rows[0].UnitUse(k)*int64(x)+in.Rows[0].SetupUse(k)))
					}
				}
				best = max(best, value)
			}
			return
		}
		units[e] = 0
		try(e + 1)
		if ed := left[int32(e)]; ed != nil {
			for x := ed.l; x <= ed.u; x++ {
				units[e] = x
				try(e + 1)
			}
			units[e] = 0
		}
	}
	try(0)
	return best
}
