package reviews

import (
	"context"
	"log/slog"
	"slices"
	"time"

	"gotong/modules/domain"
	"gotong/modules/kit/apperr"
	"gotong/modules/kit/clock"
	"gotong/modules/kit/store"
)

// Stages of a proposal that matter to its review.
const (
	Submitted     = "submitted"
	UnderReview   = "under-review"
	NeedsRevision = "needs-revision"
	Approved      = "approved"
	Rejected      = "rejected"
)

// Party is an organisation that a proposal names: by id, or by name only.
type Party struct {
	Organization domain.OrganizationID
	Name         string
}

// Proposal is an initiative as its review needs it.
type Proposal struct {
	ID           domain.InitiativeID
	Version      int64
	Title        string
	Organization domain.OrganizationID
	Partners     []Party
	Areas        []domain.RegionCode
	Groups       []string // of the categories that it offers, with the categories themselves
	Call         domain.CallID
	CallTitle    string
	Caller       domain.OrganizationID // who made the call; "" the secretariat
	Rules        *Rules                // of the call; nil: the portal's own
	Round        int64
	State        string
	Since        time.Time
	Sought       int64  // rupiah
	Appeal       string // why the owner appealed, while that waits
	AppealedAt   time.Time
	Appealed     bool
	DecidedBy    domain.AccountID
	Demo         bool
}

// parties are all organisations that a proposal names by id.
func (p Proposal) parties() []domain.OrganizationID {
	list := []domain.OrganizationID{p.Organization}
	for _, o := range p.Partners {
		if o.Organization != "" {
			list = append(list, o.Organization)
		}
	}
	return list
}

// Move asks for a move of a proposal: by which form, why, until when, and what the public reads of it.
type Move struct {
	Actor      domain.Actor
	Operation  store.Operation
	ID         domain.InitiativeID
	Version    int64
	Action     string // review, revise, approve, reject, appeal, uphold, dismiss
	Reason     string
	Until      domain.Date
	Conditions string
	Summary    string
	SummaryEN  string
}

// Proposals are the initiatives. Proposal gives one in any state; Move returns what the initiative answers.
type Proposals interface {
	Proposal(ctx context.Context, id domain.InitiativeID) (Proposal, error)
	OfCall(ctx context.Context, call domain.CallID, cursor string, limit int) (list []Proposal, next string, err error)
	Move(ctx context.Context, m Move) error
}

// Person is one who may review.
type Person struct {
	Account       domain.AccountID
	Name          string
	Mandate       domain.OrganizationID // on whose behalf
	Organizations []Party               // where the person belongs
	Reads         bool                  // every proposal with its names, by a role
}

// People are those who hold a reviewer's mandate: of the pool, or for a region that touches the areas. Person gives one,
// whatever the mandate; NotFound where the account is closed.
type People interface {
	Reviewers(ctx context.Context, areas []domain.RegionCode) ([]Person, error)
	Person(ctx context.Context, id domain.AccountID) (Person, error)
}

// Organizations tells who is who.
type Organizations interface {
	Briefs(ctx context.Context, ids []domain.OrganizationID) (map[domain.OrganizationID]domain.OrganizationBrief, error)
}

// Agreements tells whether two organisations agreed on something since.
type Agreements interface {
	Agreed(ctx context.Context, one domain.OrganizationID, others []domain.OrganizationID, since time.Time) (bool, error)
}

// Calls tells of the call whose proposals stand on a sheet. NotFound.
type Calls interface {
	Call(ctx context.Context, id domain.CallID) (CallBrief, error)
}

// CallBrief is a call as its sheet needs it.
type CallBrief struct {
	ID     domain.CallID
	Title  string
	Caller domain.OrganizationID
	Rules  Rules
	Demo   bool
}

// Service is what one can do with reviews. Who has a tie to the proposal gets NotFound from every method, as if there
// were none; so does everybody else who has nothing to do with it.
type Service struct {
	processes     *store.Records[Process]
	reviews       *store.Records[Review]
	remarks       *store.Records[Remark]
	profiles      *store.Records[Profile]
	clock         clock.Clock
	log           *slog.Logger
	proposals     Proposals
	people        People
	organizations Organizations
	agreements    Agreements
	calls         Calls
	reviewers     int64
	spread        int64
}

