package plans

import (
	"context"
	"fmt"
	"slices"
	"strconv"

	"gotong/modules/domain"
	"gotong/modules/kit/web"
)

// showPage is views/plans/show.html: a plan in whatever state.
type showPage struct {
	web.Base
	Tags      []web.Tag
	Where     string
	Lead      string // the certificate in words
	Fault     string
	Progress  *progressBar
	Stop      *web.Action
	Figures   []web.Figure
	Map       *domain.TileMap
	Regions   web.Table
	Fifths    []fifth
	Even      []web.Fact
	Lines     []lineRow
	LinesText string
	Pager     web.Pager
	Choose    *web.Form // hidden inputs and button of the form around the lines; nil for who only reads
	Steer     bool      // lines may be kept or left out
	Fixed     []web.Fact
	Left      web.Table
	LeftRows  web.Table
	Levers    []web.Fact
	Policy    []web.Fact
	Others    *web.Filters // to compare with
	Share     *web.Action
	Downloads *web.Downloads
	Files     []link
	Receipt   []receipt // what became of proposals that were just made
	From      *link
}

type link struct{ Label, Path string }

type progressBar struct {
	Text    string
	Percent int
	Path    string
}

// fifth is one fifth of the villages by deprivation: before and with the plan.
type fifth struct {
	Label    string
	Text     string
	Coverage web.Coverage
}

// lineRow is one line as people choose it.
type lineRow struct {
	ID, Value        string
	Title, Path      string // of the need
	Where            string
	Offer, OfferPath string
	Amount           string
	Note             string // that it was decided by people
	Done             *link  // the proposal that was made of it
	Mine             bool   // the reader may propose it
}

type receipt struct {
	Text  string
	Error bool
	Path  string
}

// linesPerPage is how many lines a page shows.
const linesPerPage = 30

// leftShown is how many of the needs that stay open a page names; all are in the file.
const leftShown = 12

func (m *Module) showPage(ctx context.Context, b web.Base, actor domain.Actor, doc Doc, from int) (showPage, error) {
	p, s := doc.Body, m.Service
	b.Title, b.Private, b.Demo = p.Title, true, p.Demo
	b.Crumbs = []web.Crumb{{Label: b.T("plans.title"), Path: "/plans"}, {Label: p.Title}}
	page := showPage{Base: b, Tags: []web.Tag{stateTag(b, p)}, Where: s.scopeText(ctx, b, p), Policy: policyFacts(b, p)}
	if p.Shared {
		page.Tags = append(page.Tags, web.Tag{Kind: "plain", Text: b.T("plans.is_shared")})
	}
	if p.From != "" {
		page.From = &link{b.T("plans.compare_from"), b.URL(pathOf(doc.ID) + "/compare?with=" + p.From)}
	}
	office := actor.Secretariat()
	if !p.Over() {
		return page, s.running(ctx, &page, doc, office)
	}
	if p.Fault != "" {
		page.Fault = b.T(p.Fault)
		return page, nil
	}
	report, err := s.Report(ctx, doc)
	if err != nil {
		return page, err
	}
	page.Lead = certificate(b, p.Summary)
	places, err := s.places.Places(ctx, report.regions(from))
	if err != nil {
		return page, err
	}
	page.figures(report)
	page.regions(report, places, m.province)
	page.even(report)
	page.left(report, places)
	page.levers(report)
	if err := m.lines(ctx, &page, actor, doc, report, places, from); err != nil {
		return page, err
	}
	if office {
		key, to := "plans.share", "/share"
		if p.Shared {
			key, to = "plans.unshare", "/unshare"
		}
		a := web.NewAction(b, key, pathOf(doc.ID)+to)
		a.Kind = "plain"
		page.Share = &a
	}
	page.Downloads = web.NewDownloads(b, pathOf(doc.ID)+"/lines", nil).Stays(b)
	page.Files = []link{{b.T("plans.file_instance"), b.URL(pathOf(doc.ID) + "/instance.json")}, {b.T("plans.file_result"), b.URL(pathOf(doc.ID) + "/result.json")}}
	return page, m.others(ctx, &page, actor, doc)
}

