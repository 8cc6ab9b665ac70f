package documents

import (
	"context"
	"io"
	"maps"
	"net/http"
	"strconv"

	"github.com/gofiber/fiber/v2"

	"gotong/modules/kit/apperr"
	"gotong/modules/kit/web"
)

// setOf reads which documents are meant, and the query that names them.
func setOf(v web.Values) (Set, map[string]string, error) {
	if id := v.Get("collection"); id != "" {
		return Set{Collection: id}, map[string]string{"collection": id}, nil
	}
	if v.Has("for") {
		ref, ok := parseFor(v.Get("for"))
		if !ok {
			return Set{}, nil, apperr.New(apperr.NotFound, "error.not_found")
		}
		return Set{For: ref}, map[string]string{"for": forValue(ref)}, nil
	}
	f := filterOf(v)
	f.Cursor = ""
	return Set{Filter: f}, f.asked(), nil
}

// asked is the query of a filter.
func (f Filter) asked() map[string]string {
	return map[string]string{"q": f.Text, byKind: f.Kind, byType: string(f.Type), byYear: f.Year, byOrganization: string(f.Organization), byRegion: string(f.Region), byLanguage: f.Language}
}

// bundlePage says what a ZIP will hold and how large it is before it is downloaded.
type bundleView struct {
	web.Base
	Name  string
	Back  string
	Facts []web.Fact
	Cut   string
	Parts []bundlePart
}

type bundlePart struct{ Label, Path string }

func (m *Module) bundle(c *fiber.Ctx) error {
	set, query, err := setOf(web.ValuesOf(c))
	if err != nil {
		return err
	}
	bundle, err := m.Service.Bundle(c.UserContext(), actorOf(c), set)
	if err != nil {
		return err
	}
	b := web.NewBase(c, "documents", "documents.bundle.title")
	b.Demo = bundle.Demo
	p := bundleView{Name: bundle.Title, Back: b.URL(bundle.Path)}
	if bundle.Title == "" {
		p.Name, p.Back = b.T("documents.bundle.search"), web.ListURL(b, "/documents", query, "")
	}
	b.Crumbs = []web.Crumb{{Label: p.Name, Path: bundle.Path}}
	if bundle.Title == "" {
		b.Crumbs = []web.Crumb{{Label: b.T("documents.list.title"), Path: "/documents"}}
	}
	p.Facts = []web.Fact{
		{Label: b.T("documents.bundle.files"), Value: b.Number(int64(bundle.Count))}, {Label: b.T("documents.bundle.size"), Value: sizeText(b, bundle.Size)},
		{Label: b.T("documents.bundle.holds"), Value: b.T("documents.bundle.lists")},
	}
	if bundle.Cut {
		p.Cut = b.T("documents.bundle.cut", "max", bundleMax)
	}
	for i, part := range bundle.Parts {
		q := maps.Clone(query)
		q["part"] = strconv.Itoa(i + 1)
		label := b.T("documents.bundle.get", "size", sizeText(b, part.Length()))
		if len(bundle.Parts) > 1 {
			label = b.T("documents.bundle.get_part", "n", i+1, "of", len(bundle.Parts), "files", len(part.Files), "size", sizeText(b, part.Length()))
		}
		p.Parts = append(p.Parts, bundlePart{label, web.ListURL(b, "/documents/zip", q, "")})
	}
	p.Base = b
	return m.bundleView.Render(c, http.StatusOK, p)
}

// zip answers with a part of a set as a ZIP, which is made while it is sent. Its length is said before, so that the browser
// shows how far it is.
func (m *Module) zip(c *fiber.Ctx) error {
	v := web.ValuesOf(c)
	set, _, err := setOf(v)
	if err != nil {
		return err
	}
	bundle, err := m.Service.Bundle(c.UserContext(), actorOf(c), set)
	if err != nil {
		return err
	}
	n, _ := strconv.Atoi(v.Get("part"))
	if !v.Has("part") {
		n = 1
	}
	if n < 1 || n > len(bundle.Parts) {
		return apperr.New(apperr.NotFound, "error.not_found")
	}
	part := bundle.Parts[n-1]
	sandbox(c, false)
	c.Set(fiber.HeaderContentType, "application/zip")
	c.Set(fiber.HeaderContentDisposition, web.Disposition("attachment", bundle.Name(part, web.NewBase(c, "documents", "").T("documents.bundle.search"))))
	length := part.Length()
	if c.Method() == fiber.MethodHead {
		c.Response().Header.SetContentLength(int(length))
		c.Response().SkipBody = true
		return nil
	}
	ctx := context.WithoutCancel(c.UserContext()) // the answer is sent after the handler is done
	r, w := io.Pipe()                             // whoever stops reading closes it, which ends the writing
	go func() {
		err := bundle.Write(ctx, part, w)
		if err != nil {
			m.log.WarnContext(ctx, "documents: a ZIP was not finished", "error", err)
		}
		_ = w.CloseWithError(err)
	}()
	c.Context().SetBodyStream(r, int(length))
	return nil
}
