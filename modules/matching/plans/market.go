package plans

import (
	"cmp"
	"encoding/json"
	"math"
	"slices"
	"strconv"
	"time"

	"gotong/modules/domain"
	"gotong/modules/kit/apperr"
	"gotong/modules/matching"
	"gotong/modules/matching/plan"
)

// Market is what a plan was made from, frozen: what was open and free at that moment, and the question in the file format of
// gotong plan.
type Market struct {
	Taken    time.Time       `json:"taken"`
	Needs    []FrozenNeed    `json:"needs"`  // by id
	Offers   []FrozenOffer   `json:"offers"` // by id
	Instance json.RawMessage `json:"instance"`
}

// FrozenNeed is a need as it was. Quantities are in its own unit; Scale of them make one unit of the plan.
type FrozenNeed struct {
	ID          domain.NeedID     `json:"id"`
	Title       string            `json:"title"`
	Village     domain.RegionCode `json:"village"`
	Category    domain.CategoryID `json:"category"`
	Unit        domain.UnitID     `json:"unit"`
	Quantity    int64             `json:"quantity"`
	Open        int64             `json:"open"` // what nobody had committed
	Scale       int64             `json:"scale"`
	Households  int64             `json:"households"` // that the whole quantity reaches
	Deprivation float64           `json:"deprivation"`
	Urgency     float64           `json:"urgency"`
}

// FrozenOffer is an offer as it was; Free is in its unit.
type FrozenOffer struct {
	ID               domain.OfferID        `json:"id"`
	Initiative       domain.InitiativeID   `json:"initiative"`
	Title            string                `json:"title"` // of the initiative
	Organization     domain.OrganizationID `json:"organization"`
	OrganizationName string                `json:"organization_name"`
	Category         domain.CategoryID     `json:"category"`
	Unit             domain.UnitID         `json:"unit"`
	Free             int64                 `json:"free"`
	From             domain.Date           `json:"from"`
	Until            domain.Date           `json:"until"`
}

// Reach gives how many households a quantity of the need reaches, of Households for Quantity.
func (n FrozenNeed) Reach(quantity int64) int64 {
	return int64(math.Round(float64(n.Households) * float64(quantity) / float64(max(1, n.Quantity))))
}

// Units gives the open quantity in units of the plan, a begun one counted whole.
func (n FrozenNeed) Units() int64 { return (n.Open + n.Scale - 1) / n.Scale }

// Of gives the quantity that units of the plan stand for.
func (n FrozenNeed) Of(units int64) int64 { return min(units*n.Scale, n.Open) }

// Bounds of a question: how many offers of one need go into it, and how much money is one unit of the plan.
const (
	offersPerNeed = 40
	moneyScale    = 100_000 // rupiah
	bonusWorth    = 10      // weighted households that reaching a village counts for, where floors are a bonus
)

func scaleOf(unit domain.UnitID) int64 {
	if unit == domain.Money {
		return moneyScale
	}
	return 1
}

// fileX are the parts of a gotong-plan/1 file that the portal writes.
type fileInitiative struct {
	ID       string `json:"id"`
	Org      string `json:"org"`
	Verified bool   `json:"verified"`
	Reach    int64  `json:"reach_units"`
}

type fileVillage struct {
	ID     string      `json:"id"`
	Weight json.Number `json:"weight"`
	Floor  int64       `json:"floor_units,omitempty"`
	Bonus  int64       `json:"floor_bonus,omitempty"`
}

type fileNeed struct {
	ID        string      `json:"id"`
	Village   string      `json:"village"`
	Category  string      `json:"category"`
	Quantity  int64       `json:"quantity"`
	Divisible bool        `json:"divisible"`
	Lot       int64       `json:"min_lot,omitempty"`
	Urgency   json.Number `json:"urgency"`
}

type filePair struct {
	I     string      `json:"i"`
	N     string      `json:"n"`
	Value json.Number `json:"value"`
	Min   int64       `json:"min"`
	Max   int64       `json:"max"`
}

type fileInstance struct {
	Format      string            `json:"format"`
	Sense       string            `json:"sense"`
	Units       map[string]string `json:"units"`
	Initiatives []fileInitiative  `json:"initiatives"`
	Villages    []fileVillage     `json:"villages"`
	Needs       []fileNeed        `json:"needs"`
	Pairs       []filePair        `json:"pairs"`
	Fairness    map[string]any    `json:"fairness"`
}

