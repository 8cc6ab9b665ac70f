package views_test

import (
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"sort"
	"strings"
	"testing"

	"github.com/pelletier/go-toml/v2"

	"gotong/views"
)

// catalogue is one language's texts over all files.
type catalogue struct {
	texts    map[string][]string // by key, the forms of the text
	areas    map[string]string   // file's area of a key
	families []string            // prefixes of keys that code puts together
}

func load(t *testing.T, lang string) catalogue {
	t.Helper()
	c := catalogue{texts: map[string][]string{}, areas: map[string]string{}}
	files, err := fs.Glob(views.FS, "locales/*."+lang+".toml")
	if err != nil || len(files) == 0 {
		t.Fatalf("no catalogue of %s: %v", lang, err)
	}
	family := regexp.MustCompile(`(?m)^# family: (\S+)\s*$`)
	for _, file := range files {
		raw, err := fs.ReadFile(views.FS, file)
		if err != nil {
			t.Fatal(err)
		}
		var keys map[string]any
		if err := toml.Unmarshal(raw, &keys); err != nil {
			t.Errorf("%s: %v", file, err)
			continue
		}
		area := strings.TrimSuffix(filepath.Base(file), "."+lang+".toml")
		for key, value := range keys {
			if _, twice := c.texts[key]; twice {
				t.Errorf("%s: %q is also in area %q", file, key, c.areas[key])
			}
			if !strings.HasPrefix(key, area+".") && !strings.HasPrefix(key, "audit.action.") {
				t.Errorf("%s: %q does not start with %q", file, key, area+".")
			}
			c.areas[key] = area
			switch value := value.(type) {
			case string:
				c.texts[key] = []string{value}
			case map[string]any:
				for form, text := range value {
					s, ok := text.(string)
					if !ok || form != "one" && form != "other" {
						t.Errorf("%s: %q: a plural has the forms one and other, not %q", file, key, form)
					}
					c.texts[key] = append(c.texts[key], s)
				}
				if value["other"] == nil {
					t.Errorf("%s: %q has no form \"other\"", file, key)
				}
			default:
				t.Errorf("%s: %q is neither a text nor a plural", file, key)
			}
		}
		for _, m := range family.FindAllStringSubmatch(string(raw), -1) {
			c.families = append(c.families, m[1])
		}
	}
	return c
}

var placeholder = regexp.MustCompile(`\{\{\s*\.(\w+)\s*\}\}`)

func placeholders(texts []string) []string {
	found := map[string]bool{}
	for _, text := range texts {
		for _, m := range placeholder.FindAllStringSubmatch(text, -1) {
			found[m[1]] = true
		}
	}
	var names []string
	for name := range found {
		if name != "count" { // "one" may say it in words
			names = append(names, name)
		}
	}
	sort.Strings(names)
	return names
}

func TestBothLanguagesHaveTheSameKeysAndPlaceholders(t *testing.T) {
	id, en := load(t, "id"), load(t, "en")
	for _, pair := range []struct {
		name       string
		have, want catalogue
	}{{"en", en, id}, {"id", id, en}} {
		for _, key := range sorted(pair.want.texts) {
			texts, ok := pair.have.texts[key]
			if !ok {
				t.Errorf("%s has no %q (area %s)", pair.name, key, pair.want.areas[key])
				continue
			}
			if a, b := placeholders(texts), placeholders(pair.want.texts[key]); !slices.Equal(a, b) {
				t.Errorf("%q: placeholders of %s are %v, of the other language %v", key, pair.name, a, b)
			}
		}
	}
	for lang, c := range map[string]catalogue{"id": id, "en": en} {
		for key, texts := range c.texts {
			for _, text := range texts {
				if strings.TrimSpace(text) == "" {
					t.Errorf("%s: %q is empty", lang, key)
				}
				if rest := placeholder.ReplaceAllString(text, ""); strings.Contains(rest, "{{") || strings.Contains(rest, "}}") {
					t.Errorf("%s: %q: only {{.name}} stands in a text: %s", lang, key, text)
				}
			}
		}
	}
}

// sources are all Go and template files of the repository as one list of literals, and the prefixes under which forms,
// actions and filters find their texts.
type sources struct {
	literals map[string]string // string literal → file
	prefixes []string
}

var (
	literal  = regexp.MustCompile("\"([a-z][a-z0-9_]*(?:\\.[A-Za-z0-9_-]+)+)\"|`([a-z][a-z0-9_]*(?:\\.[A-Za-z0-9_-]+)+)`")
	prefixed = regexp.MustCompile(`New(Form|Action|Filters)\([^"\n]*"([a-z][a-z0-9_.-]+)"`)
	filters  = regexp.MustCompile(`NewFilters\([^"\n]*"[^"\n]*",\s*"([a-z][a-z0-9_.-]+)"`)
)

