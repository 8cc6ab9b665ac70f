package moderation

import (
	"context"
	"slices"

	"gotong/modules/domain"
	"gotong/modules/kit/apperr"
	"gotong/modules/kit/store"
	"gotong/modules/kit/web"
)

// Announcements gives a page of all, newest first.
func (s *Service) Announcements(ctx context.Context, cursor string) (store.Page[Announcement], error) {
	return s.announcements.List(ctx, store.Query{List: listAnnouncements, Cursor: cursor})
}

// Announcement gives one. NotFound.
func (s *Service) Announcement(ctx context.Context, id string) (store.Doc[Announcement], error) {
	return s.announcements.Get(ctx, id)
}

// Announce publishes a new one. Invalid.
func (s *Service) Announce(ctx context.Context, actor domain.Actor, op store.Operation, a Announcement) error {
	if err := a.Validate(); err != nil {
		return err
	}
	a.At = s.clock.Now()
	_, err := s.announcements.Insert(ctx, actor.NewID(op), a, actor.Change("announcement.published", "", op))
	return s.renew(ctx, err)
}

// Amend changes one that was read at that version. NotFound, Conflict, Invalid.
func (s *Service) Amend(ctx context.Context, actor domain.Actor, op store.Operation, id string, version int64, a Announcement) error {
	doc, err := s.announcements.Get(ctx, id)
	if err != nil {
		return err
	}
	if err := a.Validate(); err != nil {
		return err
	}
	doc.Version, a.At, a.Retracted, a.Demo = version, doc.Body.At, doc.Body.Retracted, doc.Body.Demo
	_, err = s.announcements.Replace(ctx, doc, a, actor.Change("announcement.amended", "", op))
	return s.renew(ctx, err)
}

// Retract takes one off the pages, or puts it back. NotFound. What is so already stays so.
func (s *Service) Retract(ctx context.Context, actor domain.Actor, op store.Operation, id string, retracted bool) error {
	doc, err := s.announcements.Get(ctx, id)
	if err != nil || doc.Body.Retracted == retracted {
		return err
	}
	a, action := doc.Body, "announcement.retracted"
	if a.Retracted = retracted; !retracted {
		action = "announcement.restored"
	}
	_, err = s.announcements.Replace(ctx, doc, a, actor.Change(action, "", op))
	return s.renew(ctx, err)
}

// renew reads what stands on the pages after a change made here.
func (s *Service) renew(ctx context.Context, err error) error {
	if err != nil {
		return err
	}
	return s.refresh(ctx)
}

func (s *Service) refresh(ctx context.Context) error {
	page, err := s.announcements.List(ctx, store.Query{List: listLive, Limit: 100})
	if err != nil {
		return err
	}
	today := domain.DateOf(s.clock.Now())
	var live []Announcement
	for _, doc := range page.Items {
		if doc.Body.Until >= today {
			live = append(live, doc.Body)
		}
	}
	s.live.Store(&live)
	return nil
}

// Follow keeps what stands on the pages as the feed tells, on every replica, until ctx ends.
func (s *Service) Follow(ctx context.Context) error {
	last, err := s.db.Feed().Last(ctx)
	if err == nil {
		err = s.refresh(ctx)
	}
	if err != nil && !apperr.Is(err, apperr.Unavailable) {
		return err
	}
	return s.db.FollowLocal(ctx, last, func(ctx context.Context, entries []store.Entry) error {
		if !slices.ContainsFunc(entries, func(e store.Entry) bool { return e.Collection == "announcements" }) {
			return nil
		}
		return s.refresh(ctx)
	})
}

// Notices are what stands on the pages for this reader today.
func (s *Service) Notices(lang string, signedIn bool) web.Notices {
	live := s.live.Load()
	if live == nil {
		return nil
	}
	var list web.Notices
	today := domain.DateOf(s.clock.Now())
	for _, a := range *live {
		if a.ShownOn(today) && (signedIn || !a.SignedIn) {
			list = append(list, web.Notice{Title: a.Title.In(lang), Text: a.Text.In(lang)})
		}
	}
	return list
}
