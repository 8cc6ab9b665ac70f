package organizations

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"encoding/xml"
	"errors"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/go-jose/go-jose/v4"

	"gotong/modules/domain"
)

// What an outsider does who has nothing but the addresses: fetch statement and keys, verify, compare.
func TestOthersCanCheckTheStatement(t *testing.T) {
	r := newRig(t)
	id := r.verified("ani", ngo)
	answer := r.get("", pathOf(id)+"/statement.json")
	var passport struct {
		Statement map[string]any `json:"statement"`
		SHA256    string         `json:"sha256"`
		JWS       string         `json:"jws"`
		Keys      string         `json:"keys"`
	}
	r.must(json.Unmarshal([]byte(answer.body), &passport))
	st := passport.Statement
	if st["verified"] != true || st["valid_until"] != "2029-03-01" || st["verified_at"] != "2027-03-01" || st["name"] != ngo.Name || st["checklist"] != 1.0 || st["verified_by"] != "Sekretariat Gotong" || len(st["papers"].([]any)) != 2 {
		t.Errorf("%v", st)
	}
	if strings.Contains(answer.body, "ani") && strings.Contains(answer.body, "s-sari") || strings.Contains(answer.body, "1/2027") {
		t.Errorf("the statement names a person or a paper's number: %s", answer.body)
	}
	var keys jose.JSONWebKeySet
	r.must(json.Unmarshal([]byte(r.get("", "/organizations/keys.json").body), &keys))
	if len(keys.Keys) != 1 || !keys.Keys[0].IsPublic() {
		t.Fatalf("%d keys, or a private one", len(keys.Keys))
	}
	signed, err := jose.ParseSigned(passport.JWS, []jose.SignatureAlgorithm{jose.EdDSA})
	r.must(err)
	payload, err := signed.Verify(keys.Keys[0])
	if err != nil {
		t.Fatalf("the signature does not hold: %v", err)
	}
	var claims struct {
		Issuer    string          `json:"iss"`
		Subject   string          `json:"sub"`
		Expires   int64           `json:"exp"`
		SHA256    string          `json:"sha256"`
		Statement json.RawMessage `json:"statement"`
	}
	r.must(json.Unmarshal(payload, &claims))
	var sorted map[string]any // Go writes maps with names in order and no spaces
	r.must(json.Unmarshal(claims.Statement, &sorted))
	canonical, err := json.Marshal(sorted)
	r.must(err)
	sum := sha256.Sum256(canonical)
	if claims.Issuer != "http://gotong.test" || claims.Subject != "http://gotong.test"+pathOf(id) || claims.Expires != r.clock.Now().Add(24*time.Hour).Unix() || claims.SHA256 != hex.EncodeToString(sum[:]) || claims.SHA256 != passport.SHA256 {
		t.Errorf("%+v, sum %x", claims, sum)
	}
	tampered := passport.JWS[:len(passport.JWS)-8] + "AAAAAAAA"
	if signed, err = jose.ParseSigned(tampered, []jose.SignatureAlgorithm{jose.EdDSA}); err == nil {
		if _, err = signed.Verify(keys.Keys[0]); err == nil {
			t.Error("a tampered statement passes")
		}
	}
	r.clock.Advance(time.Hour)
	var later struct {
		SHA256 string `json:"sha256"`
	}
	r.must(json.Unmarshal([]byte(r.get("", pathOf(id)+"/statement.json").body), &later))
	if later.SHA256 != passport.SHA256 {
		t.Error("the sum of the same statement changed")
	}
}

