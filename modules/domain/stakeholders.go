package domain

import "sync"

// Sublevel is a finer kind within a stakeholder type.
type Sublevel struct {
	ID   string `yaml:"id"`
	Name Text   `yaml:"name"`
}

// Paper is a document that proves what an organisation is.
type Paper struct {
	ID   string `yaml:"id"`
	Name Text   `yaml:"name"`
}

// VerificationPapers are the papers of a stakeholder type: all of Required, at least one of OneOf (where it has any),
// Supporting at will.
type VerificationPapers struct {
	Required   []Paper `yaml:"required"`
	OneOf      []Paper `yaml:"one_of"`
	Supporting []Paper `yaml:"supporting"`
}

// All lists the papers, required ones first.
func (v VerificationPapers) All() []Paper {
	all := append([]Paper(nil), v.Required...)
	all = append(all, v.OneOf...)
	return append(all, v.Supporting...)
}

// Paper finds a paper of the type.
func (v VerificationPapers) Paper(id string) (Paper, bool) {
	for _, p := range v.All() {
		if p.ID == id {
			return p, true
		}
	}
	return Paper{}, false
}

// Stakeholder type ids that rules speak of.
const (
	TypeGovernment        = "government"
	TypeVillageGovernment = "village-government"
	TypeAcademia          = "academia"
	TypePrivateSector     = "private-sector"
	TypeCommunity         = "community-ngo"
	TypeMedia             = "media"
)

// Sublevels that are tied to one village by rule.
const (
	SublevelVillageOffice = "pemdes"    // of TypeVillageGovernment
	SublevelKelurahan     = "kelurahan" // of TypeGovernment
)

// StakeholderType is a kind of organisation.
type StakeholderType struct {
	ID           string             `yaml:"id"`
	Name         Text               `yaml:"name"`
	Description  Text               `yaml:"description"`
	Sublevels    []Sublevel         `yaml:"sublevels"`
	Verification VerificationPapers `yaml:"verification"`
	Offers       []string           `yaml:"offers"` // resource type ids
	Roles        []string           `yaml:"roles"`
}

// Sublevel finds a sublevel of the type.
func (t StakeholderType) Sublevel(id string) (Sublevel, bool) {
	for _, s := range t.Sublevels {
		if s.ID == id {
			return s, true
		}
	}
	return Sublevel{}, false
}

// ResourceType is a kind of thing that an organisation can bring.
type ResourceType struct {
	ID       string `yaml:"id"`
	Name     Text   `yaml:"name"`
	Unit     UnitID `yaml:"unit"`
	Examples Text   `yaml:"examples"`
}

// PortalRole describes a role of the portal for people.
type PortalRole struct {
	ID   string `yaml:"id"`
	Name Text   `yaml:"name"`
	Can  Text   `yaml:"can"`
}

// StakeholderData is who takes part, by type, with what proves and what they bring.
type StakeholderData struct {
	version   int
	types     []StakeholderType
	resources []ResourceType
	roles     []PortalRole
	byID      map[string]StakeholderType
	roleByID  map[string]PortalRole
}

// Stakeholders gives the stakeholder types, parsed once. It is read-only and safe for concurrent use.
func Stakeholders() *StakeholderData { return stakeholders() }

var stakeholders = sync.OnceValue(func() *StakeholderData {
	var file struct {
		Version   int               `yaml:"version"`
		Types     []StakeholderType `yaml:"types"`
		Resources []ResourceType    `yaml:"resource_types"`
		Roles     []PortalRole      `yaml:"roles"`
	}
	readReference("stakeholders.yaml", &file)
	s := &StakeholderData{version: file.Version, types: file.Types, resources: file.Resources, roles: file.Roles, byID: map[string]StakeholderType{}, roleByID: map[string]PortalRole{}}
	for _, t := range s.types {
		s.byID[t.ID] = t
	}
	for _, r := range s.roles {
		s.roleByID[r.ID] = r
	}
	return s
})

// Version numbers the lists of papers; a verification names the one that it answered.
func (s *StakeholderData) Version() int { return s.version }

// Types lists the stakeholder types.
func (s *StakeholderData) Types() []StakeholderType { return s.types }

// Type finds a stakeholder type.
func (s *StakeholderData) Type(id string) (StakeholderType, bool) { t, ok := s.byID[id]; return t, ok }

// TypeName names a stakeholder type in that language; its id where it is unknown.
func (s *StakeholderData) TypeName(id, lang string) string {
	if t, ok := s.byID[id]; ok {
		return t.Name.In(lang)
	}
	return id
}

// Resources lists what organisations can bring.
func (s *StakeholderData) Resources() []ResourceType { return s.resources }

// Roles lists the roles of the portal.
func (s *StakeholderData) Roles() []PortalRole { return s.roles }

// Role finds a role of the portal.
func (s *StakeholderData) Role(id string) (PortalRole, bool) { r, ok := s.roleByID[id]; return r, ok }
