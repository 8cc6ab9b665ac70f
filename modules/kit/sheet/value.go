package sheet

import (
	"math"
	"regexp"
	"strconv"
	"strings"
	"time"
)

// number makes a cell of a number; sums of parts (0.1+0.2) lose the dust that programs keep behind the 15th digit.
func number(f float64) Cell {
	if math.IsNaN(f) || math.IsInf(f, 0) {
		return Cell{Fault, "#NUM!"}
	}
	short := strconv.FormatFloat(f, 'g', 15, 64)
	if g, err := strconv.ParseFloat(short, 64); err == nil {
		f = g
	}
	return Cell{Number, strconv.FormatFloat(f, 'f', -1, 64)}
}

// OfText makes a cell of a text.
func OfText(s string) Cell {
	if s == "" {
		return Cell{}
	}
	return Cell{Text, s}
}

// OfInt makes a cell of a whole number.
func OfInt(n int64) Cell { return Cell{Number, strconv.FormatInt(n, 10)} }

// OfFloat makes a cell of a number.
func OfFloat(f float64) Cell { return number(f) }

// OfDate makes a cell of a civil date (2027-04-01); "" is empty.
func OfDate(d string) Cell {
	if d == "" {
		return Cell{}
	}
	return Cell{Date, d}
}

// dayOf gives the date of a spreadsheet's day number.
func dayOf(serial float64, system int) (string, bool) {
	base := time.Date(1899, 12, 30, 0, 0, 0, 0, time.UTC)
	if system == 1904 {
		base = time.Date(1904, 1, 1, 0, 0, 0, 0, time.UTC)
	}
	if serial < 61 || serial > 200_000 { // before March 1900 the programs count a day that was not
		return "", false
	}
	return base.AddDate(0, 0, int(serial)).Format(time.DateOnly), true
}

// Reasons why a cell is not what it should be; each is the last part of a locale key sheet.value.*.
const (
	ReasonNumber    = "number"    // not a number
	ReasonAmbiguous = "ambiguous" // 1.234 could be both
	ReasonWhole     = "whole"     // has decimals
	ReasonDate      = "date"      // not a date
	ReasonMonth     = "month"     // month and day are the other way round
	ReasonYear2     = "year2"     // a year of two digits
	ReasonDayNumber = "daynumber" // a number where a date should be
	ReasonNoDay     = "noday"     // 31 February
	ReasonYear      = "year"      // not a year
	ReasonFault     = "fault"     // #N/A
	ReasonBool      = "bool"      // TRUE where it makes no sense
	ReasonCurrency  = "currency"  // a currency sign in a number
	ReasonPercent   = "percent"   // a percent sign in a number
	ReasonUnit      = "unit"      // words behind the number
	ReasonRange     = "range"     // "10-20"
	ReasonMany      = "many"      // beyond what can be counted
)

var (
	digits    = regexp.MustCompile(`^\d+$`)
	oneMark   = regexp.MustCompile(`^(\d+)([.,])(\d+)$`)
	groupsOf  = regexp.MustCompile(`^\d{1,3}([.,' ])\d{3}(?:[.,' ]\d{3})*$`)
	bothMarks = regexp.MustCompile(`^(\d{1,3}(?:[., ]\d{3})+)([.,])(\d+)$`)
	isRange   = regexp.MustCompile(`^[\d.,]+\s*(?:-|–|s/d|sd|sampai|to)\s*[\d.,]+$`)
	withWords = regexp.MustCompile(`^(?:±|~|<|>|≤|≥|ca\.?|sekitar|kurang lebih)?\s*[\d.,]+\s*\pL[\pL/ ²³.]*$`)
)

// Float reads a number. mark says which mark stands before decimals ('.' or ','), 0 where nobody said: then a text that
// can be read both ways is refused. The reason is "" where it is a number.
func (c Cell) Float(mark rune) (value float64, reason string) {
	switch c.Kind {
	case Number:
		f, err := strconv.ParseFloat(c.Text, 64)
		if err != nil {
			return 0, ReasonNumber
		}
		return f, ""
	case Date:
		return 0, ReasonNumber
	case Bool:
		return 0, ReasonBool
	case Fault:
		return 0, ReasonFault
	}
	s := strings.ReplaceAll(strings.ReplaceAll(strings.TrimSpace(c.Text), "\u00a0", " "), "\u202f", " ")
	sign := 1.0
	if rest, ok := strings.CutPrefix(s, "-"); ok {
		sign, s = -1, strings.TrimSpace(rest)
	} else if rest, ok := strings.CutPrefix(s, "−"); ok {
		sign, s = -1, strings.TrimSpace(rest)
	}
	plain, reason := plainNumber(s, mark)
	if reason != "" {
		return 0, reason
	}
	f, err := strconv.ParseFloat(plain, 64)
	if err != nil || math.IsInf(f, 0) {
		return 0, ReasonMany
	}
	return sign * f, ""
}

// plainNumber rewrites the digits of a number as strconv reads them.
func plainNumber(s string, mark rune) (string, string) {
	if digits.MatchString(s) {
		return s, ""
	}
	if m := bothMarks.FindStringSubmatch(s); m != nil && !strings.Contains(m[1], m[2]) && oneGroup(m[1]) {
		if mark != 0 && string(mark) != m[2] {
			return "", ReasonNumber
		}
		return onlyDigits(m[1]) + "." + m[3], ""
	}
	if m := oneMark.FindStringSubmatch(s); m != nil {
		thousands := len(m[3]) == 3 && len(m[1]) <= 3 && m[1][0] != '0'
		switch {
		case mark != 0 && string(mark) == m[2]:
			return m[1] + "." + m[3], ""
		case mark != 0 && thousands:
			return m[1] + m[3], ""
		case mark != 0:
			return "", ReasonNumber
		case thousands:
			return "", ReasonAmbiguous
		}
		return m[1] + "." + m[3], ""
	}
	if m := groupsOf.FindStringSubmatch(s); m != nil && oneGroup(s) {
		if mark != 0 && string(mark) == m[1] {
			return "", ReasonNumber
		}
		return onlyDigits(s), ""
	}
	return "", whyNoNumber(s)
}

