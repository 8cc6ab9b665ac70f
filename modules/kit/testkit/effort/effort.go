// Package effort says how much a test may do.
package effort

import "testing"

// Small tells that loops should be small: with -short, and under the race detector, which looks at how things meet and
// not at how many there are, and makes everything several times slower.
func Small() bool { return testing.Short() || Race }
