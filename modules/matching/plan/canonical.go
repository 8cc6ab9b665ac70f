package plan

import (
	"cmp"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"hash"
	"slices"
	"strconv"
)

type rawInitiative struct {
	Initiative
	budget, reach, staff int64
	resources            map[string]int64
}

type rawVillage struct {
	Village
	at string
}

type rawNeed struct {
	Need
	at, unit string
	lot      int64
}

type rawPair struct {
	Pair
	at                                 string
	cost, setup, staffUnit, staffSetup int64
	use                                []int64
}

// builder gathers a file's parts in the file's order before they are put in canonical order.
type builder struct {
	reader
	money, quantity, staff, floor string
	limits                        Limits
	initiatives, villages, needs  map[string]int
	resources                     map[string]int
	names                         []string
	ini                           []rawInitiative
	vil                           []rawVillage
	nds                           []rawNeed
	prs                           []rawPair
}

// caps applies the fairness policy and checks ceilings and floors against the villages' needs.
func (b *builder) caps(file planFile) {
	var policy struct {
		Floor field `json:"floor"`
		Share field `json:"village_cap_share"`
	}
	b.floor = FloorBonus
	share := int64(0)
	if given(file.Fairness) && b.object(file.Fairness, "/fairness", &policy) {
		if s := b.text(policy.Floor, "/fairness/floor", false); s != "" {
			b.floor = s
		}
		if !slices.Contains([]string{FloorOff, FloorBonus, FloorLexicographic}, b.floor) {
			b.problems.add("/fairness/floor", "must be lexicographic, bonus or off, not %q", b.floor)
		}
		share = b.decimal(policy.Share, "/fairness/village_cap_share", Micro, 0)
	}
	sum := make([]int64, len(b.vil))
	unit := make([]string, len(b.vil))
	for k := range b.nds {
		n := &b.nds[k]
		if n.unit == "" {
			n.unit = b.quantity
		}
		v := &b.vil[n.Village]
		sum[n.Village] += n.Quantity
		if unit[n.Village] == "" {
			unit[n.Village] = n.unit
		}
		if unit[n.Village] != n.unit && (v.Cap != NoLimit || v.Floor > 0 || share > 0) {
			b.problems.add(n.at+"/unit", "the village has a cap or a floor over needs in %s and in %s", unit[n.Village], n.unit)
		}
	}
	b.size()
	for k := range b.vil {
		v := &b.vil[k]
		if v.Cap == NoLimit && share > 0 {
			v.Cap = max(v.Floor, sum[k]/Micro*share+sum[k]%Micro*share/Micro)
		}
		if v.Floor > sum[k] {
			b.problems.add(v.at+"/floor_units", "%d is more than the village's needs together, %d", v.Floor, sum[k])
		} else if v.Floor > v.Cap {
			b.problems.add(v.at+"/floor_units", "%d is more than cap_units %d", v.Floor, v.Cap)
		}
	}
}

// size refuses an instance whose objective could not be counted in 63 bits.
func (b *builder) size() {
	const most = 1 << 61
	best := make([]int64, len(b.nds))
	for k := range b.prs {
		p := &b.prs[k]
		best[p.N] = max(best[p.N], p.Value)
	}
	total := float64(0)
	for j, value := range best {
		total += float64(value) * float64(b.nds[j].Quantity)
	}
	for k := range b.vil {
		total += float64(b.vil[k].Bonus)
	}
	if total > most {
		b.problems.add("/pairs", "all values together are too large to count")
	}
}

// canonical fills the instance in canonical order.
func (b *builder) canonical(in *Instance) {
	iniAt := order(len(b.ini), func(x, y int) int { return cmp.Compare(b.ini[x].ID, b.ini[y].ID) })
	vilAt := order(len(b.vil), func(x, y int) int { return cmp.Compare(b.vil[x].ID, b.vil[y].ID) })
	newI, newV := inverse(iniAt), inverse(vilAt)
	for k := range b.nds {
		b.nds[k].Village = newV[b.nds[k].Village]
	}
	needAt := order(len(b.nds), func(x, y int) int {
		return cmp.Or(cmp.Compare(b.nds[x].Village, b.nds[y].Village), cmp.Compare(b.nds[x].ID, b.nds[y].ID))
	})
	newN := inverse(needAt)
	for k := range b.prs {
		b.prs[k].I, b.prs[k].N = newI[b.prs[k].I], newN[b.prs[k].N]
	}
	slices.SortStableFunc(b.prs, func(x, y rawPair) int { return cmp.Or(cmp.Compare(x.N, y.N), cmp.Compare(x.I, y.I)) })
	for k := 1; k < len(b.prs); k++ {
		if b.prs[k].N == b.prs[k-1].N && b.prs[k].I == b.prs[k-1].I {
			b.problems.add(b.prs[k].at, "the pair stands twice, first at %s", b.prs[k-1].at)
		}
	}
	for _, k := range iniAt {
		in.Initiatives = append(in.Initiatives, b.ini[k].Initiative)
	}
	for _, k := range vilAt {
		in.Villages = append(in.Villages, b.vil[k].Village)
	}
	for _, k := range needAt {
		in.Needs = append(in.Needs, b.nds[k].Need)
	}
	for k := range b.prs {
		in.Pairs = append(in.Pairs, b.prs[k].Pair)
	}
	b.rows(in, iniAt)
	in.Close()
}

