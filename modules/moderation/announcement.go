package moderation

import (
	"strings"
	"time"
	"unicode/utf8"

	"gotong/modules/domain"
	"gotong/modules/kit/apperr"
	"gotong/modules/kit/store"
)

// Announcement stands on every page from one day to another, in both languages.
type Announcement struct {
	Title     domain.Text `json:"title"`
	Text      domain.Text `json:"text"`
	From      domain.Date `json:"from"`
	Until     domain.Date `json:"until"`               // inclusive
	SignedIn  bool        `json:"signed_in,omitempty"` // only for those who are
	Retracted bool        `json:"retracted,omitempty"`
	At        time.Time   `json:"at"` // written first
	Demo      bool        `json:"demo,omitempty"`
}

// Bounds of an announcement, in characters.
const (
	maxTitle = 120
	maxText  = 600
	maxDays  = 366
)

// Validate tells what must change.
func (a Announcement) Validate() error {
	var f apperr.Fields
	for _, x := range []struct {
		name, value string
		most        int
	}{{"title_id", a.Title.ID, maxTitle}, {"title_en", a.Title.EN, maxTitle}, {"text_id", a.Text.ID, maxText}, {"text_en", a.Text.EN, maxText}} {
		f.Check(strings.TrimSpace(x.value) != "", x.name, "moderation.error.both_languages")
		f.Check(utf8.RuneCountInString(x.value) <= x.most, x.name, "moderation.error.long", "max", x.most)
		f.Check(len(domain.FindPersonalNumbers(x.value)) == 0, x.name, "moderation.error.personal_number")
	}
	f.Check(a.From != "", "from", "moderation.error.date")
	f.Check(a.Until != "", "until", "moderation.error.date")
	if a.From != "" && a.Until != "" {
		f.Check(a.Until >= a.From, "until", "moderation.error.order")
		f.Check(a.Until.Time().Sub(a.From.Time()) <= maxDays*24*time.Hour, "until", "moderation.error.days", "max", maxDays)
	}
	return f.Err()
}

// ShownOn tells whether it stands on the pages of that day.
func (a Announcement) ShownOn(day domain.Date) bool {
	return !a.Retracted && a.From <= day && day <= a.Until
}

const (
	listAnnouncements = "announcements" // newest first
	listLive          = "live"          // not retracted, by their end, last first
)

func announcementDefinition() store.Definition[Announcement] {
	return store.Definition[Announcement]{Name: "announcements", Lists: []store.List[Announcement]{
		{Name: listAnnouncements, Descending: true, Keys: func(string, Announcement) []store.Key { return []store.Key{""} },
			Sort: func(_ string, a Announcement) string { return store.SortTime(a.At) }},
		{Name: listLive, Descending: true, Keys: func(_ string, a Announcement) []store.Key {
			if a.Retracted {
				return nil
			}
			return []store.Key{""}
		}, Sort: func(_ string, a Announcement) string { return store.SortText(string(a.Until)) }},
	}}
}
