package commitments

import (
	"context"
	"fmt"

	"gotong/modules/domain"
	"gotong/modules/kit/store"
)

// Check recounts every account from the commitments and says what does not add up: a limit that is exceeded, a
// quantity that is not held or held for nothing, sums that differ, marks twice as old as pendingAge. Commitments that change
// while it runs may show up wrongly: run it again before acting on its words.
func (s *Service) Check(ctx context.Context) ([]string, error) {
	type sum struct {
		kept int64
		Tally
	}
	ended := map[string]sum{}
	open := map[string]map[domain.CommitmentID]Commitment{}
	marked := map[domain.CommitmentID]bool{}
	numbers, links := map[domain.CommitmentID]map[int]bool{}, map[string]domain.CommitmentID{}
	var problems []string
	say := func(format string, args ...any) { problems = append(problems, fmt.Sprintf(format, args...)) }
	err := s.records.Each(ctx, func(doc store.Doc[Commitment]) error {
		c, id := doc.Body, domain.CommitmentID(doc.ID)
		if c.Pending != nil {
			marked[id] = true
			if s.clock.Now().Sub(c.Pending.Since) >= 2*pendingAge {
				say("commitment %s: its acceptance is pending since %s", id, c.Pending.Since)
			}
		}
		c.checkMore(id, say)
		for i, ref := range c.Links {
			links[ref.ID] = id
			if c.answeredVia(i + 1) {
				if numbers[id] == nil {
					numbers[id] = map[int]bool{}
				}
				numbers[id][i+1] = true
			}
		}
		if !c.Accepted() {
			return nil
		}
		for _, key := range []string{needAccount(c.Need), offerAccount(c.Offer)} {
			if c.State.Reserves() {
				if open[key] == nil {
					open[key] = map[domain.CommitmentID]Commitment{}
				}
				open[key][id] = c
				continue
			}
			t := ended[key]
			ended[key] = sum{t.kept + c.Kept(), t.plus(c.Tally())}
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	seen := map[string]bool{}
	err = s.accounts.Each(ctx, func(doc store.Doc[Account]) error {
		a, key := doc.Body, doc.ID
		seen[key] = true
		if used := a.Used(); used > a.Limit {
			say("account %s: %d used of %d", key, used, a.Limit)
		}
		for id, h := range a.Holds {
			c, ok := open[key][id]
			switch {
			case !ok && !marked[id]:
				say("account %s: holds %d for %s, which reserves nothing", key, h.Quantity, id)
			case ok && h.Quantity != c.Quantity:
				say("account %s: holds %d for %s, which is %d", key, h.Quantity, id, c.Quantity)
			case ok && a.Kind == accountNeed && h.Tally != c.Tally():
				say("account %s: %s has delivered %+v, noted %+v", key, id, c.Tally(), h.Tally)
			}
		}
		for id := range open[key] {
			if _, held := a.Holds[id]; !held {
				say("account %s: does not hold %s", key, id)
			}
		}
		want := ended[key]
		if a.Settled != want.kept {
			say("account %s: settled %d, the ended commitments kept %d", key, a.Settled, want.kept)
		}
		if a.Kind == accountNeed && a.Tally != want.Tally {
			say("account %s: settled deliveries %+v; the ended commitments have %+v", key, a.Tally, want.Tally)
		}
		return nil
	})
	for key := range open {
		if !seen[key] {
			say("account %s: is missing", key)
		}
	}
	if err != nil {
		return problems, err
	}
	return problems, s.checkLinks(ctx, numbers, links, say)
}
