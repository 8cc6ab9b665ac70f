package documents

import (
	"context"
	"time"

	"gotong/modules/kit/apperr"
	"gotong/modules/kit/store"
)

// awaitsFollower is the shared follower that shows papers whose move was made.
const awaitsFollower = "documents-awaited"

// Answered shows the papers that Attach took under a form's operation, now that the form has its answer: its move was
// made, or it was refused with words and what was sent is kept. After an outage, of which nobody knows how far it let the
// form come, they go on waiting: the move's entry in the feed shows them, or the collector removes them. It gives the
// answer back.
func (s *Service) Answered(ctx context.Context, op store.Operation, answer error) error {
	if kind := apperr.KindOf(answer); answer != nil && (kind == apperr.Internal || kind == apperr.Unavailable) {
		return answer
	}
	if err := s.release(ctx, op.ID, ""); err != nil {
		s.log.WarnContext(ctx, "documents: papers wait for the feed", "operation", op.ID, "error", err)
	}
	return answer
}

// release shows what awaits an operation; thing, where given, is the id of what it must belong to.
func (s *Service) release(ctx context.Context, operation, thing string) error {
	if operation == "" {
		return nil
	}
	page, err := s.records.List(ctx, store.Query{List: listAwaits, Key: store.KeyOf(operation), Limit: 20})
	if err != nil {
		return err
	}
	for _, doc := range page.Items {
		if thing != "" && doc.Body.Parent.ID != thing {
			continue
		}
		change := store.Change{Action: "document.uploaded", Actor: string(doc.Body.Uploader), Organization: string(doc.Body.Organization),
			Operation: store.Operation{ID: operation + "/" + doc.ID + "/ready", Digest: doc.Body.Input}}
		if err := s.show(ctx, doc, change); err != nil && !apperr.Is(err, apperr.Conflict) {
			return err
		}
	}
	return nil
}

// follow shows the papers of each move that the feed tells of: those of a portal that was killed between the move and
// the answer.
func (s *Service) follow(ctx context.Context, e store.Entry) error {
	return s.release(ctx, e.Operation, e.ID)
}

// caughtUp returns when the follower has read what the feed holds now: what still waits then has no move.
func caughtUp(ctx context.Context, db *store.DB) error {
	last, err := db.Feed().Last(ctx)
	for err == nil {
		var at int64
		if at, err = db.FollowerAt(ctx, awaitsFollower); err == nil && at >= last {
			return nil
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(time.Second):
		}
	}
	return err
}
