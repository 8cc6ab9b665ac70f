package documents

import (
	"fmt"
	"slices"
	"strings"
	"testing"
)

// Whatever two texts are, what is the same and what went give the one, what is the same and what came the other.
func TestComparisonTellsBothTexts(t *testing.T) {
	long := make([]string, 3000)
	for i := range long {
		long[i] = fmt.Sprint("baris ", i)
	}
	other := slices.Clone(long)
	slices.Reverse(other)
	for _, c := range []struct {
		a, b  []string
		exact bool
		want  int // passages
	}{
		{nil, nil, true, 0}, {[]string{"a"}, nil, true, 1}, {nil, []string{"a"}, true, 1}, {[]string{"a", "b"}, []string{"a", "b"}, true, 1},
		{strings.Split("a b c d e", " "), strings.Split("a x c e f", " "), true, 6},
		{strings.Split("a b a b a", " "), strings.Split("b a b", " "), true, 3},
		{long, append(slices.Clone(long[:1500]), long[1501:]...), true, 3},
		{long, other, false, 1},
	} {
		list, exact := compareLines(c.a, c.b)
		var a, b []string
		for _, p := range list {
			if len(p.Same) > 0 == (len(p.Left)+len(p.Right) > 0) {
				t.Errorf("passage %+v", p)
			}
			a, b = slices.Concat(a, p.Same, p.Left), slices.Concat(b, p.Same, p.Right)
		}
		if exact != c.exact || !slices.Equal(a, c.a) || !slices.Equal(b, c.b) || len(list) != c.want {
			t.Errorf("%d and %d lines: %d passages, exact %v", len(c.a), len(c.b), len(list), exact)
		}
	}
}
