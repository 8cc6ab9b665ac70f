package storetest

import (
	"context"
	"errors"
	"fmt"
	"sync"

	"gotong/modules/kit/store"
	"gotong/modules/kit/testkit/effort"
)

// testManyFollowers writes on two replicas at once, more than a chunk and more than the shared end of the feed keeps:
// every follower sees every entry, in order, as the feed has it; one that fails is given the same again.
func testManyFollowers(w *world) {
	each := 260
	if !w.quick() {
		each = 40 / effort.EveryUnderRace(3)
	}
	second, things := w.replica(nil)
	ctx, cancel := context.WithCancel(w.ctx)
	defer cancel()
	var following, writing sync.WaitGroup
	total := int64(2 * each)
	follow := func(name string, run func(context.Context, func(context.Context, []store.Entry) error) error) {
		following.Go(func() {
			ctx, done := context.WithCancel(ctx)
			defer done()
			var last int64
			failed := false
			err := run(ctx, func(_ context.Context, entries []store.Entry) error {
				if !failed && last > int64(each) {
					failed = true
					return errors.New("once")
				}
				for _, e := range entries {
					if e.Seq != last+1 || e.Source == "" {
						w.Errorf("%s: %d (%s) after %d", name, e.Seq, e.Source, last)
						done()
					}
					last = e.Seq
				}
				if last == total {
					done()
				}
				return nil
			})
			if err != nil || last != total || !failed {
				w.Errorf("%s: ended at %d, failed %t: %v", name, last, failed, err)
			}
		})
	}
	for i, db := range []*store.DB{w.db, w.db, second} {
		follow(fmt.Sprint("local", i), func(ctx context.Context, fn func(context.Context, []store.Entry) error) error {
			return db.FollowLocal(ctx, 0, fn)
		})
		follow(fmt.Sprint("shared", i), func(ctx context.Context, fn func(context.Context, []store.Entry) error) error {
			return db.FollowSharedTogether(ctx, fmt.Sprint("shared", i), fn)
		})
	}
	writing.Go(func() {
		for i := range each {
			w.insert(fmt.Sprint("a", i), Thing{})
		}
	})
	writing.Go(func() {
		for i := range each {
			_, err := things.Insert(w.ctx, fmt.Sprint("b", i), Thing{}, store.Change{Action: "test"})
			if err != nil {
				w.Error(err)
			}
		}
	})
	writing.Wait()
	w.verify(total)
	following.Wait()
	for i := range 2 {
		if at, err := second.FollowerAt(w.ctx, fmt.Sprint("shared", i)); err != nil || at != total {
			w.Errorf("shared%d kept %d: %v", i, at, err)
		}
	}
}
