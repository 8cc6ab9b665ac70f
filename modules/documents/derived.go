package documents

import (
	"bytes"
	"compress/gzip"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"image"
	"image/jpeg"
	"image/png"
	"io"
	"strings"

	"golang.org/x/image/webp"

	"gotong/modules/domain"
	"gotong/modules/kit/apperr"
	"gotong/modules/kit/blob"
	"gotong/modules/kit/extract"
	"gotong/modules/kit/store"
)

// derivedPrefix is where lies what is made of a content: its text, smaller sizes of a picture. The keys name the content by
// its sum, so that what was made holds for as long as the content does; all of it can be made again at any time.
const derivedPrefix = "derived/"

func derivedName(sum, name string) string { return derivedPrefix + sum + "/" + name }

// Extractor reads the text of a file; see package extract for the errors.
type Extractor interface {
	Extract(ctx context.Context, kind string, r io.Reader, size int64) (extract.Result, error)
}

var (
	_ Extractor = (*extract.Process)(nil)
	_ Extractor = extract.Inside{}
)

// Reading is what is known of the text of a content.
type Reading struct {
	State string `json:"state"` // read, none (no letter in it, as in a scan), large, unreadable
	extract.Result
}

// States of a reading.
const (
	textRead       = "read"
	textNone       = "none"
	textLarge      = "large"
	textUnreadable = "unreadable"
)

// letters tells whether a reading holds anything to search for.
func letters(r extract.Result) bool {
	for _, p := range r.Pages {
		if p.Text != "" || len(p.Rows) > 0 {
			return true
		}
	}
	return false
}

// readingOf reads a content. An error says that nothing is known: it may be tried again.
func (s *Service) readingOf(ctx context.Context, kind string, body io.Reader, size int64) (Reading, error) {
	result, err := s.extract.Extract(ctx, kind, body, size)
	switch {
	case errors.Is(err, extract.ErrLimit):
		return Reading{State: textLarge}, nil
	case errors.Is(err, extract.ErrDamaged), errors.Is(err, extract.ErrKind):
		return Reading{State: textUnreadable}, nil
	case err != nil:
		return Reading{}, apperr.Wrap(err, apperr.Unavailable, "error.unavailable")
	case !letters(result):
		return Reading{State: textNone, Result: result}, nil
	}
	return Reading{State: textRead, Result: result}, nil
}

// keepReading stores a reading beside its content.
func (s *Service) keepReading(ctx context.Context, sum string, r Reading) error {
	var out bytes.Buffer
	z := gzip.NewWriter(&out)
	err := json.NewEncoder(z).Encode(r)
	if err = errors.Join(err, z.Close()); err != nil {
		return fmt.Errorf("text of %s: %w", sum, err)
	}
	return s.putDerived(ctx, derivedName(sum, "text.json.gz"), "application/gzip", out.Bytes())
}

func (s *Service) putDerived(ctx context.Context, key, mediaType string, raw []byte) error {
	_, err := s.blobs.Put(ctx, key, bytes.NewReader(raw), blob.PutOptions{Size: int64(len(raw)), ContentType: mediaType})
	return err
}

// readingMax bounds a stored reading, unpacked.
const readingMax = 32 << 20

// reading gives the text of a document's content, reading it now where that was not done. NotFound where
// the content is lost, Unavailable where the object store does not answer.
func (s *Service) reading(ctx context.Context, d Document) (Reading, error) {
	var r Reading
	body, err := s.blobs.Get(ctx, derivedName(d.SHA256, "text.json.gz"), 0, -1)
	if err == nil {
		defer body.Close()
		z, opening := gzip.NewReader(body)
		if opening == nil {
			opening = json.NewDecoder(io.LimitReader(z, readingMax)).Decode(&r)
		}
		if opening == nil {
			return r, nil
		}
		err = apperr.Wrap(opening, apperr.NotFound, "") // made anew
	}
	if !apperr.Is(err, apperr.NotFound) {
		return r, err
	}
	if d.Size > extract.MaxSize {
		return Reading{State: textLarge}, nil
	}
	content, err := s.blobs.Get(ctx, d.Object, 0, d.Size)
	if err != nil {
		return r, err
	}
	defer content.Close()
	if r, err = s.readingOf(ctx, extensionOf(d.FileName), content, d.Size); err != nil {
		return r, err
	}
	return r, s.keepReading(ctx, d.SHA256, r)
}

