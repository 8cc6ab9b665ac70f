package search

import (
	"context"
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"

	"gotong/modules/kit/apperr"
)

func open(t testing.TB, dir string) *Index {
	t.Helper()
	x, err := Open(dir, Options{Protected: []string{"perempuan", "nelayan"}})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = x.Close() })
	return x
}

func doc(kind, id, title, text, region string) Document {
	return Document{Key: Key{kind, id}, Title: title, Text: text, Filters: map[string][]string{"region": {"61", region}}, Order: id, Tags: []string{kind, kind + ":" + region}}
}

var library = []Document{
	doc("need", "n1", "Penampung air hujan untuk dusun pesisir", "Keluarga mengandalkan air hujan pada musim kemarau.", "61.01"),
	doc("need", "n2", "Jamban keluarga", "Sanitasi layak bagi warga, dengan air yang bersih.", "61.01"),
	doc("need", "n3", "Beasiswa sekolah", "Pendidikan dasar bagi anak nelayan.", "61.02"),
	doc("initiative", "i1", "Pemberdayaan kelompok perempuan", "Training and mentoring of businesses.", "61.01"),
	doc("document", "d1", "Berita acara", "Musyawarah desa tentang air.", "61.01"),
}

func filled(t testing.TB, docs []Document) *Index {
	t.Helper()
	x := open(t, t.TempDir())
	fill(t, x, docs, "7:abc")
	return x
}

