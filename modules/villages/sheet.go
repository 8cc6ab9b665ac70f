package villages

import (
	"context"
	"slices"
	"strings"
	"time"

	"gotong/modules/domain"
	"gotong/modules/kit/web"
)

// Works tells what the portal knows of a village beside its figures: what it needs and who works there, as the public
// sees it.
type Works interface {
	// NeedsOf gives a village's public needs, at most limit.
	NeedsOf(ctx context.Context, village domain.RegionCode, limit int) ([]SheetNeed, error)
	// WorkersOf gives who has committed what there, at most limit.
	WorkersOf(ctx context.Context, village domain.RegionCode, limit int) ([]SheetWorker, error)
}

// SheetNeed is a need as the village sheet lists it. The ledger counts only where Open.
type SheetNeed struct {
	Title    string
	Category domain.CategoryID
	Ledger   domain.Ledger
	Open     bool
	WantedBy domain.Date
	Demo     bool
}

// SheetWorker is an organisation's commitment as the village sheet lists it.
type SheetWorker struct {
	Organization string
	What         string // title of the need
	Quantity     int64
	Unit         domain.UnitID
	Ledger       domain.Ledger // of this commitment
	Demo         bool
}

// sheet is one village's page for the meeting, in the reader's language: sections of lines that a printer or a PDF
// lays out.
type sheet struct {
	Title    string
	Place    string
	Code     string
	URL      string // that the QR code leads to
	Date     string
	Demo     string // what marks demonstration; "" where there is none
	Sections []sheetSection
	Footer   string
}

type sheetSection struct {
	Title string
	Note  string
	Head  []string
	Rows  [][]string
	Wide  int // the column that takes what is left of the width
	Empty string
}

// Bounds of what one page holds.
const (
	sheetNeeds   = 12
	sheetWorkers = 10
)

// sheetOf gathers a village's sheet. Path leads from the province to the village.
func (m *Module) sheetOf(ctx context.Context, b web.Base, path []Region, now time.Time) (*sheet, error) {
	region := path[len(path)-1]
	p, err := m.Service.picture(ctx, path)
	if err != nil {
		return nil, err
	}
	needs, err := m.works.NeedsOf(ctx, region.Code, sheetNeeds+1)
	if err != nil {
		return nil, err
	}
	workers, err := m.works.WorkersOf(ctx, region.Code, sheetWorkers+1)
	if err != nil {
		return nil, err
	}
	s := &sheet{Title: region.FullName(), Place: placeLine(region), Code: string(region.Code), URL: strings.TrimSuffix(m.publicURL, "/") + b.URL(pathOf(region.Code)),
		Date: b.T("villages.sheet.made", "date", b.Date(now)), Footer: b.T("villages.attribution")}
	if p.demo || slices.ContainsFunc(needs, func(n SheetNeed) bool { return n.Demo }) || slices.ContainsFunc(workers, func(w SheetWorker) bool { return w.Demo }) {
		s.Demo = b.T("web.demo.title") + " " + b.T("web.demo.text")
	}
	s.Sections = append(s.Sections, sheetFigures(b, p), sheetNeedsOf(b, needs), sheetWorkersOf(b, workers), sheetPotentials(b, p))
	return s, nil
}

func sheetFigures(b web.Base, p *picture) sheetSection {
	out := sheetSection{Title: b.T("villages.indicators.title"), Head: []string{b.T("villages.indicators.name"), b.T("villages.sheet.value"), b.T("villages.indicators.source")}, Wide: 2}
	for _, f := range p.figuresOf(b) {
		name := f.Label
		if f.Target != "" {
			name += " (" + f.Target + ")"
		}
		out.Rows = append(out.Rows, []string{name, f.Value, f.Source})
	}
	for _, g := range p.groups(b) {
		for _, f := range g.Facts {
			out.Rows = append(out.Rows, []string{f.Label, f.Value, g.Source})
		}
	}
	weight := b.T("villages.no_data")
	known := ""
	if !p.weight.NoData() {
		weight, known = b.Local().Decimal(p.weight.Value, 2), b.T("villages.weight.known", "known", p.weight.Known)
		if p.weight.Demo {
			known += " · " + b.T("villages.demo")
		}
	}
	out.Rows = append(out.Rows, []string{b.T("villages.weight.label"), weight, known})
	return out
}

func sheetNeedsOf(b web.Base, needs []SheetNeed) sheetSection {
	out := sheetSection{Title: b.T("villages.sheet.needs"), Empty: b.T("villages.sheet.no_needs"), Wide: 0,
		Head: []string{b.T("villages.sheet.need"), b.T("villages.sheet.needed"), b.T("villages.sheet.committed"), b.T("villages.sheet.delivered"), b.T("villages.sheet.confirmed"), b.T("villages.sheet.uncovered")}}
	for _, n := range needs[:min(len(needs), sheetNeeds)] {
		text := func(q int64) string {
			if !n.Open {
				return "–"
			}
			return domain.QuantityText(b.Local(), q, n.Ledger.Unit)
		}
		l := n.Ledger
		out.Rows = append(out.Rows, []string{n.Title + " · " + domain.Taxonomy().CategoryName(n.Category, b.Lang), domain.QuantityText(b.Local(), l.Needed, l.Unit),
			text(l.Committed), text(l.Delivered), text(l.Confirmed), text(l.Uncovered())})
	}
	if len(needs) > sheetNeeds {
		out.Note = b.T("villages.sheet.more", "shown", sheetNeeds)
	}
	return out
}

func sheetWorkersOf(b web.Base, workers []SheetWorker) sheetSection {
	out := sheetSection{Title: b.T("villages.sheet.workers"), Empty: b.T("villages.sheet.no_workers"), Wide: 1,
		Head: []string{b.T("villages.sheet.organization"), b.T("villages.sheet.for"), b.T("villages.sheet.committed"), b.T("villages.sheet.delivered"), b.T("villages.sheet.confirmed")}}
	for _, w := range workers[:min(len(workers), sheetWorkers)] {
		text := func(q int64) string { return domain.QuantityText(b.Local(), q, w.Unit) }
		out.Rows = append(out.Rows, []string{w.Organization, w.What, text(w.Quantity), text(w.Ledger.Delivered), text(w.Ledger.Confirmed)})
	}
	if len(workers) > sheetWorkers {
		out.Note = b.T("villages.sheet.more", "shown", sheetWorkers)
	}
	return out
}

func sheetPotentials(b web.Base, p *picture) sheetSection {
	out := sheetSection{Title: b.T("villages.potentials.title"), Empty: b.T("villages.potentials.none"), Wide: 2,
		Head: []string{b.T("villages.potentials.name"), b.T("villages.potentials.quantity"), b.T("villages.indicators.source")}}
	for _, x := range p.potentials[:min(len(p.potentials), 8)] {
		out.Rows = append(out.Rows, []string{x.Name + " (" + b.T("villages.potential."+x.Kind) + ")", quantityCell(b, x).Text, potentialSource(b, x)})
	}
	return out
}
