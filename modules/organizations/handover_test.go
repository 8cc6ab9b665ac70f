package organizations

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"gotong/modules/domain"
	"gotong/modules/kit/apperr"
	"gotong/modules/kit/store"
	"gotong/modules/kit/store/sqlite"
)

// store0 is a change that prepares a test.
var store0 = store.Change{Action: "organization.seeded"}

func (p *plain) roles(t testing.TB, id domain.OrganizationID) (owners []domain.AccountID, roles map[domain.AccountID]domain.OrganizationRole) {
	t.Helper()
	doc, err := p.organizations.Get(t.Context(), string(id))
	must(t, err)
	members, err := p.membersOf(t.Context(), id)
	must(t, err)
	roles = map[domain.AccountID]domain.OrganizationRole{}
	for _, m := range members {
		roles[m.Account] = m.Role
	}
	return doc.Body.Owners, roles
}

func TestHandoverTakesTwo(t *testing.T) {
	p := newPlace(t, sqlite.Options{})
	s := p.open(t, nil)
	s.twins(t)
	ctx := t.Context()
	op := func(id string) store.Operation { return store.Operation{ID: id, Digest: id} }
	for account, word := range map[string]string{"budi": "owner_only", "dedi": "owner_only"} {
		if err := s.OfferOwnership(ctx, s.as(t, account), op("x"+account), "old", "budi"); said(err) != word {
			t.Errorf("%s offers what is not theirs: %v", account, err)
		}
	}
	if err := s.OfferOwnership(ctx, s.as(t, "ani"), op("x"), "old", "dedi"); !apperr.Is(err, apperr.NotFound) {
		t.Errorf("offered to one who is no member: %v", err)
	}
	if err := s.OfferOwnership(ctx, s.as(t, "ani"), op("y"), "old", "ani"); said(err) != "handover_owner" {
		t.Errorf("offered to oneself: %v", err)
	}
	must(t, s.OfferOwnership(ctx, s.as(t, "ani"), op("offer"), "old", "budi"))
	owners, roles := s.roles(t, "old")
	if !slices.Equal(owners, []domain.AccountID{"ani"}) || roles["budi"] != domain.OrgViewer {
		t.Errorf("an offer alone changed it: %v %v", owners, roles)
	}
	for account, word := range map[string]string{"ani": "not_found", "cici": "not_found", "dedi": "not_found", "s-sari": "not_found"} {
		if err := s.TakeOwnership(ctx, s.as(t, account), op("t"+account), "old"); said(err) != word {
			t.Errorf("%s takes what was not offered: %v", account, err)
		}
	}
	if err := s.EndOffer(ctx, s.as(t, "cici"), op("e"), "old"); said(err) != "owner_only" {
		t.Errorf("another ends the offer: %v", err)
	}
	must(t, s.EndOffer(ctx, s.as(t, "budi"), op("decline"), "old"))
	must(t, s.OfferOwnership(ctx, s.as(t, "ani"), op("offer2"), "old", "cici"))
	must(t, s.EndOffer(ctx, s.as(t, "ani"), op("withdraw"), "old"))
	must(t, s.OfferOwnership(ctx, s.as(t, "ani"), op("offer3"), "old", "cici"))
	p.clock.Advance(handoverLife)
	if err := s.TakeOwnership(ctx, s.as(t, "cici"), op("late"), "old"); said(err) != "handover_gone" {
		t.Errorf("taken too late: %v", err)
	}
	must(t, s.OfferOwnership(ctx, s.as(t, "ani"), op("offer4"), "old", "budi"))
	must(t, s.TakeOwnership(ctx, s.as(t, "budi"), op("take"), "old"))
	must(t, s.TakeOwnership(ctx, s.as(t, "budi"), op("take"), "old")) // the same form again
	owners, roles = s.roles(t, "old")
	if !slices.Equal(owners, []domain.AccountID{"budi"}) || roles["budi"] != domain.OrgOwner || roles["ani"] != domain.OrgEditor {
		t.Errorf("%v %v", owners, roles)
	}
	entries, err := s.organizations.History(ctx, "old", 20)
	must(t, err)
	var actions []string
	for _, e := range entries {
		actions = append(actions, e.Action)
	}
	for _, want := range []string{"organization.handover-offered", "organization.handover-declined", "organization.handover-withdrawn", "organization.handover-taken"} {
		if !slices.Contains(actions, want) {
			t.Errorf("the trail has no %s: %v", want, actions)
		}
	}
}

