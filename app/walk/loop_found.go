package walk

import (
	"strings"
)

func (l *Loop) found(v Visitor) error {
	path, err := FoundOrganization(v, "community-ngo", Values{
		"sublevel": "foundation", "region": "61.01", "areas": "61.01",
		"name": l.title("Yayasan Tirta Uji"), "about": "Yayasan yang menyediakan penampung air hujan.",
		"office": "Kantor yayasan, Sambas", "email": "kantor@yayasan-uji.invalid",
	})
	l.foundation = path
	return err
}

// foundingSteps are the inputs of each step.
var foundingSteps = []struct {
	name   string
	inputs []string
}{
	{"kind", []string{"sublevel", "region", "place", "areas"}},
	{"name", []string{"name", "registration", "about"}},
	{"contact", []string{"office", "address", "email", "phone", "website"}},
}

// FoundOrganization goes through the steps of founding and gives the path of the new organisation's page. Where
// look-alikes are pointed out it says that it is another one.
func FoundOrganization(v Visitor, kind string, values Values) (string, error) {
	if err := v.Open("/organizations/new?type=" + kind); err != nil {
		return "", err
	}
	for _, step := range foundingSteps {
		form := `form[action$="/organizations/new/` + step.name + `"]`
		typed := Values{}
		for _, name := range step.inputs {
			if value, ok := values[name]; ok {
				typed[name] = value
			}
		}
		err := v.Submit(form, typed, nil)
		if alike, herr := Has(v, form+` [name="different"]`); herr == nil && alike {
			err = v.Submit(form, Values{"different": "on"}, nil)
		}
		if err != nil {
			return "", err
		}
	}
	err := v.Submit(`form[action$="/organizations"]`, nil, nil)
	return strings.TrimSuffix(v.Path(), "/verification"), err
}

// paper hands in one paper of the organisation.
func (l *Loop) paper(paper string) func(Visitor) error {
	return func(v Visitor) error {
		if err := v.Open(l.foundation + "/verification"); err != nil {
			return err
		}
		return v.Submit(`form[action$="/papers"]`, Values{"paper": paper, "number": "01/UJI/2026", "issuer": "Notaris (contoh)", "issued": inDays(-90)},
			map[string]File{"file": {paper + ".pdf", PDF("Berkas " + paper + " (contoh)")}})
	}
}

func (l *Loop) verifyOrganization(v Visitor) error {
	if err := v.Open(l.foundation + "/verification"); err != nil {
		return err
	}
	doc, err := v.Document()
	if err != nil {
		return err
	}
	values := Values{}
	for _, n := range doc.Find(`form[action$="/decide"] input[type=radio]`).EachIter() {
		name := n.AttrOr("name", "")
		values[name] = "not-seen"
		if strings.HasSuffix(name, "surat-kuasa") || strings.HasSuffix(name, "akta-ahu") {
			values[name] = "in-force"
		}
	}
	if err := v.Submit(`form[action$="/decide"]`, values, nil); err != nil {
		return err
	}
	return v.Open(l.foundation)
}
