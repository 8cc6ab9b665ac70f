package domain

import (
	"context"
	"html/template"

	"gotong/modules/kit/web"
)

// Fragment is a part of a page that another module made: its heading and body. Empty HTML: nothing to show.
type Fragment struct {
	ID    string // anchor on the page, e.g. "documents"
	Title string // in the reader's language
	HTML  template.HTML
	Demo  bool // shows demonstration data, so that the page carries the banner
}

// PanelRequest says for whom and for which subject a panel is to be made. Page gives language, address, session's
// form value; Region and Organizations are the subject's own, so that a panel need not ask for them.
type PanelRequest struct {
	Actor  Actor
	Ref    Ref
	Page   web.Base
	Region RegionCode
}

// Panel is what a module shows on the page of another module's subject. A failing panel shows its error; the page
// stands.
type Panel interface {
	Load(ctx context.Context, request PanelRequest) (Fragment, error)
}

// Resolved is what any module may know of a thing that the actor may see.
type Resolved struct {
	Ref          Ref
	Title        string
	Path         string // without language prefix, e.g. /needs/abc
	Region       RegionCode
	Organization OrganizationID   // whose it is
	Parties      []OrganizationID // those joined by it, the owner included; at least those to which the actor belongs
	Public       bool             // anyone may see the thing itself
	MayAttach    bool             // this actor may add documents to it
	ReadsParties bool             // this actor reads by office what the parties read (area verifier, reviewer, evaluator)
	Demo         bool
}

// Resolver answers for one kind of thing. NotFound where the thing is not there or this actor may not see it.
type Resolver interface {
	Kind() string
	Resolve(ctx context.Context, actor Actor, id string) (Resolved, error)
}

// Ledger is what is known of a verified need's quantity, each layer read at its own evidence.
type Ledger struct {
	Unit      UnitID
	Needed    int64
	Committed int64 // accepted or later
	Delivered int64
	Confirmed int64 // by the village
	Graded
}

// Graded tells how well delivered quantities are supported. The parts are apart: what was delivered and not confirmed is
// reported only, documented or shown by a dated photo; what was confirmed was so by the village alone, or also verified
// independently.
type Graded struct {
	Documented int64 `json:"documented,omitempty"` // not confirmed
	Photo      int64 `json:"photo,omitempty"`      // not confirmed
	Verified   int64 `json:"verified,omitempty"`   // of what is confirmed
}

// Plus adds up.
func (g Graded) Plus(o Graded) Graded {
	return Graded{g.Documented + o.Documented, g.Photo + o.Photo, g.Verified + o.Verified}
}

// ByGrade gives what was delivered at each grade of evidence, lowest first as EvidenceGrades; together they are all that
// was delivered.
func ByGrade(delivered, confirmed int64, g Graded) [5]int64 {
	return [5]int64{delivered - confirmed - g.Documented - g.Photo, g.Documented, g.Photo, confirmed - g.Verified, g.Verified}
}

// Uncovered is what nobody committed yet.
func (l Ledger) Uncovered() int64 { return max(0, l.Needed-l.Committed) }

// Level is none, partial or complete.
type Level string

// Levels of coverage.
const (
	LevelNone     Level = "none"
	LevelPartial  Level = "partial"
	LevelComplete Level = "complete"
)

// LevelOf compares a layer with what is needed.
func LevelOf(part, needed int64) Level {
	switch {
	case part <= 0:
		return LevelNone
	case part < needed:
		return LevelPartial
	}
	return LevelComplete
}

// EvidenceGrade grades a reported quantity, lowest first.
type EvidenceGrade string

// Evidence grades of workflow.md.
const (
	GradeReported   EvidenceGrade = "reported"
	GradeDocumented EvidenceGrade = "documented"
	GradeDatedPhoto EvidenceGrade = "dated-photo"
	GradeConfirmed  EvidenceGrade = "confirmed"
	GradeVerified   EvidenceGrade = "verified"
)

// EvidenceGrades lists them, lowest first.
var EvidenceGrades = []EvidenceGrade{GradeReported, GradeDocumented, GradeDatedPhoto, GradeConfirmed, GradeVerified}
