package blob_test

import (
	"bytes"
	"context"
	"crypto/rand"
	"io"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/minio/minio-go/v7"
	"github.com/minio/minio-go/v7/pkg/credentials"

	"gotong/modules/kit/apperr"
	"gotong/modules/kit/blob"
)

// real gives the configuration of a bucket of its own on the server that GOTONG_TEST_S3_ENDPOINT names; it goes at the end.
func real(t *testing.T) (blob.Config, *minio.Client) {
	t.Helper()
	endpoint := os.Getenv("GOTONG_TEST_S3_ENDPOINT")
	if endpoint == "" {
		t.Skip("GOTONG_TEST_S3_ENDPOINT names no server: .ci/minio does")
	}
	config := blob.Config{Endpoint: endpoint, Bucket: "gotong-" + strings.ToLower(rand.Text()[:12]),
		AccessKey: os.Getenv("GOTONG_TEST_S3_ACCESS_KEY"), SecretKey: os.Getenv("GOTONG_TEST_S3_SECRET_KEY")}
	client, err := minio.New(endpoint, &minio.Options{Creds: credentials.NewStaticV4(config.AccessKey, config.SecretKey, "")})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		ctx, cancel := context.WithTimeout(context.Background(), 20*time.Second)
		defer cancel()
		for o := range client.ListObjects(ctx, config.Bucket, minio.ListObjectsOptions{Recursive: true, WithVersions: true}) {
			off := minio.LegalHoldDisabled
			_ = client.PutObjectLegalHold(ctx, config.Bucket, o.Key, minio.PutObjectLegalHoldOptions{VersionID: o.VersionID, Status: &off})
			_ = client.RemoveObject(ctx, config.Bucket, o.Key, minio.RemoveObjectOptions{VersionID: o.VersionID})
		}
		_ = client.RemoveBucket(ctx, config.Bucket)
	})
	return config, client
}

func opened(t *testing.T, config blob.Config) *blob.Store {
	t.Helper()
	s, err := blob.Open(config)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(s.Close)
	return s
}

func put(t *testing.T, s *blob.Store, key, content string) {
	t.Helper()
	if _, err := s.Put(t.Context(), key, strings.NewReader(content), blob.PutOptions{Size: int64(len(content))}); err != nil {
		t.Fatal(err)
	}
}

// The server's own means are used where it has them: what was deleted comes back, what is held cannot be deleted for good.
func TestKeepingOnARealServer(t *testing.T) {
	config, client := real(t)
	config.Keeping = blob.Keeping{Versioning: true, Lock: true, Days: 30}
	s := opened(t, config)
	for range 2 { // the second start finds all as it should be
		kept, err := s.Prepare(t.Context())
		if err != nil || !kept.Versioning || !kept.Lock || !kept.Lifecycle {
			t.Fatalf("%+v %v", kept, err)
		}
		t.Log(kept.Words)
	}
	rules, err := client.GetBucketLifecycle(t.Context(), config.Bucket)
	if err != nil || len(rules.Rules) == 0 || len(rules.Rules) > 2 {
		t.Fatalf("%+v %v", rules, err)
	}
	put(t, s, "a", "satu")
	put(t, s, "a", "dua")
	if err := s.Hold(t.Context(), "a", true); err != nil {
		t.Fatal(err)
	}
	if held, err := s.Held(t.Context(), "a"); err != nil || !held {
		t.Error(held, err)
	}
	o, err := client.StatObject(t.Context(), config.Bucket, "a", minio.StatObjectOptions{})
	if err != nil {
		t.Fatal(err)
	}
	if err := client.RemoveObject(t.Context(), config.Bucket, "a", minio.RemoveObjectOptions{VersionID: o.VersionID}); err == nil {
		t.Error("what is held was deleted for good")
	}
	if err := s.Delete(t.Context(), "a"); err != nil {
		t.Fatal(err)
	}
	if _, err := s.Stat(t.Context(), "a"); !apperr.Is(err, apperr.NotFound) {
		t.Error(err)
	}
	for _, want := range []string{"satu", "dua"} {
		back, err := s.Recall(t.Context(), "a", func(r io.Reader) bool {
			got, _ := io.ReadAll(r)
			return string(got) == want
		})
		if err != nil || !back {
			t.Fatal(back, err)
		}
		body, err := s.Get(t.Context(), "a", 0, -1)
		if err != nil {
			t.Fatal(err)
		}
		got, _ := io.ReadAll(body)
		if _ = body.Close(); string(got) != want {
			t.Errorf("%q came back, want %q", got, want)
		}
	}
	if back, err := s.Recall(t.Context(), "a", func(io.Reader) bool { return false }); err != nil || back {
		t.Error("no version is right:", back, err)
	}
	if err := s.Hold(t.Context(), "a", false); err != nil {
		t.Fatal(err)
	}
	if held, err := s.Held(t.Context(), "a"); err != nil || held {
		t.Error("let go:", held, err)
	}
}

