package commitments

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"strconv"
	"sync"
	"testing"

	"pgregory.net/rapid"

	"gotong/modules/domain"
	"gotong/modules/kit/apperr"
	"gotong/modules/kit/testkit/effort"
)

var errCrash = errors.New("the process is gone")

// crash makes every storage call fail from the n-th on: what a dying process does. With once only the n-th fails.
type crash struct {
	mu    sync.Mutex
	left  int
	armed bool
	once  bool
	hit   string
}

func (c *crash) fail(point string) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	if !c.armed {
		return nil
	}
	c.left--
	if c.left > 0 || c.once && c.left < 0 {
		return nil
	}
	if c.hit == "" {
		c.hit = point
	}
	return errCrash
}

// scenario is an act after a preparation; done says whether its effect is there.
type scenario struct {
	name    string
	prepare func(t testing.TB, b *bench)
	act     func(ctx context.Context, b *bench) error
	done    func(t testing.TB, b *bench) bool
}

func scenarios() []scenario {
	statement := Terms{Kind: AgreementStatement, Position: "Ketua"}
	report := Report{Quantity: 30, Date: "2027-02-28", Place: "Balai desa", Condition: "Baik", Type: domain.DocHandover, File: upload("bast.pdf")}
	commitment := domain.CommitmentID(giver.NewID(operation("p")))
	full := func(t testing.TB, b *bench) {
		b.need(t, "need", 40)
		b.initiative(t, "init", "giver-org", 60)
		b.propose(t, "need", "init", "p", 30)
	}
	accepted := func(t testing.TB, b *bench) {
		full(t, b)
		if err := b.Accept(t.Context(), taker, operation("a"), commitment); err != nil {
			t.Fatal(err)
		}
	}
	delivered := func(t testing.TB, b *bench) {
		accepted(t, b)
		ctx := t.Context()
		if err := errors.Join(b.Sign(ctx, giver, operation("s1"), commitment, statement, nil), b.Sign(ctx, taker, operation("s2"), commitment, statement, nil),
			b.Deliver(ctx, giver, operation("d"), commitment, report)); err != nil {
			t.Fatal(err)
		}
	}
	is := func(want State) func(t testing.TB, b *bench) bool {
		return func(t testing.TB, b *bench) bool { return b.state(t, commitment) == want }
	}
	return []scenario{
		{"accept", full, func(ctx context.Context, b *bench) error { return b.Accept(ctx, taker, operation("a"), commitment) }, is(StateAccepted)},
		{"cancel", accepted, func(ctx context.Context, b *bench) error {
			return b.Cancel(ctx, taker, operation("x"), commitment, "Tidak jadi.")
		}, is(StateCancelled)},
		{"confirm", delivered, func(ctx context.Context, b *bench) error {
			return b.Confirm(ctx, taker, operation("c"), commitment, []Answer{{giver.NewID(operation("d")), 30}}, "")
		}, is(StateConfirmed)},
		{"verify", func(t testing.TB, b *bench) {
			delivered(t, b)
			if err := b.Confirm(t.Context(), taker, operation("c"), commitment, []Answer{{giver.NewID(operation("d")), 30}}, ""); err != nil {
				t.Fatal(err)
			}
		}, func(ctx context.Context, b *bench) error {
			return b.Verify(ctx, evaluator, operation("v"), commitment, giver.NewID(operation("d")), "Dilihat sendiri.")
		}, func(t testing.TB, b *bench) bool {
			c := b.commitment(t, commitment)
			return c.Tally().Verified == 30
		}},
		{"link", func(t testing.TB, b *bench) {
			delivered(t, b)
			if _, err := b.MakeLink(t.Context(), taker, operation("l"), commitment, LinkMessage); err != nil {
				t.Fatal(err)
			}
		}, func(ctx context.Context, b *bench) error {
			shown, err := b.MakeLink(ctx, taker, operation("l"), commitment, LinkMessage)
			if err != nil {
				return err
			}
			link, err := b.ShownLink(ctx, taker, commitment, shown)
			if err != nil {
				return err
			}
			_, err = b.AnswerByLink(ctx, "", operation("c"), link.Secret, Said{Person: Person{Name: "Sitti", Position: "Kepala dusun"}, Yes: true, Shown: []string{giver.NewID(operation("d"))}})
			return err
		}, is(StateConfirmed)},
		{"refused", func(t testing.TB, b *bench) {
			full(t, b)
			b.propose(t, "need", "init", "other", 20)
			b.propose(t, "need", "init", "third", 5)
		}, func(ctx context.Context, b *bench) error {
			// Two acceptances that do not both fit, one after the other, and one more that fits.
			other, third := domain.CommitmentID(giver.NewID(operation("other"))), domain.CommitmentID(giver.NewID(operation("third")))
			return errors.Join(ignoreConflict(b.Accept(ctx, taker, operation("a"), commitment)), ignoreConflict(b.Accept(ctx, taker, operation("ao"), other)),
				b.Accept(ctx, taker, operation("at"), third))
		}, func(t testing.TB, b *bench) bool {
			return b.state(t, domain.CommitmentID(giver.NewID(operation("third")))) == StateAccepted
		}},
	}
}

