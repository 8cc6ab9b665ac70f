package program_test

import (
	"bytes"
	"context"
	"crypto/sha256"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/minio/minio-go/v7"
	"github.com/minio/minio-go/v7/pkg/credentials"

	"gotong/app/embedded/oidc"
	"gotong/app/embedded/s3"
	"gotong/app/program"
	"gotong/modules/kit/resumable"
	"gotong/modules/kit/store"
	"gotong/modules/kit/testkit"
)

// BenchmarkFiles sends and fetches 100 MB through the portal, by one person over HTTP as the upload page does, and with a
// bare minio-go client straight at the same store, in turn: the embedded one, or the server that GOTONG_TEST_S3_ENDPOINT
// names. Both fetch once the portal has read the text out of what it was sent; the bare client fetches the object that the portal
// stored, and one that was put in one part, which servers read faster. It reports how many times as fast the portal was as the bare client, and where an upload's time went: pieces
// (receiving them, their SHA-256, storing and joining them), saving (the form: type, text, personal numbers, SHA-256
// again), and for comparison the SHA-256 of 100 MB and 100 puts of 1 MiB by the bare client.
//
//	go test -run '^$' -bench Files -benchtime 5x ./app/program
func BenchmarkFiles(b *testing.B) {
	const size = 100 << 20
	data, listen := filepath.Join(b.TempDir(), "data"), testkit.FreeAddress(b)
	var p *program.Process
	bare, bucket := realStore(b)
	if bare != nil {
		p = program.Start(b, data, listen, "GOTONG_STORAGE_ENGINE=s3", "GOTONG_STORAGE_ENDPOINT="+bare.EndpointURL().Host, "GOTONG_STORAGE_BUCKET="+bucket,
			"GOTONG_STORAGE_ACCESS_KEY="+os.Getenv("GOTONG_TEST_S3_ACCESS_KEY"), "GOTONG_STORAGE_SECRET_KEY="+os.Getenv("GOTONG_TEST_S3_SECRET_KEY"))
	} else {
		p = program.Start(b, data, listen)
		bare, bucket = embeddedStore(b, data), "gotong"
	}
	b.Cleanup(func() { p.End(syscall.SIGTERM) })
	person := signedSender(b, "http://"+listen)
	person.piece = resumable.PartMax // as on a fast line
	content := make([]byte, 0, size+100)
	took := map[string]time.Duration{}
	timed := func(name string, fn func() error) {
		begin := time.Now()
		if err := fn(); err != nil {
			b.Fatalf("%s: %v", name, err)
		}
		took[name] += time.Since(begin)
	}
	rounds := 0
	for b.Loop() {
		rounds++
		content = content[:0]
		for i := 0; len(content) < size; i++ { // another content each time: the same is stored once
			content = fmt.Appendf(content, "Baris %d dari putaran %d laporan tahunan: tandon air di dusun, tanpa nama warga.\n", i, rounds)
		}
		content = content[:size]
		timed("bare put", func() error {
			_, err := bare.PutObject(b.Context(), bucket, "bench/whole", bytes.NewReader(content), size, minio.PutObjectOptions{DisableMultipart: true})
			return err
		})
		timed("bare 1 MiB puts", func() error {
			for at := 0; at < size; at += resumable.PieceMax {
				_, err := bare.PutObject(b.Context(), bucket, fmt.Sprintf("bench/%d", at), bytes.NewReader(content[at:at+resumable.PieceMax]), resumable.PieceMax, minio.PutObjectOptions{})
				if err != nil {
					return err
				}
			}
			return nil
		})
		timed("SHA-256", func() error { sha256.Sum256(content); return nil })
		var upload, document string
		timed("pieces", func() (err error) {
			upload, err = person.sendAll(content)
			return err
		})
		timed("saving", func() (err error) {
			document, err = person.save(upload)
			return err
		})
		rested(b, p.Pid()) // it reads the text out of what it was given
		for name, key := range map[string]string{"bare get": newest(b, bare, bucket, size), "bare get of one part": "bench/whole"} {
			timed(name, func() error { return drain(bare.GetObject(b.Context(), bucket, key, minio.GetObjectOptions{})) })
		}
		timed("portal get", func() error {
			req, err := http.NewRequestWithContext(b.Context(), http.MethodGet, person.base+document+"/file", nil)
			if err != nil {
				return err
			}
			req.Header.Set("Cookie", person.cookie)
			res, err := person.client.Do(req)
			if err != nil {
				return err
			}
			if res.StatusCode != http.StatusOK || res.ContentLength != size {
				return fmt.Errorf("%s, %d bytes", res.Status, res.ContentLength)
			}
			return drain(res.Body, nil)
		})
	}
	seconds := func(name string) float64 { return took[name].Seconds() / float64(rounds) }
	b.ReportMetric(seconds("bare get")/seconds("portal get"), "download-times-bare")
	b.ReportMetric(seconds("bare get of one part")/seconds("portal get"), "download-times-bare-of-one-part")
	b.ReportMetric(seconds("bare put")/(seconds("pieces")+seconds("saving")), "upload-times-bare")
	for name, unit := range map[string]string{"bare put": "s-bare-put", "bare get": "s-bare-get", "bare 1 MiB puts": "s-bare-pieces", "SHA-256": "s-sha256", "pieces": "s-pieces", "saving": "s-saving", "portal get": "s-portal-get", "bare get of one part": "s-bare-get-of-one-part"} {
		b.ReportMetric(seconds(name), unit)
	}
	b.ReportMetric(0, "ns/op")
}

