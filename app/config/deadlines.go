package config

// Deadlines are the days within which a step should be done; desks show what is late.
type Deadlines struct {
	VerifyOrganization int `koanf:"verify_organization"`
	VerifyNeed         int `koanf:"verify_need"`
	Adopt              int `koanf:"adopt_need"`
	Correct            int `koanf:"correct"`
	BeginReview        int `koanf:"begin_review"`
	Review             int `koanf:"review_proposal"`
	Decide             int `koanf:"decide"`
	Evaluate           int `koanf:"evaluate"`
	AnswerReport       int `koanf:"answer_report"`
	ApproveAccount     int `koanf:"approve_account"`
}

func usualDeadlines() Deadlines {
	return Deadlines{VerifyOrganization: 14, VerifyNeed: 14, Adopt: 14, Correct: 30, BeginReview: 7, Review: 21, Decide: 7, Evaluate: 90, AnswerReport: 3, ApproveAccount: 3}
}

func (d Deadlines) validate(m *mistakes) {
	for key, days := range map[string]int{
		"verify_organization": d.VerifyOrganization, "verify_need": d.VerifyNeed, "adopt_need": d.Adopt, "correct": d.Correct, "begin_review": d.BeginReview,
		"review_proposal": d.Review, "decide": d.Decide, "evaluate": d.Evaluate, "answer_report": d.AnswerReport, "approve_account": d.ApproveAccount,
	} {
		m.check(days >= 1 && days <= 365, "deadline_days."+key, "must be 1 to 365")
	}
}
