package progress

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"testing"

	"gotong/modules/domain"
	"gotong/modules/kit/apperr"
	"gotong/modules/kit/clock"
	"gotong/modules/kit/i18n"
	"gotong/modules/kit/store"
	"gotong/modules/kit/testkit"
	"gotong/modules/kit/web"
	"gotong/views"
)

// house is everything outside of the module, kept in memory.
type house struct {
	list      map[domain.InitiativeID]Initiative
	completed []domain.InitiativeID
	attached  []domain.Visibility
	shown     int // answers that show what was attached
	fails     error
}

// Initiative gives a public one to everybody, another to those inside and to who may answer its requests.
func (h *house) Initiative(_ context.Context, actor domain.Actor, id domain.InitiativeID) (Initiative, error) {
	i, ok := h.list[id]
	if !ok || !i.Public && !Inside(actor, i) && !approves(actor, i) {
		return Initiative{}, apperr.New(apperr.NotFound, "error.not_found.text")
	}
	return i, nil
}

func (h *house) Titles(_ context.Context, ids []domain.InitiativeID) (map[domain.InitiativeID]string, error) {
	out := map[domain.InitiativeID]string{}
	for _, id := range ids {
		if i := h.list[id]; i.Public {
			out[id] = i.Title
		}
	}
	return out, nil
}

func (h *house) Extend(_ context.Context, _ domain.Actor, _ store.Operation, id domain.InitiativeID, until domain.Date, _ string) error {
	if h.fails != nil {
		return h.fails
	}
	i := h.list[id]
	i.Until = until
	h.list[id] = i
	return nil
}

func (h *house) Complete(_ context.Context, _ domain.Actor, _ store.Operation, id domain.InitiativeID, _ string) error {
	if h.fails != nil {
		return h.fails
	}
	i := h.list[id]
	if !i.Ends {
		return apperr.New(apperr.Conflict, "initiatives.refuse.complete")
	}
	i.Runs, i.Running, i.Ends = false, false, false
	h.list[id], h.completed = i, append(h.completed, id)
	return nil
}

func (h *house) Briefs(_ context.Context, ids []domain.OrganizationID) (map[domain.OrganizationID]domain.OrganizationBrief, error) {
	out := map[domain.OrganizationID]domain.OrganizationBrief{}
	for _, id := range ids {
		out[id] = domain.OrganizationBrief{ID: id, Name: "Organisasi " + string(id)}
	}
	return out, nil
}

func (h *house) Attach(_ context.Context, _ domain.Actor, op store.Operation, _ domain.Ref, typ domain.DocumentType, v domain.Visibility, _ domain.Upload) (domain.Citation, error) {
	if typ != domain.DocPhoto {
		return domain.Citation{}, errors.New("not a photo")
	}
	h.attached = append(h.attached, v)
	return domain.Citation{ID: domain.DocumentID("photo-" + op.ID)}, nil
}

func (h *house) Answered(_ context.Context, _ store.Operation, answer error) error {
	if answer == nil {
		h.shown++
	}
	return answer
}

type desk struct {
	*Module
	*house
	clock *clock.Fake
	base  web.Base
	n     int
}

func open(t *testing.T) *desk {
	t.Helper()
	bundle, err := i18n.Load(views.FS, "locales")
	if err != nil {
		t.Fatal(err)
	}
	engine, err := web.NewEngine(views.FS, bundle, web.EngineOptions{})
	if err != nil {
		t.Fatal(err)
	}
	d := &desk{house: &house{list: map[domain.InitiativeID]Initiative{}}, clock: testkit.Clock(), base: web.NewBaseFor(bundle.Localizer("id"))}
	d.Module = New(Deps{DB: testkit.DBAt(t, d.clock), Views: engine, Clock: d.clock, Log: slog.New(slog.DiscardHandler), Initiatives: d.house, Organizations: d.house, Papers: d.house})
	d.add("p")
	return d
}

