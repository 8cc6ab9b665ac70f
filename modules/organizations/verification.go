package organizations

import (
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"gotong/modules/domain"
	"gotong/modules/kit/apperr"
)

// PaperRecord is a paper that the organisation handed in: a document of the library, or for papers that are no file
// (an official e-mail address, an area code) the text itself.
type PaperRecord struct {
	Paper    string            `json:"paper"` // id in the stakeholder type's lists
	Document domain.DocumentID `json:"document,omitempty"`
	Number   string            `json:"number,omitempty"`
	Issuer   string            `json:"issuer,omitempty"`
	Issued   domain.Date       `json:"issued,omitempty"`
	Expires  domain.Date       `json:"expires,omitempty"`
	At       time.Time         `json:"at"`
}

// Current tells whether the paper has not passed its own end.
func (p PaperRecord) Current(now time.Time) bool {
	return p.Expires == "" || p.Expires >= domain.DateOf(now)
}

// Validate tells what must change, by field.
func (p PaperRecord) Validate(o Organization, now time.Time) error {
	var f apperr.Fields
	paper, known := o.lists().Paper(p.Paper)
	f.Check(known, "paper", "organizations.error.paper")
	f.Check(utf8.RuneCountInString(p.Number) <= maxShort, "number", "organizations.error.long", "max", maxShort)
	f.Check(utf8.RuneCountInString(p.Issuer) <= maxShort, "issuer", "organizations.error.long", "max", maxShort)
	f.Check(len(domain.FindPersonalNumbers(p.Number)) == 0, "number", "organizations.error.personal")
	f.Check(p.Issued == "" || p.Issued <= domain.DateOf(now), "issued", "organizations.error.issued")
	f.Check(p.Current(now), "expires", "organizations.error.expires")
	if paper.Words {
		f.Check(p.Number != "", "number", "organizations.error.paper_words")
	}
	return f.Err()
}

func (o Organization) lists() domain.VerificationPapers {
	t, _ := domain.Stakeholders().Type(o.Type)
	return t.Verification
}

// checklist is the version of these lists.
func (o Organization) checklist() int {
	t, _ := domain.Stakeholders().Type(o.Type)
	return t.Checklist
}

// Paper finds what was handed in for a paper.
func (o Organization) Paper(id string) (PaperRecord, bool) {
	i := slices.IndexFunc(o.Papers, func(p PaperRecord) bool { return p.Paper == id })
	if i < 0 {
		return PaperRecord{}, false
	}
	return o.Papers[i], true
}

// HandIn adds a paper or replaces the earlier one. Not while a verification is running.
func (o *Organization) HandIn(p PaperRecord, now time.Time) error {
	if o.State == StatePending || o.MergedInto != "" {
		return o.refuse()
	}
	if err := p.Validate(*o, now); err != nil {
		return err
	}
	p.At = now
	papers := slices.DeleteFunc(slices.Clone(o.Papers), func(old PaperRecord) bool { return old.Paper == p.Paper })
	o.Papers = append(papers, p)
	return nil
}

// MissingPaper is a paper that must still be handed in; Any lists several of which one is enough.
type MissingPaper struct{ Any []domain.Paper }

// Name names the paper, or the papers of which one is enough.
func (m MissingPaper) Name(lang string) string {
	names := make([]string, 0, len(m.Any))
	for _, p := range m.Any {
		names = append(names, p.Name.In(lang))
	}
	return strings.Join(names, " / ")
}

// Missing lists the papers without which the organisation cannot be verified.
func (o Organization) Missing(now time.Time) []MissingPaper {
	has := func(p domain.Paper) bool {
		r, ok := o.Paper(p.ID)
		return ok && r.Current(now)
	}
	var missing []MissingPaper
	lists := o.lists()
	for _, p := range lists.Required {
		if !has(p) {
			missing = append(missing, MissingPaper{[]domain.Paper{p}})
		}
	}
	if len(lists.OneOf) > 0 && !slices.ContainsFunc(lists.OneOf, has) {
		missing = append(missing, MissingPaper{lists.OneOf})
	}
	return missing
}

