package domain_test

import (
	"bytes"
	"context"
	"errors"
	"log/slog"
	"slices"
	"strings"
	"testing"

	"gotong/modules/domain"
	"gotong/modules/kit/web"
)

type fixedPanel struct {
	fragment domain.Fragment
	err      error
}

func (p fixedPanel) Load(context.Context, domain.PanelRequest) (domain.Fragment, error) {
	return p.fragment, p.err
}

func TestAFailingPanelLeavesThePageStanding(t *testing.T) {
	panels := []domain.Panel{
		fixedPanel{fragment: domain.Fragment{ID: "a", Title: "A", HTML: "<p>a</p>"}},
		fixedPanel{fragment: domain.Fragment{ID: "b", Title: "B", HTML: "<p>half</p>", Demo: true}, err: errors.New("the cause")},
		fixedPanel{fragment: domain.Fragment{ID: "c", Title: "C", Demo: true}},
	}
	var log bytes.Buffer
	request := domain.PanelRequest{Ref: domain.Ref{Kind: domain.KindNeed, ID: "n1"}}
	for _, c := range []struct{ failed, want web.Section }{
		{web.Section{Error: "sorry"}, web.Section{ID: "b", Title: "B", Error: "sorry"}},
		{web.Section{ID: "x", Title: "X", Error: "sorry"}, web.Section{ID: "x", Title: "X", Error: "sorry"}},
	} {
		got, demo := domain.LoadPanels(t.Context(), panels, request, c.failed, slog.New(slog.NewTextHandler(&log, nil)))
		if want := []web.Section{{ID: "a", Title: "A", HTML: "<p>a</p>"}, c.want}; !slices.Equal(got, want) {
			t.Errorf("sections %+v, want %+v", got, want)
		}
		if demo {
			t.Error("the demonstration data of a panel that is not shown marks the page")
		}
	}
	if !strings.Contains(log.String(), "the cause") {
		t.Errorf("the log does not name the cause: %s", log.String())
	}
}
