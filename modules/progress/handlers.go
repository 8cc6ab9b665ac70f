package progress

import (
	"strings"
	"time"

	"github.com/gofiber/fiber/v2"

	"gotong/modules/domain"
	"gotong/modules/kit/apperr"
	"gotong/modules/kit/store"
	"gotong/modules/kit/web"
)

func idOf(c *fiber.Ctx) domain.InitiativeID {
	return domain.InitiativeID(strings.Clone(c.Params("id")))
}

func newest(i Initiative, limit int) store.Query {
	return store.Query{List: listOpen, Key: store.KeyOf(string(i.ID)), Limit: limit}
}

func done(c *fiber.Ctx, flash, path string) error {
	web.SetFlash(c, "good", "progress.flash."+flash)
	return web.Redirect(c, path)
}

func newPage(c *fiber.Ctx, title string, i Initiative) page {
	pg := page{Base: web.NewBase(c, "initiatives", title, "title", i.Title)}
	pg.Demo, pg.Private = i.Demo, pg.Private || !i.Public
	pg.Crumbs = []web.Crumb{{Label: pg.T("initiatives.title"), Path: "/initiatives"}, {Label: i.Title, Path: "/initiatives/" + string(i.ID)}}
	return pg
}

// getTimeline shows all that happened, newest first; the moves of the state stand between the updates.
func (m *Module) getTimeline(c *fiber.Ctx) error {
	ctx, actor, s := c.UserContext(), web.Get[domain.Actor](c), m.Service
	i, err := s.initiatives.Initiative(ctx, actor, idOf(c))
	if err != nil {
		return err
	}
	cursor, before := web.ValuesOf(c).Get("cursor"), time.Time{}
	if at, rest, ok := strings.Cut(cursor, "~"); ok {
		cursor = rest
		if before, err = time.Parse(time.RFC3339Nano, at); err != nil {
			return apperr.Wrap(err, apperr.BadRequest, "error.bad_request")
		}
	}
	list, err := s.Updates(ctx, actor, i, cursor, 20)
	if err != nil {
		return err
	}
	pg := newPage(c, "progress.timeline_title", i)
	pg.Lead, pg.Heading = pg.T("progress.timeline_lead"), pg.T("progress.timeline")
	var updates []Update
	for _, d := range list.Items {
		updates = append(updates, d.Body)
	}
	views, err := s.views(ctx, pg.Base, updates, nil)
	if err != nil {
		return err
	}
	pg.Updates = woven(pg.Base, i, updates, views, before, list.Next == "")
	next := list.Next
	if next != "" {
		next = updates[len(updates)-1].At.Format(time.RFC3339Nano) + "~" + next
	}
	pg.Pager = web.NewPager(pg.Base, "/initiatives/"+string(i.ID)+"/timeline", nil, cursor, next)
	if len(pg.Updates) == 0 {
		pg.Empty = &web.Empty{Text: pg.T("progress.empty")}
	}
	return m.page.Render(c, fiber.StatusOK, pg)
}

func (m *Module) follow(c *fiber.Ctx, on bool) error {
	if err := m.Service.Follow(c.UserContext(), web.Get[domain.Actor](c), web.OperationOf(c), idOf(c), on); err != nil {
		return err
	}
	flash := "followed"
	if !on {
		flash = "unfollowed"
	}
	return done(c, flash, "/initiatives/"+string(idOf(c)))
}

func (m *Module) postFollow(c *fiber.Ctx) error   { return m.follow(c, true) }
func (m *Module) postUnfollow(c *fiber.Ctx) error { return m.follow(c, false) }

// getFollowing is the account's list of what it follows, and what happened there.
func (m *Module) getFollowing(c *fiber.Ctx) error {
	ctx, actor, s := c.UserContext(), web.Get[domain.Actor](c), m.Service
	cursor := web.ValuesOf(c).Get("cursor")
	ids, happened, err := s.Followed(ctx, actor, cursor)
	if err != nil {
		return err
	}
	titles, err := s.initiatives.Titles(ctx, ids)
	if err != nil {
		return err
	}
	pg := followingPage{Base: web.NewBase(c, "following", "progress.following_title")}
	b := pg.Base
	pg.Private = true
	for _, id := range ids {
		if title := titles[id]; title != "" {
			pg.Followed = append(pg.Followed, link{Label: title, Path: b.URL("/initiatives/" + string(id))})
		}
	}
	var updates []Update
	for _, d := range happened.Items {
		if titles[d.Body.Initiative] != "" {
			updates = append(updates, d.Body)
		}
	}
	if pg.Updates, err = s.views(ctx, b, updates, titles); err != nil {
		return err
	}
	pg.Pager = web.NewPager(b, "/following", nil, cursor, happened.Next)
	if len(ids) == 0 {
		pg.Empty = &web.Empty{Text: b.T("progress.following_empty"), ActionLabel: b.T("progress.following_find"), ActionPath: b.URL("/initiatives")}
	} else if len(updates) == 0 {
		pg.Empty = &web.Empty{Text: b.T("progress.following_quiet")}
	}
	return m.following.Render(c, fiber.StatusOK, pg)
}
