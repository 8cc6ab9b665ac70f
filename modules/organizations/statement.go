package organizations

import (
	"bytes"
	"context"
	"crypto"
	"crypto/ed25519"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"time"

	"github.com/go-jose/go-jose/v4"

	"gotong/modules/domain"
	"gotong/modules/kit/apperr"
	"gotong/modules/kit/store"
)

// statementLife is how long a signed statement counts, so that an old copy cannot speak for an organisation that was
// suspended since.
const statementLife = 24 * time.Hour

// Statement is an organisation's passport: what was verified, by which office, when, until when, by which checklist.
type Statement struct {
	Address      string         `json:"address"` // of the organisation's page: the id of the subject
	Name         string         `json:"name"`
	Type         string         `json:"type"`
	Sublevel     string         `json:"sublevel"`
	Region       string         `json:"region"` // Kemendagri code of its seat
	Village      string         `json:"village,omitempty"`
	Registration string         `json:"registration,omitempty"`
	State        State          `json:"state"`
	Verified     bool           `json:"verified"`  // the verification is in force
	MayStart     bool           `json:"may_start"` // and nothing keeps it from starting new work
	VerifiedAt   domain.Date    `json:"verified_at"`
	ValidUntil   domain.Date    `json:"valid_until"`
	VerifiedBy   string         `json:"verified_by"` // an office, never a person
	Checklist    int            `json:"checklist"`   // version of the list of papers that was asked
	Papers       []StatedAnswer `json:"papers"`      // what was seen, without numbers
	Demo         bool           `json:"demo"`
}

// StatedAnswer is what was found of one paper.
type StatedAnswer struct {
	Paper   string  `json:"paper"`
	Verdict Verdict `json:"verdict"`
}

// office is who verifies, as an office.
const office = "Sekretariat Gotong" // not a text: the statement is data

// lastVerified is the review by which the organisation is or was verified last.
func (o Organization) lastVerified() (Review, bool) {
	for i := len(o.Reviews) - 1; i >= 0; i-- {
		if o.Reviews[i].Result == StateVerified {
			return o.Reviews[i], true
		}
	}
	return Review{}, false
}

// shownState is the state as others read it: a renewal that is being looked at changes nothing outside.
func (o Organization) shownState(now time.Time) State {
	if o.InForce(now) {
		return StateVerified
	}
	return o.StateAt(now)
}

func statementOf(address string, o Organization, now time.Time) Statement {
	st := Statement{
		Address: address, Name: o.Name, Type: o.Type, Sublevel: o.Sublevel, Region: string(o.Region), Village: string(o.Governs()),
		Registration: o.Registration, State: o.shownState(now), Verified: o.InForce(now), MayStart: o.MayStart(now),
		VerifiedAt: domain.DateOf(o.VerifiedAt), ValidUntil: domain.DateOf(o.VerifiedUntil), VerifiedBy: office, Papers: []StatedAnswer{}, Demo: o.Demo,
	}
	if r, ok := o.lastVerified(); ok {
		st.Checklist = r.Checklist
		for _, a := range r.Answers {
			st.Papers = append(st.Papers, StatedAnswer{a.Paper, a.Verdict})
		}
	}
	return st
}

// canonical writes the statement as RFC 8785 does: names in order, no spaces.
func (st Statement) canonical() ([]byte, error) {
	raw, err := json.Marshal(st)
	if err != nil {
		return nil, err
	}
	var fields map[string]any
	decoder := json.NewDecoder(bytes.NewReader(raw))
	decoder.UseNumber()
	if err := decoder.Decode(&fields); err != nil {
		return nil, err
	}
	var out bytes.Buffer
	encoder := json.NewEncoder(&out)
	encoder.SetEscapeHTML(false)
	err = encoder.Encode(fields)
	return bytes.TrimSpace(out.Bytes()), err
}

// Digest is the SHA-256 of the statement's canonical form, in hex.
func (st Statement) Digest() (string, error) {
	raw, err := st.canonical()
	sum := sha256.Sum256(raw)
	return hex.EncodeToString(sum[:]), err
}

