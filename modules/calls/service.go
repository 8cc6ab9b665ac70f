package calls

import (
	"context"
	"log/slog"
	"time"

	"gotong/modules/domain"
	"gotong/modules/kit/apperr"
	"gotong/modules/kit/clock"
	"gotong/modules/kit/store"
)

// Places tells what a region code means. Place returns NotFound for a code that is not known; Children lists the
// regions one level below (of "": the provinces).
type Places interface {
	Place(ctx context.Context, code domain.RegionCode) (domain.Place, error)
	Children(ctx context.Context, code domain.RegionCode) ([]domain.Place, error)
}

// Organizations tells who is who, and what an applicant has on file. Applicant returns NotFound for an unknown one.
type Organizations interface {
	Briefs(ctx context.Context, ids []domain.OrganizationID) (map[domain.OrganizationID]domain.OrganizationBrief, error)
	Applicant(ctx context.Context, id domain.OrganizationID) (Applicant, error)
}

// Handed is a proposal that is handed in: its title, its round and the SHA-256 of the frozen version.
type Handed struct {
	Initiative   domain.InitiativeID   `json:"initiative"`
	Title        string                `json:"title"`
	Organization domain.OrganizationID `json:"organization"`
	Round        int64                 `json:"round"`
	At           time.Time             `json:"at"`
	Digest       string                `json:"digest"`
}

// Answers are the initiatives that answer calls. Handed gives those of the ids that are handed in and not taken back;
// Undecided counts the proposals of a call that still wait for their decision; Titles names initiatives.
type Answers interface {
	Handed(ctx context.Context, ids []domain.InitiativeID) ([]Handed, error)
	Undecided(ctx context.Context, call domain.CallID) (int64, error)
}

// Service is what one can do with calls. Every method that takes an actor returns NotFound for a call that this actor
// may not see, Forbidden where it is seen but not the actor's to move, Conflict where its state refuses or it changed
// since it was read, Invalid with fields where input must change.
type Service struct {
	records       *store.Records[Call]
	questions     *store.Records[Question]
	entries       *store.Records[Entry]
	snapshots     *store.Records[SnapshotPage]
	clock         clock.Clock
	log           *slog.Logger
	places        Places
	organizations Organizations
	answers       Answers
}

// Doc is a stored call.
type Doc = store.Doc[Call]

// Get gives a call in any state, for other modules. NotFound.
func (s *Service) Get(ctx context.Context, id domain.CallID) (Doc, error) {
	return s.records.Get(ctx, string(id))
}

// GetMany gives those of the ids that exist, for other modules.
func (s *Service) GetMany(ctx context.Context, ids []string) (map[string]Doc, error) {
	return s.records.GetMany(ctx, ids)
}

// Each streams all calls, in any state, for indexes.
func (s *Service) Each(ctx context.Context, fn func(Doc) error) error { return s.records.Each(ctx, fn) }

// Now is the server's clock.
func (s *Service) Now() time.Time { return s.clock.Now() }

// Show gives a call that the actor may see. NotFound otherwise.
func (s *Service) Show(ctx context.Context, actor domain.Actor, id domain.CallID) (Doc, error) {
	doc, err := s.records.Get(ctx, string(id))
	if err != nil {
		return Doc{}, err
	}
	if !CanView(actor, doc.Body) {
		return Doc{}, apperr.New(apperr.NotFound, "error.not_found.text")
	}
	return doc, nil
}

// check validates content and that its areas exist.
func (s *Service) check(ctx context.Context, c Content) error {
	var f apperr.Fields
	for _, code := range c.Areas {
		_, err := s.places.Place(ctx, code)
		if apperr.Is(err, apperr.NotFound) {
			f.Add("area_codes", "calls.error.area_unknown", "code", string(code))
		} else if err != nil {
			return err
		}
	}
	if err := f.Err(); err != nil {
		return err
	}
	return c.Validate()
}

// Create writes a draft, on behalf of an organisation or, with "", of the secretariat. Forbidden where the actor is no
// editor there.
func (s *Service) Create(ctx context.Context, actor domain.Actor, op store.Operation, organization domain.OrganizationID, content Content) (Doc, error) {
	if !actor.SignedIn() {
		return Doc{}, apperr.New(apperr.SignIn, "error.sign_in.text")
	}
	c := Call{Content: content, Organization: organization, DraftedAt: s.clock.Now()}
	if !stands(actor, c, domain.OrgEditor) {
		return Doc{}, apperr.New(apperr.Forbidden, "calls.refuse.not_editor")
	}
	c.Normalise()
	if err := s.check(ctx, c.Content); err != nil {
		return Doc{}, err
	}
	c.number(nil)
	if m, ok := actor.Membership(organization); ok {
		c.Demo = m.Demo
	}
	return s.records.Insert(ctx, actor.NewID(op), c, actor.Change("call.drafted", organization, op))
}

// Edit writes a draft's content under the version that the editor read.
func (s *Service) Edit(ctx context.Context, actor domain.Actor, op store.Operation, id domain.CallID, version int64, content Content) (Doc, error) {
	doc, err := s.Show(ctx, actor, id)
	if err != nil {
		return Doc{}, err
	}
	if !CanEdit(actor, doc.Body) {
		return Doc{}, apperr.New(apperr.Forbidden, "calls.refuse.edit")
	}
	content.Normalise()
	if err := s.check(ctx, content); err != nil {
		return Doc{}, err
	}
	content.number(doc.Body.Criteria)
	c := doc.Body
	c.Content = content
	doc.Version = version
	return s.records.Replace(ctx, doc, c, actor.Change("call.edited", c.Organization, op))
}

// Delete removes a draft that was never released.
func (s *Service) Delete(ctx context.Context, actor domain.Actor, op store.Operation, id domain.CallID, version int64) error {
	doc, err := s.Show(ctx, actor, id)
	if err != nil {
		return err
	}
	if !CanEdit(actor, doc.Body) {
		return apperr.New(apperr.Forbidden, "calls.refuse.edit")
	}
	doc.Version = version
	return s.records.Delete(ctx, doc, actor.Change("call.deleted", doc.Body.Organization, op))
}

// Eligibility holds an organisation against a call's conditions, for its members.
func (s *Service) Eligibility(ctx context.Context, c Call, organization domain.OrganizationID) ([]Check, error) {
	a, err := s.organizations.Applicant(ctx, organization)
	if err != nil {
		return nil, err
	}
	checks := c.Eligible(a)
	if organization == c.Organization {
		checks = append(checks, Check{Key: "own"})
	}
	return checks, nil
}
