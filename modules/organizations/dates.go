package organizations

import (
	"gotong/modules/domain"
	"gotong/modules/kit/apperr"
	"gotong/modules/kit/web"
)

// dateFields reads dates of a form and notes those that cannot be read.
type dateFields struct{ fields apperr.Fields }

func (d *dateFields) read(v web.Values, name string) domain.Date {
	date, err := domain.ParseDate(v.Get(name))
	d.fields.Check(err == nil, name, "organizations.error.date")
	return date
}
