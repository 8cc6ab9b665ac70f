package portal_test

import (
	"bufio"
	"fmt"
	"net/http"
	"net/url"
	"os"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/gofiber/fiber/v2"

	"gotong/app/config"
	"gotong/app/embedded/oidc"
	"gotong/app/portal"
	"gotong/app/walk"
	"gotong/modules/domain"
	"gotong/modules/kit/testkit/effort"
	"gotong/modules/kit/testkit/mongowire"
	"gotong/modules/reviews"
)

// matrixFile says for each route, each subject in its state and each kind of actor what the portal answers:
//
//	200 301 400 …   that status
//	in              303 to the sign-in page
//	go              303 elsewhere, nothing was written
//	does            the act is theirs: only the frozen store kept it from being done
//	no              403, shown but not theirs
//	-               404, not there for them
//	state           409, theirs, but not in this state
//	input           422, theirs, but this input is refused
//
// Set GOTONG_MATRIX=write to write it from the answers; every changed line then wants a reason from product.md.
const matrixFile = "testdata/authorisation.tsv"

// cast are the kinds of actor, with the demo person who plays each. The university stands for the subject's organisation,
// Temajuk for its village.
var cast = []struct{ kind, subject string }{
	{"public", "public"}, {"member", "anggota"}, {"other-owner", "media-pengelola"},
	{"viewer", "univ-pembaca"}, {"editor", "univ-penyunting"}, {"owner", "univ-pengelola"},
	{"village", "desa-temajuk"}, {"other-village", "desa-semata"},
	{"verifier", "verifikator-paloh"}, {"regency-verifier", "verifikator-sambas"},
	{"reviewer", "penelaah-balitbang"}, {"tied-reviewer", "penelaah-univ"}, {"evaluator", "evaluator-balitbang"},
	{"secretariat", "sekretariat-1"}, {"auditor", "pemeriksa"},
}

// line is a row of the matrix: a route with a subject.
type line struct {
	method, pattern string
	subject         subject
}

func (l line) name() string { return l.method + "\t" + l.pattern + "\t" + l.subject.name }

func (l line) path() string {
	path := l.pattern
	for name, value := range l.subject.params {
		path = strings.ReplaceAll(path, ":"+name, value)
	}
	return path + l.subject.query
}

// routes lists what the router knows, method and pattern; HEAD goes with GET.
func routes(app *fiber.App) (list [][2]string) {
	for _, r := range app.GetRoutes(true) {
		if r.Method != http.MethodHead {
			list = append(list, [2]string{r.Method, r.Path})
		}
	}
	slices.SortFunc(list, func(a, b [2]string) int { return strings.Compare(a[1]+" "+a[0], b[1]+" "+b[0]) })
	return slices.Compact(list)
}

