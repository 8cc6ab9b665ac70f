package documents

import (
	"context"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"gotong/modules/kit/web"
)

type accesses struct {
	seen []access
	err  error
}

func (a *accesses) Create(_ context.Context, _ string, v access, _ time.Duration) error {
	if a.err == nil {
		a.seen = append(a.seen, v)
	}
	return a.err
}

func TestCleanName(t *testing.T) {
	for in, want := range map[string]string{
		"laporan.pdf":                 "laporan.pdf",
		"../../etc/passwd.pdf":        "passwd.pdf",
		`C:\Users\a\rapat.PDF`:        "rapat.pdf",
		"a\x00b\r\nSet-Cookie: x.pdf": "abSet-Cookie_ x.pdf",
		"\u202Efdp.exe.pdf":           "fdp.exe.pdf",
		"CON.pdf":                     "_CON.pdf",
		"con.tar.pdf":                 "_con.tar.pdf",
		"lpt1 .pdf":                   "_lpt1.pdf",
		".pdf":                        "dokumen.pdf",
		"...":                         "dokumen.pdf",
		"berita acara désa 雨.pdf":     "berita acara désa 雨.pdf",
		`"quoted";x=<y>.pdf`:          "_quoted__x=_y_.pdf",
		"bad\xff\xfeutf8.pdf":         "badutf8.pdf",
		"  spasi  .pdf ":              "spasi.pdf",
	} {
		if got := cleanName(in, "pdf"); got != want {
			t.Errorf("%q became %q, want %q", in, got, want)
		}
	}
	long := cleanName(strings.Repeat("雨", 100)+".pdf", "pdf")
	if len(long) > nameMax || !utf8.ValidString(long) || !strings.HasSuffix(long, "雨.pdf") {
		t.Errorf("a long name became %d bytes: %q", len(long), long)
	}
}

func TestDisposition(t *testing.T) {
	for name, want := range map[string]string{
		"a.pdf":         `attachment; filename="a.pdf"; filename*=UTF-8''a.pdf`,
		"désa 雨.pdf":    `attachment; filename="d_sa _.pdf"; filename*=UTF-8''d%C3%A9sa%20%E9%9B%A8.pdf`,
		"a\"b\\c%d.pdf": `attachment; filename="a_b_c_d.pdf"; filename*=UTF-8''a%22b%5Cc%25d.pdf`,
		"a\r\nX: y.pdf": `attachment; filename="a__X: y.pdf"; filename*=UTF-8''a%0D%0AX%3A%20y.pdf`,
	} {
		if got := web.Disposition("attachment", name); got != want {
			t.Errorf("%q gave %s, want %s", name, got, want)
		}
	}
}

func FuzzCleanName(f *testing.F) {
	f.Add("../a\x00\u202e.pdf")
	f.Fuzz(func(t *testing.T, name string) {
		got := cleanName(name, "pdf")
		if len(got) > nameMax+1 || !utf8.ValidString(got) || strings.ContainsAny(got, "/\\\x00\r\n\"<>") || !strings.HasSuffix(got, ".pdf") || got == ".pdf" {
			t.Errorf("%q became %q", name, got)
		}
	})
}

func TestParseRange(t *testing.T) {
	for _, c := range []struct {
		header          string
		offset, length  int64
		ok, satisfiable bool
	}{
		{"bytes=0-", 0, 100, true, true}, {"bytes=0-0", 0, 1, true, true}, {"bytes=10-19", 10, 10, true, true},
		{"bytes=90-200", 90, 10, true, true}, {"bytes=-10", 90, 10, true, true}, {"bytes=-200", 0, 100, true, true},
		{"bytes=100-", 100, 0, true, false}, {"bytes=-0", 100, 0, true, false},
		{"bytes=5-4", 0, 0, false, false}, {"bytes=0-1,3-4", 0, 0, false, false}, {"items=0-1", 0, 0, false, false},
		{"bytes=a-b", 0, 0, false, false}, {"bytes=", 0, 0, false, false}, {"bytes=-", 0, 0, false, false},
		{"bytes=99999999999999999999-", 0, 0, false, false}, {"bytes=+1-2", 0, 0, false, false},
	} {
		offset, length, ok, satisfiable := parseRange(c.header, 100)
		if ok != c.ok || satisfiable != c.satisfiable || ok && satisfiable && (offset != c.offset || length != c.length) {
			t.Errorf("%q: %d+%d %v %v", c.header, offset, length, ok, satisfiable)
		}
	}
}
