package plans

import (
	"context"
	"path"
	"slices"
	"strconv"
	"strings"
	"unicode"

	"gotong/modules/domain"
	"gotong/modules/kit/store"
	"gotong/modules/kit/web"
	"gotong/modules/matching"
	"gotong/modules/matching/plan"
)

func pathOf(id string) string { return "/plans/" + id }

// listPage is views/plans/list.html.
type listPage struct {
	web.Base
	Lead  string
	New   string // with language prefix; "" for who may not
	Cards []web.Card
	Empty *web.Empty
	Pager web.Pager
}

// formPage is views/plans/form.html.
type formPage struct {
	web.Base
	Lead string
	Size string
	Form *web.Form
}

func stateTag(b web.Base, p Plan) web.Tag {
	kind := map[State]string{Waiting: "wait", Running: "wait", Done: "good", Stopped: "plain", Failed: "stop"}[p.State]
	return web.Tag{Kind: kind, Text: b.T("plans.state." + string(p.State))}
}

// scopeText says what a plan is about: "Kabupaten Sambas · Air bersih".
func (s *Service) scopeText(ctx context.Context, b web.Base, p Plan) string {
	scope := p.Scope
	where := b.T("plans.country")
	if scope.Region != "" {
		where = string(scope.Region)
		if place, err := s.places.Place(ctx, scope.Region); err == nil {
			where = domain.PlaceName(place)
		}
	}
	what := b.T("plans.all_categories")
	if scope.Category != "" {
		what = domain.Taxonomy().CategoryName(scope.Category, b.Lang)
	}
	text := where + " · " + what
	if scope.Call != "" {
		text += " · " + b.T("plans.of_call", "call", p.CallName)
	}
	if n := len(scope.Needs); n > 0 {
		text += " · " + b.T("plans.of_needs", "count", n)
	}
	return text
}

// certificate says how far a plan is from the best possible one.
func certificate(b web.Base, s *Summary) string {
	switch {
	case s == nil:
		return ""
	case s.Gap == nil:
		return b.T("plans.certificate.none")
	case *s.Gap == 0:
		return b.T("plans.certificate.best")
	}
	return b.T("plans.certificate.gap", "gap", b.Local().Decimal(*s.Gap, 1))
}

func (m *Module) listPage(ctx context.Context, b web.Base, actor domain.Actor, cursor string, page store.Page[Plan]) listPage {
	b.Private = true
	p := listPage{Base: b, Lead: b.T("plans.lead")}
	p.Empty = &web.Empty{Text: b.T("plans.empty")}
	if actor.Secretariat() {
		p.New = b.URL("/plans/new")
		p.Empty = &web.Empty{Text: b.T("plans.empty_office"), ActionLabel: b.T("plans.new"), ActionPath: p.New}
	}
	for _, doc := range page.Items {
		plan := doc.Body
		tag := stateTag(b, plan)
		card := web.Card{Tag: &tag, Title: plan.Title, Path: b.URL(pathOf(doc.ID)), Meta: m.Service.scopeText(ctx, b, plan), Demo: plan.Demo, DemoText: b.T("web.demo.tag")}
		card.Lines = append(card.Lines, b.T("plans.made", "date", b.DateTime(plan.At)))
		if s := plan.Summary; s != nil {
			card.Lines = append(card.Lines, b.T("plans.reaches", "households", s.Households, "villages", s.Villages, "lines", s.Lines), certificate(b, s))
		}
		if plan.Shared {
			card.Lines = append(card.Lines, b.T("plans.is_shared"))
		}
		p.Cards = append(p.Cards, card)
		p.Demo = p.Demo || plan.Demo
	}
	if len(p.Cards) > 0 {
		p.Empty = nil
	}
	p.Pager = web.NewPager(b, "/plans", nil, cursor, page.Next)
	return p
}

// newPlan is what the form begins with: demonstration data only where there is nothing real.
func (s *Service) newPlan(region domain.RegionCode) Plan {
	real, demo := s.markets.Sizes(region)
	return Plan{Scope: matching.Scope{Region: region, Demo: real == 0 && demo > 0}, Policy: Policy{Floor: plan.FloorLexicographic, Deprivation: Plain, Urgency: true}, Seconds: Times[0]}
}

