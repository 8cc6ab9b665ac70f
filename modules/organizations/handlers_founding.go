package organizations

import (
	"context"
	"slices"
	"strconv"

	"github.com/gofiber/fiber/v2"

	"gotong/modules/domain"
	"gotong/modules/kit/apperr"
	"gotong/modules/kit/web"
)

const foundingPath = "/organizations/new"

func foundingBase(c *fiber.Ctx) web.Base {
	base := web.NewBase(c, "organizations", "organizations.new.title")
	base.Crumbs = []web.Crumb{{Label: base.T("organizations.index.title"), Path: "/organizations"}, {Label: base.Title}}
	return base
}

// newForm is GET /organizations/new: which type; with one chosen, the first step.
func (m *Module) newForm(c *fiber.Ctx) error {
	actor := actorOf(c)
	if !actor.SignedIn() {
		return apperr.New(apperr.SignIn, "")
	}
	draft, err := m.Service.Draft(c.UserContext(), actor)
	if err != nil && !apperr.Is(err, apperr.NotFound) {
		return err
	}
	kept := err == nil && draft.Type != ""
	if chosen, ok := domain.Stakeholders().Type(web.ValuesOf(c).Get("type")); ok {
		if draft.Type != chosen.ID {
			draft.Type, draft.Sublevel, draft.Place = chosen.ID, "", ""
		}
		return m.step(c, StepKind, draft, nil)
	}
	base := foundingBase(c)
	page := typesPage{Base: base}
	for _, t := range domain.Stakeholders().Types() {
		if t.Retired {
			continue
		}
		page.Types = append(page.Types, typeChoice{Name: t.Name.In(base.Lang), Description: t.Description.In(base.Lang), Path: web.ListURL(base, foundingPath, map[string]string{"type": t.ID}, "")})
	}
	if kept {
		name := draft.Name
		if name == "" {
			name = domain.Stakeholders().TypeName(draft.Type, base.Lang)
		}
		page.Kept, page.KeptPath = base.T("organizations.new.kept", "name", name), base.URL(foundingPath+"/"+string(StepCheck))
		drop := web.NewAction(base, "organizations.drop", foundingPath+"/drop")
		drop.Kind = "plain"
		page.Drop = &drop
	}
	return m.types.Render(c, fiber.StatusOK, page)
}

// stepForm is GET /organizations/new/{step}: what was typed there so far.
func (m *Module) stepForm(c *fiber.Ctx) error {
	step := Step(c.Params("step"))
	if !slices.Contains(Steps, step) {
		return hidden(nil)
	}
	draft, err := m.Service.Draft(c.UserContext(), actorOf(c))
	if apperr.Is(err, apperr.NotFound) {
		return web.Redirect(c, foundingPath)
	}
	if err != nil {
		return err
	}
	if step == StepCheck {
		return m.check(c, fiber.StatusOK, draft, nil)
	}
	return m.step(c, step, draft, nil)
}

// keepStep is POST /organizations/new/{step}: keeps what was typed and goes on to the next step.
func (m *Module) keepStep(c *fiber.Ctx) error {
	ctx, actor, step := c.UserContext(), actorOf(c), Step(c.Params("step"))
	if step == "drop" {
		if err := m.Service.DropDraft(ctx, actor); err != nil {
			return err
		}
		return web.Redirect(c, foundingPath)
	}
	at := slices.Index(Steps, step)
	if at < 0 || step == StepCheck {
		return hidden(nil)
	}
	draft, err := m.Service.Draft(ctx, actor)
	if err != nil && !apperr.Is(err, apperr.NotFound) {
		return err
	}
	if step != StepKind && draft.Type == "" {
		return web.Redirect(c, foundingPath)
	}
	draft.take(step, profileOf(c))
	if err = m.Service.KeepDraft(ctx, actor, step, draft); err != nil {
		if apperr.Is(err, apperr.Invalid) {
			return m.step(c, step, draft, err)
		}
		return err
	}
	return web.Redirect(c, foundingPath+"/"+string(Steps[at+1]))
}

