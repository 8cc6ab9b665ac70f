// Package mongowire gives tests a server that speaks MongoDB's protocol: the one that GOTONG_TEST_MONGO_URI names, or
// FerretDB on SQLite within the test's process. Only tests import it.
package mongowire

import (
	"context"
	"log/slog"
	"net/url"
	"os"
	"testing"
	"time"

	"github.com/FerretDB/FerretDB/ferretdb"

	"gotong/modules/kit/store"
	"gotong/modules/kit/store/mongo"
)

// Real tells whether the tests run against a real server. FerretDB answers the protocol on small data, one command at a
// time; what is about many at once, or about time, is tested on a real server only.
func Real() bool { return os.Getenv("GOTONG_TEST_MONGO_URI") != "" }

// URI gives the address of a server that lives as long as the test.
func URI(t testing.TB) string {
	t.Helper()
	if uri := os.Getenv("GOTONG_TEST_MONGO_URI"); uri != "" {
		return uri
	}
	server, err := ferretdb.New(&ferretdb.Config{
		Listener:  ferretdb.ListenerConfig{TCP: "127.0.0.1:0"},
		Handler:   "sqlite",
		SQLiteURL: "file:" + t.TempDir() + "/",
		Logger:    slog.New(slog.DiscardHandler),
	})
	if err != nil {
		t.Fatalf("ferretdb: %v", err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan struct{})
	go func() { defer close(done); _ = server.Run(ctx) }()
	t.Cleanup(func() { cancel(); <-done })
	inner, err := url.Parse(server.MongoDBURI())
	if err != nil {
		t.Fatalf("ferretdb: %v", err)
	}
	return "mongodb://" + (&turns{server: inner.Host}).listen(t) + "/"
}

// Database makes an empty database that is dropped with the test, and gives a function that opens an engine on it.
func Database(t testing.TB) func() store.Engine {
	t.Helper()
	uri, name := URI(t), "gotong_test_"+store.NewID()[:12]
	open := func() *mongo.Engine {
		ctx, cancel := context.WithTimeout(context.Background(), 20*time.Second)
		defer cancel()
		e, err := mongo.Open(ctx, uri, name)
		if err != nil {
			t.Fatalf("open %s: %v", uri, err)
		}
		t.Cleanup(func() { _ = e.Close() })
		return e
	}
	t.Cleanup(func() {
		e := open()
		_ = e.Drop(context.Background()) // a left-over test database does no harm
		_ = e.Close()
	})
	return func() store.Engine { return open() }
}
