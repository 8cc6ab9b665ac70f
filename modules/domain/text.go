package domain

import (
	"embed"
	"fmt"

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
