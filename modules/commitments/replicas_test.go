package commitments

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"gotong/modules/domain"
	"gotong/modules/kit/apperr"
	"gotong/modules/kit/clock"
	"gotong/modules/kit/store"
	"gotong/modules/kit/store/sqlite"
	"gotong/modules/kit/testkit"
	"gotong/modules/kit/testkit/effort"
)

// What the replicas fight over: each need and each offer has room for half of what is asked of it.
const (
	fightNeeds = 20
	fightAsked = 10
)

func fightRoom(count int) int64 { return int64(count / fightNeeds * fightAsked / 2) }

func fightQuantity(n int) int64 { return int64(fightAsked/2 + n%(fightAsked+1)) }

// fight is a service on the file that all replicas share, with what the other modules would say.
func fight(t *testing.T, path string, mode sqlite.Options, c *clock.Fake, count int) *bench {
	t.Helper()
	room := fightRoom(count)
	b := &bench{world: newWorld(), clock: c, path: path, mode: mode}
	for i := range fightNeeds {
		need, init := domain.NeedID(numbered("need", i)), domain.InitiativeID(numbered("init", i))
		b.world.needs[need] = Need{ID: need, Title: "Penampung air", Village: testVillage, Category: testTopic, Unit: testUnit, Quantity: room, Divisible: true, Organization: "desa", Open: true}
		b.world.initiatives[init] = Initiative{ID: init, Title: "Air bersih", Organization: "giver-org", Open: true,
			Offers: []Offer{{ID: domain.OfferID(init) + "-offer", Category: testTopic, Unit: testUnit, Quantity: room, Areas: []domain.RegionCode{"61.01"}, From: "2027-01-01", Until: "2027-12-31"}}}
	}
	b.open(t, nil)
	return b
}

// live takes one commitment as far as its number says; what is refused because there is no room left is an end too.
// Both replicas do it with the same forms.
func (b *bench) live(ctx context.Context, n int, id domain.CommitmentID) error {
	op := func(what string) store.Operation { return operation(what + numbered("-", n)) }
	if err := b.Accept(ctx, taker, op("accept"), id); err != nil {
		return err
	}
	fmt.Println("acknowledged", id) // before anything else is done
	if n%5 == 0 {
		return nil // stays accepted
	}
	terms := Terms{Kind: AgreementStatement, Position: "Ketua"}
	if n%5 == 1 {
		return b.Cancel(ctx, giver, op("cancel"), id, "Tidak jadi.")
	}
	report := Report{Quantity: fightQuantity(n), Date: "2027-03-01", Place: "Balai desa", Condition: "Baik", Type: domain.DocHandover, File: upload("bast.pdf")}
	if n%5 == 2 {
		report.Type, report.Quantity = domain.DocPhoto, 1
	}
	if err := errors.Join(b.Sign(ctx, giver, op("sign-g"), id, terms, nil), b.Sign(ctx, taker, op("sign-t"), id, terms, nil), b.Deliver(ctx, giver, op("deliver"), id, report)); err != nil {
		return err
	}
	delivery := giver.NewID(op("deliver"))
	if n%5 != 4 {
		return b.Confirm(ctx, taker, op("confirm"), id, []Answer{{delivery, report.Quantity}}, "")
	}
	shown, err := b.MakeLink(ctx, taker, op("link"), id, LinkMessage)
	if err != nil {
		return err
	}
	link, err := b.ShownLink(ctx, taker, id, shown)
	if err != nil {
		return err
	}
	_, err = b.AnswerByLink(ctx, "", op("answer"), link.Secret, Said{Person: Person{Name: "Sitti", Position: "Kepala dusun"}, Yes: true, Shown: []string{delivery}})
	return err
}

// TestReplica is one replica: a process of its own on the shared file, started by the test below and killed by it.
func TestReplica(t *testing.T) {
	path := os.Getenv("GOTONG_TEST_REPLICA")
	if path == "" {
		t.Skip("only as a process of TestCommitmentsOverTwoReplicasWithKills")
	}
	seed, _ := strconv.ParseUint(os.Getenv("GOTONG_TEST_SEED"), 10, 64)
	count, _ := strconv.Atoi(os.Getenv("GOTONG_TEST_COUNT"))
	c := testkit.Clock()
	b := fight(t, path, bothModes[os.Getenv("GOTONG_TEST_MODE")], c, count)
	ctx, stop := context.WithCancel(t.Context())
	var beside sync.WaitGroup
	beside.Go(func() { // time goes fast here: marks of the other replica are old enough to be taken up while it works
		for ctx.Err() == nil {
			time.Sleep(50 * time.Millisecond)
			c.Advance(10 * time.Second)
			_ = b.Reconcile(ctx)
		}
	})
	order := rand.New(rand.NewPCG(seed, 1)).Perm(count)
	var wait sync.WaitGroup
	var next atomic.Int64
	for range 16 {
		wait.Go(func() {
			for {
				i := int(next.Add(1)) - 1
				if i >= count {
					return
				}
				n := order[i]
				for try := 0; ; try++ {
					err := b.live(ctx, n, domain.CommitmentID(giver.NewID(operation(numbered("propose-", n)))))
					if err == nil || apperr.Is(err, apperr.Conflict) || apperr.Is(err, apperr.NotFound) || try > 20 {
						break
					}
				}
			}
		})
	}
	wait.Wait()
	stop()
	beside.Wait()
	fmt.Println("finished")
}

