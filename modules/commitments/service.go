package commitments

import (
	"context"
	"log/slog"
	"sync"
	"time"
	"unicode/utf8"

	"gotong/modules/domain"
	"gotong/modules/kit/apperr"
	"gotong/modules/kit/clock"
	"gotong/modules/kit/store"
	"gotong/modules/kit/web"
)

// Need is what this module asks of a need.
type Need struct {
	ID           domain.NeedID
	Title        string
	Village      domain.RegionCode
	Category     domain.CategoryID
	Unit         domain.UnitID
	Quantity     int64
	Divisible    bool
	MinLot       int64 // smallest part that helps; 0 where none is named
	WantedBy     domain.Date
	Organization domain.OrganizationID // that declared it
	Open         bool                  // verified and open for commitments
	Hidden       bool                  // not public: not there for others
	Demo         bool
}

// Needs finds needs in any state. Error: NotFound.
type Needs interface {
	Get(ctx context.Context, id domain.NeedID) (Need, error)
}

// Offer is one offer of an initiative.
type Offer struct {
	ID          domain.OfferID
	Category    domain.CategoryID
	Unit        domain.UnitID
	Quantity    int64
	Areas       []domain.RegionCode
	From, Until domain.Date
	Conditions  string
}

// Initiative is what this module asks of an initiative.
type Initiative struct {
	ID           domain.InitiativeID
	Title        string
	Organization domain.OrganizationID
	Open         bool // published or running: new commitments may begin
	Offers       []Offer
	Demo         bool
}

// Initiatives finds initiatives in any state. Error: NotFound.
type Initiatives interface {
	Get(ctx context.Context, id domain.InitiativeID) (Initiative, error)
}

// Organizations finds organisations. Error: NotFound.
type Organizations interface {
	Brief(ctx context.Context, id domain.OrganizationID) (domain.OrganizationBrief, error)
	VillageGovernment(ctx context.Context, code domain.RegionCode) (domain.OrganizationBrief, error)
	MembershipsOf(ctx context.Context, account domain.AccountID) ([]domain.Membership, error)
}

// Places names villages. Error: NotFound.
type Places interface {
	Place(ctx context.Context, code domain.RegionCode) (domain.Place, error)
}

// Papers keeps the documents of a commitment. Attach is repeatable under the same operation.
type Papers interface {
	Attach(ctx context.Context, actor domain.Actor, op store.Operation, ref domain.Ref, typ domain.DocumentType, vis domain.Visibility, up domain.Upload) (domain.Citation, error)
	// Answered shows what was attached under a form's operation, now that it has its answer; after an outage it waits for
	// the move. It gives the answer back.
	Answered(ctx context.Context, op store.Operation, answer error) error
	Has(ctx context.Context, ref domain.Ref, types ...domain.DocumentType) (bool, error)
	// Cite names the newest document of a type. Error: NotFound.
	Cite(ctx context.Context, ref domain.Ref, typ domain.DocumentType) (domain.Citation, error)
	PicturesOf(ctx context.Context, ref domain.Ref) ([]domain.Picture, error)
	// Thumbnail gives a photo as a JPEG of at most side pixels; the caller has decided who may see it, by names why.
	Thumbnail(ctx context.Context, by string, ref domain.Ref, id domain.DocumentID, side int) ([]byte, error)
}

// Drafts tells what was made for signing. ok is false where nothing was.
type Drafts interface {
	Draft(ctx context.Context, id domain.CommitmentID) (terms Terms, ok bool, err error)
}

// Deps is what the module needs.
type Deps struct {
	DB            *store.DB
	Views         *web.Engine
	Clock         clock.Clock
	Log           *slog.Logger
	Needs         Needs
	Initiatives   Initiatives
	Organizations Organizations
	Places        Places
	Papers        Papers
	Panels        []domain.Panel // on a commitment's page, in order: documents, history
	PublicURL     string         // for links that leave the portal
	Drafts        Drafts         // of agreements; nil for none
}

