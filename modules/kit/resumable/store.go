// Package resumable takes files in small pieces over lines that break, by the tus protocol, and puts them together in
// the object store. Nothing of an upload lives in one process: its progress lies in the state of the database, its bytes
// in the object store, so that it goes on after a restart and on any replica.
//
// A request's bytes become a small object (a piece). Pieces are joined, always the same ones, into parts as large as S3
// wants them; a join that broke off is done again, by anybody, with the same result. A request that brings as much as a
// part holds becomes one by itself, with the pieces before it. No lock is needed: the offset moves by compare-and-set, and
// what came second is thrown away; each part is stored under a number of its own, so that a twin overwrites none.
package resumable

import (
	"bytes"
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding"
	"encoding/hex"
	"errors"
	"fmt"
	"hash"
	"io"
	"iter"
	"strings"
	"sync"
	"time"

	"gotong/modules/kit/apperr"
	"gotong/modules/kit/blob"
	"gotong/modules/kit/clock"
	"gotong/modules/kit/store"
)

// Sizes in bytes.
const (
	PieceMax = 1 << 20  // of one request, of which a small object is made
	PartMax  = 8 << 20  // of one request that becomes a part by itself, on a fast line
	pieceMin = 64 << 10 // of any but the last, so that an upload has few pieces
	joinAt   = 8 << 20  // pieces are joined once they hold so much
)

// Kept is for how long an upload can be resumed, from its beginning.
const Kept = 7 * 24 * time.Hour

const (
	readers = 32  // pieces that are in memory at once, while they come and while they are stored
	writers = 8   // of them stored at once
	passing = 16  // parts that are passed on at once, which takes no memory; further ones are sent away, to come as pieces
	waiting = 128 // requests that wait for room in memory; further ones are sent away for a moment
)

// Blobs is the object store as this package uses it.
type Blobs interface {
	Put(ctx context.Context, key string, r io.Reader, options blob.PutOptions) (blob.Info, error)
	Stat(ctx context.Context, key string) (blob.Info, error)
	Get(ctx context.Context, key string, offset, length int64) (io.ReadCloser, error)
	Delete(ctx context.Context, key string) error
	List(ctx context.Context, prefix string) iter.Seq2[blob.Info, error]
	Parts
}

// Parts puts objects together.
type Parts interface {
	BeginParts(ctx context.Context, key, contentType string) (string, error)
	PutPart(ctx context.Context, key, upload string, number int, r io.Reader, size int64) (blob.Part, error)
	FinishParts(ctx context.Context, key, upload string, parts []blob.Part) error
	DropParts(ctx context.Context, key, upload string) error
	Unfinished(ctx context.Context, key string) iter.Seq2[string, error]
}

var _ Blobs = (*blob.Store)(nil)

// Upload is a file on its way. Key is where it stands once it is whole.
type Upload struct {
	ID     string    `json:"id"`
	Owner  string    `json:"owner"` // whose it is, in the caller's words
	For    string    `json:"for"`   // what it is meant for, in the caller's words
	Name   string    `json:"name"`
	Key    string    `json:"key"`
	Size   int64     `json:"size"`
	Offset int64     `json:"offset"` // bytes that arrived and are kept
	Begun  time.Time `json:"begun"`
	Whole  bool      `json:"whole,omitempty"` // the object stands under Key

	Sum    []byte      `json:"sum,omitempty"`    // the state of the running SHA-256
	Pieces []piece     `json:"pieces,omitempty"` // not joined yet, in order
	Begin  string      `json:"begin,omitempty"`  // name of the upload in parts, "" while there is none
	Parts  []blob.Part `json:"parts,omitempty"`
	Number int         `json:"number,omitempty"` // of the last part that somebody set out to store
}

type piece struct {
	Key  string `json:"k"`
	Size int64  `json:"s"`
}

// SHA256 gives the sum of what arrived, in hex.
func (u Upload) SHA256() string {
	sum, err := u.running()
	if err != nil {
		return ""
	}
	return hex.EncodeToString(sum.Sum(nil))
}

