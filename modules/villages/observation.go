package villages

import (
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"gotong/modules/domain"
	"gotong/modules/kit/apperr"
	"gotong/modules/kit/store"
)

// Observation is one published value of an indicator: of exactly this region, at whose level the source published it.
type Observation struct {
	Region      domain.RegionCode `json:"region"`
	Indicator   string            `json:"indicator"` // id in indicators.yaml
	Value       float64           `json:"value"`
	Unit        string            `json:"unit"` // the indicator's
	Year        int               `json:"year"` // that the value describes
	Source      string            `json:"source"`
	Method      string            `json:"method,omitempty"` // line or method, e.g. "US$2,15 PPP 2017"
	Taken       domain.Date       `json:"taken,omitempty"`  // when it was taken from the source
	Approximate bool              `json:"approximate,omitempty"`
	Demo        bool              `json:"demo,omitempty"`
}

// ID is the observation's natural key: the same region, indicator, year and source meet themselves.
func (o Observation) ID() string {
	return fmt.Sprintf("%s:%s:%d:%s", o.Region, o.Indicator, o.Year, slug(o.Source))
}

// Level tells at which level the source published the value.
func (o Observation) Level() int { return o.Region.Level() }

// Bounds of what people write.
const (
	firstYear  = 1990
	maxSource  = 160
	maxMethod  = 160
	maxCount   = 300_000_000   // persons, households, businesses: the country's population and some
	maxRupiah  = 1_000_000_000 // per person or household and month
	maxNote    = 600           // letters of a note
	maxHeading = 120           // letters of a name

)

// Units of indicators.yaml.
const (
	UnitPercent  = "percent"
	UnitPerson   = "person"
	UnitBusiness = "business"
	UnitIndex    = "index"
)

// countUnit tells whether a unit counts people or things of people, so that small values could point at somebody.
func countUnit(unit string) bool { return unit == UnitPerson || unit == UnitBusiness }

// UnitsOf lists how people write an indicator's unit in files, the unit itself first.
func UnitsOf(unit string) []string {
	more := map[string][]string{
		UnitPercent: {"%", "persen", "percentage"}, UnitPerson: {"orang", "jiwa", "people", "persons"}, UnitBusiness: {"usaha", "businesses"},
		UnitIndex: {"indeks", "skor", "score"}, "IDR per household per month": {"rupiah per keluarga per bulan", "Rp/KK/bulan"},
		"IDR per person per month": {"rupiah per orang per bulan", "Rp/orang/bulan"},
	}
	return append([]string{unit}, more[unit]...)
}

// Normal gives the observation with its unit as indicators.yaml writes it (the indicator's where none is given) and
// texts without needless blanks.
func (o Observation) Normal() Observation {
	o.Indicator, o.Source, o.Method = strings.TrimSpace(o.Indicator), oneLine(o.Source), oneLine(o.Method)
	if i, ok := domain.IndicatorByID(o.Indicator); ok {
		given := strings.ToLower(oneLine(o.Unit))
		if given == "" || slices.ContainsFunc(UnitsOf(i.Unit), func(u string) bool { return strings.EqualFold(u, given) }) {
			o.Unit = i.Unit
		}
	}
	return o
}

// Validate tells what is wrong with an observation, by field: region, indicator, unit, value, year, source, method,
// taken. thisYear bounds the year.
func (o Observation) Validate(thisYear int) error {
	var f apperr.Fields
	checkRegion(&f, o.Region)
	i, known := domain.IndicatorByID(o.Indicator)
	f.Check(known, "indicator", "villages.error.indicator", "id", o.Indicator)
	if known {
		f.Check(o.Unit == i.Unit, "unit", "villages.error.unit", "want", i.Unit, "got", o.Unit)
		checkValue(&f, i, o.Value)
	}
	checkYear(&f, "year", o.Year, thisYear)
	checkText(&f, "source", o.Source, maxSource, true)
	checkText(&f, "method", o.Method, maxMethod, false)
	if o.Taken != "" {
		d, err := domain.ParseDate(string(o.Taken))
		f.Check(err == nil && d == o.Taken, "taken", "villages.error.date")
	}
	return f.Err()
}