// Service makes and follows commitments and keeps the accounts of needs and offers.
type Service struct {
	records  *store.Records[Commitment]
	accounts *store.Records[Account]
	links    *store.Records[Link]
	shown    *store.State[shownLink]
	db       *store.DB
	clock    clock.Clock
	log      *slog.Logger
	needs    Needs
	inits    Initiatives
	orgs     Organizations
	places   Places
	papers   Papers
	drafts   Drafts

	locks [64]sync.Mutex // of accounts by hash: fewer lost races within one process, no more than that
}

func newService(d Deps) *Service {
	if d.Log == nil {
		d.Log = slog.New(slog.DiscardHandler)
	}
	return &Service{records: store.NewRecords(d.DB, definition()), accounts: store.NewRecords(d.DB, accountDefinition()),
		links: store.NewRecords(d.DB, linkDefinition()), shown: store.NewState[shownLink](d.DB, "commitment_links_shown"), db: d.DB,
		clock: d.Clock, log: d.Log, needs: d.Needs, inits: d.Initiatives, orgs: d.Organizations, places: d.Places, papers: d.Papers, drafts: d.Drafts}
}

// Proposal is what a proposer offers for a need.
type Proposal struct {
	Need       domain.NeedID
	Initiative domain.InitiativeID
	Offer      domain.OfferID
	Quantity   int64
	From       domain.Date
	Until      domain.Date
	Conditions string
	Message    string
	Renews     domain.CommitmentID // the confirmed one that this goes on from; "" for none
}

// Possible says how much of an offer can go to a need now, in the unit of both.
type Possible struct {
	Need       Need
	Initiative Initiative
	Offer      Offer
	Uncovered  int64 // of the need
	Free       int64 // of the offer
	Least      int64 // smallest quantity that may be proposed; 0 where nothing can be
	Most       int64 // largest quantity that may be proposed; 0 where nothing can be
}

// Possible tells what the actor, an owner of the initiative's organisation, may propose. Errors: SignIn, NotFound
// (need or initiative), Forbidden (not an owner), Conflict (closed, other category or unit, area not covered, organisation not verified).
func (s *Service) Possible(ctx context.Context, actor domain.Actor, p Proposal) (Possible, error) {
	if !actor.SignedIn() {
		return Possible{}, apperr.New(apperr.SignIn, "commitments.error.sign_in")
	}
	initiative, err := s.inits.Get(ctx, p.Initiative)
	if err != nil {
		return Possible{}, err
	}
	member, ok := actor.Membership(initiative.Organization)
	if !ok || !initiative.Open && !actor.Has(initiative.Organization, domain.OrgViewer) {
		if !initiative.Open {
			return Possible{}, notFound()
		}
		return Possible{}, apperr.New(apperr.Forbidden, "commitments.error.owner")
	}
	if !actor.Has(initiative.Organization, domain.OrgOwner) {
		return Possible{}, apperr.New(apperr.Forbidden, "commitments.error.owner")
	}
	if !member.Verified {
		return Possible{}, apperr.New(apperr.Conflict, "commitments.error.unverified")
	}
	need, err := s.needs.Get(ctx, p.Need)
	if err != nil {
		return Possible{}, err
	}
	if need.Hidden {
		return Possible{}, notFound()
	}
	return s.possible(ctx, need, initiative, p.Offer)
}

func (s *Service) possible(ctx context.Context, need Need, initiative Initiative, offerID domain.OfferID) (Possible, error) {
	refuse := func(key string) (Possible, error) { return Possible{}, apperr.New(apperr.Conflict, key) }
	if !need.Open {
		return refuse("commitments.error.closed_need")
	}
	if !initiative.Open {
		return refuse("commitments.error.closed_offer")
	}
	p := Possible{Need: need, Initiative: initiative}
	for _, o := range initiative.Offers {
		if o.ID == offerID || offerID == "" && o.Category == need.Category && o.Unit == need.Unit && p.Offer.ID == "" {
			p.Offer = o
		}
	}
	switch {
	case p.Offer.ID == "":
		return refuse("commitments.error.no_offer")
	case p.Offer.Category != need.Category:
		return refuse("commitments.error.category")
	case p.Offer.Unit != need.Unit:
		return refuse("commitments.error.unit")
	case !covers(p.Offer.Areas, need.Village):
		return refuse("commitments.error.area")
	}
	accounts, err := s.accounts.GetMany(ctx, []string{needAccount(need.ID), offerAccount(p.Offer.ID)})
	if err != nil {
		return Possible{}, err
	}
	na, oa := accounts[needAccount(need.ID)].Body, accounts[offerAccount(p.Offer.ID)].Body
	p.Uncovered, p.Free = na.Free(), oa.Free()
	p.Least, p.Most = bounds(need, p.Uncovered, p.Free)
	return p, nil
}

