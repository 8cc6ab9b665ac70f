package store

import (
	"fmt"
	"strings"
	"time"
)

// SortInt makes a text that sorts as the number does, 16 characters.
func SortInt(n int64) string { return fmt.Sprintf("%016x", uint64(n)^(1<<63)) }

// SortTime makes a text that sorts as the time does, to the millisecond.
func SortTime(t time.Time) string { return SortInt(t.UnixMilli()) }

// maxSortText bounds a sort value made of text, in bytes.
const maxSortText = 120

// SortText makes a sort value of a text: without regard to case, its first 120 bytes.
func SortText(s string) string {
	s = strings.ToLower(strings.TrimSpace(s))
	if len(s) > maxSortText {
		s = strings.ToValidUTF8(s[:maxSortText], "")
	}
	return s
}
