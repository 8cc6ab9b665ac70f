package organizations

import (
	"context"
	"errors"
	"slices"
	"strings"
	"time"

	"gotong/modules/domain"
	"gotong/modules/kit/apperr"
	"gotong/modules/kit/store"
)

// Merge says how an organisation became part of another.
type Merge struct {
	By     domain.AccountID `json:"by"`
	At     time.Time        `json:"at"`
	Reason string           `json:"reason"`
	Moved  map[string]int   `json:"moved,omitempty"` // what was moved, by kind
	Done   time.Time        `json:"done,omitzero"`   // everything has moved, late comers too
}

// Absorbs marks an organisation while another's merge into it is decided. It keeps two that are merged into each other
// at once from both vanishing: whoever carries the mark cannot be merged away.
type Absorbs struct {
	From domain.OrganizationID `json:"from"`
	At   time.Time             `json:"at"`
}

// How long a mark without its merge is respected, and how long after a merge late comers are looked for: requests that
// had read their rights before it.
const (
	absorbHold = time.Minute
	lateAfter  = 2 * time.Minute
)

// Belonging is a kind of thing that another module keeps for organisations.
type Belonging interface {
	// Kind names it: needs, initiatives, commitments, documents, mandates …
	Kind() string
	// Count tells how many belong to the organisation.
	Count(ctx context.Context, id domain.OrganizationID) (int64, error)
	// Move gives all of them to another organisation and tells how many it moved. It may be repeated after a crash at
	// any step.
	Move(ctx context.Context, from, to domain.OrganizationID, change store.Change) (int, error)
}

// Belongings says what else belongs to organisations, in the order in which it is moved. Set it before serving.
func (m *Module) Belongings(all ...Belonging) { m.Service.belongings = all }

// present reads an organisation, or the one into which it was merged.
func (s *Service) present(ctx context.Context, id domain.OrganizationID) (store.Doc[Organization], error) {
	for range 10 {
		doc, err := s.organizations.Get(ctx, string(id))
		if err != nil || doc.Body.MergedInto == "" {
			return doc, err
		}
		id = doc.Body.MergedInto
	}
	return store.Doc[Organization]{}, hidden(nil)
}

// MovedTo gives the organisation that took this one in, where the actor may see it. NotFound otherwise.
func (s *Service) MovedTo(ctx context.Context, actor domain.Actor, id domain.OrganizationID) (domain.OrganizationID, error) {
	doc, err := s.present(ctx, id)
	if err != nil {
		return "", hidden(err)
	}
	if to := domain.OrganizationID(doc.ID); to != id && MaySee(actor, to, doc.Body, s.now()) {
		return to, nil
	}
	return "", hidden(nil)
}

// MovedHere gives the name of an organisation that this one took in, and when; "" where it did not.
func (s *Service) MovedHere(ctx context.Context, from, id domain.OrganizationID) (name string, at time.Time) {
	doc, err := s.organizations.Get(ctx, string(from))
	if err != nil || doc.Body.MergedInto == "" || doc.Body.Merge == nil {
		return "", at
	}
	if to, err := s.present(ctx, from); err != nil || to.ID != string(id) {
		return "", at
	}
	return doc.Body.Name, doc.Body.Merge.At
}

// Preview is what a merge would do.
type Preview struct {
	From, Into store.Doc[Organization]
	Counts     []KindCount
	Refusal    error // why it cannot be done, nil where it can
}

// KindCount is how many of a kind would move.
type KindCount struct {
	Kind  string
	Count int64
}

