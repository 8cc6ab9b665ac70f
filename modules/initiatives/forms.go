package initiatives

import (
	"context"
	"errors"
	"slices"
	"strconv"
	"strings"

	"gotong/modules/domain"
	"gotong/modules/kit/apperr"
	"gotong/modules/kit/web"
)

// parts are the repeated parts of the form; each has up to MaxRows rows.
var parts = []string{"offer", "budget", "milestone", "result", "partner"}

// rowCounts says how many rows of each part the form shows: what is there, what was asked for, at least one.
func rowCounts(c Content, asked map[string]int) map[string]int {
	have := map[string]int{"offer": len(c.Offers), "budget": len(c.Budget), "milestone": len(c.Milestones), "result": len(c.Results), "partner": len(c.Partners)}
	out := map[string]int{}
	for _, p := range parts {
		out[p] = min(MaxRows, max(1, have[p], asked[p]))
	}
	return out
}

// askedRows reads how many rows the posted form had, one more where its button was pressed.
func askedRows(v web.Values) (rows map[string]int, more bool) {
	rows = map[string]int{}
	for _, p := range parts {
		n, _ := strconv.Atoi(v.Get("rows_" + p))
		if v.Get("add") == p {
			n, more = n+1, true
		}
		rows[p] = min(n, MaxRows)
	}
	return rows, more
}

// startForm asks what a draft must have and its beginning does not bring; everything else is written in its parts.
func startForm(b web.Base, actor domain.Actor, organization domain.OrganizationID, begin Beginning) *web.Form {
	f := web.NewForm(b, "initiatives.form", "/initiatives")
	c := begin.Content
	switch members := editing(actor); {
	case begin.Organization != "":
		f.Hidden("organization", string(begin.Organization))
	case len(members) == 1:
		f.Hidden("organization", string(members[0].Organization))
	default:
		f.Select("organization", memberOptions(members), web.Required(), web.Value(string(organization)))
	}
	f.Text("title", web.Required(), web.Max(maxTitle), web.Value(c.Title))
	f.TextArea("summary", web.Required(), web.Max(maxText), web.Value(c.Summary))
	if o := at(c.Offers, 0); !begin.Begins() || len(c.Offers) == 0 {
		f.Select(row("offer", 0, "category"), domain.CategoryChoices(b.Lang, o.Category), web.Required(), web.Label("initiatives.form.category"), web.Value(string(o.Category)))
	}
	return f.Back("/initiatives")
}

// memberOptions are the reader's organisations to choose from.
func memberOptions(members []domain.Membership) (options []web.Option) {
	for _, m := range members {
		options = append(options, web.Option{Value: string(m.Organization), Label: m.Name})
	}
	return options
}

func summaryFields(f *web.Form, c Content) {
	f.Text("title", web.Required(), web.Max(maxTitle), web.Value(c.Title))
	f.TextArea("summary", web.Required(), web.Max(maxText), web.Value(c.Summary))
	f.TextArea("summary_en", web.Max(maxText), web.Value(c.SummaryEN))
}

func problemFields(f *web.Form, c Content) {
	f.TextArea("problem", web.Max(maxText), web.Value(c.Problem))
	f.TextArea("goals", web.Max(maxText), web.Value(c.Goals))
}

func (s *Service) whereFields(ctx context.Context, f *web.Form, c Content) {
	options := s.areaOptions(ctx)
	picked, typed := domain.SplitAreas(c.Areas, options)
	f.Checkboxes("areas", options, web.ValueList(picked))
	f.Text("area_codes", web.Value(typed), web.Placeholder("61.01.08, 61.01.03.2001"))
	f.Text("target_group", web.Max(maxShort), web.Value(c.TargetGroup))
	f.Number("target_number", web.ValueInt(c.TargetNumber))
}

func timelineFields(f *web.Form, c Content, rows int) {
	f.Date("from", web.Value(string(c.From)))
	f.Date("until", web.Value(string(c.Until)))
	for n := range rows {
		m := at(c.Milestones, n)
		f.Text(row("milestone", n, "title"), numbered("milestone_title", n), web.Max(maxShort), web.Value(m.Title))
		f.Date(row("milestone", n, "due"), numbered("milestone_due", n), web.Value(string(m.Due)))
	}
}

func riskFields(f *web.Form, c Content) {
	f.TextArea("risks", web.Max(maxText), web.Value(c.Risks))
	f.TextArea("sustainability", web.Max(maxText), web.Value(c.Sustainability))
}

func partnerFields(f *web.Form, c Content, rows int) {
	for n := range rows {
		p := at(c.Partners, n)
		f.Hidden(row("partner", n, "organization"), string(p.Organization))
		f.Text(row("partner", n, "name"), numbered("partner_name", n), web.Hint("initiatives.form.partner_name_hint"), web.Max(maxShort), web.Value(p.Name))
		f.Text(row("partner", n, "role"), numbered("partner_role", n), web.Max(maxShort), web.Value(p.Role))
	}
}

