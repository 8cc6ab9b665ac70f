package portal

import (
	"gotong/app/config"
	"gotong/modules/domain"
)

// deadlinesOf are the days that the configuration promises for each step.
func deadlinesOf(c config.Deadlines) domain.Deadlines {
	return domain.Deadlines{
		domain.DaysToVerifyOrganization: c.VerifyOrganization, domain.DaysToVerifyNeed: c.VerifyNeed, domain.DaysToAdopt: c.Adopt,
		domain.DaysToCorrect: c.Correct, domain.DaysToBeginReview: c.BeginReview, domain.DaysToReview: c.Review, domain.DaysToDecide: c.Decide,
		domain.DaysToEvaluate: c.Evaluate, domain.DaysToAnswerReport: c.AnswerReport, domain.DaysToApproveAccount: c.ApproveAccount,
	}
}
