// Package papers makes the papers of commitments (MoU, PKS, BAST) as PDF from their data, by templates that the secretariat edits,
// numbers them, and tells anybody whether a file is the one on record.
package papers

import (
	"slices"
	"time"

	"gotong/modules/domain"
	"gotong/modules/kit/apperr"
)

// Kind says which paper it is.
type Kind string

// Kinds of papers.
const (
	MoU  Kind = "mou"  // an intent
	PKS  Kind = "pks"  // makes duties
	BAST Kind = "bast" // handover record
)

// Kinds lists them in the order in which they are made.
var Kinds = []Kind{MoU, PKS, BAST}

// Type is the type of the document that a paper is.
func (k Kind) Type() domain.DocumentType {
	if k == BAST {
		return domain.DocHandover
	}
	return domain.DocAgreement
}

// at names the states of a commitment in which a paper can be made: an agreement until it is signed, the handover record
// while things are handed over.
func (k Kind) at(state string) bool {
	if k == BAST {
		return state == "agreed" || state == "delivering"
	}
	return state == "accepted"
}

// Version is one making of a paper. Its SHA256 names the file for good.
type Version struct {
	SHA256   string           `json:"sha256"`
	Template int              `json:"template"` // version of the template
	Input    string           `json:"input"`    // sum of everything that it was made of
	By       domain.AccountID `json:"by"`
	At       time.Time        `json:"at"`
	Said     Said             `json:"said"`
}

// Said is what a person adds to the data of the commitment when a paper is made. Positions, never names of people.
type Said struct {
	Date   domain.Date `json:"date"`
	First  string      `json:"first"`  // position in which the first party signs
	Second string      `json:"second"` // and the second
	Clause string      `json:"clause,omitempty"`
	Place  string      `json:"place,omitempty"`
}

// versionsMax bounds the versions of one paper.
const versionsMax = 25

// Paper is one numbered paper of a commitment. Its id follows from both, so that there is one of a kind.
type Paper struct {
	Commitment domain.CommitmentID `json:"commitment"`
	Kind       Kind                `json:"kind"`
	Number     string              `json:"number"`
	Document   domain.DocumentID   `json:"document,omitempty"`
	Versions   []Version           `json:"versions,omitempty"`
	Pending    *Version            `json:"pending,omitempty"` // is being made; a repeat makes the same bytes
	Created    time.Time           `json:"created"`
	Demo       bool                `json:"demo,omitempty"`
}

// Last is the newest version, the zero one where none was finished.
func (p *Paper) Last() Version {
	if len(p.Versions) == 0 {
		return Version{}
	}
	return p.Versions[len(p.Versions)-1]
}

// begin notes that a version is being made. What is said to be made already from the same things goes on at its time, so
// that the same bytes come out. Conflict where there are too many.
func (p *Paper) begin(v Version) error {
	if len(p.Versions) >= versionsMax {
		return apperr.New(apperr.Conflict, "papers.error.many_versions", "max", versionsMax)
	}
	if p.Pending != nil && p.Pending.Input == v.Input {
		return nil
	}
	p.Pending = &v
	return nil
}

// finish ends what was begun. Conflict where something else was begun meanwhile.
func (p *Paper) finish(input, sum string, document domain.DocumentID) error {
	if p.Last().Input == input && p.Last().SHA256 == sum {
		return nil
	}
	if p.Pending == nil || p.Pending.Input != input {
		return apperr.New(apperr.Conflict, "error.conflict")
	}
	v := *p.Pending
	v.SHA256 = sum
	p.Versions, p.Pending, p.Document = append(slices.Clone(p.Versions), v), nil, document
	return nil
}

// Party is one side of a paper.
type Party struct {
	ID      domain.OrganizationID `json:"id"`
	Name    string                `json:"name"`
	Address string                `json:"address"`
	Head    []string              `json:"head"` // its letterhead below the name
}

// Duty is an obligation of the agreement; Party 1 or 2.
type Duty struct {
	Title string      `json:"title"`
	Party int         `json:"party"`
	Due   domain.Date `json:"due"`
}

// Item is one line of what is handed over.
type Item struct {
	What      string `json:"what"`
	Quantity  int64  `json:"quantity"`
	Unit      string `json:"unit"`
	Condition string `json:"condition"`
	Receiver  string `json:"receiver"`
}

// Delivered is one part that was handed over.
type Delivered struct {
	Date      domain.Date `json:"date"`
	Quantity  int64       `json:"quantity"`
	Place     string      `json:"place"`
	Condition string      `json:"condition"`
}

// Facts are what a paper is made of.
type Facts struct {
	State      string            `json:"-"` // of the commitment
	First      Party             `json:"first"`
	Second     Party             `json:"second"`
	Need       string            `json:"need"`
	Initiative string            `json:"initiative"`
	Village    string            `json:"village"`
	Category   domain.CategoryID `json:"category"`
	Unit       domain.UnitID     `json:"unit"`
	Quantity   int64             `json:"quantity"`
	From       domain.Date       `json:"from"`
	Until      domain.Date       `json:"until"`
	Conditions string            `json:"conditions"`
	Clause     string            `json:"clause"`
	Agreement  string            `json:"agreement"` // number of the one that was signed
	Duties     []Duty            `json:"duties"`
	Items      []Item            `json:"items"`
	Deliveries []Delivered       `json:"deliveries"`
	Demo       bool              `json:"demo"`
}

// Ready says whether a paper of that kind can be made now. Error: Conflict.
func (f *Facts) Ready(k Kind) error {
	switch {
	case !k.at(f.State):
		return apperr.New(apperr.Conflict, "papers.error.state_"+string(k))
	case k == BAST && len(f.Items)+len(f.Deliveries) == 0:
		return apperr.New(apperr.Conflict, "papers.error.nothing_delivered")
	}
	return nil
}

// Validate checks what was said. Error: Invalid by field.
func (s *Said) Validate(k Kind) error {
	var f apperr.Fields
	f.Check(s.Date != "", "date", "papers.error.date")
	for name, text := range map[string]string{"first": s.First, "second": s.Second, "place": s.Place, "clause": s.Clause} {
		most := 100
		if name == "clause" {
			most = 1000
		}
		f.Check(len([]rune(text)) <= most, name, "papers.error.long", "max", most)
		f.Check(len(domain.FindPersonalNumbers(text)) == 0, name, "papers.error.personal")
	}
	f.Check(k != PKS || s.Clause != "", "clause", "papers.error.clause")
	f.Check(k != BAST || s.Place != "", "place", "papers.error.place")
	return f.Err()
}
