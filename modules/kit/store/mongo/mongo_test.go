package mongo_test

import (
	"testing"

	"gotong/modules/kit/store/storetest"
	"gotong/modules/kit/testkit/mongowire"
)

func TestConformance(t *testing.T) {
	storetest.Run(t, storetest.Backend{Start: mongowire.Database, Concurrent: mongowire.Real()})
}
