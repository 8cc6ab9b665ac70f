package documents

import (
	"context"
	"html/template"
	"strings"

	"gotong/modules/domain"
	"gotong/modules/kit/apperr"
	"gotong/modules/kit/web"
)

type indexPage struct {
	web.Base
	Count   string // how many documents there are in all; "" where it is not known now
	Filters *web.Filters
	Table   *web.Downloads
	FeedURL string

	CollectionsURL string
	PapersURL      string // where anybody checks a paper
	ZipURL         string // of all that is listed; "" where nothing is
	Cards          []foundCard
	Empty          web.Empty
	Pager          web.Pager
}

type showPage struct {
	web.Base
	Tags                      []web.Tag
	Description               string
	Document                  Document
	DownloadURL               string
	Download                  string        // label with type and size
	Picture                   *shownPicture // nil for others
	ViewURL, ViewText         string        // of the viewer
	Facts                     []web.Fact
	Citation                  string
	SHA256                    string
	Trashed                   string // since when and why, "" where it is not
	Quarantine                string // why nobody gets the file, "" where it is not withheld
	QuarantineKind            string // of the message: wait or stop
	EditURL, SharingURL       string
	RequestsURL               string // where requests for access are answered
	ReadingsURL               string // who read it
	Trash                     *web.Action
	Restore                   *web.Action
	Actions                   []*web.Action
	VersionsURL, VersionsText string
	CollectURL                string // where those who keep collections add it to one
	Panels                    []web.Section
}

type formPage struct {
	web.Base
	For     string // title of what it belongs to
	ForPath string
	Form    *web.Form
	Pieces  *pieces // of an upload: how files are sent in pieces
	Done    []web.Card
	Room    *roomBar
}

type panelPage struct {
	web.Base
	Asked     []web.Card // may be asked for
	Cards     []web.Card
	Trashed   []web.Card
	Empty     string
	UploadURL string
	AllURL    string // of everything as a ZIP
	Room      *roomBar
}

func documentPath(id domain.DocumentID) string { return "/documents/" + string(id) }

func forValue(ref domain.Ref) string { return ref.Kind + ":" + ref.ID }

// parseFor reads what a form says it belongs to.
func parseFor(s string) (domain.Ref, bool) {
	kind, id, ok := strings.Cut(s, ":")
	return domain.Ref{Kind: kind, ID: id}, ok && kind != "" && id != ""
}

// family keys: each value of a controlled list has one text.
func typeText(b web.Base, t domain.DocumentType) string { return b.T("documents.type." + string(t)) }
func visibilityText(b web.Base, v domain.Visibility) string {
	return b.T("documents.visibility." + string(v))
}

func sizeText(b web.Base, n int64) string {
	switch {
	case n >= 1<<30:
		return b.T("documents.size_gb", "size", b.Local().Decimal(float64(n)/(1<<30), 1))
	case n >= 1<<20:
		return b.T("documents.size_mb", "size", b.Local().Decimal(float64(n)/(1<<20), 1))
	case n >= 1<<10:
		return b.T("documents.size_kb", "size", b.Number(n>>10))
	}
	return b.T("documents.size_bytes", "count", int(n))
}

func formatText(b web.Base, d Document) string {
	return b.T("documents.format", "type", strings.ToUpper(extensionOf(d.FileName)), "size", sizeText(b, d.Size))
}

func visibilityTag(b web.Base, v domain.Visibility) web.Tag {
	if v == domain.VisiblePublic {
		return web.Tag{Kind: "plain", Text: visibilityText(b, v)}
	}
	return web.Tag{Kind: "wait", Text: visibilityText(b, v)}
}

func card(b web.Base, v View, withParent bool) web.Card {
	d := v.Document
	when := b.Date(d.Created)
	if d.Date != "" { // what the paper says of itself
		when = b.Date(d.Date.Time())
	}
	meta := []string{typeText(b, d.Type), formatText(b, d), when}
	c := web.Card{Title: d.Title, Path: b.URL(documentPath(v.ID)), Meta: strings.Join(meta, " · "), Demo: d.Demo}
	if d.Demo {
		c.DemoText = b.T("documents.demo")
	}
	if withParent {
		c.Lines = append(c.Lines, b.T("documents.belongs_to", "title", v.Parent.Title))
	}
	if d.Visibility != domain.VisiblePublic {
		tag := visibilityTag(b, d.Visibility)
		c.Tag = &tag
	}
	if d.Status == Quarantined {
		tag := quarantineTag(b, d.Finding)
		c.Tag = &tag
	}
	return c
}

// quarantineText says why nobody gets a document's file.
func quarantineText(b web.Base, f Finding) string {
	if f == Unscanned {
		return b.T("documents.quarantine_waiting")
	}
	return b.T("documents.quarantine_found", "signature", string(f))
}

func quarantineTag(b web.Base, f Finding) web.Tag {
	if f == Unscanned {
		return web.Tag{Kind: "wait", Text: b.T("documents.tag_waiting")}
	}
	return web.Tag{Kind: "stop", Text: b.T("documents.tag_found")}
}

