package web

import (
	"crypto/rand"
	"errors"
	"slices"
	"strconv"
	"strings"

	"github.com/gofiber/fiber/v2"

	"gotong/modules/kit/apperr"
)

// Form is a form as a page shows it: sections of fields, hidden inputs, errors. All texts are in the reader's language.
type Form struct {
	ID         string
	Action     string
	Intro      string
	Submit     string
	SendLabel  string // what the button says while the form is sent
	Sections   []*FormSection
	HiddenList []HiddenInput
	Errors     []FormError // the summary
	ErrorTitle string
	Conflicted string // why both texts are shown; "" without a conflict
	Upload     bool   // has a file: sent as multipart, with progress where the browser can
	UploadText string

	UploadFailed string // what the form says when the connection broke
	Cancel       string // address of the way back; "" for none
	CancelText   string
	Danger       bool // the button is drawn as one that hurts

	base    Base
	prefix  string
	refusal []apperr.Field // what Screen found in it
}

// FormSection is a group of fields; Legend "" for one without heading.
type FormSection struct {
	ID, Legend, Intro string
	Fields            []*Field
}

// HiddenInput is an input that the reader does not see.
type HiddenInput struct{ Name, Value string }

// FormError is one line of the error summary; Href leads to its field, "" where it has none.
type FormError struct{ Text, Href string }

// NewForm makes a form that posts to action (a path without language prefix). Texts are the keys PREFIX._submit,
// PREFIX._intro (where it exists) and, for each field, PREFIX.NAME and PREFIX.NAME_hint (where it exists).
func NewForm(b Base, prefix, action string) *Form {
	f := &Form{
		ID: unnamed, Action: b.URL(action), Submit: b.T(prefix + "._submit"), SendLabel: b.T("web.form.sending"),
		ErrorTitle: b.T("web.form.error_title"), base: b, prefix: prefix,
	}
	if key := prefix + "._intro"; b.local.Has(key) {
		f.Intro = b.T(key)
	}
	if b.state != nil {
		b.state.noStore = true
	}
	if b.CSRF != "" {
		f.Hidden("_csrf", b.CSRF)
	}
	return f.Hidden("_op", NewOperationID())
}

// Named gives the form an id of its own, which the ids of its fields then carry: where a page shows several forms, all but one
// are named.
func (f *Form) Named(id string) *Form {
	f.ID = id
	for _, field := range f.fields() {
		field.ID = f.fieldID(field.Name)
	}
	return f
}

func (f *Form) fieldID(name string) string {
	id := "i-"
	if f.ID != unnamed {
		id += f.ID + "-"
	}
	return id + strings.NewReplacer("[", "-", "]", "", ".", "-").Replace(name)
}

// unnamed is the id of a page's only form, or of its main one.
const unnamed = "form"

// NewOperationID makes the id of a form's operation: 128 random bits.
func NewOperationID() string { return rand.Text() }

// Section starts a group of fields. Its heading is PREFIX.section_NAME, its first words PREFIX.section_NAME_intro
// where that exists.
func (f *Form) Section(name string) *Form {
	key := f.prefix + ".section_" + name
	s := &FormSection{ID: "section-" + name, Legend: f.base.T(key)}
	if f.base.local.Has(key + "_intro") {
		s.Intro = f.base.T(key + "_intro")
	}
	f.Sections = append(f.Sections, s)
	return f
}

// Hidden adds or replaces a hidden input.
func (f *Form) Hidden(name, value string) *Form {
	for i := range f.HiddenList {
		if f.HiddenList[i].Name == name {
			f.HiddenList[i].Value = value
			return f
		}
	}
	f.HiddenList = append(f.HiddenList, HiddenInput{name, value})
	return f
}

// Read notes the version of the document that the form shows; it comes back as Version.
func (f *Form) Read(version int64) *Form { return f.Hidden("_v", strconv.FormatInt(version, 10)) }

// Back adds a link beside the button that leaves without a change; path without language prefix.
func (f *Form) Back(path string) *Form {
	f.Cancel, f.CancelText = f.base.URL(path), f.base.T("web.form.cancel")
	return f
}

// Hurts draws the button as one whose effect is not taken back easily.
func (f *Form) Hurts() *Form {
	f.Danger = true
	return f
}

// Bind fills the form with what was posted, as typed, and keeps its operation.
func (f *Form) Bind(c *fiber.Ctx) *Form {
	values := ValuesOf(c)
	var refused *apperr.Error
	if errors.As(apperr.Refused(c.UserContext()), &refused) {
		f.refusal = refused.Fields
	}
	for _, field := range f.fields() {
		switch field.Kind {
		case "file":
			continue
		case "checkboxes":
			field.Values = values.All(field.Name)
		case "checkbox":
			field.Checked = values.Has(field.Name)
		default:
			field.Value = values.Get(field.Name)
		}
	}
	for i := range f.HiddenList {
		if name := f.HiddenList[i].Name; name != "_csrf" && values.Has(name) {
			f.HiddenList[i].Value = values.Get(name)
		}
	}
	if !f.has("_v") && values.Has("_v") {
		f.Hidden("_v", values.Get("_v"))
	}
	return f
}

