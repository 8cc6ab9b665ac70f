package initiatives

import (
	"context"
	"slices"
	"time"
	"unicode/utf8"

	"gotong/modules/domain"
	"gotong/modules/kit/apperr"
	"gotong/modules/kit/store"
)

// InviteReason is why an organisation is invited directly, without a call.
type InviteReason string

// InviteReasons are the list from which a reason is taken.
var InviteReasons = []InviteReason{"expertise", "presence", "continuation", "urgency", "only-one"}

// Invitation asks one organisation directly for a proposal.
type Invitation struct {
	From       domain.OrganizationID `json:"from"` // "" the secretariat
	To         domain.OrganizationID `json:"to"`
	Title      string                `json:"title"`
	Reason     InviteReason          `json:"reason"`
	Words      string                `json:"words"`
	Category   domain.CategoryID     `json:"category"`
	Until      domain.Date           `json:"until"` // to be answered
	By         domain.AccountID      `json:"by"`
	At         time.Time             `json:"at"`
	Initiative domain.InitiativeID   `json:"initiative"` // that answers it
	Ended      time.Time             `json:"ended,omitzero"`
	Ending     string                `json:"ending,omitempty"` // declined or withdrawn
	Why        string                `json:"why,omitempty"`
	Demo       bool                  `json:"demo,omitempty"`
}

// InvitationDoc is a stored invitation.
type InvitationDoc = store.Doc[Invitation]

// Endings of an invitation that was not answered.
const (
	InvitationDeclined  = "declined"
	InvitationWithdrawn = "withdrawn"
)

// Waiting tells whether the invitation can still be answered.
func (v Invitation) Waiting() bool { return v.Initiative == "" && v.Ended.IsZero() }

func (v Invitation) validate(now time.Time) error {
	var f apperr.Fields
	for _, x := range []namedText{{"title", v.Title, maxTitle}, {"words", v.Words, maxText}} {
		f.Check(x.text != "", x.name, "initiatives.error.required")
		f.Check(utf8.RuneCountInString(x.text) <= x.max, x.name, "initiatives.error.long", "max", x.max)
		checkPersonal(&f, x.name, x.text)
	}
	f.Check(slices.Contains(InviteReasons, v.Reason), "reason", "initiatives.error.required")
	_, ok := domain.Taxonomy().Category(v.Category)
	f.Check(ok, "category", "initiatives.error.category")
	f.Check(v.Until > domain.DateOf(now), "until", "initiatives.error.future")
	return f.Err()
}

// inviting gives the organisations for which the actor may invite and take up: those that are verified.
func inviting(a domain.Actor) []domain.Membership {
	return slices.DeleteFunc(editing(a), func(m domain.Membership) bool { return !m.Verified })
}

// asks tells whether the actor stands on the inviting side, hears on the invited one.
func (v Invitation) asks(a domain.Actor, role domain.OrganizationRole) bool {
	return v.From == "" && a.Secretariat() || a.Has(v.From, role)
}

// MayInvite tells whether the actor may invite anybody at all.
func MayInvite(a domain.Actor) bool { return a.Secretariat() || len(inviting(a)) > 0 }

// mayInvite tells why the actor may not invite for an organisation, or ("") for the secretariat.
func mayInvite(actor domain.Actor, from domain.OrganizationID) error {
	if from == "" && actor.Secretariat() || slices.ContainsFunc(inviting(actor), func(m domain.Membership) bool { return m.Organization == from }) {
		return nil
	}
	return apperr.New(apperr.Forbidden, "initiatives.refuse.inviting")
}

// Invite asks an organisation for a proposal, for a verified organisation or ("") the secretariat. Forbidden for others;
// NotFound where there is no such organisation; Invalid by field, also where it invites itself. The same form again is
// the same invitation.
func (s *Service) Invite(ctx context.Context, actor domain.Actor, op store.Operation, v Invitation) (string, error) {
	if err := mayInvite(actor, v.From); err != nil {
		return "", err
	}
	to, err := s.invitee(ctx, v.To)
	if err != nil {
		return "", err
	}
	v.By, v.At, v.Demo = actor.Account, s.clock.Now(), to.Demo || actor.Demo
	if err := v.validate(v.At); err != nil {
		return "", err
	}
	if v.From == v.To {
		return "", apperr.InvalidFields([]apperr.Field{{Name: "from", Message: apperr.Msg("initiatives.error.invite_self")}})
	}
	doc, err := s.invitations.Insert(ctx, actor.NewID(op), v, actor.Change("initiative.invited", v.From, op))
	return doc.ID, err
}

