package wire

import (
	"context"
	"fmt"
	"strings"

	"gotong/modules/catalog"
	"gotong/modules/commitments"
	"gotong/modules/documents"
	"gotong/modules/domain"
	"gotong/modules/initiatives"
	"gotong/modules/kit/apperr"
	"gotong/modules/kit/store"
	"gotong/modules/organizations"
)

// CatalogInitiatives are initiatives as the catalog finds them.
type CatalogInitiatives struct{ *House }

// Kind implements catalog.Source.
func (CatalogInitiatives) Kind() string { return domain.KindInitiative }

// Collection implements catalog.Source.
func (CatalogInitiatives) Collection() string { return "initiatives" }

// Each implements catalog.Source.
func (w CatalogInitiatives) Each(ctx context.Context, fn func(catalog.Entry) error) error {
	return w.Initiatives.Service.Each(ctx, func(doc initiatives.Doc) error { return fn(initiativeEntry(doc)) })
}

// Get implements catalog.Source.
func (w CatalogInitiatives) Get(ctx context.Context, id string) (catalog.Entry, error) {
	doc, err := w.Initiatives.Service.Get(ctx, domain.InitiativeID(id))
	if err != nil {
		return catalog.Entry{}, err
	}
	return initiativeEntry(doc), nil
}

func initiativeEntry(doc initiatives.Doc) catalog.Entry {
	i := doc.Body
	e := catalog.Entry{
		ID: doc.ID, Title: i.Title, Text: strings.TrimSpace(i.Summary + "\n" + i.Problem + "\n" + i.SummaryEN), Path: "/initiatives/" + doc.ID,
		Order: store.SortTime(i.PublishedAt), Public: i.Public(), Demo: i.Demo,
		Filters: map[string][]string{"status": {string(i.State())}},
	}
	for _, o := range i.Offers {
		e.Filters["category"] = append(e.Filters["category"], categoryPath(o.Category)...)
		if e.Category == "" {
			e.Category = o.Category
		}
	}
	for _, area := range i.Areas {
		e.Filters["region"] = append(e.Filters["region"], area.Path()...)
	}
	return e
}

// CatalogOrganizations are organisations as the catalog finds them.
type CatalogOrganizations struct{ *House }

// Kind implements catalog.Source.
func (CatalogOrganizations) Kind() string { return domain.KindOrganization }

// Collection implements catalog.Source.
func (CatalogOrganizations) Collection() string { return "organizations" }

// Each implements catalog.Source.
func (w CatalogOrganizations) Each(ctx context.Context, fn func(catalog.Entry) error) error {
	return w.House.Organizations.Service.Each(ctx, func(o organizations.Indexed) error { return fn(w.entry(ctx, o)) })
}

// Get implements catalog.Source.
func (w CatalogOrganizations) Get(ctx context.Context, id string) (catalog.Entry, error) {
	o, err := w.House.Organizations.Service.Indexed(ctx, domain.OrganizationID(id))
	if err != nil {
		return catalog.Entry{}, err
	}
	return w.entry(ctx, o), nil
}

func (w CatalogOrganizations) entry(ctx context.Context, o organizations.Indexed) catalog.Entry {
	e := catalog.Entry{
		ID: string(o.ID), Title: o.Name, Text: o.About, Path: "/organizations/" + string(o.ID), Public: o.Public, Demo: o.Demo,
		Filters: map[string][]string{"region": o.Region.Path(), "type": {o.Type}},
	}
	if place, err := w.House.Villages.Service.Place(ctx, o.Region); err == nil {
		e.Place = domain.PlaceText(place)
	}
	return e
}

// CatalogRegions are regions as the catalog finds them.
type CatalogRegions struct{ *House }

// Kind implements catalog.Source.
func (CatalogRegions) Kind() string { return domain.KindVillage }

// Collection implements catalog.Source.
func (CatalogRegions) Collection() string { return "regions" }

// Each implements catalog.Source.
func (w CatalogRegions) Each(ctx context.Context, fn func(catalog.Entry) error) error {
	return w.House.Villages.Service.Each(ctx, func(p domain.Place) error { return fn(regionEntry(p)) })
}

// Get implements catalog.Source.
func (w CatalogRegions) Get(ctx context.Context, id string) (catalog.Entry, error) {
	place, err := w.House.Villages.Service.Place(ctx, domain.RegionCode(id))
	if err != nil {
		return catalog.Entry{}, err
	}
	return regionEntry(place), nil
}

func regionEntry(p domain.Place) catalog.Entry {
	return catalog.Entry{
		ID: string(p.Code), Title: p.Name, Place: domain.PlaceText(p), Path: "/villages/" + string(p.Code), Public: true,
		Filters: map[string][]string{"region": p.Code.Path(), "type": {p.Kind}},
	}
}

// CatalogDocuments are public documents as the catalog finds them.
type CatalogDocuments struct{ *House }

// Kind implements catalog.Source.
func (CatalogDocuments) Kind() string { return domain.KindDocument }

