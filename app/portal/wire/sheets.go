package wire

import (
	"context"

	"gotong/modules/domain"
	"gotong/modules/needs"
	"gotong/modules/villages"
)

// VillageWorks is what is needed and done in a village, in the words of its sheet and as the public sees it.
type VillageWorks struct{ *House }

// NeedsOf gives a village's public needs, open ones first.
func (w VillageWorks) NeedsOf(ctx context.Context, village domain.RegionCode, limit int) ([]villages.SheetNeed, error) {
	var list []needs.Doc
	found, err := w.Needs.Service.Public(ctx, needs.Filter{Region: village, Limit: 100})
	if err != nil {
		return nil, err
	}
	for _, open := range []bool{true, false} {
		for _, doc := range found.Items {
			if doc.Body.Open() == open && len(list) < limit {
				list = append(list, doc)
			}
		}
	}
	ids := make([]domain.NeedID, 0, len(list))
	for _, doc := range list {
		ids = append(ids, domain.NeedID(doc.ID))
	}
	ledgers, err := w.Commitments.Service.Ledgers(ctx, ids)
	out := make([]villages.SheetNeed, 0, len(list))
	for _, doc := range list {
		n := doc.Body
		l, kept := ledgers[domain.NeedID(doc.ID)]
		if !kept {
			l = domain.Ledger{Unit: n.Unit, Needed: n.Quantity}
		}
		out = append(out, villages.SheetNeed{Title: n.Title, Category: n.Category, Ledger: l, Open: kept, WantedBy: n.WantedBy, Demo: n.Demo})
	}
	return out, err
}

// WorkersOf gives accepted commitments in a village.
func (w VillageWorks) WorkersOf(ctx context.Context, village domain.RegionCode, limit int) ([]villages.SheetWorker, error) {
	docs, err := w.Commitments.Service.OfVillage(ctx, domain.Actor{}, village, limit)
	out := make([]villages.SheetWorker, 0, len(docs))
	for _, doc := range docs {
		c := doc.Body
		if !c.Accepted() {
			continue
		}
		out = append(out, villages.SheetWorker{Organization: c.OrganizationName, What: c.NeedTitle, Quantity: c.Quantity, Unit: c.Unit,
			Ledger: domain.Ledger{Unit: c.Unit, Needed: c.Quantity, Committed: c.Quantity, Delivered: c.Delivered(), Confirmed: c.Confirmed()}, Demo: c.Demo})
	}
	return out, err
}

var _ villages.Works = VillageWorks{}
