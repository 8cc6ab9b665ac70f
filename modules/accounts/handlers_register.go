package accounts

import (
	"strconv"
	"time"

	"github.com/gofiber/fiber/v2"

	"gotong/modules/domain"
	"gotong/modules/kit/web"
)

// Kept says for how long what is kept of people stays, as it is done: the register of processing shows these figures.
type Kept struct {
	Invitations, Trash, Access time.Duration // of the modules that keep them
	Rejected, Declined, Tokens time.Duration // by the configuration
}

// activities are what the portal does with personal data, in the order of the page: the register of processing
// activities that Law 27/2022 on personal data protection asks for. The texts of each are accounts.register.NAME.what,
// why, basis, kept, who.
var activities = []string{"account", "session", "membership", "contact", "acts", "upload", "access", "token", "report", "erasure"}

// registerPage is views/accounts/register.html.
type registerPage struct {
	web.Base
	Contact    string
	Activities []activityPart
	SignedIn   bool
}

type activityPart struct {
	ID, Title string
	Facts     []web.Fact
}

func days(d time.Duration) string { return strconv.Itoa(int(d / (24 * time.Hour))) }

// showRegister is GET /privacy.
func (m *Module) showRegister(c *fiber.Ctx) error {
	p := registerPage{Base: web.NewBase(c, "", "accounts.register.title"), Contact: m.Service.contact, SignedIn: web.Get[domain.Actor](c).SignedIn()}
	p.Description = p.T("accounts.register.lead")
	k := m.Kept
	args := []any{"idle", strconv.Itoa(int(SessionIdle / time.Hour)), "session", days(SessionAbsolute), "wait", days(ErasureWait), "invitations", days(k.Invitations), "trash", days(k.Trash),
		"access", days(k.Access), "rejected", days(k.Rejected), "declined", days(k.Declined), "tokens", days(k.Tokens)}
	for _, name := range activities {
		part := activityPart{ID: name, Title: p.T("accounts.register." + name)}
		for _, column := range []string{"what", "why", "basis", "kept", "who"} {
			part.Facts = append(part.Facts, web.Fact{Label: p.T("accounts.register.column." + column), Value: p.T("accounts.register."+name+"."+column, args...)})
		}
		p.Activities = append(p.Activities, part)
	}
	return m.register.Render(c, fiber.StatusOK, p)
}
