// Package wire joins the modules: each needs others in its own words, and here those words are translated, one file for
// each consuming module. There is no rule in here.
package wire

import (
	"context"

	"gotong/modules/accounts"
	"gotong/modules/calls"
	"gotong/modules/commitments"
	"gotong/modules/coverage"
	"gotong/modules/documents"
	"gotong/modules/domain"
	"gotong/modules/initiatives"
	"gotong/modules/matching/plans"
	"gotong/modules/moderation"
	"gotong/modules/needs"
	"gotong/modules/organizations"
	"gotong/modules/papers"
	"gotong/modules/progress"
	"gotong/modules/reviews"
	"gotong/modules/tokens"
	"gotong/modules/villages"
)

// House holds the modules that others ask. It is filled while the portal is composed, and asked only afterwards, so
// that two modules may need each other.
type House struct {
	Accounts      *accounts.Module
	Villages      *villages.Module
	Organizations *organizations.Module
	Needs         *needs.Module
	Calls         *calls.Module
	Initiatives   *initiatives.Module
	Reviews       *reviews.Module
	Progress      *progress.Module
	Commitments   *commitments.Module
	Documents     *documents.Module
	Coverage      *coverage.Module
	Moderation    *moderation.Module
	Tokens        *tokens.Module
	Plans         *plans.Module
	Papers        *papers.Module
}

// Later is a panel of a module that is made after the one on whose page it stands.
func Later(panel func() domain.Panel) domain.Panel { return later(panel) }

// Scoped is a panel that programs see too whose token reaches things of that kind.
func Scoped(scope domain.Scope, panel domain.Panel) domain.Panel { return scoped{panel, scope} }

type scoped struct {
	domain.Panel
	scope domain.Scope
}

var _ domain.ScopedPanel = scoped{}

// Scope is of what kind the things are that it shows.
func (s scoped) Scope() domain.Scope { return s.scope }

type later func() domain.Panel

func (l later) Load(ctx context.Context, request domain.PanelRequest) (domain.Fragment, error) {
	return l().Load(ctx, request)
}
