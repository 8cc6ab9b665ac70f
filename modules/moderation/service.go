package moderation

import (
	"context"
	"log/slog"
	"strings"
	"sync/atomic"
	"time"

	"gotong/modules/domain"
	"gotong/modules/kit/apperr"
	"gotong/modules/kit/clock"
	"gotong/modules/kit/store"
	"gotong/modules/kit/web"
)

// Things answers what a thing is called, for those who may see it; NotFound for others.
type Things interface {
	Resolve(ctx context.Context, actor domain.Actor, ref domain.Ref) (domain.Resolved, error)
}

// Names gives the names of accounts.
type Names interface {
	Accounts(ctx context.Context, ids []domain.AccountID) (map[domain.AccountID]string, error)
}

// Deps is what the module needs from outside.
type Deps struct {
	DB     *store.DB
	Views  *web.Engine
	Clock  clock.Clock
	Log    *slog.Logger
	Things Things
	Names  Names
}

// Service keeps reports and announcements.
type Service struct {
	db            *store.DB
	clock         clock.Clock
	log           *slog.Logger
	things        Things
	names         Names
	reports       *store.Records[Report]
	announcements *store.Records[Announcement]
	live          atomic.Pointer[[]Announcement] // what is not retracted and not over, as this replica knows it
}

func newService(d Deps) *Service {
	return &Service{
		db: d.DB, clock: d.Clock, log: d.Log, things: d.Things, names: d.Names,
		reports: store.NewRecords(d.DB, reportDefinition()), announcements: store.NewRecords(d.DB, announcementDefinition()),
	}
}

// Reports that one subject takes in a day, and one person or network in an hour: more tell nothing new.
const (
	reportsOfSubject  = 30
	reportsOfReporter = 10
)

// About gives what a page shows, as the report names it. NotFound where the actor may not see it.
func (s *Service) About(ctx context.Context, actor domain.Actor, path string) (Report, error) {
	r := Report{Path: path, Title: path, Subject: subjectOf(path)}
	if r.Subject == (domain.Ref{}) {
		return r, nil
	}
	thing, err := s.things.Resolve(ctx, actor, r.Subject)
	if err != nil {
		return r, err
	}
	r.Title, r.Path, r.Demo = thing.Title, thing.Path, thing.Demo
	return r, nil
}

// Report takes a report, from who names who sends it where nobody is signed in. NotFound (the actor may not see the
// thing), Invalid, TooMany.
func (s *Service) Report(ctx context.Context, actor domain.Actor, from string, op store.Operation, r Report) (string, error) {
	about, err := s.About(ctx, actor, r.Path)
	if err != nil {
		return "", err
	}
	about.Reason, about.Words = r.Reason, strings.TrimSpace(r.Words)
	if err := about.Validate(); err != nil {
		return "", err
	}
	if actor.SignedIn() {
		from = string(actor.Account)
	}
	about.Reporter, about.At, about.State = actor.Account, s.clock.Now(), ReportOpen
	id := store.DeriveID("report/"+from, op.ID)
	if _, err := s.reports.Get(ctx, id); err == nil {
		return id, nil // the same form again
	}
	for _, limit := range []struct {
		key    string
		most   int64
		window time.Duration
	}{{"reports/" + from, reportsOfReporter, time.Hour}, {"reported/" + about.Path, reportsOfSubject, 24 * time.Hour}} {
		n, err := s.db.Add(ctx, limit.key, 1, limit.window)
		if err != nil {
			return "", err
		}
		if n > limit.most {
			e := apperr.New(apperr.TooMany, "moderation.error.too_many")
			e.RetryAfter = limit.window
			return "", e
		}
	}
	_, err = s.reports.Insert(ctx, id, about, actor.Change("report.made", "", op))
	return id, err
}

// Get gives a report to who has its address. NotFound.
func (s *Service) Get(ctx context.Context, id string) (store.Doc[Report], error) {
	return s.reports.Get(ctx, id)
}

// List gives reports in a state, the oldest first; "" gives all, the newest first. For the secretariat and auditors.
func (s *Service) List(ctx context.Context, state ReportState, cursor string) (store.Page[Report], error) {
	q := store.Query{List: listReports, Key: store.KeyOf(string(state)), Cursor: cursor, Limit: 30}
	if state == "" {
		q.List = listNewest
	}
	return s.reports.List(ctx, q)
}

// Decide dismisses a report or notes what was done. NotFound, Conflict, Invalid.
func (s *Service) Decide(ctx context.Context, actor domain.Actor, op store.Operation, id string, state ReportState, words string) error {
	return s.change(ctx, actor, op, id, "report."+string(state), func(r *Report) error {
		return r.decide(state, Answer{By: actor.Account, At: s.clock.Now(), Words: strings.TrimSpace(words)})
	})
}

// Reopen takes a decision back. NotFound, Conflict.
func (s *Service) Reopen(ctx context.Context, actor domain.Actor, op store.Operation, id string) error {
	return s.change(ctx, actor, op, id, "report.reopened", (*Report).reopen)
}

func (s *Service) change(ctx context.Context, actor domain.Actor, op store.Operation, id, action string, fn func(*Report) error) error {
	doc, err := s.reports.Get(ctx, id)
	if err != nil {
		return err
	}
	r := doc.Body
	if err := fn(&r); err != nil {
		return s.again(ctx, id, op, err)
	}
	_, err = s.reports.Replace(ctx, doc, r, actor.Change(action, "", op))
	return err
}

// again makes a repeat of the same form a success.
func (s *Service) again(ctx context.Context, id string, op store.Operation, refused error) error {
	if !apperr.Is(refused, apperr.Conflict) || op.ID == "" {
		return refused
	}
	last, err := s.reports.History(ctx, id, 1)
	if err != nil || len(last) == 0 || last[0].Operation != op.ID {
		return refused
	}
	return nil
}

// Standing tells how an actor stands to a report: everybody who has its address reads it. NotFound.
func (s *Service) Standing(ctx context.Context, _ domain.Actor, id string) (domain.Standing, error) {
	doc, err := s.reports.Get(ctx, id)
	return domain.Standing{State: string(doc.Body.State), Public: true}, err
}

var _ domain.Stander = (*Service)(nil)
