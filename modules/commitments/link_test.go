package commitments

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/PuerkitoBio/goquery"

	"gotong/modules/domain"
	"gotong/modules/kit/apperr"
)

// handedOver is a commitment of 30 in two parts, handed over, of which nothing is answered yet.
func (b *bench) handedOver(t testing.TB) domain.CommitmentID {
	t.Helper()
	ctx := t.Context()
	b.need(t, "need", 40)
	b.initiative(t, "init", "giver-org", 60)
	id := b.propose(t, "need", "init", "p", 30)
	statement := Terms{Kind: AgreementStatement, Position: "Ketua"}
	report := Report{Quantity: 10, Date: "2027-02-27", Place: "Balai desa", Condition: "Baik", Type: domain.DocPhoto, File: upload("foto.jpg")}
	rest := Report{Quantity: 20, Date: "2027-02-28", Place: "Balai desa", Condition: "Baik", Type: domain.DocHandover, File: upload("bast.pdf")}
	if err := errors.Join(b.Accept(ctx, taker, operation("a"), id), b.Sign(ctx, giver, operation("s1"), id, statement, nil), b.Sign(ctx, taker, operation("s2"), id, statement, nil),
		b.Deliver(ctx, giver, operation("d1"), id, report), b.Deliver(ctx, giver, operation("d2"), id, rest)); err != nil {
		t.Fatal(err)
	}
	return id
}

// link makes a link and gives its secret.
func (b *bench) link(t testing.TB, id domain.CommitmentID, op string, kind LinkKind) string {
	t.Helper()
	shown, err := b.MakeLink(t.Context(), taker, operation(op), id, kind)
	if err != nil {
		t.Fatal(err)
	}
	show, err := b.ShownLink(t.Context(), taker, id, shown)
	if err != nil {
		t.Fatal(err)
	}
	return show.Secret
}

func (b *bench) commitment(t testing.TB, id domain.CommitmentID) Commitment {
	t.Helper()
	doc, err := b.records.Get(t.Context(), string(id))
	if err != nil {
		t.Fatal(err)
	}
	return doc.Body
}

// all is the answer that everything was received.
func all(c Commitment) Said {
	said := Said{Person: Person{Name: "Sitti Contoh", Position: "Kepala Dusun"}, Yes: true}
	for _, d := range c.Deliveries {
		said.Shown = append(said.Shown, d.ID)
	}
	return said
}

