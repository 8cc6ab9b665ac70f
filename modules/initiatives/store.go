package initiatives

import (
	"slices"

	"gotong/modules/domain"
	"gotong/modules/kit/store"
)

// Names of the lists. The public ones exist twice: by region, and by category.
const (
	listNewest   = "newest"
	listOldest   = "oldest"
	listEnding   = "ending"
	byCategory   = "-category"
	listOwned    = "owned"   // of an organisation, drafts too
	listPartner  = "partner" // of an organisation that is named as partner
	listTaken    = "taken"   // that an organisation took up
	listCaller   = "caller"  // that answer an organisation's calls
	listStage    = "stage"   // by state, oldest submission first: for secretariat and reviewers
	listDesk     = "desk"    // tasks of desks, by when they came
	listUsing    = "using"   // all with offers in a category, hidden ones too
	listMarked   = "marked"  // moves that wait for the accounts
	listCall     = "call"    // of a call, by state
	keyState     = "s"
	keyWithin    = "r" // an area lies in this region
	keyExactly   = "x" // an area is exactly this region
	versionsOf   = "initiative"
	versionsName = "initiative_versions"
)

func definition() store.Definition[Initiative] {
	published := func(_ string, i Initiative) string { return store.SortTime(i.PublishedAt) }
	ending := func(_ string, i Initiative) string { return store.SortText(string(i.Until)) }
	return store.Definition[Initiative]{
		Name: "initiatives", Schema: 1,
		Lists: []store.List[Initiative]{
			{Name: listNewest, Descending: true, Keys: regionKeys, Sort: published},
			{Name: listOldest, Keys: regionKeys, Sort: published},
			{Name: listEnding, Keys: regionKeys, Sort: ending},
			{Name: listNewest + byCategory, Descending: true, Keys: categoryKeys, Sort: published},
			{Name: listOldest + byCategory, Keys: categoryKeys, Sort: published},
			{Name: listEnding + byCategory, Keys: categoryKeys, Sort: ending},
			{Name: listOwned, Descending: true, Sort: func(_ string, i Initiative) string { return store.SortTime(i.DraftedAt) },
				Keys: func(_ string, i Initiative) []store.Key {
					return store.Combinations([]string{string(i.Organization)}, []string{string(i.State())})
				}},
			{Name: listPartner, Sort: func(id string, _ Initiative) string { return store.SortText(id) },
				Keys: func(_ string, i Initiative) []store.Key {
					var keys []store.Key
					for _, p := range i.Partners {
						if p.Organization != "" {
							keys = append(keys, store.KeyOf(string(p.Organization)))
						}
					}
					return keys
				}},
			{Name: listTaken, Sort: func(id string, _ Initiative) string { return store.SortText(id) },
				Keys: func(_ string, i Initiative) []store.Key {
					var keys []store.Key
					for _, t := range i.TakenUp {
						if k := store.KeyOf(string(t.Organization)); !slices.Contains(keys, k) {
							keys = append(keys, k)
						}
					}
					return keys
				}},
			{Name: listCaller, Sort: func(id string, _ Initiative) string { return store.SortText(id) },
				Keys: func(_ string, i Initiative) []store.Key {
					if i.Caller == "" {
						return nil
					}
					return []store.Key{store.KeyOf(string(i.Caller))}
				}},
			{Name: listCall, Sort: func(_ string, i Initiative) string { return store.SortTime(i.DraftedAt) },
				Keys: func(_ string, i Initiative) []store.Key {
					if i.Call == "" {
						return nil
					}
					return []store.Key{store.KeyOf(string(i.Call), ""), store.KeyOf(string(i.Call), string(i.State()))}
				}},
			{Name: listStage, Sort: func(_ string, i Initiative) string { return store.SortTime(i.SubmittedAt) },
				Keys: func(_ string, i Initiative) []store.Key { return []store.Key{store.KeyOf(string(i.State()))} }},
			{Name: listDesk, Keys: deskKeys, Sort: func(_ string, i Initiative) string { return store.SortTime(since(i)) }},
			{Name: listUsing, Sort: func(id string, _ Initiative) string { return store.SortText(id) }, Keys: func(_ string, i Initiative) []store.Key {
				var keys []store.Key
				for _, o := range i.Offers {
					if k := store.KeyOf(string(o.Category)); !slices.Contains(keys, k) {
						keys = append(keys, k)
					}
				}
				return keys
			}},
			{Name: listMarked, Sort: func(id string, _ Initiative) string { return store.SortText(id) },
				Keys: func(_ string, i Initiative) []store.Key {
					if i.Pending == nil && !i.LimitDue {
						return nil
					}
					return []store.Key{""}
				}},
		},
	}
}

// allAreas are the initiative's and its offers' areas, each once.
func allAreas(i Initiative) []domain.RegionCode {
	var out []domain.RegionCode
	add := func(codes []domain.RegionCode) {
		for _, c := range codes {
			if !slices.Contains(out, c) && len(out) < MaxAreas {
				out = append(out, c)
			}
		}
	}
	add(i.Areas)
	for _, o := range i.Offers {
		add(o.Areas)
	}
	return out
}

// regionKeys: state (any or one), every region above an area, every area itself: at most 2 + 6×4 + 6 = 32.
func regionKeys(_ string, i Initiative) []store.Key {
	if !slices.Contains(PublicStates, i.State()) {
		return nil
	}
	keys := []store.Key{"", store.KeyOf(keyState, string(i.State()))}
	add := func(k store.Key) {
		if !slices.Contains(keys, k) {
			keys = append(keys, k)
		}
	}
	for _, area := range allAreas(i) {
		for _, code := range area.Path() {
			add(store.KeyOf(keyWithin, code))
		}
		add(store.KeyOf(keyExactly, string(area)))
	}
	return keys
}

// categoryKeys: category or group × state, each or any: at most 11 × 2.
func categoryKeys(_ string, i Initiative) []store.Key {
	if !slices.Contains(PublicStates, i.State()) {
		return nil
	}
	return store.Combinations(categoriesOf(i), []string{string(i.State())})
}

func categoriesOf(i Initiative) []string {
	var out []string
	add := func(s string) {
		if s != "" && !slices.Contains(out, s) {
			out = append(out, s)
		}
	}
	for _, o := range i.Offers {
		add(string(o.Category))
		if cat, ok := domain.Taxonomy().Category(o.Category); ok {
			add(cat.Parent)
		}
	}
	return out
}

func versionDefinition() store.Definition[Version] {
	return store.Definition[Version]{Name: versionsName, Schema: 1, Lists: []store.List[Version]{
		{Name: versionsOf, Sort: func(_ string, v Version) string { return store.SortInt(v.Round) },
			Keys: func(_ string, v Version) []store.Key { return []store.Key{store.KeyOf(string(v.Initiative))} }},
	}}
}
