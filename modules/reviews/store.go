package reviews

import (
	"context"
	"maps"
	"time"

	"gotong/modules/domain"
	"gotong/modules/kit/apperr"
	"gotong/modules/kit/store"
)

// Names of the lists.
const (
	ofRound  = "round"  // of an initiative's round
	listDesk = "desk"   // tasks of desks, by when the process was opened
	listLoad = "load"   // of a reviewer: processes under way
	listCall = "call"   // of a call
	listMark = "marked" // decisions that were begun
	listSelf = "self"   // of an account
	listTied = "tied"   // profiles by the organisations to which there is a tie

	taskDeclare = "declare"
	taskReview  = "review"
	taskSteer   = "steer" // of the secretariat
	taskLead    = "lead"  // of who made the call
)

func key(id domain.InitiativeID, round int64) store.Key {
	return store.KeyOf(string(id), store.SortInt(round))
}

// processID is the id of the one process of an initiative's round.
func processID(id domain.InitiativeID, round int64) string {
	return store.DeriveID(string(id), "process:"+store.SortInt(round))
}

// reviewID is the id of a reviewer's one review of a round.
func reviewID(id domain.InitiativeID, round int64, reviewer domain.AccountID) string {
	return store.DeriveID(string(reviewer), "review:"+string(id)+":"+store.SortInt(round))
}

func processDefinition() store.Definition[Process] {
	opened := func(_ string, p Process) string { return store.SortTime(p.OpenedAt) }
	return store.Definition[Process]{
		// Who stood aside, and why, is nobody's business but the office's: the trail has the moves, not the people.
		Name: "review_processes", Schema: 1, Personal: []string{"seats"},
		Lists: []store.List[Process]{
			{Name: listDesk, Sort: opened, Keys: func(_ string, p Process) []store.Key {
				if !p.Reviewing() {
					return nil
				}
				keys := []store.Key{store.KeyOf(taskSteer, "")}
				if p.Caller != "" {
					keys = append(keys, store.KeyOf(taskLead, string(p.Caller)))
				}
				for _, s := range p.Seats {
					switch {
					case s.Opened():
						keys = append(keys, store.KeyOf(taskReview, string(s.Account)))
					case s.Holds():
						keys = append(keys, store.KeyOf(taskDeclare, string(s.Account)))
					}
				}
				return keys
			}},
			{Name: listLoad, Sort: opened, Keys: func(_ string, p Process) (keys []store.Key) {
				for _, s := range p.Seats {
					if p.Reviewing() && s.Holds() {
						keys = append(keys, store.KeyOf(string(s.Account)))
					}
				}
				return keys
			}},
			{Name: listCall, Sort: opened, Keys: func(_ string, p Process) []store.Key {
				if p.Call == "" {
					return nil
				}
				return []store.Key{store.KeyOf(string(p.Call))}
			}},
			{Name: listMark, Sort: opened, Keys: func(_ string, p Process) []store.Key {
				if p.MarkedAt.IsZero() {
					return nil
				}
				return []store.Key{""}
			}},
		},
	}
}

func reviewDefinition() store.Definition[Review] {
	return store.Definition[Review]{Name: "reviews", Schema: 1, Personal: sealed, Lists: []store.List[Review]{
		{Name: ofRound, Sort: func(_ string, r Review) string { return store.SortTime(r.At) },
			Keys: func(_ string, r Review) []store.Key { return []store.Key{key(r.Initiative, r.Round)} }},
	}}
}

// Remark is a contribution to the discussion of the reviewers, after their reviews.
type Remark struct {
	Initiative domain.InitiativeID `json:"initiative"`
	Round      int64               `json:"round"`
	By         domain.AccountID    `json:"by"`
	Text       string              `json:"text"`
	At         time.Time           `json:"at"`
	Demo       bool                `json:"demo,omitempty"`
}

