package commitments

import (
	"crypto/rand"
	"crypto/sha256"
	"encoding/base32"
	"encoding/hex"
	"strings"
	"time"
	"unicode/utf8"

	"gotong/modules/domain"
	"gotong/modules/kit/apperr"
	"gotong/modules/kit/store"
)

// LinkKind says how the village's word can be given without an account.
type LinkKind string

// Kinds: a link that the village's own contact sends by message, a code printed on a sheet of paper.
const (
	LinkMessage LinkKind = "message"
	LinkPaper   LinkKind = "paper"
)

// LinkKinds lists them in the order of the form.
var LinkKinds = []LinkKind{LinkMessage, LinkPaper}

// life is for how long a link or code can be used.
func (k LinkKind) life() time.Duration {
	if k == LinkPaper {
		return 30 * 24 * time.Hour // paper travels slowly
	}
	return 7 * 24 * time.Hour
}

// Bounds of links: refused answers by one link, links of one commitment, wrong codes of one network in ten minutes, and
// how long who made a link can read it.
const (
	linkTries      = 10
	MaxLinks       = 50
	wrongCodes     = 20
	wrongWindow    = 10 * time.Minute
	linkShown      = 15 * time.Minute
	receiptLife    = 90 * 24 * time.Hour
	pictureSide    = 640
	messageLetters = 26 // 130 bits
	paperLetters   = 16 // 80 bits, in groups of four
)

// letters are those of Crockford's base 32: none looks like another, and what is mistyped for one is read as it.
var letters = base32.NewEncoding("0123456789ABCDEFGHJKMNPQRSTVWXYZ").WithPadding(base32.NoPadding)

// newSecret makes the secret of a link or code.
func newSecret(kind LinkKind) string {
	n := messageLetters
	if kind == LinkPaper {
		n = paperLetters
	}
	raw := make([]byte, (n*5+7)/8)
	_, _ = rand.Read(raw)
	return letters.EncodeToString(raw)[:n]
}

// normalSecret reads a secret as people type it.
func normalSecret(typed string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case r == 'O':
			return '0'
		case r == 'I', r == 'L':
			return '1'
		case r >= '0' && r <= '9', r >= 'A' && r <= 'Z':
			return r
		}
		return -1
	}, strings.ToUpper(typed))
}

// grouped writes a code in groups of four.
func grouped(secret string) string {
	var b strings.Builder
	for i, r := range secret {
		if i > 0 && i%4 == 0 {
			b.WriteByte('-')
		}
		b.WriteRune(r)
	}
	return b.String()
}

// linkID is under which id a link is kept: the hash of its secret, so that a copy of the database opens nothing.
func linkID(secret string) string {
	sum := sha256.Sum256([]byte("confirmation:" + secret))
	return hex.EncodeToString(sum[:])
}

// receiptID is the address of the receipt of a link's answer: known to who knows the secret, and no way back to it.
func receiptID(secret string) string {
	sum := sha256.Sum256([]byte("receipt:" + secret))
	return hex.EncodeToString(sum[:16])
}

// LinkRef is a link as its commitment knows it; its number is its place among them, from 1.
type LinkRef struct {
	ID   string    `json:"id"`
	Kind LinkKind  `json:"kind"`
	At   time.Time `json:"at"`
}

// Via tells by which link or code an answer came.
type Via struct {
	Kind   LinkKind `json:"kind"`
	Number int      `json:"number"`
}

// LinkAnswer is what was answered by a link.
type LinkAnswer struct {
	Answers   []Answer  `json:"answers"`
	Words     string    `json:"words,omitempty"`
	At        time.Time `json:"at"`
	Operation string    `json:"operation"`
	Digest    string    `json:"digest"`
}

// Link lets one answer to what was delivered be given without an account. An answer is first written here (the link is
// used up by that), then into the commitment, then noted as Done; what a crash leaves in between the reconciler
// finishes, or gives back where the commitment has moved on.
type Link struct {
	Commitment   domain.CommitmentID   `json:"commitment"`
	Number       int                   `json:"number"`
	Kind         LinkKind              `json:"kind"`
	Organization domain.OrganizationID `json:"organization"` // the village's government
	By           domain.AccountID      `json:"by"`
	At           time.Time             `json:"at"`
	Until        time.Time             `json:"until"`
	Tries        int                   `json:"tries,omitempty"` // answers that were refused
	Revoked      time.Time             `json:"revoked,omitzero"`
	Answer       *LinkAnswer           `json:"answer,omitempty"`
	Done         time.Time             `json:"done,omitzero"`
	Receipt      string                `json:"receipt,omitempty"`
	Name         string                `json:"name,omitempty"`     // of who answered; personal
	Position     string                `json:"position,omitempty"` // personal
	Erased       bool                  `json:"erased,omitempty"`   // name and position were taken out
}

