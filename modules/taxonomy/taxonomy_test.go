package taxonomy

import (
	"log/slog"
	"slices"
	"strings"
	"testing"

	"gotong/modules/domain"
	"gotong/modules/kit/apperr"
	"gotong/modules/kit/store"
	"gotong/modules/kit/testkit"
)

const water = domain.CategoryID("clean-water-supply")

var office = domain.Actor{Account: "kantor", Roles: []domain.PlatformRole{domain.RoleSecretariat}}

func newRig(t *testing.T) *Service {
	t.Cleanup(func() { domain.EditTaxonomy(nil); domain.EditStakeholders(nil) }) // the process has one taxonomy
	return newService(Deps{DB: testkit.DB(t), Log: slog.New(slog.DiscardHandler)})
}

func op(id string) store.Operation { return store.Operation{ID: id} }

func wish(t *testing.T, s *Service) domain.CategoryEdit {
	t.Helper()
	doc, err := s.categories.Get(t.Context(), water)
	if err != nil {
		t.Fatal(err)
	}
	return doc.Body.CategoryEdit
}

func TestCategoryIsAmendedAndTakenBack(t *testing.T) {
	s := newRig(t)
	was := wish(t, s)
	shipped, _ := domain.ShippedTaxonomy().Category(water)
	to := was
	to.Name, to.Units, to.Order = domain.Text{ID: "Air minum", EN: "Drinking water"}, []domain.UnitID{was.Units[len(was.Units)-1]}, 9999
	if err := s.categories.Amend(t.Context(), office, op("a"), water, 0, to); err != nil {
		t.Fatal(err)
	}
	now, ok := domain.Taxonomy().Category(water)
	if !ok || now.Name != to.Name || !slices.Equal(now.Units, to.Units) || now.ID != shipped.ID || now.Parent != shipped.Parent || now.Step != shipped.Step {
		t.Fatalf("%+v", now)
	}
	for _, u := range was.Units {
		if !now.HasUnit(u) {
			t.Errorf("what counts in %s is wrong now", u)
		}
	}
	var group []domain.CategoryID
	for _, c := range domain.Taxonomy().Categories() {
		if c.Parent == shipped.Parent {
			group = append(group, c.ID)
		}
	}
	if group[len(group)-1] != water || len(domain.Taxonomy().Categories()) != len(domain.ShippedTaxonomy().Categories()) {
		t.Error("its place:", group)
	}
	if err := s.categories.Amend(t.Context(), office, op("b"), water, 0, was); !apperr.Is(err, apperr.Conflict) {
		t.Error("an old reading wins:", err)
	}
	doc, _ := s.categories.Get(t.Context(), water)
	if err := s.categories.Undo(t.Context(), office, op("u"), water, doc.Version); err != nil {
		t.Fatal(err)
	}
	if now, _ := domain.Taxonomy().Category(water); now.Name != shipped.Name || !slices.Equal(now.Units, shipped.Units) || len(now.Former) != 0 {
		t.Errorf("taken back: %+v", now)
	}
	var acts []string
	history, err := s.categories.records.History(t.Context(), string(water), 10)
	for _, e := range history {
		acts = append(acts, e.Action+" "+e.Actor)
	}
	if got := strings.Join(acts, ", "); err != nil || got != "taxonomy.undone kantor, taxonomy.amended kantor" {
		t.Error(got, err)
	}
}

