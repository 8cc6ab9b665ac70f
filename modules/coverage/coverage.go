// Package coverage adds up what villages need and what of it is committed, delivered and confirmed, for every region
// and category, and ranks what nobody covers. It owns nothing but sums: each is recounted from what it is made of, a
// village's from its needs, a larger region's from those inside it, so that a repeat or a late follower does no harm.
package coverage

import (
	"cmp"
	"slices"
	"time"

	"gotong/modules/domain"
)

// Part is what one need contributes. A need has a part from its first verification on; what is closed keeps only what
// was committed.
type Part struct {
	Need       domain.NeedID
	Title      string
	Village    domain.RegionCode
	Category   domain.CategoryID
	Ledger     domain.Ledger
	Open       bool      // verified, commitments can be made
	Since      time.Time // the public first saw it
	Households int64
	Urgency    float64 // in [0.5, 1.5]
	Weight     float64 // of the village's deprivation, in [1, 3]
	Demo       bool
}

// Uncovered is what an open need still waits for; 0 for one that is not open.
func (p Part) Uncovered() int64 {
	if !p.Open {
		return 0
	}
	return p.Ledger.Uncovered()
}

// Share is the uncovered share of what is needed, 0 to 1.
func (p Part) Share() float64 {
	if p.Ledger.Needed <= 0 {
		return 0
	}
	return float64(p.Uncovered()) / float64(p.Ledger.Needed)
}

// Score ranks what nobody covers, in thousandths: deprivation weight × urgency × uncovered share, at most 4500.
func (p Part) Score() int64 { return int64(p.Weight*p.Urgency*p.Share()*1000 + 0.5) }

// Levels counts needs by how far a layer covers them.
type Levels struct {
	None     int64 `json:"none"`
	Partial  int64 `json:"partial"`
	Complete int64 `json:"complete"`
}

func levels(part, needed int64) Levels {
	switch domain.LevelOf(part, needed) {
	case domain.LevelNone:
		return Levels{None: 1}
	case domain.LevelPartial:
		return Levels{Partial: 1}
	}
	return Levels{Complete: 1}
}

func (l Levels) plus(o Levels) Levels {
	return Levels{l.None + o.None, l.Partial + o.Partial, l.Complete + o.Complete}
}

// Level of many needs: complete where each is, none where none has anything.
func (l Levels) Level() domain.Level {
	switch {
	case l.None == 0 && l.Partial == 0 && l.Complete > 0:
		return domain.LevelComplete
	case l.Partial == 0 && l.Complete == 0:
		return domain.LevelNone
	}
	return domain.LevelPartial
}

// Sum adds up needs of one category in one unit; demonstration apart. Summed over categories it has neither, and no
// quantities, since units are never mixed.
type Sum struct {
	Category domain.CategoryID `json:"category,omitempty"`
	Unit     domain.UnitID     `json:"unit,omitempty"`
	Demo     bool              `json:"demo,omitempty"`

	Needs     int64 `json:"needs"`
	Needed    int64 `json:"needed"`
	Committed int64 `json:"committed"`
	Delivered int64 `json:"delivered"`
	Confirmed int64 `json:"confirmed"`
	domain.Graded
	Promised Levels `json:"promised"`
	Given    Levels `json:"given"`
	Done     Levels `json:"done"`

	Waiting int64     `json:"waiting"` // open needs of which something is uncovered
	Alone   int64     `json:"alone"`   // of those: nobody committed anything
	Oldest  time.Time `json:"oldest"`  // since when the longest of them waits
	Score   int64     `json:"score"`   // theirs together, in thousandths
}

// Uncovered is what of the needed quantity nobody committed.
func (s Sum) Uncovered() int64 { return max(0, s.Needed-s.Committed) }

// Sum of one part.
func (p Part) Sum() Sum {
	l := p.Ledger
	if l.Needed == 0 { // withdrawn, or planned, before anybody committed
		return Sum{Category: p.Category, Unit: l.Unit, Demo: p.Demo}
	}
	s := Sum{
		Category: p.Category, Unit: l.Unit, Demo: p.Demo, Needs: 1, Needed: l.Needed, Committed: l.Committed, Delivered: l.Delivered, Confirmed: l.Confirmed, Graded: l.Graded,
		Promised: levels(l.Committed, l.Needed), Given: levels(l.Delivered, l.Needed), Done: levels(l.Confirmed, l.Needed),
	}
	if p.Uncovered() > 0 {
		s.Waiting, s.Oldest, s.Score = 1, p.Since.UTC(), p.Score()
		if l.Committed == 0 {
			s.Alone = 1
		}
	}
	return s
}

func (s Sum) plus(o Sum) Sum {
	s.Needs += o.Needs
	s.Needed += o.Needed
	s.Committed += o.Committed
	s.Delivered += o.Delivered
	s.Confirmed += o.Confirmed
	s.Graded = s.Graded.Plus(o.Graded)
	s.Promised, s.Given, s.Done = s.Promised.plus(o.Promised), s.Given.plus(o.Given), s.Done.plus(o.Done)
	s.Waiting += o.Waiting
	s.Alone += o.Alone
	s.Score += o.Score
	if s.Oldest.IsZero() || !o.Oldest.IsZero() && o.Oldest.Before(s.Oldest) {
		s.Oldest = o.Oldest
	}
	return s
}

// Add folds sums into one for each category, unit and demonstration, in their order.
func Add(lists ...[]Sum) []Sum {
	type key struct {
		category domain.CategoryID
		unit     domain.UnitID
		demo     bool
	}
	at := map[key]int{}
	var out []Sum
	for _, list := range lists {
		for _, s := range list {
			k := key{s.Category, s.Unit, s.Demo}
			if i, ok := at[k]; ok {
				out[i] = out[i].plus(s)
				continue
			}
			at[k] = len(out)
			out = append(out, s)
		}
	}
	slices.SortFunc(out, func(a, b Sum) int {
		return cmp.Or(cmp.Compare(a.Category, b.Category), cmp.Compare(a.Unit, b.Unit), boolOrder(a.Demo)-boolOrder(b.Demo))
	})
	return out
}

func boolOrder(b bool) int {
	if b {
		return 1
	}
	return 0
}

// Total counts the needs of all categories, those of one group of them, or those of one; demonstration apart.
func Total(sums []Sum, category string, demo bool) Sum {
	t := Sum{Demo: demo}
	for _, s := range sums {
		if s.Demo != demo || !under(s.Category, category) {
			continue
		}
		s.Needed, s.Committed, s.Delivered, s.Confirmed, s.Graded = 0, 0, 0, 0, domain.Graded{}
		t = t.plus(s)
	}
	return t
}

// under tells whether a category is that one or of that group; "" is all.
func under(id domain.CategoryID, category string) bool {
	if category == "" || string(id) == category {
		return true
	}
	c, ok := domain.Taxonomy().Category(id)
	return ok && c.Parent == category
}

// Cell is a region's sums as they are kept. Inside are the regions one level below that have any.
type Cell struct {
	N      int64               `json:"n"` // counts the changes
	Inside []domain.RegionCode `json:"inside,omitempty"`
	Sums   []Sum               `json:"sums,omitempty"`
}
