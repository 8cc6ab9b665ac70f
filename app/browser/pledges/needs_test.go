package pledges

import (
	"fmt"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"gotong/app/browser"
	"gotong/app/walk"
)

// declaration is what a village secretary writes for a need, from a meeting's minutes.
func declaration(mark string) walk.Values {
	day := func(days int) string { return time.Now().AddDate(0, 0, days).Format(time.DateOnly) }
	return walk.Values{
		"title": "Sumur bor untuk dusun " + mark, "description": "Air diambil dari parit sejauh 600 meter, kering empat bulan.", "summary": "Sumur bor bagi dua puluh keluarga.",
		"quantity": "20", "unit": "household", "persons": "80", "wanted_by": day(200), "urgency": "high", "urgency_reason": "Kemarau mulai bulan Juni.",
		"meeting_date": day(-20), "rank": "1", "contact_office": "Kantor Desa Temajuk",
	}
}

// thumbWork counts what a thumb does: a key for each character, a tap for each input and button.
func thumbWork(v walk.Values) (keys, taps int) {
	for name, text := range v {
		taps++
		if name != "unit" && name != "urgency" {
			keys += utf8.RuneCountInString(text)
		}
	}
	return keys, taps
}

// A village secretary declares a need on a phone, the district returns it, it is corrected and verified; the verifier
// passes forty at once and takes all of them back with one undo.
func TestNeedsInTheBrowser(t *testing.T) {
	b := browser.Start(t)
	base := browser.Serve(t)
	fill(t, base, 40)
	for _, script := range browser.Ways() {
		name := map[bool]string{false: "without-javascript", true: "with-javascript"}[script]
		t.Run(name, func(t *testing.T) {
			i := browser.Inspect(t, name)
			person := func(subject string) *walk.Chromium { return i.Visit(b, base, script, subject) }
			village, verifier := person("desa-temajuk"), person("verifikator-paloh")
			do := func(v walk.Visitor, open, form string, values walk.Values, files map[string]walk.File) {
				t.Helper()
				if err := v.Open(open); err != nil {
					t.Fatal(err)
				}
				if err := v.Submit(form, values, files); err != nil {
					t.Fatal(err)
				}
			}
			began := time.Now()
			if err := village.Open("/needs/new"); err != nil {
				t.Fatal(err)
			}
			if ok, err := walk.Has(village, `a[href*="category=clean-water-supply"]`); !ok || err != nil {
				t.Fatal("the category is not offered", err)
			}
			values := declaration(name)
			do(village, "/needs/new?category=clean-water-supply", `form[action$="/needs"]`, values, nil)
			need := village.Path()
			do(village, need+"/submit", `form[action$="/submit"]`, nil, map[string]walk.File{"minutes": {Name: "ba.pdf", Body: walk.PDF("Berita acara " + name)}})
			keys, taps := thumbWork(values)
			t.Logf("declared and submitted: %d keys, %d taps (category, save, submit, file among them), %s in the machine's hands", keys, taps+7, time.Since(began).Round(time.Millisecond))

			do(verifier, need, `form[action$="/begin"]`, nil, nil)
			do(verifier, need+"/verify", `form[action$="/verify"]`, walk.Values{"decision": "return", "reason_quantity": "Berita acara menyebut 18 keluarga."}, nil)
			if err := village.Open(need + "/edit"); err != nil {
				t.Fatal(err)
			}
			if text := walk.Text(village, "#i-quantity-hint"); !strings.Contains(text, "18 keluarga") {
				t.Errorf("the reason is not at its field: %q", text)
			}
			if err := village.Submit(`form[action$="/edit"]`, walk.Values{"quantity": "18", "households": "18"}, nil); err != nil {
				t.Fatal(err)
			}
			do(village, need+"/submit", `form[action$="/submit"]`, nil, nil)
			do(verifier, need, `form[action$="/begin"]`, nil, nil)
			checks := walk.Values{}
			for _, q := range []string{"place", "duplicate", "quantity", "minutes", "personal"} {
				checks["check_"+q] = "on"
			}
			one := walk.Values{"decision": "verify"}
			for k, v := range checks {
				one[k] = v
			}
			do(verifier, need+"/verify", `form[action$="/verify"]`, one, nil)
			if err := village.Open(need + "/history"); err != nil {
				t.Fatal(err)
			}
			if text := walk.Text(village, "ins"); !strings.Contains(text, "18") {
				t.Errorf("the history shows no difference: %q", text)
			}

			do(verifier, "/needs/verification?all=1", `form[method=get].form`, nil, nil)
			if err := verifier.Submit(`form[action$="/needs/verification"][method=post]`, checks, nil); err != nil {
				t.Fatal(err)
			}
			set := verifier.Path()
			doc, err := verifier.Document()
			if err != nil {
				t.Fatal(err)
			}
			passed := doc.Find(".table .tag.good").Length()
			if rows := doc.Find(".table tbody tr").Length(); rows != 40 || passed < 38 {
				t.Fatalf("%d rows, %d passed: %s", rows, passed, walk.Summary(doc))
			}
			do(verifier, set, `form[action$="/undo"]`, nil, nil)
			if doc, err = verifier.Document(); err != nil {
				t.Fatal(err)
			}
			if back := doc.Find(".table .tag.wait").Length(); back != passed {
				t.Fatalf("%d of %d taken back", back, passed)
			}
			for _, path := range []string{"/desk", "/uncovered", "/en/uncovered?region=61.01", "/ledger?region=61", "/en/ledger?category=clean-water-supply"} {
				if err := verifier.Open(path); err != nil {
					t.Fatal(err)
				}
			}
		})
	}
}

// fill has the village hand in needs, over plain HTTP.
func fill(t *testing.T, base string, n int) {
	t.Helper()
	v, err := walk.NewHTTP(base)
	if err != nil {
		t.Fatal(err)
	}
	defer v.Close()
	if err := walk.SignIn(v, "desa-temajuk"); err != nil {
		t.Fatal(err)
	}
	for k := range n {
		values := declaration(fmt.Sprint(k + 1))
		if err := v.Open("/needs/new?category=clean-water-supply"); err != nil {
			t.Fatal(err)
		}
		if err := v.Submit(`form[action$="/needs"]`, values, nil); err != nil {
			t.Fatal(err)
		}
		need := v.Path()
		if err := v.Open(need + "/submit"); err != nil {
			t.Fatal(err)
		}
		if err := v.Submit(`form[action$="/submit"]`, nil, map[string]walk.File{"minutes": {Name: "ba.pdf", Body: walk.PDF("Berita acara " + need)}}); err != nil {
			t.Fatal(err)
		}
	}
}
