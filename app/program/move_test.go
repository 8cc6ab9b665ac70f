package program_test

import (
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/minio/minio-go/v7"

	"gotong/app/program"
	"gotong/modules/kit/store"
)

// killedMoving lets a move begin, kills it once it copied something and gives how many objects arrived.
func killedMoving(t *testing.T, move *exec.Cmd, far *minio.Client, bucket string) (arrived int) {
	t.Helper()
	if err := move.Start(); err != nil {
		t.Fatal(err)
	}
	count := func() (n int) {
		for o := range far.ListObjects(t.Context(), bucket, minio.ListObjectsOptions{Recursive: true}) {
			if o.Err == nil {
				n++
			}
		}
		return n
	}
	for deadline := time.Now().Add(time.Minute); count() < 2 && time.Now().Before(deadline); {
		time.Sleep(2 * time.Millisecond)
	}
	_ = move.Process.Kill()
	_ = move.Wait() // says that it was killed
	if arrived = count(); arrived == 0 {
		t.Fatal("nothing was copied within a minute")
	}
	return arrived
}

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
	program.Start(t, data, listen).End(syscall.SIGTERM)

	write := func(name, storage string) string {
		path := filepath.Join(t.TempDir(), name)
		if err := os.WriteFile(path, fmt.Appendf(nil, "data: %s\nstorage:\n%s", data, storage), 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	bucket := "gotong-move-" + store.NewID()[:12]
	far := write("minio.yaml", fmt.Sprintf("  engine: s3\n  endpoint: %s\n  bucket: %s\n  access_key: %s\n  secret_key: %s\n", endpoint, bucket,
		os.Getenv("GOTONG_TEST_S3_ACCESS_KEY"), os.Getenv("GOTONG_TEST_S3_SECRET_KEY")))
	near := write("embedded.yaml", "  engine: embedded\n")
	run := func(want string, args ...string) string {
		t.Helper()
		code, out, words := program.Run(t, data, args...)
		if code != 0 || !strings.Contains(out, want) {
			t.Fatalf("%v: %d %s\n%s", args, code, out, words)
		}
		t.Log(strings.TrimSpace(out))
		return out
	}
	there := killedMoving(t, program.Command(t, data, "move", "objects", "--config", near, "--to", far), bareClient(t, endpoint, os.Getenv("GOTONG_TEST_S3_ACCESS_KEY"), os.Getenv("GOTONG_TEST_S3_SECRET_KEY")), bucket)
	out := run("each compared by its SHA-256", "move", "objects", "--config", near, "--to", far)
	var copied, mb, were int
	if _, err := fmt.Sscanf(out, "objects: %d copied (%d MB), %d were there", &copied, &mb, &were); err != nil || were < there || copied+were <= there {
		t.Errorf("%d were there when it was killed; taken up again: %s", there, out)
	}
	run("objects: 0 copied", "move", "objects", "--config", near, "--to", far)
	run("documents: ok", "check", "--config", far)
	if err := os.RemoveAll(filepath.Join(data, "objects", "objects", "gotong")); err != nil {
		t.Fatal(err)
	}
	if code, out, _ := program.Run(t, data, "check", "--config", near); code != 1 || !strings.Contains(out, "is missing, SHA-256 should be") {
		t.Errorf("without its objects the portal checks as %d: %s", code, out)
	}
	run("each compared by its SHA-256", "move", "objects", "--config", far, "--to", near)
	run("documents: ok", "check", "--config", near)
	if code, _, words := program.Run(t, data, "move", "objects", "--config", near, "--to", near); code != 1 || !strings.Contains(words, "both configurations name an embedded") {
		t.Errorf("%d %s", code, words)
	}
	if code, _, words := program.Run(t, data, "move", "objects"); code != 2 || !strings.Contains(words, "--to must name") {
		t.Errorf("%d %s", code, words)
	}
}
