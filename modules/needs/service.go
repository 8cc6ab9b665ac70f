package needs

import (
	"context"
	"errors"
	"log/slog"

	"gotong/modules/domain"
	"gotong/modules/kit/apperr"
	"gotong/modules/kit/clock"
	"gotong/modules/kit/store"
)

// Places tells what a region code means. Place returns NotFound for a code that is not known;
// Children lists the regions one level below (of "": the provinces).
type Places interface {
	Place(ctx context.Context, code domain.RegionCode) (domain.Place, error)
	Children(ctx context.Context, code domain.RegionCode) ([]domain.Place, error)
}

// Organizations tells who is who. VillageGovernment returns NotFound where a village's government has not joined.
type Organizations interface {
	Briefs(ctx context.Context, ids []domain.OrganizationID) (map[domain.OrganizationID]domain.OrganizationBrief, error)
	VillageGovernment(ctx context.Context, village domain.RegionCode) (domain.OrganizationBrief, error)
}

// Papers keeps documents of a need. Attach is repeatable under the same operation; Has and Cite know ready documents only;
// Cite names the newest of a type, NotFound where there is none.
type Papers interface {
	Attach(ctx context.Context, actor domain.Actor, op store.Operation, ref domain.Ref, typ domain.DocumentType, visibility domain.Visibility, file domain.Upload) (domain.Citation, error)
	// Answered shows what was attached under a form's operation, now that it has its answer; after an outage it waits for
	// the move. It gives the answer back.
	Answered(ctx context.Context, op store.Operation, answer error) error
	Has(ctx context.Context, ref domain.Ref, types ...domain.DocumentType) (bool, error)
	Cite(ctx context.Context, ref domain.Ref, typ domain.DocumentType) (domain.Citation, error)
}

// Ledgers keeps the account of each open need. OpenNeed may be repeated. SetNeedLimit refuses with Conflict what is
// below the quantity held. CloseNeed takes no more holds and keeps those that are there. Ledger returns NotFound where
// there is no account; Committed is the quantity held or settled.
type Ledgers interface {
	OpenNeed(ctx context.Context, need domain.NeedID, unit domain.UnitID, limit int64) error
	SetNeedLimit(ctx context.Context, need domain.NeedID, limit int64) error
	CloseNeed(ctx context.Context, need domain.NeedID) error
	Ledger(ctx context.Context, need domain.NeedID) (domain.Ledger, error)
	Ledgers(ctx context.Context, needs []domain.NeedID) (map[domain.NeedID]domain.Ledger, error)
}

// Mandates tells whether someone holds the mandate of area verifier for exactly that district who is not a member of
// the village's government.
type Mandates interface {
	DistrictHasVerifier(ctx context.Context, district, village domain.RegionCode) (bool, error)
}

// Finder finds public needs by words under the filters region, category and status; ids best first.
type Finder interface {
	Find(ctx context.Context, text string, filters map[string]string, cursor string, limit int) (ids []string, next string, err error)
}

// Service is what one can do with needs. Every method that takes an actor returns NotFound for a need that this actor
// may not see, Forbidden where it is seen but not the actor's to move, Conflict where its state refuses or it changed
// since it was read, Invalid with fields where input must change, Unavailable where the database does not answer.
type Service struct {
	records       *store.Records[Need]
	sets          *store.Records[Set]
	clock         clock.Clock
	log           *slog.Logger
	places        Places
	organizations Organizations
	papers        Papers
	ledgers       Ledgers
	mandates      Mandates
	finder        Finder
}

// Doc is a stored need.
type Doc = store.Doc[Need]

// Get gives a need in any state, for other modules. NotFound.
func (s *Service) Get(ctx context.Context, id domain.NeedID) (Doc, error) {
	return s.records.Get(ctx, string(id))
}

// GetMany gives those of the ids that exist, for other modules.
func (s *Service) GetMany(ctx context.Context, ids []string) (map[string]Doc, error) {
	return s.records.GetMany(ctx, ids)
}

// Each streams all needs, in any state, for indexes.
func (s *Service) Each(ctx context.Context, fn func(Doc) error) error {
	return s.records.Each(ctx, fn)
}

// Seed inserts many needs at once, those that exist are left as they are: for demo content.
func (s *Service) Seed(ctx context.Context, items []store.Item[Need]) error {
	return s.records.InsertMany(ctx, items, store.Change{Action: "need.seeded"})
}

// Show gives a need that the actor may see. NotFound otherwise.
func (s *Service) Show(ctx context.Context, actor domain.Actor, id domain.NeedID) (Doc, error) {
	doc, err := s.records.Get(ctx, string(id))
	if err != nil {
		return Doc{}, err
	}
	if !CanView(actor, doc.Body) {
		return Doc{}, apperr.New(apperr.NotFound, "error.not_found.text")
	}
	return doc, nil
}

