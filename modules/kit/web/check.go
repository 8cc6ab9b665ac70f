package web

import (
	"fmt"
	"reflect"

	"github.com/jba/templatecheck"
)

// CheckViews type-checks the template of every view made so far against its page struct, for the tests: a field that
// does not exist, a wrong argument, a partial given the wrong type.
func CheckViews(e *Engine) []error {
	e.mu.Lock()
	defer e.mu.Unlock()
	parsed, err := e.parsed.Clone() // html/template lets nobody check what was executed
	if err != nil {
		return []error{err}
	}
	var errs []error
	for _, v := range e.views {
		page := reflect.New(v.page).Elem()
		if v.page.Kind() == reflect.Pointer {
			page = reflect.New(v.page.Elem())
		}
		names := []string{v.name}
		if v.page.Implements(reflect.TypeFor[based]()) {
			names = []string{layoutTop, v.name, layoutBottom}
		}
		for _, name := range names {
			if err := templatecheck.CheckHTML(parsed.Lookup(name), page.Interface()); err != nil {
				errs = append(errs, fmt.Errorf("%s: %w", v.name, err))
			}
		}
	}
	return errs
}

// ViewNames lists the views made so far, for the tests: a file that no view uses is a mistake.
func ViewNames(e *Engine) []string {
	e.mu.Lock()
	defer e.mu.Unlock()
	var names []string
	for _, v := range e.views {
		names = append(names, v.name)
	}
	return names
}
