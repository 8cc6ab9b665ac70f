package initiatives

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"strconv"
	"strings"

	"github.com/gofiber/fiber/v2"

	"gotong/modules/domain"
	"gotong/modules/kit/apperr"
	"gotong/modules/kit/web"
)

type partPage struct {
	web.Base
	Form *web.Form
	Hint string

	Notices []notice
	Done    string
	Links   []task
	Adders  []adder
	Auto    autosave
}

// autosave are the words of saving while one types, under which name the device keeps what is not saved, and where one
// goes on.
type autosave struct{ Saving, Failed, Unkept, Restored, Keep, Next string }

// task is one part in the hub.
type task struct {
	Label, Path string
	Tag         web.Tag
	Here        bool
}

// tasksOf is the hub: each part with whether it is done, and the documents at the end.
func tasksOf(b web.Base, doc Doc, here Part) (list []task, done string) {
	for _, p := range append(append([]Part(nil), Parts...), PartPartners) {
		t := task{Label: b.T("initiatives.part." + string(p)), Path: b.URL("/initiatives/" + doc.ID + "/parts/" + string(p)), Here: p == here, Tag: web.Tag{Kind: "wait", Text: b.T("initiatives.part_open")}}
		switch {
		case doc.Body.Filled(p):
			t.Tag = web.Tag{Kind: "good", Text: b.T("initiatives.part_done")}
		case p == PartPartners:
			t.Tag = web.Tag{Kind: "plain", Text: b.T("initiatives.part_optional")}
		}
		list = append(list, t)
	}
	return list, b.T("initiatives.parts_done", "n", doc.Body.filledParts(), "all", len(Parts))
}

// rowsOf names the repeated rows of a part.
var rowsOf = map[Part]string{PartOffers: "offer", PartBudget: "budget", PartTimeline: "milestone", PartResults: "result", PartPartners: "partner"}

// partForm lays out one part, with the marks of what it shows.
func (s *Service) partForm(ctx context.Context, b web.Base, doc Doc, p Part, c Content, rows map[string]int) *web.Form {
	f := web.NewForm(b, "initiatives.form", "/initiatives/"+doc.ID+"/parts/"+string(p))
	f.Submit, f.Intro = b.T("initiatives.part_save"), ""
	switch p {
	case PartSummary:
		summaryFields(f, c)
	case PartProblem:
		problemFields(f, c)
	case PartWhere:
		s.whereFields(ctx, f, c)
	case PartOffers:
		for n := range rows["offer"] {
			offerFields(f, b, n, at(c.Offers, n))
		}
	case PartBudget:
		for n := range rows["budget"] {
			budgetFields(f, b, n, at(c.Budget, n))
		}
	case PartTimeline:
		timelineFields(f, c, rows["milestone"])
	case PartResults:
		for n := range rows["result"] {
			resultFields(f, b, n, at(c.Results, n))
		}
	case PartRisks:
		riskFields(f, c)
	case PartPartners:
		partnerFields(f, c, rows["partner"])
	}
	for name, m := range MarksOf(p, doc.Body.Content) {
		f.Hidden("_read_"+name, m)
	}
	if name := rowsOf[p]; name != "" {
		f.Hidden("rows_"+name, strconv.Itoa(rows[name]))
	}
	return f.Back("/initiatives/" + doc.ID)
}

func (m *Module) partPage(c *fiber.Ctx, doc Doc, p Part, content Content, rows map[string]int) partPage {
	page := partPage{Base: web.NewBase(c, "initiatives", "initiatives.part."+string(p))}
	b := page.Base
	page.Demo, page.Private = doc.Body.Demo, true
	page.Notices = noticesOf(b, doc.Body, true)
	crumbs(&page.Base, doc.Body.Title, "/initiatives/"+doc.ID)
	counts := rowCounts(content, rows)
	page.Form = m.Service.partForm(c.UserContext(), b, doc, p, content, counts)
	page.Hint = b.T("initiatives.part_hint." + string(p))
	page.Links, page.Done = tasksOf(b, doc, p)
	page.Auto = autosave{
		Saving: b.T("initiatives.autosave.saving"), Failed: b.T("initiatives.autosave.failed"), Unkept: b.T("initiatives.autosave.unkept"), Restored: b.T("initiatives.autosave.restored"),
		Keep: keeper(web.Get[domain.Actor](c)), Next: b.URL("/initiatives/" + doc.ID + "#tasks"),
	}
	if name := rowsOf[p]; name != "" && counts[name] < MaxRows {
		page.Adders = []adder{{name, b.T("initiatives.add." + name)}}
	}
	return page
}

