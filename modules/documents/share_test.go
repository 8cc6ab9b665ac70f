package documents

import (
	"io"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/PuerkitoBio/goquery"

	"gotong/modules/domain"
	"gotong/modules/kit/apperr"
)

func (r *rig) link(t *testing.T, actor domain.Actor, id domain.DocumentID, name, password string) SharedLink {
	t.Helper()
	until := domain.DateOf(r.clock.Now().AddDate(0, 0, 7))
	if err := r.Share(t.Context(), actor, op(name), id, 0, until, password); err != nil {
		t.Fatal(err)
	}
	_, links, err := r.Shared(t.Context(), actor, id)
	if err != nil {
		t.Fatal(err)
	}
	return links[len(links)-1]
}

func (r *rig) byLink(t *testing.T, secret, password string) (string, error) {
	t.Helper()
	f, err := r.OpenByLink(t.Context(), secret, password)
	if err != nil {
		return "", err
	}
	defer f.Body.Close()
	raw, err := io.ReadAll(f.Body)
	if err != nil {
		t.Fatal(err)
	}
	return string(raw), nil
}

func TestALinkOpensOneDocumentForWhoeverHasIt(t *testing.T) {
	r := newRig(t)
	log := &accesses{}
	r.access = log
	id := r.add(t, clerk, "surat", domain.VisibleOrganization)
	l := r.link(t, clerk, id, "tautan", "")
	for range 3 {
		if text, err := r.byLink(t, l.Secret, ""); err != nil || text != "Isi berita acara surat" {
			t.Fatalf("%q %v", text, err)
		}
	}
	_, links, err := r.Shared(t.Context(), clerk, id)
	if err != nil || links[0].Opened != 3 || links[0].Last.IsZero() || len(log.seen) != 3 || log.seen[0].Session != "link "+l.ID[:12] {
		t.Errorf("%+v %v %+v", links, err, log.seen)
	}
	if _, err := r.Get(t.Context(), public, id); !apperr.Is(err, apperr.NotFound) {
		t.Error("a link opens more than itself")
	}
	doc, err := r.records.Get(t.Context(), string(id))
	if err != nil || strings.Contains(doc.Body.Links[0].ID, l.Secret) {
		t.Error("the secret stands in the trail")
	}
}

// Every way in which a link ends is seen by the next request.
func TestALinkEnds(t *testing.T) {
	for name, end := range map[string]func(r *rig, id domain.DocumentID, l SharedLink) error{
		"revoked": func(r *rig, id domain.DocumentID, l SharedLink) error {
			return r.Unshare(t.Context(), clerk, op("cabut"), id, 0, l.ID)
		},
		"its day is over": func(r *rig, _ domain.DocumentID, _ SharedLink) error { r.clock.Advance(9 * 24 * time.Hour); return nil },
		"thrown away": func(r *rig, id domain.DocumentID, _ SharedLink) error {
			return r.Trash(t.Context(), clerk, op("buang"), id, 0, "keliru")
		},
		"embargo": func(r *rig, id domain.DocumentID, _ SharedLink) error {
			d := minutes(domain.VisibleParties)
			d.Embargo = domain.DateOf(r.clock.Now().AddDate(0, 0, 5))
			return r.Describe(t.Context(), clerk, op("tutup"), id, 0, d)
		},
		"removed": func(r *rig, id domain.DocumentID, _ SharedLink) error {
			return r.Drop(t.Context(), []domain.DocumentID{id})
		},
	} {
		t.Run(name, func(t *testing.T) {
			r := newRig(t)
			id := r.add(t, clerk, "surat", domain.VisibleParties)
			l := r.link(t, clerk, id, "tautan", "")
			if err := end(r, id, l); err != nil {
				t.Fatal(err)
			}
			if _, err := r.byLink(t, l.Secret, ""); !apperr.Is(err, apperr.NotFound) {
				t.Error(err)
			}
			if _, _, _, err := r.ByLink(t.Context(), l.Secret); !apperr.Is(err, apperr.NotFound) {
				t.Error(err)
			}
		})
	}
}

