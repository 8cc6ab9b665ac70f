package needs

import (
	"context"
	"strconv"
	"strings"

	"gotong/modules/domain"
	"gotong/modules/kit/i18n"
	"gotong/modules/kit/sheet"
	"gotong/modules/kit/store"
)

// Table brings needs in as rows of a spreadsheet, as drafts of one organisation, and gives them out. A row with an id
// is a need that is there: what was edited in it is written under the version that was downloaded.
type Table struct {
	domain.Batches[Need]
	service *Service
	regions domain.Gazetteer
	words   map[string]*i18n.Localizer
}

// NewTable makes the table of needs.
func NewTable(s *Service, regions domain.Gazetteer, bundle *i18n.Bundle) *Table {
	return &Table{Batches: domain.Batches[Need]{Records: s.records}, service: s, regions: regions, words: map[string]*i18n.Localizer{"id": bundle.Localizer("id"), "en": bundle.Localizer("en")}}
}

// Names of the columns that are not fields of the content.
const (
	colID, colMark, colVillage, colVillageName, colPath, colState = domain.ColumnID, domain.ColumnMark, "village", "village_name", "path", "state"
)

var tableColumns = []sheet.Column{
	{Name: colVillage, Required: true, Code: true, Width: 16, Also: []string{"kode", "kode wilayah", "kode kemendagri", "village code", "code"}},
	{Name: colVillageName, Width: 22, Also: []string{"desa", "nama desa", "kelurahan", "village", "nama desa/kelurahan"}},
	{Name: colPath, Width: 34, Also: []string{"kecamatan", "wilayah", "district"}},
	{Name: "category", Required: true, Width: 28, Also: []string{"kategori", "jenis kebutuhan", "bidang"}},
	{Name: "title", Required: true, Width: 36, Also: []string{"judul", "nama kebutuhan", "kebutuhan", "need"}},
	{Name: "description", Required: true, Width: 50, Also: []string{"uraian", "deskripsi", "keterangan"}},
	{Name: "summary", Width: 40, Also: []string{"ringkasan", "ringkasan publik"}},
	{Name: "quantity", Also: []string{"jumlah", "volume", "banyaknya", "kuantitas", "amount"}},
	{Name: "unit", Also: []string{"satuan"}},
	{Name: "divisible", Also: []string{"dapat dibagi", "bisa dibagi"}},
	{Name: "min_lot", Also: []string{"bagian terkecil", "smallest lot"}},
	{Name: "households", Also: []string{"kk", "jumlah kk", "keluarga", "kepala keluarga", "rumah tangga"}},
	{Name: "persons", Also: []string{"jiwa", "jumlah jiwa", "orang", "penerima manfaat", "people", "beneficiaries"}},
	{Name: "wanted_by", Also: []string{"dibutuhkan sebelum", "tenggat", "batas waktu", "target tanggal", "deadline"}},
	{Name: "urgency", Also: []string{"mendesak", "tingkat kepentingan", "prioritas", "priority"}},
	{Name: "urgency_reason", Width: 36, Also: []string{"alasan", "alasan mendesak", "reason"}},
	{Name: "cost", Also: []string{"biaya", "perkiraan biaya", "anggaran", "estimated cost", "budget"}},
	{Name: "cost_basis", Width: 28, Also: []string{"dasar biaya", "dasar perhitungan", "sumber harga"}},
	{Name: "meeting_date", Also: []string{"tanggal musyawarah", "tanggal musdes", "musdes"}},
	{Name: "contact_office", Width: 28, Also: []string{"kantor", "kantor yang dihubungi", "kontak", "contact"}},
	{Name: colState, Shown: true, Width: 20},
	{Name: colID, Code: true, Width: 30, Also: []string{"id kebutuhan", "kode kebutuhan", "need id"}},
	{Name: colMark, Code: true, Width: 18, Also: []string{"tanda versi", "versi", "version"}},
}

// Columns implements the table of an import.
func (t *Table) Columns() []sheet.Column { return tableColumns }

func (t *Table) urgencyChoices() (list []sheet.Choice) {
	for _, u := range Urgencies {
		key := "needs.urgency." + string(u)
		list = append(list, sheet.Choice{Value: string(u), Words: []string{t.words["id"].T(key), t.words["en"].T(key)}})
	}
	return list
}

