package progress

import (
	"strconv"

	"gotong/modules/domain"
	"gotong/modules/kit/web"
)

// Acts that are reported on a page of their own, in the order of the links.
var acts = []string{"news", "slip", "done", "spending", "change"}

func quantityField(k int) string { return "quantity_" + strconv.Itoa(k+1) }

func milestoneOptions(b web.Base, p Progress) (options []web.Option) {
	for n, m := range p.Milestones {
		if m.DoneAt == "" {
			options = append(options, web.Option{Value: strconv.Itoa(n + 1), Label: m.Title + " · " + b.Date(m.Due.Time())})
		}
	}
	return options
}

func lineOptions(b web.Base, p Progress) (options []web.Option) {
	for n, l := range p.Lines {
		options = append(options, web.Option{Value: strconv.Itoa(n + 1), Label: b.T("progress.line_left", "item", l.Item, "left", b.Rupiah(l.Amount-l.Spent))})
	}
	return options
}

// actForm lays out the form of an act; nil where there is nothing to report on.
func actForm(b web.Base, i Initiative, p Progress, act string) *web.Form {
	f := web.NewForm(b, "progress."+act, "/initiatives/"+string(i.ID)+"/work/"+act)
	switch act {
	case "news":
		f.Text("title", web.Required(), web.Max(maxShort))
		f.TextArea("text", web.Required(), web.Max(maxText))
		for k, o := range i.Offers {
			unit, _ := domain.Taxonomy().Unit(o.Unit)
			f.Number(quantityField(k), web.Label("progress.news.quantity", "category", domain.Taxonomy().CategoryName(o.Category, b.Lang), "unit", unit.Name.In(b.Lang)), web.Hint("progress.news.quantity_hint"))
		}
		f.File("photo", ".jpg,.jpeg,.png")
		f.Checkbox("inside")
	case "slip":
		options := milestoneOptions(b, p)
		if len(options) == 0 {
			return nil
		}
		f.Select("milestone", options, web.Required())
		f.Date("to", web.Required())
		f.TextArea("reason", web.Required(), web.Max(maxText))
	case "done":
		options := milestoneOptions(b, p)
		if len(options) == 0 {
			return nil
		}
		f.Select("milestone", options, web.Required())
		f.Date("day", web.Required())
		f.TextArea("note", web.Rows(3), web.Max(maxText))
	case "spending":
		f.Select("line", lineOptions(b, p), web.Required())
		f.Rupiah("amount", web.Required())
		f.Text("note", web.Required(), web.Max(maxShort))
	case "change":
		var whats []web.Option
		for _, w := range Whats {
			whats = append(whats, web.Option{Value: string(w), Label: b.T("progress.what." + string(w))})
		}
		f.Radio("what", whats, web.Required())
		f.Date("until")
		f.Select("line", lineOptions(b, p))
		f.Rupiah("amount")
		f.TextArea("text", web.Required(), web.Max(maxText))
	}
	return f.Back("/initiatives/" + string(i.ID) + "/work")
}

func answerForm(b web.Base, i Initiative, r Request) *web.Form {
	f := web.NewForm(b, "progress.answer", "/initiatives/"+string(i.ID)+"/requests/"+r.ID)
	f.Radio("decision", []web.Option{{Value: "approve", Label: b.T("progress.approve")}, {Value: "decline", Label: b.T("progress.decline")}}, web.Required())
	f.TextArea("answer", web.Required(), web.Max(maxText))
	return f.Back("/initiatives/" + string(i.ID) + "/work")
}

func completeForm(b web.Base, i Initiative, p Progress) *web.Form {
	f := web.NewForm(b, "progress.complete", "/initiatives/"+string(i.ID)+"/complete")
	f.TextArea("outputs", web.Required(), web.Max(maxText))
	for _, m := range p.Milestones {
		if m.DoneAt == "" {
			f.TextArea("open", web.Required(), web.Rows(3), web.Max(maxText))
			break
		}
	}
	f.TextArea("lessons", web.Rows(3), web.Max(maxText))
	f.TextArea("assets", web.Required(), web.Rows(3), web.Max(maxText))
	return f.Back("/initiatives/" + string(i.ID))
}
