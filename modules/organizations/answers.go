package organizations

import (
	"context"
	"time"

	"gotong/modules/domain"
	"gotong/modules/kit/apperr"
	"gotong/modules/kit/store"
)

// Brief gives what other modules show and ask of an organisation, in any state. NotFound where there is none.
func (s *Service) Brief(ctx context.Context, id domain.OrganizationID) (domain.OrganizationBrief, error) {
	doc, err := s.organizations.Get(ctx, string(id))
	if err != nil {
		return domain.OrganizationBrief{}, err
	}
	return brief(doc, s.now()), nil
}

func brief(doc store.Doc[Organization], now time.Time) domain.OrganizationBrief {
	o := doc.Body
	return domain.OrganizationBrief{ID: domain.OrganizationID(doc.ID), Name: o.Name, Type: o.Type, Verified: o.MayStart(now), Village: o.Governs(), Demo: o.Demo}
}

// Briefs gives several at once; unknown ones are left out.
func (s *Service) Briefs(ctx context.Context, ids []domain.OrganizationID) (map[domain.OrganizationID]domain.OrganizationBrief, error) {
	plain := make([]string, 0, len(ids))
	seen := map[domain.OrganizationID]bool{"": true}
	for _, id := range ids {
		if !seen[id] {
			seen[id] = true
			plain = append(plain, string(id))
		}
	}
	docs, err := s.organizations.GetMany(ctx, plain)
	if err != nil {
		return nil, err
	}
	briefs := make(map[domain.OrganizationID]domain.OrganizationBrief, len(docs))
	for id, doc := range docs {
		briefs[domain.OrganizationID(id)] = brief(doc, s.now())
	}
	return briefs, nil
}

// MembershipsOf gives an account's memberships with what decisions need to know of each organisation.
func (s *Service) MembershipsOf(ctx context.Context, account domain.AccountID) ([]domain.Membership, error) {
	if account == "" {
		return nil, nil
	}
	members, err := listAll(ctx, s.members, store.Query{List: listAccount, Key: store.KeyOf(string(account)), Limit: 100})
	if err != nil || len(members) == 0 {
		return nil, err
	}
	ids := make([]string, 0, len(members))
	for _, m := range members {
		ids = append(ids, string(m.Organization))
	}
	docs, err := s.organizations.GetMany(ctx, ids)
	if err != nil {
		return nil, err
	}
	memberships := make([]domain.Membership, 0, len(members))
	for _, m := range members {
		doc, ok := docs[string(m.Organization)]
		if !ok {
			continue
		}
		o := doc.Body
		if o.MergedInto != "" {
			continue // the membership is on its way to the other organisation
		}
		memberships = append(memberships, domain.Membership{
			Organization: m.Organization, Name: o.Name, Type: o.Type, Role: m.Role, Verified: o.MayStart(s.now()), Village: o.Governs(), Demo: o.Demo,
		})
	}
	return memberships, nil
}

// VillageGovernment gives the verified government of a village or kelurahan. NotFound where there is none, or its
// verification is not in force.
func (s *Service) VillageGovernment(ctx context.Context, code domain.RegionCode) (domain.OrganizationBrief, error) {
	office, err := s.offices.Get(ctx, string(code))
	if err != nil {
		return domain.OrganizationBrief{}, hidden(err)
	}
	doc, err := s.organizations.Get(ctx, string(office.Body.Organization))
	if err != nil {
		return domain.OrganizationBrief{}, err
	}
	if !doc.Body.InForce(s.now()) || doc.Body.Governs() != code {
		return domain.OrganizationBrief{}, hidden(nil)
	}
	return brief(doc, s.now()), nil
}

// Indexed is what search holds of an organisation.
type Indexed struct {
	ID       domain.OrganizationID
	Name     string
	About    string
	Type     string
	Sublevel string
	Region   domain.RegionCode
	Public   bool
	Demo     bool
}

func indexed(doc store.Doc[Organization], now time.Time) Indexed {
	o := doc.Body
	return Indexed{ID: domain.OrganizationID(doc.ID), Name: o.Name, About: o.About, Type: o.Type, Sublevel: o.Sublevel, Region: o.Region, Public: o.Public(now), Demo: o.Demo}
}

