package initiatives

import (
	"context"
	"slices"

	"gotong/modules/domain"
	"gotong/modules/kit/apperr"
	"gotong/modules/kit/store"
)

// Origin says by which door a new initiative comes in, and from what it takes its first content: at most one of Template,
// Copy and Concept.
type Origin struct {
	Call       domain.CallID       // "" where it answers none
	Invitation string              // "" where nobody invited
	Template   string              // of the secretariat
	Copy       domain.InitiativeID // an earlier proposal of the same organisation
	Concept    string              // a file that was uploaded
}

// Begins tells whether the draft begins with a content.
func (o Origin) Begins() bool { return o.Template != "" || o.Copy != "" || o.Concept != "" }

// Beginning is what a new draft takes from its origin.
type Beginning struct {
	Origin
	Content      Content
	Title        string                // of the template or the earlier proposal, the name of the file
	Organization domain.OrganizationID // for which it is, "" for any of the reader's
}

// Begin gives what a new draft takes from its origin; nothing where that brings no content. NotFound for a template, a
// proposal or a file that is not there for the actor, Conflict for a template that is no longer offered.
func (s *Service) Begin(ctx context.Context, actor domain.Actor, from Origin) (Beginning, error) {
	b := Beginning{Origin: from}
	switch {
	case from.Template != "":
		doc, err := s.templates.Get(ctx, from.Template)
		if err != nil {
			return b, err
		}
		if doc.Body.Retired {
			return b, apperr.New(apperr.Conflict, "initiatives.refuse.template_retired")
		}
		b.Title, b.Content = doc.Body.Name, doc.Body.Content.choosable()
	case from.Copy != "":
		doc, err := s.Show(ctx, actor, from.Copy)
		if err != nil {
			return b, err
		}
		if !actor.Has(doc.Body.Organization, domain.OrgEditor) {
			return b, apperr.New(apperr.Forbidden, "initiatives.refuse.not_editor")
		}
		b.Title, b.Content, b.Organization = doc.Body.Title, doc.Body.again().choosable(), doc.Body.Organization
	case from.Concept != "":
		concept, err := s.Concept(ctx, actor, from.Concept)
		if err != nil {
			return b, err
		}
		b.Title, b.Content, b.Organization = concept.File, concept.Content, concept.Organization
	}
	return b, nil
}

// again is what a new proposal takes from an earlier one, in whatever state that is: texts, area, offers, budget, titles
// of milestones, results and partners. Days are left out, since they belonged to the earlier one; partners are asked
// anew; documents, reviews, decisions and history stay where they are.
func (c Content) again() Content {
	c = plainContent(c)
	c.From, c.Until = "", ""
	for n := range c.Offers {
		c.Offers[n].ID, c.Offers[n].From, c.Offers[n].Until = "", "", ""
	}
	for n := range c.Milestones {
		c.Milestones[n].Due = ""
	}
	return c
}

// choosable leaves out of the offers what can no longer be chosen: a retired category with its offer, a former unit.
func (c Content) choosable() Content {
	none := func(domain.CategoryID, domain.UnitID) bool { return false }
	c.Offers = slices.DeleteFunc(slices.Clone(c.Offers), func(o Offer) bool {
		category, _ := domain.MayChoose(o.Category, "", none)
		return !category
	})
	for n, o := range c.Offers {
		if _, unit := domain.MayChoose(o.Category, o.Unit, none); !unit {
			c.Offers[n].Unit, c.Offers[n].Quantity, c.Offers[n].MinLot = "", 0, 0
		}
	}
	return c
}

// Earlier lists the proposals of an organisation, in any state, newest first: those from which its editors copy.
func (s *Service) Earlier(ctx context.Context, actor domain.Actor, organization domain.OrganizationID, cursor string, limit int) (store.Page[Initiative], error) {
	if !actor.Has(organization, domain.OrgEditor) {
		return store.Page[Initiative]{}, apperr.New(apperr.Forbidden, "initiatives.refuse.not_editor")
	}
	return s.records.List(ctx, store.Query{List: listOwned, Key: store.KeyOf(string(organization), ""), Cursor: cursor, Limit: limit})
}
