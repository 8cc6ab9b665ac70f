package search

import (
	"context"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"sort"
	"strings"

	"github.com/blevesearch/bleve/v2"
	"github.com/blevesearch/bleve/v2/search"
	"github.com/blevesearch/bleve/v2/search/query"

	"gotong/modules/kit/apperr"
)

// Query asks the index. Kind "" is every kind; Text "" is everything under the filters; a filter value "" is any. Of
// Any, one of the values must be borne under each name. Limit is 1 to 100, 0 means 20.
type Query struct {
	Kind    string
	Text    string
	Filters map[string]string
	Any     map[string][]string
	ByName  bool // sorted by Document.Name within equally good hits, instead of by Order
	Cursor  string
	Limit   int
}

// Result is one page of hits, best first. IDs are the hits' ids in the same order, for queries of one kind.
type Result struct {
	IDs      []string
	Hits     []Key
	Next     string // cursor of the next page, "" on the last
	Total    int    // hits on all pages
	Building bool   // the index is still being filled, more may come
}

// Hits come in tiers, so that a page's place does not depend on scores that move with every new document: all words
// in the title, then all words anywhere, then with a letter forgiven or the last word only begun. Where no document
// has all the words, those that have any of them.
const (
	tierTitle = iota
	tierText
	tierForgiving
	tierAny
)

// minFuzzy and minPrefix are the lengths from which a wrong letter is forgiven and a word may be only begun.
const (
	minFuzzy  = 5
	minPrefix = 2
	maxWords  = 12
	maxText   = 300
)

type cursor struct {
	Of    string   `json:"q"` // hash of the question
	Tier  int      `json:"t"`
	After []string `json:"a,omitempty"`
	Total int      `json:"n"`
}

// Search answers a query. Errors: BadRequest for a cursor of another question, Unavailable when the index is closed.
func (x *Index) Search(ctx context.Context, q Query) (Result, error) {
	x.mu.RLock()
	defer x.mu.RUnlock()
	g := x.current
	if g == nil {
		return Result{}, apperr.Wrap(errors.New("index closed"), apperr.Unavailable, "error.unavailable")
	}
	limit := q.Limit
	if limit <= 0 {
		limit = 20
	}
	limit = min(limit, 100)
	place, err := readCursor(q)
	if err != nil {
		return Result{}, err
	}
	tiers, filters := x.tiers(q), filterQueries(q)

	result := Result{Building: !g.isReady()}
	if q.Cursor == "" {
		if place.Tier, place.Total, err = g.firstTier(ctx, filters, tiers); err != nil {
			return Result{}, err
		}
	}
	result.Total = place.Total
	for place.Tier < len(tiers) && len(result.Hits) < limit {
		request := bleve.NewSearchRequestOptions(tierQuery(filters, tiers, place.Tier), limit-len(result.Hits)+1, 0, false)
		request.Score = "none"
		request.SortByCustom(search.SortOrder{q.sort(), &search.SortDocID{}})
		if place.After != nil {
			request.SetSearchAfter(place.After)
		}
		found, err := g.bleve.SearchInContext(ctx, request)
		if err != nil {
			return Result{}, fmt.Errorf("search: %w", err)
		}
		more := len(found.Hits) > limit-len(result.Hits)
		hits := found.Hits[:min(len(found.Hits), limit-len(result.Hits))]
		for _, hit := range hits {
			key := parseKey(hit.ID)
			result.Hits = append(result.Hits, key)
			result.IDs = append(result.IDs, key.ID)
			place.After = hit.Sort
		}
		if more {
			break
		}
		place.Tier, place.After = nextTier(place.Tier), nil
	}
	if len(result.Hits) == limit && place.Tier < len(tiers) {
		if place.After == nil { // the tier ended with the page: is there anything in the ones below?
			if more, err := g.anyBelow(ctx, filters, tiers, place.Tier); err != nil || !more {
				return result, err
			}
		}
		result.Next = writeCursor(q, place)
	}
	return result, nil
}

// tiers gives a question's queries, best first.
func (x *Index) tiers(q Query) []query.Query {
	if len(q.Text) > maxText {
		q.Text = strings.ToValidUTF8(q.Text[:maxText], "")
	}
	words := x.language.words(q.Text)
	return tierQueries(words[:min(len(words), maxWords)])
}

func (q Query) sort() *search.SortField {
	if q.ByName {
		return &search.SortField{Field: fieldName, Type: search.SortFieldAsString}
	}
	return &search.SortField{Field: fieldOrder, Desc: true, Type: search.SortFieldAsString}
}

func nextTier(tier int) int {
	if tier == tierForgiving {
		return tierAny + 1 // any-word hits are only for questions that no document answers whole
	}
	return tier + 1
}

// firstTier tells where the hits begin and how many there are in all.
func (g *generation) firstTier(ctx context.Context, filters []query.Query, tiers []query.Query) (tier, total int, err error) {
	if len(tiers) == 1 { // no words: everything under the filters
		total, err = g.count(ctx, bleve.NewConjunctionQuery(append(append([]query.Query(nil), filters...), tiers[0])...))
		return 0, total, err
	}
	whole := bleve.NewConjunctionQuery(append(append([]query.Query(nil), filters...), tiers[tierForgiving])...)
	if total, err = g.count(ctx, whole); err != nil || total > 0 {
		return tierTitle, total, err
	}
	some := bleve.NewConjunctionQuery(append(append([]query.Query(nil), filters...), tiers[tierAny])...)
	total, err = g.count(ctx, some)
	return tierAny, total, err
}

