package demo

import (
	"context"
	"fmt"
	"math/rand/v2"
	"strconv"
	"time"

	"gotong/modules/commitments"
	"gotong/modules/domain"
	"gotong/modules/initiatives"
	"gotong/modules/kit/apperr"
	"gotong/modules/kit/store"
	"gotong/modules/needs"
	"gotong/modules/organizations"
)

// Size is how large a portal is made, in blocks. A block is what the province may hold.
type Size struct {
	Name   string
	Blocks int
	// what a block holds
	Needs, Initiatives, Organizations int
	// People makes accounts and, beside the blocks, Organizations with members in every state.
	People int
}

// What a block of the province holds; the nation is forty of them.
const (
	blockNeeds         = 6000
	blockInitiatives   = 500
	blockOrganizations = 300
	nationBlocks       = 40
	offersBlocks       = 200
	scaleSeed          = 61
)

// ParseScale reads "kalbar", "nation", "people" (20,000 accounts and 5,000 organisations, for the desks), "offers" (kalbar's needs with 100,000
// initiatives by 2,000 organisations) or a number that multiplies kalbar.
func ParseScale(s string) (Size, error) {
	size := Size{Name: s, Blocks: 1, Needs: blockNeeds, Initiatives: blockInitiatives, Organizations: blockOrganizations}
	switch s {
	case "kalbar":
	case "nation":
		size.Blocks = nationBlocks
	case "offers":
		size.Blocks, size.Needs, size.Organizations = offersBlocks, blockNeeds/offersBlocks, 10
	case "people":
		size = Size{Name: s, People: scalePeople, Organizations: scaleOrganizations}
	default:
		n, err := strconv.Atoi(s)
		if err != nil || n < 1 || n > 1000 {
			return Size{}, fmt.Errorf("scale %q: want kalbar, nation, offers, people or a number from 1 to 1000", s)
		}
		size.Blocks = n
	}
	return size, nil
}

// Progress tells how far Scale is: records written of all, and how many a second.
type Progress struct {
	Step        string
	Done, Total int
	PerSecond   float64
}

// Scale makes a plausible portal of that size straight into the store, in bulk. It is deterministic: the same size,
// villages and day give the same records, and what is there already is skipped, so an interrupted run is gone on with.
// Every state is reached by the moves of the modules' own types.
func (d *Demo) Scale(ctx context.Context, size Size, report func(Progress)) error {
	s := d.deps.Services()
	var villages []domain.Place
	err := s.Villages.Each(ctx, func(p domain.Place) error {
		if p.Code.Level() == domain.LevelVillage {
			villages = append(villages, p)
		}
		return nil
	})
	if err != nil {
		return fmt.Errorf("demo: scale: %w", err)
	}
	if len(villages) == 0 {
		return fmt.Errorf("demo: scale: no villages are loaded")
	}
	if report == nil {
		report = func(Progress) {}
	}
	day := d.deps.Clock.Now().In(domain.WIB).Truncate(24 * time.Hour).UTC()
	b := &builder{services: s, size: size, villages: villages, day: day, offices: map[domain.RegionCode]domain.OrganizationBrief{}, started: time.Now(), report: report}
	b.total = len(villages) + size.Blocks*(size.Needs+size.Initiatives+size.Organizations)
	if size.People > 0 {
		b.size.Organizations = max(0, size.Organizations-len(villages))
		b.total = len(villages) + size.People + b.size.Organizations
	}
	if err := b.governments(ctx); err != nil {
		return fmt.Errorf("demo: scale: village governments: %w", err)
	}
	if size.People > 0 {
		if err := b.people(ctx); err != nil {
			return fmt.Errorf("demo: scale: people: %w", err)
		}
	}
	for block := range size.Blocks {
		if err := b.block(ctx, block); err != nil {
			return fmt.Errorf("demo: scale: block %d: %w", block+1, err)
		}
	}
	return nil
}

// builder makes the blocks.
type builder struct {
	services    Services
	size        Size
	villages    []domain.Place
	day         time.Time
	offices     map[domain.RegionCode]domain.OrganizationBrief
	started     time.Time
	report      func(Progress)
	done, total int
}

func (b *builder) wrote(step string, n int) {
	b.done += n
	b.report(Progress{Step: step, Done: b.done, Total: b.total, PerSecond: float64(b.done) / max(time.Since(b.started).Seconds(), 0.001)})
}

// dice gives the random numbers of one thing, the same in every run.
func dice(parts ...uint64) *rand.Rand {
	seed := uint64(scaleSeed)
	for _, p := range parts {
		seed = seed*0x9e3779b97f4a7c15 + p + 1
	}
	return rand.New(rand.NewPCG(seed, scaleSeed)) //nolint:gosec // repeatable on purpose
}

func scaleID(parts ...any) string { return store.DeriveID("demo-scale", fmt.Sprint(parts...)) }

const chunk = 1000

// inChunks calls write with at most chunk items at a time.
func inChunks[T any](items []T, write func([]T) error) error {
	for len(items) > 0 {
		n := min(chunk, len(items))
		if err := write(items[:n]); err != nil {
			return err
		}
		items = items[n:]
	}
	return nil
}

