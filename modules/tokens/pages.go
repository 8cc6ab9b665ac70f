package tokens

import (
	"strconv"
	"strings"
	"time"

	"gotong/modules/domain"
	"gotong/modules/kit/web"
)

// tokensPage is views/tokens/tokens.html.
type tokensPage struct {
	web.Base
	Heading string
	Stopped string // why no token opens anything now; ""
	Made    *madePart
	Form    *web.Form // nil for those who make none
	Tokens  []tokenCard
	Empty   *web.Empty
	Pager   web.Pager
}

// madePart is a token just made, shown this once.
type madePart struct{ Token, Note, Example string }

type tokenCard struct {
	Name   string
	Tag    web.Tag
	Facts  []web.Fact
	Revoke *web.Action
}

func pathOf(id domain.OrganizationID) string { return "/organizations/" + string(id) + "/tokens" }

// example is an address that a token with these scopes reads.
func example(id domain.OrganizationID, t Token) string {
	switch s := t.Scopes[0]; s {
	case domain.ScopeOrganizations:
		return "/organizations/" + string(id)
	case domain.ScopeCommitments:
		return "/commitments/ID"
	case domain.ScopeNeeds: // all of the organisation's, drafts too
		return "/exports/needs?format=csv&organization=" + string(id)
	default:
		return "/exports/" + string(s) + "?format=csv"
	}
}

func newTokensPage(b web.Base, actor domain.Actor, id domain.OrganizationID, name string, views []View, now time.Time) tokensPage {
	p := tokensPage{Base: b, Heading: b.Title}
	p.Private = true
	p.Crumbs = []web.Crumb{{Label: b.T("organizations.index.title"), Path: "/organizations"}, {Label: name, Path: "/organizations/" + string(id)}, {Label: b.T("tokens.short")}}
	if mayManage(actor, id) == nil {
		p.Form = tokenForm(b, id)
	}
	for n, v := range views {
		p.Tokens = append(p.Tokens, card(b, id, v, n, now, p.Form != nil || actor.Secretariat()))
	}
	if len(views) == 0 {
		p.Empty = &web.Empty{Text: b.T("tokens.none")}
	}
	return p
}

func tokenForm(b web.Base, id domain.OrganizationID) *web.Form {
	var scopes, lives []web.Option
	for _, s := range domain.Scopes() {
		scopes = append(scopes, web.Option{Value: string(s), Label: b.T("tokens.scope." + string(s)), Hint: b.T("tokens.scope." + string(s) + "_hint")})
	}
	for _, d := range Lives {
		lives = append(lives, web.Option{Value: strconv.Itoa(d), Label: b.T("tokens.days", "count", d)})
	}
	return web.NewForm(b, "tokens.form", pathOf(id)).Text("name", web.Required(), web.Max(maxName)).
		Checkboxes("scopes", scopes, web.Required()).Radio("days", lives, web.Required(), web.Value(strconv.Itoa(Lives[1])))
}

func card(b web.Base, id domain.OrganizationID, v View, n int, now time.Time, revokes bool) tokenCard {
	t := v.Body
	c := tokenCard{Name: t.Name, Tag: tag(b, v, now)}
	kinds := make([]string, len(t.Scopes))
	for i, s := range t.Scopes {
		kinds[i] = b.T("tokens.scope." + string(s))
	}
	maker := v.Maker
	if maker == "" {
		maker = b.T("tokens.maker_gone")
	}
	used := web.Fact{Label: b.T("tokens.fact.seen"), Value: b.T("tokens.never"), Quiet: true}
	if !v.Seen.IsZero() {
		used = web.Fact{Label: used.Label, Value: b.Local().Ago(now, v.Seen)}
	}
	c.Facts = []web.Fact{{Label: b.T("tokens.fact.scopes"), Value: strings.Join(kinds, ", ")}, used, {Label: b.T("tokens.fact.until"), Value: b.Date(t.Until)},
		{Label: b.T("tokens.fact.made"), Value: b.T("tokens.made_by", "date", t.At, "name", maker)}, {Label: b.T("tokens.fact.begins"), Value: prefix + v.ID + "_…"}}
	if !t.Ended.IsZero() {
		c.Facts = append(c.Facts, web.Fact{Label: b.T("tokens.fact.ended"), Value: b.DateTime(t.Ended)})
	}
	if revokes && t.Live(now) {
		a := web.NewAction(b, "tokens.revoke", pathOf(id)+"/"+v.ID+"/revoke")
		a.Kind, a.ID = "stop", a.ID+"-"+strconv.Itoa(n)
		a.Confirm = b.T("tokens.revoke_what", "name", t.Name, "scopes", strings.Join(kinds, ", "), "used", used.Value) + " " + a.Confirm
		c.Revoke = &a
	}
	return c
}

func tag(b web.Base, v View, now time.Time) web.Tag {
	switch {
	case !v.Body.Ended.IsZero():
		return web.Tag{Kind: "stop", Text: b.T("tokens.state.revoked")}
	case !v.Body.Live(now):
		return web.Tag{Kind: "stop", Text: b.T("tokens.state.over")}
	case v.Cut:
		return web.Tag{Kind: "wait", Text: b.T("tokens.state.cut")}
	}
	return web.Tag{Kind: "good", Text: b.T("tokens.state.live")}
}
