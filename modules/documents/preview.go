package documents

import (
	"context"
	"slices"

	"gotong/modules/domain"
	"gotong/modules/kit/apperr"
)

// Preview is what is shown of a document without opening its file.
type Preview struct {
	View
	Current Document // with its newest content
	Reading Reading
	Public  bool
}

// Preview gives the text of a document, or of an older version of it, to who may read it now; a reading of what is not
// public is noted. Errors: those of Open.
func (s *Service) Preview(ctx context.Context, actor domain.Actor, id domain.DocumentID, version string) (Preview, error) {
	view, err := s.readable(ctx, actor, id)
	if err != nil {
		return Preview{}, err
	}
	p := Preview{Current: view.Document, Public: view.public()}
	if view, err = view.at(version); err != nil {
		return Preview{}, err
	}
	p.View = view
	if err := s.note(ctx, actor, view, "preview"); err != nil {
		return p, err
	}
	if !view.Document.picture() {
		p.Reading, err = s.reading(ctx, view.Document)
	}
	return p, unfinished(err)
}

// Picture gives a document's picture as a JPEG of at most that many pixels a side, one of the widths. Errors: those of Open,
// NotFound for what is no picture and for other widths.
func (s *Service) Picture(ctx context.Context, actor domain.Actor, id domain.DocumentID, version string, side int) ([]byte, View, error) {
	view, err := s.readable(ctx, actor, id)
	if err == nil {
		view, err = view.at(version)
	}
	if err == nil && (!view.Document.picture() || !slices.Contains(widths, side)) {
		err = apperr.New(apperr.NotFound, "error.not_found")
	}
	if err == nil {
		err = s.note(ctx, actor, view, "preview")
	}
	if err != nil {
		return nil, view, err
	}
	raw, err := s.smaller(ctx, view.Document, side)
	return raw, view, err
}

// readable gives a ready document as it is today, to who may read its content. NotFound for everyone else.
func (s *Service) readable(ctx context.Context, actor domain.Actor, id domain.DocumentID) (View, error) {
	view, err := s.Get(ctx, actor, id)
	if err == nil && view.Document.Status != Ready {
		err = apperr.New(apperr.NotFound, "error.not_found")
	}
	view.Document = view.Document.on(s.clock.Now())
	return view, err
}

func (v View) public() bool { return v.Document.Visibility == domain.VisiblePublic && v.Parent.Public }

func (d Document) picture() bool { return decoders[d.MediaType] != nil }

// note keeps that what is not public was read, before its first byte is sent.
func (s *Service) note(ctx context.Context, actor domain.Actor, v View, part string) error {
	if v.public() {
		return nil
	}
	return s.access.Create(ctx, accessKey(v.ID, s.clock.Now()), access{
		Document: v.ID, Account: actor.Account, Session: actor.Session, For: organizationsOf(actor), Owner: v.Document.Organization,
		SHA256: v.Document.SHA256, Range: part, At: s.clock.Now(),
	}, accessKept)
}
