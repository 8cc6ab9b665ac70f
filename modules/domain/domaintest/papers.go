// Package domaintest stands in for other modules in the tests of one.
package domaintest

import (
	"context"
	"errors"
	"io"
	"slices"
	"sync"

	"gotong/modules/domain"
	"gotong/modules/kit/apperr"
	"gotong/modules/kit/store"
)

// Papers takes documents for the parties only. A document counts from when its operation was answered.
type Papers struct {
	mu      sync.Mutex
	kept    map[string][]domain.DocumentType // by what they are about
	waiting map[string][]func()              // by operation
}

// NewPapers has no documents yet.
func NewPapers() *Papers {
	return &Papers{kept: map[string][]domain.DocumentType{}, waiting: map[string][]func(){}}
}

// Attach takes a document, and refuses one that others than the parties may see.
func (p *Papers) Attach(_ context.Context, _ domain.Actor, op store.Operation, ref domain.Ref, typ domain.DocumentType, vis domain.Visibility, file domain.Upload) (domain.Citation, error) {
	if vis != domain.VisibleParties {
		return domain.Citation{}, errors.New("these papers must not be public")
	}
	if _, err := io.Copy(io.Discard, file.Body); err != nil {
		return domain.Citation{}, err
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	p.waiting[op.ID] = append(p.waiting[op.ID], func() { p.kept[ref.ID] = append(p.kept[ref.ID], typ) })
	return domain.Citation{ID: domain.DocumentID("doc-" + op.ID + string(typ)), SHA256: "sum-" + string(typ)}, nil
}

// Answered shows what the operation attached, whatever the answer, and gives the answer back.
func (p *Papers) Answered(_ context.Context, op store.Operation, answer error) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, show := range p.waiting[op.ID] {
		show()
	}
	delete(p.waiting, op.ID)
	return answer
}

// Cite names the document of a type that is there.
func (p *Papers) Cite(ctx context.Context, ref domain.Ref, typ domain.DocumentType) (domain.Citation, error) {
	if has, err := p.Has(ctx, ref, typ); err != nil || !has {
		return domain.Citation{}, errors.Join(err, apperr.New(apperr.NotFound, "error.not_found"))
	}
	return domain.Citation{ID: domain.DocumentID("doc-" + string(typ)), SHA256: "sum-" + string(typ)}, nil
}

// Has tells whether one of the types is there.
func (p *Papers) Has(_ context.Context, ref domain.Ref, types ...domain.DocumentType) (bool, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	return slices.ContainsFunc(p.kept[ref.ID], func(t domain.DocumentType) bool { return slices.Contains(types, t) }), nil
}
