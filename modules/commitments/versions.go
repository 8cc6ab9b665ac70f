package commitments

import (
	"time"
	"unicode/utf8"

	"gotong/modules/domain"
	"gotong/modules/kit/apperr"
)

// Bounds of a conversation, and for how many days a proposal waits for its answer; three days before that is over, it
// is pointed out.
const (
	MaxVersions  = 30
	MaxMessages  = 200
	answerDays   = 30
	reminderDays = 3
)

// Version is what one side proposed: each counter-proposal is one, nothing is overwritten.
type Version struct {
	Quantity   int64            `json:"quantity"`
	From       domain.Date      `json:"from"`
	Until      domain.Date      `json:"until"`
	Conditions string           `json:"conditions,omitempty"`
	Words      string           `json:"words,omitempty"` // why it differs
	Side       Side             `json:"side"`
	Account    domain.AccountID `json:"account,omitempty"`
	At         time.Time        `json:"at"`
	Operation  string           `json:"operation,omitempty"`
}

// same tells whether two versions ask for the same.
func (v Version) same(o Version) bool {
	return v.Quantity == o.Quantity && v.From == o.From && v.Until == o.Until && v.Conditions == o.Conditions
}

// Message is one word of the conversation between the sides.
type Message struct {
	Side      Side             `json:"side"`
	Account   domain.AccountID `json:"account"`
	At        time.Time        `json:"at"`
	Text      string           `json:"text"`
	Operation string           `json:"operation,omitempty"`
}

// present is the version that the commitment's own fields hold.
func (c *Commitment) present(h Hand) Version {
	return Version{Quantity: c.Quantity, From: c.From, Until: c.Until, Conditions: c.Conditions, Side: h.Side, Account: h.Account, At: h.At, Operation: h.Operation}
}

// VersionNumber is the number of the version that stands, from 1; 0 before anything was proposed.
func (c *Commitment) VersionNumber() int {
	if len(c.Versions) == 0 && c.State != StateInterest && c.Quantity > 0 {
		return 1 // from before versions were kept
	}
	return len(c.Versions)
}

// proposedBy is whose version stands.
func (c *Commitment) proposedBy() Side {
	if n := len(c.Versions); n > 0 {
		return c.Versions[n-1].Side
	}
	return SideProposer
}

// Counter puts another version in the place of the one that stands. The same terms again are the other side's word that
// it agrees to them; from the same side they say nothing. The village accepts only what the proposer stands for.
// Errors: Invalid, Conflict.
func (c *Commitment) Counter(h Hand, v Version) error {
	if c.Pending != nil {
		return apperr.New(apperr.Conflict, "commitments.error.pending")
	}
	if c.State != StateProposed || h.Side != SideProposer && h.Side != SideVillage {
		return apperr.New(apperr.Conflict, "commitments.error.move")
	}
	if err := checkWords("words", v.Words, false); err != nil {
		return err
	}
	if c.VersionNumber() >= MaxVersions {
		return apperr.New(apperr.Conflict, "commitments.error.many_versions", "max", MaxVersions)
	}
	if len(c.Versions) == 0 {
		first := c.present(Hand{Side: SideProposer, At: c.Created})
		c.Versions = []Version{first}
	}
	if h.Side == c.proposedBy() && v.same(c.Versions[len(c.Versions)-1]) {
		return apperr.InvalidFields([]apperr.Field{{Name: "quantity", Message: apperr.Msg("commitments.error.same_terms")}})
	}
	v.Side, v.Account, v.At, v.Operation = h.Side, h.Account, h.At, h.Operation
	c.Quantity, c.From, c.Until, c.Conditions = v.Quantity, v.From, v.Until, v.Conditions
	c.Versions = append(append([]Version(nil), c.Versions...), v)
	return nil
}

// countered tells whether a form's operation already made a version.
func (c *Commitment) countered(operation string) bool {
	for _, v := range c.Versions {
		if operation != "" && v.Operation == operation {
			return true
		}
	}
	return false
}

// Say adds a message to the conversation, as long as the commitment runs. Errors: Invalid, Conflict.
func (c *Commitment) Say(h Hand, text string) error {
	if c.State.Ended() || h.Side != SideProposer && h.Side != SideVillage {
		return apperr.New(apperr.Conflict, "commitments.error.move")
	}
	var f apperr.Fields
	f.Check(text != "", "message", "commitments.error.message")
	f.Check(utf8.RuneCountInString(text) <= 4000, "message", "commitments.error.long", "max", 4000)
	personal(&f, "message", text)
	if err := f.Err(); err != nil {
		return err
	}
	if len(c.Messages) >= MaxMessages {
		return apperr.New(apperr.Conflict, "commitments.error.many_messages", "max", MaxMessages)
	}
	c.Messages = append(append([]Message(nil), c.Messages...), Message{Side: h.Side, Account: h.Account, At: h.At, Text: text, Operation: h.Operation})
	return nil
}

func (c *Commitment) said(operation string) bool {
	for _, m := range c.Messages {
		if operation != "" && m.Operation == operation {
			return true
		}
	}
	return false
}

// answerBy is until when a proposal of that day waits for an answer: thirty days, at most until its own last day.
func answerBy(now time.Time, until domain.Date) domain.Date {
	return min(until, domain.DateOf(now.AddDate(0, 0, answerDays)))
}

// deadline is until when the proposal that stands waits.
func (c *Commitment) deadline() domain.Date {
	if c.AnswerBy != "" {
		return c.AnswerBy
	}
	return c.Until
}

// Remind notes once that a proposal's time is nearly over. It tells whether there was something to note.
func (c *Commitment) Remind(now time.Time) bool {
	if c.State != StateProposed || c.Pending != nil || c.Reminded == c.deadline() || domain.DateOf(now.AddDate(0, 0, reminderDays)) < c.deadline() {
		return false
	}
	c.Reminded = c.deadline()
	return true
}

// Reply gives the proposer's words on a dispute, before it is decided. Errors: Invalid, Conflict.
func (c *Commitment) Reply(h Hand, words string) error {
	if c.State != StateDisputed || h.Side != SideProposer || c.Dispute == nil {
		return apperr.New(apperr.Conflict, "commitments.error.move")
	}
	if err := checkWords("reply", words, true); err != nil {
		return err
	}
	d := *c.Dispute
	d.Reply, d.Replied = words, h.At
	c.Dispute = &d
	return nil
}
