package accounts

import (
	"log/slog"
	"strings"

	"github.com/gofiber/fiber/v2"

	"gotong/modules/domain"
	"gotong/modules/kit/web"
)

// Module is accounts with its pages.
type Module struct {
	Service *Service
	Desk    []DeskPanel    // set before Routes
	Queues  []domain.Queue // set before Routes
	Cookies Cookies
	Kept    Kept
	Origin  func(*fiber.Ctx) Origin // where a request comes from; nil: not known

	log     *slog.Logger
	signIn  *web.View[signInPage]
	welcome *web.View[welcomePage]
	desk    *web.View[deskPage]
	queue   *web.View[queuePage]
	account *web.View[accountPage]
	people  *web.View[peoplePage]
	person  *web.View[personPage]

	closed     *web.View[closedPage]
	terms      *web.View[termsPage]
	processing *web.View[processingView]
	register   *web.View[registerPage]

	again    *web.View[againPage]
	heldView *web.View[heldPage]
}

// New makes the module. It panics where a view is missing.
func New(d Deps) *Module {
	return &Module{
		Service: newService(d), Cookies: Cookies{Secure: strings.HasPrefix(d.PublicURL, "https://")}, log: d.Log,
		signIn:  web.NewView[signInPage](d.Views, "accounts/sign-in"),
		welcome: web.NewView[welcomePage](d.Views, "accounts/welcome"),
		desk:    web.NewView[deskPage](d.Views, "accounts/desk"),
		queue:   web.NewView[queuePage](d.Views, "accounts/queue"),
		account: web.NewView[accountPage](d.Views, "accounts/account"),
		people:  web.NewView[peoplePage](d.Views, "accounts/people"),
		person:  web.NewView[personPage](d.Views, "accounts/person"),
		closed:  web.NewView[closedPage](d.Views, "accounts/closed"),
		terms:   web.NewView[termsPage](d.Views, "accounts/terms"), processing: web.NewView[processingView](d.Views, "accounts/processing"),
		register: web.NewView[registerPage](d.Views, "accounts/register"),
		again:    web.NewView[againPage](d.Views, "accounts/again"), heldView: web.NewView[heldPage](d.Views, "accounts/held"),
	}
}

// Routes registers the module's addresses.
func (m *Module) Routes(r fiber.Router) {
	r.Get("/sign-in", m.showSignIn)
	r.Post("/sign-in/:provider", m.beginSignIn)
	r.Get("/sign-in/:provider/callback", m.finishSignIn)
	r.Post("/sign-out", m.signOut)

	r.Get("/desk", m.showDesk)
	r.Get("/desk/:queue", m.showQueue)
	r.Get("/account", m.showAccount)
	r.Post("/account", m.rename)
	r.Get("/account/welcome", m.showWelcome)
	r.Get("/account/export", m.exportData)
	r.Post("/account/erase", m.askErasure)
	r.Post("/account/erase/cancel", m.cancelErasure)
	r.Get("/account/terms", m.showTerms)
	r.Post("/account/terms", m.agreeTerms)
	r.Get("/account/privacy", m.showProcessing)
	r.Get("/privacy", m.showRegister)
	r.Get("/account/closed/:notice", m.showClosed)
	r.Get("/account/again", m.showAgain)
	r.Post("/account/again/:provider", m.beginAgain)
	r.Get("/account/held/:id", m.showHeld)
	r.Post("/account/identities/:provider", m.linkIdentity)
	r.Post("/account/identities/:id/unlink", m.unlinkIdentity)
	r.Post("/account/identities/:id/unlink/undo", m.relinkIdentity)
	r.Post("/account/sessions/end-others", m.endOtherSessions)
	r.Post("/account/sessions/:id/end", m.endSession)

	r.Get("/people", m.listPeople)
	r.Get("/people/:id", m.showPerson)
	for move := range accessMoves {
		r.Post("/people/:id/"+move, m.moveAccess(move))
	}
	r.Post("/people/:id/approve/undo", m.unapprove)
	r.Post("/people/:id/roles", m.grantRole)
	r.Post("/people/:id/roles/:role/revoke", m.revokeRole)
	r.Post("/people/:id/mandates", m.grantMandate)
	r.Post("/people/:id/mandates/:mandate/revoke", m.revokeMandate)
}
