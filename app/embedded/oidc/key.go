package oidc

import (
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/x509"
	"encoding/hex"
	"encoding/pem"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	jose "github.com/go-jose/go-jose/v4"
)

// signingKey is the provider's RS256 key, named by the hash of its public half.
type signingKey struct {
	id      string
	private *rsa.PrivateKey
}

func (k *signingKey) SignatureAlgorithm() jose.SignatureAlgorithm { return jose.RS256 }
func (k *signingKey) Key() any                                    { return k.private }
func (k *signingKey) ID() string                                  { return k.id }

type publicKey struct{ *signingKey }

func (k publicKey) Algorithm() jose.SignatureAlgorithm { return jose.RS256 }
func (k publicKey) Use() string                        { return "sig" }
func (k publicKey) Key() any                           { return &k.private.PublicKey }

// loadKey reads the key of an earlier start, so that a restart does not turn away people in the middle of signing
// in, or makes one. Without a folder the key lives as long as the process.
func loadKey(dir string) (*signingKey, error) {
	if dir == "" {
		return newKey()
	}
	path := filepath.Join(dir, "oidc-key.pem")
	raw, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		return writeKey(dir, path)
	}
	if err != nil {
		return nil, fmt.Errorf("demo provider's key: %w", err)
	}
	block, _ := pem.Decode(raw)
	if block == nil {
		return nil, fmt.Errorf("demo provider's key %s is damaged: delete it to get a new one", path)
	}
	key, err := x509.ParsePKCS8PrivateKey(block.Bytes)
	private, ok := key.(*rsa.PrivateKey)
	if err != nil || !ok {
		return nil, fmt.Errorf("demo provider's key %s is damaged: delete it to get a new one", path)
	}
	return named(private), nil
}

// writeKey puts a new key at path in one step: a crash leaves no half file, and of two processes the second takes
// the first one's key.
func writeKey(dir, path string) (*signingKey, error) {
	key, err := newKey()
	if err != nil {
		return nil, err
	}
	raw, err := x509.MarshalPKCS8PrivateKey(key.private)
	if err != nil {
		return nil, err
	}
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, fmt.Errorf("demo provider's key: %w", err)
	}
	temp, err := os.CreateTemp(dir, ".oidc-key-*") // mode 0600
	if err != nil {
		return nil, fmt.Errorf("demo provider's key: %w", err)
	}
	defer func() { _ = os.Remove(temp.Name()) }()
	_, err = temp.Write(pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: raw}))
	if err = errors.Join(err, temp.Sync(), temp.Close()); err != nil {
		return nil, fmt.Errorf("demo provider's key: %w", err)
	}
	switch err := os.Link(temp.Name(), path); {
	case errors.Is(err, fs.ErrExist):
		return loadKey(dir)
	case err != nil: // a file system without hard links
		if err := os.Rename(temp.Name(), path); err != nil {
			return nil, fmt.Errorf("demo provider's key: %w", err)
		}
	}
	return key, nil
}

func newKey() (*signingKey, error) {
	private, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		return nil, fmt.Errorf("demo provider's key: %w", err)
	}
	return named(private), nil
}

func named(private *rsa.PrivateKey) *signingKey {
	sum := sha256.Sum256(x509.MarshalPKCS1PublicKey(&private.PublicKey))
	return &signingKey{id: hex.EncodeToString(sum[:8]), private: private}
}
