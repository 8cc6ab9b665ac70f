package portal_test

import (
	"gotong/modules/matching"
	"gotong/modules/matching/plan"
	"gotong/modules/matching/plans"
)

// makePlans has an allocation plan searched, twice, and shares one. Nothing works beside the requests here, so the search is told
// to stop before it begins: it ends with the first plan that it finds, not after ten seconds.
func (s *scenery) makePlans() {
	service, secretary := s.house().Plans.Service, s.who("sekretariat-2")
	s.must(s.BuildMatching(s.ctx))
	s.plans = map[string]string{}
	for _, name := range []string{"own", "shared"} {
		id, err := service.Make(s.ctx, secretary, s.op(), plans.Plan{
			Title: "Rencana " + name + s.tail, Scope: matching.Scope{Region: "61.01", Demo: true}, Seconds: plans.Times[0], Seed: 1,
			Policy: plans.Policy{Floor: plan.FloorLexicographic, Deprivation: plans.Plain, Urgency: true},
		})
		s.must(err)
		s.must(service.Stop(s.ctx, secretary, s.op(), id))
		if did, err := service.Work(s.ctx); !did || err != nil {
			s.t.Fatalf("no plan was searched: %v", err)
		}
		s.plans[name] = id
		s.named("plan", name)
	}
	s.must(service.Share(s.ctx, secretary, s.op(), s.plans["shared"], true))
}
