package web

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"html/template"
	"io/fs"
	"reflect"
	"sync"
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

// Engine holds the parsed layout and partials, from which each view is made once, at start. It does not lock while it
// renders.
type Engine struct {
	files  fs.FS
	funcs  template.FuncMap
	shared *template.Template // never executed: views copy from it
	bundle *i18n.Bundle

	mu    sync.Mutex
	views []registered

	errorView *View[ErrorPage]
	plain     map[string][]byte // the error page of last resort, by language
}

type registered struct {
	name  string
	page  reflect.Type
	entry string // the template that is executed
}

// NewEngine parses views/layouts and views/partials of files and makes the error pages. An error names the file.
func NewEngine(files fs.FS, bundle *i18n.Bundle, options EngineOptions) (*Engine, error) {
	assets := options.Assets
	if assets == nil {
		assets = noAssets{}
	}
	e := &Engine{files: files, bundle: bundle, plain: map[string][]byte{}, funcs: template.FuncMap{
		"asset":     assets.URL,
		"integrity": assets.Integrity,
	}}
	var err error
	if e.shared, err = template.New("").Funcs(e.funcs).ParseFS(files, "layouts/*.html", "partials/*.html"); err != nil {
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
	name     string
	template *template.Template
}

// NewView makes the view of views/<name>.html, which defines "content" with a P as its dot. It panics with one clear
// message where the file is missing or does not parse: it is called by constructors at start.
func NewView[P any](e *Engine, name string) *View[P] {
	page := reflect.TypeFor[P]()
	entry := "content"
	if page.Implements(reflect.TypeFor[based]()) {
		entry = "base"
	}
	parsed, err := e.parse(name, entry)
	if err != nil {
		panic(fmt.Sprintf("web: view %q: %v", name, err))
	}
	e.mu.Lock()
	defer e.mu.Unlock()
	e.views = append(e.views, registered{name: name, page: page, entry: entry})
	return &View[P]{name: name, template: parsed}
}

// based is what a struct that embeds Base has.
type based interface{ base() Base }

// parse makes the set of a view: what its file defines, and of layout and partials only what its entry reaches. Each
// set has its own copies, since html/template rewrites a tree for the places where it stands; copying all of them for
// every view took three quarters of a small portal's heap.
func (e *Engine) parse(name, entry string) (*template.Template, error) {
	set, err := template.New("").Funcs(e.funcs).ParseFS(e.files, name+".html")
	if err != nil {
		return nil, err
	}
	if set.Lookup("content") == nil {
		return nil, fmt.Errorf(`%s.html defines no "content"`, name)
	}
	for waiting, seen := []string{entry, "content"}, map[string]bool{}; len(waiting) > 0; {
		next := waiting[0]
		waiting = waiting[1:]
		if seen[next] {
			continue
		}
		seen[next] = true
		t := set.Lookup(next)
		if t == nil {
			from := e.shared.Lookup(next)
			if from == nil || from.Tree == nil {
				return nil, fmt.Errorf("no file defines the template %q", next)
			}
			if t, err = set.AddParseTree(next, from.Tree.Copy()); err != nil {
				return nil, err
			}
		}
		waiting = appendUsed(waiting, t.Tree.Root)
	}
	return set, nil
}

// appendUsed adds the names of the templates that are called in a node.
func appendUsed(names []string, node parse.Node) []string {
	branch := func(b *parse.BranchNode) {
		names = appendUsed(appendUsed(names, b.List), b.ElseList)
	}
	switch n := node.(type) {
	case *parse.ListNode:
		if n == nil {
			return names
		}
		for _, child := range n.Nodes {
			names = appendUsed(names, child)
		}
	case *parse.TemplateNode:
		names = append(names, n.Name)
	case *parse.IfNode:
		branch(&n.BranchNode)
	case *parse.RangeNode:
		branch(&n.BranchNode)
	case *parse.WithNode:
		branch(&n.BranchNode)
	}
	return names
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
	if err := v.template.ExecuteTemplate(buf, "base", page); err != nil {
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
	if err := v.template.ExecuteTemplate(buf, "content", page); err != nil {
		return "", fmt.Errorf("web: render %s: %w", v.name, err)
	}
	return template.HTML(buf.String()), nil //nolint:gosec // html/template made it
}
