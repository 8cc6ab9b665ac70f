package walk

import (
	"strings"
)

func (l *Loop) found(v Visitor) error {
	if err := v.Open("/organizations/new?type=community-ngo"); err != nil {
		return err
	}
	err := v.Submit(`form[action$="/organizations"]`, Values{
		"sublevel": "foundation", "name": l.title("Yayasan Tirta Uji"), "region": "61.01", "office": "Kantor yayasan, Sambas",
		"about": "Yayasan yang menyediakan penampung air hujan.", "email": "kantor@yayasan-uji.invalid",
	}, nil)
	if alike, herr := Has(v, `[name="different"]`); herr == nil && alike { // a look-alike was pointed out: it is another one
		err = v.Submit(`form[action$="/organizations"]`, Values{"different": "on"}, nil)
	}
	if err != nil {
		return err
	}
	l.foundation = strings.TrimSuffix(v.Path(), "/verification")
	return nil
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
