package needs

import (
	"errors"
	"slices"

	"gotong/modules/domain"
	"gotong/modules/kit/apperr"
	"gotong/modules/kit/web"
)

func urgencyOptions(b web.Base) []web.Option {
	var out []web.Option
	for _, u := range Urgencies {
		out = append(out, web.Option{Value: string(u), Label: b.T("needs.urgency." + string(u)), Hint: b.T("needs.urgency_hint." + string(u))})
	}
	return out
}

// contentForm lays out the form of a need. A new one also asks who declares it and for which village.
func contentForm(b web.Base, actor domain.Actor, action string, in Input, fresh bool) *web.Form {
	f := web.NewForm(b, "needs.form", action)
	f.Section("what")
	if fresh {
		declarers(f, actor, in)
	}
	c := in.Content
	cat, known := domain.Taxonomy().Category(c.Category)
	if fresh && known {
		f.Hidden("category", string(c.Category))
	} else {
		f.Select("category", domain.CategoryChoices(b.Lang, c.Category), web.Required(), web.Value(string(c.Category)))
	}
	f.Text("title", web.Required(), web.Max(maxTitle), web.Value(c.Title))
	f.TextArea("description", web.Required(), web.Max(maxText), web.Value(c.Description))
	if known { // the category decides the questions
		ask := cat.Ask.In(b.Lang)
		if ask == "" {
			ask = b.T("needs.ask." + cat.Parent)
		}
		f.Note("description", ask)
	}
	f.TextArea("summary", web.Max(maxText), web.Rows(3), web.Value(c.Summary))
	f.Section("amount")
	f.Number("quantity", web.ValueInt(c.Quantity))
	if fresh && known && len(cat.Units) == 1 {
		u, _ := domain.Taxonomy().Unit(cat.Units[0])
		f.Hidden("unit", string(u.ID)).Note("quantity", b.T("needs.in_unit", "unit", u.Name.In(b.Lang)))
	} else {
		f.Select("unit", domain.UnitChoices(b.Lang, c.Category, c.Unit), web.Value(string(c.Unit)))
	}
	f.Checkbox("divisible", web.Checked(c.Divisible))
	f.Number("min_lot", web.ValueInt(c.MinLot))
	f.Number("households", web.ValueInt(c.Households))
	f.Number("persons", web.ValueInt(c.Persons))
	f.Section("urgency")
	f.Date("wanted_by", web.Value(string(c.WantedBy)))
	f.Radio("urgency", urgencyOptions(b), web.Value(string(c.Urgency)))
	f.TextArea("urgency_reason", web.Max(maxText), web.Rows(3), web.Value(c.UrgencyReason))
	f.Section("cost")
	f.Rupiah("cost", web.ValueInt(c.Cost))
	f.Text("cost_basis", web.Max(maxShort), web.Value(c.CostBasis))
	f.Section("meeting")
	f.Date("meeting_date", web.Value(string(c.MeetingDate)))
	f.Number("rank", web.ValueInt(c.Rank))
	f.Text("contact_office", web.Max(maxShort), web.Value(c.ContactOffice))
	return f
}

func declarers(f *web.Form, actor domain.Actor, in Input) {
	members := CanDeclare(actor)
	var organizations []web.Option
	for _, m := range members {
		organizations = append(organizations, web.Option{Value: string(m.Organization), Label: m.Name})
	}
	if len(members) == 1 {
		f.Hidden("organization", string(members[0].Organization))
	} else {
		f.Select("organization", organizations, web.Required(), web.Value(string(in.Organization)))
	}
	if len(members) == 1 && members[0].Village != "" && (in.Village == "" || in.Village == members[0].Village) {
		f.Hidden("village", string(members[0].Village))
		return
	}
	f.Text("village", web.Required(), web.Value(string(in.Village)), web.Placeholder("61.01.08.2007"))
}

// readContent reads the form's content. Numbers and dates that cannot be read are named by field.
func readContent(v web.Values) (Content, apperr.Fields) {
	var f apperr.Fields
	number := func(name string) int64 {
		if v.Get(name) == "" {
			return 0
		}
		n, ok := v.Int(name)
		f.Check(ok, name, "needs.error.number")
		return n
	}
	date := func(name string) domain.Date {
		d, err := domain.ParseDate(v.Get(name))
		f.Check(err == nil, name, "needs.error.date")
		return d
	}
	c := Content{
		Category: domain.CategoryID(v.Get("category")), Title: v.Get("title"), Description: v.Get("description"), Summary: v.Get("summary"),
		Quantity: number("quantity"), Unit: domain.UnitID(v.Get("unit")), Households: number("households"), Rank: number("rank"), Persons: number("persons"),
		Divisible: v.Has("divisible"), MinLot: number("min_lot"), WantedBy: date("wanted_by"), Urgency: Urgency(v.Get("urgency")),
		UrgencyReason: v.Get("urgency_reason"), CostBasis: v.Get("cost_basis"), MeetingDate: date("meeting_date"), ContactOffice: v.Get("contact_office"),
	}
	if v.Get("cost") != "" {
		cost, ok := v.Rupiah("cost")
		f.Check(ok, "cost", "needs.error.number")
		c.Cost = cost
	}
	return c, f
}

