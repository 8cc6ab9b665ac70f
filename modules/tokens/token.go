// Package tokens is how programs of an organisation read what is the organisation's: tokens that its owners make, each
// for some kinds of thing and for a time, shown once and kept only as a hash.
package tokens

import (
	"crypto/rand"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/base64"
	"encoding/hex"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"gotong/modules/domain"
	"gotong/modules/kit/apperr"
	"gotong/modules/kit/store"
)

const (
	// Collection keeps the tokens.
	Collection = "api_tokens"

	prefix  = "gotong_" // so that scanners for leaked secrets know one
	maxName = 80        // characters
	maxLive = 20        // of an organisation at once

	listOrganization = "organization" // of an organisation, the newest first
	listEnd          = "end"          // by the time at which they end or ended, the earliest first
)

// Lives are for how many days a token can be made. None lives for good: a forgotten one ends by itself.
var Lives = []int{30, 90, 180, 365}

// Token is kept under its public id. Of its secret only the hash is here.
type Token struct {
	Organization domain.OrganizationID `json:"organization"`
	Name         string                `json:"name"` // what it is for
	Scopes       []domain.Scope        `json:"scopes"`
	Hash         string                `json:"hash"`
	By           domain.AccountID      `json:"by"`
	At           time.Time             `json:"at"`
	Until        time.Time             `json:"until"`
	Ended        time.Time             `json:"ended,omitzero"` // taken back
	EndedBy      domain.AccountID      `json:"ended_by,omitempty"`
}

// Live tells whether the token still opens anything by itself.
func (t Token) Live(now time.Time) bool { return t.Ended.IsZero() && now.Before(t.Until) }

// end is when it ends, or ended.
func (t Token) end() time.Time {
	if !t.Ended.IsZero() {
		return t.Ended
	}
	return t.Until
}

// Wish is what the form asks for.
type Wish struct {
	Name   string
	Scopes []string
	Days   int
}

func (w Wish) token(organization domain.OrganizationID, by domain.AccountID, now time.Time) (Token, error) {
	name := strings.TrimSpace(w.Name)
	t := Token{Organization: organization, Name: name, By: by, At: now, Until: now.Add(time.Duration(w.Days) * 24 * time.Hour)}
	for _, s := range domain.Scopes() {
		if slices.Contains(w.Scopes, string(s)) {
			t.Scopes = append(t.Scopes, s)
		}
	}
	var f apperr.Fields
	f.Check(name != "", "name", "tokens.error.name")
	f.Check(utf8.RuneCountInString(name) <= maxName, "name", "tokens.error.name_long", "max", maxName)
	f.Check(len(domain.FindPersonalNumbers(name)) == 0, "name", "tokens.error.personal_number")
	f.Check(len(t.Scopes) > 0 && len(t.Scopes) == len(w.Scopes), "scopes", "tokens.error.scopes")
	f.Check(slices.Contains(Lives, w.Days), "days", "tokens.error.days")
	return t, f.Err()
}

func tokenDefinition() store.Definition[Token] {
	return store.Definition[Token]{
		Name: Collection, Schema: 1, Lists: []store.List[Token]{
			{Name: listOrganization, Descending: true, Keys: func(_ string, t Token) []store.Key { return []store.Key{store.KeyOf(string(t.Organization))} },
				Sort: func(_ string, t Token) string { return store.SortTime(t.At) }},
			{Name: listEnd, Keys: func(string, Token) []store.Key { return []store.Key{""} },
				Sort: func(_ string, t Token) string { return store.SortTime(t.end()) }},
		},
	}
}

// newSecret makes 256 random bits in text.
func newSecret() string {
	var b [32]byte
	_, _ = rand.Read(b[:])
	return base64.RawURLEncoding.EncodeToString(b[:])
}

func hashOf(secret string) string {
	sum := sha256.Sum256([]byte(secret))
	return hex.EncodeToString(sum[:])
}

// opens tells whether the secret is this token's, in a time that says nothing of how much of it fits.
func (t Token) opens(secret string) bool {
	return subtle.ConstantTimeCompare([]byte(hashOf(secret)), []byte(t.Hash)) == 1
}

// text is what the program sends: the public id, by which the token is found, and the secret.
func text(id, secret string) string { return prefix + id + "_" + secret }

// split takes a sent text apart; false where it cannot be a token, which costs no read.
func split(sent string) (id, secret string, ok bool) {
	rest, ok := strings.CutPrefix(sent, prefix)
	if !ok {
		return "", "", false
	}
	id, secret, ok = strings.Cut(rest, "_")
	return id, secret, ok && len(id) == 26 && len(secret) == 43
}