// The acceptance is broken off at each storage call; after a start the roles are as before or as after, never without
// an owner, and the repeat succeeds.
func TestHandoverAfterACrashAtEachStorageCall(t *testing.T) {
	for name, mode := range bothModes {
		t.Run(name, func(t *testing.T) {
			points := 0
			for n := 1; ; n++ {
				p := newPlace(t, mode)
				d := &dying{left: n}
				s := p.open(t, d.fail)
				s.twins(t)
				must(t, s.OfferOwnership(t.Context(), s.as(t, "ani"), store.Operation{ID: "offer"}, "old", "budi"))
				budi := s.as(t, "budi")
				d.armed = true
				err := s.TakeOwnership(t.Context(), budi, store.Operation{ID: "take"}, "old")
				d.armed = false
				if d.hit == "" {
					must(t, err)
					break
				}
				points++
				again := p.open(t, nil)
				_, err = again.SettleHandovers(t.Context())
				must(t, err)
				owners, roles := again.roles(t, "old")
				before := slices.Equal(owners, []domain.AccountID{"ani"}) && roles["ani"] == domain.OrgOwner && roles["budi"] == domain.OrgViewer
				after := slices.Equal(owners, []domain.AccountID{"budi"}) && roles["budi"] == domain.OrgOwner && roles["ani"] == domain.OrgEditor
				if !before && !after {
					t.Fatalf("after a crash at call %d (%s): owners %v, roles %v", n, d.hit, owners, roles)
				}
				must(t, again.TakeOwnership(t.Context(), again.as(t, "budi"), store.Operation{ID: "take"}, "old"))
				if owners, roles := again.roles(t, "old"); !slices.Equal(owners, []domain.AccountID{"budi"}) || roles["ani"] != domain.OrgEditor || roles["budi"] != domain.OrgOwner {
					t.Fatalf("repeated after a crash at call %d (%s): owners %v, roles %v", n, d.hit, owners, roles)
				}
			}
			t.Logf("%d points", points)
		})
	}
}

// Two owners leave, demote or hand over at the same moment on two replicas: one stays, always.
func TestLastOwnerOnTwoReplicas(t *testing.T) {
	acts := map[string]func(s *plain, actor domain.Actor, other domain.AccountID, op store.Operation) error{
		"leave": func(s *plain, a domain.Actor, _ domain.AccountID, op store.Operation) error {
			return s.Leave(context.Background(), a, op, "old")
		},
		"demote the other": func(s *plain, a domain.Actor, other domain.AccountID, op store.Operation) error {
			return s.SetRole(context.Background(), a, op, "old", other, domain.OrgViewer)
		},
		"remove the other": func(s *plain, a domain.Actor, other domain.AccountID, op store.Operation) error {
			return s.Remove(context.Background(), a, op, "old", other)
		},
	}
	for name, act := range acts {
		for round := range 8 {
			p := newPlace(t, sqlite.Options{})
			a := p.open(t, nil)
			b := p.open(t, nil)
			a.twins(t)
			must(t, a.SetRole(t.Context(), a.as(t, "ani"), store.Operation{ID: "raise"}, "old", "cici", domain.OrgOwner))
			ani, cici := a.as(t, "ani"), b.as(t, "cici")
			var wait sync.WaitGroup
			var errs [2]error
			wait.Go(func() { errs[0] = act(a, ani, "cici", store.Operation{ID: "one"}) })
			wait.Go(func() { errs[1] = act(b, cici, "ani", store.Operation{ID: "two"}) })
			wait.Wait()
			owners, roles := a.roles(t, "old")
			if len(owners) != 1 || roles[owners[0]] != domain.OrgOwner {
				t.Fatalf("%s, round %d: owners %v, roles %v, %v", name, round, owners, roles, errs)
			}
			refused := 0
			for _, err := range errs {
				if err != nil {
					refused++
					if said(err) != "last_owner" && !apperr.Is(err, apperr.Conflict) {
						t.Errorf("%s: refused with %v", name, err)
					}
				}
			}
			if refused != 1 {
				t.Errorf("%s, round %d: %d of two are refused: %v", name, round, refused, errs)
			}
		}
	}
}

