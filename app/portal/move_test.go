package portal_test

import (
	"fmt"
	"net"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"gotong/modules/kit/store"
)

// TestMoveObjects moves all objects of a portal with demo content from the embedded store to the server that
// GOTONG_TEST_S3_ENDPOINT names and back, by one command each, and proves the documents on either.
func TestMoveObjects(t *testing.T) {
	endpoint := os.Getenv("GOTONG_TEST_S3_ENDPOINT")
	if endpoint == "" {
		t.Skip("set GOTONG_TEST_S3_ENDPOINT (and _ACCESS_KEY, _SECRET_KEY): .ci/minio does")
	}
	data := t.TempDir()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	listen := l.Addr().String()
	_ = l.Close()
	start(t, data, listen).end(syscall.SIGTERM)

	write := func(name, storage string) string {
		path := filepath.Join(t.TempDir(), name)
		if err := os.WriteFile(path, fmt.Appendf(nil, "data: %s\nstorage:\n%s", data, storage), 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	far := write("minio.yaml", fmt.Sprintf("  engine: s3\n  endpoint: %s\n  bucket: gotong-move-%s\n  access_key: %s\n  secret_key: %s\n", endpoint, store.NewID()[:12],
		os.Getenv("GOTONG_TEST_S3_ACCESS_KEY"), os.Getenv("GOTONG_TEST_S3_SECRET_KEY")))
	near := write("embedded.yaml", "  engine: embedded\n")
	run := func(want string, args ...string) string {
		t.Helper()
		code, out, words := runCommand(t, data, args...)
		if code != 0 || !strings.Contains(out, want) {
			t.Fatalf("%v: %d %s\n%s", args, code, out, words)
		}
		t.Log(strings.TrimSpace(out))
		return out
	}
	run("each compared by its SHA-256", "move", "objects", "--config", near, "--to", far)
	run("objects: 0 copied", "move", "objects", "--config", near, "--to", far)
	run("documents: ok", "check", "--config", far)
	if err := os.RemoveAll(filepath.Join(data, "objects", "objects", "gotong")); err != nil {
		t.Fatal(err)
	}
	if code, out, _ := runCommand(t, data, "check", "--config", near); code != 1 || !strings.Contains(out, "is missing, SHA-256 should be") {
		t.Errorf("without its objects the portal checks as %d: %s", code, out)
	}
	run("each compared by its SHA-256", "move", "objects", "--config", far, "--to", near)
	run("documents: ok", "check", "--config", near)
	if code, _, words := runCommand(t, data, "move", "objects", "--config", near, "--to", near); code != 1 || !strings.Contains(words, "both configurations name an embedded") {
		t.Errorf("%d %s", code, words)
	}
	if code, _, words := runCommand(t, data, "move", "objects"); code != 2 || !strings.Contains(words, "--to must name") {
		t.Errorf("%d %s", code, words)
	}
}
