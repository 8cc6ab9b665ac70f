package store

import (
	"context"
	"encoding/base64"
	"encoding/json"

	"gotong/modules/kit/apperr"
)

// Ranged gives values by a part of their keys; every engine's Values can.
type Ranged interface {
	// Range gives the live values whose keys begin with prefix and come after after, in the order of keys.
	Range(ctx context.Context, name, prefix, after string, limit int, now int64) ([]Keyed, error)
}

// Keyed is a value with its key.
type Keyed struct {
	Key   string
	Value []byte
}

// Above is the first key after all that begin with a prefix, which must not be empty.
func Above(prefix string) string {
	end := []byte(prefix)
	end[len(end)-1]++
	return string(end)
}

// Range gives a page of the values whose keys begin with prefix, in the order of keys, and where the next page begins ("" at the
// end). BadRequest for a cursor that is none.
func (s *State[T]) Range(ctx context.Context, prefix, cursor string, limit int) (list []T, next string, err error) {
	after, err := base64.RawURLEncoding.DecodeString(cursor)
	if err != nil {
		return nil, "", apperr.New(apperr.BadRequest, "error.bad_request")
	}
	found, err := s.db.engine.Values().(Ranged).Range(ctx, s.name, prefix, prefix+string(after), limit+1, s.now())
	if err != nil {
		return nil, "", unavailable(err)
	}
	if len(found) > limit {
		found = found[:limit]
		next = base64.RawURLEncoding.EncodeToString([]byte(found[limit-1].Key[len(prefix):]))
	}
	for _, f := range found {
		var v T
		if err := json.Unmarshal(f.Value, &v); err != nil {
			return nil, "", err
		}
		list = append(list, v)
	}
	return list, next, nil
}
