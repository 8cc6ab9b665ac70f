package blob_test

import (
	"os"
	"testing"

	"gotong/modules/kit/apperr"
	"gotong/modules/kit/blob"
	"gotong/modules/kit/blob/blobtest"
	"gotong/modules/kit/testkit"
)

// The embedded server runs the same suite in app/embedded/s3.
func TestRealServer(t *testing.T) {
	endpoint := os.Getenv("GOTONG_TEST_S3_ENDPOINT")
	if endpoint == "" {
		t.Skip("GOTONG_TEST_S3_ENDPOINT names no server")
	}
	s, err := blob.Open(blob.Config{Endpoint: endpoint, Bucket: "gotong-test",
		AccessKey: os.Getenv("GOTONG_TEST_S3_ACCESS_KEY"), SecretKey: os.Getenv("GOTONG_TEST_S3_SECRET_KEY")})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	blobtest.Run(t, s)
}

func TestServerDown(t *testing.T) {
	address := testkit.FreeAddress(t)
	s, err := blob.Open(blob.Config{Endpoint: address, Bucket: "gotong", AccessKey: "a", SecretKey: "b"})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	_, statErr := s.Stat(t.Context(), "x")
	_, getErr := s.Get(t.Context(), "x", 0, -1)
	for name, err := range map[string]error{"Ensure": s.Ensure(t.Context()), "Health": s.Health(t.Context()), "Stat": statErr, "Get": getErr} {
		if !apperr.Is(err, apperr.Unavailable) {
			t.Errorf("%s: %v, want Unavailable", name, err)
		}
	}
}

func TestConfiguration(t *testing.T) {
	for name, config := range map[string]blob.Config{
		"no bucket": {Endpoint: "127.0.0.1:9000"}, "an address with a path": {Endpoint: "127.0.0.1:9000/x", Bucket: "gotong"},
	} {
		if _, err := blob.Open(config); err == nil {
			t.Errorf("%s was taken", name)
		}
	}
}
