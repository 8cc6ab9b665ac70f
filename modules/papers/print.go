package papers

import (
	"io"
	"slices"

	"gotong/modules/domain"
	"gotong/modules/kit/pdf"
)

// values are what stands for each placeholder; what is not known is left out.
func (s *Service) values(number string, f *Facts, said Said) map[string]string {
	date := func(d domain.Date) string {
		if d == "" {
			return ""
		}
		return s.local.Date(d.Time())
	}
	conditions, clause := f.Conditions, said.Clause
	if conditions == "" {
		conditions = s.local.T("papers.no_conditions")
	}
	if clause == "" {
		clause = f.Clause
	}
	return map[string]string{
		"nomor": number, "hari": s.local.Weekday(said.Date.Time()), "tanggal": date(said.Date), "tempat": said.Place,
		"pihak_pertama": f.First.Name, "alamat_pertama": f.First.Address, "jabatan_pertama": said.First,
		"pihak_kedua": f.Second.Name, "alamat_kedua": f.Second.Address, "jabatan_kedua": said.Second,
		"kebutuhan": f.Need, "inisiatif": f.Initiative, "desa": f.Village, "jenis": domain.Taxonomy().CategoryName(f.Category, "id"),
		"jumlah": domain.QuantityText(s.local, f.Quantity, f.Unit), "mulai": date(f.From), "selesai": date(f.Until),
		"syarat": conditions, "pembatalan": clause, "nomor_perjanjian": f.Agreement,
	}
}

// duties and items are the tables of a paper.
func (s *Service) duties(f *Facts) pdf.Table {
	t := pdf.Table{Head: []string{s.local.T("papers.table.duty"), s.local.T("papers.table.party"), s.local.T("papers.table.due")}}
	for _, d := range f.Duties {
		party := s.local.T("papers.table.first")
		if d.Party == 2 {
			party = s.local.T("papers.table.second")
		}
		t.Rows = append(t.Rows, []string{d.Title, party, s.local.Date(d.Due.Time())})
	}
	return t
}

func (s *Service) items(f *Facts) pdf.Table {
	t := pdf.Table{Numbers: []bool{false, true}}
	if len(f.Items) > 0 {
		t.Head = []string{s.local.T("papers.table.what"), s.local.T("papers.table.quantity"), s.local.T("papers.table.condition"), s.local.T("papers.table.receiver")}
		for _, i := range f.Items {
			t.Rows = append(t.Rows, []string{i.What, s.local.Number(i.Quantity) + " " + i.Unit, i.Condition, i.Receiver})
		}
		return t
	}
	t.Head = []string{s.local.T("papers.table.what"), s.local.T("papers.table.quantity"), s.local.T("papers.table.condition"), s.local.T("papers.table.where")}
	what := domain.Taxonomy().CategoryName(f.Category, "id")
	for _, d := range f.Deliveries {
		t.Rows = append(t.Rows, []string{what, domain.QuantityText(s.local, d.Quantity, f.Unit), d.Condition, d.Place + ", " + s.local.Date(d.Date.Time())})
	}
	return t
}

// print lays a version of a paper out.
func (s *Service) print(w io.Writer, id string, p *Paper, v Version, t *Template, f Facts) error {
	values := s.values(p.Number, &f, v.Said)
	d, err := pdf.NewLetter(s.local.T("papers.kind."+string(p.Kind))+" "+p.Number, "id", s.local.T("papers.footer", "number", p.Number, "date", s.local.DateTime(v.At)),
		pdf.Check{Address: s.publicURL + recordPath(id), Words: s.local.T("papers.check_here")},
		pdf.Head{Name: f.First.Name, Lines: f.First.Head}, pdf.Head{Name: f.Second.Name, Lines: f.Second.Head}, v.At)
	if err != nil {
		return err
	}
	if p.Demo {
		d.Warn(s.local.T("papers.demo"))
	}
	list := t.Blocks(values)
	last := lastPart(list)
	for i, b := range list {
		if i == last {
			d.Sign(20)
		}
		switch b.Form {
		case "title":
			d.Centred(b.Text)
		case "under":
			d.Under(b.Text)
		case "heading":
			d.Heading(b.Text)
		case "text":
			d.Text("", b.Text)
		case "kewajiban":
			if len(f.Duties) == 0 {
				d.Text("", s.local.T("papers.no_duties"))
				continue
			}
			d.Table(s.duties(&f))
		case "daftar_barang":
			d.Table(s.items(&f))
		case "tanda_tangan":
			place := s.local.T("papers.signed_at", "date", values["tanggal"])
			if v.Said.Place != "" {
				place = s.local.T("papers.signed_where", "place", v.Said.Place, "date", values["tanggal"])
			}
			d.Signatures(place, [2]pdf.Signer{{Side: s.local.T("papers.first"), Name: f.First.Name, Position: v.Said.First},
				{Side: s.local.T("papers.second"), Name: f.Second.Name, Position: v.Said.Second}}, s.local.T("papers.sign_name"))
		}
	}
	return d.Write(w)
}

// lastPart is where the last part before the signatures begins: its heading where it is short, else its last block.
func lastPart(list []Block) int {
	end := slices.IndexFunc(list, func(b Block) bool { return b.Form == "tanda_tangan" })
	for i := end - 1; i >= max(0, end-3); i-- {
		if list[i].Form == "heading" {
			return i
		}
	}
	return end - 1
}

// Sample prints a template with invented values, so that the secretariat sees what it makes.
func (s *Service) Sample(w io.Writer, t Template) error {
	now := s.clock.Now()
	today := domain.DateOf(now)
	agreement := First(PKS)
	f := Facts{
		First:  Party{Name: s.local.T("papers.sample.first"), Address: s.local.T("papers.sample.address"), Head: []string{s.local.T("papers.sample.address")}},
		Second: Party{Name: s.local.T("papers.sample.second"), Address: s.local.T("papers.sample.address"), Head: []string{s.local.T("papers.sample.address")}},
		Need:   s.local.T("papers.sample.need"), Initiative: s.local.T("papers.sample.initiative"), Village: s.local.T("papers.sample.village"),
		Category: "clean-water-supply", Unit: "unit", Quantity: 12, From: today, Until: domain.DateOf(now.AddDate(0, 6, 0)), Agreement: agreement.number(1, today),
		Duties: []Duty{{Title: s.local.T("papers.sample.duty"), Party: 2, Due: domain.DateOf(now.AddDate(0, 1, 0))}},
		Items:  []Item{{What: s.local.T("papers.sample.item"), Quantity: 12, Unit: "unit", Condition: s.local.T("papers.sample.condition"), Receiver: s.local.T("papers.sample.receiver")}},
	}
	said := Said{Date: today, First: s.local.T("papers.sample.position_first"), Second: s.local.T("papers.sample.position_second"), Clause: s.local.T("papers.sample.clause"), Place: s.local.T("papers.sample.village")}
	return s.print(w, "contoh", &Paper{Kind: t.Kind, Number: t.number(1, today), Demo: true}, Version{At: now, Said: said}, &t, f)
}

func recordPath(id string) string { return "/papers/" + id }
