package domain

import (
	"maps"
	"slices"
	"sync"
	"sync/atomic"
)

// Sublevel is a finer kind within a stakeholder type.
type Sublevel struct {
	ID      string `yaml:"id" json:"id"`
	Name    Text   `yaml:"name" json:"name"`
	Retired bool   `yaml:"-" json:"retired,omitempty"` // stays on what has it, and is chosen no more
}

// Paper proves what an organisation is: a document, or what is told in words (an official address, a code).
type Paper struct {
	ID    string `yaml:"id" json:"id"`
	Name  Text   `yaml:"name" json:"name"`
	Words bool   `yaml:"-" json:"words,omitempty"`
}

// inWords are the shipped papers that are no file.
var inWords = map[string]bool{"official-email": true, "kode-wilayah": true}

// VerificationPapers are the papers of a stakeholder type: all of Required, at least one of OneOf (where it has any),
// Supporting at will.
type VerificationPapers struct {
	Required   []Paper `yaml:"required" json:"required"`
	OneOf      []Paper `yaml:"one_of" json:"one_of"`
	Supporting []Paper `yaml:"supporting" json:"supporting"`
	Former     []Paper `yaml:"-" json:"former,omitempty"` // asked once: what was answered for them keeps its name
}

// All lists the papers, required ones first.
func (v VerificationPapers) All() []Paper {
	all := append([]Paper(nil), v.Required...)
	all = append(all, v.OneOf...)
	return append(all, v.Supporting...)
}

// Paper finds a paper that the type asks for.
func (v VerificationPapers) Paper(id string) (Paper, bool) { return paperIn(v.All(), id) }

// Known finds a paper that the type asks for, or once asked for.
func (v VerificationPapers) Known(id string) (Paper, bool) {
	return paperIn(append(v.All(), v.Former...), id)
}

func paperIn(papers []Paper, id string) (Paper, bool) {
	for _, p := range papers {
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

	Checklist int  `yaml:"-"` // version of its lists of papers; a verification names the one that it answered
	Added     bool `yaml:"-"` // in the portal: it is not in the file
	Retired   bool `yaml:"-"` // stays on what has it, and is chosen no more
}

// TypeEdit is how the secretariat wants a type of organisation to be. Its id, and those of its sublevels and papers,
// never change.
type TypeEdit struct {
	Name        Text               `json:"name"`
	Description Text               `json:"description"`
	Sublevels   []Sublevel         `json:"sublevels"`
	Papers      VerificationPapers `json:"papers"`
	Checklist   int                `json:"checklist"` // version of the papers
	Offers      []string           `json:"offers,omitempty"`
	Order       int                `json:"order"` // the lowest first
	Retired     bool               `json:"retired,omitempty"`
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
	types     []StakeholderType
	resources []ResourceType
	roles     []PortalRole
	byID      map[string]StakeholderType
	roleByID  map[string]PortalRole
}

// Stakeholders gives the stakeholder types as they are now: what was shipped, with what the secretariat changed. What it
// gives is read-only and safe for concurrent use; ask anew rather than keep it.
func Stakeholders() *StakeholderData {
	if s := editedTypes.Load(); s != nil {
		return s
	}
	return stakeholders()
}

var editedTypes atomic.Pointer[StakeholderData]

// EditStakeholders has Stakeholders give what was shipped with these changes, from now on, in the whole process. A
// change of a type that there is not adds it.
func EditStakeholders(edits map[string]TypeEdit) { editedTypes.Store(stakeholders().With(edits)) }

// ShippedStakeholders gives the stakeholder types without changes.
func ShippedStakeholders() *StakeholderData { return stakeholders() }

var stakeholders = sync.OnceValue(func() *StakeholderData {
	var file struct {
		Version   int               `yaml:"version"`
		Types     []StakeholderType `yaml:"types"`
		Resources []ResourceType    `yaml:"resource_types"`
		Roles     []PortalRole      `yaml:"roles"`
	}
	readReference("stakeholders.yaml", &file)
	s := &StakeholderData{types: file.Types, resources: file.Resources, roles: file.Roles, roleByID: map[string]PortalRole{}}
	for i := range s.types {
		t := &s.types[i]
		t.Checklist = file.Version
		for _, papers := range [][]Paper{t.Verification.Required, t.Verification.OneOf, t.Verification.Supporting} {
			for n := range papers {
				papers[n].Words = inWords[papers[n].ID]
			}
		}
	}
	for _, r := range s.roles {
		s.roleByID[r.ID] = r
	}
	s.file()
	return s
})

// file puts the types where they are found by id.
func (s *StakeholderData) file() {
	s.byID = make(map[string]StakeholderType, len(s.types))
	for _, t := range s.types {
		s.byID[t.ID] = t
	}
}

// Edit gives a type as it is, as a change that changes nothing.
func (s *StakeholderData) Edit(id string) (TypeEdit, bool) {
	at := slices.IndexFunc(s.types, func(t StakeholderType) bool { return t.ID == id })
	if at < 0 {
		return TypeEdit{}, false
	}
	t := s.types[at]
	return TypeEdit{Name: t.Name, Description: t.Description, Sublevels: slices.Clone(t.Sublevels), Papers: t.Verification, Checklist: t.Checklist,
		Offers: slices.Clone(t.Offers), Order: (at + 1) * 10, Retired: t.Retired}, true
}

// With gives the stakeholders with some types changed or added, itself unchanged.
func (s *StakeholderData) With(edits map[string]TypeEdit) *StakeholderData {
	changed, orders := *s, make(map[string]int, len(s.types))
	changed.types = slices.Clone(s.types)
	for i, t := range changed.types {
		orders[t.ID] = (i + 1) * 10
	}
	for _, id := range slices.Sorted(maps.Keys(edits)) {
		at := slices.IndexFunc(changed.types, func(t StakeholderType) bool { return t.ID == id })
		if at < 0 {
			at = len(changed.types)
			changed.types = append(changed.types, StakeholderType{ID: id, Added: true, Roles: []string{"member", string(OrgViewer), string(OrgEditor), string(OrgOwner)}})
		}
		t, e := &changed.types[at], edits[id]
		t.Name, t.Description, t.Sublevels, t.Verification, t.Checklist = e.Name, e.Description, e.Sublevels, e.Papers, e.Checklist
		t.Offers, t.Retired, orders[id] = e.Offers, e.Retired, e.Order
	}
	slices.SortStableFunc(changed.types, func(a, b StakeholderType) int { return orders[a.ID] - orders[b.ID] })
	changed.file()
	return &changed
}

// Papers lists every paper that some type asks for, or once asked for, each once.
func (s *StakeholderData) Papers() []Paper {
	var all []Paper
	for _, t := range s.types {
		for _, p := range append(t.Verification.All(), t.Verification.Former...) {
			if _, have := paperIn(all, p.ID); !have {
				all = append(all, p)
			}
		}
	}
	return all
}

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
