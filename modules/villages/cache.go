package villages

import (
	"sync"

	"gotong/modules/domain"
)

// cacheSize bounds the cache: every region that pages name is read once; the country has four times as many.
const cacheSize = 20_000

// regionCache keeps regions that were read, since every card and every filter names some and they hardly change. It
// holds nothing until follow is called, by whoever then drops it at each change; so commands and a portal that does
// not follow the feed yet read the store.
type regionCache struct {
	mu        sync.RWMutex
	following bool
	turn      uint64 // counts drops: what was read before one is not kept after it
	regions   map[domain.RegionCode]Region
	children  map[domain.RegionCode][]Region
}

// follow lets the cache fill, or not, empty in either case.
func (c *regionCache) follow(on bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.following = on
	c.clear()
}

// drop forgets everything.
func (c *regionCache) drop() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.clear()
}

func (c *regionCache) clear() {
	c.turn++
	c.regions, c.children = map[domain.RegionCode]Region{}, map[domain.RegionCode][]Region{}
}

// region gives a region, or the turn to hand to keep with what is read instead.
func (c *regionCache) region(code domain.RegionCode) (r Region, ok bool, turn uint64) {
	c.mu.RLock()
	defer c.mu.RUnlock()
	r, ok = c.regions[code]
	return r, ok, c.turn
}

func (c *regionCache) keep(turn uint64, r Region) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.following && c.turn == turn && len(c.regions) < cacheSize {
		c.regions[r.Code] = r
	}
}

// below gives the regions right below one, as region does.
func (c *regionCache) below(code domain.RegionCode) (regions []Region, ok bool, turn uint64) {
	c.mu.RLock()
	defer c.mu.RUnlock()
	regions, ok = c.children[code]
	return regions, ok, c.turn
}

func (c *regionCache) keepBelow(turn uint64, code domain.RegionCode, regions []Region) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.following && c.turn == turn && len(c.children) < cacheSize/10 {
		c.children[code] = regions
	}
}
