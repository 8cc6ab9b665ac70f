package documents

import (
	"context"
	"net/http"
	"strings"

	"github.com/gofiber/fiber/v2"

	"gotong/modules/domain"
	"gotong/modules/kit/apperr"
	"gotong/modules/kit/web"
)

func (m *Module) versions(c *fiber.Ctx) error {
	v, err := m.Service.Get(c.UserContext(), actorOf(c), idOf(c))
	if err != nil {
		return err
	}
	return m.renderVersions(c, http.StatusOK, v, nil)
}

func (m *Module) renderVersions(c *fiber.Ctx, status int, v View, refused error) error {
	b := web.NewBase(c, "documents", "documents.versions.title")
	p := m.versionsPage(b, v, m.whoOf(c.UserContext(), v))
	if refused != nil && p.Form != nil {
		p.Form.Bind(c).Fail(refused)
	}
	return m.versionsView.Render(c, status, p)
}

// whoOf names who put the versions there, for those who may change the document. Names that cannot be had are left out; the
// page stands.
func (m *Module) whoOf(ctx context.Context, v View) map[domain.AccountID]string {
	if !v.MayChange || m.people == nil {
		return nil
	}
	var ids []domain.AccountID
	for _, x := range v.Document.History() {
		ids = append(ids, x.By)
	}
	names, err := m.people.Names(ctx, ids)
	if err != nil {
		m.log.WarnContext(ctx, "documents: names of those who made versions", "error", err)
	}
	return names
}

func (m *Module) renew(c *fiber.Ctx) error {
	r := Renewal{Why: web.ValuesOf(c).Get("why")}
	arrivals := arrivalsOf(c)
	var err error
	switch {
	case arrivals.count() > 1:
		err = refuse("documents.error.one_file")
	case len(arrivals.uploads) == 1:
		r.Upload = arrivals.uploads[0]
	case len(arrivals.files) == 1:
		header := arrivals.files[0]
		file, opening := header.Open()
		if opening != nil {
			return apperr.Wrap(opening, apperr.BadRequest, "error.bad_request")
		}
		defer file.Close()
		r.File = domain.Upload{Name: strings.Clone(header.Filename), Size: header.Size, Body: file}
	}
	if err == nil {
		err = m.Service.Renew(c.UserContext(), actorOf(c), web.OperationOf(c), idOf(c), web.Version(c), r)
	}
	return m.changed(c, err, "documents.flash.renewed", true)
}

func (m *Module) reinstate(c *fiber.Ctx) error {
	err := m.Service.Reinstate(c.UserContext(), actorOf(c), web.OperationOf(c), idOf(c), web.Version(c), c.Params("sum"), web.ValuesOf(c).Get("reason"))
	return m.changed(c, err, "documents.flash.renewed", true)
}

func (m *Module) finish(c *fiber.Ctx) error {
	err := m.Service.Finish(c.UserContext(), actorOf(c), web.OperationOf(c), idOf(c), web.Version(c))
	return m.changed(c, err, "documents.flash.final", false)
}

func (m *Module) hold(c *fiber.Ctx) error {
	err := m.Service.Keep(c.UserContext(), actorOf(c), web.OperationOf(c), idOf(c), web.Version(c), web.ValuesOf(c).Get("reason"))
	return m.changed(c, err, "documents.flash.held", false)
}

func (m *Module) clear(c *fiber.Ctx) error {
	err := m.Service.Clear(c.UserContext(), actorOf(c), web.OperationOf(c), idOf(c), web.Version(c), web.ValuesOf(c).Get("reason"))
	return m.changed(c, err, "documents.flash.cleared", false)
}

func (m *Module) letGo(c *fiber.Ctx) error {
	err := m.Service.LetGo(c.UserContext(), actorOf(c), web.OperationOf(c), idOf(c), web.Version(c))
	return m.changed(c, err, "documents.flash.let_go", false)
}

