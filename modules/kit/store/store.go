// Package store is the narrow port to the document database, with two kinds of collection.
//
// Records are versioned, audited and in the feed. State (sessions, limits, leases, single-use tokens) has expiry and
// no audit. Two engines stand behind the port: SQLite (kit/store/sqlite) and MongoDB (kit/store/mongo). Both promise:
//
//  1. A Replace names the version it read. Of N concurrent writers exactly one wins, the others get apperr.Conflict.
//  2. A change and its audit entry are one atomic write.
//  3. The feed is dense and ordered; each entry carries its predecessor's hash.
//  4. No multi-document transaction is needed for correctness.
//  5. Unknown fields of a stored body survive a Replace; old schemas are upgraded on read.
//
// Errors are *apperr.Error: NotFound, Conflict, Unavailable (the database does not answer; the outcome of a write may
// be unknown, a repeat with the same Operation settles it), BadRequest (a cursor of another list).
package store

import (
	"crypto/rand"
	"crypto/sha256"
	"encoding/base32"
	"strings"
	"time"
)

// Operation makes a write repeatable: ID comes from the form, Digest is the hash of its input. A write that finds its
// own ID and Digest already stored is a success and returns what is stored.
type Operation struct {
	ID     string `json:"id"`
	Digest string `json:"digest,omitempty"`
}

// Change says who does what and why; it becomes the audit entry of a write.
type Change struct {
	Action       string    // what, e.g. "need.submitted"
	Actor        string    // account id; "" for the system
	Session      string    // public id of the session (never its token)
	Organization string    // on whose behalf, an organisation's id
	Reason       string    // where a rule demands one
	Operation    Operation // of the form that asked for it
	// Erases drops, with this change, the personal values that the trail keeps of this document, this change's own
	// included; the chain stays valid. Its Reason stays in the trail and names nobody.
	Erases bool

	batch string // set on the rows of a batch
}

// Doc is a stored document with what the store knows of it. Created and Changed are the store's clock.
type Doc[T any] struct {
	ID      string
	Version int64
	Created time.Time
	Changed time.Time
	Body    T

	raw        []byte // the stored body at rawVersion, so that unknown fields survive a Replace
	rawVersion int64
	newer      bool // written by a later schema than this program knows
}

// Key is one filter combination of a list. Make it with KeyOf; the zero Key is "everything".
type Key string

// KeyOf joins the values of a list's dimensions in their fixed order; "" means any value of that dimension.
func KeyOf(values ...string) Key {
	empty := true
	for _, v := range values {
		if v != "" {
			empty = false
		}
	}
	if empty {
		return ""
	}
	return Key(strings.Join(values, "\x1f"))
}

// Combinations yields the key of every choice of one value or any per dimension: all filter combinations under which
// a document with these values is found. A dimension may hold several values (a region and the regions above it).
// A list may give at most MaxKeys of them.
func Combinations(dimensions ...[]string) []Key {
	combos := [][]string{nil}
	for _, dim := range dimensions {
		next := make([][]string, 0, len(combos)*(len(dim)+1))
		for _, c := range combos {
			for _, v := range append([]string{""}, dim...) {
				next = append(next, append(append([]string(nil), c...), v))
			}
		}
		combos = next
	}
	seen := make(map[Key]bool, len(combos))
	keys := make([]Key, 0, len(combos))
	for _, c := range combos {
		if k := KeyOf(c...); !seen[k] {
			seen[k] = true
			keys = append(keys, k)
		}
	}
	return keys
}

// MaxKeys is how many keys a document may have in one list.
const MaxKeys = 32

// List is a declared order and filter set over a collection. Keys yields every combination that a page offers (nil:
// the document is not in this list); Sort yields the sort value, always present and never the time of last change:
// build it with SortTime, SortInt or SortText. Descending lists run from the highest sort value down.
type List[T any] struct {
	Name       string
	Descending bool
	Keys       func(id string, body T) []Key
	Sort       func(id string, body T) string
}

// Query names a list, one key, where to go on and how many at most (1 to 100; 0 means 20). Any, where given, stands
// for Key: what is under one of these keys, each document once, in the order of the list.
type Query struct {
	List   string
	Key    Key
	Any    []Key
	Cursor string
	Limit  int
}

// Page is one page of a list; Next is "" on the last one.
type Page[T any] struct {
	Items []Doc[T]
	Next  string
}

// DeriveID makes the id of a new document from the account and the operation id of the form, so that a repeated post
// meets itself. 26 lower-case characters.
func DeriveID(account, operation string) string {
	h := sha256.Sum256([]byte(account + "\x00" + operation))
	return strings.ToLower(base32.StdEncoding.WithPadding(base32.NoPadding).EncodeToString(h[:16]))
}

// NewID makes a random id of the same form, 128 bits.
func NewID() string {
	var b [16]byte
	_, _ = rand.Read(b[:])
	return strings.ToLower(base32.StdEncoding.WithPadding(base32.NoPadding).EncodeToString(b[:]))
}
