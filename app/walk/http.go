package walk

import (
	"bytes"
	"fmt"
	"io"
	"mime/multipart"
	"net/http"
	"net/http/cookiejar"
	"net/textproto"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/PuerkitoBio/goquery"
)

// HTTP is a visitor without a browser: it parses pages and sends forms as a browser without JavaScript does.
type HTTP struct {
	base   *url.URL
	client *http.Client
	at     *url.URL
	body   []byte
	status int

	lost     *sentForm // sent, and no answer came
	redo     bool
	answered int
}

// sentForm is a form as it went over the line.
type sentForm struct {
	target, contentType, origin string
	body                        []byte
}

// Lost tells whether a form was sent and no answer came.
func (h *HTTP) Lost() bool { return h.lost != nil }

// Redo makes the next Submit send the form again whose answer was lost, letter by letter, as a person does who presses
// the button again; until then the visitor stays on the form's page, whatever is opened. False where none was lost.
func (h *HTTP) Redo() bool {
	h.redo = h.Lost()
	return h.redo
}

// Answered counts the forms whose answer came.
func (h *HTTP) Answered() int { return h.answered }

// Move makes the visitor use another address from now on; who is signed in stays so.
func (h *HTTP) Move(base string) error {
	u, err := url.Parse(base)
	if err == nil {
		h.base, h.at = u, u
	}
	return err
}

// Again gives another visitor who starts with the cookies that this one has now.
func (h *HTTP) Again() (*HTTP, error) {
	other, err := NewHTTP(h.base.String())
	if err == nil {
		other.client.Jar.SetCookies(h.base, h.client.Jar.Cookies(h.base))
	}
	return other, err
}

// Cookies gives the cookies that a request would carry, as its header.
func (h *HTTP) Cookies() string {
	var all []string
	for _, c := range h.client.Jar.Cookies(h.base) {
		all = append(all, c.Name+"="+c.Value)
	}
	return strings.Join(all, "; ")
}

// NewHTTP makes a visitor of the portal at base, "http://127.0.0.1:8080".
func NewHTTP(base string) (*HTTP, error) {
	u, err := url.Parse(base)
	if err != nil {
		return nil, err
	}
	jar, err := cookiejar.New(nil)
	if err != nil {
		return nil, err
	}
	return &HTTP{base: u, at: u, client: &http.Client{Jar: jar, Timeout: 20 * time.Second}}, nil
}

// Open implements Visitor.
func (h *HTTP) Open(path string) error {
	if h.redo {
		return nil
	}
	target, err := h.at.Parse(path)
	if err != nil {
		return err
	}
	if strings.HasPrefix(path, "/") {
		target = h.base.ResolveReference(&url.URL{Path: target.Path, RawQuery: target.RawQuery})
	}
	req, err := http.NewRequest(http.MethodGet, target.String(), nil)
	if err != nil {
		return err
	}
	return h.do(req)
}

// do sends a request, follows redirects and keeps the answer.
func (h *HTTP) do(req *http.Request) error {
	req.Header.Set("Accept", "text/html")
	req.Header.Set("Sec-Fetch-Site", "same-origin")
	res, err := h.client.Do(req)
	if err != nil {
		return err
	}
	defer func() { _ = res.Body.Close() }()
	body, err := io.ReadAll(res.Body)
	if err != nil {
		return err
	}
	h.at, h.body, h.status = res.Request.URL, body, res.StatusCode
	if res.StatusCode >= 400 {
		doc, _ := h.Document()
		return fmt.Errorf("%s %s: %d %s", req.Method, req.URL.Path, res.StatusCode, Summary(doc))
	}
	return nil
}

// Document implements Visitor.
func (h *HTTP) Document() (*goquery.Document, error) {
	return goquery.NewDocumentFromReader(bytes.NewReader(h.body))
}

// Path implements Visitor.
func (h *HTTP) Path() string { return strings.TrimPrefix(h.at.Path, "/en") }

// Status implements Visitor.
func (h *HTTP) Status() int { return h.status }

// Body gives the present answer's bytes.
func (h *HTTP) Body() []byte { return h.body }

// Close implements Visitor.
func (h *HTTP) Close() { h.client.CloseIdleConnections() }

// Submit implements Visitor.
func (h *HTTP) Submit(selector string, values Values, files map[string]File) error {
	if h.redo {
		h.redo = false
		return h.send(*h.lost)
	}
	doc, err := h.Document()
	if err != nil {
		return err
	}
	form := doc.Find(selector).First()
	if form.Length() == 0 {
		return fmt.Errorf("no form %s at %s: %s", selector, h.at.Path, Summary(doc))
	}
	fields, err := formFields(form, values)
	if err != nil {
		return fmt.Errorf("form %s at %s: %w", selector, h.at.Path, err)
	}
	target, err := h.at.Parse(form.AttrOr("action", ""))
	if err != nil {
		return err
	}
	if strings.EqualFold(form.AttrOr("method", "get"), "get") {
		target.RawQuery = fields.Encode()
		return h.Open(target.String())
	}
	body, contentType, err := encodeForm(form, fields, files)
	if err != nil {
		return fmt.Errorf("form %s at %s: %w", selector, h.at.Path, err)
	}
	sent := sentForm{target: target.String(), contentType: contentType, origin: h.at.Scheme + "://" + h.at.Host}
	if sent.body, err = io.ReadAll(body); err != nil {
		return err
	}
	return h.send(sent)
}

