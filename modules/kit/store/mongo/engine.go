// Package mongo is the store's engine on MongoDB. It needs no multi-document transaction: a change is one update of
// one document, and the entry waits in it until the store relays it. Writes are acknowledged by a majority, reads are
// the primary's with majority read concern, and every command has a time limit.
package mongo

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"
	"go.mongodb.org/mongo-driver/v2/mongo"
	"go.mongodb.org/mongo-driver/v2/mongo/options"
	"go.mongodb.org/mongo-driver/v2/mongo/readconcern"
	"go.mongodb.org/mongo-driver/v2/mongo/readpref"
	"go.mongodb.org/mongo-driver/v2/mongo/writeconcern"

	"gotong/modules/kit/store"
)

// Engine is a MongoDB database behind the store's port.
type Engine struct {
	client *mongo.Client
	db     *mongo.Database

	mu    sync.Mutex
	ready map[string]bool // collections whose indexes are made
}

const (
	commandTimeout = 2500 * time.Millisecond
	selectTimeout  = 2 * time.Second
	bulkTimeout    = time.Minute
	indexTimeout   = 10 * time.Minute

	feedName    = "_feed"
	sidesName   = "_sides"
	stateName   = "_state"
	counterName = "_counters"
)

// Open connects, makes the store's own indexes and answers once the server does.
func Open(ctx context.Context, uri, database string) (*Engine, error) {
	// The URI comes after our timeout, so that its timeoutMS counts, and before what correctness needs.
	client, err := mongo.Connect(options.Client().SetTimeout(commandTimeout).ApplyURI(uri).
		SetAppName("gotong").SetServerSelectionTimeout(selectTimeout).
		SetWriteConcern(writeconcern.Majority()).SetReadConcern(readconcern.Majority()).SetReadPreference(readpref.Primary()))
	if err != nil {
		return nil, fmt.Errorf("mongodb: %w", err)
	}
	e := &Engine{client: client, db: client.Database(database), ready: map[string]bool{}}
	if err := e.prepare(ctx); err != nil {
		return nil, errors.Join(fmt.Errorf("mongodb: %w", err), e.Close())
	}
	return e, nil
}

func (e *Engine) prepare(ctx context.Context) error {
	if err := e.Ping(ctx); err != nil {
		return err
	}
	return errors.Join(
		e.index(ctx, feedName, true, "c", "id", "v"),
		e.index(ctx, feedName, false, "k", "_id"),
		e.index(ctx, stateName, false, "e"),
		e.index(ctx, counterName, false, "e"),
	)
}

// index makes an ascending index; one that is there is left as it is.
func (e *Engine) index(ctx context.Context, collection string, unique bool, fields ...string) error {
	ctx, cancel := context.WithTimeout(ctx, indexTimeout)
	defer cancel()
	keys := bson.D{}
	for _, f := range fields {
		keys = append(keys, bson.E{Key: f, Value: 1})
	}
	name := strings.Join(fields, "_")
	model := mongo.IndexModel{Keys: keys, Options: options.Index().SetName(name)}
	if unique {
		model.Options.SetUnique(true)
	}
	if _, err := e.db.Collection(collection).Indexes().CreateOne(ctx, model); err != nil {
		return fmt.Errorf("index %s of %s: %w", name, collection, err)
	}
	return nil
}

// Ensure makes the indexes of a collection: one for each list, one for waiting entries, one for tombstones.
func (e *Engine) Ensure(ctx context.Context, c store.Collection) error {
	e.mu.Lock()
	defer e.mu.Unlock()
	for _, l := range c.Lists {
		if key := c.Name + "/" + l; !e.ready[key] {
			if err := e.index(ctx, c.Name, false, place(l, "k"), place(l, "s"), "_id"); err != nil {
				return err
			}
			e.ready[key] = true
		}
	}
	if e.ready[c.Name] {
		return nil
	}
	if err := errors.Join(e.index(ctx, c.Name, false, "out.v"), e.index(ctx, c.Name, false, "gone", "changed")); err != nil {
		return err
	}
	e.ready[c.Name] = true
	return nil
}

// place is the path of a list's keys (k) or sort value (s) in a document.
func place(list, part string) string { return "k." + escapeKey(list) + "." + part }

// Documents gives the storage of documents.
func (e *Engine) Documents() store.Documents { return documents{e} }

// Outbox gives the entries that wait in documents.
func (e *Engine) Outbox() store.Outbox { return documents{e} }

// Log gives the feed's storage.
func (e *Engine) Log() store.Log { return log{e.db.Collection(feedName)} }

// Sides gives the storage of personal values.
func (e *Engine) Sides() store.Sides { return sides{e.db.Collection(sidesName)} }

// Values gives the storage of state.
func (e *Engine) Values() store.Values {
	return values{e.db.Collection(stateName), e.db.Collection(counterName)}
}

// Ping asks the primary.
func (e *Engine) Ping(ctx context.Context) error { return e.client.Ping(ctx, readpref.Primary()) }

// Close ends all connections.
func (e *Engine) Close() error {
	ctx, cancel := context.WithTimeout(context.Background(), commandTimeout)
	defer cancel()
	err := e.client.Disconnect(ctx)
	if errors.Is(err, mongo.ErrClientDisconnected) {
		return nil
	}
	return err
}

// Drop removes the whole database, for tests.
func (e *Engine) Drop(ctx context.Context) error { return e.db.Drop(ctx) }

var _ store.Engine = (*Engine)(nil)
