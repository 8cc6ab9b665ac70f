package pages

import (
	"bufio"
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/PuerkitoBio/goquery"

	"gotong/app/browser"
	"gotong/app/config"
	"gotong/app/embedded/oidc"
	"gotong/app/program"
	"gotong/app/walk"
	"gotong/modules/kit/testkit"
	"gotong/modules/kit/testkit/phototest"
)

// line is the way between a browser and the portal: it can be slow, and it can break.
type line struct {
	net.Listener
	to   string
	rate atomic.Int64 // bytes a second towards the portal, 0 as fast as it goes
	down atomic.Bool

	mu   sync.Mutex
	open map[net.Conn]bool
}

func newLine(t *testing.T, to string) *line {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	p := &line{Listener: l, to: to, open: map[net.Conn]bool{}}
	go func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			go p.carry(c)
		}
	}()
	t.Cleanup(func() { _ = l.Close(); p.drop(true) })
	return p
}

func (p *line) carry(c net.Conn) {
	defer c.Close()
	if p.down.Load() {
		return
	}
	up, err := net.Dial("tcp", p.to)
	if err != nil {
		return
	}
	defer up.Close()
	p.mu.Lock()
	p.open[c], p.open[up] = true, true
	p.mu.Unlock()
	go func() { _, _ = io.Copy(c, up); _ = c.Close() }()
	buffer := make([]byte, 64<<10)
	for {
		n, err := c.Read(buffer)
		if rate := p.rate.Load(); rate > 0 {
			time.Sleep(time.Duration(n) * time.Second / time.Duration(rate))
		}
		if _, werr := up.Write(buffer[:n]); err != nil || werr != nil {
			break
		}
	}
	p.mu.Lock()
	delete(p.open, c)
	delete(p.open, up)
	p.mu.Unlock()
}

// drop breaks what is under way, and lets nothing new through while down.
func (p *line) drop(down bool) {
	p.down.Store(down)
	p.mu.Lock()
	defer p.mu.Unlock()
	for c := range p.open {
		_ = c.Close()
	}
}

// report writes a text of that many MB and gives its sum.
func report(t *testing.T, path string, mb int) string {
	t.Helper()
	f, err := os.Create(path)
	if err != nil {
		t.Fatal(err)
	}
	sum := sha256.New()
	w := bufio.NewWriter(io.MultiWriter(f, sum))
	for written, i := 0, 0; written < mb<<20; i++ {
		n, _ := fmt.Fprintf(w, "Baris %d laporan tahunan: tandon air di dusun, tanpa nama warga.\n", i)
		written += n
	}
	if err := w.Flush(); err != nil {
		t.Fatal(err)
	}
	if err := f.Close(); err != nil {
		t.Fatal(err)
	}
	return hex.EncodeToString(sum.Sum(nil))
}