func TestALinksPassword(t *testing.T) {
	r := newRig(t)
	id := r.add(t, clerk, "surat", domain.VisibleParties)
	wantField(t, "short", r.Share(t.Context(), clerk, op("pendek"), id, 0, domain.DateOf(r.clock.Now()), "rahasia"), "password", "documents.error.link_password")
	l := r.link(t, clerk, id, "tautan", "tandon-air-1")
	if _, err := r.byLink(t, l.Secret, " tandon-air-1 "); err != nil {
		t.Fatal(err)
	}
	for range triesMax {
		_, err := r.byLink(t, l.Secret, "tebakan")
		wantField(t, "wrong", err, "password", "documents.error.link_wrong")
	}
	if _, err := r.byLink(t, l.Secret, "tandon-air-1"); !apperr.Is(err, apperr.TooMany) {
		t.Errorf("guessing goes on: %v", err)
	}
	r.clock.Advance(tries)
	if _, err := r.byLink(t, l.Secret, "tandon-air-1"); err != nil {
		t.Error(err)
	}
}

func TestWhoMaySharesAndWhat(t *testing.T) {
	r := newRig(t)
	id := r.add(t, clerk, "surat", domain.VisibleParties)
	today := domain.DateOf(r.clock.Now())
	for name, c := range map[string]struct {
		actor domain.Actor
		kind  apperr.Kind
	}{"a reader": {helper, apperr.Forbidden}, "a viewer": {villager, apperr.Forbidden}, "a stranger": {other, apperr.NotFound}, "the public": {public, apperr.NotFound}, "the auditor": {auditor, apperr.Forbidden}} {
		wantKind(t, name, r.Share(t.Context(), c.actor, op(name), id, 0, today, ""), c.kind)
		if _, _, err := r.Shared(t.Context(), c.actor, id); !apperr.Is(err, c.kind) {
			t.Errorf("%s sees the links: %v", name, err)
		}
	}
	for _, until := range []domain.Date{"", domain.DateOf(r.clock.Now().AddDate(0, 0, -1)), domain.DateOf(r.clock.Now().AddDate(2, 0, 0))} {
		wantField(t, "until "+string(until), r.Share(t.Context(), clerk, op("hari"+string(until)), id, 0, until, ""), "until", "documents.error.link_until")
	}
	personal, err := r.Add(t.Context(), clerk, op("nik"), need, minutes(domain.VisibleParties), text("warga.txt", "6101082304850002"))
	if err != nil {
		t.Fatal(err)
	}
	wantField(t, "personal", r.Share(t.Context(), clerk, op("nik link"), personal, 0, today, ""), "until", "documents.error.link_personal")
	for i := range linksMax {
		r.link(t, clerk, id, strings.Repeat("l", i+1), "")
	}
	wantField(t, "many", r.Share(t.Context(), clerk, op("lagi"), id, 0, today, ""), "until", "documents.error.link_many")
}

func TestMoveAndRename(t *testing.T) {
	r := newRig(t)
	id := r.add(t, clerk, "surat", domain.VisibleParties)
	wantField(t, "nowhere", r.Move(t.Context(), clerk, op("a"), id, 0, parsePlace("/needs/none"), ""), "to", "documents.error.move_to")
	wantKind(t, "a reader", r.Move(t.Context(), helper, op("b"), id, 0, need, ""), apperr.Forbidden)
	if err := r.Move(t.Context(), clerk, op("c"), id, 0, parsePlace("https://portal.id/en/needs/n1?x#y"), "../Berita \u202eacara 2026.exe"); err != nil {
		t.Fatal(err)
	}
	if d := r.doc(t, id).Document; d.FileName != "Berita acara 2026.exe.txt" || d.Parent != need {
		t.Errorf("%q %v", d.FileName, d.Parent)
	}
	if err := r.Finish(t.Context(), clerk, op("d"), id, 0); err != nil {
		t.Fatal(err)
	}
	wantKind(t, "final", r.Move(t.Context(), clerk, op("e"), id, 0, need, "x"), apperr.Conflict)
	for address, want := range map[string]domain.Ref{
		"/villages/61.01.01.2001": {Kind: domain.KindVillage, ID: "61.01.01.2001"}, "en/calls/c": {Kind: domain.KindCall, ID: "c"},
		"": {}, "/needs": {}, "/documents/x": {ID: "x"}, "https://a": {},
	} {
		if got := parsePlace(address); got != want {
			t.Errorf("%q: %v", address, got)
		}
	}
}