func (g *generation) anyBelow(ctx context.Context, filters, tiers []query.Query, tier int) (bool, error) {
	for ; tier < len(tiers); tier = nextTier(tier) {
		if n, err := g.count(ctx, tierQuery(filters, tiers, tier)); err != nil || n > 0 {
			return n > 0, err
		}
	}
	return false, nil
}

func (g *generation) count(ctx context.Context, q query.Query) (int, error) {
	request := bleve.NewSearchRequestOptions(q, 0, 0, false)
	request.Score = "none"
	found, err := g.bleve.SearchInContext(ctx, request)
	if err != nil {
		return 0, fmt.Errorf("search: %w", err)
	}
	return int(found.Total), nil
}

// tierQuery is a tier under the filters without what the tiers above it already gave.
func tierQuery(filters, tiers []query.Query, tier int) query.Query {
	must := append(append([]query.Query(nil), filters...), tiers[tier])
	var not []query.Query
	if tier == tierText || tier == tierForgiving {
		not = []query.Query{tiers[tier-1]} // each tier holds the one above it
	}
	return query.NewBooleanQuery(must, nil, not)
}

func tierQueries(words []word) []query.Query {
	if len(words) == 0 {
		return []query.Query{bleve.NewMatchAllQuery()}
	}
	var title, text, forgiving, some []query.Query
	for i, w := range words {
		exactTitle := exact(w, fieldTitle, fieldTitleEN)
		exactAny := append(exactTitle, exact(w, fieldText, fieldTextEN)...)
		near := append([]query.Query(nil), exactAny...)
		length := len([]rune(w.surface))
		for _, field := range []string{fieldTitle, fieldText} {
			if length >= minFuzzy {
				q := bleve.NewFuzzyQuery(w.surface)
				q.SetField(field)
				q.SetFuzziness(1)
				near = append(near, q)
			}
			if i == len(words)-1 && length >= minPrefix {
				q := bleve.NewPrefixQuery(w.surface)
				q.SetField(field)
				near = append(near, q)
			}
		}
		title = append(title, bleve.NewDisjunctionQuery(exactTitle...))
		text = append(text, bleve.NewDisjunctionQuery(exactAny...))
		forgiving = append(forgiving, bleve.NewDisjunctionQuery(near...))
		some = append(some, near...)
	}
	return []query.Query{bleve.NewConjunctionQuery(title...), bleve.NewConjunctionQuery(text...),
		bleve.NewConjunctionQuery(forgiving...), bleve.NewDisjunctionQuery(some...)}
}

func exact(w word, field, english string) []query.Query {
	var queries []query.Query
	for _, form := range w.forms {
		q := bleve.NewTermQuery(form)
		q.SetField(field)
		queries = append(queries, q)
	}
	q := bleve.NewTermQuery(w.english)
	q.SetField(english)
	return append(queries, q)
}

func filterQueries(q Query) []query.Query {
	var queries []query.Query
	add := func(field, value string) {
		if value == "" {
			return
		}
		term := bleve.NewTermQuery(value)
		term.SetField(field)
		queries = append(queries, term)
	}
	add(fieldKind, q.Kind)
	for name, value := range q.Filters {
		add(fieldFilters+"."+name, value)
	}
	for name, values := range q.Any {
		some := make([]query.Query, 0, len(values))
		for _, value := range values {
			term := bleve.NewTermQuery(value)
			term.SetField(fieldFilters + "." + name)
			some = append(some, term)
		}
		queries = append(queries, bleve.NewDisjunctionQuery(some...))
	}
	return queries
}

func (q Query) hash() string {
	names := make([]string, 0, len(q.Filters))
	for name, value := range q.Filters {
		if value != "" {
			names = append(names, name+"="+value)
		}
	}
	for name, values := range q.Any {
		names = append(names, fmt.Sprintf("%s=any%q", name, values))
	}
	if q.ByName {
		names = append(names, "by name")
	}
	sort.Strings(names)
	sum := sha256.Sum256([]byte(fmt.Sprintf("%q %q %q", q.Kind, q.Text, names)))
	return base64.RawURLEncoding.EncodeToString(sum[:9])
}

func writeCursor(q Query, c cursor) string {
	c.Of = q.hash()
	b, err := json.Marshal(c)
	if err != nil {
		return ""
	}
	return base64.RawURLEncoding.EncodeToString(b)
}

func readCursor(q Query) (cursor, error) {
	if q.Cursor == "" {
		return cursor{}, nil
	}
	var c cursor
	b, err := base64.RawURLEncoding.DecodeString(q.Cursor)
	if err == nil {
		err = json.Unmarshal(b, &c)
	}
	if err == nil && (c.Of != q.hash() || c.Tier < 0 || (c.After != nil && len(c.After) != 2)) {
		err = errors.New("cursor of another question")
	}
	if err != nil {
		return cursor{}, apperr.Wrap(err, apperr.BadRequest, "error.cursor")
	}
	return c, nil
}
