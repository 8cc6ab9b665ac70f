package program_test

import (
	"context"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/PuerkitoBio/goquery"

	"gotong/app/config"
	"gotong/app/portal"
	"gotong/app/program"
	"gotong/app/walk"
	"gotong/modules/documents"
	"gotong/modules/domain"
	"gotong/modules/kit/testkit"
)

func TestMain(m *testing.M) { os.Exit(program.Main(m)) }

// TestKill kills the serving process with SIGKILL at random moments of the loop, often while a form is on its way, and
// starts it again. Each time it holds what every person sees against a walk without kills: what was acknowledged is
// there; the step on its way is there as a whole or not at all; the same form sent again, letter by letter, takes
// effect once; and the loop goes on to its end. GOTONG_TEST_KILLS says how often (10), GOTONG_TEST_SEED repeats a run.
func TestKill(t *testing.T) {
	t.Parallel()
	program.Build(t)
	kills, seed := number(t, "GOTONG_TEST_KILLS", 10), uint64(number(t, "GOTONG_TEST_SEED", int(time.Now().UnixNano()&0xffffff)))
	t.Logf("%d kills, GOTONG_TEST_SEED=%d", kills, seed)
	k := &killer{t: t, random: rand.New(rand.NewPCG(seed, 1)), listen: testkit.FreeAddress(t), entered: map[string]*walk.HTTP{}, people: map[string]*walk.HTTP{}}
	k.prepare()
	k.reference()
	for k.killed < kills {
		k.round(kills)
	}
	t.Logf("%d kills: %d with a form on its way (%d of them had taken effect), %d between or while reading; %d checks had to wait for followers, longest %s",
		k.killed, k.lost, k.effective, k.killed-k.lost, k.waited, k.longest.Round(time.Second))
}

func number(t *testing.T, name string, otherwise int) int {
	text := os.Getenv(name)
	if text == "" {
		return otherwise
	}
	n, err := strconv.Atoi(text)
	if err != nil {
		t.Fatalf("%s: %v", name, err)
	}
	return n
}

type killer struct {
	t        *testing.T
	random   *rand.Rand
	listen   string
	prepared string                // a data folder with the demo content in which everybody is signed in
	entered  map[string]*walk.HTTP // as they were signed in at the beginning of every round
	people   map[string]*walk.HTTP // in this round: their tokens change with their rights
	shapes   []string              // what is seen after each step of a walk without kills; [0] before the first
	took     []time.Duration       // by each step

	data    string
	process *program.Process

	killed, lost, effective, waited int
	longest                         time.Duration
}

func (k *killer) base() string { return "http://" + k.listen }

// as gives the visitor of a person; all were signed in before.
func (k *killer) as(subject string) (walk.Visitor, error) {
	v, ok := k.people[subject]
	if !ok {
		return nil, fmt.Errorf("%s is not signed in", subject)
	}
	return v, nil
}

func (k *killer) must(err error) {
	k.t.Helper()
	if err != nil {
		k.t.Fatal(err)
	}
}

// prepare starts a portal on an empty folder, signs everybody in and keeps the folder as the beginning of every round.
func (k *killer) prepare() {
	k.prepared = filepath.Join(k.t.TempDir(), "prepared")
	p := program.Start(k.t, k.prepared, k.listen)
	loop := walk.Loop{}
	for _, subject := range append(loop.People(), "") {
		v, err := walk.NewHTTP(k.base())
		k.must(err)
		k.t.Cleanup(v.Close)
		if subject != "" {
			k.must(walk.SignIn(v, subject))
		}
		k.entered[subject] = v
	}
	if code := p.End(syscall.SIGTERM); code != 0 {
		k.t.Fatalf("exit code %d after SIGTERM:\n%s", code, p.Words)
	}
}

