package needs

import (
	"context"
	"errors"
	"slices"
	"time"

	"gotong/modules/domain"
	"gotong/modules/kit/apperr"
	"gotong/modules/kit/store"
)

const (
	// MaxSet is how many needs one verification may hold.
	MaxSet = 40
	// UndoTime is how long a verification of many can be taken back as a whole.
	UndoTime = 30 * time.Minute
)

// Outcome is what became of one need of a set.
type Outcome string

// Outcomes; "" while it is still to be tried.
const (
	OutcomeVerified Outcome = "verified"
	OutcomeRefused  Outcome = "refused"
	OutcomeUndone   Outcome = "undone"
	OutcomeKept     Outcome = "kept" // not taken back: somebody committed to it, or it moved on
)

// SetItem is one need of a set with its outcome; Why is the locale key of a refusal, Field where it lies.
type SetItem struct {
	Need    domain.NeedID `json:"need"`
	Outcome Outcome       `json:"outcome,omitempty"`
	Why     string        `json:"why,omitempty"`
	Field   string        `json:"field,omitempty"`
}

// Set is a verification of many needs under one checklist, with one undo.
type Set struct {
	By     domain.AccountID `json:"by"`
	At     time.Time        `json:"at"`
	List   Checklist        `json:"list"`
	Items  []SetItem        `json:"items"`
	Undone time.Time        `json:"undone,omitzero"`
}

// SetDoc is a stored set.
type SetDoc = store.Doc[Set]

func (x Set) unfinished() bool {
	return slices.ContainsFunc(x.Items, func(i SetItem) bool {
		return i.Outcome == "" || i.Outcome == OutcomeVerified && !x.Undone.IsZero()
	})
}

// Undoable tells whether the set can still be taken back.
func (x Set) Undoable(now time.Time) bool {
	return x.Undone.IsZero() && now.Sub(x.At) <= UndoTime && slices.ContainsFunc(x.Items, func(i SetItem) bool { return i.Outcome == OutcomeVerified })
}

// VerifySet verifies many needs with a checklist that holds for all of them. Each is held against its own rules as if
// it stood alone; one that cannot pass stays as it is, with its reason in the set. A repeat of the form meets its own
// set and goes on where it stopped. Invalid where a question is not answered, none or too many are chosen; Forbidden
// without a mandate.
func (s *Service) VerifySet(ctx context.Context, actor domain.Actor, op store.Operation, ids []domain.NeedID, list Checklist) (SetDoc, error) {
	if !actor.HasMandate(domain.MandateAreaVerifier) {
		return SetDoc{}, apperr.New(apperr.Forbidden, "needs.refuse.not_verifier")
	}
	var f apperr.Fields
	f.Check(len(ids) > 0, "need", "needs.error.none_chosen")
	f.Check(len(ids) <= MaxSet, "need", "needs.error.too_many", "max", MaxSet)
	for _, q := range CheckQuestions {
		f.Check(list.Answers[q], "check_"+string(q), "needs.error.check")
	}
	checkPersonal(&f, "note", list.Note)
	if err := f.Err(); err != nil {
		return SetDoc{}, err
	}
	set := Set{By: actor.Account, At: s.clock.Now(), List: list}
	for _, id := range ids {
		if !slices.ContainsFunc(set.Items, func(i SetItem) bool { return i.Need == id }) {
			set.Items = append(set.Items, SetItem{Need: id})
		}
	}
	doc, err := s.sets.Insert(ctx, actor.NewID(op), set, actor.Change("need.verification-of-many", "", op))
	if err != nil {
		return SetDoc{}, err
	}
	return s.eachItem(ctx, doc, "need.verification-of-many-done", func(i *SetItem) error {
		if i.Outcome != "" {
			return nil
		}
		return i.judge(s.verifyOne(ctx, actor, doc, *i), OutcomeVerified, OutcomeRefused)
	})
}

// judge notes an outcome; only a failure of the database comes back.
func (i *SetItem) judge(err error, done, refused Outcome) error {
	if err == nil {
		i.Outcome = done
		return nil
	}
	var e *apperr.Error
	if !errors.As(err, &e) || e.Kind == apperr.Unavailable {
		return err
	}
	i.Outcome, i.Why = refused, e.Msg.Key
	if len(e.Fields) > 0 {
		i.Field, i.Why = e.Fields[0].Name, e.Fields[0].Message.Key
	}
	return nil
}

// eachItem runs fn for every item and stores what came of them.
func (s *Service) eachItem(ctx context.Context, doc SetDoc, action string, fn func(*SetItem) error) (SetDoc, error) {
	set := doc.Body
	set.Items = slices.Clone(set.Items)
	for i := range set.Items {
		if err := fn(&set.Items[i]); err != nil {
			return SetDoc{}, err
		}
	}
	if slices.Equal(set.Items, doc.Body.Items) {
		return doc, nil
	}
	written, err := s.sets.Replace(ctx, doc, set, store.Change{Action: action, Actor: string(set.By)})
	if apperr.Is(err, apperr.Conflict) { // the same form twice: what the other noted is the same
		return s.sets.Get(ctx, doc.ID)
	}
	return written, err
}

func setOperation(set SetDoc, id domain.NeedID) string { return set.ID + "/" + string(id) }

