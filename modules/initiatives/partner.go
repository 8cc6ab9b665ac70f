package initiatives

import (
	"context"
	"slices"
	"time"

	"gotong/modules/domain"
	"gotong/modules/kit/apperr"
)

// Partner is another organisation with its role. One that is in the portal is asked, and reads the draft that names it;
// it is a partner once an owner of it confirms just that role. One known by its name only cannot confirm.
type Partner struct {
	Organization domain.OrganizationID `json:"organization"` // "" where it is known by name only
	Name         string                `json:"name"`
	Role         string                `json:"role"`
	Status       string                `json:"status"`
	At           time.Time             `json:"at,omitzero"` // of its answer
	By           domain.AccountID      `json:"by,omitempty"`
}

// Statuses of a partner.
const (
	PartnerProposed  = "proposed"
	PartnerConfirmed = "confirmed"
	PartnerDeclined  = "declined"
)

// plain is a partner as editors write it, without its answer.
func (p Partner) plain() Partner {
	return Partner{Organization: p.Organization, Name: p.Name, Role: p.Role, Status: PartnerProposed}
}

func plainPartners(list []Partner) []Partner {
	out := make([]Partner, 0, len(list))
	for _, p := range list {
		out = append(out, p.plain())
	}
	return out
}

// partnerOf tells whether the actor belongs to a partner that was asked and did not decline.
func partnerOf(a domain.Actor, i Initiative) bool {
	return slices.ContainsFunc(i.Partners, func(p Partner) bool { return p.Status != PartnerDeclined && a.Has(p.Organization, domain.OrgViewer) })
}

// answered keeps the answers of partners whose organisation and role stayed.
func answered(now, before []Partner) []Partner {
	out := plainPartners(now)
	for n, p := range out {
		at := slices.IndexFunc(before, func(b Partner) bool {
			return p.Organization != "" && b.Organization == p.Organization && b.Role == p.Role
		})
		if at >= 0 {
			out[n].Status, out[n].At, out[n].By = before[at].Status, before[at].At, before[at].By
		}
	}
	return out
}

// named looks for the organisations that partners' names mean, and refuses those that are not there, the own one, and
// the same one twice.
func (s *Service) named(ctx context.Context, own domain.OrganizationID, partners []Partner) ([]Partner, error) {
	partners = slices.Clone(partners)
	var f apperr.Fields
	met := map[domain.OrganizationID]bool{own: true}
	for n := range partners {
		p := &partners[n]
		brief, err := s.partnerBrief(ctx, *p)
		if err != nil {
			return nil, err
		}
		switch {
		case brief.ID == "" && p.Organization != "":
			f.Add(row("partner", n, "name"), "initiatives.error.partner_unknown")
		case brief.ID != "" && met[brief.ID]:
			f.Add(row("partner", n, "name"), "initiatives.error.partner_twice")
		case brief.ID != "":
			p.Organization, p.Name, met[brief.ID] = brief.ID, brief.Name, true
		}
	}
	return partners, f.Err()
}

// partnerBrief gives the organisation that is meant; none where it is known by name only.
func (s *Service) partnerBrief(ctx context.Context, p Partner) (domain.OrganizationBrief, error) {
	if p.Organization != "" {
		briefs, err := s.organizations.Briefs(ctx, []domain.OrganizationID{p.Organization})
		if b := briefs[p.Organization]; err != nil || p.Name == "" || domain.SameName(b.Name, p.Name) {
			return b, err
		}
	}
	b, err := s.organizations.Named(ctx, p.Name)
	if apperr.Is(err, apperr.NotFound) {
		return domain.OrganizationBrief{}, nil
	}
	return b, err
}

// MayAnswer tells for which partners of the initiative the actor answers: those that were asked and whose owner it is.
func MayAnswer(a domain.Actor, i Initiative) (list []Partner) {
	for _, p := range i.Partners {
		if a.Has(p.Organization, domain.OrgOwner) && p.Status == PartnerProposed && !slices.Contains([]State{Rejected, Withdrawn, Cancelled, Archived}, i.State()) {
			list = append(list, p)
		}
	}
	return list
}

// Answer confirms or declines a partner's place, for an owner of the partner. NotFound, Forbidden; Conflict where the
// role changed since it was read or it was answered otherwise.
func (s *Service) Answer(ctx context.Context, r Request, organization domain.OrganizationID, role, status string) error {
	doc, err := s.Show(ctx, r.Actor, r.ID)
	if err != nil {
		return err
	}
	i := doc.Body
	at := slices.IndexFunc(i.Partners, func(p Partner) bool { return p.Organization == organization && organization != "" })
	switch {
	case at < 0 || !r.Actor.Has(organization, domain.OrgOwner):
		return apperr.New(apperr.Forbidden, "initiatives.refuse.partner")
	case i.Partners[at].Status == status:
		return nil
	case i.Partners[at].Role != role || len(MayAnswer(r.Actor, i)) == 0:
		return apperr.New(apperr.Conflict, "initiatives.refuse.partner_changed")
	}
	i.Partners = slices.Clone(i.Partners)
	i.Partners[at].Status, i.Partners[at].At, i.Partners[at].By = status, s.clock.Now(), r.Actor.Account
	_, err = s.records.Replace(ctx, doc, i, r.Actor.Change("initiative.partner-"+status, organization, r.Operation))
	return err
}
