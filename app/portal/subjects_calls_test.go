package portal_test

import (
	"time"

	"gotong/app/embedded/oidc"
	"gotong/modules/calls"
	"gotong/modules/domain"
	"gotong/modules/kit/store"
)

func callContent(title, tail string, deadline time.Time) calls.Content {
	return calls.Content{
		Title: title + tail, Theme: "Air." + tail, Summary: "Ringkasan." + tail, SummaryEN: "Summary." + tail, Expected: "Dirawat warga." + tail,
		Categories: []domain.CategoryID{"clean-water-supply"}, Areas: []domain.RegionCode{"61.01"}, Contact: "Sekretariat" + tail, Zone: calls.WIB, Reviewers: 2, Spread: 20,
		Criteria: []calls.Criterion{{Name: "Sesuai" + tail, Guidance: "1 tidak, 5 ya." + tail, Weight: 60}, {Name: "Biaya" + tail, Guidance: "1 mahal, 5 wajar." + tail, Weight: 40}},
		Deadline: deadline, QuestionsUntil: deadline.Add(-time.Hour), DecideBy: domain.DateOf(deadline.AddDate(0, 1, 0)),
	}
}

// released makes a call and has somebody of the secretariat release it.
func (s *scenery) released(maker string, organization domain.OrganizationID, content calls.Content) domain.CallID {
	s.t.Helper()
	service := s.house().Calls.Service
	doc, err := service.Create(s.ctx, s.who(maker), s.op(), organization, content)
	s.must(err)
	id := domain.CallID(doc.ID)
	_, err = service.Decide(s.ctx, calls.Request{Actor: s.who(maker), Operation: s.op(), ID: id}, calls.Decision{Action: calls.ActionAsk})
	s.must(err)
	_, err = service.Decide(s.ctx, calls.Request{Actor: s.who("sekretariat-2"), Operation: s.op(), ID: id}, calls.Decision{Action: calls.ActionRelease})
	s.must(err)
	return id
}

// makeCalls makes the university's calls in each state: the first three through the service, what the clock brings by
// planting.
func (s *scenery) makeCalls() {
	s.calls = map[string]domain.CallID{}
	service, owner, second := s.house().Calls.Service, s.who("univ-pengelola"), s.who("sekretariat-2")
	made := func(name string, id string) domain.CallID {
		s.calls[name] = domain.CallID(id)
		s.named("call", name)
		return domain.CallID(id)
	}
	decide := func(actor domain.Actor, id domain.CallID, a calls.Action) {
		_, err := service.Decide(s.ctx, calls.Request{Actor: actor, Operation: s.op(), ID: id, Reason: "Alasan." + s.tail}, calls.Decision{Action: a})
		s.must(err)
	}
	for n, name := range []string{"draft", "asked", "open"} {
		doc, err := service.Create(s.ctx, owner, s.op(), oidc.OrgUniv, callContent("Panggilan "+name, s.tail, time.Now().AddDate(0, 0, 40)))
		s.must(err)
		id := made(name, doc.ID)
		if n > 0 {
			decide(owner, id, calls.ActionAsk)
		}
		if n > 1 {
			decide(second, id, calls.ActionRelease)
			s.must(service.AskQuestion(s.ctx, s.who("anggota"), s.op(), id, "Apakah talang termasuk?"+s.tail))
		}
	}
	var items []store.Item[calls.Call]
	for _, state := range []calls.State{calls.Closed, calls.UnderReview, calls.Decided, calls.Cancelled} {
		c := calls.Call{Content: callContent("Panggilan "+string(state), s.tail, time.Now().AddDate(0, 0, -9)), Organization: oidc.OrgUniv}
		c.Plan(state, time.Now().AddDate(0, 0, -40))
		items = append(items, store.Item[calls.Call]{ID: "matrix-call-" + string(state), Body: c})
		made(string(state), "matrix-call-"+string(state))
	}
	s.must(service.Seed(s.ctx, items))
}