// verifyOne begins and verifies one need in one write, under its own rules: rights, state, completeness, minutes.
func (s *Service) verifyOne(ctx context.Context, actor domain.Actor, set SetDoc, i SetItem) error {
	r := Request{Actor: actor, Operation: store.Operation{ID: setOperation(set, i.Need), Digest: set.ID}, ID: i.Need}
	doc, done, err := s.begin(ctx, r)
	if err != nil || done {
		return err
	}
	n := doc.Body
	mandate, stead, err := s.Mandate(ctx, actor, n)
	if err != nil {
		return err
	}
	minutes, err := s.HasMinutes(ctx, i.Need)
	if err != nil {
		return err
	}
	step := s.step(r, mandate.Organization)
	step.Mandate, step.Stead = mandate.Region, stead
	if n.Can(ActionBegin) {
		if err := n.Begin(step); err != nil {
			return err
		}
	}
	if !n.Can(ActionVerify) {
		return refuse(ActionVerify)
	}
	if err := n.Complete(minutes); err != nil {
		return err
	}
	if n.WantedBy <= domain.DateOf(step.At) {
		return apperr.InvalidFields([]apperr.Field{{Name: "wanted_by", Message: apperr.Msg("needs.error.past")}})
	}
	if err := n.Verify(step, set.Body.List); err != nil {
		return err
	}
	_, err = s.write(ctx, doc, n, past[ActionVerify], r, mandate.Organization)
	return err
}

// VerifiedSet gives a set of one's own. NotFound for another's.
func (s *Service) VerifiedSet(ctx context.Context, actor domain.Actor, id string) (SetDoc, error) {
	doc, err := s.sets.Get(ctx, id)
	if err == nil && doc.Body.By != actor.Account {
		return SetDoc{}, apperr.New(apperr.NotFound, "error.not_found.text")
	}
	return doc, err
}

// LastSet gives the actor's newest set where it can still be taken back.
func (s *Service) LastSet(ctx context.Context, actor domain.Actor) (SetDoc, bool, error) {
	page, err := s.sets.List(ctx, store.Query{List: listOwned, Key: store.KeyOf(string(actor.Account)), Limit: 1})
	if err != nil || len(page.Items) == 0 {
		return SetDoc{}, false, err
	}
	return page.Items[0], page.Items[0].Body.Undoable(s.clock.Now()), nil
}

// UndoSet takes back a whole set: every need that it verified and that nobody committed to since is in verification
// again. NotFound for another's set, Conflict after UndoTime.
func (s *Service) UndoSet(ctx context.Context, actor domain.Actor, op store.Operation, id string) (SetDoc, error) {
	doc, err := s.VerifiedSet(ctx, actor, id)
	if err != nil {
		return SetDoc{}, err
	}
	if doc.Body.Undone.IsZero() {
		if !doc.Body.Undoable(s.clock.Now()) {
			return SetDoc{}, apperr.New(apperr.Conflict, "needs.refuse.undo_late")
		}
		set := doc.Body
		set.Undone = s.clock.Now()
		if doc, err = s.sets.Replace(ctx, doc, set, actor.Change("need.verification-of-many-undone", "", op)); err != nil {
			return SetDoc{}, err
		}
	}
	return s.undo(ctx, doc)
}

// undo takes back what a set that is marked as undone verified; it may be repeated.
func (s *Service) undo(ctx context.Context, set SetDoc) (SetDoc, error) {
	return s.eachItem(ctx, set, "need.verification-of-many-undone", func(i *SetItem) error {
		if i.Outcome != OutcomeVerified {
			return nil
		}
		back, err := s.undoOne(ctx, set, i.Need)
		if err == nil && !back {
			i.Outcome, i.Why = OutcomeKept, "needs.refuse.committed"
			return nil
		}
		return i.judge(err, OutcomeUndone, OutcomeKept)
	})
}

func (s *Service) undoOne(ctx context.Context, set SetDoc, id domain.NeedID) (back bool, err error) {
	doc, err := s.records.Get(ctx, string(id))
	if err != nil {
		return false, err
	}
	undo := setOperation(set, id) + "/undo"
	if !doc.Body.Did(undo) {
		n := doc.Body
		if n.State() != Verified || len(n.History) == 0 {
			return false, apperr.New(apperr.Conflict, "needs.refuse.moved_on")
		}
		last := n.History[len(n.History)-1]
		step := Step{At: s.clock.Now(), By: set.Body.By, Organization: last.Organization, Operation: undo, Mandate: last.Mandate, Stead: last.Stead}
		if err := n.Intend(Pending{Step: step, Action: ActionUnverify, Undoes: setOperation(set, id)}); err != nil {
			return false, err
		}
		change := store.Change{Action: "need.limit-lowering", Actor: string(set.Body.By), Organization: string(last.Organization), Operation: store.Operation{ID: undo, Digest: set.ID}}
		if doc, err = s.records.Replace(ctx, doc, n, change); err != nil {
			return false, err
		}
	}
	doc, err = s.settle(ctx, doc)
	return doc.Body.State() == InVerification, err
}

// FinishSets ends sets that a crash left half done: what was to be taken back is, and what was not tried says so. It
// gives how many it finished.
func (s *Service) FinishSets(ctx context.Context) (int, error) {
	page, err := s.sets.List(ctx, store.Query{List: listMarked, Limit: 100})
	if err != nil {
		return 0, err
	}
	done := 0
	for _, doc := range page.Items {
		if s.clock.Now().Sub(doc.Changed) < settleAfter {
			continue
		}
		doc, err = s.eachItem(ctx, doc, "need.verification-of-many-done", func(i *SetItem) error {
			if i.Outcome != "" {
				return nil
			}
			n, err := s.records.Get(ctx, string(i.Need))
			if err == nil && n.Body.Did(setOperation(doc, i.Need)) {
				i.Outcome = OutcomeVerified
				return nil
			}
			if err == nil {
				err = apperr.New(apperr.Conflict, "needs.refuse.interrupted")
			}
			return i.judge(err, OutcomeVerified, OutcomeRefused)
		})
		if err == nil && !doc.Body.Undone.IsZero() {
			_, err = s.undo(ctx, doc)
		}
		if err != nil {
			return done, err
		}
		done++
	}
	return done, nil
}
