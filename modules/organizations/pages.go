package organizations

import (
	"slices"
	"time"

	"gotong/modules/domain"
	"gotong/modules/kit/store"
	"gotong/modules/kit/web"
)

type indexPage struct {
	web.Base
	Filters *web.Filters
	Table   *web.Downloads
	Cards   []web.Card
	Total   int64
	Pager   web.Pager
	Empty   *web.Empty
}

// typesPage is the first step of founding: which kind of organisation.
type typesPage struct {
	web.Base
	Types    []typeChoice
	Kept     string // what was begun before; "" for nothing
	KeptPath string
	Drop     *web.Action
}

type typeChoice struct{ Name, Description, Path string }

type formPage struct {
	web.Base
	Form *web.Form
	Note string
	Step string // of founding: "Langkah 1 dari 4: …"
}

// checkPage is the last step of founding: all that was typed, and the papers that come next.
type checkPage struct {
	web.Base
	Step, Note string
	Parts      []checkPart
	Papers     []checkPapers
	Form       *web.Form
}

type checkPart struct {
	Title, Path, Change string
	Facts               []web.Fact
}

type checkPapers struct {
	Title  string
	Papers []string
}

// alikePage is the warning that a name is typed that somebody bears.
type alikePage struct {
	web.Base
	Alikes []web.Cell
}

type passportPage struct {
	web.Base
	Heading                       string
	Tag                           web.Tag
	Facts                         []web.Fact
	Papers                        []string
	Restricted                    string
	Badge, BadgeText, Embed       string
	Statement, StatementURL, Keys string
}

type mergePage struct {
	web.Base
	Heading    string
	Pick       *web.Form
	Candidates []web.Option
	Preview    *mergePreview
	Back       string
}

type mergePreview struct {
	Lead    string
	Compare web.Table
	Moves   web.Table
	Refusal string
	Form    *web.Form
}

type showPage struct {
	web.Base
	Heading   string
	Tag       web.Tag
	Meta      string
	About     string
	Facts     []web.Fact
	Moved     string // where the reader came by the address of one that was taken in
	Notice    string // what the members should do next
	Links     []web.Cell
	Contact   []web.Fact
	Areas     []web.Cell
	Join      *web.Action
	Passport  string
	Badge     string
	BadgeText string
	Panels    []web.Section
}

type verificationPage struct {
	web.Base
	Heading    string
	Path       string
	Tag        web.Tag
	Papers     web.Table
	Missing    []string
	PaperForm  *web.Form
	Submit     *web.Action
	Checklist  *web.Form
	Suspended  []web.Fact
	Reply      *web.Action
	Suspend    *web.Action
	Restore    *web.Action
	Flags      []flagCard
	FlagForm   *web.Form
	Reminders  []string
	Office     string // to which village it is tied, or could be
	TieForm    *web.Form
	Untie      *web.Action
	Merge      string // address of the page that merges it with another
	OwnNote    string // why this actor may not decide
	History    []web.Step
	HasHistory bool
}

type flagCard struct {
	Tag   web.Tag
	Title string
	Meta  string
	Facts []web.Fact
	Lift  *web.Action
}

type membersPage struct {
	web.Base
	Heading  string
	Members  []memberRow
	Requests []requestRow
	Invite   *web.Form
	Link     string // of an invitation just made
	LinkNote string
	Leave    *web.Action
	Open     []invitationRow
	Handover *handoverPart
}

type invitationRow struct {
	Role, Note string
	Revoke     web.Action
}

// handoverPart is an offered ownership.
type handoverPart struct {
	Text    string
	Actions []web.Action
}

type memberRow struct {
	Name, Role, Since string
	Self              bool
	Actions           []web.Action
}

type requestRow struct {
	Name, When, Message string
	Actions             []web.Action
}

type invitationPage struct {
	web.Base
	Heading string
	Text    string
	Accept  *web.Action
	Already string
}

type deskPage struct {
	web.Base
	Groups []deskGroup
}

type deskGroup struct {
	Title string
	Items []deskItem
}

type deskItem struct{ Title, Path, Note string }

const pageSize = 20

