package documents

import (
	"context"
	"strings"
	"unicode"
	"unicode/utf8"

	"gotong/modules/domain"
	"gotong/modules/kit/apperr"
	"gotong/modules/kit/search"
	"gotong/modules/kit/store"
)

// indexed gives the search index what is written in documents, for those who may read them.
type indexed struct{ s *Service }

// Kind implements indexer.Source.
func (indexed) Kind() string { return domain.KindDocument }

// Collection implements indexer.Source.
func (indexed) Collection() string { return definition.Name }

// Each implements indexer.Source.
func (x indexed) Each(ctx context.Context, fn func(search.Document) error) error {
	return x.s.records.Each(ctx, func(doc store.Doc[Document]) error {
		if doc.Body.Status != Ready {
			return nil
		}
		d, err := x.document(ctx, doc)
		if err != nil {
			return err
		}
		return fn(d)
	})
}

// Get implements indexer.Source.
func (x indexed) Get(ctx context.Context, id string) (search.Document, error) {
	doc, err := x.s.records.Get(ctx, id)
	if err == nil && doc.Body.Status != Ready {
		err = apperr.New(apperr.NotFound, "error.not_found")
	}
	if err != nil {
		return search.Document{}, err
	}
	return x.document(ctx, doc)
}

// Touched implements indexer.Dependent: who may read a document goes by what it belongs to.
func (x indexed) Touched(ctx context.Context, collection, id string) ([]string, error) {
	kind, ok := x.s.things[collection]
	if !ok {
		return nil, nil
	}
	return x.s.IDsOf(ctx, domain.Ref{Kind: kind, ID: id})
}

// concerns tells whether changes of a collection may change who reads which document.
func (x indexed) concerns(collection string) bool {
	return collection == definition.Name || x.s.things[collection] != ""
}

// indexedText bounds how much of a text is searched, in bytes.
const indexedText = 1 << 20

func (x indexed) document(ctx context.Context, doc store.Doc[Document]) (search.Document, error) {
	d := doc.Body
	text := strings.Join([]string{d.Description, d.Authors, d.FileName, strings.Join(d.Tags, " ")}, "\n")
	if !d.picture() {
		r, err := x.s.reading(ctx, d)
		if err != nil && !apperr.Is(err, apperr.NotFound) {
			return search.Document{}, err
		}
		text += "\n" + r.text(indexedText)
	}
	found := search.Document{
		Key: search.Key{Kind: domain.KindDocument, ID: doc.ID}, Title: d.Title, Text: text, Order: store.SortTime(d.Created), Name: store.SortText(d.Title),
		Filters: d.filters(),
	}
	readers, err := x.s.readers(ctx, d)
	found.Filters[filterReaders] = readers
	return found, err
}

// text joins the pages, at most so many bytes.
func (r Reading) text(limit int) string {
	var out strings.Builder
	for i := range r.Pages {
		if out.Len() >= limit {
			break
		}
		writeWords(&out, r.page(i))
		out.WriteByte('\n')
	}
	return out.String()
}

// wordMax is how many bytes of a word are searched. An index keeps each word whole, so that one of a megabyte would cost it
// a thousand times as much.
const wordMax = 100

// writeWords writes a text with the rest of each longer word left out.
func writeWords(out *strings.Builder, text string) {
	word := 0
	for _, r := range text {
		if unicode.IsSpace(r) {
			word = 0
		} else if word += utf8.RuneLen(r); word > wordMax {
			continue
		}
		out.WriteRune(r)
	}
}

// page gives a page as text, from 0.
func (r Reading) page(i int) string {
	p := r.Pages[i]
	if len(p.Rows) == 0 {
		return p.Text
	}
	lines := make([]string, 0, len(p.Rows)+1)
	lines = append(lines, p.Title)
	for _, row := range p.Rows {
		lines = append(lines, strings.Join(row, " "))
	}
	return strings.Join(lines, "\n")
}

// Found is a document with the place that answers the question: the page, from 1 (0: none), and what stands there.
type Found struct {
	View
	Page    int
	Heading string // what the page is called, as the sheet of a workbook
	Quote   []search.Span
}

