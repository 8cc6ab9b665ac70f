package documents

import (
	"strings"

	"gotong/modules/domain"
	"gotong/modules/kit/web"
)

// sharingPage is where those who may change a document share and move it.
type sharingPage struct {
	web.Base
	Name  string
	Back  string
	Links []linkRow
	Form  *web.Form // nil where the document cannot be shared
	Why   string    // then why
	Move  *web.Form // nil where it cannot be moved
}

type linkRow struct {
	Address string
	Title   string
	Facts   []web.Fact
	Revoke  *web.Action
}

// sharedPage is what somebody with a link sees.
type sharedPage struct {
	web.Base
	Name, Format string
	Description  string
	Language     string
	SHA256       string
	Form         *web.Form
}

func linkPath(secret string) string { return "/shared/" + secret }

func (m *Module) sharingPage(b web.Base, v View, links []SharedLink) sharingPage {
	d := v.Document
	b.Private, b.Demo = true, d.Demo
	b.Crumbs = []web.Crumb{{Label: v.Parent.Title, Path: v.Parent.Path}, {Label: d.Title, Path: documentPath(v.ID)}}
	p := sharingPage{Name: d.Title, Back: b.URL(documentPath(v.ID))}
	for _, l := range links {
		row := linkRow{Title: b.T("documents.sharing.until", "date", l.Until.Time())}
		if l.Secret != "" && l.works(v.Now) {
			row.Address = m.address + b.URL(linkPath(l.Secret))
		}
		add := func(key, value string) {
			row.Facts = append(row.Facts, web.Fact{Label: b.T("documents.sharing." + key), Value: value})
		}
		add("made", b.DateTime(l.At))
		add("password", b.T("documents.sharing."+map[bool]string{true: "with", false: "without"}[l.Protected]))
		add("opened", b.T("documents.sharing.times", "count", int(l.Opened)))
		switch {
		case !l.Last.IsZero():
			add("last", b.DateTime(l.Last))
		case !l.Revoked.IsZero():
			add("revoked", b.DateTime(l.Revoked))
		}
		if l.works(v.Now) {
			revoke := web.NewAction(b, "documents.unshare", documentPath(v.ID)+"/sharing/"+l.ID+"/revoke")
			revoke.ID += "-" + l.ID[:8]
			revoke.Version, revoke.Kind = v.Version, "stop"
			row.Revoke = &revoke
		}
		p.Links = append(p.Links, row)
	}
	switch {
	case d.Status != Ready:
	case d.Personal:
		p.Why = b.T("documents.error.link_personal")
	default:
		p.Form = web.NewForm(b, "documents.share", documentPath(v.ID)+"/sharing").Read(v.Version).Section("link").
			Date("until", web.Required(), web.Value(string(domain.DateOf(v.Now.AddDate(0, 0, 30))))).
			Text("password", web.Max(passwordMax), web.Autocomplete("off"))
	}
	if d.Status == Ready && !d.Final && d.Hold == nil {
		p.Move = web.NewForm(b, "documents.move", documentPath(v.ID)+"/move").Named("move").Read(v.Version).Section("place").
			Text("to", web.Required(), web.Value(v.Parent.Path)).
			Text("name", web.Max(nameMax), web.Value(d.FileName))
	}
	p.Base = b
	return p
}

// places are the kinds of things by the first part of their addresses.
var places = map[string]string{
	"needs": domain.KindNeed, "initiatives": domain.KindInitiative, "organizations": domain.KindOrganization, "commitments": domain.KindCommitment,
	"villages": domain.KindVillage, "calls": domain.KindCall,
}

// parsePlace reads the address of a thing's page, with or without host and language.
func parsePlace(address string) domain.Ref {
	address, _, _ = strings.Cut(strings.TrimSpace(address), "?")
	address, _, _ = strings.Cut(address, "#")
	if _, rest, ok := strings.Cut(address, "://"); ok {
		_, address, _ = strings.Cut(rest, "/")
	}
	parts := strings.Split(strings.Trim(address, "/"), "/")
	if len(parts) > 0 && parts[0] == "en" {
		parts = parts[1:]
	}
	if len(parts) != 2 {
		return domain.Ref{}
	}
	return domain.Ref{Kind: places[parts[0]], ID: parts[1]}
}

func linkForm(b web.Base, secret string, l Link) *web.Form {
	f := web.NewForm(b, "documents.shared", linkPath(secret)).Section("file")
	if l.Protected {
		f = f.Text("password", web.Required(), web.Max(passwordMax), web.Autocomplete("off"))
	}
	return f
}

func sharedPageOf(b web.Base, secret string, d Document, l Link) sharedPage {
	b.Title, b.Private, b.Demo = d.Title, true, d.Demo
	p := sharedPage{Name: d.Title, Description: d.Description, Language: d.Language, Format: formatText(b, d), SHA256: d.SHA256, Form: linkForm(b, secret, l)}
	p.Base = b
	return p
}
