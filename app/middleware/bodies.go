package middleware

import (
	"bytes"
	"errors"
	"io"
	"strings"

	"github.com/valyala/fasthttp"

	"gotong/modules/kit/web"
)

// Bodies says how much a request may bring, in bytes.
type Bodies struct {
	Form  int // of a POST
	Piece int // of a PATCH that brings a piece of a file, which the portal reads by itself as it comes
	Other int // of everything else
}

// believed is how much room a request gets on its word alone.
const believed = 64 << 10

// epilogueMax is what may stand behind the last part of a form with files.
const epilogueMax = 4 << 10

// Guard stands in front of a server that streams what requests bring (StreamRequestBody, DisablePreParseMultipartForm). It
// reads a request whole, as without streaming, before its handler sees it; a piece of a file is left to web.Streamed. fasthttp
// itself neither bounds a stream nor reads what is left of it, and would take that for the next request: here the
// connection is closed. The server's ErrorHandler writes the refusals.
func (b Bodies) Guard(server *fasthttp.Server) {
	next, refuse := server.Handler, server.ErrorHandler
	server.HeaderReceived = func(h *fasthttp.RequestHeader) (config fasthttp.RequestConfig) {
		if h.ContentLength() > b.limit(h) {
			config.MaxRequestBodySize = 1 // it is refused below, without waiting for more of it
		}
		return config
	}
	server.Handler = func(ctx *fasthttp.RequestCtx) {
		length, limit := ctx.Request.Header.ContentLength(), b.limit(&ctx.Request.Header)
		switch {
		case !ctx.Request.IsBodyStream():
			next(ctx)
		case isPiece(&ctx.Request.Header) && length >= 0 && length <= limit:
			if whole := web.Streamed(ctx, length, next); !whole {
				ctx.SetConnectionClose()
			}
		default:
			if err := whole(ctx, length, limit); err != nil {
				refuse(ctx, err)
				ctx.SetConnectionClose()
				return
			}
			next(ctx)
		}
	}
}

// limit is how much a request may bring.
func (b Bodies) limit(h *fasthttp.RequestHeader) int {
	switch {
	case h.IsPost():
		return b.Form
	case isPiece(h):
		return b.Piece
	}
	return b.Other
}

func isPiece(h *fasthttp.RequestHeader) bool {
	return string(h.Method()) == fasthttp.MethodPatch && strings.HasPrefix(string(h.RequestURI()), "/uploads/") && string(h.ContentType()) == "application/offset+octet-stream"
}

// whole reads what a request brings, files of a form to the disk as fasthttp does.
func whole(ctx *fasthttp.RequestCtx, length, limit int) error {
	if length > limit {
		return fasthttp.ErrBodyTooLarge
	}
	req := &ctx.Request
	if length > 0 && len(req.Header.MultipartFormBoundary()) > 0 && len(req.Header.ContentEncoding()) == 0 {
		if _, err := req.MultipartForm(); err != nil {
			return err
		}
		n, err := io.CopyN(io.Discard, req.BodyStream(), epilogueMax)
		if err == nil && n == epilogueMax {
			return errors.New("too much behind a form")
		}
		if !errors.Is(err, io.EOF) {
			return err
		}
		return nil
	}
	var body bytes.Buffer
	if length > 0 {
		body.Grow(min(length, believed))
	}
	n, err := body.ReadFrom(io.LimitReader(req.BodyStream(), int64(limit)+1))
	switch {
	case err != nil:
		return err
	case n > int64(limit):
		return fasthttp.ErrBodyTooLarge
	case length >= 0 && n != int64(length):
		return io.ErrUnexpectedEOF
	}
	req.SetBodyRaw(body.Bytes())
	req.Header.SetContentLength(int(n))
	return nil
}
