package portal_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// source is one parsed Go file of the project.
type source struct {
	path    string // from the project's root, with slashes
	pkg     string // folder
	test    bool
	file    *ast.File
	fset    *token.FileSet
	imports []string
}

func sources(t *testing.T) []source {
	t.Helper()
	root := "../.."
	var all []source
	err := filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if d.IsDir() {
			if name := d.Name(); path != root && (strings.HasPrefix(name, ".") || strings.HasPrefix(name, "_") || name == "testdata" || name == "node_modules" || name == "data") {
				return filepath.SkipDir
			}
			return nil
		}
		if !strings.HasSuffix(path, ".go") {
			return nil
		}
		fset := token.NewFileSet()
		file, err := parser.ParseFile(fset, path, nil, parser.ParseComments)
		if err != nil {
			return err
		}
		rel, err := filepath.Rel(root, path)
		if err != nil {
			return err
		}
		s := source{path: filepath.ToSlash(rel), test: strings.HasSuffix(path, "_test.go"), file: file, fset: fset}
		s.pkg = s.path[:max(0, strings.LastIndex(s.path, "/"))]
		for _, imp := range file.Imports {
			name, _ := strconv.Unquote(imp.Path.Value)
			s.imports = append(s.imports, name)
		}
		all = append(all, s)
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if len(all) < 30 {
		t.Fatalf("only %d files found: the walk is wrong", len(all))
	}
	return all
}

// room gives the module of a folder: "kit", "domain", "needs" …, "" outside modules.
func room(pkg string) string {
	rest, ok := strings.CutPrefix(pkg, "modules/")
	if !ok {
		return ""
	}
	name, _, _ := strings.Cut(rest, "/")
	return name
}

// forTests tells whether a package is made for tests only: its name ends so, as in storetest, or it helps whole walks.
func forTests(pkg string) bool {
	return strings.HasSuffix(pkg, "test") || strings.HasPrefix(pkg, "modules/kit/testkit") || strings.HasPrefix(pkg, "app/browser") || pkg == "app/program"
}

// breach says in words why a file may not import a package, or "".
func breach(s source, imp string) string {
	own, inside := strings.CutPrefix(imp, "gotong/")
	switch {
	case !inside:
		return foreignBreach(s, imp)
	case strings.HasPrefix(own, "app") && !strings.HasPrefix(s.pkg, "app"):
		return "nobody imports app"
	case (s.pkg == "views" || s.pkg == "static") && own != s.pkg:
		return "views and static import nothing of the project"
	case forTests(own) && !s.test && !forTests(s.pkg):
		return own + " is for tests"
	}
	from, to := room(s.pkg), room(own)
	switch {
	case from == "":
		return ""
	case s.test && (own == "views" || own == "static" || to == "kit"):
		return "" // a module's tests render its own pages
	case to == "":
		return "a module imports neither app nor views nor static"
	case from == "kit" && to != "kit":
		return "kit has no domain word: it imports kit only"
	case from == "domain" && to != "kit" && to != "domain":
		return "domain imports kit only"
	case from != to && to != "kit" && to != "domain":
		return "a module imports no other module: declare an interface, met in app/portal/wire"
	}
	return ""
}

// foreignBreach checks who may import the fixed parts of the stack.
func foreignBreach(s source, imp string) string {
	only := func(prefix string, allowed ...string) bool {
		return strings.HasPrefix(imp, prefix) && !slices.ContainsFunc(allowed, func(a string) bool { return s.pkg == a || strings.HasPrefix(s.pkg, a+"/") })
	}
	base := s.path[strings.LastIndex(s.path, "/")+1:]
	switch {
	case s.test:
		return "" // tests may import drivers
	case strings.HasPrefix(imp, "github.com/gofiber/fiber/v2") && s.pkg != "modules/kit/web" && !strings.HasPrefix(s.pkg, "app") &&
		(room(s.pkg) == "" || room(s.pkg) == "kit" || room(s.pkg) == "domain" || base != "routes.go" && !strings.HasPrefix(base, "handlers")):
		return "only handlers*.go and routes.go of a module, kit/web and app import Fiber"
	case only("go.mongodb.org/mongo-driver", "modules/kit/store/mongo"):
		return "only kit/store/mongo imports the mongo driver"
	case only("github.com/minio/minio-go", "modules/kit/blob"):
		return "only kit/blob imports minio-go"
	case only("github.com/markbates/goth", "modules/accounts"):
		return "only accounts imports goth"
	case only("github.com/FerretDB", "modules/kit/testkit"):
		return "FerretDB is for tests only"
	}
	return ""
}

func TestImportRules(t *testing.T) {
	for _, s := range sources(t) {
		for _, imp := range s.imports {
			if why := breach(s, imp); why != "" {
				t.Errorf("%s imports %s: %s", s.path, imp, why)
			}
		}
	}
}

