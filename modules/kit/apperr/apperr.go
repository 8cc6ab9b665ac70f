// Package apperr is the one kind of error that leaves a service: what happened in a form that a page can show
// (a message key and its arguments, per field where it applies) apart from the cause that only the log sees.
package apperr

import (
	"errors"
	"fmt"
	"time"
)

// Kind says what went wrong in terms that decide the answer's status.
type Kind int

// Kinds, each with the HTTP status that the web kit answers.
const (
	Internal         Kind = iota // 500: our fault, the cause is in the log
	Invalid                      // 422: the input must change, Fields say where
	BadRequest                   // 400: the request itself makes no sense
	SignIn                       // 401: a page answers with a redirect to the sign-in page
	Forbidden                    // 403: seen, but not allowed to do this (a hidden thing is NotFound instead)
	NotFound                     // 404: not there, or not to be seen by this reader
	Conflict                     // 409: changed since it was read
	TooLarge                     // 413
	UnsupportedMedia             // 415
	TooMany                      // 429: RetryAfter says when
	Unavailable                  // 503: a server behind the portal does not answer; nothing was changed
)

// Message is a text in the reader's language to be: a locale key and named arguments (name, value pairs).
type Message struct {
	Key  string
	Args []any
}

// Msg makes a Message: Msg("needs.error.quantity", "max", 40).
func Msg(key string, args ...any) Message { return Message{Key: key, Args: args} }

// Field is a message that belongs to one input of a form, by the input's name.
type Field struct {
	Name string
	Message
}

// Error carries the safe message for the reader and, apart from it, the cause for the log.
type Error struct {
	Kind   Kind
	Msg    Message
	Fields []Field
	Err    error

	RetryAfter time.Duration // with TooMany and Unavailable; 0 leaves the choice to the web kit
}

// Error is for the log and tests, never for the reader.
func (e *Error) Error() string {
	s := fmt.Sprintf("kind %d %s", e.Kind, e.Msg.Key)
	for _, f := range e.Fields {
		s += fmt.Sprintf(" [%s: %s]", f.Name, f.Key)
	}
	if e.Err != nil {
		s += ": " + e.Err.Error()
	}
	return s
}

// Unwrap gives the cause.
func (e *Error) Unwrap() error { return e.Err }

// New makes an error with a message for the reader.
func New(kind Kind, key string, args ...any) *Error {
	return &Error{Kind: kind, Msg: Msg(key, args...)}
}

// Wrap adds kind and message to a cause.
func Wrap(err error, kind Kind, key string, args ...any) *Error {
	return &Error{Kind: kind, Msg: Msg(key, args...), Err: err}
}

// InvalidFields makes an Invalid error of the given fields, or nil where there is none.
func InvalidFields(fields []Field) error {
	if len(fields) == 0 {
		return nil
	}
	return &Error{Kind: Invalid, Msg: Msg("error.invalid"), Fields: fields}
}

// KindOf finds the kind of any error; Internal where it is not ours.
func KindOf(err error) Kind {
	var e *Error
	if errors.As(err, &e) {
		return e.Kind
	}
	return Internal
}

// Is tells whether err is an *Error of this kind.
func Is(err error, kind Kind) bool {
	var e *Error
	return errors.As(err, &e) && e.Kind == kind
}

// FieldsOf gives the messages at inputs that an error carries, none where it is not ours.
func FieldsOf(err error) Fields {
	var e *Error
	if errors.As(err, &e) {
		return e.Fields
	}
	return nil
}

// Fields collects messages for a form while it is validated.
type Fields []Field

// Add notes a message for an input.
func (f *Fields) Add(name, key string, args ...any) {
	*f = append(*f, Field{Name: name, Message: Msg(key, args...)})
}

// Check notes a message unless ok.
func (f *Fields) Check(ok bool, name, key string, args ...any) {
	if !ok {
		f.Add(name, key, args...)
	}
}

// Err is nil without a message, else an Invalid error.
func (f Fields) Err() error { return InvalidFields(f) }
