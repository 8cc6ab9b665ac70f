package portal_test

import (
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"gotong/modules/commitments"
	"gotong/modules/coverage"
	"gotong/modules/domain"
	"gotong/modules/initiatives"
	"gotong/modules/kit/apperr"
	"gotong/modules/kit/testkit/effort"
	"gotong/modules/needs"
)

// market is a few verified needs of Temajuk, one offer, and every commitment between them, made and moved through the
// services as people do.
type market struct {
	*scenery
	random *rand.Rand
	needs  []domain.NeedID
	work   domain.InitiativeID
	deals  []domain.CommitmentID
	before map[domain.RegionCode]coverage.Sum
	done   map[string]int
}

func openMarket(t *testing.T, seed uint64) *market {
	w := openWholeIn(t, []domain.RegionCode{"61.01"}, nil)
	s := dress(w, "")
	m := &market{scenery: s, random: rand.New(rand.NewPCG(seed, 5)), before: map[domain.RegionCode]coverage.Sum{}, done: map[string]int{}}
	m.work = s.initiative("market", initiatives.ActionSubmit, initiatives.ActionReview, initiatives.ActionApprove, initiatives.ActionPublish)
	m.must(w.House().Coverage.Service.CatchUp(t.Context()))
	for _, region := range m.regions() {
		m.before[region] = m.sum(region)
	}
	for n := range 3 {
		m.needs = append(m.needs, s.need(fmt.Sprintf("market %d", n), "desa-temajuk", temajukOffice, int64(8+n), needs.ActionSubmit, needs.ActionBegin, needs.ActionVerify))
	}
	return m
}

func (m *market) regions() []domain.RegionCode {
	return []domain.RegionCode{"", "61", "61.01", "61.01.08", temajuk}
}

// sum is what the ledger of a region says of the market's category and unit.
func (m *market) sum(region domain.RegionCode) (total coverage.Sum) {
	m.t.Helper()
	cell, err := m.House().Coverage.Service.Cell(m.t.Context(), region)
	m.must(err)
	for _, s := range cell.Sums {
		if s.Category == "clean-water-supply" && s.Unit == "unit" && s.Demo {
			return s
		}
	}
	return total
}

// step does one thing that somebody could do now; refusals count as nothing done.
func (m *market) step() {
	m.t.Helper()
	service, ours, village := m.House().Commitments.Service, m.who("univ-pengelola"), m.who("desa-temajuk")
	ctx, terms := m.t.Context(), commitments.Terms{Kind: commitments.AgreementStatement, Position: "Ketua"}
	name := "propose"
	var err error
	if len(m.deals) == 0 || m.random.IntN(7) == 0 {
		var id domain.CommitmentID
		id, err = service.Propose(ctx, ours, m.op(), commitments.Proposal{
			Need: m.needs[m.random.IntN(len(m.needs))], Initiative: m.work, Offer: domain.OfferID(string(m.work) + "-1"),
			Quantity: 1 + m.random.Int64N(6), From: day(0), Until: day(200), Message: "Kami membantu.", Conditions: "Tidak ada.",
		})
		if err == nil {
			m.deals = append(m.deals, id)
		}
	} else {
		id := m.deals[m.random.IntN(len(m.deals))]
		c, _, found := service.Get(ctx, village, id)
		m.must(found)
		name, err = m.move(service, id, c, ours, village, terms)
	}
	switch {
	case err == nil:
		m.done[name]++
	case apperr.Is(err, apperr.Conflict), apperr.Is(err, apperr.Invalid), apperr.Is(err, apperr.Forbidden):
	default:
		m.t.Fatalf("%s: %v", name, err)
	}
}

func (m *market) move(service *commitments.Service, id domain.CommitmentID, c commitments.Commitment, ours, village domain.Actor, terms commitments.Terms) (string, error) {
	ctx, words := m.t.Context(), "Barang belum sampai di balai desa."
	if m.random.IntN(9) == 0 {
		return "cancel", service.Cancel(ctx, ours, m.op(), id, "Pemasok berhenti dan belum ada pengganti.")
	}
	switch c.State {
	case commitments.StateProposed:
		if m.random.IntN(6) == 0 {
			return "decline", service.Decline(ctx, village, m.op(), id, "Desa memilih cara lain untuk itu.")
		}
		return "accept", service.Accept(ctx, village, m.op(), id)
	case commitments.StateAccepted:
		return "sign", service.Sign(ctx, []domain.Actor{ours, village}[m.random.IntN(2)], m.op(), id, terms, nil)
	case commitments.StateAgreed, commitments.StateDelivering:
		if open := c.Tally(); open.Delivered > open.Confirmed && m.random.IntN(3) == 0 {
			return "confirm", m.confirm(service, village, id, c, words)
		}
		if c.Delivered() == c.Quantity {
			record := paper("bast")
			return "hand over", service.HandOver(ctx, ours, m.op(), id, &record)
		}
		file := paper("laporan")
		return "deliver", service.Deliver(ctx, ours, m.op(), id, commitments.Report{
			Quantity: 1 + m.random.Int64N(c.Quantity-c.Delivered()), Date: day(0), Place: "Balai desa", Condition: "Baik", Type: domain.DocReport, File: &file,
		})
	case commitments.StateDelivered:
		return "confirm at the end", m.confirm(service, village, id, c, words)
	case commitments.StateDisputed:
		to := []commitments.State{commitments.StateConfirmed, commitments.StateDelivering, commitments.StateCancelled}[m.random.IntN(3)]
		return "settle", service.Settle(ctx, m.who("verifikator-paloh"), m.op(), id, to, "Diputuskan setelah melihat ke balai desa.")
	}
	return "nothing", apperr.New(apperr.Conflict, "error.conflict")
}