// Collection implements catalog.Source.
func (CatalogDocuments) Collection() string { return "documents" }

// Each implements catalog.Source; what the public may not see now is left out.
func (w CatalogDocuments) Each(ctx context.Context, fn func(catalog.Entry) error) error {
	return w.Documents.Service.Each(ctx, func(id domain.DocumentID, d documents.Document) error {
		if d.Visibility != domain.VisiblePublic {
			return nil
		}
		e, err := w.Get(ctx, string(id))
		if gone(err) {
			return nil
		}
		if err != nil {
			return err
		}
		return fn(e)
	})
}

// Get implements catalog.Source.
func (w CatalogDocuments) Get(ctx context.Context, id string) (catalog.Entry, error) {
	d, public, err := w.Documents.Service.Indexed(ctx, domain.DocumentID(id))
	if err != nil {
		return catalog.Entry{}, err
	}
	if !public {
		return catalog.Entry{}, apperr.New(apperr.NotFound, "error.not_found")
	}
	return catalog.Entry{
		ID: id, Title: d.Title, Text: strings.TrimSpace(d.Description + "\n" + w.Documents.Service.Text(ctx, d)), Path: "/documents/" + id, Order: store.SortTime(d.Created),
		Filters: map[string][]string{"region": d.Region.Path(), "type": {string(d.Type)}}, Public: public, Demo: d.Demo,
	}, nil
}

// Touched implements catalog.Dependent: a document is seen as long as what it belongs to is.
func (w CatalogDocuments) Touched(ctx context.Context, collection, id string) ([]string, error) {
	kind, ok := DocumentThings()[collection]
	if !ok {
		return nil, nil
	}
	return w.Documents.Service.IDsOf(ctx, domain.Ref{Kind: kind, ID: id})
}

// DocumentThings are the kinds of what documents belong to, by the collection with whose changes they may be hidden or
// shown. Regions are always public.
func DocumentThings() map[string]string {
	return map[string]string{
		"needs": domain.KindNeed, "initiatives": domain.KindInitiative, "organizations": domain.KindOrganization, commitments.Collection: domain.KindCommitment,
		"calls": domain.KindCall,
	}
}

// CatalogPartners are those who help, for the front page.
type CatalogPartners struct{ *House }

// Latest implements catalog.Partners: newest published initiatives, then newest organisations.
func (w CatalogPartners) Latest(ctx context.Context, limit int) ([]catalog.Partner, error) {
	var open []initiatives.Doc
	for _, status := range []initiatives.State{initiatives.Published, initiatives.Running} {
		page, err := w.Initiatives.Service.Public(ctx, initiatives.Filter{Status: status, Limit: max(1, limit/2)})
		if err != nil {
			return nil, err
		}
		open = append(open, page.Items...)
	}
	open = open[:min(len(open), max(1, limit/2))]
	ids := make([]domain.OrganizationID, 0, len(open))
	for _, doc := range open {
		ids = append(ids, doc.Body.Organization)
	}
	briefs, err := w.House.Organizations.Service.Briefs(ctx, ids)
	if err != nil {
		return nil, err
	}
	var partners []catalog.Partner
	for _, doc := range open {
		i := doc.Body
		e := initiativeEntry(doc)
		partners = append(partners, catalog.Partner{
			Kind: domain.KindInitiative, Title: i.Title, Path: e.Path, By: briefs[i.Organization].Name, Type: briefs[i.Organization].Type,
			Category: e.Category, Place: w.areaNames(ctx, i.Areas), Running: i.State() == initiatives.Running, Demo: i.Demo,
		})
	}
	found, err := w.House.Organizations.Service.List(ctx, organizations.ListQuery{Sort: "new", Limit: limit})
	if err != nil {
		return nil, err
	}
	for _, doc := range found.Items {
		if o := doc.Body; o.Governs() == "" && len(partners) < limit {
			partners = append(partners, catalog.Partner{Kind: domain.KindOrganization, Title: o.Name, Path: "/organizations/" + doc.ID, Type: o.Type, Demo: o.Demo})
		}
	}
	return partners, nil
}

// areaNames says in short where an initiative works.
func (w CatalogPartners) areaNames(ctx context.Context, areas []domain.RegionCode) string {
	if len(areas) == 0 {
		return ""
	}
	place, err := w.House.Villages.Service.Place(ctx, areas[0])
	if err != nil {
		return ""
	}
	name := domain.PlaceText(place)
	if more := len(areas) - 1; more > 0 {
		name = fmt.Sprintf("%s +%d", name, more)
	}
	return name
}

var (
	_ catalog.Source    = CatalogInitiatives{}
	_ catalog.Source    = CatalogOrganizations{}
	_ catalog.Source    = CatalogRegions{}
	_ catalog.Source    = CatalogDocuments{}
	_ catalog.Dependent = CatalogDocuments{}
	_ catalog.Partners  = CatalogPartners{}
)
