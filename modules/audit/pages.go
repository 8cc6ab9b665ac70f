package audit

import (
	"bytes"
	"cmp"
	"encoding/json"
	"strconv"
	"strings"
	"unicode/utf8"

	"gotong/modules/domain"
	"gotong/modules/kit/store"
	"gotong/modules/kit/web"
)

// trailPage is views/audit/trail.html.
type trailPage struct {
	web.Base
	Filters *web.Filters
	Lines   []trailLine
	Empty   *web.Empty
	Export  string
	Pager   web.Pager
}

type trailLine struct {
	Number     string
	When       string
	Action     string
	Code       string
	Who        string
	WhoPath    string // the trail of this person
	Behalf     string
	BehalfPath string
	Session    string
	Thing      string
	Path       string
	All        string // the trail of this thing
	Reason     string
	Changes    []change
	Summary    string // of the changes
	Deleted    bool
}

// change is one field before and after; a personal value is never shown.
type change struct {
	Field, Before, After string
	Personal             bool
}

// choices are what the filters offer, and the name of the person and organisation asked for.
type choices struct {
	kinds, actions      []web.Option
	actor, organization string
}

func newTrailPage(b web.Base, c choices, f Filter, page Page) trailPage {
	filters := web.NewFilters(b, "/audit", "audit.filter").Select("kind", f.Kind, c.kinds).Select("action", f.Action, c.actions)
	for _, one := range []struct{ name, value, label string }{
		{"id", f.ID, f.ID}, {"actor", string(f.Actor), c.actor}, {"organization", string(f.Organization), c.organization},
	} {
		if one.value != "" {
			filters.Select(one.name, one.value, []web.Option{{Value: one.value, Label: cmp.Or(one.label, one.value)}})
		}
	}
	filters.Date("from", string(f.From), dateText(b, f.From)).Date("until", string(f.Until), dateText(b, f.Until))
	b.Private = true
	p := trailPage{Base: b, Filters: filters}
	cursor, next := "", ""
	if f.Before > 0 {
		cursor = strconv.FormatInt(f.Before, 10)
	}
	if page.Next > 0 {
		next = strconv.FormatInt(page.Next, 10)
	}
	p.Pager = web.NewPager(b, "/audit", filters.Query(), cursor, next)
	for _, l := range page.Lines {
		p.Lines = append(p.Lines, newTrailLine(b, l))
	}
	p.Export = web.ListURL(b, "/audit/export.csv", filters.Query(), "")
	if len(p.Lines) == 0 {
		p.Empty = &web.Empty{Text: b.T("audit.trail.empty"), ActionLabel: b.T("audit.trail.all"), ActionPath: b.URL("/audit")}
	}
	return p
}

func newTrailLine(b web.Base, l Line) trailLine {
	line := trailLine{
		Number: strconv.FormatInt(l.Seq, 10), When: b.DateTime(l.At), Action: actionText(b, l.Action), Code: l.Action, Who: l.Who, Behalf: l.Behalf,
		Thing: l.Thing.Title, Reason: l.Reason, Deleted: l.Deleted, Changes: changesOf(l.Changes),
		All: web.ListURL(b, "/audit", map[string]string{"kind": l.Kind, "id": l.ID}, ""),
	}
	line.Session = short(l.Session)
	if l.Organization != "" {
		line.BehalfPath = web.ListURL(b, "/audit", map[string]string{"organization": l.Organization}, "")
	}
	line.Who = whoText(b, l)
	if l.Actor != "" {
		line.WhoPath = web.ListURL(b, "/audit", map[string]string{"actor": l.Actor}, "")
	}
	if line.Thing == "" {
		line.Thing = l.Collection + " " + l.ID
		if key := "audit.kind." + l.Kind; l.Kind != "" && b.Local().Has(key) {
			line.Thing = b.T(key) + " " + l.ID
		}
	}
	if l.Thing.Path != "" {
		line.Path = b.URL(l.Thing.Path)
	}
	line.Summary = b.T("audit.trail.changes", "count", len(line.Changes))
	return line
}

const actionPrefix = "audit.action."

// whoText names the person, the system, or says that the account is no more.
func whoText(b web.Base, l Line) string {
	switch {
	case l.Actor == "":
		return b.T("audit.system")
	case l.Who == "":
		return b.T("audit.erased", "id", short(l.Actor))
	}
	return l.Who
}

// short is the beginning of an id, enough to tell two apart on a page.
func short(id string) string { return id[:min(8, len(id))] }

func dateText(b web.Base, d domain.Date) string {
	if d == "" {
		return ""
	}
	return b.Date(midnight(d))
}

// actionText names an action in the reader's language; its code where nobody named it.
func actionText(b web.Base, action string) string {
	if key := actionPrefix + action; b.Local().Has(key) {
		return b.T(key)
	}
	return action
}

func changesOf(fields []store.FieldChange) []change {
	changes := make([]change, 0, len(fields))
	for _, f := range fields {
		changes = append(changes, change{Field: f.Path, Before: valueText(f.Before), After: valueText(f.After), Personal: f.Personal})
	}
	return changes
}

// maxValue bounds a value on the page, in runes; the feed holds it whole.
const maxValue = 400

// valueText writes a stored value: a text as it is, anything else as compact JSON; "" where there is none.
func valueText(raw json.RawMessage) string {
	if len(raw) == 0 || string(raw) == "null" {
		return ""
	}
	var text string
	if json.Unmarshal(raw, &text) != nil {
		var compact bytes.Buffer
		if json.Compact(&compact, raw) != nil {
			return string(raw)
		}
		text = compact.String()
	}
	if utf8.RuneCountInString(text) > maxValue {
		text = string([]rune(text)[:maxValue]) + " …"
	}
	return text
}

// historyPanel is views/audit/history.html.
type historyPanel struct {
	web.Base
	Steps []web.Step
	More  string
	Note  string
	Trail string
}

func newHistoryPanel(b web.Base, actor domain.Actor, ref domain.Ref, lines []Line, full bool) historyPanel {
	p := historyPanel{Base: b}
	for i, l := range lines {
		if i == historyShown {
			break
		}
		step := web.Step{State: "done", Label: actionText(b, l.Action), When: b.Date(l.At), Who: l.Behalf}
		if full {
			step.When, step.Note = b.DateTime(l.At), l.Reason
			step.Who = strings.Trim(whoText(b, l)+" · "+l.Behalf, " ·")
		}
		p.Steps = append(p.Steps, step)
	}
	if rest := len(lines) - historyShown; rest > 0 {
		p.More = b.T("audit.history.more", "count", rest)
	}
	if !full {
		p.Note = b.T("audit.history.public")
	}
	if mayReadTrail(actor) {
		p.Trail = web.ListURL(b, "/audit", map[string]string{"kind": ref.Kind, "id": ref.ID}, "")
	}
	return p
}

const historyShown = 12
