package documents

import (
	"context"
	"fmt"
	"strings"
	"time"

	"gotong/modules/domain"
	"gotong/modules/kit/apperr"
	"gotong/modules/kit/store"
)

const (
	// grace is for how long an upload may take before what it left is collected.
	grace = 2 * time.Hour
	// trashKept is for how long what was thrown away can be restored.
	trashKept = 30 * 24 * time.Hour
	// suspicious: so many objects without a document, and more than half of all, look like a wrong database.
	suspicious = 50
)

// Collected counts what one run of the collector did.
type Collected struct {
	Abandoned   int // pending documents removed
	Purged      int // thrown away documents removed for good
	Orphans     int // objects removed
	Derived     int // texts and smaller pictures removed of contents that are gone
	Released    int // embargoes whose day came
	Collections int // removed collections deleted for good
	Uploads     int // pieces and parts of uploads removed whose time was over
}

// Collect removes what broken uploads and the trash left: first the metadata, by compare-and-set, so that a late writer
// loses, then the objects that no document names. It deletes no object unless the whole listing was read, and each
// document behind it. Unavailable where a server does not answer; the next run goes on.
func (s *Service) Collect(ctx context.Context) (Collected, error) {
	var c Collected
	var err error
	if c.Abandoned, err = s.remove(ctx, Pending, grace, "document.abandoned"); err != nil {
		return c, err
	}
	if c.Purged, err = s.remove(ctx, Trashed, trashKept, "document.purged"); err != nil {
		return c, err
	}
	if c.Released, err = s.releaseDue(ctx); err != nil {
		return c, err
	}
	if c.Uploads, err = s.uploads.Sweep(ctx); err != nil {
		return c, err
	}
	if err := s.recountAll(ctx); err != nil {
		return c, err
	}
	if c.Collections, err = s.Collections.purge(ctx); err != nil {
		return c, err
	}
	orphans, err := s.Orphans(ctx)
	if err != nil {
		return c, err
	}
	stale, err := s.staleDerived(ctx)
	if err != nil {
		return c, err
	}
	for i, key := range append(orphans, stale...) {
		if err := s.blobs.Delete(ctx, key); err != nil {
			return c, err
		}
		if i < len(orphans) {
			c.Orphans++
		} else {
			c.Derived++
		}
	}
	return c, nil
}

// remove deletes the documents that are longer than kept in a status.
func (s *Service) remove(ctx context.Context, status Status, kept time.Duration, action string) (int, error) {
	before := s.clock.Now().Add(-kept)
	removed, cursor := 0, ""
	owners := map[domain.OrganizationID]bool{}
	for {
		page, err := s.records.List(ctx, store.Query{List: listSweep, Key: store.KeyOf(string(status)), Cursor: cursor, Limit: 100})
		if err != nil {
			return removed, err
		}
		for _, doc := range page.Items {
			if !doc.Body.Since.Before(before) {
				return removed, s.recountThose(ctx, owners) // the longest come first
			}
			if doc.Body.Hold != nil {
				continue
			}
			change := store.Change{Action: action, Organization: string(doc.Body.Organization)}
			switch err := s.records.Delete(ctx, doc, change); {
			case err == nil:
				removed++
				owners[doc.Body.Organization] = true
			case apperr.Is(err, apperr.Conflict), apperr.Is(err, apperr.NotFound): // finished or restored meanwhile
			default:
				return removed, err
			}
		}
		if cursor = page.Next; cursor == "" {
			return removed, s.recountThose(ctx, owners)
		}
	}
}

// named tells whether a document names an object as its content, or an upload is to become one.
func (s *Service) named(ctx context.Context, id, key string) (bool, error) {
	n, err := s.records.Count(ctx, listObject, store.KeyOf(key))
	if err != nil || n > 0 {
		return n > 0, err
	}
	up, err := s.uploads.Get(ctx, id)
	if apperr.Is(err, apperr.NotFound) {
		return false, nil
	}
	return err == nil && up.Key == key, err
}

// Orphans lists the objects older than the grace that no document names: what Collect removes. Conflict where most of
// the objects belong to no document.
func (s *Service) Orphans(ctx context.Context) ([]string, error) {
	before := s.clock.Now().Add(-grace)
	var orphans []string
	seen := 0
	for info, err := range s.blobs.List(ctx, prefix) {
		if err != nil {
			return nil, err
		}
		seen++
		if !info.Modified.Before(before) {
			continue
		}
		id, _, ok := strings.Cut(strings.TrimPrefix(info.Key, prefix), "/")
		if !ok {
			continue // not ours
		}
		named, err := s.named(ctx, id, info.Key)
		if err != nil {
			return nil, err
		}
		if !named {
			orphans = append(orphans, info.Key)
		}
	}
	if len(orphans) > suspicious && len(orphans) > seen/2 {
		return nil, apperr.Wrap(fmt.Errorf("%d of %d objects belong to no document: is this the right database?", len(orphans), seen),
			apperr.Conflict, "error.conflict")
	}
	return orphans, nil
}

// collectEvery is the pause between two runs.
const collectEvery = 15 * time.Minute

// RunCollector collects now and then until ctx ends, each time after ready; the caller holds the lease. A run that fails
// is logged.
func (s *Service) RunCollector(ctx context.Context, ready func(context.Context) error) error {
	for {
		err := ready(ctx)
		var c Collected
		if err == nil {
			c, err = s.Collect(ctx)
		}
		if err != nil && ctx.Err() == nil {
			s.log.ErrorContext(ctx, "documents: collector", "error", err)
		} else if c != (Collected{}) {
			s.log.InfoContext(ctx, "documents: collected", "abandoned", c.Abandoned, "purged", c.Purged, "orphans", c.Orphans, "derived", c.Derived, "pieces", c.Uploads, "released", c.Released, "collections", c.Collections)
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(collectEvery):
		}
	}
}
