package portal_test

import (
	"context"
	"log/slog"
	"os"
	"strings"
	"testing"
	"time"

	"gotong/app/config"
	"gotong/app/portal"
	"gotong/app/program"
	"gotong/app/walk"
	"gotong/modules/documents"
	"gotong/modules/domain"
	"gotong/modules/kit/store"
	"gotong/modules/kit/store/mongo"
	"gotong/modules/kit/testkit/mongowire"
)

// TestLoopOnMongoDB walks the loop with database.engine: mongodb, demo content included, on the server
// that GOTONG_TEST_MONGO_URI names, else on FerretDB within the process.
//
// On FerretDB it proves that every module's reads and writes go over MongoDB's protocol as the driver speaks it, and
// that relay, followers and reconcilers carry the loop to its end. It cannot prove that a server updates documents
// atomically, since mongowire lets FerretDB do one at a time, nor anything about speed or size: only the regions that the
// story needs are loaded, all of them on a real server.
func TestLoopOnMongoDB(t *testing.T) {
	if !mongowire.Real() && os.Getenv("GOTONG_TEST_FERRETDB") == "" {
		t.Skip("set GOTONG_TEST_MONGO_URI, or GOTONG_TEST_FERRETDB=1 for minutes on FerretDB")
	}
	cfg := program.Config(t)
	onMongoDB(t, &cfg)
	var regions []domain.RegionCode // all
	if !mongowire.Real() {          // FerretDB reads a whole collection for nearly every query
		regions = []domain.RegionCode{"61.01", "61.71.01"}
	}
	start := time.Now()
	base := program.Serve(t, cfg, portal.Options{Regions: regions}, readyWithin)
	t.Logf("ready after %d ms", time.Since(start).Milliseconds())
	loop := walk.Loop{As: walk.Visitors(base, t.Cleanup), Mark: "uji"}
	if err := loop.Walk(t.Logf); err != nil {
		t.Fatal(err)
	}
}

// onMongoDB puts the portal on the server that GOTONG_TEST_MONGO_URI names, else on FerretDB.
func onMongoDB(t testing.TB, cfg *config.Config) {
	t.Helper()
	cfg.Database.Engine = "mongodb"
	cfg.Database.URI = config.Secret(mongowire.URI(t))
	if !mongowire.Real() {
		cfg.Database.URI += "?timeoutMS=15000"
	}
	cfg.Database.Name = "gotong_test_" + store.NewID()[:12]
	dropAfter(t, *cfg)
}

// dropAfter removes the test's database from the server once the portal has closed.
func dropAfter(t testing.TB, cfg config.Config) {
	t.Helper()
	t.Cleanup(func() {
		ctx, cancel := context.WithTimeout(context.Background(), 20*time.Second)
		defer cancel()
		e, err := mongo.Open(ctx, cfg.Database.URI.Reveal(), cfg.Database.Name)
		if err != nil {
			t.Logf("database %s stays: %v", cfg.Database.Name, err)
			return
		}
		if err := e.Drop(ctx); err != nil {
			t.Logf("database %s stays: %v", cfg.Database.Name, err)
		}
		_ = e.Close()
	})
}

// TestLoopOnMinIO walks the loop with storage.engine: s3 on the server that GOTONG_TEST_S3_ENDPOINT names, in a bucket
// of its own, which stays there.
func TestLoopOnMinIO(t *testing.T) {
	endpoint := os.Getenv("GOTONG_TEST_S3_ENDPOINT")
	if endpoint == "" {
		t.Skip("set GOTONG_TEST_S3_ENDPOINT (and _ACCESS_KEY, _SECRET_KEY): .ci/minio does")
	}
	cfg := program.Config(t)
	cfg.Storage.Engine, cfg.Storage.Endpoint, cfg.Storage.Bucket = "s3", endpoint, "gotong-loop-"+store.NewID()[:12]
	cfg.Storage.AccessKey = config.Secret(os.Getenv("GOTONG_TEST_S3_ACCESS_KEY"))
	cfg.Storage.SecretKey = config.Secret(os.Getenv("GOTONG_TEST_S3_SECRET_KEY"))
	base := program.Serve(t, cfg, portal.Options{}, readyWithin)
	loop := walk.Loop{As: walk.Visitors(base, t.Cleanup), Mark: "uji"}
	if err := loop.Walk(t.Logf); err != nil {
		t.Fatal(err)
	}
	var out strings.Builder
	p, err := portal.New(t.Context(), cfg, portal.Options{Log: slog.New(slog.DiscardHandler)})
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = p.Close() }()
	if err := p.Check(t.Context(), documents.Care{}, &out); err != nil {
		t.Errorf("check: %v\n%s", err, out.String())
	}
}