// invitee is an organisation that can be invited. NotFound.
func (s *Service) invitee(ctx context.Context, id domain.OrganizationID) (domain.OrganizationBrief, error) {
	briefs, err := s.organizations.Briefs(ctx, []domain.OrganizationID{id})
	if err != nil {
		return domain.OrganizationBrief{}, err
	}
	b, there := briefs[id]
	if !there || !b.Verified {
		return b, apperr.New(apperr.NotFound, "error.not_found.text")
	}
	return b, nil
}

// Invitation gives one that concerns the actor, on either side, or whoever reads all. NotFound otherwise.
func (s *Service) Invitation(ctx context.Context, actor domain.Actor, id string) (InvitationDoc, error) {
	doc, err := s.invitations.Get(ctx, id)
	if err != nil {
		return doc, err
	}
	v := doc.Body
	if v.asks(actor, domain.OrgViewer) || actor.Has(v.To, domain.OrgViewer) || actor.Secretariat() || actor.Auditor() {
		return doc, nil
	}
	return InvitationDoc{}, apperr.New(apperr.NotFound, "error.not_found.text")
}

// EndInvitation withdraws an invitation, for who invited, or declines it, for who was invited; the reason is told the
// other side. NotFound for others, Forbidden for the wrong side, Conflict where it was answered or ended.
func (s *Service) EndInvitation(ctx context.Context, actor domain.Actor, op store.Operation, id string, version int64, ending, why string) error {
	doc, err := s.Invitation(ctx, actor, id)
	if err != nil {
		return err
	}
	v, on := doc.Body, doc.Body.From
	mine := v.asks(actor, domain.OrgEditor)
	if ending == InvitationDeclined {
		mine, on = actor.Has(v.To, domain.OrgEditor), v.To
	}
	if !mine {
		return apperr.New(apperr.Forbidden, "initiatives.refuse.invitation_side")
	}
	var f apperr.Fields
	f.Check(why != "", "reason", "initiatives.error.reason")
	checkPersonal(&f, "reason", why)
	if err := f.Err(); err != nil {
		return err
	}
	if doc.Version = version; !v.Waiting() {
		if v.Ending == ending {
			return nil // the same form again
		}
		return apperr.New(apperr.Conflict, "initiatives.refuse.invitation_over")
	}
	v.Ended, v.Ending, v.Why = s.clock.Now(), ending, why
	_, err = s.invitations.Replace(ctx, doc, v, actor.Change("initiative.invitation-"+ending, on, op))
	return err
}

// answer notes that an initiative answers an invitation, before it is there: a repeat of the form meets itself. NotFound
// where it is not the organisation's, Conflict where it is over or another initiative answers it.
func (s *Service) answer(ctx context.Context, actor domain.Actor, op store.Operation, id string, organization domain.OrganizationID, by domain.InitiativeID) error {
	doc, err := s.Invitation(ctx, actor, id)
	if err != nil {
		return err
	}
	v := doc.Body
	switch {
	case v.To != organization:
		return apperr.New(apperr.NotFound, "error.not_found.text")
	case v.Initiative == by:
		return nil
	case v.Initiative != "":
		_, err := s.records.Get(ctx, string(v.Initiative))
		if !apperr.Is(err, apperr.NotFound) { // one that a crash or its author took away leaves the invitation open
			return joinedConflict(err)
		}
	case !v.Waiting():
		return joinedConflict(nil)
	}
	v.Initiative = by
	_, err = s.invitations.Replace(ctx, doc, v, actor.Change("initiative.invitation-answered", organization, store.Operation{ID: op.ID + "-invitation", Digest: op.Digest}))
	return err
}

func joinedConflict(err error) error {
	if err != nil {
		return err
	}
	return apperr.New(apperr.Conflict, "initiatives.refuse.invitation_over")
}

const (
	listInvited  = "invited"  // waiting for an organisation, soonest first
	listInviting = "inviting" // sent by an organisation or the secretariat, and to it: newest first
)

