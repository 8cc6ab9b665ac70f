// Package villages is the register of regions: province, regency, district and village by their official (Kemendagri)
// codes. Names change, codes stay. Its pages gather what the portal knows of a place.
package villages

import (
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"

	"gotong/modules/domain"
)

// Kinds of region, as domain.Place carries them.
const (
	KindProvince  = "provinsi"
	KindRegency   = "kabupaten"
	KindCity      = "kota"
	KindDistrict  = "kecamatan"
	KindDesa      = "desa"
	KindKelurahan = "kelurahan"
)

// Region is a region as it is stored, under its dotted code. The names of the regions above stand beside its own, so
// that a page needs one read; an import keeps them true. The numbers count what lies below.
type Region struct {
	Code       domain.RegionCode `json:"code"`
	Name       string            `json:"name"` // as published, without the word of its kind
	Kind       string            `json:"kind"`
	Level      int               `json:"level"`
	District   string            `json:"district,omitempty"`
	Regency    string            `json:"regency,omitempty"` // with its word: "Kabupaten Sambas"
	Province   string            `json:"province,omitempty"`
	Former     []string          `json:"former,omitempty"` // names that it had, newest last
	Regencies  int               `json:"regencies,omitempty"`
	Districts  int               `json:"districts,omitempty"`
	Desa       int               `json:"desa,omitempty"`
	Kelurahan  int               `json:"kelurahan,omitempty"`
	Attributes map[string]string `json:"attributes,omitempty"` // codes of other systems, e.g. "bps"
	Until      domain.Date       `json:"until,omitempty"`      // when it ended; "" for one that is
	From       []Lineage         `json:"from,omitempty"`       // what it came from
	Into       []Lineage         `json:"into,omitempty"`       // what it became, or what came out of it
}

// Villages is the number of desa and kelurahan below.
func (r Region) Villages() int { return r.Desa + r.Kelurahan }

// Place gives the region as other modules show it.
func (r Region) Place() domain.Place {
	return domain.Place{Code: r.Code, Name: r.Name, Kind: r.Kind, District: r.District, Regency: r.Regency, Province: r.Province}
}

// FullName is the name with the word of its kind.
func (r Region) FullName() string { return domain.PlaceName(r.Place()) }

// maxName is the longest name of a region; the longest published one has under 60 letters.
const maxName = 120

// Validate tells what is wrong with a region on its own.
func (r Region) Validate() error {
	if _, err := domain.ParseRegionCode(string(r.Code)); err != nil {
		return err
	}
	if r.Name == "" || !utf8.ValidString(r.Name) || len(r.Name) > maxName || strings.ContainsFunc(r.Name, func(c rune) bool { return c < ' ' }) {
		return fmt.Errorf("name %q is empty, too long or not text", r.Name)
	}
	if r.Level != r.Code.Level() || !slices.Contains(kindsOf(r.Level), r.Kind) {
		return fmt.Errorf("kind %q does not fit code %s", r.Kind, r.Code)
	}
	return nil
}

func kindsOf(level int) []string {
	switch level {
	case domain.LevelProvince:
		return []string{KindProvince}
	case domain.LevelRegency:
		return []string{KindRegency, KindCity}
	case domain.LevelDistrict:
		return []string{KindDistrict}
	case domain.LevelVillage:
		return []string{KindDesa, KindKelurahan}
	}
	return nil
}

// regionFrom makes a region of a published row: the kind follows from the word of a regency's name and from the fourth
// part of a village's code (1… kelurahan, 2… and 3… desa).
func regionFrom(code domain.RegionCode, name string) Region {
	r := Region{Code: code, Name: strings.Join(strings.Fields(name), " "), Level: code.Level()}
	switch r.Level {
	case domain.LevelProvince:
		r.Kind = KindProvince
	case domain.LevelRegency:
		r.Kind = KindRegency
		if rest, ok := strings.CutPrefix(r.Name, "Kota "); ok {
			r.Kind, r.Name = KindCity, rest
		} else {
			r.Name = strings.TrimPrefix(r.Name, "Kabupaten ")
		}
	case domain.LevelDistrict:
		r.Kind = KindDistrict
	case domain.LevelVillage:
		r.Kind = KindDesa
		if code[len("61.01.01.")] == '1' {
			r.Kind = KindKelurahan
		}
	}
	return r
}

// Renamed gives the region as it becomes when it takes the published form next: a name that it loses is kept.
func (r Region) Renamed(next Region) Region {
	next.Former, next.Attributes, next.Until, next.From, next.Into = r.Former, r.Attributes, r.Until, r.From, r.Into
	if r.Name != next.Name {
		next.Former = append(slices.Clone(r.Former), r.Name)
	}
	return next
}
