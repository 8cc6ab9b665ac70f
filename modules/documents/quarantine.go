package documents

import (
	"context"
	"slices"
	"strings"
	"time"

	"gotong/modules/domain"
	"gotong/modules/kit/apperr"
	"gotong/modules/kit/store"
)

// Finding is what the scanner says of a content: "" nothing harmful, Unscanned nothing yet, else what it found.
type Finding string

// Unscanned is the finding of a content that the scanner has not seen.
const Unscanned Finding = "unscanned"

// opened makes a document ready or, while its content is not known to be clean, puts it into quarantine.
func (d Document) opened(now time.Time) Document {
	d.Status, d.Since = Ready, now
	if d.Finding != "" {
		d.Status = Quarantined
	}
	return d
}

// found notes what the scanner says of the contents with that sum. A document whose current content is not clean is in
// quarantine; one whose content is found clean leaves it. It tells whether anything changed.
func (d Document) found(sum string, f Finding, now time.Time) (Document, bool) {
	changed := false
	d.Versions = slices.Clone(d.Versions)
	for i, v := range d.Versions {
		if v.SHA256 == sum && v.Finding != f {
			d.Versions[i].Finding, changed = f, true
		}
	}
	if d.SHA256 != sum || d.Finding == f {
		return d, changed
	}
	d.Finding = f
	if d.Status == Ready || d.Status == Quarantined {
		d = d.opened(now)
	}
	return d, true
}

// scans is how far the contents were held against what the scanner knows.
type scans struct {
	Version string `json:"version"`          // of the scanner and its signatures
	Cursor  string `json:"cursor,omitempty"` // the last document that was looked at
	Done    bool   `json:"done,omitempty"`
}

const scansKey, scansKept = "all", 10 * 365 * 24 * time.Hour

// Rescanned counts what a run of the scanner over what is kept did.
type Rescanned struct {
	Looked   int // contents that were scanned
	Opened   int // documents that left quarantine
	Withheld int // documents that went into it
}

// Rescan scans what waits in quarantine and, where the scanner knows other signatures than at the last run, everything
// that is kept, from where an interrupted run stopped. Unavailable where a server or the scanner does not answer; the next
// run goes on.
func (s *Service) Rescan(ctx context.Context) (done Rescanned, err error) {
	if s.scanner == nil {
		return done, nil
	}
	version, err := s.scanner.Version(ctx)
	if err != nil {
		return done, apperr.Wrap(err, apperr.Unavailable, "error.unavailable")
	}
	if !strings.Contains(version, "/") { // signatures of one's own have no version: once a day
		version += "/" + string(domain.DateOf(s.clock.Now()))
	}
	if err := s.rescanWaiting(ctx, &done); err != nil {
		return done, err
	}
	at, err := s.scans.Get(ctx, scansKey)
	if err != nil && !apperr.Is(err, apperr.NotFound) {
		return done, err
	}
	if at.Version != version {
		at = scans{Version: version}
	}
	if at.Done {
		return done, nil
	}
	err = s.records.Each(ctx, func(doc store.Doc[Document]) error {
		if doc.ID <= at.Cursor || doc.Body.Status == Pending {
			return nil
		}
		if err := s.rescanDocument(ctx, doc.ID, func(Finding) bool { return true }, &done); err != nil {
			return err
		}
		at.Cursor = doc.ID
		return s.scans.Put(ctx, scansKey, at, scansKept)
	})
	if err != nil {
		return done, err
	}
	return done, s.scans.Put(ctx, scansKey, scans{Version: version, Done: true}, scansKept)
}

// rescanWaiting scans what came while the scanner did not answer.
func (s *Service) rescanWaiting(ctx context.Context, done *Rescanned) error {
	for cursor := ""; ; {
		page, err := s.records.List(ctx, store.Query{List: listSweep, Key: store.KeyOf(string(Quarantined)), Cursor: cursor, Limit: 50})
		if err != nil {
			return err
		}
		for _, doc := range page.Items {
			if err := s.rescanDocument(ctx, doc.ID, func(f Finding) bool { return f == Unscanned }, done); err != nil {
				return err
			}
		}
		if cursor = page.Next; cursor == "" {
			return nil
		}
	}
}

// rescanDocument scans the contents of a document whose finding asks for it, and writes what changed.
func (s *Service) rescanDocument(ctx context.Context, id string, asks func(Finding) bool, done *Rescanned) error {
	findings := map[string]Finding{}
	for range 5 {
		doc, err := s.records.Get(ctx, id)
		if apperr.Is(err, apperr.NotFound) {
			return nil
		}
		if err != nil {
			return err
		}
		body, changed := doc.Body, false
		for _, v := range doc.Body.History() {
			if !asks(v.Finding) {
				continue
			}
			f, known := findings[v.SHA256]
			if !known {
				if f, err = s.findingOf(ctx, v); err != nil {
					return err
				}
				findings[v.SHA256] = f
				done.Looked++
			}
			next, differs := body.found(v.SHA256, f, s.clock.Now())
			body, changed = next, changed || differs
		}
		if !changed {
			return nil
		}
		change := store.Change{Action: "document.scanned", Organization: string(body.Organization), Reason: string(body.Finding)}
		switch _, err = s.records.Replace(ctx, doc, body, change); {
		case err == nil:
			done.count(doc.Body.Finding, body.Finding)
			return nil
		case !apperr.Is(err, apperr.Conflict) && !apperr.Is(err, apperr.NotFound):
			return err
		}
	}
	return apperr.New(apperr.Unavailable, "error.unavailable")
}

func (r *Rescanned) count(before, after Finding) {
	switch {
	case before != "" && after == "":
		r.Opened++
	case before == "" && after != "":
		r.Withheld++
	}
}

// findingOf scans a stored content. What cannot be scanned keeps the finding that it has: it is lost, or larger than the
// scanner looks through.
func (s *Service) findingOf(ctx context.Context, v Version) (Finding, error) {
	body, err := s.blobs.Get(ctx, v.Object, 0, v.Size)
	if apperr.Is(err, apperr.NotFound) {
		return v.Finding, nil
	}
	if err != nil {
		return "", err
	}
	defer body.Close()
	found, err := s.scanner.Scan(ctx, body)
	if apperr.Is(err, apperr.TooLarge) {
		s.log.WarnContext(ctx, "documents: a content is larger than the scanner looks through", "sha256", v.SHA256, "bytes", v.Size)
		return v.Finding, nil
	}
	if err != nil {
		return "", err
	}
	if found != "" {
		s.log.WarnContext(ctx, "documents: a stored content is harmful and is withheld", "signature", found, "sha256", v.SHA256)
	}
	return Finding(found), nil
}

// rescanEvery is the usual pause between two runs; one that finds nothing new asks the scanner for its version only.
const rescanEvery = time.Minute

// RunScans rescans now and then until ctx ends; the caller holds the lease. A run that fails is logged.
func (s *Service) RunScans(ctx context.Context) error {
	for {
		if done, err := s.Rescan(ctx); err != nil && ctx.Err() == nil {
			s.log.ErrorContext(ctx, "documents: what is kept could not be scanned", "error", err)
		} else if done != (Rescanned{}) {
			s.log.InfoContext(ctx, "documents: scanned what is kept", "contents", done.Looked, "opened", done.Opened, "withheld", done.Withheld)
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(s.rescan):
		}
	}
}
