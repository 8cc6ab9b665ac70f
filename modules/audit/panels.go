package audit

import (
	"context"

	"gotong/modules/domain"
	"gotong/modules/kit/web"
)

// panel is the history on the page of a need, initiative, organisation or commitment.
type panel struct {
	service *Service
	view    *web.View[historyPanel]
}

var _ domain.Panel = panel{}

// Load makes the history of the subject, empty where nothing is to be shown.
func (p panel) Load(ctx context.Context, request domain.PanelRequest) (domain.Fragment, error) {
	fragment := domain.Fragment{ID: "history", Title: request.Page.T("audit.history.title")}
	lines, full, err := p.service.Of(ctx, request.Actor, request.Ref)
	if err != nil || len(lines) == 0 {
		return fragment, err
	}
	fragment.HTML, err = p.view.Fragment(newHistoryPanel(request.Page, request.Actor, request.Ref, lines, full))
	return fragment, err
}
