package search

import (
	"fmt"
	"maps"
	"slices"
	"testing"
)

func counted(t testing.TB, n int) *Index {
	t.Helper()
	x, err := Open(t.TempDir(), Options{Counted: []string{"type", "year"}})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = x.Close() })
	docs := make([]Document, 0, n)
	for i := range n {
		docs = append(docs, Document{
			Key: Key{"document", fmt.Sprintf("d%06d", i)}, Title: fmt.Sprint("Laporan ", i), Text: []string{"air bersih", "jembatan kayu", "listrik surya"}[i%3],
			Filters: map[string][]string{"type": {[]string{"report", "study"}[i%2]}, "year": {fmt.Sprint(2020 + i%5)}, "for": {[]string{"public", "some"}[i/5%2]}},
			Order:   fmt.Sprintf("%06d", i), Name: fmt.Sprintf("%06d", (i*7)%n),
		})
	}
	fill(t, x, docs, "1:1")
	return x
}

func TestFacetsCountUnderTheFilters(t *testing.T) {
	x := counted(t, 60)
	ask := []Facet{{Name: "type", Without: "type", Limit: 10}, {Name: "year", Without: "year", Limit: 10}}
	for name, c := range map[string]struct {
		q     Query
		total int
		types map[string]int
		years map[string]int
	}{
		"all":               {Query{}, 60, map[string]int{"report": 30, "study": 30}, map[string]int{"2020": 12, "2021": 12, "2022": 12, "2023": 12, "2024": 12}},
		"readers":           {Query{Any: map[string][]string{"for": {"public"}}}, 30, map[string]int{"report": 18, "study": 12}, map[string]int{"2020": 6, "2021": 6, "2022": 6, "2023": 6, "2024": 6}},
		"nobody":            {Query{Any: map[string][]string{"for": {"none"}}}, 0, map[string]int{}, map[string]int{}},
		"chosen":            {Query{Filters: map[string]string{"year": "2020"}}, 12, map[string]int{"report": 6, "study": 6}, map[string]int{"2020": 12, "2021": 12, "2022": 12, "2023": 12, "2024": 12}},
		"chosen twice":      {Query{Filters: map[string]string{"year": "2020", "type": "report"}}, 6, map[string]int{"report": 6, "study": 6}, map[string]int{"2020": 6, "2021": 6, "2022": 6, "2023": 6, "2024": 6}},
		"words":             {Query{Text: "air bersih", Filters: map[string]string{"type": "study"}}, 10, map[string]int{"report": 10, "study": 10}, map[string]int{"2020": 2, "2021": 2, "2022": 2, "2023": 2, "2024": 2}},
		"words, one letter": {Query{Text: "jembatn"}, 20, map[string]int{"report": 10, "study": 10}, map[string]int{"2020": 4, "2021": 4, "2022": 4, "2023": 4, "2024": 4}},
	} {
		got, err := x.Facets(t.Context(), c.q, ask)
		if err != nil || got.Total != c.total || !maps.Equal(got.Values["type"], c.types) || !maps.Equal(got.Values["year"], c.years) {
			t.Errorf("%s: %+v %v", name, got, err)
		}
		q := c.q
		q.Limit = 100
		if found, err := x.Search(t.Context(), q); err != nil || len(found.IDs) != got.Total {
			t.Errorf("%s: %d hits, %d counted, %v", name, len(found.IDs), got.Total, err)
		}
	}
}

func TestSortedByName(t *testing.T) {
	x := counted(t, 50)
	var got []string
	q := Query{ByName: true, Limit: 7}
	for {
		r, err := x.Search(t.Context(), q)
		if err != nil {
			t.Fatal(err)
		}
		got = append(got, r.IDs...)
		if q.Cursor = r.Next; q.Cursor == "" {
			break
		}
	}
	if len(got) != 50 || !slices.IsSortedFunc(got, func(a, b string) int { return place(a) - place(b) }) {
		t.Error(got)
	}
}

func place(id string) (n int) {
	_, _ = fmt.Sscanf(id, "d%d", &n)
	return n * 7 % 50
}

// BenchmarkFacets counts two facets of 100,000 documents: all of them, and those that a word and a filter leave.
func BenchmarkFacets(b *testing.B) {
	x := counted(b, 100_000)
	ask := []Facet{{Name: "type", Without: "type", Limit: 20}, {Name: "year", Without: "year", Limit: 50}}
	for name, q := range map[string]Query{"all": {}, "readers": {Any: map[string][]string{"for": {"public"}}}, "word and year": {Text: "air", Filters: map[string]string{"year": "2021"}}} {
		b.Run(name, func(b *testing.B) {
			for b.Loop() {
				if _, err := x.Facets(b.Context(), q, ask); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
