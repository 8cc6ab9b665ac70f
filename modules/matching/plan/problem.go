package plan

import (
	"fmt"
	"strings"
)

// Problem is one mistake in a file: where, as a JSON pointer (or "byte N" in OR-Library files), and what.
type Problem struct {
	Pointer string `json:"pointer"`
	Message string `json:"message"`
}

// Problems are the mistakes found in a file, at most mostProblems of them.
type Problems []Problem

const mostProblems = 20

func (p Problems) Error() string {
	lines := make([]string, len(p))
	for i, one := range p {
		lines[i] = one.Pointer + ": " + one.Message
	}
	return strings.Join(lines, "\n")
}

func (p *Problems) add(pointer, format string, args ...any) {
	if len(*p) < mostProblems {
		*p = append(*p, Problem{pointer, fmt.Sprintf(format, args...)})
	}
}

func (p Problems) err() error {
	if len(p) == 0 {
		return nil
	}
	return p
}
