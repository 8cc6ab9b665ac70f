package resumable

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"io"
	"log/slog"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"gotong/modules/kit/apperr"
	"gotong/modules/kit/blob/blobtest"
	"gotong/modules/kit/clock"
	"gotong/modules/kit/testkit"
	"gotong/modules/kit/testkit/effort"
)

type rig struct {
	*Store
	blobs *blobtest.Memory
	clock *clock.Fake
}

func newRig(t *testing.T) *rig {
	t.Helper()
	c := testkit.Clock()
	db := testkit.DBAt(t, c)
	blobs := blobtest.NewMemory(c)
	s := New(db, "uploads", "uploads/", blobs, c)
	if err := db.Start(t.Context()); err != nil {
		t.Fatal(err)
	}
	return &rig{s, blobs, c}
}

// twin is another replica on the same database and object store.
func (r *rig) twin() *rig {
	return &rig{newStore(r.state, r.prefix, r.Store.blobs, r.Store.clock), r.blobs, r.clock}
}

func bytesOf(n int) []byte {
	b := make([]byte, n)
	_, _ = rand.NewChaCha8([32]byte{byte(n)}).Read(b)
	return b
}

func sumOf(b []byte) string {
	sum := sha256.Sum256(b)
	return hex.EncodeToString(sum[:])
}

func (r *rig) begin(t *testing.T, id string, size int) {
	t.Helper()
	if err := r.Begin(t.Context(), Upload{ID: id, Owner: "a", For: "need:n1", Name: "x.pdf", Key: "files/" + id, Size: int64(size)}); err != nil {
		t.Fatal(err)
	}
}

// send goes on from where the upload stands until it is whole, asking after each failure as a sender does.
func (r *rig) send(t *testing.T, id string, content []byte, size int) {
	t.Helper()
	for tries := 0; tries < 400; tries++ {
		u, err := r.Get(t.Context(), id)
		if err != nil {
			continue
		}
		if u.Whole {
			return
		}
		if u.Offset == u.Size {
			_, _ = r.Complete(t.Context(), id)
			continue
		}
		piece := content[u.Offset:min(u.Offset+int64(size), u.Size)]
		if len(piece) > PieceMax {
			_, _ = r.AppendPart(t.Context(), id, u.Offset, bytes.NewReader(piece), int64(len(piece)))
			continue
		}
		_, _ = r.Append(t.Context(), id, u.Offset, bytes.NewReader(piece))
	}
	u, err := r.Get(t.Context(), id)
	t.Fatalf("not whole: %+v %v", u, err)
}

func (r *rig) holds(t *testing.T, id string, content []byte) {
	t.Helper()
	u, err := r.Get(t.Context(), id)
	if err != nil || !u.Whole || u.SHA256() != sumOf(content) {
		t.Fatalf("%v %+v, want %s", err, u, sumOf(content))
	}
	if !bytes.Equal(r.blobs.Content("files/"+id), content) {
		t.Fatal("the object holds something else")
	}
}

// left is what stays once the file was taken over: the object alone.
func (r *rig) left(t *testing.T, id string) {
	t.Helper()
	if err := r.Remove(t.Context(), id, false); err != nil {
		t.Fatal(err)
	}
	if keys := r.blobs.Keys(); len(keys) != 1 {
		t.Errorf("left behind: %v", keys)
	}
}

func TestFilesOfEverySize(t *testing.T) {
	for _, size := range []int{1, pieceMin, PieceMax, PieceMax + 1, joinAt - 1, joinAt, joinAt + 1, 2*joinAt + 5} {
		r := newRig(t)
		content := bytesOf(size)
		r.begin(t, "u", size)
		r.send(t, "u", content, PieceMax)
		r.holds(t, "u", content)
		r.left(t, "u")
	}
}