// begin starts a portal on a fresh copy of the prepared folder.
func (k *killer) begin() {
	k.data = filepath.Join(k.t.TempDir(), "data")
	for subject, v := range k.entered {
		again, err := v.Again()
		k.must(err)
		k.t.Cleanup(again.Close)
		k.people[subject] = again
	}
	// cp, since the object store keeps checksums in extended attributes, which os.CopyFS leaves out.
	if out, err := exec.Command("cp", "-a", k.prepared, k.data).CombinedOutput(); err != nil {
		k.t.Fatalf("cp: %v %s", err, out)
	}
	k.start()
}

func (k *killer) start() {
	k.process = program.Start(k.t, k.data, k.listen)
	for _, v := range k.people {
		v.Close() // connections of the process that was killed
	}
}

// reference walks once without kills.
func (k *killer) reference() {
	k.begin()
	loop := walk.Loop{As: k.as, Mark: "uji"}
	steps := loop.Steps()
	k.shapes = append(k.shapes, k.shape(&loop))
	for _, s := range steps {
		begin := time.Now()
		k.must(loop.Take(s))
		k.took = append(k.took, time.Since(begin))
		k.shapes = append(k.shapes, k.shape(&loop))
	}
	k.finish(&loop)
}

// round walks the loop, kills now and then, and looks at what is left at its end.
func (k *killer) round(kills int) {
	k.begin()
	loop := walk.Loop{As: k.as, Mark: "uji"}
	steps := loop.Steps()
	next := k.random.IntN(8)
	for i := 0; i < len(steps); i++ {
		if i < next || k.killed >= kills {
			k.must(loop.Take(steps[i]))
			continue
		}
		k.takeAndKill(&loop, steps, i)
		next = i + 1 + k.random.IntN(8)
	}
	k.finish(&loop)
}

// takeAndKill takes a step, kills the portal at some moment of it, starts it again and makes the step whole.
func (k *killer) takeAndKill(loop *walk.Loop, steps []walk.Step, i int) {
	step := steps[i]
	person := k.people[step.Who]
	answered := person.Answered()
	after := time.Duration(k.random.Int64N(int64(k.took[i]*6/5 + time.Millisecond)))
	gone := make(chan struct{})
	go func() {
		defer close(gone)
		time.Sleep(after)
		k.process.End(syscall.SIGKILL)
	}()
	err := loop.Take(step)
	<-gone
	k.killed++
	acknowledged := err == nil || person.Answered() > answered
	repeat := person.Lost()
	k.t.Logf("kill %d: %q (%s) after %s: acknowledged %v, form on its way %v", k.killed, step.Name, step.Who, after.Round(time.Millisecond), acknowledged, repeat)
	k.start()
	where := fmt.Sprintf("kill %d, %q (%s)", k.killed, step.Name, step.Who)
	switch {
	case acknowledged:
		k.expect(loop, where+": acknowledged", i+1)
	case repeat:
		k.lost++
		if at := k.expect(loop, where+": on its way", i, i+1); at == i+1 {
			k.effective++
		}
		if !person.Redo() {
			k.t.Fatalf("%s: nothing to send again", where)
		}
		if err := loop.Take(step); err != nil {
			k.t.Fatalf("%s: sent again: %v", where, err)
		}
		k.expect(loop, where+": sent again", i+1)
	default:
		k.expect(loop, where+": not begun", i)
		if err := loop.Take(step); err != nil {
			k.t.Fatalf("%s: taken again: %v", where, err)
		}
		k.expect(loop, where+": taken again", i+1)
	}
	k.check(where)
}

// expect waits until what is seen is what a walk without kills shows after so many steps, and gives which.
// Followers work beside, and after a kill another process's lease first has to lapse.
func (k *killer) expect(loop *walk.Loop, where string, after ...int) int {
	k.t.Helper()
	var seen string
	for deadline := time.Now().Add(time.Minute); time.Now().Before(deadline); time.Sleep(300 * time.Millisecond) {
		seen = k.shape(loop)
		for _, i := range after {
			if same(seen, k.shapes[i]) {
				return i
			}
		}
	}
	k.t.Fatalf("%s:\nseen\n%s\nwanted\n%s", where, seen, k.shapes[after[len(after)-1]])
	return -1
}