// content reads what a row says of a need.
func (t *Table) content(r *sheet.Row, categories, urgencies []sheet.Choice) Content {
	c := Content{
		Title: strings.Join(strings.Fields(r.Text("title")), " "), Description: r.Text("description"), Summary: r.Text("summary"),
		UrgencyReason: r.Text("urgency_reason"), CostBasis: r.Text("cost_basis"), ContactOffice: r.Text("contact_office"),
		Divisible: r.Yes("divisible"), WantedBy: domain.Date(r.Day("wanted_by")), MeetingDate: domain.Date(r.Day("meeting_date")),
	}
	lot, _ := r.Whole("min_lot")
	if n, ok := r.Whole("quantity"); ok {
		c.Quantity, c.MinLot = n, lot
	} else if !r.Has("quantity") {
		c.MinLot = lot
	}
	c.Households, _ = r.Whole("households")
	c.Persons, _ = r.Whole("persons")
	c.Cost, _ = r.Rupiah("cost")
	for _, name := range []string{"title", "description", "category"} {
		r.Need(name)
	}
	if id, ok := r.Choice("category", categories); ok {
		c.Category = domain.CategoryID(id)
		category, _ := domain.Taxonomy().Category(c.Category)
		if unit, ok := r.Choice("unit", domain.UnitCells(category)); ok {
			c.Unit = domain.UnitID(unit)
		}
	}
	if u, ok := r.Choice("urgency", urgencies); ok {
		c.Urgency = Urgency(u)
	}
	c.Normalise()
	return c
}

// cells writes a need as content reads it. all says that the reader sees what the public does not.
func (t *Table) cells(lang string, place domain.Place, id string, version int64, n Need, all bool) []sheet.Cell {
	c := n.Content
	if !all {
		c.Description, c.UrgencyReason, c.CostBasis, c.ContactOffice = "", "", "", ""
	}
	local := t.words[lang]
	word := func(key string, value string) sheet.Cell {
		if value == "" {
			return sheet.Cell{}
		}
		return sheet.OfText(local.T(key + value))
	}
	unit, _ := domain.Taxonomy().Unit(c.Unit)
	yes := sheet.Cell{}
	if c.Divisible {
		yes = sheet.OfText(local.T("tables.yes"))
	}
	row := append(placeCells(place), sheet.OfText(domain.Taxonomy().CategoryName(c.Category, lang)), sheet.OfText(c.Title), sheet.OfText(c.Description),
		sheet.OfText(c.Summary), count(c.Quantity), sheet.OfText(unit.Name.In(lang)), yes, count(c.MinLot), count(c.Households), count(c.Persons),
		sheet.OfDate(string(c.WantedBy)), word("needs.urgency.", string(c.Urgency)), sheet.OfText(c.UrgencyReason), count(c.Cost), sheet.OfText(c.CostBasis),
		sheet.OfDate(string(c.MeetingDate)), sheet.OfText(c.ContactOffice), word("needs.state.", string(n.State())), sheet.OfText(id))
	if !all {
		version = 0 // it does not come back: what it leaves out would be lost
	}
	return append(row, sheet.OfText(sheet.Mark(version, t.reread(row))))
}

// reread gives what an upload of these cells reads, so that a row that nobody edited is known by its mark.
func (t *Table) reread(cells []sheet.Cell) Content {
	at := map[string]int{}
	for i, c := range tableColumns {
		at[c.Name] = i
	}
	trimmed := make([]sheet.Cell, len(cells))
	for i, c := range cells {
		trimmed[i] = sheet.Cell{Kind: c.Kind, Text: strings.TrimSpace(c.Text)}
	}
	return t.content(sheet.NewRow(0, trimmed, at, 0), domain.CategoryCells(), t.urgencyChoices())
}

func placeCells(p domain.Place) []sheet.Cell {
	return []sheet.Cell{sheet.OfText(string(p.Code)), sheet.OfText(domain.PlaceName(p)), sheet.OfText(p.District + ", " + p.Regency)}
}

func count(n int64) sheet.Cell {
	if n == 0 {
		return sheet.Cell{}
	}
	return sheet.OfInt(n)
}

