package web

import "strings"

// Span is a run of words that stayed, went ("del") or came ("ins").
type Span struct{ Kind, Text string }

// maxWords bounds the comparison word by word; a longer text is shown whole, before and after.
const maxWords = 800

// Differ compares two texts word by word, by their longest common subsequence.
func Differ(before, after string) []Span {
	a, b := strings.Fields(before), strings.Fields(after)
	if len(a) > maxWords || len(b) > maxWords {
		return joinSpans([]Span{{"del", before}, {"ins", after}})
	}
	// longest[i][j] is the length for a[i:] and b[j:].
	longest := make([][]int, len(a)+1)
	for i := range longest {
		longest[i] = make([]int, len(b)+1)
	}
	for i := len(a) - 1; i >= 0; i-- {
		for j := len(b) - 1; j >= 0; j-- {
			if a[i] == b[j] {
				longest[i][j] = longest[i+1][j+1] + 1
			} else {
				longest[i][j] = max(longest[i+1][j], longest[i][j+1])
			}
		}
	}
	var out []Span
	i, j := 0, 0
	for i < len(a) || j < len(b) {
		switch {
		case i < len(a) && j < len(b) && a[i] == b[j]:
			out = append(out, Span{"", a[i]})
			i, j = i+1, j+1
		case j == len(b) || i < len(a) && longest[i+1][j] >= longest[i][j+1]:
			out = append(out, Span{"del", a[i]})
			i++
		default:
			out = append(out, Span{"ins", b[j]})
			j++
		}
	}
	return joinSpans(out)
}

// joinSpans puts neighbours of one kind together and leaves out empty ones.
func joinSpans(list []Span) []Span {
	var out []Span
	for _, s := range list {
		if n := len(out); n > 0 && out[n-1].Kind == s.Kind {
			out[n-1].Text += " " + s.Text
		} else if s.Text != "" {
			out = append(out, s)
		}
	}
	return out
}

// Difference is one field of which two versions differ.
type Difference struct {
	Label string
	Spans []Span
}

// Differences collects what differs between two versions, in the order in which it is asked.
type Differences struct{ List []Difference }

// Add compares one field; texts that are the same are left out.
func (d *Differences) Add(label, before, after string) {
	if before != after {
		d.List = append(d.List, Difference{label, Differ(before, after)})
	}
}
