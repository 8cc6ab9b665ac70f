package documents

import (
	"context"
	"encoding/xml"
	"fmt"
	"strings"
	"time"

	"gotong/modules/domain"
	"gotong/modules/kit/web"
)

// atom is a feed (RFC 4287) of the newest public documents.
type atom struct {
	XMLName xml.Name    `xml:"http://www.w3.org/2005/Atom feed"`
	Lang    string      `xml:"xml:lang,attr"`
	ID      string      `xml:"id"`
	Title   string      `xml:"title"`
	Updated string      `xml:"updated"`
	Author  atomAuthor  `xml:"author"`
	Links   []atomLink  `xml:"link"`
	Entries []atomEntry `xml:"entry"`
}

type atomAuthor struct {
	Name string `xml:"name"`
}

type atomLink struct {
	Rel  string `xml:"rel,attr,omitempty"`
	Type string `xml:"type,attr,omitempty"`
	Href string `xml:"href,attr"`
}

type atomEntry struct {
	ID        string      `xml:"id"`
	Title     string      `xml:"title"`
	Published string      `xml:"published"`
	Updated   string      `xml:"updated"`
	Author    *atomAuthor `xml:"author"`
	Summary   string      `xml:"summary,omitempty"`
	Links     []atomLink  `xml:"link"`
	Category  struct {
		Term  string `xml:"term,attr"`
		Label string `xml:"label,attr"`
	} `xml:"category"`
}

// feed lists the newest documents that everybody may read now, whoever asks.
func (m *Module) feed(ctx context.Context, b web.Base, f Filter, self string) ([]byte, error) {
	views, _, err := m.Service.newest(ctx, domain.Actor{}, Filter{Type: f.Type, Region: f.Region})
	if err != nil {
		return nil, err
	}
	return m.feedOf(b, views, b.T("documents.list.title"), "/documents", self)
}

// feedOf makes a feed of documents, of a page and under an address of its own.
func (m *Module) feedOf(b web.Base, views []View, title, page, self string) ([]byte, error) {
	at := func(path string) string { return m.address + b.URL(path) }
	a := atom{Lang: b.Lang, ID: m.address + self, Title: "Gotong: " + title, Author: atomAuthor{"Gotong"},
		Links: []atomLink{{Rel: "self", Type: "application/atom+xml", Href: m.address + self}, {Rel: "alternate", Type: "text/html", Href: at(page)}}}
	newest := time.Unix(0, 0)
	for _, v := range views {
		d := v.Document
		changed := d.Created
		if !d.RenewedAt.IsZero() {
			changed = d.RenewedAt
		}
		if changed.After(newest) {
			newest = changed
		}
		e := atomEntry{ID: at(documentPath(v.ID)), Title: d.Title, Published: d.Created.UTC().Format(time.RFC3339), Updated: changed.UTC().Format(time.RFC3339),
			Summary: d.Description, Links: []atomLink{{Rel: "alternate", Type: "text/html", Href: at(documentPath(v.ID))}}}
		e.Category.Term, e.Category.Label = string(d.Type), typeText(b, d.Type)
		if d.Authors != "" {
			e.Author = &atomAuthor{d.Authors}
		}
		a.Entries = append(a.Entries, e)
	}
	a.Updated = newest.UTC().Format(time.RFC3339)
	raw, err := xml.MarshalIndent(a, "", " ")
	if err != nil {
		return nil, fmt.Errorf("feed: %w", err)
	}
	return append([]byte(xml.Header), raw...), nil
}

// citation says how a document is cited: authors, year, title, who published it, where it is. "" where no author is named.
func (m *Module) citation(b web.Base, v View, publisher string) string {
	d := v.Document
	if d.Authors == "" {
		return ""
	}
	where := m.address + b.URL(documentPath(v.ID))
	if d.DOI != "" {
		where = "https://doi.org/" + d.DOI
	}
	parts := []string{fmt.Sprintf("%s (%d). %s", strings.TrimSuffix(d.Authors, "."), d.year(), strings.TrimSuffix(d.Title, "."))}
	if publisher != "" {
		parts = append(parts, publisher)
	}
	return strings.Join(append(parts, where), ". ")
}
