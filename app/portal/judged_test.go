package portal_test

import (
	"bytes"
	"context"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/gofiber/fiber/v2"

	"gotong/app/embedded/oidc"
	"gotong/modules/domain"
	"gotong/modules/initiatives"
	"gotong/modules/kit/apperr"
	"gotong/modules/kit/extract"
	"gotong/modules/kit/testkit/effort"
	"gotong/modules/reviews"
)

// judged is one proposal of the university with the solar community as its partner, in answer to a call of the bank,
// passed on to two reviewers who opened it.
type judged struct {
	*scenery
	id   domain.InitiativeID
	call domain.CallID
}

const proposalTitle = "USULANUJI penampung air hujan"

func judge(t *testing.T, anonymous bool) *judged {
	t.Helper()
	s := &scenery{whole: openWhole(t, nil), ctx: context.Background(), works: map[string]domain.InitiativeID{}, order: map[string][]string{}}
	j := &judged{scenery: s}
	content := callContent("Panggilan uji", "", time.Now().AddDate(0, 0, 40))
	content.Anonymous = anonymous
	j.call = s.released("bank-pengelola", oidc.OrgBank, content)
	proposal := initiativeContent(proposalTitle, "")
	proposal.Partners = []initiatives.Partner{{Organization: oidc.OrgSurya, Role: "Pendamping warga"}}
	doc, err := s.house().Initiatives.Service.CreateBy(s.ctx, s.who("univ-pengelola"), s.op(), oidc.OrgUniv, proposal, initiatives.Origin{Call: j.call})
	s.must(err)
	j.id = domain.InitiativeID(doc.ID)
	s.works["judged"] = j.id
	j.confirm(j.id, "surya-pengelola", oidc.OrgSurya, "Pendamping warga")
	j.handIn()
	s.takeUp(j.id)
	return j
}

// confirm has a partner's owner confirm its role.
func (j *judged) confirm(id domain.InitiativeID, subject string, partner domain.OrganizationID, role string) {
	j.t.Helper()
	r := initiatives.Request{Actor: j.who(subject), Operation: j.op(), ID: id}
	j.must(j.house().Initiatives.Service.Answer(j.ctx, r, partner, role, initiatives.PartnerConfirmed))
}

func (j *judged) handIn() {
	j.t.Helper()
	r := initiatives.Request{Actor: j.who("univ-pengelola"), Operation: j.op(), ID: j.id}
	_, err := j.house().Initiatives.Service.Submit(j.ctx, r, []initiatives.Paper{{Type: domain.DocTerms, File: paper("USULANUJI kak")}, {Type: domain.DocBudget, File: paper("USULANUJI rab")}})
	j.must(err)
}

// writes has a reviewer write a review with these words.
func (j *judged) writes(subject string, score int64, words string) {
	j.t.Helper()
	process, err := j.house().Reviews.Service.Process(j.ctx, j.id)
	j.must(err)
	r := reviews.Review{Scores: map[string]reviews.Score{}, Recommendation: "reject", Words: words}
	for _, c := range process.Body.Rules.Criteria {
		r.Scores[c.ID] = reviews.Score{Value: score, Reason: words}
	}
	j.must(j.house().Reviews.Service.Write(j.ctx, j.who(subject), j.op(), j.id, r))
}

// address is a page and the route that serves it.
type address struct{ pattern, path string }

