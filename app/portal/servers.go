package portal

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"

	"gotong/app/config"
	"gotong/app/embedded/s3"
	"gotong/modules/kit/blob"
	"gotong/modules/kit/store"
	"gotong/modules/kit/store/mongo"
	"gotong/modules/kit/store/sqlite"
)

// servers are the document database and the object store, real or embedded.
type servers struct {
	db    *store.DB
	blobs *blob.Store
	close []func() error // in the order of opening
}

// openStore opens only the object store that the configuration names.
func openStore(ctx context.Context, cfg config.Config, log *slog.Logger) (*servers, error) {
	s := &servers{}
	if err := s.openBlobs(ctx, cfg, log); err != nil {
		return nil, errors.Join(err, s.Close())
	}
	return s, nil
}

// openServers opens what the configuration names. Nothing is started that needs the network except a named server.
func openServers(ctx context.Context, cfg config.Config, options Options) (*servers, error) {
	s := &servers{}
	if err := os.MkdirAll(cfg.Data, 0o700); err != nil {
		return nil, fmt.Errorf("data: %w", err)
	}
	engine, err := openEngine(ctx, cfg, options)
	if err != nil {
		return nil, err
	}
	s.db = store.Open(engine, store.Options{Clock: options.Clock, Logger: options.Log, Fail: options.Fail})
	s.close = append(s.close, s.db.Close)
	if err := s.openBlobs(ctx, cfg, options.Log); err != nil {
		return nil, errors.Join(err, s.Close())
	}
	return s, nil
}

func openEngine(ctx context.Context, cfg config.Config, options Options) (store.Engine, error) {
	if cfg.Database.Engine == "mongodb" {
		engine, err := mongo.Open(ctx, cfg.Database.URI.Reveal(), cfg.Database.Name)
		if err != nil {
			return nil, fmt.Errorf("database.uri: %w", err)
		}
		return engine, nil
	}
	return sqlite.Open(filepath.Join(cfg.Data, "gotong.db"), sqlite.Options{DocumentAtomic: options.DocumentAtomic})
}

func (s *servers) openBlobs(ctx context.Context, cfg config.Config, log *slog.Logger) error {
	where := blob.Config{
		Endpoint: cfg.Storage.Endpoint, Bucket: cfg.Storage.Bucket, Region: cfg.Storage.Region, TLS: cfg.Storage.TLS,
		AccessKey: cfg.Storage.AccessKey.Reveal(), SecretKey: cfg.Storage.SecretKey.Reveal(),
		Keeping: blob.Keeping{Versioning: cfg.Storage.Versioning, Lock: cfg.Storage.ObjectLock, Encryption: cfg.Storage.Encryption, Days: cfg.Storage.OlderVersionsDays},
	}
	if cfg.Storage.Engine == "embedded" {
		server, err := s3.Start(context.WithoutCancel(ctx), s3.Config{Folder: filepath.Join(cfg.Data, "objects")})
		if err != nil {
			return err
		}
		s.close = append(s.close, server.Close)
		where = server.Blob(cfg.Storage.Bucket)
	}
	blobs, err := blob.Open(where)
	if err != nil {
		return fmt.Errorf("storage: %w", err)
	}
	s.blobs = blobs
	s.close = append(s.close, func() error { blobs.Close(); return nil })
	if cfg.Storage.Engine == "embedded" {
		if err := blobs.Ensure(ctx); err != nil {
			return fmt.Errorf("storage: %w", err)
		}
		return nil
	}
	kept, err := blobs.Prepare(ctx)
	switch {
	case blob.Denied(err):
		return fmt.Errorf("storage: %w", err) // no time will mend it
	case err != nil:
		// A named server may come back: browsing goes on, uploads answer 503 until then.
		log.Warn("the object store does not answer", "endpoint", cfg.Storage.Endpoint, "error", err)
		return nil
	}
	log.Info("object store", "endpoint", cfg.Storage.Endpoint, "bucket", cfg.Storage.Bucket, "versioning", kept.Versioning, "object_lock", kept.Lock, "lifecycle", kept.Lifecycle, "encryption", cfg.Storage.Encryption)
	for _, words := range kept.Words {
		log.Warn("object store: " + words)
	}
	return nil
}

// Close closes everything, the last opened first.
func (s *servers) Close() error {
	var err error
	for i := len(s.close) - 1; i >= 0; i-- {
		err = errors.Join(err, s.close[i]())
	}
	s.close = nil
	return err
}