// State of a link in a word: open, used, revoked, expired, spent (too many refused answers).
func (l *Link) State(now time.Time) string {
	switch {
	case l.Answer != nil:
		return "used"
	case !l.Revoked.IsZero():
		return "revoked"
	case !now.Before(l.Until):
		return "expired"
	case l.Tries >= linkTries:
		return "spent"
	}
	return "open"
}

// Person is who answers by a link.
type Person struct{ Name, Position string }

func (p Person) check(f *apperr.Fields) {
	for name, text := range map[string]string{"name": p.Name, "position": p.Position} {
		f.Check(text != "", name, "commitments.error."+name)
		f.Check(utf8.RuneCountInString(text) <= 100, name, "commitments.error.long", "max", 100)
		personal(f, name, text)
	}
}

// claim takes the link for one answer. Error: Conflict where it is not open.
func (l *Link) claim(now time.Time, a LinkAnswer, p Person, receipt string) error {
	if l.State(now) != "open" {
		return apperr.New(apperr.Conflict, "commitments.error.link_closed")
	}
	l.Answer, l.Name, l.Position, l.Receipt = &a, p.Name, p.Position, receipt
	return nil
}

// giveBack undoes a claim whose answer the commitment did not take; it counts as a refused answer.
func (l *Link) giveBack() {
	l.Answer, l.Name, l.Position, l.Receipt = nil, "", "", ""
	l.Tries++
}

// revoke closes a link that nobody used. Error: Conflict.
func (l *Link) revoke(now time.Time) error {
	if l.Answer != nil {
		return apperr.New(apperr.Conflict, "commitments.error.link_used")
	}
	if l.Revoked.IsZero() {
		l.Revoked = now
	}
	return nil
}

// erase takes out who answered. Error: Conflict where nobody did.
func (l *Link) erase() error {
	if l.Done.IsZero() {
		return apperr.New(apperr.Conflict, "commitments.error.link_unused")
	}
	l.Name, l.Position, l.Erased = "", "", true
	return nil
}

// Collection of links.
const (
	LinksCollection = "commitment_links"

	listClaimed = "claimed" // answered, not yet noted as done
	listReceipt = "receipt"
)

func linkDefinition() store.Definition[Link] {
	return store.Definition[Link]{
		Name: LinksCollection, Schema: 1, Personal: []string{"name", "position"},
		Lists: []store.List[Link]{
			{Name: listClaimed, Sort: func(_ string, l Link) string { return store.SortTime(l.At) }, Keys: func(_ string, l Link) []store.Key {
				if l.Answer == nil || !l.Done.IsZero() {
					return nil
				}
				return []store.Key{""}
			}},
			{Name: listReceipt, Sort: func(id string, _ Link) string { return store.SortText(id) }, Keys: func(_ string, l Link) []store.Key {
				if l.Receipt == "" {
					return nil
				}
				return []store.Key{store.KeyOf(l.Receipt)}
			}},
		},
	}
}

// shownLink carries a secret from the form to the page that shows it, to who made it only.
type shownLink struct {
	Secret     string              `json:"secret"`
	Commitment domain.CommitmentID `json:"commitment"`
	Kind       LinkKind            `json:"kind"`
	By         domain.AccountID    `json:"by"`
	At         time.Time           `json:"at"`
	Until      time.Time           `json:"until"`
}

// addLink notes a new link; a repeat finds it. It gives its number. Error: Conflict (nothing to confirm, too many).
func (c *Commitment) addLink(ref LinkRef) (number int, changed bool, err error) {
	for i, had := range c.Links {
		if had.ID == ref.ID {
			return i + 1, false, nil
		}
	}
	switch {
	case !c.awaitsVillage():
		return 0, false, apperr.New(apperr.Conflict, "commitments.error.nothing_open")
	case len(c.Links) >= MaxLinks:
		return 0, false, apperr.New(apperr.Conflict, "commitments.error.many_links", "max", MaxLinks)
	}
	c.Links = append(c.Links, ref)
	return len(c.Links), true, nil
}

// awaitsVillage tells whether the village can say something about a delivery now.
func (c *Commitment) awaitsVillage() bool {
	return c.Pending == nil && (c.State == StateDelivering || c.State == StateDelivered) && c.openDeliveries() > 0
}

// answeredVia tells whether an answer by that link is there.
func (c *Commitment) answeredVia(number int) bool {
	for _, d := range c.Deliveries {
		if d.Via != nil && d.Via.Number == number {
			return true
		}
	}
	return false
}
