package organizations

import (
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"gotong/modules/domain"
	"gotong/modules/kit/apperr"
)

func TestMembersAndTheLastOwner(t *testing.T) {
	r := newRig(t)
	id := r.found("ani", ngo)
	if err := r.s.Leave(t.Context(), r.actor("ani"), r.op(), id); messageOf(err) != "organizations.error.last_owner" {
		t.Errorf("the last owner left: %v", err)
	}
	if err := r.s.SetRole(t.Context(), r.actor("ani"), r.op(), id, "ani", domain.OrgEditor); messageOf(err) != "organizations.error.last_owner" {
		t.Errorf("the last owner stepped down: %v", err)
	}
	r.join(id, "ani", "budi", domain.OrgOwner)
	actors := []domain.Actor{r.actor("ani"), r.actor("budi")}
	var wait sync.WaitGroup
	results := make([]error, 2)
	for i, a := range actors {
		op := r.op()
		wait.Go(func() { results[i] = r.s.Leave(t.Context(), a, op, id) })
	}
	wait.Wait()
	if (results[0] == nil) == (results[1] == nil) {
		t.Errorf("of two owners who left at once: %v", results)
	}
	members, err := r.s.membersOf(t.Context(), id)
	if err != nil || len(members) != 1 || members[0].Role != domain.OrgOwner {
		t.Errorf("%+v, %v", members, err)
	}
	owner := string(members[0].Account)
	r.join(id, owner, "cici", domain.OrgViewer)
	if err := r.s.SetRole(t.Context(), r.actor("cici"), r.op(), id, "cici", domain.OrgOwner); !apperr.Is(err, apperr.Forbidden) {
		t.Errorf("a viewer raised herself: %v", err)
	}
	if err := r.s.Remove(t.Context(), r.actor("cici"), r.op(), id, domain.AccountID(owner)); !apperr.Is(err, apperr.Forbidden) {
		t.Errorf("a viewer removed the owner: %v", err)
	}
	r.must(r.s.SetRole(t.Context(), r.actor(owner), r.op(), id, "cici", domain.OrgOwner))
	r.must(r.s.Remove(t.Context(), r.actor("cici"), r.op(), id, domain.AccountID(owner)))
	if m, _ := r.s.MembershipsOf(t.Context(), domain.AccountID(owner)); len(m) != 0 {
		t.Errorf("still a member: %+v", m)
	}
}

// join takes an account in by a link.
func (r *rig) join(id domain.OrganizationID, owner, account string, role domain.OrganizationRole) {
	r.t.Helper()
	shown, err := r.s.Invite(r.t.Context(), r.actor(owner), r.op(), id, role)
	r.must(err)
	link, err := r.s.ShownInvitation(r.t.Context(), r.actor(owner), id, shown)
	r.must(err)
	_, err = r.s.Accept(r.t.Context(), r.actor(account), r.op(), strings.TrimPrefix(link.Path, "/invitations/"))
	r.must(err)
}

