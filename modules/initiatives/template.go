package initiatives

import (
	"context"
	"slices"
	"time"
	"unicode/utf8"

	"gotong/modules/domain"
	"gotong/modules/kit/apperr"
	"gotong/modules/kit/store"
)

// Template is how a good proposal of some field is built, kept by the secretariat from one that everybody can read. It
// holds no figure: what was another's quantity, amount, baseline or day is never taken over.
type Template struct {
	Name    string              `json:"name"`
	About   string              `json:"about"` // for whom and when it helps
	Content Content             `json:"content"`
	From    domain.InitiativeID `json:"from"`
	By      domain.AccountID    `json:"by"`
	At      time.Time           `json:"at"`
	Retired bool                `json:"retired,omitempty"`
	Demo    bool                `json:"demo,omitempty"`
}

// TemplateDoc is a stored template.
type TemplateDoc = store.Doc[Template]

// templateParts are the parts that a template can fill, in the order of the hub. The others are the proposer's own:
// title and summary, area and target group, partners.
var templateParts = []Part{PartProblem, PartOffers, PartBudget, PartTimeline, PartResults, PartRisks}

// pattern is what of a proposal a template can keep.
func (c Content) pattern() Content {
	out := Content{Problem: c.Problem, Goals: c.Goals, Risks: c.Risks, Sustainability: c.Sustainability}
	for _, o := range c.Offers {
		out.Offers = append(out.Offers, Offer{Category: o.Category, Unit: o.Unit, Conditions: o.Conditions})
	}
	for _, l := range c.Budget {
		out.Budget = append(out.Budget, BudgetLine{Item: l.Item, Source: l.Source})
	}
	for _, m := range c.Milestones {
		out.Milestones = append(out.Milestones, Milestone{Title: m.Title})
	}
	for _, r := range c.Results {
		out.Results = append(out.Results, Result{Indicator: r.Indicator})
	}
	return plainContent(out)
}

// Holds tells whether something stands in a part.
func (c Content) Holds(p Part) bool {
	none := plainContent(Content{})
	c = plainContent(c)
	return slices.ContainsFunc(fieldsOf[p], func(f field) bool { return f.mark(c) != f.mark(none) })
}

// only keeps of a content the parts that were chosen.
func (c Content) only(parts []Part) Content {
	out := plainContent(Content{})
	for _, p := range parts {
		for _, f := range fieldsOf[p] {
			f.copy(&out, c)
		}
	}
	return out
}

// categories are those of its offers, with their groups.
func (t Template) categories() []string { return categoriesOf(Initiative{Content: t.Content}) }

func (t Template) validate() error {
	var f apperr.Fields
	for _, x := range []namedText{
		{"name", t.Name, maxTitle}, {"about", t.About, maxShort}, {"problem", t.Content.Problem, maxText}, {"goals", t.Content.Goals, maxText},
		{"risks", t.Content.Risks, maxText}, {"sustainability", t.Content.Sustainability, maxText},
	} {
		f.Check(utf8.RuneCountInString(x.text) <= x.max, x.name, "initiatives.error.long", "max", x.max)
		checkPersonal(&f, x.name, x.text)
	}
	f.Check(t.Name != "", "name", "initiatives.error.required")
	f.Check(t.About != "", "about", "initiatives.error.required")
	f.Check(slices.ContainsFunc(templateParts, t.Content.Holds), "parts", "initiatives.error.template_empty")
	return f.Err()
}

const (
	listTemplates = "templates" // by category or group, those that are offered and those that no longer are, by name
	stateOffered  = "offered"
	stateRetired  = "retired"
)

func templateDefinition() store.Definition[Template] {
	return store.Definition[Template]{Name: "initiative_templates", Schema: 1, Lists: []store.List[Template]{
		{Name: listTemplates, Sort: func(_ string, t Template) string { return store.SortText(t.Name) }, Keys: func(_ string, t Template) []store.Key {
			state := stateOffered
			if t.Retired {
				state = stateRetired
			}
			return store.Combinations([]string{state}, t.categories())
		}},
	}}
}

// MayTemplate tells whether the actor keeps templates.
func MayTemplate(a domain.Actor) bool { return a.Secretariat() }

