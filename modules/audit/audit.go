// Package audit shows the trail as people read it: who did what, when, on whose behalf, and what changed. It writes
// nothing; the entries are the store's feed, whose chain `gotong check` verifies.
package audit

import (
	"context"
	"log/slog"
	"time"

	"gotong/modules/domain"
	"gotong/modules/kit/store"
	"gotong/modules/kit/web"
)

// Names gives the names of accounts and organisations, so that a page shows people and not ids. What is unknown or
// erased is left out.
type Names interface {
	Accounts(ctx context.Context, ids []domain.AccountID) (map[domain.AccountID]string, error)
	Organizations(ctx context.Context, ids []domain.OrganizationID) (map[domain.OrganizationID]string, error)
}

// Things answers what a thing is called and where it lies, for those who may see it; NotFound for others and for
// kinds without a page.
type Things interface {
	Resolve(ctx context.Context, actor domain.Actor, ref domain.Ref) (domain.Resolved, error)
}

// History reads the entries of one document, newest first: Records.History.
type History func(ctx context.Context, id string, limit int) ([]store.Entry, error)

// Subject is a kind of thing that has a trail: the collection that keeps it and its history.
type Subject struct {
	Kind       string // domain.KindNeed …
	Collection string
	History    History
}

// Views notes that an auditor or the secretariat read the trail, before the first byte is sent.
type Views interface {
	Viewed(ctx context.Context, actor domain.Actor, what string) error
}

// Deps is what the module needs from outside.
type Deps struct {
	DB       *store.DB
	Views    *web.Engine
	Log      *slog.Logger
	Names    Names
	Things   Things
	Subjects []Subject
	Access   Views // nil: noted in the state "access"
}

// reading is one reading of what is not public, outside feed and chain.
type reading struct {
	Account string    `json:"account"`
	Session string    `json:"session"`
	What    string    `json:"what"`
	At      time.Time `json:"at"`
}

// readingsKept is for how long readings stay known.
const readingsKept = 2 * 365 * 24 * time.Hour

type accessLog struct {
	db    *store.DB
	state *store.State[reading]
}

// Viewed appends a reading. Errors: Unavailable; then nothing is to be shown.
func (l accessLog) Viewed(ctx context.Context, actor domain.Actor, what string) error {
	r := reading{Account: string(actor.Account), Session: actor.Session, What: what, At: l.db.Now()}
	return l.state.Create(ctx, r.At.Format(time.RFC3339Nano)+"/"+store.NewID(), r, readingsKept)
}

// publicActs are the acts that the public may see in the history of a thing that the public may see: the moves of
// workflow.md that change what is open, promised, delivered or confirmed. Drafts, corrections, reviews and refusals are
// not among them, nor are reasons and names of people.
var publicActs = map[string]bool{
	"need.submitted": true, "need.adopted": true, "need.verified": true, "need.planned": true, "need.plan-dropped": true, "need.fulfilled": true,
	"need.reopened": true, "need.expired": true, "need.evaluated": true, "need.withdrawn": true, "need.quantity-changed": true,
	"initiative.submitted": true, "initiative.approved": true, "initiative.published": true, "initiative.started": true, "initiative.suspended": true,
	"initiative.resumed": true, "initiative.completed": true, "initiative.reopened": true, "initiative.evaluated": true, "initiative.archived": true,
	"organization.founded": true, "organization.verified": true, "organization.expired": true, "organization.suspended": true, "organization.restored": true,
	"commitment.accepted": true, "commitment.signed": true, "commitment.started": true, "commitment.delivery-reported": true,
	"commitment.delivered": true, "commitment.answered": true, "commitment.settled": true, "commitment.cancelled": true, "commitment.reopened": true,
}

// mayReadTrail: the whole trail is for the secretariat and the auditor.
func mayReadTrail(a domain.Actor) bool { return a.Secretariat() || a.Auditor() }

// readsAll tells whether the actor reads a thing's whole history: its parties, those who read by office, the
// secretariat and the auditor.
func readsAll(a domain.Actor, r domain.Resolved) bool {
	if mayReadTrail(a) || r.ReadsParties {
		return true
	}
	for _, party := range append(r.Parties, r.Organization) {
		if a.Has(party, domain.OrgViewer) {
			return true
		}
	}
	return false
}
