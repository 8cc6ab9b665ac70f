// Package s3 is the object store of a portal that has none: versitygw inside the process, on a unix socket or loopback,
// with random credentials, its objects as files in the data folder. The portal talks to it as it would talk to MinIO.
package s3

import (
	"context"
	"crypto/rand"
	"encoding/base32"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"net"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"time"

	"github.com/versity/versitygw/auth"
	"github.com/versity/versitygw/backend/meta"
	"github.com/versity/versitygw/embedgw"
	"github.com/versity/versitygw/s3api"

	"gotong/modules/kit/apperr"
	"gotong/modules/kit/blob"
)

// Config says where the objects lie and where the server listens.
type Config struct {
	Folder string // made where missing, mode 0700
	Listen string // loopback host:port; "": a unix socket, or a free loopback port on Windows
}

// Server is the running stand-in. Only one can run in a process at a time (versitygw's own limit). A command beside a
// running portal joins the portal's.
type Server struct {
	joined   bool
	endpoint string
	keys     keys
	stop     context.CancelFunc
	done     chan struct{}
	err      error
	cleanup  func()
	once     sync.Once
}

// keys is the file credentials.json in the folder.
type keys struct {
	Access   string `json:"access_key"`
	Secret   string `json:"secret_key"`
	Metadata string `json:"metadata"` // "xattr" or "sidecar", decided at first start so that objects stay readable
}

const (
	startLimit = 10 * time.Second
	socketMax  = 100 // bytes of a socket's path; Linux allows 107, macOS 103
	region     = "us-east-1"
)

