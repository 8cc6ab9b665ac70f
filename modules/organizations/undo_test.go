package organizations

import (
	"reflect"
	"testing"
	"time"

	"gotong/modules/domain"
	"gotong/modules/kit/apperr"
)

func (r *rig) roleOf(id domain.OrganizationID, account string) (role domain.OrganizationRole, since time.Time) {
	r.t.Helper()
	doc, err := r.s.members.Get(r.t.Context(), memberID(id, domain.AccountID(account)))
	if apperr.Is(err, apperr.NotFound) {
		return "", since
	}
	r.must(err)
	return doc.Body.Role, doc.Body.Since
}

func TestWhoWasTakenOutIsPutBack(t *testing.T) {
	r := newRig(t)
	ctx, id := t.Context(), r.found("ani", ngo)
	for account, role := range map[string]domain.OrganizationRole{"budi": domain.OrgOwner, "cici": domain.OrgEditor} {
		r.join(id, "ani", account, role)
		_, since := r.roleOf(id, account)
		if err := r.s.PutBack(ctx, r.actor("ani"), r.op(), id, domain.AccountID(account)); messageOf(err) != "organizations.error.undo_late" {
			t.Errorf("%s is a member, and put back: %v", account, err)
		}
		r.must(r.s.Remove(ctx, r.actor("ani"), r.op(), id, domain.AccountID(account)))
		op := r.op()
		r.must(r.s.PutBack(ctx, r.actor("ani"), op, id, domain.AccountID(account)))
		r.must(r.s.PutBack(ctx, r.actor("ani"), op, id, domain.AccountID(account))) // the same form again
		if now, at := r.roleOf(id, account); now != role || !at.Equal(since) {
			t.Errorf("%s: %s since %s, was %s since %s", account, now, at, role, since)
		}
	}
	doc, err := r.s.organizations.Get(ctx, string(id))
	if err != nil || len(doc.Body.Owners) != 2 {
		t.Errorf("owners: %v %v", doc.Body.Owners, err)
	}

	r.must(r.s.Remove(ctx, r.actor("ani"), r.op(), id, "cici"))
	if err := r.s.PutBack(ctx, r.actor("cici"), r.op(), id, "cici"); !apperr.Is(err, apperr.Forbidden) && !apperr.Is(err, apperr.NotFound) {
		t.Errorf("she put herself back: %v", err)
	}
	if err := r.s.PutBack(ctx, r.actor("ani"), r.op(), id, "dedi"); !apperr.Is(err, apperr.NotFound) {
		t.Errorf("one who never was a member: %v", err)
	}
	r.clock.Advance(undoLife + time.Minute)
	if err := r.s.PutBack(ctx, r.actor("ani"), r.op(), id, "cici"); messageOf(err) != "organizations.error.undo_late" {
		t.Errorf("after an hour: %v", err)
	}

	r.join(id, "ani", "eka", domain.OrgViewer)
	r.must(r.s.Leave(ctx, r.actor("eka"), r.op(), id))
	if err := r.s.PutBack(ctx, r.actor("ani"), r.op(), id, "eka"); messageOf(err) != "organizations.error.undo_late" {
		t.Errorf("who left by herself was put back: %v", err)
	}
}

