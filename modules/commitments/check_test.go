package commitments

import (
	"strings"
	"testing"
	"time"

	"gotong/modules/domain"
	"gotong/modules/kit/store"
)

// Each thing that can be wrong is found, and named.
func TestCheckFindsWhatIsWrong(t *testing.T) {
	for name, spoil := range map[string]func(t *testing.T, b *bench, id domain.CommitmentID, secret string){
		"its terms are not those of version 1": func(t *testing.T, b *bench, id domain.CommitmentID, _ string) {
			b.edit(t, id, func(c *Commitment) { c.Conditions = "Lain." })
		},
		"was answered by link 7, of 1": func(t *testing.T, b *bench, id domain.CommitmentID, _ string) {
			b.edit(t, id, func(c *Commitment) { c.Deliveries[0].Via = &Via{Kind: LinkPaper, Number: 7} })
		},
		"confirmed and 0 denied": func(t *testing.T, b *bench, id domain.CommitmentID, _ string) {
			b.edit(t, id, func(c *Commitment) { c.Deliveries[0].Confirmed = c.Deliveries[0].Quantity + 1 })
		},
		"yet nothing of it confirmed": func(t *testing.T, b *bench, id domain.CommitmentID, _ string) {
			b.edit(t, id, func(c *Commitment) { c.Deliveries[0].Verified = &Verification{Words: "Dilihat."} })
		},
		"a dispute that is not so": func(t *testing.T, b *bench, id domain.CommitmentID, _ string) {
			b.edit(t, id, func(c *Commitment) { c.Dispute = &Dispute{Words: "Kurang."} })
		},
		"its commitment does not know it": func(t *testing.T, b *bench, id domain.CommitmentID, _ string) {
			b.edit(t, id, func(c *Commitment) { c.Links = nil })
		},
		"is on its way since": func(t *testing.T, b *bench, _ domain.CommitmentID, secret string) {
			b.editLink(t, secret, func(l *Link) { l.Answer = &LinkAnswer{At: b.clock.Now()} })
			b.clock.Advance(time.Hour)
		},
		"its answer is not there": func(t *testing.T, b *bench, _ domain.CommitmentID, secret string) {
			b.editLink(t, secret, func(l *Link) { l.Answer, l.Done = &LinkAnswer{At: b.clock.Now()}, b.clock.Now() })
		},
		"was erased, and is there": func(t *testing.T, b *bench, _ domain.CommitmentID, secret string) {
			b.editLink(t, secret, func(l *Link) { l.Erased, l.Name = true, "Sitti" })
		},
	} {
		t.Run(name, func(t *testing.T) {
			b := newBench(t, bothModes["transaction"])
			id := b.handedOver(t)
			secret := b.link(t, id, "l", LinkPaper)
			b.sound(t)
			spoil(t, b, id, secret)
			problems, err := b.Check(t.Context())
			if err != nil || !strings.Contains(strings.Join(problems, "\n"), name) {
				t.Errorf("not found: %v %v", problems, err)
			}
		})
	}
}

func (b *bench) edit(t *testing.T, id domain.CommitmentID, fn func(*Commitment)) {
	t.Helper()
	doc, err := b.records.Get(t.Context(), string(id))
	if err != nil {
		t.Fatal(err)
	}
	fn(&doc.Body)
	if _, err := b.records.Replace(t.Context(), doc, doc.Body, store.Change{Action: "commitment.seeded"}); err != nil {
		t.Fatal(err)
	}
}

func (b *bench) editLink(t *testing.T, secret string, fn func(*Link)) {
	t.Helper()
	doc, err := b.links.Get(t.Context(), linkID(secret))
	if err != nil {
		t.Fatal(err)
	}
	fn(&doc.Body)
	if _, err := b.links.Replace(t.Context(), doc, doc.Body, store.Change{Action: "confirmation-link.made"}); err != nil {
		t.Fatal(err)
	}
}
