package sheet

import (
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"
)

// Column is a column that a kind of table may have.
type Column struct {
	Name     string   // stable
	Required bool     // must be in the file
	Code     bool     // holds codes
	Also     []string // other headings under which it is known
	Shown    bool     // stands in exports for people; nothing is read from it
	Width    float64
}

// Guess is what a file's columns seem to be.
type Guess struct {
	Head    int            // number of the row of headings; 0 where none was found
	Columns map[string]int // place in the file by column's name
}

// headRows is how far down the headings are looked for.
const headRows = 20

// Sampled is a row that was read for recognition.
type Sampled struct {
	Number int
	Cells  []Cell
}

// Recognise finds the row of headings and which column is which, by its headings (in any language) and their synonyms,
// forgiving small mistakes. headings gives the words of each column.
func Recognise(rows []Sampled, columns []Column, headings func(Column) []string) Guess {
	best, most := Guess{Columns: map[string]int{}}, 0
	for i, row := range rows {
		if i == headRows {
			break
		}
		found := matchHeadings(row.Cells, columns, headings)
		if len(found) > most {
			best, most = Guess{Head: row.Number, Columns: found}, len(found)
		}
	}
	return best
}

// matchHeadings gives each file column to the table column whose words fit it best: exactly first, then nearly.
func matchHeadings(cells []Cell, columns []Column, headings func(Column) []string) map[string]int {
	found, taken := map[string]int{}, map[int]bool{}
	plain := make([]string, len(cells))
	for i, c := range cells {
		if c.Kind == Text {
			plain[i] = plainHeading(c.Text)
		}
	}
	for _, near := range []bool{false, true} {
		for _, column := range columns {
			if _, done := found[column.Name]; done {
				continue
			}
			for i, p := range plain {
				if p != "" && !taken[i] && fits(p, column, headings, near) {
					found[column.Name], taken[i] = i, true
					break
				}
			}
		}
	}
	return found
}

func fits(plain string, column Column, headings func(Column) []string, near bool) bool {
	words := append([]string{column.Name}, headings(column)...)
	for _, w := range append(words, column.Also...) {
		w = plainHeading(w)
		if plain == w || near && len(w) >= 5 && distance(plain, w) <= 1+len(w)/12 {
			return true
		}
	}
	return false
}

// plainHeading leaves of a heading what tells it apart: letters and digits, small, without what stands in brackets.
func plainHeading(s string) string {
	if i := strings.IndexAny(s, "(["); i > 0 {
		s = s[:i]
	}
	var b strings.Builder
	for _, r := range norm.NFD.String(strings.ToLower(s)) {
		if unicode.IsLetter(r) || unicode.IsDigit(r) {
			b.WriteRune(r)
		} else if !unicode.Is(unicode.Mn, r) && b.Len() > 0 && !strings.HasSuffix(b.String(), " ") {
			b.WriteByte(' ')
		}
	}
	return strings.TrimSpace(b.String())
}

// distance counts the letters in which two words differ (Levenshtein).
func distance(a, b string) int {
	x, y := []rune(a), []rune(b)
	if len(x) > len(y)+3 || len(y) > len(x)+3 {
		return 99
	}
	row := make([]int, len(y)+1)
	for j := range row {
		row[j] = j
	}
	for i, r := range x {
		last := row[0]
		row[0] = i + 1
		for j, q := range y {
			cost := last
			if r != q {
				cost++
			}
			last = row[j+1]
			row[j+1] = min(cost, row[j]+1, row[j+1]+1)
		}
	}
	return row[len(y)]
}

// Distance is how many letters differ between two short words, for "did you mean".
func Distance(a, b string) int { return distance(strings.ToLower(a), strings.ToLower(b)) }
