package documents

import (
	"archive/zip"
	"context"
	"crypto/sha256"
	"encoding/csv"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"
	"time"

	"gotong/modules/domain"
	"gotong/modules/kit/apperr"
	"gotong/modules/kit/sheet"
	"gotong/modules/kit/store"
)

// Bounds of a set that is given out as ZIP: so many documents in all, and so many files and bytes in one part. A part is
// never larger than what a ZIP without extensions holds, which every program opens.
const (
	bundleMax  = 5000
	partFiles  = 500
	partBytes  = 1 << 30
	bundlePage = 100
)

// Set names documents: those of a thing, of a collection, or what a filter of the library finds.
type Set struct {
	For        domain.Ref
	Collection string
	Filter     Filter
}

// Bundle is a set of documents that the actor may read now, as ZIP in one or several parts. Each holds a list of what is in
// it, SHA256SUMS, which sha256sum -c takes, and the files.
type Bundle struct {
	Title string
	Path  string // of the page whose documents these are
	Count int
	Size  int64 // bytes of the files
	Parts []ZipPart
	Cut   bool // there are more than bundleMax: the rest is not in it
	Demo  bool

	s     *Service
	actor domain.Actor
	at    time.Time
}

// ZipPart is one ZIP of a bundle.
type ZipPart struct {
	Files []BundledFile
	Size  int64 // bytes of the files
	n, of int
}

// BundledFile is one file of a ZIP.
type BundledFile struct {
	View
	Name string
}

// Bundle gathers a set. NotFound where the actor may not see what it is of, or may read none of its documents; Unavailable
// while the search does not know them all.
func (s *Service) Bundle(ctx context.Context, actor domain.Actor, set Set) (*Bundle, error) {
	b := &Bundle{s: s, actor: actor, at: s.clock.Now()}
	views, err := b.gather(ctx, set)
	if err != nil {
		return nil, err
	}
	if len(views) == 0 {
		return nil, apperr.New(apperr.NotFound, "error.not_found")
	}
	var part ZipPart
	for i, v := range views {
		v.Document = v.Document.on(b.at)
		if len(part.Files) > 0 && (len(part.Files) >= partFiles || part.Size+v.Document.Size > partBytes) {
			b.Parts, part = append(b.Parts, part), ZipPart{}
		}
		part.Files = append(part.Files, BundledFile{v, fmt.Sprintf("%03d-%s", i+1, v.Document.FileName)})
		part.Size, b.Size, b.Count, b.Demo = part.Size+v.Document.Size, b.Size+v.Document.Size, b.Count+1, b.Demo || v.Document.Demo
	}
	b.Parts = append(b.Parts, part)
	for i := range b.Parts {
		b.Parts[i].n, b.Parts[i].of = i+1, len(b.Parts)
	}
	return b, nil
}

func (b *Bundle) gather(ctx context.Context, set Set) ([]View, error) {
	var next func(cursor string) ([]View, string, error)
	switch {
	case set.Collection != "":
		c, err := b.s.Collections.Get(ctx, b.actor, set.Collection)
		b.Title, b.Path = c.Collection.Title, collectionPath(c.ID)
		return c.Documents, err
	case set.For.Kind != "":
		parent, err := b.s.parent(ctx, b.actor, set.For)
		if err != nil {
			return nil, err
		}
		b.Title, b.Path = parent.Title, parent.Path
		next = func(cursor string) ([]View, string, error) {
			return b.s.visible(ctx, b.actor, store.Query{List: listParent, Key: store.KeyOf(parentValue(set.For), ""), Cursor: cursor, Limit: bundlePage})
		}
	case b.s.find == nil:
		return nil, nil
	default:
		if err := b.s.knowsAll(ctx); err != nil {
			return nil, err
		}
		next = func(cursor string) ([]View, string, error) {
			f := set.Filter
			f.Cursor = cursor
			return b.s.findViews(ctx, b.actor, f, bundlePage)
		}
	}
	var all []View
	for cursor := ""; ; {
		views, more, err := next(cursor)
		if err != nil {
			return nil, err
		}
		all = append(all, views...)
		if len(all) > bundleMax || len(all) == bundleMax && more != "" {
			b.Cut = true
			return all[:bundleMax], nil
		}
		if cursor = more; more == "" {
			return all, nil
		}
	}
}

// filledWithin is how long a set that is searched for waits for an index that is being filled.
const filledWithin = 10 * time.Second

