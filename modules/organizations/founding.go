package organizations

import (
	"context"
	"slices"
	"time"

	"gotong/modules/domain"
	"gotong/modules/kit/apperr"
	"gotong/modules/kit/store"
)

// draftLife is how long what was typed on the way to a new organisation is kept.
const draftLife = 30 * 24 * time.Hour

// Step of founding an organisation.
type Step string

// Steps in their order: what kind and where, what it is called, how it is reached, a look at all of it.
const (
	StepKind    Step = "kind"
	StepName    Step = "name"
	StepContact Step = "contact"
	StepCheck   Step = "check"
)

// Steps lists them.
var Steps = []Step{StepKind, StepName, StepContact, StepCheck}

// stepFields are the inputs of each step; what else is wrong is told on its own step.
var stepFields = map[Step][]string{
	StepKind:    {"type", "sublevel", "region", "place", "areas"},
	StepName:    {"name", "registration", "about", "different"},
	StepContact: {"office", "address", "email", "phone", "website"},
}

// Draft gives what the actor typed so far. NotFound where nothing is kept.
func (s *Service) Draft(ctx context.Context, actor domain.Actor) (Profile, error) {
	if !actor.SignedIn() {
		return Profile{}, apperr.New(apperr.SignIn, "")
	}
	return s.drafts.Get(ctx, string(actor.Account))
}

// KeepDraft checks one step's inputs and keeps them with those of the other steps, right or wrong, so that nothing has
// to be typed twice. Invalid names what must change on this step; on "different" it points out look-alikes.
func (s *Service) KeepDraft(ctx context.Context, actor domain.Actor, step Step, p Profile) error {
	if err := mayBelong(actor); err != nil {
		return err
	}
	if err := s.drafts.Put(ctx, string(actor.Account), p, draftLife); err != nil {
		return err
	}
	return s.checkStep(ctx, actor, step, p)
}

func (s *Service) checkStep(ctx context.Context, actor domain.Actor, step Step, p Profile) error {
	o, err := s.drafted(ctx, p)
	if err != nil && !apperr.Is(err, apperr.Invalid) {
		return err
	}
	var f apperr.Fields
	for _, field := range fieldsOf(err) {
		if slices.Contains(stepFields[step], field.Name) {
			f = append(f, field)
		}
	}
	if step != StepName || len(f) > 0 || p.Different || o.Region == "" {
		return f.Err()
	}
	return s.refuseDuplicates(ctx, actor, "", o)
}

// drafted makes the organisation that a profile describes. Invalid by field, place and profile together.
func (s *Service) drafted(ctx context.Context, p Profile) (Organization, error) {
	o := Organization{Type: p.Type, Sublevel: p.Sublevel, Region: p.Region, State: StateRegistered}
	p.apply(&o)
	placed := s.place(ctx, &o, p.Place)
	if placed != nil && !apperr.Is(placed, apperr.Invalid) {
		return o, placed
	}
	wrong := apperr.Fields(fieldsOf(placed))
	t, known := domain.Stakeholders().Type(o.Type)
	wrong.Check(!known || !t.Retired, "type", "organizations.error.type_retired")
	sub, _ := t.Sublevel(o.Sublevel)
	wrong.Check(!sub.Retired, "sublevel", "organizations.error.sublevel")
	for _, field := range fieldsOf(o.Validate()) {
		if field.Name != "region" || len(fieldsOf(placed)) == 0 && TiedSublevel(o.Type, o.Sublevel) == "" {
			wrong = append(wrong, field)
		}
	}
	return o, wrong.Err()
}

// DropDraft forgets what was typed.
func (s *Service) DropDraft(ctx context.Context, actor domain.Actor) error {
	if !actor.SignedIn() {
		return apperr.New(apperr.SignIn, "")
	}
	return s.drafts.Delete(ctx, string(actor.Account))
}

// Alike is an organisation that a new one may be; Name and ID are "" where the actor may not see it.
type Alike struct {
	ID     domain.OrganizationID
	Name   string
	Number bool // the same registration number
}

// Alikes points out, while one types, organisations with that registration number or a near-equal name in the same
// regency. SignIn without an account.
func (s *Service) Alikes(ctx context.Context, actor domain.Actor, name, registration string, region domain.RegionCode) ([]Alike, error) {
	if !actor.SignedIn() {
		return nil, apperr.New(apperr.SignIn, "")
	}
	found, err := s.lookAlikes(ctx, actor, "", Organization{Name: name, Registration: registration, Region: region})
	var list []Alike
	for _, a := range found[:min(len(found), 5)] {
		alike := Alike{Number: a.number}
		if a.name != "" {
			alike.ID, alike.Name = a.id, a.name
		}
		list = append(list, alike)
	}
	return list, err
}

// Found makes a new organisation whose first owner is the actor. SignIn without an account; Invalid by field: what is
// missing or wrong, and on "different" where it looks like one that is there already. A repeat of the same form gives
// the same organisation.
func (s *Service) Found(ctx context.Context, actor domain.Actor, op store.Operation, p Profile) (domain.OrganizationID, error) {
	if err := mayBelong(actor); err != nil {
		return "", err
	}
	id := domain.OrganizationID(actor.NewID(op))
	o, err := s.drafted(ctx, p)
	if err != nil {
		return "", err
	}
	o.Owners = []domain.AccountID{actor.Account}
	if !p.Different {
		if err := s.refuseDuplicates(ctx, actor, id, o); err != nil {
			return "", err
		}
	}
	if _, err := s.organizations.Insert(ctx, string(id), o, actor.Change("organization.founded", id, op)); err != nil {
		return "", err
	}
	m := Member{Organization: id, Account: actor.Account, Role: domain.OrgOwner, Since: s.now()}
	if _, err := s.putMember(ctx, m, actor.Change("organization.member-joined", id, op)); err != nil {
		return "", err
	}
	return id, nil
}
