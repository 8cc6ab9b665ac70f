package accounts

import (
	"context"

	"gotong/modules/domain"
	"gotong/modules/kit/web"
)

type personPage struct {
	web.Base
	Name          string
	Own           bool // of the reader: nobody changes their own rights
	May           bool // the reader may give and take
	Facts         []web.Fact
	Grants        []grantRow
	Organizations web.Table
	HasOrg        bool
	RoleForm      *web.Form
	MandateForm   *web.Form
	History       []web.Step
	Access        accessPart
}

type grantRow struct {
	Label, On, Reason string
	Since, By         string
	Revoke            web.Action
}

// personForms are the two forms of the page, and the move of access that was refused with the reason that was typed; a
// refused one comes back filled in.
type personForms struct {
	role, mandate *web.Form
	move, reason  string
	refused       error
}

func roleForm(b web.Base, id string) *web.Form {
	var options []web.Option
	for _, r := range platformRoles {
		options = append(options, web.Option{Value: string(r), Label: b.T("accounts.role." + string(r)), Hint: b.T("accounts.role." + string(r) + "_can")})
	}
	f := web.NewForm(b, "accounts.grant_role", "/people/"+id+"/roles").Radio("role", options, web.Required()).TextArea("reason", web.Required(), web.Max(maxReason), web.Rows(3))
	return f.Named("role")
}

func mandateForm(b web.Base, id string, memberships []domain.Membership) *web.Form {
	var kinds, organizations []web.Option
	for _, k := range mandateKinds {
		kinds = append(kinds, web.Option{Value: k, Label: b.T("accounts.role." + k), Hint: b.T("accounts.role." + k + "_can")})
	}
	for _, m := range memberships {
		organizations = append(organizations, web.Option{Value: string(m.Organization), Label: m.Name})
	}
	f := web.NewForm(b, "accounts.grant_mandate", "/people/"+id+"/mandates").Radio("kind", kinds, web.Required()).
		Text("region", web.Placeholder("61.01.08")).Select("organization", organizations, web.Required()).
		TextArea("reason", web.Required(), web.Max(maxReason), web.Rows(3))
	return f.Named("mandate")
}

func (m *Module) personPage(ctx context.Context, b web.Base, actor domain.Actor, v PersonView, forms personForms) (personPage, error) {
	id := domain.AccountID(v.ID)
	p := personPage{Base: b, Name: v.Body.Name, Own: actor.Account == id, May: CanGrant(actor, id), Organizations: membershipTable(b, v.Memberships), HasOrg: len(v.Memberships) > 0}
	p.Title = v.Body.Name
	p.Base.Demo = v.Body.Demo
	p.Crumbs = []web.Crumb{{Label: b.T("accounts.people.title"), Path: "/people"}, {Label: v.Body.Name}}
	names, err := m.granters(ctx, v)
	if err != nil {
		return p, err
	}
	email := emailCell(b, v.Body)
	p.Facts = []web.Fact{{Label: b.T("accounts.people.email"), Value: email.Text, Quiet: email.Quiet}, {Label: b.T("accounts.since"), Value: b.Date(v.Created)}}
	for _, i := range v.Identities {
		p.Facts = append(p.Facts, web.Fact{Label: b.T("accounts.signs_in_with"), Value: m.providerName(b, i.Body.Provider)})
	}
	p.Grants = grantRows(b, v, names)
	p.History = historySteps(b, v, names)
	p.Access = accessOf(b, v, names, p.May, forms)
	if p.May {
		p.RoleForm, p.MandateForm = forms.role, forms.mandate
		if p.RoleForm == nil {
			p.RoleForm = roleForm(b, v.ID)
		}
		if p.MandateForm == nil && p.HasOrg {
			p.MandateForm = mandateForm(b, v.ID, v.Memberships)
		}
	}
	return p, nil
}

func (m *Module) granters(ctx context.Context, v PersonView) (map[domain.AccountID]string, error) {
	var ids []domain.AccountID
	for _, r := range v.Body.Roles {
		ids = append(ids, r.By)
	}
	for _, r := range v.Body.Mandates {
		ids = append(ids, r.By)
	}
	for _, c := range []*Closure{v.Body.Declined, v.Body.Suspended} {
		if c != nil {
			ids = append(ids, c.By)
		}
	}
	for _, e := range v.History {
		ids = append(ids, domain.AccountID(e.Actor))
	}
	return m.Service.Names(ctx, ids)
}

func nameOr(b web.Base, names map[domain.AccountID]string, id domain.AccountID) string {
	if id == "" {
		return b.T("accounts.by_operator")
	}
	if name := names[id]; name != "" {
		return name
	}
	return b.T("accounts.by_removed")
}

func grantRows(b web.Base, v PersonView, names map[domain.AccountID]string) []grantRow {
	var rows []grantRow
	revoke := func(n int, path string) web.Action {
		a := web.NewAction(b, "accounts.revoke", path)
		a.Kind, a.Reason = "stop", true
		a.ID = "revoke-" + string(rune('a'+n%26))
		return a
	}
	for _, r := range v.Body.Roles {
		rows = append(rows, grantRow{Label: b.T("accounts.role." + string(r.Role)), Reason: r.Reason, Since: b.Date(r.At), By: nameOr(b, names, r.By),
			Revoke: revoke(len(rows), "/people/"+v.ID+"/roles/"+string(r.Role)+"/revoke")})
	}
	for _, r := range v.Body.Mandates {
		row := grantRow{Label: mandateText(b, r.Mandate), Reason: r.Reason, Since: b.Date(r.At), By: nameOr(b, names, r.By),
			Revoke: revoke(len(rows), "/people/"+v.ID+"/mandates/"+r.ID+"/revoke").
				With("kind", r.Kind).With("region", string(r.Region)).With("organization", string(r.Organization))}
		for _, m := range v.Memberships {
			if m.Organization == r.Organization {
				row.On = m.Name
			}
		}
		rows = append(rows, row)
	}
	return rows
}

func historySteps(b web.Base, v PersonView, names map[domain.AccountID]string) []web.Step {
	var steps []web.Step
	for i, e := range v.History {
		state := "done"
		if i == 0 {
			state = "now"
		}
		label := e.Action
		if key := "audit.action." + e.Action; b.Local().Has(key) {
			label = b.T(key)
		}
		steps = append(steps, web.Step{State: state, Label: label, When: b.DateTime(e.At), Who: nameOr(b, names, domain.AccountID(e.Actor)), Note: e.Reason})
	}
	return steps
}