// mergeable tells why one organisation cannot become part of another.
func mergeable(from, into store.Doc[Organization], now time.Time) error {
	f, i := from.Body, into.Body
	refuse := func(key string) error { return apperr.New(apperr.Conflict, "organizations.error.merge_"+key) }
	switch {
	case from.ID == into.ID:
		return refuse("self")
	case f.MergedInto != "" || i.MergedInto != "":
		return refuse("gone")
	case f.Type != i.Type:
		return refuse("type")
	case f.Demo != i.Demo:
		return refuse("demo")
	case f.State == StatePending || i.State == StatePending:
		return refuse("pending")
	case f.State == StateSuspended || i.State == StateSuspended:
		return refuse("suspended")
	case f.InForce(now) && !i.InForce(now):
		return refuse("other_way")
	case f.Village != "" && f.Village != i.Village:
		return refuse("village")
	case f.Handover != nil && !f.Handover.Accepted.IsZero():
		return refuse("handover")
	case f.Absorbs != nil && now.Sub(f.Absorbs.At) < absorbHold:
		return refuse("busy")
	case i.Absorbs != nil && string(i.Absorbs.From) != from.ID && now.Sub(i.Absorbs.At) < absorbHold:
		return refuse("busy")
	}
	return nil
}

// PreviewMerge tells what merging from into the other would move. Forbidden for others than the secretariat and for
// members of either; NotFound where one is not there.
func (s *Service) PreviewMerge(ctx context.Context, actor domain.Actor, from, into domain.OrganizationID) (Preview, error) {
	f, err := s.judged(ctx, actor, from)
	if err != nil {
		return Preview{}, err
	}
	i, err := s.judged(ctx, actor, into)
	if err != nil {
		return Preview{}, err
	}
	p := Preview{From: f, Into: i, Refusal: mergeable(f, i, s.now())}
	for _, kind := range []struct {
		name  string
		count func() (int64, error)
	}{
		{"members", func() (int64, error) { return s.members.Count(ctx, listOrganization, store.KeyOf(f.ID)) }},
		{"requests", func() (int64, error) { return s.requests.Count(ctx, listOrganization, store.KeyOf(f.ID)) }},
		{"invitations", func() (int64, error) { return s.invitations.Count(ctx, listOrganization, store.KeyOf(f.ID)) }},
	} {
		n, err := kind.count()
		if err != nil {
			return p, err
		}
		p.Counts = append(p.Counts, KindCount{kind.name, n})
	}
	for _, b := range s.belongings {
		n, err := b.Count(ctx, from)
		if err != nil {
			return p, err
		}
		p.Counts = append(p.Counts, KindCount{b.Kind(), n})
	}
	return p, nil
}

// Merge makes one organisation part of another; all that belongs to it moves, and its address leads to the other. It
// cannot be undone. Invalid without a reason; Conflict where the two do not go together or one changed since it was
// read (version, of the one that goes); else errors as PreviewMerge's. What a crash or a lost connection leaves behind
// is moved later.
func (s *Service) Merge(ctx context.Context, actor domain.Actor, op store.Operation, from, into domain.OrganizationID, version int64, reason string) error {
	if err := mayJudge(actor, from); err != nil {
		return err
	}
	if doc, err := s.organizations.Get(ctx, string(from)); err == nil && doc.Body.MergedInto == into {
		return s.advance(ctx, doc) // the same form again
	}
	f, err := s.judged(ctx, actor, from)
	if err != nil {
		return err
	}
	i, err := s.judged(ctx, actor, into)
	if err != nil {
		return err
	}
	if err := checkReason(reason); err != nil {
		return err
	}
	if err := mergeable(f, i, s.now()); err != nil {
		return err
	}
	if version != 0 && f.Version != version {
		return apperr.New(apperr.Conflict, "organizations.error.changed")
	}
	c := actor.Change("organization.merge-prepared", into, op)
	c.Reason = reason
	target := i.Body
	target.Absorbs = &Absorbs{From: from, At: s.now()}
	if i, err = s.organizations.Replace(ctx, i, target, c); err != nil {
		return err
	}
	if err := mergeable(f, i, s.now()); err != nil {
		return err
	}
	o := f.Body
	o.MergedInto, o.Merge, o.Handover, o.Absorbs = into, &Merge{By: actor.Account, At: s.now(), Reason: reason}, nil, nil
	c.Action, c.Organization = "organization.merged", string(from)
	f, err = s.organizations.Replace(ctx, f, o, c)
	if err != nil {
		s.release(context.WithoutCancel(ctx), into, from)
		return err
	}
	return s.advance(ctx, f)
}

