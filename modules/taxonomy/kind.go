package taxonomy

import (
	"context"

	"gotong/modules/domain"
	"gotong/modules/kit/apperr"
	"gotong/modules/kit/store"
)

// edit is how a thing is wanted, W, and how it was before, for taking the last change back.
type edit[E, W any] interface {
	wanted() W
	before() *W // nil where there is nothing to take back
	change(to W) E
}

// kind keeps the things of one kind: the categories, or the types of organisation.
type kind[I ~string, E edit[E, W], W any] struct {
	records  *store.Records[E]
	load     func(context.Context) error
	action   string // what the trail calls its changes, up to the full stop
	first    func(W) E
	shipped  func(I) (W, bool)
	same     func(a, b W) bool
	checkNew func(*apperr.Fields, W) // what only a new one must tell; nil for nothing
	check    func(*apperr.Fields, W)
	retired  func(*W) *bool
}

// Get gives a thing as it is wanted now, with the version of its change; version 0 is as shipped. NotFound.
func (k *kind[I, E, W]) Get(ctx context.Context, id I) (store.Doc[E], error) {
	shipped, ok := k.shipped(id)
	doc, err := k.records.Get(ctx, string(id))
	if apperr.Is(err, apperr.NotFound) {
		if !ok {
			return store.Doc[E]{}, apperr.New(apperr.NotFound, "error.not_found")
		}
		return store.Doc[E]{ID: string(id), Body: k.first(shipped)}, nil
	}
	return doc, err
}

// validate tells what must change, by field.
func (k *kind[I, E, W]) validate(w W) error {
	var f apperr.Fields
	k.check(&f, w)
	return f.Err()
}

// Check tells whether the thing could be amended so. Errors as of Amend, without Conflict.
func (k *kind[I, E, W]) Check(ctx context.Context, id I, to W) error {
	if _, err := k.Get(ctx, id); err != nil {
		return err
	}
	return k.validate(to)
}

// Amend makes a thing that was read at that version as it is wanted, but for its being retired. NotFound, Invalid by field,
// Conflict.
func (k *kind[I, E, W]) Amend(ctx context.Context, actor domain.Actor, op store.Operation, id I, version int64, to W) error {
	doc, err := k.Get(ctx, id)
	if err != nil {
		return err
	}
	if err := k.validate(to); err != nil {
		return err
	}
	now := doc.Body.wanted()
	*k.retired(&to) = *k.retired(&now)
	return k.write(ctx, actor, op, doc, version, to, "amended")
}

// CheckNew tells whether a thing could be added so. Invalid by field: id and those of Amend; Conflict where there are too
// many.
func (k *kind[I, E, W]) CheckNew(ctx context.Context, id I, w W) error {
	_, err := k.records.Get(ctx, string(id))
	if err != nil && !apperr.Is(err, apperr.NotFound) {
		return err
	}
	if err := k.validateNew(id, w, err == nil); err != nil {
		return err
	}
	n, err := k.records.Count(ctx, listAll, "")
	if err == nil && n >= maxKept {
		err = apperr.New(apperr.Conflict, "taxonomy.error.many", "max", maxKept)
	}
	return err
}

func (k *kind[I, E, W]) validateNew(id I, w W, taken bool) error {
	var f apperr.Fields
	_, shipped := k.shipped(id)
	f.Check(idFits(string(id)), "id", "taxonomy.error.id", "max", maxID)
	f.Check(!taken && !shipped, "id", "taxonomy.error.id_taken")
	if k.checkNew != nil {
		k.checkNew(&f, w)
	}
	k.check(&f, w)
	return f.Err()
}

// Add makes a new thing, which can be chosen from now on. Errors as of CheckNew; a repeat of the form is a success.
func (k *kind[I, E, W]) Add(ctx context.Context, actor domain.Actor, op store.Operation, id I, w W) error {
	if err := k.validateNew(id, w, false); err != nil {
		return err
	}
	if err := k.CheckNew(ctx, id, w); apperr.Is(err, apperr.Conflict) {
		return err
	}
	_, err := k.records.Insert(ctx, string(id), k.first(w), actor.Change(k.action+".added", "", op))
	if apperr.Is(err, apperr.Conflict) {
		return k.validateNew(id, w, true)
	}
	if err != nil {
		return err
	}
	return k.load(ctx)
}

// Retire takes a thing out of what can be chosen, or puts it back; what has it keeps it. NotFound, Conflict.
func (k *kind[I, E, W]) Retire(ctx context.Context, actor domain.Actor, op store.Operation, id I, retired bool) error {
	doc, err := k.Get(ctx, id)
	if err != nil {
		return err
	}
	to, act := doc.Body.wanted(), "retired"
	if *k.retired(&to) = retired; !retired {
		act = "restored"
	}
	return k.write(ctx, actor, op, doc, doc.Version, to, act)
}

// Undo takes the last change of a thing back; undone twice it is there again. NotFound, Conflict where there is nothing to
// take back or it changed since it was read.
func (k *kind[I, E, W]) Undo(ctx context.Context, actor domain.Actor, op store.Operation, id I, version int64) error {
	doc, err := k.Get(ctx, id)
	if err != nil {
		return err
	}
	before := doc.Body.before()
	if before == nil {
		return apperr.New(apperr.Conflict, "taxonomy.error.nothing")
	}
	return k.write(ctx, actor, op, doc, version, *before, "undone")
}

// write stores a change of what was read at that version, and has this process use it. Conflict, Unavailable.
func (k *kind[I, E, W]) write(ctx context.Context, actor domain.Actor, op store.Operation, doc store.Doc[E], version int64, to W, act string) error {
	e := doc.Body.change(to)
	if k.same(e.wanted(), doc.Body.wanted()) {
		return nil
	}
	var err error
	change := actor.Change(k.action+"."+act, "", op)
	if doc.Version == 0 && version == 0 {
		_, err = k.records.Insert(ctx, doc.ID, e, change)
	} else {
		doc.Version = version
		_, err = k.records.Replace(ctx, doc, e, change)
	}
	if err != nil {
		return err
	}
	return k.load(ctx)
}