func (m *Module) formPage(ctx context.Context, b web.Base, p Plan) (formPage, error) {
	b.Private, b.Demo = true, p.Scope.Demo
	b.Crumbs = []web.Crumb{{Label: b.T("plans.title"), Path: "/plans"}, {Label: b.Title}}
	regions, err := m.regions(ctx)
	if err != nil {
		return formPage{}, err
	}
	recent, err := m.Service.calls.Recent(ctx)
	if err != nil {
		return formPage{}, err
	}
	calls := []web.Option{{Label: b.T("plans.form.any_call")}}
	for _, c := range recent {
		calls = append(calls, web.Option{Value: string(c.ID), Label: c.Title})
	}
	real, demo := m.Service.markets.Sizes("")
	data := []web.Option{{Value: "real", Label: b.T("plans.form.data_real"), Hint: b.T("plans.form.data_count", "count", real)},
		{Value: "demo", Label: b.T("plans.form.data_demo"), Hint: b.T("plans.form.data_count", "count", demo)}}
	chosen := "real"
	if p.Scope.Demo {
		chosen = "demo"
	}
	options := func(family string, values []string) []web.Option {
		out := make([]web.Option, len(values))
		for i, v := range values {
			out[i] = web.Option{Value: v, Label: b.T(family + "." + v), Hint: b.T(family + "_help." + v)}
		}
		return out
	}
	var times []web.Option
	for _, t := range Times {
		times = append(times, web.Option{Value: strconv.FormatInt(t, 10), Label: b.T("plans.form.time", "seconds", t)})
	}
	f := web.NewForm(b, "plans.form", "/plans").Section("what").
		Text("title", web.Required(), web.Value(p.Title), web.Max(maxTitle)).
		Select("region", regions, web.Required(), web.Value(string(p.Scope.Region))).
		Select("category", domain.CategoryOptions(b.Lang), web.Value(string(p.Scope.Category))).
		Radio("data", data, web.Required(), web.Value(chosen)).
		Select("call", calls, web.Value(string(p.Scope.Call))).
		TextArea("needs", web.Value(joinNeeds(p.Scope.Needs)), web.Rows(3)).
		Section("policy").
		Radio("floor", options("plans.floor", FloorPolicies), web.Required(), web.Value(p.Policy.Floor)).
		Radio("deprivation", options("plans.emphasis", Emphases), web.Required(), web.Value(p.Policy.Deprivation)).
		Checkbox("urgency", web.Checked(p.Policy.Urgency)).
		Number("cap_share", web.ValueInt(p.Policy.CapShare)).
		Section("search").
		Radio("seconds", times, web.Required(), web.Value(strconv.FormatInt(p.Seconds, 10))).Back("/plans")
	return formPage{Base: b, Lead: b.T("plans.form.lead"), Form: f}, nil
}

// regions are the province and what lies right below it.
func (m *Module) regions(ctx context.Context) ([]web.Option, error) {
	var out []web.Option
	place, err := m.Service.places.Place(ctx, m.province)
	if err != nil {
		return nil, err
	}
	out = append(out, web.Option{Value: string(place.Code), Label: domain.PlaceName(place)})
	below, err := m.Service.places.Children(ctx, m.province)
	if err != nil {
		return nil, err
	}
	for _, p := range below {
		out = append(out, web.Option{Value: string(p.Code), Label: domain.PlaceName(p)})
	}
	return out, nil
}

// readNeeds reads the codes of needs, or their addresses, one in a line or parted by spaces or commas.
func readNeeds(text string) []domain.NeedID {
	var ids []domain.NeedID
	for _, word := range strings.FieldsFunc(text, func(r rune) bool { return unicode.IsSpace(r) || r == ',' || r == ';' }) {
		word, _, _ = strings.Cut(word, "?")
		if id := domain.NeedID(path.Base(word)); !slices.Contains(ids, id) {
			ids = append(ids, id)
		}
	}
	return ids
}

func joinNeeds(ids []domain.NeedID) string {
	lines := make([]string, len(ids))
	for i, id := range ids {
		lines[i] = string(id)
	}
	return strings.Join(lines, "\n")
}

// readPlan reads the form.
func readPlan(v web.Values) Plan {
	p := Plan{Title: v.Get("title"), Scope: matching.Scope{Demo: v.Get("data") == "demo", Call: domain.CallID(v.Get("call")), Needs: readNeeds(v.Get("needs"))}, Seed: 1,
		Policy: Policy{Floor: v.Get("floor"), Deprivation: v.Get("deprivation"), Urgency: v.Get("urgency") != ""}}
	p.Scope.Region, _ = domain.ParseRegionCode(v.Get("region"))
	if c, ok := domain.Taxonomy().Category(domain.CategoryID(v.Get("category"))); ok {
		p.Scope.Category = c.ID
	}
	if n, ok := v.Int("cap_share"); ok {
		p.Policy.CapShare = n
	} else if v.Get("cap_share") != "" {
		p.Policy.CapShare = -1
	}
	p.Seconds, _ = v.Int("seconds")
	return p
}

// policyFacts say what people chose.
func policyFacts(b web.Base, p Plan) []web.Fact {
	urgency := "plans.urgency_off"
	if p.Policy.Urgency {
		urgency = "plans.urgency_on"
	}
	facts := []web.Fact{{Label: b.T("plans.form.floor"), Value: b.T("plans.floor." + p.Policy.Floor)}, {Label: b.T("plans.form.deprivation"), Value: b.T("plans.emphasis." + p.Policy.Deprivation)},
		{Label: b.T("plans.form.urgency"), Value: b.T(urgency)}}
	if p.Policy.CapShare > 0 && p.Policy.CapShare < 100 {
		facts = append(facts, web.Fact{Label: b.T("plans.form.cap_share"), Value: b.Local().Percent(float64(p.Policy.CapShare)/100, 0)})
	}
	kept := 0
	for _, f := range p.Fixed {
		if f.Units > 0 {
			kept++
		}
	}
	if len(p.Fixed) > 0 {
		facts = append(facts, web.Fact{Label: b.T("plans.fixed"), Value: b.T("plans.fixed_count", "kept", kept, "excluded", len(p.Fixed)-kept)})
	}
	return append(facts, web.Fact{Label: b.T("plans.question"), Value: b.T("plans.question_size", "needs", p.Needs, "offers", p.Offers, "pairs", p.Pairs)},
		web.Fact{Label: b.T("plans.taken"), Value: b.DateTime(p.At)})
}
