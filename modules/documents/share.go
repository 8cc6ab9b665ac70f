package documents

import (
	"context"
	"crypto/pbkdf2"
	"crypto/rand"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/hex"
	"fmt"
	"strings"
	"time"
	"unicode/utf8"

	"gotong/modules/domain"
	"gotong/modules/kit/apperr"
	"gotong/modules/kit/store"
)

// Bounds of share links.
const (
	linksMax    = 10 // of one document that can be used at once
	linkDays    = 365
	passwordMin = 8
	passwordMax = 100
	triesMax    = 10 // wrong passwords for one link within tries
	tries       = 15 * time.Minute
	linkRounds  = 200_000 // of PBKDF2
)

// Link lets whoever has its address read one document until a day. ID is the SHA-256 of the secret in the address.
type Link struct {
	ID        string           `json:"id"`
	Until     domain.Date      `json:"until"` // the last day
	Protected bool             `json:"protected,omitempty"`
	By        domain.AccountID `json:"by"`
	At        time.Time        `json:"at"`
	Revoked   time.Time        `json:"revoked,omitzero"`
}

// works tells whether a link can be used.
func (l Link) works(now time.Time) bool { return l.Revoked.IsZero() && domain.DateOf(now) <= l.Until }

// share adds a link. Conflict where the document is not ready; Invalid for a day that is past or too far, for a document
// with personal numbers, and for too many links.
func (d Document) share(l Link, now time.Time) (Document, error) {
	if d.Status != Ready {
		return d, apperr.New(apperr.Conflict, "error.conflict")
	}
	var kept []Link
	for _, old := range d.Links {
		if old.works(now) {
			kept = append(kept, old)
		}
	}
	var f apperr.Fields
	f.Check(l.Until != "" && l.Until >= domain.DateOf(now) && l.Until <= domain.DateOf(now.AddDate(0, 0, linkDays)), "until", "documents.error.link_until", "days", linkDays)
	f.Check(!d.Personal, "until", "documents.error.link_personal")
	f.Check(len(kept) < linksMax, "until", "documents.error.link_many", "max", linksMax)
	if err := f.Err(); err != nil {
		return d, err
	}
	d.Links = append(kept, l)
	return d, nil
}

// unshare ends a link at once. Conflict where there is none that works.
func (d Document) unshare(id string, now time.Time) (Document, error) {
	links := append([]Link(nil), d.Links...)
	for i, l := range links {
		if l.ID == id && l.works(now) {
			links[i].Revoked = now
			d.Links = links
			return d, nil
		}
	}
	return d, apperr.New(apperr.Conflict, "error.conflict")
}

// linkKept is what is known of a link outside of the trail: its secret, its password's hash, how often it was used.
type linkKept struct {
	Document domain.DocumentID `json:"document"`
	Secret   string            `json:"secret"`
	Salt     []byte            `json:"salt,omitempty"`
	Hash     []byte            `json:"hash,omitempty"`
	Opened   int64             `json:"opened"`
	Last     time.Time         `json:"last,omitzero"`
}

func linkID(secret string) string {
	sum := sha256.Sum256([]byte(secret))
	return hex.EncodeToString(sum[:])
}

func hashOf(password string, salt []byte) ([]byte, error) {
	return pbkdf2.Key(sha256.New, password, salt, linkRounds, 32)
}

// Share makes a link to a document until a day, with a password where one is given. Errors: those of change; Invalid (until,
// password).
func (s *Service) Share(ctx context.Context, actor domain.Actor, op store.Operation, id domain.DocumentID, version int64, until domain.Date, password string) error {
	if _, _, err := s.editable(ctx, actor, id); err != nil {
		return err
	}
	password = strings.TrimSpace(password)
	n := utf8.RuneCountInString(password)
	var f apperr.Fields
	f.Check(n == 0 || n >= passwordMin && n <= passwordMax, "password", "documents.error.link_password", "min", passwordMin)
	if err := f.Err(); err != nil {
		return err
	}
	now := s.clock.Now()
	kept := linkKept{Document: id, Secret: strings.ToLower(rand.Text())}
	if password != "" {
		kept.Salt = make([]byte, 16)
		_, _ = rand.Read(kept.Salt)
		var err error
		if kept.Hash, err = hashOf(password, kept.Salt); err != nil {
			return err
		}
	}
	link := Link{ID: linkID(kept.Secret), Until: until, Protected: password != "", By: actor.Account, At: now}
	return s.change(ctx, actor, op, id, version, "document.shared", "", func(d Document) (Document, error) {
		d, err := d.share(link, now)
		if err != nil {
			return d, err
		}
		return d, s.links.Create(ctx, link.ID, kept, (linkDays+30)*24*time.Hour)
	})
}

// Unshare ends a link at once. Errors: those of change.
func (s *Service) Unshare(ctx context.Context, actor domain.Actor, op store.Operation, id domain.DocumentID, version int64, link string) error {
	return s.change(ctx, actor, op, id, version, "document.unshared", "", func(d Document) (Document, error) { return d.unshare(link, s.clock.Now()) })
}

// SharedLink is a link as those see it who may change the document.
type SharedLink struct {
	Link
	Secret string // "" where it is not known any more
	Opened int64
	Last   time.Time
}