func invitationDefinition() store.Definition[Invitation] {
	return store.Definition[Invitation]{Name: "initiative_invitations", Schema: 1, Lists: []store.List[Invitation]{
		{Name: listInvited, Sort: func(_ string, v Invitation) string { return store.SortText(string(v.Until)) },
			Keys: func(_ string, v Invitation) []store.Key {
				if !v.Waiting() {
					return nil
				}
				return []store.Key{store.KeyOf(string(v.To))}
			}},
		{Name: listInviting, Descending: true, Sort: func(_ string, v Invitation) string { return store.SortTime(v.At) },
			Keys: func(_ string, v Invitation) []store.Key {
				return []store.Key{store.KeyOf("from", string(v.From)), store.KeyOf("to", string(v.To))}
			}},
	}}
}

// TakeUp is a funder or an agency that takes up an unsolicited proposal; the link stays when it ends.
type TakeUp struct {
	Organization domain.OrganizationID `json:"organization"`
	As           string                `json:"as"` // funder or agency
	Words        string                `json:"words"`
	By           domain.AccountID      `json:"by"`
	At           time.Time             `json:"at"`
	Ended        time.Time             `json:"ended,omitzero"`
}

// TakenAs are the ways in which a proposal is taken up.
var TakenAs = []string{"funder", "agency"}

// maxTaken bounds who takes up one proposal.
const maxTaken = 20

// CanTakeUp tells for which organisations the actor may take the initiative up now: an unsolicited one that everybody
// sees and that goes on, another's.
func CanTakeUp(a domain.Actor, i Initiative) []domain.Membership {
	if i.Door != DoorUnsolicited && i.Door != "" || i.State() != Published && i.State() != Running || len(i.TakenUp) >= maxTaken {
		return nil
	}
	return slices.DeleteFunc(inviting(a), func(m domain.Membership) bool {
		return !a.Has(m.Organization, domain.OrgOwner) || m.Organization == i.Organization || i.taken(m.Organization) >= 0
	})
}

// taken gives the place of an organisation's standing take-up; -1 for none.
func (i Initiative) taken(id domain.OrganizationID) int {
	return slices.IndexFunc(i.TakenUp, func(t TakeUp) bool { return t.Organization == id && t.Ended.IsZero() })
}

// TakeUp notes that an organisation takes the initiative up, and that it lets it go where it had. NotFound, Forbidden,
// Conflict, Invalid by field.
func (s *Service) TakeUp(ctx context.Context, r Request, organization domain.OrganizationID, as string, leave bool) error {
	doc, err := s.Show(ctx, r.Actor, r.ID)
	if err != nil {
		return err
	}
	i, action := doc.Body, "initiative.taken-up"
	i.TakenUp = slices.Clone(i.TakenUp)
	at := i.taken(organization)
	switch {
	case leave && !r.Actor.Has(organization, domain.OrgOwner):
		return apperr.New(apperr.Forbidden, "initiatives.refuse.take_up")
	case leave && at < 0, !leave && at >= 0 && r.Actor.Has(organization, domain.OrgOwner):
		return nil // it is so already: the same form again
	case leave:
		i.TakenUp[at].Ended, action = s.clock.Now(), "initiative.let-go"
	case !slices.ContainsFunc(CanTakeUp(r.Actor, i), func(m domain.Membership) bool { return m.Organization == organization }):
		return apperr.New(apperr.Forbidden, "initiatives.refuse.take_up")
	default:
		var f apperr.Fields
		f.Check(slices.Contains(TakenAs, as), "as", "initiatives.error.required")
		f.Check(r.Reason != "", "reason", "initiatives.error.required")
		f.Check(utf8.RuneCountInString(r.Reason) <= maxText, "reason", "initiatives.error.long", "max", maxText)
		checkPersonal(&f, "reason", r.Reason)
		if err := f.Err(); err != nil {
			return err
		}
		i.TakenUp = append(i.TakenUp, TakeUp{Organization: organization, As: as, Words: r.Reason, By: r.Actor.Account, At: s.clock.Now()})
	}
	if r.Version > 0 {
		doc.Version = r.Version
	}
	_, err = s.records.Replace(ctx, doc, i, r.Actor.Change(action, organization, r.Operation))
	return err
}
