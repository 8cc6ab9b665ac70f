package accounts

import (
	"cmp"
	"context"
	"crypto/rand"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"slices"
	"strconv"
	"time"

	"gotong/modules/domain"
	"gotong/modules/kit/apperr"
	"gotong/modules/kit/clock"
	"gotong/modules/kit/store"
)

// How long a session lives, and how many an account may have at once.
const (
	SessionIdle     = 12 * time.Hour
	SessionAbsolute = 7 * 24 * time.Hour
	MaxSessions     = 10
	touchEvery      = 5 * time.Minute
)

// Session is stored under its public id and never changed: ending it deletes it, and nothing can bring it back. When
// it was last used lies beside it, and so do the tokens that open it.
type Session struct {
	Public   string           `json:"public"` // id for pages and the audit trail
	Account  domain.AccountID `json:"account"`
	CSRF     string           `json:"csrf"`
	Created  time.Time        `json:"created"`
	Proved   time.Time        `json:"proved,omitzero"` // when the person last showed the provider who they are
	Provider string           `json:"provider"`
	Device   string           `json:"device"` // browser and system in a few words
	Origin   Origin           `json:"origin,omitzero"`
}

// Origin is what is known of where a session began: the network, cut to what does not tell a household, and the country
// where a proxy in front says it. Nothing is looked up or guessed.
type Origin struct {
	Network string `json:"network,omitempty"` // "103.28.0.0/16", or Loopback
	Country string `json:"country,omitempty"` // two letters
}

// Loopback is the network of the portal's own machine.
const Loopback = "loopback"

// Opening is what a session begins with.
type Opening struct {
	Account  domain.AccountID
	Provider string
	Device   string
	Origin   Origin
	Proved   time.Time
}

// opener is what lies under the hash of a token: which session it opens, and the rights for which it was made.
type opener struct {
	Session string `json:"session"`
	Rights  string `json:"rights,omitempty"` // digest; "" until the first request
	Old     bool   `json:"old,omitempty"`    // another token took its place; requests under way may still end
}

// sessionSlot is one of the account's MaxSessions places: by them an account's sessions are found without a list.
type sessionSlot struct {
	Public  string    `json:"public"`
	Created time.Time `json:"created"`
}

// SessionView is a session as its owner sees it.
type SessionView struct {
	Session
	Seen    time.Time
	Current bool
}

// Sessions keeps server-side sessions in the shared store, so that every replica knows them.
type Sessions struct {
	clock    clock.Clock
	sessions *store.State[Session]
	openers  *store.State[opener]
	seen     *store.State[time.Time]
	slots    *store.State[sessionSlot]
}

func newSessions(db *store.DB, c clock.Clock) *Sessions {
	return &Sessions{clock: c, sessions: store.NewState[Session](db, "sessions"), openers: store.NewState[opener](db, "session_tokens"),
		seen: store.NewState[time.Time](db, "session_seen"), slots: store.NewState[sessionSlot](db, "session_slots")}
}

// secretToken makes 256 random bits in text.
func secretToken() string {
	var b [32]byte
	_, _ = rand.Read(b[:])
	return base64.RawURLEncoding.EncodeToString(b[:])
}

// hashToken is where a secret is stored: who reads the database cannot use what lies there.
func hashToken(token string) string {
	sum := sha256.Sum256([]byte(token))
	return hex.EncodeToString(sum[:])
}

func sameSecret(a, b string) bool { return subtle.ConstantTimeCompare([]byte(a), []byte(b)) == 1 }

func slotKey(account domain.AccountID, n int) string { return string(account) + "/" + strconv.Itoa(n) }