func (u Upload) running() (hash.Hash, error) {
	sum := sha256.New()
	if len(u.Sum) == 0 {
		return sum, nil
	}
	state, ok := sum.(encoding.BinaryUnmarshaler)
	if !ok {
		return nil, errors.New("resumable: this SHA-256 keeps no state")
	}
	return sum, state.UnmarshalBinary(u.Sum)
}

// Store takes uploads. Its objects lie below prefix until they are whole.
type Store struct {
	state  *store.State[Upload]
	blobs  Blobs
	clock  clock.Clock
	prefix string

	queue   chan struct{}
	reading chan struct{}
	writing chan struct{}
	parts   chan struct{}
	room    sync.Pool // of the bytes of a piece
}

// New makes a Store that keeps progress in a state of that name and pieces below prefix.
func New(db *store.DB, name, prefix string, blobs Blobs, c clock.Clock) *Store {
	return newStore(store.NewState[Upload](db, name), prefix, blobs, c)
}

func newStore(state *store.State[Upload], prefix string, blobs Blobs, c clock.Clock) *Store {
	return &Store{
		state: state, blobs: blobs, clock: c, prefix: prefix,
		queue: make(chan struct{}, readers+waiting), reading: make(chan struct{}, readers), writing: make(chan struct{}, writers), parts: make(chan struct{}, passing),
		room: sync.Pool{New: func() any {
			b := make([]byte, PieceMax+1)
			return &b
		}},
	}
}

// Begin notes an upload that is to come. Conflict where the id is used, BadRequest without a size.
func (s *Store) Begin(ctx context.Context, u Upload) error {
	if u.ID == "" || u.Key == "" || u.Size <= 0 {
		return apperr.New(apperr.BadRequest, "error.bad_request")
	}
	u.Begun = s.clock.Now()
	return s.state.Create(ctx, u.ID, u, Kept)
}

// Get tells how far an upload is. NotFound where there is none, or its time is over.
func (s *Store) Get(ctx context.Context, id string) (Upload, error) { return s.state.Get(ctx, id) }

// Append keeps what r gives as the next piece and tells how many bytes that were. BadRequest for a piece that is
// empty, small or too large; Conflict where the upload stands elsewhere; TooMany where too much is under way;
// Unavailable, after which Get tells where to go on.
func (s *Store) Append(ctx context.Context, id string, offset int64, r io.Reader) (int64, error) {
	leave, err := enter(ctx, s.queue, s.reading)
	if err != nil {
		return 0, err
	}
	defer leave()
	u, err := s.standing(ctx, id, offset)
	if err != nil {
		return 0, err
	}
	room := s.room.Get().(*[]byte) //nolint:forcetypeassert // holds nothing else
	defer s.room.Put(room)
	filled, err := io.ReadFull(r, *room)
	if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
		err = nil // shorter than the longest
	}
	n, body := int64(filled), (*room)[:filled]
	if err != nil || n == 0 || n > PieceMax || offset+n > u.Size || n < pieceMin && offset+n < u.Size {
		return 0, apperr.Wrap(errors.Join(err, fmt.Errorf("a piece of %d bytes at %d of %d", n, offset, u.Size)), apperr.BadRequest, "error.bad_request")
	}
	select {
	case s.writing <- struct{}{}:
		defer func() { <-s.writing }()
	case <-ctx.Done():
		return 0, apperr.Wrap(ctx.Err(), apperr.Unavailable, "error.unavailable")
	}
	if u, err = s.keep(ctx, u, body); err != nil {
		return 0, err
	}
	_, err = s.join(ctx, u)
	return n, err
}

