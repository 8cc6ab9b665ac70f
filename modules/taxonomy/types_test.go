package taxonomy

import (
	"net/url"
	"slices"
	"strings"
	"testing"

	"github.com/gofiber/fiber/v2"
	"github.com/valyala/fasthttp"

	"gotong/modules/domain"
	"gotong/modules/kit/apperr"
	"gotong/modules/kit/web"
)

func faithBody() domain.TypeEdit {
	letter := domain.Stakeholders().Papers()[0]
	return domain.TypeEdit{
		Name: domain.Text{ID: "Lembaga keagamaan", EN: "Faith body"}, Description: domain.Text{ID: "Masjid, gereja.", EN: "Mosques, churches."}, Order: 55,
		Sublevels: []domain.Sublevel{{ID: "parish", Name: domain.Text{ID: "Paroki", EN: "Parish"}}},
		Papers:    domain.VerificationPapers{Required: []domain.Paper{letter}, OneOf: []domain.Paper{{ID: "seen-in-person", Name: domain.Text{ID: "Didatangi", EN: "Seen in person"}, Words: true}}},
		Offers:    []string{"volunteers"},
	}
}

// A new type can be founded at once on every replica, is changed and taken back, and is never deleted.
func TestTypeIsAdded(t *testing.T) {
	s := newRig(t)
	const id = "faith-body"
	for range 2 { // the second is the same form again
		if err := s.types.Add(t.Context(), office, op("add"), id, faithBody()); err != nil {
			t.Fatal(err)
		}
	}
	domain.EditStakeholders(nil) // as a replica that just started
	if err := s.Load(t.Context()); err != nil {
		t.Fatal(err)
	}
	now, ok := domain.Stakeholders().Type(id)
	if !ok || !now.Added || now.Checklist != 1 || len(now.Verification.OneOf) != 1 || !now.Verification.OneOf[0].Words {
		t.Fatalf("%+v", now)
	}
	types := domain.Stakeholders().Types()
	if len(types) != len(domain.ShippedStakeholders().Types())+1 || types[5].ID != id {
		t.Errorf("its place: %d", slices.IndexFunc(types, func(x domain.StakeholderType) bool { return x.ID == id }))
	}
	if o := domain.SublevelOptions("en", id, ""); len(o) != 1 || o[0].Label != "Parish" {
		t.Error("its forms:", o)
	}
	doc, err := s.types.Get(t.Context(), id)
	if err != nil {
		t.Fatal(err)
	}
	to := doc.Body.TypeEdit
	to.Sublevels = append(slices.Clone(to.Sublevels), domain.Sublevel{ID: "mosque", Name: domain.Text{ID: "Masjid", EN: "Mosque"}})
	to.Papers.OneOf = nil
	if err := s.types.Amend(t.Context(), office, op("amend"), id, doc.Version, to); err != nil {
		t.Fatal(err)
	}
	now, _ = domain.Stakeholders().Type(id)
	if _, asked := now.Verification.Paper("seen-in-person"); asked || now.Checklist != 2 || len(now.Sublevels) != 2 {
		t.Errorf("amended: %+v", now)
	}
	if p, known := now.Verification.Known("seen-in-person"); !known || p.Name.EN != "Seen in person" {
		t.Error("what was answered for a paper has lost its name")
	}
	if err := s.types.Amend(t.Context(), office, op("late"), id, doc.Version, faithBody()); !apperr.Is(err, apperr.Conflict) {
		t.Error("an old reading wins:", err)
	}
	doc, _ = s.types.Get(t.Context(), id)
	if err := s.types.Undo(t.Context(), office, op("undo"), id, doc.Version); err != nil {
		t.Fatal(err)
	}
	now, _ = domain.Stakeholders().Type(id)
	if mosque, ok := now.Sublevel("mosque"); !ok || !mosque.Retired || now.Checklist != 3 || len(now.Verification.OneOf) != 1 {
		t.Errorf("a form that somebody may have is gone, or the papers are not back: %+v", now)
	}
	if o := domain.SublevelOptions("en", id, ""); len(o) != 1 {
		t.Error("a form that was taken back is offered:", o)
	}
	if err := s.types.Retire(t.Context(), office, op("retire"), id, true); err != nil {
		t.Fatal(err)
	}
	if now, ok = domain.Stakeholders().Type(id); !ok || !now.Retired {
		t.Error("retired:", ok, now.Retired)
	}
}

