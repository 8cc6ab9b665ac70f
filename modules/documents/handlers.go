package documents

import (
	"errors"
	"fmt"
	"net/http"

	"github.com/gofiber/fiber/v2"

	"gotong/modules/domain"
	"gotong/modules/kit/apperr"
	"gotong/modules/kit/web"
)

func actorOf(c *fiber.Ctx) domain.Actor { return web.Get[domain.Actor](c) }

func idOf(c *fiber.Ctx) domain.DocumentID { return domain.DocumentID(c.Params("id")) }

func (m *Module) page(c *fiber.Ctx) error {
	v, err := m.Service.Get(c.UserContext(), actorOf(c), idOf(c))
	if err != nil {
		return err
	}
	return m.renderPage(c, http.StatusOK, v, nil)
}

func (m *Module) renderPage(c *fiber.Ctx, status int, v View, refused error) error {
	p := m.show(c.UserContext(), web.NewBase(c, "documents", ""), v)
	if v.MayChange || actorOf(c).Auditor() {
		p.ReadingsURL = p.URL(documentPath(v.ID) + "/readings")
	}
	if v.Document.Status == Ready && edits(actorOf(c)) {
		p.CollectURL = p.URL(documentPath(v.ID) + "/collect")
	}
	if refused != nil && p.Trash != nil {
		failed := p.Trash.Fail(refused, web.ValuesOf(c).Get("reason"))
		p.Trash = &failed
	}
	if m.history != nil {
		request := domain.PanelRequest{Actor: actorOf(c), Ref: domain.Ref{Kind: domain.KindDocument, ID: string(v.ID)}, Page: p.Base, Region: v.Document.Region}
		failed := web.Section{ID: "history", Title: p.T("documents.history"), Error: p.T("documents.panel_failed")}
		p.Panels, _ = domain.LoadPanels(c.UserContext(), []domain.Panel{m.history}, request, failed, m.log)
	}
	return m.showView.Render(c, status, p)
}

func (m *Module) new(c *fiber.Ctx) error {
	v := web.ValuesOf(c)
	ref, ok := parseFor(v.Get("for"))
	if !ok {
		return apperr.New(apperr.NotFound, "error.not_found")
	}
	parent, err := m.Service.ParentFor(c.UserContext(), actorOf(c), ref)
	if err != nil {
		return err
	}
	b := web.NewBase(c, "documents", "documents.new_title")
	return m.renderUpload(c, http.StatusOK, b, parent, m.uploadForm(b, ref, Details{Type: domain.DocumentType(v.Get("type"))}), nil)
}

func (m *Module) renderForm(c *fiber.Ctx, status int, b web.Base, parent domain.Resolved, form *web.Form) error {
	b.Crumbs = []web.Crumb{{Label: parent.Title, Path: parent.Path}}
	b.Private, b.Demo = true, parent.Demo
	return m.formView.Render(c, status, formPage{Base: b, For: parent.Title, ForPath: b.URL(parent.Path), Form: form})
}

func (m *Module) edit(c *fiber.Ctx) error {
	v, err := m.changeable(c)
	if err != nil {
		return err
	}
	b := web.NewBase(c, "documents", "documents.edit_title")
	return m.renderForm(c, http.StatusOK, b, v.Parent, editForm(b, v))
}

// changeable gives the document of the address to who may change it now.
func (m *Module) changeable(c *fiber.Ctx) (View, error) {
	v, _, err := m.Service.editable(c.UserContext(), actorOf(c), idOf(c))
	return v, err
}

