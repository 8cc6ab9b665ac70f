package search

import (
	"slices"
	"strings"
	"sync"

	"github.com/blevesearch/bleve/v2"
	"github.com/blevesearch/bleve/v2/analysis"
	"github.com/blevesearch/bleve/v2/analysis/analyzer/custom"
	"github.com/blevesearch/bleve/v2/analysis/analyzer/keyword"
	"github.com/blevesearch/bleve/v2/analysis/lang/en"
	"github.com/blevesearch/bleve/v2/analysis/lang/id"
	"github.com/blevesearch/bleve/v2/analysis/token/lowercase"
	"github.com/blevesearch/bleve/v2/analysis/token/porter"
	"github.com/blevesearch/bleve/v2/analysis/tokenizer/unicode"
	"github.com/blevesearch/bleve/v2/mapping"
	"github.com/blevesearch/bleve/v2/registry"
)

// Names of our analyzers and filters in Bleve's registry.
const (
	stemFilterName     = "surface_and_stem_id"
	indonesianAnalyzer = "indonesian"
	englishAnalyzer    = "english"
	protectedID        = "protected_id"
)

// Field names of the index.
const (
	fieldKind    = "kind"
	fieldOrder   = "order"
	fieldTags    = "tags"
	fieldFilters = "filters"
	fieldTitle   = "title"
	fieldText    = "text"
	fieldTitleEN = "title_en"
	fieldTextEN  = "text_en"
	fieldName    = "name"
)

// stemFilter keeps each word as written and adds its Indonesian stem at the same place.
type stemFilter struct{ protected map[string]bool }

// Filter implements analysis.TokenFilter.
func (f stemFilter) Filter(input analysis.TokenStream) analysis.TokenStream {
	output := make(analysis.TokenStream, 0, len(input)*2)
	for _, token := range input {
		output = append(output, token)
		if stem := f.stem(string(token.Term)); stem != string(token.Term) {
			twin := *token
			twin.Term = []byte(stem)
			output = append(output, &twin)
		}
	}
	return output
}

func (f stemFilter) stem(word string) string {
	if f.protected[word] {
		return word
	}
	return StemIndonesian(word)
}

var registerOnce = sync.OnceValue(func() error {
	return registry.RegisterTokenFilter(stemFilterName, func(config map[string]any, _ *registry.Cache) (analysis.TokenFilter, error) {
		words, _ := config["words"].(string)
		return newStemFilter(strings.Fields(words)), nil
	})
})

func newStemFilter(protected []string) stemFilter {
	f := stemFilter{protected: make(map[string]bool, len(protected))}
	for _, w := range protected {
		f.protected[w] = true
	}
	return f
}

func newMapping(options Options) (mapping.IndexMapping, error) {
	if err := registerOnce(); err != nil {
		return nil, err
	}
	m := bleve.NewIndexMapping()
	words := slices.Clone(options.Protected)
	slices.Sort(words)
	if err := m.AddCustomTokenFilter(protectedID, map[string]any{"type": stemFilterName, "words": strings.Join(words, " ")}); err != nil {
		return nil, err
	}
	for name, filters := range map[string][]string{
		indonesianAnalyzer: {lowercase.Name, id.StopName, en.StopName, protectedID},
		englishAnalyzer:    {en.PossessiveName, lowercase.Name, id.StopName, en.StopName, porter.Name},
	} {
		if err := m.AddCustomAnalyzer(name, map[string]any{"type": custom.Name, "tokenizer": unicode.Name, "token_filters": filters}); err != nil {
			return nil, err
		}
	}
	field := func(analyzer string) *mapping.FieldMapping {
		f := bleve.NewTextFieldMapping()
		f.Analyzer, f.Store, f.IncludeInAll, f.IncludeTermVectors, f.DocValues = analyzer, false, false, false, false
		return f
	}
	order, tags := field(keyword.Name), field(keyword.Name)
	order.DocValues, tags.Store = true, true
	filters := bleve.NewDocumentMapping()
	filters.DefaultAnalyzer = keyword.Name
	for _, name := range options.Counted {
		counted := field(keyword.Name)
		counted.DocValues = true
		filters.AddFieldMappingsAt(name, counted)
	}
	doc := bleve.NewDocumentStaticMapping()
	doc.AddFieldMappingsAt(fieldKind, field(keyword.Name))
	doc.AddFieldMappingsAt(fieldOrder, order)
	doc.AddFieldMappingsAt(fieldName, order)
	doc.AddFieldMappingsAt(fieldTags, tags)
	doc.AddFieldMappingsAt(fieldTitle, field(indonesianAnalyzer))
	doc.AddFieldMappingsAt(fieldText, field(indonesianAnalyzer))
	doc.AddFieldMappingsAt(fieldTitleEN, field(englishAnalyzer))
	doc.AddFieldMappingsAt(fieldTextEN, field(englishAnalyzer))
	doc.AddSubDocumentMapping(fieldFilters, filters)
	m.DefaultMapping = doc
	m.DefaultAnalyzer = keyword.Name
	m.StoreDynamic, m.DocValuesDynamic, m.IndexDynamic = false, false, true
	return m, m.Validate()
}

// word is one word of a question with the forms under which texts may hold it.
type word struct {
	surface string
	forms   []string // surface and Indonesian stem
	english string   // English stem
}

// words cuts a question into its words, stop words left out unless there is nothing else.
func (l *language) words(text string) []word {
	var kept, all []word
	for _, token := range l.lower.Filter(l.tokens.Tokenize([]byte(text))) {
		surface := string(token.Term)
		w := word{surface: surface, forms: []string{surface}, english: porterStem(l.porter, surface)}
		if stem := l.stems.stem(surface); stem != surface {
			w.forms = append(w.forms, stem)
		}
		all = append(all, w)
		if !l.stop[surface] {
			kept = append(kept, w)
		}
	}
	if len(kept) > 0 {
		return kept
	}
	return all
}

// language holds what questions and snippets are analysed with, the same pieces as the index's own analyzers.
type language struct {
	tokens analysis.Tokenizer
	lower  analysis.TokenFilter
	porter analysis.TokenFilter
	stems  stemFilter
	stop   map[string]bool
}

func newLanguage(protected []string) (*language, error) {
	cache := registry.NewCache()
	tokens, err := cache.TokenizerNamed(unicode.Name)
	if err != nil {
		return nil, err
	}
	lower, err := cache.TokenFilterNamed(lowercase.Name)
	if err != nil {
		return nil, err
	}
	stemEnglish, err := cache.TokenFilterNamed(porter.Name)
	if err != nil {
		return nil, err
	}
	l := &language{tokens: tokens, lower: lower, porter: stemEnglish, stems: newStemFilter(protected), stop: map[string]bool{}}
	for _, name := range []string{id.StopName, en.StopName} {
		words, err := cache.TokenMapNamed(name)
		if err != nil {
			return nil, err
		}
		for w := range words {
			l.stop[w] = true
		}
	}
	return l, nil
}

func porterStem(filter analysis.TokenFilter, surface string) string {
	stream := filter.Filter(analysis.TokenStream{{Term: []byte(strings.TrimSuffix(surface, "'s"))}})
	return string(stream[0].Term)
}
