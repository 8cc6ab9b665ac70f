package blob

import (
	"bytes"
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"

	"github.com/minio/minio-go/v7"
	"github.com/minio/minio-go/v7/pkg/encrypt"
	"github.com/minio/minio-go/v7/pkg/lifecycle"

	"gotong/modules/kit/apperr"
)

// Keeping says which of the server's own means are used, where it has them. The zero value uses none.
type Keeping struct {
	Versioning bool   // what is overwritten or deleted stays for Days, for repairs
	Lock       bool   // objects can be held, so that not even who has the keys deletes them; a bucket gets it when it is made
	Encryption string // "": as the bucket says; "sse-s3": the server's key; "kms:NAME": that key of its key server
	Days       int    // for which older versions stay; parts of what was never finished stay eight
}

// Kept says what of Keeping the server does, and in Words what it does not, for the operator.
type Kept struct {
	Versioning, Lock, Lifecycle bool
	Words                       []string
}

const (
	unfinishedDays = 8 // an upload can be resumed for seven
	ruleUnfinished = "gotong-unfinished"
	ruleVersions   = "gotong-older-versions"
)

func (k Keeping) serverSide() (encrypt.ServerSide, error) {
	switch name, isKMS := strings.CutPrefix(k.Encryption, "kms:"); {
	case k.Encryption == "":
		return nil, nil //nolint:nilnil // none is wanted
	case isKMS:
		return encrypt.NewSSEKMS(name, nil)
	case k.Encryption == "sse-s3":
		return encrypt.NewSSE(), nil
	}
	return nil, fmt.Errorf("encryption %q: must be empty, sse-s3 or kms:NAME", k.Encryption)
}

// Denied tells whether the server answered and refused: keys that it does not know, or that lack a right.
func Denied(err error) bool {
	var answer minio.ErrorResponse
	if !errors.As(err, &answer) {
		return false
	}
	switch answer.Code {
	case "AccessDenied", "InvalidAccessKeyId", "SignatureDoesNotMatch", "InvalidTokenId", "ExpiredToken":
		return true
	}
	return answer.StatusCode == http.StatusForbidden
}

// Prepare makes the bucket where it is missing, tries each right that the portal needs by doing it once, and sets what
// Keeping asks. Unavailable where the server does not answer, or (Denied) does not let us: then the error names the right.
func (s *Store) Prepare(ctx context.Context) (Kept, error) {
	var kept Kept
	if err := s.Ensure(ctx); err != nil {
		return kept, s.lacks("s3:ListBucket and s3:CreateBucket", err)
	}
	if err := s.tryRights(ctx); err != nil {
		return kept, err
	}
	s.keepVersions(ctx, &kept)
	s.keepRules(ctx, &kept)
	return kept, nil
}

// lacks names the right that is missing where the server refused.
func (s *Store) lacks(right string, err error) error {
	if !Denied(err) {
		return err
	}
	cause := fmt.Errorf("the object store at %s does not let access key %q use bucket %q: %s is missing, or the keys are wrong: %w",
		s.config.Endpoint, s.config.AccessKey, s.config.Bucket, right, err)
	return apperr.Wrap(cause, apperr.Unavailable, "error.unavailable")
}

// tryRights writes, reads, lists and removes one small object.
func (s *Store) tryRights(ctx context.Context) error {
	key, content := "probe/"+strings.ToLower(rand.Text()), []byte("gotong")
	if _, err := s.Put(ctx, key, bytes.NewReader(content), PutOptions{Size: int64(len(content))}); err != nil {
		if s.config.Keeping.Encryption != "" && !Denied(err) {
			return apperr.Wrap(fmt.Errorf("the object store does not encrypt as storage.encryption asks (has it a key server?): %w", err), apperr.Unavailable, "error.unavailable")
		}
		return s.lacks("s3:PutObject", err)
	}
	body, err := s.Get(ctx, key, 0, -1)
	if err == nil {
		_, err = io.Copy(io.Discard, body)
		err = errors.Join(err, body.Close())
	}
	if err != nil {
		return s.lacks("s3:GetObject", err)
	}
	for _, err := range s.List(ctx, "probe/") {
		if err != nil {
			return s.lacks("s3:ListBucket", err)
		}
	}
	upload, err := s.BeginParts(ctx, key, "")
	if err == nil {
		err = s.DropParts(ctx, key, upload)
	}
	if err != nil {
		return s.lacks("s3:AbortMultipartUpload", err)
	}
	return s.lacks("s3:DeleteObject", s.Delete(ctx, key))
}

func (s *Store) keepVersions(ctx context.Context, kept *Kept) {
	say := func(format string, args ...any) { kept.Words = append(kept.Words, fmt.Sprintf(format, args...)) }
	if enabled, _, _, _, err := s.core.GetObjectLockConfig(ctx, s.config.Bucket); err == nil && enabled == "Enabled" {
		kept.Lock = s.config.Keeping.Lock
	} else if s.config.Keeping.Lock {
		say("object lock is not used: bucket %q was made without it", s.config.Bucket)
	}
	s.locks.Store(kept.Lock)
	if !s.config.Keeping.Versioning {
		return
	}
	now, err := s.core.GetBucketVersioning(ctx, s.config.Bucket)
	if err == nil && !now.Enabled() {
		err = s.core.EnableVersioning(ctx, s.config.Bucket)
	}
	if kept.Versioning = err == nil; err != nil {
		say("versioning is not used: %v", err)
	}
}

