package i18n_test

import (
	"fmt"
	"strings"
	"sync"
	"testing"
	"testing/fstest"
	"time"

	"gotong/modules/kit/apperr"
	"gotong/modules/kit/i18n"
)

func bundle(t *testing.T, id, en string) (*i18n.Bundle, error) {
	t.Helper()
	return i18n.Load(fstest.MapFS{
		"locales/web.id.toml": {Data: []byte(id)}, "locales/web.en.toml": {Data: []byte(en)}, "locales/README.md": {Data: []byte("x")},
	}, "locales")
}

const (
	indonesian = `"web.ago.now" = "baru saja"
"web.ago.minutes" = "{{.count}} menit lalu"
"web.ago.hours" = "{{.count}} jam lalu"
"web.ago.days" = "{{.count}} hari lalu"
"web.held" = "{{.name}} memegang {{.count}} unit sampai {{.until}}, {{.kind}}: {{.why}}"
"web.why" = "alasan {{.n}}"`
	english = `"web.ago.now" = "just now"
"web.held" = "{{.name}} holds {{.count}} units until {{.until}}, {{.kind}}: {{.why}}"
"web.why" = "reason {{.n}}"
["web.ago.minutes"]
one = "{{.count}} minute ago"
other = "{{.count}} minutes ago"
["web.ago.hours"]
one = "{{.count}} hour ago"
other = "{{.count}} hours ago"
["web.ago.days"]
one = "{{.count}} day ago"
other = "{{.count}} days ago"`
)

type named struct{}

func (named) In(lang string) string { return map[string]string{"id": "air", "en": "water"}[lang] }

func TestTextsInBothLanguages(t *testing.T) {
	b, err := bundle(t, indonesian, english)
	if err != nil {
		t.Fatal(err)
	}
	until := time.Date(2027, 3, 31, 18, 0, 0, 0, time.UTC) // 1 April in WIB
	now := time.Date(2027, 4, 1, 12, 0, 0, 0, time.UTC)
	for lang, want := range map[string][]string{
		"id": {"<b> memegang 1.500 unit sampai 1 April 2027, air: alasan 1.000", "1 menit lalu", "59 menit lalu", "1 jam lalu", "29 hari lalu", "baru saja", "1 Februari 2027"},
		"en": {"<b> holds 1,500 units until 1 April 2027, water: reason 1,000", "1 minute ago", "59 minutes ago", "1 hour ago", "29 days ago", "just now", "1 February 2027"},
	} {
		l := b.Localizer(lang)
		got := []string{
			l.T("web.held", "name", "<b>", "count", 1500, "until", until, "kind", named{}, "why", apperr.Msg("web.why", "n", int64(1000))),
			l.Ago(now, now.Add(-90*time.Second)), l.Ago(now, now.Add(-59*time.Minute)), l.Ago(now, now.Add(-61*time.Minute)), l.Ago(now, now.Add(-29*24*time.Hour)),
			l.Ago(now, now.Add(time.Minute)), l.Ago(now, time.Date(2027, 2, 1, 3, 0, 0, 0, time.UTC)),
		}
		for i := range want {
			if got[i] != want[i] {
				t.Errorf("%s: %q, want %q", lang, got[i], want[i])
			}
		}
	}
	if got := b.Localizer("fr").Lang(); got != "id" {
		t.Error("an unknown language is", got)
	}
	if got := b.Localizer("en").T("web.none"); got != "⟦web.none⟧" {
		t.Error("a missing text is shown as", got)
	}
	if !b.Has("web.why") || b.Has("web.none") || len(b.Keys("id")) != 6 || b.Keys("fr") != nil {
		t.Error("keys", b.Keys("id"))
	}
}

func TestNumbersMoneyAndDates(t *testing.T) {
	b, err := bundle(t, "", "")
	if err != nil {
		t.Fatal(err)
	}
	id, en := b.Localizer("id"), b.Localizer("en")
	moment := time.Date(2027, 12, 31, 17, 5, 0, 0, time.UTC)
	for _, c := range [][2]string{
		{id.Number(0), "0"}, {id.Number(-999), "-999"}, {id.Number(1234567), "1.234.567"}, {en.Number(-1234567), "-1,234,567"}, {id.Number(123456), "123.456"},
		{id.Number(-9223372036854775808), "-9.223.372.036.854.775.808"}, {id.Rupiah(1500000), "Rp1.500.000"}, {en.Rupiah(-1500), "-Rp1,500"},
		{id.Decimal(0.857, 2), "0,86"}, {en.Decimal(-12345.6, 1), "-12,345.6"}, {id.Decimal(1999.6, 0), "2.000"}, {id.Percent(0.0057, 2), "0,57\u00a0%"}, {en.Percent(0.5, 0), "50%"},
		{id.Date(moment), "1 Januari 2028"}, {id.DateTime(moment), "1 Januari 2028 00.05 WIB"}, {en.DateTime(moment), "1 January 2028 00:05 WIB"}, {id.Date(time.Time{}), ""}, {id.DateTime(time.Time{}), ""},
	} {
		if c[0] != c[1] {
			t.Errorf("%q, want %q", c[0], c[1])
		}
	}
}

func TestMistakesInACatalogueNameTheKey(t *testing.T) {
	for id, want := range map[string]string{
		`"web.a" = 3`:                          `"web.a"`,
		`web.a = "x"`:                          `"web"`,
		`"web.a" = {one = "x"}`:                `"web.a"`,
		`"web.a" = "x`:                         "web.id.toml",
		"\"web.a\" = \"1\"\n\"web.a\" = \"2\"": "web.id.toml",
	} {
		if _, err := bundle(t, id, ""); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v", id, err)
		}
	}
	_, err := i18n.Load(fstest.MapFS{"l/a.id.toml": {Data: []byte(`"x.y" = "1"`)}, "l/b.id.toml": {Data: []byte(`"x.y" = "2"`)}}, "l")
	if err == nil || !strings.Contains(err.Error(), `"x.y" is also in area "a"`) {
		t.Error(err)
	}
	if _, err := i18n.Load(fstest.MapFS{"l/a.fr.toml": {Data: nil}}, "l"); err == nil {
		t.Error("French is none of the languages")
	}
}

func TestALocalizerServesManyAtOnce(t *testing.T) {
	b, err := bundle(t, indonesian, english)
	if err != nil {
		t.Fatal(err)
	}
	var wg sync.WaitGroup
	for i := range 8 {
		wg.Go(func() {
			for n := range 200 {
				if got, want := b.Localizer("en").T("web.why", "n", n), fmt.Sprintf("reason %d", n); n < 1000 && got != want {
					t.Errorf("%d: %q", i, got)
				}
			}
		})
	}
	wg.Wait()
}

func BenchmarkPlainText(b *testing.B) {
	bundle, err := i18n.Load(fstest.MapFS{"l/web.id.toml": {Data: []byte(indonesian)}}, "l")
	if err != nil {
		b.Fatal(err)
	}
	l := bundle.Localizer("id")
	for b.Loop() {
		l.T("web.ago.now")
	}
}