func whyNoNumber(s string) string {
	low := strings.ToLower(s)
	switch {
	case strings.HasPrefix(low, "rp") || strings.HasPrefix(low, "idr") || strings.HasPrefix(low, "$") || strings.HasPrefix(low, "us$"):
		return ReasonCurrency
	case strings.HasSuffix(s, "%"):
		return ReasonPercent
	case isRange.MatchString(low):
		return ReasonRange
	case withWords.MatchString(low):
		return ReasonUnit
	}
	return ReasonNumber
}

// oneGroup tells whether one mark alone stands between the groups.
func oneGroup(s string) bool {
	marks := strings.Map(func(r rune) rune {
		if r >= '0' && r <= '9' {
			return -1
		}
		return r
	}, s)
	return strings.Count(marks, marks[:1]) == len(marks)
}

func onlyDigits(s string) string {
	return strings.Map(func(r rune) rune {
		if r < '0' || r > '9' {
			return -1
		}
		return r
	}, s)
}

// Whole reads a whole number. Marks in it stand between thousands: 1.234 persons are a thousand.
func (c Cell) Whole(mark rune) (int64, string) {
	s := strings.ReplaceAll(c.Text, "\u00a0", " ")
	if c.Kind == Text && groupsOf.MatchString(s) && oneGroup(s) {
		c.Text = onlyDigits(s)
	}
	f, reason := c.Float(mark)
	switch {
	case reason == ReasonAmbiguous:
		return 0, ReasonWhole
	case reason != "":
		return 0, reason
	case f != math.Trunc(f):
		return 0, ReasonWhole
	case math.Abs(f) > 1<<53:
		return 0, ReasonMany
	}
	return int64(f), ""
}

// Rupiah reads an amount, with or without its sign.
func (c Cell) Rupiah(mark rune) (int64, string) {
	if c.Kind == Text {
		s := strings.TrimSpace(c.Text)
		if len(s) > 2 && strings.EqualFold(s[:2], "rp") {
			s = strings.TrimSpace(strings.TrimPrefix(s[2:], "."))
		}
		for _, end := range []string{",00", ",-"} {
			s = strings.TrimSuffix(s, end)
		}
		c.Text = s
	}
	return c.Whole(mark)
}

var months = map[string]time.Month{
	"januari": 1, "jan": 1, "january": 1, "februari": 2, "feb": 2, "february": 2, "pebruari": 2, "maret": 3, "mar": 3, "march": 3,
	"april": 4, "apr": 4, "mei": 5, "may": 5, "juni": 6, "jun": 6, "june": 6, "juli": 7, "jul": 7, "july": 7,
	"agustus": 8, "agu": 8, "ags": 8, "agt": 8, "august": 8, "aug": 8, "september": 9, "sep": 9, "sept": 9, "oktober": 10, "okt": 10,
	"october": 10, "oct": 10, "november": 11, "nov": 11, "nopember": 11, "desember": 12, "des": 12, "december": 12, "dec": 12,
}

var dateParts = regexp.MustCompile(`^(\d{1,4})\s*[-/. ]\s*(\d{1,2}|\pL+)\.?,?\s*[-/. ]\s*(\d{2,4})(?:[T ]\d{2}:\d{2}.*)?$`)

// Day reads a civil date, written as in Indonesia (day first), with a month's name, or as 2027-04-01.
func (c Cell) Day() (string, string) {
	switch c.Kind {
	case Date:
		if _, err := time.Parse(time.DateOnly, c.Text); err != nil {
			return "", ReasonDate
		}
		return c.Text, ""
	case Number:
		return "", ReasonDayNumber
	case Bool:
		return "", ReasonBool
	case Fault:
		return "", ReasonFault
	}
	m := dateParts.FindStringSubmatch(strings.TrimSpace(c.Text))
	if m == nil {
		return "", ReasonDate
	}
	first, _ := strconv.Atoi(m[1])
	last, _ := strconv.Atoi(m[3])
	month, err := strconv.Atoi(m[2])
	if err != nil {
		named, ok := months[strings.ToLower(m[2])]
		if !ok {
			return "", ReasonDate
		}
		month = int(named)
	}
	year, day := last, first
	switch {
	case len(m[1]) == 4:
		year, day = first, last
	case len(m[1]) > 2:
		return "", ReasonDate
	case len(m[3]) != 4:
		return "", ReasonYear2
	}
	if month > 12 && day <= 12 && day >= 1 {
		return "", ReasonMonth
	}
	t := time.Date(year, time.Month(month), day, 0, 0, 0, 0, time.UTC)
	if t.Year() != year || int(t.Month()) != month || t.Day() != day {
		return "", ReasonNoDay
	}
	return t.Format(time.DateOnly), ""
}

// YearOf reads a year: four digits, or a date's year.
func (c Cell) YearOf() (int, string) {
	switch c.Kind {
	case Date:
		return 0, ReasonYear
	case Text, Number:
		if n, err := strconv.Atoi(c.Text); err == nil {
			if n >= 0 && n < 100 {
				return 0, ReasonYear2
			}
			if n >= 1000 && n <= 9999 {
				return n, ""
			}
		}
		return 0, ReasonYear
	case Fault:
		return 0, ReasonFault
	}
	return 0, ReasonYear
}
