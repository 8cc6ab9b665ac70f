package demo

import (
	"context"
	"fmt"

	"gotong/modules/domain"
	"gotong/modules/progress"
)

// progress tells how the running initiative goes: a milestone reached and one that moved, money spent, news, and a
// change that waits for the secretariat.
func (t *teller) progress(ctx context.Context) error {
	owner, err := t.cast.as(ctx, "surya-pengelola")
	if err != nil {
		return err
	}
	s, id, today := t.services.Progress, t.initiatives["10"], domain.DateOf(t.now)
	for name, run := range map[string]func() error{
		"reach": func() error {
			return s.Reach(ctx, owner, form("progress", "reach"), id, 1, today, "Empat puluh lima atap layak dipasangi panel (contoh).")
		},
		"slip": func() error {
			return s.Slip(ctx, owner, form("progress", "slip"), id, 2, later(t.now, 5), "Kapal pengangkut menunggu cuaca baik (contoh).")
		},
		"spend": func() error {
			return s.Spend(ctx, owner, form("progress", "spend"), id, 2, 6_500_000, "Pelatihan dua perawat dan alat ukur (contoh)")
		},
		"tell": func() error {
			return s.Tell(ctx, owner, form("progress", "tell"), id, progress.News{Title: "Dua belas rumah menyala (contoh)", Text: "Relawan memasang paket pertama bersama warga; sisanya menyusul setelah kapal tiba (contoh).", Quantity: map[int64]int64{1: 12}})
		},
		"ask": func() error {
			return s.Ask(ctx, owner, form("progress", "ask"), id, progress.Request{What: progress.WhatUntil, Until: later(t.now, 14), Text: "Dua bulan lebih lama karena musim angin barat (contoh)."})
		},
	} {
		if err := run(); err != nil {
			return fmt.Errorf("%s: %w", name, err)
		}
	}
	return nil
}
