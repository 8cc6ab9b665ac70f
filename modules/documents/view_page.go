package documents

import (
	"encoding/json"
	"fmt"
	"strconv"

	"gotong/modules/domain"
	"gotong/modules/kit/extract"
	"gotong/modules/kit/search"
	"gotong/modules/kit/web"
)

// foundCard is a document of the list, with the place that answers the question.
type foundCard struct {
	web.Card
	Picture   string // a small size
	Quote     []search.Span
	QuotePath string // of the page
	QuoteText string // "Halaman 3"
}

// shownPicture is a picture in several sizes.
type shownPicture struct {
	Small, Set, Alt string
}

// versionPath is where a document, or with a sum an older version of it, is read.
func versionPath(id domain.DocumentID, version string) string {
	if version == "" {
		return documentPath(id)
	}
	return documentPath(id) + "/versions/" + version
}

func picturePath(b web.Base, at string, side int) string {
	return b.URL(fmt.Sprintf("%s/picture/%d", at, side))
}

func pictureOf(b web.Base, at, alt string) *shownPicture {
	p := &shownPicture{Small: picturePath(b, at, widths[1]), Alt: alt}
	for i, side := range widths {
		if i > 0 {
			p.Set += ", "
		}
		p.Set += fmt.Sprintf("%s %dw", picturePath(b, at, side), side)
	}
	return p
}

// viewerWords are the texts of the viewer's script.
func viewerWords(b web.Base) string {
	words := map[string]string{}
	for _, key := range []string{"zoom_in", "zoom_out", "zoom_fit", "page", "failed", "loading", "prev", "next"} {
		words[key] = b.T("documents.view."+key, "n", 0) // the script puts the number in
	}
	raw, err := json.Marshal(words)
	if err != nil {
		return "{}"
	}
	return string(raw)
}

// viewerPage shows what is in a file, page by page.
type viewerPage struct {
	web.Base
	Document   Document
	Back       string
	Download   string
	DownloadTo string
	Picture    *shownPicture
	Full       string // address of the whole picture
	PDF        *pdfPage
	Number     int
	Pages      int
	PageText   string // "Halaman 2 dari 5"
	Prev, Next string
	Heading    string
	Text       []search.Span
	Rows       []tableRow
	TableName  string
	Note       string
	Version    string // which one this is, where it was asked for by its sum
	Versions   string // address of all of them
	Compare    string // address of what differs from the newest; "" for the newest
	Question   string
	Words      string // for the script
}

// pdfPage is what the script needs to draw pages of a PDF.
type pdfPage struct{ File, Address string }

type tableRow struct {
	Number int
	Cells  []string
}

// mayShow tells whether the viewer has something to show of a document.
func mayShow(d Document) bool {
	return d.Status == Ready && (d.picture() || extract.Reads(extensionOf(d.FileName)) && d.Size <= extract.MaxSize || isPDF(d))
}

func isPDF(d Document) bool { return d.MediaType == kinds["pdf"].MediaType }

// placeText names a part of a file as its program does: a page, a slide, a sheet by its name, else a part.
func placeText(b web.Base, d Document, n int, heading string) string {
	switch extensionOf(d.FileName) {
	case "pdf":
		return b.T("documents.view.page", "n", n)
	case "pptx", "odp":
		return b.T("documents.view.slide", "n", n)
	case "xlsx", "ods":
		if heading != "" {
			return b.T("documents.view.sheet", "name", heading)
		}
	}
	return b.T("documents.view.part", "n", n)
}

// numbered leaves out a page that is not there.
func numbered(asked, pages int) int { return max(1, min(asked, pages)) }

func (m *Module) viewerPage(b web.Base, p Preview, version string, asked int, question string) viewerPage {
	d := p.Document
	b.Title, b.Demo = d.Title, d.Demo
	b.Private = b.Private || !p.Public
	b.Crumbs = []web.Crumb{{Label: p.Parent.Title, Path: p.Parent.Path}, {Label: d.Title, Path: documentPath(p.ID)}}
	at := versionPath(p.ID, version)
	v := viewerPage{Document: d, Back: b.URL(documentPath(p.ID)), DownloadTo: b.URL(at + "/file"),
		Download: b.T("documents.download", "format", formatText(b, d)), Question: question}
	v.Words = viewerWords(b)
	if version != "" {
		v.older(b, p, version)
	}
	if d.picture() {
		v.Picture, v.Full = pictureOf(b, at, d.Title), v.DownloadTo
		v.Base = b
		return v
	}
	path := func(n int) string {
		return web.ListURL(b, at+"/view", map[string]string{"page": strconv.Itoa(n), "q": question}, "")
	}
	r := p.Reading
	v.Pages = len(r.Pages)
	if isPDF(d) {
		v.PDF = &pdfPage{File: v.DownloadTo, Address: b.URL(at + "/view")}
	}
	switch {
	case r.State == textNone && isPDF(d):
		v.Note = b.T("documents.view.scan")
	case r.State == textNone:
		v.Note = b.T("documents.view.empty")
	case r.State == textLarge:
		v.Note = b.T("documents.view.large")
	case r.State == textUnreadable:
		v.Note = b.T("documents.view.unreadable")
	case r.Cut:
		v.Note = b.T("documents.view.cut")
	}
	if v.Pages > 0 {
		v.Number = numbered(asked, v.Pages)
		v.PageText = b.T("documents.view.page_of", "n", v.Number, "all", v.Pages)
		if !isPDF(d) {
			v.PageText = b.T("documents.view.of", "place", placeText(b, d, v.Number, r.Pages[v.Number-1].Title), "n", v.Number, "all", v.Pages)
		}
		if v.Number > 1 {
			v.Prev = path(v.Number - 1)
		}
		if v.Number < v.Pages {
			v.Next = path(v.Number + 1)
		}
		v.show(b, m.Service, r.Pages[v.Number-1], question)
	}
	v.Base = b
	return v
}

// older says which version is shown.
func (v *viewerPage) older(b web.Base, p Preview, version string) {
	n, all := p.Current.number(version), p.Current.History()
	v.Version = b.T("documents.versions.shown", "n", n, "all", len(all), "date", b.Date(all[n-1].At))
	v.Versions = b.URL(documentPath(p.ID) + "/versions")
	if version != p.Current.SHA256 {
		v.Compare = b.URL(versionPath(p.ID, version) + "/compare")
	}
}

func (v *viewerPage) show(b web.Base, s *Service, page extract.Page, question string) {
	v.Heading, v.TableName = page.Title, page.Title
	if v.TableName == "" {
		v.TableName = b.Title
	}
	number := page.First
	for _, cells := range page.Rows {
		v.Rows = append(v.Rows, tableRow{number, cells})
		number++
	}
	if page.Text == "" {
		return
	}
	if question != "" && s.find != nil {
		v.Text = s.find.Snippet(question, page.Text, 0)
		return
	}
	v.Text = []search.Span{{Text: page.Text}}
}
