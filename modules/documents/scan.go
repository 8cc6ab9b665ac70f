package documents

import (
	"context"
	"io"

	"gotong/modules/kit/apperr"
)

// Scanner tells the name of what is harmful in a file, "" where it is clean. An error means that nothing is known.
// Version changes whenever what it knows changes.
type Scanner interface {
	Scan(ctx context.Context, r io.Reader) (found string, err error)
	Version(ctx context.Context) (string, error)
}

// scan holds a file against the scanner, where one is configured. Invalid (file) for one that is harmful or too large to
// be looked through. Where the scanner does not answer the file comes back as Unscanned: it may be kept, and nobody gets
// it before it is found clean.
func (s *Service) scan(ctx context.Context, file content) (content, error) {
	if s.scanner == nil {
		return file, nil
	}
	var r io.Reader = file.reader()
	if far, ok := file.source.(*remote); ok {
		body, err := far.whole()
		if err != nil {
			return file, unfinished(err)
		}
		defer body.Close()
		r = body
	}
	found, err := s.scanner.Scan(ctx, r)
	switch {
	case ctx.Err() != nil:
		return file, apperr.Wrap(ctx.Err(), apperr.Unavailable, "error.unavailable")
	case apperr.Is(err, apperr.TooLarge):
		return file, refuse("documents.error.scan_large")
	case err != nil:
		s.log.ErrorContext(ctx, "documents: the scanner gives no verdict", "error", err)
		file.Finding = Unscanned
	case found != "":
		s.log.WarnContext(ctx, "documents: a harmful file was refused", "signature", found, "sha256", file.SHA256)
		return file, refuse("documents.error.harmful", "signature", found)
	}
	return file, nil
}

// scanAway is the refusal of a file that cannot wait in quarantine.
func scanAway() error { return apperr.New(apperr.Unavailable, "documents.error.scan_away") }
