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

// bundleMax bounds how many documents one ZIP holds.
const bundleMax = 1000

// Bundle writes the documents of a thing that the actor may read now as a ZIP: the files, manifest.csv and SHA256SUMS, which
// sha256sum -c takes. Who may read is asked again for each file just before it is written, and readings of what is not
// public are noted. A file that cannot be had ends the ZIP before its directory, so that nobody takes it for whole.
type Bundle struct {
	s      *Service
	actor  domain.Actor
	parent domain.Resolved
	ids    []string
}

// Bundle gathers the documents of a thing. NotFound where the actor may not see the thing or may read none of its documents.
func (s *Service) Bundle(ctx context.Context, actor domain.Actor, ref domain.Ref) (*Bundle, error) {
	parent, err := s.parent(ctx, actor, ref)
	if err != nil {
		return nil, err
	}
	b := &Bundle{s: s, actor: actor, parent: parent}
	q := store.Query{List: listParent, Key: store.KeyOf(parentValue(ref), ""), Limit: 100}
	for {
		page, err := s.records.List(ctx, q)
		if err != nil {
			return nil, err
		}
		for _, doc := range page.Items {
			if mayRead(actor, doc.Body.on(s.clock.Now()), parent) && len(b.ids) < bundleMax {
				b.ids = append(b.ids, doc.ID)
			}
		}
		if q.Cursor = page.Next; q.Cursor == "" {
			break
		}
	}
	if len(b.ids) == 0 {
		return nil, apperr.New(apperr.NotFound, "error.not_found")
	}
	return b, nil
}

// Name is the file name of the ZIP.
func (b *Bundle) Name() string {
	return cleanName(fmt.Sprintf("%s %s.zip", b.parent.Title, domain.DateOf(b.s.clock.Now())), "zip")
}

// Write streams the ZIP in bounded memory.
func (b *Bundle) Write(ctx context.Context, w io.Writer) error {
	z := zip.NewWriter(w)
	var sums strings.Builder
	var manifest strings.Builder
	rows := csv.NewWriter(&manifest)
	_ = rows.Write([]string{"file", "title", "type", "date", "language", "bytes", "sha256", "document"})
	for _, id := range b.ids {
		view, err := b.s.readable(ctx, b.actor, domain.DocumentID(id))
		if apperr.Is(err, apperr.NotFound) {
			continue // hidden or thrown away meanwhile
		}
		if err == nil {
			err = b.s.note(ctx, b.actor, view, "zip")
		}
		if err != nil {
			return err
		}
		d := view.Document
		name := fmt.Sprintf("%s-%s", id[:6], d.FileName)
		if err := b.file(ctx, z, name, d); err != nil {
			return err
		}
		fmt.Fprintf(&sums, "%s  %s\n", d.SHA256, name)
		_ = rows.Write([]string{name, sheet.Protect(d.Title), string(d.Type), string(d.Date), d.Language, strconv.FormatInt(d.Size, 10), d.SHA256, documentPath(view.ID)})
	}
	rows.Flush()
	for name, text := range map[string]string{"manifest.csv": manifest.String(), "SHA256SUMS": sums.String()} {
		f, err := z.CreateHeader(&zip.FileHeader{Name: name, Method: zip.Deflate, Modified: b.s.clock.Now()})
		if err == nil {
			_, err = io.WriteString(f, text)
		}
		if err != nil {
			return err
		}
	}
	return z.Close()
}

// file adds one file as it is: most are packed already.
func (b *Bundle) file(ctx context.Context, z *zip.Writer, name string, d Document) error {
	at := d.Created
	if !d.RenewedAt.IsZero() {
		at = d.RenewedAt
	}
	f, err := z.CreateHeader(&zip.FileHeader{Name: name, Method: zip.Store, Modified: at.In(time.UTC)})
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
