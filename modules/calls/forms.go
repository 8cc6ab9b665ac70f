package calls

import (
	"context"
	"strconv"
	"time"

	"gotong/modules/domain"
	"gotong/modules/kit/apperr"
	"gotong/modules/kit/web"
)

// contentForm lays out a whole call. rows is how many criteria it shows.
func (s *Service) contentForm(ctx context.Context, b web.Base, action string, c Content, rows int) *web.Form {
	f := web.NewForm(b, "calls.form", action)
	f.Section("about")
	f.Text("title", web.Required(), web.Max(maxTitle), web.Value(c.Title))
	f.Text("theme", web.Max(maxShort), web.Value(c.Theme))
	f.TextArea("summary", web.Max(maxText), web.Value(c.Summary))
	f.TextArea("summary_en", web.Max(maxText), web.Value(c.SummaryEN))
	f.TextArea("expected", web.Max(maxText), web.Value(c.Expected))
	f.Text("contact", web.Max(maxShort), web.Value(c.Contact))
	f.Section("where")
	f.Checkboxes("categories", domain.CategoryChoices(b.Lang, c.Categories...), web.ValueList(texts(c.Categories)))
	options := domain.AreaOptions(ctx, s.places.Children)
	picked, typed := domain.SplitAreas(c.Areas, options)
	f.Checkboxes("areas", options, web.ValueList(picked))
	f.Text("area_codes", web.Value(typed), web.Placeholder("61.01.08, 61.01.03.2001"))
	f.Section("money")
	f.Rupiah("budget", web.ValueInt(c.Budget))
	f.Rupiah("least", web.ValueInt(c.Least))
	f.Rupiah("most", web.ValueInt(c.Most))
	f.Section("who")
	var types, papers, wanted []web.Option
	for _, t := range domain.Stakeholders().Types() {
		types = append(types, web.Option{Value: t.ID, Label: t.Name.In(b.Lang)})
		for _, p := range t.Verification.Required {
			papers = append(papers, web.Option{Value: p.ID, Label: p.Name.In(b.Lang), Group: t.Name.In(b.Lang)})
		}
	}
	for _, t := range PaperTypes {
		wanted = append(wanted, web.Option{Value: string(t), Label: b.T("documents.type." + string(t))})
	}
	f.Checkboxes("types", types, web.ValueList(c.Types))
	f.Checkbox("local", web.Checked(c.Local))
	f.Checkboxes("org_papers", papers, web.ValueList(c.OrgPapers))
	f.Checkboxes("papers", wanted, web.ValueList(texts(c.Papers)))
	f.Section("dates")
	date, clock := split(c.Deadline, c.Zone)
	f.Date("deadline", web.Value(date))
	f.Text("deadline_time", web.Value(clock), web.Placeholder("17:00"))
	var zoneOptions []web.Option
	for _, z := range Zones {
		zoneOptions = append(zoneOptions, web.Option{Value: string(z), Label: b.T("calls.zone." + string(z))})
	}
	zone := c.Zone
	if zone == "" {
		zone = WIB
	}
	f.Radio("zone", zoneOptions, web.Value(string(zone)))
	f.Date("questions_until", web.Value(lastDay(c.QuestionsUntil, c.Zone)))
	f.Date("decide_by", web.Value(string(c.DecideBy)))
	f.Section("review")
	f.Checkbox("anonymous", web.Checked(c.Anonymous))
	f.Number("reviewers", web.ValueInt(max(c.Reviewers, 2)))
	spread := c.Spread
	if spread == 0 {
		spread = 20
	}
	f.Number("spread", web.ValueInt(spread))
	for n := range rows {
		criterionFields(f, n, c)
	}
	return f.Hidden("rows", strconv.Itoa(rows))
}

func criterionFields(f *web.Form, n int, c Content) {
	var k Criterion
	if n < len(c.Criteria) {
		k = c.Criteria[n]
	}
	numbered := func(name string) web.FieldOption { return web.Label("calls.form.criterion_"+name, "n", n+1) }
	f.Section("criterion_" + strconv.Itoa(n+1))
	f.Hidden(row(n, "id"), k.ID)
	f.Text(row(n, "name"), numbered("name"), web.Max(maxShort), web.Value(k.Name))
	f.Number(row(n, "weight"), numbered("weight"), web.ValueInt(k.Weight))
	f.Number(row(n, "minimum"), numbered("minimum"), web.Hint("calls.form.criterion_minimum_hint"), web.ValueInt(k.Minimum))
	f.TextArea(row(n, "guidance"), numbered("guidance"), web.Hint("calls.form.criterion_guidance_hint"), web.Rows(3), web.Max(maxText), web.Value(k.Guidance))
}

func texts[T ~string](list []T) (out []string) {
	for _, x := range list {
		out = append(out, string(x))
	}
	return out
}

