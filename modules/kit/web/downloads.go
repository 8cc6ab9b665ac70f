package web

import "maps"

// Downloads leads to a list as a table, under the filters of its page.
type Downloads struct{ Label, XLSX, CSV, Note string }

// Stays says that the rows are there to read: an edited file does not come back.
func (d *Downloads) Stays(b Base) *Downloads {
	d.Note = b.T("web.download_stays")
	return d
}

// NewDownloads makes the links to the list at path with the page's filters.
func NewDownloads(b Base, path string, query map[string]string) *Downloads {
	in := func(format string) string {
		q := maps.Clone(query)
		if q == nil {
			q = map[string]string{}
		}
		q["format"] = format
		return ListURL(b, path, q, "")
	}
	return &Downloads{Label: b.T("web.download"), XLSX: in("xlsx"), CSV: in("csv")}
}
