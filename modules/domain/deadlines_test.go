package domain

import (
	"testing"
	"time"
)

func TestDeadlines(t *testing.T) {
	t.Cleanup(func() { deadlines.Store(nil) })
	since := time.Date(2026, 2, 20, 8, 0, 0, 0, time.UTC)
	for step := NoDeadline + 1; step <= DaysToApproveAccount; step++ {
		if step.Days() < 1 {
			t.Errorf("step %d has no usual days", step)
		}
	}
	if due := DueAfter(since, DaysToVerifyNeed); !due.Equal(since.AddDate(0, 0, 14)) {
		t.Error(due)
	}
	SetDeadlines(Deadlines{DaysToVerifyNeed: 10})
	if DaysToVerifyNeed.Days() != 10 || DaysToDecide.Days() != usual[DaysToDecide] || NoDeadline.Days() != 0 {
		t.Error(DaysToVerifyNeed.Days(), DaysToDecide.Days(), NoDeadline.Days())
	}
}
