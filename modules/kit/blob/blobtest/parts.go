package blobtest

import (
	"bytes"
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"io"
	"iter"

	"gotong/modules/kit/apperr"
	"gotong/modules/kit/blob"
)

type unfinished struct {
	key, contentType string
	parts            map[int][]byte
}

func etag(b []byte) string {
	sum := sha256.Sum256(b)
	return hex.EncodeToString(sum[:])
}

// BeginParts is blob.Store.BeginParts.
func (m *Memory) BeginParts(_ context.Context, key, contentType string) (string, error) {
	if err := m.at("begin parts before"); err != nil {
		return "", err
	}
	upload := rand.Text()
	m.mu.Lock()
	m.begun[upload] = unfinished{key: key, contentType: contentType, parts: map[int][]byte{}}
	m.mu.Unlock()
	return upload, m.at("begin parts after")
}

// PutPart is blob.Store.PutPart.
func (m *Memory) PutPart(_ context.Context, key, upload string, number int, r io.Reader, size int64) (blob.Part, error) {
	if err := m.at("put part before"); err != nil {
		return blob.Part{}, err
	}
	content, err := io.ReadAll(r)
	if err != nil || int64(len(content)) != size {
		return blob.Part{}, apperr.Wrap(errors.Join(err, errors.New("not the size that was said")), apperr.Unavailable, "error.unavailable")
	}
	m.mu.Lock()
	u, ok := m.begun[upload]
	if ok && u.key == key {
		u.parts[number] = content
	}
	m.mu.Unlock()
	if !ok || u.key != key {
		return blob.Part{}, apperr.New(apperr.NotFound, "error.not_found")
	}
	return blob.Part{Number: number, ETag: etag(content)}, m.at("put part after")
}

// FinishParts is blob.Store.FinishParts; it refuses small parts and wrong tags as S3 does.
func (m *Memory) FinishParts(_ context.Context, key, upload string, parts []blob.Part) error {
	if err := m.at("finish parts before"); err != nil {
		return err
	}
	if err := m.finish(key, upload, parts); err != nil {
		return err
	}
	return m.at("finish parts after")
}

func (m *Memory) finish(key, upload string, parts []blob.Part) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	u, ok := m.begun[upload]
	if !ok || u.key != key {
		return apperr.New(apperr.NotFound, "error.not_found")
	}
	var content []byte
	for i, p := range parts {
		part := u.parts[p.Number]
		if etag(part) != p.ETag || i < len(parts)-1 && len(part) < blob.PartMin || i > 0 && p.Number <= parts[i-1].Number {
			return apperr.Wrap(errors.New("a part is another, too small or out of order"), apperr.Unavailable, "error.unavailable")
		}
		content = append(content, part...)
	}
	delete(m.begun, upload)
	m.objects[key] = object{blob.Info{Key: key, Size: int64(len(content)), ContentType: u.contentType, Modified: m.clock.Now()}, bytes.Clone(content)}
	return nil
}

// DropParts is blob.Store.DropParts.
func (m *Memory) DropParts(_ context.Context, _, upload string) error {
	if err := m.at("drop parts before"); err != nil {
		return err
	}
	m.mu.Lock()
	delete(m.begun, upload)
	m.mu.Unlock()
	return nil
}

// Unfinished is blob.Store.Unfinished.
func (m *Memory) Unfinished(_ context.Context, key string) iter.Seq2[string, error] {
	return func(yield func(string, error) bool) {
		m.mu.Lock()
		var uploads []string
		for upload, u := range m.begun {
			if u.key == key {
				uploads = append(uploads, upload)
			}
		}
		m.mu.Unlock()
		for _, upload := range uploads {
			if !yield(upload, nil) {
				return
			}
		}
		if err := m.at("unfinished after"); err != nil {
			yield("", err)
		}
	}
}
