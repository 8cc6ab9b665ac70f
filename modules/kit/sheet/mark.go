package sheet

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"strconv"
	"strings"
)

// Mark is what stands in a downloaded row for the state that it shows: the version that was read and a short sum of
// its content, so that an upload tells rows that were edited from those that were not, whatever became of the stored
// thing meanwhile.
func Mark(version int64, thing any) string {
	return strconv.FormatInt(version, 10) + "-" + sumOf(thing)
}

func sumOf(thing any) string {
	raw, err := json.Marshal(thing)
	if err != nil {
		return ""
	}
	sum := sha256.Sum256(raw)
	return hex.EncodeToString(sum[:5])
}

// ReadMark takes a mark apart. Edited tells whether the thing read from the row differs from the downloaded one.
func ReadMark(mark string, thing any) (version int64, edited, ok bool) {
	head, sum, found := strings.Cut(strings.TrimSpace(mark), "-")
	version, err := strconv.ParseInt(head, 10, 64)
	if !found || err != nil || version < 0 || len(sum) != 10 {
		return 0, false, false
	}
	return version, sum != sumOf(thing), true
}