// release takes the mark of a merge off the organisation that takes the other in.
func (s *Service) release(ctx context.Context, into, from domain.OrganizationID) {
	for range 5 {
		doc, err := s.organizations.Get(ctx, string(into))
		if err != nil || doc.Body.Absorbs == nil || doc.Body.Absorbs.From != from {
			return
		}
		o := doc.Body
		o.Absorbs = nil
		if _, err = s.organizations.Replace(ctx, doc, o, store.Change{Action: "organization.merge-released", Organization: string(into)}); !apperr.Is(err, apperr.Conflict) {
			return // where it fails, the mark lapses by itself
		}
	}
}

// AdvanceMergers moves on what mergers have left, and looks once more for late comers.
func (s *Service) AdvanceMergers(ctx context.Context) (int, error) {
	page, err := s.organizations.List(ctx, store.Query{List: listMerging, Limit: 100})
	if err != nil {
		return 0, err
	}
	var failed []error // one that fails does not hold up the others
	for _, doc := range page.Items {
		if err := s.advance(ctx, doc); err != nil {
			failed = append(failed, err)
		}
	}
	return len(page.Items) - len(failed), errors.Join(failed...)
}

// advance moves all that still belongs to a merged organisation. Each step may be repeated. Once the time of late
// comers is over and nothing is left, the merge is done.
func (s *Service) advance(ctx context.Context, doc store.Doc[Organization]) error {
	from, merge := domain.OrganizationID(doc.ID), doc.Body.Merge
	if merge == nil || !merge.Done.IsZero() {
		return nil
	}
	target, err := s.present(ctx, doc.Body.MergedInto)
	if err != nil {
		return err
	}
	into := domain.OrganizationID(target.ID)
	change := store.Change{Action: "organization.moved", Actor: string(merge.By), Organization: string(into), Reason: merge.Reason}
	late := s.now().Sub(merge.At) >= lateAfter // asked before moving, so that the last look is a whole one
	moved := map[string]int{}
	steps := []struct {
		kind string
		move func() (int, error)
	}{
		{"members", func() (int, error) { return s.moveMembers(ctx, from, into, change) }},
		{"requests", func() (int, error) { return s.moveRequests(ctx, from, into, change) }},
		{"invitations", func() (int, error) { return s.moveInvitations(ctx, from, into, change) }},
		{"village", func() (int, error) { return 0, s.moveOffice(ctx, from, target, change) }},
	}
	for _, b := range s.belongings {
		steps = append(steps, struct {
			kind string
			move func() (int, error)
		}{b.Kind(), func() (int, error) { return b.Move(ctx, from, into, change) }})
	}
	for _, step := range steps {
		n, err := step.move()
		if err != nil {
			return err
		}
		moved[step.kind] = n
	}
	s.release(ctx, into, from)
	return s.noteMoved(ctx, from, moved, late, change)
}

// noteMoved adds up what was moved, and closes the merge.
func (s *Service) noteMoved(ctx context.Context, from domain.OrganizationID, moved map[string]int, done bool, change store.Change) error {
	doc, err := s.organizations.Get(ctx, string(from))
	if err != nil || doc.Body.Merge == nil {
		return err
	}
	o, merge, changed := doc.Body, *doc.Body.Merge, done
	sums := map[string]int{}
	for kind, n := range merge.Moved {
		sums[kind] = n
	}
	for kind, n := range moved {
		if n > 0 {
			sums[kind] += n
			changed = true
		}
	}
	if !changed {
		return nil
	}
	merge.Moved = sums
	if done {
		merge.Done = s.now()
		o.Owners = nil
	}
	o.Merge = &merge
	change.Action, change.Organization = "organization.merge-noted", string(from)
	_, err = s.organizations.Replace(ctx, doc, o, change)
	if apperr.Is(err, apperr.Conflict) {
		return nil // the next look closes it
	}
	return err
}

