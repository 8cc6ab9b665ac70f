package tables

import (
	"context"
	"math"
	"strconv"
	"strings"

	"gotong/modules/domain"
	"gotong/modules/kit/apperr"
	"gotong/modules/kit/sheet"
	"gotong/modules/kit/web"
)

// listPage is where one sees what can come in and go out, and one's own imports.
type listPage struct {
	web.Base
	Kinds  []kindCard
	Lists  []outgoing
	Table  *web.Table
	Pager  web.Pager
	Empty  web.Empty
	Others *link // all imports, or back to one's own
}

type kindCard struct {
	Title, Text string
	Path        string // "" where it is not the reader's
	Why         string // it is not
	Action      string
}

// outgoing is a list that goes out; Stays says that its rows do not come back.
type outgoing struct {
	link
	Stays bool
}

type link struct{ Label, Path string }

// formPage takes an upload of one kind and gives its template.
type formPage struct {
	web.Base
	Form      *web.Form
	Returns   bool // only what was downloaded comes back
	Needed    string
	Optional  string
	Templates templates
}

// templates is the form that gives a template; without script a plain GET.
type templates struct {
	Action       string
	Kind         string
	Organization string
	Regions      []web.OptionGroup
	Only         string // region where there is no choice

	Organizations []web.Option // whose rows, where there is a choice
}

func (m *Module) listPage(ctx context.Context, b web.Base, actor domain.Actor, all bool, cursor string) (listPage, error) {
	page := listPage{Base: b}
	s := m.Service
	for _, k := range s.kinds {
		card := kindCard{Title: b.T("tables.list." + k.Name), Text: b.T("tables.kind." + k.Name), Action: b.T("tables.start")}
		switch _, err := s.importer(ctx, actor, k, ""); {
		case err == nil || apperr.Is(err, apperr.Invalid): // which organisation is asked on the form
			card.Path = b.URL("/imports/new?kind=" + k.Name)
		case apperr.Is(err, apperr.Forbidden):
			card.Why = b.T("tables.refuse.no_area")
			if k.ByOrganization {
				card.Why = b.T("tables.refuse.no_organization")
			}
		default:
			return page, err
		}
		page.Kinds = append(page.Kinds, card)
	}
	for _, name := range listNames {
		if _, ok := s.lists[name]; ok {
			_, err := s.kind(name)
			page.Lists = append(page.Lists, outgoing{link: link{b.T("tables.list." + name), b.URL("/exports/" + name)}, Stays: err != nil})
		}
	}
	imports, err := s.Mine(ctx, actor, all, cursor)
	if err != nil {
		return page, err
	}
	if len(imports.Items) > 0 {
		page.Table = &web.Table{Head: []string{b.T("tables.fact.file"), b.T("tables.fact.kind"), b.T("tables.fact.state"), b.T("tables.fact.uploaded")}}
		for _, doc := range imports.Items {
			i, tag := doc.Body, stateTag(b, doc.Body)
			page.Table.Rows = append(page.Table.Rows, web.Row{Cells: []web.Cell{
				{Text: i.File, Path: b.URL(pathOf(doc.ID))}, {Text: b.T("tables.list." + i.Kind)}, {Tag: &tag}, {Text: b.DateTime(i.Uploaded)},
			}})
		}
	}
	query := map[string]string{}
	if all {
		query["by"] = "all"
	}
	page.Pager = web.NewPager(b, "/imports", query, cursor, imports.Next)
	page.Empty = web.Empty{Text: b.T("tables.none")}
	if actor.Secretariat() || actor.Auditor() {
		page.Others = &link{b.T("tables.everybody"), b.URL("/imports?by=all")}
		if all {
			page.Others = &link{b.T("tables.own"), b.URL("/imports")}
		}
	}
	return page, nil
}

// listNames are the lists that go out, in the order of the page.
var listNames = []string{"needs", "initiatives", "offers", "organizations", "profiles", "observations", "potentials", "documents"}

func stateTag(b web.Base, i Import) web.Tag {
	kind := map[State]string{Applied: "good", Ready: "good", Faulty: "stop", Checking: "wait", Applying: "wait", Undoing: "wait", Uploaded: "wait"}[i.State]
	return web.Tag{Kind: kind, Text: b.T("tables.state." + string(i.State))}
}