func TestRetiredCategoryStaysOnWhatHasIt(t *testing.T) {
	s := newRig(t)
	for range 2 { // the second changes nothing
		if err := s.categories.Retire(t.Context(), office, op("r"), water, true); err != nil {
			t.Fatal(err)
		}
	}
	has := func(c domain.CategoryID) func(domain.CategoryID, domain.UnitID) bool {
		return func(id domain.CategoryID, _ domain.UnitID) bool { return id == c }
	}
	if ok, _ := domain.MayChoose(water, "unit", has("")); ok {
		t.Error("chosen for something new")
	}
	if ok, _ := domain.MayChoose(water, "unit", has(water)); !ok {
		t.Error("what has it may not keep it")
	}
	listed := func(has domain.CategoryID) bool {
		for _, o := range domain.CategoryChoices("id", has) {
			if o.Value == string(water) {
				return true
			}
		}
		return false
	}
	if listed("") || !listed(water) {
		t.Error("the form offers it to what does not have it, or not to what has it")
	}
	if name := domain.Taxonomy().CategoryName(water, "id"); name == string(water) || len(domain.CategoryOptions("id")) != len(domain.Taxonomy().Categories()) {
		t.Error("its name, or its place in filters, is gone:", name)
	}
	if err := s.categories.Retire(t.Context(), office, op("b"), water, false); err != nil {
		t.Fatal(err)
	}
	if ok, _ := domain.MayChoose(water, "unit", has("")); !ok || !listed("") {
		t.Error("restored, and not to be chosen")
	}
}

func TestWhatACategoryWants(t *testing.T) {
	s := newRig(t)
	for field, change := range map[string]func(*domain.CategoryEdit){
		"name_id": func(e *domain.CategoryEdit) { e.Name.ID = " " }, "name_en": func(e *domain.CategoryEdit) { e.Name.EN = strings.Repeat("x", maxName+1) },
		"description_id": func(e *domain.CategoryEdit) { e.Description.ID = "NIK 6101085203900001" }, "description_en": func(e *domain.CategoryEdit) { e.Description.EN = "" },
		"ask_en": func(e *domain.CategoryEdit) { e.Ask.ID = "Dari mana airnya?" }, "ask_id": func(e *domain.CategoryEdit) { e.Ask = domain.Text{ID: " ", EN: "Where from?"} },
		"units": func(e *domain.CategoryEdit) { e.Units = []domain.UnitID{"cubits"} }, "order": func(e *domain.CategoryEdit) { e.Order = -1 },
	} {
		to := wish(t, s)
		change(&to)
		if err := s.categories.Amend(t.Context(), office, op(field), water, 0, to); !apperr.Is(err, apperr.Invalid) || !strings.Contains(err.Error(), "["+field+":") {
			t.Errorf("%s: %v", field, err)
		}
	}
	if err := s.categories.Amend(t.Context(), office, op("x"), "no-such", 0, wish(t, s)); !apperr.Is(err, apperr.NotFound) {
		t.Error(err)
	}
	if err := s.categories.Undo(t.Context(), office, op("y"), water, 0); !apperr.Is(err, apperr.Conflict) {
		t.Error("took back what nobody changed:", err)
	}
}

// Another replica changed it: this one shows it after it has read again, and not more than that was changed.
func TestReplicasReadWhatIsStored(t *testing.T) {
	s := newRig(t)
	to := wish(t, s)
	to.Name.ID = "Air bersih dan minum"
	if err := s.categories.Amend(t.Context(), office, op("a"), water, 0, to); err != nil {
		t.Fatal(err)
	}
	domain.EditTaxonomy(nil) // as a replica that just started
	if err := s.Load(t.Context()); err != nil {
		t.Fatal(err)
	}
	for _, c := range domain.ShippedTaxonomy().Categories() {
		now, _ := domain.Taxonomy().Category(c.ID)
		if want := c.ID == water; (now.Name != c.Name) != want {
			t.Errorf("%s is called %v", c.ID, now.Name)
		}
	}
}

func newCategory() domain.CategoryEdit {
	return domain.CategoryEdit{Group: domain.Taxonomy().Groups()[1].ID, Name: domain.Text{ID: "Lampu surya", EN: "Solar lighting"},
		Description: domain.Text{ID: "Lampu jalan.", EN: "Street lights."}, Units: []domain.UnitID{"unit", "package"}, Order: 15}
}

