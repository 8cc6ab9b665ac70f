package documents

import (
	"context"
	"mime/multipart"
	"net/http"
	"strconv"
	"strings"

	"github.com/gofiber/fiber/v2"

	"gotong/modules/domain"
	"gotong/modules/kit/apperr"
	"gotong/modules/kit/resumable"
	"gotong/modules/kit/store"
	"gotong/modules/kit/web"
)

// uploadsPath is where files come in pieces.
const uploadsPath = "/uploads/"

// filesMax is how many files one form may bring.
const filesMax = 50

// beginUpload answers the creation of an upload (tus): what it is for stands in its metadata.
func (m *Module) beginUpload(c *fiber.Ctx) error {
	ctx, actor := c.UserContext(), actorOf(c)
	start := func(_ context.Context, a resumable.Arrival) (string, error) {
		ref, ok := parseFor(a.For)
		if !ok {
			return "", apperr.New(apperr.NotFound, "error.not_found")
		}
		return m.Service.BeginUpload(ctx, actor, ref, a.Name, a.Size)
	}
	if err := web.ServeHTTP(c, m.tus.Create(start)); err != nil {
		return err
	}
	// The address as tusd writes it has the scheme of this connection, which a proxy may have changed.
	if at := string(c.Response().Header.Peek(fiber.HeaderLocation)); at != "" {
		c.Set(fiber.HeaderLocation, uploadsPath+at[strings.LastIndexByte(at, '/')+1:])
	}
	return nil
}

// ofUpload answers for an upload to who began it.
func (m *Module) ofUpload(c *fiber.Ctx, h http.Handler) error {
	if _, err := m.Service.Arriving(c.UserContext(), actorOf(c), c.Params("id")); err != nil {
		return err
	}
	return web.ServeHTTP(c, h)
}

func (m *Module) uploadState(c *fiber.Ctx) error  { return m.ofUpload(c, m.tus.State()) }
func (m *Module) appendUpload(c *fiber.Ctx) error { return m.ofUpload(c, m.tus.Append()) }
func (m *Module) removeUpload(c *fiber.Ctx) error { return m.ofUpload(c, m.tus.Remove()) }

// arrivals is what a form brings: files that came in pieces before, and files of the form itself.
type arrivals struct {
	uploads []string
	files   []*multipart.FileHeader
}

func (a arrivals) count() int { return len(a.uploads) + len(a.files) }

func arrivalsOf(c *fiber.Ctx) arrivals {
	a := arrivals{uploads: web.ValuesOf(c).All("upload")}
	if form, err := c.MultipartForm(); err == nil {
		for _, f := range form.File["file"] {
			if f.Filename != "" {
				a.files = append(a.files, f)
			}
		}
	}
	return a
}

func (m *Module) create(c *fiber.Ctx) error {
	v := web.ValuesOf(c)
	ref, ok := parseFor(v.Get("for"))
	if !ok {
		return apperr.New(apperr.NotFound, "error.not_found")
	}
	details, err := readDetails(v)
	var made []domain.DocumentID
	if err == nil {
		made, err = m.addAll(c, ref, details, arrivalsOf(c))
	}
	switch {
	case err == nil && len(made) == 1:
		web.SetFlash(c, "good", "documents.flash.added")
		return web.Redirect(c, documentPath(made[0]))
	case err == nil:
		parent, hidden := m.Service.ParentFor(c.UserContext(), actorOf(c), ref)
		if hidden != nil {
			return hidden
		}
		web.SetFlash(c, "good", "documents.flash.added_many", "count", len(made))
		return web.Redirect(c, parent.Path+"#documents")
	case !apperr.Is(err, apperr.Invalid):
		return err
	}
	parent, hidden := m.Service.ParentFor(c.UserContext(), actorOf(c), ref)
	if hidden != nil {
		return hidden
	}
	b := web.NewBase(c, "documents", "documents.new_title")
	return m.renderUpload(c, http.StatusUnprocessableEntity, b, parent, m.uploadForm(b, ref, Details{}).Bind(c).Fail(err), made)
}

// addAll makes documents of everything that a form brings and gives those it made; where one is refused, the others are
// kept all the same and the error says which.
func (m *Module) addAll(c *fiber.Ctx, ref domain.Ref, details Details, a arrivals) (made []domain.DocumentID, err error) {
	if a.count() > filesMax {
		return nil, refuse("documents.error.too_many", "max", filesMax)
	}
	op := web.OperationOf(c)
	if a.count() == 0 {
		id, err := m.Service.Add(c.UserContext(), actorOf(c), op, ref, details, domain.Upload{})
		return []domain.DocumentID{id}, err
	}
	if a.count() > 1 {
		details.Title = "" // each file gives its own
	}
	var refused apperr.Fields
	keep := func(name string, id domain.DocumentID, err error) error {
		if err == nil {
			made = append(made, id)
			return nil
		}
		fields := apperr.FieldsOf(err)
		if !apperr.Is(err, apperr.Invalid) || len(fields) == 0 {
			return err
		}
		for _, f := range fields {
			if a.count() > 1 && f.Name == "file" {
				f.Message = apperr.Msg("documents.error.of_file", "name", name, "text", f.Message)
			}
			refused = append(refused, f)
		}
		return nil
	}
	for _, id := range a.uploads {
		name := m.Service.arrivingName(c.UserContext(), id)
		doc, err := m.Service.AddUploaded(c.UserContext(), actorOf(c), ref, details, id)
		if err := keep(name, doc, err); err != nil {
			return made, err
		}
	}
	for i, header := range a.files {
		each := op
		if i > 0 {
			each.ID += "/" + strconv.Itoa(i)
		}
		doc, err := m.addFile(c, each, ref, details, header)
		if err := keep(header.Filename, doc, err); err != nil {
			return made, err
		}
	}
	return made, refused.Err()
}

// addFile passes a posted file on; it is read while the request lasts.
func (m *Module) addFile(c *fiber.Ctx, op store.Operation, ref domain.Ref, details Details, header *multipart.FileHeader) (domain.DocumentID, error) {
	file, err := header.Open()
	if err != nil {
		return "", apperr.Wrap(err, apperr.BadRequest, "error.bad_request")
	}
	defer file.Close()
	return m.Service.Add(c.UserContext(), actorOf(c), op, ref, details, domain.Upload{Name: strings.Clone(header.Filename), Size: header.Size, Body: file})
}

func (m *Module) renderUpload(c *fiber.Ctx, status int, b web.Base, parent domain.Resolved, form *web.Form, made []domain.DocumentID) error {
	b.Crumbs = []web.Crumb{{Label: parent.Title, Path: parent.Path}}
	b.Private, b.Demo = true, parent.Demo
	p := formPage{For: parent.Title, ForPath: b.URL(parent.Path), Form: form, Pieces: m.piecesOf(b, parent.Ref)}
	if p.Room = m.roomBar(c.UserContext(), b, ownerOf(actorOf(c), parent)); p.Room != nil && p.Pieces != nil {
		p.Pieces.Left = p.Room.Left
	}
	for _, id := range made {
		if v, err := m.Service.Get(c.UserContext(), actorOf(c), id); err == nil {
			p.Done = append(p.Done, card(b, v, false))
		}
	}
	p.Base = b
	return m.formView.Render(c, status, p)
}