// take replaces what belongs to a step.
func (p *Profile) take(step Step, typed Profile) {
	switch step {
	case StepKind:
		p.Type, p.Sublevel, p.Region, p.Place, p.Areas = typed.Type, typed.Sublevel, typed.Region, typed.Place, typed.Areas
	case StepName:
		p.Name, p.Registration, p.About, p.Different = typed.Name, typed.Registration, typed.About, typed.Different
	case StepContact:
		p.Office, p.Address, p.Email, p.Phone, p.Website = typed.Office, typed.Address, typed.Email, typed.Phone, typed.Website
	}
}

// step shows one step, with what is wrong.
func (m *Module) step(c *fiber.Ctx, step Step, p Profile, wrong error) error {
	t, ok := domain.Stakeholders().Type(p.Type)
	if !ok {
		return web.Redirect(c, foundingPath)
	}
	regions, err := m.regionOptions(c.UserContext())
	if err != nil {
		return err
	}
	base := foundingBase(c)
	o := Organization{Type: p.Type, Sublevel: p.Sublevel, Region: p.Region}
	p.apply(&o)
	f := web.NewForm(base, "organizations.form", foundingPath+"/"+string(step))
	f.Submit = base.T("organizations.new.next")
	back := foundingPath
	switch step {
	case StepKind:
		kindFields(f, base, o, p.Place, regions)
	case StepName:
		back += "/" + string(StepKind)
		nameFields(f, o)
		f.Field("name").Live = web.ListURL(base, "/organizations/alike", map[string]string{"region": string(o.Region), "place": p.Place}, "")
		f.Field("registration").Live = base.URL("/organizations/alike")
		if p.Different || hasField(wrong, "different") {
			f.Section("different").Checkbox("different", web.Checked(p.Different))
		}
	case StepContact:
		back += "/" + string(StepName)
		f.Intro = base.T("organizations.form.section_contact_intro")
		contactFields(f, o)
	}
	f.Back(back).CancelText = base.T("organizations.new.back")
	at := slices.Index(Steps, step)
	page := formPage{Base: base, Form: f, Note: base.T("organizations.new.chosen", "type", t.Name.In(base.Lang)), Step: stepText(base, at)}
	status := fiber.StatusOK
	if wrong != nil {
		f.Fail(wrong)
		status = fiber.StatusUnprocessableEntity
	}
	return m.form.Render(c, status, page)
}

func stepText(b web.Base, at int) string {
	return b.T("organizations.new.step", "number", at+1, "of", len(Steps), "name", b.T("organizations.step."+string(Steps[at])))
}

func kindFields(f *web.Form, b web.Base, o Organization, place string, regions []web.Option) {
	f.Hidden("type", o.Type)
	f.Radio("sublevel", domain.SublevelOptions(b.Lang, o.Type, ""), web.Required(), web.Value(o.Sublevel))
	switch o.Type {
	case domain.TypeVillageGovernment:
		f.Text("place", web.Required(), web.Value(place), web.Suggest("/organizations/places?type="+o.Type))
	case domain.TypeGovernment:
		f.Select("region", regions, web.Value(string(o.Region)))
		f.Text("place", web.Value(place), web.Suggest("/organizations/places?type="+o.Type))
	default:
		f.Select("region", regions, web.Required(), web.Value(string(o.Region)), web.Hint("organizations.form.region_plain"))
	}
	if o.Type != domain.TypeVillageGovernment {
		areaField(f, o, regions)
	}
}

