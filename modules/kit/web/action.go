package web

import "gotong/modules/kit/apperr"

// Action is a form of one button. Confirm puts a text before it that the reader must open first; Reason asks for a
// reason. Kind is main, plain or stop (what hurts).
type Action struct {
	ID      string // distinguishes several on one page
	Path    string
	Label   string
	Confirm string
	Kind    string
	Version int64
	Reason  bool

	ReasonLabel, ReasonHint, ReasonValue string
	Extra                                []HiddenInput
	Error, ErrorPrefix                   string
	CSRF, Operation, SendLabel           string
	Back                                 string

	base Base
}

// NewAction makes a button that posts to path (without language prefix). Its label is key; KEY_confirm, where it
// exists, is the text to open first; KEY_reason and KEY_reason_hint, where they exist, name the reason.
func NewAction(b Base, key, path string) Action {
	a := Action{
		ID: "a-" + idOf(key), Path: b.URL(path), Label: b.T(key), Kind: "main", CSRF: b.CSRF, Operation: NewOperationID(),
		SendLabel: b.T("web.form.sending"), ErrorPrefix: b.T("web.form.error_prefix"), ReasonLabel: b.T("web.action.reason"), base: b,
	}
	if b.state != nil {
		b.state.noStore = true
	}
	for suffix, target := range map[string]*string{"_confirm": &a.Confirm, "_reason": &a.ReasonLabel, "_reason_hint": &a.ReasonHint} {
		if b.local.Has(key + suffix) {
			*target = b.T(key + suffix)
		}
	}
	return a
}

// With adds a hidden input.
func (a Action) With(name, value string) Action {
	a.Extra = append(append([]HiddenInput(nil), a.Extra...), HiddenInput{name, value})
	return a
}

// Fail shows why the action was refused, with the reason that was typed.
func (a Action) Fail(err error, reason string) Action {
	if err == nil {
		return a
	}
	form := &Form{base: a.base}
	form.Fail(err)
	if len(form.Errors) > 0 {
		a.Error = form.Errors[0].Text
	}
	if apperr.Is(err, apperr.Invalid) || reason != "" {
		a.ReasonValue = reason
	}
	return a
}

// Opens tells whether the button stands behind a text that is opened first.
func (a Action) Opens() bool { return a.Confirm != "" || a.Reason }

func idOf(key string) string {
	out := []byte(key)
	for i, b := range out {
		if b == '.' || b == '_' {
			out[i] = '-'
		}
	}
	return string(out)
}