// keepRules sets our two rules of the bucket's lifecycle and leaves others as they are.
func (s *Store) keepRules(ctx context.Context, kept *Kept) {
	if !s.config.Keeping.Versioning {
		return
	}
	all, err := s.core.GetBucketLifecycle(ctx, s.config.Bucket)
	if err != nil || all == nil {
		if code := minio.ToErrorResponse(err).Code; err != nil && code != "NoSuchLifecycleConfiguration" {
			kept.Words = append(kept.Words, fmt.Sprintf("the lifecycle of bucket %q is not set: %v", s.config.Bucket, err))
			return
		}
		all = lifecycle.NewConfiguration()
	}
	others := slices.DeleteFunc(slices.Clone(all.Rules), func(r lifecycle.Rule) bool { return r.ID == ruleUnfinished || r.ID == ruleVersions })
	versions := lifecycle.Rule{ID: ruleVersions, Status: "Enabled", RuleFilter: lifecycle.Filter{Prefix: ""},
		NoncurrentVersionExpiration: lifecycle.NoncurrentVersionExpiration{NoncurrentDays: lifecycle.ExpirationDays(s.config.Keeping.Days)},
		Expiration:                  lifecycle.Expiration{DeleteMarker: true}}
	parts := lifecycle.Rule{ID: ruleUnfinished, Status: "Enabled", RuleFilter: lifecycle.Filter{Prefix: ""},
		AbortIncompleteMultipartUpload: lifecycle.AbortIncompleteMultipartUpload{DaysAfterInitiation: unfinishedDays}}
	set := func(rules ...lifecycle.Rule) error {
		return s.core.SetBucketLifecycle(ctx, s.config.Bucket, &lifecycle.Configuration{Rules: append(slices.Clone(others), rules...)})
	}
	if err = set(versions, parts); err != nil { // MinIO drops unfinished parts by a setting of its own and may know no such rule
		if err = set(versions); err == nil {
			kept.Words = append(kept.Words, "the server takes no rule for unfinished parts: it drops them by its own setting (MinIO: api stale_uploads_expiry, a day unless set)")
		}
	}
	if kept.Lifecycle = err == nil; err != nil {
		kept.Words = append(kept.Words, fmt.Sprintf("the lifecycle of bucket %q is not set: %v", s.config.Bucket, err))
	}
}

// Hold keeps an object from being deleted by anybody until it is let go, where the bucket has object lock; else it does
// nothing. Nothing there to let go is a success.
func (s *Store) Hold(ctx context.Context, key string, on bool) error {
	if !s.locks.Load() {
		return nil
	}
	status := minio.LegalHoldDisabled
	if on {
		status = minio.LegalHoldEnabled
	}
	err := failure("hold "+key, s.core.PutObjectLegalHold(ctx, s.config.Bucket, key, minio.PutObjectLegalHoldOptions{Status: &status}))
	if apperr.Is(err, apperr.NotFound) && !on {
		return nil
	}
	return err
}

// Held tells whether an object is held.
func (s *Store) Held(ctx context.Context, key string) (bool, error) {
	if !s.locks.Load() {
		return false, nil
	}
	status, err := s.core.GetObjectLegalHold(ctx, s.config.Bucket, key, minio.GetObjectLegalHoldOptions{})
	if code := minio.ToErrorResponse(err).Code; code == "NoSuchObjectLockConfiguration" {
		return false, nil
	}
	return err == nil && status != nil && *status == minio.LegalHoldEnabled, failure("look whether "+key+" is held", err)
}

// Recall brings back an older version of an object whose content right accepts, the newest first, where the bucket keeps
// versions. false where there is none.
func (s *Store) Recall(ctx context.Context, key string, right func(io.Reader) bool) (bool, error) {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	for o := range s.core.ListObjectsIter(ctx, s.config.Bucket, minio.ListObjectsOptions{Prefix: key, WithVersions: true, Recursive: true}) {
		if o.Err != nil {
			if minio.ToErrorResponse(o.Err).StatusCode == http.StatusNotImplemented {
				return false, nil // keeps none
			}
			return false, failure("list versions of "+key, o.Err)
		}
		if o.Key != key || o.IsDeleteMarker || o.VersionID == "" || o.VersionID == "null" {
			continue
		}
		body, _, _, err := s.core.GetObject(ctx, s.config.Bucket, key, minio.GetObjectOptions{VersionID: o.VersionID})
		if err != nil {
			continue
		}
		ok := right(body)
		_ = body.Close()
		if !ok {
			continue
		}
		if body, _, _, err = s.core.GetObject(ctx, s.config.Bucket, key, minio.GetObjectOptions{VersionID: o.VersionID}); err != nil {
			return false, failure("read a version of "+key, err)
		}
		_, err = s.Put(ctx, key, body, PutOptions{Size: o.Size, ContentType: o.ContentType, SHA256: o.UserMetadata[shaHeader]})
		return err == nil, errors.Join(err, body.Close())
	}
	return false, nil
}