// send posts a form and remembers it until an answer came, whatever the answer says.
func (h *HTTP) send(form sentForm) error {
	req, err := http.NewRequest(http.MethodPost, form.target, bytes.NewReader(form.body))
	if err != nil {
		return err
	}
	req.Header.Set("Content-Type", form.contentType)
	req.Header.Set("Origin", form.origin)
	h.lost, h.status = &form, 0
	err = h.do(req)
	if h.status != 0 {
		h.lost = nil
		h.answered++
	}
	return err
}

// formFields gives what a browser would send: defaults of the page with the person's values over them.
func formFields(form *goquery.Selection, values Values) (url.Values, error) {
	fields := url.Values{}
	named := map[string]bool{}
	form.Find("input[name], textarea[name], select[name]").Each(func(_ int, s *goquery.Selection) {
		name := s.AttrOr("name", "")
		named[name] = true
		own, set := values[name]
		if _, disabled := s.Attr("disabled"); disabled {
			return
		}
		switch typ := s.AttrOr("type", goquery.NodeName(s)); typ {
		case "submit", "button", "image", "reset", "file":
		case "checkbox", "radio":
			value := s.AttrOr("value", "on")
			_, checked := s.Attr("checked")
			if set {
				checked = own == "on" && typ == "checkbox" || slices.Contains(strings.Split(own, "|"), value)
			}
			if checked {
				fields.Add(name, value)
			}
		case "select":
			if set {
				fields.Add(name, own)
			} else if opt := s.Find("option[selected]"); opt.Length() > 0 {
				fields.Add(name, opt.First().AttrOr("value", opt.First().Text()))
			} else if opt := s.Find("option").First(); opt.Length() > 0 {
				fields.Add(name, opt.AttrOr("value", opt.Text()))
			}
		case "textarea":
			if set {
				fields.Add(name, own)
			} else {
				fields.Add(name, s.Text())
			}
		default:
			if set {
				fields.Add(name, own)
			} else {
				fields.Add(name, s.AttrOr("value", ""))
			}
		}
	})
	for name, value := range values {
		if b := form.Find(fmt.Sprintf("button[name=%q]", name)); b.Length() > 0 {
			fields.Set(name, value)
			continue
		}
		if !named[name] {
			return nil, fmt.Errorf("no input %q", name)
		}
		if opts := form.Find(fmt.Sprintf("select[name=%q]", name)); opts.Length() > 0 && opts.Find(fmt.Sprintf("option[value=%q]", value)).Length() == 0 {
			return nil, fmt.Errorf("select %q has no option %q", name, value)
		}
	}
	return fields, nil
}

func encodeForm(form *goquery.Selection, fields url.Values, files map[string]File) (io.Reader, string, error) {
	if form.AttrOr("enctype", "") != "multipart/form-data" {
		if len(files) > 0 {
			return nil, "", fmt.Errorf("the form takes no files")
		}
		return strings.NewReader(fields.Encode()), "application/x-www-form-urlencoded", nil
	}
	var buf bytes.Buffer
	w := multipart.NewWriter(&buf)
	for name, vs := range fields {
		for _, v := range vs {
			if err := w.WriteField(name, v); err != nil {
				return nil, "", err
			}
		}
	}
	for name, file := range files {
		if form.Find(fmt.Sprintf("input[type=file][name=%q]", name)).Length() == 0 {
			return nil, "", fmt.Errorf("no file input %q", name)
		}
		part, err := w.CreatePart(textproto.MIMEHeader{
			"Content-Disposition": {fmt.Sprintf(`form-data; name=%q; filename=%q`, name, file.Name)},
			"Content-Type":        {"application/octet-stream"},
		})
		if err != nil {
			return nil, "", err
		}
		if _, err := part.Write(file.Body); err != nil {
			return nil, "", err
		}
	}
	return &buf, w.FormDataContentType(), w.Close()
}

var _ Visitor = (*HTTP)(nil)

// Visitors signs each person in once, over plain HTTP, when first asked for; cleanup gets what closes them (as testing.TB.Cleanup does).
func Visitors(base string, cleanup func(func())) func(subject string) (Visitor, error) {
	known := map[string]Visitor{}
	return func(subject string) (Visitor, error) {
		if v, ok := known[subject]; ok {
			return v, nil
		}
		v, err := NewHTTP(base)
		if err != nil {
			return nil, err
		}
		cleanup(v.Close)
		if subject != "" {
			if err := SignIn(v, subject); err != nil {
				return nil, err
			}
		}
		known[subject] = v
		return v, nil
	}
}
