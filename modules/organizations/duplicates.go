package organizations

import (
	"context"
	"slices"
	"strings"
	"unicode"

	"gotong/modules/domain"
	"gotong/modules/kit/apperr"
	"gotong/modules/kit/store"
)

// nearName is how like two names must be (share of three-letter parts in common) to be pointed out.
const nearName = 0.6

// lookAlike is an organisation that the new one may be.
type lookAlike struct {
	id     domain.OrganizationID
	name   string // "" where the actor may not see it
	number bool   // same registration number
}

// refuseDuplicates points out organisations with the same registration number or a near-equal name in the same
// regency. Names of those that the actor may not see are not told.
func (s *Service) refuseDuplicates(ctx context.Context, actor domain.Actor, id domain.OrganizationID, o Organization) error {
	alikes, err := s.lookAlikes(ctx, actor, id, o)
	if err != nil || len(alikes) == 0 {
		return err
	}
	var f apperr.Fields
	var names []string
	for _, a := range alikes {
		if a.number {
			f.Add("registration", "organizations.error.same_registration")
		}
		if a.name != "" && !slices.Contains(names, a.name) {
			names = append(names, a.name)
		}
	}
	if len(names) > 0 {
		f.Add("different", "organizations.error.duplicate", "names", strings.Join(names, "; "))
	} else {
		f.Add("different", "organizations.error.duplicate_hidden")
	}
	return f.Err()
}

func (s *Service) lookAlikes(ctx context.Context, actor domain.Actor, id domain.OrganizationID, o Organization) ([]lookAlike, error) {
	var alikes []lookAlike
	note := func(doc store.Doc[Organization], number bool) {
		other := domain.OrganizationID(doc.ID)
		if other == id || slices.ContainsFunc(alikes, func(a lookAlike) bool { return a.id == other }) {
			return
		}
		a := lookAlike{id: other, number: number}
		if MaySee(actor, other, doc.Body, s.now()) {
			a.name = doc.Body.Name
		}
		alikes = append(alikes, a)
	}
	if number := plainNumber(o.Registration); number != "" {
		page, err := s.organizations.List(ctx, store.Query{List: listRegistration, Key: store.KeyOf(number), Limit: 10})
		if err != nil {
			return nil, err
		}
		for _, doc := range page.Items {
			note(doc, true)
		}
	}
	seat := seatOf(o.Region)
	if seat == "" {
		return alikes, nil
	}
	query := store.Query{List: listRegency, Key: store.KeyOf(string(seat)), Limit: 100}
	for range 20 { // 2,000 organisations of a regency are compared at most
		page, err := s.organizations.List(ctx, query)
		if err != nil {
			return nil, err
		}
		for _, doc := range page.Items {
			if o.Village != "" && doc.Body.Village != "" && o.Village != doc.Body.Village {
				continue // governments of two villages are not one, however alike their names
			}
			if nameLikeness(doc.Body.Name, o.Name) >= nearName {
				note(doc, false)
			}
		}
		if query.Cursor = page.Next; page.Next == "" {
			break
		}
	}
	return alikes, nil
}

// legalForms say nothing of who an organisation is.
var legalForms = map[string]bool{"pt": true, "cv": true, "yayasan": true, "perkumpulan": true, "koperasi": true, "tbk": true, "contoh": true}

// nameLikeness compares two names by their three-letter parts (Jaccard), legal forms and marks left out.
func nameLikeness(a, b string) float64 {
	ga, gb := nameGrams(a), nameGrams(b)
	if len(ga) == 0 || len(gb) == 0 {
		return 0
	}
	common := 0
	for g := range ga {
		if gb[g] {
			common++
		}
	}
	return float64(common) / float64(len(ga)+len(gb)-common)
}

func nameGrams(name string) map[string]bool {
	words := strings.FieldsFunc(strings.ToLower(name), func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) })
	kept := slices.DeleteFunc(slices.Clone(words), func(w string) bool { return legalForms[w] })
	if len(kept) == 0 {
		kept = words
	}
	if len(kept) == 0 {
		return nil
	}
	marked := []rune("  " + strings.Join(kept, " ") + " ")
	grams := make(map[string]bool, len(marked))
	for i := 0; i+3 <= len(marked); i++ {
		grams[string(marked[i:i+3])] = true
	}
	return grams
}