// AppendPart is Append for so many bytes that they make a part by themselves, together with the pieces that wait: they are
// passed on as they come. BadRequest where they are too few for that or too many; TooMany also where Append would take them.
func (s *Store) AppendPart(ctx context.Context, id string, offset int64, r io.Reader, size int64) (int64, error) {
	leave, err := enter(ctx, s.parts, nil)
	if err != nil {
		return 0, err
	}
	defer leave()
	u, err := s.standing(ctx, id, offset)
	if err != nil {
		return 0, err
	}
	waiting := sizeOf(u.Pieces)
	if size > PartMax || offset+size > u.Size || waiting+size < blob.PartMin && offset+size < u.Size {
		return 0, apperr.Wrap(fmt.Errorf("a part of %d bytes at %d of %d", size, offset, u.Size), apperr.BadRequest, "error.bad_request")
	}
	if u.Begin == "" {
		if u, err = s.begin(ctx, u); err != nil {
			return 0, err
		}
		if u.Offset != offset {
			return 0, apperr.New(apperr.Conflict, "error.conflict")
		}
	}
	sum, err := u.running()
	if err != nil {
		return 0, err
	}
	before := s.read(ctx, u.Pieces)
	part, err := s.store(ctx, u, io.MultiReader(before, io.TeeReader(r, sum)), waiting+size)
	_ = before.Close() // was read to its end, or err says why not
	if err != nil {
		if _, err = s.settled(ctx, u, err); err == nil {
			err = apperr.New(apperr.Conflict, "error.conflict") // another request was faster
		}
		return 0, err
	}
	after, err := sum.(encoding.BinaryMarshaler).MarshalBinary()
	if err != nil {
		return 0, err
	}
	now, err := s.state.Change(ctx, u.ID, func(old Upload) (Upload, error) {
		if old.Offset != u.Offset || len(old.Parts) != len(u.Parts) || len(old.Pieces) != len(u.Pieces) {
			return old, apperr.New(apperr.Conflict, "error.conflict")
		}
		old.Offset += size
		old.Sum, old.Parts, old.Pieces = after, append(old.Parts, part), nil
		return old, nil
	})
	if err == nil {
		err = s.drop(ctx, u.Pieces)
	}
	if err == nil {
		_, err = s.join(ctx, now)
	}
	return size, err
}

// standing gives an upload that stands at offset. Errors: those of Get, Conflict where it stands elsewhere.
func (s *Store) standing(ctx context.Context, id string, offset int64) (Upload, error) {
	u, err := s.Get(ctx, id)
	if err == nil && u.Offset != offset {
		err = apperr.New(apperr.Conflict, "error.conflict")
	}
	return u, err
}

// enter takes a place in the queue, TooMany where it is full, and waits there for room, where that is asked; leave gives both
// back.
func enter(ctx context.Context, queue, room chan struct{}) (leave func(), err error) {
	select {
	case queue <- struct{}{}:
	default:
		busy := apperr.New(apperr.TooMany, "")
		busy.RetryAfter = time.Second
		return nil, busy
	}
	if room == nil {
		return func() { <-queue }, nil
	}
	select {
	case room <- struct{}{}:
		return func() { <-room; <-queue }, nil
	case <-ctx.Done():
		<-queue
		return nil, apperr.Wrap(ctx.Err(), apperr.Unavailable, "error.unavailable")
	}
}

// keep stores a piece, then moves the offset over it.
func (s *Store) keep(ctx context.Context, u Upload, body []byte) (Upload, error) {
	sum, err := u.running()
	if err != nil {
		return u, err
	}
	_, _ = sum.Write(body) // a hash takes everything
	after, err := sum.(encoding.BinaryMarshaler).MarshalBinary()
	if err != nil {
		return u, err
	}
	p := piece{Key: fmt.Sprintf("%s%s/%012d-%s", s.prefix, u.ID, u.Offset, strings.ToLower(rand.Text()[:8])), Size: int64(len(body))}
	if _, err := s.blobs.Put(ctx, p.Key, bytes.NewReader(body), blob.PutOptions{Size: p.Size, IfNoneMatch: true}); err != nil {
		return u, err
	}
	now, err := s.state.Change(ctx, u.ID, func(old Upload) (Upload, error) {
		if old.Offset != u.Offset {
			return old, apperr.New(apperr.Conflict, "error.conflict")
		}
		old.Offset += p.Size
		old.Sum, old.Pieces = after, append(old.Pieces, p)
		return old, nil
	})
	if apperr.Is(err, apperr.Conflict) {
		return now, errors.Join(err, s.blobs.Delete(ctx, p.Key)) // another request was faster
	}
	return now, err
}