// bounds gives the smallest and largest quantity that may go to a need of which uncovered is left, from an offer of
// which free is left: an indivisible need takes all or nothing, a divisible one no less than its smallest lot unless
// less than that is left. 0, 0 where nothing is possible.
func bounds(need Need, uncovered, free int64) (least, most int64) {
	least, most = 1, min(uncovered, free)
	if need.MinLot > 0 {
		least = min(need.MinLot, uncovered)
	}
	if !need.Divisible {
		least = need.Quantity
	}
	if most < 1 || most < least {
		return 0, 0
	}
	return least, most
}

func covers(areas []domain.RegionCode, village domain.RegionCode) bool {
	for _, a := range areas {
		if a.Contains(village) {
			return true
		}
	}
	return false
}

// Propose opens a conversation with a message and proposes a quantity: interest and proposed in one post. Repeated
// under the same operation it gives the same commitment. Errors: as Possible, and Invalid.
func (s *Service) Propose(ctx context.Context, actor domain.Actor, op store.Operation, p Proposal) (domain.CommitmentID, error) {
	id := domain.CommitmentID(actor.NewID(op))
	if doc, err := s.records.Get(ctx, string(id)); err == nil && doc.Body.Did(op.ID, StateProposed) {
		return id, nil
	}
	possible, err := s.Possible(ctx, actor, p)
	if err != nil {
		return "", err
	}
	now := s.clock.Now()
	if err := p.validate(possible, domain.DateOf(now)); err != nil {
		return "", err
	}
	c, err := s.between(ctx, possible)
	if err != nil {
		return "", err
	}
	c.Quantity, c.From, c.Until, c.Conditions, c.Message = p.Quantity, p.From, p.Until, p.Conditions, p.Message
	c.AnswerBy = answerBy(now, c.Until)
	if old, err := s.renewed(ctx, p); err == nil && old.State != "" {
		c.Renews = p.Renews
	} else if err != nil {
		return "", err
	}
	h := Hand{Side: SideProposer, Account: actor.Account, Organization: c.Organization, At: now, Operation: op.ID}
	c.History = []Move{{To: StateInterest, Side: h.Side, Account: h.Account, Organization: h.Organization, At: now, Operation: op.ID}}
	if err := c.Propose(h); err != nil {
		return "", err
	}
	_, err = s.records.Insert(ctx, string(id), c, actor.Change("commitment.proposed", c.Organization, op))
	return id, err
}

// between makes a conversation that nobody has begun yet. Errors: NotFound, Conflict (nobody answers for the village).
func (s *Service) between(ctx context.Context, possible Possible) (Commitment, error) {
	village, err := s.villageSide(ctx, possible.Need)
	if err != nil {
		return Commitment{}, err
	}
	proposer, err := s.orgs.Brief(ctx, possible.Initiative.Organization)
	if err != nil {
		return Commitment{}, err
	}
	c := Commitment{Need: possible.Need.ID, NeedTitle: possible.Need.Title, Initiative: possible.Initiative.ID, InitiativeTitle: possible.Initiative.Title,
		Offer: possible.Offer.ID, Organization: proposer.ID, OrganizationName: proposer.Name, Village: possible.Need.Village, VillageName: string(possible.Need.Village),
		VillageOrganization: village, Category: possible.Need.Category, Unit: possible.Need.Unit, State: StateInterest, Created: s.clock.Now(),
		Demo: possible.Need.Demo || possible.Initiative.Demo}
	if place, err := s.places.Place(ctx, c.Village); err == nil {
		c.VillageName = domain.PlaceText(place)
	}
	return c, nil
}

// villageSide finds who answers for the village; a village without a government in the portal cannot accept anything.
func (s *Service) villageSide(ctx context.Context, need Need) (domain.OrganizationID, error) {
	brief, err := s.orgs.VillageGovernment(ctx, need.Village)
	if apperr.Is(err, apperr.NotFound) {
		return "", apperr.New(apperr.Conflict, "commitments.error.no_village")
	}
	return brief.ID, err
}

