package organizations

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"gotong/modules/domain"
	"gotong/modules/kit/apperr"
)

// statesTable says what each action does in each state when those ask whose it is: the state that it leads to, or the
// word of the refusal (organizations.error.…). A row is an action, a column a state:
const statesTable = `
           registered        pending           verified          renewal           lapsed            expired           suspended         rejected
submit     pending           state.pending     too_early         state.pending     pending           pending           state.suspended   pending
verify     state.registered  verified          state.verified    verified          state.verified    state.expired     state.suspended   state.rejected
reject     state.registered  rejected          state.verified    rejected          state.verified    state.expired     state.suspended   state.rejected
suspend    state.registered  state.pending     suspended         suspended         suspended         suspended         state.suspended   state.rejected
restore    state.registered  state.pending     state.verified    state.pending     state.verified    state.expired     verified          state.rejected
reply      state.registered  state.pending     state.verified    state.pending     state.verified    state.expired     suspended         state.rejected
hand-in    registered        state.pending     verified          state.pending     expired           expired           suspended         rejected
raise      registered        pending           verified          pending           expired           expired           suspended         rejected
lift       registered        pending           verified          pending           expired           expired           suspended         rejected
`

// whose is who may do it: an owner, or somebody of the secretariat who is no member.
var whose = map[string]string{
	"submit": "owner", "hand-in": "owner", "reply": "owner",
	"verify": "s-sari", "reject": "s-sari", "suspend": "s-sari", "restore": "s-sari", "raise": "s-sari", "lift": "s-sari",
}

func statesWanted() (states []string, want map[string]map[string]string) {
	lines := strings.Split(strings.TrimSpace(statesTable), "\n")
	states = strings.Fields(lines[0])
	want = map[string]map[string]string{}
	for _, line := range lines[1:] {
		cells := strings.Fields(line)
		want[cells[0]] = map[string]string{}
		for i, state := range states {
			want[cells[0]][state] = cells[i+1]
		}
	}
	return states, want
}

// inState makes an organisation as it is in that state at the rig's clock.
func inState(state string, now time.Time) Organization {
	o := withPapers(foundation())
	o.Owners = []domain.AccountID{"owner"}
	o.Flags = []Flag{{ID: "flag", Level: FlagWarning, Category: "other", Evidence: "laporan", Decision: "perbaiki", Until: domain.DateOf(now.AddDate(0, 1, 0)), At: now}}
	o.State = State(state)
	since := func(at time.Time) { o.VerifiedAt, o.VerifiedUntil = at, at.AddDate(validYears, 0, 0) }
	switch state {
	case "pending":
		o.SubmittedAt = now
	case "verified":
		since(now.AddDate(0, -1, 0))
	case "renewal":
		since(now.AddDate(-2, 1, 0))
		o.State, o.SubmittedAt = StatePending, now
	case "lapsed":
		since(now.AddDate(-2, 0, -1))
		o.State = StateVerified
	case "expired":
		since(now.AddDate(-2, 0, -1))
	case "suspended":
		since(now.AddDate(0, -1, 0))
		o.Suspension = &Suspension{Reason: "laporan", By: "s-sari", At: now, From: StateVerified}
	}
	return o
}

func (r *rig) act(ctx context.Context, action, account string, id domain.OrganizationID) error {
	actor, op := r.actor(account), r.op()
	answers := func(v Verdict) []Answer {
		return []Answer{{"surat-kuasa", v, "dilihat"}, {"akta-ahu", VerdictInForce, ""}}
	}
	switch action {
	case "submit":
		return r.s.Submit(ctx, actor, op, id, "id")
	case "verify":
		_, err := r.s.Decide(ctx, actor, op, id, 0, answers(VerdictInForce), "")
		return err
	case "reject":
		_, err := r.s.Decide(ctx, actor, op, id, 0, answers(VerdictNot), "surat lama")
		return err
	case "suspend":
		return r.s.Suspend(ctx, actor, op, id, "laporan warga")
	case "restore":
		return r.s.Restore(ctx, actor, op, id, "sudah jelas")
	case "reply":
		return r.s.Reply(ctx, actor, op, id, "sudah diperbaiki")
	case "hand-in":
		return r.s.HandIn(ctx, actor, op, id, PaperRecord{Paper: "ad-art"}, &domain.Upload{Name: "a.pdf", Size: 4, Body: strings.NewReader("%PDF")})
	case "raise":
		return r.s.Raise(ctx, actor, op, id, Flag{Level: FlagObservation, Category: "other", Evidence: "catatan", Decision: "diawasi", Until: domain.DateOf(r.clock.Now())})
	case "lift":
		return r.s.Lift(ctx, actor, op, id, "flag", "sudah selesai")
	}
	return fmt.Errorf("no action %s", action)
}

