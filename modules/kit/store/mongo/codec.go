package mongo

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strconv"
	"strings"

	"go.mongodb.org/mongo-driver/v2/bson"
)

// toBSON turns a JSON object into a document, field by field in the same order, so that people can read and query it
// in the database. Whole numbers become int64, others double. Field names that MongoDB reserves are escaped.
func toBSON(body []byte) (bson.Raw, error) {
	dec := json.NewDecoder(bytes.NewReader(body))
	dec.UseNumber()
	v, err := decodeValue(dec)
	if err != nil {
		return nil, err
	}
	if _, ok := v.(bson.D); !ok {
		return nil, fmt.Errorf("mongo: a body must be a JSON object")
	}
	return bson.Marshal(v)
}

func decodeValue(dec *json.Decoder) (any, error) {
	token, err := dec.Token()
	if err != nil {
		return nil, err
	}
	switch t := token.(type) {
	case json.Delim:
		if t == '[' {
			return decodeArray(dec)
		}
		return decodeObject(dec)
	case json.Number:
		return decodeNumber(t)
	}
	return token, nil // string, bool, nil
}

func decodeArray(dec *json.Decoder) (any, error) {
	array := bson.A{}
	for dec.More() {
		v, err := decodeValue(dec)
		if err != nil {
			return nil, err
		}
		array = append(array, v)
	}
	_, err := dec.Token() // the closing bracket
	return array, err
}

func decodeObject(dec *json.Decoder) (any, error) {
	object := bson.D{}
	for dec.More() {
		name, err := dec.Token()
		if err != nil {
			return nil, err
		}
		v, err := decodeValue(dec)
		if err != nil {
			return nil, err
		}
		text, _ := name.(string) // a field's name is always a string
		object = append(object, bson.E{Key: escapeKey(text), Value: v})
	}
	_, err := dec.Token()
	return object, err
}

func decodeNumber(n json.Number) (any, error) {
	if !strings.ContainsAny(n.String(), ".eE") {
		i, err := strconv.ParseInt(n.String(), 10, 64)
		if err != nil {
			return nil, fmt.Errorf("mongo: whole number %s does not fit 64 bits", n)
		}
		return i, nil
	}
	return n.Float64()
}

// toJSON is the way back; it gives the same bytes that the store's encoder would.
func toJSON(doc bson.Raw) ([]byte, error) {
	return appendObject(make([]byte, 0, len(doc)+len(doc)/4), doc)
}

func appendObject(b []byte, doc bson.Raw) ([]byte, error) {
	elements, err := doc.Elements()
	if err != nil {
		return nil, err
	}
	b = append(b, '{')
	for i, e := range elements {
		if i > 0 {
			b = append(b, ',')
		}
		if b, err = appendString(b, unescapeKey(e.Key())); err != nil {
			return nil, err
		}
		b = append(b, ':')
		if b, err = appendValue(b, e.Value()); err != nil {
			return nil, err
		}
	}
	return append(b, '}'), nil
}

func appendValue(b []byte, v bson.RawValue) ([]byte, error) {
	switch v.Type {
	case bson.TypeString:
		return appendString(b, v.StringValue())
	case bson.TypeInt64:
		return strconv.AppendInt(b, v.Int64(), 10), nil
	case bson.TypeInt32:
		return strconv.AppendInt(b, int64(v.Int32()), 10), nil
	case bson.TypeDouble:
		number, err := json.Marshal(v.Double())
		return append(b, number...), err
	case bson.TypeBoolean:
		return strconv.AppendBool(b, v.Boolean()), nil
	case bson.TypeNull:
		return append(b, "null"...), nil
	case bson.TypeEmbeddedDocument:
		return appendObject(b, v.Document())
	case bson.TypeArray:
		return appendArray(b, v.Array())
	}
	return nil, fmt.Errorf("mongo: a body holds a %s, which JSON has not", v.Type)
}

func appendArray(b []byte, array bson.RawArray) ([]byte, error) {
	values, err := array.Values()
	if err != nil {
		return nil, err
	}
	b = append(b, '[')
	for i, v := range values {
		if i > 0 {
			b = append(b, ',')
		}
		if b, err = appendValue(b, v); err != nil {
			return nil, err
		}
	}
	return append(b, ']'), nil
}

func appendString(b []byte, s string) ([]byte, error) {
	plain := true
	for i := range len(s) {
		if c := s[i]; c < 0x20 || c == '"' || c == '\\' || c >= 0x7f {
			plain = false
			break
		}
	}
	if plain {
		return append(append(append(b, '"'), s...), '"'), nil
	}
	var buf bytes.Buffer
	enc := json.NewEncoder(&buf)
	enc.SetEscapeHTML(false)
	err := enc.Encode(s)
	return append(b, bytes.TrimSuffix(buf.Bytes(), []byte("\n"))...), err
}

// escapeKey makes a field's name that every MongoDB takes: no dot, no NUL, no dollar in front, not empty. The percent
// sign escapes, and so is itself escaped.
func escapeKey(s string) string {
	if s == "" {
		return "%"
	}
	if !strings.ContainsAny(s, "%.\x00") && s[0] != '$' {
		return s
	}
	s = strings.NewReplacer("%", "%25", ".", "%2E", "\x00", "%00").Replace(s)
	if s[0] == '$' {
		s = "%24" + s[1:]
	}
	return s
}

func unescapeKey(s string) string {
	if s == "%" {
		return ""
	}
	if !strings.Contains(s, "%") {
		return s
	}
	return strings.NewReplacer("%24", "$", "%2E", ".", "%00", "\x00", "%25", "%").Replace(s)
}