func TestSharingPages(t *testing.T) {
	s := newSite(t)
	s.m.address = "https://portal.example"
	id := s.add(t, clerk, "surat", domain.VisibleParties)
	path := documentPath(id) + "/sharing"
	s.get(t, "helper", path).want(t, http.StatusForbidden)
	s.get(t, "other", path).want(t, http.StatusNotFound)
	page := s.get(t, "clerk", path).want(t, http.StatusOK)
	form := url.Values{}
	page.doc.Find(`form[action="` + path + `"] input`).Each(func(_ int, input *goquery.Selection) {
		form.Set(input.AttrOr("name", ""), input.AttrOr("value", ""))
	})
	form.Set("password", "pendek")
	refused := s.post(t, "clerk", path, form).want(t, http.StatusUnprocessableEntity)
	if refused.doc.Find(`input[name=password]`).AttrOr("value", "") != "pendek" {
		t.Error("what was typed is gone")
	}
	form.Set("password", "cukup panjang")
	s.post(t, "clerk", path, form).want(t, http.StatusSeeOther)
	s.post(t, "clerk", path, form).want(t, http.StatusSeeOther) // sent twice
	page = s.get(t, "clerk", path)
	addresses := page.doc.Find("a.sum").Map(func(_ int, a *goquery.Selection) string { return a.Text() })
	if len(addresses) != 1 || !strings.HasPrefix(addresses[0], "https://portal.example/shared/") {
		t.Fatal(addresses)
	}
	link := strings.TrimPrefix(addresses[0], "https://portal.example")
	shown := s.get(t, "", link).want(t, http.StatusOK)
	if shown.Header.Get("X-Robots-Tag") != "noindex, nofollow" || shown.Header.Get("Referrer-Policy") != "no-referrer, strict-origin" || strings.Contains(shown.body, "Isi berita acara") {
		t.Error(shown.Header)
	}
	wrong := s.post(t, "", link, url.Values{"password": {"keliru sekali"}}).want(t, http.StatusUnprocessableEntity)
	if strings.Contains(wrong.body, "keliru sekali") {
		t.Error("the wrong password comes back")
	}
	file := s.post(t, "", link, url.Values{"password": {"cukup panjang"}}).want(t, http.StatusOK)
	if file.body != "Isi berita acara surat" || !strings.HasPrefix(file.Header.Get("Content-Disposition"), "attachment") || !strings.HasPrefix(file.Header.Get("Content-Security-Policy"), "sandbox") {
		t.Error(file.body, file.Header)
	}
	revoke := page.doc.Find(`form[action$="/revoke"]`)
	s.post(t, "clerk", revoke.AttrOr("action", ""), url.Values{"_v": {revoke.Find("input[name=_v]").AttrOr("value", "")}, "_op": {"cabut"}}).want(t, http.StatusSeeOther)
	s.get(t, "", link).want(t, http.StatusNotFound)
	s.post(t, "", link, url.Values{"password": {"cukup panjang"}}).want(t, http.StatusNotFound)
	if ok := slices.Contains(s.get(t, "clerk", path).doc.Find("a.sum").Map(func(_ int, a *goquery.Selection) string { return a.Text() }), addresses[0]); ok {
		t.Error("a revoked link is still offered")
	}
	s.get(t, "", "/shared/tidak-ada").want(t, http.StatusNotFound)
}