// Every action in every state by every kind of actor: where it leads, or in which words it is refused; refused, nothing
// changes.
func TestStatesActionsActors(t *testing.T) {
	r := newRig(t)
	states, want := statesWanted()
	actors := []string{"", "stranger", "viewer", "editor", "owner", "s-sari", "s-member", "auditor"}
	tried := 0
	for action, row := range want {
		for _, state := range append(states, "merged") {
			var id domain.OrganizationID // one that a refusal left as it was is asked again
			for n, account := range actors {
				if id == "" {
					id = r.plant(fmt.Sprintf("%s-%s-%d", action, state, n), state)
				}
				err := r.act(t.Context(), action, account, id)
				tried++
				after, e := r.s.organizations.Get(t.Context(), string(id))
				r.must(e)
				name := fmt.Sprintf("%s, %s by %q", state, action, account)
				expected := expectation(row, action, state, account)
				if got := said(err); got != "" && got != expected || got == "" && string(after.Body.StateAt(r.clock.Now())) != expected {
					t.Errorf("%s: %q (%v), now %s; want %s", name, got, err, after.Body.StateAt(r.clock.Now()), expected)
				}
				if err != nil && !r.words.Has(messageOf(err)) { // in both languages, as the views' tests see to
					t.Errorf("%s: no words for %s", name, messageOf(err))
				}
				if err != nil && after.Version != 1 {
					t.Errorf("%s: refused, and changed all the same", name)
				}
				if after.Version != 1 {
					id = ""
				}
			}
		}
	}
	t.Logf("%d states × actions × actors", tried)
}

// expectation is what an actor is told: the table's word for whose it is, else why it is not theirs.
func expectation(row map[string]string, action, state, account string) string {
	public := state != "registered" && state != "pending" && state != "suspended" && state != "rejected"
	member := account == "viewer" || account == "editor" || account == "owner" || account == "s-member"
	switch {
	case state == "merged" || !public && !member && account != "s-sari" && account != "auditor":
		return "not_found"
	case account == whose[action]:
		return row[state]
	case whose[action] == "owner":
		return "owner_only"
	case account == "s-member":
		return "own"
	}
	return "secretariat_only"
}

// plant stores an organisation in that state, with a member of each role.
func (r *rig) plant(id, state string) domain.OrganizationID {
	r.t.Helper()
	ctx, org := r.t.Context(), domain.OrganizationID(id)
	o := inState(state, r.clock.Now())
	if state == "merged" {
		o = inState("verified", r.clock.Now())
		o.MergedInto = "other"
	}
	_, err := r.s.organizations.Insert(ctx, id, o, store0)
	r.must(err)
	r.files.has[domain.Ref{Kind: domain.KindOrganization, ID: id}] = true
	for member, role := range map[domain.AccountID]domain.OrganizationRole{"viewer": domain.OrgViewer, "editor": domain.OrgEditor, "owner": domain.OrgOwner, "s-member": domain.OrgEditor} {
		_, err := r.s.putMember(ctx, Member{Organization: org, Account: member, Role: role, Since: r.clock.Now()}, store0)
		r.must(err)
	}
	return org
}

func said(err error) string {
	var e *apperr.Error
	if !errors.As(err, &e) {
		if err != nil {
			return err.Error()
		}
		return ""
	}
	return strings.TrimPrefix(e.Msg.Key, "organizations.error.")
}