// Doc is a stored process.
type Doc = store.Doc[Process]

func absent() error { return apperr.New(apperr.NotFound, "error.not_found.text") }

// tiedByPlace tells whether the actor belongs to the proposer or to a partner.
func tiedByPlace(a domain.Actor, p Proposal) bool {
	var list []Party
	for _, m := range a.Memberships {
		list = append(list, Party{m.Organization, m.Name})
	}
	for _, m := range a.Mandates {
		if m.Organization != "" {
			list = append(list, Party{m.Organization, ""})
		}
	}
	return placed(list, p)
}

// placed tells whether one of the organisations is the proposer or a partner, by id or by name.
func placed(list []Party, p Proposal) bool {
	named := append([]Party{{Organization: p.Organization}}, p.Partners...)
	return slices.ContainsFunc(list, func(mine Party) bool {
		return slices.ContainsFunc(named, func(other Party) bool {
			return mine.Organization != "" && mine.Organization == other.Organization || domain.SameName(mine.Name, other.Name)
		})
	})
}

// steers tells whether the actor leads the review: the secretariat, or an editor of the organisation that made the call.
func steers(a domain.Actor, p Proposal) bool {
	return a.Secretariat() || p.Caller != "" && a.Has(p.Caller, domain.OrgEditor)
}

// proposal gives a proposal to those who lead its review or watch over it; to everybody else it is not there.
func (s *Service) proposal(ctx context.Context, actor domain.Actor, id domain.InitiativeID) (Proposal, error) {
	p, err := s.proposals.Proposal(ctx, id)
	if err != nil {
		return Proposal{}, err
	}
	if p.Round == 0 || tiedByPlace(actor, p) || !steers(actor, p) && !actor.Auditor() {
		return Proposal{}, absent()
	}
	doc, err := s.of(ctx, p)
	if err == nil && doc.Body.Recused(actor.Account) {
		return Proposal{}, absent()
	}
	if apperr.Is(err, apperr.NotFound) {
		err = nil
	}
	return p, err
}

// Seated tells whether the actor reviews this round and may read the proposal: the place counts, the declaration was
// made, and no tie came since. Anonymous tells that who proposes is not to be read.
func (s *Service) Seated(ctx context.Context, actor domain.Actor, id domain.InitiativeID, round int64) (seated, anonymous bool, err error) {
	if !actor.SignedIn() {
		return false, false, nil
	}
	doc, err := s.processes.Get(ctx, processID(id, round))
	if apperr.Is(err, apperr.NotFound) {
		return false, false, nil
	}
	if err != nil {
		return false, false, err
	}
	seat, ok := doc.Body.Seat(actor.Account)
	return ok && seat.Opened() && !doc.Body.Recused(actor.Account), doc.Body.Rules.Anonymous, nil
}

// Standing of the review of a round, for the initiative: whether it was checked, whether a decision may rest on what is
// in, and how many stood aside.
type Standing struct {
	Checked bool
	Ready   bool
	In      int64
	Recused int64
}

// StandingOf gives it; the zero value before the check.
func (s *Service) StandingOf(ctx context.Context, id domain.InitiativeID, round int64) (Standing, error) {
	doc, err := s.processes.Get(ctx, processID(id, round))
	if apperr.Is(err, apperr.NotFound) {
		return Standing{}, nil
	}
	if err != nil {
		return Standing{}, err
	}
	in, err := s.in(ctx, id, round)
	if err != nil {
		return Standing{}, err
	}
	p := doc.Body
	return Standing{Checked: p.Check.Passed, Ready: p.Check.Passed && p.Ready(in), In: int64(len(in)), Recused: p.Recusals()}, nil
}

// Process gives the process of a proposal's present round, for other parts of the portal. NotFound before its check.
func (s *Service) Process(ctx context.Context, id domain.InitiativeID) (Doc, error) {
	p, err := s.proposals.Proposal(ctx, id)
	if err != nil {
		return Doc{}, err
	}
	return s.of(ctx, p)
}
