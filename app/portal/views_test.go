package portal_test

import (
	"io/fs"
	"slices"
	"strings"
	"testing"

	"gotong/app/portal"
	"gotong/app/program"
	"gotong/modules/kit/web"
	"gotong/views"
)

// TestViewsFitTheirPages type-checks every template of every module against its page struct, and finds templates that
// nobody renders.
func TestViewsFitTheirPages(t *testing.T) {
	p, err := portal.New(t.Context(), program.Config(t), portal.Options{Log: quiet(t)})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = p.Close() })
	for _, err := range web.CheckViews(p.Views()) {
		t.Error(err)
	}
	names := web.ViewNames(p.Views())
	files, err := fs.Glob(views.FS, "*/*.html")
	if err != nil {
		t.Fatal(err)
	}
	if len(files) < 30 || len(names) < 25 {
		t.Fatalf("only %d files and %d views: the test looks at the wrong place", len(files), len(names))
	}
	for _, file := range files {
		folder, _, _ := strings.Cut(file, "/")
		if name := strings.TrimSuffix(file, ".html"); folder != "layouts" && folder != "partials" && !slices.Contains(names, name) {
			t.Errorf("views/%s is rendered by nobody", file)
		}
	}
}