func (f *Form) has(name string) bool {
	for _, h := range f.HiddenList {
		if h.Name == name {
			return true
		}
	}
	return false
}

func (f *Form) fields() []*Field {
	var all []*Field
	for _, s := range f.Sections {
		all = append(all, s.Fields...)
	}
	return all
}

// Field gives the field of that name, for pages that lay out a form themselves; it panics where there is none.
func (f *Form) Field(name string) *Field {
	for _, field := range f.fields() {
		if field.Name == name {
			return field
		}
	}
	panic("web: form " + f.prefix + " has no field " + name)
}

// Fail puts the messages of an *apperr.Error at their fields and into the summary. An error that is not an
// *apperr.Error gives the general sentence, never its own text.
func (f *Form) Fail(err error) *Form {
	if err == nil {
		return f
	}
	var e *apperr.Error
	if !errors.As(err, &e) {
		f.Errors = append(f.Errors, FormError{Text: f.base.T("error.internal.text")})
		return f.failed()
	}
	fields := withRefusal(e.Fields, f.refusal)
	var elsewhere []FormError
	placed := map[string]bool{}
	for _, field := range f.fields() { // in the order of the form, each line naming its field
		for _, m := range fields {
			if field.Name != m.Name {
				continue
			}
			text := f.base.local.Message(m.Message)
			if field.Error == "" {
				field.Error = text
			}
			f.Errors = append(f.Errors, FormError{Text: field.Label + ": " + text, Href: "#" + field.FocusID()})
			placed[m.Name] = true
		}
	}
	for _, m := range fields {
		if !placed[m.Name] {
			elsewhere = append(elsewhere, FormError{Text: f.base.local.Message(m.Message)})
		}
	}
	f.Errors = append(f.Errors, elsewhere...)
	if len(e.Fields) == 0 {
		f.Errors = append(f.Errors, FormError{Text: messageOf(e, f.base.local)})
	}
	return f.failed()
}

// withRefusal puts what may not be kept before whatever else is wrong, so that all is said at once and the same words
// stand at every field.
func withRefusal(fields, refusal []apperr.Field) []apperr.Field {
	all := slices.Clip(refusal)
	for _, f := range fields {
		if !slices.ContainsFunc(refusal, func(r apperr.Field) bool { return f.Name == r.Name }) {
			all = append(all, f)
		}
	}
	return all
}

func (f *Form) failed() *Form {
	for _, field := range f.fields() {
		if field.Kind == "file" {
			field.Again = f.base.T("web.form.file_again")
		}
	}
	if f.base.state != nil {
		f.base.state.failed = true
	}
	return f
}

// Failed tells whether the form shows an error or a conflict.
func (f *Form) Failed() bool { return len(f.Errors) > 0 || f.Conflicted != "" }

// Conflict shows, at each field where they differ, what another person saved since; f keeps what was typed and takes
// the version of current, so that sending it again is a decision. Answer it with 409.
func (f *Form) Conflict(current *Form) *Form {
	f.Conflicted = f.base.T("web.form.conflict")
	for _, h := range current.HiddenList {
		if h.Name == "_v" {
			f.Hidden("_v", h.Value)
		}
	}
	f.Hidden("_op", NewOperationID())
	theirs := map[string]*Field{}
	for _, field := range current.fields() {
		theirs[field.Name] = field
	}
	for _, field := range f.fields() {
		other := theirs[field.Name]
		if other == nil || field.Kind == "file" || field.Shown() == other.Shown() {
			continue
		}
		field.Differs = true
		field.Theirs, field.TheirsLabel, field.YoursLabel = other.Shown(), f.base.T("web.form.theirs"), f.base.T("web.form.yours")
		if field.Theirs == "" {
			field.Theirs = f.base.T("web.form.nothing")
		}
	}
	return f.failed()
}

// Confirm gives a form of one button beside what a preview shows: it posts what this one was bound to again, under an
// operation of its own, and says by step that it is meant.
func (f *Form) Confirm(step, submit string) Form {
	again := Form{ID: step, Action: f.Action, Submit: submit, SendLabel: f.SendLabel, HiddenList: slices.Clone(f.HiddenList)}
	for _, field := range f.fields() {
		values := []string{field.Value}
		switch {
		case field.Kind == "checkboxes":
			values = field.Values
		case field.Kind == "checkbox" && !field.Checked:
			values = nil
		}
		for _, value := range values {
			again.HiddenList = append(again.HiddenList, HiddenInput{field.Name, value})
		}
	}
	again.Hidden("_op", NewOperationID()).Hidden("step", step)
	return again
}

// Note puts a sentence before a field's hint: what was asked to be corrected there, what this kind of thing needs. A
// form without such a field is left as it is.
func (f *Form) Note(name, text string) *Form {
	for _, field := range f.fields() {
		if field.Name == name {
			field.Hint = strings.TrimSpace(text + " " + field.Hint)
		}
	}
	return f
}