// keeper names an account to its own device, so that another's text is never put into the form there.
func keeper(a domain.Actor) string {
	sum := sha256.Sum256([]byte("kept:" + a.Account))
	return hex.EncodeToString(sum[:8])
}

func partOf(c *fiber.Ctx) (Part, error) {
	p := Part(strings.Clone(c.Params("part")))
	if fieldsOf[p] == nil {
		return "", apperr.New(apperr.NotFound, "error.not_found.text")
	}
	return p, nil
}

func (m *Module) getPart(c *fiber.Ctx) error {
	doc, err := m.editable(c, web.Get[domain.Actor](c))
	if err != nil {
		return err
	}
	p, err := partOf(c)
	if err != nil {
		return err
	}
	return m.part.Render(c, fiber.StatusOK, m.partPage(c, doc, p, doc.Body.Content, nil))
}

func (m *Module) postPart(c *fiber.Ctx) error {
	actor := web.Get[domain.Actor](c)
	doc, err := m.editable(c, actor)
	if err != nil {
		return err
	}
	p, err := partOf(c)
	if err != nil {
		return err
	}
	v := web.ValuesOf(c)
	rows, more := askedRows(v)
	again := func(status int, err error) error {
		page := m.partPage(c, doc, p, Content{}, rows)
		page.Form.Bind(c)
		if name := rowsOf[p]; name != "" {
			page.Form.Hidden("rows_"+name, itoa(rowCounts(Content{}, rows)[name]))
		}
		page.Form.Fail(err)
		return m.part.Render(c, status, page)
	}
	if more {
		return again(fiber.StatusOK, nil)
	}
	content, r := readContent(v)
	err = r.wrong.Err()
	if err == nil {
		read := Marks{}
		for _, f := range fieldsOf[p] {
			read[f.name] = v.Get("_read_" + f.name)
		}
		doc, err = m.savePart(c, actor, p, read, content, doc)
		err = moved(err, r.rows)
	}
	if v.Get("_auto") != "" {
		return m.answerAuto(c, doc, p, err)
	}
	var clash *Clash
	switch {
	case err == nil:
		web.SetFlash(c, "good", "initiatives.flash.saved")
		return web.Redirect(c, "/initiatives/"+doc.ID+"#tasks")
	case apperr.Is(err, apperr.Invalid):
		return again(fiber.StatusUnprocessableEntity, err)
	case !errors.As(err, &clash):
		return err
	}
	wide := rowCounts(clash.Now.Body.Content, rowCounts(clash.Merged, rows))
	theirs := m.partPage(c, clash.Now, p, clash.Now.Body.Content, wide)
	mine := m.partPage(c, clash.Now, p, clash.Merged, wide)
	mine.Form.Conflict(theirs.Form)
	return m.part.Render(c, fiber.StatusConflict, mine)
}

// savePart saves and gives the draft as it then is; where it was refused, as it was.
func (m *Module) savePart(c *fiber.Ctx, actor domain.Actor, p Part, read Marks, content Content, doc Doc) (Doc, error) {
	saved, err := m.Service.SavePart(c.UserContext(), actor, web.OperationOf(c), domain.InitiativeID(doc.ID), p, read, content)
	if err != nil {
		return doc, err
	}
	return saved, nil
}

// answerAuto answers a save while one types: what to say, and the hidden inputs as they are now.
func (m *Module) answerAuto(c *fiber.Ctx, doc Doc, p Part, err error) error {
	b := web.NewBase(c, "initiatives", "initiatives.title")
	c.Set(fiber.HeaderCacheControl, "no-store")
	var e *apperr.Error
	switch {
	case err == nil:
		fields := map[string]string{"_op": web.NewOperationID()}
		for name, mark := range MarksOf(p, doc.Body.Content) {
			fields["_read_"+name] = mark
		}
		if p == PartOffers {
			for n, o := range doc.Body.Offers {
				fields[row("offer", n, "id")] = string(o.ID)
			}
		}
		return c.JSON(fiber.Map{"saved": true, "text": b.T("initiatives.autosave.saved", "time", b.DateTime(m.Service.clock.Now())), "fields": fields})
	case apperr.Is(err, apperr.Conflict):
		return c.Status(fiber.StatusConflict).JSON(fiber.Map{"text": b.T("initiatives.autosave.conflict")})
	case errors.As(err, &e) && e.Kind == apperr.Invalid && len(e.Fields) > 0:
		return c.Status(fiber.StatusUnprocessableEntity).JSON(fiber.Map{"text": b.T("initiatives.autosave.invalid", "why", e.Fields[0].Message)})
	}
	return err
}