func TestLinkConfirmsOnceAndLeavesItsMark(t *testing.T) {
	for _, kind := range LinkKinds {
		b := newBench(t, bothModes["document-atomic"])
		ctx := t.Context()
		id := b.handedOver(t)
		secret := b.link(t, id, "l", kind)
		if again := b.link(t, id, "l", kind); again != secret || len(b.commitment(t, id).Links) != 1 {
			t.Fatal("the same form made a second link")
		}
		if stored, err := b.links.Get(ctx, linkID(secret)); err != nil || strings.Contains(fmt.Sprint(stored.Body), secret) {
			t.Fatalf("the link is not kept under a hash alone: %v %v", stored.Body, err)
		}
		offer, err := b.LinkOffer(ctx, "", " "+strings.ToLower(grouped(secret)))
		if err != nil || offer.Commitment != id || len(offer.Pictures) != 1 {
			t.Fatalf("offer: %v, %d pictures", err, len(offer.Pictures))
		}
		if b.commitment(t, id).State != StateDelivered {
			t.Fatal("looking changed something")
		}
		if _, err := b.LinkPicture(ctx, "", secret, offer.Pictures[0].ID); err != nil {
			t.Errorf("photo: %v", err)
		}
		wantKind(t, func() error { _, err := b.LinkPicture(ctx, "", secret, "elsewhere"); return err }(), apperr.NotFound, "a photo of another thing")
		receipt, err := b.AnswerByLink(ctx, "", operation("y"), secret, all(offer.Body))
		if err != nil {
			t.Fatal(err)
		}
		c := b.commitment(t, id)
		if c.State != StateConfirmed || c.Confirmed() != 30 {
			t.Fatalf("%s %d", c.State, c.Confirmed())
		}
		for _, d := range c.Deliveries {
			if d.Grade != domain.GradeConfirmed || d.Via == nil || d.Via.Kind != kind || d.Via.Number != 1 {
				t.Errorf("delivery: %+v", d)
			}
		}
		if m := c.History[len(c.History)-1]; m.Account != "" || m.Side != SideVillage || m.Organization != "desa" || m.Via == nil {
			t.Errorf("the move does not tell how it came: %+v", m)
		}
		trail, err := b.records.History(ctx, string(id), 1)
		if err != nil || trail[0].Action != "commitment.answered-by-"+string(kind) || trail[0].Reason != "No. 1" {
			t.Errorf("trail: %+v %v", trail, err)
		}
		if again, err := b.AnswerByLink(ctx, "", operation("y"), secret, all(offer.Body)); err != nil || again != receipt {
			t.Errorf("the same form again: %v", err)
		}
		if _, err := b.AnswerByLink(ctx, "", operation("z"), secret, all(offer.Body)); !apperr.Is(err, apperr.NotFound) {
			t.Errorf("a second answer: %v", err)
		}
		if _, err := b.LinkOffer(ctx, "", secret); !apperr.Is(err, apperr.NotFound) {
			t.Errorf("a used link: %v", err)
		}
		if l, _, err := b.LinkReceipt(ctx, receipt); err != nil || l.Name != "Sitti Contoh" {
			t.Errorf("receipt: %v", err)
		}
		b.clock.Advance(receiptLife + time.Hour)
		if _, _, err := b.LinkReceipt(ctx, receipt); !apperr.Is(err, apperr.NotFound) {
			t.Errorf("an old receipt: %v", err)
		}
		b.sound(t)
	}
}

func TestLinkSaysNoWithWords(t *testing.T) {
	b := newBench(t, bothModes["transaction"])
	ctx := t.Context()
	id := b.handedOver(t)
	secret := b.link(t, id, "l", LinkMessage)
	said := all(b.commitment(t, id))
	said.Yes = false
	refused := func(said Said, field, key string) {
		t.Helper()
		_, err := b.AnswerByLink(ctx, "", operation("n"), secret, said)
		var e *apperr.Error
		if !errors.As(err, &e) || e.Kind != apperr.Invalid || len(e.Fields) == 0 || e.Fields[0].Name != field || e.Fields[0].Message.Key != "commitments.error."+key {
			t.Errorf("want %s at %s, got %v %+v", key, field, err, e)
		}
	}
	refused(said, "answer", "answer")
	said.No = true
	refused(said, "words", "words")
	said.Words = "Dua puluh belum datang."
	said.Received = map[string]int64{said.Shown[0]: 11}
	refused(said, "received_"+said.Shown[0], "received")
	said.Received = map[string]int64{said.Shown[0]: 10, said.Shown[1]: 20}
	refused(said, "answer", "answer_all")
	nameless := said
	nameless.Name = ""
	refused(nameless, "name", "name")
	nameless.Name = "NIK 6101084107850003"
	refused(nameless, "name", "personal")
	if b.commitment(t, id).State != StateDelivered {
		t.Fatal("a refused answer changed something")
	}
	said.Received = map[string]int64{said.Shown[0]: 10}
	if _, err := b.AnswerByLink(ctx, "", operation("n"), secret, said); err != nil {
		t.Fatal(err)
	}
	c := b.commitment(t, id)
	if c.State != StateDisputed || c.Confirmed() != 10 || c.Dispute.Words != said.Words {
		t.Errorf("%s, confirmed %d: %+v", c.State, c.Confirmed(), c.Dispute)
	}
	b.sound(t)
}

