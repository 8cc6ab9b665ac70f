package plans

import (
	"context"
	"math"
	"runtime"
	"time"

	"gotong/modules/kit/apperr"
	"gotong/modules/kit/store"
	"gotong/modules/matching/plan"
	"gotong/modules/matching/plan/answer"
	"gotong/modules/matching/plan/solve"
)

// workEvery is how often the job looks for plans that another replica took in, and sayEvery how often it says how far it is and
// looks whether people want it to stop.
const (
	workEvery = 2 * time.Second
	sayEvery  = 500 * time.Millisecond
)

// Run searches what is asked for, one plan after another, on one replica at a time, until ctx ends. A search that a crash
// broke off begins anew.
func (s *Service) Run(ctx context.Context) error {
	return s.db.Lease(ctx, "plans", func(ctx context.Context) error {
		for {
			did, err := s.Work(ctx)
			if err != nil && ctx.Err() == nil {
				s.log.WarnContext(ctx, "a plan is not searched, trying again", "error", err)
			}
			if did && err == nil {
				continue
			}
			select {
			case <-ctx.Done():
				return ctx.Err()
			case <-s.wake:
			case <-time.After(workEvery):
			}
		}
	})
}

// Work searches the plan that waits longest; false where none waits.
func (s *Service) Work(ctx context.Context) (bool, error) {
	page, err := s.records.List(ctx, store.Query{List: listWork, Key: store.KeyOf(""), Limit: 1})
	if err != nil || len(page.Items) == 0 {
		return false, err
	}
	return true, s.search(ctx, page.Items[0])
}

func (s *Service) search(ctx context.Context, doc Doc) error {
	if doc.Body.State == Waiting {
		p := doc.Body
		if err := p.move(Running); err != nil {
			return err
		}
		var err error
		if doc, err = s.records.Replace(ctx, doc, p, store.Change{Action: "plan.begun"}); err != nil {
			return err
		}
	}
	report, prices, err := s.solve(ctx, doc)
	switch {
	case ctx.Err() != nil:
		return ctx.Err() // another replica begins anew
	case apperr.Is(err, apperr.Unavailable):
		return err
	case err != nil:
		s.log.ErrorContext(ctx, "a plan is given up", "plan", doc.ID, "error", err)
		return s.end(ctx, doc.ID, func(p *Plan) error {
			p.Fault = "plans.fault.failed"
			return p.move(Failed)
		})
	}
	if err := s.put(ctx, resultKey(doc.ID), report.Result); err != nil {
		return err
	}
	if prices != nil {
		if err := s.prices.Put(ctx, doc.ID, *prices, kept); err != nil {
			return err
		}
	}
	return s.end(ctx, doc.ID, func(p *Plan) error {
		p.Summary = report.Summary()
		if p.Stop {
			return p.move(Stopped)
		}
		return p.move(Done)
	})
}

// end stores how a search ended; people may have asked to stop it meanwhile.
func (s *Service) end(ctx context.Context, id string, fn func(*Plan) error) error {
	for {
		doc, err := s.records.Get(ctx, id)
		if err != nil {
			return err
		}
		p := doc.Body
		if err := fn(&p); err != nil {
			return err
		}
		p.Ended = s.clock.Now()
		if _, err = s.records.Replace(ctx, doc, p, store.Change{Action: "plan.ended"}); !apperr.Is(err, apperr.Conflict) {
			return err
		}
	}
}

// solve reads the question and searches, with half of the processors so that pages stay quick. Where floors count, a second, shorter
// search without them tells what they cost.
func (s *Service) solve(ctx context.Context, doc Doc) (*Report, *solve.Warm, error) {
	p := doc.Body
	var market Market
	if err := s.get(ctx, marketKey(doc.ID), &market); err != nil {
		return nil, nil, err
	}
	in, err := plan.Read(market.Instance)
	if err != nil {
		return nil, nil, err
	}
	opt := solve.Options{Time: time.Duration(p.Seconds) * time.Second, Seed: p.Seed, Workers: max(1, runtime.GOMAXPROCS(0)/2)}
	if s.steps > 0 {
		opt.Time, opt.Iterations = 0, s.steps
	}
	for _, f := range p.Fixed {
		opt.Fixed = append(opt.Fixed, solve.Fixed{I: string(f.Offer), N: string(f.Need), Units: f.Units})
	}
	if p.From != "" {
		if warm, err := s.prices.Get(ctx, p.From); err == nil {
			opt.Warm = &warm
		}
	}
	search, cancel := context.WithCancel(ctx)
	defer cancel()
	said := time.Time{}
	opt.Progress = func(at solve.Progress) {
		if time.Since(said) < sayEvery {
			return
		}
		said = time.Now()
		told := Progress{Objective: float64(at.Objective) / plan.Micro, Bound: float64(at.Bound) / plan.Micro, Seconds: at.Elapsed.Seconds()}
		if math.IsInf(told.Bound, 0) || at.Bound >= math.MaxInt64/2 {
			told.Bound = 0
		}
		if err := s.progress.Put(ctx, doc.ID, told, kept); err != nil {
			s.log.WarnContext(ctx, "a plan's progress is not noted", "error", err)
		}
		if now, err := s.records.Get(ctx, doc.ID); err == nil && now.Body.Stop {
			cancel()
		}
	}
	result, prices, err := answer.Solve(search, in, opt, s.version)
	if err != nil {
		return nil, nil, err
	}
	if p.Policy.Floor != plan.FloorOff && result.Objective != nil && (!p.Stop || result.Status != plan.StatusOptimal) && search.Err() == nil {
		opt.Time, opt.Iterations, opt.Progress, opt.Warm = opt.Time/4, opt.Iterations/4, nil, prices
		if result.Fairness.PriceOfFairness, err = priceOfFairness(search, in, result, opt); err != nil {
			return nil, nil, err
		}
	}
	return NewReport(&market, result), prices, nil
}

// priceOfFairness is how much less of value a plan has than one without floors, in percent: an estimate, since both are found by
// searching. nil where the other search finds nothing.
func priceOfFairness(ctx context.Context, in *plan.Instance, result *plan.Result, opt solve.Options) (*float64, error) {
	free := *in
	free.Floor = plan.FloorOff
	without, err := solve.Solve(ctx, &free, opt)
	if err != nil || !without.Feasible || without.Objective <= 0 {
		return nil, err
	}
	with := free.Objective(unitsOf(in, result)) // without the floors' own worth
	price := max(0, float64(without.Objective-with)/float64(without.Objective)*100)
	return &price, nil
}

// unitsOf gives a result's lines by pair.
func unitsOf(in *plan.Instance, result *plan.Result) []int32 {
	initiatives, needs := map[string]int32{}, map[string]int32{}
	for i := range in.Initiatives {
		initiatives[in.Initiatives[i].ID] = int32(i)
	}
	for j := range in.Needs {
		needs[in.Needs[j].ID] = int32(j)
	}
	units := make([]int32, len(in.Pairs))
	for _, a := range result.Allocations {
		if e, ok := in.PairOf(initiatives[a.I], needs[a.N]); ok {
			units[e] = int32(a.Units)
		}
	}
	return units
}
