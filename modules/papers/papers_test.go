package papers

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"io"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"gotong/modules/domain"
	"gotong/modules/kit/apperr"
	"gotong/modules/kit/clock"
	"gotong/modules/kit/i18n"
	"gotong/modules/kit/store"
	"gotong/modules/kit/store/sqlite"
	"gotong/modules/kit/testkit"
	"gotong/views"
)

// world is what the other modules say: one commitment in a state, and a library in memory.
type world struct {
	mu    sync.Mutex
	facts Facts
	files map[domain.DocumentID][][]byte
	down  bool // the library does not answer
}

var owner = domain.Actor{Account: "owner", Memberships: []domain.Membership{{Organization: "giver", Role: domain.OrgOwner, Verified: true}}}

func (w *world) Facts(_ context.Context, actor domain.Actor, _ domain.CommitmentID) (Facts, error) {
	if !actor.Has("giver", domain.OrgOwner) {
		return Facts{}, apperr.New(apperr.Forbidden, "error.forbidden")
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.facts, nil
}

func (w *world) Public(context.Context, domain.CommitmentID) (Public, error) {
	return Public{Title: "Penampung air", First: "Yayasan", Second: "Temajuk", Signed: "signed elsewhere"}, nil
}

func (w *world) File(_ context.Context, _ domain.Actor, _ store.Operation, ref domain.Ref, id domain.DocumentID, typ domain.DocumentType, _, _ string, up domain.Upload) error {
	raw, err := io.ReadAll(up.Body)
	w.mu.Lock()
	defer w.mu.Unlock()
	if ref.Kind != domain.KindCommitment || typ == "" || int64(len(raw)) != up.Size || !strings.HasSuffix(up.Name, ".pdf") {
		return errors.New("filed wrongly")
	}
	had := w.files[id]
	if len(had) == 0 || !bytes.Equal(had[len(had)-1], raw) {
		w.files[id] = append(had, raw)
	}
	if w.down {
		return apperr.New(apperr.Unavailable, "error.unavailable")
	}
	return err
}

func (w *world) Filed(_ context.Context, sum string) (list []Filed, err error) {
	for id, versions := range w.files {
		for i, raw := range versions {
			if s := sha256.Sum256(raw); hex.EncodeToString(s[:]) == sum {
				list = append(list, Filed{Document: id, Parent: domain.Ref{Kind: domain.KindCommitment, ID: "c"}, Type: domain.DocAgreement, Number: i + 1, Of: len(versions)})
			}
		}
	}
	return list, nil
}

func (w *world) Versions(_ context.Context, id domain.DocumentID) (sums []string, err error) {
	for _, raw := range w.files[id] {
		s := sha256.Sum256(raw)
		sums = append(sums, hex.EncodeToString(s[:]))
	}
	return sums, nil
}

func bench(t *testing.T) (*Service, *world, *clock.Fake) {
	t.Helper()
	w := &world{files: map[domain.DocumentID][][]byte{}, facts: Facts{
		State: "accepted", First: Party{ID: "giver", Name: "Yayasan Air"}, Second: Party{ID: "desa", Name: "Pemerintah Desa Temajuk", Address: "Jalan Desa 1"}, Need: "Penampung air hujan",
		Initiative: "Air bersih", Village: "Desa Temajuk", Category: "clean-water-supply", Unit: "unit", Quantity: 40, From: "2027-03-01", Until: "2027-09-30",
	}}
	bundle, err := i18n.Load(views.FS, "locales")
	if err != nil {
		t.Fatal(err)
	}
	c := testkit.Clock()
	db := testkit.Open(t, sqlite.Options{DocumentAtomic: true}, store.Options{Clock: c})
	s := &Service{papers: store.NewRecords(db, definition()), templates: store.NewRecords(db, templates()), registers: store.NewRecords(db, registers()),
		letterheads: store.NewRecords(db, letterheads()), commitments: w, library: w, clock: c, local: bundle.Localizer("id"), publicURL: "https://gotong.example"}
	return s, w, c
}

var said = Said{Date: "2027-02-01", First: "Ketua", Second: "Kepala Desa", Clause: "Diberitahukan 14 hari sebelumnya."}

func op(id string) store.Operation { return store.Operation{ID: id, Digest: "d" + id} }

// A paper has one number for good; the same data make the same paper, changed ones its next version; a making that broke off goes
// on with the same bytes, whoever repeats it; and each version is known by its sum.
func TestPapersOfACommitment(t *testing.T) {
	s, w, c := bench(t)
	ctx := t.Context()
	if _, err := s.Make(ctx, domain.Actor{Account: "stranger"}, op("0"), "c", PKS, said); !apperr.Is(err, apperr.Forbidden) {
		t.Fatalf("a stranger makes a paper: %v", err)
	}
	w.down = true
	if _, err := s.Make(ctx, owner, op("1"), "c", PKS, said); !apperr.Is(err, apperr.Unavailable) {
		t.Fatal(err)
	}
	w.down = false
	c.Advance(3_600_000_000_000)
	id, err := s.Make(ctx, owner, op("2"), "c", PKS, said)
	if err != nil {
		t.Fatal(err)
	}
	if files := w.files[documentID(id)]; len(files) != 1 {
		t.Fatalf("%d files after a making that broke off: its bytes differ", len(files))
	}
	for range 2 {
		if _, err := s.Make(ctx, owner, op("3"), "c", PKS, said); err != nil {
			t.Fatal(err)
		}
	}
	w.facts.Duties = []Duty{{Title: "Menyiapkan lokasi", Party: 2, Due: "2027-04-01"}}
	if _, err := s.Make(ctx, owner, op("4"), "c", PKS, said); err != nil {
		t.Fatal(err)
	}
	r, err := s.Record(ctx, id)
	if err != nil || len(r.Sums) != 2 || len(r.Paper.Versions) != 2 || r.Paper.Number != "001/PKS/GOTONG/II/2027" || r.Sums[1] != r.Paper.Last().SHA256 {
		t.Fatalf("%+v %v", r, err)
	}
	for sum, want := range map[string]string{r.Sums[1]: VerdictCurrent, r.Sums[0]: VerdictOlder, "signed elsewhere": VerdictSigned, strings.Repeat("0", 64): VerdictUnknown} {
		if got, _ := r.Verdict(sum); got != want {
			t.Errorf("%s: %s, not %s", sum, got, want)
		}
	}
	if found, err := s.Find(ctx, r.Sums[0]); err != nil || len(found) != 1 || found[0].Number != 1 || found[0].Of != 2 {
		t.Errorf("%+v %v", found, err)
	}
	if found, err := s.Find(ctx, strings.Repeat("0", 64)); err != nil || len(found) != 0 {
		t.Errorf("%+v %v", found, err)
	}
	number, drafted, ok, err := s.Draft(ctx, "c")
	if err != nil || !ok || number != r.Paper.Number || drafted.Clause != said.Clause {
		t.Errorf("draft %s %+v %v %v", number, drafted, ok, err)
	}
	if _, ok := ParseSum(" " + strings.ToUpper(r.Sums[0])); !ok {
		t.Error("a sum in capitals is not read")
	}
	if other, err := s.Make(ctx, owner, op("5"), "other", PKS, said); err != nil {
		t.Fatal(err)
	} else if r, err := s.Record(ctx, other); err != nil || r.Paper.Number != "002/PKS/GOTONG/II/2027" {
		t.Errorf("%s %v", r.Paper.Number, err)
	}
	code(t, w.files[documentID(id)][1], "https://gotong.example/papers/"+id)
	text(t, w.files[documentID(id)][1], "PERJANJIAN KERJA SAMA", "001/PKS/GOTONG/II/2027", "Senin, tanggal 1 Februari 2027", "Yayasan Air", "40 unit", "Menyiapkan lokasi", "14 hari", "https://gotong.example/papers/"+id)
}

// code holds the QR code on each page, which is a link too, against an address: as a phone reads it, where the programs for
// that are here.
func code(t *testing.T, raw []byte, want string) {
	t.Helper()
	if !bytes.Contains(raw, []byte("/URI ("+want+")")) {
		t.Errorf("the code is no link to %s", want)
	}
	draw, err := exec.LookPath("pdftoppm")
	reader, missing := exec.LookPath("zbarimg")
	if err != nil || missing != nil {
		t.Log("no pdftoppm or zbarimg here: the code cannot be read back")
		return
	}
	picture := filepath.Join(t.TempDir(), "page")
	c := exec.Command(draw, "-r", "150", "-png", "-f", "1", "-singlefile", "-", picture)
	c.Stdin = bytes.NewReader(raw)
	if out, err := c.CombinedOutput(); err != nil {
		t.Fatalf("%v %s", err, out)
	}
	out, err := exec.Command(reader, "-q", "--raw", picture+".png").Output()
	if err != nil || strings.TrimSpace(string(out)) != want {
		t.Errorf("the code says %q, not %q: %v", out, want, err)
	}
}

// Where the last part before the signatures begins: they stand with it on one page.
func TestLastPart(t *testing.T) {
	for want, forms := range map[int][]string{
		2: {"title", "text", "heading", "text", "tanda_tangan"}, 3: {"heading", "text", "text", "text", "tanda_tangan"}, -1: {"tanda_tangan"}, 1: {"text", "daftar_barang", "tanda_tangan", "text"},
	} {
		list := make([]Block, len(forms))
		for i, f := range forms {
			list[i].Form = f
		}
		if got := lastPart(list); got != want {
			t.Errorf("%v: %d, not %d", forms, got, want)
		}
	}
}

// text reads a PDF back, where that can be done here.
func text(t *testing.T, raw []byte, wants ...string) {
	t.Helper()
	reader, err := exec.LookPath("pdftotext")
	if err != nil {
		t.Log("no pdftotext here: the text cannot be read back")
		return
	}
	c := exec.Command(reader, "-layout", "-", "-")
	c.Stdin = bytes.NewReader(raw)
	out, err := c.Output()
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range wants {
		if !strings.Contains(string(out), want) {
			t.Errorf("%q is not in the paper:\n%s", want, out)
		}
	}
}

// Many papers of one kind at once: no number twice, none left out, and one paper asked for twice has one.
func TestNumbersAreUnique(t *testing.T) {
	s, _, _ := bench(t)
	var wait sync.WaitGroup
	for i := range 12 {
		wait.Go(func() {
			if _, err := s.Make(t.Context(), owner, op(digits(i)), domain.CommitmentID(digits(i/2)), MoU, said); err != nil {
				t.Error(err)
			}
		})
	}
	wait.Wait()
	seen := map[string]bool{}
	for i := range 6 {
		docs, err := s.Of(t.Context(), domain.CommitmentID(digits(i)))
		if err != nil || len(docs) != 1 || seen[docs[0].Body.Number] || len(docs[0].Body.Versions) != 1 {
			t.Fatalf("%d: %+v %v", i, docs, err)
		}
		seen[docs[0].Body.Number] = true
	}
	if !seen["001/MOU/GOTONG/II/2027"] || !seen["006/MOU/GOTONG/II/2027"] {
		t.Errorf("%v", seen)
	}
	r := register{}
	for i := range remembered + 20 {
		r, _, _ = r.take(digits(i))
	}
	if _, n, changed := r.take(digits(remembered + 5)); n != remembered+6 || changed {
		t.Errorf("a remembered paper gets %d", n)
	}
}

// Every kind × state, and what must be said.
func TestWhenPapersCanBeMade(t *testing.T) {
	states := []string{"interest", "proposed", "accepted", "agreed", "delivering", "delivered", "confirmed", "disputed", "evaluated", "declined", "cancelled", "expired"}
	for _, k := range Kinds {
		for _, state := range states {
			f := Facts{State: state, Items: []Item{{What: "x"}}}
			want := state == "accepted"
			if k == BAST {
				want = state == "agreed" || state == "delivering"
			}
			if got := f.Ready(k) == nil; got != want {
				t.Errorf("%s in %s: %v", k, state, got)
			}
		}
	}
	if f := (&Facts{State: "delivering"}); f.Ready(BAST) == nil {
		t.Error("a handover record of nothing")
	}
	for field, bad := range map[string]Said{"date": {Clause: "x"}, "clause": {Date: "2027-01-01"}, "first": {Date: "2027-01-01", Clause: "x", First: "NIK 6101084107850003"}} {
		var e *apperr.Error
		if err := bad.Validate(PKS); !errors.As(err, &e) || e.Fields[0].Name != field {
			t.Errorf("%s: %v", field, err)
		}
	}
}

// The texts that the portal comes with are valid; what is wrong with others is said at its field; a decided one is the next
// version, and the one before is still there.
func TestTemplates(t *testing.T) {
	s, _, _ := bench(t)
	ctx := t.Context()
	office := domain.Actor{Account: "office", Roles: []domain.PlatformRole{domain.RoleSecretariat}}
	for _, k := range Kinds {
		first := First(k)
		first.Reason = "Awal."
		if err := first.Validate(); err != nil {
			t.Errorf("%s: %v", k, err)
		}
		for _, b := range first.Blocks(map[string]string{}) {
			if strings.ContainsAny(b.Text, "{}") {
				t.Errorf("%s: %q keeps a brace", k, b.Text)
			}
		}
		var file bytes.Buffer
		if err := s.Sample(&file, first); err != nil || !bytes.HasPrefix(file.Bytes(), []byte("%PDF")) {
			t.Errorf("%s: %v", k, err)
		}
	}
	good := First(PKS)
	good.Reason = "Pasal baru."
	for what, spoil := range map[string]func(*Template){
		"text: papers.error.placeholder": func(t *Template) { t.Text += "\n{nama_ibu}" }, "text: papers.error.braces": func(t *Template) { t.Text += "\n{nomor" },
		"text: papers.error.needed": func(t *Template) { t.Text = strings.ReplaceAll(t.Text, "{jumlah}", "sejumlah") },
		"text: papers.error.alone":  func(t *Template) { t.Text += "\nlihat {kewajiban} di atas" }, "number: papers.error.number": func(t *Template) { t.Number = "PKS/{tahun}" },
		"reason: papers.error.reason": func(t *Template) { t.Reason = " " },
	} {
		bad := good
		spoil(&bad)
		var e *apperr.Error
		if err := bad.Validate(); !errors.As(err, &e) || e.Fields[0].Name+": "+e.Fields[0].Message.Key != what {
			t.Errorf("%s: %v", what, err)
		}
	}
	if _, err := s.Decide(ctx, owner, op("x"), 1, good); !apperr.Is(err, apperr.Forbidden) {
		t.Errorf("somebody else decides: %v", err)
	}
	good.Text += "\n\n## Pasal 8. Penutup\n\nDibuat rangkap dua."
	if _, err := s.Decide(ctx, office, op("1"), 1, good); err != nil {
		t.Fatal(err)
	}
	if _, err := s.Decide(ctx, office, op("2"), 1, good); !apperr.Is(err, apperr.Conflict) {
		t.Errorf("decided twice from the same version: %v", err)
	}
	now, err := s.Template(ctx, PKS, 0)
	if err != nil || now.Version != 2 || !strings.Contains(now.Text, "Pasal 8") {
		t.Errorf("%+v %v", now.Version, err)
	}
	if list, _, err := s.Templates(ctx, PKS, "", 10); err != nil || len(list) != 2 || list[1].Version != 1 {
		t.Errorf("%d versions, %v", len(list), err)
	}
}
