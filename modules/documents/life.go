package documents

import (
	"strings"
	"time"
	"unicode/utf8"

	"gotong/modules/domain"
	"gotong/modules/kit/apperr"
)

// versionsMax is how many versions a document keeps: none is ever overwritten.
const versionsMax = 30

// Version is one content of a document with who put it there, when and why. Its SHA256 names it for good.
type Version struct {
	SHA256    string           `json:"sha256"`
	Object    string           `json:"object"`
	FileName  string           `json:"file_name"`
	MediaType string           `json:"media_type"`
	Size      int64            `json:"size"`
	Personal  bool             `json:"personal,omitempty"`
	Contacts  int              `json:"contacts,omitempty"`
	By        domain.AccountID `json:"by"`
	At        time.Time        `json:"at"`
	Why       string           `json:"why,omitempty"`
	Finding   Finding          `json:"finding,omitempty"`
}

// Hold keeps a document from being thrown away while a matter is open.
type Hold struct {
	Reason string           `json:"reason"`
	By     domain.AccountID `json:"by"`
	At     time.Time        `json:"at"`
}

// Current is the content that readers get.
func (d Document) Current() Version {
	v := Version{SHA256: d.SHA256, Object: d.Object, FileName: d.FileName, MediaType: d.MediaType, Size: d.Size, Personal: d.Personal, Contacts: d.Contacts,
		By: d.Uploader, At: d.Created, Why: d.Why, Finding: d.Finding}
	if !d.RenewedAt.IsZero() {
		v.By, v.At = d.RenewedBy, d.RenewedAt
	}
	return v
}

// History gives all versions, the first one first.
func (d Document) History() []Version {
	return append(append([]Version(nil), d.Versions...), d.Current())
}

// version finds the newest version with that sum.
func (d Document) version(sum string) (Version, bool) {
	all := d.History()
	for i := len(all) - 1; i >= 0; i-- {
		if all[i].SHA256 == sum {
			return all[i], true
		}
	}
	return Version{}, false
}

// at shows a document with another of its versions in place of the current one: "" is the current one. Who may read the
// document may read its versions, but for those with personal numbers or contacts that its visibility would not let in.
// NotFound for a sum that none has and for one that this reader may not have.
func (v View) at(sum string) (View, error) {
	if sum == "" {
		return v, nil
	}
	version, ok := v.Document.version(sum)
	if !ok || v.withheld(version) {
		return v, apperr.New(apperr.NotFound, "error.not_found")
	}
	v.Document = v.Document.as(version)
	return v, nil
}

// withheld tells whether a version is not for all who may read the document.
func (v View) withheld(x Version) bool {
	return x.Finding != "" || (x.Personal || x.Contacts > 0 && x.SHA256 != v.Document.SHA256) && wide(v.Document.Visibility) && !v.MayChange
}

// number tells which version has that sum, from 1; "" is the current one.
func (d Document) number(sum string) int {
	all := d.History()
	for i := len(all) - 1; i >= 0; i-- {
		if all[i].SHA256 == sum {
			return i + 1
		}
	}
	return len(all)
}

// as shows the document with another of its versions in place of the current one.
func (d Document) as(v Version) Document {
	d.SHA256, d.Object, d.FileName, d.MediaType, d.Size, d.Personal, d.Contacts = v.SHA256, v.Object, v.FileName, v.MediaType, v.Size, v.Personal, v.Contacts
	d.Finding = v.Finding
	return d
}

// replaceable tells whether a document takes a new content.
func (d Document) replaceable() bool {
	return (d.Status == Ready || d.Status == Quarantined) && !d.Final
}

// renew makes a content the current one; the one before stays among the versions. A clean content ends a quarantine.
// Conflict where the document is neither ready nor in quarantine, or final; Invalid for a content that is the current one
// already or is not known to be clean, for a reason that is missing, or where the versions are too many or would show
// personal numbers to many.
func (d Document) renew(v Version) (Document, error) {
	if !d.replaceable() {
		return d, apperr.New(apperr.Conflict, "error.conflict")
	}
	var f apperr.Fields
	checkReason(&f, "why", v.Why, "documents.error.why")
	f.Check(v.SHA256 != d.SHA256, "file", "documents.error.same_version")
	f.Check(v.Finding == "", "why", "documents.error.version_quarantined")
	f.Check(len(d.Versions) < versionsMax-1, "file", "documents.error.too_many_versions", "max", versionsMax)
	f.Check(!v.Personal || !wide(d.Visibility), "file", "documents.error.personal_version")
	f.Check(v.Contacts == 0 || !wide(d.Visibility), "file", "documents.error.contacts_version", "count", v.Contacts)
	if err := f.Err(); err != nil {
		return d, err
	}
	d.Versions = d.History()
	d.RenewedBy, d.RenewedAt, d.Why = v.By, v.At, v.Why
	d.Cleared = nil // somebody answered for the content before
	d = d.as(v)
	if d.Status == Quarantined {
		d = d.opened(v.At)
	}
	return d, nil
}

func checkReason(f *apperr.Fields, name, text, missing string) {
	f.Check(strings.TrimSpace(text) != "", name, missing)
	f.Check(utf8.RuneCountInString(text) <= reasonMax, name, "documents.error.long", "max", reasonMax)
	f.Check(len(domain.FindPersonalNumbers(text)) == 0, name, "documents.error.personal_text")
}

// Embargoed tells whether a document waits for its day: until then it is for its own organisation only.
func (d Document) Embargoed(now time.Time) bool {
	return d.Embargo != "" && domain.DateOf(now) < d.Embargo
}

// on gives the document as it is seen on that day.
func (d Document) on(now time.Time) Document {
	if d.Embargoed(now) {
		d.Visibility = domain.VisibleOrganization
	}
	return d
}

// release ends an embargo whose day has come. Conflict for any other.
func (d Document) release(now time.Time) (Document, error) {
	if d.Embargo == "" || d.Embargoed(now) {
		return d, apperr.New(apperr.Conflict, "error.conflict")
	}
	d.Embargo = ""
	return d, nil
}

// finish makes a draft final: its content and description stay as they are from then on. Conflict where it is not ready
// or final already.
func (d Document) finish() (Document, error) {
	if d.Status != Ready || d.Final {
		return d, apperr.New(apperr.Conflict, "error.conflict")
	}
	d.Final = true
	return d, nil
}

// hold keeps a document, for a reason. Conflict where it is held, Invalid without a reason.
func (d Document) hold(reason string, by domain.AccountID, now time.Time) (Document, error) {
	reason = strings.TrimSpace(reason)
	var f apperr.Fields
	checkReason(&f, "reason", reason, "documents.error.hold_reason")
	if err := f.Err(); err != nil {
		return d, err
	}
	if d.Hold != nil || d.Status == Pending {
		return d, apperr.New(apperr.Conflict, "error.conflict")
	}
	d.Hold = &Hold{Reason: reason, By: by, At: now}
	return d, nil
}

// letGo ends a hold. Conflict where there is none.
func (d Document) letGo() (Document, error) {
	if d.Hold == nil {
		return d, apperr.New(apperr.Conflict, "error.conflict")
	}
	d.Hold = nil
	return d, nil
}

// kept says why a document cannot be thrown away, nil where it can.
func (d Document) kept(now time.Time) error {
	var f apperr.Fields
	f.Check(d.Hold == nil, "reason", "documents.error.held")
	f.Check(d.Retain == "" || domain.DateOf(now) >= d.Retain, "reason", "documents.error.retained", "date", d.Retain.Time())
	return f.Err()
}
