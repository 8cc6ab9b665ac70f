// Package effort says how much a test may do.
package effort

import (
	"os"
	"testing"
)

// Small tells that loops should be small: with -short, and under the race detector, which looks at how things meet and
// not at how many there are, and makes everything several times slower.
func Small() bool { return testing.Short() || Race }

// Every says of how many cases that are alike one is tried: of n, or each one where GOTONG_TEST_WHOLE is set, as
// `.ci/run long` does.
func Every(n int) int {
	if os.Getenv("GOTONG_TEST_WHOLE") != "" {
		return 1
	}
	return n
}

// EveryUnderRace is Every under the race detector; without it each case is tried.
func EveryUnderRace(n int) int {
	if Race {
		return Every(n)
	}
	return 1
}

// FewUnderRace gives some under the race detector, else nil, which stands for all.
func FewUnderRace[T any](some ...T) []T {
	if EveryUnderRace(2) > 1 {
		return some
	}
	return nil
}
