package web

import (
	"html/template"
	"strconv"
	"strings"

	"rsc.io/qr"
)

// QR is a QR code as a page draws it: <svg viewBox="0 0 Size Size"><path d="Path"/></svg>.
type QR struct {
	Size int
	Path template.HTMLAttr // numbers and letters of our own making
	URL  string
}

// NewQR draws the QR code of an address; nil where it is too long for one.
func NewQR(address string) *QR {
	code, err := qr.Encode(address, qr.M)
	if err != nil {
		return nil
	}
	var d strings.Builder
	for row := range code.Size {
		for from := 0; from < code.Size; from++ {
			to := from
			for to < code.Size && code.Black(to, row) {
				to++
			}
			if to > from {
				d.WriteString("M" + strconv.Itoa(from+2) + " " + strconv.Itoa(row+2) + "h" + strconv.Itoa(to-from) + "v1H" + strconv.Itoa(from+2) + "z")
				from = to
			}
		}
	}
	return &QR{Size: code.Size + 4, Path: template.HTMLAttr(d.String()), URL: address} //nolint:gosec // made of numbers
}
