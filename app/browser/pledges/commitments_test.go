// Package pledges walks in a real browser from a declared need over an agreement to what the village confirms, and holds the forms of needs.
package pledges

import (
	"bytes"
	"image"
	"image/jpeg"
	"regexp"
	"strings"
	"testing"
	"time"

	"gotong/app/browser"
	"gotong/app/walk"
)

var confirmAddress = regexp.MustCompile(`http://[^ ]*(/confirm/[0-9A-Z]+)`)

// A village on a phone: a counter-proposal is made and accepted, what was delivered is confirmed by a one-time link
// without an account, what did not come is denied by a code typed from paper, and the dispute is decided after both
// sides' words. The agreement's paper is made by a changed template with JavaScript, the handover record without, and each is
// held against the record by somebody without an account.
func TestVillageConfirmsByLinkInTheBrowser(t *testing.T) {
	b := browser.Start(t)
	base := browser.Serve(t)
	for _, script := range browser.Ways() {
		name := map[bool]string{false: "without-javascript", true: "with-javascript"}[script]
		t.Run(name, func(t *testing.T) {
			i := browser.Inspect(t, "commitments-"+name)
			visit := func(subject string) *walk.Chromium { return i.Visit(b, base, script, subject) }
			w := &pledgeWalk{t: t, partner: visit("air-pengelola"), village: visit("desa-temajuk"), verifier: visit("verifikator-paloh"), phone: visit("")}
			w.negotiate(name)
			if script {
				w.template(visit("sekretariat-1"), name)
				w.paper("pks", walk.Values{"first": "Ketua pengurus", "second": "Kepala desa"})
			}
			w.agree()
			w.deliver("3", "photo", "foto.jpg")
			if !script {
				w.paper("bast", walk.Values{"place": "Balai desa"})
			}
			w.answerByLink()
			w.deliver("2", "handover", "bast.pdf")
			w.denyByCode()
			w.decide()
			for _, path := range []string{"/en" + w.commitment, "/en" + w.commitment + "/links", "/en/confirm"} {
				if err := w.village.Open(path); err != nil {
					t.Fatal(err)
				}
			}
			t.Logf("%d kinds of page met", len(i.Kinds))
		})
	}
}

// pledgeWalk are the people of one commitment.
type pledgeWalk struct {
	t                                 *testing.T
	partner, village, verifier, phone *walk.Chromium
	commitment                        string
}

func (w *pledgeWalk) do(v *walk.Chromium, open, form string, values walk.Values, files map[string]walk.File) {
	w.t.Helper()
	if err := v.Open(open); err != nil {
		w.t.Fatal(err)
	}
	if err := v.Submit(form, values, files); err != nil {
		w.t.Fatal(err)
	}
}

func (w *pledgeWalk) says(v *walk.Chromium, selector, want string) {
	w.t.Helper()
	if text := walk.Text(v, selector); !strings.Contains(text, want) {
		w.t.Errorf("%s at %s says %q, not %q", selector, v.Path(), text, want)
	}
}

func (w *pledgeWalk) day(days int) string {
	return time.Now().AddDate(0, 0, days).Format(time.DateOnly)
}

// negotiate: the partner proposes, the village counters, the partner agrees, the village accepts.
func (w *pledgeWalk) negotiate(mark string) {
	w.t.Helper()
	link := w.offerLink(w.declare(mark))
	w.do(w.partner, link, `form[action$="/commitments"]`, walk.Values{"quantity": "8", "from": w.day(1), "until": w.day(90), "message": "Kami menyediakan delapan unit."}, nil)
	w.commitment = w.partner.Path()
	w.do(w.village, w.commitment, `form[action$="/message"]`, walk.Values{"message": "Terima kasih. Apakah termasuk pelatihan?"}, nil)
	w.do(w.village, w.commitment, `form[action$="/counter"]`, walk.Values{"quantity": "5", "conditions": "Termasuk pelatihan perawat.", "words": "Lima cukup untuk tahun ini."}, nil)
	w.do(w.partner, w.commitment, `form.action[action$="/counter"]`, nil, nil)
	if err := w.village.Open(w.commitment); err != nil {
		w.t.Fatal(err)
	}
	w.says(w.village, "#journey ~ *", "8 unit → 5 unit")
	if err := w.village.Submit(`form[action$="/accept"]`, nil, nil); err != nil {
		w.t.Fatal(err)
	}
}

