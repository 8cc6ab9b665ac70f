package i18n

import (
	"fmt"
	"strconv"
	"strings"
	"time"
)

// wib is Western Indonesia Time, the zone in which the portal writes its dates.
var wib = time.FixedZone("WIB", 7*60*60)

var months = map[string][12]string{
	"id": {"Januari", "Februari", "Maret", "April", "Mei", "Juni", "Juli", "Agustus", "September", "Oktober", "November", "Desember"},
	"en": {"January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November", "December"},
}

// separators gives the marks between thousands and before decimals.
func (l *Localizer) separators() (group, decimal string) {
	if l.lang == "en" {
		return ",", "."
	}
	return ".", ","
}

// Number writes an integer: 1.234.567 in Indonesian, 1,234,567 in English.
func (l *Localizer) Number(n int64) string {
	group, _ := l.separators()
	digits := strconv.FormatInt(n, 10)
	sign := ""
	if n < 0 {
		sign, digits = "-", digits[1:]
	}
	return sign + grouped(digits, group)
}

func grouped(digits, group string) string {
	if len(digits) <= 3 {
		return digits
	}
	first := len(digits) % 3
	var b strings.Builder
	b.WriteString(digits[:first])
	for i := first; i < len(digits); i += 3 {
		if i > 0 {
			b.WriteString(group)
		}
		b.WriteString(digits[i : i+3])
	}
	return b.String()
}

// Rupiah writes whole rupiah: Rp1.500.000 in Indonesian, Rp1,500,000 in English.
func (l *Localizer) Rupiah(n int64) string {
	if n < 0 {
		return "-Rp" + strings.TrimPrefix(l.Number(n), "-")
	}
	return "Rp" + l.Number(n)
}

// Decimal writes a number with that many decimals: 0,86.
func (l *Localizer) Decimal(f float64, places int) string {
	group, decimal := l.separators()
	s := strconv.FormatFloat(f, 'f', places, 64)
	sign := ""
	if strings.HasPrefix(s, "-") {
		sign, s = "-", s[1:]
	}
	whole, rest, ok := strings.Cut(s, ".")
	if !ok {
		return sign + grouped(whole, group)
	}
	return sign + grouped(whole, group) + decimal + rest
}

// Percent writes a share (0 to 1) with that many decimals: 0,57 % in Indonesian, 0.57% in English.
func (l *Localizer) Percent(share float64, places int) string {
	if l.lang == "en" {
		return l.Decimal(share*100, places) + "%"
	}
	return l.Decimal(share*100, places) + "\u00a0%"
}

var days = map[string][7]string{
	"id": {"Minggu", "Senin", "Selasa", "Rabu", "Kamis", "Jumat", "Sabtu"},
	"en": {"Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday"},
}

// Weekday writes which day of the week it is in WIB: Kamis; "" for the zero time.
func (l *Localizer) Weekday(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return days[l.lang][t.In(wib).Weekday()]
}

// Date writes the civil date in WIB: 1 April 2027; "" for the zero time.
func (l *Localizer) Date(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	t = t.In(wib)
	return fmt.Sprintf("%d %s %d", t.Day(), months[l.lang][t.Month()-1], t.Year())
}

// DateTime writes date and time in WIB: 1 April 2027 14.30 WIB (14:30 in English); "" for the zero time.
func (l *Localizer) DateTime(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	layout := "15.04"
	if l.lang == "en" {
		layout = "15:04"
	}
	return l.Date(t) + " " + t.In(wib).Format(layout) + " WIB"
}

// Ago writes how long before now t was, in the largest whole unit; from 30 days on it writes the date.
func (l *Localizer) Ago(now, t time.Time) string {
	d := now.Sub(t)
	switch {
	case d < time.Minute:
		return l.T("web.ago.now")
	case d < time.Hour:
		return l.T("web.ago.minutes", "count", int64(d/time.Minute))
	case d < 24*time.Hour:
		return l.T("web.ago.hours", "count", int64(d/time.Hour))
	case d < 30*24*time.Hour:
		return l.T("web.ago.days", "count", int64(d/(24*time.Hour)))
	}
	return l.Date(t)
}

// Moment is a moment that is read in a zone of its own: a deadline.
type Moment struct {
	At   time.Time
	Zone *time.Location
}

// In writes date, time and the zone's name: 1 April 2027 17.00 WITA (17:00 in English); "" for the zero time.
func (m Moment) In(lang string) string {
	if m.At.IsZero() {
		return ""
	}
	t, layout := m.At.In(m.Zone), "15.04 MST"
	if lang == "en" {
		layout = "15:04 MST"
	}
	return fmt.Sprintf("%d %s %d %s", t.Day(), months[lang][t.Month()-1], t.Year(), t.Format(layout))
}
