package initiatives

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"gotong/modules/domain"
	"gotong/modules/kit/apperr"
	"gotong/modules/kit/store"
)

// situation is a state with what came before, where that matters.
type situation struct {
	state    State
	office   bool // the secretariat suspended it
	appealed bool
}

func (s situation) name() string {
	return fmt.Sprintf("%s office=%t appealed=%t", s.state, s.office, s.appealed)
}

func (s situation) initiative() Initiative {
	i := in(s.state)
	at := time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)
	i.Budget = []BudgetLine{{Item: "Tandon", Source: SourceOwn, Amount: 1}}
	i.Round, i.DraftedAt, i.SubmittedAt = 1, at, at
	switch s.state {
	case Suspended:
		i.History = []Move{{Step: Step{At: at, By: "owner", Office: s.office}, Action: ActionSuspend, From: Running, To: Suspended}}
	case Rejected:
		i.History = []Move{{Step: Step{At: at, By: "another"}, Action: ActionReject, From: UnderReview, To: Rejected}}
		if s.appealed {
			i.Appeal = &Appeal{Reason: "lihat lagi", At: at}
		}
	}
	return i
}

// to says where an action leads from a situation, by workflow.md section 3; "" where it refuses.
func (s situation) to(a Action) State {
	table := map[State]map[Action]State{
		Draft:         {ActionSubmit: Submitted},
		Submitted:     {ActionTakeBack: Draft, ActionReview: UnderReview, ActionRevise: NeedsRevision},
		UnderReview:   {ActionRevise: NeedsRevision, ActionApprove: Approved, ActionReject: Rejected},
		NeedsRevision: {ActionSubmit: Submitted},
		Approved:      {ActionPublish: Published},
		Published:     {ActionStart: Running, ActionWithdraw: Withdrawn, ActionSuspend: Suspended},
		Running:       {ActionSuspend: Suspended, ActionComplete: Completed},
		Suspended:     {ActionResume: Running, ActionCancel: Cancelled},
		Completed:     {ActionReopen: Running, ActionEvaluate: Evaluated},
		Evaluated:     {ActionArchive: Archived},
		Rejected:      {ActionAppeal: Rejected},
	}
	if s.appealed {
		table[Rejected] = map[Action]State{ActionUphold: Submitted, ActionDismiss: Rejected}
	}
	return table[s.state][a]
}

// may says whether an actor may do an action at all, and if not, in which words it is refused.
func may(actor string, a Action) (bool, string) {
	switch a {
	case ActionReview, ActionRevise, ActionApprove, ActionReject, ActionReopen, ActionArchive, ActionUphold, ActionDismiss:
		switch actor {
		case "secretariat":
			return true, ""
		case "ownsecretariat":
			return false, "initiatives.refuse.own"
		}
		return false, "initiatives.refuse.not_secretariat"
	case ActionSuspend, ActionResume:
		switch actor {
		case "owner", "secretariat":
			return true, ""
		case "ownsecretariat":
			return false, "initiatives.refuse.own"
		}
		return false, "initiatives.refuse.not_secretariat"
	case ActionEvaluate:
		return actor == "evaluator", "initiatives.refuse.not_evaluator"
	}
	return actor == "owner", "initiatives.refuse.not_owner"
}

// sees says whether an actor knows that it is there.
func (s situation) sees(actor string) bool {
	switch {
	case slices.Contains(PublicStates, s.state):
		return true
	case strings.Contains(" owner editor viewer secretariat ownsecretariat auditor ", " "+actor+" "):
		return true
	}
	return actor == "ani" && slices.Contains([]State{UnderReview, NeedsRevision, Approved, Rejected}, s.state)
}

// TestEveryStateMeetsEveryActionOfEveryActor: 16 situations × 18 actions × 12 actors, each answered as workflow.md says,
// in the words that say why, and nothing is changed by a refusal.
func TestEveryStateMeetsEveryActionOfEveryActor(t *testing.T) {
	p := open(t)
	actors := []string{"", "member", "rival", "viewer", "editor", "owner", "ani", "partner", "evaluator", "secretariat", "ownsecretariat", "auditor"}
	actions := []Action{ActionSubmit, ActionTakeBack, ActionReview, ActionRevise, ActionApprove, ActionReject, ActionPublish, ActionStart, ActionWithdraw, ActionSuspend,
		ActionResume, ActionCancel, ActionComplete, ActionReopen, ActionEvaluate, ActionArchive, ActionAppeal, ActionUphold, ActionDismiss}
	situations := []situation{{state: Suspended, office: true}, {state: Rejected, appealed: true}}
	for _, s := range States {
		situations = append(situations, situation{state: s})
	}
	var items []store.Item[Initiative]
	id := func(s, a, w int) string { return fmt.Sprintf("case-%d-%d-%d", s, a, w) }
	for s := range situations {
		for a := range actions {
			for w := range actors {
				items = append(items, store.Item[Initiative]{ID: id(s, a, w), Body: situations[s].initiative()})
			}
		}
	}
	if err := p.Service.Seed(t.Context(), items); err != nil {
		t.Fatal(err)
	}
	for s, situation := range situations {
		for a, action := range actions {
			for w, actor := range actors {
				p.meets(t, situation, action, actor, domain.InitiativeID(id(s, a, w)))
			}
		}
	}
}

func (p *portal) meets(t *testing.T, s situation, a Action, actor string, id domain.InitiativeID) {
	t.Helper()
	r := Request{Actor: people[actor], Operation: op(), ID: id, Reason: "alasan", Until: domain.DateOf(p.clock.Now().AddDate(1, 0, 0))}
	var err error
	if a == ActionSubmit {
		_, err = p.Service.Submit(t.Context(), r, papers())
	} else {
		_, err = p.Service.Decide(t.Context(), r, Decision{Action: a, Begin: Begin{WorkPlan: "rencana", Assignment: "SK 1"}})
	}
	doc, readErr := p.Service.Get(t.Context(), id)
	if readErr != nil {
		t.Fatal(readErr)
	}
	name := fmt.Sprintf("%s by %q in %s", a, actor, s.name())
	refused := func(kind apperr.Kind, key string) {
		t.Helper()
		var e *apperr.Error
		if !errors.As(err, &e) || e.Kind != kind || e.Msg.Key != key {
			t.Errorf("%s: %v, want kind %d %s", name, err, kind, key)
		}
		if doc.Body.State() != s.state || doc.Version != 1 {
			t.Errorf("%s was refused and is now %s", name, doc.Body.State())
		}
		if key != "" && !p.bundle.Localizer("id").Has(key) {
			t.Errorf("%s is refused without words: %s", name, key)
		}
	}
	allowed, words := may(actor, a)
	switch to := s.to(a); {
	case !s.sees(actor):
		refused(apperr.NotFound, "error.not_found.text")
	case !allowed:
		refused(apperr.Forbidden, words)
	case a == ActionResume && to != "" && s.office != (actor == "secretariat"):
		refused(apperr.Forbidden, "initiatives.refuse.who_suspended")
	case to == "":
		refused(apperr.Conflict, "initiatives.refuse."+string(a))
	case err != nil || doc.Body.State() != to:
		t.Errorf("%s: %v, now %s, want %s", name, err, doc.Body.State(), to)
	default:
		last := doc.Body.History[len(doc.Body.History)-1]
		if last.Action != a || last.From != s.state || last.To != to || last.By != people[actor].Account || last.At.IsZero() {
			t.Errorf("%s is not recorded: %+v", name, last)
		}
	}
}
