package matching

import (
	"fmt"
	"maps"
	"reflect"
	"slices"

	"gotong/modules/domain"
)

// compareIndexes says where a followed index and one that was built afresh differ, and where postings and the plain
// recomputation do.
func compareIndexes(followed, fresh *Index, today domain.Date, limit int) []string {
	var problems []string
	fn, fi := followed.Size()
	n, i := fresh.Size()
	if fn != n || fi != i {
		problems = append(problems, fmt.Sprintf("matching: the index holds %d needs and %d initiatives, there are %d and %d", fn, fi, n, i))
	}
	fresh.mu.RLock()
	ids := slices.Collect(maps.Keys(fresh.demand.places))
	fresh.mu.RUnlock()
	slices.Sort(ids)
	for _, id := range ids[:min(limit, len(ids))] {
		want, ok := fresh.ForNeed(id, today, 20, 5)
		if got, has := followed.ForNeed(id, today, 20, 5); has != ok || !reflect.DeepEqual(got, want) {
			problems = append(problems, fmt.Sprintf("matching: need %s is ranked otherwise than from its sources", id))
		}
		if ok && !reflect.DeepEqual(want, fresh.Plain(id, "", today, 20, 5)) {
			problems = append(problems, fmt.Sprintf("matching: need %s is ranked otherwise by looking at every pair", id))
		}
	}
	return problems
}