// running fills in what is known while the search goes on.
func (s *Service) running(ctx context.Context, page *showPage, doc Doc, office bool) error {
	b, p := page.Base, doc.Body
	at, err := s.Progress(ctx, doc.ID)
	if err != nil {
		return err
	}
	page.Progress = &progressBar{Path: b.URL(pathOf(doc.ID)), Text: b.T("plans.progress.waiting")}
	if p.State == Running {
		page.Progress.Percent = int(min(99, at.Seconds/float64(p.Seconds)*100))
		page.Progress.Text = b.T("plans.progress.running", "seconds", int64(at.Seconds), "of", p.Seconds)
		if at.Objective > 0 && at.Bound > 0 {
			page.Progress.Text = b.T("plans.progress.found", "seconds", int64(at.Seconds), "of", p.Seconds,
				"gap", b.Local().Decimal(max(0, at.Bound/at.Objective-1)*100, 1))
		}
	}
	if p.Stop {
		page.Progress.Text = b.T("plans.progress.stopping")
	} else if office {
		a := web.NewAction(b, "plans.stop", pathOf(doc.ID)+"/stop")
		a.Kind = "plain"
		page.Stop = &a
	}
	return nil
}

// regions are those that the page names: regencies, and the villages of lines and of what stays open.
func (r *Report) regions(from int) []domain.RegionCode {
	var codes []domain.RegionCode
	for _, s := range r.Regencies {
		codes = append(codes, s.Region)
	}
	for k := from; k < len(r.Lines) && k < from+linesPerPage; k++ {
		codes = append(codes, r.Lines[k].Need.Village)
	}
	for k := 0; k < len(r.Left) && k < leftShown; k++ {
		codes = append(codes, r.Left[k].Need.Village)
	}
	slices.Sort(codes)
	return slices.Compact(codes)
}

func (p *showPage) figures(r *Report) {
	b := p.Base
	figure := func(key string, value int64, source string) {
		p.Figures = append(p.Figures, web.Figure{Label: b.T("plans.figure." + key), Value: b.Number(value), Source: source})
	}
	all := r.All()
	figure("households", r.Households, b.T("plans.figure.households_of", "asked", all.Asked-all.Before))
	figure("villages", int64(r.Villages), b.T("plans.figure.villages_of", "asking", r.Asking))
	figure("needs", int64(r.Full+r.Part), b.T("plans.figure.needs_of", "full", r.Full, "part", r.Part, "all", len(r.Market.Needs)))
	figure("partners", int64(r.partners()), b.T("plans.figure.partners_of", "lines", len(r.Lines)))
}

func (r *Report) partners() int {
	seen := map[domain.OrganizationID]bool{}
	for _, l := range r.Lines {
		seen[l.Offer.Organization] = true
	}
	return len(seen)
}

func placeName(places map[domain.RegionCode]domain.Place, code domain.RegionCode) string {
	if p, ok := places[code]; ok {
		return domain.PlaceName(p)
	}
	return string(code)
}

func placeText(places map[domain.RegionCode]domain.Place, code domain.RegionCode) string {
	if p, ok := places[code]; ok {
		return domain.PlaceText(p)
	}
	return string(code)
}

// regions fills the map and the table that says the same: what part of the households that ask is covered, before and with the plan.
func (p *showPage) regions(r *Report, places map[domain.RegionCode]domain.Place, province domain.RegionCode) {
	b := p.Base
	share := func(s Share, n int64) string { return b.Local().Percent(s.Of(n), 0) }
	p.Regions = web.Table{Caption: b.T("plans.regions.caption"), Numbers: []bool{false, true, true, true, true},
		Head: []string{b.T("plans.regions.region"), b.T("plans.regions.villages"), b.T("plans.regions.asked"), b.T("plans.regions.before"), b.T("plans.regions.after")}}
	at := map[domain.RegionCode]Share{}
	inProvince := false
	row := func(name string, s Share) {
		p.Regions.Rows = append(p.Regions.Rows, web.Row{Cells: []web.Cell{{Text: name}, {Text: b.Number(int64(s.Villages))}, {Text: b.Number(s.Asked)}, {Text: share(s, s.Before)}, {Text: share(s, s.After)}}})
	}
	for _, s := range r.Regencies {
		at[s.Region] = s
		inProvince = inProvince || province.Contains(s.Region)
		row(placeName(places, s.Region), s)
	}
	if len(r.Regencies) > 1 {
		row(b.T("plans.regions.all"), r.All())
	}
	if !inProvince {
		return
	}
	p.Map = domain.NewTileMap(b.T("plans.map"), func(t domain.Tile) domain.TileCell {
		s, known := at[t.Code]
		c := domain.TileCell{Path: b.URL("/villages/" + string(t.Code)), Label: b.T("plans.map_none", "region", t.Short)}
		if known {
			c.Label = b.T("plans.map_label", "region", t.Short, "before", share(s, s.Before), "after", share(s, s.After))
			c.Shade = int(min(3, s.Of(s.After)*3+.999))
		}
		return c
	})
}

