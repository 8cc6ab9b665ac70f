package documents

import (
	"net/http"
	"slices"
	"strings"

	"github.com/gofiber/fiber/v2"

	"gotong/modules/domain"
	"gotong/modules/kit/apperr"
	"gotong/modules/kit/web"
)

func (m *Module) collections(c *fiber.Ctx) error {
	v := web.ValuesOf(c)
	of := domain.OrganizationID(v.Get("organization"))
	views, next, err := m.Service.Collections.List(c.UserContext(), actorOf(c), of, v.Get("cursor"))
	if err != nil {
		return err
	}
	b := web.NewBase(c, "documents", "documents.collections.title")
	b.Crumbs = []web.Crumb{{Label: b.T("documents.list.title"), Path: "/documents"}}
	p := collectionsPage{Begin: beginLinks(b, actorOf(c)), Empty: web.Empty{Text: b.T("documents.collections.empty"), ActionLabel: b.T("documents.list.all"), ActionPath: b.URL("/documents")}}
	query := map[string]string{}
	if of != "" {
		by, err := m.Service.parent(c.UserContext(), actorOf(c), domain.Ref{Kind: domain.KindOrganization, ID: string(of)})
		if err != nil {
			return err
		}
		p.Of, p.OfPath, query["organization"] = by.Title, b.URL(by.Path), string(of)
	}
	for _, view := range views {
		p.Cards = append(p.Cards, collectionCard(b, view))
		b.Demo = b.Demo || view.Collection.Demo
	}
	p.Pager = web.NewPager(b, "/collections", query, v.Get("cursor"), next)
	p.Base = b
	return m.collectionsView.Render(c, http.StatusOK, p)
}

func (m *Module) collection(c *fiber.Ctx) error { return m.renderCollection(c, http.StatusOK, nil, "") }

// renderCollection shows a collection; what was refused stands at the form or button that asked.
func (m *Module) renderCollection(c *fiber.Ctx, status int, refused error, at string) error {
	v, err := m.Service.Collections.Get(c.UserContext(), actorOf(c), c.Params("id"))
	if err != nil {
		return err
	}
	p := m.collectionPage(web.NewBase(c, "documents", ""), v)
	switch {
	case at == "add" && p.Add != nil:
		p.Add.Bind(c).Fail(refused)
	case at == "remove" && p.Remove != nil:
		failed := p.Remove.Fail(refused, web.ValuesOf(c).Get("reason"))
		p.Remove = &failed
	case refused != nil:
		return refused
	}
	return m.collectionView.Render(c, status, p)
}

func (m *Module) newCollection(c *fiber.Ctx) error {
	return m.renderNewCollection(c, http.StatusOK, nil)
}

func (m *Module) renderNewCollection(c *fiber.Ctx, status int, refused error) error {
	of, actor := domain.OrganizationID(web.ValuesOf(c).Get("organization")), actorOf(c)
	switch {
	case !actor.SignedIn():
		return apperr.New(apperr.SignIn, "error.sign_in")
	case !actor.Has(of, domain.OrgEditor) || actor.Auditor():
		return apperr.New(apperr.Forbidden, "error.forbidden")
	}
	member, _ := actor.Membership(of)
	b := web.NewBase(c, "documents", "documents.collection.new_title")
	form := collectionForm(b, "documents.collection_form", "/collections", CollectionDetails{Public: member.Verified}).Hidden("organization", string(of)).Back("/collections")
	if refused != nil {
		form.Bind(c).Fail(refused)
	}
	b.Private = true
	b.Crumbs = []web.Crumb{{Label: b.T("documents.collections.title"), Path: "/collections"}}
	return m.collectionFormView.Render(c, status, collectionFormPage{Base: b, For: member.Name, ForPath: b.URL("/organizations/" + string(of)), Form: form})
}

func collectionDetails(v web.Values) CollectionDetails {
	return CollectionDetails{Title: v.Get("title"), Description: v.Get("description"), Public: v.Get("public") != ""}
}

func (m *Module) createCollection(c *fiber.Ctx) error {
	v := web.ValuesOf(c)
	id, err := m.Service.Collections.Create(c.UserContext(), actorOf(c), web.OperationOf(c), domain.OrganizationID(v.Get("organization")), collectionDetails(v))
	if apperr.Is(err, apperr.Invalid) {
		return m.renderNewCollection(c, http.StatusUnprocessableEntity, err)
	}
	if err != nil {
		return err
	}
	web.SetFlash(c, "good", "documents.flash.collection_created")
	return web.Redirect(c, collectionPath(id))
}

func (m *Module) editCollection(c *fiber.Ctx) error {
	return m.renderEditCollection(c, http.StatusOK, nil)
}

func (m *Module) renderEditCollection(c *fiber.Ctx, status int, refused error) error {
	v, err := m.Service.Collections.Get(c.UserContext(), actorOf(c), c.Params("id"))
	switch {
	case err != nil:
		return err
	case !v.MayEdit:
		return apperr.New(apperr.Forbidden, "error.forbidden")
	case !v.Collection.Removed.IsZero():
		return apperr.New(apperr.Conflict, "error.conflict")
	}
	b := web.NewBase(c, "documents", "documents.collection.edit_title")
	make := func() *web.Form {
		return collectionForm(b, "documents.collection_form", collectionPath(v.ID)+"/edit", CollectionDetails{v.Collection.Title, v.Collection.Description, v.Collection.Public}).
			Read(v.Version).Back(collectionPath(v.ID))
	}
	form := make()
	form.Submit = b.T("documents.form.save")
	switch {
	case apperr.Is(refused, apperr.Conflict):
		form.Bind(c).Conflict(make())
	case refused != nil:
		form.Bind(c).Fail(refused)
	}
	b.Private, b.Demo = true, v.Collection.Demo
	b.Crumbs = []web.Crumb{{Label: b.T("documents.collections.title"), Path: "/collections"}, {Label: v.Collection.Title, Path: collectionPath(v.ID)}}
	return m.collectionFormView.Render(c, status, collectionFormPage{Base: b, For: v.By.Title, ForPath: b.URL(v.By.Path), Form: form})
}

