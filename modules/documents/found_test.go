package documents

import (
	"bytes"
	"context"
	"fmt"
	"image"
	"image/jpeg"
	"image/png"
	"log/slog"
	"maps"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"codeberg.org/go-pdf/fpdf"

	"gotong/modules/domain"
	"gotong/modules/kit/apperr"
	"gotong/modules/kit/search"
	"gotong/modules/kit/testkit/pdftest"
)

// indexAll fills an index of the texts as the indexer does.
func (r *rig) indexAll(t *testing.T) {
	t.Helper()
	x := openTexts(t)
	err := x.Rebuild(t.Context(), func(put func(search.Document) error) (string, error) {
		return "1:1", indexed{r.Service}.Each(t.Context(), put)
	})
	if err != nil {
		t.Fatal(err)
	}
	r.find = x
	r.fresh = func(context.Context, time.Duration) (bool, error) { return true, nil }
}

func openTexts(t *testing.T) *search.Index {
	t.Helper()
	x, err := search.Open(t.TempDir(), search.Options{Log: slog.New(slog.DiscardHandler), Counted: Counted()})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = x.Close() })
	return x
}

// What is counted is what each reader may read, whichever filter is chosen, and never more: by groups for everybody, none
// for a right that only the document can tell of.
func TestCountsGoByTheReadersRights(t *testing.T) {
	r := newRig(t)
	for i, v := range append(slices.Clone(visibilities), visibilities...) {
		d := Details{Type: []domain.DocumentType{domain.DocReport, domain.DocStudy}[i%2], Title: fmt.Sprint("Laporan ", v, i), Visibility: v, Language: []string{"id", "en"}[i/4]}
		if i == 7 {
			d.Visibility, d.Embargo = domain.VisiblePublic, "2099-01-01"
		}
		if _, err := r.Add(t.Context(), helper, op(fmt.Sprint(i)), need, d, text("a.txt", "Isi "+d.Title)); err != nil {
			t.Fatal(err)
		}
	}
	for what, hide := range map[string]func(){
		"shown": func() {}, "signed-in only": func() { r.thing.hide("") },
		"hidden": func() { r.thing.all.Store(true) },
	} {
		r.thing.hide()
		r.thing.all.Store(false)
		hide()
		r.indexAll(t)
		for name, actor := range map[string]domain.Actor{"public": public, "clerk": clerk, "villager": villager, "helper": helper, "other": other,
			"unverified": unverified, "loner": loner, "verifier": verifier, "secretariat": secretariat, "auditor": auditor} {
			for _, f := range []Filter{{}, {Type: domain.DocStudy}, {Language: "en", Region: "61.01"}, {Text: "laporan", Kind: domain.KindNeed}, {Organization: ngo}, {Region: "61.02"}} {
				found, _, err := r.Search(t.Context(), actor, f)
				if err != nil {
					t.Fatal(err)
				}
				counts, err := r.Count(t.Context(), actor, f)
				if err != nil || counts == nil {
					t.Fatal(counts, err)
				}
				types := map[string]int{}
				wide := f
				wide.Type = ""
				all, _, err := r.Search(t.Context(), actor, wide)
				if err != nil {
					t.Fatal(err)
				}
				for _, hit := range all {
					types[string(hit.Document.Type)]++
				}
				if name == "verifier" { // reads by an office that no group of people has
					if counts.Total > len(found) {
						t.Errorf("%s, %s, %+v: %d counted of %d", what, name, f, counts.Total, len(found))
					}
					continue
				}
				if counts.Total != len(found) || !maps.Equal(counts.Values[byType], types) {
					t.Errorf("%s, %s, %+v: %d and %v counted, may read %d and %v", what, name, f, counts.Total, counts.Values[byType], len(found), types)
				}
			}
		}
	}
}