// refused joins what could not be read with what else is wrong, so that the reader sees all at once.
func refused(f apperr.Fields, c Content) error {
	if len(f) == 0 {
		return nil
	}
	c.Normalise()
	err := joined(f, c.Validate())
	var e *apperr.Error
	if errors.As(err, &e) {
		seen := map[string]bool{}
		e.Fields = slices.DeleteFunc(e.Fields, func(x apperr.Field) bool {
			double := seen[x.Name]
			seen[x.Name] = true
			return double
		})
	}
	return err
}

func minutesForm(b web.Base, id string, version int64, has bool) *web.Form {
	f := web.NewForm(b, "needs.submit", "/needs/"+id+"/submit").Read(version)
	f.Radio("minutes_type", []web.Option{
		{Value: string(domain.DocMinutes), Label: b.T("needs.paper.minutes")}, {Value: string(domain.DocPlanPage), Label: b.T("needs.paper.plan-page")},
	}, web.Value(string(domain.DocMinutes)))
	if has {
		f.File("minutes", ".pdf,.jpg,.jpeg,.png", web.Hint("needs.submit.minutes_there"))
	} else {
		f.File("minutes", ".pdf,.jpg,.jpeg,.png", web.Required())
	}
	return f.Back("/needs/" + id)
}

// decideForm is the verifier's page: the checklist, then one of four decisions with what each demands.
func decideForm(b web.Base, id string, version int64) *web.Form {
	f := web.NewForm(b, "needs.verify", "/needs/"+id+"/verify").Read(version)
	f.Section("check")
	for _, q := range CheckQuestions {
		f.Checkbox("check_" + string(q))
	}
	f.TextArea("note", web.Rows(2), web.Max(maxText))
	f.Section("decision")
	var options []web.Option
	for _, a := range []Action{ActionVerify, ActionReturn, ActionPlan, ActionReject} {
		options = append(options, web.Option{Value: string(a), Label: b.T("needs.decision." + string(a)), Hint: b.T("needs.decision_hint." + string(a))})
	}
	f.Radio("decision", options, web.Required())
	f.Section("return")
	for _, name := range ReturnFields {
		f.TextArea("reason_"+name, web.Rows(2), web.Max(maxText), web.Label("needs.fact."+name))
	}
	f.Section("plan")
	f.Text("plan_document", web.Max(maxShort))
	f.Number("plan_year")
	f.Section("reject")
	f.TextArea("reason", web.Rows(3), web.Max(maxText))
	return f.Back("/needs/" + id)
}

func readDecision(v web.Values) (Decision, string) {
	d := Decision{Action: Action(v.Get("decision")), Checklist: Checklist{Answers: map[Question]bool{}, Note: v.Get("note")}}
	for _, q := range CheckQuestions {
		d.Checklist.Answers[q] = v.Has("check_" + string(q))
	}
	for _, name := range ReturnFields {
		if reason := v.Get("reason_" + name); reason != "" {
			d.Reasons = append(d.Reasons, FieldReason{Field: name, Reason: reason})
		}
	}
	d.Plan = readPlan(v)
	return d, v.Get("reason")
}

func readPlan(v web.Values) PlanReference {
	year, _ := v.Int("plan_year")
	return PlanReference{Document: v.Get("plan_document"), Year: year}
}

func planForm(b web.Base, id string, version int64) *web.Form {
	f := web.NewForm(b, "needs.plan", "/needs/"+id+"/plan").Read(version)
	f.Text("plan_document", web.Required(), web.Max(maxShort))
	f.Number("plan_year", web.Required())
	return f.Back("/needs/" + id)
}

func withdrawForm(b web.Base, id string, version int64) *web.Form {
	f := web.NewForm(b, "needs.withdraw", "/needs/"+id+"/withdraw").Read(version)
	f.TextArea("reason", web.Required(), web.Max(maxText))
	return f.Hurts().Back("/needs/" + id)
}

func quantityForm(b web.Base, id string, version, quantity int64) *web.Form {
	f := web.NewForm(b, "needs.quantity", "/needs/"+id+"/quantity").Read(version)
	f.Number("quantity", web.Required(), web.ValueInt(quantity))
	f.TextArea("reason", web.Required(), web.Max(maxText))
	return f.Back("/needs/" + id)
}

func evaluateForm(b web.Base, id string, version int64) *web.Form {
	f := web.NewForm(b, "needs.evaluate", "/needs/"+id+"/evaluate").Read(version)
	for _, name := range []string{"still_used", "benefit", "before", "after"} {
		f.TextArea(name, web.Required(), web.Rows(3), web.Max(maxText))
	}
	return f.Back("/needs/" + id)
}
