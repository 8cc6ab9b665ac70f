package matching

import (
	"fmt"
	"math/rand/v2"
	"runtime"
	"slices"
	"syscall"
	"testing"
	"time"
	"unsafe"

	"gotong/modules/domain"
)

// benchRegencies are as many as the country has.
func benchRegencies() []domain.RegionCode {
	var regencies []domain.RegionCode
	for p := 11; len(regencies) < 514; p++ {
		for k := 1; k <= 14; k++ {
			regencies = append(regencies, domain.RegionCode(fmt.Sprintf("%02d.%02d", p, k)))
		}
	}
	return regencies
}

// bench draws a market over 514 regencies, as many as the country has. In the even one all categories and regencies are
// alike; in the crowded one a third of all lies in one category, a tenth of the villages and offers in West Kalimantan, and some
// offers are for a whole province or the country.
type bench struct {
	*rand.Rand
	regencies  []domain.RegionCode
	categories []domain.Category
	crowded    bool
}

func (b *bench) category() domain.Category {
	if b.crowded && b.IntN(3) == 0 {
		return b.categories[0]
	}
	return b.categories[b.IntN(len(b.categories))]
}

func (b *bench) regency() domain.RegionCode {
	if b.crowded && b.IntN(10) == 0 {
		return domain.Seats[b.IntN(14)].Region
	}
	return b.regencies[b.IntN(len(b.regencies))]
}

func (b *bench) areas() (list []domain.RegionCode) {
	if b.crowded {
		switch b.IntN(50) {
		case 0:
			return []domain.RegionCode{""}
		case 1, 2, 3:
			return []domain.RegionCode{b.regency().At(domain.LevelProvince)}
		}
	}
	for range 1 + b.IntN(12) {
		list = append(list, b.regency())
	}
	return list
}

func (b *bench) initiative(k int) Initiative {
	i := Initiative{ID: domain.InitiativeID(fmt.Sprintf("i%07d", k)), Organization: domain.OrganizationID(fmt.Sprintf("o%d", k%5000)), Verified: b.IntN(10) > 0}
	for o := range 1 + b.IntN(3) {
		c := b.category()
		i.Offers = append(i.Offers, Offer{ID: domain.OfferID(fmt.Sprintf("%s-%d", i.ID, o)), Category: c.ID, Unit: c.Units[0], Free: int64(b.IntN(500)),
			From: "2026-01-01", Until: "2027-12-31", Areas: b.areas()})
	}
	return i
}

func (b *bench) need(k int) Need {
	c := b.category()
	return Need{ID: domain.NeedID(fmt.Sprintf("n%07d", k)), Category: c.ID, Unit: c.Units[0], Village: b.regency() + ".01.2001", Quantity: 100,
		Uncovered: int64(1 + b.IntN(100)), Divisible: b.IntN(3) > 0, Urgency: .5 + b.Float64(), Deprivation: 1 + 2*b.Float64(), WantedBy: "2027-03-01"}
}

// heap gives the memory in use, in MB.
func heap() float64 {
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return float64(m.HeapAlloc) / 1e6
}

// BenchmarkRank finds, in process, the 20 best of 100,000 initiatives for a need and the 20 best of 1,000,000 needs for an initiative, with and
// without near misses, each with the parts of its score and what is missing, in an even and in a crowded market. It reports the median, the 99th
// percentile and the maximum, by the clock and in processor time of the ranking's thread (on a busy machine the clock counts others'
// work), and the memory of the index.
//
//	go test -run '^$' -bench Rank -benchtime 1000x ./modules/matching
func BenchmarkRank(b *testing.B) {
	for _, market := range []string{"even", "crowded"} {
		before := heap()
		draw := bench{rand.New(rand.NewPCG(1, 2)), benchRegencies(), domain.Taxonomy().Categories(), market == "crowded"}
		x := NewIndex(DefaultWeights)
		for k := range 100_000 {
			x.PutInitiative(draw.initiative(k))
		}
		for k := range 1000 {
			x.PutNeed(draw.need(k))
		}
		held := heap() - before
		for _, near := range []int{0, 5} {
			timed(b, fmt.Sprintf("%s/need/near=%d", market, near), held, func(k int) {
				x.ForNeed(domain.NeedID(fmt.Sprintf("n%07d", k%1000)), today, 20, near)
			})
		}
		for k := range 999_000 {
			x.PutNeed(draw.need(1000 + k))
		}
		held = heap() - before
		for _, near := range []int{0, 5} {
			timed(b, fmt.Sprintf("%s/initiative/near=%d", market, near), held, func(k int) {
				x.ForInitiative(domain.InitiativeID(fmt.Sprintf("i%07d", k*97%100_000)), today, 20, near)
			})
		}
		runtime.KeepAlive(x)
	}
}

func timed(b *testing.B, name string, held float64, rank func(k int)) {
	b.Run(name, func(b *testing.B) {
		runtime.LockOSThread()
		defer runtime.UnlockOSThread()
		var clock, cpu []time.Duration
		k := 0
		for b.Loop() {
			start, spent := time.Now(), threadTime()
			rank(k)
			clock, cpu = append(clock, time.Since(start)), append(cpu, threadTime()-spent)
			k++
		}
		report := func(unit string, all []time.Duration) {
			slices.Sort(all)
			for name, at := range map[string]int{"p50": len(all) / 2, "p99": len(all) * 99 / 100, "max": len(all) - 1} {
				b.ReportMetric(float64(all[at].Nanoseconds())/1e6, name+unit)
			}
		}
		report("_ms", clock)
		report("_cpu_ms", cpu)
		b.ReportMetric(held, "index_MB")
	})
}

// threadTime is the processor time that this thread took so far.
func threadTime() time.Duration {
	const threadClock = 3 // CLOCK_THREAD_CPUTIME_ID
	var at syscall.Timespec
	if _, _, err := syscall.Syscall(syscall.SYS_CLOCK_GETTIME, threadClock, uintptr(unsafe.Pointer(&at)), 0); err != 0 {
		panic(err)
	}
	return time.Duration(at.Nano())
}