// Templates lists those that are offered, of a category or group or ("") of all, by name; with retired those that no
// longer are.
func (s *Service) Templates(ctx context.Context, category string, retired bool, cursor string, limit int) (store.Page[Template], error) {
	state := stateOffered
	if retired {
		state = stateRetired
	}
	return s.templates.List(ctx, store.Query{List: listTemplates, Key: store.KeyOf(state, category), Cursor: cursor, Limit: limit})
}

// Template gives one. NotFound; also one that is no longer offered, to those who keep none.
func (s *Service) Template(ctx context.Context, actor domain.Actor, id string) (TemplateDoc, error) {
	doc, err := s.templates.Get(ctx, id)
	if err == nil && doc.Body.Retired && !MayTemplate(actor) && !actor.Auditor() {
		err = apperr.New(apperr.NotFound, "error.not_found.text")
	}
	return doc, err
}

// TemplateInput is what the secretariat writes of a template.
type TemplateInput struct {
	Name, About string
	Texts       Content // problem, goals, risks, sustainability
	Parts       []Part  // which parts it fills
}

func (t Template) with(in TemplateInput) Template {
	t.Name, t.About = in.Name, in.About
	c := t.Content
	c.Problem, c.Goals, c.Risks, c.Sustainability = in.Texts.Problem, in.Texts.Goals, in.Texts.Risks, in.Texts.Sustainability
	t.Content = c.only(in.Parts)
	return t
}

// KeepTemplate makes a template of an initiative that everybody can read. NotFound, Forbidden; Conflict for one that is
// not public; Invalid by field. The same form again is the same template.
func (s *Service) KeepTemplate(ctx context.Context, actor domain.Actor, op store.Operation, id domain.InitiativeID, in TemplateInput) (TemplateDoc, error) {
	doc, err := s.templatable(ctx, actor, id)
	if err != nil {
		return TemplateDoc{}, err
	}
	t := Template{Content: doc.Body.pattern(), From: id, By: actor.Account, At: s.clock.Now(), Demo: doc.Body.Demo}.with(in)
	if err := t.validate(); err != nil {
		return TemplateDoc{}, err
	}
	return s.templates.Insert(ctx, actor.NewID(op), t, actor.Change("initiative.template-kept", "", op))
}

// templatable reads the initiative of which a template is to be made.
func (s *Service) templatable(ctx context.Context, actor domain.Actor, id domain.InitiativeID) (Doc, error) {
	doc, err := s.Show(ctx, actor, id)
	if err != nil {
		return doc, err
	}
	if !MayTemplate(actor) {
		return doc, apperr.New(apperr.Forbidden, "initiatives.refuse.template")
	}
	if !doc.Body.Public() {
		return doc, apperr.New(apperr.Conflict, "initiatives.refuse.template_public")
	}
	return doc, nil
}

// EditTemplate writes a template anew, under the version that was read. Drafts that were begun from it stay as they are.
func (s *Service) EditTemplate(ctx context.Context, actor domain.Actor, op store.Operation, id string, version int64, in TemplateInput) error {
	return s.changeTemplate(ctx, actor, op, id, version, "initiative.template-edited", func(t Template) (Template, error) {
		t = t.with(in)
		return t, t.validate()
	})
}

// RetireTemplate no longer offers a template, or offers it again.
func (s *Service) RetireTemplate(ctx context.Context, actor domain.Actor, op store.Operation, id string, version int64, retired bool) error {
	action := "initiative.template-retired"
	if !retired {
		action = "initiative.template-offered"
	}
	return s.changeTemplate(ctx, actor, op, id, version, action, func(t Template) (Template, error) {
		t.Retired = retired
		return t, nil
	})
}

func (s *Service) changeTemplate(ctx context.Context, actor domain.Actor, op store.Operation, id string, version int64, action string, change func(Template) (Template, error)) error {
	if !MayTemplate(actor) {
		return apperr.New(apperr.Forbidden, "initiatives.refuse.template")
	}
	doc, err := s.templates.Get(ctx, id)
	if err != nil {
		return err
	}
	next, err := change(doc.Body)
	if err != nil {
		return err
	}
	if version > 0 {
		doc.Version = version
	}
	_, err = s.templates.Replace(ctx, doc, next, actor.Change(action, "", op))
	return err
}
