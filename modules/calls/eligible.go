package calls

import (
	"slices"
	"strconv"
	"time"

	"gotong/modules/domain"
	"gotong/modules/kit/apperr"
	"gotong/modules/kit/i18n"
)

// Applicant is what eligibility asks of an organisation.
type Applicant struct {
	domain.OrganizationBrief
	Region domain.RegionCode   // of its seat
	Areas  []domain.RegionCode // where it works
	// Papers tells of each paper on file whether it is in force.
	Papers map[string]bool
}

// Proposal is what eligibility asks of an initiative that answers a call.
type Proposal struct {
	Categories []domain.CategoryID
	Areas      []domain.RegionCode
	Asked      int64 // rupiah that it still looks for or asks of the call
	Papers     []domain.DocumentType
}

// Check is one condition of a call with its outcome. Key names it in the texts; Detail is what is missing, by its kind.
type Check struct {
	Key   string // type, verified, area, paper, category, place, least, most, document
	OK    bool
	Paper string              // of an organisation, with Key paper
	Type  domain.DocumentType // of a proposal, with Key document
}

// Eligible holds an organisation against a call's conditions, in the order of the page: type, verification, area, papers.
func (c Content) Eligible(a Applicant) []Check {
	checks := []Check{{Key: "type", OK: len(c.Types) == 0 || slices.Contains(c.Types, a.Type)}, {Key: "verified", OK: a.Verified}}
	if c.Local {
		checks = append(checks, Check{Key: "area", OK: overlap(c.Areas, append(slices.Clone(a.Areas), a.Region))})
	}
	kind, _ := domain.Stakeholders().Type(a.Type)
	for _, paper := range c.OrgPapers {
		if _, known := kind.Verification.Paper(paper); !known {
			continue // another type's paper
		}
		checks = append(checks, Check{Key: "paper", Paper: paper, OK: a.Papers[paper]})
	}
	return checks
}

// Fits holds a proposal against a call's conditions: category, area, amount, papers.
func (c Content) Fits(p Proposal) []Check {
	checks := []Check{
		{Key: "category", OK: slices.ContainsFunc(p.Categories, func(id domain.CategoryID) bool { return slices.Contains(c.Categories, id) })},
		{Key: "place", OK: len(p.Areas) > 0 && !slices.ContainsFunc(p.Areas, func(a domain.RegionCode) bool {
			return !slices.ContainsFunc(c.Areas, func(of domain.RegionCode) bool { return of.Contains(a) })
		})},
	}
	if c.Least > 0 {
		checks = append(checks, Check{Key: "least", OK: p.Asked >= c.Least})
	}
	if c.Most > 0 {
		checks = append(checks, Check{Key: "most", OK: p.Asked <= c.Most})
	}
	for _, t := range c.Papers {
		checks = append(checks, Check{Key: "document", Type: t, OK: slices.Contains(p.Papers, t)})
	}
	return checks
}

func overlap(areas, others []domain.RegionCode) bool {
	return slices.ContainsFunc(areas, func(a domain.RegionCode) bool {
		return slices.ContainsFunc(others, func(o domain.RegionCode) bool { return o != "" && (a.Contains(o) || o.Contains(a)) })
	})
}

// Passed tells whether every check holds.
func Passed(checks []Check) bool {
	return !slices.ContainsFunc(checks, func(c Check) bool { return !c.OK })
}

// moment gives a moment in the call's own zone, for texts.
func (c Content) moment(t time.Time) i18n.Moment { return i18n.Moment{At: t, Zone: c.Zone.Location()} }

// rupiah is an amount in a text.
type rupiah int64

// In writes the amount.
func (r rupiah) In(lang string) string {
	digits := strconv.FormatInt(int64(r), 10)
	group := "."
	if lang == "en" {
		group = ","
	}
	for i := len(digits) - 3; i > 0; i -= 3 {
		digits = digits[:i] + group + digits[i:]
	}
	return "Rp" + digits
}

// args are what the text of a check names: the paper, the amount, the areas.
func (x Check) args(c Content) []any {
	switch x.Key {
	case "paper":
		return []any{"paper", paperName(x.Paper)}
	case "document":
		return []any{"paper", apperr.Msg("documents.type." + string(x.Type))}
	case "least":
		return []any{"amount", rupiah(c.Least)}
	case "most":
		return []any{"amount", rupiah(c.Most)}
	}
	return nil
}

func paperName(id string) domain.Text {
	for _, p := range domain.Stakeholders().Papers() {
		if p.ID == id {
			return p.Name
		}
	}
	return domain.Text{}
}
