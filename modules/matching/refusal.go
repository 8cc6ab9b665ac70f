package matching

import (
	"context"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"gotong/modules/domain"
	"gotong/modules/kit/apperr"
	"gotong/modules/kit/store"
)

// Side says who put a suggestion aside.
type Side string

// Sides.
const (
	SideVillage Side = "village" // an initiative that was suggested for its need
	SidePartner Side = "partner" // a need that was suggested for its initiative
)

// Reasons why a suggestion is not for somebody, in the order of the form. They tell how good the weights are.
var Reasons = []string{"far", "kind", "time", "amount", "conditions", "known", "busy", "other"}

// Refusal is a suggestion that one side put aside, with why, and with the score that it had then.
type Refusal struct {
	Side            Side                  `json:"side"`
	Need            domain.NeedID         `json:"need"`
	NeedTitle       string                `json:"need_title"`
	Initiative      domain.InitiativeID   `json:"initiative"`
	InitiativeTitle string                `json:"initiative_title"`
	Organization    domain.OrganizationID `json:"organization"` // whose word it is
	Reason          string                `json:"reason"`
	Words           string                `json:"words,omitempty"`
	Total           int                   `json:"total"`
	Parts           [partCount]int        `json:"parts"`
	Weights         int                   `json:"weights"` // their version
	By              domain.AccountID      `json:"by"`
	At              time.Time             `json:"at"`
	Demo            bool                  `json:"demo,omitempty"`
}

const (
	listAside   = "aside"   // of one need or initiative, the newest first
	listReasons = "reasons" // by reason and side, the newest first
	maxWords    = 500
	// mostAside is how many suggestions of one thing are left out.
	mostAside = 100
)

func refusalDefinition() store.Definition[Refusal] {
	byTime := func(_ string, r Refusal) string { return store.SortTime(r.At) }
	return store.Definition[Refusal]{Name: "matching_refusals", Lists: []store.List[Refusal]{
		{Name: listAside, Descending: true, Sort: byTime, Keys: func(_ string, r Refusal) []store.Key { return []store.Key{r.asideKey()} }},
		{Name: listReasons, Descending: true, Sort: byTime, Keys: func(_ string, r Refusal) []store.Key {
			return store.Combinations([]string{r.Reason}, []string{string(r.Side)})
		}},
	}}
}

func (r *Refusal) asideKey() store.Key {
	if r.Side == SideVillage {
		return asideOf(SideVillage, string(r.Need))
	}
	return asideOf(SidePartner, string(r.Initiative))
}

func asideOf(side Side, subject string) store.Key { return store.KeyOf(string(side), subject) }

func refusalID(side Side, need domain.NeedID, initiative domain.InitiativeID) string {
	return store.DeriveID(string(side)+"/"+string(need), string(initiative))
}

// sideOf tells for which side of a pair the actor may speak, and for which organisation.
func sideOf(a domain.Actor, m Match) (Side, domain.OrganizationID, bool) {
	if v, ok := a.VillageGovernment(m.Need.Village, domain.OrgEditor); ok {
		return SideVillage, v.Organization, true
	}
	if a.Has(m.Initiative.Organization, domain.OrgEditor) {
		return SidePartner, m.Initiative.Organization, true
	}
	return "", "", false
}

// Suggested gives a pair as it is suggested now to who may put it aside. Errors: NotFound where it is not suggested, SignIn,
// Forbidden.
func (s *Service) Suggested(actor domain.Actor, need domain.NeedID, initiative domain.InitiativeID) (Match, Side, domain.OrganizationID, error) {
	ranking, ok := s.index.forNeed(need, domain.DateOf(s.clock.Now()), 1, 0, func(i *Initiative) bool { return i.ID == initiative })
	switch {
	case !actor.SignedIn():
		return Match{}, "", "", apperr.New(apperr.SignIn, "error.sign_in")
	case !ok || len(ranking.Fits) == 0:
		return Match{}, "", "", apperr.New(apperr.NotFound, "matching.error.not_suggested")
	}
	side, organization, may := sideOf(actor, ranking.Fits[0])
	if !may {
		return Match{}, "", "", apperr.New(apperr.Forbidden, "error.forbidden")
	}
	return ranking.Fits[0], side, organization, nil
}

