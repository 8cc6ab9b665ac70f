package documents

import (
	"strings"

	"gotong/modules/domain"
	"gotong/modules/kit/web"
)

// collectionsPage lists collections.
type collectionsPage struct {
	web.Base
	Of     string // the organisation, "" for all
	OfPath string
	Cards  []web.Card
	Begin  []web.Crumb // where a new one is begun, one link for each organisation
	Empty  web.Empty
	Pager  web.Pager
}

// collectionPage shows one collection.
type collectionPage struct {
	web.Base
	Tags        []web.Tag
	Name        string
	By, ByPath  string
	Description string
	Count       string
	Hidden      string // what an editor is told of documents that the editor may not read
	Removed     string
	Items       []collectionItem
	Empty       string
	ZipURL      string
	FeedURL     string
	EditURL     string
	Add         *web.Form
	Remove      *web.Action
	Restore     *web.Action
}

type collectionItem struct {
	foundCard
	Description string
	Lang        string // of the description, where it is not the page's
	Moves       []web.Action
}

type collectionFormPage struct {
	web.Base
	For, ForPath string
	Form         *web.Form
}

// collectPage offers the collections to which a document can be added.
type collectPage struct {
	web.Base
	Name, Back string
	Rows       []collectRow
	Begin      []web.Crumb
}

type collectRow struct {
	Title, Path, By string
	Add             *web.Action // nil where it is in there
	In              string
}

func collectionPath(id string) string { return "/collections/" + id }

// beginLinks lead to a new collection of each organisation for which the actor edits.
func beginLinks(b web.Base, actor domain.Actor) (links []web.Crumb) {
	for _, m := range actor.Holding(domain.OrgEditor) {
		if !actor.Auditor() {
			links = append(links, web.Crumb{Label: b.T("documents.collections.begin", "name", m.Name), Path: web.ListURL(b, "/collections/new", map[string]string{"organization": string(m.Organization)}, "")})
		}
	}
	return links
}

func collectionTags(b web.Base, v CollectionView) (tags []web.Tag) {
	switch {
	case !v.Collection.Removed.IsZero():
		return []web.Tag{{Kind: "stop", Text: b.T("documents.collection.removed_tag")}}
	case v.Open:
		return []web.Tag{{Kind: "plain", Text: b.T("documents.visibility.public")}}
	}
	return []web.Tag{{Kind: "wait", Text: b.T("documents.collection.house_tag")}}
}

func collectionCard(b web.Base, v CollectionView) web.Card {
	c := web.Card{Title: v.Collection.Title, Path: b.URL(collectionPath(v.ID)), Meta: v.By.Title, Demo: v.Collection.Demo}
	if v.Collection.Demo {
		c.DemoText = b.T("documents.demo")
	}
	if v.Collection.Description != "" {
		c.Lines = []string{shorten(v.Collection.Description, 160)}
	}
	if !v.Open {
		c.Tag = &collectionTags(b, v)[0]
	}
	return c
}

// shorten cuts a text at a blank, at most that many letters long.
func shorten(s string, letters int) string {
	s = strings.Join(strings.Fields(s), " ")
	runes := []rune(s)
	if len(runes) <= letters {
		return s
	}
	cut := string(runes[:letters])
	if i := strings.LastIndexByte(cut, ' '); i > 0 {
		cut = cut[:i]
	}
	return cut + " …"
}

func collectionForm(b web.Base, prefix, action string, d CollectionDetails) *web.Form {
	return web.NewForm(b, prefix, action).Section("what").
		Text("title", web.Required(), web.Max(titleMax), web.Value(d.Title)).
		TextArea("description", web.Max(descriptionMax), web.Value(d.Description)).
		Checkbox("public", web.Checked(d.Public))
}

func (m *Module) collectionPage(b web.Base, v CollectionView) collectionPage {
	c := v.Collection
	b.Title, b.Demo = c.Title, b.Demo || c.Demo
	b.Private = b.Private || !v.Open
	b.Crumbs = []web.Crumb{{Label: b.T("documents.list.title"), Path: "/documents"}, {Label: b.T("documents.collections.title"), Path: "/collections"}}
	p := collectionPage{Tags: collectionTags(b, v), Name: c.Title, By: v.By.Title, ByPath: b.URL(v.By.Path), Description: c.Description,
		Count: b.T("documents.list.count", "count", len(v.Documents)), Empty: b.T("documents.collection.empty")}
	if !c.Removed.IsZero() {
		p.Removed = b.T("documents.collection.removed", "date", b.Date(c.Removed), "reason", c.Reason)
	}
	for i, d := range v.Documents {
		item := collectionItem{foundCard: smallCard(b, d), Description: shorten(d.Document.Description, 240)}
		if d.Document.Language != b.Lang {
			item.Lang = d.Document.Language
		}
		if v.MayEdit && c.Removed.IsZero() {
			for _, move := range []string{MoveUp, MoveDown, TakeOut} {
				if move == MoveUp && i == 0 || move == MoveDown && i == len(v.Documents)-1 {
					continue
				}
				a := web.NewAction(b, "documents.arrange."+move, collectionPath(v.ID)+"/arrange").With("document", string(d.ID)).With("move", move)
				a.ID, a.Version, a.Kind = a.ID+"-"+string(d.ID), v.Version, "plain"
				item.Moves = append(item.Moves, a)
			}
		}
		p.Items = append(p.Items, item)
		b.Demo = b.Demo || d.Document.Demo
	}
	if len(v.Documents) > 0 && c.Removed.IsZero() {
		p.ZipURL = web.ListURL(b, "/documents/bundle", map[string]string{"collection": v.ID}, "")
	}
	if v.Open {
		p.FeedURL = b.URL(collectionPath(v.ID) + "/feed.atom")
	}
	if v.MayEdit {
		m.editing(b, v, &p)
	}
	p.Base = b
	return p
}

// editing offers what an editor may do with a collection.
func (m *Module) editing(b web.Base, v CollectionView, p *collectionPage) {
	if !v.Collection.Removed.IsZero() {
		restore := web.NewAction(b, "documents.collection_restore", collectionPath(v.ID)+"/restore")
		restore.Version = v.Version
		p.Restore = &restore
		return
	}
	if v.Hidden > 0 {
		p.Hidden = b.T("documents.collection.hidden", "count", v.Hidden)
	}
	p.EditURL = b.URL(collectionPath(v.ID) + "/edit")
	p.Add = web.NewForm(b, "documents.collect", collectionPath(v.ID)+"/documents").Read(v.Version).Section("add").Text("document", web.Required())
	remove := web.NewAction(b, "documents.collection_remove", collectionPath(v.ID)+"/delete")
	remove.Version, remove.Reason, remove.Kind = v.Version, true, "stop"
	p.Remove = &remove
}
