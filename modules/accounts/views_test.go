package accounts

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/pelletier/go-toml/v2"

	"gotong/modules/kit/testkit"
	"gotong/modules/kit/web"
)

func TestViewsFitTheirPages(t *testing.T) {
	engine := testEngine(t)
	providers, _ := NewProviders(nil)
	New(Deps{DB: testkit.DB(t), Views: engine, Clock: testClock(), Providers: providers, PublicURL: publicURL})
	for _, err := range web.CheckViews(engine) {
		t.Error(err)
	}
}

// Each text exists in both languages and is used: literally, or by the family that its file declares.
func TestTextsAreCompleteAndUsed(t *testing.T) {
	var sources strings.Builder
	for _, pattern := range []string{"*.go", "../../app/middleware/*.go", "../../views/accounts/*.html"} {
		files, err := filepath.Glob(pattern)
		if err != nil || len(files) == 0 {
			t.Fatal(pattern, err)
		}
		for _, f := range files {
			raw, err := os.ReadFile(f)
			if err != nil {
				t.Fatal(err)
			}
			sources.Write(raw)
		}
	}
	keys := map[string]map[string]bool{}
	var families []string
	for _, lang := range []string{"id", "en"} {
		raw, err := os.ReadFile("../../views/locales/accounts." + lang + ".toml")
		if err != nil {
			t.Fatal(err)
		}
		var texts map[string]any
		if err := toml.Unmarshal(raw, &texts); err != nil {
			t.Fatal(err)
		}
		keys[lang] = map[string]bool{}
		for k := range texts {
			keys[lang][k] = true
		}
		for line := range strings.Lines(string(raw)) {
			if f, ok := strings.CutPrefix(line, "# family: "); ok {
				families = append(families, strings.TrimSpace(f))
			}
		}
	}
	for k := range keys["id"] {
		if !keys["en"][k] {
			t.Errorf("%s is missing in English", k)
		}
		used := strings.Contains(sources.String(), `"`+k+`"`)
		for _, f := range families {
			used = used || strings.HasPrefix(k, f)
		}
		if !used {
			t.Errorf("%s is not used", k)
		}
	}
	for k := range keys["en"] {
		if !keys["id"][k] {
			t.Errorf("%s is missing in Indonesian", k)
		}
	}
	for _, quoted := range strings.Split(sources.String(), `"`) {
		if strings.HasPrefix(quoted, "accounts.") && !strings.ContainsAny(quoted, " \n{}()") && !strings.HasSuffix(quoted, ".") && !keys["id"][quoted] && !isPrefix(quoted, keys["id"]) {
			t.Errorf("%s has no text", quoted)
		}
	}
}

func isPrefix(prefix string, keys map[string]bool) bool {
	for k := range keys {
		if strings.HasPrefix(k, prefix+".") {
			return true
		}
	}
	return false
}