// understand reads the text of a file that is about to be taken and looks in it for what may not be: what a PDF
// runs or carries, and personal numbers. Invalid (file). A file whose text cannot be read is taken all the same.
func (s *Service) understand(ctx context.Context, file content) (content, error) {
	if file.Extension == "zip" {
		var err error
		if file, err = s.understandEntries(ctx, file); err != nil {
			return file, err
		}
	}
	if !extract.Reads(file.Extension) || file.Size() > extract.MaxSize {
		return file, nil
	}
	r, err := s.readingOf(ctx, file.Extension, file.reader(), file.Size())
	if err != nil {
		return file, err
	}
	if len(r.Active) > 0 {
		return file, refuse("documents.error.active_pdf")
	}
	if file.MediaType == kinds["pdf"].MediaType {
		for _, p := range r.Pages {
			file.Personal = append(file.Personal, domain.FindPersonalNumbers(p.Text)...)
		}
	}
	file.Contacts += contactsIn(r)
	file.read = &r
	return file, nil
}

// keepRead keeps the text of a file that is being taken.
func (s *Service) keepRead(ctx context.Context, file content) error {
	if file.read == nil {
		return nil
	}
	return s.keepReading(ctx, file.SHA256, *file.read)
}

// Widths of the smaller sizes of a picture, in pixels a side.
var widths = []int{320, 640, 1280}

var decoders = map[string]func(io.Reader) (image.Image, error){"image/jpeg": jpeg.Decode, "image/png": png.Decode, "image/webp": webp.Decode}

// smaller gives a picture as a JPEG of at most that many pixels a side; it is made once. NotFound where the content is no
// picture, Unavailable without the object store.
func (s *Service) smaller(ctx context.Context, d Document, side int) ([]byte, error) {
	decode := decoders[d.MediaType]
	if decode == nil {
		return nil, apperr.New(apperr.NotFound, "error.not_found")
	}
	key := derivedName(d.SHA256, fmt.Sprintf("w%d.jpg", side))
	if made, err := s.whole(ctx, key, -1); !apperr.Is(err, apperr.NotFound) {
		return made, err
	}
	raw, err := s.whole(ctx, d.Object, d.Size)
	if err != nil {
		return nil, unfinished(err)
	}
	select {
	case decoding <- struct{}{}: // one at a time, as uploads are
		defer func() { <-decoding }()
	case <-ctx.Done():
		return nil, apperr.Wrap(ctx.Err(), apperr.Unavailable, "")
	}
	picture, err := decode(bytes.NewReader(raw))
	if err != nil {
		return nil, apperr.Wrap(err, apperr.Unavailable, "")
	}
	var out bytes.Buffer
	var to io.Writer = &out
	if frame, err := scanJPEG(bytes.NewReader(raw)); d.MediaType == "image/jpeg" && err == nil && frame.orientation > 1 {
		to = &orienting{w: to, orientation: frame.orientation}
	}
	if err := jpeg.Encode(to, shrink(picture, side), &jpeg.Options{Quality: 72}); err != nil {
		return nil, err
	}
	return out.Bytes(), s.putDerived(ctx, key, "image/jpeg", out.Bytes())
}

// whole reads an object.
func (s *Service) whole(ctx context.Context, key string, size int64) ([]byte, error) {
	body, err := s.blobs.Get(ctx, key, 0, size)
	if err != nil {
		return nil, err
	}
	defer func() { _ = body.Close() }()
	raw, err := io.ReadAll(io.LimitReader(body, pictureMax))
	if err != nil {
		return nil, apperr.Wrap(err, apperr.Unavailable, "error.unavailable")
	}
	return raw, nil
}

// dropDerived removes what was made of a content that no document has any more.
func (s *Service) dropDerived(ctx context.Context, sum string) error {
	if n, err := s.records.Count(ctx, listSum, store.KeyOf(sum)); err != nil || n > 0 {
		return err
	}
	var keys []string
	for info, err := range s.blobs.List(ctx, derivedName(sum, "")) {
		if err != nil {
			return err
		}
		keys = append(keys, info.Key)
	}
	for _, key := range keys {
		if err := s.blobs.Delete(ctx, key); err != nil && !apperr.Is(err, apperr.NotFound) {
			return err
		}
	}
	return nil
}

// staleDerived lists what was made of contents that no document has any more.
func (s *Service) staleDerived(ctx context.Context) (keys []string, err error) {
	before := s.clock.Now().Add(-grace)
	last, kept := "", false
	for info, err := range s.blobs.List(ctx, derivedPrefix) {
		if err != nil {
			return nil, err
		}
		sum, _, ok := strings.Cut(strings.TrimPrefix(info.Key, derivedPrefix), "/")
		if !ok || !info.Modified.Before(before) {
			continue
		}
		if sum != last {
			n, err := s.records.Count(ctx, listSum, store.KeyOf(sum))
			if err != nil {
				return nil, err
			}
			last, kept = sum, n > 0
		}
		if !kept {
			keys = append(keys, info.Key)
		}
	}
	return keys, nil
}
