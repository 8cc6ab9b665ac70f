package documents

import (
	"context"
	"slices"

	"gotong/modules/domain"
	"gotong/modules/kit/apperr"
)

// Groups of people, as the index of texts names those who may read a document. They only narrow a search and count: who
// may read a document is asked of each hit.
const (
	filterReaders    = "readers"
	groupPublic      = "public"
	groupMember      = "member"      // everybody who is signed in
	groupPartner     = "partner"     // members of verified organisations
	groupSecretariat = "secretariat" //
	groupAuditor     = "auditor"
	groupOf          = "organization:" // and the organisation
	groupVillage     = "village:"      // and the code of the village whose government a member is of
	groupVerifier    = "verifier:"     // and the region of the mandate
	groupUploader    = "account:"      // and the account
	groupMandate     = "mandate"       // may be readable by a mandate: only each document can tell
)

// somebody is the account of the made-up people that the rules are asked about; nobody has it.
const somebody domain.AccountID = "-"

// probe is a made-up member of a group, with no right but what makes a member of it.
type probe struct {
	group string
	actor domain.Actor
}

func memberOf(m domain.Membership) domain.Actor {
	m.Role = domain.OrgViewer
	return domain.Actor{Account: somebody, Memberships: []domain.Membership{m}}
}

// probes are the members of the groups that may have to do with a document of that thing.
func probes(d Document, parent domain.Resolved) []probe {
	list := []probe{
		{groupMember, domain.Actor{Account: somebody}},
		{groupPartner, memberOf(domain.Membership{Organization: domain.OrganizationID(somebody), Verified: true})},
		{groupSecretariat, domain.Actor{Account: somebody, Roles: []domain.PlatformRole{domain.RoleSecretariat}}},
	}
	joined := append([]domain.OrganizationID{d.Organization, parent.Organization}, parent.Parties...)
	slices.Sort(joined)
	for _, id := range slices.Compact(joined) {
		if id != "" {
			list = append(list, probe{groupOf + string(id), memberOf(domain.Membership{Organization: id})})
		}
	}
	if parent.Region.Level() == domain.LevelVillage {
		list = append(list, probe{groupVillage + string(parent.Region), memberOf(domain.Membership{Organization: domain.OrganizationID(somebody), Village: parent.Region})})
	}
	for _, level := range []int{domain.LevelDistrict, domain.LevelRegency} {
		if region := parent.Region.At(level); region != "" {
			mandate := domain.Mandate{Kind: domain.MandateAreaVerifier, Region: region}
			list = append(list, probe{groupVerifier + string(region), domain.Actor{Account: somebody, Mandates: []domain.Mandate{mandate}}})
		}
	}
	if d.Organization == "" && d.Uploader != "" {
		list = append(list, probe{groupUploader + string(d.Uploader), domain.Actor{Account: d.Uploader}})
	}
	return list
}

// readers gives the groups whose members may all read a document now: the rules themselves are asked about a made-up
// member of each. It never names a group of which somebody may not; who reads by another right is found as such only by
// asking about the document.
func (s *Service) readers(ctx context.Context, d Document) ([]string, error) {
	d = d.on(s.clock.Now())
	reads := func(actor domain.Actor) (domain.Resolved, bool, error) {
		parent, err := s.parent(ctx, actor, d.Parent)
		if apperr.Is(err, apperr.NotFound) {
			return parent, false, nil
		}
		return parent, err == nil && mayRead(actor, d, parent), err
	}
	if _, ok, err := reads(domain.Actor{}); err != nil || ok {
		return []string{groupPublic}, err
	}
	auditor := domain.Actor{Account: somebody, Roles: []domain.PlatformRole{domain.RoleAuditor}}
	parent, ok, err := reads(auditor) // who sees everything knows who is joined by it
	if err != nil {
		return nil, err
	}
	groups := []string{groupMandate}
	if ok {
		groups = append(groups, groupAuditor)
	}
	for _, p := range probes(d, parent) {
		_, ok, err := reads(p.actor)
		if err != nil {
			return nil, err
		}
		if ok {
			groups = append(groups, p.group)
		}
	}
	return groups, nil
}

// groupsOf are the groups that an actor belongs to.
func groupsOf(actor domain.Actor) []string {
	groups := []string{groupPublic}
	if !actor.SignedIn() {
		return groups
	}
	groups = append(groups, groupMember, groupUploader+string(actor.Account))
	if actor.Secretariat() {
		groups = append(groups, groupSecretariat)
	}
	if actor.Auditor() {
		groups = append(groups, groupAuditor)
	}
	for _, m := range actor.Memberships {
		groups = append(groups, groupOf+string(m.Organization))
		if m.Verified {
			groups = append(groups, groupPartner)
		}
		if m.Village != "" {
			groups = append(groups, groupVillage+string(m.Village))
		}
	}
	for _, m := range actor.Mandates {
		if m.Kind == domain.MandateAreaVerifier && m.Region != "" {
			groups = append(groups, groupVerifier+string(m.Region))
		}
	}
	slices.Sort(groups)
	return slices.Compact(groups)
}

// candidates are the groups under which a search looks for an actor: of those with a mandate any document may turn out to
// be readable.
func candidates(actor domain.Actor) []string {
	groups := groupsOf(actor)
	if len(actor.Mandates) > 0 {
		groups = append(groups, groupMandate)
	}
	return groups
}
