package documents

import (
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/PuerkitoBio/goquery"

	"gotong/modules/domain"
	"gotong/modules/kit/apperr"
	"gotong/modules/kit/store"
)

func TestCollectionRules(t *testing.T) {
	now := time.Date(2027, 1, 2, 3, 4, 5, 0, time.UTC)
	c := Collection{Organization: village}
	_, err := c.describe(CollectionDetails{}, true)
	wantField(t, "no title", err, "title", "documents.error.collection_title")
	_, err = c.describe(CollectionDetails{Title: "Warga 6101082304850002"}, true)
	wantField(t, "a number", err, "title", "documents.error.personal_text")
	_, err = c.describe(CollectionDetails{Title: "Air", Public: true}, false)
	wantField(t, "not verified", err, "public", "documents.error.collection_public")
	c, err = c.describe(CollectionDetails{Title: " Air ", Public: true}, true)
	if err != nil || c.Title != "Air" {
		t.Fatal(c, err)
	}
	if _, err := c.describe(CollectionDetails{Title: "Air", Public: true}, false); err != nil {
		t.Errorf("what is open already stays: %v", err)
	}
	for _, id := range []domain.DocumentID{"a", "b", "c", "d"} {
		if c, err = c.put(id); err != nil {
			t.Fatal(err)
		}
	}
	_, err = c.put("b")
	wantField(t, "twice", err, "document", "documents.error.collected")
	seen := []domain.DocumentID{"a", "b", "d"} // c is hidden from the editor
	for _, x := range []struct{ id, move, want string }{
		{"a", MoveUp, "abcd"}, {"d", MoveDown, "abcd"}, {"d", MoveUp, "adbc"}, {"b", MoveDown, "acdb"}, {"a", MoveDown, "bacd"}, {"b", TakeOut, "acd"},
	} {
		moved, err := c.arrange(domain.DocumentID(x.id), x.move, seen)
		got := ""
		for _, id := range moved.Documents {
			got += string(id)
		}
		if err != nil || got != x.want {
			t.Errorf("%s %s: %s %v, want %s", x.id, x.move, got, err, x.want)
		}
	}
	_, err = c.arrange("c", MoveUp, seen)
	wantKind(t, "a hidden one", err, apperr.NotFound)
	_, err = c.arrange("a", "away", seen)
	wantKind(t, "another move", err, apperr.BadRequest)
	full := c
	full.Documents = make([]domain.DocumentID, collectionMax)
	_, err = full.put("x")
	wantField(t, "full", err, "document", "documents.error.collection_full")
	_, err = c.remove(" ", now)
	wantField(t, "no reason", err, "reason", "documents.error.collection_reason")
	_, err = c.restore()
	wantKind(t, "restore what is there", err, apperr.Conflict)
	gone, err := c.remove("Diganti", now)
	if err != nil {
		t.Fatal(err)
	}
	_, err = gone.remove("lagi", now)
	wantKind(t, "twice", err, apperr.Conflict)
	_, err = gone.put("x")
	wantKind(t, "put", err, apperr.Conflict)
	_, err = gone.describe(CollectionDetails{Title: "x"}, true)
	wantKind(t, "describe", err, apperr.Conflict)
	_, err = gone.arrange("a", TakeOut, seen)
	wantKind(t, "arrange", err, apperr.Conflict)
	if back, err := gone.restore(); err != nil || !back.Removed.IsZero() {
		t.Error(err)
	}
}