const quoteLimit = 180

// Search finds documents by what is written in them and of them, all of the filter where nothing is asked, whatever their
// visibility, under the reader's rights: each hit is read again and left out where the reader may not read it now. Errors:
// BadRequest for a cursor of another question, Unavailable.
func (s *Service) Search(ctx context.Context, actor domain.Actor, f Filter) (found []Found, next string, err error) {
	views, next, err := s.findViews(ctx, actor, f, pageSize)
	for _, view := range views {
		if f.Text == "" {
			found = append(found, Found{View: view})
		} else {
			found = append(found, s.placed(ctx, view, f.Text))
		}
	}
	return found, next, err
}

// findViews reads hits until a page is full, leaving out what the actor may not see. While the index is being built the
// store's own list of public documents stands in for what it can tell.
func (s *Service) findViews(ctx context.Context, actor domain.Actor, f Filter, limit int) (views []View, next string, err error) {
	if after, ok := strings.CutPrefix(f.Cursor, unindexed); ok {
		f.Cursor = after
		return s.newest(ctx, actor, f)
	}
	if s.fresh != nil && f.Cursor == "" { // what was added just before is to be found; what was hidden is left out below
		if _, err := s.fresh(ctx, freshWithin); err != nil {
			return nil, "", err
		}
	}
	q := f.query()
	q.Any = map[string][]string{filterReaders: candidates(actor)}
	parents := s.parentsFor(actor)
	for range rounds {
		q.Limit = limit - len(views)
		result, err := s.find.Search(ctx, q)
		if err != nil {
			return nil, "", err
		}
		if result.Building && f.plain() && f.Cursor == "" {
			return s.newest(ctx, actor, f)
		}
		shown, err := parents.ready(ctx, result.IDs)
		if err != nil {
			return nil, "", err
		}
		views = append(views, shown...)
		if q.Cursor = result.Next; q.Cursor == "" || len(views) >= limit {
			break
		}
	}
	return views, q.Cursor, nil
}

// placed looks for the words in the text; a text that cannot be had leaves the quote to the description.
func (s *Service) placed(ctx context.Context, v View, question string) Found {
	found := Found{View: v}
	d := v.Document
	if !d.picture() {
		if r, err := s.reading(ctx, d); err == nil {
			if found.Page, found.Quote = s.quote(r, question); found.Page > 0 {
				found.Heading = r.Pages[found.Page-1].Title
				return found
			}
		}
	}
	if d.Description != "" {
		found.Quote = s.find.Snippet(question, d.Description, quoteLimit)
	}
	return found
}

// quote finds the first page on which a word of the question stands, and cuts the passage out of it.
func (s *Service) quote(r Reading, question string) (page int, quote []search.Span) {
	var begins []string
	for _, word := range strings.Fields(strings.ToLower(question)) {
		if runes := []rune(word); len(runes) >= 2 {
			begins = append(begins, string(runes[:min(3, len(runes))]))
		}
	}
	for i := range r.Pages {
		text := r.page(i)
		if !mayHold(text, begins) {
			continue
		}
		spans := s.find.Snippet(question, text, quoteLimit)
		for _, span := range spans {
			if span.Hit {
				return i + 1, spans
			}
		}
	}
	return 0, nil
}

// mayHold tells whether a page is worth a closer look: a word's form may differ (air, berair), its first letters stand in it.
func mayHold(text string, begins []string) bool {
	lower := strings.ToLower(text)
	for _, b := range begins {
		if strings.Contains(lower, b) {
			return true
		}
	}
	return false
}

// publicText bounds how much of a text the search over everything knows.
const publicText = 64 << 10

// Text gives the beginning of what is written in a document that everybody may read, "" where it cannot be had now.
func (s *Service) Text(ctx context.Context, d Document) string {
	if d.picture() {
		return ""
	}
	r, err := s.reading(ctx, d)
	if err != nil {
		return ""
	}
	return r.text(publicText)
}