// subjects gives what a pattern is tried with.
func (s *scenery) subjects(pattern string) (list []subject) {
	one := func(name, param, value string) {
		list = append(list, subject{name: name, params: map[string]string{param: value}})
	}
	asked := func(name, query string) { list = append(list, subject{name: name, query: query}) }
	first := func(prefix string) bool { return strings.HasPrefix(pattern, prefix) }
	switch {
	case first("/needs/verification/:set"):
		one("another's", "set", "nothing-here")
	case first("/needs/:id"):
		for _, name := range s.order["need"] {
			one(name, "id", string(s.needs[name]))
		}
		one("missing", "id", "nothing-here")
	case first("/calls/:id"):
		for _, name := range s.order["call"] {
			list = append(list, subject{name: name, params: map[string]string{"id": string(s.calls[name]), "question": "nothing-here"}})
		}
		list = append(list, subject{name: "missing", params: map[string]string{"id": "nothing-here", "question": "nothing-here"}})
	case pattern == "/initiatives/new":
		asked("-", "")
		asked("for a call", "?call="+string(s.calls["open"]))
		asked("for a draft", "?call="+string(s.calls["draft"]))
		asked("with a template", "?template="+s.template)
		asked("with a draft", "?copy="+string(s.works["draft"]))
		asked("with what is missing", "?concept=nothing-here")
	case first("/initiatives/templates/:template"):
		one("offered", "template", s.template)
		one("missing", "template", "nothing-here")
	case pattern == "/initiatives/earlier":
		asked("-", "")
		asked("of an organisation", "?organization="+oidc.OrgUniv)
	case pattern == "/initiatives/invite":
		asked("of an organisation", "?to="+oidc.OrgUniv)
		asked("missing", "?to=nothing-here")
	case first("/initiatives/invitations/:invitation"):
		one("missing", "invitation", "nothing-here")
		one("waiting", "invitation", s.invitation)
	case first("/initiatives/:id"):
		for _, name := range s.order["initiative"] {
			list = append(list, subject{name: name, params: map[string]string{"id": string(s.works[name]), "part": "summary", "act": "slip", "request": "nothing-here"}})
		}
		list = append(list, subject{name: "missing", params: map[string]string{"id": "nothing-here", "part": "summary", "act": "slip", "request": "nothing-here"}})
	case first("/reviewing/:process"):
		one("another's", "process", s.processOf("under-review"))
		one("missing", "process", "nothing-here")
	case first("/commitments/:id"):
		for _, name := range s.order["commitment"] {
			list = append(list, subject{name: name, params: map[string]string{"id": string(s.deals[name]), "shown": "nothing-here", "link": "nothing-here"}})
		}
		list = append(list, subject{name: "missing", params: map[string]string{"id": "nothing-here", "shown": "nothing-here", "link": "nothing-here"}})
	case first("/papers/templates/:kind"):
		one("agreement", "kind", "pks")
		one("missing", "kind", "nothing-here")
	case first("/papers/:id"):
		one("good", "id", s.paper)
		one("missing", "id", "nothing-here")
	case first("/shared/:secret"):
		one("good", "secret", s.shared)
		one("missing", "secret", "nothing-here")
	case first("/confirm/:secret"):
		for _, secret := range [][2]string{{"good", s.code}, {"missing", "nothing-here"}} {
			list = append(list, subject{name: secret[0], params: map[string]string{"secret": secret[1], "document": "nothing-here"}})
		}
	case first("/confirmed/:id"):
		one("missing", "id", "nothing-here")
	case strings.HasPrefix(pattern, "/organizations/new/:step"):
		for _, step := range []string{"kind", "check", "missing"} {
			one(step, "step", step)
		}
	case first("/organizations/:id"):
		for _, name := range s.order["organization"] {
			list = append(list, subject{name: name, params: map[string]string{"id": organizationID(name), "token": "nothing-here"}})
		}
		one("missing", "id", "nothing-here")
	case first("/documents/:id"):
		sum := strings.Repeat("0", 64)
		for _, name := range s.order["document"] {
			if v, err := s.house().Documents.Service.Get(s.ctx, s.who("sekretariat-2"), s.documents[name]); err == nil {
				sum = v.Document.SHA256
			}
			list = append(list, subject{name: name, params: map[string]string{"id": string(s.documents[name]), "sum": sum, "width": "320", "link": "nothing-here", "ask": "nothing-here", "answer": "granted"}})
		}
		list = append(list, subject{name: "missing", params: map[string]string{"id": "nothing-here", "sum": sum, "width": "320", "link": "nothing-here", "ask": "nothing-here", "answer": "granted"}})
	case pattern == "/commitments/new" || pattern == "/commitments" || pattern == "/conversations":
		for _, work := range []string{"published", "draft"} {
			asked("offer "+work, "?"+url.Values{"need": {string(s.needs["verified"])}, "initiative": {string(s.works[work])}, "offer": {string(s.works[work]) + "-1"}}.Encode())
		}
		asked("hidden need", "?"+url.Values{"need": {string(s.needs["draft"])}, "initiative": {string(s.works["published"])}, "offer": {string(s.works["published"]) + "-1"}}.Encode())
	case pattern == "/documents/new" || pattern == "/documents" || pattern == "/documents/zip" || pattern == "/documents/bundle":
		if pattern == "/documents" {
			asked("-", "")
		}
		for _, ref := range []string{"initiative:" + string(s.works["published"]), "initiative:" + string(s.works["draft"]), "need:" + string(s.needs["verified"]),
			"organization:" + oidc.OrgUniv, "village:" + walk.Village, "commitment:" + string(s.deals["accepted"])} {
			name := "for " + ref[:strings.IndexByte(ref, ':')]
			if strings.Contains(ref, string(s.works["draft"])) {
				name = "for draft"
			}
			asked(name, "?for="+url.QueryEscape(ref))
		}
	case first("/collections/:id"):
		for _, name := range s.order["collection"] {
			one(name, "id", s.curated[name])
		}
		one("missing", "id", "nothing-here")
	case pattern == "/collections/new":
		asked("of the university", "?organization="+oidc.OrgUniv)
	case first("/uploads/:id"):
		one("missing", "id", "nothing-here")
	case first("/imports/:id"):
		for _, name := range s.order["import"] {
			one(name, "id", s.imports[name])
		}
		one("missing", "id", "nothing-here")
	case pattern == "/imports/new" || pattern == "/imports/template":
		asked("needs", "?kind=needs")
		asked("unknown", "?kind=nothing")
	case first("/exports/:list"):
		one("needs", "list", "needs")
		one("missing", "list", "nothing")
	case first("/people/:id"):
		for _, who := range []string{"anggota", "sekretariat-1"} {
			list = append(list, subject{name: who, params: map[string]string{"id": string(s.as(who).account), "role": "secretariat", "mandate": "nothing-here"}})
		}
	case first("/reports/:id"):
		for _, name := range s.order["report"] {
			one(name, "id", s.reports[name])
		}
		one("missing", "id", "nothing-here")
	case first("/plans/:id"):
		for _, name := range s.order["plan"] {
			one(name, "id", s.plans[name])
		}
		one("missing", "id", "nothing-here")
	case first("/taxonomy/types/:type"):
		one("type", "type", "media")
		one("missing", "type", "nothing-here")
	case first("/taxonomy/:category"):
		one("category", "category", "clean-water-supply")
		one("missing", "category", "nothing-here")
	case first("/announcements/:id"):
		one("shown", "id", s.announced)
		one("missing", "id", "nothing-here")
	case pattern == "/reports/new":
		asked("-", "")
		asked("of a need", "?page=/needs/"+string(s.needs["verified"]))
		asked("of a hidden need", "?page=/needs/"+string(s.needs["draft"]))
	case first("/villages/:code/potentials"):
		potentials, err := s.House().Villages.Service.Potentials(s.ctx, temajuk)
		s.must(err)
		_, id, _ := strings.Cut(potentials[0].ID(), ":")
		list = append(list, subject{name: "village", params: map[string]string{"code": walk.Village, "potential": id}})
		list = append(list, subject{name: "missing", params: map[string]string{"code": "61.99", "potential": id}})
	case first("/villages/:code"):
		one("village", "code", walk.Village)
		one("missing", "code", "61.99")
	case first("/invitations/:secret"):
		one("good", "secret", s.secret)
		one("missing", "secret", "nothing-here")
	case pattern == "/audit":
		asked("-", "")
		asked("of a need", "?kind=need&id="+string(s.needs["draft"]))
	case first("/account/closed/:notice"):
		one("missing", "notice", "nothing-here")
	case first("/account/sessions/:id"):
		one("another's", "id", s.as("bank-pengelola").session)
	case strings.Contains(pattern, ":provider"):
		one("unknown", "provider", "nothing")
	default:
		asked("-", "")
	}
	return list
}

