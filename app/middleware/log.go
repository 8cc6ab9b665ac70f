package middleware

import (
	"log/slog"
	"time"

	"github.com/gofiber/fiber/v2"

	"gotong/modules/kit/web"
)

// Log writes one line for each request: its id, what kind of address was asked, the status and how long it took. No
// address in full, no name, no network address. An error becomes its page here, so that the line has its status.
func Log(log *slog.Logger) fiber.Handler {
	return func(c *fiber.Ctx) error {
		start := time.Now()
		if err := c.Next(); err != nil {
			if err := c.App().ErrorHandler(c, err); err != nil {
				_ = c.SendStatus(fiber.StatusInternalServerError) // writing a status does not fail
			}
		}
		status := c.Response().StatusCode()
		level := slog.LevelInfo
		if status < 400 && c.Route().Path == "/" && c.Path() != "/" {
			level = slog.LevelDebug // static files
		}
		log.Log(c.UserContext(), level, "request", "request", string(web.Get[web.RequestID](c)), "method", c.Method(), "route", c.Route().Path,
			"status", status, "ms", time.Since(start).Milliseconds())
		return nil
	}
}