// same compares what is seen with what should be. A thing whose page is not known yet, since the answer that names it
// was lost, is met when its form is sent again.
func same(seen, want string) bool { return seen == want || seen != "" && strings.HasPrefix(want, seen) }

// shape says what the people of the loop see of its things: states, coverage, and how much of everything there is.
func (k *killer) shape(loop *walk.Loop) string {
	k.t.Helper()
	var b strings.Builder
	for _, page := range loop.Pages() {
		reader := *k.people[page.Who] // a second window: what the person does stays as it is
		if err := reader.Open(page.Path); err != nil {
			k.t.Fatalf("%s: %v\n%s", page.Path, err, k.process.Words)
		}
		doc, err := reader.Document()
		k.must(err)
		kind := strings.Split(page.Path, "/")[1]
		fmt.Fprintf(&b, "%s of %s: %s %s", kind, page.Who, fold(doc.Find("main header .tag").First().Text()), doc.Find("svg.cover").First().AttrOr("aria-label", ""))
		doc.Find("main section[id], main section[aria-labelledby]").Each(func(_ int, s *goquery.Selection) {
			id := s.AttrOr("id", s.AttrOr("aria-labelledby", ""))
			if id == "matching" || s.ParentsFiltered("#matching").Length() > 0 {
				return // an index beside the store
			}
			if n := s.Find("article, tbody tr, li, dt").Length(); n > 0 {
				fmt.Fprintf(&b, " %s:%d", id, n)
			}
		})
		b.WriteByte('\n')
	}
	return b.String()
}

func fold(s string) string { return strings.Join(strings.Fields(s), " ") }

// check runs `gotong check` beside the portal until it finds nothing, at most for a minute.
func (k *killer) check(where string) {
	k.t.Helper()
	begin := time.Now()
	for {
		code, out, words := program.Run(k.t, k.data, "check")
		if code == 0 {
			break
		}
		if time.Since(begin) > time.Minute {
			k.t.Fatalf("%s: check: exit code %d\n%s%s", where, code, out, words)
		}
		if k.longest == 0 {
			k.t.Logf("%s: check at first:\n%s%s", where, out, words)
		}
		time.Sleep(time.Second)
	}
	if took := time.Since(begin); took > 3*time.Second {
		k.waited++
		k.longest = max(k.longest, took)
	}
}

// finish holds the end of a loop against the reference, stops the portal and sees that the collectors leave nothing.
func (k *killer) finish(loop *walk.Loop) {
	k.t.Helper()
	k.expect(loop, "at the end", len(k.shapes)-1)
	k.check("at the end")
	if code := k.process.End(syscall.SIGTERM); code != 0 {
		k.t.Fatalf("exit code %d after SIGTERM:\n%s", code, k.process.Words)
	}
	cfg := config.Default()
	cfg.Listen, cfg.Data = k.listen, k.data
	p, err := portal.New(context.Background(), cfg, portal.Options{Clock: later{}, Log: slog.New(slog.DiscardHandler)})
	k.must(err)
	defer func() { k.must(p.Close()) }()
	docs := p.House().Documents.Service
	collected, err := docs.Collect(context.Background())
	k.must(err)
	if collected != (documents.Collected{}) {
		k.t.Logf("collected: %+v", collected)
	}
	if again, err := docs.Collect(context.Background()); err != nil || again != (documents.Collected{}) {
		k.t.Fatalf("the collector leaves something: %+v, %v", again, err)
	}
	_, err = docs.CheckContents(context.Background(), documents.Care{}, func(x documents.Trouble) {
		k.t.Errorf("document %s: %s is %s", x.Document, x.Key, x.What)
	})
	k.must(err)
	k.must(docs.Each(context.Background(), func(id domain.DocumentID, d documents.Document) error {
		if d.Status == documents.Pending {
			k.t.Errorf("document %s is pending: %+v", id, d)
		}
		return nil
	}))
}

// later is a clock past every grace of the collectors.
type later struct{}

func (later) Now() time.Time { return time.Now().Add(3 * time.Hour) }
