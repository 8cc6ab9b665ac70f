package web

import (
	"bufio"
	"context"
	"encoding/csv"
	"mime"
	"strings"
	"time"

	"github.com/gofiber/fiber/v2"
)

// csvTime bounds a streamed table.
const csvTime = 5 * time.Minute

// StreamCSV answers with a table as CSV, row after row, so that its length needs no memory. rows gets its own context,
// since the request is over when it runs; where it fails, the last row says failed. No cell is read as a formula.
func StreamCSV(c *fiber.Ctx, name string, head []string, failed string, rows func(ctx context.Context, row func(...string) error) error) error {
	c.Set(fiber.HeaderContentType, "text/csv; charset=utf-8")
	c.Set(fiber.HeaderContentDisposition, mime.FormatMediaType("attachment", map[string]string{"filename": name}))
	c.Set(fiber.HeaderCacheControl, "no-store")
	ctx, cancel := context.WithTimeout(context.WithoutCancel(c.UserContext()), csvTime)
	c.Context().SetBodyStreamWriter(func(w *bufio.Writer) {
		defer cancel()
		out := csv.NewWriter(w)
		write := func(cells ...string) error {
			for i := range cells {
				cells[i] = PlainCell(cells[i])
			}
			return out.Write(cells)
		}
		err := write(head...)
		if err == nil {
			err = rows(ctx, write)
		}
		if err != nil {
			_ = write(failed) // the reader may be gone
		}
		out.Flush()
	})
	return nil
}

// PlainCell keeps a spreadsheet from taking a cell for a formula.
func PlainCell(s string) string {
	if s != "" && strings.ContainsRune("=+-@\t\r", rune(s[0])) {
		return "'" + s
	}
	return s
}