func TestBadgeSaysTheState(t *testing.T) {
	r := newRig(t)
	id := r.verified("ani", ngo)
	badge := func(lang, want string) {
		t.Helper()
		p := r.get("", lang+pathOf(id)+"/badge.svg")
		if err := xml.Unmarshal([]byte(p.body), new(struct {
			XMLName xml.Name `xml:"svg"`
		})); err != nil || p.status != 200 || !strings.Contains(p.body, want) {
			t.Errorf("%d %v: %s", p.status, err, p.body)
		}
	}
	badge("", "terverifikasi s.d. 1 Maret 2029")
	again := httptest.NewRequest("GET", pathOf(id)+"/badge.svg", nil)
	first, err := r.app.Test(again, -1)
	r.must(err)
	again.Header.Set("If-None-Match", first.Header.Get("ETag"))
	second, err := r.app.Test(again, -1)
	r.must(err)
	r.must(errors.Join(first.Body.Close(), second.Body.Close()))
	if second.StatusCode != 304 || first.Header.Get("Cache-Control") != "public, max-age=3600" || first.Header.Get("Cross-Origin-Resource-Policy") != "cross-origin" {
		t.Errorf("%d, %v", second.StatusCode, first.Header)
	}
	badge("/en", "verified until 1 March 2029")
	flag := Flag{Level: FlagBlock, Category: "finance", Evidence: "Laporan audit 2027.", Decision: "Selesaikan laporan.", Until: "2027-06-01"}
	r.must(r.s.Raise(t.Context(), r.actor("s-sari"), r.op(), id, flag))
	badge("", "terverifikasi, dibatasi")
	if p := r.get("", pathOf(id)+"/passport"); p.status != 200 || !strings.Contains(p.text(), "Saat ini dibatasi") || strings.Contains(p.text(), "Laporan audit") {
		t.Errorf("%d: %s", p.status, p.text())
	}
	r.clock.Advance(2 * 366 * 24 * time.Hour)
	badge("", "verifikasi berakhir 1 Maret 2029")
	r.must(r.s.Suspend(t.Context(), r.actor("s-sari"), r.op(), id, "laporan warga"))
	for _, tail := range []string{"/badge.svg", "/statement.json", "/passport"} {
		if p := r.get("", pathOf(id)+tail); p.status != 404 {
			t.Errorf("%s of a suspended one: %d", tail, p.status)
		}
	}
}

func TestPassportPage(t *testing.T) {
	r := newRig(t)
	id := r.verified("ani", ngo)
	for _, lang := range []string{"", "/en"} {
		p := r.get("", lang+pathOf(id)+"/passport")
		sound(t, p, "passport")
		for _, want := range []string{"Sekretariat Gotong", "http://gotong.test" + pathOf(id) + "/statement.json", "http://gotong.test/organizations/keys.json", `<img src="http://gotong.test` + lang + pathOf(id) + `/badge.svg"`} {
			if !strings.Contains(p.text(), want) {
				t.Errorf("no %q: %s", want, p.text())
			}
		}
	}
	doc, err := r.s.organizations.Get(t.Context(), string(id))
	r.must(err)
	digest, err := statementOf("http://gotong.test"+pathOf(id), doc.Body, r.clock.Now()).Digest()
	r.must(err)
	if p := r.get("", pathOf(id)+"/passport"); !strings.Contains(p.text(), digest) {
		t.Error("the page shows another sum than the statement")
	}
}

func TestServiceAreaAndContactOnTheProfile(t *testing.T) {
	r := newRig(t)
	p := ngo
	p.Areas, p.Email, p.Phone = []domain.RegionCode{"61.01", "61.71"}, "kantor@contoh.id", "0562 123456"
	id := r.verified("ani", p)
	shown := r.get("", pathOf(id))
	for _, want := range []string{`a[href="/villages/61.01"]`, `a[href="/villages/61.71"]`, `a[href="mailto:kantor@contoh.id"]`, `img[src="` + pathOf(id) + `/badge.svg"]`} {
		if shown.Find(want).Length() == 0 {
			t.Errorf("no %s", want)
		}
	}
	p.Areas = []domain.RegionCode{"99.99"}
	p.Name, p.Registration = "Yayasan Lain Sekali", ""
	if _, err := r.s.Found(t.Context(), r.actor("budi"), r.op(), p); !hasField(err, "areas") {
		t.Errorf("a region that is none: %v", err)
	}
}
