package portal

import (
	"context"
	"fmt"
	"io"
	"time"

	"gotong/modules/accounts"
	"gotong/modules/documents"
	"gotong/modules/organizations"
	"gotong/modules/retention"
)

// keep makes the retention run of what each module lets go, and tells the page about personal data how long that is.
func (p *Portal) keep() {
	h, c := &p.house, p.config.Retention
	days := func(n int) time.Duration { return time.Duration(n) * 24 * time.Hour }
	h.Accounts.Kept = accounts.Kept{
		Invitations: organizations.InvitationLife, Trash: documents.TrashKept, Access: documents.AccessKept,
		Rejected: days(c.RejectedPapersDays), Declined: days(c.DeclinedAccountsDays), Tokens: days(c.EndedTokensDays),
	}
	register := h.Organizations.Service
	p.retention = retention.New(retention.Deps{
		DB: p.db, Clock: p.clock, Log: p.log, Every: time.Duration(c.EveryHours) * time.Hour,
		Steps: []retention.Step{
			{Name: "sessions, sign-ins and other state past its end", Drop: func(ctx context.Context, _ time.Time, dry bool) (int, error) {
				if dry { // swept every minute, and not counted beforehand
					return 0, nil
				}
				n, err := p.db.Sweep(ctx)
				return int(n), err
			}},
			{Name: "invitations past their end", Drop: register.DropInvitations},
			{Name: "accounts that were not approved", Kept: days(c.DeclinedAccountsDays), Drop: h.Accounts.Service.EraseDeclined},
			{Name: "papers of rejected organisations", Kept: days(c.RejectedPapersDays), Drop: func(ctx context.Context, before time.Time, dry bool) (int, error) {
				return register.DropRejectedPapers(ctx, before, dry, h.Documents.Service)
			}},
			{Name: "documents thrown away", Kept: documents.TrashKept, Drop: h.Documents.Service.DropTrash},
			{Name: "API tokens that ended", Kept: days(c.EndedTokensDays), Drop: h.Tokens.Service.DropEnded},
		},
	})
}

// Retain lets go of what was kept long enough, or with dry only counts it, and writes a line for each kind.
func (p *Portal) Retain(ctx context.Context, dry bool, out io.Writer) error {
	r, err := p.retention.Run(ctx, dry)
	for _, c := range r.Counts {
		_, _ = fmt.Fprintf(out, "%s: %d\n", c.Step, c.N)
	}
	return err
}
