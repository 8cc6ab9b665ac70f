package papers

import (
	"fmt"
	"strconv"
	"time"

	"gotong/modules/domain"
	"gotong/modules/kit/store"
)

// Lists.
const (
	listCommitment = "commitment" // papers of a commitment, the first one first
	listDocument   = "document"
	listVersions   = "versions" // of templates by kind, the newest first
)

func definition() store.Definition[Paper] {
	byCreated := func(_ string, p Paper) string { return store.SortTime(p.Created) }
	return store.Definition[Paper]{Name: "papers", Lists: []store.List[Paper]{
		{Name: listCommitment, Sort: byCreated, Keys: func(_ string, p Paper) []store.Key { return []store.Key{store.KeyOf(string(p.Commitment))} }},
		{Name: listDocument, Sort: byCreated, Keys: func(_ string, p Paper) []store.Key {
			if p.Document == "" {
				return nil
			}
			return []store.Key{store.KeyOf(string(p.Document))}
		}},
	}}
}

func templates() store.Definition[Template] {
	return store.Definition[Template]{Name: "paper_templates", Lists: []store.List[Template]{{
		Name: listVersions, Descending: true, Sort: func(_ string, t Template) string { return store.SortInt(int64(t.Version)) },
		Keys: func(_ string, t Template) []store.Key { return []store.Key{store.KeyOf(string(t.Kind))} },
	}}}
}

// register counts the papers of a kind in a year. Given remembers the newest numbers, so that a repeat meets itself.
type register struct {
	Last  int      `json:"last"`
	Given []string `json:"given"` // papers of the newest numbers, Last the last
}

// remembered is how many papers a register knows by name.
const remembered = 200

// take gives a paper its number: the one that it has, or the next.
func (r register) take(paper string) (register, int, bool) {
	for i, id := range r.Given {
		if id == paper {
			return r, r.Last - len(r.Given) + 1 + i, false
		}
	}
	given := append(append([]string(nil), r.Given...), paper)
	if n := len(given); n > remembered {
		given = given[n-remembered:]
	}
	return register{Last: r.Last + 1, Given: given}, r.Last + 1, true
}

func registers() store.Definition[register] { return store.Definition[register]{Name: "paper_numbers"} }

// Letterhead is what stands below the name of an organisation on its papers.
type Letterhead struct {
	Above string           `json:"above,omitempty"` // what it belongs to
	Lines string           `json:"lines,omitempty"` // address and contact of the office
	By    domain.AccountID `json:"by,omitempty"`
	At    time.Time        `json:"at,omitzero"`
}

func letterheads() store.Definition[Letterhead] {
	return store.Definition[Letterhead]{Name: "paper_letterheads"}
}

func paperID(commitment domain.CommitmentID, k Kind) string {
	return store.DeriveID(string(commitment), "paper/"+string(k))
}

func documentID(paper string) domain.DocumentID {
	return domain.DocumentID(store.DeriveID(paper, "document"))
}

func templateID(k Kind, version int) string { return fmt.Sprintf("%s-%04d", k, version) }

func digits(n int) string { return strconv.Itoa(n) }
