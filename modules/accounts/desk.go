package accounts

import (
	"context"
	"slices"

	"gotong/modules/domain"
	"gotong/modules/kit/web"
)

// KindDesk is the Ref.Kind under which panels are asked for somebody's desk; the id is the account's.
const KindDesk = "desk"

// DeskPanel is another module's part of the desk: what waits for this actor, oldest first. Its fragment is empty where
// nothing waits.
type DeskPanel struct {
	Name  string // for the log, e.g. "needs"
	Panel domain.Panel
}

// loadDesk asks each panel. One that fails shows so, and the page stands.
func (m *Module) loadDesk(ctx context.Context, request domain.PanelRequest) (sections []web.Section, demo bool) {
	for _, p := range m.Desk {
		failed := web.Section{ID: "desk-" + p.Name, Title: request.Page.T("accounts.desk.failed_title"), Error: request.Page.T("web.panel_error")}
		part, shown := domain.LoadPanels(ctx, []domain.Panel{p.Panel}, request, failed, m.log.With("panel", p.Name))
		sections, demo = append(sections, part...), demo || shown
	}
	return sections, demo
}

// nextStep is something that the actor can do now.
type nextStep struct{ Title, Text, Path string }

// nextSteps says what one can do, by what one is: the desk's answer to "and now?".
func nextSteps(b web.Base, actor domain.Actor) []nextStep {
	var steps []nextStep
	add := func(key, path string) {
		steps = append(steps, nextStep{Title: b.T(key), Text: b.T(key + "_text"), Path: b.URL(path)})
	}
	if actor.Secretariat() {
		add("accounts.next.organizations", "/organizations?status=submitted")
		add("accounts.next.people", "/people")
		add("accounts.next.taxonomy", "/taxonomy")
		add("accounts.next.papers", "/papers/templates")
	}
	if actor.Secretariat() || actor.Auditor() || slices.ContainsFunc(actor.Memberships, func(m domain.Membership) bool { return m.Verified }) {
		add("accounts.next.plans", "/plans")
	}
	if actor.Auditor() {
		add("accounts.next.audit", "/audit")
	}
	if actor.HasMandate(domain.MandateAreaVerifier) {
		add("accounts.next.verify", "/needs?status=submitted")
	}
	if actor.HasMandate(domain.MandateReviewer) {
		add("accounts.next.review", "/reviewing")
	}
	if len(actor.Memberships) > 0 { // the first is who they are here
		m := actor.Memberships[0]
		if m.Village != "" && actor.Has(m.Organization, domain.OrgEditor) {
			add("accounts.next.declare", "/needs/new")
		} else if actor.Has(m.Organization, domain.OrgEditor) {
			add("accounts.next.propose", "/initiatives/new")
		} else {
			add("accounts.next.read", "/organizations/"+string(m.Organization))
		}
	}
	if len(actor.Memberships) == 0 && len(actor.Roles) == 0 {
		add("accounts.next.found", "/organizations/new")
		add("accounts.next.join", "/organizations")
	}
	add("accounts.next.following", "/following")
	add("accounts.next.browse", "/needs")
	return steps
}
