// Package documents is the one library of everything that is shared: metadata in the document database, content in the
// object store, each document belonging to one thing of any kind, whose own visibility bounds that of the document.
package documents

import (
	"regexp"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"gotong/modules/domain"
	"gotong/modules/kit/apperr"
)

// Status of a document's content and life.
type Status string

// Statuses. A pending document is seen by nobody; its content may or may not be in the object store. One that awaits a
// move of what it belongs to has its content.
const (
	Pending     Status = "pending"
	Ready       Status = "ready"
	Trashed     Status = "trashed"
	Quarantined Status = "quarantined" // the scanner has yet to find its content clean, or found it harmful
)

// Document is what is known of a file. Size is in bytes of what is stored, SHA256 its sum in hex.
type Document struct {
	Parent       domain.Ref            `json:"parent"`
	Type         domain.DocumentType   `json:"type"`
	Title        string                `json:"title"`
	Description  string                `json:"description,omitempty"`
	FileName     string                `json:"file_name"`
	MediaType    string                `json:"media_type"`
	Size         int64                 `json:"size"`
	SHA256       string                `json:"sha256"`
	Visibility   domain.Visibility     `json:"visibility"`
	Organization domain.OrganizationID `json:"organization,omitempty"` // whose it is
	Region       domain.RegionCode     `json:"region,omitempty"`       // of the parent, when it was uploaded
	Language     string                `json:"language"`               // id or en
	Date         domain.Date           `json:"date,omitempty"`         // of the paper itself
	Personal     bool                  `json:"personal,omitempty"`     // holds personal numbers: never public nor for partners
	Status       Status                `json:"status"`
	Awaits       string                `json:"awaits,omitempty"` // pending: the operation of the form that it came with
	Since        time.Time             `json:"since"`            // of the status
	Reason       string                `json:"reason,omitempty"`
	Uploader     domain.AccountID      `json:"uploader"`
	Created      time.Time             `json:"created"`
	Object       string                `json:"object"` // key in the object store, random below the document's id
	Input        string                `json:"input"`  // sum of form and content: a repeat meets itself
	Finding      Finding               `json:"finding,omitempty"`
	Demo         bool                  `json:"demo,omitempty"`

	Authors   string           `json:"authors,omitempty"` // as a citation names them
	License   string           `json:"license,omitempty"` // one of Licenses
	DOI       string           `json:"doi,omitempty"`
	Tags      []string         `json:"tags,omitempty"`    // groups of the taxonomy
	Embargo   domain.Date      `json:"embargo,omitempty"` // until then for its own organisation only
	Retain    domain.Date      `json:"retain,omitempty"`  // until then it is not thrown away
	Final     bool             `json:"final,omitempty"`
	Hold      *Hold            `json:"hold,omitempty"`
	Versions  []Version        `json:"versions,omitempty"` // those before the current one, the first one first
	RenewedBy domain.AccountID `json:"renewed_by,omitempty"`
	RenewedAt time.Time        `json:"renewed_at,omitzero"`
	Why       string           `json:"why,omitempty"` // of the current version
	Links     []Link           `json:"links,omitempty"`
	Listed    bool             `json:"listed,omitempty"`   // others may know that it is there, and ask for it
	Contacts  int              `json:"contacts,omitempty"` // telephone numbers and e-mail addresses, where they are a list
	Cleared   *Clearance       `json:"cleared,omitempty"`  // who answers for that list
}

// Details are what a person says of a document.
type Details struct {
	Type        domain.DocumentType
	Title       string
	Description string
	Visibility  domain.Visibility
	Language    string
	Date        domain.Date
	Authors     string
	License     string
	DOI         string
	Tags        []string
	Embargo     domain.Date
	Retain      domain.Date
}

// Licenses under which a document may be passed on, by their SPDX names; "" where nothing is said.
var Licenses = []string{"CC-BY-4.0", "CC-BY-SA-4.0", "CC0-1.0", "public-sector", "all-rights-reserved"}

// doi is a digital object identifier, without the resolver's address.
var doi = regexp.MustCompile(`^10\.\d{4,9}/\S{1,80}$`)

const authorsMax = 300

const (
	titleMax       = 200
	descriptionMax = 2000
	reasonMax      = 500
)

// visibilities, widest first.
var visibilities = []domain.Visibility{domain.VisiblePublic, domain.VisiblePartners, domain.VisibleParties, domain.VisibleOrganization}

// normal fills what may be left out: the title from the file's name, the language, the narrow visibility.
func (d Details) normal(fileName string) Details {
	d.Title, d.Description = strings.TrimSpace(d.Title), strings.TrimSpace(d.Description)
	d.Authors, d.DOI = strings.TrimSpace(d.Authors), strings.TrimSpace(d.DOI)
	for _, address := range []string{"https://doi.org/", "http://doi.org/", "doi:"} {
		d.DOI = strings.TrimPrefix(d.DOI, address)
	}
	if d.Title == "" {
		stem := strings.TrimSuffix(fileName, "."+extensionOf(fileName))
		d.Title = strings.TrimSpace(strings.ReplaceAll(stem, "_", " "))
	}
	for utf8.RuneCountInString(d.Title) > titleMax && fileName != "" && strings.HasPrefix(fileName, d.Title) {
		_, size := utf8.DecodeLastRuneInString(d.Title)
		d.Title = d.Title[:len(d.Title)-size]
	}
	if d.Language == "" {
		d.Language = "id"
	}
	if d.Visibility == "" {
		d.Visibility = domain.VisibleParties
	}
	return d
}

