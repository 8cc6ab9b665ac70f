package mongo

import (
	"context"
	"errors"
	"slices"
	"strconv"
	"strings"

	"go.mongodb.org/mongo-driver/v2/bson"
	"go.mongodb.org/mongo-driver/v2/mongo"
	"go.mongodb.org/mongo-driver/v2/mongo/options"

	"gotong/modules/kit/store"
)

// document is an envelope as stored.
type document struct {
	ID      string            `bson:"_id"`
	V       int64             `bson:"v"`
	Schema  int64             `bson:"schema"`
	Op      operation         `bson:"op"`
	K       map[string]places `bson:"k"` // by list
	Created int64             `bson:"created"`
	Changed int64             `bson:"changed"`
	Gone    bool              `bson:"gone"`
	D       bson.Raw          `bson:"d,omitempty"`
	Out     []outgoing        `bson:"out,omitempty"`
}

type operation struct {
	ID     string `bson:"id"`
	Digest string `bson:"digest"`
}

type places struct {
	Keys []string `bson:"k,omitempty"`
	Sort string   `bson:"s"`
}

// outgoing is a waiting entry; its content is text, since the chain hashes it letter by letter.
type outgoing struct {
	V        int64  `bson:"v"`
	Content  string `bson:"e"`
	Personal string `bson:"p"`
}

// namesPlace holds no place but the names of the lists. FerretDB takes two documents for equal that differ in the names of
// their fields alone and then changes nothing; with this a value differs too.
const namesPlace = "_"

func placesOf(keys []store.ListKeys) map[string]places {
	m := make(map[string]places, len(keys)+1)
	names := make([]string, len(keys))
	for i, k := range keys {
		m[escapeKey(k.List)] = places{Keys: k.Keys, Sort: k.Sort}
		names[i] = k.List
	}
	if len(keys) > 0 {
		m[namesPlace] = places{Sort: strings.Join(names, " ")}
	}
	return m
}

func outgoingOf(o *store.Outgoing) outgoing {
	return outgoing{V: o.Version, Content: string(o.Content), Personal: string(o.Personal)}
}

func documentOf(w *store.Write) (document, error) {
	d := document{ID: w.ID, V: w.Version, Schema: int64(w.Schema), Op: operation{w.Operation.ID, w.Operation.Digest},
		K: placesOf(w.Keys), Created: w.Created, Changed: w.Changed, Gone: w.Gone}
	if w.Entry != nil {
		d.Out = []outgoing{outgoingOf(w.Entry)}
	}
	if len(w.Body) > 0 {
		var err error
		if d.D, err = toBSON(w.Body); err != nil {
			return d, err
		}
	}
	return d, nil
}

func (d *document) envelope() (store.Envelope, error) {
	env := store.Envelope{ID: d.ID, Version: d.V, Schema: int(d.Schema), Operation: store.Operation{ID: d.Op.ID, Digest: d.Op.Digest},
		Created: d.Created, Changed: d.Changed, Gone: d.Gone}
	for list, p := range d.K {
		if list == namesPlace {
			continue
		}
		env.Keys = append(env.Keys, store.ListKeys{List: unescapeKey(list), Sort: p.Sort, Keys: p.Keys})
	}
	slices.SortFunc(env.Keys, func(a, b store.ListKeys) int { return strings.Compare(a.List, b.List) })
	for _, o := range d.Out {
		env.Out = append(env.Out, store.Outgoing{Version: o.V, Content: []byte(o.Content), Personal: []byte(o.Personal)})
	}
	if len(d.D) > 0 {
		var err error
		if env.Body, err = toJSON(d.D); err != nil {
			return env, err
		}
	}
	return env, nil
}

type documents struct{ *Engine }

func (e documents) find(ctx context.Context, collection string, filter bson.D, sort bson.D, limit int) ([]store.Envelope, error) {
	opts := options.Find().SetLimit(int64(limit))
	if sort != nil {
		opts.SetSort(sort)
	}
	cur, err := e.db.Collection(collection).Find(ctx, filter, opts)
	if err != nil {
		return nil, err
	}
	var found []document
	if err := cur.All(ctx, &found); err != nil {
		return nil, err
	}
	envs := make([]store.Envelope, len(found))
	for i := range found {
		if envs[i], err = found[i].envelope(); err != nil {
			return nil, err
		}
	}
	return envs, nil
}

func (e documents) Read(ctx context.Context, collection string, ids []string) ([]store.Envelope, error) {
	filter := bson.D{{Key: "_id", Value: bson.D{{Key: "$in", Value: ids}}}}
	if len(ids) == 1 {
		filter = bson.D{{Key: "_id", Value: ids[0]}}
	}
	return e.find(ctx, collection, filter, nil, len(ids))
}

func (e documents) Page(ctx context.Context, collection string, q store.PageQuery) ([]store.Envelope, error) {
	keys, sort, dir, beyond, from := place(q.List, "k"), place(q.List, "s"), 1, "$gt", "$gte"
	if q.Descending {
		dir, beyond, from = -1, "$lt", "$lte"
	}
	filter := bson.D{{Key: keys, Value: q.Key}}
	if q.Started { // the first condition bounds the index, the second drops what was seen
		filter = append(filter,
			bson.E{Key: sort, Value: bson.D{{Key: from, Value: q.Sort}}},
			bson.E{Key: "$or", Value: bson.A{
				bson.D{{Key: sort, Value: bson.D{{Key: beyond, Value: q.Sort}}}},
				bson.D{{Key: "_id", Value: bson.D{{Key: beyond, Value: q.ID}}}},
			}})
	}
	return e.find(ctx, collection, filter, bson.D{{Key: sort, Value: dir}, {Key: "_id", Value: dir}}, q.Limit)
}

