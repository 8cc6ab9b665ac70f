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
	t.Cleanup(func() { domain.EditTaxonomy(nil) }) // the process has one taxonomy
	return newService(Deps{DB: testkit.DB(t), Log: slog.New(slog.DiscardHandler)})
}

func op(id string) store.Operation { return store.Operation{ID: id} }

func wish(t *testing.T, s *Service) domain.CategoryEdit {
	t.Helper()
	doc, err := s.Get(t.Context(), water)
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
	if err := s.Amend(t.Context(), office, op("a"), water, 0, to); err != nil {
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
	if err := s.Amend(t.Context(), office, op("b"), water, 0, was); !apperr.Is(err, apperr.Conflict) {
		t.Error("an old reading wins:", err)
	}
	doc, _ := s.Get(t.Context(), water)
	if err := s.Undo(t.Context(), office, op("u"), water, doc.Version); err != nil {
		t.Fatal(err)
	}
	if now, _ := domain.Taxonomy().Category(water); now.Name != shipped.Name || !slices.Equal(now.Units, shipped.Units) || len(now.Former) != 0 {
		t.Errorf("taken back: %+v", now)
	}
	var acts []string
	history, err := s.edits.History(t.Context(), string(water), 10)
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
		if err := s.Retire(t.Context(), office, op("r"), water, true); err != nil {
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
	if err := s.Retire(t.Context(), office, op("b"), water, false); err != nil {
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
		"units": func(e *domain.CategoryEdit) { e.Units = []domain.UnitID{"cubits"} }, "order": func(e *domain.CategoryEdit) { e.Order = -1 },
	} {
		to := wish(t, s)
		change(&to)
		if err := s.Amend(t.Context(), office, op(field), water, 0, to); !apperr.Is(err, apperr.Invalid) || !strings.Contains(err.Error(), "["+field+":") {
			t.Errorf("%s: %v", field, err)
		}
	}
	if err := s.Amend(t.Context(), office, op("x"), "no-such", 0, wish(t, s)); !apperr.Is(err, apperr.NotFound) {
		t.Error(err)
	}
	if err := s.Undo(t.Context(), office, op("y"), water, 0); !apperr.Is(err, apperr.Conflict) {
		t.Error("took back what nobody changed:", err)
	}
}

// Another replica changed it: this one shows it after it has read again, and not more than that was changed.
func TestReplicasReadWhatIsStored(t *testing.T) {
	s := newRig(t)
	to := wish(t, s)
	to.Name.ID = "Air bersih dan minum"
	if err := s.Amend(t.Context(), office, op("a"), water, 0, to); err != nil {
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
