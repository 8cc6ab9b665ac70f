package coverage

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"gotong/modules/domain"
	"gotong/modules/kit/store"
)

// CatchUp brings in what the follower has not seen yet. It may run beside the follower.
func (s *Service) CatchUp(ctx context.Context) error {
	built, err := s.ensureBuilt(ctx)
	if err != nil {
		return err
	}
	at, err := s.db.FollowerAt(ctx, follower)
	if err != nil {
		return err
	}
	counted := map[domain.RegionCode]int64{}
	for at = max(at, built); ; {
		entries, err := s.db.Feed().After(ctx, at, 200)
		if err != nil || len(entries) == 0 {
			return err
		}
		if err := s.apply(ctx, entries, counted); err != nil {
			return err
		}
		at = entries[len(entries)-1].Seq
	}
}

// Check recounts every sum and rank from the commitments and names each difference. What the follower has not seen yet
// is brought in before. Commitments that change while it runs may show up wrongly: run it again before acting on it.
func (s *Service) Check(ctx context.Context) ([]string, error) {
	if err := s.CatchUp(ctx); err != nil {
		return nil, err
	}
	var wrong []string
	say := func(format string, args ...any) { wrong = append(wrong, fmt.Sprintf(format, args...)) }
	ranks := map[string]Ranked{}
	want, err := count(func(fn func(Part) error) error { return s.needs.Recounted(ctx, fn) }, func(p Part) error {
		l := p.Ledger
		if l.Committed > l.Needed || l.Delivered > l.Committed || l.Confirmed > l.Delivered {
			say("need %s: needed %d, committed %d, delivered %d, confirmed %d", p.Need, l.Needed, l.Committed, l.Delivered, l.Confirmed)
		}
		for i, q := range domain.ByGrade(l.Delivered, l.Confirmed, l.Graded) {
			if q < 0 {
				say("need %s: %d %s", p.Need, q, domain.EvidenceGrades[i])
			}
		}
		if p.Uncovered() > 0 {
			ranks[string(p.Need)] = rankedOf(p)
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	known, err := s.known(ctx, "")
	if err != nil {
		return nil, err
	}
	for code := range want {
		if !slices.Contains(known, code) {
			known = append(known, code)
		}
	}
	slices.Sort(known)
	for _, code := range known {
		have, err := s.Cell(ctx, code)
		if err != nil {
			return nil, err
		}
		for _, d := range differences(have.Sums, want[code].Sums) {
			say("region %q: %s", string(code), d)
		}
	}
	err = s.ranked.Each(ctx, func(doc store.Doc[Ranked]) error {
		switch r, ok := ranks[doc.ID]; {
		case !ok:
			say("need %s: ranked as uncovered, and is not", doc.ID)
		case r != doc.Body:
			say("need %s: ranked as %+v, counted %+v", doc.ID, doc.Body, r)
		}
		delete(ranks, doc.ID)
		return nil
	})
	for id := range ranks {
		say("need %s: uncovered, and not ranked", id)
	}
	return wrong, err
}

// differences names the sums that are kept otherwise than counted.
func differences(have, want []Sum) []string {
	at := map[string]Sum{}
	name := func(s Sum) string {
		return strings.TrimSpace(string(s.Category) + " " + string(s.Unit) + map[bool]string{true: " demo"}[s.Demo])
	}
	for _, s := range have {
		at[name(s)] = s
	}
	var out []string
	for _, w := range want {
		h := at[name(w)]
		delete(at, name(w))
		if !h.Oldest.Equal(w.Oldest) || plain(h) != plain(w) {
			out = append(out, fmt.Sprintf("%s: kept %s, the commitments give %s", name(w), figures(h), figures(w)))
		}
	}
	for n, h := range at {
		if h.Needs > 0 {
			out = append(out, fmt.Sprintf("%s: kept %s, the commitments give nothing", n, figures(h)))
		}
	}
	slices.Sort(out)
	return out
}

func plain(s Sum) Sum {
	s.Category, s.Unit, s.Demo, s.Oldest = "", "", false, domain.Date("").Time()
	return s
}

func figures(s Sum) string {
	return fmt.Sprintf("%d needs: needed %d, committed %d, delivered %d, confirmed %d, by grade %v, %d uncovered (%d alone, score %d)",
		s.Needs, s.Needed, s.Committed, s.Delivered, s.Confirmed, domain.ByGrade(s.Delivered, s.Confirmed, s.Graded), s.Waiting, s.Alone, s.Score)
}
