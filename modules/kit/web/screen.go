package web

import (
	"encoding/base64"
	"slices"
	"strings"

	"github.com/gofiber/fiber/v2"

	"gotong/modules/kit/apperr"
)

// Screen looks through every text of a form, file names too, before anybody reads it. Where found tells of one that it
// may not be kept, the request goes on, so that its page answers with the form as it was typed and the message at the
// field; but nothing can be stored under its context (apperr.Refuse), whichever way the form takes. A page that would
// have gone on without storing anything answers the refusal itself.
func Screen(message string, found func(text string) bool) fiber.Handler {
	return func(c *fiber.Ctx) error {
		if c.Method() != fiber.MethodPost && c.Method() != fiber.MethodPut && c.Method() != fiber.MethodPatch {
			return c.Next()
		}
		if slices.ContainsFunc(announced(c), found) { // a program's upload in pieces: there is no form to show
			return apperr.New(apperr.Invalid, message)
		}
		refusal := screened(c, message, found)
		if refusal == nil {
			return c.Next()
		}
		c.SetUserContext(apperr.Refuse(c.UserContext(), refusal))
		if err := c.Next(); err != nil {
			return err
		}
		if status := c.Response().StatusCode(); status < 400 && !signsIn(c) {
			c.Response().Reset()
			return refusal
		}
		return nil
	}
}

// announced are the texts of an upload in pieces (tus), which come in a header.
func announced(c *fiber.Ctx) (texts []string) {
	for pair := range strings.SplitSeq(c.Get("Upload-Metadata"), ",") {
		_, value, _ := strings.Cut(strings.TrimSpace(pair), " ")
		if text, err := base64.StdEncoding.DecodeString(value); err == nil {
			texts = append(texts, clean(string(text)))
		}
	}
	return texts
}

// signsIn tells whether the answer leads to the sign-in page: who may not do it learns nothing of what was found.
func signsIn(c *fiber.Ctx) bool {
	to := strings.TrimPrefix(string(c.Response().Header.Peek(fiber.HeaderLocation)), "/en")
	return strings.HasPrefix(to, "/sign-in")
}

// screened gives the refusal, with the fields in their order by name.
func screened(c *fiber.Ctx, message string, found func(text string) bool) *apperr.Error {
	var fields apperr.Fields
	note := func(name string) {
		if !slices.ContainsFunc(fields, func(f apperr.Field) bool { return f.Name == name }) {
			fields.Add(name, message)
		}
	}
	for name, values := range ValuesOf(c).all {
		if strings.HasPrefix(name, "_") { // the form's own: operation, version, the session's value
			continue
		}
		if slices.ContainsFunc(values, found) {
			note(name)
		}
	}
	if form, err := c.MultipartForm(); err == nil {
		for name, files := range form.File {
			for _, f := range files {
				if found(clean(f.Filename)) {
					note(name)
				}
			}
		}
	}
	if len(fields) == 0 {
		return nil
	}
	slices.SortFunc(fields, func(a, b apperr.Field) int { return strings.Compare(a.Name, b.Name) })
	return &apperr.Error{Kind: apperr.Invalid, Msg: apperr.Msg("error.invalid"), Fields: fields}
}
