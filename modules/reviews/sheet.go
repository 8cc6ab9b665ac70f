package reviews

import (
	"cmp"
	"context"
	"math"
	"slices"

	"gotong/modules/domain"
)

// mostOfCall bounds the sheet of a call.
const mostOfCall = 500

// Line is one proposal on the sheet of its call. What the actor may not read yet is not in it.
type Line struct {
	Proposal  Proposal
	Open      bool // the reviews may be read
	In        int64
	Wanted    int64
	Points    float64
	Spread    float64
	Criteria  []float64 // means, in the order of the rules
	Approve   int64     // recommendations
	Below     []Criterion
	Recused   int64
	Rank      int64   // 0: not ranked
	TieBreak  int     // criterion that decided against the line above, 1 for the first; 0: none needed
	Equal     bool    // shares its rank with the line above
	Preferred float64 // what the line above had there
}

// Sheet is all proposals of a call side by side, ranked where their reviews may be read.
type Sheet struct {
	Call  CallBrief
	Lines []Line
	More  bool // than are shown
}

// round to a tenth of a point: what the page shows is what ranks.
func tenth(f float64) float64 { return math.Round(f*10) / 10 }

// SheetOf gives the sheet of a call to those who lead or watch over its reviews; to everybody else it is not there.
// Proposals to which the actor has a tie stand on it without their numbers.
func (s *Service) SheetOf(ctx context.Context, actor domain.Actor, id domain.CallID) (Sheet, error) {
	call, err := s.calls.Call(ctx, id)
	if err != nil {
		return Sheet{}, err
	}
	if !steers(actor, Proposal{Caller: call.Caller}) && !actor.Auditor() {
		return Sheet{}, absent()
	}
	sheet := Sheet{Call: call}
	cursor := ""
	for {
		list, next, err := s.proposals.OfCall(ctx, id, cursor, 100)
		if err != nil {
			return Sheet{}, err
		}
		for _, p := range list {
			if p.Round == 0 || p.State == "draft" {
				continue
			}
			line, err := s.line(ctx, actor, p, call.Rules)
			if err != nil {
				return Sheet{}, err
			}
			sheet.Lines = append(sheet.Lines, line)
		}
		if cursor = next; cursor == "" {
			break
		}
		if len(sheet.Lines) >= mostOfCall {
			sheet.More = true
			break
		}
	}
	rank(call.Rules, sheet.Lines)
	return sheet, nil
}

func (s *Service) line(ctx context.Context, actor domain.Actor, p Proposal, rules Rules) (Line, error) {
	l := Line{Proposal: p, Wanted: rules.Reviewers}
	doc, err := s.of(ctx, p)
	if err != nil {
		if isAbsent(err) {
			return l, nil
		}
		return l, err
	}
	in, err := s.in(ctx, p.ID, p.Round)
	if err != nil {
		return l, err
	}
	process := doc.Body
	l.In, l.Recused, l.Wanted = int64(len(in)), process.Recusals(), process.Rules.Reviewers
	if tiedByPlace(actor, p) || len(Readable(actor, p, process, in)) < len(in) || !process.Complete(in) {
		return l, nil
	}
	l.Open, l.Wanted = true, process.Wanted(in)
	l.Points, l.Spread, l.Below = tenth(Mean(process.Rules, in)), tenth(Spread(process.Rules, in)), Below(process.Rules, in)
	for _, c := range rules.Criteria {
		l.Criteria = append(l.Criteria, tenth(MeanOf(c, in)))
	}
	for _, r := range in {
		if r.Recommendation == "approve" {
			l.Approve++
		}
	}
	return l, nil
}

// byWeight gives the criteria's places, heaviest first.
func byWeight(rules Rules) []int {
	order := make([]int, len(rules.Criteria))
	for n := range order {
		order[n] = n
	}
	slices.SortStableFunc(order, func(a, b int) int { return cmp.Compare(rules.Criteria[b].Weight, rules.Criteria[a].Weight) })
	return order
}

// rank orders the lines: by points; where these are the same, by the criterion that weighs most, then the next; where
// all are the same, they share the rank. A line with a criterion below its minimum comes after all others, unranked.
// What may not be read yet comes last, in the order of its submission.
func rank(rules Rules, lines []Line) {
	order := byWeight(rules)
	compare := func(a, b Line) (result, at int) {
		if c := cmp.Compare(b.Points, a.Points); c != 0 {
			return c, 0
		}
		for _, n := range order {
			if n < len(a.Criteria) && n < len(b.Criteria) {
				if c := cmp.Compare(b.Criteria[n], a.Criteria[n]); c != 0 {
					return c, n + 1
				}
			}
		}
		return 0, 0
	}
	group := func(l Line) int {
		switch {
		case !l.Open:
			return 2
		case len(l.Below) > 0:
			return 1
		}
		return 0
	}
	slices.SortStableFunc(lines, func(a, b Line) int {
		if c := cmp.Compare(group(a), group(b)); c != 0 {
			return c
		}
		if group(a) == 2 {
			return a.Proposal.Since.Compare(b.Proposal.Since)
		}
		c, _ := compare(a, b)
		return c
	})
	var above *Line
	for n := range lines {
		l := &lines[n]
		if group(*l) != 0 {
			continue
		}
		l.Rank = int64(n + 1)
		if above != nil {
			switch c, at := compare(*above, *l); {
			case c == 0:
				l.Rank, l.Equal = above.Rank, true
			case at > 0:
				l.TieBreak, l.Preferred = at, above.Criteria[at-1]
			}
		}
		above = l
	}
}
