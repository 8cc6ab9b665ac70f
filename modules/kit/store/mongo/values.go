package mongo

import (
	"context"
	"errors"

	"go.mongodb.org/mongo-driver/v2/bson"
	"go.mongodb.org/mongo-driver/v2/mongo"
	"go.mongodb.org/mongo-driver/v2/mongo/options"

	"gotong/modules/kit/store"
)

type values struct{ state, counters *mongo.Collection }

// value is a state as stored, under "name/key".
type value struct {
	ID      string `bson:"_id"`
	Data    string `bson:"d"`
	Expires int64  `bson:"e"`
}

func (v *value) live(now int64) bool { return v.Expires == 0 || v.Expires > now }

func byID(name, key string) bson.D { return bson.D{{Key: "_id", Value: name + "/" + key}} }

func expired(now int64) bson.E {
	return bson.E{Key: "e", Value: bson.D{{Key: "$gt", Value: int64(0)}, {Key: "$lte", Value: now}}}
}

func (v values) Put(ctx context.Context, name, key string, data []byte, expires int64) error {
	_, err := v.state.ReplaceOne(ctx, byID(name, key), value{name + "/" + key, string(data), expires}, options.Replace().SetUpsert(true))
	if mongo.IsDuplicateKeyError(err) { // two upserts at once: now it is there
		_, err = v.state.ReplaceOne(ctx, byID(name, key), value{name + "/" + key, string(data), expires}, options.Replace().SetUpsert(true))
	}
	return err
}

func (v values) Create(ctx context.Context, name, key string, data []byte, expires, now int64) (bool, error) {
	for range 2 {
		_, err := v.state.InsertOne(ctx, value{name + "/" + key, string(data), expires})
		if !mongo.IsDuplicateKeyError(err) {
			return err == nil, err
		}
		// Over one that has expired; where the sweeper took it meanwhile, insert again.
		res, err := v.state.UpdateOne(ctx, append(byID(name, key), expired(now)),
			bson.D{{Key: "$set", Value: bson.D{{Key: "d", Value: string(data)}, {Key: "e", Value: expires}}}})
		if err != nil || res.MatchedCount == 1 {
			return err == nil, err
		}
		if current, err := v.Get(ctx, name, key, now); err != nil || current != nil {
			return false, err
		}
	}
	return false, nil
}

func (v values) Get(ctx context.Context, name, key string, now int64) ([]byte, error) {
	var found value
	return found.data(v.state.FindOne(ctx, byID(name, key)).Decode(&found), now)
}

func (v values) Take(ctx context.Context, name, key string, now int64) ([]byte, error) {
	var found value
	return found.data(v.state.FindOneAndDelete(ctx, byID(name, key)).Decode(&found), now)
}

func (v *value) data(err error, now int64) ([]byte, error) {
	if errors.Is(err, mongo.ErrNoDocuments) || (err == nil && !v.live(now)) {
		return nil, nil
	}
	return []byte(v.Data), err
}

func (v values) Delete(ctx context.Context, name, key string) error {
	_, err := v.state.DeleteOne(ctx, byID(name, key))
	return err
}

func (v values) Swap(ctx context.Context, name, key string, old, data []byte) (bool, error) {
	res, err := v.state.UpdateOne(ctx, append(byID(name, key), bson.E{Key: "d", Value: string(old)}),
		bson.D{{Key: "$set", Value: bson.D{{Key: "d", Value: string(data)}}}})
	if err != nil {
		return false, err
	}
	return res.MatchedCount == 1, nil
}

func (v values) Add(ctx context.Context, key string, n, expires int64) (int64, error) {
	var after struct {
		N int64 `bson:"n"`
	}
	for {
		err := v.counters.FindOneAndUpdate(ctx, bson.D{{Key: "_id", Value: key}},
			bson.D{{Key: "$inc", Value: bson.D{{Key: "n", Value: n}}}, {Key: "$set", Value: bson.D{{Key: "e", Value: expires}}}},
			options.FindOneAndUpdate().SetUpsert(true).SetReturnDocument(options.After)).Decode(&after)
		if mongo.IsDuplicateKeyError(err) { // two upserts at once
			continue
		}
		return after.N, err
	}
}

func (v values) Sweep(ctx context.Context, now int64, limit int) (int64, error) {
	var total int64
	for _, c := range []*mongo.Collection{v.state, v.counters} {
		n, err := sweep(ctx, c, now, limit)
		total += n
		if err != nil {
			return total, err
		}
	}
	return total, nil
}

func sweep(ctx context.Context, c *mongo.Collection, now int64, limit int) (int64, error) {
	cur, err := c.Find(ctx, bson.D{expired(now)}, options.Find().SetLimit(int64(limit)).SetProjection(bson.D{{Key: "_id", Value: 1}}))
	if err != nil {
		return 0, err
	}
	var found []struct {
		ID string `bson:"_id"`
	}
	if err := cur.All(ctx, &found); err != nil || len(found) == 0 {
		return 0, err
	}
	ids := make([]string, len(found))
	for i, f := range found {
		ids[i] = f.ID
	}
	res, err := c.DeleteMany(ctx, bson.D{{Key: "_id", Value: bson.D{{Key: "$in", Value: ids}}}, expired(now)})
	if err != nil {
		return 0, err
	}
	return res.DeletedCount, nil
}

func (v values) Range(ctx context.Context, name, prefix, after string, limit int, now int64) ([]store.Keyed, error) {
	within := bson.D{{Key: "_id", Value: bson.D{{Key: "$gt", Value: name + "/" + after}, {Key: "$lt", Value: name + "/" + store.Above(prefix)}}},
		{Key: "$or", Value: bson.A{bson.D{{Key: "e", Value: int64(0)}}, bson.D{{Key: "e", Value: bson.D{{Key: "$gt", Value: now}}}}}}}
	cur, err := v.state.Find(ctx, within, options.Find().SetSort(bson.D{{Key: "_id", Value: 1}}).SetLimit(int64(limit)))
	if err != nil {
		return nil, err
	}
	var found []value
	if err := cur.All(ctx, &found); err != nil {
		return nil, err
	}
	list := make([]store.Keyed, len(found))
	for i, f := range found {
		list[i] = store.Keyed{Key: f.ID[len(name)+1:], Value: []byte(f.Data)}
	}
	return list, nil
}

var _ store.Ranged = values{}
