package documents

import (
	"slices"
	"strings"

	"gotong/modules/kit/web"
)

// Bounds of a comparison: cells of the table of common lines, and lines that are shown around a difference.
const (
	compareCells = 4_000_000
	compareNear  = 2
)

// passage is a run of lines of two versions: the same in both, or what went and what came.
type passage struct {
	Same        []string
	Left, Right []string
}

// lines gives a reading line by line.
func (r Reading) lines() (lines []string) {
	for i := range r.Pages {
		for line := range strings.Lines(r.page(i)) {
			if line = strings.TrimSpace(line); line != "" {
				lines = append(lines, line)
			}
		}
	}
	return lines
}

// compareLines tells two versions of a text apart, line by line, by their longest common subsequence; false where so much
// differs that this would take too long: then all of the middle is one passage.
func compareLines(a, b []string) (list []passage, exact bool) {
	head := 0
	for head < len(a) && head < len(b) && a[head] == b[head] {
		head++
	}
	tail := 0
	for tail < len(a)-head && tail < len(b)-head && a[len(a)-1-tail] == b[len(b)-1-tail] {
		tail++
	}
	begin, end := a[:head], a[len(a)-tail:]
	left, right := a[head:len(a)-tail], b[head:len(b)-tail]
	if len(begin) > 0 {
		list = append(list, passage{Same: begin})
	}
	exact = (len(left)+1)*(len(right)+1) <= compareCells
	if exact {
		list = append(list, middle(left, right)...)
	} else {
		list = append(list, passage{Left: left, Right: right})
	}
	if len(end) > 0 {
		list = append(list, passage{Same: end})
	}
	return list, exact
}

func middle(a, b []string) (list []passage) {
	width := len(b) + 1
	longest := make([]int32, (len(a)+1)*width) // for a[i:] and b[j:]
	for i := len(a) - 1; i >= 0; i-- {
		for j := len(b) - 1; j >= 0; j-- {
			if a[i] == b[j] {
				longest[i*width+j] = longest[(i+1)*width+j+1] + 1
			} else {
				longest[i*width+j] = max(longest[(i+1)*width+j], longest[i*width+j+1])
			}
		}
	}
	add := func(same bool) *passage {
		if n := len(list); n > 0 && (len(list[n-1].Same) > 0) == same {
			return &list[n-1]
		}
		list = append(list, passage{})
		return &list[len(list)-1]
	}
	i, j := 0, 0
	for i < len(a) || j < len(b) {
		switch {
		case i < len(a) && j < len(b) && a[i] == b[j]:
			p := add(true)
			p.Same = append(p.Same, a[i])
			i, j = i+1, j+1
		case j == len(b) || i < len(a) && longest[(i+1)*width+j] >= longest[i*width+j+1]:
			p := add(false)
			p.Left = append(p.Left, a[i])
			i++
		default:
			p := add(false)
			p.Right = append(p.Right, b[j])
			j++
		}
	}
	return list
}

// comparedPart is a part of a comparison as it is shown.
type comparedPart struct {
	Lines   []string // the same in both
	Skipped string   // "… 120 baris sama"
	Spans   []web.Span
}

// shownPassages leaves out what is far from every difference.
func shownPassages(b web.Base, list []passage) (parts []comparedPart, differ bool) {
	for i, p := range list {
		if len(p.Same) == 0 {
			differ = true
			parts = append(parts, comparedPart{Spans: web.Differ(strings.Join(p.Left, "\n"), strings.Join(p.Right, "\n"))})
			continue
		}
		before, after := compareNear, compareNear
		if i == 0 {
			before = 0
		}
		if i == len(list)-1 {
			after = 0
		}
		if len(p.Same) <= before+after+1 {
			parts = append(parts, comparedPart{Lines: p.Same})
			continue
		}
		if before > 0 {
			parts = append(parts, comparedPart{Lines: slices.Clone(p.Same[:before])})
		}
		parts = append(parts, comparedPart{Skipped: b.T("documents.compare.same", "count", len(p.Same)-before-after)})
		if after > 0 {
			parts = append(parts, comparedPart{Lines: slices.Clone(p.Same[len(p.Same)-after:])})
		}
	}
	return parts, differ
}