// Every storage call of each step fails once, before and after it took effect, and the process dies there or only the
// call does. After opening again and the reconciler: nothing over, nothing half done; the repeat succeeds.
func TestFailpointsAtEachStorageCall(t *testing.T) {
	for mode, options := range bothModes {
		for _, s := range scenarios() {
			for _, once := range []bool{false, true} {
				if effort.Small() && s.name == "link" && !options.DocumentAtomic {
					continue // the longest, and every call there is one of the other mode's too
				}
				if once && s.name != "accept" {
					continue // a single lost call differs from a crash where one call goes on after it
				}
				t.Run(fmt.Sprintf("%s/%s/once=%v", mode, s.name, once), func(t *testing.T) {
					t.Parallel()
					for n := 1; ; n += effort.EveryUnderRace(5) {
						b := newBench(t, options)
						s.prepare(t, b)
						c := &crash{left: n, once: once}
						db := b.open(t, c.fail)
						c.mu.Lock()
						c.armed = true
						c.mu.Unlock()
						err := s.act(context.Background(), b)
						c.mu.Lock()
						c.armed = false
						hit := c.hit
						c.mu.Unlock()
						_ = db.Close()
						if hit == "" {
							if err != nil {
								t.Fatalf("no call failed, yet: %v", err)
							}
							if n < 10 {
								t.Fatalf("only %d storage calls were seen", n)
							}
							return
						}
						b.open(t, nil)
						b.within(t)
						b.recover(t)
						b.sound(t)
						if err == nil && !s.done(t, b) {
							t.Errorf("%d %s: acknowledged, yet not done", n, hit)
						}
						if err := s.act(context.Background(), b); err != nil {
							t.Errorf("%d %s: the repeat failed: %v", n, hit, err)
						}
						if !s.done(t, b) {
							t.Errorf("%d %s: not done after the repeat", n, hit)
						}
						b.sound(t)
						if t.Failed() {
							return
						}
					}
				})
			}
		}
	}
}

// Any sequence of acts on several needs and offers, with crashes in between: the promise holds after each of them.
func TestAnyInterleavingKeepsThePromise(t *testing.T) {
	// Each check opens the store many times; -rapid.checks asks for more than these.
	if checks := flag.Lookup("rapid.checks"); checks != nil && checks.Value.String() == checks.DefValue {
		if err := flag.Set("rapid.checks", strconv.Itoa(25/effort.EveryUnderRace(4))); err != nil {
			t.Fatal(err)
		}
		defer func() { _ = flag.Set("rapid.checks", checks.DefValue) }()
	}
	rapid.Check(t, func(r *rapid.T) {
		b := newBench(t, bothModes[rapid.SampledFrom([]string{"transaction", "document-atomic"}).Draw(r, "mode")])
		for _, need := range []domain.NeedID{"n0", "n1"} {
			b.need(t, need, 20)
		}
		for _, init := range []domain.InitiativeID{"i0", "i1"} {
			b.initiative(t, init, "giver-org", 25)
		}
		ctx := context.Background()
		var ids []domain.CommitmentID
		statement := Terms{Kind: AgreementStatement, Position: "Ketua"}
		for step := range rapid.IntRange(3, 12).Draw(r, "steps") {
			op := operation(numbered("op", step))
			crashAt := rapid.IntRange(0, 60).Draw(r, "crash")
			act := rapid.IntRange(0, 9).Draw(r, "act")
			var id domain.CommitmentID
			if len(ids) > 0 {
				id = rapid.SampledFrom(ids).Draw(r, "commitment")
			}
			quantity := rapid.Int64Range(1, 20).Draw(r, "quantity")
			need, init := rapid.SampledFrom([]domain.NeedID{"n0", "n1"}).Draw(r, "need"), rapid.SampledFrom([]domain.InitiativeID{"i0", "i1"}).Draw(r, "init")
			c := &crash{left: crashAt, once: rapid.Bool().Draw(r, "once")}
			db := b.open(t, c.fail)
			c.mu.Lock()
			c.armed = crashAt > 0
			c.mu.Unlock()
			switch act {
			case 0, 1:
				if made, err := b.Propose(ctx, giver, op, proposal(need, init, quantity)); err == nil {
					ids = append(ids, made)
				}
			case 2, 3:
				_ = b.Accept(ctx, taker, op, id)
			case 4:
				_ = b.Cancel(ctx, rapid.SampledFrom([]domain.Actor{giver, taker}).Draw(r, "who"), op, id, "Tidak jadi.")
			case 5:
				_ = b.Sign(ctx, giver, operation("g"+op.ID), id, statement, nil)
				_ = b.Sign(ctx, taker, operation("t"+op.ID), id, statement, nil)
			case 6:
				_ = b.Deliver(ctx, giver, op, id, Report{Quantity: quantity, Date: "2027-02-28", Place: "Balai", Condition: "Baik", Type: domain.DocHandover, File: upload("b.pdf")})
			case 7:
				if doc, err := b.records.Get(ctx, string(id)); err == nil {
					var answers []Answer
					for _, d := range doc.Body.Deliveries {
						answers = append(answers, Answer{d.ID, min(d.Open(), quantity)})
					}
					_ = b.Confirm(ctx, taker, op, id, answers, "Kurang.")
				}
			case 8:
				_ = b.Settle(ctx, verifier, op, id, rapid.SampledFrom([]State{StateConfirmed, StateDelivering, StateCancelled}).Draw(r, "decision"), "Dilihat.")
			case 9:
				_ = b.SetNeedLimit(ctx, need, quantity)
				_ = b.SetOfferLimit(ctx, domain.OfferID(init)+"-offer", quantity+5)
			}
			c.mu.Lock()
			c.armed = false
			c.mu.Unlock()
			_ = db.Close()
			db = b.open(t, nil)
			b.within(t)
			if rapid.Bool().Draw(r, "recover") {
				b.recover(t)
				b.sound(t)
			}
			_ = db.Close()
			b.open(t, nil)
			if t.Failed() {
				r.Fatalf("broken at step %d, act %d", step, act)
			}
		}
		b.recover(t)
		b.sound(t)
	})
}

func ignoreConflict(err error) error {
	if apperr.Is(err, apperr.Conflict) {
		return nil
	}
	return err
}
