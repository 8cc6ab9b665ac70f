package domain

import "sync"

// Direction says which way an indicator improves.
type Direction string

// Directions.
const (
	BetterUp   Direction = "up"
	BetterDown Direction = "down"
)

// Target kinds.
const (
	TargetAbsolute         = "absolute"          // reach this value
	TargetRelativeIncrease = "relative-increase" // rise by this much over the baseline
)

// Target is a value that an indicator shall reach in an area.
type Target struct {
	Kind   string     `yaml:"kind"`
	Value  float64    `yaml:"value"`
	Unit   string     `yaml:"unit"`
	Area   RegionCode `yaml:"area_code"`
	Source string     `yaml:"source"` // id of an IndicatorSource
	Note   Text       `yaml:"note"`
}

// KnownValue is a published value. Values are shown with year and source, and none is computed from another.
type KnownValue struct {
	Value       float64    `yaml:"value"`
	Unit        string     `yaml:"unit"`
	Year        int        `yaml:"year"`
	Area        RegionCode `yaml:"area_code"`
	Approximate bool       `yaml:"approximate"`
	Source      string     `yaml:"source"` // id of an IndicatorSource
}

// Indicator is something measured, with its direction, targets and the values known from the reference files.
type Indicator struct {
	ID            string       `yaml:"id"`
	Name          Text         `yaml:"name"`
	Unit          string       `yaml:"unit"` // percent, person, index, business, or "IDR per … per month"
	Better        Direction    `yaml:"better"`
	Definition    Text         `yaml:"definition"`
	SourceSystems []string     `yaml:"source_systems"`
	PublishedAt   []string     `yaml:"published_at"` // province, regency, village, programme
	Steps         []string     `yaml:"steps"`
	Targets       []Target     `yaml:"targets"`
	Known         []KnownValue `yaml:"known_values"`
}

// At gives the newest known value of exactly that area.
func (i Indicator) At(area RegionCode) (KnownValue, bool) {
	var newest KnownValue
	found := false
	for _, v := range i.Known {
		if v.Area == area && (!found || v.Year > newest.Year) {
			newest, found = v, true
		}
	}
	return newest, found
}

// TargetFor gives the target of exactly that area.
func (i Indicator) TargetFor(area RegionCode) (Target, bool) {
	for _, t := range i.Targets {
		if t.Area == area {
			return t, true
		}
	}
	return Target{}, false
}

// PublishedFor tells whether the source is expected to publish the indicator for regions of that level. Districts have
// none of their own.
func (i Indicator) PublishedFor(level int) bool {
	name := map[int]string{LevelProvince: "province", LevelRegency: "regency", LevelVillage: "village"}[level]
	for _, p := range i.PublishedAt {
		if p == name && name != "" {
			return true
		}
	}
	return false
}

// IndicatorSource is where a value or target was read.
type IndicatorSource struct {
	ID   string `yaml:"id"`
	Name Text   `yaml:"name"`
}

type indicatorFile struct {
	Sources    []IndicatorSource `yaml:"sources"`
	Indicators []Indicator       `yaml:"indicators"`
}

var indicators = sync.OnceValue(func() *indicatorFile {
	var file indicatorFile
	readReference("indicators.yaml", &file)
	return &file
})

// Indicators lists the indicators in the order of the file.
func Indicators() []Indicator { return indicators().Indicators }

// IndicatorByID finds an indicator.
func IndicatorByID(id string) (Indicator, bool) {
	for _, i := range indicators().Indicators {
		if i.ID == id {
			return i, true
		}
	}
	return Indicator{}, false
}

// SourceName names where a value was read, in that language; the id where it is unknown.
func SourceName(id, lang string) string {
	for _, s := range indicators().Sources {
		if s.ID == id {
			return s.Name.In(lang)
		}
	}
	return id
}
