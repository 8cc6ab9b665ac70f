package calls

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"time"

	"gotong/modules/domain"
	"gotong/modules/kit/apperr"
	"gotong/modules/kit/store"
)

// settleAfter is how long after a deadline the snapshot is taken: what was accepted in its last moment is written by
// then. It is also how old another mark must be before the reconciler takes it for left behind.
const settleAfter = time.Minute

// SnapshotPage holds a hundred entries' worth of what was handed in when a call closed. It is written once.
type SnapshotPage struct {
	Call  domain.CallID `json:"call"`
	Page  int64         `json:"page"`
	Items []Handed      `json:"items"`
}

// Sweep closes the calls whose deadline is over, by the server's clock. It gives how many it closed.
func (s *Service) Sweep(ctx context.Context) (int, error) {
	closed, now := 0, s.clock.Now()
	for {
		page, err := s.records.List(ctx, store.Query{List: listClock, Limit: 50})
		if err != nil {
			return closed, err
		}
		before := closed
		for _, doc := range page.Items {
			if !doc.Body.Past(now) {
				return closed, nil // the nearest deadline comes first
			}
			c := doc.Body
			if err := c.Close(Step{At: now}); err != nil {
				return closed, err
			}
			_, err := s.records.Replace(ctx, doc, c, store.Change{Action: past[ActionClose], Organization: string(c.Organization)})
			if err != nil && !apperr.Is(err, apperr.Conflict) {
				return closed, err
			}
			if err == nil {
				closed++
			}
		}
		if closed == before {
			return closed, nil
		}
	}
}

// Reconcile takes the snapshots that are due and tells applicants of amendments where a crash came between. It gives how
// many marks it finished.
func (s *Service) Reconcile(ctx context.Context) (int, error) {
	done, cursor := 0, ""
	for {
		page, err := s.records.List(ctx, store.Query{List: listMarked, Cursor: cursor, Limit: 50})
		if err != nil {
			return done, err
		}
		for _, doc := range page.Items {
			n, err := s.finish(ctx, doc)
			if err != nil {
				s.log.Error("a call's mark could not be settled", "call", doc.ID, "error", err)
				continue
			}
			done += n
		}
		if cursor = page.Next; cursor == "" {
			return done, nil
		}
	}
}

func (s *Service) finish(ctx context.Context, doc Doc) (int, error) {
	now := s.clock.Now()
	switch {
	case doc.Body.SnapshotDue && now.Sub(doc.Body.Deadline) >= settleAfter:
		return 1, s.snapshot(ctx, doc)
	case doc.Body.NotTold() && now.Sub(doc.Changed) >= settleAfter:
		return 1, s.tellAll(ctx, doc)
	}
	return 0, nil
}

// snapshot writes what was handed in, page by page, then notes the sum over all pages. A page that an interrupted run
// has written stands.
func (s *Service) snapshot(ctx context.Context, doc Doc) error {
	call := domain.CallID(doc.ID)
	sum := sha256.New()
	result := Snapshot{At: s.clock.Now()}
	cursor := ""
	for {
		entries, err := s.EntriesOf(ctx, call, cursor, 100)
		if err != nil {
			return err
		}
		ids := make([]domain.InitiativeID, 0, len(entries.Items))
		for _, e := range entries.Items {
			ids = append(ids, e.Body.Initiative)
		}
		handed, err := s.answers.Handed(ctx, ids)
		if err != nil {
			return err
		}
		result.Pages++
		kept, err := s.keepPage(ctx, SnapshotPage{Call: call, Page: result.Pages, Items: handed})
		if err != nil {
			return err
		}
		result.Count += int64(len(kept.Items))
		raw, err := json.Marshal(kept.Items)
		if err != nil {
			return fmt.Errorf("calls: snapshot of %s: %w", doc.ID, err)
		}
		_, _ = sum.Write(raw)
		if cursor = entries.Next; cursor == "" {
			break
		}
	}
	result.Digest = hex.EncodeToString(sum.Sum(nil))
	c := doc.Body
	c.Keep(result)
	_, err := s.records.Replace(ctx, doc, c, store.Change{Action: "call.snapshot-kept", Organization: string(c.Organization)})
	return err
}

func (s *Service) keepPage(ctx context.Context, p SnapshotPage) (SnapshotPage, error) {
	id := store.DeriveID(string(p.Call), fmt.Sprintf("snapshot:%d", p.Page))
	_, err := s.snapshots.Insert(ctx, id, p, store.Change{Action: "call.snapshot-page"})
	if apperr.Is(err, apperr.Conflict) {
		doc, err := s.snapshots.Get(ctx, id)
		return doc.Body, err
	}
	return p, err
}

// SnapshotOf streams what was handed in when the call closed, for those who read inside; to everyone else it is not
// there. NotFound also before the call closed.
func (s *Service) SnapshotOf(ctx context.Context, actor domain.Actor, id domain.CallID, yield func(Handed) error) error {
	doc, err := s.Show(ctx, actor, id)
	if err != nil {
		return err
	}
	if !CanReadInside(actor, doc.Body) || doc.Body.Snapshot == nil {
		return apperr.New(apperr.NotFound, "error.not_found.text")
	}
	cursor := ""
	for {
		page, err := s.snapshots.List(ctx, store.Query{List: ofCall, Key: store.KeyOf(string(id)), Cursor: cursor, Limit: 20})
		if err != nil {
			return err
		}
		for _, p := range page.Items {
			for _, h := range p.Body.Items {
				if err := yield(h); err != nil {
					return err
				}
			}
		}
		if cursor = page.Next; cursor == "" {
			return nil
		}
	}
}
