package mongo_test

import (
	"errors"
	"flag"
	"fmt"
	"os"
	"testing"

	"gotong/modules/kit/store/storetest"
	"gotong/modules/kit/testkit/mongowire"
)

// TestMain keeps the random test short where FerretDB answers, whose every query reads the whole collection.
func TestMain(m *testing.M) {
	if !mongowire.Real() {
		if err := errors.Join(flag.Set("rapid.checks", "5"), flag.Set("rapid.steps", "15")); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
	}
	os.Exit(m.Run())
}

func TestConformance(t *testing.T) {
	storetest.Run(t, storetest.Backend{Start: mongowire.Database})
}