func remarkDefinition() store.Definition[Remark] {
	return store.Definition[Remark]{Name: "review_remarks", Schema: 1, Personal: []string{"text"}, Lists: []store.List[Remark]{
		{Name: ofRound, Sort: func(_ string, r Remark) string { return store.SortTime(r.At) },
			Keys: func(_ string, r Remark) []store.Key { return []store.Key{key(r.Initiative, r.Round)} }},
	}}
}

// Profile is what a reviewer knows about, and with which organisations there is a tie.
type Profile struct {
	Expertise []string                       `json:"expertise"` // groups of categories
	Ties      map[domain.OrganizationID]Tied `json:"ties"`
	Demo      bool                           `json:"demo,omitempty"`
}

// Tied is a declared tie to an organisation.
type Tied struct {
	Tie Tie       `json:"tie"`
	At  time.Time `json:"at"`
}

func profileDefinition() store.Definition[Profile] {
	return store.Definition[Profile]{Name: "reviewers", Schema: 1, Personal: []string{"ties"}, Lists: []store.List[Profile]{
		{Name: listTied, Sort: func(id string, _ Profile) string { return store.SortText(id) }, Keys: func(_ string, p Profile) (keys []store.Key) {
			for organization := range p.Ties {
				keys = append(keys, store.KeyOf(string(organization)))
			}
			return keys
		}},
	}}
}

// of gives the process of a proposal's present round. NotFound before its administrative check.
func (s *Service) of(ctx context.Context, p Proposal) (Doc, error) {
	return s.processes.Get(ctx, processID(p.ID, p.Round))
}

// in gives the reviews of a round that are in, in the order in which they came.
func (s *Service) in(ctx context.Context, id domain.InitiativeID, round int64) ([]Review, error) {
	page, err := s.reviews.List(ctx, store.Query{List: ofRound, Key: key(id, round), Limit: 20})
	if err != nil {
		return nil, err
	}
	list := make([]Review, 0, len(page.Items))
	for _, d := range page.Items {
		list = append(list, d.Body)
	}
	return list, nil
}

// change reads a process and writes what fn makes of it, again where somebody else was quicker.
func (s *Service) change(ctx context.Context, id string, c store.Change, fn func(p *Process) error) (Doc, error) {
	for range 8 {
		doc, err := s.processes.Get(ctx, id)
		if err != nil {
			return Doc{}, err
		}
		p := doc.Body
		if err := fn(&p); err != nil {
			return Doc{}, err
		}
		doc, err = s.processes.Replace(ctx, doc, p, c)
		if !apperr.Is(err, apperr.Conflict) {
			return doc, err
		}
	}
	return Doc{}, apperr.New(apperr.Conflict, "reviews.refuse.changed")
}

// MoveCaller gives the reviews that an organisation leads, since it made their call, to the one that took it in, and
// tells how many. It may be repeated.
func (s *Service) MoveCaller(ctx context.Context, from, to domain.OrganizationID, c store.Change) (int, error) {
	return store.Drain(ctx, s.processes, listDesk, store.KeyOf(taskLead, string(from)), func(doc Doc) error {
		p := doc.Body
		p.Caller = to
		_, err := s.processes.Replace(ctx, doc, p, c)
		return err
	})
}

// MoveTies makes the ties that reviewers declared to an organisation ties to the one that took it in, and tells how many
// reviewers have them; where there are ties to both, the later one stays. It may be repeated.
func (s *Service) MoveTies(ctx context.Context, from, to domain.OrganizationID, c store.Change) (int, error) {
	return store.Drain(ctx, s.profiles, listTied, store.KeyOf(string(from)), func(doc store.Doc[Profile]) error {
		p := doc.Body
		p.Ties = maps.Clone(p.Ties)
		if was := p.Ties[from]; was.At.After(p.Ties[to].At) {
			p.Ties[to] = was
		}
		delete(p.Ties, from)
		_, err := s.profiles.Replace(ctx, doc, p, c)
		return err
	})
}
