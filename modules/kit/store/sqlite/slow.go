//go:build !race

package sqlite

// slowed is how many times longer a write may take than it is given.
const slowed = 1
