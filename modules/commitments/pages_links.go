package commitments

import (
	"context"
	"net/url"
	"slices"
	"strings"

	"gotong/modules/domain"
	"gotong/modules/kit/web"
)

// linksPage is where the village's owner makes, reads and closes links.
type linksPage struct {
	web.Base
	Lead  string
	Form  *web.Form // nil where nothing waits for the village
	None  *web.Empty
	Links []linkCard
}

type linkCard struct {
	Tag     web.Tag
	Title   string
	Lines   []string
	Actions []web.Action
}

// linkPage shows a link or code once, to who made it.
type linkPage struct {
	web.Base
	Lead  string
	Text  string // to send
	Share string // address of WhatsApp with the text
	QR    *web.QR
	Code  string // on paper, in groups; "" for a message
	Enter string // where the code is typed in
	Until string
	Facts []web.Fact
	Back  string
}

// answerPage asks the village, by a link.
type answerPage struct {
	web.Base
	Lead       string
	Deliveries []deliveryCard
	Note       string
	Form       *web.Form
}

type deliveryCard struct {
	Title  string
	Facts  []web.Fact
	Photos []photo
}

type photo struct{ URL, Alt string }

// closedPage says that a link is not valid, or asks for a code.
type closedPage struct {
	web.Base
	Lead string
	Form *web.Form
}

type receiptPage struct {
	web.Base
	Lead  string
	Facts []web.Fact
	Table *web.Table
	Next  string
}

func linksPath(id domain.CommitmentID) string { return pathOf(id) + "/links" }

func linkName(b web.Base, kind LinkKind, number int) string {
	return b.T("commitments.link.name_"+string(kind), "number", number)
}

// newLinksPage makes the page of a commitment's links; the first list is the newest.
func (m *Module) newLinksPage(b web.Base, id domain.CommitmentID, c *Commitment, links []NumberedLink) linksPage {
	b.Demo = c.Demo
	b.Crumbs = []web.Crumb{{Label: c.NeedTitle, Path: "/needs/" + string(c.Need)}, {Label: b.T("commitments.crumb"), Path: pathOf(id)}, {Label: b.Title}}
	p := linksPage{Base: b, Lead: b.T("commitments.link.lead", "organization", c.OrganizationName)}
	if c.awaitsVillage() && len(c.Links) < MaxLinks {
		kinds := make([]web.Option, len(LinkKinds))
		for i, k := range LinkKinds {
			kinds[i] = web.Option{Value: string(k), Label: b.T("commitments.link.kind_" + string(k)), Hint: b.T("commitments.link.kind_"+string(k)+"_help", "days", int64(k.life().Hours()/24))}
		}
		p.Form = web.NewForm(b, "commitments.link", linksPath(id)).Radio("kind", kinds, web.Required(), web.Value(string(LinkMessage))).Back(pathOf(id))
	} else {
		p.None = &web.Empty{Text: b.T("commitments.link.nothing"), ActionLabel: b.T("commitments.link.back"), ActionPath: b.URL(pathOf(id))}
	}
	now := m.Service.clock.Now()
	for _, l := range links {
		state := l.State(now)
		kind := map[string]string{"open": "wait", "used": "good"}[state]
		if kind == "" {
			kind = "plain"
		}
		card := linkCard{Tag: web.Tag{Kind: kind, Text: b.T("commitments.link.state_" + state)}, Title: linkName(b, l.Kind, l.Number),
			Lines: []string{b.T("commitments.link.made", "date", b.DateTime(l.At))}}
		action := func(name string) {
			a := web.NewAction(b, "commitments.link."+name, linksPath(id)+"/"+l.ID+"/"+name)
			a.ID, a.Kind = name+"-"+l.ID[:8], "stop"
			card.Actions = append(card.Actions, a)
		}
		switch state {
		case "open":
			card.Lines = append(card.Lines, b.T("commitments.link.until", "date", b.DateTime(l.Until)))
			action("revoke")
		case "used":
			card.Lines = append(card.Lines, b.T("commitments.link.used", "date", b.DateTime(l.Answer.At)), personText(b, l.Link))
			if !l.Done.IsZero() && !l.Erased {
				action("erase")
			}
		}
		p.Links = append(p.Links, card)
	}
	return p
}