// Who sees and who edits a collection, open or not, removed, and of an organisation that is hidden.
func TestWhoSeesACollection(t *testing.T) {
	r := newRig(t)
	make := func(name string, public bool) string {
		id, err := r.Collections.Create(t.Context(), clerk, op(name), village, CollectionDetails{Title: name, Public: public})
		if err != nil {
			t.Fatal(err)
		}
		return id
	}
	open, own, gone := make("open", true), make("own", false), make("gone", true)
	if err := r.Collections.Remove(t.Context(), clerk, op("weg"), gone, 0, "Diganti"); err != nil {
		t.Fatal(err)
	}
	all := map[string]domain.Actor{"public": public, "clerk": clerk, "villager": villager, "helper": helper, "other": other, "loner": loner, "secretariat": secretariat, "auditor": auditor}
	sees := map[string][]string{open: {"public", "clerk", "villager", "helper", "other", "loner", "secretariat", "auditor"}, own: {"clerk", "villager", "secretariat", "auditor"}, gone: {"clerk", "secretariat"}}
	houses := r.resolvers[domain.KindOrganization].(*houses) //nolint:forcetypeassert // the rig's
	for _, hidden := range []bool{false, true} {
		houses.hidden = map[string]bool{string(village): hidden}
		for id, who := range sees {
			for name, actor := range all {
				_, err := r.Collections.Get(t.Context(), actor, id)
				want := slices.Contains(who, name)
				if hidden {
					_, member := actor.Membership(village)
					want = want && member
				}
				if (err == nil) != want || err != nil && !apperr.Is(err, apperr.NotFound) {
					t.Errorf("hidden %v: %s sees %s: %v", hidden, name, map[string]string{open: "open", own: "own", gone: "gone"}[id], err)
				}
				views, _, err := r.Collections.List(t.Context(), actor, village, "")
				if listed := slices.ContainsFunc(views, func(v CollectionView) bool { return v.ID == id }); err != nil || listed != want {
					t.Errorf("hidden %v: %s has %s in the list: %v %v", hidden, name, id, listed, err)
				}
			}
		}
	}
	houses.hidden = nil
	if views, _, err := r.Collections.List(t.Context(), clerk, "", ""); err != nil || len(views) != 1 || views[0].ID != open {
		t.Errorf("the list of all: %v %v", views, err)
	}
	for name, actor := range all {
		err := r.Collections.Describe(t.Context(), actor, op("d"+name), open, 0, CollectionDetails{Title: "Dari " + name, Public: true})
		want := map[string]apperr.Kind{"public": apperr.SignIn}[name]
		if name == "clerk" || name == "secretariat" {
			if err != nil {
				t.Errorf("%s: %v", name, err)
			}
			continue
		}
		if want == 0 {
			want = apperr.Forbidden
		}
		wantKind(t, name+" changes it", err, want)
	}
	_, err := r.Collections.Create(t.Context(), villager, op("x"), village, CollectionDetails{Title: "x"})
	wantKind(t, "a viewer begins one", err, apperr.Forbidden)
	_, err = r.Collections.Create(t.Context(), clerk, op("x"), ngo, CollectionDetails{Title: "x"})
	wantKind(t, "for another", err, apperr.Forbidden)
	hidden := r.add(t, helper, "rahasia", domain.VisibleOrganization)
	r.thing.hide()
	err = r.Collections.Put(t.Context(), clerk, op("p"), own, 0, hidden)
	wantField(t, "what the editor may not read", err, "document", "documents.error.collect")
	r.clock.Advance(trashKept + time.Hour)
	if _, err := r.Collect(t.Context()); err != nil {
		t.Fatal(err)
	}
	_, err = r.Collections.Get(t.Context(), clerk, gone)
	wantKind(t, "after thirty days", err, apperr.NotFound)
	if n, err := r.Collections.MoveAll(t.Context(), village, ngo, store.Change{Action: "organization.merged"}); err != nil || n != 2 {
		t.Error(n, err)
	}
	if v, err := r.Collections.Get(t.Context(), helper, own); err != nil || !v.MayEdit {
		t.Error(err)
	}
}

