package moderation

import (
	"gotong/modules/domain"
	"gotong/modules/kit/store"
	"gotong/modules/kit/web"
)

// formPage is views/moderation/form.html: one form with its words.
type formPage struct {
	web.Base
	Lead string
	Form *web.Form
}

func reportForm(b web.Base, r Report) *web.Form {
	options := make([]web.Option, len(Reasons))
	for i, reason := range Reasons {
		options[i] = web.Option{Value: string(reason), Label: b.T("moderation.reason." + string(reason))}
	}
	f := web.NewForm(b, "moderation.report", "/reports").Hidden("page", r.Path).
		Radio("reason", options, web.Required()).TextArea("words", web.Required(), web.Max(maxWords), web.Rows(5))
	return f.Back(r.Path)
}

func announcementForm(b web.Base, path string, a Announcement, version int64) *web.Form {
	return web.NewForm(b, "moderation.announcement", path).
		Text("title_id", web.Required(), web.Value(a.Title.ID), web.Max(maxTitle)).TextArea("text_id", web.Required(), web.Value(a.Text.ID), web.Max(maxText), web.Rows(3)).
		Text("title_en", web.Required(), web.Value(a.Title.EN), web.Max(maxTitle)).TextArea("text_en", web.Required(), web.Value(a.Text.EN), web.Max(maxText), web.Rows(3)).
		Date("from", web.Required(), web.Value(string(a.From))).Date("until", web.Required(), web.Value(string(a.Until))).
		Checkbox("signed_in", web.Checked(a.SignedIn)).Read(version).Back("/announcements")
}

// reportPage is views/moderation/report.html: the receipt, and for the secretariat what to decide.
type reportPage struct {
	web.Base
	Tag     web.Tag
	Facts   []web.Fact
	Words   string
	Answer  string
	When    string // of the answer
	Note    string // for who keeps the address
	Handle  bool
	See     []web.Fact // where to act on the thing
	Dismiss *web.Action
	Act     *web.Action
	Reopen  *web.Action
}

func stateTag(b web.Base, s ReportState) web.Tag {
	kind := map[ReportState]string{ReportOpen: "wait", ReportActed: "good", ReportDismissed: "plain"}[s]
	return web.Tag{Kind: kind, Text: b.T("moderation.state." + string(s))}
}

// acts are the pages on which the secretariat acts on a thing of that kind: hide, suspend, ask.
var acts = map[string]string{
	domain.KindDocument: "", domain.KindOrganization: "/verification", domain.KindInitiative: "/suspend", domain.KindNeed: "", domain.KindVillage: "", domain.KindCommitment: "",
}

func newReportPage(b web.Base, actor domain.Actor, doc store.Doc[Report], reporter string) reportPage {
	r := doc.Body
	path := "/reports/" + doc.ID
	p := reportPage{Base: b, Tag: stateTag(b, r.State), Words: r.Words}
	p.Private, p.Demo = true, r.Demo
	p.Facts = []web.Fact{{Label: b.T("moderation.fact.page"), Value: r.Title, Path: b.URL(r.Path)}, {Label: b.T("moderation.fact.reason"), Value: b.T("moderation.reason." + string(r.Reason))},
		{Label: b.T("moderation.fact.at"), Value: b.DateTime(r.At)}}
	if r.Answer != nil && r.State != ReportOpen {
		p.Answer, p.When = r.Answer.Words, b.DateTime(r.Answer.At)
	}
	office := actor.Secretariat() || actor.Auditor()
	if !office {
		p.Note = b.T("moderation.receipt.keep")
		return p
	}
	p.Crumbs = []web.Crumb{{Label: b.T("accounts.desk.title"), Path: "/desk"}, {Label: b.T("moderation.reports.title"), Path: "/reports"}, {Label: r.Title}}
	p.Facts = append(p.Facts, web.Fact{Label: b.T("moderation.fact.reporter"), Value: reporter})
	if !actor.Secretariat() {
		return p
	}
	p.Handle = true
	if at, ok := acts[r.Subject.Kind]; ok {
		p.See = []web.Fact{{Label: b.T("moderation.act_on"), Value: b.T("moderation.act." + r.Subject.Kind), Path: b.URL(r.Path + at)}}
	}
	if r.State != ReportOpen {
		a := web.NewAction(b, "moderation.reopen", path+"/reopen")
		a.Kind = "plain"
		p.Reopen = &a
		return p
	}
	dismiss, act := web.NewAction(b, "moderation.dismiss", path+"/dismiss"), web.NewAction(b, "moderation.acted", path+"/act")
	dismiss.Kind, dismiss.Reason, act.Reason = "plain", true, true
	p.Dismiss, p.Act = &dismiss, &act
	return p
}