// Who searches finds what is written in a document exactly where the document may be read: a matrix of visibility and reader.
func TestSearchGoesByTheReadersRights(t *testing.T) {
	r := newRig(t)
	ids := map[domain.Visibility]domain.DocumentID{}
	for i, v := range visibilities {
		raw := pdftest.Of(t, nil, "Halaman pembuka", fmt.Sprintf("Tandon pemanen hujan berkapasitas %d liter", 1000+i))
		id, err := r.Add(t.Context(), helper, op(string(v)), need, Details{Type: domain.DocReport, Title: "Laporan " + string(v), Visibility: v}, domain.Upload{Name: "laporan.pdf", Body: bytes.NewReader(raw)})
		if err != nil {
			t.Fatal(err)
		}
		ids[v] = id
	}
	r.indexAll(t)
	for name, actor := range map[string]domain.Actor{"public": public, "clerk": clerk, "villager": villager, "helper": helper, "other": other,
		"unverified": unverified, "loner": loner, "verifier": verifier, "secretariat": secretariat, "auditor": auditor} {
		found, _, err := r.Search(t.Context(), actor, Filter{Text: "pemanen hujan"})
		if err != nil {
			t.Fatal(err)
		}
		var got []domain.DocumentID
		for _, f := range found {
			got = append(got, f.ID)
			if f.Page != 2 || !slices.Contains(f.Quote, search.Span{Text: "pemanen", Hit: true}) {
				t.Errorf("%s: page %d %v", name, f.Page, f.Quote)
			}
		}
		for v, id := range ids {
			_, err := r.Get(t.Context(), actor, id)
			if may := err == nil; may != slices.Contains(got, id) {
				t.Errorf("%s: %s is found %v, may be read %v", name, v, !may, may)
			}
			if _, err := r.Preview(t.Context(), actor, id, ""); (err == nil) != slices.Contains(got, id) {
				t.Errorf("%s: preview of %s: %v", name, v, err)
			}
		}
	}
	r.thing.all.Store(true) // the index is a moment behind: what is hidden now is not shown
	if found, _, err := r.Search(t.Context(), helper, Filter{Text: "pemanen"}); err != nil || len(found) != 0 {
		t.Errorf("%v %v", found, err)
	}
}

func TestReadingsAreKeptAndMadeAnew(t *testing.T) {
	r := newRig(t)
	id := r.add(t, clerk, "satu", domain.VisibleParties)
	key := ""
	for _, k := range r.blobs.Keys() {
		if strings.HasPrefix(k, derivedPrefix) {
			key = k
		}
	}
	r.blobs.Lose(key)
	p, err := r.Preview(t.Context(), clerk, id, "")
	if err != nil || p.Reading.State != textRead || p.Reading.Pages[0].Text != "Isi berita acara satu" {
		t.Fatalf("%+v %v", p.Reading, err)
	}
	if !slices.Contains(r.blobs.Keys(), key) {
		t.Error("the text is not kept")
	}
	r.blobs.Lose(key)
	r.blobs.Lose(r.stored()[0])
	if _, err := r.Preview(t.Context(), clerk, id, ""); !apperr.Is(err, apperr.Unavailable) {
		t.Error(err)
	}
	if _, err := (indexed{r.Service}).Get(t.Context(), string(id)); err != nil {
		t.Errorf("a lost content keeps the document from being found by its title: %v", err)
	}
}

func TestActivePDFsAreRefusedWhereverItHides(t *testing.T) {
	r := newRig(t)
	for name, change := range map[string]func(*fpdf.Fpdf){
		"script":     func(f *fpdf.Fpdf) { f.SetJavascript("app.alert(1)") },
		"attachment": func(f *fpdf.Fpdf) { f.SetAttachments([]fpdf.Attachment{{Content: []byte("MZ"), Filename: "a.exe"}}) },
	} {
		_, err := r.Add(t.Context(), clerk, op(name), need, minutes(domain.VisibleParties), domain.Upload{Name: "a.pdf", Body: bytes.NewReader(pdftest.Of(t, change, "Isi"))})
		wantField(t, name, err, "file", "documents.error.active_pdf")
	}
	if len(r.blobs.Keys()) != 0 {
		t.Error(r.blobs.Keys())
	}
}

func TestPersonalNumbersWithinAPDFStopPublication(t *testing.T) {
	r := newRig(t)
	raw := pdftest.Of(t, nil, "Daftar warga: 6101082304850002")
	add := func(v domain.Visibility) (domain.DocumentID, error) {
		return r.Add(t.Context(), clerk, op("nik "+string(v)), need, minutes(v), domain.Upload{Name: "warga.pdf", Body: bytes.NewReader(raw)})
	}
	_, err := add(domain.VisiblePublic)
	wantField(t, "public", err, "file", "documents.error.personal_file")
	id, err := add(domain.VisibleParties)
	if err != nil || !r.doc(t, id).Document.Personal {
		t.Error(err)
	}
}