// A shipped type is changed like one that was added; it keeps its id, and what others of it have.
func TestShippedTypeIsAmended(t *testing.T) {
	s := newRig(t)
	doc, err := s.types.Get(t.Context(), domain.TypeMedia)
	if err != nil {
		t.Fatal(err)
	}
	to := doc.Body.TypeEdit
	to.Name.EN = "The press"
	if err := s.types.Amend(t.Context(), office, op("a"), domain.TypeMedia, 0, to); err != nil {
		t.Fatal(err)
	}
	shipped, _ := domain.ShippedStakeholders().Type(domain.TypeMedia)
	now, _ := domain.Stakeholders().Type(domain.TypeMedia)
	if now.Name.EN != "The press" || now.Checklist != shipped.Checklist || now.Added || len(now.Roles) != len(shipped.Roles) {
		t.Errorf("another name is no other list of papers: %+v", now)
	}
	if err := s.types.Undo(t.Context(), office, op("u"), domain.TypeMedia, 1); err != nil {
		t.Fatal(err)
	}
	if now, _ := domain.Stakeholders().Type(domain.TypeMedia); now.Name != shipped.Name {
		t.Error("not taken back:", now.Name)
	}
	if err := s.types.Undo(t.Context(), office, op("n"), domain.TypeAcademia, 0); !apperr.Is(err, apperr.Conflict) {
		t.Error("took back what nobody changed:", err)
	}
}

func TestWhatANewTypeWants(t *testing.T) {
	s := newRig(t)
	for _, id := range []string{"", "Faith", "new", "types", "faith body", domain.TypeMedia, strings.Repeat("a", maxID+1)} {
		if err := s.types.CheckNew(t.Context(), id, faithBody()); !apperr.Is(err, apperr.Invalid) || !strings.Contains(err.Error(), "[id:") {
			t.Errorf("%q: %v", id, err)
		}
	}
	for field, change := range map[string]func(*domain.TypeEdit){
		"name_en": func(e *domain.TypeEdit) { e.Name.EN = "" }, "description_id": func(e *domain.TypeEdit) { e.Description.ID = "NIK 6101085203900001" },
		"order": func(e *domain.TypeEdit) { e.Order = -1 }, "kind_new1_id": func(e *domain.TypeEdit) { e.Sublevels = nil },
		"kind_parish_en": func(e *domain.TypeEdit) { e.Sublevels[0].Name.EN = " " }, "paper_new1_id": func(e *domain.TypeEdit) { e.Papers.Required = nil },
		"paper_seen-in-person_en": func(e *domain.TypeEdit) { e.Papers.Supporting = e.Papers.OneOf }, "offers": func(e *domain.TypeEdit) { e.Offers = []string{"gold"} },
	} {
		e := faithBody()
		change(&e)
		for _, err := range []error{s.types.CheckNew(t.Context(), "faith-body", e), s.types.Add(t.Context(), office, op(field), "faith-body", e)} {
			if !apperr.Is(err, apperr.Invalid) || !strings.Contains(err.Error(), "["+field+":") {
				t.Errorf("%s: %v", field, err)
			}
		}
	}
	if _, ok := domain.Stakeholders().Type("faith-body"); ok {
		t.Error("a refused one is there")
	}
}

// What is wrong with a new form or paper is told in the row where it was typed.
func TestTypeFormIsRead(t *testing.T) {
	newRig(t)
	values := func(pairs ...string) web.Values {
		v := url.Values{"name_id": {"Lembaga"}, "name_en": {"Body"}, "description_id": {"Ya."}, "description_en": {"Yes."}, "order": {"5"}}
		for i := 0; i < len(pairs); i += 2 {
			v.Set(pairs[i], pairs[i+1])
		}
		var request fasthttp.RequestCtx
		request.Request.Header.SetMethod(fiber.MethodPost)
		request.Request.Header.SetContentType(fiber.MIMEApplicationForm)
		request.Request.SetBodyString(v.Encode())
		return web.ValuesOf(fiber.New().AcquireCtx(&request))
	}
	to, at := wantedType(values("kind_new2_id", "Paroki", "kind_new2_en", "Parish (rural)", "paper_surat-tugas_need", "required",
		"paper_new1_id", "Didatangi", "paper_new1_en", "Seen in person", "paper_new1_need", "one-of", "paper_new1_words", "1"), domain.TypeEdit{})
	if err := at.or(fits(to)); err != nil {
		t.Fatal(err)
	}
	if to.Sublevels[0].ID != "parish-rural" || to.Papers.Required[0].ID != "surat-tugas" || to.Papers.OneOf[0].ID != "seen-in-person" || !to.Papers.OneOf[0].Words {
		t.Errorf("%+v", to)
	}
	for field, pairs := range map[string][]string{
		"kind_new2_en": {"kind_new2_id", "Paroki"}, "kind_new1_id": {"kind_new1_en", "Parish"}, "kind_new3_en": {"kind_new3_id", "堂区", "kind_new3_en", "堂区"},
		"paper_new1_need": {"paper_new1_id", "Didatangi", "paper_new1_en", "Seen"}, "paper_new2_en": {"paper_new2_id", "NIB", "paper_new2_en", "NIB", "paper_new2_need", "required"},
	} {
		to, at := wantedType(values(pairs...), domain.TypeEdit{})
		err := at.or(fits(to))
		if !apperr.Is(err, apperr.Invalid) || !slices.ContainsFunc(apperr.FieldsOf(at.named(err)), func(f apperr.Field) bool { return f.Name == field }) {
			t.Errorf("%s: %v", field, apperr.FieldsOf(at.named(err)))
		}
	}
}

func fits(e domain.TypeEdit) error {
	var f apperr.Fields
	checkType(&f, e)
	return f.Err()
}