// inputs are sent by posts whose empty form would be refused before it is known whose it is.
func (s *scenery) inputs(l line) string {
	v := url.Values{"_op": {"matrix"}, "reason": {"Alasan yang cukup panjang untuk keputusan ini."}}
	switch l.pattern {
	case "/needs":
		for k, x := range map[string]string{"organization": oidc.OrgUniv, "village": walk.Village, "category": "clean-water-supply", "title": "Tandon air", "description": "Keluarga kekurangan air.",
			"summary": "Tandon air.", "quantity": "3", "unit": "unit", "households": "3", "persons": "9", "wanted_by": string(day(200)), "urgency": "normal",
			"meeting_date": string(day(-9)), "contact_office": "Kantor desa"} {
			v.Set(k, x)
		}
	case "/organizations", "/organizations/new/:step":
		for k, x := range map[string]string{"type": "academia", "sublevel": "university", "name": "Lembaga percobaan", "region": "61.71", "office": "Sekretariat", "about": "Lembaga.", "registration": "P/1"} {
			v.Set(k, x)
		}
	case "/calls", "/calls/:id/edit", "/calls/:id/amend":
		v.Set("title", "Panggilan percobaan")
		v.Set("zone", "WIB")
		v.Set("organization", oidc.OrgUniv)
	case "/calls/:id/decide":
		v.Set("outcome", "Dua disetujui.")
		v.Set("outcome_en", "Two approved.")
	case "/calls/:id/questions":
		v.Set("question", "Apakah talang termasuk?")
	case "/calls/:id/questions/:question/answer":
		v.Set("answer", "Ya.")
	case "/initiatives":
		v.Set("organization", oidc.OrgUniv)
		v.Set("title", "Inisiatif percobaan")
		v.Set("summary", "Ringkasan.")
		v.Set("offer_1_category", "clean-water-supply")
	case "/initiatives/concept":
		v.Set("organization", oidc.OrgUniv)
	case "/initiatives/:id/template", "/initiatives/templates/:template/edit":
		v.Set("name", "Templat percobaan")
		v.Set("about", "Bagi siapa pun.")
		v.Set("problem", "Masalah.")
	case "/initiatives/invite":
		q, _ := url.ParseQuery(strings.TrimPrefix(l.subject.query, "?"))
		v.Set("to", q.Get("to"))
		v.Set("from", "secretariat")
		v.Set("title", "Undangan percobaan")
		v.Set("words", "Kami membutuhkan Anda.")
		v.Set("reason", "presence")
		v.Set("category", "clean-water-supply")
		v.Set("until", string(day(60)))
	case "/initiatives/:id/partners/confirm", "/initiatives/:id/partners/decline":
		v.Set("organization", oidc.OrgUniv)
		v.Set("role", "Pendamping")
	case "/initiatives/:id/take-up", "/initiatives/:id/let-go":
		v.Set("organization", oidc.OrgUniv)
		v.Set("as", "funder")
	case "/commitments", "/conversations", "/documents":
		q, _ := url.ParseQuery(strings.TrimPrefix(l.subject.query, "?"))
		for k := range q {
			v.Set(k, q.Get(k))
		}
		v.Set("quantity", "1")
		v.Set("from", string(day(0)))
		v.Set("until", string(day(100)))
		v.Set("title", "Berkas")
		v.Set("message", "Kami ingin membantu.")
	case "/organizations/:id/tokens":
		v.Set("name", "Papan data")
		v.Set("scopes", "needs")
		v.Set("days", "90")
	case "/taxonomy/types/:type", "/taxonomy/types/new":
		for k, x := range map[string]string{"name_id": "Media", "name_en": "Media", "description_id": "Media.", "description_en": "Media.", "order": "60", "_v": "0", "step": "save", "id": "matrix-type",
			"kind_news-media_id": "Media berita", "kind_news-media_en": "News media", "kind_community-media_id": "Radio", "kind_community-media_en": "Radio", "kind_new1_id": "Bentuk", "kind_new1_en": "Form",
			"paper_surat-tugas_need": "required"} {
			v.Set(k, x)
		}
	case "/taxonomy/:category", "/taxonomy/new":
		for k, x := range map[string]string{"name_id": "Air minum", "name_en": "Drinking water", "description_id": "Air.", "description_en": "Water.", "unit": "unit", "order": "10", "_v": "0", "step": "save", "id": "matrix-category", "group": "water-sanitation"} {
			v.Set(k, x)
		}
	case "/imports":
		v.Set("kind", "needs")
	case "/commitments/:id/counter", "/commitments/:id/propose":
		v.Set("quantity", "2")
		v.Set("from", string(day(1)))
		v.Set("until", string(day(100)))
	case "/commitments/:id/oblige":
		v.Set("what", "Menyiapkan lokasi")
		v.Set("owner", "village")
		v.Set("due", string(day(30)))
	case "/commitments/:id/obligation-drop", "/commitments/:id/obligation-done":
		v.Set("obligation", "nothing-here")
	case "/commitments/:id/papers":
		for k, x := range map[string]string{"kind": "pks", "date": string(day(0)), "clause": "Empat belas hari sebelumnya."} {
			v.Set(k, x)
		}
	case "/commitments/:id/item":
		for k, x := range map[string]string{"what": "Tandon", "quantity": "1", "unit": "unit", "condition": "Baik", "receiver": "Kepala dusun"} {
			v.Set(k, x)
		}
	case "/commitments/:id/item-drop":
		v.Set("item", "nothing-here")
	case "/commitments/:id/review":
		v.Set("verdict", "used")
		v.Set("words", "Dipakai.")
		v.Set("maintainer", "Kelompok air")
	case "/commitments/:id/verify":
		v.Set("words", "Dilihat.")
	case "/documents/:id/sharing":
		v.Set("until", string(day(10)))
	case "/collections", "/collections/:id/edit":
		v.Set("organization", oidc.OrgUniv)
		v.Set("title", "Kumpulan percobaan")
	case "/collections/:id/documents":
		v.Set("document", string(s.documents["picture"]))
	case "/collections/:id/arrange":
		v.Set("document", string(s.documents["public"]))
		v.Set("move", "down")
	case "/documents/:id/requests/:ask/:answer":
		v.Set("until", string(day(10)))
	case "/documents/:id/move":
		v.Set("to", "/organizations/"+oidc.OrgUniv)
	case "/commitments/:id/message":
		v.Set("message", "Kapan datang?")
	case "/commitments/:id/reply":
		v.Set("reply", "Sopir terlambat.")
	case "/commitments/:id/links":
		v.Set("kind", "message")
	case "/confirm":
		v.Set("code", "ABCD")
	case "/confirm/:secret":
		delivered, err := s.house().Commitments.Service.LinkOffer(s.ctx, "", s.code)
		s.must(err)
		v.Set("answer", "yes")
		v.Set("name", "Sitti")
		v.Set("position", "Kepala dusun")
		v.Set("shown", delivered.Body.Deliveries[0].ID)
	case "/commitments/:id/sign":
		v.Set("kind", "statement")
		v.Set("position", "Ketua")
	case "/commitments/:id/settle":
		v.Set("decision", "delivering")
	case "/imports/:id/columns", "/imports/:id/apply", "/imports/:id/undo", "/imports/:id/discard":
		if id := l.subject.params["id"]; l.subject.name != "missing" {
			v.Set("_v", strconv.FormatInt(s.importDoc(id).Version, 10))
		}
	case "/needs/:id/verify":
		v.Set("decision", "reject")
	case "/initiatives/:id/decide":
		v.Set("decision", "reject")
		v.Set("summary", "Ditolak.")
	case "/initiatives/:id/work/:act":
		v.Set("milestone", "1")
		v.Set("to", string(day(150)))
	case "/initiatives/:id/requests/:request":
		v.Set("decision", "decline")
		v.Set("answer", "Belum perlu.")
	case "/initiatives/:id/complete":
		v.Set("outputs", "Sepuluh tandon.")
		v.Set("open", "Tertunda.")
		v.Set("assets", "Tidak ada.")
	case "/initiatives/:id/appeal/answer":
		v.Set("decision", "dismiss")
	case "/initiatives/:id/check":
		v.Set("result", "pass")
		for _, item := range reviews.Items {
			v.Set("item_"+string(item), "ok")
		}
	case "/initiatives/:id/discussion":
		v.Set("text", "Setuju.")
	case "/initiatives/:id/seats":
		v.Set("reviewers", string(s.as("penelaah-balitbang").account))
	case "/reviewing/:process":
		v.Set("conflict", "none")
	case "/people/:id/roles":
		v.Set("role", "auditor")
	case "/people/:id/mandates":
		v.Set("kind", "reviewer")
	}
	return v.Encode()
}

