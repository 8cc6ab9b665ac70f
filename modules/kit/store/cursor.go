package store

import (
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"errors"

	"gotong/modules/kit/apperr"
)

// A cursor is a hash of collection, list and key, then the sort value and id of the last item seen. It is a position
// between documents, so it stays right while documents come, change and go.
func encodeCursor(collection, list string, key Key, sort, id string) string {
	h := cursorHash(collection, list, key)
	b := append(make([]byte, 0, len(h)+2+len(sort)+len(id)), h[:]...)
	b = binary.AppendUvarint(b, uint64(len(sort)))
	b = append(b, sort...)
	b = append(b, id...)
	return base64.RawURLEncoding.EncodeToString(b)
}

func decodeCursor(collection, list string, key Key, cursor string) (sort, id string, err error) {
	refuse := func(why string) (string, string, error) {
		return "", "", apperr.Wrap(errors.New(why), apperr.BadRequest, "error.cursor")
	}
	b, err := base64.RawURLEncoding.DecodeString(cursor)
	if err != nil {
		return refuse("cursor is not base64")
	}
	h := cursorHash(collection, list, key)
	if len(b) < len(h) || string(b[:len(h)]) != string(h[:]) {
		return refuse("cursor of another list")
	}
	b = b[len(h):]
	n, used := binary.Uvarint(b)
	if used <= 0 || n > uint64(len(b)-used) {
		return refuse("cursor is cut")
	}
	return string(b[used : used+int(n)]), string(b[used+int(n):]), nil
}

func cursorHash(collection, list string, key Key) (h [8]byte) {
	sum := sha256.Sum256([]byte(collection + "\x00" + list + "\x00" + string(key)))
	copy(h[:], sum[:])
	return h
}
