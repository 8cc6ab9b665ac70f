package villages

import (
	"cmp"
	"context"
	"slices"
	"strings"
	"sync"
	"unicode"

	"golang.org/x/text/unicode/norm"

	"gotong/modules/domain"
)

// gazetteer finds regions by names that are typed as people remember them. It holds the three-letter parts of every
// name in memory (the register of the whole country fits in some 20 MB) and is built at the first search after the
// regions changed.
type gazetteer struct {
	each func(context.Context, func(Region) error) error

	mu      sync.Mutex
	current *nameIndex // nil: to be built
}

// drop forgets the index; the next search builds it from what is stored.
func (g *gazetteer) drop() {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.current = nil
}

func (g *gazetteer) index(ctx context.Context) (*nameIndex, error) {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.current != nil {
		return g.current, nil
	}
	index := &nameIndex{postings: map[trigram][]int32{}}
	err := g.each(ctx, func(r Region) error { index.add(r); return nil })
	if err != nil {
		return nil, err
	}
	if len(index.entries) > 0 {
		g.current = index
	}
	return index, nil
}

func (g *gazetteer) search(ctx context.Context, text string, within domain.RegionCode, level, limit int) ([]found, error) {
	index, err := g.index(ctx)
	if err != nil {
		return nil, err
	}
	return index.search(text, within, level, limit), nil
}

type trigram [3]byte

type nameEntry struct {
	place  domain.Place
	level  int
	name   string   // plain form
	above  []string // words of the regions above, one list for all of a district
	former []string // old names as they were written
	also   []string // and in plain form
	grams  int
}

type nameIndex struct {
	entries  []nameEntry
	postings map[trigram][]int32
	above    map[string][]string // while it is built
}

// found is a region that a search found. Former is the name by which it was found where that is an old one.
type found struct {
	place  domain.Place
	former string
}

func (x *nameIndex) add(r Region) {
	if r.Ended() {
		return // what it became has its name
	}
	e := nameEntry{place: r.Place(), level: r.Level, name: plainName(r.Name), former: r.Former}
	e.above = x.aboveOf(e.place)
	for _, former := range r.Former {
		e.also = append(e.also, plainName(former))
	}
	grams := trigramsOf(strings.Join(append([]string{e.name}, e.also...), " "))
	e.grams = len(grams)
	for _, g := range grams {
		x.postings[g] = append(x.postings[g], int32(len(x.entries))) // the country has 91,000 regions
	}
	x.entries = append(x.entries, e)
}

// aboveOf gives the words of the regions above a place.
func (x *nameIndex) aboveOf(p domain.Place) []string {
	if x.above == nil {
		x.above = map[string][]string{}
	}
	key := p.District + " " + p.Regency + " " + p.Province
	if _, ok := x.above[key]; !ok {
		x.above[key] = strings.Fields(plainName(key))
	}
	return x.above[key]
}

// Bounds of the search: how many of the likeliest entries are compared in full, and how like a name must be.
const (
	maxCandidates = 600
	leastLike     = 0.5
)

func (x *nameIndex) search(text string, within domain.RegionCode, level, limit int) []found {
	words := queryWords(text)
	if len(words) == 0 {
		return nil
	}
	type scored struct {
		at     int32
		score  float64
		former string
	}
	var hits []scored
	for _, at := range x.candidates(words, within, level) {
		if score, former := x.entries[at].score(words); score >= leastLike {
			hits = append(hits, scored{at, score, former})
		}
	}
	slices.SortFunc(hits, func(a, b scored) int {
		return cmp.Or(cmp.Compare(b.score, a.score), cmp.Compare(x.entries[a.at].level, x.entries[b.at].level), cmp.Compare(a.at, b.at))
	})
	places := make([]found, 0, min(limit, len(hits)))
	for _, h := range hits[:min(limit, len(hits))] {
		places = append(places, found{x.entries[h.at].place, h.former})
	}
	return places
}

// candidates gives the entries that share the most three-letter parts with the words, for their own length.
func (x *nameIndex) candidates(words []string, within domain.RegionCode, level int) []int32 {
	shared := map[int32]int{}
	for _, g := range trigramsOf(strings.Join(words, " ")) {
		for _, at := range x.postings[g] {
			shared[at]++
		}
	}
	all := make([]int32, 0, len(shared))
	for at := range shared {
		e := &x.entries[at]
		if within.Contains(e.place.Code) && (level == 0 || level == e.level) {
			all = append(all, at)
		}
	}
	share := func(at int32) float64 { return float64(shared[at]) / float64(x.entries[at].grams+2) }
	slices.SortFunc(all, func(a, b int32) int { return cmp.Or(cmp.Compare(share(b), share(a)), cmp.Compare(a, b)) })
	return all[:min(len(all), maxCandidates)]
}