var signInPath = regexp.MustCompile(`^(/en)?/sign-in(\?|$)`)

// word says an answer in the matrix's words.
func word(r reply) string {
	switch r.status {
	case http.StatusSeeOther:
		if signInPath.MatchString(r.header.Get("Location")) {
			return "in"
		}
		return "go"
	case http.StatusForbidden:
		return "no"
	case http.StatusNotFound:
		return "-"
	case http.StatusConflict:
		return "state"
	case http.StatusUnprocessableEntity:
		return "input"
	case http.StatusServiceUnavailable:
		if r.header.Get("Retry-After") == strconv.Itoa(int(frozenFor.Seconds())) {
			return "does"
		}
	}
	return strconv.Itoa(r.status)
}

// answer asks until the database had the time to answer: under load FerretDB takes longer than the portal waits for it. Who is signed in
// asks for refusals without their page, of which there would be some ten thousands.
func (s *scenery) answer(p *person, method, path, body string) string {
	var headers []string
	if p.account != "" {
		headers = []string{"Accept", "application/json"}
	}
	for range 5 {
		if w := word(s.ask(p, method, path, body, headers...)); w != "503" {
			return w
		}
		time.Sleep(time.Second)
	}
	return "503"
}

// sampled tells whether the line of that number is asked as the kind of actor of that number: one of every so many, so
// that every line is asked, each as other actors than the lines around it.
func sampled(line, actor, every int) bool { return (line*len(cast)+actor)%every == 0 }