// declare has the village declare a need of eight units and the district verify it.
func (w *pledgeWalk) declare(mark string) (need string) {
	w.t.Helper()
	values := declaration(mark)
	values["quantity"], values["unit"], values["households"], values["divisible"] = "8", "unit", "8", "on"
	w.do(w.village, "/needs/new?category=clean-water-supply", `form[action$="/needs"]`, values, nil)
	need = w.village.Path()
	w.do(w.village, need+"/submit", `form[action$="/submit"]`, nil, map[string]walk.File{"minutes": {Name: "ba.pdf", Body: walk.PDF("Berita acara " + mark)}})
	w.do(w.verifier, need, `form[action$="/begin"]`, nil, nil)
	checks := walk.Values{"decision": "verify"}
	for _, q := range []string{"place", "duplicate", "quantity", "minutes", "personal"} {
		checks["check_"+q] = "on"
	}
	w.do(w.verifier, need+"/verify", `form[action$="/verify"]`, checks, nil)
	return need
}

// offerLink waits until the partner is shown that its offer fits: the index of matches follows.
func (w *pledgeWalk) offerLink(need string) string {
	w.t.Helper()
	for range 60 {
		if err := w.partner.Open(need); err != nil {
			w.t.Fatal(err)
		}
		page, err := w.partner.Document()
		if err != nil {
			w.t.Fatal(err)
		}
		if link := page.Find(`a[href*="/commitments/new"]`).First().AttrOr("href", ""); link != "" {
			return link
		}
		time.Sleep(250 * time.Millisecond)
	}
	w.t.Fatal("the partner is not shown how to propose")
	return ""
}

// template: the secretariat adds an article to the text of agreements, sees what it makes, and puts it in force.
func (w *pledgeWalk) template(office *walk.Chromium, mark string) {
	w.t.Helper()
	const path = "/papers/templates/pks"
	if err := office.Open(path); err != nil {
		w.t.Fatal(err)
	}
	page, err := office.Document()
	if err != nil {
		w.t.Fatal(err)
	}
	text := strings.Replace(page.Find("#change textarea[name=text]").Text(), "{tanda_tangan}", "## Pasal tambahan "+mark+"\n\nBerlaku di {desa}.\n\n{tanda_tangan}", 1)
	if err := office.Submit("#change form", walk.Values{"text": text + "\n{ibu}", "reason": "Uji."}, nil); err != nil {
		w.t.Fatal(err)
	}
	w.says(office, ".summary", "ibu")
	if err := office.Submit("#change form", walk.Values{"text": text, "reason": "Uji."}, nil); err != nil {
		w.t.Fatal(err)
	}
	w.says(office, "#preview", "Pasal tambahan "+mark)
	w.says(office, "#preview", "[nama desa dan kecamatannya]")
	if err := office.Submit("#preview form", nil, nil); err != nil {
		w.t.Fatal(err)
	}
	w.says(office, "main", "Pasal tambahan "+mark)
	if sample, err := office.Fetch(path + "/sample.pdf"); err != nil || !bytes.HasPrefix(sample, []byte("%PDF")) {
		w.t.Errorf("the specimen is no PDF: %v", err)
	}
}

var codeAddress = regexp.MustCompile(`/URI \(http://[^/]+(/papers/[a-z2-7]{26})\)`)

// paper: made from the commitment by the partner, read where its QR code leads by somebody without an account, who is told
// whether a file is the one on record.
func (w *pledgeWalk) paper(kind string, said walk.Values) {
	w.t.Helper()
	said["kind"] = kind
	w.do(w.partner, w.commitment+"/papers", `form[action$="/papers"]`, said, nil)
	w.says(w.partner, "#made ~ *", "/"+strings.ToUpper(kind)+"/GOTONG")
	page, err := w.partner.Document()
	if err != nil {
		w.t.Fatal(err)
	}
	document, _ := page.Find(`section[aria-labelledby=made] .card a[href*="/documents/"]`).Last().Attr("href")
	file, err := w.partner.Fetch(document + "/file")
	if err != nil {
		w.t.Fatal(err)
	}
	address := codeAddress.FindSubmatch(file)
	if address == nil {
		w.t.Fatalf("%s: no code on a file of %d bytes", kind, len(file))
	}
	changed := append(bytes.Clone(file), ' ')
	w.check(string(address[1]), kind, file, "Tercatat", "sama persis")
	w.check(string(address[1]), kind, changed, "Tidak tercatat", "Satu huruf yang berubah")
	w.check("/papers", kind, file, "Tercatat", "Berkas ini tercatat") // one page for all papers answers the same
	w.says(w.phone, ".card .facts", "versi 1 dari 1")
	w.check("/papers", kind, changed, "Tidak tercatat", "Satu huruf yang berubah")
	if err := w.phone.Open("/en" + string(address[1])); err != nil {
		w.t.Fatal(err)
	}
}

func (w *pledgeWalk) check(at, kind string, file []byte, tag, words string) {
	w.t.Helper()
	w.do(w.phone, at, "#check form", nil, map[string]walk.File{"file": {Name: kind + ".pdf", Body: file}})
	w.says(w.phone, ".card .tag", tag)
	w.says(w.phone, "#verdict", words)
}

