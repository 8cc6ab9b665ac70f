package accounts

import (
	"slices"

	"gotong/modules/domain"
	"gotong/modules/kit/store"
	"gotong/modules/kit/web"
)

// providerButton is one way to sign in.
type providerButton struct {
	Key, Label, Action string
	Last, Demo         bool // used last on this device; the embedded demo provider
}

type signInPage struct {
	web.Base
	Heading string
	Next    string
	Problem *problem
	Done    string // after signing out
	Buttons []providerButton
	Has     bool
}

// problem says what went wrong with a sign-in and what to do now.
type problem struct{ Title, Text string }

var failures = []Failure{FailureCancelled, FailureLapsed, FailureOutage, FailureUntrusted, FailureTaken, FailureUnknown, FailureOther, FailureStale, FailureDomain}

// problemOf gives the texts of a failure named in the address; any other word is none.
func problemOf(b web.Base, name, provider string) *problem {
	if !slices.Contains(failures, Failure(name)) {
		return nil
	}
	key := "accounts.problem." + name
	return &problem{Title: b.T(key), Text: b.T(key+"_text", "provider", provider)}
}

func (m *Module) buttons(b web.Base, last, path string) []providerButton {
	var buttons []providerButton
	for _, c := range m.Service.Providers.All() {
		label := b.T("accounts.sign_in.with", "provider", c.Name)
		if c.Demo {
			label = b.T("accounts.sign_in.demo")
		}
		buttons = append(buttons, providerButton{Key: c.Key, Label: label, Action: b.URL(path + c.Key), Last: c.Key == last, Demo: c.Demo})
	}
	return buttons
}

// providerName is a provider's name in the reader's language.
func (m *Module) providerName(b web.Base, key string) string {
	if c, _, ok := m.Service.Providers.Get(key); ok && c.Demo {
		return b.T("accounts.provider_demo")
	}
	return m.Service.Providers.Name(key)
}

type welcomePage struct {
	web.Base
	Name  string
	Next  string // "" or where the person wanted to go
	Steps []nextStep
}

type deskPage struct {
	web.Base
	Find     *deskFind
	Queues   []queueSection
	Sections []web.Section
	Waiting  bool
	Steps    []nextStep
	Facts    []web.Fact
}

// deskFind is the secretariat's search for people and organisations.
type deskFind struct{ Name, Label, People, PeopleLabel, Organizations, OrganizationsLabel string }

func newDeskFind(b web.Base, actor domain.Actor) *deskFind {
	if !CanSeePeople(actor) {
		return nil
	}
	return &deskFind{
		Name: b.T("accounts.find.name"), Label: b.T("accounts.find.label"), People: b.URL("/people"), PeopleLabel: b.T("accounts.find.people"),
		Organizations: b.URL("/organizations"), OrganizationsLabel: b.T("accounts.find.organizations"),
	}
}

type accountPage struct {
	web.Base
	Problem       *problem
	Facts         []web.Fact
	Form          *web.Form
	Identities    []identityRow
	Link          []providerButton
	Sessions      []sessionRow
	EndOthers     *web.Action
	Organizations web.Table
	NoOrg         web.Empty
	HasOrg        bool
	Erasing       string // until when an erasure can be taken back; "" where none was asked
	Erase         web.Action
}

type identityRow struct {
	Provider, Since string
	Unlink          *web.Action // nil for the only one
}

type sessionRow struct {
	Device, Provider, Opened, Used, From string

	Current bool
	End     web.Action
}

func nameForm(b web.Base, doc store.Doc[Account]) *web.Form {
	return web.NewForm(b, "accounts.form", "/account").Text("name", web.Required(), web.Value(doc.Body.Name), web.Max(MaxName), web.Autocomplete("name")).Read(doc.Version)
}

// rightsText lists what an account may do, in words.
func rightsText(b web.Base, a domain.Actor) []string {
	var rights []string
	for _, r := range a.Roles {
		rights = append(rights, b.T("accounts.role."+string(r)))
	}
	for _, m := range a.Mandates {
		rights = append(rights, mandateText(b, m))
	}
	return rights
}

