package tables

import (
	"context"
	"crypto/rand"
	"io"
	"time"

	"gotong/modules/domain"
	"gotong/modules/kit/apperr"
	"gotong/modules/kit/i18n"
	"gotong/modules/kit/sheet"
)

// access notes who took out what, apart from the trail.
type access struct {
	Account domain.AccountID `json:"account"`
	Session string           `json:"session,omitempty"`
	What    string           `json:"what"`
	Query   Query            `json:"query,omitempty"`
	At      time.Time        `json:"at"`
}

const accessKept = 365 * 24 * time.Hour

// note keeps that somebody who is signed in takes a table out, before its first byte goes.
func (s *Service) note(ctx context.Context, actor domain.Actor, what string, query Query) error {
	if !actor.SignedIn() {
		return nil
	}
	return s.access.Create(ctx, what+"/"+rand.Text(), access{Account: actor.Account, Session: actor.Session, What: what, Query: query, At: s.clock.Now()}, accessKept)
}

// Export is a table on its way out: Write sends it.
type Export struct {
	Name   string // of the file, without its ending
	Format string
	Write  func(ctx context.Context, w io.Writer) error
}

// format takes csv or xlsx; xlsx is the default.
func format(name string) (string, error) {
	switch name {
	case "", sheet.XLSX:
		return sheet.XLSX, nil
	case sheet.CSV:
		return sheet.CSV, nil
	}
	return "", apperr.New(apperr.BadRequest, "tables.error.format")
}

// filled writes a table whose rows fill gives.
func filled(kind string, local *i18n.Localizer, columns []sheet.Column, wanted string, w io.Writer, fill func(yield func([]sheet.Cell) error) error) error {
	out, err := sheet.NewWriter(wanted, w, local.T("tables.list."+kind), local.Lang() == "id")
	if err != nil {
		return err
	}
	head := make([]sheet.Heading, len(columns))
	for i, c := range columns {
		head[i] = sheet.Heading{Text: local.T(columnKey(kind, c.Name)), Code: c.Code, Width: c.Width}
	}
	if err := out.Head(head); err != nil {
		return err
	}
	if err := fill(func(cells []sheet.Cell) error { return out.Row(cells) }); err != nil {
		return err
	}
	return out.Close()
}

// List gives a list of the portal as a table, under the filters and rights of its page. NotFound for a name that is
// none; BadRequest for a format or query that makes no sense. The rows are read while they are sent.
func (s *Service) List(ctx context.Context, actor domain.Actor, local *i18n.Localizer, name, wanted string, query Query) (Export, error) {
	list, ok := s.lists[name]
	if !ok {
		return Export{}, apperr.New(apperr.NotFound, "error.not_found")
	}
	f, err := format(wanted)
	if err != nil {
		return Export{}, err
	}
	if err := s.first(ctx, list, actor, local.Lang(), query); err != nil {
		return Export{}, err
	}
	if err := s.note(ctx, actor, name, query); err != nil {
		return Export{}, err
	}
	return Export{Name: local.T("tables.list." + name), Format: f, Write: func(ctx context.Context, w io.Writer) error {
		return filled(name, local, list.Columns(), f, w, func(yield func([]sheet.Cell) error) error {
			return list.Rows(ctx, actor, local.Lang(), query, yield)
		})
	}}, nil
}

// enough ends the reading of rows.
type enough struct{}

func (enough) Error() string { return "tables: enough rows" }

// first reads up to the first row, so that a refusal is answered as one and not in the middle of a file.
func (s *Service) first(ctx context.Context, list List, actor domain.Actor, lang string, query Query) error {
	err := list.Rows(ctx, actor, lang, query, func([]sheet.Cell) error { return enough{} })
	if _, stopped := err.(enough); stopped { //nolint:errorlint // it is ours, and rows give it back as it is
		return nil
	}
	return err
}

// Template gives a kind's template, filled with the regions of an area ("" all that the actor writes for).
func (s *Service) Template(ctx context.Context, actor domain.Actor, local *i18n.Localizer, kind, wanted string, organization domain.OrganizationID, within domain.RegionCode) (Export, error) {
	k, err := s.kind(kind)
	if err != nil {
		return Export{}, err
	}
	by, err := s.importer(ctx, actor, k, organization)
	if members := writers(actor); apperr.Is(err, apperr.Invalid) && len(members) > 0 {
		by, err = s.importer(ctx, actor, k, members[0].Organization) // the same for each of them
	}
	if err != nil {
		return Export{}, err
	}
	f, err := format(wanted)
	if err != nil {
		return Export{}, err
	}
	if within != "" && !k.ByOrganization && !by.Writes(within) {
		return Export{}, apperr.New(apperr.Forbidden, "tables.refuse.no_area")
	}
	if within != "" {
		if _, err := s.places.Place(ctx, within); err != nil {
			return Export{}, err
		}
	}
	if err := s.note(ctx, actor, "template-"+kind, Query{"region": string(within)}); err != nil {
		return Export{}, err
	}
	return Export{Name: local.T("tables.list."+kind) + " " + string(within), Format: f, Write: func(ctx context.Context, w io.Writer) error {
		return filled(kind, local, k.Table.Columns(), f, w, func(yield func([]sheet.Cell) error) error {
			return k.Table.Fill(ctx, by, local.Lang(), within, yield)
		})
	}}, nil
}

// Errors gives an upload with what is wrong beside each row, to be corrected and uploaded again. NotFound where nothing
// is wrong or the file is no longer kept.
func (s *Service) Errors(ctx context.Context, actor domain.Actor, local *i18n.Localizer, id, wanted string) (Export, error) {
	doc, err := s.Get(ctx, actor, id)
	if err != nil {
		return Export{}, err
	}
	f, err := format(wanted)
	if err != nil {
		return Export{}, err
	}
	i := doc.Body
	if i.Counts.Problems == 0 || i.Object == "" || i.State == Discarded {
		return Export{}, apperr.New(apperr.NotFound, "tables.error.gone")
	}
	k, err := s.kind(i.Kind)
	if err != nil {
		return Export{}, err
	}
	return Export{Name: local.T("tables.errors.file", "file", stem(i.File)), Format: f, Write: func(ctx context.Context, w io.Writer) error {
		return s.writeErrors(ctx, doc, k, local, f, w)
	}}, nil
}
