//go:build race

package sqlite

// slowed is how many times longer a write may take than it is given: under the race detector everything does.
const slowed = 6
