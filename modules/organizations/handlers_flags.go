package organizations

import (
	"context"
	"slices"

	"github.com/gofiber/fiber/v2"

	"gotong/modules/domain"
	"gotong/modules/kit/web"
)

// flagsPart shows the risk flags, those that count first.
func (m *Module) flagsPart(page *verificationPage, actor domain.Actor, id domain.OrganizationID, o Organization) {
	b, now := page.Base, m.Service.now()
	flags := slices.Clone(o.Flags)
	slices.Reverse(flags)
	slices.SortStableFunc(flags, func(x, y Flag) int {
		switch {
		case x.Active(now) == y.Active(now):
			return 0
		case x.Active(now):
			return -1
		}
		return 1
	})
	for _, f := range flags {
		card := flagCard{
			Tag: web.Tag{Kind: "wait", Text: b.T("organizations.flag_level." + string(f.Level))}, Title: b.T("organizations.flag_category." + f.Category),
			Meta:  b.T("organizations.flag_since", "at", f.At, "until", f.Until.Time()),
			Facts: []web.Fact{{Label: b.T("organizations.flag.evidence"), Value: f.Evidence}, {Label: b.T("organizations.flag.decision"), Value: f.Decision}},
		}
		switch {
		case !f.LiftedAt.IsZero():
			card.Tag = web.Tag{Kind: "plain", Text: b.T("organizations.flag_lifted", "date", f.LiftedAt)}
			card.Facts = append(card.Facts, web.Fact{Label: b.T("organizations.flag_lift_reason"), Value: f.Lifted})
		case !f.Active(now):
			card.Tag = web.Tag{Kind: "plain", Text: b.T("organizations.flag_over")}
		case f.Level == FlagBlock:
			card.Tag.Kind = "stop"
		}
		if f.Active(now) && mayJudge(actor, id) == nil {
			card.Lift = reasonedAction(b, "organizations.lift", pathOf(id)+"/flags/"+f.ID+"/lift", "plain")
			card.Lift.ID += "-" + f.ID
		}
		page.Flags = append(page.Flags, card)
	}
}

// officePart tells to which village the organisation is tied, and lets the secretariat tie and untie it.
func (m *Module) officePart(ctx context.Context, page *verificationPage, actor domain.Actor, id domain.OrganizationID, o Organization) error {
	b := page.Base
	page.Office = b.T("organizations.office.none")
	judge := mayJudge(actor, id) == nil
	if o.Village != "" {
		place, err := m.Service.regions.Place(ctx, o.Village)
		if err != nil {
			return err
		}
		key := "organizations.office.tied"
		if o.Governs() == "" {
			key = "organizations.office.waiting"
		}
		page.Office = b.T(key, "place", domain.PlaceText(place)+" ("+string(place.Code)+")")
		if judge {
			page.Untie = reasonedAction(b, "organizations.untie", pathOf(id)+"/untie", "stop")
			*page.Untie = page.Untie.With("place", string(place.Code))
		}
		return nil
	}
	if judge && mayTie(o) == nil {
		page.TieForm = tieForm(b, id, o)
	}
	return nil
}

func reminderText(b web.Base, o Organization, r Reminder) string {
	if r.Kind == remindPaper {
		paper, _ := o.lists().Known(r.Paper)
		return b.T("organizations.reminder.paper", "at", r.At, "paper", paper.Name.In(b.Lang), "ends", r.Ends.Time())
	}
	return b.T("organizations.reminder.verification", "at", r.At, "ends", r.Ends.Time())
}

// raise is POST /organizations/{id}/flags.
func (m *Module) raise(c *fiber.Ctx) error {
	id := idOf(c)
	flag, err := flagOf(c)
	if _, refused := m.Service.judged(c.UserContext(), actorOf(c), id); refused != nil {
		return refused
	}
	if err == nil {
		err = m.Service.Raise(c.UserContext(), actorOf(c), web.OperationOf(c), id, flag)
	}
	if err != nil {
		return m.again(c, err, func(page *verificationPage) {
			if page.FlagForm != nil {
				page.FlagForm.Bind(c).Fail(err)
			}
		})
	}
	web.SetFlashWithUndo(c, web.Undo{Path: pathOf(id) + "/flags/" + actorOf(c).NewID(web.OperationOf(c)) + "/lift", Reason: true}, "good", "organizations.flash.flagged")
	return web.Redirect(c, pathOf(id)+"/verification")
}

// lift is POST /organizations/{id}/flags/{flag}/lift.
func (m *Module) lift(c *fiber.Ctx) error {
	id, flag, reason := idOf(c), c.Params("flag"), web.ValuesOf(c).Get("reason")
	if err := m.Service.Lift(c.UserContext(), actorOf(c), web.OperationOf(c), id, flag, reason); err != nil {
		return m.again(c, err, func(page *verificationPage) {
			for i := range page.Flags {
				if a := page.Flags[i].Lift; a != nil && a.ID == "a-organizations-lift-"+flag {
					failed := a.Fail(err, reason)
					page.Flags[i].Lift = &failed
				}
			}
		})
	}
	web.SetFlashWithUndo(c, web.Undo{Path: pathOf(id) + "/flags/" + flag + "/unlift", Reason: true}, "good", "organizations.flash.lifted")
	return web.Redirect(c, pathOf(id)+"/verification")
}

// unlift is POST /organizations/{id}/flags/{flag}/unlift.
func (m *Module) unlift(c *fiber.Ctx) error {
	id := idOf(c)
	if err := m.Service.Unlift(c.UserContext(), actorOf(c), web.OperationOf(c), id, c.Params("flag"), web.ValuesOf(c).Get("reason")); err != nil {
		return err
	}
	web.SetFlash(c, "good", "organizations.flash.flag_again")
	return web.Redirect(c, pathOf(id)+"/verification")
}

// tie is POST /organizations/{id}/tie.
func (m *Module) tie(c *fiber.Ctx) error {
	id, v := idOf(c), web.ValuesOf(c)
	if err := m.Service.Tie(c.UserContext(), actorOf(c), web.OperationOf(c), id, v.Get("place"), v.Get("reason")); err != nil {
		return m.again(c, err, func(page *verificationPage) {
			if page.TieForm != nil {
				page.TieForm.Bind(c).Fail(err)
			}
		})
	}
	web.SetFlashWithUndo(c, web.Undo{Path: pathOf(id) + "/untie", Reason: true}, "good", "organizations.flash.tied")
	return web.Redirect(c, pathOf(id)+"/verification")
}