// changed leads on after a change; what was refused comes back on the page that asked.
func (m *Module) changed(c *fiber.Ctx, err error, flash string, versions bool) error {
	path := documentPath(idOf(c))
	if versions {
		path += "/versions"
	}
	if err == nil {
		web.SetFlash(c, "good", flash)
		return web.Redirect(c, path)
	}
	if !apperr.Is(err, apperr.Invalid) {
		return err
	}
	v, hidden := m.changeable(c)
	if hidden != nil {
		return hidden
	}
	if versions {
		return m.renderVersions(c, http.StatusUnprocessableEntity, v, err)
	}
	return m.renderPage(c, http.StatusUnprocessableEntity, v, err)
}

// older passes the sum of the address on, where it may be one: "" would mean the current version.
func older(c *fiber.Ctx, answer func(*fiber.Ctx, string) error) error {
	sum := c.Params("sum")
	if len(sum) != 64 {
		return apperr.New(apperr.NotFound, "error.not_found")
	}
	return answer(c, sum)
}

func (m *Module) versionFile(c *fiber.Ctx) error    { return older(c, m.sendFile) }
func (m *Module) versionView(c *fiber.Ctx) error    { return older(c, m.showViewer) }
func (m *Module) versionPicture(c *fiber.Ctx) error { return older(c, m.sendPicture) }
func (m *Module) versionCompare(c *fiber.Ctx) error { return older(c, m.compare) }

// comparePage tells two versions apart.
type comparePage struct {
	web.Base
	Name, Back  string
	Left, Right comparedVersion
	Others      []web.Option // to compare with instead
	With        string
	Note        string
	Parts       []comparedPart
}

type comparedVersion struct{ Title, When, Why, ViewURL string }

// compare tells the version with that sum from another, from the newest where none is named.
func (m *Module) compare(c *fiber.Ctx, sum string) error {
	with := web.ValuesOf(c).Get("with")
	left, err := m.Service.Preview(c.UserContext(), actorOf(c), idOf(c), sum)
	if err != nil {
		return err
	}
	if with == "" {
		with = left.Current.SHA256
	}
	right, err := m.Service.Preview(c.UserContext(), actorOf(c), idOf(c), with)
	if err != nil {
		return err
	}
	b := web.NewBase(c, "documents", "documents.compare.title")
	d := left.Current
	b.Demo, b.Private = d.Demo, b.Private || !left.Public
	b.Crumbs = []web.Crumb{{Label: left.Parent.Title, Path: left.Parent.Path}, {Label: d.Title, Path: documentPath(left.ID)}}
	p := comparePage{Name: d.Title, Back: b.URL(documentPath(left.ID) + "/versions"), With: with}
	all := d.History()
	describe := func(sum string) comparedVersion {
		n := d.number(sum)
		return comparedVersion{b.T("documents.versions.number", "n", n), b.DateTime(all[n-1].At), all[n-1].Why, b.URL(versionPath(left.ID, sum) + "/view")}
	}
	p.Left, p.Right = describe(sum), describe(with)
	current := View{Document: d, MayChange: left.MayChange}
	for i, x := range all {
		if x.SHA256 != sum && !current.withheld(x) {
			p.Others = append(p.Others, web.Option{Value: x.SHA256, Label: b.T("documents.versions.number", "n", i+1)})
		}
	}
	switch {
	case sum == with:
		p.Note = b.T("documents.compare.equal")
	case left.Reading.State != textRead || right.Reading.State != textRead:
		p.Note = b.T("documents.compare.no_text")
	default:
		list, exact := compareLines(left.Reading.lines(), right.Reading.lines())
		parts, differ := shownPassages(b, list)
		p.Parts = parts
		switch {
		case !differ:
			p.Parts, p.Note = nil, b.T("documents.compare.equal_text")
		case !exact || left.Reading.Cut || right.Reading.Cut:
			p.Note = b.T("documents.compare.rough")
		}
	}
	p.Base = b
	return m.compareView.Render(c, http.StatusOK, p)
}
