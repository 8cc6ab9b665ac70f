package plan

import (
	"bufio"
	"fmt"
	"io"
)

// WriteLP writes the instance in CPLEX LP format, so that anyone can solve it with HiGHS or CBC and compare. Units are whole
// numbers (general), openings binary. Lexicographic floors are written as bonuses. Values are in weighted units.
func (in *Instance) WriteLP(w io.Writer) error {
	b := bufio.NewWriterSize(w, 1<<16)
	out := func(format string, args ...any) { _, _ = fmt.Fprintf(b, format, args...) } // the buffer keeps the first error for Flush
	floors := in.Floor != FloorOff
	out("\\ instance %s\nMaximize\n obj:", in.Hash)
	for e, p := range in.Pairs {
		out(" + %d.%06d x%d\n", p.Value/Micro, p.Value%Micro, e)
	}
	for v, one := range in.Villages {
		if floors && one.Floor > 0 && one.Bonus > 0 {
			out(" + %d.%06d z%d\n", one.Bonus/Micro, one.Bonus%Micro, v)
		}
	}
	out("Subject To\n")
	by := make([][]int, len(in.Initiatives))
	for e, p := range in.Pairs {
		by[p.I] = append(by[p.I], e)
	}
	for k := range in.Rows {
		row := &in.Rows[k]
		for i, limit := range row.Limit {
			if limit == NoLimit || len(by[i]) == 0 {
				continue
			}
			out(" r%d_%d:", k, i)
			for _, e := range by[i] {
				out(" + %d x%d", row.UnitUse(e), e)
				if s := row.SetupUse(e); s != 0 {
					out(" + %d y%d", s, e)
				}
				out("\n")
			}
			out(" <= %d\n", limit)
		}
	}
	for j, n := range in.Needs {
		if in.First[j] == in.First[j+1] {
			continue
		}
		sign := "<="
		if n.Must {
			sign = "="
		}
		out(" d%d:%s %s %d\n", j, terms("x", in.First[j], in.First[j+1]), sign, n.Quantity)
		if n.Suppliers < in.First[j+1]-in.First[j] {
			out(" k%d:%s <= %d\n", j, terms("y", in.First[j], in.First[j+1]), n.Suppliers)
		}
	}
	for e, p := range in.Pairs {
		out(" u%d: x%d - %d y%d <= 0\n", e, e, p.Max, e)
		if p.Min > 1 {
			out(" l%d: x%d - %d y%d >= 0\n", e, e, p.Min, e)
		}
	}
	for v, one := range in.Villages {
		from, to := in.First[one.First], in.First[one.Behind]
		if from == to {
			continue
		}
		if one.Cap != NoLimit {
			out(" c%d:%s <= %d\n", v, terms("x", from, to), one.Cap)
		}
		if floors && one.Floor > 0 && one.Bonus > 0 {
			out(" f%d:%s - %d z%d >= 0\n", v, terms("x", from, to), one.Floor, v)
		}
	}
	out("General\n")
	for e := range in.Pairs {
		out(" x%d\n", e)
	}
	out("Binary\n")
	for e := range in.Pairs {
		out(" y%d\n", e)
	}
	for v, one := range in.Villages {
		if floors && one.Floor > 0 && one.Bonus > 0 {
			out(" z%d\n", v)
		}
	}
	out("End\n")
	return b.Flush()
}

func terms(name string, from, to int32) string {
	text := make([]byte, 0, 12*(to-from))
	for e := from; e < to; e++ {
		text = fmt.Appendf(text, " + %s%d", name, e)
		if (e-from)%8 == 7 {
			text = append(text, '\n')
		}
	}
	return string(text)
}

// WriteLP writes the assignment problem in CPLEX LP format.
func (a *Assignment) WriteLP(w io.Writer) error {
	b := bufio.NewWriterSize(w, 1<<16)
	out := func(format string, args ...any) { _, _ = fmt.Fprintf(b, format, args...) } // the buffer keeps the first error for Flush
	if a.Minimise {
		out("Minimize\n obj:")
	} else {
		out("Maximize\n obj:")
	}
	each := func(write func(i, j int)) {
		for i := range a.Value {
			for j := range a.Value[i] {
				if a.Value[i][j] != Forbidden {
					write(i, j)
				}
			}
		}
	}
	each(func(i, j int) { out(" %+d x%d_%d\n", a.Value[i][j], i, j) })
	out("Subject To\n")
	for i := range a.Value {
		some := false
		for j := range a.Value[i] {
			if a.Value[i][j] == Forbidden {
				continue
			}
			if !some {
				out(" c%d:", i)
				some = true
			}
			out(" + %d x%d_%d\n", a.Weight[i][j], i, j)
		}
		if some {
			out(" <= %d\n", a.Capacity[i])
		}
	}
	sign := "<="
	if a.Exactly {
		sign = "="
	}
	for j := range a.Jobs() {
		some := false
		for i := range a.Value {
			if a.Value[i][j] == Forbidden {
				continue
			}
			if !some {
				out(" j%d:", j)
				some = true
			}
			out(" + x%d_%d\n", i, j)
		}
		if some {
			out(" %s 1\n", sign)
		}
	}
	out("Binary\n")
	each(func(i, j int) { out(" x%d_%d\n", i, j) })
	out("End\n")
	return b.Flush()
}