func (m *Module) newPage(ctx context.Context, b web.Base, actor domain.Actor, kind string, organization domain.OrganizationID) (formPage, error) {
	k, err := m.Service.kind(kind)
	if err != nil {
		return formPage{}, err
	}
	by, err := m.Service.importer(ctx, actor, k, organization)
	if err != nil && !apperr.Is(err, apperr.Invalid) {
		return formPage{}, err
	}
	b.Title = b.T("tables.new.of", "kind", b.T("tables.list."+kind))
	b.Crumbs = []web.Crumb{{Label: b.T("tables.title"), Path: "/imports"}, {Label: b.T("tables.list." + kind)}}
	page := formPage{Base: b, Form: web.NewForm(b, "tables.upload", "/imports").Hidden("kind", kind)}
	members := writers(actor)
	if k.ByOrganization && len(members) > 1 {
		var options []web.Option
		for _, o := range members {
			options = append(options, web.Option{Value: string(o.Organization), Label: o.Name})
		}
		page.Form.Select("organization", options, web.Required(), web.Value(string(organization)))
	} else if len(members) == 1 && k.ByOrganization {
		page.Form.Hidden("organization", string(members[0].Organization))
	}
	if page.Returns = k.Returns; k.Returns {
		b.Title = b.T("tables.new.change", "kind", b.T("tables.list."+kind))
		page.Base = b
	}
	page.Form.File("file", ".xlsx,.csv,.txt", web.Required(), web.Hint("tables.upload.file_hint", "mb", m.Service.limit>>20, "rows", int64(sheet.MaxRows))).Back("/imports")
	page.Needed, page.Optional = columnNames(b, k)
	page.Templates = templates{Action: b.URL("/imports/template"), Kind: kind, Organization: string(organization)}
	if k.Returns {
		for _, o := range members {
			page.Templates.Organizations = append(page.Templates.Organizations, web.Option{Value: string(o.Organization), Label: o.Name})
		}
		if len(members) == 1 {
			page.Templates.Organization, page.Templates.Organizations = string(members[0].Organization), nil
		}
		return page, nil
	}
	regions, err := m.Service.regionsFor(ctx, b, k, by)
	if len(regions) == 1 {
		page.Templates.Only = regions[0].Value
	} else if len(regions) > 1 {
		page.Templates.Regions = grouped(regions)
	}
	return page, err
}

func grouped(options []web.Option) (groups []web.OptionGroup) {
	for _, o := range options {
		if n := len(groups); n == 0 || groups[n-1].Label != o.Group {
			groups = append(groups, web.OptionGroup{Label: o.Group})
		}
		groups[len(groups)-1].Options = append(groups[len(groups)-1].Options, o)
	}
	return groups
}

// columnNames lists what a file must and may have.
func columnNames(b web.Base, k Kind) (needed, optional string) {
	var lists [2][]string
	for _, c := range k.Table.Columns() {
		if c.Shown {
			continue
		}
		n := 1
		if c.Required {
			n = 0
		}
		lists[n] = append(lists[n], b.T(columnKey(k.Name, c.Name)))
	}
	return strings.Join(lists[0], ", "), strings.Join(lists[1], ", ")
}

// regionsFor lists the areas for which a template can be asked: each area that the importer writes for and what lies
// right below.
func (s *Service) regionsFor(ctx context.Context, b web.Base, k Kind, by domain.Importer) ([]web.Option, error) {
	areas := by.Areas
	if k.ByOrganization {
		if areas = []domain.RegionCode{""}; by.Membership.Village != "" {
			areas = []domain.RegionCode{by.Membership.Village}
		}
	}
	var options []web.Option
	for _, area := range areas {
		group := b.T("tables.template.country")
		if area != "" {
			place, err := s.places.Place(ctx, area)
			if err != nil {
				return nil, err
			}
			group = domain.PlaceName(place)
			options = append(options, web.Option{Value: string(area), Label: group, Group: group})
		}
		below, err := s.places.Children(ctx, area)
		if err != nil {
			return nil, err
		}
		for _, p := range below {
			options = append(options, web.Option{Value: string(p.Code), Label: domain.PlaceName(p), Group: group})
			if area != "" || len(below) > 3 {
				continue
			}
			regencies, err := s.places.Children(ctx, p.Code) // one installation for one province
			if err != nil {
				return nil, err
			}
			for _, r := range regencies {
				options = append(options, web.Option{Value: string(r.Code), Label: domain.PlaceName(r), Group: domain.PlaceName(p)})
			}
		}
	}
	return options, nil
}

func percent(f float64) int { return int(math.Round(100 * max(0, min(1, f)))) }

func itoa(n int) string { return strconv.Itoa(n) }
