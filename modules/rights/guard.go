package rights

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"gotong/modules/domain"
	"gotong/modules/kit/apperr"
)

// Guard decides by the table whether an actor may use a route.
type Guard struct {
	// Recent tells whether who asks signed in a moment ago; where not, it has answered with the way to do so. It is asked
	// for rows with the condition step-up.
	Recent Recent

	table    *Table
	subjects map[string]domain.Stander
}

// NewGuard joins the table with those who know the subjects. The error names a kind of which nobody knows.
func NewGuard(t *Table, subjects map[string]domain.Stander) (*Guard, error) {
	for _, r := range t.order {
		if r.Subject != "" && subjects[r.Subject] == nil {
			return nil, fmt.Errorf("table of rights: nobody knows how an actor stands to a %s (%s)", r.Subject, r.Pattern)
		}
	}
	return &Guard{table: t, subjects: subjects}, nil
}

// Check answers nil where the actor may use the row's route on the subject with that id. SignIn without an account,
// NotFound (the same whether the subject is absent or hidden), Forbidden. What a thing is like is asked once, whether
// it is there or not, so that the answer takes the same way.
func (g *Guard) Check(ctx context.Context, r *Row, actor domain.Actor, id string) error {
	if err := r.reached(actor, id); err != nil {
		return err
	}
	if !r.Who.Everybody() && !actor.SignedIn() {
		return apperr.New(apperr.SignIn, "error.sign_in")
	}
	relations := Of(actor)
	if r.Subject != "" {
		standing, err := g.subjects[r.Subject].Standing(ctx, actor, id)
		if err != nil && !apperr.Is(err, apperr.NotFound) {
			return err
		}
		relations = append(relations, standing.Relations...)
		if err != nil || !g.table.Sees(r.Subject, standing.State, standing.Public, relations) {
			return apperr.New(apperr.NotFound, "error.not_found")
		}
	}
	switch {
	case r.Who.Has(relations):
		return nil
	case r.Hidden:
		return apperr.New(apperr.NotFound, "error.not_found")
	}
	return apperr.New(apperr.Forbidden, "rights.refused", "who", r.Who.message(relations))
}

// reached refuses programs whose token does not reach the route, before anything is looked up.
func (r *Row) reached(actor domain.Actor, id string) error {
	scope := domain.Scope(r.Scope)
	if strings.HasPrefix(r.Scope, ":") {
		scope = domain.Scope(id)
	}
	switch {
	case actor.Reaches(scope):
		return nil
	case !slices.Contains(domain.Scopes(), scope):
		return apperr.New(apperr.Forbidden, "rights.token")
	}
	return apperr.New(apperr.Forbidden, "rights.token_scope", "scope", string(scope))
}

// message names those who may, in the reader's language; or, where the reader is shut out as one of Out, that.
func (w Who) message(relations []domain.Relation) apperr.Message {
	for _, r := range w.Out {
		if slices.Contains(relations, r) {
			return apperr.Msg("rights.not." + string(r))
		}
	}
	return orList(w.In)
}

func orList(list []domain.Relation) apperr.Message {
	m := apperr.Msg("rights.who." + string(list[0]))
	for i, r := range list[1:] {
		key := "rights.list.comma"
		if i == len(list)-2 {
			key = "rights.list.or"
		}
		m = apperr.Msg(key, "before", m, "after", apperr.Msg("rights.who."+string(r)))
	}
	return m
}
