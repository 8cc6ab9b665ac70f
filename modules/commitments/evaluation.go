package commitments

import (
	"slices"
	"time"
	"unicode/utf8"

	"gotong/modules/domain"
	"gotong/modules/kit/apperr"
)

// Verdict is how well what was delivered serves.
type Verdict string

// Verdicts.
const (
	VerdictUsed   Verdict = "used"
	VerdictPartly Verdict = "partly"
	VerdictUnused Verdict = "unused"
)

// Verdicts lists them in the order of the form.
var Verdicts = []Verdict{VerdictUsed, VerdictPartly, VerdictUnused}

// Review is one side's evaluation of a confirmed commitment, with who maintains what was delivered: an office or a
// group, never a person.
type Review struct {
	Verdict    Verdict          `json:"verdict"`
	Words      string           `json:"words"`
	Maintainer string           `json:"maintainer"`
	Account    domain.AccountID `json:"account"`
	At         time.Time        `json:"at"`
}

// Review gives a side's evaluation, or changes it as long as the evaluator has not judged. Errors: Invalid, Conflict.
func (c *Commitment) Review(h Hand, r Review) error {
	if c.State != StateConfirmed || h.Side != SideProposer && h.Side != SideVillage {
		return apperr.New(apperr.Conflict, "commitments.error.move")
	}
	var f apperr.Fields
	f.Check(slices.Contains(Verdicts, r.Verdict), "verdict", "commitments.error.verdict")
	f.Check(r.Words != "", "words", "commitments.error.words")
	f.Check(r.Maintainer != "", "maintainer", "commitments.error.maintainer")
	for name, text := range map[string]string{"words": r.Words, "maintainer": r.Maintainer} {
		f.Check(utf8.RuneCountInString(text) <= 2000, name, "commitments.error.long", "max", 2000)
		personal(&f, name, text)
	}
	if err := f.Err(); err != nil {
		return err
	}
	r.Account, r.At = h.Account, h.At
	if h.Side == SideVillage {
		c.VillageReview = &r
	} else {
		c.ProposerReview = &r
	}
	return nil
}

// ReviewOf gives a side's evaluation, nil where it is still missing.
func (c *Commitment) ReviewOf(side Side) *Review {
	if side == SideVillage {
		return c.VillageReview
	}
	return c.ProposerReview
}

// Basis is one version of a document on which the evaluation rests.
type Basis struct {
	Document domain.DocumentID `json:"document"`
	SHA256   string            `json:"sha256"`
}

// Verification is an independent look at a confirmed delivery.
type Verification struct {
	Words        string                `json:"words"`
	Account      domain.AccountID      `json:"account"`
	Organization domain.OrganizationID `json:"organization,omitempty"`
	At           time.Time             `json:"at"`
}

// Verify notes that an evaluator, who belongs to neither side, has seen what the village confirmed of a delivery: the
// highest grade. It may be done until the commitment is evaluated. Errors: Invalid, Conflict.
func (c *Commitment) Verify(h Hand, delivery, words string) error {
	if h.Side != SideEvaluator || !c.State.verifiable() {
		return apperr.New(apperr.Conflict, "commitments.error.move")
	}
	if err := checkWords("words", words, true); err != nil {
		return err
	}
	for i, d := range c.Deliveries {
		if d.ID != delivery {
			continue
		}
		if d.Confirmed == 0 {
			return apperr.New(apperr.Conflict, "commitments.error.unconfirmed")
		}
		c.Deliveries = slices.Clone(c.Deliveries)
		c.Deliveries[i].Grade = domain.GradeVerified
		c.Deliveries[i].Verified = &Verification{Words: words, Account: h.Account, Organization: h.Organization, At: h.At}
		return nil
	}
	return apperr.InvalidFields([]apperr.Field{{Name: "delivery", Message: apperr.Msg("commitments.error.delivery")}})
}

// verifiable tells whether an evaluator may still look at deliveries.
func (s State) verifiable() bool {
	switch s {
	case StateDelivering, StateDelivered, StateDisputed, StateConfirmed:
		return true
	}
	return false
}

// verifiable are the deliveries that an evaluator can still verify.
func (c *Commitment) verifiable() (list []Delivery) {
	if !c.State.verifiable() {
		return nil
	}
	for _, d := range c.Deliveries {
		if d.Confirmed > 0 && d.Verified == nil {
			list = append(list, d)
		}
	}
	return list
}
