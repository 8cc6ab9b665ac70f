package initiatives

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"

	"gotong/modules/domain"
	"gotong/modules/kit/apperr"
	"gotong/modules/kit/store"
)

// Door is how an initiative came in; "" of older ones is unsolicited.
type Door string

// Doors of workflow.md section 3.
const (
	DoorUnsolicited Door = "unsolicited"
	DoorCall        Door = "call"
	DoorInvitation  Door = "invitation"
)

// CallCriterion is one question by which a call's proposals are scored.
type CallCriterion struct {
	ID, Name, Guidance string
	Weight             int64 // of 100
	Minimum            int64 // score of 1 to 5; 0 for none
}

// CallBrief is what an initiative needs to know of the call that it answers.
type CallBrief struct {
	ID           domain.CallID
	Title        string
	Organization domain.OrganizationID // "" the secretariat
	Open         bool                  // takes answers now, by the server's clock
	Deadline     time.Time
	Zone         *time.Location
	Criteria     []CallCriterion
	Anonymous    bool
	Reviewers    int64
	Spread       int64 // points of 100
	Areas        []domain.RegionCode
	Categories   []domain.CategoryID
	Papers       []domain.DocumentType // beside terms of reference and budget
}

// Entering is an initiative that begins to answer a call.
type Entering struct {
	Operation    store.Operation
	Call         domain.CallID
	Initiative   domain.InitiativeID
	Organization domain.OrganizationID
}

// Admission is what a call's conditions ask of a proposal that is handed in.
type Admission struct {
	Organization domain.OrganizationID
	Categories   []domain.CategoryID
	Areas        []domain.RegionCode
	Asked        int64 // rupiah still sought
	Papers       []domain.DocumentType
}

// Calls are the calls that initiatives answer. Call returns NotFound where the actor may not see it; Enter may be
// repeated and returns Conflict where the call takes no answers now; Admit returns Conflict where it is too late, with
// what to do, and Invalid with what is missing.
type Calls interface {
	Call(ctx context.Context, actor domain.Actor, id domain.CallID) (CallBrief, error)
	Rules(ctx context.Context, id domain.CallID) (CallBrief, error)
	Enter(ctx context.Context, actor domain.Actor, e Entering) error
	Admit(ctx context.Context, call domain.CallID, a Admission) error
}

// Sought is the money that the budget still looks for, rupiah.
func (c Content) Sought() int64 {
	var sum int64
	for _, l := range c.Budget {
		if l.Source == SourceSought {
			sum += l.Amount
		}
	}
	return sum
}

// admit holds a proposal, with the papers that its form brings, against the conditions of its call, when it is first handed
// in. What a revision changes comes after the deadline and is held against the points of the revision, by people.
func (s *Service) admit(ctx context.Context, id domain.InitiativeID, i Initiative, brought ...domain.DocumentType) error {
	if i.Call == "" || i.State() != Draft {
		return nil
	}
	a := Admission{Organization: i.Organization, Areas: i.Areas, Asked: i.Sought()}
	for _, o := range i.Offers {
		a.Categories = append(a.Categories, o.Category)
	}
	rules, err := s.calls.Rules(ctx, i.Call)
	if err != nil {
		return err
	}
	for _, t := range rules.Papers {
		has := slices.Contains(brought, t)
		if !has {
			if has, err = s.papers.Has(ctx, ref(id), t); err != nil {
				return err
			}
		}
		if has {
			a.Papers = append(a.Papers, t)
		}
	}
	return s.calls.Admit(ctx, i.Call, a)
}

// unnamed tells by field where the texts of a proposal name who makes it or with whom, though its call is reviewed
// without names.
func (s *Service) unnamed(ctx context.Context, i Initiative) (f apperr.Fields, err error) {
	if i.Call == "" {
		return nil, nil
	}
	rules, err := s.calls.Rules(ctx, i.Call)
	if err != nil || !rules.Anonymous {
		return nil, err
	}
	briefs, err := s.organizations.Briefs(ctx, []domain.OrganizationID{i.Organization})
	if err != nil {
		return nil, err
	}
	names := []string{briefs[i.Organization].Name}
	for _, p := range i.Partners {
		names = append(names, p.Name)
	}
	for _, t := range i.texts() {
		n := slices.IndexFunc(names, func(name string) bool { return mentions(t.text, name) })
		if n >= 0 && !strings.HasPrefix(t.name, "partner_") {
			f.Add(t.name, "initiatives.error.anonymous", "name", names[n])
		}
	}
	return f, nil
}