// tryLine asks as everyone, or as those of a sample; the others' words are empty.
func (s *scenery) tryLine(l line, number, every int) []string {
	words := make([]string, len(cast))
	body := ""
	if l.method == http.MethodPost {
		body = s.inputs(l)
	}
	path := l.path()
	if l.method == http.MethodPost && l.subject.query != "" {
		path = l.pattern
	}
	for i, c := range cast {
		if !sampled(number, i, every) {
			continue
		}
		p := s.as(c.subject)
		if l.pattern == "/sign-out" && p.account != "" {
			p = s.enter(p.account) // one that may end
		}
		words[i] = s.answer(p, l.method, path, body)
		if l.method != http.MethodPost || words[i] != "no" && words[i] != "-" {
			continue
		}
		// What is not theirs is not theirs whatever they send.
		if again := s.answer(p, l.method, path, "decision=nothing&quantity=many&until=never"); again != words[i] && strings.Count(l.pattern, "/") > 1 {
			s.t.Errorf("%s as %s: %s, but %s with nonsense in the form", l.name(), c.kind, words[i], again)
		}
	}
	return words
}

func readMatrix(t *testing.T) (rows map[string][]string) {
	t.Helper()
	f, err := os.Open(matrixFile)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = f.Close() }()
	rows = map[string][]string{}
	for scan := bufio.NewScanner(f); scan.Scan(); {
		if text := scan.Text(); text != "" && !strings.HasPrefix(text, "#") {
			cells := strings.Split(text, "\t")
			if len(cells) != 3+len(cast) {
				t.Fatalf("%d cells in %q", len(cells), text)
			}
			rows[strings.Join(cells[:3], "\t")] = cells[3:]
		}
	}
	return rows
}

