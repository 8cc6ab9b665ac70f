package documents

import (
	"context"
	"slices"
	"time"

	"gotong/modules/domain"
	"gotong/modules/kit/store"
)

// Lists of the collection.
const (
	listNewest = "newest" // public and ready, by region and type, newest first
	listParent = "parent" // ready, by parent and type, newest first
	listTrash  = "trash"  // thrown away or in quarantine, by parent
	listOwner  = "owner"  // whose it is, in any status
	listSweep  = "sweep"  // pending, thrown away and in quarantine, by status, the longest first; what is harmful by owner too

	listContent = "content" // stored content, by owner and sum
	listObject  = "object"  // by the objects that keep the contents of its versions
	listSum     = "sum"     // by the sums of its versions, in any status
	listAwaits  = "awaits"  // those that await a move, by its operation
	listEmbargo = "embargo" // those that wait for their day, the earliest first
)

// publicKeys yields region (each level or any) × type (one or any): at most ten.
func publicKeys(_ string, d Document) []store.Key {
	if d.Status != Ready || d.Visibility != domain.VisiblePublic {
		return nil
	}
	return store.Combinations(d.Region.Path(), []string{string(d.Type)})
}

func parentValue(ref domain.Ref) string { return ref.Kind + ":" + ref.ID }

// contentKey names a content within what belongs to one owner: an organisation, else the person who uploaded it.
func contentKey(d Document) store.Key {
	owner := "organization:" + string(d.Organization)
	if d.Organization == "" {
		owner = "account:" + string(d.Uploader)
	}
	return store.KeyOf(owner, d.SHA256)
}

// harmfulKey is where the desk of an organisation finds what the scanner withholds of it.
func harmfulKey(owner domain.OrganizationID) store.Key { return store.KeyOf("harmful", string(owner)) }

var definition = store.Definition[Document]{
	Name: "documents", Schema: 1,
	Lists: []store.List[Document]{
		{Name: listNewest, Descending: true, Keys: publicKeys, Sort: func(_ string, d Document) string { return store.SortTime(d.Created) }},
		{Name: listParent, Descending: true, Keys: func(_ string, d Document) []store.Key {
			if d.Status != Ready {
				return nil
			}
			parent := parentValue(d.Parent)
			return []store.Key{store.KeyOf(parent, ""), store.KeyOf(parent, string(d.Type))}
		}, Sort: func(_ string, d Document) string { return store.SortTime(d.Created) }},
		{Name: listTrash, Descending: true, Keys: func(_ string, d Document) []store.Key {
			if d.Status != Trashed && d.Status != Quarantined {
				return nil
			}
			return []store.Key{store.KeyOf(parentValue(d.Parent))}
		}, Sort: func(_ string, d Document) string { return store.SortTime(d.Created) }},
		{Name: listOwner, Keys: func(_ string, d Document) []store.Key {
			if d.Organization == "" && d.Parent.Kind != domain.KindOrganization {
				return nil
			}
			keys := []store.Key{store.KeyOf(string(d.Organization))}
			if d.Parent.Kind == domain.KindOrganization && d.Parent.ID != string(d.Organization) {
				keys = append(keys, store.KeyOf(d.Parent.ID))
			}
			return keys
		}, Sort: func(id string, _ Document) string { return store.SortText(id) }},
		uploaderList(),
		{Name: listContent, Keys: func(_ string, d Document) []store.Key {
			if d.Status != Ready {
				return nil
			}
			return []store.Key{contentKey(d)}
		}, Sort: func(_ string, d Document) string { return store.SortTime(d.Created) }},
		{Name: listObject, Keys: func(_ string, d Document) (keys []store.Key) {
			for _, v := range d.History() {
				if k := store.KeyOf(v.Object); !slices.Contains(keys, k) {
					keys = append(keys, k)
				}
			}
			return keys
		},
			Sort: func(id string, _ Document) string { return store.SortText(id) }},
		{Name: listSum, Keys: func(_ string, d Document) (keys []store.Key) {
			for _, v := range d.History() {
				if k := store.KeyOf(v.SHA256); !slices.Contains(keys, k) {
					keys = append(keys, k)
				}
			}
			return keys
		}, Sort: func(id string, _ Document) string { return store.SortText(id) }},
		{Name: listAwaits, Keys: func(_ string, d Document) []store.Key {
			if d.Status != Pending || d.Awaits == "" {
				return nil
			}
			return []store.Key{store.KeyOf(d.Awaits)}
		}, Sort: func(id string, _ Document) string { return store.SortText(id) }},
		{Name: listEmbargo, Keys: func(_ string, d Document) []store.Key {
			if d.Status != Ready || d.Embargo == "" {
				return nil
			}
			return []store.Key{""}
		}, Sort: func(_ string, d Document) string { return store.SortText(string(d.Embargo)) }},
		{Name: listSweep, Keys: func(_ string, d Document) []store.Key {
			if d.Status == Ready {
				return nil
			}
			keys := []store.Key{store.KeyOf(string(d.Status))}
			if d.Status == Quarantined && d.Finding != Unscanned && d.Organization != "" {
				keys = append(keys, harmfulKey(d.Organization))
			}
			return keys
		}, Sort: func(_ string, d Document) string { return store.SortTime(d.Since) }},
	},
}

// access is one reading of what is not public, known before its first byte.
type access struct {
	Document domain.DocumentID       `json:"document"`
	Account  domain.AccountID        `json:"account"`
	For      []domain.OrganizationID `json:"for,omitempty"` // to which the account belonged then
	Session  string                  `json:"session"`
	Owner    domain.OrganizationID   `json:"owner,omitempty"`
	SHA256   string                  `json:"sha256"`
	Range    string                  `json:"range,omitempty"`
	At       time.Time               `json:"at"`
}

// accessKept is for how long readings of what is not public stay known.
const accessKept = 2 * 365 * 24 * time.Hour

// Records is what the module needs of its collection; tests put failpoints before it.
type Records interface {
	Get(ctx context.Context, id string) (store.Doc[Document], error)
	GetMany(ctx context.Context, ids []string) (map[string]store.Doc[Document], error)
	List(ctx context.Context, q store.Query) (store.Page[Document], error)
	Count(ctx context.Context, list string, key store.Key) (int64, error)
	Insert(ctx context.Context, id string, body Document, c store.Change) (store.Doc[Document], error)
	Replace(ctx context.Context, read store.Doc[Document], body Document, c store.Change) (store.Doc[Document], error)
	Delete(ctx context.Context, read store.Doc[Document], c store.Change) error
	Each(ctx context.Context, fn func(store.Doc[Document]) error) error
}

var _ Records = (*store.Records[Document])(nil)
