package documents

import (
	"encoding/xml"
	"net/http"
	"strings"
	"testing"

	"gotong/modules/domain"
)

func TestFeedHoldsWhatEverybodyMayReadNow(t *testing.T) {
	s := newSite(t)
	s.m.address = "https://portal.example"
	open := s.add(t, clerk, "a", domain.VisiblePublic)
	s.add(t, clerk, "b", domain.VisiblePartners)
	read := func(actor, path string) atom {
		res := s.get(t, actor, path).want(t, http.StatusOK)
		if !strings.HasPrefix(res.Header.Get("Content-Type"), "application/atom+xml") {
			t.Error(res.Header)
		}
		var a atom
		if err := xml.Unmarshal([]byte(res.body), &a); err != nil {
			t.Fatal(err)
		}
		return a
	}
	for _, actor := range []string{"", "clerk", "secretariat"} {
		a := read(actor, "/documents/feed.atom")
		if len(a.Entries) != 1 || a.Entries[0].ID != "https://portal.example/documents/"+string(open) || a.Updated != a.Entries[0].Updated {
			t.Errorf("%s: %+v", actor, a)
		}
	}
	if a := read("", "/documents/feed.atom?type=study"); len(a.Entries) != 0 {
		t.Errorf("%+v", a)
	}
	s.thing.all.Store(true)
	if a := read("clerk", "/documents/feed.atom"); len(a.Entries) != 0 || a.Updated == "" {
		t.Errorf("%+v", a)
	}
}

func TestCitation(t *testing.T) {
	s := newSite(t)
	s.m.address = "https://portal.example"
	d := Details{Type: domain.DocStudy, Title: "Air hujan di pesisir.", Visibility: domain.VisiblePublic, Authors: "Sari, D. dan Budiman, A.", Date: "2024-05-01", DOI: "10.1234/air"}
	id, err := s.Add(t.Context(), clerk, op("kajian"), need, d, text("kajian.txt", "Isi kajian"))
	if err != nil {
		t.Fatal(err)
	}
	want := "Sari, D. dan Budiman, A (2024). Air hujan di pesisir. Org village. https://doi.org/10.1234/air"
	if got := s.get(t, "", documentPath(id)).doc.Find(".citation").Text(); got != want {
		t.Errorf("%q", got)
	}
	if plain := s.get(t, "", documentPath(s.add(t, clerk, "a", domain.VisiblePublic))); plain.doc.Find(".citation").Length() != 0 {
		t.Error("a paper without authors is cited")
	}
}
