package needs

import (
	"slices"

	"gotong/modules/domain"
	"gotong/modules/kit/store"
)

// Collection is the needs' name in the feed.
const Collection = "needs"

// Names of the lists.
const (
	listNewest  = "newest"
	listOldest  = "oldest"
	listWanted  = "wanted-by"
	listOwned   = "owned"   // of an organisation ("o:"+id) or a village ("v:"+code), drafts too
	listWaiting = "waiting" // for a verifier, by region
	listDesk    = "desk"    // tasks of desks, by when they came
	listDue     = "due"     // those that the clock moves, earliest first
	listUsing   = "using"   // all of a category, hidden ones too
	listMarked  = "marked"  // moves that wait for the account
	listRemind  = "remind"  // those whose people are still to be reminded, earliest deadline first
	listSoon    = "soon"    // of an organisation or a village: those of which it was reminded
)

// definition declares the collection and every filter combination that a page offers.
func definition() store.Definition[Need] {
	return store.Definition[Need]{
		Name: Collection, Schema: 1,
		Lists: []store.List[Need]{
			{Name: listNewest, Descending: true, Keys: publicKeys, Sort: sortOpened},
			{Name: listOldest, Keys: publicKeys, Sort: sortOpened},
			{Name: listWanted, Keys: publicKeys, Sort: func(_ string, n Need) string { return store.SortText(string(n.WantedBy)) }},
			{Name: listOwned, Descending: true, Keys: ownedKeys, Sort: func(_ string, n Need) string { return store.SortTime(n.DeclaredAt) }},
			{Name: listDesk, Keys: deskKeys, Sort: func(_ string, n Need) string { return waitsSince(n) }},
			{Name: listWaiting, Keys: waitingKeys, Sort: func(_ string, n Need) string { return store.SortTime(n.SubmittedAt) }},
			{Name: listDue, Keys: dueKeys, Sort: func(_ string, n Need) string { return store.SortText(string(n.Deadline())) }},
			{Name: listRemind, Keys: remindKeys, Sort: func(_ string, n Need) string { return store.SortText(string(n.Deadline())) }},
			{Name: listSoon, Keys: soonKeys, Sort: func(_ string, n Need) string { return store.SortText(string(n.Deadline())) }},
			{Name: listUsing, Keys: func(_ string, n Need) []store.Key { return []store.Key{store.KeyOf(string(n.Category))} }, Sort: func(id string, _ Need) string { return store.SortText(id) }},
			{Name: listMarked, Keys: markedKeys, Sort: func(id string, _ Need) string { return store.SortText(id) }},
		},
	}
}

func sortOpened(_ string, n Need) string { return store.SortTime(n.OpenedAt) }

// publicKeys: region (four levels) × category or its group × state, each or any: 5 × 3 × 2 = 30.
func publicKeys(_ string, n Need) []store.Key {
	if !slices.Contains(PublicStates, n.State()) {
		return nil
	}
	return store.Combinations(n.Village.Path(), categoryPath(n.Category), []string{string(n.State())})
}

func categoryPath(id domain.CategoryID) []string {
	if cat, ok := domain.Taxonomy().Category(id); ok && cat.Parent != "" {
		return []string{string(id), cat.Parent}
	}
	return []string{string(id)}
}

func ownedKeys(_ string, n Need) []store.Key {
	owners := []string{"o:" + string(n.Organization), "v:" + string(n.Village)}
	return store.Combinations(owners, []string{string(n.State())})
}

func waitingKeys(_ string, n Need) []store.Key {
	if n.State() != Submitted && n.State() != InVerification {
		return nil
	}
	return store.Combinations(n.Village.Path())
}

func dueKeys(_ string, n Need) []store.Key {
	if n.Deadline() == "" {
		return nil
	}
	return []store.Key{""}
}

func markedKeys(_ string, n Need) []store.Key {
	if n.Pending == nil && !n.LimitDue {
		return nil
	}
	return []store.Key{""}
}

func remindKeys(_ string, n Need) []store.Key {
	if n.Deadline() == "" || n.Reminded == n.Deadline() {
		return nil
	}
	return []store.Key{""}
}

func soonKeys(_ string, n Need) []store.Key {
	if n.Deadline() == "" || n.Reminded != n.Deadline() {
		return nil
	}
	keys := []store.Key{store.KeyOf("o:" + string(n.Organization))}
	if n.OnBehalf {
		keys = append(keys, store.KeyOf("v:"+string(n.Village)))
	}
	return keys
}

// setDefinition declares the verifications of many needs at once.
func setDefinition() store.Definition[Set] {
	byTime := func(_ string, x Set) string { return store.SortTime(x.At) }
	return store.Definition[Set]{
		Name: "need_verifications", Schema: 1,
		Lists: []store.List[Set]{
			{Name: listOwned, Descending: true, Sort: byTime, Keys: func(_ string, x Set) []store.Key { return []store.Key{store.KeyOf(string(x.By))} }},
			{Name: listMarked, Sort: byTime, Keys: func(_ string, x Set) []store.Key {
				if !x.unfinished() {
					return nil
				}
				return []store.Key{""}
			}},
		},
	}
}
