package initiatives

import (
	"gotong/modules/domain"
	"gotong/modules/kit/apperr"
	"gotong/modules/kit/web"
)

// reader reads the posted proposal and notes what cannot be read, by input.
type reader struct {
	values web.Values
	wrong  apperr.Fields
	rows   map[string][]int // of each part, which rows were filled in
}

func (r *reader) number(name string) int64 {
	if r.values.Get(name) == "" {
		return 0
	}
	n, ok := r.values.Int(name)
	r.wrong.Check(ok, name, "initiatives.error.number")
	return n
}

func (r *reader) date(name string) domain.Date {
	d, err := domain.ParseDate(r.values.Get(name))
	r.wrong.Check(err == nil, name, "initiatives.error.date")
	return d
}

func (r *reader) codes(name string) []domain.RegionCode {
	codes, ok := domain.ReadCodes(r.values.Get(name))
	r.wrong.Check(ok, name, "initiatives.error.codes")
	return codes
}

// each runs fn for every row of a part of which at least one of the inputs is filled in.
func (r *reader) each(part string, names []string, fn func(in func(name string) string)) {
	for n := range MaxRows {
		filled := false
		for _, name := range names {
			filled = filled || r.values.Get(row(part, n, name)) != ""
		}
		if filled {
			r.rows[part] = append(r.rows[part], n)
			fn(func(name string) string { return row(part, n, name) })
		}
	}
}

// readContent reads the whole form.
func readContent(v web.Values) (Content, *reader) {
	r := &reader{values: v, rows: map[string][]int{}}
	c := Content{
		Title: v.Get("title"), Summary: v.Get("summary"), SummaryEN: v.Get("summary_en"), Problem: v.Get("problem"), Goals: v.Get("goals"),
		TargetGroup: v.Get("target_group"), TargetNumber: r.number("target_number"), From: r.date("from"), Until: r.date("until"),
		Risks: v.Get("risks"), Sustainability: v.Get("sustainability"),
	}
	for _, s := range v.All("areas") {
		if code, err := domain.ParseRegionCode(s); err == nil {
			c.Areas = append(c.Areas, code)
		}
	}
	c.Areas = append(c.Areas, r.codes("area_codes")...)
	r.each("offer", []string{"category", "quantity", "conditions", "areas", "min_lot"}, func(in func(string) string) {
		c.Offers = append(c.Offers, Offer{
			ID: domain.OfferID(v.Get(in("id"))), Category: domain.CategoryID(v.Get(in("category"))), Unit: domain.UnitID(v.Get(in("unit"))),
			Quantity: r.number(in("quantity")), MinLot: r.number(in("min_lot")), Areas: r.codes(in("areas")),
			From: r.date(in("from")), Until: r.date(in("until")), Conditions: v.Get(in("conditions")),
		})
	})
	r.each("budget", []string{"item", "source", "amount"}, func(in func(string) string) {
		line := BudgetLine{Item: v.Get(in("item")), Source: Source(v.Get(in("source")))}
		if v.Get(in("amount")) != "" {
			amount, ok := v.Rupiah(in("amount"))
			r.wrong.Check(ok, in("amount"), "initiatives.error.number")
			line.Amount = amount
		}
		c.Budget = append(c.Budget, line)
	})
	r.each("milestone", []string{"title", "due"}, func(in func(string) string) {
		c.Milestones = append(c.Milestones, Milestone{Title: v.Get(in("title")), Due: r.date(in("due"))})
	})
	r.each("result", []string{"indicator", "baseline", "target"}, func(in func(string) string) {
		c.Results = append(c.Results, Result{Indicator: v.Get(in("indicator")), Baseline: v.Get(in("baseline")), Target: v.Get(in("target"))})
	})
	r.each("partner", []string{"name", "role"}, func(in func(string) string) {
		c.Partners = append(c.Partners, Partner{Name: v.Get(in("name")), Role: v.Get(in("role")), Organization: domain.OrganizationID(v.Get(in("organization"))), Status: PartnerProposed})
	})
	return c, r
}
