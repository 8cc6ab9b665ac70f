package demo

import (
	"fmt"
	"math/rand/v2"

	"gotong/modules/domain"
	"gotong/modules/initiatives"
	"gotong/modules/kit/store"
	"gotong/modules/needs"
	"gotong/modules/organizations"
)

type partnerKind struct{ kind, sublevel, name string }

var partnerKinds = []partnerKind{
	{"community-ngo", "foundation", "Yayasan"}, {"community-ngo", "association", "Perkumpulan"}, {"community-ngo", "community-group", "Komunitas"},
	{"private-sector", "company", "PT"}, {"private-sector", "cooperative", "Koperasi"}, {"private-sector", "soe", "BUMD"},
	{"academia", "university", "LPPM"}, {"academia", "student-group", "Kelompok KKN"}, {"government", "regency", "Dinas"}, {"media", "news-media", "Media"},
}

var places = []string{"Khatulistiwa", "Kapuas", "Sungai Jernih", "Bakti Bersama", "Melati", "Harapan", "Cahaya Timur", "Rimba Lestari", "Gotong Royong", "Tanjung", "Mitra Desa", "Bina Warga"}

var hamlets = []string{"Melati", "Mawar", "Harapan", "Suka Maju", "Tanjung", "Muara", "Hulu", "Hilir", "Karya", "Sejahtera", "Mekar", "Bakti"}

func pick(r *rand.Rand, from []string) string { return from[r.IntN(len(from))] }

// amounts are the least and most of a village's need in a unit, whole units.
var amounts = map[domain.UnitID][2]int64{
	"household": {10, 60}, "person": {15, 80}, "unit": {5, 60}, "metre": {100, 2000}, "kilometre": {1, 5}, "square-metre": {50, 500}, "cubic-metre": {5, 100},
	"hectare": {2, 40}, "litre-per-second": {1, 5}, "kwh": {100, 3000}, "kwp": {2, 20}, "connection": {10, 60}, "package": {5, 40}, "session": {4, 24},
	"group": {1, 6}, "business": {5, 40}, "classroom": {1, 6}, "day": {5, 60}, "person-day": {20, 400}, "document": {1, 3}, "village": {1, 1}, "kilogram": {100, 2000},
}

func amount(r *rand.Rand, unit domain.UnitID) int64 {
	if unit == domain.Money {
		return 1_000_000 * (20 + r.Int64N(130))
	}
	span, ok := amounts[unit]
	if !ok {
		span = [2]int64{1, 20}
	}
	return span[0] + r.Int64N(span[1]-span[0]+1)
}

// category chooses a category, basic services more often, and one of its units, the default most often.
func category(r *rand.Rand) (domain.Category, domain.UnitID) {
	all := domain.Taxonomy().Categories()
	c := all[r.IntN(len(all))]
	if c.Step != "basic-services" && r.IntN(2) == 0 {
		c = all[r.IntN(len(all))]
	}
	unit := c.Units[0]
	if r.IntN(100) < 15 {
		unit = c.Units[r.IntN(len(c.Units))]
	}
	return c, unit
}

// need makes one need and brings it as far as chance has it, by its own moves.
func (b *builder) need(r *rand.Rand, village domain.Place) (needs.Need, error) {
	c, unit := category(r)
	declared := b.day.AddDate(0, 0, -(40 + r.IntN(500)))
	households := 8 + r.Int64N(90)
	n := needs.Need{
		Village: village.Code, Organization: b.offices[village.Code].ID, DeclaredAt: declared, Demo: true,
		Content: needs.Content{
			Category: c.ID, Title: fmt.Sprintf("[Contoh] %s untuk Dusun %s", c.Name.ID, pick(r, hamlets)), Description: c.Description.ID + " Usulan rekaan dari musyawarah desa.",
			Summary: "Usulan rekaan: " + c.Name.ID + ".", Quantity: amount(r, unit), Unit: unit, Households: households, Persons: households * (2 + r.Int64N(3)),
			Divisible: r.IntN(4) > 0, WantedBy: domain.DateOf(b.day.AddDate(0, 1+r.IntN(18), r.IntN(28))), Urgency: needs.Urgencies[r.IntN(len(needs.Urgencies))],
			UrgencyReason: "Ditetapkan pada musyawarah desa (contoh).", MeetingDate: domain.DateOf(declared.AddDate(0, 0, -14)), ContactOffice: "Kantor desa (contoh)",
		},
	}
	if b.offices[village.Code].Village != village.Code {
		n.OnBehalf, n.Adoption = true, needs.Adopted
	}
	return n, b.advance(r, &n)
}

