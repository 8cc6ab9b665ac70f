package resumable

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"strconv"
	"time"

	"github.com/tus/tusd/v2/pkg/handler"
	xslog "golang.org/x/exp/slog"

	"gotong/modules/kit/apperr"
)

// Arrival is what a sender says of a file before it comes.
type Arrival struct {
	Name, For string
	Size      int64
}

// Tus speaks the tus protocol (1.0.0: creation and termination) for a Store. Each request gets a context of its own that
// ends with it: tusd waits for that end in goroutines, and behind an adaptor the request's own context outlives it.
type Tus struct {
	routes  *handler.UnroutedHandler
	address string
}

type (
	beginKey  struct{}
	lengthKey struct{} // of how many bytes a request brings
)

// begin decides about an arrival and notes it; it gives the upload's id.
type begin func(ctx context.Context, a Arrival) (id string, err error)

// NewTus makes the handlers under an address that ends in a slash.
func NewTus(s *Store, address string, maxSize int64, log *slog.Logger) (*Tus, error) {
	composer := handler.NewStoreComposer()
	data := tusStore{s}
	composer.UseCore(data)
	composer.UseTerminater(data)
	quiet := xslog.New(xslog.NewTextHandler(io.Discard, &xslog.HandlerOptions{Level: xslog.LevelError + 1})) // each request is in the portal's own log
	h, err := handler.NewUnroutedHandler(handler.Config{
		StoreComposer: composer, BasePath: address, MaxSize: maxSize, DisableDownload: true, DisableConcatenation: true,
		GracefulRequestCompletionTimeout: time.Millisecond,
		Cors:                             &handler.CorsConfig{Disable: true}, Logger: quiet,
		PreUploadCreateCallback: func(e handler.HookEvent) (handler.HTTPResponse, handler.FileInfoChanges, error) {
			start, _ := e.Context.Value(beginKey{}).(begin)
			if start == nil || e.Upload.SizeIsDeferred {
				return handler.HTTPResponse{}, handler.FileInfoChanges{}, handler.ErrInvalidUploadLength
			}
			id, err := start(e.Context, Arrival{Name: e.Upload.MetaData["filename"], For: e.Upload.MetaData["for"], Size: e.Upload.Size})
			if err != nil && apperr.KindOf(err) == apperr.Unavailable {
				log.ErrorContext(e.Context, "an upload cannot begin", "error", err)
			}
			return handler.HTTPResponse{}, handler.FileInfoChanges{ID: id}, inTus(err)
		},
	})
	if err != nil {
		return nil, err
	}
	return &Tus{routes: h, address: address}, nil
}

// Create answers POST: start decides and notes.
func (t *Tus) Create(start func(ctx context.Context, a Arrival) (string, error)) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		ctx, cancel := context.WithCancel(context.WithValue(context.Background(), beginKey{}, begin(start)))
		defer cancel()
		r = r.WithContext(ctx)
		if r.Header.Get("Content-Type") == "application/offset+octet-stream" {
			r.Header.Del("Content-Type") // bytes with the creation are not taken: they come by PATCH
		}
		t.routes.Middleware(http.HandlerFunc(t.routes.PostFile)).ServeHTTP(w, r)
	})
}

// of answers for the upload that the address names.
func (t *Tus) of(fn http.HandlerFunc) http.Handler {
	h := http.StripPrefix(t.address, t.routes.Middleware(fn))
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		ctx, cancel := context.WithCancel(context.WithValue(context.Background(), lengthKey{}, r.ContentLength))
		defer cancel()
		h.ServeHTTP(w, r.WithContext(ctx))
	})
}

// State answers HEAD.
func (t *Tus) State() http.Handler { return t.of(t.routes.HeadFile) }

// Append answers PATCH.
func (t *Tus) Append() http.Handler { return t.of(t.routes.PatchFile) }

// Remove answers DELETE.
func (t *Tus) Remove() http.Handler { return t.of(t.routes.DelFile) }

// tusStore is a Store as tusd sees it.
type tusStore struct{ *Store }

var (
	_ handler.DataStore           = tusStore{}
	_ handler.TerminaterDataStore = tusStore{}
)

// NewUpload finds the upload that the callback noted.
func (s tusStore) NewUpload(ctx context.Context, info handler.FileInfo) (handler.Upload, error) {
	return s.GetUpload(ctx, info.ID)
}

// GetUpload finds an upload.
func (s tusStore) GetUpload(ctx context.Context, id string) (handler.Upload, error) {
	u, err := s.Get(ctx, id)
	return &tusUpload{store: s.Store, u: u}, inTus(err)
}

// AsTerminatableUpload lets an upload be removed.
func (s tusStore) AsTerminatableUpload(u handler.Upload) handler.TerminatableUpload {
	return u.(*tusUpload) //nolint:forcetypeassert // made above
}

type tusUpload struct {
	store *Store
	u     Upload
}

// GetInfo tells how far it is.
func (u *tusUpload) GetInfo(context.Context) (handler.FileInfo, error) {
	return handler.FileInfo{ID: u.u.ID, Size: u.u.Size, Offset: u.u.Offset}, nil
}

// WriteChunk keeps the bytes of a request, all or none.
func (u *tusUpload) WriteChunk(ctx context.Context, offset int64, src io.Reader) (int64, error) {
	length, _ := ctx.Value(lengthKey{}).(int64)
	add := func() (int64, error) { return u.store.Append(ctx, u.u.ID, offset, src) }
	if length > PieceMax {
		add = func() (int64, error) { return u.store.AppendPart(ctx, u.u.ID, offset, src, length) }
	}
	n, err := add()
	if err != nil {
		return 0, inTus(err)
	}
	return n, nil
}

// FinishUpload puts the file together.
func (u *tusUpload) FinishUpload(ctx context.Context) error {
	_, err := u.store.Complete(ctx, u.u.ID)
	return inTus(err)
}

// GetReader is never asked for: files are read as documents only.
func (u *tusUpload) GetReader(context.Context) (io.ReadCloser, error) {
	return nil, errors.ErrUnsupported
}

// Terminate forgets it.
func (u *tusUpload) Terminate(ctx context.Context) error {
	return inTus(u.store.Remove(ctx, u.u.ID, true))
}

// inTus gives an error the status that the protocol has for it, and no more words than a code.
func inTus(err error) error {
	if err == nil {
		return nil
	}
	status := map[apperr.Kind]int{
		apperr.BadRequest: http.StatusBadRequest, apperr.Invalid: http.StatusUnprocessableEntity, apperr.SignIn: http.StatusUnauthorized,
		apperr.Forbidden: http.StatusForbidden, apperr.NotFound: http.StatusNotFound, apperr.Conflict: http.StatusConflict,
		apperr.TooLarge: http.StatusRequestEntityTooLarge, apperr.TooMany: http.StatusTooManyRequests, apperr.Unavailable: http.StatusServiceUnavailable,
	}[apperr.KindOf(err)]
	if status == 0 {
		status = http.StatusInternalServerError
	}
	return handler.NewError("ERR_"+strconv.Itoa(status), http.StatusText(status), status)
}