func (p Proposal) validate(possible Possible, today domain.Date) error {
	var f apperr.Fields
	p.checkTerms(&f, possible, today)
	f.Check(p.Message != "", "message", "commitments.error.message")
	f.Check(utf8.RuneCountInString(p.Message) <= 4000, "message", "commitments.error.long", "max", 4000)
	personal(&f, "message", p.Message)
	return f.Err()
}

func (p Proposal) validateTerms(possible Possible, today domain.Date) error {
	var f apperr.Fields
	p.checkTerms(&f, possible, today)
	return f.Err()
}

func (p Proposal) checkTerms(f *apperr.Fields, possible Possible, today domain.Date) {
	switch {
	case possible.Most == 0:
		f.Add("quantity", "commitments.error.nothing_possible")
	case p.Quantity < possible.Least && !possible.Need.Divisible:
		f.Add("quantity", "commitments.error.indivisible", "quantity", possible.Need.Quantity)
	case p.Quantity < possible.Least:
		f.Add("quantity", "commitments.error.min_lot", "least", possible.Least)
	case p.Quantity > possible.Most:
		f.Add("quantity", "commitments.error.too_much", "most", possible.Most)
	}
	f.Check(p.From != "", "from", "commitments.error.from")
	f.Check(p.Until != "" && p.Until >= today, "until", "commitments.error.until")
	f.Check(p.Until >= p.From, "until", "commitments.error.until_from")
	o := possible.Offer
	f.Check(o.From == "" || p.From == "" || p.From >= o.From, "from", "commitments.error.before_offer", "date", string(o.From))
	f.Check(o.Until == "" || p.Until <= o.Until, "until", "commitments.error.after_offer", "date", string(o.Until))
	f.Check(utf8.RuneCountInString(p.Conditions) <= 4000, "conditions", "commitments.error.long", "max", 4000)
	personal(f, "conditions", p.Conditions)
}

// Get gives a commitment that the actor may see, and whether with its private parts. Error: NotFound.
func (s *Service) Get(ctx context.Context, actor domain.Actor, id domain.CommitmentID) (Commitment, bool, error) {
	doc, err := s.records.Get(ctx, string(id))
	if err != nil {
		return Commitment{}, false, found(err)
	}
	if !canSee(actor, &doc.Body) {
		return Commitment{}, false, notFound()
	}
	return doc.Body, seesAll(actor, &doc.Body), nil
}

// Owned gives a commitment to an owner of one of its sides. Errors: NotFound, SignIn, Forbidden.
func (s *Service) Owned(ctx context.Context, actor domain.Actor, id domain.CommitmentID) (Commitment, error) {
	doc, err := s.records.Get(ctx, string(id))
	if err != nil {
		return Commitment{}, found(err)
	}
	_, err = s.hand(actor, &doc.Body, "", SideProposer, SideVillage)
	return doc.Body, err
}

// found gives NotFound the same words whether a thing is missing or hidden.
func found(err error) error {
	if apperr.Is(err, apperr.NotFound) {
		return notFound()
	}
	return err
}

// change reads, applies and replaces, again where somebody else was faster. A repeat of an operation that already
// made the move is a success.
func (s *Service) change(ctx context.Context, id domain.CommitmentID, apply func(c *Commitment, version int64) (store.Change, bool, error)) (store.Doc[Commitment], error) {
	for try := 0; ; try++ {
		doc, err := s.records.Get(ctx, string(id))
		if err != nil {
			return doc, found(err)
		}
		body := doc.Body
		change, done, err := apply(&body, doc.Version)
		if err != nil || done {
			return doc, err
		}
		next, err := s.records.Replace(ctx, doc, body, change)
		if apperr.Is(err, apperr.Conflict) && try < 20 {
			continue
		}
		return next, err
	}
}

// pendingAge is how old a mark must be before the reconciler takes it up: longer than an acceptance with every command
// at its timeout. Each step can be repeated, so one that is slower still is finished twice to the same end.
const pendingAge = 20 * time.Second
