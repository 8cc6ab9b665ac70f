package store

import (
	"context"
	"errors"
	"fmt"
)

// Engine is the port that a document database fills. All its parts speak of envelopes and bytes; types, permissions
// of change, diffs and cursors are the store's. Every method may be repeated after an error of unknown outcome.
type Engine interface {
	Documents() Documents
	Log() Log
	// Outbox is nil where a change and its entry are written in one transaction; else entries wait in the document
	// until the store relays them.
	Outbox() Outbox
	Sides() Sides
	Values() Values
	// Ensure makes ready what the collection and its lists need (names, indexes); it is cheap when all is there.
	Ensure(ctx context.Context, c Collection) error
	Ping(ctx context.Context) error
	Close() error
}

// Collection names a record collection and its lists, for Ensure.
type Collection struct {
	Name  string
	Lists []string
}

// Envelope is a stored document with what the store needs of it.
type Envelope struct {
	ID        string
	Version   int64
	Schema    int
	Operation Operation // of the last change
	Keys      []ListKeys
	Created   int64 // Unix milliseconds
	Changed   int64
	Gone      bool   // a tombstone: deleted, its entry perhaps not yet relayed
	Body      []byte // JSON; empty in a tombstone
	Out       []Outgoing
}

// ListKeys is the place of a document in one list.
type ListKeys struct {
	List string   `json:"l"`
	Sort string   `json:"s"`
	Keys []string `json:"k"`
}

// Source names one change: which document at which version. It is unique in the feed.
type Source struct {
	Collection string
	ID         string
	Version    int64
}

// String gives collection/id@version.
func (s Source) String() string { return fmt.Sprintf("%s/%s@%d", s.Collection, s.ID, s.Version) }

// Outgoing is an audit entry on its way to the feed: its exact text, which the chain hashes, and apart from it the
// personal values, which can be erased.
type Outgoing struct {
	Version  int64
	Content  []byte
	Personal []byte

	// Read from the content, and so not kept where the entry waits: whether the personal values of the document's
	// earlier entries go with it, and its keys in the trail.
	Erases bool
	Trail  []int64
}

// Stored is an entry as it lies in the feed.
type Stored struct {
	Seq     int64
	Source  Source
	Content []byte
	Prev    string
	Hash    string
	Trail   []int64 // its keys in the trail, for Append and Mark; not read back
}

// Write is the whole new state of a document. Entry is nil for the store's own unaudited documents.
type Write struct {
	Envelope
	Entry *Outgoing
}

// PageQuery asks for one page of a list. After the position (Sort, ID) where Started, else from the beginning.
type PageQuery struct {
	List, Key  string
	Descending bool
	Started    bool
	Sort, ID   string
	Limit      int
}

// Documents keeps envelopes. A change of a document and of its lists is atomic; with a nil Outbox its entry is too.
type Documents interface {
	// Read gives the envelopes of these ids, tombstones included, in no order.
	Read(ctx context.Context, collection string, ids []string) ([]Envelope, error)
	Page(ctx context.Context, collection string, q PageQuery) ([]Envelope, error)
	Count(ctx context.Context, collection, list, key string) (int64, error)
	// Scan gives the next envelopes by id, tombstones left out.
	Scan(ctx context.Context, collection, after string, limit int) ([]Envelope, error)
	// Insert tells for each write whether it was new. ErrKnown where the feed has the source already: nothing was
	// written then.
	Insert(ctx context.Context, collection string, writes []Write) ([]bool, error)
	// Update writes where the stored version is expect; a write with Gone deletes. False: nothing matched, or the
	// outbox of the document is full.
	Update(ctx context.Context, collection string, w Write, expect int64) (bool, error)
	// Reindex sets the keys of a document that is still at that version.
	Reindex(ctx context.Context, collection, id string, version int64, keys []ListKeys) error
	// Remove drops an unaudited document or a relayed tombstone at that version.
	Remove(ctx context.Context, collection, id string, version int64) error
}

// Outbox gives the entries that wait in documents.
type Outbox interface {
	// Pending gives some documents with waiting entries.
	Pending(ctx context.Context, collection string, limit int) ([]Envelope, error)
	// Drain drops these waiting entries of documents; the versions of the documents stay.
	Drain(ctx context.Context, collection string, relayed []Relayed) error
	// Tombstones gives some deleted documents whose entries are relayed, changed before a time (Unix milliseconds).
	Tombstones(ctx context.Context, collection string, before int64, limit int) ([]Envelope, error)
}

// Relayed names entries of a document that are in the feed now.
type Relayed struct {
	ID  string
	Out []Outgoing
}

// MaxOutgoing is how many entries may wait in one document before it refuses writes.
const MaxOutgoing = 64

// Log is the feed's storage.
type Log interface {
	// Append stores entries under their numbers, in this order, and tells how many it stored before the first that it
	// could not: ErrTaken where that one's number is in use, ErrKnown where its source is there.
	Append(ctx context.Context, entries []Stored) (int, error)
	After(ctx context.Context, seq int64, limit int) ([]Stored, error)
	// Before gives entries below seq, newest first; seq 0 means from the newest on.
	Before(ctx context.Context, seq int64, limit int) ([]Stored, error)
	// Last gives the newest entry without its content; the zero Stored of an empty feed.
	Last(ctx context.Context) (Stored, error)
	// Of gives the entries of one document, highest version first.
	Of(ctx context.Context, collection, id string, limit int) ([]Stored, error)
	// Lives gives the highest version of those documents that the feed knows.
	Lives(ctx context.Context, collection string, ids []string) (map[string]int64, error)
	// Trail gives entries under a key of the trail below seq, newest first; seq 0 means from the newest on.
	Trail(ctx context.Context, key, seq int64, limit int) ([]Stored, error)
	// Mark puts entries that are there under their keys of the trail.
	Mark(ctx context.Context, entries []Stored) error
}

// Errors of Log.Append.
var (
	ErrTaken = errors.New("store: number taken")
	ErrKnown = errors.New("store: source known")
)

// Sides keeps the personal values of entries, where they can be erased.
type Sides interface {
	// PutSide keeps a side that was never there; one that is there or was erased stays as it is.
	PutSide(ctx context.Context, s Source, data []byte) error
	// Side gives nil where there is none or it was erased.
	Side(ctx context.Context, s Source) ([]byte, error)
	// EraseSides drops those of a document up to a version, leaving a mark so that a late relay cannot bring them back.
	EraseSides(ctx context.Context, through Source) (int64, error)
}

// Values keeps state. Times are Unix milliseconds; expires 0 means never; what has expired is not there.
type Values interface {
	Put(ctx context.Context, name, key string, value []byte, expires int64) error
	// Create gives false where a live value is there.
	Create(ctx context.Context, name, key string, value []byte, expires, now int64) (bool, error)
	// Get gives nil where nothing is.
	Get(ctx context.Context, name, key string, now int64) ([]byte, error)
	// Take reads and deletes; exactly one caller gets the value.
	Take(ctx context.Context, name, key string, now int64) ([]byte, error)
	Delete(ctx context.Context, name, key string) error
	// Swap replaces the value where it is still old.
	Swap(ctx context.Context, name, key string, old, value []byte) (bool, error)
	// Add adds to a counter, which begins at 0, and gives its new value.
	Add(ctx context.Context, key string, n, expires int64) (int64, error)
	// Sweep drops some of what expired before now.
	Sweep(ctx context.Context, now int64, limit int) (int64, error)
}
