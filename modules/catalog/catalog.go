// Package catalog is the portal's public face: the front page, search over everything that everybody may read, and
// the pages that say what the portal is and what it is made of. It reads what other modules show; it owns nothing but
// its index, which can be deleted at any time.
package catalog

import (
	"context"

	"gotong/modules/domain"
	"gotong/modules/kit/indexer"
	"gotong/modules/kit/search"
)

// Entry is one thing as the catalog knows it.
type Entry struct {
	ID       string
	Title    string
	Text     string // what it is about, plain text; searched and quoted
	Path     string // without language prefix
	Place    string // "Desa Temajuk, Kec. Paloh, Kab. Sambas"; "" where it has none
	Category domain.CategoryID
	Filters  map[string][]string // region (the whole path), category, status, type
	Order    string              // among equally good hits the highest comes first
	Counts   []string            // tags to be counted, see UncoveredNeed
	Public   bool                // everybody may see it; anything else never enters the index
	Demo     bool
}

// Source is one kind of thing that can be found. Get answers NotFound for what is gone.
type Source interface {
	Kind() string
	Collection() string // whose feed entries change it
	Each(ctx context.Context, fn func(Entry) error) error
	Get(ctx context.Context, id string) (Entry, error)
}

// Dependent is a Source whose entries also change with other collections.
type Dependent = indexer.Dependent

// Protected are words that the Indonesian stemmer would cut to nonsense: common words of this portal whose beginning
// or end only looks like an affix.
var Protected = []string{
	"perempuan", "nelayan", "kecamatan", "kelurahan", "kabupaten", "petani", "pertanian", "pelatihan", "permukiman",
	"sekolah", "sambas", "berita", "beasiswa", "beras", "dinas", "pesisir", "perahu", "dermaga", "terminal", "media",
	"keladi", "kelapa", "keluarga", "kepala", "menengah", "makanan", "ikan", "hutan", "lahan", "medan", "internet",
	"sintang", "sekadau", "melawi", "ketapang", "bengkayang", "mempawah", "pontianak", "singkawang", "pemangkat",
}

// OpenIndex opens the catalog's index under a folder of this replica.
func OpenIndex(folder string, options search.Options) (*search.Index, error) {
	options.Protected = Protected
	return search.Open(folder, options)
}

// Tags that are counted. Demonstration data is counted apart and never added to the real.
const (
	tagUncovered = "uncovered"
	tagKind      = "kind"
	demoSuffix   = "!demo"
)

// UncoveredNeed gives the tags of an open need of that place of which something is still uncovered.
func UncoveredNeed(place domain.RegionCode, demo bool) []string {
	tags := []string{uncoveredTag("", demo)}
	for _, region := range place.Path() {
		tags = append(tags, uncoveredTag(domain.RegionCode(region), demo))
	}
	return tags
}

func uncoveredTag(region domain.RegionCode, demo bool) string {
	return demoTag(tagUncovered+":"+string(region), demo)
}

func kindTag(kind string, demo bool) string { return demoTag(tagKind+":"+kind, demo) }

func demoTag(tag string, demo bool) string {
	if demo {
		return tag + demoSuffix
	}
	return tag
}

// document is the entry as the index keeps it. Its category can be found by its name in both languages.
func (e Entry) document(kind string) search.Document {
	text := e.Text
	for _, more := range []string{e.Place, domain.Taxonomy().CategoryName(e.Category, "id"), domain.Taxonomy().CategoryName(e.Category, "en")} {
		if more != "" {
			text += "\n" + more
		}
	}
	return search.Document{
		Key: search.Key{Kind: kind, ID: e.ID}, Title: e.Title, Text: text, Filters: e.Filters, Order: e.Order,
		Tags: append([]string{kindTag(kind, e.Demo)}, e.Counts...),
	}
}
