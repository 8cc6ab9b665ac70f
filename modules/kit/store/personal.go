package store

import (
	"context"
	"encoding/json"
	"fmt"
)

// PersonalChanges gives the personal values of an entry, which lie outside the feed; none where they were erased. The
// error tells where they are not what the chain's hash says.
func (r *Records[T]) PersonalChanges(ctx context.Context, e Entry) ([]FieldChange, error) {
	s, err := r.db.side(ctx, &e)
	return s.Changes, err
}

// side reads what lies beside an entry; the zero side where there is nothing or it was erased.
func (db *DB) side(ctx context.Context, e *Entry) (s side, err error) {
	if e.PersonalHash == "" {
		return s, nil
	}
	data, err := db.engine.Sides().Side(ctx, Source{e.Collection, e.ID, e.Version})
	if err != nil || data == nil {
		return s, unavailable(err)
	}
	if sideHash(data) != e.PersonalHash {
		return s, fmt.Errorf("store: personal values of %s were altered", e.Source)
	}
	return s, json.Unmarshal(data, &s)
}

// sidesCheck follows the sides through a walk over the feed: one that is there fits its hash; one that is gone is
// gone by a later entry of its document that erases.
type sidesCheck struct {
	db   *DB
	gone map[[2]string]int64 // by collection and id: the first entry whose side is gone without an erasing one so far
}

func (c *sidesCheck) see(ctx context.Context, e *Entry) error {
	document := [2]string{e.Collection, e.ID}
	if e.Erases {
		delete(c.gone, document)
	}
	if e.PersonalHash == "" {
		return nil
	}
	s, err := c.db.side(ctx, e)
	if err != nil {
		return err
	}
	if s.Salt == "" {
		if _, known := c.gone[document]; !known {
			c.gone[document] = e.Seq
		}
	}
	return nil
}

// rest is what stayed unexplained.
func (c *sidesCheck) rest() error {
	for document, seq := range c.gone {
		return fmt.Errorf("feed entry %d: the personal values of %s/%s are gone without an act that erased them", seq, document[0], document[1])
	}
	return nil
}