// advance: of a hundred needs 8 stay drafts, 7 submitted, 5 under verification, 3 returned, 5 planned, 72 are open.
func (b *builder) advance(r *rand.Rand, n *needs.Need) error {
	fate := r.IntN(100)
	if fate < 8 {
		return nil
	}
	step := func(days int) needs.Step { return needs.Step{At: n.DeclaredAt.AddDate(0, 0, days)} }
	if err := n.Submit(step(2), true); err != nil || fate < 15 {
		return err
	}
	if err := n.Begin(step(6)); err != nil || fate < 20 {
		return err
	}
	switch {
	case fate < 23:
		return n.Return(step(9), []needs.FieldReason{{Field: "quantity", Reason: "Jumlah belum sesuai berita acara (contoh)."}}, domain.DateOf(b.day.AddDate(0, 1, 0)))
	case fate < 28:
		return n.Plan(step(10), needs.PlanReference{Document: "RKPD (contoh)", Year: int64(b.day.Year() + 1)})
	}
	err := n.Verify(step(12), fullChecklist())
	n.LimitDue = false // its account is planted with it
	return err
}

// initiatives makes a block's initiatives with their offers.
func (b *builder) initiatives(block int, partners []organizations.Seed) ([]store.Item[initiatives.Initiative], error) {
	items := make([]store.Item[initiatives.Initiative], 0, b.size.Initiatives)
	for i := range b.size.Initiatives {
		r := dice(3, uint64(block), uint64(i))
		id := scaleID("initiative", block, i)
		proposal, err := b.initiative(r, id, partners[r.IntN(len(partners))])
		if err != nil {
			return nil, err
		}
		items = append(items, store.Item[initiatives.Initiative]{ID: id, Body: proposal, At: proposal.DraftedAt})
	}
	return items, nil
}

func (b *builder) initiative(r *rand.Rand, id string, owner organizations.Seed) (initiatives.Initiative, error) {
	drafted := b.day.AddDate(0, 0, -(60 + r.IntN(400)))
	var areas []domain.RegionCode
	for range 1 + r.IntN(3) {
		area := b.villages[r.IntN(len(b.villages))].Code.At(domain.LevelRegency)
		if len(areas) == 0 || areas[0] != area {
			areas = append(areas, area)
		}
	}
	if r.IntN(10) == 0 {
		areas = []domain.RegionCode{areas[0].At(domain.LevelProvince)}
	}
	p := initiatives.Initiative{Organization: owner.ID, DraftedAt: drafted, Demo: true, Content: initiatives.Content{
		Areas: areas, TargetGroup: "Keluarga di desa sasaran (contoh)", TargetNumber: 100 + r.Int64N(3000), From: domain.DateOf(drafted),
		Until: domain.DateOf(b.day.AddDate(0, 6+r.IntN(24), 0)), Problem: "Rekaan untuk peragaan dan pengukuran.", Goals: "Kebutuhan desa terpenuhi (contoh).",
		Risks: "Cuaca dan pengangkutan (contoh).", Sustainability: "Dirawat kelompok di desa (contoh).",
	}}
	for n := range 1 + r.IntN(3) {
		c, unit := category(r)
		if n == 0 {
			p.Title, p.Summary = fmt.Sprintf("[Contoh] %s bersama %s", c.Name.ID, pick(r, places)), "Program rekaan: "+c.Description.ID
			p.SummaryEN = "Invented programme: " + c.Description.EN
			p.Results = []initiatives.Result{{Indicator: indicatorOf(c), Baseline: "belum diukur (contoh)", Target: "naik (contoh)"}}
		}
		quantity := amount(r, unit) * (2 + r.Int64N(9))
		p.Offers = append(p.Offers, initiatives.Offer{ID: domain.OfferID(fmt.Sprintf("%s-%d", id, n+1)), Category: c.ID, Unit: unit, Quantity: quantity, From: p.From, Until: p.Until})
		p.NextOffer++
		p.Budget = append(p.Budget, initiatives.BudgetLine{Item: c.Name.ID, Source: initiatives.Sources[r.IntN(len(initiatives.Sources))], Amount: 10_000_000 * (1 + r.Int64N(60))})
	}
	p.Budget = append(p.Budget, initiatives.BudgetLine{Item: "Pendampingan", Source: initiatives.SourceOwn, Amount: 5_000_000})
	return p, b.advanceInitiative(r, &p)
}

func indicatorOf(c domain.Category) string {
	if len(c.Indicators) > 0 {
		return c.Indicators[0]
	}
	return domain.Indicators()[0].ID
}

// advanceInitiative: of a hundred initiatives 6 stay drafts, 8 submitted, 6 under review, 50 are published, 30 run.
func (b *builder) advanceInitiative(r *rand.Rand, p *initiatives.Initiative) error {
	fate := r.IntN(100)
	if fate < 6 {
		return nil
	}
	step := func(days int) initiatives.Step { return initiatives.Step{At: p.DraftedAt.AddDate(0, 0, days)} }
	if err := p.Submit(step(3), true, true); err != nil || fate < 14 {
		return err
	}
	if err := p.Review(step(8), true); err != nil || fate < 20 {
		return err
	}
	approve := step(20)
	approve.Reason = "Disetujui (contoh)."
	if err := p.Approve(approve, true, initiatives.Verdict{Reviews: 2}); err != nil {
		return err
	}
	if err := p.Publish(step(25), ""); err != nil {
		return err
	}
	p.LimitDue = false // the offers' accounts are planted with it
	if fate < 70 {
		return nil
	}
	return p.Start(step(40), initiatives.Begin{WorkPlan: "Rencana kerja (contoh).", Assignment: "CONTOH/ST"}, true)
}
