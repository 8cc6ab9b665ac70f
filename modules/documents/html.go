package documents

import (
	"bytes"
	"errors"
	"io"
	"strings"
	"unicode"

	"golang.org/x/net/html"

	"gotong/modules/domain"
)

const htmlMax = 8 << 20 // bytes of a page

// activeTags run something, ask for something, load another page into this one, or are read by other rules than the rest.
var activeTags = map[string]bool{
	"script": true, "iframe": true, "frame": true, "frameset": true, "object": true, "embed": true, "applet": true, "portal": true, "fencedframe": true,
	"form": true, "base": true, "svg": true, "math": true, "noscript": true, "template": true, "xmp": true, "noembed": true, "noframes": true, "plaintext": true,
}

// checkHTML takes a page that only shows something. It is stored as it is and never sent as a page, but whoever opens the
// saved file should meet no script either.
func checkHTML(src source, k kind) (content, error) {
	c, err := checkText(src, k)
	if err != nil {
		return c, err
	}
	z := html.NewTokenizer(io.NewSectionReader(c.source, 0, c.source.Size()))
	z.SetMaxBuf(htmlMax)
	var text bytes.Buffer
	for {
		switch z.Next() {
		case html.ErrorToken:
			c.Personal = append(c.Personal, domain.FindPersonalNumbers(text.String())...)
			if err := z.Err(); !errors.Is(err, io.EOF) {
				return c, refuse("documents.error.damaged")
			}
			return c, nil
		case html.TextToken:
			raw := z.Raw()
			for i := 0; i+1 < len(raw); i++ { // within a style or a title: a browser may read it as a tag
				if raw[i] == '<' && (raw[i+1] == '/' || unicode.IsLetter(rune(raw[i+1]))) {
					return c, refuse("documents.error.active_html")
				}
			}
			text.Write(z.Text())
		case html.StartTagToken, html.SelfClosingTagToken, html.EndTagToken:
			if token := z.Token(); activeTags[token.Data] || actsByAttribute(token) {
				return c, refuse("documents.error.active_html")
			} else if breaks[token.Data] || token.Data == "td" || token.Data == "div" || token.Data == "li" {
				text.WriteByte('\n')
			}
		}
	}
}

// actsByAttribute tells whether a tag runs something or leads to what does.
func actsByAttribute(t html.Token) bool {
	for _, a := range t.Attr {
		value := strings.ToLower(strings.Map(func(r rune) rune {
			if r <= ' ' || unicode.IsControl(r) || unicode.IsSpace(r) {
				return -1
			}
			return r
		}, a.Val))
		switch {
		case strings.HasPrefix(a.Key, "on"), a.Key == "srcdoc", a.Key == "formaction", a.Key == "http-equiv" && value == "refresh":
			return true
		case strings.Contains(value, "javascript:"), strings.Contains(value, "vbscript:"), strings.Contains(value, "data:text/html"),
			strings.Contains(value, "data:image/svg"), strings.Contains(value, "data:application"):
			return true
		}
	}
	return false
}