func fill(t testing.TB, x *Index, docs []Document, position string) {
	t.Helper()
	err := x.Rebuild(context.Background(), func(put func(Document) error) (string, error) {
		for _, d := range docs {
			if err := put(d); err != nil {
				return "", err
			}
		}
		return position, nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

func ids(t testing.TB, x *Index, q Query) []string {
	t.Helper()
	r, err := x.Search(context.Background(), q)
	if err != nil {
		t.Fatalf("%+v: %v", q, err)
	}
	if r.Total != len(r.IDs) && r.Next == "" && q.Cursor == "" {
		t.Errorf("%+v: total %d of %v", q, r.Total, r.IDs)
	}
	return r.IDs
}

func TestSearchFinds(t *testing.T) {
	x := filled(t, library)
	for _, test := range []struct {
		name string
		q    Query
		want []string
	}{
		{"title before text", Query{Text: "air"}, []string{"n1", "n2", "d1"}},
		{"of one kind", Query{Kind: "document", Text: "air"}, []string{"d1"}},
		{"both words", Query{Text: "air hujan"}, []string{"n1"}},
		{"stem of the text", Query{Text: "didik"}, []string{"n3"}},
		{"stem of the question", Query{Text: "mendidik"}, []string{"n3"}},
		{"another affix", Query{Text: "diberdayakan"}, []string{"i1"}},
		{"English stem", Query{Text: "business train"}, []string{"i1"}},
		{"a letter wrong", Query{Text: "sanitsi"}, []string{"n2"}},
		{"a letter too many", Query{Text: "penampungg"}, []string{"n1"}},
		{"two letters wrong", Query{Text: "pnmpung"}, nil},
		{"short words take no wrong letter", Query{Text: "airr hujan"}, []string{"n1"}}, // no document has both, one has "hujan"
		{"last word only begun", Query{Text: "jamban kel"}, []string{"n2"}},
		{"stop words do not hinder", Query{Text: "untuk yang pesisir"}, []string{"n1"}},
		{"protected word is not stemmed away", Query{Text: "empu"}, []string{}},
		{"protected word is found", Query{Text: "perempuan"}, []string{"i1"}},
		{"upper case", Query{Text: "AIR HUJAN"}, []string{"n1"}},
		{"filter", Query{Text: "anak", Filters: map[string]string{"region": "61.02"}}, []string{"n3"}},
		{"filter excludes", Query{Text: "anak", Filters: map[string]string{"region": "61.01"}}, nil},
		{"unknown filter", Query{Filters: map[string]string{"nothing": "x"}}, nil},
		{"empty filter value is any", Query{Kind: "need", Filters: map[string]string{"region": ""}}, []string{"n3", "n2", "n1"}},
		{"no text: all under the filters, in order", Query{Filters: map[string]string{"region": "61.01"}}, []string{"n2", "n1", "i1", "d1"}},
		{"query language is only words", Query{Text: `+"air" -hujan *`}, []string{"n1"}},
		{"any word where none has all", Query{Text: "musyawarah beasiswa"}, []string{"n3", "d1"}},
	} {
		t.Run(test.name, func(t *testing.T) {
			if got := ids(t, x, test.q); !slices.Equal(got, test.want) {
				t.Errorf("got %v, want %v", got, test.want)
			}
		})
	}
}

func TestCursorNeitherRepeatsNorLoses(t *testing.T) {
	var docs []Document
	for i := range 60 {
		title, text := fmt.Sprintf("Sumur nomor %d", i), "tempat air"
		if i%3 == 0 {
			title, text = text, title
		}
		docs = append(docs, doc("need", fmt.Sprintf("n%03d", i), title, text, "61.01"))
	}
	x := filled(t, docs)
	for _, text := range []string{"sumur", "sumurr", "air sumur", "", "sumur jalan"} {
		seen := map[string]int{}
		q := Query{Text: text, Limit: 7}
		for page := 0; ; page++ {
			r, err := x.Search(context.Background(), q)
			if err != nil {
				t.Fatal(err)
			}
			if r.Total != 60 && page == 0 {
				t.Errorf("%q: total %d", text, r.Total)
			}
			for _, id := range r.IDs {
				seen[id]++
			}
			if r.Next == "" {
				break
			}
			if len(r.IDs) != 7 {
				t.Errorf("%q page %d: %d hits but more to come", text, page, len(r.IDs))
			}
			q.Cursor = r.Next
			// documents come and go meanwhile
			newer := doc("need", fmt.Sprintf("x%d%d", len(text), page), "Sumur sumur sumur", "", "61.01")
			if err := x.Update(context.Background(), "8", []Document{newer}, nil); err != nil {
				t.Fatal(err)
			}
			if err := x.Update(context.Background(), "9", nil, []Key{newer.Key}); err != nil {
				t.Fatal(err)
			}
		}
		if len(seen) != 60 {
			t.Errorf("%q: saw %d of 60", text, len(seen))
		}
		for id, n := range seen {
			if n != 1 {
				t.Errorf("%q: %s seen %d times", text, id, n)
			}
		}
	}
}

func TestCursorOfAnotherQuestionIsRefused(t *testing.T) {
	x := filled(t, library)
	r, err := x.Search(context.Background(), Query{Text: "air", Limit: 1})
	if err != nil || r.Next == "" {
		t.Fatalf("%+v %v", r, err)
	}
	for _, q := range []Query{{Text: "hujan", Cursor: r.Next}, {Text: "air", Kind: "need", Cursor: r.Next}, {Text: "air", Cursor: "!!"}, {Text: "air", Cursor: "e30"}} {
		if _, err := x.Search(context.Background(), q); !apperr.Is(err, apperr.BadRequest) {
			t.Errorf("%+v: %v", q, err)
		}
	}
}

func TestUpdateMovesDocumentsCountsAndPosition(t *testing.T) {
	dir := t.TempDir()
	x := open(t, dir)
	fill(t, x, library, "7:abc")
	moved := doc("need", "n1", "Sumur bor", "", "61.02")
	if err := x.Update(context.Background(), "8:def", []Document{moved, moved}, []Key{{"need", "n2"}, {"need", "none"}}); err != nil {
		t.Fatal(err)
	}
	check := func(x *Index) {
		t.Helper()
		if got := x.Position(); got != "8:def" {
			t.Errorf("position %q", got)
		}
		if got := ids(t, x, Query{Text: "hujan"}); len(got) != 0 {
			t.Errorf("old text still found: %v", got)
		}
		for tag, want := range map[string]int64{"need": 2, "need:61.01": 0, "need:61.02": 2, "initiative": 1, "none": 0} {
			if got := x.Count(tag); got != want {
				t.Errorf("count %s: %d, want %d", tag, got, want)
			}
		}
	}
	check(x)
	if err := x.Close(); err != nil {
		t.Fatal(err)
	}
	if _, err := x.Search(context.Background(), Query{}); !apperr.Is(err, apperr.Unavailable) {
		t.Errorf("closed index: %v", err)
	}
	again := open(t, dir)
	check(again)
}

func TestDeletedOrForeignIndexIsBuiltAgain(t *testing.T) {
	dir := t.TempDir()
	x := open(t, dir)
	fill(t, x, library, "7")
	_ = x.Close()
	other, err := Open(dir, Options{Protected: []string{"other"}})
	if err != nil {
		t.Fatal(err)
	}
	if other.Position() != "" || other.Ready() {
		t.Error("an index with other protected words was kept")
	}
	_ = other.Close()
	if err := os.RemoveAll(dir); err != nil {
		t.Fatal(err)
	}
	x = open(t, dir)
	if x.Position() != "" {
		t.Error("position without an index")
	}
	fill(t, x, library, "9")
	if got := ids(t, x, Query{Text: "hujan"}); !slices.Equal(got, []string{"n1"}) {
		t.Errorf("after rebuild: %v", got)
	}
}

func TestRebuildServesMeanwhile(t *testing.T) {
	x := filled(t, library)
	fill2 := func(position string, fail error) error {
		return x.Rebuild(context.Background(), func(put func(Document) error) (string, error) {
			if err := put(library[2]); err != nil {
				return "", err
			}
			if got := ids(t, x, Query{Text: "hujan"}); !slices.Equal(got, []string{"n1"}) {
				t.Errorf("while rebuilding: %v", got)
			}
			return position, fail
		})
	}
	boom := errors.New("boom")
	if err := fill2("", boom); !errors.Is(err, boom) {
		t.Fatal(err)
	}
	if x.Position() != "7:abc" || x.Count("need") != 3 {
		t.Error("a failed rebuild changed the index")
	}
	if err := fill2("20", nil); err != nil {
		t.Fatal(err)
	}
	if got := ids(t, x, Query{Text: "hujan"}); len(got) != 0 {
		t.Errorf("after rebuild: %v", got)
	}
	if x.Position() != "20" || x.Count("need") != 1 {
		t.Errorf("position %s, %d needs", x.Position(), x.Count("need"))
	}
	folders, err := x.generations()
	if err != nil || len(folders) != 1 {
		t.Errorf("folders %v %v", folders, err)
	}
}

func TestFirstBuildAnswersWithWhatIsThere(t *testing.T) {
	x := open(t, t.TempDir())
	err := x.Rebuild(context.Background(), func(put func(Document) error) (string, error) {
		for i := range batchSize {
			if err := put(doc("need", fmt.Sprint(i), "sumur", "", "61")); err != nil {
				return "", err
			}
		}
		r, err := x.Search(context.Background(), Query{Text: "sumur"})
		if err != nil || !r.Building || r.Total != batchSize {
			t.Errorf("%+v %v", r, err)
		}
		return "1", nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if r, err := x.Search(context.Background(), Query{Text: "sumur"}); err != nil || r.Building {
		t.Errorf("%+v %v", r, err)
	}
}

func TestSnippet(t *testing.T) {
	x := open(t, t.TempDir())
	text := strings.Repeat("kata lain ", 40) + "lalu pendidikan <b>dasar</b> di desa " + strings.Repeat("akhir ", 40)
	var marked []string
	whole := ""
	for _, s := range x.Snippet("mendidik dasr", text, 120) {
		if s.Hit {
			marked = append(marked, s.Text)
		}
		whole += s.Text
	}
	if !slices.Equal(marked, []string{"pendidikan"}) && !slices.Equal(marked, []string{"pendidikan", "dasar"}) {
		t.Errorf("marked %v", marked)
	}
	if n := len([]rune(whole)); n > 126 || !strings.HasPrefix(whole, "… ") || !strings.HasSuffix(whole, " …") {
		t.Errorf("%d %q", n, whole)
	}
	if got := x.Snippet("", "pendek", 120); len(got) != 1 || got[0].Hit || got[0].Text != "pendek" {
		t.Errorf("%+v", got)
	}
	if got := x.Snippet("x", "", 120); len(got) != 0 {
		t.Errorf("%+v", got)
	}
}

func BenchmarkSearch(b *testing.B) {
	var docs []Document
	for i := range 20_000 {
		docs = append(docs, doc("need", fmt.Sprintf("n%06d", i), fmt.Sprintf("Sumur bor desa %d", i%977), "tempat penampungan air bersih keluarga nelayan", fmt.Sprintf("61.%02d", i%14)))
	}
	x := filled(b, docs)
	for _, text := range []string{"sumur 33", "penampungan keluarga", "penampungn"} {
		b.Run(text, func(b *testing.B) {
			for b.Loop() {
				if _, err := x.Search(context.Background(), Query{Text: text}); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
	b.Run("update", func(b *testing.B) {
		for i := 0; b.Loop(); i++ {
			if err := x.Update(context.Background(), "1", docs[i%1000:i%1000+1], nil); err != nil {
				b.Fatal(err)
			}
		}
	})
}
