// Package i18n gives texts, numbers, money and dates in the reader's language: Bahasa Indonesia first, English second.
// Catalogues are flat TOML files, one per area and language; both languages are complete, which a test checks.
package i18n

import (
	"fmt"
	"io/fs"
	"log/slog"
	"path"
	"slices"
	"sort"
	"strings"
	"time"

	goi18n "github.com/nicksnyder/go-i18n/v2/i18n"
	"github.com/pelletier/go-toml/v2"
	"golang.org/x/text/language"

	"gotong/modules/kit/apperr"
)

// Languages of the portal, the first is the default.
var Languages = []string{"id", "en"}

// Bundle holds the catalogues of all languages. It does not change after Load.
type Bundle struct {
	localizers map[string]*Localizer
}

// Load reads dir/<area>.<lang>.toml. A file holds flat quoted keys ("needs.form.title" = "Judul") and, for texts with a
// plural, tables (["needs.count"] one = "…", other = "…"). A key that is given twice in one language is an error.
func Load(fsys fs.FS, dir string) (*Bundle, error) {
	b := &Bundle{localizers: map[string]*Localizer{}}
	bundle := goi18n.NewBundle(language.Indonesian)
	for _, lang := range Languages {
		b.localizers[lang] = &Localizer{lang: lang, texts: map[string]text{}, plurals: goi18n.NewLocalizer(bundle, lang)}
	}
	entries, err := fs.ReadDir(fsys, dir)
	if err != nil {
		return nil, fmt.Errorf("i18n: read %s: %w", dir, err)
	}
	for _, entry := range entries {
		area, lang, ok := fileName(entry.Name())
		if !ok {
			continue
		}
		l := b.localizers[lang]
		if l == nil {
			return nil, fmt.Errorf("i18n: %s: language %q is none of %v", entry.Name(), lang, Languages)
		}
		raw, err := fs.ReadFile(fsys, path.Join(dir, entry.Name()))
		if err != nil {
			return nil, fmt.Errorf("i18n: read %s: %w", entry.Name(), err)
		}
		messages, err := parse(raw)
		if err != nil {
			return nil, fmt.Errorf("i18n: %s: %w", entry.Name(), err)
		}
		for _, m := range messages {
			if other, there := l.texts[m.ID]; there {
				return nil, fmt.Errorf("i18n: %s: key %q is also in area %q", entry.Name(), m.ID, other.area)
			}
			l.texts[m.ID] = text{area: area, plain: plain(m), plural: m.One != ""}
		}
		messages = slices.DeleteFunc(messages, func(m *goi18n.Message) bool { return plain(m) != "" }) // those are answered from texts
		if err := bundle.AddMessages(language.MustParse(lang), messages...); err != nil {
			return nil, fmt.Errorf("i18n: %s: %w", entry.Name(), err)
		}
	}
	return b, nil
}

// fileName splits needs.id.toml into area and language.
func fileName(name string) (area, lang string, ok bool) {
	parts := strings.Split(name, ".")
	if len(parts) != 3 || parts[2] != "toml" {
		return "", "", false
	}
	return parts[0], parts[1], true
}

func parse(raw []byte) ([]*goi18n.Message, error) {
	var file map[string]any
	if err := toml.Unmarshal(raw, &file); err != nil {
		return nil, err
	}
	messages := make([]*goi18n.Message, 0, len(file))
	for key, value := range file {
		m := &goi18n.Message{ID: key}
		switch value := value.(type) {
		case string:
			m.Other = value
		case map[string]any:
			m.One, _ = value["one"].(string)
			m.Other, _ = value["other"].(string)
		}
		if m.Other == "" {
			return nil, fmt.Errorf("key %q: a text, or a table with \"other\" (and \"one\"), is needed; keys with dots are quoted", key)
		}
		messages = append(messages, m)
	}
	sort.Slice(messages, func(i, j int) bool { return messages[i].ID < messages[j].ID })
	return messages, nil
}

// plain gives the text of a message that needs no template, so that most texts cost a map lookup.
func plain(m *goi18n.Message) string {
	if m.One != "" || strings.Contains(m.Other, "{{") {
		return ""
	}
	return m.Other
}

// Localizer gives the localizer of a language, of the default one where the language is unknown.
func (b *Bundle) Localizer(lang string) *Localizer {
	if l := b.localizers[lang]; l != nil {
		return l
	}
	return b.localizers[Languages[0]]
}

// Keys lists the keys of a language in order.
func (b *Bundle) Keys(lang string) []string {
	l := b.localizers[lang]
	if l == nil {
		return nil
	}
	keys := make([]string, 0, len(l.texts))
	for key := range l.texts {
		keys = append(keys, key)
	}
	sort.Strings(keys)
	return keys
}

// Has tells whether every language has the key.
func (b *Bundle) Has(key string) bool {
	for _, l := range b.localizers {
		if !l.Has(key) {
			return false
		}
	}
	return true
}

type text struct {
	area   string
	plain  string // "" where the message has a template or a plural
	plural bool   // has forms for one and for others
}

// Localizer writes in one language. It is safe for concurrent use.
type Localizer struct {
	lang    string
	texts   map[string]text
	plurals *goi18n.Localizer
}

// Lang is "id" or "en".
func (l *Localizer) Lang() string { return l.lang }

// Has tells whether the language has the key.
func (l *Localizer) Has(key string) bool {
	_, ok := l.texts[key]
	return ok
}

// T gives the text of a key. Args are name, value pairs for its placeholders ({{.name}}); the value of "count" chooses
// the plural. Integers are written as the language does (give a year as a string), times as civil dates in WIB, an
// apperr.Message and anything with In(lang) string in this language. A missing key gives ⟦key⟧ and is logged.
func (l *Localizer) T(key string, args ...any) string {
	t, ok := l.texts[key]
	if !ok {
		slog.Error("text is missing", "key", key, "lang", l.lang)
		return "⟦" + key + "⟧"
	}
	if t.plain != "" {
		return t.plain
	}
	config := &goi18n.LocalizeConfig{MessageID: key}
	data := make(map[string]any, len(args)/2)
	for i := 0; i+1 < len(args); i += 2 {
		name, _ := args[i].(string)
		data[name] = l.value(args[i+1])
		if name == "count" && t.plural { // one form serves all counts where there is no other
			config.PluralCount = count(args[i+1])
		}
	}
	config.TemplateData = data
	s, err := l.plurals.Localize(config)
	if err != nil {
		slog.Error("text cannot be written", "key", key, "lang", l.lang, "error", err)
		if s == "" {
			return "⟦" + key + "⟧"
		}
	}
	return s
}

// count gives a plural's number in a form that go-i18n knows.
func count(v any) any {
	switch v := v.(type) {
	case int, int8, int16, int32, int64, string:
		return v
	case float64:
		return int64(v)
	case uint64:
		return int64(min(v, 1<<62))
	}
	return fmt.Sprint(v)
}

func (l *Localizer) value(v any) any {
	switch v := v.(type) {
	case string:
		return v
	case int:
		return l.Number(int64(v))
	case int64:
		return l.Number(v)
	case time.Time:
		return l.Date(v)
	case apperr.Message:
		return l.Message(v)
	case interface{ In(lang string) string }:
		return v.In(l.lang)
	}
	return v
}

// Message gives the text of an apperr.Message.
func (l *Localizer) Message(m apperr.Message) string { return l.T(m.Key, m.Args...) }
