package together

import (
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/PuerkitoBio/goquery"

	"gotong/app/browser"
	"gotong/app/config"
	"gotong/app/embedded/oidc"
	"gotong/app/portal"
	"gotong/app/walk"
	"gotong/modules/kit/clamd/clamdtest"
	"gotong/modules/kit/clock"
	"gotong/modules/kit/testkit/effort"
)

// later is the machine's clock, which can be put forward.
type later struct{ by atomic.Int64 }

func (l *later) Now() time.Time { return clock.System{}.Now().Add(time.Duration(l.by.Load())) }

// Files that not everybody gets, on a phone: one waits for the virus scanner, is opened, is found harmful by newer
// signatures and released by the next; one is asked for by somebody who may not read it, granted until a day, read, and
// closed again when the day is over, and refused when it is asked for again. Owner and secretariat have JavaScript, who asks has not.
func TestHeldAndAskedForInTheBrowser(t *testing.T) {
	b := browser.Start(t)
	scanner := clamdtest.Start(t, 1<<20)
	var at later
	base := browser.ServeWith(t, func(c *config.Config) { c.Uploads.ClamAV = scanner.Address }, func(o *portal.Options) {
		o.Clock, o.Rescan = &at, 300*time.Millisecond
	})
	i := browser.Inspect(t, "held")
	w := &heldWalk{t: t, owner: i.Visit(b, base, true, "univ-pengelola"), reader: i.Visit(b, base, effort.Race, "air-pengelola"), public: i.Visit(b, base, effort.Race, "")}
	w.quarantine(scanner, i.Visit(b, base, true, "sekretariat-1"))
	w.asks(&at)
}

// heldWalk are the people around a document.
type heldWalk struct {
	t                     *testing.T
	owner, reader, public *walk.Chromium
}

func (w *heldWalk) must(what string, err error) {
	w.t.Helper()
	if err != nil {
		w.t.Fatalf("%s: %v", what, err)
	}
}

func (w *heldWalk) open(v *walk.Chromium, path, selector, want string) {
	w.t.Helper()
	w.must(path, v.Open(path))
	if text := walk.Text(v, selector); !strings.Contains(text, want) {
		w.t.Errorf("%s at %s says %q, not %q", selector, path, text, want)
	}
}

// shut holds that nobody of these gets a page or a file of the document.
func (w *heldWalk) shut(path string, visitors ...*walk.Chromium) {
	w.t.Helper()
	for _, v := range visitors {
		for _, at := range []string{path + "/file", path + "/view", path + "/picture/480"} {
			if _, err := v.Fetch(at); err == nil {
				w.t.Errorf("%s is served", at)
			}
		}
	}
}

// add uploads a text by the plain form, as the owner, and gives the document's path.
func (w *heldWalk) add(title, visibility, text string) string {
	w.t.Helper()
	w.must("by the plain form", w.owner.Script(false)) // in pieces it comes in the walks of uploads
	defer func() { w.must("as before", w.owner.Script(true)) }()
	w.must("form", w.owner.Open("/documents/new?for=organization:"+oidc.OrgUniv))
	w.must("upload", w.owner.Submit("form.form", walk.Values{"type": "report", "title": title, "visibility": visibility, "language": "id"},
		map[string]walk.File{"file": {Name: "berkas.txt", Body: []byte(text)}}))
	return w.owner.Path()
}

// until opens a page again and again until it says that.
func (w *heldWalk) until(v *walk.Chromium, path, selector, want string) {
	w.t.Helper()
	for deadline := time.Now().Add(20 * time.Second); ; time.Sleep(100 * time.Millisecond) {
		w.must(path, v.Open(path))
		text := walk.Text(v, selector)
		if want == "" && text == "" || want != "" && strings.Contains(text, want) {
			return
		}
		if time.Now().After(deadline) {
			w.t.Fatalf("%s at %s says %q, not %q", selector, path, text, want)
		}
	}
}