// Open starts a session and gives the token for the cookie. Where the account has MaxSessions, its oldest one ends.
// Unavailable where the store does not answer.
func (s *Sessions) Open(ctx context.Context, o Opening) (string, Session, error) {
	token, now := secretToken(), s.clock.Now()
	session := Session{Public: store.NewID(), Account: o.Account, CSRF: secretToken(), Created: now, Proved: o.Proved, Provider: o.Provider, Device: o.Device, Origin: o.Origin}
	// The session comes before its slot: a slot without session is one that has lapsed and may be taken over, and a
	// session that nobody could list or end must not be.
	if err := s.seen.Put(ctx, session.Public, now, SessionIdle); err != nil {
		return "", Session{}, err
	}
	if err := s.sessions.Put(ctx, session.Public, session, SessionAbsolute); err != nil {
		return "", Session{}, err
	}
	if err := s.takeSlot(ctx, o.Account, sessionSlot{Public: session.Public, Created: now}); err != nil {
		return "", Session{}, errors.Join(err, s.drop(ctx, session.Public))
	}
	if err := s.openers.Put(ctx, hashToken(token), opener{Session: session.Public}, SessionAbsolute); err != nil {
		return "", Session{}, err
	}
	return token, session, nil
}

// oldTokenLife is how long a token still opens its session after another took its place: for requests under way.
const oldTokenLife = time.Minute

// renew gives the session another token, since its person's rights are others than when the token was made; "" where
// the token needs none. The session itself, its forms and its times stay as they are.
func (s *Sessions) renew(ctx context.Context, token, rights string, session Session) (string, error) {
	key := hashToken(token)
	o, err := s.openers.Get(ctx, key)
	if err != nil || o.Old || o.Rights == rights {
		return "", err
	}
	left := SessionAbsolute - s.clock.Now().Sub(session.Created)
	if o.Rights == "" { // its first request
		o.Rights = rights
		return "", s.openers.Put(ctx, key, o, left)
	}
	fresh := secretToken()
	if err := s.openers.Put(ctx, hashToken(fresh), opener{Session: o.Session, Rights: rights}, left); err != nil {
		return "", err
	}
	o.Old = true
	return fresh, s.openers.Put(ctx, key, o, oldTokenLife)
}

func (s *Sessions) takeSlot(ctx context.Context, account domain.AccountID, slot sessionSlot) error {
	for range 3 {
		oldest, oldestAt := 0, time.Time{}
		for n := range MaxSessions {
			err := s.slots.Create(ctx, slotKey(account, n), slot, SessionAbsolute)
			if err == nil {
				return nil
			}
			if !apperr.Is(err, apperr.Conflict) {
				return err
			}
			held, err := s.slots.Get(ctx, slotKey(account, n))
			if err == nil {
				_, err = s.find(ctx, held.Public)
			}
			if apperr.Is(err, apperr.NotFound) { // lapsed by not being used
				oldest = n
				break
			}
			if err != nil {
				return err
			}
			if oldestAt.IsZero() || held.Created.Before(oldestAt) {
				oldest, oldestAt = n, held.Created
			}
		}
		if err := s.endSlot(ctx, account, oldest); err != nil {
			return err
		}
	}
	return apperr.New(apperr.Unavailable, "accounts.error.busy")
}

func (s *Sessions) endSlot(ctx context.Context, account domain.AccountID, n int) error {
	held, err := s.slots.Take(ctx, slotKey(account, n))
	if apperr.Is(err, apperr.NotFound) {
		return nil
	}
	if err != nil {
		return err
	}
	return s.drop(ctx, held.Public)
}

func (s *Sessions) drop(ctx context.Context, key string) error {
	if err := s.sessions.Delete(ctx, key); err != nil && !apperr.Is(err, apperr.NotFound) {
		return err
	}
	if err := s.seen.Delete(ctx, key); err != nil && !apperr.Is(err, apperr.NotFound) {
		return err
	}
	return nil
}

// find gives the session under a key; NotFound also where it has lapsed. The times are checked here as well, since a
// store may drop lapsed state late.
func (s *Sessions) find(ctx context.Context, key string) (SessionView, error) {
	session, err := s.sessions.Get(ctx, key)
	if err != nil {
		return SessionView{}, err
	}
	seen, err := s.seen.Get(ctx, key)
	if err != nil {
		return SessionView{}, err
	}
	now := s.clock.Now()
	if now.Sub(session.Created) >= SessionAbsolute || now.Sub(seen) >= SessionIdle {
		return SessionView{}, apperr.New(apperr.NotFound, "")
	}
	return SessionView{Session: session, Seen: seen}, nil
}

