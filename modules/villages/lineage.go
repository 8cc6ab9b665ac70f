package villages

import (
	"context"
	"crypto/sha256"
	"encoding/csv"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"maps"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"

	"gotong/modules/domain"
	"gotong/modules/kit/apperr"
	"gotong/modules/kit/store"
)

// Lineage joins a region to one that it came from or became.
type Lineage struct {
	Code domain.RegionCode `json:"code"`
	Kind string            `json:"kind"`
	Date domain.Date       `json:"date"`
}

// Kinds of change between codes. A changed name under the same code comes with the regions' own files.
const (
	ChangeSplit   = "split"   // the new region came out of the old one, which stays
	ChangeDivided = "divided" // the old one ended, its parts are regions of their own
	ChangeMerged  = "merged"  // the old one ended and is part of the other
	ChangeRecoded = "recoded" // the same region under another code
)

var changeKinds = []string{ChangeSplit, ChangeDivided, ChangeMerged, ChangeRecoded}

// Ended tells whether the region is only history: its code stays, lists and searches lead to what it became.
func (r Region) Ended() bool { return r.Until != "" }

// changesFile may lie beside the files of idn-area-data.
const changesFile = "changes.csv"

var changesColumns = []string{"from", "to", "kind", "date"}

// regionChange is one row of a file of changes.
type regionChange struct {
	from, to domain.RegionCode
	kind     string
	date     domain.Date
}

// ImportChanges takes a CSV file (from,to,kind,date) of split, divided, merged and recoded regions: all of it or
// nothing. Codes are kept: a region that ended stays under its code and leads to what it became, which is found by the
// old name too. It may be repeated. Invalid wraps ImportMistakes by row and reason.
func (s *Service) ImportChanges(ctx context.Context, file string) (store.BatchResult, error) {
	raw, err := os.ReadFile(file) //nolint:gosec // the operator names the file
	if err != nil {
		return store.BatchResult{}, apperr.Wrap(err, apperr.Invalid, "villages.error.import")
	}
	result, err := s.applyChanges(ctx, filepath.Base(file), string(raw))
	var mistakes ImportMistakes
	if errors.As(err, &mistakes) {
		err = apperr.Wrap(err, apperr.Invalid, "villages.error.import")
	}
	return result, err
}

func (s *Service) applyChanges(ctx context.Context, name, text string) (store.BatchResult, error) {
	changes, err := readChanges(name, text)
	if err != nil {
		return store.BatchResult{}, err
	}
	regions, err := s.lined(ctx, name, changes)
	if err != nil {
		return store.BatchResult{}, err
	}
	sum := sha256.Sum256([]byte(text))
	result, err := s.importChanged(ctx, regions, "changes-"+hex.EncodeToString(sum[:8]))
	if err != nil {
		return result, err
	}
	return result, s.recount(ctx, changes, hex.EncodeToString(sum[:8]))
}

func readChanges(name, text string) ([]regionChange, error) {
	reader := csv.NewReader(strings.NewReader(strings.TrimPrefix(text, "\ufeff")))
	reader.FieldsPerRecord = -1
	header, err := reader.Read()
	if err != nil || !reflect.DeepEqual(header, changesColumns) {
		return nil, ImportMistakes{{name, 1, fmt.Sprintf("the header must be %q", strings.Join(changesColumns, ","))}}
	}
	var mistakes ImportMistakes
	var changes []regionChange
	for {
		record, err := reader.Read()
		if errors.Is(err, io.EOF) {
			break
		}
		row, _ := reader.FieldPos(0)
		wrong := func(format string, args ...any) {
			if len(mistakes) < maxMistakes {
				mistakes = append(mistakes, ImportMistake{name, row, fmt.Sprintf(format, args...)})
			}
		}
		if err != nil || len(record) != len(changesColumns) {
			wrong("not a row of %d columns", len(changesColumns))
			continue
		}
		from, errFrom := domain.ParseRegionCode(record[0])
		to, errTo := domain.ParseRegionCode(record[1])
		date, errDate := domain.ParseDate(record[3])
		switch {
		case errFrom != nil || errTo != nil:
			wrong("%q or %q is no code", record[0], record[1])
		case from == to || from.Level() != to.Level():
			wrong("%s and %s must be two regions of the same level", from, to)
		case !slices.Contains(changeKinds, record[2]):
			wrong("kind %q is none of %s", record[2], strings.Join(changeKinds, ", "))
		case errDate != nil || date == "":
			wrong("date %q is no date like 2026-04-01", record[3])
		default:
			changes = append(changes, regionChange{from, to, record[2], date})
		}
	}
	if len(mistakes) > 0 {
		return nil, mistakes
	}
	return changes, nil
}