// Validate names what must change: Invalid with the inputs title, description, type, visibility, language.
func (d Details) Validate() error {
	var f apperr.Fields
	f.Check(d.Title != "", "title", "documents.error.title")
	f.Check(utf8.RuneCountInString(d.Title) <= titleMax, "title", "documents.error.long", "max", titleMax)
	f.Check(utf8.RuneCountInString(d.Description) <= descriptionMax, "description", "documents.error.long", "max", descriptionMax)
	f.Check(slices.Contains(domain.DocumentTypes, d.Type), "type", "documents.error.choose_type")
	f.Check(slices.Contains(visibilities, d.Visibility), "visibility", "documents.error.choose_visibility")
	f.Check(d.Language == "id" || d.Language == "en", "language", "documents.error.choose_language")
	f.Check(utf8.RuneCountInString(d.Authors) <= authorsMax, "authors", "documents.error.long", "max", authorsMax)
	f.Check(len(domain.FindPersonalNumbers(d.Authors)) == 0, "authors", "documents.error.personal_text")
	f.Check(d.License == "" || slices.Contains(Licenses, d.License), "license", "documents.error.choose_license")
	f.Check(d.DOI == "" || doi.MatchString(d.DOI), "doi", "documents.error.doi")
	for _, tag := range d.Tags {
		f.Check(knownTag(tag), "tags", "documents.error.choose_tag")
	}
	f.Check(len(domain.FindPersonalNumbers(d.Title)) == 0, "title", "documents.error.personal_text")
	f.Check(len(domain.FindPersonalNumbers(d.Description)) == 0, "description", "documents.error.personal_text")
	return f.Err()
}

// knownTag tells whether a tag is one of the controlled list: a group of the taxonomy.
func knownTag(tag string) bool {
	_, ok := domain.Taxonomy().Group(tag)
	return ok
}

// wide tells whether a visibility reaches beyond those who are joined by the parent.
func wide(v domain.Visibility) bool {
	return v == domain.VisiblePublic || v == domain.VisiblePartners
}

// ready moves a pending document on, its content being stored. Conflict for any other.
func (d Document) ready(now time.Time) (Document, error) {
	if d.Status != Pending {
		return d, apperr.New(apperr.Conflict, "error.conflict")
	}
	d.Awaits = ""
	return d.opened(now), nil
}

// describe changes what is said of a ready document; its content never changes. Conflict where it is not ready, Invalid
// for details that are not valid or show personal numbers to many.
func (d Document) describe(details Details) (Document, error) {
	if d.Status != Ready {
		return d, apperr.New(apperr.Conflict, "error.conflict")
	}
	if err := details.Validate(); err != nil {
		return d, err
	}
	var f apperr.Fields
	f.Check(!d.Personal || !wide(details.Visibility), "visibility", "documents.error.personal_stored")
	f.Check(!d.exposes() || !wide(details.Visibility), "visibility", "documents.error.contacts_stored", "count", d.Contacts)
	f.Check(details.Retain >= d.Retain, "retain", "documents.error.retain_shorter", "date", d.Retain.Time())
	if err := f.Err(); err != nil {
		return d, err
	}
	d.Visibility, d.Embargo, d.Retain = details.Visibility, details.Embargo, details.Retain
	if d.Final {
		return d, nil // who may read it may change, what it says may not
	}
	d.Authors, d.License, d.DOI, d.Tags = details.Authors, details.License, details.DOI, details.Tags
	d.Type, d.Title, d.Description = details.Type, details.Title, details.Description
	d.Language, d.Date = details.Language, details.Date
	return d, nil
}

// trash puts a document away, for a reason. Invalid without one, or while it is held or kept until a day; Conflict where it is neither
// ready nor in quarantine.
func (d Document) trash(reason string, now time.Time) (Document, error) {
	reason = strings.TrimSpace(reason)
	var f apperr.Fields
	checkReason(&f, "reason", reason, "documents.error.reason")
	if err := f.Err(); err != nil {
		return d, err
	}
	if d.Status != Ready && d.Status != Quarantined {
		return d, apperr.New(apperr.Conflict, "error.conflict")
	}
	if err := d.kept(now); err != nil {
		return d, err
	}
	d.Status, d.Since, d.Reason = Trashed, now, reason
	return d, nil
}

// restore takes a document out of the trash, back into quarantine where it was there. Conflict where it is not there.
func (d Document) restore(now time.Time) (Document, error) {
	if d.Status != Trashed {
		return d, apperr.New(apperr.Conflict, "error.conflict")
	}
	d.Reason = ""
	return d.opened(now), nil
}