// even fills in how evenly the plan reaches the villages.
func (p *showPage) even(r *Report) {
	b := p.Base
	for k, s := range r.Quintiles {
		label := b.T("plans.fifth.middle", "number", k+1, "of", len(r.Quintiles))
		switch {
		case len(r.Quintiles) == 1:
			label = b.T("plans.fifth.only")
		case k == 0:
			label = b.T("plans.fifth.least")
		case k == len(r.Quintiles)-1:
			label = b.T("plans.fifth.most")
		}
		before, after := b.Local().Percent(s.Of(s.Before), 0), b.Local().Percent(s.Of(s.After), 0)
		p.Fifths = append(p.Fifths, fifth{Label: label, Text: b.T("plans.fifth.text", "before", before, "after", after, "villages", s.Villages),
			Coverage: web.Coverage{Label: b.T("plans.fifth.bar", "name", label, "before", before, "after", after), Needed: s.Asked, Committed: s.After, Delivered: s.Before, Confirmed: s.Before}})
	}
	measure := func(f float64) string { return b.Local().Decimal(f, 3) }
	f := r.Result.Fairness
	p.Even = append(p.Even, web.Fact{Label: b.T("plans.even.gini"), Value: b.T("plans.even.gini_text", "before", measure(r.Before.Gini), "after", measure(r.After.Gini))},
		web.Fact{Label: b.T("plans.even.theil"), Value: b.T("plans.even.theil_text", "within", measure(r.After.TheilWithin), "between", measure(r.After.TheilBetween))})
	if f == nil {
		return
	}
	if f.Floor != nil {
		p.Even = append(p.Even, web.Fact{Label: b.T("plans.even.floor"), Value: b.T("plans.even.floor_text", "reached", f.Floor.Reached, "eligible", f.Floor.Eligible, "most", f.Floor.AtMost)})
	}
	if f.PriceOfFairness != nil {
		p.Even = append(p.Even, web.Fact{Label: b.T("plans.even.price"), Value: b.T("plans.even.price_text", "percent", b.Local().Decimal(*f.PriceOfFairness, 1))})
	}
}

func (p *showPage) left(r *Report, places map[domain.RegionCode]domain.Place) {
	b := p.Base
	if len(r.Reasons) == 0 {
		return
	}
	p.Left = web.Table{Caption: b.T("plans.left.caption"), Numbers: []bool{false, true, true}, Head: []string{b.T("plans.left.reason"), b.T("plans.left.needs"), b.T("plans.left.households")}}
	for _, reason := range r.Reasons {
		p.Left.Rows = append(p.Left.Rows, web.Row{Cells: []web.Cell{{Text: b.T("plans.reason." + reason.Reason), Note: b.T("plans.reason_help." + reason.Reason)},
			{Text: b.Number(int64(reason.Needs))}, {Text: b.Number(reason.Households)}}})
	}
	p.LeftRows = web.Table{Caption: b.T("plans.left.largest"), Numbers: []bool{false, true, true}, Head: []string{b.T("plans.left.need"), b.T("plans.left.open"), b.T("plans.left.households"), b.T("plans.left.reason")}}
	for k, l := range r.Left {
		if k == leftShown {
			break
		}
		p.LeftRows.Rows = append(p.LeftRows.Rows, web.Row{Cells: []web.Cell{{Text: l.Need.Title, Path: b.URL("/needs/" + string(l.Need.ID)), Note: placeText(places, l.Need.Village)},
			{Text: domain.QuantityText(b.Local(), l.Quantity, l.Need.Unit)}, {Text: b.Number(l.Households)}, {Text: b.T("plans.reason." + l.Reason)}}})
	}
}

func (p *showPage) levers(r *Report) {
	b := p.Base
	for _, l := range r.Levers {
		if l.Gain < .0005 {
			continue
		}
		p.Levers = append(p.Levers, web.Fact{Label: l.Offer.Title + " · " + l.Offer.OrganizationName, Path: b.URL("/initiatives/" + string(l.Offer.Initiative)),
			Value: b.T("plans.lever", "more", domain.QuantityText(b.Local(), l.More, l.Offer.Unit), "gain", b.Local().Decimal(l.Gain, 2))})
	}
}

