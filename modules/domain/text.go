package domain

import (
	"embed"
	"fmt"
	"slices"
	"strings"
	"unicode"

	"gopkg.in/yaml.v3"
)

// The reference files of the domain, copied unchanged: their ids are promises and never renamed or reused.
//
//go:embed data/taxonomy.yaml data/indicators.yaml data/stakeholders.yaml
var reference embed.FS

// Text is a short text in both languages of the portal.
type Text struct {
	ID string `yaml:"id" json:"id"`
	EN string `yaml:"en" json:"en"`
}

// In gives the text in that language; Indonesian where the other is missing.
func (t Text) In(lang string) string {
	if lang == "en" && t.EN != "" {
		return t.EN
	}
	return t.ID
}

// readReference decodes an embedded reference file. A broken one is a mistake of the build, so it panics; the tests
// read all of them.
func readReference(name string, into any) {
	raw, err := reference.ReadFile("data/" + name)
	if err == nil {
		err = yaml.Unmarshal(raw, into)
	}
	if err != nil {
		panic(fmt.Sprintf("domain: reference file %s: %v", name, err))
	}
}

// PlainName is a name but for spaces and capitals.
func PlainName(name string) string { return strings.ToLower(strings.Join(strings.Fields(name), " ")) }

// SameName tells whether two names are one, but for spaces and capitals; without a name nothing is.
func SameName(a, b string) bool { return a != "" && PlainName(a) == PlainName(b) }

// WordPrefix is how many letters of a word a list narrows a search by.
const WordPrefix = 2

// Words splits a text into lower-case words of letters and digits, those shorter than WordPrefix left out.
func Words(s string) []string {
	all := strings.FieldsFunc(strings.ToLower(s), func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) })
	return slices.DeleteFunc(all, func(w string) bool { return len([]rune(w)) < WordPrefix })
}

// Beginning gives the letters of a word by which a list narrows a search.
func Beginning(word string) string {
	letters := []rune(word)
	return string(letters[:min(WordPrefix, len(letters))])
}

// BeginWords tells whether each asked word begins a word of the text.
func BeginWords(text string, asked []string) bool {
	have := Words(text)
	for _, w := range asked {
		if !slices.ContainsFunc(have, func(h string) bool { return strings.HasPrefix(h, w) }) {
			return false
		}
	}
	return true
}