// addresses are all pages that the router knows, with the proposal, its call, its papers and its people wherever a route
// takes such a thing, in both forms that say something else; so what is added is asked too. Lists are asked for the words.
func (j *judged) addresses(words ...string) (list []address) {
	j.t.Helper()
	app, err := j.App()
	j.must(err)
	fill := map[string][]string{
		"/initiatives/:id": {string(j.id)}, "/calls/:id": {string(j.call)}, "/reviewing/:process": {j.processOf("judged")},
		"/organizations/:id": {oidc.OrgUniv, oidc.OrgSurya, oidc.OrgBank}, "/people/:id": {string(j.as(judges[0]).account), string(j.as("univ-pengelola").account)},
		"/exports/:list": {"initiatives", "offers", "organizations", "documents"}, "/villages/:code": {string(temajuk), "61.01"}, "/initiatives/:id/work/:act": {"news", "change"},
		"/documents/:id/versions/:sum": {strings.Repeat("0", 64)},
	}
	for _, p := range initiatives.Parts {
		fill["/initiatives/:id/parts/:part"] = append(fill["/initiatives/:id/parts/:part"], string(p))
	}
	for _, q := range j.house().Accounts.Queues {
		fill["/desk/:queue"] = append(fill["/desk/:queue"], q.Name)
	}
	_, papers, _, err := j.house().Documents.Service.Of(j.ctx, j.who("sekretariat-2"), domain.Ref{Kind: domain.KindInitiative, ID: string(j.id)})
	j.must(err)
	for _, d := range papers {
		fill["/documents/:id"] = append(fill["/documents/:id"], string(d.ID))
	}
	asked := map[string][]string{
		"/audit": {"kind=initiative&id=" + string(j.id), "kind=call&id=" + string(j.call), "actor=" + string(j.as(judges[0]).account), "action=review.written"},
	}
	for pattern, queries := range map[string]string{"/search": "q=", "/initiatives": "q=", "/calls": "q=", "/documents": "q=", "/organizations": "q=", "/exports/:list": "format=csv&q="} {
		for _, w := range append(words, "USULANUJI") {
			asked[pattern] = append(asked[pattern], queries+url.QueryEscape(w))
		}
	}
	for _, r := range routes(app) {
		if r[0] != http.MethodGet {
			continue
		}
		paths := []string{""}
		for _, part := range strings.Split(strings.TrimPrefix(r[1], "/"), "/") {
			values := []string{part}
			if strings.HasPrefix(part, ":") {
				at := r[1][:strings.Index(r[1], part)+len(part)]
				if values = fill[at]; values == nil {
					values = []string{"nothing-here"}
				}
				for _, own := range []string{"/initiatives/:id", "/calls/:id", "/reviewing/:process", "/desk/:queue", "/documents/:id"} {
					if at == own && values[0] == "nothing-here" {
						j.t.Errorf("%s is asked of nothing", r[1])
					}
				}
			}
			var longer []string
			for _, path := range paths {
				for _, v := range values {
					longer = append(longer, path+"/"+v)
				}
			}
			paths = longer
		}
		for _, path := range paths {
			list = append(list, address{r[1], path})
			for _, q := range asked[r[1]] {
				list = append(list, address{r[1], path + "?" + q})
			}
			if strings.Contains(path, string(j.id)) || strings.Contains(path, string(j.call)) {
				list = append(list, address{r[1], "/en" + path})
			}
		}
	}
	seen, every := 0, effort.EveryUnderRace(everyUnderRace) // one of so many, and all that is the proposal's
	return slices.DeleteFunc(list, func(a address) bool {
		seen++
		return seen%every != 0 && !strings.Contains(a.path, string(j.id))
	})
}

// plain is what a person reads of an answer: of a PDF or a table its texts.
func (r reply) plain(t *testing.T) string {
	t.Helper()
	var kind string
	switch media, _, _ := strings.Cut(r.header.Get("Content-Type"), ";"); {
	case media == "application/pdf":
		kind = "pdf"
	case strings.Contains(media, "spreadsheetml"):
		kind = "xlsx"
	default:
		return r.body
	}
	texts, err := extract.Read(kind, bytes.NewReader([]byte(r.body)))
	if err != nil {
		t.Error(err)
	}
	var all []string
	for _, p := range texts.Pages {
		all = append(all, p.Text)
	}
	return strings.Join(all, "\n")
}

// registered are the routes that a module registers.
func registered(m interface{ Routes(fiber.Router) }) [][2]string {
	app := fiber.New()
	m.Routes(app)
	return routes(app)
}