// Files come to a phone's form in every way: several dropped at once, with progress for each and in all, speed and time left; one is
// cancelled, one refused in words; without a line it says so and goes on when the line is back; a picture is pasted, and one is
// taken with the camera, which ends without the place where it was taken.
func TestFilesComeInEveryWay(t *testing.T) {
	b := browser.Start(t)
	way := newLine(t, "")
	public := "http://" + way.Addr().String()
	base := browser.ServeWith(t, func(c *config.Config) { c.PublicURL = public })
	way.to = strings.TrimPrefix(base, "http://")
	folder := t.TempDir()
	must := func(what string, err error) {
		t.Helper()
		if err != nil {
			t.Fatalf("%s: %v", what, err)
		}
	}
	var files []string
	for name, mb := range map[string]int{"laporan besar.txt": 12, "laporan kecil.txt": 8} {
		files = append(files, filepath.Join(folder, name))
		report(t, files[len(files)-1], mb)
	}
	song, photo := filepath.Join(folder, "lagu.mp3"), filepath.Join(folder, "IMG_20261120_074102.jpg")
	must("write", os.WriteFile(song, []byte("x"), 0o600))
	raw := phototest.Camera(t)
	must("write", os.WriteFile(photo, raw, 0o600))

	i := browser.Inspect(t, "ways")
	v, err := b.Visit(public, browser.Width, browser.Height, true, folder)
	must("visit", err)
	t.Cleanup(v.Close)
	must("touch", v.Touch())
	must("sign in", walk.SignIn(v, "univ-pengelola"))
	must("form", v.Open("/documents/new?for=organization:"+oidc.OrgUniv))
	v.Met = i.Meet

	const item = `[...document.querySelectorAll("li.upload")].find(e=>e.innerText.includes(%q))`
	row := func(name, more string) string {
		return fmt.Sprintf("("+item+"||{dataset:{},innerText:''})", name) + more
	}
	way.rate.Store(600 << 10)
	must("drop", v.Drop(".pieces", append(files, song)...))
	must("refused in words", v.Until(row("lagu.mp3", `.dataset.state=="refused"`)+"&&"+row("lagu.mp3", `.innerText.includes("tidak diizinkan")`), 10*time.Second))
	must("progress of each", v.Until(row("besar", `.innerText.match(/dari 12 MB · .+ per detik · sisa/)`), 20*time.Second))
	must("progress of all", v.Until(`/[01] dari 2 berkas sudah diunggah, \d+ % seluruhnya.+per detik/.test(document.querySelector(".upload-total").innerText)`, 20*time.Second))
	v.Look()
	must("cancel", v.Do(row("besar", `.querySelector("button").click()`)))
	must("cancelled", v.Until("!"+fmt.Sprintf(item, "besar"), 5*time.Second))

	must("no line", v.Offline(true))
	must("it says so", v.Until(row("kecil", `.dataset.state=="broken"`)+"&&"+row("kecil", `.innerText.includes("Tidak ada sambungan")`), 20*time.Second))
	v.Look()
	must("in vain", v.Do(row("kecil", `.querySelector("button").click()`)))
	must("still no line", v.Until(row("kecil", `.dataset.state=="broken"`), 20*time.Second))
	must("a line", v.Offline(false))
	way.rate.Store(0)
	must("it goes on", v.Until(row("kecil", `.dataset.state=="done"`), 30*time.Second))

	must("paste", v.PastePicture(64))
	must("pasted", v.Until(row("image.png", `.dataset.state=="done"`), 20*time.Second))
	asked, err := v.Shoot(".pieces > .actions button", photo)
	must("camera", err)
	if text := strings.Join(asked, " "); !strings.Contains(text, "accept image/*") || !strings.Contains(text, "capture environment") {
		t.Errorf("the camera is asked with %q", text)
	}
	must("taken", v.Until(row("IMG_2026", `.dataset.state=="done"`), 20*time.Second))
	v.Look()
	must("take the refused one off", v.Do(row("lagu.mp3", `.querySelector("button").click()`)))
	must("public", v.Do(`document.querySelector("input[name=visibility][value=public]").click()`))
	must("type", v.Do(`document.querySelector("[name=type]").value="photo"`))
	must("send the form", v.Press("#form .actions button.button:not([type=button])"))
	doc, err := v.Document()
	must("page", err)
	links := doc.Find("#documents .card h3 a")
	path, ok := links.FilterFunction(func(_ int, a *goquery.Selection) bool { return strings.Contains(a.Text(), "IMG") }).Attr("href")
	if !ok {
		t.Fatalf("the photo is not on the owner's page: %q", links.Text())
	}
	for _, name := range []string{"laporan kecil", "image"} {
		if !strings.Contains(links.Text(), name) {
			t.Errorf("%s is not on the owner's page: %q", name, links.Text())
		}
	}
	if strings.Contains(links.Text(), "besar") {
		t.Error("what was cancelled is there")
	}
	kept, err := v.Fetch(path + "/file")
	must("the photo", err)
	for _, secret := range phototest.Secrets {
		if !bytes.Contains(raw, []byte(secret)) || bytes.Contains(kept, []byte(secret)) {
			t.Errorf("%q is in the photo as taken: %v, as kept: %v", secret, bytes.Contains(raw, []byte(secret)), bytes.Contains(kept, []byte(secret)))
		}
	}
}