// check shows all that was typed, what is still wrong and where, and the papers that come next.
func (m *Module) check(c *fiber.Ctx, status int, p Profile, wrong error) error {
	t, ok := domain.Stakeholders().Type(p.Type)
	if !ok {
		return web.Redirect(c, foundingPath)
	}
	ctx, base := c.UserContext(), foundingBase(c)
	o, err := m.Service.drafted(ctx, p)
	if err != nil && !apperr.Is(err, apperr.Invalid) {
		return err
	}
	if wrong == nil {
		wrong = err
	}
	page := checkPage{Base: base, Step: stepText(base, len(Steps)-1), Note: base.T("organizations.new.chosen", "type", t.Name.In(base.Lang))}
	codes := append([]domain.RegionCode{o.Region}, o.Areas...)
	page.Parts = checkParts(base, o, p, m.Service.placeTexts(ctx, codes))
	for _, list := range []struct {
		key    string
		papers []domain.Paper
	}{{"organizations.papers.required", t.Verification.Required}, {"organizations.papers.one_of", t.Verification.OneOf}, {"organizations.papers.supporting", t.Verification.Supporting}} {
		if len(list.papers) == 0 {
			continue
		}
		group := checkPapers{Title: base.T(list.key)}
		for _, paper := range list.papers {
			group.Papers = append(group.Papers, paper.Name.In(base.Lang))
		}
		page.Papers = append(page.Papers, group)
	}
	f := web.NewForm(base, "organizations.form", "/organizations")
	f.Submit = base.T("organizations.form._found")
	hideProfile(f, p)
	if p.Different || hasField(wrong, "different") {
		f.Checkbox("different", web.Checked(p.Different))
	}
	f.Back(foundingPath + "/" + string(StepContact)).CancelText = base.T("organizations.new.back")
	if wrong != nil {
		f.Fail(wrong)
		stepLinks(base, f, wrong)
	}
	page.Form = f
	return m.checkView.Render(c, status, page)
}

// stepLinks has each line of the summary lead to the step on which it can be mended.
func stepLinks(b web.Base, f *web.Form, wrong error) {
	fields := fieldsOf(wrong)
	for i := range f.Errors {
		if f.Errors[i].Href != "" || i >= len(fields) {
			continue
		}
		for _, field := range fields {
			if b.Local().Message(field.Message) != f.Errors[i].Text {
				continue
			}
			for step, names := range stepFields {
				if slices.Contains(names, field.Name) && field.Name != "different" {
					f.Errors[i].Href = b.URL(foundingPath+"/"+string(step)) + "#i-" + field.Name
				}
			}
		}
	}
}

func hideProfile(f *web.Form, p Profile) {
	for name, value := range map[string]string{
		"type": p.Type, "sublevel": p.Sublevel, "name": p.Name, "registration": p.Registration, "office": p.Office, "address": p.Address, "email": p.Email,
		"phone": p.Phone, "website": p.Website, "about": p.About, "region": string(p.Region), "place": p.Place,
	} {
		if value != "" {
			f.Hidden(name, value)
		}
	}
	for _, code := range p.Areas {
		f.HiddenList = append(f.HiddenList, web.HiddenInput{Name: "areas", Value: string(code)})
	}
}

func checkParts(b web.Base, o Organization, p Profile, places map[domain.RegionCode]string) []checkPart {
	part := func(step Step) checkPart {
		return checkPart{Title: b.T("organizations.step." + string(step)), Path: b.URL(foundingPath + "/" + string(step)), Change: b.T("organizations.new.change", "part", b.T("organizations.step."+string(step)))}
	}
	fact := func(part *checkPart, key, value string) {
		f := web.Fact{Label: b.T(key), Value: value}
		if value == "" {
			f.Value, f.Quiet = b.T("organizations.new.empty"), true
		}
		part.Facts = append(part.Facts, f)
	}
	kind, name, contact := part(StepKind), part(StepName), part(StepContact)
	fact(&kind, "organizations.fact.type", typeText(b, o))
	place := places[o.Region]
	if place == "" {
		place = p.Place
	}
	fact(&kind, "organizations.fact.place", place)
	if o.Type != domain.TypeVillageGovernment {
		areas := ""
		for i, code := range o.Areas {
			if i > 0 {
				areas += "; "
			}
			areas += places[code]
		}
		fact(&kind, "organizations.fact.areas", areas)
	}
	fact(&name, "organizations.form.name", o.Name)
	fact(&name, "organizations.fact.registration", o.Registration)
	fact(&name, "organizations.form.about", o.About)
	fact(&contact, "organizations.fact.office", o.Office)
	fact(&contact, "organizations.fact.address", o.Address)
	fact(&contact, "organizations.fact.email", o.Email)
	fact(&contact, "organizations.fact.phone", o.Phone)
	fact(&contact, "organizations.fact.website", o.Website)
	return []checkPart{kind, name, contact}
}

