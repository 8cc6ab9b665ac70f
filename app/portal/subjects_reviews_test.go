package portal_test

import (
	"gotong/modules/domain"
	"gotong/modules/initiatives"
	"gotong/modules/reviews"
)

var judges = []string{"penelaah-kabupaten", "penelaah-balitbang"}

// takeUp passes an initiative on after its check, to two reviewers who opened it.
func (s *scenery) takeUp(id domain.InitiativeID) {
	s.t.Helper()
	service, office := s.house().Reviews.Service, s.who("sekretariat-2")
	check := reviews.Check{Passed: true, Answers: map[reviews.Item]reviews.Answer{}}
	for _, item := range reviews.Items {
		check.Answers[item] = reviews.Answer{OK: true}
	}
	s.must(service.CheckUp(s.ctx, office, s.op(), id, check, "", ""))
	var accounts []domain.AccountID
	for _, subject := range judges {
		accounts = append(accounts, s.as(subject).account)
	}
	s.must(service.Assign(s.ctx, office, s.op(), id, accounts))
	process, err := service.Process(s.ctx, id)
	s.must(err)
	for _, subject := range judges {
		_, err := service.Declare(s.ctx, s.who(subject), s.op(), process.ID, "")
		s.must(err)
	}
}

// judge writes both reviews and decides.
func (s *scenery) judge(id domain.InitiativeID, r initiatives.Request, action string) {
	s.t.Helper()
	service := s.house().Reviews.Service
	for _, subject := range judges {
		review := reviews.Review{Scores: map[string]reviews.Score{}, Recommendation: "approve", Words: "Layak." + s.tail}
		process, err := service.Process(s.ctx, id)
		s.must(err)
		for _, c := range process.Body.Rules.Criteria {
			review.Scores[c.ID] = reviews.Score{Value: 4, Reason: "Alasan." + s.tail}
		}
		s.must(service.Write(s.ctx, s.who(subject), s.op(), id, review))
	}
	s.must(service.Decide(s.ctx, reviews.Move{Actor: s.who("sekretariat-2"), Operation: r.Operation, ID: id, Action: action, Reason: r.Reason, Until: r.Until,
		Summary: "Putusan." + s.tail, SummaryEN: "Decision." + s.tail}))
}

func (s *scenery) processOf(name string) string {
	process, err := s.house().Reviews.Service.Process(s.ctx, s.works[name])
	s.must(err)
	return process.ID
}