// A bucket that was made without object lock is used as it is, and the operator is told.
func TestOlderBucketIsUsedAsItIs(t *testing.T) {
	config, client := real(t)
	if err := client.MakeBucket(t.Context(), config.Bucket, minio.MakeBucketOptions{}); err != nil {
		t.Fatal(err)
	}
	config.Keeping = blob.Keeping{Versioning: true, Lock: true, Days: 7}
	s := opened(t, config)
	kept, err := s.Prepare(t.Context())
	if err != nil || kept.Lock || !kept.Versioning || !strings.Contains(strings.Join(kept.Words, "\n"), "object lock is not used") {
		t.Errorf("%+v %v", kept, err)
	}
	put(t, s, "a", "x")
	if err := s.Hold(t.Context(), "a", true); err != nil {
		t.Error(err)
	}
}

// Encryption is asked for with each object; a server without a key says so at the start.
func TestEncryptionOnARealServer(t *testing.T) {
	config, client := real(t)
	config.Keeping = blob.Keeping{Encryption: "sse-s3"}
	s := opened(t, config)
	_, err := s.Prepare(t.Context())
	if os.Getenv("GOTONG_TEST_S3_KMS") == "" {
		if err == nil || !strings.Contains(err.Error(), "does not encrypt") {
			t.Errorf("a server without keys: %v", err)
		}
		return
	}
	if err != nil {
		t.Fatal(err)
	}
	put(t, s, "a", "rahasia")
	upload, err := s.BeginParts(t.Context(), "b", "")
	if err != nil {
		t.Fatal(err)
	}
	part, err := s.PutPart(t.Context(), "b", upload, 1, bytes.NewReader(make([]byte, 1000)), 1000)
	if err == nil {
		err = s.FinishParts(t.Context(), "b", upload, []blob.Part{part})
	}
	if err != nil {
		t.Fatal(err)
	}
	for _, key := range []string{"a", "b"} {
		o, err := client.StatObject(t.Context(), config.Bucket, key, minio.StatObjectOptions{})
		if err != nil || o.Metadata.Get("X-Amz-Server-Side-Encryption") != "AES256" {
			t.Errorf("%s: %v %v", key, o.Metadata, err)
		}
	}
	if _, err := blob.Open(blob.Config{Endpoint: "x:1", Bucket: "b", Keeping: blob.Keeping{Encryption: "rot13"}}); err == nil {
		t.Error("any encryption is taken")
	}
}

// A right that is missing is named at the start, before anybody's upload fails.
func TestMissingRightIsNamed(t *testing.T) {
	config, _ := real(t)
	if err := opened(t, config).Ensure(t.Context()); err != nil {
		t.Fatal(err)
	}
	for right, actions := range map[string]string{
		"s3:PutObject":            `"s3:ListBucket","s3:GetBucketLocation","s3:GetObject","s3:DeleteObject","s3:AbortMultipartUpload"`,
		"s3:GetObject":            `"s3:ListBucket","s3:GetBucketLocation","s3:PutObject","s3:DeleteObject","s3:AbortMultipartUpload"`,
		"s3:DeleteObject":         `"s3:ListBucket","s3:GetBucketLocation","s3:PutObject","s3:GetObject","s3:AbortMultipartUpload"`,
		"s3:AbortMultipartUpload": `"s3:ListBucket","s3:GetBucketLocation","s3:PutObject","s3:GetObject","s3:DeleteObject"`,
		"s3:ListBucket":           `"s3:PutObject","s3:GetObject","s3:DeleteObject","s3:AbortMultipartUpload"`,
	} {
		lent, err := credentials.NewSTSAssumeRole("http://"+config.Endpoint, credentials.STSAssumeRoleOptions{
			AccessKey: config.AccessKey, SecretKey: config.SecretKey, DurationSeconds: 900,
			Policy: `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":[` + actions + `],"Resource":["arn:aws:s3:::*"]}]}`,
		})
		if err != nil {
			t.Fatal(err)
		}
		keys, err := lent.GetWithContext(nil)
		if err != nil {
			t.Fatal(err)
		}
		narrow := config
		narrow.AccessKey, narrow.SecretKey, narrow.Session = keys.AccessKeyID, keys.SecretAccessKey, keys.SessionToken
		_, err = opened(t, narrow).Prepare(t.Context())
		if !blob.Denied(err) || !apperr.Is(err, apperr.Unavailable) || !strings.Contains(err.Error(), right+" ") || strings.Contains(err.Error(), config.SecretKey) {
			t.Errorf("without %s: %v", right, err)
		}
	}
	wrong := config
	wrong.SecretKey = "not the secret"
	if _, err := opened(t, wrong).Prepare(t.Context()); !blob.Denied(err) {
		t.Errorf("a wrong secret: %v", err)
	}
}
