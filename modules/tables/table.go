package tables

import (
	"context"

	"gotong/modules/domain"
	"gotong/modules/kit/sheet"
	"gotong/modules/kit/store"
)

// Table is a kind of thing that comes in as a table.
type Table interface {
	// Columns in the order of a template.
	Columns() []sheet.Column
	// Check makes things of rows: what is wrong is noted in the row, else its key, title, effect and thing.
	Check(ctx context.Context, by domain.Importer, rows []*sheet.Row) error
	// Stage puts the things of rows under a batch, where nobody sees them, each for the version that Check saw. Again
	// with the same rows is harmless. Conflict once the batch is being applied.
	Stage(ctx context.Context, batch string, rows []*sheet.Row) error
	// Apply writes a batch as a whole. Conflict where something changed since Check, and then nothing is changed. Again
	// after an interruption goes on. told is called now and then with how many rows a step has done.
	Apply(ctx context.Context, batch string, c store.Change, told func(step store.BatchStep, rows int) error) (store.BatchResult, error)
	// Undo puts everything back; Conflict where something changed since, and then nothing is changed.
	Undo(ctx context.Context, batch string, c store.Change, told func(step store.BatchStep, rows int) error) error
	// Discard forgets a batch that was not applied.
	Discard(ctx context.Context, batch string) error
	// Fill gives the rows of a template: the regions of an area that the importer writes for, with what is stored.
	Fill(ctx context.Context, by domain.Importer, lang string, within domain.RegionCode, yield func([]sheet.Cell) error) error
}

// Kind is a table with who may bring it in.
type Kind struct {
	Name           string
	ByOrganization bool // by editors of an organisation; else by those who write figures of an area
	Office         bool // the secretariat may, too, for nobody
	Returns        bool // only what was downloaded comes back; nothing new
	Table          Table
}

// List is a list of the portal that goes out as a table, under the filters and rights of its page.
type List interface {
	Columns() []sheet.Column
	// Rows gives what the page with this query shows to the actor, all pages of it. BadRequest for a query that makes no
	// sense, NotFound and Forbidden as the page.
	Rows(ctx context.Context, actor domain.Actor, lang string, query Query, yield func([]sheet.Cell) error) error
}

// Query are the filters of a list's address.
type Query = map[string]string

// Areas tells where an actor may write figures: "" is the country.
type Areas interface {
	AreasOf(ctx context.Context, actor domain.Actor) ([]domain.RegionCode, error)
}

// Places names regions, for the choice of a template's area.
type Places interface {
	Place(ctx context.Context, code domain.RegionCode) (domain.Place, error)
	Children(ctx context.Context, code domain.RegionCode) ([]domain.Place, error)
}