// On a fast line each request is a part, also after small ones and before a short last one; of twins with the same bytes,
// cut differently, each is taken once.
func TestLargePieces(t *testing.T) {
	for _, size := range []int{PieceMax + 1, PartMax, PartMax + 1, 2*PartMax + PieceMax + 3, 3 * PartMax} {
		r := newRig(t)
		content := bytesOf(size)
		r.begin(t, "u", size)
		r.send(t, "u", content, PartMax)
		r.holds(t, "u", content)
		r.left(t, "u")
	}
	r := newRig(t)
	content := bytesOf(3*PartMax + 11)
	r.begin(t, "u", len(content))
	for range 2 {
		u, err := r.Get(t.Context(), "u")
		if err != nil {
			t.Fatal(err)
		}
		if _, err := r.Append(t.Context(), "u", u.Offset, bytes.NewReader(content[u.Offset:u.Offset+pieceMin])); err != nil {
			t.Fatal(err)
		}
	}
	var wait sync.WaitGroup
	for i, replica := range []*rig{r, r.twin(), r.twin()} {
		wait.Go(func() { replica.send(t, "u", content, []int{PartMax, 6 << 20, PieceMax}[i]) })
	}
	wait.Wait()
	r.holds(t, "u", content)
	r.left(t, "u")
	r.begin(t, "v", len(content))
	for _, n := range []int{PieceMax + 1, PartMax + 1} { // too few for a part, too many for a request
		if _, err := r.AppendPart(t.Context(), "v", 0, bytes.NewReader(content[:n]), int64(n)); !apperr.Is(err, apperr.BadRequest) {
			t.Errorf("%d bytes: %v", n, err)
		}
	}
	if _, err := r.AppendPart(t.Context(), "v", 1, bytes.NewReader(content[1:PartMax]), PartMax-1); !apperr.Is(err, apperr.Conflict) {
		t.Errorf("elsewhere: %v", err)
	}
}

// An upload that broke off is gone on with the next day, on another replica, by requests of another size.
func TestGoesOnTheNextDay(t *testing.T) {
	r := newRig(t)
	content := bytesOf(2*PartMax + 3*PieceMax + 5)
	r.begin(t, "u", len(content))
	for at := 0; at < 10*PieceMax; at += PieceMax {
		if _, err := r.Append(t.Context(), "u", int64(at), bytes.NewReader(content[at:at+PieceMax])); err != nil {
			t.Fatal(err)
		}
	}
	r.clock.Advance(26 * time.Hour)
	if _, err := r.Sweep(t.Context()); err != nil {
		t.Fatal(err)
	}
	other := r.twin()
	if u, err := other.Get(t.Context(), "u"); err != nil || u.Offset != 10*PieceMax {
		t.Fatalf("%+v %v", u, err)
	}
	other.send(t, "u", content, PartMax)
	r.holds(t, "u", content)
	r.left(t, "u")
}

// Every step of every request is broken once; what the sender does then is ask and go on. Another replica takes over
// half of the requests.
func TestBrokenAtEveryStep(t *testing.T) {
	points := []string{"put before", "put after", "get before", "begin parts before", "begin parts after", "put part before", "put part after",
		"finish parts before", "finish parts after", "stat before", "delete before", "delete after"}
	content := bytesOf(joinAt + 2*PieceMax + 7)
	times := 2
	if effort.Small() {
		times = 1
	}
	for i, size := range []int{3*PieceMax + 1, len(content), len(content)} {
		for _, point := range points {
			for nth := range times {
				r := newRig(t)
				other := r.twin()
				r.begin(t, "u", size)
				seen := 0
				r.blobs.Fail = func(at string) error {
					if at == point {
						if seen++; seen == nth+1 {
							return errors.New("broken by the test")
						}
					}
					return nil
				}
				for n := 0; n < []int{12, 12, 3}[i]; n++ {
					one := []*rig{r, other}[n%2]
					if u, err := one.Get(t.Context(), "u"); err == nil && u.Offset < u.Size {
						_, _ = one.Append(t.Context(), "u", u.Offset, bytes.NewReader(content[u.Offset:min(u.Offset+PieceMax, u.Size)]))
					}
				}
				other.send(t, "u", content[:size], []int{PieceMax, PieceMax, PartMax}[i])
				r.blobs.Fail = nil
				r.clock.Advance(time.Hour)
				if _, err := r.Sweep(t.Context()); err != nil {
					t.Fatal(err)
				}
				if u, err := r.Get(t.Context(), "u"); err != nil || u.SHA256() != sumOf(content[:size]) || !bytes.Equal(r.blobs.Content("files/u"), content[:size]) {
					t.Fatalf("%s, time %d, %d bytes: %v", point, nth, size, err)
				}
			}
		}
	}
}

// Two tabs send the same file to two replicas at once.
func TestTwoSendersAtOnce(t *testing.T) {
	r := newRig(t)
	content := bytesOf(2*joinAt + 9)
	r.begin(t, "u", len(content))
	var wait sync.WaitGroup
	for _, one := range []*rig{r, r.twin()} {
		wait.Go(func() { one.send(t, "u", content, PieceMax) })
	}
	wait.Wait()
	if u, err := r.Get(t.Context(), "u"); err != nil || u.SHA256() != sumOf(content) || !bytes.Equal(r.blobs.Content("files/u"), content) {
		t.Fatal(err, u.Offset)
	}
}

