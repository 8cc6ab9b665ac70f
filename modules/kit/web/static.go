package web

import (
	"strconv"
	"strings"

	"github.com/gofiber/fiber/v2"

	"gotong/modules/kit/apperr"
)

// StaticFiles finds an embedded file by its request path; package static implements it.
type StaticFiles interface {
	// Find gives the file in the best encoding of accept (an Accept-Encoding header). Encoding is "" for the plain
	// bytes. Immutable files carry their content's hash in their address.
	Find(path, accept string) (body []byte, contentType, encoding, etag string, immutable, ok bool)
}

// Static serves embedded files under /static/ and /favicon.ico: compressed once, with ETag, ranges of the plain bytes,
// and immutable caching for addresses that carry a hash. Everything else goes on.
func Static(files StaticFiles) fiber.Handler {
	return func(c *fiber.Ctx) error {
		path := c.Path()
		if !strings.HasPrefix(path, "/static/") && path != "/favicon.ico" {
			return c.Next()
		}
		if c.Method() != fiber.MethodGet && c.Method() != fiber.MethodHead {
			return apperr.New(apperr.NotFound, "")
		}
		accept := c.Get(fiber.HeaderAcceptEncoding)
		ranges := c.Get(fiber.HeaderRange)
		if ranges != "" {
			accept = ""
		}
		body, contentType, encoding, etag, immutable, ok := files.Find(path, accept)
		if !ok {
			return apperr.New(apperr.NotFound, "")
		}
		c.Set(fiber.HeaderContentType, contentType)
		c.Set(fiber.HeaderETag, etag)
		c.Set(fiber.HeaderVary, fiber.HeaderAcceptEncoding)
		c.Set(fiber.HeaderAcceptRanges, "bytes")
		c.Set(fiber.HeaderXContentTypeOptions, "nosniff")
		c.Set("Cross-Origin-Resource-Policy", "same-origin")
		if immutable {
			c.Set(fiber.HeaderCacheControl, "public, max-age=31536000, immutable")
		} else {
			c.Set(fiber.HeaderCacheControl, "public, no-cache")
		}
		if header := c.Get(fiber.HeaderIfNoneMatch); header != "" && matchesETag(header, etag) {
			return c.SendStatus(fiber.StatusNotModified)
		}
		if encoding != "" {
			c.Set(fiber.HeaderContentEncoding, encoding)
		}
		if ranges != "" && (c.Get(fiber.HeaderIfRange) == "" || c.Get(fiber.HeaderIfRange) == etag) {
			return sendRange(c, body, ranges)
		}
		return c.Send(body)
	}
}

// sendRange answers one byte range with 206; several ranges get the whole, one outside the file 416.
func sendRange(c *fiber.Ctx, body []byte, header string) error {
	spec, ok := strings.CutPrefix(header, "bytes=")
	first, last, dash := strings.Cut(spec, "-")
	if !ok || !dash || strings.Contains(spec, ",") {
		return c.Send(body)
	}
	start, errStart := strconv.Atoi(first)
	end, errEnd := strconv.Atoi(last)
	switch {
	case first == "" && errEnd == nil && end > 0: // the last bytes
		start, end = max(0, len(body)-end), len(body)-1
	case errStart == nil && last == "":
		end = len(body) - 1
	case errStart != nil || errEnd != nil || start > end || start < 0:
		return c.Send(body)
	}
	end = min(end, len(body)-1)
	if start >= len(body) || start > end {
		c.Set(fiber.HeaderContentRange, "bytes */"+strconv.Itoa(len(body)))
		return c.SendStatus(fiber.StatusRequestedRangeNotSatisfiable)
	}
	c.Set(fiber.HeaderContentRange, "bytes "+strconv.Itoa(start)+"-"+strconv.Itoa(end)+"/"+strconv.Itoa(len(body)))
	return c.Status(fiber.StatusPartialContent).Send(body[start : end+1])
}
