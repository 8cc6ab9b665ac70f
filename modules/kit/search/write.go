package search

import (
	"context"
	"fmt"

	"github.com/blevesearch/bleve/v2"
	"github.com/blevesearch/bleve/v2/search/query"
	index "github.com/blevesearch/bleve_index_api"
)

// write applies one batch with the new position ("" leaves it) and moves the tag counts by what the documents bore
// before and bear now.
func (g *generation) write(put []Document, remove []Key, position string) error {
	latest := make(map[Key]*Document, len(put)+len(remove))
	for i := range put {
		latest[put[i].Key] = &put[i]
	}
	for _, key := range remove {
		latest[key] = nil
	}
	batch := g.bleve.NewBatch()
	change := map[string]int64{}
	for key, d := range latest {
		before, err := g.tagsOf(key)
		if err != nil {
			return fmt.Errorf("search: %w", err)
		}
		for _, tag := range before {
			change[tag]--
		}
		if d == nil {
			batch.Delete(key.String())
			continue
		}
		for _, tag := range unique(d.Tags) {
			change[tag]++
		}
		if err := batch.Index(key.String(), d.fields()); err != nil {
			return fmt.Errorf("search: %w", err)
		}
	}
	if position != "" {
		batch.SetInternal([]byte(keyPosition), []byte(position))
	}
	if err := g.bleve.Batch(batch); err != nil {
		return fmt.Errorf("search: batch: %w", err)
	}
	g.mu.Lock()
	defer g.mu.Unlock()
	if position != "" {
		g.position = position
	}
	for tag, n := range change {
		if g.counts[tag] += n; g.counts[tag] == 0 {
			delete(g.counts, tag)
		}
	}
	return nil
}

func (d Document) fields() map[string]any {
	filters := make(map[string]any, len(d.Filters))
	for name, values := range d.Filters {
		filters[name] = unique(values)
	}
	fields := map[string]any{
		fieldKind: d.Kind, fieldOrder: d.Order, fieldTags: unique(d.Tags), fieldFilters: filters,
		fieldTitle: d.Title, fieldTitleEN: d.Title, fieldText: d.Text, fieldTextEN: d.Text,
	}
	if d.Name != "" {
		fields[fieldName] = d.Name
	}
	return fields
}

func unique(values []string) []string {
	seen := make(map[string]bool, len(values))
	kept := make([]string, 0, len(values))
	for _, v := range values {
		if v != "" && !seen[v] {
			seen[v] = true
			kept = append(kept, v)
		}
	}
	return kept
}

// tagsOf reads the tags that the stored document bears.
func (g *generation) tagsOf(key Key) ([]string, error) {
	stored, err := g.bleve.Document(key.String())
	if err != nil || stored == nil {
		return nil, err
	}
	var tags []string
	stored.VisitFields(func(f index.Field) {
		if f.Name() == fieldTags {
			tags = append(tags, string(f.Value()))
		}
	})
	return unique(tags), nil
}

// recount takes every tag's count from the index itself.
func (g *generation) recount() error {
	terms, err := g.terms(fieldTags)
	if err != nil {
		return err
	}
	counts := make(map[string]int64, len(terms))
	for _, term := range terms {
		q := query.NewTermQuery(term)
		q.SetField(fieldTags)
		request := bleve.NewSearchRequestOptions(q, 0, 0, false)
		request.Score = "none"
		result, err := g.bleve.SearchInContext(context.Background(), request)
		if err != nil {
			return err
		}
		if result.Total > 0 {
			counts[term] = int64(result.Total)
		}
	}
	g.mu.Lock()
	defer g.mu.Unlock()
	g.counts = counts
	return nil
}

func (g *generation) terms(field string) (terms []string, err error) {
	dict, err := g.bleve.FieldDict(field)
	if err != nil {
		return nil, err
	}
	defer func() {
		if closing := dict.Close(); err == nil {
			err = closing
		}
	}()
	for {
		entry, err := dict.Next()
		if err != nil || entry == nil {
			return terms, err
		}
		terms = append(terms, entry.Term)
	}
}