func TestAnAnswerToAWishToJoinIsTakenBack(t *testing.T) {
	r := newRig(t)
	ctx, id := t.Context(), r.verified("ani", ngo)
	waiting := func() (names []string) {
		list, err := r.s.JoinRequests(ctx, r.actor("ani"), id)
		r.must(err)
		for _, x := range list {
			names = append(names, string(x.Account)+": "+x.Message)
		}
		return names
	}
	r.must(r.s.AskToJoin(ctx, r.actor("budi"), r.op(), id, "Saya relawan air."))
	for _, role := range []domain.OrganizationRole{domain.OrgEditor, "", domain.OrgViewer} {
		r.must(r.s.AnswerRequest(ctx, r.actor("ani"), r.op(), id, "budi", role))
		if got, _ := r.roleOf(id, "budi"); got != role || len(waiting()) != 0 {
			t.Fatalf("answered: %q, %v", got, waiting())
		}
		op := r.op()
		for range 2 { // the second is the same form again
			r.must(r.s.TakeBackAnswer(ctx, r.actor("ani"), op, id, "budi"))
		}
		if got, _ := r.roleOf(id, "budi"); got != "" || len(waiting()) != 1 || waiting()[0] != "budi: Saya relawan air." {
			t.Fatalf("%q taken back: %q, %v", role, got, waiting())
		}
	}
	r.must(r.s.AnswerRequest(ctx, r.actor("ani"), r.op(), id, "budi", domain.OrgEditor))
	r.must(r.s.SetRole(ctx, r.actor("ani"), r.op(), id, "budi", domain.OrgOwner))
	if err := r.s.TakeBackAnswer(ctx, r.actor("ani"), r.op(), id, "budi"); messageOf(err) != "organizations.error.undo_late" {
		t.Errorf("taken back after something else was decided: %v", err)
	}
	if got, _ := r.roleOf(id, "budi"); got != domain.OrgOwner || len(waiting()) != 0 {
		t.Errorf("a refused undo changed something: %q %v", got, waiting())
	}
}

func TestALiftedFlagCountsAgain(t *testing.T) {
	r := newRig(t)
	ctx, id, sari := t.Context(), r.found("ani", ngo), r.actor("s-sari")
	op := r.op()
	r.must(r.s.Raise(ctx, sari, op, id, Flag{Level: FlagBlock, Category: "finance", Evidence: "laporan audit", Decision: "tunggu perbaikan", Until: domain.DateOf(r.s.now().AddDate(0, 1, 0))}))
	flag := sari.NewID(op)
	blocked := func() bool {
		doc, err := r.s.organizations.Get(ctx, string(id))
		r.must(err)
		return doc.Body.Blocked(r.s.now())
	}
	if err := r.s.Unlift(ctx, sari, r.op(), id, flag, "keliru"); messageOf(err) != "organizations.error.flag_ended" {
		t.Errorf("one that was not lifted: %v", err)
	}
	r.must(r.s.Lift(ctx, sari, r.op(), id, flag, "sudah dibenahi"))
	if err := r.s.Unlift(ctx, sari, r.op(), id, flag, ""); !hasField(err, "reason") {
		t.Errorf("without reason: %v", err)
	}
	if blocked() {
		t.Error("lifted, and it blocks")
	}
	r.must(r.s.Unlift(ctx, sari, r.op(), id, flag, "keliru dicabut"))
	if !blocked() {
		t.Error("it does not count again")
	}
	if err := r.s.Unlift(ctx, r.actor("ani"), r.op(), id, flag, "saya sendiri"); err == nil {
		t.Error("an owner raised a flag on her own")
	}
}

func TestWhoLeftComesBack(t *testing.T) {
	r := newRig(t)
	ctx, id := t.Context(), r.found("ani", ngo)
	r.join(id, "ani", "budi", domain.OrgOwner)
	r.must(r.s.Leave(ctx, r.actor("budi"), r.op(), id))
	op := r.op()
	for range 2 { // the second is the same form again
		r.must(r.s.Return(ctx, r.actor("budi"), op, id))
	}
	if role, _ := r.roleOf(id, "budi"); role != domain.OrgOwner {
		t.Error("comes back as", role)
	}
	if doc, err := r.s.organizations.Get(ctx, string(id)); err != nil || len(doc.Body.Owners) != 2 {
		t.Errorf("owners: %v %v", doc.Body.Owners, err)
	}
	r.must(r.s.Remove(ctx, r.actor("ani"), r.op(), id, "budi"))
	if err := r.s.Return(ctx, r.actor("budi"), r.op(), id); messageOf(err) != "organizations.error.undo_late" {
		t.Error("who was taken out came back:", err)
	}
	if err := r.s.Return(ctx, r.actor("dedi"), r.op(), id); !apperr.Is(err, apperr.NotFound) {
		t.Error("one who never was a member:", err)
	}
	r.join(id, "ani", "eka", domain.OrgEditor)
	r.must(r.s.Leave(ctx, r.actor("eka"), r.op(), id))
	r.clock.Advance(undoLife + time.Minute)
	if err := r.s.Return(ctx, r.actor("eka"), r.op(), id); messageOf(err) != "organizations.error.undo_late" {
		t.Error("after an hour:", err)
	}
}

