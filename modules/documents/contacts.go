package documents

import (
	"context"
	"regexp"
	"strings"
	"time"

	"gotong/modules/domain"
	"gotong/modules/kit/apperr"
	"gotong/modules/kit/store"
)

// contactsMin: so many different telephone numbers or e-mail addresses are a list of people; fewer stand on any letter.
const contactsMin = 5

var (
	mobile = regexp.MustCompile(`(?:\+62|\b62|\b0)[ .-]?8(?:[ .-]?\d){8,11}\b`)
	email  = regexp.MustCompile(`[A-Za-z0-9._%+-]+@[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)*\.[A-Za-z]{2,}`)
)

// contactsIn counts the different mobile numbers and e-mail addresses of a text, 0 where they are too few to be a list.
func contactsIn(r Reading) int {
	phones, mails := map[string]bool{}, map[string]bool{}
	for i := range r.Pages {
		text := r.page(i)
		for _, found := range mobile.FindAllString(text, -1) {
			digits := strings.Map(func(c rune) rune {
				if c < '0' || c > '9' {
					return -1
				}
				return c
			}, found)
			phones[strings.TrimPrefix(strings.TrimPrefix(digits, "62"), "0")] = true
		}
		for _, found := range email.FindAllString(text, -1) {
			mails[strings.ToLower(found)] = true
		}
	}
	count := 0
	for _, list := range []map[string]bool{phones, mails} {
		if len(list) >= contactsMin {
			count += len(list)
		}
	}
	return count
}

// Clearance says who answers for it that a list of contacts may be seen by many, and why.
type Clearance struct {
	By     domain.AccountID `json:"by"`
	At     time.Time        `json:"at"`
	Reason string           `json:"reason"`
}

// exposes tells whether a content's list of contacts keeps the document from many.
func (d Document) exposes() bool { return d.Contacts > 0 && d.Cleared == nil }

// clear lets a document with a list of contacts be published, for a reason. Conflict where it is not ready or holds none;
// Invalid without a reason.
func (d Document) clear(c Clearance) (Document, error) {
	c.Reason = strings.TrimSpace(c.Reason)
	var f apperr.Fields
	checkReason(&f, "reason", c.Reason, "documents.error.clear_reason")
	if err := f.Err(); err != nil {
		return d, err
	}
	if d.Status != Ready || !d.exposes() {
		return d, apperr.New(apperr.Conflict, "error.conflict")
	}
	d.Cleared = &c
	return d, nil
}

// Clear answers for a list of contacts: they are offices', or the people agreed. Errors: those of change, Invalid (reason).
func (s *Service) Clear(ctx context.Context, actor domain.Actor, op store.Operation, id domain.DocumentID, version int64, reason string) error {
	return s.change(ctx, actor, op, id, version, "document.cleared", reason, func(d Document) (Document, error) {
		return d.clear(Clearance{By: actor.Account, At: s.clock.Now(), Reason: reason})
	})
}
