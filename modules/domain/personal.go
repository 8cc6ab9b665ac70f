package domain

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// regencyNumbers is, by province code, the highest number of a kabupaten (01 and up) and of a kota (71 and up) in the
// official list (idn-area-data 4.0.1). Provinces that were divided keep their old range, since a person's number
// does not change: Papua (91) and West Papua (92) gave regencies to 93–96, East Kalimantan (64) to 65, and so on.
var regencyNumbers = map[string][2]int{
	"11": {18, 5}, "12": {25, 8}, "13": {12, 7}, "14": {12, 3}, "15": {9, 2}, "16": {13, 4}, "17": {9, 1}, "18": {13, 2}, "19": {6, 1},
	"21": {7, 2}, "31": {1, 5}, "32": {21, 9}, "33": {29, 6}, "34": {4, 1}, "35": {29, 9}, "36": {4, 4},
	"51": {8, 1}, "52": {8, 2}, "53": {21, 1}, "61": {12, 2}, "62": {13, 1}, "63": {11, 2}, "64": {15, 5}, "65": {4, 1},
	"71": {11, 4}, "72": {12, 1}, "73": {27, 3}, "74": {15, 2}, "75": {5, 1}, "76": {6, 0}, "81": {9, 2}, "82": {8, 2},
	"91": {29, 1}, "92": {13, 1}, "93": {4, 0}, "94": {8, 0}, "95": {8, 0}, "96": {5, 1},
}

// digitGroup is a run of digits in a text, by byte offsets.
type digitGroup struct{ from, to int }

func (g digitGroup) len() int { return g.to - g.from }

// FindPersonalNumbers finds what has the structure of a population number (NIK) or family card number (KK): sixteen
// digits, also with spaces, dots or dashes between, of which the first four are a province and regency, the next two
// a district, the next six a date (of birth, women's day plus 40; of issue for the card) and the last four not zero.
// Sixteen digits alone are not enough: a company's tax number has sixteen too. It gives the numbers as written.
// Sums of money, telephone numbers, dates, region codes and hexadecimal sums are left alone.
func FindPersonalNumbers[T string | []byte](s T) []string {
	if !mayHoldNumber(s) {
		return nil
	}
	return personalNumbers(string(s)) // a text that is no string yet seldom has to become one
}

func personalNumbers(s string) []string {
	var found []string
	groups := digitGroups(s)
	for i := 0; i < len(groups); {
		if end := personalFrom(s, groups, i); end > 0 {
			found = append(found, s[groups[i].from:groups[end-1].to])
			i = end
			continue
		}
		i++
	}
	return found
}

// mayHoldNumber tells whether sixteen digits stand near enough to each other to be one number, whatever is between them.
func mayHoldNumber[T string | []byte](s T) bool {
	const between = 3 // bytes of the longest that joined allows
	digits, last := 0, 0
	for i := nextDigit(s, 0); i < len(s); i = nextDigit(s, i+1) {
		if i-last > between+1 {
			digits = 0
		}
		if digits, last = digits+1, i; digits == 16 {
			return true
		}
	}
	return false
}

// personalFrom gives the index after the last group of a number that starts at group i, 0 where none does.
func personalFrom(s string, groups []digitGroup, i int) int {
	if !startsFree(s, groups[i].from) {
		return 0
	}
	count := 0
	for j := i; j < len(groups); j++ {
		if j > i && !joined(s[groups[j-1].to:groups[j].from]) {
			return 0
		}
		if count += groups[j].len(); count > 16 {
			return 0
		}
		if count < 16 {
			continue
		}
		window := groups[i : j+1]
		var digits strings.Builder
		for _, g := range window {
			digits.WriteString(s[g.from:g.to])
		}
		if endsFree(s, groups[j].to) && hasStructure(digits.String()) && !otherwiseMeant(s, groups, i, j) && !isAmount(s, window) {
			return j + 1
		}
		return 0
	}
	return 0
}

func digitGroups(s string) []digitGroup {
	groups := make([]digitGroup, 0, len(s)/32) // as many as an ordinary text has: most have fewer
	for i := nextDigit(s, 0); i < len(s); i = nextDigit(s, i) {
		from := i
		for i < len(s) && isDigit(s[i]) {
			i++
		}
		groups = append(groups, digitGroup{from, i})
	}
	return groups
}

// nextDigit gives where the next digit stands, from i on; the length where none does.
func nextDigit[T string | []byte](s T, i int) int {
	for i < len(s) && !isDigit(s[i]) {
		if i+8 <= len(s) && noDigit(s[i:i+8]) {
			i += 8
		} else {
			i++
		}
	}
	return i
}

func isDigit(b byte) bool { return b >= '0' && b <= '9' }