// 200 commitments on 20 needs and 20 offers, which have room for about half of them, are accepted, cancelled, delivered
// and confirmed by two replicas at once that are killed at random moments: never over, what was acknowledged is there,
// nothing is stuck after the reconciler, and every ledger is the sum of its commitments.
func TestCommitmentsOverTwoReplicasWithKills(t *testing.T) {
	count, kills := 200, 6
	if effort.Small() {
		count, kills = 60, 2
	}
	room := fightRoom(count)
	for mode, options := range bothModes {
		t.Run(mode, func(t *testing.T) {
			seed := uint64(time.Now().UnixNano() & 0xffffff)
			if text := os.Getenv("GOTONG_TEST_SEED"); text != "" {
				seed, _ = strconv.ParseUint(text, 10, 64)
			}
			t.Logf("GOTONG_TEST_SEED=%d", seed)
			random := rand.New(rand.NewPCG(seed, 2))
			b := fight(t, filepath.Join(t.TempDir(), "portal.db"), options, testkit.Clock(), count)
			for i := range fightNeeds {
				need, offer := domain.NeedID(numbered("need", i)), domain.OfferID(numbered("init", i)+"-offer")
				if err := errors.Join(b.OpenNeed(t.Context(), need, testUnit, room), b.OpenOffer(t.Context(), domain.InitiativeID(numbered("init", i)), offer, testUnit, room)); err != nil {
					t.Fatal(err)
				}
			}
			for n := range count {
				b.propose(t, domain.NeedID(numbered("need", n%fightNeeds)), domain.InitiativeID(numbered("init", (n*7+n/fightNeeds)%fightNeeds)), numbered("propose-", n), fightQuantity(n))
			}
			acknowledged := &sync.Map{}
			var wait sync.WaitGroup
			var killed atomic.Int64
			for replica := range 2 {
				rounds := make([]time.Duration, kills/2)
				for i := range rounds {
					rounds[i] = time.Duration(50+random.IntN(700)) * time.Millisecond
				}
				wait.Go(func() {
					for _, until := range append(rounds, time.Minute) {
						if runReplica(t, b.path, mode, seed+uint64(replica), count, until, acknowledged) {
							killed.Add(1)
						}
					}
				})
			}
			running := make(chan struct{})
			go func() { wait.Wait(); close(running) }()
			looks := 0
			for done := false; !done; looks++ {
				select {
				case <-running:
					done = true
				case <-time.After(20 * time.Millisecond):
				}
				b.neverOver(t)
			}
			b.clock.Advance(24 * time.Hour)
			b.recover(t)
			b.within(t)
			b.sound(t)
			states := map[State]int{}
			if err := b.records.Each(t.Context(), func(doc store.Doc[Commitment]) error {
				states[doc.Body.State]++
				if doc.Body.Pending != nil {
					t.Errorf("%s is stuck", doc.ID)
				}
				if _, ok := acknowledged.Load(doc.ID); ok && !doc.Body.Accepted() {
					t.Errorf("%s was acknowledged and is %s", doc.ID, doc.Body.State)
				}
				return nil
			}); err != nil {
				t.Fatal(err)
			}
			recounted, err := b.Recount(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			var committed int64
			for i := range fightNeeds {
				need := domain.NeedID(numbered("need", i))
				ledger, err := b.Ledger(t.Context(), need)
				want := recounted[need]
				if err != nil || ledger.Committed != want.Committed || ledger.Delivered != want.Delivered || ledger.Confirmed != want.Confirmed || ledger.Committed > room {
					t.Errorf("%s: %+v, its commitments add up to %+v (%v)", need, ledger, want, err)
				}
				committed += ledger.Committed
			}
			if states[StateConfirmed] == 0 || states[StateProposed]+states[StateAccepted] == count {
				t.Errorf("nothing happened: %v", states)
			}
			t.Logf("%d commitments, %d kills, %d looks while they ran: %v; %d of %d committed", count, killed.Load(), looks, states, committed, fightNeeds*room)
		})
	}
}

// neverOver holds at every moment: no account holds more than its limit.
func (b *bench) neverOver(t *testing.T) {
	t.Helper()
	if err := b.accounts.Each(t.Context(), func(doc store.Doc[Account]) error {
		if used := doc.Body.Used(); used > doc.Body.Limit {
			t.Errorf("%s: %d used of %d", doc.ID, used, doc.Body.Limit)
		}
		return nil
	}); err != nil {
		t.Error(err)
	}
}

// runReplica runs a replica until it is finished or killed, and notes what it acknowledged. It tells whether it was
// killed.
func runReplica(t *testing.T, path, mode string, seed uint64, count int, until time.Duration, acknowledged *sync.Map) bool {
	ctx, cancel := context.WithTimeout(context.Background(), until) // kills with SIGKILL
	defer cancel()
	cmd := exec.CommandContext(ctx, os.Args[0], "-test.run=^TestReplica$", "-test.v")
	cmd.Env = append(os.Environ(), "GOTONG_TEST_REPLICA="+path, "GOTONG_TEST_MODE="+mode, "GOTONG_TEST_SEED="+strconv.FormatUint(seed, 10), "GOTONG_TEST_COUNT="+strconv.Itoa(count))
	out, err := cmd.StdoutPipe()
	if err == nil {
		err = cmd.Start()
	}
	if err != nil {
		t.Error(err)
		return false
	}
	finished := false
	var words []string
	for lines := bufio.NewScanner(out); lines.Scan(); {
		if id, ok := strings.CutPrefix(lines.Text(), "acknowledged "); ok {
			acknowledged.Store(id, true)
			continue
		}
		finished = finished || lines.Text() == "finished"
		words = append(words, lines.Text())
	}
	err = cmd.Wait()
	if ctx.Err() == nil && (err != nil || !finished) {
		t.Errorf("a replica failed: %v\n%s", err, strings.Join(words, "\n"))
	}
	return ctx.Err() != nil
}
