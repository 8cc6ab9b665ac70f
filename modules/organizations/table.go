package organizations

import (
	"context"
	"strings"

	"gotong/modules/domain"
	"gotong/modules/kit/apperr"
	"gotong/modules/kit/sheet"
	"gotong/modules/kit/store"
)

// Table gives organisations out as a spreadsheet, and brings back what their editors changed in it: what the form of
// editing asks, under its rules.
type Table struct {
	domain.Returning[Organization, editable]
	service *Service
}

// editable is what an editor may change of an organisation in a row.
type editable struct {
	Name         string              `json:"name"`
	Registration string              `json:"registration"`
	Region       domain.RegionCode   `json:"region"`
	Areas        []domain.RegionCode `json:"areas"`
	Office       string              `json:"office"`
	Address      string              `json:"address"`
	Email        string              `json:"email"`
	Phone        string              `json:"phone"`
	Website      string              `json:"website"`
	About        string              `json:"about"`
}

var tableColumns = []sheet.Column{
	{Name: "name", Width: 40}, {Name: "type", Shown: true, Width: 24}, {Name: "sublevel", Shown: true, Width: 24}, {Name: "verified", Shown: true}, {Name: "until", Shown: true},
	{Name: "registration", Code: true, Width: 24}, {Name: "region", Code: true, Width: 16}, {Name: "areas", Code: true, Width: 28}, {Name: "office", Width: 28},
	{Name: "address", Width: 32}, {Name: "email", Width: 26}, {Name: "phone", Code: true, Width: 18}, {Name: "website", Width: 28}, {Name: "about", Width: 50},
	{Name: domain.ColumnID, Required: true, Code: true, Width: 30}, {Name: domain.ColumnMark, Required: true, Code: true, Width: 18, Also: domain.MarkWords},
}

// NewTable makes the table of organisations.
func NewTable(s *Service) *Table {
	return &Table{service: s, Returning: domain.Returning[Organization, editable]{
		Batches: domain.Batches[Organization]{Records: s.organizations},
		Read:    readRow,
		Now: func(o Organization) editable {
			return editable{o.Name, o.Registration, o.Region, codesOf(o.Areas), o.Office, o.Address, o.Email, o.Phone, o.Website, o.About}
		},
		Sees: func(_ context.Context, actor domain.Actor, doc store.Doc[Organization]) (bool, error) {
			return MaySee(actor, domain.OrganizationID(doc.ID), doc.Body, s.now()), nil
		},
		Edits: func(actor domain.Actor, doc store.Doc[Organization]) bool {
			return MayEdit(actor, domain.OrganizationID(doc.ID))
		},
		Write: func(ctx context.Context, doc store.Doc[Organization], v editable) (Organization, error) {
			o := doc.Body
			tied := TiedSublevel(o.Type, o.Sublevel) != ""
			if tied && v.Region != o.Region {
				var f apperr.Fields
				f.Add("region", "organizations.error.region_tied")
				return o, f.Err()
			}
			return s.edited(ctx, o, Profile{
				Name: v.Name, Registration: v.Registration, Office: v.Office, Address: v.Address, Email: v.Email, Phone: v.Phone,
				Website: v.Website, About: v.About, Region: v.Region, Areas: v.Areas,
			})
		},
		Title: func(v editable) string { return v.Name },
	}}
}

func codesOf(codes []domain.RegionCode) []domain.RegionCode {
	return append([]domain.RegionCode{}, codes...)
}

func readRow(r *sheet.Row) editable {
	v := editable{
		Name: strings.Join(strings.Fields(r.Text("name")), " "), Registration: r.Text("registration"), Office: r.Text("office"), Address: r.Text("address"),
		Email: r.Text("email"), Phone: r.Text("phone"), Website: r.Text("website"), About: r.Text("about"),
	}
	if text := r.Text("region"); text != "" {
		code, err := domain.ParseRegionCode(text)
		if err != nil {
			r.Fail("region", "tables.problem.code_form")
		}
		v.Region = code
	}
	codes, ok := domain.ReadCodes(r.Text("areas"))
	if v.Areas = codesOf(codes); !ok {
		r.Fail("areas", "tables.problem.codes")
	}
	return v
}

// Columns of the table.
func (*Table) Columns() []sheet.Column { return tableColumns }

// Fill gives the rows that the importer may change.
func (t *Table) Fill(ctx context.Context, by domain.Importer, lang string, _ domain.RegionCode, yield func([]sheet.Cell) error) error {
	return t.one(ctx, by.Actor(), lang, by.Membership.Organization, yield)
}

// Rows gives what the page with this query shows, all pages of it; with an organisation only that one, also before it
// is public, to who may see it.
func (t *Table) Rows(ctx context.Context, actor domain.Actor, lang string, query map[string]string, yield func([]sheet.Cell) error) error {
	if id := domain.OrganizationID(query["organization"]); id != "" {
		return t.one(ctx, actor, lang, id, yield)
	}
	q := ListQuery{Text: query["q"], Region: domain.RegionCode(query["region"]), Type: query["type"], Sort: query["sort"], Limit: 100}
	for {
		found, err := t.service.List(ctx, q)
		if err != nil {
			return err
		}
		for _, doc := range found.Items {
			if err := yield(t.row(actor, lang, doc)); err != nil {
				return err
			}
		}
		if q.Cursor = found.Next; q.Cursor == "" {
			return nil
		}
	}
}

func (t *Table) one(ctx context.Context, actor domain.Actor, lang string, id domain.OrganizationID, yield func([]sheet.Cell) error) error {
	doc, err := t.service.get(ctx, actor, id)
	if apperr.Is(err, apperr.NotFound) {
		return nil
	}
	if err != nil {
		return err
	}
	return yield(t.row(actor, lang, doc))
}

func (t *Table) row(actor domain.Actor, lang string, doc store.Doc[Organization]) []sheet.Cell {
	o := doc.Body
	typ, _ := domain.Stakeholders().Type(o.Type)
	sub, _ := typ.Sublevel(o.Sublevel)
	verified, until := "", ""
	if o.InForce(t.service.now()) {
		verified, until = string(domain.DateOf(o.VerifiedAt)), string(domain.DateOf(o.VerifiedUntil))
	}
	inside := MaySeeInside(actor, domain.OrganizationID(doc.ID))
	if !inside {
		o.Registration, o.Office, o.Address, o.Email, o.Phone = "", "", "", "", ""
	}
	cells := []sheet.Cell{
		sheet.OfText(o.Name), sheet.OfText(typ.Name.In(lang)), sheet.OfText(sub.Name.In(lang)), sheet.OfDate(verified), sheet.OfDate(until),
		sheet.OfText(o.Registration), sheet.OfText(string(o.Region)), sheet.OfText(domain.CodesText(o.Areas)), sheet.OfText(o.Office),
		sheet.OfText(o.Address), sheet.OfText(o.Email), sheet.OfText(o.Phone), sheet.OfText(o.Website), sheet.OfText(o.About),
	}
	return t.Row(tableColumns, cells, doc.ID, doc.Version, !inside)
}
