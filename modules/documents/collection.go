package documents

import (
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"gotong/modules/domain"
	"gotong/modules/kit/apperr"
	"gotong/modules/kit/store"
)

// Collection is a list of documents that an organisation puts together, in an order of its own. It gives nobody a right to
// a document: each reader sees those of its documents that the reader may read.
type Collection struct {
	Title        string                `json:"title"`
	Description  string                `json:"description,omitempty"`
	Organization domain.OrganizationID `json:"organization"`
	Public       bool                  `json:"public,omitempty"` // else for the organisation's own members
	Documents    []domain.DocumentID   `json:"documents,omitempty"`
	Created      time.Time             `json:"created"`
	Removed      time.Time             `json:"removed,omitzero"`
	Reason       string                `json:"reason,omitempty"` // of the removal
	Demo         bool                  `json:"demo,omitempty"`
}

// CollectionsCollection is where collections are kept.
const CollectionsCollection = "document_collections"

// collectionMax is how many documents one collection holds.
const collectionMax = 300

// Lists of collections.
const (
	listOpen    = "open"    // public ones, of all and by organisation, the newest first
	listHouse   = "house"   // all of an organisation, those that were removed too
	listRemoved = "removed" // the longest first
)

var collections = store.Definition[Collection]{
	Name: CollectionsCollection, Schema: 1,
	Lists: []store.List[Collection]{
		{Name: listOpen, Descending: true, Keys: func(_ string, c Collection) []store.Key {
			if !c.Public || !c.Removed.IsZero() {
				return nil
			}
			return []store.Key{"", store.KeyOf(string(c.Organization))}
		}, Sort: func(_ string, c Collection) string { return store.SortTime(c.Created) }},
		{Name: listHouse, Descending: true, Keys: func(_ string, c Collection) []store.Key {
			return []store.Key{store.KeyOf(string(c.Organization))}
		}, Sort: func(_ string, c Collection) string { return store.SortTime(c.Created) }},
		{Name: listRemoved, Keys: func(_ string, c Collection) []store.Key {
			if c.Removed.IsZero() {
				return nil
			}
			return []store.Key{""}
		}, Sort: func(_ string, c Collection) string { return store.SortTime(c.Removed) }},
	},
}

// CollectionDetails are what a person says of a collection.
type CollectionDetails struct {
	Title, Description string
	Public             bool
}

// describe changes what is said of a collection. Invalid by field; Conflict where it was removed.
func (c Collection) describe(d CollectionDetails, verified bool) (Collection, error) {
	d.Title, d.Description = strings.TrimSpace(d.Title), strings.TrimSpace(d.Description)
	var f apperr.Fields
	f.Check(d.Title != "", "title", "documents.error.collection_title")
	f.Check(utf8.RuneCountInString(d.Title) <= titleMax, "title", "documents.error.long", "max", titleMax)
	f.Check(utf8.RuneCountInString(d.Description) <= descriptionMax, "description", "documents.error.long", "max", descriptionMax)
	f.Check(len(domain.FindPersonalNumbers(d.Title)) == 0, "title", "documents.error.personal_text")
	f.Check(len(domain.FindPersonalNumbers(d.Description)) == 0, "description", "documents.error.personal_text")
	f.Check(!d.Public || c.Public || verified, "public", "documents.error.collection_public")
	if err := f.Err(); err != nil {
		return c, err
	}
	if !c.Removed.IsZero() {
		return c, apperr.New(apperr.Conflict, "error.conflict")
	}
	c.Title, c.Description, c.Public = d.Title, d.Description, d.Public
	return c, nil
}

// put adds a document at the end. Invalid where it is in it already, or for too many; Conflict where it was removed.
func (c Collection) put(id domain.DocumentID) (Collection, error) {
	var f apperr.Fields
	f.Check(!slices.Contains(c.Documents, id), "document", "documents.error.collected")
	f.Check(len(c.Documents) < collectionMax, "document", "documents.error.collection_full", "max", collectionMax)
	if err := f.Err(); err != nil {
		return c, err
	}
	if !c.Removed.IsZero() {
		return c, apperr.New(apperr.Conflict, "error.conflict")
	}
	c.Documents = append(slices.Clone(c.Documents), id)
	return c, nil
}

// Ways in which a document's place in a collection changes.
const (
	MoveUp   = "up"
	MoveDown = "down"
	TakeOut  = "out"
)

// arrange moves a document up or down among those that the editor sees, or takes it out. NotFound where it is not in the
// collection; BadRequest for another move; Conflict where the collection was removed.
func (c Collection) arrange(id domain.DocumentID, move string, seen []domain.DocumentID) (Collection, error) {
	at, place := slices.Index(c.Documents, id), slices.Index(seen, id)
	if at < 0 || place < 0 {
		return c, apperr.New(apperr.NotFound, "error.not_found")
	}
	if !c.Removed.IsZero() {
		return c, apperr.New(apperr.Conflict, "error.conflict")
	}
	c.Documents = slices.Clone(c.Documents)
	switch move {
	case TakeOut:
		c.Documents = slices.Delete(c.Documents, at, at+1)
		return c, nil
	case MoveUp:
		place--
	case MoveDown:
		place++
	default:
		return c, apperr.New(apperr.BadRequest, "error.bad_request")
	}
	if place < 0 || place >= len(seen) {
		return c, nil // it is there already
	}
	to := slices.Index(c.Documents, seen[place])
	c.Documents = slices.Insert(slices.Delete(c.Documents, at, at+1), to, id)
	return c, nil
}

// remove puts a collection away. Its documents stay. Conflict where that was done; Invalid without a reason.
func (c Collection) remove(reason string, now time.Time) (Collection, error) {
	var f apperr.Fields
	checkReason(&f, "reason", reason, "documents.error.collection_reason")
	if err := f.Err(); err != nil {
		return c, err
	}
	if !c.Removed.IsZero() {
		return c, apperr.New(apperr.Conflict, "error.conflict")
	}
	c.Removed, c.Reason = now, strings.TrimSpace(reason)
	return c, nil
}

// restore takes a removed collection back. Conflict for any other.
func (c Collection) restore() (Collection, error) {
	if c.Removed.IsZero() {
		return c, apperr.New(apperr.Conflict, "error.conflict")
	}
	c.Removed, c.Reason = time.Time{}, ""
	return c, nil
}
