package store

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
)

// PersonalChanges gives the personal values of an entry, which lie outside the feed; none where they were erased. The
// error tells where they are not what the chain's hash says.
func (r *Records[T]) PersonalChanges(ctx context.Context, e Entry) ([]FieldChange, error) {
	if e.PersonalHash == "" {
		return nil, nil
	}
	data, err := r.db.engine.Sides().Side(ctx, Source{r.name, e.ID, e.Version})
	if err != nil || data == nil {
		return nil, unavailable(err)
	}
	if sum := sha256.Sum256(data); hex.EncodeToString(sum[:]) != e.PersonalHash {
		return nil, fmt.Errorf("store: personal values of %s were altered", e.Source)
	}
	var s side
	if err := json.Unmarshal(data, &s); err != nil {
		return nil, err
	}
	return s.Changes, nil
}

// ErasePersonal drops the personal values of every entry of a document and gives how many entries held some. The feed
// and its chain stay as they are. The document itself is the caller's to change first.
func (r *Records[T]) ErasePersonal(ctx context.Context, id string) (int64, error) {
	if r.db.engine.Outbox() != nil {
		// What still waits would bring values back: relay it first.
		env, found, err := r.read(ctx, id)
		if err != nil {
			return 0, err
		}
		if found {
			if err := r.db.relay.document(ctx, r.name, &env); err != nil {
				return 0, unavailable(err)
			}
		}
	}
	n, err := r.db.engine.Sides().EraseSides(ctx, r.name, id)
	return n, unavailable(err)
}