// missingError says which papers are missing, one line each.
func missingError(missing []MissingPaper, lang string) error {
	var f apperr.Fields
	for _, m := range missing {
		key := "organizations.error.missing"
		if len(m.Any) > 1 {
			key = "organizations.error.missing_one"
		}
		f.Add("paper-"+m.Any[0].ID, key, "paper", m.Name(lang))
	}
	return f.Err()
}

// Verdict on one paper.
type Verdict string

// Verdicts.
const (
	VerdictInForce Verdict = "in-force"
	VerdictNot     Verdict = "not-in-force"
	VerdictUnseen  Verdict = "not-seen"
)

// Verdicts lists them as forms offer them.
var Verdicts = []Verdict{VerdictInForce, VerdictNot, VerdictUnseen}

// Answer is the secretariat's answer for one paper.
type Answer struct {
	Paper   string  `json:"paper"`
	Verdict Verdict `json:"verdict"`
	Comment string  `json:"comment,omitempty"`
}

// Review is one verification: the answers and the result that follows from them.
type Review struct {
	By        domain.AccountID `json:"by"`
	Submitted time.Time        `json:"submitted"`
	At        time.Time        `json:"at"`
	Answers   []Answer         `json:"answers"`
	Result    State            `json:"result"` // verified or rejected
	Reason    string           `json:"reason,omitempty"`
	Until     time.Time        `json:"until,omitzero"`
	Checklist int              `json:"checklist,omitempty"` // version of the lists of papers that was asked
}

// Asked lists the papers that a review must answer for: every required one, and whatever else was handed in.
func (o Organization) Asked() []domain.Paper {
	lists := o.lists()
	asked := slices.Clone(lists.Required)
	for _, p := range slices.Concat(lists.OneOf, lists.Supporting) {
		if _, ok := o.Paper(p.ID); ok {
			asked = append(asked, p)
		}
	}
	return asked
}

// settle checks the answers and computes the result: verified where every required paper, and one of those of which
// one is enough, is in force; else rejected, which needs a reason.
func (r *Review) settle(o Organization) error {
	var f apperr.Fields
	verdicts := map[string]Verdict{}
	for _, p := range o.Asked() {
		i := slices.IndexFunc(r.Answers, func(a Answer) bool { return a.Paper == p.ID })
		if i < 0 || !slices.Contains(Verdicts, r.Answers[i].Verdict) {
			f.Add("verdict-"+p.ID, "organizations.error.verdict")
			continue
		}
		a := r.Answers[i]
		verdicts[p.ID] = a.Verdict
		f.Check(a.Verdict == VerdictInForce || a.Comment != "", "comment-"+p.ID, "organizations.error.comment")
		f.Check(utf8.RuneCountInString(a.Comment) <= maxLong, "comment-"+p.ID, "organizations.error.long", "max", maxLong)
		f.Check(len(domain.FindPersonalNumbers(a.Comment)) == 0, "comment-"+p.ID, "organizations.error.personal")
	}
	f.Check(len(r.Answers) == len(o.Asked()) || len(f) > 0, "", "organizations.error.verdict")
	inForce := func(p domain.Paper) bool { return verdicts[p.ID] == VerdictInForce }
	lists := o.lists()
	r.Result = StateVerified
	if slices.ContainsFunc(lists.Required, func(p domain.Paper) bool { return !inForce(p) }) || len(lists.OneOf) > 0 && !slices.ContainsFunc(lists.OneOf, inForce) {
		r.Result = StateRejected
		f.Check(utf8.RuneCountInString(r.Reason) >= 5, "reason", "organizations.error.rejection_reason")
	}
	f.Check(utf8.RuneCountInString(r.Reason) <= maxLong, "reason", "organizations.error.long", "max", maxLong)
	f.Check(len(domain.FindPersonalNumbers(r.Reason)) == 0, "reason", "organizations.error.personal")
	return f.Err()
}
