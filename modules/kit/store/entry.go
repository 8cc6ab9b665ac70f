package store

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"strconv"
	"time"
)

// Entry is one line of the feed, which is also the audit trail. Accounts are named by id; the values of personal
// fields are not in it (see Records.PersonalChanges).
type Entry struct {
	Seq        int64  `json:"-"`
	Source     string `json:"-"` // collection/id@version
	Collection string `json:"collection"`
	ID         string `json:"id"`
	Version    int64  `json:"version"`

	At           time.Time     `json:"at"`
	Action       string        `json:"action,omitempty"`
	Actor        string        `json:"actor,omitempty"`
	Session      string        `json:"session,omitempty"`
	Organization string        `json:"organization,omitempty"`
	Reason       string        `json:"reason,omitempty"`
	Operation    string        `json:"operation,omitempty"` // id of the form that asked for it
	Digest       string        `json:"digest,omitempty"`
	Batch        string        `json:"batch,omitempty"` // the change is a row of this batch, whose own entry stands for it
	Deleted      bool          `json:"deleted,omitempty"`
	Changes      []FieldChange `json:"changes,omitempty"`
	PersonalHash string        `json:"personal_hash,omitempty"` // salted, of the personal changes
	ReasonAside  bool          `json:"reason_aside,omitempty"`  // the reason is personal: it lies beside the feed
	Erases       bool          `json:"erases,omitempty"`        // the personal values of the document up to here were dropped

	Prev string `json:"-"` // hash of the entry before
	Hash string `json:"-"`
}

// FieldChange is what happened to one top-level field of a body. Before is empty for a new field, After for a field
// that is gone. Both are empty, and Personal set, where the values are personal.
type FieldChange struct {
	Path     string          `json:"path"`
	Before   json.RawMessage `json:"before,omitempty"`
	After    json.RawMessage `json:"after,omitempty"`
	Personal bool            `json:"personal,omitempty"`
}

// side is the erasable part of an entry.
type side struct {
	Salt    string        `json:"salt"`
	Changes []FieldChange `json:"changes"`
	Reason  string        `json:"reason,omitempty"`
}

// entry makes the audit entry of a write that has old as its body before.
func (r *Records[T]) entry(env *Envelope, old []byte, now time.Time, c Change) (*Outgoing, error) {
	changes, err := diff(old, env.Body)
	if err != nil {
		return nil, fmt.Errorf("store: %s/%s: %w", r.name, env.ID, err)
	}
	e := Entry{Collection: r.name, ID: env.ID, Version: env.Version, At: now, Action: c.Action, Actor: c.Actor,
		Session: c.Session, Organization: c.Organization, Reason: c.Reason, Operation: c.Operation.ID,
		Digest: r.digest(c.Operation), Batch: c.batch, Deleted: env.Gone, Erases: c.Erases, Changes: changes}
	out := &Outgoing{Version: env.Version}
	if out.Personal, err = r.separate(&e); err != nil {
		return nil, err
	}
	return out, out.seal(e)
}

// seal fills in the entry's exact text and what engines read of it.
func (o *Outgoing) seal(e Entry) (err error) {
	o.Content, err = encodeJSON(e)
	o.Erases, o.Trail = e.Erases, trailKeys(&e)
	return err
}

// separate takes what is personal out of the entry and gives it as the side document, whose salted hash stays. An
// entry that erases keeps no side.
func (r *Records[T]) separate(e *Entry) (data []byte, err error) {
	var s side
	for i := range e.Changes {
		if c := &e.Changes[i]; r.personal[c.Path] {
			s.Changes = append(s.Changes, *c)
			c.Before, c.After, c.Personal = nil, nil, true
		}
	}
	if e.Erases {
		return nil, nil
	}
	if r.reasons && e.Reason != "" {
		s.Reason, e.Reason, e.ReasonAside = e.Reason, "", true
	}
	if len(s.Changes) == 0 && s.Reason == "" {
		return nil, nil
	}
	var salt [16]byte
	_, _ = rand.Read(salt[:]) // never fails
	s.Salt = base64.RawStdEncoding.EncodeToString(salt[:])
	if data, err = encodeJSON(s); err != nil {
		return nil, err
	}
	e.PersonalHash = sideHash(data)
	return data, nil
}

func sideHash(data []byte) string {
	sum := sha256.Sum256(data)
	return hex.EncodeToString(sum[:])
}

// Seal is the hash of an entry in the chain: of its predecessor's hash, its number and its exact content.
func Seal(prev string, seq int64, content []byte) string {
	h := sha256.New()
	h.Write([]byte(prev))
	h.Write([]byte{0})
	h.Write(strconv.AppendInt(nil, seq, 10))
	h.Write([]byte{0})
	h.Write(content)
	return hex.EncodeToString(h.Sum(nil))
}

func decodeContent(content []byte) (Entry, error) {
	var e Entry
	if err := json.Unmarshal(content, &e); err != nil {
		return e, fmt.Errorf("store: feed entry: %w", err)
	}
	e.Source = Source{e.Collection, e.ID, e.Version}.String()
	return e, nil
}

func entryOf(s *Stored) (Entry, error) {
	e, err := decodeContent(s.Content)
	e.Seq, e.Prev, e.Hash = s.Seq, s.Prev, s.Hash
	return e, err
}

func entriesOf(stored []Stored) ([]Entry, error) {
	entries := make([]Entry, len(stored))
	for i := range stored {
		var err error
		if entries[i], err = entryOf(&stored[i]); err != nil {
			return nil, err
		}
	}
	return entries, nil
}

// entriesOf reads entries with the reasons that lie beside the feed; an erased one is empty.
func (db *DB) entriesOf(ctx context.Context, stored []Stored) ([]Entry, error) {
	entries, err := entriesOf(stored)
	if err != nil {
		return nil, err
	}
	for i := range entries {
		if !entries[i].ReasonAside {
			continue
		}
		s, err := db.side(ctx, &entries[i])
		if err != nil {
			return nil, err
		}
		entries[i].Reason = s.Reason
	}
	return entries, nil
}
