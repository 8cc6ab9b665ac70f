// Package blob keeps files in any S3 object store: MinIO in production, the embedded server of app/embedded/s3 on one
// laptop, the same code for both. It knows no domain word and gives no address to a browser.
//
// Errors are *apperr.Error: NotFound, Conflict (a put under a key that is taken), BadRequest (a range outside of the
// object) and Unavailable (the store does not answer, refuses our credentials or is full; a put may or may not have
// arrived, which Stat tells).
package blob

import (
	"context"
	"errors"
	"fmt"
	"io"
	"iter"
	"net"
	"net/http"
	"strings"
	"sync/atomic"
	"time"

	"github.com/minio/minio-go/v7"
	"github.com/minio/minio-go/v7/pkg/credentials"
	"github.com/minio/minio-go/v7/pkg/encrypt"

	"gotong/modules/kit/apperr"
)

// Config names an S3 server and what is needed to use it.
type Config struct {
	Endpoint  string // host:port, or unix:/path/of.sock for a server on this machine
	Bucket    string
	AccessKey string
	SecretKey string
	Session   string // the token of keys that were lent for a while; "" for lasting ones
	TLS       bool
	Region    string // "" means us-east-1, MinIO's own default

	Keeping Keeping // what of the server's own means is used; see Prepare

	// AfterPut is called when the server has taken an object and before Put returns, for stores that acknowledge
	// before the object is durable. nil: nothing to do. Its error makes the put fail with Unavailable.
	AfterPut func(ctx context.Context, key string) error
}

// Info is what the store knows of an object.
type Info struct {
	Key         string
	Size        int64
	ContentType string
	SHA256      string // hex, as given or computed at Put; "" for objects put by something else
	Modified    time.Time
}

// PutOptions say how an object is to be stored.
type PutOptions struct {
	Size        int64  // bytes; negative: unknown, which costs a buffer of one part
	ContentType string // stored as it is
	SHA256      string // hex; where given, other content is refused and nothing stays under the key
	IfNoneMatch bool   // refuse with Conflict where the key is taken
}

// Store is one bucket of an S3 server.
type Store struct {
	config Config
	core   minio.Core
	sse    encrypt.ServerSide // nil: as the bucket says
	locks  atomic.Bool        // objects can be held; see Prepare
	close  func()
}

const (
	shaHeader   = "Sha256"  // user metadata: x-amz-meta-sha256
	singlePut   = 128 << 20 // up to here one request, streamed, so that if-none-match is one atomic step
	unknownPart = 8 << 20   // buffer of a put of unknown size
	dialTimeout = 2 * time.Second
	answerLimit = 60 * time.Second // until the first byte of an answer
)

// Open makes a Store. It does not talk to the server: call Ensure at start. The error tells a wrong configuration.
func Open(config Config) (*Store, error) {
	if config.Bucket == "" {
		return nil, errors.New("blob: bucket is not set")
	}
	if config.Region == "" {
		config.Region = "us-east-1"
	}
	dialer := &net.Dialer{Timeout: dialTimeout, KeepAlive: 30 * time.Second}
	transport := &http.Transport{
		DialContext: dialer.DialContext, MaxIdleConnsPerHost: 32, IdleConnTimeout: 60 * time.Second,
		TLSHandshakeTimeout: 5 * time.Second, ResponseHeaderTimeout: answerLimit,
		DisableCompression: true, // a stored .gz must arrive as it was stored
	}
	endpoint := config.Endpoint
	if path, ok := strings.CutPrefix(endpoint, "unix:"); ok {
		endpoint = "localhost"
		transport.DialContext = func(ctx context.Context, _, _ string) (net.Conn, error) {
			return dialer.DialContext(ctx, "unix", path)
		}
	}
	core, err := minio.NewCore(endpoint, &minio.Options{
		Creds:  credentials.NewStaticV4(config.AccessKey, config.SecretKey, config.Session),
		Secure: config.TLS, Region: config.Region, Transport: transport,
		BucketLookup: minio.BucketLookupPath, MaxRetries: 2,
	})
	if err != nil {
		return nil, fmt.Errorf("blob: endpoint %q: %w", config.Endpoint, err)
	}
	sse, err := config.Keeping.serverSide()
	if err != nil {
		return nil, fmt.Errorf("blob: %w", err)
	}
	return &Store{config: config, core: *core, sse: sse, close: transport.CloseIdleConnections}, nil
}

// Close drops idle connections.
func (s *Store) Close() { s.close() }

// Bucket gives the bucket's name.
func (s *Store) Bucket() string { return s.config.Bucket }

// Ensure makes the bucket where it is missing. Unavailable where the server does not answer or does not let us.
func (s *Store) Ensure(ctx context.Context) error {
	exists, err := s.core.BucketExists(ctx, s.config.Bucket)
	if err != nil {
		return failure("look for bucket "+s.config.Bucket, err)
	}
	if exists {
		return nil
	}
	options := minio.MakeBucketOptions{Region: s.config.Region, ObjectLocking: s.config.Keeping.Lock}
	err = s.core.MakeBucket(ctx, s.config.Bucket, options)
	if answer := minio.ToErrorResponse(err); options.ObjectLocking && answer.StatusCode == http.StatusNotImplemented {
		options.ObjectLocking = false // Prepare says so
		err = s.core.MakeBucket(ctx, s.config.Bucket, options)
	}
	if code := minio.ToErrorResponse(err).Code; code == "BucketAlreadyOwnedByYou" || code == "BucketAlreadyExists" {
		return nil // another replica was faster
	}
	return failure("make bucket "+s.config.Bucket, err)
}

