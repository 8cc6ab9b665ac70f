package wire

import (
	"context"

	"gotong/modules/domain"
)

// Ledgers are the accounts of open needs, kept by commitments.
type Ledgers struct{ *House }

// OpenNeed opens the account of a need.
func (w Ledgers) OpenNeed(ctx context.Context, need domain.NeedID, unit domain.UnitID, limit int64) error {
	return w.Commitments.Service.OpenNeed(ctx, need, unit, limit)
}

// SetNeedLimit moves what may be held for a need.
func (w Ledgers) SetNeedLimit(ctx context.Context, need domain.NeedID, limit int64) error {
	return w.Commitments.Service.SetNeedLimit(ctx, need, limit)
}

// CloseNeed takes no more holds.
func (w Ledgers) CloseNeed(ctx context.Context, need domain.NeedID) error {
	return w.Commitments.Service.CloseNeed(ctx, need)
}

// Ledger gives one need's layers.
func (w Ledgers) Ledger(ctx context.Context, need domain.NeedID) (domain.Ledger, error) {
	return w.Commitments.Service.Ledger(ctx, need)
}

// Ledgers gives those of the needs that have an account.
func (w Ledgers) Ledgers(ctx context.Context, needs []domain.NeedID) (map[domain.NeedID]domain.Ledger, error) {
	return w.Commitments.Service.Ledgers(ctx, needs)
}
