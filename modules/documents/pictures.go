package documents

import (
	"context"
	"image"
	"strings"

	"golang.org/x/image/draw"

	"gotong/modules/domain"
	"gotong/modules/kit/apperr"
	"gotong/modules/kit/store"
)

// Cite names the newest ready document of a type that belongs to a thing, for rules of other modules. NotFound where
// there is none.
func (s *Service) Cite(ctx context.Context, ref domain.Ref, typ domain.DocumentType) (domain.Citation, error) {
	page, err := s.records.List(ctx, store.Query{List: listParent, Key: store.KeyOf(parentValue(ref), string(typ)), Limit: 1})
	if err == nil && len(page.Items) == 0 {
		err = apperr.New(apperr.NotFound, "error.not_found")
	}
	if err != nil {
		return domain.Citation{}, err
	}
	return cite(page.Items[0]), nil
}

func cite(doc store.Doc[Document]) domain.Citation {
	return domain.Citation{ID: domain.DocumentID(doc.ID), SHA256: doc.Body.SHA256, Title: doc.Body.Title}
}

// PicturesOf lists the ready photos of a thing, for pages of other modules that have decided who may see them.
// Error: Unavailable.
func (s *Service) PicturesOf(ctx context.Context, ref domain.Ref) ([]domain.Picture, error) {
	page, err := s.records.List(ctx, store.Query{List: listParent, Key: store.KeyOf(parentValue(ref), string(domain.DocPhoto)), Limit: 100})
	if err != nil {
		return nil, err
	}
	var list []domain.Picture
	for _, doc := range page.Items {
		if strings.HasPrefix(doc.Body.MediaType, "image/") && !doc.Body.Personal {
			list = append(list, domain.Picture{ID: domain.DocumentID(doc.ID), Title: doc.Body.Title})
		}
	}
	return list, nil
}

// Thumbnail gives one of a thing's photos as a JPEG of at most that many pixels a side. It asks nothing about who may
// see it: the caller has decided. NotFound where it is no ready photo of that thing, Unavailable without the object
// store. The reading is noted under the name by which it was let in.
func (s *Service) Thumbnail(ctx context.Context, by string, ref domain.Ref, id domain.DocumentID, side int) ([]byte, error) {
	doc, err := s.records.Get(ctx, string(id))
	if err != nil {
		return nil, err
	}
	d := doc.Body
	if d.Parent != ref || d.Status != Ready || d.Personal || !strings.HasPrefix(d.MediaType, "image/") {
		return nil, apperr.New(apperr.NotFound, "error.not_found")
	}
	err = s.access.Create(ctx, accessKey(id, s.clock.Now()), access{
		Document: id, Session: by, Owner: d.Organization, SHA256: d.SHA256, At: s.clock.Now(),
	}, accessKept)
	if err != nil {
		return nil, err
	}
	return s.smaller(ctx, d, side)
}

// shrink scales a picture down to at most that many pixels a side, on white.
func shrink(picture image.Image, side int) image.Image {
	bounds := picture.Bounds()
	width, height := bounds.Dx(), bounds.Dy()
	if longest := max(width, height); longest > side {
		width, height = max(1, width*side/longest), max(1, height*side/longest)
	}
	small := image.NewRGBA(image.Rect(0, 0, width, height))
	draw.Draw(small, small.Bounds(), image.White, image.Point{}, draw.Src)
	draw.ApproxBiLinear.Scale(small, small.Bounds(), picture, bounds, draw.Over, nil)
	return small
}
