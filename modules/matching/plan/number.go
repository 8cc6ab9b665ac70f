package plan

import (
	"bytes"
	"encoding/json"
	"strconv"
	"strings"
)

// field is a JSON value not yet understood; absent and null are both "not given".
type field = json.RawMessage

func given(f field) bool { return len(f) > 0 && !bytes.Equal(f, []byte("null")) }

// fixed reads a decimal as an integer in units of 10^-places, rounding half away from zero. Exponents are allowed. It reports
// whether the text is a number, whether it had more digits than places, and whether it fits below 10^18.
func fixed(text string, places int) (value int64, exact, ok bool) {
	mantissa, power, found := strings.Cut(strings.ToLower(text), "e")
	shift := places
	if found {
		p, err := strconv.Atoi(power)
		if err != nil || p > 400 || p < -400 {
			return 0, false, false
		}
		shift += p
	}
	negative := strings.HasPrefix(mantissa, "-")
	mantissa = strings.TrimPrefix(mantissa, "-")
	whole, part, _ := strings.Cut(mantissa, ".")
	digits := whole + part
	shift -= len(part)
	if whole == "" || strings.Trim(digits, "0123456789") != "" {
		return 0, false, false
	}
	exact = true
	up := false
	for ; shift < 0 && digits != ""; shift++ {
		last := digits[len(digits)-1]
		exact = exact && last == '0'
		up = last >= '5'
		digits = digits[:len(digits)-1]
		if digits == "" {
			break
		}
	}
	if shift < -1 {
		up = false
	}
	digits = strings.TrimLeft(digits, "0")
	if digits != "" && shift > 0 {
		digits += strings.Repeat("0", min(shift, 30))
	}
	if len(digits) > 18 {
		return 0, exact, false
	}
	if digits != "" {
		value, _ = strconv.ParseInt(digits, 10, 64)
	}
	if up {
		value++
	}
	if negative {
		value = -value
	}
	return value, exact, true
}

// reader turns fields into numbers and texts and notes what is wrong.
type reader struct {
	problems Problems
}

// integer reads a whole number from least to most. Money above 2^53 may stand in a string, since many JSON writers lose digits.
func (r *reader) integer(f field, pointer string, least, most, missing int64) int64 {
	if !given(f) {
		return missing
	}
	text, quoted := string(f), false
	if f[0] == '"' {
		var s string
		if json.Unmarshal(f, &s) != nil {
			r.problems.add(pointer, "must be a whole number")
			return missing
		}
		text, quoted = s, true
	}
	v, exact, ok := fixed(text, 0)
	switch {
	case !ok && strings.Trim(text, "-0123456789.eE+") != "" || text == "":
		r.problems.add(pointer, "must be a whole number, not %s", short(f))
	case !ok:
		r.problems.add(pointer, "must be from %d to %d", least, most)
	case !exact:
		r.problems.add(pointer, "must be a whole number, not %s", short(f))
	case v < least || v > most:
		r.problems.add(pointer, "must be from %d to %d, not %d", least, most, v)
	case !quoted && (v > 1<<53 || v < -(1<<53)):
		r.problems.add(pointer, "above 2^53 a number must be written as a string, \"%d\"", v)
	default:
		return v
	}
	return missing
}

// decimal reads a number with up to six decimals (finer ones are rounded) in millionths, from 0 to most.
func (r *reader) decimal(f field, pointer string, most, missing int64) int64 {
	if !given(f) {
		return missing
	}
	v, _, ok := fixed(string(f), 6)
	switch {
	case f[0] == '"' || !ok:
		r.problems.add(pointer, "must be a number from 0 to %d, not %s", most/Micro, short(f))
	case v < 0:
		r.problems.add(pointer, "must not be negative")
	case v > most:
		r.problems.add(pointer, "must be at most %d", most/Micro)
	default:
		return v
	}
	return missing
}

func (r *reader) text(f field, pointer string, required bool) string {
	if !given(f) {
		if required {
			r.problems.add(pointer, "is missing")
		}
		return ""
	}
	var s string
	if json.Unmarshal(f, &s) != nil {
		r.problems.add(pointer, "must be a text, not %s", short(f))
		return ""
	}
	if required && strings.TrimSpace(s) == "" {
		r.problems.add(pointer, "must not be empty")
	}
	return s
}

func (r *reader) truth(f field, pointer string, missing bool) bool {
	if !given(f) {
		return missing
	}
	var b bool
	if json.Unmarshal(f, &b) != nil {
		r.problems.add(pointer, "must be true or false, not %s", short(f))
		return missing
	}
	return b
}

func (r *reader) texts(f field, pointer string) []string {
	if !given(f) {
		return nil
	}
	var all []string
	if json.Unmarshal(f, &all) != nil {
		r.problems.add(pointer, "must be a list of texts")
	}
	return all
}

// object reads one element strictly: a field that the format does not know is a mistake, since it is usually a misspelt one.
func (r *reader) object(f field, pointer string, into any) bool {
	dec := json.NewDecoder(bytes.NewReader(f))
	dec.DisallowUnknownFields()
	if err := dec.Decode(into); err != nil {
		message := err.Error()
		if name, ok := strings.CutPrefix(message, "json: unknown field "); ok {
			name = strings.Trim(name, `"`)
			r.problems.add(pointer+"/"+escape(name), "is not a field of this format")
			return false
		}
		r.problems.add(pointer, "must be an object")
		return false
	}
	return true
}

func escape(name string) string {
	return strings.NewReplacer("~", "~0", "/", "~1").Replace(name)
}

func short(f field) string {
	if len(f) > 24 {
		return string(f[:24]) + "…"
	}
	return string(f)
}
