package extract

import (
	"errors"
	"io"
	"strings"

	"golang.org/x/net/html"
)

const (
	maxToken = 8 << 20 // bytes of one tag or text
	maxName  = 300     // letters of an entry's name
)

// blocks are the elements of HTML after whose end a paragraph ends; those that are not for reading are left out whole.
var (
	blocks = map[string]bool{"p": true, "div": true, "li": true, "tr": true, "h1": true, "h2": true, "h3": true, "h4": true, "h5": true, "h6": true,
		"title": true, "br": true, "table": true, "blockquote": true, "pre": true, "section": true, "article": true, "header": true, "footer": true, "dt": true, "dd": true}
	unread = map[string]bool{"script": true, "style": true}
)

// readHTML reads the text of a page.
func readHTML(src Source, p *paper) error {
	z := html.NewTokenizer(io.NewSectionReader(src, 0, src.Size()))
	z.SetMaxBuf(maxToken)
	var line strings.Builder
	flow := func() error {
		text := strings.Join(strings.Fields(line.String()), " ")
		line.Reset()
		if text == "" {
			return nil
		}
		return p.flow(text)
	}
	skip := false
	for {
		switch z.Next() {
		case html.ErrorToken:
			if err := z.Err(); !errors.Is(err, io.EOF) {
				return err
			}
			return flow()
		case html.TextToken:
			if !skip {
				line.Write(z.Text())
			}
		case html.StartTagToken, html.EndTagToken, html.SelfClosingTagToken:
			token := z.Token()
			skip = unread[token.Data] && token.Type == html.StartTagToken
			switch {
			case token.Data == "td" || token.Data == "th":
				line.WriteByte(' ')
			case blocks[token.Data]:
				if err := flow(); err != nil {
					return err
				}
			}
		}
		if line.Len() > pageText {
			if err := p.write(line.String()); err != nil {
				return err
			}
			line.Reset()
		}
	}
}
