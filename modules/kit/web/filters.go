package web

import "maps"

// Filters is the GET form above a list, with the active filters as chips that can be taken away.
type Filters struct {
	Action       string
	Name         string // of the form, for those who do not see it
	Search       *FilterSearch
	Selects      []FilterSelect
	Folded       []FilterSelect // those after Fold, which are shown on demand
	FoldLabel    string
	Unfolded     bool // one of them is chosen
	Dates        []FilterDate
	Chips        []Chip
	ClearPath    string
	SubmitLabel  string
	ClearLabel   string
	ActiveLabel  string
	RemovePrefix string // "Hapus saringan", before a chip's text

	base   Base
	path   string
	prefix string
	active map[string]string
}

// FilterSearch is the box for words.
type FilterSearch struct{ Label, Value, Placeholder string }

// FilterSelect is one choice. Any is the label of "no choice"; "" where there is none (sorting).
type FilterSelect struct {
	Name, ID, Label, Value, Any string
	Groups                      []OptionGroup
}

// FilterDate is one date; Value is written 2027-04-01.
type FilterDate struct{ Name, ID, Label, Value string }

// Chip is an active filter; Path is the list without it.
type Chip struct{ Label, Path, name string }

// NewFilters makes the filters of the list at path. Labels are the keys PREFIX.q (and PREFIX.q_placeholder where it
// exists), PREFIX.NAME and PREFIX.NAME_any ("Semua kabupaten") of each choice.
func NewFilters(b Base, path, prefix string) *Filters {
	return &Filters{
		Action: b.URL(path), Name: b.T("web.filters.name"), SubmitLabel: b.T("web.filters.submit"), ClearLabel: b.T("web.filters.clear"),
		ActiveLabel: b.T("web.filters.active"), RemovePrefix: b.T("web.filters.remove"),
		base: b, path: path, prefix: prefix, active: map[string]string{},
	}
}

// Q adds the box for words.
func (f *Filters) Q(value string) *Filters {
	f.Search = &FilterSearch{Label: f.base.T(f.prefix + ".q"), Value: value}
	if key := f.prefix + ".q_placeholder"; f.base.local.Has(key) {
		f.Search.Placeholder = f.base.T(key)
	}
	return f.note("q", value, "“"+value+"”")
}

// Select adds a choice. A value that is not among the options is kept, so that the chip can take it away.
func (f *Filters) Select(name, value string, options []Option) *Filters {
	label := f.base.T(f.prefix + "." + name)
	all := f.base.T("web.filters.any")
	if key := f.prefix + "." + name + "_any"; f.base.local.Has(key) {
		all = f.base.T(key)
	}
	choice := FilterSelect{Name: name, ID: "f-" + name, Label: label, Value: value, Any: all, Groups: grouping(options)}
	if f.FoldLabel == "" {
		f.Selects = append(f.Selects, choice)
	} else {
		f.Folded, f.Unfolded = append(f.Folded, choice), f.Unfolded || value != ""
	}
	return f.note(name, value, label+": "+labelOf(options, value))
}

// Fold puts the choices that follow behind a label, so that the list begins on the first screen of a phone.
func (f *Filters) Fold() *Filters {
	f.FoldLabel = f.base.T("web.filters.more")
	return f
}

// Date adds a date, 2027-04-01; label is how the chip writes it.
func (f *Filters) Date(name, value, label string) *Filters {
	title := f.base.T(f.prefix + "." + name)
	f.Dates = append(f.Dates, FilterDate{Name: name, ID: "f-" + name, Label: title, Value: value})
	return f.note(name, value, title+": "+label)
}

// Sort adds the choice of order; its first option is the default.
func (f *Filters) Sort(value string, options []Option) *Filters {
	f.Selects = append(f.Selects, FilterSelect{Name: "sort", ID: "f-sort", Label: f.base.T("web.filters.sort"), Value: value, Groups: grouping(options)})
	if value != "" {
		f.active["sort"] = value
		f.chips()
	}
	return f
}

func (f *Filters) note(name, value, label string) *Filters {
	if value == "" {
		return f
	}
	f.active[name] = value
	f.Chips = append(f.Chips, Chip{Label: label, name: name})
	f.chips()
	return f
}

// chips writes each chip's address anew: the list with all other filters.
func (f *Filters) chips() {
	for i := range f.Chips {
		rest := maps.Clone(f.active)
		delete(rest, f.Chips[i].name)
		f.Chips[i].Path = ListURL(f.base, f.path, rest, "")
	}
	f.ClearPath = f.base.URL(f.path)
}

// Query gives the active filters, for ListURL and NewPager.
func (f *Filters) Query() map[string]string { return f.active }

// Active tells whether a filter narrows the list.
func (f *Filters) Active() bool { return len(f.Chips) > 0 }

func labelOf(options []Option, value string) string {
	for _, o := range options {
		if o.Value == value {
			return o.Label
		}
	}
	return value
}