// reportsPage is views/moderation/list.html.
type listPage struct {
	web.Base
	Lead    string
	Filters *web.Filters
	New     string
	Table   web.Table
	Actions []web.Action
	Empty   *web.Empty
	Pager   web.Pager
}

func newReportsPage(b web.Base, state, cursor string, page store.Page[Report]) listPage {
	var options []web.Option
	for _, s := range []ReportState{ReportOpen, ReportActed, ReportDismissed} {
		options = append(options, web.Option{Value: string(s), Label: b.T("moderation.state." + string(s))})
	}
	p := listPage{Base: b, Lead: b.T("moderation.reports.lead"), Filters: web.NewFilters(b, "/reports", "moderation.filter").Select("status", state, options)}
	p.Private = true
	p.Table = web.Table{Caption: b.T("moderation.reports.title"), Head: []string{b.T("moderation.fact.page"), b.T("moderation.fact.reason"), b.T("moderation.fact.at"), b.T("moderation.fact.state")}}
	for _, doc := range page.Items {
		p.Demo = p.Demo || doc.Body.Demo
		tag := stateTag(b, doc.Body.State)
		p.Table.Rows = append(p.Table.Rows, web.Row{Cells: []web.Cell{{Text: doc.Body.Title, Path: b.URL("/reports/" + doc.ID)},
			{Text: b.T("moderation.reason." + string(doc.Body.Reason))}, {Text: b.DateTime(doc.Body.At)}, {Tag: &tag}}})
	}
	if len(page.Items) == 0 {
		p.Empty = &web.Empty{Text: b.T("moderation.reports.empty"), ActionLabel: b.T("accounts.desk.title"), ActionPath: b.URL("/desk")}
	}
	p.Pager = web.NewPager(b, "/reports", p.Filters.Query(), cursor, page.Next)
	return p
}

func newAnnouncementsPage(b web.Base, may bool, today domain.Date, cursor string, page store.Page[Announcement]) announcementsPage {
	p := announcementsPage{Base: b, Lead: b.T("moderation.announcements.lead")}
	p.Private = true
	if may {
		p.New = b.URL("/announcements/new")
	}
	for _, doc := range page.Items {
		a := doc.Body
		p.Demo = p.Demo || a.Demo
		row := announcementRow{Title: a.Title.In(b.Lang), Text: a.Text.In(b.Lang), Tag: announcementTag(b, a, today),
			Span: b.T("moderation.announcements.span", "from", b.Date(a.From.Time()), "until", b.Date(a.Until.Time()))}
		row.Audience = b.T("moderation.announcements.all")
		if a.SignedIn {
			row.Audience = b.T("moderation.announcements.signed_in")
		}
		if may {
			row.Edit = b.URL("/announcements/" + doc.ID + "/edit")
			key, to := "moderation.retract", "/retract"
			if a.Retracted {
				key, to = "moderation.restore", "/restore"
			}
			act := web.NewAction(b, key, "/announcements/"+doc.ID+to)
			act.ID, act.Kind = "a-"+doc.ID, "plain"
			row.Act = &act
		}
		p.Rows = append(p.Rows, row)
	}
	if len(p.Rows) == 0 {
		p.Empty = &web.Empty{Text: b.T("moderation.announcements.empty"), ActionLabel: b.T("moderation.announcements.new"), ActionPath: b.URL("/announcements/new")}
	}
	p.Pager = web.NewPager(b, "/announcements", nil, cursor, page.Next)
	return p
}

// announcementsPage is views/moderation/announcements.html.
type announcementsPage struct {
	web.Base
	Lead  string
	New   string
	Rows  []announcementRow
	Empty *web.Empty
	Pager web.Pager
}

type announcementRow struct {
	Title, Text, Span, Audience, Edit string
	Tag                               web.Tag
	Act                               *web.Action
}

func announcementTag(b web.Base, a Announcement, today domain.Date) web.Tag {
	switch {
	case a.Retracted:
		return web.Tag{Kind: "plain", Text: b.T("moderation.announcements.retracted")}
	case a.ShownOn(today):
		return web.Tag{Kind: "good", Text: b.T("moderation.announcements.shown")}
	case a.From > today:
		return web.Tag{Kind: "wait", Text: b.T("moderation.announcements.coming")}
	}
	return web.Tag{Kind: "plain", Text: b.T("moderation.announcements.over")}
}
