package initiatives

import (
	"context"
	"slices"

	"github.com/gofiber/fiber/v2"

	"gotong/modules/domain"
	"gotong/modules/kit/apperr"
	"gotong/modules/kit/store"
	"gotong/modules/kit/web"
)

type changesPage struct {
	web.Base
	Rounds []roundView
	Empty  *web.Empty
}

// roundView is one submission against the one before.
type roundView struct {
	Title, When, Note string
	Changes           []web.Difference
}

// mayCompare tells whether the actor reads how submissions differ: the proposer, who leads and who watches over the
// review, and the reviewers of this round.
func (s *Service) mayCompare(ctx context.Context, actor domain.Actor, doc Doc) (bool, error) {
	if CanReadAll(actor, doc.Body) {
		return true, nil
	}
	return s.readsInReview(ctx, actor, doc)
}

// getChanges shows every submission against the one before, newest first.
func (m *Module) getChanges(c *fiber.Ctx) error {
	ctx, actor, s := c.UserContext(), web.Get[domain.Actor](c), m.Service
	doc, err := s.Show(ctx, actor, idOf(c))
	if err != nil {
		return err
	}
	may, err := s.mayCompare(ctx, actor, doc)
	if err == nil && !may {
		err = apperr.New(apperr.NotFound, "error.not_found.text")
	}
	if err != nil {
		return err
	}
	page := changesPage{Base: web.NewBase(c, "initiatives", "initiatives.changes_title", "title", doc.Body.Title)}
	page.Demo, page.Private = doc.Body.Demo, true
	crumbs(&page.Base, doc.Body.Title, "/initiatives/"+doc.ID)
	versions, err := s.versions.List(ctx, store.Query{List: versionsOf, Key: store.KeyOf(doc.ID), Limit: 100})
	if err != nil {
		return err
	}
	b := page.Base
	for n, v := range slices.Backward(versions.Items) {
		if n == 0 {
			break
		}
		before := versions.Items[n-1].Body
		r := roundView{Title: b.T("initiatives.changes_between", "from", before.Round, "to", v.Body.Round), When: b.DateTime(v.Body.SubmittedAt), Changes: s.differences(ctx, b, before.Content, v.Body.Content)}
		if len(r.Changes) == 0 {
			r.Note = b.T("initiatives.changes_none")
		}
		page.Rounds = append(page.Rounds, r)
	}
	if len(page.Rounds) == 0 {
		page.Empty = &web.Empty{Text: b.T("initiatives.changes_empty"), ActionLabel: b.T("initiatives.changes_back"), ActionPath: b.URL("/initiatives/" + doc.ID)}
	}
	return m.changes.Render(c, fiber.StatusOK, page)
}
