package program_test

import (
	"bytes"
	"encoding/base64"
	"fmt"
	"io"
	"net/http"
	"os"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"gotong/app/embedded/oidc"
	"gotong/app/program"
	"gotong/app/walk"
	"gotong/modules/kit/resumable"
	"gotong/modules/kit/testkit"
)

// memory reads a line of /proc/PID/status, in MB; 0 where there is none.
func memory(pid int, name string) int {
	raw, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", pid))
	if err != nil {
		return 0
	}
	for line := range strings.Lines(string(raw)) {
		if rest, ok := strings.CutPrefix(line, name+":"); ok {
			kb, _ := strconv.Atoi(strings.TrimSpace(strings.TrimSuffix(strings.TrimSpace(rest), "kB")))
			return kb >> 10
		}
	}
	return 0
}

// sender is one upload on a connection of its own.
type sender struct {
	client http.Client
	base   string
	cookie string
	token  string
	piece  int // bytes of one request; 0: the smallest that the page uses
	again  int // pieces sent again, since the portal was not able to take them
}

func (s *sender) send(method, address string, body []byte, headers ...string) (*http.Response, error) {
	req, err := http.NewRequest(method, s.base+address, bytes.NewReader(body))
	if err != nil {
		return nil, err
	}
	for name, value := range map[string]string{"Cookie": s.cookie, "X-Csrf-Token": s.token, "Origin": s.base, "Tus-Resumable": "1.0.0"} {
		req.Header.Set(name, value)
	}
	for i := 0; i < len(headers); i += 2 {
		req.Header.Set(headers[i], headers[i+1])
	}
	res, err := s.client.Do(req)
	if err != nil {
		return nil, err
	}
	_, err = io.Copy(io.Discard, res.Body)
	_ = res.Body.Close()
	return res, err
}

// signedSender is somebody of the university who opened the upload form.
func signedSender(t testing.TB, base string) *sender {
	t.Helper()
	v, err := walk.NewHTTP(base)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(v.Close)
	err = walk.SignIn(v, "univ-penyunting")
	if err == nil {
		err = v.Open("/documents/new?for=organization:" + oidc.OrgUniv)
	}
	if err != nil {
		t.Fatal(err)
	}
	doc, err := v.Document()
	if err != nil {
		t.Fatal(err)
	}
	return &sender{base: base, cookie: v.Cookies(), token: doc.Find("input[name=_csrf]").AttrOr("value", ""), client: http.Client{Transport: &http.Transport{}}}
}

// upload sends size bytes, piece by piece, as the upload page does, and gives the upload's address.
func (s *sender) upload(size int, next func(offset, n int) []byte) (string, error) {
	b := base64.StdEncoding.EncodeToString
	res, err := s.send("POST", "/uploads", nil, "Upload-Length", strconv.Itoa(size), "Upload-Metadata",
		"filename "+b([]byte("laporan.txt"))+",for "+b([]byte("organization:"+oidc.OrgUniv)))
	if err != nil || res.StatusCode != http.StatusCreated {
		return "", fmt.Errorf("create: %v %w", res, err)
	}
	at := res.Header.Get("Location")
	piece := max(s.piece, resumable.PieceMax)
	for offset := 0; offset < size; {
		res, err := s.send("PATCH", at, next(offset, min(piece, size-offset)), "Upload-Offset", strconv.Itoa(offset), "Content-Type", "application/offset+octet-stream")
		switch {
		case err != nil:
			return "", err
		case res.StatusCode == http.StatusTooManyRequests:
			time.Sleep(time.Second)
			continue
		case res.StatusCode == http.StatusServiceUnavailable && s.again < 20: // as the upload page: ask where it stands, go on from there
			s.again++
			time.Sleep(time.Second)
			if res, err = s.send("HEAD", at, nil); err != nil {
				return "", err
			}
			if now, err := strconv.Atoi(res.Header.Get("Upload-Offset")); err == nil {
				offset = now
			}
			continue
		case res.StatusCode != http.StatusNoContent:
			return "", fmt.Errorf("piece at %d: %s", offset, res.Status)
		}
		offset += piece
	}
	return at, nil
}

// A hundred uploads at once stay below 300 MB for the whole process: portal, embedded database and object store, search.
// GOTONG_TEST_UPLOAD_MB sets the size of each (500 for the issue's own figure).
func TestHundredUploadsAtOnce(t *testing.T) {
	mb, count := 3, 100
	if text := os.Getenv("GOTONG_TEST_UPLOAD_MB"); text != "" {
		mb, _ = strconv.Atoi(text)
	}
	listen := testkit.FreeAddress(t)
	p := program.Start(t, t.TempDir(), listen)
	one := signedSender(t, "http://"+listen)
	piece := bytes.Repeat([]byte("Baris laporan tanpa nama warga.\n"), resumable.PieceMax/32)
	before, began := memory(p.Pid(), "VmRSS"), time.Now()
	var wait sync.WaitGroup
	var again atomic.Int64
	for range count {
		wait.Go(func() {
			s := &sender{base: one.base, cookie: one.cookie, token: one.token, client: http.Client{Transport: &http.Transport{}}}
			defer s.client.CloseIdleConnections()
			if _, err := s.upload(mb<<20, func(_, n int) []byte { return piece[:n] }); err != nil {
				t.Error(err)
			}
			again.Add(int64(s.again))
		})
	}
	wait.Wait()
	peak := memory(p.Pid(), "VmHWM")
	t.Logf("%d uploads of %d MB at once: %d MB resident before, %d MB at the most, %s, %d pieces sent again", count, mb, before, peak, time.Since(began).Round(time.Second), again.Load())
	if peak > 300 {
		t.Errorf("%d MB resident", peak)
	}
}
