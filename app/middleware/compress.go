package middleware

import (
	"strings"

	"github.com/gofiber/fiber/v2"
	"github.com/valyala/fasthttp"

	"gotong/modules/kit/web"
)

const (
	compressFrom = 1024 // bytes; below this nothing is gained
	brotliLevel  = 4    // about a millisecond for a page of 60 KB
	gzipLevel    = 5
)

// Compress sends the pages of visitors without a session compressed. Pages of a session stay plain: they carry the
// session's form token beside text taken from the request, and the length of such a page, compressed, could tell the
// token (BREACH). It stands after Session, so that it knows whose page it is.
func Compress() fiber.Handler {
	return func(c *fiber.Ctx) error {
		if err := c.Next(); err != nil {
			return err
		}
		response := c.Response()
		if response.IsBodyStream() || len(response.Header.ContentEncoding()) > 0 ||
			!strings.HasPrefix(string(response.Header.ContentType()), fiber.MIMETextHTML) {
			return nil
		}
		c.Append(fiber.HeaderVary, fiber.HeaderAcceptEncoding)
		if web.Get[web.CSRFToken](c) != "" || len(response.Body()) < compressFrom {
			return nil
		}
		switch accepts := c.Request().Header.HasAcceptEncoding; {
		case accepts("br"):
			response.SetBodyRaw(fasthttp.AppendBrotliBytesLevel(nil, response.Body(), brotliLevel))
			response.Header.SetContentEncoding("br")
		case accepts("gzip"):
			response.SetBodyRaw(fasthttp.AppendGzipBytesLevel(nil, response.Body(), gzipLevel))
			response.Header.SetContentEncoding("gzip")
		}
		return nil
	}
}