func (w *heldWalk) quarantine(scanner *clamdtest.Daemon, office *walk.Chromium) {
	w.t.Helper()
	const note = "div.flash[role=note]"
	scanner.Say("")
	path := w.add("Panduan penyaring", "public", "Cara merawat penyaring air.")
	w.open(w.owner, path, note, "menunggu pemindai virus")
	w.open(w.owner, path+"/versions", "ol.trail", "Menunggu pemindai virus")
	w.open(office, "/desk", "main", "Pemindai virus belum memeriksanya")
	w.shut(path, w.owner, office, w.public)
	if err := w.public.Open(path); err == nil {
		w.t.Error("the public reads about what waits")
	}
	scanner.Recover()
	w.until(w.owner, path, note, "")
	w.open(w.public, path, "h1", "Panduan penyaring")
	if file, err := w.public.Fetch(path + "/file"); err != nil || !strings.Contains(string(file), "merawat") {
		w.t.Errorf("what was found clean is not served: %v", err)
	}
	scanner.Learn("Uji.Penyaring", "merawat penyaring")
	w.until(w.owner, path, note, "Uji.Penyaring")
	w.shut(path, w.owner, office, w.public)
	for _, v := range []*walk.Chromium{w.owner, office} {
		w.open(v, "/desk", "main", "Unggah versi yang bersih")
	}
	w.open(w.owner, "/en"+path, note, "Uji.Penyaring")
	w.must("list", w.public.Open("/documents"))
	if text := walk.Text(w.public, "main"); strings.Contains(text, "Panduan penyaring") {
		w.t.Error("the library lists what is withheld")
	}
	scanner.Forget()
	w.until(w.owner, path, note, "")
	w.open(w.public, path, "h1", "Panduan penyaring")
}

func (w *heldWalk) asks(at *later) {
	w.t.Helper()
	path := w.add("Data survei", "organization", "Tabel survei.")
	w.shut(path, w.reader, w.public)
	w.open(w.owner, path+"/requests", ".empty", "Belum ada yang meminta")
	w.must("list it", w.owner.Submit(`form[action$="/listing"]`, nil, nil))
	if err := w.public.Open(path); err == nil {
		w.t.Error("the public reads about what is listed for requests")
	}
	ask := func(reason string) {
		w.t.Helper()
		w.must("organisation", w.reader.Open("/organizations/"+oidc.OrgUniv))
		doc, err := w.reader.Document()
		w.must("organisation", err)
		link, ok := doc.Find(`#documents a`).FilterFunction(func(_ int, a *goquery.Selection) bool { return a.Text() == "Data survei" }).Attr("href")
		if !ok || link != path+"/access" {
			w.t.Fatalf("the way to ask is %q", link)
		}
		w.must("ask", w.reader.Open(link))
		w.must("no reason", w.reader.Submit("form.form", walk.Values{"reason": ""}, nil))
		if ok, err := walk.Has(w.reader, ".summary"); !ok || err != nil {
			w.t.Error("a request without a reason is taken", err)
		}
		w.must("ask", w.reader.Submit("form.form", walk.Values{"reason": reason}, nil))
		w.open(w.reader, path+"/access", "main", "menunggu jawaban pemilik")
		w.shut(path, w.reader)
		w.open(w.owner, "/desk", "main", reason)
	}
	ask("Kajian air di Paloh.")
	w.open(w.owner, path+"/requests", "main", "Yayasan Air Bersih")
	w.must("too late a day", w.owner.Submit(`form[action$="/granted"]`, walk.Values{"until": "2099-01-01"}, nil))
	if ok, err := walk.Has(w.owner, "[aria-invalid=true]"); !ok || err != nil {
		w.t.Error("a grant for ever is taken", err)
	}
	day := at.Now().AddDate(0, 0, 2).Format(time.DateOnly)
	w.must("grant", w.owner.Submit(`form[action$="/granted"]`, walk.Values{"until": day}, nil))
	w.open(w.reader, path+"/access", "main", "Diizinkan")
	w.open(w.reader, path, "main", "Dibuka pemiliknya untuk Anda sampai")
	if _, err := w.reader.Fetch(path + "/file"); err != nil {
		w.t.Errorf("a granted file is refused: %v", err)
	}
	w.shut(path, w.public)
	w.open(w.owner, path+"/readings", "table", "Yayasan Air Bersih")

	at.by.Add(int64(3 * 24 * time.Hour)) // sessions end, and the grant
	w.must("sign in", walk.SignIn(w.reader, "air-pengelola"))
	w.must("sign in", walk.SignIn(w.owner, "univ-pengelola"))
	w.shut(path, w.reader)
	w.open(w.reader, path+"/access", "main", "Izin berakhir")
	ask("Kajian diperpanjang.")
	w.must("requests", w.owner.Open(path+"/requests"))
	w.must("refuse", w.owner.Submit(`form[action$="/refused"]`, walk.Values{"reason": "Data sudah terbit; lihat laporannya."}, nil))
	w.open(w.reader, path+"/access", "main", "Data sudah terbit")
	w.shut(path, w.reader)
}
