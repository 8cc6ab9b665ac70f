package organizations

import (
	"strings"
	"time"
	"unicode"

	"gotong/modules/domain"
	"gotong/modules/kit/store"
)

// Lists.
const (
	listName         = "public_name" // by name, under (region, type); what the public sees
	listNew          = "public_new"  // newest verification first
	listPending      = "pending"     // oldest submission first
	listEnding       = "ending"      // verified ones by their end
	listPapers       = "papers"      // verified ones by the paper that ends first
	listRegistration = "registration"
	listRegister     = "register" // all by name, hidden ones too, under (state, beginning of a word)
	listType         = "type"     // all of a type, hidden ones too
	listNamed        = "named"    // those that the public sees, by their whole name
	listRegency      = "regency"  // all of a regency, for near-equal names
	listHandover     = "handover" // taken, memberships to follow
	listMerging      = "merging"  // taken in by another, not all moved yet
	listOrganization = "organization"
	listAccount      = "account"
)

func organizationDefinition() store.Definition[Organization] {
	public := func(_ string, o Organization) []store.Key {
		if o.VerifiedAt.IsZero() || o.MergedInto != "" || o.State != StateVerified && o.State != StateExpired && o.State != StatePending {
			return nil
		}
		return store.Combinations(o.Region.Path(), []string{o.Type})
	}
	named := func(id string, o Organization) []store.Key {
		if public(id, o) == nil {
			return nil
		}
		return []store.Key{store.KeyOf(domain.PlainName(o.Name))}
	}
	one := func(on bool) []store.Key {
		if !on {
			return nil
		}
		return []store.Key{""}
	}
	return store.Definition[Organization]{
		Name: "organizations", Schema: 1, Personal: []string{"email", "phone"},
		Lists: []store.List[Organization]{
			{Name: listName, Keys: public, Sort: func(_ string, o Organization) string { return store.SortText(o.Name) }},
			{Name: listNamed, Keys: named, Sort: func(id string, _ Organization) string { return store.SortText(id) }},
			{Name: listNew, Descending: true, Keys: public, Sort: func(_ string, o Organization) string { return store.SortTime(o.VerifiedAt) }},
			{Name: listPending, Keys: func(_ string, o Organization) []store.Key {
				if o.State != StatePending || o.MergedInto != "" {
					return nil
				}
				return store.Combinations([]string{o.Type})
			}, Sort: func(_ string, o Organization) string { return store.SortTime(o.SubmittedAt) }},
			{Name: listEnding, Keys: func(_ string, o Organization) []store.Key { return one(o.State == StateVerified && o.MergedInto == "") }, Sort: func(_ string, o Organization) string { return store.SortTime(o.VerifiedUntil) }},
			{Name: listPapers, Keys: func(_ string, o Organization) []store.Key {
				return one(o.MergedInto == "" && o.soonestPaper() != "" && (o.State == StateVerified || o.State == StatePending && !o.VerifiedAt.IsZero()))
			}, Sort: func(_ string, o Organization) string { return store.SortText(string(o.soonestPaper())) }},
			rejectedList(),
			{Name: listHandover, Keys: func(_ string, o Organization) []store.Key {
				return one(o.Handover != nil && !o.Handover.Accepted.IsZero())
			}, Sort: func(id string, _ Organization) string { return store.SortText(id) }},
			{Name: listMerging, Keys: func(_ string, o Organization) []store.Key { return one(o.Merge != nil && o.Merge.Done.IsZero()) },
				Sort: func(id string, _ Organization) string { return store.SortText(id) }},
			{Name: listRegistration, Keys: func(_ string, o Organization) []store.Key {
				if n := plainNumber(o.Registration); n != "" && o.MergedInto == "" {
					return []store.Key{store.KeyOf(n)}
				}
				return nil
			}, Sort: func(id string, _ Organization) string { return store.SortText(id) }},
			{Name: listRegister, Keys: registerKeys, Sort: func(_ string, o Organization) string { return store.SortText(o.Name) }},
			{Name: listType, Keys: func(_ string, o Organization) []store.Key {
				if o.MergedInto != "" {
					return nil
				}
				return []store.Key{store.KeyOf(o.Type)}
			}, Sort: func(id string, _ Organization) string { return store.SortText(id) }},
			{Name: listRegency, Keys: func(_ string, o Organization) []store.Key {
				if seat := seatOf(o.Region); seat != "" && o.MergedInto == "" {
					return []store.Key{store.KeyOf(string(seat))}
				}
				return nil
			}, Sort: func(_ string, o Organization) string { return store.SortText(o.Name) }},
		},
	}
}

// seatOf is the regency of a region, or the province for what lies above.
func seatOf(region domain.RegionCode) domain.RegionCode {
	if regency := region.At(domain.LevelRegency); regency != "" {
		return regency
	}
	return region
}

// plainNumber takes marks and capitals off a registration number.
func plainNumber(s string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsLetter(r) || unicode.IsDigit(r) {
			return unicode.ToLower(r)
		}
		return -1
	}, s)
}

func memberDefinition() store.Definition[Member] {
	since := func(_ string, m Member) string { return store.SortTime(m.Since) }
	return store.Definition[Member]{
		Name: "memberships", Schema: 1,
		Lists: []store.List[Member]{
			{Name: listOrganization, Keys: func(_ string, m Member) []store.Key { return []store.Key{store.KeyOf(string(m.Organization))} }, Sort: since},
			{Name: listAccount, Keys: func(_ string, m Member) []store.Key { return []store.Key{store.KeyOf(string(m.Account))} }, Sort: since},
		},
	}
}

func requestDefinition() store.Definition[JoinRequest] {
	return store.Definition[JoinRequest]{
		Name: "join_requests", Schema: 1, Personal: []string{"message"},
		Lists: []store.List[JoinRequest]{
			{Name: listOrganization, Keys: func(_ string, r JoinRequest) []store.Key { return []store.Key{store.KeyOf(string(r.Organization))} }, Sort: func(_ string, r JoinRequest) string { return store.SortTime(r.At) }},
		},
	}
}

// villageOffice says which organisation is the government of a village; its id is the village's code, so there is
// never more than one.
type villageOffice struct {
	Organization domain.OrganizationID `json:"organization"`
	At           time.Time             `json:"at"`
}

func officeDefinition() store.Definition[villageOffice] {
	return store.Definition[villageOffice]{Name: "village_offices", Schema: 1}
}