// Whatever is wrong with a link, the answer is the same; and a network that guesses is stopped, also with a right one.
func TestClosedLinksAreAnsweredAlike(t *testing.T) {
	b := newBench(t, bothModes["transaction"])
	ctx := t.Context()
	id := b.handedOver(t)
	secret := map[string]string{"unknown": newSecret(LinkMessage), "short": "7", "empty": ""}
	for _, name := range []string{"revoked", "spent", "lost right", "good", "expired"} {
		secret[name] = b.link(t, id, name, LinkMessage)
	}
	if err := b.RevokeLink(ctx, taker, operation("r"), id, linkID(secret["revoked"])); err != nil {
		t.Fatal(err)
	}
	for n := range linkTries {
		if _, err := b.AnswerByLink(ctx, "", operation(numbered("t", n)), secret["spent"], Said{}); !apperr.Is(err, apperr.Invalid) {
			t.Fatalf("try %d: %v", n, err)
		}
	}
	wrong := func(name string) {
		t.Helper()
		_, offer := b.LinkOffer(ctx, "network", secret[name])
		_, answer := b.AnswerByLink(ctx, "network", operation("x"+name), secret[name], all(b.commitment(t, id)))
		for _, err := range []error{offer, answer} {
			var e *apperr.Error
			if !errors.As(err, &e) || e.Kind != apperr.NotFound || e.Msg.Key != "commitments.error.link_gone" || len(e.Fields) > 0 {
				t.Errorf("%s: %v", name, err)
			}
		}
	}
	for _, name := range []string{"unknown", "short", "empty", "revoked", "spent"} {
		wrong(name)
	}
	b.world.unowned[taker.Account] = true
	wrong("lost right")
	delete(b.world.unowned, taker.Account)
	if _, err := b.LinkOffer(ctx, "network", secret["good"]); err != nil {
		t.Errorf("a good link: %v", err)
	}
	b.clock.Advance(LinkMessage.life())
	wrong("expired")
	for range wrongCodes {
		_, _ = b.LinkOffer(ctx, "guesser", newSecret(LinkPaper))
	}
	fresh := b.link(t, id, "fresh", LinkPaper)
	if _, err := b.LinkOffer(ctx, "guesser", fresh); !apperr.Is(err, apperr.TooMany) {
		t.Errorf("a guesser with a right code: %v", err)
	}
	if _, err := b.LinkOffer(ctx, "other", fresh); err != nil {
		t.Errorf("another network: %v", err)
	}
	if b.commitment(t, id).State != StateDelivered {
		t.Error("something was answered")
	}
	wantKind(t, func() error { _, err := b.MakeLink(ctx, giver, operation("g"), id, LinkMessage); return err }(), apperr.Forbidden, "the giver makes a link")
	wantKind(t, func() error { _, err := b.MakeLink(ctx, taker, operation("k"), id, "word"); return err }(), apperr.Invalid, "another kind")
	if _, err := b.ShownLink(ctx, giver, id, "x"); !apperr.Is(err, apperr.NotFound) {
		t.Errorf("somebody else's secret: %v", err)
	}
}

// Many answer by the same link at once: one is taken.
func TestOneOfManyAnswersByALink(t *testing.T) {
	b := newBench(t, bothModes["document-atomic"])
	id := b.handedOver(t)
	secret := b.link(t, id, "l", LinkMessage)
	said := all(b.commitment(t, id))
	var wait sync.WaitGroup
	var mu sync.Mutex
	receipts, refused := 0, 0
	for n := range 16 {
		wait.Go(func() {
			_, err := b.AnswerByLink(context.Background(), "", operation(numbered("o", n)), secret, said)
			mu.Lock()
			defer mu.Unlock()
			switch {
			case err == nil:
				receipts++
			case apperr.Is(err, apperr.NotFound):
				refused++
			default:
				t.Errorf("answer %d: %v", n, err)
			}
		})
	}
	wait.Wait()
	if receipts != 1 || refused != 15 || b.commitment(t, id).State != StateConfirmed {
		t.Errorf("%d taken, %d refused", receipts, refused)
	}
	b.sound(t)
}

