package organizations

import (
	"strings"
	"testing"
	"time"

	"gotong/modules/domain"
	"gotong/modules/kit/apperr"
	"gotong/modules/kit/store"
)

func TestDueReminder(t *testing.T) {
	for _, c := range []struct {
		ends domain.Date
		days int
	}{{"", 0}, {"2027-02-28", 0}, {"2027-03-01", 14}, {"2027-03-15", 14}, {"2027-03-16", 60}, {"2027-04-30", 60}, {"2027-05-01", 0}} {
		if got := due(c.ends, "2027-03-01"); got != c.days {
			t.Errorf("ends %q: %d, want %d", c.ends, got, c.days)
		}
	}
}

// Two years on: sixty and fourteen days before the end one reminder each, whoever looks and however often; the desk
// shows the same.
func TestRemindersAreGivenOnce(t *testing.T) {
	r := newRig(t)
	id := r.verified("ani", ngo)
	doc, err := r.s.organizations.Get(t.Context(), string(id))
	r.must(err)
	o := doc.Body
	o.Papers[0].Expires = "2028-12-01"
	_, err = r.s.organizations.Replace(t.Context(), doc, o, store.Change{Action: "organization.paper-added"})
	r.must(err)
	count := func(want int) {
		t.Helper()
		for range 3 {
			_, err := r.s.Remind(t.Context())
			r.must(err)
		}
		list, err := r.s.Reminders(t.Context(), r.actor("ani"), id, 20)
		r.must(err)
		if len(list) != want {
			t.Errorf("%d reminders at %s, want %d", len(list), r.clock.Now(), want)
		}
	}
	at := func(day string) {
		moment, err := time.Parse(time.DateOnly, day)
		r.must(err)
		r.clock.Advance(moment.Add(3 * time.Hour).Sub(r.clock.Now()))
	}
	at("2028-10-01")
	count(0)
	at("2028-10-03") // sixty days before the paper's end
	count(1)
	at("2028-11-18")
	count(2)
	at("2028-12-05") // the paper has lapsed: the desk says so, no more reminders
	count(2)
	if desk := r.desk("ani"); !strings.Contains(desk, "sudah tidak berlaku sejak 1 Desember 2028") {
		t.Errorf("desk: %s", desk)
	}
	if lapsing, err := r.s.Lapsing(t.Context(), r.actor("s-sari"), 20); err != nil || len(lapsing) != 1 {
		t.Errorf("%d lapsing, %v", len(lapsing), err)
	}
	at("2029-01-01")
	count(3)
	for _, q := range r.m.Queues() {
		w, err := q.Read(t.Context(), domain.QueueRequest{Actor: r.actor("s-sari"), Limit: 5})
		if err != nil {
			t.Fatal(err)
		}
		if q.Name == "organization-ending" && (len(w.Items) != 1 || domain.DateOf(w.Items[0].Due) != "2029-03-01") {
			t.Errorf("verifications that end: %+v", w.Items)
		}
	}
	at("2029-02-20")
	count(4)
	shown := r.get("ani", pathOf(id)+"/verification")
	if !strings.Contains(shown.text(), "Pengingat 20 Februari 2029: verifikasi berakhir 1 Maret 2029") {
		t.Errorf("%s", shown.text())
	}
	if _, err := r.s.Reminders(t.Context(), r.actor("budi"), id, 20); !apperr.Is(err, apperr.NotFound) {
		t.Errorf("a stranger reads reminders: %v", err)
	}
	if _, err := r.s.Ending(t.Context(), r.actor("ani"), 20); !apperr.Is(err, apperr.Forbidden) {
		t.Errorf("an owner reads the secretariat's list: %v", err)
	}
	at("2029-03-02")
	count(4)
	n, err := r.s.ExpireLapsed(t.Context())
	if err != nil || n != 1 || r.state(id) != StateExpired {
		t.Errorf("%d expired, %v, %s", n, err, r.state(id))
	}
	r.must(r.s.HandIn(t.Context(), r.actor("ani"), r.op(), id, PaperRecord{Paper: o.Papers[0].Paper}, &domain.Upload{Name: "a.pdf", Size: 4, Body: strings.NewReader("%PDF")}))
	r.must(r.s.Submit(t.Context(), r.actor("ani"), r.op(), id, "id"))
	_, err = r.s.Decide(t.Context(), r.actor("s-sari"), r.op(), id, 0, r.allInForce(id), "")
	r.must(err)
	if r.state(id) != StateVerified {
		t.Errorf("renewed: %s", r.state(id))
	}
}

func (r *rig) desk(account string) string {
	r.t.Helper()
	fragment, err := r.m.DeskPanel().Load(r.t.Context(), domain.PanelRequest{Actor: r.actor(account), Page: r.base()})
	r.must(err)
	return string(fragment.HTML)
}

