package accounts

import (
	"bufio"
	"context"
	"time"

	"github.com/gofiber/fiber/v2"

	"gotong/modules/domain"
	"gotong/modules/kit/web"
)

// exportLimit bounds how long an export may be written.
const exportLimit = time.Hour

// exportData streams one's own data. A ZIP that was broken off does not open, so nobody takes a part for the whole.
func (m *Module) exportData(c *fiber.Ctx) error {
	actor := web.Get[domain.Actor](c)
	export, err := m.Service.Export(c.UserContext(), actor)
	if err != nil {
		return err
	}
	if err := m.Service.noteExport(c.UserContext(), actor); err != nil {
		return err
	}
	c.Set(fiber.HeaderContentType, "application/zip")
	c.Set(fiber.HeaderContentDisposition, `attachment; filename="gotong-data.zip"`)
	c.Set(fiber.HeaderCacheControl, "no-store")
	log, request := m.log, string(web.Get[web.RequestID](c))
	c.Context().SetBodyStreamWriter(func(w *bufio.Writer) {
		ctx, cancel := context.WithTimeout(context.Background(), exportLimit)
		defer cancel()
		if err := export.Write(ctx, w); err != nil {
			log.Warn("export broken off", "request", request, "error", err)
		}
	})
	return nil
}

func (m *Module) askErasure(c *fiber.Ctx) error {
	if err := m.Service.AskErasure(c.UserContext(), web.Get[domain.Actor](c), web.OperationOf(c)); err != nil {
		return err
	}
	web.SetFlashWithUndo(c, web.Undo{Path: "/account/erase/cancel"}, "wait", "accounts.flash.erasure_asked")
	return web.Redirect(c, "/account")
}

func (m *Module) cancelErasure(c *fiber.Ctx) error {
	if err := m.Service.CancelErasure(c.UserContext(), web.Get[domain.Actor](c), web.OperationOf(c)); err != nil {
		return err
	}
	web.SetFlash(c, "good", "accounts.flash.erasure_cancelled")
	return web.Redirect(c, "/account")
}

// privacyOf is the part of the account page on one's own data.
func privacyOf(b web.Base, a Account) (erasing string, act web.Action) {
	if a.Erasing.IsZero() {
		act = web.NewAction(b, "accounts.privacy.erase", "/account/erase")
		act.Kind = "stop"
		return "", act
	}
	act = web.NewAction(b, "accounts.privacy.cancel", "/account/erase/cancel")
	return b.T("accounts.privacy.erasing", "date", b.DateTime(a.Erasing)), act
}
