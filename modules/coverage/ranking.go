package coverage

import (
	"context"
	"time"

	"gotong/modules/domain"
	"gotong/modules/kit/apperr"
	"gotong/modules/kit/store"
)

// Ranked is an open need of which something is uncovered, with what its rank is made of.
type Ranked struct {
	Title      string            `json:"title"`
	Village    domain.RegionCode `json:"village"`
	Category   domain.CategoryID `json:"category"`
	Unit       domain.UnitID     `json:"unit"`
	Needed     int64             `json:"needed"`
	Uncovered  int64             `json:"uncovered"`
	Households int64             `json:"households"`
	Weight     int64             `json:"weight"`  // thousandths
	Urgency    int64             `json:"urgency"` // thousandths
	Score      int64             `json:"score"`   // thousandths
	Since      time.Time         `json:"since"`
	Demo       bool              `json:"demo,omitempty"`
}

func rankedOf(p Part) Ranked {
	return Ranked{
		Title: p.Title, Village: p.Village, Category: p.Category, Unit: p.Ledger.Unit, Needed: p.Ledger.Needed, Uncovered: p.Uncovered(), Households: p.Households,
		Weight: int64(p.Weight*1000 + 0.5), Urgency: int64(p.Urgency*1000 + 0.5), Score: p.Score(), Since: p.Since.UTC(), Demo: p.Demo,
	}
}

// Orders of the ranking; the first is the default.
const (
	OrderScore      = "priority"
	OrderOldest     = "oldest"
	OrderHouseholds = "households"
)

// Orders lists them.
var Orders = []string{OrderScore, OrderOldest, OrderHouseholds}

const listOldest = OrderOldest

func rankKey(region domain.RegionCode, category string) store.Key {
	return store.KeyOf(string(region), category)
}

func rankDefinition() store.Definition[Ranked] {
	keys := func(_ string, r Ranked) []store.Key {
		categories := []string{string(r.Category)}
		if c, ok := domain.Taxonomy().Category(r.Category); ok && c.Parent != "" {
			categories = append(categories, c.Parent)
		}
		return store.Combinations(r.Village.Path(), categories)
	}
	// The age breaks ties: SortInt keeps its order as text, so that one follows the other.
	return store.Definition[Ranked]{
		Name: "uncovered_needs", Schema: 1,
		Lists: []store.List[Ranked]{
			{Name: OrderScore, Keys: keys, Sort: func(_ string, r Ranked) string { return store.SortInt(-r.Score) + store.SortTime(r.Since) }},
			{Name: OrderOldest, Keys: keys, Sort: func(_ string, r Ranked) string { return store.SortTime(r.Since) }},
			{Name: OrderHouseholds, Keys: keys, Sort: func(_ string, r Ranked) string { return store.SortInt(-r.Households) + store.SortTime(r.Since) }},
		},
	}
}

// rank writes where a need stands now, or takes it out.
func (s *Service) rank(ctx context.Context, p Part) error {
	if p.Uncovered() == 0 {
		return s.unrank(ctx, p.Need)
	}
	want := rankedOf(p)
	for range 5 {
		doc, err := s.ranked.Get(ctx, string(p.Need))
		switch {
		case apperr.Is(err, apperr.NotFound):
			_, err = s.ranked.Insert(ctx, string(p.Need), want, store.Change{Action: "uncovered.ranked"})
		case err == nil && doc.Body == want:
			return nil
		case err == nil:
			_, err = s.ranked.Replace(ctx, doc, want, store.Change{Action: "uncovered.ranked"})
		}
		if !apperr.Is(err, apperr.Conflict) {
			return err
		}
	}
	return apperr.New(apperr.Unavailable, "error.unavailable")
}

func (s *Service) unrank(ctx context.Context, id domain.NeedID) error {
	doc, err := s.ranked.Get(ctx, string(id))
	if err == nil {
		err = s.ranked.Delete(ctx, doc, store.Change{Action: "uncovered.covered"})
	}
	if apperr.Is(err, apperr.NotFound) {
		return nil
	}
	return err
}

// Filter narrows the ranking.
type Filter struct {
	Region   domain.RegionCode
	Category string // a category or a group of them
	Order    string
	Cursor   string
	Limit    int
}

// Uncovered lists open needs of which something is uncovered, by rank. BadRequest for a cursor of another list.
func (s *Service) Uncovered(ctx context.Context, f Filter) (store.Page[Ranked], error) {
	list := OrderScore
	if f.Order == OrderOldest || f.Order == OrderHouseholds {
		list = f.Order
	}
	if f.Limit == 0 {
		f.Limit = 20
	}
	return s.ranked.List(ctx, store.Query{List: list, Key: rankKey(f.Region, f.Category), Cursor: f.Cursor, Limit: f.Limit})
}