func TestBlockKeepsFromStarting(t *testing.T) {
	r := newRig(t)
	id := r.verified("ani", temajuk)
	flag := Flag{Level: FlagBlock, Category: "finance", Evidence: "Laporan audit 2027.", Decision: "Selesaikan laporan.", Until: "2027-03-31"}
	may := func(want bool) {
		t.Helper()
		brief, err := r.s.Brief(t.Context(), id)
		r.must(err)
		m, err := r.s.MembershipsOf(t.Context(), "ani")
		r.must(err)
		if brief.Verified != want || m[0].Verified != want {
			t.Errorf("brief %v, membership %v, want %v", brief.Verified, m[0].Verified, want)
		}
		if m[0].Village != "61.01.08.2007" || r.state(id) != StateVerified {
			t.Errorf("it finishes what runs as the village's government: %+v, %s", m[0], r.state(id))
		}
	}
	for _, level := range []FlagLevel{FlagObservation, FlagWarning} {
		f := flag
		f.Level = level
		r.must(r.s.Raise(t.Context(), r.actor("s-sari"), r.op(), id, f))
	}
	may(true)
	op := r.op()
	r.must(r.s.Raise(t.Context(), r.actor("s-sari"), op, id, flag))
	may(false)
	flagID := r.actor("s-sari").NewID(op)
	r.must(r.s.Lift(t.Context(), r.actor("s-sari"), r.op(), id, flagID, "sudah selesai"))
	may(true)
	if err := r.s.Lift(t.Context(), r.actor("s-sari"), r.op(), id, flagID, "lagi"+" sekali"); !apperr.Is(err, apperr.Conflict) {
		t.Errorf("lifted twice: %v", err)
	}
	r.must(r.s.Raise(t.Context(), r.actor("s-sari"), r.op(), id, flag))
	may(false)
	r.clock.Advance(31 * 24 * time.Hour)
	may(true)
	for _, f := range []Flag{{}, {Level: "much", Category: "none", Evidence: "x", Decision: "y", Until: "2026-01-01"}, {Level: FlagBlock, Category: "legal", Evidence: "bukti lengkap", Decision: "ditunda dulu", Until: "2031-01-01"}} {
		if err := r.s.Raise(t.Context(), r.actor("s-sari"), r.op(), id, f); !apperr.Is(err, apperr.Invalid) || !hasField(err, "until") {
			t.Errorf("%+v: %v", f, err)
		}
	}
	shown := r.get("ani", pathOf(id)+"/verification")
	sound(t, shown, "flags")
	if shown.Find("#flags article").Length() != 4 || shown.Find(`form[action$="/lift"]`).Length() != 0 || !strings.Contains(shown.text(), "Laporan audit 2027.") {
		t.Errorf("%s", shown.text())
	}
	if p := r.get("", pathOf(id)); strings.Contains(p.text(), "Laporan audit") {
		t.Error("the public reads the evidence")
	}
	wrong := r.post("s-sari", pathOf(id)+"/flags", map[string][]string{"level": {"block"}, "evidence": {"catatan panjang"}})
	sound(t, wrong, "wrong flag")
	if wrong.status != 422 || wrong.Find("details[open] #flag").Length() != 1 || wrong.Find("#i-flag-evidence").Text() != "catatan panjang" {
		t.Errorf("%d: %s", wrong.status, wrong.text())
	}
}

// Each suspension stays in the history, and a renewal that waited waits again after it.
func TestSuspensionsStayInTheHistory(t *testing.T) {
	r := newRig(t)
	id := r.verified("ani", ngo)
	sari := r.actor("s-sari")
	r.must(r.s.Suspend(t.Context(), sari, r.op(), id, "laporan pertama"))
	r.must(r.s.Reply(t.Context(), r.actor("ani"), r.op(), id, "tanggapan pertama"))
	r.must(r.s.Restore(t.Context(), sari, r.op(), id, "pulih pertama"))
	r.clock.Advance(2*365*24*time.Hour - 30*24*time.Hour)
	r.must(r.s.Submit(t.Context(), r.actor("ani"), r.op(), id, "id"))
	r.must(r.s.Suspend(t.Context(), sari, r.op(), id, "laporan kedua"))
	r.must(r.s.Restore(t.Context(), sari, r.op(), id, "pulih kedua"))
	if r.state(id) != StatePending {
		t.Errorf("the renewal does not wait any more: %s", r.state(id))
	}
	text := r.get("ani", pathOf(id)+"/verification").text()
	last := -1
	for _, want := range []string{"laporan pertama", "tanggapan pertama", "pulih pertama", "laporan kedua", "pulih kedua"} {
		at := strings.Index(text, want)
		if at <= last {
			t.Errorf("%q is not in its place: %s", want, text)
		}
		last = at
	}
}