// Passport is a statement as it is handed out: with its sum, the moment, and a signature over all of it.
type Passport struct {
	Statement Statement `json:"statement"`
	SHA256    string    `json:"sha256"` // of the statement in RFC 8785's form
	CheckedAt string    `json:"checked_at"`
	Expires   string    `json:"expires"` // of the signature; ask again afterwards
	JWS       string    `json:"jws"`     // compact, EdDSA; its payload is {iss, sub, iat, exp, sha256, statement}
	Keys      string    `json:"keys"`    // address of the public keys, a JWK set
}

// signingKey is what signs statements, one for the portal, made on first use.
type signingKey struct {
	Seed string    `json:"seed"`
	Made time.Time `json:"made"`
}

// signer reads the key, and makes it where there is none; of several replicas that do so at once, one key stays.
func signer(ctx context.Context, keys *store.State[signingKey], now time.Time) (jose.JSONWebKey, error) {
	const name = "statements"
	key, err := keys.Get(ctx, name)
	if apperr.Is(err, apperr.NotFound) {
		seed := make([]byte, ed25519.SeedSize)
		if _, err := rand.Read(seed); err != nil {
			return jose.JSONWebKey{}, err
		}
		key = signingKey{Seed: base64.StdEncoding.EncodeToString(seed), Made: now}
		if err = keys.Create(ctx, name, key, 0); apperr.Is(err, apperr.Conflict) {
			key, err = keys.Get(ctx, name)
		}
	}
	if err != nil {
		return jose.JSONWebKey{}, err
	}
	seed, err := base64.StdEncoding.DecodeString(key.Seed)
	if err != nil || len(seed) != ed25519.SeedSize {
		return jose.JSONWebKey{}, apperr.Wrap(err, apperr.Internal, "error.internal")
	}
	jwk := jose.JSONWebKey{Key: ed25519.NewKeyFromSeed(seed), Algorithm: string(jose.EdDSA), Use: "sig"}
	print, err := jwk.Thumbprint(crypto.SHA256)
	jwk.KeyID = base64.RawURLEncoding.EncodeToString(print)
	return jwk, err
}

// Keys gives the public keys by which statements are checked.
func (s *Service) Keys(ctx context.Context) (jose.JSONWebKeySet, error) {
	key, err := signer(ctx, s.keys, s.now())
	return jose.JSONWebKeySet{Keys: []jose.JSONWebKey{key.Public()}}, err
}

// Passport signs what the public may know of an organisation's verification. NotFound where the public does not see it.
func (s *Service) Passport(ctx context.Context, id domain.OrganizationID, publicURL string) (Passport, error) {
	doc, err := s.get(ctx, domain.Actor{}, id)
	if err != nil {
		return Passport{}, err
	}
	now := s.now().UTC().Truncate(time.Second)
	p := Passport{
		Statement: statementOf(publicURL+pathOf(id), doc.Body, now), CheckedAt: now.Format(time.RFC3339),
		Expires: now.Add(statementLife).Format(time.RFC3339), Keys: publicURL + "/organizations/keys.json",
	}
	if p.SHA256, err = p.Statement.Digest(); err != nil {
		return p, err
	}
	key, err := signer(ctx, s.keys, now)
	if err != nil {
		return p, err
	}
	sign, err := jose.NewSigner(jose.SigningKey{Algorithm: jose.EdDSA, Key: key}, (&jose.SignerOptions{}).WithType("JWT"))
	if err != nil {
		return p, err
	}
	payload, err := json.Marshal(struct {
		Issuer    string    `json:"iss"`
		Subject   string    `json:"sub"`
		IssuedAt  int64     `json:"iat"`
		Expires   int64     `json:"exp"`
		SHA256    string    `json:"sha256"`
		Statement Statement `json:"statement"`
	}{publicURL, p.Statement.Address, now.Unix(), now.Add(statementLife).Unix(), p.SHA256, p.Statement})
	if err != nil {
		return p, err
	}
	signed, err := sign.Sign(payload)
	if err != nil {
		return p, err
	}
	p.JWS, err = signed.CompactSerialize()
	return p, err
}