// rows makes the capacity rows; one without any limit is left out, but money stays since plans state costs.
func (b *builder) rows(in *Instance, iniAt []int) {
	add := func(name string, limit func(*rawInitiative) int64, unit, setup func(*rawPair) int64) {
		row := Row{Name: name, Limit: make([]int64, len(b.ini))}
		used := name == "money"
		for k, at := range iniAt {
			row.Limit[k] = limit(&b.ini[at])
			used = used || row.Limit[k] != NoLimit
		}
		if !used {
			return
		}
		row.Unit, row.Setup = column(b.prs, unit), column(b.prs, setup)
		in.Rows = append(in.Rows, row)
	}
	add("money", func(i *rawInitiative) int64 { return i.budget }, func(p *rawPair) int64 { return p.cost }, func(p *rawPair) int64 { return p.setup })
	add("reach", func(i *rawInitiative) int64 { return i.reach }, nil, nil)
	add("staff", func(i *rawInitiative) int64 { return i.staff }, func(p *rawPair) int64 { return p.staffUnit }, func(p *rawPair) int64 { return p.staffSetup })
	for k, name := range b.names {
		add("resource "+name, func(i *rawInitiative) int64 {
			if v, ok := i.resources[name]; ok {
				return v
			}
			return NoLimit
		}, func(p *rawPair) int64 {
			if p.use == nil {
				return 0
			}
			return p.use[k]
		}, nil)
	}
}

func column(pairs []rawPair, get func(*rawPair) int64) []int64 {
	if get == nil {
		return nil
	}
	out := make([]int64, len(pairs))
	for k := range pairs {
		out[k] = get(&pairs[k])
	}
	return out
}

// Close computes First, the villages' ranges and the hash of an instance whose slices are in canonical order.
func (in *Instance) Close() {
	in.First = make([]int32, len(in.Needs)+1)
	for k := range in.Pairs {
		in.First[in.Pairs[k].N+1]++
	}
	for j := range in.Needs {
		in.First[j+1] += in.First[j]
	}
	j := int32(0)
	for v := range in.Villages {
		in.Villages[v].First = j
		for int(j) < len(in.Needs) && in.Needs[j].Village == int32(v) {
			j++
		}
		in.Villages[v].Behind = j
	}
	in.Hash = in.digest()
}

func (in *Instance) digest() string {
	h := sha256.New()
	say(h, "plan", in.Floor)
	for _, i := range in.Initiatives {
		say(h, "i", i.ID)
	}
	for _, v := range in.Villages {
		say(h, "v", v.ID)
		sum(h, v.Cap, v.Floor, v.Bonus)
	}
	for _, n := range in.Needs {
		say(h, "n", n.ID, strconv.FormatBool(n.Must))
		sum(h, int64(n.Village), n.Quantity, int64(n.Suppliers))
	}
	buf := make([]byte, 0, 1<<16)
	for k := range in.Pairs {
		p := &in.Pairs[k]
		for _, x := range []int64{int64(p.I), int64(p.N), int64(p.Min), int64(p.Max), p.Value} {
			buf = binary.LittleEndian.AppendUint64(buf, uint64(x))
		}
		if len(buf) > 1<<15 {
			_, _ = h.Write(buf) // a hash never fails
			buf = buf[:0]
		}
	}
	_, _ = h.Write(buf)
	for _, r := range in.Rows {
		say(h, "row", r.Name)
		sum(h, r.Limit...)
		sum(h, r.Unit...)
		sum(h, r.Setup...)
	}
	return hex.EncodeToString(h.Sum(nil))
}

func say(h hash.Hash, texts ...string) {
	for _, s := range texts {
		sum(h, int64(len(s)))
		_, _ = h.Write([]byte(s)) // a hash never fails
	}
}

func sum(h hash.Hash, numbers ...int64) {
	buf := make([]byte, 0, 1<<12)
	for _, x := range numbers {
		buf = binary.LittleEndian.AppendUint64(buf, uint64(x))
		if len(buf) > 4000 {
			_, _ = h.Write(buf) // a hash never fails
			buf = buf[:0]
		}
	}
	_, _ = h.Write(buf)
}

func order(n int, compare func(x, y int) int) []int {
	at := make([]int, n)
	for k := range at {
		at[k] = k
	}
	slices.SortStableFunc(at, compare)
	return at
}

func inverse(at []int) []int32 {
	inv := make([]int32, len(at))
	for k, old := range at {
		inv[old] = int32(k)
	}
	return inv
}
