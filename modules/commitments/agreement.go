package commitments

import (
	"strings"
	"time"
	"unicode/utf8"

	"gotong/modules/domain"
	"gotong/modules/kit/apperr"
)

// AgreementKind says on which paper a commitment stands.
type AgreementKind string

// Kinds: a small gift may stand on the statement alone; a PKS makes duties, an MoU says an intent and comes with one.
const (
	AgreementStatement AgreementKind = "statement"
	AgreementPKS       AgreementKind = "pks"
	AgreementMoU       AgreementKind = "mou"
)

// AgreementKinds lists them in the order of the form.
var AgreementKinds = []AgreementKind{AgreementStatement, AgreementPKS, AgreementMoU}

// Signature is an owner's word for one side, with the position in which it was given.
type Signature struct {
	Position string           `json:"position"`
	Account  domain.AccountID `json:"account"`
	At       time.Time        `json:"at"`
}

// Agreement is the paper of a commitment. Number and Date are those of the signed PKS, Document is its text and SHA256
// the sum of exactly that file: both sides sign the same bytes.
type Agreement struct {
	Kind     AgreementKind     `json:"kind"`
	Number   string            `json:"number,omitempty"`
	Date     domain.Date       `json:"date,omitempty"`
	Document domain.DocumentID `json:"document,omitempty"`
	SHA256   string            `json:"sha256,omitempty"`
	Clause   string            `json:"clause,omitempty"` // what was agreed for cancelling
	Proposer *Signature        `json:"proposer,omitempty"`
	Village  *Signature        `json:"village,omitempty"`
}

// Terms is what an owner signs.
type Terms struct {
	Kind     AgreementKind
	Number   string
	Date     domain.Date
	Clause   string // what is agreed for cancelling
	Position string
}

// maxClause bounds what is agreed for cancelling.
const maxClause = 1000

// Validate checks the terms. Error: Invalid.
func (t Terms) Validate(today domain.Date) error {
	var f apperr.Fields
	switch t.Kind {
	case AgreementStatement:
	case AgreementPKS, AgreementMoU:
		f.Check(t.Number != "", "number", "commitments.error.number")
		f.Check(t.Date != "" && t.Date <= today, "date", "commitments.error.agreement_date")
	default:
		f.Add("kind", "commitments.error.kind")
	}
	f.Check(utf8.RuneCountInString(t.Number) <= 100, "number", "commitments.error.long", "max", 100)
	f.Check(t.Position != "", "position", "commitments.error.position")
	f.Check(utf8.RuneCountInString(t.Position) <= 100, "position", "commitments.error.long", "max", 100)
	f.Check(t.Kind == AgreementStatement || t.Clause != "", "clause", "commitments.error.clause")
	f.Check(utf8.RuneCountInString(t.Clause) <= maxClause, "clause", "commitments.error.long", "max", maxClause)
	personal(&f, "clause", t.Clause)
	personal(&f, "position", t.Position)
	personal(&f, "number", t.Number)
	return f.Err()
}

// same tells whether two agreements say the same; the sum stands for the document.
func (a *Agreement) same(o *Agreement) bool {
	return a.Kind == o.Kind && a.Number == o.Number && a.Date == o.Date && a.SHA256 == o.SHA256 && a.Clause == o.Clause
}

// Sign gives one side's word on the terms; other terms than those the other side signed take its word away. With
// both words given the commitment is agreed. Errors: Invalid, Conflict.
func (c *Commitment) Sign(h Hand, t Terms, paper domain.Citation) error {
	if err := t.Validate(domain.DateOf(h.At)); err != nil {
		return err
	}
	if !c.May(h.Side, StateAgreed) {
		return apperr.New(apperr.Conflict, "commitments.error.move")
	}
	if t.Kind == AgreementStatement {
		t.Number, t.Date, paper = "", "", domain.Citation{}
	}
	a := Agreement{Kind: t.Kind, Number: t.Number, Date: t.Date, Document: paper.ID, SHA256: paper.SHA256, Clause: t.Clause}
	if old := c.Agreement; old != nil && old.same(&a) {
		a.Document = old.Document // the same bytes, uploaded again
		a.Proposer, a.Village = old.Proposer, old.Village
	}
	word := &Signature{Position: t.Position, Account: h.Account, At: h.At}
	if h.Side == SideVillage {
		a.Village = word
	} else {
		a.Proposer = word
	}
	if a.Village != nil && a.Proposer != nil && a.Village.Account == a.Proposer.Account {
		return apperr.New(apperr.Forbidden, "commitments.error.both_sides")
	}
	c.Agreement = &a
	if a.Proposer == nil || a.Village == nil {
		return nil
	}
	if err := c.move(h, StateAgreed, ""); err != nil {
		return err
	}
	c.History[len(c.History)-1].Document = a.Document
	return nil
}

// Signed gives a side's word, nil where it is still missing.
func (c *Commitment) Signed(side Side) *Signature {
	switch {
	case c.Agreement == nil:
		return nil
	case side == SideVillage:
		return c.Agreement.Village
	case side == SideProposer:
		return c.Agreement.Proposer
	}
	return nil
}

// checkWords is for the reasons and messages that people write.
func checkWords(field, words string, required bool) error {
	var f apperr.Fields
	f.Check(!required || strings.TrimSpace(words) != "", field, "commitments.error.words")
	f.Check(utf8.RuneCountInString(words) <= 2000, field, "commitments.error.long", "max", 2000)
	personal(&f, field, words)
	return f.Err()
}

func personal(f *apperr.Fields, field, words string) {
	f.Check(len(domain.FindPersonalNumbers(words)) == 0, field, "commitments.error.personal")
}