// Refuse puts a suggestion aside for one side, with a reason; one that is aside already stays so. Errors: those of Suggested, Invalid.
func (s *Service) Refuse(ctx context.Context, actor domain.Actor, op store.Operation, need domain.NeedID, initiative domain.InitiativeID, reason, words string) (Side, error) {
	m, side, organization, err := s.Suggested(actor, need, initiative)
	if err != nil {
		return side, err
	}
	var f apperr.Fields
	f.Check(slices.Contains(Reasons, reason), "reason", "matching.error.choose_reason")
	f.Check(reason != "other" || strings.TrimSpace(words) != "", "words", "matching.error.words")
	f.Check(utf8.RuneCountInString(words) <= maxWords, "words", "matching.error.long", "max", maxWords)
	f.Check(len(domain.FindPersonalNumbers(words)) == 0, "words", "matching.error.personal")
	if err := f.Err(); err != nil {
		return side, err
	}
	r := Refusal{Side: side, Need: need, NeedTitle: m.Need.Title, Initiative: initiative, InitiativeTitle: m.Initiative.Title, Organization: organization, Reason: reason, Words: words,
		Total: m.Result.Total, Parts: m.Result.Parts, Weights: s.Weights().Version, By: actor.Account, At: s.clock.Now(), Demo: m.Need.Demo || m.Initiative.Demo}
	change := actor.Change("matching.refused", organization, op)
	change.Reason = reason
	if _, err = s.refusals.Insert(ctx, refusalID(side, need, initiative), r, change); apperr.Is(err, apperr.Conflict) {
		err = nil
	}
	return side, err
}

// TakeBack suggests again what a side put aside; what is not aside is a success. Errors: SignIn, Forbidden.
func (s *Service) TakeBack(ctx context.Context, actor domain.Actor, op store.Operation, side Side, need domain.NeedID, initiative domain.InitiativeID) error {
	if !actor.SignedIn() {
		return apperr.New(apperr.SignIn, "error.sign_in")
	}
	doc, err := s.refusals.Get(ctx, refusalID(side, need, initiative))
	if apperr.Is(err, apperr.NotFound) {
		return nil
	}
	if err != nil {
		return err
	}
	if !actor.Has(doc.Body.Organization, domain.OrgEditor) {
		return apperr.New(apperr.Forbidden, "error.forbidden")
	}
	err = s.refusals.Delete(ctx, doc, actor.Change("matching.refusal-undone", doc.Body.Organization, op))
	if apperr.Is(err, apperr.NotFound) || apperr.Is(err, apperr.Conflict) {
		return nil
	}
	return err
}

// Aside lists what a side put aside of one need or initiative, the newest first.
func (s *Service) Aside(ctx context.Context, side Side, subject string) ([]Refusal, error) {
	page, err := s.refusals.List(ctx, store.Query{List: listAside, Key: asideOf(side, subject), Limit: mostAside})
	list := make([]Refusal, len(page.Items))
	for i, doc := range page.Items {
		list[i] = doc.Body
	}
	return list, err
}

// Count is how often a reason was given, by side.
type Count struct {
	Reason           string
	Village, Partner int64
}

// Counts sums up the reasons, in their order.
func (s *Service) Counts(ctx context.Context) ([]Count, error) {
	var list []Count
	for _, reason := range Reasons {
		c := Count{Reason: reason}
		for side, into := range map[Side]*int64{SideVillage: &c.Village, SidePartner: &c.Partner} {
			n, err := s.refusals.Count(ctx, listReasons, store.KeyOf(reason, string(side)))
			if err != nil {
				return nil, err
			}
			*into = n
		}
		list = append(list, c)
	}
	return list, nil
}

// Refusals lists them, of one reason or of all, the newest first.
func (s *Service) Refusals(ctx context.Context, reason, cursor string, limit int) (list []Refusal, next string, err error) {
	page, err := s.refusals.List(ctx, store.Query{List: listReasons, Key: store.KeyOf(reason, ""), Cursor: cursor, Limit: limit})
	for _, doc := range page.Items {
		list = append(list, doc.Body)
	}
	return list, page.Next, err
}