// TestReviewsAreBlindEverywhere: while one of two reviews is in, what it says stands at no address of the portal, whoever
// asks: on no page, in no file, no export, no search, on no desk and on no page of the trail; not even for the office and
// the auditor. Who has a tie opens no address of the review at all.
func TestReviewsAreBlindEverywhere(t *testing.T) {
	j := judge(t, false)
	const words = "KATAPENELAAH"
	j.writes(judges[0], 2, words)
	path := "/initiatives/" + string(j.id)
	own := j.ask(j.as(judges[0]), http.MethodGet, path+"/review", "")
	if own.status != http.StatusOK || !strings.Contains(own.body, words) {
		t.Fatal("the reviewer does not read the own review:", own.status)
	}
	addresses := j.addresses(words)
	opened := map[string]int{}
	readers := []string{judges[1], "penelaah-univ", "sekretariat-1", "sekretariat-2", "pemeriksa", "univ-pengelola", "univ-pembaca", "surya-pengelola", "bank-pengelola", "anggota", "public"}
	for _, subject := range readers {
		for _, a := range addresses {
			r := j.ask(j.as(subject), http.MethodGet, a.path, "")
			if r.status != http.StatusOK {
				continue
			}
			opened[subject]++
			text := strings.ReplaceAll(r.plain(t), "q="+words, "")
			if strings.Contains(a.path, "q=") { // what was asked stands in the form again
				text = strings.ReplaceAll(text, `value="`+words+`"`, "")
				text = strings.ReplaceAll(text, "“"+words+"”", "")
				text = strings.ReplaceAll(text, "\""+words+"\"", "")
			}
			if n := strings.Index(text, words); n >= 0 {
				t.Errorf("%s reads at %s what is blind: …%s…", subject, a.path, text[max(0, n-80):min(len(text), n+80)])
			}
		}
		if opened[subject] < 30 && !effort.Race {
			t.Errorf("only %d pages opened for %s", opened[subject], subject)
		}
	}
	t.Logf("%d addresses, opened: %v", len(addresses), opened)

	j.frozen.Store(true)
	refused := 0
	for _, subject := range []string{"surya-pengelola", "univ-pengelola", "univ-pembaca", "penelaah-univ"} {
		for _, r := range registered(j.house().Reviews) {
			if !strings.Contains(r[1], ":") || strings.Contains(r[1], "/appeal") && subject == "univ-pengelola" {
				continue
			}
			for _, prefix := range []string{"", "/en"} {
				at := prefix + strings.NewReplacer(":id", string(j.id), ":process", j.processOf("judged")).Replace(r[1])
				if strings.HasPrefix(r[1], "/calls/") {
					at = prefix + strings.Replace(r[1], ":id", string(j.call), 1)
				}
				got := j.ask(j.as(subject), r[0], at, "_op=blind&decision=approve&conflict=none&text=x")
				if got.status != http.StatusNotFound && got.status != http.StatusForbidden {
					t.Errorf("%s, who has a tie, at %s %s: %d", subject, r[0], at, got.status)
				}
				refused++
			}
		}
	}
	j.frozen.Store(false)
	if refused < 100 {
		t.Errorf("only %d addresses were refused", refused)
	}
	// Once both are in, they are read by those who may, and by nobody with a tie.
	j.writes(judges[1], 2, "KATALAIN")
	for _, subject := range readers {
		reads := slices.Contains([]string{judges[1], "sekretariat-1", "sekretariat-2", "pemeriksa", "bank-pengelola"}, subject)
		found := false
		for _, a := range addresses {
			if strings.Contains(a.path, string(j.id)) && !strings.Contains(a.path, "q=") {
				found = found || strings.Contains(j.ask(j.as(subject), http.MethodGet, a.path, "").plain(t), words)
			}
		}
		if found != reads {
			t.Errorf("after both reviews %s reads them: %t", subject, found)
		}
	}
}