// lines fills one page of who serves whom, with what this reader may do about it.
func (m *Module) lines(ctx context.Context, page *showPage, actor domain.Actor, doc Doc, r *Report, places map[domain.RegionCode]domain.Place, from int) error {
	b, id := page.Base, doc.ID
	fixed := map[[2]string]bool{}
	for _, f := range doc.Body.Fixed {
		fixed[[2]string{string(f.Offer), string(f.Need)}] = f.Units > 0
	}
	proposed, err := m.Service.Proposed(ctx, id)
	if err != nil {
		return err
	}
	office, mine := actor.Secretariat(), false
	for k := from; k < len(r.Lines) && k < from+linesPerPage; k++ {
		l := r.Lines[k]
		row := lineRow{ID: strconv.Itoa(k), Value: lineKey(l), Title: l.Need.Title, Path: b.URL("/needs/" + string(l.Need.ID)), Where: placeText(places, l.Need.Village),
			Offer: l.Offer.Title + " · " + l.Offer.OrganizationName, OfferPath: b.URL("/initiatives/" + string(l.Offer.Initiative)),
			Amount: b.T("plans.line", "quantity", domain.QuantityText(b.Local(), l.Quantity, l.Need.Unit), "open", domain.QuantityText(b.Local(), l.Need.Open, l.Need.Unit), "households", l.Households)}
		if fixed[[2]string{string(l.Offer.ID), string(l.Need.ID)}] {
			row.Note = b.T("plans.line_fixed")
		}
		if c, ok := proposed[lineKey(l)]; ok {
			row.Done = &link{b.T("plans.line_proposed"), b.URL("/commitments/" + string(c))}
		}
		row.Mine = row.Done == nil && doc.Body.Shared && actor.Has(l.Offer.Organization, domain.OrgOwner)
		mine = mine || row.Mine
		page.Lines = append(page.Lines, row)
	}
	page.LinesText = b.T("plans.lines_text", "first", min(from+1, len(r.Lines)), "last", from+len(page.Lines), "all", len(r.Lines))
	cursor, next := "", ""
	if from > 0 {
		cursor = strconv.Itoa(from)
	}
	if from+linesPerPage < len(r.Lines) {
		next = strconv.Itoa(from + linesPerPage)
	}
	page.Pager = web.NewPager(b, pathOf(id), nil, cursor, next)
	switch {
	case office:
		page.Steer, page.Choose = true, web.NewForm(b, "plans.again", pathOf(id)+"/again")
		for _, f := range doc.Body.Fixed {
			if f.Units == 0 {
				value := string(f.Offer) + "/" + string(f.Need)
				page.Fixed = append(page.Fixed, web.Fact{Label: m.lineName(r, f), Value: value})
			}
		}
	case mine:
		page.Choose = web.NewForm(b, "plans.propose", pathOf(id)+"/propose")
	}
	return nil
}

func lineKey(l Line) string { return string(l.Offer.ID) + "/" + string(l.Need.ID) }

// lineName names a line that the plan leaves out.
func (m *Module) lineName(r *Report, f Fixed) string {
	need, offer := string(f.Need), string(f.Offer)
	for k := range r.Market.Needs {
		if r.Market.Needs[k].ID == f.Need {
			need = r.Market.Needs[k].Title
		}
	}
	for k := range r.Market.Offers {
		if r.Market.Offers[k].ID == f.Offer {
			offer = r.Market.Offers[k].Title + " · " + r.Market.Offers[k].OrganizationName
		}
	}
	return fmt.Sprintf("%s ← %s", need, offer)
}

// others offers the latest other plans to compare with.
func (m *Module) others(ctx context.Context, page *showPage, actor domain.Actor, doc Doc) error {
	list, err := m.Service.List(ctx, actor.Secretariat() || actor.Auditor(), "")
	if err != nil {
		return err
	}
	var options []web.Option
	for _, other := range list.Items {
		if other.ID != doc.ID && other.Body.Answered() {
			options = append(options, web.Option{Value: other.ID, Label: page.T("plans.other", "title", other.Body.Title, "date", page.DateTime(other.Body.At))})
		}
	}
	if len(options) > 0 {
		page.Others = web.NewFilters(page.Base, pathOf(doc.ID)+"/compare", "plans.compare").Select("with", "", options)
	}
	return nil
}