// Who answered can be erased: nothing of the name is left in the document, its trail or the feed.
func TestWhoAnsweredIsErased(t *testing.T) {
	b := newBench(t, bothModes["transaction"])
	ctx := t.Context()
	id := b.handedOver(t)
	secret := b.link(t, id, "l", LinkMessage)
	wantKind(t, b.EraseLinkPerson(ctx, taker, operation("e0"), id, linkID(secret)), apperr.Conflict, "nobody to erase")
	if _, err := b.AnswerByLink(ctx, "", operation("y"), secret, all(b.commitment(t, id))); err != nil {
		t.Fatal(err)
	}
	wantKind(t, b.EraseLinkPerson(ctx, giver, operation("e1"), id, linkID(secret)), apperr.Forbidden, "the giver erases")
	if err := b.EraseLinkPerson(ctx, taker, operation("e"), id, linkID(secret)); err != nil {
		t.Fatal(err)
	}
	doc, err := b.links.Get(ctx, linkID(secret))
	if err != nil || doc.Body.Name != "" || doc.Body.Position != "" || !doc.Body.Erased {
		t.Fatalf("%+v %v", doc.Body, err)
	}
	trail, err := b.links.History(ctx, linkID(secret), 50)
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range trail {
		personal, err := b.links.PersonalChanges(ctx, e)
		if text := fmt.Sprint(e, personal); err != nil || strings.Contains(text, "Sitti") || strings.Contains(text, "Dusun") {
			t.Errorf("left in the trail: %s %v", text, err)
		}
	}
	wantKind(t, b.RevokeLink(ctx, taker, operation("r"), id, linkID(secret)), apperr.Conflict, "a used link is revoked")
	b.sound(t)
}