func typeOptions(b web.Base) []web.Option {
	var options []web.Option
	for _, t := range domain.DocumentTypes {
		options = append(options, web.Option{Value: string(t), Label: typeText(b, t)})
	}
	return options
}

func visibilityOptions(b web.Base) []web.Option {
	var options []web.Option
	for _, v := range visibilities {
		options = append(options, web.Option{Value: string(v), Label: visibilityText(b, v), Hint: b.T("documents.visibility_hint." + string(v))})
	}
	return options
}

func languageOptions(b web.Base) []web.Option {
	return []web.Option{{Value: "id", Label: b.T("documents.language.id")}, {Value: "en", Label: b.T("documents.language.en")}}
}

// detailsForm adds the inputs of Details, filled with what is known.
func detailsForm(b web.Base, f *web.Form, d Details) *web.Form {
	return f.
		Select("type", typeOptions(b), web.Required(), web.Value(string(d.Type))).
		Text("title", web.Max(titleMax), web.Value(d.Title)).
		TextArea("description", web.Max(descriptionMax), web.Value(d.Description)).
		Radio("visibility", visibilityOptions(b), web.Required(), web.Value(string(d.Visibility))).
		Select("language", languageOptions(b), web.Required(), web.Value(d.Language)).
		Date("date", web.Value(string(d.Date))).
		Section("more").
		Text("authors", web.Max(authorsMax), web.Value(d.Authors)).
		Select("license", licenseOptions(b), web.Value(d.License)).
		Text("doi", web.Value(d.DOI)).
		Checkboxes("tags", tagOptions(b), web.ValueList(d.Tags)).
		Date("embargo", web.Value(string(d.Embargo))).
		Date("retain", web.Value(string(d.Retain)))
}

func licenseOptions(b web.Base) (options []web.Option) {
	for _, l := range Licenses {
		options = append(options, web.Option{Value: l, Label: b.T("documents.license." + l)})
	}
	return options
}

func tagOptions(b web.Base) (options []web.Option) {
	for _, g := range domain.Taxonomy().Groups() {
		options = append(options, web.Option{Value: g.ID, Label: g.Name.In(b.Lang)})
	}
	return options
}

func editForm(b web.Base, v View) *web.Form {
	d := v.Document
	f := web.NewForm(b, "documents.form", documentPath(v.ID)+"/edit").Read(v.Version).Back(documentPath(v.ID)).Section("details")
	f.Submit = b.T("documents.form.save")
	return detailsForm(b, f, Details{Type: d.Type, Title: d.Title, Description: d.Description, Visibility: d.Visibility, Language: d.Language, Date: d.Date,
		Authors: d.Authors, License: d.License, DOI: d.DOI, Tags: d.Tags, Embargo: d.Embargo, Retain: d.Retain})
}

// readDetails takes the inputs of detailsForm; dates that cannot be read are an Invalid at their inputs.
func readDetails(v web.Values) (Details, error) {
	d := Details{
		Type: domain.DocumentType(v.Get("type")), Title: v.Get("title"), Description: v.Get("description"),
		Visibility: domain.Visibility(v.Get("visibility")), Language: v.Get("language"),
	}
	d.Authors, d.License, d.DOI, d.Tags = v.Get("authors"), v.Get("license"), v.Get("doi"), v.All("tags")
	var f apperr.Fields
	for name, into := range map[string]*domain.Date{"date": &d.Date, "embargo": &d.Embargo, "retain": &d.Retain} {
		date, err := domain.ParseDate(v.Get(name))
		f.Check(err == nil, name, "documents.error.date")
		*into = date
	}
	return d, f.Err()
}