// score tells how well the words name the entry: some run of them its own name, the rest the regions above.
// former is the old name that fits better than the present one.
func (e *nameEntry) score(words []string) (best float64, former string) {
	grams := trigramsOf(e.name)
	for from := range words {
		for to := from + 1; to <= len(words); to++ {
			run := strings.Join(words[from:to], " ")
			own, by := likenessOf(run, e.name, trigramsOf(run), grams), ""
			for i, old := range e.also {
				if like := 0.95 * likeness(run, old); like > own {
					own, by = like, e.former[i]
				}
			}
			if own < leastLike {
				continue
			}
			rest := slices.Concat(words[:from], words[to:])
			score := own
			if len(rest) > 0 {
				sum := 0.0
				for _, w := range rest {
					like := 0.0
					if kindWords[w] {
						like = own
					}
					for _, a := range e.above {
						like = max(like, likeness(w, a))
					}
					sum += like
				}
				score = 0.65*own + 0.35*sum/float64(len(rest))
			}
			if score > best {
				best, former = score, by
			}
		}
	}
	return best, former
}

// likeness of two plain names, 0 to 1: the mean of the share of three-letter parts that they have in common (Dice's
// coefficient) and of the letters that need not change (1 − edit distance ÷ length); at least 0.8 where one begins with
// the other and has three letters or more.
func likeness(a, b string) float64 {
	if a == b {
		return 1
	}
	return likenessOf(a, b, trigramsOf(a), trigramsOf(b))
}

func likenessOf(a, b string, ga, gb []trigram) float64 {
	if a == b {
		return 1
	}
	common := 0
	for _, g := range ga {
		if slices.Contains(gb, g) {
			common++
		}
	}
	like := 2 * float64(common) / float64(len(ga)+len(gb))
	if like > 0.3 {
		like = (like + 1 - float64(editDistance(a, b))/float64(max(len(a), len(b)))) / 2
	}
	if len(a) >= 3 && strings.HasPrefix(b, a) {
		like = max(like, 0.8+0.15*float64(len(a))/float64(len(b)))
	}
	return like
}

// editDistance counts the letters to insert, delete or exchange to make b of a (Levenshtein).
func editDistance(a, b string) int {
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		diagonal := row[0]
		row[0] = i + 1
		for j := range len(b) {
			exchange := diagonal
			if a[i] != b[j] {
				exchange++
			}
			diagonal = row[j+1]
			row[j+1] = min(exchange, row[j]+1, row[j+1]+1)
		}
	}
	return row[len(b)]
}

// trigramsOf gives the different three-letter parts of each word, with its beginning and end marked.
func trigramsOf(plain string) []trigram {
	var grams []trigram
	for word := range strings.FieldsSeq(plain) {
		marked := "  " + word + " "
		for i := 0; i+3 <= len(marked); i++ {
			g := trigram{marked[i], marked[i+1], marked[i+2]}
			if !slices.Contains(grams, g) {
				grams = append(grams, g)
			}
		}
	}
	return grams
}

// plainName takes off what people leave out or write differently: capitals, accents, apostrophes, other marks.
func plainName(name string) string {
	var b strings.Builder
	for _, r := range norm.NFD.String(strings.ToLower(name)) {
		switch {
		case unicode.Is(unicode.Mn, r) || r == '\'' || r == '’' || r == '‘' || r == '`':
		case unicode.IsLetter(r) || unicode.IsDigit(r):
			b.WriteRune(r)
		default:
			b.WriteByte(' ')
		}
	}
	return strings.Join(strings.Fields(b.String()), " ")
}

var kindWords = map[string]bool{
	"desa": true, "kelurahan": true, "kel": true, "kecamatan": true, "kec": true, "kabupaten": true, "kab": true, "kota": true,
	"provinsi": true, "prov": true, "village": true, "district": true, "regency": true,
}

// maxQueryWords bounds the work of one search.
const maxQueryWords = 8

// queryWords takes a query apart; the word of a kind at the start of each part says nothing of the name.
func queryWords(text string) []string {
	var words []string
	for part := range strings.SplitSeq(text, ",") {
		own := strings.Fields(plainName(part))
		for len(own) > 1 && kindWords[own[0]] {
			own = own[1:]
		}
		words = append(words, own...)
	}
	return words[:min(len(words), maxQueryWords)]
}