// noDigit tells of eight bytes at once, most of a text, that none is a digit; of some others it does not know.
func noDigit[T string | []byte](s T) bool {
	const ones, highs, nibbles, threes = 0x0101010101010101, 0x8080808080808080, 0xf0f0f0f0f0f0f0f0, 0x3030303030303030
	word := uint64(s[0]) | uint64(s[1])<<8 | uint64(s[2])<<16 | uint64(s[3])<<24 | uint64(s[4])<<32 | uint64(s[5])<<40 | uint64(s[6])<<48 | uint64(s[7])<<56
	rest := word&nibbles ^ threes // a zero byte where one of 0 to 9 or : to ? stands
	return (rest-ones)&^rest&highs == 0
}

// joined tells whether what stands between two runs of digits may stand within one number.
func joined(between string) bool {
	switch between {
	case " ", ".", "-", "_", "/", "\u00a0", "\u2011", "\u2013", "  ", ". ", " . ", " - ":
		return true
	}
	return false
}

// startsFree tells whether a number can start here: not within a word or a hexadecimal sum, but well after a label
// that was glued to it ("NIK6101…").
func startsFree(s string, at int) bool {
	r, _ := utf8.DecodeLastRuneInString(s[:at])
	if at == 0 || !unicode.IsLetter(r) {
		return true
	}
	before := strings.ToLower(s[max(0, at-6):at])
	return strings.HasSuffix(before, "nik") || strings.HasSuffix(before, "kk") || strings.HasSuffix(before, "no") || strings.HasSuffix(before, "nomor") || strings.HasSuffix(before, "ktp")
}

func endsFree(s string, at int) bool {
	r, _ := utf8.DecodeRuneInString(s[at:])
	return at == len(s) || !unicode.IsLetter(r)
}

// hasStructure tells whether sixteen digits read as a population or family card number.
func hasStructure(d string) bool {
	numbers, ok := regencyNumbers[d[0:2]]
	regency, district := two(d[2:]), two(d[4:])
	if !ok || regency == 0 || district == 0 {
		return false
	}
	if regency > numbers[0] && (regency <= 70 || regency > 70+numbers[1]) {
		return false
	}
	day, month := two(d[6:]), two(d[8:])
	if day > 40 {
		day -= 40
	}
	if month < 1 || month > 12 {
		return false
	}
	days := [...]int{31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31}
	return day >= 1 && day <= days[month-1] && d[12:] != "0000"
}

func two(d string) int { return int(d[0]-'0')*10 + int(d[1]-'0') }

// otherwiseMeant tells whether groups of the window are part of a region code or a date.
func otherwiseMeant(s string, groups []digitGroup, i, j int) bool {
	for k := max(0, i-3); k <= j; k++ {
		if end := regionAt(s, groups, k); end > i {
			return true
		}
		if end := dateAt(s, groups, k); end > i {
			return true
		}
	}
	return false
}

// regionAt gives the index after a village code (61.01.01.2001, 6101012001) that starts at group k, else 0.
func regionAt(s string, groups []digitGroup, k int) int {
	if groups[k].len() == 10 {
		if c, err := ParseRegionCode(s[groups[k].from:groups[k].to]); err == nil && villageCode(c) {
			return k + 1
		}
		return 0
	}
	if k+4 > len(groups) {
		return 0
	}
	code := s[groups[k].from:groups[k+3].to]
	if c, err := ParseRegionCode(code); err == nil && string(c) == code && villageCode(c) {
		return k + 4
	}
	return 0
}

// villageCode tells whether the code's last part is one of a kelurahan (1…) or desa (2…) of a known regency.
func villageCode(c RegionCode) bool {
	if c.Level() != LevelVillage || (c[9] != '1' && c[9] != '2') {
		return false
	}
	numbers, ok := regencyNumbers[string(c[:2])]
	regency := two(string(c[3:]))
	return ok && regency > 0 && (regency <= numbers[0] || (regency > 70 && regency <= 70+numbers[1]))
}

// dateAt gives the index after a date of the years 1900 to 2099 that starts at group k, else 0.
func dateAt(s string, groups []digitGroup, k int) int {
	if k+3 > len(groups) {
		return 0
	}
	a, b, c := groups[k], groups[k+1], groups[k+2]
	between := s[a.to:b.from]
	if between != s[b.to:c.from] || !strings.Contains("-/.", between) {
		return 0
	}
	year := func(g digitGroup) bool {
		return g.len() == 4 && (strings.HasPrefix(s[g.from:], "19") || strings.HasPrefix(s[g.from:], "20"))
	}
	if a.len() <= 2 && b.len() <= 2 && year(c) || year(a) && b.len() <= 2 && c.len() <= 2 {
		return k + 3
	}
	return 0
}

// isAmount tells whether the digits are written as an amount: after Rp, in groups of thousands, or as a decimal number.
func isAmount(s string, window []digitGroup) bool {
	before := strings.ToLower(strings.TrimRight(s[:window[0].from], " .\u00a0"))
	if strings.HasSuffix(before, "rp") || strings.HasSuffix(before, "idr") {
		return true
	}
	if len(window) < 2 || window[0].len() > 3 {
		return false
	}
	if len(window) == 2 && s[window[0].to:window[1].from] == "." { // 109.3425039123456: a coordinate
		return true
	}
	for _, g := range window[1:] {
		if g.len() != 3 {
			return false
		}
	}
	return true
}
