package documents

import (
	"context"
	"time"

	"gotong/modules/domain"
	"gotong/modules/kit/apperr"
	"gotong/modules/kit/store"
	"gotong/modules/kit/web"
)

// DefaultRoom is how much the documents of one organisation may take, in bytes.
const DefaultRoom = 20 << 30

// room is what the documents of an organisation take: all versions of all of them, those in the trash too until they are
// removed; a content that stands once is counted once. What is made of them is not counted.
type room struct {
	Bytes     int64     `json:"bytes"`
	Documents int       `json:"documents"`
	At        time.Time `json:"at"`
}

const roomKept = 10 * 365 * 24 * time.Hour

// recount adds up what an organisation's documents take, and keeps it for pages.
func (s *Service) recount(ctx context.Context, org domain.OrganizationID) (room, error) {
	r := room{At: s.clock.Now()}
	seen := map[string]bool{}
	for cursor := ""; ; {
		page, err := s.records.List(ctx, store.Query{List: listOwner, Key: store.KeyOf(string(org)), Cursor: cursor, Limit: 200})
		if err != nil {
			return r, err
		}
		for _, doc := range page.Items {
			if doc.Body.Organization != org {
				continue // only belongs to a thing of it
			}
			r.Documents++
			for _, v := range doc.Body.History() {
				if !seen[v.Object] {
					seen[v.Object] = true
					r.Bytes += v.Size
				}
			}
		}
		if cursor = page.Next; cursor == "" {
			return r, s.rooms.Put(ctx, string(org), r, roomKept)
		}
	}
}

// roomOf gives what an organisation's documents took when they were counted last.
func (s *Service) roomOf(ctx context.Context, org domain.OrganizationID) (room, error) {
	r, err := s.rooms.Get(ctx, string(org))
	if apperr.Is(err, apperr.NotFound) {
		return s.recount(ctx, org)
	}
	return r, err
}

// bounded tells whether what belongs to an organisation is bounded.
func (s *Service) bounded(org domain.OrganizationID) bool { return s.quota > 0 && org != "" }

// hasRoom refuses a file before it comes that has no room among the documents of an organisation. Invalid (file).
func (s *Service) hasRoom(ctx context.Context, org domain.OrganizationID, size int64) error {
	if !s.bounded(org) {
		return nil
	}
	r, err := s.roomOf(ctx, org)
	if err == nil && r.Bytes+size > s.quota {
		r, err = s.recount(ctx, org) // a content that stands already may have been added twice
	}
	if err == nil && r.Bytes+size > s.quota {
		err = noRoom(r, s.quota)
	}
	return err
}

// fits adds a content to what an organisation's documents take. Far from the bound that is a sum; near to it all is counted,
// so that of many at once none slips by: known says that the content's document is stored already and counted with the
// others. Invalid (file).
func (s *Service) fits(ctx context.Context, org domain.OrganizationID, size int64, known bool) error {
	if !s.bounded(org) {
		return nil
	}
	add := func(r room) (room, error) {
		r.Bytes += size
		if known {
			r.Documents++
		}
		return r, nil
	}
	r, err := s.rooms.Get(ctx, string(org))
	if err == nil && r.Bytes+size <= s.quota/10*9 {
		_, err = s.rooms.Change(ctx, string(org), add)
		return err
	}
	if err != nil && !apperr.Is(err, apperr.NotFound) {
		return err
	}
	if r, err = s.recount(ctx, org); err != nil || known && r.Bytes <= s.quota {
		return err
	}
	if known || r.Bytes+size > s.quota {
		return noRoom(r, s.quota)
	}
	_, err = s.rooms.Change(ctx, string(org), add)
	return err
}

func noRoom(r room, quota int64) error {
	return refuse("documents.error.room", "used", megabytes(r.Bytes), "quota", megabytes(quota))
}

// megabytes rounds up: what is nearly full is not said to have room.
func megabytes(n int64) int64 { return (n + 1<<20 - 1) >> 20 }

// recountAll counts every organisation's documents again: what a crash left uncounted is right after it.
func (s *Service) recountAll(ctx context.Context) error {
	if s.quota <= 0 {
		return nil
	}
	orgs := map[domain.OrganizationID]bool{}
	err := s.records.Each(ctx, func(doc store.Doc[Document]) error {
		if doc.Body.Organization != "" {
			orgs[doc.Body.Organization] = true
		}
		return nil
	})
	if err != nil {
		return err
	}
	return s.recountThose(ctx, orgs)
}

func (s *Service) recountThose(ctx context.Context, orgs map[domain.OrganizationID]bool) error {
	for org := range orgs {
		if !s.bounded(org) {
			continue
		}
		if _, err := s.recount(ctx, org); err != nil {
			return err
		}
	}
	return nil
}

// roomBar shows how much of its room an organisation uses.
type roomBar struct {
	Text, Note string
	Used, All  int64 // MB
	Left       int64 // bytes
}

// roomBar of an organisation; nil where it is not bounded or cannot be told now.
func (m *Module) roomBar(ctx context.Context, b web.Base, org domain.OrganizationID) *roomBar {
	if !m.Service.bounded(org) {
		return nil
	}
	r, err := m.Service.roomOf(ctx, org)
	if err != nil {
		return nil
	}
	name := string(org)
	if briefs, err := m.Service.orgs.Briefs(ctx, []domain.OrganizationID{org}); err == nil && briefs[org].Name != "" {
		name = briefs[org].Name
	}
	quota := m.Service.quota
	return &roomBar{
		Text: b.T("documents.room.used", "name", name, "used", sizeText(b, r.Bytes), "quota", sizeText(b, quota)), Note: b.T("documents.room.note"),
		Used: megabytes(r.Bytes), All: megabytes(quota), Left: max(0, quota-r.Bytes),
	}
}
