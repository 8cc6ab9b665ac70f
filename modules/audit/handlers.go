package audit

import (
	"context"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/gofiber/fiber/v2"

	"gotong/modules/domain"
	"gotong/modules/kit/store"
	"gotong/modules/kit/web"
)

// filterOf reads the filter; what makes no sense is no filter.
func filterOf(c *fiber.Ctx) Filter {
	v := web.ValuesOf(c)
	f := Filter{Kind: v.Get("kind"), ID: v.Get("id"), Action: v.Get("action"), Actor: domain.AccountID(v.Get("actor")), Organization: domain.OrganizationID(v.Get("organization"))}
	if f.Kind == "" {
		f.ID = "" // an id names a thing of a kind
	}
	for name, target := range map[string]*domain.Date{"from": &f.From, "until": &f.Until} {
		if d, err := domain.ParseDate(v.Get(name)); err == nil {
			*target = d
		}
	}
	if n, err := strconv.ParseInt(v.Get("cursor"), 10, 64); err == nil && n > 0 {
		f.Before = n
	}
	return f
}

func (m *Module) show(c *fiber.Ctx) error {
	actor, f := web.Get[domain.Actor](c), filterOf(c)
	page, err := m.Service.Trail(c.UserContext(), actor, f)
	if err != nil {
		return err
	}
	b := web.NewBase(c, "audit", "audit.trail.title")
	choice := choices{actions: actionOptions(b, m.keys)}
	for _, s := range m.Service.deps.Subjects {
		choice.kinds = append(choice.kinds, web.Option{Value: s.Kind, Label: b.T("audit.kind." + s.Kind)})
	}
	if choice.actor, choice.organization, err = m.Service.named(c.UserContext(), f); err != nil {
		return err
	}
	return m.trail.Render(c, fiber.StatusOK, newTrailPage(b, choice, f, page))
}

// actionOptions are the acts that have a name, by that name.
func actionOptions(b web.Base, keys []string) (options []web.Option) {
	for _, key := range keys {
		options = append(options, web.Option{Value: strings.TrimPrefix(key, actionPrefix), Label: b.T(key)})
	}
	slices.SortFunc(options, func(x, y web.Option) int { return strings.Compare(x.Label, y.Label) })
	return options
}

func (m *Module) export(c *fiber.Ctx) error {
	actor, f := web.Get[domain.Actor](c), filterOf(c)
	if err := m.Service.Begin(c.UserContext(), actor); err != nil {
		return err
	}
	b := web.NewBase(c, "audit", "audit.trail.title")
	head := []string{"number", "time", "action", "act", "account", "name", "session", "organization", "on_behalf_of", "collection", "id", "version", "reason", "changes", "hash"}
	name := "audit-" + m.Service.deps.DB.Now().Format("2006-01-02") + ".csv"
	return web.StreamCSV(c, name, head, b.T("audit.export.failed"), func(ctx context.Context, row func(...string) error) error {
		return m.Service.Export(ctx, actor, f, func(l Line) error { return row(exportRow(b, l)...) })
	})
}

func exportRow(b web.Base, l Line) []string {
	return []string{
		strconv.FormatInt(l.Seq, 10), l.At.Format(time.RFC3339), l.Action, actionText(b, l.Action), l.Actor, whoText(b, l), l.Session, l.Organization, l.Behalf,
		l.Collection, l.ID, strconv.FormatInt(l.Version, 10), l.Reason, changesText(b, l.Changes), l.Hash,
	}
}

// changesText writes the changes in one cell, a field a line.
func changesText(b web.Base, fields []store.FieldChange) string {
	lines := make([]string, len(fields))
	for i, f := range fields {
		if f.Personal {
			lines[i] = f.Path + ": " + b.T("audit.trail.personal")
			continue
		}
		lines[i] = f.Path + ": " + string(f.Before) + " → " + string(f.After)
	}
	return strings.Join(lines, "\n")
}
