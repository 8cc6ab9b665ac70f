package organizations

import (
	"crypto/sha256"
	"encoding/hex"
	"net/url"
	"time"

	"github.com/gofiber/fiber/v2"

	"gotong/modules/domain"
	"gotong/modules/kit/apperr"
	"gotong/modules/kit/web"
)

// forward leads on to the organisation that took the asked one in, where that is so; else it gives the error back.
func (m *Module) forward(c *fiber.Ctx, err error, tail string) error {
	if !apperr.Is(err, apperr.NotFound) {
		return err
	}
	to, e := m.Service.MovedTo(c.UserContext(), actorOf(c), idOf(c))
	if e != nil {
		return err
	}
	base := web.NewBase(c, "organizations", "")
	if tail == "" {
		tail = "?from=" + url.QueryEscape(string(idOf(c))) // the page says why it is another one
	}
	return c.Redirect(base.URL(pathOf(to)+tail), fiber.StatusMovedPermanently)
}

// statement is GET /organizations/{id}/statement.json: what others can check, the same for whoever asks.
func (m *Module) statement(c *fiber.Ctx) error {
	passport, err := m.Service.Passport(c.UserContext(), idOf(c), m.publicURL)
	if err != nil {
		return m.forward(c, err, "/statement.json")
	}
	open(c, "no-cache")
	return c.JSON(passport)
}

// keySet is GET /organizations/keys.json.
func (m *Module) keySet(c *fiber.Ctx) error {
	keys, err := m.Service.Keys(c.UserContext())
	if err != nil {
		return err
	}
	open(c, "public, max-age=3600")
	return c.JSON(keys)
}

// open lets any site read or embed the answer. Caches may keep it as long as it was given to nobody in particular.
func open(c *fiber.Ctx, cache string) {
	if actorOf(c).SignedIn() {
		cache = "no-store"
	}
	c.Set(fiber.HeaderCacheControl, cache)
	c.Set("Cross-Origin-Resource-Policy", "cross-origin")
	c.Set(fiber.HeaderAccessControlAllowOrigin, "*")
}

// badgeText says in few words what a badge says, and of which kind it is.
func badgeText(b web.Base, o Organization, now time.Time) (text, kind string) {
	switch {
	case o.InForce(now) && o.Blocked(now):
		return b.T("organizations.badge.restricted"), "wait"
	case o.InForce(now):
		return b.T("organizations.badge.verified", "date", o.VerifiedUntil), "good"
	}
	return b.T("organizations.badge.expired", "date", o.VerifiedUntil), "stop"
}

// badge is GET /organizations/{id}/badge.svg: an image that other sites embed. An hour in a cache is the longest that it
// says what no longer holds.
func (m *Module) badgeImage(c *fiber.Ctx) error {
	doc, err := m.Service.get(c.UserContext(), domain.Actor{}, idOf(c))
	if err != nil {
		return m.forward(c, err, "/badge.svg")
	}
	b := web.NewBase(c, "organizations", "")
	text, kind := badgeText(b, doc.Body, m.Service.now())
	label := "Gotong"
	if doc.Body.Demo {
		label += " · " + b.T("organizations.demo")
	}
	open(c, "public, max-age=3600")
	c.Set(fiber.HeaderContentSecurityPolicy, "default-src 'none'; sandbox")
	c.Set(fiber.HeaderContentType, "image/svg+xml; charset=utf-8")
	svg := badgeSVG(label, text, kind)
	sum := sha256.Sum256([]byte(svg))
	c.Set(fiber.HeaderETag, `"`+hex.EncodeToString(sum[:8])+`"`)
	if c.Fresh() {
		return c.SendStatus(fiber.StatusNotModified)
	}
	return c.SendString(svg)
}

// passport is GET /organizations/{id}/passport: the statement in words, the badge, and how others check both.
func (m *Module) passport(c *fiber.Ctx) error {
	id, now := idOf(c), m.Service.now()
	doc, err := m.Service.get(c.UserContext(), domain.Actor{}, id)
	if err != nil {
		return m.forward(c, err, "/passport")
	}
	o := doc.Body
	st := statementOf(m.publicURL+pathOf(id), o, now)
	digest, err := st.Digest()
	if err != nil {
		return err
	}
	base := web.NewBase(c, "organizations", "organizations.passport.title", "name", o.Name)
	base.Demo, base.Description = o.Demo, base.T("organizations.passport.lead")
	base.Crumbs = []web.Crumb{{Label: base.T("organizations.index.title"), Path: "/organizations"}, {Label: o.Name, Path: pathOf(id)}, {Label: base.T("organizations.passport.crumb")}}
	image := m.publicURL + base.URL(pathOf(id)+"/badge.svg")
	text, _ := badgeText(base, o, now)
	page := passportPage{
		Base: base, Heading: base.Title, Tag: badge(base, o, now), Badge: base.URL(pathOf(id) + "/badge.svg"), BadgeText: "Gotong: " + text,
		Embed:     `<a href="` + st.Address + `"><img src="` + image + `" alt="Gotong: ` + text + `" height="24"></a>`,
		Statement: pathOf(id) + "/statement.json", StatementURL: m.publicURL + pathOf(id) + "/statement.json", Keys: m.publicURL + "/organizations/keys.json",
		Facts: []web.Fact{
			{Label: base.T("organizations.passport.name"), Value: o.Name},
			{Label: base.T("organizations.fact.type"), Value: typeText(base, o)},
			{Label: base.T("organizations.passport.by"), Value: st.VerifiedBy},
			{Label: base.T("organizations.fact.verified_at"), Value: base.Date(o.VerifiedAt)},
			{Label: base.T("organizations.fact.verified_until"), Value: base.Date(o.VerifiedUntil)},
			{Label: base.T("organizations.passport.checklist"), Value: checklistText(base, st)},
			{Label: "SHA-256", Value: digest},
		},
	}
	if o.Blocked(now) {
		page.Restricted = base.T("organizations.passport.restricted")
	}
	for _, a := range st.Papers {
		paper, _ := o.lists().Known(a.Paper)
		page.Papers = append(page.Papers, base.T("organizations.history.answer", "paper", paper.Name.In(base.Lang), "verdict", base.T("organizations.verdict."+string(a.Verdict))))
	}
	return m.passportView.Render(c, fiber.StatusOK, page)
}

func checklistText(b web.Base, st Statement) string {
	if st.Checklist == 0 {
		return b.T("organizations.passport.checklist_unknown")
	}
	return b.T("organizations.passport.checklist_version", "version", st.Checklist, "type", domain.Stakeholders().TypeName(st.Type, b.Lang))
}