func (m *market) confirm(service *commitments.Service, village domain.Actor, id domain.CommitmentID, c commitments.Commitment, words string) error {
	var answers []commitments.Answer
	for _, d := range c.Deliveries {
		if open := d.Open(); open > 0 {
			answers = append(answers, commitments.Answer{Delivery: d.ID, Received: m.random.Int64N(open + 1)})
		}
	}
	return service.Confirm(m.t.Context(), village, m.op(), id, answers, words)
}

// holds looks at the whole ledger after a step: the commitments counted here one by one, each need's account, and the
// sums of every region on the way up say the same; nothing exceeds what is needed; layers and grades are in order.
func (m *market) holds(after string) {
	m.t.Helper()
	ctx, h := m.t.Context(), m.House()
	m.must(h.Coverage.Service.CatchUp(ctx))
	var want coverage.Sum
	var grades [5]int64
	for _, id := range m.deals {
		c, _, err := h.Commitments.Service.Get(ctx, m.who("desa-temajuk"), id)
		m.must(err)
		delivered := int64(0)
		for _, d := range c.Deliveries {
			delivered += d.Quantity - d.Denied
			want.Confirmed += d.Confirmed
			grades[3] += d.Confirmed
			if d.Open() > 0 {
				grades[slices.Index(domain.EvidenceGrades, d.Grade)] += d.Open()
			}
		}
		want.Delivered += delivered
		switch c.State {
		case commitments.StateInterest, commitments.StateProposed, commitments.StateDeclined, commitments.StateExpired:
		case commitments.StateCancelled:
			want.Committed += delivered
		default:
			want.Committed += c.Quantity
		}
	}
	for n, id := range m.needs {
		l, err := h.Commitments.Service.Ledger(ctx, id)
		m.must(err)
		want.Needed += l.Needed
		if l.Needed != int64(8+n) || l.Committed > l.Needed || l.Delivered > l.Committed || l.Confirmed > l.Delivered || l.Confirmed < 0 {
			m.t.Fatalf("after %s: need %d: %+v", after, n, l)
		}
	}
	for _, region := range m.regions() {
		s, b := m.sum(region), m.before[region]
		if s.Needed-b.Needed != want.Needed || s.Committed-b.Committed != want.Committed || s.Delivered-b.Delivered != want.Delivered || s.Confirmed-b.Confirmed != want.Confirmed {
			m.t.Fatalf("after %s: %q has %+v, before %+v; the commitments give %+v", after, string(region), s, b, want)
		}
		have, had := domain.ByGrade(s.Delivered, s.Confirmed, s.Graded), domain.ByGrade(b.Delivered, b.Confirmed, b.Graded)
		for i := range have {
			if have[i]-had[i] != grades[i] {
				m.t.Fatalf("after %s: %q by grade %v, before %v; the commitments give %v", after, string(region), have, had, grades)
			}
		}
	}
}

// Whatever people do with real commitments, made through the services, the regional sums are those of the commitments;
// renaming the regions changes no total; and the check that operators run finds nothing.
func TestRegionalSumsFollowRealCommitments(t *testing.T) {
	steps := 220
	if effort.Small() {
		steps = 40
	}
	m := openMarket(t, 11)
	m.holds("the beginning")
	for n := range steps {
		m.step()
		m.holds(fmt.Sprintf("step %d", n))
	}
	t.Logf("%d commitments: %v", len(m.deals), m.done)
	if !effort.Small() {
		for _, name := range []string{"propose", "accept", "decline", "sign", "deliver", "hand over", "confirm", "confirm at the end", "settle", "cancel"} {
			if m.done[name] == 0 {
				t.Errorf("nobody could %s", name)
			}
		}
	}
	sums := map[domain.RegionCode]coverage.Sum{}
	for _, region := range m.regions() {
		sums[region] = m.sum(region)
	}
	m.rename()
	if place, err := m.House().Villages.Service.Place(t.Context(), temajuk); err != nil || place.Name != "Temajuk Baru" {
		t.Fatalf("%+v %v", place, err)
	}
	m.holds("renaming")
	m.must(m.House().Coverage.Service.Rebuild(t.Context()))
	for region, before := range sums {
		if got := m.sum(region); got != before {
			t.Errorf("%q: renamed %+v, before %+v", string(region), got, before)
		}
	}
	for name, check := range map[string]func() ([]string, error){
		"coverage": func() ([]string, error) { return m.House().Coverage.Service.Check(t.Context()) }, "commitments": func() ([]string, error) { return m.House().Commitments.Service.Check(t.Context()) },
	} {
		if wrong, err := check(); err != nil || len(wrong) > 0 {
			t.Errorf("%s: %v %v", name, wrong, err)
		}
	}
}

// rename brings in files in which the village, its district and its regency have other names.
func (m *market) rename() {
	m.t.Helper()
	dir := m.t.TempDir()
	for file, text := range map[string]string{
		"provinces.csv": "code,name\n61,Kalimantan Barat\n", "regencies.csv": "code,province_code,name\n61.01,61,Kabupaten Sambas Raya\n",
		"districts.csv": "code,regency_code,name\n61.01.08,61.01,Paloh Pesisir\n", "villages.csv": "code,district_code,name\n" + string(temajuk) + ",61.01.08,Temajuk Baru\n",
	} {
		m.must(os.WriteFile(filepath.Join(dir, file), []byte(text), 0o600))
	}
	_, err := m.House().Villages.Service.ImportRegions(m.t.Context(), dir, nil)
	m.must(err)
}
