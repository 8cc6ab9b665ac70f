// Package walk lets tests use the portal as people do: sign in as one of the demo people, open pages, fill in forms
// and press buttons, either over plain HTTP or in a real browser. The loop of the portal (a village's need to a confirmed
// commitment) is written once here and walked by whoever needs it: browser tests, engines, kill tests.
package walk

import (
	"fmt"
	"strings"

	"github.com/PuerkitoBio/goquery"
)

// File is what a person chooses in a file input.
type File struct {
	Name string
	Body []byte
}

// Values are a form's inputs by name. An input that is not named keeps what the page put there.
type Values map[string]string

// Visitor is one person at one device.
type Visitor interface {
	// Open goes to a path of the portal (or an absolute address) and fails on a status of 400 or above.
	Open(path string) error
	// Submit fills in the first form that matches the selector and sends it. Values of checkboxes and radios name the
	// choice; several are separated by "|"; "on" checks a checkbox whatever its value. It fails where an input is missing.
	Submit(form string, values Values, files map[string]File) error
	// Document gives the present page.
	Document() (*goquery.Document, error)
	// Path is the present page's path without the language prefix.
	Path() string
	// Status is the present page's HTTP status (0 where the visitor cannot know).
	Status() int
	// Close ends the visit.
	Close()
}

// SignIn signs a visitor in as a demo person, by the person's subject, through the real OpenID round trip.
func SignIn(v Visitor, subject string) error {
	if err := v.Open("/sign-in"); err != nil {
		return err
	}
	if err := v.Submit(`form[action*="/sign-in/demo"]`, nil, nil); err != nil {
		return fmt.Errorf("sign-in page: %w", err)
	}
	if err := v.Submit(`form[action="/choose"]`, Values{"subject": subject}, nil); err != nil {
		return fmt.Errorf("provider's page: %w", err)
	}
	doc, err := v.Document()
	if err != nil {
		return err
	}
	if doc.Find(`form[action*="/sign-out"]`).Length() == 0 {
		return fmt.Errorf("not signed in as %s at %s: %s", subject, v.Path(), Summary(doc))
	}
	return nil
}

// Has tells whether the present page has an element that matches.
func Has(v Visitor, selector string) (bool, error) {
	doc, err := v.Document()
	if err != nil {
		return false, err
	}
	return doc.Find(selector).Length() > 0, nil
}

// Text gives the present page's visible text of what matches, spaces folded.
func Text(v Visitor, selector string) string {
	doc, err := v.Document()
	if err != nil {
		return ""
	}
	return strings.Join(strings.Fields(doc.Find(selector).Text()), " ")
}

// Summary says in short what a page is: title, heading and errors; for messages of failed tests.
func Summary(doc *goquery.Document) string {
	fold := func(s string) string { return strings.Join(strings.Fields(s), " ") }
	return fmt.Sprintf("%q %q %q", fold(doc.Find("title").Text()), fold(doc.Find("h1").Text()), fold(doc.Find(".error-summary, .errors, .flash, [role=alert]").Text()))
}

// RepeatedIDs lists the ids that two elements of a page have: a label or a link then leads to the wrong one.
func RepeatedIDs(doc *goquery.Document) (repeated []string) {
	ids := map[string]bool{}
	for _, n := range doc.Find("[id]").EachIter() {
		id := n.AttrOr("id", "")
		if ids[id] {
			repeated = append(repeated, id)
		}
		ids[id] = true
	}
	return repeated
}
