package organizations

import (
	"fmt"
	"html"
	"unicode/utf8"
)

// badgeColours of the right half, by the kind of the state.
var badgeColours = map[string]string{"good": "#1f6b45", "wait": "#8a5a00", "stop": "#6b6b6b"}

// badgeSVG draws a badge of two halves: the portal's name and what is to be said. It stands alone, without fonts, styles
// or scripts, so that any page can embed it.
func badgeSVG(label, text, kind string) string {
	const height, pad, char = 24, 10, 6.7 // of a letter at 12 px, about
	left := float64(utf8.RuneCountInString(label))*char + 2*pad + 18
	right := float64(utf8.RuneCountInString(text))*char + 2*pad
	whole := html.EscapeString(label + ": " + text)
	return fmt.Sprintf(`<svg xmlns="http://www.w3.org/2000/svg" width="%[1]d" height="%[2]d" viewBox="0 0 %[1]d %[2]d" role="img" aria-label="%[3]s"><title>%[3]s</title>`+
		`<clipPath id="r"><rect width="%[1]d" height="%[2]d" rx="4"/></clipPath><g clip-path="url(#r)"><rect width="%[1]d" height="%[2]d" fill="%[4]s"/><rect width="%[5]d" height="%[2]d" fill="#12352a"/></g>`+
		`<g fill="none" stroke="#e3b23c" stroke-width="2" stroke-linecap="round" stroke-linejoin="round"><path d="M8 12 15 6l7 6"/><path d="M10 12v6h10v-6"/></g>`+
		`<g font-family="Verdana,DejaVu Sans,Geneva,sans-serif" font-size="12" fill="#fff"><text x="28" y="16" textLength="%[6]d">%[7]s</text><text x="%[8]d" y="16" textLength="%[9]d">%[10]s</text></g></svg>`,
		int(left+right), height, whole, badgeColours[kind], int(left), int(left)-28-pad, html.EscapeString(label), int(left)+pad, int(right)-2*pad, html.EscapeString(text))
}
