package blob

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"

	"gotong/modules/kit/apperr"
)

// Copied counts what a Copy did.
type Copied struct {
	Objects int   // copied now
	Bytes   int64 // of those
	There   int   // stood there already
	Damaged []string
}

// Copy copies every object of one store to another: each is read back and its SHA-256 compared before it counts. An object
// that stands there with the same size and sum is not copied again, so a copy that broke off is simply begun again. Objects
// whose content is not what their noted sum says are left out and named in Damaged. step is told after each object.
// Unavailable where a store does not answer.
func Copy(ctx context.Context, from, to *Store, step func(Copied)) (done Copied, err error) {
	for listed, err := range from.List(ctx, "") {
		if err != nil {
			return done, err
		}
		info, err := from.Stat(ctx, listed.Key)
		if apperr.Is(err, apperr.NotFound) {
			continue // removed meanwhile
		}
		if err != nil {
			return done, err
		}
		there, err := to.Stat(ctx, info.Key)
		switch {
		case err == nil && there.Size == info.Size && there.SHA256 != "" && (info.SHA256 == "" || info.SHA256 == there.SHA256):
			done.There++
			step(done)
			continue
		case err != nil && !apperr.Is(err, apperr.NotFound):
			return done, err
		}
		switch err := copyOne(ctx, from, to, info); {
		case errors.Is(err, errDamaged):
			done.Damaged = append(done.Damaged, info.Key)
		case err != nil:
			return done, err
		default:
			done.Objects++
			done.Bytes += info.Size
		}
		step(done)
	}
	return done, nil
}

var errDamaged = errors.New("its content is not what its sum says")

func copyOne(ctx context.Context, from, to *Store, info Info) error {
	sum, err := from.sumOf(ctx, info.Key)
	if err != nil {
		return err
	}
	if info.SHA256 != "" && info.SHA256 != sum {
		return errDamaged
	}
	body, err := from.Get(ctx, info.Key, 0, -1)
	if err != nil {
		return err
	}
	_, err = to.Put(ctx, info.Key, body, PutOptions{Size: info.Size, ContentType: info.ContentType, SHA256: sum})
	if err = errors.Join(err, body.Close()); err != nil {
		return err
	}
	arrived, err := to.sumOf(ctx, info.Key)
	if err == nil && arrived != sum {
		err = apperr.Wrap(errors.Join(fmt.Errorf("%s arrived as %s instead of %s", info.Key, arrived, sum), to.Delete(ctx, info.Key)), apperr.Unavailable, "error.unavailable")
	}
	return err
}

// sumOf reads an object and gives its SHA-256 in hex.
func (s *Store) sumOf(ctx context.Context, key string) (string, error) {
	body, err := s.Get(ctx, key, 0, -1)
	if err != nil {
		return "", err
	}
	sum := sha256.New()
	_, err = io.Copy(sum, body)
	if err = errors.Join(err, body.Close()); err != nil {
		return "", failure("read "+key, err)
	}
	return hex.EncodeToString(sum.Sum(nil)), nil
}
