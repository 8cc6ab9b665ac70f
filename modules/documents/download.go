package documents

import (
	"context"
	"errors"
	"io"
	"strconv"
	"strings"
	"sync"

	"gotong/modules/domain"
)

// Wanted is what a reader asks of a file, from the headers of the same name.
type Wanted struct {
	Range       string
	IfRange     string
	IfNoneMatch string
	HeadOnly    bool
	Version     string // SHA-256 of the version; "" the current one
}

// Outcome says how a file is answered.
type Outcome int

// Outcomes.
const (
	Whole       Outcome = iota // 200
	Part                       // 206
	NotModified                // 304
	OutOfRange                 // 416
)

// File is the answer to a download: Length bytes from Offset. Body is nil where none is sent; the caller closes it.
type File struct {
	View
	Outcome        Outcome
	Offset, Length int64
	Body           io.ReadCloser
	Public         bool // anyone may read it now
}

// ETag is the file's strong validator.
func (f File) ETag() string { return `"` + f.Document.SHA256 + `"` }

// Open opens a document's content for who may read it now; a reading of what is not public is noted before the first
// byte. NotFound for everyone else, Unavailable where the object store does not answer or has lost the object.
func (s *Service) Open(ctx context.Context, actor domain.Actor, id domain.DocumentID, want Wanted) (File, error) {
	view, err := s.readable(ctx, actor, id)
	if err != nil {
		return File{}, err
	}
	if view, err = view.at(want.Version); err != nil {
		return File{}, err
	}
	file := File{View: view, Length: view.Document.Size, Public: view.public()}
	file.choose(want)
	if file.Outcome == NotModified || file.Outcome == OutOfRange || want.HeadOnly {
		return file, nil
	}
	if err := s.note(ctx, actor, view, want.Range); err != nil {
		return File{}, err
	}
	err = s.send(ctx, &file)
	return file, err
}

// send opens the part of the content that is sent. The answer is sent after the handler is done: only closing the body ends
// the reading.
func (s *Service) send(ctx context.Context, file *File) error {
	ctx, cancel := context.WithCancel(context.WithoutCancel(ctx))
	body, err := s.blobs.Get(ctx, file.Document.Object, file.Offset, file.Length)
	if err != nil {
		cancel()
		return unfinished(err)
	}
	file.Body = &cancelling{ReadCloser: body, cancel: cancel}
	return nil
}

type cancelling struct {
	io.ReadCloser
	cancel context.CancelFunc
}

// Close ends the request behind the body.
func (c *cancelling) Close() error {
	defer c.cancel()
	return c.ReadCloser.Close()
}

// pass are the buffers of downloads; larger ones are slower, since what was just read has left the nearest cache when it is sent.
var pass = sync.Pool{New: func() any { return new([64 << 10]byte) }}

// WriteTo passes on as much at once as comes: the server's own way takes 4 KB at a time.
func (c *cancelling) WriteTo(w io.Writer) (sent int64, err error) {
	buffer := pass.Get().(*[64 << 10]byte) //nolint:forcetypeassert // holds nothing else
	defer pass.Put(buffer)
	for {
		n, err := c.Read(buffer[:])
		if n > 0 {
			written, failed := w.Write(buffer[:n])
			if sent += int64(written); failed != nil {
				return sent, failed
			}
		}
		switch {
		case errors.Is(err, io.EOF):
			return sent, nil
		case err != nil:
			return sent, err
		}
	}
}

// choose decides between the whole, a part and nothing (RFC 9110, 13 and 14).
func (f *File) choose(want Wanted) {
	if matches(want.IfNoneMatch, f.ETag()) {
		f.Outcome = NotModified
		return
	}
	if want.Range == "" || want.IfRange != "" && want.IfRange != f.ETag() {
		return
	}
	offset, length, ok, satisfiable := parseRange(want.Range, f.Document.Size)
	switch {
	case !ok: // not understood: the whole
	case !satisfiable:
		f.Outcome = OutOfRange
	default:
		f.Outcome, f.Offset, f.Length = Part, offset, length
	}
}

func matches(header, etag string) bool {
	for _, tag := range strings.Split(header, ",") {
		if tag = strings.TrimPrefix(strings.TrimSpace(tag), "W/"); tag == etag || tag == "*" {
			return true
		}
	}
	return false
}

// parseRange reads one range of bytes; several at once and other units are not understood, which RFC 9110 allows.
func parseRange(header string, size int64) (offset, length int64, ok, satisfiable bool) {
	spec, found := strings.CutPrefix(header, "bytes=")
	first, last, dash := strings.Cut(spec, "-")
	if !found || !dash || strings.Contains(spec, ",") {
		return 0, 0, false, false
	}
	if first == "" {
		n, err := strconv.ParseUint(last, 10, 62)
		if err != nil {
			return 0, 0, false, false
		}
		length = min(int64(n), size)
		return size - length, length, true, length > 0
	}
	from, err := strconv.ParseUint(first, 10, 62)
	if err != nil {
		return 0, 0, false, false
	}
	offset, end := int64(from), size-1
	if last != "" {
		to, err := strconv.ParseUint(last, 10, 62)
		if err != nil || to < from {
			return 0, 0, false, false
		}
		end = min(end, int64(to))
	}
	return offset, end - offset + 1, true, offset < size
}
