package web

import "github.com/gofiber/fiber/v2"

// SecretAddress keeps the address of a page that shows or holds a secret to itself, and out of every cache and index. Of
// the two policies a browser takes the last that it knows. Both keep the path out of every Referer; strict-origin
// alone lets a form of the page carry its Origin, by which browsers without Sec-Fetch-Site are told from foreign sites.
func SecretAddress(c *fiber.Ctx) {
	c.Set(fiber.HeaderReferrerPolicy, "no-referrer, strict-origin")
	c.Set(fiber.HeaderCacheControl, "no-store")
	c.Set("X-Robots-Tag", "noindex, nofollow")
}
