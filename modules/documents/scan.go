package documents

import (
	"context"
	"io"

	"gotong/modules/kit/apperr"
)

// Scanner tells the name of what is harmful in a file, "" where it is clean. An error means that nothing is known.
type Scanner interface {
	Scan(ctx context.Context, r io.Reader) (found string, err error)
}

// scan holds a file against the scanner, where one is configured: without its word no file is taken. Invalid (file) for
// one that is harmful or too large to be looked through; Unavailable where the scanner does not answer, after which the
// same file can be sent again without coming anew.
func (s *Service) scan(ctx context.Context, file content) error {
	if s.scanner == nil {
		return nil
	}
	var r io.Reader = file.reader()
	if far, ok := file.source.(*remote); ok {
		body, err := far.whole()
		if err != nil {
			return unfinished(err)
		}
		defer body.Close()
		r = body
	}
	found, err := s.scanner.Scan(ctx, r)
	switch {
	case apperr.Is(err, apperr.TooLarge):
		return refuse("documents.error.scan_large")
	case err != nil:
		s.log.ErrorContext(ctx, "documents: the scanner gives no verdict, the file is not taken", "error", err)
		return apperr.Wrap(err, apperr.Unavailable, "documents.error.scan_away")
	case found != "":
		s.log.WarnContext(ctx, "documents: a harmful file was refused", "signature", found, "sha256", file.SHA256)
		return refuse("documents.error.harmful", "signature", found)
	}
	return nil
}
