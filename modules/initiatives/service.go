package initiatives

import (
	"context"
	"errors"
	"log/slog"
	"slices"

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

// Organizations tells who is who.
type Organizations interface {
	// Named finds the organisation that bears just that name. NotFound where none does, or several.
	Named(ctx context.Context, name string) (domain.OrganizationBrief, error)
	Briefs(ctx context.Context, ids []domain.OrganizationID) (map[domain.OrganizationID]domain.OrganizationBrief, error)
}

// Papers keeps documents of an initiative. Attach is repeatable under the same operation; Has counts ready ones only.
type Papers interface {
	Attach(ctx context.Context, actor domain.Actor, op store.Operation, ref domain.Ref, typ domain.DocumentType, visibility domain.Visibility, file domain.Upload) (domain.Citation, error)
	// Answered shows what was attached under a form's operation, now that it has its answer; after an outage it waits for
	// the move. It gives the answer back.
	Answered(ctx context.Context, op store.Operation, answer error) error
	Has(ctx context.Context, ref domain.Ref, types ...domain.DocumentType) (bool, error)
	domain.Citer
}

// Offers keeps the account of each published offer. OpenOffer may be repeated and opens a closed one again; CloseOffer
// takes nothing new and keeps what is held; SetOfferLimit refuses with Conflict what is below that. Used gives what is
// held or settled of each; offers without an account are left out.
type Offers interface {
	OpenOffer(ctx context.Context, initiative domain.InitiativeID, offer domain.OfferID, unit domain.UnitID, limit int64) error
	SetOfferLimit(ctx context.Context, offer domain.OfferID, limit int64) error
	CloseOffer(ctx context.Context, offer domain.OfferID) error
	Used(ctx context.Context, offers []domain.OfferID) (map[domain.OfferID]int64, error)
}

// Finder finds public initiatives by words under the filters region, category and status; ids best first.
type Finder interface {
	Find(ctx context.Context, text string, filters map[string]string, cursor string, limit int) (ids []string, next string, err error)
}

// ReviewStanding is how far the review of a round is.
type ReviewStanding struct {
	Checked bool // passed the administrative check
	Ready   bool // all reviews are in on which a decision rests
	In      int64
	Recused int64
}

// Reviews is how proposals are judged. Seated tells whether the actor reviews that round and may read the proposal, and
// whether without knowing who proposes.
type Reviews interface {
	Standing(ctx context.Context, id domain.InitiativeID, round int64) (ReviewStanding, error)
	Seated(ctx context.Context, actor domain.Actor, id domain.InitiativeID, round int64) (seated, anonymous bool, err error)
}

// Service is what one can do with initiatives. Every method that takes an actor returns NotFound for an initiative
// that this actor may not see, Forbidden where it is seen but not the actor's to move, Conflict where its state
// refuses or it changed since it was read, Invalid with fields where input must change.
type Service struct {
	records       *store.Records[Initiative]
	versions      *store.Records[Version]
	invitations   *store.Records[Invitation]
	templates     *store.Records[Template]
	concepts      *store.State[Concept]
	words         words // of both languages
	reviews       Reviews
	clock         clock.Clock
	log           *slog.Logger
	places        Places
	organizations Organizations
	papers        Papers
	offers        Offers
	finder        Finder
	calls         Calls
}

// Doc is a stored initiative.
type Doc = store.Doc[Initiative]

// Get gives an initiative in any state, for other modules. NotFound.
func (s *Service) Get(ctx context.Context, id domain.InitiativeID) (Doc, error) {
	return s.records.Get(ctx, string(id))
}

// GetMany gives those of the ids that exist, for other modules.
func (s *Service) GetMany(ctx context.Context, ids []string) (map[string]Doc, error) {
	return s.records.GetMany(ctx, ids)
}

// Each streams all initiatives, in any state, for indexes.
func (s *Service) Each(ctx context.Context, fn func(Doc) error) error { return s.records.Each(ctx, fn) }

// Seed inserts many initiatives at once, those that exist are left as they are: for demo content. Offers without an id
// get theirs.
func (s *Service) Seed(ctx context.Context, items []store.Item[Initiative]) error {
	for n := range items {
		items[n].Body.number(items[n].ID)
	}
	return s.records.InsertMany(ctx, items, store.Change{Action: "initiative.seeded"})
}

// Show gives an initiative that the actor may see. NotFound otherwise.
func (s *Service) Show(ctx context.Context, actor domain.Actor, id domain.InitiativeID) (Doc, error) {
	doc, err := s.records.Get(ctx, string(id))
	if err != nil {
		return Doc{}, err
	}
	if CanView(actor, doc.Body) {
		return doc, nil
	}
	reads, err := s.readsInReview(ctx, actor, doc)
	if err != nil {
		return Doc{}, err
	}
	if !reads {
		return Doc{}, apperr.New(apperr.NotFound, "error.not_found.text")
	}
	return doc, nil
}

// readsInReview tells whether the actor reads the initiative because of its review: a reviewer of the present round who
// declared to have no conflict of interest and may know who proposes, or who made the call that it answers.
func (s *Service) readsInReview(ctx context.Context, actor domain.Actor, doc Doc) (bool, error) {
	seated, anonymous, err := s.seated(ctx, actor, doc)
	if err != nil || seated {
		return seated && !anonymous, err // a reviewer reads as a reviewer, whoever made the call
	}
	return called(actor, doc.Body), nil
}

// called tells whether the actor is of the organisation that made the call which a submitted initiative answers.
func called(actor domain.Actor, i Initiative) bool {
	return i.Round > 0 && i.State() != Draft && actor.Has(i.Caller, domain.OrgViewer) && !tied(actor, i)
}

// seated tells whether the actor reviews the present round, without a tie.
func (s *Service) seated(ctx context.Context, actor domain.Actor, doc Doc) (seated, anonymous bool, err error) {
	if !actor.HasMandate(domain.MandateReviewer) || !slices.Contains(inReview, doc.Body.State()) && !doc.Body.Public() || tied(actor, doc.Body) {
		return false, false, nil
	}
	return s.reviews.Seated(ctx, actor, domain.InitiativeID(doc.ID), doc.Body.Round)
}

// check validates content that replaces other content, and that its areas exist.
func (s *Service) check(ctx context.Context, c, before Content) error {
	f := c.chosen(before)
	known := func(field string, codes []domain.RegionCode) error {
		for _, code := range codes {
			_, err := s.places.Place(ctx, code)
			if apperr.Is(err, apperr.NotFound) {
				f.Add(field, "initiatives.error.area_unknown", "code", string(code))
			} else if err != nil {
				return err
			}
		}
		return nil
	}
	if err := known("area_codes", c.Areas); err != nil {
		return err
	}
	for n, o := range c.Offers {
		if err := known(row("offer", n, "areas"), o.Areas); err != nil {
			return err
		}
	}
	if len(allAreasOf(c)) > MaxAreas {
		f.Add("areas", "initiatives.error.areas_many", "max", MaxAreas)
	}
	return joined(f, c.Validate())
}

func allAreasOf(c Content) map[domain.RegionCode]bool {
	out := map[domain.RegionCode]bool{}
	for _, a := range c.Areas {
		out[a] = true
	}
	for _, o := range c.Offers {
		for _, a := range o.Areas {
			out[a] = true
		}
	}
	return out
}

// joined puts the fields of a second check behind those of a first, each field once.
func joined(f apperr.Fields, err error) error {
	var e *apperr.Error
	if errors.As(err, &e) && e.Kind == apperr.Invalid {
		f = append(f, e.Fields...)
		err = nil
	}
	if err != nil {
		return err
	}
	var once apperr.Fields
	seen := map[string]bool{}
	for _, x := range f {
		if !seen[x.Name] {
			seen[x.Name] = true
			once = append(once, x)
		}
	}
	return once.Err()
}

// both puts the fields of two checks together; another error of the first stands alone.
func both(first, second error) error {
	var e *apperr.Error
	if errors.As(first, &e) && e.Kind == apperr.Invalid {
		return joined(e.Fields, second)
	}
	if first != nil {
		return first
	}
	return second
}

// Create writes an unsolicited draft. SignIn without an account; Forbidden where the actor is no editor of the
// organisation.
func (s *Service) Create(ctx context.Context, actor domain.Actor, op store.Operation, organization domain.OrganizationID, c Content) (Doc, error) {
	return s.CreateBy(ctx, actor, op, organization, c, Origin{})
}

// CreateBy writes a draft that comes in by a door, with the content that its origin gave (see Begin). Beside Create's
// errors: NotFound for a call that is not there, Conflict for one that takes no answers now.
func (s *Service) CreateBy(ctx context.Context, actor domain.Actor, op store.Operation, organization domain.OrganizationID, c Content, from Origin) (Doc, error) {
	if !actor.SignedIn() {
		return Doc{}, apperr.New(apperr.SignIn, "error.sign_in.text")
	}
	if !actor.Has(organization, domain.OrgEditor) {
		return Doc{}, apperr.New(apperr.Forbidden, "initiatives.refuse.not_editor")
	}
	c.Normalise()
	var err error
	if c.Partners, err = s.named(ctx, organization, plainPartners(c.Partners)); err != nil {
		return Doc{}, err
	}
	if err := s.check(ctx, c, Content{}); err != nil {
		return Doc{}, err
	}
	m, _ := actor.Membership(organization)
	i := Initiative{Content: c, Organization: organization, DraftedAt: s.clock.Now(), Demo: m.Demo, Door: DoorUnsolicited, CopiedFrom: from.Copy, Template: from.Template}
	id := actor.NewID(op)
	i.number(id)
	switch {
	case from.Invitation != "":
		i.Door, i.Invitation = DoorInvitation, from.Invitation
		if err := s.answer(ctx, actor, op, from.Invitation, organization, domain.InitiativeID(id)); err != nil {
			return Doc{}, err
		}
	case from.Call != "":
		rules, err := s.calls.Rules(ctx, from.Call)
		if err != nil {
			return Doc{}, err
		}
		i.Door, i.Call, i.Caller = DoorCall, from.Call, rules.Organization
		if err := s.calls.Enter(ctx, actor, Entering{Operation: op, Call: from.Call, Initiative: domain.InitiativeID(id), Organization: organization}); err != nil {
			return Doc{}, err
		}
	}
	return s.records.Insert(ctx, id, i, actor.Change("initiative.drafted", organization, op))
}

// rewritten gives an initiative with another content. Invalid by field.
func (s *Service) rewritten(ctx context.Context, doc Doc, c Content) (Initiative, error) {
	c.Normalise()
	i := doc.Body
	partners, err := s.named(ctx, i.Organization, c.Partners)
	if err != nil {
		return i, err
	}
	c.Partners = answered(partners, i.Partners)
	if err := s.check(ctx, c, i.Content); err != nil {
		return i, err
	}
	keepOfferIDs(&c, i)
	i.Content = c
	i.number(doc.ID)
	return i, nil
}

// keepOfferIDs drops ids that this initiative never gave: a form cannot claim another initiative's offer.
func keepOfferIDs(c *Content, i Initiative) {
	known := map[domain.OfferID]bool{}
	for _, o := range i.Offers {
		known[o.ID] = true
	}
	for n, o := range c.Offers {
		if !known[o.ID] {
			c.Offers[n].ID = ""
		}
		known[o.ID] = false
	}
}

// Delete removes a draft that was never submitted.
func (s *Service) Delete(ctx context.Context, actor domain.Actor, op store.Operation, id domain.InitiativeID, version int64) error {
	doc, err := s.Show(ctx, actor, id)
	if err != nil {
		return err
	}
	if doc.Body.State() != Draft || doc.Body.Round > 0 || !CanEdit(actor, doc.Body) {
		return apperr.New(apperr.Forbidden, "initiatives.refuse.delete")
	}
	doc.Version = version
	return s.records.Delete(ctx, doc, actor.Change("initiative.deleted", doc.Body.Organization, op))
}

// Versions lists the frozen submissions, first to last, for those who may see the initiative.
func (s *Service) Versions(ctx context.Context, actor domain.Actor, id domain.InitiativeID) ([]store.Doc[Version], error) {
	if _, err := s.Show(ctx, actor, id); err != nil {
		return nil, err
	}
	page, err := s.versions.List(ctx, store.Query{List: versionsOf, Key: store.KeyOf(string(id)), Limit: 100})
	return page.Items, err
}
