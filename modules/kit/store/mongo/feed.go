package mongo

import (
	"context"
	"errors"

	"go.mongodb.org/mongo-driver/v2/bson"
	"go.mongodb.org/mongo-driver/v2/mongo"
	"go.mongodb.org/mongo-driver/v2/mongo/options"

	"gotong/modules/kit/store"
)

// entry is a line of the feed as stored; its number is its _id, so a number can be taken only once.
type entry struct {
	Seq        int64  `bson:"_id"`
	Collection string `bson:"c"`
	ID         string `bson:"id"`
	V          int64  `bson:"v"`
	Content    string `bson:"e"`
	Prev       string `bson:"prev"`
	Hash       string `bson:"hash"`

	Trail []int64 `bson:"k,omitempty"`
}

type log struct{ c *mongo.Collection }

func sourceFilter(s store.Source) bson.D {
	return bson.D{{Key: "c", Value: s.Collection}, {Key: "id", Value: s.ID}, {Key: "v", Value: s.Version}}
}

func (l log) Append(ctx context.Context, entries []store.Stored) (int, error) {
	docs := make([]any, len(entries))
	for i, s := range entries {
		docs[i] = entry{s.Seq, s.Source.Collection, s.Source.ID, s.Source.Version, string(s.Content), s.Prev, s.Hash, s.Trail}
	}
	if len(docs) > 1 {
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeout(ctx, bulkTimeout)
		defer cancel()
	}
	_, err := l.c.InsertMany(ctx, docs) // ordered: it stops at the first that does not fit
	var bulk mongo.BulkWriteException
	if err == nil {
		return len(entries), nil
	}
	if !errors.As(err, &bulk) || bulk.WriteConcernError != nil || len(bulk.WriteErrors) == 0 || !mongo.IsDuplicateKeyError(bulk.WriteErrors[0]) {
		return 0, err
	}
	n := bulk.WriteErrors[0].Index
	err = l.c.FindOne(ctx, sourceFilter(entries[n].Source)).Err()
	switch {
	case err == nil:
		return n, store.ErrKnown
	case errors.Is(err, mongo.ErrNoDocuments):
		return n, store.ErrTaken
	}
	return n, err
}

func (l log) Lives(ctx context.Context, collection string, ids []string) (map[string]int64, error) {
	ctx, cancel := context.WithTimeout(ctx, bulkTimeout)
	defer cancel()
	cur, err := l.c.Find(ctx, bson.D{{Key: "c", Value: collection}, {Key: "id", Value: bson.D{{Key: "$in", Value: ids}}}},
		options.Find().SetProjection(bson.D{{Key: "_id", Value: 0}, {Key: "id", Value: 1}, {Key: "v", Value: 1}}))
	if err != nil {
		return nil, err
	}
	var found []entry
	if err := cur.All(ctx, &found); err != nil {
		return nil, err
	}
	lives := map[string]int64{}
	for _, f := range found {
		lives[f.ID] = max(lives[f.ID], f.V)
	}
	return lives, nil
}

func (l log) find(ctx context.Context, filter, sort bson.D, limit int) ([]store.Stored, error) {
	cur, err := l.c.Find(ctx, filter, options.Find().SetSort(sort).SetLimit(int64(limit)))
	if err != nil {
		return nil, err
	}
	var found []entry
	if err := cur.All(ctx, &found); err != nil {
		return nil, err
	}
	entries := make([]store.Stored, len(found))
	for i, f := range found {
		entries[i] = store.Stored{Seq: f.Seq, Source: store.Source{Collection: f.Collection, ID: f.ID, Version: f.V},
			Content: []byte(f.Content), Prev: f.Prev, Hash: f.Hash}
	}
	return entries, nil
}

func (l log) After(ctx context.Context, seq int64, limit int) ([]store.Stored, error) {
	return l.find(ctx, bson.D{{Key: "_id", Value: bson.D{{Key: "$gt", Value: seq}}}}, bson.D{{Key: "_id", Value: 1}}, limit)
}

func (l log) Before(ctx context.Context, seq int64, limit int) ([]store.Stored, error) {
	filter := bson.D{}
	if seq > 0 {
		filter = bson.D{{Key: "_id", Value: bson.D{{Key: "$lt", Value: seq}}}}
	}
	return l.find(ctx, filter, bson.D{{Key: "_id", Value: -1}}, limit)
}

func (l log) Last(ctx context.Context) (store.Stored, error) {
	last, err := l.Before(ctx, 0, 1)
	if err != nil || len(last) == 0 {
		return store.Stored{}, err
	}
	return last[0], nil
}

func (l log) Of(ctx context.Context, collection, id string, limit int) ([]store.Stored, error) {
	return l.find(ctx, bson.D{{Key: "c", Value: collection}, {Key: "id", Value: id}}, bson.D{{Key: "v", Value: -1}}, limit)
}

func (l log) Trail(ctx context.Context, key, seq int64, limit int) ([]store.Stored, error) {
	filter := bson.D{{Key: "k", Value: key}}
	if seq > 0 {
		filter = append(filter, bson.E{Key: "_id", Value: bson.D{{Key: "$lt", Value: seq}}})
	}
	return l.find(ctx, filter, bson.D{{Key: "_id", Value: -1}}, limit)
}

func (l log) Mark(ctx context.Context, entries []store.Stored) error {
	ctx, cancel := context.WithTimeout(ctx, bulkTimeout)
	defer cancel()
	models := make([]mongo.WriteModel, len(entries))
	for i, s := range entries {
		models[i] = mongo.NewUpdateOneModel().SetFilter(bson.D{{Key: "_id", Value: s.Seq}}).
			SetUpdate(bson.D{{Key: "$set", Value: bson.D{{Key: "k", Value: s.Trail}}}})
	}
	_, err := l.c.BulkWrite(ctx, models)
	return err
}

type sides struct{ c *mongo.Collection }

type side struct {
	Source     string `bson:"_id"`
	Collection string `bson:"c"`
	ID         string `bson:"id"`
	V          int64  `bson:"v"`
	Data       string `bson:"d"` // "" where it was erased
}

func (s sides) PutSide(ctx context.Context, src store.Source, data []byte) error {
	_, err := s.c.InsertOne(ctx, side{src.String(), src.Collection, src.ID, src.Version, string(data)})
	if mongo.IsDuplicateKeyError(err) {
		return nil
	}
	return err
}

func (s sides) Side(ctx context.Context, src store.Source) ([]byte, error) {
	var found side
	err := s.c.FindOne(ctx, bson.D{{Key: "_id", Value: src.String()}}).Decode(&found)
	if errors.Is(err, mongo.ErrNoDocuments) || err == nil && found.Data == "" {
		return nil, nil
	}
	return []byte(found.Data), err
}

// EraseSides bounds the scan by the beginning of the _id, which names the document.
func (s sides) EraseSides(ctx context.Context, through store.Source) (int64, error) {
	prefix := through.Collection + "/" + through.ID + "@"
	res, err := s.c.UpdateMany(ctx, bson.D{{Key: "_id", Value: bson.D{{Key: "$gte", Value: prefix}, {Key: "$lt", Value: prefix + ":"}}},
		{Key: "c", Value: through.Collection}, {Key: "id", Value: through.ID}, {Key: "v", Value: bson.D{{Key: "$lte", Value: through.Version}}},
		{Key: "d", Value: bson.D{{Key: "$ne", Value: ""}}}}, bson.D{{Key: "$set", Value: bson.D{{Key: "d", Value: ""}}}})
	if err != nil {
		return 0, err
	}
	return res.ModifiedCount, nil
}