func (m *Module) update(c *fiber.Ctx) error {
	details, err := readDetails(web.ValuesOf(c))
	if err == nil {
		err = m.Service.Describe(c.UserContext(), actorOf(c), web.OperationOf(c), idOf(c), web.Version(c), details)
	}
	if err == nil {
		web.SetFlash(c, "good", "documents.flash.saved")
		return web.Redirect(c, documentPath(idOf(c)))
	}
	status := http.StatusUnprocessableEntity
	if apperr.Is(err, apperr.Conflict) {
		status = http.StatusConflict
	} else if !apperr.Is(err, apperr.Invalid) {
		return err
	}
	v, hidden := m.changeable(c)
	if hidden != nil {
		return hidden
	}
	if status == http.StatusConflict && v.Document.Status != Ready {
		return err
	}
	b := web.NewBase(c, "documents", "documents.edit_title")
	form := editForm(b, v).Bind(c)
	if status == http.StatusConflict {
		form.Conflict(editForm(b, v))
	} else {
		form.Fail(err)
	}
	return m.renderForm(c, status, b, v.Parent, form)
}

func (m *Module) trash(c *fiber.Ctx) error {
	err := m.Service.Trash(c.UserContext(), actorOf(c), web.OperationOf(c), idOf(c), web.Version(c), web.ValuesOf(c).Get("reason"))
	if apperr.Is(err, apperr.Invalid) {
		v, hidden := m.changeable(c)
		if hidden != nil {
			return hidden
		}
		return m.renderPage(c, http.StatusUnprocessableEntity, v, err)
	}
	if err != nil {
		return err
	}
	web.SetFlashWithUndo(c, web.Undo{Path: documentPath(idOf(c)) + "/restore"}, "wait", "documents.flash.trashed")
	return web.Redirect(c, documentPath(idOf(c)))
}

func (m *Module) restore(c *fiber.Ctx) error {
	err := m.Service.Restore(c.UserContext(), actorOf(c), web.OperationOf(c), idOf(c), web.Version(c))
	if err != nil {
		return err
	}
	web.SetFlash(c, "good", "documents.flash.restored")
	return web.Redirect(c, documentPath(idOf(c)))
}

// inline are the types that a browser may show itself, under the sandbox policy.
var inline = map[string]bool{"image/jpeg": true, "image/png": true, "image/webp": true, "text/plain; charset=utf-8": true}

var errOutcome = errors.New("documents: unknown outcome")

func (m *Module) file(c *fiber.Ctx) error { return m.sendFile(c, "") }

// sendFile answers with a document's content: the version with that sum, "" the current one.
func (m *Module) sendFile(c *fiber.Ctx, version string) error {
	f, err := m.Service.Open(c.UserContext(), actorOf(c), idOf(c), Wanted{
		Range: c.Get(fiber.HeaderRange), IfRange: c.Get(fiber.HeaderIfRange), IfNoneMatch: c.Get(fiber.HeaderIfNoneMatch),
		HeadOnly: c.Method() == fiber.MethodHead, Version: version,
	})
	if err != nil {
		return err
	}
	d := f.Document
	c.Set(fiber.HeaderETag, f.ETag())
	c.Set(fiber.HeaderAcceptRanges, "bytes")
	sandbox(c, f.Public)
	switch f.Outcome {
	case NotModified:
		return c.SendStatus(http.StatusNotModified)
	case OutOfRange:
		c.Set(fiber.HeaderContentRange, fmt.Sprintf("bytes */%d", d.Size))
		c.Status(http.StatusRequestedRangeNotSatisfiable)
		return nil
	case Part:
		c.Set(fiber.HeaderContentRange, fmt.Sprintf("bytes %d-%d/%d", f.Offset, f.Offset+f.Length-1, d.Size))
		c.Status(http.StatusPartialContent)
	case Whole:
		c.Status(http.StatusOK)
	default:
		return errOutcome
	}
	c.Set(fiber.HeaderContentType, d.MediaType)
	kind := "attachment"
	if inline[d.MediaType] && extensionOf(d.FileName) != "html" {
		kind = "inline"
	}
	c.Set(fiber.HeaderContentDisposition, web.Disposition(kind, d.FileName))
	c.Set("X-Content-SHA256", d.SHA256)
	if f.Body == nil { // HEAD
		c.Response().Header.SetContentLength(int(f.Length))
		c.Response().SkipBody = true
		return nil
	}
	c.Context().SetBodyStream(f.Body, int(f.Length))
	return nil
}