// split gives a deadline as its two inputs.
func split(t time.Time, z Zone) (date, clock string) {
	if t.IsZero() {
		return "", "17:00"
	}
	local := t.In(z.Location())
	return local.Format(time.DateOnly), local.Format("15:04")
}

// lastDay gives the last day before a moment, in a zone: questions are taken until its end.
func lastDay(t time.Time, z Zone) string {
	if t.IsZero() {
		return ""
	}
	return t.Add(-time.Second).In(z.Location()).Format(time.DateOnly)
}

// reader reads the posted call and notes what cannot be read, by input.
type reader struct {
	values web.Values
	wrong  apperr.Fields
	rows   []int // which criteria were filled in
}

func (r *reader) number(name string) int64 {
	if r.values.Get(name) == "" {
		return 0
	}
	n, ok := r.values.Int(name)
	r.wrong.Check(ok, name, "calls.error.number")
	return n
}

func (r *reader) rupiah(name string) int64 {
	if r.values.Get(name) == "" {
		return 0
	}
	n, ok := r.values.Rupiah(name)
	r.wrong.Check(ok, name, "calls.error.number")
	return n
}

func (r *reader) date(name string) domain.Date {
	d, err := domain.ParseDate(r.values.Get(name))
	r.wrong.Check(err == nil, name, "calls.error.date")
	return d
}

// moment reads a date and a time of day in the zone.
func (r *reader) moment(z Zone) time.Time {
	date := r.date("deadline")
	if date == "" {
		return time.Time{}
	}
	for _, layout := range []string{"15:04", "15.04"} {
		if t, err := time.ParseInLocation(time.DateOnly+" "+layout, string(date)+" "+r.values.Get("deadline_time"), z.Location()); err == nil {
			return t.UTC()
		}
	}
	r.wrong.Add("deadline_time", "calls.error.time")
	return time.Time{}
}

// endOf reads a date and gives the end of that day in the zone.
func (r *reader) endOf(name string, z Zone) time.Time {
	date := r.date(name)
	if date == "" {
		return time.Time{}
	}
	t, err := time.ParseInLocation(time.DateOnly, string(date), z.Location())
	r.wrong.Check(err == nil, name, "calls.error.date")
	return t.AddDate(0, 0, 1).UTC()
}

// readContent reads the whole form.
func readContent(v web.Values) (Content, *reader) {
	r := &reader{values: v}
	zone := Zone(v.Get("zone"))
	c := Content{
		Title: v.Get("title"), Theme: v.Get("theme"), Summary: v.Get("summary"), SummaryEN: v.Get("summary_en"), Expected: v.Get("expected"), Contact: v.Get("contact"),
		Budget: r.rupiah("budget"), Least: r.rupiah("least"), Most: r.rupiah("most"), Types: v.All("types"), Local: v.Has("local"), OrgPapers: v.All("org_papers"),
		Deadline: r.moment(zone), Zone: zone, QuestionsUntil: r.endOf("questions_until", zone), DecideBy: r.date("decide_by"),
		Anonymous: v.Has("anonymous"), Reviewers: r.number("reviewers"), Spread: r.number("spread"),
	}
	for _, id := range v.All("categories") {
		c.Categories = append(c.Categories, domain.CategoryID(id))
	}
	for _, t := range v.All("papers") {
		c.Papers = append(c.Papers, domain.DocumentType(t))
	}
	for _, s := range v.All("areas") {
		if code, err := domain.ParseRegionCode(s); err == nil {
			c.Areas = append(c.Areas, code)
		}
	}
	codes, ok := domain.ReadCodes(v.Get("area_codes"))
	r.wrong.Check(ok, "area_codes", "calls.error.codes")
	c.Areas = append(c.Areas, codes...)
	for n := range MaxCriteria {
		if v.Get(row(n, "name"))+v.Get(row(n, "weight"))+v.Get(row(n, "guidance")) == "" {
			continue
		}
		r.rows = append(r.rows, n)
		c.Criteria = append(c.Criteria, Criterion{ID: v.Get(row(n, "id")), Name: v.Get(row(n, "name")), Guidance: v.Get(row(n, "guidance")),
			Weight: r.number(row(n, "weight")), Minimum: r.number(row(n, "minimum"))})
	}
	return c, r
}

// askedRows tells how many criteria the posted form shows, one more where its button was pressed.
func askedRows(v web.Values) (rows int, more bool) {
	rows, _ = strconv.Atoi(v.Get("rows"))
	if v.Get("add") == "criterion" {
		rows, more = rows+1, true
	}
	return min(MaxCriteria, max(rows, 2)), more
}

func decideForm(b web.Base, id string, version int64) *web.Form {
	f := web.NewForm(b, "calls.decide", "/calls/"+id+"/decide").Read(version)
	f.TextArea("outcome", web.Required(), web.Max(maxText))
	f.TextArea("outcome_en", web.Required(), web.Max(maxText))
	return f.Back("/calls/" + id)
}