// Freeze makes the question from what is open. Worth of one household: the village's weight by the policy's emphasis, times the
// need's urgency where that counts, times how well the offer fits. Invalid where there is nothing to plan, or the policy's cap
// would add up different units.
func Freeze(bids []matching.Bid, weights matching.Weights, policy Policy, taken time.Time) (*Market, error) {
	m := &Market{Taken: taken}
	file := fileInstance{Format: plan.FormatPlan, Sense: "max", Units: map[string]string{"money": "IDR", "quantity": "unit", "staff": "person_day"},
		Fairness: map[string]any{"floor": policy.Floor}}
	if policy.CapShare > 0 && policy.CapShare < 100 {
		file.Fairness["village_cap_share"] = json.Number(strconv.FormatFloat(float64(policy.CapShare)/100, 'f', 2, 64))
	}
	villages, offers := map[domain.RegionCode]bool{}, map[domain.OfferID]bool{}
	units := map[domain.UnitID]bool{}
	for _, bid := range bids {
		n := frozen(bid.Need)
		units[n.Unit] = true
		m.Needs = append(m.Needs, n)
		if !villages[n.Village] {
			villages[n.Village] = true
			v := fileVillage{ID: string(n.Village), Weight: decimal(n.Deprivation)}
			if policy.Floor != plan.FloorOff {
				v.Floor = 1
			}
			if policy.Floor == plan.FloorBonus {
				v.Bonus = bonusWorth
			}
			file.Villages = append(file.Villages, v)
		}
		least := least(bid.Need, n)
		need := fileNeed{ID: string(n.ID), Village: string(n.Village), Category: string(n.Category), Quantity: n.Units(), Divisible: bid.Need.Divisible, Urgency: decimal(n.Urgency)}
		if bid.Need.Divisible {
			need.Lot = least
		}
		file.Needs = append(file.Needs, need)
		for _, match := range bid.Offers {
			o := match.Offer
			if o.Free/n.Scale < least {
				continue
			}
			if !offers[o.ID] {
				offers[o.ID] = true
				m.Offers = append(m.Offers, FrozenOffer{ID: o.ID, Initiative: match.Initiative.ID, Title: match.Initiative.Title, Organization: match.Initiative.Organization,
					OrganizationName: match.Initiative.OrganizationName, Category: o.Category, Unit: o.Unit, Free: o.Free, From: o.From, Until: o.Until})
				file.Initiatives = append(file.Initiatives, fileInitiative{ID: string(o.ID), Org: string(match.Initiative.Organization), Verified: match.Initiative.Verified, Reach: o.Free / n.Scale})
			}
			file.Pairs = append(file.Pairs, filePair{I: string(o.ID), N: string(n.ID), Value: decimal(worth(n, policy) * match.Fit(weights)), Min: least, Max: n.Units()})
		}
	}
	var f apperr.Fields
	f.Check(len(m.Needs) > 0, "region", "plans.error.no_needs")
	f.Check(len(m.Needs) == 0 || len(file.Pairs) > 0, "region", "plans.error.no_pairs")
	f.Check(policy.CapShare == 0 || policy.CapShare == 100 || len(units) < 2, "cap_share", "plans.error.cap_units")
	if err := f.Err(); err != nil {
		return nil, err
	}
	slices.SortFunc(m.Offers, func(a, b FrozenOffer) int { return cmp.Compare(a.ID, b.ID) })
	var err error
	m.Instance, err = json.Marshal(file)
	return m, err
}

func frozen(n matching.Need) FrozenNeed {
	return FrozenNeed{ID: n.ID, Title: n.Title, Village: n.Village, Category: n.Category, Unit: n.Unit, Quantity: n.Quantity, Open: n.Uncovered,
		Scale: scaleOf(n.Unit), Households: n.Households, Deprivation: n.Deprivation, Urgency: n.Urgency}
}

// least is the smallest part that helps, in units of the plan.
func least(n matching.Need, f FrozenNeed) int64 {
	if !n.Divisible {
		return f.Units()
	}
	lot := (max(1, n.MinLot) + f.Scale - 1) / f.Scale
	return min(lot, f.Units())
}

// worth is that of one unit of the plan before the offer's fit, in weighted households.
func worth(n FrozenNeed, p Policy) float64 {
	w := float64(n.Households) / float64(max(1, n.Quantity)) * float64(n.Scale)
	switch p.Deprivation {
	case Plain:
		w *= n.Deprivation
	case Squared:
		w *= n.Deprivation * n.Deprivation
	}
	if p.Urgency {
		w *= n.Urgency
	}
	return w
}

// decimal writes a number as plan files take it: six decimals, never 0 for something positive.
func decimal(f float64) json.Number {
	if f > 0 {
		f = max(f, 1e-6)
	}
	return json.Number(strconv.FormatFloat(f, 'f', 6, 64))
}
