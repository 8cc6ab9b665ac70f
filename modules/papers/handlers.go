package papers

import (
	"slices"
	"strings"

	"github.com/gofiber/fiber/v2"

	"gotong/modules/domain"
	"gotong/modules/kit/apperr"
	"gotong/modules/kit/web"
)

func actorOf(c *fiber.Ctx) domain.Actor { return web.Get[domain.Actor](c) }

func commitmentOf(c *fiber.Ctx) domain.CommitmentID {
	return domain.CommitmentID(strings.Clone(c.Params("id")))
}

func (m *Module) getMake(c *fiber.Ctx) error { return m.renderMake(c, fiber.StatusOK, nil) }

func (m *Module) renderMake(c *fiber.Ctx, status int, refused error) error {
	ctx, id := c.UserContext(), commitmentOf(c)
	b := web.NewBase(c, "needs", "papers.make.title").At(commitmentPath(id) + "/papers")
	facts, err := m.Service.facts(ctx, actorOf(c), id)
	if err != nil {
		return err
	}
	docs, err := m.Service.Of(ctx, id)
	if err != nil {
		return err
	}
	b.Private, b.Demo = true, facts.Demo
	b.Crumbs = []web.Crumb{{Label: facts.Need, Path: commitmentPath(id)}, {Label: b.Title}}
	page := makePage{Base: b, For: facts.Need, Path: b.URL(commitmentPath(id)), Papers: m.paperCards(b, docs)}
	var kinds []Kind
	had := Said{Date: domain.DateOf(m.Service.clock.Now())}
	for _, k := range Kinds {
		if facts.Ready(k) == nil {
			kinds = append(kinds, k)
		}
	}
	for _, doc := range docs {
		if slices.Contains(kinds, doc.Body.Kind) && len(doc.Body.Versions) > 0 {
			had = doc.Body.Last().Said
		}
	}
	if len(kinds) == 0 {
		page.Empty = &web.Empty{Text: b.T("papers.make.none"), ActionLabel: b.T("papers.make.back"), ActionPath: page.Path}
	} else {
		page.Form = makeForm(b, id, kinds, &facts, had)
	}
	for _, p := range []Party{facts.First, facts.Second} {
		fact := web.Fact{Label: p.Name, Value: strings.Join(p.Head, ", "), Quiet: len(p.Head) == 0}
		if fact.Quiet {
			fact.Value = b.T("papers.make.no_letterhead")
		}
		if actorOf(c).Has(p.ID, domain.OrgEditor) {
			fact.Value = b.T("papers.make.change_letterhead", "lines", fact.Value)
			fact.Path = b.URL("/organizations/" + string(p.ID) + "/letterhead")
		}
		page.Heads = append(page.Heads, fact)
	}
	if refused != nil {
		if page.Form == nil {
			return refused
		}
		page.Form.Bind(c).Fail(refused)
	}
	return m.make.Render(c, status, page)
}

func (m *Module) postMake(c *fiber.Ctx) error {
	v := web.ValuesOf(c)
	date, err := domain.ParseDate(v.Get("date"))
	if err != nil {
		err = apperr.InvalidFields([]apperr.Field{{Name: "date", Message: apperr.Msg("papers.error.date")}})
	}
	kind := Kind(v.Get("kind"))
	if err == nil && !slices.Contains(Kinds, kind) {
		err = apperr.InvalidFields([]apperr.Field{{Name: "kind", Message: apperr.Msg("papers.error.kind")}})
	}
	if err == nil {
		_, err = m.Service.Make(c.UserContext(), actorOf(c), web.OperationOf(c), commitmentOf(c), kind,
			Said{Date: date, First: v.Get("first"), Second: v.Get("second"), Clause: v.Get("clause"), Place: v.Get("place")})
	}
	if apperr.Is(err, apperr.Invalid) || apperr.Is(err, apperr.Conflict) {
		return m.renderMake(c, web.StatusOf(err), err)
	}
	if err != nil {
		return err
	}
	web.SetFlash(c, "good", "papers.flash.made")
	return web.Redirect(c, commitmentPath(commitmentOf(c))+"/papers")
}

// sumOfRequest reads which file is asked about: the sum in the address; "" where none is.
func sumOfRequest(c *fiber.Ctx) string {
	sum, ok := ParseSum(web.ValuesOf(c).Get("sum"))
	if !ok {
		return ""
	}
	return sum
}

func (m *Module) getCheck(c *fiber.Ctx) error { return m.renderCheck(c, fiber.StatusOK, nil) }