func readSources(t *testing.T) sources {
	t.Helper()
	s := sources{literals: map[string]string{}}
	err := filepath.WalkDir("..", func(path string, entry fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if entry.IsDir() {
			if name := entry.Name(); name == ".git" || name == "testdata" || name == "data" && filepath.Dir(path) == ".." || name == "node_modules" {
				return filepath.SkipDir
			}
			return nil
		}
		ext := filepath.Ext(path)
		if ext != ".html" && ext != ".go" || strings.HasSuffix(path, "_test.go") {
			return nil
		}
		raw, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		for line := range strings.Lines(string(raw)) {
			if trimmed := strings.TrimSpace(line); strings.HasPrefix(trimmed, "//") || strings.Contains(line, "// not a text") || strings.Contains(line, ".Lease(") {
				continue
			}
			for _, m := range literal.FindAllStringSubmatch(line, -1) {
				s.literals[m[1]+m[2]] = path
			}
		}
		for _, m := range prefixed.FindAllStringSubmatch(string(raw), -1) {
			if m[1] == "Action" {
				s.prefixes = append(s.prefixes, m[2]+"_") // its confirmation and reason
			} else {
				s.prefixes = append(s.prefixes, m[2]+".")
			}
		}
		for _, m := range filters.FindAllStringSubmatch(string(raw), -1) {
			s.prefixes = append(s.prefixes, m[1]+".")
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func TestNoTextIsUnused(t *testing.T) {
	s := readSources(t)
	id, en := load(t, "id"), load(t, "en")
	families := append(append(slices.Clone(s.prefixes), id.families...), en.families...)
	for _, key := range sorted(id.texts) {
		if _, used := s.literals[key]; used || hasPrefix(key, families) {
			continue
		}
		t.Errorf("%q (area %s) is used nowhere; a key that code puts together needs \"# family: prefix.\" in its catalogues", key, id.areas[key])
	}
	for _, family := range id.families {
		if !slices.Contains(en.families, family) {
			t.Errorf("family %q is declared in Indonesian only", family)
		}
		if !slices.ContainsFunc(sorted(id.texts), func(key string) bool { return strings.HasPrefix(key, family) }) {
			t.Errorf("family %q has no key", family)
		}
	}
}

func TestNoTextIsMissing(t *testing.T) {
	s := readSources(t)
	id := load(t, "id")
	areas := map[string]bool{}
	for _, area := range id.areas {
		areas[area] = true
	}
	// Literals that look like keys and are none: names of files, actions of the audit trail, the store's failpoints (the
	// kit has texts of its own areas only), and whatever a line marks with "// not a text".
	for _, key := range sortedKeys(s.literals) {
		area, _, _ := strings.Cut(key, ".")
		if !areas[area] || id.texts[key] != nil {
			continue
		}
		if strings.Contains(s.literals[key], "/kit/") && area != "web" && area != "error" {
			continue
		}
		if isPrefix(key, id.texts) || id.texts["audit.action."+key] != nil || notText.MatchString(key) {
			continue
		}
		t.Errorf("%s asks for %q, which no catalogue has", s.literals[key], key)
	}
}

var notText = regexp.MustCompile(`\.(html|toml|css|js|json|ya?ml|tsv|csv|db|go|svg|png|gz|zip|pdf)$`)

// isPrefix tells whether keys lie under the literal: it is a prefix that code completes.
func isPrefix(key string, texts map[string][]string) bool {
	for other := range texts {
		if strings.HasPrefix(other, key+".") || strings.HasPrefix(other, key+"_") || strings.HasSuffix(key, "_") && strings.HasPrefix(other, key) {
			return true
		}
	}
	return false
}

func hasPrefix(key string, prefixes []string) bool {
	return slices.ContainsFunc(prefixes, func(p string) bool { return strings.HasPrefix(key, p) })
}

func sorted(m map[string][]string) []string {
	keys := make([]string, 0, len(m))
	for key := range m {
		keys = append(keys, key)
	}
	sort.Strings(keys)
	return keys
}

func sortedKeys(m map[string]string) []string {
	keys := make([]string, 0, len(m))
	for key := range m {
		keys = append(keys, key)
	}
	sort.Strings(keys)
	return keys
}

// TestTemplatesKeepThePolicy holds every template to the strict content policy and to the layout's promises.
func TestTemplatesKeepThePolicy(t *testing.T) {
	forbidden := map[string]*regexp.Regexp{
		"an inline style":       regexp.MustCompile(`(?i)\sstyle\s*=|<style`),
		"an inline handler":     regexp.MustCompile(`(?i)\son[a-z]+\s*=|hx-on|javascript:`),
		"an inline script":      regexp.MustCompile(`(?i)<script(?:\s*>|[^>]*>[^<\s])`),
		"a file from elsewhere": regexp.MustCompile(`(?i)(?:src|href)\s*=\s*"(?:https?:)?//[^"]*\.(?:js|css|woff2?)`),
	}
	err := fs.WalkDir(views.FS, ".", func(path string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() || filepath.Ext(path) != ".html" {
			return err
		}
		raw, err := fs.ReadFile(views.FS, path)
		if err != nil {
			return err
		}
		for what, pattern := range forbidden {
			if found := pattern.Find(raw); found != nil {
				t.Errorf("%s has %s: %s", path, what, found)
			}
		}
		if n := strings.Count(string(raw), "<h1"); n > 1 {
			t.Errorf("%s has %d h1", path, n)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}