// found is POST /organizations: all steps together.
func (m *Module) found(c *fiber.Ctx) error {
	ctx, actor, p := c.UserContext(), actorOf(c), profileOf(c)
	id, err := m.Service.Found(ctx, actor, web.OperationOf(c), p)
	if apperr.Is(err, apperr.Invalid) {
		if e := m.Service.drafts.Put(ctx, string(actor.Account), p, draftLife); e != nil {
			return e
		}
		return m.check(c, fiber.StatusUnprocessableEntity, p, err)
	}
	if err != nil {
		return err
	}
	if err := m.Service.DropDraft(context.WithoutCancel(ctx), actor); err != nil {
		m.Service.log.WarnContext(ctx, "a founding draft stays behind", "error", err)
	}
	web.SetFlash(c, "good", "organizations.flash.founded")
	return web.Redirect(c, pathOf(id)+"/verification")
}

// places is GET /organizations/places: suggestions while one types.
func (m *Module) places(c *fiber.Ctx) error {
	if !actorOf(c).SignedIn() {
		return apperr.New(apperr.SignIn, "")
	}
	v := web.ValuesOf(c)
	var options []web.Option
	if text := v.Get("place"); len(text) >= 3 {
		found, err := m.Service.regions.SearchPlaces(c.UserContext(), text, "", 0, 12)
		if err != nil {
			return err
		}
		for _, p := range found {
			fits := p.Kind == "desa"
			switch v.Get("type") {
			case domain.TypeGovernment:
				fits = p.Kind == "kelurahan" || p.Kind == "kecamatan"
			case domain.SublevelKelurahan:
				fits = p.Kind == "kelurahan"
			}
			if fits {
				options = append(options, web.Option{Value: domain.PlaceText(p) + " (" + string(p.Code) + ")"})
			}
		}
	}
	return web.Suggestions(c, options)
}

// alike is GET /organizations/alike: a warning while one types a name. The same is told when the step is sent.
func (m *Module) alike(c *fiber.Ctx) error {
	ctx, v := c.UserContext(), web.ValuesOf(c)
	region := domain.RegionCode(v.Get("region"))
	if code, err := domain.ParseRegionCode(codeIn(v.Get("place"))); region == "" && err == nil {
		region = code
	}
	alikes, err := m.Service.Alikes(ctx, actorOf(c), v.Get("name"), v.Get("registration"), region)
	if err != nil {
		return err
	}
	base := web.NewBase(c, "organizations", "")
	page := alikePage{Base: base}
	for i, a := range alikes {
		cell := web.Cell{Text: base.T("organizations.alike.hidden", "number", strconv.Itoa(i+1))}
		if a.Name != "" {
			cell = web.Cell{Text: a.Name, Path: base.URL(pathOf(a.ID))}
		}
		if a.Number {
			cell.Note = base.T("organizations.alike.number")
		}
		page.Alikes = append(page.Alikes, cell)
	}
	html, err := m.alikeView.Fragment(page)
	if err != nil {
		return err
	}
	c.Set(fiber.HeaderContentType, fiber.MIMETextHTMLCharsetUTF8)
	c.Set(fiber.HeaderCacheControl, "no-store")
	return c.SendString(string(html))
}
