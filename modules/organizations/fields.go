package organizations

import (
	"net/mail"
	"net/url"
	"strings"
	"unicode/utf8"

	"gotong/modules/domain"
	"gotong/modules/kit/apperr"
)

// Lengths of texts, in characters.
const (
	maxName  = 150
	maxShort = 200
	maxLong  = 2000
	maxAreas = 20 // regions in which an organisation says it works
)

// Validate tells what must change, by field.
func (o Organization) Validate() error {
	var f apperr.Fields
	t, ok := domain.Stakeholders().Type(o.Type)
	f.Check(ok, "type", "organizations.error.type")
	_, ok = t.Sublevel(o.Sublevel)
	f.Check(ok, "sublevel", "organizations.error.sublevel")
	if n := utf8.RuneCountInString(o.Name); n < 3 || n > maxName {
		f.Add("name", "organizations.error.name", "max", maxName)
	}
	f.Check(o.Region != "", "region", "organizations.error.region")
	f.Check(len(o.Areas) <= maxAreas, "areas", "organizations.error.areas", "max", maxAreas)
	f.Check(o.Office != "", "office", "organizations.error.office")
	if o.Email != "" {
		a, err := mail.ParseAddress(o.Email)
		f.Check(err == nil && a.Name == "" && a.Address == o.Email, "email", "organizations.error.email")
	}
	if o.Website != "" {
		u, err := url.Parse(o.Website)
		f.Check(err == nil && (u.Scheme == "https" || u.Scheme == "http") && u.Host != "" && u.User == nil, "website", "organizations.error.website")
	}
	if o.Phone != "" {
		f.Check(phoneLike(o.Phone), "phone", "organizations.error.phone")
	}
	for _, text := range []struct {
		field, value string
		max          int
	}{{"office", o.Office, maxShort}, {"address", o.Address, maxShort}, {"registration", o.Registration, maxShort}, {"website", o.Website, maxShort}, {"email", o.Email, maxShort}, {"about", o.About, maxLong}} {
		f.Check(utf8.RuneCountInString(text.value) <= text.max, text.field, "organizations.error.long", "max", text.max)
		f.Check(utf8.ValidString(text.value), text.field, "organizations.error.text")
	}
	for field, value := range map[string]string{"name": o.Name, "office": o.Office, "address": o.Address, "registration": o.Registration, "about": o.About} {
		f.Check(len(domain.FindPersonalNumbers(value)) == 0, field, "organizations.error.personal")
	}
	return f.Err()
}

func phoneLike(s string) bool {
	digits := 0
	for _, r := range s {
		switch {
		case r >= '0' && r <= '9':
			digits++
		case !strings.ContainsRune("+-() .", r):
			return false
		}
	}
	return digits >= 6 && digits <= 15
}

// checkReason checks a text that a rule demands.
func checkReason(reason string) error {
	var f apperr.Fields
	n := utf8.RuneCountInString(reason)
	f.Check(n >= 5, "reason", "organizations.error.reason")
	f.Check(n <= maxLong, "reason", "organizations.error.long", "max", maxLong)
	f.Check(len(domain.FindPersonalNumbers(reason)) == 0, "reason", "organizations.error.personal")
	return f.Err()
}