// lined gives the regions as they are after the changes.
func (s *Service) lined(ctx context.Context, name string, changes []regionChange) ([]Region, error) {
	var codes []string
	for _, c := range changes {
		codes = append(codes, string(c.from), string(c.to))
	}
	slices.Sort(codes)
	docs, err := s.regions.GetMany(ctx, slices.Compact(codes))
	if err != nil {
		return nil, err
	}
	regions := map[domain.RegionCode]Region{}
	for _, d := range docs {
		regions[d.Body.Code] = d.Body
	}
	var mistakes ImportMistakes
	for i, c := range changes {
		from, ok := regions[c.from]
		to, found := regions[c.to]
		if !ok || !found {
			mistakes = append(mistakes, ImportMistake{name, i + 2, fmt.Sprintf("%s or %s is not in the register: load the regions' files first", c.from, c.to)})
			continue
		}
		from.Into = withLineage(from.Into, Lineage{c.to, c.kind, c.date})
		to.From = withLineage(to.From, Lineage{c.from, c.kind, c.date})
		if c.kind != ChangeSplit {
			from.Until = c.date
			for _, old := range append(slices.Clone(from.Former), from.Name) {
				if old != to.Name && !slices.Contains(to.Former, old) {
					to.Former = append(slices.Clone(to.Former), old)
				}
			}
		}
		regions[c.from], regions[c.to] = from, to
	}
	if len(mistakes) > 0 {
		return nil, mistakes[:min(len(mistakes), maxMistakes)]
	}
	return slices.SortedFunc(maps.Values(regions), func(a, b Region) int { return strings.Compare(string(a.Code), string(b.Code)) }), nil
}

func withLineage(list []Lineage, l Lineage) []Lineage {
	list = slices.DeleteFunc(slices.Clone(list), func(x Lineage) bool { return x.Code == l.Code })
	return append(list, l)
}

// importChanged stores the regions that differ from what is there, in one batch.
func (s *Service) importChanged(ctx context.Context, regions []Region, id string) (store.BatchResult, error) {
	items := make([]store.Item[Region], 0, len(regions))
	unchanged := 0
	for _, r := range regions {
		old, err := s.regions.Get(ctx, string(r.Code))
		if err != nil {
			return store.BatchResult{}, err
		}
		if reflect.DeepEqual(old.Body, r) {
			unchanged++
			continue
		}
		items = append(items, store.Item[Region]{ID: string(r.Code), Body: r})
	}
	result := store.BatchResult{}
	if len(items) > 0 {
		batch, err := s.fresh(ctx, id)
		if err != nil {
			return result, err
		}
		if err := batch.Stage(ctx, items); err != nil {
			return result, fmt.Errorf("stage changes of regions: %w", err)
		}
		if result, err = batch.Apply(ctx, store.Change{Action: "region.imported"}); err != nil {
			return result, fmt.Errorf("apply changes of regions: %w", err)
		}
	}
	result.Unchanged += unchanged
	s.forget(regionsCollection)
	return result, nil
}

// recount counts again what lies in the regions above changed ones, from the bottom up.
func (s *Service) recount(ctx context.Context, changes []regionChange, id string) error {
	above := map[domain.RegionCode]bool{}
	for _, c := range changes {
		for _, code := range []domain.RegionCode{c.from, c.to} {
			for code = code.Parent(); code != ""; code = code.Parent() {
				above[code] = true
			}
		}
	}
	codes := slices.SortedFunc(maps.Keys(above), func(a, b domain.RegionCode) int {
		if a.Level() != b.Level() {
			return b.Level() - a.Level()
		}
		return strings.Compare(string(a), string(b))
	})
	for _, level := range []int{domain.LevelDistrict, domain.LevelRegency, domain.LevelProvince} {
		var regions []Region
		for _, code := range codes {
			if code.Level() != level {
				continue
			}
			r, err := s.Region(ctx, code)
			if err != nil {
				return err
			}
			children, err := s.childRegions(ctx, code)
			if err != nil {
				return err
			}
			r.Regencies, r.Districts, r.Desa, r.Kelurahan = 0, 0, 0, 0
			for i := range children {
				r.count(&children[i])
				r.Districts, r.Desa, r.Kelurahan = r.Districts+children[i].Districts, r.Desa+children[i].Desa, r.Kelurahan+children[i].Kelurahan
			}
			regions = append(regions, r)
		}
		if _, err := s.importChanged(ctx, regions, fmt.Sprintf("counts-%d-%s", level, id)); err != nil {
			return err
		}
	}
	return nil
}

// fresh gives a batch of that name that takes rows: an interrupted one is finished first, and one that was applied
// before, with other content stored since, gets a successor.
func (s *Service) fresh(ctx context.Context, id string) (*store.Batch[Region], error) {
	for n := 1; ; n++ {
		batch := s.regions.Batch(id)
		if n > 1 {
			batch = s.regions.Batch(fmt.Sprintf("%s-%d", id, n))
		}
		applying, ended, err := batch.Begun(ctx)
		if err != nil {
			return nil, err
		}
		if applying {
			if _, err := batch.Apply(ctx, store.Change{Action: "region.imported"}); err != nil {
				return nil, fmt.Errorf("finish an interrupted import: %w", err)
			}
			s.forget(regionsCollection)
			ended = true
		}
		if !ended {
			return batch, nil
		}
	}
}