func mandateText(b web.Base, m domain.Mandate) string {
	if m.Region != "" {
		return b.T("accounts.mandate_in", "mandate", b.T("accounts.role."+m.Kind), "region", string(m.Region))
	}
	return b.T("accounts.role." + m.Kind)
}

func membershipTable(b web.Base, memberships []domain.Membership) web.Table {
	t := web.Table{Head: []string{b.T("accounts.organization"), b.T("accounts.role"), b.T("accounts.state")}}
	for _, m := range memberships {
		tag := web.Tag{Kind: "wait", Text: b.T("accounts.unverified")}
		if m.Verified {
			tag = web.Tag{Kind: "good", Text: b.T("accounts.verified")}
		}
		t.Rows = append(t.Rows, web.Row{Cells: []web.Cell{{Text: m.Name, Path: b.URL("/organizations/" + string(m.Organization))},
			{Text: b.T("accounts.role." + string(m.Role))}, {Tag: &tag}}})
	}
	return t
}

type peoplePage struct {
	web.Base
	Filters *web.Filters
	Table   web.Table
	Found   bool
	Empty   web.Empty
	Pager   web.Pager
}

func roleOptions(b web.Base) []web.Option {
	var options []web.Option
	for _, r := range platformRoles {
		options = append(options, web.Option{Value: string(r), Label: b.T("accounts.role." + string(r))})
	}
	options = append(options, mandateOptions(b)...)
	for _, a := range closedStates {
		options = append(options, web.Option{Value: string(a), Label: b.T("accounts.access." + string(a))})
	}
	return options
}

func mandateOptions(b web.Base) []web.Option {
	var options []web.Option
	for _, k := range mandateKinds {
		options = append(options, web.Option{Value: k, Label: b.T("accounts.role." + k)})
	}
	return options
}

func (m *Module) peoplePage(b web.Base, q PeopleQuery, page store.Page[Account]) peoplePage {
	p := peoplePage{Base: b, Filters: web.NewFilters(b, "/people", "accounts.people").Q(q.Q).Select("role", q.Role, roleOptions(b)), Found: len(page.Items) > 0}
	p.Table = web.Table{Head: []string{b.T("accounts.people.name"), b.T("accounts.people.email"), b.T("accounts.people.rights")}}
	for _, doc := range page.Items {
		name := web.Cell{Text: doc.Body.Name, Path: b.URL("/people/" + doc.ID)}
		if access := doc.Body.Access(); access != AccessOpen {
			name.Note = b.T("accounts.access." + string(access))
		}
		p.Table.Rows = append(p.Table.Rows, web.Row{Cells: []web.Cell{name, emailCell(b, doc.Body), rightsCell(b, doc.Body)}})
	}
	p.Empty = web.Empty{Text: b.T("accounts.people.none")}
	if p.Filters.Active() {
		p.Empty = web.Empty{Text: b.T("accounts.people.none_filtered"), ActionLabel: b.T("accounts.people.all"), ActionPath: b.URL("/people")}
	}
	p.Pager = web.NewPager(b, "/people", p.Filters.Query(), q.Cursor, page.Next)
	return p
}

func emailCell(b web.Base, a Account) web.Cell {
	if a.Email == "" {
		return web.Cell{Text: b.T("accounts.no_email"), Quiet: true}
	}
	if !a.EmailVerified {
		return web.Cell{Text: a.Email, Note: b.T("accounts.email_unverified")}
	}
	return web.Cell{Text: a.Email}
}

func rightsCell(b web.Base, a Account) web.Cell {
	var actor domain.Actor
	for _, r := range a.Roles {
		actor.Roles = append(actor.Roles, r.Role)
	}
	for _, m := range a.Mandates {
		actor.Mandates = append(actor.Mandates, m.Mandate)
	}
	rights := rightsText(b, actor)
	if len(rights) == 0 {
		return web.Cell{Text: b.T("accounts.role.member"), Quiet: true}
	}
	text := rights[0]
	for _, r := range rights[1:] {
		text += "; " + r
	}
	return web.Cell{Text: text}
}