// add makes a running initiative of the foundation with a partner, in answer to a call of the agency.
func (d *desk) add(id domain.InitiativeID) {
	d.list[id] = Initiative{
		ID: id, Title: "Inisiatif " + string(id), Organization: "yayasan", Partners: []domain.OrganizationID{"mitra"}, Caller: "dinas", Until: d.day(300),
		Offers:     []Figure{{Category: "clean-water-supply", Unit: "unit"}, {Category: "sanitation", Unit: "unit"}},
		Milestones: []Milestone{{Title: "Tandon tiba", Due: d.day(30)}, {Title: "Tandon terpasang", Due: d.day(90)}},
		Lines:      []Line{{Item: "Tandon", Amount: 1000}, {Item: "Pelatihan", Amount: 500}},
		Runs:       true, Running: true, Ends: true, Public: true,
	}
}

// set changes what the initiative is.
func (d *desk) set(id domain.InitiativeID, fn func(i *Initiative)) {
	i := d.list[id]
	fn(&i)
	d.list[id] = i
}

func (d *desk) day(days int) domain.Date { return domain.DateOf(d.clock.Now().AddDate(0, 0, days)) }

func (d *desk) op() store.Operation { d.n++; return store.Operation{ID: fmt.Sprintf("op-%d", d.n)} }

func (d *desk) must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// progress gives how the initiative runs.
func (d *desk) progress(t *testing.T, id domain.InitiativeID) Progress {
	t.Helper()
	doc, err := d.Service.of(t.Context(), d.list[id])
	d.must(t, err)
	return doc.Body
}

// told gives what an actor reads of what happened, newest first: kind and title, notes for partners marked.
func (d *desk) told(t *testing.T, actor domain.AccountID, id domain.InitiativeID) (list []string) {
	t.Helper()
	page, err := d.Service.Updates(t.Context(), who(actor), d.list[id], "", 50)
	d.must(t, err)
	for _, u := range page.Items {
		list = append(list, string(u.Body.Kind)+" "+u.Body.Title)
	}
	return list
}

// who are the people: "ORGANISATION-ROLE", the office, the auditor, the public.
func who(id domain.AccountID) domain.Actor {
	a := domain.Actor{Account: id}
	switch id {
	case "public":
		return domain.Actor{}
	case "s1", "s2":
		a.Roles = []domain.PlatformRole{domain.RoleSecretariat}
		return a
	case "auditor":
		a.Roles = []domain.PlatformRole{domain.RoleAuditor}
		return a
	case "tied-office":
		a.Roles = []domain.PlatformRole{domain.RoleSecretariat}
		id = "mitra-viewer"
	}
	organization, role, _ := strings.Cut(string(id), "-")
	if role != "" {
		a.Memberships = []domain.Membership{{Organization: domain.OrganizationID(organization), Name: "Organisasi " + organization, Role: domain.OrganizationRole(role), Verified: true}}
	}
	return a
}

// cast is everybody.
var cast = []domain.AccountID{"public", "anggota", "yayasan-viewer", "yayasan-editor", "yayasan-owner", "mitra-viewer", "mitra-editor", "mitra-owner",
	"dinas-editor", "dinas-owner", "lain-owner", "s1", "tied-office", "auditor"}

// key is the word of a refusal.
func key(err error) string {
	var e *apperr.Error
	if errors.As(err, &e) {
		return e.Msg.Key
	}
	return ""
}

// fields are the fields of an Invalid with their words.
func fields(err error) string {
	var out []string
	for _, f := range apperr.FieldsOf(err) {
		out = append(out, f.Name+": "+f.Message.Key)
	}
	return strings.Join(out, ", ")
}

// argsOf are the names and values that a refusal's words fill in.
func argsOf(err error) (out []string) {
	for _, f := range apperr.FieldsOf(err) {
		for n := 0; n+1 < len(f.Args); n += 2 {
			out = append(out, fmt.Sprint(f.Args[n], " ", f.Args[n+1]))
		}
	}
	return out
}