// Check implements the table of an import.
func (t *Table) Check(ctx context.Context, by domain.Importer, rows []*sheet.Row) error {
	places, err := domain.RegionsOf(ctx, t.regions, rows, domain.RegionColumns{Code: colVillage, Name: colVillageName, Path: colPath}, true)
	if err != nil {
		return err
	}
	stored, err := t.stored(ctx, rows)
	if err != nil {
		return err
	}
	near := neighbours{t: t, ctx: ctx, met: map[domain.RegionCode][]Doc{}}
	categories, urgencies, actor := domain.CategoryCells(), t.urgencyChoices(), by.Actor()
	for _, r := range rows {
		if blank(r) {
			r.Effect = sheet.Same
			continue
		}
		c := t.content(r, categories, urgencies)
		place, known := places[r]
		r.Title = domain.PlaceName(place) + ": " + c.Title
		r.New = quantityText(c)
		if id := r.Text(colID); id != "" {
			if err := t.checkStored(r, actor, stored, id, c); err != nil {
				return err
			}
			continue
		}
		n, err := t.service.draft(actor, Input{Organization: by.Membership.Organization, Village: place.Code, Content: c})
		if err := r.FailAll(err, nil); err != nil {
			return err
		}
		if r.Wrong() || !known {
			continue
		}
		r.Key = string(place.Code) + "\x00" + string(c.Category) + "\x00" + strings.ToLower(c.Title)
		r.Effect, r.Thing = sheet.New, domain.Staged[Need]{Body: n}
		if err := near.compare(r, by, n); err != nil {
			return err
		}
	}
	return nil
}

// blank tells whether a line of a template was left as it was.
func blank(r *sheet.Row) bool {
	for _, c := range tableColumns {
		if c.Name != colVillage && c.Name != colVillageName && c.Name != colPath && r.Has(c.Name) {
			return false
		}
	}
	return true
}

func quantityText(c Content) string {
	if c.Quantity == 0 {
		return ""
	}
	return strconv.FormatInt(c.Quantity, 10) + " " + domain.UnitSymbol("id", c.Quantity, c.Unit)
}

func (t *Table) stored(ctx context.Context, rows []*sheet.Row) (map[string]Doc, error) {
	var ids []string
	for _, r := range rows {
		if id := r.Text(colID); id != "" {
			ids = append(ids, id)
		}
	}
	return t.service.records.GetMany(ctx, ids)
}

// checkStored looks at a row of a need that is there.
func (t *Table) checkStored(r *sheet.Row, actor domain.Actor, stored map[string]Doc, id string, c Content) error {
	doc, there := stored[id]
	if !there || !CanView(actor, doc.Body) {
		r.Fail(colID, "tables.problem.unknown")
		return nil
	}
	n := doc.Body
	editable := CanEdit(actor, n)
	back := domain.CameBack(r, doc.Version, c, editable)
	if code := r.Text(colVillage); editable && r.Key != "" && code != string(n.Village) {
		r.Fail(colVillage, "tables.problem.need_moved", "code", string(n.Village))
	}
	if !back {
		return nil
	}
	if err := r.FailAll(c.valid(n.Content), nil); err != nil {
		return err
	}
	if c == n.Content {
		return nil
	}
	r.Effect, r.Old = sheet.Changed, quantityText(n.Content)
	n.Content = c
	r.Thing = domain.Staged[Need]{ID: id, Body: n}
	return nil
}

// neighbours are the needs of villages, for finding the same need twice.
type neighbours struct {
	t   *Table
	ctx context.Context
	met map[domain.RegionCode][]Doc
}

// likeTitle is how alike titles are that name the same need.
const likeTitle = 0.8

func (x neighbours) compare(r *sheet.Row, by domain.Importer, n Need) error {
	docs, known := x.met[n.Village]
	if !known {
		page, err := x.t.service.records.List(x.ctx, store.Query{List: listOwned, Key: store.KeyOf("v:"+string(n.Village), ""), Limit: 100})
		if err != nil {
			return err
		}
		docs = page.Items
		x.met[n.Village] = docs
	}
	actor := by.Actor()
	for _, doc := range docs {
		if doc.Body.Content == n.Content && doc.Body.Organization == n.Organization {
			r.Effect, r.Seen, r.Thing = sheet.Same, doc.Version, nil
			return nil
		}
	}
	for _, doc := range docs {
		other := doc.Body
		if other.Category != n.Category || other.State() == Rejected || other.State() == Withdrawn || other.State() == Expired || !CanView(actor, other) {
			continue
		}
		if !by.Replace && alike(other.Title, n.Title) >= likeTitle {
			r.Fail("title", "tables.problem.need_like", "title", other.Title, "id", doc.ID)
			return nil
		}
	}
	return nil
}