// TestReviewsWithoutNamesAreNameless: in a call that is reviewed without names a reviewer finds at no address before the
// decision who proposes, with whom, or who works there, in page, file, export, search, desk or trail; neither in the first
// round nor in what a revision changed.
func TestReviewsWithoutNamesAreNameless(t *testing.T) {
	j := judge(t, true)
	names := []string{oidc.OrgUniv, oidc.OrgSurya}
	briefs, err := j.house().Organizations.Service.Briefs(j.ctx, []domain.OrganizationID{oidc.OrgUniv, oidc.OrgSurya})
	j.must(err)
	for _, b := range briefs {
		names = append(names, b.Name)
	}
	for _, subject := range []string{"univ-pengelola", "univ-penyunting", "univ-pembaca", "surya-pengelola"} {
		names = append(names, j.who(subject).Name, string(j.as(subject).account))
	}
	look := func(round string) {
		t.Helper()
		read := 0
		for _, subject := range judges {
			for _, a := range j.addresses(names[2], names[3]) {
				for _, accept := range []string{"text/html", "application/json"} {
					r := j.ask(j.as(subject), http.MethodGet, a.path, "", "Accept", accept)
					text := r.plain(t)
					about := strings.Contains(a.path, string(j.id)) || strings.HasPrefix(a.path, "/reviewing") || strings.HasPrefix(a.path, "/desk")
					tells := r.status == http.StatusOK && (about || strings.Contains(text, "USULANUJI") && !strings.Contains(a.path, "USULANUJI") || strings.Contains(text, string(j.id)))
					if !tells {
						continue
					}
					read++
					for _, name := range names {
						if strings.Contains(text, name) {
							t.Errorf("%s: %s reads %q at %s", round, subject, name, a.path)
						}
					}
				}
			}
			if r := j.ask(j.as(subject), http.MethodGet, "/initiatives/"+string(j.id)+"/review", ""); !strings.Contains(r.body, "USULANUJI") || !strings.Contains(r.body, "Air payau") {
				t.Errorf("%s: %s does not read the proposal: %d", round, subject, r.status)
			}
		}
		if read < 8 {
			t.Errorf("%s: only %d answers tell of the proposal", round, read)
		}
		// Neither do answers to forms, refused ones among them.
		j.frozen.Store(true)
		for _, r := range registered(j.house().Reviews) {
			at := strings.NewReplacer(":id", string(j.id), ":process", j.processOf("judged")).Replace(r[1])
			answer := j.ask(j.as(judges[0]), r[0], at, "_op=nameless")
			for _, name := range names {
				if strings.Contains(answer.body, name) && !strings.HasPrefix(r[1], "/calls") {
					t.Errorf("%s: reads %q in the answer to %s %s", round, name, r[0], at)
				}
			}
		}
		j.frozen.Store(false)
	}
	look("first round")
	for _, subject := range judges {
		j.writes(subject, 3, "Perlu diperjelas.")
	}
	j.must(j.house().Reviews.Service.Say(j.ctx, j.who("bank-pengelola"), j.op(), j.id, "Mohon diperjelas."))
	look("both reviews in")
	j.must(j.house().Reviews.Service.Decide(j.ctx, reviews.Move{Actor: j.who("sekretariat-2"), Operation: j.op(), ID: j.id, Action: "revise", Reason: "Perjelas.", Until: day(20)}))
	look("revision asked")
	doc, err := j.house().Initiatives.Service.Get(j.ctx, j.id)
	j.must(err)
	changed := doc.Body.Content
	changed.Partners = append(slices.Clone(changed.Partners), initiatives.Partner{Organization: oidc.OrgMedia, Role: "Penyiar"})
	changed.Problem = "Air payau; TERCATAT empat puluh keluarga."
	for _, part := range []initiatives.Part{initiatives.PartProblem, initiatives.PartPartners} {
		_, err = j.house().Initiatives.Service.SavePart(j.ctx, j.who("univ-pengelola"), j.op(), j.id, part, initiatives.MarksOf(part, doc.Body.Content), changed)
		j.must(err)
	}
	j.confirm(j.id, "media-pengelola", oidc.OrgMedia, "Penyiar")
	j.handIn()
	j.takeUp(j.id)
	media, err := j.house().Organizations.Service.Brief(j.ctx, oidc.OrgMedia)
	j.must(err)
	names = append(names, media.Name)
	look("revision")
	if r := j.ask(j.as(judges[0]), http.MethodGet, "/initiatives/"+string(j.id)+"/review", ""); !strings.Contains(r.body, "TERCATAT") || !strings.Contains(r.body, "<ins") {
		t.Error("the reviewer does not see what the revision changed")
	}
}

// TestAnonymousProposalsMayNotNameThemselves: a proposal to such a call that says in its texts who makes it is not taken,
// and says where.
func TestAnonymousProposalsMayNotNameThemselves(t *testing.T) {
	j := judge(t, true)
	proposal := initiativeContent("Nama sendiri", "")
	proposal.Partners = []initiatives.Partner{{Organization: oidc.OrgSurya, Role: "Pendamping warga"}}
	proposal.Problem, proposal.Offers[0].Conditions = "contoh:  lppm universitas DEMO sudah lama di sana.", "Bersama Contoh: Komunitas Surya Demo."
	doc, err := j.house().Initiatives.Service.CreateBy(j.ctx, j.who("univ-pengelola"), j.op(), oidc.OrgUniv, proposal, initiatives.Origin{Call: j.call})
	j.must(err)
	path := "/initiatives/" + doc.ID
	j.confirm(domain.InitiativeID(doc.ID), "surya-pengelola", oidc.OrgSurya, "Pendamping warga")
	if r := j.ask(j.as("univ-pengelola"), http.MethodGet, path+"/answers", ""); strings.Count(r.body, "ditelaah tanpa nama") != 2 {
		t.Errorf("before it is handed in it says so %d times", strings.Count(r.body, "ditelaah tanpa nama"))
	}
	r := initiatives.Request{Actor: j.who("univ-pengelola"), Operation: j.op(), ID: domain.InitiativeID(doc.ID)}
	_, err = j.house().Initiatives.Service.Submit(j.ctx, r, []initiatives.Paper{{Type: domain.DocTerms, File: paper("kak")}, {Type: domain.DocBudget, File: paper("rab")}})
	var wrong []string
	for _, f := range apperr.FieldsOf(err) {
		wrong = append(wrong, f.Name+" "+f.Message.Key)
	}
	if want := []string{"problem initiatives.error.anonymous", "offer_1_conditions initiatives.error.anonymous"}; !slices.Equal(wrong, want) {
		t.Errorf("%v: %q, want %q", err, wrong, want)
	}
}
