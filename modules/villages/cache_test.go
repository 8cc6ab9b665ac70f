package villages

import (
	"testing"
)

func TestTheCacheKeepsNothingThatWasReadBeforeAChange(t *testing.T) {
	var c regionCache
	old, changed := Region{Code: "61.01", Name: "Sambas"}, Region{Code: "61.01", Name: "Sambas Baru"}
	name := func() string {
		r, _, _ := c.region(old.Code)
		return r.Name
	}
	_, _, turn := c.region(old.Code)
	c.keep(turn, old)
	if name() != "" {
		t.Fatal("kept although nobody follows the changes")
	}
	c.follow(true)
	_, _, turn = c.region(old.Code)
	c.keep(turn, old)
	if name() != "Sambas" {
		t.Fatal("not kept")
	}
	_, _, turn = c.region("61.02")
	_, _, below := c.below("61")
	c.drop() // the region changed after it was read, before it was kept
	c.keep(turn, old)
	c.keepBelow(below, "61", []Region{old})
	if _, ok, _ := c.below("61"); ok || name() != "" {
		t.Fatal("what was read before a change is kept after it")
	}
	_, _, turn = c.region(old.Code)
	c.keep(turn, changed)
	c.follow(false)
	if name() != "" {
		t.Fatal("kept after the following ended")
	}
}
