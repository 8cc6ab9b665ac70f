package sqlite

import (
	"errors"
	"strconv"
	"strings"

	"gotong/modules/kit/store"
)

// The places of a document in the lists are kept in one text that every read takes apart: for each list its name, sort
// value and keys, each text with its length in front ("7:by-name"), the keys with their number ("2;"). Parsing cuts
// the text and copies nothing.
func encodeKeys(keys []store.ListKeys) string {
	var b strings.Builder
	put := func(s string) {
		b.WriteString(strconv.Itoa(len(s)))
		b.WriteByte(':')
		b.WriteString(s)
	}
	for _, l := range keys {
		put(l.List)
		put(l.Sort)
		b.WriteString(strconv.Itoa(len(l.Keys)))
		b.WriteByte(';')
		for _, k := range l.Keys {
			put(k)
		}
	}
	return b.String()
}

var errKeys = errors.New("sqlite: the list keys of a document cannot be read")

func decodeKeys(text string) ([]store.ListKeys, error) {
	if text == "" {
		return nil, nil
	}
	keys := make([]store.ListKeys, 0, 4)
	for text != "" {
		var l store.ListKeys
		var n int
		var err error
		if l.List, text, err = cutText(text); err != nil {
			return nil, err
		}
		if l.Sort, text, err = cutText(text); err != nil {
			return nil, err
		}
		if n, text, err = cutNumber(text, ';'); err != nil || n > len(text) {
			return nil, errKeys
		}
		l.Keys = make([]string, n)
		for i := range l.Keys {
			if l.Keys[i], text, err = cutText(text); err != nil {
				return nil, err
			}
		}
		keys = append(keys, l)
	}
	return keys, nil
}

func cutNumber(text string, end byte) (n int, rest string, err error) {
	i := strings.IndexByte(text, end)
	if i < 0 {
		return 0, "", errKeys
	}
	n, err = strconv.Atoi(text[:i])
	if err != nil || n < 0 {
		return 0, "", errKeys
	}
	return n, text[i+1:], nil
}

func cutText(text string) (s, rest string, err error) {
	n, text, err := cutNumber(text, ':')
	if err != nil || n > len(text) {
		return "", "", errKeys
	}
	return text[:n], text[n:], nil
}