func (m *Module) describeCollection(c *fiber.Ctx) error {
	err := m.Service.Collections.Describe(c.UserContext(), actorOf(c), web.OperationOf(c), c.Params("id"), web.Version(c), collectionDetails(web.ValuesOf(c)))
	switch {
	case apperr.Is(err, apperr.Invalid):
		return m.renderEditCollection(c, http.StatusUnprocessableEntity, err)
	case apperr.Is(err, apperr.Conflict):
		return m.renderEditCollection(c, http.StatusConflict, err)
	}
	return m.toCollection(c, err, "documents.flash.saved", "")
}

// toCollection leads back to the collection after a change.
func (m *Module) toCollection(c *fiber.Ctx, err error, flash, at string) error {
	if apperr.Is(err, apperr.Invalid) {
		return m.renderCollection(c, http.StatusUnprocessableEntity, err, at)
	}
	if err != nil {
		return err
	}
	web.SetFlash(c, "good", flash)
	return web.Redirect(c, collectionPath(c.Params("id")))
}

func (m *Module) putInCollection(c *fiber.Ctx) error {
	err := m.Service.Collections.Put(c.UserContext(), actorOf(c), web.OperationOf(c), c.Params("id"), web.Version(c), parseDocument(web.ValuesOf(c).Get("document")))
	return m.toCollection(c, err, "documents.flash.collected", "add")
}

// parseDocument reads the address of a document's page, or its id.
func parseDocument(address string) domain.DocumentID {
	address, _, _ = strings.Cut(strings.TrimSpace(address), "?")
	address, _, _ = strings.Cut(address, "#")
	if !strings.Contains(address, "/") {
		return domain.DocumentID(address)
	}
	parts := strings.Split(address, "/")
	if i := slices.Index(parts, "documents"); i >= 0 && i+1 < len(parts) {
		return domain.DocumentID(parts[i+1])
	}
	return ""
}

func (m *Module) arrangeCollection(c *fiber.Ctx) error {
	v := web.ValuesOf(c)
	err := m.Service.Collections.Arrange(c.UserContext(), actorOf(c), web.OperationOf(c), c.Params("id"), web.Version(c), domain.DocumentID(v.Get("document")), v.Get("move"))
	return m.toCollection(c, err, "documents.flash.arranged", "")
}

func (m *Module) removeCollection(c *fiber.Ctx) error {
	err := m.Service.Collections.Remove(c.UserContext(), actorOf(c), web.OperationOf(c), c.Params("id"), web.Version(c), web.ValuesOf(c).Get("reason"))
	if err != nil {
		return m.toCollection(c, err, "", "remove")
	}
	web.SetFlashWithUndo(c, web.Undo{Path: collectionPath(c.Params("id")) + "/restore"}, "wait", "documents.flash.collection_removed")
	return web.Redirect(c, collectionPath(c.Params("id")))
}

func (m *Module) restoreCollection(c *fiber.Ctx) error {
	err := m.Service.Collections.Restore(c.UserContext(), actorOf(c), web.OperationOf(c), c.Params("id"), web.Version(c))
	return m.toCollection(c, err, "documents.flash.collection_restored", "")
}

// collectionFeed answers with what everybody may read of a collection that is open, whoever asks.
func (m *Module) collectionFeed(c *fiber.Ctx) error {
	v, err := m.Service.Collections.Get(c.UserContext(), domain.Actor{}, c.Params("id"))
	if err != nil {
		return err
	}
	b := web.NewBase(c, "documents", "")
	raw, err := m.feedOf(b, v.Documents, v.Collection.Title, collectionPath(v.ID), b.URL(collectionPath(v.ID)+"/feed.atom"))
	if err != nil {
		return err
	}
	return sendFeed(c, raw)
}

// collect offers the collections to which a document can be added.
func (m *Module) collect(c *fiber.Ctx) error {
	v, err := m.Service.Get(c.UserContext(), actorOf(c), idOf(c))
	if err == nil && v.Document.Status != Ready {
		err = apperr.New(apperr.NotFound, "error.not_found")
	}
	if err != nil {
		return err
	}
	mine, err := m.Service.Collections.Mine(c.UserContext(), actorOf(c))
	if err != nil {
		return err
	}
	b := web.NewBase(c, "documents", "documents.collect.title")
	b.Private, b.Demo = true, v.Document.Demo
	b.Crumbs = []web.Crumb{{Label: v.Document.Title, Path: documentPath(v.ID)}}
	p := collectPage{Name: v.Document.Title, Back: b.URL(documentPath(v.ID)), Begin: beginLinks(b, actorOf(c))}
	for _, one := range mine {
		row := collectRow{Title: one.Collection.Title, Path: b.URL(collectionPath(one.ID)), By: one.By.Title}
		if slices.Contains(one.Collection.Documents, v.ID) {
			row.In = b.T("documents.collect.in")
		} else {
			add := web.NewAction(b, "documents.collect.add", collectionPath(one.ID)+"/documents").With("document", string(v.ID))
			add.ID, add.Version, add.Kind = add.ID+"-"+one.ID, one.Version, "plain"
			row.Add = &add
		}
		p.Rows = append(p.Rows, row)
	}
	p.Base = b
	return m.collectView.Render(c, http.StatusOK, p)
}
