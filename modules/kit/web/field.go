package web

import (
	"slices"
	"strconv"
	"strings"
)

// Field is one input of a form with all that its partial needs.
type Field struct {
	Kind         string // text, textarea, email, date, select, radio, checkboxes, checkbox, file
	Name, ID     string
	Label, Hint  string
	Error        string
	ErrorPrefix  string // "Galat:"
	Value        string
	Values       []string
	Checked      bool
	Groups       []OptionGroup
	Choose       string // first, empty choice of a select
	Required     bool
	Optional     string // "(boleh kosong)", "" where it is required
	Max          int    // of characters, 0 for none
	MaxText      string // "Paling banyak 200 huruf"
	Rows         int
	Placeholder  string
	Autocomplete string
	InputMode    string
	Prefix       string // before the input: Rp
	Accept       string
	Multiple     bool
	Suggest      string // address that answers with options while one types
	Live         string // address that answers with words about what is typed, shown below while one types
	Narrow       bool
	Differs      bool // a conflict: Theirs is what another person saved
	Theirs       string
	TheirsLabel  string
	YoursLabel   string
	Again        string // of a file: it must be chosen again

	form *Form
}

// Option is one choice.
type Option struct {
	Value, Label, Hint, Group string
	Count                     int64 // shown behind the label where it is above 0
	Disabled                  bool
}

// OptionGroup is a run of options with the same group.
type OptionGroup struct {
	Label   string
	Options []Option
}

func grouping(options []Option) []OptionGroup {
	var groups []OptionGroup
	for _, o := range options {
		i := slices.IndexFunc(groups, func(g OptionGroup) bool { return g.Label == o.Group })
		if i < 0 {
			groups = append(groups, OptionGroup{Label: o.Group})
			i = len(groups) - 1
		}
		groups[i].Options = append(groups[i].Options, o)
	}
	return groups
}

// FieldOption changes a field while it is added.
type FieldOption func(*Field)

// Required marks a field that must be filled; all others say that they may stay empty. The service decides.
func Required() FieldOption { return func(f *Field) { f.Required = true } }

// Max tells the reader how many characters are allowed. The browser does not cut; the service decides.
func Max(n int) FieldOption {
	return func(f *Field) {
		f.Max = n
		f.MaxText = f.form.base.T("web.form.max", "count", n)
	}
}

// Value is what the field holds.
func Value(v string) FieldOption { return func(f *Field) { f.Value = v } }

// ValueInt is a whole number, written as the language does; 0 leaves the field empty.
func ValueInt(n int64) FieldOption {
	return func(f *Field) {
		if n != 0 {
			f.Value = f.form.base.Number(n)
		}
	}
}

// ValueList are the chosen values of checkboxes.
func ValueList(v []string) FieldOption { return func(f *Field) { f.Values = v } }

// Checked sets a single checkbox.
func Checked(on bool) FieldOption { return func(f *Field) { f.Checked = on } }

// Hint replaces the hint that PREFIX.NAME_hint gives.
func Hint(key string, args ...any) FieldOption {
	return func(f *Field) { f.Hint = f.form.base.T(key, args...) }
}

// Label replaces the label that PREFIX.NAME gives.
func Label(key string, args ...any) FieldOption {
	return func(f *Field) { f.Label = f.form.base.T(key, args...) }
}

// Placeholder shows an example in the empty input; it never replaces label or hint. The text is already translated.
func Placeholder(text string) FieldOption { return func(f *Field) { f.Placeholder = text } }

// Autocomplete is the HTML autocomplete token, e.g. "email", "organization".
func Autocomplete(token string) FieldOption { return func(f *Field) { f.Autocomplete = token } }

// Rows is the height of a text area in lines.
func Rows(n int) FieldOption { return func(f *Field) { f.Rows = n } }

// Multiple lets a file field take several files.
func Multiple() FieldOption { return func(f *Field) { f.Multiple = true } }

// Suggest has the browser ask path (without language prefix) for suggestions while one types; the answer comes from
// web.Suggestions, the typed text arrives there under the field's name. Without JavaScript it is a plain input.
func Suggest(path string) FieldOption {
	return func(f *Field) { f.Suggest = f.form.base.URL(path) }
}

func (f *Form) add(kind, name string, options []FieldOption, prepare func(*Field)) *Form {
	field := &Field{Kind: kind, Name: name, ID: f.fieldID(name), form: f, ErrorPrefix: f.base.T("web.form.error_prefix")}
	key := f.prefix + "." + name
	if f.base.local.Has(key + "_hint") {
		field.Hint = f.base.T(key + "_hint")
	}
	if prepare != nil {
		prepare(field)
	}
	for _, option := range options {
		option(field)
	}
	if field.Label == "" {
		field.Label = f.base.T(key)
	}
	if !field.Required && kind != "checkbox" {
		field.Optional = f.base.T("web.form.optional")
	}
	if len(f.Sections) == 0 {
		f.Sections = append(f.Sections, &FormSection{})
	}
	last := f.Sections[len(f.Sections)-1]
	last.Fields = append(last.Fields, field)
	return f
}

