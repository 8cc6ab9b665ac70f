package gap

import (
	"math/rand/v2"
	"testing"
)

// TestKnapsackIsExact: whatever the last question needed, the value is that of the plain table, and the marked jobs have it and fit.
func TestKnapsackIsExact(t *testing.T) {
	rng := rand.New(rand.NewPCG(5, 5))
	var k knapsack
	for question := range 4_000 {
		most, jobs, heavy := int64(120), 60, int64(30)
		if question%4 == 3 { // few of many densities matter
			most, jobs, heavy = 1_500, 150, 100
		}
		room := 1 + rng.Int64N(most)
		k.profit, k.weight = k.profit[:0], nil
		for range 1 + rng.IntN(jobs) {
			w := rng.Int64N(heavy)
			k.weight, k.profit = append(k.weight, w), append(k.profit, w*40+rng.Int64N(200)-60)
		}
		got := k.solve(room)
		value, weight := int64(0), int64(0)
		for j, taken := range k.take {
			if taken {
				value, weight = value+k.profit[j], weight+k.weight[j]
			}
		}
		if want := plain(k.profit, k.weight, room, -1, false); got != want || value != want || weight > room {
			t.Fatalf("question %d: %d, marked %d of weight %d in %d, the table gives %d", question, got, value, weight, room, want)
		}
	}
}

// plain is the textbook's table, with job forced taken or left unless it is -1; never is worth less than anything.
func plain(profit, weight []int64, room int64, forced int, taken bool) int64 {
	value := make([]int64, room+1)
	for j, w := range weight {
		for c := room; c >= w && j != forced; c-- {
			value[c] = max(value[c], value[c-w]+profit[j])
		}
	}
	if forced >= 0 && taken {
		if weight[forced] > room {
			return -never / 4
		}
		return value[room-weight[forced]] + profit[forced]
	}
	return value[room]
}

// TestSettlingIsExact: up to the limit, what is said of each pair is the bound with the pair forced; beyond, no more than that.
func TestSettlingIsExact(t *testing.T) {
	rng := rand.New(rand.NewPCG(6, 6))
	var f fixer
	for question := range 300 {
		m, n := 2+rng.IntN(3), 4+rng.IntN(25)
		p := &problem{id: make([]int32, n), rows: make([]row, m)}
		u := make([]int64, n)
		for j := range u {
			u[j] = (20 + rng.Int64N(60)) * scale
		}
		for i := range p.rows {
			p.room = append(p.room, 5+rng.Int64N(60))
			for j := range n {
				p.rows[i].add(int32(j), rng.Int64N(80), rng.Int64N(20))
			}
		}
		forced := func(i, k int) int64 {
			bound := int64(0)
			for _, x := range u {
				bound += x
			}
			for a := range p.rows {
				profit := make([]int64, n)
				for j := range profit {
					profit[j] = u[j] - p.rows[a].cost[j]*scale
				}
				bound -= plain(profit, p.rows[a].weight, p.room[a], k, a == i)
			}
			return bound
		}
		all := f.weigh(p, u, never/2)
		for _, limit := range []int64{never / 2, all + 30*scale, all + 5*scale, all} {
			if got := f.weigh(p, u, limit); got != all {
				t.Fatalf("question %d: the bound is %d and %d", question, all, got)
			}
			for i := range p.rows {
				for k := range n {
					want, got := min(forced(i, k), never/8), min(f.in[i][k], never/8)
					loose := f.agents[i].density == 0 // says no more than that none is displaced
					if got > max(want, limit+1) || !loose && min(got, limit+1) < min(want, limit+1) && tight(&f) {
						t.Fatalf("question %d, limit %d: pair %d, %d is said to come to %d, it comes to %d", question, limit-all, i, k, got-all, want-all)
					}
				}
			}
		}
	}
}

// tight tells whether no agent can carry all that it gains from: of one that can, a further job's bound is not exact.
func tight(f *fixer) bool {
	for _, a := range f.agents {
		if a.density == 0 {
			return false
		}
	}
	return true
}
