package needs

import (
	"encoding/json"
	"strings"

	"gotong/modules/domain"
	"gotong/modules/kit/store"
	"gotong/modules/kit/web"
)

// span is a run of words that stayed, went ("del") or came ("ins").
type span struct{ Kind, Text string }

// maxWords bounds the comparison word by word; a longer text is shown whole, before and after.
const maxWords = 800

// differ compares two texts word by word, by their longest common subsequence.
func differ(before, after string) []span {
	a, b := strings.Fields(before), strings.Fields(after)
	if len(a) > maxWords || len(b) > maxWords {
		return joinSpans([]span{{"del", before}, {"ins", after}})
	}
	// longest[i][j] is the length for a[i:] and b[j:].
	longest := make([][]int, len(a)+1)
	for i := range longest {
		longest[i] = make([]int, len(b)+1)
	}
	for i := len(a) - 1; i >= 0; i-- {
		for j := len(b) - 1; j >= 0; j-- {
			if a[i] == b[j] {
				longest[i][j] = longest[i+1][j+1] + 1
			} else {
				longest[i][j] = max(longest[i+1][j], longest[i][j+1])
			}
		}
	}
	var out []span
	i, j := 0, 0
	for i < len(a) || j < len(b) {
		switch {
		case i < len(a) && j < len(b) && a[i] == b[j]:
			out = append(out, span{"", a[i]})
			i, j = i+1, j+1
		case j == len(b) || i < len(a) && longest[i+1][j] >= longest[i][j+1]:
			out = append(out, span{"del", a[i]})
			i++
		default:
			out = append(out, span{"ins", b[j]})
			j++
		}
	}
	return joinSpans(out)
}

// joinSpans puts neighbours of one kind together and leaves out empty ones.
func joinSpans(list []span) []span {
	var out []span
	for _, s := range list {
		if n := len(out); n > 0 && out[n-1].Kind == s.Kind {
			out[n-1].Text += " " + s.Text
		} else if s.Text != "" {
			out = append(out, s)
		}
	}
	return out
}

type historyPage struct {
	web.Base
	Lead    string
	Entries []historyEntry
	More    string
}

type historyEntry struct {
	When, What, Who, Reason string
	Changes                 []fieldDifference
}

type fieldDifference struct {
	Label string
	Spans []span
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
				h.Changes = append(h.Changes, fieldDifference{b.T("needs.fact." + name), differ(before, after)})
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
