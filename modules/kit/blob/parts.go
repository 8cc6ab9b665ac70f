package blob

import (
	"context"
	"io"
	"iter"

	"github.com/minio/minio-go/v7"

	"gotong/modules/kit/apperr"
)

// PartMin is the least that a part may hold in bytes, the last one of an object apart: S3's own rule.
const PartMin = 5 << 20

// Part is one stored part of an object that is put in parts, Number from 1.
type Part struct {
	Number int    `json:"n"`
	ETag   string `json:"e"`
}

// BeginParts starts an object that comes in parts and gives the name under which they are put. Nothing stands under the
// key until FinishParts.
func (s *Store) BeginParts(ctx context.Context, key, contentType string) (upload string, err error) {
	upload, err = s.core.NewMultipartUpload(ctx, s.config.Bucket, key, minio.PutObjectOptions{ContentType: contentType, ServerSideEncryption: s.sse})
	return upload, failure("begin parts of "+key, err)
}

// PutPart stores one part of exactly size bytes; the same number again replaces it. A reader that can seek lets a broken
// connection be tried again. Its bytes are not signed one by one, which would take as long as summing them twice more: who
// puts an object together compares its sum at the end. NotFound where the upload is finished or dropped.
func (s *Store) PutPart(ctx context.Context, key, upload string, number int, r io.Reader, size int64) (Part, error) {
	part, err := s.core.PutObjectPart(ctx, s.config.Bucket, key, upload, number, r, size, minio.PutObjectPartOptions{DisableContentSha256: true})
	if err != nil {
		return Part{}, failure("put part of "+key, err)
	}
	return Part{Number: number, ETag: part.ETag}, nil
}

// FinishParts makes the object of its parts, in the order of their numbers. NotFound where the upload is finished
// already or was dropped: Stat tells which.
func (s *Store) FinishParts(ctx context.Context, key, upload string, parts []Part) error {
	complete := make([]minio.CompletePart, len(parts))
	for i, p := range parts {
		complete[i] = minio.CompletePart{PartNumber: p.Number, ETag: p.ETag}
	}
	_, err := s.core.CompleteMultipartUpload(ctx, s.config.Bucket, key, upload, complete, minio.PutObjectOptions{})
	if err != nil {
		return failure("finish parts of "+key, err)
	}
	if s.config.AfterPut != nil {
		return failure("after put "+key, s.config.AfterPut(ctx, key))
	}
	return nil
}

// DropParts forgets an unfinished object and its parts; none there is a success.
func (s *Store) DropParts(ctx context.Context, key, upload string) error {
	err := failure("drop parts of "+key, s.core.AbortMultipartUpload(ctx, s.config.Bucket, key, upload))
	if apperr.Is(err, apperr.NotFound) {
		return nil
	}
	return err
}

// Unfinished streams the names under which the object of this key was begun in parts and neither finished nor dropped.
// It asks for one key, since MinIO lists unfinished uploads by nothing less. A listing that breaks off ends with its error.
func (s *Store) Unfinished(ctx context.Context, key string) iter.Seq2[string, error] {
	return func(yield func(string, error) bool) {
		ctx, cancel := context.WithCancel(ctx)
		defer cancel()
		for u := range s.core.ListIncompleteUploads(ctx, s.config.Bucket, key, true) {
			if u.Err != nil {
				yield("", failure("list unfinished "+key, u.Err))
				return
			}
			if u.Key == key && !yield(u.UploadID, nil) {
				return
			}
		}
		if err := ctx.Err(); err != nil {
			yield("", failure("list unfinished "+key, err))
		}
	}
}
