package s3

import (
	"bytes"
	"io"
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"gotong/modules/kit/apperr"
	"gotong/modules/kit/blob"
	"gotong/modules/kit/blob/blobtest"
)

func start(t *testing.T, config Config) *Server {
	t.Helper()
	s, err := Start(t.Context(), config)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	return s
}

func open(t testing.TB, s *Server) *blob.Store {
	t.Helper()
	b, err := blob.Open(s.Blob("gotong"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(b.Close)
	return b
}

func TestConformance(t *testing.T) {
	cwd, _ := os.Getwd()
	s := start(t, Config{Folder: t.TempDir()})
	if now, _ := os.Getwd(); now != cwd {
		t.Errorf("the process was moved to %s", now)
	}
	blobtest.Run(t, open(t, s))
}

func TestConformanceWithSidecars(t *testing.T) {
	dir := t.TempDir()
	credentials := `{"access_key":"GOTONGTEST","secret_key":"not-a-secret-of-anything","metadata":"sidecar"}`
	if err := os.WriteFile(filepath.Join(dir, "credentials.json"), []byte(credentials), 0o600); err != nil {
		t.Fatal(err)
	}
	address, err := freeAddress()
	if err != nil {
		t.Fatal(err)
	}
	blobtest.Run(t, open(t, start(t, Config{Folder: dir, Listen: address})))
}

func TestCredentials(t *testing.T) {
	dir := t.TempDir()
	first := start(t, Config{Folder: dir})
	info, err := os.Stat(filepath.Join(dir, "credentials.json"))
	if err != nil {
		t.Fatal(err)
	}
	if info.Mode().Perm() != 0o600 {
		t.Errorf("credentials have mode %v", info.Mode())
	}
	b := open(t, first)
	if err := b.Ensure(t.Context()); err != nil {
		t.Fatal(err)
	}
	if _, err := b.Put(t.Context(), "a/b", strings.NewReader("kept"), blob.PutOptions{Size: 4}); err != nil {
		t.Fatal(err)
	}
	wrong := first.Blob("gotong")
	wrong.SecretKey = "guessed"
	stranger, err := blob.Open(wrong)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := stranger.Get(t.Context(), "a/b", 0, -1); !apperr.Is(err, apperr.Unavailable) {
		t.Errorf("a stranger got %v", err)
	}
	beside := start(t, Config{Folder: dir})
	if _, err := open(t, beside).Stat(t.Context(), "a/b"); err != nil || !beside.Joined() || first.Joined() {
		t.Errorf("a command beside the portal: joined %v, %v", beside.Joined(), err)
	}
	if err := beside.Close(); err != nil {
		t.Error(err)
	}
	if _, err := b.Stat(t.Context(), "a/b"); err != nil {
		t.Errorf("after the command ended: %v", err)
	}
	if err := first.Close(); err != nil {
		t.Fatal(err)
	}
	if _, err := b.Get(t.Context(), "a/b", 0, -1); !apperr.Is(err, apperr.Unavailable) {
		t.Errorf("after the end: %v", err)
	}

	second := start(t, Config{Folder: dir})
	if second.Blob("").AccessKey != first.Blob("").AccessKey {
		t.Error("the credentials changed")
	}
	r, err := open(t, second).Get(t.Context(), "a/b", 0, -1)
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	if got, _ := io.ReadAll(r); !bytes.Equal(got, []byte("kept")) {
		t.Errorf("kept %q", got)
	}
}

func TestRefusesOtherAddresses(t *testing.T) {
	for _, address := range []string{"0.0.0.0:9000", ":9000", "192.0.2.1:9000", "example.org:9000", "9000"} {
		if s, err := Start(t.Context(), Config{Folder: t.TempDir(), Listen: address}); err == nil {
			s.Close()
			t.Errorf("listens on %s", address)
		}
	}
}

func TestStaleSocketAndLongPath(t *testing.T) {
	dir := t.TempDir()
	stale, err := net.ListenUnix("unix", &net.UnixAddr{Name: filepath.Join(dir, "s3.sock")})
	if err != nil {
		t.Fatal(err)
	}
	stale.SetUnlinkOnClose(false) // as a killed process leaves it
	stale.Close()
	s := start(t, Config{Folder: dir})
	if err := open(t, s).Ensure(t.Context()); err != nil {
		t.Error(err)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	s = start(t, Config{Folder: filepath.Join(dir, strings.Repeat("long", 30))})
	if err := open(t, s).Ensure(t.Context()); err != nil {
		t.Error(err)
	}
}

func TestDamagedCredentials(t *testing.T) {
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "credentials.json"), []byte("{"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := Start(t.Context(), Config{Folder: dir}); err == nil || !strings.Contains(err.Error(), "damaged") {
		t.Errorf("got %v", err)
	}
}
