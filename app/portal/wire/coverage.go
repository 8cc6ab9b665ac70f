package wire

import (
	"context"

	"gotong/modules/commitments"
	"gotong/modules/coverage"
	"gotong/modules/domain"
	"gotong/modules/kit/store"
	"gotong/modules/needs"
)

// CoverageNeeds are verified needs with their accounts, as coverage adds them up.
type CoverageNeeds struct{ *House }

// Part implements coverage.Needs.
func (w CoverageNeeds) Part(ctx context.Context, id domain.NeedID) (coverage.Part, error) {
	a, err := w.Commitments.Service.AccountOf(ctx, id)
	if err != nil {
		return coverage.Part{}, err
	}
	parts, err := w.parts(ctx, []commitments.NeedAccount{a})
	if err != nil {
		return coverage.Part{}, err
	}
	return parts[0], nil
}

// OfVillage implements coverage.Needs.
func (w CoverageNeeds) OfVillage(ctx context.Context, village domain.RegionCode) ([]coverage.Part, error) {
	accounts, err := w.Commitments.Service.AccountsOf(ctx, village)
	if err != nil {
		return nil, err
	}
	return w.parts(ctx, accounts)
}

// Each implements coverage.Needs.
func (w CoverageNeeds) Each(ctx context.Context, fn func(coverage.Part) error) error {
	return w.each(ctx, func(a commitments.NeedAccount) commitments.NeedAccount { return a }, fn)
}

// Recounted implements coverage.Needs.
func (w CoverageNeeds) Recounted(ctx context.Context, fn func(coverage.Part) error) error {
	counted, err := w.Commitments.Service.Recount(ctx)
	if err != nil {
		return err
	}
	return w.each(ctx, func(a commitments.NeedAccount) commitments.NeedAccount {
		l := counted[a.Need]
		l.Unit, l.Needed = a.Ledger.Unit, a.Ledger.Needed
		a.Ledger = l
		return a
	}, fn)
}

func (w CoverageNeeds) each(ctx context.Context, change func(commitments.NeedAccount) commitments.NeedAccount, fn func(coverage.Part) error) error {
	var accounts []commitments.NeedAccount
	flush := func() error {
		parts, err := w.parts(ctx, accounts)
		if err != nil {
			return err
		}
		for _, p := range parts {
			if err := fn(p); err != nil {
				return err
			}
		}
		accounts = accounts[:0]
		return nil
	}
	err := w.Commitments.Service.EachAccount(ctx, func(a commitments.NeedAccount) error {
		if accounts = append(accounts, change(a)); len(accounts) < batch {
			return nil
		}
		return flush()
	})
	if err != nil {
		return err
	}
	return flush()
}

// parts joins accounts with their needs. An account whose need is gone counts as closed.
func (w CoverageNeeds) parts(ctx context.Context, accounts []commitments.NeedAccount) ([]coverage.Part, error) {
	ids := make([]string, len(accounts))
	for i, a := range accounts {
		ids[i] = string(a.Need)
	}
	docs, err := w.Needs.Service.GetMany(ctx, ids)
	if err != nil {
		return nil, err
	}
	parts := make([]coverage.Part, 0, len(accounts))
	for _, a := range accounts {
		n := docs[string(a.Need)].Body
		p := coverage.Part{
			Need: a.Need, Title: n.Title, Village: a.Village, Category: a.Category, Ledger: a.Ledger, Open: n.Open(), Since: n.OpenedAt,
			Households: n.Households, Urgency: n.Urgency.Weight(), Demo: a.Demo,
		}
		if p.Weight, err = Weights(w).WeightOf(ctx, a.Village, a.Demo); err != nil {
			return nil, err
		}
		parts = append(parts, p)
	}
	return parts, nil
}

// CoverageSubjects tells coverage what an entry of the feed is about.
type CoverageSubjects struct{ *House }

// Need implements coverage.Subjects.
func (CoverageSubjects) Need(e store.Entry) (domain.NeedID, bool) {
	switch e.Collection {
	case needs.Collection:
		return domain.NeedID(e.ID), true
	case commitments.AccountsCollection:
		kind, subject := commitments.AccountSubject(e.ID)
		return domain.NeedID(subject), kind == "need"
	}
	return "", false
}

// Weighed implements coverage.Subjects.
func (w CoverageSubjects) Weighed(ctx context.Context, e store.Entry) (domain.RegionCode, bool) {
	region, all, ok := w.Villages.Service.Weighed(ctx, e)
	if all {
		region = ""
	}
	return region, ok
}

var (
	_ coverage.Needs    = CoverageNeeds{}
	_ coverage.Subjects = CoverageSubjects{}
)
