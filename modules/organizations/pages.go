package organizations

import (
	"time"

	"gotong/modules/domain"
	"gotong/modules/kit/store"
	"gotong/modules/kit/web"
)

type indexPage struct {
	web.Base
	Filters *web.Filters
	Cards   []web.Card
	Total   int64
	Pager   web.Pager
	Empty   *web.Empty
}

// typesPage is the first step of founding: which kind of organisation.
type typesPage struct {
	web.Base
	Types []typeChoice
}

type typeChoice struct{ Name, Description, Path string }

type formPage struct {
	web.Base
	Form *web.Form
	Note string
}

type showPage struct {
	web.Base
	Heading   string
	Tag       web.Tag
	Meta      string
	About     string
	Facts     []web.Fact
	Notice    string // what the members should do next
	Links     []web.Cell
	Join      *web.Action
	Statement string
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
	OwnNote    string // why this actor may not decide
	History    []web.Step
	HasHistory bool
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
	if o.InForce(now) {
		return stateTag(b, StateVerified)
	}
	return stateTag(b, o.StateAt(now))
}

func typeText(b web.Base, o Organization) string {
	t, _ := domain.Stakeholders().Type(o.Type)
	l, _ := t.Sublevel(o.Sublevel)
	if l.Name.ID == t.Name.ID || l.ID == "" {
		return t.Name.In(b.Lang)
	}
	return t.Name.In(b.Lang) + " · " + l.Name.In(b.Lang)
}

func cards(b web.Base, docs []store.Doc[Organization], places map[domain.RegionCode]string, now time.Time) (list []web.Card, demo bool) {
	for _, doc := range docs {
		o := doc.Body
		tag := badge(b, o, now)
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

func publicFacts(b web.Base, o Organization, place string, now time.Time) []web.Fact {
	facts := []web.Fact{{Label: b.T("organizations.fact.type"), Value: typeText(b, o)}}
	add := func(key, value, path string) {
		if value != "" {
			facts = append(facts, web.Fact{Label: b.T(key), Value: value, Path: path})
		}
	}
	add("organizations.fact.place", place, b.URL("/villages/"+string(o.Region)))
	if !o.VerifiedAt.IsZero() {
		add("organizations.fact.verified_at", b.Date(o.VerifiedAt), "")
		key := "organizations.fact.verified_until"
		if !now.Before(o.VerifiedUntil) {
			key = "organizations.fact.expired_at"
		}
		add(key, b.Date(o.VerifiedUntil), "")
	}
	add("organizations.fact.registration", o.Registration, "")
	add("organizations.fact.office", o.Office, "")
	add("organizations.fact.address", o.Address, "")
	add("organizations.fact.email", o.Email, "")
	add("organizations.fact.phone", o.Phone, "")
	add("organizations.fact.website", o.Website, o.Website)
	return facts
}

func paperTable(b web.Base, o Organization, now time.Time) web.Table {
	t := web.Table{Caption: b.T("organizations.papers.title"), Head: []string{b.T("organizations.papers.paper"), b.T("organizations.papers.need"), b.T("organizations.papers.state"), b.T("organizations.papers.details")}}
	lists := o.lists()
	row := func(p domain.Paper, need string) {
		r, ok := o.Paper(p.ID)
		state := web.Cell{Tag: &web.Tag{Kind: "wait", Text: b.T("organizations.papers.missing")}}
		details := web.Cell{}
		if ok {
			state.Tag = &web.Tag{Kind: "good", Text: b.T("organizations.papers.there", "date", r.At)}
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
		t.Rows = append(t.Rows, web.Row{Cells: []web.Cell{{Text: p.Name.In(b.Lang)}, {Text: need}, state, details}})
	}
	for _, p := range lists.Required {
		row(p, b.T("organizations.papers.required"))
	}
	for _, p := range lists.OneOf {
		row(p, b.T("organizations.papers.one_of"))
	}
	for _, p := range lists.Supporting {
		row(p, b.T("organizations.papers.supporting"))
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
	var steps []web.Step
	for _, r := range o.Reviews {
		step := web.Step{State: "done", Label: b.T("organizations.state." + string(r.Result)), When: b.Date(r.At), Who: names[r.By], Note: r.Reason}
		for _, a := range r.Answers {
			paper, _ := o.lists().Paper(a.Paper)
			line := b.T("organizations.history.answer", "paper", paper.Name.In(b.Lang), "verdict", b.T("organizations.verdict."+string(a.Verdict)))
			if a.Comment != "" {
				line = b.T("organizations.history.answer_comment", "paper", paper.Name.In(b.Lang), "verdict", b.T("organizations.verdict."+string(a.Verdict)), "comment", a.Comment)
			}
			if step.Note != "" {
				step.Note += " · "
			}
			step.Note += line
		}
		steps = append(steps, step)
	}
	if s := o.Suspension; s != nil {
		steps = append(steps, web.Step{State: "done", Label: b.T("organizations.state.suspended"), When: b.Date(s.At), Who: names[s.By], Note: s.Reason})
		if s.Reply != "" {
			steps = append(steps, web.Step{State: "done", Label: b.T("organizations.history.replied"), When: b.Date(s.RepliedAt), Note: s.Reply})
		}
		if !s.LiftedAt.IsZero() {
			steps = append(steps, web.Step{State: "done", Label: b.T("organizations.history.restored"), When: b.Date(s.LiftedAt), Note: s.Lifted})
		}
	}
	return steps
}
