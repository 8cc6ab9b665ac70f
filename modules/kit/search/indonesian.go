package search

// The Indonesian stemmer of the Snowball project (BSD-3-Clause, after F. Tala's "Porter stemmer for Bahasa Indonesia",
// 2003), rewritten here by hand because no Go port of it can be imported. It strips by rule alone and has no
// dictionary: "pemberdayaan" gives "daya", but also "perempuan" gives "empu", so callers protect such words.

// prefix classes that later rules ask for
const (
	prefixNone = iota
	prefixMeng // di, meng, ter
	prefixPer  // per, pe
	prefixPeng // ke, peng
	prefixBer
)

// StemIndonesian gives the stem of a lower-case word. Words of fewer than three vowels stay as they are.
func StemIndonesian(word string) string {
	s := stemmer{word: []byte(word)}
	for _, c := range s.word {
		if isVowel(c) {
			s.measure++
		}
	}
	if s.measure > 2 {
		s.run()
	}
	return string(s.word)
}

type stemmer struct {
	word    []byte
	measure int // vowels left, one fewer for each affix removed
	prefix  int
	start   int // rules look at word[start:]
}

func (s *stemmer) run() {
	s.removeEnding("kah", "lah", "pun")
	if s.measure <= 2 {
		return
	}
	s.removeEnding("nya", "ku", "mu")
	if s.measure <= 2 {
		return
	}
	if s.removeFirstPrefix() {
		if s.measure > 2 && s.removeSuffix() && s.measure > 2 {
			s.removeSecondPrefix()
		}
		return
	}
	s.removeSecondPrefix()
	s.start = 0
	if s.measure > 2 {
		s.removeSuffix()
	}
}

// removeEnding cuts the first of the endings that the word has.
func (s *stemmer) removeEnding(endings ...string) bool {
	for _, e := range endings {
		if s.hasSuffix(e) {
			s.word = s.word[:len(s.word)-len(e)]
			s.measure--
			return true
		}
	}
	return false
}

func (s *stemmer) removeSuffix() bool {
	switch {
	case s.prefix != prefixPeng && s.prefix != prefixPer && s.hasSuffix("kan"):
		return s.removeEnding("kan")
	case s.prefix != prefixMeng && s.hasSuffix("an"):
		return s.removeEnding("an")
	case s.prefix <= prefixPer && s.hasSuffix("i") && !s.hasSuffix("si"):
		return s.removeEnding("i")
	}
	return false
}

// removeFirstPrefix cuts the longest of the first-order prefixes; where the prefix swallowed the word's first
// consonant ("menyapu", "memukul") it puts that back.
func (s *stemmer) removeFirstPrefix() bool {
	for _, p := range []struct {
		text, restored string
		class          int
		onlyVowel      bool // the prefix counts only before a vowel
	}{
		{"meny", "s", prefixMeng, true}, {"peny", "s", prefixPeng, true},
		{"meng", "", prefixMeng, false}, {"peng", "", prefixPeng, false},
		{"mem", "p", prefixMeng, false}, {"pem", "p", prefixPeng, false},
		{"men", "", prefixMeng, false}, {"pen", "", prefixPeng, false}, {"ter", "", prefixMeng, false},
		{"me", "", prefixMeng, false}, {"di", "", prefixMeng, false}, {"ke", "", prefixPeng, false},
	} {
		if !s.hasPrefix(p.text) {
			continue
		}
		vowelNext := s.vowelAt(len(p.text))
		if p.onlyVowel && !vowelNext {
			continue
		}
		restored := p.restored
		if !vowelNext {
			restored = ""
		}
		s.cutPrefix(len(p.text), restored)
		s.prefix = p.class
		return true
	}
	return false
}

func (s *stemmer) removeSecondPrefix() {
	rest := string(s.word[s.start:])
	switch {
	case s.hasPrefix("belajar"), s.hasPrefix("ber"):
		s.cutPrefix(3, "")
		s.prefix = prefixBer
	case s.hasPrefix("pelajar"):
		s.cutPrefix(3, "")
	case s.hasPrefix("per"):
		s.cutPrefix(3, "")
		s.prefix = prefixPer
	case s.hasPrefix("be") && len(rest) >= 5 && !isVowel(rest[2]) && rest[3:5] == "er":
		s.cutPrefix(2, "")
		s.prefix = prefixBer
	case s.hasPrefix("pe"):
		s.cutPrefix(2, "")
		s.prefix = prefixPer
	}
}

// cutPrefix replaces n bytes at the start with the restored consonant; later rules look behind that.
func (s *stemmer) cutPrefix(n int, restored string) {
	head := append([]byte(nil), s.word[:s.start]...)
	s.word = append(append(head, restored...), s.word[s.start+n:]...)
	s.start += len(restored)
	s.measure--
}

func (s *stemmer) hasPrefix(p string) bool {
	rest := s.word[s.start:]
	return len(rest) >= len(p) && string(rest[:len(p)]) == p
}

func (s *stemmer) hasSuffix(e string) bool {
	rest := s.word[s.start:]
	return len(rest) >= len(e) && string(rest[len(rest)-len(e):]) == e
}

func (s *stemmer) vowelAt(i int) bool {
	i += s.start
	return i < len(s.word) && isVowel(s.word[i])
}

func isVowel(c byte) bool {
	switch c {
	case 'a', 'e', 'i', 'o', 'u':
		return true
	}
	return false
}