// newest is the newest object of that size which the portal stored.
func newest(b *testing.B, bare *minio.Client, bucket string, size int64) string {
	b.Helper()
	var found minio.ObjectInfo
	for o := range bare.ListObjects(b.Context(), bucket, minio.ListObjectsOptions{Recursive: true}) {
		if o.Err != nil {
			b.Fatal(o.Err)
		}
		if o.Size == size && !strings.HasPrefix(o.Key, "bench/") && o.LastModified.After(found.LastModified) {
			found = o
		}
	}
	return found.Key
}

// rested waits until a process, by its number, does nothing that is worth speaking of.
func rested(b *testing.B, number int) {
	b.Helper()
	used := func() (ticks int64) {
		stat, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", number))
		if err != nil {
			b.Skip(err)
		}
		fields := strings.Fields(string(stat[bytes.LastIndexByte(stat, ')'):]))
		for _, field := range fields[12:14] { // user and system time, in hundredths of a second
			n, err := strconv.ParseInt(field, 10, 64)
			if err != nil {
				b.Fatal(err)
			}
			ticks += n
		}
		return ticks
	}
	for before, deadline := used(), time.Now().Add(time.Minute); time.Now().Before(deadline); {
		time.Sleep(500 * time.Millisecond)
		now := used()
		if now-before <= 2 {
			return
		}
		before = now
	}
	b.Fatal("the portal is busy for a minute")
}

// realStore is a bare client of the server that GOTONG_TEST_S3_ENDPOINT names, and a bucket for this run; nil without one.
func realStore(t testing.TB) (client *minio.Client, bucket string) {
	t.Helper()
	endpoint := os.Getenv("GOTONG_TEST_S3_ENDPOINT")
	if endpoint == "" {
		return nil, ""
	}
	return bareClient(t, endpoint, os.Getenv("GOTONG_TEST_S3_ACCESS_KEY"), os.Getenv("GOTONG_TEST_S3_SECRET_KEY")), "gotong-bench-" + store.NewID()[:12]
}

// embeddedStore is a bare client of the store that a portal with that data folder runs.
func embeddedStore(t testing.TB, data string) *minio.Client {
	t.Helper()
	joined, err := s3.Start(t.Context(), s3.Config{Folder: filepath.Join(data, "objects")})
	if err != nil || !joined.Joined() {
		t.Fatal(err, "the portal's store is not joined")
	}
	where := joined.Blob("gotong")
	return bareClient(t, where.Endpoint, where.AccessKey, where.SecretKey)
}

func bareClient(t testing.TB, endpoint, access, secret string) *minio.Client {
	t.Helper()
	transport := &http.Transport{DisableCompression: true}
	if socket, unix := strings.CutPrefix(endpoint, "unix:"); unix {
		endpoint = "localhost"
		transport.DialContext = func(ctx context.Context, _, _ string) (net.Conn, error) {
			return (&net.Dialer{}).DialContext(ctx, "unix", socket)
		}
	}
	client, err := minio.New(endpoint, &minio.Options{Creds: credentials.NewStaticV4(access, secret, ""), Transport: transport})
	if err != nil {
		t.Fatal(err)
	}
	return client
}

func drain(r io.ReadCloser, err error) error {
	if err != nil {
		return err
	}
	_, err = io.Copy(io.Discard, r)
	_ = r.Close()
	return err
}

// sendAll sends a content in pieces and gives the upload's id.
func (s *sender) sendAll(content []byte) (string, error) {
	at, err := s.upload(len(content), func(offset, n int) []byte { return content[offset : offset+n] })
	return at[strings.LastIndexByte(at, '/')+1:], err
}

// save sends the form and gives the document's address.
func (s *sender) save(upload string) (string, error) {
	form := url.Values{"_csrf": {s.token}, "_op": {upload}, "for": {"organization:" + oidc.OrgUniv}, "type": {"report"}, "visibility": {"public"}, "language": {"id"}, "upload": {upload}}
	client := s.client
	client.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	req, err := http.NewRequest(http.MethodPost, s.base+"/documents", strings.NewReader(form.Encode()))
	if err != nil {
		return "", err
	}
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	req.Header.Set("Cookie", s.cookie)
	req.Header.Set("Origin", s.base)
	res, err := client.Do(req)
	if err != nil {
		return "", err
	}
	defer res.Body.Close()
	if res.StatusCode != http.StatusSeeOther {
		said, _ := io.ReadAll(io.LimitReader(res.Body, 4000))
		return "", fmt.Errorf("%s: %s", res.Status, said)
	}
	return res.Header.Get("Location"), nil
}