func stateTag(b web.Base, state State) web.Tag {
	kind := "wait"
	switch state {
	case StateVerified:
		kind = "good"
	case StateRejected, StateExpired, StateSuspended:
		kind = "stop"
	}
	return web.Tag{Kind: kind, Text: b.T("organizations.state." + string(state))}
}

// badge is the state as the public reads it: a renewal that is looked at before the end is verified.
func badge(b web.Base, o Organization, now time.Time) web.Tag {
	return stateTag(b, o.shownState(now))
}

func typeText(b web.Base, o Organization) string {
	t, _ := domain.Stakeholders().Type(o.Type)
	l, _ := t.Sublevel(o.Sublevel)
	if l.Name.ID == t.Name.ID || l.ID == "" {
		return t.Name.In(b.Lang)
	}
	return t.Name.In(b.Lang) + " · " + l.Name.In(b.Lang)
}

func cards(b web.Base, docs []store.Doc[Organization], places map[domain.RegionCode]string, now time.Time, office bool) (list []web.Card, demo bool) {
	for _, doc := range docs {
		o := doc.Body
		tag := badge(b, o, now)
		if office {
			tag = stateTag(b, o.StateAt(now))
		}
		meta := typeText(b, o)
		if place := places[o.Region]; place != "" {
			meta += " · " + place
		}
		card := web.Card{Tag: &tag, Title: o.Name, Path: b.URL(pathOf(domain.OrganizationID(doc.ID))), Meta: meta}
		if o.Demo {
			demo, card.Demo, card.DemoText = true, true, b.T("organizations.demo")
		}
		list = append(list, card)
	}
	return list, demo
}

func factsOf(b web.Base, into []web.Fact, lines ...[3]string) []web.Fact {
	for _, l := range lines {
		if l[1] != "" {
			into = append(into, web.Fact{Label: b.T(l[0]), Value: l[1], Path: l[2]})
		}
	}
	return into
}

func publicFacts(b web.Base, o Organization, place string, now time.Time) []web.Fact {
	facts := []web.Fact{{Label: b.T("organizations.fact.type"), Value: typeText(b, o)}}
	facts = factsOf(b, facts, [3]string{"organizations.fact.place", place, b.URL("/villages/" + string(o.Region))})
	if !o.VerifiedAt.IsZero() {
		key := "organizations.fact.verified_until"
		if !now.Before(o.VerifiedUntil) {
			key = "organizations.fact.expired_at"
		}
		facts = factsOf(b, facts, [3]string{"organizations.fact.verified_at", b.Date(o.VerifiedAt)}, [3]string{key, b.Date(o.VerifiedUntil)})
	}
	return factsOf(b, facts, [3]string{"organizations.fact.registration", o.Registration})
}

// contactFacts tell how the organisation's office is reached.
func contactFacts(b web.Base, o Organization) []web.Fact {
	mail := ""
	if o.Email != "" {
		mail = "mailto:" + o.Email
	}
	return factsOf(b, nil, [3]string{"organizations.fact.office", o.Office}, [3]string{"organizations.fact.address", o.Address},
		[3]string{"organizations.fact.email", o.Email, mail}, [3]string{"organizations.fact.phone", o.Phone}, [3]string{"organizations.fact.website", o.Website, o.Website})
}

