package needs

import (
	"encoding/json"
	"strings"

	"gotong/modules/domain"
	"gotong/modules/kit/store"
	"gotong/modules/kit/web"
)

type historyPage struct {
	web.Base
	Lead    string
	Entries []historyEntry
	More    string
}

type historyEntry struct {
	When, What, Who, Reason string
	Changes                 []web.Difference
}

// shownFields are those whose differences people read, in the order of the form; the rest follows from moves.
var shownFields = []string{
	"title", "category", "description", "summary", "quantity", "unit", "divisible", "min_lot", "households", "persons", "wanted_by", "urgency", "urgency_reason",
	"cost", "cost_basis", "meeting_date", "rank", "contact_office", "correct_by", "returned",
}

func historyEntryOf(b web.Base, e store.Entry, names map[domain.OrganizationID]domain.OrganizationBrief) historyEntry {
	h := historyEntry{When: b.DateTime(e.At), What: e.Action, Who: names[domain.OrganizationID(e.Organization)].Name, Reason: e.Reason}
	if key := "audit.action." + e.Action; b.Local().Has(key) {
		h.What = b.T(key)
	}
	if e.Actor == "" {
		h.Who = b.T("needs.system")
	}
	if e.Version == 1 {
		return h // all is new: the need's own page shows it
	}
	for _, name := range shownFields {
		for _, c := range e.Changes {
			if c.Path != name {
				continue
			}
			before, after := fieldText(b, name, c.Before), fieldText(b, name, c.After)
			if before != after {
				h.Changes = append(h.Changes, web.Difference{Label: b.T("needs.fact." + name), Spans: web.Differ(before, after)})
			}
		}
	}
	return h
}

// fieldText writes a stored value as the need's page would.
func fieldText(b web.Base, name string, raw json.RawMessage) string {
	var text string
	var number int64
	var flag bool
	var reasons []FieldReason
	switch {
	case len(raw) == 0 || string(raw) == "null":
		return ""
	case json.Unmarshal(raw, &number) == nil && name == "cost":
		return b.Rupiah(number)
	case json.Unmarshal(raw, &number) == nil:
		return b.Number(number)
	case json.Unmarshal(raw, &flag) == nil && flag:
		return b.T("needs.divisible_yes")
	case json.Unmarshal(raw, &flag) == nil:
		return b.T("needs.divisible_no")
	case json.Unmarshal(raw, &reasons) == nil:
		var lines []string
		for _, r := range reasons {
			lines = append(lines, b.T("needs.fact."+r.Field)+": "+r.Reason)
		}
		return strings.Join(lines, " · ")
	case json.Unmarshal(raw, &text) != nil || text == "":
		return ""
	}
	switch name {
	case "category":
		return domain.Taxonomy().CategoryName(domain.CategoryID(text), b.Lang)
	case "unit":
		u, _ := domain.Taxonomy().Unit(domain.UnitID(text))
		return u.Name.In(b.Lang)
	case "urgency":
		return b.T("needs.urgency." + text)
	case "wanted_by", "meeting_date", "correct_by":
		return b.Date(domain.Date(text).Time())
	}
	return text
}
