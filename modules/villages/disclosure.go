package villages

import (
	"context"
	"slices"
	"strconv"
	"strings"
	"sync"

	"gotong/modules/domain"
	"gotong/modules/kit/store"
)

// Hiding says why the public does not see a count.
type Hiding string

// Hidings; "" is shown.
const (
	HiddenSmall Hiding = "small" // under five: shown as "<5"
	HiddenKept  Hiding = "kept"  // five or more, but a total and its other parts would give a small one away
)

// disclosureLimit is the smallest count that the public sees as it is.
const disclosureLimit = 5

// discloser decides which counts the public does not see. A count under five is small. Where the nearest region above
// shows its own value of the same year, its parts would add up to it: then at least two parts are hidden, and not only
// such whose sum says what each is. Where that region's own value is kept, one part at least is hidden, so that they
// do not add up to it. A decision needs the whole group, so groups are remembered until an observation or a profile
// changes.
type discloser struct {
	source interface {
		// own gives the counts of exactly this region.
		own(ctx context.Context, code domain.RegionCode) (map[string]int64, error)
		// below gives one count of every region below this one that has it, by code.
		below(ctx context.Context, code domain.RegionCode, key string) ([]part, error)
	}

	mu     sync.Mutex
	drops  int // how often everything was forgotten: what was read before is not remembered after
	owns   map[domain.RegionCode]map[string]int64
	groups map[string]map[domain.RegionCode]Hiding
}

// part is one region's share of a total.
type part struct {
	code  domain.RegionCode
	value int64
}

// maxGroups bounds what is remembered; beyond it everything is forgotten.
const maxGroups = 20_000

func (d *discloser) drop() {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.owns, d.groups = nil, nil
	d.drops++
}

// hiding decides on one count of a region.
func (d *discloser) hiding(ctx context.Context, code domain.RegionCode, key string, value int64) (Hiding, error) {
	for above := code.Parent(); above != ""; above = above.Parent() {
		own, err := d.ownOf(ctx, above)
		if err != nil {
			return "", err
		}
		total, known := own[key]
		if !known {
			continue
		}
		group, err := d.group(ctx, above, key, total)
		if err != nil {
			return "", err
		}
		if h := group[code]; h != "" {
			return h, nil
		}
		break
	}
	if value < disclosureLimit {
		return HiddenSmall, nil
	}
	return "", nil
}