func TestMain(m *testing.M) { os.Exit(program.Main(m)) }

// An upload outlives a killed server, a reload and a broken line, and ends with the right sum; of the same form a second
// file is refused in words. GOTONG_TEST_UPLOAD_MB sets the size (300 for the issue's own figure).
func TestUploadInTheBrowser(t *testing.T) {
	b := browser.Start(t)
	mb := 24
	if text := os.Getenv("GOTONG_TEST_UPLOAD_MB"); text != "" {
		var err error
		if mb, err = strconv.Atoi(text); err != nil {
			t.Fatal(err)
		}
	}
	folder := t.TempDir()
	listen := testkit.FreeAddress(t)
	way := newLine(t, listen)
	public := "http://" + way.Addr().String()
	data := filepath.Join(folder, "data")
	server := program.Start(t, data, listen, "GOTONG_PUBLIC_URL="+public)

	v, err := b.Visit(public, browser.Width, browser.Height, true, folder)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(v.Close)
	i := browser.Inspect(t, "upload")
	v.Met = i.Meet
	must := func(what string, err error) {
		t.Helper()
		if err != nil {
			t.Fatalf("%s: %v", what, err)
		}
	}
	must("sign in", walk.SignIn(v, "univ-pengelola"))
	page := "/documents/new?for=organization:" + oidc.OrgUniv + "&type=report"
	must("form", v.Open(page))
	path := filepath.Join(folder, "laporan tahunan.txt")
	want := report(t, path, mb)
	way.rate.Store(int64(mb) << 20 / 4)

	const bar = `document.querySelector(".upload progress")`
	at := func(percent int) string { return fmt.Sprintf(`%s && %s.value>=%d`, bar, bar, percent) }
	long := 30*time.Second + time.Duration(mb)*time.Second/2
	must("choose", v.Choose("input[type=file]", path))
	must("a quarter", v.Until(at(25), long))
	i.Meet(v)

	server.End(syscall.SIGKILL)
	time.Sleep(500 * time.Millisecond)
	program.Start(t, data, listen, "GOTONG_PUBLIC_URL="+public)
	must("goes on after the server was killed", v.Until(at(45), long))

	must("reload", v.Open(page))
	must("known after the reload", v.Until(`document.querySelector(".upload[data-state=again]")`, long))
	i.Meet(v)
	must("choose again", v.Choose("input[type=file]", path))
	must("goes on after the reload", v.Until(at(60), long))

	way.drop(true)
	time.Sleep(2 * time.Second)
	way.down.Store(false)
	must("goes on after the line broke", v.Until(at(80), long))

	wrong := filepath.Join(folder, "lagu.mp3")
	must("write", os.WriteFile(wrong, []byte("x"), 0o600))
	must("choose a wrong one", v.Choose("input[type=file]", wrong))
	must("refused in words", v.Until(`/MP3|Jenis berkas/.test((document.querySelector(".upload[data-state=refused]")||{}).innerText||"")`, long))
	must("whole", v.Until(`document.querySelector(".upload[data-state=done] input[name=upload]")`, long))
	i.Meet(v)
	must("what it says", v.Do(`document.querySelector("#i-title").value="Laporan tahunan"`))
	must("public", v.Do(`document.querySelector("input[name=visibility][value=public]").click()`))
	must("send the form", v.Press("#form .actions button.button:not([type=button])"))
	doc, err := v.Document()
	must("page", err)
	if got := strings.TrimSpace(doc.Find("code.sum").Text()); got != want {
		t.Fatalf("the page at %s says %q, want %s: %s", v.Path(), got, want, walk.Summary(doc))
	}
	res, err := http.Get(public + v.Path() + "/file")
	must("download", err)
	defer func() { _ = res.Body.Close() }()
	sum := sha256.New()
	n, err := io.Copy(sum, res.Body)
	must("download", err)
	if got := hex.EncodeToString(sum.Sum(nil)); got != want {
		t.Errorf("%d bytes of %d came back, %s", n, mb<<20, got)
	}
}
