package web

import (
	"fmt"
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

// QRRun is a run of black squares in one row of a QR code: columns From to To, without To.
type QRRun struct{ Row, From, To int }

// EncodeQR gives the QR code of an address, its size in squares and its black runs; an error where it is too long for one.
func EncodeQR(address string) (size int, runs []QRRun, err error) {
	code, err := qr.Encode(address, qr.M)
	if err != nil {
		return 0, nil, fmt.Errorf("QR code of %s: %w", address, err)
	}
	for row := range code.Size {
		for from := 0; from < code.Size; from++ {
			to := from
			for to < code.Size && code.Black(to, row) {
				to++
			}
			if to > from {
				runs = append(runs, QRRun{row, from, to})
				from = to
			}
		}
	}
	return code.Size, runs, nil
}

// NewQR draws the QR code of an address; nil where it is too long for one.
func NewQR(address string) *QR {
	size, runs, err := EncodeQR(address)
	if err != nil {
		return nil
	}
	var d strings.Builder
	for _, r := range runs {
		d.WriteString("M" + strconv.Itoa(r.From+2) + " " + strconv.Itoa(r.Row+2) + "h" + strconv.Itoa(r.To-r.From) + "v1H" + strconv.Itoa(r.From+2) + "z")
	}
	return &QR{Size: size + 4, Path: template.HTMLAttr(d.String()), URL: address} //nolint:gosec // made of numbers
}