// Find gives the session of a token and notes its use, at most every five minutes. NotFound where there is none.
func (s *Sessions) Find(ctx context.Context, token string) (Session, error) {
	public, err := s.opened(ctx, token)
	if err != nil {
		return Session{}, err
	}
	view, err := s.find(ctx, public)
	if err != nil {
		return Session{}, err
	}
	now := s.clock.Now()
	if now.Sub(view.Seen) >= touchEvery {
		if err := s.seen.Put(ctx, public, now, min(SessionIdle, SessionAbsolute-now.Sub(view.Created))); err != nil {
			return Session{}, err
		}
	}
	return view.Session, nil
}

// opened gives the public id of the session that the token opens; NotFound.
func (s *Sessions) opened(ctx context.Context, token string) (string, error) {
	if len(token) != 43 { // 32 bytes in base64: anything else is not ours and not worth a read
		return "", apperr.New(apperr.NotFound, "")
	}
	o, err := s.openers.Get(ctx, hashToken(token))
	return o.Session, err
}

// End ends the session of a token; one that is gone is no error.
func (s *Sessions) End(ctx context.Context, token string) error {
	public, err := s.opened(ctx, token)
	if apperr.Is(err, apperr.NotFound) {
		return nil
	}
	if err != nil {
		return err
	}
	session, err := s.sessions.Get(ctx, public)
	if err == nil {
		_, err = s.endWhere(ctx, session.Account, func(slot sessionSlot) bool { return slot.Public == public })
	}
	if err != nil && !apperr.Is(err, apperr.NotFound) {
		return err
	}
	return errors.Join(s.drop(ctx, public), s.openers.Delete(ctx, hashToken(token)))
}

// Of lists an account's sessions, last used first.
func (s *Sessions) Of(ctx context.Context, account domain.AccountID, current string) ([]SessionView, error) {
	var views []SessionView
	for n := range MaxSessions {
		held, err := s.slots.Get(ctx, slotKey(account, n))
		var view SessionView
		if err == nil {
			view, err = s.find(ctx, held.Public)
		}
		if apperr.Is(err, apperr.NotFound) {
			continue
		}
		if err != nil {
			return nil, err
		}
		view.Current = view.Public == current
		views = append(views, view)
	}
	slices.SortFunc(views, func(a, b SessionView) int { return cmp.Compare(b.Seen.UnixNano(), a.Seen.UnixNano()) })
	return views, nil
}

// EndOne ends one of the account's sessions by its public id. NotFound where the account has none of that id.
func (s *Sessions) EndOne(ctx context.Context, account domain.AccountID, public string) error {
	ended, err := s.endWhere(ctx, account, func(slot sessionSlot) bool { return slot.Public == public })
	if err == nil && ended == 0 {
		return apperr.New(apperr.NotFound, "")
	}
	return err
}

// EndOthers ends all of the account's sessions but one ("" ends all) and tells how many.
func (s *Sessions) EndOthers(ctx context.Context, account domain.AccountID, keep string) (int, error) {
	return s.endWhere(ctx, account, func(slot sessionSlot) bool { return slot.Public != keep })
}

func (s *Sessions) endWhere(ctx context.Context, account domain.AccountID, match func(sessionSlot) bool) (int, error) {
	ended := 0
	for n := range MaxSessions {
		held, err := s.slots.Get(ctx, slotKey(account, n))
		if apperr.Is(err, apperr.NotFound) {
			continue
		}
		if err != nil {
			return ended, err
		}
		if !match(held) {
			continue
		}
		if err := s.endSlot(ctx, account, n); err != nil {
			return ended, err
		}
		ended++
	}
	return ended, nil
}