// Shared gives a document with its links to who may change it; errors: those of editable.
func (s *Service) Shared(ctx context.Context, actor domain.Actor, id domain.DocumentID) (View, []SharedLink, error) {
	view, _, err := s.editable(ctx, actor, id)
	if err != nil {
		return view, nil, err
	}
	var list []SharedLink
	for _, l := range view.Document.Links {
		kept, err := s.links.Get(ctx, l.ID)
		if err != nil && !apperr.Is(err, apperr.NotFound) {
			return view, nil, err
		}
		list = append(list, SharedLink{Link: l, Secret: kept.Secret, Opened: kept.Opened, Last: kept.Last})
	}
	return view, list, nil
}

// ByLink gives the document to which a link leads, as everyone who has the address may know it. NotFound for a link that is
// revoked, past its day or unknown, and for a document that was thrown away, waits for its day or holds personal numbers.
func (s *Service) ByLink(ctx context.Context, secret string) (domain.DocumentID, Document, Link, error) {
	gone := apperr.New(apperr.NotFound, "documents.error.link_gone")
	kept, err := s.links.Get(ctx, linkID(secret))
	if apperr.Is(err, apperr.NotFound) {
		return "", Document{}, Link{}, gone
	}
	if err != nil {
		return "", Document{}, Link{}, err
	}
	doc, err := s.records.Get(ctx, string(kept.Document))
	if apperr.Is(err, apperr.NotFound) {
		return "", Document{}, Link{}, gone
	}
	if err != nil {
		return "", Document{}, Link{}, err
	}
	now := s.clock.Now()
	for _, l := range doc.Body.Links {
		if l.ID == linkID(secret) && l.works(now) && doc.Body.Status == Ready && !doc.Body.Embargoed(now) && !doc.Body.Personal {
			return kept.Document, doc.Body, l, nil
		}
	}
	return "", Document{}, Link{}, gone
}

// OpenByLink opens the content for who has the link and its password, counted and noted before the first byte. Errors: those
// of ByLink; Invalid (password); TooMany after too many wrong ones; Unavailable.
func (s *Service) OpenByLink(ctx context.Context, secret, password string) (File, error) {
	id, d, link, err := s.ByLink(ctx, secret)
	if err != nil {
		return File{}, err
	}
	if err := s.unlock(ctx, link, strings.TrimSpace(password)); err != nil {
		return File{}, err
	}
	err = s.access.Create(ctx, accessKey(id, s.clock.Now()), access{
		Document: id, Session: "link " + link.ID[:12], Owner: d.Organization, SHA256: d.SHA256, At: s.clock.Now(),
	}, accessKept)
	if err != nil {
		return File{}, err
	}
	_, err = s.links.Change(ctx, link.ID, func(k linkKept) (linkKept, error) {
		k.Opened, k.Last = k.Opened+1, s.clock.Now()
		return k, nil
	})
	if err != nil {
		return File{}, err
	}
	file := File{View: View{ID: id, Document: d}, Outcome: Whole, Length: d.Size}
	err = s.send(ctx, &file)
	return file, err
}

func (s *Service) unlock(ctx context.Context, link Link, password string) error {
	if !link.Protected {
		return nil
	}
	n, err := s.counter.Add(ctx, "document-link/"+link.ID, 1, tries)
	if err != nil {
		return err
	}
	if n > triesMax {
		return apperr.New(apperr.TooMany, "documents.error.link_tries")
	}
	kept, err := s.links.Get(ctx, link.ID)
	if err != nil {
		return unfinished(err)
	}
	hash, err := hashOf(password, kept.Salt)
	if err != nil {
		return fmt.Errorf("link: %w", err)
	}
	if subtle.ConstantTimeCompare(hash, kept.Hash) != 1 {
		var f apperr.Fields
		f.Add("password", "documents.error.link_wrong")
		return f.Err()
	}
	_, err = s.counter.Add(ctx, "document-link/"+link.ID, -1, tries) // who knows it uses up no try
	return err
}

// Move makes a document belong to another thing and gives its file another name ("" keeps it); what it says and its versions
// stay. Errors: those of change and, at the input to, of ParentFor.
func (s *Service) Move(ctx context.Context, actor domain.Actor, op store.Operation, id domain.DocumentID, version int64, to domain.Ref, name string) error {
	if _, _, err := s.editable(ctx, actor, id); err != nil {
		return err
	}
	parent, err := s.ParentFor(ctx, actor, to)
	if apperr.Is(err, apperr.NotFound) || apperr.Is(err, apperr.Forbidden) {
		var f apperr.Fields
		f.Add("to", "documents.error.move_to")
		return f.Err()
	}
	if err != nil {
		return err
	}
	return s.change(ctx, actor, op, id, version, "document.moved", "", func(d Document) (Document, error) { return d.move(parent, name) })
}

// move gives a ready draft another place and file name. Conflict for others.
func (d Document) move(parent domain.Resolved, name string) (Document, error) {
	if d.Status != Ready || d.Final || d.Hold != nil {
		return d, apperr.New(apperr.Conflict, "error.conflict")
	}
	var f apperr.Fields
	f.Check(len(domain.FindPersonalNumbers(name)) == 0, "name", "documents.error.personal_text")
	if err := f.Err(); err != nil {
		return d, err
	}
	d.Parent, d.Region, d.Demo = parent.Ref, parent.Region, parent.Demo
	if name = strings.TrimSpace(name); name != "" {
		d.FileName = cleanName(strings.TrimSuffix(name, "."+extensionOf(d.FileName))+".x", extensionOf(d.FileName))
	}
	return d, nil
}