// moveMembers makes each member one of the other organisation, with the higher role where they are in both.
func (s *Service) moveMembers(ctx context.Context, from, into domain.OrganizationID, c store.Change) (int, error) {
	return store.Drain(ctx, s.members, listOrganization, store.KeyOf(string(from)), func(doc store.Doc[Member]) error {
		m := doc.Body
		m.Organization = into
		there, err := s.putMember(ctx, m, c)
		if err != nil {
			return err
		}
		role := there.Body.Role
		if slices.Index(Roles, m.Role) > slices.Index(Roles, role) {
			role = m.Role
			if err := s.setMember(ctx, into, m.Account, role, c); err != nil {
				return err
			}
		}
		if role == domain.OrgOwner {
			if err := s.setOwner(ctx, domain.Actor{Account: domain.AccountID(c.Actor)}, store.Operation{}, into, m.Account, true); err != nil {
				return err
			}
		}
		return s.members.Delete(ctx, doc, c)
	})
}

func (s *Service) moveRequests(ctx context.Context, from, into domain.OrganizationID, c store.Change) (int, error) {
	return store.Drain(ctx, s.requests, listOrganization, store.KeyOf(string(from)), func(doc store.Doc[JoinRequest]) error {
		r := doc.Body
		r.Organization = into
		if _, err := s.members.Get(ctx, memberID(into, r.Account)); apperr.Is(err, apperr.NotFound) {
			if _, err := s.requests.Insert(ctx, requestID(into, r.Account), r, c); err != nil && !apperr.Is(err, apperr.Conflict) {
				return err
			}
		} else if err != nil {
			return err
		}
		return s.requests.Delete(ctx, doc, c)
	})
}

func (s *Service) moveInvitations(ctx context.Context, from, into domain.OrganizationID, c store.Change) (int, error) {
	return store.Drain(ctx, s.invitations, listOrganization, store.KeyOf(string(from)), func(doc store.Doc[Invitation]) error {
		i := doc.Body
		i.Organization = into
		_, err := s.invitations.Replace(ctx, doc, i, c)
		return err
	})
}

// moveOffice gives the tie with a village to the organisation that took its holder in.
func (s *Service) moveOffice(ctx context.Context, from domain.OrganizationID, into store.Doc[Organization], c store.Change) error {
	village := into.Body.Governs()
	if village == "" {
		return nil
	}
	office, err := s.offices.Get(ctx, string(village))
	if apperr.Is(err, apperr.NotFound) || err == nil && office.Body.Organization != from {
		return nil
	}
	if err != nil {
		return err
	}
	c.Action = "organization.office-taken"
	_, err = s.offices.Replace(ctx, office, villageOffice{Organization: domain.OrganizationID(into.ID), At: s.now()}, c)
	return err
}

// Candidates lists organisations that this one may be the same as. Errors as PreviewMerge's.
func (s *Service) Candidates(ctx context.Context, actor domain.Actor, id domain.OrganizationID) ([]store.Doc[Organization], error) {
	doc, err := s.judged(ctx, actor, id)
	if err != nil {
		return nil, err
	}
	alikes, err := s.lookAlikes(ctx, actor, id, doc.Body)
	if err != nil {
		return nil, err
	}
	ids := make([]string, 0, len(alikes))
	for _, a := range alikes[:min(len(alikes), 20)] {
		ids = append(ids, string(a.id))
	}
	docs, err := s.organizations.GetMany(ctx, ids)
	list := make([]store.Doc[Organization], 0, len(docs))
	for _, other := range docs {
		if mergeable(doc, other, s.now()) == nil {
			list = append(list, other)
		}
	}
	slices.SortFunc(list, func(a, b store.Doc[Organization]) int {
		return strings.Compare(a.Body.Name+a.ID, b.Body.Name+b.ID)
	})
	return list, err
}
