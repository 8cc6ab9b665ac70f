package organizations

import (
	"context"

	"gotong/modules/domain"
)

// Applicant is what a condition can ask of an organisation: who it is, where it sits and works, which papers of its
// last verification and since are in force.
type Applicant struct {
	domain.OrganizationBrief
	Region domain.RegionCode
	Areas  []domain.RegionCode
	Papers map[string]bool // by the paper's id: in force
}

// Applicant gives that of an organisation in any state. NotFound where there is none.
func (s *Service) Applicant(ctx context.Context, id domain.OrganizationID) (Applicant, error) {
	doc, err := s.organizations.Get(ctx, string(id))
	if err != nil {
		return Applicant{}, err
	}
	o, now := doc.Body, s.now()
	a := Applicant{OrganizationBrief: brief(doc, now), Region: o.Region, Areas: o.Areas, Papers: map[string]bool{}}
	for n := len(o.Reviews) - 1; n >= 0; n-- {
		if o.Reviews[n].Result != StateVerified {
			continue
		}
		for _, answer := range o.Reviews[n].Answers { // somebody looked at the paper and found it in force
			a.Papers[answer.Paper] = answer.Verdict == VerdictInForce && o.InForce(now)
		}
		break
	}
	for _, p := range o.Papers { // the newest last
		a.Papers[p.Paper] = p.Current(now)
	}
	return a, nil
}