// Input is what the form gives: who declares, for which village, and the content.
type Input struct {
	Organization domain.OrganizationID
	Village      domain.RegionCode
	Content      Content
}

// Create writes a draft. SignIn without an account; Forbidden where the actor is no editor of the organisation.
func (s *Service) Create(ctx context.Context, actor domain.Actor, op store.Operation, in Input) (Doc, error) {
	if !actor.SignedIn() {
		return Doc{}, apperr.New(apperr.SignIn, "error.sign_in.text")
	}
	n, wrong := s.draft(actor, in)
	if wrong != nil && !apperr.Is(wrong, apperr.Invalid) {
		return Doc{}, wrong
	}
	var f apperr.Fields
	if in.Village.Level() != domain.LevelVillage {
		f.Add("village", "needs.error.village")
	} else if _, err := s.places.Place(ctx, in.Village); apperr.Is(err, apperr.NotFound) {
		f.Add("village", "needs.error.village")
	} else if err != nil {
		return Doc{}, err
	}
	if err := joined(f, wrong); err != nil {
		return Doc{}, err
	}
	return s.records.Insert(ctx, actor.NewID(op), n, actor.Change("need.declared", in.Organization, op))
}

// draft makes a new draft of what was given, for a village that is there. Forbidden where the actor is no editor of the
// organisation; Invalid by field.
func (s *Service) draft(actor domain.Actor, in Input) (Need, error) {
	if !actor.Has(in.Organization, domain.OrgEditor) {
		return Need{}, apperr.New(apperr.Forbidden, "needs.refuse.not_editor")
	}
	in.Content.Normalise()
	m, _ := actor.Membership(in.Organization)
	return Need{
		Content: in.Content, Village: in.Village, Organization: in.Organization,
		OnBehalf: m.Village != in.Village, DeclaredAt: s.clock.Now(), Demo: m.Demo,
	}, in.Content.valid(Content{})
}

// valid validates content that replaces other content.
func (c Content) valid(before Content) error {
	var f apperr.Fields
	var e *apperr.Error
	if err := c.Chosen(before); errors.As(err, &e) {
		f = e.Fields
	}
	return joined(f, c.Validate())
}

// joined puts the fields of a second check behind those of a first.
func joined(f apperr.Fields, err error) error {
	if err == nil {
		return f.Err()
	}
	var e *apperr.Error
	if errors.As(err, &e) && e.Kind == apperr.Invalid {
		return apperr.InvalidFields(append(f, e.Fields...))
	}
	return err
}

// Edit writes a draft's or a returned need's content under the version that the editor read. Village and organisation
// stay. Forbidden where the state does not allow it any more; Conflict where someone else wrote in between.
func (s *Service) Edit(ctx context.Context, actor domain.Actor, op store.Operation, id domain.NeedID, version int64, c Content) (Doc, error) {
	doc, err := s.Show(ctx, actor, id)
	if err != nil {
		return Doc{}, err
	}
	if !CanEdit(actor, doc.Body) {
		return Doc{}, apperr.New(apperr.Forbidden, "needs.refuse.edit")
	}
	c.Normalise()
	if err := c.valid(doc.Body.Content); err != nil {
		return Doc{}, err
	}
	n := doc.Body
	n.Content = c
	doc.Version = version
	return s.records.Replace(ctx, doc, n, actor.Change("need.edited", n.Organization, op))
}

// Delete removes a draft.
func (s *Service) Delete(ctx context.Context, actor domain.Actor, op store.Operation, id domain.NeedID, version int64) error {
	doc, err := s.Show(ctx, actor, id)
	if err != nil {
		return err
	}
	if doc.Body.State() != Draft || !CanEdit(actor, doc.Body) {
		return apperr.New(apperr.Forbidden, "needs.refuse.delete")
	}
	doc.Version = version
	return s.records.Delete(ctx, doc, actor.Change("need.deleted", doc.Body.Organization, op))
}

// Copy makes a new draft of an ended need, for an editor of the organisation that declared it.
func (s *Service) Copy(ctx context.Context, actor domain.Actor, op store.Operation, id domain.NeedID) (Doc, error) {
	doc, err := s.Show(ctx, actor, id)
	if err != nil {
		return Doc{}, err
	}
	if !actor.Has(doc.Body.Organization, domain.OrgEditor) {
		return Doc{}, apperr.New(apperr.Forbidden, "needs.refuse.not_editor")
	}
	n, err := doc.Body.Copy(id)
	if err != nil {
		return Doc{}, err
	}
	if err := n.Chosen(Content{}); err != nil { // a copy is a new one
		return Doc{}, err
	}
	n.DeclaredAt = s.clock.Now()
	return s.records.Insert(ctx, actor.NewID(op), n, actor.Change("need.copied", n.Organization, op))
}