func personText(b web.Base, l Link) string {
	if l.Erased {
		return b.T("commitments.link.erased")
	}
	return b.T("commitments.link.by", "name", l.Name, "position", l.Position)
}

// newLinkPage shows the secret. What is sent to the village is in Indonesian, whatever the reader's language.
func (m *Module) newLinkPage(b web.Base, id domain.CommitmentID, c *Commitment, show ShownLink) linkPage {
	b.Demo, b.Private = c.Demo, true
	b.Crumbs = []web.Crumb{{Label: b.T("commitments.crumb"), Path: pathOf(id)}, {Label: b.T("commitments.link.title"), Path: linksPath(id)}, {Label: b.Title}}
	address := m.publicURL + "/confirm/" + show.Secret
	p := linkPage{Base: b, Lead: b.T("commitments.link.shown_" + string(show.Kind)), QR: web.NewQR(address), Until: b.DateTime(show.Until), Back: b.URL(linksPath(id))}
	local, quantity := m.village, int64(0)
	for _, d := range c.Deliveries {
		quantity += d.Open()
	}
	what := domain.QuantityText(local, quantity, c.Unit)
	p.Facts = []web.Fact{
		{Label: local.T("commitments.fact.village"), Value: c.VillageName}, {Label: local.T("commitments.fact.need"), Value: c.NeedTitle},
		{Label: local.T("commitments.fact.organization"), Value: c.OrganizationName}, {Label: local.T("commitments.delivery.quantity"), Value: what},
	}
	if show.Kind == LinkPaper {
		p.Code, p.Enter = grouped(show.Secret), strings.TrimPrefix(strings.TrimPrefix(m.publicURL, "https://"), "http://")+"/confirm"
		return p
	}
	p.Text = local.T("commitments.link.text", "organization", c.OrganizationName, "quantity", what, "need", c.NeedTitle, "village", c.VillageName,
		"date", local.Date(show.Until), "url", address)
	p.Share = "https://wa.me/?text=" + url.QueryEscape(p.Text)
	return p
}

// secretBase is the base of a page whose address holds a secret: nothing on it but the link to the other language
// names that address.
func secretBase(b web.Base, secret string) web.Base {
	b.Path, b.Query, b.Private, b.Crumbs = "/confirm", "", true, nil
	return b.At("/confirm/" + secret)
}

func newAnswerPage(b web.Base, secret string, o Offered) answerPage {
	c := &o.Body
	b = secretBase(b, secret)
	b.Demo = c.Demo
	p := answerPage{Base: b, Lead: b.T("commitments.answer.lead", "organization", c.OrganizationName, "village", c.VillageName, "need", c.NeedTitle),
		Note: b.T("commitments.answer.note", "date", b.DateTime(o.Until))}
	var shown []string
	options := []web.Option{
		{Value: "yes", Label: b.T("commitments.answer.yes"), Hint: b.T("commitments.answer.yes_help")},
		{Value: "no", Label: b.T("commitments.answer.no"), Hint: b.T("commitments.answer.no_help")},
	}
	f := web.NewForm(b, "commitments.answer", "/confirm/"+secret).Radio("answer", options, web.Required()).Section("short")
	for _, d := range c.Deliveries {
		if d.Open() == 0 {
			continue
		}
		shown = append(shown, d.ID)
		text := quantityText(b, d.Open(), c.Unit)
		card := deliveryCard{Title: text, Facts: []web.Fact{
			{Label: b.T("commitments.delivery.date"), Value: dateText(b, d.Date)}, {Label: b.T("commitments.deliver.place"), Value: d.Place},
			{Label: b.T("commitments.deliver.condition"), Value: d.Condition},
		}}
		if d.Note != "" {
			card.Facts = append(card.Facts, web.Fact{Label: b.T("commitments.deliver.note"), Value: d.Note})
		}
		for _, document := range d.Documents {
			for _, picture := range o.Pictures {
				if picture.ID == document {
					card.Photos = append(card.Photos, photo{URL: "/confirm/" + secret + "/photos/" + string(document), Alt: b.T("commitments.answer.photo", "date", dateText(b, d.Date))})
				}
			}
		}
		p.Deliveries = append(p.Deliveries, card)
		f.Number("received_"+d.ID, web.Label("commitments.answer.received", "quantity", text, "date", dateText(b, d.Date)), web.Hint("commitments.answer.received_help"))
	}
	p.Form = f.TextArea("words", web.Max(2000), web.Rows(3)).Section("who").
		Text("name", web.Required(), web.Max(100), web.Autocomplete("name")).
		Text("position", web.Required(), web.Max(100), web.Autocomplete("organization-title")).
		Hidden("shown", strings.Join(shown, " "))
	return p
}

