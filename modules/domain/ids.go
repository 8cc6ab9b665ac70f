// Package domain is the language that all modules share: ids, the actor, region codes, categories, units, quantities,
// evidence grades and the taxonomy. It has no store and no handlers.
package domain

import (
	"fmt"
	"regexp"
	"strings"
	"time"
)

// Ids of the things that modules know of each other. They are opaque outside the owning module.
type (
	// AccountID names a person's account.
	AccountID string
	// OrganizationID names an organisation.
	OrganizationID string
	// NeedID names a village's need.
	NeedID string
	// InitiativeID names an initiative.
	InitiativeID string
	// OfferID names an offer of an initiative.
	OfferID string
	// CommitmentID names a commitment.
	CommitmentID string
	// DocumentID names a document.
	DocumentID string
	// CallID names a call for proposals.
	CallID string
	// CategoryID names a category of the taxonomy.
	CategoryID string
	// UnitID names a unit of the taxonomy.
	UnitID string
)

// Kinds of things that have a page, used in Ref.
const (
	KindVillage      = "village" // any region: province, regency, district, village; the id is its code
	KindNeed         = "need"
	KindInitiative   = "initiative"
	KindCall         = "call"
	KindOrganization = "organization"
	KindCommitment   = "commitment"
	KindDocument     = "document"
)

// Ref names one thing of any module.
type Ref struct {
	Kind string `json:"kind"`
	ID   string `json:"id"`
}

// RegionCode is an official (Kemendagri) dotted code: "61", "61.01", "61.01.08", "61.01.08.2007". "" is the country.
type RegionCode string

// Levels of a region.
const (
	LevelCountry = iota
	LevelProvince
	LevelRegency
	LevelDistrict
	LevelVillage
)

var regionPattern = regexp.MustCompile(`^\d{2}(\.\d{2}(\.\d{2}(\.\d{4})?)?)?$`)

// ParseRegionCode accepts the dotted form and, for undotted digits, gives the dotted one.
func ParseRegionCode(s string) (RegionCode, error) {
	s = strings.TrimSpace(s)
	if !strings.Contains(s, ".") {
		switch len(s) {
		case 4:
			s = s[:2] + "." + s[2:]
		case 6:
			s = s[:2] + "." + s[2:4] + "." + s[4:]
		case 10:
			s = s[:2] + "." + s[2:4] + "." + s[4:6] + "." + s[6:]
		}
	}
	if !regionPattern.MatchString(s) {
		return "", fmt.Errorf("not a region code: %q", s)
	}
	return RegionCode(s), nil
}

// Level tells province, regency, district or village.
func (c RegionCode) Level() int {
	if c == "" {
		return LevelCountry
	}
	return strings.Count(string(c), ".") + 1
}

// Parent gives the region one level above; the country's parent is the country.
func (c RegionCode) Parent() RegionCode {
	if i := strings.LastIndexByte(string(c), '.'); i >= 0 {
		return c[:i]
	}
	return ""
}

// At gives the region of that level that contains c (c itself where it is of that level), "" where c is above it.
func (c RegionCode) At(level int) RegionCode {
	if c.Level() < level {
		return ""
	}
	for c.Level() > level {
		c = c.Parent()
	}
	return c
}

// Contains tells whether other is c or lies below it; the country contains all.
func (c RegionCode) Contains(other RegionCode) bool {
	return c == "" || c == other || strings.HasPrefix(string(other), string(c)+".")
}

// Path lists the codes from province down to c, as strings: a list dimension for Combinations.
func (c RegionCode) Path() []string {
	var path []string
	for level := LevelProvince; level <= c.Level(); level++ {
		path = append(path, string(c.At(level)))
	}
	return path
}

// Date is a civil date, "2027-04-01"; "" where none is given.
type Date string

// ParseDate accepts 2027-04-01 and 01/04/2027; "" stays "".
func ParseDate(s string) (Date, error) {
	s = strings.TrimSpace(s)
	if s == "" {
		return "", nil
	}
	for _, layout := range []string{time.DateOnly, "02/01/2006", "2/1/2006"} {
		if t, err := time.Parse(layout, s); err == nil {
			return Date(t.Format(time.DateOnly)), nil
		}
	}
	return "", fmt.Errorf("not a date: %q", s)
}

// DateOf gives the civil date of t in the portal's zone (WIB, UTC+7).
func DateOf(t time.Time) Date { return Date(t.In(WIB).Format(time.DateOnly)) }

// WIB is Western Indonesia Time.
var WIB = time.FixedZone("WIB", 7*60*60)

// Time gives midnight UTC of the date, the zero time for "".
func (d Date) Time() time.Time {
	t, _ := time.Parse(time.DateOnly, string(d))
	return t
}