func checkRegion(f *apperr.Fields, code domain.RegionCode) {
	parsed, err := domain.ParseRegionCode(string(code))
	f.Check(err == nil && parsed == code, "region", "villages.error.code")
}

func checkYear(f *apperr.Fields, name string, year, thisYear int) {
	f.Check(year >= firstYear && year <= thisYear, name, "villages.error.year", "first", strconv.Itoa(firstYear), "last", strconv.Itoa(thisYear))
}

// checkText looks at a line of text: its length, and that nobody is named by a number.
func checkText(f *apperr.Fields, name, text string, most int, required bool) {
	switch {
	case required && text == "":
		f.Add(name, "villages.error.required")
	case utf8.RuneCountInString(text) > most:
		f.Add(name, "villages.error.too_long", "max", most)
	case !utf8.ValidString(text) || strings.ContainsFunc(text, func(r rune) bool { return r < ' ' }):
		f.Add(name, "villages.error.text")
	case len(domain.FindPersonalNumbers(text)) > 0:
		f.Add(name, "villages.error.personal")
	}
}

// checkValue bounds a value by its unit.
func checkValue(f *apperr.Fields, i domain.Indicator, v float64) {
	most := map[string]float64{UnitPercent: 100, UnitIndex: 100, UnitPerson: maxCount, UnitBusiness: maxCount}[i.Unit]
	if most == 0 {
		most = maxRupiah
	}
	switch {
	case math.IsNaN(v) || math.IsInf(v, 0) || v < 0 || v > most:
		f.Add("value", "villages.error.value", "max", strconv.FormatFloat(most, 'f', -1, 64))
	case countUnit(i.Unit) && v != math.Trunc(v):
		f.Add("value", "villages.error.whole")
	}
}

// slug makes a short word of a text that can stand in an id: small letters, digits, hyphens.
func slug(s string) string {
	s = strings.Join(strings.FieldsFunc(plainName(s), func(r rune) bool { return r < '0' || r > 'z' }), "-")
	if len(s) > 60 {
		s = strings.ToValidUTF8(s[:60], "")
	}
	return s
}

func oneLine(s string) string { return strings.Join(strings.Fields(s), " ") }

// Lists of the observations.
const (
	listOfRegion = "region"   // one region's own, newest of each indicator first
	listAll      = "all"      // everything within a region, by code, indicator, year: for exports
	listBelow    = "below"    // counts of one indicator and year below a region, by code
	listSiblings = "siblings" // of the regions right below one, of one indicator, newest first for each region
)

func observationDefinition() store.Definition[Observation] {
	order := func(_ string, o Observation) string {
		return string(o.Region) + " " + o.Indicator + " " + strconv.Itoa(9999-o.Year) + " " + slug(o.Source)
	}
	return store.Definition[Observation]{Name: observationsCollection, Lists: []store.List[Observation]{
		{Name: listOfRegion, Keys: func(_ string, o Observation) []store.Key { return []store.Key{store.KeyOf(string(o.Region))} }, Sort: order},
		{Name: listAll, Keys: func(_ string, o Observation) []store.Key { return store.Combinations(o.Region.Path()) }, Sort: order},
		{Name: listBelow, Keys: belowKeys, Sort: order},
		{Name: listSiblings, Keys: func(_ string, o Observation) []store.Key {
			return []store.Key{siblingsKey(o.Region.Parent(), o.Indicator)}
		}, Sort: order},
	}}
}

func siblingsKey(parent domain.RegionCode, indicator string) store.Key {
	return store.KeyOf(string(childrenKey(parent)), indicator)
}

// belowKeys is for counts only, whose sums could give a small one away.
func belowKeys(_ string, o Observation) []store.Key {
	if !countUnit(o.Unit) {
		return nil
	}
	var keys []store.Key
	for _, above := range o.Region.Parent().Path() {
		keys = append(keys, store.KeyOf(above, countKey(o)))
	}
	return keys
}
