package villages

import (
	"context"
	"crypto/sha256"
	"encoding/csv"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"reflect"
	"strings"

	"gotong/modules/domain"
	"gotong/modules/kit/apperr"
	"gotong/modules/kit/store"
)

// regionFiles are the files of the package idn-area-data, from the top down.
var regionFiles = []struct {
	name    string
	columns []string
	level   int
}{
	{"provinces.csv", []string{"code", "name"}, domain.LevelProvince},
	{"regencies.csv", []string{"code", "province_code", "name"}, domain.LevelRegency},
	{"districts.csv", []string{"code", "regency_code", "name"}, domain.LevelDistrict},
	{"villages.csv", []string{"code", "district_code", "name"}, domain.LevelVillage}, // not a text
}

// ImportMistake is what is wrong in one row of a file.
type ImportMistake struct {
	File   string
	Row    int // line in the file, the header is 1
	Reason string
}

// ImportMistakes are the mistakes that stopped an import; nothing was changed.
type ImportMistakes []ImportMistake

// maxMistakes is how many are told at once.
const maxMistakes = 50

// Error lists the mistakes, one a line.
func (m ImportMistakes) Error() string {
	lines := make([]string, 0, len(m)+1)
	for _, mistake := range m {
		lines = append(lines, fmt.Sprintf("%s:%d: %s", mistake.File, mistake.Row, mistake.Reason))
	}
	if len(m) == maxMistakes {
		lines = append(lines, "(only the first mistakes are listed)")
	}
	return strings.Join(lines, "\n")
}

// ImportRegions takes the CSV files of idn-area-data from a folder (the package itself or its data folder): all of
// them or nothing. Regions keep their code; a changed name keeps the former one; regions that the files no longer
// name stay, unless a file changes.csv beside them says what became of them. It may be repeated, also after it was
// interrupted. Progress (may be nil) is told how many regions of
// how many are staged. Invalid wraps ImportMistakes by file, row and reason, or the missing file.
func (s *Service) ImportRegions(ctx context.Context, dir string, progress func(done, total int)) (store.BatchResult, error) {
	if _, err := os.Stat(dir + "/data/provinces.csv"); err == nil { //nolint:gosec // the operator names the folder
		dir += "/data"
	}
	regions, digest, err := readFolder(os.DirFS(dir))
	if err != nil {
		return store.BatchResult{}, apperr.Wrap(err, apperr.Invalid, "villages.error.import")
	}
	result, err := s.importAll(ctx, regions, digest, progress)
	if err != nil {
		return result, err
	}
	if _, err := os.Stat(filepath.Join(dir, changesFile)); err == nil { //nolint:gosec // the operator names the folder
		changed, err := s.ImportChanges(ctx, filepath.Join(dir, changesFile))
		result.Replaced += changed.Replaced
		return result, err
	}
	return result, nil
}

// importAll puts the regions into the store in one batch.
func (s *Service) importAll(ctx context.Context, regions []Region, digest string, progress func(done, total int)) (store.BatchResult, error) {
	const chunk = 1000
	batch, err := s.fresh(ctx, "regions-"+digest)
	if err != nil {
		return store.BatchResult{}, err
	}
	unchanged, staged := 0, 0
	for from := 0; from < len(regions); from += chunk {
		part := regions[from:min(from+chunk, len(regions))]
		items, err := s.changed(ctx, part)
		if err != nil {
			return store.BatchResult{}, err
		}
		unchanged += len(part) - len(items)
		if len(items) > 0 {
			if err := batch.Stage(ctx, items); err != nil {
				return store.BatchResult{}, fmt.Errorf("stage regions: %w", err)
			}
			staged += len(items)
		}
		if progress != nil {
			progress(from+len(part), len(regions))
		}
	}
	result := store.BatchResult{}
	if staged > 0 {
		if result, err = batch.Apply(ctx, store.Change{Action: "region.imported"}); err != nil {
			return result, fmt.Errorf("apply regions: %w", err)
		}
	}
	result.Unchanged += unchanged
	s.forget(regionsCollection)
	return result, nil
}

// changed gives those regions that are new or differ from what is stored, with what they keep of it.
func (s *Service) changed(ctx context.Context, regions []Region) ([]store.Item[Region], error) {
	ids := make([]string, 0, len(regions))
	for _, r := range regions {
		ids = append(ids, string(r.Code))
	}
	stored, err := s.regions.GetMany(ctx, ids)
	if err != nil {
		return nil, err
	}
	items := make([]store.Item[Region], 0, len(regions))
	for _, r := range regions {
		if old, ok := stored[string(r.Code)]; ok {
			r = old.Body.Renamed(r)
			if reflect.DeepEqual(r, old.Body) {
				continue
			}
		}
		items = append(items, store.Item[Region]{ID: string(r.Code), Body: r})
	}
	return items, nil
}

