package documents

import (
	"context"
	"crypto/rand"
	"fmt"
	"math"
	"strings"
	"time"

	"gotong/modules/domain"
)

// readings lists what was noted, by document.
type readings interface {
	Range(ctx context.Context, prefix, cursor string, limit int) (list []access, next string, err error)
}

// accessKey is under which key a reading is noted: those of one document together, the newest first.
func accessKey(id domain.DocumentID, at time.Time) string {
	return fmt.Sprintf("%s/%019d-%s", id, math.MaxInt64-at.UnixMilli(), rand.Text()[:8])
}

// Noted is one reading of a document that is not public, as its owner may know it: by which organisations, never by whom.
type Noted struct {
	At     time.Time
	For    []domain.OrganizationID // to which who read it belonged
	How    string                  // link, confirmation-link, signed-in or anonymous
	SHA256 string
	Part   bool // only a part was asked for
}

// Readings lists who read a document's files, the newest first, for who may change it and for auditors. Errors: NotFound, SignIn,
// Forbidden, BadRequest for a cursor of another list.
func (s *Service) Readings(ctx context.Context, actor domain.Actor, id domain.DocumentID, cursor string, limit int) (View, []Noted, string, error) {
	view, err := s.Get(ctx, actor, id)
	if err == nil && !actor.Auditor() {
		err = view.changeable(actor)
	}
	if err != nil {
		return view, nil, "", err
	}
	noted, next, err := s.readings.Range(ctx, string(id)+"/", cursor, limit)
	list := make([]Noted, len(noted))
	for i, a := range noted {
		list[i] = Noted{At: a.At, For: a.For, How: a.how(), SHA256: a.SHA256, Part: a.Range != ""}
	}
	return view, list, next, err
}

// how says in which way a reading came.
func (a access) how() string {
	switch {
	case a.Account != "":
		return "signed-in"
	case strings.HasPrefix(a.Session, "link "):
		return "link"
	case a.Session == "confirmation-link":
		return "confirmation-link"
	}
	return "anonymous"
}

// organizationsOf are those to which an actor belongs, as readings note them.
func organizationsOf(actor domain.Actor) (ids []domain.OrganizationID) {
	for _, m := range actor.Memberships {
		ids = append(ids, m.Organization)
	}
	return ids
}