// By the pages: no secret leaks into addresses, headers or caches, and the refusals look the same.
func TestLinkPages(t *testing.T) {
	s := newSite(t)
	id := s.handedOver(t)
	links := pathOf(id) + "/links"
	for as, status := range map[string]int{"": http.StatusSeeOther, "giver": http.StatusForbidden, "verifier": http.StatusForbidden, "taker": http.StatusOK} {
		if r, _ := s.get(t, as, links); r.StatusCode != status {
			t.Errorf("links as %q: %d", as, r.StatusCode)
		}
	}
	r, _ := s.post(t, "taker", links, url.Values{"_op": {"m"}, "kind": {"message"}})
	shown := r.Header.Get("Location")
	r, page := s.get(t, "taker", shown)
	message := page.Find("blockquote.message").Text()
	_, secret, ok := strings.Cut(message, "https://gotong.test/confirm/")
	if secret = strings.Fields(secret + " ")[0]; !ok || len(secret) != messageLetters || strings.Contains(shown, secret) {
		t.Fatalf("no secret in %q at %s", message, shown)
	}
	share, err := url.Parse(page.Find(`a[href^="https://wa.me/"]`).AttrOr("href", ""))
	if err != nil || share.Query().Get("text") != message || page.Find("svg.qr-screen path").Length() != 1 {
		t.Errorf("share: %v", share)
	}
	private := func(r *http.Response, what string) {
		t.Helper()
		if r.Header.Get("Cache-Control") != "no-store" || r.Header.Get("Referrer-Policy") != "no-referrer, strict-origin" || r.Header.Get("ETag") != "" {
			t.Errorf("%s: %v", what, r.Header)
		}
	}
	private(r, "the page that shows it")
	for _, as := range []string{"giver", "stranger", "verifier"} {
		if other, _ := s.get(t, as, shown); other.StatusCode != http.StatusForbidden {
			t.Errorf("the secret as %s: %d", as, other.StatusCode)
		}
	}
	path := "/confirm/" + secret
	r, page = s.get(t, "", path)
	private(r, "the question")
	if r.StatusCode != http.StatusOK || page.Find("form[action='"+path+"']").Length() != 1 || page.Find(".photos img").Length() != 1 {
		t.Fatalf("the question: %d", r.StatusCode)
	}
	for _, a := range page.Find("a").EachIter() {
		if href := a.AttrOr("href", ""); strings.Contains(href, secret) && a.AttrOr("hreflang", "") == "" {
			t.Errorf("a link names the secret: %s", href)
		}
	}
	closed := func(method, path string) string {
		t.Helper()
		var answer *http.Response
		var shut *goquery.Document
		if method == http.MethodGet {
			answer, shut = s.get(t, "", path)
		} else {
			answer, shut = s.post(t, "", path, url.Values{"_op": {"other"}, "answer": {"yes"}, "name": {"A"}, "position": {"B"}, "shown": {"x"}})
		}
		private(answer, method+" closed")
		shut.Find("input[name=_op]").Remove()
		html, _ := shut.Html()
		return fmt.Sprint(answer.StatusCode, html)
	}
	unknown := closed(http.MethodGet, "/confirm/"+newSecret(LinkPaper))
	r, page = s.post(t, "", path, url.Values{"_op": {"y"}, "answer": {"no"}, "name": {"Sitti Contoh"}, "position": {"Kepala Dusun"}, "shown": {page.Find("input[name=shown]").AttrOr("value", "")}})
	if r.StatusCode != http.StatusUnprocessableEntity || page.Find("#i-words-error").Length() != 1 || page.Find("input[name=name]").AttrOr("value", "") != "Sitti Contoh" ||
		page.Find(`a[hreflang=en]`).First().AttrOr("href", "") != "/en"+path {
		t.Errorf("no words: %d", r.StatusCode)
	}
	r, _ = s.post(t, "", path, url.Values{"_op": {"y"}, "answer": {"yes"}, "name": {"Sitti Contoh"}, "position": {"Kepala Dusun"}, "shown": {page.Find("input[name=shown]").AttrOr("value", "")}})
	receipt := r.Header.Get("Location")
	if r.StatusCode != http.StatusSeeOther || !strings.HasPrefix(receipt, "/confirmed/") || strings.Contains(receipt, secret) {
		t.Fatalf("answered: %d %s", r.StatusCode, receipt)
	}
	r, page = s.get(t, "", receipt)
	private(r, "the receipt")
	if text := page.Find("main").Text(); r.StatusCode != http.StatusOK || !strings.Contains(text, "Penampung air") || strings.Contains(text, "Sitti") {
		t.Errorf("receipt: %d %s", r.StatusCode, text)
	}
	for _, other := range []string{closed(http.MethodGet, path), closed(http.MethodPost, path), closed(http.MethodPost, "/confirm/"+newSecret(LinkPaper)), closed(http.MethodGet, "/confirm/1")} {
		if other != unknown {
			t.Error("a used and an unknown link are told apart:\n" + other + "\n" + unknown)
		}
	}
	_, page = s.get(t, "giver", pathOf(id))
	if text := page.Find("#answered").Parent().Text(); !strings.Contains(text, "Sitti Contoh") || page.Find(`a[href$="/links"]`).Length() != 0 {
		t.Errorf("the giver sees: %s", text)
	}
	_, page = s.get(t, "stranger", pathOf(id))
	if html, _ := page.Html(); strings.Contains(html, "Sitti") {
		t.Error("everybody sees who answered")
	}
	_, page = s.get(t, "taker", links)
	if page.Find(`form[action$="/erase"]`).Length() != 1 || page.Find(`form[action$="/revoke"]`).Length() != 0 {
		t.Error("the used link cannot be erased, or can be revoked")
	}
	if r, _ = s.post(t, "", "/confirm", url.Values{"code": {"abcd-efgh"}}); r.Header.Get("Location") != "/confirm/ABCDEFGH" {
		t.Errorf("a typed code leads to %s", r.Header.Get("Location"))
	}
	if r, page = s.post(t, "", "/confirm", url.Values{"code": {" - "}}); r.StatusCode != http.StatusUnprocessableEntity || page.Find("#i-code-error").Length() != 1 {
		t.Errorf("no code: %d", r.StatusCode)
	}
}
