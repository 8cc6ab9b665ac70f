package initiatives

import (
	"testing"
	"time"

	"gotong/modules/domain"
	"gotong/modules/kit/apperr"
)

func TestPublicationOpensEveryOffer(t *testing.T) {
	p := open(t)
	doc := p.published(t)
	if doc.Body.State() != Published || doc.Body.LimitDue || len(p.offers.accounts) != 2 {
		t.Fatalf("%s, %d accounts", doc.Body.State(), len(p.offers.accounts))
	}
	for n, want := range []int64{40, 25} {
		if a := p.offers.accounts[doc.Body.Offers[n].ID]; a == nil || a.limit != want || a.closed {
			t.Errorf("offer %d: %+v", n, a)
		}
	}
	if got := doc.Body.AreasOf(doc.Body.Offers[0]); len(got) != 1 || got[0] != "61.01" {
		t.Error("an offer without areas does not take the initiative's:", got)
	}
}

func TestCrashAtPublicationIsFinished(t *testing.T) {
	p := open(t)
	doc := p.published(t)
	id := domain.InitiativeID(doc.ID)
	p.offers.crash = "close"
	r := request("owner", doc, "banjir")
	if _, err := p.Service.Decide(t.Context(), r, Decision{Action: ActionSuspend}); err == nil {
		t.Fatal("no failure came through")
	}
	if doc, _ = p.Service.Get(t.Context(), id); doc.Body.State() != Published || doc.Body.Open() {
		t.Errorf("half suspended: %s", doc.Body.State())
	}
	p.clock.Advance(2 * time.Minute)
	if n, err := p.Service.Reconcile(t.Context()); n != 1 || err != nil {
		t.Fatal(n, err)
	}
	if doc, _ = p.Service.Get(t.Context(), id); doc.Body.State() != Suspended || !p.offers.accounts[doc.Body.Offers[0].ID].closed {
		t.Errorf("%s", doc.Body.State())
	}
	p.offers.crash = "open"
	if _, err := p.Service.Decide(t.Context(), request("owner", doc, ""), Decision{Action: ActionResume}); err == nil {
		t.Fatal("no failure came through")
	}
	p.clock.Advance(2 * time.Minute)
	if n, err := p.Service.Reconcile(t.Context()); n != 1 || err != nil {
		t.Fatal(n, err)
	}
	if a := p.offers.accounts[doc.Body.Offers[0].ID]; a.closed {
		t.Error("an offer stayed closed after the suspension ended")
	}
}

func TestEachSubmissionIsFrozen(t *testing.T) {
	p := open(t)
	doc := p.submitted(t)
	doc = p.decide(t, "secretariat", doc, ActionRevise, "garis dasar pendapatan")
	changed := doc.Body.Content
	changed.Goals = "Tujuan yang diperbaiki"
	doc, err := p.Service.SavePart(t.Context(), people["editor"], op(), domain.InitiativeID(doc.ID), PartProblem, MarksOf(PartProblem, doc.Body.Content), changed)
	if err != nil {
		t.Fatal(err)
	}
	if doc, err = p.Service.Submit(t.Context(), request("owner", doc, ""), nil); err != nil || doc.Body.Round != 2 {
		t.Fatal(err, doc.Body.Round)
	}
	versions, err := p.Service.Versions(t.Context(), people["auditor"], domain.InitiativeID(doc.ID))
	if err != nil || len(versions) != 2 || versions[0].Body.Goals != "Air layak." || versions[1].Body.Goals != "Tujuan yang diperbaiki" {
		t.Fatalf("%v %d", err, len(versions))
	}
	if versions[0].Body.Offers[0].ID != versions[1].Body.Offers[0].ID {
		t.Error("an offer lost its id in the revision")
	}
}

func TestNobodyDecidesOnTheirOwn(t *testing.T) {
	p := open(t)
	doc := p.submitted(t)
	for _, who := range []string{"ownsecretariat", "owner", "auditor"} {
		if _, err := p.Service.Decide(t.Context(), request(who, doc, "ya"), Decision{Action: ActionReview}); !apperr.Is(err, apperr.Forbidden) {
			t.Errorf("%s took it under review: %v", who, err)
		}
	}
	if _, err := p.Service.Decide(t.Context(), request("editor", doc, ""), Decision{Action: ActionTakeBack}); !apperr.Is(err, apperr.Forbidden) {
		t.Error("an editor took a submission back:", err)
	}
	fresh, err := p.Service.Create(t.Context(), people["unverified"], op(), "baru", content())
	if err != nil {
		t.Fatal("an unverified organisation may draft:", err)
	}
	if _, err := p.Service.Submit(t.Context(), request("unverified", fresh, ""), papers()); !apperr.Is(err, apperr.Forbidden) {
		t.Error("an unverified organisation submitted:", err)
	}
}

func TestOfferIDsCannotBeTaken(t *testing.T) {
	p := open(t)
	first, second := p.drafted(t), p.drafted(t)
	stolen := second.Body.Content
	stolen.Offers = []Offer{{ID: first.Body.Offers[0].ID, Category: "sanitation", Quantity: 5}}
	doc, err := p.Service.SavePart(t.Context(), people["owner"], op(), domain.InitiativeID(second.ID), PartOffers, MarksOf(PartOffers, second.Body.Content), stolen)
	if err != nil || doc.Body.Offers[0].ID == first.Body.Offers[0].ID {
		t.Errorf("%v %+v", err, doc.Body.Offers)
	}
}

func TestRegionListFindsThoseInItAndAroundIt(t *testing.T) {
	p := open(t)
	doc := p.published(t)
	for region, want := range map[domain.RegionCode]int{"61": 1, "61.01": 1, "61.01.08": 1, "61.01.08.2007": 1, "61.01.03": 1, "61.02": 0, "62": 0} {
		for _, limit := range []int{1, 20} {
			got, cursor := 0, ""
			for range 5 {
				page, err := p.Service.Public(t.Context(), Filter{Region: region, Limit: limit, Cursor: cursor})
				if err != nil {
					t.Fatal(err)
				}
				got += len(page.Items)
				if cursor = page.Next; cursor == "" {
					break
				}
			}
			if got != want {
				t.Errorf("%s in pages of %d: %d initiatives, want %d", region, limit, got, want)
			}
		}
	}
	for _, f := range []Filter{{Category: "sanitation"}, {Category: "water-sanitation", Status: Published}, {Status: Published}, {Region: "61.01", Category: "sanitation", Status: Published}, {Sort: "ending"}} {
		if page, err := p.Service.Public(t.Context(), f); err != nil || len(page.Items) != 1 || page.Items[0].ID != doc.ID {
			t.Errorf("%+v: %d, %v", f, len(page.Items), err)
		}
	}
	if page, _ := p.Service.Public(t.Context(), Filter{Status: Running}); len(page.Items) != 0 {
		t.Error("listed under another state")
	}
	if _, err := p.Service.Public(t.Context(), Filter{Region: "61", Cursor: "9.x"}); !apperr.Is(err, apperr.BadRequest) {
		t.Error("a cursor of nothing:", err)
	}
}
