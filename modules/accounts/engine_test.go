package accounts

import (
	"io/fs"
	"testing"

	"gotong/modules/kit/i18n"
	"gotong/modules/kit/web"
)

func engineOf(t *testing.T, files fs.FS) *web.Engine {
	t.Helper()
	bundle, err := i18n.Load(files, "locales")
	if err != nil {
		t.Fatal(err)
	}
	engine, err := web.NewEngine(files, bundle, web.EngineOptions{})
	if err != nil {
		t.Fatal(err)
	}
	return engine
}
