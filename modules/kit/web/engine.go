package web

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"html/template"
	"io"
	"io/fs"
	"reflect"
	"sync"
	"sync/atomic"
	"text/template/parse"

	"github.com/gofiber/fiber/v2"

	"gotong/modules/kit/i18n"
)

// Assets gives the address under which a file of static/ is served ("css/site.css" → "/static/css/site.1a2b3c4d.css")
// and its Subresource Integrity value.
type Assets interface {
	URL(name string) string
	Integrity(name string) string
}

// EngineOptions says what the layout needs beside the templates.
type EngineOptions struct {
	Assets Assets
}

// Engine holds layout, partials and views in one set of templates, parsed at start. Partials are in memory once, however many
// views show them: html/template rewrites a tree for the places where it stands, so that each set needs its own copies.
type Engine struct {
	files  fs.FS
	funcs  template.FuncMap
	parsed *template.Template // never executed
	bundle *i18n.Bundle

	mu       sync.Mutex
	views    []registered
	rendered atomic.Pointer[template.Template] // the copy of parsed that is executed; nil until it is wanted

	errorView *View[ErrorPage]
	plain     map[string][]byte // the error page of last resort, by language
}

type registered struct {
	name string
	page reflect.Type
}

// The layout's halves, before and after a page's content.
const (
	layoutTop    = "top"
	layoutBottom = "bottom"
)

// NewEngine parses views/layouts and views/partials of files and makes the error pages. An error names the file.
func NewEngine(files fs.FS, bundle *i18n.Bundle, options EngineOptions) (*Engine, error) {
	assets := options.Assets
	if assets == nil {
		assets = noAssets{}
	}
	e := &Engine{files: files, bundle: bundle, plain: map[string][]byte{}, funcs: template.FuncMap{"asset": assets.URL, "integrity": assets.Integrity}}
	e.parsed = template.New("").Funcs(e.funcs)
	if _, err := e.parsed.ParseFS(files, "layouts/*.html", "partials/*.html"); err != nil {
		return nil, fmt.Errorf("web: parse layouts and partials: %w", err)
	}
	if err := e.prepareErrors(); err != nil {
		return nil, err
	}
	return e, nil
}

// Bundle gives the catalogues.
func (e *Engine) Bundle() *i18n.Bundle { return e.bundle }

type noAssets struct{}

func (noAssets) URL(name string) string  { return "/static/" + name }
func (noAssets) Integrity(string) string { return "" }

// View is a page's template, tied to its page struct.
type View[P any] struct {
	name   string
	engine *Engine
}

// NewView makes the view of views/<name>.html, which defines "content" with a P as its dot. It panics with one clear
// message where the file is missing or does not parse: it is called by constructors at start.
func NewView[P any](e *Engine, name string) *View[P] {
	e.mu.Lock()
	defer e.mu.Unlock()
	if err := e.add(name); err != nil {
		panic(fmt.Sprintf("web: view %q: %v", name, err))
	}
	e.views = append(e.views, registered{name: name, page: reflect.TypeFor[P]()})
	return &View[P]{name: name, engine: e}
}

// based is what a struct that embeds Base has.
type based interface{ base() Base }

// add takes what a view's file defines into the set: its "content" under the view's name.
func (e *Engine) add(name string) error {
	if e.parsed.Lookup(name) != nil {
		return nil // of another page struct
	}
	own, err := template.New("").Funcs(e.funcs).ParseFS(e.files, name+".html")
	if err != nil {
		return err
	}
	if own.Lookup("content") == nil {
		return fmt.Errorf(`%s.html defines no "content"`, name)
	}
	for _, t := range own.Templates() {
		as := t.Name()
		switch {
		case t.Tree == nil || parse.IsEmptyTree(t.Tree.Root):
			continue // the file around its definitions
		case as == "content":
			as = name
		case e.parsed.Lookup(as) != nil:
			return fmt.Errorf("%s.html defines %q, which stands elsewhere too", name, as)
		}
		if _, err := e.parsed.AddParseTree(as, t.Tree); err != nil {
			return err
		}
	}
	e.rendered.Store(nil)
	return nil
}

// ready gives the set that is executed.
func (e *Engine) ready() (*template.Template, error) {
	if set := e.rendered.Load(); set != nil {
		return set, nil
	}
	e.mu.Lock()
	defer e.mu.Unlock()
	if set := e.rendered.Load(); set != nil {
		return set, nil // made while this page waited
	}
	set, err := e.parsed.Clone()
	if err == nil {
		e.rendered.Store(set)
	}
	return set, err
}

// execute writes templates of the set one after the other.
func (e *Engine) execute(w io.Writer, page any, names ...string) error {
	set, err := e.ready()
	if err != nil {
		return err
	}
	for _, name := range names {
		if err := set.ExecuteTemplate(w, name, page); err != nil {
			return err
		}
	}
	return nil
}

var buffers = sync.Pool{New: func() any { return new(bytes.Buffer) }}

// Render answers with the full page. It renders into a buffer first, so a failing template becomes an error page and
// never half a page. A page with its reader's values is not stored; any other 200 gets an ETag.
func (v *View[P]) Render(c *fiber.Ctx, status int, page P) error {
	holder, ok := any(page).(based)
	if !ok {
		return fmt.Errorf("web: view %s: %T embeds no web.Base", v.name, page)
	}
	buf := buffers.Get().(*bytes.Buffer) //nolint:forcetypeassert // only buffers are put there
	buf.Reset()
	defer buffers.Put(buf)
	if err := v.engine.execute(buf, page, layoutTop, v.name, layoutBottom); err != nil {
		return fmt.Errorf("web: render %s: %w", v.name, err)
	}
	base := holder.base()
	c.Set(fiber.HeaderContentType, fiber.MIMETextHTMLCharsetUTF8)
	c.Set(fiber.HeaderContentLanguage, base.Lang)
	if base.Private || base.state != nil && base.state.noStore {
		c.Set(fiber.HeaderCacheControl, "no-store")
		return sendCopy(c, status, buf.Bytes())
	}
	c.Set(fiber.HeaderCacheControl, "private, no-cache")
	if status == fiber.StatusOK {
		sum := sha256.Sum256(buf.Bytes())
		etag := `"` + hex.EncodeToString(sum[:12]) + `"`
		c.Set(fiber.HeaderETag, etag)
		if matchesETag(c.Get(fiber.HeaderIfNoneMatch), etag) {
			return c.SendStatus(fiber.StatusNotModified)
		}
	}
	return sendCopy(c, status, buf.Bytes())
}

// sendCopy answers with a copy of the page: Fiber's Send keeps the bytes that it is given until they are written, and by
// then another request has the buffer.
func sendCopy(c *fiber.Ctx, status int, page []byte) error {
	c.Status(status).Response().SetBody(page)
	return nil
}

// Fragment renders only the view's "content", for panels.
func (v *View[P]) Fragment(page P) (template.HTML, error) {
	buf := buffers.Get().(*bytes.Buffer) //nolint:forcetypeassert // only buffers are put there
	buf.Reset()
	defer buffers.Put(buf)
	if err := v.engine.execute(buf, page, v.name); err != nil {
		return "", fmt.Errorf("web: render %s: %w", v.name, err)
	}
	return template.HTML(buf.String()), nil //nolint:gosec // html/template made it
}