// Count uses the count command, which MongoDB answers from the index alone.
func (e documents) Count(ctx context.Context, collection, list, key string) (int64, error) {
	var answer struct {
		N int64 `bson:"n"`
	}
	err := e.db.RunCommand(ctx, bson.D{{Key: "count", Value: collection},
		{Key: "query", Value: bson.D{{Key: place(list, "k"), Value: key}}}}).Decode(&answer)
	return answer.N, err
}

func (e documents) Scan(ctx context.Context, collection, after string, limit int) ([]store.Envelope, error) {
	return e.find(ctx, collection, bson.D{{Key: "_id", Value: bson.D{{Key: "$gt", Value: after}}}, {Key: "gone", Value: false}},
		bson.D{{Key: "_id", Value: 1}}, limit)
}

func (e documents) Insert(ctx context.Context, collection string, writes []store.Write) ([]bool, error) {
	flags := make([]bool, len(writes))
	docs := make([]any, len(writes))
	for i := range writes {
		d, err := documentOf(&writes[i])
		if err != nil {
			return nil, err
		}
		docs[i], flags[i] = d, true
	}
	if len(writes) > 1 {
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeout(ctx, bulkTimeout)
		defer cancel()
	}
	_, err := e.db.Collection(collection).InsertMany(ctx, docs, options.InsertMany().SetOrdered(false))
	var bulk mongo.BulkWriteException
	if errors.As(err, &bulk) && bulk.WriteConcernError == nil && len(bulk.WriteErrors) > 0 {
		for _, w := range bulk.WriteErrors {
			if !mongo.IsDuplicateKeyError(w) {
				return nil, err
			}
			flags[w.Index] = false
		}
		return flags, nil
	}
	if err != nil {
		return nil, err
	}
	return flags, nil
}

// full is a path that exists once as many entries wait as may.
var full = "out." + strconv.Itoa(store.MaxOutgoing-1)

func (e documents) Update(ctx context.Context, collection string, w store.Write, expect int64) (bool, error) {
	d, err := documentOf(&w)
	if err != nil {
		return false, err
	}
	body := any(d.D)
	if len(d.D) == 0 {
		body = bson.D{}
	}
	filter := bson.D{{Key: "_id", Value: w.ID}, {Key: "v", Value: expect}}
	change := bson.D{
		{Key: "$set", Value: bson.D{{Key: "schema", Value: d.Schema}, {Key: "op", Value: d.Op}, {Key: "k", Value: d.K},
			{Key: "created", Value: d.Created}, {Key: "changed", Value: d.Changed}, {Key: "gone", Value: d.Gone}, {Key: "d", Value: body}}},
		{Key: "$inc", Value: bson.D{{Key: "v", Value: w.Version - expect}}},
	}
	if w.Entry != nil {
		filter = append(filter, bson.E{Key: full, Value: bson.D{{Key: "$exists", Value: false}}})
		change = append(change, bson.E{Key: "$push", Value: bson.D{{Key: "out", Value: outgoingOf(w.Entry)}}})
	}
	return e.update(ctx, collection, filter, change)
}

func (e documents) update(ctx context.Context, collection string, filter, change bson.D) (bool, error) {
	res, err := e.db.Collection(collection).UpdateOne(ctx, filter, change)
	if err != nil {
		return false, err
	}
	return res.MatchedCount == 1, nil
}

func (e documents) Reindex(ctx context.Context, collection, id string, version int64, keys []store.ListKeys) error {
	_, err := e.update(ctx, collection, bson.D{{Key: "_id", Value: id}, {Key: "v", Value: version}},
		bson.D{{Key: "$set", Value: bson.D{{Key: "k", Value: placesOf(keys)}}}})
	return err
}

func (e documents) Remove(ctx context.Context, collection, id string, version int64) error {
	_, err := e.db.Collection(collection).DeleteOne(ctx, bson.D{{Key: "_id", Value: id}, {Key: "v", Value: version},
		{Key: "out.0", Value: bson.D{{Key: "$exists", Value: false}}}})
	return err
}

func (e documents) Pending(ctx context.Context, collection string, limit int) ([]store.Envelope, error) {
	return e.find(ctx, collection, bson.D{{Key: "out.v", Value: bson.D{{Key: "$gt", Value: 0}}}}, nil, limit)
}

func (e documents) Tombstones(ctx context.Context, collection string, before int64, limit int) ([]store.Envelope, error) {
	return e.find(ctx, collection, bson.D{{Key: "gone", Value: true}, {Key: "changed", Value: bson.D{{Key: "$lt", Value: before}}},
		{Key: "out.0", Value: bson.D{{Key: "$exists", Value: false}}}}, nil, limit)
}

// Drain names the entries whole: FerretDB takes $pull with a condition and does nothing. Each entry's text names its
// document, so one command can drop those of many: several updates in one command make FerretDB wait for itself.
func (e documents) Drain(ctx context.Context, collection string, relayed []store.Relayed) error {
	var ids []string
	var out []outgoing
	for _, doc := range relayed {
		ids = append(ids, doc.ID)
		for i := range doc.Out {
			out = append(out, outgoingOf(&doc.Out[i]))
		}
	}
	change := bson.D{{Key: "$pullAll", Value: bson.D{{Key: "out", Value: out}}}}
	if len(ids) == 1 {
		_, err := e.update(ctx, collection, bson.D{{Key: "_id", Value: ids[0]}}, change)
		return err
	}
	ctx, cancel := context.WithTimeout(ctx, bulkTimeout)
	defer cancel()
	_, err := e.db.Collection(collection).UpdateMany(ctx, bson.D{{Key: "_id", Value: bson.D{{Key: "$in", Value: ids}}}}, change)
	return err
}
