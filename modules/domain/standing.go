package domain

import "context"

// Relation is what an actor is to a thing, in the words of the table of rights (modules/rights).
type Relation string

// Relations to a thing. Each role of an organisation brings those below it.
const (
	RelViewer        Relation = "viewer" // of the organisation whose thing it is
	RelEditor        Relation = "editor"
	RelOwner         Relation = "owner"
	RelVillageViewer Relation = "village-viewer" // of the government of the village that it concerns
	RelVillageEditor Relation = "village-editor"
	RelVillageOwner  Relation = "village-owner"
	RelVerifier      Relation = "verifier" // has the mandate for its area
	RelReviewer      Relation = "reviewer" // reviews it, declared to have no conflict of interest, and has no tie to it
	RelCaller        Relation = "caller"   // is of the organisation that made the call which it answers
	RelPartner       Relation = "partner"  // is of an organisation that it names as a partner
	RelReader        Relation = "reader"   // a document's: it is shared with this actor
	RelSelf          Relation = "self"     // it is the actor's own account
	RelOther         Relation = "other"    // an account, not the actor's own
)

// Standing is how an actor stands to a thing.
type Standing struct {
	State     string // of the thing, as the table of rights names it
	Public    bool   // everybody sees it
	Relations []Relation
}

// Stander tells how an actor stands to things of one kind. NotFound where there is no such thing; whether the actor
// may know of it is for the table to say.
type Stander interface {
	Standing(ctx context.Context, actor Actor, id string) (Standing, error)
}

// RelationsTo gives the relations that follow from whose a thing is, which village it concerns and where it lies.
func (a Actor) RelationsTo(organization OrganizationID, village, region RegionCode) []Relation {
	var list []Relation
	for i, role := range []OrganizationRole{OrgViewer, OrgEditor, OrgOwner} {
		if a.Has(organization, role) {
			list = append(list, [...]Relation{RelViewer, RelEditor, RelOwner}[i])
		}
		if _, ok := a.VillageGovernment(village, role); ok {
			list = append(list, [...]Relation{RelVillageViewer, RelVillageEditor, RelVillageOwner}[i])
		}
	}
	if region != "" {
		if _, ok := a.AreaVerifier(region); ok {
			list = append(list, RelVerifier)
		}
	}
	return list
}
