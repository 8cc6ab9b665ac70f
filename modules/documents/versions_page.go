package documents

import (
	"fmt"
	"slices"

	"gotong/modules/domain"
	"gotong/modules/kit/extract"
	"gotong/modules/kit/web"
)

type versionsPage struct {
	web.Base
	Name     string
	Lead     string
	Versions []versionRow
	Form     *web.Form
	Pieces   *pieces
}

type versionRow struct {
	Title     string
	Anchor    string // by which what rests on this content leads here; "" where a newer version has the same
	Tag       *web.Tag
	When, Why string
	SHA256    string
	FileURL   string
	ViewURL   string // "" where there is nothing to show
	Compare   string // address of what differs from the newest
	Who       string // for those who may change the document
	Format    string
	Hidden    string // why this reader cannot have it
	Restore   *web.Action
}

func (m *Module) versionsPage(b web.Base, v View, names map[domain.AccountID]string) versionsPage {
	d := v.Document
	b.Crumbs = []web.Crumb{{Label: v.Parent.Title, Path: v.Parent.Path}, {Label: d.Title, Path: documentPath(v.ID)}}
	b.Demo = d.Demo
	b.Private = b.Private || d.Visibility != domain.VisiblePublic || !v.Parent.Public
	p := versionsPage{Name: d.Title, Lead: b.T("documents.versions.lead", "count", len(d.Versions)+1)}
	all := d.History()
	for i := len(all) - 1; i >= 0; i-- {
		x := all[i]
		anchor := domain.Citation{ID: v.ID, SHA256: x.SHA256}.Anchor()
		if slices.ContainsFunc(all[i+1:], func(newer Version) bool { return newer.SHA256 == x.SHA256 }) {
			anchor = ""
		}
		row := versionRow{Anchor: anchor, Title: b.T("documents.versions.number", "n", i+1), When: b.DateTime(x.At), Why: x.Why, SHA256: x.SHA256, Format: formatText(b, d.as(x)),
			FileURL: b.URL(versionPath(v.ID, x.SHA256) + "/file"), Who: names[x.By]}
		if mayShow(d.as(x)) {
			row.ViewURL = b.URL(versionPath(v.ID, x.SHA256) + "/view")
		}
		if x.SHA256 != d.SHA256 && extract.Reads(extensionOf(x.FileName)) {
			row.Compare = b.URL(versionPath(v.ID, x.SHA256) + "/compare")
		}
		if i == len(all)-1 {
			row.Tag = &web.Tag{Kind: "good", Text: b.T("documents.versions.current")}
		}
		if v.withheld(x) {
			row.FileURL, row.ViewURL, row.Compare, row.Hidden = "", "", "", b.T("documents.versions.personal")
		}
		if x.Finding != "" {
			tag := quarantineTag(b, x.Finding)
			row.Hidden, row.Tag = quarantineText(b, x.Finding), &tag
		} else if d.Status == Quarantined {
			row.FileURL, row.ViewURL, row.Compare = "", "", ""
		}
		if v.MayChange && d.replaceable() && x.SHA256 != d.SHA256 && x.Finding == "" {
			restore := web.NewAction(b, "documents.reinstate", fmt.Sprintf("%s/versions/%s/restore", documentPath(v.ID), x.SHA256))
			restore.ID += fmt.Sprint("-", i+1)
			restore.Version, restore.Reason, restore.Kind = v.Version, true, "plain"
			row.Restore = &restore
		}
		p.Versions = append(p.Versions, row)
	}
	if v.MayChange && d.replaceable() {
		p.Form = web.NewForm(b, "documents.renew", documentPath(v.ID)+"/versions").Read(v.Version).
			File("file", Accept, web.Required(), web.Hint("documents.form.file_limits", "limit", m.Service.Limit()>>20, "types", allowedList)).
			TextArea("why", web.Required(), web.Max(reasonMax), web.Rows(3))
		p.Pieces = m.piecesOf(b, d.Parent)
	}
	p.Base = b
	return p
}

// life tells of embargo, retention, hold, draft or final, and offers what may be done about them.
func (p *showPage) life(b web.Base, v View, embargoed, secretariat bool) {
	d := v.Document
	add := func(label, value string) { p.Facts = append(p.Facts, web.Fact{Label: label, Value: value}) }
	p.VersionsURL = b.URL(documentPath(v.ID) + "/versions")
	p.VersionsText = b.T("documents.versions.link", "count", len(d.Versions)+1)
	if d.Final {
		p.Tags = append(p.Tags, web.Tag{Kind: "good", Text: b.T("documents.final_tag")})
	}
	if embargoed {
		p.Tags = append(p.Tags, web.Tag{Kind: "wait", Text: b.T("documents.embargo_tag", "date", d.Embargo.Time())})
	}
	if d.Authors != "" {
		add(b.T("documents.fact.authors"), d.Authors)
	}
	if d.License != "" {
		add(b.T("documents.fact.license"), b.T("documents.license."+d.License))
	}
	if d.DOI != "" {
		p.Facts = append(p.Facts, web.Fact{Label: b.T("documents.fact.doi"), Value: d.DOI, Path: "https://doi.org/" + d.DOI})
	}
	for _, tag := range d.Tags {
		if g, ok := domain.Taxonomy().Group(tag); ok {
			add(b.T("documents.fact.tag"), g.Name.In(b.Lang))
		}
	}
	if d.Retain != "" && v.MayChange {
		add(b.T("documents.fact.retain"), b.Date(d.Retain.Time()))
	}
	if d.Contacts > 0 && v.MayChange {
		key := "documents.contacts_kept"
		if d.Cleared != nil {
			key = "documents.contacts_cleared"
		}
		add(b.T("documents.fact.contacts"), b.T(key, "count", d.Contacts))
	}
	if d.Hold != nil && v.MayChange {
		add(b.T("documents.fact.hold"), b.T("documents.held", "date", d.Hold.At, "reason", d.Hold.Reason))
	}
	if d.kept(v.Now) != nil {
		p.Trash = nil
	}
	if !v.MayChange || d.Status != Ready {
		return
	}
	act := func(key, path string) *web.Action {
		a := web.NewAction(b, key, documentPath(v.ID)+path)
		a.Version, a.Kind = v.Version, "plain"
		return &a
	}
	if d.exposes() {
		clear := act("documents.clear", "/contacts")
		clear.Reason = true
		p.Actions = append(p.Actions, clear)
	}
	if !d.Final {
		p.Actions = append(p.Actions, act("documents.finish", "/final"))
	}
	switch {
	case secretariat && d.Hold == nil:
		hold := act("documents.hold", "/hold")
		hold.Reason = true
		p.Actions = append(p.Actions, hold)
	case secretariat:
		p.Actions = append(p.Actions, act("documents.let_go", "/release"))
	}
}