// A new category stands in its group, can be chosen at once on every replica, is changed and taken back like the others,
// and is never deleted.
func TestCategoryIsAdded(t *testing.T) {
	s := newRig(t)
	const id = domain.CategoryID("solar-lighting")
	to, shipped := newCategory(), domain.ShippedTaxonomy()
	for range 2 { // the second is the same form again
		if err := s.categories.Add(t.Context(), office, op("add"), id, to); err != nil {
			t.Fatal(err)
		}
	}
	domain.EditTaxonomy(nil) // as a replica that just started
	if err := s.Load(t.Context()); err != nil {
		t.Fatal(err)
	}
	group, _ := shipped.Group(to.Group)
	now, ok := domain.Taxonomy().Category(id)
	if !ok || !now.Added || now.Name != to.Name || now.Parent != group.ID || now.Step != group.Step || !slices.Equal(now.Units, to.Units) {
		t.Fatalf("%+v", now)
	}
	siblings := domain.Taxonomy().InGroup(group.ID)
	if len(siblings) != len(shipped.InGroup(group.ID))+1 || siblings[1] != id {
		t.Error("its place:", siblings)
	}
	if ok, _ := domain.MayChoose(id, "unit", func(domain.CategoryID, domain.UnitID) bool { return false }); !ok {
		t.Error("it cannot be chosen")
	}
	doc, err := s.categories.Get(t.Context(), id)
	if err != nil {
		t.Fatal(err)
	}
	renamed := doc.Body.CategoryEdit
	renamed.Name.EN, renamed.Group = "Solar street lights", ""
	if err := s.categories.Amend(t.Context(), office, op("amend"), id, doc.Version, renamed); err != nil {
		t.Fatal(err)
	}
	if now, _ := domain.Taxonomy().Category(id); now.Name.EN != "Solar street lights" || now.Parent != group.ID {
		t.Errorf("amended: %+v", now)
	}
	doc, _ = s.categories.Get(t.Context(), id)
	if err := s.categories.Undo(t.Context(), office, op("undo"), id, doc.Version); err != nil {
		t.Fatal(err)
	}
	if err := s.categories.Retire(t.Context(), office, op("retire"), id, true); err != nil {
		t.Fatal(err)
	}
	if now, _ := domain.Taxonomy().Category(id); now.Name != to.Name || !now.Retired {
		t.Errorf("retired: %+v", now)
	}
}

func TestWhatANewCategoryWants(t *testing.T) {
	s := newRig(t)
	if err := s.categories.Add(t.Context(), office, op("first"), "solar-lighting", newCategory()); err != nil {
		t.Fatal(err)
	}
	for id, field := range map[domain.CategoryID]string{"": "id", "Solar": "id", "solar lighting": "id", "-solar": "id", "solar--light": "id", "new": "id", "../x": "id",
		domain.CategoryID(strings.Repeat("a", maxID+1)): "id", water: "id", "solar-lighting": "id"} {
		if err := s.categories.Add(t.Context(), office, op("x"+string(id)), id, newCategory()); !apperr.Is(err, apperr.Invalid) || !strings.Contains(err.Error(), "["+field+":") {
			t.Errorf("%q: %v", id, err)
		}
	}
	for field, change := range map[string]func(*domain.CategoryEdit){
		"group": func(e *domain.CategoryEdit) { e.Group = "nothing-here" }, "name_en": func(e *domain.CategoryEdit) { e.Name.EN = "" }, "units": func(e *domain.CategoryEdit) { e.Units = nil },
	} {
		e := newCategory()
		change(&e)
		for _, err := range []error{s.categories.CheckNew(t.Context(), "solar-pumps", e), s.categories.Add(t.Context(), office, op(field), "solar-pumps", e)} {
			if !apperr.Is(err, apperr.Invalid) || !strings.Contains(err.Error(), "["+field+":") {
				t.Errorf("%s: %v", field, err)
			}
		}
	}
	if _, ok := domain.Taxonomy().Category("solar-pumps"); ok {
		t.Error("a refused one is there")
	}
	if _, err := s.categories.Get(t.Context(), "solar-pumps"); !apperr.Is(err, apperr.NotFound) {
		t.Error(err)
	}
}
