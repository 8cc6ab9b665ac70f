package apperr

import "context"

type refusalKey struct{}

// Refuse makes a context under which the store changes nothing and answers err instead: what a request says may not be
// kept, whoever reads it and however far it goes.
func Refuse(ctx context.Context, err *Error) context.Context {
	return context.WithValue(ctx, refusalKey{}, err)
}

// Refused gives the context's refusal, nil where it has none.
func Refused(ctx context.Context) error {
	if err, ok := ctx.Value(refusalKey{}).(*Error); ok {
		return err
	}
	return nil
}
