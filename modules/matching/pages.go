package matching

import (
	"gotong/modules/domain"
	"gotong/modules/kit/web"
)

type aboutPage struct {
	web.Base
	Conditions []web.Fact
	Weights    web.Table
	Words      []web.Fact
	Versions   web.Table
	Pager      web.Pager
	Form       *web.Form // for the secretariat
	Preview    *previewView
}

type panelPage struct {
	web.Base
	Lead  string
	Fits  []matchCard
	Near  []matchCard
	Empty *web.Empty
	Aside []asideRow // what the reader's side put aside
}

// matchCard is one counterpart with its reasons.
type matchCard struct {
	Tag     web.Tag
	Title   string
	Path    string // with language prefix
	Meta    string
	Parts   []web.Part
	Against []string // what speaks against it
	If      string   // what would have to change, of a near miss
	Propose string   // address of the form for those who may propose, else ""
	Refuse  string   // where the reader's side says that it is not for it
	Talk    string   // address of the form for the village's owner, who may begin a conversation
	Demo    bool
}

func newAboutPage(b web.Base, w Weights) aboutPage {
	b.Description = b.T("matching.about.description")
	page := aboutPage{Base: b, Weights: web.Table{Caption: b.T("matching.about.weights_caption", "version", w.Version), Numbers: []bool{false, true},
		Head: []string{b.T("matching.about.part"), b.T("matching.about.weight"), b.T("matching.about.how")}}}
	for _, name := range ConditionNames {
		page.Conditions = append(page.Conditions, web.Fact{Label: b.T("matching.condition." + name), Value: b.T("matching.condition_help." + name)})
	}
	for k, weight := range w.list() {
		name := PartNames[k]
		page.Weights.Rows = append(page.Weights.Rows, web.Row{Cells: []web.Cell{{Text: b.T("matching.part." + name)}, {Text: score(b, weight)}, {Text: b.T("matching.part_help." + name)}}})
	}
	for _, word := range []string{"strong", "fair", "weak"} {
		page.Words = append(page.Words, web.Fact{Label: b.T("matching.word." + word), Value: b.T("matching.word_help." + word)})
	}
	return page
}

// score writes thousandths: 857 is 0,857.
func score(b web.Base, thousandths int) string {
	return b.Local().Decimal(float64(thousandths)/1000, 3)
}

func tagOf(b web.Base, total int) web.Tag {
	word := Word(total)
	kind := map[string]string{"strong": "good", "fair": "wait", "weak": "plain"}[word]
	return web.Tag{Kind: kind, Text: b.T("matching.tag", "word", b.T("matching.word."+word), "score", score(b, total))}
}

// parts puts each part of a score into words, with its value.
func parts(b web.Base, w Weights, m Match, district string) []web.Part {
	r := m.Result
	text := func(n int64) string { return domain.QuantityText(b.Local(), n, m.Need.Unit) }
	labels := [partCount]string{
		PartTheme:    b.T("matching.why.theme", "category", domain.Taxonomy().CategoryName(m.Need.Category, b.Lang)),
		PartArea:     areaWords(b, m, district),
		PartCoverage: b.T("matching.why.coverage", "free", text(min(m.Offer.Free, m.Need.Uncovered)), "uncovered", text(m.Need.Uncovered)),
		PartUrgency:  b.T("matching.why.urgency", "urgency", b.T("matching.urgency."+urgencyWord(m.Need.Urgency)), "weight", b.Local().Decimal(m.Need.Deprivation, 1)),
		PartTiming:   b.T("matching.why.timing", "overlap", r.Overlap, "needed", r.Needed),
		PartTrack:    b.T("matching.why.track_new"),
	}
	if m.Initiative.Total > 0 {
		labels[PartTrack] = b.T("matching.why.track", "done", m.Initiative.Done, "total", m.Initiative.Total)
	}
	list := make([]web.Part, 0, partCount+1)
	for k, weight := range w.list() {
		list = append(list, web.Part{Label: labels[k], Value: score(b, r.Parts[k]), Share: float64(r.Parts[k]) / float64(max(1, weight))})
	}
	return append(list, web.Part{Label: b.T("matching.why.total"), Value: score(b, r.Total), Total: true})
}

func areaWords(b web.Base, m Match, district string) string {
	switch m.Result.Area {
	case AreaDistrict:
		return b.T("matching.why.district", "district", district)
	case AreaRegency:
		return b.T("matching.why.regency")
	case AreaDistance:
		return b.T("matching.why.distance", "kilometres", m.Result.Kilometres, "seat", m.Result.Seat)
	}
	return b.T("matching.why.unknown")
}

func urgencyWord(u float64) string {
	switch {
	case u >= 1.25:
		return "high"
	case u >= .75:
		return "medium"
	}
	return "low"
}

// against says what has to be talked about although all hard conditions are met.
func against(b web.Base, m Match) []string {
	var list []string
	r := m.Result
	if r.PastDate {
		list = append(list, b.T("matching.against.past"))
	}
	if r.StartsIn > 0 {
		list = append(list, b.T("matching.against.starts", "days", r.StartsIn, "date", b.Date(m.Offer.From.Time())))
	}
	if r.EndsBefore > 0 && m.Need.WantedBy != "" && !r.PastDate {
		list = append(list, b.T("matching.against.ends", "days", r.EndsBefore))
	}
	if m.Offer.Free < m.Need.Uncovered {
		list = append(list, b.T("matching.against.part", "rest", domain.QuantityText(b.Local(), m.Need.Uncovered-m.Offer.Free, m.Need.Unit)))
	}
	if m.Offer.Conditions != "" {
		list = append(list, b.T("matching.against.conditions"))
	}
	return list
}

// wouldFit says what would have to change for a near miss.
func wouldFit(b web.Base, m Match, district string) string {
	condition, _ := m.Result.Near()
	switch condition {
	case CondVerified:
		return b.T("matching.if.verified")
	case CondCategory:
		return b.T("matching.if.category", "category", domain.Taxonomy().CategoryName(m.Need.Category, b.Lang))
	case CondArea:
		return b.T("matching.if.area", "district", district)
	case CondWindow:
		return b.T("matching.if.window", "days", m.Result.MissingDays)
	case CondCapacity:
		return b.T("matching.if.capacity", "quantity", domain.QuantityText(b.Local(), m.Result.MissingCapacity, m.Need.Unit))
	}
	unit, _ := domain.Taxonomy().Unit(m.Need.Unit)
	return b.T("matching.if.unit", "unit", unit.Name.In(b.Lang))
}