// Health asks the server for the bucket within two seconds. Unavailable where it is not there.
func (s *Store) Health(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, dialTimeout)
	defer cancel()
	exists, err := s.core.BucketExists(ctx, s.config.Bucket)
	if err == nil && !exists {
		err = fmt.Errorf("bucket %q is not there", s.config.Bucket)
	}
	return failure("health", err)
}

// Put stores what r gives under key and says what was stored, with the SHA-256 of the bytes that went out. A reader
// that can seek lets a broken connection be tried again. Conflict: the key is taken and IfNoneMatch was asked.
// Unavailable: the store did not take it, or the content was not what SHA256 promised.
func (s *Store) Put(ctx context.Context, key string, r io.Reader, options PutOptions) (Info, error) {
	sum := newSummed(r)
	put := minio.PutObjectOptions{ContentType: options.ContentType, PartSize: singlePut, ServerSideEncryption: s.sse}
	if options.Size < 0 {
		put.PartSize = unknownPart
	}
	if options.SHA256 != "" {
		put.UserMetadata = map[string]string{shaHeader: options.SHA256}
	}
	if options.IfNoneMatch {
		put.SetMatchETagExcept("*")
	}
	_, err := s.core.Client.PutObject(ctx, s.config.Bucket, key, sum.reader(), max(options.Size, -1), put)
	if err != nil {
		return Info{}, failure("put "+key, err)
	}
	info := Info{Key: key, Size: sum.n, ContentType: options.ContentType, SHA256: sum.hex()}
	if options.SHA256 != "" && options.SHA256 != info.SHA256 {
		err = fmt.Errorf("put %s: content is %s, promised was %s", key, info.SHA256, options.SHA256)
		return Info{}, apperr.Wrap(errors.Join(err, s.Delete(ctx, key)), apperr.Unavailable, "error.unavailable")
	}
	if s.config.AfterPut != nil {
		if err := s.config.AfterPut(ctx, key); err != nil {
			return Info{}, failure("after put "+key, err)
		}
	}
	return info, nil
}

// Stat says what is stored under key. NotFound where nothing is.
func (s *Store) Stat(ctx context.Context, key string) (Info, error) {
	o, err := s.core.StatObject(ctx, s.config.Bucket, key, minio.StatObjectOptions{})
	if err != nil {
		return Info{}, failure("stat "+key, err)
	}
	return infoOf(o), nil
}

// Get gives length bytes from offset on; a negative length means to the end. The caller closes the reader, which reads
// from the network as it goes: cancelling ctx ends it. NotFound where nothing is stored, BadRequest where offset lies
// outside.
func (s *Store) Get(ctx context.Context, key string, offset, length int64) (io.ReadCloser, error) {
	if length == 0 {
		return io.NopCloser(strings.NewReader("")), nil
	}
	var options minio.GetObjectOptions
	if offset > 0 || length > 0 {
		end := int64(0)
		if length > 0 {
			end = offset + length - 1
		}
		if offset == 0 && end == 0 { // SetRange reads 0-0 as "all"
			options.Set("Range", "bytes=0-0")
		} else if err := options.SetRange(offset, end); err != nil {
			return nil, apperr.Wrap(err, apperr.BadRequest, "error.bad_request")
		}
	}
	body, _, _, err := s.core.GetObject(ctx, s.config.Bucket, key, options)
	if err != nil {
		return nil, failure("get "+key, err)
	}
	return body, nil
}

// Delete removes what is stored under key; nothing there is a success.
func (s *Store) Delete(ctx context.Context, key string) error {
	err := failure("delete "+key, s.core.RemoveObject(ctx, s.config.Bucket, key, minio.RemoveObjectOptions{}))
	if apperr.Is(err, apperr.NotFound) {
		return nil
	}
	return err
}

// List streams what is stored under keys that begin with prefix, in the order of the keys. A listing that breaks off
// ends with its error: who removes things by a listing must have seen its end without one.
func (s *Store) List(ctx context.Context, prefix string) iter.Seq2[Info, error] {
	return func(yield func(Info, error) bool) {
		ctx, cancel := context.WithCancel(ctx)
		defer cancel()
		options := minio.ListObjectsOptions{Prefix: prefix, Recursive: true}
		for o := range s.core.ListObjectsIter(ctx, s.config.Bucket, options) {
			if o.Err != nil {
				yield(Info{}, failure("list "+prefix, o.Err))
				return
			}
			if !yield(infoOf(o), nil) {
				return
			}
		}
		if err := ctx.Err(); err != nil {
			yield(Info{}, failure("list "+prefix, err))
		}
	}
}

func infoOf(o minio.ObjectInfo) Info {
	return Info{Key: o.Key, Size: o.Size, ContentType: o.ContentType, SHA256: o.UserMetadata[shaHeader], Modified: o.LastModified.UTC()}
}

// failure gives an error of the store its kind; nil stays nil.
func failure(what string, err error) error {
	if err == nil {
		return nil
	}
	cause := fmt.Errorf("blob: %s: %w", what, err)
	answer := minio.ToErrorResponse(err)
	switch {
	case answer.Code == "NoSuchKey", answer.Code == "NotFound", answer.Code == "NoSuchUpload":
		return apperr.Wrap(cause, apperr.NotFound, "error.not_found")
	case answer.Code == "PreconditionFailed", answer.StatusCode == http.StatusPreconditionFailed,
		answer.Code == "ConditionalRequestConflict":
		return apperr.Wrap(cause, apperr.Conflict, "error.conflict")
	case answer.Code == "InvalidRange", answer.StatusCode == http.StatusRequestedRangeNotSatisfiable:
		return apperr.Wrap(cause, apperr.BadRequest, "error.bad_request")
	}
	return apperr.Wrap(cause, apperr.Unavailable, "error.unavailable")
}
