package initiatives

import (
	"slices"
	"time"

	"gotong/modules/domain"
	"gotong/modules/kit/apperr"
)

// Verdict is what the public reads of a decision, and the conditions under which it holds.
type Verdict struct {
	Round      int64     `json:"round"`
	Action     Action    `json:"action"`
	At         time.Time `json:"at"`
	Conditions string    `json:"conditions"`
	Met        string    `json:"met"` // how the conditions were met, before publication
	Summary    string    `json:"summary"`
	SummaryEN  string    `json:"summary_en"`
	Reviews    int64     `json:"reviews"`
	Recused    int64     `json:"recused"`
}

// Approve approves on the reviews, with a note.
func (i *Initiative) Approve(s Step, reviewed bool, v Verdict) error {
	return i.judge(ActionApprove, s, reviewed, v)
}

// Reject ends the initiative on the reviews, with reasons.
func (i *Initiative) Reject(s Step, reviewed bool, v Verdict) error {
	v.Conditions = ""
	return i.judge(ActionReject, s, reviewed, v)
}

func (i *Initiative) judge(a Action, s Step, reviewed bool, v Verdict) error {
	if i.Can(a) && !reviewed {
		return apperr.New(apperr.Conflict, "initiatives.refuse.reviews")
	}
	if err := i.demand(a, s); err != nil {
		return err
	}
	v.Round, v.Action, v.At = i.Round, a, s.At
	i.Verdicts = append(slices.Clip(i.Verdicts), v)
	return nil
}

// Appeal is an owner's word against a rejection, and what became of it.
type Appeal struct {
	Reason     string           `json:"reason"`
	At         time.Time        `json:"at"`
	Answer     Action           `json:"answer"` // uphold, dismiss; "" while it waits
	AnsweredBy domain.AccountID `json:"answered_by"`
}

// Object appeals against a rejection, once, with reasons.
func (i *Initiative) Object(s Step) error {
	if err := i.demand(ActionAppeal, s); err != nil {
		return err
	}
	i.Appeal = &Appeal{Reason: s.Reason, At: s.At}
	return nil
}

// Answer upholds an appeal, so that what was submitted is reviewed anew in a round of its own, or dismisses it; somebody
// else than who rejected, with reasons.
func (i *Initiative) Answer(a Action, s Step) error {
	if i.Can(a) && i.last(ActionReject).By == s.By {
		return apperr.New(apperr.Forbidden, "initiatives.refuse.appeal_own")
	}
	if err := i.demand(a, s); err != nil {
		return err
	}
	answered := *i.Appeal
	answered.Answer, answered.AnsweredBy = a, s.By
	i.Appeal = &answered
	if a == ActionUphold {
		i.Round++
		i.SubmittedAt = s.At
	}
	return nil
}

// last gives the latest move of that kind; the zero Move where there is none.
func (i Initiative) last(a Action) Move {
	for _, m := range slices.Backward(i.History) {
		if m.Action == a {
			return m
		}
	}
	return Move{}
}

// Extend moves the end, as was approved.
func (i *Initiative) Extend(s Step) error {
	if i.Can(ActionExtend) {
		var f apperr.Fields
		f.Check(s.Until > domain.DateOf(s.At), "until", "initiatives.error.future")
		if err := f.Err(); err != nil {
			return err
		}
	}
	if err := i.demand(ActionExtend, s); err != nil {
		return err
	}
	i.Until = s.Until
	return nil
}

// Works tells whether work may be reported: published, running or suspended.
func (i Initiative) Works() bool {
	return slices.Contains([]State{Published, Running, Suspended}, i.State())
}

// Confirmed are the partner organisations that confirmed their part.
func (i Initiative) Confirmed() (list []domain.OrganizationID) {
	for _, p := range i.Partners {
		if p.Organization != "" && p.Status == PartnerConfirmed {
			list = append(list, p.Organization)
		}
	}
	return list
}

// OpenMoves are the moves of a public initiative that everybody may know of: from its first submission on; reasons only
// where these are open.
func (i Initiative) OpenMoves() (list []Move) {
	for _, m := range i.History {
		if !i.Public() || slices.Contains([]Action{ActionTakeBack, ActionRevise, ActionAppeal, ActionDismiss}, m.Action) {
			continue
		}
		if !slices.Contains(openReasons, m.Action) {
			m.Reason = ""
		}
		list = append(list, m)
	}
	return list
}

// DecidedBy is who rejected the proposal; "" where nobody did.
func (i Initiative) DecidedBy() domain.AccountID { return i.last(ActionReject).By }

// conditions are those of the present approval that are not said to be met.
func (i Initiative) conditions() string {
	if n := len(i.Verdicts); n > 0 && i.Verdicts[n-1].Action == ActionApprove && i.Verdicts[n-1].Met == "" {
		return i.Verdicts[n-1].Conditions
	}
	return ""
}
