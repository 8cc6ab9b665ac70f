package organizations

import (
	"github.com/gofiber/fiber/v2"

	"gotong/modules/domain"
	"gotong/modules/kit/web"
)

// profileForm is the form of founding and editing. Type and sublevel are chosen at founding only.
func profileForm(b web.Base, o Organization, action string, regions []web.Option, founding bool) *web.Form {
	f := web.NewForm(b, "organizations.form", action)
	if founding {
		f.Submit = b.T("organizations.form._found")
		f.Hidden("type", o.Type)
		f.Section("kind").Radio("sublevel", domain.SublevelOptions(b.Lang, o.Type), web.Required(), web.Value(o.Sublevel))
	}
	f.Section("who").
		Text("name", web.Required(), web.Max(maxName), web.Value(o.Name), web.Autocomplete("organization")).
		Text("registration", web.Max(maxShort), web.Value(o.Registration)).
		TextArea("about", web.Max(maxLong), web.Value(o.About))
	f.Section("where")
	tied := o.Type == domain.TypeVillageGovernment || founding && o.Type == domain.TypeGovernment
	if o.Type != domain.TypeVillageGovernment && (founding || TiedSublevel(o.Type, o.Sublevel) == "") {
		f.Select("region", regions, web.Value(string(o.Region)))
	}
	if founding && tied {
		f.Text("place", web.Suggest("/organizations/places?type="+o.Type))
	}
	f.Section("contact").
		Text("office", web.Required(), web.Max(maxShort), web.Value(o.Office)).
		Text("address", web.Max(maxShort), web.Value(o.Address), web.Autocomplete("street-address")).
		Email("email", web.Value(o.Email)).
		Text("phone", web.Value(o.Phone), web.Autocomplete("tel")).
		Text("website", web.Value(o.Website), web.Autocomplete("url"))
	return f
}

// withDifferent adds the box by which a founder says that the organisation is none of the look-alikes.
func withDifferent(f *web.Form) *web.Form { return f.Section("different").Checkbox("different") }

func profileOf(c *fiber.Ctx) Profile {
	v := web.ValuesOf(c)
	return Profile{
		Type: v.Get("type"), Sublevel: v.Get("sublevel"), Name: v.Get("name"), Registration: v.Get("registration"), Office: v.Get("office"),
		Address: v.Get("address"), Email: v.Get("email"), Phone: v.Get("phone"), Website: v.Get("website"), About: v.Get("about"),
		Region: domain.RegionCode(v.Get("region")), Place: v.Get("place"), Different: v.Has("different"),
	}
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
	f := web.NewForm(b, "organizations.paper", pathOf(id)+"/papers")
	f.ID = "paper"
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
	f := web.NewForm(b, "organizations.decide", pathOf(id)+"/decide").Read(version)
	f.ID = "decide"
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
