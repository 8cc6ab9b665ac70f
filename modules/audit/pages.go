package audit

import (
	"bytes"
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
	Partial string
	Pager   web.Pager
}

type trailLine struct {
	Number  string
	When    string
	Action  string
	Code    string
	Who     string
	WhoPath string // the trail of this person
	Behalf  string
	Thing   string
	Path    string
	All     string // the trail of this thing
	Reason  string
	Changes []change
	Summary string // of the changes
	Deleted bool
}

// change is one field before and after; a personal value is never shown.
type change struct {
	Field, Before, After string
	Personal             bool
}

func newTrailPage(b web.Base, kinds []web.Option, f Filter, page Page, actorName string) trailPage {
	filters := web.NewFilters(b, "/audit", "audit.filter").Select("kind", f.Kind, kinds)
	if f.ID != "" {
		filters.Select("id", f.ID, []web.Option{{Value: f.ID, Label: f.ID}})
	}
	if f.Actor != "" {
		filters.Select("actor", string(f.Actor), []web.Option{{Value: string(f.Actor), Label: actorName}})
	}
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
	if page.Partial {
		p.Partial = b.T("audit.trail.partial")
	}
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
	if l.Actor == "" {
		line.Who = b.T("audit.system")
	} else {
		line.WhoPath = web.ListURL(b, "/audit", map[string]string{"actor": l.Actor}, "")
	}
	if line.Thing == "" {
		line.Thing = l.Collection + " " + l.ID
	}
	if l.Thing.Path != "" {
		line.Path = b.URL(l.Thing.Path)
	}
	line.Summary = b.T("audit.trail.changes", "count", len(line.Changes))
	return line
}

// actionText names an action in the reader's language; its code where nobody named it.
func actionText(b web.Base, action string) string {
	if key := "audit.action." + action; b.Local().Has(key) {
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
			step.Who = strings.Trim(l.Who+" · "+l.Behalf, " ·")
			if l.Actor == "" {
				step.Who = b.T("audit.system")
			}
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