func TestInvitationsAreListedAndTakenBack(t *testing.T) {
	p := newPlace(t, sqlite.Options{})
	s := p.open(t, nil)
	secret := s.twins(t)
	ctx := t.Context()
	open, err := s.Open(ctx, s.as(t, "ani"), "old")
	must(t, err)
	if len(open) != 1 || strings.Contains(fmt.Sprint(open), secret) {
		t.Fatalf("%v", open)
	}
	if _, err := s.Open(ctx, s.as(t, "budi"), "old"); said(err) != "owner_only" {
		t.Errorf("a viewer lists them: %v", err)
	}
	if err := s.Revoke(ctx, s.as(t, "dedi"), store.Operation{ID: "r0"}, "new", open[0].ID); !apperr.Is(err, apperr.NotFound) {
		t.Errorf("another organisation's owner takes it back: %v", err)
	}
	must(t, s.Revoke(ctx, s.as(t, "ani"), store.Operation{ID: "r"}, "old", open[0].ID))
	must(t, s.Revoke(ctx, s.as(t, "ani"), store.Operation{ID: "r"}, "old", open[0].ID))
	if _, err := s.Accept(ctx, s.as(t, "eka"), store.Operation{ID: "a"}, secret); said(err) != "invitation" {
		t.Errorf("the link still works: %v", err)
	}
	// An invitation dies with its maker's right to invite.
	must(t, s.SetRole(ctx, s.as(t, "ani"), store.Operation{ID: "raise"}, "old", "cici", domain.OrgOwner))
	shown, err := s.Invite(ctx, s.as(t, "cici"), store.Operation{ID: "i2"}, "old", domain.OrgOwner)
	must(t, err)
	link, err := s.ShownInvitation(ctx, s.as(t, "cici"), "old", shown)
	must(t, err)
	must(t, s.SetRole(ctx, s.as(t, "ani"), store.Operation{ID: "lower"}, "old", "cici", domain.OrgViewer))
	if _, err := s.Accept(ctx, s.as(t, "eka"), store.Operation{ID: "a2"}, strings.TrimPrefix(link.Path, "/invitations/")); said(err) != "invitation" {
		t.Errorf("an invitation outlives its maker's right: %v", err)
	}
	p.clock.Advance(invitationLife + time.Hour)
	if n, err := s.DropInvitations(ctx, p.clock.Now(), true); n == 0 || err != nil {
		t.Errorf("counted: %d, %v", n, err)
	}
	if n, err := s.DropInvitations(ctx, p.clock.Now(), false); n == 0 || err != nil {
		t.Errorf("let go: %d, %v", n, err)
	}
	if left, err := s.invitations.List(ctx, store.Query{List: listEnding, Limit: 10}); err != nil || len(left.Items) != 0 {
		t.Errorf("%d are left, %v", len(left.Items), err)
	}
}

// The acceptance of an invitation is broken off at each storage call: the same person's repeat makes them a member,
// nobody else can use the link any more than before.
func TestInvitationAfterACrashAtEachStorageCall(t *testing.T) {
	for n := 1; ; n++ {
		p := newPlace(t, sqlite.Options{})
		d := &dying{left: n}
		s := p.open(t, d.fail)
		secret := s.twins(t)
		eka := s.as(t, "eka")
		d.armed = true
		_, err := s.Accept(t.Context(), eka, store.Operation{ID: "a"}, secret)
		d.armed = false
		if d.hit == "" {
			must(t, err)
			break
		}
		again := p.open(t, nil)
		if _, err := again.Accept(t.Context(), again.as(t, "eka"), store.Operation{ID: "a"}, secret); err != nil {
			t.Fatalf("call %d (%s): %v", n, d.hit, err)
		}
		if _, roles := again.roles(t, "old"); roles["eka"] != domain.OrgEditor {
			t.Fatalf("call %d (%s): %v", n, d.hit, roles)
		}
		if _, err := again.Accept(t.Context(), again.as(t, "fitri"), store.Operation{ID: "b"}, secret); said(err) != "invitation" {
			t.Fatalf("call %d (%s): used twice: %v", n, d.hit, err)
		}
	}
}
