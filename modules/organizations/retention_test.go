package organizations

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"gotong/modules/domain"
)

func (r *rig) rejected() domain.OrganizationID {
	r.t.Helper()
	id := r.submitted("p-ani", ngo)
	answers := r.allInForce(id)
	answers[0].Verdict, answers[0].Comment = VerdictNot, "sudah lewat"
	state, err := r.s.Decide(context.Background(), r.actor("s-sari"), r.op(), id, 0, answers, "Surat kuasa sudah lewat.")
	r.must(err)
	if state != StateRejected {
		r.t.Fatal(state)
	}
	return id
}

// shelf stands in for the documents.
type shelf struct {
	papers, dropped []domain.DocumentID
	broken          error
}

func (s *shelf) PapersOf(context.Context, domain.OrganizationID) ([]domain.DocumentID, error) {
	return s.papers, nil
}

func (s *shelf) Drop(_ context.Context, ids []domain.DocumentID) error {
	if s.broken != nil {
		return s.broken
	}
	s.dropped = append(s.dropped, ids...)
	return nil
}

// Papers of a rejected organisation go half a year after the decision, the documents behind them too, also where the
// object store or the process dies in between; who hands in anew keeps them.
func TestPapersOfTheRejectedAreLetGo(t *testing.T) {
	r := newRig(t)
	id := r.rejected()
	other := r.verified("p-budi", Profile{Type: domain.TypeCommunity, Sublevel: "foundation", Name: "Yayasan Lain", Registration: "AHU-777", Office: "Sekretariat", Region: "61.71"})
	docs := &shelf{papers: []domain.DocumentID{"doc-replaced", "doc-present"}}
	run := func(dry bool) (int, error) {
		return r.s.DropRejectedPapers(t.Context(), r.clock.Now().Add(-180*24*time.Hour), dry, docs)
	}
	papers := func(id domain.OrganizationID) Organization {
		t.Helper()
		doc, err := r.s.organizations.Get(t.Context(), string(id))
		r.must(err)
		return doc.Body
	}
	had := papers(id).Papers
	if n, err := run(false); n != 0 || err != nil {
		t.Fatal("right after the decision:", n, err)
	}
	r.clock.Advance(179 * 24 * time.Hour)
	r.must(r.s.HandIn(t.Context(), r.actor("p-ani"), r.op(), id, PaperRecord{Paper: had[0].Paper, Number: "2/2027"}, &domain.Upload{Name: "baru.pdf", Size: 10, Body: strings.NewReader("%PDF-1.7..")}))
	r.clock.Advance(2 * 24 * time.Hour)
	if n, err := run(false); n != 0 || err != nil {
		t.Fatal("somebody just handed in anew:", n, err)
	}
	r.clock.Advance(180 * 24 * time.Hour)
	if n, err := run(true); n != len(had) || err != nil || len(papers(id).Papers) != len(had) {
		t.Fatal("counted:", n, err)
	}
	docs.broken = errors.New("the object store is away")
	if _, err := run(false); !errors.Is(err, docs.broken) {
		t.Fatal(err)
	}
	if o := papers(id); len(o.Papers) != 0 || len(o.Dropping) == 0 {
		t.Fatalf("broken off: %+v", o)
	}
	docs.broken = nil
	if _, err := run(false); err != nil {
		t.Fatal(err)
	}
	o := papers(id)
	if len(o.Papers)+len(o.Dropping) != 0 || o.State != StateRejected || len(o.Reviews) != 1 {
		t.Errorf("%+v", o)
	}
	if !slices.Equal(docs.dropped, docs.papers) {
		t.Errorf("dropped %v", docs.dropped)
	}
	if n, err := run(false); n != 0 || err != nil {
		t.Error("again:", n, err)
	}
	if len(papers(other).Papers) == 0 {
		t.Error("a verified organisation lost its papers")
	}
	r.papers("p-ani", id)
	r.must(r.s.Submit(t.Context(), r.actor("p-ani"), r.op(), id, "id"))
}