func TestRefusals(t *testing.T) {
	r := newRig(t)
	content := bytesOf(2 * PieceMax)
	r.begin(t, "u", len(content))
	for name, c := range map[string]struct {
		id     string
		offset int64
		n      int
		kind   apperr.Kind
	}{
		"unknown": {"nothing", 0, PieceMax, apperr.NotFound}, "elsewhere": {"u", 5, PieceMax, apperr.Conflict}, "empty": {"u", 0, 0, apperr.BadRequest},
		"small": {"u", 0, pieceMin - 1, apperr.BadRequest}, "large": {"u", 0, PieceMax + 1, apperr.BadRequest},
	} {
		if _, err := r.Append(t.Context(), c.id, c.offset, bytes.NewReader(content[:c.n])); !apperr.Is(err, c.kind) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if _, err := r.Append(t.Context(), "u", 0, bytes.NewReader(content[:PieceMax])); err != nil {
		t.Fatal(err)
	}
	if _, err := r.Append(t.Context(), "u", PieceMax, bytes.NewReader(append(content[PieceMax:], 1))); !apperr.Is(err, apperr.BadRequest) {
		t.Error("more than was said:", err)
	}
	if _, err := r.Complete(t.Context(), "u"); !apperr.Is(err, apperr.Conflict) {
		t.Error("half of it is complete:", err)
	}
	if err := r.Begin(t.Context(), Upload{ID: "u", Key: "k", Size: 1}); !apperr.Is(err, apperr.Conflict) {
		t.Error("begun twice:", err)
	}
	if err := r.Begin(t.Context(), Upload{ID: "v", Key: "k"}); !apperr.Is(err, apperr.BadRequest) {
		t.Error("without size:", err)
	}
}

// What has waited too long is swept; what can be resumed stays, and a broken listing removes nothing.
func TestSweep(t *testing.T) {
	r := newRig(t)
	content := bytesOf(joinAt + PieceMax)
	r.begin(t, "old", len(content)+PieceMax)
	for at := 0; at < len(content); at += PieceMax {
		if _, err := r.Append(t.Context(), "old", int64(at), bytes.NewReader(content[at:at+PieceMax])); err != nil {
			t.Fatal(err)
		}
	}
	r.clock.Advance(Kept - time.Hour)
	r.begin(t, "young", len(content))
	if _, err := r.Append(t.Context(), "young", 0, bytes.NewReader(content[:PieceMax])); err != nil {
		t.Fatal(err)
	}
	if n, err := r.Sweep(t.Context()); n != 0 || err != nil {
		t.Fatal("swept too early:", n, err)
	}
	r.clock.Advance(2 * time.Hour)
	r.blobs.Fail = func(at string) error {
		if at == "list after" {
			return errors.New("broken by the test")
		}
		return nil
	}
	if n, err := r.Sweep(t.Context()); n != 0 || err == nil {
		t.Fatal("swept by half a listing:", n, err)
	}
	r.blobs.Fail = nil
	if n, err := r.Sweep(t.Context()); n != 3 || err != nil { // its piece, the note and the parts
		t.Fatal(n, err)
	}
	if keys := r.blobs.Keys(); len(keys) != 1 || !strings.HasPrefix(keys[0], "uploads/young/") {
		t.Error(keys)
	}
	if err := r.Remove(t.Context(), "young", true); err != nil || len(r.blobs.Keys()) != 0 {
		t.Error(err, r.blobs.Keys())
	}
}

// A server may drop what was begun in parts, as MinIO does after a day: the sender then learns that it must begin anew.
func TestServerDropsParts(t *testing.T) {
	content := bytesOf(2*joinAt + 3)
	for _, until := range []int{joinAt, 2 * joinAt} { // the next part is refused, or the end
		r := newRig(t)
		r.begin(t, "u", len(content))
		at := 0
		step := func() error {
			n, err := r.Append(t.Context(), "u", int64(at), bytes.NewReader(content[at:min(at+PieceMax, len(content))]))
			at += int(n)
			return err
		}
		for at < until {
			if err := step(); err != nil {
				t.Fatal(err)
			}
		}
		u, err := r.Get(t.Context(), "u")
		if err != nil || u.Begin == "" {
			t.Fatal(err, u)
		}
		if err := r.blobs.DropParts(t.Context(), u.Key, u.Begin); err != nil {
			t.Fatal(err)
		}
		for err = nil; err == nil && at < len(content); {
			err = step()
		}
		if !apperr.Is(err, apperr.NotFound) {
			t.Errorf("after %d bytes: %v", until, err)
		}
		if keys := r.blobs.Keys(); len(keys) != 0 {
			t.Errorf("left behind: %v", keys)
		}
		r.begin(t, "u", len(content))
		r.send(t, "u", content, PieceMax)
		r.holds(t, "u", content)
		r.left(t, "u")
	}
}

// Over HTTP as tus-js-client speaks: create, send, ask, go on, remove.
func TestTusProtocol(t *testing.T) {
	r := newRig(t)
	tus, err := NewTus(r.Store, "/uploads/", 3*PieceMax, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	var arrival Arrival
	refuse := error(nil)
	create := tus.Create(func(ctx context.Context, a Arrival) (string, error) {
		arrival = a
		if refuse != nil {
			return "", refuse
		}
		return "u1", r.Begin(ctx, Upload{ID: "u1", Key: "files/u1", Size: a.Size})
	})
	do := func(h http.Handler, method, path string, body []byte, headers ...string) *httptest.ResponseRecorder {
		req := httptest.NewRequestWithContext(t.Context(), method, "http://example.org"+path, bytes.NewReader(body))
		req.Header.Set("Tus-Resumable", "1.0.0")
		for i := 0; i < len(headers); i += 2 {
			req.Header.Set(headers[i], headers[i+1])
		}
		w := httptest.NewRecorder()
		h.ServeHTTP(w, req)
		return w
	}
	content := bytesOf(PieceMax + 10)
	length := "1048586"
	made := do(create, "POST", "/uploads", nil, "Upload-Length", length, "Upload-Metadata", "filename bGFwb3Jhbi5wZGY=,for bmVlZDpuMQ==")
	if made.Code != 201 || !strings.HasSuffix(made.Header().Get("Location"), "/uploads/u1") || arrival != (Arrival{"laporan.pdf", "need:n1", int64(len(content))}) {
		t.Fatal(made.Code, made.Header(), arrival)
	}
	patch := func(offset string, b []byte) *httptest.ResponseRecorder {
		return do(tus.Append(), "PATCH", "/uploads/u1", b, "Upload-Offset", offset, "Content-Type", "application/offset+octet-stream")
	}
	if got := patch("0", content[:PieceMax]); got.Code != 204 || got.Header().Get("Upload-Offset") != "1048576" {
		t.Fatal(got.Code, got.Header())
	}
	if got := patch("0", content[:PieceMax]); got.Code != 409 {
		t.Error("again from the start:", got.Code)
	}
	if got := do(tus.State(), "HEAD", "/uploads/u1", nil); got.Code != 200 || got.Header().Get("Upload-Offset") != "1048576" || got.Header().Get("Cache-Control") != "no-store" {
		t.Error(got.Code, got.Header())
	}
	if got := patch("1048576", content[PieceMax:]); got.Code != 204 {
		t.Fatal(got.Code)
	}
	r.holds(t, "u1", content)
	if got := do(tus.Remove(), "DELETE", "/uploads/u1", nil); got.Code != 204 || len(r.blobs.Keys()) != 0 {
		t.Error(got.Code, r.blobs.Keys())
	}
	for _, c := range []struct {
		method  string
		handler http.Handler
	}{{"HEAD", tus.State()}, {"DELETE", tus.Remove()}} {
		if got := do(c.handler, c.method, "/uploads/u1", nil); got.Code != 404 {
			t.Error(c.method, got.Code)
		}
	}
	if got := do(create, "POST", "/uploads", nil, "Upload-Length", "9999999"); got.Code != 413 {
		t.Error("too large:", got.Code)
	}
	if got := do(create, "POST", "/uploads", nil, "Upload-Defer-Length", "1"); got.Code == 201 {
		t.Error("of unknown length:", got.Code)
	}
	refuse = apperr.New(apperr.Forbidden, "error.forbidden")
	if got := do(create, "POST", "/uploads", nil, "Upload-Length", "10"); got.Code != 403 {
		t.Error("refused:", got.Code)
	}
	body, _ := io.ReadAll(do(create, "POST", "/uploads", nil, "Upload-Length", "10").Body)
	if strings.Contains(string(body), "error.forbidden") {
		t.Errorf("inner words go out: %s", body)
	}
}
