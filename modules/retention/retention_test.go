package retention

import (
	"context"
	"encoding/json"
	"errors"
	"log/slog"
	"strings"
	"testing"
	"time"

	"gotong/modules/kit/testkit"
)

func TestRunCountsAndNotesOnce(t *testing.T) {
	c := testkit.Clock()
	db := testkit.DBAt(t, c)
	things := map[string]time.Time{"old": c.Now().Add(-91 * 24 * time.Hour), "young": c.Now().Add(-89 * 24 * time.Hour)}
	broken := errors.New("the object store does not answer")
	fails := true
	s := New(Deps{DB: db, Clock: c, Log: slog.New(slog.DiscardHandler), Steps: []Step{
		{Name: "broken", Drop: func(context.Context, time.Time, bool) (int, error) {
			if fails {
				return 0, broken
			}
			return 0, nil
		}},
		{Name: "things", Kept: 90 * 24 * time.Hour, Drop: func(_ context.Context, before time.Time, dry bool) (n int, _ error) {
			for name, at := range things {
				if at.Before(before) {
					n++
					if !dry {
						delete(things, name)
					}
				}
			}
			return n, nil
		}},
	}})
	noted := func() int64 {
		t.Helper()
		n, err := db.Feed().Last(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		return n
	}
	dry, err := s.Run(t.Context(), true)
	if !errors.Is(err, broken) || dry.Total() != 1 || len(things) != 2 || noted() != 0 {
		t.Fatalf("dry: %+v %v, %d things, %d entries", dry, err, len(things), noted())
	}
	r, err := s.Run(t.Context(), false)
	if !errors.Is(err, broken) || !strings.Contains(err.Error(), "broken: ") || r.Total() != 1 || len(things) != 1 || things["young"].IsZero() {
		t.Fatalf("%+v %v %v", r, err, things)
	}
	if noted() != 1 {
		t.Fatalf("%d entries", noted())
	}
	entries, err := db.Feed().After(t.Context(), 0, 10)
	if err != nil || entries[0].Action != "retention.run" || entries[0].Actor != "" {
		t.Fatal(entries, err)
	}
	if raw, _ := json.Marshal(entries[0]); !strings.Contains(string(raw), "things") {
		t.Error("the entry does not say what:", string(raw))
	}
	fails = false
	if r, err := s.Run(t.Context(), false); err != nil || r.Total() != 0 || noted() != 1 {
		t.Errorf("with nothing to do: %+v %v, %d entries", r, err, noted())
	}
}

func TestNoScheduleWhereNoneIsWanted(t *testing.T) {
	s := New(Deps{DB: testkit.DB(t), Clock: testkit.Clock(), Log: slog.New(slog.DiscardHandler)})
	if err := s.Schedule(t.Context()); err != nil {
		t.Error(err)
	}
}