func pixels(t *testing.T, width, height int) []byte {
	t.Helper()
	var out bytes.Buffer
	if err := jpeg.Encode(&out, image.NewRGBA(image.Rect(0, 0, width, height)), nil); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

func TestPicturesComeInSizesUnderTheSameRights(t *testing.T) {
	r := newRig(t)
	id, err := r.Add(t.Context(), clerk, op("foto"), need, Details{Type: domain.DocPhoto, Title: "Foto", Visibility: domain.VisibleParties}, domain.Upload{Name: "a.jpg", Body: bytes.NewReader(pixels(t, 2000, 500))})
	if err != nil {
		t.Fatal(err)
	}
	for _, side := range widths {
		raw, _, err := r.Picture(t.Context(), clerk, id, "", side)
		if err != nil {
			t.Fatal(err)
		}
		config, err := jpeg.DecodeConfig(bytes.NewReader(raw))
		if err != nil || config.Width != side || config.Height != side/4 {
			t.Errorf("%d: %v %v", side, config, err)
		}
		again, _, err := r.Picture(t.Context(), helper, id, "", side)
		if err != nil || !bytes.Equal(raw, again) {
			t.Error(err)
		}
	}
	if _, _, err := r.Picture(t.Context(), clerk, id, "", 333); !apperr.Is(err, apperr.NotFound) {
		t.Error(err)
	}
	if _, _, err := r.Picture(t.Context(), other, id, "", 320); !apperr.Is(err, apperr.NotFound) {
		t.Error(err)
	}
	if err := r.Trash(t.Context(), clerk, op("weg"), id, 0, "keliru"); err != nil {
		t.Fatal(err)
	}
	if _, _, err := r.Picture(t.Context(), clerk, id, "", 320); !apperr.Is(err, apperr.NotFound) {
		t.Error(err)
	}
	r.clock.Advance(trashKept + grace)
	if _, err := r.Collect(t.Context()); err != nil {
		t.Fatal(err)
	}
	r.clock.Advance(grace)
	if _, err := r.Collect(t.Context()); err != nil || len(r.blobs.Keys()) != 0 {
		t.Errorf("%v %v", r.blobs.Keys(), err)
	}
}

func TestViewerPages(t *testing.T) {
	s := newSite(t)
	log := &accesses{}
	s.access = log
	add := func(name string, v domain.Visibility, raw []byte) string {
		id, err := s.Add(t.Context(), clerk, op(name), need, Details{Type: domain.DocReport, Title: "Berkas " + name, Visibility: v}, domain.Upload{Name: name, Body: bytes.NewReader(raw)})
		if err != nil {
			t.Fatal(err)
		}
		return documentPath(id)
	}
	var picture bytes.Buffer
	if err := png.Encode(&picture, image.NewRGBA(image.Rect(0, 0, 20, 10))); err != nil {
		t.Fatal(err)
	}
	paper := add("laporan.pdf", domain.VisiblePublic, pdftest.Of(t, nil, "Halaman satu <b>", "Halaman dua"))
	table := add("tabel.csv", domain.VisiblePublic, []byte("desa;jumlah\nTemajuk;12\n"))
	image := add("foto.png", domain.VisibleParties, picture.Bytes())
	for _, c := range []struct {
		path, actor string
		want, not   []string
	}{
		{paper + "/view", "", []string{"Halaman satu &lt;b&gt;", "Halaman 1 dari 2", `rel="next"`, "data-file"}, []string{"Halaman dua", `rel="prev"`, "<b>"}},
		{paper + "/view?page=2", "", []string{"Halaman dua", `rel="prev"`}, []string{`rel="next"`, "Halaman satu"}},
		{paper + "/view?page=99", "", []string{"Halaman 2 dari 2"}, nil},
		{paper + "/view?page=x", "", []string{"Halaman 1 dari 2"}, nil},
		{table + "/view", "", []string{"<td>Temajuk</td><td>12</td>", `<th scope="row">2</th>`}, []string{"viewer.js"}},
		{image + "/view", "clerk", []string{"/picture/640", "viewer.js", "srcset"}, nil},
		{paper, "", []string{paper + "/view"}, nil},
	} {
		res := s.get(t, c.actor, c.path)
		body := res.body
		if res.StatusCode != http.StatusOK {
			t.Errorf("%s: %d", c.path, res.StatusCode)
		}
		for _, w := range c.want {
			if !strings.Contains(body, w) {
				t.Errorf("%s lacks %q", c.path, w)
			}
		}
		for _, w := range c.not {
			if strings.Contains(body, w) {
				t.Errorf("%s holds %q", c.path, w)
			}
		}
	}
	for _, path := range []string{image + "/view", image + "/picture/320"} {
		if res := s.get(t, "other", path); res.StatusCode != http.StatusNotFound {
			t.Errorf("%s: %d", path, res.StatusCode)
		}
	}
	res := s.get(t, "clerk", image+"/picture/320")
	if res.StatusCode != http.StatusOK || res.Header.Get("Content-Type") != "image/jpeg" || !strings.HasPrefix(res.Header.Get("Content-Security-Policy"), "sandbox") || !strings.Contains(res.Header.Get("Cache-Control"), "no-store") {
		t.Error(res.StatusCode, res.Header)
	}
	if len(log.seen) == 0 {
		t.Error("pictures of what is not public are shown without being noted")
	}
}
