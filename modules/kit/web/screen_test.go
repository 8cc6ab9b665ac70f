package web_test

import (
	"bytes"
	"encoding/base64"
	"io"
	"mime/multipart"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/gofiber/fiber/v2"

	"gotong/modules/kit/apperr"
	"gotong/modules/kit/web"
)

// A form with what may not be kept reaches its page under a context that refuses; a page that goes on all the same
// answers the refusal, and a reading request is left alone.
func TestScreen(t *testing.T) {
	var met error
	app := fiber.New(fiber.Config{ErrorHandler: func(c *fiber.Ctx, err error) error {
		var lines []string
		if e, ok := err.(*apperr.Error); ok { //nolint:errorlint // the refusal itself is wanted, unwrapped
			for _, f := range e.Fields {
				lines = append(lines, f.Name+"="+f.Key)
			}
		}
		return c.Status(web.StatusOf(err)).SendString(strings.Join(lines, " "))
	}})
	app.Use(web.Screen("words", func(text string) bool { return strings.Contains(text, "SECRET") }))
	app.All("/kept", func(c *fiber.Ctx) error {
		met = apperr.Refused(c.UserContext())
		if same := apperr.Refused(c.UserContext()); same != met { //nolint:errorlint // one and the same
			t.Errorf("the request's contexts differ: %v, %v", met, same)
		}
		return c.Redirect("/elsewhere", fiber.StatusSeeOther)
	})
	app.Post("/refused", func(c *fiber.Ctx) error { return c.Status(fiber.StatusUnprocessableEntity).SendString("its own page") })
	app.Post("/signed-out", func(c *fiber.Ctx) error { return c.Redirect("/en/sign-in?next=/", fiber.StatusSeeOther) })

	var files bytes.Buffer
	form := multipart.NewWriter(&files)
	_ = form.WriteField("title", "fine")
	part, _ := form.CreateFormFile("paper", "SECRET.pdf")
	_, _ = part.Write([]byte("SECRET content is not Screen's"))
	_ = form.Close()
	const plain = fiber.MIMEApplicationForm
	for _, test := range []struct {
		method, path, kind, body string
		status                   int
		says                     string
		refuses                  bool
	}{
		{"POST", "/kept", plain, "a=fine&b=SECRET&b=x&c=a+SECRET", 422, "b=words c=words", true},
		{"PUT", "/kept", plain, "a=SECRET", 422, "a=words", true},
		{"POST", "/kept", plain, "a=fine&_op=SECRET", 303, "", false},
		{"POST", "/kept", plain, "a=SE%E2%80%AECRET", 422, "a=words", true}, // with a mark between that nobody sees
		{"POST", "/kept?a=SECRET", plain, "a=fine", 303, "", false},         // a form never reads from the address
		{"GET", "/kept?a=SECRET", "", "", 303, "", false},
		{"POST", "/kept", form.FormDataContentType(), files.String(), 422, "paper=words", true},
		{"POST", "/refused", plain, "a=SECRET", 422, "its own page", false},
		{"POST", "/signed-out", plain, "a=SECRET", 303, "", false},
	} {
		met = nil
		req := httptest.NewRequest(test.method, test.path, strings.NewReader(test.body))
		req.Header.Set(fiber.HeaderContentType, test.kind)
		res, err := app.Test(req)
		if err != nil {
			t.Fatal(err)
		}
		said, _ := io.ReadAll(res.Body)
		_ = res.Body.Close()
		if res.StatusCode != test.status || string(said) != test.says || (met != nil) != test.refuses {
			t.Errorf("%s %s %q: %d %q, refused %v; want %d %q, %t", test.method, test.path, test.body, res.StatusCode, said, met, test.status, test.says, test.refuses)
		}
	}
	req := httptest.NewRequest("POST", "/kept", nil)
	req.Header.Set("Upload-Metadata", "for eA==,filename "+base64.StdEncoding.EncodeToString([]byte("SECRET.pdf")))
	met = nil
	if res, err := app.Test(req); err != nil || res.StatusCode != 422 {
		t.Errorf("an upload in pieces: %v %v", res.StatusCode, err)
	}
}