// TestAuthorisation asks every route, with things in every state, as every kind of actor, and holds the answers against
// the table of rights and, letter by letter, against the matrix.
func TestAuthorisation(t *testing.T) {
	authorisation(t, openWhole(t, nil), effort.EveryUnderRace(everyUnderRace))
}

// TestAuthorisationWithDocumentAtomicWrites asks one answer of four of SQLite without multi-row transactions, the code path
// of MongoDB: prime to the number of actors.
func TestAuthorisationWithDocumentAtomicWrites(t *testing.T) {
	if effort.Small() {
		t.Skip("asks the whole matrix once more")
	}
	authorisation(t, openWholeWith(t, portal.Options{DocumentAtomic: true}, nil), effort.Every(4))
}

// everySoMany is how much of the matrix is asked of FerretDB, which reads a whole collection
// for most queries: one answer of so many, every line among them. Prime to the number of actors, so that lines share no
// pattern.
const everySoMany = 13

// everyUnderRace is how much of the matrix is asked under the race detector, by the same rules.
const everyUnderRace = 31

// TestAuthorisationOnMongoDB asks the same with database.engine: mongodb; all of it on a real server, or where
// GOTONG_TEST_WHOLE asks for FerretDB's half hour.
func TestAuthorisationOnMongoDB(t *testing.T) {
	every := 1
	if !mongowire.Real() {
		if os.Getenv("GOTONG_TEST_FERRETDB") == "" {
			t.Skip("set GOTONG_TEST_MONGO_URI, or GOTONG_TEST_FERRETDB=1 for minutes on FerretDB (with GOTONG_TEST_WHOLE=1 for all of it)")
		}
		every = effort.Every(everySoMany)
	}
	w := openWholeWith(t, portal.Options{Regions: []domain.RegionCode{"61.01", "61.71.01"}}, func(cfg *config.Config) { onMongoDB(t, cfg) })
	w.proved = 3 * time.Hour
	w.client.Timeout = 10 * time.Minute // a list of a whole collection on FerretDB, beside five others under load
	authorisation(t, w, every)
}

