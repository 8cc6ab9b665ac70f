package search

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"strings"

	"github.com/blevesearch/bleve/v2"

	"gotong/modules/kit/apperr"
)

// Facet asks how many hits bear each value of a filter of Options.Counted. Without names the filter of the question that
// is left out of it, so that the other choices of one that is made are counted too; "" leaves out none.
type Facet struct {
	Name    string
	Without string
	Limit   int // values at most, the most frequent ones
}

// Facets are the counts by facet name and value, and how many hits there are in all, as the index is at that moment.
type Facets struct {
	Total    int
	Values   map[string]map[string]int
	Building bool // the index is still being filled
}

// Facets counts the hits of a question, whatever its cursor and limit. Errors: Unavailable when the index is closed.
func (x *Index) Facets(ctx context.Context, q Query, facets []Facet) (Facets, error) {
	x.mu.RLock()
	defer x.mu.RUnlock()
	g := x.current
	if g == nil {
		return Facets{}, apperr.Wrap(errors.New("index closed"), apperr.Unavailable, "error.unavailable")
	}
	result := Facets{Values: map[string]map[string]int{}, Building: !g.isReady()}
	tiers := x.tiers(q)
	tier, total, err := g.firstTier(ctx, filterQueries(q), tiers)
	if err != nil {
		return result, err
	}
	result.Total = total
	if len(tiers) > 1 && tier == tierTitle {
		tier = tierForgiving // it holds all above it
	}
	together := map[string][]Facet{} // by the filter that is left out
	for _, f := range facets {
		if q.Filters[f.Without] == "" {
			f.Without = ""
		}
		together[f.Without] = append(together[f.Without], f)
	}
	for without, list := range together {
		narrowed := q
		narrowed.Filters = maps.Clone(q.Filters)
		delete(narrowed.Filters, without)
		request := bleve.NewSearchRequestOptions(bleve.NewConjunctionQuery(append(filterQueries(narrowed), tiers[tier])...), 0, 0, false)
		request.Score = "none"
		for _, f := range list {
			request.AddFacet(f.Name, bleve.NewFacetRequest(fieldFilters+"."+f.Name, f.Limit))
		}
		found, err := g.bleve.SearchInContext(ctx, request)
		if err != nil {
			return result, fmt.Errorf("search: facets: %w", err)
		}
		for name, facet := range found.Facets {
			values := map[string]int{}
			for _, term := range facet.Terms.Terms() {
				values[strings.Clone(term.Term)] = term.Count
			}
			result.Values[name] = values
		}
	}
	return result, nil
}
