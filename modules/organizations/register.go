package organizations

import (
	"context"
	"slices"

	"gotong/modules/domain"
	"gotong/modules/kit/apperr"
	"gotong/modules/kit/store"
	"gotong/modules/kit/web"
)

// anyState stands in a form for every state, those that the public does not see too.
const anyState = "all"

// registerStates are the states by which the office looks for organisations.
var registerStates = []State{StateRegistered, StatePending, StateVerified, StateExpired, StateSuspended, StateRejected}

// maxNameWords is how many words of name and registration number the register finds.
const maxNameWords = 12

// registerText is what the register is searched in.
func (o Organization) registerText() string { return o.Name + " " + o.Registration }

func registerKeys(_ string, o Organization) []store.Key {
	if o.MergedInto != "" {
		return nil
	}
	var begins []string
	for _, w := range domain.Words(o.registerText()) {
		if b := domain.Beginning(w); len(begins) < maxNameWords && !slices.Contains(begins, b) {
			begins = append(begins, b)
		}
	}
	return store.Combinations([]string{string(o.State)}, begins)
}

func seesRegister(actor domain.Actor) bool { return actor.Secretariat() || actor.Auditor() }

// Register pages through all organisations by name, hidden ones too: of a state, of a region and type, with words that
// begin words of the name or registration number. Forbidden for others than secretariat and auditors; BadRequest on a cursor of another list.
func (s *Service) Register(ctx context.Context, actor domain.Actor, q ListQuery) (Found, error) {
	if !seesRegister(actor) {
		return Found{}, apperr.New(apperr.Forbidden, "organizations.error.secretariat_only")
	}
	state, asked := "", domain.Words(q.Text)
	if slices.Contains(registerStates, State(q.Standing)) {
		state = q.Standing
	}
	words := []string{""}
	if len(asked) > 0 {
		words = asked[:min(len(asked), maxNameWords)] // the rarest beginning narrows, the rest is checked
	}
	var keys []store.Key
	for _, word := range words {
		keys = append(keys, store.KeyOf(state, domain.Beginning(word)))
	}
	key, total, err := store.Rarest(ctx, s.organizations, listRegister, keys)
	if err != nil {
		return Found{}, err
	}
	page, err := store.Sift(ctx, s.organizations, store.Query{List: listRegister, Key: key, Cursor: q.Cursor, Limit: q.Limit}, func(o Organization) bool {
		return (q.Type == "" || o.Type == q.Type) && (q.Region == "" || q.Region.Contains(o.Region)) && domain.BeginWords(o.registerText(), asked)
	})
	return Found{Items: page.Items, Next: page.Next, Total: total, Least: len(asked) > 0 || q.Region != "" || q.Type != ""}, err
}

func stateOptions(b web.Base) []web.Option {
	options := []web.Option{{Value: anyState, Label: b.T("organizations.filter.state_all")}}
	for _, s := range registerStates {
		options = append(options, web.Option{Value: string(s), Label: b.T("organizations.state." + string(s))})
	}
	return options
}
