package sqlite

import (
	"reflect"
	"testing"

	"gotong/modules/kit/store"
)

func FuzzKeys(f *testing.F) {
	f.Add("by-name", "sort", "a\x1fb", "3:x")
	f.Add("", "", "", "")
	f.Fuzz(func(t *testing.T, list, sort, one, two string) {
		keys := []store.ListKeys{{List: list, Sort: sort, Keys: []string{one, two}}, {List: two, Sort: one, Keys: []string{}}}
		got, err := decodeKeys(encodeKeys(keys))
		if err != nil || !reflect.DeepEqual(got, keys) {
			t.Fatalf("%q came back as %q, %v", keys, got, err)
		}
		_, _ = decodeKeys(one) // any text: an error at most
	})
}
