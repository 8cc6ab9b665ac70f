package organizations

import (
	"github.com/gofiber/fiber/v2"

	"gotong/modules/domain"
	"gotong/modules/kit/web"
)

// profileForm is the form of editing. Type, sublevel and tied place were chosen at founding.
func profileForm(b web.Base, o Organization, action string, regions []web.Option) *web.Form {
	f := web.NewForm(b, "organizations.form", action)
	f.Section("who")
	nameFields(f, o)
	f.Section("where")
	if TiedSublevel(o.Type, o.Sublevel) == "" {
		f.Select("region", regions, web.Required(), web.Value(string(o.Region)), web.Hint("organizations.form.region_plain"))
	}
	areaField(f, o, regions)
	f.Section("contact")
	contactFields(f, o)
	return f
}

func nameFields(f *web.Form, o Organization) {
	f.Text("name", web.Required(), web.Max(maxName), web.Value(o.Name), web.Autocomplete("organization")).
		Text("registration", web.Max(maxShort), web.Value(o.Registration)).
		TextArea("about", web.Max(maxLong), web.Value(o.About))
}

func areaField(f *web.Form, o Organization, regions []web.Option) {
	areas := make([]string, 0, len(o.Areas))
	for _, code := range o.Areas {
		areas = append(areas, string(code))
	}
	f.Checkboxes("areas", regions, web.ValueList(areas))
}

func contactFields(f *web.Form, o Organization) {
	f.Text("office", web.Required(), web.Max(maxShort), web.Value(o.Office)).
		Text("address", web.Max(maxShort), web.Value(o.Address), web.Autocomplete("street-address")).
		Email("email", web.Value(o.Email)).
		Text("phone", web.Value(o.Phone), web.Autocomplete("tel")).
		Text("website", web.Value(o.Website), web.Autocomplete("url"))
}

func profileOf(c *fiber.Ctx) Profile {
	v := web.ValuesOf(c)
	p := Profile{
		Type: v.Get("type"), Sublevel: v.Get("sublevel"), Name: v.Get("name"), Registration: v.Get("registration"), Office: v.Get("office"),
		Address: v.Get("address"), Email: v.Get("email"), Phone: v.Get("phone"), Website: v.Get("website"), About: v.Get("about"),
		Region: domain.RegionCode(v.Get("region")), Place: v.Get("place"), Different: v.Has("different"),
	}
	for _, code := range v.All("areas") {
		p.Areas = append(p.Areas, domain.RegionCode(code))
	}
	return p
}

// paperForm hands in one paper.
func paperForm(b web.Base, id domain.OrganizationID, o Organization) *web.Form {
	var options []web.Option
	add := func(group string, papers []domain.Paper) {
		for _, p := range papers {
			options = append(options, web.Option{Value: p.ID, Label: p.Name.In(b.Lang), Group: b.T(group)})
		}
	}
	lists := o.lists()
	add("organizations.papers.required", lists.Required)
	add("organizations.papers.one_of", lists.OneOf)
	add("organizations.papers.supporting", lists.Supporting)
	f := web.NewForm(b, "organizations.paper", pathOf(id)+"/papers").Named("paper")
	return f.Select("paper", options, web.Required()).
		File("file", ".pdf,.jpg,.jpeg,.png").
		Text("number", web.Max(maxShort)).
		Text("issuer", web.Max(maxShort)).
		Date("issued").
		Date("expires")
}

func paperOf(c *fiber.Ctx) (PaperRecord, error) {
	v := web.ValuesOf(c)
	p := PaperRecord{Paper: v.Get("paper"), Number: v.Get("number"), Issuer: v.Get("issuer")}
	var f dateFields
	p.Issued = f.read(v, "issued")
	p.Expires = f.read(v, "expires")
	return p, f.fields.Err()
}

// checklist is the secretariat's form: one answer with a comment for each paper.
func checklist(b web.Base, id domain.OrganizationID, o Organization, version int64) *web.Form {
	f := web.NewForm(b, "organizations.decide", pathOf(id)+"/decide").Read(version).Named("decide")
	options := make([]web.Option, 0, len(Verdicts))
	for _, v := range Verdicts {
		options = append(options, web.Option{Value: string(v), Label: b.T("organizations.verdict." + string(v))})
	}
	for _, p := range o.Asked() {
		name := p.Name.In(b.Lang)
		f.Radio("verdict-"+p.ID, options, web.Required(), web.Label("organizations.decide.verdict", "paper", name))
		f.Text("comment-"+p.ID, web.Max(maxLong), web.Label("organizations.decide.comment", "paper", name))
	}
	return f.TextArea("reason", web.Max(maxLong))
}

func answersOf(c *fiber.Ctx, o Organization) []Answer {
	v := web.ValuesOf(c)
	var answers []Answer
	for _, p := range o.Asked() {
		answers = append(answers, Answer{Paper: p.ID, Verdict: Verdict(v.Get("verdict-" + p.ID)), Comment: v.Get("comment-" + p.ID)})
	}
	return answers
}

func roleOptions(b web.Base) []web.Option {
	options := make([]web.Option, 0, len(Roles))
	for _, r := range Roles {
		options = append(options, web.Option{Value: string(r), Label: b.T("organizations.role." + string(r)), Hint: b.T("organizations.role." + string(r) + "_can")})
	}
	return options
}

// flagForm notes a risk.
func flagForm(b web.Base, id domain.OrganizationID) *web.Form {
	f := web.NewForm(b, "organizations.flag", pathOf(id)+"/flags").Named("flag")
	levels := make([]web.Option, 0, len(FlagLevels))
	for _, l := range FlagLevels {
		levels = append(levels, web.Option{Value: string(l), Label: b.T("organizations.flag_level." + string(l)), Hint: b.T("organizations.flag_level." + string(l) + "_means")})
	}
	categories := make([]web.Option, 0, len(FlagCategories))
	for _, c := range FlagCategories {
		categories = append(categories, web.Option{Value: c, Label: b.T("organizations.flag_category." + c)})
	}
	return f.Radio("level", levels, web.Required()).Select("category", categories, web.Required()).
		TextArea("evidence", web.Required(), web.Max(maxLong), web.Rows(3)).
		TextArea("decision", web.Required(), web.Max(maxLong), web.Rows(3)).
		Date("until", web.Required())
}

func flagOf(c *fiber.Ctx) (Flag, error) {
	v := web.ValuesOf(c)
	var f dateFields
	flag := Flag{Level: FlagLevel(v.Get("level")), Category: v.Get("category"), Evidence: v.Get("evidence"), Decision: v.Get("decision"), Until: f.read(v, "until")}
	return flag, f.fields.Err()
}

// tieForm names the village of which an organisation becomes the government.
func tieForm(b web.Base, id domain.OrganizationID, o Organization) *web.Form {
	f := web.NewForm(b, "organizations.tie", pathOf(id)+"/tie").Named("tie")
	kind := o.Type
	if o.Type == domain.TypeGovernment {
		kind = domain.SublevelKelurahan
	}
	return f.Text("place", web.Required(), web.Suggest("/organizations/places?type="+kind)).TextArea("reason", web.Required(), web.Max(maxLong), web.Rows(3))
}
