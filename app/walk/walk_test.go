package walk

import (
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"testing"
)

const formPage = `<!doctype html><title>Form</title><h1>Form</h1>
<form method="post" action="/save" enctype="multipart/form-data">
<input type="hidden" name="op" value="1"><label>Name <input name="name" value="old"></label>
<label>Text <textarea name="text">kept</textarea></label>
<select name="unit"><option value="a">A</option><option value="b" selected>B</option></select>
<input type="radio" name="r" value="x" checked><input type="radio" name="r" value="y">
<input type="checkbox" name="c" value="1"><input type="checkbox" name="c" value="2" checked>
<input type="file" name="f"><button>Send</button></form>`

func testServer() *httptest.Server {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /{$}", func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/html")
		_, _ = io.WriteString(w, formPage)
	})
	mux.HandleFunc("POST /save", func(w http.ResponseWriter, r *http.Request) {
		_ = r.ParseMultipartForm(1 << 20)
		file, _, err := r.FormFile("f")
		body := []byte("none")
		if err == nil {
			body, _ = io.ReadAll(file)
		}
		w.Header().Set("Content-Type", "text/html")
		_, _ = fmt.Fprintf(w, `<title>Saved</title><p>%s|%s|%s|%s|%v|%s|%s</p>`, r.FormValue("op"), r.FormValue("name"), r.FormValue("text"), r.FormValue("unit"), r.Form["c"], r.FormValue("r"), body)
	})
	return httptest.NewServer(mux)
}

func visit(t *testing.T, v Visitor) {
	t.Helper()
	if err := v.Open("/"); err != nil {
		t.Fatal(err)
	}
	if err := v.Submit("form", Values{"nosuch": "1"}, nil); err == nil {
		t.Error("a missing input was not noticed")
	}
	if err := v.Submit("form", Values{"unit": "z"}, nil); err == nil {
		t.Error("a missing option was not noticed")
	}
	if err := v.Open("/"); err != nil {
		t.Fatal(err)
	}
	err := v.Submit("form", Values{"name": "new", "unit": "a", "r": "y", "c": "1"}, map[string]File{"f": {Name: "f.txt", Body: []byte("file")}})
	if err != nil {
		t.Fatal(err)
	}
	if got, want := Text(v, "p"), "1|new|kept|a|[1]|y|file"; got != want {
		t.Errorf("sent %q, want %q", got, want)
	}
	if v.Path() != "/save" {
		t.Errorf("at %s", v.Path())
	}
	if err := v.Open("/nowhere"); err == nil {
		t.Error("a 404 was not noticed")
	}
}

func TestHTTPVisitor(t *testing.T) {
	server := testServer()
	defer server.Close()
	v, err := NewHTTP(server.URL)
	if err != nil {
		t.Fatal(err)
	}
	defer v.Close()
	visit(t, v)
}

func TestChromiumVisitor(t *testing.T) {
	server := testServer()
	defer server.Close()
	browser, err := NewBrowser()
	if errors.Is(err, ErrNoBrowser) {
		t.Skip(err)
	}
	if err != nil {
		t.Fatal(err)
	}
	defer browser.Close()
	for _, script := range []bool{false, true} {
		t.Run(fmt.Sprintf("script=%v", script), func(t *testing.T) {
			v, err := browser.Visit(server.URL, 360, 740, script, t.TempDir())
			if err != nil {
				t.Fatal(err)
			}
			defer v.Close()
			visit(t, v)
			if shot, err := v.Screenshot(); err != nil || len(shot) < 1000 {
				t.Errorf("screenshot: %d bytes, %v", len(shot), err)
			}
		})
	}
}
