// Package loop walks the whole loop of the portal in a real browser, each person in a session of its own.
package loop

import (
	"fmt"
	"testing"

	"gotong/app/browser"
	"gotong/app/walk"
)

func TestLoopInTheBrowser(t *testing.T) {
	b := browser.Start(t)
	base := browser.Serve(t)
	for _, script := range browser.Ways() {
		name := "with-javascript"
		if !script {
			name = "without-javascript"
		}
		t.Run(name, func(t *testing.T) {
			i := browser.Inspect(t, name)
			as := i.Once(b, base, script)
			loop := walk.Loop{As: as, Mark: name}
			if err := loop.Walk(t.Logf); err != nil {
				t.Fatal(err)
			}
			if err := publicPages(as); err != nil {
				t.Error(err)
			}
			if len(i.Sessions) < 8 {
				t.Errorf("only %d sessions", len(i.Sessions))
			}
			t.Logf("%d kinds of page met, %d structures inspected so far, %d sessions", len(i.Kinds), browser.Judged(), len(i.Sessions))
		})
	}
}

// publicPages opens what the loop did not meet, in both languages, as the public and as those who have a desk.
func publicPages(as func(string) (walk.Visitor, error)) error {
	for subject, paths := range map[string][]string{
		"": {"/", "/en/", "/needs", "/en/needs", "/initiatives", "/en/initiatives", "/villages", "/villages/61", "/villages/61.01", "/villages/61.01.08", "/en/villages/61.01.08.2007",
			"/organizations", "/en/organizations", "/documents", "/en/documents", "/search?q=air", "/en/search?q=zzzz", "/about", "/en/about", "/licences", "/matching", "/en/matching", "/sign-in"},
		"desa-temajuk":       {"/desk", "/account", "/en/desk", "/needs/new", "/en/needs/new"},
		"verifikator-paloh":  {"/desk"},
		"univ-pengelola":     {"/desk", "/en/initiatives/new"},
		"penelaah-balitbang": {"/desk"},
		"sekretariat-1":      {"/desk", "/people", "/audit", "/en/audit"},
	} {
		v, err := as(subject)
		if err != nil {
			return err
		}
		for _, path := range paths {
			if err := v.Open(path); err != nil {
				return fmt.Errorf("%s as %q: %w", path, subject, err)
			}
		}
	}
	return nil
}
