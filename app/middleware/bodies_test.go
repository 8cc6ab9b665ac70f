package middleware_test

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"strings"
	"testing"

	"github.com/gofiber/fiber/v2"
	"github.com/valyala/fasthttp/fasthttputil"

	"gotong/app/middleware"
	"gotong/modules/kit/web"
)

// Whatever a request brings, however much of it is wanted: what follows on the connection is the next request or nothing.
func TestBodiesAreBoundedAndReadToTheirEnd(t *testing.T) {
	const form, piece, other = 3000, 40000, 2000
	broke := make(chan error, 1)
	app := fiber.New(fiber.Config{DisableStartupMessage: true, StreamRequestBody: true, DisablePreParseMultipartForm: true})
	app.Post("/form", func(c *fiber.Ctx) error {
		if f, err := c.MultipartForm(); err == nil {
			return c.SendString(fmt.Sprintf("file of %d, %s", f.File["file"][0].Size, c.FormValue("name")))
		}
		return c.SendString(fmt.Sprintf("%d, %s", len(c.Body()), c.FormValue("name")))
	})
	app.Put("/other", func(c *fiber.Ctx) error { return c.SendString(strconv.Itoa(len(c.Body()))) })
	app.Patch("/uploads/:id", func(c *fiber.Ctx) error {
		return web.ServeHTTP(c, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			var n int64
			var err error
			if c.Params("id") != "refused" {
				n, err = io.Copy(io.Discard, r.Body)
			}
			if c.Params("id") == "broken" {
				broke <- err
			}
			fmt.Fprint(w, n, " of ", r.ContentLength, err)
		}))
	})
	app.Get("/next", func(c *fiber.Ctx) error { return c.SendString("next") })
	middleware.Bodies{Form: form, Piece: piece, Other: other}.Guard(app.Server())
	l := fasthttputil.NewInmemoryListener()
	go func() { _ = app.Listener(l) }()
	t.Cleanup(func() { _ = app.Shutdown() })

	head := func(method, path, kind string) string {
		return method + " " + path + " HTTP/1.1\r\nHost: x\r\nContent-Type: " + kind + "\r\n"
	}
	sized := func(head, body string) string {
		return fmt.Sprintf("%sContent-Length: %d\r\n\r\n%s", head, len(body), body)
	}
	chunked := func(head, body string) string {
		return fmt.Sprintf("%sTransfer-Encoding: chunked\r\n\r\n%x\r\n%s\r\n0\r\n\r\n", head, len(body), body)
	}
	files := func(size, behind int) string {
		return "--b\r\nContent-Disposition: form-data; name=\"name\"\r\n\r\nNama\r\n--b\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a.txt\"\r\n\r\n" +
			strings.Repeat("x", size) + "\r\n--b--\r\n" + strings.Repeat("y", behind)
	}
	fields, multi, plain, bytes := head("POST", "/form", "application/x-www-form-urlencoded"), head("POST", "/form", "multipart/form-data; boundary=b"),
		head("PUT", "/other", "text/plain"), "application/offset+octet-stream"
	large := strings.Repeat("a", 30000)
	for name, c := range map[string]struct {
		request string
		status  int
		answer  string
	}{
		"a form":                     {sized(fields, "name=Nama&x="+large[:2000]), 200, "2012, Nama"},
		"a form in chunks":           {chunked(fields, "name=Nama"), 200, "9, Nama"},
		"an empty form":              {sized(fields, ""), 200, "0, "},
		"a large form":               {sized(fields, large), 413, ""},
		"a large form in chunks":     {chunked(fields, large), 413, ""},
		"a form with a file":         {sized(multi, files(1000, 0)), 200, "file of 1000, Nama"},
		"something behind a file":    {sized(multi, files(1000, 900)), 200, "file of 1000, Nama"},
		"a file in chunks":           {chunked(multi, files(1000, 0)), 200, "file of 1000, Nama"},
		"a large file":               {sized(multi, files(30000, 0)), 413, ""},
		"half a file":                {sized(multi, files(1000, 0)[:1000]), 400, ""},
		"something else":             {sized(plain, large[:other]), 200, strconv.Itoa(other)},
		"too much of something else": {sized(plain, large[:other+1]), 413, ""},
		"a piece":                    {sized(head("PATCH", "/uploads/a", bytes), large), 200, "30000 of 30000 <nil>"},
		"a piece that nobody wants":  {sized(head("PATCH", "/uploads/refused", bytes), large), 200, "0 of 30000 <nil>"},
		"a piece of nowhere":         {sized(head("PATCH", "/uploads/a/b", bytes), large), 404, ""},
		"too large a piece":          {sized(head("PATCH", "/uploads/a", bytes), large+large), 413, ""},
		"a piece in chunks":          {chunked(head("PATCH", "/uploads/a", bytes), large[:100]), 200, "100 of 100 <nil>"},
		"a piece of another kind":    {sized(head("PATCH", "/uploads/a", "text/plain"), large), 413, ""},
	} {
		conn, err := l.Dial()
		if err != nil {
			t.Fatal(err)
		}
		go func() { _, _ = io.WriteString(conn, c.request+"GET /next HTTP/1.1\r\nHost: x\r\n\r\n") }()
		in := bufio.NewReader(conn)
		res, err := http.ReadResponse(in, nil)
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		body, _ := io.ReadAll(res.Body)
		if res.StatusCode != c.status || c.status == 200 && string(body) != c.answer {
			t.Errorf("%s: %d %q", name, res.StatusCode, body)
		}
		after, err := http.ReadResponse(in, nil)
		switch {
		case res.Close || res.Header.Get("Connection") == "close":
			if err == nil {
				t.Errorf("%s: an answer after the end: %d", name, after.StatusCode)
			}
			if c.status == 200 {
				t.Errorf("%s: the connection was closed", name)
			}
		case err != nil:
			t.Errorf("%s: no next answer: %v", name, err)
		default:
			if body, _ := io.ReadAll(after.Body); string(body) != "next" {
				t.Errorf("%s: what followed was taken for %d %q", name, after.StatusCode, body)
			}
		}
		_ = conn.Close()
	}

	// A line that breaks gives what came, and says that it broke.
	conn, err := l.Dial()
	if err != nil {
		t.Fatal(err)
	}
	_, _ = io.WriteString(conn, head("PATCH", "/uploads/broken", bytes)+"Content-Length: 30000\r\n\r\n"+large[:20000])
	_ = conn.Close()
	if err := <-broke; !errors.Is(err, io.ErrUnexpectedEOF) {
		t.Errorf("a broken line: %v", err)
	}
}
