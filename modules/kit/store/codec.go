package store

import (
	"bytes"
	"encoding/json"
	"fmt"
	"reflect"
	"slices"
	"strings"
)

// encodeJSON writes v as JSON without HTML escapes. NaN and infinities are an error.
func encodeJSON(v any) ([]byte, error) {
	var buf bytes.Buffer
	enc := json.NewEncoder(&buf)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(v); err != nil {
		return nil, err
	}
	return bytes.TrimSuffix(buf.Bytes(), []byte("\n")), nil
}

// known says which JSON fields a type writes, so that the others of a stored body are kept. nil: the type is not a
// plain struct (or marshals itself) and nothing is kept.
type known map[string]known

var marshalerType = reflect.TypeFor[json.Marshaler]()

func knownFields(t reflect.Type) known { return knownOf(t, nil) }

func knownOf(t reflect.Type, seen []reflect.Type) known {
	for t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	if t.Kind() != reflect.Struct || t.Implements(marshalerType) || reflect.PointerTo(t).Implements(marshalerType) ||
		slices.Contains(seen, t) {
		return nil
	}
	seen = append(seen, t)
	fields := known{}
	for i := range t.NumField() {
		f := t.Field(i)
		name, _, _ := strings.Cut(f.Tag.Get("json"), ",")
		if f.Anonymous && name == "" {
			for n, k := range knownOf(f.Type, seen) {
				fields[n] = k
			}
			continue
		}
		if !f.IsExported() || name == "-" {
			continue
		}
		if name == "" {
			name = f.Name
		}
		fields[name] = knownOf(f.Type, seen)
	}
	return fields
}

// keepUnknown adds to the new body those fields of the stored one that the type does not know.
func keepUnknown(fresh, stored []byte, k known) ([]byte, error) {
	if k == nil || len(stored) == 0 {
		return fresh, nil
	}
	var old map[string]json.RawMessage
	if err := json.Unmarshal(stored, &old); err != nil || old == nil {
		return fresh, err
	}
	var now map[string]json.RawMessage // decoded only where something is to be kept
	for name, value := range old {
		sub, ours := k[name]
		if ours && (sub == nil || len(value) == 0 || value[0] != '{') {
			continue
		}
		if now == nil {
			if err := json.Unmarshal(fresh, &now); err != nil || now == nil {
				return fresh, err
			}
		}
		if !ours {
			if _, there := now[name]; !there {
				now[name] = value
			}
			continue
		}
		if mine := now[name]; len(mine) > 0 && mine[0] == '{' {
			merged, err := keepUnknown(mine, value, sub)
			if err != nil {
				return nil, err
			}
			now[name] = merged
		}
	}
	if now == nil {
		return fresh, nil
	}
	return encodeJSON(now)
}

// diff lists the top-level fields that differ, by name. Either side may be empty.
func diff(before, after []byte) ([]FieldChange, error) {
	var b, a map[string]json.RawMessage
	if len(before) > 0 {
		if err := json.Unmarshal(before, &b); err != nil {
			return nil, fmt.Errorf("a record's body must be a JSON object: %w", err)
		}
	}
	if len(after) > 0 {
		if err := json.Unmarshal(after, &a); err != nil {
			return nil, fmt.Errorf("a record's body must be a JSON object: %w", err)
		}
	}
	changes := make([]FieldChange, 0, 8)
	for name, was := range b {
		if is, ok := a[name]; !ok || !sameJSON(was, is) {
			changes = append(changes, FieldChange{Path: name, Before: was, After: a[name]})
		}
	}
	for name, is := range a {
		if _, ok := b[name]; !ok {
			changes = append(changes, FieldChange{Path: name, After: is})
		}
	}
	slices.SortFunc(changes, func(x, y FieldChange) int { return strings.Compare(x.Path, y.Path) })
	return changes, nil
}

// sameJSON compares two values; the order of an object's fields does not count (an engine may have moved them).
func sameJSON(a, b json.RawMessage) bool {
	if bytes.Equal(a, b) {
		return true
	}
	if len(a) == 0 || len(b) == 0 || (a[0] != '{' && a[0] != '[') || a[0] != b[0] {
		return false
	}
	x, errX := decodeNumbers(a)
	y, errY := decodeNumbers(b)
	return errX == nil && errY == nil && reflect.DeepEqual(x, y)
}

func decodeNumbers(b []byte) (any, error) {
	dec := json.NewDecoder(bytes.NewReader(b))
	dec.UseNumber()
	var v any
	err := dec.Decode(&v)
	return v, err
}

// upgrade brings a stored body to the present schema by the declared pure functions. Numbers reach them as
// json.Number, so that int64 amounts stay exact.
func upgrade(body []byte, from int, steps []func(map[string]any)) ([]byte, error) {
	v, err := decodeNumbers(body)
	if err != nil {
		return nil, err
	}
	object, ok := v.(map[string]any)
	if !ok {
		return nil, fmt.Errorf("a record's body must be a JSON object")
	}
	for _, step := range steps[from-1:] {
		step(object)
	}
	return encodeJSON(object)
}
