package calls

import (
	"slices"

	"gotong/modules/domain"
	"gotong/modules/kit/store"
)

// Names of the lists.
const (
	listLatest = "latest" // public, the furthest deadline first: open ones stand before what is over
	listEnding = "ending" // public, the nearest deadline first
	byRegion   = "-region"
	listOwned  = "owned"  // of an organisation, drafts too; "" the secretariat's
	listDesk   = "desk"   // tasks of desks
	listClock  = "clock"  // open, by deadline
	listMarked = "marked" // what the reconciler has to finish
	keyWithin  = "r"      // an area lies in this region
	keyExactly = "x"      // an area is exactly this region
	secretary  = "*"      // the secretariat as owner, in keys
	ofCall     = "call"
)

func definition() store.Definition[Call] {
	deadline := func(_ string, c Call) string { return store.SortTime(c.Deadline) }
	return store.Definition[Call]{Name: "calls", Lists: []store.List[Call]{
		{Name: listLatest, Descending: true, Keys: publicKeys, Sort: deadline},
		{Name: listEnding, Keys: publicKeys, Sort: deadline},
		{Name: listLatest + byRegion, Descending: true, Keys: regionKeys, Sort: deadline},
		{Name: listEnding + byRegion, Keys: regionKeys, Sort: deadline},
		{Name: listOwned, Descending: true, Sort: func(_ string, c Call) string { return store.SortTime(c.DraftedAt) },
			Keys: func(_ string, c Call) []store.Key { return []store.Key{store.KeyOf(ownerKey(c))} }},
		{Name: listDesk, Keys: deskKeys, Sort: func(_ string, c Call) string { return store.SortTime(since(c)) }},
		{Name: listClock, Sort: deadline, Keys: func(_ string, c Call) []store.Key {
			if c.State() != Open {
				return nil
			}
			return []store.Key{""}
		}},
		{Name: listMarked, Sort: func(id string, _ Call) string { return store.SortText(id) }, Keys: func(_ string, c Call) []store.Key {
			if !c.SnapshotDue && !c.NotTold() {
				return nil
			}
			return []store.Key{""}
		}},
	}}
}

func ownerKey(c Call) string {
	if c.Organization == "" {
		return secretary
	}
	return string(c.Organization)
}

// publicKeys: state × category or group, each or any: at most 2 × 11.
func publicKeys(_ string, c Call) []store.Key {
	if !c.Public() {
		return nil
	}
	return store.Combinations([]string{string(c.State())}, categoryKeys(c))
}

func categoryKeys(c Call) []string {
	var out []string
	add := func(s string) {
		if s != "" && !slices.Contains(out, s) {
			out = append(out, s)
		}
	}
	for _, id := range c.Categories {
		add(string(id))
		if cat, ok := domain.Taxonomy().Category(id); ok {
			add(cat.Parent)
		}
	}
	return out
}

// regionKeys: every region above an area and every area itself: at most 6×4 + 6.
func regionKeys(_ string, c Call) []store.Key {
	if !c.Public() {
		return nil
	}
	var keys []store.Key
	add := func(k store.Key) {
		if !slices.Contains(keys, k) {
			keys = append(keys, k)
		}
	}
	for _, area := range c.Areas {
		for _, code := range area.Path() {
			add(store.KeyOf(keyWithin, code))
		}
		add(store.KeyOf(keyExactly, string(area)))
	}
	return keys
}

// regionQuery are the keys under which calls for a region are found: areas within it, and areas around it.
func regionQuery(region domain.RegionCode) []store.Key {
	keys := []store.Key{store.KeyOf(keyWithin, string(region))}
	for level := region.Level() - 1; level >= domain.LevelProvince; level-- {
		keys = append(keys, store.KeyOf(keyExactly, string(region.At(level))))
	}
	return keys
}

func questionDefinition() store.Definition[Question] {
	asked := func(_ string, q Question) string { return store.SortTime(q.At) }
	return store.Definition[Question]{Name: "call_questions", Lists: []store.List[Question]{
		{Name: ofCall, Sort: asked, Keys: func(_ string, q Question) []store.Key { return []store.Key{store.KeyOf(string(q.Call))} }},
		{Name: listDesk, Sort: asked, Keys: func(_ string, q Question) []store.Key {
			if q.Answer != "" {
				return nil
			}
			return []store.Key{store.KeyOf(q.owner())}
		}},
	}}
}

func entryDefinition() store.Definition[Entry] {
	entered := func(_ string, e Entry) string { return store.SortTime(e.At) }
	return store.Definition[Entry]{Name: "call_entries", Lists: []store.List[Entry]{
		{Name: ofCall, Sort: entered, Keys: func(_ string, e Entry) []store.Key { return []store.Key{store.KeyOf(string(e.Call))} }},
		{Name: listOwned, Sort: entered, Keys: func(_ string, e Entry) []store.Key { return []store.Key{store.KeyOf(string(e.Organization))} }},
		{Name: listDesk, Sort: func(_ string, e Entry) string { return store.SortTime(e.ToldAt) }, Keys: func(_ string, e Entry) []store.Key {
			if e.Told <= e.Seen {
				return nil
			}
			return []store.Key{store.KeyOf(string(e.Organization))}
		}},
	}}
}

func snapshotDefinition() store.Definition[SnapshotPage] {
	return store.Definition[SnapshotPage]{Name: "call_snapshots", Lists: []store.List[SnapshotPage]{
		{Name: ofCall, Sort: func(_ string, p SnapshotPage) string { return store.SortInt(p.Page) },
			Keys: func(_ string, p SnapshotPage) []store.Key { return []store.Key{store.KeyOf(string(p.Call))} }},
	}}
}
