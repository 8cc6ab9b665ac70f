package search

import "strings"

// Span is a piece of a text; Hit where it is a word that the question asked for.
type Span struct {
	Text string
	Hit  bool
}

// Snippet cuts from a text the passage around the question's first words, at most limit runes long, and marks the
// words found. Without any it gives the beginning. limit 0 is the whole text. Pieces are plain text, not HTML.
func (x *Index) Snippet(question, text string, limit int) []Span {
	words := x.language.words(question)
	type place struct{ start, end int }
	var hits []place
	for _, token := range x.language.tokens.Tokenize([]byte(text)) {
		if x.language.answers(words, strings.ToLower(string(token.Term))) {
			hits = append(hits, place{token.Start, token.End})
		}
	}
	from, to := 0, len(text)
	if limit > 0 {
		first := 0
		if len(hits) > 0 {
			first = hits[0].start
		}
		from, to = window(text, first, limit)
	}
	var spans []Span
	add := func(s string, hit bool) {
		if s != "" {
			spans = append(spans, Span{Text: s, Hit: hit})
		}
	}
	if from > 0 {
		add("… ", false)
	}
	at := from
	for _, h := range hits {
		if h.start < at || h.end > to {
			continue
		}
		add(text[at:h.start], false)
		add(text[h.start:h.end], true)
		at = h.end
	}
	add(text[at:to], false)
	if to < len(text) {
		add(" …", false)
	}
	return spans
}

// window gives the bytes of about limit runes around a place, cut at blanks.
func window(text string, first, limit int) (from, to int) {
	starts := make([]int, 0, len(text))
	at := 0
	for i := range text {
		if i <= first {
			at = len(starts)
		}
		starts = append(starts, i)
	}
	if len(starts) <= limit {
		return 0, len(text)
	}
	begin := max(0, min(at-limit/4, len(starts)-limit))
	end := begin + limit
	from, to = starts[begin], len(text)
	if end < len(starts) {
		to = starts[end]
	}
	if from > 0 {
		if i := strings.IndexByte(text[from:to], ' '); i >= 0 && from+i < first {
			from += i + 1
		}
	}
	if to < len(text) {
		if i := strings.LastIndexByte(text[from:to], ' '); i > 0 {
			to = from + i
		}
	}
	return from, to
}

// answers tells whether a word of a text is one of those asked for, by the same rules as the search.
func (l *language) answers(words []word, token string) bool {
	stem := l.stems.stem(token)
	for i, w := range words {
		for _, form := range w.forms {
			if form == token || form == stem {
				return true
			}
		}
		if w.english != "" && w.english == porterStem(l.porter, token) {
			return true
		}
		length := len([]rune(w.surface))
		if i == len(words)-1 && length >= minPrefix && strings.HasPrefix(token, w.surface) {
			return true
		}
		if length >= minFuzzy && (near(w.surface, token) || near(w.surface, stem)) {
			return true
		}
	}
	return false
}

// near tells whether two words differ by at most one letter put in, left out or changed.
func near(a, b string) bool {
	x, y := []rune(a), []rune(b)
	if len(x) > len(y) {
		x, y = y, x
	}
	if len(y)-len(x) > 1 {
		return false
	}
	i := 0
	for i < len(x) && x[i] == y[i] {
		i++
	}
	if len(x) == len(y) {
		return i == len(x) || string(x[i+1:]) == string(y[i+1:])
	}
	return string(x[i:]) == string(y[i+1:])
}
