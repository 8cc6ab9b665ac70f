package catalog

import (
	_ "embed"
	"encoding/csv"
	"fmt"
	"runtime/debug"
	"sort"
	"strings"
	"sync"
)

// Work is something of others that the portal is made of.
type Work struct{ Name, Version, Licence string }

// moduleLicences names the SPDX licence of every module of go.mod, read from the licence files of the modules. A test
// fails when a module is missing.
//
//go:embed data/modules.tsv
var moduleLicences string

var licenceOf = sync.OnceValue(func() map[string]string {
	r := csv.NewReader(strings.NewReader(moduleLicences))
	r.Comma, r.FieldsPerRecord = '\t', 2
	rows, err := r.ReadAll()
	if err != nil {
		panic(fmt.Sprintf("catalog: data/modules.tsv: %v", err))
	}
	licences := make(map[string]string, len(rows))
	for _, row := range rows {
		licences[row[0]] = row[1]
	}
	return licences
})

// Modules lists the Go modules in this very binary with their versions. A binary without build information, as some
// tests are, lists all modules of go.mod without versions.
func Modules() []Work {
	licences := licenceOf()
	var works []Work
	if info, ok := debug.ReadBuildInfo(); ok {
		for _, dep := range info.Deps {
			if dep.Replace != nil {
				dep = dep.Replace
			}
			works = append(works, Work{Name: dep.Path, Version: dep.Version, Licence: licences[dep.Path]})
		}
	}
	if len(works) == 0 {
		for name, licence := range licences {
			works = append(works, Work{Name: name, Licence: licence})
		}
	}
	sort.Slice(works, func(i, j int) bool { return works[i].Name < works[j].Name })
	return works
}
