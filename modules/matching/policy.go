package matching

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"gotong/modules/domain"
	"gotong/modules/kit/apperr"
	"gotong/modules/kit/store"
)

// Weighting is a version of the weights with why and by whom it was decided.
type Weighting struct {
	Weights Weights          `json:"weights"`
	Reason  string           `json:"reason"`
	By      domain.AccountID `json:"by,omitempty"`
	At      time.Time        `json:"at,omitzero"`
}

// weightsCollection is its collection, as the feed names it.
const weightsCollection = "matching_weights"

const (
	listVersions = "versions"
	maxReason    = 500
	wholeWeight  = 1000
	// previewNeeds is how many open needs a preview ranks anew.
	previewNeeds = 500
)

func weightingDefinition() store.Definition[Weighting] {
	return store.Definition[Weighting]{Name: weightsCollection, Lists: []store.List[Weighting]{{
		Name: listVersions, Descending: true, Sort: func(_ string, w Weighting) string { return store.SortInt(int64(w.Weights.Version)) },
	}}}
}

// Validate checks weights that are to be decided: whole thousandths that add up to one. Error: Invalid by field.
func (w *Weighting) Validate() error {
	var f apperr.Fields
	sum := 0
	for k, v := range w.Weights.list() {
		sum += v
		f.Check(v >= 0 && v <= wholeWeight, PartNames[k], "matching.error.weight", "max", wholeWeight)
	}
	f.Check(sum == wholeWeight, PartNames[0], "matching.error.sum", "sum", sum, "whole", wholeWeight)
	f.Check(strings.TrimSpace(w.Reason) != "", "reason", "matching.error.reason")
	f.Check(utf8.RuneCountInString(w.Reason) <= maxReason, "reason", "matching.error.long", "max", maxReason)
	f.Check(len(domain.FindPersonalNumbers(w.Reason)) == 0, "reason", "matching.error.personal")
	return f.Err()
}

func weightingID(version int) string { return fmt.Sprintf("v%04d", version) }

// Weightings gives the versions of the weights, the newest first; the last is the one that the portal comes with.
func (s *Service) Weightings(ctx context.Context, cursor string, limit int) (list []Weighting, next string, err error) {
	page, err := s.weightings.List(ctx, store.Query{List: listVersions, Cursor: cursor, Limit: limit})
	for _, doc := range page.Items {
		list = append(list, doc.Body)
	}
	if err == nil && page.Next == "" {
		list = append(list, Weighting{Weights: DefaultWeights})
	}
	return list, page.Next, err
}

// reweigh takes over the weights in force.
func (s *Service) reweigh(ctx context.Context) error {
	list, _, err := s.Weightings(ctx, "", 1)
	if err == nil {
		s.index.SetWeights(list[0].Weights)
	}
	return err
}

// Decide puts new weights in force, as the version after the one that was read. Forbidden unless of the secretariat; Invalid by
// field; Conflict where somebody else decided meanwhile.
func (s *Service) Decide(ctx context.Context, actor domain.Actor, op store.Operation, read int, w Weighting) error {
	if !actor.Secretariat() {
		return apperr.New(apperr.Forbidden, "error.forbidden")
	}
	if err := w.Validate(); err != nil {
		return err
	}
	if read > DefaultWeights.Version {
		if _, err := s.weightings.Get(ctx, weightingID(read)); err != nil {
			return err
		}
	}
	w.Weights.Version, w.By, w.At = read+1, actor.Account, s.clock.Now()
	change := actor.Change("matching.weights-decided", "", op)
	change.Reason = w.Reason
	if _, err := s.weightings.Insert(ctx, weightingID(w.Weights.Version), w, change); err != nil {
		return err
	}
	return s.reweigh(ctx) // here at once, on other replicas through the feed
}

// Moved is a need whose best initiative, or the word for it, other weights would change.
type Moved struct {
	Need     Need
	From, To Match
}

// Moves says what other weights would do to the open needs that were looked at.
type Moves struct {
	Needs  int // that were ranked both ways
	All    int // open needs
	Firsts int // another initiative comes first
	Words  int // the first one stays, its word changes
	List   []Moved
}

// Preview ranks open needs by the weights in force and by others, and tells what moves; first those whose first changes, at most
// most of them. Invalid by field.
func (s *Service) Preview(w Weighting, most int) (Moves, error) {
	var m Moves
	if err := w.Validate(); err != nil {
		return m, err
	}
	today, now := domain.DateOf(s.clock.Now()), s.Weights()
	ids := s.index.within(Scope{})
	ids = append(ids, s.index.within(Scope{Demo: true})...)
	m.All = len(ids)
	for _, id := range ids[:min(previewNeeds, len(ids))] {
		before, ok := s.index.rank(now, id, today, 1)
		after, still := s.index.rank(w.Weights, id, today, 1)
		if !ok || !still || len(before.Fits) == 0 || len(after.Fits) == 0 {
			continue
		}
		m.Needs++
		from, to := before.Fits[0], after.Fits[0]
		switch {
		case from.Initiative.ID != to.Initiative.ID:
			m.Firsts++
		case Word(from.Result.Total) != Word(to.Result.Total):
			m.Words++
		default:
			continue
		}
		m.List = append(m.List, Moved{from.Need, from, to})
	}
	slices.SortStableFunc(m.List, func(a, b Moved) int {
		other := func(v Moved) int {
			if v.From.Initiative.ID != v.To.Initiative.ID {
				return 0
			}
			return 1
		}
		return cmp.Or(cmp.Compare(other(a), other(b)), cmp.Compare(a.Need.ID, b.Need.ID))
	})
	m.List = m.List[:min(most, len(m.List))]
	return m, nil
}
