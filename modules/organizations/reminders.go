package organizations

import (
	"context"
	"strconv"
	"time"

	"gotong/modules/domain"
	"gotong/modules/kit/apperr"
	"gotong/modules/kit/store"
)

// remindDays are how many days before an end it is pointed out, the latest first.
var remindDays = []int{14, 60}

// Kinds of reminder.
const (
	remindVerification = "verification"
	remindPaper        = "paper"
)

// Reminder is one that was given: that the verification or a paper of an organisation ends. It is stored under an id
// made of all that it says, so it is given once.
type Reminder struct {
	Organization domain.OrganizationID `json:"organization"`
	Kind         string                `json:"kind"`
	Paper        string                `json:"paper,omitempty"`
	Days         int                   `json:"days"` // how many days before the end it was due
	Ends         domain.Date           `json:"ends"`
	At           time.Time             `json:"at"`
	Demo         bool                  `json:"demo,omitempty"`
}

func (r Reminder) id() string {
	return store.DeriveID(string(r.Organization), "reminder:"+r.Kind+":"+r.Paper+":"+string(r.Ends)+":"+strconv.Itoa(r.Days))
}

func reminderDefinition() store.Definition[Reminder] {
	return store.Definition[Reminder]{
		Name: "organization_reminders", Schema: 1,
		Lists: []store.List[Reminder]{{Name: listOrganization, Descending: true,
			Keys: func(_ string, r Reminder) []store.Key { return []store.Key{store.KeyOf(string(r.Organization))} },
			Sort: func(_ string, r Reminder) string { return store.SortTime(r.At) }}},
	}
}

// due gives the reminder that an end calls for on a day: the nearest one whose day has come, 0 for none. What has
// ended is not reminded of.
func due(ends, today domain.Date) int {
	if ends == "" || ends < today {
		return 0
	}
	for _, days := range remindDays {
		if domain.DateOf(today.Time().AddDate(0, 0, days)) >= ends {
			return days
		}
	}
	return 0
}

// dueOf lists the reminders that an organisation calls for now.
func dueOf(id domain.OrganizationID, o Organization, now time.Time) []Reminder {
	var list []Reminder
	today := domain.DateOf(now)
	add := func(kind, paper string, ends domain.Date) {
		if days := due(ends, today); days > 0 {
			list = append(list, Reminder{Organization: id, Kind: kind, Paper: paper, Days: days, Ends: ends, At: now, Demo: o.Demo})
		}
	}
	if o.StateAt(now) == StateVerified {
		add(remindVerification, "", domain.DateOf(o.VerifiedUntil))
	}
	if o.InForce(now) {
		for _, p := range o.Papers {
			add(remindPaper, p.Paper, p.Expires)
		}
	}
	return list
}

// soonestPaper is the earliest end of a paper, "" where none has one.
func (o Organization) soonestPaper() domain.Date {
	var first domain.Date
	for _, p := range o.Papers {
		if p.Expires != "" && (first == "" || p.Expires < first) {
			first = p.Expires
		}
	}
	return first
}

// Remind stores the reminders that are due and were not given; it may run on every replica and be repeated.
func (s *Service) Remind(ctx context.Context) (int, error) {
	horizon := domain.DateOf(s.now().AddDate(0, 0, remindDays[len(remindDays)-1]))
	given := 0
	for list, ends := range map[string]func(Organization) domain.Date{
		listEnding: func(o Organization) domain.Date { return domain.DateOf(o.VerifiedUntil) },
		listPapers: Organization.soonestPaper,
	} {
		n, err := s.remindFrom(ctx, list, func(o Organization) bool { return ends(o) > horizon })
		if given += n; err != nil {
			return given, err
		}
	}
	return given, nil
}

func (s *Service) remindFrom(ctx context.Context, list string, beyond func(Organization) bool) (int, error) {
	query, given := store.Query{List: list, Limit: 100}, 0
	for {
		page, err := s.organizations.List(ctx, query)
		if err != nil {
			return given, err
		}
		var wanted []Reminder
		over := page.Next == ""
		for _, doc := range page.Items {
			if beyond(doc.Body) {
				over = true
				break
			}
			wanted = append(wanted, dueOf(domain.OrganizationID(doc.ID), doc.Body, s.now())...)
		}
		n, err := s.give(ctx, wanted)
		if given += n; err != nil || over {
			return given, err
		}
		query.Cursor = page.Next
	}
}

func (s *Service) give(ctx context.Context, wanted []Reminder) (int, error) {
	ids := make([]string, 0, len(wanted))
	for _, r := range wanted {
		ids = append(ids, r.id())
	}
	have, err := s.reminders.GetMany(ctx, ids)
	if err != nil {
		return 0, err
	}
	given := 0
	for _, r := range wanted {
		if _, there := have[r.id()]; there {
			continue
		}
		_, err := s.reminders.Insert(ctx, r.id(), r, store.Change{Action: "organization.reminded", Organization: string(r.Organization)})
		if apperr.Is(err, apperr.Conflict) {
			continue // another replica was first
		}
		if err != nil {
			return given, err
		}
		given++
	}
	return given, nil
}

// Reminders lists what an organisation was reminded of, newest first. NotFound where the actor may not see inside.
func (s *Service) Reminders(ctx context.Context, actor domain.Actor, id domain.OrganizationID, limit int) ([]Reminder, error) {
	if _, err := s.inside(ctx, actor, id); err != nil {
		return nil, err
	}
	page, err := s.reminders.List(ctx, store.Query{List: listOrganization, Key: store.KeyOf(string(id)), Limit: limit})
	list := make([]Reminder, 0, len(page.Items))
	for _, doc := range page.Items {
		list = append(list, doc.Body)
	}
	return list, err
}

// Lapsing lists verified organisations by the end of the paper that ends first, lapsed ones included, as far as the
// last reminder's day. Forbidden for others than secretariat and auditors.
func (s *Service) Lapsing(ctx context.Context, actor domain.Actor, limit int) ([]store.Doc[Organization], error) {
	return s.ending(ctx, actor, listPapers, limit, Organization.soonestPaper)
}

// Ending lists verified organisations whose verification ends within sixty days, first end first. Errors as Lapsing's.
func (s *Service) Ending(ctx context.Context, actor domain.Actor, limit int) ([]store.Doc[Organization], error) {
	return s.ending(ctx, actor, listEnding, limit, func(o Organization) domain.Date { return domain.DateOf(o.VerifiedUntil) })
}

func (s *Service) ending(ctx context.Context, actor domain.Actor, list string, limit int, ends func(Organization) domain.Date) ([]store.Doc[Organization], error) {
	if !actor.Secretariat() && !actor.Auditor() {
		return nil, apperr.New(apperr.Forbidden, "organizations.error.secretariat_only")
	}
	page, err := s.organizations.List(ctx, store.Query{List: list, Limit: limit})
	if err != nil {
		return nil, err
	}
	horizon := domain.DateOf(s.now().AddDate(0, 0, remindDays[len(remindDays)-1]))
	for i, doc := range page.Items {
		if ends(doc.Body) > horizon {
			return page.Items[:i], nil
		}
	}
	return page.Items, nil
}