// governments makes a village government for each village that has none.
func (b *builder) governments(ctx context.Context) error {
	var seeds []organizations.Seed
	for _, v := range b.villages {
		brief, err := b.services.Organizations.VillageGovernment(ctx, v.Code)
		if apperr.Is(err, apperr.NotFound) {
			o := organizations.Organization{Name: "Contoh: Pemerintah " + domain.PlaceName(v), Type: "village-government", Sublevel: "pemdes", Region: v.Code, Village: v.Code,
				Office: "Kantor desa (contoh)", VerifiedAt: b.day.AddDate(0, -8, 0)}
			if v.Kind == "kelurahan" {
				o.Type, o.Sublevel = "government", "kelurahan"
			}
			brief = domain.OrganizationBrief{ID: domain.OrganizationID(scaleID("office", v.Code)), Name: o.Name, Type: o.Type, Village: v.Code, Demo: true}
			seeds, err = append(seeds, organizations.Seed{ID: brief.ID, Organization: o}), nil
		}
		if err != nil {
			return err
		}
		b.offices[v.Code] = brief
	}
	b.wrote("village governments", len(b.villages)-len(seeds))
	return inChunks(seeds, func(part []organizations.Seed) error {
		err := b.services.Organizations.Plant(ctx, part)
		b.wrote("village governments", len(part))
		return err
	})
}

// block makes organisations, initiatives, needs and commitments that belong together.
func (b *builder) block(ctx context.Context, block int) error {
	partners := b.partners(block)
	err := inChunks(partners, func(part []organizations.Seed) error {
		err := b.services.Organizations.Plant(ctx, part)
		b.wrote("organisations", len(part))
		return err
	})
	if err != nil {
		return err
	}
	proposals, err := b.initiatives(block, partners)
	if err != nil {
		return err
	}
	m := newMarket(proposals, partners)
	asked, deals, err := b.needs(block, m)
	if err != nil {
		return err
	}
	if err := inChunks(proposals, func(part []store.Item[initiatives.Initiative]) error {
		err := b.services.Initiatives.Seed(ctx, part)
		b.wrote("initiatives", len(part))
		return err
	}); err != nil {
		return err
	}
	if err := inChunks(asked, func(part []store.Item[needs.Need]) error {
		err := b.services.Needs.Seed(ctx, part)
		b.wrote("needs", len(part))
		return err
	}); err != nil {
		return err
	}
	var accounts []commitments.SeedNeed
	for _, n := range asked {
		if n.Body.State() == needs.Verified || n.Body.State() == needs.Fulfilled {
			accounts = append(accounts, commitments.SeedNeed{ID: domain.NeedID(n.ID), Village: n.Body.Village, Category: n.Body.Category, Unit: n.Body.Unit, Limit: n.Body.Quantity})
		}
	}
	return b.services.Commitments.Plant(ctx, accounts, m.accounts(), deals)
}

// partners are organisations of every type, most of them verified.
func (b *builder) partners(block int) []organizations.Seed {
	seeds := make([]organizations.Seed, 0, b.size.Organizations)
	for i := range b.size.Organizations {
		r := dice(1, uint64(block), uint64(i))
		kind := partnerKinds[r.IntN(len(partnerKinds))]
		seat := b.villages[r.IntN(len(b.villages))].Code.At(domain.LevelRegency)
		o := organizations.Organization{
			Name: fmt.Sprintf("Contoh: %s %s %d", kind.name, pick(r, places), block*b.size.Organizations+i+1), Type: kind.kind, Sublevel: kind.sublevel,
			Region: seat, Office: "Sekretariat organisasi (contoh)", About: "Organisasi rekaan untuk peragaan dan pengukuran.",
			VerifiedAt: b.day.AddDate(0, 0, -r.IntN(600)),
		}
		seeds = append(seeds, organizations.Seed{ID: domain.OrganizationID(scaleID("org", block, i)), Organization: o})
	}
	return seeds
}

// needs makes a block's needs and, from the market's offers, the commitments for them.
func (b *builder) needs(block int, m *market) ([]store.Item[needs.Need], map[domain.CommitmentID]commitments.Commitment, error) {
	items := make([]store.Item[needs.Need], 0, b.size.Needs)
	deals := map[domain.CommitmentID]commitments.Commitment{}
	for i := range b.size.Needs {
		r := dice(2, uint64(block), uint64(i))
		village := b.villages[r.IntN(len(b.villages))]
		id := domain.NeedID(scaleID("need", block, i))
		n, err := b.need(r, village)
		if err != nil {
			return nil, nil, err
		}
		if n.State() == needs.Verified && r.IntN(100) < 60 {
			confirmed, err := b.commit(r, m, id, &n, village, deals)
			if err != nil {
				return nil, nil, err
			}
			if confirmed >= n.Quantity {
				if err := n.Fulfil(needs.Step{At: b.day.AddDate(0, 0, -1)}, confirmed); err != nil {
					return nil, nil, err
				}
			}
		}
		items = append(items, store.Item[needs.Need]{ID: string(id), Body: n, At: n.DeclaredAt})
	}
	return items, deals, nil
}