func newClosedPage(b web.Base, lead string) closedPage {
	b.Path, b.Private = "/confirm", true
	b = b.At("/confirm")
	return closedPage{Base: b, Lead: lead, Form: web.NewForm(b, "commitments.code", "/confirm").Text("code", web.Required(), web.Autocomplete("off"))}
}

func newReceiptPage(b web.Base, l Link, c Commitment) receiptPage {
	b.Demo, b.Private = c.Demo, true
	text := func(n int64) string { return quantityText(b, n, c.Unit) }
	p := receiptPage{Base: b, Lead: b.T("commitments.receipt.lead", "village", c.VillageName), Next: b.T("commitments.receipt.next"), Facts: []web.Fact{
		{Label: b.T("commitments.fact.need"), Value: c.NeedTitle}, {Label: b.T("commitments.fact.organization"), Value: c.OrganizationName},
		{Label: b.T("commitments.receipt.when"), Value: b.DateTime(l.Answer.At)}, {Label: b.T("commitments.receipt.by"), Value: linkName(b, l.Kind, l.Number)},
	}}
	if l.Answer.Words != "" {
		p.Facts = append(p.Facts, web.Fact{Label: b.T("commitments.receipt.words"), Value: l.Answer.Words})
	}
	p.Table = &web.Table{Caption: b.T("commitments.receipt.caption"), Numbers: []bool{false, true, true},
		Head: []string{b.T("commitments.delivery.date"), b.T("commitments.delivery.quantity"), b.T("commitments.receipt.received")}}
	for _, a := range l.Answer.Answers {
		for _, d := range c.Deliveries {
			if d.ID == a.Delivery {
				p.Table.Rows = append(p.Table.Rows, web.Row{Cells: []web.Cell{{Text: dateText(b, d.Date)}, {Text: text(d.Quantity)}, {Text: text(a.Received)}}})
			}
		}
	}
	return p
}

// answered puts on a commitment's page who answered without an account, and for the village's owner the way to links.
func (m *Module) answered(ctx context.Context, p *showPage, id domain.CommitmentID, c *Commitment, sides []Side) error {
	b := p.Base
	if slices.Contains(sides, SideVillage) && (c.awaitsVillage() || len(c.Links) > 0) {
		p.LinksPath = b.URL(linksPath(id))
	}
	if len(c.Links) == 0 {
		return nil
	}
	links, err := m.Service.LinksOf(ctx, c)
	for _, l := range links {
		if l.Answer != nil {
			p.Answered = append(p.Answered, web.Fact{Label: linkName(b, l.Kind, l.Number), Value: b.T("commitments.link.used", "date", b.DateTime(l.Answer.At)) + ". " + personText(b, l.Link)})
		}
	}
	return err
}
