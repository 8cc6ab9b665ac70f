package store

import "context"

// Rarest gives that of the keys under which a list holds the fewest documents, and how many these are; without a key it
// gives "" and none.
func Rarest[T any](ctx context.Context, records *Records[T], list string, keys []Key) (rarest Key, fewest int64, err error) {
	for i, key := range keys {
		n, err := records.Count(ctx, list, key)
		if err != nil {
			return "", 0, err
		}
		if i == 0 || n < fewest {
			rarest, fewest = key, n
		}
	}
	return rarest, fewest, nil
}

// siftPages bounds how many pages one answer reads.
const siftPages = 50

// Sift lists the documents that fit, page after page, until as many as the query's limit are found. It bounds how far it
// reads: an answer with fewer and a cursor goes on from there.
func Sift[T any](ctx context.Context, records Lister[T], q Query, fits func(T) bool) (Page[T], error) {
	var found Page[T]
	for range siftPages {
		page, err := records.List(ctx, q)
		if err != nil {
			return found, err
		}
		for _, doc := range page.Items {
			if fits(doc.Body) {
				found.Items = append(found.Items, doc)
			}
		}
		if found.Next, q.Cursor = page.Next, page.Next; page.Next == "" || len(found.Items) >= q.Limit {
			break
		}
	}
	return found, nil
}