// Text adds an input of one line.
func (f *Form) Text(name string, options ...FieldOption) *Form {
	return f.add("text", name, options, nil)
}

// TextArea adds an input of several lines.
func (f *Form) TextArea(name string, options ...FieldOption) *Form {
	return f.add("textarea", name, options, func(field *Field) { field.Rows = 5 })
}

// Number adds an input for a whole number of 0 or more; Values.Int reads it.
func (f *Form) Number(name string, options ...FieldOption) *Form {
	return f.add("text", name, options, func(field *Field) { field.InputMode, field.Narrow = "numeric", true })
}

// Rupiah adds an input for an amount of money; Values.Rupiah reads it.
func (f *Form) Rupiah(name string, options ...FieldOption) *Form {
	return f.add("text", name, options, func(field *Field) { field.InputMode, field.Narrow, field.Prefix = "numeric", true, "Rp" })
}

// Date adds an input for a civil date; the value is 2027-04-01 (domain.ParseDate reads typed forms too).
func (f *Form) Date(name string, options ...FieldOption) *Form {
	return f.add("date", name, options, func(field *Field) { field.Narrow = true })
}

// Email adds an input for a mail address.
func (f *Form) Email(name string, options ...FieldOption) *Form {
	return f.add("email", name, options, func(field *Field) { field.Autocomplete = "email" })
}

// Select adds a choice from a list.
func (f *Form) Select(name string, choices []Option, options ...FieldOption) *Form {
	return f.add("select", name, options, func(field *Field) {
		field.Groups, field.Choose = grouping(choices), f.base.T("web.form.choose")
	})
}

// Radio adds a choice whose options all are seen.
func (f *Form) Radio(name string, choices []Option, options ...FieldOption) *Form {
	return f.add("radio", name, options, func(field *Field) { field.Groups = grouping(choices) })
}

// Checkboxes adds a choice of several; Values.All reads it.
func (f *Form) Checkboxes(name string, choices []Option, options ...FieldOption) *Form {
	return f.add("checkboxes", name, options, func(field *Field) { field.Groups = grouping(choices) })
}

// Checkbox adds one box; Values.Has reads it.
func (f *Form) Checkbox(name string, options ...FieldOption) *Form {
	return f.add("checkbox", name, options, func(field *Field) { field.Value = "1" })
}

// File adds a file input; accept is as in HTML (".pdf,image/jpeg"). The form is sent as multipart.
func (f *Form) File(name, accept string, options ...FieldOption) *Form {
	f.Upload, f.UploadText, f.UploadFailed = true, f.base.T("web.form.uploading"), f.base.T("web.form.upload_failed")
	return f.add("file", name, options, func(field *Field) { field.Accept = accept })
}

// On tells whether an option is the chosen one, or among the chosen.
func (f *Field) On(value string) bool {
	if f.Kind == "checkboxes" {
		return slices.Contains(f.Values, value)
	}
	return f.Value == value
}

// Shown gives the field's content in words, for comparing two versions.
func (f *Field) Shown() string {
	labels := func(values ...string) string {
		var words []string
		for _, v := range values {
			if v == "" {
				continue
			}
			word := v
			for _, g := range f.Groups {
				if l := labelOf(g.Options, v); l != v {
					word = l
				}
			}
			words = append(words, word)
		}
		return strings.Join(words, ", ")
	}
	switch f.Kind {
	case "select", "radio":
		return labels(f.Value)
	case "checkboxes":
		return labels(f.Values...)
	case "checkbox":
		if f.Checked {
			return f.form.base.T("web.form.yes")
		}
		return f.form.base.T("web.form.no")
	}
	return f.Value
}

// Grouped tells whether the field is a group of inputs, which takes a fieldset.
func (f *Field) Grouped() bool { return f.Kind == "radio" || f.Kind == "checkboxes" }

// OptionID is the id of an option's input.
func (f *Field) OptionID(group, option int) string {
	if group == 0 && option == 0 {
		return f.ID
	}
	return f.ID + "-" + string(rune('a'+group%26)) + strconv.Itoa(option)
}

// FocusID is the id to which the error summary leads.
func (f *Field) FocusID() string { return f.ID }

// DescribedBy names the elements that explain the field, "" for none.
func (f *Field) DescribedBy() string {
	var ids []string
	if f.Hint != "" {
		ids = append(ids, f.ID+"-hint")
	}
	if f.Max > 0 {
		ids = append(ids, f.ID+"-max")
	}
	if f.Error != "" {
		ids = append(ids, f.ID+"-error")
	}
	if f.Differs {
		ids = append(ids, f.ID+"-theirs")
	}
	return strings.Join(ids, " ")
}