func TestProfileIsAsBeforeItsEdit(t *testing.T) {
	r := newRig(t)
	ctx, id := t.Context(), r.found("ani", ngo)
	was, err := r.s.organizations.Get(ctx, string(id))
	r.must(err)
	p := ngo
	p.Name, p.Email, p.About = "Yayasan Nama Baru", "baru@contoh.invalid", ""
	r.must(r.s.Edit(ctx, r.actor("ani"), r.op(), id, was.Version, p))
	op := r.op()
	for range 2 { // the second is the same form again
		r.must(r.s.TakeBackEdit(ctx, r.actor("ani"), op, id))
	}
	now, err := r.s.organizations.Get(ctx, string(id))
	if err != nil || !reflect.DeepEqual(now.Body, was.Body) {
		t.Errorf("%+v, was %+v: %v", now.Body, was.Body, err)
	}
	if err := r.s.TakeBackEdit(ctx, r.actor("ani"), r.op(), id); messageOf(err) != "organizations.error.undo_late" {
		t.Error("took back what was taken back:", err)
	}
}

// A decision that was taken back is as if it had not been made: the papers wait again, and so does a renewal, with the
// earlier verification in force until its end.
func TestDecisionIsTakenBack(t *testing.T) {
	r := newRig(t)
	ctx, id := t.Context(), r.submitted("ani", ngo)
	waiting, err := r.s.organizations.Get(ctx, string(id))
	r.must(err)
	decide := func() {
		t.Helper()
		_, err := r.s.Decide(ctx, r.actor("s-sari"), r.op(), id, 0, r.allInForce(id), "")
		r.must(err)
	}
	decide()
	if err := r.s.TakeBackDecision(ctx, r.actor("ani"), r.op(), id, "Saya sendiri."); !apperr.Is(err, apperr.Forbidden) {
		t.Error("an owner took it back:", err)
	}
	if err := r.s.TakeBackDecision(ctx, r.actor("s-sari"), r.op(), id, ""); !apperr.Is(err, apperr.Invalid) {
		t.Error("without a reason:", err)
	}
	op := r.op()
	for range 2 { // the second is the same form again
		r.must(r.s.TakeBackDecision(ctx, r.actor("s-sari"), op, id, "Berkas tertukar."))
	}
	now, err := r.s.organizations.Get(ctx, string(id))
	if err != nil || !reflect.DeepEqual(now.Body, waiting.Body) || now.Body.State != StatePending {
		t.Errorf("%+v, was %+v: %v", now.Body, waiting.Body, err)
	}
	decide()
	verified, err := r.s.organizations.Get(ctx, string(id))
	r.must(err)
	r.clock.Advance(verified.Body.VerifiedUntil.Sub(r.clock.Now()) - renewWithin + time.Hour)
	r.must(r.s.Submit(ctx, r.actor("ani"), r.op(), id, "id"))
	decide()
	r.must(r.s.TakeBackDecision(ctx, r.actor("s-sari"), r.op(), id, "Terlalu cepat."))
	now, err = r.s.organizations.Get(ctx, string(id))
	if o := now.Body; err != nil || o.State != StatePending || !o.InForce(r.clock.Now()) || !o.VerifiedUntil.Equal(verified.Body.VerifiedUntil) || len(o.Reviews) != 1 {
		t.Errorf("a renewal: %+v %v", o, err)
	}
	decide()
	r.clock.Advance(undoLife + time.Minute)
	if err := r.s.TakeBackDecision(ctx, r.actor("s-sari"), r.op(), id, "Terlambat."); messageOf(err) != "organizations.error.undo_late" {
		t.Error("after an hour:", err)
	}
}