// Each runs fn on every organisation, hidden ones too: an index holds those that are Public.
func (s *Service) Each(ctx context.Context, fn func(Indexed) error) error {
	return s.organizations.Each(ctx, func(doc store.Doc[Organization]) error { return fn(indexed(doc, s.now())) })
}

// Indexed gives one organisation as search holds it. NotFound where there is none.
func (s *Service) Indexed(ctx context.Context, id domain.OrganizationID) (Indexed, error) {
	doc, err := s.organizations.Get(ctx, string(id))
	if err != nil {
		return Indexed{}, err
	}
	return indexed(doc, s.now()), nil
}

// ListQuery asks for public organisations.
type ListQuery struct {
	Text     string
	Region   domain.RegionCode
	Type     string
	Standing string // a state, for Register; "" any
	Sort     string // "name" (default) or "new"
	Cursor   string
	Limit    int
}

// Found is a page of organisations.
type Found struct {
	Items []store.Doc[Organization]
	Next  string
	Total int64
	Least bool // Total counts more than fits: what fits is found while reading
}

// Named gives the public organisation that bears just that name, but for spaces and capitals. NotFound where none does,
// or several.
func (s *Service) Named(ctx context.Context, name string) (domain.OrganizationBrief, error) {
	var b domain.OrganizationBrief
	if domain.PlainName(name) == "" {
		return b, hidden(nil)
	}
	page, err := s.organizations.List(ctx, store.Query{List: listNamed, Key: store.KeyOf(domain.PlainName(name)), Limit: 2})
	if err != nil {
		return b, err
	}
	if len(page.Items) != 1 {
		return b, hidden(nil)
	}
	return brief(page.Items[0], s.now()), nil
}

// List pages through what the public sees. BadRequest on a cursor of another list.
func (s *Service) List(ctx context.Context, q ListQuery) (Found, error) {
	if q.Text != "" {
		return s.searched(ctx, q)
	}
	list := listName
	if q.Sort == "new" {
		list = listNew
	}
	key := store.KeyOf(string(q.Region), q.Type)
	page, err := s.organizations.List(ctx, store.Query{List: list, Key: key, Cursor: q.Cursor, Limit: q.Limit})
	if err != nil {
		return Found{}, err
	}
	total, err := s.organizations.Count(ctx, list, key)
	return Found{Items: page.Items, Next: page.Next, Total: total}, err
}

func (s *Service) searched(ctx context.Context, q ListQuery) (Found, error) {
	ids, next, total, err := s.search.SearchOrganizations(ctx, q.Text, map[string]string{"region": string(q.Region), "type": q.Type}, q.Cursor, q.Limit)
	if err != nil {
		return Found{}, err
	}
	docs, err := s.organizations.GetMany(ctx, ids)
	if err != nil {
		return Found{}, err
	}
	found := Found{Next: next, Total: int64(total)}
	for _, id := range ids {
		if doc, ok := docs[id]; ok && doc.Body.Public(s.now()) { // the index may be a moment behind
			found.Items = append(found.Items, doc)
		}
	}
	return found, nil
}

// Pending lists what waits for the secretariat, oldest first. Forbidden for others than secretariat and auditors.
func (s *Service) Pending(ctx context.Context, actor domain.Actor, limit int) ([]store.Doc[Organization], error) {
	if !actor.Secretariat() && !actor.Auditor() {
		return nil, apperr.New(apperr.Forbidden, "organizations.error.secretariat_only")
	}
	page, err := s.organizations.List(ctx, store.Query{List: listPending, Limit: limit})
	return page.Items, err
}

// OfType counts the organisations of a type, hidden ones too, and those of them whose papers are being looked at.
func (s *Service) OfType(ctx context.Context, typeID string) (all, waiting int64, err error) {
	if all, err = s.organizations.Count(ctx, listType, store.KeyOf(typeID)); err != nil {
		return 0, 0, err
	}
	waiting, err = s.organizations.Count(ctx, listPending, store.KeyOf(typeID))
	return all, waiting, err
}