func paperTable(b web.Base, o Organization, now time.Time) web.Table {
	t := web.Table{Caption: b.T("organizations.papers.title"), Head: []string{b.T("organizations.papers.paper"), b.T("organizations.papers.need"), b.T("organizations.papers.state"), b.T("organizations.papers.details")}}
	lists := o.lists()
	row := func(p domain.Paper, need string, required bool) {
		r, ok := o.Paper(p.ID)
		state := web.Cell{Tag: &web.Tag{Kind: "wait", Text: b.T("organizations.papers.missing")}}
		details := web.Cell{}
		if !ok && !required {
			state.Tag.Kind = "plain"
		}
		if ok {
			state.Tag = &web.Tag{Kind: "good", Text: b.T("organizations.papers.there", "date", r.At)}
			if r.At.After(o.VerifiedAt) && !o.VerifiedAt.IsZero() && o.State != StatePending {
				state.Tag.Kind, state.Note = "wait", b.T("organizations.papers.unchecked")
			}
			if days := due(r.Expires, domain.DateOf(now)); days > 0 {
				state.Tag = &web.Tag{Kind: "wait", Text: b.T("organizations.papers.ends", "date", r.Expires.Time())}
			}
			if !r.Current(now) {
				state.Tag = &web.Tag{Kind: "stop", Text: b.T("organizations.papers.lapsed", "date", r.Expires.Time())}
			}
			details.Text = r.Number
			if r.Document != "" {
				details.Path = b.URL("/documents/" + string(r.Document))
				if details.Text == "" {
					details.Text = b.T("organizations.papers.file")
				}
			}
			details.Note = paperNote(b, r)
		}
		if details.Text == "" && details.Note == "" {
			details = web.Cell{Text: "–", Quiet: true}
		}
		t.Rows = append(t.Rows, web.Row{Cells: []web.Cell{{Text: p.Name.In(b.Lang)}, {Text: need}, state, details}})
	}
	enough := slices.ContainsFunc(lists.OneOf, func(p domain.Paper) bool {
		r, ok := o.Paper(p.ID)
		return ok && r.Current(now)
	})
	for _, p := range lists.Required {
		row(p, b.T("organizations.papers.required"), true)
	}
	for _, p := range lists.OneOf {
		row(p, b.T("organizations.papers.one_of"), !enough)
	}
	for _, p := range lists.Supporting {
		row(p, b.T("organizations.papers.supporting"), false)
	}
	return t
}

func paperNote(b web.Base, r PaperRecord) string {
	switch {
	case r.Issuer != "" && r.Issued != "":
		return b.T("organizations.papers.issued_by", "issuer", r.Issuer, "date", r.Issued.Time())
	case r.Issuer != "":
		return r.Issuer
	case r.Issued != "":
		return b.Date(r.Issued.Time())
	}
	return ""
}

func missingNames(lang string, o Organization, now time.Time) []string {
	var names []string
	for _, m := range o.Missing(now) {
		names = append(names, m.Name(lang))
	}
	return names
}

// history tells the verifications and suspensions, oldest first.
func history(b web.Base, o Organization, names map[domain.AccountID]string) []web.Step {
	type dated struct {
		at   time.Time
		step web.Step
	}
	var steps []dated
	add := func(at time.Time, step web.Step) {
		step = web.Step{State: "done", Label: step.Label, When: b.Date(at), Who: step.Who, Note: step.Note}
		steps = append(steps, dated{at, step})
	}
	for _, r := range o.Reviews {
		step := web.Step{Label: b.T("organizations.state." + string(r.Result)), Who: names[r.By], Note: r.Reason}
		for _, a := range r.Answers {
			paper, _ := o.lists().Known(a.Paper)
			line := b.T("organizations.history.answer", "paper", paper.Name.In(b.Lang), "verdict", b.T("organizations.verdict."+string(a.Verdict)))
			if a.Comment != "" {
				line = b.T("organizations.history.answer_comment", "paper", paper.Name.In(b.Lang), "verdict", b.T("organizations.verdict."+string(a.Verdict)), "comment", a.Comment)
			}
			if step.Note != "" {
				step.Note += " · "
			}
			step.Note += line
		}
		add(r.At, step)
	}
	suspensions := slices.Clone(o.Earlier)
	if o.Suspension != nil {
		suspensions = append(suspensions, *o.Suspension)
	}
	for _, s := range suspensions {
		add(s.At, web.Step{Label: b.T("organizations.state.suspended"), Who: names[s.By], Note: s.Reason})
		if s.Reply != "" {
			add(s.RepliedAt, web.Step{Label: b.T("organizations.history.replied"), Note: s.Reply})
		}
		if !s.LiftedAt.IsZero() {
			add(s.LiftedAt, web.Step{Label: b.T("organizations.history.restored"), Note: s.Lifted})
		}
	}
	slices.SortStableFunc(steps, func(a, b dated) int { return a.at.Compare(b.at) })
	list := make([]web.Step, 0, len(steps))
	for _, s := range steps {
		list = append(list, s.step)
	}
	return list
}
