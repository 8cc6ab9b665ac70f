package s3

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"log/slog"
	"mime/multipart"
	"net"
	"net/http"
	"strings"
	"testing"

	"github.com/gofiber/fiber/v2"

	"gotong/modules/documents"
	"gotong/modules/domain"
	"gotong/modules/kit/i18n"
	"gotong/modules/kit/testkit"
	"gotong/modules/kit/web"
	"gotong/views"
)

// library is the document module on the embedded store behind a real listener.
func library(t testing.TB, s *Server) (address string) {
	t.Helper()
	store := open(t, s)
	if err := store.Ensure(t.Context()); err != nil {
		t.Fatal(err)
	}
	bundle, err := i18n.Load(views.FS, "locales")
	if err != nil {
		t.Fatal(err)
	}
	engine, err := web.NewEngine(views.FS, bundle, web.EngineOptions{})
	if err != nil {
		t.Fatal(err)
	}
	c := testkit.Clock()
	db := testkit.DBAt(t, c)
	log := slog.New(slog.DiscardHandler)
	m := documents.New(documents.Deps{DB: db, Blobs: store, Views: engine, Clock: c, Log: log, Organizations: nobody{},
		Resolvers: map[string]domain.Resolver{domain.KindNeed: openNeed{}}})
	if err := db.Start(t.Context()); err != nil {
		t.Fatal(err)
	}
	app := fiber.New(fiber.Config{Immutable: true, BodyLimit: 40 << 20, DisableStartupMessage: true, ErrorHandler: web.ErrorHandler(engine, log)})
	app.Use(web.Locale(bundle), func(c *fiber.Ctx) error {
		web.Put(c, domain.Actor{Account: "clerk"})
		return c.Next()
	})
	m.Routes(app)
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	go func() { _ = app.Listener(l) }()
	t.Cleanup(func() { _ = app.Shutdown() })
	return "http://" + l.Addr().String()
}

type openNeed struct{}

func (openNeed) Kind() string { return domain.KindNeed }

func (openNeed) Resolve(_ context.Context, _ domain.Actor, id string) (domain.Resolved, error) {
	return domain.Resolved{Ref: domain.Ref{Kind: domain.KindNeed, ID: id}, Title: "Kebutuhan", Path: "/needs/" + id, Public: true, MayAttach: true}, nil
}

type nobody struct{}

func (nobody) Briefs(context.Context, []domain.OrganizationID) (map[domain.OrganizationID]domain.OrganizationBrief, error) {
	return nil, nil
}

func upload(t testing.TB, address, operation string, content []byte) (path string) {
	t.Helper()
	var body bytes.Buffer
	w := multipart.NewWriter(&body)
	for name, value := range map[string]string{"_op": operation, "for": "need:n1", "type": "report", "visibility": "public", "language": "id"} {
		_ = w.WriteField(name, value)
	}
	part, err := w.CreateFormFile("file", "laporan.txt")
	if err != nil {
		t.Fatal(err)
	}
	_, _ = part.Write(content)
	w.Close()
	client := &http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	res, err := client.Post(address+"/documents", w.FormDataContentType(), &body)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	if res.StatusCode != http.StatusSeeOther {
		text, _ := io.ReadAll(res.Body)
		t.Fatalf("upload: %d %.500s", res.StatusCode, text)
	}
	return res.Header.Get("Location")
}

func download(t testing.TB, address, rang string) (*http.Response, []byte) {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, address, nil)
	if err != nil {
		t.Fatal(err)
	}
	if rang != "" {
		req.Header.Set("Range", rang)
	}
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	body, err := io.ReadAll(res.Body)
	if err != nil {
		t.Fatal(err)
	}
	return res, body
}

// A file of 30 MB goes through the portal into the store and back, in two halves, and outlives a restart of the store.
func TestDocumentThroughThePortal(t *testing.T) {
	s := start(t, Config{Folder: t.TempDir()})
	address := library(t, s)
	content := []byte(strings.Repeat("Baris laporan tahunan, tanpa nama warga.\n", 30<<20/41))
	path := upload(t, address, "op1", content)
	if again := upload(t, address, "op1", content); again != path {
		t.Errorf("the same form gave %s and %s", path, again)
	}
	half := len(content) / 2
	res, first := download(t, address+path+"/file", fmt.Sprintf("bytes=0-%d", half-1))
	_, second := download(t, address+path+"/file", fmt.Sprintf("bytes=%d-", half))
	sum := sha256.Sum256(append(first, second...))
	if res.StatusCode != http.StatusPartialContent || res.Header.Get("ETag") != `"`+hex.EncodeToString(sum[:])+`"` || !bytes.Equal(append(first, second...), content) {
		t.Errorf("%d, %d and %d bytes", res.StatusCode, len(first), len(second))
	}
	if head, err := http.Head(address + path + "/file"); err != nil || head.ContentLength != int64(len(content)) {
		t.Errorf("head: %v, %v", head, err)
	}

	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	if res, _ := download(t, address+path+"/file", ""); res.StatusCode != http.StatusServiceUnavailable {
		t.Errorf("with the store down: %d", res.StatusCode)
	}
	if res, _ := download(t, address+path, ""); res.StatusCode != http.StatusOK {
		t.Errorf("the page with the store down: %d", res.StatusCode)
	}
}