// TestImportRulesCanFail holds the rules against breaches, so that a rule that never fires is noticed.
func TestImportRulesCanFail(t *testing.T) {
	for _, c := range []struct {
		path, imp string
		wrong     bool
	}{
		{"modules/needs/service.go", "gotong/modules/villages", true},
		{"modules/needs/service.go", "gotong/modules/domain", false},
		{"modules/needs/service.go", "github.com/gofiber/fiber/v2", true},
		{"modules/needs/handlers_form.go", "github.com/gofiber/fiber/v2", false},
		{"modules/needs/service.go", "gotong/app/config", true},
		{"modules/needs/service.go", "gotong/views", true},
		{"modules/needs/need_test.go", "gotong/views", false},
		{"modules/kit/store/store.go", "gotong/modules/domain", true},
		{"modules/kit/store/sqlite/x.go", "go.mongodb.org/mongo-driver/v2/mongo", true},
		{"modules/kit/store/mongo/x.go", "go.mongodb.org/mongo-driver/v2/mongo", false},
		{"modules/documents/service.go", "github.com/minio/minio-go/v7", true},
		{"modules/accounts/provider.go", "github.com/markbates/goth", false},
		{"app/portal/portal.go", "github.com/markbates/goth", true},
		{"modules/domain/actor.go", "gotong/modules/needs", true},
		{"views/views.go", "gotong/modules/kit/web", true},
		{"modules/needs/service.go", "gotong/modules/kit/testkit", true},
		{"app/portal/portal.go", "gotong/app/program", true},
		{"app/embedded/s3/s3.go", "gotong/modules/kit/blob/blobtest", true},
		{"modules/kit/store/storetest/lists.go", "gotong/modules/kit/testkit/effort", false},
		{"app/browser/browser.go", "gotong/modules/kit/testkit", false},
		{"modules/needs/service.go", "github.com/FerretDB/FerretDB/ferretdb", true},
		{"app/portal/wire/needs.go", "gotong/modules/villages", false},
	} {
		s := source{path: c.path, pkg: c.path[:strings.LastIndex(c.path, "/")], test: strings.HasSuffix(c.path, "_test.go")}
		if got := breach(s, c.imp); (got != "") != c.wrong {
			t.Errorf("%s importing %s: %q, want wrong=%v", c.path, c.imp, got, c.wrong)
		}
	}
}

func TestNoInterfaceIsTooWide(t *testing.T) {
	const most = 8
	for _, s := range sources(t) {
		if room(s.pkg) == "" {
			continue
		}
		ast.Inspect(s.file, func(n ast.Node) bool {
			spec, ok := n.(*ast.TypeSpec)
			if !ok {
				return true
			}
			if iface, ok := spec.Type.(*ast.InterfaceType); ok && iface.Methods.NumFields() > most {
				t.Errorf("%s: interface %s has %d methods, at most %d", s.path, spec.Name.Name, iface.Methods.NumFields(), most)
			}
			return true
		})
	}
}

// TestFilesStayReadable: the sign of a room too full (style.md) as a ceiling, with some room above the 400 lines aimed at.
func TestFilesStayReadable(t *testing.T) {
	const most = 500
	for _, s := range sources(t) {
		text, err := os.ReadFile(filepath.Join("../..", s.path))
		if err != nil {
			t.Fatal(err)
		}
		if n := strings.Count(string(text), "\n"); n > most && !s.test {
			t.Errorf("%s has %d lines, at most %d", s.path, n, most)
		}
	}
}

// TestStateChangesInOnePlace: the state of a need is assigned in modules/needs/need.go only, and likewise for the
// other things that have a life.
func TestStateChangesInOnePlace(t *testing.T) {
	homes := map[string]string{
		"needs": "modules/needs/need.go", "initiatives": "modules/initiatives/initiative.go",
		"commitments": "modules/commitments/commitment.go", "organizations": "modules/organizations/organization.go",
	}
	for _, s := range sources(t) {
		home, ok := homes[room(s.pkg)]
		if !ok || s.test || s.path == home {
			continue
		}
		ast.Inspect(s.file, func(n ast.Node) bool {
			switch n := n.(type) {
			case *ast.AssignStmt:
				for _, left := range n.Lhs {
					if sel, ok := left.(*ast.SelectorExpr); ok && (sel.Sel.Name == "State" || sel.Sel.Name == "state") {
						t.Errorf("%s assigns a state; only %s may", s.fset.Position(n.Pos()), home)
					}
				}
			}
			return true
		})
	}
}

// TestNoRequestOutlivesItself: Fiber's c.Context() is the server's own record of the request, taken again for the next
// one while what was begun under it (a connection to the object store, a writer of a stream) may still read from it. It
// may be asked, as in c.Context().Host(), never handed on as a context: that is c.UserContext().
func TestNoRequestOutlivesItself(t *testing.T) {
	for _, s := range sources(t) {
		asked := map[*ast.CallExpr]bool{}
		ast.Inspect(s.file, func(n ast.Node) bool {
			if sel, ok := n.(*ast.SelectorExpr); ok {
				if call, ok := sel.X.(*ast.CallExpr); ok {
					asked[call] = true
				}
			}
			if call, ok := n.(*ast.CallExpr); ok && handsOnRequest(call) && !asked[call] {
				t.Errorf("%s: c.Context() handed on", s.fset.Position(call.Pos()))
			}
			return true
		})
	}
}

func handsOnRequest(call *ast.CallExpr) bool {
	sel, ok := call.Fun.(*ast.SelectorExpr)
	if !ok || sel.Sel.Name != "Context" || len(call.Args) > 0 {
		return false
	}
	x, ok := sel.X.(*ast.Ident)
	return ok && x.Name == "c"
}

func TestTopLevelIsSmall(t *testing.T) {
	allowed := []string{"app", "modules", "views", "static", "config.yaml", "go.mod", "go.sum", "README.md", "LICENSE", ".ci", ".git", ".gitignore", ".golangci.yml", "docs", "data", "gotong"}
	entries, err := os.ReadDir("../..")
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		if !slices.Contains(allowed, e.Name()) {
			t.Errorf("%s at the top level", e.Name())
		}
	}
}