// Start serves the folder and returns when the server answers; where another process already serves it, it joins that
// one. It refuses to listen on an address that is not loopback. It goes on until Close or until ctx ends.
func Start(ctx context.Context, config Config) (*Server, error) {
	root, err := filepath.Abs(config.Folder)
	if err != nil {
		return nil, fmt.Errorf("embedded s3: %w", err)
	}
	objects := filepath.Join(root, "objects")
	if err := os.MkdirAll(objects, 0o700); err != nil {
		return nil, fmt.Errorf("embedded s3: %w", err)
	}
	k, err := loadKeys(filepath.Join(root, "credentials.json"), objects)
	if err != nil {
		return nil, fmt.Errorf("embedded s3: %w", err)
	}
	sidecars := ""
	if k.Metadata == "sidecar" {
		sidecars = filepath.Join(root, "metadata")
		if err := os.MkdirAll(sidecars, 0o700); err != nil {
			return nil, fmt.Errorf("embedded s3: %w", err)
		}
	}
	address, cleanup, err := listenAddress(config.Listen, root)
	if err != nil {
		return nil, fmt.Errorf("embedded s3: %w", err)
	}
	s := &Server{endpoint: address, keys: k, done: make(chan struct{}), cleanup: cleanup}
	if strings.ContainsAny(address, `/\`) {
		s.endpoint = "unix:" + address
	}
	if s.answers(ctx) {
		s.joined, s.stop, s.cleanup = true, func() {}, func() {}
		close(s.done)
		return s, nil
	}
	be, err := openFolder(objects, sidecars)
	if err != nil {
		cleanup()
		return nil, fmt.Errorf("embedded s3: %w", err)
	}
	ctx, s.stop = context.WithCancel(ctx)
	ready := make(chan struct{})
	go func() {
		defer close(s.done)
		s.err = embedgw.RunVersityGW(ctx, be, &embedgw.Config{
			RootUserAccess: k.Access, RootUserSecret: k.Secret, Region: region,
			Ports: []string{address}, SocketPerm: "0600",
			MaxConnections: 512, MaxRequests: 512, MultipartMaxParts: 10000,
			IAMService: auth.NewIAMServiceSingle(auth.Account{Access: k.Access, Secret: k.Secret, Role: auth.RoleAdmin}),
			Quiet:      true, KeepAlive: true, DisableACLs: true,
			S3Options: []s3api.Option{s3api.WithOnListen(func() { close(ready) })},
		})
	}()
	select {
	case <-ready:
		return s, nil
	case <-s.done:
		err = s.err
	case <-time.After(startLimit):
		err = errors.New("did not start in time")
	}
	_ = s.Close()
	return nil, fmt.Errorf("embedded s3: %w", err)
}

// Blob is the configuration that reaches the server.
func (s *Server) Blob(bucket string) blob.Config {
	return blob.Config{Endpoint: s.endpoint, Bucket: bucket, AccessKey: s.keys.Access, SecretKey: s.keys.Secret, Region: region}
}

// Joined tells whether another process serves the folder; the server ends with that one.
func (s *Server) Joined() bool { return s.joined }

// answers tells whether a server at the endpoint takes our credentials.
func (s *Server) answers(ctx context.Context) bool {
	network, address := "tcp", s.endpoint
	if path, ok := strings.CutPrefix(address, "unix:"); ok {
		network, address = "unix", path
	}
	c, err := (&net.Dialer{Timeout: time.Second}).DialContext(ctx, network, address)
	if err != nil {
		return false // the usual start; the store below would try again for a while
	}
	_ = c.Close()
	store, err := blob.Open(s.Blob("gotong"))
	if err != nil {
		return false
	}
	defer store.Close()
	ctx, cancel := context.WithTimeout(ctx, 2*time.Second)
	defer cancel()
	_, err = store.Stat(ctx, "joined/probe")
	return err == nil || apperr.Is(err, apperr.NotFound)
}

// Close lets running requests finish, ends the server and says what ended it, nil where we did.
func (s *Server) Close() error {
	s.once.Do(func() {
		s.stop()
		<-s.done
		s.cleanup()
	})
	if s.err != nil && !errors.Is(s.err, context.Canceled) {
		return fmt.Errorf("embedded s3: %w", s.err)
	}
	return nil
}

// listenAddress chooses where to listen and gives what must be removed after.
func listenAddress(listen, root string) (address string, cleanup func(), err error) {
	nothing := func() {}
	if listen != "" {
		return listen, nothing, loopback(listen)
	}
	if runtime.GOOS == "windows" {
		address, err = freeAddress()
		return address, nothing, err
	}
	socket := filepath.Join(root, "s3.sock")
	if len(socket) <= socketMax {
		return socket, func() { _ = os.Remove(socket) }, nil
	}
	dir, err := os.MkdirTemp("", "gotong")
	if err != nil {
		return "", nothing, err
	}
	return filepath.Join(dir, "s3.sock"), func() { _ = os.RemoveAll(dir) }, nil
}

// freeAddress finds a free loopback port: versitygw cannot say which port it got.
func freeAddress() (string, error) {
	l, err := (&net.ListenConfig{}).Listen(context.Background(), "tcp", "127.0.0.1:0")
	if err != nil {
		return "", err
	}
	return l.Addr().String(), l.Close()
}

func loopback(address string) error {
	host, _, err := net.SplitHostPort(address)
	if err != nil {
		return err
	}
	if ip := net.ParseIP(host); host == "localhost" || ip != nil && ip.IsLoopback() {
		return nil
	}
	return fmt.Errorf("%s is not a loopback address: name a real object store in storage.endpoint", address)
}

// loadKeys reads the credentials or, at the first start, makes them.
func loadKeys(path, objects string) (keys, error) {
	var k keys
	data, err := os.ReadFile(path)
	if err == nil {
		if err := json.Unmarshal(data, &k); err != nil || k.Access == "" || k.Secret == "" {
			return k, fmt.Errorf("%s is damaged: %w", path, errors.Join(err, errors.New("both keys must be there")))
		}
		return k, nil
	}
	if !errors.Is(err, fs.ErrNotExist) {
		return k, err
	}
	k = keys{Access: "GOTONG" + random(10), Secret: random(25), Metadata: "xattr"}
	if (meta.XattrMeta{}).StoreAttribute(nil, objects, "", "probe", []byte("1")) != nil {
		k.Metadata = "sidecar"
	}
	if data, err = json.MarshalIndent(k, "", "  "); err != nil { //nolint:gosec // the file of keys, mode 0600
		return k, err
	}
	temp := path + ".new"
	if err := os.WriteFile(temp, data, 0o600); err != nil {
		return k, err
	}
	if err := syncPath(temp); err != nil {
		return k, err
	}
	return k, os.Rename(temp, path)
}

func random(n int) string {
	b := make([]byte, n)
	_, _ = rand.Read(b) // never fails since Go 1.24
	return base32.StdEncoding.WithPadding(base32.NoPadding).EncodeToString(b)
}