func at[T any](all []T, n int) T {
	if n < len(all) {
		return all[n]
	}
	var none T
	return none
}

func numbered(name string, n int) web.FieldOption {
	return web.Label("initiatives.form."+name, "n", n+1)
}

func offerFields(f *web.Form, b web.Base, n int, o Offer) {
	f.Section("offer_" + strconv.Itoa(n+1))
	f.Hidden(row("offer", n, "id"), string(o.ID))
	f.Select(row("offer", n, "category"), domain.CategoryChoices(b.Lang, o.Category), numbered("offer_category", n), web.Value(string(o.Category)))
	f.Number(row("offer", n, "quantity"), numbered("offer_quantity", n), web.ValueInt(o.Quantity))
	f.Select(row("offer", n, "unit"), domain.UnitChoices(b.Lang, o.Category, o.Unit), numbered("offer_unit", n), web.Hint("initiatives.form.offer_unit_hint"), web.Value(string(o.Unit)))
	f.Number(row("offer", n, "min_lot"), numbered("offer_min_lot", n), web.ValueInt(o.MinLot))
	f.Text(row("offer", n, "areas"), numbered("offer_areas", n), web.Hint("initiatives.form.offer_areas_hint"), web.Value(domain.CodesText(o.Areas)))
	f.Date(row("offer", n, "from"), numbered("offer_from", n), web.Value(string(o.From)))
	f.Date(row("offer", n, "until"), numbered("offer_until", n), web.Value(string(o.Until)))
	f.TextArea(row("offer", n, "conditions"), numbered("offer_conditions", n), web.Rows(2), web.Max(maxText), web.Value(o.Conditions))
}

func budgetFields(f *web.Form, b web.Base, n int, l BudgetLine) {
	var sources []web.Option
	for _, s := range Sources {
		sources = append(sources, web.Option{Value: string(s), Label: b.T("initiatives.source." + string(s))})
	}
	f.Text(row("budget", n, "item"), numbered("budget_item", n), web.Max(maxShort), web.Value(l.Item))
	f.Select(row("budget", n, "source"), sources, numbered("budget_source", n), web.Value(string(l.Source)))
	f.Rupiah(row("budget", n, "amount"), numbered("budget_amount", n), web.ValueInt(l.Amount))
}

func resultFields(f *web.Form, b web.Base, n int, r Result) {
	var indicators []web.Option
	for _, i := range domain.Indicators() {
		indicators = append(indicators, web.Option{Value: i.ID, Label: i.Name.In(b.Lang)})
	}
	f.Select(row("result", n, "indicator"), indicators, numbered("result_indicator", n), web.Value(r.Indicator))
	f.Text(row("result", n, "baseline"), numbered("result_baseline", n), web.Hint("initiatives.form.result_baseline_hint"), web.Max(maxShort), web.Value(r.Baseline))
	f.Text(row("result", n, "target"), numbered("result_target", n), web.Max(maxShort), web.Value(r.Target))
}

// areaOptions offers the provinces, or where the portal serves one, that province and its regencies.
func (s *Service) areaOptions(ctx context.Context) []web.Option {
	return domain.AreaOptions(ctx, s.places.Children)
}

func papersForm(b web.Base, id string, version int64, terms, budget bool) *web.Form {
	f := web.NewForm(b, "initiatives.submit", "/initiatives/"+id+"/submit").Read(version)
	for _, p := range []struct {
		name string
		has  bool
	}{{"terms", terms}, {"budget_paper", budget}} {
		if p.has {
			f.File(p.name, ".pdf,.docx,.xlsx,.odt,.ods", web.Hint("initiatives.submit.there"))
		} else {
			f.File(p.name, ".pdf,.docx,.xlsx,.odt,.ods", web.Required())
		}
	}
	return f.Back("/initiatives/" + id)
}

// moved puts errors of the rows that were read back to where they stood: empty rows between were left out.
func moved(err error, from map[string][]int) error {
	var e *apperr.Error
	if !errors.As(err, &e) || e.Kind != apperr.Invalid {
		return err
	}
	fields := slices.Clone(e.Fields)
	for k, f := range fields {
		part, rest, _ := strings.Cut(f.Name, "_")
		number, name, _ := strings.Cut(rest, "_")
		n, convErr := strconv.Atoi(number)
		if at := from[part]; convErr == nil && n >= 1 && n <= len(at) {
			fields[k].Name = row(part, at[n-1], name)
		}
	}
	return apperr.InvalidFields(fields)
}