// readFolder reads and checks the four files; the digest is of their bytes.
func readFolder(files fs.FS) ([]Region, string, error) {
	sum := sha256.New()
	rows := newRegionRows()
	for _, f := range regionFiles {
		if err := rows.readFile(files, f.name, f.columns, f.level, sum); err != nil {
			return nil, "", err
		}
	}
	regions, err := rows.finish()
	return regions, hex.EncodeToString(sum.Sum(nil)[:8]), err
}

// regionRows gathers the rows of the files, each level checked against the one above.
type regionRows struct {
	regions  []Region
	at       map[domain.RegionCode]int
	mistakes ImportMistakes
}

func newRegionRows() *regionRows { return &regionRows{at: map[domain.RegionCode]int{}} }

func (x *regionRows) wrong(file string, row int, format string, args ...any) {
	if len(x.mistakes) < maxMistakes {
		x.mistakes = append(x.mistakes, ImportMistake{file, row, fmt.Sprintf(format, args...)})
	}
}

func (x *regionRows) readFile(files fs.FS, name string, columns []string, level int, sum io.Writer) error {
	f, err := files.Open(name)
	if err != nil {
		return fmt.Errorf("%s: the folder must hold the four files of idn-area-data: %w", name, err)
	}
	defer f.Close() //nolint:errcheck // only read
	reader := csv.NewReader(io.TeeReader(f, sum))
	reader.FieldsPerRecord = -1
	header, err := reader.Read()
	if err == nil && len(header) > 0 {
		header[0] = strings.TrimPrefix(header[0], "\ufeff")
	}
	if err != nil || !reflect.DeepEqual(header, columns) {
		x.wrong(name, 1, "the header must be %q", strings.Join(columns, ","))
		return nil // told as a mistake of the file
	}
	for {
		record, err := reader.Read()
		if errors.Is(err, io.EOF) {
			return nil
		}
		var syntax *csv.ParseError
		if errors.As(err, &syntax) {
			x.wrong(name, syntax.Line, "not readable as CSV: %v", syntax.Err)
			return nil
		}
		if err != nil {
			return fmt.Errorf("%s: %w", name, err)
		}
		row, _ := reader.FieldPos(0)
		if len(record) != len(columns) {
			x.wrong(name, row, "%d columns instead of %d", len(record), len(columns))
			continue
		}
		parent := ""
		if len(columns) == 3 {
			parent = strings.TrimSpace(record[1])
		}
		x.add(name, row, level, strings.TrimSpace(record[0]), parent, record[len(record)-1])
	}
}

// add takes one row.
func (x *regionRows) add(file string, row, level int, code, parent, name string) {
	c, err := domain.ParseRegionCode(code)
	switch {
	case err != nil || c.Level() != level:
		x.wrong(file, row, "code %q is not one of this level", code)
		return
	case string(c) != code:
		x.wrong(file, row, "code %q must be written with dots: %s", code, c)
		return
	case parent != string(c.Parent()):
		x.wrong(file, row, "code %s does not lie in %q", c, parent)
		return
	}
	if _, ok := x.at[c]; ok {
		x.wrong(file, row, "code %s stands here twice", c)
		return
	}
	if _, ok := x.at[c.Parent()]; level > domain.LevelProvince && !ok {
		x.wrong(file, row, "the region above, %s, is not in the files", c.Parent())
		return
	}
	r := regionFrom(c, name)
	if err := r.Validate(); err != nil {
		x.wrong(file, row, "%v", err)
		return
	}
	x.at[c] = len(x.regions)
	x.regions = append(x.regions, r)
}

// finish fills in names from above and counts from below.
func (x *regionRows) finish() ([]Region, error) {
	if len(x.mistakes) > 0 {
		return nil, x.mistakes
	}
	if len(x.regions) == 0 {
		return nil, ImportMistakes{{"provinces.csv", 1, "no region at all"}}
	}
	for i := range x.regions {
		r := &x.regions[i]
		for _, id := range r.Code.Parent().Path() {
			above := &x.regions[x.at[domain.RegionCode(id)]]
			above.count(r)
			switch above.Level {
			case domain.LevelProvince:
				r.Province = above.Name
			case domain.LevelRegency:
				r.Regency = above.FullName()
			case domain.LevelDistrict:
				r.District = above.Name
			}
		}
	}
	return x.regions, nil
}

// count adds a region that lies below.
func (r *Region) count(below *Region) {
	switch below.Kind {
	case KindRegency, KindCity:
		r.Regencies++
	case KindDistrict:
		r.Districts++
	case KindDesa:
		r.Desa++
	case KindKelurahan:
		r.Kelurahan++
	}
}