// mentions tells whether a text names an organisation, whatever its letters' size and what stands behind it in brackets.
func mentions(text, name string) bool {
	short, _, _ := strings.Cut(domain.PlainName(name), " (")
	return len(short) > 3 && strings.Contains(domain.PlainName(text), short)
}

// late refuses a proposal whose call takes no answers any more, before anything is kept of it.
func (s *Service) late(ctx context.Context, id domain.InitiativeID, i Initiative) error {
	if i.Call == "" || i.State() != Draft {
		return nil
	}
	if rules, err := s.calls.Rules(ctx, i.Call); err != nil || rules.Open {
		return err
	}
	if err := s.admit(ctx, id, i); err != nil {
		return err
	}
	return apperr.New(apperr.Conflict, "initiatives.refuse.changed") // it closed and opened in between: look again
}

// Handed is a proposal that is handed in, with the SHA-256 of its frozen version.
type Handed struct {
	ID           domain.InitiativeID
	Title        string
	Organization domain.OrganizationID
	Round        int64
	At           time.Time
	Digest       string
}

// Handed gives those of the initiatives that are handed in and not taken back, in the order of the ids.
func (s *Service) Handed(ctx context.Context, ids []domain.InitiativeID) ([]Handed, error) {
	plain := make([]string, len(ids))
	for n, id := range ids {
		plain[n] = string(id)
	}
	docs, err := s.records.GetMany(ctx, plain)
	if err != nil {
		return nil, err
	}
	var keys []string
	for _, id := range plain {
		if doc, ok := docs[id]; ok && doc.Body.Round > 0 && doc.Body.State() != Draft {
			keys = append(keys, versionID(id, doc.Body.Round))
		}
	}
	versions, err := s.versions.GetMany(ctx, keys)
	if err != nil {
		return nil, err
	}
	var out []Handed
	for _, id := range plain {
		doc, ok := docs[id]
		version, frozen := versions[versionID(id, doc.Body.Round)]
		if !ok || !frozen || doc.Body.State() == Draft {
			continue
		}
		raw, err := json.Marshal(version.Body)
		if err != nil {
			return nil, fmt.Errorf("initiatives: version of %s: %w", id, err)
		}
		sum := sha256.Sum256(raw)
		out = append(out, Handed{ID: domain.InitiativeID(id), Title: version.Body.Title, Organization: doc.Body.Organization, Round: doc.Body.Round, At: version.Body.SubmittedAt, Digest: hex.EncodeToString(sum[:])})
	}
	return out, nil
}

func versionID(id string, round int64) string { return fmt.Sprintf("%s-%d", id, round) }

// Undecided counts the proposals of a call that wait for their decision.
func (s *Service) Undecided(ctx context.Context, call domain.CallID) (int64, error) {
	var sum int64
	for _, state := range []State{Submitted, UnderReview, NeedsRevision} {
		n, err := s.records.Count(ctx, listCall, store.KeyOf(string(call), string(state)))
		if err != nil {
			return 0, err
		}
		sum += n
	}
	return sum, nil
}

// Answering gives a page of the initiatives that answer a call, in any state, in the order of their drafting: for the
// review.
func (s *Service) Answering(ctx context.Context, call domain.CallID, cursor string, limit int) (store.Page[Initiative], error) {
	return s.records.List(ctx, store.Query{List: listCall, Key: store.KeyOf(string(call), ""), Cursor: cursor, Limit: limit})
}

// OfCall lists the initiatives that answer a call, in the order of their drafting: all to those who read all, to
// everyone else those that are published.
func (s *Service) OfCall(ctx context.Context, actor domain.Actor, call domain.CallID, limit int) ([]Doc, error) {
	q := store.Query{List: listCall, Key: store.KeyOf(string(call), ""), Limit: limit}
	if !actor.Secretariat() && !actor.Auditor() {
		q.Key = ""
		for _, state := range PublicStates {
			q.Any = append(q.Any, store.KeyOf(string(call), string(state)))
		}
	}
	page, err := s.records.List(ctx, q)
	return page.Items, err
}