func TestCollectionPages(t *testing.T) {
	s := newSite(t)
	first, second := s.add(t, clerk, "a", domain.VisiblePublic), s.add(t, clerk, "b", domain.VisibleParties)
	s.get(t, "", "/collections/new?organization=village").want(t, http.StatusSeeOther)
	s.get(t, "helper", "/collections/new?organization=village").want(t, http.StatusForbidden)
	form := s.get(t, "clerk", "/collections/new?organization=village").want(t, http.StatusOK)
	refused := s.post(t, "clerk", "/collections", fill(form, map[string]string{"title": "", "description": "Untuk warga"})).want(t, http.StatusUnprocessableEntity)
	if refused.doc.Find("textarea[name=description]").Text() != "Untuk warga" || refused.doc.Find("[aria-invalid=true]").Length() != 1 {
		t.Error("what was typed is lost")
	}
	made := s.post(t, "clerk", "/collections", fill(form, map[string]string{"title": "Air bersih", "public": "1"})).want(t, http.StatusSeeOther)
	path := made.Header.Get("Location")
	for _, id := range []domain.DocumentID{first, second} {
		page := s.get(t, "clerk", path).want(t, http.StatusOK)
		s.post(t, "clerk", path+"/documents", fill(page, map[string]string{"document": "http://x/en/documents/" + string(id) + "?q=1"})).want(t, http.StatusSeeOther)
	}
	page := s.get(t, "clerk", path).want(t, http.StatusOK)
	again := s.post(t, "clerk", path+"/documents", fill(page, map[string]string{"document": string(first)})).want(t, http.StatusUnprocessableEntity)
	if !strings.Contains(again.body, "sudah ada") {
		t.Error("a repeat is not said")
	}
	if n := page.doc.Find("ol.collected > li").Length(); n != 2 || strings.Contains(page.body, "tidak dapat Anda baca sekarang") {
		t.Errorf("%d documents", n)
	}
	if got := s.get(t, "", path).want(t, http.StatusOK); got.doc.Find("ol.collected > li").Length() != 1 || got.doc.Find("form[method=post]").Length() != 0 || strings.Contains(got.body, string(second)) {
		t.Error("the public sees what it may not read, or a form")
	}
	up := page.doc.Find(`input[name=move][value=up]`).Closest("form")
	values := url.Values{}
	up.Find("input").Each(func(_ int, i *goquery.Selection) { values.Set(i.AttrOr("name", ""), i.AttrOr("value", "")) })
	s.post(t, "clerk", path+"/arrange", values).want(t, http.StatusSeeOther)
	if moved := s.get(t, "clerk", path).want(t, http.StatusOK).doc.Find("ol.collected h2 a").First().AttrOr("href", ""); moved != documentPath(second) {
		t.Errorf("first is %s", moved)
	}
	feed := s.get(t, "clerk", path+"/feed.atom").want(t, http.StatusOK)
	if !strings.Contains(feed.body, string(first)) || strings.Contains(feed.body, string(second)) || !strings.Contains(feed.body, "Air bersih") {
		t.Error(feed.body)
	}
	if n := len(unpack(t, []byte(s.get(t, "", "/documents/zip?collection="+strings.TrimPrefix(path, "/collections/")).want(t, http.StatusOK).body))); n != 3 {
		t.Errorf("%d entries", n)
	}
	if list := s.get(t, "", "/collections").want(t, http.StatusOK); list.doc.Find("article.card").Length() != 1 || !strings.Contains(list.body, "Air bersih") {
		t.Error("not in the list")
	}
	collect := s.get(t, "clerk", documentPath(first)+"/collect").want(t, http.StatusOK)
	if collect.doc.Find("main li.card").Length() != 1 || collect.doc.Find("main form").Length() != 0 {
		t.Error("what is in it is offered again")
	}
	edit := s.get(t, "clerk", path+"/edit").want(t, http.StatusOK)
	s.post(t, "clerk", path+"/edit", fill(edit, map[string]string{"title": "Air minum", "public": ""})).want(t, http.StatusSeeOther)
	late := s.post(t, "clerk", path+"/edit", fill(edit, map[string]string{"title": "Air lain", "_op": "other"})).want(t, http.StatusConflict)
	if !strings.Contains(late.body, "Air minum") || !strings.Contains(late.body, "Air lain") {
		t.Error("a conflict shows not both texts")
	}
	s.get(t, "", path).want(t, http.StatusNotFound)
	s.get(t, "", path+"/feed.atom").want(t, http.StatusNotFound)
	s.get(t, "", "/documents/zip?collection="+strings.TrimPrefix(path, "/collections/")).want(t, http.StatusNotFound)
	s.post(t, "clerk", path+"/delete", url.Values{"_op": {"x"}, "reason": {""}}).want(t, http.StatusUnprocessableEntity)
	s.post(t, "clerk", path+"/delete", url.Values{"_op": {"x"}, "reason": {"Diganti"}}).want(t, http.StatusSeeOther)
	s.get(t, "villager", path).want(t, http.StatusNotFound)
	s.get(t, "clerk", path+"/edit").want(t, http.StatusConflict)
	s.post(t, "clerk", path+"/restore", url.Values{"_op": {"y"}}).want(t, http.StatusSeeOther)
	s.get(t, "villager", path).want(t, http.StatusOK)
}
