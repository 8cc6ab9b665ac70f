package needs

import (
	"cmp"
	"context"
	"errors"
	"slices"
	"strings"

	"gotong/modules/domain"
	"gotong/modules/kit/apperr"
	"gotong/modules/kit/store"
)

// Filter is what the public list asks for.
type Filter struct {
	Q        string
	Region   domain.RegionCode
	Category string // a category or a group of them
	Status   State
	Sort     string // newest (default), oldest, wanted-by; not with Q, which sorts by fit
	Cursor   string
	Limit    int
}

// Public lists what anyone may see: from the store, or with words from search under the same filters.
func (s *Service) Public(ctx context.Context, f Filter) (store.Page[Need], error) {
	if f.Limit == 0 {
		f.Limit = 20
	}
	if f.Q != "" {
		return s.found(ctx, f)
	}
	list := listNewest
	switch f.Sort {
	case "oldest":
		list = listOldest
	case "wanted-by":
		list = listWanted
	}
	key := store.KeyOf(string(f.Region), f.Category, string(f.Status))
	return s.records.List(ctx, store.Query{List: list, Key: key, Cursor: f.Cursor, Limit: f.Limit})
}

func (s *Service) found(ctx context.Context, f Filter) (store.Page[Need], error) {
	filters := map[string]string{}
	for name, v := range map[string]string{"region": string(f.Region), "category": f.Category, "status": string(f.Status)} {
		if v != "" {
			filters[name] = v
		}
	}
	ids, next, err := s.finder.Find(ctx, f.Q, filters, f.Cursor, f.Limit)
	if err != nil {
		return store.Page[Need]{}, err
	}
	docs, err := s.records.GetMany(ctx, ids)
	if err != nil {
		return store.Page[Need]{}, err
	}
	page := store.Page[Need]{Next: next}
	for _, id := range ids {
		if doc, ok := docs[id]; ok && doc.Body.Public() { // the index may lag behind
			page.Items = append(page.Items, doc)
		}
	}
	return page, nil
}

// OfOrganization lists an organisation's needs newest first: all of them for its people, else the public ones.
func (s *Service) OfOrganization(ctx context.Context, actor domain.Actor, id domain.OrganizationID, state State, limit int) ([]Doc, error) {
	return s.owned(ctx, actor, "o:"+string(id), state, limit)
}

// OfVillage lists a village's needs newest first, those that the actor may see.
func (s *Service) OfVillage(ctx context.Context, actor domain.Actor, village domain.RegionCode, state State, limit int) ([]Doc, error) {
	return s.owned(ctx, actor, "v:"+string(village), state, limit)
}

func (s *Service) owned(ctx context.Context, actor domain.Actor, owner string, state State, limit int) ([]Doc, error) {
	var out []Doc
	cursor := ""
	for {
		page, err := s.records.List(ctx, store.Query{List: listOwned, Key: store.KeyOf(owner, string(state)), Cursor: cursor, Limit: 100})
		if err != nil {
			return nil, err
		}
		for _, doc := range page.Items {
			if CanView(actor, doc.Body) {
				if out = append(out, doc); len(out) >= limit {
					return out, nil
				}
			}
		}
		if cursor = page.Next; cursor == "" {
			return out, nil
		}
	}
}

// Waiting lists what waits for the actor's decision in the areas of the mandates, oldest first. Needs that the village
// has yet to adopt, and those that another verifier decides on, are left out.
func (s *Service) Waiting(ctx context.Context, actor domain.Actor, limit int) ([]Doc, error) {
	var out []Doc
	for _, m := range actor.Mandates {
		if m.Kind != domain.MandateAreaVerifier || m.Region == "" {
			continue
		}
		if err := s.waitingIn(ctx, actor, m.Region, limit, &out); err != nil {
			return nil, err
		}
	}
	slices.SortFunc(out, func(a, b Doc) int {
		return cmp.Or(a.Body.SubmittedAt.Compare(b.Body.SubmittedAt), strings.Compare(a.ID, b.ID))
	})
	out = slices.CompactFunc(out, func(a, b Doc) bool { return a.ID == b.ID })
	return out[:min(limit, len(out))], nil
}

func (s *Service) waitingIn(ctx context.Context, actor domain.Actor, region domain.RegionCode, limit int, out *[]Doc) error {
	cursor, found := "", 0
	elsewhere := map[domain.RegionCode]bool{} // villages whose district has a verifier of its own
	for {
		page, err := s.records.List(ctx, store.Query{List: listWaiting, Key: store.KeyOf(string(region)), Cursor: cursor, Limit: 100})
		if err != nil {
			return err
		}
		for _, doc := range page.Items {
			n := doc.Body
			if n.AwaitsAdoption() || n.Adoption == AdoptionDeclined || elsewhere[n.Village] {
				continue
			}
			_, _, err := s.Mandate(ctx, actor, n)
			if apperr.Is(err, apperr.Forbidden) {
				elsewhere[n.Village] = elsewhere[n.Village] || isRefusal(err, "needs.refuse.district_has_verifier")
				continue
			}
			if err != nil {
				return err
			}
			*out = append(*out, doc)
			if found++; found >= limit {
				return nil
			}
		}
		if cursor = page.Next; cursor == "" {
			return nil
		}
	}
}

func isRefusal(err error, key string) bool {
	var e *apperr.Error
	return errors.As(err, &e) && e.Msg.Key == key
}

// Similar lists needs of the same village that may be the same thing: same category, or a title much alike. Ended ones
// and those that the actor may not see are left out.
func (s *Service) Similar(ctx context.Context, actor domain.Actor, village domain.RegionCode, category domain.CategoryID, title, except string) ([]Doc, error) {
	if village.Level() != domain.LevelVillage {
		return nil, nil
	}
	all, err := s.OfVillage(ctx, actor, village, "", 300)
	if err != nil {
		return nil, err
	}
	var out []Doc
	for _, doc := range all {
		n := doc.Body
		switch n.State() {
		case Rejected, Withdrawn, Expired, Evaluated:
			continue
		}
		if doc.ID == except || !near(n, category, title) {
			continue
		}
		if out = append(out, doc); len(out) == 5 {
			break
		}
	}
	return out, nil
}

// near tells whether a need may be the same thing: the same category, one of the same group with some of the words, or
// most of the words.
func near(n Need, category domain.CategoryID, title string) bool {
	if n.Category == category {
		return true
	}
	least := 0.5
	a, _ := domain.Taxonomy().Category(n.Category)
	if b, ok := domain.Taxonomy().Category(category); ok && a.Parent == b.Parent {
		least = 0.3
	}
	return alike(n.Title, title) >= least
}

// alike compares two texts by their shared trigrams (Dice), 0 to 1.
func alike(a, b string) float64 {
	x, y := trigrams(a), trigrams(b)
	if len(x) == 0 || len(y) == 0 {
		return 0
	}
	shared := 0
	for t := range x {
		if y[t] {
			shared++
		}
	}
	return 2 * float64(shared) / float64(len(x)+len(y))
}

func trigrams(s string) map[string]bool {
	out := map[string]bool{}
	r := []rune("  " + strings.ToLower(strings.Join(strings.Fields(s), " ")) + " ")
	for i := 0; i+3 <= len(r) && len(r) > 3; i++ {
		out[string(r[i:i+3])] = true
	}
	return out
}