// authorisation asks one of so many answers and holds them against table and matrix.
func authorisation(t *testing.T, w *whole, every int) {
	s := dress(w, "")
	app, err := w.App()
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range cast {
		s.as(c.subject)
	}
	s.as("bank-pengelola")
	var lines []line
	patterns := routes(app)
	for _, r := range patterns {
		subjects := s.subjects(r[1])
		for _, sub := range subjects {
			lines = append(lines, line{r[0], r[1], sub})
		}
	}
	before := w.last()
	w.frozen.Store(true)
	got := make([][]string, len(lines))
	groups := map[string][]int{} // each kind of thing in its own goroutine, so that its rows come one after the other
	for i, l := range lines {
		head, _, _ := strings.Cut(l.pattern[1:], "/")
		groups[head] = append(groups[head], i)
	}
	var wait sync.WaitGroup
	places := make(chan struct{}, 6)
	for _, group := range groups {
		wait.Go(func() {
			places <- struct{}{}
			defer func() { <-places }()
			for _, i := range group {
				got[i] = s.tryLine(lines[i], i, every)
			}
		})
	}
	wait.Wait()
	w.frozen.Store(false)
	if after := w.last(); after != before {
		t.Errorf("%d changes were made", after-before)
	}
	againstTable(t, lines, got)
	n := 0
	for i := range lines {
		for _, answer := range got[i] {
			if answer != "" {
				n++
			}
		}
	}
	t.Logf("%d routes × subjects in their states: %d lines × %d kinds of actor: %d answers of %d", len(patterns), len(lines), len(cast), n, len(lines)*len(cast))
	if os.Getenv("GOTONG_MATRIX") == "write" && every == 1 {
		writeMatrix(t, lines, got)
		return
	}
	want := readMatrix(t)
	for i, l := range lines {
		row, ok := want[l.name()]
		if !ok {
			t.Errorf("%s: no row in %s; answers: %s", l.name(), matrixFile, strings.Join(got[i], " "))
			continue
		}
		delete(want, l.name())
		for n, c := range cast {
			if got[i][n] != "" && got[i][n] != row[n] {
				t.Errorf("%s as %s: %s, want %s", l.name(), c.kind, got[i][n], row[n])
			}
		}
	}
	for name := range want {
		t.Errorf("%s: a row without a route or subject", name)
	}
}

func writeMatrix(t *testing.T, lines []line, got [][]string) {
	t.Helper()
	var b strings.Builder
	b.WriteString("# method\tpattern\tsubject")
	for _, c := range cast {
		b.WriteString("\t" + c.kind)
	}
	b.WriteByte('\n')
	for i, l := range lines {
		fmt.Fprintf(&b, "%s\t%s\n", l.name(), strings.Join(got[i], "\t"))
	}
	if err := os.WriteFile(matrixFile, []byte(b.String()), 0o644); err != nil {
		t.Fatal(err)
	}
}
