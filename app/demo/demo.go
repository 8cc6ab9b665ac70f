// Package demo makes demonstration content: the story that a new portal shows, and portals of any size for
// measurements. Everything it makes is marked as demonstration and can be removed by one call.
package demo

import (
	"context"
	"fmt"
	"log/slog"
	"strings"

	"gotong/app/embedded/oidc"
	"gotong/modules/accounts"
	"gotong/modules/calls"
	"gotong/modules/commitments"
	"gotong/modules/documents"
	"gotong/modules/domain"
	"gotong/modules/initiatives"
	"gotong/modules/kit/apperr"
	"gotong/modules/kit/clock"
	"gotong/modules/kit/store"
	"gotong/modules/matching"
	"gotong/modules/moderation"
	"gotong/modules/needs"
	"gotong/modules/organizations"
	"gotong/modules/papers"
	"gotong/modules/progress"
	"gotong/modules/reviews"
	"gotong/modules/villages"
)

// Services are the portal's own, through which the story is told, so that its rules and its audit trail are real.
type Services struct {
	Accounts      *accounts.Service
	Villages      *villages.Service
	Organizations *organizations.Service
	Needs         *needs.Service
	Calls         *calls.Service
	Initiatives   *initiatives.Service
	Reviews       *reviews.Service
	Progress      *progress.Service
	Commitments   *commitments.Service
	Documents     *documents.Service
	Papers        *papers.Service
	Matching      *matching.Service
	Moderation    *moderation.Service
}

// Deps is what the demonstration needs.
type Deps struct {
	DB       *store.DB
	Clock    clock.Clock
	Log      *slog.Logger
	Services func() Services // asked only when something is made or removed
}

// Demo makes and removes demonstration content.
type Demo struct {
	deps  Deps
	marks *store.State[mark]
}

// mark remembers what became of the story, so that a removed one does not come back at the next start.
type mark struct {
	State string `json:"state"` // told or removed
}

const (
	markStory   = "story"
	told        = "told"
	removedMark = "removed"
	provider    = "demo"
)

// New declares the demonstration's own collection; call it before the store is made ready.
func New(d Deps) *Demo {
	if d.Log == nil {
		d.Log = slog.New(slog.DiscardHandler)
	}
	if d.Clock == nil {
		d.Clock = clock.System{}
	}
	return &Demo{deps: d, marks: store.NewState[mark](d.DB, "demo")}
}

// Begin tells the story where it was neither told nor removed before: at the first start. An interrupted telling is
// gone on with.
func (d *Demo) Begin(ctx context.Context) error {
	if _, err := d.marks.Get(ctx, markStory); !apperr.Is(err, apperr.NotFound) {
		return err
	}
	return d.Story(ctx)
}

// Removed counts what Remove deleted.
type Removed struct{ Organizations, Needs, Calls, Initiatives, Reviews, News, Commitments, Papers, Refusals, Documents, Figures, Notices, Accounts int }

// Remove deletes all demonstration records and files and leaves everything else. It may be repeated.
func (d *Demo) Remove(ctx context.Context) (r Removed, err error) {
	s := d.deps.Services()
	if err = d.marks.Put(ctx, markStory, mark{State: removedMark}, 0); err != nil {
		return r, err
	}
	demo, err := subjects(ctx, s)
	if err != nil {
		return r, err
	}
	for _, step := range []struct {
		name string
		n    *int
		run  func(context.Context) (int, error)
	}{
		{"reports and announcements", &r.Notices, s.Moderation.Uproot},
		{"papers", &r.Papers, s.Papers.Uproot},
		{"suggestions put aside", &r.Refusals, s.Matching.Uproot},
		{"documents", &r.Documents, s.Documents.Uproot},
		{"commitments", &r.Commitments, func(ctx context.Context) (int, error) { return s.Commitments.Uproot(ctx, demo) }},
		{"reviews", &r.Reviews, s.Reviews.Uproot},
		{"news", &r.News, s.Progress.Uproot},
		{"initiatives", &r.Initiatives, s.Initiatives.Uproot},
		{"calls", &r.Calls, s.Calls.Uproot},
		{"needs", &r.Needs, s.Needs.Uproot},
		{"organizations", &r.Organizations, s.Organizations.Uproot},
		{"figures of villages", &r.Figures, s.Villages.Uproot},
	} {
		if *step.n, err = step.run(ctx); err != nil {
			return r, fmt.Errorf("demo: remove %s: %w", step.name, err)
		}
	}
	for _, p := range people() {
		if err := s.Accounts.Unenrol(ctx, oidc.IssuerAlias, p.Subject); err != nil {
			return r, fmt.Errorf("demo: remove account %s: %w", p.Subject, err)
		}
		r.Accounts++
	}
	n, err := removePeople(ctx, s)
	r.Accounts += n
	return r, err
}

// subjects tells of which accounts of needs and offers belong to the demonstration.
func subjects(ctx context.Context, s Services) (func(kind, subject string) bool, error) {
	needIDs, initiativeIDs := map[string]bool{}, map[string]bool{}
	err := s.Needs.Each(ctx, func(doc needs.Doc) error {
		if doc.Body.Demo {
			needIDs[doc.ID] = true
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	err = s.Initiatives.Each(ctx, func(doc initiatives.Doc) error {
		if doc.Body.Demo {
			initiativeIDs[doc.ID] = true
		}
		return nil
	})
	return func(kind, subject string) bool {
		if kind == "need" {
			return needIDs[subject]
		}
		i := strings.LastIndexByte(subject, '-') // an offer's id is its initiative's and a number
		return i > 0 && initiativeIDs[subject[:i]]
	}, err
}

// people are those of the embedded provider, and one more who only acts in the story.
func people() []oidc.Person {
	return append(oidc.DemoPeople(), oidc.Person{
		Subject: "evaluator-balitbang", Name: "Evaluator dari Badan Penelitian Daerah (contoh)", Email: "evaluator-balitbang@contoh.invalid",
		Organization: oidc.OrgBalitbang, OrganizationRole: string(domain.OrgViewer),
		Mandates: []oidc.Mandate{{Kind: domain.MandateEvaluator, Organization: oidc.OrgBalitbang}},
	})
}
