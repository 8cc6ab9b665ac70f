package gap

import "slices"

// narrow searches among the jobs on which the agents agree least, about seven for each agent, where a question has many more. The others are fixed where the
// best assignment has them: the bound of what is left hardly rises by that, so that almost all that can be gained is still there, and knapsacks of seven jobs
// are packed in little time. It tells whether there was something to narrow.
func (r *run) narrow() bool {
	p := r.rest.p
	few := max(crowd*len(p.rows), 140)
	if few*len(p.rows) > large || p.jobs() < 2*few {
		return false
	}
	guide := make([]int, p.jobs())
	for k, j := range p.id {
		guide[k] = r.best[j]
	}
	d := newDescent(p, r.l.best, r.opt.Workers)
	for beat := r.cost - r.rest.base + 1; d.ascend(24, beat) && d.open > few; {
		d.fix(min(max(1, d.open/5), d.open-few), 6*little, guide, r.rng)
	}
	if d.open > few || r.stop() {
		return false
	}
	jobs := d.part.id
	d.part.id = every(d.open) // they are a question of their own
	opt := r.opt
	opt.TargetGap, opt.Progress = 0, nil // which are of the whole
	s := newRun(r.ctx, opt, r.a, d.part)
	s.start, s.rng, s.count, s.worth = r.start, r.rng, r.count, r.worth
	s.u, s.rest, s.l = slices.Clone(d.l.best), shape{p: d.part, u: slices.Clone(d.l.best)}, newLagrange(d.part, d.l.best, 0.3, opt.Workers)
	for _, j := range jobs {
		s.best = append(s.best, r.best[j])
	}
	s.cost = s.price(s.best)
	before := s.cost
	if r.opt.Progress != nil {
		s.opt.Progress = func(Progress) {
			r.count, r.ahead = s.count, before-s.cost
			r.report()
		}
	}
	s.climb(30, 1)
	s.shrink()
	s.rounds(patient)
	r.count, r.ahead = s.count, 0
	if s.cost < before {
		for k, j := range jobs {
			r.best[j] = s.best[k]
		}
		r.cost -= before - s.cost
		r.quiet = 0
		r.polish()
	}
	return true
}

const (
	crowd   = 7  // jobs for each agent that a search is narrowed to
	patient = 60 // rounds without a better assignment after which others are chosen
)
