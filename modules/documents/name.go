package documents

import (
	"path"
	"strings"
	"unicode"
	"unicode/utf8"
)

const nameMax = 150 // bytes of a stored file name

// reserved names that Windows gives to devices, whatever the extension.
var reserved = map[string]bool{"con": true, "prn": true, "aux": true, "nul": true,
	"com1": true, "com2": true, "com3": true, "com4": true, "com5": true, "com6": true, "com7": true, "com8": true, "com9": true,
	"lpt1": true, "lpt2": true, "lpt3": true, "lpt4": true, "lpt5": true, "lpt6": true, "lpt7": true, "lpt8": true, "lpt9": true}

// extensionOf gives the lower-case extension without its dot, "" where there is none.
func extensionOf(name string) string {
	return strings.ToLower(strings.TrimPrefix(path.Ext(strings.TrimRight(name, ". ")), "."))
}

// cleanName makes a file name that is safe on every system from what a browser sent: no folder, no control character,
// no mark that turns the reading direction, no device name, at most nameMax bytes, with the given extension.
func cleanName(name, extension string) string {
	name = strings.ToValidUTF8(name, "")
	if i := strings.LastIndexAny(name, `/\`); i >= 0 {
		name = name[i+1:]
	}
	name = strings.Map(func(r rune) rune {
		switch {
		case r < ' ', r == 0x7f, unicode.Is(unicode.Cc, r), unicode.Is(unicode.Cf, r), unicode.Is(unicode.Co, r):
			return -1
		case strings.ContainsRune(`<>:"|?*;`, r):
			return '_'
		case unicode.IsSpace(r):
			return ' '
		}
		return r
	}, name)
	stem := strings.Trim(strings.TrimSuffix(name, path.Ext(name)), ". ")
	for len(stem) > nameMax-len(extension)-1 {
		_, size := utf8.DecodeLastRuneInString(stem)
		stem = stem[:len(stem)-size]
	}
	if stem == "" {
		stem = "dokumen"
	}
	if first, _, _ := strings.Cut(strings.ToLower(stem), "."); reserved[strings.TrimSpace(first)] {
		stem = "_" + stem
	}
	return stem + "." + extension
}
