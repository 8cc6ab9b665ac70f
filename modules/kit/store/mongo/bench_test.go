package mongo_test

import (
	"testing"

	"gotong/modules/kit/store/storetest"
	"gotong/modules/kit/testkit/mongowire"
)

func BenchmarkMongoDB(b *testing.B) {
	if !mongowire.Real() {
		b.Skip("set GOTONG_TEST_MONGO_URI: FerretDB's figures say nothing about MongoDB")
	}
	storetest.Bench(b, mongowire.Database(b)(), nil)
}