// show builds the page of one document. Names that cannot be had are left out; the page stands.
func (m *Module) show(ctx context.Context, b web.Base, v View) showPage {
	d := v.Document
	b.Title, b.Demo = d.Title, d.Demo
	b.Private = b.Private || d.Visibility != domain.VisiblePublic || !v.Parent.Public
	b.Crumbs = []web.Crumb{{Label: v.Parent.Title, Path: v.Parent.Path}}
	p := showPage{
		Tags: []web.Tag{visibilityTag(b, d.Visibility)}, Description: d.Description, Document: d, SHA256: d.SHA256,
		DownloadURL: b.URL(documentPath(v.ID) + "/file"), Download: b.T("documents.download", "format", formatText(b, d)),
	}
	if d.picture() {
		p.Picture = pictureOf(b, documentPath(v.ID), d.Title)
	}
	if mayShow(d) {
		p.ViewURL, p.ViewText = b.URL(documentPath(v.ID)+"/view"), b.T("documents.view.open")
	}
	p.Facts = []web.Fact{
		{Label: b.T("documents.fact.type"), Value: typeText(b, d.Type)},
		{Label: b.T("documents.fact.parent"), Value: v.Parent.Title, Path: b.URL(v.Parent.Path)},
	}
	if d.Date != "" {
		p.Facts = append(p.Facts, web.Fact{Label: b.T("documents.fact.date"), Value: b.Date(d.Date.Time())})
	}
	publisher := ""
	if briefs, err := m.Service.orgs.Briefs(ctx, []domain.OrganizationID{d.Organization}); err == nil && d.Organization != "" {
		if brief, ok := briefs[d.Organization]; ok {
			publisher = brief.Name
			p.Facts = append(p.Facts, web.Fact{Label: b.T("documents.fact.organization"), Value: brief.Name, Path: b.URL("/organizations/" + string(brief.ID))})
		}
	}
	if v.Granted != "" {
		p.Facts = append(p.Facts, web.Fact{Label: b.T("documents.fact.granted"), Value: b.T("documents.granted_until", "date", b.Date(v.Granted.Time()))})
	}
	p.Citation = m.citation(b, v, publisher)
	if v.MayChange {
		p.Facts = append(p.Facts, m.same(ctx, b, v)...)
	}
	p.Facts = append(p.Facts,
		web.Fact{Label: b.T("documents.fact.uploaded"), Value: b.DateTime(d.Created)},
		web.Fact{Label: b.T("documents.fact.language"), Value: b.T("documents.language." + d.Language)},
		web.Fact{Label: b.T("documents.fact.file"), Value: d.FileName},
		web.Fact{Label: b.T("documents.fact.format"), Value: formatText(b, d)})
	if d.Personal {
		p.Facts = append(p.Facts, web.Fact{Label: b.T("documents.fact.personal"), Value: b.T("documents.personal_kept")})
	}
	if d.Status == Trashed {
		p.Trashed = b.T("documents.trashed", "date", b.Date(d.Since), "reason", d.Reason)
		p.Tags = append(p.Tags, web.Tag{Kind: "stop", Text: b.T("documents.in_trash")})
	}
	if d.Status == Quarantined {
		tag := quarantineTag(b, d.Finding)
		p.Quarantine, p.QuarantineKind = quarantineText(b, d.Finding), tag.Kind
		p.Tags = append(p.Tags, tag)
		p.Picture, p.ViewURL = nil, ""
	}
	if v.MayChange {
		p.actions(b, v)
	}
	p.life(b, v, d.Embargoed(v.Now), v.Keeper)
	p.Base = b
	return p
}

// same names other documents of the owner with this content: it is stored once for all of them.
func (m *Module) same(ctx context.Context, b web.Base, v View) (facts []web.Fact) {
	docs, err := m.Service.sameContent(ctx, v.Document)
	if err != nil {
		return nil
	}
	for _, doc := range docs {
		if doc.ID != string(v.ID) {
			facts = append(facts, web.Fact{Label: b.T("documents.fact.same"), Value: doc.Body.Title, Path: b.URL(documentPath(domain.DocumentID(doc.ID)))})
		}
	}
	return facts
}

func (p *showPage) actions(b web.Base, v View) {
	if v.Document.Status == Trashed {
		restore := web.NewAction(b, "documents.restore", documentPath(v.ID)+"/restore")
		restore.Version = v.Version
		p.Restore = &restore
		return
	}
	if v.Document.Status == Ready {
		p.EditURL, p.SharingURL = b.URL(documentPath(v.ID)+"/edit"), b.URL(documentPath(v.ID)+"/sharing")
		p.RequestsURL = b.URL(documentPath(v.ID) + "/requests")
	}
	trash := web.NewAction(b, "documents.trash", documentPath(v.ID)+"/delete")
	trash.Version, trash.Reason, trash.Kind = v.Version, true, "stop"
	p.Trash = &trash
}

// fragmentOf makes a panel's body; "" where it has nothing to show.
func (m *Module) fragmentOf(b web.Base, parent domain.Resolved, ready, trashed []View, asked []Askable, mayAttach bool, room *roomBar) (template.HTML, error) {
	if len(ready) == 0 && len(trashed) == 0 && len(asked) == 0 && !mayAttach {
		return "", nil
	}
	p := panelPage{Base: b, Room: room}
	for _, a := range asked {
		c := web.Card{Title: a.Title, Path: b.URL(askPath(a.ID)), Meta: b.T("documents.ask.on_request"), Demo: a.Demo, DemoText: b.T("documents.demo")}
		if a.Asked != nil {
			tag := askTag(b, &a.Asked.Body, a.Opens)
			c.Tag, c.Meta = &tag, ""
		}
		p.Asked = append(p.Asked, c)
	}
	for _, v := range ready {
		p.Cards = append(p.Cards, card(b, v, false))
	}
	for _, v := range trashed {
		p.Trashed = append(p.Trashed, card(b, v, false))
	}
	if len(ready) == 0 {
		p.Empty = b.T("documents.panel.empty")
	}
	if len(ready) > 1 {
		p.AllURL = b.URL("/documents/bundle") + "?for=" + template.URLQueryEscaper(forValue(parent.Ref))
	}
	if mayAttach {
		p.UploadURL = b.URL("/documents/new") + "?for=" + template.URLQueryEscaper(forValue(parent.Ref))
	}
	return m.panelView.Fragment(p)
}