// knowsAll waits until the index knows every document: a set without those that it does not know yet would pass for whole.
// Unavailable where that takes too long.
func (s *Service) knowsAll(ctx context.Context) error {
	if s.filled == nil {
		return nil
	}
	if ok, err := s.filled(ctx, filledWithin); err != nil || ok {
		return err
	}
	busy := apperr.New(apperr.Unavailable, "error.unavailable")
	busy.RetryAfter = filledWithin
	return busy
}

// Name is the file name of one part's ZIP; word is what the set is called where it has no title.
func (b *Bundle) Name(p ZipPart, word string) string {
	title := b.Title
	if title == "" {
		title = word
	}
	name := fmt.Sprintf("%s %s", title, domain.DateOf(b.at))
	if p.of > 1 {
		name += fmt.Sprintf(" %d-%d", p.n, p.of)
	}
	return cleanName(name+".zip", "zip")
}

// lists are manifest.csv and SHA256SUMS of a part.
func (p ZipPart) lists() [2]string {
	var manifest, sums strings.Builder
	rows := csv.NewWriter(&manifest)
	_ = rows.Write([]string{"file", "title", "type", "date", "language", "bytes", "sha256", "document"})
	for _, f := range p.Files {
		d := f.Document
		fmt.Fprintf(&sums, "%s  %s\n", d.SHA256, f.Name)
		_ = rows.Write([]string{f.Name, sheet.Protect(d.Title), string(d.Type), string(d.Date), d.Language, strconv.FormatInt(d.Size, 10), d.SHA256, documentPath(f.ID)})
	}
	rows.Flush()
	return [2]string{manifest.String(), sums.String()}
}

// listNames are the names of the lists.
var listNames = [2]string{"manifest.csv", "SHA256SUMS"}

// What a ZIP holds beside the contents, for entries with a time and with the sum behind the content: the headers in front of
// a content, behind it, and of the directory, and the end of all.
const (
	zipBefore    = 30 + 9
	zipBehind    = 16
	zipDirectory = 46 + 9
	zipEnd       = 22
)

// Length is how many bytes Write gives, so that a browser can show how far it is.
func (p ZipPart) Length() int64 {
	total := int64(zipEnd)
	entry := func(name string, size int64) {
		total += zipBefore + zipBehind + zipDirectory + 2*int64(len(name)) + size
	}
	for i, text := range p.lists() {
		entry(listNames[i], int64(len(text)))
	}
	for _, f := range p.Files {
		entry(f.Name, f.Document.Size)
	}
	return total
}

// Write streams a part in bounded memory. Who may read is asked again for each file just before it is written, and readings
// of what is not public are noted. Conflict where a file was hidden, thrown away or renewed meanwhile, Unavailable where one
// cannot be had: the ZIP ends before its directory, so that nobody takes it for whole.
func (b *Bundle) Write(ctx context.Context, p ZipPart, w io.Writer) error {
	z := zip.NewWriter(w)
	for i, text := range p.lists() {
		f, err := z.CreateHeader(&zip.FileHeader{Name: listNames[i], Method: zip.Store, Modified: b.at.In(time.UTC)})
		if err == nil {
			_, err = io.WriteString(f, text)
		}
		if err != nil {
			return err
		}
	}
	for _, f := range p.Files {
		view, err := b.s.readable(ctx, b.actor, f.ID)
		if apperr.Is(err, apperr.NotFound) || err == nil && view.Document.SHA256 != f.Document.SHA256 {
			return apperr.Wrap(fmt.Errorf("documents: %s changed while it was packed", f.ID), apperr.Conflict, "error.conflict")
		}
		if err == nil {
			err = b.s.note(ctx, b.actor, view, "zip")
		}
		if err == nil {
			err = b.file(ctx, z, f)
		}
		if err != nil {
			return err
		}
	}
	return z.Close()
}

// file adds one file as it is: most are packed already.
func (b *Bundle) file(ctx context.Context, z *zip.Writer, of BundledFile) error {
	d := of.Document
	f, err := z.CreateHeader(&zip.FileHeader{Name: of.Name, Method: zip.Store, Modified: d.Current().At.In(time.UTC)})
	if err != nil {
		return err
	}
	body, err := b.s.blobs.Get(ctx, d.Object, 0, d.Size)
	if err != nil {
		return unfinished(err)
	}
	sum := sha256.New()
	_, err = io.Copy(f, io.TeeReader(body, sum))
	if err = errors.Join(err, body.Close()); err != nil {
		return err
	}
	if got := hex.EncodeToString(sum.Sum(nil)); got != d.SHA256 {
		return fmt.Errorf("documents: %s is stored with sum %s, known was %s", d.Object, got, d.SHA256)
	}
	return nil
}