func (d *discloser) ownOf(ctx context.Context, code domain.RegionCode) (map[string]int64, error) {
	d.mu.Lock()
	own, ok := d.owns[code]
	drops := d.drops
	d.mu.Unlock()
	if ok {
		return own, nil
	}
	own, err := d.source.own(ctx, code)
	if err != nil {
		return nil, err
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	if drops != d.drops {
		return own, nil
	}
	if d.owns == nil || len(d.owns) > maxGroups {
		d.owns = map[domain.RegionCode]map[string]int64{}
	}
	d.owns[code] = own
	return own, nil
}

// group decides on the topmost parts below a region that has the count itself.
func (d *discloser) group(ctx context.Context, above domain.RegionCode, key string, total int64) (map[domain.RegionCode]Hiding, error) {
	id := string(above) + " " + key
	d.mu.Lock()
	group, ok := d.groups[id]
	drops := d.drops
	d.mu.Unlock()
	if ok {
		return group, nil
	}
	totalHiding, err := d.hiding(ctx, above, key, total)
	if err != nil {
		return nil, err
	}
	parts, err := d.source.below(ctx, above, key)
	if err != nil {
		return nil, err
	}
	group = hideParts(topmost(parts), totalHiding)
	d.mu.Lock()
	defer d.mu.Unlock()
	if drops != d.drops {
		return group, nil
	}
	if d.groups == nil || len(d.groups) > maxGroups {
		d.groups = map[string]map[domain.RegionCode]Hiding{}
	}
	d.groups[id] = group
	return group, nil
}

// topmost leaves out parts of parts: what lies in a region that is a part itself. Parts come by code.
func topmost(parts []part) []part {
	var top []part
	for _, p := range parts {
		if n := len(top); n == 0 || !top[n-1].code.Contains(p.code) {
			top = append(top, p)
		}
	}
	return top
}

// hideParts decides which parts of a total are hidden, the total itself being shown or hidden.
func hideParts(parts []part, total Hiding) map[domain.RegionCode]Hiding {
	hidden := map[domain.RegionCode]Hiding{}
	var sum int64
	var shown []part
	for _, p := range parts {
		if p.value < disclosureLimit {
			hidden[p.code] = HiddenSmall
			sum += p.value
		} else {
			shown = append(shown, p)
		}
	}
	slices.SortFunc(shown, func(a, b part) int {
		if a.value != b.value {
			return int(a.value - b.value)
		}
		return strings.Compare(string(a.code), string(b.code))
	})
	small := len(hidden)
	switch {
	case total == "" && small > 0:
		told := sum == 0 || sum == int64(small)*(disclosureLimit-1) // the sum says what each of the small ones is
		if (small == 1 || told) && len(shown) > 0 {
			hidden[shown[0].code] = HiddenKept
		}
	case total == HiddenKept && small == 0 && len(shown) > 0:
		hidden[shown[0].code] = HiddenKept
	}
	return hidden
}

// observedCounts are counts among the observations: keys are indicator and year, of demonstration apart.
type observedCounts struct{ records *store.Records[Observation] }

func countKey(o Observation) string {
	key := o.Indicator + " " + strconv.Itoa(o.Year)
	if o.Demo {
		key += " demo"
	}
	return key
}

func (x observedCounts) own(ctx context.Context, code domain.RegionCode) (map[string]int64, error) {
	observations, err := all(ctx, x.records, listOfRegion, store.KeyOf(string(code)), maxObservations)
	own := map[string]int64{}
	for _, o := range observations {
		if countUnit(o.Unit) {
			own[countKey(o)] = lesser(own, countKey(o), int64(o.Value))
		}
	}
	return own, err
}

// lesser gives the smaller one of two sources of the same count.
func lesser(counts map[string]int64, key string, value int64) int64 {
	if old, ok := counts[key]; ok {
		return min(old, value)
	}
	return value
}

func (x observedCounts) below(ctx context.Context, code domain.RegionCode, key string) ([]part, error) {
	var parts []part
	query := store.Query{List: listBelow, Key: store.KeyOf(string(code), key), Limit: 100}
	for {
		page, err := x.records.List(ctx, query)
		if err != nil {
			return nil, err
		}
		for _, d := range page.Items {
			p := part{d.Body.Region, int64(d.Body.Value)}
			if n := len(parts); n > 0 && parts[n-1].code == p.code {
				parts[n-1].value = min(parts[n-1].value, p.value)
				continue
			}
			parts = append(parts, p)
		}
		if query.Cursor = page.Next; page.Next == "" {
			return parts, nil
		}
	}
}

// Disclosed is an observation as the public sees it: where Hidden is not "", its value is 0 and must not be drawn.
type Disclosed struct {
	Observation
	Hidden Hiding
}

// Disclose gives observations as the public sees them: counts under five, and those that would give one away by a
// difference, without their value. Lists, exports and plots go through here.
func (s *Service) Disclose(ctx context.Context, observations []Observation) ([]Disclosed, error) {
	out := make([]Disclosed, 0, len(observations))
	for _, o := range observations {
		d := Disclosed{Observation: o}
		if countUnit(o.Unit) {
			var err error
			if d.Hidden, err = s.counts.hiding(ctx, o.Region, countKey(o), int64(o.Value)); err != nil {
				return nil, err
			}
			if d.Hidden != "" {
				d.Value = 0
			}
		}
		out = append(out, d)
	}
	return out, nil
}

// peopleCounts are counts of the profiles: keys are the figure and its year.
type peopleCounts struct{ records *store.Records[Profile] }

// Figures of People.
const (
	figurePopulation = "population"
	figureWomen      = "women"
	figureHouseholds = "households"
)

// counts gives the figures that there are.
func (g *People) counts() map[string]int64 {
	counts := map[string]int64{}
	for name, n := range map[string]*int64{figurePopulation: g.Population, figureWomen: g.Women, figureHouseholds: g.Households} {
		if n != nil {
			counts[name] = *n
		}
	}
	return counts
}

func peopleKey(figure string, p Profile) string {
	key := figure + " " + strconv.Itoa(p.People.Year)
	if p.Demo {
		key += " demo"
	}
	return key
}

func (x peopleCounts) own(ctx context.Context, code domain.RegionCode) (map[string]int64, error) {
	docs, err := x.records.GetMany(ctx, []string{string(code)})
	own := map[string]int64{}
	for _, d := range docs {
		if d.Body.People != nil {
			for figure, n := range d.Body.People.counts() {
				own[peopleKey(figure, d.Body)] = n
			}
		}
	}
	return own, err
}

func (x peopleCounts) below(ctx context.Context, code domain.RegionCode, key string) ([]part, error) {
	var parts []part
	query := store.Query{List: listAll, Key: store.KeyOf(string(code)), Limit: 100}
	for {
		page, err := x.records.List(ctx, query)
		if err != nil {
			return nil, err
		}
		for _, d := range page.Items {
			if d.Body.People == nil || d.Body.Region == code {
				continue
			}
			for figure, n := range d.Body.People.counts() {
				if peopleKey(figure, d.Body) == key {
					parts = append(parts, part{d.Body.Region, n})
				}
			}
		}
		if query.Cursor = page.Next; page.Next == "" {
			return parts, nil
		}
	}
}

// DisclosePeople tells which of a profile's figures (population, women, households) the public does not see.
func (s *Service) DisclosePeople(ctx context.Context, p Profile) (map[string]Hiding, error) {
	hidden := map[string]Hiding{}
	if p.People == nil {
		return hidden, nil
	}
	counts := p.People.counts()
	for figure, n := range counts {
		h, err := s.people.hiding(ctx, p.Region, peopleKey(figure, p), n)
		if err != nil {
			return nil, err
		}
		if h != "" {
			hidden[figure] = h
		}
	}
	population, both := counts[figurePopulation]
	if women, ok := counts[figureWomen]; ok && both && hidden[figureWomen] == "" && population-women < disclosureLimit {
		hidden[figureWomen] = HiddenKept // it would give the number of men away
	}
	return hidden, nil
}