func (w *pledgeWalk) agree() {
	w.t.Helper()
	w.do(w.village, w.commitment, `form[action$="/oblige"]`, walk.Values{"what": "Menyiapkan lokasi", "owner": "village", "due": w.day(20)}, nil)
	w.do(w.partner, w.commitment, `form[action$="/sign"]`, walk.Values{"kind": "statement", "position": "Ketua pengurus"}, nil)
	w.do(w.village, w.commitment, `form[action$="/sign"]`, walk.Values{"kind": "statement", "position": "Kepala desa"}, nil)
	w.do(w.village, w.commitment, `form[action$="/obligation-done"]`, nil, nil)
}

func (w *pledgeWalk) deliver(quantity, typ, file string) {
	w.t.Helper()
	body := walk.PDF("Berita acara " + quantity)
	if typ == "photo" {
		body = photograph()
	}
	w.do(w.partner, w.commitment, `form[action$="/deliver"]`, walk.Values{"quantity": quantity, "date": w.day(0), "place": "Balai desa", "condition": "Baik", "type": typ},
		map[string]walk.File{"file": {Name: file, Body: body}})
}

// answerByLink: the village makes a link, a phone without an account opens it, gets it wrong once, and answers.
func (w *pledgeWalk) answerByLink() {
	w.t.Helper()
	w.do(w.village, w.commitment+"/links", `form[action$="/links"]`, walk.Values{"kind": "message"}, nil)
	match := confirmAddress.FindStringSubmatch(walk.Text(w.village, "blockquote.message"))
	if match == nil {
		w.t.Fatalf("no link at %s", w.village.Path())
	}
	w.do(w.phone, match[1], `form[action*="/confirm/"]`, walk.Values{"name": "Sitti (contoh)"}, nil)
	if ok, err := walk.Has(w.phone, ".summary"); !ok || err != nil {
		w.t.Fatal("an empty answer was taken", err)
	}
	if err := w.phone.Submit(`form[action*="/confirm/"]`, walk.Values{"answer": "yes", "name": "Sitti (contoh)", "position": "Ketua kelompok air"}, nil); err != nil {
		w.t.Fatal(err)
	}
	w.says(w.phone, "main", "3 unit")
	if !strings.HasPrefix(w.phone.Path(), "/confirmed/") {
		w.t.Errorf("no receipt, but %s", w.phone.Path())
	}
	if err := w.phone.Open(match[1]); err == nil {
		w.t.Error("the link opens again")
	}
	w.says(w.phone, "h1", "tidak berlaku")
}

// denyByCode: on paper, typed with small letters and spaces; nothing came.
func (w *pledgeWalk) denyByCode() {
	w.t.Helper()
	w.do(w.village, w.commitment+"/links", `form[action$="/links"]`, walk.Values{"kind": "paper"}, nil)
	code := strings.ToLower(strings.ReplaceAll(walk.Text(w.village, ".slip .code"), "-", " "))
	w.do(w.phone, "/confirm", `form[action$="/confirm"]`, walk.Values{"code": code}, nil)
	if err := w.phone.Submit(`form[action*="/confirm/"]`, walk.Values{"answer": "no", "words": "Dua unit belum datang.", "name": "Sitti (contoh)", "position": "Ketua kelompok air"}, nil); err != nil {
		w.t.Fatal(err)
	}
	if err := w.village.Open(w.commitment); err != nil {
		w.t.Fatal(err)
	}
	w.says(w.village, "main > header .tag", "Disanggah")
	w.says(w.village, "#answered ~ *", "Ketua kelompok air")
}

func (w *pledgeWalk) decide() {
	w.t.Helper()
	w.do(w.partner, w.commitment, `form[action$="/reply"]`, walk.Values{"reply": "Truk rusak; kami kirim pekan depan."}, nil)
	if err := w.verifier.Open("/desk"); err != nil {
		w.t.Fatal(err)
	}
	if ok, err := walk.Has(w.verifier, `a[href$="`+w.commitment+`"]`); !ok || err != nil {
		w.t.Error("the dispute is not on the verifier's desk", err)
	}
	if err := w.verifier.Open(w.commitment); err != nil {
		w.t.Fatal(err)
	}
	w.says(w.verifier, "#dispute ~ *", "Truk rusak")
	if err := w.verifier.Submit(`form[action$="/settle"]`, walk.Values{"decision": "delivering", "reason": "Kirim dua unit yang kurang."}, nil); err != nil {
		w.t.Fatal(err)
	}
	w.says(w.verifier, "main > header .tag", "Pelaksanaan")
}

// photograph is a small picture.
func photograph() []byte {
	picture := image.NewRGBA(image.Rect(0, 0, 320, 240))
	for i := range picture.Pix {
		picture.Pix[i] = uint8(i / 320)
	}
	var out bytes.Buffer
	if err := jpeg.Encode(&out, picture, nil); err != nil {
		panic(err)
	}
	return out.Bytes()
}
