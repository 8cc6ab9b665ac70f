package domain

import (
	"cmp"
	"context"
	"log/slog"

	"gotong/modules/kit/web"
)

// LoadPanels asks each panel of a page in turn; an empty fragment leaves no section. A panel that fails stands there as
// failed says: its error in the reader's language, and id and title where they are not to be the fragment's own. The
// log has the cause and the page stands. demo tells that a panel shows demonstration data.
func LoadPanels(ctx context.Context, panels []Panel, request PanelRequest, failed web.Section, log *slog.Logger) (sections []web.Section, demo bool) {
	for _, panel := range panels {
		if !reachesPanel(request.Actor, panel) {
			continue
		}
		f, err := panel.Load(ctx, request)
		if err != nil {
			log.ErrorContext(ctx, "a panel failed", "kind", request.Ref.Kind, "id", request.Ref.ID, "request", request.Page.RequestID, "error", err)
			sections = append(sections, web.Section{ID: cmp.Or(failed.ID, f.ID), Title: cmp.Or(failed.Title, f.Title), Error: failed.Error})
			continue
		}
		if f.HTML != "" {
			sections = append(sections, web.Section{ID: f.ID, Title: f.Title, HTML: f.HTML})
			demo = demo || f.Demo
		}
	}
	return sections, demo
}