func TestInvitationIsUsedOnce(t *testing.T) {
	r := newRig(t)
	id := r.found("ani", ngo)
	op := r.op()
	shown, err := r.s.Invite(t.Context(), r.actor("ani"), op, id, domain.OrgEditor)
	r.must(err)
	if again, err := r.s.Invite(t.Context(), r.actor("ani"), op, id, domain.OrgEditor); err != nil || again != shown {
		t.Errorf("the same form made another link: %v", err)
	}
	for _, account := range []string{"budi", "s-sari"} {
		if _, err := r.s.ShownInvitation(t.Context(), r.actor(account), id, shown); !apperr.Is(err, apperr.NotFound) {
			t.Errorf("%s reads the link: %v", account, err)
		}
	}
	link, err := r.s.ShownInvitation(t.Context(), r.actor("ani"), id, shown)
	r.must(err)
	secret := strings.TrimPrefix(link.Path, "/invitations/")
	for range 3 {
		if offered, err := r.s.Invitation(t.Context(), r.actor("budi"), secret); err != nil || offered.Role != domain.OrgEditor {
			t.Fatalf("looking used it up: %v", err)
		}
	}
	if _, err := r.s.Accept(t.Context(), public, r.op(), secret); !apperr.Is(err, apperr.SignIn) {
		t.Errorf("%v", err)
	}
	if _, err := r.s.Accept(t.Context(), r.actor("ani"), r.op(), secret); !apperr.Is(err, apperr.Conflict) {
		t.Errorf("a member used it up: %v", err)
	}
	var wait sync.WaitGroup
	accounts := []string{"budi", "cici", "dodi", "eni"}
	results := make([]error, len(accounts))
	for i, account := range accounts {
		a, op := r.actor(account), r.op()
		wait.Go(func() { _, results[i] = r.s.Accept(t.Context(), a, op, secret) })
	}
	wait.Wait()
	won := slices.IndexFunc(results, func(err error) bool { return err == nil })
	for i, err := range results {
		if i != won && !apperr.Is(err, apperr.NotFound) {
			t.Errorf("%s: %v", accounts[i], err)
		}
	}
	if members, _ := r.s.membersOf(t.Context(), id); won < 0 || len(members) != 2 {
		t.Fatalf("%d members, won %d", len(members), won)
	}
	if got, err := r.s.Accept(t.Context(), domain.Actor{Account: domain.AccountID(accounts[won])}, r.op(), secret); err != nil || got != id {
		t.Errorf("the same person again: %v", err)
	}
	shown, err = r.s.Invite(t.Context(), r.actor("ani"), r.op(), id, domain.OrgViewer)
	r.must(err)
	link, err = r.s.ShownInvitation(t.Context(), r.actor("ani"), id, shown)
	r.must(err)
	r.clock.Advance(7*24*time.Hour + time.Second)
	if _, err := r.s.Accept(t.Context(), r.actor("fani"), r.op(), strings.TrimPrefix(link.Path, "/invitations/")); !apperr.Is(err, apperr.NotFound) {
		t.Errorf("used after seven days: %v", err)
	}
}

func TestJoinRequests(t *testing.T) {
	r := newRig(t)
	id := r.found("ani", ngo)
	if err := r.s.AskToJoin(t.Context(), r.actor("budi"), r.op(), id, ""); !apperr.Is(err, apperr.NotFound) {
		t.Errorf("asked to join what is hidden: %v", err)
	}
	r.papers("ani", id)
	r.must(r.s.Submit(t.Context(), r.actor("ani"), r.op(), id, "id"))
	_, err := r.s.Decide(t.Context(), r.actor("s-sari"), r.op(), id, 0, r.allInForce(id), "")
	r.must(err)
	for _, account := range []string{"budi", "budi", "cici"} {
		r.must(r.s.AskToJoin(t.Context(), r.actor(account), r.op(), id, ""))
		r.clock.Advance(time.Minute)
	}
	requests, err := r.s.JoinRequests(t.Context(), r.actor("ani"), id)
	if err != nil || len(requests) != 2 || requests[0].Name != "Nama budi" {
		t.Fatalf("%+v, %v", requests, err)
	}
	if _, err := r.s.JoinRequests(t.Context(), r.actor("budi"), id); !apperr.Is(err, apperr.Forbidden) {
		t.Errorf("%v", err)
	}
	op := r.op()
	r.must(r.s.AnswerRequest(t.Context(), r.actor("ani"), op, id, "budi", domain.OrgViewer))
	r.must(r.s.AnswerRequest(t.Context(), r.actor("ani"), op, id, "budi", domain.OrgViewer))
	r.must(r.s.AnswerRequest(t.Context(), r.actor("ani"), r.op(), id, "cici", ""))
	if m, _ := r.s.MembershipsOf(t.Context(), "budi"); len(m) != 1 || m[0].Role != domain.OrgViewer || !m[0].Verified {
		t.Errorf("%+v", m)
	}
	if m, _ := r.s.MembershipsOf(t.Context(), "cici"); len(m) != 0 {
		t.Errorf("%+v", m)
	}
}