func (m *Module) renderCheck(c *fiber.Ctx, status int, refused error) error {
	sum := sumOfRequest(c)
	var found []Found
	if sum != "" {
		var err error
		if found, err = m.Service.Find(c.UserContext(), sum); err != nil {
			return err
		}
	}
	page := newCheckPage(web.NewBase(c, "documents", "papers.check.title"), found, sum)
	if refused != nil {
		page.Form.Fail(refused)
	}
	return m.record.Render(c, status, page)
}

func (m *Module) getRecord(c *fiber.Ctx) error { return m.renderRecord(c, fiber.StatusOK, nil) }

func (m *Module) renderRecord(c *fiber.Ctx, status int, refused error) error {
	r, err := m.Service.Record(c.UserContext(), strings.Clone(c.Params("id")))
	if err != nil {
		return err
	}
	page := newRecordPage(web.NewBase(c, "documents", ""), &r, sumOfRequest(c))
	if refused != nil {
		page.Form.Fail(refused)
	}
	return m.record.Render(c, status, page)
}

// posted sums up the file of a form, for browsers that did not do so themselves. Nothing of it is kept.
func posted(c *fiber.Ctx) (string, error) {
	header, err := c.FormFile("file")
	if err != nil || header.Filename == "" {
		return "", apperr.InvalidFields([]apperr.Field{{Name: "file", Message: apperr.Msg("papers.error.file")}})
	}
	file, err := header.Open()
	if err != nil {
		return "", apperr.Wrap(err, apperr.BadRequest, "error.bad_request")
	}
	defer func() { _ = file.Close() }()
	return SumOf(file)
}

func (m *Module) postCheck(c *fiber.Ctx) error {
	sum, err := posted(c)
	if apperr.Is(err, apperr.Invalid) {
		return m.renderCheck(c, fiber.StatusUnprocessableEntity, err)
	}
	if err != nil {
		return err
	}
	return web.Redirect(c, "/papers?sum="+sum)
}

func (m *Module) postRecord(c *fiber.Ctx) error {
	sum, err := posted(c)
	if apperr.Is(err, apperr.Invalid) {
		return m.renderRecord(c, fiber.StatusUnprocessableEntity, err)
	}
	if err != nil {
		return err
	}
	return web.Redirect(c, recordPath(strings.Clone(c.Params("id")))+"?sum="+sum)
}

func headForm(b web.Base, id string, l Letterhead, version int64) *web.Form {
	return web.NewForm(b, "papers.head", "/organizations/"+id+"/letterhead").Read(version).
		Text("above", web.Max(maxLetterhead), web.Value(l.Above)).
		TextArea("lines", web.Max(maxLetterhead), web.Rows(4), web.Value(l.Lines)).
		Back("/organizations/" + id)
}

func (m *Module) getHead(c *fiber.Ctx) error {
	id := strings.Clone(c.Params("id"))
	l, version, err := m.Service.Letterhead(c.UserContext(), domain.OrganizationID(id))
	if err != nil {
		return err
	}
	return m.renderHead(c, fiber.StatusOK, func(b web.Base) *web.Form { return headForm(b, id, l, version) })
}

func (m *Module) renderHead(c *fiber.Ctx, status int, form func(web.Base) *web.Form) error {
	b := web.NewBase(c, "organizations", "papers.head.title")
	b.Private = true
	b.Crumbs = []web.Crumb{{Label: b.T("papers.head.organization"), Path: "/organizations/" + strings.Clone(c.Params("id"))}, {Label: b.Title}}
	return m.head.Render(c, status, headPage{Base: b, Form: form(b)})
}

func (m *Module) postHead(c *fiber.Ctx) error {
	id, v := strings.Clone(c.Params("id")), web.ValuesOf(c)
	ctx, l := c.UserContext(), Letterhead{Above: v.Get("above"), Lines: v.Get("lines")}
	err := m.Service.PutLetterhead(ctx, actorOf(c), web.OperationOf(c), domain.OrganizationID(id), web.Version(c), l)
	switch {
	case err == nil:
		web.SetFlash(c, "good", "papers.flash.head")
		return web.Redirect(c, "/organizations/"+id+"/letterhead")
	case apperr.Is(err, apperr.Invalid):
		return m.renderHead(c, fiber.StatusUnprocessableEntity, func(b web.Base) *web.Form { return headForm(b, id, l, web.Version(c)).Bind(c).Fail(err) })
	case apperr.Is(err, apperr.Conflict):
		now, version, failed := m.Service.Letterhead(ctx, domain.OrganizationID(id))
		if failed != nil {
			return failed
		}
		return m.renderHead(c, fiber.StatusConflict, func(b web.Base) *web.Form {
			return headForm(b, id, l, version).Bind(c).Conflict(headForm(b, id, now, version))
		})
	}
	return err
}
