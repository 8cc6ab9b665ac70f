package documents

import (
	"net/http"
	"strconv"

	"github.com/gofiber/fiber/v2"

	"gotong/modules/domain"
	"gotong/modules/kit/web"
)

// filterOf reads the filters of the library; what is no region is left out.
func filterOf(v web.Values) Filter {
	f := Filter{Text: v.Get("q"), Kind: v.Get(byKind), Type: domain.DocumentType(v.Get(byType)), Year: v.Get(byYear), Organization: domain.OrganizationID(v.Get(byOrganization)),
		Language: v.Get(byLanguage), Sort: v.Get("sort"), Cursor: v.Get("cursor")}
	if code, err := domain.ParseRegionCode(v.Get(byRegion)); err == nil {
		f.Region = code
	}
	return f
}

func (m *Module) index(c *fiber.Ctx) error {
	f := filterOf(web.ValuesOf(c))
	b := web.NewBase(c, "documents", "documents.list.title")
	counts, err := m.Service.Count(c.UserContext(), actorOf(c), f)
	if err != nil {
		return err
	}
	cards, next, err := m.listed(c, b, f)
	if err != nil {
		return err
	}
	p := indexPage{Base: b}
	if p.Filters, err = m.filters(c.UserContext(), b, f, counts); err != nil {
		return err
	}
	if counts != nil && counts.Total > 0 {
		p.Count = b.T("documents.list.count", "count", counts.Total)
	}
	for _, c := range cards {
		p.Cards = append(p.Cards, c)
		p.Demo = p.Demo || c.Demo
	}
	p.Empty = web.Empty{Text: b.T("documents.list.empty")}
	if p.Filters.Active() {
		p.Empty = web.Empty{Text: b.T("documents.list.empty_filtered"), ActionLabel: b.T("documents.list.all"), ActionPath: b.URL("/documents")}
	}
	query := p.Filters.Query()
	p.Pager = web.NewPager(b, "/documents", query, f.Cursor, next)
	p.FeedURL = web.ListURL(b, "/documents/feed.atom", map[string]string{byType: string(f.Type), byRegion: string(f.Region)}, "")
	p.CollectionsURL = b.URL("/collections")
	p.PapersURL = b.URL("/papers")
	if len(cards) > 0 && m.Service.find != nil {
		p.ZipURL = web.ListURL(b, "/documents/bundle", f.asked(), "")
	}
	p.Table = web.NewDownloads(b, "/exports/documents", query)
	return m.indexView.Render(c, http.StatusOK, p)
}

// listed gives a page of the library as cards.
func (m *Module) listed(c *fiber.Ctx, b web.Base, f Filter) (cards []foundCard, next string, err error) {
	if m.Service.find == nil {
		var views []View
		views, next, err = m.Service.newest(c.UserContext(), actorOf(c), f)
		for _, v := range views {
			cards = append(cards, smallCard(b, v))
		}
		return cards, next, err
	}
	found, next, err := m.Service.Search(c.UserContext(), actorOf(c), f)
	for _, hit := range found {
		one := smallCard(b, hit.View)
		one.Quote = hit.Quote
		if hit.Page > 0 {
			one.QuotePath = web.ListURL(b, documentPath(hit.ID)+"/view", map[string]string{"page": strconv.Itoa(hit.Page), "q": f.Text}, "")
			one.QuoteText = placeText(b, hit.Document, hit.Page, hit.Heading)
		}
		cards = append(cards, one)
	}
	return cards, next, err
}

func smallCard(b web.Base, v View) foundCard {
	f := foundCard{Card: card(b, v, true)}
	if v.Document.picture() && v.public() {
		f.Picture = picturePath(b, documentPath(v.ID), widths[0])
	}
	return f
}

// atom answers with the newest public documents as a feed.
func (m *Module) atom(c *fiber.Ctx) error {
	f := filterOf(web.ValuesOf(c))
	b := web.NewBase(c, "documents", "documents.list.title")
	raw, err := m.feed(c.UserContext(), b, f, web.ListURL(b, "/documents/feed.atom", map[string]string{byType: string(f.Type), byRegion: string(f.Region)}, ""))
	if err != nil {
		return err
	}
	return sendFeed(c, raw)
}

func sendFeed(c *fiber.Ctx, raw []byte) error {
	c.Set(fiber.HeaderContentType, "application/atom+xml; charset=utf-8")
	c.Set(fiber.HeaderCacheControl, "private, no-cache")
	return c.Send(raw)
}
