package solve

// favour gives a village that has much less than the prices promise what it would choose at them; others make room and look for another
// place. What a plan lacks to the bound lies in few villages, often in large needs that no chain from elsewhere reaches.
func (s *search) favour() (float64, bool) {
	vil := &s.md.villages[s.poor[s.rng.IntN(len(s.poor))]]
	from, to := s.md.first[vil.first], s.md.first[vil.behind]
	delta := 0.0
	for e := from; e < to; e++ {
		if s.x[e] > s.wish[e] {
			delta += s.set(e, s.wish[e])
		}
	}
	for e := from; e < to; e++ {
		if x := min(s.wish[e], s.demand(e)); x > s.x[e] {
			s.seen[e] = s.now
			delta += s.set(e, x)
			delta += s.repair(s.md.edges[e].i, e)
		}
	}
	return s.settle(delta, moved)
}

// compare finds the villages that have less than they would choose at the prices. A village comes up to 20 times, by what it lacks.
func (s *search) compare() {
	s.poor = s.poor[:0]
	lack := make([]float64, len(s.md.villages))
	sum, n := 0.0, 0
	for v := range lack {
		if lack[v] = s.lack(v); lack[v] > 0.1 {
			sum += lack[v]
			n++
		}
	}
	for v, lost := range lack {
		if lost > 0.1 {
			for range int(min(20, 1+2*lost*float64(n)/sum)) {
				s.poor = append(s.poor, int32(v))
			}
		}
	}
}

// lack is what a village would gain, at the prices, with what it would choose.
func (s *search) lack(v int) float64 {
	vil := &s.md.villages[v]
	lost := 0.0
	var wished int64
	for e := s.md.first[vil.first]; e < s.md.first[vil.behind]; e++ {
		if s.wish[e] > 0 {
			lost += s.worth(e, s.wish[e])
			wished += int64(s.wish[e])
		}
		if s.x[e] > 0 {
			lost -= s.worth(e, s.x[e])
		}
	}
	if vil.floor > 0 && wished >= vil.floor {
		lost += vil.bonus
	}
	if vil.floor > 0 && s.served[v] >= vil.floor {
		lost -= vil.bonus
	}
	return lost
}
